"""Patients taken in charge under a protocol: dates, professions, ages, one unit per patient and protocol."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from avenant9.acts.columns import ACTS
from avenant9.measures.protocols import units
from avenant9.model import Acts, CellRef
from avenant9.records import replace
from avenant9.rulebook.measures import Hourly, PerPatient, ShiftFee, load_measures
from avenant9.shifts import PROFESSIONS, PROTOCOLS, ROLES, Patient

CPTS = load_measures()["protocoles-cpts"]
assert isinstance(CPTS, PerPatient)
NO_ACTS = Acts(pl.DataFrame(schema=ACTS), ())


def day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()


def patient(
    on: str, protocol: str, profession: str | None, born: str | None = "01/01/1990", key: str = "P1", row: int = 2
) -> Patient:
    return Patient(
        where=CellRef("p.csv", None, row),
        on=day(on),
        patient=key,
        protocol=protocol,
        practitioner="?",
        profession=profession,
        birth_date=None if born is None else day(born),
    )


def told(*patients: Patient, acts: Acts = NO_ACTS) -> list[dict[str, Any]]:
    assert isinstance(CPTS, PerPatient)
    return units("protocoles-cpts", CPTS, patients, acts)[0].to_dicts()


def acts_of(key: str, *days: str, uncounted: str | None = None, quantity: int = 1) -> Acts:
    same = {"patient": key, "uncounted": uncounted, "quantity": quantity}
    rows = [{"act": rank, "date": day(on), **same} for rank, on in enumerate(days)]
    return Acts(pl.DataFrame(rows, schema={name: ACTS[name] for name in ("act", "date", *same)}), ())


def test_what_the_reader_accepts_is_what_the_measures_know() -> None:
    assert isinstance(CPTS, PerPatient)
    protocols = {one.id for span in CPTS.period for one in span.protocol}
    people = {who for span in CPTS.period for one in span.protocol for who in one.professionals}
    roles = {one.role for one in load_measures().values() if isinstance(one, Hourly | ShiftFee)}
    assert (protocols, people, roles) == (set(PROTOCOLS), set(PROFESSIONS), set(ROLES))


def test_a_retained_patient_whole() -> None:
    assert told(patient("30/09/2022", "cheville", "mk")) == [
        {
            "measure": "protocoles-cpts", "period": "cpts-ete-2022", "practitioner": "?", "date": date(2022, 9, 30),
            "units": 60, "retained": 60, "refused": 0, "reason": None, "detail": None, "baseline": 0,
            "with_measure": 25_00, "amo": 25_00, "patient": 0, "participation": None, "file": "p.csv", "sheet": None,
            "row": 2, "doubtful": 0, "low": None, "high": None,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("on", "protocol", "profession", "born", "period", "reason"),
    [
        # the bounds of the periods
        ("30/06/2022", "cheville", "mk", None, None, "out_of_period"),
        ("01/07/2022", "cheville", "mk", None, "cpts-ete-2022", None),
        ("01/10/2022", "cheville", "mk", None, "cpts-hiver-2022", None),
        ("31/03/2023", "cheville", "mk", None, "cpts-hiver-2022", None),
        ("01/04/2023", "cheville", "mk", None, None, "out_of_period"),
        ("14/03/2023", "odynophagie", "ide", None, "cpts-hiver-2022", None),
        ("15/03/2023", "odynophagie", "ide", "01/01/1990", "cpts-permanent", None),
        ("31/03/2023", "odynophagie", "ide", "01/01/1990", "cpts-permanent", None),
        ("01/06/2025", "pollakiurie", "pharmacien", "01/01/1990", "cpts-permanent", None),
        # who
        ("05/09/2022", "rhino-conjonctivite", "ide", None, "cpts-ete-2022", None),
        ("05/09/2022", "rhino-conjonctivite", "mk", None, "cpts-ete-2022", "condition"),
        ("05/09/2022", "lombalgie", "mk", None, "cpts-ete-2022", None),
        ("05/09/2022", "lombalgie", "pharmacien", None, "cpts-ete-2022", "condition"),
        ("05/09/2022", "lombalgie", None, None, "cpts-ete-2022", "unverifiable"),
        ("05/09/2022", "eruption", "pharmacien", "01/01/2020", "cpts-ete-2022", None),
        # what refuses for certain wins over what cannot be told
        ("05/09/2022", "eruption", None, "06/09/2021", "cpts-ete-2022", "condition"),
        ("05/09/2022", "eruption", "mk", None, "cpts-ete-2022", "condition"),
        # at what age: twelve months, the day before; thirteen years, the day before
        ("05/09/2022", "eruption", "ide", "05/09/2021", "cpts-ete-2022", None),
        ("05/09/2022", "eruption", "ide", "06/09/2021", "cpts-ete-2022", "condition"),
        ("05/09/2022", "eruption", "ide", "06/09/2009", "cpts-ete-2022", None),
        ("05/09/2022", "eruption", "ide", "05/09/2009", "cpts-ete-2022", "condition"),
        ("05/09/2022", "eruption", "ide", None, "cpts-ete-2022", "unverifiable"),
        ("15/03/2023", "pollakiurie", "ide", "15/03/2007", "cpts-permanent", None),
        ("15/03/2023", "pollakiurie", "ide", "16/03/2007", "cpts-permanent", "condition"),
        ("15/03/2023", "pollakiurie", "ide", "16/03/1957", "cpts-permanent", None),
        ("15/03/2023", "pollakiurie", "ide", "15/03/1957", "cpts-permanent", "condition"),
        ("15/03/2023", "odynophagie", "ide", "16/03/2017", "cpts-permanent", "condition"),
        ("15/03/2023", "odynophagie", "ide", "16/03/1972", "cpts-permanent", None),
        # born on 29 February
        ("28/02/2023", "eruption", "ide", "29/02/2020", "cpts-hiver-2022", None),
    ],
)
def test_dates_professions_and_ages(
    on: str, protocol: str, profession: str | None, born: str | None, period: str | None, reason: str | None
) -> None:
    [one] = told(patient(on, protocol, profession, born))
    due = 25_00 if reason is None else None if reason == "unverifiable" else 0
    assert (one["period"], one["reason"], one["with_measure"], one["amo"]) == (period, reason, due, due)


def test_one_unit_per_patient_and_protocol_in_order_of_date() -> None:
    found = told(
        patient("08/07/2022", "cheville", "mk", row=2),
        patient("30/06/2022", "cheville", "mk", row=3),  # before the measure: takes nothing from the others
        patient("07/07/2022", "cheville", "ide", row=4),  # refused: neither
        patient("06/07/2022", "cheville", "mk", row=5),
        patient("09/07/2022", "lombalgie", "mk", row=6),
        patient("09/07/2022", "cheville", "mk", key="P2", row=7),
        patient("01/10/2022", "cheville", "mk", row=8),
    )
    assert [(one["row"], one["reason"]) for one in found] == [
        (3, "out_of_period"),
        (5, None),
        (4, "condition"),
        (2, "condition"),
        (6, None),
        (7, None),
        (8, "condition"),
    ]
    assert found[3]["detail"] == "Déjà compté pour ce protocole (ligne 5) : un forfait par patient."
    assert [(one["retained"], one["refused"]) for one in found] == [
        (0, 60) if one["reason"] else (60, 0) for one in found
    ]


@pytest.mark.parametrize(
    ("earlier", "here", "place"),
    [
        (CellRef("p.csv", None, 5), CellRef("p.csv", None, 2), "ligne 5"),
        (CellRef("p.xlsx", "Été", 5), CellRef("p.xlsx", "Été", 9), "ligne 5"),
        (CellRef("p.xlsx", "Été", 5), CellRef("p.xlsx", "Hiver", 2), "p.xlsx, feuille Été, ligne 5"),
        (CellRef("a.csv", None, 5), CellRef("b.csv", None, 2), "a.csv, ligne 5"),
        (CellRef("b.csv", None, 5), CellRef("a.csv", None, 2), "b.csv, ligne 5"),
    ],
)
def test_where_a_patient_was_counted_before(earlier: CellRef, here: CellRef, place: str) -> None:
    first = replace(patient("05/09/2022", "cheville", "mk"), where=earlier)
    again = replace(patient("06/09/2022", "cheville", "mk"), where=here)
    assert told(first, again)[1]["detail"] == (f"Déjà compté pour ce protocole ({place}) : un forfait par patient.")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (24, None, "à partir de 2 ans"),
        (23, None, "à partir de 23 mois"),
        (30, None, "à partir de 30 mois"),
        (None, 11, "jusqu'à la veille de 12 mois"),
        (None, 23, "jusqu'à la veille de 2 ans"),
        (6, 35, "de 6 mois à la veille de 3 ans"),
    ],
)
def test_ages_in_months_and_years(low: int | None, high: int | None, words: str) -> None:
    assert isinstance(CPTS, PerPatient)
    first, *others = CPTS.period
    own = [one.model_copy(update={"from_months": low, "to_months": high}) for one in first.protocol]
    changed = CPTS.model_copy(update={"period": (first.model_copy(update={"protocol": tuple(own)}), *others)})
    born = "05/08/2022" if low is not None else "01/01/1990"
    table, _ = units("protocoles-cpts", changed, [patient("05/09/2022", "cheville", "mk", born)], NO_ACTS)
    assert table["detail"].to_list() == [f"Âge hors du protocole, ouvert {words}."]


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        (acts_of("P1", "15/03/2023"), "unverifiable"),
        (acts_of("P1", "16/03/2023"), "unverifiable"),
        (acts_of("P1", "14/03/2023", "17/03/2023"), None),
        (acts_of("P2", "15/03/2023"), None),
        (acts_of("P1", "15/03/2023", uncounted="cancelled"), None),
        (acts_of("P1", "15/03/2023", quantity=0), None),
    ],
)
def test_ordinary_billing_the_same_day_or_the_next(acts: Acts, reason: str | None) -> None:
    [one] = told(patient("15/03/2023", "odynophagie", "ide"), acts=acts)
    assert one["reason"] == reason
    [before] = told(patient("14/03/2023", "odynophagie", "ide"), acts=acts)  # that text does not hold yet
    assert before["reason"] is None


@pytest.mark.parametrize(
    ("one", "detail"),
    [
        (
            patient("01/04/2023", "cheville", "mk"),
            "Protocole « cheville ». Hors de toute période de la mesure : la dernière, « Prolongation "
            "jusqu'au printemps 2023 », a fini le 31/03/2023.",
        ),
        (
            patient("05/09/2022", "cheville", "ide"),
            "Ce protocole n'est pas ouvert à cette profession (infirmier) ; attendu : « mk ».",
        ),
        (patient("05/09/2022", "cheville", None), "Le professionnel n'est pas indiqué."),
        (
            patient("05/09/2022", "eruption", "ide", "01/01/2000"),
            "Âge hors du protocole, ouvert de 12 mois à la veille de 13 ans.",
        ),
        (
            patient("05/09/2022", "eruption", "ide", None),
            "La date de naissance n'est pas indiquée, alors que le protocole dépend de l'âge.",
        ),
    ],
)
def test_the_sentence_of_each_refusal(one: Patient, detail: str) -> None:
    assert [line["detail"] for line in told(one)] == [detail]


def test_the_sentence_of_ordinary_billing_and_the_reservations() -> None:
    assert isinstance(CPTS, PerPatient)
    remark = (
        "non cumulable avec une facturation ordinaire des mêmes professionnels pour le même patient, le jour même "
        "ou le lendemain : à examiner."
    )
    one, other = patient("15/03/2023", "odynophagie", "ide"), patient("15/03/2023", "odynophagie", "ide", key="P2")
    table, notes = units("protocoles-cpts", CPTS, [one, other], acts_of("P1", "15/03/2023"))
    assert table["detail"].to_list() == [
        f"Un acte de ce patient est facturé le jour même ou le lendemain ; {remark}",
        None,
    ]
    assert notes == (
        "1\u00a0patient retenu : protocole « odynophagie ». De 6 à 45 ans, puis de 6 à 50 ans à une date non "
        "établie : la limite la plus large est gardée.",
        f"1\u00a0patient retenu : Deux protocoles permanents, {remark}",
    )
    _, notes = units(
        "protocoles-cpts", CPTS, [patient("05/09/2022", "eruption", "pharmacien", "01/01/2020")], NO_ACTS
    )
    assert notes == (
        "1\u00a0patient retenu : protocole « eruption » par un pharmacien, que les sources ne nomment pas toutes.",
        "1\u00a0patient retenu : protocole « eruption ». De 12 mois à 12 ans, lus comme révolus. L'ARS Normandie "
        "nomme aussi le pharmacien, non la commission paritaire locale.",
    )
