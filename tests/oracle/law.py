"""What the rule files say of a list of acts: one plain function per kind, loops and integers only.

Choices made where the contract leaves one:

- `silent_where` looks at the findings the named rule keeps, on the same row (or the same practitioner and year);
- grouping codes (CCX, CCE, MTX, MCX) without their act of origin make a rule on one of the acts they may hide
  unverifiable, for want of `original_code`;
- proximity: the other contact may have any date from the version's first day on; the nearest one before and the
  nearest one after, in counting order, are related;
- share: an act without practitioner is unverifiable; the specialty is the practitioner's most frequent one of the
  year; where nobody knows it, only what exceeds the highest ceiling is over (and counted beyond the ordinary one),
  and what exceeds that one alone is unverifiable; where own patients are left out, a remote act of unknown médecin
  traitant is not remote, and is unverifiable when it could bring the year over; what is at stake is the sum of
  the amounts that are known; a derogation is renewed for every later year until a later decision or the year after
  the change of situation, and never lowers the ceiling; a year ends after its 31 December; it is over without doubt
  where it is over without the remote acts that may repeat a row, the others standing as they are;
- tariff: one finding per row, on its first act that counts; a supplement is added once per unit, each combination
  by itself, to the tariff and not to what else is accepted; a permitted supplement whose tariff depends on an unknown
  specialty leaves the answer open, and so does one without a tariff overseas, or one that not every specialty may
  bill, where the amount holds it, unless all who may bill the act itself may; a patient of unknown age may be of the
  right one; kilometres are unknown where the quantity is 1;
  a row of several codes of which only some were cancelled has no amount to compare;
- no-overcharge: an unknown overcharge matters only where the amount cannot be held against a tariff, since
  `tarif/conventionnel` then answers; one finding per row; a review where another code of it may carry the overcharge;
- opposable: an overcharge that the file does not give is none where the amount is that of the tariffs; a code that a
  text names goes before a doubtful one, and its finding settles the visit; the act itself and the rest of its row may
  be the host; the overcharge of each host row counts once; one finding per visit, on its first act in counting order,
  an overcharge of its own row first where nobody is named; without patient or practitioner the rest of its row may
  still answer, and does so whoever the practitioner is;
- validity: a review where a period of the code rests on a weak source (`confidence = "low"`), or says why its start
  (for an act before it) or its end (for one after it) leaves a doubt;
- condition: what is missing are all unknown columns that the rule requires or excepts, for an act that it cannot
  answer for;
- within-hours: a moment of regulation without its hour leaves the last day open, as an act without its hour does;
- duty-is: an act without its hour is unknown on every day that has more than one kind of hours;
- jours ouvrables: Good Friday in Alsace-Moselle is none, so that what is late is late in every commune;
- a code of the CCAM is of the nature "technique"; a code that nobody knows has no nature;
- the act that a grouping code stands for may decide whether another act is beside it, hosts it or is in person: where
  only some of the acts that it may hide do, the question stays open;
- host: a doubtful host in the row of an act without patient or practitioner answers for it; no finding names it;
- alternation: only acts of the version's own days count, in person too;
- pair: a row is on one invoice with itself; what is sure goes before what an invoice number would tell, on the first
  act of which it is sure; the row of the act itself is not related; in one row the practitioner is the same even
  where the file names none; what makes a pair regular may be on another row, so that an act without patient or
  practitioner stays open; so does an act whose question is open although another one of its code has a finding;
- frequency: a violation that rests on a repeated row (it is one, or without such rows the limit holds) is a review;
  an act that may be refused by a rule of `not_counting` fills no place for the others, and leaves open those that
  would be over if it did; it is over itself where what is sure before it fills the window;
- share: whether the patient of who stands in for a médecin traitant is their own, a « non » does not tell;
- one patient: what is looked at are the rows of the finding and those related to it; an unknown birth is not another
  one, nor is an unknown practitioner; a NIR without a birth date may be of several.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from oracle import days
from oracle.activity import birthday
from oracle.book import CCAM
from oracle.columns import same_visit
from oracle.reading import Act, Reading, half_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle.book import Book


class Finding(NamedTuple):
    """`row` is 0 for a finding on a practitioner, which then has a practitioner and a year."""

    rule: str
    verdict: str
    row: int
    practitioner: str | None
    year: int | None
    at_stake: str | None
    related: tuple[int, ...]


class Found(NamedTuple):
    act: Act | None
    year: int | None
    practitioner: str | None
    verdict: str
    at_stake: int | None
    related: list[Act]


@dataclass
class Derogation:
    practitioner: str
    year: int
    ceiling_bp: int
    conditions: tuple[str, ...] = ()
    tacit_renewal: bool = True
    changed_on: date | None = None


@dataclass
class Case:
    reading: Reading
    book: Book
    as_of: date
    zone: str = "metropole"
    derogations: list[Derogation] = field(default_factory=list)
    complete_years: tuple[int, ...] = ()

    @property
    def counting(self) -> list[Act]:
        return [act for act in self.reading.acts if act.uncounted is None]


#: act -> names of the columns without which the rule cannot answer for it
Missing = dict[int, list[str]]
Answer = tuple[list[Found], Missing]


@dataclass
class Done:
    """What a rule asks of the others: their findings (a call), and the acts that they cannot answer for."""

    answer: Callable[[str], Answer]

    def __call__(self, name: str) -> list[Found]:
        return self.answer(name)[0]

    def missing(self, name: str) -> Missing:
        return self.answer(name)[1]


# --- dates ------------------------------------------------------------------------------------------------


def in_force(version: dict[str, Any], day: date) -> bool:
    return version["from"] <= day and (version["until"] == "open" or day <= version["until"])


def months_later(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def after(start: date, span: str) -> date:
    """The day on which so many days, months or years are over: the 1st, where the month lacks the day."""
    count, unit = span.split()
    number = int(count)
    if unit == "jours":
        return start + timedelta(number)
    end = months_later(start, number * (12 if unit == "ans" else 1))
    return end if end.day == start.day else end + timedelta(1)


def of_ages(born: date, day: date, bracket: dict[str, str]) -> bool:
    """From the day of the first age to the eve of the second."""
    return after(born, bracket["from"]) <= day < after(born, bracket["before"])


def order(act: Act) -> tuple[object, ...]:
    return (act.date, act.time is not None, act.time or time(), act.number)


def rows_of(acts: list[Act]) -> tuple[int, ...]:
    rows: list[int] = []
    for act in acts:
        if act.row not in rows:
            rows.append(act.row)
    return tuple(rows)


def hide(case: Case, version: dict[str, Any], codes: list[str], missing: Missing) -> None:
    """Acts under a grouping code that may be one of `codes`: only the act of origin would tell."""
    for act in case.counting:
        members = case.book.acts.get(act.code, {}).get("stands_for", [])
        if in_force(version, act.date) and any(code in members for code in codes):
            missing[act.number] = ["original_code"]


def repeats(case: Case, act: Act) -> Act | None:
    """The first act of an earlier row that this one repeats, once per row; the patient must be known."""
    keys = ("practitioner", "patient", "date", "code", "amount", "time", "invoice")
    if act.patient is None:
        return None
    earlier = [
        other
        for other in case.counting
        if other.number < act.number and all(getattr(other, k) == getattr(act, k) for k in keys)
    ]
    if not earlier or any(other.row == act.row for other in earlier):
        return None
    return earlier[0]


def rebills(case: Case, act: Act) -> Act | None:
    """The first act on an invoice, where this one is the first of another; the patient must be known."""
    if act.patient is None or act.invoice is None:
        return None
    earlier = [other for other in alike(case, act) if order(other) < order(act) and other.invoice is not None]
    if not earlier or any(other.invoice == act.invoice for other in earlier):
        return None
    return min(earlier, key=order)


def alike(case: Case, act: Act) -> list[Act]:
    """The acts that count and are the same but for their invoice and hour."""
    keys = ("practitioner", "patient", "date", "code", "amount")
    return [other for other in case.counting if all(getattr(other, k) == getattr(act, k) for k in keys)]


def one_patient(act: Act, others: list[Act]) -> bool:
    """Whether the rows of one identifier are surely of one patient."""
    acts = [act, *others]
    if len({one.row for one in acts}) == 1:
        return True
    if len({one.birth_date for one in acts if one.birth_date is not None}) > 1:
        return False
    if is_nir(act.patient or ""):
        return all(one.birth_date is not None for one in acts)
    return len({one.practitioner for one in acts if one.practitioner is not None}) <= 1


def is_nir(text: str) -> bool:
    """Sex, year, month, département, commune, rank, and mostly a key; months beyond the calendar are known ones."""
    if len(text) not in (13, 15) or not (text[:5] + text[7:]).isdigit():
        return False
    month = int(text[3:5])
    place = text[5:7].upper()
    return (
        "1" <= text[0] <= "8"
        and (1 <= month <= 12 or 20 <= month <= 42 or month >= 50)
        and (place.isdigit() or place in ("2A", "2B"))
    )


#: Kinds whose findings count the rows of one patient.
SIDE_BY_SIDE = ("proximity", "sequel", "opposable", "alternation", "pair")


def side_by_side(rule: dict[str, Any]) -> bool:
    if rule["kind"] == "frequency":
        return any("patient" in version["per"] for version in rule["version"])
    return rule["kind"] in SIDE_BY_SIDE


def uncertain(case: Case, act: Act) -> bool:
    """Whether it may be another act again."""
    return repeats(case, act) is not None or rebills(case, act) is not None


def own_amount(case: Case, act: Act) -> int | None:
    """What the act answers for: its tariff, where the amount of its row is the sum of those of its codes.

    A row of which only some codes were cancelled has no such sum.
    """
    row = [other for other in case.reading.acts if other.row == act.row]
    if act.parts == 1 or act.amount is None or len(row) != act.parts or {one.amount for one in row} != {act.amount}:
        return act.amount
    mine, total = act.amount, 0
    for one in row:
        told = price(case, one.code, one, home(case))
        if isinstance(told, str):
            return act.amount
        tariff = half_up(told[0] * one.coefficient * one.quantity, 1000)
        total += tariff
        mine = tariff if one is act else mine
    return mine if total == act.amount else act.amount


def home(case: Case) -> list[str]:
    """The zones in which the tariffs are those of the nomenclature."""
    tariffs = [rule for rule in case.book.rules.values() if rule["kind"] == "tariff"]
    return [zone for rule in tariffs for version in rule["version"] for zone in version["zones"]]


# --- frequency --------------------------------------------------------------------------------------------


def same_window(window: str, act: Act, other: Act) -> bool:
    """Whether `other`, not after `act`, is in the window that `act` is counted in."""
    if window == "ever":
        return True
    if window == "civil-year":
        return act.date.year == other.date.year
    if window == "civil-month":
        return (act.date.year, act.date.month) == (other.date.year, other.date.month)
    if window == "civil-quarter":
        return (act.date.year, (act.date.month - 1) // 3) == (other.date.year, (other.date.month - 1) // 3)
    if window == "iso-week":
        return act.date.isocalendar()[:2] == other.date.isocalendar()[:2]
    if window == "rolling-12-months":
        return months_later(act.date, -12) < other.date <= act.date
    if window == "rolling-45-days":
        return act.date - timedelta(45) <= other.date <= act.date
    if window == "day":
        return act.date == other.date
    raise NotImplementedError(f"window {window}")


def frequency(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    not_counting = rule.get("not_counting", [])
    refused = {
        f.act.number
        for other in [*not_counting, *rule.get("not_counting_once_refused", [])]
        for f in done(other)
        if f.verdict == "violation" and f.act is not None
    }
    unsure = may_be_refused(case, not_counting, done)
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        filters = {"reason": "reasons", "channel": "channels", "place": "places"}
        wanted = {column: version.get(values, []) for column, values in filters.items()}
        wanted = {column: values for column, values in wanted.items() if values}
        keys = version["per"]
        counted, concerned = [], []
        open_acts: Missing = {}
        for act in sorted(case.counting, key=order):
            if not in_force(version, act.date):
                continue
            if act.code not in version["codes"]:
                continue
            if any(getattr(act, column) not in [*values, None] for column, values in wanted.items()):
                continue
            if "without" in version and getattr(act, version["without"]) is not None:
                continue
            if "bands" in version and act.birth_date is not None and band(version, act) is None:
                continue
            needed = keys if version["limit"] else []  # what is never admitted needs no patient
            needed = [*needed, "birth_date"] if "bands" in version else needed
            unknown = [key for key in [*wanted, *needed] if getattr(act, key) is None]
            if unknown:
                open_acts[act.number] = unknown
            elif act.number not in refused:
                counted.append(act)
            if unknown or act.number not in refused:
                concerned.append(act)
        missing.update(
            {
                act.number: open_acts[act.number]
                for act in concerned
                if act.number in open_acts and may_pass(version, act, concerned)
            }
        )
        for i, act in enumerate(counted):
            window = [
                other
                for other in counted[: i + 1]
                if other is act or all(getattr(other, key) == getattr(act, key) is not None for key in keys)
                if same_window(version["window"], act, other) and band(version, act) == band(version, other)
            ]
            all_of_it = sum(other.quantity for other in window)
            doubts = [other.number for other in window if other is not act and other.number in unsure]
            window = [other for other in window if other.number not in doubts]
            running = sum(other.quantity for other in window)
            sure = sum(other.quantity for other in window if not uncertain(case, other))
            over = min(act.quantity, running - version["limit"])
            if over <= 0:
                if all_of_it > version["limit"]:  # refused or not, by what is not known of others
                    missing[act.number] = [column for number in doubts for column in unsure[number]]
                continue
            first: list[Act] = []
            units = 0
            for other in window:
                if units < version["limit"]:
                    first.append(other)
                units += other.quantity
            verdict = version["verdict"]
            if case.reading.assumed and "practitioner" in keys:
                verdict = "review"
            if uncertain(case, act) or sure <= version["limit"]:
                verdict = "review"
            own = own_amount(case, act)
            stake = None if own is None else half_up(own * over, act.quantity)
            found.append(Found(act, None, None, verdict, stake, first))
    return found, missing


def band(version: dict[str, Any], act: Act) -> int | None:
    """The place of the patient's ages among those of the version."""
    for place, ages in enumerate(version.get("bands", [])):
        if act.birth_date is not None and of_ages(act.birth_date, act.date, ages):
            return place
    return None


