"""Workbooks written part by part, and what the preflight makes of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from avenant9.errors import InputError
from avenant9.reading.read import read_file
from avenant9.reading.sniff import HEAD, sniff
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
        kind = sniff(path, file.read(HEAD))
        return examined(path, file, kind, lambda sheet: True)


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
