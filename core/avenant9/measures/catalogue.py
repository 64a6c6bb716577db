"""Which measures are in force on a day, and one measure with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from avenant9.errors import SettingError
from avenant9.results.measures import Standing, Standings
from avenant9.wording import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from avenant9.rulebook.measures import Measure, Span


def standings(measures: Mapping[str, Measure], on: date) -> Standings:
    """Every period of every measure, and where `on` stands to it: by measure, then by date."""
    return Standings(
        on=on,
        measures=tuple(
            Standing.model_validate(
                {
                    "id": name,
                    "period": span.id,
                    "from": span.from_,
                    "until": span.period.last,
                    "status": status(span, on),
                    "disputed": not span.retained,
                    "label": span.label,
                }
            )
            for name, measure in measures.items()
            for span in history(measure)
        ),
    )


def status(span: Span, on: date) -> Literal["in_force", "past", "to_come"]:
    """Where a day stands to a period, whatever the sources say of it."""
    if on < span.from_:
        return "to_come"
    return "in_force" if on in span.period else "past"


def history(measure: Measure) -> tuple[Span, ...]:
    """The periods of a measure in order of date."""
    return tuple(sorted(measure.period, key=lambda span: span.from_))


def named(measures: Mapping[str, Measure], name: str, place: str) -> Measure:
    """The measure of that id.

    Raises:
        SettingError: there is none, said at `place`, with the nearest names.
    """
    if name not in measures:
        hint = did_you_mean(name, measures) or f"les mesures sont {listed(list(measures))}"
        raise SettingError(place, f"mesure inconnue « {name} »", hint)
    return measures[name]
