"""The forms of the money of the field: names of those who answered, requests, cash, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from questionnaires.plan_table import whole_number
from survey_app.edges import LARGEST
from survey_app.forms.office import REASON_LENGTH, OfficeForm, reason_field
from survey_app.models import User

LONGEST_PASTE: Final = 400_000
"""Characters of a pasted list of names."""

MOST_VND: Final = 100_000_000_000
LONGEST_AMOUNT: Final = 30


class MoneyField(IntegerField):
    """An amount typed as ``3.000.000`` or ``3000000 đ``; shown with its dots again."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount."""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        digits = text.casefold().removesuffix("đồng").rstrip("đ \N{NO-BREAK SPACE}")
        self.data = whole_number(digits) if len(digits) <= LONGEST_AMOUNT else None
        if self.data is None:
            raise ValueError(gettext("Hãy ghi số tiền bằng chữ số, ví dụ 3.000.000."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:,}".replace(",", ".")


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
    enumerator = SelectField(_("Người điều tra"))


class RemoveForm(OfficeForm):
    """Why names leave a list; which ones are read beside it."""

    reason = reason_field()


class SubstituteForm(OfficeForm):
    """Places of a cell that another kind of people may fill."""

    places = IntegerField(
        _("Số chỗ xin lấy bổ sung"),
        [
            InputRequired(_("Hãy ghi số chỗ.")),
            NumberRange(1, LARGEST, _("Số chỗ phải từ 1.")),
        ],
        render_kw={"min": 1, "inputmode": "numeric"},
    )
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


class AdvanceForm(OfficeForm):
    """Cash handed to a unit."""

    amount = MoneyField(
        _("Số tiền (đồng)"),
        [
            InputRequired(_("Hãy ghi số tiền.")),
            NumberRange(1, MOST_VND, _("Số tiền phải lớn hơn 0.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    receiver = StringField(
        _("Người nhận"), [InputRequired(_("Hãy ghi người nhận tiền.")), Length(2, 200)]
    )
    paid_on = DateField(_("Ngày giao tiền"), [InputRequired(_("Hãy chọn ngày."))])
    note = StringField(_("Ghi chú"), [Optional(), Length(max=REASON_LENGTH)])


class StrikeForm(OfficeForm):
    """Why an entry is struck out."""

    reason = reason_field()


class SignedListForm(OfficeForm):
    """What one signed list says, and why it does not agree where it does not."""

    people = IntegerField(
        _("Số người ký"),
        [
            InputRequired(_("Hãy ghi số người ký.")),
            NumberRange(0, LARGEST, _("Số người phải từ 0.")),
        ],
        render_kw={"min": 0, "inputmode": "numeric"},
    )
    amount = MoneyField(
        _("Số tiền đã chi (đồng)"),
        [
            InputRequired(_("Hãy ghi số tiền.")),
            NumberRange(0, MOST_VND, _("Số tiền phải từ 0.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    signed_on = DateField(_("Ngày của bảng kê"), [InputRequired(_("Hãy chọn ngày."))])
    explanation = StringField(
        _("Giải thích chênh lệch"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=_("Bắt buộc khi số người, số tiền không khớp với phiếu thu về."),
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
