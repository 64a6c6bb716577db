"""How the value of a cell is written in a RawSheet: what the native reader writes, where another one reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

#: The first day of each calendar, and the day whose hours are a mere time.
_DAYS_1900, _DAYS_1904, _TIMES = map(datetime.fromisoformat, ("1899-12-30", "1904-01-01", "1899-12-31"))
#: First serial number after the last day that there is, 31/12/9999; Excel counts a 29/02/1900, day 60.
_BEYOND, _BEYOND_1904, _LEAP_DAY = 2_958_466, 2_958_466 - 1_462, 60
_A_DAY = 86_400_000  # thousandths of a second


def number(value: float) -> str:
    """A number without exponent, to nine decimals, which hides what is only the binary form of a decimal."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def truth(value: object) -> str:
    """A boolean."""
    return "true" if value else "false"


def moment(serial: float, *, date1904: bool) -> str:
    """A day and its hours by their serial number; a time where there is no day; the number where there is neither."""
    beyond = _BEYOND_1904 if date1904 else _BEYOND
    if not 0 <= serial < beyond:
        return number(serial)
    is_time = 0 < serial < 1 if date1904 else serial < _LEAP_DAY
    day = _TIMES if is_time else _DAYS_1904 if date1904 else _DAYS_1900
    thousandths = min(round(serial * _A_DAY), beyond * _A_DAY - 1)
    return at(day + timedelta(milliseconds=thousandths))


def iso(text: str) -> str:
    """`2022-05-02`, `2022-05-02T08:30:00.12` or `08:30:00`, to the second; what is none is left as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)?(?:T?(\d\d:\d\d:\d\d)(?:[.,]\d+)?Z?)?", text)
    return f"{found[1] or '1899-12-31'} {found[2] or '00:00:00'}" if found and text else text


def at(when: datetime) -> str:
    """A moment, to the thousandth of a second where it has any."""
    thousandths = when.microsecond // 1000
    return f"{when:%Y-%m-%d %H:%M:%S}" + (f".{thousandths:03d}" if thousandths else "")
