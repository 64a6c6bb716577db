"""Patients taken in charge under a cooperation protocol: an amount per patient and protocol, for the team."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from avenant9.acts.netting import counting
from avenant9.measures.units import UNITS, WHOLE, why_outside
from avenant9.rulebook.measures import PerPatientSpan, cents, span_on
from avenant9.wording import counted, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from avenant9.model import Acts, CellRef
    from avenant9.results.measures import Reason
    from avenant9.rulebook.measures import PerPatient, Protocol
    from avenant9.shifts import Patient

_PROFESSIONS = {"ide": "infirmier", "pharmacien": "pharmacien", "mk": "masseur-kinésithérapeute"}


def units(
    name: str, measure: PerPatient, patients: Sequence[Patient], acts: Acts
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One line of UNITS per row of patients, in order of date, file and row, and what is to be said of them.

    The date is tested first, then profession and age, then whether the patient was retained before under the same
    protocol (one unit per patient and protocol), then what `acts` show of ordinary billing, where a period says that
    this matters. What refuses for certain wins over what cannot be told.

    Args:
        name: id of the measure.
        measure: periods, amounts, protocols.
        patients: as the sheets list them.
        acts: the acts of the same files, none at all perhaps.
    """
    billed = _billed(acts)
    retained: dict[tuple[str, str], CellRef] = {}
    lines: list[dict[str, Any]] = []
    notes: Counter[str] = Counter()
    for patient in sorted(patients, key=lambda one: one.on):  # stable: files, sheets and rows in their order
        span = span_on(measure, patient.on, patient.protocol)
        assert span is None or isinstance(span, PerPatientSpan)  # noqa: S101
        refusal = _refusal(measure, patient, span, retained.get((patient.patient, patient.protocol)), billed)
        if refusal is None:
            retained[patient.patient, patient.protocol] = patient.where
            notes.update(_reservations(patient, span))
        lines.append({"measure": name, **_line(patient, span, refusal)})
    said = (f"{counted(number, 'patient retenu', 'patients retenus')} : {note}" for note, number in notes.items())
    return pl.DataFrame(lines, schema=UNITS), tuple(said)


def _reservations(patient: Patient, span: PerPatientSpan | None) -> Iterator[str]:
    """What a person must look at, of a patient who is retained."""
    if span is None:
        return
    protocol = _protocol(patient, span)
    if patient.profession in protocol.doubtful_professionals:
        who = _PROFESSIONS[patient.profession]
        yield f"protocole « {protocol.id} » par un {who}, que les sources ne nomment pas toutes."
    if protocol.note:
        yield f"protocole « {protocol.id} ». {protocol.note}"
    if span.remark:
        yield f"{span.label}, {span.remark}."


def _protocol(patient: Patient, span: PerPatientSpan) -> Protocol:
    return next(one for one in span.protocol if one.id == patient.protocol)


def _line(patient: Patient, span: PerPatientSpan | None, refusal: tuple[Reason, str] | None) -> dict[str, Any]:
    before = 0 if span is None else cents(span.baseline)
    due: int | None = before if span is None or refusal is not None else cents(span.amount)
    most = None
    if span is not None and refusal is not None and refusal[0] == "unverifiable":
        due, most = None, cents(span.amount) - before
    return {
        "period": span.id if span is not None and span.retained else None,
        "practitioner": patient.practitioner,
        "date": patient.on,
        "units": WHOLE,
        "retained": 0 if refusal else WHOLE,
        "refused": WHOLE if refusal else 0,
        "doubtful": WHOLE if refusal is None and any(_reservations(patient, span)) else 0,
        "reason": refusal[0] if refusal else None,
        "detail": refusal[1] if refusal else None,
        "baseline": before,
        "with_measure": due,
        "low": None if most is None else 0,
        "high": most,
        "amo": None if due is None else due - before,
        "patient": 0,
        "file": patient.where.file,
        "sheet": patient.where.sheet,
        "row": patient.where.row,
    }


