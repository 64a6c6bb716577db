"""The fund's part of what is at stake: of the base it reimburses, never of an overcharge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from avenant9.acts.load import load_acts
from avenant9.engine import Options, check
from avenant9.rulebook.load import load_rulebook

HEADING = "date;code;practitioner;patient;specialty;sector;optam;amount;overcharge;rate;reimbursed;quantity\n"
SAME_DAY = "10/01/2023;{};A;P1;33;2;non;{}\n"


@pytest.mark.parametrize(
    ("rule", "rows", "expected"),
    [
        # the act is not due: the rate is that of its base, 85 of 100 euros
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;100;15;70;;1"], [("100.00", "59.50")]),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;100;15;70;59,50;1"], [("100.00", "59.50")]),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;100;;70;;1"], [("100.00", "70.00")]),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;100;100;70;;1"], [("100.00", "0.00")]),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;100;15;;;1"], [("100.00", None)]),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;;;70;;1"], [(None, None)]),
        (
            "condition/code-hors-periode",
            ["10/01/2023;TE1;A;P1;1;2;non;9999999,99;5000000,00;70;;1"],
            [("9999999.99", "3499999.99")],
        ),
        ("condition/code-hors-periode", ["10/01/2023;TE1;A;P1;1;2;non;10;20;70;;1"], [("10.00", "0.00")]),
        # 2 units of 6 are over
        ("frequence/te2-annuelle", ["10/01/2023;TE2;A;P1;1;1;non;150;30;100;;6"], [("50.00", "40.00")]),
        ("frequence/te2-annuelle", ["10/01/2023;TE2;A;P1;1;1;non;150;30;100;120;6"], [("50.00", "40.00")]),
        # only an overcharge is at stake: the patient paid it
        ("tarif/sans-depassement", ["10/01/2023;TE2;A;P1;1;1;non;25;5;100;;1"], [("5.00", "0.00")]),
        ("tarif/sans-depassement", ["10/01/2023;TE2;A;P1;1;1;non;25;5;100;20;1"], [("5.00", "0.00")]),
        ("tarif/sans-depassement", ["10/01/2023;TE2;A;P1;1;1;non;25;5;;;1"], [("5.00", "0.00")]),
        (
            "tarif/opposable",
            ["10/01/2023;CNPSY;A;P1;33;2;non;80;41;70;;1", "10/01/2023;MPC;A;P1;33;2;non;2,70;0;70;;1"],
            [("41.00", "0.00")],
        ),
        # what exceeds the tariff was billed as base
        ("tarif/conventionnel", ["10/01/2023;TE2;A;P1;1;1;non;30;0;100;;1"], [("10.00", "10.00")]),
        ("tarif/conventionnel", ["10/01/2023;TE2;A;P1;1;1;non;35;5;70;;1"], [("10.00", "7.00")]),
        ("tarif/conventionnel", ["10/01/2023;TE2;A;P1;1;1;non;35;5;70;21;1"], [("10.00", "7.00")]),
    ],
)
def test_the_part_of_the_fund(
    tmp_path: Path, rule: str, rows: list[str], expected: list[tuple[str | None, str | None]]
) -> None:
    (tmp_path / "actes.csv").write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")
    rulebook = load_rulebook()
    acts = load_acts([str(tmp_path / "actes.csv")], rulebook.nomenclature)
    found = check(acts, rulebook, Options(as_of=date(2026, 11, 22), only=(rule,))).findings
    shown = [
        tuple(None if cents is None else f"{cents // 100}.{cents % 100:02d}" for cents in pair)
        for pair in found.select("at_stake", "at_stake_amo").rows()
    ]
    assert shown == expected
