"""All practices and years that were asked for, as one result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.forfait.judge import judge
from avenant9.forfait.simulate import cents, points_if_met, scale_of, simulate
from avenant9.forfait.what_if import what_if
from avenant9.forfait.words import decimal
from avenant9.results.forfait import Amount, Forfait, Forfaits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from avenant9.forfait.answers import Practice
    from avenant9.forfait.read import Entry
    from avenant9.rulebook.scales import Scales


def run(
    entries: Sequence[Entry],
    scales: Scales,
    as_of: date,
    *,
    year: int | None = None,
    compare: Sequence[int] = (),
    changes: bool = False,
) -> Forfait | Forfaits:
    """Each practice in each of its years: one result where there is only one, else all of them and their total.

    Args:
        entries: the practices, with the year that their file says.
        scales: as loaded.
        as_of: today.
        year: instead of the year of the files.
        compare: other years to put beside it.
        changes: also what each change within reach would bring.

    Raises:
        SettingError: no year at all, no scale of a year, an answer beyond its bounds.
    """
    results = [
        _one(entry.practice, wanted, scales, as_of, changes=changes)
        for entry in entries
        for wanted in _years(entry, year, compare, scales)
    ]
    if len(results) == 1:
        return results[0]
    total = sum(one.known for one in results)
    unsettled = sum(one.euros is None for one in results)
    return Forfaits(results=tuple(results), total_euros=total, unsettled=unsettled)


def _years(entry: Entry, year: int | None, compare: Iterable[int], scales: Scales) -> list[int]:
    """The years of a practice, the oldest first."""
    place = entry.practice.place
    places = dict.fromkeys(compare, "--compare")
    if year is not None:
        places[year] = "--year"
    elif entry.year is not None:
        places[entry.year] = f"{place}, annee"
    if not places:
        raise SettingError(place or "--year", "l'année manque", "donnez --year AAAA, ou « annee » dans le fichier")
    for wanted, given in places.items():
        try:
            scale_of(wanted, scales)
        except SettingError as error:
            raise SettingError(given, error.problem, error.remedy) from None
    return sorted(places)


def _one(practice: Practice, year: int, scales: Scales, as_of: date, *, changes: bool) -> Forfait:
    result = simulate(practice, year, scales, as_of)
    added: dict[str, object] = {}
    if changes:
        added["what_if"] = what_if(practice, year, scales, as_of)
    if result.volets[0].met is False:  # what the missing prerequisite costs
        scale = scale_of(year, scales)
        points = points_if_met(judge(practice, scale), scale)
        added["if_met"] = Amount(points=decimal(points), euros=cents(points, scale))
    return result.model_copy(update=added)
