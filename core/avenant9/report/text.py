"""A document as text in lines that a terminal holds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.report.document import Column
from avenant9.report.grid import grid
from avenant9.report.page import sections
from avenant9.report.values import columns_of, in_column, shown
from avenant9.wording import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Chart, Document, Fact, Section, Table
    from avenant9.report.page import Page

_GAP = 2  # between columns
_LEAST_TEXT = 20  # a column of words is never narrower
_BAR, _LIMIT = "█", "│"
_LEAST_BAR = 20


def render(document: Document, page: Page) -> str:
    """The whole document: the answer first, then each section, then the footer."""
    answer = page.wrap(document.answer)
    if document.verdict is not None:
        answer = page.paint(answer, document.verdict)
    return sections(
        [
            [page.title(document.title)],
            [answer],
            *(list(_section(section, page)) for section in document.sections),
            [page.wrap(words) for words in document.footer],
        ]
    )


def _section(section: Section, page: Page) -> Iterator[str]:
    body = [
        *(page.wrap(words) for words in section.words),
        *_facts(section.facts, page),
        *(line for chart in section.charts for line in _chart(chart, page)),
        *(line for table in section.tables for line in _table(table, page)),
    ]
    if body:
        yield page.title(section.title)
        yield from body


def _facts(facts: Sequence[Fact], page: Page) -> Iterator[str]:
    for fact in facts:
        yield page.wrap(f"{fact.label} : {shown(fact.value, fact.kind)}", "    ")


def _table(table: Table, page: Page) -> Iterator[str]:
    if not table.rows:
        if table.empty:
            yield page.wrap(table.empty)
        return
    if table.title:
        yield page.wrap(table.title)
    yield _grid(table, page)
    if table.note:
        yield page.wrap(table.note)


def _grid(table: Table, page: Page) -> str:
    """Columns as narrow as their values; words wrap in what is left; what 80 columns do not hold is left out."""
    kept = list(range(len(table.columns)))
    cells = _cells(table, page)
    widths = _natural(table.columns, cells)
    optional = [place for place in reversed(kept) if table.columns[place].wide_only]
    while optional and _needed(table.columns, widths, kept) > page.width:
        kept.remove(optional.pop(0))
    wrapping = [place for place in kept if _wraps(table.columns[place])]
    room = page.width - _GAP * (len(kept) - 1) - sum(widths[place] for place in kept if place not in wrapping)
    for rank, place in enumerate(wrapping):
        widths[place] = min(widths[place], max(_LEAST_TEXT, room - _reserved(widths, wrapping[rank + 1 :])))
        room -= widths[place]
    columns = [table.columns[place] for place in kept]
    rows: list[list[str]] = []
    for number, row in enumerate(cells):
        verdict = table.verdicts[number] if table.verdicts and number < len(table.verdicts) else None
        folded = _folded([row[place] for place in kept], [widths[place] for place in kept], columns)
        rows += [[page.paint(cell, verdict) if verdict and cell else cell for cell in line] for line in folded]
    align = ["right" if column.figures else "left" for column in columns]
    return grid(page, [column.heading for column in columns], rows, align)


def _cells(table: Table, page: Page) -> list[list[str]]:
    return [[page.fit(cell) for cell in row] for row in zip(*columns_of(table), strict=True)]


def _wraps(column: Column) -> bool:
    return column.kind == "text" and not column.right


def _natural(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(column.heading), *(len(row[place]) for row in cells)) for place, column in enumerate(columns)]


def _needed(columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int]) -> int:
    own = sum(min(widths[place], _LEAST_TEXT) if _wraps(columns[place]) else widths[place] for place in kept)
    return own + _GAP * (len(kept) - 1)


def _reserved(widths: Sequence[int], places: Sequence[int]) -> int:
    return sum(min(widths[place], _LEAST_TEXT) for place in places)


def _folded(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> list[list[str]]:
    """One row in as many lines as its longest words need."""
    parts = [
        wrapped(cell, width).splitlines() or [""] if _wraps(column) else [cell]
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    height = max(map(len, parts))
    return [[part[line] if line < len(part) else "" for part in parts] for line in range(height)]


def _chart(chart: Chart, page: Page) -> Iterator[str]:
    """One bar a category and series, with a mark where the limit stands."""
    values = [value for series in (*chart.series, *chart.limits) for value in series.values if value is not None]
    top = max(map(Decimal, values), default=Decimal(0))
    yield page.wrap(chart.title)
    for series in chart.series:
        if len(chart.series) > 1:
            yield page.wrap(series.name)
        names = [page.fit(shown(name, "month") if chart.form == "line" else name) for name in chart.categories]
        column = Column(series.name, chart.kind, absent=chart.absent)
        figures = [page.fit(figure) for figure in in_column(series.values, column)]
        label, figure = max(map(len, names)), max(map(len, figures))
        room = max(_LEAST_BAR, page.width - label - figure - 2 * _GAP)
        for place, (name, value) in enumerate(zip(names, series.values, strict=True)):
            bar = _bar(value, [limit.values[place] for limit in chart.limits], top, room)
            yield f"{name.ljust(label)}  {figures[place].rjust(figure)}  {page.fit(bar)}".rstrip()
    if chart.limits:
        words = ", ".join(limit.name for limit in chart.limits)
        yield page.wrap(f"{_LIMIT} : {words}")


def _bar(value: int | Decimal | None, limits: Sequence[int | Decimal | None], top: Decimal, room: int) -> str:
    if not top:
        return ""
    drawn = [_BAR] * int(Decimal(value or 0) / top * (room - 1))
    for limit in limits:
        if limit is not None:
            place = int(Decimal(limit) / top * (room - 1))
            drawn += [" "] * (place + 1 - len(drawn))
            drawn[place] = _LIMIT
    return "".join(drawn)
