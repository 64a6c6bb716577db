"""Counts followed act by act: what fills a window, what does not, what could, and when the act would have fitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from avenant9.checks.context import selected
from avenant9.explain.model import ActLine, AlternationTrace, ContactTrace, CountTrace, Why
from avenant9.explain.scene import Row, Scene, counting_order
from avenant9.model import CellRef
from avenant9.period import ONE_DAY, Period, add_months
from avenant9.rulebook.schema import AlternationVersion, Frequency, FrequencyVersion, ProximityVersion

_SEARCHED = 800  # days after the act
_BEYOND = 400  # days after the last act counted: more than any window
_MONTHS = {"civil-year": 12, "civil-quarter": 3, "civil-month": 1}


def window_of(version: FrequencyVersion, day: date) -> Period:
    """The window that an act of this day falls in."""
    match version.window:
        case "iso-week":
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6))
        case "rolling-12-months":
            return Period(add_months(day, -12) + ONE_DAY, day)
        case "ever":
            return Period(version.from_, None)
        case _:
            months = _MONTHS[version.window]
            first = date(day.year, (day.month - 1) // months * months + 1, 1)
            return Period(first, add_months(first, months) - ONE_DAY)


def trace(rule: Frequency, version: FrequencyVersion, scene: Scene) -> CountTrace:
    """The window of the act, and every act that fills it, could fill it, or looks as if it did."""
    act, window = scene.act, window_of(version, scene.act["date"])
    counted: list[Row] = []
    lines: list[ActLine] = []
    not_counted: list[ActLine] = []
    unknown: list[ActLine] = []
    could_be = 0
    for row in _candidates(version, scene, window):
        why, detail, missing = _standing(row, rule, version, scene)
        if missing:
            if row["act"] != act["act"] and counting_order(row) <= counting_order(act):
                unknown.append(scene.line(row, missing=missing))
                could_be += row["quantity"]
        elif why is not None:
            not_counted.append(scene.line(row, why=why, detail=detail))
        else:
            counted.append(row)
    running, count = 0, None
    for row in counted:
        running += row["quantity"]
        lines.append(scene.line(row, running=running))
        count = running if row["act"] == act["act"] else count
    if version.window == "ever" and version.period.last is not None:
        window = Period(window.first, version.period.last)
    over = 0 if count is None else min(act["quantity"], max(0, count - version.limit))
    fitting, displaced = earliest(rule, scene) if over else (None, ())
    return CountTrace(
        codes=version.codes,
        filters=(*version.reasons, *version.channels),
        limit=version.limit,
        window=version.window,
        first=window.first,
        last=window.last,
        per=version.per,
        count=count,
        over=over,
        could_be=None if count is None else count + could_be,
        counted=tuple(lines),
        not_counted=tuple(not_counted),
        unknown=tuple(unknown),
        earliest=fitting,
        displaced=displaced,
    )


def _candidates(version: FrequencyVersion, scene: Scene, window: Period) -> list[Row]:
    """Acts of the window that are of these codes, or hide behind a grouping code, in counting order.

    Of the acts of other patients, and of other practitioners where patients do not matter, none.
    """
    act = scene.act
    if any(act[key] is None for key in version.needed):
        return []
    hiding = [code for code, members in scene.context.grouping.items() if members & set(version.codes)]
    inside = pl.col("date") >= window.first if version.window != "ever" else pl.lit(True)
    if window.last is not None:
        inside = inside & (pl.col("date") <= window.last)
    near = scene.context.everything.filter(inside, pl.col("code").is_in([*version.codes, *hiding]))
    decisive = "patient" if "patient" in version.per else "practitioner"
    could_be = pl.col(decisive).is_null() if version.limit else pl.col("act") == act["act"]
    near = near.filter((pl.col(decisive) == act[decisive]).fill_null(value=False) | could_be)
    rows = sorted(near.iter_rows(named=True), key=counting_order)
    if version.window != "rolling-12-months":
        return rows
    return [row for row in rows if counting_order(row) <= counting_order(act)]


def _standing(
    row: Row, rule: Frequency, version: FrequencyVersion, scene: Scene
) -> tuple[Why | None, str | None, tuple[str, ...]]:
    """Why an act of the window is not counted (and by what), or what is unknown of it."""
    for why, detail in (_left_out(row, version), _of_another(row, version, scene)):
        if why is not None:
            return why, detail, ()
    wanted = [name for name, values, _ in _filters(version) if values] + list(version.needed)
    hidden = [] if row["code"] in version.codes else ["original_code"]
    missing = (*hidden, *(name for name in wanted if row[name] is None))
    if not missing:
        for refusing in rule.not_counting:
            if row["act"] in scene.context.violating.get(refusing, ()):
                return "refused", refusing, ()
    return None, None, missing


def _left_out(row: Row, version: FrequencyVersion) -> tuple[Why | None, str | None]:
    """Acts that the version never counts, whoever they are of."""
    last = version.period.last
    if row["uncounted"] is not None:
        return row["uncounted"], None
    if row["date"] < version.from_:
        return "before-version", version.from_.isoformat()
    if last is not None and row["date"] > last:
        return "after-version", last.isoformat()
    return ("no-units" if row["quantity"] <= 0 else None), None


def _of_another(row: Row, version: FrequencyVersion, scene: Scene) -> tuple[Why | None, str | None]:
    """Acts of another practitioner, reason or channel."""
    if "practitioner" in version.per and row["practitioner"] not in (None, scene.act["practitioner"]):
        return "other-practitioner", row["practitioner"]
    for name, values, why in _filters(version):
        if row["code"] in version.codes and values and row[name] is not None and row[name] not in values:
            return why, row[name]
    return None, None


def _filters(version: FrequencyVersion) -> tuple[tuple[str, tuple[str, ...], Why], ...]:
    return ("reason", version.reasons, "other-reason"), ("channel", version.channels, "other-channel")


def earliest(rule: Frequency, scene: Scene) -> tuple[date | None, tuple[CellRef, ...]]:
    """The first day after the act's on which, moved there, it would be within the limit; None where there is none.

    The other acts stay where they are: second, those that would then be over because of it. A day on which no
    version of the rule holds the act is no answer.
    """
    act, start = scene.act, date.toordinal(scene.act["date"])
    others: dict[date, list[Row]] = {}
    last = start
    versions = [version for version in rule.version if act["code"] in version.codes and version.window != "ever"]
    for version in versions:
        others[version.from_] = [
            row
            for row in _all_of_key(version, scene)
            if row["act"] != act["act"] and _standing(row, rule, version, scene) == (None, None, ())
        ]
        last = max([last, *(date.toordinal(row["date"]) for row in others[version.from_])])
    for ordinal in range(start + 1, max(start + _SEARCHED, last + _BEYOND)):
        day = date.fromordinal(ordinal)
        for version in versions:
            moved = {**act, "date": day}
            if day in version.period and _fits(moved, others[version.from_], version):
                displaced = _displaced(moved, others[version.from_], version)
                return day, tuple(scene.where(row) for row in displaced)
    return None, ()


def _fits(moved: Row, others: Sequence[Row], version: FrequencyVersion) -> bool:
    """Whether the act, moved to its day, is within the limit beside the acts that do not move."""
    window, here = window_of(version, moved["date"]), counting_order(moved)
    before = sum(row["quantity"] for row in others if row["date"] in window and counting_order(row) < here)
    return bool(before + moved["quantity"] <= version.limit)


def _displaced(moved: Row, others: Sequence[Row], version: FrequencyVersion) -> list[Row]:
    """The later acts that are within the limit without the moved one, and over with it."""
    later = []
    for row in sorted(others, key=counting_order):
        if counting_order(row) > counting_order(moved) and moved["date"] in window_of(version, row["date"]):
            fits = _fits(row, others, version)
            if fits and not _fits(row, [*others, moved], version):
                later.append(row)
    return later


def _all_of_key(version: FrequencyVersion, scene: Scene) -> list[Row]:
    same = [pl.col(key) == scene.act[key] for key in version.per]
    return scene.counted.filter(pl.col("code").is_in(list(version.codes)), *same).rows(named=True)


def contacts(version: ProximityVersion, scene: Scene) -> ContactTrace:
    """Other contacts within the months, either side; and those of the same day, which do not count."""
    act = scene.act
    start, end = add_months(act["date"], -version.months), add_months(act["date"], version.months)
    contact = pl.col("nature").is_in(list(version.natures)) | pl.col("code").is_in(list(version.counted_codes))
    near: Sequence[Row] = ()
    if act["practitioner"] is not None and act["patient"] is not None:
        near = scene.counted.filter(
            pl.col("practitioner") == act["practitioner"],
            pl.col("patient") == act["patient"],
            contact.fill_null(False),
            ~pl.col("code").is_in(list(version.ignored_codes)),
            pl.col("date") >= version.period.first,
            pl.col("date").is_between(start, end, closed="none"),
            pl.col("act") != act["act"],
        ).rows(named=True)
    ordered = sorted(near, key=counting_order)
    return ContactTrace(
        months=version.months,
        after=start,
        before=end,
        near=tuple(scene.line(row) for row in ordered if row["date"] != act["date"]),
        same_day=tuple(scene.line(row) for row in ordered if row["date"] == act["date"]),
    )


def alternation(version: AlternationVersion, scene: Scene) -> AlternationTrace:
    """The remote acts of the patient's year, and the contacts in person."""
    act, year = scene.act, scene.act["date"].year
    mine: list[Row] = []
    seen: set[int] = set()
    if act["practitioner"] is not None and act["patient"] is not None:
        same = scene.counted.filter(
            pl.col("practitioner") == act["practitioner"],
            pl.col("patient") == act["patient"],
            pl.col("date").dt.year() == year,
        )
        mine = [row for row in same.iter_rows(named=True) if row["date"] in version.period]
        seen = set(same.filter(selected(version.in_person))["act"])
    ordered = sorted(mine, key=counting_order)
    remote, running = [], 0
    for row in ordered:
        if row["code"] in version.remote_codes:
            running += row["quantity"]
            remote.append(scene.line(row, running=running))
    return AlternationTrace(
        year=year,
        least=version.least,
        remote=tuple(remote),
        in_person=tuple(scene.line(row) for row in ordered if row["act"] in seen),
    )
