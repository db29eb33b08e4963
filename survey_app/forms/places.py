"""The forms of the page about places with an open code: add one, close one, judge a ballot."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.forms.numbers import WholeNumberField
from survey_app.forms.office import OfficeForm, reason_field
from survey_app.models import PlaceKind, QuotaCell
from survey_app.services.places import LONGEST_NAME, MOST
from survey_app.services.poster_guards import Guards

_ = lazy_gettext

USUAL = Guards()
NEEDED = _("Hãy ghi một số.")


class PlaceForm(OfficeForm):
    """One more place: what stands there, for which cell, and how it is guarded."""

    kind = RadioField(_("Loại điểm"), default=PlaceKind.POSTER.value)
    cell = SelectField(_("Lấy ý kiến về"))
    name = StringField(
        _("Tên điểm"),
        [
            InputRequired(_("Hãy ghi tên điểm.")),
            Length(1, LONGEST_NAME, _("Tên dài nhất 120 ký tự.")),
        ],
        description=_("Ví dụ: Bộ phận một cửa – bàn 2. In trên tờ dán và hiện trên phiếu."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    per_day = WholeNumberField(
        _("Số phiếu tối đa một ngày"), least=1, most=MOST, needed=NEEDED, default=USUAL.per_day
    )
    per_address = WholeNumberField(
        _("Số lượt tối đa một ngày từ một mạng"),
        least=1,
        most=MOST,
        needed=NEEDED,
        default=USUAL.per_address,
        description=_("Cả cơ quan hoặc nhiều thuê bao di động có thể chung một mạng: để rộng."),
    )
    burst = WholeNumberField(
        _("Để riêng khi trong 10 phút đã có quá"),
        most=MOST,
        needed=NEEDED,
        default=USUAL.burst,
        description=_("phiếu; 0 là không xét."),
    )
    same_answers = WholeNumberField(
        _("Để riêng khi một ngày đã có quá"),
        most=MOST,
        needed=NEEDED,
        default=USUAL.same_answers,
        description=_("phiếu giống hệt nhau; 0 là không xét."),
    )
    seconds_per_item = WholeNumberField(
        _("Để riêng khi trả lời mỗi câu nhanh hơn"),
        most=60,
        needed=NEEDED,
        default=USUAL.seconds_per_item,
        description=_("giây; 0 là không xét."),
    )
    night_from = WholeNumberField(
        _("Để riêng phiếu gửi từ"),
        most=23,
        needed=NEEDED,
        default=USUAL.night_from,
        description=_("giờ; hai giờ bằng nhau là không xét."),
    )
    night_to = WholeNumberField(
        _("đến"), most=23, needed=NEEDED, default=USUAL.night_to, description=_("giờ.")
    )

    def guards(self) -> Guards:
        """Return the guards as typed."""
        return Guards(**{name: self[name].data for name in Guards.__slots__})


class CloseForm(OfficeForm):
    """Close a place, or give a kiosk another secret."""

    reason = reason_field()


class SinceForm(OfficeForm):
    """Set aside what a place brought since a day, and why."""

    since = DateField(_("Từ ngày"), [InputRequired(_("Hãy chọn ngày."))])
    reason = reason_field()


class JudgeForm(OfficeForm):
    """Ballots that were set aside, and why they are taken or left out."""

    flag = SelectField(_("Dấu hiệu"))
    reason = reason_field()


def with_cells(form: PlaceForm, cells: Iterable[QuotaCell]) -> PlaceForm:
    """Give a form the cells a place can be for, and the kinds of places."""
    form.kind.choices = [
        SelectChoice(PlaceKind.POSTER.value, gettext("Mã dán: người dân trả lời trên điện thoại")),
        SelectChoice(PlaceKind.KIOSK.value, gettext("Máy đặt tại quầy: trả lời ngay trên máy")),
    ]
    form.cell.choices = [
        SelectChoice(
            f"{cell.rule.code}/{cell.unit.code}",
            f"{cell.unit.code} · {cell.unit.name} · {cell.rule.code}",
        )
        for cell in cells
    ]
    return form
