"""Identifiers planted in every place of a file are found nowhere they must not be."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from oracle import a9

#: What a practice's export holds of a person; none of it may be said of by an error, a notice or a name of file.
PATIENT = {
    "n° de dossier": "DOSSIERZQX17",
    "nom": "ZQXPATRONYME",
    "prénom": "Zqxprenom",
    "NIR": "2990199999901",
    "naissance": "07/11/1933",
}
PRACTITIONER = "10099887766"
NAME = "Zqxdocteur"
SECRETS = [*PATIENT.values(), "1933-11-07", "DOSSIERZQX", "ZQXPAT", "299019999", "Zqxpre", NAME]
HEADINGS = [
    "Date de soins",
    "Code acte",
    "Heure",
    "Praticien",
    "Patient",
    "Nom",
    "Prénom",
    "NIR",
    "Date de naissance",
    "Quantité",
    "Montant",
    "Motif",
    "Régulé le",
    "Lieu",
    "N° facture",
]
GOOD = {
    "Date de soins": "10/01/2023",
    "Code acte": "TE2",
    "Praticien": PRACTITIONER,
    "Patient": PATIENT["n° de dossier"],
    "Nom": PATIENT["nom"],
    "Prénom": PATIENT["prénom"],
    "NIR": PATIENT["NIR"],
    "Date de naissance": PATIENT["naissance"],
    "Montant": "20,00",
}
PLACES = [*HEADINGS[:3], *HEADINGS[9:]]
#: One line on which an identifier slipped into each of the other cells, as a shifted paste does.
SHIFTED = [{**GOOD, heading: secret} for heading in PLACES for secret in (*PATIENT.values(), NAME)]


#: What a report shows of an act as it was read: an identifier there is a date, a code or an invoice for everybody.
SHOWN = ("Date de soins", "Code acte", "N° facture")
#: A cell that cannot be read is quoted where it holds few digits and no letter: a date in the column of quantities.
QUOTED = re.compile(r"«\s*[\d/]{1,10}\s*»")
REJECTED = [row for row in SHIFTED if row["Date de soins"] not in (GOOD["Date de soins"], PATIENT["naissance"])]


def csv(rows: list[dict[str, str]], headings: list[str] = HEADINGS) -> str:
    return "\n".join([";".join(headings), *(";".join(row.get(one, "") for one in headings) for row in rows)]) + "\n"


def xlsx(rows: list[dict[str, str]], file: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([row.get(one) for one in HEADINGS])
    book.save(file)


def silent(text: str) -> None:
    for secret in SECRETS:
        assert secret.casefold() not in text.casefold(), (secret, text[:3000])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name that a run gives to a temporary file or folder."""
    seen: list[str] = []
    for call in ("mkstemp", "mkdtemp"):
        made = getattr(tempfile, call)

        def watched(*args: Any, made: Any = made, **options: Any) -> Any:
            found = made(*args, **options)
            seen.append(str(found))
            return found

        monkeypatch.setattr(tempfile, call, watched)
    return seen


