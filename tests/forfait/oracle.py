"""A naive second opinion on the points of the forfait: plain questions, year by year, its own constants.

Written from the texts alone, before any look at the engine, and importing nothing of it but the shape of an answer.
`True` is reached, `False` missed, `None` not known. Points are counted in half points, so that all stays whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from avenant9.forfait.answers import Answer, Rate

EURO_CENTS_OF_HALF_A_POINT = 350


@dataclass
class Verdict:
    """What the oracle expects of a year, in half points."""

    opened: bool | None = True
    base: int = 0
    bonus: int = 0
    second: int = 0
    unresolved: list[tuple[int, int]] = field(default_factory=list)

    def whole(self) -> int:
        """Everything, were the prerequisites all there."""
        return self.base + self.bonus + self.second


def judge(year: int, answers: Mapping[str, Answer]) -> Verdict:
    """The whole of a year."""
    verdict = Verdict()
    verdict.base = 560
    for reached in first_volet(year, answers):
        if reached is False:
            verdict.opened = False
        elif reached is None and verdict.opened is True:
            verdict.opened = None
    if year == 2022 and yes(answers, "prise_en_charge_coordonnee"):
        verdict.bonus = 240
    for name, half_points in declared(year).items():
        if yes(answers, name):
            verdict.second += half_points
    teleservices(year, answers, verdict)
    uses(year, answers, verdict)
    unscheduled_care(year, answers, verdict)
    return verdict


def first_volet(year: int, answers: Mapping[str, Answer]) -> list[bool | None]:
    """Each prerequisite of a year."""
    needed = [yes(answers, "horaires_annuaire")]
    if year != 2020:  # COVID
        needed.append(at_least(answers, "taux_teletransmission", 2, 3))
    if year <= 2022:
        needed.append(yes(answers, "messagerie_securisee"))
        claimed = answers.get("lap_exempte") is True  # an exemption counts for who claims it
        needed.append(True if claimed else yes(answers, "logiciel_lap_dmp"))
    else:
        needed.append(yes(answers, "logiciel_segur"))
    if year == 2023:
        declared_on = answers.get("segur_declare_le")
        if isinstance(declared_on, date):
            needed.append(declared_on <= date(2024, 1, 31))
        else:
            needed.append(None)
    if year in (2019, 2020, 2021):
        needed.append(addendum(answers, 6))
    if year == 2022:
        needed.append(either(addendum(answers, 8), yes(answers, "logiciel_segur")))
    if year >= 2024:
        needed.append(addendum(answers, 8))
    return needed


def declared(year: int) -> dict[str, int]:
    """Half points of what a doctor only has to say."""
    told = {
        "codage_donnees": 100,
        "services_patients": 140,
        "encadrement_etudiants": 100,
        "video_transmission": 100,
        "appareils_connectes": 50,
    }
    if year != 2022:
        told["prise_en_charge_coordonnee"] = 240
    if year in (2020, 2021):
        told["participation_snp"] = 300
    return told


def teleservices(year: int, answers: Mapping[str, Answer], verdict: Verdict) -> None:
    """The téléservices: given whole where no source splits them, else one by one."""
    if year in (2019, 2020, 2021, 2023):
        given = answers.get("points_teleservices")
        if given is None:
            verdict.unresolved.append((0, 316 if year == 2023 else 180))
        else:
            assert isinstance(given, Fraction)
            verdict.second += int(given * 2)
    if year == 2022:
        for name, percent in (("taux_aat", 80), ("taux_dmt", 90), ("taux_pse", 80), ("taux_at_mp", 30)):
            if at_least(answers, name, percent, 100):
                verdict.second += 45
        transport = at_least(answers, "taux_spe", 10, 100)
        pregnancy = at_least(answers, "taux_dsg", 30, 100)
        if transport and pregnancy:
            verdict.second += 20
        elif transport is not None and pregnancy is not None and transport != pregnancy:
            verdict.unresolved.append((0, 20))  # one alone; while one is not answered, it is only to be filled in
    if year in (2024, 2025):
        for name, percent in (("taux_aat", 90), ("taux_dmt", 90), ("taux_pse", 90), ("taux_at_mp", 50)):
            if at_least(answers, name, percent, 100):
                verdict.second += 45
        for name, percent in (("taux_spe", 30), ("taux_dsg", 50)):
            if at_least(answers, name, percent, 100):
                verdict.second += 20


def uses(year: int, answers: Mapping[str, Answer], verdict: Verdict) -> None:
    """DMP, messages, e-prescription, appli carte Vitale: 40 points each, at the thresholds that were applied."""
    wanted: dict[str, int] = {}
    if year == 2022:
        wanted = {"taux_dmp": 20, "taux_messagerie_patient": 5}
    if year == 2023:
        wanted = {"taux_dmp": 10, "taux_messagerie_patient": 5, "taux_e_prescription": 30}
    if year in (2024, 2025):
        wanted = {"taux_dmp": 30, "taux_messagerie_patient": 10, "taux_e_prescription": 40}
    for name, percent in wanted.items():
        if at_least(answers, name, percent, 100):
            verdict.second += 80
    if year >= 2023 and count(answers, "fse_appli_carte_vitale") >= 1:
        verdict.second += 80


def unscheduled_care(year: int, answers: Mapping[str, Answer], verdict: Verdict) -> None:
    """The SAS since 2022, and in 2022 alone the unscheduled acts of each quarter."""
    if year < 2022:
        return
    if yes(answers, "sas_agenda_2h") and (yes(answers, "sas_inscription") or yes(answers, "sas_cpts")):
        verdict.second += 400
    if year > 2022:
        return
    for quarter in ("snp_t1", "snp_t2", "snp_t3", "snp_t4"):
        acts = count(answers, quarter)
        if acts > 45:
            verdict.second += 180
        elif acts >= 36:
            verdict.second += 140
        elif acts >= 26:
            verdict.second += 100
        elif acts >= 16:
            verdict.second += 60
        elif acts >= 5:
            verdict.second += 20


def highest(year: int) -> tuple[int, int]:
    """The half points that were announced for each volet."""
    if year == 2019:
        return 560, 910
    if year in (2020, 2021):
        return 560, 1210
    if year == 2022:
        return 800, 1970
    if year == 2023:
        return 560, 1766
    return 560, 1670


def yes(answers: Mapping[str, Answer], name: str) -> bool | None:
    """A plain yes, a plain no, or no answer."""
    answer = answers.get(name)
    assert answer is None or isinstance(answer, bool)
    return answer


def count(answers: Mapping[str, Answer], name: str) -> int:
    """A number; nothing is paid for a number that nobody gave."""
    answer = answers.get(name, 0)
    assert isinstance(answer, int)
    return answer


def at_least(answers: Mapping[str, Answer], name: str, part: int, whole: int) -> bool | None:
    """Whether a share reaches part/whole; nothing done at all is no share."""
    rate = answers.get(name)
    if rate is None:
        return None
    assert isinstance(rate, Rate)
    if rate.done is not None and rate.total is not None:
        return None if rate.total == 0 else rate.done * whole >= part * rate.total
    return rate.value * whole >= part


def addendum(answers: Mapping[str, Answer], wanted: int) -> bool | None:
    """Whether the SESAM-Vitale version is recent enough."""
    version = answers.get("sesam_vitale")
    if version is None:
        return None
    return int(str(version).removeprefix("addendum")) >= wanted


def either(one: bool | None, other: bool | None) -> bool | None:
    """One of the two is enough; a missing answer leaves the question open."""
    if one or other:
        return True
    return None if one is None or other is None else False
