"""From display list to PDF and SVG.

A backdrop becomes one form XObject however many pages show it, so a district's 3.108
sheets stay small; QR codes are vector runs, sharp at any size. The same pages give the same
bytes every time (no date, no random id), so a print can be repeated and compared by hash.
What is on a page is decided in ``cards`` and ``blank_forms``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode
from reportlab.pdfgen.canvas import Canvas

from questionnaires.paper.display import Backdrop, Box, Item, Line, Page, Qr, Rect, TextRun
from questionnaires.paper.fonts import MM_PER_POINT, register_fonts, width_mm

POINTS_PER_MM: Final = 1 / MM_PER_POINT

QUIET_MODULES: Final = 4
"""White modules a reader needs around a QR code (ISO/IEC 18004)."""

_MASK: Final = 3
# The standard lets the writer choose any of eight masks. Searching for the best takes six
# times as long and gains nothing a reader notices; the tests decode every printed code.


def qr_runs(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Encode a text at level Q.

    Returns
    -------
    int
        Modules on a side.
    tuple of (row, column, length)
        Black runs from the top left corner. [modules]

    """
    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=_MASK)
    # Segments of five: the address is cut at its '#' instead of falling back to bytes, and the
    # groups of four digits stay in one segment with their hyphens. Four or the default twenty
    # need a larger symbol.
    code.add_data(text, optimize=5)
    matrix = code.get_matrix()
    return len(matrix), tuple(
        (row, column, length)
        for row, modules in enumerate(matrix)
        for column, length in _black_runs(modules)
    )


def _black_runs(modules: Iterable[bool | None]) -> Iterator[tuple[int, int]]:
    """Yield start and length of each black run of one row."""
    start = 0
    for black, run in groupby(modules):
        length = sum(1 for _ in run)
        if black:
            yield start, length
        start += length


# --- PDF ---------------------------------------------------------------------------------


