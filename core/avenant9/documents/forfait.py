"""The yearly sums in every format: a document for people, csv, and the JSON of its results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.documents.forfait_one import document_of_one, shared_points
from avenant9.documents.forfait_several import document_of_several
from avenant9.documents.forfait_words import part, shown_state, shown_threshold, shown_value, source_of
from avenant9.report.document import Column, Table
from avenant9.results.forfait import Forfait, Forfaits, each
from avenant9.wording import capital

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avenant9.report.document import Document, Value
#: The columns of the contract.
CSV: Final = (
    Column("Cabinet"),
    Column("Année", "integer"),
    Column("Volet", "integer"),
    *map(Column, ("Indicateur", "Libellé", "État", "Valeur", "Seuil")),
    Column("Points", "points"),
    Column("Points au plus", "points"),
    Column("Source"),
)
#: Those of the sums beside the points; there only where there are some. The last names the sum of a line.
_CSV_SUMS: Final = (
    Column("Patients", "integer"),
    *(Column(heading, "euros") for heading in ("Montant", "Euros", "Euros au moins", "Euros au plus")),
    Column("Somme"),
)


def document(result: Forfait | Forfaits, *, whole: bool = True) -> Document:
    """The result as a document.

    Args:
        result: of one practice and year, of several years, or of several practices.
        whole: also what a terminal has no room for: every indicator of every practice, every note.
    """
    if isinstance(result, Forfait):
        return document_of_one(result, whole=whole)
    return document_of_several(result, whole=whole)


def csv(result: Forfait | Forfaits) -> Table:
    """One line per indicator, and one for the points that a volet gives as a whole: their sum is the total."""
    results = each(result)
    beside = _CSV_SUMS if any(one.sums for one in results) else ()
    rows: list[tuple[Value, ...]] = []
    for one in results:
        rows += [(*line, *[None] * len(beside)) for line in _csv_lines(one)]
        rows += _csv_sums(one)
    return Table((*CSV, *beside), rows)


def _csv_lines(result: Forfait) -> Iterator[tuple[Value, ...]]:
    """The lines of one practice and year: no points at all while its total is unknown."""
    for volet in result.volets:
        head = (result.practice, result.year, volet.volet)
        shared = volet.max_points - sum(one.max_points for one in volet.indicators)
        if shared:
            label = f"{capital(part(volet))} : ensemble des prérequis"
            state = {True: "validé", False: "non atteint", None: "non renseigné"}[volet.met]
            points = None if result.points is None else shared_points(volet)
            yield (*head, None, label, state, None, None, points, shared, None)
        for one in volet.indicators:
            unknown = result.points is None or one.status == "unknown"
            yield (
                *head,
                one.id,
                one.label,
                shown_state(result, one),
                shown_value(one),
                shown_threshold(one),
                None if unknown else one.points,
                one.max_points,
                f"{source_of(one)} ({one.source.url})" if one.source.url else source_of(one),
            )


def _csv_sums(result: Forfait) -> Iterator[tuple[Value, ...]]:
    """The lines of each sum, and the sum itself with its bounds."""
    for one in result.sums:
        source = f"{one.source.title} ({one.source.url})"
        head = (result.practice, result.year, None)
        for line in one.lines:
            own = (line.patients, line.amount, line.euros, None, None, one.id)
            yield (*head, line.id, line.label, *(None,) * 5, source, *own)
        state = "non renseigné" if one.euros is None else "compté"
        bounds = (None, None, one.euros, one.low, one.high, None)
        yield (*head, one.id, one.label, state, *(None,) * 4, source, *bounds)
