"""The sums from 2026 against the naive oracle; what rises with a rate; what does not depend on anything else."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.forfait.answers import Answer, Patients, Practice, Rate
from avenant9.forfait.simulate import simulate
from avenant9.forfait.what_if import what_if
from avenant9.results.forfait import Addendum
from examples import examples
from forfait import oracle_2026 as oracle
from forfait.answered import BY_TYPE, TODAY, practices, scales

NEW_YEARS = (2026, 2027, 2028)
RATES = (*oracle.SOCLE_RATES, *oracle.FIRST_OPTION, *oracle.SECOND_OPTION)
SAS = ("sas_departement_ouvert", "sas_plateforme", "sas_agenda_visible", "sas_organisation")
_STEPS = [Fraction(step, 100) for step in (0, 10, 29, 30, 31, 59, 60, 61, 79, 80, 81, 90, 100)]

rates = st.one_of(
    st.sampled_from([*_STEPS, oracle.NO_ACT]), st.just(Fraction(1)), st.fractions(0, 1, max_denominator=40)
)
yes_no = st.sampled_from([True, True, True, False])
classes = st.integers(0, 300).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total)))


@st.composite
def plain(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """A year, and answers in the words of the oracle; some are left out."""
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "logiciel_segur": yes_no,
        "sesam_vitale": st.sampled_from([Addendum(7), Addendum(8), Addendum(8), Addendum(8)]),
        **dict.fromkeys(RATES, rates),
        "fse_appli_carte_vitale": st.integers(0, 2),
        "messages_patients": st.integers(0, 2),
        **dict.fromkeys(SAS, yes_no),
        **dict.fromkeys(oracle.CLASSES, classes),
        "age": st.sampled_from([50, 66, 67, 68]),
        "zone": st.sampled_from(["zip", "qpv", "zac", "autre"]),
        "premiere_installation": st.integers(2022, 2029),
    }
    left_out = draw(st.sets(st.sampled_from([*strategies, "c2s"]), max_size=draw(st.sampled_from([0, 1, 4]))))
    answers = {key: draw(own) for key, own in strategies.items() if key not in left_out}
    patients = sum(answers[name][0] for name in oracle.CLASSES if name in answers)
    if "c2s" not in left_out:
        answers["c2s"] = draw(st.integers(0, patients))
    if draw(st.booleans()):
        answers["prevention_total"] = draw(st.integers(0, 15 * patients))
    else:
        for name in draw(st.sets(st.sampled_from(oracle.PREVENTION), max_size=3)):
            answers[name] = draw(st.integers(0, patients))
    return draw(st.sampled_from(NEW_YEARS)), answers


def as_asked(answers: dict[str, Any]) -> dict[str, Answer]:
    """The same in the words of the engine."""
    found: dict[str, Answer] = {}
    for key, own in answers.items():
        if key in RATES:
            found[key] = Rate(Fraction(0), 0, 0) if own == oracle.NO_ACT else Rate(own)
        elif key in oracle.CLASSES:
            found[f"patientele.{key}"] = Patients(*own)
        elif key == "c2s":
            found["patientele.c2s"] = own
        elif key == "premiere_installation":
            found["medecin.premiere_installation"] = date(own, 5, 4)
        elif key in ("age", "zone"):
            found[f"medecin.{key}"] = own
        elif key == "prevention_total" or key in oracle.PREVENTION:
            found[f"prevention.{'total' if key == 'prevention_total' else key}"] = own
        else:
            found[key] = own
    return found


def agree(year: int, answers: dict[str, Any]) -> None:
    found = simulate(Practice("Dr", as_asked(answers)), year, scales(), TODAY)
    expected = oracle.dotation(year, answers)
    by_socle = {True: expected["if_met"], False: 0, None: None}
    if_met = found.if_met or found
    fmt, sas = found.sums
    assert {
        "socle": found.volets[0].met,
        "points": found.points and int(found.points),
        "euros": found.euros,
        "if met": if_met.points and int(if_met.points),
        "unresolved": [(int(one.low), int(one.high)) for one in found.unresolved],
        "fmt": {"euros": fmt.euros, "low": fmt.low, "high": fmt.high},
        "sas": sas.euros,
    } == {
        "socle": expected["socle"],
        "points": by_socle[expected["socle"]],
        "euros": None if expected["socle"] is None else by_socle[expected["socle"]] * oracle.CENTS_OF_A_POINT,
        "if met": 0 if expected["socle"] is False else expected["if_met"],
        "unresolved": expected["disputed"],
        "fmt": oracle.fmt(year, answers),
        "sas": oracle.sas(answers),
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plain())
def test_the_engine_agrees_with_the_oracle(drawn: tuple[int, dict[str, Any]]) -> None:
    agree(*drawn)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plain())
def test_the_engine_agrees_with_the_oracle_at_length(drawn: tuple[int, dict[str, Any]]) -> None:
    agree(*drawn)


_EQUIPPED = {"logiciel_segur": True, "sesam_vitale": Addendum(8)}


@pytest.mark.parametrize("year", NEW_YEARS)
@pytest.mark.parametrize("key", RATES)
def test_every_threshold_of_every_rate_just_under_at_and_over(year: int, key: str) -> None:
    socle, option = oracle.thresholds(year)
    others = dict.fromkeys(RATES, socle)
    for threshold in (socle, option):
        for shift in (0, Fraction(1, 10**6), -Fraction(1, 10**6)):
            agree(year, {**_EQUIPPED, **others, key: threshold + shift})


@examples(50, 1000)
@given(plain(), st.sampled_from(RATES), st.fractions(0, 1, max_denominator=50))
def test_a_higher_rate_never_lowers_the_sum(drawn: tuple[int, dict[str, Any]], key: str, more: Fraction) -> None:
    year, answers = drawn
    if answers.get(key, oracle.NO_ACT) == oracle.NO_ACT:
        answers = {**answers, key: Fraction(0)}
    higher = {**answers, key: min(answers[key] + more, Fraction(1))}
    before, after = (simulate(Practice("Dr", as_asked(own)), year, scales(), TODAY) for own in (answers, higher))
    for one in ("total_low", "total_high"):
        least, most = getattr(before, one), getattr(after, one)
        assert least is None or most is None or least <= most
    if before.points is not None and after.points is not None:
        assert int(before.points) <= int(after.points)


@examples(50, 1000)
@given(plain())
def test_the_bounds_hold_what_is_counted_and_the_payments_add_up(drawn: tuple[int, dict[str, Any]]) -> None:
    year, answers = drawn
    found = simulate(Practice("Dr", as_asked(answers)), year, scales(), TODAY)
    for one in found.sums:
        low, euros, high = one.low, one.euros, one.high
        assert euros is None or low <= euros
        assert high is None or euros is None or euros <= high
        assert euros is None or euros == sum(line.euros for line in one.lines)
    (fmt, _) = found.sums
    if fmt.euros is not None:
        aside = sum(line.euros for line in fmt.lines if line.id.startswith("prevention."))
        assert sum(one.euros for one in fmt.payments) == fmt.euros - aside


@examples(30, 500)
@given(plain())
def test_every_change_brings_what_it_says(drawn: tuple[int, dict[str, Any]]) -> None:
    year, answers = drawn
    for change in what_if(Practice("Dr", as_asked(answers)), year, scales(), TODAY):
        assert change.gain_euros > 0
        assert str(change.change) == str(change.change).strip(" ;")


_SINCE = {"messages_patients", *SAS} | {key.id for key in scales().keys.values() if "." in key.id}


@examples(50, 500)
@given(practices(), st.data())
def test_the_years_before_know_nothing_of_the_new_answers(
    drawn: tuple[int, dict[str, Answer]], data: st.DataObject
) -> None:
    year, answers = drawn
    old = {key: own for key, own in answers.items() if key not in _SINCE}
    new = {key: data.draw(BY_TYPE[scales().keys[key].type]) for key in sorted(_SINCE)}
    before, after = (simulate(Practice("Dr", own), year, scales(), TODAY) for own in (old, {**old, **new}))
    beside = ("sums", "total_euros", "total_low", "total_high")
    assert before == after.model_copy(update={key: getattr(before, key) for key in beside})
    assert before.sums == ()


@examples(50, 500)
@given(st.dictionaries(st.sampled_from(sorted(oracle.CLASSES)), classes, min_size=6))
def test_the_forfait_patientele_of_2025(answers: dict[str, Any]) -> None:
    found = simulate(Practice("Dr", as_asked(answers)), 2025, scales(), TODAY)
    assert [one.euros for one in found.sums] == [oracle.fpmt(answers)]
