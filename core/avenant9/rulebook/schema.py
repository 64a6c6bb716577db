"""What a rule file may hold: one pydantic model per kind, told apart by `kind`, unknown keys refused.

There is no expression language: a kind is code, a rule is values. Every version carries its own source.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from avenant9.acts.columns import LISTED
from avenant9.calendar import Bridge, Scope
from avenant9.model import Source, Verdict
from avenant9.period import Period

Confidence = Literal["high", "medium", "low"]
Window = Literal["civil-year", "civil-quarter", "civil-month", "iso-week", "rolling-12-months", "ever"]
Key = Literal["practitioner", "patient"]
Zone = Literal["metropole", "alsace-moselle", "guadeloupe", "martinique", "guyane", "reunion", "mayotte"]
Nature = Literal[
    "consultation",
    "visite",
    "teleconsultation",
    "teleexpertise",
    "demande-teleexpertise",
    "consultation-complexe",
    "consultation-tres-complexe",
    "avis-ponctuel",
    "technique",
    "majoration",
    "supplement",
    "deplacement",
    "forfait",
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9-]+$")]
SpecialtyCode = Annotated[int, "a specialty of the CNAM"]  # told from other numbers by its type


def _accepted_reason(value: str) -> str:
    if value not in LISTED["reason"]:
        raise ValueError(f"motif inconnu, admis : {', '.join(LISTED['reason'])}")
    return value


Channel = Literal["video", "telephone", "presentiel"]
Reason = Annotated[Text, AfterValidator(_accepted_reason)]
FoundVerdict = Literal["violation", "review"]


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt key would be a rule silently not applied."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class SourceModel(Strict):
    """Where a version comes from; `url` is empty for a document that was never put online, named by its title."""

    title: Text
    article: str = ""
    url: str
    published: date | None = None
    confidence: Confidence

    def to_source(self) -> Source:
        """The same, as the library passes it around."""
        return Source(self.title, self.article, self.url, self.published, self.confidence)


class Dated(Strict):
    """A value in force between two dates, with its source and the day it was last compared with it."""

    from_: date = Field(alias="from")
    until: date | Literal["open"]
    source: SourceModel
    checked_on: date
    note: str = ""
    after_gap: bool = False  # no text covers the days between the period before and this one

    @property
    def period(self) -> Period:
        """The days on which this value is in force, both ends included."""
        return Period(self.from_, None if self.until == "open" else self.until)

    @model_validator(mode="after")
    def _ends_after_start(self) -> Dated:
        if self.until != "open" and self.until < self.from_:
            raise ValueError("« until » est antérieur à « from »")
        return self


class Version(Dated):
    """One dated state of a rule."""

    verdict: FoundVerdict


class RuleModel(Strict):
    """What every rule says of itself, in French."""

    title: Text
    why: Text
    silent_where: tuple[RuleId, ...] = ()  # says nothing on an act (or its row) that one of these rules names


# --- frequence/ -------------------------------------------------------------------------------------------


class FrequencyVersion(Version):
    """At most `limit` units of `codes` per key and window."""

    codes: tuple[Code, ...] = Field(min_length=1)
    reasons: tuple[Reason, ...] = ()  # only the acts with one of these reasons
    channels: tuple[Channel, ...] = ()  # only the acts through one of these channels
    limit: int = Field(ge=0)
    window: Window
    per: tuple[Key, ...] = Field(min_length=1)

    @property
    def needed(self) -> tuple[Key, ...]:
        """The keys without which nothing can be said: none where no unit at all is admitted."""
        return self.per if self.limit else ()


class Frequency(RuleModel):
    """Counts units in a window, per key.

    `not_counting`: acts in violation of these rules do not fill the window.
    """

    kind: Literal["frequency"]
    not_counting: tuple[RuleId, ...] = ()
    version: tuple[FrequencyVersion, ...] = Field(min_length=1)


class ProximityVersion(Version):
    """An act of `codes` with another contact of the same practitioner and patient within `months`, either side.

    The same day, and the same day `months` earlier or later, are outside.
    """

    codes: tuple[Code, ...] = Field(min_length=1)
    months: int = Field(ge=1)
    natures: tuple[Nature, ...] = Field(min_length=1)  # the other acts that count as a contact
    counted_codes: tuple[Code, ...] = ()  # contacts although their nature is not listed
    ignored_codes: tuple[Code, ...] = ()  # no contacts although their nature is listed


class Proximity(RuleModel):
    """Looks for another contact around an act."""

    kind: Literal["proximity"]
    version: tuple[ProximityVersion, ...] = Field(min_length=1)


# --- seuil/ -----------------------------------------------------------------------------------------------


class SpecialtyCeiling(Strict):
    """Another ceiling for some specialties."""

    specialties: tuple[SpecialtyCode, ...] = Field(min_length=1)
    ceiling_bp: int = Field(ge=0, le=10_000)


class RemoteUntil(Strict):
    """The last day on which acts of some remote codes are remote; later ones count in the total only."""

    codes: tuple[Code, ...] = Field(min_length=1)
    until: date


class ShareVersion(Version):
    """Remote acts over all acts, per practitioner and civil year, in whole basis points."""

    remote_codes: tuple[Code, ...] = Field(min_length=1)
    remote_until: tuple[RemoteUntil, ...] = ()  # codes that end before the version does
    ceiling_bp: int = Field(ge=0, le=10_000)
    specialty_ceilings: tuple[SpecialtyCeiling, ...] = ()
    uncounted_natures: tuple[Nature, ...] = Field(min_length=1)  # neither remote nor in person: majorations…
    exclude_own_patients: bool = False  # remote acts of the médecin traitant with own patients are not remote
    denominator: Literal["all"] = "all"
    remark: str = ""  # ends the message: what must come before a recovery

    @model_validator(mode="after")
    def _remote_until_some_day_of_it(self) -> ShareVersion:
        if any(end.until not in self.period for end in self.remote_until):
            raise ValueError("« remote_until » donne un jour hors de la version")
        return self


class Share(RuleModel):
    """The ceiling on remote activity. Its versions start on 1 January and end on 31 December."""

    kind: Literal["share"]
    version: tuple[ShareVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole_years(self) -> Share:
        for version in self.version:
            if (version.from_.month, version.from_.day) != (1, 1):
                raise ValueError("une version d'un seuil commence un 1er janvier")
            if version.until != "open" and (version.until.month, version.until.day) != (12, 31):
                raise ValueError("une version d'un seuil finit un 31 décembre")
        return self


class DerogationVersion(Version):
    """Names the conditions of a derogation without which the share would be over the ordinary ceiling."""

    share_rule: RuleId


class Derogation(RuleModel):
    """Reminds of the conditions of a derogation in use."""

    kind: Literal["derogation"]
    version: tuple[DerogationVersion, ...] = Field(min_length=1)


# --- tarif/ -----------------------------------------------------------------------------------------------


class Combination(Strict):
    """Amounts that one row of `code` may carry: its tariff plus those of `with_`."""

    codes: tuple[Code, ...] = Field(min_length=1)
    with_: tuple[Code, ...] = Field(alias="with", min_length=1)


class TariffVersion(Version):
    """`verdict` is for an amount above the tariff; below is always a review."""

    combinations: tuple[Combination, ...] = ()
    zones: tuple[Zone, ...] = Field(min_length=1)  # where the tariffs of the nomenclature hold as they are
    no_overcharge_codes: tuple[Code, ...] = ()  # an amount above is over even without an overcharge column
    unpriced_extras: tuple[Nature, ...] = ()  # natures whose amount may hold what has no tariff: above is a review
    refused_by: tuple[RuleId, ...] = ()  # a supplement in violation of one of these rules is not permitted


class Tariff(RuleModel):
    """Amount less overcharge, against tariff x coefficient x quantity."""

    kind: Literal["tariff"]
    version: tuple[TariffVersion, ...] = Field(min_length=1)


class NoOverchargeVersion(Version):
    """Codes that admit no overcharge at all."""

    codes: tuple[Code, ...] = Field(min_length=1)


class NoOvercharge(RuleModel):
    """An overcharge on a code that admits none."""

    kind: Literal["no-overcharge"]
    version: tuple[NoOverchargeVersion, ...] = Field(min_length=1)


class OpposableVersion(Version):
    """Codes that require the tarif opposable of the same practitioner, patient and day."""

    any_sector: tuple[Code, ...] = ()
    sector_2_without_optam: tuple[Code, ...] = ()
    host_natures: tuple[Nature, ...] = Field(min_length=1)  # the acts beside them whose overcharge counts


class Opposable(RuleModel):
    """A code that requires the tarif opposable, beside an overcharge."""

    kind: Literal["opposable"]
    version: tuple[OpposableVersion, ...] = Field(min_length=1)


# --- condition/ -------------------------------------------------------------------------------------------


class AgeUnder(Strict):
    """Holds up to the day before the `years`-th birthday."""

    test: Literal["age-under"]
    years: int = Field(ge=1)


class AgeAtLeast(Strict):
    """Holds from the `years`-th birthday on."""

    test: Literal["age-at-least"]
    years: int = Field(ge=1)


class IsTrue(Strict):
    """Holds when a yes/no column says yes."""

    test: Literal["is-true"]
    column: Literal["treating_doctor", "ald", "optam", "territory"]


class IsFalse(Strict):
    """Holds when a yes/no column says no."""

    test: Literal["is-false"]
    column: Literal["treating_doctor", "ald", "optam", "territory"]


Listed = TypeVar("Listed", "OneOf", "NoneOf")


def _accepted_values(test: Listed) -> Listed:
    for value in test.values:
        if value not in LISTED.get(test.column, test.values):
            raise ValueError(f"valeur inconnue de « {test.column} », admises : {', '.join(LISTED[test.column])}")
    return test


class OneOf(Strict):
    """Holds when a listed value is one of `values`."""

    test: Literal["one-of"]
    column: Literal["reason", "place", "pathway", "channel", "regulated_by", "requested_by", "sector"]
    values: tuple[Text, ...] = Field(min_length=1)

    _accepted = model_validator(mode="after")(_accepted_values)


class SpecialtyIn(Strict):
    """Holds for these CNAM specialties (22 and 23 are 1)."""

    test: Literal["specialty-in"]
    specialties: tuple[SpecialtyCode, ...] = Field(min_length=1)


class NoneOf(Strict):
    """Holds when a listed value is known and is none of `values`."""

    test: Literal["none-of"]
    column: Literal["reason", "place", "pathway", "channel", "regulated_by", "requested_by", "sector"]
    values: tuple[Text, ...] = Field(min_length=1)

    _accepted = model_validator(mode="after")(_accepted_values)


class ExemptionIn(Strict):
    """Holds for these exemption codes of the CNAM."""

    test: Literal["exemption-in"]
    exemptions: tuple[int, ...] = Field(min_length=1)


class RateUnder(Strict):
    """Holds when the fund reimburses less than `basis_points`."""

    test: Literal["rate-under"]
    basis_points: int = Field(ge=1, le=10_000)


class WithinWorkingDays(Strict):
    """Holds up to the `days`-th jour ouvrable after the request, its own day not counted."""

    test: Literal["within-working-days"]
    column: Literal["requested_at"]
    days: int = Field(ge=1)


class WithinHours(Strict):
    """Holds up to `hours` after a moment; without the hour of the act, unknown on the last day."""

    test: Literal["within-hours"]
    column: Literal["regulated_at"]
    hours: int = Field(ge=24, multiple_of=24)


class DutyIs(Strict):
    """Holds at these hours: of the day, of the permanence des soins, or of it where the region says so."""

    test: Literal["duty-is"]
    values: tuple[Literal["day", "pdsa", "regional"], ...] = Field(min_length=1)


class Never(Strict):
    """Holds for no act: the code may not be billed like this on these dates."""

    test: Literal["never"]


Test = Annotated[
    AgeUnder
    | AgeAtLeast
    | IsTrue
    | IsFalse
    | OneOf
    | NoneOf
    | SpecialtyIn
    | ExemptionIn
    | RateUnder
    | WithinWorkingDays
    | WithinHours
    | DutyIs
    | Never,
    Field(discriminator="test"),
]


class ConditionVersion(Version):
    """Acts of `codes` (with one of `reasons`) must meet all of `requires`, unless one of `unless` holds.

    Unknown values are carried through: the act is *unverifiable* where they could change the answer, or a review
    where only an exception is unknown and `unknown_exception` says so. Where one of `doubtful_if` holds, or could,
    what would be a violation is a review.
    """

    codes: tuple[Code, ...] = Field(min_length=1)
    reasons: tuple[Reason, ...] = ()
    requires: tuple[Test, ...] = Field(min_length=1)
    unless: tuple[Test, ...] = ()
    doubtful_if: tuple[Test, ...] = ()
    unknown_exception: Literal["unverifiable", "review"] = "unverifiable"


class Condition(RuleModel):
    """Looks at one act at a time."""

    kind: Literal["condition"]
    version: tuple[ConditionVersion, ...] = Field(min_length=1)

    @property
    def codes_of_children(self) -> frozenset[str]:
        """The codes that are due under some age only."""
        return frozenset(
            code
            for version in self.version
            if any(isinstance(test, AgeUnder) for test in version.requires)
            for code in version.codes
        )

    @property
    def on_age_only(self) -> bool:
        """Whether its answer hangs on nothing but the day of the act and the patient's birth date."""
        return all(
            not (own.reasons or own.unless or own.doubtful_if)
            and all(isinstance(test, AgeUnder | AgeAtLeast) for test in own.requires)
            for own in self.version
        )


