"""Tables of text: columns under their headings, as narrow as what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabulate import SEPARATING_LINE, DataRow, Line, TableFormat, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.page import Page

_ROW = DataRow("", "  ", "")
_GRID = TableFormat(
    lineabove=None,
    linebelowheader=Line("", "-", "  ", ""),
    linebetweenrows=None,
    linebelow=None,
    headerrow=_ROW,
    datarow=_ROW,
    padding=0,
    with_header_hide=None,
)


def grid(page: Page, headings: Sequence[str], rows: list[list[str]], align: Sequence[str]) -> str:
    """The table as text; `align` is `left` or `right` for each column."""
    drawn = tabulate(
        [[page.fit(word) for word in headings], SEPARATING_LINE, *rows],
        tablefmt=_GRID,
        colalign=align,
        disable_numparse=True,
    )
    return "\n".join(line.rstrip() for line in drawn.splitlines())
