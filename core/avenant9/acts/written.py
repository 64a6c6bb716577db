"""One day, one time, one word, as people and programs write it: no table is needed to read them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from avenant9.wording import MONTHS

#: The order of day, month and year in figures, where no year of four digits stands first.
DAY_FIRST = "JMA"
#: Spreadsheets have no day before 1900, and count 29/02/1900, which never was: an older day is a number gone wrong.
FIRST_DAY = date(1900, 3, 1)
_EXCEL_EPOCH = date(1899, 12, 30)  # serial 0 of the 1900 date system, as Excel counts after 28/02/1900
_SERIAL = re.compile(r"\d{5}")
_BETWEEN = r"(?:\s*[/.-]\s*|\s+)"
FIGURES = re.compile(rf"(\d\d?){_BETWEEN}(\d\d?){_BETWEEN}(\d{{4}}|\d\d)")
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_BETWEEN}(\d\d?){_BETWEEN}(\d\d?)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
#: Eight figures of which the last four are the year: there is no month 19 or 20.
_COMPACT_LAST = re.compile(r"(\d\d)(\d\d)((?:19|20)\d\d)")
_IN_WORDS = re.compile(r"(\d\d?)(?:er)?[ ./-]*([a-z]{3,})[ ./-]*(\d{4}|\d\d)")
#: Months as programs that know no French write them.
_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

#: What may stand before a day, folded: `lundi`, `lun.`, `le`.
_WEEKDAY = re.compile(
    r"^(?:(?:lun(?:di)?|mar(?:di)?|mer(?:credi)?|jeu(?:di)?|ven(?:dredi)?|sam(?:edi)?|dim(?:anche)?)[.,]*\s+)?"
    r"(?:le\s+)?"
)
_TIME = re.compile(r"(\d\d?)(?:(?::|\s?[hH]\s?)(\d\d)?)(?::(\d\d)(?:[.,]\d+)?)?")


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, single spaces."""
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(stripped.casefold().replace("œ", "oe").replace("æ", "ae").split())


def parse_day(text: str, order: str = DAY_FIRST, century: int | None = None) -> date | None:
    """A day in figures or in words, or the serial number of a spreadsheet; None before March 1900.

    Args:
        text: without a time.
        order: of day, month and year (`JMA`), where no year of four digits stands first.
        century: what years of two digits are counted from (2000); without it they are not read.
    """
    day = written_day(text.lstrip("'"), order, century)
    return day if day is None or day >= FIRST_DAY else None


def written_day(text: str, order: str, century: int | None) -> date | None:
    """The same, of whatever year."""
    try:
        if _SERIAL.fullmatch(text):
            return _EXCEL_EPOCH + timedelta(days=int(text))
        parts = _in_figures(text, order) or _in_words(text, order)
        if parts is None:
            return None
        year, month, day = parts
        return date(_whole_year(year, century), int(month), int(day))
    except ValueError:
        return None


def _in_figures(text: str, order: str) -> tuple[str, str, str] | None:
    """The year, the month and the day of a date in figures."""
    if match := FIGURES.fullmatch(text):
        year, month, day = (match[1 + order.index(part)] for part in "AMJ")
        return year, month, day
    if order.endswith("A") and (match := _COMPACT_LAST.fullmatch(text)):
        month, day = (match[1 + order.index(part)] for part in "MJ")
        return match[3], month, day
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return match[1], match[2], match[3]
    return None


def _in_words(text: str, order: str) -> tuple[str, str, str] | None:
    """The same of `1er févr. 23`, `lundi 2 janvier 2023`, `lun. 02/01/2023`."""
    text = _WEEKDAY.sub("", fold(text))
    if match := _IN_WORDS.fullmatch(text):
        return match[3], str(_month(match[2])), match[1]
    return _in_figures(text, order)


def _month(word: str) -> int:
    """The number of the month that this is the name of, or the beginning of no other's; else 0."""
    names = zip(map(fold, MONTHS), _ENGLISH_MONTHS, strict=True)
    fits = [number for number, both in enumerate(names, start=1) if any(name.startswith(word) for name in both)]
    return fits[0] if len(fits) == 1 else 0


def _whole_year(year: str, century: int | None) -> int:
    """A year of two digits in its century. Raises ValueError where there is none to tell."""
    if len(year) == 4:
        return int(year)
    if century is None or len(year) != 2:
        raise ValueError(year)
    return century + int(year)


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
