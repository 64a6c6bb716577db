"""A zip package, whose parts are inflated under absolute limits on what they really hold."""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE, damaged, document, protected
from avenant9.reading.workbook import limits

if TYPE_CHECKING:
    from collections.abc import Iterator


class Package:
    """The parts of a zip package, inflated under absolute limits on what they really hold."""

    def __init__(self, path: str, file: BinaryIO, archive: zipfile.ZipFile) -> None:
        self.path, self.file = path, file
        self.size = file.seek(0, os.SEEK_END)
        self.parts: dict[str, zipfile.ZipInfo] = {}
        self.inflated = 0
        entries = archive.infolist()
        if len(entries) > limits.MAX_ENTRIES:
            raise self.refused(f"l'archive a {len(entries)} entrées (limite : {limits.MAX_ENTRIES})")
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
                raise self.refused("l'archive a une entrée dont le nom sort du classeur")
            if name.casefold() in self.parts:
                raise self.refused("l'archive a deux entrées de même nom")
            self.parts[name.casefold()] = entry
        self.check(sum(entry.file_size for entry in entries), limits.MAX_INFLATED, "le classeur")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.parts

    def refused(self, why: str) -> InputError:
        """The sentence that refuses the workbook for what its parts hold."""
        return InputError(self.path, why, RESAVE)

    def too_long(self) -> InputError:
        """The sentence for a text that no cell can have."""
        return self.refused(f"une cellule contient un texte démesuré (plus de {limits.MAX_CELL // 1024**2} Mio)")

    def dtd(self) -> InputError:
        """The sentence for a document type, by which entities come in."""
        return self.refused("le classeur contient une déclaration DTD, refusée")

    def check(self, size: int, limit: int, what: str) -> None:
        """Refuses what inflates beyond its limit."""
        if size > limit:
            mib = 1024**2
            problem = f"{what} fait {-(-size // mib)} Mio une fois décompressé (limite : {limit // mib} Mio)"
            raise InputError(self.path, problem, "exportez une période plus courte, ou en CSV")

    def chunks(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """The inflated bytes of a part, about 1 MiB at a time, never more than the limits."""
        limit = limits.MAX_INFLATED if limit is None else limit
        entry = self.parts.get(name.casefold())
        if entry is None:
            raise damaged(self.path)
        if entry.flag_bits & 1:
            raise protected(self.path)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.refused("l'archive emploie une compression inconnue")
        self.check(entry.file_size, limit, "une partie du classeur")
        if not 0 <= entry.header_offset < self.size:
            raise damaged(self.path)
        self.file.seek(entry.header_offset)
        header = self.file.read(30)
        if not header.startswith(b"PK\3\4"):
            raise damaged(self.path)
        at = entry.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
        left, size, crc = entry.compress_size, 0, 0
        inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        pending = b""
        while True:
            if not pending and left:
                self.file.seek(at)  # another part may have been read since
                pending = self.file.read(min(left, limits.CHUNK // 4))
                at += len(pending)
                left -= len(pending)
                if not pending:
                    raise damaged(self.path)
            if inflate is None:
                data, pending = pending, b""
            else:
                data = inflate.decompress(pending, limits.CHUNK)
                pending = inflate.unconsumed_tail
            size += len(data)
            crc = zlib.crc32(data, crc)
            self.inflated += len(data)
            self.check(size, limit, "une partie du classeur")
            self.check(self.inflated, limits.MAX_INFLATED, "le classeur")
            if data:
                yield data
            elif inflate is not None and not inflate.eof and not pending and not left:
                raise damaged(self.path)
            if (inflate is not None and inflate.eof) or (not data and not pending and not left):
                if crc != entry.CRC:
                    raise damaged(self.path)
                return

    def xml(self, name: str) -> bytes:
        """A small part, whole; a DTD is refused."""
        data = b"".join(self.chunks(name, limits.MAX_PART))
        self.check_xml(data, first=True)
        return data

    def check_xml(self, data: bytes, *, first: bool = False) -> None:
        """Refuses a DTD; the `first` bytes of a part must be XML."""
        if b"!" in data and b"<!DOCTYPE" in data:
            raise self.dtd()
        if first and not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            raise damaged(self.path)

    def stream(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """The chunks of a long part: a DTD, or a text without measure, is refused."""
        tail, run, first = b"", 0, True
        for data in self.chunks(name, limit):
            self.check_xml(tail + data, first=first)
            last = data.rfind(b"<")
            run = run + len(data) if last < 0 else len(data) - last
            if run > limits.MAX_CELL:
                raise self.too_long()
            tail, first = data[-16:], False
            yield data


def not_a_workbook(package: Package) -> InputError:
    """The sentence for an archive of another sort."""
    if "xl/workbook.bin" in package:
        return InputError(package.path, "c'est un classeur binaire .xlsb", RESAVE)
    if "word/document.xml" in package or "ppt/presentation.xml" in package:
        return document(package.path)
    return InputError(package.path, "c'est une archive zip, pas un classeur", "extrayez d'abord les fichiers")
