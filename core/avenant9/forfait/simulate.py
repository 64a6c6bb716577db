"""Points and euros of one practice and one year."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.forfait import means, words
from avenant9.forfait.answers import Rate
from avenant9.forfait.assistant import assistant
from avenant9.forfait.deadlines import calendar
from avenant9.forfait.judge import SATISFIED, Judged, distance, judge, told_of
from avenant9.forfait.sums import sums
from avenant9.results import forfait as results
from avenant9.results.base import Source
from avenant9.rulebook.conditions import Rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from avenant9.forfait.answers import Answer, Practice
    from avenant9.law.dated import SourceModel
    from avenant9.rulebook.scales import Scale, Scales, Volet

_NO_POINT = Fraction(0)
_NOTHING_DONE = "Aucun acte de ce genre : aucune source ne dit ce que deviennent les points."


def scale_of(year: int, scales: Scales) -> Scale:
    """The scale of a year.

    Raises:
        SettingError: no scale of that year.
    """
    if year in scales.years:
        return scales.years[year]
    first, last = min(scales.years), max(scales.years)
    problem = f"pas de barème pour {year}"
    if year < first:
        problem += f" : le premier connu est celui de {first}"
    elif year > last:
        problem += f" : le dernier connu est celui de {last}"
    raise SettingError("--year", problem, f"choisissez une année de {first} à {last}")


def cents(points: Fraction, scale: Scale) -> int:
    """Euro cents of some points, half up; half points are exact."""
    return int((points * scale.point_cents + Fraction(1, 2)) // 1)


def prerequisites(judged: Iterable[Judged]) -> bool | None:
    """Whether everything that an all-or-nothing volet needs is there; None while that is not known."""
    statuses = {one.status for one in judged if one.volet.rule == "all-or-nothing" and not one.indicator.optional}
    if "not_met" in statuses:
        return False
    return True if statuses <= SATISFIED else None


def points_if_met(judged: Iterable[Judged], scale: Scale) -> Fraction:
    """The points of the year, once all prerequisites are there."""
    base = sum((Fraction(volet.points) for volet in scale.volet), _NO_POINT)
    return base + sum((one.points for one in judged), _NO_POINT)


def simulate(practice: Practice, year: int, scales: Scales, as_of: date) -> results.Forfait:
    """What a practice gets for a year, indicator by indicator.

    Args:
        practice: its answers; a key that the year does not use is ignored.
        year: of the forfait.
        scales: as loaded.
        as_of: today: only the calendar depends on it.

    Raises:
        SettingError: no scale of that year; points given beyond their bounds; an impossible assistant contract.
    """
    scale = scale_of(year, scales)
    judged = judge(practice, scale)
    opened = prerequisites(judged)
    possible = points_if_met(judged, scale)
    beside = sums(practice, scale, scales.keys)
    points = possible if opened else _NO_POINT if opened is False else None
    settled = opened is not None
    return results.Forfait(
        year=year,
        scheme=scale.scheme or results.SCHEME,
        review=scale.review or None,
        as_of=as_of,
        practice=practice.name,
        points=None if points is None else words.decimal(points),
        euros=None if points is None else cents(points, scale),
        if_met=None if settled else _amount(possible, scale),
        if_not_met=None if settled else _amount(_NO_POINT, scale),
        max_points=words.decimal(scale.max_points),
        max_euros=cents(scale.max_points, scale),
        volets=tuple(_volet(volet, judged, opened, practice, scales) for volet in scale.volet),
        unresolved=tuple(one.unresolved for one in judged if one.unresolved and opened is not False),
        assistant=assistant(practice, year, scales.assistant, opened),
        deadlines=calendar(year, scales, as_of),
        notes=(scale.note,) if scale.note else (),
        sums=beside,
        **_totals(judged, opened, beside, scale),
    )


def _totals(
    judged: Iterable[Judged], opened: bool | None, beside: tuple[results.Sum, ...], scale: Scale
) -> dict[str, int | None]:
    """Everything together: as it is counted, at least and at most; nothing where the points stand alone."""
    if not beside:
        return {}
    possible = points_if_met(judged, scale)
    unknown = (one.indicator.max_points for one in judged if one.status == "unknown")
    most = cents(possible + sum(unknown, _NO_POINT), scale)
    least = cents(possible, scale) if opened else 0
    return {
        "total_euros": _total(None if opened is None else least, [one.euros for one in beside]),
        "total_low": _total(least, [one.low for one in beside]),
        "total_high": _total(0 if opened is False else most, [one.high for one in beside]),
    }


def _total(points: int | None, beside: Iterable[int | None]) -> int | None:
    """Cents of the points and beside them, unknown as soon as one of them is."""
    known = [points, *beside]
    return None if None in known else sum(own for own in known if own is not None)


def _amount(points: Fraction, scale: Scale) -> results.Amount:
    return results.Amount(points=words.decimal(points), euros=cents(points, scale))


def _volet(
    volet: Volet, judged: Iterable[Judged], opened: bool | None, practice: Practice, scales: Scales
) -> results.Volet:
    """A volet as it is paid; while a prerequisite is unknown, the second one shows what it would bring."""
    own = [one for one in judged if one.volet is volet]
    needed = volet.rule == "all-or-nothing"
    base = Fraction(volet.points) if opened else _NO_POINT
    brought = _NO_POINT if opened is False or (needed and not opened) else sum((one.points for one in own), _NO_POINT)
    return results.Volet(
        volet=volet.number,
        name=volet.name,
        label=volet.label if volet.name else "",
        met=opened if needed else _all_met(own, opened),
        points=words.decimal(base + brought),
        max_points=words.decimal(volet.max_points),
        indicators=tuple(_indicator(one, opened, practice, scales) for one in own),
    )


def _all_met(own: Iterable[Judged], opened: bool | None) -> bool | None:
    statuses = {one.status for one in own}
    if opened is False or "not_met" in statuses:
        return False
    return True if opened and statuses <= SATISFIED else None


def _indicator(one: Judged, opened: bool | None, practice: Practice, scales: Scales) -> results.Indicator:
    indicator, answers = one.indicator, practice.answers
    needed = one.volet.rule == "all-or-nothing" and not indicator.optional
    closed = opened is False and not needed
    answer = answers.get(indicator.id)
    rate = answer if isinstance(answer, Rate) else None
    return results.Indicator(
        id=indicator.id,
        label=indicator.label,
        status="closed" if closed else one.status,
        value=told_of(indicator, answers),
        threshold=words.threshold(indicator.condition),
        points=words.decimal(_NO_POINT if closed else one.points),
        max_points=words.decimal(indicator.max_points),
        source=_source(indicator.source),
        numerator=rate.done if rate else None,
        denominator=rate.total if rate else None,
        excluded=rate.excluded if rate else None,
        distance=distance(one, answers, scales.keys),
        note=_note(one, rate, answers),
    )


def _source(source: SourceModel) -> Source:
    return Source(title=source.title, article=source.article, url=source.url)


def _note(one: Judged, rate: Rate | None, answers: Mapping[str, Answer]) -> str:
    indicator = one.indicator
    nothing = _NOTHING_DONE if rate and rate.total == 0 else ""
    text = f"Seuil du texte : {indicator.text_threshold}." if indicator.text_threshold else ""
    exempt = indicator.exemptions if one.status == "not_applicable" else ""
    rates = indicator.condition
    exact = ""
    if one.status == "met" and isinstance(rates, Rates) and means.at_threshold(rates, answers):
        exact = rates.at_threshold
    return " ".join(part for part in (nothing, exact, indicator.neutralised, exempt, text, indicator.note) if part)
