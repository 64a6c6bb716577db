"""What an hour of attack found: one row per fault, each with the answer that the contract promises."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hostile import runs

DOCTOR = "10001234567"
HEADINGS = "Date de soins;Code acte;Praticien;Patient;Montant;N° facture"
DAYS = ("10/01/2023", "12/02/2023", "03/05/2023", "30/08/2023", "14/12/2023")

posix = pytest.mark.skipif(os.name == "nt", reason="streams and limits as a POSIX shell gives them")


def te2(patients: tuple[str, ...], doctors: tuple[str, ...] = (DOCTOR,) * 5, first: str = "") -> str:
    """Five téléexpertises of one year, one per line: the fifth is one too many for one patient and one doctor."""
    rows = enumerate(zip(DAYS, doctors, patients, strict=True))
    return "\n".join([HEADINGS + first, *(f"{day};TE2;{who};{name};20,00;F{n}" for n, (day, who, name) in rows), ""])


def acts(folder: Path, text: str | None = None) -> str:
    (folder / "actes.csv").write_text(te2(("A1",) * 5) if text is None else text, encoding="utf-8")
    return "actes.csv"


def shell(script: str, folder: Path, **env: str) -> tuple[int, str, str]:
    """A script in which `a9` is the command, with limits and streams that only a shell can set."""
    command = f'a9() {{ {shlex.join(runs.a9())} "$@"; }}; {script}'
    environment = {**runs.environment(), **env}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
    )
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    assert "Traceback" not in out + err, out + err
    return done.returncode, out, err


# --- streams ------------------------------------------------------------------------------------------------------

STREAMS = [
    # the command, its exit, what stdout starts with, what stderr says
    ("a9 check actes.csv 2>&-", 1, "Verdict", ""),
    ("a9 check absent.csv 2>&-", 3, "", ""),
    ("a9 check --inconnue 2>&-", 2, "", ""),
    ("a9 check absent.csv 2>/dev/full", 3, "", ""),
    ("a9 check actes.csv 2>/dev/full", 1, "Verdict", ""),
    ("a9 check --inconnue 2>/dev/full", 2, "", ""),
    ("a9 check actes.csv -o r.json <&- >&- 2>&-", 1, "", ""),
    ("a9 check actes.csv --quiet <&-", 1, "Verdict", ""),
    ("a9 check - <&-", 3, "", "entrée standard : elle est fermée"),
    ("a9 report - <&-", 3, "", "entrée standard : elle est fermée"),
    ("a9 columns - <&-", 3, "", "entrée standard : elle est fermée"),
    ("a9 forfait simulate --year 2022 --set taux_dmp=1 --quiet <&-", 3, "Forfait structure 2022", ""),
    ("a9 check actes.csv >&-", 3, "", "sortie standard : elle est fermée"),
    ("a9 rules list --format json >&-", 3, "", "sortie standard : elle est fermée"),
    ("a9 --help >/dev/full", 3, "", "sortie standard : le disque est plein"),
    ("a9 check --help >/dev/full", 3, "", "sortie standard : le disque est plein"),
    ("a9 --version >/dev/full", 3, "", "sortie standard : le disque est plein"),
    ("ulimit -f 1; a9 rules list --format json > cut.json", 3, "", "le fichier dépasserait la taille permise"),
]


@posix
@pytest.mark.parametrize(("script", "code", "out", "err"), STREAMS, ids=[row[0] for row in STREAMS])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_streams_that_are_missing_or_full(
    tmp_path: Path, script: str, code: int, out: str, err: str, unbuffered: str
) -> None:
    """What goes to stderr never ends in stdout, a lost sentence never changes the exit, a cut result is exit 3."""
    acts(tmp_path)
    found = shell(script, tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert found[0] == code, found
    assert found[1].startswith(out) if out else found[1] == "", found
    assert err in found[2], found
    assert (tmp_path / "r.json").exists() == ("r.json" in script)


# --- inputs are never modified -----------------------------------------------------------------------------------

SETTINGS = {
    "--map": '[colonnes]\ndate = "Date de soins"\n',
    "--derogations": f'[[derogation]]\npractitioner = "{DOCTOR}"\nyear = 2023\nceiling = 0.4\n',
}


@pytest.mark.parametrize("option", SETTINGS)
@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("explain", "--at", "3"),
        ("threshold", "show"),
        ("measures", "simulate"),
        ("reconcile", "--year", "2023"),
        ("columns",),
    ],
    ids=lambda command: command[0],
)
def test_a_settings_file_is_an_input_too(tmp_path: Path, command: tuple[str, ...], option: str) -> None:
    if command == ("columns",) and option != "--map":
        pytest.skip("columns takes no derogations")
    (tmp_path / "s.toml").write_text(SETTINGS[option], encoding="utf-8")
    found = runs.here(*command, acts(tmp_path), option, "s.toml", "-o", "s.toml", "--format", "json", cwd=tmp_path)
    assert (found.code, (tmp_path / "s.toml").read_text(encoding="utf-8")) == (2, SETTINGS[option]), found.err
    assert "ce fichier est aussi une entrée" in found.err


# --- settings ----------------------------------------------------------------------------------------------------

NESTED, DIGITS = f"a = {'[' * 5_000}{']' * 5_000}", f"a = {'9' * 5_000}"
ODD = {
    "rules nested": ("check --rules r", "r/seuil/x.toml", NESTED),
    "rules digits": ("check --rules r", "r/seuil/x.toml", DIGITS),
    "map nested": ("check --map s.toml", "s.toml", NESTED),
    "map digits": ("check --map s.toml", "s.toml", DIGITS),
    "waivers nested": ("check --waivers s.toml", "s.toml", NESTED),
    "derogations digits": ("check --derogations s.toml", "s.toml", DIGITS),
    "scenario digits": ("measures simulate --scenario s.toml", "s.toml", DIGITS),
    "scenario nested": ("measures simulate --scenario s.toml", "s.toml", NESTED),
    "encoding NUL": ("check --map s.toml", "s.toml", '[fichier]\nencoding = "\\u0000"'),
    "encoding idna": ("check --map s.toml", "s.toml", '[fichier]\nencoding = "idna"'),
    "encoding hex": ("check --map s.toml", "s.toml", '[fichier]\nencoding = "hex"'),
}


@pytest.mark.parametrize(("command", "file", "text"), ODD.values(), ids=ODD)
def test_odd_settings_are_a_sentence(tmp_path: Path, command: str, file: str, text: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    found = runs.here(*command.split(), acts(tmp_path), cwd=tmp_path)
    assert (found.code in {2, 3}, len(found.errors)) == (True, 1), (found.code, found.err)


@pytest.mark.parametrize("amount", ["1e999", "1e17", "10000000.01", "-1"])
def test_an_amount_beyond_reason_is_refused(tmp_path: Path, amount: str) -> None:
    text = (
        "Date de soins;Heure;Code acte;Patient;Montant;Régulation;Régulé le;Médecin traitant\n"
        "18/07/2022;10:00;G+SNP;A;40;sas;18/07/2022 09:00;non\n"
    )
    found = runs.here("measures", "simulate", acts(tmp_path, text), "--set", f"snp.amount={amount}", cwd=tmp_path)
    assert found.code == 2, found.err
    assert "snp.amount" in found.err


def test_an_assistant_signed_at_the_end_of_time(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        '[assistant]\netp = "1/2"\nsigne_le = 9999-12-31\npercentile = "<P90"\n', encoding="utf-8"
    )
    assert runs.here("forfait", "simulate", "c.toml", "--year", "2022", cwd=tmp_path).code in {2, 3}


# --- saved results -----------------------------------------------------------------------------------------------


def saved(folder: Path) -> dict[str, Any]:
    return runs.here("check", acts(folder), "--format", "json", cwd=folder).json


def rendered(folder: Path, content: bytes, *options: str) -> runs.Run:
    (folder / "r.json").write_bytes(content)
    return runs.here("report", "r.json", *options, cwd=folder)


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        ({"summary": {"violation": 0, "at_stake": "0.00"}}, "Verdict : non conforme, 1 anomalie (20,00 € en jeu)"),
        ({"findings": []}, "Verdict : aucune anomalie"),
    ],
)
def test_a_report_announces_what_it_lists(tmp_path: Path, edited: dict[str, Any], said: str) -> None:
    found = saved(tmp_path)
    found.update({key: {**found[key], **new} if isinstance(new, dict) else new for key, new in edited.items()})
    page = rendered(tmp_path, json.dumps(found).encode())
    assert page.out.replace("\xa0", " ").startswith(said), page.out[:200]


@pytest.mark.parametrize(
    ("encoding", "code", "said"),
    [("utf-8", 0, ""), ("utf-8-sig", 0, ""), ("utf-16", 3, "le fichier est en UTF-16 ; écrivez le résultat par -o")],
)
def test_a_result_that_another_program_saved_again(tmp_path: Path, encoding: str, code: int, said: str) -> None:
    found = rendered(tmp_path, json.dumps(saved(tmp_path)).encode(encoding))
    assert found.code == code, found.err
    assert said in found.err


# --- acts --------------------------------------------------------------------------------------------------------

CELLS = [(heading, cell) for heading in ("Spécialité", "Exonération") for cell in ("²", "1" * 5_000)]


@pytest.mark.parametrize(("heading", "cell"), CELLS, ids=[f"{heading} {cell[:2]}" for heading, cell in CELLS])
def test_a_cell_out_of_its_list_is_unknown(tmp_path: Path, heading: str, cell: str) -> None:
    text = f"{HEADINGS};{heading}\n10/01/2023;G;{DOCTOR};A;25;F1;{cell}\n"
    found = runs.here("check", acts(tmp_path, text), "--format", "json", cwd=tmp_path)
    assert found.code == 0, found.err
    assert "1 cellule hors liste" in found.err


@posix
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_file_whose_name_is_not_utf_8(tmp_path: Path, form: str) -> None:
    (tmp_path / acts(tmp_path)).rename(tmp_path / os.fsdecode(b"caf\xe9.csv"))
    code, out, err = shell(f"a9 check *.csv --format {form}", tmp_path)
    assert code == 1, err
    assert out


def test_a_patient_called_total_is_a_patient(tmp_path: Path) -> None:
    """Where the first column names the patient, `Total…` alone does not tell a total."""
    rows = [f"TOTAL Marie;{day};TE2;{DOCTOR};20,00;F{n}" for n, day in enumerate(DAYS)]
    text = "\n".join(["Patient;Date de soins;Code acte;Praticien;Montant;N° facture", *rows, "Total;;;;100,00;", ""])
    found = runs.here("check", acts(tmp_path, text), "--format", "json", cwd=tmp_path)
    assert [(entry["rows"], entry["acts"], entry["skipped"]) for entry in found.json["inputs"]] == [(5, 5, 1)]
    assert annual(found) == [(6, "review")]  # two words are a name


def annual(found: runs.Run) -> list[tuple[int, str]]:
    """The rows that are one téléexpertise too many, and what is said of them."""
    named = [one for one in found.json["findings"] if one["rule"] == "frequence/te2-annuelle"]
    return [(one["row"], one["verdict"]) for one in named]


NIR, CORSICAN = "185057800608491", "185052A00608491"
ONE_PERSON = [
    ("case and accents", ("Hélène", "HELENE", "He\u0301le\u0300ne", "Hélène", "helène")),
    ("apostrophes", ("D'Arc", "D\u2019Arc", "D Arc", "D'ARC", "d`arc")),
    ("œ", ("Œuvrard", "OEUVRARD", "œuvrard", "Oeuvrard", "Œuvrard")),
    ("hyphens", ("Jo-An", "Jo\u2010An", "Jo An", "Jo\u2011An", "Jo\u2013An")),
    ("bidi marks", ("A1", "\u202aA1\u202c", "A1\u2069", "\u061cA1", "A1")),
    ("quoted", ("'123", "123", "'123", "123", "123")),
    ("spaces of a NIR", ("1 85 05 78 006 084 91", NIR, "1 85 05 78 006 084 91", NIR, NIR)),
    ("spaces of a NIR of Corsica", ("1 85 05 2A 006 084 91", CORSICAN, CORSICAN, CORSICAN, CORSICAN)),
]


@pytest.mark.parametrize(("name", "patients"), ONE_PERSON)
def test_one_person_however_written(tmp_path: Path, name: str, patients: tuple[str, ...]) -> None:
    found = runs.here("check", acts(tmp_path, te2(patients)), "--format", "json", cwd=tmp_path)
    # two words are a name, a NIR alone may be of several persons: what rests on them alone is at most a review
    doubtful = name == "hyphens" or "NIR" in name
    assert annual(found) == [(6, "review" if doubtful else "violation")], name


ONE_DOCTOR = [
    ("12 digits", (f"8{DOCTOR}", DOCTOR, DOCTOR, DOCTOR, DOCTOR)),
    ("quoted", (f"'{DOCTOR}", DOCTOR, DOCTOR, DOCTOR, DOCTOR)),
    ("case", ("Dr Hélène", "DR HÉLÈNE", "dr hélène", "Dr He\u0301le\u0300ne", "Dr  Hélène")),
    ("apostrophes", ("Dr D'Arc", "Dr D\u2019Arc", "DR D'ARC", "Dr D'Arc", "Dr D'Arc")),
]


@pytest.mark.parametrize(("name", "doctors"), ONE_DOCTOR)
def test_one_doctor_however_written(tmp_path: Path, name: str, doctors: tuple[str, ...]) -> None:
    found = runs.here("check", acts(tmp_path, te2(("A1",) * 5, doctors)), "--format", "json", cwd=tmp_path)
    assert annual(found) == [(6, "violation")], name


@pytest.mark.parametrize(
    ("name", "people"),
    [("identifiers", ("AB 1", "AB1", "AB 2", "AB2", "ab1")), ("names", ("D Arc", "Darc", "D'Arcy", "Arc", "Dark"))],
)
def test_two_persons_remain_two(tmp_path: Path, name: str, people: tuple[str, ...]) -> None:
    found = runs.here("check", acts(tmp_path, te2(people)), "--format", "json", cwd=tmp_path)
    assert (annual(found), found.json["summary"]["patients"]) == ([], 5), name


@pytest.mark.parametrize("mark", ["-", "?", "***", "—"])
def test_a_mark_for_nobody_is_no_patient(tmp_path: Path, mark: str) -> None:
    """Five persons of whom the name was struck out are not one person seen five times."""
    found = runs.here("check", acts(tmp_path, te2((mark,) * 5)), "--format", "json", cwd=tmp_path)
    assert annual(found) == []
    assert "5 cellules sans lettre ni chiffre (la première en D2), lues comme inconnues" in found.err


@pytest.mark.parametrize("mark", ["-", "?", "***", "—"])
def test_a_mark_for_nobody_is_no_practitioner(tmp_path: Path, mark: str) -> None:
    found = runs.here("check", acts(tmp_path, te2(("A1",) * 5, (mark,) * 5)), "--format", "json", cwd=tmp_path)
    assert (annual(found), found.json["summary"]["practitioners"]) == ([], 0)
    assert "5 cellules sans lettre ni chiffre (la première en C2), lues comme inconnues" in found.err


MARKED = [
    ("NIR;Date de naissance", "-;01/02/1950", "5 cellules sans lettre ni chiffre (la première en C2)"),
    (
        "Nom;Prénom;Date de naissance",
        "Roy;-;01/02/1950",
        "5 cellules sans lettre ni chiffre (la première en D2)",
    ),
]


@pytest.mark.parametrize(("headings", "cells", "said"), MARKED, ids=[row[0] for row in MARKED])
def test_a_mark_for_nobody_however_patients_are_told(tmp_path: Path, headings: str, cells: str, said: str) -> None:
    rows = [f"{day};TE2;{cells}" for day in DAYS]
    text = "\n".join([f"Date de soins;Code acte;{headings}", *rows, ""])
    found = runs.here("check", acts(tmp_path, text), "--format", "json", cwd=tmp_path)
    assert (annual(found), found.json["summary"]["patients"]) == ([], 0)
    assert said in found.err


@pytest.mark.parametrize("quoted", ["'185057800608491", "1 85 05 78 006 084 91", "1850578006084"])
def test_one_nir_however_written(tmp_path: Path, quoted: str) -> None:
    rows = [f"{day};TE2;{DOCTOR};{nir};01/02/1985" for day, nir in zip(DAYS, (quoted, *[NIR] * 4), strict=True)]
    text = "\n".join(["Date de soins;Code acte;Praticien;NIR;Date de naissance", *rows, ""])
    found = runs.here("check", acts(tmp_path, text), "--format", "json", cwd=tmp_path)
    assert annual(found) == [(6, "violation")]


TOTALS = [
    "Total;;;;100,00;",
    ";Total;;;100,00;",
    "Sous-total;TE2;;;100,00;",
    ";;Total général;;100,00;",
    "Total;31/12/2023;;;100,00;",
    "3 règlements;;;;100,00;",
]


@pytest.mark.parametrize("total", TOTALS)
def test_totals_are_still_left_out(tmp_path: Path, total: str) -> None:
    found = runs.here("check", acts(tmp_path, te2(("A1",) * 5) + total + "\n"), "--format", "json", cwd=tmp_path)
    assert [(entry["rows"], entry["skipped"]) for entry in found.json["inputs"]] == [(5, 1)]


# --- the command itself ------------------------------------------------------------------------------------------

INTERRUPTED = """
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "a9.main":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from a9.__main__ import main
main()
"""


def test_interrupted_while_it_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], env=runs.environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.decode() == "Erreur : interrompu ; aucun fichier n'a été écrit en partie.\n"


@pytest.mark.parametrize(
    ("command", "option"),
    [("check actes.csv", "-o"), ("rules list", "-o"), ("columns actes.csv", "--save")],
)
def test_a_name_that_is_empty(tmp_path: Path, command: str, option: str) -> None:
    acts(tmp_path)
    found = runs.here(*command.split(), option, "", cwd=tmp_path)
    assert (found.code, found.out) == (2, "")
    assert found.errors == [f"Erreur : {option} : le nom du fichier est vide ; donnez un nom de fichier."]
