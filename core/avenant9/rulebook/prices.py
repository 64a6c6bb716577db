"""The dated tariffs of the nomenclature as a question: what is one unit of this code on this day?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avenant9.period import bounds
from avenant9.rulebook.schema import Act, TariffValue


@dataclass(frozen=True, slots=True)
class Price:
    """The tariff of one unit, in cents; `accepted` are other amounts that are not reproached.

    `verdict` is what an amount above it deserves; `source` a key of Rulebook.sources.
    """

    cents: int
    accepted: tuple[int, ...]
    verdict: str
    source: str


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
