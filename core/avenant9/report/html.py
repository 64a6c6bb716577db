"""A document as one self-contained page: it opens offline, asks nothing of any server, and prints.

The words are in `page_assets/page.html.j2`, escaped by jinja2; the style and the script are written into the page.
Its policy allows that one script, by its hash, and no request at all. Without the script the page reads whole.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report import drawing
from avenant9.report.document import FIGURES
from avenant9.report.values import WORDS, decimals_of, shown
from avenant9.wording import NBSP, counted, glued, integer, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Chart, Column, Document, Fact, Kind, Section, Table, Value

#: Rows of one table, and of the whole page, beyond which a browser is no longer quick; each table keeps some.
MOST_ROWS, MOST_ON_PAGE, LEAST_ROWS = 5_000, 12_000, 100

_MOST_OPEN = 4  # groups of a table that folds: fewer are seen at once
_SHOWN_CHARTS = 3  # of a section: those after them open on demand
_CONTROLS_FROM = 6  # rows: a shorter table is seen whole
_LONG = 32  # characters: a fact that takes a whole line
_SHORT, _SENTENCE = 16, 40  # characters: a column with no longer cell never wraps, one with such cells needs room
_PIECE = 22  # characters: a longer piece of an identifier may be broken anywhere
_MOST_COLUMNS = 9  # of a table whose rows open: what can wait beyond them stands in the explanation
_WIDE = 9  # columns: printed on the long side of the paper
_DENSE = 8  # columns: beyond them letters and margins are smaller
_CHARACTER, _PADDING, _ARROW = 0.55, 1.2, 1.2  # rem: of a cell, of its two sides, of the mark by which one sorts
_OPENING = 1.3  # rem: of the mark that opens a row
_LEAST = {"t": 7.5, "t id": 7.5, "t whole": 7.5, "t words": 13.0}  # rem: how far it can be narrowed, as in page.css
_NAMED, _WHOLE = "t id", "t whole"  # the styles of identifiers and hosts, and of words, that are not broken inside
#: After what a line may end, by kind.
_ENDS = {"url": re.compile(r"(?<=[-./])"), "identifier": re.compile(r"(?<=[-/])"), "text": re.compile(r"(?<=[-\s])")}
_TIGHT = 0.87  # what the smaller letters and margins of a dense table leave of all that
_ROOM, _MARGINS = 76.5, 3.0  # rem: of a table on a screen of 1,280 pixels; on both sides of it
#: Screens, in rem, up to which the rows of a table are cards, where it needs that room: a phone, a tablet, a laptop.
_SCREENS = (44, 62, 79)
_UNKNOWN_CELL = "inconnu"


class _Cell(Struct, frozen=True):
    text: str
    style: str = ""
    key: str | None = None  # what the column sorts by, where the text does not say it
    href: str = ""
    badge: bool = False

    @property
    def pieces(self) -> list[str]:
        """Its text, parted where a line may end that a browser would not end there by itself."""
        return _pieces(self.text, "url" if self.href else "identifier") if self.style == _NAMED else [self.text]


class _Row(Struct, frozen=True):
    cells: list[_Cell]
    verdict: Verdict | None
    marked: bool  # no cell says the verdict: the first one does, so that colour is never alone
    detail: list[str]
    more: list[tuple[str, _Cell]]  # the cells of columns that the table has no room for, under their headings


class _Head(Struct, frozen=True):
    heading: str
    style: str
    sort: str


class _Grid(Struct, frozen=True):
    id: str
    title: str
    caption: str
    columns: list[_Head]
    rows: list[_Row]
    total: list[_Cell]
    verdicts: list[tuple[Verdict, str]]
    notes: list[list[str]]
    cards: int  # rem: on a screen no wider than this its rows are cards
    kind: str = "grid"

    @property
    def dense(self) -> bool:
        return len(self.columns) > _DENSE

    @property
    def details(self) -> bool:
        return any(row.detail or row.more for row in self.rows)

    @property
    def sortable(self) -> bool:
        return len(self.rows) > 1

    @property
    def controls(self) -> bool:
        return len(self.rows) >= _CONTROLS_FROM


class _Empty(Struct, frozen=True):
    text: list[str]
    kind: str = "empty"


class _Fold(Struct, frozen=True):
    """What opens on demand under one line."""

    line: str
    part: _Grid | drawing.Drawing
    kind: str = "fold"


class _Fact(Struct, frozen=True):
    label: str
    text: str
    lines: list[str]
    href: str
    style: str


class _Section(Struct, frozen=True):
    id: str
    title: str
    words: list[list[str]]
    facts: list[_Fact]
    parts: list[_Grid | _Empty | _Fold | drawing.Drawing]
    line: str

    @property
    def grids(self) -> list[_Grid]:
        """Its tables, those that open on demand too."""
        inner = (part.part if isinstance(part, _Fold) else part for part in self.parts)
        return [part for part in inner if isinstance(part, _Grid)]

    @property
    def wide(self) -> bool:
        return any(len(grid.columns) >= _WIDE for grid in self.grids)


class _Room(Struct):
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
            said=document.says_verdict,
            sections=sections,
            footer=[_lines(words) for words in document.footer],
            policy=_policy(script),
            css=Markup(_asset("page.css")),  # noqa: S704 - our own file
            cards=Markup(_as_cards(sections)),  # noqa: S704 - our own file, and headings escaped as CSS strings
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
        [_lines(str(words)) for words in section.words],
        [_fact(fact) for fact in section.facts],
        [*_drawings(section.charts), *(part for table in section.tables for part in _folded(table, section, room))],
        _fit(section.line),
    )


def _drawings(charts: Sequence[Chart]) -> Iterator[drawing.Drawing | _Fold]:
    for rank, chart in enumerate(filter(drawing.drawable, charts)):
        drawn = drawing.draw(chart, _fit)
        yield drawn if rank < _SHOWN_CHARTS else _Fold(drawn.title, drawn)


def _folded(table: Table, section: Section, room: _Room) -> Iterator[_Grid | _Empty | _Fold]:
    """The table, or where it folds, one under a line for each value of its column."""
    if table.fold is None or len({row[table.fold] for row in table.rows}) < _MOST_OPEN:
        yield from _table(table, section, room)
        return
    groups: dict[Value, list[tuple[Value, ...]]] = {}
    for row in table.rows:
        groups.setdefault(row[table.fold], []).append(row[: table.fold] + row[table.fold + 1 :])
    columns = table.columns[: table.fold] + table.columns[table.fold + 1 :]
    for value, rows in groups.items():
        line = f"{shown(value, table.columns[table.fold].kind)} ({counted(len(rows), 'ligne')})"
        own = replace(table, columns=columns, rows=rows, title="", total=None, verdicts=None, details=None, fold=None)
        yield from (_Fold(_fit(line), part) for part in _table(own, section, room) if isinstance(part, _Grid))


def _fact(fact: Fact) -> _Fact:
    text = shown(fact.value, fact.kind)
    href = _href(fact.value, fact.kind)
    long = bool(href) or (fact.kind in WORDS and len(text) > _LONG)
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
    styles = _styles(table, taken)
    cells = _cells(table, taken, styles)
    needs = _needs(table.columns, cells, styles)
    kept = _kept(table, details, needs)
    rows = _rows(table, cells, kept, details)
    opens = any(row.detail or row.more for row in rows)
    yield _Grid(
        id=f"t{room.tables}",
        title=_fit(table.title),
        caption=_fit(table.title or section.title),
        columns=[_head(table.columns[place]) for place in kept],
        rows=rows,
        total=[_total(table, place) for place in kept] if table.total else [],
        verdicts=_verdicts(rows),
        notes=[_lines(note) for note in (table.note, _left_out(taken, len(table.rows))) if note],
        cards=_cards(_width([needs[place] for place in kept], opens=opens)),
    )


def _total(table: Table, place: int) -> _Cell:
    column = table.columns[place]
    value = (table.total or ())[place]
    return _cell(value, column, "", "n" if column.figures else "", _decimals(table, place))


def _needs(columns: Sequence[Column], rows: Sequence[Sequence[_Cell]], styles: Sequence[str]) -> list[float]:
    """The width in rem below which each column cannot go: of what never wraps, and of its heading's longest word."""
    needs = []
    for place, column in enumerate(columns):
        words = max(map(len, column.heading.split()), default=0) * _CHARACTER + _ARROW
        longest = max(len(row[place].text) for row in rows) * _CHARACTER
        least = min(longest, _LEAST.get(styles[place], longest))
        if styles[place] in (_NAMED, _WHOLE):
            least = max(least, _longest_piece([row[place].text for row in rows], column.kind) * _CHARACTER)
        needs.append(_PADDING + max(words, least))
    return needs


