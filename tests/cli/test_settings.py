"""Where `a9.toml` is found, and what it costs where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from a9.main import run
from a9.settings import find

from .test_exits import environment

ACTS = "date;acte;patient;montant\n02/05/2023;G;P1;26,50\n03/05/2023;MCY;P2;80,00\n"
FOUR = '[constantes]\npraticien = "10001234567"\nspecialite = "01"\nsecteur = "1"\noptam = "non"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients" / "martin" / "mai").mkdir(parents=True)
    (tmp_path / "clients" / "martin" / "mai" / "actes.csv").write_text(ACTS, encoding="utf-8")
    return tmp_path


def test_the_nearest_one_above_the_first_file(folder: Path) -> None:
    file = os.path.join("clients", "martin", "mai", "actes.csv")
    assert find(file) is None
    for above in ("", "clients", os.path.join("clients", "martin"), os.path.join("clients", "martin", "mai")):
        place = os.path.join(above, "a9.toml")
        Path(place).write_text("", encoding="utf-8")
        assert find(file) == place
    assert find(str(folder / "clients" / "actes.csv")) == str(folder / "clients" / "a9.toml")


def test_else_that_of_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "clients" / "a9.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(folder / "clients")
    assert find("-") == find(None) == "a9.toml"
    assert find(str(folder / "actes.csv")) == "a9.toml"
    monkeypatch.chdir(folder / "clients" / "martin")
    assert find("-") is None
    assert find(os.path.join("mai", "actes.csv")) == os.path.join("..", "a9.toml")


def test_a_folder_of_that_name_holds_no_settings(folder: Path) -> None:
    (folder / "a9.toml").mkdir()
    assert find("actes.csv") is None


def checked(*words: str) -> tuple[list[tuple[str, str]], list[tuple[str, list[str]]]]:
    """The findings, by rule and verdict, and what could not be verified for want of what."""
    out = Path("r.json")
    run(["check", "clients/martin/mai/actes.csv", "-o", str(out), "--as-of", "2024-01-01", "--quiet", *words])
    read = json.loads(out.read_text(encoding="utf-8"))
    return (
        [(one["rule"], one["verdict"]) for one in read["findings"]],
        [(one["rule"], one["missing"]) for one in read["unverifiable"]],
    )


def test_four_constants_make_the_rules_about_specialty_and_sector_run(folder: Path) -> None:
    without, lacked = checked()
    assert without == []
    assert ("condition/specialite", ["specialty"]) in lacked
    (folder / "clients" / "a9.toml").write_text(FOUR, encoding="utf-8")
    found, lacking = checked()
    assert found == [("condition/specialite", "violation")]
    missing = {column for _, columns in lacking for column in columns}
    assert not missing & {"practitioner", "specialty", "sector", "optam"}
    assert checked("--no-config") == (without, lacked)


def test_an_option_wins(folder: Path) -> None:
    (folder / "a9.toml").write_text('profile = "interne"\n', encoding="utf-8")
    out = folder / "r.json"
    asked = {(): "interne", ("--profile", "comptable"): "comptable", ("--no-config",): "comptable"}
    for words, profile in asked.items():
        run(["check", "clients/martin/mai/actes.csv", "-o", str(out), "--as-of", "2024-01-01", "--quiet", *words])
        assert json.loads(out.read_text(encoding="utf-8"))["profile"] == profile


def test_without_settings_nothing_is_imported_to_read_them(folder: Path) -> None:
    code = (
        "import sys, click; from a9.settings import ReadingCommand; from a9.options import reading_options;"
        "command = ReadingCommand('x', params=[click.Argument(['files'], nargs=-1)], callback=lambda **_: None);"
        "reading_options(command); command.make_context('x', ['clients/martin/mai/actes.csv']);"
        "print(sorted({'pydantic', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), check=True, timeout=60
    )
    assert done.stdout.split() == [b"[]"]
