"""What a run means for whoever only looks at the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from a9.exits import ExitCode, worst

if TYPE_CHECKING:
    from avenant9.model import Acts
    from avenant9.results.check import Report


def status_of(acts: Acts, report: Report, fail_on: str) -> ExitCode:
    """0, 1 or 3: what cannot be claimed any more raises nothing, what could not be read wins."""
    import polars as pl  # noqa: PLC0415 - --help must not import it

    codes = [ExitCode.DONE]
    if acts.failures or report.rejected or not report.summary.acts:
        codes.append(ExitCode.UNREADABLE)
    grave = {"violation": ["violation"], "review": ["violation", "review"], "never": []}[fail_on]
    found = report.findings.filter(pl.col("verdict").is_in(grave) & ~pl.col("out_of_time").fill_null(value=False))
    if not found.is_empty():
        codes.append(ExitCode.FINDINGS)
    if failed_rules(report):
        codes.append(ExitCode.INTERNAL)
    return worst(codes)


def status_of_reading(acts: Acts, crashed: object = ()) -> ExitCode:
    """0, or 3 where something of the files could not be read: an act may be missing; 4 where a rule crashed."""
    short = acts.failures or acts.rejected or acts.table.is_empty()
    return worst([ExitCode.UNREADABLE if short else ExitCode.DONE, ExitCode.INTERNAL if crashed else ExitCode.DONE])


def failed_rules(report: Report) -> list[str]:
    """The rules that crashed."""
    from avenant9.model import CRASHED  # noqa: PLC0415

    return [entry.rule for entry in report.unverifiable if CRASHED in entry.missing]
