"""What if: a scenario moves the bounds of periods, changes their values, or retains one that is disputed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from avenant9.errors import SettingError
from avenant9.measures.catalogue import history, named
from avenant9.rulebook.measures import PerPatientSpan, Span
from avenant9.rulebook.messages import expected
from avenant9.settings.forms import day as day_of
from avenant9.settings.forms import read_bytes, unusable
from avenant9.wording import day as french_day
from avenant9.wording import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from avenant9.rulebook.measures import Measure

Bound = date | Literal["open"]

_HOW = "par exemple --set snp.limit=30"
_FILE_KEYS = ("name", "change")
_CHANGE_KEYS = ("measure", "period", "from", "until", "retain", "set")
_REMEDY = "écrivez « name » et une table [[change]] par changement (measure, period, from, until, retain, set)"


@dataclass(frozen=True)
class Change:
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


@dataclass(frozen=True)
class Scenario:
    """Changes under a name; none at all is the law as it is."""

    name: str | None = None
    changes: tuple[Change, ...] = ()


# --- reading -----------------------------------------------------------------------------------------------


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
        start = f" à partir du {french_day(from_)}" if from_ else ""
        end = f" jusqu'au {french_day(until)}" if until else ""
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
    content = read_bytes(path, "donnez un fichier TOML")
    try:
        data = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise SettingError(str(path), "ce n'est pas du TOML en UTF-8", _REMEDY) from None
    except (ValueError, RecursionError) as error:  # also what tomllib lets through: an integer without end
        where = re.search(r"line (\d+)", str(error))
        raise SettingError(f"{path}, ligne {where[1]}" if where else str(path), "TOML mal formé", _REMEDY) from None
    _known_keys(str(path), data, _FILE_KEYS)
    name, tables = data.get("name"), data.get("change")
    if not isinstance(name, str) or not name.strip():
        raise SettingError(f"{path}, name", "le scénario n'a pas de nom", 'écrivez name = "…" en tête du fichier')
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise SettingError(f"{path}, change", "aucun changement", _REMEDY)
    changes = tuple(_change(f"{path}, changement {rank}", table) for rank, table in enumerate(tables, 1))
    return Scenario(name.strip(), changes)


def _known_keys(place: str, data: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in data:
        if key not in keys:
            hint = did_you_mean(key, keys) or f"les clés sont {listed(list(keys))}"
            raise SettingError(place, f"clé inconnue « {key} »", hint)


def _change(place: str, table: dict[str, Any]) -> Change:
    _known_keys(place, table, _CHANGE_KEYS)
    if not table.keys() - {"measure", "period"}:
        raise SettingError(place, "rien n'est changé", "donnez from, until, retain ou set")
    retain = table.get("retain", False)
    if not isinstance(retain, bool):
        raise unusable(place, "retain", "true ou false")
    values = table.get("set", {})
    if not isinstance(values, dict):
        raise unusable(place, "set", "une table, par exemple { limit = 30 }")
    until = table.get("until")
    return Change(
        place=place,
        measure=_text(place, "measure", table.get("measure")),
        period=_text(place, "period", table.get("period")),
        from_=day_of(place, "from", table.get("from")),
        until="open" if until == "open" else day_of(place, "until", until),
        retain=retain,
        values=values,
    )


def _text(place: str, key: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise unusable(place, key, "un identifiant entre guillemets")
    return value


def together(scenarios: Iterable[Scenario]) -> Scenario:
    """A file and the options beside it, as one scenario."""
    kept = [scenario for scenario in scenarios if scenario.changes or scenario.name]
    return Scenario(
        " ; ".join(scenario.name for scenario in kept if scenario.name) or None,
        tuple(change for scenario in kept for change in scenario.changes),
    )


# --- applying ----------------------------------------------------------------------------------------------


def applied(measures: Mapping[str, Measure], scenario: Scenario) -> dict[str, Measure]:
    """The measures under a scenario: the periods it moved come first and win over those they then overlap.

    A period that ends before it starts holds on no day, and is left out.

    Raises:
        SettingError: a change names an unknown measure, period or key, does not say which period it is about, holds
            a value that cannot be used, or two periods moved overlap each other.
    """
    changed = dict(measures)
    moved: dict[str, dict[str, Change]] = {}
    for change in scenario.changes:
        name = _measure_of(change, measures)
        for number in _periods_of(change, name, changed[name]):
            span = changed[name].period[number]
            changed[name] = _replaced(changed[name], number, _altered(change, name, span))
            if change.moves:
                moved.setdefault(name, {})[span.id] = change
    return {name: _settled(name, measure, moved.get(name, {})) for name, measure in changed.items()}


def _replaced(measure: Measure, number: int, span: Span) -> Measure:
    spans = tuple(span if rank == number else own for rank, own in enumerate(measure.period))
    return measure.model_copy(update={"period": spans})


def _settled(name: str, measure: Measure, moved: Mapping[str, Change]) -> Measure:
    """Empty periods left out, moved ones first. Raises SettingError where two of those overlap."""
    if not moved:
        return measure
    kept = [span for span in measure.period if span.until == "open" or span.from_ <= span.until]
    first = [span for span in kept if span.id in moved]
    for one, other in combinations(first, 2):
        if one.period.overlaps(other.period):
            raise SettingError(
                moved[other.id].place,
                f"les périodes « {one.id} » et « {other.id} » de « {name} » se chevauchent",
                "déplacez l'une des deux bornes",
            )
    rest = [span for span in kept if span.id not in moved]
    return measure.model_copy(update={"period": (*first, *rest)})


def _measure_of(change: Change, measures: Mapping[str, Measure]) -> str:
    if change.measure is not None:
        named(measures, change.measure, change.place)
        return change.measure
    if change.period is None:
        known = [f"{name} ({listed([span.id for span in one.period])})" for name, one in measures.items()]
        how = f"ajoutez --measure, ou --period ; mesures et périodes : {' ; '.join(known)}"
        raise SettingError(change.place, "la mesure n'est pas dite", how)
    having = [name for name, one in measures.items() if any(span.id == change.period for span in one.period)]
    if not having:
        raise _unknown_period(change, [span.id for measure in measures.values() for span in measure.period])
    if len(having) > 1:
        raise SettingError(
            change.place,
            f"plusieurs mesures ont une période « {change.period} » ({listed(having)})",
            "nommez la mesure (--measure)",
        )
    return having[0]


def _unknown_period(change: Change, ids: Sequence[str]) -> SettingError:
    hint = did_you_mean(change.period or "", ids) or f"les périodes sont {listed(list(ids))}"
    return SettingError(change.place, f"période inconnue « {change.period} »", hint)


def _periods_of(change: Change, name: str, measure: Measure) -> list[int]:
    """The ranks of the periods that a change is about."""
    ids = [span.id for span in measure.period]
    if change.period in ids:
        return [ids.index(change.period)]
    if change.period is not None and not change.elsewhere:
        raise _unknown_period(change, [span.id for span in history(measure)])
    if len(ids) > 1 and (change.moves or change.retain):
        raise SettingError(
            change.place,
            f"« {name} » a plusieurs périodes ({listed([span.id for span in history(measure)])})",
            "dites laquelle (--period)",
        )
    return list(range(len(ids)))


def _altered(change: Change, name: str, span: Span) -> Span:
    update: dict[str, Any] = {}
    if change.from_ is not None:
        update["from_"] = change.from_
    if change.until is not None:
        update["until"] = change.until
    if change.retain:
        update["certainty"] = "in-force"
    update |= {key: _value(change.place, name, span, key, value) for key, value in change.values.items()}
    return span.model_copy(update=update)


def settable(span: Span) -> list[str]:
    """The values of a period that a scenario may change."""
    fixed = {*Span.model_fields, "protocol", "remark"} if isinstance(span, PerPatientSpan) else {*Span.model_fields}
    return [name for name in type(span).model_fields if name not in fixed]


def _value(place: str, name: str, span: Span, key: str, value: object) -> object:
    """A value as the period holds it, from TOML or from the text of an option."""
    keys = settable(span)
    if key not in keys:
        hint = did_you_mean(key, keys) or (
            f"les clés sont {listed(quoted(keys))}" if keys else "elle n'a pas de valeur"
        )
        raise SettingError(place, f"clé inconnue « {key} » de « {name} »", hint)
    shown = value.isoformat() if isinstance(value, time) else str(value).strip()
    text = re.sub(r"(?<=\d),(?=\d)", ".", shown)
    held = span.model_dump(by_alias=True)
    try:
        checked = type(span).model_validate({**held, "until": "open", key: text})
    except ValidationError:
        wanted = type(span).model_fields[key]
        raise SettingError(
            place,
            f"valeur refusée pour « {key} » : « {value} »",
            f"attendu : {expected(wanted.annotation, tuple(wanted.metadata))}",
        ) from None
    return getattr(checked, key)
