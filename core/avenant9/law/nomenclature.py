"""The nomenclature: the acts, when they exist, and their dated tariffs: what is one unit of this code on this day?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from avenant9.law.dated import Code, CodeName, Dated, FoundVerdict, Number, SpecialtyCode, Strict, Text, Zone
from avenant9.period import bounds

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


#: Natures that a person reads otherwise.
NATURES: dict[str, str] = {
    "teleconsultation": "téléconsultation",
    "teleexpertise": "téléexpertise",
    "demande-teleexpertise": "demande de téléexpertise",
    "consultation-complexe": "consultation complexe",
    "consultation-tres-complexe": "consultation très complexe",
    "avis-ponctuel": "avis ponctuel",
    "technique": "acte technique",
    "supplement": "supplément",
    "deplacement": "déplacement",
}


class Alias(Strict):
    """Another spelling of the code; with `coefficient`, only when billed with that coefficient."""

    code: CodeName
    coefficient: Number | None = None


class TariffValue(Dated):
    """An amount in euros, for all specialties or for some; `overseas` where a source gives it.

    `verdict` is `review` for a derived or disputed amount. `accepted` are other amounts not to be reproached.
    """

    amount: Number = Field(ge=0, le=10_000_000, decimal_places=2)  # sums of cents stay whole numbers of 64 bits
    specialties: tuple[SpecialtyCode, ...] = ()
    overseas: dict[Zone, Number] = Field(default_factory=dict)
    accepted: tuple[Number, ...] = ()
    verdict: FoundVerdict = "violation"


class Existence(Dated):
    """The dates on which a code may be billed. No entry: the nomenclature does not know its dates."""


class Act(Strict):
    """A code: key letter of the NGAP, or family of them."""

    kind: Literal["act"]
    code: CodeName
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


@dataclass(frozen=True, slots=True)
class Price:
    """The tariff of one unit, in cents; `accepted` are other amounts that are not reproached.

    `verdict` is what an amount above it deserves; `source` a key of Rulebook.sources.
    """

    cents: int
    accepted: tuple[int, ...]
    verdict: str
    source: str

    def times(self, coefficient: int, quantity: int) -> int:
        """The tariff of so many units, in cents, half up; the coefficient is in thousandths."""
        return times(self.cents, coefficient, quantity)


def times(cents: int, thousandths: int, quantity: int) -> int:
    """`cents x coefficient x quantity`, half up."""
    return (2 * cents * thousandths * quantity + 1000) // 2000


@dataclass(frozen=True, slots=True)
class NoPrice:
    """Why there is no tariff: the column that would tell (`specialty`), or `tariff` where no source gives one."""

    missing: str


class Prices:
    """Looks up tariffs; each distinct question is answered once."""

    def __init__(self, acts: Mapping[str, Act]) -> None:
        self._tariffs = {
            code: [(rank, value.period, value) for rank, value in enumerate(act.tariff)] for code, act in acts.items()
        }
        starts = bounds(period for dated in self._tariffs.values() for _, period, _ in dated)
        #: The days on which some tariff begins or has ended, in order: between two of them nothing changes.
        self.eras: tuple[date, ...] = tuple(sorted({date.min, *starts}))
        self._answers: dict[tuple[str, date, int | None, str | None], Price | NoPrice] = {}

    def of(self, code: str, day: date, specialty: int | None, overseas: str | None) -> Price | NoPrice:
        """The tariff of `code` for a doctor of `specialty`; `overseas` names a zone with tariffs of its own."""
        question = (code, day, specialty, overseas)
        if question not in self._answers:
            self._answers[question] = self._look_up(*question)
        return self._answers[question]

    def _look_up(self, code: str, day: date, specialty: int | None, overseas: str | None) -> Price | NoPrice:
        dated = [(rank, value) for rank, period, value in self._tariffs.get(code, ()) if day in period]
        own = [item for item in dated if specialty is not None and specialty in item[1].specialties]
        common = [item for item in dated if not item[1].specialties]
        if dated and specialty is None and len(common) < len(dated):
            return NoPrice("specialty")
        if not (own or common):
            return NoPrice("tariff")
        rank, value = (own or common)[0]
        source = f"tariff:{code}@{value.from_.isoformat()}#{rank}"
        if overseas is None:
            accepted = tuple(_cents(amount) for amount in value.accepted)
            return Price(_cents(value.amount), accepted, value.verdict, source)
        if overseas in value.overseas:
            return Price(_cents(_overseas(value, overseas)), (), value.verdict, source)
        return NoPrice("tariff")


def _overseas(value: TariffValue, zone: str) -> Decimal:
    return next(amount for name, amount in value.overseas.items() if name == zone)


def _cents(euros: Decimal) -> int:
    return int(euros * 100)
