"""The CSV that French spreadsheets open: whole files, and what they must not run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from avenant9 import profile
from avenant9.documents import check_csv as csv
from avenant9.report import csv as written
from avenant9.report.document import Column, Table
from report.reports import DOUBT, FIFTH, LATE, NOT_COUNTED, REJECTED, UNVERIFIABLE, YEAR, report

HEADINGS = (
    "Règle;Verdict;Fichier;Feuille;Ligne;Date de soins;Code acte;Praticien;Patient;N° facture;Date de paiement;"
    "Montant;En jeu;Message;Texte;URL;Empreinte"
)


def lines(*findings: dict[str, object], **changes: object) -> list[str]:
    data = csv.render(profile.apply(report(*findings, **changes), "comptable"))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return data.decode("utf-8-sig").split("\r\n")[:-1]


def test_a_whole_file() -> None:
    assert lines(FIFTH, DOUBT, LATE, YEAR, unverifiable=UNVERIFIABLE, rejected=REJECTED, not_counted=NOT_COUNTED) == [
        HEADINGS,
        "frequence/te2-annuelle;non conforme;actes.xlsx;Actes;57;03/11/2022;TE2;10001234567;P0007;000123;;"
        "20,00;20,00;5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.;"
        "Décision UNCAM, NGAP, TE2;https://exemple.fr/te2;0011223344556677",
        "frequence/te2-douze-mois;à examiner;actes.xlsx;Actes;61;03/11/2022;TE2;10001234567;P0007;000123;;;;"
        "5e TE2 en douze mois.;;;0011223344556679",
        "frequence/te2-annuelle;non conforme;actes.xlsx;Actes;60;03/11/2022;TE2;10001234567;P0008;000123;05/01/2023;"
        "1234,56;1234,56;5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.;"
        "Décision UNCAM, NGAP, TE2;https://exemple.fr/te2;0011223344556678",
        "seuil/activite-distance;non conforme;;;;;;10001234567;;;;;80,00;"
        "24 actes à distance sur 100 en 2022, 20 au plus.;Avenant 9, article 2;https://exemple.fr/seuil;"
        "0011223344556680",
        "condition/vl-medecin-traitant;non vérifiable;;;;;;;;;;;;"
        "12\u00a0actes : colonne « Médecin traitant » absente;;;",
        "frequence/te2-annuelle;non vérifiable;;;;;;;;;;;;1\u00a0acte : valeurs manquantes dans « Patient »;;;",
        "tarif/opposable;non vérifiable;;;;;;;;;;;;3\u00a0actes : colonnes « Secteur » et « OPTAM » absentes;;;",
        ";rejeté;actes.xlsx;Actes;58;;;;;;;;;A58 : date illisible : 31/02/2022;;;",
        ";non compté;actes.xlsx;Actes;62;;;;;;;;;statut « rejeté » : la ligne n'entre dans aucun compte;;;",
        ";non compté;actes-2.csv;;3;;;;;;;;;statut « annulé » : la ligne n'entre dans aucun compte;;;",
    ]


def test_nothing_found_is_a_heading() -> None:
    assert lines() == [HEADINGS]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-a", "'-a"),
        ("\t=1+1", "' =1+1"),
        ("\r=1", "' =1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-12,50", "-12,50"),
        ("+33", "+33"),
        ("-12,50,1", "'-12,50,1"),
        ("a=b", "a=b"),
        ("a\nb\x0b", "a b "),
        ('a"b', '"a""b"'),
        ("a;b", '"a;b"'),
    ],
)
def test_a_text_cell_never_runs(text: str, cell: str) -> None:
    found = lines({**FIFTH, "pseudonym": text, "message": "m"})[1]
    assert found == (
        f"frequence/te2-annuelle;non conforme;actes.xlsx;Actes;57;03/11/2022;TE2;10001234567;{cell};000123;;"
        "20,00;20,00;m;Décision UNCAM, NGAP, TE2;https://exemple.fr/te2;0011223344556677"
    )


def test_negative_amounts_stay_numbers() -> None:
    assert ";-20,05;-0,05;" in lines({**FIFTH, "amount": -2005, "at_stake": -5})[1]


def test_other_tables_are_written_the_same_way() -> None:
    table = pl.DataFrame({"a": ["=x", None], "b": ["-1,00", "2,00"]})
    assert csv.lines(("Nom", "Part"), [table], numbers=("Part",)).decode("utf-8-sig") == (
        "Nom;Part\r\n'=x;-1,00\r\n;2,00\r\n"
    )


def test_a_table_of_values() -> None:
    columns = (
        Column("Nom"),
        Column("Le", "date"),
        Column("Euros", "euros"),
        Column("Part", "share"),
        Column("Points", "points"),
        Column("Actes", "integer"),
    )
    rows = [
        ("=x", date(2022, 9, 30), -1205, Decimal("0.2"), "407.5", 12_000),
        ("", None, 0, None, Decimal("-1.5"), None),
    ]
    assert written.render(Table(columns, rows)).decode("utf-8-sig") == (
        "Nom;Le;Euros;Part;Points;Actes\r\n'=x;30/09/2022;-12,05;0,200000;407,5;12000\r\n;;0,00;;-1,5;\r\n"
    )
