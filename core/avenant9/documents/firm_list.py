"""The list of a firm's clients, a line each, whatever was done with them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from msgspec import Struct

from avenant9.model import Verdict
from avenant9.report.document import Column, Section, Table
from avenant9.report.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Kind, Value

TITLE = "Dossiers du cabinet"
SHEET = "Clients"
FAILED = "non contrôlé"
LEAD, LAST = ("Client", "Verdict"), ("Code de sortie", "À savoir")
ABOUT = {SHEET: "Une ligne par client, à filtrer et à trier."}
#: What stands below.
FOOTER = ("Chaque client est contrôlé à part : les patients de deux clients ne sont jamais rapprochés.",)

L = TypeVar("L")


class Part(Protocol):
    """What the result says of one client, but for its line."""

    @property
    def client(self) -> str:
        """Its name."""

    @property
    def exit(self) -> int:
        """Its exit code."""

    @property
    def error(self) -> str | None:
        """What kept it from being read."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said of it."""


class Told(Struct, Generic[L], frozen=True):
    """A column of the list: its heading, its kind, and what it says of a line; `narrow`: on 80 columns too.

    `summed`: what it says of all clients together. `widest`: see `Column`.
    """

    heading: str
    kind: Kind
    value: Callable[[L], Value]
    narrow: bool = False
    summed: Callable[[Any], Value] | None = None
    widest: int = 0


class Entry(Struct, Generic[L], frozen=True):
    """A client: its part of the result, its line (None where there is none), its verdict as a word and a colour."""

    part: Part
    line: L | None
    words: str
    verdict: Verdict | None


def listed(columns: Sequence[Told[L]], entries: Sequence[Entry[L]], totals: Any, printed: int) -> Table:
    """A line per client.

    Args:
        columns: between the name and verdict of a client, and what must be said of it.
        entries: the clients.
        totals: what the columns that are `summed` are told of all.
        printed: how many columns go on paper.
    """
    heads = (
        Column(LEAD[0], "text", widest=30),
        Column(LEAD[1], "verdict", wide_only=True, widest=16),
        *(Column(one.heading, one.kind, not one.narrow, absent="-", widest=one.widest) for one in columns),
        Column(LAST[1], "text", wide_only=True),
    )
    sums = [column.summed(totals) if column.summed else None for column in columns]
    summed = any(column.summed for column in columns)
    return Table(
        heads,
        [_row(entry, columns) for entry in entries],
        total=("Total", None, *sums, None) if summed else None,
        verdicts=[entry.verdict for entry in entries],
        sheet=SHEET,
        frozen=1,
        printed=printed,
    )


def _row(entry: Entry[L], columns: Sequence[Told[L]]) -> tuple[Value, ...]:
    first = (entry.part.client, entry.verdict or entry.words)
    return (*first, *_values(entry, columns), " ".join(said(entry.part)) or None)


def _values(entry: Entry[L], columns: Sequence[Told[L]]) -> list[Value]:
    line = entry.line
    return [None] * len(columns) if line is None else [column.value(line) for column in columns]


def said(part: Part) -> Iterator[str]:
    """What must be said of a client besides its line."""
    if part.error is not None:
        yield part.error
    yield from part.remarks


def remarks(parts: Sequence[Part]) -> Section:
    """What must be said of all."""
    told = ((part.client, " ".join(said(part))) for part in parts)
    return Section("À savoir", tuple(f"{client} : {words}" for client, words in told if words))


def sentences(columns: Sequence[Told[L]], line: L, counts: Sequence[int]) -> Iterator[str]:
    """What the list says of a client, so many columns in each sentence."""
    left = iter(columns)
    for count in counts:
        values = ((column, column.value(line)) for column in islice(left, count))
        told = [f"{one.heading} : {shown(value, one.kind)}" for one, value in values if value is not None]
        if told:
            yield f"{' ; '.join(told)}."


# --- csv ------------------------------------------------------------------------------------------------------


def csv_columns(columns: Sequence[Told[Any]]) -> tuple[Column, ...]:
    """The columns of the CSV."""
    return (Column(LEAD[0]), *(Column(column.heading, column.kind) for column in columns), *map(Column, LAST))


def told(columns: Sequence[Told[L]], entries: Sequence[Entry[L]]) -> Table:
    """A line per client, in the columns of the CSV: new ones only at the end."""
    return Table(
        csv_columns(columns),
        [
            (entry.part.client, *_values(entry, columns), entry.part.exit, " ".join(said(entry.part)))
            for entry in entries
        ],
    )
