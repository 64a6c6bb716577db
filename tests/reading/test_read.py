"""Files as tables of text: whole tables are compared, with the numbers that their readers see."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from polars.testing import assert_frame_equal

from avenant9.acts.headings import is_heading
from avenant9.errors import InputError, SettingError
from avenant9.reading import parquet, prefetch
from avenant9.reading import text as text_reader
from avenant9.reading.raw_sheet import ERRORS, RawSheet
from avenant9.reading.read import read_file
from avenant9.reading.sheets import Request
from avenant9.reading.workbook import limits, pool
from avenant9.reading.workbook import xlsx as scans
from examples import examples
from reading import made

at = datetime.fromisoformat


def table(*rows: tuple[int | str | None, ...]) -> pl.DataFrame:
    """Rows as (number, cell A, cell B…)."""
    width = max(map(len, rows)) - 1
    padded = [(*row, *[None] * (width + 1 - len(row))) for row in rows]
    schema = {"row": pl.UInt32, **{f"c{place}": pl.String for place in range(width)}}
    return pl.DataFrame(padded, schema=schema, orient="row")


def errors(*rows: tuple[int, int, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ERRORS, orient="row")


def same(found: RawSheet, expected: RawSheet) -> None:
    assert_frame_equal(found.table, expected.table)
    assert_frame_equal(found.errors, expected.errors)
    for name in ("file", "sheet", "encoding", "separator", "hidden", "header", "date1904", "read"):
        assert getattr(found, name) == getattr(expected, name), name


def text_file(tmp_path: Path, content: bytes | str, name: str = "actes.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def one(path: str, **options: str) -> RawSheet:
    ((sheet,), _) = read_file(path, Request(**options, is_heading=is_heading))  # type: ignore[arg-type]
    return sheet


def refusal(path: str, **options: str) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        one(path, **options)
    assert caught.value.place == path
    return caught.value.problem, caught.value.remedy


# --- workbooks ---


def test_xlsx_cells_and_addresses(tmp_path: Path) -> None:
    """Leading blank rows and columns keep their place; errors are noted where the reader gives blanks."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Actes"
    rows = {
        3: ["Date", "Heure", None, "Montant"],
        4: [at("2022-05-02"), time(8, 30), None, 25],
        5: [at("2022-05-02 13:45:10"), True, None, 26.5],
        7: [44652, "  G \n+ MCG ", 185012345678912, "=1+1"],
    }
    for row, cells in rows.items():
        for place, value in enumerate(cells, start=2):
            sheet.cell(row, place, value)
    sheet["B8"] = "#N/A"
    sheet["B8"].data_type = "e"
    sheet["G9"] = "=SUM(E4:E5)"
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    ((found,), notices) = read_file(path)
    assert notices == []
    same(
        found,
        RawSheet(
            path,
            "Actes",
            table(
                (1,),
                (2,),
                (3, None, "Date", "Heure", None, "Montant"),
                (4, None, "2022-05-02 00:00:00", "1899-12-31 08:30:00", None, "25"),
                (5, None, "2022-05-02 13:45:10", "true", None, "26.5"),
                (6,),
                (7, None, "44652", "  G \n+ MCG ", "185012345678912"),
                (8,),
                (9,),
            )
            .drop("c0")
            .with_columns(c6=pl.lit(None, pl.String)),
            errors=errors((7, 4, "formule non calculée"), (8, 1, "#N/A"), (9, 6, "formule non calculée")),
        ),
    )


def two_sheets(path: Path) -> str:
    book = openpyxl.Workbook()
    book.active.title = "Masquée"
    book.active.sheet_state = "hidden"
    book.active["A1"] = "x"
    book.create_sheet("Actes & co")["B1"] = "y"
    book.create_sheet("Vide")
    book.save(path)
    return str(path)


def test_hidden_sheets_are_read_when_asked(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "a.xlsx")
    unread = RawSheet(path, "Masquée", pl.DataFrame(schema={"row": pl.UInt32}), hidden=True, read=False)
    acts = RawSheet(path, "Actes & co", table((1, None, "y")).drop("c0"))
    empty = RawSheet(path, "Vide", pl.DataFrame(schema={"row": pl.UInt32}))
    for found, expected in zip(read_file(path)[0], (unread, acts, empty), strict=True):
        same(found, expected)
    same(read_file(path, Request(hidden=True))[0][0], RawSheet(path, "Masquée", table((1, "x")), hidden=True))


