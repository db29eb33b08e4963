"""Guessing is slow and seen; people who mistype are not locked out for long."""

from __future__ import annotations

import pytest

from survey_app.security import new_code
from survey_app.services import wrong_tries
from survey_app.services.opened_slips import SlipError, open_slip
from tests.builders import token_in


def test_many_wrong_codes_from_many_addresses_raise_the_campaigns_alarm(
    make_campaign, staff, monkeypatch
):
    monkeypatch.setattr(wrong_tries, "ALARM", 40)
    campaign = make_campaign()
    for n in range(41):
        with pytest.raises(SlipError):
            open_slip(campaign.short_code, "CX4", "X01", new_code(), address=f"198.51.100.{n}")

    page = staff("coordinator").get(f"/campaigns/{campaign.slug}/field").get_data(as_text=True)

    assert "41 lần nhập sai mã" in page


def test_a_few_mistyped_codes_raise_no_alarm(make_campaign):
    campaign = make_campaign()
    with pytest.raises(SlipError):
        open_slip(campaign.short_code, "CX4", "X01", "1234", address="198.51.100.1")

    assert wrong_tries.guessing(campaign.short_code) is None


def test_passwords_of_one_account_cannot_be_tried_without_end(staff, client):
    user = staff.user("viewer")
    email = user.email

    def sign_in(password):
        page = client.get("/login").get_data(as_text=True)
        return client.post(
            "/login", data={"email": email, "password": password, "csrf_token": token_in(page)}
        )

    wrong = [sign_in(f"khong-phai-{n:04d}").status_code for n in range(10)]
    right_too_late = sign_in(staff.password)

    assert wrong == [200] * 10
    assert right_too_late.status_code == 429
    assert "đợi 10 phút" in right_too_late.get_data(as_text=True)


def test_tries_are_forgotten_after_ten_minutes_and_not_when_the_clock_strikes(
    make_campaign, monkeypatch
):
    campaign = make_campaign()
    clock = {"now": 600 * 1_000_000 - 1.0}  # a second before a full ten minutes
    monkeypatch.setattr(wrong_tries.time, "time", lambda: clock["now"])
    for _ in range(wrong_tries.MOST_CODES):
        wrong_tries.note_wrong("code", "198.51.100.1", campaign=campaign.short_code)

    used_up = []
    for later in (0, 2, 300, 530, 601):
        clock["now"] = 600 * 1_000_000 - 1.0 + later
        used_up.append(wrong_tries.too_many("code", "198.51.100.1"))

    assert used_up == [True, True, True, True, False]
