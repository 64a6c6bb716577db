"""The fichier des écritures comptables (FEC): what it books on the accounts of receipts, day by day.

Source: LPF, article A. 47 A-1: one line of field names first (VI), 18 fields (VII), four more for who keeps cash
accounts of non-commercial profits (VIII-7°), `Montant` and `Sens` in the place of `Debit` and `Credit` (VIII-8°, X),
fields apart by a tab or `|`, characters of ASCII, ISO 8859-15 or UTF-8, dates AAAAMMJJ and a decimal comma (IX, XII).
BOI-CF-IOR-60-40-20 comments it. The entries that balance the accounts of income are not in it: what stands on them is
the income of the year. A label (`EcritureLib`, `CompAuxLib`) may name a patient: none is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Final

import polars as pl

from avenant9.acts.header import HeadingRow, heading_rows, places
from avenant9.acts.headings import fold_heading
from avenant9.acts.recognise import Recognised
from avenant9.errors import InputError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.sheets import Request
from avenant9.reconcile.table import Receipts, Table, tables
from avenant9.records import replace
from avenant9.wording import counted, euros, listed, plural, quoted

#: The fields of the article, in its order; the last four are those of cash accounts.
FIELDS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise", "DateRglt", "ModeRglt", "NatOp", "IdClient",
)  # fmt: skip
#: Key -> field, of those that are read. `date` is the day of the entry, `paid` that of the payment.
_READ: Final = {
    "date": ("EcritureDate",),
    "account": ("CompteNum",),
    "debit": ("Debit",),
    "credit": ("Credit",),
    "amount": ("Montant",),
    "side": ("Sens",),
    "paid": ("DateRglt",),
}
_KNOWN: Final = frozenset(map(fold_heading, (*FIELDS, "Montant", "Sens")))
_ALWAYS: Final = ("date", "account")
#: The two ways of telling an amount.
_TWO_COLUMNS, _WITH_SIDE = ("debit", "credit"), ("amount", "side")
#: A row with so many known fields is the heading of a FEC, whatever it lacks.
_ENOUGH: Final = 4
_DEBIT, _CREDIT = ("D", "+1", "1"), ("C", "-1")
#: The accounts of receipts.
RECEIPTS_ACCOUNTS: Final = "70"
_WHOLE = "demandez le FEC de l'exercice entier, tel que l'administration le recevrait"


def read_fec(file: str, stdin: BinaryIO | None = None) -> Receipts:
    """The receipts of a FEC: credits less debits of the accounts 70, on the day of payment where the FEC tells it.

    Raises:
        InputError: no FEC, a field missing, an amount or a date that cannot be read, debits and credits that differ,
            nothing on the accounts 70.
    """
    request = Request(is_heading=_is_field, otherwise="iso8859-15", quotes=False)
    table = next(tables(file, request, _recognised, stdin), None)
    if table is None:
        raise InputError(file, "ce n'est pas un FEC : ses titres (EcritureDate, CompteNum…) manquent", _WHOLE)
    _check_fields(file, table.headings)
    entries = _unquoted(table)
    credited = _credited(entries)
    _check_balance(file, credited)
    of_receipts = entries.rows["account"].str.starts_with(RECEIPTS_ACCOUNTS).fill_null(False)
    if not of_receipts.any():
        raise InputError(file, f"aucune écriture des comptes {RECEIPTS_ACCOUNTS}", "vérifiez que c'est le bon FEC")
    booked = replace(entries, rows=entries.rows.filter(of_receipts))
    return Receipts(file, pl.DataFrame([_days(booked), credited.filter(of_receipts).alias("cents")]), _said(booked))


def _is_field(cell: str) -> bool:
    return fold_heading(_bare(cell)) in _KNOWN


def _bare(cell: str) -> str:
    """A cell without the quotes that some programs put around all of them."""
    return cell.strip('"') if len(cell) > 1 and cell.startswith('"') and cell.endswith('"') else cell


def _recognised(raw: RawSheet) -> Recognised | None:
    """The columns under the first row that holds the names of fields."""
    for row in heading_rows(raw):
        named = HeadingRow(row.number, {place: _bare(cell) for place, cell in row.cells.items()})
        if sum(map(_is_field, named.cells.values())) >= _ENOUGH:
            columns = places(named, _READ)
            titles = {key: named.cells[place] for key, place in columns.items()}
            return Recognised(() if raw.header is not None else (row.number,), columns, titles)
    return None


def _check_fields(file: str, headings: Mapping[str, str]) -> None:
    ways = [[_READ[key][0] for key in way if key not in headings] for way in (_TWO_COLUMNS, _WITH_SIDE)]
    missing = [*(_READ[key][0] for key in _ALWAYS if key not in headings), *min(ways, key=len)]
    if missing:
        raise InputError(file, f"le FEC n'a pas de colonne {listed(quoted(missing), 'ni')}", _WHOLE)


def _unquoted(table: Table) -> Table:
    rows = table.rows.with_columns(pl.all().exclude("row").str.strip_chars('"').replace("", None))
    return replace(table, rows=rows)


def _credited(entries: Table) -> pl.Series:
    """What each entry credits, in cents: an empty cell of `Debit` or `Credit` is nothing on that side."""
    if all(key in entries.headings for key in _TWO_COLUMNS):
        return entries.cents("credit").fill_null(0) - entries.cents("debit").fill_null(0)
    amount, side = entries.cents("amount").fill_null(0), entries.rows["side"].str.to_uppercase()
    strange = entries.rows["row"].filter(~side.is_in([*_DEBIT, *_CREDIT]).fill_null(False) & (amount != 0))
    if len(strange):
        raise entries.refusal(strange[0], f"« {entries.headings['side']} » n'est ni D, ni C, ni +1, ni -1")
    return amount * pl.select(pl.when(side.is_in(_CREDIT)).then(1).otherwise(-1)).to_series()


def _check_balance(file: str, credited: pl.Series) -> None:
    """Every entry has two sides: what a whole FEC debits, it credits."""
    credit, debit = (int(credited.filter(part).sum()) for part in (credited > 0, credited < 0))
    if credit + debit:
        problem = f"ses débits et ses crédits diffèrent de {euros(abs(credit + debit))}"
        raise InputError(file, problem, f"il est incomplet ou abîmé : {_WHOLE}")


def _days(booked: Table) -> pl.Series:
    """The day of payment where there is one, else that of the entry."""
    days = booked.days("date")
    if days.null_count():
        raise booked.refusal(booked.rows["row"].filter(days.is_null())[0], "l'écriture n'a pas de date")
    return (
        booked.days("paid").zip_with(booked.rows["paid"].is_not_null(), days).alias("date")
        if "paid" in booked.headings
        else days
    )


def _said(booked: Table) -> tuple[str, ...]:
    """The accounts, by the three figures that the plan comptable gives them: a program may add a name to them."""
    accounts = sorted(booked.rows["account"].str.slice(0, 3).unique())
    told = counted(len(booked.rows), "écriture")
    dated = ", au jour du règlement (DateRglt) quand il y est" if "paid" in booked.headings else ""
    return (f"{told} {plural(len(accounts), 'du compte', 'des comptes')} {listed(accounts)}{dated}.",)
