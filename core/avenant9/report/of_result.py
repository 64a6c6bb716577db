"""Any result in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from avenant9.model import Report
from avenant9.results.forfait import Forfait, Forfaits
from avenant9.results.measures import History, Measures, Standings
from avenant9.results.threshold import Threshold

if TYPE_CHECKING:
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.report.saved import Saved
    from avenant9.report.screen import Screen


def render(form: Format, found: Saved, page: Page, screen: Screen | None = None) -> str | bytes:
    """A saved result in one format; arguments as for `of_check.render`."""
    match found:
        case Report():
            from avenant9.report import of_check  # noqa: PLC0415 - each result imports what it needs

            return of_check.render(form, found, page, screen)
        case Forfait() | Forfaits():
            from avenant9.report import forfait  # noqa: PLC0415

            return forfait.render(form, found, page)
        case Measures() | Standings() | History():
            from avenant9.report import measures  # noqa: PLC0415

            return measures.render(form, found, page)
        case Threshold():
            from avenant9.report import threshold  # noqa: PLC0415

            return threshold.render(form, found, page)
        case _:
            assert_never(found)
