"""Which sort of workbook a zip file is, and the examination that it gets."""

from __future__ import annotations

import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from avenant9.reading.refusals import damaged
from avenant9.reading.workbook import ods, xlsx
from avenant9.reading.workbook.book import Book
from avenant9.reading.workbook.package import Package, not_a_workbook
from avenant9.reading.workbook.sheet import RowsTaker, check_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.reading.workbook.sheet import Chosen, Sheet, Workbook

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


def examined(path: str, file: BinaryIO, chosen: Chosen, rows: RowsTaker | None = None) -> Workbook:
    """Examine a zip file; only the `chosen` sheets are looked into, and `rows` is handed what was examined.

    Raises:
        InputError: not a workbook, damaged, protected, or holding what would abort or mislead the reader.
    """
    with _package(path, file) as package:
        if book := Book.of(package):
            found = xlsx.examined(book, chosen, rows or RowsTaker())
        elif "content.xml" in package:
            found = ods.examined(package, chosen)
        else:
            raise not_a_workbook(package)
    check_names(path, [sheet.name for sheet in found.sheets])
    return found


def reread(path: str, file: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Read the cells of some sheets of an xlsx that was examined and that the native reader refuses.

    Raises:
        InputError: damaged.
    """
    with _package(path, file) as package:
        if book := Book.of(package):
            xlsx.reread(book, sheets)


@contextmanager
def _package(path: str, file: BinaryIO) -> Iterator[Package]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield Package(path, file, archive)
    except _BROKEN:
        raise damaged(path) from None
