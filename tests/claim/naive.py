"""The matching of contract §9 with plain loops over rows: what `avenant9.claim.match` must answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Matched:
    """The acts of a line, or those that it may be about; neither where it is not found."""

    acts: frozenset[int] = frozenset()
    candidates: frozenset[int] = frozenset()


def key_of_patient(row: Row) -> str | None:
    patient = row["patient"]
    return patient[:13] if patient is not None and row["patient_nir"] else patient


def key_of_invoice(row: Row) -> str | None:
    return None if row["invoice"] is None else row["invoice"].lstrip("0")


def matched(lines: list[Row], acts: list[Row]) -> list[Matched]:
    """What each line is about."""
    there = [act for act in acts if act["uncounted"] in (None, "rejete", "annule", "cancelled")]
    practitioners = {act["practitioner"] for act in there}
    patients = {key_of_patient(act) for act in there}
    share_practitioners = any(one["practitioner"] in practitioners for one in lines if one["practitioner"])
    invoices = {key_of_invoice(act) for act in there}
    share_invoices = any(key_of_invoice(one) in invoices for one in lines if one["invoice"])
    share_patients = any(key_of_patient(one) in patients for one in lines if one["patient"])

    def agrees(line: Row, act: Row) -> bool:
        mine, theirs = key_of_patient(line), key_of_patient(act)
        if share_patients and mine is not None and theirs is not None and mine != theirs:
            return False
        named = line["practitioner"] is not None and act["practitioner"] is not None
        return not (share_practitioners and named and line["practitioner"] != act["practitioner"])

    def of(line: Row) -> Matched:
        possible = [act for act in there if agrees(line, act)]
        for way in (by_invoice, by_patient, by_date):
            found = way(line, possible, share_patients)
            if found is not None:
                return found
        return by_amount(line, possible, share_invoices)

    return [of(line) for line in lines]


def by_invoice(line: Row, acts: list[Row], _: bool) -> Matched | None:
    number = key_of_invoice(line)
    hits = [act for act in acts if number is not None and key_of_invoice(act) == number]
    if any(line["date"] is not None and act["date"] == line["date"] for act in hits):
        hits = [act for act in hits if act["date"] == line["date"]]
    if line["codes"] is not None:
        return chosen(line, [act for act in hits if act["code"] in line["codes"]])
    rows = {place(act) for act in hits}
    if not rows:
        return None
    everything = frozenset(act["act"] for act in hits)
    if len(rows) == 1:
        return Matched(everything)
    single = sums_of(line, things(hits))
    if single:
        return only(single)
    two = sums_of(line, pairs(things(hits)))
    if two:
        return only(two)
    amounts = {place(act): act["amount"] for act in hits}
    total = sum(amount for amount in amounts.values() if amount is not None)
    return Matched(everything) if total in asked(line, "billed") else Matched(candidates=everything)


def by_patient(line: Row, acts: list[Row], comparable: bool) -> Matched | None:
    mine = key_of_patient(line) if comparable else None
    if mine is None:
        return None
    return chosen(line, [act for act in dated(line, acts) if key_of_patient(act) == mine])


def by_date(line: Row, acts: list[Row], _: bool) -> Matched | None:
    return chosen(line, dated(line, acts))


def dated(line: Row, acts: list[Row]) -> list[Row]:
    if line["date"] is None or line["codes"] is None:
        return []
    return [act for act in acts if act["date"] == line["date"] and act["code"] in line["codes"]]


def by_amount(line: Row, acts: list[Row], share_invoices: bool) -> Matched:
    def suits(thing: Thing) -> bool:
        if line["date"] is not None:
            return thing.first["date"] == line["date"]
        mine, theirs = key_of_invoice(line), key_of_invoice(thing.first)
        if share_invoices and mine is not None and theirs is not None and mine != theirs:
            return False
        return line["codes"] is None or {*thing.codes} <= {*line["codes"]}

    for found in (things(acts), pairs(things(acts))):
        hits = [thing for thing in sums_of(line, found) if suits(thing)]
        if hits:
            return only(hits)
    return Matched()


def chosen(line: Row, hits: list[Row]) -> Matched | None:
    """One act for each code; else what the amount chooses; else none of them."""
    if not hits:
        return None
    full = [
        act for act in hits if {other["code"] for other in hits if place(other) == place(act)} == {*line["codes"]}
    ]
    hits = full or hits
    codes = {act["code"] for act in hits}
    fitting = [act for act in hits if fits(line, act)]
    for some in (hits, fitting):
        if {act["code"] for act in some} == codes and len(some) == len(codes):
            return Matched(frozenset(act["act"] for act in some))
    return Matched(candidates=frozenset(act["act"] for act in hits))


def fits(line: Row, act: Row) -> bool:
    billed = {act["own_amount"], act["amount"]} - {None}
    claimed = line["claimed"] is not None and line["claimed"] in billed | ({act["reimbursed"]} - {None})
    return claimed or (line["amount"] is not None and line["amount"] in billed)


@dataclass(frozen=True)
class Thing:
    of: str
    sum: int
    acts: frozenset[int]
    codes: tuple[str, ...]
    first: Row


def place(act: Row) -> tuple[int, int]:
    return act["input"], act["row"]


def things(acts: list[Row]) -> list[Thing]:
    rows: dict[tuple[int, int], list[Row]] = {}
    for act in acts:
        if act["amount"] != 0:
            rows.setdefault(place(act), []).append(act)
    found = []
    for row in rows.values():
        codes, numbers = tuple(act["code"] for act in row), frozenset(act["act"] for act in row)
        for of, name in (("billed", "amount"), ("reimbursed", "reimbursed")):
            if (row[0][name] or 0) > 0 and row[0]["amount"] is not None:
                found.append(Thing(of, row[0][name], numbers, codes, row[0]))
        for act in row:
            own, divided = act["own_amount"] or 0, act["parts"] > 1 and not act["undivided"]
            if divided and own > 0 and own != act["amount"]:
                found.append(Thing("billed", own, frozenset({act["act"]}), (act["code"],), act))
    return found


def pairs(found: list[Thing]) -> list[Thing]:
    return [
        Thing(one.of, one.sum + two.sum, one.acts | two.acts, one.codes + two.codes, one.first)
        for one, two in combinations(found, 2)
        if one.of == two.of and place(one.first) != place(two.first) and together(one.first, two.first)
    ]


def together(one: Row, two: Row) -> bool:
    def same(*names: str) -> bool:
        return all(one[name] is not None and one[name] == two[name] for name in names)

    return same("practitioner", "patient", "date") or same("practitioner", "invoice")


def asked(line: Row, of: str) -> set[int]:
    return {line["claimed"], line["amount"] if of == "billed" else None} - {None}


def sums_of(line: Row, found: list[Thing]) -> list[Thing]:
    return [thing for thing in found if thing.sum in asked(line, thing.of)]


def only(found: list[Thing]) -> Matched:
    sets = {thing.acts for thing in found}
    acts = frozenset().union(*sets)
    return Matched(acts) if len(sets) == 1 else Matched(candidates=acts)
