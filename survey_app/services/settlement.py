"""The settlement (hoàn ứng, quyết toán): printed when collection is closed and all is explained.

A unit brings back what it was advanced and did not pay; the campaign's account lays budget and
settlement side by side. A difference nobody explained keeps both from being printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from survey_app.errors import ConflictError
from survey_app.models import Campaign
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.settlement_papers import (
    Account,
    campaign_settlement_paper,
    unit_settlement_paper,
)
from survey_app.services.field_lists import groups_of
from survey_app.services.money_numbers import Money, PayLine
from survey_app.services.money_reading import money_of, unit_money
from survey_app.services.respondent_kinds import kinds_of
from survey_app.services.signed_list_checks import told_gaps
from survey_app.services.substitutions import mixes
from survey_app.services.transactions import transaction


def settle_unit(slug: str, unit_code: str, *, actor: Actor) -> ExportFile:
    """Write the settlement of one unit; noted in the trail with its sums.

    Raises
    ------
    ConflictError
        If collection is open, or lines of the unit have differences nobody explained.

    """
    campaign = campaign_by_slug(slug)
    money = money_of(campaign)
    unit = unit_money(money, unit_code)
    _need_settled(money, unit.unexplained)
    data = unit_settlement_paper(campaign, unit, _account(campaign, money, actor))
    with transaction() as session:
        record(
            session, actor, "money.settle", f"{slug}/{unit.unit.code}",
            advanced_vnd=unit.advanced_vnd, owed_vnd=unit.owed_vnd, paid_vnd=unit.paid_vnd,
            to_return_vnd=unit.to_return_vnd,
        )  # fmt: skip
    return ExportFile(f"{slug}_thanh-toan_{unit.unit.code}.xlsx", data, XLSX)


def settle_campaign(slug: str, *, actor: Actor) -> ExportFile:
    """Write the account of the whole campaign; noted in the trail with its sums.

    Raises
    ------
    ConflictError
        If collection is open, or any line has a difference nobody explained.

    """
    campaign = campaign_by_slug(slug)
    money = money_of(campaign)
    _need_settled(money, money.unexplained)
    data = campaign_settlement_paper(campaign, _account(campaign, money, actor))
    with transaction() as session:
        record(
            session, actor, "money.settle", slug,
            budget_vnd=money.budget.total_vnd, advanced_vnd=money.advanced_vnd,
            owed_vnd=money.owed_vnd, paid_vnd=money.paid_vnd,
        )  # fmt: skip
    return ExportFile(f"{slug}_quyet-toan.xlsx", data, XLSX)


def _account(campaign: Campaign, money: Money, actor: Actor) -> Account:
    return Account(money, kinds_of(campaign), mixes(campaign, actor), groups_of(campaign))


def _need_settled(money: Money, unexplained: Iterable[PayLine]) -> None:
    if not money.closed:
        raise ConflictError("Đợt còn thu phiếu; đóng đợt rồi mới quyết toán.")
    details = [
        f"{line.code} · {line.unit.name if line.unit else 'dòng chung'}: {sentence}"
        for line in unexplained
        for sentence in told_gaps(line)
    ]
    if details:
        raise ConflictError(
            f"Chưa quyết toán được: còn {len(details)} chênh lệch chưa giải thích.",
            details=details,
        )
