"""Any result in each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from avenant9.named import named
from avenant9.report import formats
from avenant9.results.check import Report

if TYPE_CHECKING:
    from avenant9.documents.check_told import Screen
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.saved import Saved

#: Each result but that of a check -> the module of its document: a check has no use for the others.
DOCUMENTS: Final = {
    "Claim": "claim",
    "Find": "find",
    "Firm": "firm",
    "FollowedFirm": "firm_threshold",
    "Forfait": "forfait",
    "Forfaits": "forfait",
    "History": "measures",
    "Measures": "measures",
    "Reconcile": "reconcile",
    "SimulatedFirm": "firm_forfait",
    "Standings": "measures",
    "Threshold": "threshold",
}


def render(form: Format, found: Saved, page: Page, screen: Screen | None = None) -> str | bytes:
    """A result in one format; each imports what it needs.

    Args:
        form: the format.
        found: the result; a report as a profile may see it (`profile.apply`).
        page: how wide and how coloured text is.
        screen: what text shows of a report; the whole of it where it is None.
    """
    if isinstance(found, Report):
        return _report(form, found, page, screen)
    document = import_module(f"avenant9.documents.{DOCUMENTS[type(found).__name__]}")
    told: str | bytes = document.render(form, found, page)
    return told


def _report(form: Format, shown: Report, page: Page, screen: Screen | None) -> str | bytes:
    def csv() -> bytes:
        from avenant9.documents import check_csv  # noqa: PLC0415

        return check_csv.render(shown)

    def json() -> bytes:
        from avenant9.results import check_json  # noqa: PLC0415

        return check_json.render(shown)

    def document() -> Document:
        from avenant9.documents import check, check_told  # noqa: PLC0415

        told = named(shown)
        return (
            check_told.document(told, screen) if form == "table" else check.document(told, as_workbook=form == "xlsx")
        )

    return formats.render(form, page, document=document, csv=csv, json=json)
