"""Rule files -> Rulebook: TOML is read, checked key by key, then as a whole; the first error stops it.

The path of a file is the id of its rule: `rules/frequence/te2-annuelle.toml` is `frequence/te2-annuelle`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from avenant9.calendar import Feast, Hours
from avenant9.errors import SettingError
from avenant9.kinds import KINDS, Kind
from avenant9.kinds.condition import Condition
from avenant9.law.cnam import Specialties, Tables, read_nomenclature
from avenant9.law.dated import ByNature, Dated, Limitation, Strict, Text, text_behind
from avenant9.law.deductions import Deductions
from avenant9.law.hours import DutyHours, Holidays
from avenant9.law.nomenclature import Act
from avenant9.rulebook.consistency import Loaded, check_alone
from avenant9.rulebook.during import read_periods
from avenant9.rulebook.files import RuleFile, find_rules
from avenant9.rulebook.load import Rulebook
from avenant9.rulebook.references import check_together
from avenant9.rulebook.shipped import A_CODE, A_NAME, APART, SHIPPED, model_of, shipped_periods, validate
from avenant9.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from avenant9.model import Source
    from avenant9.rulebook.during import Periods

#: What may stand in a folder beside rules: no rule of its own.
_AROUND: dict[str, dict[str, type[Strict]]] = {
    "nomenclature": {"act": Act},
    "recouvrement": {"limitation": Limitation},
    "calendrier": {"hours": DutyHours, "holidays": Holidays},
}


def _families() -> dict[str, dict[str, type[Strict]]]:
    """The families, in the order of the kinds that are at home in them: kind -> model."""
    families: dict[str, dict[str, type[Strict]]] = {rule.families[0]: {} for rule in KINDS}
    for rule in KINDS:
        (name,) = get_args(rule.model_fields["kind"].annotation)
        for family in rule.families:
            families[family][name] = rule
    return families


#: The families of rules, and the kinds that each may hold.
RULES = _families()
#: The same with what stands beside rules.
FAMILIES = {**RULES, **_AROUND}

_NAMES = {family: A_CODE if family == "nomenclature" else A_NAME for family in (*FAMILIES, *APART)}
#: The folder of case tables beside the families of rules.
CASES = "cases"


class _Head(Strict):
    """What `rules/rulebook.toml` holds."""

    version: Text


class _ByNature(Strict):
    """What `rules/par_nature.toml` holds."""

    entry: tuple[ByNature, ...]


def rulebook_of(extra: Path | None = None) -> Rulebook:
    """The rulebook of the shipped files and of those of `extra`. Raises as `load_rulebook`."""
    loaded, tables, version = _shipped()
    replaced: tuple[str, ...] = ()
    if extra is not None:
        files = find_extra(extra)
        own = read_periods(file for file in files.values() if file.family == "mesure")
        added = _read(files, {**shipped_periods(), **own})
        replaced = tuple(sorted(loaded.keys() & added.keys()))
        loaded = {**added, **{name: one for name, one in loaded.items() if name not in added}}
    models = {name: loaded[name].model for name in sorted(loaded)}
    acts = {model.code: model for model in models.values() if isinstance(model, Act)}
    of_children = [model.codes_of_children for model in models.values() if isinstance(model, Condition)]
    nomenclature = read_nomenclature(
        SHIPPED / "tables", tables, _specialties(), acts.values(), frozenset().union(*of_children)
    )
    check_together(loaded, nomenclature)
    rules = [name for name, model in models.items() if isinstance(model, Kind)]
    limitations = [model for model in models.values() if isinstance(model, Limitation)]
    return Rulebook(
        version=version,
        date=max([tables.checked_on, *(one.checked_on for one in _dated(models.values()))]),
        rules={name: models[name] for name in rules},
        acts=dict(sorted(acts.items())),
        limitation=limitations[0] if limitations else None,
        hours=_hours(models.values()),
        replaced=replaced,
        nomenclature=nomenclature,
        sources=_sources(models),
        deductions=_deductions(),
        by_nature=_by_nature(),
        checked={
            name: min(one.checked_on for one in dated)
            for name, model in models.items()
            if (dated := list(_dated([model])))
        },
    )


@cache
def _shipped() -> tuple[Mapping[str, Loaded], Tables, str]:
    """The shipped files: they do not change while a program runs."""
    files = find_rules(SHIPPED, "", _NAMES, apart=("tables", CASES, "rulebook.toml", "par_nature.toml", *APART))
    head = RuleFile(SHIPPED / "rulebook.toml", "rulebook.toml", "", "rulebook")
    return _read(files, shipped_periods()), validate(_table("tables"), Tables), validate(head, _Head).version


@cache
def _specialties() -> Specialties:
    return validate(_table("specialites"), Specialties)


@cache
def _deductions() -> Deductions:
    return validate(_table("deductions"), Deductions)


def _table(name: str) -> RuleFile:
    return RuleFile(SHIPPED / "tables" / f"{name}.toml", f"tables/{name}.toml", "tables", name)


@cache
def _by_nature() -> tuple[ByNature, ...]:
    return validate(RuleFile(SHIPPED / "par_nature.toml", "par_nature.toml", "", "par_nature"), _ByNature).entry


def find_extra(extra: Path) -> dict[str, RuleFile]:
    """The files of `--rules`, by id. Raises SettingError where there is none, RulebookError as `find_rules`."""
    place = f"--rules {extra}"
    remedy = f"donner un dossier de familles ({listed([f'{family}/' for family in FAMILIES])})"
    if not extra.is_dir():
        raise SettingError(place, "n'est pas un dossier" if extra.exists() else "dossier introuvable", remedy)
    files = find_rules(extra, f"{extra.as_posix().rstrip('/')}/", _NAMES, apart=(CASES,))
    if not files:
        raise SettingError(place, "ce dossier ne contient aucun fichier .toml", remedy)
    return files


def _read(files: Mapping[str, RuleFile], periods: Periods) -> dict[str, Loaded]:
    loaded: dict[str, Loaded] = {}
    for name, file in files.items():
        if file.family in APART:
            continue
        loaded[name] = Loaded(file, model_of(file, FAMILIES[file.family], periods))
        check_alone(loaded[name])
    return loaded


def _hours(models: Iterable[Strict]) -> tuple[Hours, ...]:
    models = list(models)
    feasts = tuple(
        Feast(name, version.zones, version.scope, version.period)
        for model in models
        if isinstance(model, Holidays)
        for version in model.version
        for name in version.days
    )
    return tuple(
        Hours(v.period, v.opens, v.closes, v.saturday_closes, v.regional, feasts)
        for model in models
        if isinstance(model, DutyHours)
        for v in model.version
    )


def _dated(models: Iterable[Any]) -> Iterable[Dated]:
    for model in models:
        if isinstance(model, Act):
            yield from model.existence
            yield from model.tariff
        else:
            yield from model.version


def _sources(models: Mapping[str, Any]) -> dict[str, Source]:
    found: dict[str, Dated] = {}
    for name, model in models.items():
        if isinstance(model, Act):
            found |= {**model.tariffs, **model.existences}
        else:
            found |= {text_behind(name, version): version for version in model.version}
    return {key: value.source.to_source() for key, value in found.items()}
