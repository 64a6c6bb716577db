"""Small files made to take hours or gigabytes from whoever examines them, or to hide something from the scan."""

from __future__ import annotations

import struct
import sys
import time
import zipfile
from pathlib import Path

import pytest

from avenant9.errors import InputError
from avenant9.reading.workbook import limits, xls
from reading.made import (
    DAMAGED,
    DIED,
    DOC,
    MAIN,
    RELS,
    RESAVE,
    biff,
    cell,
    compound,
    examine,
    ods,
    record,
    refusal,
    row,
    sheets,
    xlsx,
)

ERROR = '<c r="{}" t="e"><v>#N/A</v></c>'
ODS_ERROR = (
    '<table:table-cell office:value-type="string" calcext:value-type="error"{}>'
    "<text:p>#N/A</text:p></table:table-cell>"
)
ODS_VALUE = '<table:table-cell office:value-type="float" office:value="1"/>'
SLOW = "<!-- a comment asks for the parser -->"
NOTED = (
    "plus de 3 cellules n'ont pas de valeur lisible (erreurs, formules non calculées)",
    "corrigez-les ou recalculez le classeur, et enregistrez",
)
MERGED = (
    "plus de 3 groupes de cellules sont fusionnés",
    "défusionnez-les et enregistrez, ou exportez en CSV",
)


def table(rows: str, name: str = "A") -> str:
    return f'<table:table table:name="{name}">{rows}</table:table>'


def line(cells: str, about: str = "") -> str:
    return f"<table:table-row{about}>{cells}</table:table-row>"


# --- more than can be held ---


@pytest.mark.parametrize("top", ["", SLOW])
def test_errors_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str) -> None:
    monkeypatch.setattr(limits, "MAX_NOTED", 3)
    errors = [ERROR.format(f"{letter}1") for letter in "ABCD"]
    assert len(examine(xlsx(tmp_path / "a.xlsx", top + row(1, *errors[:3]))).sheets[0].errors) == 3
    assert refusal(xlsx(tmp_path / "a.xlsx", top + row(1, *errors))) == NOTED


@pytest.mark.parametrize(
    ("across", "down", "refused"), [(3, 1, False), (4, 1, True), (1, 3, False), (2, 2, True), (38, 1_048_576, True)]
)
def test_an_error_repeated_in_an_ods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, across: int, down: int, refused: bool
) -> None:
    monkeypatch.setattr(limits, "MAX_NOTED", 3)
    error = ODS_ERROR.format(f' table:number-columns-repeated="{across}"')
    path = ods(tmp_path / "a.ods", table(line(error, f' table:number-rows-repeated="{down}"')))
    if refused:
        assert refusal(path) == NOTED
    else:
        assert len(examine(path).sheets[0].errors) == 3


@pytest.mark.parametrize("top", ["", SLOW])
@pytest.mark.parametrize("count", [3, 4])
def test_merges_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str, count: int) -> None:
    monkeypatch.setattr(limits, "MAX_MERGES", 3)
    areas = "".join(f'<mergeCell ref="A{place}:B{place}"/>' for place in range(1, count + 1))
    path = xlsx(tmp_path / "a.xlsx", f"{top}{row(1, cell('A1'))}</sheetData>{areas}<sheetData>")
    if count == 4:
        assert refusal(path) == MERGED
    else:
        assert len(examine(path).sheets[0].merges) == 3


def test_merges_without_end_in_an_ods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MERGES", 3)
    path = ods(tmp_path / "a.ods", table(line('<table:table-cell table:number-rows-spanned="2"/>' * 4)))
    assert refusal(path) == MERGED


