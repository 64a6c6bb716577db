"""Several rates against one threshold, in every reading that the texts leave."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from avenant9.forfait.answers import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from avenant9.forfait.answers import Answer
    from avenant9.rulebook.conditions import Rates, Reading, WithoutActs

_WORST, _BEST = Fraction(0), Fraction(1)


def done(rates: Rates, answers: Mapping[str, Answer]) -> dict[str, Rate]:
    """The rates that exist: something was done."""
    found = {key: answers.get(key) for key in rates.of}
    return {key: rate for key, rate in found.items() if isinstance(rate, Rate) and rate.total != 0}


def silent(rates: Rates, answers: Mapping[str, Answer]) -> list[str]:
    """The keys that are not answered."""
    return [key for key in rates.of if not isinstance(answers.get(key), Rate)]


def idle(rates: Rates, answers: Mapping[str, Answer]) -> list[str]:
    """The keys of which there was no act at all."""
    there = done(rates, answers)
    return [key for key in rates.of if isinstance(answers.get(key), Rate) and key not in there]


def reached(rates: Rates, answers: Mapping[str, Answer]) -> bool | None:
    """Whether the threshold is reached; None where the readings, or what is not answered, could still decide."""
    found = {own for filler in (_WORST, _BEST) for own in _verdicts(rates, answers, filler)}
    return found.pop() if len(found) == 1 else None


def mean(rates: Rates, answers: Mapping[str, Answer], without_acts: WithoutActs) -> Fraction | None:
    """The mean in one reading of the services without acts; None where nothing is left to average."""
    values = [rate.value for rate in done(rates, answers).values()]
    return _mean(values, len(rates.of), without_acts)


def at_threshold(rates: Rates, answers: Mapping[str, Answer]) -> bool:
    """Whether a mean is the threshold itself, all rates being answered."""
    found = (mean(rates, answers, one) for one in rates.without_acts)
    return not silent(rates, answers) and rates.threshold in found


def missing_sum(rates: Rates, answers: Mapping[str, Answer]) -> Fraction:
    """By how much the sum of the rates misses the threshold of the mean, in the strictest reading."""
    values = [rate.value for rate in done(rates, answers).values()]
    counted = (len(rates.of) if one == "zero" else len(values) for one in rates.without_acts)
    return rates.threshold * max(counted) - sum(values, Fraction(0))


def level(rates: Rates, answers: Mapping[str, Answer]) -> dict[str, Fraction]:
    """The lowest level that, were each rate there at least at it, reaches the threshold: for those that are under it.

    Nothing where the services without acts put it out of reach.
    """
    there = done(rates, answers)
    counted = len(rates.of) if "zero" in rates.without_acts and "mean" in rates.readings else len(there)
    wanted = rates.threshold * counted / len(there) if there else _BEST + 1
    return {key: wanted for key, rate in there.items() if rate.value < wanted <= 1}


def _verdicts(rates: Rates, answers: Mapping[str, Answer], filler: Fraction) -> Iterable[bool | None]:
    """Of each reading, with the same rate for whatever is not answered."""
    values = [rate.value for rate in done(rates, answers).values()] + [filler] * len(silent(rates, answers))
    for reading, without_acts in product(rates.readings, rates.without_acts):
        yield _verdict(rates, values, reading, without_acts)


def _verdict(rates: Rates, values: Sequence[Fraction], reading: Reading, without_acts: WithoutActs) -> bool | None:
    if reading == "mean":
        found = _mean(values, len(rates.of), without_acts)
    else:
        found = min(values, default=None) if without_acts == "left-out" or len(values) == len(rates.of) else _WORST
    return None if found is None else found >= rates.threshold


def _mean(values: Sequence[Fraction], asked: int, without_acts: WithoutActs) -> Fraction | None:
    counted = asked if without_acts == "zero" else len(values)
    return sum(values, Fraction(0)) / counted if counted else None
