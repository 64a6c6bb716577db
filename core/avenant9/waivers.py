"""Findings that need no more attention: accepted ones (waivers), and those of an earlier result (its baseline).

Both are steps after the engine, from a report to a report: such a finding leaves the findings and all counts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from avenant9 import summary
from avenant9.errors import SettingError
from avenant9.model import Known, Report, Waived
from avenant9.results import CHECK
from avenant9.settings.toml import read_bytes
from avenant9.wording import counted, plural
from avenant9.wording import day as in_french

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from avenant9.settings.waivers import Waiver

#: The result whose findings a baseline may hold.
_AGAIN = f"donnez un résultat de « a9 check --format json » ({CHECK})"


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


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of an earlier result: of its findings, and of those that it already had set apart as known.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is no JSON result of `a9 check`, or one without fingerprints.
    """
    content = read_bytes(path, _AGAIN)
    try:
        result = json.loads(content)
    except (ValueError, RecursionError):
        raise SettingError(str(path), "ce n'est pas du JSON, ou il est incomplet", _AGAIN) from None
    found = result.get("format") if isinstance(result, dict) else None
    if found != CHECK:
        named = f"format « {found} »" if isinstance(found, str) else "ce n'est pas un résultat de a9"
        raise SettingError(str(path), named, _AGAIN)
    if result.get("profile") == "fiscal":
        raise SettingError(str(path), "le profil fiscal n'écrit pas d'empreintes", "refaites-le sous un autre profil")
    return frozenset(_fingerprints(path, result))


def _fingerprints(path: Path, result: dict[str, Any]) -> Iterator[str]:
    for key in ("findings", "known"):
        findings = result.get(key, [] if key == "known" else None)
        if not isinstance(findings, list):
            raise SettingError(f"{path}, {key}", "liste absente ou illisible", _AGAIN)
        for rank, finding in enumerate(findings, 1):
            text = finding.get("fingerprint") if isinstance(finding, dict) else None
            if not isinstance(text, str):
                raise SettingError(f"{path}, {key} {rank}", "constat sans empreinte (fingerprint)", _AGAIN)
            yield text


def against(report: Report, baseline: Iterable[str]) -> Report:
    """The report without the findings whose fingerprint is in `baseline`: these are in `known`."""
    mine = pl.col("fingerprint").is_in(list(baseline)).fill_null(value=False)
    known = tuple(Known(**place) for place in _places(report.findings.filter(mine)))
    return replace(_with(report, report.findings.filter(~mine)), known=known)


def _places(findings: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return findings.select("fingerprint", "rule", "file", "sheet", "row").iter_rows(named=True)


def _with(report: Report, findings: pl.DataFrame) -> Report:
    """The report with only these of its findings, counted again."""
    return replace(
        report,
        findings=findings,
        summary={**report.summary, **summary.of_findings(findings)},
        by_rule=summary.by_rule(findings, report.titles),
    )
