"""What `a9 code` says of an act: its tariffs by date, what the rules say of it, and that they say nothing of it."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from avenant9.act_card import ActCard, card, meant, rules_about
from avenant9.documents import act_card
from avenant9.documents.render import render
from avenant9.errors import SettingError
from avenant9.report.page import Page
from avenant9.rulebook.load import Rulebook, load_rulebook
from avenant9.rulebook.measures import load_measures

PAGE = Page(80)


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


def of(code: str, at: date) -> ActCard:
    return card(code, at, rulebook(), load_measures())


def told(code: str, at: date, topic: str) -> list[str]:
    return [line.id for line in of(code, at).of(topic, in_force=True)]


def as_json(code: str, at: date) -> dict[str, Any]:
    shown = render("json", of(code, at), PAGE)
    assert isinstance(shown, bytes)
    found: dict[str, Any] = json.loads(shown)
    return found


def test_a_visit_is_told_as_a_doctor_asks() -> None:
    visit = of("VL", date(2023, 2, 14))
    assert act_card.answer(visit) == "Au 14/02/2023 : 60,00\u00a0€."
    assert {"condition/vl-age-ald", "condition/vl-domicile"} <= set(told("VL", visit.at, "condition"))
    assert {"frequence/vl-trimestrielle", "frequence/vl-annuelle"} <= set(told("VL", visit.at, "frequence"))
    [supplements] = visit.of("allowed", in_force=True)
    assert "MD" in supplements.says
    assert "condition/vl-palliatif-vsp" in {line.id for line in visit.of("condition", in_force=False)}


@pytest.mark.parametrize(
    ("code", "at", "says"),
    [
        ("RQD", date(2022, 3, 31), "Ne se facture pas le 31/03/2022."),
        ("RQD", date(2022, 4, 1), "Au 01/04/2022 : 10,00\u00a0€."),
        ("TE2", date(2022, 3, 31), "Au 31/03/2022 : 20,00\u00a0€."),
        ("TE2", date(2022, 4, 1), "Au 01/04/2022 : 20,00\u00a0€."),
        ("TE2", date(2025, 12, 31), "Au 31/12/2025 : 20,00\u00a0€."),
        ("TE2", date(2026, 1, 1), "Au 01/01/2026 : 23,00\u00a0€."),
    ],
)
def test_the_tariff_is_that_of_the_day(code: str, at: date, says: str) -> None:
    assert act_card.answer(of(code, at)) == says


def test_the_history_of_a_tariff_is_whole_and_in_order() -> None:
    lines = [line for line in as_json("TE2", date(2026, 6, 1))["lines"] if line["topic"] == "tariff"]
    assert [line["amount"] for line in lines] == ["20.00", "20.00", "23.00"]
    assert [line["in_force"] for line in lines] == [False, False, True]
    assert all(line["source"]["title"] for line in lines)


@pytest.mark.parametrize("code", ["DEQP003", "KE"])
def test_a_code_without_a_tariff_says_so(code: str) -> None:
    assert "aucun tarif sourcé" in act_card.answer(of(code, date(2026, 1, 1)))


def test_a_code_without_a_rule_says_so() -> None:
    silent = [code for code in rulebook().acts if not any(line.id for line in of(code, date(2023, 1, 1)).lines)]
    assert silent
    for code in silent:
        text = render("table", of(code, date(2023, 1, 1)), PAGE)
        assert f"Aucune règle de a9 ne porte sur {code}" in " ".join(str(text).split())


def test_every_act_is_told_in_lines_of_the_page() -> None:
    for code in rulebook().acts:
        text = str(render("table", of(code, date(2023, 6, 15)), PAGE))
        assert all(len(line) <= PAGE.width for line in text.splitlines()), code


@pytest.mark.parametrize(
    ("text", "code"),
    [("VL", "VL"), ("vl", "VL"), ("2 CNPSY", "MCY"), ("CNP", "CNPSY"), ("1214", "VL"), ("DEQP003", "DEQP003")],
)
def test_a_code_is_asked_for_as_exports_write_it(text: str, code: str) -> None:
    assert meant(text, rulebook()) == code


@pytest.mark.parametrize("text", ["", "XYZ", "G+MD", "consultation"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(SettingError):
        meant(text, rulebook())


def test_the_rules_of_an_act_are_those_of_its_card() -> None:
    for code in ("SNP", "TE2", "CNPSY", "MPC"):
        at = date(2023, 6, 15)
        lines = (line.id for line in of(code, at).lines if at in line.period)
        rules = {name for name in lines if name in rulebook().rules}
        assert set(rules_about(rulebook(), code=code, at=at)) == rules
    assert rules_about(rulebook()) == [*rulebook().rules]


def test_specialties_are_named() -> None:
    named = rulebook().nomenclature.specialties
    [who] = [
        line.says for line in of("MCY", date(2025, 3, 1)).of("condition", in_force=True) if "spécialité" in line.says
    ]
    assert who == (
        f"facturé par les spécialités 17\u00a0{named[17]}, 33\u00a0{named[33]} et 75\u00a0{named[75]} seulement"
    )
    answer = act_card.answer(of("CS", date(2025, 3, 1)))
    assert "26,50\u00a0€ ou 23,00\u00a0€ (43\u00a0spécialités)" in answer
    assert f"(spécialité 34\u00a0{named[34]})" in answer
    tariffs = [line.says for line in of("CS", date(2025, 3, 1)).of("tariff", in_force=True)]
    assert any(f"14\u00a0{named[14]}" in says for says in tariffs)


def test_why_a_specialty_is_only_a_review_is_told() -> None:
    lines = [line for line in of("MCS", date(2025, 3, 1)).of("condition", in_force=True) if "81" in line.says]
    assert [line.says.rpartition(" ; ")[2] for line in lines] == [
        "la CNAM range cette spécialité avec les omnipraticiens"
    ]
