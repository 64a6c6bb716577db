"""Explanations: the verdict of the check, followed to the rows; what a limit would have needed; who may see what."""

from __future__ import annotations

import io
import json
import random
import tomllib
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avenant9 import cases
from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import load_acts
from avenant9.documents.render import render
from avenant9.engine import Options, check
from avenant9.errors import SettingError
from avenant9.explain import Explainer
from avenant9.explanation import Block, Explanation
from avenant9.kinds.alternation import AlternationTrace
from avenant9.kinds.condition import ConditionTrace
from avenant9.kinds.frequency import CountTrace
from avenant9.kinds.opposable import OpposableTrace
from avenant9.kinds.proximity import ContactTrace
from avenant9.kinds.share import ShareTrace
from avenant9.kinds.tariff import TariffTrace
from avenant9.kinds.trace import ActLine
from avenant9.kinds.visit import VisitTrace
from avenant9.model import GrantedCeiling, Verdict
from avenant9.period import Period
from avenant9.profile import explained
from avenant9.report.page import Page
from avenant9.rulebook.load import Rulebook, load_rulebook
from together import Asked, put_together, together

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"
YEAR: dict[str, Any] = tomllib.loads((FIXTURES / "annee_cabinet.toml").read_text(encoding="utf-8"))
AS_OF = date(2026, 11, 22)
HEAD = "date;code;practitioner;patient;amount"
SAID = (Verdict.VIOLATION, Verdict.REVIEW)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


def explainer(folder: Path, rulebook: Rulebook, lines: Sequence[str], *only: str, **options: Any) -> Explainer:
    file = folder / "actes.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    acts = load_acts([str(file)], rulebook.nomenclature)
    return Explainer(acts, rulebook, Options(**{"as_of": AS_OF, "only": only, **options}))


def block_of(explanation: Explanation, rule: str, code: str | None = None) -> Block:
    return next(
        block
        for one in explanation.acts
        if code in (None, one.act.code)
        for block in one.blocks
        if block.rule == rule
    )


def count_of(explanation: Explanation, rule: str) -> CountTrace:
    trace = block_of(explanation, rule).trace
    assert isinstance(trace, CountTrace)
    return trace


def told(lines: Sequence[ActLine]) -> list[tuple[Any, ...]]:
    return [(line.where.row, line.running, line.why, line.detail, line.missing) for line in lines]


def text_of(explanation: Explanation, profile: str = "comptable", encoding: str = "utf-8") -> str:
    return str(render("table", explained(explanation, profile), Page(encoding=encoding)))


# --- the same verdict as the check ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def year(rulebook: Rulebook) -> Explainer:
    acts = load_acts([str(FIXTURES / "annee_cabinet.xlsx")], rulebook.nomenclature)
    return Explainer(acts, rulebook, Options(as_of=YEAR["as_of"]))


PLANTED = [entry for entry in YEAR["anomaly"] if "row" in entry]


@pytest.mark.parametrize("entry", PLANTED, ids=lambda entry: f"{entry['rule']} {entry['row']}")
def test_planted_rows_are_explained_as_they_are_checked(year: Explainer, entry: dict[str, Any]) -> None:
    explanation = year.at(f"{entry['sheet']}!{entry['row']}")
    blocks = [block for one in explanation.acts for block in one.blocks if block.rule == entry["rule"]]
    found = next(block for block in blocks if block.verdict in SAID)
    assert found.verdict == entry["verdict"]
    assert found.at_stake is not None
    assert f"{found.at_stake / 100:.2f}" == entry["at_stake"]
    assert found.texts
    others = {
        block.rule for one in explanation.acts for block in one.blocks if block.verdict in SAID and block != found
    }
    planted = {other["rule"] for other in PLANTED if (other["sheet"], other["row"]) == (entry["sheet"], entry["row"])}
    assert {rule for rule in others if not rule.startswith("seuil/")} <= planted
    text = text_of(explanation)
    title = f"{entry['rule']}\n{'-' * len(entry['rule'])}\n"
    answer = text.partition(title)[2].partition("\n\n")[0].rpartition("\n  Réponse : ")[2]
    assert answer.startswith(f"{found.verdict.french}. ")


