"""Random practices and random receipts, against sums made one row at a time."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from avenant9.engine import Options
from avenant9.reconcile.billed import load_billed
from avenant9.reconcile.causes import nearest_sum
from avenant9.reconcile.payments import read_payments
from avenant9.reconcile.run import Asked, reconcile
from avenant9.rulebook.load import load_rulebook
from examples import examples

RULEBOOK = load_rulebook()
FIRST = date(2022, 12, 20)
days = some.integers(0, 400).map(lambda number: FIRST + timedelta(number))
amounts = some.sampled_from([1000, 2000, 2500, 2650, 3001])


@dataclass(frozen=True)
class Row:
    """One row of one patient; what takes it back, if anything does, is another row with a day of its own."""

    care: date
    paid: date | None
    amount: int
    status: str
    taken_back: date | None

    def lines(self, patient: int) -> list[str]:
        head = f"{self.care:%d/%m/%Y};G;A;P{patient}"
        own = f"{head};{self.amount / 100:.2f};{written(self.paid)};{self.status};1"
        back = f"{head};{-self.amount / 100:.2f};{written(self.taken_back)};payé;-1"
        return [own, back] if self.taken_back else [own]


def written(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


rows = some.lists(
    some.builds(
        Row,
        care=days,
        paid=some.one_of(some.none(), days),
        amount=amounts,
        status=some.sampled_from(["payé"] * 6 + ["rejeté", "impayé"]),
        taken_back=some.one_of(some.none(), some.none(), some.none(), days),
    ),
    min_size=1,
    max_size=8,
)
receipts = some.lists(some.tuples(days, some.integers(-3000, 6000)), max_size=8)


def naive(practice: list[Row], received: list[tuple[date, int]]) -> dict[str, Any]:
    """One row after the other: (cents, day of care, day of payment, status, may be taken for received)."""
    moves = []
    for row in practice:
        moves.append((row.amount, row.care, row.paid, row.status, row.taken_back is None))
        if row.taken_back:
            status = "rejeté" if row.status == "rejeté" else "payé"  # what was never paid is not paid back
            moves.append((-row.amount, row.care, row.taken_back, status, True))
    dated = any(paid is not None for _, _, paid, _, _ in moves)
    causes: Counter[str] = Counter()
    by_day: Counter[date] = Counter()
    billed, paid_in_year, open_ = 0, 0, []
    for cents, care, paid, status, whole in moves:
        billed += cents if care.year == 2023 else 0
        if status != "payé":
            if care.year == 2023:
                causes["refused" if status == "rejeté" else "unpaid"] -= cents
        elif paid is None and dated:
            if care.year == 2023:
                causes["undated"] -= cents
                open_ += [cents] if whole else []
        elif (paid or care).year == 2023:
            paid_in_year += cents
            by_day[paid or care] += cents
            causes["care_other_year"] += cents if care.year != 2023 else 0
        elif care.year == 2023:
            causes["paid_other_year"] -= cents
    declared = sum(cents for day, cents in received if day.year == 2023)
    beyond = declared - paid_in_year
    supposed = best(open_, beyond)
    for day, cents in received:
        by_day[day] -= cents if day.year == 2023 else 0
    causes["undated"] += supposed
    return {
        "causes": {name: cents for name, cents in causes.items() if cents},
        "billed": billed,
        "left": beyond - supposed,
        "days": {day: -cents for day, cents in by_day.items() if cents} if dated else None,
    }


def best(open_: list[int], beyond: int) -> int:
    """Of the sums of some amounts of the sign of what is missing, the nearest to it; of two, the smaller."""
    likely = [cents for cents in open_ if cents * beyond > 0]
    sums = {sum(chosen) for size in range(len(likely) + 1) for chosen in combinations(likely, size)}
    return min(sums, key=lambda cents: (abs(beyond - cents), abs(cents)))


@given(practice=rows, received=receipts)
@examples(15, 300)
def test_as_the_naive_sums(practice: list[Row], received: list[tuple[date, int]]) -> None:
    received = [*received, (date(2023, 7, 1), 0)]
    lines = [line for patient, row in enumerate(practice) for line in row.lines(patient)]
    head = "Date de soins;Code acte;Praticien;Patient;Montant;Date de paiement;Statut;Quantité"
    acts = "\n".join([head, *lines, "01/06/2023;G;A;PX;10,00;;impayé;1"])
    banked = "\n".join(["Date;Montant", *(f"{day:%d/%m/%Y};{cents / 100:.2f}" for day, cents in received)])
    billed = load_billed(["-"], RULEBOOK.nomenclature, None, io.BytesIO(acts.encode()))
    files = {"payments": read_payments("-", RULEBOOK.nomenclature, io.BytesIO(banked.encode()))}
    [found] = reconcile(billed, RULEBOOK, Options(as_of=date(2026, 1, 1)), Asked(2023, files=files)).comparisons
    expected = naive([*practice, Row(date(2023, 6, 1), None, 1000, "impayé", None)], received)
    causes = {cause.reason: cause.euros for cause in found.causes}
    told = {
        "causes": {name: euros for name, euros in causes.items() if euros},
        "billed": found.billed,
        "left": found.left,
        "days": None if found.days is None else {gap.date: gap.difference for gap in found.days},
    }
    assert told == expected
    assert found.difference == sum(causes.values()) + found.left


@examples(100, 2000)
@given(own=some.lists(some.integers(1, 40), max_size=9), target=some.integers(0, 120))
def test_the_nearest_sum(own: list[int], target: int) -> None:
    sums = {sum(chosen) for size in range(len(own) + 1) for chosen in combinations(own, size)}
    assert nearest_sum(own, target) == min(sums, key=lambda made: (abs(target - made), made))


def test_a_year_of_acts_without_a_day_is_added_up_at_once() -> None:
    assert nearest_sum([2500, 2650, 3000, 1150] * 2000, 10_000_300) == 10_000_300