@pytest.mark.parametrize("top", ["", SLOW])
def test_rows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str) -> None:
    """Refused as soon as there are more of them than the grid has, not once all are counted."""
    monkeypatch.setattr(limits, "MAX_ROWS", 3)
    same = top + row(1) * 4 + "<row"  # not even XML further on
    assert refusal(xlsx(tmp_path / "a.xlsx", same)) == ("la ligne 1 est écrite deux fois", RESAVE)
    beyond = top + "".join(map(row, (1, 2, 3, 7)))
    assert refusal(xlsx(tmp_path / "b.xlsx", beyond)) == ("la ligne 7 est hors des limites d'Excel", RESAVE)


@pytest.mark.parametrize("where", ["sheet", "workbook", "ods"])
def test_elements_in_elements_without_end(tmp_path: Path, where: str) -> None:
    deep = "<a>" * 201
    if where == "ods":
        path = ods(tmp_path / "a.ods", deep)
    elif where == "sheet":
        path = xlsx(tmp_path / "a.xlsx", SLOW + deep)
    else:
        path = xlsx(tmp_path / "a.xlsx", "", more={"xl/workbook.xml": deep})
    assert refusal(path) == ("le classeur emboîte ses éléments XML sans mesure", RESAVE)


def test_a_text_in_many_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No piece is long: the cell is."""
    monkeypatch.setattr(limits, "MAX_CELL", 2 * 1024**2)
    expected = ("une cellule contient un texte démesuré (plus de 2 Mio)", RESAVE)
    long = f"<text:p>{('x' * 1024**2 + '<text:s/>') * 3}</text:p>"
    assert refusal(ods(tmp_path / "a.ods", table(line(f"<table:table-cell>{long}</table:table-cell>")))) == expected
    rich = f"<r><t>{'x' * 1024**2}</t></r>" * 3
    sheet = SLOW + row(1, f'<c r="A1" t="inlineStr"><is>{rich}</is></c>')
    assert refusal(xlsx(tmp_path / "a.xlsx", sheet)) == expected


def test_sheets_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ENTRIES", 4)
    sheets = "".join(f'<sheet name="{place}" sheetId="{place}" r:id="rId1"/>' for place in range(5))
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{DOC}"><sheets>{sheets}</sheets></workbook>'
    path = xlsx(tmp_path / "a.xlsx", "", more={"xl/workbook.xml": book})
    assert refusal(path) == ("le classeur déclare plus de 4 feuilles, liaisons ou formats", RESAVE)
    tables = "".join(table("", str(place)) for place in range(5))
    assert refusal(ods(tmp_path / "a.ods", tables)) == ("le classeur a plus de 4 feuilles", RESAVE)


def test_many_errors_in_an_ods_take_no_longer_than_values(tmp_path: Path) -> None:
    """Each value was compared with all the errors before it: 25 s for this file."""
    path = ods(tmp_path / "a.ods", table(line(ODS_ERROR.format("") + ODS_VALUE * 5) * 20_000))
    start = time.process_time()
    assert len(examine(path).sheets[0].errors) == 20_000
    assert time.process_time() - start < 10


# --- what an xls says of itself ---


def test_a_compound_file(tmp_path: Path) -> None:
    """What the tests below spoil is whole."""
    path = tmp_path / "a.xls"
    area, error = (
        record(0x00E5, struct.pack("<5H", 1, 2, 4, 0, 1)),
        record(0x0205, struct.pack("<3H2B", 6, 1, 0, 42, 1)),
    )
    path.write_bytes(compound(biff(1, area, error)))
    (sheet,) = sheets(path)
    assert (sheet.sheet, sheet.merges, sheet.errors.rows()) == ("000", ((3, 0, 5, 1),), [(7, 1, "#N/A")])


def test_a_table_of_sectors_that_never_ends(tmp_path: Path) -> None:
    """With sectors of 4 bytes, one that follows itself was followed for ever."""
    path = tmp_path / "a.xls"
    content = bytearray(compound(biff(1)))
    struct.pack_into("<I", content, 12, 2)
    struct.pack_into("<H", content, 30, 2)
    struct.pack_into("<I", content, 68, 2)
    path.write_bytes(content)
    assert refusal(path) == DAMAGED


def test_merges_beyond_their_record_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, record(0x00E5, struct.pack("<5H", 0xFFFF, 2, 4, 0, 1)), bytes(4 * 2**17))))
    assert refusal(path) == DAMAGED


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of time is that of Linux")
def test_sheets_of_an_xls_that_overlap_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read: a thousand of the same megabyte would be a gigabyte."""
    monkeypatch.setattr(xls, "_SECONDS", 2)
    path = tmp_path / "a.xls"
    filler = record(0x0001, bytes(100)) * 10_000
    path.write_bytes(compound(biff(1, filler)))
    assert len(sheets(path)) == 1
    path.write_bytes(compound(biff(999, filler)))
    assert refusal(path) == DIED


