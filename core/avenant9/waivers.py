"""Findings that need no more attention: accepted ones (waivers), and those of an earlier result (its baseline).

Both are steps after the engine, from a report to a report: such a finding leaves the findings and all counts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from avenant9 import summary
from avenant9.errors import SettingError
from avenant9.model import Known, Report, Waived
from avenant9.results import CHECK
from avenant9.settings.forms import Form, check_keys, day, empty, entries, practitioner, read_bytes, unusable
from avenant9.wording import counted, did_you_mean, plural
from avenant9.wording import day as in_french

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

#: Key -> heading of the template's sheet, in its order.
HEADINGS: Final = {
    "fingerprint": "Empreinte",
    "rule": "Règle",
    "practitioner": "Praticien",
    "reason": "Motif",
    "author": "Auteur",
    "date": "Date",
    "until": "Jusqu'au",
}
REQUIRED: Final = ("reason", "author", "date")
_FORM: Final = Form("waiver", "acceptation", "waivers", HEADINGS, REQUIRED)
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}(-[1-9][0-9]*)?")

#: The result whose findings a baseline may hold.
_AGAIN = f"donnez un résultat de « a9 check --format json » ({CHECK})"


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody accepts one finding by its fingerprint, or all those of a rule for a practitioner.

    `until` is the last day on which this holds; `place` is where its file says so.
    """

    place: str
    reason: str
    author: str
    given_on: date
    until: date | None = None
    fingerprint: str | None = None
    rule: str | None = None
    practitioner: str | None = None

    def expired(self, as_of: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < as_of

    def fits(self) -> pl.Expr:
        """The findings that it speaks of."""
        if self.fingerprint is not None:
            return pl.col("fingerprint") == self.fingerprint
        return (pl.col("rule") == self.rule) & (pl.col("practitioner") == self.practitioner)


def load_waivers(path: Path, rules: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a TOML file (`[[waiver]]`) or of the first sheet of a workbook, in their order.

    Args:
        path: the file.
        rules: the ids of the rules there are.

    Raises:
        InputError: the file cannot be read.
        SettingError: something it holds cannot be used: the first thing, with its place and the remedy.
    """
    return tuple(_waiver(place, values, rules) for place, values in entries(path, _FORM))


def _waiver(place: str, values: dict[str, Any], rules: Collection[str]) -> Waiver:
    check_keys(place, values, _FORM)
    given = day(place, "date", values["date"])
    assert given is not None  # noqa: S101 - check_keys has seen it
    until = day(place, "until", values.get("until"))
    if until is not None and until < given:
        raise SettingError(
            f"{place}, until",
            f"finit le {in_french(until)}, avant sa date ({in_french(given)})",
            "corrigez l'une d'elles",
        )
    fingerprint, rule, doctor = _subject(place, values, rules)
    return Waiver(
        place=place,
        reason=_text(place, "reason", values["reason"]),
        author=_text(place, "author", values["author"]),
        given_on=given,
        until=until,
        fingerprint=fingerprint,
        rule=rule,
        practitioner=doctor,
    )


def _subject(place: str, values: dict[str, Any], rules: Collection[str]) -> tuple[str | None, str | None, str | None]:
    """The fingerprint, or the rule and the practitioner."""
    given = [key for key in ("fingerprint", "rule", "practitioner") if not empty(values.get(key))]
    if given == ["fingerprint"]:
        return _fingerprint(place, values["fingerprint"]), None, None
    if given == ["rule", "practitioner"]:
        return None, _rule(place, values["rule"], rules), practitioner(place, values["practitioner"])
    if "fingerprint" in given:
        raise SettingError(
            place, "« fingerprint » et « rule » ou « practitioner » ensemble", "l'empreinte seule désigne le constat"
        )
    missing = "rule" if given == ["practitioner"] else "practitioner" if given else "fingerprint"
    raise SettingError(
        place,
        f"« {missing} » ({HEADINGS[missing]}) manque",
        "donnez l'empreinte du constat (fingerprint), ou la règle et le praticien (rule, practitioner)",
    )


def _fingerprint(place: str, value: Any) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _FINGERPRINT.fullmatch(text):
        expected = (
            "l'empreinte d'un constat, en texte : 16 chiffres et lettres de a à f, comme dans le CSV ou le JSON"
        )
        raise unusable(place, "fingerprint", expected)
    return text


def _rule(place: str, value: Any, rules: Collection[str]) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if name not in rules:
        hint = did_you_mean(name, rules) or "« a9 rules list » donne les règles"
        raise SettingError(f"{place}, rule", f"aucune règle « {name or value} »", hint)
    return name


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise unusable(place, key, "un texte, entre guillemets")
    return " ".join(value.split())


def apply(report: Report, waivers: Sequence[Waiver], as_of: date) -> Report:
    """The report without the findings that a waiver in force accepts: these are in `waived`, the first waiver's.

    Waivers that are over on `as_of`, or accept nothing, are told in `notices`. A waiver of a rule that this run
    did not ask is silent. The report's patients are as read: before `report.profile.apply`.
    """
    found = report.findings.with_columns(waiver=pl.lit(None, pl.UInt32))
    notices: list[str] = []
    for number, waiver in enumerate(waivers):
        mine = found.select(waiver.fits().fill_null(value=False)).to_series()
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
