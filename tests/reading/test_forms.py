"""Workbooks whose writers do not do as Excel does: each cell is what it is in Excel or LibreOffice."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from avenant9.reading.workbook import limits
from reading.made import DOC, MAIN, RELS, ROOTS, biff, cell, compound, ods, record, row, sheets, start, xlsx

NEWER = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
STALE = f'<sst xmlns="{MAIN}"><si><t>périmé</t></si></sst>'
TEXTS = f'<sst xmlns="{MAIN}"><si><t>zéro</t></si><si><t>un</t></si></sst>'
#: Style 1 shows a date.
STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
DAY = cell("A1", "43480", ' s="1"')
BY_THE_PARSER = "<!-- a comment asks for the parser -->"


def relations(*abouts: tuple[str, str]) -> str:
    """The relations of a workbook: (kind, target)."""
    said = "".join(
        f'<Relationship Id="rId{place}" Type="{DOC}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(abouts, 1)
    )
    return f'<Relationships xmlns="{RELS}">{said}</Relationships>'


def book(extension: str) -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{DOC}" xmlns:x15="{NEWER}">{extension}'
        '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def cells(path: str | Path) -> list[tuple[object, ...]]:
    (sheet,) = sheets(path)
    return sheet.table.drop("row").rows()


# --- the calendar ---


@pytest.mark.parametrize("top", ["", BY_THE_PARSER])
@pytest.mark.parametrize(
    ("said", "day"),
    [
        ('<workbookPr date1904="1"/><x15:workbookPr chartTrackingRefBase="1"/>', "2023-01-16 00:00:00"),
        ('<x15:workbookPr chartTrackingRefBase="1"/><workbookPr date1904="true"/>', "2023-01-16 00:00:00"),
        ('<workbookPr/><x15:workbookPr date1904="1"/>', "2019-01-15 00:00:00"),
    ],
)
def test_the_calendar_is_said_by_the_workbook_itself(tmp_path: Path, top: str, said: str, day: str) -> None:
    """Since 2013 Excel writes a second element of that name, in another namespace."""
    more = {"_rels/.rels": ROOTS, "xl/workbook.xml": book(said), "xl/styles.xml": STYLES}
    assert cells(xlsx(tmp_path / "a.xlsx", top + row(1, DAY), more=more)) == [(day,)]


# --- parts ---


@pytest.mark.parametrize("top", ["", BY_THE_PARSER])
def test_strings_and_styles_stand_where_their_relations_say(tmp_path: Path, top: str) -> None:
    """A part of the usual name that nothing refers to is none of the workbook."""
    more = {
        "_rels/.rels": ROOTS,
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "/xl/textes.xml"),
            ("styles", "autres/styles.xml"),
        ),
        "xl/sharedStrings.xml": STALE,
        "xl/textes.xml": TEXTS,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/autres/styles.xml": STYLES,
    }
    path = xlsx(tmp_path / "a.xlsx", top + row(1, DAY, cell("B1", "1", ' t="s"')), more=more)
    assert cells(path) == [("2019-01-15 00:00:00", "un")]


@pytest.mark.parametrize("top", ["", BY_THE_PARSER])
def test_the_workbook_stands_where_its_relation_says(tmp_path: Path, top: str) -> None:
    more = {
        "_rels/.rels": ROOTS.replace("xl/workbook.xml", "/xl/workbook2.xml"),
        "xl/workbook.xml": "<x/>",
        "xl/workbook2.xml": book(""),
        "xl/_rels/workbook2.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
    }
    assert cells(xlsx(tmp_path / "a.xlsx", top + row(1, cell("A1", "25")), more=more)) == [("25",)]


# --- xlsx: the form of the rows ---


def test_indented_rows_without_numbers(tmp_path: Path) -> None:
    """The native reader loses their texts."""
    rows = """
      <row>
        <c t="inlineStr">
          <is>
            <t>Date</t>
          </is>
        </c>
        <c t="s">
          <v>
            1
          </v>
        </c>
      </row>
      <row/>
      <row>
        <c s="1">
          <v> 44942 </v>
        </c>
        <c/>
        <c t="b"><v>1</v></c>
        <c t="str"><f>1</f><v> x </v></c>
      </row>
    """
    more = {"_rels/.rels": ROOTS, "xl/sharedStrings.xml": TEXTS, "xl/styles.xml": STYLES}
    assert cells(xlsx(tmp_path / "a.xlsx", rows, more=more)) == [
        ("Date", "un", None, None),
        (None, None, None, None),
        ("2023-01-16 00:00:00", None, "true", " x "),
    ]


def test_texts_and_formats_are_looked_up_while_the_rows_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both stand in other parts of the same file."""
    monkeypatch.setattr(limits, "CHUNK", 400)
    rows = "".join(
        row(place, cell(f"A{place}", "43480", ' s="1"'), cell(f"B{place}", str(place % 2), ' t="s"'))
        for place in range(1, 500)
    )
    more = {"_rels/.rels": ROOTS, "xl/sharedStrings.xml": TEXTS, "xl/styles.xml": STYLES}
    found = cells(xlsx(tmp_path / "a.xlsx", BY_THE_PARSER + rows, more=more))
    assert found == [("2019-01-15 00:00:00", "un" if place % 2 else "zéro") for place in range(1, 500)]


