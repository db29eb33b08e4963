"""The forms of the money of the field: names of those who answered, requests, cash, lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileAllowed, FileField, FileRequired
from wtforms import (
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from survey_app.formats import day, money, today
from survey_app.forms.numbers import WholeNumberField
from survey_app.forms.office import REASON_LENGTH, OfficeForm, reason_field
from survey_app.models import User
from survey_app.services.money import MOST_VND, says_why

LONGEST_PASTE: Final = 400_000
"""Characters of a pasted list of names."""


class PeopleForm(OfficeForm):
    """Names to add to a list, and who asked them."""

    text = TextAreaField(
        _("Người trả lời"),
        [
            InputRequired(_("Hãy ghi hoặc dán ít nhất một người.")),
            Length(max=LONGEST_PASTE),
        ],
        description=_(
            "Mỗi người một dòng: họ tên; cơ quan hoặc địa chỉ; điện thoại. Dán được từ Excel. "
            "Danh sách luôn xếp theo vần tên; thêm người thì số thứ tự được xếp lại."
        ),
        render_kw={"rows": 6, "class": "pasted", "spellcheck": "false"},
    )
    enumerator = SelectField(_("Điều tra viên"))


class RemoveForm(OfficeForm):
    """Why names leave a list; which ones are read beside it."""

    reason = reason_field()


class SubstituteForm(OfficeForm):
    """Places of a cell that another kind of people may fill."""

    places = WholeNumberField(_("Số chỗ xin lấy bổ sung"), least=1, needed=_("Hãy ghi số chỗ."))
    reason = reason_field()


class DecideForm(OfficeForm):
    """What becomes of a request."""

    verdict = RadioField(
        _("Quyết định"),
        [InputRequired(_("Hãy chọn đồng ý hoặc không."))],
        choices=[
            SelectChoice("granted", _("Đồng ý")),
            SelectChoice("refused", _("Không đồng ý")),
        ],
    )
    note = StringField(
        _("Ghi chú"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=_("Bắt buộc khi không đồng ý."),
    )


class MoneyForm(OfficeForm):
    """Money that changed hands on a day; ``earliest`` is the first it can have been."""

    earliest: date = date.min

    def wrong_day(self, on: DateField) -> None:
        """Refuse a day that has not come, or is before the campaign's period."""
        if on.data and on.data > today():
            raise ValidationError(gettext("Ngày %(day)s chưa đến.", day=day(on.data)))
        if on.data and on.data < self.earliest:
            said = gettext("Ngày sớm nhất là %(day)s.", day=day(self.earliest))
            raise ValidationError(said)


class AdvanceForm(MoneyForm):
    """Cash handed to a unit; ``left_vnd`` of its plan is not handed out yet."""

    left_vnd: int | None = None

    amount = WholeNumberField(
        _("Số tiền (đồng)"), least=1, most=MOST_VND, needed=_("Hãy ghi số tiền.")
    )
    receiver = StringField(
        _("Người nhận"), [InputRequired(_("Hãy ghi người nhận tiền.")), Length(2, 200)]
    )
    paid_on = DateField(_("Ngày giao tiền"), [InputRequired(_("Hãy chọn ngày."))])
    note = StringField(
        _("Ghi chú"),
        [Length(max=REASON_LENGTH)],
        description=_("Bắt buộc khi tạm ứng vượt dự toán của đơn vị: ghi rõ lý do."),
    )

    def validate_paid_on(self, field: DateField) -> None:
        """Refuse a day on which nothing can have been paid."""
        self.wrong_day(field)

    def validate_note(self, field: StringField) -> None:
        """Ask why a unit is handed more than the plan pays there."""
        left, amount = self.left_vnd, self.amount.data
        if left is None or amount is None or amount <= left or says_why(field.data or ""):
            return
        over = gettext("Vượt dự toán của đơn vị %(vnd)s; hãy ghi lý do.", vnd=money(amount - left))
        raise ValidationError(over)


class StrikeForm(OfficeForm):
    """Why an entry is struck out."""

    reason = reason_field()


class SignedListForm(MoneyForm):
    """What one signed list says, and why it does not agree where it does not."""

    people = WholeNumberField(_("Số người ký"), needed=_("Hãy ghi số người ký."))
    amount = WholeNumberField(
        _("Số tiền đã chi (đồng)"), most=MOST_VND, needed=_("Hãy ghi số tiền.")
    )
    on = DateField(_("Ngày của bảng kê"), [InputRequired(_("Hãy chọn ngày."))])
    why_amount = StringField(_("Vì sao số tiền khác"), [Length(max=REASON_LENGTH)])
    why_people = StringField(_("Vì sao số người khác"), [Length(max=REASON_LENGTH)])
    why_marks = StringField(_("Vì sao khác danh sách"), [Length(max=REASON_LENGTH)])

    def validate_on(self, field: DateField) -> None:
        """Refuse a day on which nothing can have been signed."""
        self.wrong_day(field)


class ListsForm(OfficeForm):
    """Signed lists of many lines in a workbook."""

    file = FileField(
        _("Tệp đã điền (.xlsx)"),
        [
            FileRequired(_("Hãy chọn tệp.")),
            FileAllowed(["xlsx"], _("Hãy chọn tệp .xlsx tải từ trang này.")),
        ],
        render_kw={"accept": ".xlsx"},
    )


def with_enumerators(form: PeopleForm, users: Sequence[User], chosen: int | None) -> PeopleForm:
    """Give a form those who may have asked; an empty choice says nobody is noted."""
    form.enumerator.choices = [
        SelectChoice("", gettext("không ghi (tự trả lời trên điện thoại)")),
        *(SelectChoice(str(user.id), user.name or user.email) for user in users),
    ]
    if chosen is not None and not form.is_submitted():
        form.enumerator.data = str(chosen)
    return form


def number_or_none(value: Any) -> int | None:  # noqa: ANN401 - whatever a select holds
    """Return the number a select holds, or None."""
    return int(value) if value and str(value).isdigit() else None
