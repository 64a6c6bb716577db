"""Conditions on one act at a time, with three answers: met, not met, unknown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

from avenant9.acts.columns import COLUMNS, in_french
from avenant9.checks.context import (
    Context,
    birthday,
    concerned,
    day,
    hidden_by_grouping,
    in_force,
    missing_columns,
    outcome,
    selected,
    unless_unnamed,
)
from avenant9.model import Outcome
from avenant9.rulebook.schema import (
    AgeAtLeast,
    AgeUnder,
    Alternation,
    AlternationVersion,
    Condition,
    ConditionVersion,
    DutyIs,
    ExemptionIn,
    IsFalse,
    IsTrue,
    Never,
    NoneOf,
    OneOf,
    RateUnder,
    Specialty,
    SpecialtyEntry,
    SpecialtyIn,
    SpecialtyVersion,
    Test,
    Validity,
    ValidityVersion,
    WithinHours,
    WithinWorkingDays,
)
from avenant9.wording import quoted

_NOT_TRUE = {
    "treating_doctor": "le praticien n'est pas le médecin traitant du patient",
    "ald": "le patient n'est pas en ALD",
    "optam": "le praticien n'a pas adhéré à l'OPTAM",
    "territory": "pas d'ancrage territorial",
}
_NOT_FALSE = {
    "treating_doctor": "le praticien est le médecin traitant du patient",
    "ald": "le patient est en ALD",
    "optam": "le praticien a adhéré à l'OPTAM",
    "territory": "ancrage territorial",
}
_WORDS = {
    "reason": "motif",
    "place": "lieu",
    "pathway": "parcours",
    "channel": "canal",
    "regulated_by": "régulation",
    "requested_by": "demandeur",
    "sector": "secteur",
}


def check(acts: pl.DataFrame, rule: Condition, version: ConditionVersion, context: Context) -> Outcome:
    """Acts that break one of the version's conditions, unless an exception holds (Kleene logic throughout)."""
    about = concerned(acts, version.codes, version)
    applies = pl.lit(True)
    if version.reasons:
        applies = pl.col("reason").is_in(list(version.reasons))
        about = about.filter(applies.fill_null(True))
    tests = (*version.requires, *version.unless, *version.doubtful_if)
    about = _with_calendar(about, tests, context)
    met = reduce(lambda a, b: a & b, map(_holds, version.requires))
    exempt = reduce(lambda a, b: a | b, map(_holds, version.unless), pl.lit(False))
    doubtful = reduce(lambda a, b: a | b, map(_holds, version.doubtful_if), pl.lit(False))
    only_exception = (applies & ~met).fill_null(False) & (version.unknown_exception == "review")
    about = about.with_columns(
        broken=pl.coalesce(applies & ~met & ~exempt, pl.when(only_exception).then(True)),
        doubtful=pl.when(only_exception).then(exempt.is_null()).otherwise(False) | doubtful.fill_null(True),
        age=_age(),
    )
    found = about.filter(pl.col("broken"))
    read = (["reason"] if version.reasons else []) + [
        column for test in (*version.requires, *version.unless) for column in _columns(test)
    ]
    hourless = pl.when(~pl.col("regulated_day_only")).then("regulated_at")
    # a day without its hour does not tell on the last day
    unknown = about.filter(pl.col("broken").is_null()).with_columns(regulated_at=hourless)
    unknown = missing_columns(unknown, list(dict.fromkeys(read)))
    failed = [pl.when(~_holds(test)).then(_phrase(test, version)) for test in version.requires]
    said = found.select(
        "act",
        verdict=pl.when("doubtful").then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
        at_stake="amount",
        message=pl.format("{} : {}.", "code", pl.concat_str(failed, separator=" ; ", ignore_nulls=True)),
        explanation=pl.struct(
            broken=pl.concat_list(
                [pl.when(~_holds(test)).then(pl.lit(_name(test))) for test in version.requires]
            ).list.drop_nulls(),
            age=pl.col("age") if any(isinstance(t, AgeUnder | AgeAtLeast) for t in version.requires) else None,
        ),
        related=pl.lit([], pl.List(pl.UInt32)),
    )
    return outcome(said, unknown, hidden_by_grouping(acts, version.codes, version, context))


