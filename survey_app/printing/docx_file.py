"""A Word file with the paper size, margins and types of NĐ 30/2020/NĐ-CP.

A4, margins 20, 20, 30 and 20 mm, Times New Roman, black; the page number stands in the middle
of the top margin from the second page on. Styles have names an official finds again in Word,
and nothing else is left of the library's own template. The same paper gives the same bytes:
whatever would tell when a file was made follows from the plan (``Imprint``).
What stands on the pages is put there by ``docx_parts``.
"""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from datetime import UTC
from typing import Final

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _Header
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

from survey_app.printing.docx_xml import style_id
from survey_app.services.paper_words import Imprint

FONT: Final = "Times New Roman"
BODY_PT: Final = 14
CELL_PT: Final = 12
A4_MM: Final = (210, 297)
TOP_MM: Final = 20
LEFT_MM: Final = 30
RIGHT_MM: Final = 20
NUMBER_MM: Final = 10
"""From the edge of the page down to the page number. [mm]"""
INDENT_MM: Final = 10

KEPT: Final = {"Normal", "Heading1", "Heading2", "DefaultParagraphFont", "TableNormal", "NoList"}
"""Styles of the library's template that are used; the rest would fill Word's list."""

LEFT_OUT: Final = (
    "thumbnail",
    "stylesWithEffects",
    "customXml",
    "numbering",
    "theme",
    "fontTable",
    "extended-properties",
    "webSettings",
)
"""What else the template brings along and no paper of ours needs."""

LEFT, CENTER, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)

PAGE_FIELD: Final = (
    "<w:r {ns}><w:fldChar w:fldCharType='begin'/></w:r>",
    "<w:r {ns}><w:instrText xml:space='preserve'> PAGE </w:instrText></w:r>",
    "<w:r {ns}><w:fldChar w:fldCharType='separate'/></w:r>",
    "<w:r {ns}><w:t>2</w:t></w:r>",
    "<w:r {ns}><w:fldChar w:fldCharType='end'/></w:r>",
)


class WordFile:
    """A paper being written from its first page to its last."""

    def __init__(self, imprint: Imprint, *, landscape: bool = False) -> None:
        self.imprint = imprint
        self.word: Word = Document()
        _strip(self.word)
        _style(self.word)
        self._describe()
        self.section = self.word.sections[0]
        self._set_page(landscape=landscape)

    @property
    def width_mm(self) -> float:
        """Width of the text on the pages being written. [mm]."""
        section = self.section
        width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
        return width / Mm(1)

    @property
    def end(self) -> BaseOxmlElement:
        """What stands last in the file: new paragraphs come before it."""
        return self.section._sectPr  # noqa: SLF001 - the library appends its own kinds only

    def new_part(self, *, landscape: bool) -> None:
        """Begin a new page whose numbers start again at 1, as an annex has them."""
        turned = landscape != (self.section.orientation == WD_ORIENT.LANDSCAPE)
        style = f'<w:pStyle w:val="{style_id("Kẻ ngang")}"/>'
        holder = parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{style}</w:pPr></w:p>")
        holder.pPr.append(deepcopy(self.end))
        self.end.addprevious(holder)
        for head in self.end.findall(qn("w:headerReference")):
            self.end.remove(head)
        if turned:  # otherwise the part keeps the paper and the head of the one before it
            self._set_page(landscape=landscape)

    def close(self) -> bytes:
        """Return the file."""
        out = io.BytesIO()
        self.word.save(out)
        return _timeless(out.getvalue())

    def _set_page(self, *, landscape: bool) -> None:
        section = self.section
        short, long = (Mm(side) for side in A4_MM)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        section.top_margin = section.bottom_margin = Mm(TOP_MM)
        section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
        section.header_distance = section.footer_distance = Mm(NUMBER_MM)
        section.different_first_page_header_footer = True
        _start_at_one(section)
        marks = " · ".join(self.imprint.marks)
        _head(section.first_page_header, marks, self.width_mm, numbered=False)
        _head(section.header, marks, self.width_mm, numbered=True)

    def _describe(self) -> None:
        about, said = self.word.core_properties, self.imprint
        made = said.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        about.title, about.subject = said.title[:255], said.subject[:255]
        about.author = about.last_modified_by = said.author[:255]
        about.comments, about.language, about.revision = "", "vi-VN", 1
        about.created = about.modified = made


