"""What an indicator asks, as data: a few closed kinds of condition (`test`), plain, composed, or by steps."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from avenant9.law.dated import Number, Strict, Text

Points = Annotated[Number, Field(ge=0, decimal_places=1)]
#: How several rates are held against one threshold, and what is done with a service of which there was no act.
Reading = Literal["mean", "each"]
WithoutActs = Literal["left-out", "zero"]


class Yes(Strict):
    """Met by a yes."""

    test: Literal["yes"]
    key: Text


class RateAtLeast(Strict):
    """Met from `at_least` on, an exact fraction: `2/3`, `20/100`."""

    test: Literal["rate-at-least"]
    key: Text
    at_least: Text

    @property
    def threshold(self) -> Fraction:
        """The same as a number."""
        return Fraction(self.at_least)


class AddendumAtLeast(Strict):
    """Met by this addendum of the SESAM-Vitale specification, or a larger one."""

    test: Literal["addendum-at-least"]
    key: Text
    addendum: int = Field(ge=1)


class CountAtLeast(Strict):
    """Met from `count` units on."""

    test: Literal["count-at-least"]
    key: Text
    count: int = Field(ge=1)


class DeclaredBy(Strict):
    """Met by a date up to `last_day`, included."""

    test: Literal["declared-by"]
    key: Text
    last_day: date


Simple = Annotated[Yes | RateAtLeast | AddendumAtLeast | CountAtLeast | DeclaredBy, Field(discriminator="test")]


class AnyOf(Strict):
    """Met when one of them is."""

    test: Literal["any-of"]
    of: tuple[Simple, ...] = Field(min_length=2)


class AllOf(Strict):
    """Met when all of them are."""

    test: Literal["all-of"]
    of: tuple[
        Annotated[
            Yes | RateAtLeast | AddendumAtLeast | CountAtLeast | DeclaredBy | AnyOf, Field(discriminator="test")
        ],
        ...,
    ] = Field(min_length=2)


class Tier(Strict):
    """So many points from so many units on."""

    from_: int = Field(alias="from", ge=1)
    points: Points


class Tiers(Strict):
    """Points by steps of a number; none below the first."""

    test: Literal["tiers"]
    key: Text
    tier: tuple[Tier, ...] = Field(min_length=1)


class Given(Strict):
    """Points that no source splits: they are asked for, from `low` to `high`."""

    test: Literal["given"]
    key: Text
    low: Points
    high: Points
    reason: Text


class Pair(Strict):
    """Two conditions that share `points`: both give them, none nothing, one alone is not sourced.

    `key` is the total of the whole block, `beside` its other indicators: what the total leaves settles the pair.
    """

    test: Literal["pair"]
    of: tuple[RateAtLeast, RateAtLeast]
    key: Text
    beside: tuple[Text, ...] = Field(min_length=1)
    reason: Text


class Rates(Strict):
    """Several rates against one threshold, in every combination of the readings that the texts leave.

    Attributes:
        of: the keys of the rates.
        at_least: the threshold, an exact fraction.
        readings: whether their mean must reach it, or each of them.
        without_acts: whether a rate of which there was no act is left out, or counts zero.
        reason: why no text settles it where the readings disagree, in French.
        at_threshold: what to say of a mean that is the threshold itself, in French.
    """

    test: Literal["rates-at-least"]
    of: tuple[Text, ...] = Field(min_length=2)
    at_least: Text
    readings: tuple[Reading, ...] = Field(min_length=1)
    without_acts: tuple[WithoutActs, ...] = Field(min_length=1)
    reason: Text
    at_threshold: str = ""

    @property
    def threshold(self) -> Fraction:
        """The same as a number."""
        return Fraction(self.at_least)


Test: TypeAlias = Yes | RateAtLeast | AddendumAtLeast | CountAtLeast | DeclaredBy | AnyOf | AllOf
Condition: TypeAlias = Test | Tiers | Given | Pair | Rates


def leaves(condition: Condition) -> tuple[Yes | RateAtLeast | AddendumAtLeast | CountAtLeast | DeclaredBy, ...]:
    """The plain conditions inside one, in order; none for tiers, given points and rates together."""
    match condition:
        case AllOf() | AnyOf() | Pair():
            return tuple(leaf for inner in condition.of for leaf in leaves(inner))
        case Tiers() | Given() | Rates():
            return ()
        case _:
            return (condition,)


def keys_of(condition: Condition) -> tuple[str, ...]:
    """The keys that a condition looks at, in order."""
    if isinstance(condition, Rates):
        return condition.of
    own = (condition.key,) if isinstance(condition, Tiers | Given | Pair) else ()
    return (*(leaf.key for leaf in leaves(condition)), *own)
