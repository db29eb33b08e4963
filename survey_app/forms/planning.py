"""The forms of the planner's desk: a table to read, a version to approve or give up."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileAllowed, FileField
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from survey_app.forms.numbers import WholeNumberField
from survey_app.forms.office import OfficeForm, reason_field
from survey_app.services.what_if import Way

LONGEST_TABLE: Final = 900_000
"""Characters of a table a page carries between its two steps."""

MOST_FEE_VND: Final = 100_000_000
"""More is a slip of the finger. [VND]"""


class TableForm(OfficeForm):
    """The table of a decision, pasted or sent."""

    text = TextAreaField(
        _("Bảng hoặc các dòng của quyết định"),
        [Optional(), Length(max=LONGEST_TABLE)],
        description=_(
            "Chép trong Excel hoặc Word rồi dán vào đây, kể cả dòng tiêu đề và dòng tổng. "
            "Cũng có thể dán các dòng “15 người x 13 phòng = 195 phiếu (mẫu CH2)”."
        ),
        render_kw={"rows": 10, "class": "pasted", "spellcheck": "false", "wrap": "off"},
    )
    file = FileField(
        _("Hoặc tệp bảng"),
        [FileAllowed(["xlsx", "csv"], _("Hãy chọn tệp .xlsx hoặc .csv."))],
        description=_("Trang tính đầu tiên có nội dung được đọc. Khi có tệp, phần dán không dùng."),
        render_kw={"accept": ".xlsx,.csv"},
    )


class TakeForm(OfficeForm):
    """What was confirmed about a table beside its names, and why the plan changes."""

    total = WholeNumberField(
        _("Tổng số phiếu của các dòng này theo quyết định"),
        least=1,
        description=_("Chỉ cần khi bảng không in tổng; dùng để đối chiếu."),
    )
    whole = BooleanField(
        _("Bảng này là toàn bộ kế hoạch: bỏ các đơn vị và dòng không có trong bảng")
    )
    reason = reason_field()


class LineForm(OfficeForm):
    """One line of the plan on the desk; the numbers of its units are read beside it."""

    design = RadioField(
        _("Ai trả lời về các đơn vị"),
        choices=[
            SelectChoice("own", _("Riêng: mỗi đơn vị có người trả lời của mình")),
            SelectChoice("cross", _("Chung: cùng những người ấy trả lời về mọi đơn vị")),
        ],
    )
    fee_vnd = WholeNumberField(
        _("Thù lao một phiếu (đồng)"), most=MOST_FEE_VND, needed=_("Ghi 0 nếu không trả.")
    )
    way = SelectField(
        _("Cách phân bổ"),
        choices=[
            SelectChoice(
                Way.EQUAL_PRECISION,
                _("Độ chính xác đồng đều – nên dùng khi xếp hạng các đơn vị"),
            ),
            SelectChoice(Way.FIXED, _("Cố định – mỗi đơn vị cùng một số")),
            SelectChoice(Way.EQUAL, _("Chia đều một tổng số")),
            SelectChoice(Way.PROPORTIONAL, _("Theo tỷ lệ số người hiện có")),
            SelectChoice(Way.BUDGET, _("Trong một khoản kinh phí")),
        ],
    )
    amount = WholeNumberField(
        _("Số phiếu hoặc số tiền"),
        least=1,
        description=_(
            "Cố định: số phiếu mỗi đơn vị. Kinh phí: số đồng. Còn lại: tổng số phiếu của dòng."
        ),
    )
    reason = StringField(
        _("Lý do sửa"),
        [Optional(), Length(5, 400, _("Lý do dài từ 5 đến 400 ký tự."))],
        description=_("Lưu vào nhật ký cùng tên người thực hiện."),
    )


class ApproveForm(OfficeForm):
    """The decision a version of the plan rests on."""

    decision = StringField(
        _("Số, ký hiệu quyết định"),
        [InputRequired(_("Hãy ghi số, ký hiệu quyết định.")), Length(3, 200)],
        render_kw={"placeholder": "314/QĐ-UBND"},
    )
    approved_on = DateField(_("Ngày quyết định"), [InputRequired(_("Hãy chọn ngày."))])


class WithdrawForm(OfficeForm):
    """Why a proposed version is given up."""

    reason = reason_field()
