"""Rows of plain text, as a `;` CSV with the contract's keys as headings holds them, into acts. No library.

Choices made where the contract leaves one (each is also what the tests hold `avenant9` to):

- an empty patient or practitioner is a group of its own when cancellations are netted: a regularisation in
  a file without patients still takes its act away;
- only a negative amount makes a quantity of 1 a cancellation (two rows at 0.00 do not cancel each other);
- that other row is one that bills something: its quantity is positive;
- the act of origin replaces a grouping code when it is one of those it may hide; where no source lists them, when it
  is a code of the nomenclature or of the CCAM;
- "non" beside an exemption that is an ALD one is unknown;
- a birth date, or a day of leaving hospital, after the date of care is unknown;
- cancellations are served in the order of their rows, first all of them from the rows of their amount, quantity and
  overcharge whatever their signs (an empty overcharge is like another one), then from those of their amount and
  quantity, then of their amount, then from any row; each time from the last row backwards; one that keeps a unit with
  nothing to cancel is an orphan;
- a row that the file says rejected or cancelled enters no count, but of rows alike it is taken away first;
- the overcharge and the reimbursement of a row left with r of its q units are `x r / q` too, half up;
- a number in the cell of a code priced by coefficient is the coefficient, and wins over the column;
- in a row of several codes each code takes the row's quantity, and the row's whole amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, NamedTuple

from oracle.book import CCAM
from oracle.columns import complete, name_patients

if TYPE_CHECKING:
    from oracle.book import Book

YES = {"oui", "o", "1", "vrai"}
NO = {"non", "n", "0", "faux"}
LISTED = {
    "sector": ["1", "1DP", "2", "3"],
    "place": ["cabinet", "domicile", "ehpad", "esms", "mmg", "centre-vaccination"],
    "reason": [
        "ald80", "neurodegeneratif", "palliatif", "nouveau-mt",
        "certificat", "transfert", "diabete", "endocrinopathie",
    ],
    "regulated_by": ["sas", "15", "116117", "association", "non"],
    "requested_by": ["mt", "sas", "autre"],
    "channel": ["video", "telephone", "presentiel"],
    "pathway": [*"ABCDEFGHIJKLNOPRSTUVWXYZ"],
    "status": ["paye", "impaye", "rejete", "annule"],
}  # fmt: skip
REFUSED = ("rejete", "annule")
SAME_SPECIALTY = {22: 1, 23: 1}
ALD_EXEMPTIONS = range(41, 47)


class Moment(NamedTuple):
    day: date
    time: time | None


@dataclass
class Act:
    number: int  # place among the acts of the file
    row: int
    parts: int
    date: date
    time: time | None
    code: str
    practitioner: str | None
    specialty: int | None
    sector: str | None
    optam: bool | None
    patient: str | None
    birth_date: date | None
    quantity: int
    coefficient: int  # thousandths
    amount: int | None  # cents
    overcharge: int | None
    rate: int | None  # basis points
    invoice: str | None
    treating_doctor: bool | None
    pathway: str | None
    ald: bool | None
    exemption: int | None
    place: str | None
    reason: str | None
    regulated_by: str | None
    regulated_at: Moment | None
    requested_by: str | None
    requested_at: Moment | None
    channel: str | None
    territory: bool | None
    discharge_date: date | None
    uncounted: str | None = None  # None counts; cancellation, cancelled, orphan, rejete, annule do not
    nobody_on_invoice: bool = False  # no row of its invoice names a patient
    stands_in: bool = False  # for the médecin traitant, by the letter of the pathway
    likely_specialty: int | None = None  # what codes of its visit say, where none has a specialty


@dataclass
class Reading:
    acts: list[Act]
    rejected: list[int]  # rows
    assumed: bool  # no practitioner column: everything is by "?"


def a_date(cell: str) -> date | None:
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", cell)
    if not found:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def a_time(cell: str) -> time | None:
    found = re.fullmatch(r"(\d\d)[:h](\d\d)", cell)
    return time(int(found[1]), int(found[2])) if found else None


def a_moment(cell: str) -> Moment | None:
    """A day, with its hour where one is given; an hour that cannot be read makes it unknown.

    Midnight is no hour: programs write it beside a day of which they know no more.
    """
    text, _, hour = cell.partition(" ")
    day = a_date(text)
    if day is None or (hour and a_time(hour) is None):
        return None
    return Moment(day, None if hour == "00:00" else a_time(hour))


def basis_points(cell: str) -> int | None:
    """A whole percentage."""
    percent = integer(cell.removesuffix("%").strip())
    return None if percent is None else percent * 100


def cents(cell: str) -> int | None:
    text = cell.replace(" ", "").replace("€", "")
    found = re.fullmatch(r"(-?)(\d+)(?:[,.](\d{1,2}))?", text)
    if not found:
        return None
    value = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -value if found[1] else value


def integer(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"-?\d+", cell) else None


def yes_no(cell: str) -> bool | None:
    return True if cell.lower() in YES else False if cell.lower() in NO else None


def codes(cell: str) -> list[tuple[str, int | None]]:
    """`2 TE2`, `TE2x3`, `G+MCG` as (code, number); four digits are a number of the SNDS, which is a code."""
    found: list[tuple[str, int | None]] = []
    number = None
    for word in re.split(r"[+\s]+", cell):
        if word.isdigit() and len(word) != 4:
            number = int(word)
            continue
        parts = re.fullmatch(r"([A-Za-z][A-Za-z0-9]*?|\d{4})(?:x(\d+))?", word)
        if parts is None:
            return []
        found.append((parts[1].upper(), int(parts[2]) if parts[2] else number))
        number = None
    return found


def is_known(written: str, book: Book) -> bool:
    """Whether the nomenclature knows a code: of several in a cell each must be."""
    code = book.numbers.get(int(written), written) if written.isdigit() else written
    return book.known(book.aliases.get(code, code)) or re.fullmatch(CCAM, code) is not None


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest, halves away from zero; the denominator is positive."""
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def read(columns: list[str], rows: list[dict[str, str]], book: Book) -> Reading:
    acts: list[Act] = []
    rejected: list[int] = []
    for place, row in enumerate(rows):
        line = place + 2  # the heading is line 1

        def cell(key: str, row: dict[str, str] = row) -> str:
            return row.get(key, "").strip() if key in columns else ""

        def listed(key: str, row: dict[str, str] = row) -> str | None:
            value = row.get(key, "").strip() if key in columns else ""
            return value if value in LISTED[key] else None

        if not any(row.get(key, "").strip() for key in columns):
            continue
        day = a_date(cell("date"))
        parts = codes(cell("code")) if cell("code") else []
        strange = len(parts) > 1 and not all(is_known(written, book) for written, _ in parts)
        if day is None or not parts or strange:
            rejected.append(line)
            continue
        birth = a_date(cell("birth_date"))
        discharge = a_date(cell("discharge_date"))
        ald = yes_no(cell("ald"))
        exemption = integer(cell("exemption"))
        if exemption in ALD_EXEMPTIONS:
            ald = None if ald is False else True
        if exemption == 0 and "ald" not in columns:  # "exemption 0 says no ALD", where nothing else speaks of one
            ald = False
        specialty = integer(cell("specialty"))
        column_quantity = integer(cell("quantity"))
        for written, number in parts:
            code = book.numbers.get(int(written), written) if written.isdigit() else written
            code = book.aliases.get(code, code)
            quantity = 1 if column_quantity is None else column_quantity
            column_coefficient = cents(cell("coefficient"))
            coefficient = 1000 if column_coefficient is None else column_coefficient * 10
            if number is not None:
                if book.acts.get(code, {}).get("priced_by_coefficient"):
                    coefficient = number * 1000
                else:
                    quantity *= number
            if (code, coefficient) in book.coefficient_aliases:
                code, coefficient = book.coefficient_aliases[code, coefficient], 1000
            original = cell("original_code").upper()
            original = book.aliases.get(original, original)
            known = book.known(original) or re.fullmatch(CCAM, original)
            members = book.acts.get(code, {}).get("stands_for") or [original]
            if known and book.grouping(code) and not book.grouping(original) and original in members:
                code = original
            acts.append(
                Act(
                    number=len(acts),
                    row=line,
                    parts=len(parts),
                    date=day,
                    time=a_time(cell("time")),
                    code=code,
                    practitioner=(cell("practitioner") or None) if "practitioner" in columns else "?",
                    specialty=None if specialty is None else SAME_SPECIALTY.get(specialty, specialty),
                    sector=listed("sector"),
                    optam=yes_no(cell("optam")),
                    patient=cell("patient") or None,
                    birth_date=birth if birth is not None and birth <= day else None,
                    quantity=quantity,
                    coefficient=coefficient,
                    amount=cents(cell("amount")),
                    overcharge=cents(cell("overcharge")),
                    rate=basis_points(cell("rate")),
                    invoice=cell("invoice") or None,
                    treating_doctor=yes_no(cell("treating_doctor")),
                    pathway=listed("pathway"),
                    ald=ald,
                    exemption=exemption,
                    place=listed("place"),
                    reason=listed("reason"),
                    regulated_by=listed("regulated_by"),
                    regulated_at=a_moment(cell("regulated_at")),
                    requested_by=listed("requested_by"),
                    requested_at=a_moment(cell("requested_at")),
                    channel=listed("channel"),
                    territory=yes_no(cell("territory")),
                    discharge_date=discharge if discharge is not None and discharge <= day else None,
                    uncounted=listed("status") if listed("status") in REFUSED else None,
                )
            )
    name_patients(acts)
    net(acts)
    complete(acts, book)
    return Reading(acts, rejected, "practitioner" not in columns)


