"""One sheet while it is read, and once it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct, field

from avenant9.model import Input, Rejected
from avenant9.notice import Notice
from avenant9.reading.addresses import letters
from avenant9.reading.raw_sheet import RawSheet
from avenant9.wording import counted, plural

if TYPE_CHECKING:
    from avenant9.acts.recognise import Recognised

Absent = Callable[[str], pl.Series]
Parser = Callable[[str], Any]


class Sheet(Struct, frozen=True):
    """One sheet, typed.

    Attributes:
        table: the columns of ACTS but `act`, `input` and what needs the other sheets.
        account: what became of its rows.
        rejected: the rows that could not be read.
        notices: what was understood.
        named, unnamed: whether some acts name their practitioner, and whether some stand under `?`.
    """

    table: pl.DataFrame
    account: Input
    rejected: tuple[Rejected, ...]
    notices: tuple[Notice | str, ...]
    named: bool
    unnamed: bool


class Reading(Struct):
    """The state of one sheet while its columns are read: only `notices` grow."""

    raw: RawSheet
    found: Recognised
    rows: pl.DataFrame
    notices: list[Notice] = field(default_factory=list)

    def cells(self, key: str) -> pl.Series | None:
        """The cells of a key's column as `values.clean` gives them, None where the sheet has no such column."""
        column = self.found.columns.get(key)
        return None if column is None else self.rows[f"c{column}"].alias(key)

    def text(self, key: str) -> pl.Series | None:
        """The same cells as String."""
        cells = self.cells(key)
        return None if cells is None else cells.cast(pl.String)

    def required(self, key: str) -> pl.Series:
        """The cleaned cells of a column that the sheet is known to have."""
        return self.rows[f"c{self.found.columns[key]}"].alias(key)

    def cell(self, key: str, row: int) -> str:
        """The address of the cell of a key's column in a row."""
        return f"{letters(self.found.columns[key])}{row}"

    def read(self, key: str, what: str, values_read: pl.Series) -> pl.Series:
        """Names the cells that hold something else than `what`: they are unknown."""
        cells = self.cells(key)
        if cells is not None and (bad := cells.is_not_null() & values_read.is_null()).any():
            moments = int(cells.filter(bad).cast(pl.String).str.contains(r"^\d{4}-\d\d-\d\d ").sum())
            dates = f" dont {counted(moments, 'date')}" if what != "date" and moments else ""
            self.tell(
                key,
                bad,
                lambda number, first: (
                    f"{counted(number, 'cellule')} sans {what} lisible{dates} ({first_at(number, first)}), "
                    f"{as_unknown(number)}"
                ),
            )
        return values_read

    def tell(self, key: str, which: pl.Series, words: Callable[[int, str], str]) -> None:
        """Says of `which` cells of a key's column what `words` makes of their number and the place of the first."""
        rows = self.rows["row"].filter(which)
        said = words(len(rows), self.cell(key, rows[0]))
        self.say(f"{said}.", key)

    def say(self, words: str, key: str | None = None, *, identity: bool = False) -> None:
        """Says something of the sheet, or of a key's column."""
        column = "" if key is None else f", colonne « {self.found.headings[key]} »"
        self.notices.append(Notice((self.raw.file,), f"{self.sheet}{column} : {words}", identity))

    @property
    def sheet(self) -> str:
        """What follows the name of the file where a message is about the sheet."""
        return "" if self.raw.sheet is None else f", feuille {self.raw.sheet}"


def first_at(number: int, place: str, the_first: str = "la première") -> str:
    """Where the only one stands, or the first of several."""
    return plural(number, f"en {place}", f"{the_first} en {place}")


def as_unknown(number: int) -> str:
    """How so many cells were read."""
    return plural(number, "lue comme inconnue", "lues comme inconnues")
