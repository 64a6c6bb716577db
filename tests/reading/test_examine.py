"""What a file really is: each refusal with its sentence."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt

from avenant9.errors import InputError
from avenant9.reading.sheets import Request
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.read import read_workbook
from reading.made import DAMAGED, DOC, MAIN, RELS, RESAVE, cell, examine, refusal, row, sheets, xlsx

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
    assert refusal(tmp_path) == (
        "c'est un dossier",
        f"donnez les fichiers d'un seul client : {tmp_path}{os.sep}*.xlsx",
    )
    (tmp_path / "janvier.csv").touch()
    (tmp_path / "février.CSV").touch()
    assert refusal(f"{tmp_path}/") == (
        "c'est un dossier",
        f"donnez les fichiers d'un seul client : {tmp_path}{os.sep}*.csv",
    )


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


@pytest.mark.parametrize("byte", [b"<v>31<", b"<t>32<", b'count="33"'])
def test_a_byte_that_changed_is_no_other_amount(tmp_path: Path, byte: bytes) -> None:
    """In a part that is stored as it is: only the sum that the archive has of it tells."""
    strings = f'<sst xmlns="{MAIN}"><si><t>32</t></si></sst>'
    more = {
        "xl/sharedStrings.xml": strings,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><x count="33"/></styleSheet>',
    }
    deflated = xlsx(tmp_path / "a.xlsx", row(1, cell("A1", "31"), cell("B1", "0", ' t="s"')), more=more)
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(deflated) as source, zipfile.ZipFile(path, "w") as stored:
        for name in source.namelist():
            stored.writestr(name, source.read(name))
    assert examine(str(path)).sheets[0].rows == 1
    path.write_bytes(path.read_bytes().replace(byte, byte.replace(b"3", b"8", 1)))
    assert refusal(path) == DAMAGED


def test_pipe_cannot_hold_a_workbook(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InputError, match="un classeur ne peut pas être lu d'un tuyau"):
        read_workbook("a.xlsx", Pipe(b"PK"), "zip", Request())


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
    actes, summer = sheets(xls(tmp_path / "a.xls"))
    assert (actes.sheet, actes.hidden, actes.date1904) == ("Actes", False, False)
    assert actes.errors.rows() == [(3, 1, "#N/A"), (4, 2, "#DIV/0!")]
    assert (summer.sheet, summer.hidden, summer.table.height) == ("Été", True, 0)
    date_mode = b"\x22\x00\x02\x00"
    assert sheets(xls(tmp_path / "b.xls", (date_mode + b"\0", date_mode + b"\1")))[0].date1904


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
    monkeypatch.setattr(limits, "MAX_ENTRIES", 2)
    assert refusal(xlsx(tmp_path / "a.xlsx", "")) == ("l'archive a 3 entrées (limite : 2)", RESAVE)


def test_declared_size_over_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_INFLATED", 2 * 1024**2)
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
    monkeypatch.setattr(limits, "MAX_INFLATED", 2 * 1024**2)
    assert refusal(path)[0] == "le classeur fait 3 Mio une fois décompressé (limite : 2 Mio)"


def test_text_without_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CELL", 1024**2)
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
    assert limits.MAX_ROWS * 14 < limits.MAX_CELLS
    assert limits.MAX_ROWS * 14 * 45 < limits.MAX_INFLATED  # 45 bytes a cell, as Excel writes them


def test_row_written_twice(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", row(1, cell("A1")) + row(3, cell("A3")) + row(2, cell("A2")) + row(3, cell("B3"))
    )
    assert refusal(path) == ("la ligne 3 est écrite deux fois", RESAVE)
