"""`--profile interne` names the patient as the file does, and shows the NIR to nobody."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from oracle import a9

NIR = "1 85 01 75 000 001 43"
HEAD = "Date de soins;Code acte;Praticien;Montant"
ACT = "03/01/2023;TE2;10001234567;25,00"
BOTH = ("check", "explain")


def shown(folder: Path, headings: str, cells: str) -> tuple[str, str]:
    """The patient as `check` and as `explain` tell them, and nothing else of theirs."""
    file = folder / "actes.csv"
    file.write_text(f"{HEAD};{headings}\n{ACT};{cells}\n", encoding="utf-8")
    settings = ("--profile", "interne", "--as-of", "2024-01-15", "--no-config")
    lines = a9.ran("check", str(file), *settings, "--format", "csv").stdout
    told = a9.ran("explain", str(file), "--at", "2", *settings).stdout
    for text in (lines, told):
        assert NIR not in text
        assert NIR.replace(" ", "") not in text
    patient = next(csv.DictReader(io.StringIO(lines.removeprefix("\ufeff")), delimiter=";"))["Patient"]
    assert patient in " ".join(told.split())
    return patient, told


@pytest.mark.parametrize(
    ("headings", "cells", "patient"),
    [
        ("Patient;Nom;Date de naissance", "D-12;DURAND;12/01/1985", "D-12"),
        ("NIR;Nom;Prénom;Date de naissance", f"{NIR};DURAND;Marie;12/01/1985", "DURAND Marie 12/01/1985"),
        ("NIR;Nom;Date de naissance", f"{NIR};DURAND;", "DURAND"),
        ("NIR;Nom;Prénom;Date de naissance", f"{NIR};;Marie;12/01/1985", "P0001"),
        ("NIR;Date de naissance", f"{NIR};12/01/1985", "P0001"),
        ("Patient;Nom;Prénom;Date de naissance", f"{NIR};DURAND;Marie;12/01/1985", "DURAND Marie 12/01/1985"),
        ("Patient", NIR, "P0001"),
        ("Nom;Prénom;Date de naissance", "DURAND;Marie;12/01/1985", "DURAND Marie 12/01/1985"),
    ],
)
def test_who_is_shown(tmp_path: Path, headings: str, cells: str, patient: str) -> None:
    assert shown(tmp_path, headings, cells)[0] == patient
