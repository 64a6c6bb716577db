"""The same acts in the forms that programs write: openpyxl's empty texts, Excel's shared strings, LibreOffice's ods.

The last two are written by hand, part by part, as those programs do: neither need be there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

from workbook import HEADINGS

Act = tuple[Any, ...]
Parts = dict[str, str]
HOUR, OVERCHARGE, PAYMENT, TREATING_DOCTOR = (
    HEADINGS.index(heading) for heading in ("Heure", "Dépassement", "Date de paiement", "Médecin traitant")
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


def with_empty_texts(acts: Iterator[Act]) -> Iterator[Act]:
    """The acts with `""` where a program had nothing to say, which openpyxl writes as a text of nothing."""
    for number, act in enumerate(acts):
        row = list(act)
        row[HOUR] = row[HOUR] if number % 2 else ""
        row[OVERCHARGE] = row[OVERCHARGE] or ""
        row[PAYMENT] = row[PAYMENT] if number % 10 else ""
        row[TREATING_DOCTOR] = row[TREATING_DOCTOR] if number % 5 else ""
        yield tuple(row)


@contextmanager
def _package(path: Path, parts: Parts, long: str) -> Iterator[IO[str]]:
    """A zip package of these parts, and of a `long` one that the block writes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, text, kind)
        with package.open(long, "w", force_zip64=True) as part, io.TextIOWrapper(part, "utf-8", newline="") as text:
            yield text


# --- Excel ------------------------------------------------------------------------------------------------------

_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = date(1899, 12, 30)
_COLUMNS = tuple("ABCDEFGHIJKLMN")


def _relations(**targets: str) -> str:
    links = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


_EXCEL: Parts = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/></Types>',
    "_rels/.rels": _relations(officeDocument="xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": _relations(
        worksheet="worksheets/sheet1.xml", styles="styles.xml", sharedStrings="sharedStrings.xml"
    ),
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
    '<workbookPr defaultThemeVersion="124226"/><sheets><sheet name="Actes" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>",
    "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{_SHEETS}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
    '</font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


def write_as_excel(path: Path, acts: Iterator[Act], rows: int) -> None:
    """Texts are shared, dates are numbers with a style, each row says its spans."""
    strings: dict[str, int] = {}

    def cell(column: str, row: int, value: Any) -> str:
        if isinstance(value, str):
            return f'<c r="{column}{row}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        if isinstance(value, datetime):
            return f'<c r="{column}{row}" s="1"><v>{(value.date() - _EPOCH).days}</v></c>'
        return f'<c r="{column}{row}"><v>{value}</v></c>'

    with _package(path, _EXCEL, "xl/worksheets/sheet1.xml") as sheet:
        sheet.write(
            f'{HEAD}<worksheet xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><dimension ref="A1:N{rows + 1}"/>'
            '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
            '<sheetFormatPr baseColWidth="10" defaultRowHeight="15"/><sheetData>'
        )
        for row, act in enumerate(_headed(acts), 1):
            cells = "".join(cell(column, row, value) for column, value in zip(_COLUMNS, act, strict=True))
            sheet.write(f'<row r="{row}" spans="1:14">{cells}</row>')
        sheet.write('</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75"/></worksheet>')
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        count = f'count="{14 * (rows + 1)}" uniqueCount="{len(strings)}"'
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        package.writestr("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{_SHEETS}" {count}>{texts}</sst>')


def _headed(acts: Iterator[Act]) -> Iterator[Act]:
    yield HEADINGS
    yield from acts


# --- LibreOffice ------------------------------------------------------------------------------------------------

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
    }.items()
)
_CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_ODS: Parts = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
}


def write_as_libreoffice(path: Path, acts: Iterator[Act]) -> None:
    """Each cell has its value and its text, and the grid goes on to the last column and row, repeated."""
    with _package(path, _ODS, "content.xml") as content:
        content.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<office:document-content {_NAMES} {_CALC} office:version="1.3"><office:automatic-styles>'
            '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/>'
            "</style:style></office:automatic-styles><office:body><office:spreadsheet>"
            '<table:table table:name="Actes" table:style-name="ta1">'
            '<table:table-column table:style-name="co1" table:number-columns-repeated="16384"/>'
        )
        rows = 0
        for act in _headed(acts):
            rows += 1
            content.write(
                f'<table:table-row table:style-name="ro1">{"".join(map(_ods_cell, act))}'
                '<table:table-cell table:number-columns-repeated="16370"/></table:table-row>'
            )
        content.write(
            f'<table:table-row table:style-name="ro1" table:number-rows-repeated="{1_048_576 - rows}">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )


def _ods_cell(value: Any) -> str:
    if isinstance(value, str):
        about, text = 'office:value-type="string" calcext:value-type="string"', escape(value)
    elif isinstance(value, datetime):
        day = f'office:date-value="{value:%Y-%m-%d}" calcext:value-type="date"'
        about, text = f'table:style-name="ce1" office:value-type="date" {day}', f"{value:%d/%m/%Y}"
    else:
        about, text = f'office:value-type="float" office:value="{value}" calcext:value-type="float"', str(value)
    return f"<table:table-cell {about}><text:p>{text}</text:p></table:table-cell>"
