"""A letter as a .docx: what a secretary opens, completes and prints."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_COLOR_INDEX
from docx.shared import Cm, Pt

from avenant9.report.document import FIGURES, Blank, Paragraph
from avenant9.report.values import columns_of, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from docx.document import Document as Docx
    from docx.text.paragraph import Paragraph as DocxParagraph

    from avenant9.report.document import Letter, Section, Table, Words

_FONT, _SIZE, _SMALL = "Calibri", Pt(11), Pt(9)
_MARGIN = Cm(2.5)
_A4 = (Cm(21), Cm(29.7))
_BOX = "☐ "
_CHARACTER, _LEAST = Cm(0.19), Cm(2)  # what one takes in a cell, and the least that a column of words has


def render(letter: Letter, day: date) -> bytes:
    """The letter, its annexes on pages of their own, then what is for its writer alone; `day` is that of the file."""
    book = docx.Document()
    _lay_out(book)
    for words in letter.sender:
        _paragraph(book, words, after=0)
    for words in (*letter.addressee, letter.dated):
        _paragraph(book, words, left=Cm(8.5), before=12)
    for run in _paragraph(book, letter.subject, before=18).runs:
        run.bold = True
    for words in letter.paragraphs:
        _paragraph(book, words).alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _paragraph(book, letter.signature, left=Cm(8.5), before=24)
    for part in (letter.annexes, letter.aside):
        if part:
            book.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        for section in part:
            _section(book, section)
    for words in letter.footer:
        _paragraph(book, words, size=_SMALL, after=0)
    return _dated(book, day)


def _lay_out(book: Docx) -> None:
    style = book.styles["Normal"]
    style.font.name, style.font.size = _FONT, _SIZE
    page = book.sections[0]
    page.page_width, page.page_height = _A4
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN


def _paragraph(
    book: Docx, words: Words, *, left: int = 0, before: float = 0, after: float = 6, size: int | None = None
) -> DocxParagraph:
    """A paragraph in which what is left to complete is marked."""
    paragraph = book.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent, form.space_before, form.space_after = left, Pt(before), Pt(after)
    for part in _parts(words):
        run = paragraph.add_run(str(part))
        run.font.size = size
        if isinstance(part, Blank):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return paragraph


def _parts(words: Words) -> tuple[str | Blank, ...]:
    """What stands side by side in it, with a box before what is to be ticked."""
    if not isinstance(words, Paragraph):
        return (words,)
    return (_BOX, *words.parts) if words.box else words.parts


def _section(book: Docx, section: Section) -> None:
    """A part under its title, with its facts and tables; its charts are drawn from the tables, which say as much."""
    tables = [table for table in section.tables if table.rows]
    if not (section.words or section.facts or tables):
        return
    title = _paragraph(book, section.title, before=12)
    title.runs[0].bold = True
    title.paragraph_format.keep_with_next = True
    for words in (own for own in section.words if own):
        _paragraph(book, words, after=2 if isinstance(words, Paragraph) and words.box else 6)
    for fact in section.facts:
        _paragraph(book, f"{fact.label} : {shown(fact.value, fact.kind)}", after=0)
    for table in tables:
        _table(book, table)


def _table(book: Docx, table: Table) -> None:
    _paragraph(book, table.title, after=2)
    columns = columns_of(table)
    drawn = book.add_table(rows=1 + len(columns[0]), cols=len(columns))
    drawn.style = "Table Grid"
    drawn.autofit = False
    widths = _widths(table, columns)
    for place, (column, cells) in enumerate(zip(table.columns, columns, strict=True)):
        align = WD_ALIGN_PARAGRAPH.RIGHT if column.kind in FIGURES else WD_ALIGN_PARAGRAPH.LEFT
        drawn.columns[place].width = widths[place]
        for row, (cell, words) in enumerate(zip(drawn.columns[place].cells, (column.heading, *cells), strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.alignment, paragraph.paragraph_format.space_after = align, Pt(0)
            run = paragraph.add_run(words)
            run.font.size, run.bold = _SMALL, row == 0
    _paragraph(book, table.note, size=_SMALL)


def _widths(table: Table, columns: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is: figures and numbers stand on one line, words share what is left of the page."""
    longest = [max(map(len, (column.heading, *cells))) for column, cells in zip(table.columns, columns, strict=True)]
    words = [column.kind == "text" for column in table.columns]
    widths = [(one + 4) * _CHARACTER for one in longest]
    left = _A4[0] - 2 * _MARGIN - sum(width for width, wraps in zip(widths, words, strict=True) if not wraps)
    shared = sum(one for one, wraps in zip(longest, words, strict=True) if wraps)
    return [
        max(left * one // shared, _LEAST) if wraps else width
        for width, one, wraps in zip(widths, longest, words, strict=True)
    ]


def _dated(book: Docx, day: date) -> bytes:
    """The bytes of the file, which are the same for the same letter on the same day."""
    noon = datetime.combine(day, time(12))
    known = book.core_properties
    known.created = known.modified = noon
    known.author = known.last_modified_by = known.comments = ""
    written, again = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():
            fixed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), parts.read(name), zipfile.ZIP_DEFLATED)
    return again.getvalue()
