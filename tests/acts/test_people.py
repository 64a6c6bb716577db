"""Who is cared for: what may be several patients is said uncertain, and what rests on it is at most a review."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from avenant9 import load_acts, load_rulebook
from avenant9.engine import Options, check

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.model import Acts

RULEBOOK = load_rulebook()
BY_NAME = "Patient reconnu à son nom seul : d'autres peuvent le porter."


def read(folder: Path, *texts: str) -> Acts:
    paths = [folder / f"f{rank}.csv" for rank, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return load_acts([str(path) for path in paths], RULEBOOK.nomenclature)


def patients(acts: Acts) -> list[tuple[str | None, bool | None]]:
    return list(acts.table.select("patient", "patient_uncertain").iter_rows())


def said(acts: Acts) -> list[str]:
    """What the notices tell of identities, without the file."""
    words = ("identité incertaine", "zéros")
    return [notice.partition(" : ")[2] for notice in map(str, acts.notices) if any(word in notice for word in words)]


ALONE = "identité incertaine, patients reconnus par leur nom seul ; ce qui en dépend est au plus à examiner."


@pytest.mark.parametrize(
    ("text", "expected", "notices"),
    [
        (
            "date;code;nom;prénom\n02/01/2023;G;Dupont;Jean\n03/01/2023;G;;Jean\n",
            [("dupont|jean", True), (None, None)],
            [ALONE],
        ),
        ("date;code;nom\n02/01/2023;G;DUPONT Jean\n", [("dupont jean", True)], [ALONE]),
        (
            "date;code;nom;date de naissance\n02/01/2023;G;Dupont;01/02/1950\n",
            [("dupont|1950-02-01", True)],
            ["identité incertaine, patients reconnus par nom et naissance.", ALONE],
        ),
        (
            "date;code;nom;prénom;né le\n02/01/2023;G;Dupont;Jean;01/02/1950\n03/01/2023;G;Dupont;Jean;\n",
            [("dupont|jean|1950-02-01", False), (None, None)],
            ["identité incertaine, patients reconnus par nom, prénom et naissance."],
        ),
        # names under the title of a number
        (
            "date;code;patient\n02/01/2023;G;Dupont Jean\n03/01/2023;G;D-12\n",
            [("dupont jean", True), ("D-12", False)],
            [ALONE],
        ),
        (
            "date;code;patient;date de naissance\n02/01/2023;G;Dupont Jean;01/02/1950\n03/01/2023;G;Dupont Jean;\n",
            [("dupont jean", False), ("dupont jean", True)],
            [ALONE],
        ),
        ("date;code;patient\n02/01/2023;G;A\n03/01/2023;G;P 12 B\n", [("a", False), ("P 12 B", False)], []),
        ("date;code;prénom\n02/01/2023;G;Jean\n", [(None, None)], []),
    ],
)
def test_who_is_known_by_a_name_alone(
    tmp_path: Path, text: str, expected: list[tuple[str | None, bool | None]], notices: list[str]
) -> None:
    acts = read(tmp_path, text)
    assert (patients(acts), said(acts)) == (expected, notices)


NIR_ALONE = (
    "identité incertaine, un NIR sans rang ni date de naissance peut couvrir plusieurs personnes ; "
    "ce qui en dépend est au plus à examiner."
)


@pytest.mark.parametrize(
    ("text", "expected", "notices"),
    [
        ("code;nir\nG;2 55 08 14 168 025 38\nG;\n", [(True, True), (None, None)], [NIR_ALONE]),
        ("code;nir;rang\nG;255081416802538;1\nG;255081416802538;\n", [(True, False), (None, None)], []),
        ("code;nir;né le\nG;255081416802538;10/08/1955\n", [(True, False)], []),
        ("code;ben_nir_psa;né le\nG;nCe3aK9-XzQ81w0Aa;10/08/1955\n", [(True, False)], []),
        ("code;n° immatriculation\nG;D0001\n", [(False, False)], []),  # a file number under the title of a NIR
        # a NIR under the title of a file number
        (
            "code;patient;né le\nG;2 55 08 14 168 025 38;10/08/1955\nG;2550814168025;\n",
            [(True, False), (True, True)],
            [NIR_ALONE],
        ),
        (
            "code;patient;né le\nG;253072B07300470;\nG;253072b073004;10/07/1953\n",
            [(True, True), (True, False)],
            [NIR_ALONE],
        ),
        ("code;patient\nG;155331416802538\n", [(True, True)], [NIR_ALONE]),  # its month is not known
        ("code;patient\nG;155471416802538\nG;055081416802538\nG;2550814168025381\n", [(False, False)] * 3, []),
        (
            "code;nom;prénom;né le\nG;Dupont;Jean;10/08/1955\n",
            [(False, False)],
            ["identité incertaine, patients reconnus par nom, prénom et naissance."],
        ),
    ],
)
def test_who_is_known_by_a_nir(
    tmp_path: Path, text: str, expected: list[tuple[bool | None, bool | None]], notices: list[str]
) -> None:
    head, *rows = text.splitlines()
    acts = read(tmp_path, "\n".join([f"date;{head}", *(f"02/01/2023;{row}" for row in rows)]))
    told = list(acts.table.select("patient_nir", "patient_uncertain").iter_rows())
    assert (told, said(acts)) == (expected, notices)


def found(acts: Acts) -> list[tuple[object, ...]]:
    options = Options(as_of=date(2024, 1, 15), skip=("seuil/*",))
    return list(check(acts, RULEBOOK, options).findings.select("rule", "verdict", "row").iter_rows())


FIVE = [f"{day:02}/03/2023;TE2;10001234567;" for day in range(1, 6)]


def test_what_rests_on_a_name_alone_is_a_review(tmp_path: Path) -> None:
    sure, by_name = (
        read(tmp_path, "\n".join(["date;code;praticien;patient", *(f"{row}{patient}" for row in FIVE)]))
        for patient in ("D-12", "Dupont Jean")
    )
    assert found(sure) == [("frequence/te2-annuelle", "violation", 6)]
    assert found(by_name) == [("frequence/te2-annuelle", "review", 6)]
    report = check(by_name, RULEBOOK, Options(as_of=date(2024, 1, 15), only=("frequence/te2-annuelle",)))
    assert report.findings["message"][0].endswith(f" {BY_NAME}")


def test_what_one_row_holds_does_not_rest_on_the_name(tmp_path: Path) -> None:
    rows = ["01/03/2023;APC+G;R;Dupont Jean", "02/03/2023;APC;R;Martin Anne", "02/03/2023;G;R;Martin Anne"]
    acts = read(tmp_path, "\n".join(["date;code;praticien;patient", *rows]))
    pairs = [finding for finding in found(acts) if finding[0] == "cumul/apc-consultation"]
    assert pairs == [("cumul/apc-consultation", "violation", 2), ("cumul/apc-consultation", "review", 4)]


NIR = "255081416802538"


@pytest.mark.parametrize(
    ("head", "one", "other", "why"),
    [
        ("patient", "D1", "D1", "Un même identifiant, qui n'est pas un NIR, chez plusieurs praticiens"),
        ("patient;né le", f"{NIR};10/08/1955", f"{NIR};10/08/1955", None),
        ("patient;né le", f"{NIR};10/08/1955", f"{NIR};05/06/2015", "Un même identifiant avec plusieurs dates"),
        ("patient;né le", f"{NIR};10/08/1955", f"{NIR};", "Patient reconnu à un NIR sans rang"),
        ("nir", NIR, NIR, "Patient reconnu à un NIR sans rang"),
        ("nir;rang", f"{NIR};1", f"{NIR};1", None),
        ("nom;prénom", "Dupont;Jean", "Dupont;Jean", "Patient reconnu à son nom seul"),
    ],
)
def test_rows_of_several_practitioners(tmp_path: Path, head: str, one: str, other: str, why: str | None) -> None:
    rows = [f"05/06/2023;MPH;A;certificat;{one}", f"18/09/2023;MPH;B;certificat;{other}"]
    acts = read(tmp_path, "\n".join([f"date;code;praticien;motif;{head}", *rows]))
    report = check(acts, RULEBOOK, Options(as_of=date(2024, 1, 15), only=("frequence/mph-certificat",)))
    [(verdict, message)] = report.findings.select("verdict", "message").iter_rows()
    said = message.partition(" ; 1 de trop.")[2]
    assert verdict == ("review" if why else "violation")
    assert said.startswith(f" {why}") if why else not said


def test_numbers_that_lost_their_zeros_are_said(tmp_path: Path) -> None:
    head = "date;code;patient\n"
    acts = read(
        tmp_path,
        head + "02/01/2023;G;00077\n02/01/2023;G;00078\n02/01/2023;G;0A1\n",
        head + "03/01/2023;G;77\n03/01/2023;G;770\n03/01/2023;G;A1\n",
    )
    assert said(acts) == [
        "1\u00a0numéro de patient avec des zéros de tête sur des lignes et sans eux sur d'autres, comme un tableur "
        "les ôte ; ce sont autant de patients différents pour a9 : remettez les zéros (colonne au format texte) "
        "s'il s'agit des mêmes."
    ]
    assert [patient for patient, _ in patients(acts)] == ["00077", "00078", "0A1", "77", "770", "A1"]


NOBODY = """Date;Acte;Patient;Praticien;N° facture;Montant
10/01/2023;TE2;{0};A;{1};20,00
12/02/2023;TE2;{0};A;{1};20,00
03/05/2023;TE2;{0};A;{1};20,00
30/08/2023;TE2;{0};A;{1};20,00
14/12/2023;TE2;{0};A;{1};20,00
15/12/2023;G;77;A;{1};26,50
"""


@pytest.mark.parametrize(
    ("patient", "invoice"), [("0", "0"), ("000000", "00000000"), ("Inconnu", "NC"), ("sans dossier", "Papier")]
)
def test_what_stands_for_nobody_is_no_patient_and_no_invoice(tmp_path: Path, patient: str, invoice: str) -> None:
    acts = read(tmp_path, NOBODY.format(patient, invoice))
    assert acts.table["patient"].to_list() == [*[None] * 5, "77"]
    assert acts.table["invoice"].null_count() == 6
    assert [str(notice).partition("colonne ")[2] for notice in acts.notices if "sans n" in str(notice)] == [
        "« N° facture » : 6\u00a0cellules sans numéro (zéros, « sans », « papier »…) (la première en E2), "
        "lues comme inconnues.",
        "« Patient » : 5\u00a0cellules sans nom ni numéro (zéros, « inconnu », « sans dossier »…) "
        "(la première en C2), lues comme inconnues.",
    ]
    assert [
        *check(acts, RULEBOOK, Options(as_of=date(2024, 1, 15))).findings.filter(verdict="violation")["rule"]
    ] == []


def test_a_nir_with_the_birth_date_comes_before_names(tmp_path: Path) -> None:
    """« Patient » holds names: homonyms are not one patient."""
    head = "Date;Patient;NIR;Date de naissance;Acte\n"
    rows = (
        "MARTIN Jean;150019912345678;01/01/1950",
        "MARTIN Jean;161029912345655;02/02/1961",
        "MARTIN J.;1500199123456;",
    )
    acts = read(tmp_path, head + "".join(f"0{day}/01/2023;{row};G\n" for day, row in enumerate(rows, start=1)))
    assert patients(acts) == [("1500199123456|1950-01-01", False), ("1610299123456|1961-02-02", False), (None, None)]
    assert acts.table["patient_shown"].to_list() == ["MARTIN Jean 01/01/1950", "MARTIN Jean 02/02/1961", "MARTIN J."]
