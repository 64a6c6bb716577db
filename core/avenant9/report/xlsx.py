"""A document as a workbook: what it is and sums up first, then a sheet per section or table that asks for one."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from avenant9.records import replace
from avenant9.report import workbook, workbook_charts
from avenant9.report.document import FIGURES
from avenant9.report.values import shown
from avenant9.report.workbook import (
    ABSENT,
    BODY,
    CAPTION,
    COLORS,
    HEADING,
    NOTE,
    PLAIN,
    SUBTITLE,
    TITLE,
    Pen,
    Style,
    content,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from avenant9.report.document import Chart, Column, Document, Fact, Section, Table

README, SUMMARY = "Lisez-moi", "Synthèse"
_MADE = datetime(2022, 1, 1, tzinfo=UTC)  # of every workbook: the same result is the same file
_SAMPLE = 400  # rows looked at to find the width of a column
_LEAST_WIDTH = 9.0
_MOST = {"text": 44.0, "identifier": 30.0, "url": 24.0}
_PAGE = 120.0  # characters of an A4 page on its side, which words fill where no table is wider
_LABEL = 34.0  # the label of a fact
_MOST_HEIGHTS = 50_000  # rows whose heights and empty cells are written: heights stay in memory until the end
_FROZEN_ROWS = 8  # a header further down would leave no room to scroll


def render(document: Document) -> bytes:
    """The whole workbook, as a file.

    Raises:
        OSError: the disk of its temporary files, through which it goes sheet by sheet.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only for a workbook

    out = io.BytesIO()
    book = Workbook(out, {"constant_memory": True})
    book.set_properties({"title": workbook.clean(document.title), "author": "a9", "created": _MADE})
    looks: dict[Style, Format] = {}
    for plan in _plans(document):
        _write(book, looks, plan, document)
    book.close()
    return out.getvalue()


# --- what stands where ----------------------------------------------------------------------------------------


class _Part(Struct, frozen=True):
    """Rows of a table that stand together; `first` to `last` (excluded)."""

    table: Table
    first: int
    last: int
    note: str = ""

    @property
    def ends(self) -> bool:
        return self.last >= len(self.table.rows)


class _Plan(Struct):
    """A sheet: what it holds, from top to bottom."""

    name: str
    blocks: list[Section | _Part] = field(default_factory=list)  # a section brings its title, words, facts
    answer: bool = False  # the title and the answer of the document stand first
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # names of the other sheets, listed under the rest
    charts: tuple[Chart, ...] = ()  # all that the sheet holds

    @property
    def stacked(self) -> bool:
        """Whether words and small tables stand under each other, and not one table alone."""
        return self.answer or bool(self.others) or len(self.parts) != 1 or not self.parts[0].table.rows

    @property
    def parts(self) -> list[_Part]:
        return [block for block in self.blocks if isinstance(block, _Part)]


def _plans(document: Document) -> list[_Plan]:
    """The sheets in their order: what the workbook is, where that is said, the summary, the others, the charts."""
    names = [SUMMARY]
    notes: list[str] = []
    own: list[_Plan] = []

    def opened(wanted: str) -> _Plan:
        plan = _Plan(workbook.sheet_name(wanted, [*names, workbook_charts.SHEET]))
        names.append(plan.name)
        own.append(plan)
        return plan

    def place(table: Table, plan: _Plan, above: int) -> None:
        """The whole table on its sheet, or as much as the grid holds, then the rest on others."""
        first, sheet = 0, plan
        wanted = plan.name
        while True:
            room = workbook.MAX_ROWS - above - 3  # header, total, note
            last = min(len(table.rows), first + max(room, 1))
            part = _Part(table, first, last)
            if part.ends:
                sheet.blocks.append(part)
                break
            following = opened(wanted)
            sheet.blocks.append(replace(part, note=f"Suite sur la feuille « {following.name} »."))
            notes.append(
                f"Feuille « {wanted} » : plus de lignes qu'une feuille n'en tient ; suite sur « {following.name} »."
            )
            first, sheet, above = last, following, 0

    first_sections: list[Section] = []
    for section in document.sections:
        plan = None
        if section.sheet and _holds(section):
            plan = opened(section.sheet)
            if section.words or section.facts or len(section.tables) > 1:
                plan.blocks.append(section)
        if not section.sheet:
            kept = tuple(table for table in section.tables if not table.sheet)
            first_sections.append(replace(section, tables=kept))
        for table in section.tables:
            if table.sheet and (table.rows or table.empty):
                place(table, opened(table.sheet), 0)
            elif plan is not None:
                place(table, plan, _lines_above(section))
    charts = workbook_charts.drawable([chart for section in document.sections for chart in section.charts])
    if charts:
        own.append(_Plan(workbook_charts.SHEET, charts=tuple(charts)))
    summary = _summary(first_sections, notes)
    readme = [plan for plan in own if plan.name == README]
    plans = [*readme, summary, *(plan for plan in own if plan.name != README)]
    plans[0].others = tuple(plan.name for plan in plans[1:])
    return plans


