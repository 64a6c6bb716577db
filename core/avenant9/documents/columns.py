"""What was understood of a file of acts: its sheets, its text, its columns and their cells."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9.acts.columns import HEADINGS, heading
from avenant9.acts.contents import Contents
from avenant9.acts.drafts import draft
from avenant9.acts.mapped import respelled
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised, Unrecognised, tables
from avenant9.acts.rows import data_rows
from avenant9.acts.values import harmless
from avenant9.errors import InputError
from avenant9.reading.addresses import letters
from avenant9.records import replace
from avenant9.report.page import sections
from avenant9.results.base import encoded
from avenant9.wording import counted, file_name, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.model import Nomenclature
    from avenant9.reading.raw_sheet import RawSheet
    from avenant9.report.page import Page

FORMAT = "a9-columns/1"
_SEPARATORS = {"\t": "tabulation", ",": "virgule"}
#: Columns whose values tell nothing of who a patient or a practitioner is.
_SHOWN = frozenset(HEADINGS) - {"patient", "birth_date", "invoice", "practitioner"}
#: Values shown of a column.
MOST = 4


class Told(Struct, frozen=True):
    """One column of a table.

    Attributes:
        place: from 0.
        title: its heading in the file; empty where it has none.
        key: what it is; None where it serves nothing.
        readable: share of its filled cells that can be read; None where any text can.
        unreadable: address of the first cell that cannot be.
        frequent: the values that stand most often, and how often; none that could name somebody.
    """

    place: int
    title: str
    key: str | None
    readable: Fraction | None
    unreadable: str | None
    frequent: tuple[tuple[str, int], ...]


class Understood(Struct, frozen=True):
    """One table of a file, or a sheet that holds none: which of its columns serve, and what stands in the way."""

    raw: RawSheet
    found: Recognised | Unrecognised | None  # None: the sheet was not read
    columns: tuple[Told, ...] = ()
    constants: frozenset[str] = frozenset()  # keys that the settings give to every row

    @property
    def unused(self) -> list[Told]:
        """The columns under the header that serve nothing."""
        return [column for column in self.columns if column.key is None]

    @property
    def absent(self) -> list[str]:
        """Keys that no column gives."""
        given = self.found.columns if isinstance(self.found, Recognised) else {}
        identified = "nir" in given or {"last_name", "first_name"} <= given.keys()
        known = {*given, *self.constants, *(("patient",) if identified else ())}
        return [key for key in HEADINGS if key not in known]


def understand(
    raws: Sequence[RawSheet], nomenclature: Nomenclature, mapping: Mapping | None
) -> tuple[Understood, ...]:
    """Each table and each sheet without one, in their order.

    Raises:
        SettingError: the mapping names a heading that the file does not have.
    """
    told = mapping or Mapping()
    return tuple(one for raw in raws for one in _understood(raw, nomenclature, told))


def _understood(raw: RawSheet, nomenclature: Nomenclature, mapping: Mapping) -> Iterator[Understood]:
    found = tables(raw, nomenclature, mapping) if raw.read else None
    if not isinstance(found, list):
        yield Understood(raw, found)
        return
    for part, table in found:
        first = table.header_rows[0] if table.header_rows else 0
        rows = data_rows(part, table, mapping)[0]["row"].implode()
        acts = replace(part, table=respelled(part.table.filter(pl.col("row").is_in(rows)), table, mapping))
        contents = Contents(acts, first, nomenclature, most=None)
        keys = {place: key for key, place in table.columns.items()}
        titles = {place: table.headings[key] for place, key in keys.items()} | table.unread
        for key, beside in table.beside.items():
            keys, titles = keys | dict.fromkeys(beside, key), titles | beside
        told = tuple(_told(contents, place, titles[place], keys.get(place)) for place in sorted(titles))
        yield Understood(part, table, told, frozenset(mapping.constants))


def _told(contents: Contents, place: int, title: str, key: str | None) -> Told:
    frequent = contents.frequent(place, MOST)
    if key is None:
        return Told(place, title, None, None, None, tuple(one for one in frequent if harmless(one[0])))
    row = contents.first_unreadable(place, key)
    return Told(
        place=place,
        title=title,
        key=key,
        readable=contents.share(place, key),
        unreadable=None if row is None else f"{letters(place)}{row}",
        frequent=tuple(frequent) if key in _SHOWN else (),
    )


def mapping(sheets: Sequence[Understood]) -> str:
    """The mapping of the first table of acts, else of the likeliest sheet; it names a sheet that is the only one.

    Raises:
        InputError: no sheet has anything that looks like headings.
    """
    read = [(sheet.found, sheet.raw) for sheet in sheets if sheet.found is not None]
    acts = [one for one in read if isinstance(one[0], Recognised)]
    others = [one for one in read if isinstance(one[0], Unrecognised) and one[0].row is not None]
    if not acts and not others:
        problem = "aucune ligne qui ressemble à des titres, rien à enregistrer"
        raise InputError(sheets[0].raw.file, problem, "partez de « a9 template mapping »")
    found, raw = (acts or sorted(others, key=lambda one: -len(one[0].columns)))[0]
    return draft(found, raw if len(acts or others) == 1 else replace(raw, sheet=None))


def render_text(sheets: Sequence[Understood], page: Page) -> str:
    """Sheet after sheet."""
    return sections([[page.wrap(_title(sheet.raw), "  ", ""), *_lines(page, sheet)] for sheet in sheets])


def _lines(page: Page, sheet: Understood) -> list[str]:
    if sheet.found is None:
        told = ["Feuille masquée ou non demandée, non lue (--all-sheets, --sheet)."]
    elif isinstance(sheet.found, Unrecognised):
        missing = listed(quoted(map(heading, sheet.found.missing)))
        seen = listed(quoted(sheet.found.seen)) or "aucun qui ressemble à un titre"
        told = [f"Pas une feuille d'actes : il manque {missing}.", f"Titres lus : {seen}."]
    else:
        rows = [f"Titres à la ligne {sheet.found.header_rows[0]}."] if sheet.found.header_rows else []
        told = [*rows, *map(_line, sheet.columns), *_others(sheet, sheet.found)]
    return [page.wrap(words, "  ") for words in told]


def _line(column: Told) -> str:
    """`B « Acte » = Code acte (code) : 98 % lisibles, sauf d'abord B57 ; surtout G (312), TE2 (45).`"""
    title = f"{letters(column.place)} « {column.title} »" if column.title else f"{letters(column.place)}, sans titre,"
    if column.key is None:
        return f"{title} ne sert pas{_most(column)}."
    words = [f"{title} = {heading(column.key)} ({column.key})"]
    if column.readable is not None:
        words.append(f" : lisible à {int(column.readable * 100)} %")
    if column.unreadable is not None:
        words.append(f", la première illisible en {column.unreadable}")
    return "".join([*words, _most(column), "."])


def _most(column: Told) -> str:
    values = ", ".join(f"{value} ({number})" for value, number in column.frequent)
    return f" ; surtout {values}" if values else ""


def _others(sheet: Understood, found: Recognised) -> list[str]:
    """The columns that are lacking, and what the reader says."""
    told = []
    if sheet.absent:
        told.append(
            f"Colonnes absentes, que certaines règles demandent : {listed(quoted(map(heading, sheet.absent)))}."
        )
    return [*told, *found.notices]


def _title(raw: RawSheet) -> str:
    words = ["entrée standard" if raw.file == "-" else file_name(raw.file)]
    if raw.sheet is not None:
        words.append(f"feuille {raw.sheet}" + (" (masquée)" if raw.hidden else ""))
    if raw.encoding is not None:
        words.append(f"encodage {raw.encoding}")
    if raw.separator is not None:
        words.append(f"séparateur {_SEPARATORS.get(raw.separator, raw.separator)}")
    if raw.read:
        words.append(counted(len(raw.table), "ligne"))
    return ", ".join(words)


def render_json(sheets: Sequence[Understood]) -> bytes:
    """The same as one object."""
    told = {"format": FORMAT, "sheets": [_object(sheet) for sheet in sheets]}
    return encoded(told)


def _object(sheet: Understood) -> dict[str, Any]:
    raw, found = sheet.raw, sheet.found
    return {
        "file": file_name(raw.file),
        "sheet": raw.sheet,
        "hidden": raw.hidden,
        "read": raw.read,
        "acts": isinstance(found, Recognised),
        "encoding": raw.encoding,
        "separator": raw.separator,
        "header_row": found.header_rows[0] if isinstance(found, Recognised) and found.header_rows else None,
        "columns": {column.key: _column(column) for column in sheet.columns if column.key is not None},
        "unused": [_column(column) for column in sheet.unused],
        "absent": sheet.absent,
        "missing": list(found.missing) if isinstance(found, Unrecognised) else [],
        "notices": list(found.notices) if isinstance(found, Recognised) else [],
    }


def _column(column: Told) -> dict[str, Any]:
    """`readable` is a decimal string of four digits, null where any text can be read."""
    return {
        "heading": column.title,
        "column": letters(column.place),
        "readable": None if column.readable is None else f"{float(column.readable):.4f}",
        "first_unreadable": column.unreadable,
        "frequent": [{"value": value, "count": number} for value, number in column.frequent],
    }
