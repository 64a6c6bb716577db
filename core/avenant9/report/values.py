"""The values of a document in French words: what every format that a person reads shows of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.model import Verdict
from avenant9.wording import NBSP, SHORT_MONTHS, day, euros, integer, month_and_year

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.report.document import Column, Kind, Table, Value

#: The kinds that are words: nothing stands where there are none.
WORDS: frozenset[Kind] = frozenset({"text", "identifier", "url", "verdict"})

_VERDICTS = frozenset(Verdict)
#: What stands for a value that is not known.
UNKNOWN = "non résolu"


def shown(value: Value, kind: Kind, unknown: str = UNKNOWN, decimals: int = 0) -> str:
    """A value of a document as a person reads it: `1 234,50 €`, `49,08 %`, `30/09/2022`, `septembre 2022`.

    Shares are cut, not rounded, to two decimals of a percent: 20.004 % is never shown as 20 %, which it exceeds.
    A number or a share has at least as many `decimals`: those of its column, see `decimals_of`.
    """
    if value is None:
        return unknown
    match kind:
        case "euros":
            return euros(int(str(value)))
        case "integer" if isinstance(value, int):
            return integer(value)
        case "number" | "points" | "hours" | "integer":
            return number(Decimal(str(value)), decimals)
        case "share":
            return share(Decimal(str(value)), decimals)
        case "date" if isinstance(value, date):
            return day(value)
        case "verdict":
            found = verdict(value)
            return found.french if found else str(value)
        case "month" if isinstance(value, date):
            return month_and_year(value)
        case _:
            return str(value)


def verdict(value: Value) -> Verdict | None:
    """The verdict that a cell holds; None where it holds other words."""
    return Verdict(str(value)) if value in _VERDICTS else None


def short_month(category: str | date) -> str:
    """`sept. 22` of a month by its first day; any other category of a chart as it is."""
    return category if isinstance(category, str) else f"{SHORT_MONTHS[category.month - 1]} {category:%y}"


def columns_of(table: Table) -> list[list[str]]:
    """The cells of a table, column by column, with its total below, which is empty where it is no sum."""
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        total = table.total[place] if table.total else None
        cells = in_column(values if total is None else [*values, total], column)
        columns.append([*cells, ""] if table.total and total is None else cells)
    return columns


def in_column(values: Sequence[Value], column: Column) -> list[str]:
    """The cells of a column, with as many decimals in each as the most precise of them has; empty where it holds no
    value and no figure is expected."""
    decimals = decimals_of(values, column.kind)
    return [
        "" if value is None and column.kind in WORDS else shown(value, column.kind, column.absent or "?", decimals)
        for value in values
    ]


def decimals_of(values: Iterable[Value], kind: Kind) -> int:
    """How many decimals each figure of a column has: as many as the one that needs most."""
    if kind not in {"number", "points", "hours", "share"}:
        return 0
    cut = _percent if kind == "share" else _cut
    return max((len(cut(Decimal(str(value)))[1]) for value in values if value is not None), default=0)


def number(value: Decimal, decimals: int = 0) -> str:
    """A number with a decimal comma and no zero beyond `decimals`: `407,5`, `1 385`."""
    whole, digits = _cut(value)
    return f"{'-' if value < 0 else ''}{integer(whole)}{_behind_comma(digits, decimals)}"


def share(value: Decimal, decimals: int = 0) -> str:
    """A share of 1 as `49,08 %`, `44 %`, rounded; where two decimals would hide what is left, four are shown.

    Zeros are added up to `decimals`.
    """
    whole, digits = _percent(value)
    return f"{'-' if value < 0 else ''}{whole}{_behind_comma(digits, decimals)}{NBSP}%"


def _cut(value: Decimal) -> tuple[int, str]:
    """A number without its sign: what stands before the comma, and the digits that it needs behind it."""
    whole, rest = divmod(abs(value), 1)
    return int(whole), format(rest, "f")[2:].rstrip("0")


def _percent(value: Decimal) -> tuple[int, str]:
    """The same of a share in percent."""
    millionths = int(abs(value) * 1_000_000)
    if not 0 < millionths % 10_000 < 50:
        millionths = (millionths + 50) // 100 * 100
    whole, rest = divmod(millionths, 10_000)
    return whole, f"{rest:04d}".rstrip("0")


def _behind_comma(digits: str, decimals: int) -> str:
    digits = digits.ljust(decimals, "0")
    return f",{digits}" if digits else ""
