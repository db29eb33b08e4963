"""The forms of the pages where scores come in and the index is computed."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileAllowed, FileRequired, MultipleFileField
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.forms.office import OfficeForm
from survey_app.models import Round

REASON_LENGTH: Final = 400

ROUND_CHOICES: Final = (
    (Round.SELF.value, _("Tự chấm điểm")),
    (Round.ROUND_1.value, _("Thẩm định lần 1")),
    (Round.EXPLAINED.value, _("Giải trình")),
    (Round.ROUND_2.value, _("Thẩm định lần 2")),
    (Round.IMPORTED.value, _("Kết quả nhập từ ngoài")),
)


class ScoresForm(OfficeForm):
    """Filled workbooks, or a ZIP of them, for one round."""

    round = SelectField(_("Vòng chấm"), choices=[SelectChoice(*c) for c in ROUND_CHOICES])
    files = MultipleFileField(
        _("Các tệp Excel, hoặc một tệp ZIP"),
        [
            FileRequired(_("Hãy chọn tệp.")),
            FileAllowed(["xlsx", "zip"], _("Hãy chọn tệp .xlsx hoặc .zip.")),
        ],
        description=_("Có thể chọn nhiều tệp một lần. Tệp có lỗi bị từ chối cả tệp."),
        render_kw={"accept": ".xlsx,.zip", "multiple": True},
    )
    reason = StringField(
        _("Lý do sửa điểm"),
        [Length(0, REASON_LENGTH, _("Lý do không quá 400 ký tự."))],
        description=_("Chỉ cần khi tệp thay đổi điểm đã nhập trước đó."),
        render_kw={"maxlength": REASON_LENGTH},
    )


class RunForm(OfficeForm):
    """How to treat criteria without points."""

    missing = SelectField(
        _("Khi có tiêu chí chưa có điểm"),
        choices=(
            SelectChoice("refuse", _("Không tính chỉ số của đơn vị đó")),
            SelectChoice("rescale", _("Loại tiêu chí đó và quy đổi theo phần còn lại")),
        ),
    )


class ApproveForm(OfficeForm):
    """Confirmation that a run is right."""

    confirm = BooleanField(
        _("Tôi xác nhận kết quả này đúng và không thay đổi nữa."),
        [InputRequired(_("Hãy đánh dấu để xác nhận."))],
    )


class PublishForm(OfficeForm):
    """The decision that publishes a run."""

    reason = StringField(
        _("Căn cứ công bố (số, ngày của văn bản) hoặc lý do thay kết quả cũ"),
        [
            InputRequired(_("Hãy ghi căn cứ hoặc lý do.")),
            Length(5, REASON_LENGTH, _("Ghi từ 5 đến 400 ký tự.")),
        ],
        render_kw={"minlength": 5, "maxlength": REASON_LENGTH},
    )
