"""Migrations go both ways on a populated database, and leave its rows as they were."""

from __future__ import annotations

import hashlib

import pytest
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import MetaData, inspect, select

from survey_app.extensions import db
from survey_app.services.ballots import submit_ballot
from tests.builders import make_slips

STEPS = ("0001", "0002", "0004")
"""Revisions a filled database is taken back to; what they do not know is derived again."""


def fingerprints():
    """One digest per table over its rows, in no particular order."""
    tables = MetaData()
    tables.reflect(db.engine)
    with db.engine.connect() as connection:
        return {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(select(table))))).encode()
            ).hexdigest()
            for name, table in tables.tables.items()
        }


def test_the_newest_migration_is_what_the_models_say(app):
    check(directory=str(app.extensions["cchc"].migrations))


def test_down_and_up_again_works_on_a_filled_database(make_campaign, app):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    submit_ballot("BT20", "CX4", "X01", slip.code, {"Q01": "5"}, address="a")
    db.session.remove()
    before = fingerprints()
    folder = str(app.extensions["cchc"].migrations)

    downgrade(directory=folder, revision="base")
    gone = set(inspect(db.engine).get_table_names())
    upgrade(directory=folder)

    assert gone <= {"alembic_version"}
    assert set(fingerprints()) == set(before)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_down_and_up_again_keeps_every_row(make_campaign, app, step):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    submit_ballot("BT20", "CX4", "X01", slip.code, {"Q01": "5"}, address="a")
    db.session.remove()
    before = fingerprints()
    folder = str(app.extensions["cchc"].migrations)

    downgrade(directory=folder, revision=step)
    upgrade(directory=folder)

    assert {k: v for k, v in fingerprints().items() if k != "alembic_version"} == {
        k: v for k, v in before.items() if k != "alembic_version"
    }
