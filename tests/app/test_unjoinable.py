"""No road leads from a person of a list to an answer, in either direction (promise 4)."""

from __future__ import annotations

import pytest
from sqlalchemy import Date, DateTime

from survey_app.extensions import Model

TABLES = Model.metadata.tables
PEOPLE = ("participations", "people", "contacts", "recheck_calls")
ANSWERS = ("ballots", "slips", "sheets", "entries")


@pytest.mark.parametrize("people", PEOPLE)
@pytest.mark.parametrize("answers", ANSWERS)
def test_people_and_answers_name_no_row_of_each_other(people, answers):
    named = {key.column.table.name for key in TABLES[people].foreign_keys}
    naming = {key.column.table.name for key in TABLES[answers].foreign_keys}

    assert answers not in named
    assert people not in naming


@pytest.mark.parametrize("table", ["participations", "people", "contacts"])
def test_nobody_who_took_part_has_a_day(table):
    dated = [c.name for c in TABLES[table].columns if isinstance(c.type, Date | DateTime)]

    assert dated == []


def test_a_participation_has_a_random_id_and_no_running_number_of_its_own():
    assert TABLES["participations"].c.id.type.python_type.__name__ == "UUID"
    assert TABLES["participations"].c.id.default is not None
