"""The lump sums beside the points as people read them: each scheme with its bounds, then its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.documents.forfait_totals import schemes, span
from avenant9.documents.forfait_words import shown_points
from avenant9.report.document import Column, Section, Table
from avenant9.wording import capital, listed, month_and_year, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from avenant9.report.document import Value
    from avenant9.results.forfait import Forfait, Sum


def overview(result: Forfait) -> Section:
    """What each scheme brings in the year, and what is said of it."""
    rows: list[tuple[Value, ...]] = [
        (label, cents, remark) for (label, cents), remark in zip(schemes(result), _remarks(result), strict=True)
    ]
    table = Table(
        columns=(Column("Dispositif"), Column("Euros", "euros"), Column("Constat")),
        rows=rows,
        total=("En tout, non établi" if result.total_euros is None else "En tout", result.total_euros, None),
    )
    return Section(f"Ce que donne {result.year}", tables=(table,))


def _remarks(result: Forfait) -> Iterator[str]:
    most = shown_points(result.max_points)
    yield f"non établi, sur {most}" if result.points is None else f"{shown_points(result.points)} sur {most}"
    for one in result.sums:
        words = [] if one.low == one.high else [span(one)]
        if one.euros is None and not one.lines:
            words.append("non renseigné")
        elif one.missing:
            words.append(f"non renseigné : {listed(quoted(one.missing))}")
        if not one.missing and not one.lines:
            words.append("conditions non remplies")
        yield " ; ".join(filter(None, words))


def sections(result: Forfait) -> Iterator[Section]:
    """The lines of each sum that is counted by patient, and the parts in which it is paid."""
    for one in result.sums:
        if any(line.patients is not None for line in one.lines):
            yield Section(one.label, tables=(_lines(one), *_payments(one)))


def _lines(one: Sum) -> Table:
    return Table(
        columns=(
            Column("Ligne"),
            Column("Patients", "integer", absent=" "),
            Column("Montant", "euros", absent=" "),
            Column("Euros", "euros"),
        ),
        rows=[(line.label, line.patients, line.amount, line.euros) for line in one.lines],
        total=("Total non établi" if one.euros is None else "Total", None, None, one.euros),
    )


def _payments(one: Sum) -> Iterator[Table]:
    if one.payments:
        rows: list[tuple[Value, ...]] = [(capital(month_and_year(pay.month)), pay.euros) for pay in one.payments]
        note = "Parts égales, sans la prévention ; les jours ne sont pas sourcés."
        yield Table((Column("Versement"), Column("Euros", "euros")), rows, title="Versements", note=note)


def notes(results: Iterable[Forfait]) -> Iterator[str]:
    """What is disputed or supposed in the sums, each sentence once, with the scheme that it is about."""
    found = dict.fromkeys((one.label, note) for result in results for one in result.sums for note in one.notes)
    yield from (f"{label} : {note}" for label, note in found)
