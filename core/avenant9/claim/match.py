"""Which acts each claimed line is about: by invoice, patient and day, code, amount, never guessed among several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import polars as pl
from msgspec import Struct

from avenant9 import sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from avenant9.claim.read import Claim

By: TypeAlias = Literal["invoice", "patient", "date", "amount"]
#: How a line found its acts. `act` is one of `acts` or of `candidates`, never of both for one line.
FOUND = {"line": pl.UInt32(), "act": pl.UInt32(), "by": pl.String(), "candidate": pl.Boolean()}
#: What a line may say of its acts, and an act of itself.
_OF_BOTH = ("input", "row", "code", "date", "practitioner", "patient_key", "invoice_key", "amount")
_OF_ACT = ("act", *_OF_BOTH, "own_amount", "reimbursed")
_OF_LINE = ("line", "claimed", "amount", "date", "codes", "practitioner", "patient_key", "invoice_key")


class _Sides(Struct, frozen=True):
    """The lines and the acts that they may be about.

    Attributes:
        lines: what they say of their acts (_OF_LINE); a practitioner, patient or invoice is null where the acts
            name theirs in another way.
        acts: as `sums.billed` gives them.
    """

    lines: pl.DataFrame
    acts: pl.DataFrame


def match(claim: Claim, acts: pl.DataFrame) -> pl.DataFrame:
    """The acts of each line (FOUND), in the order of lines and acts; a line without any is not found.

    The first of these ways that leads to some acts: the invoice, and the code within it; the day, the code and the
    patient; the day and the code; the amount, of one act or of two, on the day where it is known. Among several acts
    of one code the amount chooses; where it does not, all are candidates.

    Args:
        claim: the lines.
        acts: all acts read, as `engine.prepared` gives them.
    """
    sides = _comparable(claim.table, sums.billed(acts))
    found = pl.DataFrame(schema=FOUND)
    for way in (_by_invoice, _by_patient, _by_date, _by_amount):
        left = sides.lines.join(found, on="line", how="anti")
        if not left.is_empty():
            found = pl.concat([found, way(_Sides(left, sides.acts)).select(*FOUND).cast(FOUND)])  # type: ignore[arg-type]
    return found.unique(["line", "act"]).sort("line", "act")


def _comparable(lines: pl.DataFrame, acts: pl.DataFrame) -> _Sides:
    """Both sides; identifiers that the caisse and the practice do not share tell nothing of one another."""
    nir = pl.when("patient_nir").then(pl.col("patient").str.head(13)).otherwise("patient")
    keyed = lines.with_columns(patient_key=nir, invoice_key=sums.invoice_key())
    for key in ("practitioner", "patient_key", "invoice_key"):
        if not keyed[key].is_in(acts[key].drop_nulls().implode()).any():
            keyed = keyed.with_columns(pl.lit(None, pl.String).alias(key))
    return _Sides(keyed.select(_OF_LINE), acts)


def _agree() -> pl.Expr:
    """Whether neither practitioner nor patient tells an act from a line: an unknown one may be any."""
    unlike = [pl.col(key) != pl.col(f"{key}_act") for key in ("practitioner", "patient_key")]
    return ~pl.any_horizontal(one.fill_null(False) for one in unlike)


def _beside(lines: pl.DataFrame, acts: pl.DataFrame, on: dict[str, str]) -> pl.DataFrame:
    """Each line beside each act that agrees with it and has the same `on` (of the line: of the act); what both may
    have is told of the act by `_act`."""
    own = acts.select(*_OF_ACT).rename({name: f"{name}_act" for name in _OF_BOTH})
    keys = [f"{name}_act" for name in on.values()]
    return lines.join(own, left_on=[*on], right_on=keys, how="inner", coalesce=False).filter(_agree())


# --- the ways -------------------------------------------------------------------------------------------------


def _by_invoice(sides: _Sides) -> pl.DataFrame:
    """The acts of the invoice, of the codes where the line names some."""
    hits = _of_the_day(_beside(sides.lines, sides.acts, {"invoice_key": "invoice_key"}))
    named = pl.col("codes").is_not_null()
    of_code = hits.filter(named, pl.col("code_act").is_in(pl.col("codes")))
    return pl.concat([_chosen(of_code, "invoice"), _of_whole_invoice(hits.filter(~named), sides.acts)])


def _of_the_day(hits: pl.DataFrame) -> pl.DataFrame:
    """Those of the day of their line, where some are: a program may count its invoices from 1 each year."""
    same = (pl.col("date") == pl.col("date_act")).fill_null(False)
    return hits.filter(same | ~same.any().over("line"))


def _by_patient(sides: _Sides) -> pl.DataFrame:
    """The acts of the day, the code and the patient."""
    on = {"date": "date", "code": "code", "patient_key": "patient_key"}
    return _chosen(_beside(_by_code(sides.lines), sides.acts, on), "patient")


def _by_date(sides: _Sides) -> pl.DataFrame:
    """The acts of the day and the code."""
    return _chosen(_beside(_by_code(sides.lines), sides.acts, {"date": "date", "code": "code"}), "date")


def _by_code(lines: pl.DataFrame) -> pl.DataFrame:
    """A line for each code that a line names."""
    return lines.filter(pl.col("codes").is_not_null()).with_columns(code="codes").explode("code")


def _by_amount(sides: _Sides) -> pl.DataFrame:
    """One act, or else two of one patient and day or of one invoice, whose sum is that of the line."""
    lines = sides.lines.filter(pl.col("claimed").is_not_null() | pl.col("amount").is_not_null())
    whole = sums.things(sides.acts)
    alone = _of_sum(lines, whole)
    rest = lines.join(alone, on="line", how="anti")
    two = sums.pairs(whole, _is_asked(rest)) if len(rest) else whole.clear()
    return pl.concat([alone, _of_sum(rest, two)])


# --- one of several -------------------------------------------------------------------------------------------


def _chosen(hits: pl.DataFrame, by: By) -> pl.DataFrame:
    """The acts of each line: all of them where each code has one; else those that the amount chooses; else none.

    A row that holds all codes of a line is one act of it.
    """
    rows = ["line", "input_act", "row_act"]
    held = hits.with_columns(held=pl.col("code_act").n_unique().over(rows), asked=pl.col("codes").list.len())
    whole = pl.col("held") == pl.col("asked")
    of_line = pl.col("code_act").n_unique().over("line")
    best = held.filter(whole | ~whole.any().over("line")).with_columns(of_line=of_line)
    alone = best.filter(_is_one())
    fits = best.join(alone, on="line", how="anti").filter(_fits())
    chosen = pl.concat([alone, fits.filter(_is_one(), of_line == pl.col("of_line"))])
    doubtful = best.join(chosen, on="line", how="anti")
    return pl.concat([_told(chosen, by, candidate=False), _told(doubtful, by, candidate=True)])


def _is_one() -> pl.Expr:
    """Whether each code of the line has one act only."""
    return (pl.col("act").n_unique().over("line", "code_act") == 1).all().over("line")


def _fits() -> pl.Expr:
    """Whether the sum of a line is what was billed or reimbursed of the act, or of its row."""
    claimed, billed = pl.col("claimed"), pl.col("amount")
    of_act = [pl.col(name) for name in ("own_amount", "amount_act")]
    equal = [claimed == one for one in (*of_act, pl.col("reimbursed"))] + [billed == one for one in of_act]
    return pl.any_horizontal(*(one.fill_null(False) for one in equal))


def _of_whole_invoice(hits: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """What a line without a code claims of an invoice: its only row, what makes the sum, or the whole of it."""
    rows = pl.struct("input_act", "row_act").n_unique().over("line")
    only = hits.filter(rows == 1)
    several = hits.filter(rows > 1)
    lines = several.unique("line", maintain_order=True)
    own = sums.things(acts.filter(pl.col("act").is_in(several["act"].implode())))
    of_sum = _of_sum(lines, own, within="invoice_key")
    rest = lines.join(of_sum, on="line", how="anti")
    two = sums.pairs(own, _is_asked(rest)) if len(rest) else own.clear()
    of_two = _of_sum(rest, two, within="invoice_key")
    said = pl.concat([of_sum, of_two]).with_columns(by=pl.lit("invoice"))
    left = several.join(said, on="line", how="anti")
    total = left.unique(["line", "input_act", "row_act"]).group_by("line").agg(total=pl.col("amount_act").sum())
    is_whole = left.join(total, on="line").filter(
        (pl.col("claimed") == pl.col("total")) | (pl.col("amount") == pl.col("total")).fill_null(False)
    )
    others = left.join(is_whole, on="line", how="anti")
    parts = [_told(only, "invoice", False), said, _told(is_whole, "invoice", False), _told(others, "invoice", True)]
    return pl.concat([part.select(*FOUND).cast(FOUND) for part in parts])  # type: ignore[arg-type]


def _asked(lines: pl.DataFrame) -> pl.DataFrame:
    """What each line may be the sum of: `claimed`, of either sort; what it says was billed, of what was billed."""
    claimed = [
        lines.select("line", of=pl.lit(of), sum="claimed").drop_nulls("sum") for of in ("billed", "reimbursed")
    ]
    return pl.concat([*claimed, lines.select("line", of=pl.lit("billed"), sum="amount").drop_nulls("sum")]).unique()


def _is_asked(lines: pl.DataFrame) -> Callable[[pl.Expr], pl.Expr]:
    """Whether a sum may be that of one of the lines."""
    asked = _asked(lines)["sum"].unique().implode()
    return lambda total: total.is_in(asked)


def _of_sum(lines: pl.DataFrame, found: pl.DataFrame, within: str | None = None) -> pl.DataFrame:
    """The acts whose sum is that of a line (FOUND): on its day; of its codes and invoice, where it names no day; of
    one `within`, where that is given."""
    own = found.rename(
        {name: f"{name}_act" for name in ("practitioner", "patient_key", "date", "codes", "invoice_key")}
    )
    said = lines.select("line", "practitioner", "patient_key", "date", "codes", "invoice_key")
    sums_of = _asked(lines).join(own, on=["of", "sum"], how="inner").join(said, on="line", how="left")
    others = pl.col("patient_keys").list.drop_nulls().list.set_difference(pl.concat_list("patient_key"))
    hits = sums_of.filter(_agree(), pl.col("patient_key").is_null() | (others.list.len() == 0))
    if within is None:
        of_codes = pl.col("codes_act").list.set_difference("codes").list.len() == 0
        of_invoice = pl.col("invoice_key") == pl.col("invoice_key_act")
        undated = of_codes.fill_null(True) & of_invoice.fill_null(True)
        dated = pl.col("date") == pl.col("date_act")
        hits = hits.filter(pl.when(pl.col("date").is_null()).then(undated).otherwise(dated))
    else:
        hits = hits.filter(pl.col(within) == pl.col(f"{within}_act"))
    ones = hits.unique(["line", "acts"], maintain_order=True)
    return (
        ones.with_columns(candidate=pl.len().over("line") > 1, by=pl.lit("amount"))
        .explode("acts")
        .select("line", "by", "candidate", act="acts")
        .select(*FOUND)
    )


def _told(hits: pl.DataFrame, by: By, candidate: bool) -> pl.DataFrame:
    return hits.select("line", "act", by=pl.lit(by), candidate=pl.lit(candidate))
