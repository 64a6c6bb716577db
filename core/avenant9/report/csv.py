"""Tables as CSV for French spreadsheets: `;`, decimal comma, BOM, CRLF."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from avenant9.report.document import FIGURES
from avenant9.report.values import shown
from avenant9.wording import day, money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.report.document import Kind, Table, Value

# What a spreadsheet would take for a formula; a plain number may keep its sign.
_FORMULA = r"^\s*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]"
_NUMBER = r"^[+-]?\d+(?:[.,]\d+)?$"
_SUSPECT = r"^\s*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|[\x00-\x1f\x7f]"
_CONTROLS = r"[\x00-\x1f\x7f]+"


def render(table: Table) -> bytes:
    """The rows of a table under its headings, as a spreadsheet in French reads them; what is empty is left out."""
    kinds = [column.kind for column in table.columns]
    headings = [column.heading for column in table.columns]
    rows = [tuple(map(_cell, row, kinds)) for row in table.rows]
    texts = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String()), orient="row")
    return lines(headings, [texts], [column.heading for column in table.columns if column.kind in FIGURES])


def _cell(value: Value, kind: Kind) -> str | None:
    match value:
        case int() if kind == "euros":
            return money(value, ",")
        case date():
            return day(value)
        case str() if kind == "verdict":
            return shown(value, kind)
        case Decimal() if kind == "share":
            return f"{value:.6f}".replace(".", ",")
        case None | "":
            return None
        case _:
            return str(value).replace(".", ",") if kind in FIGURES else str(value)


def lines(headings: Sequence[str], tables: Iterable[pl.DataFrame], numbers: Sequence[str] = ()) -> bytes:
    """The tables under each other, text cells made harmless, except in the columns `numbers`.

    Each table has as many columns as `headings`, whatever their names, of type String.
    """
    named = [table.rename(dict(zip(table.columns, headings, strict=True))) for table in tables]
    together = pl.concat(named)
    suspect = [h for h in headings if h not in numbers and together[h].str.contains(_SUSPECT).any()]
    together = together.with_columns(map(_harmless, suspect))
    out = io.BytesIO()
    together.write_csv(out, separator=";", include_bom=True, line_terminator="\r\n")
    return out.getvalue()


def _harmless(heading: str) -> pl.Expr:
    """Control characters become spaces; what would run as a formula is led by an apostrophe."""
    text = pl.col(heading).str.replace_all(_CONTROLS, " ")
    runs = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.when(runs).then("'" + text).otherwise(text).alias(heading)
