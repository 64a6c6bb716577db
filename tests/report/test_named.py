"""Files by their names in what people read, by their paths in what programs read."""

from __future__ import annotations

from pathlib import Path

import pytest

from a9.main import run
from avenant9.named import file_names

ACTS = """Date de soins;Code acte;Praticien;Patient;Montant
10/01/2023;TE2;A;P1;20,00
12/02/2023;TE2;A;P1;20,00
13/03/2023;TE2;A;P1;20,00
14/04/2023;TE2;A;P1;20,00
"""
FIFTH = """Date de soins;Code acte;Praticien;Patient;Montant
15/05/2023;TE2;A;P1;20,00
pas une date;TE2;A;P1;20,00
"""


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/home/a/2023/actes.csv"], ["actes.csv"]),
        (["a/actes.csv", "b/actes.csv", "b/autres.csv"], ["a/actes.csv", "b/actes.csv", "autres.csv"]),
        (["x/1/actes.csv", "y/1/actes.csv"], ["x/1/actes.csv", "y/1/actes.csv"]),
        (["actes.csv", "a/actes.csv"], ["actes.csv", "a/actes.csv"]),
        ([r"C:\\dossiers\\actes.csv"], ["actes.csv"]),
        (["-"], ["-"]),
    ],
)
def test_the_name_is_enough_but_for_two_files_of_one_name(paths: list[str], names: list[str]) -> None:
    assert file_names(paths) == dict(zip(paths, names, strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name, words in (("debut/actes.csv", ACTS), ("suite/cinquieme.csv", FIFTH)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(words, encoding="utf-8")
    return str(tmp_path)


COMMANDS = [["check"], ["explain", "--at", "cinquieme.csv:2"], ["threshold", "show"], ["measures", "simulate"]]


@pytest.mark.parametrize("command", COMMANDS, ids=[words[0] for words in COMMANDS])
@pytest.mark.parametrize("ending", ["txt", "html"])
def test_reports_name_files_not_paths(folder: str, command: list[str], ending: str, tmp_path: Path) -> None:
    files = [f"{folder}/debut/actes.csv", f"{folder}/suite/cinquieme.csv"]
    run([*command, *files, "--quiet", "-o", str(tmp_path / f"rapport.{ending}")])
    told = (tmp_path / f"rapport.{ending}").read_text("utf-8")
    assert folder not in told
    assert "cinquieme.csv" in told


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_programs_keep_the_path_as_given(folder: str, ending: str, tmp_path: Path) -> None:
    files = [f"{folder}/debut/actes.csv", f"{folder}/suite/cinquieme.csv"]
    run(["check", *files, "--quiet", "-o", str(tmp_path / f"rapport.{ending}")])
    assert files[1] in (tmp_path / f"rapport.{ending}").read_text("utf-8")
