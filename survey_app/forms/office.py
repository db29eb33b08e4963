"""The forms staff fill in, written by hand; each says in Vietnamese what is missing.

A form only reads: what may be done with it is decided by the service the view calls. Where
choices depend on the campaign, the view sets them (:func:`with_plan`).
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import Any, Final, TypeVar

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileAllowed, FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
)
from wtforms.widgets import CheckboxInput, ListWidget

from survey_app.forms.numbers import WholeNumberField
from survey_app.models import QuotaRule, Unit
from survey_app.permissions import ROLES

REASON_LENGTH: Final = 400
COUNT_MOST: Final = 5000
WORDING_MOST: Final = 60

_ = lazy_gettext


class _Sentences:
    """What WTForms itself says, in the language of the page."""

    KNOWN: Final = {
        "Not a valid date value.": _("Ngày không hợp lệ."),
        "This field is required.": _("Hãy ghi ô này."),
        "Field must be at least %(min)d character long.": _("Dài từ %(min)d ký tự trở lên."),
        "Field must be at least %(min)d characters long.": _("Dài từ %(min)d ký tự trở lên."),
        "Field cannot be longer than %(max)d character.": _("Dài nhất %(max)d ký tự."),
        "Field cannot be longer than %(max)d characters.": _("Dài nhất %(max)d ký tự."),
        "Field must be between %(min)d and %(max)d characters long.": _(
            "Dài từ %(min)d đến %(max)d ký tự."
        ),
        "Not a valid choice.": _("Hãy chọn một mục trong danh sách."),
        "Invalid Choice: could not coerce.": _("Hãy chọn một mục trong danh sách."),
    }

    def gettext(self, string: str) -> str:
        """Return the sentence, or the library's own where it is not ours."""
        return str(self.KNOWN.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the sentence for a number of things."""
        return self.gettext(singular if n == 1 else plural)


class OfficeForm(FlaskForm):
    """A form of a staff page: protected against forged posts, speaking Vietnamese."""

    class Meta(FlaskForm.Meta):
        """How WTForms is told about languages."""

        def get_translations(self, _form: Any) -> _Sentences:  # noqa: ANN401 - WTForms' own
            """Return our sentences."""
            return _Sentences()

    def mistakes(self) -> list[str]:
        """Every mistake with the name of its field, for pages that show no field twice."""
        return [
            f"{self[name].label.text}: {error}" if name in self else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]


class _Box(CheckboxInput):
    """One box of several: that one of them is needed does not make each of them needed."""

    validation_attrs = ("disabled",)


class CheckboxesField(SelectMultipleField):
    """Several choices, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = _Box()


def reason_field(label: str = "Lý do") -> TextAreaField:
    """Return a box for a reason that goes into the trail."""
    return TextAreaField(
        _(label),
        [
            InputRequired(_("Hãy ghi lý do.")),
            Length(5, REASON_LENGTH, _("Lý do dài từ 5 đến 400 ký tự.")),
        ],
        description=_("Lưu vào nhật ký cùng tên người thực hiện."),
        render_kw={"rows": 2, "minlength": 5, "maxlength": REASON_LENGTH},
    )


def _confirm(label: str) -> BooleanField:
    return BooleanField(_(label), [InputRequired(_("Hãy đánh dấu để xác nhận."))])


# --- a campaign's life -------------------------------------------------------------------


class LoadForm(OfficeForm):
    """Where a campaign comes from, and the dates it runs."""

    shipped = SelectField(_("Kế hoạch có sẵn"), validate_choice=True)
    file = FileField(
        _("Hoặc tệp kế hoạch của cơ quan"),
        [FileAllowed(["yaml", "yml"], _("Hãy chọn tệp .yaml."))],
        description=_("Tệp .yaml. Khi có tệp, kế hoạch có sẵn ở trên không được dùng."),
        render_kw={"accept": ".yaml,.yml"},
    )
    opens = DateField(_("Ngày mở"), [Optional()], description=_("Bỏ trống: như trong kế hoạch."))
    closes = DateField(
        _("Hạn trả lời"), [Optional()], description=_("Ngày cuối cùng nhận phiếu trực tuyến.")
    )
    simulated = BooleanField(
        _("Dữ liệu mô phỏng"),
        description=_("Mọi trang, phiếu và bảng sẽ ghi “DỮ LIỆU MÔ PHỎNG”. Không đổi lại được."),
    )


class OpenForm(OfficeForm):
    """Confirmation of the opening sheet; the digest says which one was read.

    ``undecided`` is taken off where the plan has its decision.
    """

    sha256 = HiddenField(validators=[DataRequired()])
    undecided = _confirm("Tôi biết kế hoạch chưa ghi quyết định phê duyệt và vẫn mở đợt điều tra.")
    confirm = _confirm(
        "Tôi đã đọc mọi thiết lập ở trên và xác nhận mở đợt điều tra. "
        "Mẫu phiếu, kế hoạch và cách tính điểm được cố định từ lúc này."
    )


class ExtendForm(OfficeForm):
    """A later last day."""

    closes = DateField(_("Hạn mới"), [InputRequired(_("Hãy chọn ngày."))])
    reason = reason_field()


class CloseForm(OfficeForm):
    """The end of collection."""

    reason = reason_field()
    confirm = _confirm(
        "Tôi hiểu rằng sau khi đóng không nhận thêm phiếu trực tuyến lẫn phiếu giấy."
    )


# --- paper -------------------------------------------------------------------------------


class PlanForm(OfficeForm):
    """A rule, and one of its units or all of them."""

    rule = SelectField(_("Dòng phân bổ"))
    unit = SelectField(_("Đơn vị"))


class IssueForm(PlanForm):
    """How many slips or sheets of a rule."""

    count = WholeNumberField(
        _("Số lượng"),
        least=1,
        most=COUNT_MOST,
        description=_("Cho mỗi đơn vị; bỏ trống: đủ theo kế hoạch."),
    )


class PrintForm(PlanForm):
    """Slips of a rule to print, or one of them again by its public number."""

    number = WholeNumberField(_("Số phiếu mời"), least=1)


class SlipForm(OfficeForm):
    """One slip by its public number."""

    number = WholeNumberField(_("Số phiếu mời"), least=1, needed=_("Hãy ghi số in trên phiếu mời."))
    reason = reason_field()


class SheetForm(OfficeForm):
    """One paper form by its serial."""

    serial = StringField(
        _("Số phiếu giấy"),
        [InputRequired(_("Hãy ghi số in ở đầu phiếu."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "placeholder": "1234-5678"},
    )
    reason = reason_field()


class CriteriaForm(OfficeForm):
    """An office's own criteria set."""

    file = FileField(
        _("Tệp bộ tiêu chí (.xlsx)"),
        [
            FileRequired(_("Hãy chọn tệp.")),
            FileAllowed(["xlsx"], _("Hãy chọn tệp .xlsx theo mẫu.")),
        ],
        render_kw={"accept": ".xlsx"},
    )
    reason = TextAreaField(
        _("Lý do"),
        [Length(max=REASON_LENGTH)],
        description=_("Bắt buộc khi đợt điều tra đã mở."),
        render_kw={"rows": 2, "maxlength": REASON_LENGTH},
    )


# --- people ------------------------------------------------------------------------------


class RolesForm(OfficeForm):
    """What a person may do."""

    roles = CheckboxesField(_("Vai trò"), [InputRequired(_("Hãy chọn ít nhất một vai trò."))])


class UserForm(RolesForm):
    """A new account."""

    name = StringField(_("Họ và tên"), [InputRequired(_("Hãy ghi họ và tên.")), Length(2, 200)])
    email = StringField(
        _("Tên đăng nhập"),
        [
            InputRequired(_("Hãy ghi tên đăng nhập.")),
            Length(max=255),
            Regexp(r"[^@\s]+@[^@\s]+$", message=_("Tên đăng nhập có dạng ten@coquan.")),
        ],
        description=_("Dạng thư điện tử, ví dụ ten@botrach.local. Không có thư nào được gửi."),
        render_kw={"inputmode": "email", "autocapitalize": "none", "autocomplete": "off"},
    )


class ConfirmForm(OfficeForm):
    """A step that only needs to be meant."""

    confirm = _confirm("Tôi chắc chắn.")


class AssignForm(OfficeForm):
    """Units that a person keys, or works in."""

    user = SelectField(_("Người"), coerce=int)
    capacity = SelectField(_("Quan hệ"))
    rule = SelectField(_("Dòng phân bổ"))
    units = CheckboxesField(_("Đơn vị"))


Filled = TypeVar("Filled", bound=PlanForm)


def with_plan(form: Filled, rules: Iterable[QuotaRule], units: Iterable[Unit]) -> Filled:
    """Give a form the rules and units of a campaign as choices; an empty unit means all."""
    form.rule.choices = [
        SelectChoice(
            rule.code, f"{rule.code} · {shorten(rule.wording, WORDING_MOST, placeholder='…')}"
        )
        for rule in rules
    ]
    form.unit.choices = [
        SelectChoice("", gettext("Tất cả đơn vị của dòng")),
        *(SelectChoice(unit.code, f"{unit.code} · {unit.name}") for unit in units),
    ]
    return form


def with_roles(form: RolesForm, label: Any) -> None:  # noqa: ANN401 - a function of a role's name
    """Give a form the roles there are."""
    form.roles.choices = [SelectChoice(role, label(role)) for role in ROLES]
