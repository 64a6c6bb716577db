"""The acts that make an amount: against plain loops over random practices, and case by case."""

from __future__ import annotations

import json
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant9.acts.load import load_acts
from avenant9.engine import Options, prepared
from avenant9.errors import InputError
from avenant9.find import Sought, find
from avenant9.results.base import dumps
from claim import naive
from examples import examples
from oracle import a9, book, subject
from oracle.strategies import Practice, practices

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.results.find import Find

BOOK = book.load()
ACTS = """date;code;practitioner;patient;amount;reimbursed;invoice;status
03/04/2023;G;A;P1;25,00;17,50;501;
03/04/2023;DEQP003;A;P1;14,52;10,16;501;
03/04/2023;G;A;P2;25,00;17,50;502;
04/04/2023;VG;A;P3;25,00;;503;
05/04/2023;MD;A;P3;10,00;;503;
06/04/2023;G+MCG;A;P4;30,00;21,00;00504;
07/04/2023;G;A;P5;25,00;17,50;505;annule
"""


def found(folder: Path, *options: str) -> dict[str, Any]:
    file, out = folder / "actes.csv", folder / "out.json"
    file.write_text(ACTS, encoding="utf-8")
    ran = a9.ran("find", str(file), *options, "--as-of", "2024-01-15", "-o", str(out), "--quiet")
    assert (ran.code, ran.stderr) == (0, "")
    told: dict[str, Any] = json.loads(out.read_bytes())
    return told


def brief(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["sum"], one["of"], *((act["row"], act["code"]) for act in one["acts"])) for one in told["matches"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # one act, one row of two acts, one act of it
        (("--amount", "14,52"), [("14.52", "billed", (3, "DEQP003"))]),
        (("--amount", "30"), [("30.00", "billed", (7, "G+MCG"))]),
        (("--amount", "5,00"), [("5.00", "billed", (7, "MCG"))]),
        # what the fund paid; a row that the file says cancelled was billed too
        (("--amount", "21"), [("21.00", "reimbursed", (7, "G+MCG"))]),
        (("--amount", "17.5", "--date", "07/04/2023"), [("17.50", "reimbursed", (8, "G"))]),
        # a pair of one patient and day, a pair of one invoice, none of two patients
        (("--amount", "39,52"), [("39.52", "billed", (2, "G"), (3, "DEQP003"))]),
        (("--amount", "35"), [("35.00", "billed", (5, "VG"), (6, "MD"))]),
        (("--amount", "50"), []),
        # one day, one invoice, whatever its zeros
        (("--amount", "25", "--date", "2023-04-03"), [("25.00", "billed", (2, "G")), ("25.00", "billed", (4, "G"))]),
        (("--amount", "25", "--invoice", "504"), [("25.00", "billed", (7, "G"))]),
        # a cent more than the tolerance, and the tolerance itself
        (("--amount", "14,62", "--tolerance", "0,09"), []),
        (("--amount", "14,62", "--tolerance", "0,10"), [("14.52", "billed", (3, "DEQP003"))]),
        (("--amount", "99,99"), []),
    ],
    ids=str,
)
def test_an_amount(options: tuple[str, ...], expected: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert brief(found(tmp_path, *options)) == expected


def test_single_acts_come_first_then_pairs_each_in_the_order_of_the_files(tmp_path: Path) -> None:
    told = found(tmp_path, "--amount", "25", "--tolerance", "15")
    sizes = [len(one["acts"]) for one in told["matches"]]
    rows = [[act["row"] for act in one["acts"]] for one in told["matches"]]
    assert sizes == sorted(sizes)
    assert rows == sorted(rows, key=lambda own: (len(own), own))
    assert (told["format"], told["amount"], told["tolerance"]) == ("a9-find/1", "25.00", "15.00")


@pytest.mark.parametrize("amount", ["douze", "-5", ""])
def test_an_amount_that_is_none(amount: str, tmp_path: Path) -> None:
    (tmp_path / "actes.csv").write_text(ACTS, encoding="utf-8")
    ran = a9.ran("find", str(tmp_path / "actes.csv"), f"--amount={amount}")
    assert (ran.code, ran.stdout) == (2, "")


def loops(acts: list[naive.Row], sought: Sought) -> set[tuple[int, frozenset[int]]]:
    """Sums and acts that plain loops find."""
    there = [act for act in acts if act["uncounted"] in (None, "rejete", "annule", "cancelled")]
    things = naive.things(there)
    two = naive.pairs(things) if things else []
    near = (thing for thing in (*things, *two) if abs(thing.sum - sought.amount) <= sought.tolerance)
    return {(thing.sum, thing.acts) for thing in near}


def rows_of(told: Find) -> set[tuple[int, frozenset[tuple[int, str]]]]:
    return {(one.sum, frozenset((act.row, act.code) for act in one.acts)) for one in told.matches}


@given(st.data())
@examples(10, 200)
def test_as_plain_loops(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    practice: Practice = data.draw(practices(BOOK, focus="cumul/snp-mcg", max_rows=12, every_column=("amount",)))
    file = practice.write(tmp_path_factory.getbasetemp() / "actes.csv")
    try:
        acts = load_acts([str(file)], subject.rulebook().nomenclature)
    except InputError:
        return
    run = prepared(acts, subject.rulebook(), Options(as_of=date(2026, 11, 22)))
    table = run.acts_read.to_dicts()
    sums = [thing.sum for thing in naive.things(table)]
    sums += [one + two for one, two in combinations(sums[:6], 2)]
    sought = Sought(data.draw(st.sampled_from([*sums, 2500])), data.draw(st.sampled_from([0, 0, 100])))
    told = find(acts, run.acts_read, sought, "interne")
    by_act = {act["act"]: act for act in table}

    def as_told(numbers: frozenset[int]) -> frozenset[tuple[int, str]]:
        rows: dict[int, list[str]] = {}
        for number in sorted(numbers):
            rows.setdefault(by_act[number]["row"], []).append(by_act[number]["code"])
        return frozenset((row, "+".join(codes)) for row, codes in rows.items())

    expected = {(total, as_told(numbers)) for total, numbers in loops(table, sought)}
    assert rows_of(told) == expected


@pytest.mark.parametrize(("acts", "pairs", "crowds"), [(40, 780, []), (41, 0, [(2, 41)])])
def test_what_has_too_many_rows_to_be_compared_two_by_two_is_said(
    acts: int, pairs: int, crowds: list[tuple[int, int]], tmp_path: Path
) -> None:
    file = tmp_path / "actes.csv"
    rows = "".join(f"03/04/2023;G;A;P{number};25,00;1\n" for number in range(acts))
    file.write_text(f"date;code;practitioner;patient;amount;invoice\n{rows}04/04/2023;G;A;P1;25,00;2\n", "utf-8")
    rules = subject.rulebook()
    read = load_acts([str(file)], rules.nomenclature)
    table = prepared(read, rules, Options(as_of=date(2024, 1, 15))).acts_read
    told = find(read, table, Sought(5000), "comptable")
    assert (len(told.matches), [(one.row, one.rows) for one in told.uncompared]) == (pairs, crowds)
    assert ("uncompared" in dumps(told).decode()) == bool(crowds)
