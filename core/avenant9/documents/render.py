"""Any result in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from avenant9.named import named
from avenant9.report import formats
from avenant9.results.check import Report
from avenant9.results.claim import Claim
from avenant9.results.find import Find
from avenant9.results.firm import Firm, FollowedFirm, SimulatedFirm
from avenant9.results.forfait import Forfait, Forfaits
from avenant9.results.measures import History, Measures, Standings
from avenant9.results.reconcile import Reconcile
from avenant9.results.threshold import Threshold

if TYPE_CHECKING:
    from avenant9.documents.check_screen import Screen
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.saved import Saved


def render(form: Format, found: Saved, page: Page, screen: Screen | None = None) -> str | bytes:
    """A result in one format; each imports what it needs.

    Args:
        form: the format.
        found: the result; a report as a profile may see it (`profile.apply`).
        page: how wide and how coloured text is.
        screen: what text shows of a report; the whole of it where it is None.
    """
    match found:
        case Report():
            return _report(form, found, page, screen)
        case Forfait() | Forfaits():
            from avenant9.documents import forfait  # noqa: PLC0415

            return forfait.render(form, found, page)
        case Measures() | Standings() | History():
            from avenant9.documents import measures  # noqa: PLC0415

            return measures.render(form, found, page)
        case Reconcile():
            from avenant9.documents import reconcile  # noqa: PLC0415

            return reconcile.render(form, found, page)
        case Threshold():
            from avenant9.documents import threshold  # noqa: PLC0415

            return threshold.render(form, found, page)
        case Firm():
            from avenant9.documents import firm  # noqa: PLC0415

            return firm.render(form, found, page)
        case FollowedFirm():
            from avenant9.documents import firm_threshold  # noqa: PLC0415

            return firm_threshold.render(form, found, page)
        case SimulatedFirm():
            from avenant9.documents import firm_forfait  # noqa: PLC0415

            return firm_forfait.render(form, found, page)
        case Claim():
            from avenant9.documents import claim  # noqa: PLC0415

            return claim.render(form, found, page)
        case Find():
            from avenant9.documents import find  # noqa: PLC0415

            return find.render(form, found, page)
        case _:
            assert_never(found)


def _report(form: Format, shown: Report, page: Page, screen: Screen | None) -> str | bytes:
    def table() -> str:
        from avenant9.documents import check_screen, check_text  # noqa: PLC0415

        told = named(shown)
        return check_text.render(told, page) if screen is None else check_screen.render(told, page, screen)

    def csv() -> bytes:
        from avenant9.documents import check_csv  # noqa: PLC0415

        return check_csv.render(shown)

    def json() -> bytes:
        from avenant9.results import check_json  # noqa: PLC0415

        return check_json.render(shown)

    def document() -> Document:
        from avenant9.documents import check  # noqa: PLC0415

        return check.document(named(shown), as_workbook=form == "xlsx")

    return formats.render(form, page, table=table, document=document, csv=csv, json=json)
