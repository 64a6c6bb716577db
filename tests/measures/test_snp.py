"""The SNP supplement: the worked cases, the rulings one by one, and the same refusals as `a9 check`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant9.engine import Options, check
from avenant9.kinds.frequency import Frequency
from avenant9.measures.simulate import Ask, simulate
from avenant9.results.base import iso_month
from avenant9.rulebook import load
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import Supplement, load_measures
from avenant9.settings.scenario import Change, Scenario, of_options
from avenant9.shifts import load_activity
from examples import examples

if TYPE_CHECKING:
    from avenant9.results.measures import Measures

    from .conftest import Simulate

HEAD = (
    "date;time;code;practitioner;specialty;patient;amount;overcharge;rate;treating_doctor;regulated_by;regulated_at"
)
#: The limit is set, then a bound: what was set stays set.
SET_THEN_MOVED = Scenario(
    "vingt",
    (
        Change("x", "snp", "hiver-2022", values={"limit": 20}),
        Change("x", "snp", "hiver-2022", date(2022, 12, 11)),
    ),
)
PERIOD = "[[period]]\n"
RETAIN = Scenario("rétroactif", (Change("essai", "snp", "automne-2022", retain=True),))


def visit(
    day: date,
    time: str = "10:00",
    patient: str = "P1",
    host: str = "G",
    specialty: str = "1",
    overcharge: str = "0",
    rate: str = "",
    host_rate: str = "70",
    own: str = "non",
    by: str = "sas",
    at: str | None = None,
    practitioner: str = "A",
    quantity: int = 1,
) -> list[str]:
    """A host act (none when empty) and its SNP."""
    on = f"{day:%d/%m/%Y}"
    at = f"{on} 08:05" if at is None else at
    head = f"{on};{time}"
    rows = (
        [f"{head};{host};{practitioner};{specialty};{patient};25;{overcharge};{host_rate};{own};{by};{at}"]
        if host
        else []
    )
    code = "SNP" if quantity == 1 else f"{quantity} SNP"
    return [*rows, f"{head};{code};{practitioner};{specialty};{patient};{15 * quantity};0;{rate};{own};{by};{at}"]


def file(*visits: list[str]) -> str:
    return "\n".join([HEAD, *(row for one in visits for row in one)])


def sums(result: Measures) -> tuple[str | None, ...]:
    """Units, retained, refused, with the measure, AMO, patient."""
    [total] = [total for total in result.totals if total.measure == "snp"]
    return (
        total.units,
        total.retained,
        total.refused,
        total.with_measure,
        total.difference_amo,
        total.difference_patient,
    )


def reasons(result: Measures) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in result.refused if one.measure == "snp"]


def details(result: Measures) -> list[str]:
    return [one.detail for one in result.refused if one.measure == "snp"]


def test_what_could_at_most_be_a_review_is_retained_and_said(simulated: Simulate) -> None:
    """In summer 2022 another specialist is to be looked at only: his unknown specialty refuses nothing."""
    acts = file(visit(date(2022, 9, 6), host="CS", specialty=""), visit(date(2022, 9, 6), patient="P2", by="116117"))
    result = simulated(acts, only=("snp",))
    [total, _] = result.totals
    assert (total.retained, total.doubtful, total.low, total.high) == (2, 2, 30_00, 30_00)
    assert result.notes == (
        "1\u00a0ligne SNP retenue, mais à examiner : voir « a9 check », règle condition/snp-regulation.",
        "1\u00a0ligne SNP retenue, au plus à examiner : il manque « Spécialité », règle condition/specialite.",
    )


def test_what_cannot_be_told_leaves_bounds(simulated: Simulate) -> None:
    """22 SNP of a week, the first of an unknown médecin traitant: 20 in both cases, whichever they are."""
    first, *others = week(date(2022, 9, 5), [4, 4, 4, 4, 4, 2])
    unknown = [row.replace(";non;", ";;") for row in first]
    result = simulated(file(unknown, *others), only=("snp",))
    [total, together] = result.totals
    assert reasons(result) == [(3, "unverifiable"), (43, "unverifiable"), (45, "weekly_cap")]
    assert (total.units, total.retained, total.refused) == (22, 19, 3)
    assert (total.difference, total.low, total.high) == (285_00, 300_00, 300_00)
    assert (together.low, together.high) == (300_00, 300_00)


def test_what_cannot_be_told_is_not_zero(simulated: Simulate) -> None:
    result = simulated(file(visit(date(2022, 9, 6), own=""), visit(date(2022, 9, 6), patient="P2")), only=("snp",))
    [total, _] = result.totals
    assert (total.difference, total.low, total.high) == (15_00, 15_00, 30_00)


# --- the worked cases ----------------------------------------------------------------------------------------


def test_case_1_the_last_day_and_the_day_after(simulated: Simulate) -> None:
    acts = file(
        visit(date(2022, 9, 30)),
        visit(date(2022, 10, 1)),
        visit(date(2022, 9, 30), "20:30", "P2", at="30/09/2022 20:00"),
    )
    result = simulated(acts)
    assert sums(result) == (3, 1, 2, 15_00, 10_50, 4_50)
    assert reasons(result) == [(5, "out_of_period"), (7, "pdsa_hours")]
    assert [(row.period, iso_month(row.month), row.retained, row.difference) for row in result.rows] == [
        ("ete-2022", "2022-09", 1, 15_00),
        (None, "2022-10", 0, 0),
    ]
    assert details(result)[0] == (
        "« Automne 2022, couverture rétroactive alléguée », du 01/10/2022 au 09/12/2022 : période disputée, non "
        "retenue. Aucun texte en vigueur à la date des soins ; la FMF, seule source, rapporte que les caisses "
        "acceptaient encore le SNP et que l'arrêté du 09/12/2022 a été appliqué rétroactivement. Si un scénario la "
        "retient, elle continue la mesure de l'été : la semaine du 26 septembre ne fait qu'un compte."
    )
    assert sums(simulated(acts, RETAIN)) == (3, 2, 1, 30_00, 21_00, 9_00)


def week(monday: date, each_day: list[int]) -> list[list[str]]:
    """So many SNP on each day from a Monday on, one patient each."""
    return [
        visit(monday + timedelta(days=shift), f"{9 + n // 6:02d}:{n % 6}5", f"P{shift}-{n}")
        for shift, number in enumerate(each_day)
        for n in range(number)
    ]


def test_case_2_the_21st_of_a_week(simulated: Simulate) -> None:
    result = simulated(file(*week(date(2022, 9, 5), [4, 4, 4, 4, 4, 3])))
    assert sums(result) == (23, 20, 3, 300_00, 210_00, 90_00)
    assert reasons(result) == [(43, "weekly_cap"), (45, "weekly_cap"), (47, "weekly_cap")]
    assert details(result)[0] == (
        "SNP : 21 sur la semaine du 05/09/2022 au 11/09/2022 pour ce praticien, 20 au plus ; 1 de trop."
    )


def test_case_3_a_week_across_the_end(simulated: Simulate) -> None:
    acts = file(*week(date(2022, 9, 26), [4, 4, 4, 3, 3, 4]))
    strict = simulated(acts)
    assert sums(strict) == (22, 18, 4, 270_00, 189_00, 81_00)
    assert [reason for _, reason in reasons(strict)] == ["out_of_period"] * 4
    prolonged = simulated(acts, of_options((), "ete-2022", until=date(2022, 12, 9)))
    assert sums(prolonged) == (22, 20, 2, 300_00, 210_00, 90_00)
    assert [reason for _, reason in reasons(prolonged)] == ["weekly_cap"] * 2
    assert sums(simulated(acts, RETAIN)) == sums(prolonged)


def test_a_week_across_two_periods_is_two_counts(simulated: Simulate) -> None:
    """Two texts that follow each other, as a scenario may have it: 15 units before the seam, 15 after it."""
    seam = Scenario(
        "bord à bord",
        (
            Change("x", "snp", "ete-2022", until=date(2022, 10, 5)),
            Change("x", "snp", "hiver-2022", date(2022, 10, 6), values={"limit": 19}),
        ),
    )
    result = simulated(file(*week(date(2022, 10, 3), [5, 5, 5, 5, 5, 5])), seam)
    assert [(row.period, row.retained) for row in result.rows] == [("ete-2022", 15), ("hiver-2022", 15)]
    one = simulated(
        file(*week(date(2022, 10, 3), [5, 5, 5, 5, 5, 5])), of_options((), "ete-2022", until=date(2022, 12, 1))
    )
    assert [(row.period, row.retained) for row in one.rows] == [("ete-2022", 20)]


def test_two_texts_of_one_limit_are_two_counts_all_the_same(simulated: Simulate) -> None:
    seam = Scenario(
        "bord à bord",
        (
            Change("x", "snp", "ete-2022", until=date(2022, 10, 5), values={"limit": 19}),
            Change("x", "snp", "hiver-2022", date(2022, 10, 6), values={"limit": 19}),
        ),
    )
    result = simulated(file(*week(date(2022, 10, 3), [5, 5, 5, 5, 5, 5])), seam)
    assert [(row.period, row.retained) for row in result.rows] == [("ete-2022", 15), ("hiver-2022", 15)]


def test_a_period_that_starts_earlier_has_its_conditions_from_that_day(simulated: Simulate) -> None:
    day = date(2022, 6, 13)
    rows = [
        visit(day, patient="Q1", own="oui"),
        visit(day, patient="Q2", by="non"),
        visit(day, "21:00", "Q3"),
        *week(day + timedelta(days=7), [4, 4, 4, 4, 4, 3]),
    ]
    result = simulated(file(*rows), of_options(("snp",), "ete-2022", from_=day), only=("snp",))
    assert sums(result)[:3] == (26, 20, 6)
    assert [reason for _, reason in reasons(result)] == ["condition"] * 2 + ["pdsa_hours"] + ["weekly_cap"] * 3
    assert result.notes == ()


def test_a_disputed_period_between_two_others_goes_on_with_the_one_before_it(simulated: Simulate) -> None:
    """Each crowded week is cut once, whatever the number of periods."""
    weeks = [date(2022, 9, 5), date(2023, 1, 9), date(2023, 5, 8), date(2023, 6, 5)]
    acts = file(*(row for monday in weeks for row in week(monday, [0, 6, 6, 6, 5])))
    changes = [Change("x", "snp", one, values={"limit": 21}) for one in ("ete-2022", "hiver-2022", "ngap-2023")]
    may = Change("x", "snp", "debut-mai-2023", retain=True, values={"limit": 21})
    result = simulated(acts, Scenario("vingt et un", (*changes, may)), only=("snp",))
    assert [(row.period, row.units, row.retained) for row in result.rows] == [
        ("ete-2022", 23, 21),
        ("hiver-2022", 23, 21),
        ("debut-mai-2023", 23, 21),
        ("ngap-2023", 23, 21),
    ]


def test_the_first_days_of_july_are_one_count_with_the_rest(simulated: Simulate) -> None:
    retained = Scenario("CPL", (Change("x", "snp", "debut-juillet-2022", retain=True),))
    acts = file(*week(date(2022, 7, 11), [6, 6, 6, 0, 6]))
    assert sums(simulated(acts))[1:3] == (12, 12)
    assert sums(simulated(acts, retained))[1:3] == (20, 4)


def test_case_10_spring_2023(simulated: Simulate) -> None:
    result = simulated(
        file(
            visit(date(2023, 4, 28)),
            visit(date(2023, 5, 5), patient="P2"),
            visit(date(2023, 5, 16), patient="P3"),
            visit(date(2023, 5, 16), patient="P4", by="15"),
            visit(date(2023, 5, 16), patient="P5", specialty="33"),
            visit(date(2023, 5, 16), patient="P6", at="13/05/2023 09:00"),
        )
    )
    assert sums(result)[:4] == (6, 2, 4, 30_00)
    assert reasons(result) == [(5, "out_of_period"), (9, "condition"), (11, "condition"), (13, "condition")]
    assert "Règlement arbitral en vigueur le 01/05/2023" in details(result)[0]


# --- the rulings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2022, 7, 12), None),
        (date(2022, 7, 13), "ete-2022"),
        (date(2022, 9, 30), "ete-2022"),
        (date(2022, 10, 1), None),
        (date(2022, 12, 9), None),
        (date(2022, 12, 10), "hiver-2022"),
        (date(2023, 4, 29), "hiver-2022"),
        (date(2023, 5, 2), None),
        (date(2023, 5, 13), None),
        (date(2023, 5, 15), "ngap-2023"),
        (date(2026, 11, 20), "ngap-2023"),
    ],
)
def test_first_and_last_days(simulated: Simulate, day: date, period: str | None) -> None:
    [row] = [row for row in simulated(file(visit(day))).rows if row.measure == "snp"]
    assert (row.period, row.retained) == (period, 1 if period else 0)


SUMMER = date(2022, 9, 6)
NGAP = date(2023, 6, 6)


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        (visit(SUMMER), "retenu"),
        (visit(SUMMER, by="15"), "retenu"),
        (visit(SUMMER, by="non"), "condition"),
        (visit(SUMMER, by="116117"), "condition/snp-regulation"),
        (visit(SUMMER, by=""), "unverifiable"),
        (visit(NGAP, by="116117"), "condition"),
        (visit(SUMMER, own="oui"), "condition"),
        (visit(SUMMER, own=""), "unverifiable"),
        (visit(SUMMER, host=""), "condition"),
        (visit(SUMMER, host="VG"), "retenu"),
        (visit(SUMMER, host="TCG"), "retenu"),
        (visit(NGAP, host="TCG"), "condition/snp-acte-hote"),
        (visit(NGAP, host="VG"), "condition/snp-acte-hote"),
        (visit(SUMMER, host="CS", specialty="3"), "condition/specialite"),
        (visit(date(2023, 1, 10), host="CS", specialty="3"), "retenu"),
        (visit(NGAP, host="CS", specialty=""), "unverifiable"),
        (visit(SUMMER, at="04/09/2022 10:00"), "retenu"),
        (visit(SUMMER, at="04/09/2022 09:59"), "condition"),
        (visit(SUMMER, "", at="04/09/2022 09:59"), "unverifiable"),
        (visit(SUMMER, "", at="03/09/2022 23:59"), "condition"),
        (visit(SUMMER, at=""), "unverifiable"),
        (visit(SUMMER, "08:00", at="06/09/2022 07:00"), "retenu"),
        (visit(SUMMER, "07:59", at="06/09/2022 07:00"), "pdsa_hours"),
        (visit(SUMMER, "19:59"), "retenu"),
        (visit(SUMMER, "20:00"), "pdsa_hours"),
        (visit(date(2022, 9, 10), "11:59"), "retenu"),
        (visit(date(2022, 9, 10), "12:00"), "pdsa_hours"),
        (visit(date(2022, 9, 11)), "pdsa_hours"),
        (visit(date(2022, 7, 14)), "pdsa_hours"),
        (visit(date(2022, 7, 15)), "condition/snp-horaires"),
        (visit(SUMMER, "21:00", own="oui"), "pdsa_hours"),
        (visit(SUMMER, overcharge="5"), "condition"),
        ([*visit(NGAP), f"{NGAP:%d/%m/%Y};10:00;MCG;A;1;P1;5;0;70;non;sas;"], "condition"),
    ],
)
def test_an_act_is_retained_refused_or_left_open(simulated: Simulate, rows: list[str], outcome: str) -> None:
    result = simulated(file(rows), only=("snp",))
    if outcome == "retenu":
        assert (reasons(result), result.notes) == ([], ())
    elif "/" in outcome:  # retained, and said
        assert (reasons(result), sums(result)[1]) == ([], 1)
        assert [note for note in result.notes if outcome in note] == [
            f"1\u00a0ligne SNP retenue, mais à examiner : voir « a9 check », règle {outcome}."
        ]
    else:
        assert [reason for _, reason in reasons(result)] == [outcome]


def test_what_is_missing_is_named(simulated: Simulate) -> None:
    result = simulated("date;code;practitioner;patient;specialty\n06/09/2022;G;A;P1;1\n06/09/2022;SNP;A;P1;1")
    assert details(result) == [
        "SNP : non vérifiable, il manque « Régulé le », « Heure », « Médecin traitant » et « Régulation »."
    ]
    [total, _] = result.totals
    assert (total.retained, total.baseline, total.with_measure, total.difference) == (0, None, None, None)
    assert result.notes == (
        "snp : 1\u00a0ligne non vérifiable, laissée hors des sommes ; le détail des refus dit ce qui manque.",
    )


def test_a_disputed_period_that_is_retained_has_the_conditions_of_its_rules(simulated: Simulate) -> None:
    day = date(2022, 10, 4)
    rows = [
        visit(day),
        visit(day, patient="P2", own="oui"),
        visit(day, patient="P3", by="116117"),
        visit(day, "21:00", "P4"),
    ]
    result = simulated(file(*rows), RETAIN)
    assert reasons(result) == [(5, "condition"), (9, "pdsa_hours")]
    assert sums(result)[1] == 2
    assert any("condition/snp-regulation" in note for note in result.notes)
    crowded = simulated(file(*week(date(2022, 10, 3), [5, 5, 5, 5, 2])), RETAIN)
    assert [reason for _, reason in reasons(crowded)] == ["weekly_cap"] * 2


def test_the_rules_of_a_period_follow_a_measure_whose_file_dates_it_otherwise(tmp_path: Path) -> None:
    """By the name of the period: the rules of this folder are the shipped ones, whose summer ends in September."""
    shipped = Path(load.__file__).parents[1] / "rules" / "mesure" / "snp.toml"
    head, *periods = shipped.read_text("utf-8").split(PERIOD)
    kept = [one.replace("2022-09-30", "2022-12-09") for one in periods if "automne-2022" not in one]
    (tmp_path / "mesure").mkdir()
    (tmp_path / "mesure" / "snp.toml").write_text(PERIOD.join([head, *kept]), "utf-8")
    path = tmp_path / "actes.csv"
    path.write_text(file(*week(date(2022, 11, 14), [5, 5, 5, 5, 2]), visit(date(2022, 11, 15), own="oui")), "utf-8")
    activity = load_activity([str(path)], RULEBOOK.nomenclature)
    result = simulate(activity, load_measures(tmp_path), RULEBOOK, Ask(date(2026, 11, 22), only=("snp",)), Scenario())
    assert [one.reason for one in result.refused] == ["weekly_cap", "weekly_cap", "condition"]


def test_the_limit_of_the_winter_is_left_open_unless_a_scenario_sets_it(simulated: Simulate) -> None:
    acts = file(*week(date(2023, 1, 9), [5, 5, 5, 5, 2]))
    law = simulated(acts)
    assert (sums(law)[1], reasons(law)) == (22, [])
    assert law.notes[-1] == (
        "2\u00a0lignes SNP retenues, mais à examiner : voir « a9 check », règle frequence/snp-hebdomadaire."
    )
    assert sums(simulated(acts, of_options(values=["snp.limit=21"])))[1:3] == (21, 1)
    assert sums(simulated(acts, of_options(values=["snp.limit=30"])))[1:3] == (22, 0)


@pytest.mark.parametrize("scenario", [of_options((), "hiver-2022", values=["snp.limit=20"]), SET_THEN_MOVED])
def test_a_limit_set_by_hand_refuses_be_it_that_of_the_text(simulated: Simulate, scenario: Scenario) -> None:
    result = simulated(file(*week(date(2023, 1, 9), [5, 5, 5, 5, 5])), scenario)
    assert sums(result) == (25, 20, 5, 300_00, 210_00, 90_00)
    assert reasons(result) == [
        (43, "weekly_cap"),
        (45, "weekly_cap"),
        (47, "weekly_cap"),
        (49, "weekly_cap"),
        (51, "weekly_cap"),
    ]


def test_a_limit_set_in_another_period_settles_nothing(simulated: Simulate) -> None:
    scenario = of_options((), "ete-2022", values=["snp.limit=20"])
    assert sums(simulated(file(*week(date(2023, 1, 9), [5, 5, 5, 5, 5])), scenario))[1:3] == (25, 0)


def test_a_limit_and_an_amount_that_a_scenario_sets(simulated: Simulate) -> None:
    acts = file(*week(date(2022, 9, 5), [4, 4, 4, 4, 4, 3]))
    assert sums(simulated(acts, of_options(values=["snp.limit=22"])))[1:4] == (22, 1, 330_00)
    assert sums(simulated(acts, of_options(values=["snp.limit=0"])))[1:4] == (0, 23, 0)
    assert sums(simulated(acts, of_options(values=["snp.amount=20"])))[1:4] == (20, 3, 400_00)


def test_an_act_refused_by_a_condition_does_not_fill_the_week(simulated: Simulate) -> None:
    first = [visit(date(2022, 9, 5), "08:30", f"Q{n}", own="oui", at="04/09/2022 20:00") for n in range(3)]
    result = simulated(file(*first, *week(date(2022, 9, 5), [4, 4, 4, 4, 4])))
    assert [reason for _, reason in reasons(result)] == ["condition"] * 3
    assert sums(result)[1] == 20


@pytest.mark.parametrize(
    "refusing", [{"beside": "MCG"}, {"beside": "MHP"}, {"beside": "MU"}, {"beside": "U03"}, {"overcharge": "10"}]
)
def test_an_act_refused_by_what_stands_beside_it_does_not_fill_the_week(
    simulated: Simulate, refusing: dict[str, str]
) -> None:
    monday = date(2025, 1, 13)
    first = visit(monday, "08:30", "Q", overcharge=refusing.get("overcharge", "0"))
    if "beside" in refusing:
        first.insert(1, first[0].replace(";G;A;1;Q;25;", f";{refusing['beside']};A;1;Q;5;"))
    result = simulated(file(first, *week(monday, [4, 4, 4, 4, 4])))
    assert reasons(result) == [(len(first) + 1, "condition")]
    assert sums(result) == (21, 20, 1, 300_00, 210_00, 90_00)


def test_a_row_of_several_units_is_cut_at_the_limit(simulated: Simulate) -> None:
    result = simulated(file(*week(date(2022, 9, 5), [5, 5, 5, 4]), visit(date(2022, 9, 9), patient="Q", quantity=3)))
    assert sums(result) == (22, 20, 2, 300_00, 210_00, 90_00)
    assert reasons(result) == [(41, "weekly_cap")]


def test_what_is_due_anyway_is_due_for_refused_units_too(simulated: Simulate) -> None:
    """No text has such an amount; a scenario may."""
    rows = file(*week(date(2022, 9, 5), [5, 5, 5, 4]), visit(date(2022, 9, 9), patient="Q", quantity=3))
    result = simulated(rows, of_options(values=["snp.baseline=5"]))
    [total] = [total for total in result.totals if total.measure == "snp"]
    assert (total.baseline, total.with_measure, total.difference) == (110_00, 310_00, 200_00)
    assert (total.difference_amo, total.difference_patient) == (140_00, 60_00)


def test_files_that_name_nobody_are_one_doctor(simulated: Simulate) -> None:
    rows = [row.split(";") for row in file(*week(date(2022, 9, 5), [4, 4, 4, 4, 4, 3])).splitlines()]
    result = simulated("\n".join(";".join(cell for place, cell in enumerate(row) if place != 3) for row in rows))
    assert sums(result)[:3] == (23, 20, 3)
    assert {row.practitioner for row in result.rows} == {"?"}


def test_two_doctors_have_each_their_week(simulated: Simulate) -> None:
    both = [
        visit(date(2022, 9, 5 + n // 4), f"{9 + n % 4}:00", f"P{n}", practitioner=who)
        for n in range(20)
        for who in "AB"
    ]
    result = simulated(file(*both))
    assert [(row.practitioner, row.retained) for row in result.rows] == [("A", 20), ("B", 20)]


# --- who pays ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "host_rate", "amo", "noted"),
    [
        ("", "70", 10_50, False),
        ("", "100", 15_00, False),
        ("100", "70", 15_00, False),
        ("60", "", 9_00, False),
        ("", "", 10_50, True),
    ],
)
def test_the_share_of_the_fund(simulated: Simulate, rate: str, host_rate: str, amo: int, noted: bool) -> None:
    result = simulated(file(visit(SUMMER, rate=rate, host_rate=host_rate)), only=("snp",))
    assert sums(result)[4:] == (amo, 15_00 - amo)
    assert result.notes == (
        ("Part AMO de 1\u00a0ligne SNP supposée à 70\u00a0% : ni la ligne ni l'acte du même jour n'a de taux.",)
        if noted
        else ()
    )


@pytest.mark.parametrize(
    ("amount", "quantity", "amo", "patient"),
    [("15.05", 1, 10_54, 4_51), ("15.08", 9, 95_00, 40_72), ("15.04", 1, 10_53, 4_51)],
)
def test_the_share_is_rounded_to_the_cent_half_up(
    simulated: Simulate, amount: str, quantity: int, amo: int, patient: int
) -> None:
    result = simulated(file(visit(SUMMER, quantity=quantity)), of_options(values=[f"snp.amount={amount}"]))
    assert sums(result)[4:] == (amo, patient)


def test_a_period_that_starts_before_every_share_has_the_first(simulated: Simulate) -> None:
    early = of_options(("snp",), "ete-2022", from_=date(2022, 6, 1))
    result = simulated(file(visit(date(2022, 6, 15), host_rate="")), early, only=("snp",))
    assert sums(result)[3:] == (15_00, 10_50, 4_50)


# --- one implementation with the check -----------------------------------------------------------------------

JUDGES = (
    "condition/snp-acte-hote",
    "condition/snp-delai",
    "condition/snp-horaires",
    "condition/snp-patientele",
    "condition/snp-periode",
    "condition/snp-regulation",
    "condition/specialite",
    "cumul/snp-mcg",
    "cumul/snp-mhp",
    "cumul/snp-mu",
    "cumul/u03",
    "tarif/opposable",
    "frequence/snp-hebdomadaire",
)
VISITS = st.builds(
    visit,
    day=st.dates(date(2022, 9, 20), date(2022, 10, 5)) | st.dates(date(2022, 12, 5), date(2023, 6, 10)),
    time=st.sampled_from(["08:00", "10:15", "12:00", "19:45", "20:00", ""]),
    patient=st.sampled_from([f"P{n}" for n in range(6)]),
    host=st.sampled_from(["G", "G", "TCG", "VG", ""]),
    specialty=st.sampled_from(["1", "1", "3", "33", ""]),
    overcharge=st.sampled_from(["0", "0", "5"]),
    own=st.sampled_from(["non", "non", "oui", ""]),
    by=st.sampled_from(["sas", "sas", "15", "116117", "non", ""]),
    quantity=st.sampled_from([1, 1, 9]),
)
RULEBOOK, MEASURES = load_rulebook(), load_measures()


def test_what_refuses_a_supplement_leaves_its_place_in_the_week() -> None:
    snp, week_ = MEASURES["snp"], RULEBOOK.rules["frequence/snp-hebdomadaire"]
    assert isinstance(snp, Supplement)
    assert isinstance(week_, Frequency)
    assert {*week_.refusing} == {*snp.conditions, *snp.exclusions, "condition/snp-periode"}


def of(visits: list[list[str]], tmp_path: Path, scenario: Scenario = Scenario()) -> Measures:  # noqa: B008
    path = tmp_path / "actes.csv"
    path.write_text(file(*visits) + "\n", encoding="utf-8")
    activity = load_activity([str(path)], RULEBOOK.nomenclature)
    return simulate(activity, MEASURES, RULEBOOK, Ask(date(2026, 11, 22), only=("snp",)), scenario)


@examples(8, 200)
@given(visits=st.lists(VISITS, min_size=1, max_size=8))
def test_check_and_measures_agree_on_what_is_refused(visits: list[list[str]], tmp_path: Path) -> None:
    result = of(visits, tmp_path)
    refused = {one.row: one.reason for one in result.refused}
    activity = load_activity([str(tmp_path / "actes.csv")], RULEBOOK.nomenclature)
    report = check(activity.acts, RULEBOOK, Options(date(2026, 11, 22), only=JUDGES)).findings
    found = report.filter(report["code"] == "SNP")
    violations = set(found.filter(found["verdict"] == "violation")["row"])
    disputed = set(found.filter(found["rule"] == "condition/snp-periode")["row"])
    sure = {row for row, reason in refused.items() if reason not in ("unverifiable", "out_of_period")}
    dated = {row for row, reason in refused.items() if reason == "out_of_period"}
    assert dated == disputed
    assert sure <= violations
    assert violations - dated <= refused.keys()


@examples(8, 200)
@given(
    visits=st.lists(VISITS, min_size=1, max_size=8),
    shifts=st.lists(st.integers(0, 40), min_size=2, max_size=2),
)
def test_a_bound_moved_outward_never_lowers_what_is_retained(
    visits: list[list[str]], shifts: list[int], tmp_path: Path
) -> None:
    """Outward from the summer, before the winter starts."""
    before, after = (timedelta(days=shift) for shift in sorted(shifts))
    first, last = date(2022, 7, 13), date(2022, 9, 30)
    narrow = of(visits, tmp_path, of_options((), "ete-2022", first - before, last + before))
    wide = of(visits, tmp_path, of_options((), "ete-2022", first - after, last + after))
    kept = [sum(int(total.retained or 0) for total in one.totals) for one in (of(visits, tmp_path), narrow, wide)]
    assert kept == sorted(kept)


@examples(8, 200)
@given(visits=st.lists(VISITS, min_size=1, max_size=8))
def test_an_empty_period_is_the_baseline(visits: list[list[str]], tmp_path: Path) -> None:
    empty = Scenario(
        "rien",
        tuple(
            Change("essai", "snp", period, date(2022, 1, 2), date(2022, 1, 1))
            for period in ("ete-2022", "hiver-2022", "ngap-2023")
        ),
    )
    result = of(visits, tmp_path, empty)
    assert {(row.period, row.retained, row.baseline, row.with_measure, row.difference) for row in result.rows} == {
        (None, 0, 0, 0, 0)
    }
