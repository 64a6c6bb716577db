"""The legal lint: what a person would check of the law as data before trusting it, beyond what loading refuses.

`python -m avenant9.rulebook.lint`, which `make lint` runs. Loading itself refuses gaps, overlaps, versions without
source or confidence, and violations on a weak source: the lint loads, and adds what is no reason to refuse a file.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from avenant9.acts.columns import ACTS
from avenant9.errors import A9Error
from avenant9.law.dated import Strict
from avenant9.records import replace
from avenant9.rule_ids import family_of, parts_of
from avenant9.rulebook import measures, scales
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.shipped import load_apart
from avenant9.wording import counted, day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from avenant9.kinds import Kind
    from avenant9.rulebook.load import Rulebook

#: What the program adds to the columns of the contract.
_ADDED: Final = {
    "act",
    "input",
    "row",
    "parts",
    "requested_day_only",
    "regulated_day_only",
    "duplicate_of",
    "rebills",
    "doubtful",
    "uncounted",
    "patient_shown",
    "patient_uncertain",
    "patient_nir",
    "unnamed_invoice",
}
_CONTRACT: Final = tuple(key for key in ACTS if key not in _ADDED)
#: Read before the rules, to leave out what was refused, or after them, to tell the fund's part of what is at stake.
_READ_BESIDE: Final = ("status", "rate", "reimbursed")
_ALWAYS: Final = ("date", "code", "quantity", "amount")


#: Families of which each finding says of its rows what a person must look at.
_SAID_OTHERWISE: Final = ("donnees", "seuil")
_NO_REASON: Final = "« à examiner » sans dire pourquoi : écrire « doubt »"


class Remark(Struct, frozen=True):
    """What is wrong (`grave`), or worth a look, and where: a file of the rules, or a column."""

    place: str
    words: str
    grave: bool = False

    def __str__(self) -> str:
        return f"{'erreur' if self.grave else 'à revoir'} : {self.place} : {self.words}"


def lint(rulebook: Rulebook, cases: Collection[str], as_of: date) -> tuple[Remark, ...]:
    """Everything worth saying, the gravest first.

    Args:
        rulebook: as loaded.
        cases: the ids of the rules that have a table of cases.
        as_of: the day of the lint: what was compared with its source more than a year before is old.
    """
    remarks = [
        *_without_cases(rulebook, cases),
        *_levels(rulebook),
        *_without_reason(rulebook),
        *_old(rulebook, as_of),
        *_unread(rulebook),
    ]
    return tuple(sorted(remarks, key=lambda remark: not remark.grave))


def _without_cases(rulebook: Rulebook, cases: Collection[str]) -> Iterator[Remark]:
    for name in rulebook.rules:
        if name not in cases:
            yield Remark(f"{name}.toml", "règle sans cas", grave=True)
    for name in sorted(cases):
        if name not in rulebook.rules:
            yield Remark(f"{name}.toml", "cas sans règle", grave=True)


def _levels(rulebook: Rulebook) -> Iterator[Remark]:
    """Rules stronger than their source: a secondary source alone, and entries of a table beyond it."""
    for name, rule in rulebook.rules.items():
        for number, version in enumerate(rule.version, 1):
            place, confidence = f"{name}.toml, version {number}", version.source.confidence
            if version.verdict == "violation" and confidence == "medium" and not version.note:
                words = "« violation » sur une source secondaire : la note doit dire laquelle concorde avec elle"
                yield Remark(place, words, grave=True)
            for rank, entry in enumerate(getattr(version, "entry", ()), 1):
                if entry.verdict == "violation" and (confidence == "low" or version.verdict == "review"):
                    words = "« violation » va au-delà de la version ou de sa source"
                    yield Remark(f"{place}, entry {rank}", words, grave=True)


def _without_reason(rulebook: Rulebook) -> Iterator[Remark]:
    """Versions and entries that are only reviews and do not say why, where the finding itself does not."""
    for name, rule in rulebook.rules.items():
        for number, version in enumerate(rule.version if family_of(name) not in _SAID_OTHERWISE else (), 1):
            for one in (version, *getattr(version, "entry", ())):
                if one.verdict == "review" and not one.doubt:
                    yield Remark(f"{name}.toml, version {number}", _NO_REASON, grave=True)


def _old(rulebook: Rulebook, as_of: date) -> Iterator[Remark]:
    """Files whose values were last compared with their source more than a year ago."""
    last_year = _a_year_before(as_of)
    old: defaultdict[tuple[str, date], list[str]] = defaultdict(list)
    for name, checked in rulebook.checked.items():
        if checked < last_year:
            family, short = parts_of(name)
            old[f"{family}/", checked].append(short)
    if checked_by_nature := [entry.checked_on for entry in rulebook.by_nature if entry.checked_on < last_year]:
        old["par_nature.toml", min(checked_by_nature)] = []
    for (place, since), names in old.items():
        which = f" ({', '.join(names)})" if names else ""
        yield Remark(place, f"comparé à sa source le {day(since)}, il y a plus d'un an{which}")


def _a_year_before(day_: date) -> date:
    try:
        return day_.replace(year=day_.year - 1)
    except ValueError:  # 29 February
        return day_.replace(year=day_.year - 1, day=28)


def _unread(rulebook: Rulebook) -> Iterator[Remark]:
    read = set(_READ_BESIDE).union(*map(columns_read, rulebook.rules.values()))
    if rulebook.limitation is not None:
        read.add("payment_date")
    if any(act.by_original_code for act in rulebook.acts.values()):
        read.add("original_code")
    for key in _CONTRACT:
        if key not in read:
            yield Remark(f"colonne {key}", "aucune règle ne la lit")


def columns_read(rule: Kind[Any]) -> frozenset[str]:
    """The columns of the contract that the answers of a rule depend on."""
    return frozenset(_ALWAYS).union(*(rule.reads(version) for version in rule.version))


def checked_apart(extra: Path | None = None) -> dict[str, date]:
    """The files of measures and scales, which are loaded and so refused where they are broken: id -> oldest day.

    Raises:
        RulebookError, SettingError: as `load_measures` and `load_scales`.
    """
    measures.load_measures(extra)
    scales.load_scales(extra)
    files = load_apart("mesure", measures.KINDS, extra) | load_apart("forfait", scales.KINDS, extra)
    return {name: min(_days(loaded.model)) for name, loaded in files.items()}


def _days(value: object) -> Iterator[date]:
    """Every `checked_on` of a model and of what it holds."""
    if isinstance(value, Strict):
        for name, held in value:
            if name == "checked_on" and isinstance(held, date):
                yield held
            else:
                yield from _days(held)
    elif isinstance(value, tuple | list):
        for held in value:
            yield from _days(held)
    elif isinstance(value, dict):
        yield from _days(list(value.values()))


def main(arguments: Sequence[str] | None = None) -> int:
    """The lint of the shipped rules: 0, 1 where something is wrong (`--strict`: where anything is said)."""
    parser = argparse.ArgumentParser(prog="python -m avenant9.rulebook.lint", description=__doc__)
    parser.add_argument("--cases", type=Path, required=True, help="folder of the case tables")
    parser.add_argument("--rules", type=Path, help="folder of more rules, as in a9 check --rules")
    parser.add_argument("--as-of", type=date.fromisoformat, help="AAAA-MM-JJ; without it, nothing is old")
    parser.add_argument("--strict", action="store_true", help="fail on what is only worth a look too")
    chosen = parser.parse_args(arguments)
    try:
        rulebook = load_rulebook(chosen.rules)
        apart = checked_apart(chosen.rules)
    except A9Error as error:
        sys.stdout.write(f"erreur : {error}\n")
        return 1
    cases = {f"{path.parent.name}/{path.stem}" for path in chosen.cases.glob("*/*.toml")}
    rulebook = replace(rulebook, checked={**rulebook.checked, **apart})
    remarks = lint(rulebook, cases, chosen.as_of or rulebook.date)
    sys.stdout.writelines(f"{remark}\n" for remark in remarks)
    grave = sum(remark.grave for remark in remarks)
    sys.stdout.write(
        f"{counted(len(rulebook.rules), 'règle')}, {counted(len(apart), 'fichier')} de mesures et de forfait, "
        f"{counted(grave, 'erreur')}, "
        f"{counted(len(remarks) - grave, 'point')} à revoir.\n"
    )
    return int(bool(remarks) if chosen.strict else bool(grave))


if __name__ == "__main__":
    sys.exit(main())
