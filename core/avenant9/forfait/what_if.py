"""The changes within reach of a practice, ranked by what they bring."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.forfait import means, words
from avenant9.forfait.answers import Rate
from avenant9.forfait.deadlines import still_possible
from avenant9.forfait.judge import holds, judge, units_missing
from avenant9.forfait.simulate import cents, points_if_met, prerequisites, scale_of
from avenant9.records import replace
from avenant9.results.forfait import Addendum, Change
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
from avenant9.rulebook.sums import ConditionSum
from avenant9.wording import counted, day, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from avenant9.forfait.answers import Answer, Practice
    from avenant9.forfait.judge import Judged
    from avenant9.results.forfait import More
    from avenant9.rulebook.conditions import Condition
    from avenant9.rulebook.scales import Key, Scale, Scales

#: What names the change that completes several prerequisites at once.
PREREQUISITES = "volet_1"
#: How a step starts that only says what is missing here.
_TO_TELL = "à renseigner : "


class Step(Struct, frozen=True):
    """Answers that would change, and the change in words.

    `told` is for answers that are only missing here, `opens` for the one step that completes the prerequisites.
    """

    indicator: str
    answers: Mapping[str, Answer]
    what: More | str
    told: bool = False
    opens: bool = False

    @property
    def words(self) -> More | str:
        """The change as a person reads it."""
        return f"{_TO_TELL}{self.what}" if self.told else self.what


def what_if(practice: Practice, year: int, scales: Scales, as_of: date) -> tuple[Change, ...]:
    """Every change that brings something, the most euros first, then in the order of the scale.

    A gain is what `simulate` finds after the change less what it finds before; while a prerequisite is unknown, the
    changes of volet 2 are counted as if the forfait was open, the missing prerequisites from nothing.

    Args, Raises: as `simulate`.
    """
    scale = scale_of(year, scales)
    found: list[tuple[int, Change]] = []
    for step in steps(practice, scale, scales.keys):
        before = Fraction(0) if step.opens else points_if_met(judge(practice, scale), scale)
        after = points_if_met(judge(changed(practice, step, scale), scale), scale)
        gain = cents(after, scale) - cents(before, scale)
        if gain > 0:
            change = Change(
                indicator=step.indicator,
                gain_points=words.decimal(after - before),
                gain_euros=gain,
                change=step.words,
                possible=None if step.told else still_possible(step.answers, scale, scales, as_of),
            )
            found.append((gain, change))
    found += _beside(practice, scale, scales, as_of)
    return tuple(change for _, change in sorted(found, key=lambda one: -one[0]))


def _beside(practice: Practice, scale: Scale, scales: Scales, as_of: date) -> Iterator[tuple[int, Change]]:
    """What would bring the sums that are due whole on a condition; nothing where a part is in nobody's hands."""
    answers = practice.answers
    for one in scale.sums:
        met = holds(one.condition, answers) if isinstance(one, ConditionSum) else True
        if isinstance(one, ConditionSum) and not met:
            step = (_told if met is None else _do)(one.id, (one.condition,), answers, scales.keys)
            if all(scales.keys[key].action for key in step.answers if answers.get(key) is False):
                yield one.euros * 100, _brought(one, step, scale, scales, as_of)


def _brought(one: ConditionSum, step: Step, scale: Scale, scales: Scales, as_of: date) -> Change:
    return Change(
        indicator=one.id,
        gain_points="0",
        gain_euros=one.euros * 100,
        change=step.words,
        possible=None if step.told else still_possible(step.answers, scale, scales, as_of),
    )


def changed(practice: Practice, step: Step, scale: Scale) -> Practice:
    """The practice after a step. A total of téléservices that was given follows what it is the total of.

    One that contradicts the rates may leave its bounds on the way: it settled nothing before, and is not counted on.
    """
    after = replace(practice, answers={**practice.answers, **step.answers})
    for _, one in scale.indicators:
        pair = one.condition
        total = practice.answers.get(pair.key) if isinstance(pair, Pair) else None
        if isinstance(pair, Pair) and isinstance(total, int | Fraction):
            moved = Fraction(0) if step.told else _block(after, pair, scale) - _block(practice, pair, scale)
            most = one.max_points + sum(
                (beside.max_points for _, beside in scale.indicators if beside.id in pair.beside), Fraction(0)
            )
            others = {key: answer for key, answer in after.answers.items() if key != pair.key}
            fits = 0 <= total + moved <= most
            after = replace(after, answers={**others, pair.key: total + moved} if fits else others)
    return after


