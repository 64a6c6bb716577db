"""The values of a document in French words: what every format that a person reads shows of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.wording import MONTHS, NBSP, day, euros, integer

if TYPE_CHECKING:
    from avenant9.report.document import Kind, Value

#: What stands for a value that is not known.
UNKNOWN = "non résolu"


def shown(value: Value, kind: Kind, unknown: str = UNKNOWN) -> str:
    """A value of a document as a person reads it: `1 234,50 €`, `49,08 %`, `30/09/2022`, `septembre 2022`.

    Shares are cut, not rounded, to two decimals of a percent: 20.004 % is never shown as 20 %, which it exceeds.
    """
    if value is None:
        return unknown
    match kind:
        case "euros":
            return euros(int(str(value)))
        case "integer" if isinstance(value, int):
            return integer(value)
        case "number" | "points" | "hours" | "integer":
            return number(Decimal(str(value)))
        case "share":
            return share(Decimal(str(value)))
        case "date" if isinstance(value, date):
            return day(value)
        case "month":
            year, _, month = str(value).partition("-")
            return f"{MONTHS[int(month) - 1]} {year}"
        case _:
            return str(value)


def number(value: Decimal) -> str:
    """A number with a decimal comma and no needless zero: `407,5`, `1 385`."""
    whole, _, rest = format(abs(value), "f").partition(".")
    rest = rest.rstrip("0")
    sign = "-" if value < 0 else ""
    return f"{sign}{integer(int(whole))}{',' + rest if rest else ''}"


def share(value: Decimal) -> str:
    """A share of 1 as `49,08 %`, `44 %`, rounded; where two decimals would hide what is left, four are shown."""
    millionths = int(abs(value) * 1_000_000)
    if not 0 < millionths % 10_000 < 50:
        millionths = (millionths + 50) // 100 * 100
    whole, rest = divmod(millionths, 10_000)
    fraction = f"{rest:04d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{',' + fraction if fraction else ''}{NBSP}%"