def test_only_the_sheets_asked_for(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "a.xlsx")
    found, _ = read_file(path, Request(sheets=("Masquée",)))
    assert [(sheet.sheet, sheet.read, len(sheet.table)) for sheet in found] == [
        ("Masquée", True, 1),
        ("Actes & co", False, 0),
        ("Vide", False, 0),
    ]


def test_1904_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([at("2022-05-02"), time(8, 30), 44652, at("2022-05-02 08:30")])
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    cells = ("2022-05-02 00:00:00", "1899-12-31 08:30:00", "44652", "2022-05-02 08:30:00")
    same(one(path), RawSheet(path, "Sheet", table((1, *cells)), date1904=True))


def test_iso_dates_of_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook(iso_dates=True)
    book.iso_dates = True
    book.active.append([at("2022-05-02 08:30"), "2022-05-02"])
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    same(one(path), RawSheet(path, "Sheet", table((1, "2022-05-02 08:30:00", "2022-05-02"))))


def test_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Feuil1")
    sheet.write(2, 1, "Date")
    sheet.write(3, 1, at("2022-05-02"), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    sheet.write(3, 2, time(8, 30), xlwt.easyxf(num_format_str="HH:MM"))
    sheet.write(3, 3, 26.5)
    sheet.row(4).set_cell_error(3, 0x2A)
    path = str(tmp_path / "a.xls")
    book.save(path)
    expected = table(
        (1,),
        (2,),
        (3, None, "Date"),
        (4, None, "2022-05-02 00:00:00", "1899-12-31 08:30:00", "26.5"),
        (5,),
    ).drop("c0")
    same(one(path), RawSheet(path, "Feuil1", expected, errors=errors((5, 3, "#N/A"))))


def test_ods(tmp_path: Path) -> None:
    """Times, which the reader drops, and a row written once for three."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Actes"><table:table-row><table:table-cell/>'
        '<table:table-cell office:value-type="string"><text:p>Date</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/>'
        '<table:table-cell office:value-type="date" office:date-value="2022-05-02"><text:p>2/5</text:p>'
        '</table:table-cell><table:table-cell office:value-type="time" office:time-value="PT08H30M00S">'
        '<text:p>08:30</text:p></table:table-cell><table:table-cell office:value-type="date" '
        'office:date-value="2022-05-02T13:45:10"><text:p>2/5</text:p></table:table-cell>'
        '<table:table-cell office:value-type="currency" office:value="26.5"><text:p>26,50 €</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    path = str(tmp_path / "a.ods")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<m/>")
        archive.writestr("content.xml", content)
    row = (None, "2022-05-02 00:00:00", "1899-12-31 08:30:00", "2022-05-02 13:45:10", "26.5")
    expected = table((1, None, "Date"), (2, *row), (3, *row), (4, *row)).drop("c0")
    same(one(path), RawSheet(path, "Actes", expected))


def test_the_parent_never_loads_the_native_reader(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "a.xlsx")
    code = (
        "import sys; from avenant9.reading.read import read_file; read_file(sys.argv[1]); "
        "sys.exit('fastexcel' in sys.modules)"
    )
    root = str(Path(pool.__file__).parents[3])
    assert subprocess.run([sys.executable, "-c", code, path], env={"PYTHONPATH": root}, check=False).returncode == 0


def test_a_module_beside_the_user_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "polars.py").write_text("raise SystemExit(1)")
    (tmp_path / "fastexcel.py").write_text("raise SystemExit(1)")
    path = two_sheets(tmp_path / "a.xlsx")
    monkeypatch.chdir(tmp_path)
    assert len(read_file(path)[0]) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is that of Linux")
def test_a_native_abort_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the preflight refuses, had it let it through."""
    book = openpyxl.Workbook()
    book.active["A1"] = book.active["XFD1048576"] = 1
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    monkeypatch.setattr(limits, "MAX_CELLS", 10**12)
    monkeypatch.setattr(scans, "reading_memory", lambda *_: 2 * 1024**3)
    assert refusal(path) == made.DIED


@pytest.mark.parametrize(
    "command", ["import sys; sys.exit(1)", "import sys; sys.stdin.readline(); sys.stdout.write('C')"]
)
def test_a_child_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    path = two_sheets(tmp_path / "a.xlsx")
    popen = subprocess.Popen
    monkeypatch.setattr(
        pool.subprocess, "Popen", lambda _, **options: popen([sys.executable, "-c", command], **options)
    )
    assert refusal(path) == made.DIED


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no files of open files there")
@pytest.mark.parametrize("kind", ["ods", "xls", "xlsx"])
def test_a_workbook_given_by_its_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The reader's own standard input is another one."""
    if kind == "xls":
        book = xlwt.Workbook()
        book.add_sheet("A").write(0, 0, "x")
        book.save(str(tmp_path / "a.xls"))
    elif kind == "ods":
        content = (
            made.ODS.replace('="o"', '="urn:oasis:names:tc:opendocument:xmlns:office:1.0"')
            .replace('="t"', '="urn:oasis:names:tc:opendocument:xmlns:table:1.0"')
            .replace('="x"', '="urn:oasis:names:tc:opendocument:xmlns:text:1.0"')
        )
        cells = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
        tables = f'<table:table table:name="A"><table:table-row>{cells}</table:table-row></table:table>'
        monkeypatch.setattr(made, "ODS", content)
        made.ods(tmp_path / "a.ods", tables)
    else:
        rows = "<!-- read whole -->" + made.row(1, made.cell("A1", "x", ' t="str"'))
        made.xlsx(tmp_path / "a.xlsx", rows, more={"_rels/.rels": made.ROOTS})
    with (tmp_path / f"a.{kind}").open("rb") as file:
        code = (
            "import sys; from avenant9.reading.read import read_file; ((sheet,), _) = read_file('/dev/stdin'); "
            "sys.exit(sheet.table.rows() != [(1, 'x')])"
        )
        root = str(Path(pool.__file__).parents[3])
        done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": root}, stdin=file, check=False)
    assert done.returncode == 0


def test_an_empty_sheet_beside_one_that_is_read_whole_is_read(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["Actes & co"]["B1"], book["Actes & co"]["B1"].data_type = "#SPILL!", "e"
    book.save(path)
    assert [(sheet.sheet, sheet.read) for sheet in read_file(path)[0]] == [
        ("Masquée", False),
        ("Actes & co", True),
        ("Vide", True),
    ]


# --- parquet ---


def test_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "date": [date(2022, 5, 2), None],
            "when": [at("2022-05-02 08:30"), None],
            "time": [time(8, 30), None],
            "text": ["é", ""],
            "whole": pl.Series([25.0, float("nan")]),
            "real": pl.Series([26.55, None], dtype=pl.Float32),
            "money": pl.Series([Decimal("25.00"), Decimal("-0.10")], dtype=pl.Decimal(10, 2)),
            "count": pl.Series([3, None], dtype=pl.Int8),
            "yes": [True, False],
            "kind": pl.Series(["G", None], dtype=pl.Categorical),
            "raw": [b"P1", None],
            "bytes": [b"P1", b"\xff"],
            "list": [[1, 2], None],
        }
    )
    path = str(tmp_path / "a.parquet")
    frame.write_parquet(path)
    ((found,), notices) = read_file(path)
    first = (
        "2022-05-02",
        "2022-05-02 08:30:00",
        "08:30:00",
        "é",
        "25",
        "26.55",
        "25",
        "3",
        "true",
        "G",
        "P1",
        "5031",
        "[1, 2]",
    )
    second = (None, None, None, None, None, None, "-0.1", None, "false", None, None, "ff", None)
    same(found, RawSheet(path, None, table((1, *first), (2, *second)), header=tuple(frame.columns)))
    assert notices == []


