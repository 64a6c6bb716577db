"""The thirty hostile or awkward inputs, made when a test asks for them: nothing big is kept in the repository.

`python tests/hostile/build.py FOLDER` writes them all there, to be tried by hand.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

#: Stands in a cell of every file: it may appear in no message.
CANARY = "CANARI-DE-PATIENT"
HEADINGS = ("Date de soins", "Code acte", "Praticien", "Patient", "N° facture", "Montant")
LETTERS = "ABCDEFGHIJ"

Cell = str | int | float | date | None
Row = Sequence[Cell]


def act(day: Cell = date(2023, 2, 1), code: Cell = "G", amount: Cell = 25, invoice: str = "F1") -> Row:
    """One row of acts under HEADINGS."""
    return (day, code, "10001234567", CANARY, invoice, amount)


def acts(count: int = 2) -> list[Row]:
    """Ordinary rows of acts, each of its own day and invoice."""
    return [act(date(2023, 1 + place // 28 % 12, 1 + place % 28), invoice=f"F{place}") for place in range(count)]


# --- workbooks written part by part ---------------------------------------------------------------------------


def cell(address: str, value: Cell) -> str:
    """The XML of one cell; a date has the style of dates."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f'<c r="{address}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{address}"><v>{value}</v></c>'


def line(number: int, cells: Row | str, about: str = "") -> str:
    """The XML of one row, from values or from the XML of its cells."""
    if not isinstance(cells, str):
        cells = "".join(cell(f"{LETTERS[place]}{number}", value) for place, value in enumerate(cells))
    return f'<row r="{number}"{about}>{cells}</row>'


def rows(body: Iterable[Row] = (), first: int = 1) -> str:
    """The heading and rows under it, as XML."""
    return "".join(line(first + place, row) for place, row in enumerate((HEADINGS, *body)))


_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


_KINDS = {
    "workbook": "sheet.main",
    "worksheets/sheet1": "worksheet",
    "styles": "styles",
    "sharedStrings": "sharedStrings",
}


def xlsx(
    path: Path,
    data: str | Iterable[str],
    *,
    before: str = "",
    after: str = "",
    book: str = "",
    target: str = "worksheets/sheet1.xml",
    more: dict[str, str | bytes] | None = None,
) -> Path:
    """A workbook of one sheet, « Actes », whose rows are given as XML, whole or in pieces."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/xl/{part}.xml" '
            f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for part, kind in _KINDS.items()
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{DOC}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{book}<workbook xmlns="{MAIN}" xmlns:r="{DOC}"><sheets>'
        '<sheet name="Actes" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" '
        f'Type="{DOC}/worksheet" Target="{target}"/>'
        f'<Relationship Id="rId2" Type="{DOC}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{DOC}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}">{before}<sheetData>'.encode())
            for piece in (data,) if isinstance(data, str) else data:
                sheet.write(piece.encode())
            sheet.write(f"</sheetData>{after}</worksheet>".encode())
    return path


def saved(path: Path, sheets: dict[str, Iterable[Row]], epoch: datetime | None = None) -> openpyxl.Workbook:
    """A workbook as a program writes it; the heading stands above each sheet's rows."""
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    book.remove(book.active)
    for name, body in sheets.items():
        sheet = book.create_sheet(name)
        for row in (HEADINGS, *body):
            sheet.append(list(row))
    book.save(path)
    return book


def text(path: Path, body: Iterable[Row], headings: Row = HEADINGS, encoding: str = "utf-8", end: str = "\n") -> Path:
    """A CSV with semicolons and French dates."""
    lines = (";".join(_shown(value) for value in row) for row in (headings, *body))
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def _shown(value: Cell) -> str:
    return "" if value is None else f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


# --- the thirty -----------------------------------------------------------------------------------------------


def false_dimension(folder: Path) -> list[Path]:
    return [xlsx(folder / "01.xlsx", rows(acts()), before='<dimension ref="A1"/>')]


def two_far_corners(folder: Path) -> list[Path]:
    far = line(1, cell("A1", "Date de soins")) + line(1048576, cell("XFD1048576", 1))
    return [xlsx(folder / "02.xlsx", far)]


def far_column(folder: Path, count: int = 20_000) -> list[Path]:
    heading = line(1, "".join(cell(f"{LETTERS[i]}1", name) for i, name in enumerate(HEADINGS)) + cell("XFD1", "x"))
    body = (line(number, row) for number, row in enumerate(acts(count), start=2))
    return [xlsx(folder / "03.xlsx", (heading, *body))]


