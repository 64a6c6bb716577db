"""The answers of a year to fill in: a workbook with a line per answer and a column per doctor, or TOML for one.

It starts empty; example values come where they are asked for.
"""

from __future__ import annotations

import io
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from avenant9.forfait import values
from avenant9.forfait.read import ASSISTANT, EXTRA_LABELS, YEAR
from avenant9.records import replace
from avenant9.rulebook.scales import load_scales
from avenant9.settings.practices import KEY_HEADING, LABEL_HEADING, SHEET
from avenant9.wording import runs, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

    from avenant9.rulebook.scales import Scales

_FIRST_COLUMN, _LAST_COLUMN = "C", "GT"  # drop-down lists reach over two hundred doctors
_FORMATS: Final = {"count": "0", "points": "General", "date": "dd/mm/yyyy"}  # the others are text
_EXPECTED: Final = {
    "yes-no": "Attendu : oui ou non.",
    "rate": "Attendu : une part (0,72), un pourcentage (72 %) ou des nombres (36/50, ou 36/50/4 : 4 des 50 sont hors "
    "champ et ôtés du total).",
    "count": "Attendu : un nombre entier.",
    "addendum": "Attendu : une valeur de la liste.",
    "date": "Attendu : une date JJ/MM/AAAA.",
    "points": "Attendu : un nombre de points, demi-points compris (67,5).",
    "patients": "Attendu : un nombre de patients, ou le total et ceux non vus depuis deux ans (70 dont 10 non vus).",
    "choice": "Attendu : une valeur de la liste.",
    "etp": "Attendu : une valeur de la liste.",
    "percentile": "Attendu : une valeur de la liste.",
}
_LISTS: Final = {
    "yes-no": ("oui", "non"),
    "addendum": tuple(values.ADDENDA),
    "etp": values.ETP,
    "percentile": values.PERCENTILES,
}
_EXTRA_TYPES: Final = {YEAR: "count", **dict(zip(ASSISTANT, ("etp", "date", "percentile"), strict=True))}
_EXTRA_NOTES: Final = {
    YEAR: "L'année jugée, indicateurs appréciés au 31 décembre. « --year » en impose une autre.",
    "assistant.etp": "Volet 3, hors points : la part d'un temps plein. Sans assistant, laissez ces lignes vides.",
    "assistant.signe_le": "Le jour de signature du contrat avec la caisse.",
    "assistant.percentile": "Le rang de votre patientèle dans votre spécialité, donné par la caisse.",
}
_FILLED: Final = "Valeurs d'exemple, à remplacer ; les années qui demandent une réponse sont entre parenthèses."
_TO_FILL: Final = (
    "Ôtez le « # » devant une réponse et donnez sa valeur ; les années qui la demandent sont entre parenthèses."
)
_HEAD, _TITLE, _EXAMPLE = "DDEBF7", "F2F2F2", "808080"


class Line(Struct, frozen=True):
    """One line of the template, or the title of a section (no key). `choices`: the words of a list of its own."""

    label: str
    key: str = ""
    type: str = ""
    note: str = ""
    examples: tuple[Any, ...] = ()
    choices: tuple[str, ...] = ()


def lines(scales: Scales) -> tuple[Line, ...]:
    """The year, then the keys under their sections, then the assistant médical."""
    examples = _data()["examples"]

    def extra(key: str) -> Line:
        return Line(EXTRA_LABELS[key], key, _EXTRA_TYPES[key], _EXTRA_NOTES[key], tuple(examples[key]))

    found, section = [extra(YEAR)], ""
    for key in scales.keys.values():
        if key.section != section:
            section = key.section
            found.append(Line(section))
        years = _years(scales, key.id)
        note = f"{key.note} {_EXPECTED[key.type]} Années : {years}."
        found.append(Line(key.label, key.id, key.type, note, tuple(examples.get(key.id, ("", ""))), key.choices))
    return (*found, Line("Volet 3 : assistant médical (hors points)"), *map(extra, ASSISTANT))


def workbook(rules: Path | None = None, *, example: bool = False) -> bytes:
    """The template as an xlsx file of one sheet, with two doctors; `example`: with their answers."""
    from openpyxl import Workbook  # noqa: PLC0415 - only for workbooks

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    _write_head(sheet, example=example)
    for row, line in enumerate(lines(load_scales(rules)), 2):
        _write_line(sheet, row, line if example else _emptied(line))
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["A"].width = 62
    sheet.column_dimensions["B"].width = 27
    for letter in ("C", "D"):
        sheet.column_dimensions[letter].width = 16
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _emptied(line: Line) -> Line:
    return replace(line, examples=("",) * len(line.examples))


