"""The same bytes whatever the locale, the time zone, the hash seed, the folder and the number of threads."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from privacy.commands import COMMANDS, WRITTEN, process

#: Python 3.11 reads the path of a development install in the locale's encoding: there, one that is not ASCII is lost.
PLAIN = "C" if str(Path(__file__).resolve()).isascii() else "C.UTF-8"
ELSEWHERE: dict[str, dict[str, str]] = {
    "C": {"LC_ALL": PLAIN, "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1"},
    # not LC_ALL: where German is not installed, Python would be left with ASCII
    "de": {"LANG": "de_DE.UTF-8", "TZ": "America/Los_Angeles", "PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "4"},
    "other": {"LANG": "fr_FR.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "2", "PYTHONUTF8": "1"},
}


def same(one: subprocess.CompletedProcess[bytes], other: subprocess.CompletedProcess[bytes]) -> None:
    assert one.returncode == other.returncode
    assert one.stdout == other.stdout
    assert one.stderr == other.stderr


@pytest.mark.parametrize("name", ["check", "threshold-request", "forfait-simulate", "measures-simulate"])
def test_the_same_bytes_elsewhere(name: str, tmp_path: Path) -> None:
    compared(name, tmp_path, ["C", "de"])


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_bytes_everywhere(name: str, tmp_path: Path) -> None:
    compared(name, tmp_path, list(ELSEWHERE))


def compared(name: str, folder: Path, elsewhere: list[str]) -> None:
    here = folder / "ici"
    here.mkdir()
    reference = process(*COMMANDS[name], cwd=here, PYTHONHASHSEED="7", TZ="Europe/Paris")
    assert reference.returncode in (0, 1, 3)
    for place in elsewhere:
        there = folder / place
        there.mkdir()
        same(process(*COMMANDS[name], cwd=there, **ELSEWHERE[place]), reference)


def grid(file: Path) -> Any:
    from openpyxl import load_workbook

    book = load_workbook(file)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


#: Not all commands write all formats.
FORMS = {"explain": ("json",)}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_files_everywhere(name: str, tmp_path: Path) -> None:
    for form in FORMS.get(name, ("json", "csv", "html", "xlsx")):
        files = []
        for place, env in ELSEWHERE.items():
            file = tmp_path / f"{place}.{form}"
            process(*COMMANDS[name], "-o", str(file), cwd=tmp_path, **env)
            files.append(grid(file) if form == "xlsx" else file.read_bytes())
        assert files[1:] == files[:-1], form
