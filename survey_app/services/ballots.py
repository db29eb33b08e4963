"""A respondent's answers: exactly once, exactly within the quota, and nobody's.

``open_slip`` says what a code opens before the first question; ``submit_ballot`` stores
one unit's answers in one transaction with its place in the quota. Paper comes through
``services.entries``; what staff decide about ballots is in ``services.decisions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.errors import NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Ballot,
    Campaign,
    Channel,
    FormVersion,
    QuotaCell,
    QuotaRule,
    Slip,
    State,
    Status,
    Unit,
)
from survey_app.security import CODE_DIGITS, Keys, is_sound, typed_digits
from survey_app.services.definitions import definition_of, form_version, rule_form
from survey_app.services.plans import cells_of_rule, rule_by_code
from survey_app.services.quota import claim_place, mark_returned
from survey_app.services.transactions import transaction
from survey_app.services.wrong_tries import note_wrong, too_many

OVER_TARGET = "đã đủ chỉ tiêu của ô"
NO_CONTACT = "không làm việc với đơn vị này"


class SlipError(SurveyError):
    """A code opens nothing, and why.

    Attributes
    ----------
    state
        unknown, wrong, limited, revoked, used, not_open, closed or elsewhere.
    receipt
        The receipt of a used slip.
    path
        Where an ``elsewhere`` code belongs.

    """

    def __init__(
        self,
        state: str,
        message: str,
        *,
        status: int = 403,
        receipt: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(message, status=status)
        self.state, self.receipt, self.path = state, receipt, path


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit on a person's list: answered already, and whether its cell is full."""

    code: str
    name: str
    done: bool
    full: bool


