"""What `a9 columns` says of a sheet, built by hand."""

from __future__ import annotations

import json

import polars as pl

from avenant9.documents import columns
from avenant9.reading.raw_sheet import RawSheet
from avenant9.report.page import Page
from avenant9.rulebook.load import load_rulebook

NOMENCLATURE = load_rulebook().nomenclature


def raw(*rows: tuple[str | None, ...], **about: object) -> RawSheet:
    names = [f"c{place}" for place in range(max(map(len, rows), default=0))]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_row_index("row", 1)
    fields: dict[str, object] = {"file": "a.xlsx", "sheet": "Actes", "table": table, **about}
    return RawSheet(**fields)  # type: ignore[arg-type]


ACTS = raw(
    ("Relevé", None, None, None), ("Date", "Acte", "Banque\x07", "NIR"), ("10/01/2023", "G", "CIC", "1850175000001")
)
HIDDEN = raw(sheet="Cachée", hidden=True, read=False)
OTHER = raw(("Date", "Montant"), ("10/01/2023", "12,00"), sheet="Banque")
TEXT = raw(("10/01/2023", "DUPONT"), file="-", sheet=None, encoding="cp1252", separator="\t")


def test_a_whole_page() -> None:
    shown = columns.render_text(columns.understand([ACTS, HIDDEN, OTHER, TEXT], NOMENCLATURE, None), Page()).replace(
        "\u00a0", " "
    )
    assert (
        shown
        == """\
a.xlsx, feuille Actes, 3 lignes
  Titres à la ligne 2.
  A « Date » = Date de soins (date) : lisible à 100 % ; surtout 10/01/2023 (1).
  B « Acte » = Code acte (code) : lisible à 100 % ; surtout G (1).
  C « Banque\\x07 » ne sert pas.
  D « NIR » = NIR (nir).
  Colonnes absentes, que certaines règles demandent : « Heure », « Praticien »,
  « Spécialité », « Secteur », « OPTAM », « Date de naissance », « Quantité »,
  « Coefficient », « Montant », « Dépassement », « Taux », « Remboursé AMO »,
  « Date de paiement », « N° facture », « Médecin traitant », « Parcours »,
  « ALD », « Exonération », « Lieu », « Motif », « Code d'origine »,
  « Régulation », « Régulé le », « Demandeur », « Demandé le », « Canal »,
  « Ancrage territorial », « Sortie d'hospitalisation » et « Statut ».

a.xlsx, feuille Cachée (masquée)
  Feuille masquée ou non demandée, non lue (--all-sheets, --sheet).

a.xlsx, feuille Banque, 2 lignes
  Pas une feuille d'actes : il manque « Code acte ».
  Titres lus : « Date » et « Montant ».

entrée standard, encodage cp1252, séparateur tabulation, 1 ligne
  Pas une feuille d'actes : il manque « Date de soins » et « Code acte ».
  Titres lus : aucun qui ressemble à un titre.
"""
    )


def test_the_same_as_an_object() -> None:
    loaded = json.loads(columns.render_json(columns.understand([ACTS, HIDDEN], NOMENCLATURE, None)))
    acts, hidden = loaded["sheets"]
    assert loaded["format"] == "a9-columns/1"
    assert acts["columns"]["code"] == {
        "heading": "Acte",
        "column": "B",
        "readable": "1.0000",
        "first_unreadable": None,
        "frequent": [{"value": "G", "count": 1}],
    }
    unused = {"heading": "Banque\x07", "column": "C", "readable": None, "first_unreadable": None, "frequent": []}
    assert acts["unused"] == [unused]
    assert (acts["header_row"], acts["acts"], acts["missing"]) == (2, True, [])
    assert "patient" not in acts["absent"]
    assert (hidden["read"], hidden["acts"], hidden["columns"]) == (False, False, {})


def test_parquet_has_no_heading_row() -> None:
    parquet = raw(("2023-01-10", "G", "x"), header=("date", "code", "autre"), sheet=None)
    shown = columns.render_text(columns.understand([parquet], NOMENCLATURE, None), Page())
    assert "Titres à la ligne" not in shown
    assert "C « autre » ne sert pas." in shown
