"""Addresses of cells: `B2`, `AA`, `A1:D4`."""

from __future__ import annotations

import re

#: First row from 1, first column from 0, last row, last column.
Area = tuple[int, int, int, int]


def letters(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(column: str) -> int:
    """The place from 0 of a column given by its letters: A is 0, AA is 26."""
    place = 0
    for letter in column.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def column_of(address: str) -> str:
    """The letters of the column of a cell: B of `B2`."""
    return address.rstrip("0123456789")


def area_of(reference: str) -> Area | None:
    """`B2:D4`, or `B2` alone; None where it is neither."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,9})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,9}))?", reference)
    if not found:
        return None
    column, row = number(found[1]), int(found[2])
    return (row, column, int(found[4] or row), number(found[3] or found[1]))
