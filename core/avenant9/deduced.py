"""What the file says of an act elsewhere than in its column: who the practitioner is to the patient, his specialty.

A rule is *non vérifiable* only for want of what no other column says.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from avenant9.law.deductions import Deductions, OfPathway, OfSpecialty


def deduced(acts: pl.DataFrame, says: Deductions) -> pl.DataFrame:
    """The acts (ACTS) with what other columns say of them.

    Fills `specialty`. Adds `person` (whose visit it is: that of the patient, or of an invoice, whoever he is),
    `own_patient` (whether the practitioner is the patient's médecin traitant, null where unknown), `stands_in`
    (whether he replaces him), `pathway_said` (the letter, also where the médecin traitant himself has none),
    `specialty_deduced` (whether `specialty` rests on another act of the visit).
    """
    of_invoice = pl.format("facture {}/{}/{}", "input", "practitioner", "invoice")
    person = pl.coalesce("patient", pl.when("unnamed_invoice").then(of_invoice))
    acts = acts.with_columns(*_pathways(says.pathway), person=person)
    return _specialties(acts, says.specialty)


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
    about = acts.filter(unknown).select("act", "code", "practitioner", "date", visit=patient)
    told = about.filter(pl.col("code").is_in(list(says.codes))).select(visit)
    others = acts.filter(~unknown).select("practitioner", "date", visit=patient)
    told = told.join(others, on=visit, how="anti", nulls_equal=True)
    by_visit = about.join(told, on=visit, how="semi", nulls_equal=True)["act"]
    deduced = unknown & acts["act"].is_in(by_visit.implode())
    specialty = pl.when(deduced).then(pl.lit(says.specialty, acts.schema["specialty"])).otherwise("specialty")
    return acts.with_columns(specialty=specialty, specialty_deduced=deduced)
