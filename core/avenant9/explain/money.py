"""Amounts as equations: amount less overcharge, against tariff x coefficient x quantity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import polars as pl

from avenant9.checks.tariff import Refusals
from avenant9.explain.model import (
    Cents,
    HostLine,
    OpposableTrace,
    OverchargeTrace,
    PricePart,
    Span,
    Supplement,
    TariffTrace,
    Thousandths,
)
from avenant9.explain.scene import Row, Scene, cents, counting_order
from avenant9.explain.visit import visit
from avenant9.rulebook.prices import NoPrice, Price
from avenant9.rulebook.schema import Act, OpposableVersion, TariffValue, TariffVersion


def row_of(scene: Scene) -> list[Row]:
    """The acts of the explained act's row that count, in the order of their codes."""
    act = scene.act
    same = scene.counted.filter(pl.col("input") == act["input"], pl.col("row") == act["row"])
    return same.sort("act").rows(named=True)


def tariff(version: TariffVersion, scene: Scene, nomenclature: dict[str, Act]) -> TariffTrace:
    """The equation of the row, code by code, and the supplements that its amount may hold besides."""
    rows = row_of(scene)
    first = rows[0]
    whole = len(rows) == first["parts"] and len({row["amount"] for row in rows}) == 1
    amount, overcharge = (first["amount"] if whole else None), first["overcharge"]
    base = None if amount is None else amount - (overcharge or 0)
    parts = tuple(_part(row, first, scene, nomenclature) for row in rows)
    expected = None if any(part.total is None for part in parts) else sum(part.total or 0 for part in parts)
    sums = set[int]() if expected is None else _sums(parts)
    found = _supplements(version, scene, expected) if expected is not None and len(rows) == 1 else _Supplements()
    right = found.where(lambda one: base is not None and base - (one.total - (expected or 0)) in sums)
    matched = () if base in sums else next((one.codes for one in right.admitted), None)
    return TariffTrace(
        amount=cents(amount),
        overcharge=cents(overcharge),
        base=cents(base),
        parts=parts,
        tariff=cents(expected),
        difference=None if base is None or expected is None else Cents(base - expected),
        supplements=found.admitted,
        matched=matched,
        refused=right.refused if matched is None else (),
        doubtful=right.doubtful if matched is None else (),
    )


def _part(row: Row, first: Row, scene: Scene, nomenclature: dict[str, Act]) -> PricePart:
    price = _price(row["code"], first, scene)
    if isinstance(price, NoPrice):
        missing = "original_code" if row["code"] in scene.context.grouping else price.missing
        return PricePart(row["code"], None, Thousandths(row["coefficient"]), row["quantity"], None, missing=missing)
    period = _value(price, row["code"], nomenclature).period
    return PricePart(
        code=row["code"],
        tariff=Cents(price.cents),
        coefficient=Thousandths(row["coefficient"]),
        quantity=row["quantity"],
        total=Cents(_times(price.cents, row)),
        accepted=tuple(map(Cents, price.accepted)),
        period=Span(period.first, period.last),
    )


def value_of(code: str, scene: Scene, nomenclature: dict[str, Act]) -> TariffValue | None:
    """The dated value that gives the tariff of one code of the row; None where there is none."""
    price = _price(code, scene.act, scene)
    return None if isinstance(price, NoPrice) else _value(price, code, nomenclature)


def _value(price: Price, code: str, nomenclature: dict[str, Act]) -> TariffValue:
    return nomenclature[code].tariff[int(price.source.rpartition("#")[2])]


def _price(code: str, row: Row, scene: Scene) -> Price | NoPrice:
    return scene.context.prices.of(code, row["date"], row["specialty"], scene.context.overseas)


def _times(amount: int, row: Row) -> int:
    return int((2 * amount * row["coefficient"] * row["quantity"] + 1000) // 2000)


def _sums(parts: Sequence[PricePart]) -> set[int]:
    """The totals that are right without any supplement: tariffs, and amounts that are not reproached."""
    choices = [
        [
            (2 * amount * part.coefficient * part.quantity + 1000) // 2000
            for amount in (part.tariff or 0, *part.accepted)
        ]
        for part in parts
    ]
    return {sum(choice) for choice in product(*choices)}


class _Supplements(NamedTuple):
    """What the amount may hold besides the tariff, what it may not, and what the specialty would tell."""

    admitted: tuple[Supplement, ...] = ()
    refused: tuple[Supplement, ...] = ()
    doubtful: tuple[Supplement, ...] = ()

    def where(self, holds: Callable[[Supplement], bool]) -> _Supplements:
        return _Supplements(*(tuple(filter(holds, some)) for some in self))


def _supplements(version: TariffVersion, scene: Scene, expected: int) -> _Supplements:
    act, refusals = scene.act, Refusals(version, scene.context)
    ages = scene.alone().select(refusals.by_age()).item()
    found: dict[bool | None, list[Supplement]] = {False: [], True: [], None: []}
    for combination in version.combinations:
        if act["code"] not in combination.codes:
            continue
        added = [_price(code, act, scene) for code in combination.with_]
        prices = [price.cents for price in added if isinstance(price, Price)]
        if len(prices) == len(added):
            refused = refusals.of(combination.with_, act["date"], act["specialty"], ages)
            found[refused].append(Supplement(combination.with_, Cents(expected + act["quantity"] * sum(prices))))
    return _Supplements(tuple(found[False]), tuple(found[True]), tuple(found[None]))


def overcharge(scene: Scene) -> OverchargeTrace:
    """What the row says."""
    return OverchargeTrace(cents(scene.act["amount"]), cents(scene.act["overcharge"]))


def opposable(version: OpposableVersion, scene: Scene) -> OpposableTrace:
    """The acts of the visit whose overcharge counts, each row once."""
    hosts: dict[tuple[int, int], Row] = {}
    for row in sorted(visit(scene), key=counting_order):
        if row["nature"] in version.host_natures:
            hosts.setdefault((row["input"], row["row"]), row)
    return OpposableTrace(
        any_sector=scene.act["code"] in version.any_sector,
        sector=scene.act["sector"],
        optam=scene.act["optam"],
        hosts=tuple(HostLine(scene.line(row), cents(row["overcharge"])) for row in hosts.values()),
    )
