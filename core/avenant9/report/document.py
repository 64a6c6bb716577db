"""A result as people read it, whatever the format: sections of words, facts, tables and charts.

A result is built as a `Document`, which `report.text`, `report.xlsx` and `report.html` render. Values keep their type
until then: None is *unknown*, and never shown as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from avenant9.model import Verdict

#: What a column, a fact or a chart holds: `euros` are cents (int); `points`, `hours` and `number` Decimals or ints;
#: `share` a Decimal of 0 to 1; `date` a date; `month` its first day; `identifier` text that is never a
#: number, or a whole number that names (a year, a row); `verdict` a `Verdict`, in its colour, or the words that stand
#: where there is none; `text`.
Kind = Literal[
    "text", "identifier", "integer", "number", "euros", "points", "hours", "share", "date", "month", "url", "verdict"
]
Value = str | int | Decimal | date | None

#: The kinds that are figures: aligned on the right, with the same decimals down a column.
FIGURES: frozenset[Kind] = frozenset({"integer", "number", "euros", "points", "hours", "share"})


class Column(Struct, frozen=True):
    """A column of a table. `wide_only`: left out of the text where 80 columns do not hold it, and put under its row
    on a page that has no room for it. `absent`: what stands where there is no value, if that is not because it is
    unknown. `right`: words that stand as figures do, since most of them are. `widest`: the most characters that it
    takes in a workbook, where that is not the most of its kind. `cut`: words of which text shows what one line holds.
    `explained`: what opens under each row says it too.
    """

    heading: str
    kind: Kind = "text"
    wide_only: bool = False
    absent: str = ""
    right: bool = False
    widest: int = 0
    cut: bool = False
    explained: bool = False

    @property
    def figures(self) -> bool:
        """Whether its cells are aligned as figures are."""
        return self.right or self.kind in FIGURES


class Table(Struct, frozen=True):
    """Rows under headings, each with as many values as there are columns.

    `verdicts` colours each row (None: plain); `details` is what opens under each row (html). `total` is the last row,
    where None is no sum at all. `sheet`: its own sheet of the workbook under this name; without one it stands on the
    sheet of its section. `fold`: a column; on a page the rows of each of its values open under one line of their own.
    `under`: what text says under each row, in parts; it then lists the rows, those of each value of `fold` under it,
    and a row without any other cell is told by that one.
    """

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    title: str = ""
    total: tuple[Value, ...] | None = None
    verdicts: Sequence[Verdict | None] | None = None
    details: Iterable[str] | None = None
    note: str = ""
    sheet: str = ""
    frozen: int = 0  # its first columns, which stay in sight on a sheet of its own
    printed: int = 0  # its first columns, which go on paper from there; 0: all
    empty: str = ""  # what is said instead where there is no row; nothing at all where it is empty too
    fold: int | None = None
    under: Sequence[Sequence[str]] | None = None


class Series(Struct, frozen=True):
    """One line or one set of bars; None leaves a hole."""

    name: str
    values: tuple[int | Decimal | None, ...]
    verdict: Verdict | None = None  # in its colour


class Chart(Struct, frozen=True):
    """A chart with its data: `line` over months, `bar` over categories. `limit` series are drawn as dashed lines.

    `stacked`: the bars of a category are parts of one whole, drawn end to end.
    """

    title: str
    form: Literal["line", "bar"]
    categories: tuple[str | date, ...]  # a date: the month that starts with it
    series: tuple[Series, ...]
    kind: Kind
    limits: tuple[Series, ...] = ()
    absent: str = ""  # what stands for a hole that is not unknown
    stacked: bool = False


class Fact(Struct, frozen=True):
    """A labelled value."""

    label: str
    value: Value
    kind: Kind = "text"


class Line(Struct, frozen=True):
    """Words of a list; at level 1 under those before them, at level 2 under these. `before`: what stands before them
    in columns, which the lines of a section and level share. `verdict`: in its colour."""

    words: str
    level: int = 0
    before: tuple[str, ...] = ()
    verdict: Verdict | None = None


class Blank(Struct, frozen=True):
    """What the writer of a letter completes by hand: `[date]`."""

    what: str = "…"

    def __str__(self) -> str:
        return f"[{self.what}]"


class Paragraph(Struct, frozen=True):
    """Words with what is left to complete among them; `box`: to be ticked."""

    parts: tuple[str | Blank, ...]
    box: bool = False

    def __str__(self) -> str:
        return f"{'[ ] ' if self.box else ''}{''.join(map(str, self.parts))}"


Words = str | Blank | Paragraph


class Section(Struct, frozen=True):
    """A titled part: words first, then facts, charts and tables. It is a sheet of the workbook under `sheet`.

    `line`: one of many alike, which a page opens on demand under its title and this line. `lines`: what text lists,
    where a page and a workbook have tables.
    """

    title: str
    words: tuple[Words, ...] = ()
    facts: tuple[Fact, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    sheet: str = ""  # "": on the first sheet
    line: str = ""
    lines: tuple[Line, ...] = ()


class Document(Struct, frozen=True):
    """The whole result. `answer` is the sentence that stands first, coloured by `verdict`, which is said beside it
    unless it `says_verdict`; text may do without a title."""

    title: str
    answer: str
    sections: tuple[Section, ...]
    verdict: Verdict | None = None
    footer: tuple[str, ...] = ()  # dates of the rules, disclaimer
    about: Mapping[str, str] = field(default_factory=dict)  # what each sheet of its workbook holds, by its name
    says_verdict: bool = False


class Letter(Struct, frozen=True):
    """A letter to complete, date and sign.

    Attributes:
        sender: who writes, a line each.
        addressee: to whom.
        dated: where and when.
        subject: of what.
        paragraphs: what it says, from the greeting to the formula.
        signature: what stands below them.
        annexes: what goes with it.
        aside: what is for its writer alone.
        footer: texts and dates, below these.
    """

    sender: tuple[Words, ...]
    addressee: tuple[Words, ...]
    dated: Words
    subject: Words
    paragraphs: tuple[Words, ...]
    signature: Words
    annexes: tuple[Section, ...]
    aside: tuple[Section, ...]
    footer: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The letter itself, a paragraph each."""
        whole = (*self.sender, *self.addressee, self.dated, self.subject, *self.paragraphs, self.signature)
        return tuple(map(str, whole))
