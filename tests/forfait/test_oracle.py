"""The engine against the naive oracle: points, volets, bounds, of any answers to any year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.forfait.answers import Answer, Practice, Rate
from avenant9.forfait.simulate import simulate
from avenant9.results.forfait import Addendum
from forfait import oracle
from forfait.answered import TODAY, YEARS, scales

#: Every threshold of any year, in percent; two thirds stand apart.
THRESHOLDS = (5, 10, 20, 30, 40, 50, 60, 80, 90)
_NEAR = sorted(
    {
        min(max(Fraction(percent, 100) + shift, Fraction(0)), Fraction(1))
        for percent in (0, *THRESHOLDS, 100)
        for shift in (Fraction(0), Fraction(1, 10**6), -Fraction(1, 10**6))
    }
    | {Fraction(2, 3) + shift for shift in (Fraction(0), Fraction(1, 10**12), -Fraction(1, 10**12))}
)


@st.composite
def counted_rates(draw: st.DrawFn) -> Rate:
    """Counts one unit around a threshold, some items excluded, or nothing done at all."""
    total = draw(st.one_of(st.integers(0, 12), st.sampled_from([100, 120, 300, 3000])))
    wanted = draw(st.sampled_from(_NEAR)) * total
    done = min(max(int(wanted) + draw(st.integers(-1, 1)), 0), total)
    return Rate(Fraction(done, total) if total else Fraction(0), done, total, draw(st.sampled_from([None, 0, 7])))


rates = st.one_of(
    st.sampled_from(_NEAR).map(Rate), counted_rates(), st.fractions(0, 1, max_denominator=300).map(Rate)
)
snp = st.one_of(st.sampled_from([0, 4, 5, 6, 15, 16, 17, 25, 26, 27, 35, 36, 37, 45, 46, 47]), st.integers(0, 200))
MILESTONES = [date(2023, 12, 31), date(2024, 1, 31), date(2023, 1, 1)]
days = st.builds(lambda day, shift: day + timedelta(shift), st.sampled_from(MILESTONES), st.integers(-1, 1))
mostly_yes = st.sampled_from([True, True, True, False])

GIVEN_POINTS = {2019: 90, 2020: 90, 2021: 90, 2023: 158}
QUESTIONS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("logiciel_lap_dmp", "messagerie_securisee", "logiciel_segur", "horaires_annuaire"), mostly_yes),
    "lap_exempte": st.booleans(),
    "sesam_vitale": st.sampled_from([Addendum(6), Addendum(7), Addendum(8), Addendum(8)]),
    "segur_declare_le": days,
    "taux_teletransmission": st.one_of(st.just(Rate(Fraction(2, 3))), rates),
    **dict.fromkeys(
        (
            "prise_en_charge_coordonnee",
            "codage_donnees",
            "services_patients",
            "encadrement_etudiants",
            "video_transmission",
            "appareils_connectes",
            "participation_snp",
            "sas_agenda_2h",
            "sas_inscription",
            "sas_cpts",
        ),
        st.booleans(),
    ),
    **dict.fromkeys(("taux_aat", "taux_dmt", "taux_pse", "taux_at_mp", "taux_spe", "taux_dsg"), rates),
    **dict.fromkeys(("taux_dmp", "taux_messagerie_patient", "taux_e_prescription"), rates),
    "fse_appli_carte_vitale": st.integers(0, 2),
    **dict.fromkeys(("snp_t1", "snp_t2", "snp_t3", "snp_t4"), snp),
}


@st.composite
def answered(draw: st.DrawFn) -> tuple[int, dict[str, Answer]]:
    """A year, with everything answered or with holes."""
    year = draw(st.sampled_from(YEARS))
    holes = draw(st.sampled_from([0, 0, 1, 4]))
    left_out = draw(st.lists(st.sampled_from(sorted(QUESTIONS)), max_size=holes * 3)) if holes else []
    answers: dict[str, Answer] = {key: draw(strategy) for key, strategy in QUESTIONS.items() if key not in left_out}
    if year in GIVEN_POINTS and draw(st.booleans()):
        answers["points_teleservices"] = Fraction(draw(st.integers(0, GIVEN_POINTS[year] * 2)), 2)
    return year, answers


def _half_points(points: Decimal | None) -> int | None:
    return None if points is None else int(points * 2)


def _agree(year: int, answers: dict[str, Answer]) -> None:
    result = simulate(Practice("Cabinet", answers), year, scales(), TODAY)
    expected = oracle.judge(year, answers)
    whole = expected.whole()
    paid = {True: whole, False: 0, None: None}[expected.opened]
    first_max, second_max = oracle.highest(year)
    unsettled = expected.opened is None
    per_volet = {
        True: [expected.base + expected.bonus, expected.second],
        False: [0, 0],
        None: [0, expected.second],  # volet 2 shows what it would bring
    }[expected.opened]

    assert {
        "points": _half_points(result.points),
        "euros": result.euros,
        "if_met": result.if_met and (_half_points(result.if_met.points), result.if_met.euros),
        "if_not_met": result.if_not_met and (_half_points(result.if_not_met.points), result.if_not_met.euros),
        "first volet": result.volets[0].met,
        "volets": [_half_points(volet.points) for volet in result.volets],
        "max": [_half_points(volet.max_points) for volet in result.volets],
        "whole max": (_half_points(result.max_points), result.max_euros),
        "unresolved": [(_half_points(one.low), _half_points(one.high)) for one in result.unresolved],
    } == {
        "points": paid,
        "euros": None if paid is None else paid * oracle.EURO_CENTS_OF_HALF_A_POINT,
        "if_met": (whole, whole * oracle.EURO_CENTS_OF_HALF_A_POINT) if unsettled else None,
        "if_not_met": (0, 0) if unsettled else None,
        "first volet": expected.opened,
        "volets": per_volet,
        "max": [first_max, second_max],
        "whole max": (first_max + second_max, (first_max + second_max) * oracle.EURO_CENTS_OF_HALF_A_POINT),
        "unresolved": [] if expected.opened is False else expected.unresolved,
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answered())
def test_the_engine_agrees_with_the_oracle(drawn: tuple[int, dict[str, Answer]]) -> None:
    _agree(*drawn)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answered())
def test_the_engine_agrees_with_the_oracle_at_length(drawn: tuple[int, dict[str, Answer]]) -> None:
    _agree(*drawn)


_ALL: dict[str, Answer] = {
    **dict.fromkeys(("logiciel_lap_dmp", "messagerie_securisee", "logiciel_segur", "horaires_annuaire"), True),
    "sesam_vitale": Addendum(8),
    "segur_declare_le": date(2024, 1, 31),
    "taux_teletransmission": Rate(Fraction(2, 3)),
}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith("taux_")])
def test_every_threshold_of_every_year_just_under_at_and_over(year: int, key: str) -> None:
    other: Answer = Rate(Fraction(1)) if key == "taux_spe" else Rate(Fraction(0))
    for share in _NEAR:
        _agree(year, {**_ALL, "taux_dsg": other, key: Rate(share)})


@pytest.mark.parametrize("year", YEARS)
def test_every_count_and_day_of_every_year(year: int) -> None:
    for acts in range(60):
        for quarter in range(1, 5):
            _agree(year, {**_ALL, f"snp_t{quarter}": acts, "fse_appli_carte_vitale": acts})
    for shift in range(-40, 5):
        _agree(year, {**_ALL, "segur_declare_le": date(2024, 2, 1) + timedelta(shift)})
    for version in (Addendum(6), Addendum(7), Addendum(8)):
        for equipped in (True, False):
            _agree(year, {**_ALL, "sesam_vitale": version, "logiciel_segur": equipped})


@pytest.mark.parametrize("year", YEARS)
def test_each_answer_alone_missing_or_no(year: int) -> None:
    everything: dict[str, Answer] = {**_ALL, **{key: True for key in QUESTIONS if key not in _ALL and _yes_no(key)}}
    for key, answer in everything.items():
        _agree(year, {name: other for name, other in everything.items() if name != key})
        if answer is True:
            _agree(year, {**everything, key: False})


def _yes_no(key: str) -> bool:
    return not key.startswith(("taux_", "snp_", "fse_"))