def _width(needs: Sequence[float], *, opens: bool) -> float:
    return sum(needs) * (_TIGHT if len(needs) > _DENSE else 1) + _OPENING * opens


def _cards(width: float) -> int:
    """The screen up to which a table of that width has its rows as cards."""
    return next((screen for screen in _SCREENS if width + _MARGINS < screen), _SCREENS[-1])


def _kept(table: Table, details: Sequence[str], needs: Sequence[float]) -> list[int]:
    """The columns of the table; where they are many, what can wait is read in the explanation of each row.

    That is what is wide only, and the long identifiers that the explanations say anyway; elsewhere what is wide only
    and has no room, the last first.
    """
    places = list(range(len(table.columns)))

    def repeated(place: int) -> bool:
        values = (str(values[place] or "") for values in islice(table.rows, len(details)))
        return table.columns[place].explained and max(map(len, values)) > _SHORT

    if len(places) > _MOST_COLUMNS and any(details):
        places = [place for place in places if not table.columns[place].wide_only and not repeated(place)]
    for place in reversed(places.copy()):
        if table.columns[place].wide_only and _width([needs[one] for one in places], opens=True) > _ROOM:
            places.remove(place)
    return places


def _left_out(taken: int, rows: int) -> str:
    if taken == rows:
        return ""
    return (
        f"Cette page montre les {integer(taken)} premières lignes sur {integer(rows)}. Pour les avoir toutes, "
        "demandez le même résultat en csv (--format csv), qu'un tableur ouvre."
    )


