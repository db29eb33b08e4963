"""What stands on the pages of a paper: letterhead, titles, text, tables, signatures.

Sizes and places are those of NĐ 30/2020/NĐ-CP, annex I. The lines under the motto, under the
name of the office and under a title are as long as the decree asks; they are measured in the
shipped face, whose letters are exactly as wide as those of Times New Roman.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from survey_app.printing.docx_file import WordFile
from survey_app.printing.docx_xml import frame, paragraph, rule, ruled
from survey_app.printing.lengths import text_width
from survey_app.services.paper_words import DOTS, Letterhead, Line, Section, Table, dated

NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
OFFICE_SHARE: Final = 0.38
"""Of the width of the text, for the name of the office; the nation has the rest."""
SHORT: Final = 0.4
"""Length of the line under an office or a title: between a third and a half of the text."""
FILLED_IN: Final = "Dòng điền"
"""Style of a line with dots a person writes on: flush left, or the dots would drift apart."""
SMALL_PT: Final = 10
"""Type of a table that would not fit across the page in the usual one."""
SIGNATURE_PT: Final = 72
"""Room for a signature and a seal, under who signs."""


class Paper(WordFile):
    """A Word file with the pieces of an administrative paper."""

    def add(self, xml: str) -> None:
        """Put a paragraph or a table at the end."""
        if "xmlns:w=" not in xml[:200]:
            xml = xml.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)
        self.end.addprevious(parse_xml(xml))

    def line(self, text: str, style: str = "Normal", *, with_next: bool = False) -> None:
        """Write one paragraph."""
        self.add(paragraph(text, style, with_next=with_next))

    def gap(self, points: float = 6) -> None:
        """Leave room, as after a table."""
        self.add(paragraph("", "Kẻ ngang", after=points))

    def part(self, section: Section) -> None:
        """Write a numbered part: heading, paragraphs, tables."""
        self.line(section.heading, "Heading 1")
        for part in section.parts:
            if isinstance(part, Line):
                style = FILLED_IN if DOTS in part.text else "Normal"
                self.line(part.text, "Heading 2" if part.strong else style)
            else:
                self.table(part)

    def table(self, table: Table, *, tied: bool = False) -> None:
        """Write a table across the page, in smaller type where it would not fit.

        The last rows of a ``tied`` one stay with what follows, so that nobody signs on a
        page without a line of the list.
        """
        crowded = sum(column.width for column in table.columns) > self.width_mm
        points = SMALL_PT if crowded else None
        self.add(ruled(table, self.width_mm, points=points, tied=tied))
        self.add(paragraph("", "Kẻ ngang", after=6, with_next=tied))

    # --- the head ------------------------------------------------------------------------

    def letterhead(self, head: Letterhead, *, numbered: bool = True, day: bool = True) -> None:
        """Write office and nation side by side, number and day under them.

        Minutes have no ``day`` up here: their text begins with it.
        """
        left = self.width_mm * OFFICE_SHARE
        widths = (left, self.width_mm - left)
        office = [paragraph(name, "Tên cơ quan") for name in head.organisation]
        office.append(rule(SHORT * text_width(head.organisation[-1], 13), left))
        nation = (
            paragraph(NATION, "Quốc hiệu"),
            paragraph(MOTTO, "Tiêu ngữ"),
            rule(text_width(MOTTO, 14), widths[1]),
        )
        number = f"Số: {head.number or DOTS}/{head.symbol}" if numbered else ""
        when = dated(head.place, head.day) if day else ""
        self.add(frame((office, nation), widths))
        self.gap(0)
        below = (
            (paragraph(number, "Số, ký hiệu", before=6),),
            (paragraph(when, "Địa danh, ngày tháng", before=6),),
        )
        self.add(frame(below, widths))
        self.gap(10)

    def title(self, kind: str, subject: str) -> None:
        """Write the kind of paper and what it is about, with the line under it."""
        self.line(kind, "Tên loại", with_next=True)
        self.line(subject, "Trích yếu", with_next=True)
        shown = min(text_width(subject, 14), self.width_mm)
        self.add(rule(SHORT * shown, self.width_mm, after=12))

    def annex_title(self, label: str, subject: str, attached: str) -> None:
        """Write the head of an annex."""
        self.line(label, "Tên loại", with_next=True)
        self.line(subject, "Trích yếu", with_next=True)
        self.line(attached, "Kèm theo", with_next=True)
        self.add(rule(SHORT * text_width(attached, 13), self.width_mm, after=8))

    # --- the end -------------------------------------------------------------------------

    def signatures(
        self,
        signers: Sequence[tuple[Sequence[str], str]],
        *,
        recipients: Sequence[str] = (),
        room: float = SIGNATURE_PT,
    ) -> None:
        """Write who signs, side by side, each with what to do; recipients stand on the left.

        ``room`` is left under each for a signature and a seal. [pt]
        """
        sides = []
        if recipients:
            ends = [";"] * (len(recipients) - 1) + ["."]
            listed = (
                paragraph(f"- {name}{'' if name.endswith('…') else end}", "Danh sách nơi nhận")
                for name, end in zip(recipients, ends, strict=True)
            )
            sides.append([paragraph("Nơi nhận:", "Nơi nhận"), *listed])
        for names, how in signers:
            named = [paragraph(name, "Chữ ký") for name in names]
            sides.append([*named, paragraph(how, "Ghi chú ký", after=room)])
        width = self.width_mm / len(sides)
        self.add(frame(sides, [width] * len(sides)))
        self.gap(0)