def test_texts_as_excel_has_them(tmp_path: Path) -> None:
    """Spaces count where it is said; phonetic readings do not; a character may be written by its number."""
    texts = (
        "<t> a </t>",
        '<t xml:space="preserve"> a </t>',
        '<r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>c</t></rPh>',
        "<t>a_x000D_b</t>",
        "<t>a_x005F_x000D_b</t>",
    )
    strings = f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>'
    shared = row(1, *(cell(f"{letter}1", str(place), ' t="s"') for place, letter in enumerate("ABCDE")))
    inline = row(
        2,
        *(f'<c r="{letter}2" t="inlineStr"><is>{text}</is></c>' for letter, text in zip("ABCDE", texts, strict=True)),
    )
    more = {"_rels/.rels": ROOTS, "xl/sharedStrings.xml": strings}
    expected = ("a", " a ", "a b", "a\rb", "a_x000D_b")
    assert cells(xlsx(tmp_path / "a.xlsx", shared + inline, more=more)) == [expected, expected]
    assert cells(xlsx(tmp_path / "b.xlsx", BY_THE_PARSER + shared + inline, more=more)) == [expected, expected]


def test_days_and_hours_written_out(tmp_path: Path) -> None:
    """As « Strict Open XML » has them."""
    values = ("2022-05-02T08:30:00", "2022-05-02T00:00:00Z", "2022-05-02", "08:30:00")
    line = row(1, *(cell(f"{letter}1", value, ' t="d"') for letter, value in zip("ABCD", values, strict=True)))
    assert cells(xlsx(tmp_path / "a.xlsx", BY_THE_PARSER + line, more={"_rels/.rels": ROOTS})) == [
        ("2022-05-02 08:30:00", "2022-05-02 00:00:00", "2022-05-02 00:00:00", "1899-12-31 08:30:00")
    ]


SERIALS = ("0", "0.5", "1.0625", "59", "61", "44942.354166666664", "2958465", "2958466", "-1", "1e3")


@pytest.mark.parametrize("date1904", ["0", "1"])
@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_the_parser_writes_as_the_native_reader(tmp_path: Path, date1904: str, style: str) -> None:
    """But for days that no calendar has, which are left as numbers."""
    content = row(
        1, *(cell(f"{letter}1", serial, style) for letter, serial in zip("ABCDEFGHIJ", SERIALS, strict=True))
    )
    content += row(2, cell("A2", "1.6900000000000002"), cell("B2", "1234567.891"), cell("C2", "1e21"))
    more = {
        "_rels/.rels": ROOTS,
        "xl/workbook.xml": book(f'<workbookPr date1904="{date1904}"/>'),
        "xl/styles.xml": STYLES,
    }
    native = cells(xlsx(tmp_path / "a.xlsx", content, more=more))
    parsed = cells(xlsx(tmp_path / "b.xlsx", BY_THE_PARSER + content, more=more))
    known = slice(0, 7 if style and date1904 == "0" else 6)
    assert parsed[0][known] == native[0][known]
    assert parsed[1] == native[1]
    if style:
        assert parsed[0][7:9] == ("2958466", "-1")
    else:
        assert parsed == native


# --- xls ---


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<3Hd", row, column, style, value))


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(0x0006, struct.pack("<3H8sHIH", row, column, 0, result, 0, 0, 0))


def test_a_chart_upon_a_sheet_is_none_of_its_cells(tmp_path: Path) -> None:
    chart = start(32) + number(0, 0, 9) + number(1, 0, 9) + record(0x000A, b"")
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, number(0, 0, 1), chart, number(1, 0, 2))))
    assert cells(path) == [("1",), ("2",)]


