"""The 20 % ceiling on remote acts as the texts read: plain loops over acts, months and derogations, fractions."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

FROM_2025 = ("TC", "TCG", "TCS", "TCH", "TCK", "TCP", "JC", "JCS")
REMOTE = (*FROM_2025, "TE2")
ADDED = ("MCG", "SNP", "MD", "MEG")  # majorations and travel: no acts
PSYCHIATRISTS = (17, 33, 75)
OF_GENERALISTS = ("G", "GS", "VG", "VGS", "TCG", "MEG")
GENERALISTS = "médecins généralistes"
Act = dict[str, Any]  # date, code, practitioner, specialty, quantity, treating_doctor, patient, again
Granted = dict[str, Any]  # practitioner, year, ceiling, tacit_renewal, changed_on


def remote(act: Act) -> bool | None:
    """None where only the médecin traitant would tell.

    TE1 ended on 31/03/2022: one billed later is an act, and no remote one (ruling 10).
    """
    day, code = act["date"], act["code"]
    if day.year < 2025:
        return code in REMOTE or (code == "TE1" and date(2022, 1, 1) <= day <= date(2022, 3, 31))
    if code not in FROM_2025 or act["treating_doctor"] == "oui":
        return False
    return None if act["treating_doctor"] is None else True


def granted(name: str, year: int, derogations: list[Granted]) -> Granted | None:
    """Its own year's; else the latest before, renewed from year to year unless refused or the situation changed."""
    for back in range(year, 2021, -1):
        for one in derogations:
            if (one["practitioner"], one["year"]) == (name, back):
                changed = one["changed_on"]
                over = changed is not None and changed.year < year
                return one if back == year or (one["tacit_renewal"] and not over) else None
    return None


def follow(
    acts: list[Act], derogations: list[Granted], as_of: date, until: date | None, complete: tuple[int, ...]
) -> list[dict[str, Any]]:
    """One object per practitioner and civil year from 2022, by year then name."""
    years: dict[tuple[int, str], list[Act]] = defaultdict(list)
    seen: list[tuple[Any, ...]] = []
    for row in acts:
        what = tuple(row[key] for key in ("practitioner", "patient", "date", "code"))
        mine = [o for o in acts if o["patient"] and all(o[k] == row[k] for k in ("practitioner", "patient", "date"))]
        tells = row["specialty"] is None and any(
            o["code"] in OF_GENERALISTS and not o["specialty"] for o in [row, *mine]
        )
        act = {
            **row,
            "deduced": 1 if tells else None,
            "again": row["patient"] is not None and what in seen,
        }  # the same act of the same patient
        seen.append(what)
        late = until is not None and act["date"] > until
        if act["practitioner"] and act["date"].year >= 2022 and act["code"] not in ADDED and not late:
            years[act["date"].year, act["practitioner"]].append(act)
    entries = [_year(name, year, own, derogations, as_of, until, complete) for (year, name), own in years.items()]
    return sorted(entries, key=lambda entry: (entry["year"], entry["practitioner"]))


