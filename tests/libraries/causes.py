"""Why a9 and another library do not read a cell alike: one sentence each, with how it is told from the two texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from avenant9.reading.refusals import UNCOMPUTED

#: What a9 reads, what the other library reads; None where one of them reads nothing.
Text = str | None


class Cause(NamedTuple):
    """A difference that is known: `sorts` of workbooks where it is found, by the endings of their names."""

    name: str
    sentence: str
    sorts: tuple[str, ...]
    is_it: Callable[[str, str], bool]


XLSX, XLS, ODS = (".xlsx", ".xlsm"), (".xls",), (".ods",)
_DAY = re.compile(r"[+-]?\d{4,}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _ascii(text: str) -> str:
    return re.sub(r"[^ -~]|\?", "", text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None


CAUSES = (
    Cause(
        "thousandths",
        "Moments keep their thousandths of a second, where the other text is cut at the second.",
        XLSX,
        lambda ours, theirs: _is_day(ours) and ours.partition(".")[0] == theirs,
    ),
    Cause(
        "days written out",
        "A day or an hour written out by itself (ISO 8601) is left as it is written, by the native reader.",
        XLSX,
        lambda ours, theirs: ours != "" and theirs in (f"{ours} 00:00:00", f"1899-12-31 {ours}"),
    ),
    Cause(
        "characters by number",
        "`_x000D_` is the character that it stands for, as in Excel; openpyxl leaves it written out.",
        XLSX,
        lambda ours, theirs: "_x" in theirs and ours.strip() == _unescaped(theirs).strip(),
    ),
    Cause(
        "spaces at the ends",
        "Spaces around a text do not count unless the file says so (xml:space), as in Excel; openpyxl keeps them.",
        XLSX,
        lambda ours, theirs: ours != theirs and ours == theirs.strip(),
    ),
    Cause(
        "days of no calendar",
        "Before the first day and after the last that Excel has, a9 keeps the number, or counts on as calamine does; "
        "the other library counts in its own way, or has an error.",
        (*XLSX, *XLS),
        lambda ours, theirs: (
            (ours.startswith("-") and _is_number(ours))
            or (_is_day(ours) and ours < "1900")
            or ours.startswith("+")
            or (not ours and theirs == "#VALUE!")
            or (_is_number(ours) and _is_day(theirs) and float(ours) >= 2_958_466)
        ),
    ),
    Cause(
        "links",
        "openpyxl gives an empty cell that bears a link the address of it.",
        XLSX,
        lambda ours, theirs: not ours and re.match(r"https?:|mailto:|file:|#|\w+!|ftp:", theirs) is not None,
    ),
    Cause(
        "texts given as values",
        "A text that old versions of LibreOffice write as the value of an inline text is read; openpyxl drops it.",
        XLSX,
        lambda ours, theirs: ours != "" and not theirs,
    ),
    Cause(
        "formulas that give nothing",
        "A formula whose result is an empty text was computed: it is no error.",
        XLSX,
        lambda ours, theirs: not ours and theirs == UNCOMPUTED,
    ),
    Cause(
        "lengths of time",
        "A length of time beyond a day, and midnight of the first day of 1904, count from that day.",
        XLSX,
        lambda ours, theirs: ours.startswith("1904-01-") and _is_day(theirs) and theirs < "1904",
    ),
    Cause(
        "lengths of time in an ods",
        "A length of time beyond a day is left as it is written.",
        ODS,
        lambda ours, theirs: ours.startswith("PT") and _is_day(theirs),
    ),
    Cause(
        "half days",
        "A format of nothing but AM and PM is one of hours to calamine, of a number to openpyxl.",
        XLSX,
        lambda ours, theirs: _is_day(ours) and _is_number(theirs),
    ),
    Cause(
        "calamine: charts upon a sheet",
        "calamine gives the values that a chart keeps to the first cells of its sheet (tafia/calamine#700).",
        XLS,
        lambda ours, theirs: _is_number(theirs) and not _is_day(ours),
    ),
    Cause(
        "calamine: two bytes a character",
        "calamine reads the texts of Excel 97 by the code page of the file, not by their own marks "
        "(tafia/calamine#229, #326, #468).",
        XLS,
        lambda ours, theirs: "\0" in theirs or (not ours.isascii() and _ascii(ours) == _ascii(theirs)),
    ),
    Cause(
        "calamine: formulas",
        "calamine loses what some formulas give, or gives it to cell A1, as with Apple Numbers (calamine#192).",
        XLS,
        lambda ours, theirs: not theirs or not (_is_number(theirs) or _is_day(theirs)),
    ),
    Cause(
        "calamine: formats of dates in Excel 95",
        "calamine takes a format with a colour for that of a date, and some formats of dates for numbers.",
        XLS,
        lambda ours, theirs: (_is_number(ours) and _is_day(theirs)) or (_is_day(ours) and _is_number(theirs)),
    ),
)
#: calamine tells the values that a chart keeps as the cells of a sheet of its own.
CHART = "calamine: charts as sheets"
#: openpyxl knows no sheet of a workbook saved as « Strict Open XML ».
UNKNOWN_SHEET, UNEXPLAINED = "sheets that the other library does not know", "unexplained"


def cause_of(ending: str, ours: Text, theirs: Text) -> str:
    """The name of the first cause that tells the two texts apart in a workbook of this ending; else UNEXPLAINED."""
    found = (cause for cause in CAUSES if ending in cause.sorts and cause.is_it(ours or "", theirs or ""))
    return next((cause.name for cause in found), UNEXPLAINED)
