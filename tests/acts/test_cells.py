"""The cells of `cells.toml`, a small file for each table, through the public library alone."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from avenant9 import Acts, load_acts, load_rulebook

TABLES: dict[str, Any] = {
    table["name"]: table
    for table in tomllib.loads(Path(__file__).with_name("cells.toml").read_text(encoding="utf-8"))["table"]
}


def plain(table: Mapping[str, Any], number: int) -> dict[str, str]:
    """The cells of one row, each row for a patient of its own: none cancels or repeats another."""
    row = table["rows"][number]
    return {
        "Date de soins": "10/01/2023",
        "Code acte": "G",
        "Patient": f"P{number:04}",
        **table.get("beside", {}),
        **row.get("with", {}),
        table["heading"]: row["written"],
    }


def record(cells: Iterable[str]) -> str:
    """One record of a CSV file, its end of line included."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerow(cells)
    return text.getvalue()


def written(table: Mapping[str, Any]) -> tuple[str, list[int]]:
    """The text of the file of a table, and the line on which each of its rows begins."""
    text, lines = record(plain(table, 0)), []
    for number in range(len(table["rows"])):
        lines.append(text.count("\n") + 1)
        text += record(plain(table, number).values())
    return text, lines


@cache
def loaded(name: str) -> tuple[Acts, list[int]]:
    """The acts of the file of one table, and the line of each of its rows."""
    text, lines = written(TABLES[name])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "actes.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return load_acts([str(path)], load_rulebook().nomenclature), lines


def act(row: dict[str, Any]) -> str:
    """An act as the table writes it."""
    quantity = "" if row["quantity"] == 1 else f" x{row['quantity']}"
    coefficient = "" if row["coefficient"] == 1000 else f" coefficient {row['coefficient'] / 1000:g}"
    return f"{row['code']}{quantity}{coefficient}"


#: How the values of a column are written in the table, where it is not as they are.
SHOWN: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("amount", "overcharge", "rate"), lambda value: f"{value / 100:.2f}"),
    **dict.fromkeys(("ald", "optam"), lambda value: "oui" if value else "non"),
    "patient": str.lower,
    "regulated_at": lambda value: f"{value:%Y-%m-%d %H:%M}",
}


def read(name: str, number: int) -> str:
    """What was read of one row of a table, in the words of the table."""
    (acts, lines), column = loaded(name), TABLES[name]["of"]
    rows = [row for row in acts.table.iter_rows(named=True) if row["row"] == lines[number]]
    if not rows:
        assert lines[number] in {rejected.where.row for rejected in acts.rejected}, "the row is lost"
        return "rejected"
    if column == "acts":
        return " + ".join(map(act, rows))
    value = rows[0][column]
    return "unknown" if value is None else str(SHOWN.get(column, str)(value))


def cases() -> Iterator[Any]:
    for name, table in TABLES.items():
        for number, row in enumerate(table["rows"]):
            others = "".join(f", {heading} {cell}" for heading, cell in row.get("with", {}).items())
            label = f"{name}: {row['written']!r}{others}"
            yield pytest.param(name, number, id=label)


@pytest.mark.parametrize(("name", "number"), list(cases()))
def test_a_cell_is_read_for_what_it_says(name: str, number: int) -> None:
    row = TABLES[name]["rows"][number]
    assert read(name, number) in row.get("either", [row.get("read")])


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_accounted_for(name: str) -> None:
    acts, lines = loaded(name)
    rejected = {one.where.row for one in acts.rejected}
    counted = set(acts.table["row"])
    assert (acts.inputs[0].rows, counted | rejected, counted & rejected) == (len(lines), set(lines), set())
