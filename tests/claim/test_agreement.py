"""What `claim` is told of an act by the rules is what `explain` says of it, rule by rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from avenant9.acts.load import load_acts
from avenant9.claim.verdicts import verdicts
from avenant9.engine import Options, prepared
from avenant9.explain import Explainer
from avenant9.model import Verdict
from avenant9.rulebook.load import load_rulebook

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
#: Files, and one row in how many.
SAMPLES = (
    ("annees/psychiatrie.xlsx", 23),
    ("annees/pediatrie.xlsx", 29),
    ("claims/cabinet_actes.csv", 1),
    ("claims/caisse_actes.csv", 1),
)


@pytest.mark.parametrize(("file", "every"), SAMPLES)
def test_claim_and_explain_agree_on_each_act(file: str, every: int) -> None:
    book, options = load_rulebook(), Options(as_of=date(2026, 11, 22))
    acts = load_acts([str(FIXTURES / file)], book.nomenclature)
    table = prepared(acts, book, options).acts_read
    said = verdicts(prepared(acts, book, options), book, options, table["act"])
    violating = said.found.filter(pl.col("verdict") == "violation").select("act")
    sample = pl.concat([table.gather_every(every).select("act"), violating.gather_every(5)]).unique().sort("act")
    rows = table.join(sample, on="act").unique(["input", "row"], maintain_order=True)
    explainer = Explainer(acts, book, options)
    for rank, row in rows.select("input", "row").iter_rows():
        entry = acts.inputs[rank]
        at = f"{entry.file}:{row}" if entry.sheet is None else f"{entry.file}:{entry.sheet}!{row}"
        on_row = table.filter(pl.col("input") == rank, pl.col("row") == row, pl.col("uncounted").is_null()).sort(
            "act"
        )
        told = {
            (block.rule, block.verdict.value)
            for one in explainer.at(at).acts
            for block in one.blocks
            if block.verdict not in (None, Verdict.OK) and block.carried_by is None
        }
        own = said.found.filter(pl.col("act").is_in(on_row["act"].implode()))
        lost = said.unknown.filter(pl.col("act").is_in(on_row["act"].implode()))
        found = {*own.select("rule", "verdict").iter_rows()} | {(rule, "unverifiable") for rule in lost["rule"]}
        assert found == told, at
