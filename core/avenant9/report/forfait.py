"""The forfait structure in every format: a document for people, csv, and the JSON of its results."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from avenant9.report.forfait_one import document_of_one, shared_points
from avenant9.report.forfait_several import document_of_several
from avenant9.report.forfait_words import shown_state, shown_threshold, shown_value, source_of
from avenant9.results.base import dumps
from avenant9.results.forfait import Forfait, Forfaits

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

    rows = [line for one in every(result) for line in _csv_lines(one)]
    return table(HEADINGS, rows, numbers=("Année", "Volet", "Points", "Points au plus"))


def _csv_lines(result: Forfait) -> Iterator[tuple[str | None, ...]]:
    """The lines of one practice and year: no points at all while its total is unknown."""
    for volet in result.volets:
        head = (result.practice, str(result.year), str(volet.volet))
        shared = Decimal(volet.max_points) - sum(Decimal(one.max_points) for one in volet.indicators)
        if shared:
            label = f"Volet {volet.volet} : ensemble des prérequis"
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


def _comma(text: str) -> str:
    return text.replace(".", ",")


def every(result: Forfait | Forfaits) -> tuple[Forfait, ...]:
    """The results one by one."""
    return (result,) if isinstance(result, Forfait) else result.results
