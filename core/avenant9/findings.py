"""Findings of rules into findings of a report: the row each stands on, its pseudonym, its euros, its fingerprint."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Any

import polars as pl

from avenant9.frames import FINDINGS, PLACE, REPORTED
from avenant9.kinds import Kind
from avenant9.law.dated import Limitation
from avenant9.model import Input
from avenant9.results.explanations import Explanations
from avenant9.rulebook.load import Rulebook
from avenant9.schedule import named_by

#: Letters of a pseudonym made with a key, of 5 bits each; of one that two patients would share.
_SHORT, _LONG = 7, 14
#: What findings show of the act they stand on.
_SHOWN = (
    "input",
    "row",
    "date",
    "time",
    "patient",
    "patient_shown",
    "code",
    "invoice",
    "quantity",
    "amount",
    "payment_date",
)
#: What tells the fund's part of it.
_FUND = ("rate", "reimbursed", "overcharge")
#: What a report reads of acts.
STOOD_ON = ("act", *_SHOWN, *_FUND, "practitioner")


def in_one(findings: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, Explanations]:
    """The findings of all rules (FINDINGS, by rule) in one table with `rule`, and what they counted, apart: there
    `explanation` is a place."""
    schema = {**FINDINGS, "explanation": REPORTED["explanation"], "rule": pl.String()}
    starts = accumulate((len(frame) for frame in findings.values()), initial=0)
    frames = [
        frame.with_columns(explanation=pl.int_range(start, start + pl.len(), dtype=pl.UInt32), rule=pl.lit(name))
        for start, (name, frame) in zip(starts, findings.items(), strict=False)
    ]
    explanations = Explanations(*(frame["explanation"] for frame in findings.values()))
    return pl.concat([pl.DataFrame(schema=schema), *frames]), explanations


def reported(
    findings: pl.DataFrame,
    stood_on: pl.DataFrame,
    patients: pl.DataFrame,
    inputs: Sequence[Input],
    rulebook: Rulebook,
    as_of: date,
    key: bytes | None = None,
) -> pl.DataFrame:
    """Findings with the act they stand on, in the order of the contract (REPORTED).

    Args:
        findings: as `in_one` puts them together.
        stood_on: at least the acts that they name, in their order, with the columns STOOD_ON.
        patients: one line per `patient`, in the order in which they appear.
        inputs: the sheets that the acts stand in.
        rulebook: what the fund's part and the limitation are told by.
        as_of: the day of the run.
        key: see `pseudonyms`.
    """
    if findings.is_empty():
        return pl.DataFrame(schema=REPORTED)
    named = named_by(findings, stood_on)
    places = pl.DataFrame(
        [(rank, entry.file, entry.sheet) for rank, entry in enumerate(inputs)],
        schema={"input": pl.UInt16, "file": pl.String, "sheet": pl.String},
        orient="row",
    )
    joined = (
        findings.join(
            named.select("act", *_SHOWN, *_FUND, act_practitioner="practitioner"),
            on="act",
            how="left",
            maintain_order="left",
        )
        .with_columns(practitioner=pl.coalesce("practitioner", "act_practitioner"))
        .join(places, on="input", how="left", maintain_order="left")
        .join(pseudonyms(patients, key), on="patient", how="left", maintain_order="left")
        .sort("input", "row", "rule", "act", "practitioner", "year", nulls_last=True, maintain_order=True)
    )
    joined = joined.with_columns(
        at_stake_amo=_fund_part(rulebook.rules),
        out_of_time=_out_of_time(joined["payment_date"], rulebook.limitation, as_of),
        related=_related(joined, named, places),
    )
    return joined.with_columns(fingerprint=fingerprints(joined), patient="patient_shown").select(
        pl.col(name).cast(dtype) for name, dtype in REPORTED.items()
    )


def pseudonyms(acts: pl.DataFrame, key: bytes | None = None) -> pl.DataFrame:
    """The pseudonym of each patient: `patient`, `pseudonym`.

    P0001… by first appearance among the acts read; with a key, what it makes of the identifier, whoever else is read.
    """
    patients = acts.select("patient").drop_nulls().unique(maintain_order=True)
    if key is not None:
        return patients.with_columns(pseudonym=pl.Series(_keyed(patients["patient"], key), dtype=pl.String))
    ranked = patients.with_row_index("rank", 1)
    digits = max(4, len(str(len(ranked))))
    return ranked.select("patient", pseudonym=pl.format("P{}", pl.col("rank").cast(pl.String).str.zfill(digits)))


def _keyed(patients: pl.Series, key: bytes) -> list[str]:
    """As much of the keyed hash of each as tells the patients of a practice apart.

    35 bits: each pseudonym has several numbers of the sécurité sociale behind it, even for who holds the key, and two
    of three thousand patients have one with a chance of 1 in 7 500: those are given more of it.
    """
    whole = [base64.b32encode(hmac.digest(key, text.encode(), "sha256")).decode() for text in patients]
    short = Counter(text[:_SHORT] for text in whole)
    return [f"P-{text[: _SHORT if short[text[:_SHORT]] == 1 else _LONG]}" for text in whole]


def _fund_part(rules: Mapping[str, Kind[Any]]) -> pl.Expr:
    """The fund's part of what is at stake: in proportion of what it reimbursed, else by the rate.

    It pays a part of the base, the amount less the overcharge: nothing where an overcharge is at stake, and what
    exceeds a tariff is base. An unknown overcharge is taken for none, since the sum is an upper bound.
    """
    overcharge = [name for name, rule in rules.items() if rule.at_stake_is == "overcharge"]
    excess = pl.col("rule").is_in([name for name, rule in rules.items() if rule.at_stake_is == "base"])
    base = pl.max_horizontal(pl.col("amount") - pl.col("overcharge").fill_null(0), 0)
    whole = pl.when(excess).then(base).otherwise("amount")
    reimbursed = pl.when(whole > 0).then((2 * pl.col("reimbursed") * pl.col("at_stake") + whole) // (2 * whole))
    of_base = 2 * pl.col("at_stake").cast(pl.Int128) * base  # of two amounts and a rate, 64 bits are not enough
    by_rate = pl.when(whole > 0).then((of_base * pl.col("rate") + 10_000 * whole) // (20_000 * whole)).cast(pl.Int64)
    nothing = pl.when(pl.col("rule").is_in(overcharge) | (pl.col("at_stake") == 0)).then(pl.col("at_stake") * 0)
    return pl.coalesce(nothing, reimbursed, by_rate)


def _out_of_time(paid: pl.Series, limitation: Limitation | None, as_of: date) -> pl.Series:
    """Whether the fund paid longer ago than it may claim; null without a day of payment."""
    days = paid.drop_nulls().unique()
    late = [None if limitation is None else limitation.out_of_time(on, as_of) for on in days]
    return paid.replace_strict(days, pl.Series(late, dtype=pl.Boolean), default=None, return_dtype=pl.Boolean)


def _related(joined: pl.DataFrame, named: pl.DataFrame, places: pl.DataFrame) -> pl.Series:
    """The rows behind the related acts, each once, in counting order."""
    pairs = (
        joined.select("related")
        .with_row_index("finding")
        .explode("related")
        .drop_nulls("related")
        .join(
            named.select("act", "input", "row"),
            left_on="related",
            right_on="act",
            how="left",
            maintain_order="left",
        )
        .unique(["finding", "input", "row"], keep="first", maintain_order=True)
        .join(places, on="input", how="left", maintain_order="left")
        .select("finding", place=pl.struct("file", "sheet", "row"))
        .group_by("finding", maintain_order=True)
        .agg("place")
    )
    index = joined.select(finding=pl.int_range(pl.len(), dtype=pl.UInt32))
    lists = index.join(pairs, on="finding", how="left", maintain_order="left")["place"].cast(pl.List(PLACE))
    return lists.fill_null(pl.Series([[]], dtype=pl.List(PLACE))) if lists.null_count() else lists


def fingerprints(findings: pl.DataFrame) -> pl.Series:
    """What a finding is, whatever row it stands on: equal ones are told apart by `-2`, `-3`…

    Only 16 bits of the hash of the patient's identifier enter it, so that it cannot be turned back.
    """
    patients = findings["patient"].unique().drop_nulls()
    folded = [hashlib.sha256(patient.encode()).hexdigest()[:4] for patient in patients]
    short = findings["patient"].replace_strict(
        patients, pl.Series(folded, dtype=pl.String), default="", return_dtype=pl.String
    )
    content = findings.select(
        pl.concat_str(
            "rule",
            pl.col("practitioner").fill_null(""),
            short.alias("short").fill_null(""),
            pl.coalesce(pl.col("date").cast(pl.String), pl.col("year").cast(pl.String), pl.lit("")),
            pl.col("code").fill_null(""),
            pl.col("amount").cast(pl.String).fill_null(""),
            separator="\x1f",
        ).alias("content")
    )["content"]
    hashes = pl.Series([hashlib.sha256(text.encode()).hexdigest()[:16] for text in content], dtype=pl.String)
    frame = pl.DataFrame({"hash": hashes}).with_columns(nth=pl.int_range(1, pl.len() + 1).over("hash"))
    return frame.select(
        pl.when(pl.col("nth") == 1).then("hash").otherwise(pl.format("{}-{}", "hash", "nth")).alias("fingerprint")
    )["fingerprint"]