def _block(practice: Practice, pair: Pair, scale: Scale) -> Fraction:
    without = replace(practice, answers={key: own for key, own in practice.answers.items() if key != pair.key})
    return sum((one.points for one in judge(without, scale) if one.indicator.id in pair.beside), Fraction(0))


def steps(practice: Practice, scale: Scale, keys: Mapping[str, Key]) -> Iterator[Step]:
    """The changes that could bring something, in the order of the scale: first what opens the forfait."""
    judged = judge(practice, scale)
    needed = [one for one in judged if one.volet.rule == "all-or-nothing" and not one.indicator.optional]
    missing = [one for one in needed if one.status in ("not_met", "unknown")]
    if missing:
        yield from _openings([[*_of(one, practice.answers, keys)] for one in missing], scale, judged)
    if prerequisites(judged) is False:
        return
    for one in judged:
        if one.volet.rule == "independent" or one.indicator.optional:
            yield from _of(one, practice.answers, keys)


def _openings(ways: list[list[Step]], scale: Scale, judged: tuple[Judged, ...]) -> Iterator[Step]:
    """Every way of the only prerequisite that is missing; of several, the first way of each, all at once."""
    if not all(ways):
        return
    found = ways[0] if len(ways) == 1 else [_opening([own[0] for own in ways])]
    waits = any(one.points and one.volet.rule == "independent" for one in judged)
    said = [volet.opens for volet in scale.volet if volet.opens and waits]
    for step in found:
        opening = _opening([step]) if len(ways) == 1 else step
        yield replace(opening, what=" ; ".join((str(opening.what), *said)))


def _opening(parts: list[Step]) -> Step:
    """All missing prerequisites at once: one of them alone brings nothing."""
    told = ", ".join(str(part.what) for part in parts if part.told)
    done = [str(part.what) for part in parts if not part.told]
    return Step(
        parts[0].indicator if len(parts) == 1 else PREREQUISITES,
        {key: answer for part in parts for key, answer in part.answers.items()},
        " ; ".join((*done, *([f"{_TO_TELL}{told}"] if told else []))) if done else told,
        told=not done,
        opens=True,
    )