def _summary(sections: Sequence[Section], notes: Sequence[str]) -> _Plan:
    plan = _Plan(SUMMARY, answer=True, notes=tuple(notes))
    for section in sections:
        if _holds(section):
            plan.blocks += [section, *(_Part(table, 0, len(table.rows)) for table in section.tables)]
    return plan


def _holds(section: Section) -> bool:
    own = [table for table in section.tables if not table.sheet]
    return bool(section.words or section.facts or any(table.rows or table.empty for table in own))


def _lines_above(section: Section) -> int:
    return 4 + 8 * len(section.words) + len(section.facts)  # words take some lines


# --- writing --------------------------------------------------------------------------------------------------


def _write(book: Workbook, looks: dict[Style, Format], plan: _Plan, document: Document) -> None:
    sheet = book.add_worksheet(plan.name)
    pen = Pen(book, sheet, _widths(plan), looks)
    _set_page(pen, document)
    if plan.answer:
        _write_answer(pen, document, plan.notes)
    for block in plan.blocks:
        if isinstance(block, _Part):
            _write_part(pen, block, stacked=plan.stacked)
        else:
            _write_section(pen, block)
    if plan.charts:
        workbook_charts.write(pen, plan.charts)
    if plan.others:
        _write_sheets(pen, plan.others, document)
    if plan.answer:
        for line in document.footer:
            pen.words(line, NOTE)


def _set_page(pen: Pen, document: Document) -> None:
    sheet = pen.sheet
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.set_header("&L" + workbook.clean(document.title).replace("&", "&&")[:200])
    sheet.set_footer("&L&A&R&P / &N")


def _write_answer(pen: Pen, document: Document, notes: Sequence[str]) -> None:
    pen.words(document.title, TITLE)
    fill, color = COLORS[document.verdict] if document.verdict is not None else ("", workbook.INK)
    pen.words(document.answer, Style(bold=True, size=12, color=color, fill=fill))
    for note in notes:
        pen.words(note)
    pen.blank()


def _write_section(pen: Pen, section: Section) -> None:
    pen.words(section.title, SUBTITLE)
    for words in section.words:
        pen.words(str(words))
    for fact in section.facts:
        _write_fact(pen, fact)
    if not section.tables or section.sheet:
        pen.blank()


def _write_fact(pen: Pen, fact: Fact) -> None:
    """The label first, the value beside it; words over the other columns."""
    label = workbook.text(fact.label, CAPTION)
    value, style = content(fact.value, fact.kind, Style(align="left"))
    if isinstance(value, str):
        pen.words(value, style, 1, label)
    else:
        pen.wrapping([label, (value, style)])


def _write_part(pen: Pen, part: _Part, *, stacked: bool) -> None:
    """Caption, header, rows, total, note."""
    table = part.table
    if not table.rows:
        if table.empty:
            pen.words(table.empty, NOTE)
            pen.blank()
        return
    if table.title and pen.row:
        pen.line([workbook.text(table.title, CAPTION._replace(wrap=False))])
    header = pen.row
    pen.wrapping([_heading(column) for column in table.columns])
    _write_rows(pen, part)
    if not stacked:
        _set_filter(pen, header, table)
    if table.total and part.ends:
        total = BODY._replace(bold=True, top=True)
        pen.wrapping([_total(value, column, total) for value, column in zip(table.total, table.columns, strict=True)])
    for note in filter(None, (table.note if part.ends else "", part.note)):
        pen.words(note, NOTE)
    if stacked:
        pen.blank()


