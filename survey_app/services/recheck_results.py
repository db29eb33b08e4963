"""What the calls of a re-check say: how often people agree with the lists, and who is below.

Rates by unit and by enumerator come with a Wilson interval; whoever is below the set rate is
told to the council. The answers meet no ballot: they are about who asked and who paid.
``sampling.recheck`` computes; ``services.rechecks`` draws and enters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sampling.recheck import Agreement, By, Flag, RecheckAnswer, agreement_rates, draw_recheck
from survey_app.models import CallState, Campaign, Recheck, RecheckCall
from survey_app.services.rechecks import (
    FAILED,
    NOBODY,
    all_calls,
    due_calls,
    frame_id,
    key_of,
    stratum_of,
)

__all__ = ["Flag", "RateLine", "Results", "repeats", "results_of"]


@dataclass(frozen=True, slots=True)
class RateLine:
    """One unit or enumerator: code, name as people say it, and the rates."""

    code: str
    name: str
    rate: Agreement

    @property
    def is_flagged(self) -> bool:
        """Whether the council is told."""
        return self.rate.flag in (Flag.BELOW, Flag.SURELY_BELOW)


@dataclass(frozen=True, slots=True)
class Results:
    """A re-check as it stands.

    Attributes
    ----------
    recheck
        Number, seed, share, set rate.
    listed, due
        People on the lists, and those to be called so far. [persons]
    waiting, reached, failed
        Of those due. [persons]
    units, enumerators
        Rates, flagged ones first.

    """

    recheck: Recheck
    listed: int
    due: int
    waiting: int
    reached: int
    failed: int
    units: tuple[RateLine, ...]
    enumerators: tuple[RateLine, ...]

    @property
    def flagged(self) -> tuple[RateLine, ...]:
        """Units, then enumerators, below the set rate."""
        return tuple(line for line in (*self.units, *self.enumerators) if line.is_flagged)


def results_of(recheck: Recheck) -> Results:
    """Add the calls of a re-check up."""
    calls = all_calls(recheck)
    due = due_calls(recheck, calls)
    states = Counter(call.state for call in due)
    return Results(
        recheck=recheck,
        listed=len(calls),
        due=len(due),
        waiting=states[CallState.WAITING],
        reached=states[CallState.REACHED],
        failed=sum(states[state] for state in FAILED),
        units=_rates(recheck, calls, due, By.UNIT),
        enumerators=_rates(recheck, calls, due, By.ENUMERATOR),
    )


def repeats(campaign: Campaign, recheck: Recheck) -> bool:
    """Draw again from the same lists and seed, and say whether the same people come out."""
    calls = all_calls(recheck)
    again = draw_recheck(
        {key_of(call.participation): stratum_of(call.participation) for call in calls},
        recheck.share,
        seed=recheck.seed,
        frame_id=frame_id(campaign, recheck.number),
    )
    order = [one.key for one in (*again.chosen, *again.reserve)]
    same = order == [key_of(call.participation) for call in calls]
    return same and again.frame_digest == recheck.frame_sha256


def _rates(
    recheck: Recheck, calls: Sequence[RecheckCall], due: Sequence[RecheckCall], by: By
) -> tuple[RateLine, ...]:
    code = _unit_code if by is By.UNIT else _enumerator_code
    whole, asked = (
        [call for call in some if by is By.UNIT or call.participation.enumerator_id]
        for some in (calls, due)
    )
    listed = Counter(code(call) for call in whole)
    rates = agreement_rates(
        [_answer(call) for call in asked if call.state is not CallState.WAITING],
        by,
        set_rate=recheck.least_rate,
        listed=listed,
    )
    names: Mapping[str, str] = {code(call): _called(call, by) for call in whole}
    lines = [RateLine(rate.code, names[rate.code], rate) for rate in rates]
    order = [Flag.SURELY_BELOW, Flag.BELOW, Flag.NONE, Flag.UNKNOWN]
    return tuple(sorted(lines, key=lambda line: (order.index(line.rate.flag), line.code)))


def _answer(call: RecheckCall) -> RecheckAnswer:
    return RecheckAnswer(
        enumerator=_enumerator_code(call),
        unit=_unit_code(call),
        asked=call.was_asked,
        same_enumerator=call.right_person,
        paid=call.was_paid,
    )


def _unit_code(call: RecheckCall) -> str:
    """Code of the unit; of the rule, where its people rate all units."""
    unit = call.participation.unit
    return unit.code if unit else call.participation.rule.code


def _enumerator_code(call: RecheckCall) -> str:
    return stratum_of(call.participation) if call.participation.enumerator_id else NOBODY


def _called(call: RecheckCall, by: By) -> str:
    person = call.participation
    if by is By.UNIT:
        return person.unit.name if person.unit else f"Danh sách chung {person.rule.code}"
    who = person.enumerator
    return (who.name or who.email) if who else ""
