"""Closed lists: the values of the contract, and those of the CNAM."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from avenant9.acts import values
from avenant9.acts.columns import ACTS, COLUMNS, LISTED
from avenant9.acts.sheet import Absent, Parser, Reading, as_unknown, first_at
from avenant9.model import Nomenclature
from avenant9.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable


def read_lists(reading: Reading, columns: dict[str, pl.Series], absent: Absent, nomenclature: Nomenclature) -> None:
    """Types the columns of closed lists, what is oui/non, and what an exemption says of an ALD."""
    for key in ("optam", "treating_doctor", "ald", "territory"):
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else reading.read(key, "oui/non", values.yes_no(cells))
    for key in LISTED:
        cells = reading.cells(key)
        if cells is None:
            columns[key] = absent(key)
            continue
        columns[key] = _listed(reading, key, cells)
    readers: dict[str, tuple[Callable[[], Parser], str]] = {
        "specialty": (lambda: _specialty_reader(nomenclature), "un code de spécialité de la CNAM"),
        "sector": (lambda: _sector_reader(nomenclature, reading.found.sector_cnam), "1, 1DP, 2, 3"),
        "pathway": (lambda: _pathway_reader(nomenclature), "une lettre du parcours de soins"),
        "exemption": (lambda: _exemption_reader(nomenclature), "un code d'exonération de la CNAM"),
    }
    for key, (reader, accepted_text) in readers.items():
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else values.distinct(cells, reader(), ACTS[key])
        if cells is not None:
            _name_unlisted(reading, key, cells, columns[key], accepted_text)
    columns["ald"] = _ald(columns, nomenclature, alone=reading.cells("ald") is None)


def _ald(columns: dict[str, pl.Series], nomenclature: Nomenclature, *, alone: bool) -> pl.Series:
    """What an exemption says of an ALD; that there is none, where no column but it (`alone`) speaks of one."""

    def exempted(codes: frozenset[int]) -> pl.Series:
        known = pl.Series(sorted(codes), dtype=ACTS["exemption"])
        return columns["exemption"].is_in(known.implode()).fill_null(False)

    if columns["exemption"].null_count() == len(columns["exemption"]):
        return columns["ald"]
    ald, by_exemption = columns["ald"], exempted(nomenclature.ald_exemptions)
    said_no = ald.eq_missing(pl.Series([False])) & by_exemption
    told = ald.set(ald.is_null() & by_exemption, True).set(said_no, None)
    return told.set(exempted(nomenclature.no_exemption), False) if alone else told


def _listed(reading: Reading, key: str, cells: pl.Series) -> pl.Series:
    """The values of a closed list; below a heading that is one of its words (« Rejet »), oui is that value."""
    words = COLUMNS[key].spellings
    read = values.listed(cells, words)
    [headed] = values.listed(pl.Series([reading.found.headings[key]]), words)
    if headed is not None:
        answers = values.yes_no(cells)
        read, cells = (
            read.set(answers.fill_null(False), headed),
            cells.cast(pl.String).set(answers.is_not_null(), None),
        )
    _name_unlisted(reading, key, cells, read, ", ".join(LISTED[key]))
    return read


def _name_unlisted(reading: Reading, key: str, text: pl.Series, read: pl.Series, accepted: str) -> None:
    unlisted = text.is_not_null() & read.is_null()
    if unlisted.any():
        seen = sorted(filter(values.harmless, text.filter(unlisted).unique().to_list()))[:3]
        quoted = f" (« {' », « '.join(seen)} »…)" if seen else ""
        reading.tell(
            key,
            unlisted,
            lambda number, first: (
                f"{counted(number, 'cellule')} hors liste{quoted}, {first_at(number, first)}, "
                f"{as_unknown(number)} ; valeurs admises : {accepted}"
            ),
        )


def _specialty_reader(nomenclature: Nomenclature) -> Parser:
    by_words = {_of_specialty(words): code for words, code in nomenclature.specialty_words.items()}

    def parse(cell: str) -> int | None:
        number = values.bare(cell).split("-", maxsplit=1)[0].split(":", maxsplit=1)[0].strip().split(" ")[0]
        code = int(number) if _is_code(number) else by_words.get(_of_specialty(cell))
        if code is None or code not in nomenclature.specialties:
            return None
        return nomenclature.same_specialty.get(code, code)

    return parse


#: What says no more than that somebody has a specialty.
_OF_A_DOCTOR = re.compile("^(?:(?:docteur|dr|medecin|specialiste|specialite) )+(?:en )?")


@lru_cache(1000)
def _of_specialty(text: str) -> str:
    """The words that tell a specialty."""
    return _OF_A_DOCTOR.sub("", values.as_words(text))


def _sector_reader(nomenclature: Nomenclature, cnam: bool) -> Parser:
    everyday = frozenset(nomenclature.sectors_cnam.values())

    def parse(cell: str) -> str | None:
        words = values.bare(cell).upper()
        word = words.replace("SECTEUR", "").replace(" ", "").removeprefix("S")
        if cnam and "SECTEUR" not in words:  # « secteur 2 » is no code
            return nomenclature.sectors_cnam.get(word)
        return word if word in everyday else None

    return parse


def _pathway_reader(nomenclature: Nomenclature) -> Parser:
    return lambda cell: nomenclature.pathways.get(values.bare(cell).upper())


def _exemption_reader(nomenclature: Nomenclature) -> Parser:
    def parse(cell: str) -> int | None:
        code = values.bare(cell)
        return int(code) if _is_code(code) and int(code) in nomenclature.exemptions else None

    return parse


def _is_code(text: str) -> bool:
    """Whether this is a number of a list: `²` is a digit too, and no number."""
    return text.isascii() and text.isdigit() and len(text) <= 4
