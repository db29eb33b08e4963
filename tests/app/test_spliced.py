"""A page compressed in pieces reads as the whole page."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st

from survey_app.forms.spliced import Spliced

MARKS = ("\ue000", "\ue001\ue001")


@given(
    parts=st.lists(st.text(st.characters(exclude_categories=("Cs", "Co"))), min_size=1, max_size=6),
    choices=st.lists(st.sampled_from(MARKS), min_size=5, max_size=5),
    values=st.tuples(st.binary(max_size=70), st.binary(max_size=70)),
)
def test_both_forms_hold_the_page_with_its_numbers(parts, choices, values):
    html, whole = parts[0], parts[0].encode()
    by_mark = dict(zip(MARKS, values, strict=True))
    for mark, part in zip(choices, parts[1:], strict=False):
        html, whole = html + mark + part, whole + by_mark[mark] + part.encode()

    page = Spliced(html, MARKS)

    assert page.plain(by_mark) == whole
    assert gzip.decompress(page.gzip(by_mark)) == whole


def test_a_long_page_is_still_small():
    page = Spliced("<p>Nộp phiếu</p>" * 500 + MARKS[0] + "<p>Cảm ơn</p>" * 500, MARKS)

    assert len(page.gzip(dict.fromkeys(MARKS, b"1234567890123456"))) < 400
