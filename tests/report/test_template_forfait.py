"""The template of the forfait: every key with its label and note, lists to choose from, examples that simulate."""

from __future__ import annotations

import io
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from avenant9.forfait.read import ASSISTANT, YEAR, load_practices
from avenant9.forfait.run import run
from avenant9.results.forfait import Forfait, Forfaits
from avenant9.rulebook.scales import load_scales
from avenant9.templates import forfait as template

SCALES = load_scales()


@pytest.fixture(scope="module")
def sheet() -> Worksheet:
    book = load_workbook(io.BytesIO(template.workbook(example=True)))
    assert book.sheetnames == ["Forfait"]
    return book.worksheets[0]


def by_key(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.row for cell in sheet["B"][1:] if cell.value is not None}


def test_a_line_per_key_and_a_column_per_doctor(sheet: Worksheet) -> None:
    assert [cell.value for cell in sheet[1]] == ["Indicateur", "Clé", "Médecin 1", "Médecin 2"]
    assert sheet.freeze_panes == "C2"
    rows = by_key(sheet)
    assert list(rows) == [YEAR, *SCALES.keys, *ASSISTANT]
    for key, row in rows.items():
        label = sheet.cell(row, 1)
        assert label.value == (SCALES.keys[key].label if key in SCALES.keys else {YEAR: "Année", **ASSISTANT}[key])
        assert label.comment is not None
        if key in SCALES.keys:
            assert SCALES.keys[key].note in label.comment.text


def test_lists_to_choose_from(sheet: Worksheet) -> None:
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    wanted = {
        "yes-no": '"oui,non"',
        "addendum": '"addendum6,addendum7,addendum8"',
    }
    rows = by_key(sheet)
    expected = {
        f"C{rows[key.id]}:GT{rows[key.id]}": wanted[key.type] for key in SCALES.keys.values() if key.type in wanted
    }
    expected[f"C{rows['medecin.zone']}:GT{rows['medecin.zone']}"] = '"zip,qpv,zac,autre"'
    expected[f"C{rows['assistant.etp']}:GT{rows['assistant.etp']}"] = '"1/3,1/2,1"'
    expected[f"C{rows['assistant.percentile']}:GT{rows['assistant.percentile']}"] = '"<P90,P90-P95,>=P95"'
    assert lists == expected


def test_counts_typed_in_a_cell_stay_text(sheet: Worksheet) -> None:
    rows = by_key(sheet)
    for key in SCALES.keys.values():
        if key.type == "rate":  # a spreadsheet would take 3/5 for the third of May
            assert sheet.row_dimensions[rows[key.id]].number_format == "@"
            assert sheet.cell(rows[key.id], 3).number_format == "@"
    assert sheet.cell(rows["assistant.signe_le"], 4).is_date


@pytest.mark.parametrize("form", ["xlsx", "toml"])
def test_the_examples_simulate(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"f.{form}"
    file.write_bytes(template.workbook(example=True) if form == "xlsx" else template.text(example=True).encode())
    found = run(load_practices(str(file), SCALES.keys), SCALES, date(2023, 1, 20))
    results = found.results if isinstance(found, Forfaits) else (found,)
    assert [(one.practice, one.points) for one in results] == [
        ("Médecin 1", Decimal("712.5")),
        ("Médecin 2", Decimal("877.5")),
    ][: len(results)]
    assert len(results) == (2 if form == "xlsx" else 1)
    assert all(isinstance(one, Forfait) for one in results)


def test_the_text_names_every_key() -> None:
    text = template.text()
    said = {line.removeprefix("# ").partition(" =")[0] for line in text.splitlines() if " =" in line}
    names = {key.name for key in SCALES.keys.values()} | {key.partition(".")[2] for key in ASSISTANT}
    assert said >= {*names, "nom", YEAR}


def test_a_template_starts_empty() -> None:
    empty = {"indicateurs": {}, "patientele": {}, "medecin": {}, "prevention": {}}
    assert tomllib.loads(template.text()) == empty
    assert set(tomllib.loads(template.text(example=True))) == {"nom", YEAR, *empty}
    sheet = load_workbook(io.BytesIO(template.workbook())).worksheets[0]
    answers = [cell.value for row in sheet.iter_rows(min_row=2, min_col=3) for cell in row]
    assert set(answers) == {None}


def test_every_line_of_the_template_has_an_answer_or_a_reason(tmp_path: Path) -> None:
    """The empty template is read: it says nothing, and nothing is refused."""
    for form, made in (("xlsx", template.workbook()), ("toml", template.text().encode())):
        file = tmp_path / f"vide.{form}"
        file.write_bytes(made)
        assert [dict(one.practice.answers) for one in load_practices(str(file), SCALES.keys)] in ([{}], [{}, {}])


def test_the_years_of_a_key() -> None:
    lines = {line.key: line.note for line in template.lines(SCALES) if line.key}
    assert lines["snp_t1"].endswith("Années : 2022.")
    assert lines["participation_snp"].endswith("Années : 2020, 2021.")
    assert lines["taux_aat"].endswith("Années : 2022, 2024 à 2028.")
    assert lines["horaires_annuaire"].endswith("Années : 2019 à 2025.")
