"""What the data rules say of acts that stand in two files: whole findings, each with its file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avenant9.acts.load import load_acts
from avenant9.cases import told
from avenant9.engine import Options, check
from avenant9.rulebook.load import load_rulebook

HEADING = "date;code;practitioner;patient;amount;invoice;quantity\n"
DATA = ("donnees/annulation-orpheline", "donnees/code-inconnu", "donnees/date-future", "donnees/doublon")


def findings(folder: Path, *files: str) -> list[tuple[Any, ...]]:
    """Rule, file and row, related files and rows, message of each finding."""
    paths = []
    for number, lines in enumerate(files, 1):
        paths.append(str(folder / f"{number}.csv"))
        Path(paths[-1]).write_text(HEADING + lines, encoding="utf-8")
    rulebook = load_rulebook()
    acts = load_acts(paths, rulebook.nomenclature)
    report = check(acts, rulebook, Options(as_of=date(2026, 11, 22), only=DATA))
    found = []
    for one in report.findings.iter_rows(named=True):
        entry = told(one)
        assert (entry["verdict"], entry["at_stake"]) == ("review", "0.00")
        assert entry["explanation"].keys() == {"looked_for"}
        related = [(Path(place["file"]).stem, place["row"]) for place in one["related"]]
        where = (one["rule"], Path(one["file"]).stem, one["row"], related)
        found.append((*where, json.loads(one["explanation"])["looked_for"], one["message"]))
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
