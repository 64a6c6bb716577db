"""Any result in each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard, assert_never

from avenant9.report.formats import WHOLE
from avenant9.results.base import Result, dumps, encoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.act_card import ActCard
    from avenant9.documents.rule import OneRule
    from avenant9.documents.screen import Screen
    from avenant9.explanation import Explanation
    from avenant9.forfait.explain import Explained
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.results.check import Report
    from avenant9.rulebook.load import Rulebook
    from avenant9.saved import Saved
    from avenant9.settings.in_force import InForce

    Shown: TypeAlias = Saved | Explanation | Explained | ActCard | InForce | Rulebook | OneRule

#: Each result but a report, and what is asked of the law -> the module that shows it: `document` is what people read,
#: `csv` a table of values, and where the result is no model of its own, there is a `json`.
DOCUMENTS: Final = {
    "ActCard": "act_card",
    "Claim": "claim",
    "Explained": "forfait_explain",
    "Explanation": "explain",
    "Find": "find",
    "Firm": "firm",
    "FollowedFirm": "firm_threshold",
    "Forfait": "forfait",
    "Forfaits": "forfait",
    "History": "measures",
    "InForce": "config",
    "Measures": "measures",
    "OneRule": "rule",
    "Reconcile": "reconcile",
    "Rulebook": "rules",
    "SimulatedFirm": "firm_forfait",
    "Standings": "measures",
    "Threshold": "threshold",
}
#: Those of which text says as much as a page; of the others `document` is asked for less.
_AS_WHOLE: Final = frozenset({"Explained", "Find", "InForce", "Threshold"})
#: Those that tell of no file of acts: nothing that reads tables is imported for them.
_OF_NO_FILE: Final = frozenset({"Explained", "Forfait", "Forfaits", "InForce", "OneRule", "Rulebook"})


def render(
    form: Format,
    found: Shown,
    page: Page,
    screen: Screen | None = None,
    reports: Mapping[str, Report] | None = None,
) -> str | bytes:
    """A result in one format; each imports what it needs, and a format without a branch fails mypy.

    Args:
        form: the format.
        found: the result; a report or an explanation as a profile may see it (`profile.apply`, `profile.explained`).
        page: how wide and how coloured text is.
        screen: what text shows of a report; the whole of it where it is None.
        reports: of the clients of a firm, the findings of each by its name; a saved result has none.
    """
    match form:
        case "table":
            from avenant9.report import text  # noqa: PLC0415

            return text.render(_document(form, found, screen, reports), page)
        case "csv":
            return _csv(found)
        case "json":
            return _json(found)
        case "xlsx":
            from avenant9.report import xlsx  # noqa: PLC0415

            return xlsx.render(_document(form, found, screen, reports))
        case "html":
            from avenant9.report import html  # noqa: PLC0415

            return html.render(_document(form, found, screen, reports))
        case _:
            assert_never(form)


def _is_report(found: Shown) -> TypeGuard[Report]:
    return type(found).__name__ == "Report"


def _module(found: Shown) -> Any:
    return import_module(f"avenant9.documents.{DOCUMENTS[type(found).__name__]}")


def _document(form: Format, found: Shown, screen: Screen | None, reports: Mapping[str, Report] | None) -> Document:
    told = found if type(found).__name__ in _OF_NO_FILE else _named(found)
    if _is_report(told):
        from avenant9.documents import check, check_told  # noqa: PLC0415

        if form == "table":
            return check_told.document(told, screen)
        return check.document(told, as_workbook=form == "xlsx")
    less = {} if form in WHOLE or type(found).__name__ in _AS_WHOLE else {"whole": False}
    of_clients = {} if reports is None else {"reports": reports}
    shown: Document = _module(found).document(told, **less, **of_clients)
    return shown


def _named(found: Shown) -> Shown:
    from avenant9.named import named  # noqa: PLC0415 - it imports polars

    return named(found)


def _csv(found: Shown) -> bytes:
    if _is_report(found):  # of too many rows to be a table of values
        from avenant9.documents import check_csv  # noqa: PLC0415

        return check_csv.render(found)
    from avenant9.report import csv  # noqa: PLC0415

    return csv.render(_module(found).csv(found))


def _json(found: Shown) -> bytes:
    if _is_report(found):
        from avenant9.results import check_json  # noqa: PLC0415

        return check_json.render(found)
    return dumps(found) if isinstance(found, Result) else encoded(_module(found).json(found))
