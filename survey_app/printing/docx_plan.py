"""The plan as Word files: the paper with its annexes, or the annexes alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from questionnaires.wording import vi_number
from survey_app.printing.docx_parts import Paper
from survey_app.services.paper_words import Align, Column, Table
from survey_app.services.plan_annex import Annex
from survey_app.services.plan_papers import PlanPaper, need_annex

NUMBER_MM: Final = 12
UNIT_MM: Final = 62
RULE_MM: Final = 30
TOTAL_MM: Final = 22
NONE: Final = "–"
"""Shown where a line asks nobody about a unit."""


def write_plan(paper: PlanPaper) -> bytes:
    """Return the plan as a Word file, each annex in a part of its own, across the page."""
    file = Paper(paper.imprint)
    file.letterhead(paper.letterhead)
    file.title(paper.kind, paper.subject)
    for place, ground in enumerate(paper.basis, 1):
        file.line(f"{ground}{'.' if place == len(paper.basis) else ';'}", "Căn cứ")
    file.line(paper.opening)
    for section in paper.sections:
        file.part(section)
    file.line(paper.closing)
    file.gap(6)
    file.signatures([(paper.signed_as, "")], recipients=paper.recipients)
    for annex in paper.annexes:
        file.new_part(landscape=True)
        _annex(file, annex, paper)
    return file.close()


def write_annex(paper: PlanPaper) -> bytes:
    """Return the annexes alone.

    Raises
    ------
    ConflictError
        If the plan has none.

    """
    file = Paper(need_annex(paper).imprint, landscape=True)
    for place, annex in enumerate(paper.annexes):
        if place:
            file.new_part(landscape=True)
        _annex(file, annex, paper)
    return file.close()


def _annex(file: Paper, annex: Annex, paper: PlanPaper) -> None:
    file.annex_title(annex.label, annex.subject, paper.attached)
    file.table(annex_table(annex))
    for note in (*annex.notes, *_sum(paper, annex)):
        file.line(note, "Ghi chú")


def annex_table(annex: Annex) -> Table:
    """Lay the annex out: units down, lines across, totals both ways."""
    columns = (
        Column("STT", NUMBER_MM, Align.CENTER),
        Column("Đơn vị", UNIT_MM),
        *(Column(f"{rule.code}\n{rule.group}", RULE_MM, Align.RIGHT) for rule in annex.rules),
        Column("Cộng", TOTAL_MM, Align.RIGHT),
    )
    rows = tuple(
        (
            str(place),
            unit.name,
            *(_count(annex.targets.get((unit.code, rule.code), 0)) for rule in annex.rules),
            vi_number(annex.of_unit(unit.code)),
        )
        for place, unit in enumerate(annex.units, 1)
    )
    totals = (
        (
            "",
            "Tổng cộng (phiếu)",
            *(vi_number(annex.of_rule(rule.code)) for rule in annex.rules),
            vi_number(annex.total),
        ),
        (
            "",
            "Số người trả lời",
            *(vi_number(rule.people) for rule in annex.rules),
            vi_number(sum(rule.people for rule in annex.rules)),
        ),
    )
    return Table(columns, rows, totals)


def _count(number: int) -> str:
    return vi_number(number) if number else NONE


def _sum(paper: PlanPaper, annex: Annex) -> Iterator[str]:
    """After the last of several annexes, add them up."""
    if len(paper.annexes) > 1 and annex is paper.annexes[-1]:
        terms = " + ".join(vi_number(each.total) for each in paper.annexes)
        total = vi_number(sum(each.total for each in paper.annexes))
        yield f"Tổng cộng các Phụ lục: {terms} = {total} phiếu."
