"""What the fast scan searches for in the XML of a sheet."""

from __future__ import annotations

import re
from functools import lru_cache

from avenant9.reading.addresses import letters


class Patterns:
    """The searches in a sheet whose elements bear one prefix (`x:`, usually none)."""

    def __init__(self, prefix: bytes) -> None:
        def compiled(pattern: bytes) -> re.Pattern[bytes]:
            return re.compile(pattern.replace(b"~", b"</" + prefix).replace(b"@", b"<" + prefix), re.DOTALL)

        address = rb'@c r="([A-Z]{1,3})([1-9][0-9]{0,8})"'
        self.row, self.cell = b"<" + prefix + b"row", b"<" + prefix + b"c "
        self.value_ends = (b"</" + prefix + b"v>", b"</" + prefix + b"is>")
        self.blank = compiled(rb"\s*~c>")
        self.over = b"</" + prefix + b"sheetData>"
        self.empty = compiled(rb"@sheetData\s*/>")
        self.formula = b"<" + prefix + b"f"
        #: (number, the other attributes) of each row; no number where it does not come first
        self.rows = compiled(rb'@row(?: r="([1-9][0-9]{0,8})")?([^>]*)')
        self.hidden = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
        self.address = compiled(address + rb"([^>]*)>")
        self.odd = compiled(rb'@c(?! r="[A-Z]{1,3}[1-9])(?![A-Za-z])')
        self.error = compiled(address + rb"""(?=[^>]*\st\s*=\s*["']e["'])[^>]*[^/>]>(.*?)~c>""")
        self.value = compiled(rb"@v(?:\s[^>]*)?>([^<]*)<")
        self.uncomputed = compiled(
            address + rb"([^>]*)>\s*@f(?:\s[^>]*)?(?:/>|>[^<]*~f>)\s*(?:~c>|(@v\s*/>|@v(?:\s[^>]*)?>\s*~v>))"
        )
        #: a shared string that seems to be given by another thing than its number, or with spaces around it: the
        #: reader takes the first string of the workbook for it
        self.unnumbered = re.compile(rb't="s"[^>]*+>[^>]*+>[0-9]{0,18}+[^<]')
        self.filled = compiled(rb'@c r="([A-Z]{1,3})([1-9][0-9]{0,8})"[^>]*(?<!/)>(?!\s*~c>)')
        self.merge = compiled(rb"""@mergeCell\s[^>]*?ref=["']([A-Za-z0-9:$]{2,32})["']""")
        self.dimension = compiled(rb'@dimension ref="([A-Za-z0-9:$]{2,32})"')
        #: number of columns -> any cell that is not plainly in one of them
        self.outside = lru_cache(
            lambda columns: compiled(rb'@c(?! r="(?:' + _first_columns(columns) + rb")[1-9])(?![A-Za-z])")
        )
        #: number of columns -> any cell with a content that is in another one
        self.beyond = lru_cache(
            lambda columns: compiled(
                rb'@c r="(?!(?:' + _first_columns(columns) + rb')[1-9])([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?!\s*~c>)'
            )
        )


def _first_columns(columns: int) -> bytes:
    """A pattern of the letters of the first columns."""
    if columns == 0:
        return b"(?!)"
    last = letters(columns - 1)
    among = [last] + [f"[A-Z]{{{size}}}" for size in range(1, len(last))]
    for place, letter in enumerate(last):
        if letter != "A":
            among.append(f"{last[:place]}[A-{chr(ord(letter) - 1)}]" + "[A-Z]" * (len(last) - place - 1))
    return "|".join(among).encode()
