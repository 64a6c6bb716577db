"""The engine against a second, naive implementation, on random practices: findings compared whole, in order."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from oracle import book, days, law, reading, strategies, subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle.strategies import Practice

BOOK = book.load()
#: Kinds that need no column that a file of acts may lack.
ANSWERS_ALWAYS = {"derogation", "validity"}
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))


def agree(
    practice: Practice, path: Path, only: frozenset[str] = frozenset()
) -> tuple[list[law.Finding], subject.Unverifiable] | None:
    """What both say of a practice, by these rules or by all; None where no act can be read, and there is nothing to
    compare."""
    read = reading.read(list(practice.columns), list(practice.rows), BOOK)
    if not read.acts:
        return None
    granted, complete = list(practice.derogations), practice.complete_years
    case = law.Case(read, BOOK, practice.as_of, practice.zone, granted, complete)
    findings, unverifiable = law.check(case)
    if only:
        findings = [one for one in findings if one.rule in only]
        unverifiable = {name: said for name, said in unverifiable.items() if name in only}
    report = subject.report(practice, path, tuple(sorted(only)))
    assert [one.where.row for one in report.rejected] == read.rejected
    assert subject.findings(report) == findings
    assert subject.unverifiable(report) == unverifiable
    return findings, unverifiable


@pytest.mark.parametrize(
    ("remote", "specialty"), [(2, ""), (2, "01"), (3, ""), (4, ""), (5, ""), (4, "33"), (5, "33"), (3, "01")]
)
def test_engine_and_oracle_agree_on_a_ceiling_that_hangs_on_the_specialty(
    remote: int, specialty: str, tmp_path: Path
) -> None:
    usual = {
        "date": "10/06/2025",
        "practitioner": "A",
        "specialty": specialty,
        "treating_doctor": "non",
        "patient": "",
    }
    codes = ["TCS"] * remote + ["CS"] * (10 - remote)
    rows = tuple(usual | {"code": code, "patient": f"P{n}"} for n, code in enumerate(codes))
    agree(strategies.Practice((*rows[0],), rows), tmp_path / "actes.csv")


@pytest.mark.parametrize(
    "day", [(2022, 3, 31), (2022, 4, 1), (2023, 5, 14), (2023, 5, 15), (2024, 12, 21), (2024, 12, 22)]
)
def test_engine_and_oracle_agree_on_who_may_bill_a_supplement(day: tuple[int, int, int], tmp_path: Path) -> None:
    on, rows = date(*day), []
    births = ["", "01/01/1950", f"{on.day:02d}/{on.month:02d}/{on.year - 2}", f"01/01/{on.year - 1}"]
    [version] = [v for v in BOOK.rules["tarif/conventionnel"]["version"] if law.in_force(v, on)]
    for combination in version["combinations"]:
        if set(combination["with"]) & {"MCE", "MGM", "MP", "NFP", "SNP"}:
            for code, specialty in product(
                combination["codes"], ["", "01", "05", "07", "12", "32", "33", "42", "70"]
            ):
                codes = [code, *combination["with"]]
                amount = strategies.euros(sum(strategies.tariff_cents(BOOK, one, on, specialty) for one in codes))
                row = {"date": strategies.french(on), "code": code, "practitioner": "A", "overcharge": "0"}
                row |= {"patient": f"P{len(rows)}", "specialty": specialty, "amount": amount}
                rows.append(row | {"birth_date": births[len(rows) % 4]})
    assert agree(strategies.Practice((*rows[0],), tuple(rows)), tmp_path / "actes.csv")


@pytest.mark.parametrize("code", ["JKHD001+TC", "TC+JKHD001", "JKHD001 TC", "DEQP003 TE2", "TC", "MTX+TC"])
@pytest.mark.parametrize("amount", ["", "25,00"])
def test_engine_and_oracle_agree_on_all_that_a_row_lacks(code: str, amount: str, tmp_path: Path) -> None:
    row = {"date": "31/12/2021", "code": code, "specialty": "", "amount": amount, "practitioner": "A", "patient": "P"}
    agree(strategies.Practice((*row,), (row,)), tmp_path / "actes.csv")


@pytest.mark.parametrize("rule", BOOK.rules)
def test_engine_and_oracle_agree_around(rule: str, tmp_path: Path) -> None:
    """The rules of its family on one practice; in the long form, all rules on many."""
    family = frozenset(name for name in BOOK.rules if name.partition("/")[0] == rule.partition("/")[0])

    @settings(ROUGH, max_examples=1, derandomize=True)
    @given(practice=strategies.practices(BOOK, focus=rule, nirs=True).filter(worth_comparing))
    def around(practice: Practice) -> None:
        agree(practice, tmp_path / "actes.csv", family)

    around()


#: Practices of the long form for each kind of rule.
MANY = 45


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({rule["kind"] for rule in BOOK.rules.values()}))
def test_engine_and_oracle_agree_at_length(kind: str, tmp_path: Path, record_property: Callable[..., None]) -> None:
    """Practices of a whole year around the rules of a kind, until each of these rules has been met."""
    rules = sorted(name for name, rule in BOOK.rules.items() if rule["kind"] == kind)
    compared: Counter[str] = Counter()

    @settings(ROUGH, max_examples=MANY)
    @given(data=st.data())
    def around(data: st.DataObject) -> None:
        focus = data.draw(st.sampled_from(rules))
        practice = data.draw(strategies.practices(BOOK, focus=focus, max_rows=90, nirs=True).filter(worth_comparing))
        answer = agree(practice, tmp_path / "actes.csv")
        if answer is not None:
            findings, unverifiable = answer
            compared.update(["practices"])
            compared.update("found" for one in findings if one.rule in rules)
            compared.update("unverifiable" for name in unverifiable if name in rules)

    around()
    for name, number in compared.items():
        record_property(name, number)
    assert compared["practices"] >= MANY - 5
    assert compared["found"] > 0
    assert compared["unverifiable"] > 0 or kind in ANSWERS_ALWAYS


@st.composite
def regularised(draw: st.DrawFn) -> Practice:
    """Rows of one act and their cancellations, alike in some of what tells them apart."""
    told = {
        "quantity": ["1", "1", "1", "2", "-1", "-1", "-2"],
        "amount": ["20,00", "25,00", "40,00", "-20,00", "-25,00", "-40,00", ""],
        "overcharge": ["5,00", "-5,00", "0", ""],
        "status": ["", "", "", "rejete"],
    }
    usual = {"date": "10/05/2023", "code": "TE2", "practitioner": "A", "patient": "P"}
    rows = draw(
        st.lists(
            st.fixed_dictionaries({key: st.sampled_from(values) for key, values in told.items()}),
            min_size=2,
            max_size=8,
        )
    )
    return strategies.Practice((*usual, *told), tuple(usual | row for row in rows))


@examples(25, 500)
@given(practice=regularised())
def test_engine_and_oracle_agree_on_what_a_cancellation_takes(practice: Practice, tmp_path: Path) -> None:
    left = [
        (act.quantity, act.amount, act.overcharge, act.uncounted)
        for act in reading.read(list(practice.columns), list(practice.rows), BOOK).acts
    ]
    assert subject.left(practice.write(tmp_path / "actes.csv")) == left


def worth_comparing(practice: Practice) -> bool:
    """Hypothesis starts with the smallest file, in which nothing can happen."""
    return len(practice.rows) > 5


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("TE2", "22/12/2023", "21/12/2024"),  # twelve months over a 29 February
        ("TE2", "21/12/2023", "21/12/2024"),  # the same day a year earlier
        ("TE2", "01/03/2023", "29/02/2024"),
        ("TE2", "28/02/2023", "29/02/2024"),
        ("RQD", "29/02/2024", "28/02/2025"),
        ("G+SNP", "30/12/2024", "05/01/2025"),  # one ISO week, two years
        ("G+SNP", "27/09/2024", "30/09/2024"),  # Friday and Monday
        ("VL", "31/03/2023", "01/04/2023"),
        ("APC", "31/10/2022", "28/02/2023"),  # four months from a 31st
        ("APC", "31/10/2022", "27/02/2023"),
    ],
)
def test_engine_and_oracle_agree_on_the_calendar(code: str, first: str, last: str, tmp_path: Path) -> None:
    usual = {"code": code, "practitioner": "A", "patient": "P", "quantity": "4", "amount": "80,00", "reason": "ald80"}
    urgent = {"specialty": "01", "treating_doctor": "non", "regulated_by": "sas", "quantity": "12", "time": "09:00"}
    row = usual | (urgent if "SNP" in code else {})
    rows = tuple(row | {"date": day, "regulated_at": f"{day} 08:30"} for day in (first, last))
    agree(strategies.Practice((*rows[0],), rows), tmp_path / "actes.csv")


def test_every_kind_of_rule_has_an_oracle() -> None:
    assert {rule["kind"] for rule in BOOK.rules.values()} <= set(law.KINDS)


@pytest.mark.parametrize("sunday", [date(2008, 3, 23), date(2022, 4, 17), date(2023, 4, 9), date(2024, 3, 31)])
def test_easter(sunday: date) -> None:
    assert days.easter(sunday.year) == sunday


@pytest.mark.parametrize(
    ("asked", "last", "zone"),
    [
        (date(2022, 9, 9), date(2022, 9, 12), "metropole"),  # a Friday: Saturday, then Monday
        (date(2022, 5, 25), date(2022, 5, 28), "metropole"),  # Ascension is the next day
        (date(2022, 12, 23), date(2022, 12, 26), "metropole"),
        (date(2022, 12, 23), date(2022, 12, 27), "alsace-moselle"),
    ],
)
def test_two_working_days(asked: date, last: date, zone: str) -> None:
    assert days.last_working_day(asked, 2, zone) == last


@pytest.mark.parametrize(
    ("day", "hour", "kind", "zone"),
    [
        (date(2022, 7, 13), 8, "day", "metropole"),
        (date(2022, 7, 13), 20, "pdsa", "metropole"),
        (date(2022, 7, 14), 10, "pdsa", "metropole"),
        (date(2022, 7, 15), 10, "regional", "metropole"),  # the Friday after a holiday
        (date(2022, 7, 16), 11, "regional", "metropole"),  # and the Saturday
        (date(2022, 7, 16), 12, "pdsa", "metropole"),
        (date(2022, 10, 31), 10, "regional", "metropole"),  # the Monday before
        (date(2022, 9, 11), 10, "pdsa", "metropole"),
        (date(2023, 4, 7), 10, "day", "metropole"),
        (date(2023, 4, 7), 10, "regional", "alsace-moselle"),  # Good Friday: a holiday of some communes
        (date(2023, 4, 8), 10, "day", "metropole"),
        (date(2023, 4, 8), 10, "regional", "alsace-moselle"),  # and there the Saturday after a holiday
    ],
)
def test_whose_hours(day: date, hour: int, kind: str, zone: str) -> None:
    assert days.duty(day, hour, zone) == kind
