"""What a year brings in all, scheme by scheme, in figures and in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.wording import NBSP, euros, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avenant9.results.forfait import Forfait, Sum


def total_of(result: Forfait) -> int | None:
    """The cents of all that is due for a year; None while a part of it is not known."""
    return result.total_euros if result.sums else result.euros


def schemes(result: Forfait) -> Iterator[tuple[str, int | None]]:
    """Each scheme of a year with its cents: that of the points, then the sums beside them."""
    yield result.scheme, result.euros
    yield from ((one.label, one.euros) for one in result.sums)


def shown_sum(one: Sum) -> str:
    """A sum in words, with its bounds where there are several: `25 250,00 € (de 25 250,00 € à 30 342,50 €)`."""
    if one.euros is None:
        return ", ".join(filter(None, ("non établi" if one.lines else "non renseigné", span(one))))
    return euros(one.euros) + (f" ({span(one)})" if one.low != one.high else "")


def span(one: Sum) -> str:
    """The bounds of a sum."""
    return between(one.low, one.high)


def between(low: int | None, high: int | None) -> str:
    """`de … à …`, `au moins …`; nothing where nothing at all is known."""
    least = low or 0
    if high is not None:
        return f"de {euros(least)} à {euros(high)}"
    return f"au moins {euros(least)}" if least else ""


def unsettled(result: Forfait) -> Iterator[str]:
    """The sums beside the points of which an answer is missing."""
    for one in result.sums:
        if one.euros is None:
            what = f"non établi ({listed(quoted(one.missing))})" if one.lines else "non renseigné"
            yield f"{one.label}{NBSP}: {what}"


def told(result: Forfait) -> str:
    """What is to be said of the sums after the points; nothing where there are none."""
    words = [f"{one.label} : {shown_sum(one)}." for one in result.sums]
    if words and result.total_euros is not None:
        words.append(f"En tout : {euros(result.total_euros)}.")
    elif words:
        words.append(f"En tout : {between(result.total_low, result.total_high) or 'non établi'}.")
    if result.review:
        words.append(f"À vérifier : {result.review}.")
    return "".join(f" {one}" for one in words)
