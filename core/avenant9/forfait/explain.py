"""One indicator of a year told whole: what it is, what it asks, what it brings, which text says so, and its past."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.forfait import words
from avenant9.forfait.simulate import cents, scale_of
from avenant9.rulebook.files import nearest_names
from avenant9.rulebook.scales import keys_of
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from datetime import date

    from avenant9.model import Source
    from avenant9.rulebook.scales import Indicator, Key, Scale, Scales, Volet


@dataclass(frozen=True, slots=True)
class PastYear:
    """The same indicator in one year; `condition` is empty where the year does not have it."""

    year: int
    volet: int | None
    condition: str
    points: Fraction
    note: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of an indicator.

    Attributes:
        id, label, number: as in the scale; the number is the text's own, empty where it has none.
        volet, volet_label, rule: where it stands, and how that part works, in French.
        condition: what is asked, in French, as it is applied.
        text_threshold: the threshold of the text, where another one is applied.
        threshold: the one applied, as a program reads it.
        max_points, max_cents: what it brings at most; 0 for a prerequisite without own points.
        brings: the same in French.
        neutralised, exemptions, note: French, empty where there is nothing to say.
        keys: what a practice is asked for it.
        source, checked_on: of the value.
        history: every year of the scales, the oldest first.
    """

    year: int
    id: str
    label: str
    number: str
    volet: int
    volet_label: str
    rule: str
    condition: str
    threshold: str | None
    text_threshold: str
    max_points: Fraction
    max_cents: int
    brings: str
    neutralised: str
    exemptions: str
    note: str
    keys: tuple[Key, ...]
    source: Source
    checked_on: date
    history: tuple[PastYear, ...]


def explain(indicator: str, year: int, scales: Scales) -> Explanation:
    """An indicator of a year, by its id or by a key that it alone looks at (`sas_cpts` is `sas`).

    Raises:
        SettingError: no scale of that year; no such indicator in it, with the nearest names or its years.
    """
    scale = scale_of(year, scales)
    found = _find(indicator, scale)
    if found is None:
        raise _unknown(indicator, year, scales)
    volet, one = found
    asked = dict.fromkeys((*keys_of(one.condition), *([one.exempt] if one.exempt else [])))
    return Explanation(
        year=year,
        id=one.id,
        label=one.label,
        number=one.number,
        volet=volet.number,
        volet_label=volet.label,
        rule=volet.note,
        condition=words.needed(one.condition, scales.keys),
        threshold=words.threshold_string(one.condition),
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


def _find(name: str, scale: Scale) -> tuple[Volet, Indicator] | None:
    named = [(volet, one) for volet, one in scale.indicators if one.id == name]
    if not named:
        named = [(volet, one) for volet, one in scale.indicators if name in (*keys_of(one.condition), one.exempt)]
    return named[0] if len(named) == 1 else None


def _unknown(name: str, year: int, scales: Scales) -> SettingError:
    years = [str(other) for other, scale in scales.years.items() if _find(name, scale)]
    if years:
        problem = f"« {name} » n'est pas un indicateur de {year}"
        return SettingError("INDICATEUR", problem, f"choisissez une de ses années : {listed(years)}")
    ids = [one.id for _, one in scales.years[year].indicators]
    near = nearest_names(name, ids) or f"indicateurs de {year} : {listed(quoted(ids))}"
    return SettingError("INDICATEUR", f"« {name} » n'est pas un indicateur du forfait structure", near)


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
    note = one.neutralised or (f"seuil du texte : {one.text_threshold}" if one.text_threshold else "")
    return PastYear(scale.year, volet.number, words.needed(one.condition, scales.keys), one.max_points, note)
