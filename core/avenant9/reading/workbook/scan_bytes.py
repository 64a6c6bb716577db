"""The usual scan of the XML of a sheet: searches on its bytes."""

from __future__ import annotations

import re
from array import array
from html import unescape
from typing import TYPE_CHECKING

from msgspec import Struct, field

from avenant9.reading.addresses import area_of, number
from avenant9.reading.refusals import UNCOMPUTED
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.patterns import Patterns
from avenant9.reading.workbook.row_order import check_count, in_order
from avenant9.reading.workbook.sheet import RowsTaker, Sheet, check_noted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.reading.workbook.package import Package


class _Body(Struct):
    """The rows of a sheet once searched, and the bytes that follow them."""

    patterns: Patterns
    rows: array[int] = field(default_factory=lambda: array("L"))
    last: bytes = b""  # the last cell that has a value
    rest: bytes = b""

    @property
    def whole(self) -> bool:
        """The end of the rows was found, or there are none."""
        ended = self.rest.startswith(self.patterns.over)
        return ended or (not self.rows and self.patterns.empty.search(self.rest) is not None)


def scan_fast(package: Package, part: str, sheet: Sheet, taker: RowsTaker) -> bool:
    """Examine the XML of a sheet by searches on its bytes; False where its form asks for the slow scan."""
    start = package.inflated
    chunks = package.chunks(part)
    body = _search(package, chunks, sheet, taker)
    if body is None or not body.whole:
        package.inflated = start
        return False
    _note_merges(package.path, body, sheet)
    for data in chunks:
        body.rest = body.rest[body.rest.rfind(b"<") :] + data
        if len(body.rest) > limits.MAX_CELL:
            raise package.too_long()
        _note_merges(package.path, body, sheet)
    address = body.patterns.address.match(body.last)
    if address:
        sheet.rows, sheet.last_cell = int(address[2]), (address[1] + address[2]).decode()
    if in_order(package.path, sheet, body.rows):
        taker.end()
    return True


def _search(package: Package, chunks: Iterator[bytes], sheet: Sheet, taker: RowsTaker) -> _Body | None:
    """Note what the rows hold, down to their end; None where something is not where expected."""
    body: _Body | None = None
    carry = b""
    for data in chunks:
        piece = carry + data
        if body is None:
            package.check_xml(piece, first=True)
            root = re.search(rb"<(?:([A-Za-z_][\w.-]*:))?worksheet[\s>]", piece)
            if root is None:
                return None
            prefix, piece = root[1] or b"", piece[root.end() :]
            body = _Body(Patterns(prefix))
            taker.begin(sheet, prefix)
            _note_top(body.patterns, piece, sheet)
        patterns = body.patterns
        over = piece.find(patterns.over, max(piece.rfind(patterns.row + b" "), 0))
        cut = over if over >= 0 else max(piece.rfind(patterns.cell), piece.rfind(patterns.row), 0)
        piece, carry = piece[:cut], piece[cut:]
        if len(carry) > limits.MAX_CELL:
            raise package.too_long()
        package.check_xml(piece)
        if _has(piece, b"!") or _has(piece, b"?"):  # a comment or CDATA may hide anything
            return None
        if patterns.unnumbered.search(piece):
            return None
        numbers = _note_rows(body, piece, sheet)
        if numbers is None or not _widen(patterns, piece, sheet):
            return None
        taker.more(piece, patterns.row, numbers)
        check_count(package.path, sheet, body.rows)
        end = max(map(piece.rfind, patterns.value_ends))
        if end >= 0:
            body.last = piece[piece.rfind(patterns.cell, 0, end) : end]
        _note_errors(patterns, piece, sheet)
        check_noted(package.path, sheet)
        if over >= 0:
            break
    if body is not None:
        body.rest = carry
    return body


def _has(piece: bytes, mark: bytes) -> bool:
    """Whether a `<` is followed by this mark; a single byte is searched much faster."""
    return mark in piece and b"<" + mark in piece


def _note_top(patterns: Patterns, piece: bytes, sheet: Sheet) -> None:
    sheet.iso_dates = b't="d"' in piece  # a program writes all of its dates so, or none
    declared = patterns.dimension.search(piece)
    sheet.declared = area_of(declared[1].decode()) if declared else None


def _note_rows(body: _Body, piece: bytes, sheet: Sheet) -> Sequence[bytes] | None:
    """The numbers of the rows, those hidden noted; None where a row does not start with its number."""
    found = body.patterns.rows.findall(piece)
    if not found:
        return ()
    numbers: tuple[bytes, ...]
    numbers, abouts = zip(*found, strict=True)
    if b"" in numbers:
        return None
    body.rows.extend(map(int, numbers))
    if any(b"hidden" in about for about in set(abouts)):
        for row, about in found:
            if body.patterns.hidden.search(about):
                sheet.hide(int(row), int(row))
    return numbers


def _note_merges(path: str, body: _Body, sheet: Sheet) -> None:
    if b"mergeCell" in body.rest:
        found = (area_of(reference.decode()) for reference in body.patterns.merge.findall(body.rest))
        sheet.merges += [area for area in found if area and area not in sheet.merges[-1:]]
        check_noted(path, sheet)


def _widen(patterns: Patterns, piece: bytes, sheet: Sheet) -> bool:
    """Widen the sheet to the farthest cell that holds something; False where an address is not where expected."""
    at = blanks = 0
    while found := patterns.outside(sheet.columns).search(piece, at):
        cell = patterns.address.match(piece, found.start())
        if not cell:
            return False
        at = cell.end()
        if not cell[3].endswith(b"/") and not patterns.blank.match(piece, at):
            sheet.columns, sheet.far_cell = number(cell[1].decode()) + 1, (cell[1] + cell[2]).decode()
            continue
        blanks += 1
        if blanks > 1000:  # formatted far beyond the table: other searches are faster
            if patterns.odd.search(piece, at):
                return False
            while cell := patterns.beyond(sheet.columns).search(piece, at):
                at = cell.end()
                sheet.columns, sheet.far_cell = number(cell[1].decode()) + 1, (cell[1] + cell[2]).decode()
            return True
    return True


def _note_errors(patterns: Patterns, piece: bytes, sheet: Sheet) -> None:
    if b"#" in piece:  # a single byte is searched much faster: errors are #N/A, #REF!…
        for column, row, inside in patterns.error.findall(piece):
            value = patterns.value.search(inside)
            text = unescape(value[1].decode("utf-8", "replace")) if value else ""
            if text.startswith("#"):
                sheet.errors.append((int(row), number(column.decode()), text[: limits.MAX_QUOTED]))
    if b"f" in piece and patterns.formula in piece:
        for column, row, about, empty in patterns.uncomputed.findall(piece):
            if not (empty and b't="str"' in about):  # a formula whose result is an empty text
                sheet.errors.append((int(row), number(column.decode()), UNCOMPUTED))
