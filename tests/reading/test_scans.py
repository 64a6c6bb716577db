"""What the scan of a workbook finds in its sheets."""

from __future__ import annotations

import zipfile
from operator import itemgetter
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from avenant9.reading.addresses import letters, number
from avenant9.reading.read import read_file
from avenant9.reading.workbook import limits
from avenant9.reading.workbook import xlsx as scans
from avenant9.reading.workbook.book import Book
from avenant9.reading.workbook.package import Package
from avenant9.reading.workbook.patterns import Patterns
from avenant9.reading.workbook.scan_bytes import scan_fast
from avenant9.reading.workbook.scan_xml import scan_slow
from avenant9.reading.workbook.sheet import RowsTaker, Sheet
from examples import examples
from reading.made import DOC, MAIN, RELS, RESAVE, ROOTS, TYPES, cell, examine, ods, refusal, row, sheets, xlsx

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
        monkeypatch.setattr(scans, "scan_fast", lambda *_given: False)
    slow = []
    monkeypatch.setattr(scans, "scan_slow", lambda *given: (slow.append(1), scan_slow(*given)))
    (sheet,) = examine(xlsx(tmp_path / "a.xlsx", rows, prefix=prefix)).sheets
    assert sorted(sheet.errors) == FOUND
    assert (sheet.name, sheet.hidden, sheet.rows, sheet.columns) == ("Été & fils", False, 5, 4)
    assert sheet.iso_dates or not fast  # the parser writes dates in the one form itself
    assert sheet.far_cell == "D5"
    assert bool(slow) is not fast


