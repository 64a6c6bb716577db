"""Findings that need no more attention: accepted ones (waivers), and those of an earlier result (its baseline).

Both are steps after the engine, from a report to a report: such a finding leaves the findings and all counts.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from avenant9 import summary
from avenant9.errors import SettingError
from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.results.check import FORMAT, Known, Report, Waived
from avenant9.settings.toml import read_bytes
from avenant9.wording import cents, counted, plural
from avenant9.wording import day as in_french

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from avenant9.settings.waivers import Waiver

_MONEY = re.compile(r"-?\d{1,15}\.\d\d")
#: The result whose findings a baseline may hold.
_AGAIN = f"donnez un résultat de « a9 check --format json » ({FORMAT})"


def apply(report: Report, waivers: Sequence[Waiver], as_of: date) -> Report:
    """The report without the findings that a waiver in force accepts: these are in `waived`, the first waiver's.

    Waivers that are over on `as_of`, or accept nothing, are told in `notices`. A waiver of a rule that this run
    did not ask is silent. The report's patients are as read: before `report.profile.apply`.
    """
    found = report.findings.with_columns(waiver=pl.lit(None, pl.UInt32))
    notices: list[str] = []
    for number, waiver in enumerate(waivers):
        mine = found.select(_accepted(waiver).fill_null(value=False)).to_series()
        if waiver.expired(as_of):
            assert waiver.until is not None  # noqa: S101 - else it never ends
            again = int(mine.sum())
            still = (
                plural(
                    again,
                    "le constat qu'elle visait est de nouveau signalé",
                    f"les {counted(again, 'constat')} qu'elle visait sont de nouveau signalés",
                )
                if again
                else "elle ne vise plus aucun constat"
            )
            notices.append(f"{waiver.place} : expirée depuis le {in_french(waiver.until)}, {still}.")
            continue
        if not mine.any():
            if waiver.rule is None or waiver.rule in report.titles:
                notices.append(f"{waiver.place} : ne correspond à aucun constat de ce contrôle.")
            continue
        found = found.with_columns(
            waiver=pl.when(pl.col("waiver").is_null() & mine).then(pl.lit(number, pl.UInt32)).otherwise("waiver")
        )
    accepted = found.filter(pl.col("waiver").is_not_null())
    by = (waivers[number] for number in accepted["waiver"])
    waived = tuple(
        Waived(**place, reason=waiver.reason, author=waiver.author, given_on=waiver.given_on, until=waiver.until)
        for place, waiver in zip(_places(accepted), by, strict=True)
    )
    left = found.filter(pl.col("waiver").is_null()).drop("waiver")
    return replace(_with(report, left), waived=(*report.waived, *waived), notices=(*report.notices, *notices))


def _accepted(waiver: Waiver) -> pl.Expr:
    """The findings that a waiver speaks of."""
    if waiver.fingerprint is not None:
        return pl.col("fingerprint") == waiver.fingerprint
    return (pl.col("rule") == waiver.rule) & (pl.col("practitioner") == waiver.practitioner)


class Earlier(NamedTuple):
    """How grave a finding was, and its stake in cents (None where it was not known)."""

    verdict: str
    at_stake: int | None


def read_baseline(path: Path) -> dict[str, Earlier]:
    """The findings of an earlier result by fingerprint, with those that it already had set apart as known.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is no JSON result of `a9 check`, or a finding has no fingerprint, verdict or stake.
    """
    content = read_bytes(path, _AGAIN)
    try:
        result = json.loads(content)
    except (ValueError, RecursionError):
        raise SettingError(str(path), "ce n'est pas du JSON, ou il est incomplet", _AGAIN) from None
    found = result.get("format") if isinstance(result, dict) else None
    if found != FORMAT:
        named = f"format « {found} »" if isinstance(found, str) else "ce n'est pas un résultat de a9"
        raise SettingError(str(path), named, _AGAIN)
    if result.get("profile") == "fiscal":
        raise SettingError(str(path), "le profil fiscal n'écrit pas d'empreintes", "refaites-le sous un autre profil")
    return dict(_earlier(path, result))


def _earlier(path: Path, result: dict[str, Any]) -> Iterator[tuple[str, Earlier]]:
    for key in ("findings", "known"):
        findings = result.get(key, [] if key == "known" else None)
        if not isinstance(findings, list):
            raise SettingError(f"{path}, {key}", "liste absente ou illisible", _AGAIN)
        for rank, finding in enumerate(findings, 1):
            place = f"{path}, {key} {rank}"
            text = finding.get("fingerprint") if isinstance(finding, dict) else None
            if not isinstance(text, str):
                raise SettingError(place, "constat sans empreinte (fingerprint)", _AGAIN)
            verdict, stake = finding.get("verdict"), finding.get("at_stake", "")
            if verdict not in ("violation", "review"):
                raise SettingError(place, "verdict absent ou inconnu (verdict)", _AGAIN)
            if stake is not None and not (isinstance(stake, str) and _MONEY.fullmatch(stake)):
                raise SettingError(place, "montant en jeu absent ou illisible (at_stake)", _AGAIN)
            yield text, Earlier(verdict, None if stake is None else cents(stake))


def against(report: Report, baseline: Mapping[str, Earlier]) -> Report:
    """The report without the findings of `baseline`: these are in `known`.

    One whose verdict is graver, or whose stake is larger, than it was is as good as new: it stays.
    """
    was = pl.DataFrame(
        [(text, *one) for text, one in baseline.items()],
        schema={"fingerprint": pl.String, "was": pl.String, "was_at_stake": pl.Int64},
        orient="row",
    )
    found = report.findings.join(was, on="fingerprint", how="left", maintain_order="left")
    graver = (pl.col("verdict") == "violation") & (pl.col("was") == "review")
    larger = pl.col("at_stake").fill_null(0) > pl.col("was_at_stake").fill_null(0)
    mine = found.select(pl.col("was").is_not_null() & ~graver.fill_null(value=False) & ~larger).to_series()
    known = report.findings.filter(mine)
    how = known.select("verdict", "at_stake").iter_rows()
    return replace(
        _with(report, report.findings.filter(~mine)),
        known=tuple(
            Known(**place, verdict=Verdict(verdict), at_stake=stake)
            for place, (verdict, stake) in zip(_places(known), how, strict=True)
        ),
    )


def _places(findings: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return findings.select("fingerprint", "rule", "file", "sheet", "row").iter_rows(named=True)


def _with(report: Report, findings: pl.DataFrame) -> Report:
    """The report with only these of its findings, counted again."""
    counts = replace(report.summary, **summary.of_findings(findings))
    return replace(report, findings=findings, summary=counts)
