"""The yearly sums in every format: a document for people, csv, and the JSON of its results."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from avenant9.documents.forfait_one import document_of_one, shared_points
from avenant9.documents.forfait_several import document_of_several
from avenant9.documents.forfait_words import part, shown_state, shown_threshold, shown_value, source_of
from avenant9.results.base import dumps
from avenant9.results.forfait import Forfait, Forfaits
from avenant9.wording import capital

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page


#: The headings of the contract.
HEADINGS: Final = (
    "Cabinet",
    "Année",
    "Volet",
    "Indicateur",
    "Libellé",
    "État",
    "Valeur",
    "Seuil",
    "Points",
    "Points au plus",
    "Source",
)


#: Those of the sums beside the points; there only where there are some. The last names the sum of a line.
SUM_HEADINGS: Final = ("Patients", "Montant", "Euros", "Euros au moins", "Euros au plus", "Somme")


def render(form: Format, result: Forfait | Forfaits, page: Page) -> str | bytes:
    """The result in one format."""
    from avenant9.report import formats, text  # noqa: PLC0415 - the formats import what they need

    return formats.render(
        form,
        page,
        document=lambda: document(result, whole=True),
        csv=lambda: csv(result),
        json=lambda: dumps(result),
        table=lambda: text.render(document(result), page),
    )


def document(result: Forfait | Forfaits, *, whole: bool = False) -> Document:
    """The result as a document.

    Args:
        result: of one practice and year, of several years, or of several practices.
        whole: also what a terminal has no room for: every indicator of every practice, every note.
    """
    if isinstance(result, Forfait):
        return document_of_one(result, whole=whole)
    return document_of_several(result, whole=whole)


def csv(result: Forfait | Forfaits) -> bytes:
    """One line per indicator, and one for the points that a volet gives as a whole: their sum is the total."""
    from avenant9.report.csv import table  # noqa: PLC0415 - polars, only for this format

    results = every(result)
    headings = (*HEADINGS, *SUM_HEADINGS) if any(one.sums for one in results) else HEADINGS
    blank = (None,) * (len(headings) - len(HEADINGS))
    rows: list[tuple[str | None, ...]] = []
    for one in results:
        rows += [(*line, *blank) for line in _csv_lines(one)]
        rows += _csv_sums(one)
    return table(headings, rows, numbers=("Année", "Volet", "Points", "Points au plus", *SUM_HEADINGS[:-1]))


def _csv_lines(result: Forfait) -> Iterator[tuple[str | None, ...]]:
    """The lines of one practice and year: no points at all while its total is unknown."""
    for volet in result.volets:
        head = (result.practice, str(result.year), str(volet.volet))
        shared = Decimal(volet.max_points) - sum(Decimal(one.max_points) for one in volet.indicators)
        if shared:
            label = f"{capital(part(volet))} : ensemble des prérequis"
            state = {True: "validé", False: "non atteint", None: "non renseigné"}[volet.met]
            points = None if result.points is None else _comma(str(shared_points(volet)))
            yield (*head, None, label, state, None, None, points, _comma(str(shared)), None)
        for one in volet.indicators:
            unknown = result.points is None or one.status == "unknown"
            yield (
                *head,
                one.id,
                one.label,
                shown_state(result, one),
                shown_value(one) or None,
                shown_threshold(one) or None,
                None if unknown else _comma(one.points),
                _comma(one.max_points),
                f"{source_of(one)} ({one.source.url})" if one.source.url else source_of(one),
            )


def _csv_sums(result: Forfait) -> Iterator[tuple[str | None, ...]]:
    """The lines of each sum, and the sum itself with its bounds."""
    for one in result.sums:
        source = f"{one.source.title} ({one.source.url})"
        head = (result.practice, str(result.year), None)
        for line in one.lines:
            patients = None if line.patients is None else str(line.patients)
            own = (patients, _maybe(line.amount), _comma(line.euros), None, None, one.id)
            yield (*head, line.id, line.label, *(None,) * 5, source, *own)
        state = "non renseigné" if one.euros is None else "compté"
        bounds = (None, None, _maybe(one.euros), _comma(one.low), _maybe(one.high), None)
        yield (*head, one.id, one.label, state, *(None,) * 4, source, *bounds)


def _maybe(text: str | None) -> str | None:
    return None if text is None else _comma(text)


def _comma(text: str) -> str:
    return text.replace(".", ",")


def every(result: Forfait | Forfaits) -> tuple[Forfait, ...]:
    """The results one by one."""
    return (result,) if isinstance(result, Forfait) else result.results
