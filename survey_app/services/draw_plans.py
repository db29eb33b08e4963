"""What a draw would take: from which part of a list how many, and how many in reserve.

Numbers come from the plan's targets unless somebody types others; reserves from the share of
people expected to answer (``sampling.reserves``). Nothing is drawn or kept here, see
``services.draws``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Design
from sampling.apportionment import apportion
from sampling.frames import Frame, make_frame
from sampling.reserves import reserve_size
from sampling.selection import DrawPlan, Method
from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.formats import number
from survey_app.models import Campaign, Person, QuotaRule, Roster, Unit
from survey_app.services.plans import cells_of_rule, plan_of, rule_by_code

METHODS: Final = (Method.SIMPLE, Method.SYSTEMATIC, Method.PPS_SYSTEMATIC)
"""What the screen offers."""

SORTED_BY: Final = "thứ tự trong danh sách"

USUAL_ANSWER_PERCENT: Final = 80
USUAL_BATCH: Final = 5
MOST_BATCH: Final = 1000


class By(StrEnum):
    """What is drawn from separately."""

    UNIT = "unit"
    STRATUM = "stratum"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """What somebody decided about a draw.

    Attributes
    ----------
    rule
        Code of the line of the plan it serves, or None.
    method, by
        How, and from what parts.
    numbers
        Part -> people to draw; a part that is left out has what the plan asks. [persons]
    take_short
        Whether a part with fewer people is taken whole.
    answer_percent
        People out of a hundred who answer when called. (0-100]
    batch
        Names of the reserve called together. [persons]
    seed
        The public line of text.
    reason
        Why once more, when the same line was drawn from this list before.

    """

    rule: str | None = None
    method: Method = Method.SIMPLE
    by: By = By.UNIT
    numbers: Mapping[str, int] = field(default_factory=dict)
    take_short: bool = False
    answer_percent: int = USUAL_ANSWER_PERCENT
    batch: int = USUAL_BATCH
    seed: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list. [persons].

    Attributes
    ----------
    code, label
        Unit code, stratum, or empty for the whole list; its name in words, empty where
        people stand under none.
    listed
        On the list.
    asked
        By the plan, or None.
    wanted
        To be drawn.
    reserve
        To wait behind them; never more than are left.

    """

    code: str
    label: str
    listed: int
    asked: int | None
    wanted: int
    reserve: int
    short_reserve: bool

    @property
    def is_short(self) -> bool:
        """Whether fewer stand on the list than are wanted."""
        return self.wanted > self.listed


@dataclass(frozen=True, slots=True)
class DrawPreview:
    """What a draw would take.

    Attributes
    ----------
    frame
        The list in its one order; its digest is published before the draw.
    parts
        Units in plan order, or strata by name.
    absent
        Units the plan asks about and nobody on the list stands under, with their targets.
    problems
        What keeps it from being drawn; sentences.

    """

    order: DrawOrder
    frame: Frame
    parts: tuple[Part, ...]
    absent: tuple[tuple[Unit, int], ...]
    problems: tuple[str, ...]

    @property
    def wanted(self) -> int:
        """People to be drawn."""
        return sum(part.wanted for part in self.parts)

    @property
    def reserve(self) -> int:
        """People in reserve."""
        return sum(part.reserve for part in self.parts)

    @property
    def plan(self) -> DrawPlan:
        """The draw in the words of ``sampling.selection``."""
        if self.order.by is By.LIST:
            (part,) = self.parts
            return DrawPlan(self.order.method, self.order.seed, part.wanted, part.reserve)
        return DrawPlan(
            self.order.method,
            self.order.seed,
            {part.code: part.wanted for part in self.parts},
            {part.code: part.reserve for part in self.parts},
        )


def usual_order(campaign: Campaign, roster: Roster, rule: str | None = None) -> DrawOrder:
    """Return the order a page starts with: the first line that asks this list's group."""
    rules = plan_of(campaign).rules
    mine = [each for each in rules if each.group == roster.group]
    chosen = rule_by_code(campaign, rule) if rule else next(iter(mine), None)
    has_units = db.session.scalar(
        select(Person.id).where(Person.roster_id == roster.id, Person.unit_id.is_not(None)).limit(1)
    )
    own = chosen is None or chosen.design is Design.OWN
    by = By.UNIT if own and has_units is not None else By.LIST
    return DrawOrder(chosen.code if chosen else None, by=by)


def frame_of(campaign: Campaign, roster: Roster, by: By, session: Session | None = None) -> Frame:
    """Lay a list in the one order it is drawn from; nothing of it is a contact.

    The name of the list and the campaign's short code are part of every random number.
    """
    rows = (
        (session or db.session)
        .execute(
            select(Person.key, Unit.code, Person.stratum, Person.size, Person.position)
            .outerjoin(Person.unit)
            .where(Person.roster_id == roster.id)
            .order_by(Person.position)
        )
        .all()
    )
    sized = all(row.size is not None for row in rows)
    strata = {By.UNIT: [row.code or "" for row in rows], By.STRATUM: [r.stratum for r in rows]}
    return make_frame(
        f"{campaign.short_code}/{roster.name}",
        [row.key for row in rows],
        strata=strata.get(by),
        sizes=[row.size for row in rows] if sized else None,
        sort_keys=[f"{row.position:06d}" for row in rows],
        sorted_by=SORTED_BY,
    )


