"""Rule files -> Rulebook: TOML is read, checked key by key, then as a whole; the first error stops it.

The path of a file is the id of its rule: `rules/frequence/te2-annuelle.toml` is `frequence/te2-annuelle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from avenant9.calendar import Feast, Hours
from avenant9.compiled import compiled
from avenant9.errors import SettingError, UnknownRuleError
from avenant9.kinds import KINDS, Kind
from avenant9.kinds.condition import Condition
from avenant9.law.cnam import Specialties, Tables, read_nomenclature
from avenant9.law.dated import ByNature, Dated, Limitation, Strict, Text, text_behind
from avenant9.law.deductions import Deductions
from avenant9.law.hours import DutyHours, Holidays
from avenant9.law.nomenclature import Act
from avenant9.rule_ids import family_of
from avenant9.rulebook.consistency import Loaded, check_alone
from avenant9.rulebook.during import read_periods
from avenant9.rulebook.files import RuleFile, find_rules, nearest_names
from avenant9.rulebook.references import check_together
from avenant9.rulebook.shipped import A_CODE, A_NAME, APART, SHIPPED, model_of, shipped_periods, validate
from avenant9.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from avenant9.model import Nomenclature, Source
    from avenant9.rulebook.during import Periods

    Days: TypeAlias = dict[str, date]

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


@dataclass(frozen=True)
class Rulebook:
    """The law as it was loaded: the rules that `a9 check` runs, the acts they speak of, and their sources.

    Attributes:
        version: version of the rulebook as a whole; `--rules` does not change it.
        date: the latest day on which a value was compared with its source.
        rules: id -> rule, sorted by id.
        acts: code -> act of the nomenclature, sorted by code.
        limitation: how long the fund may claim, None where no file says so.
        hours: of the permanence des soins, with the legal holidays, in order of date.
        replaced: ids of shipped files that `extra` replaced, sorted.
        nomenclature: the look-ups that acts are read with.
        sources: the texts, by the key that the values of acts and the versions of rules give to theirs.
        deductions: what one column of acts says of another.
        by_nature: what the convention asks and no file of acts can show.
        checked: file (its id) -> the day since when no value of it was left uncompared with its source.
    """

    version: str
    date: date
    rules: dict[str, Kind[Any]]
    acts: dict[str, Act]
    limitation: Limitation | None
    hours: tuple[Hours, ...]
    replaced: tuple[str, ...]
    nomenclature: Nomenclature
    sources: dict[str, Source]
    deductions: Deductions
    by_nature: tuple[ByNature, ...] = ()
    checked: Days = field(default_factory=dict)

    def select(self, only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[str, ...]:
        """The ids of `only` (all of them when it is empty) less those of `skip`, sorted.

        Args:
            only: ids, families (`frequence` or `frequence/`) or globs (`*/te2-*`).
            skip: the same.

        Raises:
            UnknownRuleError: one that names no rule.
        """
        kept = {name for pattern in only for name in self.named("--only", pattern)} if only else {*self.rules}
        left = {name for pattern in skip for name in self.named("--skip", pattern)}
        if not kept - left:
            raise UnknownRuleError("--skip", "aucune règle ne reste à appliquer", "retirez une exclusion")
        return tuple(name for name in self.rules if name in kept - left)

    def named(self, option: str, pattern: str) -> list[str]:
        """The rules of an id, a family or a glob, which was given by `option`. Raises UnknownRuleError."""
        family = pattern.rstrip("/")
        named = [
            name for name in self.rules if name == pattern or family_of(name) == family or fnmatchcase(name, pattern)
        ]
        if not named:
            families = dict.fromkeys(map(family_of, self.rules))
            near = nearest_names(pattern, [*self.rules, *families], feminine=True)
            raise UnknownRuleError(
                option,
                f"« {pattern} » ne désigne aucune règle",
                near or "« a9 rules list » donne les règles et leurs familles",
            )
        return named


def load_rulebook(extra: Path | None = None) -> Rulebook:
    """The shipped rules, with those of the folder `extra` (`--rules`) added or put in their place.

    Args:
        extra: a folder laid out like the shipped one (`frequence/ma-regle.toml`); a file with the id of a
            shipped one replaces it.

    Raises:
        RulebookError: a rule file is broken; the first error found is told.
        SettingError: `extra` is missing, is no folder, or holds no rule file.
    """
    return _with_own(extra) if extra is not None else _as_shipped()


@cache
def _as_shipped() -> Rulebook:
    return compiled("rulebook", partial(_with_own, None))


def _with_own(extra: Path | None) -> Rulebook:
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
