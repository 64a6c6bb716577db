"""What if: the measures under a scenario, which moves bounds, changes values, or retains a disputed period."""

from __future__ import annotations

import re
from datetime import time
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from avenant9.errors import SettingError
from avenant9.measures.catalogue import history, named
from avenant9.rulebook.measures import PerPatientSpan, Span
from avenant9.rulebook.messages import expected
from avenant9.wording import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from avenant9.rulebook.measures import Measure
    from avenant9.settings.scenario import Change, Scenario


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
    values = {key: _value(change.place, name, span, key, value) for key, value in change.values.items()}
    return span.changed(update, values)


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
        checked = type(span).model_validate({**held, "until": "open", key: text}, strict=False)  # an option is a text
    except ValidationError:
        wanted = type(span).model_fields[key]
        raise SettingError(
            place,
            f"valeur refusée pour « {key} » : « {value} »",
            f"attendu : {expected(wanted.annotation, tuple(wanted.metadata))}",
        ) from None
    return getattr(checked, key)
