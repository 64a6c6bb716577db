"""`a9 forfait simulate` on a folder: each client as if it were alone."""

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
from avenant9.report.page import Page
from avenant9.rulebook.load import load_rulebook

PRACTICES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "practices"
AS_OF = ("--as-of", "2026-11-22")
NAMES = ["cabinet_2022", "classeur_tronque", "cle_inconnue", "duo", "incomplet_2022"]


@pytest.fixture(autouse=True)
def practices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four clients that are a file each, two of which are wrong, and one of two practices."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cabinets" / "duo").mkdir(parents=True)
    for name in (
        "cabinet_2022.toml",
        "incomplet_2022.toml",
        "fautifs/cle_inconnue.toml",
        "fautifs/classeur_tronque.xlsx",
    ):
        shutil.copy(PRACTICES / name, "cabinets")
    for name in ("segur_2023.toml", "teleservices_2024.toml"):
        shutil.copy(PRACTICES / name, "cabinets/duo")
    (tmp_path / "cabinets" / "a9.toml").write_text('zone = "metropole"\n', encoding="utf-8")
    return Path("cabinets")


def simulated(*words: str) -> tuple[int, dict[str, Any]]:
    code = run(["forfait", "simulate", *words, *AS_OF, "--quiet", "-o", "sortie.json"])
    return code, json.loads(Path("sortie.json").read_text(encoding="utf-8"))


def test_each_client_is_what_it_is_alone() -> None:
    code, result = simulated("cabinets", "--what-if")
    assert (code, result["format"]) == (3, "a9-firm/1")
    found = {client["client"]: client for client in result["clients"]}
    assert {name: client["exit"] for name, client in found.items()} == dict(zip(NAMES, (0, 3, 2, 0, 3), strict=True))
    assert found["cle_inconnue"]["error"].startswith("cle_inconnue.toml, [indicateurs] : clé inconnue « taux_dpm »")
    assert found["classeur_tronque"]["error"].startswith("le classeur est tronqué ou abîmé")
    assert result["totals"] == {
        "clients": 5,
        "failed": 2,
        "results": 4,
        "unsettled": 1,
        "total_euros": "11305.00",  # 4 532,50 + 3 920,00 + 2 852,50
    }
    for name in ("cabinet_2022", "incomplet_2022"):
        assert simulated(f"cabinets/{name}.toml", "--what-if")[1] == found[name]["forfait"]
    alone = [simulated(f"cabinets/duo/{name}.toml", "--what-if")[1] for name in ("segur_2023", "teleservices_2024")]
    assert found["duo"]["forfait"]["results"] == alone


def test_one_line_per_client() -> None:
    assert run(["forfait", "simulate", "cabinets", *AS_OF, "--quiet", "-o", "sortie.csv"]) == 3
    text = Path("sortie.csv").read_bytes().decode("utf-8-sig")
    lines = [*csv.DictReader(io.StringIO(text, newline=""), delimiter=";")]
    keys = ("Client", "Cabinets", "Année", "Points", "Euros des points", "Euros connus", "Code de sortie")
    assert [tuple(line[key] for key in keys) for line in lines] == [
        ("cabinet_2022", "1", "2022", "647,5", "4532,50", "4532,50", "0"),
        ("classeur_tronque", "", "", "", "", "", "3"),
        ("cle_inconnue", "", "", "", "", "", "2"),
        ("duo", "2", "2023, 2024", "967,5", "6772,50", "6772,50", "0"),
        ("incomplet_2022", "1", "2022", "", "", "", "3"),
    ]


def test_a_sheet_per_client() -> None:
    import openpyxl

    run(["forfait", "simulate", "cabinets", *AS_OF, "--quiet", "-o", "sortie.xlsx"])
    assert openpyxl.load_workbook("sortie.xlsx").sheetnames == ["Synthèse", "Clients", *NAMES]


@pytest.mark.parametrize("form", ["table", "csv", "json", "html"])
def test_a_saved_result_is_shown_again(form: Any) -> None:
    simulated("cabinets")
    run(["forfait", "simulate", "cabinets", *AS_OF, "--quiet", "--format", form, "-o", "direct"])
    found = saved.load(Path("sortie.json").read_bytes(), "sortie.json", load_rulebook())
    again = render(form, found, Page())
    assert (again.encode() if isinstance(again, str) else again) == Path("direct").read_bytes()


def test_an_empty_folder(capsys: pytest.CaptureFixture[str]) -> None:
    Path("vide").mkdir()
    assert run(["forfait", "simulate", "vide", *AS_OF]) == 3
    assert "vide : aucun client dans ce dossier" in capsys.readouterr().err
