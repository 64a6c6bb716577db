"""What a bank, a caisse or a program says was paid: any table that has a day and an amount."""

from __future__ import annotations

from typing import BinaryIO, Final

import polars as pl

from avenant9.acts.columns import COLUMNS
from avenant9.acts.header import HeadingRow, places
from avenant9.acts.headings import fold_heading, stem_rank
from avenant9.errors import InputError
from avenant9.reading.sheets import Request
from avenant9.reconcile.table import RECEIPTS, Receipts, Table, tables
from avenant9.wording import counted, euros, quoted

#: Key -> headings, the best first. What a bank debits is no receipt: of two columns, only the credit is read.
_HEADINGS: Final = {
    "date": (
        COLUMNS["payment_date"].heading,
        *COLUMNS["payment_date"].headings,
        "Date du virement",
        "Date d'opération",
        "Date de l'opération",
        "Date opération",
        "Date",
        "Jour",
        "Date comptable",
        "Date de comptabilisation",
        "Date de valeur",
        "Date valeur",
    ),
    "amount": (
        "Crédit",
        "Crédit euros",
        "Crédit EUR",
        "Crédit (€)",
        "Montant versé",
        "Montant payé",
        "Montant réglé",
        "Montant du virement",
        "Montant",
        "Somme",
        "Somme versée",
        COLUMNS["amount"].heading,
        *COLUMNS["amount"].headings,
    ),
}
#: Where none of these stands: key -> the columns of acts whose words name it too.
_LIKE: Final = {"date": ("payment_date", "date"), "amount": ("amount",)}
_KNOWN: Final = frozenset(fold_heading(word) for words in _HEADINGS.values() for word in words)


def read_payments(file: str, stdin: BinaryIO | None = None) -> Receipts:
    """The payments of a file. A line without an amount is none; a negative one is taken off.

    Raises:
        InputError: no table of payments, an amount or its day that cannot be read, no line at all.
    """
    found = list(tables(file, Request(is_heading=_is_heading), _columns, stdin))
    if not found:
        raise InputError(
            file, "aucun tableau avec une date et un montant", "donnez à ses colonnes les titres Date et Montant"
        )
    receipts = [_receipts(table) for table in found]
    days = pl.concat(receipts)
    if days.is_empty():
        raise InputError(file, "aucun montant sous les titres", "vérifiez que l'export contient des paiements")
    return Receipts(file, days, (*map(_understood, found, receipts), *_negative(days)))


def _is_heading(cell: str) -> bool:
    return fold_heading(cell) in _KNOWN or any(_rank(key, cell) is not None for key in _LIKE)


def _columns(row: HeadingRow) -> dict[str, int] | None:
    """By the lists, else by the words of the headings; None where day or amount has no column."""
    found = places(row, _HEADINGS)
    for key in _HEADINGS.keys() - found.keys():
        fits = sorted((rank, at) for at, cell in row.cells.items() if (rank := _rank(key, cell)) is not None)
        if fits:
            found[key] = fits[0][1]
    return found if found.keys() == _HEADINGS.keys() else None


def _rank(key: str, heading: str) -> tuple[int, int] | None:
    ranks = [(place, stem_rank(COLUMNS[like], heading)) for place, like in enumerate(_LIKE[key])]
    return min(((place, rank) for place, rank in ranks if rank is not None), default=None)


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


def _understood(table: Table, receipts: pl.DataFrame) -> str:
    date, amount = quoted(table.headings[key] for key in _HEADINGS)
    return f"{counted(len(receipts), 'paiement')}, jour sous {date}, montant sous {amount}."


def _negative(days: pl.DataFrame) -> list[str]:
    taken = days.filter(pl.col("cents") < 0)["cents"]
    if taken.is_empty():
        return []
    return [
        f"{counted(len(taken), 'montant négatif', 'montants négatifs')} ({euros(int(taken.sum()))}) en moins : d'un "
        "relevé de banque, ôtez les sorties qui ne sont pas des reprises de la caisse."
    ]
