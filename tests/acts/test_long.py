"""A long file is read as a short one is: what is done faster where texts repeat changes no act and no word."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant9.acts.load import load_acts
from avenant9.errors import A9Error
from avenant9.reading import repeated, text
from avenant9.reading.read import read_file
from avenant9.records import field_names
from avenant9.rulebook.load import load_rulebook

FIXTURES = Path(__file__).parents[2] / "fixtures"
FILES = sorted(
    path
    for ending in ("csv", "xlsx", "xls", "ods", "parquet")
    for folder in ("exports", "dirty", "encaissements", "clients", "cases")
    for path in (FIXTURES / folder).rglob(f"*.{ending}")
)


def read(path: Path) -> tuple[pl.DataFrame | None, dict[str, object]]:
    """The acts of a file, and what is said of it."""
    try:
        acts = load_acts([str(path)], load_rulebook().nomenclature)
    except A9Error as error:
        return None, {"refused": str(error)}
    return acts.table, {name: getattr(acts, name) for name in field_names(acts) if name != "table"}


@pytest.mark.parametrize("path", [FIXTURES / "cabinet_conforme.csv", *FILES], ids=lambda path: path.name)
def test_a_long_file_is_read_as_a_short_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short, said = read(path)
    monkeypatch.setattr(repeated, "FEW", 0)
    monkeypatch.setattr(text, "MOST_OF_TOP", 700)
    long, said_of_long = read(path)
    assert said_of_long == said
    if short is not None and long is not None:
        assert_frame_equal(long, short)


def test_texts_that_repeat_are_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "actes.csv"
    rows = "".join(f"01/02/2023;G;{number}\n" for number in range(100))
    path.write_text(f"date;code;facture\n{rows}", encoding="utf-8")
    monkeypatch.setattr(text, "MOST_OF_TOP", 700)
    ((sheet,), _) = read_file(str(path))
    assert [sheet.table.schema[name] == pl.String for name in ("c0", "c1", "c2")] == [False, False, True]
    assert sheet.table["c1"].to_list() == ["code", *["G"] * 100]
