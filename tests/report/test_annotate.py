"""The annotated copy: all that the user's workbook holds, and what was found in it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from avenant9 import profile
from avenant9.annotated import copy as annotate
from avenant9.errors import InputError, SettingError
from avenant9.model import Input, Rejected
from avenant9.results.check import Report
from report.reports import DOUBT, FIFTH, YEAR, report

ADDED = ("a9", "s", "General")  # the title of the column
RED, YELLOW = "00FBDFDC", "00FFF0C7"
ROWS = 6
PLACES = {"date": 0, "code": 1, "amount": 2, "patient": 3}


def users_workbook(path: Path) -> Path:
    """A workbook as people make them: styles, lists, notes, formulas, names, filters, merged cells."""
    book = Workbook()
    book.properties.creator = "Cabinet"
    sheet = book.worksheets[0]
    sheet.title = "Actes"
    sheet.append(["Date de soins", "Code acte", "Montant", "Patient"])
    for number in range(2, ROWS + 1):
        sheet.append([date(2022, 11, number), "TE2", 20.5, f"00{number}"])
        sheet.cell(number, 1).number_format = "dd/mm/yy"
    sheet["B2"].font = Font(bold=True, color="FF0000")
    sheet["B2"].comment = Comment("Vu avec le patient", "Dr A")
    sheet["C3"].fill = PatternFill("solid", fgColor="ABCDEF")
    sheet["D3"].value = CellRichText("un ", TextBlock(InlineFont(b=True), "deux"))
    sheet["E2"] = "=SUM(C2:C6)"
    sheet["E3"].value, sheet["E3"].data_type = "=1+1", "s"
    sheet["F2"] = "#N/A"
    sheet["G2"].hyperlink = "https://exemple.fr/"
    sheet.merge_cells("H2:H3")
    sheet.column_dimensions["B"].width = 33
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].height = 40
    sheet.auto_filter.ref = f"A1:D{ROWS}"
    sheet.freeze_panes = "B2"
    listed = DataValidation(type="list", formula1='"TE2,RQD"')
    sheet.add_data_validation(listed)
    listed.add("B2:B100")
    sheet.conditional_formatting.add("C2:C6", CellIsRule(operator="greaterThan", formula=["20"], fill=PatternFill()))
    book.defined_names["tarif"] = DefinedName("tarif", attr_text="Actes!$C$2")
    sheet.print_title_rows = "1:1"
    hidden = book.create_sheet("Cachée")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "reste"
    book.save(path)
    return path


def found(*findings: dict[str, Any], **changes: Any) -> Report:
    """A report on that workbook."""
    account = Input(
        "c.xlsx",
        "Actes",
        5,
        5,
        0,
        0,
        {"date": "Date de soins", "code": "Code acte"},
        places=changes.pop("places", PLACES),
    )
    return report(*findings, **{"inputs": (account,), **changes})


def on(row: int, finding: dict[str, Any] = FIFTH, **changes: Any) -> dict[str, Any]:
    return {**finding, "file": "c.xlsx", "row": row, **changes}


def copied(path: Path, shown: Report, name: str = "comptable") -> Workbook:
    data, _ = annotate.annotate(str(path), profile.apply(shown, name))
    return load_workbook(io.BytesIO(data), rich_text=True)


def cells(sheet: Worksheet) -> dict[str, tuple[Any, str, str]]:
    return {
        cell.coordinate: (cell.value, cell.data_type, cell.number_format)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return users_workbook(tmp_path / "c.xlsx")


def test_all_that_the_user_wrote_is_kept(path: Path) -> None:
    own, copy = load_workbook(path, rich_text=True), copied(path, found(on(4)))
    assert copy.sheetnames == ["Synthèse a9", "Actes", "Cachée"]
    kept = [cells(copy[name]) for name in own.sheetnames]
    assert kept == [cells(own["Actes"]) | {"I1": ADDED, "I4": kept[0]["I4"]}, cells(own["Cachée"])]
    before, after = own["Actes"], copy["Actes"]
    assert after["E2"].value == "=SUM(C2:C6)"
    assert (after["E3"].value, after["E3"].data_type) == ("=1+1", "s")  # a text, not a formula
    assert (after["B2"].font.b, after["B2"].font.color.rgb) == (True, "00FF0000")
    assert after["C3"].fill.fgColor.rgb == before["C3"].fill.fgColor.rgb == "00ABCDEF"
    assert after["G2"].hyperlink.target == "https://exemple.fr/"
    assert [after.column_dimensions[letter].width for letter in "AB"] == [
        before.column_dimensions[letter].width for letter in "AB"
    ]
    assert after.column_dimensions["C"].hidden
    assert after.row_dimensions[3].height == 40
    assert (after.auto_filter.ref, after.freeze_panes) == (f"A1:I{ROWS}", "B2")
    (validation,) = after.data_validations.dataValidation
    assert (str(validation.sqref), validation.formula1) == ("B2:B100", '"TE2,RQD"')
    assert [str(area.sqref) for area in after.conditional_formatting] == ["C2:C6"]
    assert copy.defined_names["tarif"].attr_text == "Actes!$C$2"
    assert after.print_title_rows == "$1:$1"
    assert [str(area) for area in after.merged_cells.ranges] == ["H2:H3"]
    assert copy["Cachée"].sheet_state == "hidden"
    assert (copy.properties.creator, copy.calculation.fullCalcOnLoad) == ("Cabinet", True)


def test_the_original_is_not_touched(path: Path) -> None:
    before = path.read_bytes()
    copied(path, found(on(4)))
    assert path.read_bytes() == before


def test_the_cells_at_fault_are_coloured_and_said(path: Path) -> None:
    sheet = copied(path, found(on(4), on(5, DOUBT)))["Actes"]
    colored = {
        cell.coordinate: cell.fill.fgColor.rgb
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type and cell.coordinate != "C3"
    }
    assert colored == {"A4": RED, "B4": RED, "A5": YELLOW, "B5": YELLOW}
    assert sheet["B4"].comment.text.replace("\u00a0", " ") == (
        "a9 : non conforme, 20,00 € en jeu\n"
        "5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.\n"
        "Texte : Décision UNCAM, NGAP, TE2\n"
        "Règle : frequence/te2-annuelle"
    )
    assert sheet["B4"].comment.author == "a9"
    assert sheet["A4"].comment is None
    assert sheet["B5"].comment.text == ("a9 : à examiner\n5e TE2 en douze mois.\nRègle : frequence/te2-douze-mois")


def test_the_users_comment_comes_first(path: Path) -> None:
    comment = copied(path, found(on(2)))["Actes"]["B2"].comment
    assert comment.text.startswith("Vu avec le patient\n\na9 : non conforme")
    assert comment.author == "Dr A"


def test_a_row_with_several_findings_has_the_colour_of_the_gravest(path: Path) -> None:
    money = on(4, rule="tarif/conventionnel", message="Trop.", source=None)
    sheet = copied(path, found(on(4, DOUBT), money))["Actes"]
    assert [sheet[place].fill.fgColor.rgb for place in ("A4", "B4", "C4")] == [RED] * 3  # the amount is at fault too
    assert [part.split("\n")[1] for part in sheet["B4"].comment.text.split("\n\n")] == [
        "Trop.",
        "5e TE2 en douze mois.",
    ]


def test_what_could_not_be_read_has_its_own_colour(path: Path) -> None:
    rejected = (
        Rejected("c.xlsx", "Actes", 5, "A5", "date illisible"),
        Rejected("c.xlsx", "Actes", 6, None, "trop de cellules"),
    )
    copy = copied(path, found(rejected=rejected))
    sheet = copy["Actes"]
    assert [sheet[place].fill.fgColor.rgb for place in ("A5", "B6")] == ["00E2DAF4"] * 2
    assert sheet["A5"].comment.text == "a9 : ligne rejetée, non contrôlée\ndate illisible"
    assert "violet : cellule illisible" in copy["Synthèse a9"]["A3"].value


def test_the_summary_comes_first_and_alone_is_selected(path: Path) -> None:
    copy = copied(path, found(on(4), YEAR))
    assert copy.active.title == "Synthèse a9"
    assert [sheet.sheet_view.tabSelected for sheet in copy.worksheets] == [True, False, False]
    words = [cell.value for row in copy["Synthèse a9"].iter_rows() for cell in row if cell.value]
    assert words[1].startswith("Verdict : non conforme, 2")
    assert "frequence/te2-annuelle" in words
    assert "Constat technique, ne vaut pas avis de la caisse." in words
    assert not any(cell.data_type == "f" for row in copy["Synthèse a9"].iter_rows() for cell in row)


def test_every_marked_cell_is_a_click_away(path: Path) -> None:
    rejected = (Rejected("c.xlsx", "Actes", 5, "A5", "date illisible"),)
    sheet = copied(path, found(on(4), on(6, DOUBT), YEAR, rejected=rejected))["Synthèse a9"]
    (header,) = [row for row in range(1, 9) if sheet.cell(row, 1).value == "Verdict"]
    lines = [row for row in sheet.iter_rows(min_row=header + 1) if row[1].value or row[3].value]
    assert [(row[0].value, row[1].value, row[2].value) for row in lines] == [
        ("non conforme", "Actes!B4", 20),
        ("à examiner", "Actes!B6", None),
        ("non conforme", None, 80),
        ("ligne rejetée", "Actes!A5", None),
    ]
    assert [row[1].hyperlink and row[1].hyperlink.location for row in lines] == [
        "'Actes'!B4",
        "'Actes'!B6",
        None,
        "'Actes'!A5",
    ]
    assert sheet.auto_filter.ref == f"A{header}:E{header + 4}"
    assert (sheet.freeze_panes, sheet.page_setup.fitToWidth) == (f"A{header + 1}", 1)


def test_a_column_says_what_was_found_of_each_row(path: Path) -> None:
    rejected = (Rejected("c.xlsx", "Actes", 5, "A5", "date illisible"),)
    sheet = copied(path, found(on(4), on(4, DOUBT), rejected=rejected))["Actes"]
    told = {row: sheet.cell(row, 9).value.replace("\u00a0", " ") for row in (1, 4, 5)}
    assert told == {
        1: "a9",
        4: "non conforme, 20,00 € en jeu : 5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou "
        "l'annuler.\nà examiner : 5e TE2 en douze mois.",
        5: "ligne rejetée : date illisible",
    }
    assert [sheet.cell(row, 9).value for row in (2, 3, 6)] == [None] * 3
    assert sheet.row_dimensions[4].height is None


def test_a_sheet_without_a_filter_gets_one_and_a_table_keeps_its_own(path: Path) -> None:
    from openpyxl.worksheet.table import Table

    book = load_workbook(path)
    book["Actes"].auto_filter.ref = None
    book.save(path)
    assert copied(path, found(on(4)))["Actes"].auto_filter.ref == f"A1:I{ROWS}"
    for place in "EFGH":
        book["Actes"][f"{place}1"] = place
    book["Actes"].add_table(Table(displayName="Actes1", ref=f"A1:D{ROWS}"))
    book.save(path)
    copy = copied(path, found(on(4)))["Actes"]
    assert (copy.auto_filter.ref, copy.tables["Actes1"].ref) == (f"I1:I{ROWS}", f"A1:D{ROWS}")


def test_the_headings_may_stand_below_a_title(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Actes"
    for row in (["Export de janvier"], [], ["Date de soins", "Code acte"], [date(2022, 11, 3), "TE2"]):
        sheet.append(row)
    book.save(tmp_path / "c.xlsx")
    copy = copied(tmp_path / "c.xlsx", found(on(4)))["Actes"]
    assert (copy["C3"].value, copy.auto_filter.ref) == ("a9", "A3:C4")


def test_a_sheet_as_wide_as_the_grid_gets_no_column(path: Path) -> None:
    book = load_workbook(path)
    book["Actes"]["XFD9"] = 1
    book.save(path)
    assert copied(path, found(on(4)))["Actes"].max_column == 16_384


def test_a_summary_of_that_name_is_kept(tmp_path: Path) -> None:
    book = load_workbook(users_workbook(tmp_path / "c.xlsx"))
    book.create_sheet("Synthèse a9")
    book.save(tmp_path / "c.xlsx")
    assert copied(tmp_path / "c.xlsx", found()).sheetnames == ["Synthèse a9 (2)", "Actes", "Cachée", "Synthèse a9"]


def test_no_nature_in_the_comments_for_taxes(path: Path) -> None:
    copy = copied(path, found(on(4)), "fiscal")
    assert copy["Actes"]["B4"].comment.text.replace("\u00a0", " ") == (
        "a9 : non conforme, 20,00 € en jeu\nFréquence : 20,00 € en jeu."
    )
    assert "TE2" not in "".join(str(cell.value) for row in copy["Synthèse a9"].iter_rows() for cell in row)


@pytest.mark.parametrize("name", profile.PROFILES)
def test_no_patient_in_the_comments(path: Path, name: str) -> None:
    comments = [
        cell.comment.text
        for row in copied(path, found(on(4)), name)["Actes"].iter_rows()
        for cell in row
        if cell.comment
    ]
    assert not any("1850175000001" in text or "P0007" in text for text in comments)


def test_merged_cells_are_marked_where_they_show(path: Path) -> None:
    sheet = copied(path, found(on(3), places={"code": 7}))["Actes"]
    assert sheet["H2"].comment.text.startswith("a9 : non conforme")
    assert sheet["H2"].fill.fgColor.rgb == RED


def test_findings_of_another_sheet_mark_nothing(path: Path) -> None:
    sheet = copied(path, found(on(4, sheet="Autre"), YEAR))["Actes"]
    assert sheet["B4"].comment is None


def test_so_many_comments_and_no_more(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotate, "MOST_COMMENTS", 1)
    data, said = annotate.annotate(str(path), profile.apply(found(on(4), on(5)), "comptable"))
    sheet = load_workbook(io.BytesIO(data))["Actes"]
    assert (sheet["B4"].comment is None, sheet["B5"].comment is None) == (False, True)
    assert sheet["B5"].fill.fgColor.rgb == RED
    assert [sentence.startswith("1\u00a0ligne colorée sans commentaire") for sentence in said] == [True]


def rewritten(path: Path, old: bytes, new: bytes) -> Path:
    """The workbook with other words in all its parts."""
    with zipfile.ZipFile(path) as package:
        parts = {name: re.sub(old, new, package.read(name)) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def test_a_strict_workbook_is_copied_as_another_one(path: Path, tmp_path: Path) -> None:
    """Excel's « Strict Open XML »: other names of the same things."""
    expected = copied(path, found(on(4)))
    names = rb"http://schemas\.openxmlformats\.org/(spreadsheetml|officeDocument|drawingml)/2006/"
    strict = rewritten(path, names, rb"http://purl.oclc.org/ooxml/\1/")
    assert load_workbook(strict).sheetnames == []
    copy = copied(strict, found(on(4)))
    assert copy.sheetnames == expected.sheetnames
    assert cells(copy["Actes"]) == cells(expected["Actes"])
    assert copy["Actes"].auto_filter.ref == expected["Actes"].auto_filter.ref


