"""A page of text: as wide as the reader's terminal, in characters that it has, coloured or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.model import Verdict
from avenant9.wording import for_encoding, listed, plural, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COLORS = {Verdict.VIOLATION: "31;1", Verdict.REVIEW: "33", Verdict.OK: "32"}


class Page(Struct, frozen=True):
    """How text must be to be shown: at most `width` characters a line, all of them in `encoding`."""

    width: int = 80
    encoding: str = "utf-8"
    color: bool = False

    def fit(self, text: str) -> str:
        """Text of the input or of a rule as this page can show it: no control characters, no others it lacks."""
        return for_encoding(visible(text), self.encoding)

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> str:
        """The same, in lines of the page's width."""
        return wrapped(self.fit(text), self.width, indent, first)

    def paint(self, text: str, verdict: Verdict) -> str:
        """In the colour of a verdict."""
        return f"\x1b[{_COLORS[verdict]}m{text}\x1b[0m" if self.color else text

    def title(self, text: str) -> str:
        """The title of a section."""
        shown = self.wrap(text)
        longest = max(map(len, shown.splitlines()), default=0)
        return f"\x1b[1m{shown}\x1b[0m" if self.color else f"{shown}\n{'-' * longest}"


#: A path longer than this is told by its end: it would break the page.
_LONGEST = 48


def short(path: str) -> str:
    """A path as it was given, or its last part where it is too long for a line."""
    if len(path) <= _LONGEST:
        return path
    name = re.split(r"[/\\]", path)[-1]
    return f"…/{name}" if len(name) <= _LONGEST else f"…{name[-_LONGEST:]}"


def place(file: str | None, sheet: str | None) -> str:
    """A file and its sheet in words."""
    name = "entrée standard" if file == "-" else short(str(file))
    return f"{name}, feuille {sheet}" if sheet is not None else name


def rows(spots: Iterable[tuple[str | None, str | None, int | None]]) -> str:
    """Rows in words, those of one sheet together: `actes.csv, ligne 5 ; autre.csv, lignes 7 et 8`.

    Args:
        spots: file, sheet and row of each.
    """
    told: dict[str, list[str]] = {}
    for file, sheet, row in spots:
        told.setdefault(place(file, sheet), []).append(str(row))
    return " ; ".join(f"{where}, {plural(len(own), 'ligne')} {listed(own)}" for where, own in told.items())


def sections(parts: Sequence[Sequence[str]]) -> str:
    """Sections apart by a blank line, empty ones left out."""
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"
