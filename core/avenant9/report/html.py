"""A document as one self-contained page: it opens offline, asks nothing of any server, and prints.

The words are in `page_assets/page.html.j2`, escaped by jinja2; the style and the script are written into the page.
Its policy allows that one script, by its hash, and no request at all. Without the script the page reads whole.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from avenant9.model import Verdict
from avenant9.report import drawing
from avenant9.report.values import shown
from avenant9.wording import NBSP, glued, integer, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Chart, Column, Document, Fact, Kind, Section, Table, Value

#: Rows of one table, and of the whole page, beyond which a browser is no longer quick; each table keeps some.
MOST_ROWS, MOST_ON_PAGE, LEAST_ROWS = 5_000, 12_000, 100

_FIGURES = frozenset({"integer", "number", "euros", "points", "hours", "share"})
_WORDS = frozenset({"text", "identifier", "url"})
_CONTROLS_FROM = 6  # rows: a shorter table is seen whole
_LONG = 32  # characters: a fact that takes a whole line
_SHORT, _SENTENCE = 16, 40  # characters: a column with no longer cell never wraps, one with such cells needs room
_MOST_COLUMNS = 9  # of a table whose rows open: what can wait beyond them stands in the explanation
_WIDE = 9  # columns: printed on the long side of the paper
_UNKNOWN_CELL = "inconnu"


@dataclass(frozen=True)
class _Cell:
    text: str
    style: str = ""
    key: str | None = None  # what the column sorts by, where the text does not say it
    href: str = ""
    badge: bool = False


@dataclass(frozen=True)
class _Row:
    cells: list[_Cell]
    verdict: Verdict | None
    marked: bool  # no cell says the verdict: the first one does, so that colour is never alone
    detail: list[str]
    more: list[tuple[str, _Cell]]  # the cells of columns that the table has no room for, under their headings


@dataclass(frozen=True)
class _Head:
    heading: str
    style: str
    sort: str


@dataclass(frozen=True)
class _Grid:
    id: str
    title: str
    caption: str
    columns: list[_Head]
    rows: list[_Row]
    total: list[_Cell]
    verdicts: list[tuple[Verdict, str]]
    notes: list[list[str]]
    kind: str = "grid"

    @property
    def details(self) -> bool:
        return any(row.detail or row.more for row in self.rows)

    @property
    def sortable(self) -> bool:
        return len(self.rows) > 1

    @property
    def controls(self) -> bool:
        return len(self.rows) >= _CONTROLS_FROM


@dataclass(frozen=True)
class _Empty:
    text: list[str]
    kind: str = "empty"


@dataclass(frozen=True)
class _Fact:
    label: str
    text: str
    lines: list[str]
    href: str
    style: str


@dataclass(frozen=True)
class _Section:
    id: str
    title: str
    words: list[list[str]]
    facts: list[_Fact]
    parts: list[_Grid | _Empty | drawing.Drawing]

    @property
    def wide(self) -> bool:
        return any(isinstance(part, _Grid) and len(part.columns) >= _WIDE for part in self.parts)


@dataclass
class _Room:
    """How many rows the page still takes; tables are numbered on the way."""

    left: int = MOST_ON_PAGE
    tables: int = 0

    def take(self, rows: int) -> int:
        taken = min(rows, max(LEAST_ROWS, min(MOST_ROWS, self.left)))
        self.left -= taken
        self.tables += 1
        return taken


def render(document: Document) -> str:
    """The whole document: the answer first, then each section under its place in the table of contents."""
    room = _Room()
    holding = filter(_holds, document.sections)
    sections = [_section(section, f"s{number}", room) for number, section in enumerate(holding, 1)]
    script = _asset("page.js")
    return (
        _environment()
        .from_string(_asset("page.html.j2"))
        .render(
            title=_fit(document.title),
            answer=_lines(document.answer),
            verdict=document.verdict,
            said=document.verdict is not None and document.verdict.french in document.answer,
            sections=sections,
            footer=[_lines(words) for words in document.footer],
            policy=_policy(script),
            css=Markup(_asset("page.css")),  # noqa: S704 - our own file
            labels=Markup(_labels(sections)),  # noqa: S704 - escaped as CSS strings
            script=Markup(script),  # noqa: S704 - our own file
        )
    )


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)


@cache
def _asset(name: str) -> str:
    return (files("avenant9.report") / "page_assets" / name).read_text("utf-8")


def _policy(script: str) -> str:
    """Nothing is fetched, nothing is sent, and no other script runs, whatever a file held."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _fit(text: str) -> str:
    """Words as a French page shows them: marks stay with their word, what cannot be seen is shown."""
    return glued(visible(text))


