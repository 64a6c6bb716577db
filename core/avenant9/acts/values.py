"""The text of a cell as a value: each distinct text is parsed once, what cannot be read is None."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import polars as pl

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\r\n]")
#: What is not seen, marks of direction among them.
_ZERO_WIDTH = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: What keyboards and word processors write in different ways, and no decomposition makes one.
_MARKS = str.maketrans(
    dict.fromkeys("’‘ʼ′`´", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
_EXCEL_EPOCH = date(1899, 12, 30)  # serial 0 of the 1900 date system, as Excel counts after 28/02/1900
#: Spreadsheets have no day before 1900, and count 29/02/1900, which never was: an older day is a number gone wrong.
_FIRST_DAY = date(1900, 3, 1)
_SERIAL = re.compile(r"\d{5}")
#: One counted from 1904, with its fraction of a day; from it to a serial of the 1900 system.
_SERIAL_1904, _FROM_1904 = re.compile(r"^\d{5}(?=$|[.,]\d+$)"), 1462
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
#: What stands beside a day as a time, readable (`10h30`, a fraction of a day) or not (`25:61`, `10:30:00Z`).
_CLOCK = r"^(?:\d{1,2}[:hH][\d:.,]*|0\.\d+)\s*(?i:Z|UTC|GMT|[AP]M|[+-]\d\d(?::?\d\d)?)?$"
_DAY_ZERO = re.compile("^(1899-12-3[01]|1900-01-0[01]|1904-01-01) ")
_TIME = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)(?::(\d{2})(?:\.\d+)?)?")
#: Beyond these a cell holds something else than an amount or a count: an identifier in the wrong column.
_MOST_CENTS, _MOST_UNITS = 10**9, 9_999
_YES = {"oui": True, "o": True, "1": True, "vrai": True, "true": True}
_NO = {"non": False, "n": False, "0": False, "faux": False, "false": False}


def by_text(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts of a column (String, or Categorical as `clean` gives it), null left out, and for each cell
    the place of its text among them."""
    coded = column.cast(pl.Categorical(pl.Categories.random())) if column.dtype == pl.String else column
    texts = coded.unique(maintain_order=True).drop_nulls()
    codes, places = texts.to_physical(), coded.to_physical()
    if len(codes) and not (codes.is_sorted() and codes[-1] == len(codes) - 1):  # some rows were left out
        order = pl.Series([0], dtype=codes.dtype).new_from_index(0, int(codes.max()) + 1)  # type: ignore[arg-type]
        places = order.scatter(codes, range(len(codes))).gather(places)
    return texts.cast(pl.String), places


def distinct(column: pl.Series, parse: Callable[[str], Any], dtype: pl.DataType) -> pl.Series:
    """`parse` applied to each distinct text of `column`; null stays null."""
    texts, places = by_text(column)
    return pl.Series(column.name, [parse(text) for text in texts], dtype=dtype).gather(places)


def clean(cells: pl.DataFrame) -> pl.DataFrame:
    """Text trimmed, NFC, without no-break or zero-width spaces; an empty cell is null.

    A column whose texts repeat comes back as Categorical: what is done to its texts is done once for each.
    """
    repeating = [name for name in cells.columns if _repeats(cells[name])]
    coded = cells.with_columns(pl.col(name).cast(pl.Categorical(pl.Categories.random())) for name in repeating)
    return coded.with_columns(
        _coded_and_trimmed(coded[name]) if name in repeating else _trimmed(coded[name]) for name in cells.columns
    )


def _repeats(column: pl.Series) -> bool:
    """Whether coding the texts of a column pays: as its top shows, most of them are there several times."""
    top = column.head(20_000).drop_nulls()
    return len(column) > 1000 and 2 * top.n_unique() < len(top)


def _coded_and_trimmed(column: pl.Series) -> pl.Series:
    texts, places = by_text(column)
    trimmed = _trimmed(texts)
    return column if trimmed.equals(texts) else trimmed.gather(places).cast(column.dtype).alias(column.name)


def _trimmed(column: pl.Series) -> pl.Series:
    column = column.str.strip_chars()
    ascii_only = column.str.len_bytes().sum() == column.str.len_chars().sum()
    if not ascii_only:
        column = (
            column.str.replace_all(_ZERO_WIDTH.pattern, "")
            .str.replace_all(_SPACES.pattern, " ")
            .str.normalize("NFC")
            .str.strip_chars()
        )
    return column.set(column == "", None)


