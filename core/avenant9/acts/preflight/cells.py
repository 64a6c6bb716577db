"""What both scans of the XML of a sheet share: references, and the order of its rows."""

from __future__ import annotations

import re
from operator import lt
from typing import TYPE_CHECKING

from avenant9.acts.preflight import limits
from avenant9.acts.preflight.refusals import RESAVE
from avenant9.acts.preflight.sheet import Area, Sheet, number, place_of
from avenant9.errors import InputError

if TYPE_CHECKING:
    from array import array


def area_of(reference: str) -> Area | None:
    """`B2:D4`, or `B2` alone; None where it is neither."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,9})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,9}))?", reference)
    if not found:
        return None
    column, row = number(found[1]), int(found[2])
    return (row, column, int(found[4] or row), number(found[3] or found[1]))


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
