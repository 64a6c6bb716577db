"""`a9 threshold show` on a folder: the ceiling of each client, as if it were alone."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from a9.main import run
from avenant9 import saved
from avenant9.documents.render import render
from avenant9.firm import run as firm_run
from avenant9.report.page import Page
from avenant9.rulebook.load import load_rulebook

from .test_firm import AS_OF, CLIENTS, NAMES, merged


@pytest.fixture(autouse=True)
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(firm_run, "processes", lambda: 1)
    shutil.copytree(CLIENTS, tmp_path / "clients")
    monkeypatch.chdir(tmp_path)
    return Path("clients")


def shown(*words: str) -> tuple[int, dict[str, Any]]:
    code = run(["threshold", "show", *words, *AS_OF, "--quiet", "-o", "sortie.json"])
    return code, json.loads(Path("sortie.json").read_text(encoding="utf-8"))


def test_each_client_is_what_it_is_alone(clients: Path) -> None:
    code, together = shown("clients")
    assert (code, together["format"]) == (3, "a9-firm/1")
    assert [client["client"] for client in together["clients"]] == NAMES
    assert [client["exit"] for client in together["clients"]] == [0, 0, 0, 3, 3, 3]
    assert together["totals"] == {"clients": 6, "failed": 3, "practitioners": 3, "over": 3}
    alone = {"bernard": ["bernard.csv"], "durand": ["durand/fevrier.csv", "durand/janvier.csv"]}
    for name, files in alone.items():
        config = merged(clients) if name == "durand" else ["--config", "clients/a9.toml"]
        _, one = shown(*(f"clients/{file}" for file in files), *config)
        found = next(client["threshold"] for client in together["clients"] if client["client"] == name)
        assert {key: value for key, value in found.items() if key != "unread"} == one


def test_a_part_of_the_year_and_a_derogation(clients: Path) -> None:
    Path("derogations.toml").write_text(
        '[[derogation]]\npractitioner = "10001234567"\nyear = 2023\nceiling = 0.50\n', encoding="utf-8"
    )
    result = shown("clients", "--until", "2023-02-28", "--derogations", "derogations.toml")[1]
    bernard = result["clients"][0]["threshold"]["practitioners"][0]
    assert (bernard["until"], bernard["total"], bernard["ceiling"]) == ("2023-02-28", 3, "0.500000")


def test_one_line_per_client(clients: Path) -> None:
    run(["threshold", "show", "clients", *AS_OF, "--quiet", "-o", "sortie.csv"])
    text = Path("sortie.csv").read_bytes().decode("utf-8-sig")
    lines = [*csv.DictReader(io.StringIO(text, newline=""), delimiter=";")]
    keys = ("Client", "Praticien", "Actes", "À distance", "Part", "Excédent", "Position", "Code de sortie")
    assert [tuple(line[key] for key in keys) for line in lines[:2]] == [
        ("bernard", "10001234567", "7", "3", "0,428571", "2", "dépassé de 2\u00a0actes", "0"),
        ("durand", "10002345678", "7", "5", "0,714286", "4", "dépassé de 4\u00a0actes", "0"),
    ]
    assert [line["Client"] for line in lines] == NAMES


def test_a_sheet_per_client(clients: Path) -> None:
    import openpyxl

    run(["threshold", "show", "clients", *AS_OF, "--quiet", "-o", "sortie.xlsx"])
    assert openpyxl.load_workbook("sortie.xlsx").sheetnames == ["Synthèse", "Clients", *NAMES]


@pytest.mark.parametrize("form", ["table", "csv", "json", "html"])
def test_a_saved_result_is_shown_again(form: Any, clients: Path) -> None:
    shown("clients")
    run(["threshold", "show", "clients", *AS_OF, "--quiet", "--format", form, "-o", "direct"])
    found = saved.load(Path("sortie.json").read_bytes(), "sortie.json", load_rulebook())
    again = render(form, found, Page())
    assert (again.encode() if isinstance(again, str) else again) == Path("direct").read_bytes()


def test_the_fiscal_profile_sees_none_of_it(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["threshold", "show", "clients", *AS_OF, "--profile", "fiscal"]) == 2
    text = (clients / "durand" / "a9.toml").read_text(encoding="utf-8")
    (clients / "durand" / "a9.toml").write_text(f'profile = "fiscal"\n{text}', encoding="utf-8")
    durand = shown("clients")[1]["clients"][1]
    assert (durand["exit"], durand["threshold"]) == (2, None)
    assert durand["error"] == "a9.toml : le profil fiscal tait la nature des actes ; choisissez --profile comptable."


def test_a_request_is_of_one(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["threshold", "request", "clients", *AS_OF]) == 3
    assert "clients : c'est un dossier ; donnez les fichiers d'un seul client" in capsys.readouterr().err
