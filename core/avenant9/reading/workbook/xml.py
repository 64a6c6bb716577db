"""A real XML parser on the parts of a package: no DTD, no endless nesting, no text without measure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from avenant9.reading.refusals import damaged
from avenant9.reading.workbook import limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avenant9.reading.workbook.package import Package


class Listener:
    """Is told of the elements of a part by their local names; `listen` keeps the text that comes next."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.text: list[str] | None = None
        self.space = ""  # of the element that opens
        self.depth = self.heard = 0

    def start(self, name: str, about: dict[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def cdata(self) -> None:
        """Text comes as CDATA."""

    def listen(self) -> None:
        """Keep the text from here on, in `text`, until it is set to None."""
        self.text, self.heard = [], 0

    def read(self, pieces: Iterable[bytes]) -> None:
        """Parse a part.

        Raises:
            InputError: not XML, or with what no workbook has.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self.say
        parser.StartCdataSectionHandler = self.cdata
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            for data in pieces:
                parser.Parse(data, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise damaged(self.package.path) from None

    def _opened(self, name: str, about: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > limits.MAX_DEPTH:
            raise self.package.refused("le classeur emboîte ses éléments XML sans mesure")
        self.space, _, local = name.rpartition(" ")
        self.start(local, about)

    def _closed(self, name: str) -> None:
        self.end(name.rpartition(" ")[2])
        self.depth -= 1

    def say(self, text: str) -> None:
        """Text comes, or what stands for it: it is kept where it is listened to."""
        if self.text is not None:
            self.heard += len(text)
            if self.heard > limits.MAX_CELL:
                raise self.package.too_long()
            self.text.append(text)

    def _refuse(self, *_: object) -> None:
        raise self.package.dtd()


class _Elements(Listener):
    """Gathers some elements, with their attributes by local name."""

    def __init__(self, package: Package, names: tuple[str, ...], most: int) -> None:
        super().__init__(package)
        self.names, self.most = names, most
        self.found: list[tuple[str, str, dict[str, str]]] = []

    def start(self, name: str, about: dict[str, str]) -> None:
        if name in self.names:
            self.found.append((name, self.space, {key.rpartition(" ")[2]: value for key, value in about.items()}))
            if len(self.found) > self.most:
                raise self.package.refused(f"le classeur déclare plus de {self.most} feuilles, liaisons ou formats")


def elements(
    package: Package, part: str, *names: str, most: int | None = None
) -> list[tuple[str, str, dict[str, str]]]:
    """The elements of some names in a small part, in order, as (local name, namespace, attributes by local name)."""
    gathered = _Elements(package, names, limits.MAX_ENTRIES if most is None else most)
    gathered.read((package.xml(part),))
    return gathered.found


def attribute(about: dict[str, str], name: str) -> str:
    """An attribute by its local name; empty where it is not there."""
    return next((value for key, value in about.items() if key.rpartition(" ")[2] == name), "")
