"""Versions that hang on a period of a measure: their dates stand once, in the file of the measure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from a9.main import run
from avenant9.errors import RulebookError
from avenant9.rulebook import load
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import load_measures

BROKEN = Path(__file__).parents[2] / "fixtures" / "broken_rules"
SHIPPED = Path(load.__file__).parents[1] / "rules"
SUMMER = next(span for span in load_measures()["snp"].period if span.id == "ete-2022")
RULE = """
kind = "frequency"
title = "Soins non programmés : règle du cabinet"
why = "Exemple."

[[version]]
during = "{during}"
codes = ["SNP"]
limit = 5
window = "iso-week"
per = ["practitioner"]
verdict = "violation"
"""
OWN_SOURCE = 'source = { title = "Exemple inventé", url = "https://example.org", confidence = "high" }\n'


def of_user(folder: Path, during: str = "snp/ete-2022", more: str = "") -> Path:
    path = folder / "frequence" / "cabinet.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE.format(during=during) + more, "utf-8")
    return folder


def with_measure(folder: Path, name: str) -> Path:
    """A copy of `snp` under a name, its summer until the end of the year and its autumn left out."""
    head, *periods = (SHIPPED / "mesure" / "snp.toml").read_text("utf-8").split("[[period]]\n")
    kept = [one.replace("2022-09-30", "2022-12-09") for one in periods if 'id = "automne-2022"' not in one]
    (folder / "mesure").mkdir()
    (folder / "mesure" / f"{name}.toml").write_text("[[period]]\n".join([head, *kept]), "utf-8")
    return folder


def version(folder: Path, rule: str = "frequence/cabinet", number: int = 0) -> Any:
    return load_rulebook(folder).rules[rule].version[number]


def test_a_version_has_the_dates_and_the_source_of_its_period(tmp_path: Path) -> None:
    own = version(of_user(tmp_path))
    assert (own.during, str(own.period), own.note) == ("snp/ete-2022", "2022-07-13/2022-09-30", "")
    assert (own.source, own.checked_on) == (SUMMER.source, SUMMER.checked_on)


def test_what_a_version_says_itself_is_its_own(tmp_path: Path) -> None:
    own = version(of_user(tmp_path, more=f'{OWN_SOURCE}checked_on = 2026-11-25\nnote = "À part."\n'))
    assert (own.source.title, own.checked_on, own.note) == ("Exemple inventé", date(2026, 11, 25), "À part.")
    assert own.period == SUMMER.period


def test_a_version_may_hang_on_a_measure_of_its_own_folder(tmp_path: Path) -> None:
    folder = with_measure(of_user(tmp_path, "snp-cabinet/ete-2022"), "snp-cabinet")
    assert str(version(folder).period) == "2022-07-13/2022-12-09"


def test_a_measure_replaced_moves_the_rules_of_its_folder_and_not_the_shipped_ones(tmp_path: Path) -> None:
    folder = with_measure(of_user(tmp_path), "snp")
    assert version(folder).period.last == date(2022, 12, 9)
    shipped = version(folder, "condition/snp-delai", 1)
    assert (shipped.during, shipped.period) == ("snp/ete-2022", SUMMER.period)


def test_a_source_too_weak_for_the_verdict_is_weak_in_the_period_too(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="version 1, verdict : « violation » va au-delà de sa source"):
        load_rulebook(of_user(tmp_path, "snp/debut-mai-2023"))


@pytest.mark.parametrize("case", ["periode-inconnue", "mesure-inconnue"])
def test_a_period_that_there_is_not_ends_the_program_with_2(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list", "--rules", str(BROKEN / case)]) == 2
    assert "« snp/ete-2022 »" in capsys.readouterr().err


def test_no_shipped_version_copies_a_period() -> None:
    """Dates and source of a period stand in the file of its measure alone."""
    spans = [(span.period, span.source) for measure in load_measures().values() for span in measure.period]
    rules = load_rulebook().rules
    copied = [
        f"{name} {one.from_}"
        for name, rule in rules.items()
        for one in rule.version
        if one.during is None and (one.period, one.source) in spans
    ]
    assert copied == []
