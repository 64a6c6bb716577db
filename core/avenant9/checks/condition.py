"""Conditions on one act at a time, with three answers: met, not met, unknown."""

from __future__ import annotations

from functools import reduce

import polars as pl

from avenant9.checks.context import Context, concerned, day, hidden_by_grouping, in_force, missing_columns, outcome
from avenant9.model import Outcome
from avenant9.rulebook.schema import (
    AgeAtLeast,
    AgeUnder,
    Condition,
    ConditionVersion,
    IsFalse,
    IsTrue,
    Never,
    OneOf,
    SpecialtyIn,
    Test,
    Validity,
    ValidityVersion,
)

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
    about = concerned(acts, version.codes, version).filter(pl.col("quantity") > 0)
    applies = pl.lit(True)
    if version.reasons:
        applies = pl.col("reason").is_in(list(version.reasons))
        about = about.filter(applies.fill_null(True))
    met = reduce(lambda a, b: a & b, map(_holds, version.requires))
    exempt = reduce(lambda a, b: a | b, map(_holds, version.unless), pl.lit(False))
    about = about.with_columns(broken=applies & ~met & ~exempt, age=_age())
    found = about.filter(pl.col("broken"))
    read = (["reason"] if version.reasons else []) + [
        column for test in (*version.requires, *version.unless) if (column := _column(test))
    ]
    unknown = missing_columns(about.filter(pl.col("broken").is_null()), list(dict.fromkeys(read)))
    failed = [pl.when(~_holds(test)).then(_phrase(test, version)) for test in version.requires]
    said = found.select(
        "act",
        verdict=pl.lit(version.verdict),
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
            return pl.col("date") < _birthday(years)
        case AgeAtLeast(years=years):
            return pl.col("date") >= _birthday(years)
        case IsTrue(column=column):
            return pl.col(column)
        case IsFalse(column=column):
            return ~pl.col(column)
        case OneOf(column=column, values=values):
            return pl.col(column).is_in(list(values))
        case SpecialtyIn(specialties=specialties):
            return pl.col("specialty").is_in(list(specialties))
        case Never():
            return pl.lit(False)


def _birthday(years: int) -> pl.Expr:
    """The `years`-th birthday; of someone born on 29 February, the 28th in a common year."""
    return pl.col("birth_date").dt.offset_by(f"{years}y")


def _age() -> pl.Expr:
    """Completed years on the day of the act."""
    years = pl.col("date").dt.year() - pl.col("birth_date").dt.year()
    born_on = pl.col("birth_date").dt.month().cast(pl.Int32) * 100 + pl.col("birth_date").dt.day()
    day_of_act = pl.col("date").dt.month().cast(pl.Int32) * 100 + pl.col("date").dt.day()
    return years - (day_of_act < born_on).cast(pl.Int32)


def _column(test: Test) -> str | None:
    match test:
        case AgeUnder() | AgeAtLeast():
            return "birth_date"
        case SpecialtyIn():
            return "specialty"
        case Never():
            return None
        case _:
            return test.column


def _name(test: Test) -> str:
    match test:
        case AgeUnder(years=years) | AgeAtLeast(years=years):
            return f"{test.test} {years}"
        case Never():
            return test.test
        case _:
            return f"{test.test} {_column(test)}"


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
            return pl.format(f"{_WORDS[column]} « {{}} », admis : {', '.join(values)}", column)
        case SpecialtyIn():
            return pl.format("la spécialité {} ne facture pas ce code", "specialty")
        case Never():
            reasons = f" avec le motif {', '.join(version.reasons)}" if version.reasons else ""
            return pl.lit(f"ne se facture plus{reasons} depuis le {version.from_:%d/%m/%Y}")


def check_validity(acts: pl.DataFrame, rule: Validity, version: ValidityVersion, context: Context) -> Outcome:
    """Codes billed on a day when the nomenclature says that they did not exist."""
    spans = context.existence
    about = acts.filter(pl.col("code").is_in(spans["code"].implode()), in_force(version), pl.col("quantity") > 0)
    inside = (
        about.join(spans, on="code")
        .filter(pl.col("date").is_between(pl.col("first"), pl.col("last").fill_null(pl.col("date"))))
        .select("act")
    )
    outside = about.join(inside, on="act", how="anti", maintain_order="left")
    known = spans.group_by("code", maintain_order=True).agg(
        periods=pl.format(
            "du {} {}",
            day(pl.col("first")),
            pl.format("au {}", day(pl.col("last"))).fill_null("sans fin connue"),
        ).str.join(", "),
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
