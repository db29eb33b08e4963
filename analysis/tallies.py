"""One pass over the ballots: how often each choice was ticked, by unit and quota rule.

Ballots come as a frame with one row per ballot and leave as three small frames of counts;
everything after this module works on counts alone. Counts of parts add up to the counts of
the whole (``merge_tallies``), so a national year is tallied partition by partition where
the ballots lie, in one process or on a Dask cluster, with the same two functions:
``merge_tallies(delayed(tally)(part, forms, rules) for part in frame.to_delayed())``.
What the counts are worth is asked in ``analysis.scores``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from questionnaires.model import (
    BLANK,
    NO_OPINION,
    UNREADABLE,
    Kind,
    Question,
    Questionnaire,
    QuotaRule,
)

COUNTED: Final = "counted"
"""Status of a ballot that fills a place and is tallied."""

NOT_MET: Final = "not_met"
"""Status shown for a counted ballot that says "tôi không làm việc với đơn vị này"."""

BALLOT_COLUMNS: Final = ("unit", "rule", "status", "answers")

ANSWER_KEYS: Final = ["unit", "rule", "form", "question", "choice"]
RESPONDENT_KEYS: Final = ["unit", "rule", "form", "criterion"]
BALLOT_KEYS: Final = ["unit", "rule", "status"]

_ASCII: Final = 128


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts of one campaign; three frames, each with its keys as columns and ``n``.

    Attributes
    ----------
    answers
        One row per (unit, rule, form, question, choice); ``n`` answers. Every choice of the
        scale has a row, 0 included, and so have "no opinion" (``9``), blank (``.``) and
        unreadable (``/``). Units without a counted ballot of the rule have none. [answers]
    respondents
        One row per (unit, rule, form, criterion); ``n`` people with at least one valid
        answer to a question of the criterion. [persons]
    ballots
        One row per (unit, rule, status); ``n`` ballots of any status, with ``not_met``
        taken out of ``counted``. [ballots]

    """

    answers: pd.DataFrame
    respondents: pd.DataFrame
    ballots: pd.DataFrame


def tally(
    ballots: pd.DataFrame, forms: Mapping[str, Questionnaire], rules: Mapping[str, QuotaRule]
) -> Tallies:
    """Count the answers of the counted ballots.

    Parameters
    ----------
    ballots
        One row per ballot, in any order. Columns: ``unit``, ``rule`` (codes); ``status``
        (only ``counted`` ballots are tallied); ``answers``, a mapping of question code to
        choice code or the same as JSON, where a missing question is blank; optionally
        ``rater``, the random mark shared by one person's ballots, and ``met``, False for a
        person who had nothing to do with the unit. Further columns are ignored.
    forms, rules
        Forms and quota rules by code.

    Raises
    ------
    ValueError
        If a column is missing, a rule is unknown, or a choice is not on its scale; names
        every such thing.

    """
    if missing := [column for column in BALLOT_COLUMNS if column not in ballots.columns]:
        msg = f"ballots lack the columns {', '.join(missing)}"
        raise ValueError(msg)
    if unknown := sorted(set(ballots["rule"].unique()) - set(rules)):
        msg = f"ballots name unknown quota rules: {', '.join(map(str, unknown))}"
        raise ValueError(msg)

    status = ballots["status"].astype(str)
    met = ballots["met"].astype(bool) if "met" in ballots.columns else status.eq(status)
    counted = status.eq(COUNTED)
    parts = [
        _tally_rule(part, rules[str(code)], forms[rules[str(code)].form])
        for code, part in ballots[counted & met].groupby("rule", sort=True)
    ]
    shown = pd.DataFrame(
        {
            "unit": ballots["unit"],
            "rule": ballots["rule"],
            "status": status.where(~(counted & ~met), NOT_MET),
            "n": 1,
        }
    )
    return Tallies(
        answers=_frame([answers for answers, _ in parts], ANSWER_KEYS),
        respondents=_frame([respondents for _, respondents in parts], RESPONDENT_KEYS),
        ballots=_added([shown], BALLOT_KEYS),
    )


def merge_tallies(parts: Iterable[Tallies]) -> Tallies:
    """Add up the tallies of parts of a frame that share no ballot.

    A person's ballots about one unit must lie in one part, or that person is counted twice
    in ``respondents``; the unique submission key already promises there is only one.
    """
    collected = list(parts)
    return Tallies(
        _added([part.answers for part in collected], ANSWER_KEYS),
        _added([part.respondents for part in collected], RESPONDENT_KEYS),
        _added([part.ballots for part in collected], BALLOT_KEYS),
    )


Columns: TypeAlias = dict[str, list[Any]]
"""A frame in the making: plain lists, because joining many small frames is what costs."""


