"""Nobody can ask who said what, not even of the database's own book-keeping (promise 4)."""

from __future__ import annotations

from sqlalchemy import text

from survey_app.extensions import db
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from tests.builders import CLERK, make_slips

JOINED = text(
    "SELECT s.number, count(*) FROM slips s JOIN ballots b ON b.xmin::text = s.xmin::text "
    "WHERE s.used GROUP BY s.number"
)


def test_after_closing_no_stamp_joins_a_slip_to_its_ballot(make_campaign):
    campaign = make_campaign()
    papers = make_slips(campaign, "CX4", "X01", 12)
    for paper in papers:
        submit_ballot("BT20", "CX4", "X01", paper.code, {"Q01": "5"}, address="a")

    campaigns.close_campaign(campaign.slug, "hết thời hạn", actor=CLERK)

    db.session.rollback()
    if db.engine.dialect.name == "postgresql":  # SQLite has no stamps to join on
        found = dict(db.session.execute(JOINED).all())
        assert set(found.values()) == {len(papers)}
    order = [str(row[0]) for row in db.session.execute(text("SELECT id FROM ballots"))]
    assert order == sorted(order)
