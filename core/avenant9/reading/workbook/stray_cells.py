"""A sheet too wide for a few cells far to the right of its table."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from avenant9.reading.addresses import letters, number
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.patterns import Patterns

if TYPE_CHECKING:
    from avenant9.reading.workbook.package import Package
    from avenant9.reading.workbook.sheet import Sheet


def table_width(package: Package, sheet: Sheet) -> int | None:
    """The columns of the table of a sheet too wide for the cells far to its right, which are said to be left out.

    None where these are not what makes it too wide, or something stands below them.
    """
    rows = _last_rows(package, sheet.part)
    places = sorted(rows)
    beyond = next((after for place, after in pairwise(places) if after - place > limits.GAP), None)
    if beyond is None:
        return None
    kept = [place for place in places if place < beyond]
    if max(rows[place] for place in kept) < sheet.rows or sheet.rows * (kept[-1] + 1) > limits.MAX_CELLS:
        return None
    cell = f"{letters(beyond)}{rows[beyond]}"
    sheet.notes.append(
        f"ce qui est loin à droite du tableau n'est pas lu (cellule {cell}, après la colonne "
        f"{letters(kept[-1])}) ; effacez-le s'il ne sert à rien."
    )
    return kept[-1] + 1


def _last_rows(package: Package, part: str) -> dict[int, int]:
    """Column -> the last row that it has a content in; none where the elements bear a prefix."""
    patterns = Patterns(b"")
    start, carry = package.inflated, b""
    last: dict[bytes, bytes] = {}
    for data in package.chunks(part):
        piece = carry + data
        over = piece.find(patterns.over)
        cut = over if over >= 0 else max(piece.rfind(patterns.cell), 0)
        last.update(patterns.filled.findall(piece[:cut]))
        carry = piece[cut:]
        if over >= 0:
            break
    package.inflated = start
    return {number(column.decode()): int(row) for column, row in last.items()}