def write_pdf(
    stream: BinaryIO,
    pages: Iterable[Page],
    *,
    title: str,
    author: str = "",
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw pages into a PDF, one at a time.

    Parameters
    ----------
    stream
        Where the file goes; nothing else is written anywhere.
    pages
        Any iterable; it is walked once, so a generator of thousands of pages stays small.
    title, author
        Shown by the reader; never a code or a serial.
    progress
        Called after each page with the number of pages done.

    Returns
    -------
    int
        Pages written. The bytes depend on the arguments only.

    Raises
    ------
    ValueError
        If there is no page to draw.

    """
    register_fonts()
    # "invariant" leaves out the date and derives the file id from the content.
    canvas = Canvas(stream, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    names: dict[Backdrop, str] = {}
    done = 0
    for page in pages:
        width, height = page.size_mm
        canvas.setPageSize((width * POINTS_PER_MM, height * POINTS_PER_MM))
        if page.backdrop is not None:
            if page.backdrop not in names:
                names[page.backdrop] = f"page{len(names) + 1}"
                canvas.beginForm(
                    names[page.backdrop], 0, 0, width * POINTS_PER_MM, height * POINTS_PER_MM
                )
                _draw(canvas, page.backdrop.items, height)
                canvas.endForm()
            canvas.doForm(names[page.backdrop])
        _draw(canvas, page.items, height)
        canvas.showPage()
        done += 1
        if progress is not None:
            progress(done)
    if not done:
        msg = "there is no page to print; give at least one card or sheet"
        raise ValueError(msg)
    canvas.save()
    return done


def _draw(canvas: Canvas, items: Iterable[Item], page_height: float) -> None:
    """Draw items on the open page or form, turning millimetres from the top into points."""
    mm = POINTS_PER_MM
    for item in items:
        match item:
            case TextRun():
                canvas.setFont(item.face.value, item.size_pt)
                canvas.setFillGray(item.shade)
                canvas.drawString(item.x * mm, (page_height - item.y) * mm, item.text)
            case Line():
                canvas.setLineWidth(item.width * mm)
                canvas.setStrokeGray(item.shade)
                canvas.setDash([part * mm for part in item.dash] if item.dash else [])
                canvas.line(
                    item.x1 * mm,
                    (page_height - item.y1) * mm,
                    item.x2 * mm,
                    (page_height - item.y2) * mm,
                )
            case Rect():
                canvas.setFillGray(item.shade)
                bottom = (page_height - item.y - item.h) * mm
                canvas.rect(item.x * mm, bottom, item.w * mm, item.h * mm, stroke=0, fill=1)
            case Box():
                canvas.setLineWidth(item.line * mm)
                canvas.setStrokeGray(item.shade)
                canvas.setDash([])
                bottom = (page_height - item.y - item.h) * mm
                size = (item.x * mm, bottom, item.w * mm, item.h * mm)
                if item.radius:
                    canvas.roundRect(*size, item.radius * mm, stroke=1, fill=0)
                else:
                    canvas.rect(*size, stroke=1, fill=0)
            case Qr():
                _draw_qr(canvas, item, page_height)


def _draw_qr(canvas: Canvas, item: Qr, page_height: float) -> None:
    """Fill all black runs as one path, in whole modules under one change of scale."""
    modules, runs = qr_runs(item.text)
    scale = item.size * POINTS_PER_MM / modules
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.translate(item.x * POINTS_PER_MM, (page_height - item.y) * POINTS_PER_MM)
    canvas.scale(scale, -scale)
    # Written out, since a path object formats each whole number as a fraction: half the time
    # of a large print.
    rectangles = [f"{column} {row} {length} 1 re" for row, column, length in runs]
    canvas.addLiteral(" ".join((*rectangles, "f")))
    canvas.restoreState()


# --- SVG ---------------------------------------------------------------------------------


def page_svg(page: Page) -> str:
    """Draw one page as SVG in millimetres, for the preview.

    Each line of text states its length, so that a browser without the font squeezes or
    stretches its own to the printed measure instead of moving what comes after.
    """
    width, height = page.size_mm
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(height)}mm"'
        f' viewBox="0 0 {_n(width)} {_n(height)}">'
    )
    paper = f'<rect width="{_n(width)}" height="{_n(height)}" fill="#fff"/>'
    return "\n".join((opening, paper, *(_svg(item) for item in page.all_items), "</svg>\n"))


def _svg(item: Item) -> str:
    """Return one element."""
    match item:
        case TextRun():
            family, _, weight = item.face.value.partition("-")
            spaced = family.replace("Liberation", "Liberation ")
            generic = "sans-serif" if spaced.endswith("Sans") else "serif"
            length = width_mm(item.text, item.face, item.size_pt)
            return (
                f'<text x="{_n(item.x)}" y="{_n(item.y)}" xml:space="preserve"'
                f' font-family="{spaced}, {generic}"'
                f' font-weight="{"bold" if weight == "Bold" else "normal"}"'
                f' font-size="{_n(item.size_pt * MM_PER_POINT)}" fill="{_grey(item.shade)}"'
                f' textLength="{_n(length)}" lengthAdjust="spacingAndGlyphs"'
                f">{escape(item.text)}</text>"
            )
        case Line():
            dash = f' stroke-dasharray="{_n(item.dash[0])} {_n(item.dash[1])}"' if item.dash else ""
            return (
                f'<line x1="{_n(item.x1)}" y1="{_n(item.y1)}" x2="{_n(item.x2)}"'
                f' y2="{_n(item.y2)}" stroke="{_grey(item.shade)}"'
                f' stroke-width="{_n(item.width)}"{dash}/>'
            )
        case Rect():
            return f'<rect {_place(item)} fill="{_grey(item.shade)}"/>'
        case Box():
            return (
                f'<rect {_place(item)} rx="{_n(item.radius)}" fill="none"'
                f' stroke="{_grey(item.shade)}" stroke-width="{_n(item.line)}"/>'
            )
        case Qr():
            modules, runs = qr_runs(item.text)
            path = "".join(f"M{column} {row}h{n}v1h-{n}z" for row, column, n in runs)
            return (
                f'<path transform="translate({_n(item.x)} {_n(item.y)})'
                f' scale({item.size / modules:.6f})" d="{path}"/>'
            )


def _place(item: Rect | Box) -> str:
    return f'x="{_n(item.x)}" y="{_n(item.y)}" width="{_n(item.w)}" height="{_n(item.h)}"'


def _n(number: float) -> str:
    """Write a length with a hundredth of a millimetre and no trailing zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _grey(shade: float) -> str:
    return f"#{round(shade * 255):02x}" + f"{round(shade * 255):02x}" * 2
