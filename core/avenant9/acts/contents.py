"""What the columns of a sheet hold: the share of their cells that can be read as what a heading says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property

import polars as pl
from msgspec import Struct, field

from avenant9.acts.amounts import parse_cents, parse_integer, parse_rate, parse_thousandths
from avenant9.acts.codes import is_known, parse_codes
from avenant9.acts.columns import COLUMNS, Column
from avenant9.acts.dates import days, moments, times
from avenant9.acts.people import hold_names
from avenant9.acts.values import clean, distinct, yes_no
from avenant9.model import Nomenclature
from avenant9.reading.raw_sheet import RawSheet

#: What is looked for by what columns hold, where no heading names it.
GUESSED = ("date", "code", "practitioner", "amount")
#: The header is looked for in the top rows of a sheet, below title lines; rows looked at below it.
TOP, SAMPLE = 100, 2_000
#: From this share on, a column holds what its heading says; and what no heading says, from that one on.
ENOUGH, SURE = Fraction(1, 2), Fraction(4, 5)
#: Cells that it takes to guess.
FEWEST = 3
#: Two guesses nearer than this are equally good: none is taken.
NEAR = Fraction(1, 20)

_CENTS = re.compile(r"\d[.,]\d{2}(?!\d)|€")
_WRITTEN_DAY = re.compile(r"\d{4}-\d\d?-\d\d?|\d{1,2}[/. -]\d{1,2}[/. -]\d{2,4}|[^\W\d]")
_RPPS = re.compile(r"\d{11}")
_LETTER, _LETTERS = re.compile("[A-Za-z]"), re.compile("[A-Za-z]{2}")


class Top(Struct, dict=True):
    """The first rows of a sheet, cleaned once for all those that may be its header."""

    raw: RawSheet

    @cached_property
    def cells(self) -> pl.DataFrame:
        """`row`, and the columns as texts."""
        return _cleaned(self.raw.table.head(TOP + SAMPLE))


class Contents(Struct, dict=True):
    """The cells under a heading row, and what of them can be read, by column and key.

    Attributes:
        raw: the sheet.
        below: number of the heading row.
        nomenclature: the codes there are.
        most: rows looked at; a column of which nothing there can be read is looked at whole.
        columns: those that may be found.
        top: the first rows, where other headings are tried on them too.
    """

    raw: RawSheet
    below: int
    nomenclature: Nomenclature
    most: int | None = SAMPLE
    columns: Mapping[str, Column] = field(default_factory=lambda: COLUMNS)
    top: Top | None = None
    _shares: dict[tuple[int, str], Fraction | None] = field(default_factory=dict)

    def cells(self, place: int) -> pl.DataFrame:
        """The filled cells of a column: `row`, and their `text`, trimmed."""
        rows = self._under(self.raw.table).select("row", f"c{place}")
        return _cleaned(rows).select("row", text=f"c{place}").drop_nulls("text")

    def _texts(self, place: int, most: int | None) -> pl.Series:
        """The texts of the filled cells of a column, in the first rows."""
        return self.cells(place)["text"] if most is None else self._sample[f"c{place}"].drop_nulls()

    @cached_property
    def _sample(self) -> pl.DataFrame:
        top = self.top or Top(self.raw)
        return self._under(top.cells).slice(0, self.most)

    def _under(self, table: pl.DataFrame) -> pl.DataFrame:
        """The rows of a table under the heading."""
        return table[int(table["row"].search_sorted(self.below, side="right")) :] if self.below else table

    def share(self, place: int, key: str) -> Fraction | None:
        """The share of the filled cells that can be read as a key; None where any text can, or none is filled."""
        if (place, key) not in self._shares:
            share = self._share(place, key, self.most)
            self._shares[place, key] = self._share(place, key, None) if share == 0 and self.most else share
        return self._shares[place, key]

    def _share(self, place: int, key: str, most: int | None) -> Fraction | None:
        texts = self._texts(place, most) if key in self._readers else pl.Series()
        return Fraction(int(self._readers[key](texts).sum()), len(texts)) if len(texts) else None

    def first_unreadable(self, place: int, key: str) -> int | None:
        """The row of the first filled cell that cannot be read as a key; None where there is none."""
        if key not in self._readers:
            return None
        cells = self.cells(place)
        rows = cells["row"].filter(~self._readers[key](cells["text"]).fill_null(False))
        return int(rows[0]) if len(rows) else None

    def frequent(self, place: int, most: int = 5) -> list[tuple[str, int]]:
        """The texts that stand most often in a column, and how often."""
        return Counter(self.cells(place)["text"].to_list()).most_common(most)

    def guessed(self, place: int, key: str) -> Fraction:
        """The share of the rows whose cell looks like a key of GUESSED, whatever the heading says.

        It is none where too few cells are filled to say so.
        """
        texts = self._texts(place, self.most)
        found = int(self._looks[key](texts).sum()) if len(texts) >= FEWEST else 0
        return Fraction(found, self._height) if found else Fraction(0)

    def known_codes(self, place: int) -> Fraction:
        """The share of the filled cells that hold nothing but codes that there are, whatever the heading says."""
        return self._share_that(place, lambda cell: bool(_LETTER.search(cell)) and self._are_known(cell))

    def long_codes(self, place: int) -> Fraction:
        """The share of the filled cells that hold nothing but codes of several letters, of the rulebook."""
        return self._share_that(place, self._are_described)

    def _share_that(self, place: int, holds: Callable[[str], bool]) -> Fraction:
        """The share of the filled cells of which this holds, of the first ones where some of these are filled."""
        texts = self._texts(place, self.most)
        texts = texts if len(texts) else self._texts(place, None)
        return Fraction(int(_each(holds)(texts).sum()), len(texts)) if len(texts) else Fraction(0)

    def _are_described(self, cell: str) -> bool:
        acts = parse_codes(cell, self.nomenclature) if _LETTERS.search(cell) else ()
        return bool(acts) and all(act.code in self.nomenclature.acts for act in acts)

    def _are_known(self, cell: str) -> bool:
        acts = parse_codes(cell, self.nomenclature)
        return bool(acts) and all(is_known(act.code, self.nomenclature) for act in acts)

    def names(self, place: int) -> bool:
        """Whether a column holds names of people."""
        return hold_names(self._texts(place, self.most))

    def filled(self, place: int) -> int:
        """How many of its first cells are filled."""
        return len(self._texts(place, self.most))

    @cached_property
    def _height(self) -> int:
        below = self.raw.table["row"] > self.below if self.below else self.raw.table["row"]
        return min(int(below.len() if not self.below else below.sum()), self.most or len(below))

    @cached_property
    def _readers(self) -> dict[str, Callable[[pl.Series], pl.Series]]:
        """Key -> whether each cell can be read as one."""
        by_type = {
            "date": lambda cells: days(cells).is_not_null(),
            "moment": lambda cells: moments(cells).day.is_not_null(),
            "heure": lambda cells: times(cells).is_not_null(),
            "euros": _each(lambda cell: parse_cents(cell) is not None),
            "oui-non": lambda cells: yes_no(cells).is_not_null(),
        }
        return {key: by_type[column.type] for key, column in self.columns.items() if column.type in by_type} | {
            "code": _each(lambda cell: bool(parse_codes(cell, self.nomenclature))),
            "quantity": _each(lambda cell: parse_integer(cell) is not None),
            "coefficient": _each(lambda cell: parse_thousandths(cell) is not None),
            "rate": _each(lambda cell: parse_rate(cell) is not None),
            "pathway": self._letters,
            "invoice": _each(lambda cell: not _CENTS.search(cell)),
        }

    def _letters(self, cells: pl.Series) -> pl.Series:
        """Letters of the care path; O and N, both and no other, are oui and non."""
        letters = cells.str.to_uppercase()
        return letters.is_in([*self.nomenclature.pathways]) & ({*letters.unique()} != {"O", "N"})

    @cached_property
    def _looks(self) -> dict[str, Callable[[pl.Series], pl.Series]]:
        """Key -> whether each cell looks like one, and like hardly anything else."""
        return {
            "date": lambda cells: days(cells).is_not_null() & cells.str.contains(_WRITTEN_DAY.pattern),
            "code": _each(self._is_known),
            "amount": _each(lambda cell: parse_cents(cell) is not None and bool(_CENTS.search(cell))),
            "practitioner": _each(lambda cell: bool(_RPPS.fullmatch(cell))),
        }

    def _is_known(self, cell: str) -> bool:
        acts = parse_codes(cell, self.nomenclature)
        return bool(_LETTER.search(cell)) and bool(acts) and all(act.code in self.nomenclature.codes for act in acts)


def _cleaned(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their cells cleaned, as texts."""
    return rows.with_columns(clean(rows.drop("row")).cast(pl.String))


def _each(holds: Callable[[str], bool]) -> Callable[[pl.Series], pl.Series]:
    """A question about one text as one about a column: each distinct text is asked once."""
    return lambda cells: distinct(cells, holds, pl.Boolean())
