"""Acts that stand in two files: what the data rules say of them, and that a row number is one of its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avenant9.acts.load import load_acts
from avenant9.cases import told
from avenant9.engine import Options, check
from avenant9.results.check import Report
from avenant9.rulebook.load import load_rulebook

HEADING = "date;code;practitioner;patient;amount;invoice;quantity\n"
DATA = ("donnees/annulation-orpheline", "donnees/code-inconnu", "donnees/date-future", "donnees/doublon")


def checked(folder: Path, files: Sequence[str], *only: str) -> Report:
    paths = []
    for number, lines in enumerate(files, 1):
        paths.append(str(folder / f"{number}.csv"))
        Path(paths[-1]).write_text(HEADING + lines, encoding="utf-8")
    rulebook = load_rulebook()
    return check(load_acts(paths, rulebook.nomenclature), rulebook, Options(as_of=date(2026, 11, 22), only=only))


def findings(folder: Path, *files: str) -> list[tuple[Any, ...]]:
    """Rule, file and row, related files and rows, message of each finding."""
    found = []
    report = checked(folder, files, *DATA)
    for one in report.findings.iter_rows(named=True):
        entry = told(one, report.explanations)
        assert (entry["verdict"], entry["at_stake"]) == ("review", "0.00")
        assert entry["explanation"].keys() == {"looked_for"}
        related = [(Path(place["file"]).stem, place["row"]) for place in one["related"]]
        where = (one["rule"], Path(one["file"]).stem, one["row"], related)
        found.append((*where, entry["explanation"]["looked_for"], one["message"]))
    return found


ONCE = "{} : ligne déjà lue dans un autre fichier, comptée une seule fois."
TWICE = "{} : même acte qu'une autre ligne ; les deux sont comptés."


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # with its invoice a line read twice is one act, and nothing else is said of it
        (
            "10/05/2022;G;A;P1;25,00;F1;1\n",
            "10/05/2022;G;A;P1;25,00;F1;1\n",
            [("donnees/doublon", "2", 2, [("1", 2)], "duplicate", ONCE.format("G"))],
        ),
        # without one nobody knows
        (
            "10/05/2022;G;A;P1;25,00;;1\n",
            "10/05/2022;G;A;P1;25,00;;1\n",
            [("donnees/doublon", "2", 2, [("1", 2)], "duplicate", TWICE.format("G"))],
        ),
        # an unknown code, an act to come, the cancellation of nothing: said of the line that counts
        (
            "10/05/2022;ZZZ;A;P1;25,00;F1;1\n",
            "10/05/2022;ZZZ;A;P1;25,00;F1;1\n",
            [
                ("donnees/doublon", "2", 2, [("1", 2)], "duplicate", ONCE.format("ZZZ")),
                (
                    "donnees/code-inconnu", "1", 2, [], "unknown-code",
                    "code ZZZ inconnu de la nomenclature : il compte dans l'activité, et rien d'autre n'en a été "
                    "vérifié.",
                ),
            ],
        ),
        (
            "23/11/2026;G;A;P1;30,00;F1;1\n",
            "23/11/2026;G;A;P1;30,00;F1;1\n",
            [
                ("donnees/doublon", "2", 2, [("1", 2)], "duplicate", ONCE.format("G")),
                (
                    "donnees/date-future", "1", 2, [], "future-date",
                    "G : acte daté du 23/11/2026, après le 22/11/2026.",
                ),
            ],
        ),
        (
            "10/05/2022;G;A;P1;-25,00;F1;-1\n",
            "10/05/2022;G;A;P1;-25,00;F1;-1\n",
            [
                ("donnees/doublon", "2", 2, [("1", 2)], "duplicate", ONCE.format("G")),
                (
                    "donnees/annulation-orpheline", "1", 2, [], "orphan-cancellation",
                    "G : annulation sans l'acte qu'elle annule ; elle n'entre dans aucun compte.",
                ),
            ],
        ),
        # unlike in one column: two acts
        ("10/05/2022;G;A;P1;25,00;F1;1\n", "10/05/2022;G;A;P1;25,00;F2;1\n", []),
    ],
)  # fmt: skip
def test_a_line_that_stands_in_two_files(
    tmp_path: Path, first: str, second: str, expected: list[tuple[Any, ...]]
) -> None:
    assert sorted(findings(tmp_path, first, second)) == sorted(expected)


@pytest.mark.parametrize("first", ["TE2", "G"])
def test_rows_of_one_number_in_two_files_are_two_rows(tmp_path: Path, first: str) -> None:
    """One row is one invoice; two rows without a number may be two."""
    second = {"TE2": "G", "G": "TE2"}[first]
    files = [f"10/05/2022;{code};A;P1;20,00;;1\n" for code in (first, second)]
    report = checked(tmp_path, files, "cumul/te2-autre-acte")
    (found,) = report.findings.iter_rows(named=True)
    assert (found["verdict"], Path(found["file"]).stem) == ("review", str([first, second].index("TE2") + 1))
    assert [(Path(place["file"]).stem, place["row"]) for place in found["related"]] == [
        (str([first, second].index("G") + 1), 2)
    ]


def test_the_overcharge_on_the_row_of_the_same_number_of_another_file_is_another_row(tmp_path: Path) -> None:
    heading = "date;code;practitioner;patient;amount;overcharge\n"
    paths = [tmp_path / "1.csv", tmp_path / "2.csv"]
    for path, line in zip(paths, ["10/09/2022;SNP;A;P1;15,00;0", "10/09/2022;G;A;P1;30,00;5,00"], strict=True):
        path.write_text(f"{heading}{line}\n", encoding="utf-8")
    rulebook = load_rulebook()
    for order in (paths, paths[::-1]):
        acts = load_acts([str(path) for path in order], rulebook.nomenclature)
        report = check(acts, rulebook, Options(as_of=date(2026, 11, 22), only=("tarif/opposable",)))
        (found,) = report.findings.iter_rows(named=True)
        assert (found["verdict"], found["at_stake"], Path(found["file"]).stem) == ("violation", 500, "1")
        assert [(Path(place["file"]).stem, place["row"]) for place in found["related"]] == [("2", 2)]
