"""Samples drawn from lists: by a public seed, so that anybody can draw them again.

How many are taken from where is decided in ``services.draw_plans``; the draw itself is
``sampling.selection``. A draw is never changed: it is numbered, kept with its list's digest,
and its reserve is called in order, in whole batches, with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.names import tidy
from sampling.reserves import release
from sampling.selection import Draw as Drawing
from sampling.selection import Drawn, DrawPlan, Method, Verification, draw_sample, verify_draw
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import number as printed
from survey_app.models import Draw, Person, Roster
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.draw_plans import By, DrawOrder, frame_of, preview_draw
from survey_app.services.rosters import need_open, roster_of
from survey_app.services.transactions import transaction

SEED_LENGTHS: Final = range(8, 201)
"""A seed one could guess, or try until the sample pleases, is none. [characters]"""


@dataclass(frozen=True, slots=True)
class ReserveLine:
    """The reserve of one part. [persons].

    Attributes
    ----------
    code, chosen
        The part, and how many were drawn from it.
    waiting, released
        In reserve in all, and called so far.
    batches
        Batches called so far, with their sizes and reasons.

    """

    code: str
    chosen: int
    waiting: int
    released: int
    batches: tuple[tuple[int, str], ...]

    @property
    def left(self) -> int:
        """Names not called yet."""
        return self.waiting - self.released


@dataclass(frozen=True, slots=True)
class Called:
    """One person to be asked; ``batch`` is 0 for the sample, else the batch of the reserve."""

    line: int
    person: Person
    part: str
    batch: int


def draw_people(slug: str, roster_id: int, order: DrawOrder, *, actor: Actor) -> int:
    """Draw a sample and its reserve from a list, and keep it for good.

    Parameters
    ----------
    slug, roster_id
        The list.
    order
        What was decided.
    actor
        Who draws.

    Returns
    -------
    int
        Number of the draw.

    Raises
    ------
    SurveyError
        With everything that is wrong; then nothing is drawn.
    ConflictError
        If the campaign is over, or this line was drawn from this list and nobody says why
        again.

    """
    seed = tidy(order.seed)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_open(campaign)
        roster = roster_of(campaign, roster_id, session)
        session.execute(select(Roster.id).where(Roster.id == roster.id).with_for_update())
        preview = preview_draw(campaign, roster, order, session)
        order = preview.order
        if problems := [*_seed_problems(seed), *preview.problems]:
            raise SurveyError("Chưa rút được mẫu; chưa lưu gì.", details=problems)
        _need_first(session, roster, order)
        drawing = draw_sample(preview.frame, replace(preview.plan, seed=seed))
        number = 1 + (
            session.scalar(select(func.max(Draw.number)).where(Draw.roster_id == roster.id)) or 0
        )
        session.add(
            Draw(
                roster_id=roster.id,
                number=number,
                rule=order.rule,
                method=order.method,
                seed=seed,
                frame_sha256=drawing.frame_digest,
                result=_kept(drawing, order),
                author=actor.name,
            )
        )
        record(
            session, actor, "roster.draw", slug,
            list=roster.name, number=number, rule=order.rule, method=order.method, by=order.by,
            seed=seed, chosen=len(drawing.chosen), reserve=len(drawing.reserve),
            frame_sha256=drawing.frame_digest, reason=order.reason.strip() or None,
        )  # fmt: skip
    return number


def release_batch(
    slug: str,
    roster_id: int,
    number: int,
    part: str,
    reason: str,
    *,
    seen: int | None = None,
    actor: Actor,
) -> int:
    """Call the next batch of the reserve of one part, whole and in order.

    Parameters
    ----------
    slug, roster_id, number
        The draw.
    part
        Unit code, stratum, or empty for a draw from the whole list.
    reason
        Why the sample is not enough.
    seen
        Names of the part called when the page was made; a second click calls no second batch.
    actor
        Who calls.

    Returns
    -------
    int
        Names called now. [persons]

    Raises
    ------
    ConflictError
        If nobody is left, or a batch was called meanwhile.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_open(campaign)
        draw = draw_of(roster_of(campaign, roster_id, session), number, session, lock=True)
        line = _reserve_line(draw, part)
        if not line.left:
            raise ConflictError("Không còn ai trong danh sách dự phòng để gọi.")
        if seen is not None and seen != line.released:
            raise ConflictError(
                "Đã có đợt dự phòng được gọi sau khi trang này mở: nay là "
                f"{printed(line.released)} người. Hãy xem lại trước khi gọi thêm."
            )
        batch = int(draw.result["batch"])
        keys = recorded(draw).reserve_of(part)
        called = len(release(keys, released=line.released, missing=batch, batch=batch).keys)
        releases = [*draw.result["releases"], {"part": part, "count": called, "reason": reason}]
        draw.result = {**draw.result, "releases": releases}
        draw.released += called
        record(
            session, actor, "roster.release", slug,
            list=draw.roster.name, number=number, part=part or None, called=called,
            so_far=line.released + called, reason=reason,
        )  # fmt: skip
    return called


def verify(slug: str, roster_id: int, number: int) -> Verification:
    """Draw again from the list as it stands and say what differs; needs no contacts."""
    campaign = campaign_by_slug(slug)
    roster = roster_of(campaign, roster_id)
    draw = draw_of(roster, number)
    return verify_draw(recorded(draw), frame_of(campaign, roster, by_of(draw)))


