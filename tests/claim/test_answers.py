"""Each answer of the contract's table, and each boundary: the first that applies is given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from avenant9.acts.load import load_acts
from avenant9.claim.answer import answered
from avenant9.claim.read import load_claim
from avenant9.engine import Options
from avenant9.rulebook.claims import load_recovery
from oracle.subject import rulebook

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.results.claim import Claim, ClaimedLine

NOTIFIED = date(2025, 6, 15)
ACTS = "date;code;practitioner;specialty;patient;amount;overcharge;reimbursed;invoice;payment_date;status;sector;rate"
#: Row 2 on: a G paid on the last day that can still be claimed, one paid the day before, a fifth TE2, …
ROWS = [
    "10/06/2022;G;A;01;P1;25,00;0;17,50;F1;15/06/2022;;1;70",
    "09/06/2022;G;A;01;P2;25,00;0;17,50;F2;14/06/2022;;1;70",
    "10/01/2023;TE2;A;01;P3;20,00;0;20,00;F3;20/01/2023;;1;100",
    "11/01/2023;TE2;A;01;P3;20,00;0;20,00;F4;20/01/2023;;1;100",
    "12/01/2023;TE2;A;01;P3;20,00;0;20,00;F5;20/01/2023;;1;100",
    "13/01/2023;TE2;A;01;P3;20,00;0;20,00;F6;20/01/2023;;1;100",
    "16/01/2023;TE2;A;01;P3;20,00;0;20,00;F7;20/01/2023;;1;100",
    "10/02/2023;G;A;01;P4;25,00;0;17,50;F8;;;1;70",
    "10/02/2022;G;A;01;P5;25,00;0;17,50;F9;;;1;70",
    "10/03/2023;MCG;A;01;P6;5,00;0;3,50;F10;20/03/2023;;1;70",
    "11/03/2023;G;A;01;P7;25,00;0;17,50;F11;20/03/2023;rejete;1;70",
    "12/03/2023;TE2;A;01;P8;20,00;0;20,00;F12;20/03/2023;;1;100",
    "12/03/2023;G;A;01;P8;25,00;0;17,50;F13;20/03/2023;;1;70",
    "13/03/2023;G+MCG;A;01;P9;30,00;0;21,00;F14;20/03/2023;;1;70",
    "12/04/2023;G;A;01;P10;27,00;0;17,50;F15;20/04/2023;;1;70",
]  # fmt: skip


def answers(
    folder: Path, lines: list[str], titles: str = "Indu;N° FSE;Motif;Date de mandatement", *more: str, **asked: Any
) -> Claim:
    (folder / "actes.csv").write_text("\n".join([ACTS, *ROWS, *more]) + "\n", encoding="utf-8")
    (folder / "indus.csv").write_text("\n".join([titles, *lines]) + "\n", encoding="utf-8")
    book = rulebook()
    acts = load_acts([str(folder / "actes.csv")], book.nomenclature)
    claim = load_claim(str(folder / "indus.csv"), book.nomenclature)
    options = Options(as_of=date(2026, 11, 22), profile="comptable", skip=("seuil",))
    return answered(claim, acts, book, load_recovery(), options, asked.get("notified", NOTIFIED)).result


def brief(line: ClaimedLine) -> tuple[Any, ...]:
    return line.answer, line.owed, line.missing, [place.row for place in line.acts]


CASES: list[tuple[str, tuple[Any, ...]]] = [
    ("25,01;F99;;", ("not_found", None, (), [])),
    # paid by the act's day: three years ago on the day of the notification is in time, one day more is not
    ("25,00;F1;;", ("contestable", None, (), [2])),
    ("25,00;F2;;", ("out_of_time", None, (), [3])),
    # the claim's own day of payment wins
    ("25,00;F2;;15/06/2022", ("contestable", None, (), [3])),
    ("25,00;F1;;14/06/2022", ("out_of_time", None, (), [2])),
    # without a day of payment: the care is under three years old, or only that day would tell
    ("25,00;F8;;", ("contestable", None, (), [9])),
    ("25,00;F9;;", ("contestable", None, ("payment_date",), [10])),
    # one cent more than what was billed; what the file says rejected was not paid
    ("25,00;F8;;16/02/2023", ("contestable", None, (), [9])),
    ("25,01;F8;;16/02/2023", ("more_than_paid", None, (), [9])),
    ("17,50;F8;;16/02/2023", ("contestable", None, (), [9])),
    ("17,50;F11;;", ("more_than_paid", None, (), [12])),
    # the fifth of a year: the whole act is owed, or what is claimed of it where that is less
    ("20,00;F7;quota annuel;", ("supported", 2000, (), [8])),
    ("14,00;F7;;", ("supported", 1400, (), [8])),
    # what exceeds the tariff only
    ("27,00;F15;;", ("supported", 200, (), [16])),
    # the fourth is within the limit
    ("20,00;F6;plus de quatre par an;", ("contestable", None, (), [7])),
    # a column would tell
    ("5,00;F10;;", ("unverifiable", None, ("treating_doctor", "pathway"), [11])),
    # the cause names a rule that is a review, on which nothing was found
    ("25,00;F13;cumul G et DEQP003;", ("to_examine", None, (), [14])),
    ("25,00;F13;cumul/consultation-ccam;", ("to_examine", None, (), [14])),
    ("25,00;F13;grief sans mot connu;", ("contestable", None, (), [14])),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_an_answer(line: str, expected: tuple[Any, ...], tmp_path: Path) -> None:
    (found,) = answers(tmp_path, [line]).lines
    assert brief(found) == expected, found.message


@pytest.mark.parametrize(
    ("notified", "answer"),
    [(date(2026, 1, 19), "supported"), (date(2026, 1, 20), "supported"), (date(2026, 1, 21), "out_of_time")],
)
def test_the_notification_stops_the_clock(notified: date, answer: str, tmp_path: Path) -> None:
    """The fifth TE2 was paid on 20/01/2023."""
    (line,) = answers(tmp_path, ["20,00;F7;;"], notified=notified).lines
    assert line.answer == answer


def test_an_act_claimed_twice_is_so_on_the_later_line(tmp_path: Path) -> None:
    claim = answers(tmp_path, ["10,00;F7;;", "10,00;F7;;", "20,00;F7;;", "20,00;F6;;"])
    assert [line.answer for line in claim.lines] == ["supported", "twice", "twice", "contestable"]
    assert claim.lines[2].message == "Même acte que les lignes 2 et 3 du tableau."


def test_a_line_of_which_only_a_part_is_claimed_already_is_not_claimed_twice(tmp_path: Path) -> None:
    """The row of F14 holds G and MCG."""
    claim = answers(tmp_path, ["5,00;F14;MCG", "30,00;F14;"], titles="Indu;N° FSE;Acte")
    assert [line.answer for line in claim.lines][1] == "to_examine"
    assert claim.lines[1].message.startswith("Une partie de ces actes est déjà réclamée ligne 2.")


def test_several_acts_are_candidates(tmp_path: Path) -> None:
    claim = answers(tmp_path, ["20,00;;TE2"], titles="Indu;N° FSE;Acte")
    (line,) = claim.lines
    assert (line.answer, [place.row for place in line.candidates]) == ("to_examine", [4, 5, 6, 7, 8, 13])
    assert (line.acts, line.rules) == ((), ())


def test_a_line_that_may_be_about_several_acts_all_too_old_is_out_of_time(tmp_path: Path) -> None:
    claim = answers(tmp_path, ["20,00;;TE2"], titles="Indu;N° FSE;Acte", notified=date(2026, 3, 21))
    assert claim.lines[0].answer == "out_of_time"


def test_sums_are_those_of_the_lines(tmp_path: Path) -> None:
    claim = answers(tmp_path, ["20,00;F7;a;20/01/2023", "27,00;F15;;", "25,00;F99;;", ";F6;a;20/01/2023"])
    counts = {answer: (one.lines, one.euros) for answer, one in claim.summary.by_answer.items() if one.lines}
    assert (claim.summary.lines, claim.summary.claimed, claim.summary.owed) == (4, 7200, 2200)
    assert counts == {"not_found": (1, 2500), "supported": (2, 4700), "contestable": (1, 0)}
    assert [(one.row, one.missing) for one in claim.notification] == [
        (2, ("nature",)),
        (3, ("cause", "nature", "payment_date")),
        (4, ("cause", "nature", "payment_date")),
        (5, ("nature", "amount")),
    ]


def test_a_row_of_several_acts_is_judged_act_by_act(tmp_path: Path) -> None:
    claim = answers(tmp_path, ["25,00;F14;G", "5,00;F14;MCG"], titles="Indu;N° FSE;Acte")
    assert [brief(line)[::3] for line in claim.lines] == [("contestable", [15]), ("unverifiable", [15])]


@pytest.mark.parametrize(
    ("line", "crowds"),
    [
        ("50,00;;;", [(17, 41)]),  # no act found: a pair of the crowd may make it
        ("25,00;F1;;15/06/2022", []),  # found by its invoice: no pair was looked for
    ],
)
def test_a_line_without_an_act_says_what_was_not_compared(
    line: str, crowds: list[tuple[int, int]], tmp_path: Path
) -> None:
    crowd = [f"10/05/2023;G;A;01;Q{number};25,00;0;17,50;F99;;;1;70" for number in range(41)]
    told = answers(tmp_path, [line], "Indu;N° FSE;Motif;Date de mandatement", *crowd)
    assert [(one.row, one.rows) for one in told.uncompared] == crowds
