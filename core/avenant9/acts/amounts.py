"""Numbers as French files hold them: euros, rates, coefficients, quantities."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from avenant9.acts.columns import ACTS
from avenant9.acts.people import NO_NUMBER, NOBODY_NUMBER, names_somebody, tell_unknown, whole_identifiers
from avenant9.acts.sheet import Absent, Reading, first_at
from avenant9.acts.values import as_words, distinct, plain_marks, words_for
from avenant9.reading.addresses import letters
from avenant9.wording import counted

#: Beyond these a cell holds something else than an amount or a count: an identifier in the wrong column.
_MOST_CENTS, _MOST_UNITS = 10**9, 9_999
_EURO = r"(?:€|(?i:EUR(?:OS?)?))"
_EUROS_AND_CENTS = re.compile(rf"(?<=\d) ?{_EURO} ?(?=\d\d$)")
#: A dash in the place of the cents: `20,-`.
_NO_CENTS = re.compile(rf"(?<=\d)[.,] ?--?(?= ?(?:{_EURO})?$)")
#: Thousands as in Switzerland.
_APOSTROPHE = re.compile(r"(?<=\d)'(?=\d{3}(?!\d))")
#: A negative number of accountants.
_IN_BRACKETS = re.compile(r"^\(([^()]+)\)")
#: A number, its currency and its sign, of which some programs write one after the other on either side.
_SIGNED = re.compile(
    rf"(?P<before>[+-]?) ?(?:{_EURO} ?)?(?P<within>[+-]?) ?(?P<figures>\d(?:[\d., ]*[\d.,])?|[.,]\d+)"
    rf"(?: ?{_EURO})?(?P<after>(?: ?[+-])?)(?: ?{_EURO})?"
)
_NO_INVOICE = NO_NUMBER | words_for("no_invoice")
#: Before thousands stands nothing, a space, or the separator that is not the decimal one.
_FIGURES = re.compile(r"(?:\d*|\d{1,3}(?: \d{3})+)(?:[.,]\d*)?|\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:,\d{3})+\.\d*")
_SEPARATORS = re.compile("[., ]")
#: A thousand and more, or one and a bit?
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


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
    for column, title in reading.found.beside.get("amount", {}).items():
        cells = reading.rows[f"c{column}"]
        more = distinct(cells, parse_cents, ACTS["amount"])
        _name_unread(reading, column, title, cells.is_not_null() & more.is_null())
        columns["amount"] = _and(columns["amount"], reading.required("amount"), more, cells)
    quantity = reading.cells("quantity")
    if quantity is None:
        columns["quantity"] = pl.Series("quantity", [1], dtype=ACTS["quantity"]).new_from_index(0, len(reading.rows))
    else:
        units = distinct(quantity, parse_integer, ACTS["quantity"]).set(quantity.is_null(), 1)
        nothing = (units == 0) & columns["amount"].ne_missing(pl.Series([0]))
        columns["quantity"] = units.set(nothing.fill_null(False), None)  # no unit, and yet an amount
    invoice = reading.cells("invoice")
    columns["invoice"] = absent("invoice") if invoice is None else _numbers(reading, "invoice", invoice)
    original = reading.text("original_code")
    columns["original_code"] = absent("original_code") if original is None else original.str.to_uppercase()


def _name_unread(reading: Reading, column: int, title: str, bad: pl.Series) -> None:
    rows = reading.rows["row"].filter(bad)
    if len(rows):
        where = first_at(len(rows), f"{letters(column)}{rows[0]}")
        reading.say(
            f"{counted(len(rows), 'cellule')} sans montant lisible sous « {title} » ({where}), montant inconnu."
        )


def _and(sums: pl.Series, first: pl.Series, more: pl.Series, cells: pl.Series) -> pl.Series:
    """Cents with those of further cells; unknown where a filled cell of either could not be read."""
    lost = (sums.is_null() & first.is_not_null()) | (more.is_null() & cells.is_not_null())
    none = sums.is_null() & more.is_null()
    return (sums.fill_null(0) + more.fill_null(0)).set(lost | none, None).alias("amount")


def _numbers(reading: Reading, key: str, cells: pl.Series) -> pl.Series:
    """Numbers of documents, as texts; a mark (`-`) is none, nor is what is written for want of one, which is said."""
    numbers = whole_identifiers(reading, key, cells).cast(pl.String).str.strip_prefix("'")
    numbers = numbers.set(~numbers.str.contains(r"[\pL\pN]"), None)
    words = numbers.filter(~numbers.str.contains(r"\d")).unique().to_list()
    wanting = [word for word in words if not names_somebody(word) or as_words(word) in _NO_INVOICE]
    none = (numbers.str.contains(NOBODY_NUMBER) | numbers.is_in(wanting)).fill_null(False)
    tell_unknown(reading, key, none, "sans numéro (zéros, « sans », « papier »…)")
    return numbers.set(none, None)


def parse_decimal(text: str) -> Decimal | None:
    """A number as French files hold it: `1 234,50 €`, `1.234,50`, `1'234.50`, `20€50`, `20,-`, `-12,5`, `(12,00)`.

    A lone separator is decimal; three digits after it could be thousands, so that is unreadable, as are digits after
    a space that are no three.
    """
    text = _APOSTROPHE.sub(" ", _NO_CENTS.sub("", plain_marks(text).lstrip("'")))
    text = _EUROS_AND_CENTS.sub(",", _IN_BRACKETS.sub(r"-\1", text))
    match = _SIGNED.fullmatch(text)
    if match is None or _AMBIGUOUS.fullmatch(match["figures"]):
        return None
    sign, figures = "".join(match.group("before", "within", "after")).strip(), match["figures"]
    if len(sign) > 1 or not _FIGURES.fullmatch(figures):
        return None
    point = max(figures.rfind("."), figures.rfind(","))
    whole, decimals = (figures, "") if point < 0 else (figures[:point], figures[point + 1 :])
    return Decimal(f"{sign}{_SEPARATORS.sub('', whole) or 0}.{decimals or 0}")


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
    value = parse_decimal(text.replace("%", "").strip())
    if value is None or not 0 <= value <= 100:
        return None
    return round(value * (10_000 if value <= 1 and "%" not in text else 100))
