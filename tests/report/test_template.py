"""The templates: every heading of the contract, lists and notes, and examples that the readers take."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from avenant9.acts.columns import COLUMNS
from avenant9.acts.load import load_acts
from avenant9.model import GrantedCeiling
from avenant9.records import replace
from avenant9.rulebook.load import load_rulebook
from avenant9.settings.derogations import load_derogations
from avenant9.settings.mapping import load_mapping
from avenant9.settings.waivers import load_waivers
from avenant9.templates import template


def sheet(data: bytes) -> Worksheet:
    book = load_workbook(io.BytesIO(data))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def test_every_column_of_the_contract_has_its_note() -> None:
    columns = template.acts_columns()
    assert [column.key for column in columns] == list(COLUMNS)[: len(columns)]
    assert len(columns) == 32
    for column in columns:
        assert column.note.endswith((".", "?"))
        assert len(column.examples) == 2


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (template.acts_workbook(), template.acts_columns()),
        (template.shifts_workbook(), template.shifts_columns()),
        (template.protocols_workbook(), template.protocols_columns()),
        (template.derogations_workbook(), template.derogation_columns()),
        (template.waivers_workbook(), template.waiver_columns()),
    ],
)
def test_a_workbook_explains_itself(data: bytes, columns: tuple[template.Column, ...]) -> None:
    shown = sheet(data)
    assert shown.freeze_panes == "A2"
    assert [cell.value for cell in shown[1]] == [column.heading for column in columns]
    assert shown.max_row == 3
    lists = {str(rule.sqref): rule.formula1 for rule in shown.data_validations.dataValidation}
    for cell, column in zip(shown[1], columns, strict=True):
        assert cell.comment is not None
        assert column.note in cell.comment.text
        wanted = f'"{",".join(column.values)}"' if column.values else None
        assert lists.get(f"{cell.column_letter}2:{cell.column_letter}100000") == wanted


def test_identifiers_stay_text_and_dates_are_dates() -> None:
    shown = sheet(template.acts_workbook())
    formats = {cell.value: shown.cell(2, cell.column).number_format for cell in shown[1]}
    assert formats["Patient"] == formats["Praticien"] == formats["N° facture"] == "@"
    assert formats["Date de soins"] == "dd/mm/yyyy"
    assert formats["Montant"] == "#,##0.00"
    column = next(cell for cell in shown[1] if cell.value == "Date de soins")
    assert shown.cell(2, column.column).is_date


def test_the_examples_are_read_the_same_from_both_forms(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(template.acts_workbook())
    (tmp_path / "a.csv").write_bytes(template.acts_csv())
    nomenclature = load_rulebook().nomenclature
    book, text = (load_acts([str(tmp_path / name)], nomenclature) for name in ("a.xlsx", "a.csv"))
    assert not book.rejected
    assert book.columns == text.columns == {column.key for column in template.acts_columns()}
    assert book.table.equals(text.table)
    assert len(book.table) == 2


def test_derogations_are_read_the_same_from_both_forms(tmp_path: Path) -> None:
    (tmp_path / "d.xlsx").write_bytes(template.derogations_workbook())
    (tmp_path / "d.toml").write_text(template.derogations_text(), encoding="utf-8")
    book, text = (load_derogations(tmp_path / name) for name in ("d.xlsx", "d.toml"))
    assert book == text
    assert book[1] == GrantedCeiling("10000000002", 2023, 3000)


def test_waivers_are_read_the_same_from_both_forms(tmp_path: Path) -> None:
    (tmp_path / "w.xlsx").write_bytes(template.waivers_workbook())
    (tmp_path / "w.toml").write_text(template.waivers_text(), encoding="utf-8")
    rules = load_rulebook().rules
    book, text = (load_waivers(tmp_path / name, rules) for name in ("w.xlsx", "w.toml"))
    assert [replace(waiver, place="") for waiver in book] == [replace(waiver, place="") for waiver in text]
    assert book[0].fingerprint == "0123456789abcdef"
    assert book[1].rule == "frequence/te2-douze-mois"


def test_the_mapping_is_one(tmp_path: Path) -> None:
    text = template.mapping_text()
    assert tomllib.loads(text)["colonnes"] == {"date": "Date de soins", "code": "Code acte"}
    everything = "\n".join(
        line.removeprefix("# ") if re.match(r"# \S+ += ", line) else line for line in text.splitlines()
    )
    (tmp_path / "m.toml").write_text(everything, encoding="utf-8")
    mapping = load_mapping(tmp_path / "m.toml")
    assert mapping.columns == {column.key: column.heading for column in template.acts_columns()}
    assert (mapping.sheet, mapping.encoding, mapping.separator) == ("Feuil1", "cp1252", ";")
    assert mapping.practitioners == {"219999991": "10001234567"}