def test_errors_and_merges_of_an_xls_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NOTED", 3)
    monkeypatch.setattr(limits, "MAX_MERGES", 3)
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, *[record(0x0205, struct.pack("<3H2B", row, 1, 0, 42, 1)) for row in range(4)])))
    assert refusal(path) == NOTED
    path.write_bytes(compound(biff(1, *[record(0x00E5, struct.pack("<9H", 2, *[0] * 8))] * 2)))
    assert refusal(path) == MERGED


# --- what would be hidden, or misunderstood ---


@pytest.mark.parametrize("hiding", ["<!-- </sheetData> -->", "<?x </sheetData>?>", "<x><![CDATA[</sheetData>]]></x>"])
def test_an_end_of_the_rows_that_is_none(tmp_path: Path, hiding: str) -> None:
    sheet = row(1, cell("A1")) + hiding + row(2, ERROR.format("B2"))
    (found,) = examine(xlsx(tmp_path / "a.xlsx", sheet)).sheets
    assert (found.errors, found.rows, found.columns) == ([(2, 1, "#N/A")], 2, 2)


@pytest.mark.parametrize(
    "content",
    [
        "<c r=\"B1\" t='e'><v>#N/A</v></c>",
        '<c r="B1"\tt = "e"><v>#N/A</v></c>',
        '<c r="B1" t="e"><v xml:space="preserve">#N/A</v></c>',
        '<c r="B1" t="e"><v>&#35;N/A</v></c>',
        '<c r="B1" t="e"><v><![CDATA[#N/A]]></v></c>',
        '<c r="B1" t="e"><!-- --><v>#N/A</v></c>',
    ],
)
def test_an_error_however_written(tmp_path: Path, content: str) -> None:
    (found,) = examine(xlsx(tmp_path / "a.xlsx", row(1, cell("A1"), content))).sheets
    assert found.errors == [(1, 1, "#N/A")]


def test_a_hidden_row_however_written(tmp_path: Path) -> None:
    abouts = ("hidden='1'", 'hidden = "true"', 'ht="0"\nhidden="1"', 'hidden="0"', 'x:was="hidden"', 'hidden="1"')
    rows = "".join(f'<row r="{place}" {about}>{cell(f"A{place}")}</row>' for place, about in enumerate(abouts, 1))
    (found,) = examine(xlsx(tmp_path / "a.xlsx", rows)).sheets
    assert found.hidden_rows == [(1, 3), (6, 6)]


def test_blank_cells_on_two_lines_do_not_widen(tmp_path: Path) -> None:
    (found,) = examine(xlsx(tmp_path / "a.xlsx", row(1, cell("A1"), '<c r="XFD1" s="1">\n</c>'))).sheets
    assert found.columns == 1


