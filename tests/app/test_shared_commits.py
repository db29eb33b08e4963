"""Ballots that wait at the same moment share one commit, and nobody pays for a neighbour."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from flask import current_app
from sqlalchemy import event, func, select

from survey_app.extensions import db
from survey_app.models import Ballot
from survey_app.services import transactions
from survey_app.services.ballots import SlipError, submit_ballot
from survey_app.services.quota import recount
from tests.builders import cell, make_slips


@pytest.fixture
def shared(app, database):
    """The queue of this process; PostgreSQL shares its flushes by itself and has none."""
    if database == "sqlite":
        return app.extensions.setdefault("cchc.shared_commits", transactions.SharedCommits())
    return None


@contextmanager
def commits_counted():
    commits = []

    def count(_connection):
        commits.append(1)

    event.listen(db.engine, "commit", count)
    try:
        yield commits
    finally:
        event.remove(db.engine, "commit", count)


def at_once(shared, works):
    """Let every piece of work wait before the first is begun; return what each got."""
    app = current_app._get_current_object()
    got = [None] * len(works)

    def run(place, work):
        with app.app_context():
            try:
                got[place] = work()
            except Exception as error:  # noqa: BLE001 - looked at by the test
                got[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    if shared is None:
        for thread in threads:
            thread.start()
    else:
        with shared._leading:
            for thread in threads:
                thread.start()
            while len(shared._waiting) < len(works):
                threading.Event().wait(0.01)
    for thread in threads:
        thread.join()
    return got


def sending(campaign, unit, code):
    short_code = campaign.short_code  # read here: a session is of one thread
    return lambda: submit_ballot(short_code, "CX4", unit, code, {"Q01": "5"}, address="a")


def stored():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Ballot))


def test_waiting_ballots_are_stored_by_one_commit_and_each_has_its_receipt(
    make_campaign, shared, database
):
    campaign = make_campaign()
    slips = make_slips(campaign, "CX4", "X01", 6)

    with commits_counted() as commits:
        got = at_once(shared, [sending(campaign, "X01", slip.code) for slip in slips])

    assert len({receipt.number for receipt in got}) == 6
    assert all(receipt.first for receipt in got)
    assert stored() == 6
    assert len(commits) == (1 if database == "sqlite" else 6)
    assert not recount(campaign.slug).wrong


def test_a_ballot_that_is_refused_does_not_take_its_neighbours_along(make_campaign, shared):
    campaign = make_campaign()
    slips = make_slips(campaign, "CX4", "X01", 3)
    works = [sending(campaign, "X01", slip.code) for slip in slips]
    works.insert(1, sending(campaign, "X01", "1234"))

    got = at_once(shared, works)

    assert isinstance(got[1], SlipError)
    assert stored() == 3
    assert cell(campaign, "CX4", "X01").accepted == 3


def test_one_slip_sent_many_times_at_once_is_one_ballot(make_campaign, shared):
    campaign = make_campaign()
    (slip,) = make_slips(campaign, "CX4", "X01", 1)

    got = at_once(shared, [sending(campaign, "X01", slip.code)] * 5)

    assert len({receipt.number for receipt in got}) == 1
    assert sum(receipt.first for receipt in got) == 1
    assert stored() == 1


def test_nobody_is_thanked_when_the_commit_fails(make_campaign, shared, database):
    campaign = make_campaign()
    slips = make_slips(campaign, "CX4", "X01", 4)

    def full_disk(_connection):
        message = "no space left"
        raise OSError(message)

    event.listen(db.engine, "commit", full_disk)
    try:
        got = at_once(shared, [sending(campaign, "X01", slip.code) for slip in slips])
    finally:
        event.remove(db.engine, "commit", full_disk)

    assert all(isinstance(error, OSError) for error in got)
    assert stored() == 0
    again = at_once(shared, [sending(campaign, "X01", slip.code) for slip in slips])
    assert all(receipt.first for receipt in again)
