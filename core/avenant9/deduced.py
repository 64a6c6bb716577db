"""What the file says of an act elsewhere than in its column: who the practitioner is to the patient, his specialty.

A rule is *non vérifiable* only for want of what no other column says.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from avenant9.acts.netting import mark_duplicates, mark_rebilled

if TYPE_CHECKING:
    from avenant9.law.deductions import Deductions, OfPathway, OfSpecialty


def deduced(acts: pl.DataFrame, says: Deductions) -> pl.DataFrame:
    """The acts (ACTS) with what other columns say of them.

    Fills `patient` by the other rows of its invoice, and `specialty`. Adds `person` (whose visit it is: that of the
    patient, or of an invoice, whoever he is), `own_patient` (whether the practitioner is the patient's médecin
    traitant, null where unknown), `stands_in` (whether he replaces him), `pathway_said` (the letter, also where the
    médecin traitant himself has none), `specialty_deduced` (whether `specialty` rests on another act of the visit).
    """
    named = _persons(acts)
    if not named["patient"].equals(acts["patient"]):  # a row repeats another of its patient
        named = mark_rebilled(mark_duplicates(named))
    return _specialties(named.with_columns(_pathways(says.pathway)), says.specialty)


def _persons(acts: pl.DataFrame) -> pl.DataFrame:
    """The rows of one invoice are one patient: the one whom some of them name, else nobody knows who, but one.

    Nothing is said of an invoice that names several, nor of one without a practitioner.
    """
    of_one = pl.col("practitioner").is_not_null() & pl.col("invoice").is_not_null()
    unknown = pl.col("patient").is_null() & of_one
    if acts.filter(unknown).is_empty():
        return acts.with_columns(person="patient")
    invoice = ["input", "practitioner", "invoice"]
    named = acts.filter(of_one).group_by(invoice).agg(named=pl.col("patient").drop_nulls().unique())
    acts = acts.join(named, on=invoice, how="left", maintain_order="left")
    names = pl.col("named").list.len()
    patient = pl.coalesce("patient", pl.when(names == 1).then(pl.col("named").list.first()))
    nobody = pl.when(unknown & (names == 0)).then(pl.format("facture {}/{}/{}", *invoice))
    return acts.with_columns(patient=patient, person=pl.coalesce(patient, nobody)).drop("named")


def _pathways(says: OfPathway) -> list[pl.Expr]:
    told, letter = pl.col("treating_doctor"), pl.col("pathway")
    becoming = reduce(
        or_,
        (
            (pl.col("code") == act.code) & (pl.col("reason").eq_missing(act.reason) if act.reason else True)
            for act in says.becoming
        ),
        pl.lit(False),
    )
    by_letter = (
        pl.when(letter.is_in(list(says.treating_doctor)))
        .then(True)
        .when(letter.is_in(list(says.another_doctor)) & ~becoming)
        .then(False)
    )
    return [
        pl.coalesce(told, by_letter).alias("own_patient"),
        letter.is_in(list(says.stands_in)).fill_null(False).alias("stands_in"),
        pl.coalesce(letter, pl.when(told).then(pl.lit(says.settled_as))).alias("pathway_said"),
    ]


def _specialties(acts: pl.DataFrame, says: OfSpecialty) -> pl.DataFrame:
    """Of the acts of a visit (of a row, where the patient is unknown) none of which has a specialty."""
    unknown = acts["specialty"].is_null()
    if not unknown.any():
        return acts.with_columns(specialty_deduced=pl.lit(False))
    patient = pl.coalesce("person", pl.format("{}/{}", "input", "row"))
    visit = ["practitioner", "date", "visit"]
    about = acts.filter(unknown).select("act", "practitioner", "date", "code", visit=patient)
    told = about.filter(pl.col("code").is_in(list(says.codes)))
    by_visit = about.join(told, on=visit, how="semi", nulls_equal=True)["act"]
    deduced = unknown & acts["act"].is_in(by_visit.implode())
    specialty = pl.when(deduced).then(pl.lit(says.specialty, acts.schema["specialty"])).otherwise("specialty")
    return acts.with_columns(specialty=specialty, specialty_deduced=deduced)