def text(rules: Path | None = None, *, example: bool = False) -> str:
    """The template as TOML of one doctor; `example`: with the answers of one."""
    scales = load_scales(rules)
    asked = [line if example else _emptied(line) for line in lines(scales)]
    years = [line.examples[0] for line in asked if line.key == YEAR and line.examples[0]]
    head = {
        "{exemples}": _FILLED if example else _TO_FILL,
        "{nom}": f'nom = "{_data()["doctors"][0]}"' if example else "# nom =",
        "{annee}": f"annee = {years[0]}" if years else "# annee =",
        "{annees}": f"de {min(scales.years)} à {max(scales.years)}",
        "# {cles}": "\n".join(_toml(asked, scales)),
    }
    found = _resource("forfait.toml")
    for name, words in head.items():
        found = found.replace(name, words)
    return found


def _toml(asked: Iterable[Line], scales: Scales) -> Iterator[str]:
    """The tables with their keys: a table of answers that are all still to come is no table yet."""
    written = [(line, _toml_value(line)) for line in asked if line.key not in EXTRA_LABELS]
    width = max(len(f"{_name(line, scales)} = {value or '?'}") for line, value in written if line.key)
    title, table = "", ""
    for line, value in written:
        if not line.key:
            title = line.label
            continue
        own = scales.keys[line.key]
        if own.table != table:
            table = own.table
            yield f"\n[{table}]"
        if title:
            yield f"\n# {title}"
            title = ""
        setting = f"{own.name} = {value}" if value else f"# {own.name} ="
        yield f"{setting.ljust(width)}  # {line.label} ({_years(scales, line.key)})"


def _name(line: Line, scales: Scales) -> str:
    return scales.keys[line.key].name


def _toml_value(line: Line) -> str:
    value = line.examples[0] if line.examples else ""
    if value == "":
        return ""
    if line.type == "yes-no":
        return "true" if value == "oui" else "false"
    if line.type == "rate" and "/" in value:
        return _toml_counts(*value.split("/"))
    if line.type == "patients" and "/" in str(value):
        total, _, not_seen = str(value).partition("/")
        return f"{{ total = {total}, non_vus = {not_seen} }}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _toml_counts(done: str, total: str, excluded: str = "0") -> str:
    return f"{{ realises = {done}, total = {total}, exclus = {excluded} }}"


def _years(scales: Scales, key: str) -> str:
    """The years that ask for a key: `2019 à 2022`, `2019 à 2021, 2023`."""
    asking = runs(year for year, scale in scales.years.items() if key in scale.used_keys)
    return shortened([[str(year) for year in run] for run in asking])


def _write_head(sheet: Worksheet, *, example: bool) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    doctors = _data()["doctors"]
    for place, words in enumerate((LABEL_HEADING, KEY_HEADING, *doctors), 1):
        cell = sheet.cell(1, place, words)
        cell.font = _font(bold=True)
        cell.fill = PatternFill("solid", fgColor=_HEAD)
    note = (
        "Une colonne par médecin, d'autres peuvent suivre : mettez son nom en tête.\n"
        + ("Ces deux-là sont des exemples à remplacer.\n" if example else "")
        + "Une cellule vide est « non renseignée », jamais « non »."
    )
    sheet["C1"].comment = Comment(note, "a9", height=90, width=300)


def _write_line(sheet: Worksheet, row: int, line: Line) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    label = sheet.cell(row, 1, line.label)
    if not line.key:
        label.font = _font(bold=True)
        for place in range(1, 5):
            sheet.cell(row, place).fill = PatternFill("solid", fgColor=_TITLE)
        return
    number_format = _FORMATS.get(line.type, "@")
    sheet.row_dimensions[row].number_format = number_format  # for the doctors to come
    label.comment = Comment(line.note, "a9", height=60 + 18 * (len(line.note) // 45), width=340)
    sheet.cell(row, 2, line.key).font = _font(color=_EXAMPLE)
    for place, example in enumerate(line.examples, 3):
        cell = sheet.cell(row, place, None if example == "" else example)
        cell.number_format = number_format
        cell.font = _font(italic=True, color=_EXAMPLE)
    admitted = line.choices or _LISTS.get(line.type, ())
    if admitted:
        choice = DataValidation(type="list", formula1=f'"{",".join(admitted)}"', allow_blank=True)
        choice.errorTitle, choice.error = line.label[:32], f"Valeurs admises : {', '.join(admitted)}"
        sheet.add_data_validation(choice)
        choice.add(f"{_FIRST_COLUMN}{row}:{_LAST_COLUMN}{row}")


def _font(**changes: Any) -> Font:
    """The font of the other cells: without its name a spreadsheet takes another one."""
    from openpyxl.styles import Font  # noqa: PLC0415

    return Font(name="Calibri", size=11, **changes)


def _data() -> Mapping[str, Any]:
    return tomllib.loads(_resource("forfait-sheet.toml"))


def _resource(name: str) -> str:
    return (files("avenant9.templates") / name).read_text(encoding="utf-8")