def test_scan_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same facts wherever the pieces of the file are cut."""
    path = xlsx(tmp_path / "a.xlsx", AWKWARD)
    whole = examine(path)
    monkeypatch.setattr(limits, "CHUNK", 200)
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
ABOUTS = ("", ' t="e"', ' t="str"', ' s="12" t="n"', ' s="2" t="e"')
CELLS = st.tuples(st.integers(0, 60), st.sampled_from(ABOUTS), st.sampled_from(CONTENTS), st.booleans())


@examples(50, 1000)
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
    for fast in (True, False):
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive, pytest.MonkeyPatch.context() as patch:
            patch.setattr(limits, "CHUNK", chunk)
            facts = Sheet("A", False, "xl/worksheets/sheet1.xml")
            package = Package(path, file, archive)
            if fast:
                assert scan_fast(package, facts.part, facts, RowsTaker())
            else:
                scan_slow(Book.of(package), facts)
            facts.errors.sort()
            ordered = list(sheet) == sorted(sheet)
            # an uncomputed formula alone in the last row is no value: the check of the grid adds it
            found.append((facts.errors, facts.columns, ordered and max([facts.rows, *(e[0] for e in facts.errors)])))
    assert found[0] == found[1]


@pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BUSY!", "#ERROR!"])
@pytest.mark.parametrize("top", ["", "<!-- by the parser -->"])
def test_an_error_that_the_reader_does_not_know(tmp_path: Path, top: str, error: str) -> None:
    """An unknown cell as the others are, and the rest is read."""
    spilt = f'<c r="B2" s="1" t="e" cm="1"><f t="array" ref="B2">A1:A9</f><v>{error}</v></c>'
    rows = row(1, cell("A1"), '<c r="B1" t="e"/>', cell("C1", "#N/A", ' t="e"')) + row(2, cell("A2"), spilt)
    rows += row(3, cell("A3", "#12", ' t="str"'), cell("C3", error, " s='1' t = 'e'"))
    ((sheet,), _) = read_file(xlsx(tmp_path / "a.xlsx", top + rows, more={"_rels/.rels": ROOTS}))
    assert sheet.table["c0"].to_list() == ["1", "1", "#12"]
    assert all(sheet.table[name].null_count() == 3 for name in sheet.table.columns[2:])
    assert sorted(sheet.errors.rows()) == [(1, 2, "#N/A"), (2, 1, error), (3, 2, error)]


def test_a_value_in_cdata_is_refused(tmp_path: Path) -> None:
    """The reader would drop it; a text may be in CDATA."""
    text = '<c r="A1" t="inlineStr"><is><t><![CDATA[x]]></t></is></c>'
    ((sheet,), _) = read_file(xlsx(tmp_path / "a.xlsx", row(1, text, cell("B1")), more={"_rels/.rels": ROOTS}))
    assert sheet.table.rows() == [(1, "x", "1")]
    for about in ("", ' t="str"', ' t="s"'):
        path = xlsx(tmp_path / "b.xlsx", row(1, cell("A1"), cell("B1", "<![CDATA[25]]>", about)))
        assert refusal(path) == ("une cellule a sa valeur en CDATA, que d'autres logiciels perdent", RESAVE)


STRINGS = f'<sst xmlns="{MAIN}"><si><t>un</t></si><si><t>deux</t></si></sst>'


@pytest.mark.parametrize("about", [' t="s"', ' s="1" t="s"', ' t="s" s="1"'])
@pytest.mark.parametrize("value", ["-1", "1.0", "\n", "99999999999999999999999", ""])
@pytest.mark.parametrize("top", ["", "<!-- by the parser -->"])
def test_a_string_without_its_number_is_blank(tmp_path: Path, top: str, value: str, about: str) -> None:
    """Some programs write -1 for no text: it is not the first string of the workbook."""
    rows = (
        row(1, cell("A1", "1", about), cell("C1", value, about), '<c r="D1" t="s"/>', cell("E1", "0", about))
        + row(2, cell("A2", value, about), f'<c r="B2" t="s"><f>A2</f> <v>{value}</v></c>', cell("C2", "-1"))
        + row(3, cell("A3", "0", about))
    )
    path = xlsx(tmp_path / "a.xlsx", top + rows, more={"_rels/.rels": ROOTS, "xl/sharedStrings.xml": STRINGS})
    ((sheet,), _) = read_file(path)
    held = [name for name in sheet.table.columns if sheet.table[name].null_count() < 3]
    assert held == ["row", "c0", "c2", "c4"]
    assert sheet.table.select(held).rows() == [
        (1, "deux", None, "un"),
        (2, None, "-1", None),
        (3, "un", None, None),
    ]


@pytest.mark.parametrize("value", [" 1 ", "\n    1\n  ", "1\n"])
def test_a_string_whose_number_has_spaces_around_is_that_string(tmp_path: Path, value: str) -> None:
    """As indented XML has it: the native reader takes the first string of the workbook for it."""
    rows = row(1, cell("A1", "0", ' t="s"'), cell("B1", value, ' t="s"'), cell("C1", value))
    path = xlsx(tmp_path / "a.xlsx", rows, more={"_rels/.rels": ROOTS, "xl/sharedStrings.xml": STRINGS})
    ((sheet,), _) = read_file(path)
    assert sheet.table.rows() == [(1, "un", "deux", "1")]


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
            rows=3,
            columns=5,
            last_cell="C3",
            far_cell="E3",
        ),
        Sheet("Notes", True),
    )
    assert found.sheets[0].cells.table().rows() == [(None,), (None,), ("1899-12-31 08:30:00",)]


INNER = '<table:table table:name="B"><table:table-row/></table:table>'
ONE = "<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>"


def test_ods_table_within_a_cell(tmp_path: Path) -> None:
    within = f"<table:table-row><table:table-cell>{INNER}</table:table-cell></table:table-row>"
    path = ods(tmp_path / "a.ods", f'<table:table table:name="Actes">{within}</table:table>')
    assert refusal(path) == ("la feuille « Actes » a un tableau dans une cellule", RESAVE)


@pytest.mark.parametrize("beside", ["shapes", "dde-links"])
def test_ods_tables_that_are_no_sheets(tmp_path: Path, beside: str) -> None:
    """Those of a chart upon the sheet, or copied from another file."""
    inner = f"<table:{beside}>{INNER}</table:{beside}>"
    path = ods(tmp_path / "a.ods", f'<table:table table:name="Actes">{inner}{ONE}</table:table>')
    (sheet,) = sheets(path)
    assert (sheet.sheet, sheet.table.rows()) == ("Actes", [(1, "1")])


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
    patterns = Patterns(b"")
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
    (found,) = sheets(tmp_path / "a.xls")
    assert (found.merges, found.hidden_rows) == (((2, 0, 4, 1),), ((6, 6),))


@pytest.mark.parametrize(("column", "kept"), [("CY", False), ("CX", True)])
def test_cells_far_to_the_right_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, kept: bool
) -> None:
    """Beyond 100 empty columns, and only where they make the sheet too wide."""
    monkeypatch.setattr(limits, "MAX_CELLS", 250)
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
    assert [*map(str, notices)] == [
        f"{path}, feuille Été & fils : ce qui est loin à droite du tableau n'est pas lu (cellule {column}2, après la "
        "colonne B) ; effacez-le s'il ne sert à rien."
    ]