def _refusal(
    measure: PerPatient,
    patient: Patient,
    span: PerPatientSpan | None,
    earlier: CellRef | None,
    billed: Mapping[str, Sequence[date]],
) -> tuple[Reason, str] | None:
    """Why a patient gives nothing, and in what words; None where the amount is due."""
    if span is None or not span.retained:
        return (
            "out_of_period",
            f"Protocole « {patient.protocol} ». {why_outside(measure, patient.on, patient.protocol)}",
        )
    protocol = _protocol(patient, span)
    against = [_profession(patient, protocol), _age(patient, protocol), _again(patient, earlier)]
    against.append(_ordinary_billing(patient, span, billed))
    found = [one for one in against if one is not None]
    certain = (one for one in found if one[0] != "unverifiable")
    return next(certain, found[0] if found else None)


def _again(patient: Patient, earlier: CellRef | None) -> tuple[Reason, str] | None:
    if earlier is None:
        return None
    place = _place(earlier, patient.where)
    return "condition", f"Déjà compté pour ce protocole ({place}) : un forfait par patient."


def _ordinary_billing(
    patient: Patient, span: PerPatientSpan, billed: Mapping[str, Sequence[date]]
) -> tuple[Reason, str] | None:
    beside = {patient.on, patient.on + timedelta(days=1)}
    if not span.remark or beside.isdisjoint(billed[patient.patient]):
        return None
    return "unverifiable", f"Un acte de ce patient est facturé le jour même ou le lendemain ; {span.remark}."


def _profession(patient: Patient, protocol: Protocol) -> tuple[Reason, str] | None:
    if patient.profession is None:
        return "unverifiable", "Le professionnel n'est pas indiqué."
    if patient.profession in (*protocol.professionals, *protocol.doubtful_professionals):
        return None
    who = _PROFESSIONS[patient.profession]
    able = listed(quoted(protocol.professionals), "ou")
    return "condition", f"Ce protocole n'est pas ouvert à cette profession ({who}) ; attendu : {able}."


def _age(patient: Patient, protocol: Protocol) -> tuple[Reason, str] | None:
    low, high = protocol.from_months, protocol.to_months
    if low is None and high is None:
        return None
    if patient.birth_date is None:
        return "unverifiable", "La date de naissance n'est pas indiquée, alors que le protocole dépend de l'âge."
    months = _months(patient.birth_date, patient.on)
    if (low is None or low <= months) and (high is None or months <= high):
        return None
    return "condition", f"Âge hors du protocole, ouvert {_bounds(low, high)}."


def _months(born: date, on: date) -> int:
    """Months of age, whole ones."""
    return 12 * (on.year - born.year) + on.month - born.month - (on.day < born.day)


def _bounds(low: int | None, high: int | None) -> str:
    """`de 12 mois à la veille de 13 ans`."""
    if low is None or high is None:
        return (
            f"à partir de {_in_words(low)}"
            if low is not None
            else f"jusqu'à la veille de {_in_words((high or 0) + 1)}"
        )
    return f"de {_in_words(low)} à la veille de {_in_words(high + 1)}"


def _in_words(months: int) -> str:
    return f"{months // 12} ans" if months % 12 == 0 and months >= 24 else f"{months} mois"


def _place(earlier: CellRef, here: CellRef) -> str:
    if (earlier.file, earlier.sheet) == (here.file, here.sheet):
        return f"ligne {earlier.row}"
    sheet = "" if earlier.sheet is None else f", feuille {earlier.sheet}"
    return f"{earlier.file}{sheet}, ligne {earlier.row}"


class _Billed(dict[str, list[date]]):
    """Patient -> days on which an act was billed."""

    def __missing__(self, patient: str) -> list[date]:
        return []


def _billed(acts: Acts) -> _Billed:
    counted = counting(acts.table).filter(pl.col("patient").is_not_null())
    days = counted.group_by("patient").agg(pl.col("date").unique())
    return _Billed(zip(days["patient"].to_list(), days["date"].to_list(), strict=True))
