"""What if: the changes that a scenario file, or the options of a command, make to the periods of measures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from avenant9.errors import SettingError
from avenant9.settings.forms import Entry, day
from avenant9.settings.toml import check_keys, read_toml
from avenant9.settings.values import unusable
from avenant9.wording import day as in_french

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Bound = date | Literal["open"]

_HOW = "par exemple --set snp.limit=30"
_FILE_KEYS = ("name", "change")
_CHANGE_KEYS = ("measure", "period", "from", "until", "retain", "set")
_REMEDY = "écrivez « name » et une table [[change]] par changement (measure, period, from, until, retain, set)"


class Change(Struct, frozen=True):
    """One change. `place` is the option or the place in a file that asked for it.

    `measure` may be left out where `period` says it; `period` where the measure has one only, or where only values
    change: then in all its periods.
    """

    place: str
    measure: str | None = None
    period: str | None = None
    from_: date | None = None
    until: Bound | None = None
    retain: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: bool = False  # the period may be another measure's: the values are then changed in all periods

    @property
    def moves(self) -> bool:
        """Whether a bound is moved."""
        return self.from_ is not None or self.until is not None


class Scenario(Struct, frozen=True):
    """Changes under a name; none at all is the law as it is."""

    name: str | None = None
    changes: tuple[Change, ...] = ()


def of_options(
    measures: Sequence[str] = (),
    period: str | None = None,
    from_: date | None = None,
    until: date | None = None,
    values: Sequence[str] = (),
) -> Scenario:
    """The scenario that the options of the command describe, named after them.

    Args:
        measures: of `--measure`; one only says which measure `--from` and `--until` are about.
        period: `--period`.
        from_: `--from`.
        until: `--until`.
        values: `measure.key=value` of each `--set`.

    Raises:
        SettingError: a `--set` that is not written so.
    """
    changes: list[Change] = []
    words: list[str] = []
    only = measures[0] if len(measures) == 1 else None
    if from_ is not None or until is not None:
        place = " et ".join(name for name, bound in (("--from", from_), ("--until", until)) if bound is not None)
        changes.append(Change(place, only, period, from_, until))
        start = f" à partir du {in_french(from_)}" if from_ else ""
        end = f" jusqu'au {in_french(until)}" if until else ""
        words.append(f"{period or only or ''}{start}{end}".strip())
    for text in values:
        left, equals, value = text.partition("=")
        measure, dot, key = left.strip().partition(".")
        if not (equals and dot and measure and key.strip() and value.strip()):
            raise SettingError(f"--set {text}", "réglage mal écrit", f"écrivez mesure.clé=valeur, {_HOW}")
        place = f"--set {left.strip()}"
        own = {key.strip(): value.strip()}
        changes.append(
            Change(place, measure.strip(), period, values=own, elsewhere=from_ is not None or until is not None)
        )
        words.append(f"{left.strip()} = {value.strip()}")
    if period is not None and not changes:
        raise SettingError(
            "--period", "une période seule ne change rien", "donnez aussi --from, --until ou --set, ou un --scenario"
        )
    return Scenario(" ; ".join(words) or None, tuple(changes))


def read_scenario(path: Path) -> Scenario:
    """The scenario of a TOML file.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is no TOML, or holds something that is no scenario.
    """
    data = read_toml(path, _REMEDY)
    check_keys(str(path), data, _FILE_KEYS)
    name, tables = data.get("name"), data.get("change")
    if not isinstance(name, str) or not name.strip():
        raise SettingError(f"{path}, name", "le scénario n'a pas de nom", 'écrivez name = "…" en tête du fichier')
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise SettingError(f"{path}, change", "aucun changement", _REMEDY)
    changes = tuple(_change(f"{path}, changement {rank}", table) for rank, table in enumerate(tables, 1))
    return Scenario(name.strip(), changes)


def _change(place: str, table: dict[str, Any]) -> Change:
    check_keys(place, table, _CHANGE_KEYS)
    if not table.keys() - {"measure", "period"}:
        raise SettingError(place, "rien n'est changé", "donnez from, until, retain ou set")
    retain = table.get("retain", False)
    if not isinstance(retain, bool):
        raise unusable(f"{place}, retain", "true ou false")
    values = table.get("set", {})
    if not isinstance(values, dict):
        raise unusable(f"{place}, set", "une table, par exemple { limit = 30 }")
    entry, until = Entry(place, table), table.get("until")
    return Change(
        place=place,
        measure=_text(place, "measure", table.get("measure")),
        period=_text(place, "period", table.get("period")),
        from_=day(entry, "from"),
        until="open" if until == "open" else day(entry, "until"),
        retain=retain,
        values=values,
    )


def _text(place: str, key: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise unusable(f"{place}, {key}", "un identifiant entre guillemets")
    return value


def together(scenarios: Iterable[Scenario]) -> Scenario:
    """A file and the options beside it, as one scenario."""
    kept = [scenario for scenario in scenarios if scenario.changes or scenario.name]
    return Scenario(
        " ; ".join(scenario.name for scenario in kept if scenario.name) or None,
        tuple(change for scenario in kept for change in scenario.changes),
    )