def beyond_the_grid(folder: Path) -> list[Path]:
    return [xlsx(folder / "04.xlsx", rows(acts()) + line(16_777_217, cell("A16777217", 1)))]


def spaces(folder: Path, mib: int = 64) -> list[Path]:
    blank = " " * 1024**2
    return [xlsx(folder / "05.xlsx", (rows(acts()), *[blank] * mib))]


def giant_string(folder: Path, mib: int = 24) -> list[Path]:
    strings = f'<sst xmlns="{MAIN}"><si><t>' + "x" * (mib * 1024**2) + "</t></si></sst>"
    row = line(4, '<c r="A4" t="s"><v>0</v></c>')
    return [xlsx(folder / "06.xlsx", rows(acts()) + row, more={"xl/sharedStrings.xml": strings})]


def entity_bombs(folder: Path) -> list[Path]:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {after} "{f"&{name};" * 10}">' for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    strings = f'{bomb}]><sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'
    return [
        xlsx(folder / "07-chaines.xlsx", rows(acts()), more={"xl/sharedStrings.xml": strings}),
        xlsx(folder / "07-classeur.xlsx", rows(acts()), book=f"{bomb}]>"),
        ods(folder / "07.ods", "", top=f"{bomb}]>"),
    ]


def external_entity(folder: Path) -> list[Path]:
    secret = folder / "secret.txt"
    secret.write_text(CANARY)
    strings = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><sst xmlns="{MAIN}"><si><t>&e;</t></si></sst>'
    row = line(4, '<c r="A4" t="s"><v>0</v></c>')
    return [xlsx(folder / "08.xlsx", rows(acts()) + row, more={"xl/sharedStrings.xml": strings})]


def path_traversal(folder: Path) -> list[Path]:
    return [
        xlsx(folder / "09-cible.xlsx", rows(acts()), target="../../../../etc/passwd"),
        xlsx(folder / "09-absolue.xlsx", rows(acts()), target="/../../etc/passwd"),
        xlsx(folder / "09-nom.xlsx", rows(acts()), more={"../../../../tmp/x": CANARY}),
        xlsx(folder / "09-lecteur.xlsx", rows(acts()), more={"C:\\x": CANARY}),
    ]


