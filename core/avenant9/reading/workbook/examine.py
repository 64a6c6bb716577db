"""Which sort of workbook a file is, and the examination that it gets."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE, damaged
from avenant9.reading.workbook import ods, xls, xlsx
from avenant9.reading.workbook.package import Package, not_a_workbook
from avenant9.reading.workbook.sheet import RowsTaker

if TYPE_CHECKING:
    from avenant9.reading.sniff import Kind
    from avenant9.reading.workbook.sheet import Chosen, Workbook

#: What bytes that do not hold together make the libraries, and our own arithmetic on them, raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    IndexError,
    ValueError,
    OverflowError,
    NotImplementedError,
)


def examined(path: str, file: BinaryIO, kind: Kind, chosen: Chosen, rows: RowsTaker | None = None) -> Workbook:
    """Examine a zip or OLE file; only the `chosen` sheets are looked into, and `rows` is handed what was examined.

    Raises:
        InputError: not a workbook, damaged, protected, or holding what would abort or mislead the reader.
    """
    if not file.seekable():
        raise InputError(path, "un classeur ne peut pas être lu d'un tuyau", "enregistrez-le dans un fichier")
    try:
        if kind == "ole":
            book = xls.examined(path, file, chosen)
        else:
            book = _unzipped(path, file, chosen, rows or RowsTaker())
    except _BROKEN:
        raise damaged(path) from None
    if len({sheet.name for sheet in book.sheets}) < len(book.sheets):  # the reader finds sheets by their names
        raise InputError(path, "deux feuilles ont le même nom", RESAVE)
    return book


def _unzipped(path: str, file: BinaryIO, chosen: Chosen, taker: RowsTaker) -> Workbook:
    with zipfile.ZipFile(file) as archive:
        package = Package(path, file, archive)
        if "xl/workbook.xml" in package:
            return xlsx.examined(package, chosen, taker)
        if "content.xml" in package:
            return ods.examined(package)
        raise not_a_workbook(package)
