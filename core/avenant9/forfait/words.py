"""What the forfait says in French: rates, points, thresholds, what is missing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from avenant9.results.forfait import Addendum, More
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
    leaves,
)
from avenant9.wording import NBSP, counted, day, integer, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from avenant9.results.forfait import Told
    from avenant9.rulebook.conditions import Condition
    from avenant9.rulebook.scales import Key

#: Decimals of a rate that no finite decimal writes.
_CUT = 1_000_000


def decimal(value: Fraction) -> Decimal:
    """The same number: exact where a finite decimal exists, else cut to six decimals."""
    exact = Decimal(value.numerator) / value.denominator
    return exact if Fraction(exact) == value else Decimal(int(value * _CUT)) / _CUT


def threshold(test: Condition) -> Told | None:
    """What must be reached: a share as a decimal where that is exact; None for a yes."""
    match test:
        case RateAtLeast() | Rates():
            found = decimal(test.threshold)
            return found if Fraction(found) == test.threshold else test.threshold
        case AddendumAtLeast():
            return Addendum(test.addendum)
        case CountAtLeast():
            return test.count
        case DeclaredBy():
            return test.last_day
        case Tiers():
            return test.tier[0].from_
        case AnyOf() | AllOf():
            return next((own for leaf in leaves(test) if (own := threshold(leaf))), None)
        case _:
            return None


def number(value: Fraction, *, up: bool = False) -> str:
    """At most two decimals, cut, or raised with `up`: `4,9`, `66,66`."""
    hundredths = -int(-value * 100 // 1) if up else int(value * 100 // 1)
    whole, rest = divmod(hundredths, 100)
    return integer(whole) + (f",{rest:02d}".rstrip("0") if rest else "")


def percent(value: Fraction, *, up: bool = False) -> str:
    """A share of 1 as `4,9 %`."""
    return f"{number(value * 100, up=up)}{NBSP}%"


def points(value: Fraction) -> str:
    """`22,5 points`."""
    return f"{number(value)}{NBSP}point{'s' if value >= 2 else ''}"


def percentage_points(value: Fraction, *, up: bool = False) -> str:
    """A difference of two rates."""
    return f"{number(value * 100, up=up)}{NBSP}point{'s' if value * 100 >= 2 else ''} de pourcentage"


def more(count: int, key: Key) -> More:
    """`12 soins non programmés de plus au 1er trimestre`."""
    return More(count, " ".join(filter(None, (plural(count, key.unit, key.units), "de plus", key.when))))


def needed(test: Condition, keys: Mapping[str, Key]) -> str:
    """A condition in words: `au moins 5 %`, `addendum 8 au moins`…"""
    match test:
        case Yes():
            return "oui"
        case RateAtLeast():
            return "au moins deux tiers" if test.at_least == "2/3" else f"au moins {percent(test.threshold, up=True)}"
        case AddendumAtLeast():
            return f"addendum {test.addendum} au moins"
        case CountAtLeast():
            return f"au moins {counted(test.count, keys[test.key].unit, keys[test.key].units)}"
        case DeclaredBy():
            return f"déclaré au plus tard le {day(test.last_day)}"
        case Tiers():
            steps = [f"{points(Fraction(one.points))} à partir de {integer(one.from_)}" for one in test.tier]
            return f"nombre d'actes du trimestre : {listed(steps)}"
        case Given():
            return (
                f"points à relever sur le décompte de la caisse, de {number(Fraction(test.low))} "
                f"à {number(Fraction(test.high))}"
            )
        case Rates():
            least = f"d'au moins {percent(test.threshold, up=True)}"
            together = "moyenne des " if test.readings == ("mean",) else ""
            split = "" if together else ", en moyenne ou chacun selon la lecture"
            return f"{together}{rates_of(test.of, keys)} {least}{split}"
        case AnyOf():
            return choice([named(one, keys) for one in test.of])
        case AllOf() | Pair():
            return listed([named(one, keys) for one in test.of])


def rates_of(asked: Sequence[str], keys: Mapping[str, Key]) -> str:
    """`taux de DMT, de FSE et d'AAT`."""
    return f"taux {listed([keys[key].rate_of for key in asked])}"


def choice(options: Sequence[str], *, among_others: bool = False) -> str:
    """`a ou b`; beside something else that is needed too, `soit a, soit b`: nobody can hear a parenthesis."""
    if among_others and len(options) > 1:
        return ", ".join(f"soit {one}" for one in options)
    return listed(options, "ou")


def named(test: Condition, keys: Mapping[str, Key]) -> str:
    """A condition inside another one, with the name of what it looks at."""
    if isinstance(test, Yes):
        return f"« {keys[test.key].label} »"
    if isinstance(test, AnyOf):
        return choice([named(one, keys) for one in test.of], among_others=True)
    if isinstance(test, RateAtLeast):
        return f"« {keys[test.key].label} » {needed(test, keys)}"
    return needed(test, keys)


def lacking(tests: Iterable[Condition], keys: Mapping[str, Key]) -> str:
    """`il manque : …`"""
    first, *others = tests
    said = [named(one, keys) for one in (first, *others)] if others or not isinstance(first, AnyOf) else []
    return f"il manque : {listed(said) or needed(first, keys)}"