def _holds(test: Test) -> pl.Expr:
    """Whether a test holds; null where the value is unknown."""
    match test:
        case AgeUnder(years=years):
            return pl.col("date") < birthday(years)
        case AgeAtLeast(years=years):
            return pl.col("date") >= birthday(years)
        case IsTrue(column=column):
            return pl.col(column)
        case IsFalse(column=column):
            return ~pl.col(column)
        case OneOf(column=column, values=values):
            return pl.col(column).is_in(list(values))
        case NoneOf(column=column, values=values):
            return ~pl.col(column).is_in(list(values))
        case SpecialtyIn(specialties=specialties):
            return pl.col("specialty").is_in(list(specialties))
        case ExemptionIn(exemptions=exemptions):
            return pl.col("exemption").is_in(list(exemptions))
        case RateUnder(basis_points=basis_points):
            return pl.col("rate") < basis_points
        case WithinWorkingDays(days=days):
            return pl.col("date") <= pl.col(f"working_limit_{days}")
        case WithinHours(column=column, hours=hours):
            return _within_hours(column, hours)
        case DutyIs(values=values):
            return pl.col("duty").is_in(list(values))
        case Never():
            return pl.lit(False)


def _within_hours(column: str, hours: int) -> pl.Expr:
    """With the hour of the act, to the minute; without it, only what holds whatever the hour."""
    moment = pl.col("date").dt.combine(pl.col("time"))
    days_later = (pl.col("date") - pl.col(column).dt.date()).dt.total_days()
    whole_days = hours // 24
    by_day = pl.when(days_later < whole_days).then(True).when(days_later > whole_days).then(False)
    return (
        pl.when(pl.col("time").is_null() | pl.col("regulated_day_only"))
        .then(by_day)
        .otherwise(moment - pl.col(column) <= pl.duration(hours=hours))
    )


def _with_calendar(acts: pl.DataFrame, tests: Sequence[Test], context: Context) -> pl.DataFrame:
    """Adds what tests read of the calendar: `duty`, and the last jour ouvrable after a request."""
    if any(isinstance(test, DutyIs) for test in tests):
        acts = acts.with_columns(duty=context.calendar.duty(acts["date"], acts["time"]))
    for days in {test.days for test in tests if isinstance(test, WithinWorkingDays)}:
        limit = context.calendar.working_days_after(acts["requested_at"].dt.date(), days)
        acts = acts.with_columns(limit.alias(f"working_limit_{days}"))
    return acts


def _age() -> pl.Expr:
    """Completed years on the day of the act."""
    years = pl.col("date").dt.year() - pl.col("birth_date").dt.year()
    born_on = pl.col("birth_date").dt.month().cast(pl.Int32) * 100 + pl.col("birth_date").dt.day()
    day_of_act = pl.col("date").dt.month().cast(pl.Int32) * 100 + pl.col("date").dt.day()
    return years - (day_of_act < born_on).cast(pl.Int32)


def _columns(test: Test) -> tuple[str, ...]:
    """The columns that a test reads."""
    match test:
        case AgeUnder() | AgeAtLeast():
            return ("birth_date",)
        case SpecialtyIn():
            return ("specialty",)
        case ExemptionIn():
            return ("exemption",)
        case RateUnder():
            return ("rate",)
        case WithinHours(column=column):
            return (column, "time")
        case DutyIs():
            return ("time",)
        case Never():
            return ()
        case _:
            return (test.column,)


def _name(test: Test) -> str:
    match test:
        case AgeUnder(years=years) | AgeAtLeast(years=years):
            return f"{test.test} {years}"
        case Never():
            return test.test
        case _:
            return f"{test.test} {_columns(test)[0]}"