def test_a_sheet_that_would_not_be_in_the_copy_refuses_it(path: Path) -> None:
    """openpyxl leaves out what it does not know, and says nothing."""
    unknown = rewritten(path, rb"/2006/relationships(?=[\"'])", b"/2050/relationships")
    with pytest.raises(InputError, match="ne se copie pas avec sa mise en forme"):
        annotate.annotate(str(unknown), profile.apply(found(), "comptable"))


def test_dates_of_1904_stay_the_same(path: Path) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book["Actes"]["A2"] = date(2022, 11, 2)
    book.save(path)
    own = load_workbook(path)
    assert own.epoch == CALENDAR_MAC_1904
    copy = copied(path, found(on(4)))
    assert copy["Actes"]["A2"].value == own["Actes"]["A2"].value


def with_part(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("part", "data", "said"),
    [
        ("xl/vbaProject.bin", b"", "macros"),
        ("xl/pivotTables/pivotTable1.xml", b"", "tableaux croisés dynamiques (à actualiser)"),
        ("xl/charts/chart1.xml", b"", "graphiques (mise en forme simplifiée)"),
        ("xl/slicers/slicer1.xml", b"", "segments"),
        ("xl/threadedComments/threadedComment1.xml", b"", "conversations (leur texte reste en commentaire)"),
        ("xl/drawings/drawing1.xml", b"<xdr:wsDr><xdr:sp macro=''/></xdr:wsDr>", "formes et zones de texte"),
        ("xl/worksheets/s.xml", b"<x14:sparklineGroup type='line'/>", "graphiques sparkline"),
        ("_xmlsignatures/sig1.xml", b"", "signature numérique"),
    ],
)
def test_what_is_lost_is_named(path: Path, part: str, data: bytes, said: str) -> None:
    assert said in annotate.lost(str(with_part(path, part, data)))


