"""Which sheets are read: each one that is not says why, and a sheet that is not there is said with those that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import load_acts
from avenant9.acts.mapping import Mapping
from avenant9.documents.sentences import not_read
from avenant9.errors import InputError, SettingError
from avenant9.model import Unread
from avenant9.rulebook.load import load_rulebook
from avenant9.shifts import load_activity

if TYPE_CHECKING:
    from pathlib import Path

NOMENCLATURE = load_rulebook().nomenclature
ACT = ("09/01/2023", "G")


@pytest.fixture
def book(tmp_path: Path) -> str:
    made = Workbook()
    made.remove(made["Sheet"])
    for name, rows in {
        "Actes": [("Date de soins", "Code acte"), ACT],
        "Brouillon": [("Date de soins", "Code acte"), ACT, ACT],
        "Notes": [("Date", "Remarque"), ("09/01/2023", "vu")],
        "Annuaire": [("Titre", "Téléphone"), ("Dr", "01")],
        "Vide": [],
    }.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made["Brouillon"].sheet_state = "hidden"
    path = str(tmp_path / "un.xlsx")
    made.save(path)
    return path


def left(book: str, options: ReadOptions | None = None) -> dict[str | None, str]:
    acts = load_acts([book], NOMENCLATURE, options)
    return {one.sheet: not_read(one).partition(" : ")[2] for one in acts.unread}


def test_each_sheet_says_why_it_is_not_read(book: str) -> None:
    assert left(book) == {
        "Brouillon": "ignorée (masquée : --all-sheets la lit).",
        "Notes": "ignorée (sans colonne « Code acte » : nommez-la par --map).",
        "Annuaire": "ignorée (sans colonne « Date de soins » ni « Code acte » : nommez-les par --map).",
        "Vide": "ignorée (vide).",
    }
    assert list(left(book, ReadOptions(all_sheets=True))) == ["Notes", "Annuaire", "Vide"]
    assert set(left(book, ReadOptions(sheets=("Actes",))).values()) == {"ignorée (non demandée par --sheet)."}
    named = ReadOptions(mapping=Mapping(sheet="Actes"))
    assert set(left(book, named).values()) == {"ignorée (non demandée par --map)."}


def test_names_of_sheets_are_compared_without_case(book: str) -> None:
    acts = load_acts([book], NOMENCLATURE, ReadOptions(sheets=("BROUILLON",)))
    assert [(one.sheet, one.rows) for one in acts.inputs] == [("Brouillon", 2)]


def test_a_sheet_that_is_not_there_is_said_with_those_that_are(book: str, tmp_path: Path) -> None:
    options = ReadOptions(sheets=("Feuil1",))
    said = (
        "--sheet Feuil1 : aucun fichier n'a cette feuille ; "
        "feuilles des classeurs : Actes, Annuaire, Brouillon, Notes, Vide."
    )
    for load in (load_acts, load_activity):
        with pytest.raises(SettingError) as error:
            load([book], NOMENCLATURE, options)
        assert str(error.value) == said
    beside = tmp_path / "actes.csv"
    beside.write_text("date;code\n01/02/2023;G\n", encoding="utf-8")
    acts = load_acts([book, str(beside)], NOMENCLATURE, ReadOptions(mapping=Mapping(sheet="Feuil1")))
    assert acts.unread == (
        Unread(
            book,
            None,
            "pas de feuille « Feuil1 » (--map)",
            "feuilles du classeur : Actes, Brouillon, Notes, Annuaire, Vide",
        ),
    )


def test_a_file_that_is_not_read_may_have_the_sheet(book: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pas de feuille « Feuil1 »"):
        load_acts([book, str(tmp_path / "absent.xlsx")], NOMENCLATURE, ReadOptions(sheets=("Feuil1",)))


def test_sheets_that_could_have_held_shifts(book: str) -> None:
    activity = load_activity([book], NOMENCLATURE)
    assert [(one.sheet, one.reason) for one in activity.acts.unread] == [
        ("Brouillon", "masquée"),
        ("Notes", "ni actes, ni vacations, ni protocoles"),
        ("Annuaire", "ni actes, ni vacations, ni protocoles"),
        ("Vide", "vide"),
    ]