def _lines(text: str) -> list[str]:
    return [_fit(line) for line in text.splitlines()]


def _holds(section: Section) -> bool:
    return bool(
        section.words
        or section.facts
        or any(map(drawing.drawable, section.charts))
        or any(table.rows or table.empty for table in section.tables)
    )


def _section(section: Section, name: str, room: _Room) -> _Section:
    return _Section(
        name,
        _fit(section.title),
        [_lines(words) for words in section.words],
        [_fact(fact) for fact in section.facts],
        [
            *(_drawn(chart) for chart in section.charts if drawing.drawable(chart)),
            *(part for table in section.tables for part in _table(table, section, room)),
        ],
    )


def _drawn(chart: Chart) -> drawing.Drawing:
    return drawing.draw(chart, _fit)


def _fact(fact: Fact) -> _Fact:
    text = shown(fact.value, fact.kind)
    href = _href(fact.value, fact.kind)
    long = bool(href) or (fact.kind in _WORDS and len(text) > _LONG)
    return _Fact(_fit(fact.label), _link(text) if href else _fit(text), _lines(text), href, "long" if long else "")


def _href(value: Value, kind: Kind) -> str:
    """The address of a link, where it is one that a browser should open."""
    if kind != "url" or not isinstance(value, str) or urlsplit(value).scheme not in {"http", "https"}:
        return ""
    return value


def _link(address: str) -> str:
    """A link as its host: whole addresses are too long for a cell."""
    return visible(urlsplit(address).hostname or address).removeprefix("www.")


def _table(table: Table, section: Section, room: _Room) -> Iterator[_Grid | _Empty]:
    if not table.rows:
        if table.empty:
            yield _Empty(_lines(table.empty))
        return
    taken = room.take(len(table.rows))
    details = list(islice(chain(table.details or (), repeat("")), taken))
    kept = _kept(table, details)
    rows = _rows(table, kept, details)
    yield _Grid(
        id=f"t{room.tables}",
        title=_fit(table.title),
        caption=_fit(table.title or section.title),
        columns=[_head(table.columns[place]) for place in kept],
        rows=rows,
        total=[_cell(table.total[place], table.columns[place], "", "") for place in kept] if table.total else [],
        verdicts=_verdicts(rows),
        notes=[_lines(note) for note in (table.note, _left_out(taken, len(table.rows))) if note],
    )


def _kept(table: Table, details: Sequence[str]) -> list[int]:
    """The columns of the table; where they are many, what can wait is read in the explanation of each row.

    That is what is wide only, and the long identifiers that the explanations say anyway.
    """
    places = range(len(table.columns))
    if len(places) <= _MOST_COLUMNS or not any(details):
        return list(places)

    def repeated(place: int) -> bool:
        values = [str(values[place] or "") for values in islice(table.rows, len(details))]
        long = table.columns[place].kind == "identifier" and max(map(len, values)) > _SHORT
        return long and all(value in detail for value, detail in zip(values, details, strict=True))

    return [place for place in places if not table.columns[place].wide_only and not repeated(place)]


def _left_out(taken: int, rows: int) -> str:
    if taken == rows:
        return ""
    return (
        f"Cette page montre les {integer(taken)} premières lignes sur {integer(rows)}. Pour les avoir toutes, "
        "demandez le même résultat en csv (--format csv), qu'un tableur ouvre."
    )


