"""A row that may be the header of a table: what its cells name, weighed against what stands below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapped
from fractions import Fraction

from avenant9.acts.contents import ENOUGH, GUESSED, NEAR, SURE, TOP, Contents
from avenant9.acts.headings import OF_ACTS, Titles, fold_heading, says_otherwise, stem_rank
from avenant9.acts.mapping import Mapping
from avenant9.errors import SettingError
from avenant9.reading.addresses import letters
from avenant9.reading.raw_sheet import RawSheet
from avenant9.wording import did_you_mean, listed, percent, quoted


class HeadingRow:
    """A row at the top of a sheet that may be its header: its number, and its filled cells by place."""

    def __init__(self, number: int, cells: dict[int, str]) -> None:
        self.number, self.cells = number, cells
        self.folded = {place: fold_heading(cell) for place, cell in cells.items()}

    @property
    def titled(self) -> bool:
        """Whether the cells are words, one of them at least usual in headings."""
        words = self.folded.values()
        return all(map(_LETTER.search, words)) and any(map(_HEADING_WORD.search, words))

    @property
    def shown(self) -> tuple[str, ...]:
        """The headings, unless the row looks like data: the first row of a file without titles may name a patient."""
        return tuple(self.cells.values()) if self.titled else ()


def heading_rows(raw: RawSheet) -> Iterator[HeadingRow]:
    """The rows at the top of a sheet that may be its header, in their order."""
    if raw.header is not None:
        yield HeadingRow(0, {place: title.strip() for place, title in enumerate(raw.header)})
        return
    places = [int(name[1:]) for name in raw.table.columns if name != "row"]
    for row, *cells in raw.table.head(TOP).iter_rows():
        filled = {place: cell.strip() for place, cell in zip(places, cells, strict=True) if cell and cell.strip()}
        if filled:
            yield HeadingRow(row, filled)


def places(row: HeadingRow, columns: Mapped[str, Sequence[str]]) -> dict[str, int]:
    """The column of each key of which the row has a heading, letter for letter once folded, the best first."""
    found: dict[str, int] = {}
    for key, words in columns.items():
        ranks = {fold_heading(word): rank for rank, word in reversed([*enumerate((*words, key))])}
        fits = sorted((ranks[word], place) for place, word in row.folded.items() if word in ranks)
        if fits:
            found[key] = fits[0][1]
    return found


#: How well a heading fits a key: by a list (0) or by its words (1), then its rank there.
_Fit = tuple[int, int]


class Header:
    """A row that may be the header, what its cells name, and what stands below them."""

    def __init__(self, row: HeadingRow, contents: Contents, titles: Titles = OF_ACTS) -> None:
        self.row, self.cells, self.contents, self.titles = row, row.cells, contents, titles
        self.fits: dict[str, dict[int, _Fit]] = {key: {} for key in titles.columns}
        self.mapped: frozenset[str] = frozenset()  # keys whose heading the mapping names
        self.told: dict[str, int] = {}  # those of them that are here
        self.guesses: dict[str, tuple[int, Fraction]] = {}
        self.columns: dict[str, int] = {}
        self.others: dict[str, list[int]] = {}
        self.dropped: dict[str, int] = {}  # columns whose heading names a key, and that hold something else

    @property
    def complete(self) -> bool:
        """Whether what is required (day and code, of acts) has its columns."""
        return all(key in self.columns for key in self.titles.required)

    @property
    def headings(self) -> dict[str, str]:
        """Key -> heading as in the file, empty where a column has none."""
        return {key: self.cells.get(place, "") for key, place in self.columns.items()}

    # --- what the headings say ---

    def match_lists(self, mapping: Mapping) -> None:
        """Give each key its column: the mapping's, else the first in the order of synonyms, then from the left."""
        self.mapped = frozenset(mapping.columns)
        for key, heading in mapping.columns.items():
            exact = [place for place, cell in self.cells.items() if cell == heading.strip()]
            near = [place for place, word in self.row.folded.items() if word == fold_heading(heading)]
            for place in (exact or near)[:1]:
                self.told[key] = place
        claimed = {*self.told.values()}
        for key, ranks in self.titles.ranks.items():
            if key in self.mapped:
                continue
            for place, word in self.row.folded.items():
                if word in ranks and place not in claimed:
                    # the key as such comes first, but « Date » is a word like another
                    self.fits[key][place] = (0, -1 if self.cells[place] == key else ranks[word])
        self._choose()

    def match_words(self) -> None:
        """As `match_lists`, of the headings that no list has: by their words, and only where the cells agree."""
        claimed = {
            *self.told.values(),
            *(place for fits in self.fits.values() for place in fits if fits[place][0] == 0),
        }
        for place, cell in self.cells.items():
            if place in claimed and not self._ambiguous(place):
                continue
            for key, column in self.titles.columns.items():
                rank = None if key in self.mapped or place in self.fits[key] else stem_rank(column, cell)
                if rank is not None and self._holds(place, key):
                    self.fits[key][place] = (1, rank)
        self._choose()

    def _keys(self, place: int) -> list[str]:
        """The keys that a heading may name."""
        return [key for key, fits in self.fits.items() if place in fits]

    def _ambiguous(self, place: int) -> bool:
        """Whether a list gives a heading to several keys: it may then mean yet another thing (`MT`, an amount)."""
        return len(self._keys(place)) > 1

    def _holds(self, place: int, key: str) -> bool:
        share = self.contents.share(place, key)
        return share is None or share >= ENOUGH

    def _choose(self) -> None:
        """The best column of each key, a column serving one key only: that of the lists first."""
        self.columns, self.others = dict(self.told), {}
        for key in self.titles.columns:
            fits = sorted(self.fits[key], key=lambda place: (*self.fits[key][place], place))
            mine = [place for place in fits if self._best_key(place) == key]
            if mine:
                self.columns[key], self.others[key] = mine[0], mine[1:]
        self.columns = {key: self.columns[key] for key in self.titles.columns if key in self.columns}

    def _best_key(self, place: int) -> str:
        """Of the keys that a heading may name, the one that the lists prefer, then oui/non where the cells hold as
        much of it as of any other (1 and 0 could be sums too), then the first."""
        keys = self._keys(place)
        if len(keys) == 1:
            return keys[0]
        return min(keys, key=lambda key: (self.fits[key][place][0], not self._says_yes_or_no(place, key)))

    def _says_yes_or_no(self, place: int, key: str) -> bool:
        shares = {other: self.contents.share(place, other) or Fraction(0) for other in self._keys(place)}
        return self.titles.columns[key].type == "oui-non" and 0 < shares[key] == max(shares.values())

    # --- what the cells say ---

    def weigh(self, mapping: Mapping) -> None:
        """Values decide between the meanings of a heading, and between the columns of a key.

        A column that holds nothing of what its heading says is left, unless it is the only one for day or code, which
        reject their rows and say why, or the mapping has words for it.
        """
        belied = {
            (key, place)
            for key, fits in self.fits.items()
            for place in fits
            if self._belies(place, key) and key not in mapping.values
        }
        for key, place in belied:
            others = {(key, other) for other in self.fits[key]} | {(other, place) for other in self._keys(place)}
            if key not in self.titles.required or others - belied:
                self.dropped[key] = place
        for key, place in self.dropped.items():
            del self.fits[key][place]
        self._choose()
        self.dropped = {key: place for key, place in self.dropped.items() if not self._serves(key, place)}

    def rank_patient(self) -> None:
        """A NIR that tells whom of a family it means (a claim need not) comes before names: « Patient » may hold
        these."""
        if "patient" in self.mapped or not {"patient", "nir"} <= self.columns.keys() or "last_name" in self.columns:
            return
        names, nir = self.columns["patient"], self.columns["nir"]
        whole = 10 * self.contents.filled(nir) >= 9 * self.contents.filled(names)
        of_whom = self.titles is not OF_ACTS or self.columns.keys() & {"birth_rank", "birth_date"}
        if whole and of_whom and self.contents.names(names):
            self.columns["last_name"] = self.columns.pop("patient")
            self.others.pop("patient", None)
            self.columns = {key: self.columns[key] for key in self.titles.columns if key in self.columns}

    def _belies(self, place: int, key: str) -> bool:
        """Whether the cells say that a column is not what its heading may name."""
        if key == "code" and self._holds_no_acts(place):
            return True
        share = self.contents.share(place, key)
        if share is None or share == 1:
            return False
        if any((self.contents.share(place, other) or 0) > share for other in self._keys(place)):
            return True
        return share == 0 or (share < ENOUGH and len(self.fits[key]) > 1)

    def _holds_no_acts(self, place: int) -> bool:
        """Whether hardly any of its codes is one that there is, where another column that a heading names holds
        them: « Code » is that of a patient, and any word may be the code of an act."""
        others = self.fits["code"].keys() - {place}
        if not others or self.contents.known_codes(place) >= ENOUGH:
            return False
        return any(self.contents.known_codes(other) >= SURE for other in others)

    def _serves(self, key: str, place: int) -> bool:
        return key in self.columns or place in self.columns.values()

    def guess(self) -> None:
        """Take what no heading names for what its cells look like, where one column does so best by far."""
        for key in GUESSED:
            if key in self.columns or key in self.mapped or key not in self.titles.columns:
                continue
            best = sorted(((self.contents.guessed(place, key), place) for place in self.unnamed()), reverse=True)
            if best and best[0][0] >= SURE and (len(best) == 1 or best[0][0] - best[1][0] > NEAR):
                share, self.columns[key] = best[0]
                self.guesses[key] = (self.columns[key], share)
        self.columns = {key: self.columns[key] for key in self.titles.columns if key in self.columns}

    def unnamed(self) -> list[int]:
        """The columns that serve nothing, and whose heading does not say that they hold something else."""
        taken = {
            *self.columns.values(),
            *self.dropped.values(),
            *(place for places in self.others.values() for place in places),
        }
        places = (int(name[1:]) for name in self.contents.raw.table.columns if name != "row")
        return [place for place in places if place not in taken and not says_otherwise(self.cells.get(place, ""))]

    # --- what is said of it ---

    @property
    def unread(self) -> dict[int, str]:
        """The columns that have a heading and serve nothing."""
        return {place: cell for place, cell in self.cells.items() if place not in self.columns.values()}

    def notices(self, mapping: Mapping) -> tuple[str, ...]:
        """What was guessed, which of several columns serves, and which does not hold what its heading says."""
        others = dict(self.others)
        if "patient" in self.columns and "nir" in self.columns and "patient" not in mapping.columns:
            others["patient"] = [*others.get("patient", []), self.columns["nir"]]
        said = [*self._said_of_words(), *self._said_of_guesses()]
        said += [
            f"{self._called(key)} : {self._named(place)} sert, de préférence à {self._named(*others[key])}."
            for key, place in self.columns.items()
            if others.get(key)
        ]
        said += [
            f"{self._named(place)} ne contient rien qui se lise comme « {self._called(key)} » : colonne non lue."
            for key, place in self.dropped.items()
        ]
        return tuple(said)

    def _said_of_words(self) -> list[str]:
        """The headings that are in no list, and what their words were taken for."""
        near = [
            f"« {self.cells[place]} » = {self._called(key)}"
            for key, place in self.columns.items()
            if self.fits[key].get(place, (0, 0))[0] == 1
        ]
        return [f"Titres rapprochés : {', '.join(near)}."] if near else []

    def _said_of_guesses(self) -> list[str]:
        return [
            f"{self._named(place)} est lue comme « {self._called(key)} » d'après son contenu "
            f"({percent(int(share * 100) * 100)} des lignes) ; {self.titles.remedy}."
            for key, (place, share) in self.guesses.items()
        ]

    def _called(self, key: str) -> str:
        return self.titles.columns[key].heading

    def _named(self, *places: int) -> str:
        return listed(
            [
                f"« {self.cells[place]} » (colonne {letters(place)})"
                if place in self.cells
                else f"la colonne {letters(place)}, sans titre,"
                for place in places
            ]
        )

    def check(self, mapping: Mapping, raw: RawSheet) -> None:
        """Every heading that the mapping names must be here."""
        for key, heading in mapping.columns.items():
            if key not in self.told:
                where = raw.file if raw.sheet is None else f"{raw.file}, feuille « {raw.sheet} »"
                shown = self.row.shown
                remedy = did_you_mean(heading, shown) or f"titres lus : {', '.join(quoted(shown)) or 'aucun'}"
                problem = f"la colonne « {heading} » n'est pas dans {where}"
                raise SettingError(f"{mapping.place_of(key)}, colonnes.{key}", problem, remedy)

    @property
    def likelihood(self) -> tuple[int, bool, int]:
        """What makes this row a likelier header than another one."""
        return len(self.columns), self.row.titled, len(self.cells)


_LETTER = re.compile("[a-z]")
_HEADING_WORD = re.compile(
    "date|code|acte|montant|patient|praticien|medecin|facture|dossier|cotation|prestation|honoraire|heure|debut|"
    "libelle|nom$|lettre|^jour"
)
