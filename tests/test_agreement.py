"""What `check`, `explain` and `threshold` say of one file: the same figures, the same ceiling, the same verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from avenant9 import explain
from avenant9.acts.load import load_acts
from avenant9.acts.netting import counting
from avenant9.engine import Options, check, prepared
from avenant9.kinds.share import ShareTrace, remote_units
from avenant9.model import Acts, GrantedCeiling
from avenant9.remote_share import Asked, share_of
from avenant9.results.check import Report
from avenant9.rulebook.committee import load_committee
from avenant9.rulebook.load import load_rulebook
from avenant9.settings.derogations import load_derogations
from avenant9.threshold import RULE, ceiling, follow
from test_threshold_oracle import COMPLETE, WHEN, Row, granted_ceilings, grants, practices, written

if TYPE_CHECKING:
    from avenant9.explanation import Block
    from avenant9.results.threshold import Followed
    from avenant9.results.year import Practitioner

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FILES = [*sorted((FIXTURES / "annees").glob("*.xlsx")), FIXTURES / "psychiatre_2022.xlsx"]
FILES += [FIXTURES / "annee_cabinet.xlsx", FIXTURES / "cabinet_conforme.csv"]
GRANTED = [
    *load_derogations(FIXTURES / "derogations.toml"),
    *load_derogations(FIXTURES / "derogations_psychiatre.toml"),
]
RULEBOOK, COMMITTEE = load_rulebook(), load_committee()
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def agree(acts: Acts, options: Options) -> int:
    """The years of practitioners on which all three agree."""
    run = prepared(acts, RULEBOOK, options)
    asked = Asked(options.as_of, None, options.derogations, options.complete_years)
    entries = follow(acts, run.acts_read, ceiling(RULEBOOK), RULEBOOK.nomenclature, COMMITTEE, asked).practitioners
    report, explainer = check(acts, RULEBOOK, options), explain.Explainer(acts, RULEBOOK, options)
    assert len(report.threshold) == len(entries)
    for entry, told in zip(entries, report.threshold, strict=True):
        finding = found(report, entry)
        assert told_by_check(told, finding) == told_by_threshold(entry)
        for act in one_of_each(counting(run.acts_read), entry, finding):
            block = explained(explainer, act)
            assert isinstance(block.trace, ShareTrace)
            assert told_by_explain(block.trace) == figures(entry)
            beyond = finding is not None and place(acts, act) in finding["related"]
            assert (block.verdict.value if beyond else None) == (entry.verdict if beyond else None)
            assert block.trace.doubts == entry.doubts
    return len(entries)


def found(report: Report, entry: Followed) -> dict[str, Any] | None:
    """The finding of the check on a year."""
    same = report.findings.filter(
        pl.col("rule") == RULE, pl.col("practitioner") == entry.practitioner, pl.col("year") == entry.year
    )
    assert len(same) <= 1
    return same.row(0, named=True) if len(same) else None


def figures(entry: Practitioner) -> tuple[Any, ...]:
    return entry.year, entry.total, entry.remote, entry.unknown, entry.ceiling, entry.excess, entry.over


def told_by_threshold(entry: Followed) -> tuple[Any, ...]:
    return *figures(entry), entry.verdict, [month.model_dump() for month in entry.months]


def told_by_check(told: Practitioner, finding: dict[str, Any] | None) -> tuple[Any, ...]:
    """The entry of the check; its verdict is that of its finding, unless it says another."""
    verdict = finding["verdict"] if finding else told.verdict or "ok"
    return *figures(told), verdict, [month.model_dump() for month in told.months]


def told_by_explain(trace: ShareTrace) -> tuple[Any, ...]:
    allowed = share_of(trace.ceiling_bp, 10_000)
    return trace.year, trace.total, trace.remote, trace.unknown, allowed, trace.excess, trace.over


def one_of_each(counted: pl.DataFrame, entry: Followed, finding: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Of the acts of a year: a remote one, one that is not, and one beyond the ceiling."""
    [version] = [own for own in ceiling(RULEBOOK).version if date(entry.year, 1, 1) in own.period]
    units = remote_units(counted.filter(pl.col("practitioner") == entry.practitioner), version)
    year = units.filter(pl.col("year") == entry.year).sort("date", "time", "act", nulls_last=False)
    chosen = [year.filter(pl.col("remote").eq_missing(pl.lit(value))).tail(1) for value in (True, False, None)]
    acts = pl.concat(chosen)["act"].to_list()
    return counted.filter(pl.col("act").is_in(acts)).rows(named=True)


def place(acts: Acts, act: dict[str, Any]) -> dict[str, Any]:
    entry = acts.inputs[act["input"]]
    return {"file": entry.file, "sheet": entry.sheet, "row": act["row"]}


def explained(explainer: explain.Explainer, act: dict[str, Any]) -> Block:
    where = place(explainer.acts, act)
    at = f"{where['sheet']}!{where['row']}" if where["sheet"] else str(where["row"])
    [block] = [
        block
        for one in explainer.at(at).acts
        for block in one.blocks
        if block.rule == RULE and one.act.code == act["code"]
    ][:1]
    return block


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("granted", [(), tuple(GRANTED)], ids=["ordinary", "derogations"])
def test_all_say_the_same_of_a_fixture(file: Path, granted: tuple[GrantedCeiling, ...]) -> None:
    acts = load_acts([str(file)], RULEBOOK.nomenclature)
    assert agree(acts, Options(as_of=date(2026, 11, 22), only=(RULE,), derogations=granted))


@settings(ROUGH, max_examples=8)
@given(rows=practices(), own=grants(), as_of=WHEN, complete=COMPLETE)
def test_all_say_the_same_of_a_practice(
    rows: list[Row], own: list[Row], as_of: date, complete: tuple[int, ...], tmp_path: Path
) -> None:
    options = Options(as_of=as_of, only=(RULE,), derogations=granted_ceilings(own), complete_years=complete)
    agree(written(rows, tmp_path), options)


@pytest.mark.slow
@settings(ROUGH, max_examples=500)
@given(rows=practices(), own=grants(), as_of=WHEN, complete=COMPLETE)
def test_all_say_the_same_of_many_practices(
    rows: list[Row], own: list[Row], as_of: date, complete: tuple[int, ...], tmp_path: Path
) -> None:
    options = Options(as_of=as_of, only=(RULE,), derogations=granted_ceilings(own), complete_years=complete)
    agree(written(rows, tmp_path), options)
