"""Versions that hang on a period of a measure: `during = "snp/ete-2022"` gives their dates, and their source.

The file of the measure alone says from when to when; whether it is otherwise right is for `rulebook.measures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from avenant9.rulebook.files import nearest_names, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from avenant9.rulebook.files import RuleFile

#: `measure/period` -> what its table says, as it was read.
Periods: TypeAlias = "Mapping[str, Mapping[str, Any]]"

_DATES = ("from", "until")
#: What a version says again only where it differs from its period.
_SHARED = ("source", "checked_on", "doubt")


def read_periods(files: Iterable[RuleFile]) -> dict[str, dict[str, Any]]:
    """The periods of the measures of `files`. Raises RulebookError where one is no TOML."""
    return {
        f"{file.name}/{span['id']}": span
        for file in files
        for span in _tables(read_toml(file), "period")
        if isinstance(span.get("id"), str)
    }


def dated(file: RuleFile, data: dict[str, Any], periods: Periods) -> dict[str, Any]:
    """What a rule file says, its versions with the dates of the periods that they hang on.

    Raises:
        RulebookError: a period that there is not, or dates beside it.
    """
    versions = data.get("version")
    if not isinstance(versions, list):
        return data
    return {**data, "version": [_dated(file, number, one, periods) for number, one in enumerate(versions, 1)]}


def _dated(file: RuleFile, number: int, version: Any, periods: Periods) -> Any:
    if not isinstance(version, dict) or "during" not in version:
        return version
    span = _span(file, f"version {number}, during", version["during"], periods)
    for key in _DATES:
        if key in version:
            raise file.error(f"version {number}, {key}", "« during » donne déjà les dates", f"retirer « {key} »")
    return {key: span[key] for key in (*_DATES, *_SHARED) if key in span} | version


def _span(file: RuleFile, key: str, name: Any, periods: Periods) -> Mapping[str, Any]:
    wanted = "« a9 measures show » donne les périodes de chaque mesure"
    if not isinstance(name, str) or not name:
        raise file.error(key, "valeur refusée", 'écrire la mesure et sa période (« during = "snp/ete-2022" »)')
    if name not in periods:
        near = nearest_names(name, periods, feminine=True)
        raise file.error(key, f"période de mesure inconnue « {name} »", near or wanted)
    return periods[name]


def _tables(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    tables = data.get(key)
    return [one for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []
