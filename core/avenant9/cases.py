"""Tables of cases: acts as a user holds them, and the exact findings that one rule must make of them.

One file per rule, `<family>/<rule>.toml`: those of the shipped rules, or `cases/` in a folder of `--rules`.
"""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Struct
from pydantic import Field, StringConstraints, field_serializer

from avenant9.acts.load import load_acts
from avenant9.engine import Options, check
from avenant9.errors import InputError, SettingError
from avenant9.law.dated import FoundVerdict, Strict, Text, Zone
from avenant9.results.check import Report
from avenant9.results.explanations import Explanations, plain
from avenant9.rule_ids import parts_of
from avenant9.rulebook.build import CASES, RULES
from avenant9.rulebook.files import RuleFile, find_rules
from avenant9.rulebook.load import Rulebook, load_rulebook
from avenant9.rulebook.shipped import validate
from avenant9.settings.derogations import granted_ceiling
from avenant9.settings.forms import Entry
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The day of the run, where a case does not say it.
AS_OF: Final = date(2026, 11, 22)

_NAMES: Final = {family: re.compile(r"[a-z0-9-]+") for family in RULES}
# Of an installed package, else of its repository.
_SHIPPED: Final = (Path(__file__).parent / "rules" / CASES, Path(__file__).parents[2] / "tests" / "rules")
#: Compared only where the case says them.
_OPTIONAL: Final = ("message", "explanation")

Money = Annotated[str, StringConstraints(pattern=r"^(-?\d+\.\d\d|null)$")]


class Expected(Strict):
    """A finding: `row` is the line of `acts` (the heading is 1), 0 for one on a practitioner and a year."""

    row: int = Field(ge=0)
    verdict: FoundVerdict
    at_stake: Money
    related: tuple[int, ...] = ()
    year: int | None = None
    practitioner: str | None = None
    message: str | None = None
    explanation: dict[str, Any] | None = None


class Unverifiable(Strict):
    """What the rule cannot say: of how many acts, for want of what."""

    acts: int = Field(ge=1)
    missing: tuple[str, ...]


