"""`--at`: a row, or the number of an invoice; a number that is both is a row's, unless it says otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from avenant9.acts.load import load_acts
from avenant9.errors import SettingError
from avenant9.locate import find
from avenant9.rulebook.load import load_rulebook
from oracle import a9

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from avenant9.model import Acts

ROWS = "date;code;patient;invoice\n" + "".join(
    f"1{n}/05/2022;G;P{n};{invoice}\n" for n, invoice in enumerate(["A0108", "F4", "F4", "3", "900", "X/1-b"])
)


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Acts:
    file: Path = tmp_path_factory.mktemp("acts") / "actes.csv"
    file.write_text(ROWS, encoding="utf-8")
    return load_acts([str(file)], load_rulebook().nomenclature)


@pytest.mark.parametrize(
    ("at", "row"),
    [("A0108", 2), ("3", 3), ("facture 3", 5), ("Facture : 3", 5), ("900", 6), ("X/1-b", 7), ("A4", 4), ("4", 4)],
)
def test_a_row_or_an_invoice(at: str, row: int, acts: Acts) -> None:
    assert find(acts, at) == [(0, row)]


@pytest.mark.parametrize("at", ["F4", "facture F4"])
def test_an_invoice_of_several_rows(at: str, acts: Acts) -> None:
    assert find(acts, at) == [(0, 3), (0, 4)]


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        ("facture 77", "aucun acte de cette facture dans les fichiers"),
        ("901", "la ligne 901 n'est pas une ligne d'actes"),
    ],
)
def test_what_is_refused(at: str, problem: str, acts: Acts) -> None:
    with pytest.raises(SettingError) as refusal:
        find(acts, at)
    assert refusal.value.problem == problem


def test_every_row_of_an_invoice_is_explained_as_it_is_alone(tmp_path: Path) -> None:
    file = tmp_path / "actes.csv"
    file.write_text("date;code;patient;invoice;practitioner\n11/05/2022;G;P1;F4;A\n11/05/2022;MCG;P1;F4;A\n", "utf-8")

    def explained(at: str) -> dict[str, Any]:
        ran = a9.ran("explain", str(file), "--at", at, "--as-of", "2024-01-15", "--quiet", "--format", "json")
        assert ran.code == 0, ran.stderr
        told: dict[str, Any] = json.loads(ran.stdout)
        return told

    both, first, second = explained("F4"), explained("2"), explained("3")
    where = [{"file": str(file), "sheet": None, "row": row} for row in (2, 3)]
    assert (both["at"], both["others"]) == (where[0], where[1:])
    assert both["acts"] == [{"at": where[0], **first["acts"][0]}, {"at": where[1], **second["acts"][0]}]
    assert "others" not in first