def may_be_refused(case: Case, rules: list[str], done: Done) -> Missing:
    """The acts that one of these rules cannot answer for, where the answer could be a violation."""
    unsure: Missing = {}
    for name in rules:
        for number, columns in done.missing(name).items():
            act = next(act for act in case.counting if act.number == number)
            if gravest(case.book.rules[name], act) == "violation":
                unsure[number] = [*unsure.get(number, []), *columns]
    return unsure


def gravest(rule: dict[str, Any], act: Act) -> str | None:
    """What the rule can say of the act at most: a table of specialties has a verdict for each code."""
    for version in rule["version"]:
        if in_force(version, act.date):
            own = [entry["verdict"] for entry in version.get("entry", []) if act.code in entry["codes"]]
            return str(own[0] if own else version["verdict"])
    return None


def may_pass(version: dict[str, Any], act: Act, concerned: list[Act]) -> bool:
    """Whether the limit can be passed in a window that holds the act, whoever its practitioner and patient may be."""
    window, keys = version["window"], version["per"]
    if window.startswith("rolling"):
        ends = [last for last in concerned if last.date >= act.date and same_window(window, last, act)]
    else:
        ends = [act]
    for last in ends:
        here = [other for other in concerned if same_window(window, last, other)]
        somebody = [{getattr(other, key) for other in here} - {None} | {"somebody else"} for key in keys]
        for group in product(*somebody):
            theirs = [other for other in here if may_be_of(other, keys, group)]
            if may_be_of(act, keys, group) and units_of(theirs) > version["limit"]:
                return True
    return False


