"""One indicator of a year told whole: what it is, what it asks, what it brings, which text says so, and its past."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.errors import SettingError
from avenant9.forfait import words
from avenant9.forfait.simulate import cents, scale_of
from avenant9.results.forfait import SCHEME
from avenant9.rulebook.conditions import keys_of
from avenant9.rulebook.files import nearest_names
from avenant9.rulebook.sums import ConditionSum
from avenant9.wording import NBSP, integer, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from avenant9.model import Source
    from avenant9.results.forfait import Told
    from avenant9.rulebook.scales import Indicator, Key, Scale, Scales, Volet
    from avenant9.rulebook.sums import Sum


class PastYear(Struct, frozen=True):
    """The same indicator in one year; `condition` is empty where the year does not have it."""

    year: int
    volet: int | None
    condition: str
    points: Fraction
    note: str


class Explained(Struct, frozen=True):
    """What is known of an indicator.

    Attributes:
        id, label, number: as in the scale; the number is the text's own, empty where it has none.
        scheme: what the points of the year are those of.
        volet, volet_label, rule: where it stands, and how that part works, in French; no volet for what is due beside
            the points.
        condition: what is asked, in French, as it is applied.
        text_threshold: the threshold of the text, where another one is applied.
        threshold: the one applied.
        max_points, max_cents: what it brings at most; 0 for a prerequisite without own points, no cents where there
            is no limit.
        brings: the same in French.
        neutralised, exemptions, note: French, empty where there is nothing to say.
        keys: what a practice is asked for it.
        source, checked_on: of the value.
        history: every year of the scales, the oldest first.
    """

    year: int
    scheme: str
    id: str
    label: str
    number: str
    volet: int | None
    volet_label: str
    rule: str
    condition: str
    threshold: Told | None
    text_threshold: str
    max_points: Fraction
    max_cents: int | None
    brings: str
    neutralised: str
    exemptions: str
    note: str
    keys: tuple[Key, ...]
    source: Source
    checked_on: date
    history: tuple[PastYear, ...]


def explain(indicator: str, year: int, scales: Scales) -> Explained:
    """An indicator of a year, or a sum beside its points, by its id or by a key that it alone looks at.

    `sas_cpts` is `sas`.

    Raises:
        SettingError: no scale of that year; no such indicator in it, with the nearest names or its years.
    """
    scale = scale_of(year, scales)
    found = _find(indicator, scale)
    if found is None:
        return _of_sum(indicator, scale, scales)
    volet, one = found
    asked = dict.fromkeys((*keys_of(one.condition), *([one.exempt] if one.exempt else [])))
    return Explained(
        year=year,
        scheme=scale.scheme or SCHEME,
        id=one.id,
        label=one.label,
        number=one.number,
        volet=volet.number,
        volet_label=volet.label,
        rule=volet.note,
        condition=words.needed(one.condition, scales.keys),
        threshold=words.threshold(one.condition),
        text_threshold=one.text_threshold,
        max_points=one.max_points,
        max_cents=cents(one.max_points, scale),
        brings=_brings(volet, one),
        neutralised=one.neutralised,
        exemptions=one.exemptions,
        note=one.note,
        keys=tuple(scales.keys[key] for key in asked),
        source=one.source.to_source(),
        checked_on=scale.checked_on,
        history=tuple(_past(one.id, past, scales) for past in scales.years.values()),
    )


def _of_sum(name: str, scale: Scale, scales: Scales) -> Explained:
    """A sum beside the points, told in the same way."""
    one = _find_sum(name, scale)
    if one is None:
        raise _unknown(name, scale.year, scales)
    whole = one.euros * 100 if isinstance(one, ConditionSum) else None
    return Explained(
        year=scale.year,
        scheme=scale.scheme or SCHEME,
        id=one.id,
        label=one.label,
        number="",
        volet=None,
        volet_label="Hors points",
        rule="",
        condition=_asked_by(one, scales.keys),
        threshold=None,
        text_threshold="",
        max_points=Fraction(0),
        max_cents=whole,
        brings="selon la patientèle" if whole is None else "somme entière ou rien",
        neutralised="",
        exemptions="",
        note=" ".join(part for part in (scale.review and f"À vérifier : {scale.review}.", one.note) if part),
        keys=tuple(scales.keys[key] for key in dict.fromkeys(one.keys)),
        source=one.source.to_source(),
        checked_on=scale.checked_on,
        history=tuple(_past_sum(one.id, past, scales) for past in scales.years.values()),
    )


def _find_sum(name: str, scale: Scale) -> Sum | None:
    named = [one for one in scale.sums if one.id == name] or [one for one in scale.sums if name in one.keys]
    return named[0] if len(named) == 1 else None


def _asked_by(one: Sum, keys: Mapping[str, Key]) -> str:
    """A condition in words, or the amounts of each class and what comes on top."""
    if isinstance(one, ConditionSum):
        return words.needed(one.condition, keys)
    parts = [f"{keys[part.key].label}, {integer(part.euros)}{NBSP}€" for part in one.class_]
    if one.supplement:
        parts.append(f"{one.supplement.label}, {integer(one.supplement.euros)}{NBSP}€ de plus")
    if one.prevention:
        parts.append(f"{one.prevention.label}, {integer(one.prevention.euros)}{NBSP}€ par indicateur atteint")
    parts += [f"{more.label}, {more.percent}{NBSP}%" for more in one.majoration]
    return f"par patient et par an : {' ; '.join(parts)}"


def _past_sum(name: str, scale: Scale, scales: Scales) -> PastYear:
    one = next((own for own in scale.sums if own.id == name), None)
    condition = _asked_by(one, scales.keys) if one else ""
    return PastYear(scale.year, None, condition, Fraction(0), "à vérifier" if one and scale.review else "")


def _find(name: str, scale: Scale) -> tuple[Volet, Indicator] | None:
    named = [(volet, one) for volet, one in scale.indicators if one.id == name]
    if not named:
        named = [(volet, one) for volet, one in scale.indicators if name in (*keys_of(one.condition), one.exempt)]
    return named[0] if len(named) == 1 else None


def _unknown(name: str, year: int, scales: Scales) -> SettingError:
    years = [str(other) for other, scale in scales.years.items() if _find(name, scale) or _find_sum(name, scale)]
    if years:
        problem = f"« {name} » n'est pas un indicateur de {year}"
        return SettingError("INDICATEUR", problem, f"choisissez une de ses années : {listed(years)}")
    scale = scales.years[year]
    ids = [*(one.id for _, one in scale.indicators), *(one.id for one in scale.sums)]
    near = nearest_names(name, ids) or f"indicateurs de {year} : {listed(quoted(ids))}"
    return SettingError("INDICATEUR", f"« {name} » n'est pas un indicateur", near)


def _brings(volet: Volet, one: Indicator) -> str:
    if one.max_points:
        more = " de plus" if one.optional else " au plus" if one.points is None else ""
        return f"{words.points(one.max_points)}{more}"
    return f"prérequis, sans points propres : {words.points(Fraction(volet.points))} pour tous ensemble"


def _past(name: str, scale: Scale, scales: Scales) -> PastYear:
    found = next(((volet, one) for volet, one in scale.indicators if one.id == name), None)
    if found is None:
        return PastYear(scale.year, None, "", Fraction(0), "")
    volet, one = found
    note = one.neutralised or scale.review or (f"seuil du texte : {one.text_threshold}" if one.text_threshold else "")
    return PastYear(scale.year, volet.number, words.needed(one.condition, scales.keys), one.max_points, note)
