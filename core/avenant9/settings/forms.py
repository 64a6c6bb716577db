"""Short lists that a user fills in, one table of a TOML file or one line of a sheet each, under closed keys."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from avenant9.acts.dates import parse_day
from avenant9.acts.people import practitioner_key
from avenant9.errors import InputError, SettingError
from avenant9.wording import did_you_mean, fold, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Form:
    """What such a file holds: its table, the (feminine) noun of an entry, its template, its keys and headings."""

    table: str
    noun: str
    template: str
    headings: dict[str, str]
    required: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """Where to start again."""
        return f"partez de « a9 template {self.template} »"


def entries(path: Path, form: Form) -> list[tuple[str, dict[str, Any]]]:
    """Each entry under the place that messages name, values as the file holds them: `check_keys` judges its keys.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is neither TOML nor a workbook, or something in it is no table or heading of the form.
    """
    content = read_bytes(path, "donnez un fichier TOML ou un classeur")
    return list(_of_sheet(path, form) if content.startswith(b"PK\x03\x04") else _of_toml(path, content, form))


def read_bytes(path: Path, instead: str) -> bytes:
    """What the file holds; `instead` is what to give where it is a folder. Raises InputError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), "fichier introuvable", "vérifiez le chemin") from None
    except IsADirectoryError:
        raise InputError(str(path), "c'est un dossier", instead) from None
    except OSError:
        raise InputError(str(path), "lecture impossible", "vérifiez vos droits sur ce fichier") from None


def check_keys(place: str, values: dict[str, Any], form: Form) -> None:
    """Raises SettingError at the first key that the form does not have, or has and is missing."""
    for key in values:
        if key not in form.headings:
            hint = did_you_mean(key, form.headings) or f"les clés sont {listed(list(form.headings))}"
            raise SettingError(place, f"clé inconnue « {key} »", hint)
    for key in form.required:
        if empty(values.get(key)):
            raise SettingError(place, f"« {key} » ({form.headings[key]}) manque", "il est obligatoire")


def _of_toml(path: Path, content: bytes, form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        data = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise SettingError(str(path), "ce n'est ni un classeur ni du TOML en UTF-8", form.remedy) from None
    except (ValueError, RecursionError) as error:  # also what tomllib lets through: an integer without end
        where = re.search(r"line (\d+)", str(error))
        line = f", ligne {where[1]}" if where else ""
        raise SettingError(f"{path}{line}", "TOML mal formé", form.remedy) from None
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
        yield f"{path}, {form.noun} {rank}", table


def _of_sheet(path: Path, form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only for workbooks
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=False, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise InputError(str(path), "classeur illisible", "enregistrez-le de nouveau en .xlsx") from None
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    keys = _keys(str(path), next(rows, ()), form)
    found = False
    for number, cells in enumerate(rows, 2):
        values = {key: cell for key, cell in zip(keys, cells, strict=False) if key and not empty(cell)}
        if values:
            found = True
            yield f"{path}, ligne {number}", values
    if not found:
        raise SettingError(str(path), f"aucune {form.noun} sous les titres", f"remplissez une ligne par {form.noun}")


def empty(cell: object) -> bool:
    """Whether a cell, or a value, holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _keys(path: str, titles: Iterable[Any], form: Form) -> list[str | None]:
    """The key of each column; a title that is none of the template's is an error, not a column ignored."""
    headings = form.headings
    known = {_plain(name): key for key, title in headings.items() for name in (key, title)}
    keys: list[str | None] = []
    for title in titles:
        key = None if empty(title) else known.get(_plain(str(title)))
        if key is None and not empty(title):
            hint = did_you_mean(str(title), headings.values()) or f"les titres sont {listed(list(headings.values()))}"
            raise SettingError(f"{path}, ligne 1", f"titre inconnu « {title} »", hint)
        if key is not None and key in keys:
            raise SettingError(f"{path}, ligne 1", f"titre « {title} » deux fois", "n'en gardez qu'un")
        keys.append(key)
    missing = [headings[key] for key in form.required if key not in keys]
    if missing:
        raise SettingError(f"{path}, ligne 1", f"titres absents : {listed(quoted(missing))}", form.remedy)
    return keys


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def unusable(place: str, key: str, expected: str) -> SettingError:
    """The error of a value that cannot be used."""
    return SettingError(f"{place}, {key}", "valeur inutilisable", f"attendu : {expected}")


def practitioner(place: str, value: Any) -> str:
    """An identifier of a practitioner, as acts have it; a cell may hold it as a number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise unusable(place, "practitioner", "l'identifiant du praticien, entre guillemets")
    return practitioner_key(str(value).strip())


def day(place: str, key: str, value: Any) -> date | None:
    """A date of TOML, of a cell, or written as text; None where there is none."""
    if isinstance(value, str) and value.strip():
        value = parse_day(value.strip())
        if value is None:
            raise unusable(place, key, "une date AAAA-MM-JJ ou JJ/MM/AAAA")
    if value is None or empty(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise unusable(place, key, "une date AAAA-MM-JJ ou JJ/MM/AAAA")
    return value
