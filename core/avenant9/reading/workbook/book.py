"""What an xlsx says of all its sheets: where its parts are, shared strings, formats of dates, calendar."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.reading.workbook import limits
from avenant9.reading.workbook.xml import Listener, elements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avenant9.reading.workbook.package import Package

#: A character written by its number, as Excel does for those that XML does not admit.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


#: Where programs put the workbook, its strings and its styles, and the only place where the native reader looks.
USUAL = ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml")


class Book(Struct, frozen=True, dict=True):
    """The parts of an xlsx, wherever its relations say that they are."""

    package: Package
    part: str
    #: identifier of relation -> part, for the worksheets (not the charts)
    worksheets: dict[str, str]
    strings_part: str | None
    styles_part: str | None

    @classmethod
    def of(cls, package: Package) -> Book | None:
        """The workbook of a package; None where it holds another sort of document, or none."""
        part = next((part for kind, _, part in _relations(package, "") if kind == "officeDocument"), USUAL[0])
        if part not in package:
            part = USUAL[0]
        if part not in package or not part.endswith(".xml") or part.startswith(("word/", "ppt/")):
            return None
        found = list(_relations(package, part))
        one = {kind: part for kind, _, part in found if part in package}
        strings, styles = (
            one.get(kind, usual if usual in package else None)
            for kind, usual in zip(("sharedStrings", "styles"), USUAL[1:], strict=True)
        )
        sheets = {name: part for kind, name, part in found if kind == "worksheet"}
        return cls(package, part, sheets, strings, styles)

    @property
    def usual(self) -> bool:
        """Whether the native reader finds the parts, and takes the calendar for what it is."""
        if "_rels/.rels" not in self.package or (self.date1904 and len(self._properties) > 1):
            return False
        parts = (self.part, self.strings_part or USUAL[1], self.styles_part or USUAL[2])
        return tuple(part.casefold() for part in parts) == tuple(part.casefold() for part in USUAL)

    @cached_property
    def sheets(self) -> list[dict[str, str]]:
        """What the workbook says of each of its sheets, charts included."""
        return [about for name, _, about in self._said if name == "sheet"]

    @cached_property
    def date1904(self) -> bool:
        """Whether days are counted from 1904: said by the workbook's own element, not by that of an extension."""
        root = next((space for name, space, _ in self._said if name == "workbook"), "")
        own = [about for space, about in self._properties if space == root]
        return any(about.get("date1904", "0") in ("1", "true") for about in own)

    @property
    def _properties(self) -> list[tuple[str, dict[str, str]]]:
        return [(space, about) for name, space, about in self._said if name == "workbookPr"]

    @cached_property
    def _said(self) -> list[tuple[str, str, dict[str, str]]]:
        return elements(self.package, self.part, "workbook", "workbookPr", "sheet")

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings, in their order."""
        strings = _Strings(self.package)
        if self.strings_part is not None:
            strings.read(self.package.stream(self.strings_part, limits.MAX_STRINGS // 4))  # held as Python's texts
        return strings.found

    @cached_property
    def dates(self) -> frozenset[str]:
        """The numbers of the cell styles that show a serial number as a day or an hour."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format  # noqa: PLC0415 - few sheets need it

        codes = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        styles: list[str] = []
        within = False
        names = ("numFmt", "cellXfs", "cellStyles", "dxfs", "xf")
        found = elements(self.package, self.styles_part, *names, most=limits.MAX_STYLES) if self.styles_part else ()
        for name, _, about in found:
            if name == "numFmt" and not styles:
                codes[about.get("numFmtId", "")] = about.get("formatCode", "")
            elif name == "xf" and within:
                styles.append(about.get("numFmtId", "0"))
            elif name != "xf":
                within = name == "cellXfs"
        return frozenset(str(place) for place, number in enumerate(styles) if is_date_format(codes.get(number)))


def _relations(package: Package, part: str) -> Iterator[tuple[str, str, str]]:
    """(kind, identifier, part) of each relation of a part of the package, or of the package itself."""
    folder, name = posixpath.split(part)
    about = posixpath.join(folder, "_rels", f"{name}.rels")
    if about not in package:
        return
    for _, _, said in elements(package, about, "Relationship"):
        target = said.get("Target", "").replace("\\", "/")
        kind = said.get("Type", "").rpartition("/")[2]
        there = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        if kind == "worksheet" and (there.startswith("..") or said.get("TargetMode") == "External"):
            raise package.refused("le classeur désigne une feuille hors de lui-même")
        yield kind, said.get("Id", ""), there


class Texts(Listener):
    """Hears the texts of a part, rich or plain, without their phonetic readings."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self.said: list[str] = []
        self._kept = self._phonetic = False

    def start(self, name: str, about: dict[str, str]) -> None:
        """A text: its spaces count where it says so, as in Excel."""
        if name == "rPh":
            self._phonetic = True
        elif name == "t" and not self._phonetic:
            self._kept = any(key.endswith(" space") and value == "preserve" for key, value in about.items())
            self.text = []

    def end(self, name: str) -> None:
        """The end of a text."""
        if name == "rPh":
            self._phonetic = False
        elif name == "t" and self.text is not None:
            text = "".join(self.text)
            self.said.append(unescaped(text if self._kept else text.strip()))
            self.text = None

    def whole(self) -> str:
        """What was heard since the last time."""
        text, self.said, self.heard = "".join(self.said), [], 0
        return text


class _Strings(Texts):
    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self.found: list[str] = []

    def end(self, name: str) -> None:
        """A text, or a string of several."""
        super().end(name)
        if name == "si":
            self.found.append(self.whole())


def unescaped(text: str) -> str:
    """`_x000D_` as the character that it stands for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
