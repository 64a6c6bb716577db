"""What a scenario may change, how it is written, and how a wrong one is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from avenant9.errors import SettingError
from avenant9.measures.scenario import applied, settable
from avenant9.rulebook.measures import load_measures, span_on, stretches
from avenant9.settings.scenario import Change, Scenario, of_options, read_scenario, together

MEASURES = load_measures()
SPANS = {span.id: span for measure in MEASURES.values() for span in measure.period}


def days(scenario: Scenario, measure: str = "snp") -> list[str]:
    return [
        f"{span.id} {period}{'' if span.retained else ' non retenue'}"
        for span, period in stretches(applied(MEASURES, scenario)[measure])
    ]


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "essai.toml"
    file.write_text(text, encoding="utf-8")
    return file


# --- moving bounds -------------------------------------------------------------------------------------------


def test_no_scenario_is_the_law() -> None:
    assert applied(MEASURES, Scenario()) == MEASURES
    assert of_options() == Scenario()


def test_the_period_moved_wins_over_those_it_then_overlaps() -> None:
    scenario = of_options(["snp"], "ete-2022", until=date(2023, 1, 31))
    assert days(scenario) == [
        "debut-juillet-2022 2022-07-01/2022-07-12 non retenue",
        "ete-2022 2022-07-13/2023-01-31",
        "hiver-2022 2023-02-01/2023-04-30",
        "debut-mai-2023 2023-05-01/2023-05-14 non retenue",
        "ngap-2023 2023-05-15/..",
    ]


def test_a_period_moved_into_another_cuts_it_in_two() -> None:
    scenario = of_options((), "hiver-2022", date(2022, 8, 1), date(2022, 8, 31))
    assert days(scenario)[1:5] == [
        "ete-2022 2022-07-13/2022-07-31",
        "hiver-2022 2022-08-01/2022-08-31",
        "ete-2022 2022-09-01/2022-09-30",
        "automne-2022 2022-10-01/2022-12-09 non retenue",
    ]


def test_a_period_that_ends_before_it_starts_holds_on_no_day() -> None:
    scenario = of_options((), "ete-2022", date(2022, 10, 1), date(2022, 9, 30))
    snp = applied(MEASURES, scenario)["snp"]
    assert [span.id for span in snp.period if span.id == "ete-2022"] == []
    assert span_on(snp, date(2022, 9, 1)) is None


def test_the_measure_of_a_period_need_not_be_named() -> None:
    named = of_options(["regulation-sas"], "mission-flash-2022", until=date(2022, 12, 31))
    alone = of_options((), "mission-flash-2022", until=date(2022, 12, 31))
    assert applied(MEASURES, named) == applied(MEASURES, alone)


def test_a_scenario_is_named_after_its_options() -> None:
    scenario = of_options((), "ete-2022", date(2022, 7, 1), date(2022, 12, 31), ["snp.limit=30"])
    assert scenario.name == "ete-2022 à partir du 01/07/2022 jusqu'au 31/12/2022 ; snp.limit = 30"


def test_a_scenario_may_open_a_period(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "x"\n[[change]]\nperiod = "hiver-2022"\nuntil = "open"')
    assert days(read_scenario(file))[-1] == "hiver-2022 2022-12-10/.."


def test_a_scenario_may_retain_a_disputed_period(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'name = "Couverture rétroactive"\n'
        '[[change]]\nmeasure = "snp"\nperiod = "automne-2022"\nretain = true\nfrom = 02/10/2022'.replace(
            "02/10/2022", "2022-10-02"
        ),
    )
    scenario = read_scenario(file)
    assert scenario.name == "Couverture rétroactive"
    assert days(scenario)[2] == "automne-2022 2022-10-02/2022-12-09"


def test_a_file_and_options_are_one_scenario(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "Prolongée"\n[[change]]\nperiod = "ete-2022"\nuntil = 2022-12-31')
    both = together([read_scenario(file), of_options(values=["snp.limit=30"]), Scenario()])
    assert both.name == "Prolongée ; snp.limit = 30"
    snp = applied(MEASURES, both)["snp"]
    first = snp.period[0]
    assert (first.id, first.until, getattr(first, "limit")) == ("ete-2022", date(2022, 12, 31), 30)  # noqa: B009


# --- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "keys"),
    [
        ("ete-2022", ["amount", "limit", "baseline"]),
        ("mission-flash-2022", ["rate"]),
        ("ordonnances-2020", ["share_bp", "diagnosis_only"]),
        ("decret-decembre-2020", ["limit"]),
        ("cpts-ete-2022", ["amount", "baseline"]),
        ("plafond-avenant-9", ["ceiling_bp"]),
        (
            "variole-2022",
            [
                "weekday_flat",
                "weekday_hourly",
                "weekend_flat",
                "weekend_hourly",
                "flat_from_hours",
                "unclear_from_hours",
                "started_hours",
                "saturday_from",
            ],
        ),
    ],
)
def test_what_may_be_set(period: str, keys: list[str]) -> None:
    assert settable(SPANS[period]) == keys


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("snp.limit=30", "limit", 30),
        (" snp.amount = 20 ", "amount", Decimal(20)),
        ("snp.amount=17,50", "amount", Decimal("17.50")),
        ("regulation-sas.rate=110.00", "rate", Decimal("110.00")),
        ("teleconsultation-100.diagnosis_only=true", "diagnosis_only", True),
    ],
)
def test_a_value_is_set_in_all_periods(text: str, key: str, value: Any) -> None:
    measure = applied(MEASURES, of_options(values=[text]))[text.strip().split(".")[0]]
    assert {getattr(span, key) for span in measure.period} == {value}


def test_a_value_is_set_in_the_period_named() -> None:
    snp = applied(MEASURES, of_options((), "hiver-2022", values=["snp.limit=30"]))["snp"]
    assert {span.id for span in snp.period if getattr(span, "limit") == 30} == {"hiver-2022"}  # noqa: B009


def test_a_value_of_another_measure_beside_a_period_moved() -> None:
    scenario = of_options((), "ete-2022", until=date(2022, 12, 31), values=["regulation-sas.rate=120"])
    regulation = applied(MEASURES, scenario)["regulation-sas"]
    assert {getattr(span, "rate") for span in regulation.period} == {Decimal(120)}  # noqa: B009


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (
            of_options(values=["snp.limite=30"]),
            "--set snp.limite : clé inconnue « limite » de « snp » ; peut-être « limit ».",
        ),
        (
            of_options(values=["snp.id=30"]),
            "--set snp.id : clé inconnue « id » de « snp » ; les clés sont « amount », « limit » et « baseline ».",
        ),
        (
            of_options(values=["npp.limit=30"]),
            "--set npp.limit : mesure inconnue « npp » ; peut-être « snp ».",
        ),
        (
            of_options(values=["snp.limit=beaucoup"]),
            "--set snp.limit : valeur refusée pour « limit » : « beaucoup » ; "
            "attendu : un nombre entier, au moins 0.",
        ),
        (
            of_options(values=["snp.limit=2.5"]),
            "--set snp.limit : valeur refusée pour « limit » : « 2.5 » ; attendu : un nombre entier, au moins 0.",
        ),
        (
            of_options(values=["teleconsultation-100.share_bp=10001"]),
            "--set teleconsultation-100.share_bp : valeur refusée pour « share_bp » : « 10001 » ; "
            "attendu : un nombre entier, au moins 0, au plus 10000.",
        ),
        (
            of_options(["vaccination-variole"], None, until=date(2022, 12, 31)),
            "--until : « vaccination-variole » a plusieurs périodes (variole-publication et variole-2022) ; dites "
            "laquelle (--period).",
        ),
        (
            of_options(["snp"], None, until=date(2022, 12, 31)),
            "--until : « snp » a plusieurs périodes (debut-juillet-2022, ete-2022, automne-2022, hiver-2022, "
            "debut-mai-2023 et ngap-2023) ; dites laquelle (--period).",
        ),
        (
            of_options(["snp"], "ete-2023", until=date(2022, 12, 31)),
            "--until : période inconnue « ete-2023 » ; "
            "peut-être « ete-2022 », « debut-mai-2023 » ou « automne-2022 ».",
        ),
        (
            of_options((), "ete-2023", date(2022, 7, 1), date(2022, 12, 31)),
            "--from et --until : période inconnue « ete-2023 » ; "
            "peut-être « ete-2022 », « cpts-ete-2022 » ou « debut-mai-2023 ».",
        ),
        (
            of_options((), "ete-2023", values=["snp.limit=30"]),
            "--set snp.limit : période inconnue « ete-2023 » ; "
            "peut-être « ete-2022 », « debut-mai-2023 » ou « automne-2022 ».",
        ),
        (
            of_options(["snp", "regulation-sas"], None, until=date(2022, 12, 31)),
            "--until : la mesure n'est pas dite ; ajoutez --measure, ou --period ; mesures et périodes : "
            "protocoles-cpts (cpts-ete-2022, cpts-hiver-2022 et cpts-permanent) ; "
            "regulation-sas (mission-flash-2022 et reglement-arbitral-2023) ; "
            "seuil-amenagement (plafond-avenant-9 et plafond-convention-2024) ; "
            "snp (debut-juillet-2022, ete-2022, automne-2022, hiver-2022, debut-mai-2023 et ngap-2023) ; "
            "teleconsultation-100 (covid-mars-2020, ordonnances-2020, loi-financement-2021, loi-passe-vaccinal-2022 "
            "et arrete-juillet-2022) ; "
            "teleconsultation-telephone (premiere-vague-2020, tolerance-2020 et decret-decembre-2020) ; "
            "vaccination-covid (covid-fevrier-2021 et covid-novembre-2021) ; "
            "vaccination-variole (variole-publication et variole-2022).",
        ),
    ],
)
def test_a_change_that_cannot_be_made(scenario: Scenario, said: str) -> None:
    with pytest.raises(SettingError) as error:
        applied(MEASURES, scenario)
    assert str(error.value) == said


def test_one_name_for_periods_of_two_measures() -> None:
    snp = MEASURES["snp"]
    twice = {**MEASURES, "snp-essai": snp}
    with pytest.raises(SettingError) as error:
        applied(twice, Scenario("x", (Change("--until", period="ete-2022", until=date(2023, 1, 1)),)))
    assert str(error.value) == (
        "--until : plusieurs mesures ont une période « ete-2022 » (snp et snp-essai) ; nommez la mesure (--measure)."
    )


def test_two_periods_moved_side_by_side(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'name = "Essai"\n[[change]]\nperiod = "ete-2022"\nuntil = 2023-01-30\n'
        '[[change]]\nperiod = "hiver-2022"\nfrom = 2023-01-31',
    )
    assert days(read_scenario(file))[1:3] == ["ete-2022 2022-07-13/2023-01-30", "hiver-2022 2023-01-31/2023-04-30"]