@pytest.mark.parametrize("scale", [0, 1, 2, 3, 9, 20])
def test_a_decimal_of_any_scale_is_its_number(tmp_path: Path, scale: int) -> None:
    numbers = ["0", "25", "100", "-30"] + ["20.5"] * (scale > 0) + ["-0.01"] * (scale > 1) + ["0.125"] * (scale > 2)
    path = str(tmp_path / "a.parquet")
    series = pl.Series("Montant", [*map(Decimal, numbers), None], dtype=pl.Decimal(30, scale))
    pl.DataFrame([series]).write_parquet(path)
    assert one(path).table["c0"].to_list() == [*numbers, None]


def test_parquet_in_universal_time_is_said(tmp_path: Path) -> None:
    path = str(tmp_path / "a.parquet")
    pl.DataFrame({"date": pl.Series([at("2022-05-01 22:00")]).dt.replace_time_zone("UTC")}).write_parquet(path)
    ((found,), notices) = read_file(path)
    assert_frame_equal(found.table, table((1, "2022-05-01 22:00:00")))
    assert [*map(str, notices)] == [
        f"{path} : colonne « date » en temps universel ou zoné (UTC), heures lues telles quelles."
    ]


def test_parquet_values_of_no_calendar_are_text(tmp_path: Path) -> None:
    far, near = 2**63 - 1, 1_651_480_200_000
    frame = pl.DataFrame(
        {
            "day": pl.Series([2**31 - 1, 19_114, None], dtype=pl.Int32).cast(pl.Date),
            "us": pl.Series([far, near * 1000, None]).cast(pl.Datetime("us")),
            "ms": pl.Series([-far, near, None]).cast(pl.Datetime("ms")),
            "span": pl.Series([timedelta(hours=8, minutes=30), timedelta(0), None]),
        }
    )
    path = str(tmp_path / "a.parquet")
    frame.write_parquet(path)
    moment = "2022-05-02 08:30:00"
    rows = ((1, str(2**31 - 1), str(far), str(-far), "PT8H30M"), (2, "2022-05-02", moment, moment, "PT0S"), (3,))
    assert_frame_equal(one(path).table, table(*rows))


