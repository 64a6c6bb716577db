"""What the rules say of the acts that a claim is about: the check's own findings and unknowns, act by act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from avenant9 import schedule
from avenant9.acts.netting import counting
from avenant9.model import CRASHED
from avenant9.sums import ROW

if TYPE_CHECKING:
    from avenant9.engine import Options
    from avenant9.kinds.run import Run
    from avenant9.rulebook.load import Rulebook

FOUND = {
    "act": pl.UInt32(),
    "rule": pl.String(),
    "verdict": pl.String(),
    "at_stake": pl.Int64(),
    "message": pl.String(),
    "source": pl.String(),
}
UNKNOWN = {"act": pl.UInt32(), "rule": pl.String(), "missing": pl.List(pl.String())}


class Verdicts(Struct, frozen=True):
    """What the rules found of acts (FOUND), what they could not say (UNKNOWN), and those that crashed."""

    found: pl.DataFrame
    unknown: pl.DataFrame
    crashed: tuple[str, ...]


def verdicts(run: Run, rulebook: Rulebook, options: Options, acts: pl.Series) -> Verdicts:
    """What a check of all acts says of some of them (their numbers).

    A rule that speaks of a row speaks of each of its acts; the ceiling, of the acts beyond it.
    """
    selected = rulebook.select(options.only, options.skip)
    counted = counting(run.acts_read)
    found, unknown, crashed = schedule.answers(counted, rulebook, selected, run)
    wanted = run.acts_read.filter(pl.col("act").is_in(acts.unique().implode()))
    said = [_of_acts(name, own, run.acts_read, rulebook) for name, own in found.items() if len(own)]
    asked = [
        own.explode("missing").group_by("act").agg("missing").select("act", rule=pl.lit(name), missing="missing")
        for name, own in unknown.items()
        if len(own)
    ]
    lost = [
        wanted.select("act", rule=pl.lit(name), missing=pl.lit([CRASHED], pl.List(pl.String))) for name in crashed
    ]
    return Verdicts(
        found=_of(pl.concat([pl.DataFrame(schema=FOUND), *said]), wanted),
        unknown=_of(pl.concat([pl.DataFrame(schema=UNKNOWN), *asked, *lost]), wanted),
        crashed=tuple(crashed),
    )


def _of(said: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    return said.join(acts, on="act", how="semi").sort("act", "rule")


def _of_acts(name: str, found: pl.DataFrame, acts: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The findings of a rule on each act that they are about (FOUND)."""
    plain = [key for key in FOUND if key not in ("rule", "act")]
    own = found.filter(pl.col("act").is_not_null())
    beyond = (
        found.filter(pl.col("act").is_null()).select("related", *plain).explode("related").rename({"related": "act"})
    )
    if rulebook.rules[name].once_a_row:
        rows = acts.select("act", *ROW)
        own = own.join(rows, on="act").drop("act").join(rows, on=ROW)
    amounts = acts.select("act", billed="own_amount")
    beyond = beyond.join(amounts, on="act").with_columns(at_stake="billed")
    together = pl.concat([own.select("act", *plain), beyond.select("act", *plain)])
    return together.select("act", pl.lit(name).alias("rule"), *plain).cast(FOUND)  # type: ignore[arg-type]