def test_what_is_not_there_is_not_named(tmp_path: Path) -> None:
    book = Workbook()
    book.save(tmp_path / "a.xlsx")
    assert annotate.lost(str(tmp_path / "a.xlsx")) == []
    assert annotate.warning(str(tmp_path / "a.xlsx")) is None


def test_the_warning_is_one_sentence(path: Path) -> None:
    assert annotate.warning(str(with_part(path, "xl/vbaProject.bin", b""))) == (
        f"{path} : ne passent pas dans la copie annotée : macros et valeurs des formules "
        "(recalculées à l'ouverture) ; l'original n'est pas modifié."
    )


def test_words_across_two_pieces_are_seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotate, "_CHUNK", 16)
    data = b"<a>" + b"x" * 10 + b"<xdr:sp macro=''/>"
    assert "formes et zones de texte" in annotate.lost(str(with_part(path, "xl/drawings/drawing1.xml", data)))


def csv(folder: Path) -> str:
    (folder / "a.xlsx").write_text("Date;Code\n", encoding="utf-8")
    return str(folder / "a.xlsx")


def protected(folder: Path) -> str:
    (folder / "p.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    return str(folder / "p.xlsx")


def ods(folder: Path) -> str:
    with zipfile.ZipFile(folder / "a.ods", "w") as package:
        package.writestr("content.xml", "")
    return str(folder / "a.ods")


@pytest.mark.parametrize("make", [csv, protected, ods])
def test_only_an_xlsx_is_annotated(tmp_path: Path, make: Callable[[Path], str]) -> None:
    with pytest.raises(SettingError, match=r"n'est pas un classeur \.xlsx"):
        annotate.check_input([make(tmp_path)])


@pytest.mark.parametrize(
    ("files", "problem"), [(["-"], "l'entrée standard"), (["a.xlsx", "b.xlsx"], "2\u00a0fichiers")]
)
def test_one_workbook_at_a_time(files: list[str], problem: str) -> None:
    with pytest.raises(SettingError) as error:
        annotate.check_input(files)
    assert error.value.problem.startswith(problem)


def test_a_missing_or_broken_file_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        annotate.check_input([str(tmp_path / "absent.xlsx")])
    (tmp_path / "b.xlsx").write_bytes(b"PK\3\4" + b"\0" * 50)
    with pytest.raises(InputError, match="tronqué ou abîmé"):
        annotate.check_input([str(tmp_path / "b.xlsx")])


def test_a_workbook_that_cannot_be_copied_is_one_sentence(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/styles.xml"] = b"<styleSheet"
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    with pytest.raises(InputError, match="ne se copie pas avec sa mise en forme"):
        annotate.annotate(str(path), profile.apply(found(), "comptable"))


def acts(path: Path) -> Path:
    """Five TE2 for one patient in one year, and a date that cannot be read."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Titre"])
    sheet.append(["Code acte", None, "Date de soins", "Praticien", "Patient", "Montant"])
    for month in range(1, 6):
        sheet.append(["TE2", None, date(2023, month, 2), "10001234567", "SECRET-17", 20])
    sheet.append(["TE2", None, "31/02/2023", "10001234567", "SECRET-17", 20])
    book.save(path)
    return path


def a9(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "a9", "check", *args],
        capture_output=True,
        cwd=cwd,
        check=False,
        timeout=120,
        encoding="utf-8",
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
    )


def test_the_command_marks_the_columns_that_it_read(tmp_path: Path) -> None:
    acts(tmp_path / "c.xlsx")
    run = a9("c.xlsx", "--annotate", "out.xlsx", "--as-of", "2023-06-01", "--format", "csv", cwd=tmp_path)
    assert run.returncode == 3  # a row was rejected
    assert "frequence/te2-annuelle" in run.stdout
    assert "SECRET" not in run.stderr
    sheet = load_workbook(tmp_path / "out.xlsx")["Sheet"]
    assert [sheet[place].fill.fgColor.rgb for place in ("A7", "C7", "C8")] == [RED, RED, "00E2DAF4"]
    assert "frequence/te2-annuelle" in sheet["A7"].comment.text
    assert sheet["C8"].comment.text.startswith("a9 : ligne rejetée")
    assert sheet["A6"].comment is None


def test_a_copy_that_fails_leaves_the_report(tmp_path: Path) -> None:
    with zipfile.ZipFile(acts(tmp_path / "c.xlsx")) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/theme/theme1.xml"] = b""
    broken = parts["docProps/core.xml"].replace(b"</cp:coreProperties>", b"<dc:title>a</cp:coreProperties>")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w") as package:
        for name, data in {**parts, "docProps/core.xml": broken}.items():
            package.writestr(name, data)
    run = a9("c.xlsx", "--annotate", "out.xlsx", "--as-of", "2023-06-01", cwd=tmp_path)
    assert (run.returncode, run.stdout[:9]) == (3, "Verdict :")
    assert "ne se copie pas avec sa mise en forme" in run.stderr
    assert run.stderr.rstrip().split("\n")[-1].startswith("a9 : 1")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.xlsx"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("c.xlsx", "--annotate", "out.csv"), "un classeur .xlsx"),
        (("c.xlsx", "--annotate", "c.xlsx"), "aussi une entrée"),
        (("c.xlsx", "--annotate", "o.xlsx", "-o", "o.xlsx"), "aussi le fichier de -o"),
        (("c.xlsx", "d.xlsx", "--annotate", "o.xlsx"), "un seul s'annote"),
    ],
)
def test_the_command_refuses_before_it_reads(tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    acts(tmp_path / "c.xlsx")
    run = a9(*args, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.xlsx"]


def test_the_copy_keeps_the_moment_of_the_original(path: Path) -> None:
    with freeze_time("2024-03-05 10:20:30"):
        load_workbook(path).save(path)
    copy = copied(path, found()).properties
    assert copy.modified == datetime(2024, 3, 5, 10, 20, 30)
    assert copy.created == load_workbook(path).properties.created


def test_long_comments_are_cut_but_never_the_users(path: Path) -> None:
    book = load_workbook(path)
    book["Actes"]["B4"].comment = Comment("x" * 9_000, "Dr A")
    book.save(path)
    text = copied(path, found(on(4, message="mot " * 9_000)))["Actes"]["B4"].comment.text
    assert text.startswith("x" * 9_000 + "\n\na9 : non conforme")
    assert (len(text), text[-1]) == (9_000 + 2 + 8_000 + 1, "…")
