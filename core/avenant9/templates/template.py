"""Files to fill in: workbooks with lists and notes, CSV where rows are many (acts, shifts), TOML for the rest."""

from __future__ import annotations

import io
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from avenant9 import shifts
from avenant9.acts import columns as acts
from avenant9.acts.columns import COLUMNS, HEADINGS, REQUIRED, TEMPLATE
from avenant9.settings import derogations, waivers
from avenant9.wording import day, money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

_YES_NO = ("oui", "non")
_LAST_ROW = 100_000  # drop-down lists reach down to here
_NUMBER_FORMATS = {
    "texte": "@",
    "date": "dd/mm/yyyy",
    "heure": "@",
    "moment": "@",
    "euros": "#,##0.00",
    "nombre": "General",
    "part": "0.00%",
    "oui-non": "@",
    "liste": "@",
}
_MARK_NEEDED, _MARK_OTHER = "FFF2CC", "DDEBF7"


class Column(Struct, frozen=True):
    """One column of a template: what its note says, what its cells may hold, what the two example lines hold."""

    key: str
    heading: str
    type: str
    note: str
    examples: tuple[Any, ...]
    values: tuple[str, ...] = field(default=())


@cache
def acts_columns() -> tuple[Column, ...]:
    """The columns of the acts, in the order of the contract."""
    return tuple(_of_acts(COLUMNS[key]) for key in TEMPLATE)


@cache
def shifts_columns() -> tuple[Column, ...]:
    """The columns of the shifts."""
    return _columns("shifts", shifts.SHIFTS.headings)


@cache
def protocols_columns() -> tuple[Column, ...]:
    """The columns of the patients taken in charge under a protocol."""
    return _columns("protocols", shifts.PATIENTS.headings)


@cache
def derogation_columns() -> tuple[Column, ...]:
    """The columns of the derogations."""
    return _columns("derogations-sheet", derogations.HEADINGS)


@cache
def waiver_columns() -> tuple[Column, ...]:
    """The columns of the waivers."""
    return _columns("waivers-sheet", waivers.HEADINGS)


def acts_workbook() -> bytes:
    """The template of acts as an xlsx file of one sheet, `Actes`."""
    return _workbook("Actes", acts_columns(), needed=REQUIRED)


def shifts_workbook() -> bytes:
    """The template of shifts as an xlsx file of one sheet, `Vacations`."""
    return _workbook(shifts.SHIFTS.name, shifts_columns(), needed=shifts.SHIFTS.required)


def protocols_workbook() -> bytes:
    """The template of patients under a protocol as an xlsx file of one sheet, `Protocoles`."""
    return _workbook(shifts.PATIENTS.name, protocols_columns(), needed=shifts.PATIENTS.required)


def derogations_workbook() -> bytes:
    """The template of derogations as an xlsx file of one sheet, `Dérogations`."""
    return _workbook("Dérogations", derogation_columns(), needed=derogations.REQUIRED)


def waivers_workbook() -> bytes:
    """The template of waivers as an xlsx file of one sheet, `Acceptations`."""
    needed = (*waivers.REQUIRED, "fingerprint", "rule", "practitioner")
    return _workbook("Acceptations", waiver_columns(), needed=needed)


def acts_csv() -> bytes:
    """The template of acts as CSV."""
    return _csv(acts_columns())


def shifts_csv() -> bytes:
    """The template of shifts as CSV."""
    return _csv(shifts_columns())


def protocols_csv() -> bytes:
    """The template of patients under a protocol as CSV."""
    return _csv(protocols_columns())


def _csv(columns: Sequence[Column]) -> bytes:
    """For French spreadsheets: `;`, decimal comma, BOM, CRLF."""
    lines = [[column.heading for column in columns]]
    lines += [[_text(column, column.examples[rank]) for column in columns] for rank in range(2)]
    return ("\ufeff" + "".join(";".join(line) + "\r\n" for line in lines)).encode()


def derogations_text() -> str:
    """The template of derogations as TOML."""
    return _resource("derogations.toml")


def waivers_text() -> str:
    """The template of waivers as TOML."""
    return _resource("waivers.toml")


def mapping_text() -> str:
    """The template of a mapping as TOML: the required columns, the others as comments."""
    width = max(map(len, HEADINGS))
    lines = [
        f"{'' if key in REQUIRED else '# '}{key.ljust(width)} = {_quoted(title)}" for key, title in HEADINGS.items()
    ]
    return _resource("mapping.toml").replace("# {colonnes}\n", "".join(f"{line}\n" for line in lines))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _resource(name: str) -> str:
    return (files("avenant9.templates") / name).read_text(encoding="utf-8")


def _columns(name: str, headings: dict[str, str]) -> tuple[Column, ...]:
    data = tomllib.loads(_resource(f"{name}.toml"))["column"]
    columns = tuple(
        Column(
            key=entry["key"],
            heading=headings[entry["key"]],
            type=entry["type"],
            note=entry["note"],
            examples=tuple(entry["examples"]),
            values=tuple(entry.get("values") or _values(entry["key"], entry["type"])),
        )
        for entry in data
    )
    if [column.key for column in columns] != list(headings):
        raise ValueError(f"{name}.toml: keys differ from the headings")
    return columns


def _of_acts(column: acts.Column) -> Column:
    values = _YES_NO if column.type == "oui-non" else column.admitted or tuple(column.values)
    return Column(column.key, column.heading, column.type, column.note, column.examples, values)


def _values(key: str, kind: str) -> tuple[str, ...]:
    return _YES_NO if kind == "oui-non" else shifts.ACCEPTED[key] if kind == "liste" else ()


def _text(column: Column, value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if column.type == "euros" and value:
        return money(int(Decimal(value) * 100), ",")
    return str(value)


def _cell(column: Column, value: Any) -> Any:
    """The value as a workbook types it: real dates and numbers, identifiers as text."""
    if value == "":
        return None
    return float(value) if column.type in {"euros", "part"} else value


def _workbook(title: str, columns: Sequence[Column], needed: Sequence[str]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only for workbooks

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for place, column in enumerate(columns, 1):
        _write_column(sheet, place, column, needed=column.key in needed)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_column(sheet: Worksheet, place: int, column: Column, *, needed: bool) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    letter = get_column_letter(place)
    number_format = _NUMBER_FORMATS[column.type]
    sheet.column_dimensions[letter].width = max(len(column.heading) + 3, 13)
    sheet.column_dimensions[letter].number_format = number_format
    head = sheet.cell(1, place, column.heading)
    head.font = Font(bold=True)
    head.fill = PatternFill("solid", fgColor=_MARK_NEEDED if needed else _MARK_OTHER)
    words = [column.note]
    if column.values:
        words.append(f"Valeurs : {', '.join(column.values)}.")
    words.append("Les lignes 2 et 3 sont des exemples à remplacer.")
    head.comment = Comment("\n".join(words), "a9", height=120, width=300)
    for row, example in enumerate(column.examples, 2):
        cell = sheet.cell(row, place, _cell(column, example))
        cell.number_format = number_format
        cell.font = Font(italic=True, color="808080")
    if column.values:
        listed = DataValidation(type="list", formula1=f'"{",".join(column.values)}"', allow_blank=True)
        listed.errorTitle, listed.error = column.heading, f"Valeurs admises : {', '.join(column.values)}"
        sheet.add_data_validation(listed)
        listed.add(f"{letter}2:{letter}{_LAST_ROW}")
