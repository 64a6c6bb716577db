"""When each measure holds: the rulings, period by period, with the day before and the day after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from avenant9.errors import SettingError
from avenant9.measures.catalogue import history, named, standings
from avenant9.rulebook.measures import load_measures

MEASURES = load_measures()
ONE = timedelta(days=1)
#: Measure -> period, first day, last day (None: open), whether it is retained; written from the rulings.
LAW: dict[str, list[tuple[str, str, str | None, bool]]] = {
    "protocoles-cpts": [
        ("cpts-ete-2022", "2022-07-01", "2022-09-30", True),
        ("cpts-hiver-2022", "2022-10-01", "2023-03-31", True),
        ("cpts-permanent", "2023-03-15", None, True),
    ],
    "regulation-sas": [
        ("mission-flash-2022", "2022-07-01", "2022-09-30", True),
        ("reglement-arbitral-2023", "2023-05-01", None, True),
    ],
    "seuil-amenagement": [
        ("plafond-avenant-9", "2022-01-01", "2024-12-31", True),
        ("plafond-convention-2024", "2025-01-01", None, False),
    ],
    "snp": [
        ("debut-juillet-2022", "2022-07-01", "2022-07-12", False),
        ("ete-2022", "2022-07-13", "2022-09-30", True),
        ("automne-2022", "2022-10-01", "2022-12-09", False),
        ("hiver-2022", "2022-12-10", "2023-04-30", True),
        ("debut-mai-2023", "2023-05-01", "2023-05-14", False),
        ("ngap-2023", "2023-05-15", None, True),
    ],
    "teleconsultation-100": [
        ("covid-mars-2020", "2020-03-21", "2020-04-14", True),
        ("ordonnances-2020", "2020-04-15", "2020-12-31", True),
        ("loi-financement-2021", "2021-01-01", "2021-12-31", True),
        ("loi-passe-vaccinal-2022", "2022-01-01", "2022-07-31", True),
        ("arrete-juillet-2022", "2022-08-01", "2022-09-30", True),
    ],
    "teleconsultation-telephone": [
        ("premiere-vague-2020", "2020-04-23", "2020-07-10", True),
        ("tolerance-2020", "2020-10-17", "2020-12-20", True),
        ("decret-decembre-2020", "2020-12-21", "2021-05-31", True),
    ],
    "vaccination-covid": [
        ("covid-fevrier-2021", "2021-02-06", "2021-11-07", True),
        ("covid-novembre-2021", "2021-11-08", None, True),
    ],
    "vaccination-variole": [
        ("variole-publication", "2022-08-27", "2022-08-27", False),
        ("variole-2022", "2022-08-28", None, True),
    ],
}
ALL = [(measure, *entry) for measure, entries in LAW.items() for entry in entries]


def test_the_shipped_periods_are_those_of_the_rulings() -> None:
    assert {
        name: [
            (span.id, span.from_.isoformat(), span.period.last and span.period.last.isoformat(), span.retained)
            for span in history(measure)
        ]
        for name, measure in MEASURES.items()
    } == LAW


def status(measure: str, period: str, on: date) -> str:
    [found] = [one for one in standings(MEASURES, on).measures if (one.id, one.period) == (measure, period)]
    return found.status


@pytest.mark.parametrize(("measure", "period", "first", "last", "retained"), ALL)
def test_a_period_holds_from_its_first_day_to_its_last(
    measure: str, period: str, first: str, last: str | None, retained: bool
) -> None:
    start = date.fromisoformat(first)
    assert status(measure, period, start - ONE) == "to_come"
    assert status(measure, period, start) == "in_force"
    if last is None:
        assert status(measure, period, date(9999, 12, 31)) == "in_force"
    else:
        end = date.fromisoformat(last)
        assert status(measure, period, end) == "in_force"
        assert status(measure, period, end + ONE) == "past"
    [entry] = [one for one in standings(MEASURES, start).measures if one.period == period]
    assert (entry.from_, entry.until, entry.disputed) == (start, last and date.fromisoformat(last), not retained)


def in_force(on: date) -> list[str]:
    return [f"{one.id}/{one.period}" for one in standings(MEASURES, on).measures if one.status == "in_force"]


def test_the_last_day_of_the_summer() -> None:
    assert in_force(date(2022, 9, 30)) == [
        "protocoles-cpts/cpts-ete-2022",
        "regulation-sas/mission-flash-2022",
        "seuil-amenagement/plafond-avenant-9",
        "snp/ete-2022",
        "teleconsultation-100/arrete-juillet-2022",
        "vaccination-covid/covid-novembre-2021",
        "vaccination-variole/variole-2022",
    ]


def test_the_day_after() -> None:
    assert in_force(date(2022, 10, 1)) == [
        "protocoles-cpts/cpts-hiver-2022",
        "seuil-amenagement/plafond-avenant-9",
        "snp/automne-2022",
        "vaccination-covid/covid-novembre-2021",
        "vaccination-variole/variole-2022",
    ]


def test_an_unknown_measure_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingError) as error:
        named(MEASURES, "regulation", "a9 measures show")
    assert str(error.value) == "a9 measures show : mesure inconnue « regulation » ; peut-être « regulation-sas »."
