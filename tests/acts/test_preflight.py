"""What a file really is: each refusal with its sentence, and what the scan of a workbook finds."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from operator import itemgetter
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.acts import preflight
from avenant9.acts.preflight import Sheet, letters, number
from avenant9.acts.read import read_file
from avenant9.errors import InputError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RESAVE = "ouvrez le fichier dans Excel ou LibreOffice et enregistrez-le sous .xlsx"


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


def examine(path: str) -> preflight.Workbook:
    with open(path, "rb") as file:
        kind = preflight.sniff(path, file.read(preflight.HEAD))
        return preflight.workbook(path, file, kind, lambda sheet: True)


def refusal(path: str | Path) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_file(str(path))
    assert caught.value.place.startswith(str(path))
    return caught.value.problem, caught.value.remedy


# --- files that are not tables of acts ---


def test_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "actes-2023.xlsx").touch()
    (tmp_path / "actes-2023.doc").touch()
    assert refusal(tmp_path / "acte-2023.xlsx") == (
        "fichier introuvable",
        "vérifiez son nom (dans ce dossier : actes-2023.xlsx)",
    )


def test_missing_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nulle" / "part.csv") == ("fichier introuvable", "vérifiez le nom du dossier")


def test_folder_gives_the_glob_to_type(tmp_path: Path) -> None:
    assert refusal(tmp_path) == ("c'est un dossier", f"donnez ses fichiers : {tmp_path}{os.sep}*.xlsx")
    (tmp_path / "janvier.csv").touch()
    (tmp_path / "février.CSV").touch()
    assert refusal(f"{tmp_path}/") == ("c'est un dossier", f"donnez ses fichiers : {tmp_path}{os.sep}*.csv")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "actes.csv"
    path.write_text("date;code")
    path.chmod(0)
    assert refusal(path) == ("lecture refusée", "vérifiez les droits du fichier")


def test_no_permission_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    assert refusal(tmp_path / "actes.csv") == ("lecture refusée", "vérifiez les droits du fichier")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vide.xlsx"
    path.write_bytes(content)
    assert refusal(path) == ("le fichier est vide", "exportez-le à nouveau")


@pytest.mark.parametrize(
    ("content", "problem", "remedy"),
    [
        (b"<html><table>", "c'est une page HTML, pas un classeur", RESAVE),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "c'est une page HTML, pas un classeur", RESAVE),
        ("\ufeff<TABLE>".encode("utf-16-le"), "c'est une page HTML, pas un classeur", RESAVE),
        (b'<?xml version="1.0"?><html xmlns="x">', "c'est une page HTML, pas un classeur", RESAVE),
        (b'<?xml version="1.0"?><Workbook>', "c'est un fichier XML, pas un classeur", RESAVE),
        (b"%PDF-1.7", "c'est un PDF, pas un tableau", "exportez un .xlsx ou un .csv"),
        (b"\x89PNG\r\n", "c'est une image, pas un tableau", "exportez un .xlsx ou un .csv"),
        (b"\x1f\x8b\x08\x00", "le fichier est compressé (gzip)", "décompressez-le d'abord"),
        (
            b"\x00\x01\x02",
            "le contenu est binaire et n'est d'aucune sorte connue",
            "donnez un .xlsx, .xls, .ods, .csv ou .parquet (texte en UTF-16 sans marque : --encoding utf-16-le)",
        ),
    ],
)
def test_content_decides_not_the_ending(tmp_path: Path, content: bytes, problem: str, remedy: str) -> None:
    path = tmp_path / "actes.xls"
    path.write_bytes(content)
    assert refusal(path) == (problem, remedy)


@pytest.mark.parametrize(
    ("part", "problem", "remedy"),
    [
        ("notes.csv", "c'est une archive zip, pas un classeur", "extrayez d'abord les fichiers"),
        ("word/document.xml", "c'est un document, pas un classeur", "donnez un .xlsx, .xls, .ods ou .csv"),
        ("xl/workbook.bin", "c'est un classeur binaire .xlsb", RESAVE),
    ],
)
def test_zip_that_is_no_workbook(tmp_path: Path, part: str, problem: str, remedy: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    assert refusal(path) == (problem, remedy)


def test_truncated_workbook(tmp_path: Path) -> None:
    path = Path(xlsx(tmp_path / "a.xlsx", row(1, cell("A1"))))
    path.write_bytes(path.read_bytes()[:400])
    expected = ("le classeur est tronqué ou abîmé", f"exportez-le à nouveau, ou {RESAVE}")
    assert refusal(path) == expected
    xlsx(path, row(1, '<c r="A1" t="s"><v>7</v></c>'))  # a shared string that does not exist
    assert refusal(path) == expected


def test_pipe_cannot_hold_a_workbook(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InputError, match="un classeur ne peut pas être lu d'un tuyau"):
        preflight.workbook("a.xlsx", Pipe(b"PK"), "zip", lambda sheet: True)


# --- protected workbooks ---


def test_password_on_xlsx(tmp_path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, path = io.BytesIO(), tmp_path / "actes.xlsx"
    openpyxl.Workbook().save(plain)
    with path.open("wb") as locked:
        OOXMLFile(plain).encrypt("secret", locked)
    assert refusal(path) == ("le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")


def xls(path: Path, replace: tuple[bytes, bytes] | None = None) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Actes")
    sheet.write(0, 1, "Date")
    sheet.write(1, 1, 44652)
    sheet.row(2).set_cell_error(1, 0x2A)
    sheet.row(3).set_cell_error(2, 0x07)
    book.add_sheet("Été").visibility = 1
    book.save(str(path))
    if replace:
        content = path.read_bytes()
        assert content.count(replace[0])
        path.write_bytes(content.replace(*replace))
    return path


def test_xls_sheets_errors_and_calendar(tmp_path: Path) -> None:
    found = examine(str(xls(tmp_path / "a.xls")))
    assert found.sheets == (
        Sheet("Actes", False, errors=[(3, 1, "#N/A"), (4, 2, "#DIV/0!")]),
        Sheet("Été", True),
    )
    assert not found.date1904
    date_mode = b"\x22\x00\x02\x00"
    assert examine(str(xls(tmp_path / "b.xls", (date_mode + b"\0", date_mode + b"\1")))).date1904


def test_password_on_xls(tmp_path: Path) -> None:
    # the record of the calendar made into the record that says "encrypted"
    path = xls(tmp_path / "a.xls", (b"\x22\x00\x02\x00", b"\x2f\x00\x02\x00"))
    assert refusal(path) == ("le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")


def test_ole_without_workbook_is_taken_as_protected(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", ("Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le")))
    assert refusal(path) == ("le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")


def test_truncated_xls(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls")
    path.write_bytes(path.read_bytes()[:300])
    assert refusal(path) == ("le classeur est tronqué ou abîmé", f"exportez-le à nouveau, ou {RESAVE}")


# --- hostile workbooks ---


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_dtd_is_refused(tmp_path: Path, part: str) -> None:
    dtd = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = xlsx(tmp_path / "a.xlsx", "", more={part: f'<?xml version="1.0"?>{dtd}<worksheet/>'})
    assert refusal(path) == ("le classeur contient une déclaration DTD, refusée", RESAVE)


@pytest.mark.parametrize("name", ["../a.xml", "/etc/passwd", "xl/../../a", "C:/a", "xl\\..\\..\\a"])
def test_entry_name_that_leaves_the_workbook(tmp_path: Path, name: str) -> None:
    path = xlsx(tmp_path / "a.xlsx", row(1, cell("A1")), more={name: "x"})
    assert refusal(path) == ("l'archive a une entrée dont le nom sort du classeur", RESAVE)


def test_sheet_that_leaves_the_workbook(tmp_path: Path) -> None:
    part = "xl/_rels/workbook.xml.rels"
    target = (
        f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{DOC}/worksheet" Target="../../../etc/passwd"/>'
    )
    path = xlsx(tmp_path / "a.xlsx", "", more={part: target + "</Relationships>"})
    assert refusal(path) == ("le classeur désigne une feuille hors de lui-même", RESAVE)


def test_two_entries_of_one_name(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", row(1, cell("A1")), more={"XL/workbook.xml": "x"})
    assert refusal(path) == ("l'archive a deux entrées de même nom", RESAVE)


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_ENTRIES", 2)
    assert refusal(xlsx(tmp_path / "a.xlsx", "")) == ("l'archive a 3 entrées (limite : 2)", RESAVE)


def test_declared_size_over_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_INFLATED", 2 * 1024**2)
    path = xlsx(tmp_path / "a.xlsx", " " * (3 * 1024**2 - 2000))
    assert refusal(path) == (
        "le classeur fait 3 Mio une fois décompressé (limite : 2 Mio)",
        "exportez une période plus courte, ou en CSV",
    )


def test_real_size_over_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive may declare less than it holds."""
    path = Path(xlsx(tmp_path / "a.xlsx", row(1, cell("A1")) + "<!-- -->" * 400_000))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    monkeypatch.setattr(preflight, "MAX_INFLATED", 2 * 1024**2)
    assert refusal(path)[0] == "le classeur fait 3 Mio une fois décompressé (limite : 2 Mio)"


