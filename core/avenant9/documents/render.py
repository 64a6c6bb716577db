"""Any result in each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

from avenant9.named import named
from avenant9.report import formats
from avenant9.results.base import Result, dumps
from avenant9.results.check import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.act_card import ActCard
    from avenant9.documents.check_told import Screen
    from avenant9.documents.rule import OneRule
    from avenant9.explanation import Explanation
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.rulebook.load import Rulebook
    from avenant9.saved import Saved

    Shown: TypeAlias = Saved | Explanation | ActCard | Rulebook | OneRule

#: Each result but a report, and what is asked of the law -> the module that shows it: `document` is what people read,
#: `csv` a table of values, and there is a `json` where the result is no model of its own.
DOCUMENTS: Final = {
    "ActCard": "act_card",
    "Claim": "claim",
    "Explanation": "explain",
    "Find": "find",
    "Firm": "firm",
    "FollowedFirm": "firm_threshold",
    "Forfait": "forfait",
    "Forfaits": "forfait",
    "History": "measures",
    "Measures": "measures",
    "OneRule": "rule",
    "Reconcile": "reconcile",
    "Rulebook": "rules",
    "SimulatedFirm": "firm_forfait",
    "Standings": "measures",
    "Threshold": "threshold",
}
#: Those of which text says as much as a page; of the others `document` is asked for less.
_AS_WHOLE: Final = frozenset({"Find", "Threshold"})


def render(
    form: Format,
    found: Shown,
    page: Page,
    screen: Screen | None = None,
    reports: Mapping[str, Report] | None = None,
) -> str | bytes:
    """A result in one format; each imports what it needs.

    Args:
        form: the format.
        found: the result; a report or an explanation as a profile may see it (`profile.apply`, `profile.explained`).
        page: how wide and how coloured text is.
        screen: what text shows of a report; the whole of it where it is None.
        reports: of the clients of a firm, the findings of each by its name; a saved result has none.
    """
    if isinstance(found, Report):
        return _report(form, found, page, screen)
    name = type(found).__name__
    module = import_module(f"avenant9.documents.{DOCUMENTS[name]}")

    def document() -> Document:
        less = {} if form in formats.WHOLE or name in _AS_WHOLE else {"whole": False}
        of_clients = {} if reports is None else {"reports": reports}
        shown: Document = module.document(named(found), **less, **of_clients)
        return shown

    def json() -> bytes:
        written: bytes = dumps(found) if isinstance(found, Result) else module.json(found)
        return written

    return formats.render(form, page, document=document, csv=lambda: module.csv(found), json=json)


def _report(form: Format, report: Report, page: Page, screen: Screen | None) -> str | bytes:
    from avenant9.documents import check, check_csv, check_told  # noqa: PLC0415
    from avenant9.results import check_json  # noqa: PLC0415

    def document() -> Document:
        told = named(report)
        if form == "table":
            return check_told.document(told, screen)
        return check.document(told, as_workbook=form == "xlsx")

    return formats.render(
        form,
        page,
        document=document,
        csv=lambda: check_csv.render(report),
        json=lambda: check_json.render(report),
    )