def net(acts: list[Act]) -> None:
    """Cancellations, within one (practitioner, patient, date, code)."""
    groups: dict[tuple[object, ...], list[Act]] = {}
    for act in acts:
        groups.setdefault((act.practitioner, act.patient, act.date, act.code), []).append(act)
    for group in groups.values():
        cancelling = []
        for act in group:
            opposite = [
                other
                for other in group
                if other.quantity > 0 and act.amount is not None and other.amount == -act.amount
            ]
            if act.uncounted is None and (
                act.quantity < 0 or (act.quantity == 1 and (act.amount or 0) < 0 and opposite)
            ):
                cancelling.append(act)
        others = [act for act in group if not any(act is c for c in cancelling) and not (act.amount or 0) < 0]
        for act in group:
            if (act.amount or 0) < 0 and act.uncounted is None and not any(act is c for c in cancelling):
                act.uncounted = "orphan"
        left = {act.number: max(act.quantity, 0) for act in others}
        units = {act.number: abs(act.quantity) for act in cancelling}
        for likeness in (3, 2, 1, 0):
            for act in cancelling:
                for refused in (True, False):
                    for other in others[::-1]:
                        if (other.uncounted is not None) == refused and alike(act, other) >= likeness:
                            taken = min(units[act.number], left[other.number])
                            left[other.number] -= taken
                            units[act.number] -= taken
        for act in cancelling:
            act.uncounted = "orphan" if units[act.number] else "cancellation"
        for act in others:
            remaining = left[act.number]
            if remaining == act.quantity or act.uncounted in REFUSED:
                continue
            if act.amount is not None:
                act.amount = half_up(act.amount * remaining, act.quantity)
            if act.overcharge is not None:
                act.overcharge = half_up(act.overcharge * remaining, act.quantity)
            act.quantity = remaining
            if remaining == 0:
                act.uncounted = "cancelled"


def alike(one: Act, other: Act) -> int:
    """How many of amount, quantity and overcharge are the same, signs aside, up to the first that is not."""
    if one.amount is None or other.amount is None or abs(one.amount) != abs(other.amount):
        return 0
    if abs(one.quantity) != abs(other.quantity):
        return 1
    if (one.overcharge is None) != (other.overcharge is None):
        return 2
    return 3 if abs(one.overcharge or 0) == abs(other.overcharge or 0) else 2
