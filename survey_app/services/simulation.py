"""A campaign filled with answers nobody gave, through the doors real answers use.

Slips are issued and printed, ballots submitted under their codes, sheets printed and
keyed, a few excluded, scores imported from workbooks: every promise holds for simulated
data too. What is made bears "DỮ LIỆU MÔ PHỎNG" because the campaign is ``simulated``.
Used by ``cchc demo``; the chances are in ``sampling.simulate``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from questionnaires.model import BLANK, Design, Kind, QuotaRule
from sampling.simulate import (
    SimulatedScore,
    simulate_answers,
    simulate_not_met,
    simulate_qualities,
    simulate_scores,
    simulate_severity,
)
from survey_app.errors import ConflictError
from survey_app.models import Campaign, Round, Status, Unit
from survey_app.services.audit import Actor
from survey_app.services.ballots import submit_ballot
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.decisions import admit_next, exclude_ballot
from survey_app.services.definitions import criteria_of, rule_definition, rule_form
from survey_app.services.entries import Reading, key_booklet, print_sheets
from survey_app.services.plans import cells_of, plan_of
from survey_app.services.score_sheets import Given
from survey_app.services.selfscores import score_template, template_name
from survey_app.services.slips import issue_slips, print_slips

PHONE_SHARE: Final = 0.88
"""Of the ballots of an ``own`` rule; the rest come on paper. [0-1]"""

BOOKLETS: Final = {"CH1": 1, "CX3": 3}
"""People of a crossed rule who answer on paper. [persons]"""

SHORT: Final = 3
"""Ballots the one short cell lacks. [ballots]"""

CROWDED: Final = 3
"""Cells where more people answer than the plan asked for. [cells]"""

EXTRA: Final = 2
"""People too many in each of them. [persons]"""

BARE: Final = 4
"""Sheets handed in nearly empty: returned, not valid. [sheets]"""

EXCLUDED: Final = 4
"""Sheets a coordinator leaves out. [sheets]"""

BLANK_ON_PAPER: Final = 0.02
OUTSIDERS: Final = frozenset({"CH4", "CX4"})

Tell = Callable[[int], None]


@dataclass
class Simulation:
    """One filling of one campaign.

    Attributes
    ----------
    slug
        An opened, simulated campaign.
    coordinator, enumerator
        Who prints and decides; who keys.
    rng
        Source of all chance.
    tell
        Called with the number of ballots each step added.

    """

    slug: str
    coordinator: Actor
    enumerator: Actor
    rng: np.random.Generator
    tell: Tell = lambda _n: None
    serials: list[tuple[str, str, str]] = field(default_factory=list)
    unreturned: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.campaign: Campaign = campaign_by_slug(self.slug)
        if not self.campaign.simulated:
            msg = f"Đợt “{self.campaign.title}” không phải dữ liệu mô phỏng; không điền giả."
            raise ConflictError(msg)
        # Plain values: each service lets its rows go, and thousands of reloads take seconds.
        stored = list(plan_of(self.campaign).rules)
        self.short_code = self.campaign.short_code
        self.rules = [rule_definition(self.campaign, rule) for rule in stored]
        self.forms = {rule.code: rule_form(self.campaign, rule) for rule in stored}
        self.units: dict[str, list[str]] = {rule.code: [] for rule in self.rules}
        for cell in cells_of(self.campaign):
            self.units[cell.rule.code].append(cell.unit.code)
        self.quality = simulate_qualities([unit.code for unit in self.campaign.units], self.rng)

    # --- one person ----------------------------------------------------------------------

    def _answers(self, rule: QuotaRule, unit: str, severity: float) -> dict[str, str]:
        return simulate_answers(self.forms[rule.code], self.quality[unit], severity, self.rng)

    def _ticks(
        self, rule: QuotaRule, unit: str, severity: float, *, most: int | None = None
    ) -> dict[str, str]:
        """Return what a keyer types from a sheet: ``.`` where a line was left empty."""
        form = self.forms[rule.code]
        ticked = simulate_answers(
            form, self.quality[unit], severity, self.rng, blank_share=BLANK_ON_PAPER
        )
        ticked = dict(list(ticked.items())[:most])
        choices = [q.code for q in form.questions if q.kind is not Kind.TEXT]
        return {code: ticked.get(code, BLANK) for code in choices}

    def _severity(self, rule: QuotaRule) -> float:
        return simulate_severity(self.rng, outsider=rule.form in OUTSIDERS)

    def _send(
        self, code: str, rule: QuotaRule, unit: str, severity: float, *, met: bool = True
    ) -> None:
        submit_ballot(
            self.short_code,
            rule.code,
            unit,
            code,
            self._answers(rule, unit, severity) if met else {},
            met=met,
            address="simulated",
        )
        self.tell(1)

    # --- one rule ------------------------------------------------------------------------

    def fill(self) -> None:
        """Fill every rule, exclude a few ballots and fill their places again."""
        for rule in self.rules:
            if rule.design is Design.CROSS:
                self._crossed(rule)
            else:
                self._own_phones(rule)
                self._own_paper(rule)
        self._exclude()
        self._top_up()

    def _crossed(self, rule: QuotaRule) -> None:
        booklets = BOOKLETS.get(rule.code, 0)
        for _unit, code in self._slips(rule, None, rule.per_unit - booklets):
            severity = self._severity(rule)
            for unit in self.units[rule.code]:
                self._send(code, rule, unit, severity, met=not simulate_not_met(rule, self.rng))
        for serial in self._sheets(rule, booklets):
            self._key_booklet(rule, serial[1])

    def _key_booklet(self, rule: QuotaRule, serial: str) -> None:
        """Key one person's booklet; the profile stands with the first unit only."""
        severity = self._severity(rule)
        profile = {question.code for question in self.forms[rule.code].profile_questions}
        first = self.units[rule.code][0]
        readings = {}
        for unit in self.units[rule.code]:
            ticks = self._ticks(rule, unit, severity)
            left_out = set() if unit == first else profile
            readings[unit] = Reading({q: tick for q, tick in ticks.items() if q not in left_out})
        key_booklet(self.slug, serial, readings, actor=self.enumerator)
        self.tell(len(readings))

    def _own_phones(self, rule: QuotaRule) -> None:
        for unit, code in self._slips(rule, None, round(rule.per_unit * PHONE_SHARE)):
            self._send(code, rule, unit, self._severity(rule))

    def _own_paper(self, rule: QuotaRule) -> None:
        last = rule is self.rules[-1]
        bare = BARE if last else 0
        sheets = self._sheets(rule, rule.per_unit - round(rule.per_unit * PHONE_SHARE))
        if last:  # these never came back from the last unit
            sheets, self.unreturned = sheets[:-SHORT], sheets[-SHORT:]
        for unit, serial in sheets:
            ticks = self._ticks(rule, unit, self._severity(rule), most=3 if bare > 0 else None)
            bare -= 1
            key_booklet(self.slug, serial, {unit: Reading(ticks)}, actor=self.enumerator)
            self.serials.append((rule.code, unit, serial))
            self.tell(1)

    def _slips(self, rule: QuotaRule, unit: str | None, count: int) -> list[tuple[str, str]]:
        """Issue and print slips; return unit (empty for a crossed rule) and code of each."""
        numbers = issue_slips(self.slug, rule.code, unit, count, actor=self.coordinator)
        printed = print_slips(self.slug, numbers=numbers, actor=self.coordinator)
        return [(slip.unit.code if slip.unit else "", slip.code) for slip in printed]

    def _sheets(self, rule: QuotaRule, count: int) -> list[tuple[str, str]]:
        """Print sheets; return unit (empty for a booklet) and serial of each, by unit."""
        if count == 0:
            return []
        printed = print_sheets(self.slug, rule.code, None, count, actor=self.coordinator)
        return [(sheet.unit.code if sheet.unit else "", sheet.serial) for sheet in printed]

    # --- what a coordinator does afterwards ------------------------------------------------

    def _exclude(self) -> None:
        """Leave out a few keyed sheets, as if two had one hand and one came late."""
        reasons = ("hai phiếu cùng một nét chữ", "phiếu photo, không phải bản in", "phiếu thử")
        chosen = self.rng.choice(len(self.serials), EXCLUDED, replace=False)
        for place, index in enumerate(sorted(int(i) for i in chosen)):
            _rule, unit, serial = self.serials[index]
            why = reasons[place % len(reasons)]
            exclude_ballot(self.slug, serial, unit, why, actor=self.coordinator)

    def _top_up(self) -> None:
        """Find more people where places are still free, but for one cell; overfill a few."""
        cells = cells_of(campaign_by_slug(self.slug))
        free = {(cell.rule.code, cell.unit.code): cell.missing for cell in cells[:-1]}
        ids = {(cell.rule.code, cell.unit.code): cell.id for cell in cells}
        for rule in self.rules:
            mine = {unit: free.get((rule.code, unit), 0) for unit in self.units[rule.code]}
            if rule.design is Design.CROSS:
                self._more_crossed(rule, mine)
                continue
            for unit, count in mine.items():
                self._more_own(rule, unit, count)
        last = self.rules[-1]
        crowded = self.units[last.code][:CROWDED]
        for unit in crowded:
            self._more_own(last, unit, EXTRA)
        unit = crowded[-1]  # the first unit's sheets are the bare ones: no place comes free there
        self._admit_one(last.code, unit, ids[last.code, unit])

    def _more_crossed(self, rule: QuotaRule, free: dict[str, int]) -> None:
        while any(free.values()):
            code = self._slips(rule, None, 1)[0][1]
            severity = self._severity(rule)
            for unit in [unit for unit, places in free.items() if places]:
                free[unit] -= 1
                self._send(code, rule, unit, severity)

    def _more_own(self, rule: QuotaRule, unit: str, count: int) -> None:
        if count <= 0:
            return
        for _unit, code in self._slips(rule, unit, count):
            self._send(code, rule, unit, self._severity(rule))

    def _admit_one(self, rule_code: str, unit_code: str, cell_id: int) -> None:
        """Show a place going to the next in line after an exclusion."""
        why = "người trả lời không thuộc xã"
        for rule, unit, serial in self.serials:
            if (rule, unit) != (rule_code, unit_code):
                continue
            try:
                before = exclude_ballot(self.slug, serial, unit, why, actor=self.coordinator)
            except ConflictError:  # excluded before
                continue
            if before is Status.COUNTED:
                admit_next(self.slug, cell_id, "thay phiếu đã loại", actor=self.coordinator)
                return

    # --- points --------------------------------------------------------------------------

    def score_files(self, round_: Round) -> bytes:
        """Write one filled workbook per unit as a ZIP: self-scores, or those with appraisal.

        The appraised round shows the self-scores of the round before.
        """
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for unit, scores in self._scores():
                archive.writestr(
                    template_name(unit, round_),
                    score_template(self.campaign, unit, round_, _given(scores, round_)),
                )
        return out.getvalue()

    def _scores(self) -> Iterator[tuple[Unit, dict[str, SimulatedScore]]]:
        """Draw each unit's scores; the same in every round."""
        rng = np.random.default_rng(self.campaign.year)
        for unit in self.campaign.units:
            criteria = criteria_of(self.campaign, unit.kind)
            if criteria is not None:
                yield unit, simulate_scores(criteria, self.quality[unit.code], rng)


def _given(scores: Mapping[str, SimulatedScore], round_: Round) -> dict[tuple[Round, str], Given]:
    """Put scores as a workbook shows them: what the unit claims, what the appraisal leaves."""
    filled: dict[tuple[Round, str], Given] = {}
    for place, (code, score) in enumerate(scores.items()):
        filled[Round.SELF, code] = Given(
            score.self_score,
            evidence=f"Báo cáo số {place + 10}/BC (mô phỏng)" if place % 7 else "",
            note="" if place % 7 else "Tự chấm theo số liệu theo dõi của đơn vị (mô phỏng).",
        )
        if round_ is not Round.SELF:
            lowered = score.appraised_score != score.self_score
            filled[round_, code] = Given(
                score.appraised_score,
                note="Tài liệu kiểm chứng chưa đủ (mô phỏng)." if lowered else "",
            )
    return filled