def test_text_without_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_CELL", 1024**2)
    text = f'<c r="A1" t="inlineStr"><is><t>{"x" * 3 * 1024**2}</t></is></c>'
    expected = ("une cellule contient un texte démesuré (plus de 1 Mio)", RESAVE)
    assert refusal(xlsx(tmp_path / "a.xlsx", row(1, text))) == expected
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 3 * 1024**2}</t></si></sst>'
    assert refusal(xlsx(tmp_path / "b.xlsx", "", more={"xl/sharedStrings.xml": strings})) == expected


@pytest.mark.parametrize(
    ("rows", "named", "lines", "columns"),
    [
        (row(1, cell("A1")) + row(1048576, cell("XFD1048576")), "XFD1048576", 1048576, 16384),
        (row(1, cell("A1")) + row(2, cell("A2"), cell("XFD2500")), "XFD2500", 2500, 16384),
        (row(1, cell("A1"), cell("AT1")) + row(1048576, cell("B1048576")), "B1048576", 1048576, 46),
    ],
)
def test_stray_far_cell_is_named(tmp_path: Path, rows: str, named: str, lines: int, columns: int) -> None:
    assert refusal(xlsx(tmp_path / "a.xlsx", rows)) == (
        f"la cellule {named} étend la feuille à {lines} lignes × {columns} colonnes",
        "supprimez cette cellule si elle est hors du tableau et enregistrez ; sinon exportez en CSV",
    )


