"""Case tables as a user writes them: what is compared, what a difference and a broken table are answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avenant9 import cases
from avenant9.documents import trials
from avenant9.errors import RulebookError, SettingError
from avenant9.report.page import Page
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.load import load_rulebook

RULEBOOK = load_rulebook()
RULE = """
kind = "frequency"
title = "Téléexpertise (TE2) : une par année civile"
why = "Pour essayer."

[[version]]
from = 2022-04-01
until = "open"
codes = ["TE2"]
limit = 1
window = "civil-year"
per = ["practitioner", "patient"]
verdict = "violation"
source = { title = "Essai", url = "https://exemple.fr", confidence = "medium" }
checked_on = 2022-04-01
"""
ACTS = '''
acts = """
date;code;practitioner;patient;amount
10/01/2023;TE2;A;P1;20,00
12/02/2023;TE2;A;P1;20,00
"""
'''
MESSAGE = "TE2 : 2 sur l'année civile 2023 pour ce patient, 1 au plus ; 1 de trop."
FOUND = '{ row = 3, verdict = "violation", at_stake = "20.00", related = [2] }'


def folder(tmp_path: Path, *tables: str, rule: str = "frequence/te2-essai") -> Path:
    (tmp_path / "frequence").mkdir()
    (tmp_path / "frequence" / "te2-essai.toml").write_text(RULE, encoding="utf-8")
    file = tmp_path / "cases" / f"{rule}.toml"
    file.parent.mkdir(parents=True)
    file.write_text("".join(f'[[case]]\nname = "deux actes"\n{table}\n' for table in tables), encoding="utf-8")
    return tmp_path


def differences(tmp_path: Path, table: str) -> list[str]:
    rulebook = load_rulebook(folder(tmp_path, table))
    [only] = cases.tables_of(tmp_path, rulebook)
    [trial] = cases.try_table(only, rulebook)
    return [line.replace("\u00a0", " ") for line in trial.differences]


@pytest.mark.parametrize(
    "expect",
    [
        f"[{FOUND}]",
        f'[{FOUND[:-2]}, message = "{MESSAGE}" }}]',
        f'[{FOUND[:-2]}, explanation = {{ window = "2023-01-01/2023-12-31", limit = 1, count = 2 }} }}]',
    ],
)
def test_message_and_explanation_are_compared_where_they_are_given(tmp_path: Path, expect: str) -> None:
    assert differences(tmp_path, f"{ACTS}expect = {expect}") == []


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (
            '[{ row = 3, verdict = "review", at_stake = "19.00" }]',
            [
                'ligne 3, verdict : attendu "review", trouvé "violation"',
                'ligne 3, at_stake : attendu "19.00", trouvé "20.00"',
                "ligne 3, related : attendu rien, trouvé [2]",
            ],
        ),
        (
            f'[{FOUND[:-2]}, message = "autre chose" }}]',
            [f'ligne 3, message : attendu "autre chose", trouvé "{MESSAGE}"'],
        ),
        (
            "[]",
            [
                f'constat en trop : {{ row = 3, verdict = "violation", at_stake = "20.00", related = [2], message = '
                f'"{MESSAGE}", explanation = {{ window = "2023-01-01/2023-12-31", limit = 1, count = 2 }} }}'
            ],
        ),
        (
            '[{ row = 2, verdict = "violation", at_stake = "20.00" }, ' + FOUND + "]",
            ['constat attendu et absent : { row = 2, verdict = "violation", at_stake = "20.00", related = [] }'],
        ),
        (
            f'[{FOUND}]\nunverifiable = {{ acts = 1, missing = ["patient"] }}',
            ['non vérifiable : attendu { acts = 1, missing = ["patient"] }, trouvé rien'],
        ),
    ],
)
def test_every_difference_is_told(tmp_path: Path, expect: str, said: list[str]) -> None:
    assert differences(tmp_path, f"{ACTS}expect = {expect}") == said


def test_the_order_counts(tmp_path: Path) -> None:
    acts = ACTS.replace("12/02/2023", "11/02/2023;TE2;A;P1;20,00\n12/02/2023")
    third = '{ row = 4, verdict = "violation", at_stake = "20.00", related = [2] }'
    assert differences(tmp_path, f"{acts}expect = [{third}, {FOUND}]") == [
        "ordre : attendu ligne 4, ligne 3 ; trouvé ligne 3, ligne 4"
    ]


def test_a_row_that_cannot_be_read_fails_the_case(tmp_path: Path) -> None:
    said = differences(tmp_path, f"{ACTS.replace('10/01/2023', '31/02/2023')}expect = []")
    assert said == ["ligne rejetée : A2 : date illisible : « 31/02/2023 »"]


def test_what_could_not_be_verified_is_told(tmp_path: Path) -> None:
    acts = ACTS.replace("A;P1;20,00\n12", "A;;20,00\n12")
    assert differences(tmp_path, f"{acts}expect = []") == [
        'non vérifiable : attendu rien, trouvé { acts = 1, missing = ["patient"] }'
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("expect = []", "case 1, acts : clé absente ; attendu : un texte"),
        (ACTS, "case 1, expect : clé absente"),
        (f"{ACTS}expct = []", "case 1, expct : clé inconnue ; la plus proche est « expect »"),
        (f'{ACTS}expect = [{{ row = 3, verdict = "ok", at_stake = "1.00" }}]', "case 1, expect 1, verdict : valeur"),
        (f'{ACTS}expect = [{{ row = 3, verdict = "review", at_stake = "1,00" }}]', "case 1, expect 1, at_stake : "),
        (
            f'{ACTS}expect = [{{ row = "3", verdict = "review", at_stake = "1.00" }}]',
            "expect 1, row : valeur refusée",
        ),
        (f'{ACTS}expect = []\nzone = "corse"', "case 1, zone : valeur refusée : « corse »"),
        (f'{ACTS}expect = []\nas_of = "hier"', "case 1, as_of : valeur refusée"),
        ('acts = "rien"\nexpect = []', "case 1, acts : "),
        (f"{ACTS}expect = []\nderogations = [{{ year = 2022 }}]", "case 1, dérogation 1 : « practitioner »"),
        (f"{ACTS}expect = [", "fin du fichier : "),
    ],
)
def test_a_broken_table_says_where(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(RulebookError) as caught:
        differences(tmp_path, table)
    assert "cases/frequence/te2-essai.toml : " in str(caught.value)
    assert message in str(caught.value)


def test_cases_without_their_rule(tmp_path: Path) -> None:
    rulebook = load_rulebook(folder(tmp_path, f"{ACTS}expect = []", rule="frequence/te2-esai"))
    with pytest.raises(
        RulebookError, match="aucune règle « frequence/te2-esai » ; peut-être « frequence/te2-essai »"
    ):
        cases.tables_of(tmp_path, rulebook)


def test_a_folder_without_cases(tmp_path: Path) -> None:
    (tmp_path / "frequence").mkdir()
    (tmp_path / "frequence" / "te2-essai.toml").write_text(RULE, encoding="utf-8")
    with pytest.raises(SettingError, match=r"aucun cas à essayer ; écrivez .*cases/<famille>/<règle>.toml"):
        cases.tables_of(tmp_path, load_rulebook(tmp_path))


def test_cases_are_no_rules(tmp_path: Path) -> None:
    """The folder of cases lies among the rules of `--rules` and is not read with them."""
    rulebook = load_rulebook(folder(tmp_path, f"{ACTS}expect = [{FOUND}]"))
    assert cases.own_rules(rulebook) == ["frequence/te2-essai"]
    assert rulebook.replaced == ()


def test_cases_of_a_rule_are_those_of_its_folder(tmp_path: Path) -> None:
    shipped = cases.cases_of("frequence/te2-annuelle", RULEBOOK)
    assert len(shipped) > 5
    extra = folder(tmp_path, f"{ACTS}expect = [{FOUND}]")
    rulebook = load_rulebook(extra)
    assert [case.name for case in cases.cases_of("frequence/te2-essai", rulebook, extra)] == ["deux actes"]
    assert cases.cases_of("frequence/te2-annuelle", rulebook, extra) == shipped
    (extra / "frequence" / "te2-essai.toml").rename(extra / "frequence" / "te2-annuelle.toml")
    assert cases.cases_of("frequence/te2-annuelle", load_rulebook(extra), extra) == ()


def test_a_broken_shipped_table_is_named() -> None:
    tables = cases.shipped_tables()
    assert tables is not None
    file = RuleFile(tables / "frequence" / "absente.toml", "absente.toml", "frequence", "absente")
    with pytest.raises(RulebookError, match=r"absente\.toml : fichier illisible"):
        cases.read_table(file)


def test_the_account(tmp_path: Path) -> None:
    rulebook = load_rulebook(folder(tmp_path, f"{ACTS}expect = [{FOUND}]", f"{ACTS}expect = []"))
    [only] = cases.tables_of(tmp_path, rulebook)
    tried = {only.rule: list(cases.try_table(only, rulebook)), "frequence/sans-cas": []}
    text = trials.render_text(tried, Page(10_000)).replace("\u00a0", " ")
    assert text.startswith("frequence/te2-essai : 1 cas réussi sur 2\n  échec : deux actes\n    constat en trop : {")
    assert text.endswith("\nfrequence/sans-cas : aucun cas\n\n2 cas, 1 échec, 1 règle sans cas.\n")
    assert all(len(line) <= 80 for line in trials.render_text(tried, Page()).splitlines())
    loaded = json.loads(trials.render_json(tried))
    assert loaded["format"] == "a9-rules-test/1"
    assert [(entry["rule"], entry["cases"], len(entry["failed"])) for entry in loaded["rules"]] == [
        ("frequence/te2-essai", 2, 1),
        ("frequence/sans-cas", 0, 0),
    ]
    assert loaded["rules"][0]["failed"][0]["found"][0]["row"] == 3
    trials.render_text(tried, Page(encoding="cp850")).encode("cp850")
