"""Numbers as French files hold them: euros, rates, coefficients, quantities."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from avenant9.acts.columns import ACTS
from avenant9.acts.people import whole_identifiers
from avenant9.acts.sheet import Absent, Reading
from avenant9.acts.values import distinct

#: Beyond these a cell holds something else than an amount or a count: an identifier in the wrong column.
_MOST_CENTS, _MOST_UNITS = 10**9, 9_999


def read_plain(reading: Reading, columns: dict[str, pl.Series], absent: Absent) -> None:
    """Types the columns of numbers, the invoice and the original code."""
    parsers = {
        "amount": (parse_cents, "montant"),
        "overcharge": (parse_cents, "montant"),
        "reimbursed": (parse_cents, "montant"),
        "rate": (parse_rate, "taux"),
        "coefficient": (parse_thousandths, "coefficient"),
    }
    for key, (parse, what) in parsers.items():
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else reading.read(key, what, distinct(cells, parse, ACTS[key]))
    quantity = reading.cells("quantity")
    if quantity is None:
        columns["quantity"] = pl.Series("quantity", [1], dtype=ACTS["quantity"]).new_from_index(0, len(reading.rows))
    else:
        units = distinct(quantity, parse_integer, ACTS["quantity"]).set(quantity.is_null(), 1)
        nothing = (units == 0) & columns["amount"].ne_missing(pl.Series([0]))
        columns["quantity"] = units.set(nothing.fill_null(False), None)  # no unit, and yet an amount
    invoice = reading.cells("invoice")
    columns["invoice"] = (
        absent("invoice") if invoice is None else whole_identifiers(reading, "invoice", invoice).cast(pl.String)
    )
    original = reading.text("original_code")
    columns["original_code"] = absent("original_code") if original is None else original.str.to_uppercase()


def parse_decimal(text: str) -> Decimal | None:
    """A number as French files hold it: `1 234,50 €`, `1.234,50`, `-12,5`, `(12,00)`.

    A lone separator is decimal; three digits after it could be thousands, so that is unreadable.
    """
    text = text.strip("'").replace("€", "").replace("EUR", "").replace("\u2212", "-").replace(" ", "")
    if match := re.fullmatch(r"\((.+)\)", text):
        text = "-" + match[1]
    if "," in text and "." in text:
        thousands = "." if text.rfind(",") > text.rfind(".") else ","
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:\{thousands}\d{{3}})+[.,]\d*", text):
            return None
        text = text.replace(thousands, "")
    elif re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text):
        return None
    text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
        return None
    return Decimal(text)


def parse_cents(text: str) -> int | None:
    """Euros as whole cents; binary noise of a spreadsheet (six decimals or more) is rounded once."""
    value = parse_decimal(text)
    if value is None:
        return None
    cents = value * 100
    whole = cents.to_integral_value(ROUND_HALF_UP)
    noise = -int(value.as_tuple().exponent) >= 6
    return int(whole) if (cents == whole or noise) and abs(whole) <= _MOST_CENTS else None


def parse_integer(text: str) -> int | None:
    """A whole number, `2.0` included."""
    value = parse_decimal(text)
    whole = value is not None and value == value.to_integral_value() and abs(value) <= _MOST_UNITS
    return int(value) if value is not None and whole else None


def parse_thousandths(text: str) -> int | None:
    """A positive coefficient in thousandths."""
    value = parse_decimal(text)
    return round(value * 1000) if value is not None and 0 < value <= _MOST_UNITS else None


def parse_rate(text: str) -> int | None:
    """A rate of reimbursement in basis points: `70`, `70 %`, or the 0.7 of a cell shown as a percentage."""
    value = parse_decimal(text.replace("%", ""))
    if value is None or not 0 <= value <= 100:
        return None
    return round(value * (10_000 if value <= 1 and "%" not in text else 100))
