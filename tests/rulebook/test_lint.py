"""The legal lint: each remark on a rulebook that deserves it, none on the shipped one; which columns rules read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from avenant9 import cases
from avenant9.acts.columns import TEMPLATE
from avenant9.kinds.specialty import SpecialtyEntry
from avenant9.law.dated import SourceModel
from avenant9.records import replace
from avenant9.rulebook import lint, load
from avenant9.rulebook.load import Rulebook, load_rulebook
from avenant9.schedule import leaned_on
from together import Answer, Asked, together

RULEBOOK = load_rulebook()
TABLES = cases.find_tables(cases.shipped_tables() or Path())
RULES = Path(load.__file__).parents[1] / "rules"
CHECKED = date(2026, 11, 22)


def remarks(rulebook: Rulebook, **changes: Any) -> list[str]:
    chosen: dict[str, Any] = {"cases": rulebook.rules.keys(), "as_of": CHECKED, **changes}
    return [str(remark) for remark in lint.lint(rulebook, **chosen)]


def with_rule(name: str, **changes: Any) -> Rulebook:
    """The shipped rulebook with other values in the last version of one rule."""
    rule: Any = RULEBOOK.rules[name]
    version = rule.version[-1].model_copy(update=changes)
    rules = {**RULEBOOK.rules, name: rule.model_copy(update={"version": (*rule.version[:-1], version)})}
    return replace(RULEBOOK, rules=rules)


def test_the_shipped_rules_have_nothing_to_reproach() -> None:
    assert remarks(RULEBOOK, cases=TABLES.keys(), as_of=RULEBOOK.date) == []


def test_rules_and_cases_go_by_two() -> None:
    some = [*[*RULEBOOK.rules][1:], "frequence/te3-annuelle"]
    assert remarks(RULEBOOK, cases=some) == [
        f"erreur : {next(iter(RULEBOOK.rules))}.toml : règle sans cas",
        "erreur : frequence/te3-annuelle.toml : cas sans règle",
    ]


def test_a_secondary_source_alone() -> None:
    assert remarks(with_rule("frequence/te2-annuelle", note="")) == [
        "erreur : frequence/te2-annuelle.toml, version 1 : « violation » sur une source secondaire : "
        "la note doit dire laquelle concorde avec elle"
    ]
    assert remarks(with_rule("frequence/te2-annuelle", note="", verdict="review", doubt="un essai")) == []


def test_an_entry_beyond_its_version() -> None:
    entry = SpecialtyEntry(codes=("MCY",), allowed=(33,), verdict="violation")
    source = SourceModel(title="Essai", url="https://exemple.fr", confidence="low")
    said = "entry 1 : « violation » va au-delà de la version ou de sa source"
    for changes in ({}, {"source": source}):
        found = remarks(
            with_rule("condition/specialite", entry=(entry,), verdict="review", doubt="un essai", **changes)
        )
        assert [line.rpartition(", ")[2] for line in found] == [said]


def test_a_review_says_why() -> None:
    said = "« à examiner » sans dire pourquoi : écrire « doubt »"
    assert remarks(with_rule("cumul/meg-examen", doubt=None)) == [
        f"erreur : cumul/meg-examen.toml, version 1 : {said}"
    ]
    entry = SpecialtyEntry(codes=("MCY",), allowed=(33,), verdict="review")
    [remark] = remarks(with_rule("condition/specialite", entry=(entry,)))
    assert remark.endswith(said)
    assert remarks(with_rule("donnees/doublon", doubt=None)) == []


@pytest.mark.parametrize(("as_of", "old"), [(date(2027, 11, 22), False), (date(2027, 11, 23), True)])
def test_a_year_makes_old(as_of: date, old: bool) -> None:
    found = remarks(RULEBOOK, as_of=as_of)
    assert bool(found) == old
    assert all(line.startswith("à revoir : ") and "il y a plus d'un an" in line for line in found)


def test_one_old_value() -> None:
    leap, name = date(2024, 2, 29), "frequence/te2-annuelle"

    def checked(since: date, as_of: date) -> list[str]:
        return remarks(replace(RULEBOOK, checked={name: since}, by_nature=()), as_of=as_of)

    said = "à revoir : frequence/ : comparé à sa source le 29/02/2024, il y a plus d'un an (te2-annuelle)"
    assert checked(leap, date(2025, 2, 28)) == []
    assert checked(leap, date(2025, 3, 1)) == [said]
    assert checked(date(2023, 2, 28), leap) == []
    assert checked(date(2023, 2, 27), leap) != []


def test_every_file_says_when_it_was_compared() -> None:
    assert {f"{p.parent.name}/{p.stem}" for p in RULES.glob("*/*.toml") if p.parent.name != "tables"} >= set(
        RULEBOOK.checked
    )
    assert RULEBOOK.rules.keys() <= RULEBOOK.checked.keys()
    assert "recouvrement/prescription" in RULEBOOK.checked
    assert "calendrier/horaires" in RULEBOOK.checked


def test_a_column_that_no_rule_reads() -> None:
    rules = {name: rule for name, rule in RULEBOOK.rules.items() if "territory" not in lint.columns_read(rule)}
    assert remarks(replace(RULEBOOK, rules=rules)) == ["à revoir : colonne territory : aucune règle ne la lit"]
    nothing = replace(RULEBOOK, rules={}, acts={}, limitation=None)
    unread = {line.split()[4] for line in remarks(nothing)}
    assert unread == set(TEMPLATE) - {"rate", "reimbursed", "status"}


#: Columns that any answer may hang on.
ALWAYS_READ = frozenset({"practitioner", "original_code"})


def chosen(name: str) -> cases.Case:
    """A case of a rule in which it answers."""
    table = cases.read_table(TABLES[name]).cases
    return next((case for case in table if case.expect and case.unverifiable is None), table[0])


def without_columns(name: str) -> dict[str, cases.Case]:
    """The chosen case of a rule, whole under "" and without each of its columns in turn."""
    whole = chosen(name)
    head, *rows = [line.split(";") for line in whole.acts.strip().splitlines()]
    found = {"": whole}
    for place, key in enumerate(head):
        if key not in {"date", "code", *ALWAYS_READ} and key in TEMPLATE:
            left = "\n".join(";".join(row[:place] + row[place + 1 :]) for row in (head, *rows))
            found[key] = whole.model_copy(update={"acts": left})
    return found


@pytest.fixture(scope="module")
def said() -> dict[tuple[str, str], Any]:
    """What each rule says of its case, without each column, in one run but for those that must be alone."""
    tried = {(name, key): case for name in RULEBOOK.rules for key, case in without_columns(name).items()}
    asked = [Asked(case.acts, cases.asked(name, case)) for (name, _), case in tried.items()]
    answers = zip(tried.items(), together(asked, RULEBOOK), strict=True)
    return {at: alone(at[0], case) if answer is None else told(answer) for (at, case), answer in answers}


def told(answer: Answer) -> Any:
    findings = [cases.told(finding, answer.explanations) for finding in answer.findings]
    return findings, [{"acts": acts, "missing": list(missing)} for acts, missing in answer.unverifiable.values()]


def alone(name: str, case: cases.Case) -> Any:
    trial = cases.try_case(name, case, RULEBOOK)
    return trial.found, trial.unverifiable


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_columns_are_read_as_the_lint_says(name: str, said: dict[tuple[str, str], Any]) -> None:
    """A column whose loss changes the answer to a case is one that the lint says that the rule reads."""
    counted = {key for key in without_columns(name) if said[name, key] != said[name, ""]}
    read = [lint.columns_read(RULEBOOK.rules[own]) for own in leaned_on(RULEBOOK, [name])]
    assert counted <= frozenset().union(*read)


# --- the command ------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = lint.main(["--cases", str(cases.shipped_tables()), *arguments])
    return code, capsys.readouterr().out.replace("\u00a0", " ")


@freeze_time("2040-01-01")
def test_it_reads_no_clock(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys)
    counts = f"{len(RULEBOOK.rules)} règles, {len(lint.checked_apart())} fichiers de mesures et de forfait"
    assert (code, out) == (0, f"{counts}, 0 erreur, 0 point à revoir.\n")


def test_what_is_old_fails_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "--as-of", "2030-01-01")
    assert code == 0
    assert "comparé à sa source le 22/11/2026" in out
    assert run(capsys, "--as-of", "2030-01-01", "--strict")[0] == 1
    assert run(capsys, "--strict")[0] == 0


def test_what_is_wrong_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert lint.main(["--cases", str(tmp_path)]) == 1
    assert "règle sans cas" in capsys.readouterr().out


def test_a_rule_that_does_not_load_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "frequence").mkdir()
    (tmp_path / "frequence" / "a.toml").write_text('kind = "frequency"\n', encoding="utf-8")
    code, out = run(capsys, "--rules", str(tmp_path))
    assert code == 1
    assert out.startswith("erreur : ")
    assert "frequence/a.toml : title : clé absente" in out


def test_measures_and_scales_are_looked_at_too() -> None:
    apart = lint.checked_apart()
    assert {"mesure/snp", "mesure/seuil-amenagement", "forfait/2019", "forfait/2025", "forfait/cles"} <= apart.keys()
    assert set(apart.values()) == {date(2026, 11, 22), date(2026, 11, 29)}
    assert not apart.keys() & RULEBOOK.checked.keys()


def test_a_broken_measure_fails_the_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mesure"
    folder.mkdir()
    (folder / "snp.toml").write_text('kind = "supplement"\n', encoding="utf-8")
    code, out = run(capsys, "--rules", str(tmp_path))
    assert code == 1
    assert out.startswith(f"erreur : {tmp_path.as_posix()}/mesure/snp.toml : ")
