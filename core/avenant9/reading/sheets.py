"""What is asked of a file: which of its sheets are read, how its text is, and what is said of the rest."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.errors import InputError, SettingError
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from avenant9.model import Unread
    from avenant9.reading.raw_sheet import RawSheet


def _unknown(_cell: str) -> bool:
    return False


class Request(Struct, frozen=True):
    """What a user says of files, and what is known of the titles that their tables have.

    Attributes:
        encoding: imposed on text files, which is otherwise found (BOM, UTF-8, cp1252) and said.
        separator: imposed on text files, which is otherwise found and said.
        sheets: read only these sheets of workbooks, hidden or not, whatever the case of their names.
        hidden: also read the hidden sheets of workbooks.
        by: the option that names the sheets.
        is_heading: whether a cell is a title; of two separators, the one that cuts out more of them is right.
        otherwise: encoding of the text files that are not in UTF-8, as `codecs` names it.
        quotes: whether quotes of a text file may enclose separators and ends of lines; else they are text.
    """

    encoding: str | None = None
    separator: str | None = None
    sheets: tuple[str, ...] = ()
    hidden: bool = False
    by: str = "--sheet"
    is_heading: Callable[[str], bool] = _unknown
    otherwise: str = "cp1252"
    quotes: bool = True

    def wants(self, sheet: str | None, *, hidden: bool) -> bool:
        """Whether a sheet is to be read: the named ones are, hidden or not, else all that show."""
        if self.sheets and sheet is not None:
            return is_among(sheet, self.sheets)
        return self.hidden or not hidden


def is_among(sheet: str, names: Iterable[str]) -> bool:
    """Whether a sheet is one of these names, as spreadsheets compare them: whatever the case."""
    return _folded(sheet) in map(_folded, names)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def check_file(file: str, raws: Sequence[RawSheet], request: Request) -> None:
    """Refuses a workbook that has none of the sheets that are asked for.

    Raises:
        InputError: it has none of them.
    """
    names = [raw.sheet for raw in raws if raw.sheet is not None]
    if names and request.sheets and not any(is_among(name, request.sheets) for name in names):
        problem = f"pas de feuille {listed(quoted(request.sheets), 'ni')} ({request.by})"
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


def left_out(file: str, raw: RawSheet, request: Request, reason: str, remedy: str) -> Unread:
    """Why a sheet is not read, and what would have it read: `reason` and `remedy` where it was looked at."""
    from avenant9.model import Unread  # noqa: PLC0415 - a file is read while that is imported

    if request.wants(raw.sheet, hidden=raw.hidden):
        return (
            Unread(file, raw.sheet, "vide", "") if raw.table.is_empty() else Unread(file, raw.sheet, reason, remedy)
        )
    if request.sheets:
        return Unread(file, raw.sheet, f"non demandée par {request.by}", "")
    return Unread(file, raw.sheet, "masquée", "--all-sheets la lit")
