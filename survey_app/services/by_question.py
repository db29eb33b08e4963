"""Answering a crossed slip question by question: one question for every unit, then the next.

A delegate who rates 28 communes compares them on one point at a time. The way there is:

* the profile first, where it is still to be given. It is kept with every unit that is left,
  so whichever is finished first carries it, and ``services.ballots`` stores it once;
* then every question that must be answered, in the order of the paper, each a page of all
  units that are left;
* questions that may be left out (free text) have no page of their own: in a meeting nobody
  wants 28 empty boxes. They are folded under each unit on the last page, before it is sent.

Answers lie in the same sealed drafts as unit by unit (``services.drafts``), one per unit, all
of a page written in one transaction; ways and devices can be changed at any time. A unit is
finished when its last question that must be answered is; ``send_finished`` makes it a ballot
through ``services.ballots``, each in its own cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from questionnaires.model import Question, Questionnaire
from survey_app.formats import today
from survey_app.security import typed_digits
from survey_app.services.ballots import Receipt, submit_ballot
from survey_app.services.drafts import KEPT_DAYS
from survey_app.services.opened_slips import (
    NoSlipError,
    OpenedSlip,
    find_slip,
    need_collecting,
    need_valid,
    wrong_code,
)
from survey_app.services.sealed_drafts import drafts_of, remove_draft, write_draft
from survey_app.services.transactions import write_together

PROFILE: Final = "profile"
"""Code of the page of questions about the person; no question has a small letter."""

SECONDS_PER_QUESTION: Final = 12
"""Reading and ticking one question; what the planning desk reckons with too. [seconds]"""

Drafts = Mapping[str, Mapping[str, str]]
"""Unit code -> question code -> answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the way.

    Attributes
    ----------
    code
        ``PROFILE``, or the code of the question every unit is asked.
    asked
        What must be answered for each unit; None on the page about the person.
    optional
        What may be answered beside it: the profile, or on the last page what may be left out.
    number, total
        Place among the pages with a question; the profile has 0.

    """

    code: str
    asked: Question | None
    optional: tuple[Question, ...]
    number: int
    total: int

    @property
    def last(self) -> bool:
        """Whether no further page follows."""
        return self.number == self.total


def steps_of(form: Questionnaire, *, profile: bool) -> tuple[Step, ...]:
    """Return the pages of a form, in their order; none where nothing must be answered.

    Parameters
    ----------
    form
        As the people of the rule are asked it.
    profile
        Whether the person is still to be asked about himself.

    """
    needed = needed_of(form)
    rest = tuple(question for question in form.unit_questions if not question.required)
    first = (Step(PROFILE, None, form.profile_questions, 0, len(needed)),)
    pages = tuple(
        Step(question.code, question, rest if number == len(needed) else (), number, len(needed))
        for number, question in enumerate(needed, 1)
    )
    return (*first, *pages) if pages and profile and form.profile_questions else pages


def needed_of(form: Questionnaire) -> tuple[Question, ...]:
    """Return what must be answered about a unit before it is finished."""
    return tuple(question for question in form.unit_questions if question.required)


def is_finished(form: Questionnaire, draft: Mapping[str, str]) -> bool:
    """Whether everything that must be answered about a unit is."""
    return all(question.code in draft for question in needed_of(form))


def resumed_at(steps: Sequence[Step], units: Iterable[str], drafts: Drafts) -> Step:
    """Return the first page that some unit has not answered; the last where all have.

    The page about the person comes up only before anything is answered about all units: who
    left it empty then is not asked again.
    """
    left = list(units)
    pages = [step for step in steps if step.asked is not None]
    for step in pages:
        if any(step.code not in drafts.get(unit, {}) for unit in left):
            return steps[0] if step is pages[0] and not _profile_given(steps, drafts) else step
    return pages[-1]


def _profile_given(steps: Sequence[Step], drafts: Drafts) -> bool:
    asked = {question.code for question in steps[0].optional if steps[0].asked is None}
    return any(asked & answers.keys() for answers in drafts.values())


def minutes_left(form: Questionnaire, units: Iterable[str], drafts: Drafts) -> int:
    """Estimate how long the questions take that are left about some units. [minutes].

    Counted are those that must be answered and are not, at ``SECONDS_PER_QUESTION`` each.
    """
    needed = needed_of(form)
    open_ = sum(question.code not in drafts.get(unit, {}) for unit in units for question in needed)
    return max(1, -(-open_ * SECONDS_PER_QUESTION // 60)) if open_ else 0


# --- keeping and sending -----------------------------------------------------------------


def keep_page(
    short_code: str,
    rule_code: str,
    code: str,
    about: Drafts,
    *,
    person: Mapping[str, str] | None = None,
    late: bool = False,
    address: str,
) -> dict[str, dict[str, str]]:
    """Keep the answers of one page, each with its unit; what was there besides stays.

    Parameters
    ----------
    short_code, rule_code
        The page of the crossed rule.
    code
        As typed; the authority, and the key.
    about
        Unit code -> question code -> answer; an empty answer takes back. Units that were
        sent meanwhile are passed over.
    person
        Answers about the person, kept with every unit that is left.
    late
        The page waited for a network and is older than what may have been answered since:
        it fills gaps only.
    address
        Network address, to limit wrong codes.

    Returns
    -------
    dict
        Everything that is answered and not sent, by unit, in the order of the plan.

    Raises
    ------
    SlipError
        If the code opens nothing here any more.

    """
    digits = typed_digits(code)

    def keep(connection: Connection) -> dict[str, dict[str, str]]:
        found = find_slip(connection, short_code, rule_code, None, digits, lock=True)
        left = [unit.code for unit in found.units if unit.code not in found.stored]
        if left:
            need_valid(found)
            need_collecting(found.standing)
        before = drafts_of(connection, digits, left)
        expires = min(found.standing.closes, today() + timedelta(days=KEPT_DAYS))
        after: dict[str, dict[str, str]] = {}
        for unit in left:
            there, came = before.get(unit, {}), {**(person or {}), **about.get(unit, {})}
            told = {**came, **there} if late else {**there, **came}
            kept = {question: answer for question, answer in told.items() if answer}
            if kept:
                after[unit] = kept
            if kept == there:
                continue
            if kept:
                write_draft(connection, found.standing.id, digits, unit, kept, expires=expires)
            else:
                remove_draft(connection, digits, unit)
        return after

    try:
        return write_together((rule_code, ""), keep)
    except NoSlipError:
        raise wrong_code(short_code, digits, address) from None


def send_finished(
    short_code: str,
    rule_code: str,
    code: str,
    form: Questionnaire,
    drafts: Drafts,
    *,
    address: str,
) -> dict[str, Receipt]:
    """Make a ballot of every unit that is finished; return receipts by unit.

    Each is a transaction of its own, as if sent from the unit's own form: one that is cut
    short leaves whole ballots and drafts, and sending the page again goes on.

    Raises
    ------
    SlipError
        If the code opens nothing here any more.

    """
    return {
        unit: submit_ballot(short_code, rule_code, unit, code, answers, address=address)
        for unit, answers in drafts.items()
        if is_finished(form, answers)
    }


def still_open(slip: OpenedSlip) -> tuple[str, ...]:
    """Return the codes of the units that are left, in the order of the plan."""
    return tuple(unit.code for unit in slip.units if not unit.done)
