"""The JSON object of the contract: keys in order, money as strings, ISO dates."""

from __future__ import annotations

import json
from datetime import time

from avenant9 import profile
from avenant9.notice import Notice
from avenant9.records import replace
from avenant9.results import check_json as json_format
from report.reports import (
    COLUMNS,
    DOUBT,
    FIFTH,
    NOT_COUNTED,
    OTHER_RULES,
    REJECTED,
    THRESHOLD,
    UNVERIFIABLE,
    YEAR,
    report,
)


def test_a_whole_object() -> None:
    shown = report(
        FIFTH,
        YEAR,
        unverifiable=UNVERIFIABLE[:1],
        rejected=REJECTED,
        not_counted=NOT_COUNTED,
        threshold=(THRESHOLD,),
        notices=(Notice(("dossier/actes.xlsx",), ", feuille Actes : un avis."), "Un autre."),
    )
    data = json_format.render(profile.apply(shown, "comptable"))
    expected = {
        "format": "a9-check/1",
        "as_of": "2026-11-22",
        "profile": "comptable",
        "rulebook": {"version": "1.0.0", "rules": 61, "date": "2026-11-22"},
        "inputs": [
            {
                "file": "actes.xlsx",
                "sheet": "Actes",
                "rows": 123,
                "acts": 125,
                "rejected": 1,
                "skipped": 2,
                "columns": COLUMNS,
                "encoding": None,
            },
            {
                "file": "actes-2.csv",
                "sheet": None,
                "rows": 4,
                "acts": 4,
                "rejected": 0,
                "skipped": 0,
                "columns": {"date": "date", "code": "code"},
                "encoding": "cp1252",
            },
        ],
        "summary": {
            "acts": 129,
            "practitioners": 1,
            "patients": 40,
            "violation": 2,
            "review": 0,
            "unverifiable": 0,
            "rejected": 0,
            "not_counted": 0,
            "not_concerned": 0,
            "at_stake": "100.00",
            "at_stake_review": "0.00",
            "at_stake_ceiling": "0.00",
            "at_stake_out_of_time": "0.00",
        },
        "findings": [
            {
                "rule": "frequence/te2-annuelle",
                "verdict": "violation",
                "file": "actes.xlsx",
                "sheet": "Actes",
                "row": 57,
                "date": "2022-11-03",
                "time": "09:30",
                "practitioner": "10001234567",
                "patient": "P0007",
                "code": "TE2",
                "invoice": "000123",
                "quantity": 1,
                "amount": "20.00",
                "payment_date": None,
                "out_of_time": None,
                "message": "5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.",
                "at_stake": "20.00",
                "at_stake_amo": "14.00",
                "fingerprint": "0011223344556677",
                "explanation": {"window": "2022-01-01/2022-12-31", "limit": 4, "count": 5},
                "related": [
                    {"file": "actes.xlsx", "sheet": "Actes", "row": 12},
                    {"file": "actes-2.csv", "sheet": None, "row": 3},
                ],
                "source": {"title": "Décision UNCAM", "article": "NGAP, TE2", "url": "https://exemple.fr/te2"},
            },
            {
                "rule": "seuil/activite-distance",
                "verdict": "violation",
                "file": None,
                "sheet": None,
                "row": None,
                "year": 2022,
                "date": None,
                "time": None,
                "practitioner": "10001234567",
                "patient": None,
                "code": None,
                "invoice": None,
                "quantity": None,
                "amount": None,
                "payment_date": None,
                "out_of_time": None,
                "message": "24 actes à distance sur 100 en 2022, 20 au plus.",
                "at_stake": "80.00",
                "at_stake_amo": None,
                "fingerprint": "0011223344556680",
                "explanation": None,
                "related": [],
                "source": {"title": "Avenant 9", "article": "article 2", "url": "https://exemple.fr/seuil"},
            },
        ],
        "unverifiable": [{"rule": "condition/vl-medecin-traitant", "acts": 12, "missing": ["treating_doctor"]}],
        "rejected": [
            {
                "file": "actes.xlsx",
                "sheet": "Actes",
                "row": 58,
                "cell": "A58",
                "reason": "date illisible : 31/02/2022",
            }
        ],
        "not_counted": [
            {"file": "actes.xlsx", "sheet": "Actes", "row": 62, "status": "rejete"},
            {"file": "actes-2.csv", "sheet": None, "row": 3, "status": "annule"},
        ],
        "waived": [],
        "threshold": [THRESHOLD],
        "unread": [],
        "notices": ["actes.xlsx, feuille Actes : un avis.", "Un autre."],
    }
    loaded = json.loads(data)
    assert loaded == expected
    assert json.dumps(loaded) == json.dumps(expected)  # the order of the keys too


def test_nothing_found() -> None:
    loaded = json.loads(json_format.render(profile.apply(report(), "comptable")))
    assert (loaded["findings"], loaded["unverifiable"], loaded["rejected"]) == ([], [], [])


def test_awkward_text_survives() -> None:
    text = 'un "mot", une \\ barre,\nune ligne\t\x0b\x00, l\'été, 👩‍⚕️ \u2028'
    finding = {**FIFTH, "pseudonym": text, "message": text, "file": text, "explanation": {"a": text}}
    loaded = json.loads(json_format.render(profile.apply(report(finding), "comptable")))["findings"][0]
    assert (loaded["patient"], loaded["message"], loaded["file"]) == (text, text, text)
    assert loaded["explanation"] == {"a": text}


def test_amounts_and_times() -> None:
    finding = {**FIFTH, "amount": -5, "at_stake": 123456789, "time": time(9, 30, 15)}
    loaded = json.loads(json_format.render(profile.apply(report(finding, DOUBT), "comptable")))["findings"]
    assert (loaded[0]["amount"], loaded[0]["at_stake"], loaded[0]["time"]) == ("-0.05", "1234567.89", "09:30:15")
    assert loaded[1]["amount"] is None


def test_an_unknown_sum_is_null() -> None:
    summary = replace(report().summary, at_stake=None)
    loaded = json.loads(json_format.render(profile.apply(report(summary=summary), "comptable")))
    assert loaded["summary"]["at_stake"] is None


def test_replaced_rules_are_named() -> None:
    shown = report(rulebook=OTHER_RULES)
    loaded = json.loads(json_format.render(profile.apply(shown, "comptable")))
    assert loaded["rulebook"] == {
        "version": "1.0.0",
        "rules": 61,
        "date": "2026-11-22",
        "replaced": ["frequence/te2-annuelle"],
    }
