"""The FEC: each layout that the law admits gives the same receipts, and what is no FEC is refused in one sentence."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from avenant9.errors import InputError
from avenant9.reconcile.fec import FIELDS, read_fec

FEC = Path(__file__).parents[2] / "fixtures" / "encaissements"
LAYOUTS = ("123456789FEC20231231.txt", "22_colonnes.txt", "montant_sens.txt")
HEAD = "EcritureDate\tCompteNum\tEcritureLib\tDebit\tCredit"
WITH_SIDE = HEAD.replace("Debit\tCredit", "Montant\tSens")


def read(text: str, encoding: str = "utf-8") -> list[tuple[date, int]]:
    """Day and cents of each receipt."""
    return read_fec("-", io.BytesIO(text.encode(encoding))).days.rows()


def fec(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


#: One receipt of 25,00 on 5 January, and its other side.
BANK, FEES = "20230105\t512000\tVirement\t25,00\t0,00", "20230105\t706000\tHonoraires\t0,00\t25,00"
ONE = [(date(2023, 1, 5), 2500)]


@pytest.mark.parametrize("name", LAYOUTS[1:])
def test_each_layout_gives_the_same_receipts(name: str) -> None:
    assert read_fec(str(FEC / name)).days.equals(read_fec(str(FEC / LAYOUTS[0])).days)


def test_the_planted_year_sums_up() -> None:
    days = read_fec(str(FEC / LAYOUTS[0])).days
    assert days["cents"].sum() == 905_700
    assert days.filter(pl.col("date") == date(2023, 6, 20))["cents"].sum() == 9_000


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-15", "utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    label = "Virement" if encoding == "ascii" else "Virement reçu, œuvre à 10 €"
    assert read(fec(BANK.replace("Virement", label), FEES), encoding) == ONE


@pytest.mark.parametrize("separator", ["\t", "|", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators(separator: str, end: str) -> None:
    assert read(fec(BANK, FEES).replace("\t", separator).replace("\n", end)) == ONE


@pytest.mark.parametrize(
    "rows",
    [
        ("20230105\t512\tx\t25,00\t", "20230105\t706\tx\t\t25,00"),  # an empty side is nothing
        ("20230105\t512\tx\t25\t0", "20230105\t706\tx\t0\t25,0"),
        ("20230105\t512\tx\t25.00\t0.00", "20230105\t706\tx\t0.00\t25.00"),
        ("20230105\t512\tx\t\t-25,00", "20230105\t706\tx\t-25,00\t"),  # the sign first
        ("20230105\t512\tx\t\t25,00-", "20230105\t706\tx\t25,00-\t"),  # or last
        ('"20230105"\t"512"\t"x"\t"25,00"\t""', '"20230105"\t"706"\t"x"\t""\t"25,00"'),
        ('20230105\t512\t"open\t25,00\t0,00', '20230105\t706\tde "Jo" à la "Une\t0,00\t25,00'),  # quotes are text
        ("20230105\t512\tx\t25,00\t0,00", "", "20230105\t706\tTotal Energies\t0,00\t25,00", ""),
        ("20230105\t512\tx\t25,00\t0,00", "20230105\t7061\tx\t0,00\t20,00", "20230105\t708\tx\t0,00\t5,00"),
        ("20230105\t512\tx\t25,00\t0,00", "20230105\t706\tx\t0,00\t30,00", "20230105\t709\tx\t5,00\t0,00"),
        (BANK, FEES, "20230106\t627\tx\t3,00\t0,00", "20230106\t512\tx\t0,00\t3,00"),  # other accounts
    ],
)
def test_amounts_and_accounts(rows: tuple[str, ...]) -> None:
    by_day: dict[date, int] = {}
    for day, cents in read(fec(*rows)):
        by_day[day] = by_day.get(day, 0) + cents
    assert [*by_day.items()] == ONE


@pytest.mark.parametrize(("debit", "credit"), [("D", "C"), ("d", "c"), ("+1", "-1"), ("1", "-1")])
def test_sides(debit: str, credit: str) -> None:
    rows = (f"20230105\t512\tx\t25,00\t{debit}", f"20230105\t706\tx\t25,00\t{credit}")
    assert read(fec(*rows, head=WITH_SIDE)) == ONE


@pytest.mark.parametrize(("paid", "expected"), [("20230117", date(2023, 1, 17)), ("", date(2023, 1, 5))])
def test_the_day_is_that_of_the_payment(paid: str, expected: date) -> None:
    rows = (f"{BANK}\t{paid}", f"{FEES}\t{paid}")
    assert read(fec(*rows, head=f"{HEAD}\tDateRglt")) == [(expected, 2500)]


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (HEAD.split("\t"), [20230105, 512000, "x", 25, 0], [20230105, "706000", "x", 0, 25]):
        book.active.append(row)
    book.save(tmp_path / "fec.xlsx")
    assert read_fec(str(tmp_path / "fec.xlsx")).days.rows() == ONE


SECRET = "DUPONT Zqx"
ENTIRE = "demandez le FEC de l'exercice entier, tel que l'administration le recevrait."
FIX = "corrigez cette cellule, ou exportez le fichier à nouveau."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            fec(BANK, FEES.replace("25,00", "30,00")),
            "- : ses débits et ses crédits diffèrent de 5,00 € ; il est incomplet ou abîmé : " + ENTIRE,
        ),
        (
            fec(BANK.replace("25,00", "vingt"), FEES),
            "-, ligne 2 : la cellule sous « Debit » n'est pas lisible comme montant ; " + FIX,
        ),
        (
            fec(BANK, FEES.replace("25,00", "2.500.0")),
            "-, ligne 3 : la cellule sous « Credit » n'est pas lisible comme montant (« 2.500.0 ») ; " + FIX,
        ),
        (
            fec(BANK, FEES.replace("20230105", "20231305")),
            "-, ligne 3 : la cellule sous « EcritureDate » n'est pas lisible comme date (« 20231305 ») ; " + FIX,
        ),
        (fec(BANK, FEES.replace("20230105", "")), "-, ligne 3 : l'écriture n'a pas de date ; " + FIX),
        (
            fec(f"{BANK}\t{SECRET}", FEES),
            "-, ligne 2 : plus de cellules que de titres (6 pour 5) ; exportez le fichier à nouveau.",
        ),
        (fec(BANK), "- : ses débits et ses crédits diffèrent de 25,00 € ; il est incomplet ou abîmé : " + ENTIRE),
        (
            fec(BANK, FEES.replace("706000", "411000")),
            "- : aucune écriture des comptes 70 ; vérifiez que c'est le bon FEC.",
        ),
        (
            fec("x", head="\t".join(field for field in FIELDS if field != "CompteNum")),
            "- : le FEC n'a pas de colonne « CompteNum » ; " + ENTIRE,
        ),
        (
            fec("x", head="\t".join(field for field in FIELDS if field != "Credit")),
            "- : le FEC n'a pas de colonne « Credit » ; " + ENTIRE,
        ),
        (
            fec("x", head="JournalCode\tEcritureNum\tEcritureLib\tSens"),
            "- : le FEC n'a pas de colonne « EcritureDate », « CompteNum » ni « Montant » ; " + ENTIRE,
        ),
        (
            fec("20230105\t512\tx\t25,00\tDébit", "20230105\t706\tx\t25,00\tC", head=WITH_SIDE),
            "-, ligne 2 : « Sens » n'est ni D, ni C, ni +1, ni -1 ; " + FIX,
        ),
        (
            f"Date;Libellé;Montant\n05/01/2023;{SECRET};25,00\n",
            "- : ce n'est pas un FEC : ses titres (EcritureDate, CompteNum…) manquent ; " + ENTIRE,
        ),
        ("", "- : le fichier est vide ; exportez-le à nouveau."),
    ],
)  # fmt: skip
def test_what_is_no_fec_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(text.replace("Virement", SECRET).replace("Honoraires", SECRET))
    assert re.sub("\u00a0", " ", str(refusal.value)) == sentence
    assert refusal.value.detail == ""
