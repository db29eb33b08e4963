"""Self-scores, appraised scores, explanations: out as workbooks, back in as points.

``score_template`` and ``all_templates`` write the workbooks; ``import_scores`` takes them
back, many at once: a file with a mistake gives nothing, the others are taken, and those who
sent none are named. A changed score is a new row with a reason; the old one stays
(promise 9). That a criterion does not apply is only said by a unit: it takes effect when the
appraisal says so too (``analysis.given``). How the rounds compare is told by ``appraisal``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.errors import Mistake
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.models import Campaign, CriteriaVersion, Round, State, Unit
from survey_app.permissions import Permission
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import criteria_set_of, current_criteria
from survey_app.services.score_columns import FILE_LABELS, Given, file_name
from survey_app.services.score_desk import Accepted, ScoreDesk, current_scores
from survey_app.services.score_files import Uploaded, unpack
from survey_app.services.score_reading import Reading
from survey_app.services.score_sheets import SheetHead, write_sheet
from survey_app.services.transactions import transaction

OPEN_FOR_SCORES: Final = frozenset(
    {State.PLANNED, State.COLLECTING, State.CLOSED, State.APPRAISING}
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One file of which nothing was taken, and every reason."""

    file: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an upload.

    Attributes
    ----------
    missing
        Names of the units that still have no points in this round, in plan order.
    not_applicable
        Unit name -> criteria the unit itself declared not applicable; without effect until
        the appraisal confirms them.

    """

    round: Round
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    missing: tuple[str, ...]
    not_applicable: Mapping[str, tuple[str, ...]]

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Every mistake of every refused file."""
        return tuple(mistake for file in self.refused for mistake in file.mistakes)


# --- out ---------------------------------------------------------------------------------


def score_template(
    campaign: Campaign,
    unit: Unit,
    round_: Round,
    given: Mapping[tuple[Round, str], Given] | None = None,
) -> bytes:
    """Write the workbook of one unit and round; see ``score_sheets.write_sheet``.

    Parameters
    ----------
    campaign, unit
        Whose points.
    round_
        Which columns are to be filled in.
    given
        What is shown and filled in; what the database holds when left out.

    Raises
    ------
    NotFoundError
        If the unit's kind has no criteria set.

    """
    version = _version_of(campaign, unit)
    return write_sheet(
        SheetHead(
            campaign=campaign.slug,
            organisation=campaign.organisation,
            unit=unit.code,
            unit_name=unit.name,
            round=round_,
            criteria_title=criteria_set_of(version).title.vi,
            criteria_sha256=version.sha256,
            simulated=campaign.simulated,
        ),
        criteria_set_of(version),
        given if given is not None else current_scores(campaign).get(unit.code, {}),
    )


def template_name(unit: Unit, round_: Round) -> str:
    """Name of the workbook of one unit and round."""
    return file_name(unit.code, unit.name, round_)


def all_templates(campaign: Campaign, round_: Round) -> bytes:
    """Write the workbooks of every unit that has a criteria set, as one ZIP."""
    scores = current_scores(campaign)
    kinds = set(current_criteria(campaign))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for unit in campaign.units:
            if unit.kind in kinds:
                data = score_template(campaign, unit, round_, scores.get(unit.code, {}))
                archive.writestr(template_name(unit, round_), data)
    return out.getvalue()


def archive_name(campaign: Campaign, round_: Round) -> str:
    """Name of the ZIP of all workbooks of a round."""
    return f"{campaign.slug}_{FILE_LABELS[round_]}.zip"


def _version_of(campaign: Campaign, unit: Unit) -> CriteriaVersion:
    version = current_criteria(campaign).get(unit.kind)
    if version is None:
        raise NotFoundError(
            f"Loại đơn vị “{unit.kind}” chưa có bộ tiêu chí. Hãy nhập bộ tiêu chí trước."
        )
    return version


# --- in ----------------------------------------------------------------------------------


def import_scores(
    slug: str,
    files: Sequence[tuple[str, bytes]],
    round_: Round,
    reason: str = "",
    *,
    actor: Actor,
) -> ImportReport:
    """Take filled workbooks, or a ZIP of them, into one round.

    Importing the same content again changes nothing. Points that differ from what stands
    become a new revision, and need ``reason``.

    Parameters
    ----------
    slug
        The campaign.
    files
        (name, content).
    round_
        Round the files belong to; each names its own and must agree.
    reason
        Why scores change; not needed for first ones.
    actor
        Needs ``scores.import``, and may not appraise a unit he or she works in.

    Raises
    ------
    ForbiddenError, ConflictError, SurveyError
        If the person may not, the campaign takes no scores now, or no file came.

    """
    if not actor.may(Permission.SCORES_IMPORT):
        raise ForbiddenError("Chỉ người phân tích được nhập điểm. Hãy liên hệ người quản trị.")
    uploads = unpack(files)
    if not uploads:
        raise SurveyError("Chưa có tệp nào. Hãy chọn các tệp .xlsx hoặc một tệp .zip.")
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state not in OPEN_FOR_SCORES:
            raise ConflictError(
                "Chỉ nhập điểm được từ khi kế hoạch được duyệt đến trước khi chỉ số được phê duyệt."
            )
        versions = current_criteria(campaign)
        desk = ScoreDesk(session, campaign, round_, reason.strip(), actor, versions)
        read = _refuse_twice([(upload, desk.read(upload)) for upload in uploads])
        judged = [(upload, desk.judge(upload, reading)) for upload, reading in read]
        sound = [(upload, reading) for upload, reading in judged if not reading.mistakes]
        accepted = [desk.take(upload, reading) for upload, reading in sound]
        report = ImportReport(
            round=round_,
            accepted=tuple(accepted),
            refused=tuple(
                Refused(upload.name, reading.mistakes)
                for upload, reading in judged
                if reading.mistakes
            ),
            missing=desk.missing([file.unit for file in accepted]),
            not_applicable=_declared(round_, sound, desk.units),
        )
        record(
            session,
            actor,
            "scores.import",
            slug,
            round=round_.value,
            reason=reason,
            accepted={file.unit: [file.new, file.changed] for file in accepted},
            files={upload.name: upload.sha256 for upload, _ in sound},
            refused=len(report.refused),
        )
    return report


def _refuse_twice(read: Sequence[tuple[Uploaded, Reading]]) -> list[tuple[Uploaded, Reading]]:
    """Refuse every file of a unit that more than one file speaks for."""
    files: dict[str, list[str]] = {}
    for upload, reading in read:
        if reading.unit is not None:
            files.setdefault(reading.unit, []).append(upload.name)
    return [
        (
            upload,
            reading.refused(
                Mistake(
                    upload.name,
                    "cả tệp",
                    f"đơn vị {reading.unit} có trong nhiều tệp: {', '.join(files[reading.unit])}",
                    "chỉ gửi một tệp cho mỗi đơn vị",
                )
            )
            if reading.unit is not None and len(files[reading.unit]) > 1
            else reading,
        )
        for upload, reading in read
    ]


def _declared(
    round_: Round, read: Iterable[tuple[Uploaded, Reading]], units: Mapping[str, Unit]
) -> dict[str, tuple[str, ...]]:
    if round_ is not Round.SELF:
        return {}
    return {
        units[reading.unit].name: codes
        for _, reading in read
        if reading.unit
        and (codes := tuple(c for c, line in reading.lines.items() if line.not_applicable))
    }
