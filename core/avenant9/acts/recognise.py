"""Which column of a sheet is which: its header, found in its top rows, and what its headings name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from avenant9.acts.columns import CNAM_SECTOR, COLUMNS, RANKS, REQUIRED, fold_heading
from avenant9.acts.mapping import Mapping
from avenant9.acts.values import by_text
from avenant9.errors import SettingError
from avenant9.reading.addresses import letters
from avenant9.wording import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avenant9.reading.raw_sheet import RawSheet

#: The header is looked for in the top rows of a sheet, below title lines.
TOP = 100


@dataclass(frozen=True)
class Recognised:
    """A sheet of acts: which column is which.

    Attributes:
        header_rows: numbers of the header row and of its repetitions; empty for parquet.
        columns: key -> absolute place of the column, from 0.
        headings: key -> heading as in the file.
        notices: where several columns fit one key, which serves and which do not (French).
        sector_cnam: the sector column holds convention codes of the CNAM.
    """

    header_rows: tuple[int, ...]
    columns: dict[str, int]
    headings: dict[str, str]
    notices: tuple[str, ...] = ()
    sector_cnam: bool = False


@dataclass(frozen=True)
class Unrecognised:
    """A sheet without acts: required keys that no heading fits, and the headings of the likeliest row."""

    missing: tuple[str, ...]
    seen: tuple[str, ...]


def recognise(raw: RawSheet, mapping: Mapping | None = None) -> Recognised | Unrecognised:
    """Find the header of a sheet and what each column is.

    Raises:
        SettingError: the mapping names a heading that the sheet of acts does not have.
    """
    mapping = mapping or Mapping()
    best: Header | None = None
    for header in headers(raw):
        header.match(mapping)
        if all(key in header.columns for key in REQUIRED):
            header.check(mapping, raw)
            rows = () if raw.header is not None else _repetitions(raw, header)
            sector = fold_heading(header.headings.get("sector", ""))
            cnam = mapping.sector_cnam or sector == fold_heading(CNAM_SECTOR)
            return Recognised(rows, header.columns, header.headings, header.notices(mapping), cnam)
        if best is None or header.likelihood > best.likelihood:
            best = header
    if best is None:
        return Unrecognised(REQUIRED, ())
    if raw.sheet is None or raw.sheet == mapping.sheet:  # other sheets of a workbook may well be something else
        best.check(mapping, raw)
    missing = tuple(key for key in REQUIRED if key not in best.columns)
    return Unrecognised(missing, best.shown())


def headers(raw: RawSheet) -> Iterable[Header]:
    """The rows at the top of a sheet that may be its header, in their order."""
    if raw.header is not None:
        yield Header(0, dict(enumerate(raw.header)))
        return
    places = [int(name[1:]) for name in raw.table.columns if name != "row"]
    for row, *cells in raw.table.head(TOP).iter_rows():
        filled = {place: cell for place, cell in zip(places, cells, strict=True) if cell and cell.strip()}
        if filled:
            yield Header(row, filled)


class Header:
    """A row that may be the header, and what its cells name."""

    def __init__(self, row: int, cells: dict[int, str]) -> None:
        self.row, self.cells = row, {place: cell.strip() for place, cell in cells.items()}
        self.folded = {place: fold_heading(cell) for place, cell in self.cells.items()}
        self.columns: dict[str, int] = {}
        self.others: dict[str, list[int]] = {}

    def match(self, mapping: Mapping) -> None:
        """Give each key its column: the mapping's, else the first in the order of synonyms, then from the left."""
        claimed = set()
        for key, heading in mapping.columns.items():
            exact = [place for place, cell in self.cells.items() if cell == heading.strip()]
            near = [place for place, word in self.folded.items() if word == fold_heading(heading)]
            fits = exact or near
            if fits:
                self.columns[key], self.others[key] = fits[0], fits[1:]
                claimed.update(fits)
        for key, ranks in RANKS.items():
            if key in mapping.columns:
                continue
            fits = [place for place, word in self.folded.items() if word in ranks and place not in claimed]
            # the key as such comes first, but « Date » is a word like another
            fits.sort(key=lambda place: (self.cells[place] != key, ranks[self.folded[place]], place))
            if fits:
                self.columns[key], self.others[key] = fits[0], fits[1:]
        self.columns = {key: self.columns[key] for key in COLUMNS if key in self.columns}

    @property
    def headings(self) -> dict[str, str]:
        """Key -> heading as in the file."""
        return {key: self.cells[place] for key, place in self.columns.items()}

    def notices(self, mapping: Mapping) -> tuple[str, ...]:
        """One sentence for each key that several columns fit."""
        others = dict(self.others)
        if "patient" in self.columns and "nir" in self.columns and "patient" not in mapping.columns:
            others["patient"] = [*others["patient"], self.columns["nir"]]

        def named(*places: int) -> str:
            return listed([f"« {self.cells[place]} » (colonne {letters(place)})" for place in places])

        return tuple(
            f"{COLUMNS[key].heading} : {named(place)} sert, de préférence à {named(*others[key])}."
            for key, place in self.columns.items()
            if others[key]
        )

    def check(self, mapping: Mapping, raw: RawSheet) -> None:
        """Every heading that the mapping names must be here."""
        for key, heading in mapping.columns.items():
            if key not in self.columns:
                where = raw.file if raw.sheet is None else f"{raw.file}, feuille « {raw.sheet} »"
                shown = self.shown()
                remedy = did_you_mean(heading, shown) or f"titres lus : {', '.join(quoted(shown)) or 'aucun'}"
                problem = f"la colonne « {heading} » n'est pas dans {where}"
                raise SettingError(f"{mapping.place}, colonnes.{key}", problem, remedy)

    @property
    def likelihood(self) -> tuple[int, bool, int]:
        """What makes this row a likelier header than another one."""
        return len(self.columns), self.titled, len(self.cells)

    @property
    def titled(self) -> bool:
        """Whether the cells are words, one of them at least usual in headings."""
        words = self.folded.values()
        return all(map(_LETTER.search, words)) and any(map(_HEADING_WORD.search, words))

    def shown(self) -> tuple[str, ...]:
        """The headings, unless the row looks like data: the first row of a file without titles may name a patient."""
        return tuple(self.cells.values()) if self.titled else ()


_LETTER = re.compile("[a-z]")
_HEADING_WORD = re.compile(
    "date|code|acte|montant|patient|praticien|medecin|facture|dossier|cotation|prestation|honoraire|heure|debut|"
    "libelle|nom$|lettre"
)


def _repetitions(raw: RawSheet, header: Header) -> tuple[int, ...]:
    """The header row, and the rows below that hold headings in the same columns of date and code."""
    rows: list[set[int]] = []
    for key in REQUIRED:
        name = f"c{header.columns[key]}"
        texts, places = by_text(raw.table[name])
        titles = {header.folded[header.columns[key]], *RANKS[key]}
        words = [cell for cell in texts.filter(~texts.str.contains(r"\d")) if cell and fold_heading(cell) in titles]
        rows.append(set(raw.table["row"].filter(texts.is_in(words).gather(places))))
    return (header.row, *sorted(row for row in rows[0] & rows[1] if row > header.row))
