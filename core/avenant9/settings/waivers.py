"""The findings that a user accepts ("acceptations"), from TOML or a workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from avenant9.errors import SettingError
from avenant9.settings.forms import Entry, Form, check_entry, day, entries, practitioner
from avenant9.settings.sheet import empty
from avenant9.settings.values import unusable
from avenant9.wording import day as in_french
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection
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
#: What a reader of a report fills in, in the columns at the right of its findings.
FILLED: Final = ("reason", "author", "date", "until")
_FORM: Final = Form("waiver", "acceptation", "waivers", HEADINGS, REQUIRED, "Anomalies", FILLED)
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}(-[1-9][0-9]*)?")


class Waiver(Struct, frozen=True):
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


def load_waivers(path: Path, rules: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a TOML file (`[[waiver]]`) or of a workbook, in their order.

    The workbook is the template filled in (its sheet, else the first), or that of a report, whose sheet « Anomalies »
    somebody filled in at the right: rows without an answer there are no waivers.

    Args:
        path: the file.
        rules: the ids of the rules there are.

    Raises:
        InputError: the file cannot be read.
        SettingError: something it holds cannot be used: the first thing, with its place and the remedy.
    """
    return tuple(_waiver(entry, rules) for entry in entries(path, _FORM))


def _waiver(entry: Entry, rules: Collection[str]) -> Waiver:
    check_entry(entry, _FORM)
    given = day(entry, "date")
    assert given is not None  # noqa: S101 - check_entry has seen it
    until = day(entry, "until")
    if until is not None and until < given:
        raise SettingError(
            entry.at("until"),
            f"finit le {in_french(until)}, avant sa date ({in_french(given)})",
            "corrigez l'une d'elles",
        )
    fingerprint, rule, doctor = _subject(entry, rules)
    return Waiver(
        place=entry.place,
        reason=_text(entry, "reason"),
        author=_text(entry, "author"),
        given_on=given,
        until=until,
        fingerprint=fingerprint,
        rule=rule,
        practitioner=doctor,
    )


def _subject(entry: Entry, rules: Collection[str]) -> tuple[str | None, str | None, str | None]:
    """The fingerprint, or the rule and the practitioner."""
    given = [key for key in ("fingerprint", "rule", "practitioner") if not empty(entry.values.get(key))]
    if given == ["fingerprint"]:
        return _fingerprint(entry), None, None
    if given == ["rule", "practitioner"]:
        return None, _rule(entry, rules), practitioner(entry)
    if "fingerprint" in given:
        raise SettingError(
            entry.place,
            "une empreinte, et une règle ou un praticien ensemble",
            "l'empreinte seule désigne le constat",
        )
    missing = "rule" if given == ["practitioner"] else "practitioner" if given else "fingerprint"
    raise SettingError(
        entry.place,
        f"{entry.called(missing, _FORM)} manque",
        "donnez l'empreinte du constat, ou la règle et le praticien",
    )


def _fingerprint(entry: Entry) -> str:
    value = entry.values["fingerprint"]
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _FINGERPRINT.fullmatch(text):
        expected = (
            "l'empreinte d'un constat, en texte : 16 chiffres et lettres de a à f, comme dans le CSV ou le JSON"
        )
        raise unusable(entry.at("fingerprint"), expected)
    return text


def _rule(entry: Entry, rules: Collection[str]) -> str:
    value = entry.values["rule"]
    name = value.strip() if isinstance(value, str) else ""
    if name not in rules:
        hint = did_you_mean(name, rules) or "« a9 rules list » donne les règles"
        raise SettingError(entry.at("rule"), f"aucune règle « {name or value} »", hint)
    return name


def _text(entry: Entry, key: str) -> str:
    value = entry.values[key]
    if not isinstance(value, str):
        raise unusable(entry.at(key), "un texte, entre guillemets")
    return " ".join(value.split())