def test_parquet_with_a_value_that_nothing_writes(tmp_path: Path) -> None:
    path = str(tmp_path / "a.parquet")
    pl.DataFrame({"x": pl.Series([2**62]).cast(pl.Datetime("us"))}).select(
        pl.struct("x").alias("when")
    ).write_parquet(path)
    assert refusal(path) == (
        "la colonne « when » a une valeur qui ne s'écrit pas (date hors du calendrier ?)",
        "corrigez-la, ou exportez cette colonne en texte",
    )


@pytest.mark.parametrize(("rows", "refused"), [(4, False), (5, True)])
def test_parquet_of_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, refused: bool) -> None:
    monkeypatch.setattr(parquet, "MAX_CELLS", 8)
    path = str(tmp_path / "a.parquet")
    pl.DataFrame({"a": ["x"] * rows, "b": ["y"] * rows}).write_parquet(path)
    if refused:
        problem = "le fichier a 5 lignes × 2 colonnes"
        assert refusal(path) == (problem, "exportez une période plus courte, ou moins de colonnes")
    else:
        assert len(one(path).table) == 4


def test_damaged_parquet(tmp_path: Path) -> None:
    path = text_file(tmp_path, b"PAR1 and nothing", "a.parquet")
    assert refusal(path) == ("le fichier parquet est tronqué ou abîmé", "exportez-le à nouveau")


# --- the ending is not believed ---


def test_csv_named_xlsx(tmp_path: Path) -> None:
    path = text_file(tmp_path, "date;code\n01/02/2023;G\n", "a.xlsx")
    ((found,), notices) = read_file(path)
    same(found, RawSheet(path, None, table((1, "date", "code"), (2, "01/02/2023", "G")), "utf-8", ";"))
    assert [*map(str, notices)] == [
        f"{path} : malgré son nom, ce fichier est du texte ; il est lu comme CSV.",
        f"{path} : encodage UTF-8, séparateur « ; ».",
    ]


