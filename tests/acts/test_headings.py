"""The headings of `headings.toml`, each in a small file of its own, opened as for a check."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from avenant9 import InputError, load_acts, load_rulebook
from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import sheets_with_acts
from avenant9.model import Nomenclature
from avenant9.reading.read import read_file

TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))
CELLS: dict[str, list[str]] = TABLES["cells"]
PLAIN = {"date": "Date de soins", "code": "Code acte"}


@pytest.fixture(scope="module")
def nomenclature() -> Nomenclature:
    return load_rulebook().nomenclature


def cases(rows: Iterable[tuple[str, Any]]) -> list[Any]:
    """Parameters by id."""
    return [pytest.param(*values, id=name) for name, values in rows]


def written(folder: Path, columns: dict[str, list[str]]) -> str:
    path = folder / "actes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return str(path)


def recognised(folder: Path, columns: dict[str, list[str]], nomenclature: Nomenclature) -> dict[str, str]:
    """Key and heading of each column that is understood when the file is opened; none of one that is refused."""
    path = written(folder, columns)
    try:
        [(_, found)], _ = sheets_with_acts(path, read_file(path)[0], nomenclature, ReadOptions())
    except InputError:
        return {}
    return found.headings


def loaded(folder: Path, columns: dict[str, list[str]], nomenclature: Nomenclature) -> dict[str, str]:
    """The same once the acts are read."""
    try:
        return load_acts([written(folder, columns)], nomenclature).inputs[0].columns
    except InputError:
        return {}


def around(keys: Iterable[str]) -> dict[str, list[str]]:
    """The plain columns of care and code, without those of `keys`."""
    return {heading: CELLS[key] for key, heading in PLAIN.items() if key not in keys}


def named(columns: dict[str, str]) -> dict[str, list[str]]:
    """Columns of which the cells are given by name."""
    return {heading: CELLS[cells] for heading, cells in columns.items()}


def headings() -> Iterator[tuple[str, Any]]:
    for key, ones in TABLES["headings"].items():
        for heading in ones:
            yield f"{key}: {heading}", (key, heading)


@pytest.mark.parametrize(("key", "heading"), cases(headings()))
def test_a_heading_is_known_for_what_it_means(
    key: str, heading: str, tmp_path: Path, nomenclature: Nomenclature
) -> None:
    columns = {**around([key]), **named(TABLES["beside"].get(key, {})), heading: CELLS[key]}
    assert recognised(tmp_path, columns, nomenclature).get(key) == heading


def test_every_key_has_its_headings() -> None:
    """A key nobody wrote a heading for is one that no file will have."""
    every = [heading for ones in TABLES["headings"].values() for heading in ones]
    assert len(every) >= 600
    assert all(len(set(ones)) == len(ones) >= 7 for ones in TABLES["headings"].values())


def either() -> Iterator[tuple[str, Any]]:
    for entry in TABLES["either"]:
        for heading in entry["headings"]:
            yield f"{' or '.join(entry['keys'])}: {heading}", (entry, heading)


@pytest.mark.parametrize(("entry", "heading"), cases(either()))
def test_a_heading_of_whole_names_is_one_of_two_keys(
    entry: dict[str, Any], heading: str, tmp_path: Path, nomenclature: Nomenclature
) -> None:
    found = recognised(tmp_path, {**around([]), heading: CELLS[entry["cells"]]}, nomenclature)
    assert {key for key in found if found[key] == heading} in [{key} for key in entry["keys"]]


def without(keys: Iterable[str]) -> list[list[str]]:
    """Which plain columns to leave out, file by file; without day of care or code nothing else is looked for."""
    return [[], *([key] for key in PLAIN if key in keys)]


def misses() -> Iterator[tuple[str, Any]]:
    for entry in TABLES["miss"]:
        for heading in entry["headings"]:
            yield f"{heading} is no {entry['none_of'][0]}", (entry, heading)


@pytest.mark.parametrize(("entry", "heading"), cases(misses()))
def test_a_near_miss_is_not_taken_for_the_key(
    entry: dict[str, Any], heading: str, tmp_path: Path, nomenclature: Nomenclature
) -> None:
    """The file lacks the key, or holds it in a column that says so; the near miss stands first."""
    cells, beside = CELLS[entry["cells"]], entry.get("beside", {})
    found = [
        recognised(tmp_path, {heading: cells, **named(beside), **around([*keys, *beside.values()])}, nomenclature)
        for keys in without(entry["none_of"])
    ]
    assert [key for columns in found for key in entry["none_of"] if columns.get(key) == heading] == []
    assert all(set(columns.values()) >= set(beside) for columns in found)


def by_values() -> Iterator[tuple[str, Any]]:
    for entry in TABLES["by_values"]:
        yield entry["about"], (entry,)


@pytest.mark.parametrize("entry", cases(by_values()))
def test_the_values_decide(entry: dict[str, Any], tmp_path: Path, nomenclature: Nomenclature) -> None:
    columns = {
        heading: CELLS[cells] if isinstance(cells, str) else cells for heading, cells in entry["columns"].items()
    }
    found = loaded(tmp_path, columns, nomenclature)
    assert [key for key in entry["none"] if key in found] == []
    assert entry.get("refused", False) == (not found)
    titled = {key: heading for key, heading in entry["expected"].items() if heading}
    assert {key: found.get(key) for key in titled} == titled
    assert set(entry["expected"]) <= set(found)
