"""Workbooks written part by part, and what is made of them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from avenant9.errors import InputError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.read import read_file
from avenant9.reading.sheets import Request
from avenant9.reading.workbook.examine import examined
from avenant9.reading.workbook.sheet import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RESAVE = "ouvrez le fichier dans Excel ou LibreOffice et enregistrez-le sous .xlsx"
#: The part by which every program says where the workbook is: the reader reads pieces with it, and copies.
ROOTS = (
    f'<Relationships xmlns="{RELS}"><Relationship Id="r" Type="{DOC}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
DIED = (
    "la lecture du classeur s'est interrompue (mémoire insuffisante ou contenu anormal)",
    "ouvrez le fichier dans Excel ou LibreOffice et enregistrez-le sous .xlsx, ou exportez-le en CSV",
)
DAMAGED = ("le classeur est tronqué ou abîmé", f"exportez-le à nouveau, ou {RESAVE}")


def xlsx(
    path: Path, sheet: str, *, prefix: str = "", top: str = "", state: str = "", more: dict[str, str] | None = None
) -> str:
    """A workbook of one sheet, of which the rows are given as XML."""
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOC}"><sheets>'
        f'<sheet name="Été &amp; fils" sheetId="1" r:id="rId1"{state}/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" '
        f'Type="{DOC}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{top}<{prefix}worksheet {name}="{MAIN}">'
        f"<{prefix}sheetData>{sheet}</{prefix}sheetData></{prefix}worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in (parts | (more or {})).items():
            archive.writestr(part, content)
    return str(path)


def row(place: int, *cells: str) -> str:
    return f'<row r="{place}">{"".join(cells)}</row>'


def cell(address: str, value: str = "1", about: str = "") -> str:
    return f'<c r="{address}"{about}><v>{value}</v></c>'


def examine(path: str) -> Workbook:
    with open(path, "rb") as file:
        return examined(path, file, lambda sheet: True)


def sheets(path: str | Path) -> list[RawSheet]:
    """The sheets of a workbook, hidden ones too."""
    return read_file(str(path), Request(hidden=True))[0]


def refusal(path: str | Path) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_file(str(path))
    assert caught.value.place.startswith(str(path))
    return caught.value.problem, caught.value.remedy


ODS = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:calcext="c">'
    '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    "<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
)


def ods(path: Path, tables: str, manifest: str = "<m/>") -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", ODS.replace("{tables}", tables))
    return str(path)


def compound(stream: bytes) -> bytes:
    """A compound file whose only stream is `Workbook`."""
    count = len(stream) // 512 + 9  # long enough for the usual sectors
    stream = stream.ljust(count * 512, b"\0")
    size = next(size for size in range(1, 109) if size * 128 > count + size)
    following = [0xFFFFFFFD] * size + [0xFFFFFFFE] + [*range(size + 2, size + count + 1), 0xFFFFFFFE]
    following += [0xFFFFFFFF] * (size * 128 - len(following))
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<6I", head, 44, size, size, 0, 4096, 0xFFFFFFFE, 0)
    struct.pack_into("<II", head, 68, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", head, 76, *range(size), *[0xFFFFFFFF] * (109 - size))
    entries = b""
    root, book = ("Root Entry", 5, 0xFFFFFFFE, 0, 1), ("Workbook", 2, size + 1, len(stream), 0xFFFFFFFF)
    for name, kind, start, length, child in (root, book):
        encoded = f"{name}\0".encode("utf-16-le")
        entry = encoded.ljust(64, b"\0") + struct.pack("<HBB3I", len(encoded), kind, 1, *[0xFFFFFFFF] * 2, child)
        entries += entry.ljust(116, b"\0") + struct.pack("<IQ", start, length)
    return bytes(head) + struct.pack(f"<{len(following)}I", *following) + entries.ljust(512, b"\0") + stream


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


END = record(0x000A, b"")


def start(kind: int, version: int = 0x0600) -> bytes:
    """The start of a workbook (5), of a sheet (16) or of a chart (32)."""
    return record(0x0809, struct.pack("<HH", version, kind) + bytes(12 if version == 0x0600 else 4))


def biff(sheets: int, *records: bytes, about: bytes = b"", version: int = 0x0600) -> bytes:
    """The stream of a workbook whose sheets, `000`, `001`…, all stand at the same place; `about` it: records too."""
    name = struct.pack("<BB", 3, 0) if version == 0x0600 else struct.pack("<B", 3)

    def head(place: int) -> bytes:
        names = (
            record(0x0085, struct.pack("<IBB", place, 0, 0) + name + b"%03d" % number) for number in range(sheets)
        )
        return start(5, version) + about + b"".join(names) + END

    return head(len(head(0))) + start(16, version) + b"".join(records) + END