COMMANDS = [
    ("check",),
    ("columns",),
    ("threshold", "show"),
    ("measures", "simulate"),
    ("reconcile", "--year", "2023"),
    ("explain", "--at", "2"),
    ("explain", "--at", "40"),
    ("find", "--amount", "20"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_stderr_never_names_anybody(command: tuple[str, ...], kind: str, tmp_path: Path, names: list[str]) -> None:
    file = tmp_path / f"actes.{kind}"
    rows = [*[GOOD] * 6, *SHIFTED]
    if kind == "csv":
        file.write_text(csv(rows), encoding="utf-8")
    else:
        xlsx(rows, file)
    word, *options = command
    sub = options[:1] if options and not options[0].startswith("-") else []
    ran = a9.ran(word, *sub, str(file), *options[len(sub) :])
    assert ran.code in (0, 1, 3), ran.stderr
    silent(ran.stderr)
    silent("".join(names))


@pytest.mark.parametrize("profile", ["comptable", "fiscal", "cpam"])
def test_only_the_practice_reads_who_its_patients_are(profile: str, tmp_path: Path, names: list[str]) -> None:
    file = tmp_path / "actes.csv"
    rows = [*[GOOD] * 6, *(row for row in SHIFTED if all(row.get(one) == GOOD.get(one) for one in SHOWN))]
    file.write_text(csv([*rows, *REJECTED]), encoding="utf-8")
    for form in ("txt", "csv", "json", "html", "xlsx"):
        result = tmp_path / f"{profile}.{form}"
        assert a9.run("check", str(file), "--profile", profile, "-o", str(result)) == 3
        if form == "xlsx":
            with zipfile.ZipFile(result) as archive:
                text = "".join(archive.read(name).decode() for name in archive.namelist())
        else:
            text = result.read_text(encoding="utf-8")
        assert len(text) > 200
        silent(QUOTED.sub("", text))
    silent("".join(names))


CLAIM = ["N° FSE", "NIR", "Bénéficiaire", "Date de naissance", "Date des soins", "Acte", "Indu", "Grief"]
NAMED = f"acte de Mme {PATIENT['prénom']} {PATIENT['nom']}, NIR 2 99 01 99 999 901 45, née le {PATIENT['naissance']}"


@pytest.mark.parametrize("profile", ["comptable", "cpam"])
def test_a_claim_tells_nobody_who_its_patients_are(profile: str, tmp_path: Path, names: list[str]) -> None:
    """Neither do its letter, nor what the caisse wrote as a cause."""
    acts, claim, letter = tmp_path / "actes.csv", tmp_path / "indus.csv", tmp_path / "lettre.docx"
    acts.write_text(csv([{**GOOD, "N° facture": f"F{n}"} for n in range(4)]), encoding="utf-8")
    who = f"{PATIENT['NIR']};{PATIENT['prénom']} {PATIENT['nom']};{PATIENT['naissance']}"
    lines = [f"F{n};{who};10/01/2023;TE2;20,00;{NAMED}" for n in (0, 1, 9)]
    claim.write_text("\n".join([";".join(CLAIM), *lines]) + "\n", encoding="utf-8")
    for form in ("txt", "csv", "json", "html", "xlsx"):
        result = tmp_path / f"{profile}.{form}"
        options = ("--profile", profile, "--letter", str(letter), "-o", str(result), "--as-of", "2024-01-15")
        ran = a9.ran("claim", str(claim), str(acts), *options)
        assert ran.code in (0, 1), ran.stderr
        silent(ran.stderr)
        for file in (result, letter):
            silent(_text_of(file))
    silent("".join(names))


def _text_of(file: Path) -> str:
    if file.suffix not in (".xlsx", ".docx"):
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_the_practice_reads_the_cause_as_it_is_written(tmp_path: Path) -> None:
    acts, claim, result = tmp_path / "actes.csv", tmp_path / "indus.csv", tmp_path / "interne.json"
    acts.write_text(csv([GOOD]), encoding="utf-8")
    claim.write_text(f"Indu;Date des soins;Acte;Grief\n20,00;10/01/2023;TE2;{NAMED}\n", encoding="utf-8")
    options = ("--profile", "interne", "-o", str(result), "--as-of", "2024-01-15")
    assert a9.run("claim", str(claim), str(acts), *options) in (0, 1)
    told = result.read_text(encoding="utf-8")
    assert PATIENT["nom"] in told
    assert "99 999" not in told  # the NIR is shown to nobody


def test_the_practice_itself_reads_them(tmp_path: Path) -> None:
    """The canary sings where it may: the other tests would see it."""
    file, result = tmp_path / "actes.csv", tmp_path / "interne.json"
    file.write_text(csv([GOOD] * 6), encoding="utf-8")
    assert a9.run("check", str(file), "--profile", "interne", "-o", str(result)) == 0
    assert PATIENT["n° de dossier"] in result.read_text(encoding="utf-8")


BROKEN = {
    "two columns of one name": csv([GOOD], [*HEADINGS, "Patient"]),
    "no column of dates": csv([GOOD], HEADINGS[1:]),
    "no headings at all": ";".join(GOOD.values()) + "\n",
    "an open quote": csv([{**GOOD, "Nom": '"' + PATIENT["nom"]}]),
    "too many cells": csv([GOOD]) + ";".join([*GOOD.values(), *GOOD.values(), *GOOD.values()]) + "\n",
    "a null": csv([{**GOOD, "Nom": PATIENT["nom"] + "\0"}]),
    "every date unreadable": csv([{**GOOD, "Date de soins": PATIENT["nom"]}] * 3),
    "every code unreadable": csv([{**GOOD, "Code acte": PATIENT["nom"] + " " + PATIENT["prénom"]}] * 3),
    "an identifier as a heading": csv([GOOD], [*HEADINGS[1:], "Date"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refusals_never_name_anybody(case: str, tmp_path: Path, names: list[str]) -> None:
    file = tmp_path / "actes.csv"
    file.write_text(BROKEN[case], encoding="utf-8")
    for words in (
        ("check",),
        ("columns",),
        ("threshold", "show"),
        ("reconcile", "--year", "2023"),
        ("explain", "--at", "2"),
    ):
        word, *options = words
        sub = options[:1] if options and not options[0].startswith("-") else []
        ran = a9.ran(word, *sub, str(file), *options[len(sub) :])
        assert ran.code in (0, 1, 3), ran.stderr
        if case != "no headings at all":  # `columns` and the refusal say the headings they read
            silent(ran.stderr)
    silent("".join(names))


SETTINGS = {
    "--map": [
        '[colonnes]\ndate = "{s}"\n',
        '[colonnes]\n"{s}" = "Date"\n',
        '[praticiens]\n"{s}" = 1\n',
        "[colonnes\n{s}",
    ],
    "--waivers": [
        '[[waiver]]\nfingerprint = "{s}"\nreason = "a"\nauthor = "b"\ndate = 2023-01-01\n',
        "[[waiver]]\n{s} = \n",
    ],
    "--derogations": ['[[derogation]]\npractitioner = "1"\nyear = "{s}"\n', "[[derogation]\n{s}"],
}


@pytest.mark.parametrize("option", SETTINGS)
def test_a_spoilt_file_of_a_practice_is_not_quoted_from_its_acts(option: str, tmp_path: Path) -> None:
    """What the user typed in a settings file may be quoted to him; what stands in the acts may not."""
    file, own = tmp_path / "actes.csv", tmp_path / "reglage.toml"
    file.write_text(csv([GOOD, *SHIFTED]), encoding="utf-8")
    for text in SETTINGS[option]:
        own.write_text(text.replace("{s}", "rien de tel"), encoding="utf-8")
        ran = a9.ran("check", str(file), option, str(own))
        assert ran.code in (1, 2, 3)
        silent(ran.stderr)


def test_an_internal_error_says_nothing_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import avenant9.engine

    def broken(*_: Any) -> Any:
        raise ValueError(" ".join(SECRETS))

    monkeypatch.setattr(avenant9.engine, "prepared", broken)
    file = tmp_path / "actes.csv"
    file.write_text(csv([GOOD]), encoding="utf-8")
    ran = a9.ran("check", str(file))
    assert ran.code == 4
    silent(ran.stderr + ran.stdout)
