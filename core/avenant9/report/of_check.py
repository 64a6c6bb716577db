"""The report of `a9 check` in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.report import formats

if TYPE_CHECKING:
    from avenant9.model import Report
    from avenant9.report.document import Document
    from avenant9.report.formats import Format
    from avenant9.report.page import Page


def render(form: Format, shown: Report, page: Page, limit: int | None = None) -> str | bytes:
    """The report, as a profile may see it, in one format.

    Args:
        form: the format.
        shown: what `profile.apply` gave.
        page: how wide and how coloured text is.
        limit: how many findings text shows one by one; all of them where it is None.
    """

    def table() -> str:
        from avenant9.report import table as own  # noqa: PLC0415 - each format imports what it needs

        return own.render(shown, width=page.width, encoding=page.encoding, color=page.color, limit=limit)

    def csv() -> bytes:
        from avenant9.report import csv as own  # noqa: PLC0415

        return own.render(shown)

    def json() -> bytes:
        from avenant9.report import json as own  # noqa: PLC0415

        return own.render(shown)

    def document() -> Document:
        from avenant9.report import check_document as own  # noqa: PLC0415

        return own.document(shown, by_practitioner=form == "xlsx")

    return formats.render(form, page, table=table, document=document, csv=csv, json=json)
