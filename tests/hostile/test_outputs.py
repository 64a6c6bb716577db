"""What comes out: formulas made harmless in every format, and places that cannot be written (inputs 27 and 29)."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from hostile import build
from hostile.runs import MOST_SECONDS, a9, contents, environment, here, run

REFUSED_FIRST = "=+-@\t\r＝＋－＠"


@pytest.fixture(scope="module")
def injected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = build.injection(tmp_path_factory.mktemp("formules"))
    return path


def export(injected: Path, place: Path) -> bytes:
    args = ("check", str(injected), "--profile", "interne", "--as-of", "2026-11-22", "-o", str(place))
    found = here(*args, cwd=place.parent)
    assert found.code == 0, found.err
    return place.read_bytes()


def test_csv_neutralises_text_and_leaves_numbers(injected: Path, tmp_path: Path) -> None:
    data = export(injected, tmp_path / "a.csv")
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(found) == len(build.FORMULAS)
    assert {row["Montant"] for row in found} == {"-12,50"}
    for row in found:
        for heading, text in row.items():
            number = heading in ("Ligne", "Montant", "En jeu") or text == "-12,50" or text == "+1"
            assert number or not text.lstrip(" ").startswith(tuple(REFUSED_FIRST)), (heading, text)


def test_xlsx_is_typed(injected: Path, tmp_path: Path) -> None:
    export(injected, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" and "cmd" in str(cell.value)]
    held = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3"} <= held, "a text is lost"
    assert -12.5 in {cell.value for cell in cells if cell.data_type == "n"}


def test_annotated_copy_adds_no_formula(injected: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copie.xlsx"
    args = ("check", str(injected), "--as-of", "2026-11-22", "--annotate", str(copy), "--profile", "interne")
    assert here(*args, cwd=tmp_path).code == 0
    book = openpyxl.load_workbook(copy)
    assert not [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [cell.value for cell in book["Actes"]["D"]][1:] == list(build.FORMULAS)


def test_json_keeps_them_and_html_escapes_them(injected: Path, tmp_path: Path) -> None:
    found = json.loads(export(injected, tmp_path / "a.json"))["findings"]
    assert {finding["amount"] for finding in found} == {"-12.50"}
    assert "=cmd|' /C calc'!A0" in {finding["patient"] for finding in found}
    HTMLParser().feed(export(injected, tmp_path / "a.html").decode())


# --- places that cannot be written ---


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = build.all_faulty(tmp_path_factory.mktemp("fautes"))
    return path


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device on this system")
def test_full_disk(faulty: Path, tmp_path: Path) -> None:
    found = run("check", str(faulty), "-o", "/dev/full", "--format", "csv", cwd=tmp_path)
    assert (found.code, found.errors) == (
        3,
        ["Erreur : /dev/full : le disque est plein ; libérez de la place, ou écrivez ailleurs."],
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            a9("check", str(faulty)), check=False, stdout=full, stderr=subprocess.PIPE, env=environment()
        )
    assert done.returncode == 3
    assert "sortie standard : le disque est plein" in done.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on files there")
@pytest.mark.parametrize("options", [("-o", "a.json"), ("-o", "a.xlsx"), ("--annotate", "copie.xlsx", "--quiet")])
def test_a_write_cut_short_leaves_nothing(faulty: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    """The system refuses the byte after 20,000: what a full disk does to a file."""
    import resource

    (tmp_path / options[1]).write_text("avant")
    before = contents(tmp_path)
    done = subprocess.run(
        a9("check", str(faulty), *options),
        check=False,
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        timeout=MOST_SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 3, done.stderr
    said = [line for line in done.stderr.decode().splitlines() if line.startswith("Erreur")]
    assert len(said) == 1
    known = ("le disque est plein", "la taille permise", f"{options[1]} : écriture impossible")
    assert any(words in said[0] for words in known)
    assert contents(tmp_path) == before


def test_a_closed_pipe_is_silent(faulty: Path, tmp_path: Path) -> None:
    for format_ in ("csv", "json", "table"):
        process = subprocess.Popen(
            a9("check", str(faulty), "--format", format_, "--quiet"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(MOST_SECONDS) in (0, 1)


def test_every_row_a_finding_counts_exactly(faulty: Path, tmp_path: Path) -> None:
    found = run("check", str(faulty), "--format", "json", "--only", "condition/code-hors-periode", cwd=tmp_path)
    assert found.code == 1
    assert found.json["summary"]["violation"] == len(found.json["findings"]) == 5_000