class SpecialtyEntry(Strict):
    """Who may bill some codes: only `allowed`, or all but `refused`."""

    codes: tuple[Code, ...] = Field(min_length=1)
    allowed: tuple[SpecialtyCode, ...] = ()
    refused: tuple[SpecialtyCode, ...] = ()
    verdict: FoundVerdict

    @model_validator(mode="after")
    def _one_list(self) -> SpecialtyEntry:
        if bool(self.allowed) == bool(self.refused):
            raise ValueError("donner soit « allowed », soit « refused »")
        return self

    def refuses(self, specialty: int) -> bool:
        """Whether a specialty may not bill the codes."""
        return specialty not in self.allowed if self.allowed else specialty in self.refused


class SpecialtyVersion(Version):
    """A table of codes and specialties; each entry has its own verdict, `verdict` is the strongest."""

    entry: tuple[SpecialtyEntry, ...] = Field(min_length=1)


class Specialty(RuleModel):
    """A code billed by a specialty that may not."""

    kind: Literal["specialty"]
    version: tuple[SpecialtyVersion, ...] = Field(min_length=1)


class Selection(Strict):
    """Acts by code or by nature, but for some codes."""

    codes: tuple[Code, ...] = ()
    natures: tuple[Nature, ...] = ()
    but: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Selection:
        if not (self.codes or self.natures):
            raise ValueError("donner « codes » ou « natures »")
        return self