def _added(frames: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return _frame([], keys)
    return pd.concat(filled).groupby(keys, sort=True)["n"].sum().reset_index()


def _frame(parts: Sequence[Columns], keys: list[str]) -> pd.DataFrame:
    """Put parts of different cells under each other."""
    joined = {key: list(chain.from_iterable(part[key] for part in parts)) for key in (*keys, "n")}
    if not joined["n"]:
        return pd.DataFrame({**dict.fromkeys(keys, pd.Series(dtype=object)), "n": joined["n"]})
    return pd.DataFrame(joined)


def _tally_rule(
    part: pd.DataFrame, rule: QuotaRule, form: Questionnaire
) -> tuple[Columns, Columns]:
    """Count the ballots of one rule: all of them were asked the same questions."""
    questions = [q for q in form.asked_of(rule).unit_questions if q.kind is not Kind.TEXT]
    codes = _code_points(part["answers"], questions, rule)
    unit, units = pd.factorize(part["unit"], sort=True)
    named = units.tolist()

    answers = _choice_counts(unit, named, codes, questions)
    valid = _valid_table(questions)[np.arange(len(questions)), codes]
    people = _people(part)
    respondents: Columns = {"unit": [], "criterion": [], "n": []}
    for criterion in dict.fromkeys(q.criterion for q in questions if q.criterion is not None):
        asked = [q.criterion == criterion for q in questions]
        respondents["unit"] += named
        respondents["criterion"] += [criterion] * len(named)
        respondents["n"] += _distinct_people(unit, people, valid[:, asked], len(named)).tolist()
    for columns in (answers, respondents):
        columns["rule"] = [rule.code] * len(columns["n"])
        columns["form"] = [form.code] * len(columns["n"])
    return answers, respondents


def _code_points(
    answers: pd.Series, questions: Sequence[Question], rule: QuotaRule
) -> npt.NDArray[np.intp]:
    """Choice codes as one (ballots, questions) array of character codes."""
    asked = [question.code for question in questions]
    rows = [[given.get(code, BLANK) for code in asked] for given in _parsed(answers)]
    known = [
        {*q.scale.codes, NO_OPINION, BLANK, UNREADABLE} if q.scale else set() for q in questions
    ]
    wrong = {
        f"{rule.code} {question.code}: {code!r}"
        for question, column, codes in zip(questions, zip(*rows, strict=True), known, strict=True)
        for code in set(column) - codes
    }
    if wrong:
        msg = f"answers that are not on the scale of their question: {', '.join(sorted(wrong))}"
        raise ValueError(msg)
    signs = "".join(chain.from_iterable(rows)).encode("ascii")
    return np.frombuffer(signs, dtype=np.uint8).reshape(len(rows), len(asked)).astype(np.intp)


def _parsed(answers: pd.Series) -> list[Mapping[str, str]]:
    values = answers.tolist()
    if values and isinstance(values[0], str):
        # One document is parsed an order of magnitude faster than thousands of small ones.
        parsed: list[Mapping[str, str]] = json.loads(f"[{','.join(values)}]")
        return parsed
    return values


def _choice_counts(
    unit: npt.NDArray[np.intp],
    units: Sequence[str],
    codes: npt.NDArray[np.intp],
    questions: Sequence[Question],
) -> Columns:
    """Count (unit, question, choice) with one bincount; every printed choice gets a row."""
    n_questions = len(questions)
    cell = (unit[:, None] * n_questions + np.arange(n_questions)) * _ASCII + codes
    counts = np.bincount(cell.ravel(), minlength=len(units) * n_questions * _ASCII).reshape(
        len(units), n_questions, _ASCII
    )
    columns = [
        (index, question.code, choice)
        for index, question in enumerate(questions)
        for choice in dict.fromkeys(
            (*(question.scale.codes if question.scale else ()), NO_OPINION, BLANK, UNREADABLE)
        )
    ]
    picked = counts[
        :, [index for index, _, _ in columns], [ord(choice) for _, _, choice in columns]
    ]
    return {
        "unit": [unit for unit in units for _ in columns],
        "question": [code for _, code, _ in columns] * len(units),
        "choice": [choice for _, _, choice in columns] * len(units),
        "n": picked.ravel().tolist(),
    }


def _valid_table(questions: Sequence[Question]) -> npt.NDArray[np.bool_]:
    """(questions, 128): whether a character is a choice that earns a percent."""
    table = np.zeros((len(questions), _ASCII), dtype=bool)
    for row, question in zip(table, questions, strict=True):
        for choice in question.scale.choices if question.scale else ():
            row[ord(choice.code)] = choice.percent is not None
    return table


def _people(part: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Give each person a number: by the rater mark where there is one, else by ballot."""
    rows = np.arange(len(part), dtype=np.intp)
    if "rater" not in part.columns:
        return rows
    marks, _ = pd.factorize(part["rater"])
    return np.where(marks >= 0, marks, rows + len(part)).astype(np.intp)


def _distinct_people(
    unit: npt.NDArray[np.intp],
    people: npt.NDArray[np.intp],
    valid: npt.NDArray[np.bool_],
    n_units: int,
) -> npt.NDArray[np.intp]:
    """People per unit with at least one valid answer among these questions."""
    answered = valid.any(axis=1)
    width = int(people.max(initial=0)) + 1
    pairs = np.unique(unit[answered] * width + people[answered])
    return np.bincount(pairs // width, minlength=n_units)
