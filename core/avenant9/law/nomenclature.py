"""The nomenclature: the acts, when they exist, and their dated tariffs: what is one unit of this code on this day?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from pydantic import Field, field_validator

from avenant9.law.dated import (
    Code,
    CodeName,
    Dated,
    FoundVerdict,
    Number,
    SourceModel,
    SpecialtyCode,
    Strict,
    Text,
    Zone,
)
from avenant9.period import bounds
from avenant9.records import replace

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

    `verdict` is `review` for a derived or disputed amount, `overseas_verdict` where those overseas are weaker.
    `accepted` are other amounts not to be reproached.
    """

    amount: Number = Field(ge=0, le=10_000_000, decimal_places=2)  # sums of cents stay whole numbers of 64 bits
    specialties: tuple[SpecialtyCode, ...] = ()
    overseas: dict[Zone, Number] = Field(default_factory=dict)
    overseas_verdict: FoundVerdict | None = None
    accepted: tuple[Number, ...] = ()
    verdict: FoundVerdict = "violation"


class Existence(Dated):
    """The dates on which a code may be billed. No entry: the nomenclature does not know its dates.

    A use before `from`, or after `until`, is a review where `doubt_before`, or `doubt_after`, says in French why.
    """

    doubt_before: str = ""
    doubt_after: str = ""


class WithoutTariff(Strict):
    """Why no tariff is given of a code, and where it was looked for."""

    why: Text
    source: SourceModel
    checked_on: date


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
    priced_by_kilometre: bool = False  # the quantity is kilometres; a row of one unit does not say how many
    existence: tuple[Existence, ...] = ()
    tariff: tuple[TariffValue, ...] = ()
    without_tariff: WithoutTariff | None = None  # where it has none, or none that still holds
    note: str = ""

    @property
    def tariffs(self) -> dict[str, TariffValue]:
        """Its tariffs by the key of the text behind each: two of them may start on one day."""
        return {f"tariff:{self.code}@{one.from_.isoformat()}#{rank}": one for rank, one in enumerate(self.tariff)}

    @property
    def existences(self) -> dict[str, Existence]:
        """The dates on which it may be billed, by the key of the text behind each."""
        return {f"existence:{self.code}@{one.from_.isoformat()}": one for one in self.existence}

    @field_validator("stands_for")
    @classmethod
    def _sorted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(value))


class Price(Struct, frozen=True):
    """The tariff of one unit, in cents; `accepted` are other amounts that are not reproached.

    `verdict` is what an amount above it deserves; `source` is the key of `value` in Rulebook.sources. With `at_most`
    it is the dearest of several acts, and nobody knows which one was billed; `by_kilometre` it is that of one.
    """

    cents: int
    accepted: tuple[int, ...]
    verdict: str
    source: str
    value: TariffValue
    at_most: bool = False
    by_kilometre: bool = False

    def times(self, coefficient: int, quantity: int) -> int:
        """The tariff of so many units, in cents, half up; the coefficient is in thousandths."""
        return times(self.cents, coefficient, quantity)


def times(cents: int, thousandths: int, quantity: int) -> int:
    """`cents x coefficient x quantity`, half up."""
    return (2 * cents * thousandths * quantity + 1000) // 2000


class NoPrice(Struct, frozen=True):
    """Why there is none: the column that would tell (`specialty`, `original_code`); `tariff`: no source gives it."""

    missing: str


class Prices:
    """Looks up tariffs; each distinct question is answered once.

    A grouping code of the paper claim has the price of the acts that it may hide on that day, where it is one; else
    the dearest of them.
    """

    def __init__(self, acts: Mapping[str, Act]) -> None:
        self._by_kilometre = frozenset(code for code, act in acts.items() if act.priced_by_kilometre)
        self._hidden = {code: act.stands_for for code, act in acts.items() if act.by_original_code}
        self._existence = {code: [span.period for span in act.existence] for code, act in acts.items()}
        self._tariffs = {
            code: [(key, value.period, value) for key, value in act.tariffs.items()] for code, act in acts.items()
        }
        starts = bounds(period for dated in self._tariffs.values() for _, period, _ in dated)
        #: The days on which some tariff begins or has ended, in order: between two of them nothing changes.
        self.eras: tuple[date, ...] = tuple(sorted({date.min, *starts}))
        self._answers: dict[tuple[str, date, int | None, str | None], Price | NoPrice] = {}

    def of(self, code: str, day: date, specialty: int | None, overseas: str | None) -> Price | NoPrice:
        """The tariff of `code` for a doctor of `specialty`; `overseas` names a zone with tariffs of its own."""
        question = (code, day, specialty, overseas)
        if question not in self._answers:
            look_up = self._look_up_hidden if code in self._hidden else self._look_up
            self._answers[question] = look_up(*question)
        return self._answers[question]

    def total(
        self, code: str, day: date, specialty: int | None, coefficient: int, quantity: int, *, overseas: str | None
    ) -> int | None:
        """`tariff x coefficient x quantity` in cents, the coefficient in thousandths; None where nothing tells it."""
        price = self.of(code, day, specialty, overseas)
        return price.times(coefficient, quantity) if isinstance(price, Price) and not price.at_most else None

    def _look_up_hidden(self, code: str, day: date, specialty: int | None, overseas: str | None) -> Price | NoPrice:
        members = [member for member in self._hidden[code] if self._exists(member, day)]
        prices = [self.of(member, day, specialty, overseas) for member in members]
        known = [price for price in prices if isinstance(price, Price)]
        if not known or len(known) < len(prices):
            return NoPrice("original_code")
        dearest = max(known, key=lambda price: price.cents)
        if all((price.cents, price.accepted) == (dearest.cents, dearest.accepted) for price in known):
            return dearest
        return replace(dearest, at_most=True)

    def _exists(self, code: str, day: date) -> bool:
        """Whether it may be billed on that day, as far as the nomenclature knows."""
        spans = self._existence.get(code)
        return not spans or any(day in span for span in spans)

    def _look_up(self, code: str, day: date, specialty: int | None, overseas: str | None) -> Price | NoPrice:
        dated = [(key, value) for key, period, value in self._tariffs.get(code, ()) if day in period]
        own = [item for item in dated if specialty is not None and specialty in item[1].specialties]
        common = [item for item in dated if not item[1].specialties]
        if dated and specialty is None and len(common) < len(dated):
            return NoPrice("specialty")
        if not (own or common):
            return NoPrice("tariff")
        source, value = (own or common)[0]
        by_kilometre = code in self._by_kilometre
        if overseas is None:
            accepted = tuple(_cents(amount) for amount in value.accepted)
            return Price(_cents(value.amount), accepted, value.verdict, source, value, by_kilometre=by_kilometre)
        if overseas in value.overseas:
            verdict = value.overseas_verdict or value.verdict
            cents = _cents(_overseas(value, overseas))
            return Price(cents, (), verdict, source, value, by_kilometre=by_kilometre)
        return NoPrice("tariff")


def _overseas(value: TariffValue, zone: str) -> Decimal:
    return next(amount for name, amount in value.overseas.items() if name == zone)


def _cents(euros: Decimal) -> int:
    return int(euros * 100)