class Case(Strict):
    """Acts (a CSV, keys or headings, as a French file holds them) and what one rule says of them."""

    name: Text
    acts: Text
    as_of: date = AS_OF
    zone: Zone = "metropole"
    derogations: tuple[dict[str, Any], ...] = ()
    complete_years: tuple[int, ...] = ()  # civil years that the acts hold whole, as a user would say
    expect: tuple[Expected, ...]
    unverifiable: Unverifiable | None = None

    @field_serializer("derogations", when_used="json")
    def _plain(self, derogations: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
        """Decimals as the numbers that the table holds."""
        return [
            {key: float(value) if isinstance(value, Decimal) else value for key, value in entry.items()}
            for entry in derogations
        ]

    @property
    def expected(self) -> list[dict[str, Any]]:
        """The findings, as `told` tells them."""
        return [entry.model_dump(mode="json", exclude_none=True) for entry in self.expect]


class _Table(Strict):
    case: tuple[Case, ...] = Field(min_length=1)


class Table(Struct, frozen=True):
    """The cases of one rule, and the file that holds them."""

    file: RuleFile
    cases: tuple[Case, ...]

    @property
    def rule(self) -> str:
        """The rule that its path names."""
        return self.file.id


class Trial(Struct, frozen=True):
    """What a rule made of a case: findings and unknowns as a table writes them, and rows that were no acts."""

    case: Case
    found: list[dict[str, Any]]
    unverifiable: list[dict[str, Any]]
    rejected: tuple[str, ...]

    @property
    def differences(self) -> tuple[str, ...]:
        """Each way in which it is not what was expected, in French; none when the case holds."""
        missing = [self.case.unverifiable.model_dump(mode="json")] if self.case.unverifiable else []
        lines = [f"ligne rejetée : {reason}" for reason in self.rejected]
        lines += _compared(self.case.expected, self.found)
        if missing != self.unverifiable:
            lines.append(f"non vérifiable : attendu {_toml(missing)}, trouvé {_toml(self.unverifiable)}")
        return tuple(lines)


def shipped_tables() -> Path | None:
    """The case tables of the shipped rules; None where they were not installed."""
    return next((folder for folder in _SHIPPED if folder.is_dir()), None)


def find_tables(folder: Path) -> dict[str, RuleFile]:
    """The case tables under a folder, by rule. Raises RulebookError where a path is no rule's."""
    return find_rules(folder, f"{folder.as_posix().rstrip('/')}/", _NAMES)


def read_table(file: RuleFile) -> Table:
    """The cases of one file. Raises RulebookError at the first thing that cannot be used."""
    return Table(file, validate(file, _Table).case)


def tables_of(folder: Path, rulebook: Rulebook) -> list[Table]:
    """The case tables beside the rules of a folder of `--rules`, by rule.

    Raises:
        RulebookError: one is broken, or is that of no rule.
        SettingError: there is none.
    """
    cases = folder / CASES
    files = find_tables(cases) if cases.is_dir() else {}
    if not files:
        wanted = f"écrivez {cases.as_posix()}/<famille>/<règle>.toml (voir « a9 rules test --help »)"
        raise SettingError(str(folder), "aucun cas à essayer", wanted)
    for name, file in files.items():
        if name not in rulebook.rules:
            hint = did_you_mean(name, rulebook.rules) or f"écrivez la règle {name}.toml, ou retirez ces cas"
            raise file.error("chemin", f"aucune règle « {name} »", hint)
    return [read_table(file) for file in files.values()]


def own_rules(rulebook: Rulebook) -> list[str]:
    """The ids of the rules that `--rules` added or put in place of shipped ones, sorted."""
    added = rulebook.rules.keys() - load_rulebook().rules.keys()
    return sorted(added | (rulebook.rules.keys() & set(rulebook.replaced)))


def cases_of(name: str, rulebook: Rulebook, extra: Path | None = None) -> tuple[Case, ...]:
    """The cases of one rule, of the folder that it comes from; none where it has none."""
    mine = extra is not None and (extra / CASES / f"{name}.toml").is_file()
    folder = extra / CASES if mine and extra is not None else None if name in rulebook.replaced else shipped_tables()
    if folder is None or not (folder / f"{name}.toml").is_file():
        return ()
    file = RuleFile(folder / f"{name}.toml", f"{folder.as_posix()}/{name}.toml", *parts_of(name))
    return read_table(file).cases


def try_table(table: Table, rulebook: Rulebook) -> Iterator[Trial]:
    """Every case of a table. Raises RulebookError where the acts or derogations of one cannot be read."""
    for number, case in enumerate(table.cases, 1):
        try:
            yield try_case(table.rule, case, rulebook)
        except InputError as error:
            raise table.file.error(f"case {number}, acts", error.problem, error.remedy) from None
        except SettingError as error:
            raise table.file.error(f"case {number}, {error.place}", error.problem, error.remedy) from None


def try_case(rule: str, case: Case, rulebook: Rulebook) -> Trial:
    """What a rule makes of a case."""
    return _trial(case, run(rule, case, rulebook))


def _trial(case: Case, report: Report) -> Trial:
    return Trial(
        case,
        [told(finding, report.explanations) for finding in report.findings.iter_rows(named=True)],
        [{"acts": entry.acts, "missing": list(entry.missing)} for entry in report.unverifiable],
        tuple(f"{entry.cell or entry.row} : {entry.reason}" for entry in report.rejected),
    )


def run(rule: str, case: Case, rulebook: Rulebook) -> Report:
    """The report of one rule on the acts of a case.

    Raises:
        InputError: its acts cannot be read.
        SettingError: its derogations cannot be used.
    """
    acts = load_acts(["-"], rulebook.nomenclature, stdin=io.BytesIO(case.acts.encode()))
    return check(acts, rulebook, asked(rule, case))


def asked(rule: str, case: Case) -> Options:
    """What a check of the acts of a case is asked. Raises SettingError: its derogations cannot be used."""
    return Options(
        as_of=case.as_of,
        zone=case.zone,
        only=(rule,),
        derogations=tuple(
            granted_ceiling(Entry(f"dérogation {rank}", entry)) for rank, entry in enumerate(case.derogations, 1)
        ),
        complete_years=case.complete_years,
    )


def told(finding: Mapping[str, Any], explanations: Explanations) -> dict[str, Any]:
    """A finding (a line of `Report.findings`) as a case table writes it."""
    cents = finding["at_stake"]
    counted = plain(explanations.at(finding["explanation"]))
    entry = {
        "row": finding["row"] or 0,
        "verdict": finding["verdict"],
        "at_stake": "null" if cents is None else f"{'-' * (cents < 0)}{abs(cents) // 100}.{abs(cents) % 100:02d}",
        "related": [place["row"] for place in finding["related"]],
        "message": finding["message"],
        "explanation": {key: value for key, value in counted.items() if value is not None},
    }
    if finding["row"] is None:
        entry |= {"year": finding["year"], "practitioner": finding["practitioner"]}
    return entry


def _compared(expected: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Pairs of the same row in their order, then what stands alone, then the order."""
    left = list(found)
    pairs: list[dict[str, Any]] = []
    for entry in expected:
        other = next((one for one in left if _spot(one) == _spot(entry)), None)
        if other is None:
            yield f"constat attendu et absent : {_toml(entry)}"
            continue
        left.remove(other)
        pairs.append(other)
        for key in dict.fromkeys((*entry, *(key for key in other if key not in _OPTIONAL))):
            wanted, got = entry.get(key), other.get(key)
            if wanted != got:
                yield f"{_at(entry)}, {key} : attendu {_toml(wanted)}, trouvé {_toml(got)}"
    for other in left:
        yield f"constat en trop : {_toml(other)}"
    if not left and pairs != list(found) and len(pairs) == len(expected):
        yield f"ordre : attendu {', '.join(map(_at, expected))} ; trouvé {', '.join(map(_at, found))}"


def _spot(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return entry["row"], entry.get("practitioner"), entry.get("year")


def _at(entry: Mapping[str, Any]) -> str:
    if entry["row"]:
        return f"ligne {entry['row']}"
    return f"praticien {entry.get('practitioner')}, {entry.get('year')}"


def _toml(value: Any) -> str:
    """A value as a table writes it, so that what was found can be copied."""
    match value:
        case None:
            return "rien"
        case []:
            return "rien"
        case dict():
            return f"{{ {', '.join(f'{key} = {_written(one)}' for key, one in value.items())} }}"
        case [dict() as only]:
            return _toml(only)
        case _:
            return _written(value)


def _written(value: Any) -> str:
    match value:
        case dict():
            return _toml(value)
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