def test_workbook_and_parquet_named_csv(tmp_path: Path) -> None:
    path = str(tmp_path / "a.csv")
    openpyxl.Workbook().save(path)
    assert [*map(str, read_file(path)[1])] == [
        f"{path} : malgré son nom, ce fichier est un classeur ; il est lu comme tel."
    ]
    pl.DataFrame({"a": [1]}).write_parquet(path)
    assert [*map(str, read_file(path)[1])] == [
        f"{path} : malgré son nom, ce fichier est au format parquet ; il est lu comme tel."
    ]


# --- text: encodings ---


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        ("date;é €\n".encode(), "utf-8", "UTF-8"),
        ("date;é €\n".encode("utf-8-sig"), "utf-8-sig", "UTF-8"),
        ("\ufeffdate;é €\n".encode("utf-16-le"), "utf-16", "UTF-16"),
        ("\ufeffdate;é €\n".encode("utf-16-be"), "utf-16", "UTF-16"),
        (
            "date;é €\n".encode("cp1252"),
            "cp1252",
            "cp1252 (le fichier n'est pas en UTF-8 ; --encoding en impose un autre)",
        ),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, encoding: str, said: str) -> None:
    path = text_file(tmp_path, content)
    ((found,), notices) = read_file(path)
    same(found, RawSheet(path, None, table((1, "date", "é €")), encoding, ";"))
    assert [*map(str, notices)] == [f"{path} : encodage {said}, séparateur « ; »."]


def test_imposed_encoding(tmp_path: Path) -> None:
    path = text_file(tmp_path, "date;Hélène\n".encode("mac_roman"))
    same(one(path, encoding="Mac-Roman"), RawSheet(path, None, table((1, "date", "Hélène")), "mac-roman", ";"))
    path = text_file(tmp_path, "date;é\n".encode("utf-16-le"))  # without its mark
    same(one(path, encoding="utf-16-le"), RawSheet(path, None, table((1, "date", "é")), "utf-16-le", ";"))
    path = text_file(tmp_path, "date;é\n".encode("utf-8-sig"))
    assert_frame_equal(one(path, encoding="utf-8").table, table((1, "date", "é")))


FIX_ENCODING = "indiquez l'encodage (--encoding) ou enregistrez le fichier en UTF-8"


def test_undecodable_byte_is_named(tmp_path: Path) -> None:
    path = text_file(tmp_path, b"date;code\n01/02/2023;\x81\n")
    assert refusal(path) == ("ligne 2, l'octet 0x81 n'est ni en UTF-8 ni en cp1252", FIX_ENCODING)
    path = text_file(tmp_path, b"\xef\xbb\xbfdate\n\n\xe9\n")
    assert refusal(path) == ("ligne 3, l'octet 0xE9 n'est pas en UTF-8", FIX_ENCODING)
    path = text_file(tmp_path, b"date\n\xe9\n")
    assert refusal(path, encoding="ascii") == ("ligne 2, l'octet 0xE9 n'est pas en ascii", FIX_ENCODING)


@pytest.mark.parametrize("name", ["cp1522", "base64"])
def test_unknown_encoding(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError) as caught:
        one(text_file(tmp_path, "date;code\n"), encoding=name)
    assert caught.value.place == "--encoding"
    assert caught.value.problem == f"encodage inconnu : {name}"


def test_null_character(tmp_path: Path) -> None:
    path = text_file(tmp_path, "date;code\n" * 2000 + "01/02/2023;G\0\n")
    remedy = "le fichier est abîmé, exportez-le à nouveau (s'il est en UTF-16 : --encoding utf-16-le)"
    assert refusal(path) == ("caractère nul à la ligne 2001", remedy)


