"""The order of the rows of a sheet, as both scans of its XML find them."""

from __future__ import annotations

from operator import lt
from typing import TYPE_CHECKING

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.sheet import Sheet, place_of

if TYPE_CHECKING:
    from array import array


def in_order(path: str, sheet: Sheet, rows: array[int]) -> bool:
    """Rows written twice would be read one over the other; rows in disorder are read in their place."""
    if all(map(lt, rows, rows[1:])):
        return True
    sheet.rows = max(rows)
    sheet.last_cell = f"A{sheet.rows}"
    seen: set[int] = set()
    for row in rows:
        if row in seen:
            raise InputError(place_of(path, sheet), f"la ligne {row} est écrite deux fois", RESAVE)
        seen.add(row)
    return False


def check_count(path: str, sheet: Sheet, rows: array[int]) -> None:
    """More rows than the grid has: one of them is written twice, or beyond it."""
    if len(rows) > limits.MAX_ROWS:
        in_order(path, sheet, rows)
        problem = f"la ligne {max(rows)} est hors des limites d'Excel"
        raise InputError(place_of(path, sheet), problem, RESAVE)
