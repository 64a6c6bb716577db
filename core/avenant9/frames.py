"""The tables of a run: what the rules say of acts, and what a report holds of it."""

from __future__ import annotations

import polars as pl

#: What a check returns, one line per finding. `act` is null for a finding on a practitioner, which then carries
#: `year` and `practitioner`.
FINDINGS: dict[str, pl.DataType] = {
    "act": pl.UInt32(),
    "year": pl.Int32(),
    "practitioner": pl.String(),
    "verdict": pl.String(),
    "at_stake": pl.Int64(),  # cents; null without an amount
    "message": pl.String(),  # French, one sentence, no patient
    "explanation": pl.Null(),  # a struct of what the kind counted, each in its own fields
    "related": pl.List(pl.UInt32()),  # acts, in counting order
    "source": pl.String(),  # key of Report.sources
}

#: Days in an explanation, as a Period: `last` is null while no end is known.
DAYS = pl.Struct({"first": pl.Date(), "last": pl.Date()})

#: The family of the rule of each finding, as `rule_ids.family_of` tells it of one.
FAMILY = pl.col("rule").str.split("/").list.first()

PLACE = pl.Struct({"file": pl.String(), "sheet": pl.String(), "row": pl.UInt32()})

#: What a report holds, one line per finding, in the order of the contract.
REPORTED: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "verdict": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.UInt32(),
    "year": pl.Int32(),  # only where row is null
    "date": pl.Date(),
    "time": pl.Time(),
    "practitioner": pl.String(),
    "patient": pl.String(),  # the identifying key as read: report.profile replaces it by the pseudonym
    "pseudonym": pl.String(),  # P0001…; dropped by report.profile
    "code": pl.String(),
    "invoice": pl.String(),
    "quantity": pl.Int32(),
    "amount": pl.Int64(),  # cents
    "payment_date": pl.Date(),
    "out_of_time": pl.Boolean(),
    "message": pl.String(),
    "at_stake": pl.Int64(),  # cents
    "at_stake_amo": pl.Int64(),  # cents
    "fingerprint": pl.String(),
    "explanation": pl.UInt32(),  # its place in Report.explanations
    "related": pl.List(PLACE),
    "source": pl.String(),  # key of Report.sources
}
