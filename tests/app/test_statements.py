"""A statement put together once means what the same statement means to SQLAlchemy."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, Channel, QuotaCell, State, Status
from survey_app.services.definitions import form_version
from survey_app.statements import Prepared
from tests.builders import cell

BALLOTS = Ballot.__table__
FIND = select(Campaign.id, Campaign.state, Campaign.opens, Campaign.simulated).where(
    Campaign.short_code == bindparam("short"), Campaign.state.in_([State.COLLECTING, State.DRAFT])
)


def stored(campaign, **changes):
    place = cell(campaign, "CX4", "X01")
    return {
        "id": uuid.uuid4(),
        "rater": "r" * 32,
        "cell_id": place.id,
        "form_version_id": form_version(campaign, "CX4").id,
        "channel": Channel.ONLINE,
        "answers": {"Q01": "1", "Q02": "Đường, “cầu”"},
        "met": True,
        "received_on": date(2026, 11, 22),
        "status": Status.COUNTED,
        "reason": None,
        "submission_key": uuid.uuid4().hex,
    } | changes


def test_a_row_has_the_values_sqlalchemy_reads(make_campaign):
    make_campaign()
    with db.engine.connect() as connection:
        ours = Prepared(FIND).first(connection, short="BT20")
        theirs = connection.execute(FIND, {"short": "BT20"}).one()

        assert tuple(ours) == tuple(theirs)
        assert [type(value) for value in ours] == [type(value) for value in theirs]
        assert (ours.state, ours[1]) == (State.COLLECTING, State.COLLECTING)
        assert Prepared(FIND).first(connection, short="XX99") is None


def test_a_stored_row_is_read_back_by_sqlalchemy_as_it_was_given(make_campaign):
    campaign = make_campaign()
    row = stored(campaign)
    with db.engine.connect() as connection, connection.begin():
        assert Prepared(insert(BALLOTS), row).run(connection, **row) == 1

    db.session.rollback()
    ballot = db.session.get(Ballot, row["id"])

    assert {name: getattr(ballot, name) for name in row} == row


def test_changing_and_removing_say_how_many(make_campaign):
    campaign = make_campaign()
    row = stored(campaign)
    mine = BALLOTS.c.submission_key == bindparam("key")
    with db.engine.connect() as connection, connection.begin():
        Prepared(insert(BALLOTS), row).run(connection, **row)
        change = Prepared(update(BALLOTS).where(mine).values(met=bindparam("now")))
        assert change.run(connection, key=row["submission_key"], now=False) == 1
        assert change.run(connection, key="nobody's", now=False) == 0
        assert Prepared(delete(BALLOTS).where(mine)).run(connection, key=row["submission_key"]) == 1


def test_a_failure_is_raised_as_sqlalchemy_words_it_and_quotes_no_answer(make_campaign):
    campaign = make_campaign()
    row = stored(campaign, answers={"Q01": "bí mật"})
    twice = stored(campaign, submission_key=row["submission_key"], answers={"Q01": "bí mật"})
    store = Prepared(insert(BALLOTS), row)
    with db.engine.connect() as connection, connection.begin() as begun:
        store.run(connection, **row)
        with pytest.raises(IntegrityError) as refused:
            store.run(connection, **twice)
        begun.rollback()

    assert "bí mật" not in str(refused.value)
    db.session.rollback()
    assert db.session.get(Ballot, row["id"]) is None


def test_nothing_is_changed_outside_a_transaction(make_campaign):
    row = stored(make_campaign())
    with db.engine.connect() as connection, pytest.raises(RuntimeError):
        Prepared(insert(BALLOTS), row).run(connection, **row)


def test_a_value_the_driver_cannot_take_is_a_failure_too(make_campaign):
    make_campaign()
    find = Prepared(select(QuotaCell.id).where(QuotaCell.id == bindparam("id")))

    with db.engine.connect() as connection, pytest.raises(DatabaseError):
        find.first(connection, id=object())