def _head(column: Column) -> _Head:
    sort = "number" if column.kind in FIGURES else "text"
    return _Head(_fit(column.heading), "n" if column.figures else "", sort)


def _cells(table: Table, taken: int, styles: Sequence[str]) -> list[list[_Cell]]:
    """The cells of the rows that the page takes, the figures of a column with the same decimals."""
    decimals = [_decimals(table, place) for place in range(len(table.columns))]
    return [
        [
            _cell(value, column, _UNKNOWN_CELL, style, places)
            for value, column, style, places in zip(values, table.columns, styles, decimals, strict=True)
        ]
        for values in islice(table.rows, taken)
    ]


def _decimals(table: Table, place: int) -> int:
    total = () if table.total is None else (table.total[place],)
    return decimals_of(chain((row[place] for row in table.rows), total), table.columns[place].kind)


def _rows(table: Table, cells: Sequence[list[_Cell]], kept: Sequence[int], details: Sequence[str]) -> list[_Row]:
    moved = [(place, column) for place, column in enumerate(table.columns) if place not in kept]
    named = next((rank for rank, place in enumerate(kept) if table.columns[place].kind == "verdict"), None)
    verdicts = chain(table.verdicts or (), repeat(None))
    unsaid = [(place, _fit(column.heading)) for place, column in moved if not column.explained]
    rows = []
    for values, own, verdict, detail in zip(table.rows, cells, verdicts, details, strict=False):
        more = [(heading, own[place]) for place, heading in unsaid if values[place] not in (None, "")]
        rows.append(_row([own[place] for place in kept], verdict, named, _lines(detail), more))
    return rows


