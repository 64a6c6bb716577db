"""The acts that make an amount, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.documents import left_out, sentences
from avenant9.report.document import Column, Document, Section, Table
from avenant9.report.page import place
from avenant9.wording import counted, day, euros

if TYPE_CHECKING:
    from avenant9.report.document import Value
    from avenant9.results.find import Find, FoundAct, Match

#: The columns of the csv: new ones only at the end.
CSV: Final = (
    Column("Rang", "integer"),
    Column("Somme", "euros"),
    *map(Column, ("Fichier", "Feuille")),
    Column("Ligne", "integer"),
    Column("Date de soins", "date"),
    *map(Column, ("Code acte", "Praticien", "Patient", "N° facture")),
    Column("Montant", "euros"),
    Column("Date de paiement", "date"),
    Column("Somme de"),
)
#: Those that people read, by their heading there.
_SHOWN: Final = {
    "Rang": Column("Rang", "identifier"),
    "Somme": Column("Somme", "euros"),
    "Date de soins": Column("Date de soins", "date"),
    "Code acte": Column("Code acte", "identifier"),
    "Montant": Column("Montant", "euros"),
    "N° facture": Column("N° facture", "identifier"),
    "Ligne": Column("Ligne", "identifier"),
    "Fichier": Column("Fichier", "identifier", wide_only=True),
    "Praticien": Column("Praticien", "identifier", wide_only=True),
    "Patient": Column("Patient", "identifier", wide_only=True),
    "Date de paiement": Column("Date de paiement", "date", wide_only=True),
    "Somme de": Column("Somme de", "identifier", wide_only=True),
}
_OF: Final = {"billed": "facturé", "reimbursed": "remboursé AMO"}
_DISCLAIMER: Final = (
    "D'après les fichiers fournis : une somme égale ne prouve pas que ces actes sont ceux que l'on vise."
)


def csv(result: Find) -> Table:
    """One line per act of each match."""
    return Table(CSV, [_row(rank, match, act) for rank, match in enumerate(result.matches, 1) for act in match.acts])


def _row(rank: int, match: Match, act: FoundAct) -> tuple[Value, ...]:
    return (
        rank,
        match.sum,
        act.file,
        act.sheet,
        act.row,
        act.date,
        act.code,
        act.practitioner,
        act.patient,
        act.invoice,
        act.amount,
        act.payment_date,
        _OF[match.of],
    )


def document(result: Find) -> Document:
    """Single acts, then pairs."""
    single = [match for match in result.matches if len(match.acts) == 1]
    two = [match for match in result.matches if len(match.acts) > 1]
    return Document(
        title="Actes dont la somme est celle que l'on cherche",
        answer=sentences.with_unread(_answer(result, len(single), len(two)), result.unread),
        sections=(
            Section("Un acte, ou une ligne", tables=(_table(single),) if single else ()),
            Section("Deux actes d'un patient le même jour, ou d'une facture", tables=(_table(two),) if two else ()),
            left_out.files(result.unread),
            Section("Paires non cherchées", words=sentences.uncompared(result.uncompared)),
        ),
        footer=(_DISCLAIMER,),
    )


def _answer(result: Find, single: int, two: int) -> str:
    sought = euros(result.amount)
    near = f", à {euros(result.tolerance)} près" if result.tolerance else ""
    where = "".join(
        (
            f", le {day(result.date)}" if result.date else "",
            f", facture {result.invoice}" if result.invoice else "",
        )
    )
    found = f"{counted(single, 'acte')} et {counted(two, 'paire')}" if result.matches else "rien"
    return f"{sought}{near}{where} : {found}."


def _table(matches: list[Match]) -> Table:
    return Table(
        tuple(_SHOWN.values()),
        [
            tuple(_shown(rank, match, act)[name] for name in _SHOWN)
            for rank, match in enumerate(matches, 1)
            for act in match.acts
        ],
    )


def _shown(rank: int, match: Match, act: FoundAct) -> dict[str, Value]:
    """The cells of the csv by their heading, as people read them."""
    told = {column.heading: cell for column, cell in zip(CSV, _row(rank, match, act), strict=True)}
    return {**told, "Rang": str(rank), "Ligne": str(act.row), "Fichier": place(act.file, act.sheet)}