def _phrase(test: Test, version: ConditionVersion) -> pl.Expr:
    """What is wrong, in words; null where it cannot be told."""
    match test:
        case AgeUnder(years=years):
            return pl.format(f"patient de {{}} ans le jour de l'acte, moins de {years} ans exigés", "age")
        case AgeAtLeast(years=years):
            return pl.format(f"patient de {{}} ans le jour de l'acte, {years} ans au moins exigés", "age")
        case IsTrue(column=column):
            return pl.lit(_NOT_TRUE[column])
        case IsFalse(column=column):
            return pl.lit(_NOT_FALSE[column])
        case OneOf(column=column, values=values):
            return pl.format(
                f"{_WORDS[column]} « {{}} », admis : {', '.join(in_french(column, values))}", _said(column)
            )
        case NoneOf(column=column):
            return pl.format(f"{_WORDS[column]} « {{}} » non admis", _said(column))
        case SpecialtyIn():
            return pl.format("la spécialité {} ne facture pas ce code", "specialty")
        case ExemptionIn():
            return pl.lit("pas d'exonération")
        case RateUnder(basis_points=basis_points):
            return pl.format(f"remboursé à {{}} %, moins de {basis_points // 100} % attendu", pl.col("rate") // 100)
        case WithinWorkingDays(days=days):
            limit = day(pl.col(f"working_limit_{days}"))
            asked = day(pl.col("requested_at"))
            return pl.format(f"demandé le {{}}, {days} jours ouvrables échus le {{}}", asked, limit)
        case WithinHours(column=column, hours=hours):
            return pl.format(f"plus de {hours} h après la régulation du {{}}", _moment(pl.col(column)))
        case DutyIs():
            return pl.concat_str(
                pl.lit("aux heures de la permanence des soins"),
                pl.when(pl.col("duty") == "regional").then(pl.lit(" si la région le prévoit")).otherwise(pl.lit("")),
                pl.format(" ({})", pl.col("time").dt.to_string("%H:%M")).fill_null(""),
            )
        case Never():
            return pl.lit(_never(version))


def _said(column: str) -> pl.Expr:
    """The values of a column in words."""
    return pl.col(column).replace(COLUMNS[column].values if column in COLUMNS else {})


def _never(version: ConditionVersion) -> str:
    """Since when, until when, or between which days the code may not be billed, or only in dispute."""
    reasons = f" avec le motif {', '.join(quoted(in_french('reason', version.reasons)))}" if version.reasons else ""
    first, last = version.period.first, version.period.last
    if last is None:
        return f"ne se facture plus{reasons} depuis le {first:%d/%m/%Y}"
    if version.verdict == "review":
        return f"facturation discutée{reasons} du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
    return f"ne se facture pas{reasons} jusqu'au {last:%d/%m/%Y}"


def _moment(column: pl.Expr) -> pl.Expr:
    return pl.when("regulated_day_only").then(day(column)).otherwise(column.dt.to_string("%d/%m/%Y à %H:%M"))


def check_specialty(acts: pl.DataFrame, rule: Specialty, version: SpecialtyVersion, context: Context) -> Outcome:
    """Acts of a specialty that may not bill their code."""
    present = frozenset(acts["code"].unique().to_list()) | {c for group in context.grouping.values() for c in group}
    entries = [entry for entry in version.entry if not present.isdisjoint(entry.codes)]
    codes = {code for entry in entries for code in entry.codes}
    about = acts.select("act", "code", "specialty", "amount", "date")
    about = concerned(about, codes, version)
    pairs = about.select("code", "specialty").drop_nulls("specialty").unique(maintain_order=True)
    refused = [
        pairs.filter(pl.col("code").is_in(list(entry.codes)), _may_not(entry)).with_columns(
            verdict=pl.lit(entry.verdict)
        )
        for entry in entries
    ]
    wrong = pl.concat([pairs.clear().with_columns(verdict=pl.lit("")), *refused])
    found = about.filter(pl.col("code").is_in(wrong["code"].implode())).join(
        wrong, on=["code", "specialty"], maintain_order="left_right"
    )
    grouped = acts.filter(pl.col("code").is_in(list(context.grouping)))
    unknown = [
        missing_columns(about.filter(pl.col("specialty").is_null()), ["specialty"]),
        *(hidden_by_grouping(grouped, entry.codes, version, context) for entry in entries),
    ]
    said = found.select(
        "act",
        "verdict",
        at_stake="amount",
        message=pl.format("{} : la spécialité {} ne facture pas ce code.", "code", _two_digits()),
        explanation=pl.struct(specialty=_two_digits()),
        related=pl.lit([], pl.List(pl.UInt32)),
    )
    return outcome(said, *unknown)


def _may_not(entry: SpecialtyEntry) -> pl.Expr:
    """Whether a specialty, which is known, may not bill the codes of an entry."""
    named = pl.col("specialty").is_in(list(entry.allowed or entry.refused))
    return ~named if entry.allowed else named


def _two_digits() -> pl.Expr:
    return pl.col("specialty").cast(pl.String).str.zfill(2)


def check_alternation(
    acts: pl.DataFrame, rule: Alternation, version: AlternationVersion, context: Context
) -> Outcome:
    """Patients of whom a practitioner has `least` remote acts or more in a civil year, and none in person.

    The finding stands on the act that makes it so many.
    """
    key = ["practitioner", "patient"]
    mine = acts.lazy().select("act", *key, "date", "time", "code", "nature", "quantity", "amount")
    mine = mine.filter(in_force(version)).with_columns(year=pl.col("date").dt.year())
    known = pl.all_horizontal(pl.col(key).is_not_null())
    remote = mine.filter(pl.col("code").is_in(list(version.remote_codes))).collect()
    often = remote.filter(known).with_columns(total=pl.col("quantity").cast(pl.Int64).sum().over(*key, "year"))
    often = often.filter(pl.col("total") >= version.least)
    seen = mine.filter(selected(version.in_person)).join(often.lazy(), on=[*key, "year"], how="semi").collect()
    counted = (
        often.join(seen, on=[*key, "year"], how="anti", maintain_order="left")
        .sort("date", "time", "act", nulls_last=False)
        .with_columns(
            count=pl.col("quantity").cast(pl.Int64).cum_sum().over(*key, "year"),
            acts=pl.col("act").over(*key, "year", mapping_strategy="join"),
        )
    )
    reached = (pl.col("count") >= version.least) & (pl.col("count") - pl.col("quantity") < version.least)
    said = counted.filter(reached).select(
        "act",
        verdict=unless_unnamed(version.verdict),
        at_stake="amount",
        message=pl.format("{} actes à distance pour ce patient en {}, aucun en présence.", "total", "year"),
        explanation=pl.struct(window=pl.format("{}-01-01/{}-12-31", "year", "year"), remote="total", in_person=0),
        related="acts",
    )
    return outcome(said, missing_columns(remote.filter(~known), key))


def check_validity(acts: pl.DataFrame, rule: Validity, version: ValidityVersion, context: Context) -> Outcome:
    """Codes billed on a day when the nomenclature says that they did not exist."""
    spans = context.existence
    about = acts.select("act", "code", "date", "amount").filter(
        pl.col("code").is_in(spans["code"].implode()), in_force(version)
    )
    days = about.select("code", "date").unique()
    inside = days.join(spans, on="code").filter(
        pl.col("date").is_between(pl.col("first"), pl.col("last").fill_null(pl.col("date")))
    )
    never = days.join(inside, on=["code", "date"], how="anti")
    outside = about.join(never, on=["code", "date"], how="semi") if len(never) else about.clear()
    known = spans.group_by("code", maintain_order=True).agg(
        periods=pl.coalesce(
            pl.format("du {} au {}", day(pl.col("first")), day(pl.col("last"))),
            pl.format("depuis le {}, sans fin connue", day(pl.col("first"))),
        ).str.join(", puis "),
        source=pl.col("source").first(),
        weak=(pl.col("confidence") == "low").any(),
    )
    said = outside.join(known, on="code", maintain_order="left").select(
        "act",
        verdict=pl.when("weak").then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
        at_stake="amount",
        message=pl.format("{} : code facturable {}.", "code", "periods"),
        explanation=pl.struct(periods="periods"),
        related=pl.lit([], pl.List(pl.UInt32)),
        source="source",
    )
    return outcome(said)