def draw_of(
    roster: Roster, number: int, session: Session | None = None, *, lock: bool = False
) -> Draw:
    """Return a draw of a list.

    Raises
    ------
    NotFoundError
        If there is none with this number.

    """
    wanted = select(Draw).where(Draw.roster_id == roster.id, Draw.number == number)
    found = (session or db.session).scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFoundError(f"Danh sách “{roster.name}” không có lần rút số {number}.")
    return found


def by_of(draw: Draw) -> By:
    """Return what was drawn from separately."""
    return By(draw.result["by"])


def recorded(draw: Draw) -> Drawing:
    """Return a draw as it was recorded, in the words of ``sampling.selection``."""
    kept = draw.result
    return Drawing(
        DrawPlan(Method(draw.method), draw.seed, kept["sizes"], kept["wanted_reserve"]),
        kept["frame_id"],
        draw.frame_sha256,
        kept["sorted_by"],
        tuple(Drawn(*row) for row in kept["chosen"]),
        tuple(Drawn(*row) for row in kept["reserve"]),
        kept["algorithm"],
    )


def reserve_lines(draw: Draw) -> tuple[ReserveLine, ...]:
    """Return the parts somebody was drawn from, in the order of the draw."""
    chosen = Counter(part for _, part, _ in draw.result["chosen"])
    waiting = Counter(part for _, part, _ in draw.result["reserve"])
    batches: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for each in draw.result["releases"]:
        batches[each["part"]].append((each["count"], each["reason"]))
    return tuple(
        ReserveLine(
            code=part,
            chosen=count,
            waiting=waiting[part],
            released=sum(called for called, _ in batches[part]),
            batches=tuple(batches[part]),
        )
        for part, count in chosen.items()
    )


def called_people(draw: Draw, part: str | None = None) -> tuple[Called, ...]:
    """Return who is to be asked: the sample of each part, then its reserve as it was called.

    Names of the reserve that were not called are shown to nobody.

    Parameters
    ----------
    draw
        The draw.
    part
        One part, or None for all.

    """
    keys = [key for key, code, _ in _called(draw) if part in (None, code)]
    people = {
        person.key: person
        for person in db.session.scalars(
            select(Person)
            .where(Person.roster_id == draw.roster_id, Person.key.in_(keys))
            .options(joinedload(Person.unit))
        )
    }
    called = (each for each in _called(draw) if part in (None, each[1]))
    return tuple(
        Called(line, people[key], code, batch)
        for line, (key, code, batch) in enumerate(called, start=1)
    )


def _called(draw: Draw) -> Iterator[tuple[str, str, int]]:
    """Yield key, part and batch in the order of calling."""
    chosen, waiting = (_by_part(draw.result[name]) for name in ("chosen", "reserve"))
    for line in reserve_lines(draw):
        yield from ((key, line.code, 0) for key in chosen[line.code])
        names = iter(waiting[line.code])
        for batch, (count, _reason) in enumerate(line.batches, start=1):
            yield from ((key, line.code, batch) for key in islice(names, count))


def _by_part(rows: list[list[Any]]) -> defaultdict[str, list[str]]:
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for key, part, _probability in rows:
        keys[part].append(key)
    return keys


def _reserve_line(draw: Draw, part: str) -> ReserveLine:
    for line in reserve_lines(draw):
        if line.code == part:
            return line
    raise NotFoundError(f"Lần rút số {draw.number} không lấy ai ở “{part}”.")


def _seed_problems(seed: str) -> Iterator[str]:
    if len(seed) not in SEED_LENGTHS:
        yield (
            "Số công khai dài từ 8 đến 200 ký tự, không đoán trước được: ví dụ 20 chữ số quay "
            "trước mọi người, hoặc kết quả xổ số của ngày rút."
        )


def _need_first(session: Session, roster: Roster, order: DrawOrder) -> None:
    """Refuse to draw the same line from the same list again without saying why."""
    before = session.scalar(
        select(func.max(Draw.number)).where(Draw.roster_id == roster.id, Draw.rule == order.rule)
    )
    if before is not None and len(order.reason.strip()) < 5:  # noqa: PLR2004 - as need_reason
        served = f" cho dòng {order.rule}" if order.rule else ""
        raise ConflictError(
            f"Danh sách này đã rút{served} (lần {before}). Rút lại phải ghi lý do; lần rút trước "
            "vẫn được lưu."
        )


def _kept(drawing: Drawing, order: DrawOrder) -> dict[str, Any]:
    """Return what is kept of a draw beside its columns."""

    def plain(numbers: int | Mapping[str, int]) -> int | dict[str, int]:
        return numbers if isinstance(numbers, int) else dict(numbers)

    def rows(drawn: tuple[Drawn, ...]) -> list[list[object]]:
        return [[each.key, each.stratum, each.probability] for each in drawn]

    return {
        "by": order.by.value,
        "algorithm": drawing.algorithm,
        "frame_id": drawing.frame_id,
        "sorted_by": drawing.sorted_by,
        "sizes": plain(drawing.plan.sizes),
        "wanted_reserve": plain(drawing.plan.reserve),
        "chosen": rows(drawing.chosen),
        "reserve": rows(drawing.reserve),
        "answer_percent": order.answer_percent,
        "batch": order.batch,
        "reason": order.reason.strip(),
        "releases": [],
    }