def sample(table: Iterable[cases.Case]) -> list[cases.Case]:
    """Of a table of cases: one with each verdict, one unverifiable, one silent."""
    chosen: dict[str, cases.Case] = {}
    for case in table:
        kinds = [entry.verdict for entry in case.expect if entry.row] or ["silent"]
        for kind in [*kinds, *(["unverifiable"] if case.unverifiable else [])]:
            chosen.setdefault(kind, case)
    return list({case.name: case for case in chosen.values()}.values())


CASES = {rule: sample(cases.read_table(file).cases) for rule, file in cases.find_tables(HERE / "rules").items()}


class Beside(NamedTuple):
    """What answers for a case, maybe among others, and how the row of a number is named there."""

    asked: Explainer
    sheet: str


@pytest.fixture(scope="module")
def beside(rulebook: Rulebook) -> dict[tuple[str, str], Beside]:
    """By rule and name, the cases that can be put together."""
    keys = [(rule, case.name) for rule, table in CASES.items() for case in table]
    asked = [Asked(case.acts, cases.asked(rule, case)) for rule, table in CASES.items() for case in table]
    found = {}
    for group in put_together(asked, rulebook):
        of_all = Explainer(group.acts, rulebook, group.options)
        for rank in group.cases:
            of_rule = copy(of_all)
            of_rule.selected = keys[rank][:1]
            found[keys[rank]] = Beside(of_rule, f"{rank}!")
    return found


def alone(case: cases.Case, rule: str, rulebook: Rulebook) -> Beside:
    acts = load_acts(["-"], rulebook.nomenclature, stdin=io.BytesIO(case.acts.encode()))
    return Beside(Explainer(acts, rulebook, cases.asked(rule, case)), "")


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: rule.partition("/")[2])
def test_cases_are_explained_as_they_are_checked(
    rule: str, rulebook: Rulebook, beside: dict[tuple[str, str], Beside]
) -> None:
    for case in CASES[rule]:
        asked, sheet = beside.get((rule, case.name)) or alone(case, rule, rulebook)
        got, unknown = {}, 0
        for row in range(2, len(case.acts.strip().splitlines()) + 1):
            blocks = [block for one in asked.at(f"{sheet}{row}").acts for block in one.blocks]
            unknown += any(block.verdict is Verdict.UNVERIFIABLE for block in blocks)
            got[row] = sorted(
                (str(block.verdict), str(block.message))
                for block in blocks
                if block.verdict in SAID and block.carried_by is None and not rule.startswith("seuil/")
            )
        wanted = {row: sorted((one.verdict, one.message) for one in case.expect if one.row == row) for row in got}
        assert got == wanted, case.name
        assert bool(unknown) == (case.unverifiable is not None), case.name


# --- counts -----------------------------------------------------------------------------------------------

WINDOWS = ("civil-year", "civil-quarter", "civil-month", "iso-week", "rolling-12-months", "ever")

