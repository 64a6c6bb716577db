"""The files of `rules/calendrier/`: the hours of the permanence des soins, and the legal holidays."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import Field, model_validator

from avenant9.calendar import Bridge, Scope
from avenant9.law.dated import Dated, RefusedError, Strict, Text, Zone


class HoursVersion(Dated):
    """The bounds of the permanence des soins, and the days that a region may add to it."""

    opens: time
    closes: time
    saturday_closes: time
    regional: tuple[Bridge, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> HoursVersion:
        if not time.min < self.opens < self.saturday_closes < self.closes:
            raise RefusedError(
                "les heures ne se suivent pas", "les donner dans l'ordre : opens, saturday_closes, closes"
            )
        return self


class DutyHours(Strict):
    """Hours of the day; not a rule of its own."""

    kind: Literal["hours"]
    title: Text
    why: Text
    version: tuple[HoursVersion, ...] = Field(min_length=1)


class HolidaysVersion(Dated):
    """Legal holidays of some zones, by the French names of the library `holidays`; `local`: some communes only."""

    scope: Scope
    zones: tuple[Zone, ...] = Field(min_length=1)
    days: tuple[Text, ...] = Field(min_length=1)


class Holidays(Strict):
    """Legal holidays; not a rule of its own."""

    kind: Literal["holidays"]
    title: Text
    why: Text
    version: tuple[HolidaysVersion, ...] = Field(min_length=1)
