"""A naive second opinion on the sums from 2026: plain loops over the page of the law, nothing of the engine.

Answers are a plain mapping. A rate is a Fraction of 0 to 1, or `NO_ACT` where nothing at all was done; a yes or a no
is a bool; numbers are ints; a class of patients is a pair, all of them and those not seen for two years. What is
not in the mapping is not known. Money is in cents; None is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

NO_ACT = "no act"
SOCLE_POINTS = 280
CENTS_OF_A_POINT = 700

SOCLE_RATES = ("taux_dmt", "taux_teletransmission", "taux_pse", "taux_aat")
FIRST_OPTION = ("taux_at_mp", "taux_spe", "taux_dsg")
SECOND_OPTION = ("taux_dmp", "taux_e_prescription")

#: Euros of a patient who was seen; of one who was not, in the reading of the examples and in the kindest one.
CLASSES = {
    "moins_7": (15, 5, 5),
    "de_7_a_74": (5, 5, 5),
    "de_75_a_79": (15, 5, 5),
    "de_80_et_plus": (55, 5, 5),
    "ald_moins_80": (55, 5, 55),
    "ald_80_et_plus": (100, 5, 100),
}
PREVENTION = (
    "grippe",
    "covid",
    "pneumocoque",
    "ror",
    "meningocoque",
    "hpv",
    "cancer_sein",
    "cancer_col",
    "cancer_colorectal",
    "glycemie",
    "maladie_renale",
    "hba1c",
    "examen_9_mois",
    "examen_24_mois",
    "bucco_dentaire",
)


def thresholds(year: int) -> tuple[Fraction, Fraction]:
    """Of the mean of the téléservices, of the two first options."""
    if year >= 2028:
        return Fraction(80, 100), Fraction(60, 100)
    return Fraction(60, 100), Fraction(30, 100)


# --- the dotation -----------------------------------------------------------------------------------------


def equipped(answers: Mapping[str, Any]) -> bool | None:
    """Software of the Ségur with its LAP, and addendum 8."""
    software = answers.get("logiciel_segur")
    addendum = answers.get("sesam_vitale")
    recent = None if addendum is None else int(str(addendum)[len("addendum") :]) >= 8
    if software is False or recent is False:
        return False
    if software is None or recent is None:
        return None
    return True


def readings_of_a_mean(rates: list[Any], threshold: Fraction) -> Iterator[bool | None]:
    """Services without acts left out, then counted zero; None where nothing at all is left to average."""
    done = [rate for rate in rates if rate != NO_ACT]
    if done:
        yield sum(done) / len(done) >= threshold
    else:
        yield None
    yield Fraction(sum(done)) / len(rates) >= threshold


def readings_of_each(rates: list[Any], threshold: Fraction) -> Iterator[bool | None]:
    """Each rate by itself, services without acts left out, then counted zero."""
    done = [rate for rate in rates if rate != NO_ACT]
    yield all(rate >= threshold for rate in done) if done else None
    yield all(rate >= threshold for rate in done) and len(done) == len(rates)


def rates_reach(
    answers: Mapping[str, Any], names: tuple[str, ...], threshold: Fraction, *, each: bool
) -> bool | str | None:
    """True or False where every reading and every missing answer says so; `disputed`; None while an answer could."""
    missing = [name for name in names if name not in answers]
    found = set()
    for filler in (Fraction(0), Fraction(1)):
        rates = [answers.get(name, filler) for name in names]
        found |= set(readings_of_a_mean(rates, threshold))
        if each:
            found |= set(readings_of_each(rates, threshold))
    if found == {True}:
        return True
    if found == {False}:
        return False
    return None if missing else "disputed"


def messages_and_appli(answers: Mapping[str, Any]) -> bool | None:
    """At least one of both in the year."""
    counts = (answers.get("fse_appli_carte_vitale"), answers.get("messages_patients"))
    if 0 in counts:
        return False
    return None if None in counts else True


def dotation(year: int, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The socle (True, False, `disputed`, None), its points with the options were it reached, what is disputed."""
    for_socle, for_options = thresholds(year)
    services = rates_reach(answers, SOCLE_RATES, for_socle, each=False)
    equipment = equipped(answers)
    if equipment is False or services is False:
        socle: bool | str | None = False
    elif equipment is True and services is True:
        socle = True
    else:
        socle = None
    options = (
        (60, rates_reach(answers, FIRST_OPTION, for_options, each=True)),
        (60, rates_reach(answers, SECOND_OPTION, for_options, each=True)),
        (20, messages_and_appli(answers)),
    )
    points = SOCLE_POINTS
    disputed = []
    if services == "disputed":
        disputed.append((0, SOCLE_POINTS))
    for brings, reached in options:
        if reached is True:
            points += brings
        if reached == "disputed":
            disputed.append((0, brings))
    return {"socle": socle, "if_met": points, "disputed": [] if socle is False else disputed}


