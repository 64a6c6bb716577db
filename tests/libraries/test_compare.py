"""The short form of `make libraries`: the workbooks of `fixtures`, which both readers read alike to the last cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from libraries.causes import UNKNOWN_SHEET
from libraries.compare import compared, workbooks

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
#: What is no workbook, or none of these: the words of the refusal, or of the other library.
OTHERWISE = {
    "protege.xlsx": "refused by a9: le classeur est protégé par un mot de passe",
    "classeur_tronque.xlsx": "refused by a9: le classeur est tronqué ou abîmé",
    "html_nomme.xls": "refused by a9: c'est une page HTML, pas un classeur",
    "ods-forme-sur-code--actes.ods": "refused by the other library: ValueError",  # no list of its parts
    "ods-sans-type-patient--actes.ods": "refused by the other library: ValueError",
    "csv_renomme.xlsx": "refused by the other library: BadZipFile",  # read as text, with a notice
    "moreau.xlsx": "refused by a9: le classeur est protégé par un mot de passe",
    "petit.xlsx": "refused by a9: le classeur est tronqué ou abîmé",
    "~$lefevre.xlsx": "refused by the other library: BadZipFile",  # the mark of an open workbook
}
#: What the other library reads wrongly, or not at all: each cell that differs has this cause.
EXPLAINED = {
    "strict-annote--actes.xlsx": UNKNOWN_SHEET,
    "xls-graphique-quantite--actes.xls": "calamine: charts upon a sheet",
    "xls-ligne-de-formules-numbers--actes.xls": "calamine: formulas",
    "xls-page-1252--actes.xls": "calamine: two bytes a character",
    "xls95-format-couleur--actes.xls": "calamine: formats of dates in Excel 95",
}
FILES = workbooks(FIXTURES)


def test_there_are_workbooks_of_each_sort() -> None:
    assert {path.suffix for path in FILES} == {".xlsx", ".xls", ".ods"}
    assert {path.name for path in FILES} >= OTHERWISE.keys() | EXPLAINED.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_two_libraries_read_the_same_cells_but_as_explained(path: Path) -> None:
    found = compared(path)
    if path.name in EXPLAINED:
        assert {cause for cause, *_ in found["unlike"]} == {EXPLAINED[path.name]}
    else:
        assert (found["outcome"], found["unlike"]) == (OTHERWISE.get(path.name, "equal"), [])
