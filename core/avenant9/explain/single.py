"""Rules that look at one act: each test with the value found, who may bill the code, when it existed."""

from __future__ import annotations

from typing import Any

import polars as pl

from avenant9.checks import condition
from avenant9.explain.model import ConditionTrace, Span, SpecialtyTrace, TestLine, ValidityTrace
from avenant9.explain.scene import Scene
from avenant9.rulebook.schema import (
    AgeAtLeast,
    AgeUnder,
    Condition,
    ConditionVersion,
    DutyIs,
    ExemptionIn,
    Never,
    RateUnder,
    SpecialtyIn,
    SpecialtyVersion,
    Test,
    WithinHours,
    WithinWorkingDays,
)


def conditions(rule: Condition, version: ConditionVersion, scene: Scene) -> ConditionTrace:
    """The tests of a version, one by one, with what the file says of the act."""

    def lines(tests: tuple[Test, ...]) -> tuple[TestLine, ...]:
        return tuple(
            TestLine(test.model_dump(mode="json"), _found(test, scene), _holds(test, rule, version, scene))
            for test in tests
        )

    return ConditionTrace(version.reasons, lines(version.requires), lines(version.unless), lines(version.doubtful_if))


def _holds(test: Test, rule: Condition, version: ConditionVersion, scene: Scene) -> bool | None:
    """What the check itself says when this test is all it asks."""
    only = version.model_copy(
        update={
            "codes": (scene.act["code"],),
            "reasons": (),
            "requires": (test,),
            "unless": (),
            "doubtful_if": (),
            "unknown_exception": "unverifiable",
        }
    )
    answer = condition.check(scene.alone(), rule, only, scene.context)
    if len(answer.findings):
        return False
    return None if len(answer.unverifiable) else True


def _found(test: Test, scene: Scene) -> Any:
    """The value that a test reads, as a program reads it; dates of birth are given as ages."""
    act, calendar = scene.act, scene.context.calendar
    match test:
        case AgeUnder() | AgeAtLeast():
            return _age(scene)
        case SpecialtyIn():
            code = act["specialty"]
            return None if code is None else {"code": code, "label": scene.nomenclature.specialties.get(code)}
        case ExemptionIn():
            return act["exemption"]
        case RateUnder():
            return act["rate"]
        case WithinWorkingDays(column=column, days=days):
            if act[column] is None:
                return None
            limit = calendar.working_days_after(pl.Series([act[column].date()], dtype=pl.Date), days)[0]
            return {"asked": act[column].date(), "last_day": limit}
        case WithinHours(column=column):
            return None if act[column] is None else {"since": act[column], "date": act["date"], "time": act["time"]}
        case DutyIs():
            moment = pl.Series([act["date"]], dtype=pl.Date), pl.Series([act["time"]], dtype=pl.Time)
            return {"duty": calendar.duty(*moment)[0], "time": act["time"]}
        case Never():
            return None
        case _:
            return act[test.column]


def _age(scene: Scene) -> int | None:
    """Completed years on the day of the act."""
    born, day = scene.act["birth_date"], scene.act["date"]
    if born is None:
        return None
    return int(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def specialty(version: SpecialtyVersion, scene: Scene) -> SpecialtyTrace:
    """The entry of the table that names the code."""
    entry = next(entry for entry in version.entry if scene.act["code"] in entry.codes)
    named = {*entry.allowed, *entry.refused, *([] if scene.act["specialty"] is None else [scene.act["specialty"]])}
    labels = scene.nomenclature.specialties
    return SpecialtyTrace(
        specialty=scene.act["specialty"],
        allowed=entry.allowed,
        refused=entry.refused,
        labels={code: labels[code] for code in sorted(named) if code in labels},
    )


def validity(scene: Scene) -> ValidityTrace:
    """The periods that the nomenclature gives the code."""
    spans = scene.context.existence.filter(pl.col("code") == scene.act["code"]).sort("first")
    return ValidityTrace(tuple(Span(first, last) for first, last in spans.select("first", "last").iter_rows()))
