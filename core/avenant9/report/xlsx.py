"""A document as a workbook: the summary first, then a sheet per section or table that asks for one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart
from openpyxl.chart import Series as Drawn
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.properties import PageSetupProperties

from avenant9.report import workbook
from avenant9.report.values import shown
from avenant9.report.workbook import (
    ABSENT,
    BODY,
    CAPTION,
    COLORS,
    HEADING,
    NOTE,
    SUBTITLE,
    TITLE,
    Pen,
    Stream,
    Style,
    content,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from avenant9.model import Verdict
    from avenant9.report.document import Chart, Column, Document, Fact, Section, Table

P = TypeVar("P", bound=Pen)

SUMMARY = "Synthèse"
_DATA = "Données des graphiques"
_SAMPLE = 400  # rows looked at to find the width of a column
_LEAST_WIDTH = 9.0
_MOST = {"text": 44.0, "identifier": 30.0, "url": 24.0}
#: Small tables of different shapes stand under each other on these columns, each of their cells over several.
_UNIT, _UNITS = 4.0, 34
_LABEL = 8  # units of the label of a fact
_PAGE = 190.0  # characters of an A4 page on its side, at the smallest size that one can read
_FROZEN_ROWS = 8  # a header further down would leave no room to scroll
_CHART_ROWS, _CHART_WIDTH, _CHART_HEIGHT = 17, 24.0, 8.4  # centimetres
_SERIES = ("1F5FA8", "B4530A", "3B7A3A", "6A3D9A", "57606A")
_LIMITS = ("B3261E", "6A3D9A", "57606A")
_MONTHS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def render(document: Document) -> bytes:
    """The whole workbook, as a file."""
    book = Workbook(write_only=True)
    book.properties.creator = "a9"
    book.properties.title = workbook.clean(document.title)
    plans = _plans(document)
    data = _ChartData()
    streams = [_write(Stream, book.create_sheet(plan.name), plan, document, data) for plan in plans]
    if data.blocks:
        streams.append(data.write(book.create_sheet(data.name)))
    return workbook.saved(book, streams)


def add_summary(book: Workbook, document: Document, title: str, notes: Sequence[str] = ()) -> None:
    """The first sheet of a document, put first into a workbook that was read, with notes above its footer.

    Charts are left out, and the tables and sections that have sheets of their own.
    """
    name = workbook.sheet_name(title, book.sheetnames)
    sheet = book.create_sheet(name, 0)
    sections = tuple(
        replace(section, charts=(), tables=tuple(table for table in section.tables if not table.sheet))
        for section in document.sections
        if not section.sheet
    )
    _write(Pen, sheet, _summary_plan(name, sections, notes), document, _ChartData())


# --- what stands where ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Rows of a table that stand together; `first` to `last` (excluded)."""

    table: Table
    first: int
    last: int
    note: str = ""

    @property
    def ends(self) -> bool:
        return self.last >= len(self.table.rows)


@dataclass
class _Plan:
    """A sheet: what it holds, from top to bottom."""

    name: str
    summary: bool
    blocks: list[Section | _Part] = field(default_factory=list)  # a section brings its title, words, facts, charts
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # names of the other sheets

    @property
    def spread(self) -> bool:
        """Whether the tables stand on columns of one unit: words and small tables, not one table alone."""
        return self.summary or len(self.parts) != 1 or not self.parts[0].table.rows

    @property
    def parts(self) -> list[_Part]:
        return [block for block in self.blocks if isinstance(block, _Part)]


def _plans(document: Document) -> list[_Plan]:
    """The sheets in their order: the summary, then sections and tables as they come."""
    names = [SUMMARY]
    notes: list[str] = []
    own: list[_Plan] = []

    def opened(wanted: str) -> _Plan:
        plan = _Plan(workbook.sheet_name(wanted, [*names, _DATA]), summary=False)
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
            if section.words or section.facts or section.charts or len(section.tables) > 1:
                plan.blocks.append(section)
        if not section.sheet:
            kept = tuple(table for table in section.tables if not table.sheet)
            first_sections.append(replace(section, tables=kept))
        for table in section.tables:
            if table.sheet and (table.rows or table.empty):
                place(table, opened(table.sheet), 0)
            elif plan is not None:
                place(table, plan, _lines_above(section))
    summary = _summary_plan(SUMMARY, first_sections, notes)
    summary.others = tuple(plan.name for plan in own)
    return [summary, *own]