def _write_rows(pen: Pen, part: _Part) -> None:
    table = part.table
    verdicts, marked = table.verdicts or (), _marked(table)
    put = pen.wrapping if len(table.rows) <= _MOST_HEIGHTS else pen.lean
    rows = islice(table.rows, part.first, part.last) if part.first else table.rows[: part.last]
    makers = [workbook.cells_of(column.kind) for column in table.columns]
    absent = {place: (column.absent, ABSENT) for place, column in enumerate(table.columns) if column.absent}
    for number, row in enumerate(rows, part.first):
        cells = [make(value) for make, value in zip(makers, row, strict=True)]
        for place, cell in absent.items():
            if row[place] is None:
                cells[place] = cell
        if number < len(verdicts) and (verdict := verdicts[number]) is not None:
            value, style = cells[marked]
            cells[marked] = value, workbook.painted(style, verdict)
        put(cells)


def _set_filter(pen: Pen, header: int, table: Table) -> None:
    """The only table of its sheet: filtered, its header in sight and on every page."""
    pen.sheet.autofilter(header, 0, pen.row - 1, len(table.columns) - 1)
    pen.sheet.repeat_rows(header)
    if header < _FROZEN_ROWS:
        pen.sheet.freeze_panes(header + 1, table.frozen)
    if table.printed:
        pen.sheet.print_area(0, 0, pen.row - 1, table.printed - 1)


def _heading(column: Column) -> workbook.Content:
    right = column.kind in FIGURES
    return workbook.text(column.heading, HEADING._replace(align="right" if right else "left"))


def _total(value: Any, column: Column, style: Style) -> workbook.Content:
    return ("", style) if value is None else content(value, column.kind, style)


def _marked(table: Table) -> int:
    """The column that carries the colour of the verdict: the one that names it, else the first."""
    return next((place for place, column in enumerate(table.columns) if column.kind == "verdict"), 0)


def _write_sheets(pen: Pen, names: Sequence[str], document: Document) -> None:
    """The other sheets, each a click away, and what they hold."""
    pen.words("Feuilles du classeur", SUBTITLE)
    for name in names:
        link = workbook.text(name, Style(goes_to=f"{_quoted(name)}!A1"))
        if about := document.about.get(name):
            pen.words(about, PLAIN, 1, link)
        else:
            pen.line([link])
    pen.blank()


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


# --- widths ---------------------------------------------------------------------------------------------------


def _widths(plan: _Plan) -> list[float]:
    """Each column as wide as what stands in it, within reason; where words stand too, a page together."""
    if plan.charts:
        return workbook_charts.widths(plan.charts)
    tables = [list(_table_widths(part.table)) for part in plan.parts if part.table.rows]
    if not plan.stacked:
        return tables[0]
    if facts := [fact for block in plan.blocks if not isinstance(block, _Part) for fact in block.facts]:
        figures = [len(shown(fact.value, fact.kind)) + 2.0 for fact in facts if fact.kind in FIGURES]
        tables.append([_LABEL, *([max(figures)] if figures else [])])
    columns = [max(widths) for widths in zip_longest(*tables, fillvalue=0.0)]
    return [*columns, *[_LEAST_WIDTH] * -(int(sum(columns) - _PAGE) // int(_LEAST_WIDTH))]


def _table_widths(table: Table) -> Iterator[float]:
    sample = list(islice(table.rows, _SAMPLE)) + ([table.total] if table.total else [])
    for place, column in enumerate(table.columns):
        heading = max(map(len, column.heading.split()), default=0) + 4.0  # the arrow of the filter
        kind = column.kind
        words = [
            str(row[place]) if kind in _MOST else shown(row[place], kind, "")
            for row in sample
            if row[place] is not None
        ]
        longest = max((len(line) for word in words for line in word.split("\n")), default=0) * 1.05 + 2
        yield max(heading, _LEAST_WIDTH, min(longest, column.widest or _MOST.get(kind, 24.0)))
