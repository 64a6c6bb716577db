"""Which sort of workbook a file is, and the examination that it gets."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from avenant9.acts.preflight import ods, xls, xlsx
from avenant9.acts.preflight.package import Package, not_a_workbook
from avenant9.acts.preflight.refusals import RESAVE, damaged
from avenant9.errors import InputError

if TYPE_CHECKING:
    from avenant9.acts.preflight.sheet import Chosen, RowsTaker, Workbook
    from avenant9.acts.preflight.sniff import Kind

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


def examined(path: str, file: BinaryIO, kind: Kind, chosen: Chosen, taker: RowsTaker) -> Workbook:
    """What a zip or OLE file holds; see `avenant9.acts.preflight.workbook`."""
    try:
        book = xls.examined(path, file, chosen) if kind == "ole" else _unzipped(path, file, chosen, taker)
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