# --- text: separators, lines ---


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("Date;Code;Montant\n01/02/2023;G;26,50\n", ";"),
        ("date,code,amount\n2023-02-01,G,26.50\n", ","),
        ("date\tcode\n01/02/2023\t26,50\n", "\t"),
        ("date|code\n", "|"),
        ("Relevé, du cabinet, de mai, 2023\n\nDate de soins;Code acte\n", ";"),
        ("Jour;Lettre;Somme\n01/02/2023;G;26,50\n02/02/2023;G;25,00\n", ";"),  # no known heading
        ('"a;b;c;d","Code","Date"\n"e;f;g;h",G,\n', ","),
        ("date\n01/02/2023\n", None),
    ],
)
def test_separator_is_found(tmp_path: Path, content: str, separator: str | None) -> None:
    path = text_file(tmp_path, content)
    ((found,), notices) = read_file(path, Request(is_heading=is_heading))
    assert found.separator == separator
    name = {"\t": "tabulation", None: "aucun"}.get(separator, f"« {separator} »")
    assert [*map(str, notices)] == [f"{path} : encodage UTF-8, séparateur {name}."]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "lines",
    [
        ['"Date;Acte;Montant"', '"03/01/2023;G;25,00"', '"04/01/2023;""G; MEG"";30,00"'],
        ["Date;Acte;Montant", '"03/01/2023;G;25,00"', '"04/01/2023;""G; MEG"";30,00"'],  # only lines with a comma
        ['"Date;Acte;Montant";;', '"03/01/2023;G;25,00";;', '"04/01/2023;""G; MEG"";30,00";;'],
        ['"Date,Acte,Montant"', '"03/01/2023,G,""25,00"""', '"04/01/2023,G; MEG,""30,00"""'],
    ],
)
def test_lines_that_a_spreadsheet_took_for_one_cell_each(tmp_path: Path, lines: list[str], end: str) -> None:
    found = one(text_file(tmp_path, end.join([*lines, ""])))
    rows = [(1, "Date", "Acte", "Montant"), (2, "03/01/2023", "G", "25,00"), (3, "04/01/2023", "G; MEG", "30,00")]
    assert_frame_equal(found.table, table(*rows))


def test_one_column_of_quoted_texts_is_one_column(tmp_path: Path) -> None:
    found = one(text_file(tmp_path, '"a; b; c"\n"d; e; f"\n'))
    assert found.table["c0"].to_list() == ['"a; b; c"', '"d; e; f"']


@pytest.mark.parametrize("said", ["sep=|", '"sep=|"', "SEP=|", "sep=|;;;"])
def test_sep_line_is_obeyed_and_is_line_1(tmp_path: Path, said: str) -> None:
    path = text_file(tmp_path, f"{said}\r\ndate|a;b;c\r\n")
    same(one(path), RawSheet(path, None, table((2, "date", "a;b;c")), "utf-8", "|"))
    assert_frame_equal(one(path, separator=";").table, table((2, "date|a", "b", "c")))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_sep_line_that_says_nothing_is_a_line(tmp_path: Path, end: str) -> None:
    found = one(text_file(tmp_path, f"sep={end}date;code{end}"))
    assert (found.separator, found.table.rows()[-1]) == (";", (2, "date", "code"))


@pytest.mark.parametrize(
    "content",
    ["a;b\n1;2\n", "a;b\n1;2", "a;b\r\n1;2\r\n", "a;b\r1;2\r", "\ufeffa;b\r\n1;2"],
)
def test_line_ends(tmp_path: Path, content: str) -> None:
    assert_frame_equal(one(text_file(tmp_path, content)).table, table((1, "a", "b"), (2, "1", "2")))


def test_blank_and_ragged_lines(tmp_path: Path) -> None:
    """Cells beyond the header are kept, in columns of their own."""
    path = text_file(tmp_path, "\na;b;\n\n1\n1;2;3;4\n ;;\n")
    expected = table((1,), (2, "a", "b"), (3,), (4, "1"), (5, "1", "2", "3", "4"), (6, " "))
    assert_frame_equal(one(path).table, expected)


def test_a_line_without_measure(tmp_path: Path) -> None:
    path = text_file(tmp_path, "date;code\n" + ";" * 20_000 + "\n")
    remedy = "vérifiez cette ligne ; imposez au besoin le séparateur par une ligne sep=;"
    assert refusal(path) == ("la ligne 2 a 20001 colonnes", remedy)


# --- text: quotes ---