def preview_draw(
    campaign: Campaign, roster: Roster, order: DrawOrder, session: Session | None = None
) -> DrawPreview:
    """Say what a draw would take.

    Raises
    ------
    NotFoundError
        If the plan has no such line.
    SurveyError
        If a number lies outside its range.

    """
    _need_numbers(order)
    session = session or db.session()
    rule = rule_by_code(campaign, order.rule, session) if order.rule else None
    frame = frame_of(campaign, roster, order.by, session)
    listed = _listed(frame, order.by)
    targets = _targets(session, rule)
    asked = _asked(rule, order.by, targets, listed)
    units = {
        unit.code: unit
        for unit in session.scalars(
            select(Unit).where(Unit.campaign_id == campaign.id).order_by(Unit.position)
        )
    }
    places = {code: place for place, code in enumerate(units)}
    in_order = sorted(listed, key=lambda code: (places.get(code, len(places)), code))
    parts = tuple(
        _part(code, units[code].name if code in units else code, listed[code], asked, order)
        for code in in_order
    )
    absent = tuple(
        (unit, targets[code])
        for code, unit in units.items()
        if order.by is By.UNIT and targets.get(code) and code not in listed
    )
    problems = tuple(_problems(order, frame, parts))
    return DrawPreview(
        replace(order, rule=rule.code if rule else None), frame, parts, absent, problems
    )


def _need_numbers(order: DrawOrder) -> None:
    wrong = []
    if not 1 <= order.answer_percent <= 100:  # noqa: PLR2004 - percent
        wrong.append("Tỷ lệ trả lời dự kiến từ 1 đến 100 %.")
    if not 1 <= order.batch <= MOST_BATCH:
        wrong.append(f"Mỗi đợt dự phòng gọi từ 1 đến {MOST_BATCH} người.")
    if any(wanted < 0 for wanted in order.numbers.values()):
        wrong.append("Số người phải rút không được âm.")
    if wrong:
        raise SurveyError("Chưa tính được mẫu.", details=wrong)


def _listed(frame: Frame, by: By) -> dict[str, int]:
    """Count people of each part."""
    return {"": len(frame.keys)} if by is By.LIST else dict(Counter(frame.strata))


def _targets(session: Session, rule: QuotaRule | None) -> dict[str, int]:
    """Ballots the plan wants about each unit; of a crossed rule as many people as one has."""
    cells = cells_of_rule(session, rule, None) if rule else ()
    return {cell.unit.code: cell.target for cell in cells if cell.target}


def _asked(
    rule: QuotaRule | None, by: By, targets: Mapping[str, int], listed: Mapping[str, int]
) -> dict[str, int | None]:
    """People the plan asks of each part; shared by size where it names only their sum."""
    if rule is None:
        return dict.fromkeys(listed)
    crossed = rule.design is Design.CROSS
    if by is By.UNIT and not crossed:
        return {code: targets.get(code, 0) for code in listed}
    total = max(targets.values(), default=0) if crossed else sum(targets.values())
    if by is By.LIST:
        return {"": total}
    shares = apportion(total, list(listed.values()))
    return dict(zip(listed, map(int, shares), strict=True))


def _part(
    code: str, label: str, listed: int, asked: Mapping[str, int | None], order: DrawOrder
) -> Part:
    wanted = order.numbers.get(code, asked.get(code) or 0)
    if order.take_short:
        wanted = min(wanted, listed)
    needed = reserve_size(wanted, order.answer_percent / 100)
    reserve = min(needed, max(listed - wanted, 0))
    return Part(code, label, listed, asked.get(code), wanted, reserve, reserve < needed)


def _problems(order: DrawOrder, frame: Frame, parts: Sequence[Part]) -> Iterator[str]:
    if order.method not in METHODS:
        yield "Chỉ rút ngẫu nhiên đơn giản, hệ thống hoặc theo quy mô (PPS)."
    if order.by is not By.LIST and {part.code for part in parts} == {""}:
        what = "đơn vị" if order.by is By.UNIT else "tầng"
        yield f"Danh sách không có cột {what}; hãy rút chung cả danh sách."
    if order.method.by_size and not _is_sized(frame):
        yield (
            "Rút theo quy mô (PPS) cần mọi người trong danh sách có quy mô; danh sách này thiếu "
            "hoặc mọi quy mô bằng nhau."
        )
    if unknown := sorted(order.numbers.keys() - {part.code for part in parts}):
        yield f"Danh sách không có phần nào là {', '.join(unknown)}."
    for part in parts:
        if part.is_short:
            where = f"{part.label or 'Không thuộc đơn vị, tầng nào'}: " if part.code else ""
            yield (
                f"{where}cần {number(part.wanted)} người nhưng danh sách chỉ có "
                f"{number(part.listed)}."
            )
    if not any(part.wanted for part in parts):
        yield "Chưa có ai để rút: hãy chọn dòng phân bổ hoặc ghi số người."


def _is_sized(frame: Frame) -> bool:
    return len(set(frame.sizes)) > 1
