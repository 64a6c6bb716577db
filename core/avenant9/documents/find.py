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
_OF: Final = {"billed": "facturé", "reimbursed": "remboursé AMO"}
_DISCLAIMER: Final = (
    "D'après les fichiers fournis : une somme égale ne prouve pas que ces actes sont ceux que l'on vise."
)


def csv(result: Find) -> Table:
    """One line per act of each match."""
    return Table(
        CSV,
        [
            (
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
            for rank, match in enumerate(result.matches, 1)
            for act in match.acts
        ],
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
    columns = (
        Column("Rang", "identifier"),
        Column("Somme", "euros"),
        Column("Date de soins", "date"),
        Column("Code acte", "identifier"),
        Column("Montant", "euros"),
        Column("N° facture", "identifier"),
        Column("Ligne", "identifier"),
        Column("Fichier", "identifier", wide_only=True),
        Column("Praticien", "identifier", wide_only=True),
        Column("Patient", "identifier", wide_only=True),
        Column("Date de paiement", "date", wide_only=True),
        Column("Somme de", "identifier", wide_only=True),
    )
    numbered = [(rank, match, act) for rank, match in enumerate(matches, 1) for act in match.acts]
    return Table(columns, [_row(rank, match, act) for rank, match, act in numbered])


def _row(rank: int, match: Match, act: FoundAct) -> tuple[Value, ...]:
    return (
        str(rank),
        match.sum,
        act.date,
        act.code,
        act.amount,
        act.invoice,
        str(act.row),
        place(act.file, act.sheet),
        act.practitioner,
        act.patient,
        act.payment_date,
        _OF[match.of],
    )
