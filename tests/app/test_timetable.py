"""The timetable of a plan on its pages, and a campaign that collects no ballots."""

from __future__ import annotations

from datetime import date

import pytest

from questionnaires.loader import load_campaign
from survey_app.services import campaigns
from survey_app.services.timetable import When, step_lines
from tests.builders import CLERK


@pytest.mark.parametrize(
    ("on", "now", "past"),
    [
        (date(2024, 10, 31), [], 0),
        (date(2024, 11, 20), ["1"], 0),
        (date(2024, 12, 14), ["2"], 1),
        (date(2024, 12, 15), ["3"], 2),
        (date(2025, 1, 31), [], 7),
    ],
)
def test_the_step_of_a_day_is_the_first_whose_last_day_has_not_passed(on, now, past):
    lines = step_lines(load_campaign("commune_2024").timetable, on)

    assert [line.step.code for line in lines if line.when is When.NOW] == now
    assert sum(line.when is When.PAST for line in lines) == past


def test_a_step_without_a_day_is_never_due():
    lines = step_lines(load_campaign("ha_noi_2019").timetable, date(2019, 11, 27))

    assert [line.when for line in lines] == [When.NOW, *[When.UNDATED] * 5]


def page_of(staff, slug, at):
    campaigns.load_campaign(load_campaign(slug), actor=CLERK)
    return staff("coordinator").get(f"/campaigns/{slug}/{at}").get_data(as_text=True)


def test_the_plan_page_shows_the_timetable_its_step_of_today_and_the_offices(
    app, staff, monkeypatch
):
    monkeypatch.setattr("survey_app.views.publish.today", lambda: date(2024, 12, 20))

    page = page_of(staff, "commune_2024", "plan")

    assert "Hoàn thành trước ngày 15/12/2024" in page
    assert page.count('aria-current="step"') == 1
    assert "6 cơ quan tham gia mà không được đánh giá" in page
    assert "Phòng Tư pháp" in page


def test_a_campaign_without_a_survey_says_what_it_waits_for(app, staff):
    page = page_of(staff, "ha_noi_2019", "field")

    assert "ở đây không thu phiếu điều tra" in page
    assert "100,0%" not in page
    assert "<b>0</b>/30" in page
    assert "Kết quả nhập từ ngoài" in page
