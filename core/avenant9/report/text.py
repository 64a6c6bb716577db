"""A document as text in lines that a terminal holds."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report.document import Column
from avenant9.report.grid import grid
from avenant9.report.page import sections
from avenant9.report.values import columns_of, in_column, shown, verdict
from avenant9.wording import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avenant9.report.document import Chart, Document, Fact, Line, Section, Table, Value
    from avenant9.report.page import Page

_GAP = 2  # between columns
_NARROWEST = 60  # a table says nothing on fewer columns
_LEAST_TEXT = 20  # a column of words is never narrower; one of a list never wider
_LEAST_CUT = 28  # words that are cut to fewer say nothing
#: Of the lines of a list, by level: where they go on, where they start.
_INDENTS = (("  ", ""), ("    ", "  "), ("      ", "      "))
_UNDER = _INDENTS[-1]
_BAR, _LIMIT = "█", "│"
_LEAST_BAR = 20


def render(document: Document, page: Page) -> str:
    """The whole document: the answer first, then each section, then the footer."""
    page = replace(page, width=max(page.width, _NARROWEST))
    answer = page.wrap(document.answer)
    if document.verdict is not None:
        answer = page.paint(answer, document.verdict)
    return sections(
        [
            [page.title(document.title)] if document.title else [],
            [answer],
            *(list(_section(section, page)) for section in document.sections),
            [page.wrap(words) for words in document.footer],
        ]
    )


def _section(section: Section, page: Page) -> Iterator[str]:
    body = [
        *(page.wrap(str(words)) for words in section.words),
        *_facts(section.facts, page),
        *(line for chart in section.charts for line in _chart(chart, page)),
        *(line for table in section.tables for line in _table(table, page)),
        *_lines(section.lines, page),
    ]
    if body and section.title:
        yield page.title(section.title)
    yield from body


def _facts(facts: Sequence[Fact], page: Page) -> Iterator[str]:
    for fact in facts:
        yield page.wrap(f"{fact.label} : {shown(fact.value, fact.kind)}", "    ")


def _lines(lines: Sequence[Line], page: Page) -> Iterator[str]:
    columns = [
        _widths([line.before for line in lines if line.level == level], page) for level in range(len(_INDENTS))
    ]
    for line in lines:
        under, start = _INDENTS[line.level]
        for cell, width in zip(line.before, columns[line.level], strict=False):
            start += page.fit(cell).ljust(width) + " " * _GAP
        if line.before and len(start) <= page.width // 2:
            under = " " * len(start)
        words = page.wrap(line.words, under, start)
        yield page.paint(words, line.verdict) if line.verdict else words


def _widths(rows: Sequence[tuple[str, ...]], page: Page) -> list[int]:
    """How wide each column is; what is longer than most stands out of it."""
    columns = zip(*filter(None, rows), strict=True)
    return [max(min(len(page.fit(cell)), _LEAST_TEXT) for cell in column) for column in columns]


def _table(table: Table, page: Page) -> Iterator[str]:
    if not table.rows:
        if table.empty:
            yield page.wrap(table.empty)
        return
    if table.title:
        yield page.wrap(table.title)
    if table.under is None:
        yield _grid(table, page)
    else:
        yield from _listing(table, table.under, page)
    if table.note:
        yield page.wrap(table.note)


def _grid(table: Table, page: Page) -> str:
    """Columns as narrow as their values; words wrap in what is left; what 80 columns do not hold is left out."""
    kept = list(range(len(table.columns)))
    cells = _cells(table, page)
    widths = _natural(table.columns, cells)
    least = list(map(_least, widths, table.columns))
    optional = [place for place in kept if table.columns[place].wide_only]
    optional.sort(key=lambda place: table.columns[place].cut)
    while optional and _needed(least, kept) > page.width:
        kept.remove(optional.pop())
    wrapping = [place for place in kept if _wraps(table.columns[place])]
    if _needed(least, kept) > page.width:
        least = [
            _longest_word(table, place, cells) if place in wrapping else least[place] for place in range(len(least))
        ]
    if _needed(least, kept) > page.width:
        return "\n".join(_in_words(table, kept, cells, page))
    room = page.width - _GAP * (len(kept) - 1) - sum(widths[place] for place in kept if place not in wrapping)
    for rank, place in enumerate(wrapping):
        reserved = sum(least[other] for other in wrapping[rank + 1 :])
        widths[place] = min(widths[place], max(least[place], room - reserved))
        room -= widths[place]
    columns = [table.columns[place] for place in kept]
    rows: list[list[str]] = []
    for number, row in enumerate(cells):
        colors = [_color(table, number, place) for place in kept]
        folded = _folded([row[place] for place in kept], [widths[place] for place in kept], columns, page)
        rows += [
            [page.paint(cell, color) if color and cell else cell for cell, color in zip(line, colors, strict=True)]
            for line in folded
        ]
    align = ["right" if column.figures else "left" for column in columns]
    return grid(page, [column.heading for column in columns], rows, align)


def _in_words(table: Table, kept: Sequence[int], cells: Sequence[Sequence[str]], page: Page) -> Iterator[str]:
    """The rows of a table for which the page is too narrow: each value after its heading."""
    for number, row in enumerate(cells):
        told = (f"{table.columns[place].heading} {row[place]}" for place in kept if row[place])
        words = page.wrap(", ".join(told), *_INDENTS[1])
        verdict = table.verdicts[number] if table.verdicts and number < len(table.verdicts) else None
        yield page.paint(words, verdict) if verdict else words


def _cells(table: Table, page: Page) -> list[list[str]]:
    return [[page.fit(cell) for cell in row] for row in zip(*columns_of(table), strict=True)]


def _color(table: Table, row: int, place: int) -> Verdict | None:
    """The colour of a cell: of the verdict that it is, or of its row."""
    if table.columns[place].kind == "verdict":
        value = table.rows[row][place] if row < len(table.rows) else None
        return verdict(value)
    return table.verdicts[row] if table.verdicts and row < len(table.verdicts) else None


def _wraps(column: Column) -> bool:
    return column.kind == "text" and not column.right


def _natural(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(column.heading), *(len(row[place]) for row in cells)) for place, column in enumerate(columns)]


def _needed(least: Sequence[int], kept: Sequence[int]) -> int:
    return sum(least[place] for place in kept) + _GAP * (len(kept) - 1)


def _least(width: int, column: Column) -> int:
    """How narrow a column may be."""
    if column.cut:
        return _LEAST_CUT
    return min(width, _LEAST_TEXT) if _wraps(column) else width


def _longest_word(table: Table, place: int, cells: Sequence[Sequence[str]]) -> int:
    """How narrow a column of words may be where a table has hardly any room."""
    words = (len(word) for row in cells for word in row[place].split())
    return max((len(table.columns[place].heading), *words))


def _folded(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column], page: Page) -> list[list[str]]:
    """One row in as many lines as its longest words need."""
    parts = [
        [_cut(cell, width, page)]
        if column.cut
        else wrapped(cell, width).splitlines() or [""]
        if _wraps(column)
        else [cell]
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    height = max(map(len, parts))
    return [[part[line] if line < len(part) else "" for part in parts] for line in range(height)]


def _cut(words: str, width: int, page: Page) -> str:
    """As much of the words as there is room for."""
    if len(words) <= width:
        return words
    end = page.fit("…")
    return words[: max(0, width - len(end))].rstrip() + end


def _listing(table: Table, under: Sequence[Sequence[str]], page: Page) -> Iterator[str]:
    """The rows one by one, those of one value of `fold` under it, each with its words under it, which start with
    what its line does not hold."""
    fold = table.fold or 0
    on_line, beyond = _listed(table, fold, page)
    heading = ("  " + "  ".join(column.heading for column in on_line)).rstrip()
    wrap = lru_cache(maxsize=10_000)(page.wrap)
    where: Value = None
    told = zip(table.rows, _together(on_line, table), _together(beyond, table), under, strict=True)
    for number, (row, cells, rest, (first, *others)) in enumerate(told):
        alone = _is_alone(row, fold)
        if not alone and row[fold] != where:
            yield page.fit(str(row[fold]))
            yield heading
        where = None if alone else row[fold]
        line = page.wrap(str(row[fold]), *_INDENTS[1]) if alone else f"  {'  '.join(cells)}".rstrip()
        color = _color(table, number, fold)
        yield page.paint(line, color) if color else line
        before = ", ".join(filter(None, rest))
        yield from (wrap(words, *_UNDER) for words in (f"({before}) {first}" if before else first, *others))


def _together(columns: Sequence[_Listed], table: Table) -> Iterable[tuple[str, ...]]:
    """The cells of some columns, row by row."""
    if not columns:
        return repeat((), len(table.rows))
    return zip(*([column.cells.get(row[column.place], "") for row in table.rows] for column in columns), strict=True)


def _is_alone(row: Sequence[Value], fold: int) -> bool:
    """Whether a row holds nothing but its place."""
    return all(value is None for place, value in enumerate(row) if place != fold)


class _Listed(NamedTuple):
    """A column of rows that are listed: its cells, by value."""

    place: int
    heading: str
    cells: dict[Value, str]


def _listed(table: Table, fold: int, page: Page) -> tuple[list[_Listed], list[_Listed]]:
    """The columns from the left as long as the page is wide enough, padded; then the others, named."""
    on_line: list[_Listed] = []
    beyond: list[_Listed] = []
    rows = [row for row in table.rows if not _is_alone(row, fold)]
    used = 0
    for place, column in enumerate(table.columns):
        if place == fold:
            continue
        cells = {value: page.fit(shown(value, column.kind, "")) for value in {row[place] for row in rows}}
        heading = page.fit(column.heading)
        width = max(len(heading), *(min(len(cell), _LEAST_TEXT) for cell in cells.values()), 0)
        used += width + _GAP
        if beyond or used > page.width:
            name = "" if column.kind == "verdict" else f"{heading.lower()} "
            beyond.append(
                _Listed(place, heading, {value: f"{name}{cell}" if cell else "" for value, cell in cells.items()})
            )
        else:
            pad = str.rjust if column.figures else str.ljust
            on_line.append(
                _Listed(place, pad(heading, width), {value: pad(cell, width) for value, cell in cells.items()})
            )
    return on_line, beyond


def _chart(chart: Chart, page: Page) -> Iterator[str]:
    """One bar a category and series, with a mark where the limit stands."""
    values = [value for series in (*chart.series, *chart.limits) for value in series.values if value is not None]
    top = max(map(Decimal, values), default=Decimal(0))
    yield page.wrap(chart.title)
    for series in chart.series:
        if len(chart.series) > 1:
            yield page.wrap(series.name)
        names = [page.fit(shown(name, "month")) for name in chart.categories]
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