def may_be_of(act: Act, keys: list[str], group: tuple[str, ...]) -> bool:
    return all(getattr(act, key) in (None, one) for key, one in zip(keys, group, strict=True))


def proximity(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        for act in case.counting:
            if not in_force(version, act.date) or act.code not in version["codes"]:
                continue
            unknown = [key for key in ("practitioner", "patient") if getattr(act, key) is None]
            if unknown:
                missing[act.number] = unknown
                continue
            before, after = [], []
            for other in sorted(case.counting, key=order):
                same = (other.practitioner, other.patient) == (act.practitioner, act.patient)
                listed = other.code in version.get("counted_codes", []) or (
                    case.book.nature(other.code) in version["natures"]
                    and other.code not in version.get("ignored_codes", [])
                )
                near = (
                    months_later(act.date, -version["months"])
                    < other.date
                    < months_later(act.date, version["months"])
                )
                if same and listed and near and other.date >= version["from"] and other.date != act.date:
                    (before if other.date < act.date else after).append(other)
            if before or after:
                verdict = "review" if case.reading.assumed else version["verdict"]
                found.append(Found(act, None, None, verdict, own_amount(case, act), before[-1:] + after[:1]))
    return found, missing


def sequel(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        for act in sorted(case.counting, key=order):
            if not in_force(version, act.date) or act.code not in version["codes"]:
                continue
            starts = [
                other
                for other in sorted(case.counting, key=order)
                if other.code in version["after"]
                and in_force(version, other.date)
                and months_later(act.date, -version["months"]) <= other.date < act.date
            ]
            unknown = [key for key in ("practitioner", "patient") if getattr(act, key) is None]
            if unknown and starts:
                missing[act.number] = unknown
            person = (act.practitioner, act.patient)
            starts = [other for other in starts if (other.practitioner, other.patient) == person]
            if unknown or not starts:
                continue
            first = min(starts, key=lambda other: (other.date, other.number))
            count = units_of(
                [
                    other
                    for other in case.counting
                    if other.code in version["codes"]
                    and (other.practitioner, other.patient) == person
                    and first.date < other.date
                    and order(other) <= order(act)
                ]
            )
            over = min(act.quantity, count - version["limit"])
            if over > 0:
                own = own_amount(case, act)
                stake = None if own is None else half_up(own * over, act.quantity)
                verdict = "review" if case.reading.assumed else version["verdict"]
                found.append(Found(act, None, None, verdict, stake, [first]))
    return found, missing


# --- share ------------------------------------------------------------------------------------------------


def granted(case: Case, practitioner: str, year: int) -> Derogation | None:
    """The derogation in use: the latest decision for that year or before, where it is still renewed."""
    mine = [d for d in case.derogations if d.practitioner == practitioner and d.year <= year]
    if not mine:
        return None
    last = max(mine, key=lambda d: d.year)
    if last.year == year:
        return last
    if last.tacit_renewal and (last.changed_on is None or year <= last.changed_on.year):
        return last
    return None


class Year(NamedTuple):
    practitioner: str
    year: int
    total: int
    remote: list[Act]
    unknown: list[Act]  # remote, if the patient is not the doctor's own
    ordinary: int
    highest: int  # of the ceilings that may be the practitioner's, where its specialty is not known
    every: int  # the highest of all ceilings, where only codes tell the specialty, or nothing
    derogation: Derogation | None
    months: set[int]  # that hold an act

    @property
    def ceiling(self) -> int:
        return max(self.ordinary, self.derogation.ceiling_bp if self.derogation else 0)


def units_of(acts: list[Act]) -> int:
    return sum(act.quantity for act in acts)


def years(case: Case, version: dict[str, Any], missing: Missing) -> list[Year]:
    units: dict[tuple[str, int], list[Act]] = {}
    for act in sorted(case.counting, key=order):
        if not in_force(version, act.date) or case.book.nature(act.code) in version["uncounted_natures"]:
            continue
        if act.practitioner is None:
            missing[act.number] = ["practitioner"]
        else:
            units.setdefault((act.practitioner, act.date.year), []).append(act)
    result = []
    for (practitioner, year), acts in sorted(units.items()):
        remote, unknown = [], []
        for act in acts:
            ends = [end["until"] for end in version.get("remote_until", []) if act.code in end["codes"]]
            if act.code not in version["remote_codes"] or any(act.date > end for end in ends):
                continue
            own = None if act.stands_in and act.treating_doctor is False else act.treating_doctor
            if not version.get("exclude_own_patients") or own is False:
                remote.append(act)
            elif own is None:
                unknown.append(act)
        specialties = sorted(act.specialty for act in acts if act.specialty is not None)
        told = bool(specialties)
        specialties = specialties or [act.likely_specialty for act in acts if act.likely_specialty is not None]
        ordinary = version["ceiling_bp"]
        others = version.get("specialty_ceilings", [])
        every = max([ordinary, *(other["ceiling_bp"] for other in others)])
        highest = 0 if specialties else every
        for other in others:
            if specialties and max(specialties, key=specialties.count) in other["specialties"]:
                ordinary = other["ceiling_bp"]
        derogation = granted(case, practitioner, year)
        highest = max(ordinary, highest)
        total, months = units_of(acts), {act.date.month for act in acts}
        beyond_doubt = 0 if told else every
        result.append(
            Year(practitioner, year, total, remote, unknown, ordinary, highest, beyond_doubt, derogation, months)
        )
    return result


def beyond(case: Case, remote: list[Act], units: int) -> tuple[int | None, list[Act]]:
    """The amounts of the latest `units` remote units, and the acts that hold them, in counting order."""
    stake: int | None = None
    acts: list[Act] = []
    for act in reversed(remote):
        taken = min(units, act.quantity)
        if taken <= 0:
            break
        units -= taken
        acts.insert(0, act)
        own = own_amount(case, act)
        if own is not None:
            stake = (stake or 0) + half_up(own * taken, act.quantity)
    return stake, acts


def share(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["remote_codes"], missing)
        for one in years(case, version, missing):
            ceiling = one.ceiling
            remote = units_of(one.remote)
            sure = max(one.highest, ceiling)
            if remote * 10_000 <= sure * one.total:
                if (remote + units_of(one.unknown)) * 10_000 > ceiling * one.total:
                    unsaid = ["specialty"] if sure > ceiling else []
                    missing.update({act.number: unsaid for act in one.remote if unsaid})
                    missing.update({act.number: [*unsaid, "treating_doctor"] for act in one.unknown})
                continue
            firm = remote * 10_000 > max(one.every, ceiling) * one.total
            certain = firm and whole(case, version, one) and not case.reading.assumed and not one.unknown
            kept = [act for act in one.remote if not uncertain(case, act)]
            left = one.total - remote + units_of(kept)
            verdict = version["verdict"] if certain and units_of(kept) * 10_000 > ceiling * left else "review"
            stake, acts = beyond(case, one.remote, remote - ceiling * one.total // 10_000)
            found.append(Found(None, one.year, one.practitioner, verdict, stake, acts))
    return found, missing


def whole(case: Case, version: dict[str, Any], one: Year) -> bool:
    """Whether the year is over, and the file holds it from January to December."""
    if case.as_of <= date(one.year, 12, 31):
        return False
    if "whole_year" not in version or one.year in case.complete_years:
        return True
    asked = version["whole_year"]
    return len(one.months) >= asked["months"] and all(month in one.months for month in asked["among"])


def derogation(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    for version in rule["version"]:
        for other in case.book.rules[version["share_rule"]]["version"]:
            for one in years(case, other, {}):
                own = one.derogation
                if own is None or own.ceiling_bp <= one.ordinary or not in_force(version, date(one.year, 1, 1)):
                    continue
                changed = own.changed_on is not None and own.changed_on.year == one.year
                over = units_of(one.remote) * 10_000 > max(one.ordinary, one.highest) * one.total
                if over and (own.conditions or changed):
                    found.append(Found(None, one.year, one.practitioner, version["verdict"], 0, []))
    return found, {}


# --- tarif ------------------------------------------------------------------------------------------------


def price(case: Case, code: str, act: Act, zones: list[str]) -> tuple[int, list[int], str] | str:
    """Cents of one unit, other cents not reproached, verdict above; or what is missing to tell."""
    if case.book.grouping(code):
        return hidden_price(case, code, act, zones)
    values = [v for v in case.book.acts.get(code, {}).get("tariff", []) if in_force(v, act.date)]
    if act.specialty is None and any(v.get("specialties") for v in values):
        return "specialty"
    chosen = [v for v in values if act.specialty in v.get("specialties", [])]
    chosen = chosen or [v for v in values if not v.get("specialties")]
    if not chosen:
        return "tariff"
    value = chosen[0]
    if case.zone in zones:
        amount, others = value["amount"], value.get("accepted", [])
    elif case.zone in value.get("overseas", {}):
        amount, others = value["overseas"][case.zone], []
        value = {"verdict": value.get("overseas_verdict", value.get("verdict", "violation"))}
    else:
        return "tariff"
    return in_cents(amount), [in_cents(other) for other in others], value.get("verdict", "violation")


def hidden_price(case: Case, code: str, act: Act, zones: list[str]) -> tuple[int, list[int], str] | str:
    """The one price of all acts of that day that the code may hide: no letter of the shipped rules has two."""
    prices = []
    for member in case.book.acts[code].get("stands_for", []):
        periods = case.book.acts[member].get("existence", [])
        if not periods or any(in_force(period, act.date) for period in periods):
            prices.append(price(case, member, act, zones))
    if not prices or any(isinstance(one, str) for one in prices):
        return "original_code"
    if any(one[:2] != prices[0][:2] for one in prices):
        raise NotImplementedError(f"{code} hides acts of several prices on {act.date}")
    return prices[0]


def in_cents(value: float) -> int:
    return round(value * 100)


def tariff(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        for row in sorted({act.row for act in case.counting}):
            acts = [act for act in case.counting if act.row == row]
            act = acts[0]
            if not in_force(version, act.date):
                continue
            prices = [price(case, one.code, one, version["zones"]) for one in acts]
            unknown = [p for p in prices if isinstance(p, str)]
            if act.amount is None or unevenly_cancelled(case, acts):
                unknown.append("amount")
            if unknown:
                missing |= {one.number: unknown for one in acts}
                continue
            total = 0
            allowed = {0}
            verdict = version["verdict"]
            if any(case.book.nature(one.code) in version.get("unpriced_extras", []) for one in acts):
                verdict = "review"
            if act.sector in version.get("outside_sectors", []):
                verdict = "review"
            for one, p in zip(acts, prices, strict=True):
                assert not isinstance(p, str)
                cents, others, above = p
                units = one.coefficient * one.quantity
                total += half_up(cents * units, 1000)
                allowed = {so_far + half_up(c * units, 1000) for so_far in allowed for c in [cents, *others]}
                if above == "review":
                    verdict = "review"
            assert act.amount is not None
            amount = act.amount - (act.overcharge or 0)
            unsure: list[str] = []
            for combination in version.get("combinations", []):
                if act.parts > 1 or act.code not in combination["codes"]:
                    continue
                answers = [billable(case, version, code, act) for code in combination["with"]]
                if "no" in answers:
                    continue
                extra = [price(case, code, act, version["zones"]) for code in combination["with"]]
                if all(not isinstance(p, str) for p in extra):
                    supplements = [sum(p[0] for p in extra if not isinstance(p, str))]
                    for other in combination.get("admitted", []):
                        if other["from"] <= act.date <= other["until"]:
                            supplements.append(in_cents(other["amount"]))
                    with_it = {total + act.quantity * one for one in supplements}
                    if "who?" not in answers:
                        allowed |= with_it
                    elif amount in with_it:
                        unsure = ["specialty"]
                elif "specialty" in extra and amount > total:
                    unsure = ["specialty"]
                elif case.zone not in version["zones"] and amount > total:
                    unsure = unsure or ["tariff"]
            if any(case.book.acts[one.code].get("priced_by_kilometre") and one.quantity == 1 for one in acts):
                unsure = ["quantity"] if amount > total else unsure
            if amount in allowed:
                continue
            firm = all(one.code in version.get("no_overcharge_codes", []) for one in acts)
            if act.overcharge is None and not firm:
                unsure.append("overcharge")
            if unsure:
                missing |= {one.number: unsure for one in acts}
            elif amount > total:
                doubtful = "review" if off_hours(act, case.zone) else verdict
                found.append(Found(act, None, None, doubtful, amount - total, []))
            else:
                found.append(Found(act, None, None, "review", 0, []))
    return found, missing


def off_hours(act: Act, zone: str) -> bool:
    """A night, a Sunday, a holiday (of some communes too): majorations of the permanence may be in an amount."""
    night = act.time is not None and not 8 <= act.time.hour < 20
    holiday = days.is_holiday(act.date, zone) or days.is_good_friday(act.date, zone)
    return night or holiday or act.date.weekday() == days.SUNDAY


def billable(case: Case, version: dict[str, Any], code: str, act: Act) -> str:
    """Whether this doctor may bill a supplement for this patient: yes, no, or who? without a specialty."""
    answer = "yes"
    for name in version.get("refused_by", []):
        for other in case.book.rules[name]["version"]:
            if not in_force(other, act.date):
                continue
            for entry in other.get("entry", []):
                if code not in entry["codes"] or entry["verdict"] == "review":
                    continue
                if act.specialty is None:
                    reserved = [one for one in other["entry"] if act.code in one["codes"] and one.get("allowed")]
                    whoever = [one["allowed"] for one in reserved if one["verdict"] == "violation"]
                    if not any(set(some) <= admitted(entry, some) for some in whoever):
                        answer = "who?"
                elif act.specialty in entry.get("refused", []) or act.specialty not in entry.get(
                    "allowed", [act.specialty]
                ):
                    return "no"
            charged = (act.overcharge or 0) > 0
            outside = act.sector == "2" and act.optam is False
            if charged and (
                code in other.get("any_sector", []) or (outside and code in other.get("sector_2_without_optam", []))
            ):
                return "no"
            too_old = any(holds(case, test, act)[0] is False for test in other.get("requires", []))
            too_old &= not any(holds(case, test, act)[0] for test in other.get("doubtful_if", []))
            if too_old and code in other.get("codes", []) and other["verdict"] == "violation":
                return "no"
    return answer


def admitted(entry: dict[str, Any], specialties: list[int]) -> set[int]:
    """Those of them that an entry of a table of specialties lets bill its codes."""
    return {one for one in specialties if one in entry.get("allowed", [one]) and one not in entry.get("refused", [])}


def unevenly_cancelled(case: Case, acts: list[Act]) -> bool:
    """A row of several codes of which one was cancelled without the others: what is left was never priced."""
    read = [act for act in case.reading.acts if act.row == acts[0].row]
    return len(read) != len(acts) or len({act.amount for act in acts}) > 1


def no_overcharge(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        charged_rows: list[int] = []
        for act in case.counting:
            if not in_force(version, act.date) or act.code not in version["codes"]:
                continue
            if act.overcharge is None:
                priced = not isinstance(price(case, act.code, act, home(case)), str)
                if act.parts > 1 or act.amount is None or not priced:
                    missing[act.number] = ["overcharge"]
            elif act.overcharge > 0 and act.row not in charged_rows:
                charged_rows.append(act.row)
                beside = [other for other in case.reading.acts if other.row == act.row]
                alone = all(other.code in version["codes"] for other in beside)
                verdict = version["verdict"] if alone else "review"
                found.append(Found(act, None, None, verdict, act.overcharge, []))
    return found, missing


def base(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        for act in case.counting:
            if not in_force(version, act.date) or act.code not in version["codes"] or act.parts > 1:
                continue
            due = half_up(int(version["base"] * 100) * act.quantity, 1)
            facts = [
                (None if act.overcharge is None else act.overcharge > 0, ["overcharge"]),
                (None if act.amount is None else act.amount > due, ["amount"]),
                (None if act.sector is None else act.sector == "2", ["sector"]),
                (None if act.optam is None else not act.optam, ["optam"]),
            ]
            if act.amount is not None and act.overcharge is not None:
                facts.append((act.amount - act.overcharge != due, []))
            if any(holds is False for holds, _ in facts):
                continue
            unknown = [column for holds, columns in facts if holds is None for column in columns]
            if unknown:
                missing[act.number] = unknown
            else:
                above = (act.amount or 0) - (act.overcharge or 0) - due
                found.append(Found(act, None, None, version["verdict"], max(0, above), []))
    return found, missing


def overcharge(case: Case, act: Act) -> int | None:
    """That of its row; none where the amount is the sum of the tariffs and the file does not give it."""
    if act.overcharge is not None or act.amount is None:
        return act.overcharge
    row = [one for one in case.reading.acts if one.row == act.row]
    total = 0
    for one in row:
        told = price(case, one.code, one, home(case))
        if isinstance(told, str):
            return None
        total += half_up(told[0] * one.coefficient * one.quantity, 1000)
    return 0 if len(row) == act.parts and total == act.amount else None


def bears_one(case: Case, version: dict[str, Any], act: Act) -> bool:
    """Whether an overcharge of the act counts."""
    return case.book.nature(act.code) in version["host_natures"] or act.code in version.get("host_codes", [])


def opposable(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        visits: dict[tuple[object, ...], tuple[tuple[bool, bool], Found]] = {}
        open_acts: dict[int, tuple[tuple[object, ...], list[str]]] = {}
        doubtful = version.get("doubtful", [])
        anyone = [*version.get("any_sector", []), *doubtful]
        some = version.get("sector_2_without_optam", [])
        hide(case, version, [*anyone, *some], missing)
        for act in sorted(case.counting, key=order):
            if not in_force(version, act.date) or act.code not in [*anyone, *some]:
                continue
            unknown = []
            if act.code not in anyone:
                if act.optam is True or act.sector not in ["2", None]:
                    continue
                unknown = [key for key in ("sector", "optam") if getattr(act, key) is None]
            maybe = [
                other
                for other in maybe_beside(case, act)
                if bears_one(case, version, other) and overcharge(case, other) != 0
            ]
            hosts: dict[int, Act] = {}
            for other in sorted(case.counting, key=order):
                if bears_one(case, version, other) and same_visit(act, other):
                    hosts.setdefault(other.row, other)
            charged = [host for host in hosts.values() if (host.overcharge or 0) > 0]
            if not charged:
                if any(overcharge(case, host) is None for host in hosts.values()):
                    unknown.append("overcharge")
                elif maybe and not hosts:
                    unknown += nobody(act)
                else:
                    continue
            visit = (act.date, min(one.row for one in case.counting if same_visit(act, one)))
            if unknown:
                open_acts[act.number] = visit, unknown
                continue
            stake = sum(host.overcharge or 0 for host in charged)
            elsewhere = [host for host in charged if host.row != act.row]
            unnamed = case.reading.assumed and len(elsewhere) == len(charged)
            verdict = "review" if unnamed or act.code in doubtful else version["verdict"]
            rank = (unnamed, act.code in doubtful)
            if visit not in visits or rank < visits[visit][0]:
                visits[visit] = rank, Found(act, None, None, verdict, stake, elsewhere)
        found += [one for _, one in visits.values()]
        settled = {visit for visit, (rank, _) in visits.items() if rank == (False, False)}
        missing |= {number: names for number, (visit, names) in open_acts.items() if visit not in settled}
    return found, missing


# --- condition --------------------------------------------------------------------------------------------


def holds(case: Case, test: dict[str, Any], act: Act) -> tuple[bool | None, list[str]]:
    """True, False or None for unknown, and then the columns that would tell."""
    name, zone = test["test"], case.zone
    if name == "never":
        return False, []
    if name in ("age-under", "age-at-least"):
        if act.birth_date is None:
            return None, ["birth_date"]
        reached = act.date >= birthday(act.birth_date, test["years"])
        return reached == (name == "age-at-least"), []
    if name == "age-within":
        if act.birth_date is None:
            return None, ["birth_date"]
        return any(of_ages(act.birth_date, act.date, bracket) for bracket in test["brackets"]), []
    if name == "within-after":
        start = getattr(act, test["column"])
        return (None, [test["column"]]) if start is None else (act.date <= after(start, test["delay"]), [])
    if name == "ald-nearby":
        return ald_nearby(case, act, test["months"])
    if name == "time-between":
        return between(act, test, zone)
    if name == "within-hours":
        return within_hours(act, test["column"], test["hours"], zone)
    if name == "exempted":
        return exempted(act, test)
    if name == "within-working-days" and asked_after(act, test["column"]):
        return False, []
    if name == "duty-is":
        hours = range(24) if act.time is None else [act.time.hour]
        duties = {days.duty(act.date, hour, zone) for hour in hours}
        return (None, ["time"]) if len(duties) > 1 else (duties.pop() in test["values"], [])
    if name in ("is-true", "is-false") and test["column"] == "treating_doctor" and act.stands_in:
        return True, []  # he may do what only the médecin traitant may, and nothing is forbidden to him
    columns = {
        "specialty-in": "specialty",
        "exemption-in": "exemption",
        "rate-under": "rate",
        "rate-at-least": "rate",
    }
    column = columns[name] if name in columns else test["column"]
    value = getattr(act, column)
    if value is None:
        return None, [column]
    answers: dict[str, Callable[[], bool]] = {
        "is-true": lambda: value is True,
        "is-false": lambda: value is False,
        "one-of": lambda: value in test["values"],
        "none-of": lambda: value not in test["values"],
        "specialty-in": lambda: value in test["specialties"],
        "exemption-in": lambda: value in test["exemptions"],
        "rate-under": lambda: value < test["basis_points"],
        "rate-at-least": lambda: value >= test["basis_points"],
        "within-working-days": lambda: act.date <= days.last_working_day(value.day, test["days"], zone),
    }
    return answers[name](), []


def exempted(act: Act, test: dict[str, Any]) -> tuple[bool | None, list[str]]:
    """In ALD or exempted; an exemption for care apart from the ALD is none, whatever else is known."""
    if act.exemption in test["unrelated"]:
        return False, []
    if act.ald or act.exemption in test["exemptions"]:
        return True, []
    gaps = [column for column in ("ald", "exemption") if getattr(act, column) is None]
    return (None, gaps) if gaps else (False, [])


def ald_nearby(case: Case, act: Act, months: int) -> tuple[bool | None, list[str]]:
    """Whether the practitioner has another act of the patient that says an ALD, so many months before or after."""
    if act.practitioner is None or act.patient is None:
        return None, [key for key in ("practitioner", "patient") if getattr(act, key) is None]
    first, last = months_later(act.date, -months), months_later(act.date, months)
    return any(
        other.ald
        and (other.practitioner, other.patient) == (act.practitioner, act.patient)
        and first <= other.date <= last
        for other in case.counting
    ), []


def between(act: Act, test: dict[str, Any], zone: str) -> tuple[bool | None, list[str]]:
    """From an hour to before another one; in the week or on a Saturday, but for public holidays of the zone."""
    on, weekday = test.get("on", "any-day"), act.date.weekday()
    if on != "any-day" and days.is_holiday(act.date, zone):
        return False, []
    if (on == "weekday" and weekday >= days.SATURDAY) or (on == "saturday" and weekday != days.SATURDAY):
        return False, []
    return (None, ["time"]) if act.time is None else (test["from"] <= act.time < test["before"], [])


def asked_after(act: Act, column: str) -> bool:
    """Whether the moment is later than the act: of one day only where both hours say so."""
    moment = getattr(act, column)
    if moment is None:
        return False
    if moment.day == act.date:
        return moment.time is not None and act.time is not None and bool(moment.time > act.time)
    return bool(moment.day > act.date)


def within_hours(act: Act, column: str, hours: int, zone: str) -> tuple[bool | None, list[str]]:
    """Up to the same minute, `hours` later, by the clock and in time gone by; not before the moment itself.

    An unknown hour leaves the last day open.
    """
    start = getattr(act, column)
    gaps = [column] if start is None or start.time is None else []
    gaps += ["time"] if act.time is None else []
    if start is None:
        return None, gaps
    if gaps:
        last = start.day + timedelta(hours // 24)
        return (None, gaps) if act.date == last else (start.day <= act.date < last, [])
    by_clock, gone_by = delays(act, column, zone)
    return timedelta(0) <= by_clock <= timedelta(hours=hours) and gone_by <= timedelta(hours=hours), []


def delays(act: Act, column: str, zone: str) -> tuple[timedelta, timedelta]:
    """By the clock and in time gone by; the shortest where an hour is not known, the longest where it comes twice."""
    start = getattr(act, column)
    since = datetime.combine(start.day, start.time or time(23, 59))
    until = datetime.combine(act.date, act.time or time(0))
    clock = ZoneInfo(days.CLOCKS[zone])
    later = until.replace(tzinfo=clock, fold=1).astimezone(UTC) - since.replace(tzinfo=clock).astimezone(UTC)
    return until - since, later


def leaves_a_doubt(test: dict[str, Any], act: Act, zone: str) -> bool:
    """Whether a test that fails leaves a person to settle it: later than the act, or the clock changed in between."""
    if test["test"] == "within-working-days":
        asked = getattr(act, test["column"])
        longer = test.get("doubtful_weekdays")
        in_time = longer and asked is not None and act.date <= days.last_weekday(asked.day, longer, zone)
        return asked_after(act, test["column"]) or bool(in_time)
    if test["test"] == "within-hours":
        return any(delay <= timedelta(hours=test["hours"]) for delay in delays(act, test["column"], zone))
    return False


def with_specialty(act: Act) -> Act:
    """The act, with the specialty that the codes of its visit say."""
    return act if act.likely_specialty is None else replace(act, specialty=act.likely_specialty)


def condition(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        for act in case.counting:
            if not in_force(version, act.date) or act.code not in version["codes"]:
                continue
            verdict, unknown = judged(case, version, with_specialty(act))
            if verdict is not None:
                sure = judged(case, version, act)[0] == verdict
                found.append(Found(act, None, None, verdict if sure else "review", own_amount(case, act), []))
            elif unknown:
                missing[act.number] = unknown
    return found, missing


def judged(case: Case, version: dict[str, Any], act: Act) -> tuple[str | None, list[str]]:
    """The verdict on one act, or the columns that would tell; neither, where the condition holds."""
    reasons = version.get("reasons", [])
    if reasons and act.reason is not None and act.reason not in reasons:
        return None, []
    required = [holds(case, test, act) for test in version["requires"]]
    excused = [holds(case, test, act) for test in version.get("unless", [])]
    if all(value for value, _ in required) or any(value for value, _ in excused):
        return None, []
    about = not reasons or act.reason is not None
    broken = any(value is False for value, _ in required)
    alone = all(value is False for value, _ in excused)
    if not about or not broken or not (alone or version.get("unknown_exception") == "review"):
        unknown = [column for _, columns in [*required, *excused] for column in columns]
        return None, unknown if about else ["reason", *unknown]
    firm = any(
        value is False and not leaves_a_doubt(test, act, case.zone)
        for test, (value, _) in zip(version["requires"], required, strict=True)
    )
    doubts = [holds(case, test, act) for test in version.get("doubtful_if", [])]
    if not alone or any(value is not False for value, _ in doubts) or version["verdict"] == "review":
        return "review", []
    unknown = [column for _, columns in required for column in columns]
    if firm or not unknown:  # what is unknown could only turn a review into a violation
        return "violation" if firm else "review", []
    return None, unknown


def specialty(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        for entry in version["entry"]:
            hide(case, version, entry["codes"], missing)
            for act in case.counting:
                if not in_force(version, act.date) or act.code not in entry["codes"]:
                    continue
                known = with_specialty(act).specialty
                welcome = "allowed" not in entry or known in entry["allowed"]
                if known is None:
                    missing[act.number] = ["specialty"]
                elif not welcome or known in entry.get("refused", []):
                    verdict = "review" if act.specialty is None else entry["verdict"]
                    found.append(Found(act, None, None, verdict, own_amount(case, act), []))
    return found, missing


# --- acts beside acts -------------------------------------------------------------------------------------


def selected(case: Case, selection: dict[str, Any], code: str) -> bool | None:
    """Whether the code is selected; None for a grouping code of which only some of the hidden acts are."""
    if code in selection.get("codes", []):
        return True
    if code in selection.get("but", []):
        return False
    members = case.book.acts.get(code, {}).get("stands_for") or [code]
    answers = {
        member not in selection.get("but", [])
        and (member in selection.get("codes", []) or case.book.nature(member) in selection.get("natures", []))
        for member in members
    }
    return answers.pop() if len(answers) == 1 else None


def nobody(act: Act) -> list[str]:
    return [key for key in ("practitioner", "patient") if getattr(act, key) is None]


def beside(case: Case, act: Act) -> list[Act]:
    """The other acts of the same visit, in counting order."""
    return [other for other in sorted(case.counting, key=order) if other is not act and same_visit(act, other)]


def may_be_beside(act: Act, other: Act) -> bool:
    """Whether only an unknown patient or practitioner keeps the two apart: one day, another row and invoice."""
    if not nobody(act) or act.date != other.date or same_visit(act, other):
        return False
    return all(
        getattr(act, key) is None or getattr(other, key) is None or getattr(act, key) == getattr(other, key)
        for key in ("practitioner", "patient")
    )


def maybe_beside(case: Case, act: Act) -> list[Act]:
    return [other for other in case.counting if may_be_beside(act, other)]


def host(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["codes"], missing)
        for act in case.counting:
            if not in_force(version, act.date) or act.code not in version["codes"]:
                continue
            others = beside(case, act)
            hosts = [selected(case, version["hosts"], other.code) for other in others]
            if True in hosts:
                continue
            doubtful = any(selected(case, version.get("doubtful_hosts", {}), other.code) for other in others)
            elsewhere = any(
                selected(case, version["hosts"], other.code) is not False for other in maybe_beside(case, act)
            )
            unknown = nobody(act) if elsewhere and not doubtful else []
            unknown += ["original_code"] if None in hosts else []
            if unknown:
                missing[act.number] = unknown
                continue
            verdict = "review" if doubtful or case.reading.assumed else version["verdict"]
            found.append(Found(act, None, None, verdict, own_amount(case, act), []))
    return found, missing


def alternation(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["remote_codes"], missing)
        follow_ups: dict[tuple[object, ...], list[Act]] = {}
        for act in sorted(case.counting, key=order):
            if in_force(version, act.date):
                follow_ups.setdefault((act.practitioner, act.patient, act.date.year), []).append(act)
        for acts in follow_ups.values():
            remote = [act for act in acts if act.code in version["remote_codes"]]
            if nobody(acts[0]):
                missing.update({act.number: nobody(act) for act in remote})
                continue
            reached = [act for i, act in enumerate(remote) if units_of(remote[: i + 1]) >= version["least"]]
            met = [selected(case, version["in_person"], act.code) for act in acts]
            if not reached or True in met:
                continue
            if None in met:
                missing[reached[0].number] = ["original_code"]
                continue
            verdict = "review" if case.reading.assumed else version["verdict"]
            found.append(Found(reached[0], None, None, verdict, own_amount(case, reached[0]), remote))
    return found, missing


# --- cumul ------------------------------------------------------------------------------------------------


def allowed(version: dict[str, Any], act: Act, other: Act, codes: set[str]) -> bool | None:
    """Whether a text allows the pair, beside acts of these codes; None where the specialty or an overcharge tells."""
    answer: bool | None = False
    for one in version.get("allowed", []):
        if act.code not in one.get("excluded", [act.code]) or other.code not in one.get("beside", [other.code]):
            continue
        if one.get("alone") and len(codes) > 1:
            continue
        specialties = one.get("specialties", [])
        answers = [True if not specialties else None if act.specialty is None else act.specialty in specialties]
        if one.get("opposable"):
            answers.append(None if act.overcharge is None else act.overcharge <= 0)
        if False in answers:
            continue
        if None not in answers:
            return True
        answer = None
    return answer


def one_invoice(version: dict[str, Any], act: Act, other: Act) -> str | bool | None:
    """A row is on one invoice with itself, whatever its number."""
    if version.get("scope", "day") == "day" or act.row == other.row:
        return True
    if act.invoice is None or other.invoice is None:
        return "review" if version.get("without_invoice") == "review" else None
    return act.invoice == other.invoice


def pair(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        hide(case, version, version["excluded"].get("codes", []), missing)
        answers: dict[tuple[object, ...], list[Found]] = {}
        for act in sorted(case.counting, key=order):
            if not in_force(version, act.date) or not selected(case, version["excluded"], act.code):
                continue
            others = beside(case, act)
            excuse = version.get("unless_present")
            excuses = [selected(case, excuse, other.code) for other in others] if excuse else []
            if True in excuses:
                continue
            maybe = maybe_beside(case, act)
            excused_elsewhere = excuse and any(selected(case, excuse, other.code) is not False for other in maybe)
            excluded_elsewhere = any(
                selected(case, version["beside"], other.code) is not False
                and allowed(version, act, other, set()) is not True
                and (version.get("scope", "day") == "day" or act.invoice is None or other.invoice is None)
                for other in maybe
            )
            firm, doubtful = [], []
            codes = {other.code for other in others if selected(case, version["beside"], other.code)}
            unknown = nobody(act) if excluded_elsewhere else []
            for other in others:
                is_beside = selected(case, version["beside"], other.code)
                is_allowed = allowed(version, act, other, codes)
                together = one_invoice(version, act, other)
                if is_beside is False or is_allowed is True or together is False:
                    continue
                gaps = ["original_code"] if is_beside is None or None in excuses else []
                gaps += ["specialty" if act.specialty is None else "overcharge"] if is_allowed is None else []
                gaps += ["invoice"] if together is None else []
                gaps += nobody(act) if excused_elsewhere else []
                if gaps:
                    unknown += gaps
                elif together == "review":
                    doubtful.append(other)
                else:
                    firm.append(other)
            visit = (act.code, min(one.row for one in [act, *others] if same_visit(act, one)))
            if firm:
                assumed = case.reading.assumed and all(other.row != act.row for other in firm)
                verdict = "review" if assumed else version["verdict"]
                answers.setdefault(visit, []).append(
                    Found(act, None, None, verdict, own_amount(case, act), elsewhere(act, firm))
                )
            elif doubtful:
                answers.setdefault(visit, []).append(
                    Found(act, None, None, "review", own_amount(case, act), elsewhere(act, doubtful))
                )
            elif unknown:
                missing[act.number] = unknown
        for findings in answers.values():
            strong = [one for one in findings if one.verdict == version["verdict"]]
            found.append((strong or findings)[0])
    return found, missing


def elsewhere(act: Act, others: list[Act]) -> list[Act]:
    return [other for other in others if other.row != act.row]


def validity(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    for version in rule["version"]:
        for act in case.counting:
            periods = case.book.acts.get(act.code, {}).get("existence", [])
            if not in_force(version, act.date) or not periods:
                continue
            if not any(in_force(period, act.date) for period in periods):
                weak = any(period["source"]["confidence"] == "low" for period in periods)
                begun = [period for period in periods if period["from"] <= act.date]
                doubt = begun[-1].get("doubt_after") if begun else periods[0].get("doubt_before")
                verdict = "review" if weak or doubt else version["verdict"]
                found.append(Found(act, None, None, verdict, own_amount(case, act), []))
    return found, {}


# --- donnees ----------------------------------------------------------------------------------------------


def data(case: Case, rule: dict[str, Any], done: Done) -> Answer:
    found: list[Found] = []
    missing: Missing = {}
    for version in rule["version"]:
        for act in case.reading.acts:
            if not in_force(version, act.date):
                continue
            related: list[Act] = []
            if rule["look_for"] == "orphan-cancellation":
                hit = act.uncounted == "orphan"
            elif act.uncounted is not None:
                hit = False
            elif rule["look_for"] == "future-date":
                hit = act.date > case.as_of
            elif rule["look_for"] == "unknown-code":
                hit = not case.book.known(act.code) and not re.fullmatch(CCAM, act.code)
            elif rule["look_for"] == "duplicate":
                if act.patient is None:
                    missing[act.number] = ["patient"]
                first = repeats(case, act)
                hit = first is not None
                related = [] if first is None else [first]
            elif rule["look_for"] == "billed-again":
                if act.patient is None:
                    missing[act.number] = ["patient"]
                elif act.invoice is None and any(other.row != act.row for other in alike(case, act)):
                    missing[act.number] = ["invoice"]
                first = rebills(case, act)
                hit = first is not None
                related = [] if first is None else [first]
            else:
                raise NotImplementedError(rule["look_for"])
            if hit:
                found.append(Found(act, None, None, version["verdict"], 0, related))
    return found, missing


# --- all of them ------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[Case, dict[str, Any], Done], Answer]] = {
    "frequency": frequency,
    "proximity": proximity,
    "share": share,
    "derogation": derogation,
    "tariff": tariff,
    "no-overcharge": no_overcharge,
    "base": base,
    "sequel": sequel,
    "opposable": opposable,
    "condition": condition,
    "specialty": specialty,
    "host": host,
    "alternation": alternation,
    "pair": pair,
    "validity": validity,
    "data": data,
}

#: What each kind may say in a version: a new key is a new meaning, and must be written here first.
UNDERSTOOD: dict[str, set[str]] = {
    "frequency": {"codes", "reasons", "channels", "places", "bands", "without", "limit", "window", "per"},
    "proximity": {"codes", "months", "natures", "counted_codes", "ignored_codes"},
    "share": {
        "remote_codes",
        "remote_until",
        "ceiling_bp",
        "specialty_ceilings",
        "uncounted_natures",
        "exclude_own_patients",
        "denominator",
        "whole_year",
        "remark",
    },
    "derogation": {"share_rule"},
    "tariff": {"combinations", "zones", "no_overcharge_codes", "unpriced_extras", "outside_sectors", "refused_by"},
    "no-overcharge": {"codes"},
    "base": {"codes", "base"},
    "sequel": {"after", "codes", "months", "limit"},
    "opposable": {"any_sector", "doubtful", "sector_2_without_optam", "host_natures", "host_codes"},
    "condition": {"codes", "reasons", "requires", "unless", "doubtful_if", "unknown_exception"},
    "specialty": {"entry"},
    "host": {"codes", "specialties", "hosts", "doubtful_hosts"},
    "alternation": {"remote_codes", "least", "in_person"},
    "pair": {"excluded", "beside", "scope", "without_invoice", "unless_present", "allowed"},
    "validity": set(),
    "data": set(),
}


def check(case: Case) -> tuple[list[Finding], dict[str, tuple[int, frozenset[str]]]]:
    """All findings in the order of the contract, and the rules that could not answer: acts, columns."""
    answers: dict[str, Answer] = {}
    asked: list[str] = []

    def answer(name: str) -> Answer:
        if name in answers:
            return answers[name]
        assert name not in asked, f"{name} waits for itself"
        asked.append(name)
        rule = case.book.rules[name]
        if rule["kind"] not in KINDS:
            raise NotImplementedError(f"{name}: kind {rule['kind']}")
        known = UNDERSTOOD[rule["kind"]] | {
            "from",
            "until",
            "verdict",
            "source",
            "checked_on",
            "note",
            "doubt",
            "after_gap",
        }
        for version in rule["version"]:
            if strange := set(version) - known:
                raise NotImplementedError(f"{name}: {sorted(strange)}")
        found, missing = KINDS[rule["kind"]](case, rule, done)
        if side_by_side(rule):
            found = [
                f if f.act is None or one_patient(f.act, f.related) else f._replace(verdict="review") for f in found
            ]
        for other in rule.get("silent_where", []):
            named = [place(f) for f in done(other)]
            found = [f for f in found if place(f) not in named]
        answers[name] = found, missing
        return answers[name]

    done = Done(lambda name: answer(name) if name in case.book.rules else ([], {}))
    findings = []
    unverifiable = {}
    for name in case.book.rules:
        found, missing = answer(name)
        if missing:
            unverifiable[name] = (len(missing), frozenset(c for columns in missing.values() for c in columns))
        findings += [(name, one) for one in found]
    findings.sort(key=contract_order)
    return [as_finding(name, one) for name, one in findings], unverifiable


def place(found: Found) -> tuple[object, ...]:
    return (found.act.row,) if found.act is not None else (found.practitioner, found.year)


def contract_order(item: tuple[str, Found]) -> tuple[object, ...]:
    """Sheet row, rule, rank of the code in its cell; the findings on practitioners last."""
    name, one = item
    if one.act is not None:
        return (0, one.act.row, name, one.act.number)
    return (1, 0, name, one.practitioner, one.year)


def as_finding(name: str, one: Found) -> Finding:
    stake = None if one.at_stake is None else f"{one.at_stake // 100}.{one.at_stake % 100:02d}"
    row = 0 if one.act is None else one.act.row
    return Finding(name, one.verdict, row, one.practitioner, one.year, stake, rows_of(one.related))