def _styles(table: Table, taken: int) -> list[str]:
    """How the cells of each column stand: figures, words that never wrap, that may, or that need room."""
    rows = table.rows[:taken]
    return [
        _style(column, [str(row[place]) for row in rows if isinstance(row[place], str)])
        for place, column in enumerate(table.columns)
    ]


def _style(column: Column, words: Sequence[str]) -> str:
    longest = max(map(len, words), default=0)
    if column.figures:
        return "n"
    if column.kind != "url" and (column.kind not in WORDS or longest <= _SHORT):
        return "w"
    if column.kind in {"identifier", "url"}:
        told = [_link(word) if _href(word, column.kind) else word for word in words]
        return _NAMED if _longest_piece(told, column.kind) <= _PIECE else "t"
    if longest >= _SENTENCE:
        return "t words"
    return _WHOLE if _longest_piece(words, column.kind) <= _SHORT else "t"


def _longest_piece(words: Sequence[str], kind: Kind) -> int:
    return max((len(piece.rstrip()) for word in words for piece in _pieces(word, kind)), default=0)


def _pieces(text: str, kind: Kind) -> list[str]:
    return _ENDS.get(kind, _ENDS["text"]).split(text)


def _row(
    cells: list[_Cell], verdict: Verdict | None, named: int | None, detail: list[str], more: list[tuple[str, _Cell]]
) -> _Row:
    """A row whose verdict stands in the cell that is `named` for it, or before the first where there is none."""
    if verdict is not None and named is not None:
        cells[named] = replace(cells[named], badge=True)
    return _Row(cells, verdict, marked=verdict is not None and named is None, detail=detail, more=more)


def _cell(value: Value, column: Column, unknown: str, style: str, decimals: int) -> _Cell:
    kind = column.kind
    if value is None and column.absent:
        return _Cell(column.absent, style, key="")
    if value is None:
        absent = "" if kind in WORDS else unknown
        return _Cell(absent, f"{style} unknown".strip() if absent else style, key="" if absent else None)
    href = _href(value, kind)
    if href:
        return _Cell(_link(href), style, href=href)
    return _Cell(_fit(shown(value, kind, decimals=decimals)), style, None if kind in WORDS else str(value))


def _verdicts(rows: Sequence[_Row]) -> list[tuple[Verdict, str]]:
    """The verdicts to choose from with how many rows each has; nothing to choose among fewer than two."""
    counts = Counter(row.verdict for row in rows)
    found = [(verdict, integer(counts[verdict])) for verdict in Verdict if counts[verdict]]
    return found if len(counts) > 1 else []


def _as_cards(sections: Sequence[_Section]) -> str:
    """The style of tables on the screens that are too narrow for them: a row is a card.

    Each cell then needs the heading of its column before it.
    """
    grids = [grid for section in sections for grid in section.grids]
    return "\n".join(
        _cards_on(screen, own) for screen in _SCREENS if (own := [grid for grid in grids if grid.cards == screen])
    )


def _cards_on(screen: int, grids: Sequence[_Grid]) -> str:
    table = f":is({','.join(f'#{grid.id}' for grid in grids)})"
    labels = "\n".join(
        f"#{grid.id} tr>:nth-child({place}):not([colspan])::before{{content:{_css_string(head.heading)}}}"
        for grid in grids
        for place, head in enumerate(grid.columns, 1)
    )
    style = _asset("cards.css").replace("TABLE", table)
    return f"@media screen and (max-width: {screen}rem) {{\n{style}{labels}\n}}"


def _css_string(text: str) -> str:
    """A heading and its colon as a CSS string that nothing can end: all but letters and digits as escapes."""
    return '"' + re.sub(r"[^0-9A-Za-z]", lambda found: f"\\{ord(found.group()):06x}", f"{text}{NBSP}: ") + '"'
