"""Which sheets of a workbook are read, and what is said of the others."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from avenant9.acts.columns import COLUMNS
from avenant9.errors import InputError, SettingError
from avenant9.model import Unread
from avenant9.wording import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.acts.load import ReadOptions
    from avenant9.acts.raw import RawSheet


def is_among(sheet: str, names: Iterable[str]) -> bool:
    """Whether a sheet is one of these names, as spreadsheets compare them: whatever the case."""
    return _folded(sheet) in map(_folded, names)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def wanted_sheets(options: ReadOptions) -> tuple[str, ...]:
    """The sheets that an option, else the mapping, names."""
    return options.sheets or ((options.mapping.sheet,) if options.mapping and options.mapping.sheet else ())


def is_asked(raw: RawSheet, options: ReadOptions) -> bool:
    """Whether the sheet is to be read: the named ones are, hidden or not, else all that show."""
    wanted = wanted_sheets(options)
    return is_among(raw.sheet, wanted) if wanted and raw.sheet is not None else options.all_sheets or not raw.hidden


def check_file(file: str, raws: Sequence[RawSheet], options: ReadOptions) -> None:
    """Refuses a workbook that has none of the sheets that an option or the mapping names.

    Raises:
        InputError: it has none of them.
    """
    names = [raw.sheet for raw in raws if raw.sheet is not None]
    wanted = wanted_sheets(options)
    if names and wanted and not any(is_among(name, wanted) for name in names):
        by = "--sheet" if options.sheets else "--map"
        problem = f"pas de feuille {listed(quoted(wanted), 'ni')} ({by})"
        raise InputError(file, problem, f"feuilles du classeur : {', '.join(names)}")


def check_names(wanted: Sequence[str], seen: Iterable[str]) -> None:
    """Refuses a `--sheet` that no file has.

    Raises:
        SettingError: no file has it.
    """
    names = sorted(seen)
    for name in wanted:
        if not is_among(name, names):
            raise SettingError(
                f"--sheet {name}",
                "aucun fichier n'a cette feuille",
                f"feuilles des classeurs : {', '.join(names) or 'aucune'}",
            )


def left_out(file: str, raw: RawSheet, options: ReadOptions, lacking: Sequence[str]) -> Unread:
    """Why a sheet is not read, and what would have it read.

    Args:
        file: as on the command line.
        raw: the sheet.
        options: what the user asked.
        lacking: of a sheet that was looked at, the keys that no column gives.
    """
    if is_asked(raw, options):
        if raw.table.is_empty():
            return Unread(file, raw.sheet, "vide", "")
        columns = listed(quoted(COLUMNS[key].heading for key in lacking), "ni")
        return Unread(
            file, raw.sheet, f"sans colonne {columns}", f"{plural(len(lacking), 'nommez-la', 'nommez-les')} par --map"
        )
    if wanted_sheets(options):
        return Unread(file, raw.sheet, f"non demandée par {'--sheet' if options.sheets else '--map'}", "")
    return Unread(file, raw.sheet, "masquée", "--all-sheets la lit")