def _head(column: Column) -> _Head:
    numeric = column.kind in _FIGURES
    return _Head(_fit(column.heading), "n" if numeric else "", "number" if numeric else "text")


def _rows(table: Table, kept: Sequence[int], details: Sequence[str]) -> list[_Row]:
    styles = _styles(table, len(details))
    moved = [place for place in range(len(table.columns)) if place not in kept]
    verdicts = chain(table.verdicts or (), repeat(None))
    rows = []
    for values, verdict, detail in zip(table.rows, verdicts, details, strict=False):
        cells = [
            _cell(value, column, _UNKNOWN_CELL, style)
            for value, column, style in zip(values, table.columns, styles, strict=True)
        ]
        more = [(_fit(table.columns[place].heading), cells[place]) for place in moved if values[place] is not None]
        said = _fit(detail)
        unsaid = [(heading, cell) for heading, cell in more if cell.href or cell.text not in said]
        rows.append(_row([cells[place] for place in kept], verdict, _lines(detail), unsaid))
    return rows


def _styles(table: Table, taken: int) -> list[str]:
    """How the cells of each column stand: figures, words that never wrap, that may, or that need room."""
    longest = [0] * len(table.columns)
    for values in islice(table.rows, taken):
        for place, value in enumerate(values):
            if isinstance(value, str):
                longest[place] = max(longest[place], len(value))
    return [
        "n"
        if column.kind in _FIGURES
        else "w"
        if column.kind not in {"text", "identifier"} or length <= _SHORT
        else "t words"
        if length >= _SENTENCE
        else "t"
        for column, length in zip(table.columns, longest, strict=True)
    ]


def _row(cells: list[_Cell], verdict: Verdict | None, detail: list[str], more: list[tuple[str, _Cell]]) -> _Row:
    """A row whose verdict stands in one of its cells, or before the first where none says it."""
    if verdict is None:
        return _Row(cells, None, marked=False, detail=detail, more=more)
    said = _fit(verdict.french)
    found = next((place for place, cell in enumerate(cells) if cell.text == said), None)
    if found is not None:
        cells[found] = replace(cells[found], badge=True)
    return _Row(cells, verdict, marked=found is None, detail=detail, more=more)


def _cell(value: Value, column: Column, unknown: str, style: str) -> _Cell:
    kind = column.kind
    align = style or ("n" if kind in _FIGURES else "")
    if value is None and column.absent:
        return _Cell(column.absent, align)
    if value is None:
        absent = "" if kind in _WORDS else unknown
        return _Cell(absent, f"{align} unknown".strip() if absent else align, key="" if absent else None)
    href = _href(value, kind)
    if href:
        return _Cell(_link(href), align, href=href)
    return _Cell(_fit(shown(value, kind)), align, None if kind in _WORDS else str(value))


def _verdicts(rows: Sequence[_Row]) -> list[tuple[Verdict, str]]:
    """The verdicts to choose from with how many rows each has; nothing to choose among fewer than two."""
    counts = Counter(row.verdict for row in rows)
    found = [(verdict, integer(counts[verdict])) for verdict in Verdict if counts[verdict]]
    return found if len(counts) > 1 else []


def _labels(sections: Sequence[_Section]) -> str:
    """On a narrow screen a row is a card: each cell then needs the heading of its column before it."""
    grids = [part for section in sections for part in section.parts if isinstance(part, _Grid)]
    rules = [
        f"#{grid.id} tr>:nth-child({place}):not([colspan])::before{{content:{_css_string(head.heading)}}}"
        for grid in grids
        for place, head in enumerate(grid.columns, 1)
    ]
    return "@media screen and (max-width: 44rem) {\n" + "\n".join(rules) + "\n}" if rules else ""


def _css_string(text: str) -> str:
    """A heading and its colon as a CSS string that nothing can end: all but letters and digits as escapes."""
    return '"' + re.sub(r"[^0-9A-Za-z]", lambda found: f"\\{ord(found.group()):06x}", f"{text}{NBSP}: ") + '"'
