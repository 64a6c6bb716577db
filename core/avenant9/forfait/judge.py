"""One indicator against one practice: met, not met or unknown, with what it brings and how far it is."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.errors import SettingError
from avenant9.forfait import means, words
from avenant9.forfait.answers import Patients, Rate
from avenant9.results.forfait import Addendum, Unresolved
from avenant9.rulebook.conditions import (
    AddendumAtLeast,
    AllOf,
    AnyOf,
    CountAtLeast,
    DeclaredBy,
    Given,
    Pair,
    RateAtLeast,
    Rates,
    Tiers,
    Yes,
)
from avenant9.wording import counted, day, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.forfait.answers import Answer, Practice
    from avenant9.results.forfait import Status, Told
    from avenant9.rulebook.conditions import Condition
    from avenant9.rulebook.scales import Indicator, Key, Scale, Volet

_NO_POINT = Fraction(0)
#: The statuses that leave a prerequisite satisfied.
SATISFIED: frozenset[Status] = frozenset({"met", "neutralised", "not_applicable"})


class Judged(Struct, frozen=True):
    """An indicator as it stands by itself, whatever its volet or another one says.

    `points` are those that it would bring with the forfait open; `unresolved` is there where no source decides.
    """

    volet: Volet
    indicator: Indicator
    status: Status
    points: Fraction = _NO_POINT
    unresolved: Unresolved | None = None


def holds(test: Condition, answers: Mapping[str, Answer]) -> bool | None:
    """Whether a plain or composed condition is met; None while an answer that could decide is missing."""
    match test:
        case AllOf() | AnyOf():
            found = [holds(inner, answers) for inner in test.of]
            decisive = isinstance(test, AnyOf)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case Rates():
            return means.reached(test, answers)
        case Tiers() | Given() | Pair():
            raise TypeError(f"{test.test} is not a yes or a no")
    answer = answers.get(test.key)
    match test, answer:
        case Yes(), bool():
            return answer
        case RateAtLeast(), Rate():
            # nothing done: no rate exists, and no source says what becomes of the points
            return None if answer.total == 0 else answer.value >= test.threshold
        case AddendumAtLeast(), Addendum():
            return answer.number >= test.addendum
        case CountAtLeast(), int():
            return answer >= test.count
        case DeclaredBy(), date():
            return answer <= test.last_day
    return None


def judge(practice: Practice, scale: Scale) -> tuple[Judged, ...]:
    """Every indicator of the year, in order.

    Raises:
        SettingError: points given beyond what the block brings.
    """
    done: list[Judged] = []
    for volet, indicator in scale.indicators:
        done.append(_judge(volet, indicator, practice, done, scale))
    return tuple(done)


def _judge(volet: Volet, indicator: Indicator, practice: Practice, done: list[Judged], scale: Scale) -> Judged:
    if indicator.neutralised:
        return Judged(volet, indicator, "neutralised", indicator.max_points)
    answers = practice.answers
    match indicator.condition:
        case Tiers():
            count = answers.get(indicator.condition.key)
            if not isinstance(count, int):
                return Judged(volet, indicator, "unknown")
            reached = [Fraction(tier.points) for tier in indicator.condition.tier if count >= tier.from_]
            return Judged(volet, indicator, "met" if reached else "not_met", max(reached, default=_NO_POINT))
        case Given():
            return _given(volet, indicator, indicator.condition, practice)
        case Pair():
            return _pair(volet, indicator, indicator.condition, practice, done, scale)
    met = holds(indicator.condition, answers)
    if met:
        return Judged(volet, indicator, "met", indicator.max_points)
    if indicator.exempt and answers.get(indicator.exempt) is True:
        return Judged(volet, indicator, "not_applicable", indicator.max_points)
    if met is None and isinstance(indicator.condition, Rates):
        return _disputed(volet, indicator, indicator.condition, answers)
    return Judged(volet, indicator, "unknown" if met is None else "not_met")


def _disputed(volet: Volet, indicator: Indicator, rates: Rates, answers: Mapping[str, Answer]) -> Judged:
    """The readings disagree: between nothing and all that it brings, unless an answer is missing too."""
    if means.silent(rates, answers):
        return Judged(volet, indicator, "unknown")
    most = indicator.max_points or Fraction(volet.points)
    return Judged(volet, indicator, "unknown", unresolved=_unresolved(indicator, rates, _NO_POINT, most))


def _given(volet: Volet, indicator: Indicator, condition: Given, practice: Practice) -> Judged:
    low, high = Fraction(condition.low), Fraction(condition.high)
    given = practice.answers.get(condition.key)
    if given is None:
        return Judged(volet, indicator, "unknown", unresolved=_unresolved(indicator, condition, low, high))
    _check_given(practice, condition.key, low, high)
    found = _given_points(practice, condition.key)
    return Judged(volet, indicator, "met" if found else "not_met", found)


def _pair(
    volet: Volet, indicator: Indicator, condition: Pair, practice: Practice, done: list[Judged], scale: Scale
) -> Judged:
    """Both give the points, none gives nothing; one alone is settled by the total of the block, where it is given."""
    first, second = (holds(one, practice.answers) for one in condition.of)
    if first and second:
        return Judged(volet, indicator, "met", indicator.max_points)
    if first is None or second is None:
        return Judged(volet, indicator, "unknown")
    if not first and not second:
        return Judged(volet, indicator, "not_met")
    open_ = Judged(
        volet,
        indicator,
        "unknown",
        unresolved=_unresolved(indicator, condition, _NO_POINT, indicator.max_points),
    )
    beside = [one for one in done if one.indicator.id in condition.beside]
    if condition.key not in practice.answers or any(one.status == "unknown" for one in beside):
        return open_
    block = indicator.max_points + sum((one.indicator.max_points for one in beside), _NO_POINT)
    _check_given(practice, condition.key, _NO_POINT, block)
    left = _given_points(practice, condition.key) - sum((one.points for one in beside), _NO_POINT)
    if not 0 <= left <= indicator.max_points:  # the total contradicts the rates: it settles nothing
        return open_
    return Judged(volet, indicator, "met" if left else "not_met", left)


def _given_points(practice: Practice, key: str) -> Fraction:
    given = practice.answers[key]
    return Fraction(given) if isinstance(given, int | Fraction) else _NO_POINT


def _check_given(practice: Practice, key: str, low: Fraction, high: Fraction) -> None:
    given = _given_points(practice, key)
    if not low <= given <= high:
        place = f"{practice.place} : {key}" if practice.place else key
        raise SettingError(
            place,
            f"{words.number(given)} points, hors des bornes de l'année",
            f"donnez de {words.number(low)} à {words.number(high)} points",
        )


def _unresolved(indicator: Indicator, condition: Given | Pair | Rates, low: Fraction, high: Fraction) -> Unresolved:
    return Unresolved(
        indicator=indicator.id,
        low=words.decimal(low),
        high=words.decimal(high),
        supply=None if isinstance(condition, Rates) else condition.key,
        reason=condition.reason,
    )


def told_of(indicator: Indicator, answers: Mapping[str, Answer]) -> Told | None:
    """The answer of the key that an indicator is named after, its given points or the mean of its rates."""
    if isinstance(indicator.condition, Rates):
        found = (
            None
            if means.silent(indicator.condition, answers)
            else means.mean(indicator.condition, answers, "left-out")
        )
        return None if found is None else words.decimal(found)
    key = indicator.condition.key if isinstance(indicator.condition, Given) else indicator.id
    match answers.get(key):
        case None:
            return None
        case Rate() as rate:
            return None if rate.total == 0 else words.decimal(rate.value)
        case Fraction() as given:
            return words.decimal(given)
        case Patients():
            return None
        case plain:
            return plain


def distance(one: Judged, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    """What is missing, or by how much a rate is over; None where there is nothing to say."""
    if one.status in ("neutralised", "not_applicable"):
        return None
    match one.indicator.condition:
        case Tiers() as tiers:
            return _next_tier(tiers, answers, keys)
        case Pair() as pair:
            return _alone(pair, answers, keys)
        case Rates() as rates:
            return _together(rates, answers, keys)
        case AllOf() as every if one.status == "not_met":
            late = [_late(inner, answers) for inner in every.of if isinstance(inner, DeclaredBy)]
            missing = [inner for inner in every.of if holds(inner, answers) is False]
            return (late[0] if len(missing) == len(late) else None) or words.lacking(missing, keys)
        case AnyOf() as some if one.status == "not_met":
            return words.lacking([some], keys)
        case AllOf() | AnyOf() as composed if one.status == "met":
            return _how(composed, answers, keys)
        case AddendumAtLeast() | DeclaredBy() as plain if one.status == "not_met":
            return _late(plain, answers) or words.lacking([plain], keys)
        case CountAtLeast() as count if one.status == "not_met":
            given = answers.get(count.key)
            more = count.count - (given if isinstance(given, int) else 0)
            return f"il manque {counted(more, keys[count.key].unit, keys[count.key].units)}"
        case RateAtLeast() as rate:
            return _from_threshold(rate, answers, keys)
    return None


def _late(test: AddendumAtLeast | DeclaredBy, answers: Mapping[str, Answer]) -> str | None:
    given = answers.get(test.key)
    if isinstance(test, DeclaredBy) and isinstance(given, date) and given > test.last_day:
        days = counted((given - test.last_day).days, "jour")
        return f"déclaré {days} après le {day(test.last_day)}, dernier jour admis"
    return None


def _how(test: AllOf | AnyOf, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    """What the value of a composed condition that is met does not show: the day, or that another answer counts."""
    if isinstance(test, AnyOf):
        ways = [inner for inner in test.of if holds(inner, answers)]
        return None if ways[0] is test.of[0] else f"validé par {words.named(ways[0], keys)}"
    days = [answers.get(inner.key) for inner in test.of if isinstance(inner, DeclaredBy)]
    return next((f"déclaré le {day(given)}" for given in days if isinstance(given, date)), None)


def units_missing(test: RateAtLeast, done: int, total: int) -> int:
    """The smallest number of further units that reach the threshold, of an unchanged total; 0 or less: reached."""
    return -int(-test.threshold * total // 1) - done


def _from_threshold(test: RateAtLeast, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    rate = answers.get(test.key)
    if not isinstance(rate, Rate) or rate.total == 0:
        return None
    key = keys[test.key]
    if rate.done is not None and rate.total is not None:
        missing = units_missing(test, rate.done, rate.total)
        if missing > 0:
            return f"il manque {counted(missing, key.unit, key.units)}"
        return f"{counted(-missing, key.unit, key.units)} de plus que le seuil" if missing else "au seuil exactement"
    over = rate.value - test.threshold
    if over < 0:
        return f"il manque {words.percentage_points(-over, up=True)}"
    return f"{words.percentage_points(over)} de plus que le seuil" if over else "au seuil exactement"


def _next_tier(tiers: Tiers, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    count, key = answers.get(tiers.key), keys[tiers.key]
    following = [tier for tier in tiers.tier if isinstance(count, int) and count < tier.from_]
    if not following or not isinstance(count, int):
        return None
    gap = counted(following[0].from_ - count, key.unit, key.units)
    return f"il manque {gap} pour {words.points(Fraction(following[0].points))}"


def _alone(pair: Pair, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    missing = [one for one in pair.of if holds(one, answers) is False]
    return words.lacking(missing, keys) if missing else None


def _together(rates: Rates, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> str | None:
    """Which rates, and what those without any act make of their mean."""
    silent, idle = means.silent(rates, answers), means.idle(rates, answers)
    if silent:
        return f"{words.rates_of(silent, keys)} : non renseigné{'s' if len(silent) > 1 else ''}"
    said = [f"{keys[key].rate_of} {words.percent(rate.value)}" for key, rate in means.done(rates, answers).items()]
    parts = [f"moyenne des taux {listed(said)}"] if said else []
    if idle:
        zero = words.percent(means.mean(rates, answers, "zero") or _NO_POINT)
        parts.append(f"aucun acte pour {words.rates_of(idle, keys)} ; compté pour 0, la moyenne est de {zero}")
    return " ; ".join(parts)
