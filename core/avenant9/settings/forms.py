"""Short lists that a user fills in, one table of a TOML file or one line of a sheet each, under closed keys."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from avenant9.acts.people import practitioner_key
from avenant9.errors import SettingError
from avenant9.settings import toml, values
from avenant9.settings.sheet import empty, filled, plain
from avenant9.wording import did_you_mean, fold, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from avenant9.settings.sheet import Filled, Line


class Form(Struct, frozen=True):
    """What such a file holds: its table, the (feminine) noun of an entry, its template, its keys and headings."""

    table: str
    noun: str
    template: str
    headings: dict[str, str]
    required: tuple[str, ...]
    report: str = ""  # the sheet of a report whose rows somebody fills in at the right, if there is one
    filled: tuple[str, ...] = ()  # the keys that are filled in there

    @property
    def keys_of_report(self) -> tuple[str, ...]:
        """The keys that a row of a report has: what it is about, and what is filled in."""
        return (next(iter(self.headings)), *self.filled)

    @property
    def remedy(self) -> str:
        """Where to start again."""
        return f"partez de « a9 template {self.template} »"


class Entry(Struct, frozen=True):
    """One entry: where it stands, its values as the file holds them, the titles of a sheet by key (none in TOML)."""

    place: str
    values: dict[str, Any]
    titles: dict[str, str] = field(default_factory=dict)

    def at(self, key: str) -> str:
        """Where a value stands, as its file names it."""
        return f"{self.place}, {self.titles.get(key, key)}"

    def called(self, key: str, form: Form) -> str:
        """What a key is called, for whoever has to write it."""
        return f"« {self.titles[key]} »" if self.titles else f"« {key} » ({form.headings[key]})"


def entries(path: Path, form: Form) -> list[Entry]:
    """Each entry, values as the file holds them: `check_entry` judges its keys.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is neither TOML nor a workbook, or something in it is no table or heading of the form.
    """
    content = toml.read_bytes(path, "donnez un fichier TOML ou un classeur")
    return list((_of_sheet if content.startswith(b"PK\x03\x04") else _of_toml)(path, content, form))


def check_entry(entry: Entry, form: Form) -> None:
    """Raises SettingError at the first key that the form does not have, or has and is missing."""
    toml.check_keys(entry.place, entry.values, form.headings)
    for key in form.required:
        if empty(entry.values.get(key)):
            raise SettingError(entry.place, f"{entry.called(key, form)} manque", "il est obligatoire")


def _of_toml(path: Path, content: bytes, form: Form) -> Iterator[Entry]:
    data = toml.parsed(str(path), content, form.remedy, "ce n'est ni un classeur ni du TOML en UTF-8")
    for key in data:
        if key != form.table:
            hint = did_you_mean(key, [form.table]) or f"la seule table est [[{form.table}]]"
            raise SettingError(str(path), f"clé inconnue « {key} »", hint)
    tables = data.get(form.table, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingError(str(path), f"« {form.table} » n'est pas une liste de tables", f"écrivez [[{form.table}]]")
    if not tables:
        raise SettingError(str(path), f"aucune {form.noun}", f"écrivez une table [[{form.table}]] par {form.noun}")
    for rank, table in enumerate(tables, 1):
        yield Entry(f"{path}, {form.noun} {rank}", table)


def _of_sheet(path: Path, content: bytes, form: Form) -> Iterator[Entry]:
    sheet = filled(str(path), io.BytesIO(content), f"{form.noun}s", f"une ligne par {form.noun}", form.report)
    head, *lines = sheet.lines or [()]
    if form.report and fold(sheet.title) == fold(form.report):
        yield from _of_report(sheet, head, lines, form)
        return
    keys = _keys(f"{path}, ligne {head[0].row if head else 1}", head, form)
    if not lines:
        raise SettingError(str(path), f"aucune {form.noun} sous les titres", f"remplissez une ligne par {form.noun}")
    for line in lines:
        answered = [(key, cell) for key, cell in zip(keys, line, strict=True) if key and sheet.answers(cell)]
        if answered:
            values_of = {key: sheet.value(cell) for key, cell in answered}
            yield Entry(f"{path}, ligne {line[0].row}", values_of, form.headings)


def _of_report(sheet: Filled, head: Line, lines: Sequence[Line], form: Form) -> Iterator[Entry]:
    """The rows of a report that somebody filled in; the others, and what the report itself says, are left alone."""
    known = {plain(form.headings[key]): key for key in form.headings}
    keys = [known.get(plain(cell.value)) for cell in head]
    missing = [form.headings[key] for key in form.keys_of_report if key not in keys]
    if missing:
        raise SettingError(sheet.place, f"titres absents : {listed(quoted(missing))}", form.remedy)
    for line in lines:
        cells = {key: cell for key, cell in zip(keys, line, strict=True) if key in form.keys_of_report}
        if any(sheet.answers(cells[key]) for key in form.filled):
            for key in form.required:
                if not sheet.answers(cells[key]):
                    where = f"{sheet.place}, cellule {cells[key].coordinate}"
                    raise SettingError(where, f"« {form.headings[key]} » manque", "écrivez-le, ou videz cette ligne")
            values_of = {key: sheet.value(cell) for key, cell in cells.items()}
            yield Entry(f"{sheet.place}, ligne {line[0].row}", values_of, form.headings)


def _keys(place: str, titles: Line, form: Form) -> list[str | None]:
    """The key of each column; a title that is none of the template's is an error, not a column ignored."""
    headings = form.headings
    known = {plain(name): key for key, title in headings.items() for name in (key, title)}
    keys: list[str | None] = []
    for title in (cell.value for cell in titles):
        key = None if empty(title) else known.get(plain(title))
        if key is None and not empty(title):
            hint = did_you_mean(str(title), headings.values()) or f"les titres sont {listed(list(headings.values()))}"
            raise SettingError(place, f"titre inconnu « {title} »", hint)
        if key is not None and key in keys:
            raise SettingError(place, f"titre « {title} » deux fois", "n'en gardez qu'un")
        keys.append(key)
    missing = [headings[key] for key in form.required if key not in keys]
    if missing:
        raise SettingError(place, f"titres absents : {listed(quoted(missing))}", form.remedy)
    return keys


def practitioner(entry: Entry) -> str:
    """An identifier of a practitioner, as acts have it; a cell may hold it as a number."""
    value = entry.values["practitioner"]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise values.unusable(entry.at("practitioner"), "l'identifiant du praticien, entre guillemets")
    return practitioner_key(str(value).strip())


def day(entry: Entry, key: str) -> date | None:
    """A date of TOML, of a cell, or written as text; None where there is none."""
    value = entry.values.get(key)
    return None if empty(value) else values.day(entry.at(key), value)
