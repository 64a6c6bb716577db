"""The formats of a result that is a document: one module each, and one place that knows them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable

    from avenant9.report.document import Document, Table
    from avenant9.report.page import Page

Format = Literal["table", "csv", "xlsx", "json", "html"]

#: In the order of the help; the first is the default.
FORMATS: tuple[Format, ...] = ("table", "csv", "xlsx", "json", "html")
#: Those that have room for all of a document.
WHOLE: tuple[Format, ...] = ("xlsx", "html")
#: Of what is told rather than tabulated.
TOLD: tuple[Format, ...] = ("table", "json")


def render(
    form: Format,
    page: Page,
    *,
    document: Callable[[], Document],
    csv: Callable[[], Table | bytes],
    json: Callable[[], bytes],
    table: Callable[[], str] | None = None,
) -> str | bytes:
    """A result in one format; only what that format needs is made. A format without a branch fails mypy.

    `csv` is a table of values, or the bytes of one with too many rows to be one; `table` is text of the result's own;
    without it the document is shown as text.
    """
    match form:
        case "table" if table is not None:
            return table()
        case "table":
            from avenant9.report import text  # noqa: PLC0415 - each format imports what it needs

            return text.render(document(), page)
        case "csv":
            rows = csv()
            if isinstance(rows, bytes):
                return rows
            from avenant9.report import csv as spreadsheet  # noqa: PLC0415

            return spreadsheet.render(rows)
        case "json":
            return json()
        case "xlsx":
            from avenant9.report import xlsx  # noqa: PLC0415

            return xlsx.render(document())
        case "html":
            from avenant9.report import html  # noqa: PLC0415

            return html.render(document())
        case _:
            assert_never(form)