def _head(header: _Header, marks: str, width_mm: float, *, numbered: bool) -> None:
    """Put the page number in the middle of the top margin, and marks to its right."""
    header.is_linked_to_previous = False
    line = header.paragraphs[0]
    line.style = "Đầu trang"
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(width_mm / 2), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(Mm(width_mm), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run("\t")
    for piece in PAGE_FIELD if numbered else ():
        line._p.append(parse_xml(piece.format(ns=nsdecls("w"))))  # noqa: SLF001 - no other way
    if marks:
        line.add_run(f"\t{marks}").bold = True


def _start_at_one(section: Section) -> None:
    properties = section._sectPr  # noqa: SLF001 - the library has no page numbers
    for old in properties.findall(qn("w:pgNumType")):
        properties.remove(old)
    number = parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>')
    properties.find(qn("w:pgMar")).addnext(number)


# --- styles ------------------------------------------------------------------------------


def _strip(word: Word) -> None:
    """Take the library's own look out: its styles, its picture, its themes of fonts."""
    styles = word.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in KEPT:
            styles.remove(style)
    defaults = styles.find(qn("w:docDefaults"))
    defaults.getparent().replace(
        defaults,
        parse_xml(
            f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>"
            f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
            f'<w:sz w:val="{2 * BODY_PT}"/><w:szCs w:val="{2 * BODY_PT}"/>'
            '<w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/>'
            "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        ),
    )
    for holder in (word.part.package, word.part):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.endswith(LEFT_OUT):
                del holder.rels[key]


def _style(word: Word) -> None:
    """Make the styles of a paper, each with a name in the words of NĐ 30/2020."""
    body = _named(word, "Normal", BODY_PT, BOTH)
    body.paragraph_format.first_line_indent = Mm(INDENT_MM)
    body.paragraph_format.space_after = Pt(6)
    body.paragraph_format.line_spacing = 1.1
    body.paragraph_format.widow_control = True
    _named(word, "Dòng điền", BODY_PT, LEFT)
    for level in (1, 2):
        heading = _named(word, f"Heading {level}", BODY_PT, BOTH, bold=True)
        heading.paragraph_format.first_line_indent = Mm(INDENT_MM)
        heading.paragraph_format.space_before = Pt(6)
        heading.paragraph_format.space_after = Pt(6)
        heading.paragraph_format.keep_with_next = True
    _flat(_named(word, "Đầu trang", 13, LEFT))
    _flat(_named(word, "Tên cơ quan", 13, CENTER, bold=True))
    _flat(_named(word, "Quốc hiệu", 13, CENTER, bold=True))
    _flat(_named(word, "Tiêu ngữ", 14, CENTER, bold=True))
    _flat(_named(word, "Số, ký hiệu", 13, CENTER))
    _flat(_named(word, "Địa danh, ngày tháng", 14, CENTER, italic=True))
    _flat(_named(word, "Tên loại", 14, CENTER, bold=True))
    _flat(_named(word, "Trích yếu", 14, CENTER, bold=True))
    _flat(_named(word, "Kèm theo", 13, CENTER, italic=True), after=6)
    _flat(_named(word, "Kẻ ngang", 2, CENTER))
    basis = _named(word, "Căn cứ", BODY_PT, BOTH, italic=True)
    basis.paragraph_format.first_line_indent = Mm(INDENT_MM)
    basis.paragraph_format.space_after = Pt(6)
    _flat(_named(word, "Ô bảng", CELL_PT, LEFT), before=2, after=2)
    _flat(_named(word, "Đầu bảng", CELL_PT, CENTER, bold=True), before=2, after=2)
    _flat(_named(word, "Nơi nhận", 12, LEFT, bold=True, italic=True))
    _flat(_named(word, "Danh sách nơi nhận", 11, LEFT))
    _flat(_named(word, "Chữ ký", BODY_PT, CENTER, bold=True))
    _flat(_named(word, "Ghi chú ký", 13, CENTER, italic=True))
    _flat(_named(word, "Ghi chú", CELL_PT, LEFT), after=3)


def _named(
    word: Word,
    name: str,
    points: float,
    align: WD_ALIGN_PARAGRAPH,
    *,
    bold: bool = False,
    italic: bool = False,
) -> ParagraphStyle:
    """Return a style of this name, plain black Times New Roman of a size."""
    styles = word.styles
    known = {style.name for style in styles}
    style = styles[name] if name in known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)  # noqa: S101 - all of ours are
    style.element.set(qn("w:styleId"), style_id(name))
    for part in ("w:rPr", "w:pPr", "w:link", "w:next"):
        for old in style.element.findall(qn(part)):
            style.element.remove(old)
    style.hidden, style.quick_style, style.unhide_when_used = False, True, False
    style.font.name, style.font.size = FONT, Pt(points)
    style.font.bold, style.font.italic = bold, italic
    style.element.rPr.rFonts.set(qn("w:cs"), FONT)
    style.paragraph_format.alignment = align
    if name != "Normal" and style.base_style is None:
        style.base_style = styles["Normal"]
    return style


def _flat(style: ParagraphStyle, *, before: float = 0, after: float = 0) -> None:
    """Take the indent and the space of running text off a style."""
    layout = style.paragraph_format
    layout.first_line_indent, layout.space_before = Mm(0), Pt(before)
    layout.space_after, layout.line_spacing = Pt(after), 1.0


# --- the archive -------------------------------------------------------------------------


def _timeless(data: bytes) -> bytes:
    """Pack an archive again, every member dated as zip files without a date are."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return out.getvalue()