def plain_marks(text: str) -> str:
    """Apostrophes as `'`, hyphens and dashes as `-`."""
    return text.translate(_MARKS)


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, single spaces."""
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(stripped.casefold().replace("œ", "oe").replace("æ", "ae").split())


def parse_day(text: str) -> date | None:
    """A day: ISO, day first, AAAAMMJJ, or an Excel serial; never month first, two-digit years or before 1900."""
    day = _written_day(text.lstrip("'"))
    return day if day is None or day >= _FIRST_DAY else None


def out_of_calendar(text: str) -> bool:
    """Whether a cell holds a date that no spreadsheet has: before March 1900, or after 9999."""
    text = _split_moment(pl.Series([text]))[0][0]
    day = _written_day(text)
    beyond = re.fullmatch(r"(-\d{4,}|\+?\d{5,})-\d\d-\d\d", text)
    return beyond is not None or (day is not None and day < _FIRST_DAY)


def _written_day(text: str) -> date | None:
    try:
        if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            year, month, day = map(int, match.groups())
        elif match := _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, match.groups())
        elif _SERIAL.fullmatch(text):
            return _EXCEL_EPOCH + timedelta(days=int(text))
        else:
            return None
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """HH:MM, HH:MM:SS, HHhMM, HHh, or the fraction of a day that a spreadsheet stores."""
    try:
        if match := _TIME.fullmatch(text):
            hour, minute, second = (int(group or 0) for group in match.groups())
            return time(hour, minute, second)
        fraction = Decimal(text.replace(",", "."))
        if not 0 <= fraction < 1:
            return None
        seconds = int((fraction * 86400).to_integral_value(ROUND_HALF_UP))
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    except (ValueError, InvalidOperation):
        return None


def _split_moment(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The day and the time of texts that may hold both (`02/05/2022 10:30`, `2022-05-02T10:30:00`), as texts."""
    parts = texts.str.replace(r"^(\d{4}-\d\d-\d\d)T", "$1 ").str.splitn(" ", 2).struct.unnest()
    day, rest = parts.get_columns()
    serial = day.str.contains(r"^\d{5}[.,]\d+$").fill_null(False)
    if serial.any():
        split = day.str.replace(",", ".").str.splitn(".", 2).struct.unnest().get_columns()
        rest = rest.zip_with(~serial, "0." + split[1])
        day = day.zip_with(~serial, split[0])
    return day, rest.str.strip_chars().str.replace(r"^[àÀ]\s*", "")


def from_1904(column: pl.Series) -> pl.Series:
    """Dates of a workbook that counts days from 1904, their serial numbers made those of the usual system."""
    return distinct(
        column, lambda text: _SERIAL_1904.sub(lambda serial: str(int(serial[0]) + _FROM_1904), text), pl.String()
    )


def days(column: pl.Series) -> pl.Series:
    """Dates of a column, whatever time they carry."""
    return days_and_times(column)[0]


def times(column: pl.Series) -> pl.Series:
    """Times of a column; a workbook gives them as a moment of its day zero."""

    def parse(text: str) -> time | None:
        return parse_time(_DAY_ZERO.sub("", text))

    return distinct(column, parse, pl.Time())


def days_and_times(column: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The dates of a column, the times that its cells hold beside them, and whether there is one that says nothing.

    A day followed by anything but a time (`02/05/2022 au 05/05/2022`, `02/05/2022 annulé`) is none.
    """
    texts, places = by_text(column)
    day_text, beside = _split_moment(texts)
    alone = beside.is_null() | beside.str.contains(_CLOCK)
    day = distinct(day_text.set(~alone, None), parse_day, pl.Date())
    clock = distinct(beside, parse_time, pl.Time())
    lost = day.is_not_null() & beside.is_not_null() & clock.is_null()
    return (
        day.gather(places).alias(column.name),
        clock.gather(places),
        lost.gather(places).fill_null(False),
    )


def moments(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Dates with time (midnight where none is given), and whether only the day was given."""
    texts, places = by_text(column)
    day_text, time_text = _split_moment(texts)
    day = distinct(day_text, parse_day, pl.Date())
    clock = distinct(time_text, parse_time, pl.Time())
    day_only = day.is_not_null() & time_text.is_null()
    readable = day.is_not_null() & (time_text.is_null() | clock.is_not_null())
    frame = pl.DataFrame({"d": day, "t": clock.fill_null(time(0))})
    moment = frame.select(pl.col("d").dt.combine(pl.col("t"), time_unit="us")).to_series()
    return moment.set(~readable, None).gather(places), day_only.gather(places).fill_null(False)


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


def yes_no(column: pl.Series) -> pl.Series:
    """oui/non; in a column of nothing but `x` and empty cells, an empty cell is "non"."""
    texts, places = by_text(column)
    folded = [fold(text) for text in texts]
    if set(folded) == {"x"}:
        return column.is_not_null()
    return pl.Series(column.name, [(_YES | _NO).get(text) for text in folded], dtype=pl.Boolean).gather(places)


def listed(column: pl.Series, values: tuple[str, ...]) -> pl.Series:
    """The values of a closed list, however they are typed (`Vidéo`, `Nouveau MT`)."""
    wanted = {fold(value).replace("-", " ").replace("_", " "): value for value in values}

    def parse(text: str) -> str | None:
        return wanted.get(fold(text).replace("-", " ").replace("_", " "))

    return distinct(column, parse, pl.String())


def quotable(text: str) -> bool:
    """Whether a message may quote this cell: digits and punctuation only, and too short for a NIR."""
    return sum(c.isdigit() for c in text) <= 10 and len(text) <= 32 and not any(c.isalpha() for c in text)


def harmless(text: str) -> bool:
    """Whether a message outside the report may quote this cell: too short to tell anything of a patient."""
    return quotable(text) and len(text) <= 2