class HostVersion(Version):
    """Acts of `codes` stand beside a host act of the same practitioner, patient and day; a doubtful host: review."""

    codes: tuple[Code, ...] = Field(min_length=1)
    hosts: Selection
    doubtful_hosts: Selection | None = None


class Host(RuleModel):
    """A code that is billed only with another one."""

    kind: Literal["host"]
    version: tuple[HostVersion, ...] = Field(min_length=1)


class AlternationVersion(Version):
    """`least` remote acts or more of one patient in a civil year, and no contact in person."""

    remote_codes: tuple[Code, ...] = Field(min_length=1)
    least: int = Field(ge=1)
    in_person: Selection


class Alternation(RuleModel):
    """Follow-up that is remote only."""

    kind: Literal["alternation"]
    version: tuple[AlternationVersion, ...] = Field(min_length=1)


class ValidityVersion(Version):
    """Codes billed outside the periods that the nomenclature gives them."""


class Validity(RuleModel):
    """A code that did not exist on the date."""

    kind: Literal["validity"]
    version: tuple[ValidityVersion, ...] = Field(min_length=1)


# --- cumul/ -----------------------------------------------------------------------------------------------


class AllowedPair(Strict):
    """A pair that a text allows; for some specialties only, where they are given."""

    excluded: tuple[Code, ...] = ()
    beside: tuple[Code, ...] = ()
    specialties: tuple[SpecialtyCode, ...] = ()


