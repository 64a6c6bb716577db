"""Small reports built by hand: what the formatters are given, without any engine."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import polars as pl

from avenant9.frames import REPORTED
from avenant9.model import Input, NotCounted, Rejected, Source, Unverifiable
from avenant9.period import civil_year
from avenant9.results.check import Report, Rules, Summary
from avenant9.results.explanations import Explanations
from avenant9.results.year import Practitioner

AS_OF = date(2026, 11, 22)
TE2 = "rule:frequence/te2-annuelle@2022-04-01"
SHARE = "rule:seuil/activite-distance@2022-01-01"
SOURCES = {
    TE2: Source("Décision UNCAM", "NGAP, TE2", "https://exemple.fr/te2", date(2022, 2, 17), "medium"),
    SHARE: Source("Avenant 9", "article 2", "https://exemple.fr/seuil", date(2021, 9, 25), "high"),
}
TITLES = {
    "frequence/te2-annuelle": "Téléexpertise (TE2) : 4 par année civile et par patient",
    "frequence/te2-douze-mois": "Téléexpertise (TE2) : 4 en douze mois",
    "seuil/activite-distance": "Activité à distance : 20 % des actes au plus",
}
NOTHING = {
    "verdict": "violation",
    "file": "actes.xlsx",
    "sheet": "Actes",
    "year": None,
    "time": None,
    "practitioner": "10001234567",
    "invoice": None,
    "quantity": 1,
    "payment_date": None,
    "out_of_time": None,
    "at_stake_amo": None,
    "explanation": None,
    "related": [],
    "source": TE2,
}
FIFTH = {
    **NOTHING,
    "rule": "frequence/te2-annuelle",
    "row": 57,
    "date": date(2022, 11, 3),
    "time": time(9, 30),
    "patient": "1850175000001",
    "pseudonym": "P0007",
    "code": "TE2",
    "invoice": "000123",
    "amount": 2000,
    "message": "5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.",
    "at_stake": 2000,
    "at_stake_amo": 1400,
    "fingerprint": "0011223344556677",
    "explanation": {"window": civil_year(2022), "limit": 4, "count": 5},
    "related": [
        {"file": "actes.xlsx", "sheet": "Actes", "row": 12},
        {"file": "actes-2.csv", "sheet": None, "row": 3},
    ],
}
LATE = {
    **FIFTH,
    "row": 60,
    "time": None,
    "pseudonym": "P0008",
    "patient": "1850175000002",
    "payment_date": date(2023, 1, 5),
    "out_of_time": True,
    "amount": 123456,
    "at_stake": 123456,
    "at_stake_amo": None,
    "fingerprint": "0011223344556678",
    "explanation": None,
    "related": [],
}
DOUBT = {
    **FIFTH,
    "rule": "frequence/te2-douze-mois",
    "verdict": "review",
    "row": 61,
    "amount": None,
    "at_stake": None,
    "at_stake_amo": None,
    "fingerprint": "0011223344556679",
    "source": None,
    "explanation": None,
    "related": [],
    "message": "5e TE2 en douze mois.",
}
YEAR = {
    **NOTHING,
    "rule": "seuil/activite-distance",
    "file": None,
    "sheet": None,
    "row": None,
    "year": 2022,
    "date": None,
    "patient": None,
    "pseudonym": None,
    "code": None,
    "quantity": None,
    "amount": None,
    "message": "24 actes à distance sur 100 en 2022, 20 au plus.",
    "at_stake": 8000,
    "fingerprint": "0011223344556680",
    "source": SHARE,
}
COLUMNS = {"date": "Date de soins", "code": "Code acte", "patient": "Patient", "amount": "Montant"}
INPUTS = (
    Input("actes.xlsx", "Actes", 123, 125, 1, 2, COLUMNS),
    Input("actes-2.csv", None, 4, 4, 0, 0, {"date": "date", "code": "code"}, "cp1252", ";"),
)
THRESHOLD: dict[str, Any] = {
    "practitioner": "10001234567",
    "specialty": "01",
    "year": 2022,
    "until": None,
    "total": 100,
    "remote": 24,
    "share": "0.240000",
    "ceiling": "0.200000",
    "over": True,
    "excess": 4,
    "margin": 0,
    "to_add_in_person": 20,
    "months": [],
    "projection": None,
}


RULES = Rules("1.0.0", 61, AS_OF)
#: One of ours is replaced.
OTHER_RULES = Rules("1.0.0", 61, AS_OF, ("frequence/te2-annuelle",))


def with_columns(*keys: str) -> tuple[Input, ...]:
    """A file that has these columns."""
    return (Input("actes.csv", None, 4, 4, 0, 0, {key: key for key in keys}),)


def report(*findings: dict[str, object], **changes: object) -> Report:
    """A report of these findings; every other field as given, or as plain as can be."""
    found = list(findings)
    violations = [finding for finding in found if finding["verdict"] == "violation"]
    late = [finding for finding in found if finding["out_of_time"] is True]
    fields: dict[str, object] = {
        "as_of": AS_OF,
        "profile": "comptable",
        "rulebook": RULES,
        "inputs": INPUTS,
        "summary": Summary(
            acts=129,
            practitioners=1,
            patients=40,
            violation=len(violations),
            review=len(found) - len(violations),
            unverifiable=0,
            rejected=0,
            not_counted=0,
            not_concerned=0,
            at_stake=sum(int(str(one["at_stake"] or 0)) for one in violations if one not in late),
            at_stake_review=0,
            at_stake_ceiling=0,
            at_stake_out_of_time=sum(int(str(finding["at_stake"] or 0)) for finding in late),
            out_of_time=len(late),
        ),
        "findings": pl.DataFrame(
            [{**one, "explanation": place} for place, one in enumerate(found)], schema=REPORTED, orient="row"
        ),
        "explanations": Explanations([one["explanation"] for one in found]),  # type: ignore[misc]
        "unverifiable": (),
        "rejected": (),
        "sources": SOURCES,
        "titles": TITLES,
    }
    if "threshold" in changes:
        changes["threshold"] = tuple(Practitioner(**entry) for entry in changes["threshold"])  # type: ignore[attr-defined]
    return Report(**{**fields, **changes})  # type: ignore[arg-type]


UNVERIFIABLE = (
    Unverifiable("condition/vl-medecin-traitant", 12, ("treating_doctor",)),
    Unverifiable("frequence/te2-annuelle", 1, ("patient",)),
    Unverifiable("tarif/opposable", 3, ("sector", "optam")),
)
NOT_COUNTED = (
    NotCounted("actes.xlsx", "Actes", 62, "rejete"),
    NotCounted("actes-2.csv", None, 3, "annule"),
)
REJECTED = (Rejected("actes.xlsx", "Actes", 58, "A58", "date illisible : 31/02/2022"),)
