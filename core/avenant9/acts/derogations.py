"""The derogations ("aménagements") of the ceiling that practitioners obtained, from TOML or a workbook."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from avenant9.acts.normalise import practitioner_key
from avenant9.acts.values import parse_day
from avenant9.errors import InputError, SettingError
from avenant9.model import GrantedCeiling
from avenant9.wording import did_you_mean, fold, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Key -> heading of the template's sheet, in its order.
HEADINGS: Final = {
    "practitioner": "Praticien",
    "year": "Année",
    "ceiling": "Plafond",
    "conditions": "Conditions",
    "decided_on": "Décidée le",
    "tacit_renewal": "Reconduction tacite",
    "changed_on": "Situation changée le",
}
REQUIRED: Final = ("practitioner", "year", "ceiling")
_YEARS: Final = range(2000, 2100)
_BASIS_POINTS: Final = 10_000
_YES_NO: Final = dict.fromkeys(("oui", "o", "vrai", "1"), True) | dict.fromkeys(("non", "n", "faux", "0"), False)


def load_derogations(path: Path) -> tuple[GrantedCeiling, ...]:
    """The derogations of a TOML file (`[[derogation]]`) or of the first sheet of a workbook, in their order.

    Ceilings are shares between 0 and 1 (or percents written with `%`), kept in whole basis points.

    Raises:
        InputError: the file cannot be read.
        SettingError: something it holds cannot be used: the first thing, with its place and the remedy.
    """
    granted: list[GrantedCeiling] = []
    first: dict[tuple[str, int], str] = {}
    for place, values in _entries(path):
        entry = _ceiling(place, values)
        key = (entry.practitioner, entry.year)
        if key in first:
            raise SettingError(
                place,
                f"deuxième dérogation d'un même praticien pour {entry.year} (la première : {first[key]})",
                "n'en gardez qu'une par praticien et par année",
            )
        first[key] = place
        granted.append(entry)
    return tuple(granted)


def _entries(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Each derogation under the place that messages name, values as the file holds them."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), "fichier introuvable", "vérifiez le chemin") from None
    except IsADirectoryError:
        raise InputError(str(path), "c'est un dossier", "donnez un fichier TOML ou un classeur") from None
    except OSError:
        raise InputError(str(path), "lecture impossible", "vérifiez vos droits sur ce fichier") from None
    return list(_of_sheet(path) if content.startswith(b"PK\x03\x04") else _of_toml(path, content))


def _of_toml(path: Path, content: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        data = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise SettingError(str(path), "ce n'est ni un classeur ni du TOML en UTF-8", _REWRITE) from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = f", ligne {where[1]}" if where else ""
        raise SettingError(f"{path}{line}", "TOML mal formé", _REWRITE) from None
    for key in data:
        if key != "derogation":
            hint = did_you_mean(key, ["derogation"]) or "la seule table est [[derogation]]"
            raise SettingError(str(path), f"clé inconnue « {key} »", hint)
    tables = data.get("derogation", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingError(str(path), "« derogation » n'est pas une liste de tables", "écrivez [[derogation]]")
    if not tables:
        raise SettingError(str(path), "aucune dérogation", "écrivez une table [[derogation]] par dérogation")
    for rank, table in enumerate(tables, 1):
        yield f"{path}, dérogation {rank}", table


_REWRITE = "partez de « a9 template derogations »"


def _of_sheet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only for workbooks
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=False, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise InputError(str(path), "classeur illisible", "enregistrez-le de nouveau en .xlsx") from None
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    keys = _keys(str(path), next(rows, ()))
    found = False
    for number, cells in enumerate(rows, 2):
        values = {key: cell for key, cell in zip(keys, cells, strict=False) if key and not _empty(cell)}
        if values:
            found = True
            yield f"{path}, ligne {number}", values
    if not found:
        raise SettingError(str(path), "aucune dérogation sous les titres", "remplissez une ligne par dérogation")


def _empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _keys(path: str, titles: Iterable[Any]) -> list[str | None]:
    """The key of each column; a title that is none of the template's is an error, not a column ignored."""
    known = {_plain(name): key for key, title in HEADINGS.items() for name in (key, title)}
    keys: list[str | None] = []
    for title in titles:
        key = None if _empty(title) else known.get(_plain(str(title)))
        if key is None and not _empty(title):
            hint = did_you_mean(str(title), HEADINGS.values()) or f"les titres sont {listed(list(HEADINGS.values()))}"
            raise SettingError(f"{path}, ligne 1", f"titre inconnu « {title} »", hint)
        if key is not None and key in keys:
            raise SettingError(f"{path}, ligne 1", f"titre « {title} » deux fois", "n'en gardez qu'un")
        keys.append(key)
    missing = [HEADINGS[key] for key in REQUIRED if key not in keys]
    if missing:
        raise SettingError(f"{path}, ligne 1", f"titres absents : {listed(quoted(missing))}", _REWRITE)
    return keys


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _ceiling(place: str, values: dict[str, Any]) -> GrantedCeiling:
    for key in values:
        if key not in HEADINGS:
            hint = did_you_mean(key, HEADINGS) or f"les clés sont {listed(list(HEADINGS))}"
            raise SettingError(place, f"clé inconnue « {key} »", hint)
    for key in REQUIRED:
        if key not in values or _empty(values[key]):
            raise SettingError(place, f"« {key} » ({HEADINGS[key]}) manque", "il est obligatoire")
    return GrantedCeiling(
        practitioner=_identifier(place, values["practitioner"]),
        year=_year(place, values["year"]),
        ceiling_bp=_share(place, values["ceiling"]),
        conditions=_conditions(place, values.get("conditions", ())),
        decided_on=_day(place, "decided_on", values.get("decided_on")),
        tacit_renewal=_yes_no(place, values.get("tacit_renewal", True)),
        changed_on=_day(place, "changed_on", values.get("changed_on")),
    )


