"""Sheets read in pieces are what they are when read whole, wherever they are cut; odd ones are left for that."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from avenant9.errors import InputError
from avenant9.reading.addresses import letters
from avenant9.reading.read import read_file
from avenant9.reading.workbook import limits, parallel, pool
from avenant9.reading.workbook.examine import examined
from avenant9.reading.workbook.parallel import Pieces
from avenant9.reading.workbook.pool import ask, spawn
from avenant9.reading.workbook.protocol import answer
from examples import examples
from reading.made import MAIN, ROOTS, cell, row, xlsx

ROOT = Path(__file__).resolve().parents[2]
#: What is locked, broken, no workbook, or the mark of an open one.
UNREADABLE = {
    *("protege.xlsx", "classeur_tronque.xlsx", "csv_renomme.xlsx"),
    *("moreau.xlsx", "petit.xlsx", "~$lefevre.xlsx"),
}
FIXTURES = sorted(
    path
    for path in (ROOT / "fixtures").rglob("*.xlsx")
    if path.name not in UNREADABLE and path.parent.name != "cases"  # not all are read yet: tests/test_public_cases.py
)


def book(folder: Path, rows: str, prefix: str = "", **more: str) -> str:
    parts = {f"xl/{name}.xml": part for name, part in more.items()}
    return xlsx(folder / "a.xlsx", rows, prefix=prefix, more={"_rels/.rels": ROOTS, **parts})


@pytest.fixture(scope="module")
def reader() -> Iterator[subprocess.Popen[bytes]]:
    process = spawn()
    yield process
    pool.end(process)


def both(
    path: str, reader: subprocess.Popen[bytes], size: int, chunk: int = limits.CHUNK
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], int]:
    """The tables read in pieces, the same sheets read whole, and how many pieces there were."""
    with open(path, "rb") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "SIZE", size)
        patch.setattr(limits, "CHUNK", chunk)
        taker = Pieces([reader])
        book_read = examined(path, file, lambda sheet: True, taker)
        found = taker.tables()
    names = [sheet.name for sheet in book_read.sheets]
    job = {"memory": book_read.memory, "path": path, "sheets": names}
    ask(reader, job)
    return found, {sheet.name: sheet.table for sheet in answer(reader)}, sum(len(cut.firsts) for cut in taker._cuts)


def same(found: dict[str, pl.DataFrame], whole: dict[str, pl.DataFrame]) -> None:
    """The same cells in the same places; a sheet that ends with cells without text may be longer when read whole."""
    assert found.keys() == whole.keys()
    for name, table in whole.items():
        assert_frame_equal(cut_short(found[name]), cut_short(table))


def cut_short(table: pl.DataFrame) -> pl.DataFrame:
    filled = [name for name in table.columns if table[name].null_count() < len(table)]
    last = table.select(pl.any_horizontal(pl.col(filled).is_not_null()).arg_true().max()).item() if filled else None
    return table.select(filled)[: (last or -1) + 1]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_the_fixtures(path: Path, reader: subprocess.Popen[bytes]) -> None:
    found, whole, count = both(str(path), reader, 500, 400)
    same(found, whole)
    assert count > len(found) or path.name == "vacations.xlsx"  # very short sheets


VALUES = ("<v>1.5</v>", "<is><t>été &amp; #N/A</t></is>", "", '<f t="shared" si="0"/><v>2</v>', "<v>44683.4375</v>")
ABOUT = {VALUES[1]: ' t="inlineStr"', VALUES[4]: ' s="1"'}
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)
SHEETS = st.dictionaries(
    st.integers(1, 60), st.dictionaries(st.integers(0, 30), st.sampled_from(VALUES), max_size=5), max_size=12
)


@examples(50, 1000)
@given(SHEETS, st.integers(1, 900), st.integers(300, 2_000), st.sampled_from(("", "x:")))
def test_wherever_it_is_cut(
    tmp_path: Path,
    reader: subprocess.Popen[bytes],
    sheet: dict[int, dict[int, str]],
    size: int,
    chunk: int,
    prefix: str,
) -> None:
    rows = ""
    for place in sorted(sheet):
        cells = [
            f'<c r="{letters(column)}{place}"{ABOUT.get(value, "")}>{value}</c>'
            for column, value in sorted(sheet[place].items())
        ]
        rows += row(place, *cells)
    rows = rows.replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")
    path = book(tmp_path, rows, prefix, styles=STYLES)
    found, whole, _ = both(path, reader, size, chunk)
    same(found or {"Été & fils": pl.DataFrame()}, whole)


def long(place: int) -> str:
    """A cell longer than what is examined at a time."""
    return cell(f"B{place}", "x" * 400, ' t="str"')


ODD = {
    "rows in disorder": [(2, "A2"), (4, "A4"), (3, "A3"), (5, "A5")],
    "a cell above its row": [(2, "A2"), (3, "A3"), (4, "A1"), (5, "A5")],
    "a cell below its row": [(2, "A2"), (3, "A9"), (4, "A4"), (5, "A5")],
}


@pytest.mark.parametrize("cells", ODD.values(), ids=ODD)
def test_what_is_odd_is_left_to_be_read_whole(
    tmp_path: Path, reader: subprocess.Popen[bytes], cells: list[tuple[int, str]]
) -> None:
    rows = "".join(row(place, cell(address), long(place)) for place, address in cells)
    found, whole, count = both(book(tmp_path, rows), reader, 1, 300)
    assert not found
    assert count > 2
    assert set(whole["Été & fils"]["c0"].drop_nulls()) == {"1"}


def test_a_cell_in_the_row_of_the_mark(tmp_path: Path, reader: subprocess.Popen[bytes]) -> None:
    """One row above its piece: it is not lost with the mark."""
    rows = [row(1, cell("A1"), long(1)), row(2, cell("A2"), long(2)), row(3, cell("C2"), long(3)), row(4, long(4))]
    found, whole, count = both(book(tmp_path, "".join(rows)), reader, 1, 300)
    assert (found, count > 2) == ({}, True)
    assert whole["Été & fils"]["c2"].to_list() == [None, "1", None, None]


def test_formats_below_the_last_row_are_no_rows(tmp_path: Path, reader: subprocess.Popen[bytes]) -> None:
    """Nor where a piece has nothing else; between rows they are."""
    blanks = [row(place, f'<c r="A{place}" s="0"/>', f'<c r="B{place}" s="0"/>' + " " * 400) for place in range(2, 9)]
    above = row(1, cell("A1"), long(1))
    found, whole, count = both(book(tmp_path, above + "".join(blanks)), reader, 1, 300)
    assert count > 3
    assert_frame_equal(found["Été & fils"], whole["Été & fils"])
    found, whole, _ = both(book(tmp_path, above + "".join(blanks) + row(9, cell("A9"), long(9))), reader, 1, 300)
    assert len(found["Été & fils"]) == 9
    assert_frame_equal(found["Été & fils"], whole["Été & fils"])


def test_a_panic_in_a_thread_leaves_nobody_waiting(
    tmp_path: Path, reader: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def panics(*_: object) -> pl.DataFrame:
        raise pl.exceptions.PanicException

    monkeypatch.setattr(parallel, "_table", panics)
    rows = "".join(row(place, cell(f"A{place}"), long(place)) for place in range(1, 9))
    found, whole, count = both(book(tmp_path, rows), reader, 1, 300)
    assert (found, count > 0) == ({}, True)
    assert len(whole["Été & fils"]) == 8


def test_rows_without_a_number_are_left_to_be_read_whole(tmp_path: Path, reader: subprocess.Popen[bytes]) -> None:
    found, whole, _ = both(book(tmp_path, row(1, cell("A1"), long(1)) + f"<row>{cell('A2')}</row>"), reader, 1, 300)
    assert not found
    assert whole["Été & fils"]["c0"].to_list() == ["1", "1"]


def test_a_row_that_is_text_is_never_a_row(tmp_path: Path, reader: subprocess.Popen[bytes]) -> None:
    """A piece that was cut within a text is no sheet: all is read whole."""
    cut = 0
    for length in range(300, 700, 40):
        text = f'{"x" * 400}<row r="3"> {"y" * length}'
        cells = f'<c r="A2" t="inlineStr"><is><t><![CDATA[{text}]]></t></is></c>'
        rows = row(2, cells) + row(4, " " * 400, cell("A4"), long(4)) + row(5, long(5))
        found, whole, _ = both(book(tmp_path, rows), reader, 1, 300)
        assert whole["Été & fils"]["c0"].to_list() == [None, text, None, "1", None]
        if found:
            same(found, whole)
        cut += not found
    assert cut


def test_a_wide_piece_is_not_sent(tmp_path: Path, reader: subprocess.Popen[bytes]) -> None:
    path = book(tmp_path, row(1, cell("A1")) + row(2, cell("XFD2")) + row(2000, cell("A2000")))
    with open(path, "rb") as file:
        taker = Pieces([reader])
        book_read = examined(path, file, lambda sheet: True, taker)
    assert book_read.sheets[0].columns == 16_384
    assert (taker.tables(), taker._read) == ({}, {})


STRINGS = (
    "<si><t>été &amp; #N/A</t></si>",
    "<si><t/></si>",
    '<si><t xml:space="preserve"> bord </t></si>',
    "<si><r><rPr><b/></rPr><t>gras</t></r><r><t> et maigre</t></r></si>",
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>',
    "<si><t>a_x000D_b&#10;c\nd</t></si>",
    "<si/>",
    "<si><t>1</t></si>",
    "<si><t>.</t></si>",
)


def shared(strings: tuple[str, ...], prefix: str = "") -> str:
    inside = "".join(strings).replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return f'<?xml version="1.0"?>\n<{prefix}sst {name}="{MAIN}" count="9">{inside}</{prefix}sst>'


@examples(20, 300)
@given(
    st.lists(st.sampled_from(STRINGS), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 29)), min_size=1, max_size=40),
    st.integers(1, 900),
    st.integers(300, 2_000),
    st.sampled_from(("", "x:")),
)
def test_shared_strings_wherever_they_are_cut(
    tmp_path: Path,
    reader: subprocess.Popen[bytes],
    strings: list[str],
    cells: list[tuple[int, int]],
    size: int,
    chunk: int,
    prefix: str,
) -> None:
    """Beside numbers that could be theirs; a number that is none of theirs leaves the workbook to be read whole."""
    rows = "".join(
        row(
            place,
            cell(f"A{place}", str(number % len(strings)), ' t="s"'),
            cell(f"{letters(column + 1)}{place}", str(number)),
        )
        for place, (column, number) in enumerate(cells, 1)
    )
    path = book(tmp_path, rows, sharedStrings=shared(tuple(strings), prefix))
    found, whole, _ = both(path, reader, size, chunk)
    same(found, whole)


ODD_STRINGS = {
    "a number of none": (STRINGS, "9"),
    "no number": (STRINGS, "1.0"),
    "an attribute that no program writes": (('<si x="1"><t>a</t></si>', STRINGS[0]), "0"),
    "text that hides a string": (("<si><t><![CDATA[</si><si>]]></t></si>", STRINGS[0]), "0"),
    "a comment": (("<!-- <si> -->", STRINGS[0]), "0"),
    "no strings at all": ((), "0"),
}


@pytest.mark.parametrize(("strings", "number"), ODD_STRINGS.values(), ids=ODD_STRINGS)
def test_odd_strings_are_left_to_be_read_whole(
    tmp_path: Path, reader: subprocess.Popen[bytes], strings: tuple[str, ...], number: str
) -> None:
    path = book(tmp_path, row(1, cell("A1", number, ' t="s"')), sharedStrings=shared(strings))
    with open(path, "rb") as file:
        taker = Pieces([reader])
        examined(path, file, lambda sheet: True, taker)
    assert taker.tables() == {}


@pytest.mark.parametrize("text", ["\U0010fffe0", "&#1114110;0", "&#x10fffe;0", "&#x0010FFFE;0"])
def test_a_text_that_seems_the_number_of_a_string(tmp_path: Path, reader: subprocess.Popen[bytes], text: str) -> None:
    rows = row(1, cell("A1", "0", ' t="s"'), cell("B1", text, ' t="str"'))
    found, whole, count = both(book(tmp_path, rows, sharedStrings=shared(STRINGS)), reader, 1, 300)
    assert (found, count) == ({}, 1)
    assert whole["Été & fils"].row(0) == ("été & #N/A", "\U0010fffe0")


def test_a_refusal_leaves_no_reader_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preflight refuses what stands after the pieces: nothing waits for their answers."""
    path = book(tmp_path, row(1, cell("A1")) + row(2, cell("A2")) + row(2, cell("A2")))
    process = spawn()
    monkeypatch.setattr(parallel, "SIZE", 1)
    with open(path, "rb") as file, pytest.raises(InputError):
        examined(path, file, lambda sheet: True, Pieces([process]))
    process.kill()
    process.communicate()


@pytest.mark.parametrize("how", ["its command is over", "it was ended"])
def test_a_reader_that_is_gone_before_it_is_asked_keeps_nobody_waiting(how: str) -> None:
    file = str(Path(__file__).parents[2] / "fixtures" / "annee_cabinet.xlsx")
    pool.start_for((file,))
    if how == "it was ended":
        for child in list(pool._all):
            pool.end(child)
    else:
        with pool.stopped():
            pass
    sheets, _ = read_file(file)
    assert [sheet.sheet for sheet in sheets] == ["Généraliste", "Psychiatre"]