# --- the other sums ---------------------------------------------------------------------------------------


def sas(answers: Mapping[str, Any]) -> int | None:
    """1,000 euros on three conditions, the third by the agenda or by an organisation."""
    third = (answers.get("sas_agenda_visible"), answers.get("sas_organisation"))
    shown = True if True in third else False if third == (False, False) else None
    conditions = (answers.get("sas_departement_ouvert"), answers.get("sas_plateforme"), shown)
    if False in conditions:
        return 0
    return None if None in conditions else 100_000


def zone_percents(year: int, answers: Mapping[str, Any]) -> set[int]:
    """What the place of the practice may add: several where the texts, or a missing answer, leave several."""
    zone = answers.get("zone")
    if zone in ("zac", "autre"):
        return {0}
    installed = answers.get("premiere_installation")  # a year
    own = {10}
    if installed is not None and installed <= year:
        rank = year - installed + 1
        series = 50 if rank == 1 else 30 if rank == 2 else 10
        own = {series} if installed >= 2026 else {10, series}
    return own if zone in ("zip", "qpv") else {0} | own


def age_percents(answers: Mapping[str, Any]) -> set[int]:
    """What the age of the doctor may add."""
    age = answers.get("age")
    if age is None:
        return {0, 10}
    return {10} if age >= 67 else {0}


def fmt(year: int, answers: Mapping[str, Any]) -> dict[str, int | None]:
    """The forfait médecin traitant in cents: of the examples (`euros`), at least, at most."""
    socle = kindest = patients = unseen = 0
    whole = True
    for name, (seen_euros, not_seen_euros, kind_euros) in CLASSES.items():
        if name not in answers:
            whole = False
            continue
        total, not_seen = answers[name]
        socle += (total - not_seen) * seen_euros + not_seen * not_seen_euros
        kindest += (total - not_seen) * seen_euros + not_seen * kind_euros
        patients += total
        unseen += not_seen
    if "c2s" in answers:
        precarity = precarity_most = answers["c2s"] * 10
        precarity_least = precarity - 10 * min(answers["c2s"], unseen)
    else:
        precarity = precarity_least = 0
        precarity_most = patients * 10
    prevention = 0
    if "prevention_total" in answers:
        prevention = answers["prevention_total"] * 5
    else:
        for name in PREVENTION:
            prevention += answers.get(name, 0) * 5
    ages, zones = age_percents(answers), zone_percents(year, answers)
    least_age, least_zone = min(ages), min(zones)
    least = most = None
    for age in ages:
        for zone in zones:
            for percent in (Fraction(age + zone), Fraction((100 + age) * (100 + zone), 100) - 100):
                low = socle * 100 + socle * percent
                high = kindest * 100 + kindest * percent
                least = low if least is None or low < least else least
                most = high if most is None or high > most else most
    assert least is not None
    assert most is not None
    euros = socle * 100 + socle * (least_age + least_zone) + precarity * 100 + prevention * 100
    return {
        "euros": int(euros) if whole else None,
        "low": int(least + precarity_least * 100 + prevention * 100),
        "high": int(most + precarity_most * 100 + prevention * 100) if whole else None,
    }


#: FPMT of 2025, euros of a patient.
FPMT_2025 = {
    "moins_7": 6,
    "de_7_a_74": 5,
    "de_75_a_79": 5,
    "de_80_et_plus": 46,
    "ald_moins_80": 46,
    "ald_80_et_plus": 70,
}


def fpmt(answers: Mapping[str, Any]) -> int | None:
    """The forfait patientèle of 2025 in cents, whoever was seen."""
    total = 0
    for name, euros in FPMT_2025.items():
        if name not in answers:
            return None
        total += answers[name][0] * euros * 100
    return total
