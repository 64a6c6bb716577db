"""The native reader against openpyxl, cell for cell, on every xlsx of `fixtures`: differences only as explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from avenant9.errors import InputError
from avenant9.reading.read import read_file
from avenant9.reading.workbook.sheet import UNCOMPUTED

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for path in (ROOT / "fixtures").rglob("*.xlsx")
    if path.parent.name != "cases"  # not all are read yet: tests/test_public_cases.py
)
#: What neither reader takes for a workbook of acts, and the words of the refusal.
REFUSED = {
    "protege.xlsx": "le classeur est protégé par un mot de passe",
    "classeur_tronque.xlsx": "le classeur est tronqué ou abîmé",
}
#: What is no workbook whatever its name: read as text, with a notice.
TEXT = {"csv_renomme.xlsx"}

Address = tuple[int, int]

#: How a value of openpyxl is written in a RawSheet. Each line is a difference between the two, and its reason.
WRITTEN: tuple[tuple[type, Callable[..., str], str], ...] = (
    (bool, lambda value: "true" if value else "false", "a boolean is a word"),
    (datetime, lambda value: f"{value:%Y-%m-%d %H:%M:%S}", "a date is a moment, to the second"),
    (date, lambda value: f"{value:%Y-%m-%d} 00:00:00", "a date is a moment, to the second"),
    (time, lambda value: f"1899-12-31 {value:%H:%M:%S}", "a time is a moment of the day before Excel's first"),
    (timedelta, str, "a duration"),
    (float, lambda value: str(int(value)) if value == int(value) else repr(value), "a whole number has no decimals"),
    (int, str, "a number is text"),
    (str, str, "text is left as it is"),
)


def written(value: object) -> str:
    return next(write(value) for kind, write, _ in WRITTEN if isinstance(value, kind))


def by_openpyxl(path: Path) -> Iterator[tuple[str, dict[Address, str], dict[Address, str]]]:
    """Name, cells and error cells of each visible sheet; a formula that was never computed is an error."""
    with path.open("rb") as file:
        computed = openpyxl.load_workbook(file, data_only=True)
    with path.open("rb") as file:
        typed = openpyxl.load_workbook(file)
    for sheet in computed.worksheets:
        if sheet.sheet_state != "visible":
            continue
        cells: dict[Address, str] = {}
        errors: dict[Address, str] = {}
        for row in sheet.iter_rows():
            for cell in row:
                place = (cell.row, cell.column - 1)
                if cell.data_type == "e":
                    errors[place] = str(cell.value)
                elif cell.value is None and typed[sheet.title].cell(cell.row, cell.column).data_type == "f":
                    errors[place] = UNCOMPUTED
                elif cell.value not in (None, ""):
                    cells[place] = written(cell.value)
        yield sheet.title, cells, errors


def by_a9(path: Path) -> Iterator[tuple[str, dict[Address, str], dict[Address, str]]]:
    for sheet in read_file(str(path))[0]:
        if not sheet.read:
            continue
        names = [name for name in sheet.table.columns if name != "row"]
        cells = {
            (row, int(name[1:])): text
            for row, *texts in sheet.table.iter_rows()
            for name, text in zip(names, texts, strict=True)
            if text is not None
        }
        assert sheet.table["row"].to_list() == list(range(1, len(sheet.table) + 1))
        yield str(sheet.sheet), cells, {(row, column): text for row, column, text in sheet.errors.iter_rows()}


def test_there_are_fixtures() -> None:
    assert len(FILES) > 10
    assert {path.name for path in FILES} >= REFUSED.keys() | TEXT


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "fixtures")))
def test_both_readers_give_the_same_cells(path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(InputError) as caught:
            read_file(str(path))
        assert caught.value.problem == REFUSED[path.name]
        return
    if path.name in TEXT:
        ((sheet,), notices) = read_file(str(path))
        assert sheet.sheet is None
        assert "ce fichier est du texte" in notices[0]
        return
    expected, found = list(by_openpyxl(path)), list(by_a9(path))
    assert [name for name, _, _ in found] == [name for name, _, _ in expected]
    for (name, cells, errors), (_, their_cells, their_errors) in zip(found, expected, strict=True):
        unlike = {
            place: (cells.get(place), their_cells.get(place))
            for place in cells.keys() | their_cells.keys()
            if cells.get(place) != their_cells.get(place)
        }
        assert unlike == {}, name
        assert errors == their_errors, name
