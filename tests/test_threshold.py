"""The follow-up of the ceiling: worked cases, bounds in time and in numbers, and the same answer as `check`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from a9.main import run
from avenant9.acts.load import load_acts
from avenant9.engine import Options, check, prepared
from avenant9.errors import SettingError
from avenant9.kinds.share import Share
from avenant9.model import Acts, GrantedCeiling
from avenant9.remote_share import Asked, share_of
from avenant9.results.base import iso_month
from avenant9.results.threshold import Followed, Granted, Group, Threshold
from avenant9.results.year import Practitioner, Projection
from avenant9.rulebook.committee import load_committee
from avenant9.rulebook.load import load_rulebook
from avenant9.settings.derogations import load_derogations
from avenant9.threshold import RULE, ceiling, follow, request

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
HEADER = "date;code;practitioner;specialty;quantity;treating_doctor\n"
LATER = date(2026, 11, 22)


def read(path: Path) -> Acts:
    return load_acts([str(path)], load_rulebook().nomenclature)


def followed(acts: Acts, asked: Asked) -> Threshold:
    rulebook = load_rulebook()
    run = prepared(acts, rulebook, Options(as_of=asked.as_of, derogations=asked.derogations))
    return follow(acts, run.acts_read, ceiling(rulebook), rulebook.nomenclature, load_committee(), asked)


@pytest.fixture
def of(tmp_path: Path) -> Any:
    """The follow-up of acts written `10/01/2022;TC;A;33;420;` one a line."""

    def run(
        *lines: str,
        as_of: date = LATER,
        until: date | None = None,
        derogations: tuple[GrantedCeiling, ...] = (),
        complete_years: tuple[int, ...] = (),
        header: str = HEADER,
    ) -> Threshold:
        file = tmp_path / "actes.csv"
        file.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
        return followed(read(file), Asked(as_of, until, derogations, complete_years))

    return run


def numbers(entry: Followed) -> tuple[int, int, str, str, bool, int, int, int | None]:
    return (
        entry.total,
        entry.remote,
        f"{entry.share:.6f}",
        f"{entry.ceiling:.6f}",
        entry.over,
        entry.excess,
        entry.margin,
        entry.to_add_in_person,
    )


def year_of(year: int) -> tuple[str, ...]:
    return (
        f"10/01/{year};CNPSY;A;33;560;non",
        f"10/02/{year};TC;A;33;420;non",
        f"20/05/{year};TE2;A;33;20;non",
    )


def whole_year_of(year: int) -> tuple[str, ...]:
    """The same, with acts in each month."""
    return (*year_of(year), *(f"05/{month:02d}/{year};CNPSY;A;33;1;non" for month in range(1, 13)))


GIVEN_40 = GrantedCeiling("A", 2022, 4000)


@pytest.mark.parametrize(
    ("year", "derogations", "expected"),
    [
        (2022, (), (1000, 440, "0.440000", "0.200000", True, 240, 0, 1200)),
        (2022, (GIVEN_40,), (1000, 440, "0.440000", "0.400000", True, 40, 0, 100)),
        (2022, (GrantedCeiling("A", 2022, 4400),), (1000, 440, "0.440000", "0.440000", False, 0, 0, 0)),
        (2022, (GrantedCeiling("A", 2022, 0),), (1000, 440, "0.440000", "0.200000", True, 240, 0, 1200)),
        (2022, (GrantedCeiling("A", 2022, 10_000),), (1000, 440, "0.440000", "1.000000", False, 0, 560, 0)),
        (2022, (GrantedCeiling("B", 2022, 4000),), (1000, 440, "0.440000", "0.200000", True, 240, 0, 1200)),
        # tacitly renewed from one year to the next
        (2023, (GIVEN_40,), (1000, 440, "0.440000", "0.400000", True, 40, 0, 100)),
        # the convention of 2024: téléexpertises out, psychiatrists at 40 %
        (2025, (), (1000, 420, "0.420000", "0.400000", True, 20, 0, 50)),
    ],
)
def test_worked_psychiatrist(
    of: Any, year: int, derogations: tuple[GrantedCeiling, ...], expected: tuple[object, ...]
) -> None:
    [entry] = of(*year_of(year), derogations=derogations).practitioners
    assert numbers(entry) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, (5000, 950, "0.190000", "0.200000", False, 0, 50, 0)),
        (2025, (5000, 400, "0.080000", "0.200000", False, 0, 600, 0)),
    ],
)
def test_worked_denominator(of: Any, year: int, expected: tuple[object, ...]) -> None:
    """5,000 acts, 900 TC of which 500 of the médecin traitant, 50 TE2: the whole activity divides."""
    [entry] = of(
        f"10/01/{year};G;A;01;1050;non",
        f"10/01/{year};G;A;01;3000;oui",
        f"10/02/{year};TCG;A;01;500;oui",
        f"10/02/{year};TCG;A;01;400;non",
        f"10/03/{year};TE2;A;01;50;non",
    ).practitioners
    assert numbers(entry) == expected


@pytest.mark.parametrize(
    ("remote", "total", "over", "excess", "margin", "to_add"),
    [
        (19, 100, False, 0, 1, 0),
        (20, 100, False, 0, 0, 0),
        (21, 100, True, 1, 0, 5),
        (20, 104, False, 0, 0, 0),  # 20 % of 104 is 20.8
        (21, 104, True, 1, 0, 1),
        (1, 4, True, 1, 0, 1),
        (1, 5, False, 0, 0, 0),
        (2001, 10_004, True, 1, 0, 1),
    ],
)
def test_at_the_ceiling(of: Any, remote: int, total: int, over: bool, excess: int, margin: int, to_add: int) -> None:
    result = of(f"10/01/2022;G;A;01;{total - remote};", f"11/01/2022;TCG;A;01;{remote};")
    expected = (total, remote, str(share_of(remote, total)), "0.200000", over, excess, margin, to_add)
    assert numbers(result.practitioners[0]) == expected


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(0, 0, "0.000000"), (1, 3, "0.333333"), (2, 3, "0.666667"), (1, 2_000_000, "0.000001"), (5, 5, "1.000000")],
)
def test_shares_have_six_digits(part: int, whole: int, share: str) -> None:
    assert str(share_of(part, whole)) == share


# --- part of a year, and a year that runs -----------------------------------------------------------------

DAYS = (
    "01/01/2022;G;A;01;80;",
    "30/06/2022;TCG;A;01;20;",
    "01/07/2022;TCG;A;01;5;",
    "31/12/2022;G;A;01;95;",
    "01/01/2023;TCG;A;01;1;",
)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, [(2022, None, 200, 25), (2023, None, 1, 1)]),
        (date(2022, 6, 29), [(2022, date(2022, 6, 29), 80, 0)]),
        (date(2022, 6, 30), [(2022, date(2022, 6, 30), 100, 20)]),
        (date(2022, 7, 1), [(2022, date(2022, 7, 1), 105, 25)]),
        (date(2022, 12, 30), [(2022, date(2022, 12, 30), 105, 25)]),
        (date(2022, 12, 31), [(2022, None, 200, 25)]),
        (date(2023, 1, 1), [(2022, None, 200, 25), (2023, date(2023, 1, 1), 1, 1)]),
        (date(2021, 12, 31), []),
    ],
)
def test_until_counts_its_own_day(of: Any, until: date | None, expected: list[tuple[object, ...]]) -> None:
    result = of(*DAYS, until=until)
    assert [(one.year, one.until, one.total, one.remote) for one in result.practitioners] == expected


def test_part_of_a_year_is_an_indication(of: Any) -> None:
    result = of(*DAYS, until=date(2022, 7, 1))
    assert [(one.over, one.verdict) for one in result.practitioners] == [(True, "review")]
    assert result.notes == (
        "96\u00a0actes postérieurs au 01/07/2022 : hors du compte (--until).",
        "Une partie d'année est indicative : le plafond se juge sur l'année civile entière.",
    )


@pytest.mark.parametrize(
    ("as_of", "until", "expected"),
    [
        (date(2022, 1, 1), None, Projection(total=29_200, remote=0, share="0.000000")),
        (date(2022, 6, 30), None, Projection(total=202, remote=40, share="0.200000")),  # 181 days of 365
        (date(2022, 12, 31), None, Projection(total=200, remote=25, share="0.125000")),
        (date(2023, 1, 1), None, None),
        (date(2021, 12, 31), None, None),
        (date(2022, 9, 1), date(2022, 6, 30), Projection(total=202, remote=40, share="0.200000")),
        (date(2022, 6, 30), date(2022, 9, 1), Projection(total=202, remote=40, share="0.200000")),
    ],
)
def test_projection_at_the_pace_of_the_days_so_far(
    of: Any, as_of: date, until: date | None, expected: Projection | None
) -> None:
    acts = DAYS[:4] if until is None else DAYS[:2]
    [entry] = of(*acts, as_of=as_of, until=until).practitioners
    assert entry.projection == expected


def test_projection_of_a_leap_year(of: Any) -> None:
    [entry] = of("10/01/2024;G;A;01;60;", "10/01/2024;TCG;A;01;1;", as_of=date(2024, 2, 29)).practitioners
    assert entry.projection == Projection(total=372, remote=6, share="0.016393")  # 60 days of 366


def test_projection_leaves_the_empty_months_before_out(of: Any) -> None:
    """Files that start in September: 30 days of 365, not 273."""
    [entry] = of("10/09/2022;G;A;01;80;", "30/09/2022;TCG;A;01;20;", as_of=date(2022, 9, 30)).practitioners
    assert entry.projection == Projection(total=1217, remote=243, share="0.200000")


@pytest.mark.parametrize(
    ("as_of", "verdict"),
    [(date(2022, 12, 31), "review"), (date(2023, 1, 1), "violation"), (date(2022, 6, 1), "review")],
)
def test_a_running_year_is_to_be_looked_at(of: Any, as_of: date, verdict: str) -> None:
    assert of(*whole_year_of(2022), as_of=as_of).practitioners[0].verdict == verdict


@pytest.mark.parametrize(
    ("complete", "verdict", "empty", "doubts"),
    [
        (
            (2021, 2023),
            "review",
            tuple(f"2022-{month:02d}" for month in (3, 4, *range(6, 13))),
            (
                "l'année n'est peut-être pas entière dans les fichiers (mois sans acte : mars, avril, juin à "
                "décembre)",
            ),
        ),
        ((2022,), "violation", (), ()),
    ],
)
def test_a_year_that_the_files_do_not_hold(
    of: Any, complete: tuple[int, ...], verdict: str, empty: tuple[str, ...], doubts: tuple[str, ...]
) -> None:
    [entry] = of(*year_of(2022), complete_years=complete).practitioners
    assert (entry.verdict, tuple(map(iso_month, entry.empty_months)), entry.doubts) == (verdict, empty, doubts)


def test_months_without_an_act_are_named_of_a_year_within_its_ceiling_too(of: Any) -> None:
    [entry] = of("10/01/2022;G;A;01;10;").practitioners
    assert (entry.verdict, entry.doubts) == ("ok", ())
    assert tuple(map(iso_month, entry.empty_months)) == tuple(f"2022-{month:02d}" for month in range(2, 13))


def test_a_part_of_a_year_has_no_months_that_are_missing(of: Any) -> None:
    [entry] = of(*year_of(2022), until=date(2022, 6, 30)).practitioners
    assert (entry.verdict, entry.doubts, entry.empty_months) == ("review", (), ())


def test_months_add_up_to_the_year(of: Any) -> None:
    [entry] = of(*year_of(2022), "31/12/2022;CNPSY;A;33;1;non").practitioners
    assert [(iso_month(one.month), one.total, one.remote, str(one.share_to_date)) for one in entry.months] == [
        ("2022-01", 560, 0, "0.000000"),
        ("2022-02", 420, 420, "0.428571"),
        ("2022-05", 20, 20, "0.440000"),
        ("2022-12", 1, 0, "0.439560"),
    ]
    assert (sum(one.total for one in entry.months), sum(one.remote for one in entry.months)) == (1001, 440)
    assert entry.months[-1].share_to_date == entry.share


# --- derogations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "ceiling", "derogation", "notes"),
    [
        (
            GrantedCeiling("A", 2022, 4000, ("du territoire",), date(2022, 12, 1)),
            "0.400000",
            Granted(year=2022, decided_on=date(2022, 12, 1), conditions=("du territoire",)),
            (),
        ),
        (
            GrantedCeiling("A", 2022, 4000, tacit_renewal=False),
            "0.200000",
            None,
            ("A, 2023 : l'aménagement de 2022 ne compte plus (il n'est pas reconduit tacitement).",),
        ),
        (
            GrantedCeiling("A", 2022, 4000, changed_on=date(2022, 12, 31)),
            "0.200000",
            None,
            (
                "A, 2023 : l'aménagement de 2022 ne compte plus (situation changée le 31/12/2022, nouvel examen par "
                "la commission nécessaire).",
            ),
        ),
        (
            GrantedCeiling("A", 2022, 4000, changed_on=date(2023, 1, 1)),
            "0.400000",
            Granted(year=2022, decided_on=None, conditions=()),
            (
                "A, 2023 : situation changée le 01/01/2023 ; l'aménagement doit être examiné de nouveau par la "
                "commission.",
            ),
        ),
        (
            GrantedCeiling("A", 2022, 2000),
            "0.200000",
            None,
            ("A, 2023 : l'aménagement à 20\u00a0% ne relève pas le plafond ordinaire.",),
        ),
        (
            GrantedCeiling("A", 2022, 4000, changed_on=date(2024, 1, 1)),
            "0.400000",
            Granted(year=2022, decided_on=None, conditions=()),
            (),
        ),
        (
            GrantedCeiling("A", 2023, 3000, changed_on=date(2023, 3, 1)),
            "0.300000",
            Granted(year=2023, decided_on=None, conditions=()),
            (
                "A, 2023 : situation changée le 01/03/2023 ; l'aménagement doit être examiné de nouveau par la "
                "commission.",
            ),
        ),
        (GrantedCeiling("A", 2024, 4000), "0.200000", None, ()),
        (
            GrantedCeiling("B", 2023, 4000),
            "0.200000",
            None,
            ("Aménagement du plafond de B : aucun acte de ce praticien dans les années suivies.",),
        ),
    ],
)
def test_ceiling_in_force_in_2023(
    of: Any, granted: GrantedCeiling, ceiling: str, derogation: Granted | None, notes: tuple[str, ...]
) -> None:
    result = of(*year_of(2023), derogations=(granted,))
    [entry] = result.practitioners
    assert (f"{entry.ceiling:.6f}", entry.derogation, result.notes) == (ceiling, derogation, notes)


# --- what cannot be said ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # 25 téléconsultations, own patients or not
        (
            ("10/01/2025;G;A;01;80;non", "10/02/2025;TCG;A;01;25;"),
            (0, 25, "0.238095", False, "unverifiable", ("treating_doctor",)),
        ),
        # they would not be enough
        (
            ("10/01/2025;G;A;01;80;non", "10/02/2025;TCG;A;01;20;"),
            (0, 20, "0.200000", False, "ok", ("treating_doctor",)),
        ),
        # whatever they are, it is over
        (
            ("10/01/2025;G;A;01;70;non", "10/02/2025;TCG;A;01;25;non", "10/02/2025;TCG;A;01;5;"),
            (25, 5, "0.300000", True, "review", ("treating_doctor",)),
        ),
        # a psychiatrist would be within
        (
            ("10/01/2025;CNPSY;A;;70;non", "10/02/2025;TC;A;;30;non"),
            (30, 0, "0.300000", False, "unverifiable", ("specialty",)),
        ),
        # nobody would be
        (
            ("10/01/2025;CNPSY;A;;50;non", "10/02/2025;TC;A;;50;non"),
            (50, 0, "0.500000", True, "review", ()),
        ),
    ],
)
def test_unknown_is_never_within(of: Any, lines: tuple[str, ...], expected: tuple[object, ...]) -> None:
    [entry] = of(*lines).practitioners
    assert (entry.remote, entry.unknown, str(entry.at_most), entry.over, entry.verdict, entry.missing) == expected


def test_a_specialty_that_only_the_codes_tell_is_a_doubt(of: Any) -> None:
    lines = ("10/01/2025;G;A;;70;non", "10/02/2025;TCG;A;;30;non")
    [entry] = of(*lines, complete_years=(2025,)).practitioners
    assert (entry.specialty, entry.verdict) == (1, "review")
    assert entry.doubts == ("« Spécialité », qui fixe le plafond, est déduite des codes",)
    [entry] = of(lines[0], "10/02/2025;TCG;A;;70;non", complete_years=(2025,)).practitioners
    assert (entry.verdict, entry.doubts) == ("violation", ())  # a psychiatrist would be over too


def test_practitioner_that_no_column_names(of: Any) -> None:
    [entry] = of("10/01/2022;G;10", "10/02/2022;TCG;10", header="date;code;quantity\n").practitioners
    assert (entry.practitioner, entry.over, entry.verdict, entry.specialty) == ("?", True, "review", 1)


def test_what_is_left_out_is_said(of: Any) -> None:
    result = of(
        "31/12/2021;G;A;01;7;",
        "31/12/2021;MCG;A;01;7;",
        "01/01/2022;G;A;01;1;",
        "01/01/2022;MCG;A;01;1;",
        "01/01/2022;WXYZ;A;01;2;",
        "02/01/2022;RQD;A;01;3;",
        "02/01/2022;G;;01;4;",
    )
    assert [(one.year, one.total, one.remote) for one in result.practitioners] == [(2022, 6, 0)]
    assert result.notes == (
        "7\u00a0actes d'avant 2022 ne sont pas comptés : le plafond se compte depuis l'année 2022.",
        "4\u00a0actes sans praticien : dans le compte de personne.",
        "2\u00a0actes de code inconnu : sont comptés dans le total, non à distance.",
    )


def test_rejected_rows_are_kept(of: Any) -> None:
    result = of("31/02/2022;G;A;01;7;", "01/01/2022;G;A;01;1;")
    assert [(one.row, one.cell) for one in result.rejected] == [(2, "A2")]


# --- groups -----------------------------------------------------------------------------------------------


def test_groups_as_a_committee_reads_them(of: Any) -> None:
    def one(name: str, specialty: str, remote: int, year: int = 2022, own: str = "non") -> tuple[str, ...]:
        return (
            f"10/01/{year};CS;{name};{specialty};{100 - remote};non",
            f"10/02/{year};TC;{name};{specialty};{remote};{own}",
        )

    result = of(
        *one("A", "01", 20),
        *one("B", "22", 21),
        *one("C", "33", 30),
        *one("D", "33", 31),
        *one("E", "08", 5),
        *one("F", "", 40),
        *one("G", "01", 25, 2025, ""),
    )
    assert result.by_group == (
        Group(group="médecins généralistes", practitioners=2, over_20=1, over_30=0, year=2022),
        Group(group="08 gastro-entérologie et hépatologie", practitioners=1, over_20=0, over_30=0, year=2022),
        Group(group="33 psychiatrie générale", practitioners=2, over_20=2, over_30=1, year=2022),
        Group(group="spécialité inconnue", practitioners=1, over_20=1, over_30=1, year=2022),
        Group(group="médecins généralistes", practitioners=1, over_20=0, over_30=0, year=2025, unknown=1),
    )


def test_a_derogation_does_not_change_the_lines_of_the_committee(of: Any) -> None:
    [group] = of(*year_of(2022), derogations=(GrantedCeiling("A", 2022, 9000),)).by_group
    assert (group.over_20, group.over_30) == (1, 1)


# --- the same numbers as the check ------------------------------------------------------------------------

BOOKS = [*sorted((FIXTURES / "annees").glob("*.xlsx")), FIXTURES / "psychiatre_2022.xlsx"]


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("as_of", [LATER, date(2022, 9, 30)])
def test_check_says_the_same(book: Path, as_of: date) -> None:
    acts, rulebook = read(book), load_rulebook()
    report = check(acts, rulebook, Options(as_of=as_of, only=("seuil",)))
    result = followed(acts, Asked(as_of))
    assert [
        entry.model_dump(include=set(Practitioner.model_fields) - {"verdict", "unknown"})
        | ({"verdict": entry.verdict} if entry.verdict == "unverifiable" else {})
        | ({"unknown": entry.unknown} if entry.unknown else {})
        for entry in result.practitioners
    ] == [entry.model_dump() for entry in report.threshold]
    found = report.findings.filter(rule=RULE).select("practitioner", "year", "verdict").rows()
    assert found == [(one.practitioner, one.year, one.verdict) for one in result.practitioners if one.over]


def test_psychiatrist_of_the_committee() -> None:
    """49.08 % of téléconsultations in the first half of 2022, and an aménagement at 40 %."""
    derogations = load_derogations(FIXTURES / "derogations_psychiatre.toml")
    acts = read(FIXTURES / "psychiatre_2022.xlsx")
    [half] = followed(acts, Asked(LATER, date(2022, 6, 30), derogations)).practitioners
    assert numbers(half) == (599, 294, "0.490818", "0.400000", True, 55, 0, 136)
    [whole] = followed(acts, Asked(LATER, None, derogations)).practitioners
    assert numbers(whole) == (929, 294, "0.316469", "0.400000", False, 0, 77, 0)


def test_the_workbook_is_what_its_script_writes() -> None:
    command = [sys.executable, str(FIXTURES / "threshold_years.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# --- the clock of the command -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "projection"),
    [
        ("2022-06-30", Projection(total=202, remote=40, share="0.200000")),
        ("2022-12-31", Projection(total=100, remote=20, share="0.200000")),
        ("2023-01-01", None),
    ],
)
def test_command_takes_today_from_the_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], today: str, projection: Projection | None
) -> None:
    file = tmp_path / "actes.csv"
    file.write_text(HEADER + "\n".join(DAYS[:2]), encoding="utf-8")
    with freeze_time(today):
        assert run(["threshold", "show", str(file), "--format", "json", "--quiet"]) == 0
    said = Threshold.model_validate_json(capsys.readouterr().out)
    assert (said.as_of, said.practitioners[0].projection) == (date.fromisoformat(today), projection)


@pytest.mark.parametrize(("complete", "verdict"), [((), "review"), ((2022,), "violation")])
def test_a_ceiling_of_either_verdict_is_summed_apart(complete: tuple[int, ...], verdict: str, tmp_path: Path) -> None:
    file = tmp_path / "actes.csv"
    file.write_text("date;code;practitioner;quantity;amount\n10/01/2022;TCG;A;10;250,00\n", encoding="utf-8")
    report = check(read(file), load_rulebook(), Options(as_of=LATER, only=(RULE,), complete_years=complete))
    assert report.findings["verdict"].to_list() == [verdict]
    said = report.summary
    assert (said.at_stake, said.at_stake_review, said.at_stake_ceiling) == (0, 0, 200_00)


# --- the request ------------------------------------------------------------------------------------------


def drafted(result: Threshold, year: int | None) -> Threshold:
    rule = load_rulebook().rules[RULE]
    assert isinstance(rule, Share)
    return request(result, rule, load_committee(), year)


@pytest.mark.parametrize(
    ("year", "years", "reference"),
    [(None, [2022, 2023], 2023), (2022, [2022], 2022), (2023, [2022, 2023], 2023), (2024, [2022, 2023], 2024)],
)
def test_request_for_a_reference_year(of: Any, year: int | None, years: list[int], reference: int) -> None:
    asked = drafted(of(*year_of(2022), *year_of(2023)), year)
    assert asked.request is not None
    assert (asked.request.year, asked.request.warning) == (reference, None)
    assert [one.year for one in asked.practitioners] == years
    assert asked.by_group == ()


@pytest.mark.parametrize(
    ("year", "articles"),
    [
        (2023, ["Avenant 9, art. 2-4 (convention 2016, art. 28.6.3)"]),
        (2025, ["Avenant 9, art. 2-4 (convention 2016, art. 28.6.3)", "Convention 2024, art. 87.7"]),
    ],
)
def test_request_cites_the_text_of_its_reference_year(of: Any, year: int, articles: list[str]) -> None:
    asked = drafted(of(*year_of(2023)), year)
    assert [text.source.article for text in asked.texts] == articles


def test_request_after_the_convention_of_2024_says_what_is_not_known(of: Any) -> None:
    asked = drafted(of(*year_of(2025)), None).request
    assert asked is not None
    assert asked.warning == load_committee().afterwards.remark


@pytest.mark.parametrize(
    ("year", "message"),
    [
        (2021, "--year 2021 : le plafond se compte depuis 2022 ; donnez 2022 ou plus tard."),
        (2022, "--year 2022 : aucun acte compté jusqu'à cette année ; vérifiez les dates de soins des fichiers."),
    ],
)
def test_request_without_figures(of: Any, year: int, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        drafted(of(*year_of(2023)), year)
    assert str(caught.value) == message


def test_committee_cites_its_source_everywhere() -> None:
    path = Path(sys.modules[load_committee.__module__].__file__ or "").parent.parent / "rules" / "tables"
    data = tomllib.loads((path / "amenagement.toml").read_text(encoding="utf-8"))
    parts = [part for part in data.values() if isinstance(part, dict)]
    assert len(parts) == 5
    assert all(part["source"]["title"] and part["checked_on"] == date(2026, 11, 22) for part in parts)


@pytest.mark.parametrize(
    ("lines", "doubt"),
    [
        (("10/01/2025;G;A;01;70;", "10/02/2025;TCG;A;01;30;"), {"verdict": "unverifiable", "unknown": 30}),
        (("10/01/2025;G;A;01;90;", "10/02/2025;TCG;A;01;10;"), {"unknown": 10}),
        (("10/01/2025;CS;A;;70;", "10/02/2025;TC;A;;30;non"), {"verdict": "unverifiable"}),
        (("10/01/2025;G;A;;70;", "10/02/2025;TCG;A;;30;non"), {}),
        (("10/01/2025;G;A;01;90;", "10/02/2025;TCG;A;01;10;non"), {}),
        (("10/01/2022;G;A;01;70;", "10/02/2022;TCG;A;01;30;"), {}),
    ],
)
def test_check_says_what_it_does_not_know_of_a_share(
    lines: tuple[str, ...], doubt: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "actes.csv"
    file.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    [entry] = check(read(file), load_rulebook(), Options(as_of=LATER, only=(RULE,))).threshold
    assert entry.model_dump(include={"verdict", "unknown"}) == doubt