def _summary_plan(name: str, sections: Sequence[Section], notes: Sequence[str]) -> _Plan:
    plan = _Plan(name, summary=True, notes=tuple(notes))
    for section in sections:
        if section.words or section.facts or section.charts or any(t.rows or t.empty for t in section.tables):
            plan.blocks += [section, *(_Part(table, 0, len(table.rows)) for table in section.tables)]
    return plan


def _holds(section: Section) -> bool:
    own = [table for table in section.tables if not table.sheet]
    return bool(section.words or section.facts or section.charts or any(t.rows or t.empty for t in own))


def _lines_above(section: Section) -> int:
    return 4 + len(section.words) + len(section.facts) + len(section.charts) * (_CHART_ROWS + 1)


# --- writing --------------------------------------------------------------------------------------------------


def _write(kind: type[P], sheet: Worksheet, plan: _Plan, document: Document, data: _ChartData) -> P:
    header = 0 if plan.spread else _header_row(plan, plan.parts[0])
    if header and header <= _FROZEN_ROWS:
        sheet.freeze_panes = f"A{header + 1}"  # before the first line: it is at the top of the file
    widths = _widths(plan)
    _set_page(sheet, document, header, pages=1 if plan.spread else -(-int(sum(widths)) // int(_PAGE)))
    pen = kind(sheet, widths)
    if plan.summary:
        _write_answer(pen, document, plan.notes)
    for block in plan.blocks:
        if isinstance(block, _Part):
            _write_part(pen, block, spread=plan.spread)
        else:
            _write_section(pen, block, data)
    if plan.summary:
        _write_foot(pen, plan, document)
    return pen


def _set_page(sheet: Worksheet, document: Document, header: int, pages: int) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    if sheet.oddHeader is not None and sheet.oddFooter is not None:
        sheet.oddHeader.left.text = workbook.clean(document.title).replace("&", "&&")
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "&P / &N"
    if header:
        sheet.print_title_rows = f"{header}:{header}"


def _header_row(plan: _Plan, part: _Part) -> int:
    """Where the header of the only table of a sheet stands: everything above it is known."""
    above = sum(_section_lines(block) for block in plan.blocks if not isinstance(block, _Part))
    return above + (1 if part.table.title and above else 0) + 1


def _section_lines(section: Section) -> int:
    lines = 1 + len(section.words) + len(section.facts) + len(_drawable(section.charts)) * (_CHART_ROWS + 1)
    return lines + 1


def _write_answer(pen: Pen, document: Document, notes: Sequence[str]) -> None:
    pen.words(document.title, TITLE)
    fill, color = COLORS[document.verdict] if document.verdict is not None else ("", workbook.INK)
    pen.words(document.answer, Style(bold=True, size=12, color=color, fill=fill))
    for note in notes:
        pen.words(note)
    pen.blank()


def _write_section(pen: Pen, section: Section, data: _ChartData) -> None:
    pen.words(section.title, SUBTITLE)
    for words in section.words:
        pen.words(words)
    for fact in section.facts:
        _write_fact(pen, fact)
    for chart in _drawable(section.charts):
        pen.sheet.add_chart(_drawn(chart, data.add(chart)), f"A{pen.row + 1}")
        pen.blank(_CHART_ROWS + 1)
    if not section.tables or section.sheet:
        pen.blank()


def _write_fact(pen: Pen, fact: Fact) -> None:
    """The label first, the value over the other columns."""
    label = min(_LABEL, len(pen.widths) - 1) if pen.widths[0] == _UNIT else 1
    value = content(fact.value, fact.kind, Style(align="left", wrap=True))
    pen.wrapping([workbook.text(fact.label, CAPTION), value], [label, len(pen.widths) - label])


def _write_part(pen: Pen, part: _Part, *, spread: bool) -> None:
    """Caption, header, rows, total, note."""
    table = part.table
    if not table.rows:
        if table.empty:
            pen.words(table.empty, NOTE)
            pen.blank()
        return
    if table.title and pen.row:
        pen.line([workbook.text(table.title, replace(CAPTION, wrap=False))])
    spans = _spans(table) if spread else ()
    pen.wrapping([_heading(column) for column in table.columns], spans)
    header = pen.row
    verdicts = table.verdicts or ()
    marked = _marked(table)
    rows = islice(table.rows, part.first, part.last) if part.first else table.rows[: part.last]
    for number, row in enumerate(rows, part.first):
        cells = [
            (column.absent, ABSENT) if value is None and column.absent else content(value, column.kind)
            for value, column in zip(row, table.columns, strict=True)
        ]
        if number < len(verdicts) and (verdict := verdicts[number]) is not None:
            cells[marked] = _painted(cells[marked], verdict)
        pen.wrapping(cells, spans)
    if not spread:
        pen.sheet.auto_filter.ref = f"A{header}:{get_column_letter(len(table.columns))}{pen.row}"
    if table.total and part.ends:
        total = replace(BODY, bold=True, top=True)
        pen.wrapping(
            [_total(value, column, total) for value, column in zip(table.total, table.columns, strict=True)], spans
        )
    for note in filter(None, (table.note if part.ends else "", part.note)):
        pen.words(note, NOTE)
    if spread:
        pen.blank()


def _heading(column: Column) -> workbook.Content:
    right = column.kind in workbook.NUMBERS
    return workbook.text(column.heading, replace(HEADING, align="right" if right else "left"))


def _total(value: Any, column: Column, style: Style) -> workbook.Content:
    return ("", style) if value is None else content(value, column.kind, style)


def _marked(table: Table) -> int:
    """The column that carries the colour of the verdict: the one that names it, else the first."""
    return next((place for place, column in enumerate(table.columns) if column.heading == "Verdict"), 0)


def _painted(cell: workbook.Content, verdict: Verdict) -> workbook.Content:
    fill, color = COLORS[verdict]
    return cell[0], replace(cell[1], fill=fill, color=color, bold=True)


def _write_foot(pen: Pen, plan: _Plan, document: Document) -> None:
    """The other sheets, each a click away, then the footer."""
    if plan.others:
        pen.words("Feuilles du classeur", SUBTITLE)
        for name in plan.others:
            pen.words(name, Style(goes_to=quote_sheetname(name) + "!A1"))
        pen.blank()
    for line in document.footer:
        pen.words(line, NOTE)


# --- widths ---------------------------------------------------------------------------------------------------


def _widths(plan: _Plan) -> list[float]:
    """One table alone: as wide as what stands in each column, within reason; else columns of one unit."""
    if plan.spread:
        most = max((sum(_spans(part.table)) for part in plan.parts if part.table.rows), default=0)
        return [_UNIT] * max(_UNITS, most)
    return [width for part in plan.parts for width in _table_widths(part.table)]


def _spans(table: Table) -> list[int]:
    """How many columns of one unit each column of a table takes."""
    return [-(-int(width) // int(_UNIT)) for width in _table_widths(table)]


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
        yield max(heading, _LEAST_WIDTH, min(longest, _MOST.get(kind, 24.0)))


# --- charts ---------------------------------------------------------------------------------------------------


def _drawable(charts: Sequence[Chart]) -> list[Chart]:
    return [chart for chart in charts if chart.categories and chart.series]


@dataclass
class _ChartData:
    """The figures that charts point to: a sheet at the end, one block a chart."""

    blocks: list[Chart] = field(default_factory=list)
    name: str = _DATA

    def add(self, chart: Chart) -> _Spot:
        """Where the figures of the chart will stand."""
        row = 1 + sum(len(before.categories) + 3 for before in self.blocks)
        self.blocks.append(chart)
        return _Spot(self.name, row + 1, row + 1 + len(chart.categories))

    def write(self, sheet: Worksheet) -> Stream:
        columns = max(len(chart.series) + len(chart.limits) for chart in self.blocks)
        pen = Stream(sheet, [28.0, *[18.0] * columns])
        for chart in self.blocks:
            series = [*chart.series, *chart.limits]
            pen.line([workbook.text(chart.title, replace(CAPTION, wrap=False))])
            pen.line([("", HEADING), *(workbook.text(one.name, HEADING) for one in series)])
            for place, category in enumerate(chart.categories):
                values = [one.values[place] for one in series]
                pen.line(
                    [
                        workbook.text(_category(chart, category), BODY),
                        *((None, BODY) if value is None else content(value, chart.kind) for value in values),
                    ]
                )
            pen.blank()
        return pen


@dataclass(frozen=True)
class _Spot:
    """Where the figures of one chart stand."""

    sheet: str
    header: int
    last: int

    def values(self, column: int) -> str:
        """The name and the figures of a series."""
        return self._range(get_column_letter(column), self.header)

    def categories(self) -> str:
        return self._range("A", self.header + 1)

    def _range(self, letter: str, first: int) -> str:
        return f"{quote_sheetname(self.sheet)}!${letter}${first}:${letter}${self.last}"


def _category(chart: Chart, category: str) -> str:
    """Months short enough to stand side by side."""
    year, _, month = category.partition("-")
    if chart.form == "line" and year.isdigit() and month.isdigit():
        return f"{_MONTHS[int(month) - 1]} {year[2:]}"
    return category


def _drawn(chart: Chart, spot: _Spot) -> Any:
    """A native chart: lines over months, or bars with limits as dashed lines."""
    flat = chart.form == "bar" and not chart.limits and max(map(len, chart.categories)) > 12
    main: Any = LineChart() if chart.form == "line" else BarChart()
    if flat:
        main.type = "bar"
        main.x_axis.scaling.orientation = "maxMin"  # the first category on top
    if chart.form == "bar":
        main.gapWidth = 60
    for rank, _ in enumerate(chart.series):
        _add(main, spot, 2 + rank, _SERIES[rank % len(_SERIES)], dashed=False, line=chart.form == "line")
    if chart.limits:
        lines: Any = main if chart.form == "line" else LineChart()
        for rank, _ in enumerate(chart.limits):
            column = 2 + len(chart.series) + rank
            _add(lines, spot, column, _LIMITS[rank % len(_LIMITS)], dashed=True, line=True)
        if lines is not main:
            main += lines
    main.title = _title(workbook.clean(chart.title))
    main.width, main.height = _CHART_WIDTH, _CHART_HEIGHT
    main.display_blanks = "gap"
    number_format = {"share": "0\\ %", "euros": '#,##0\\ "€"'}.get(chart.kind, "#,##0")
    main.y_axis.number_format, main.y_axis.scaling.min = number_format, 0
    main.x_axis.delete = main.y_axis.delete = False  # hidden by default, as newer Excel reads it
    main.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_pen("D8DDE3", 6350))
    if len(chart.series) + len(chart.limits) < 2:
        main.legend = None
    else:
        main.legend.position = "b"
    return main


def _title(words: str) -> Title:
    look = ParagraphProperties(defRPr=CharacterProperties(sz=1200, b=True))
    return Title(tx=Text(rich=RichText(p=[Paragraph(pPr=look, r=[RegularTextRun(t=words)])])), overlay=False)


def _add(chart: Any, spot: _Spot, column: int, color: str, *, dashed: bool, line: bool) -> None:
    series: Any = Drawn(spot.values(column), title_from_data=True)
    series.cat = _text_categories(spot)
    if line:
        series.graphicalProperties.line = _pen(color, 22225, "dash" if dashed else None)
        series.smooth = False
        series.marker.symbol = "none" if dashed else "circle"
        series.marker.size = 6
        series.marker.graphicalProperties = GraphicalProperties(solidFill=color)
    else:
        series.graphicalProperties.solidFill = color
    chart.series.append(series)


def _text_categories(spot: _Spot) -> Any:
    return AxDataSource(strRef=StrRef(f=spot.categories()))


def _pen(color: str, width: int, dash: Literal["dash"] | None = None) -> Any:
    return LineProperties(solidFill=color, w=width, prstDash=dash)