def mislabelled(folder: Path) -> list[Path]:
    whole = xlsx(folder / "tmp.xlsx", rows(acts(200))).read_bytes()
    (folder / "tmp.xlsx").unlink()
    (folder / "10-tronque.xlsx").write_bytes(whole[: len(whole) // 2])
    (folder / "10-vide.xlsx").write_bytes(b"")
    (folder / "10-page.xls").write_text(f"<html><table><tr><td>{CANARY}</td></tr></table></html>")
    text(folder / "10-texte.xlsx", acts())
    return sorted(folder.glob("10-*"))


def encrypted(folder: Path) -> list[Path]:
    from msoffcrypto.format.ooxml import OOXMLFile  # a dependency of the tests only

    plain = io.BytesIO(xlsx(folder / "tmp.xlsx", rows(acts())).read_bytes())
    (folder / "tmp.xlsx").unlink()
    with (folder / "11.xlsx").open("wb") as file:
        OOXMLFile(plain).encrypt("motdepasse", file)
    return [folder / "11.xlsx"]


def uncomputed(folder: Path) -> list[Path]:
    formula = '<c r="F{0}"><f>12.5*2</f></c>'
    body = "".join(
        line(number, acts()[0][:5]).replace("</row>", formula.format(number) + "</row>") for number in (2, 3)
    )
    dateless = line(4, '<c r="A4" s="1"><f>TODAY()</f></c>' + cell("B4", "G") + cell("D4", CANARY))
    return [xlsx(folder / "12.xlsx", rows() + body + dateless)]


def error_cells(folder: Path) -> list[Path]:
    bad = line(3, '<c r="A3" t="e"><v>#N/A</v></c>' + cell("B3", "G") + cell("D3", CANARY))
    worse = line(4, cell("A4", date(2023, 2, 3)) + cell("B4", "G") + '<c r="F4" t="e"><v>#DIV/0!</v></c>')
    return [xlsx(folder / "13.xlsx", rows(acts(1)) + bad + worse)]


def merged(folder: Path) -> list[Path]:
    body = [act(date(2023, 2, day)) for day in (1, 2, 3)]
    body[1:] = [(*row[:3], None, *row[4:]) for row in body[1:]]
    after = '<mergeCells count="2"><mergeCell ref="A9:F9"/><mergeCell ref="D2:D4"/></mergeCells>'
    return [xlsx(folder / "14.xlsx", rows(body).replace('<row r="3">', '<row r="3" hidden="1">'), after=after)]


def calendar_of_1904(folder: Path) -> list[Path]:
    body = [act(date(2023, 2, 1), "TE2", 20) for _ in range(6)]
    saved(folder / "15-1904.xlsx", {"Actes": body}, CALENDAR_MAC_1904)
    saved(folder / "15-1900.xlsx", {"Actes": body})
    return [folder / "15-1904.xlsx", folder / "15-1900.xlsx"]


SERIALS = (-1, 0, 59, 60, 61, 2958466, "1E300", 44958)


def serials(folder: Path) -> list[Path]:
    dated = [
        line(row, f'<c r="A{row}" s="1"><v>{serial}</v></c>' + cell(f"B{row}", "G") + cell(f"D{row}", CANARY))
        for row, serial in enumerate(SERIALS, start=2)
    ]
    return [xlsx(folder / "16.xlsx", rows() + "".join(dated))]


DATES = ("03/04/2024", "2024-04-03", "3 avr. 2024", "31/02/2024", "20240403", "04/13/2024", "03/04/24")


def dates_as_text(folder: Path) -> list[Path]:
    return [xlsx(folder / "17.xlsx", rows([act(date(2024, 4, 3)), *map(act, DATES)]))]


def date_as_amount(folder: Path) -> list[Path]:
    return [xlsx(folder / "18.xlsx", rows([act(), act(amount=date(2023, 5, 22))]))]


#: What a cell holds, and its cents; None where it is ambiguous or no amount.
AMOUNTS = {
    "1 234,50 €": 123450,
    "1.234,50": 123450,
    "1,234.50": 123450,
    "(12,00)": -1200,
    "-": None,
    "25.499999999999996": 2550,
    "1\u202f234,50": 123450,
    "1,234": None,
    "-12,5": -1250,
    "12,345": None,
}


def amounts(folder: Path) -> list[Path]:
    body = [act(date(2023, 2, day), "ZZZ", amount, f"F{day}") for day, amount in enumerate(AMOUNTS, start=1)]
    return [xlsx(folder / "19.xlsx", rows(body))]


def encodings(folder: Path) -> list[Path]:
    body = [(date(2023, 2, 1), "TE2", "Hélène", CANARY, f"F{place}", 20) for place in range(5)]
    for name in ("cp1252", "utf-8-sig", "utf-16", "mac_roman"):
        text(folder / f"20-{name}.csv", body, encoding=name)
    mixed = (
        text(folder / "20-melange.csv", body).read_bytes() + "01/02/2023;G;Hélène\n".encode("latin-1") + b"\x81;\n"
    )
    (folder / "20-melange.csv").write_bytes(mixed)
    return sorted(folder.glob("20-*.csv"))


def quoting(folder: Path) -> list[Path]:
    head, good = ";".join(HEADINGS), f"01/02/2023;G;10001234567;{CANARY};F1;25,00"
    files = {
        "sep": f"sep=;\n{head}\n{good}\n",
        "ouvert": f'{head}\n{good}\n02/02/2023;"G;1;p;F2;25\n{good}\n',
        "long": f'{head}\n01/02/2023;G;10001234567;"{"x" * 200_000}";F1;25,00\n{good}\n',
        "nul": f"{head}\n{good}\n01/02/2023;G\0;1;p;F1;25\n",
        "inegal": f"{head}\n{good}\n{good};1;2\n01/02/2023;G\n",
        "retour": f'{head}\r\n01/02/2023;G;10001234567;"{CANARY}\r\nbis";F1;25,00\r\n{good}\r\n',
        "fin": f"{head}\n{good}\n{good}",
    }
    for name, content in files.items():
        (folder / f"21-{name}.csv").write_bytes(content.encode())
    return [folder / f"21-{name}.csv" for name in files]


def headers(folder: Path) -> list[Path]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B1"] = "Relevé"
    headings = ["Date de soins ", "Code acte", "N° Praticien", "Patient", "Montant", "Montant", None, "Divers"]
    for row, cells in enumerate((headings, headings, *[[*act()[:4], 25, 25, None, "x"] for _ in range(2)]), start=3):
        for column, value in enumerate(cells, start=2):
            sheet.cell(row, column, value)
    book.save(folder / "22.xlsx")
    return [folder / "22.xlsx"]


def months(folder: Path) -> list[Path]:
    remote = [act(date(2023, 1, day), "TE2", 20) for day in (2, 3, 4)]
    more = [act(date(2023, 2, day), "TE2", 20) for day in (2, 3)]
    book = saved(folder / "23.xlsx", {"Ancien": remote, "Janvier": remote, "Février": more, "Secret": more})
    book["Ancien"].sheet_state = "hidden"
    book["Secret"].sheet_state = "veryHidden"
    book.active = 1
    book.save(folder / "23.xlsx")
    return [folder / "23.xlsx"]


def nothing(folder: Path) -> list[Path]:
    xlsx(folder / "24-entete.xlsx", rows())
    xlsx(folder / "24-vide.xlsx", "")
    text(folder / "24-entete.csv", [])
    text(folder / "24-totaux.csv", [("Total", None, None, None, None, 25)])
    return sorted(folder.glob("24-*"))


def disorder(folder: Path) -> list[Path]:
    first, second = acts(2)
    xlsx(folder / "25-double.xlsx", rows([first]) + line(2, second))
    xlsx(folder / "25-desordre.xlsx", line(1, HEADINGS) + line(3, second) + line(2, first))
    text(folder / "25-doublons.csv", [act(), act(), act(date(2023, 2, 2))])
    return sorted(folder.glob("25-*"))


IDENTIFIERS = (
    "123",
    "00123",
    "1,85E+12",
    "1.85012e+14",
    "D7 ",
    "D7\u200b",
    "D7",
    "Hélène",
    "He\u0301le\u0300ne",
    "7.0",
)


def identifiers(folder: Path) -> list[Path]:
    body = [
        (date(2023, 2, 1), "TE2", "10001234567.0", name, f"F{place}", 20) for place, name in enumerate(IDENTIFIERS)
    ]
    return [text(folder / "26.csv", body)]


FORMULAS = ("=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "\t=1+1", "-12,50", "-2+3", "＝1+1")


def injection(folder: Path) -> list[Path]:
    body = [(date(2023, 2, 1), "ZZZ", "10001234567", name, name, "-12,50") for name in FORMULAS]
    return [xlsx(folder / "27.xlsx", rows(body))]


def ods(path: Path, table: str, top: str = "") -> Path:
    """An ods file of one sheet, « Actes », whose rows are given as XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'{top}<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Actes">'
        f"{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<m/>")
        archive.writestr("content.xml", content)
    return path


def ods_line(cells: Row, about: str = "") -> str:
    return (
        f"<table:table-row{about}>"
        + "".join(
            f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
            if isinstance(value, date)
            else f'<table:table-cell office:value-type="float" office:value="{value}"/>'
            if isinstance(value, int | float)
            else '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value or '')}</text:p></table:table-cell>"
            for value in cells
        )
        + "</table:table-row>"
    )


def repeated(folder: Path) -> list[Path]:
    body = ods_line(HEADINGS) + ods_line(act(), ' table:number-rows-repeated="3"')
    grid = ' table:number-rows-repeated="1048572"'
    wide = 'table:number-columns-repeated="16384"'
    ods(folder / "28-vide.ods", body + f"<table:table-row{grid}><table:table-cell {wide}/></table:table-row>")
    value = f'<table:table-cell {wide} office:value-type="float" office:value="1"/>'
    ods(folder / "28-valeur.ods", body + f"<table:table-row{grid}>{value}</table:table-row>")
    return [folder / "28-valeur.ods", folder / "28-vide.ods"]


def all_faulty(folder: Path, count: int = 5_000) -> list[Path]:
    body = (act(date(2023, 1 + i % 12, 1 + i // 12 % 28), "TE1", 12, f"F{i}") for i in range(count))
    return [xlsx(folder / "29.xlsx", (rows(), *(line(number, row) for number, row in enumerate(body, start=2))))]


def out_of_coverage(folder: Path) -> list[Path]:
    days = (date(1999, 2, 1), date(2022, 3, 31), date(2022, 4, 1), date(2027, 5, 8), date(2099, 1, 1))
    return [text(folder / "30.csv", [act(day, "TE2", 20, f"F{place}") for place, day in enumerate(days)])]


THIRTY: dict[int, Callable[[Path], list[Path]]] = dict(
    enumerate(
        (
            false_dimension,
            two_far_corners,
            far_column,
            beyond_the_grid,
            spaces,
            giant_string,
            entity_bombs,
            external_entity,
            path_traversal,
            mislabelled,
            encrypted,
            uncomputed,
            error_cells,
            merged,
            calendar_of_1904,
            serials,
            dates_as_text,
            date_as_amount,
            amounts,
            encodings,
            quoting,
            headers,
            months,
            nothing,
            disorder,
            identifiers,
            injection,
            repeated,
            all_faulty,
            out_of_coverage,
        ),
        start=1,
    )
)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    for make in THIRTY.values():
        make(place)