@pytest.mark.parametrize("address", ["A16777217", "XFE1"])
def test_outside_the_grid(tmp_path: Path, address: str) -> None:
    place = int(address.strip("AXFE"))
    path = xlsx(tmp_path / "a.xlsx", row(place, cell(address)))
    assert refusal(path) == (f"la cellule {address} est hors des limites d'Excel", RESAVE)


def test_a_full_sheet_of_14_columns_passes() -> None:
    assert preflight.MAX_ROWS * 14 < preflight.MAX_CELLS
    assert preflight.MAX_ROWS * 14 * 45 < preflight.MAX_INFLATED  # 45 bytes a cell, as Excel writes them


def test_row_written_twice(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", row(1, cell("A1")) + row(3, cell("A3")) + row(2, cell("A2")) + row(3, cell("B3"))
    )
    assert refusal(path) == ("la ligne 3 est écrite deux fois", RESAVE)


# --- what the scan finds ---

AWKWARD = (
    row(1, cell("A1", "0", ' t="b"'), '<c r="C1" t="inlineStr"><is><t>t="e" &lt;f&gt; #N/A</t></is></c>')
    + row(2, cell("B2", "#N/A", ' s="1" t="e"'), '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    + row(3, '<c r="A3"><f>A1+1</f></c>', '<c r="B3"><f t="shared" si="0"/></c>', '<c r="C3"><f>A1</f><v></v></c>')
    + row(4, '<c r="A4" t="str"><f>""</f><v></v></c>', '<c r="B4"><f t="shared" si="0"/><v>4</v></c>')
    + row(5, '<c r="A5"><f>A1</f><v/></c>', '<c r="C5" t="str"><f>"a"</f></c>', cell("D5", "2022-05-02", ' t="d"'))
    + row(9, '<c r="A9" s="3"/>', '<c r="XFD9" s="3"></c>')
)
FOUND = [
    (2, 1, "#N/A"),
    (2, 2, "#DIV/0!"),
    (3, 0, "formule non calculée"),
    (3, 1, "formule non calculée"),
    (3, 2, "formule non calculée"),
    (5, 0, "formule non calculée"),
    (5, 2, "formule non calculée"),
]


@pytest.mark.parametrize(
    ("form", "fast"),
    [
        ("as Excel", True),
        ("prefix", True),
        ("no addresses first", False),
        ("single quotes", False),
        ("no addresses", False),
        ("slow twin", False),
    ],
)
def test_errors_and_formulas_whatever_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, fast: bool
) -> None:
    rows, prefix = AWKWARD, ""
    if form == "prefix":
        prefix = "x:"
        for name in ("row", "c", "v", "f", "is", "t"):
            for end in (">", " ", "/>"):
                rows = rows.replace(f"<{name}{end}", f"<x:{name}{end}").replace(f"</{name}>", f"</x:{name}>")
    elif form == "no addresses first":
        rows = rows.replace('<c r="C2" t="e">', '<c t="e" r="C2">')
    elif form == "single quotes":
        rows = rows.replace('<row r="5">', "<row r='5'>")
    elif form == "no addresses":
        rows = rows.replace('<row r="2">', "<row>").replace('<c r="A3">', "<c>")
    elif form == "slow twin":
        monkeypatch.setattr(preflight, "_scan_fast", lambda *_: False)
    slow = []
    kept = preflight._scan_slow
    monkeypatch.setattr(preflight, "_scan_slow", lambda *given: (slow.append(1), kept(*given)))
    (sheet,) = examine(xlsx(tmp_path / "a.xlsx", rows, prefix=prefix)).sheets
    assert sorted(sheet.errors) == FOUND
    assert (sheet.name, sheet.hidden, sheet.rows, sheet.columns) == ("Été & fils", False, 5, 4)
    assert sheet.iso_dates
    assert sheet.far_cell == "D5"
    assert bool(slow) is not fast