def _of(one: Judged, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Iterator[Step]:
    """The steps of one indicator: one, or one per tier that is left."""
    indicator, condition = one.indicator, one.indicator.condition
    if one.status not in ("not_met", "unknown") and not isinstance(condition, Tiers | Pair):
        return
    match condition:
        case Given():
            return
        case Tiers():
            yield from _tiers(indicator.id, condition, answers, keys)
        case Pair() if one.status == "unknown" and one.unresolved is None:
            yield _told(indicator.id, condition.of, answers, keys)
        case Rates() as rates if one.status == "unknown" and means.silent(rates, answers):
            yield _told(indicator.id, (rates,), answers, keys)
        case Rates() as rates:
            yield from _raises(indicator.id, rates, answers, keys)
        case Pair():
            failed: list[Condition] = [inner for inner in condition.of if not holds(inner, answers)]
            if failed:
                yield Step(indicator.id, *_all(failed, answers, keys))
        case _ if one.status == "unknown":
            yield _told(indicator.id, (condition,), answers, keys)
        case _:
            yield Step(indicator.id, *_fix(condition, answers, keys))


def _tiers(name: str, tiers: Tiers, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Iterator[Step]:
    count, key = answers.get(tiers.key), keys[tiers.key]
    if not isinstance(count, int):
        yield Step(name, {key.id: tiers.tier[-1].from_}, f"« {key.label} »", told=True)
        return
    for tier in tiers.tier:
        if count < tier.from_:
            yield Step(name, {key.id: tier.from_}, words.more(tier.from_ - count, key))


def _raises(name: str, rates: Rates, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Iterator[Step]:
    """Each rate that alone can bring what the mean misses, the lowest first; else all of them to one level."""
    there = dict(sorted(means.done(rates, answers).items(), key=lambda one: one[1].value))
    missing = means.missing_sum(rates, answers)
    alone = {key: rate.value + missing for key, rate in there.items() if rate.value + missing <= 1}
    ways = [{key: wanted} for key, wanted in alone.items()] if rates.readings == ("mean",) else []
    for way in ways or [means.level(rates, answers)]:
        risen = [_risen(there[key], wanted, keys[key]) for key, wanted in way.items()]
        found = {key: rate for key, (rate, _) in zip(way, risen, strict=True)}
        if found and means.reached(rates, {**answers, **found}):
            yield Step(name, found, f"porter {listed([said for _, said in risen])}")


def _risen(now: Rate, wanted: Fraction, key: Key) -> tuple[Rate, str]:
    """A rate that is raised, and from where to where in words: `le taux d'AAT de 40 à 55 %`."""
    more = ""
    after = Rate(wanted)
    if now.done is not None and now.total:
        units = -int(-wanted * now.total // 1)
        after = Rate(Fraction(units, now.total), units, now.total, now.excluded)
        more = f" ({counted(units - now.done, key.unit, key.units)} de plus)"
    span = f"de {words.number(now.value * 100)} à {words.percent(after.value, up=True)}"
    return after, f"le taux {key.rate_of} {span}{more}"


def _do(name: str, tests: tuple[Condition, ...], answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Step:
    """What is to be done for conditions that do not hold."""
    return Step(name, *_all([*tests], answers, keys))


def _told(name: str, tests: tuple[Condition, ...], answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Step:
    """What is missing here, with the answer that would meet the condition."""
    open_tests = [one for one in tests if holds(one, answers) is None]
    fixed, _ = _all(open_tests, answers, keys)
    return Step(name, fixed, listed([_asked(one, answers, keys) for one in open_tests]), told=True)


def _asked(
    test: Condition, answers: Mapping[str, Answer], keys: Mapping[str, Key], *, among_others: bool = False
) -> str:
    """The labels of what is not known of a condition."""
    match test:
        case Rates():
            return listed([f"« {keys[key].label} »" for key in means.silent(test, answers)])
        case AllOf():
            silent = [inner for inner in test.of if holds(inner, answers) is None]
            return listed([_asked(inner, answers, keys, among_others=len(silent) > 1) for inner in silent])
        case AnyOf():
            silent = [inner for inner in test.of if holds(inner, answers) is None]
            return words.choice([_asked(inner, answers, keys) for inner in silent], among_others=among_others)
        case _:
            return f"« {keys[test.key].label} »"


def _all(
    tests: list[Condition], answers: Mapping[str, Answer], keys: Mapping[str, Key]
) -> tuple[dict[str, Answer], str]:
    """Every one of them made to hold; what nobody can do anything about, and is not known, is a condition of it."""
    fixes = [_fix(one, answers, keys, among_others=len(tests) > 1) for one in tests]
    done = listed([said for _, said in fixes if said])
    facts = [f"« {keys[one.key].label} »" for one in tests if isinstance(one, Yes) and not keys[one.key].action]
    supposed = f", si la réponse à {listed(facts)} est oui" if done and facts else ""
    return {key: answer for fixed, _ in fixes for key, answer in fixed.items()}, f"{done}{supposed}"


def _fix(
    test: Condition, answers: Mapping[str, Answer], keys: Mapping[str, Key], *, among_others: bool = False
) -> tuple[dict[str, Answer], str]:
    """The answers that make a condition hold, and what to do for it."""
    match test:
        case AllOf():
            return _all([inner for inner in test.of if not holds(inner, answers)], answers, keys)
        case AnyOf():
            silent = [inner for inner in test.of if holds(inner, answers) is None]
            fixes = [_fix(inner, answers, keys) for inner in silent or test.of]
            return fixes[0][0], words.choice([said for _, said in fixes], among_others=among_others)
        case Rates():
            return {key: Rate(Fraction(1)) for key in means.silent(test, answers)}, ""
        case Tiers() | Given() | Pair():
            raise TypeError(f"{test.test} has no single change")
    key = keys[test.key]
    given = answers.get(test.key)
    match test:
        case Yes():
            return {key.id: True}, key.action
        case AddendumAtLeast():
            return {key.id: Addendum(test.addendum)}, f"installer l'addendum {test.addendum} de SESAM-Vitale"
        case DeclaredBy():
            return {key.id: test.last_day}, f"{key.action}, au plus tard le {day(test.last_day)}"
        case CountAtLeast():
            return {key.id: test.count}, str(words.more(test.count - (given if isinstance(given, int) else 0), key))
        case RateAtLeast():
            return _raised(test, given, key)


def _raised(test: RateAtLeast, given: Answer | None, key: Key) -> tuple[dict[str, Answer], str]:
    if isinstance(given, Rate) and given.done is not None and given.total:
        more = units_missing(test, given.done, given.total)
        done = given.done + more
        rate = Rate(Fraction(done, given.total), done, given.total, given.excluded)
        return {key.id: rate}, str(words.more(more, key))
    now = given.value if isinstance(given, Rate) else Fraction(0)
    target = words.percent(test.threshold, up=True)
    return {key.id: Rate(test.threshold)}, f"{key.units} : passer de {words.percent(now)} à {target}"
