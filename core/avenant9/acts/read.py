"""A file of acts, whatever it is, as tables of text, each row with the number that its reader sees."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from avenant9.acts import preflight
from avenant9.acts.choice import is_among
from avenant9.acts.delimited import NAMES, read_text
from avenant9.acts.parquet import read_parquet
from avenant9.acts.workbook import read_workbook
from avenant9.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.acts.raw import RawSheet

#: A text file is held whole; a million rows of 14 columns are 0.1 GiB.
MAX_TEXT = 2 * 1024**3


def read_file(
    path: str,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    stdin: BinaryIO | None = None,
    hidden: bool = False,
    sheets: Sequence[str] = (),
) -> tuple[list[RawSheet], list[str]]:
    """Reads one file, whatever its ending says that it is; `-` is a CSV on `stdin`.

    Args:
        path: as on the command line.
        encoding: imposed on a text file, which is otherwise found (BOM, UTF-8, cp1252) and said.
        separator: imposed on a text file, which is otherwise found and said.
        stdin: what `-` reads.
        hidden: also read the hidden sheets of a workbook.
        sheets: read only these sheets of a workbook, hidden or not, whatever the case of their names.

    Returns:
        One entry per sheet, in the order of the workbook, and French sentences on what was understood.

    Raises:
        InputError: missing, unreadable, refused, damaged.
        SettingError: `encoding` names nothing known.
    """
    if path == "-":
        if stdin is None:
            raise InputError("-", "il n'y a pas d'entrée standard", "donnez le nom d'un fichier")
        return _read(path, stdin, _Wanted(encoding, separator, hidden, sheets))
    with preflight.open_input(path) as file:
        return _read(path, file, _Wanted(encoding, separator, hidden, sheets))


@dataclass(frozen=True)
class _Wanted:
    encoding: str | None
    separator: str | None
    hidden: bool
    sheets: Sequence[str]

    def __call__(self, sheet: preflight.Sheet) -> bool:
        return is_among(sheet.name, self.sheets) if self.sheets else self.hidden or not sheet.hidden


def _read(path: str, file: BinaryIO, wanted: _Wanted) -> tuple[list[RawSheet], list[str]]:
    try:
        head = file.read(preflight.HEAD)
        kind = preflight.sniff(path, head, forced=wanted.encoding is not None)
        if kind != "text" and path == "-":
            raise InputError(path, "l'entrée standard n'admet que du CSV", "donnez le nom du fichier")
        if kind in ("zip", "ole"):
            sheets, notices = read_workbook(path, file, kind, wanted)
            return sheets, _unlike(path, kind) + notices
        if file.seekable():  # one read: two would have to be put together
            file.seek(0)
            head = b""
        data = head + file.read(MAX_TEXT + 1 - len(head))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "erreur de lecture"
        raise InputError(path, f"fichier illisible ({reason})", "vérifiez le disque ou copiez le fichier") from None
    if len(data) > MAX_TEXT:
        raise InputError(path, "le fichier dépasse 2 Gio", "exportez une période plus courte")
    if kind == "parquet":
        sheet, notices = read_parquet(path, data)
        return [sheet], _unlike(path, kind) + notices
    sheet = read_text(path, data, wanted.encoding, wanted.separator)
    names = {"\t": "tabulation", None: "aucun"}
    said = f"{path} : encodage {NAMES.get(sheet.encoding or '', sheet.encoding)}"
    mark = names.get(sheet.separator, f"« {sheet.separator} »")
    return [sheet], [*_unlike(path, kind), f"{said}, séparateur {mark}."]


def _unlike(path: str, kind: preflight.Kind) -> list[str]:
    """A notice where the ending of a file does not say what it is."""
    ending = Path(path).suffix.lower()
    if kind == "text" and (ending in preflight.WORKBOOK_ENDINGS or ending == ".parquet"):
        return [f"{path} : malgré son nom, ce fichier est du texte ; il est lu comme CSV."]
    if kind in ("zip", "ole") and ending in (".csv", ".tsv", ".txt", ".parquet"):
        return [f"{path} : malgré son nom, ce fichier est un classeur ; il est lu comme tel."]
    if kind == "parquet" and ending in (*preflight.WORKBOOK_ENDINGS, ".csv", ".tsv", ".txt"):
        return [f"{path} : malgré son nom, ce fichier est au format parquet ; il est lu comme tel."]
    return []
