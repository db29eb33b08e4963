"""The forms of lists and draws; columns, unit names and numbers are read beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileAllowed, FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from questionnaires.model import Group
from survey_app.formats import language
from survey_app.forms.numbers import WholeNumberField
from survey_app.forms.office import OfficeForm, reason_field
from survey_app.models import QuotaRule, RosterKind
from survey_app.services.draw_plans import METHODS, MOST_BATCH, By

LONGEST_PASTE: Final = 900_000
"""Characters of a pasted list; a longer one is sent as a file."""

METHOD_LABELS: Final = dict(
    zip(
        METHODS,
        (
            _("Ngẫu nhiên đơn giản"),
            _("Hệ thống, cách đều theo thứ tự danh sách"),
            _("Theo quy mô (PPS): quy mô lớn dễ được chọn hơn"),
        ),
        strict=True,
    )
)

BY_LABELS: Final = {
    By.UNIT: _("Riêng từng đơn vị"),
    By.STRATUM: _("Riêng từng tầng"),
    By.LIST: _("Chung cả danh sách"),
}


class FactsForm(OfficeForm):
    """What a list is, and how long people on it can be reached."""

    kind = RadioField(
        _("Mỗi dòng là"),
        [InputRequired(_("Hãy chọn."))],
        choices=[
            SelectChoice(RosterKind.PEOPLE, _("Một người (công chức, đại biểu, người dân)")),
            SelectChoice(
                RosterKind.TRANSACTIONS,
                _("Một hồ sơ đã giải quyết ở bộ phận một cửa; một người có thể có nhiều hồ sơ"),
            ),
        ],
        default=RosterKind.PEOPLE,
    )
    name = StringField(
        _("Tên danh sách"),
        [
            InputRequired(_("Hãy đặt tên cho danh sách.")),
            Length(3, 200, _("Tên danh sách dài từ 3 đến 200 ký tự.")),
        ],
        description=_("Được công bố cùng mỗi lần rút, ví dụ “Hồ sơ một cửa quý III năm 2020”."),
    )
    group = SelectField(
        _("Đối tượng điều tra"), [InputRequired(_("Hãy chọn đối tượng của danh sách."))]
    )
    source = StringField(
        _("Nơi cung cấp"),
        [Optional(), Length(max=200, message=_("Nhiều nhất 200 ký tự."))],
        description=_("Bỏ trống: ghi tên tệp."),
    )
    contacts_until = DateField(
        _("Giữ số điện thoại, địa chỉ đến hết ngày"),
        [InputRequired(_("Hãy chọn ngày."))],
        description=_(
            "Mặc định 180 ngày sau hạn trả lời: đủ để phúc tra, chi trả, quyết toán và giải quyết "
            "khiếu nại. Sau ngày này số điện thoại và địa chỉ bị xóa trước mọi thứ khác; họ tên "
            "và kết quả rút mẫu còn lại."
        ),
    )


class ListForm(FactsForm):
    """A list, pasted or sent."""

    file = FileField(
        _("Tệp danh sách"),
        [FileAllowed(["xlsx", "csv"], _("Hãy chọn tệp .xlsx hoặc .csv."))],
        description=_(
            "Tệp .xlsx hoặc .csv, đến 15.000 dòng; trang tính đầu tiên có nội dung được đọc."
        ),
        render_kw={"accept": ".xlsx,.csv"},
    )
    text = TextAreaField(
        _("Hoặc dán từ Excel"),
        [Optional(), Length(max=LONGEST_PASTE, message=_("Quá dài: hãy gửi dưới dạng tệp."))],
        description=_("Kể cả dòng tiêu đề. Khi có tệp, phần dán không dùng."),
        render_kw={"rows": 8, "class": "pasted", "spellcheck": "false", "wrap": "off"},
    )


class ConfirmForm(FactsForm):
    """A list that was looked at, carried along."""

    packed = HiddenField()
    skip_faulty = BooleanField(_("Bỏ các dòng có lỗi, nhận những dòng còn lại"))


class DrawForm(OfficeForm):
    """What is decided about a draw."""

    rule = SelectField(_("Rút cho dòng phân bổ"))
    method = SelectField(
        _("Cách rút"),
        choices=[SelectChoice(method, label) for method, label in METHOD_LABELS.items()],
    )
    by = RadioField(
        _("Phạm vi rút"),
        choices=[SelectChoice(by, label) for by, label in BY_LABELS.items()],
    )
    answer_percent = WholeNumberField(
        _("Tỷ lệ trả lời dự kiến (%)"),
        least=1,
        most=100,
        needed=_("Hãy ghi tỷ lệ."),
        description=_(
            "Danh sách dự phòng dài vừa đủ để với khả năng 95 phần trăm có đủ người trả lời."
        ),
    )
    batch = WholeNumberField(
        _("Số người mỗi đợt dự phòng"),
        least=1,
        most=MOST_BATCH,
        needed=_("Hãy ghi số người."),
        description=_("Dự phòng chỉ được gọi cả đợt, theo thứ tự đã rút."),
    )
    take_short = BooleanField(_("Nơi danh sách có ít người hơn số cần: lấy tất cả"))
    seed = StringField(
        _("Số công khai"),
        [Length(max=200, message=_("Nhiều nhất 200 ký tự."))],
        description=_(
            "Một dòng chữ số không ai đoán trước được, ví dụ 20 chữ số quay trước mọi người. "
            "Cùng danh sách và số này, ai cũng rút lại được đúng mẫu này."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    reason = StringField(
        _("Lý do rút lại"),
        [Optional(), Length(5, 400, _("Lý do dài từ 5 đến 400 ký tự."))],
        description=_("Chỉ cần khi danh sách này đã rút cho cùng dòng phân bổ."),
    )


class ReleaseForm(OfficeForm):
    """The next batch of the reserve of one part; the choice says what was seen."""

    part = SelectField(_("Gọi ở"), validate_choice=False)
    reason = reason_field()


class ReasonForm(OfficeForm):
    """A step that needs a reason."""

    reason = reason_field()


Facts = TypeVar("Facts", bound=FactsForm)


def with_groups(form: Facts, groups: Iterable[Group]) -> Facts:
    """Give a form the groups of a campaign."""
    form.group.choices = [
        SelectChoice("", gettext("– chọn –")),
        *(SelectChoice(group.code, group.label.in_language(language())) for group in groups),
    ]
    return form


def with_rules(form: DrawForm, rules: Iterable[QuotaRule], group: str) -> DrawForm:
    """Give a form the lines of the plan, those that ask the list's group first."""
    mine = sorted(rules, key=lambda rule: rule.group != group)
    form.rule.choices = [
        *(SelectChoice(rule.code, f"{rule.code} · {rule.wording[:60]}") for rule in mine),
        SelectChoice("", gettext("Không cho dòng nào; tự ghi số người")),
    ]
    return form