@dataclass(frozen=True, slots=True)
class OpenedSlip:
    """What a right code opens."""

    campaign: Campaign
    rule: QuotaRule
    form_version: FormVersion
    units: tuple[UnitProgress, ...]
    profile_needed: bool
    receipt: str
    simulated: bool

    @property
    def done(self) -> int:
        """Units answered."""
        return sum(unit.done for unit in self.units)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a respondent is told after sending; a second sending is told the same.

    ``first`` is False when the ballot had been stored before.
    """

    number: str
    status: Status
    units_done: int
    units_total: int
    first: bool


def open_slip(
    short_code: str, rule_code: str, unit_code: str | None, code: str, *, address: str
) -> OpenedSlip:
    """Say what a code opens on one page, before the first question.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page's path; no unit for a crossed rule.
    code
        As typed: 16 digits, with or without spaces and dashes.
    address
        Network address, to limit wrong codes; a right code is never limited.

    Raises
    ------
    SlipError
        If the code opens nothing here; its ``state`` says why.

    """
    campaign, rule = page_of(short_code, rule_code)
    digits = typed_digits(code)
    slip = _slip_of(campaign, digits, address)
    opened = _opened(db.session(), campaign, rule, unit_code, slip, digits)
    if opened.done == len(opened.units):
        raise SlipError(
            "used", "Phiếu mời này đã được dùng để trả lời.", status=409, receipt=opened.receipt
        )
    _need_collecting(campaign)
    return opened


def page_of(short_code: str, rule_code: str) -> tuple[Campaign, QuotaRule]:
    """Return the campaign and rule of a respondent's page.

    Raises
    ------
    NotFoundError
        If the path names none.

    """
    campaign = db.session.scalar(
        select(Campaign).where(Campaign.short_code == short_code.upper())
    )
    if campaign is None:
        raise NotFoundError(
            "Địa chỉ này không thuộc đợt lấy ý kiến nào. Hãy quét lại mã QR trên phiếu mời."
        )
    return campaign, rule_by_code(campaign, rule_code)


def _slip_of(campaign: Campaign, digits: str, address: str) -> Slip:
    """Find the slip behind a code; count and limit wrong ones."""
    sound = len(digits) == CODE_DIGITS and is_sound(digits)
    slip = None
    if sound:
        slip = db.session.scalar(
            select(Slip).where(
                Slip.code_hash == _keys().slip_hash(digits), Slip.campaign_id == campaign.id
            )
        )
    if slip is not None:
        return slip
    if too_many("code", address):
        raise SlipError(
            "limited",
            "Có quá nhiều lần nhập sai từ mạng này. Hãy đợi 10 phút rồi nhập lại; "
            "mã đúng vẫn vào được ngay.",
            status=429,
        )
    note_wrong("code", address)
    if sound:
        raise SlipError(
            "unknown",
            "Không có phiếu mời nào mang mã này. Hãy kiểm tra lại mã in trên phiếu, "
            "hoặc hỏi người đã phát phiếu.",
        )
    raise SlipError(
        "wrong",
        f"Mã chưa đúng: mã có {CODE_DIGITS} chữ số. Hãy so lại từng nhóm bốn số trên phiếu mời.",
        status=400,
    )


def _opened(
    session: Session,
    campaign: Campaign,
    rule: QuotaRule,
    unit_code: str | None,
    slip: Slip,
    digits: str,
) -> OpenedSlip:
    """Judge a found slip against the page it was used on and gather its progress."""
    if slip.revoked_on is not None:
        raise SlipError(
            "revoked",
            "Phiếu mời này đã được thu hồi. Hãy hỏi người đã phát phiếu để nhận phiếu mới.",
        )
    slip_unit = session.get(Unit, slip.unit_id) if slip.unit_id else None
    here = unit_code.upper() if unit_code and rule.design is Design.OWN else None
    if slip.rule_id != rule.id or (slip_unit.code if slip_unit else None) != here:
        slip_rule = session.get_one(QuotaRule, slip.rule_id)
        path = "/".join(
            part
            for part in (campaign.short_code, slip_rule.code, slip_unit and slip_unit.code)
            if part
        )
        raise SlipError(
            "elsewhere",
            "Mã này thuộc một phiếu khác. Hãy mở đúng địa chỉ in trên phiếu mời.",
            path=f"/p/{path}",
        )
    cells = cells_of_rule(session, rule, slip.unit_id)
    keys = _keys()
    key_of = {keys.submission_key(digits, cell.unit.code): cell.unit.code for cell in cells}
    done = {
        key_of[key]
        for key in session.scalars(
            select(Ballot.submission_key).where(Ballot.submission_key.in_(key_of))
        )
    }
    return OpenedSlip(
        campaign=campaign,
        rule=rule,
        form_version=form_version(campaign, rule.form),
        units=tuple(
            UnitProgress(
                cell.unit.code, cell.unit.name, cell.unit.code in done, cell.missing <= 0
            )
            for cell in cells
        ),
        profile_needed=_profile_needed(session, campaign, rule, keys.rater_mark(digits)),
        receipt=keys.receipt(digits),
        simulated=campaign.simulated,
    )


def _profile_needed(session: Session, campaign: Campaign, rule: QuotaRule, rater: str) -> bool:
    """Whether the person has still to be asked the profile, which is asked once."""
    asked = {question.code for question in rule_form(campaign, rule).profile_questions}
    if not asked:
        return False
    given = session.scalars(
        select(Ballot.answers).where(Ballot.rater == rater, Ballot.met)
    )
    return next(iter(given), None) is None


def _need_collecting(campaign: Campaign) -> None:
    """Refuse answers before the campaign opens and after its last day."""
    if campaign.state in (State.DRAFT, State.PLANNED) or (
        campaign.state is State.COLLECTING and today() < campaign.opens
    ):
        raise SlipError(
            "not_open",
            f"Đợt lấy ý kiến mở từ ngày {day(campaign.opens)}. Hãy quay lại từ ngày đó; "
            "mã vẫn còn nguyên giá trị.",
        )
    if campaign.state is not State.COLLECTING or today() > campaign.closes:
        raise SlipError(
            "closed",
            f"Đợt lấy ý kiến đã kết thúc ngày {day(campaign.closes)}. Xin cảm ơn Ông/Bà.",
        )


def submit_ballot(
    short_code: str,
    rule_code: str,
    unit_code: str,
    code: str,
    answers: Mapping[str, str],
    *,
    met: bool = True,
    address: str,
) -> Receipt:
    """Store one person's answers about one unit once: counted, or kept aside when full.

    A second call for the same slip and unit (a double click, a phone sending twice)
    returns the first receipt and changes nothing.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page and the unit answered about.
    code
        The slip's code; the authority for everything.
    answers
        Question code -> choice code or text, validated against the rule's form.
    met
        False for "năm qua tôi không làm việc với đơn vị này": returned, not scored.
    address
        Network address, to limit wrong codes.

    Raises
    ------
    SlipError
        If the code opens nothing here.

    """
    campaign, rule = page_of(short_code, rule_code)
    digits = typed_digits(code)
    slip_id = _slip_of(campaign, digits, address).id
    slug_rule, campaign_id = rule.code, campaign.id
    key = _keys().submission_key(digits, unit_code.upper())
    try:
        with transaction() as session:
            campaign = session.get_one(Campaign, campaign_id)
            rule = rule_by_code(campaign, slug_rule, session)
            slip = session.get_one(Slip, slip_id, with_for_update=True)
            first = session.scalar(select(Ballot).where(Ballot.submission_key == key))
            page_unit = unit_code if rule.design is Design.OWN else None
            opened = _opened(session, campaign, rule, page_unit, slip, digits)
            if first is not None:
                return _receipt(opened, first.status, unit_code, first=False)
            _need_collecting(campaign)
            cell = _cell(session, rule, unit_code)
            status, reason = _place(session, campaign, cell.id, met=met)
            mark_returned(session, cell.id)
            session.add(
                Ballot(
                    rater=_keys().rater_mark(digits),
                    cell_id=cell.id,
                    form_version_id=opened.form_version.id,
                    channel=Channel.ONLINE,
                    answers=_kept(answers, opened, met=met),
                    met=met,
                    received_on=today(),
                    status=status,
                    reason=reason,
                    submission_key=key,
                )
            )
            receipt = _receipt(opened, status, unit_code, first=True)
            if receipt.units_done == receipt.units_total:
                slip.used_on = today()
            return receipt
    except IntegrityError:  # the unique key speaks; the claim above is rolled back with it
        db.session.rollback()
        status = db.session.scalar(select(Ballot.status).where(Ballot.submission_key == key))
        if status is None:
            raise
        return submit_ballot(
            short_code, slug_rule, unit_code, code, answers, met=met, address=address
        )


def _kept(answers: Mapping[str, str], opened: OpenedSlip, *, met: bool) -> dict[str, str]:
    """Answers as they are stored: no blanks, and the profile once per person only."""
    form = rule_form(opened.campaign, opened.rule)
    asked = {question.code for question in form.unit_questions} if met else set()
    if opened.profile_needed and met:
        asked |= {question.code for question in form.profile_questions}
    return {code: value for code, value in answers.items() if value and code in asked}


def _cell(session: Session, rule: QuotaRule, unit_code: str) -> QuotaCell:
    cell = session.scalar(
        select(QuotaCell)
        .join(QuotaCell.unit)
        .where(QuotaCell.rule_id == rule.id, Unit.code == unit_code.upper())
    )
    if cell is None:
        raise NotFoundError(f"Phiếu {rule.code} không hỏi về đơn vị “{unit_code}”.")
    return cell


def _place(
    session: Session, campaign: Campaign, cell_id: int, *, met: bool
) -> tuple[Status, str | None]:
    """Claim a place where the ballot takes one; say what becomes of the ballot."""
    if not met and not definition_of(campaign).settings.no_contact_fills_place:
        return Status.INVALID, NO_CONTACT
    if claim_place(session, cell_id):
        return Status.COUNTED, None
    return Status.OVER_TARGET, OVER_TARGET


def _receipt(opened: OpenedSlip, status: Status, unit_code: str, *, first: bool) -> Receipt:
    done = {unit.code for unit in opened.units if unit.done} | {unit_code.upper()}
    return Receipt(opened.receipt, status, len(done), len(opened.units), first)


def _keys() -> Keys:
    return current_app.extensions["cchc.keys"]  # type: ignore[no-any-return]

