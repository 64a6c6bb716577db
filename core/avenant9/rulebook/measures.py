"""What a file of `rules/mesure/` may hold: one model per kind of measure bounded in time, and how they are loaded.

A measure is what changes; its periods say when, each with its own bounds, values and source. A period that the
sources dispute stands in the file like the others, marked so: it is never retained unless a scenario retains it.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import Field, PrivateAttr, StringConstraints

from avenant9.kinds.kind import Channel as CallChannel
from avenant9.law.dated import (
    BasisPoints,
    Code,
    Dated,
    Number,
    Refers,
    RuleId,
    RuleName,
    SpecialtyCode,
    Strict,
    Text,
)
from avenant9.law.nomenclature import Nature
from avenant9.period import ONE_DAY, Period
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.references import check_names
from avenant9.rulebook.shipped import load_apart
from avenant9.wording import day as french_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from avenant9.rulebook.consistency import Loaded

PeriodId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
#: No unit is worth millions: beyond, sums of cents would no longer be whole numbers of 64 bits.
Euros = Annotated[Number, Field(ge=0, le=10_000_000, decimal_places=2)]
#: Whether the period is retained: `disputed`, the sources disagree; `retroactive`, a later text is said to cover it.
Certainty = Literal["in-force", "disputed", "retroactive"]
Professional = Literal["ide", "pharmacien", "mk"]


def cents(amount: Decimal) -> int:
    """Euros with two decimals as whole cents."""
    return int(amount * 100)


class Span(Dated):
    """One period of a measure: bounds included, its own source; `doubt`: why what hangs on it is to be examined."""

    id: PeriodId
    label: Text
    certainty: Certainty = "in-force"
    doubt: Text | None = None
    _by_hand: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def retained(self) -> bool:
        """Whether what it gives is due: a disputed period gives nothing."""
        return self.certainty == "in-force"

    @property
    def by_hand(self) -> frozenset[str]:
        """The values that a scenario set, be they those of the text."""
        return self._by_hand

    def changed(self, update: Mapping[str, Any], values: Mapping[str, Any]) -> Self:
        """The same period with other bounds or another certainty (`update`), and `values` set by hand."""
        span = self.model_copy(update={**update, **values})
        span._by_hand = self._by_hand | values.keys()
        return span


class MeasureModel(Strict):
    """What every measure says of itself, in French."""

    title: Text
    why: Text


# --- supplement: an amount on top of an act ----------------------------------------------------------------


class SupplementSpan(Span):
    """An amount per unit, at most `limit` units per week and practitioner, above a baseline that is due anyway."""

    amount: Euros
    limit: int = Field(ge=0)
    baseline: Euros


class SharedCost(Dated):
    """What the fund pays of an act when neither its row nor its host act says it."""

    default_bp: BasisPoints


class Supplement(MeasureModel):
    """A key letter that is added to an act, judged by rules of `a9 check`.

    `conditions` must hold (an unknown answer refuses too), `hours` are those of them that are about hours,
    `exclusions` refuse only what they name, `cap` counts the week.
    """

    kind: Literal["supplement"]
    codes: tuple[Code, ...] = Field(min_length=1)
    conditions: tuple[RuleId, ...] = Field(min_length=1)
    hours: tuple[RuleId, ...] = ()
    exclusions: tuple[RuleId, ...] = ()
    cap: Annotated[RuleName, Refers("rule", kind="frequency")]
    host_natures: tuple[Nature, ...] = Field(min_length=1)
    amo: tuple[SharedCost, ...] = Field(min_length=1)
    period: tuple[SupplementSpan, ...] = Field(min_length=1)


# --- hourly: shifts paid by the hour -----------------------------------------------------------------------


class HourlySpan(Span):
    """Euros per hour."""

    rate: Euros


class HourlyBaseline(Dated):
    """Euros per hour that are due without the measure."""

    rate: Euros


class Hourly(MeasureModel):
    """Shifts of one role, outside the hours of the permanence des soins; minutes are paid pro rata."""

    kind: Literal["hourly"]
    role: Text
    baseline: tuple[HourlyBaseline, ...] = Field(min_length=1)
    period: tuple[HourlySpan, ...] = Field(min_length=1)


# --- cover: what the fund pays of an act -------------------------------------------------------------------


class CoverSpan(Span):
    """The fund's share of the tariff; `diagnosis_only`: for some patients, whom no file names."""

    share_bp: BasisPoints
    diagnosis_only: bool = False


