"""What a run is made of: ballots, scores and criteria by digest, and the code that computes.

The same digests say later whether a run is still what it would be today, and the ballots
counted per cell say whether two runs lie so close together that publishing both would give a
small group away. Running and releasing is ``index_runs``; the frames are ``frames``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import analysis
import questionnaires
from analysis.results import IndexResult
from questionnaires.model import Campaign as Definition
from survey_app.errors import ConflictError
from survey_app.models import Campaign, CriteriaVersion, IndexRun, Status
from survey_app.services.definitions import current_criteria, definition_of
from survey_app.services.frames import Frame, ballots_frame, scores_frame

DISTRIBUTION: Final = "cchc"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a computation would be made of now; ``versions`` by kind of unit in the plan."""

    definition: Definition
    versions: Mapping[str, CriteriaVersion]
    ballots: Frame
    scores: Frame

    @property
    def criteria_sha256(self) -> dict[str, str]:
        """Digest of the criteria set of each kind of unit."""
        return {kind: version.sha256 for kind, version in self.versions.items()}

    def changed_since(self, run: IndexRun) -> Iterator[str]:
        """Yield one sentence for each input that is no longer what a run was computed from."""
        for name, now, then in (
            ("Phiếu", self.ballots.sha256, run.frame_sha256),
            ("Điểm chấm", self.scores.sha256, run.scores_sha256),
            ("Bộ tiêu chí", self.criteria_sha256, run.criteria_sha256),
        ):
            if now != then:
                yield f"{name} đã thay đổi sau khi tính lần số {run.number}; hãy tính lại."


def inputs_of(campaign: Campaign) -> Inputs:
    """Read what a computation would be made of now.

    Raises
    ------
    ConflictError
        If the campaign has no criteria set.

    """
    versions = current_criteria(campaign)
    if not versions:
        raise ConflictError("Đợt này chưa có bộ tiêu chí. Hãy nhập bộ tiêu chí trước.")
    definition = definition_of(campaign)
    kinds = dict.fromkeys(unit.kind for unit in definition.units)
    return Inputs(
        definition=definition,
        versions={kind: versions[kind] for kind in kinds if kind in versions},
        ballots=ballots_frame(campaign),
        scores=scores_frame(campaign, versions),
    )


def too_close(before: IndexResult, after: IndexResult) -> Iterator[str]:
    """Yield one line for each cell whose counted ballots differ by a few, but do differ.

    Whoever holds both results subtracts one from the other; what remains in such a cell are
    the answers of fewer than ``k_mean`` people. [ballots]
    """
    few = after.settings.k_mean
    then, now = _counted(before), _counted(after)
    for unit, rule in sorted(then.keys() | now.keys()):
        old, new = then.get((unit, rule), 0), now.get((unit, rule), 0)
        if 0 < abs(new - old) < few:
            name = after.unit_by_code[unit].name if unit in after.unit_by_code else unit
            yield f"{name}, nhóm {rule}: trước {old} phiếu, nay {new} phiếu."


def _counted(result: IndexResult) -> dict[tuple[str, str], int]:
    return {
        (row.unit, row.rule): row.n for row in result.ballots if row.status == Status.COUNTED.value
    }


@cache
def code_version() -> str:
    """Version of the package and digest of the sources that compute: ``0.1.0+3f9c…``.

    The digest covers every Python file of ``analysis`` and ``questionnaires``, so a changed
    line is a changed version whether or not somebody committed it.
    """
    digest = hashlib.sha256()
    for room in (analysis, questionnaires):
        root = Path(str(room.__file__)).parent
        for file in sorted(root.rglob("*.py")):
            digest.update(file.relative_to(root.parent).as_posix().encode())
            digest.update(file.read_bytes())
    return f"{metadata.version(DISTRIBUTION)}+{digest.hexdigest()[:16]}"
