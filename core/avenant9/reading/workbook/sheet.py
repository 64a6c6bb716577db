"""What the preflight finds in a workbook, and the size that a sheet may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from avenant9.errors import InputError
from avenant9.reading.addresses import Area, letters
from avenant9.reading.refusals import RESAVE
from avenant9.reading.workbook import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.reading.workbook.gathered import Gathered

WorkbookKind = Literal["xlsx", "ods"]
Chosen = Callable[["Sheet"], bool]


@dataclass
class Sheet:
    """What the preflight found in one sheet. `rows` and `columns` are measured on cells that hold something."""

    name: str
    hidden: bool
    part: str = field(default="", compare=False)  # of the package
    errors: list[tuple[int, int, str]] = field(default_factory=list)  # (row from 1, column from 0, text)
    iso_dates: bool = False  # some cells hold `2022-05-02T08:30:00`
    rows: int = 0  # last row
    columns: int = 0  # number of columns up to the farthest one
    last_cell: str = "A1"  # a cell of the last row
    far_cell: str = "A1"  # a cell of the farthest column
    merges: list[Area] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)  # (first, last), filtered ones too
    declared: Area | None = None  # what the file says of its extent: nothing relies on it
    #: what it holds, where its form is such that the preflight reads it; the native reader does otherwise
    cells: Gathered | None = field(default=None, compare=False, repr=False)
    notes: list[str] = field(default_factory=list)  # French sentences on what was understood

    def extend(self, row: int, column: int) -> None:
        """A cell that holds something: the extent reaches it."""
        if row > self.rows:
            self.rows, self.last_cell = row, f"{letters(column)}{row}"
        if column >= self.columns:
            self.columns, self.far_cell = column + 1, f"{letters(column)}{row}"

    def hide(self, first: int, last: int) -> None:
        """Hidden rows, one run with those just above; what is written of rows beyond the grid hides nothing."""
        last = min(last, limits.MAX_ROWS)
        if first > last:
            return
        if self.hidden_rows and self.hidden_rows[-1][1] + 1 == first:
            first = self.hidden_rows.pop()[0]
        self.hidden_rows.append((first, last))


@dataclass(frozen=True)
class Workbook:
    """A workbook that may be handed to the native reader, who may take so much `memory`, in bytes, to read it."""

    kind: WorkbookKind
    sheets: tuple[Sheet, ...]
    date1904: bool
    memory: int = 0
    usual: bool = True  # the native reader may be given the file


class RowsTaker:
    """Is handed the rows of the sheets of an xlsx as they are examined, in this order, and lets them go. An end that
    does not come says that the sheet is not what it seemed."""

    def book(self, *, date1904: bool, styles: bytes) -> None:
        """What the sheets need of the rest of the workbook: whole parts."""

    def strings(self, chunks: Iterable[bytes]) -> None:
        """The shared strings: the chunks of their part, all to be taken."""
        for _ in chunks:
            continue

    def begin(self, sheet: Sheet, prefix: bytes) -> None:
        """A sheet, whose elements bear this prefix."""

    def more(self, xml: bytes, tag: bytes, numbers: Sequence[bytes]) -> None:
        """More of the sheet, in whole cells, with the `numbers` of the rows that begin in it, each with `tag`."""

    def end(self) -> None:
        """The end of a sheet whose rows are in their order."""


def place_of(path: str, sheet: Sheet) -> str:
    """Where a message about a sheet stands."""
    return f"{path}, feuille « {sheet.name} »"


def reading_memory(sheets: tuple[Sheet, ...], more: int) -> int:
    """Bytes of address space that the reader may take: about 100 a cell are used."""
    return 3 * 1024**3 + 256 * max(sheet.rows * sheet.columns for sheet in sheets) + more


def check_names(path: str, names: Sequence[str]) -> None:
    """Refuses a workbook of which a sheet could be taken for another one."""
    if len(set(names)) < len(names):
        raise InputError(path, "deux feuilles ont le même nom", RESAVE)


def check_grid(path: str, sheet: Sheet) -> None:
    """Refuses a sheet beyond the grid, or of an area that the reader could not hold."""
    if sheet.rows > limits.MAX_ROWS or sheet.columns > limits.MAX_COLUMNS:
        cell = sheet.last_cell if sheet.rows > limits.MAX_ROWS else sheet.far_cell
        raise InputError(place_of(path, sheet), f"la cellule {cell} est hors des limites d'Excel", RESAVE)
    if sheet.rows * sheet.columns > limits.MAX_CELLS:
        # The grid is Excel's: too large an area is too wide, unless it is its last row that stands alone.
        cell = sheet.last_cell if sheet.rows > 100_000 and sheet.columns < 100 else sheet.far_cell
        problem = f"la cellule {cell} étend la feuille à {sheet.rows} lignes × {sheet.columns} colonnes"
        remedy = "supprimez cette cellule si elle est hors du tableau et enregistrez ; sinon exportez en CSV"
        raise InputError(place_of(path, sheet), problem, remedy)


def check_noted(path: str, sheet: Sheet, more: int = 0) -> None:
    """Refuses a sheet in which too much would have to be noted; `more` cells are about to be."""
    if len(sheet.errors) + more > limits.MAX_NOTED:
        problem = f"plus de {limits.MAX_NOTED} cellules n'ont pas de valeur lisible (erreurs, formules non calculées)"
        raise InputError(place_of(path, sheet), problem, "corrigez-les ou recalculez le classeur, et enregistrez")
    if len(sheet.merges) > limits.MAX_MERGES:
        problem = f"plus de {limits.MAX_MERGES} groupes de cellules sont fusionnés"
        raise InputError(place_of(path, sheet), problem, "défusionnez-les et enregistrez, ou exportez en CSV")
