"""An xls workbook: its sheets, calendar and protection, and the cells in error, from its records ("BIFF")."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE, damaged, document, protected
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.ole import Ole
from avenant9.reading.workbook.sheet import Chosen, Sheet, Workbook, check_noted

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
#: Records: the start and the end of a substream, and what is looked for in them.
_START, _END = 0x0809, 0x000A
_ENCRYPTED, _CALENDAR, _SHEET = 0x002F, 0x0022, 0x0085
_ROW, _MERGED, _ERROR, _FORMULAS = 0x0208, 0x00E5, 0x0205, (0x0006, 0x0206, 0x0406)


def examined(path: str, file: BinaryIO, chosen: Chosen) -> Workbook:
    """The workbook that a compound file holds; the `chosen` sheets are scanned."""
    file.seek(0)
    data = file.read(limits.MAX_STRINGS + 1)
    if len(data) > limits.MAX_STRINGS:
        raise InputError(path, "le classeur .xls dépasse 1 Gio", RESAVE)
    stream = _stream(path, data)
    sheets, date1904 = _sheets(path, stream)
    if not sheets:
        raise damaged(path)
    left = len(stream)
    for sheet, start in sheets:
        if chosen(sheet):
            left -= _scan(path, stream, start, sheet)
            if left < 0:  # sheets that overlap would be scanned again and again
                raise damaged(path)
    # the grid of an xls has 65,536 × 256 cells
    return Workbook("xls", tuple(sheet for sheet, _ in sheets), date1904, 7 * 1024**3 + 4 * len(data))


def _stream(path: str, data: bytes) -> bytes:
    ole = Ole(data)
    book = next((name for name in ole.streams if name.casefold() in ("workbook", "book")), None)
    if book is not None:
        return ole.read(book)
    if "EncryptedPackage" not in ole.streams and {"WordDocument", "PowerPoint Document"} & set(ole.streams):
        raise document(path)
    raise protected(path)


def _sheets(path: str, stream: bytes) -> tuple[list[tuple[Sheet, int]], bool]:
    """Each worksheet and where it starts, and whether days are counted from 1904."""
    sheets: list[tuple[Sheet, int]] = []
    date1904, biff8 = False, True
    for kind, at, length in _records(stream, 0):
        if kind == _START:
            biff8 = struct.unpack_from("<H", stream, at)[0] >= 0x0600
        elif kind == _ENCRYPTED:
            raise protected(path)
        elif kind == _CALENDAR:
            date1904 = stream[at] == 1
        elif kind == _SHEET and stream[at + 5] == 0:
            name = _name(stream[at + 6 : at + length], biff8)
            sheets.append((Sheet(name, stream[at + 4] & 3 != 0), struct.unpack_from("<I", stream, at)[0]))
    return sheets, date1904


def _name(raw: bytes, biff8: bool) -> str:
    if not biff8:
        return raw[1 : 1 + raw[0]].decode("cp1252", "replace")
    wide = raw[1] & 1
    return raw[2 : 2 + raw[0] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """The records of one substream, down to its end: (kind, place of its data, length)."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _START:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        yield kind, at + 4, length
        at += 4 + length


def _scan(path: str, stream: bytes, start: int, sheet: Sheet) -> int:
    """Note the errors, hidden rows and merged cells of a sheet; how many bytes it takes."""
    end = start
    for kind, at, length in _records(stream, start):
        end = at + length
        if kind == _ROW and stream[at + 12] & 0x20:  # a row of no height
            row = struct.unpack_from("<H", stream, at)[0] + 1
            sheet.hide(row, row)
        elif kind == _MERGED:
            count = min(struct.unpack_from("<H", stream, at)[0], length // 8)
            for first, last, left, right in struct.iter_unpack("<4H", stream[at + 2 : at + 2 + 8 * count]):
                sheet.merges.append((first + 1, left, last + 1, right))
            check_noted(path, sheet)
        elif (code := _code(kind, stream, at)) is not None:
            row, column = struct.unpack_from("<HH", stream, at)
            sheet.errors.append((row + 1, column, _ERRORS.get(code, "erreur")))
            check_noted(path, sheet)
    return end - start


def _code(kind: int, stream: bytes, at: int) -> int | None:
    """The error that a record says that a cell holds, by itself or as the result of its formula."""
    if kind == _ERROR and stream[at + 7] == 1:
        return stream[at + 6]
    if kind in _FORMULAS and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
        return stream[at + 8]
    return None
