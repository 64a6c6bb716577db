"""One sheet of a workbook that a user fills in: small, examined before it is opened, its broken cells known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from avenant9.errors import InputError
from avenant9.reading.addresses import letters
from avenant9.reading.refusals import RESAVE, UNCOMPUTED, damaged
from avenant9.wording import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    Place: TypeAlias = Cell | MergedCell
    Line: TypeAlias = tuple[Place, ...]

#: What is filled in by hand is small: a sheet that is larger holds something else.
_MOST_ROWS, _MOST_COLUMNS = 10_000, 2_000
_MOST_ROWS_OF_REPORT = 200_000


class Filled(NamedTuple):
    """A sheet: its title, `place` as messages name it, its rows, and by address the cells without a value."""

    title: str
    place: str
    lines: list[Line]
    broken: Mapping[str, str]

    def value(self, cell: Place) -> Any:
        """What a cell holds. Raises InputError where that is an error, or a formula never computed."""
        if cell.coordinate not in self.broken:
            return cell.value
        problem = self.broken[cell.coordinate]
        remedy = "recalculez et enregistrez le classeur" if problem == UNCOMPUTED else "corrigez cette cellule"
        what = problem if problem == UNCOMPUTED else f"la cellule contient l'erreur {problem}"
        raise InputError(f"{self.place}, cellule {cell.coordinate}", what, remedy)

    def answers(self, cell: Place) -> bool:
        """Whether somebody filled in a cell, be it with a formula that failed."""
        return not empty(cell.value) or cell.coordinate in self.broken


def empty(cell: object) -> bool:
    """Whether a cell, or a value, holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def plain(name: object) -> str:
    """A name as lines and columns are found by: without case, accents and punctuation."""
    return re.sub(r"[\W_]+", "", fold(str(name)))


def filled(path: str, file: BinaryIO, name: str, shape: str, report: str = "") -> Filled:
    """The sheet of that name of an xlsx workbook, else the first that shows, with the rows that hold something.

    Args:
        path: as on the command line.
        file: the workbook, open.
        name: that of the template's sheet; case and accents do not matter.
        shape: what the sheet holds, for whoever gives another one.
        report: the sheet of a report that may stand for it, and hold more rows.

    Raises:
        InputError: the workbook is damaged, protected, of another sort, or too large.
    """
    sheet, broken = _opened(path, file, name, shape, report)
    whole = Filled(sheet.title, f"{path}, feuille {sheet.title}", list(sheet.iter_rows()), broken)
    return whole._replace(lines=[line for line in whole.lines if any(map(whole.answers, line))])


def _opened(path: str, file: BinaryIO, name: str, shape: str, report: str) -> tuple[Worksheet, dict[str, str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only for workbooks

    from avenant9.reading.workbook.examine import examined  # noqa: PLC0415 - polars, for workbooks only

    book = examined(path, file, lambda _sheet: True)
    if book.kind != "xlsx":
        raise InputError(path, "ce n'est pas un classeur .xlsx", RESAVE)
    shown = [sheet for sheet in book.sheets if not sheet.hidden] or list(book.sheets)
    found = (sheet for wanted in (name, report) for sheet in shown if fold(sheet.name) == fold(wanted))
    chosen = next(found, shown[0])
    most = _MOST_ROWS_OF_REPORT if report and fold(chosen.name) == fold(report) else _MOST_ROWS
    if chosen.rows > most or chosen.columns > _MOST_COLUMNS:
        cell = chosen.last_cell if chosen.rows > most else chosen.far_cell
        raise InputError(
            f"{path}, feuille {chosen.name}",
            f"la cellule {cell} est loin du tableau",
            f"videz-la, ou donnez une feuille avec {shape}",
        )
    broken = {f"{letters(column)}{row}": text for row, column, text in chosen.errors}
    file.seek(0)
    try:
        return load_workbook(file, data_only=True)[chosen.name], broken
    except Exception:  # openpyxl raises whatever a bad part makes it meet
        raise damaged(path) from None