def _wrong(place: str, key: str, expected: str) -> SettingError:
    return SettingError(f"{place}, {key}", "valeur inutilisable", f"attendu : {expected}")


def _identifier(place: str, value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _wrong(place, "practitioner", "l'identifiant du praticien, entre guillemets")
    return practitioner_key(str(value).strip())


def _year(place: str, value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _YEARS:
        raise _wrong(place, "year", "une année civile, par exemple 2022")
    return value


def _share(place: str, value: Any) -> int:
    """A share as whole basis points: integer arithmetic from here on."""
    key, expected = "ceiling", "une part entre 0 et 1, par exemple 0.40 (ou 40 %)"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _wrong(place, key, expected)
    text = str(value).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    percent = text.endswith("%")
    try:
        share = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        raise _wrong(place, key, expected) from None
    points = share * (100 if percent else _BASIS_POINTS)
    if isinstance(value, float):  # a cell of a workbook: 0.4 is stored as a binary fraction
        points = points.quantize(Decimal("0.000001")).normalize()
    if not points.is_finite() or not 0 <= points <= _BASIS_POINTS:
        raise SettingError(f"{place}, {key}", f"plafond hors de 0 à 1 ({value})", f"attendu : {expected}")
    if points != points.to_integral_value():
        raise SettingError(f"{place}, {key}", f"plafond trop précis ({value})", "deux décimales de pour cent au plus")
    return int(points)


def _conditions(place: str, value: Any) -> tuple[str, ...]:
    """A list in TOML; in a cell, conditions apart by `;`."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise _wrong(place, "conditions", "une liste de textes")
    return tuple(text.strip() for text in value if text.strip())


def _day(place: str, key: str, value: Any) -> date | None:
    if isinstance(value, str) and value.strip():
        value = parse_day(value.strip())
        if value is None:
            raise _wrong(place, key, "une date AAAA-MM-JJ ou JJ/MM/AAAA")
    if value is None or _empty(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise _wrong(place, key, "une date AAAA-MM-JJ ou JJ/MM/AAAA")
    return value


def _yes_no(place: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    answer = _YES_NO.get(fold(str(value)).strip())
    if answer is None:
        raise _wrong(place, "tacit_renewal", "true ou false (oui ou non dans un classeur)")
    return answer
