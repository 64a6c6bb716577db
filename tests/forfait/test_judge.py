"""Each kind of condition under its limit, at it and over it; None where an answer is missing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from avenant9.errors import SettingError
from avenant9.forfait.answers import Answer, Practice, Rate
from avenant9.forfait.judge import distance, holds, judge
from avenant9.results.forfait import Addendum
from avenant9.rulebook.conditions import (
    AddendumAtLeast,
    AllOf,
    AnyOf,
    Condition,
    CountAtLeast,
    DeclaredBy,
    RateAtLeast,
    Yes,
)
from forfait.answered import counts, full, percent, scales

YES, COUNT = Yes(test="yes", key="oui"), CountAtLeast(test="count-at-least", key="n", count=3)
OTHER = Yes(test="yes", key="autre")


@pytest.mark.parametrize(
    ("test", "answers", "expected"),
    [
        (YES, {}, None),
        (YES, {"oui": False}, False),
        (YES, {"oui": True}, True),
        (COUNT, {}, None),
        (COUNT, {"n": 2}, False),
        (COUNT, {"n": 3}, True),
        (COUNT, {"n": 4}, True),
        (RateAtLeast(test="rate-at-least", key="r", at_least="2/3"), {"r": Rate(Fraction(2, 3))}, True),
        (RateAtLeast(test="rate-at-least", key="r", at_least="2/3"), {"r": Rate(Fraction(3, 4))}, True),
        (RateAtLeast(test="rate-at-least", key="r", at_least="2/3"), {"r": Rate(Fraction(6666, 10_000))}, False),
        (RateAtLeast(test="rate-at-least", key="r", at_least="2/3"), {"r": Rate(Fraction(0), 0, 0)}, None),
        (RateAtLeast(test="rate-at-least", key="r", at_least="2/3"), {"r": Rate(Fraction(1), 1, 1)}, True),
        (AddendumAtLeast(test="addendum-at-least", key="a", addendum=7), {"a": Addendum(6)}, False),
        (AddendumAtLeast(test="addendum-at-least", key="a", addendum=7), {"a": Addendum(7)}, True),
        (AddendumAtLeast(test="addendum-at-least", key="a", addendum=7), {"a": Addendum(8)}, True),
        (DeclaredBy(test="declared-by", key="d", last_day=date(2024, 1, 31)), {"d": date(2024, 1, 30)}, True),
        (DeclaredBy(test="declared-by", key="d", last_day=date(2024, 1, 31)), {"d": date(2024, 1, 31)}, True),
        (DeclaredBy(test="declared-by", key="d", last_day=date(2024, 1, 31)), {"d": date(2024, 2, 1)}, False),
        (AllOf(test="all-of", of=(YES, OTHER)), {"oui": True}, None),
        (AllOf(test="all-of", of=(YES, OTHER)), {"oui": False}, False),
        (AllOf(test="all-of", of=(YES, OTHER)), {"oui": True, "autre": True}, True),
        (AnyOf(test="any-of", of=(YES, OTHER)), {"oui": True}, True),
        (AnyOf(test="any-of", of=(YES, OTHER)), {"oui": False}, None),
        (AnyOf(test="any-of", of=(YES, OTHER)), {"oui": False, "autre": False}, False),
    ],
)
def test_conditions(test: Condition, answers: dict[str, Answer], expected: bool | None) -> None:
    assert holds(test, answers) is expected


@pytest.mark.parametrize(
    ("count", "status", "points"),
    [(None, "unknown", 0), (4, "not_met", 0), (5, "met", 10), (15, "met", 10), (16, "met", 30), (500, "met", 90)],
)
def test_tiers(count: int | None, status: str, points: int) -> None:
    answers = {**full(2022), "snp_t1": count}
    if count is None:
        del answers["snp_t1"]
    found = next(one for one in judge(Practice(None, answers), scales().years[2022]) if one.indicator.id == "snp_t1")
    assert (found.status, found.points) == (status, points)


@pytest.mark.parametrize(
    ("total", "status", "points"),
    [
        (None, "unknown", 0),
        (89, "unknown", 0),  # less than the four others bring: it contradicts the rates
        (90, "not_met", 0),
        (Fraction(181, 2), "met", Fraction(1, 2)),
        (95, "met", 5),
        (100, "met", 10),
    ],
)
def test_one_of_a_pair_is_settled_by_the_total_of_its_block(
    total: Fraction | None, status: str, points: Fraction
) -> None:
    """The four others bring 90 points, the pair 10."""
    answers = {**full(2022), "taux_dsg": percent(0), "points_teleservices": total}
    if total is None:
        del answers["points_teleservices"]
    found = next(one for one in judge(Practice(None, answers), scales().years[2022]) if one.indicator.id == "spe_dsg")
    assert (found.status, found.points) == (status, points)
    assert (found.unresolved is None) == (status != "unknown")


@pytest.mark.parametrize(
    ("spe", "dsg", "status", "points"),
    [(10, 30, "met", 10), (10, None, "unknown", 0), (None, 0, "unknown", 0), (9, 29, "not_met", 0)],
)
def test_a_pair(spe: int | None, dsg: int | None, status: str, points: int) -> None:
    answers = {key: answer for key, answer in full(2022).items() if key != "points_teleservices"}
    for key, value in (("taux_spe", spe), ("taux_dsg", dsg)):
        answers.pop(key)
        if value is not None:
            answers[key] = percent(value)
    found = next(one for one in judge(Practice(None, answers), scales().years[2022]) if one.indicator.id == "spe_dsg")
    assert (found.status, found.points, found.unresolved) == (status, points, None)


@pytest.mark.parametrize(("total", "low", "high"), [(101, 0, 100), (-1, 0, 100)])
def test_a_total_beyond_what_the_block_brings_is_refused(total: int, low: int, high: int) -> None:
    answers = {**full(2022), "taux_dsg": percent(0), "points_teleservices": Fraction(total)}
    with pytest.raises(SettingError) as error:
        judge(Practice(None, answers, place="f.toml"), scales().years[2022])
    assert error.value.place == "f.toml : points_teleservices"
    assert error.value.remedy == f"donnez de {low} à {high} points"


SEGUR = "« Logiciel référencé Ségur (avec LAP certifié) »"
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("year", "name", "changes", "status", "said"),
    [
        # one of two
        (2022, "sesam_vitale", {"sesam_vitale": None, "logiciel_segur": None}, "unknown", None),
        (2022, "sesam_vitale", {}, "met", None),
        (2022, "sesam_vitale", {"sesam_vitale": Addendum(7)}, "met", f"validé par {SEGUR}"),
        (2022, "sesam_vitale", {"sesam_vitale": Addendum(7), "logiciel_segur": False}, "not_met",
         f"il manque : addendum 8 au moins ou {SEGUR}"),
        # an addendum, a count
        (2021, "sesam_vitale", {"sesam_vitale": None}, "unknown", None),
        (2021, "sesam_vitale", {}, "met", None),
        (2025, "fse_appli_carte_vitale", {"fse_appli_carte_vitale": None}, "unknown", None),
        (2025, "fse_appli_carte_vitale", {"fse_appli_carte_vitale": 0}, "not_met", "il manque 1 FSE"),
        (2025, "fse_appli_carte_vitale", {"fse_appli_carte_vitale": 5}, "met", None),
        # both, one of them by its day
        (2023, "logiciel_segur", {"logiciel_segur": None}, "unknown", None),
        (2023, "logiciel_segur", {}, "met", "déclaré le 31/01/2024"),
        (2023, "logiciel_segur", {"segur_declare_le": date(2024, 2, 2)}, "not_met",
         "déclaré 2 jours après le 31/01/2024, dernier jour admis"),
        (2023, "logiciel_segur", {"logiciel_segur": False}, "not_met", f"il manque : {SEGUR}"),
        (2023, "logiciel_segur", {"logiciel_segur": False, "segur_declare_le": date(2024, 1, 30)}, "not_met",
         f"il manque : {SEGUR}"),
        (2023, "logiciel_segur", {"logiciel_segur": False, "segur_declare_le": date(2024, 2, 2)}, "not_met",
         f"il manque : {SEGUR} et déclaré au plus tard le 31/01/2024"),
        # tiers
        (2022, "snp_t1", {"snp_t1": None}, "unknown", None),
        (2022, "snp_t1", {"snp_t1": 4}, "not_met", "il manque 1 soin non programmé pour 10 points"),
        (2022, "snp_t1", {"snp_t1": 45}, "met", "il manque 1 soin non programmé pour 90 points"),
        (2022, "snp_t1", {"snp_t1": 46}, "met", None),
        # a rate, as a share and in numbers
        (2022, "taux_aat", {"taux_aat": None}, "unknown", None),
        (2022, "taux_aat", {"taux_aat": percent(79)}, "not_met", "il manque 1 point de pourcentage"),
        (2022, "taux_aat", {"taux_aat": percent(80)}, "met", "au seuil exactement"),
        (2022, "taux_aat", {"taux_aat": percent(81)}, "met", "1 point de pourcentage de plus que le seuil"),
        (2022, "taux_aat", {"taux_aat": counts(7, 10)}, "not_met", "il manque 1 arrêt de travail en ligne"),
        (2022, "taux_aat", {"taux_aat": counts(8, 10)}, "met", "au seuil exactement"),
        (2022, "taux_aat", {"taux_aat": counts(9, 10)}, "met", "1 arrêt de travail en ligne de plus que le seuil"),
        (2022, "taux_aat", {"taux_aat": counts(8, 11)}, "not_met", "il manque 1 arrêt de travail en ligne"),
        # a pair, what was neutralised, what is not asked of a specialty
        (2022, "spe_dsg", {"taux_dsg": percent(0), "points_teleservices": None}, "unknown",
         "il manque : « Déclarations simplifiées de grossesse (DSG) » au moins 30 %"),
        (2022, "spe_dsg", {}, "met", None),
        (2020, "taux_teletransmission", {"taux_teletransmission": percent(0)}, "neutralised", None),
        (2022, "logiciel_lap_dmp", {"logiciel_lap_dmp": False, "lap_exempte": True}, "not_applicable", None),
        (2022, "logiciel_lap_dmp", {"logiciel_lap_dmp": False}, "not_met", None),
    ],
)  # fmt: skip
def test_how_far_it_is(
    year: int, name: str, changes: dict[str, Answer | None], status: str, said: str | None
) -> None:
    answers = {key: answer for key, answer in {**full(year), **changes}.items() if answer is not None}
    judged = judge(Practice(None, answers), scales().years[year])
    found = next(one for one in judged if one.indicator.id == name)
    told = distance(found, answers, scales().keys)
    assert (found.status, told and told.replace(NBSP, " ")) == (status, said)