def test_scan_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same facts wherever the pieces of the file are cut."""
    path = xlsx(tmp_path / "a.xlsx", AWKWARD)
    whole = examine(path)
    monkeypatch.setattr(preflight, "CHUNK", 200)
    (sheet,) = examine(path).sheets
    assert sorted(sheet.errors) == sorted(whole.sheets[0].errors)
    assert (sheet.rows, sheet.columns, sheet.last_cell) == (5, 4, whole.sheets[0].last_cell)


CONTENTS = (
    "<v>1</v>",
    "",
    "<f>1+1</f>",
    "<f>1+1</f><v></v>",
    '<f t="shared" si="0"/><v>2</v>',
    "<is><t>#N/A &lt;f&gt;</t></is>",
    "<v>#REF!</v>",
)
TYPES = ("", ' t="e"', ' t="str"', ' s="12" t="n"', ' s="2" t="e"')
CELLS = st.tuples(st.integers(0, 60), st.sampled_from(TYPES), st.sampled_from(CONTENTS), st.booleans())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.integers(1, 1_048_576), st.lists(CELLS, max_size=6, unique_by=itemgetter(0)), max_size=5),
    st.integers(300, 800),
)
def test_fast_scan_finds_what_a_parser_finds(
    tmp_path: Path, sheet: dict[int, list[tuple[int, str, str, bool]]], chunk: int
) -> None:
    """Wherever the pieces are cut, and whatever cells are blank."""
    rows = ""
    for place, cells in sheet.items():
        tags = []
        for column, about, content, closed in cells:
            start = f'<c r="{letters(column)}{place}"{about}'
            tags.append(f"{start}/>" if closed and not content else f"{start}>{content}</c>")
        rows += row(place, *tags)
    path = xlsx(tmp_path / "a.xlsx", rows)
    found = []
    for scan, taker in ((preflight._scan_fast, [preflight.RowsTaker()]), (preflight._scan_slow, [])):
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive, pytest.MonkeyPatch.context() as patch:
            patch.setattr(preflight, "CHUNK", chunk)
            facts = Sheet("A", False)
            assert (
                scan(preflight._Package(path, file, archive), "xl/worksheets/sheet1.xml", facts, *taker) is not False
            )
            facts.errors.sort()
            ordered = list(sheet) == sorted(sheet)
            # an uncomputed formula alone in the last row is no value: the check of the grid adds it
            found.append((facts.errors, facts.columns, ordered and max([facts.rows, *(e[0] for e in facts.errors)])))
    assert found[0] == found[1]


def test_formatted_blanks_do_not_widen(tmp_path: Path) -> None:
    blanks = "".join(f'<c r="{letters(place)}2" s="1"/>' for place in range(1, 3000))
    rows = row(1, cell("A1")) + row(2, cell("A2"), blanks, cell("DKK2")) + row(1048576, '<c r="A1048576" s="1"/>')
    (sheet,) = examine(xlsx(tmp_path / "a.xlsx", rows)).sheets
    assert (sheet.rows, sheet.columns, sheet.far_cell) == (2, number("DKK") + 1, "DKK2")


def test_false_dimension_is_not_believed(tmp_path: Path) -> None:
    top = ""
    path = xlsx(tmp_path / "a.xlsx", row(1, cell("A1")) + row(2, cell("B2")), top=top)
    content = '<dimension ref="A1"/>'
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode().replace("<sheetData>", content + "<sheetData>")
    path = xlsx(tmp_path / "b.xlsx", "", more={"xl/worksheets/sheet1.xml": sheet})
    (found,) = examine(path).sheets
    assert (found.rows, found.columns) == (2, 2)


def test_empty_sheets(tmp_path: Path) -> None:
    empty = {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'}
    assert examine(xlsx(tmp_path / "a.xlsx", "", more=empty)).sheets == (Sheet("Été & fils", False),)
    assert examine(xlsx(tmp_path / "b.xlsx", "")).sheets == (Sheet("Été & fils", False),)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_visibility_and_calendar(tmp_path: Path, state: str) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Janvier"
    book.create_sheet("Notes").sheet_state = state
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "a.xlsx")
    found = examine(str(tmp_path / "a.xlsx"))
    assert [(sheet.name, sheet.hidden) for sheet in found.sheets] == [("Janvier", False), ("Notes", True)]
    assert found.date1904


# --- ods ---

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


def test_ods_sheets_errors_and_times(tmp_path: Path) -> None:
    tables = (
        '<table:table table:name="Actes"><table:table-row table:number-rows-repeated="2">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT08H30M00S"><text:p>08:30</text:p>'
        '</table:table-cell><table:table-cell office:value-type="string" calcext:value-type="error">'
        "<text:p>#N/A</text:p></table:table-cell>"
        '<table:table-cell table:formula="of:=1+1"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:style-name="ce1"/>'
        "</table:table-row></table:table>"
        '<table:table table:name="Notes" table:style-name="ta2"><table:table-row/></table:table>'
    )
    found = examine(ods(tmp_path / "a.ods", tables))
    assert found.sheets == (
        Sheet(
            "Actes",
            False,
            errors=[(3, 3, "#N/A"), (3, 4, "formule non calculée")],
            times=[(3, 2, "1899-12-31 08:30:00")],
            iso_dates=True,
            rows=3,
            columns=5,
            last_cell="C3",
            far_cell="E3",
        ),
        Sheet("Notes", True, iso_dates=True),
    )


def test_ods_repeated_value(tmp_path: Path) -> None:
    tables = (
        '<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'office:value-type="float" office:value="1" table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table>"
    )
    problem, _ = refusal(ods(tmp_path / "a.ods", tables))
    assert problem == "la cellule XFD1 étend la feuille à 1048576 lignes × 16384 colonnes"


def test_ods_password_and_dtd(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", "", "<m><manifest:encryption-data/></m>")
    assert refusal(path) == ("le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as archive:
        archive.writestr("content.xml", "<!DOCTYPE x []><x/>")
    assert refusal(tmp_path / "b.ods") == ("le classeur contient une déclaration DTD, refusée", RESAVE)


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_letters(place: int, name: str) -> None:
    assert (letters(place), number(name)) == (name, place)


@pytest.mark.parametrize("columns", [0, 1, 14, 26, 27, 40, 702, 703, 1000])
def test_cells_outside_the_first_columns(columns: int) -> None:
    patterns = preflight._Patterns(b"")
    for place in (0, 1, 13, 25, 26, 27, 38, 39, 40, 701, 702, 703, 999, 1000, 16383):
        tag = f'<c r="{letters(place)}7"><v>1</v></c>'.encode()
        assert bool(patterns.outside(columns).search(tag)) is (place >= columns)
        assert bool(patterns.beyond(columns).search(tag)) is (place >= columns)


# --- merged cells, hidden rows, cells far from the table ---

AFTER = '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="$B$1:C1"/></mergeCells>'


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("about", ['r="3" hidden="1"', 'r="3" spans="1:2" hidden="true" ht="0"', 'hidden="1" r="3"'])
def test_xlsx_merges_and_hidden_rows(tmp_path: Path, prefix: str, about: str) -> None:
    """The searches find them, and the parser where an attribute is not where expected."""
    tags = ("row", "c", "v", "mergeCells", "mergeCell")
    content = row(1, cell("A1")) + f"<row {about}>{cell('A3')}</row>" + row(4, cell("A4"))
    content += "</sheetData>" + AFTER + "<sheetData>"
    for tag in (*tags, "sheetData"):
        for mark in ("<", "</"):
            content = content.replace(f"{mark}{tag}>", f"{mark}{prefix}{tag}>")
            content = content.replace(f"{mark}{tag} ", f"{mark}{prefix}{tag} ")
    (sheet,) = examine(xlsx(tmp_path / "a.xlsx", content, prefix=prefix)).sheets
    assert (sheet.merges, sheet.hidden_rows) == ([(2, 0, 4, 0), (1, 1, 1, 2)], [(3, 3)])


def test_ods_merges_and_hidden_rows(tmp_path: Path) -> None:
    tables = (
        '<table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" office:value="1" '
        'table:number-rows-spanned="3" table:number-columns-spanned="2"/></table:table-row>'
        '<table:table-row table:visibility="filter" table:number-rows-repeated="2"/>'
        '<table:table-row table:visibility="visible"/><table:table-row table:visibility="collapse"/></table:table>'
    )
    (sheet,) = examine(ods(tmp_path / "a.ods", tables)).sheets
    assert (sheet.merges, sheet.hidden_rows) == ([(1, 0, 3, 1)], [(2, 3), (5, 5)])


def test_xls_merges_and_hidden_rows(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Actes")
    sheet.write_merge(1, 3, 0, 1, "x")
    sheet.write(5, 0, "y")
    sheet.row(5).hidden = True
    book.save(str(tmp_path / "a.xls"))
    (found,) = examine(str(tmp_path / "a.xls")).sheets
    assert (found.merges, found.hidden_rows) == ([(2, 0, 4, 1)], [(6, 6)])


@pytest.mark.parametrize(("column", "kept"), [("CY", False), ("CX", True)])
def test_cells_far_to_the_right_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, kept: bool
) -> None:
    """Beyond 100 empty columns, and only where they make the sheet too wide."""
    monkeypatch.setattr(preflight, "MAX_CELLS", 250)
    body = row(1, cell("A1"), cell("B1"), cell(f"{column}1")) + row(
        2, cell("A2"), cell(f"{column}2", "#N/A", ' t="e"')
    )
    root = (
        f'<Relationships xmlns="{RELS}"><Relationship Id="r" Type="{DOC}/officeDocument" Target="xl/workbook.xml"/>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Types xmlns="{TYPES}"><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
    whole = {"_rels/.rels": f"{root}</Relationships>", "[Content_Types].xml": types}  # as every program writes them
    path = xlsx(tmp_path / "a.xlsx", body + row(3, cell("B3")), more=whole)
    if kept:
        assert refusal(path)[0] == f"la cellule {column}1 étend la feuille à 3 lignes × 102 colonnes"
        return
    ((sheet,), notices) = read_file(path)
    assert sheet.table.rows() == [(1, "1", "1"), (2, "1", None), (3, None, "1")]
    assert sheet.errors.is_empty()
    assert notices == [
        f"{path}, feuille Été & fils : ce qui est loin à droite du tableau n'est pas lu (cellule {column}2, après la "
        "colonne B) ; effacez-le s'il ne sert à rien."
    ]