class NominalCover(Dated):
    """The fund's share without the measure: in the care pathway, outside it, and for those who pay no share."""

    in_pathway_bp: BasisPoints
    outside_pathway_bp: BasisPoints
    exempt_bp: BasisPoints
    outside_letters: tuple[Text, ...] = Field(min_length=1)  # of the care pathway
    under_age: int = Field(ge=0)  # in the pathway whatever the letter says
    direct_access: tuple[SpecialtyCode, ...] = ()  # specialties in the pathway whatever the letter says
    exemptions: tuple[int, ...] = Field(min_length=1)
    unrelated: tuple[
        int, ...
    ] = ()  # exemptions of patients in ALD for care that is apart from it: their share is due


class Participation(Dated):
    """The flat participation of the patient, per act: kept from what the fund pays, never the doctor's matter."""

    amount: Euros
    per_day: int = Field(ge=1)  # at most so many for one patient, practitioner and day
    adult_at: int = Field(ge=0)  # due from this age on, on 1 January


class Cover(MeasureModel):
    """What the fund pays of some acts; the doctor's fee does not change."""

    kind: Literal["cover"]
    codes: tuple[Code, ...] = Field(min_length=1)
    nominal: tuple[NominalCover, ...] = Field(min_length=1)
    participation: tuple[Participation, ...] = Field(min_length=1)
    period: tuple[CoverSpan, ...] = Field(min_length=1)


# --- channel: acts through a channel that is not admitted otherwise ----------------------------------------


class ChannelSpan(Span):
    """`limit`: at most so many a civil month per practitioner and patient, None where the text has no limit."""

    limit: int | None = Field(default=None, ge=0)


class Channel(MeasureModel):
    """Acts through one channel."""

    kind: Literal["channel"]
    codes: tuple[Code, ...] = Field(min_length=1)
    channel: CallChannel
    rule: RuleId  # the rule of `a9 check` on the same acts
    period: tuple[ChannelSpan, ...] = Field(min_length=1)


# --- per-patient: an amount for a patient taken in charge --------------------------------------------------


class Protocol(Strict):
    """Who may take in charge whom: completed months of age, both bounds included, absent where not bounded.

    `until` ends the protocol before its period, where another period goes on with it.
    """

    id: Text
    label: Text
    professionals: tuple[Professional, ...] = Field(min_length=1)
    doubtful_professionals: tuple[Professional, ...] = ()  # named by one source only: retained, and said
    from_months: int | None = Field(default=None, ge=0)
    to_months: int | None = Field(default=None, ge=0)
    until: date | None = None
    note: str = ""


class PerPatientSpan(Span):
    """Euros per patient and protocol."""

    amount: Euros
    baseline: Euros
    protocol: tuple[Protocol, ...] = Field(min_length=1)
    remark: str = ""  # what no sheet shows and a person must look at


class PerPatient(MeasureModel):
    """Patients taken in charge under a protocol."""

    kind: Literal["per-patient"]
    period: tuple[PerPatientSpan, ...] = Field(min_length=1)


# --- shift-fee: a flat fee for a half-day, else by the hour ------------------------------------------------


class ShiftFeeSpan(Span):
    """Euros; `weekend` is Saturday from `saturday_from`, Sunday and public holidays. No baseline is sourced."""

    weekday_flat: Euros
    weekday_hourly: Euros
    weekend_flat: Euros
    weekend_hourly: Euros
    flat_from_hours: int = Field(ge=1)  # from this length on the flat fee is due
    unclear_from_hours: int = Field(ge=1)  # from this length on nobody says whether it is one fee or two
    started_hours: bool  # a started hour is due whole; else pro rata
    saturday_from: time


class ShiftFee(MeasureModel):
    """Shifts of one role in a centre."""

    kind: Literal["shift-fee"]
    role: Text
    period: tuple[ShiftFeeSpan, ...] = Field(min_length=1)


# --- ceiling: the share of remote activity -----------------------------------------------------------------


class CeilingSpan(Span):
    """The ordinary ceiling of the years in which a practitioner may ask for another one."""

    ceiling_bp: BasisPoints


class Ceiling(MeasureModel):
    """An individual adjustment of a ceiling, which `a9 threshold` follows."""

    kind: Literal["ceiling"]
    rule: RuleId
    period: tuple[CeilingSpan, ...] = Field(min_length=1)


Value = TypeVar("Value", bound=Dated)
Measure: TypeAlias = Supplement | Hourly | Cover | Channel | PerPatient | ShiftFee | Ceiling

KINDS: dict[str, type[Strict]] = {
    "supplement": Supplement,
    "hourly": Hourly,
    "cover": Cover,
    "channel": Channel,
    "per-patient": PerPatient,
    "shift-fee": ShiftFee,
    "ceiling": Ceiling,
}


# --- loading -----------------------------------------------------------------------------------------------