RULE = """kind = "frequency"
title = "Essai"
why = "Deux au plus."

[[version]]
from = 2022-04-01
until = "open"
codes = ["TE2"]
limit = 2
window = "{window}"
per = ["practitioner", "patient"]
verdict = "violation"
source = {{ title = "Essai", url = "", confidence = "high" }}
checked_on = 2026-11-22
"""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The shipped rules, and one of each window: two TE2 at most."""
    folder = tmp_path_factory.mktemp("regles")
    (folder / "frequence").mkdir()
    for window in WINDOWS:
        (folder / "frequence" / f"essai-{window}.toml").write_text(RULE.format(window=window), encoding="utf-8")
    return load_rulebook(folder)


def snp(days: Iterable[str]) -> list[str]:
    """A consultation and its SNP on each day, each of another patient, with all that conditions ask."""
    head = f"{HEAD};time;specialty;treating_doctor;regulated_by;regulated_at"
    rows = (f"{day};G+SNP;A;P{n};40,00;10:00;1;non;sas;{day} 09:00" for n, day in enumerate(days))
    return [head, *rows]


def te2(days: Sequence[date]) -> list[str]:
    return [HEAD, *(f"{day:%d/%m/%Y};TE2;A;P1;20,00" for day in days)]


def found_on(rulebook: Rulebook, rule: str, files: Sequence[Sequence[str]]) -> list[set[int]]:
    """The rows that the rule finds in each of some files, in one run."""
    options = Options(as_of=AS_OF, only=(rule,))
    answers = together([Asked("\n".join(lines), options) for lines in files], rulebook)
    return [{finding["row"] for finding in answer.findings} for answer in answers if answer is not None]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("seed", range(3))
def test_counts_and_earliest_dates_are_those_of_the_engine(
    window: str, seed: int, trial: Rulebook, tmp_path: Path
) -> None:
    rule = f"frequence/essai-{window}"
    chance = random.Random(f"{window} {seed}")
    span = {"iso-week": 15, "civil-month": 60, "civil-quarter": 200}.get(window, 500)
    start = date(2023, 11, 20) + timedelta(days=chance.randrange(60))
    days = [start + timedelta(days=chance.randrange(span)) for _ in range(7)]
    lines = te2(days)
    asked = explainer(tmp_path, trial, lines, rule)
    report = check(asked.acts, trial, Options(as_of=AS_OF, only=(rule,)))
    over = {row["row"]: row for row in report.findings.iter_rows(named=True)}
    for row, day in enumerate(days, start=2):
        trace = count_of(asked.at(str(row)), rule)
        assert (trace.count or 0) > 2 if row in over else (trace.count or 0) <= 2
        if row not in over:
            assert trace.earliest is None
            continue
        said = report.explanations.at(over[row]["explanation"])
        assert trace.count == said["count"]
        assert Period(trace.first, trace.last) == said["window"]
        first_units = [line.where.row for line in trace.counted[:2]]
        assert first_units == [place["row"] for place in over[row]["related"]]
        if window == "ever":
            assert trace.earliest is None
            continue
        assert trace.earliest is not None
        assert trace.earliest > day
        moved = (
            [to if place == row else own for place, own in enumerate(days, 2)]
            for to in (trace.earliest, trace.earliest - timedelta(days=1))
        )
        on_it, before = found_on(trial, rule, [te2(to) for to in moved])
        assert row in before
        assert row not in on_it
        assert {place.row for place in trace.displaced} == on_it - over.keys()


@pytest.mark.parametrize(
    ("rule", "lines", "row", "earliest"),
    [
        ("frequence/te2-annuelle", te2([date(2023, m, 10) for m in (1, 2, 5, 8, 12)]), 6, date(2024, 1, 1)),
        (
            "frequence/te2-douze-mois",
            te2([date(2023, 2, 12), date(2023, 5, 3), date(2023, 8, 30), date(2023, 12, 14), date(2024, 1, 2)]),
            6,
            date(2024, 2, 12),
        ),
        (
            "frequence/vl-trimestrielle",
            [
                "date;code;practitioner;patient;amount;reason",
                *(f"{day};VL;A;P1;60,00;ald80" for day in ("01/04/2022", "30/06/2022", "01/07/2022")),
            ],
            3,
            date(2022, 7, 1),  # where the visit of that day would be over in its place
        ),
        ("frequence/cte-unique", [HEAD, "10/01/2023;CTE;A;P1;60,00", "10/02/2023;CTE;A;P1;60,00"], 3, None),
        (
            "frequence/snp-hebdomadaire",
            snp(f"{day:02d}/09/2022" for day in (5, 6, 7) for n in range(8)),
            25,
            date(2022, 9, 12),
        ),
        (
            "frequence/snp-hebdomadaire",  # no text from 1 October to 9 December: no answer lies there
            snp(f"{day}/09/2022" for day in (26, 27, 28) for n in range(7)),
            22,
            date(2022, 12, 10),
        ),
    ],
)
def test_earliest_date(
    rule: str, lines: list[str], row: int, earliest: date | None, rulebook: Rulebook, tmp_path: Path
) -> None:
    trace = count_of(explainer(tmp_path, rulebook, lines, rule).at(str(row)), rule)
    assert trace.over > 0
    assert trace.earliest == earliest
    assert [place.row for place in trace.displaced] == ([4] if rule == "frequence/vl-trimestrielle" else [])


def test_rolling_window_around_29_february(trial: Rulebook, tmp_path: Path) -> None:
    days = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 10)]
    asked = explainer(tmp_path, trial, te2(days), "frequence/essai-rolling-12-months")
    assert count_of(asked.at("4"), "frequence/essai-rolling-12-months").earliest == date(2025, 2, 28)


def test_more_units_than_the_limit_have_no_date(trial: Rulebook, tmp_path: Path) -> None:
    lines = [f"{HEAD};quantity", "10/01/2023;TE2;A;P1;60,00;3"]
    trace = count_of(
        explainer(tmp_path, trial, lines, "frequence/essai-civil-year").at("2"), "frequence/essai-civil-year"
    )
    assert (trace.count, trace.over, trace.earliest) == (3, 1, None)


MIXED = [
    f"{HEAD};quantity",
    "15/03/2022;TE2;A;P1;20,00;1",
    "10/04/2022;TE2;A;P1;20,00;1",
    "12/05/2022;TE2;A;P1;40,00;2",
    "12/06/2022;TE2;B;P1;20,00;1",
    "13/06/2022;TE2;A;P2;20,00;1",
    "14/06/2022;TE2;A;;20,00;1",
    "15/06/2022;TE2;A;P1;20,00;1",
    "15/06/2022;TE2;A;P1;-20,00;1",
    "31/02/2022;TE2;A;P1;20,00;1",
    "20/08/2022;TE2;A;P1;20,00;1",
    ";;;;;",
    "Total;;;;180,00;",
    "20/12/2022;TE2;A;P1;20,00;1",
    "20/12/2022;TE2;A;P1;20,00;1",
]
ANNUAL = "frequence/te2-annuelle"


def test_counted_not_counted_and_unknown_rows(rulebook: Rulebook, tmp_path: Path) -> None:
    asked = explainer(tmp_path, rulebook, MIXED, ANNUAL)
    trace = count_of(asked.at("14"), ANNUAL)
    assert told(trace.counted) == [
        (3, 1, None, None, ()),
        (4, 3, None, None, ()),
        (11, 4, None, None, ()),
        (14, 5, None, None, ()),
        (15, 6, None, None, ()),
    ]
    assert told(trace.not_counted) == [
        (2, None, "before-version", date(2022, 4, 1), ()),
        (5, None, "other-practitioner", "B", ()),
        (8, None, "cancelled", None, ()),
        (9, None, "cancellation", None, ()),
    ]
    assert told(trace.unknown) == [(7, None, None, None, ("patient",))]
    assert (trace.count, trace.could_be, trace.over) == (5, 6, 1)
    assert [line.where.row for line in trace.counted if line.here] == [14]
    assert [line.repeats.row for line in trace.counted if line.repeats] == [14]
    text = text_of(asked.at("14"))
    assert "le résultat pourrait passer à 6 : le verdict n'en dépend pas" in text
    assert "1 ligne rejetée" in text.replace("\u00a0", " ")


def test_an_unknown_that_could_change_the_verdict_is_said(rulebook: Rulebook, tmp_path: Path) -> None:
    asked = explainer(tmp_path, rulebook, MIXED, ANNUAL)
    block = block_of(asked.at("11"), ANNUAL)
    assert block.verdict is Verdict.OK
    assert block.message == (
        "TE2 : 4 sur l'année civile 2022 pour ce patient, 4 au plus. "
        "Sous réserve des actes inconnus, qui pourraient le porter à 5."
    )
    text = text_of(asked.at("11"))
    assert "le résultat pourrait passer à 5 : au-delà de la limite de 4" in text


def test_acts_refused_by_another_rule_do_not_fill_the_window(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = snp(["05/06/2023"] * 21)
    lines[3] = lines[3].replace(";sas", ";non")
    rule = "frequence/snp-hebdomadaire"
    block = block_of(explainer(tmp_path, rulebook, lines, rule).at("22"), rule)
    assert block.verdict is Verdict.OK
    assert isinstance(block.trace, CountTrace)
    assert block.trace.count == 20
    assert told(block.trace.not_counted) == [(4, None, "refused", "condition/snp-regulation", ())]
    refused = block_of(explainer(tmp_path, rulebook, lines, rule).at("4"), rule)
    assert refused.verdict is Verdict.OK
    assert refused.message == "SNP : non compté, l'acte est non conforme à condition/snp-regulation."


def test_acts_that_may_be_refused_elsewhere_leave_the_window_open(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = snp(["05/06/2023"] * 22)
    lines[3] = lines[3].replace(";sas;", ";;")
    rule = "frequence/snp-hebdomadaire"
    asked = explainer(tmp_path, rulebook, lines, rule)
    last_within = block_of(asked.at("22"), rule)
    assert (last_within.verdict, last_within.missing) == (Verdict.UNVERIFIABLE, ("regulated_by",))
    assert isinstance(last_within.trace, CountTrace)
    assert (last_within.trace.count, last_within.trace.could_be) == (20, 21)
    assert told(last_within.trace.unknown) == [(4, None, None, None, ("regulated_by",))]
    over = block_of(asked.at("23"), rule)
    assert over.verdict is Verdict.VIOLATION
    assert isinstance(over.trace, CountTrace)
    assert (over.trace.count, over.trace.could_be, over.trace.over) == (21, 22, 1)
    unsure = block_of(asked.at("4"), rule)
    assert unsure.verdict is Verdict.OK
    assert isinstance(unsure.trace, CountTrace)
    assert (unsure.trace.count, unsure.trace.unknown) == (3, ())


def test_a_silent_rule_says_who_speaks(rulebook: Rulebook, tmp_path: Path) -> None:
    days = [date(2023, m, 10) for m in (1, 2, 5, 8, 12)]
    block = block_of(explainer(tmp_path, rulebook, te2(days)).at("6"), "frequence/te2-douze-mois")
    assert (block.verdict, block.silent_for) == (None, (ANNUAL,))


def test_contacts(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [
        HEAD,
        "10/01/2023;G;A;P1;25,00",
        "10/02/2023;APC;A;P1;55,00",
        "10/02/2023;G;A;P1;25,00",
        "09/06/2023;G;A;P1;25,00",
    ]
    trace = block_of(explainer(tmp_path, rulebook, lines).at("3"), "frequence/apc-quatre-mois").trace
    assert isinstance(trace, ContactTrace)
    assert (trace.after, trace.before) == (date(2022, 10, 10), date(2023, 6, 10))
    assert [line.where.row for line in trace.near] == [2, 5]
    assert [line.where.row for line in trace.same_day] == [4]


def test_alternation(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [HEAD, *(f"10/{month:02d}/2023;TCG;A;P1;25,00" for month in (1, 2, 3)), "10/04/2023;G;A;P1;25,00"]
    block = block_of(explainer(tmp_path, rulebook, lines).at("4"), "condition/tc-alternance")
    assert isinstance(block.trace, AlternationTrace)
    assert [line.running for line in block.trace.remote] == [1, 2, 3]
    assert [line.where.row for line in block.trace.in_person] == [5]
    assert block.verdict is Verdict.OK


# --- one act ----------------------------------------------------------------------------------------------


def test_tests_of_a_condition_with_what_was_found(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [f"{HEAD};reason;birth_date;ald", "23/05/2023;VL;A;P1;60,00;ald80;01/06/1945;oui"]
    asked = explainer(tmp_path, rulebook, lines, "condition/vl-age-ald")
    block = block_of(asked.at("2"), "condition/vl-age-ald")
    assert isinstance(block.trace, ConditionTrace)
    assert [(line.test.test, line.found, line.holds) for line in block.trace.requires] == [
        ("age-at-least", 77, False),
        ("is-true", True, True),
    ]
    text = text_of(asked.at("2"), "interne")
    assert "patient de 80 ans ou plus : non remplie (77 ans le jour de l'acte)" in " ".join(text.split())
    assert "1945" not in text  # an age is enough


def test_unknown_values_are_named(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [f"{HEAD};reason;ald", "23/05/2023;VL;A;P1;60,00;ald80;"]
    asked = explainer(tmp_path, rulebook, lines, "condition/vl-age-ald")
    block = block_of(asked.at("2"), "condition/vl-age-ald")
    assert (block.verdict, block.missing) == (Verdict.UNVERIFIABLE, ("birth_date", "ald"))
    text = text_of(asked.at("2"))
    assert "inconnu (date de naissance inconnue)" in " ".join(text.split())
    assert "Réponse : non vérifiable. Colonne « Date de naissance » absente" in " ".join(text.split())


def test_the_equation_of_a_tariff(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [f"{HEAD};overcharge", "15/02/2023;VG+MD;A;P1;45,00;5,00"]
    block = block_of(explainer(tmp_path, rulebook, lines).at("2"), "tarif/conventionnel")
    trace = block.trace
    assert isinstance(trace, TariffTrace)
    assert (trace.amount, trace.overcharge, trace.base) == (4500, 500, 4000)
    assert [(part.code, part.tariff, part.total) for part in trace.parts] == [("VG", 2500, 2500), ("MD", 1000, 1000)]
    assert (trace.tariff, trace.difference, trace.matched) == (3500, 500, None)


def test_the_supplements_that_a_row_may_hold(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [HEAD, "15/06/2022;VL;A;P1;70,00", "15/06/2022;VL;A;P2;71,00"]
    asked = explainer(tmp_path, rulebook, lines, "tarif/conventionnel")
    right = block_of(asked.at("2"), "tarif/conventionnel").trace
    assert isinstance(right, TariffTrace)
    assert right.matched == ("MD",)
    wrong = block_of(asked.at("3"), "tarif/conventionnel").trace
    assert isinstance(wrong, TariffTrace)
    assert (wrong.difference, wrong.matched) == (1100, None)
    assert ("MD",) in [one.codes for one in wrong.supplements]


def test_the_supplements_that_others_may_bill(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [
        "date;code;practitioner;patient;specialty;birth_date;amount;overcharge",
        "10/01/2023;CS;A;P1;05;;47,00;0",
        "10/01/2023;CNPSY;A;P2;33;10/01/2007;45,50;0",
        "10/01/2023;CS;A;P3;;;47,00;0",
        "10/01/2023;CS;A;P4;05;;45,00;0",
    ]
    asked = explainer(tmp_path, rulebook, lines, "tarif/conventionnel")
    blocks = [block_of(asked.at(str(row)), "tarif/conventionnel") for row in (2, 3, 4, 5)]
    traces = [block.trace for block in blocks if isinstance(block.trace, TariffTrace)]
    assert [block.verdict for block in blocks] == ["violation", "violation", "unverifiable", "ok"]
    refused = [[one.codes for one in trace.refused] for trace in traces]
    assert refused == [[("MPC", "MCE"), ("NFE", "MEP", "MRT")], [("MP",)], [], []]
    # the tariff of MPC itself hangs on the specialty, that of NFE does not
    doubtful = [[one.codes for one in trace.doubtful] for trace in traces]
    assert doubtful == [[], [], [("NFE", "MEP", "MRT")], []]
    assert [trace.matched for trace in traces] == [None, None, None, ("MPC", "MCS", "MCU")]
    assert not any("MP" in one.codes for one in traces[1].supplements)
    said = [" ".join(text_of(asked.at(str(row))).split()) for row in (2, 4)]
    why = "non admis pour ce médecin, ce patient ou avec ce dépassement"
    assert f"Écarté MPC + MCE ou NFE + MEP + MRT : 47,00 €, {why}" in said[0].replace("\xa0", " ")


def test_one_overcharge_reproached_once(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [f"{HEAD};overcharge;sector;optam", "10/01/2023;CS+MPC+MCS;A;P1;50,00;20,00;2;non"]
    explanation = explainer(tmp_path, rulebook, lines, "tarif/opposable").at("2")
    first = block_of(explanation, "tarif/opposable", "MPC")
    second = block_of(explanation, "tarif/opposable", "MCS")
    assert isinstance(first.trace, OpposableTrace)
    assert [line.overcharge for line in first.trace.hosts] == [2000]
    assert (first.verdict, first.at_stake, first.carried_by) == (Verdict.VIOLATION, 2000, None)
    assert (second.verdict, second.at_stake) == (Verdict.VIOLATION, None)
    assert second.carried_by is not None
    assert second.carried_by.row == 2


def test_the_acts_of_a_visit(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [
        f"{HEAD};invoice",
        "15/06/2023;TE2;A;P1;20,00;F1",
        "15/06/2023;G;A;P1;25,00;F1",
        "15/06/2023;RQD;A;P1;10,00;F2",
        "15/06/2023;G;A;P2;25,00;F1",
    ]
    asked = explainer(tmp_path, rulebook, lines, "cumul/te2-autre-acte")
    trace = block_of(asked.at("2"), "cumul/te2-autre-acte").trace
    assert isinstance(trace, VisitTrace)
    assert [(line.act.where.row, line.role, line.one_invoice) for line in trace.others] == [
        (3, "beside", True),
        (4, "other-invoice", False),
    ]
    other = block_of(asked.at("3"), "cumul/te2-autre-acte")
    assert other.verdict is Verdict.OK
    assert other.message == "G : l'acte que le texte écarte est TE2, ligne 2, non celui-ci."


# --- a practitioner's year --------------------------------------------------------------------------------


def test_the_share_of_a_year(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [
        HEAD,
        *(f"{day:02d}/03/2023;G;A;P1;25,00" for day in range(1, 8)),
        *(f"{day:02d}/04/2023;TCG;A;P1;25,00" for day in range(1, 4)),
    ]
    asked = explainer(tmp_path, rulebook, lines, "seuil/activite-distance", complete_years=(2023,))
    in_person = block_of(asked.at("2"), "seuil/activite-distance")
    assert isinstance(in_person.trace, ShareTrace)
    assert (in_person.trace.remote, in_person.trace.total, in_person.trace.excess) == (3, 10, 1)
    assert (in_person.verdict, in_person.trace.act, in_person.trace.beyond) == (Verdict.OK, "in-person", False)
    verdicts = [block_of(asked.at(str(row)), "seuil/activite-distance").verdict for row in (9, 10, 11)]
    assert verdicts == [Verdict.OK, Verdict.OK, Verdict.VIOLATION]


def test_the_share_of_a_year_that_the_file_does_not_hold(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [HEAD, "01/03/2023;G;A;P1;25,00", "01/12/2023;TCG;A;P1;25,00"]
    block = block_of(
        explainer(tmp_path, rulebook, lines, "seuil/activite-distance").at("3"), "seuil/activite-distance"
    )
    assert isinstance(block.trace, ShareTrace)
    assert (block.verdict, block.trace.beyond) == (Verdict.REVIEW, True)
    empty = "janvier, février, avril à novembre"
    assert block.trace.doubts == (
        f"l'année n'est peut-être pas entière dans les fichiers (mois sans acte : {empty})",
    )


def test_what_a_code_is_in_the_share_depends_on_the_day(rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [HEAD, "31/03/2022;TE1;A;P1;12,00", "01/04/2022;TE1;A;P2;12,00", "05/04/2022;CS;A;P3;23,00"]
    granted = (GrantedCeiling("A", 2022, 5000, ("patientèle du territoire",)),)
    asked = explainer(tmp_path, rulebook, lines, "seuil/*", derogations=granted)
    traces = [block_of(asked.at(str(row)), "seuil/activite-distance").trace for row in (2, 3)]
    assert [trace.act for trace in traces if isinstance(trace, ShareTrace)] == ["remote", "in-person"]
    conditions = [
        [block.rule for one in asked.at(str(row)).acts for block in one.blocks if block.rule.endswith("conditions")]
        for row in (2, 3)
    ]
    assert conditions == [["seuil/derogation-conditions"], []]


# --- which row --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at", ["Généraliste!507", "'Généraliste'!507", "generaliste!A507", "annee_cabinet.xlsx:Généraliste!507"]
)
def test_a_row_may_be_written_in_several_ways(year: Explainer, at: str) -> None:
    where = year.at(at).where
    assert (where.sheet, where.row) == ("Généraliste", 507)


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        ("Généraliste", "pas de numéro de ligne"),
        ("", "pas de numéro de ligne"),
        ("507", "plusieurs fichiers ou feuilles ont été lus"),
        ("annee_cabinet.xlsx:507", "plusieurs feuilles à ce nom"),
        ("Dentiste!507", "ni un fichier ni une feuille qui a été lue"),
        ("Psychiatre!1", "la ligne 1 n'est pas une ligne d'actes"),
        ("Psychiatre!999999", "la ligne 999999 n'est pas une ligne d'actes"),
    ],
)
def test_a_row_that_is_not_there(year: Explainer, at: str, problem: str) -> None:
    with pytest.raises(SettingError) as error:
        year.at(at)
    assert error.value.problem == problem
    if "plusieurs" in problem:
        assert "« Généraliste!507 » ou « Psychiatre!507 »" in error.value.remedy


def test_several_files(rulebook: Rulebook, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"{HEAD}\n10/01/2023;G;A;P1;25,00\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    asked = Explainer(load_acts(files, rulebook.nomenclature), rulebook, Options(as_of=AS_OF))
    assert asked.at("b.csv:2").where.file == files[1]
    with pytest.raises(SettingError, match=r"a\.csv:2"):
        asked.at("2")


def test_rows_that_hold_no_act(rulebook: Rulebook, tmp_path: Path) -> None:
    asked = explainer(tmp_path, rulebook, MIXED, ANNUAL)
    rejected = asked.at("10")
    assert (rejected.state, rejected.where.cell, rejected.acts) == ("rejected", "A10", ())
    assert rejected.reason == "date illisible : « 31/02/2022 »"
    assert asked.at("12").state == "skipped"
    cancelled = asked.at("8")
    assert cancelled.acts[0].uncounted == "cancelled"
    assert [place.row for place in cancelled.acts[0].cancellations] == [9]


# --- who may see what -------------------------------------------------------------------------------------

PATIENT = "DUPONT-1945"


@pytest.mark.parametrize("profile", ["interne", "comptable", "cpam", "fiscal"])
def test_profiles(profile: str, rulebook: Rulebook, tmp_path: Path) -> None:
    lines = [line.replace("P1", PATIENT) for line in MIXED]
    shown = explained(explainer(tmp_path, rulebook, lines).at("14"), profile)
    written = str(render("table", shown, Page())), bytes(render("json", shown, Page())).decode()
    for result in written:
        assert (PATIENT in result) is (profile == "interne")
        assert ("TE2" in result) is (profile != "fiscal")
        assert ("te2-annuelle" in result) is (profile != "fiscal")
    if profile != "interne":
        assert "P0001" in written[0]
    assert "20,00" in written[0]


def test_json(rulebook: Rulebook, tmp_path: Path) -> None:
    shown = explained(explainer(tmp_path, rulebook, MIXED, ANNUAL).at("14"), "comptable")
    told = json.loads(render("json", shown, Page()))
    assert told["format"] == "a9-explain/1"
    assert told["at"]["row"] == 14
    act = told["acts"][0]
    assert (act["amount"], act["date"], act["coefficient"]) == ("20.00", "2022-12-20", "1")
    rule = act["rules"][0]
    assert (rule["rule"], rule["verdict"], rule["at_stake"]) == (ANNUAL, "violation", "20.00")
    assert rule["trace"]["earliest"] == "2023-01-01"
    assert [line["where"]["row"] for line in rule["trace"]["counted"]] == [3, 4, 11, 14, 15]
    assert rule["texts"][0]["source"]["url"].startswith("https://")


def test_text_fits_the_page_and_ends_each_rule_with_its_answer(year: Explainer) -> None:
    for entry in PLANTED[::4]:
        text = text_of(year.at(f"{entry['sheet']}!{entry['row']}"), encoding="cp850")
        text.encode("cp850")
        assert all(len(line) <= 80 or "://" in line for line in text.splitlines())
        for section in text.split("\n\n"):
            head = section.splitlines()[0]
            if "/" in head and section.splitlines()[1:2] == ["-" * len(head)] and " " not in head:
                assert "\n  Réponse : " in section
                assert "\n  Texte" not in section.rpartition("\n  Réponse : ")[2]


def test_long_counts_are_folded(trial: Rulebook, tmp_path: Path) -> None:
    rule = "frequence/essai-civil-year"
    lines = te2([date(2023, 1, 1) + timedelta(days=day) for day in range(60)])
    text = text_of(explainer(tmp_path, trial, lines, rule).at("41"))
    assert "← cette ligne" in text
    assert "autres actes" in text
    assert text.count("  TE2  compte") < 30


def test_options_of_reading_are_those_of_the_check(rulebook: Rulebook, tmp_path: Path) -> None:
    file = tmp_path / "actes.csv"
    file.write_text("\n".join(MIXED) + "\n", encoding="utf-8")
    acts = load_acts([str(file)], rulebook.nomenclature, ReadOptions(practitioner="B"))
    asked = Explainer(acts, rulebook, Options(as_of=AS_OF, only=(ANNUAL,)))
    assert count_of(asked.at("5"), ANNUAL).count == 1
