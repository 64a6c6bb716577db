"""What a bank, a caisse or a program says was paid: any table that has a day and an amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import BinaryIO

import polars as pl

from avenant9.acts.columns import payment_columns
from avenant9.acts.headings import Titles
from avenant9.acts.recognise import Recognised, Unrecognised, recognise
from avenant9.acts.values import distinct, plain_marks
from avenant9.acts.written import fold
from avenant9.errors import InputError
from avenant9.model import Nomenclature
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.sheets import Request
from avenant9.reconcile.table import RECEIPTS, Receipts, Table, tables
from avenant9.records import replace
from avenant9.wording import counted, euros, plural, quoted

#: How the side of a line is written, folded.
_SIDES = dict.fromkeys(("c", "cr", "cre", "cred", "credit", "+", "+1", "1", "entree", "recette"), "credit") | (
    dict.fromkeys(("d", "db", "dr", "deb", "debit", "-", "-1", "sortie", "depense"), "debit")
)


@cache
def _titles() -> Titles:
    return Titles(payment_columns(), ("date", "amount"), remedy="si ce n'est pas elle, titrez l'autre « Montant »")


def read_payments(file: str, nomenclature: Nomenclature, stdin: BinaryIO | None = None) -> Receipts:
    """The payments of a file. A line without an amount is none, nor is one on the side of debits; a negative one is
    taken off.

    Raises:
        InputError: no table of payments, an amount, its day or its side that cannot be read, no line at all.
    """

    def recognised(raw: RawSheet) -> Recognised | None:
        found = recognise(raw, nomenclature, titles=_titles())
        return None if isinstance(found, Unrecognised) else found

    found = list(tables(file, Request(is_heading=_titles().is_heading), recognised, stdin))
    if not found:
        raise InputError(
            file, "aucun tableau avec une date et un montant", "donnez à ses colonnes les titres Date et Montant"
        )
    credited, debits = zip(*map(_credited, found), strict=True)
    receipts = [_receipts(table) for table in credited]
    days = pl.concat(receipts)
    if days.is_empty():
        raise InputError(file, "aucun montant sous les titres", "vérifiez que l'export contient des paiements")
    return Receipts(file, days, (*_understood(found, receipts), *_negative(days), *_debits(sum(debits))))


def _credited(table: Table) -> tuple[Table, int]:
    """The lines that are on the side of credits, and how many are not, where a column tells sides: what a bank debits
    is no receipt."""
    if "side" not in table.rows.columns:
        return table, 0
    rows = table.rows.filter(table.cents("amount").is_not_null())
    side = distinct(rows["side"], lambda cell: _SIDES.get(plain_marks(fold(cell)).strip(".")), pl.String())
    lost = rows["row"].filter(side.is_null())
    if len(lost):
        raise table.refusal(lost[0], f"la cellule sous « {table.headings['side']} » ne dit ni débit ni crédit")
    kept = rows.filter(side == "credit")
    return replace(table, rows=kept), len(rows) - len(kept)


def _debits(lines: int) -> list[str]:
    return [f"{counted(lines, 'débit')}, {plural(lines, 'non compté')} : ce n'est pas reçu."] if lines else []


def _receipts(table: Table) -> pl.DataFrame:
    """The lines that have an amount, which all must have a day."""
    cents = table.cents("amount")
    paid = Table(table.place, table.rows.filter(cents.is_not_null()), table.headings)
    days = paid.days("date")
    if days.null_count():
        raise paid.refusal(
            paid.rows["row"].filter(days.is_null())[0],
            "un montant n'a pas de date",
            "complétez-la, ou ôtez cette ligne",
        )
    return pl.DataFrame({"date": days, "cents": cents.drop_nulls()}, schema=RECEIPTS)


def _understood(found: Sequence[Table], receipts: Sequence[pl.DataFrame]) -> Iterator[str]:
    for table, lines in zip(found, receipts, strict=True):
        date, amount = quoted(table.headings[key] for key in _titles().required)
        yield f"{counted(len(lines), 'paiement')}, jour sous {date}, montant sous {amount}."
        yield from table.notices


def _negative(days: pl.DataFrame) -> list[str]:
    taken = days.filter(pl.col("cents") < 0)["cents"]
    if taken.is_empty():
        return []
    return [
        f"{counted(len(taken), 'montant négatif', 'montants négatifs')} ({euros(int(taken.sum()))}) en moins : d'un "
        "relevé de banque, ôtez les sorties qui ne sont pas des reprises de la caisse."
    ]
