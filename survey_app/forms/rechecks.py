"""The forms of the re-check: the draw, and what came of one call."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, Optional

from survey_app.forms.numbers import WholeNumberField
from survey_app.forms.office import REASON_LENGTH, OfficeForm, reason_field
from survey_app.models import CallState

UNSAID: Final = "unsaid"
ANSWERS: Final = {"yes": True, "no": False, UNSAID: None}
"""What a box stands for; an unsaid answer is none."""


class DrawForm(OfficeForm):
    """What is decided before a re-check is drawn."""

    seed = StringField(
        _("Số công khai để rút"),
        [InputRequired(_("Hãy ghi số công khai.")), Length(8, 200, _("Dài từ 8 đến 200 ký tự."))],
        description=_(
            "Một dãy không ai biết trước khi chốt danh sách, ví dụ kết quả xổ số ngày hôm nay "
            "hoặc 20 chữ số bốc thăm trước hội đồng. Ai có dãy này và danh sách đều rút lại được."
        ),
        render_kw={"autocomplete": "off"},
    )
    share = WholeNumberField(
        _("Gọi lại bao nhiêu phần trăm người của mỗi điều tra viên"),
        least=1,
        most=100,
        needed=_("Hãy ghi tỷ lệ."),
        description=_("Mỗi điều tra viên ít nhất một người."),
    )
    least = WholeNumberField(
        _("Mức tối thiểu người xác nhận (%)"),
        most=100,
        needed=_("Hãy ghi mức tối thiểu."),
        description=_("Đơn vị, điều tra viên dưới mức này được báo hội đồng."),
    )


def _answer(label: str) -> RadioField:
    return RadioField(
        label,
        [Optional()],
        choices=[
            SelectChoice("yes", _("Có")),
            SelectChoice("no", _("Không")),
            SelectChoice(UNSAID, _("Không nhớ, không trả lời")),
        ],
    )


class CallForm(OfficeForm):
    """What came of one call; answers only from somebody who was reached."""

    state = RadioField(
        _("Kết quả cuộc gọi"),
        [InputRequired(_("Hãy chọn kết quả cuộc gọi."))],
        choices=[
            SelectChoice(CallState.REACHED, _("Gặp được")),
            SelectChoice(CallState.NOT_REACHED, _("Không gặp được")),
            SelectChoice(CallState.REFUSED, _("Từ chối trả lời")),
        ],
    )
    was_asked = _answer(_("1. Ông/Bà có được mời trả lời phiếu này không?"))
    right_person = _answer(_("2. Người hỏi có đúng là người ghi trong danh sách không?"))
    was_paid = _answer(_("3. Ông/Bà đã nhận thù lao chưa?"))
    note = StringField(_("Ghi chú"), [Optional(), Length(max=REASON_LENGTH)])


class ForgetForm(OfficeForm):
    """Why telephone numbers are deleted."""

    reason = reason_field()
