"""A workbook with one column per practice: its lines are keys, or their labels, its cells what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from msgspec import Struct

from avenant9.errors import SettingError
from avenant9.settings.sheet import empty, filled, plain
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from avenant9.settings.sheet import Line, Place

#: The sheet of the template, and the headings of the columns that name the lines.
SHEET: Final = "Forfait"
LABEL_HEADING, KEY_HEADING = "Indicateur", "Clé"
_NAMING: Final = frozenset({"indicateur", "indicateurs", "libelle", "libelles", "cle", "cles"})
_KEYS: Final = frozenset({"cle", "cles"})
_REMEDY: Final = "partez de « a9 template forfait -o forfait.xlsx »"


class Answered(Struct, frozen=True):
    """One cell that holds something, and where it stands as a message says it."""

    place: str
    value: Any


class PracticeColumn(Struct, frozen=True):
    """One practice: its name (the heading of its column), its place, and its cells by key."""

    name: str
    place: str
    cells: Mapping[str, Answered]


def read_columns(path: str, file: BinaryIO, names: Mapping[str, str]) -> tuple[PracticeColumn, ...]:
    """The practices of a workbook, from left to right.

    Args:
        path: as on the command line.
        file: the workbook, open.
        names: key or label of a line -> key; case, accents and punctuation do not matter.

    Raises:
        InputError: the workbook is damaged, protected, of another sort, or holds an error or an uncomputed formula.
        SettingError: a line that is named by no key, a key or a practice given twice, no practice at all.
    """
    sheet = filled(path, file, SHEET, "une ligne par indicateur et une colonne par médecin")
    place, grid = sheet.place, sheet.lines
    if not grid:
        raise SettingError(place, "la feuille est vide", _REMEDY)
    head, *lines = grid[next((at for at, row in enumerate(grid) if plain(row[0].value) in _NAMING), 0) :]
    naming = _naming(head)
    keys = dict(_keys(place, lines, naming, {plain(name): key for name, key in names.items()}, names))
    found = []
    for column in range(max(naming) + 1, len(head)):
        cells = {
            key: Answered(f"{place}, cellule {line[column].coordinate}", sheet.value(line[column]))
            for key, line in keys.items()
            if sheet.answers(line[column])
        }
        name = head[column].value
        if cells or not empty(name):
            letters = "".join(filter(str.isalpha, head[column].coordinate))
            shown = f"colonne {letters}" if empty(name) else str(name).strip()
            found.append(PracticeColumn(shown, f"{place}, colonne {letters}", cells))
    _check_practices(place, found)
    return tuple(found)


def _naming(head: Line) -> list[int]:
    """The columns that name the lines: the first, and those beside it headed as such; that of keys first."""
    more = [at for at, cell in enumerate(head) if at and plain(cell.value) in _NAMING]
    return sorted([0, *more], key=lambda at: plain(head[at].value) not in _KEYS)


def _keys(
    place: str, lines: list[Line], naming: list[int], known: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, Line]]:
    """The line of each key. A line without any answer may be a title: it is passed over when nothing knows it."""
    seen: dict[str, str] = {}
    for line in lines:
        cell = next((line[at] for at in naming if not empty(line[at].value)), None)
        answered = any(not empty(other.value) for other in line[max(naming) + 1 :])
        key = known.get(plain(cell.value)) if cell is not None else None
        if key is None:
            if answered:
                raise _unknown(place, line[naming[0]] if cell is None else cell, names)
            continue
        where = f"{place}, cellule {cell.coordinate}" if cell is not None else place
        if key in seen:
            raise SettingError(where, f"deuxième ligne « {key} » (la première : {seen[key]})", "n'en gardez qu'une")
        seen[key] = cell.coordinate if cell is not None else ""
        yield key, line


def _unknown(place: str, cell: Place, names: Mapping[str, str]) -> SettingError:
    where = f"{place}, cellule {cell.coordinate}"
    if empty(cell.value):
        return SettingError(where, "cette ligne a des réponses et n'a pas de nom", _REMEDY)
    name = " ".join(str(cell.value).split())
    return SettingError(where, f"ligne inconnue « {name} »", did_you_mean(name, names) or _REMEDY)


def _check_practices(place: str, found: list[PracticeColumn]) -> None:
    if not found:
        raise SettingError(place, "aucune colonne de médecin", _REMEDY)
    names = [practice.name for practice in found]
    twice = next((practice for at, practice in enumerate(found) if practice.name in names[:at]), None)
    if twice is not None:
        raise SettingError(twice.place, f"deuxième colonne « {twice.name} »", "donnez un nom différent à chacune")