def _year(
    name: str,
    year: int,
    acts: list[Act],
    derogations: list[Granted],
    as_of: date,
    until: date | None,
    complete: tuple[int, ...],
) -> dict[str, Any]:
    total = far = unknown = again = 0
    seen: Counter[int] = Counter()
    deduced = None
    for act in acts:
        total += act["quantity"]
        answer = remote(act)
        far += act["quantity"] if answer else 0
        unknown += act["quantity"] if answer is None else 0
        again += act["quantity"] if answer and act["again"] else 0
        if act["specialty"]:
            seen[act["specialty"]] += 1
        deduced = deduced or act["deduced"]
    specialty = min((code for code in seen if seen[code] == max(seen.values())), default=deduced)
    own = granted(name, year, derogations)
    psychiatrist = year >= 2025 and specialty in PSYCHIATRISTS
    ceiling = max(own["ceiling"] if own else 0, Fraction(40 if psychiatrist else 20, 100))
    either = max(ceiling, Fraction(40, 100)) if specialty is None and year >= 2025 else ceiling
    over = far > either * total
    cut = until is not None and until < date(year, 12, 31)
    months = {act["date"].month for act in acts}
    whole = year in complete or (len(months) >= 10 and 1 in months and 12 in months)
    sure = bool(seen) or far > max(ceiling, Fraction(40 if year >= 2025 else 20, 100)) * total
    certain = sure and whole and not cut and unknown == 0 and far - again > ceiling * (total - again)
    return {
        "practitioner": name,
        "specialty": specialty and f"{specialty:02d}",
        "year": year,
        "until": until if cut else None,
        "total": total,
        "remote": far,
        "share": digits(Fraction(far, total)),
        "ceiling": digits(ceiling),
        "over": over,
        "excess": max(0, far - floor(ceiling * total)),
        "margin": max(0, floor(ceiling * total) - far),
        "to_add_in_person": max(0, ceil(far / ceiling) - total) if ceiling else None,
        "months": _months(year, acts),
        "projection": _projection(year, acts, as_of, until),
        "verdict": _verdict(year, over, far + unknown > ceiling * total, as_of, certain=certain),
        "unknown": unknown,
    }


def digits(share: Fraction) -> str:
    """Six digits, half up."""
    millionths = floor(share * 1_000_000 + Fraction(1, 2))
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


def _months(year: int, acts: list[Act]) -> list[dict[str, Any]]:
    """The months that hold an act, each with the share from 1 January."""
    months = []
    for month in range(1, 13):
        here = [act for act in acts if act["date"].month == month]
        so_far = [act for act in acts if act["date"].month <= month]
        if here:
            months.append(
                {
                    "month": f"{year}-{month:02d}",
                    "total": sum(act["quantity"] for act in here),
                    "remote": sum(act["quantity"] for act in here if remote(act)),
                    "share_to_date": digits(_share(so_far)),
                }
            )
    return months


def _share(acts: list[Act]) -> Fraction:
    return Fraction(sum(act["quantity"] for act in acts if remote(act)), sum(act["quantity"] for act in acts))


def _projection(year: int, acts: list[Act], as_of: date, until: date | None) -> dict[str, Any] | None:
    """A running year at the pace of its days so far, from its first month with an act."""
    done = [act for act in acts if act["date"] <= as_of]
    if as_of.year != year or not done:
        return None
    last = as_of if until is None else min(as_of, until)
    months = [act["date"].month for act in done]
    days, all_days = 0, 0
    day = date(year, 1, 1)
    while day.year == year:
        all_days += 1
        days += day <= last and day.month >= min(months)
        day += timedelta(1)
    far = sum(act["quantity"] for act in done if remote(act))
    total = sum(act["quantity"] for act in done)
    return {
        "total": floor(Fraction(total * all_days, days) + Fraction(1, 2)),
        "remote": floor(Fraction(far * all_days, days) + Fraction(1, 2)),
        "share": digits(Fraction(far, total)),
    }


def _verdict(year: int, over: bool, could_be: bool, as_of: date, *, certain: bool) -> str:
    if not over:
        return "unverifiable" if could_be else "ok"
    return "violation" if certain and as_of > date(year, 12, 31) else "review"


def groups(entries: list[dict[str, Any]]) -> list[tuple[int, str, int, int, int]]:
    """Year, specialty (generalists in one), practitioners, how many strictly over 20 % and over 30 %."""
    found: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for entry in entries:
        counts = found[entry["year"], entry["specialty"] or ""]
        counts[0] += 1
        counts[1] += Fraction(entry["remote"], entry["total"]) > Fraction(20, 100)
        counts[2] += Fraction(entry["remote"], entry["total"]) > Fraction(30, 100)
    return sorted((year, specialty, *counts) for (year, specialty), counts in found.items())  # type: ignore[misc]