class PairVersion(Version):
    """The finding stands on the `excluded` act, once per day and pair of codes.

    `scope` invoice: only on one FSE; `without_invoice` says what an unknown invoice number makes of it.
    `unless_present`: an act of the same practitioner, patient and day that makes the pair regular.
    """

    excluded: Selection
    beside: Selection
    scope: Literal["day", "invoice"] = "day"
    without_invoice: Literal["review", "unverifiable"] = "unverifiable"
    unless_present: Selection | None = None
    allowed: tuple[AllowedPair, ...] = ()


class Pair(RuleModel):
    """Two acts that may not be billed together by one practitioner for one patient on one day."""

    kind: Literal["pair"]
    version: tuple[PairVersion, ...] = Field(min_length=1)


# --- donnees/ ---------------------------------------------------------------------------------------------


class DataVersion(Version):
    """The data themselves."""


class Data(RuleModel):
    """Something of the data that a person must look at."""

    kind: Literal["data"]
    look_for: Literal["duplicate", "billed-again", "orphan-cancellation", "unknown-code", "future-date"]
    version: tuple[DataVersion, ...] = Field(min_length=1)


Rule = Annotated[
    Frequency
    | Proximity
    | Share
    | Derogation
    | Tariff
    | NoOvercharge
    | Opposable
    | Condition
    | Specialty
    | Host
    | Alternation
    | Pair
    | Validity
    | Data,
    Field(discriminator="kind"),
]

