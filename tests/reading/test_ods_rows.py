"""Rows of an ods taken as bytes are what the parser makes of them, wherever they stand and are cut."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant9.errors import InputError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.ods_rows import PlainRows
from examples import examples
from reading.made import ODS, sheets

#: By which the bytes are known to be what they seem; without it all is parsed.
UTF8 = '<?xml version="1.0" encoding="UTF-8"?>\n'
STYLE = ' table:style-name="ce1"'


def typed(kind: str, value: str, text: str, about: str = "") -> str:
    said = f'{about} office:value-type="{kind}"{value} calcext:value-type="{kind}"'
    return f"<table:table-cell{said}><text:p>{text}</text:p></table:table-cell>"


PLAIN = (
    typed("string", "", "été"),
    typed("string", "", " G "),
    typed("string", "", "", STYLE),
    typed("float", ' office:value="25.5"', "25,50", STYLE),
    typed("float", ' office:value="1.5E-05"', "0"),
    typed("float", "", "montré"),
    typed("percentage", ' office:value="0.7"', "70 %"),
    typed("currency", ' office:currency="EUR" office:value="25"', "25,00 €"),
    typed("date", ' office:date-value="2023-01-16"', "16/01/23", STYLE),
    typed("date", ' office:date-value="2023-01-16T08:30:00"', "16/01/23 08:30"),
    "<table:table-cell/>",
    f'<table:table-cell{STYLE} table:number-columns-repeated="3"/>',
)
ODD = (
    typed("string", "", "d&apos;ici"),
    typed("string", "", "deux\nlignes"),
    typed("string", "", "a</text:p><text:p>b"),
    typed("float", ' office:value="2"', "2", ' table:number-columns-repeated="2"'),
    typed("time", ' office:time-value="PT08H30M00S"', "08:30"),
    '<table:table-cell office:value-type="float" office:value="0" calcext:value-type="error"><text:p>#N/D</text:p>'
    "</table:table-cell>",
    '<table:table-cell table:formula="of:=1" office:value-type="float" office:value="1" calcext:value-type="float">'
    "<text:p>1</text:p></table:table-cell>",
    "<table:table-cell><text:p>sans type</text:p></table:table-cell>",
    '<table:table-cell table:number-columns-spanned="2" office:value-type="string" calcext:value-type="string">'
    "<text:p>large</text:p></table:table-cell><table:covered-table-cell/>",
    "<table:table-cell><office:annotation><text:p>vu</text:p></office:annotation></table:table-cell>",
)
ROWS = st.builds(
    lambda about, cells: f"<table:table-row{about}>{''.join(cells)}</table:table-row>",
    st.sampled_from(
        ("", "", ' table:style-name="ro1"', ' table:number-rows-repeated="3"', ' table:visibility="filter"')
    ),
    st.lists(st.sampled_from(PLAIN) | st.sampled_from((*PLAIN, *ODD)), min_size=1, max_size=4),
)


def read(folder: Path, tables: str, first: str) -> list[RawSheet] | str:
    """The sheets of an ods whose part begins so; why it is refused."""
    with zipfile.ZipFile(folder / "a.ods", "w") as archive:
        archive.writestr("content.xml", first + ODS.replace("{tables}", tables))
    try:
        return sheets(folder / "a.ods")
    except InputError as error:
        return str(error)


def same(one: list[RawSheet] | str, other: list[RawSheet] | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        assert left.table.equals(right.table)
        assert left.errors.equals(right.errors)
        assert (left.sheet, left.merges, left.hidden_rows) == (right.sheet, right.merges, right.hidden_rows)


@examples(50, 1000)
@given(st.lists(st.lists(ROWS, max_size=8), min_size=1, max_size=2), st.integers(120, 2_000))
def test_wherever_they_stand(tmp_path: Path, tables: list[list[str]], chunk: int) -> None:
    content = "".join(
        f'<table:table table:name="{place}">{"".join(rows)}</table:table>' for place, rows in enumerate(tables)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "CHUNK", chunk)
        same(read(tmp_path, content, UTF8), read(tmp_path, content, ""))


ROW = f"<table:table-row>{PLAIN[0]}{PLAIN[3]}</table:table-row>"
ELSEWHERE = {
    "in a comment": f"<!-- {ROW} -->{ROW}",
    "in CDATA": f"<table:table-row><table:table-cell><text:p><![CDATA[{ROW}]]></text:p></table:table-cell>"
    "</table:table-row>",
    "in a group": f"<table:table-row-group>{ROW}{ROW}</table:table-row-group>{ROW}",
    "in a shape over the sheet": f"<table:shapes><d:t xmlns:d='d'>{ROW}</d:t></table:shapes>{ROW}",
    "in a table in a cell": f"<table:table-row><table:table-cell><table:table>{ROW}</table:table></table:table-cell>"
    "</table:table-row>",
    "beyond the grid": '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
    f"{ROW}",
    "not the end of one": ROW[:-1],
    "an attribute of ours": f'<table:table-row plain-rows="2">{PLAIN[0]}</table:table-row>{ROW}',
}


@pytest.mark.parametrize("rows", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_only_seems_a_row_of_the_sheet(tmp_path: Path, rows: str) -> None:
    table = f'<table:table table:name="A">{rows}</table:table>'
    same(read(tmp_path, table, UTF8), read(tmp_path, table, ""))


def test_most_rows_are_not_parsed() -> None:
    """And what stands in their place says how many they were, where the run is asked for once."""
    plain = PlainRows()
    parsed = b"".join(plain.taken_out([UTF8.encode() + b"<t>", (ROW * 2).encode(), ROW.encode() + b"</t>"]))
    rows = '<table:table-row table:number-rows-repeated="{}" plain-rows="{}"/>'
    assert parsed.decode() == f"{UTF8}<t>{rows.format(2, 1)}{rows.format(1, 2)}</t>"
    row = [(b"", b"string", b"", "été".encode()), (b"", b"float", b"25.5", b"25,50")]
    assert [list(plain.cells(run)) for run in ("1", "2", "2", "3")] == [[row, row], [row], [], []]
