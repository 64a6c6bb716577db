"""The practices of a file: one of a TOML file, one per column of a workbook; and the answers of `--set`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from msgspec import Struct

from avenant9.errors import InputError, SettingError
from avenant9.forfait import values
from avenant9.forfait.answers import AssistantContract, Practice
from avenant9.reading.refusals import RESAVE, protected
from avenant9.reading.sniff import HEAD, open_input, sniff
from avenant9.records import replace
from avenant9.rulebook.scales import FIRST_TABLE
from avenant9.settings import practices
from avenant9.settings.sheet import empty
from avenant9.settings.toml import check_keys, near, parsed
from avenant9.settings.values import count, day
from avenant9.wording import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from avenant9.forfait.answers import Answer
    from avenant9.rulebook.scales import Key

#: Key of a line of the workbook -> its label; in TOML they stand outside `[indicateurs]`.
YEAR: Final = "annee"
ASSISTANT: Final[Mapping[str, str]] = {
    "assistant.etp": "Assistant médical : temps de travail",
    "assistant.signe_le": "Assistant médical : contrat signé le",
    "assistant.percentile": "Assistant médical : percentile de patientèle",
}
EXTRA_LABELS: Final[Mapping[str, str]] = {YEAR: "Année", **ASSISTANT}

_ASSISTANT_TABLE: Final = "assistant"
#: The stream of a compound file that holds a workbook under a password.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_REMEDY: Final = "partez de « a9 template forfait »"
_ASSISTANT_PARTS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "etp": values.etp,
    "signe_le": day,
    "percentile": values.percentile,
}
#: Key -> the part of the contract that it gives.
_PART_OF: Final = {f"{_ASSISTANT_TABLE}.{part}": part for part in _ASSISTANT_PARTS}


class Entry(Struct, frozen=True):
    """A practice, and the year that its file says, if it says one."""

    practice: Practice
    year: int | None = None


def load_practices(path: str, keys: Mapping[str, Key], stdin: BinaryIO | None = None) -> tuple[Entry, ...]:
    """The practices of a TOML file or of an xlsx workbook (content decides), in their order.

    Args:
        path: as on the command line; `-` is TOML on `stdin`.
        keys: what a practice is asked, by id.
        stdin: what `-` reads.

    Raises:
        InputError: missing, unreadable, damaged.
        SettingError: an unknown key, a value that is none: the first, with its key or cell.
    """
    if path == "-":
        data, shown = (stdin.read() if stdin is not None else b""), "entrée standard"
    else:
        shown = path
        with open_input(path) as file:
            data = _content(path, file)
    kind = sniff(shown, data[:HEAD])
    if kind == "zip":
        if path == "-":
            raise InputError(shown, "un classeur ne peut pas être lu d'un tuyau", "enregistrez-le dans un fichier")
        return _of_workbook(path, data, keys)
    if kind == "ole":
        if _ENCRYPTED in data:
            raise protected(shown)
        raise InputError(shown, "ce n'est pas un classeur .xlsx", RESAVE)
    if kind != "text":
        raise InputError(shown, "ce n'est ni un fichier TOML ni un classeur .xlsx", RESAVE)
    return (_of_toml(shown, data, keys),)


def alone() -> Entry:
    """A practice without a file: `--set` says everything of it."""
    return Entry(Practice(None))


def with_settings(entries: Iterable[Entry], settings: Iterable[str], keys: Mapping[str, Key]) -> tuple[Entry, ...]:
    """The entries with the answers of `--set key=value` in all of them; `key=` makes an answer unknown.

    Raises:
        SettingError: no `=`, an unknown key, a value that is none, a key set twice.
    """
    given: dict[str, str] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = _whole_name(key.strip().removeprefix(f"{FIRST_TABLE}."), keys)
        if not equals:
            raise SettingError(f"--set {setting}", "il manque le signe =", "écrivez --set taux_dmp=0,22")
        if key not in keys and key not in ASSISTANT:
            raise SettingError("--set", f"clé inconnue « {key} »", near(key, [*keys, *ASSISTANT]))
        if key in given:
            raise SettingError(f"--set {key}", "cette clé est donnée deux fois", "n'en gardez qu'une")
        given[key] = text
    return tuple(_set(entry, given, keys) for entry in entries) if given else tuple(entries)


def _whole_name(name: str, keys: Mapping[str, Key]) -> str:
    """The id of a key that is called by its name inside its table, where only one is called so."""
    found = [] if name in keys else [key.id for key in keys.values() if key.name == name]
    return found[0] if len(found) == 1 else name


def _content(path: str, file: BinaryIO) -> bytes:
    try:
        return file.read()
    except OSError:
        raise InputError(path, "lecture impossible", "vérifiez vos droits sur ce fichier") from None


def _of_toml(shown: str, data: bytes, keys: Mapping[str, Key]) -> Entry:
    content = parsed(shown, data, _REMEDY, "ce n'est ni un classeur ni du TOML en UTF-8")
    tables = [*dict.fromkeys(key.table for key in keys.values()), _ASSISTANT_TABLE]
    names = ("nom", YEAR, *tables)
    for key in content:
        if key not in names:
            inside = keys.get(_whole_name(key, keys))
            hint = f"placez-la sous [{inside.table}]" if inside else near(key, names)
            raise SettingError(shown, f"clé inconnue « {key} »", hint)
    for table in tables:
        if not isinstance(content.get(table, {}), dict):
            raise SettingError(f"{shown}, {table}", "ce n'est pas une table", f"écrivez [{table}]")
    name = content.get("nom")
    if name is not None and not isinstance(name, str):
        raise SettingError(f"{shown}, nom", "valeur inutilisable", "attendu : un texte entre guillemets")
    answers = {
        key: found
        for table in tables[:-1]
        for key, found in _answers_of(shown, table, content.get(table, {}), keys).items()
    }
    contract = _contract(f"{shown}, [assistant]", _assistant_table(shown, content.get(_ASSISTANT_TABLE, {})))
    year = _year(f"{shown}, {YEAR}", content.get(YEAR))
    return Entry(Practice((name or "").strip() or None, answers, contract, shown), year)


def _answers_of(shown: str, table: str, asked: dict[str, Any], keys: Mapping[str, Key]) -> dict[str, Answer]:
    """The answers of one table, by id of their key; the first table says its keys alone."""
    own = {key.name: key for key in keys.values() if key.table == table}
    check_keys(f"{shown}, [{table}]", asked, own)
    where = shown if table == FIRST_TABLE else f"{shown}, [{table}]"
    sep = ", " if table == FIRST_TABLE else " "
    return {
        own[name].id: found
        for name, value in asked.items()
        if (found := values.asked(f"{where}{sep}{name}", own[name], value)) is not None
    }


def _assistant_table(shown: str, table: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    check_keys(f"{shown}, [assistant]", table, _ASSISTANT_PARTS)
    return {key: (f"{shown}, [assistant] {key}", value) for key, value in table.items()}


def _of_workbook(path: str, data: bytes, keys: Mapping[str, Key]) -> tuple[Entry, ...]:
    names = {key.name: _whole_name(key.name, keys) for key in keys.values()}
    names |= {key: key for key in (*keys, *EXTRA_LABELS)}
    names |= {key.label: name for name, key in keys.items()} | {label: key for key, label in EXTRA_LABELS.items()}
    return tuple(_of_column(column, keys) for column in practices.read_columns(path, io.BytesIO(data), names))


def _of_column(column: practices.PracticeColumn, keys: Mapping[str, Key]) -> Entry:
    answers = {
        key: found
        for key, cell in column.cells.items()
        if key in keys and (found := values.asked(cell.place, keys[key], cell.value)) is not None
    }
    parts = {_PART_OF[key]: (cell.place, cell.value) for key, cell in column.cells.items() if key in ASSISTANT}
    year = column.cells.get(YEAR)
    return Entry(
        Practice(column.name, answers, _contract(column.place, parts), column.place),
        _year(year.place, year.value) if year is not None else None,
    )


def _contract(place: str, parts: Mapping[str, tuple[str, Any]]) -> AssistantContract | None:
    """All of the contract or nothing of it: no part of it can be supposed."""
    filled = {key: part for key, part in parts.items() if not empty(part[1])}
    if not filled:
        return None
    missing = [key for key in _ASSISTANT_PARTS if key not in filled]
    if missing:
        verb = plural(len(missing), "manque", "manquent")
        raise SettingError(
            place, f"assistant médical : {listed(quoted(missing))} {verb}", "donnez etp, signe_le et percentile"
        )
    read = {key: _ASSISTANT_PARTS[key](*part) for key, part in filled.items()}
    return AssistantContract(etp=read["etp"], signed_on=read["signe_le"], percentile=read["percentile"])


def _year(place: str, value: object) -> int | None:
    return None if empty(value) else count(place, value)


def _set(entry: Entry, given: Mapping[str, str], keys: Mapping[str, Key]) -> Entry:
    answers = dict(entry.practice.answers)
    contract = entry.practice.assistant
    parts: dict[str, tuple[str, Any]] = (
        {}
        if contract is None
        else {
            "etp": ("", contract.etp),
            "signe_le": ("", contract.signed_on),
            "percentile": ("", contract.percentile),
        }
    )
    for key, text in given.items():
        place = f"--set {key}"
        if key in ASSISTANT:
            parts[_PART_OF[key]] = (place, text)
            continue
        answers.pop(key, None)
        found = values.asked(place, keys[key], text)
        if found is not None:
            answers[key] = found
    practice = replace(entry.practice, answers=answers, assistant=_contract("--set", parts))
    return replace(entry, practice=practice)
