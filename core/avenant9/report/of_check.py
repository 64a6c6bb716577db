"""The report of `a9 check` in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.report import formats
from avenant9.report.named import named

if TYPE_CHECKING:
    from avenant9.model import Report
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.report.screen import Screen


def render(form: Format, shown: Report, page: Page, screen: Screen | None = None) -> str | bytes:
    """The report, as a profile may see it, in one format.

    Args:
        form: the format.
        shown: what `profile.apply` gave.
        page: how wide and how coloured text is.
        screen: what of it text shows; the whole of it where it is None.
    """

    def table() -> str:
        told = named(shown)
        if screen is not None:
            from avenant9.report import screen as short  # noqa: PLC0415 - each format imports what it needs

            return short.render(told, page, screen)
        from avenant9.report import table as whole  # noqa: PLC0415

        return whole.render(told, width=page.width, encoding=page.encoding, color=page.color)

    def csv() -> bytes:
        from avenant9.report import csv as own  # noqa: PLC0415

        return own.render(shown)

    def json() -> bytes:
        from avenant9.report import json as own  # noqa: PLC0415

        return own.render(shown)

    def document() -> Document:
        from avenant9.report import check_document as own  # noqa: PLC0415

        return own.document(named(shown), as_workbook=form == "xlsx")

    return formats.render(form, page, table=table, document=document, csv=csv, json=json)
