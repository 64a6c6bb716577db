"""Practices for the tests of the forfait: all met exactly, the prerequisites alone, nothing, or anything."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import strategies as st

from avenant9.forfait.answers import Answer, Patients, Rate
from avenant9.results.forfait import Addendum
from avenant9.rulebook.conditions import (
    AddendumAtLeast,
    CountAtLeast,
    DeclaredBy,
    Given,
    RateAtLeast,
    Rates,
    Tiers,
    Yes,
    keys_of,
    leaves,
)
from avenant9.rulebook.scales import Scales, load_scales
from avenant9.rulebook.sums import ConditionSum

TODAY = date(2026, 11, 22)
YEARS = range(2019, 2026)


@cache
def scales() -> Scales:
    return load_scales()


def counts(done: int, total: int, excluded: int = 0) -> Rate:
    return Rate(Fraction(done, total), done, total, excluded)


def percent(value: float | str) -> Rate:
    return Rate(Fraction(str(value)) / 100)


def full(year: int) -> dict[str, Answer]:
    """Everything that the year pays, met exactly."""
    answers: dict[str, Answer] = {}
    for _, one in scales().years[year].indicators:
        for leaf in leaves(one.condition):
            match leaf:
                case Yes():
                    answers[leaf.key] = True
                case RateAtLeast():
                    answers[leaf.key] = Rate(leaf.threshold)
                case AddendumAtLeast():
                    answers[leaf.key] = Addendum(leaf.addendum)
                case CountAtLeast():
                    answers[leaf.key] = leaf.count
                case DeclaredBy():
                    answers[leaf.key] = leaf.last_day
        match one.condition:
            case Tiers():
                answers[one.condition.key] = one.condition.tier[-1].from_
            case Given():
                answers[one.condition.key] = Fraction(one.condition.high)
            case Rates():
                answers |= {key: Rate(one.condition.threshold) for key in one.condition.of}
    for own in scales().years[year].sums:
        if isinstance(own, ConditionSum):
            answers |= dict.fromkeys(own.keys, True)
    return answers


def socle(year: int) -> dict[str, Answer]:
    """The prerequisites, and a plain no to everything else."""
    needed = {key: answer for key, answer in full(year).items() if key in prerequisites(year)}
    return {**none(year), **needed}


def prerequisites(year: int) -> set[str]:
    return {
        key
        for volet, one in scales().years[year].indicators
        if volet.number == 1 and not one.optional
        for key in keys_of(one.condition)
    }


def none(year: int) -> dict[str, Answer]:
    """Everything answered, nothing reached."""
    no: dict[type, Answer] = {bool: False, int: 0, Fraction: Fraction(0), Rate: Rate(Fraction(0))}
    nothing = {key: no[type(answer)] for key, answer in full(year).items() if type(answer) in no}
    return {**nothing, "sesam_vitale": Addendum(0)}


rates = st.one_of(
    st.fractions(0, 1, max_denominator=1000).map(Rate),
    st.integers(1, 60).flatmap(
        lambda whole: st.integers(0, whole).map(lambda done: Rate(Fraction(done, whole), done, whole, 0))
    ),
)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "yes-no": st.booleans(),
    "rate": rates,
    "addendum": st.sampled_from([Addendum(6), Addendum(7), Addendum(8)]),
    "date": st.dates(date(2023, 11, 1), date(2024, 3, 1)),
    "count": st.integers(0, 60),
    "points": st.integers(0, 90).map(Fraction),
    "patients": st.integers(0, 900).map(Patients),
    "choice": st.sampled_from(["zip", "qpv", "zac", "autre"]),
}


@st.composite
def practices(draw: st.DrawFn) -> tuple[int, dict[str, Answer]]:
    """A year and answers to some of its questions, of the prerequisites nearly always good ones."""
    year = draw(st.sampled_from(YEARS))
    answers: dict[str, Answer] = {}
    for key in scales().keys.values():
        if draw(st.integers(0, 5)):
            answers[key.id] = draw(BY_TYPE[key.type])
    if draw(st.integers(0, 4)):
        answers |= {key: answer for key, answer in full(year).items() if key in prerequisites(year)}
    return year, answers
