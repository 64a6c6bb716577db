"""What a doctor's age and place add to a sum, in percent of its base: as counted, and all that is possible."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.rulebook.sums import ByAge, ByPlace
from avenant9.wording import NBSP, capital

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.forfait.answers import Answer
    from avenant9.rulebook.sums import PatientSum, Series


class Majoration(Struct, frozen=True):
    """One majoration of a practice.

    Attributes:
        id: of the key that decides it.
        label: French.
        possible: the percents that the texts and the answers leave, the counted one first.
        notes: French, of what is supposed or disputed.
    """

    id: str
    label: str
    possible: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def counted(self) -> int:
        """The percents that are counted: the fewest where an answer is missing, or a text leaves two."""
        return self.possible[0]

    @property
    def told(self) -> str:
        """`Majoration d'âge, 10 %`."""
        return f"{self.label}, {self.counted}{NBSP}%"


def majorations(one: PatientSum, answers: Mapping[str, Answer], year: int) -> tuple[Majoration, ...]:
    """The majorations of a sum for a practice and year, in the order of the scale."""
    return tuple(
        _by_age(own, answers) if isinstance(own, ByAge) else _by_place(own, answers, year) for own in one.majoration
    )


def _by_age(own: ByAge, answers: Mapping[str, Answer]) -> Majoration:
    age = answers.get(own.key)
    if isinstance(age, int):
        possible: tuple[int, ...] = (own.percent if age >= own.from_age else 0,)
    else:
        possible = (0, own.percent)
    return Majoration(own.key, own.label, possible, (own.note,) if own.note else ())


def _by_place(own: ByPlace, answers: Mapping[str, Answer], year: int) -> Majoration:
    zone = answers.get(own.key)
    if zone is not None and zone not in own.zones:
        return Majoration(own.key, own.label, (0,), ())
    series = own.first_installation
    installed = answers.get(series.key) if series else None
    possible: tuple[int, ...] = (own.percent,)
    label, doubt = own.label, ""
    if series and isinstance(installed, date) and installed.year <= year:
        possible = _of_series(series, installed, own.percent, year)
        label = series.label if possible[0] != own.percent else own.label
        doubt = f"{capital(series.doubt)}." if len(possible) > 1 else ""
    notes = tuple(note for note in (own.note, doubt) if note)
    return Majoration(own.key, label, possible if zone is not None else (0, *possible), notes)


def _of_series(series: Series, installed: date, place: int, year: int) -> tuple[int, ...]:
    """The percent of the rank of a year; before the series began, that of the place comes first."""
    own = series.percents[min(year - installed.year, len(series.percents) - 1)]
    return (own,) if installed >= series.since or own == place else (place, own)