def test_two_sheets_of_one_name(tmp_path: Path) -> None:
    """The reader finds sheets by their names: the first would be read twice."""
    expected = ("deux feuilles ont le même nom", RESAVE)
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{DOC}"><sheets>{{}}</sheets></workbook>'
    names = [f'<sheet name="Actes" sheetId="{place}" r:id="rId{place}"/>' for place in (1, 2)]
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{DOC}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in (1, 2)
    )
    more = {
        "xl/workbook.xml": book.format("".join(names)),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{relations}</Relationships>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
    }
    assert refusal(xlsx(tmp_path / "a.xlsx", row(1, cell("A1")), more=more)) == expected
    assert refusal(ods(tmp_path / "a.ods", table("") * 2)) == expected


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_document_type_in_two_bytes_a_character(tmp_path: Path, part: str) -> None:
    content = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x y="&a;"/>'
    path = xlsx(tmp_path / "a.xlsx", "")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, old in parts.items():
            archive.writestr(name, content.encode("utf-16-le") if name == part else old)
    assert refusal(path) == ("le classeur contient une déclaration DTD, refusée", RESAVE)


def test_a_comment_on_an_error_is_not_quoted(tmp_path: Path) -> None:
    comment = "<office:annotation><text:p>CANARI-DE-PATIENT</text:p></office:annotation>"
    commented = ODS_ERROR.format("").replace("<text:p>", f"{comment}<text:p>")
    value = f"<table:table-cell>{comment}</table:table-cell>"  # a comment is no content
    (found,) = examine(ods(tmp_path / "a.ods", table(line(commented + value)))).sheets
    assert (found.errors, found.columns) == ([(1, 0, "#N/A")], 1)


@pytest.mark.parametrize("top", ["", SLOW])
def test_a_long_error_is_not_quoted_whole(tmp_path: Path, top: str) -> None:
    long = f'<c r="A1" t="e"><v>#{"N" * 99}</v></c>'
    (found,) = examine(xlsx(tmp_path / "a.xlsx", top + row(1, long))).sheets
    assert found.errors == [(1, 0, f"#{'N' * 39}")]


def test_rows_and_columns_that_no_table_has(tmp_path: Path) -> None:
    """Numbers that a column of rows cannot hold."""
    hidden = f"{row(1, cell('A1'))}<row r='9000000000' hidden='1'/>"
    assert examine(xlsx(tmp_path / "a.xlsx", hidden)).sheets[0].hidden_rows == []
    cells = '<table:table-cell table:number-columns-repeated="-3"/>' + ODS_ERROR.format("")
    (found,) = examine(ods(tmp_path / "a.ods", table(line(cells, ' table:number-rows-repeated="-7"')))).sheets
    assert found.errors == [(1, 1, "#N/A")]


@pytest.mark.parametrize("further", [1, 100_000])
def test_parts_that_stand_before_the_file(tmp_path: Path, further: int) -> None:
    """A list of parts said to stand further than it does moves them all backwards."""
    path = Path(xlsx(tmp_path / "a.xlsx", row(1, cell("A1"))))
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\5\6") + 16
    struct.pack_into("<I", content, at, struct.unpack_from("<I", content, at)[0] + further)
    path.write_bytes(content)
    assert refusal(path) == DAMAGED


def test_a_part_without_its_mark(tmp_path: Path) -> None:
    path = Path(xlsx(tmp_path / "a.xlsx", row(1, cell("A1"))))
    path.write_bytes(path.read_bytes().replace(b"PK\3\4", b"PK\3\5").replace(b"PK\3\5", b"PK\3\4", 1))
    with pytest.raises(InputError, match=DAMAGED[0]):
        examine(str(path))


def test_what_follows_a_table_too_wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only cells are looked at again: the tail of the part was gathered whole, again at each piece."""
    monkeypatch.setattr(limits, "MAX_CELLS", 250)
    body = row(1, cell("A1"), cell("CZ1")) + row(2, cell("A2")) + row(3, cell("A3"))
    tail = '</sheetData><x><c r="B9"><v>1</v></c></x><sheetData>'
    (found,) = examine(xlsx(tmp_path / "a.xlsx", body + tail)).sheets
    assert (found.columns, found.rows) == (1, 3)
