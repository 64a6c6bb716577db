"""Which column of a sheet is which: the header in its top rows, what headings name, what cells hold."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import polars as pl
from msgspec import Struct, field

from avenant9.acts.beside import columns_beside, said_of
from avenant9.acts.contents import Contents, Top
from avenant9.acts.header import Header, heading_rows
from avenant9.acts.headings import CNAM_SECTOR, OF_ACTS, Titles, fold_heading
from avenant9.acts.mapping import Mapping
from avenant9.model import Nomenclature
from avenant9.reading.raw_sheet import RawSheet
from avenant9.records import replace


class Recognised(Struct, frozen=True):
    """A table of acts: which column is which.

    Attributes:
        header_rows: numbers of the header row and of its repetitions; empty for parquet.
        columns: key -> absolute place of the column, from 0.
        headings: key -> heading as in the file.
        notices: what was guessed, which of several columns serves (French).
        sector_cnam: the sector column holds convention codes of the CNAM.
        unread: place -> heading of the columns that serve nothing.
        others: rows below that begin another table, under headings that stand in other columns.
        beside: key -> place -> heading of the columns that add to that of the key: more acts of a row, their sums.
    """

    header_rows: tuple[int, ...]
    columns: dict[str, int]
    headings: dict[str, str]
    notices: tuple[str, ...] = ()
    sector_cnam: bool = False
    unread: dict[int, str] = field(default_factory=dict)
    others: tuple[int, ...] = ()
    beside: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def places(self) -> list[tuple[str, int]]:
        """Each column that is read, and its key."""
        return [*self.columns.items(), *((key, place) for key, more in self.beside.items() for place in more)]


class Unrecognised(Struct, frozen=True):
    """A sheet without acts.

    Attributes:
        missing: required keys that no column gives.
        seen: the headings of the likeliest row; none where that row may be data.
        row: its number; None where there is none.
        columns: key -> heading, of what was understood of it.
    """

    missing: tuple[str, ...]
    seen: tuple[str, ...]
    row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)


def recognise(
    raw: RawSheet, nomenclature: Nomenclature, mapping: Mapping | None = None, titles: Titles = OF_ACTS
) -> Recognised | Unrecognised:
    """Find the header of a sheet and what each column is.

    The first row that names all that `titles` require (of acts: day and code) by the lists is the header; else the
    first that does by their words (of titles that are grouped: the row that names most columns); else, of the
    likeliest row, what the cells below it look like.

    Raises:
        SettingError: the mapping names a heading that the sheet of acts does not have.
    """
    mapping = mapping or Mapping()
    top = Top(raw)
    rows = (
        Header(row, Contents(raw, row.number, nomenclature, columns=titles.columns, top=top), titles)
        for row in heading_rows(raw)
    )
    header = _likeliest(rows, mapping)
    if header is None:
        return Unrecognised(titles.required, ())
    header.match_words()
    header.weigh(mapping)
    if header.columns and (header.row.titled or mapping.columns or raw.header is not None):
        header.guess()
    header.rank_patient()
    if header.complete or raw.sheet is None or raw.sheet == mapping.sheet:  # another sheet may well be something else
        header.check(mapping, raw)
    return _recognised(header, raw, mapping) if header.complete else _unrecognised(header)


def _likeliest(rows: Iterable[Header], mapping: Mapping) -> Header | None:
    seen: list[Header] = []
    for header in rows:
        header.match_lists(mapping)
        if header.complete and not header.titles.grouped:
            return header
        seen.append(header)
    for header in seen:
        header.match_words()
    complete = next((header for header in seen if header.complete and not header.titles.grouped), None)
    return complete or max(seen, key=lambda header: (header.complete, header.likelihood), default=None)


def _recognised(header: Header, raw: RawSheet, mapping: Mapping) -> Recognised:
    by_heading = fold_heading(header.headings.get("sector", "")) == fold_heading(CNAM_SECTOR)
    again, others = _headings_below(raw, header) if raw.header is None else ([], [])
    beside = columns_beside(header)
    for key, titles in beside.items():
        header.others[key] = [place for place in header.others.get(key, []) if place not in titles]
    return Recognised(
        header_rows=() if raw.header is not None else (header.row.number, *again),
        columns=header.columns,
        headings=header.headings,
        notices=(*header.notices(mapping), *said_of(header, beside)),
        sector_cnam=by_heading if mapping.sector_cnam is None else mapping.sector_cnam,
        unread={
            place: title for place, title in header.unread.items() if all(place not in b for b in beside.values())
        },
        others=tuple(others),
        beside=beside,
    )


def _unrecognised(header: Header) -> Unrecognised:
    missing = tuple(key for key in header.titles.required if key not in header.columns)
    understood = header.headings if header.row.titled else {}
    return Unrecognised(missing, header.row.shown, header.row.number, understood)


def tables(
    raw: RawSheet, nomenclature: Nomenclature, mapping: Mapping | None = None, titles: Titles = OF_ACTS
) -> list[tuple[RawSheet, Recognised]] | Unrecognised:
    """The tables of a sheet, which may hold several, one below the other, each under its own headings.

    Raises:
        SettingError: as `recognise`.
    """
    found = recognise(raw, nomenclature, mapping, titles)
    if isinstance(found, Unrecognised):
        return found
    if not found.others:
        return [(raw, found)]
    bounds = pairwise([0, *found.others, None])
    parts = [_rows_between(raw, first or 0, after) for first, after in bounds]
    rest = [recognise(part, nomenclature, mapping, titles) for part in parts[1:]]
    read = [_up_to(found, found.others[0]), *(table for table in rest if isinstance(table, Recognised))]
    return list(zip(parts, read, strict=True)) if len(read) == len(parts) else [(raw, found)]


def _up_to(table: Recognised, after: int) -> Recognised:
    """The table whose rows end before `after`."""
    return replace(table, header_rows=tuple(row for row in table.header_rows if row < after))


def _rows_between(raw: RawSheet, first: int, after: int | None) -> RawSheet:
    """The rows of a sheet from `first` on, up to the one before `after`."""

    def within(rows: pl.Series) -> pl.Series:
        return (rows >= first) & (rows < after) if after is not None else rows >= first

    kept = within(raw.table["row"])
    fields = None if raw.fields is None else raw.fields.filter(kept)
    return replace(
        raw, table=raw.table.filter(kept), errors=raw.errors.filter(within(raw.errors["row"])), fields=fields
    )


def _headings_below(raw: RawSheet, header: Header) -> tuple[list[int], list[int]]:
    """The rows below that hold the required headings in the same columns, and those that begin another table.

    A row that repeats each heading where it stands begins none.
    """
    required, ranks = header.titles.required, header.titles.ranks
    titles = {key: {fold_heading(header.headings[key]), *ranks[key]} for key in required}
    below = raw.table[int(raw.table["row"].search_sorted(header.row.number, side="right")) :]
    places = pl.col([f"c{header.columns[key]}" for key in required])
    seen = below.select(places.unique().cast(pl.String).implode())  # of several columns at once: they may be long
    found = [_titled(texts.explode(), set().union(*titles.values())) for texts in seen]
    held = [
        pl.col(f"c{header.columns[key]}").is_in(texts) for key, texts in zip(required, found, strict=True) if texts
    ]
    rows = below.filter(pl.any_horizontal(held)) if held else below.clear()
    again, others = list[int](), list[int]()
    for row, *own in rows.iter_rows():
        cells = {int(name[1:]): fold_heading(text) for name, text in zip(rows.columns[1:], own, strict=True) if text}
        if all(cells.get(header.columns[key]) in titles[key] for key in required):
            again.append(row)
        if all(titles[key] & {*cells.values()} for key in required) and not _repeats(cells, header):
            others.append(row)
    return again, others


def _titled(texts: pl.Series, titles: set[str]) -> list[str]:
    """Of the texts of a column, those that are one of these headings, folded."""
    return [cell for cell in texts.filter(~texts.str.contains(r"\d")) if cell and fold_heading(cell) in titles]


def _repeats(cells: dict[int, str], header: Header) -> bool:
    """Whether each filled cell is the heading of its column."""
    return all(header.row.folded.get(place) == word for place, word in cells.items() if word)
