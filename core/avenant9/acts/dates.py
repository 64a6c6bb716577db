"""Days, times and moments as people and programs write them."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

from avenant9.acts.sheet import Absent, Reading, as_unknown, first_at
from avenant9.acts.values import by_text, distinct
from avenant9.wording import counted, plural

#: The columns of dates, those of vacations and protocols too.
DATES = ("date", "birth_date", "payment_date", "regulated_at", "requested_at")
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


def read_dates(reading: Reading, columns: dict[str, pl.Series], absent: Absent) -> None:
    """Types the columns of days, times and moments."""
    date_text = reading.required("date")
    columns["date"], in_date, lost = days_and_times(date_text)
    _name_dates_as_text(reading, date_text)
    in_date = in_date.set(_midnight(in_date), None)
    own = reading.cells("time")
    lost = lost if own is None else lost & own.is_null()
    if lost.any():
        reading.tell(
            "date",
            lost,
            lambda number, first: (
                f"{counted(number, 'cellule')} sans heure lisible ({first_at(number, first)}), "
                f"{plural(number, 'lue')} comme un jour sans heure"
            ),
        )
    if own is None:
        columns["time"] = in_date
    else:
        columns["time"] = reading.read("time", "heure", times(own)).zip_with(own.is_not_null(), in_date)
    for key in ("birth_date", "payment_date"):
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else reading.read(key, "date", days(cells))
    _forget_births_to_come(reading, columns)
    for key in ("regulated_at", "requested_at"):
        cells = reading.cells(key)
        if cells is None:
            columns[key], day_only = absent(key), None
        else:
            moment, day_only = moments(cells)
            columns[key] = reading.read(key, "date", moment)
        columns[key.replace("_at", "_day_only")] = absent("requested_day_only") if day_only is None else day_only


def _name_dates_as_text(reading: Reading, cells: pl.Series) -> None:
    """Dates typed as text beside real ones: a spreadsheet may have taken the others month first."""
    if reading.raw.sheet is None:
        return
    texts, places = by_text(cells)
    typed = texts.str.contains(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
    if typed.any() and texts.str.contains(r"^\d{4}-\d\d-\d\d \d\d:").any():
        reading.tell(
            "date",
            typed.gather(places),
            lambda number, first: (
                f"{counted(number, 'date')} en texte parmi de vraies dates ({first_at(number, first)}), "
                f"{plural(number, 'lue')} jour d'abord ; "
                "vérifiez que le tableur n'a pas inversé jour et mois des autres"
            ),
        )


def _forget_births_to_come(reading: Reading, columns: dict[str, pl.Series]) -> None:
    """Nobody is cared for before being born: such a birth date is unknown."""
    impossible = (columns["birth_date"] > columns["date"]).fill_null(False)
    if impossible.any():
        rows = reading.rows["row"].filter(impossible)
        where = reading.cell("birth_date", rows[0])
        reading.notices.append(
            f"{reading.place} : {counted(len(rows), 'date')} de naissance après la date de soins "
            f"({first_at(len(rows), where)}), {as_unknown(len(rows))}."
        )
        columns["birth_date"] = columns["birth_date"].set(impossible, None)


def _midnight(clock: pl.Series) -> pl.Series:
    """A date of a spreadsheet is a moment at midnight: that is no time of care."""
    return (clock.cast(pl.Int64) == 0).fill_null(False)


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


def from_1904(column: pl.Series) -> pl.Series:
    """Dates of a workbook that counts days from 1904, their serial numbers made those of the usual system."""
    return distinct(
        column, lambda text: _SERIAL_1904.sub(lambda serial: str(int(serial[0]) + _FROM_1904), text), pl.String()
    )


def out_of_calendar(text: str) -> bool:
    """Whether a cell holds a date that no spreadsheet has: before March 1900, or after 9999."""
    text = _split_moment(pl.Series([text]))[0][0]
    day = _written_day(text)
    beyond = re.fullmatch(r"(-\d{4,}|\+?\d{5,})-\d\d-\d\d", text)
    return beyond is not None or (day is not None and day < _FIRST_DAY)


def parse_day(text: str) -> date | None:
    """A day: ISO, day first, AAAAMMJJ, or an Excel serial; never month first, two-digit years or before 1900."""
    day = _written_day(text.lstrip("'"))
    return day if day is None or day >= _FIRST_DAY else None


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
