"""What a file says of a patient stays in it, and nothing of it becomes a formula: every command, every format."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from avenant9 import profile
from avenant9.report.formats import FORMATS
from cli.test_transcripts import perform

NIR, BORN, NAME, FIRST, FOLDER = "2690549588157", "17/05/1969", "Zzyxquart", "Wilhelmiska", "QX-778899"
FORMULA = "=HYPERLINK(1)"
DAYS = [f"{day:02d}/11/2022" for day in range(1, 8)]


def acts(folder: Path, headings: str, patient: str, who: str = "10001234567") -> Path:
    rows = [f"{day};TE2;{who};{patient};20,00;F-{day[:2]}" for day in DAYS]
    rows += [f"3X/11/2022;TE2;{who};{patient};20,00;F-99", f"{DAYS[0]};{patient};{who};{patient};1;F-98"]
    file = folder / "actes.csv"
    file.write_text("\n".join([f"date;code;praticien;{headings};montant;facture", *rows, ""]), encoding="utf-8")
    return file


def words(data: bytes, form: str) -> str:
    """All that a file holds, unpacked."""
    if form != "xlsx":
        return data.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


SAID_OF_A_PATIENT = {
    "a file number": ("patient", FOLDER),
    "a NIR and a birth date": ("nir;date de naissance", f"{NIR}00;{BORN}"),
    "a name": ("nom;prénom;date de naissance", f"{NAME};{FIRST};{BORN}"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Acts, by what they say of a patient."""
    return {said: acts(tmp_path_factory.mktemp("actes"), *cells) for said, cells in SAID_OF_A_PATIENT.items()}


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("said", SAID_OF_A_PATIENT)
@pytest.mark.parametrize("who", profile.PROFILES)
def test_no_patient_leaves_but_under_interne(
    who: str, said: str, form: str, files: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "sortie"
    for command in ("check", "threshold show", "measures simulate"):
        step = perform(f"a9 {command} {files[said]} --profile {who} --as-of 2024-01-15 --format {form} -o {out}")
        if who == "fiscal" and command != "check":
            assert step.code == 2
            continue
        shown = words(out.read_bytes(), form)
        canaries = (NIR, BORN, NAME, FIRST, FOLDER, "1969-05-17")
        assert [word for word in canaries if word.casefold() in step.stderr.casefold()] == []
        if who != "interne":
            assert [word for word in canaries if word.casefold() in shown.casefold()] == []


@pytest.mark.parametrize("who", [name for name in profile.PROFILES if name != "interne"])
def test_no_patient_leaves_with_a_saved_result(who: str, tmp_path: Path) -> None:
    file = acts(tmp_path, "patient", FOLDER)
    saved, out = tmp_path / "resultat.json", tmp_path / "sortie"
    perform(f"a9 check {file} --profile {who} --as-of 2024-01-15 -o {saved}")
    for form in FORMATS:
        assert perform(f"a9 report {saved} --format {form} -o {out}").code == 0
        assert FOLDER.casefold() not in words(out.read_bytes(), form).casefold()


def neutral(data: bytes, form: str) -> None:
    """The formula of the file is there, and is text."""
    if form == "csv":
        text = data.decode("utf-8-sig")
        assert f"'{FORMULA}" in text
        assert re.search(rf"(^|[;\"]){re.escape(FORMULA)}", text, flags=re.MULTILINE) is None
    else:
        found = [
            cell
            for sheet in load_workbook(io.BytesIO(data))
            for row in sheet.iter_rows()
            for cell in row
            if cell.value
        ]
        assert any(FORMULA in str(cell.value) for cell in found)
        assert all(cell.data_type != "f" for cell in found)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("command", ["check", "threshold show"])
def test_no_formula_is_made_of_acts(command: str, form: str, tmp_path: Path) -> None:
    out = tmp_path / f"sortie.{form}"
    file = acts(tmp_path, "patient", FOLDER, who=FORMULA)
    perform(f"a9 {command} {file} --as-of 2024-01-15 -o {out}")
    neutral(out.read_bytes(), form)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_formula_is_made_of_shifts(form: str, tmp_path: Path) -> None:
    out, file = tmp_path / f"sortie.{form}", tmp_path / "vacations.csv"
    file.write_text(
        f"Date;Début;Fin;Rôle;Praticien\n03/09/2022;14:00;18:00;vaccination-variole;{FORMULA}\n", encoding="utf-8"
    )
    assert perform(f"a9 measures simulate {file} --as-of 2024-01-15 -o {out}").code == 0
    neutral(out.read_bytes(), form)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_formula_is_made_of_a_practice(form: str, tmp_path: Path) -> None:
    out, file = tmp_path / f"sortie.{form}", tmp_path / "cabinet.toml"
    assert perform(f"a9 template forfait --example -o {file}").code == 0
    text = re.sub(r'^(nom|cabinet) *= *".*"', rf'\1 = "{FORMULA}"', file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    assert FORMULA in text
    assert perform(f"a9 forfait simulate {file} --as-of 2024-01-15 -o {out}").code == 0
    neutral(out.read_bytes(), form)