def test_quoted_cells(tmp_path: Path) -> None:
    """Rows bear the number of the line on which they start."""
    content = (
        "date;code;note\n"
        '"01/02/2023";"G";""\n'
        '02/02/2023;G;"a;b"\n'
        '03/02/2023;G;"dit ""non"""\n'
        '04/02/2023;G;"sur\r\ntrois\n lignes"\n'
        "05/02/2023;G;fin\n"
    )
    expected = table(
        (1, "date", "code", "note"),
        (2, "01/02/2023", "G"),
        (3, "02/02/2023", "G", "a;b"),
        (4, "03/02/2023", "G", 'dit "non"'),
        (5, "04/02/2023", "G", "sur\ntrois\n lignes"),
        (8, "05/02/2023", "G", "fin"),
    )
    assert_frame_equal(one(text_file(tmp_path, content)).table, expected)


def test_a_return_within_a_line_beside_quotes(tmp_path: Path) -> None:
    """Neither the end of the line, as others end otherwise, nor an error."""
    path = text_file(tmp_path, 'date;code;note\n01/02/2023;"G";a\rb\n02/02/2023;"VG;x";c\rd\n')
    rows = ((1, "date", "code", "note"), (2, "01/02/2023", "G", "a\rb"), (3, "02/02/2023", "VG;x", "c\rd"))
    assert_frame_equal(one(path).table, table(*rows))


def test_all_quoted(tmp_path: Path) -> None:
    path = text_file(tmp_path, '"date";"code"\n"01/02/2023";"G"\n02/02/2023;""\n')
    expected = table((1, "date", "code"), (2, "01/02/2023", "G"), (3, "02/02/2023"))
    assert_frame_equal(one(path).table, expected)


def test_stray_quotes_are_text(tmp_path: Path) -> None:
    """An export without quoting: a quote inside a cell swallows nothing."""
    content = (
        "date;patient;code\n"
        '01/02/2023;Anne "Nana" B;G\n'
        '02/02/2023;"Jo" Dupont;G\n'
        '03/02/2023;12";G\n'
        '04/02/2023;5" 3;"G"\n'
        '05/02/2023;"Jo";"G" \n'
    )
    expected = table(
        (1, "date", "patient", "code"),
        (2, "01/02/2023", 'Anne "Nana" B', "G"),
        (3, "02/02/2023", '"Jo" Dupont', "G"),
        (4, "03/02/2023", '12"', "G"),
        (5, "04/02/2023", '5" 3', "G"),
        (6, "05/02/2023", "Jo", "G"),
    )
    assert_frame_equal(one(text_file(tmp_path, content)).table, expected)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('date;code;note\n01/02/2023;G;"a\n02/02/2023;G;b\n', 2),  # to the end of the file
        ('date;code;note\n01/02/2023;G;"a\n02/02/2023;G;b"c\n', 2),  # the next quote closes nothing
        ('date;code;note\n01/02/2023;"G;a\n02/02/2023;G";b\n03/02/2023;G;c\n', 2),  # swallows whole records
        ('sep=;\ndate;code;note\n"01/02/2023";"G";"x\ny"\n02/02/2023;G;"a\n', 5),
    ],
)
def test_unclosed_quote_names_its_line(tmp_path: Path, content: str, line: int) -> None:
    assert refusal(text_file(tmp_path, content)) == (
        f"le guillemet ouvert à la ligne {line} n'est pas refermé",
        'fermez-le, ou doublez-le s\'il fait partie du texte ("")',
    )


def test_long_quoted_cell(tmp_path: Path) -> None:
    note = "x;" * 100_000
    path = text_file(tmp_path, f'date;code;note\n01/02/2023;G;"{note}"\n')
    assert_frame_equal(one(path).table, table((1, "date", "code", "note"), (2, "01/02/2023", "G", note)))


CELL = st.text(st.sampled_from('ab";,\n é\x1f'), max_size=6)


@examples(50, 1000)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    """Records on several lines hold no separator but theirs: none can pass for several records."""
    rows = [[cell.replace(";", "") for cell in row] if any("\n" in cell for cell in row) else row for row in rows]
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([list("wxyz"), *rows])
    expected, line = [(1, *"wxyz")], 2
    for row in rows:
        expected.append((line, *[cell or None for cell in row]))
        line += 1 + sum(cell.count("\n") for cell in row)
    found = one(text_file(tmp_path, written.getvalue()), separator=";").table
    assert_frame_equal(found, table(*expected))


