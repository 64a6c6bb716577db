"""The shipped law, swept day by day and file by file: what a person would check before trusting it."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from avenant9.errors import RulebookError
from avenant9.rulebook import load
from avenant9.rulebook.build import FAMILIES
from avenant9.rulebook.consistency import Loaded, check_alone
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.load import load_rulebook
from oracle.book import periods, take_dates

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = Path(load.__file__).parents[1] / "rules"
CASES = Path(__file__).parents[1] / "rules"
FILES = {f"{p.parent.name}/{p.stem}": p for family in FAMILIES for p in sorted((RULES / family).glob("*.toml"))}
PERIODS = periods(RULES / "mesure")
FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
# An address, or a file of a public repository at one commit.
ADDRESS = re.compile(r"https?://[^\s/]+\.\S+|[\w.-]+/[\w.-]+@[0-9a-f]{7,40}:\S+")

NEVER_ONLINE = {
    "CPAM de la Côte-d'Or, commission paritaire locale des médecins, automne 2022",
    "URPS Médecins Libéraux de Bretagne, note du 29/03/2022",
}


def _tables(name: str) -> dict[str, Any]:
    """A rule file as it is written, without the models: the sweep does not trust the loader."""
    with FILES[name].open("rb") as stream:
        content = tomllib.load(stream)
    take_dates(content, PERIODS)
    return content


def _series(name: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lists of dated values of a file of which one at most may be in force on one day."""
    data = _tables(name)
    for key in ("version", "existence"):
        if key in data:
            yield key, data[key]
    by_specialties: dict[tuple[int, ...], list[dict[str, Any]]] = defaultdict(list)
    for value in data.get("tariff", []):
        by_specialties[tuple(sorted(value.get("specialties", [])))].append(value)
    for specialties, values in by_specialties.items():
        yield f"tariff {specialties}", values


def _in_force(value: dict[str, Any], day: date) -> bool:
    return bool(value["from"] <= day and (value["until"] == "open" or day <= value["until"]))


def _dated(name: str) -> list[dict[str, Any]]:
    return [value for _, values in _series(name) for value in values]


@pytest.mark.parametrize("name", FILES)
def test_every_day_has_one_answer(name: str) -> None:
    """No day with two values; no day without one between the first and the last, unless the file says so."""
    for key, values in _series(name):
        found = [[n for n, value in enumerate(values) if _in_force(value, day)] for day in DAYS]
        twice = [day for day, numbers in zip(DAYS, found, strict=True) if len(numbers) > 1]
        assert not twice, f"{name}, {key}: two values on {twice[0]}"
        for before, after in zip(range(len(values)), range(1, len(values)), strict=False):
            start, end = values[before]["until"] + timedelta(days=1), values[after]["from"]
            assert (start < end) == values[after].get("after_gap", False), f"{name}, {key}: {start} to {end}"


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("nomenclature/")])
def test_a_specialty_has_one_tariff_a_day(name: str) -> None:
    values = _tables(name).get("tariff", [])
    specialties = {one for value in values for one in value.get("specialties", [])}
    for specialty in specialties:
        own = [value for value in values if specialty in value.get("specialties", [])]
        assert all(sum(_in_force(value, day) for value in own) <= 1 for day in DAYS), specialty


@pytest.mark.parametrize("name", FILES)
def test_every_value_says_where_it_comes_from(name: str) -> None:
    for value in _dated(name):
        source = value["source"]
        assert source["title"].strip()
        assert source["confidence"] in ("high", "medium", "low")
        assert ADDRESS.fullmatch(source["url"]) or source["title"] in NEVER_ONLINE, source
        assert value["checked_on"] <= load_rulebook().date
        assert value["from"] <= LAST


@pytest.mark.parametrize("name", FILES)
def test_no_value_is_stronger_than_its_source(name: str) -> None:
    for value in _dated(name):
        if value["source"]["confidence"] == "low" and "verdict" in value:
            assert value["verdict"] == "review"


def test_a_value_stronger_than_its_source_is_refused() -> None:
    """Whatever the rule: weaken its source and the loader refuses the violation that rests on it."""
    tried = 0
    for name, rule in load_rulebook().rules.items():
        family, _, short = name.partition("/")
        for version in rule.version:
            weak = version.source.model_copy(update={"confidence": "low"})
            weaker = rule.model_copy(
                update={"version": (version.model_copy(update={"source": weak, "after_gap": False}),)}
            )
            loaded = Loaded(RuleFile(FILES[name], f"{name}.toml", family, short), weaker)
            if version.verdict == "review":
                check_alone(loaded)
                continue
            with pytest.raises(RulebookError, match="va au-delà de sa source"):
                check_alone(loaded)
            tried += 1
    assert tried


def test_titles_are_unique() -> None:
    rules = load_rulebook().rules
    titles: dict[str, list[str]] = defaultdict(list)
    for name, rule in rules.items():
        titles[rule.title].append(name)
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}


def test_titles_and_reasons_are_lines_of_french() -> None:
    for name, rule in load_rulebook().rules.items():
        assert "\n" not in rule.title, name
        assert not rule.title.endswith("."), name
        assert rule.why.endswith((".", " ?")), name


def test_every_rule_has_its_cases_and_every_case_its_rule() -> None:
    cases = {f"{p.parent.name}/{p.stem}" for p in CASES.glob("*/*.toml")}
    assert cases == load_rulebook().rules.keys()


def test_every_act_has_a_name_of_its_own() -> None:
    acts = load_rulebook().acts
    assert all(act.code == code for code, act in acts.items())
    labels: dict[str, list[str]] = defaultdict(list)
    for code, act in acts.items():
        labels[act.label].append(code)
    assert {label: codes for label, codes in labels.items() if len(codes) > 1} == {}