# --- recouvrement/ ----------------------------------------------------------------------------------------


class LimitationVersion(Dated):
    """How long the fund may claim, from the day it paid."""

    years: int = Field(ge=1)


class Limitation(Strict):
    """The limitation of claims: it groups findings apart, it drops none."""

    kind: Literal["limitation"]
    title: Text
    why: Text
    version: tuple[LimitationVersion, ...] = Field(min_length=1)


# --- calendrier/ ------------------------------------------------------------------------------------------


class HoursVersion(Dated):
    """The bounds of the permanence des soins, and the days that a region may add to it."""

    opens: time
    closes: time
    saturday_closes: time
    regional: tuple[Bridge, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> HoursVersion:
        if not time.min < self.opens < self.saturday_closes < self.closes:
            raise ValueError("les heures doivent se suivre : opens, saturday_closes, closes")
        return self


class DutyHours(Strict):
    """Hours of the day; not a rule of its own."""

    kind: Literal["hours"]
    title: Text
    why: Text
    version: tuple[HoursVersion, ...] = Field(min_length=1)


class HolidaysVersion(Dated):
    """Legal holidays of some zones, by the French names of the library `holidays`; `local`: some communes only."""

    scope: Scope
    zones: tuple[Zone, ...] = Field(min_length=1)
    days: tuple[Text, ...] = Field(min_length=1)


class Holidays(Strict):
    """Legal holidays; not a rule of its own."""

    kind: Literal["holidays"]
    title: Text
    why: Text
    version: tuple[HolidaysVersion, ...] = Field(min_length=1)


# --- nomenclature/ ----------------------------------------------------------------------------------------


class Alias(Strict):
    """Another spelling of the code; with `coefficient`, only when billed with that coefficient."""

    code: Code
    coefficient: Decimal | None = None


class TariffValue(Dated):
    """An amount in euros, for all specialties or for some; `overseas` where a source gives it.

    `verdict` is `review` for a derived or disputed amount. `accepted` are other amounts not to be reproached.
    """

    amount: Decimal = Field(ge=0, le=10_000_000, decimal_places=2)  # sums of cents stay whole numbers of 64 bits
    specialties: tuple[SpecialtyCode, ...] = ()
    overseas: dict[Zone, Decimal] = Field(default_factory=dict)
    accepted: tuple[Decimal, ...] = ()
    verdict: FoundVerdict = "violation"


class Existence(Dated):
    """The dates on which a code may be billed. No entry: the nomenclature does not know its dates."""


class Act(Strict):
    """A code: key letter of the NGAP, or family of them."""

    kind: Literal["act"]
    code: Code
    label: Text
    nature: Nature
    natures_of_act: tuple[int, ...] = ()  # PS5 numbers of the SNDS extracts
    aliases: tuple[Alias, ...] = ()
    by_original_code: bool = False  # a grouping code of the paper claim: the original code tells the act
    stands_for: tuple[Code, ...] = ()  # the acts that a grouping code may hide, where a source lists them
    priced_by_coefficient: bool = False
    existence: tuple[Existence, ...] = ()
    tariff: tuple[TariffValue, ...] = ()
    note: str = ""

    @field_validator("stands_for")
    @classmethod
    def _sorted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(value))


# --- par_nature.toml --------------------------------------------------------------------------------------


class ByNature(Strict):
    """Something that the convention asks and no file of acts can show: no rule will ever check it."""

    label: Text
    why: Text
    source: SourceModel
    checked_on: date


VERDICTS: dict[str, Verdict] = {v.value: v for v in Verdict}
