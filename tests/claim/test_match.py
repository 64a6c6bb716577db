"""Claims of random practices, matched as plain loops over the contract do; and the cases that they rarely meet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.acts.load import load_acts
from avenant9.claim.match import match
from avenant9.claim.read import load_claim
from avenant9.engine import Options, prepared
from avenant9.errors import InputError
from claim import naive
from oracle import book, subject
from oracle.strategies import Practice, practices

if TYPE_CHECKING:
    from pathlib import Path

BOOK = book.load()
TITLES = {
    "claimed": "Indu",
    "date": "Date des soins",
    "code": "Acte",
    "practitioner": "Praticien",
    "patient": "Patient",
    "invoice": "N° FSE",
    "amount": "Montant facturé",
    "payment_date": "Date de mandatement",
}
OF_ACTS = ("date", "code", "practitioner", "patient", "invoice", "amount")


def written(lines: list[dict[str, str]], path: Path, columns: tuple[str, ...] = tuple(TITLES)) -> str:
    rows = [";".join(TITLES[key] for key in columns)]
    rows += [";".join(line.get(key, "") for key in columns) for line in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def both(practice: Practice, lines: list[dict[str, str]], folder: Path) -> list[tuple[naive.Matched, naive.Matched]]:
    """What the library and the loops say of each line; nothing where no act or no line can be read."""
    rulebook = subject.rulebook()
    try:
        acts = load_acts([str(practice.write(folder / "actes.csv"))], rulebook.nomenclature)
        claim = load_claim(written(lines, folder / "indus.csv"), rulebook.nomenclature)
    except InputError:
        return []
    run = prepared(acts, rulebook, Options(as_of=practice.as_of))
    expected = naive.matched(claim.table.to_dicts(), run.acts_read.to_dicts())
    return list(zip(told(match(claim, run.acts_read), len(claim.table)), expected, strict=True))


def told(found: Any, lines: int) -> list[naive.Matched]:
    def acts(line: int, candidate: bool) -> frozenset[int]:
        rows = found.filter((found["line"] == line) & (found["candidate"] == candidate))
        return frozenset(rows["act"])

    return [naive.Matched(acts(line, False), acts(line, True)) for line in range(lines)]


@st.composite
def claims(draw: st.DrawFn) -> tuple[Practice, list[dict[str, str]]]:
    """A practice, and lines made of its rows: some of what they say, sums of one or two of them, and noise."""
    focus = draw(st.sampled_from(["cumul/snp-mcg", "frequence/te2-annuelle"]))
    known = ("amount", "patient", "invoice", "practitioner")
    practice = draw(practices(BOOK, focus=focus, max_rows=14, every_column=known))
    rows = [row for row in practice.rows if row.get("date") and row.get("code")] or [{}]

    def line() -> dict[str, str]:
        row, other = draw(st.sampled_from(rows)), draw(st.sampled_from(rows))
        kept = draw(st.sets(st.sampled_from(OF_ACTS)))
        said = {key: row.get(key, "") for key in OF_ACTS if key in kept}
        if draw(st.integers(0, 9)) == 0:
            said["code"] = other.get("code", "")
        sums = [row.get("amount", ""), both_amounts(row, other), other.get("amount", ""), "10,00", "25,00", ""]
        return said | {"claimed": draw(st.sampled_from(sums)).lstrip("-")}

    return practice, [line() for _ in range(draw(st.integers(1, 6)))]


def both_amounts(row: dict[str, str], other: dict[str, str]) -> str:
    cents = [int((one.get("amount") or "0").replace(",", "")) for one in (row, other)]
    return f"{abs(sum(cents)) // 100},{abs(sum(cents)) % 100:02d}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("claims")


@given(claims())
@settings(database=None, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
def test_as_plain_loops(folder: Path, drawn: tuple[Practice, list[dict[str, str]]]) -> None:
    for found, expected in both(*drawn, folder):
        assert found == expected


@pytest.mark.slow
@given(claims())
@settings(database=None, deadline=None, max_examples=2_000, suppress_health_check=list(HealthCheck))
def test_as_plain_loops_at_length(folder: Path, drawn: tuple[Practice, list[dict[str, str]]]) -> None:
    for found, expected in both(*drawn, folder):
        assert found == expected


COLUMNS = ("date", "code", "practitioner", "patient", "amount", "invoice", "reimbursed", "status")
#: Rows 2 to 12 of the acts, which are acts 0 to 11: row 4 holds two.
ACTS = [
    "10/05/2022;G;A;P1;25,00;F1;17,50;",
    "10/05/2022;G;A;P2;25,00;F2;17,50;",
    "10/05/2022;G+MCG;A;P3;30,00;F3;21,00;",
    "11/05/2022;G;A;P1;25,00;F4;;",
    "11/05/2022;DEQP003;A;P1;14,52;F4;;",
    "12/05/2022;G;B;P4;25,00;1;;",
    "12/05/2023;G;B;P4;26,50;1;;",
    "12/05/2022;TE2;B;P5;20,00;00077;;",
    "13/05/2022;VL;B;P5;70,00;9;;rejete",
    "14/05/2022;TE2;B;P6;21,10;88;;",
    "15/05/2022;TE2;B;P7;3,30;88;;",
]
F, C = "found", "candidates"


def practice() -> Practice:
    return Practice(COLUMNS, tuple(dict(zip(COLUMNS, line.split(";"), strict=True)) for line in ACTS))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # the invoice, then the code within it
        ({"invoice": "F1", "code": "G", "claimed": "25,00"}, (F, {0})),
        ({"invoice": "F4", "code": "DEQP003", "claimed": "9,00"}, (F, {5})),
        ({"invoice": "F3", "code": "G+MCG", "claimed": "30,00"}, (F, {2, 3})),
        ({"invoice": "F4", "claimed": "14,52"}, (F, {5})),
        ({"invoice": "F4", "claimed": "39,52"}, (F, {4, 5})),
        ({"invoice": "F4", "claimed": "12,00"}, (C, {4, 5})),
        ({"invoice": "77", "claimed": "20,00"}, (F, {8})),  # the zeros that a spreadsheet takes away
        # a program that counts its invoices from 1 each year: the day tells which
        ({"invoice": "1", "code": "G", "date": "12/05/2023", "claimed": "26,50"}, (F, {7})),
        ({"invoice": "1", "code": "G", "claimed": "26,50"}, (F, {7})),
        ({"invoice": "1", "code": "G", "claimed": "9,00"}, (C, {6, 7})),
        # an invoice that does not hold the code leads elsewhere
        ({"invoice": "F1", "code": "TE2", "date": "12/05/2022", "claimed": "20,00"}, (F, {8})),
        # the day, the code and the patient; another patient is another act
        ({"date": "10/05/2022", "code": "G", "patient": "P2", "claimed": "25,00"}, (F, {1})),
        ({"date": "11/05/2022", "code": "G", "patient": "P2", "claimed": "25,00"}, (F, set())),
        ({"date": "11/05/2022", "code": "G", "practitioner": "B", "claimed": "25,00"}, (F, set())),
        # the day and the code: one act, several of one sum, and the sum that chooses
        ({"date": "11/05/2022", "code": "G", "claimed": "1,00"}, (F, {4})),
        ({"date": "10/05/2022", "code": "G", "claimed": "25,00"}, (C, {0, 1, 2})),
        ({"date": "10/05/2022", "code": "G", "claimed": "21,00"}, (F, {2})),
        ({"date": "10/05/2022", "code": "G", "claimed": "3,00"}, (C, {0, 1, 2})),
        # the day and the amount alone: one act, a pair of one patient, several
        ({"date": "12/05/2022", "claimed": "20,00"}, (F, {8})),
        ({"date": "11/05/2022", "claimed": "39,52"}, (F, {4, 5})),
        ({"date": "10/05/2022", "claimed": "50,00"}, (F, set())),  # of two patients
        ({"date": "10/05/2022", "claimed": "17,50"}, (C, {0, 1})),
        # two rows of one invoice, unless the line is about one of their two patients
        ({"claimed": "24,40"}, (F, {10, 11})),
        ({"patient": "P6", "claimed": "24,40"}, (F, set())),
        # an amount and nothing else
        ({"claimed": "14,52"}, (F, {5})),
        ({"claimed": "39,52"}, (F, {4, 5})),
        ({"claimed": "25,00"}, (C, {0, 1, 2, 4, 6})),
        ({"code": "G", "claimed": "26,50"}, (F, {7})),
        ({"code": "TE2", "claimed": "26,50"}, (F, set())),
        # what the file says rejected was billed; a day without an act
        ({"date": "13/05/2022", "code": "VL", "claimed": "70,00"}, (F, {9})),
        ({"date": "14/05/2022", "code": "G", "claimed": "25,00"}, (F, set())),
    ],
    ids=str,
)  # fmt: skip
def test_one_line(line: dict[str, str], expected: tuple[str, set[int]], tmp_path: Path) -> None:
    anybody = {"patient": "P1", "practitioner": "A", "date": "01/01/2020", "code": "G", "claimed": "1,00"}
    (found, loops), *_ = both(practice(), [line, anybody], tmp_path)
    way, acts = expected
    assert found == loops == naive.Matched(**{"acts" if way == F else "candidates": frozenset(acts)})


def test_identifiers_of_another_system_tell_nothing(tmp_path: Path) -> None:
    """The caisse's numbers are none of the practice's: nothing is said of them."""
    line = {"date": "12/05/2022", "code": "TE2", "patient": "255081416802538", "practitioner": "10001234567"}
    ((found, loops),) = both(practice(), [line | {"claimed": "20,00"}], tmp_path)
    assert found == loops == naive.Matched(frozenset({8}))


@pytest.mark.parametrize("columns", [("claimed",), ("claimed", "code"), ("claimed", "date"), ("claimed", "invoice")])
def test_a_table_of_few_columns(columns: tuple[str, ...], tmp_path: Path) -> None:
    rulebook = subject.rulebook()
    acts = load_acts([str(practice().write(tmp_path / "actes.csv"))], rulebook.nomenclature)
    run = prepared(acts, rulebook, Options(as_of=date(2026, 11, 22)))
    lines = [{"claimed": "70.00", "code": "VL", "date": "13/05/2022", "invoice": "9"}]
    claim = load_claim(written(lines, tmp_path / "indus.csv", columns), rulebook.nomenclature)
    assert told(match(claim, run.acts_read), 1) == [naive.Matched(frozenset({9}))]
