"""Whether the rows that a finding counts are of one patient: where nothing proves it, it is at most a review."""

from __future__ import annotations

import polars as pl

#: What the answer is told by.
COLUMNS = ("act", "input", "row", "practitioner", "birth_date", "patient_uncertain", "patient_nir")

_ANY_NIR = pl.col("patient_nir").any()
_UNCERTAIN = pl.col("patient_uncertain").any()
#: Why the rows of one identifier may be of several patients; what is unknown is not different.
_DOUBTS = {
    "Patient reconnu à son nom seul : d'autres peuvent le porter.": _UNCERTAIN & ~_ANY_NIR,
    "Patient reconnu à un NIR sans rang ni date de naissance : il peut couvrir plusieurs personnes.": (
        _UNCERTAIN & _ANY_NIR
    ),
    "Un même identifiant avec plusieurs dates de naissance : il peut s'agir de plusieurs patients.": (
        pl.col("birth_date").drop_nulls().n_unique() > 1
    ),
    "Un même identifiant, qui n'est pas un NIR, chez plusieurs praticiens : il peut s'agir de plusieurs patients.": (
        (pl.col("practitioner").drop_nulls().n_unique() > 1) & ~_ANY_NIR
    ),
}


def at_most_review(findings: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """The findings, with the violations whose rows may be of several patients as reviews that say why.

    Args:
        findings: FINDINGS of a rule that sets rows of one patient side by side.
        acts: at least the acts that they stand on and relate to, with COLUMNS.
    """
    counted = (
        findings.lazy()
        .with_row_index("finding")
        .filter(pl.col("verdict") == "violation")
        .select("finding", act=pl.concat_list("act", "related"))
        .explode("act")
        .join(acts.lazy().select(COLUMNS), on="act")
    )
    doubts = (
        counted.group_by("finding")
        .agg(pl.struct("input", "row").n_unique().alias("rows"), _doubt())
        .filter(pl.col("rows") > 1, pl.col("doubt") != "")  # one row is of one patient, whatever he is known by
        .select("finding", "doubt")
        .collect()
    )
    if doubts.is_empty():
        return findings
    doubtful = pl.col("doubt").is_not_null()
    return (
        findings.with_row_index("finding")
        .join(doubts, on="finding", how="left", maintain_order="left")
        .with_columns(
            verdict=pl.when(doubtful).then(pl.lit("review")).otherwise("verdict"),
            message=pl.when(doubtful).then(pl.format("{} {}", "message", "doubt")).otherwise("message"),
        )
        .drop("finding", "doubt")
    )


def _doubt() -> pl.Expr:
    """Why the rows of a group may be of several patients, in words; empty where they are of one."""
    words = [pl.when(doubt).then(pl.lit(why)) for why, doubt in _DOUBTS.items()]
    return pl.concat_str(words, separator=" ", ignore_nulls=True).alias("doubt")