def load_measures(extra: Path | None = None) -> dict[str, Measure]:
    """The shipped measures, id (`snp`) -> measure, sorted; those of `extra/mesure/` are added or take their place.

    Raises:
        RulebookError: a measure file is broken: an unknown key, periods that overlap, an id used twice, a rule, a
            code or a specialty that there is not; or a rule file is, as for `load_rulebook`.
        SettingError: `extra` is missing, is no folder, or holds no rule file.
    """
    rulebook = load_rulebook(extra)
    measures: dict[str, Measure] = {}
    for loaded in load_apart("mesure", KINDS, extra).values():
        _check(loaded)
        check_names(loaded, rulebook.rules, rulebook.nomenclature, rulebook.acts)
        measures[loaded.file.name] = loaded.model
    return measures


def _check(loaded: Loaded) -> None:
    model: Measure = loaded.model
    named: dict[str, int] = {}
    for number, span in enumerate(model.period, 1):
        if span.id in named:
            raise loaded.file.error(
                f"period {number}, id",
                f"« {span.id} » est déjà l'identifiant de « period {named[span.id]} »",
                "donner à chaque période son propre identifiant",
            )
        named[span.id] = number
    ranked = sorted(enumerate(model.period, 1), key=lambda item: item[1].from_)
    for (number, before), (other, after) in pairwise(ranked):
        if _clash(before, after):
            raise loaded.file.error(
                f"period {other}, from", *_overlap(f"« period {number} » ({before.id})", before, after)
            )
    if isinstance(model, Hourly):
        _check_values(loaded, "baseline", model.baseline)
    elif isinstance(model, Supplement):
        _check_values(loaded, "amo", model.amo)
    elif isinstance(model, Cover):
        _check_values(loaded, "nominal", model.nominal)
        _check_values(loaded, "participation", model.participation)


def _check_values(loaded: Loaded, key: str, values: Sequence[Dated]) -> None:
    ranked = sorted(enumerate(values, 1), key=lambda item: item[1].from_)
    for (number, before), (other, after) in pairwise(ranked):
        if before.period.overlaps(after.period):
            raise loaded.file.error(f"{key} {other}, from", *_overlap(f"« {key} {number} »", before, after))


def _overlap(name: str, before: Dated, after: Dated) -> tuple[str, str]:
    """Problem and remedy."""
    end = "n'a pas de fin" if before.until == "open" else f"finit le {french_day(before.until)}"
    remedy = (
        f"écrire « until = {after.from_ - ONE_DAY} » dans {name}"
        if before.until == "open"
        else f"commencer le {french_day(before.until + ONE_DAY)}"
    )
    return f"commence le {french_day(after.from_)}, alors que {name} {end}", remedy


def _clash(before: Span, after: Span) -> bool:
    """Whether two periods share a day, of a same protocol where they have protocols."""
    if not before.period.overlaps(after.period):
        return False
    if not (isinstance(before, PerPatientSpan) and isinstance(after, PerPatientSpan)):
        return True
    return any(
        own.id == other.id and (own.until is None or own.until >= after.from_)
        for own in before.protocol
        for other in after.protocol
    )


# --- looking up --------------------------------------------------------------------------------------------


def span_on(measure: Measure, day: date, protocol: str | None = None) -> Span | None:
    """The period of a measure (and protocol) that holds on a day, disputed ones included.

    The first of the tuple wins: a scenario puts the periods it moved first.
    """
    for span in measure.period:
        if day not in span.period:
            continue
        if protocol is None or not isinstance(span, PerPatientSpan) or _holds(span, protocol, day):
            return span
    return None


def _holds(span: PerPatientSpan, protocol: str, day: date) -> bool:
    return any(own.id == protocol and (own.until is None or day <= own.until) for own in span.protocol)


def value_on(values: Sequence[Value], day: date) -> Value | None:
    """The dated value in force on a day."""
    return next((value for value in values if day in value.period), None)


def stretches(measure: Measure) -> list[tuple[Span, Period]]:
    """The days on which each period holds, in order, none twice: what `span_on` says, as stretches of days."""
    starts = {span.from_ for span in measure.period}
    starts |= {span.until + ONE_DAY for span in measure.period if span.until not in ("open", date.max)}  # type: ignore[operator]
    found: list[tuple[Span, Period]] = []
    ordered = sorted(starts)
    for first, after in zip(ordered, (*ordered[1:], None), strict=False):  # no start, no stretch
        span = span_on(measure, first)
        if span is None:
            continue
        last = None if after is None else after - ONE_DAY
        if found and found[-1][0] is span and found[-1][1].last == first - ONE_DAY:
            first = found.pop()[1].first  # noqa: PLW2901 - the same period goes on
        found.append((span, Period(first, last)))
    return found
