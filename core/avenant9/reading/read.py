"""A file of acts, whatever it is, as tables of text, each row with the number that its reader sees."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from avenant9.errors import InputError
from avenant9.notice import Notice
from avenant9.reading.parquet import read_parquet
from avenant9.reading.sheets import Request
from avenant9.reading.sniff import HEAD, WORKBOOK_ENDINGS, Kind, open_input, sniff
from avenant9.reading.text import NAMES, read_text

if TYPE_CHECKING:
    from avenant9.reading.raw_sheet import RawSheet

#: A text file is held whole; a million rows of 14 columns are 0.1 GiB.
MAX_TEXT = 2 * 1024**3

#: The sheets of a file, and what was understood of it.
Read: TypeAlias = "tuple[list[RawSheet], list[Notice]]"


def read_file(path: str, request: Request | None = None, stdin: BinaryIO | None = None) -> Read:
    """Reads one file, whatever its ending says that it is; `-` is a CSV on `stdin`.

    Returns:
        One entry per sheet, in the order of the workbook, and French sentences on what was understood.

    Raises:
        InputError: missing, unreadable, refused, damaged.
        SettingError: the encoding that is asked for is nothing known.
    """
    request = request or Request()
    if path == "-":
        if stdin is None:
            raise InputError("-", "il n'y a pas d'entrée standard", "donnez le nom d'un fichier")
        return _read(path, stdin, request)
    with open_input(path) as file:
        return _read(path, file, request)


def _read(path: str, file: BinaryIO, request: Request) -> Read:
    try:
        head = file.read(HEAD)
        kind = sniff(path, head, forced=request.encoding is not None)
        if kind != "text" and path == "-":
            raise InputError(path, "l'entrée standard n'admet que du CSV", "donnez le nom du fichier")
        if kind in ("zip", "ole"):
            from avenant9.reading.workbook.read import read_workbook  # noqa: PLC0415 - a text needs neither zip nor XML

            sheets, notices = read_workbook(path, file, kind, request)
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
    sheet = read_text(path, data, request)
    names = {"\t": "tabulation", None: "aucun"}
    said = f" : encodage {NAMES.get(sheet.encoding or '', sheet.encoding)}"
    mark = names.get(sheet.separator, f"« {sheet.separator} »")
    return [sheet], [*_unlike(path, kind), Notice((path,), f"{said}, séparateur {mark}.")]


def _unlike(path: str, kind: Kind) -> list[Notice]:
    """A notice where the ending of a file does not say what it is."""
    ending = Path(path).suffix.lower()
    if kind == "text" and (ending in WORKBOOK_ENDINGS or ending == ".parquet"):
        return [Notice((path,), " : malgré son nom, ce fichier est du texte ; il est lu comme CSV.")]
    if kind in ("zip", "ole") and ending in (".csv", ".tsv", ".txt", ".parquet"):
        return [Notice((path,), " : malgré son nom, ce fichier est un classeur ; il est lu comme tel.")]
    if kind == "parquet" and ending in (*WORKBOOK_ENDINGS, ".csv", ".tsv", ".txt"):
        return [Notice((path,), " : malgré son nom, ce fichier est au format parquet ; il est lu comme tel.")]
    return []