# --- standard input ---


EVEN = st.text("aé#'\r\u2028\ufeff\u20ac \t1,5/", max_size=4)


@examples(100, 2000)
@given(
    st.lists(st.lists(EVEN, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from((";", "|", "é")),
    st.sampled_from(("\n", "\r\n")),
)
def test_even_lines_are_what_cut_lines_are(rows: list[list[str]], separator: str, end: str) -> None:
    """The quick way answers only where each line has as many cells, and then as the other does."""
    text = "\n".join(separator.join(cells) for cells in rows)
    table = text_reader._even(f"{text}\n".replace("\n", end).encode(), separator.encode())
    widths = {line.count(separator) for line in text.split("\n")}
    assert (table is not None) == (len(widths) == 1 and widths != {0} and separator.isascii() and text[0] != "\ufeff")
    if table is not None:
        whole = text_reader._with_one_end(f"{text}\n".replace("\n", end)).removesuffix("\n")
        lines = pl.Series("", [whole]).str.split("\n").explode()
        numbers = pl.int_range(1, len(lines) + 1, dtype=pl.UInt32, eager=True).alias("row")
        stripped = pl.all().str.strip_chars("\r").replace("", None)  # polars drops the returns at the end of a cell
        slow = text_reader._split("a.csv", lines, numbers, separator).drop("row")
        assert_frame_equal(table.select(stripped), slow.select(stripped))


@pytest.mark.parametrize("bad", [b"\xe9", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\xff"])
@pytest.mark.parametrize("line", [b"01/02/2023;G%s", b"01/02/2023;%sG", b"%s01/02/2023;G"])
def test_even_lines_are_utf8(bad: bytes, line: bytes) -> None:
    lines = [b"date;code", *[b"01/02/2023;G"] * 50]
    assert text_reader._even(b"\n".join(lines), b";") is not None
    lines[30] = line.replace(b"%s", bad)
    assert text_reader._even(b"\n".join(lines), b";") is None


def test_the_first_accent_comes_late(tmp_path: Path) -> None:
    """What looks like UTF-8 for as long as one looks at its top is not taken for it."""
    lines = ["date;code;nom", *["01/02/2023;G;Nom"] * (text_reader.MOST_OF_TOP // 16), "01/02/2023;G;Né"]
    ((found,), notices) = read_file(text_file(tmp_path, "\n".join(lines).encode("cp1252")))
    assert found.table.row(-1) == (len(lines), "01/02/2023", "G", "Né")
    assert str(notices[0]).endswith(
        "encodage cp1252 (le fichier n'est pas en UTF-8 ; --encoding en impose un autre), séparateur « ; »."
    )


def test_a_first_line_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    long = "x" * text_reader.MOST_OF_TOP
    ((found,), _) = read_file(text_file(tmp_path, f"date;{long}\n01/02/2023;G\n"), Request(separator=";"))
    assert found.table.rows() == [(1, "date", long), (2, "01/02/2023", "G")]


def test_standard_input() -> None:
    ((found,), notices) = read_file("-", stdin=io.BytesIO(b"date;code\n01/02/2023;G\n"))
    same(found, RawSheet("-", None, table((1, "date", "code"), (2, "01/02/2023", "G")), "utf-8", ";"))
    assert [*map(str, notices)] == ["- : encodage UTF-8, séparateur « ; »."]


def test_a_file_named_as_standard_input_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("date;code\n")
    prefetch.begin("-", Request())
    assert prefetch._begun == {}


def test_standard_input_admits_csv_only() -> None:
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    book.seek(0)
    with pytest.raises(InputError) as caught:
        read_file("-", stdin=book)
    assert (caught.value.place, caught.value.problem) == ("-", "l'entrée standard n'admet que du CSV")
    with pytest.raises(InputError) as caught:
        read_file("-")
    assert (caught.value.place, caught.value.problem) == ("-", "il n'y a pas d'entrée standard")


def test_a_long_duration_is_not_a_time(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([timedelta(hours=30)])
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    assert_frame_equal(one(path).table, table((1, "1900-01-01 06:00:00")))
