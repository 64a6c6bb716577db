"""The table that all simulations of a measure fill, one line per act, piece of shift or patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.rulebook.measures import Span, span_on, stretches
from avenant9.wording import day as french_day

if TYPE_CHECKING:
    from datetime import date

    from avenant9.model import Acts
    from avenant9.rulebook.measures import Measure

#: Units are counted in sixtieths, so that hours and acts share one column: a minute is 1, an hour, an act or a
#: patient 60. Money is whole cents, null where it is not known. A line may be refused in part (an act of quantity 3).
UNITS: dict[str, pl.DataType] = {
    "measure": pl.String(),
    "period": pl.String(),  # null outside every period that is retained
    "practitioner": pl.String(),
    "date": pl.Date(),
    "units": pl.Int64(),
    "retained": pl.Int64(),
    "refused": pl.Int64(),  # units = retained + refused
    "doubtful": pl.Int64(),  # of those retained, the ones that a person must look at
    "reason": pl.String(),  # of the refused part: one of results.measures.Reason
    "detail": pl.String(),  # the same in French, one sentence, no patient
    "baseline": pl.Int64(),  # what is due without the measure
    "with_measure": pl.Int64(),  # what is due with it
    "low": pl.Int64(),  # bounds of the difference that adds up to those of a total, null where it has none of its own
    "high": pl.Int64(),
    "amo": pl.Int64(),  # what the fund pays more, negative for less
    "patient": pl.Int64(),  # what the patient (or a complementary cover) pays more
    "participation": pl.Int64(),  # of the patient, at most; null where the measure has none
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.UInt32(),
}

#: One unit: an act, a patient, an hour.
WHOLE = 60


def no_units() -> pl.DataFrame:
    """An empty table."""
    return pl.DataFrame(schema=UNITS)


def placed(acts: pl.DataFrame, measure: Measure, read: Acts) -> pl.DataFrame:
    """Acts with the `period` that retains them (null outside), their `file`, `sheet`, and a practitioner in any case.

    Args:
        acts: some lines of `read.table`.
        measure: under the scenario.
        read: the acts as they were read.
    """
    period = pl.lit(None, pl.String)
    for span, days in stretches(measure):
        if span.retained:
            inside = pl.col("date") >= days.first
            if days.last is not None:
                inside &= pl.col("date") <= days.last
            period = pl.when(inside).then(pl.lit(span.id)).otherwise(period)
    places = pl.DataFrame(
        [(rank, entry.file, entry.sheet) for rank, entry in enumerate(read.inputs)],
        schema={"input": pl.UInt16, "file": pl.String, "sheet": pl.String},
        orient="row",
    )
    return acts.with_columns(period=period, practitioner=pl.col("practitioner").fill_null("?")).join(
        places, on="input", how="left", maintain_order="left"
    )


def out_of_period(acts: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Adds `reason` and `detail` to the acts that no period retains; both null on the others."""
    days = acts.filter(pl.col("period").is_null())["date"].unique().to_list()
    details = pl.DataFrame(
        [(day, why_outside(measure, day)) for day in days],
        schema={"date": pl.Date, "outside": pl.String},
        orient="row",
    )
    outside = pl.col("period").is_null()
    return (
        acts.join(details, on="date", how="left", maintain_order="left")
        .with_columns(
            reason=pl.when(outside).then(pl.lit("out_of_period")), detail=pl.when(outside).then(pl.col("outside"))
        )
        .drop("outside")
    )


def why_outside(measure: Measure, day: date, protocol: str | None = None) -> str:
    """Why no period retains this day: the dispute where there is one, else the periods around it."""
    span = span_on(measure, day, protocol)
    if span is not None:
        return f"« {span.label} », {_bounds(span)} : période disputée, non retenue. {span.note}".strip()
    before = [own for own in measure.period if own.period.last is not None and own.period.last < day]
    after = [own for own in measure.period if own.from_ > day]
    said = []
    if before:
        last = max(before, key=lambda own: own.period.last or own.from_)
        said.append(f"la dernière, « {last.label} », a fini le {french_day(last.period.last or last.from_)}")
    if after:
        following = min(after, key=lambda own: own.from_)
        said.append(f"la suivante, « {following.label} », commence le {french_day(following.from_)}")
    around = f" : {' ; '.join(said)}" if said else ""
    return f"Hors de toute période de la mesure{around}."  # no day: one sentence for all such rows


def _bounds(span: Span) -> str:
    if span.until == "open":
        return f"depuis le {french_day(span.from_)}"
    if span.until == span.from_:
        return f"le {french_day(span.from_)}"
    return f"du {french_day(span.from_)} au {french_day(span.until)}"
