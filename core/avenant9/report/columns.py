"""What was understood of a file of acts: sheets, encoding, separator, headings; for a person or a program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avenant9.acts.recognise import Recognised, Unrecognised, recognise
from avenant9.reading.addresses import letters
from avenant9.report.headings import HEADINGS, heading
from avenant9.report.page import Page, sections
from avenant9.wording import counted, file_name, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.acts.mapping import Mapping
    from avenant9.reading.raw_sheet import RawSheet

FORMAT = "a9-columns/1"
_SEPARATORS = {"\t": "tabulation", ",": "virgule"}


@dataclass(frozen=True)
class Understood:
    """One sheet (or text file): which of its columns serve, which do not, and what stands in the way."""

    raw: RawSheet
    found: Recognised | Unrecognised | None  # None: the sheet was not read

    @property
    def unused(self) -> list[tuple[int, str]]:
        """Place and title of the columns under the header that serve nothing."""
        if not isinstance(self.found, Recognised):
            return []
        taken = set(self.found.columns.values())
        return [(place, title) for place, title in self._titles() if place not in taken]

    def _titles(self) -> list[tuple[int, str]]:
        if self.raw.header is not None:
            return list(enumerate(self.raw.header))
        assert isinstance(self.found, Recognised)  # noqa: S101
        first = self.raw.table.filter(self.raw.table["row"] == self.found.header_rows[0])
        cells = first.row(0, named=True)
        return [
            (int(name[1:]), cell.strip()) for name, cell in cells.items() if name != "row" and cell and cell.strip()
        ]

    @property
    def absent(self) -> list[str]:
        """Keys that no column gives."""
        given = self.found.columns if isinstance(self.found, Recognised) else {}
        identified = "nir" in given or {"last_name", "first_name"} <= given.keys()
        return [key for key in HEADINGS if key not in given and not (key == "patient" and identified)]


def understand(raws: Sequence[RawSheet], mapping: Mapping | None) -> tuple[Understood, ...]:
    """Each sheet of a file, in its order.

    Raises:
        SettingError: the mapping names a heading that the file does not have.
    """
    return tuple(Understood(raw, recognise(raw, mapping) if raw.read else None) for raw in raws)


def render_text(sheets: Sequence[Understood], *, width: int = 80, encoding: str = "utf-8") -> str:
    """Sheet after sheet, in lines of at most `width` characters that `encoding` has."""
    page = Page(width, encoding)
    return sections([[page.wrap(_title(sheet.raw), "  ", ""), *_lines(page, sheet)] for sheet in sheets])


def _lines(page: Page, sheet: Understood) -> list[str]:
    if sheet.found is None:
        told = ["Feuille masquée ou non demandée, non lue (--all-sheets, --sheet)."]
    elif isinstance(sheet.found, Unrecognised):
        missing = listed(quoted(map(heading, sheet.found.missing)))
        seen = listed(quoted(sheet.found.seen)) or "aucun qui ressemble à un titre"
        told = [f"Pas une feuille d'actes : il manque {missing}.", f"Titres lus : {seen}."]
    else:
        return [*_recognised(page, sheet.found), *(page.wrap(words, "  ") for words in _others(sheet, sheet.found))]
    return [page.wrap(words, "  ") for words in told]


def _recognised(page: Page, found: Recognised) -> list[str]:
    """Each key, its name, and the column of the file that holds it."""
    rows = [(key, heading(key), found.headings[key], letters(place)) for key, place in _placed(found)]
    widths = [max(len(row[rank]) for row in rows) for rank in range(2)]
    lines = [f"  Titres à la ligne {found.header_rows[0]}."] if found.header_rows else []
    lines += [
        f"  {key.ljust(widths[0])}  {name.ljust(widths[1])}  = {title} (colonne {letter})"
        for key, name, title, letter in rows
    ]
    return [page.fit(line) for line in lines]


def _others(sheet: Understood, found: Recognised) -> list[str]:
    """The columns that serve nothing, those that are lacking, and what the reader says."""
    told = []
    if sheet.unused:
        words = listed([f"« {title} » ({letters(place)})" for place, title in sheet.unused])
        told.append(f"Colonnes sans usage : {words}.")
    if sheet.absent:
        told.append(
            f"Colonnes absentes, que certaines règles demandent : {listed(quoted(map(heading, sheet.absent)))}."
        )
    return [*told, *found.notices]


def _placed(found: Recognised) -> list[tuple[str, int]]:
    return sorted(found.columns.items(), key=lambda item: item[1])


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
    return (
        json.dumps({"format": FORMAT, "sheets": [_object(sheet) for sheet in sheets]}, ensure_ascii=False, indent=1)
        + "\n"
    ).encode()


def _object(sheet: Understood) -> dict[str, Any]:
    raw, found = sheet.raw, sheet.found
    recognised = isinstance(found, Recognised)
    return {
        "file": file_name(raw.file),
        "sheet": raw.sheet,
        "hidden": raw.hidden,
        "read": raw.read,
        "acts": recognised,
        "encoding": raw.encoding,
        "separator": raw.separator,
        "header_row": found.header_rows[0] if isinstance(found, Recognised) and found.header_rows else None,
        "columns": {key: {"heading": found.headings[key], "column": letters(place)} for key, place in _placed(found)}
        if isinstance(found, Recognised)
        else {},
        "unused": [{"heading": title, "column": letters(place)} for place, title in sheet.unused],
        "absent": sheet.absent,
        "missing": list(found.missing) if isinstance(found, Unrecognised) else [],
        "notices": list(found.notices) if isinstance(found, Recognised) else [],
    }
