"""The one box of staff pages for a whole number: amounts, people, forms, percents.

It is a line of text, not the browser's number box: that one refuses ``3.000.000``, which is how
an office writes three million.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from wtforms import Field
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import TextInput

from survey_app.edges import LARGEST
from survey_app.formats import dotted, number, typed_number


class WholeNumberField(Field):
    """A whole number, typed with dots, with spaces or without; shown with dots.

    Parameters
    ----------
    label
        Name of the box.
    least, most
        Numbers that can be.
    needed
        What is said when the box is empty; None where it may be.
    options
        Of every field of WTForms.

    """

    widget = TextInput()
    data: int | None
    raw_data: list[Any] | None

    def __init__(
        self,
        label: Any,  # noqa: ANN401 - lazy text
        *,
        least: int = 0,
        most: int = LARGEST,
        needed: Any = None,  # noqa: ANN401 - lazy text
        **options: Any,  # noqa: ANN401 - WTForms' own
    ) -> None:
        typed = {"inputmode": "numeric", "autocomplete": "off"} | options.pop("render_kw", {})
        needs = Optional() if needed is None else InputRequired(needed)
        super().__init__(label, [needs], render_kw=typed, **options)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; a box of spaces is an empty one."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = typed_number(text)
        if not text:
            self.raw_data = []
        elif self.data is None:
            raise ValueError(gettext("Hãy ghi một số nguyên, ví dụ 25 hoặc 3.000.000."))

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' own
        """Refuse a number that cannot be."""
        if self.data is None:
            return
        if self.data < self.least:
            raise ValidationError(gettext("Số này phải từ %(n)s trở lên.", n=number(self.least)))
        if self.data > self.most:
            raise ValidationError(gettext("Số này nhiều nhất là %(n)s.", n=number(self.most)))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else dotted(self.data)
