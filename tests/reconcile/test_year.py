"""The acts of a year, small enough to be added up by hand: sums, causes, what is left, days; the planted year."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avenant9.errors import InputError, SettingError
from avenant9.reconcile.fec import read_fec
from avenant9.reconcile.payments import read_payments
from avenant9.reconcile.table import Receipts
from avenant9.results.base import iso_month
from avenant9.rulebook.load import load_rulebook

from .conftest import Reconciled

ROOT = Path(__file__).parents[2]
YEAR = ROOT / "fixtures" / "encaissements"
NOMENCLATURE = load_rulebook().nomenclature
HEAD = "Date de soins;Code acte;Praticien;Patient;Montant;Dépassement;Date de paiement;Statut;Quantité\n"


def payments(*rows: str) -> Receipts:
    return read_payments("-", NOMENCLATURE, io.BytesIO("\n".join(["Date;Montant", *rows]).encode()))


def told(result: Any) -> tuple[dict[str, tuple[int, int]], int, bool]:
    """Cause -> rows and cents; what is left; whether it is explained."""
    return (
        {cause.reason: (cause.rows, cause.euros) for cause in result.causes},
        result.left,
        result.explained,
    )


PAID = "10/01/2023;G;A;P1;25,00;0,00;17/01/2023;payé;1\n"


@pytest.mark.parametrize(
    ("rows", "snir", "causes", "left"),
    [
        ("", 2500, {}, 0),
        ("", 2600, {}, 100),
        ("", 2601, {}, 101),
        ("", 2399, {}, -101),
        # the days on either side of the year
        ("31/12/2023;G;A;P2;26,50;;31/12/2023;payé;1\n", 5150, {}, 0),
        ("31/12/2023;G;A;P2;26,50;;01/01/2024;payé;1\n", 2500, {"paid_other_year": (1, -2650)}, 0),
        ("31/12/2022;G;A;P2;25,00;;01/01/2023;payé;1\n", 5000, {"care_other_year": (1, 2500)}, 0),
        ("31/12/2022;G;A;P2;25,00;;31/12/2022;payé;1\n", 2500, {}, 0),
        # an act is paid before its care: an advance
        ("02/01/2023;G;A;P2;25,00;;30/12/2022;payé;1\n", 2500, {"paid_other_year": (1, -2500)}, 0),
        # what the status says, whatever the day of payment
        ("11/01/2023;G;A;P2;25,00;;;rejeté;1\n", 2500, {"refused": (1, -2500)}, 0),
        ("11/01/2023;G;A;P2;25,00;;18/01/2023;annulé;1\n", 2500, {"refused": (1, -2500)}, 0),
        ("11/01/2023;G;A;P2;25,00;;;impayé;1\n", 2500, {"unpaid": (1, -2500)}, 0),
        ("31/12/2022;G;A;P2;25,00;;18/01/2023;rejeté;1\n", 2500, {}, 0),
        # booked all the same, it is left
        ("11/01/2023;G;A;P2;25,00;;;rejeté;1\n", 5000, {"refused": (1, -2500)}, 2500),
        # no day of payment: received or not, never in part
        ("11/01/2023;G;A;P2;25,00;;;;1\n", 2500, {"undated": (1, -2500)}, 0),
        ("11/01/2023;G;A;P2;25,00;;;;1\n", 5000, {"undated": (1, 0)}, 0),
        ("11/01/2023;G;A;P2;25,00;;;;1\n", 3000, {"undated": (1, -2500)}, 500),
        ("11/01/2023;G;A;P2;25,00;;;;1\n", 5500, {"undated": (1, 0)}, 500),
        # taken back on another day, in the year or not
        ("10/01/2023;G;A;P1;-25,00;;20/03/2023;payé;-1\n", 0, {}, 0),
        ("10/01/2023;G;A;P1;-25,00;;20/03/2024;payé;-1\n", 2500, {"paid_other_year": (1, 2500)}, 0),
        ("10/01/2023;G;A;P1;25,00;;20/03/2023;payé;-1\n", 0, {}, 0),  # the sign is on the quantity
        ("12/12/2022;G;A;P9;-25,00;;20/03/2023;payé;-1\n", 0, {"care_other_year": (1, -2500)}, 0),
        ("10/01/2023;G;A;P1;-25,00;;;;-1\n", 2500, {"undated": (1, 2500)}, 0),
        ("10/01/2023;G;A;P1;-25,00;;;;-1\n", 0, {"undated": (1, 0)}, 0),
        # a refused row and what takes it back were never paid
        (
            "11/01/2023;G;A;P2;25,00;;;rejeté;1\n11/01/2023;G;A;P2;-25,00;;19/01/2023;payé;-1\n",
            2500,
            {"refused": (2, 0)},
            0,
        ),
        # two acts on one row are billed once
        ("11/01/2023;G+MCG;A;P2;30,00;;18/01/2023;payé;1\n", 5500, {}, 0),
    ],
)
def test_each_cause(
    rows: str, snir: int, causes: dict[str, tuple[int, int]], left: int, reconciled: Reconciled
) -> None:
    [compared] = reconciled(HEAD + PAID + rows, snir=snir).comparisons
    assert told(compared) == (causes, left, abs(left) <= 100)


def test_without_days_of_payment_nothing_is_supposed(reconciled: Reconciled) -> None:
    acts = "Date de soins;Code acte;Patient;Montant\n10/01/2023;G;P1;25,00\n28/12/2022;G;P2;25,00\n"
    result = reconciled(acts, {"payments": payments("17/01/2023;20,00")}, snir=2500)
    snir, paid = result.comparisons
    assert told(snir) == ({}, 0, True)
    assert told(paid) == ({}, -500, False)
    assert (paid.months, paid.days, result.by_month_of_payment) == (None, None, None)
    assert result.notes[0] == (
        "Aucun acte n'a de « Date de paiement » : ce qui a été payé une autre année n'est pas connu, et les "
        "paiements ne peuvent être comparés ni par mois, ni par jour."
    )


def test_a_whole_result(reconciled: Reconciled) -> None:
    acts = (
        HEAD
        + PAID
        + "10/01/2023;TE2;A;P2;20,00;0,00;17/01/2023;payé;1\n"
        + "11/01/2023;CS;A;P3;40,00;17,00;02/02/2023;payé;1\n"
        + "11/01/2023;XYZ;A;P3;;;02/02/2023;payé;1\n"
        + "28/12/2023;G;B;P4;26,50;0,00;;;1\n"
    )
    banked = payments("17/01/2023;45,00", "02/02/2023;41,00", "03/02/2023;-1,00", "01/01/2024;26,50")
    result = reconciled(acts, {"payments": banked}, tolerance=0).model_dump(mode="json")
    assert result == {
        "format": "a9-reconcile/1",
        "as_of": "2024-06-01",
        "profile": "comptable",
        "year": 2023,
        "tolerance": "0.00",
        "practitioners": 2,
        "total": {"acts": 5, "amount": "111.50", "overcharge": "17.00", "cancelled": "0.00"},
        "by_month_of_care": [
            {"month": "2023-01", "acts": 4, "amount": "85.00", "overcharge": "17.00", "cancelled": "0.00"},
            {"month": "2023-12", "acts": 1, "amount": "26.50", "overcharge": "0.00", "cancelled": "0.00"},
        ],
        "by_month_of_payment": [
            {"month": "2023-01", "acts": 2, "amount": "45.00", "overcharge": "0.00", "cancelled": "0.00"},
            {"month": "2023-02", "acts": 2, "amount": "40.00", "overcharge": "17.00", "cancelled": "0.00"},
        ],
        "by_family": [
            {"family": "consultation", "acts": 3, "amount": "91.50", "overcharge": "17.00", "cancelled": "0.00"},
            {"family": "teleexpertise", "acts": 1, "amount": "20.00", "overcharge": "0.00", "cancelled": "0.00"},
            {"family": "unknown", "acts": 1, "amount": None, "overcharge": None, "cancelled": "0.00"},
        ],
        "comparisons": [
            {
                "against": "payments",
                "file": "-",
                "declared": "85.00",
                "billed": "111.50",
                "difference": "-26.50",
                "causes": [{"reason": "undated", "rows": 1, "euros": "-26.50", "received": "0.00"}],
                "left": "0.00",
                "explained": True,
                "months": [
                    {"month": "2023-01", "acts": "45.00", "declared": "45.00", "difference": "0.00"},
                    {"month": "2023-02", "acts": "40.00", "declared": "40.00", "difference": "0.00"},
                ],
                "days": [
                    {"date": "2023-02-02", "acts": "40.00", "declared": "41.00", "difference": "1.00"},
                    {"date": "2023-02-03", "acts": "0.00", "declared": "-1.00", "difference": "-1.00"},
                ],
            }
        ],
        "lines": [
            {
                "reason": "undated",
                "file": "-",
                "sheet": None,
                "row": 6,
                "date": "2023-12-28",
                "payment_date": None,
                "amount": "26.50",
            }
        ],
        "notes": [
            "1\u00a0ligne sans montant lisible : hors des sommes, un reste peut en venir.",
            "2\u00a0praticiens ensemble : --practitioner ID n'en prend qu'un.",
            "Paiements : 4\u00a0paiements, jour sous « Date », montant sous « Montant ».",
            "Paiements : 1\u00a0montant négatif (-1,00\u00a0€) en moins : d'un relevé de banque, ôtez les sorties "
            "qui ne sont pas des reprises de la caisse.",
            "Paiements : 1\u00a0ligne d'une autre année (26,50\u00a0€) est laissée de côté.",
        ],
        "rejected": [],
        "unread": [],
    }


def test_a_row_read_in_two_files_is_one(tmp_path: Path, rulebook: Any) -> None:
    from avenant9.engine import Options
    from avenant9.reconcile.billed import load_billed
    from avenant9.reconcile.run import Asked, reconcile

    head = "Date de soins;Code acte;Praticien;Patient;Montant;N° facture;Date de paiement\n"
    early, late = (tmp_path / name for name in ("mois.csv", "annee.csv"))
    early.write_text(f"{head}10/01/2023;G;A;P1;25,00;F1;\n", encoding="utf-8")
    late.write_text(f"{head}10/01/2023;G;A;P1;25,00;F1;17/01/2023\n", encoding="utf-8")
    billed = load_billed([str(early), str(late)], rulebook.nomenclature)
    result = reconcile(billed, rulebook, Options(as_of=date(2024, 6, 1)), Asked(2023, snir=2500))
    assert (result.total.acts, result.total.amount) == (1, 2500)
    assert told(result.comparisons[0]) == ({}, 0, True)


# --- what cannot be reconciled ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "files", "kind", "sentence"),
    [
        (
            PAID.replace("2023", "2021"),
            {},
            SettingError,
            "--year 2023 : aucun acte fait ou payé cette année-là ; les soins des fichiers vont du 10/01/2021 au "
            "10/01/2021.",
        ),
        (
            PAID.replace("25,00", ""),
            {},
            InputError,
            "actes : aucun acte de 2023 n'a de montant ; ajoutez la colonne « Montant », ou nommez-la par --map.",
        ),
        (
            PAID,
            {"payments": payments("17/01/2022;25,00", "18/01/2022;25,00")},
            InputError,
            "- : rien n'y est daté de 2023 ; il va du 17/01/2022 au 18/01/2022 : vérifiez --year.",
        ),
    ],
)
def test_what_cannot_be_reconciled(
    acts: str, files: Any, kind: type[Exception], sentence: str, reconciled: Reconciled
) -> None:
    with pytest.raises(kind) as refusal:
        reconciled(HEAD + acts, files)
    assert str(refusal.value) == sentence


# --- the planted year ---------------------------------------------------------------------------------------------


def planted_year() -> Any:
    sys.path.insert(0, str(ROOT / "fixtures"))
    import receipts_year

    return receipts_year


def test_the_fixtures_are_what_their_script_writes() -> None:
    assert {name: (YEAR / name).read_bytes() for name in planted_year().files()} == planted_year().files()


def test_the_planted_year_shows_what_was_planted_and_nothing_else(reconciled: Reconciled) -> None:
    acts = (YEAR / "actes_2023.csv").read_text(encoding="utf-8-sig")
    files = {
        "payments": read_payments(str(YEAR / "banque.csv"), NOMENCLATURE),
        "fec": read_fec(str(YEAR / "123456789FEC20231231.txt")),
    }
    result = reconciled(acts, files)
    causes = {
        "paid_other_year": (1, -2650),
        "care_other_year": (1, 2500),
        "refused": (1, -1000),
        "unpaid": (1, -2000),
        "undated": (1, -2500),
    }
    bank, fec = result.comparisons
    assert told(bank) == (causes, 0, True)
    assert bank.days == ()
    assert told(fec) == (causes, 500, False)
    wrong, _ = planted_year().PLANTED["wrong day"]
    assert [(gap.date, gap.difference) for gap in fec.days or ()] == [(wrong, 500)]
    assert [(iso_month(gap.month), gap.difference) for gap in fec.months or () if gap.difference != 0] == [
        ("2023-06", 500)
    ]
    assert {(line.reason, line.date) for line in result.lines} == {
        ("paid_other_year", date(2023, 12, 28)),
        ("care_other_year", date(2022, 12, 29)),
        ("refused", date(2023, 3, 14)),
        ("unpaid", date(2023, 9, 12)),
        ("undated", date(2023, 5, 16)),
    }


def test_a_running_year_says_so(reconciled: Reconciled) -> None:
    told = "L'année 2023 n'est pas finie au 31/12/2023 : ses sommes sont celles d'une partie d'année."
    assert told in reconciled(HEAD + PAID, as_of=date(2023, 12, 31)).notes
    assert told not in reconciled(HEAD + PAID, as_of=date(2024, 1, 1)).notes


@pytest.mark.parametrize(
    ("rows", "snir", "told"),
    [
        ("", 2600, False),  # explained
        ("", 2700, True),
        ("", 2300, False),  # less than the acts: no act is missing
        ("28/12/2022;G;A;P2;25,00;;30/12/2022;payé;1\n", 2700, False),
    ],
)
def test_care_that_the_files_do_not_reach_back_to(rows: str, snir: int, told: bool, reconciled: Reconciled) -> None:
    words = (
        "Les fichiers n'ont aucun soin d'avant 2023 : ceux de 2022 payés en 2023 peuvent faire ce qui reste ; "
        "ajoutez l'export de la fin de 2022."
    )
    assert (words in reconciled(HEAD + PAID + rows, snir=snir).notes) is told


def test_a_year_of_which_nothing_was_paid(reconciled: Reconciled) -> None:
    """Each format has its tables all the same."""
    from avenant9.documents.render import render
    from avenant9.report.formats import FORMATS
    from avenant9.report.page import Page

    banked = {"payments": payments("17/01/2023;0,00")}
    result = reconciled(HEAD + "10/01/2023;G;A;P1;25,00;;17/01/2024;payé;1\n", banked)
    assert (result.by_month_of_payment, result.comparisons[0].left) == ((), 0)
    assert all(len(render(form, result, Page())) > 100 for form in FORMATS)


def test_a_row_that_looks_like_another_counts_and_is_said(reconciled: Reconciled) -> None:
    result = reconciled(HEAD + PAID + PAID, snir=5000)
    assert result.comparisons[0].left == 0
    assert result.notes == (
        "1\u00a0ligne comme une autre (25,00\u00a0€), peut-être en trop dans les sommes : « a9 check » dit "
        "lesquelles (donnees/doublon, donnees/refacturation).",
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((17, 24, 30), ""),
        ((19, 26, 1), "2\u00a0jours plus tard"),  # the third one is of February
        ((16, 23, 1), "1\u00a0jour plus tôt"),
        ((19, 25, 30), ""),  # no number of days for most
        ((28, 25, 30), ""),
    ],
)
def test_receipts_dated_otherwise_than_the_acts(days: tuple[int, ...], told: str, reconciled: Reconciled) -> None:
    acts = [
        f"1{number}/01/2023;G;A;P{number};2{number},00;;{day}/01/2023;;1" for number, day in enumerate((17, 24, 30))
    ]
    banked = [f"{day:02d}/0{1 if day > 1 else 2}/2023;2{number},00" for number, day in enumerate(days)]
    notes = reconciled(HEAD + "\n".join(acts), {"payments": payments(*banked)}).notes
    lagging = [note for note in notes if "décalage" in note]
    assert [note.split(" que dans")[0] for note in lagging] == ([f"Paiements : datés {told}"] if told else [])
