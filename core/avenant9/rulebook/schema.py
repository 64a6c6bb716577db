"""What a rule file may hold: one pydantic model per kind, told apart by `kind`, unknown keys refused.

There is no expression language: a kind is code, a rule is values. Every version carries its own source.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from avenant9.model import LISTED, Source, Verdict
from avenant9.period import Period

Confidence = Literal["high", "medium", "low"]
Window = Literal["civil-year", "civil-quarter", "iso-week", "rolling-12-months", "ever"]
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


def _accepted_reason(value: str) -> str:
    if value not in LISTED["reason"]:
        raise ValueError(f"motif inconnu, admis : {', '.join(LISTED['reason'])}")
    return value


Reason = Annotated[Text, AfterValidator(_accepted_reason)]
FoundVerdict = Literal["violation", "review"]


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt key would be a rule silently not applied."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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
    limit: int = Field(ge=0)
    window: Window
    per: tuple[Key, ...] = Field(min_length=1)


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

    specialties: tuple[int, ...] = Field(min_length=1)
    ceiling_bp: int = Field(ge=0, le=10_000)


class ShareVersion(Version):
    """Remote acts over all acts, per practitioner and civil year, in whole basis points."""

    remote_codes: tuple[Code, ...] = Field(min_length=1)
    ceiling_bp: int = Field(ge=0, le=10_000)
    specialty_ceilings: tuple[SpecialtyCeiling, ...] = ()
    uncounted_natures: tuple[Nature, ...] = Field(min_length=1)  # neither remote nor in person: majorations…
    exclude_own_patients: bool = False  # remote acts of the médecin traitant with own patients are not remote
    denominator: Literal["all"] = "all"
    remark: str = ""  # ends the message: what must come before a recovery


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


class OneOf(Strict):
    """Holds when a listed value is one of `values`."""

    test: Literal["one-of"]
    column: Literal["reason", "place", "pathway", "channel", "regulated_by", "requested_by", "sector"]
    values: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _accepted(self) -> OneOf:
        for value in self.values:
            if value not in LISTED.get(self.column, self.values):
                raise ValueError(f"valeur inconnue de « {self.column} », admises : {', '.join(LISTED[self.column])}")
        return self


class SpecialtyIn(Strict):
    """Holds for these CNAM specialties (22 and 23 are 1)."""

    test: Literal["specialty-in"]
    specialties: tuple[int, ...] = Field(min_length=1)


class Never(Strict):
    """Holds for no act: the code may not be billed like this on these dates."""

    test: Literal["never"]


Test = Annotated[AgeUnder | AgeAtLeast | IsTrue | IsFalse | OneOf | SpecialtyIn | Never, Field(discriminator="test")]


class ConditionVersion(Version):
    """Acts of `codes` (with one of `reasons`) must meet all of `requires`, unless one of `unless` holds.

    Unknown values are carried through: the act is *unverifiable* where they could change the answer.
    """

    codes: tuple[Code, ...] = Field(min_length=1)
    reasons: tuple[Reason, ...] = ()
    requires: tuple[Test, ...] = Field(min_length=1)
    unless: tuple[Test, ...] = ()


class Condition(RuleModel):
    """Looks at one act at a time."""

    kind: Literal["condition"]
    version: tuple[ConditionVersion, ...] = Field(min_length=1)


class ValidityVersion(Version):
    """Codes billed outside the periods that the nomenclature gives them."""


class Validity(RuleModel):
    """A code that did not exist on the date."""

    kind: Literal["validity"]
    version: tuple[ValidityVersion, ...] = Field(min_length=1)


# --- donnees/ ---------------------------------------------------------------------------------------------


class DataVersion(Version):
    """The data themselves."""


class Data(RuleModel):
    """Something of the data that a person must look at."""

    kind: Literal["data"]
    look_for: Literal["duplicate", "orphan-cancellation", "unknown-code", "future-date"]
    version: tuple[DataVersion, ...] = Field(min_length=1)


Rule = Annotated[
    Frequency | Proximity | Share | Derogation | Tariff | NoOvercharge | Opposable | Condition | Validity | Data,
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


# --- nomenclature/ ----------------------------------------------------------------------------------------


class Alias(Strict):
    """Another spelling of the code; with `coefficient`, only when billed with that coefficient."""

    code: Code
    coefficient: Decimal | None = None


class TariffValue(Dated):
    """An amount in euros, for all specialties or for some; `overseas` where a source gives it.

    `verdict` is `review` for a derived or disputed amount. `accepted` are other amounts not to be reproached.
    """

    amount: Decimal = Field(ge=0, decimal_places=2)
    specialties: tuple[int, ...] = ()
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


VERDICTS: dict[str, Verdict] = {v.value: v for v in Verdict}