def test_what_formulas_give_is_read(tmp_path: Path) -> None:
    """A number, a text of the next record, a boolean, an error, an empty text."""
    special = [
        struct.pack("<BBB3sH", kind, 0, value, bytes(3), 0xFFFF) for kind, value in ((0, 0), (1, 1), (2, 42), (3, 0))
    ]
    text = record(0x0207, struct.pack("<HB", 3, 0) + b"TE2")
    records = [formula(0, 0, struct.pack("<d", 25.5)), formula(0, 1, special[0]), text]
    records += [formula(0, column, result) for column, result in enumerate(special[1:], 2)]
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, *records)))
    (sheet,) = sheets(path)
    assert sheet.table.rows() == [(1, "25.5", "TE2", "true", None)]
    assert sheet.errors.rows() == [(1, 3, "#N/A")]


def test_a_code_page_says_nothing_of_excel_97(tmp_path: Path) -> None:
    """Each text says by itself whether it has one or two bytes a character."""
    short = record(0x0204, struct.pack("<3HHB", 0, 0, 0, 3, 0) + "N\xb01".encode("latin-1"))
    long = record(0x0204, struct.pack("<3HHB", 0, 1, 0, 4, 1) + "Fév€".encode("utf-16-le"))
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, short, long, about=record(0x0042, struct.pack("<H", 1252)))))
    assert cells(path) == [("N°1", "Fév€")]


@pytest.mark.parametrize("code", [b"[Red]0.00", b"[Blue]#,##0.00;[Red]-#,##0.00", b'0.00" days"'])
def test_a_format_of_excel_95_that_begins_with_a_colour_is_no_date(tmp_path: Path, code: bytes) -> None:
    formats = record(0x041E, struct.pack("<HB", 200, len(code)) + code)
    styles = record(0x00E0, struct.pack("<HHH", 0, 200, 0) + bytes(10))
    path = tmp_path / "a.xls"
    path.write_bytes(compound(biff(1, number(0, 0, 25.5), about=formats + styles, version=0x0500)))
    assert cells(path) == [("25.5",)]


# --- ods ---


def line(*cells: str) -> str:
    return f'<table:table table:name="A"><table:table-row>{"".join(cells)}</table:table-row></table:table>'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<text:p>TE2</text:p><d:frame xmlns:d="d"><text:p>G</text:p><d:p>x</d:p></d:frame>', "TE2"),
        ('<d:custom-shape xmlns:d="d"><text:p>G</text:p></d:custom-shape><text:p>TE2</text:p>', "TE2"),
        ("<office:annotation><text:p>vu</text:p></office:annotation><text:p>TE2</text:p>", "TE2"),
        ('<text:p>TE<d:frame xmlns:d="d"><text:p>G</text:p></d:frame>2</text:p>', "TE2"),
        ("<text:p>T<text:span>E</text:span><text:a>2</text:a><text:note>1</text:note></text:p>", "TE2"),
        (
            '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p><text:p>e</text:p>',
            "a   b\tc\nd\ne",
        ),
        ("\n  <text:p>TE2</text:p>\n", "TE2"),
    ],
)
@pytest.mark.parametrize("about", ["", ' office:value-type="string"'])
def test_the_text_of_an_ods_cell_is_its_own_paragraphs(tmp_path: Path, about: str, content: str, text: str) -> None:
    """Not those of a comment or of a shape upon it; its type may be left out."""
    path = ods(tmp_path / "a.ods", line(f"<table:table-cell{about}>{content}</table:table-cell>"))
    assert cells(path) == [(text,)]


def test_the_values_of_an_ods(tmp_path: Path) -> None:
    """Whatever is shown; a text where the value is not given."""
    values = [
        'office:value-type="float" office:value="25.50"',
        'office:value-type="percentage" office:value="0.2"',
        'office:value-type="currency" office:value="1234.5"',
        'office:value-type="boolean" office:boolean-value="true"',
        'office:value-type="date" office:date-value="2023-01-16"',
        'office:value-type="date" office:date-value="2023-01-16T08:30:00.5"',
        'office:value-type="string" office:string-value="vrai"',
        'office:value-type="float"',
    ]
    shown = line(*(f"<table:table-cell {value}><text:p>montré</text:p></table:table-cell>" for value in values))
    assert cells(ods(tmp_path / "a.ods", shown)) == [
        ("25.5", "0.2", "1234.5", "true", "2023-01-16 00:00:00", "2023-01-16 08:30:00", "vrai", "montré")
    ]
