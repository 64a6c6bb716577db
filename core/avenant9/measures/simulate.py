"""Acts, shifts and patients under the measures of a scenario: what is due without them, with them, and to whom."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9.acts.netting import counting
from avenant9.calendar import Calendar
from avenant9.engine import Options, prepared
from avenant9.measures import cover, protocols, shifts, snp, telephone
from avenant9.measures.scenario import applied
from avenant9.measures.units import WHOLE, no_units
from avenant9.results.measures import Measures, Refused, Row, Total
from avenant9.rulebook.measures import Ceiling, Channel, Cover, Hourly, PerPatient, ShiftFee, Supplement
from avenant9.settings.scenario import Scenario
from avenant9.wording import counted as count_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from avenant9.kinds.run import Run
    from avenant9.rulebook.load import Rulebook
    from avenant9.rulebook.measures import Measure
    from avenant9.shifts import Activity

_MONEY = ("baseline", "with_measure", "difference", "difference_amo", "difference_patient")
_COUNTS = ("units", "retained", "refused", "doubtful")
_BOUNDS = ("low", "high")
_OF_ROWS = (*_MONEY, "participation")
_OF_TOTALS = (*_OF_ROWS, *_BOUNDS)
_LAW = Scenario()


class Ask(Struct, frozen=True):
    """What a user asks of a simulation. `only`: ids of measures, all of them when empty."""

    as_of: date
    zone: str = "metropole"
    only: tuple[str, ...] = ()


def simulate(
    activity: Activity,
    measures: Mapping[str, Measure],
    rulebook: Rulebook,
    ask: Ask,
    scenario: Scenario = _LAW,
) -> Measures:
    """What the measures of a scenario change for these acts, shifts and patients.

    Args:
        activity: what was read, as one set.
        measures: as their files have them.
        rulebook: the rules of `a9 check`, which say what is refused.
        ask: the run.
        scenario: what is changed in the measures; the law as it is by default.

    Raises:
        SettingError: the scenario cannot be applied.
    """
    changed = applied(measures, scenario)
    run = prepared(activity.acts, rulebook, Options(as_of=ask.as_of, zone=ask.zone))
    counted = counting(run.acts_read)
    tables = [no_units()]
    notes: list[str] = []
    for name, measure in changed.items():
        if ask.only and name not in ask.only:
            continue
        table, said = _units(name, measures[name], measure, activity, counted, rulebook, run, ask.zone)
        tables.append(table)
        notes += said
        notes += _scenario_notes(name, measures[name], measure)
    table = pl.concat(tables)
    hours = {name for name, measure in changed.items() if isinstance(measure, Hourly | ShiftFee)}
    rejected = dict.fromkeys((*activity.acts.rejected, *activity.rejected))
    return Measures(
        as_of=ask.as_of,
        scenario=scenario.name,
        rows=_rows(table, hours),
        refused=_refused(table, activity),
        rejected=tuple(rejected),
        unread=activity.acts.unread,
        totals=_totals(table, hours),
        notes=tuple(dict.fromkeys((*notes, *_unknown_amounts(table)))),
    )


def _units(
    name: str,
    nominal: Measure,
    measure: Measure,
    activity: Activity,
    counted: pl.DataFrame,
    rulebook: Rulebook,
    run: Run,
    zone: str,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """UNITS of one measure, and what is to be said of them."""
    acts = activity.acts
    if isinstance(measure, Supplement) and isinstance(nominal, Supplement):
        return snp.units(name, nominal, measure, acts, counted, rulebook, run)
    if isinstance(measure, Channel) and isinstance(nominal, Channel):
        return telephone.units(name, nominal, measure, acts, counted, rulebook, run)
    if isinstance(measure, Cover):
        return cover.units(name, measure, acts, counted, run)
    if isinstance(measure, Hourly | ShiftFee):
        return shifts.units(name, measure, activity.shifts, Calendar(zone, rulebook.hours))
    if isinstance(measure, PerPatient):
        return protocols.units(name, measure, activity.patients, acts)
    return no_units(), ()


def _scenario_notes(name: str, nominal: Measure, measure: Measure) -> list[str]:
    """The periods that a scenario left empty, or retains all the same; where the ceiling is followed."""
    disputed = {span.id for span in nominal.period if not span.retained}
    left = {span.id for span in measure.period}
    empty = [span.label for span in nominal.period if span.id not in left]
    notes = [f"{name} : la période « {label} » est vide dans ce scénario." for label in empty]
    notes += [
        f"{name} : la période disputée « {span.label} » est retenue par ce scénario."
        for span in measure.period
        if span.retained and span.id in disputed
    ]
    if isinstance(measure, Ceiling) and measure is not nominal:
        notes.append(f"{name} n'entre pas dans la simulation : « a9 threshold » suit le plafond et ses aménagements.")
    return notes


def _unknown_amounts(table: pl.DataFrame) -> list[str]:
    """Why a sum is missing, or holds less than it could: units whose money nobody can tell."""
    no_baseline = pl.col("baseline").is_null() & pl.col("with_measure").is_not_null()
    unclear = table.filter(no_baseline)["measure"].unique().sort()
    unverifiable = table.filter(pl.col("reason") == "unverifiable").unique(["measure", "file", "sheet", "row"])
    numbers = unverifiable.group_by("measure").len().sort("measure")
    return [
        *(f"{name} : aucune source ne chiffre ce qui serait dû sans la mesure ; pas d'écart." for name in unclear),
        *(
            f"{name} : {_left_out(number)} ; le détail des refus dit ce qui manque."
            for name, number in numbers.iter_rows()
        ),
    ]


def _left_out(lines: int) -> str:
    one, many = "ligne non vérifiable, laissée", "lignes non vérifiables, laissées"
    return f"{count_of(lines, one, many)} hors des sommes"


# --- sums --------------------------------------------------------------------------------------------------


def _summed() -> list[pl.Expr]:
    """Sums of a group; of money, over the lines that are retained or whose money is known all the same.

    A sum is null where one of these lines has no amount, or none is left. The participation is a maximum.
    """
    tells = (pl.col("retained") > 0) | pl.col("with_measure").is_not_null()
    amounts = {
        "baseline": pl.col("baseline"),
        "with_measure": pl.col("with_measure"),
        "difference": pl.col("with_measure") - pl.col("baseline"),
        "difference_amo": pl.col("amo"),
        "difference_patient": pl.col("patient"),
    }
    return [
        *(pl.col(name).sum() for name in _COUNTS),
        *(_known_sum(expr.filter(tells)).alias(name) for name, expr in amounts.items()),
        _known_sum(pl.col("participation").drop_nulls()).alias("participation"),
        *(_known_sum(pl.coalesce(name, amounts["difference"])).alias(name) for name in _BOUNDS),
    ]


def _known_sum(values: pl.Expr) -> pl.Expr:
    """The sum of amounts, null where one of them is, or where there is none."""
    return pl.when((values.null_count() == 0) & (values.len() > 0)).then(values.sum())


def _rows(table: pl.DataFrame, hours: set[str]) -> tuple[Row, ...]:
    """By measure, period, practitioner and month."""
    key = ["measure", "period", "practitioner", "month"]
    first = pl.col("date").min().alias("first")
    grouped = (
        table.with_columns(month=pl.col("date").dt.truncate("1mo"))
        .group_by(key)
        .agg(*_summed(), first)
        .sort("measure", "practitioner", "month", "first", "period", nulls_last=True)
    )
    return tuple(
        Row(**{name: row[name] for name in (*key, *_OF_ROWS)}, **_counts(row, row["measure"] in hours))
        for row in grouped.iter_rows(named=True)
    )


def _totals(table: pl.DataFrame, hours: set[str]) -> tuple[Total, ...]:
    """By measure, then over all: acts, hours and patients do not add up, their euros do."""
    by_measure = table.group_by("measure").agg(_summed()).sort("measure")
    totals = [
        Total(**{name: row[name] for name in ("measure", *_OF_TOTALS)}, **_counts(row, row["measure"] in hours))
        for row in by_measure.iter_rows(named=True)
    ]
    priced = by_measure.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _MONEY))
    if by_measure.height:
        together = priced.select(
            *(pl.lit(None).alias(name) for name in _COUNTS),
            *(_known_sum(pl.col(name)) for name in (*_MONEY, *_BOUNDS)),
            _known_sum(pl.col("participation").drop_nulls()),
        )
        row = together.row(0, named=True)
        totals.append(Total(measure=None, **_counts(row, hours=False), **{name: row[name] for name in _OF_TOTALS}))
    return tuple(totals)


def _counts(row: Mapping[str, Any], hours: bool) -> dict[str, Any]:
    return {name: None if row[name] is None else _quantity(row[name], hours) for name in _COUNTS}


def _quantity(sixtieths: int, hours: bool) -> int | Decimal:
    """Acts and patients as whole numbers, hours with two decimals, half up."""
    if not hours:
        return sixtieths // WHOLE
    return Decimal((2 * sixtieths * 100 + WHOLE) // (2 * WHOLE)).scaleb(-2)


def _refused(table: pl.DataFrame, activity: Activity) -> tuple[Refused, ...]:
    """In the order of the files, their sheets and rows; then by measure."""
    rank: dict[tuple[str, str | None], int] = {}
    for entry in (*activity.acts.inputs, *activity.inputs):
        rank.setdefault((entry.file, entry.sheet), len(rank))
    found = table.filter(pl.col("refused") > 0).select("measure", "file", "sheet", "row", "reason", "detail")
    rows = sorted(
        found.iter_rows(named=True),
        key=lambda one: (rank.get((one["file"], one["sheet"]), len(rank)), one["row"], one["measure"]),
    )
    return tuple(Refused(**row) for row in rows)
