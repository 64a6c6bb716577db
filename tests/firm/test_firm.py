"""`a9 check` on a folder: each client as if it were alone, one line each, the worst exit."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from a9.main import run
from avenant9 import saved
from avenant9.firm import run as firm_run
from avenant9.report.page import Page
from avenant9.rulebook.load import load_rulebook

CLIENTS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "clients"
NAMES = ["bernard", "durand", "lefevre", "moreau", "petit", "simon"]
AS_OF = ("--as-of", "2024-01-15")
#: The same of two rules alone, which find one violation each: where it does not matter what all of them find.
QUICK = (*AS_OF, "--only", "condition/code-hors-periode,frequence/te2-annuelle")
HEADINGS = "Date de soins;Code acte;Praticien;Spécialité;Patient;Date de naissance;Montant;N° facture\n"
FOUR_TE2 = "".join(
    f"{day:02d}/01/2023;TE2;1000000000{{}};01;D0001;01/01/1970;20,00;F{{}}{day}\n" for day in (3, 10, 17, 24)
)


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is not the processes (`test_processes`, `test_side_by_side`)."""
    monkeypatch.setattr(firm_run, "processes", lambda: 1)


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped clients, beside the current folder."""
    shutil.copytree(CLIENTS, tmp_path / "clients")
    monkeypatch.chdir(tmp_path)
    return Path("clients")


def checked(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit and the JSON of a check."""
    code = run(["check", *words, *AS_OF, "--quiet", "-o", "sortie.json"])
    return code, json.loads(Path("sortie.json").read_text(encoding="utf-8"))


def quick(*words: str) -> tuple[int, dict[str, Any]]:
    """The same of two rules."""
    return checked(*words, *QUICK[2:])


def by_name(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {client["client"]: client for client in result["clients"]}


def test_the_shipped_clients(clients: Path) -> None:
    code, result = checked("clients")
    assert code == 3
    assert (result["format"], result["as_of"]) == ("a9-firm/1", "2024-01-15")
    assert {name: (one["exit"], one["error"]) for name, one in by_name(result).items()} == {
        "bernard": (1, None),
        "durand": (1, None),
        "lefevre": (0, None),
        "moreau": (3, "le classeur est protégé par un mot de passe ; enregistrez-le sans mot de passe."),
        "petit": (
            3,
            "le classeur est tronqué ou abîmé ; exportez-le à nouveau, ou ouvrez le fichier dans Excel ou "
            "LibreOffice et enregistrez-le sous .xlsx.",
        ),
        "simon": (3, "le fichier est vide ; exportez-le à nouveau."),
    }
    assert result["totals"] == {
        "rows": 19,
        "rejected": 0,
        "acts": 19,
        "fees": "455.00",
        "overcharges": "0.00",
        "violation": 2,
        "at_stake": "40.00",
        "review": 3,
        "at_stake_review": "0.00",
        "at_stake_ceiling": "160.00",
        "out_of_time": 0,
        "at_stake_out_of_time": "0.00",
        "clients": 6,
        "failed": 3,
    }


def test_a_line_says_what_an_accountant_asks(clients: Path) -> None:
    bernard = by_name(checked("clients/", "--skip", "seuil")[1])["bernard"]
    lacked = [entry for entry in bernard["check"]["unverifiable"] if "rate" in entry["missing"]]
    assert bernard["line"] == {
        "rows": 7,
        "rejected": 0,
        "acts": 7,
        "fees": "195.00",
        "overcharges": "0.00",
        "violation": 1,
        "at_stake": "20.00",
        "review": 0,
        "at_stake_review": "0.00",
        "at_stake_ceiling": "0.00",
        "out_of_time": 0,
        "at_stake_out_of_time": "0.00",
        "practitioners": ["10001234567"],
        "specialties": ["médecine générale"],
        "first": "2023-01-09",
        "last": "2023-03-27",
        "missing_months": ["2023-02"],
        "dearest": {
            "rule": "condition/code-hors-periode",
            "title": load_rulebook().rules["condition/code-hors-periode"].title,
            "at_stake": "20.00",
        },
        "ceiling": None,
        "missing": {"column": "rate", "rules": len(lacked), "acts": sum(entry["acts"] for entry in lacked)},
        "known": None,
    }


def test_clients_are_what_they_are_alone(clients: Path) -> None:
    """Finding by finding, but for the order of nothing: the whole result of each, its findings apart."""
    together = by_name(checked("clients")[1])
    alone = {"bernard": ["bernard.csv"], "durand": ["durand/fevrier.csv", "durand/janvier.csv"]}
    alone["lefevre"] = ["lefevre.xlsx"]
    for name, files in alone.items():
        config = ["--config", "clients/a9.toml"] if name != "durand" else merged(clients)
        code, whole = checked(*(f"clients/{file}" for file in files), *config)
        findings = whole.pop("findings")
        assert together[name]["check"] == whole
        assert together[name]["exit"] == code
        assert together[name]["fingerprints"] == [
            {key: one[key] for key in ("fingerprint", "verdict", "at_stake")} for one in findings
        ]


def merged(clients: Path) -> list[str]:
    """The settings of durand with those of the firm, which a run of its files alone does not look for."""
    own, firm = (path.read_text(encoding="utf-8") for path in (clients / "durand" / "a9.toml", clients / "a9.toml"))
    constants = firm.partition("[constantes]")[2]
    Path("ensemble.toml").write_text(f'profile = "comptable"\n{own}{constants}', encoding="utf-8")
    return ["--config", "ensemble.toml"]


def test_clients_with_equal_file_numbers_never_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four TE2 of D0001 in each of two files: eight in one set of one doctor, none too many apart; the patients of
    other birth dates are nobody's concern (A2)."""
    monkeypatch.chdir(tmp_path)
    Path("clients").mkdir()
    for number in (1, 1, 2):
        name = f"clients/{'abc'[len([*Path('clients').iterdir()])]}.csv"
        Path(name).write_text(HEADINGS + FOUR_TE2.format(*[number] * 8), encoding="utf-8")
    only = ("--only", "frequence,donnees")
    code, result = checked("clients", *only)
    assert (code, result["totals"]["violation"], result["totals"]["review"]) == (0, 0, 0)
    code, together = checked(*map(str, sorted(Path("clients").iterdir())), *only)
    assert (code, together["summary"]["review"] > 0) == (0, True)


def test_two_levels_of_settings(clients: Path) -> None:
    """The keys of the client win, those that it leaves out are the firm's, an option wins over both."""
    (clients / "a9.toml").write_text('profile = "interne"\nzone = "reunion"\n[constantes]\npraticien = "99"\n')
    result = by_name(quick("clients")[1])
    assert result["bernard"]["check"]["profile"] == result["durand"]["check"]["profile"] == "interne"
    assert result["durand"]["line"]["practitioners"] == ["10002345678"]
    (clients / "durand" / "a9.toml").open("a").write("")
    text = (clients / "durand" / "a9.toml").read_text(encoding="utf-8")
    (clients / "durand" / "a9.toml").write_text(f'profile = "cpam"\n{text}', encoding="utf-8")
    result = by_name(quick("clients")[1])
    assert [result[name]["check"]["profile"] for name in ("bernard", "durand")] == ["interne", "cpam"]
    result = by_name(quick("clients", "--profile", "comptable")[1])
    assert [result[name]["check"]["profile"] for name in ("bernard", "durand")] == ["comptable", "comptable"]


def test_settings_of_a_client_that_are_wrong_are_its_own_fault(clients: Path) -> None:
    (clients / "durand" / "a9.toml").write_text('zonne = "metropole"\n', encoding="utf-8")
    code, result = quick("clients")
    durand = by_name(result)["durand"]
    assert (code, durand["exit"], durand["line"]) == (3, 2, None)
    assert durand["error"].startswith("a9.toml : zonne : clé inconnue, peut-être « zone »")
    assert by_name(result)["bernard"]["exit"] == 1


def test_named_settings_are_those_of_all(clients: Path) -> None:
    Path("autres.toml").write_text('profile = "cpam"\n', encoding="utf-8")
    result = by_name(quick("clients", "--config", "autres.toml")[1])
    assert result["bernard"]["check"]["profile"] == "cpam"
    assert result["durand"]["line"]["practitioners"] == ["?"]  # its own settings say who it is
    assert by_name(quick("clients", "--no-config")[1])["durand"]["line"]["practitioners"] == ["?"]


@pytest.mark.parametrize(
    ("rows", "exit_", "remarks"),
    [
        ("", 3, []),
        ("31/02/2023;G;1;01;D1;01/01/1970;25;F\n", 3, ["Aucun acte n'a été lu."]),
        ("03/01/2023;G;1;01;D1;01/01/1970;25;F\n", 0, []),
    ],
)
def test_a_client_without_acts(
    rows: str, exit_: int, remarks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clients").mkdir()
    Path("clients/martin.csv").write_text(HEADINGS + rows, encoding="utf-8")
    code, result = checked("clients", "--only", "condition/code-hors-periode")
    (client,) = result["clients"]
    assert (code, client["exit"], client["remarks"]) == (exit_, exit_, remarks)
    assert (client["error"] is None) is bool(rows)


def test_two_clients_of_one_name_are_said(clients: Path) -> None:
    shutil.copy(clients / "bernard.csv", clients / "durand.csv")
    code, result = quick("clients")
    names = [name for name in by_name(result) if name.startswith("durand")]
    assert (code, names) == (3, ["durand", "durand.csv"])
    assert [by_name(result)[name]["remarks"] for name in names] == [
        ["Plusieurs clients s'appellent « durand » ; celui-ci est ce dossier."],
        ["Plusieurs clients s'appellent « durand » ; celui-ci est ce fichier."],
    ]


def test_a_file_of_a_client_that_cannot_be_read_is_said_on_its_line(clients: Path) -> None:
    shutil.copy(clients / "simon.csv", clients / "durand" / "mars.csv")
    durand = by_name(quick("clients")[1])["durand"]
    assert (durand["exit"], durand["line"]["acts"]) == (3, 7)
    assert durand["remarks"] == ["mars.csv, non lu : le fichier est vide ; exportez-le à nouveau."]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["vide"], 3, "vide : aucun client dans ce dossier ; mettez-y un fichier d'actes, ou un sous-dossier, par"),
        (["clients", "clients/bernard.csv"], 2, "clients est un dossier de clients ; donnez des dossiers, ou les"),
        (["clients", "--annotate", "a.xlsx"], 2, "--annotate ne vaut que pour les fichiers d'un seul client"),
        (["clients", "--findings", "3"], 2, "--findings ne vaut que pour les fichiers d'un seul client"),
        (["clients", "--only", "frequense"], 2, "frequense"),
        (["clients", "--waivers", "absent.toml"], 3, "absent.toml : fichier introuvable"),
        (["clients", "--format", "xlsx"], 2, "un classeur ne va pas sur la sortie standard"),
        (["clients", "--from", "2023-02-01", "--until", "2023-01-01"], 2, "--until est antérieur à --from"),
    ],
)
def test_what_is_refused_before_any_client_is_read(
    words: list[str], code: int, sentence: str, clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("vide").mkdir()
    assert run(["check", *words, *AS_OF]) == code
    told = capsys.readouterr()
    assert sentence in " ".join(told.err.replace("\u00a0", " ").split())
    assert told.out == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [([], 1), (["--fail-on", "never"], 0), (["--fail-on", "review"], 1), (["--only", "condition/nfp-age"], 0)],
)
def test_the_exit_is_the_worst(words: list[str], code: int, clients: Path) -> None:
    for name in ("moreau.xlsx", "petit.xlsx", "simon.csv"):
        (clients / name).unlink()
    assert checked("clients", *words)[0] == code


def test_a_result_written_among_the_clients_is_none_of_them(clients: Path) -> None:
    before = quick("clients")[1]
    for form in ("json", "csv", "html", "xlsx", "txt"):
        assert run(["check", "clients", *QUICK, "--quiet", "-o", f"clients/bilan.{form}"]) == 3
    assert quick("clients")[1] == before


# --- formats --------------------------------------------------------------------------------------------------


def test_csv_has_a_line_per_client(clients: Path) -> None:
    assert run(["check", "clients", *AS_OF, "--quiet", "-o", "sortie.csv"]) == 3
    text = Path("sortie.csv").read_bytes().decode("utf-8-sig")
    lines = [*csv.DictReader(io.StringIO(text, newline=""), delimiter=";")]
    assert [(line["Client"], line["Honoraires"], line["En jeu"], line["Code de sortie"]) for line in lines] == [
        ("bernard", "195,00", "20,00", "1"),
        ("durand", "150,00", "20,00", "1"),
        ("lefevre", "110,00", "0,00", "0"),
        ("moreau", "", "", "3"),
        ("petit", "", "", "3"),
        ("simon", "", "", "3"),
    ]
    assert lines[0]["Part de"] == "10001234567, 2023"
    assert lines[5]["À savoir"] == "le fichier est vide ; exportez-le à nouveau."


def test_a_workbook_has_the_list_and_a_sheet_per_client(clients: Path) -> None:
    import openpyxl

    assert run(["check", "clients", *QUICK, "--quiet", "-o", "sortie.xlsx"]) == 3
    book = openpyxl.load_workbook("sortie.xlsx")
    assert book.sheetnames == ["Synthèse", "Clients", *NAMES]
    clients_sheet = book["Clients"]
    assert clients_sheet.auto_filter.ref == f"A1:{clients_sheet.cell(1, clients_sheet.max_column).coordinate[:-1]}7"
    assert [row[0].value for row in clients_sheet.iter_rows(min_row=2, max_row=7)] == book.sheetnames[2:]
    codes = {cell.value for row in book["durand"].iter_rows() for cell in row}
    assert "TE2" in codes
    assert "TE1" not in codes  # of bernard


def test_a_page_opens_each_client(clients: Path) -> None:
    assert run(["check", "clients", *QUICK, "--quiet", "-o", "sortie.html"]) == 3
    page = Path("sortie.html").read_text(encoding="utf-8")
    assert page.count('<details class="fold"') == 6


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_saved_result_is_shown_again(form: Any, clients: Path) -> None:
    """The same in the formats that hold no findings."""
    from avenant9.documents.render import render

    run(["check", "clients", *AS_OF, "--quiet", "-o", "sortie.json"])
    run(["check", "clients", *AS_OF, "--quiet", "--format", form, "-o", "direct"])
    found = saved.load(Path("sortie.json").read_bytes(), "sortie.json", load_rulebook())
    shown = render(form, found, Page())
    assert (shown.encode() if isinstance(shown, str) else shown) == Path("direct").read_bytes()


@pytest.mark.parametrize("form", ["json", "csv", "html", "xlsx", "table"])
def test_no_profile_but_interne_shows_a_file_number(
    form: str, clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for profile in ("comptable", "cpam", "fiscal"):
        run(["check", "clients", *QUICK, "--format", form, "-o", "sortie", "--profile", profile])
        assert not any(number in shown_in(Path("sortie")) for number in ("D0001", "D0002", "D0003"))
    told = capsys.readouterr()
    assert "D000" not in told.out + told.err
    if form in {"html", "xlsx"}:
        run(["check", "clients", *QUICK, "--format", form, "-o", "sortie", "--profile", "interne"])
        assert "D0001" in shown_in(Path("sortie"))


def shown_in(path: Path) -> str:
    """All that a file says."""
    import openpyxl

    if not path.read_bytes().startswith(b"PK"):
        return path.read_text(encoding="utf-8")
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file)
    return " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def test_fiscal_tells_no_nature_of_services(clients: Path) -> None:
    code, result = checked("clients", "--profile", "fiscal")
    bernard = by_name(result)["bernard"]
    assert code == 3
    assert (bernard["fingerprints"], bernard["line"]["ceiling"]) == (None, None)
    assert bernard["line"]["dearest"] == {"rule": "condition", "title": None, "at_stake": "20.00"}
    assert "TE1" not in json.dumps(result)


# --- side by side ---------------------------------------------------------------------------------------------


def test_side_by_side(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In processes the result is the same, byte for byte."""
    run(["check", "clients", *QUICK, "--quiet", "-o", "un.json"])
    monkeypatch.setattr(firm_run, "processes", lambda: 2)
    assert run(["check", "clients", *QUICK, "--quiet", "-o", "deux.json"]) == 3
    assert Path("un.json").read_bytes() == Path("deux.json").read_bytes()


def test_a_crash_is_on_the_line_of_its_client(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from a9.commands import firm

    whole: Callable[..., Any] = firm._told

    def told(asked: Any, wanted: Any, client: Any) -> Any:
        if client.name == "durand":
            raise KeyError("D0001")
        return whole(asked, wanted, client)

    monkeypatch.setattr(firm, "_told", told)
    code, result = quick("clients")
    durand = by_name(result)["durand"]
    assert (code, durand["exit"]) == (4, 4)
    assert durand["error"].startswith("erreur interne (KeyError, ")
    assert "D0001" not in durand["error"]
    assert by_name(result)["bernard"]["exit"] == 1


# --- the report of each client --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "result", "ending"),
    [
        ("-o bilan.xlsx --format html", b"PK", ".html"),
        ("-o bilan.json", b"{", ".json"),
        ("--format csv -o bilan", "\ufeffClient".encode(), ".csv"),
        ("-o bilan.csv --format table", "\ufeffClient".encode(), ".txt"),
    ],
)
def test_each_client_has_its_own_report(options: str, result: bytes, ending: str, clients: Path) -> None:
    """That of a run of its files alone; what could not be checked has none."""
    code = run(["check", "clients", *QUICK, "--quiet", "--each-to", "clients/rapports", *options.split()])
    written = {path.name: path.read_bytes() for path in Path("clients/rapports").iterdir()}
    (whole,) = Path().glob("bilan*")
    assert (code, whole.read_bytes().startswith(result)) == (3, True)
    assert {*written} == {f"{name}{ending}" for name in ("bernard", "durand", "lefevre")}
    form = {".txt": "table"}.get(ending, ending[1:])
    own = ["--config", "clients/a9.toml", "--format", form, "-o", "seul"]
    run(["check", "clients/bernard.csv", *QUICK, "--quiet", *own])
    assert Path("seul").read_bytes() == written[f"bernard{ending}"]
    # the folder of reports is no client, this time or the next
    assert [*by_name(quick("clients")[1])] == NAMES


def test_a_workbook_for_each_and_the_list_on_the_screen(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "clients", *QUICK, "--each-to", "rapports", "--format", "xlsx"]) == 3
    told = capsys.readouterr()
    assert told.out.startswith("Dossiers du cabinet\n")
    assert "rapports : 3\u00a0rapports écrits." in told.err.splitlines()
    assert Path("rapports/durand.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["clients", "--each-to", "clients"], 2, "--each-to clients : c'est le dossier des clients"),
        (["clients", "--each-to", "clients/bernard.csv"], 3, "clients/bernard.csv : c'est un fichier"),
        (["clients", "--each-to", "a/b"], 3, "a/b : le dossier n'existe pas"),
        (["clients/bernard.csv", "--each-to", "a"], 2, "--each-to ne sert que pour un dossier de clients"),
    ],
)
def test_reports_that_could_not_be_written(
    words: list[str], code: int, sentence: str, clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(Path().rglob("*"))
    assert run(["check", *words, *QUICK]) == code
    assert sentence in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before


def test_an_interruption_leaves_no_file(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from a9.commands import firm

    whole: Callable[..., Any] = firm._told

    def told(asked: Any, wanted: Any, client: Any) -> Any:
        if client.name == "lefevre":
            raise KeyboardInterrupt
        return whole(asked, wanted, client)

    monkeypatch.setattr(firm, "_told", told)
    before = sorted(Path().rglob("*"))
    assert run(["check", "clients", *QUICK, "--quiet", "--each-to", "clients/rapports", "-o", "bilan.xlsx"]) == 130
    assert sorted(Path().rglob("*")) == before


# --- what is new ----------------------------------------------------------------------------------------------


def test_what_is_new_by_client(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("moreau.xlsx", "petit.xlsx", "simon.csv"):
        (clients / name).unlink()
    quick("clients")
    Path("sortie.json").rename("mars.json")
    assert quick("clients", "--baseline", "mars.json")[0] == 0  # nothing new
    # a month later: one more act too many for durand, bernard's file under another name, and a new client
    (clients / "bernard.csv").rename(clients / "bernard-sa.csv")
    shutil.copy(clients / "bernard-sa.csv", clients / "dupont.csv")
    with (clients / "durand" / "fevrier.csv").open("a", encoding="utf-8") as file:
        file.write("23/02/2023;TE2;D0001;20,00;J008\n")
    code = run(["check", "clients", *QUICK, "--baseline", "mars.json", "-o", "sortie.json"])
    told = capsys.readouterr().err.splitlines()
    result = by_name(json.loads(Path("sortie.json").read_text(encoding="utf-8")))
    assert code == 1
    assert {name: (one["line"]["violation"], one["line"]["known"]) for name, one in result.items()} == {
        "bernard-sa": (1, 0),
        "dupont": (1, 0),
        "durand": (1, 1),
        "lefevre": (0, 0),
    }
    new = "Rien de ce client dans le résultat antérieur : tout y est nouveau."
    assert [name for name, one in result.items() if new in one["remarks"]] == ["bernard-sa", "dupont"]
    assert "Dans le résultat antérieur, et plus dans le dossier : bernard." in told
    # the next month knows all of it
    Path("sortie.json").rename("avril.json")
    assert quick("clients", "--baseline", "avril.json")[0] == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "ce n'est pas le résultat d'un dossier"),
        ('{"format": "a9-check/1", "findings": []}', "ce n'est pas le résultat d'un dossier"),
    ],
)
def test_a_baseline_of_something_else(
    content: str, sentence: str, clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mars.json").write_text(content, encoding="utf-8")
    assert run(["check", "clients", *QUICK, "--baseline", "mars.json"]) == 2
    assert f"mars.json : {sentence}" in capsys.readouterr().err


def test_a_baseline_without_fingerprints(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick("clients", "--profile", "fiscal")
    assert run(["check", "clients", *QUICK, "--baseline", "sortie.json"]) == 2
    assert "le profil fiscal n'écrit pas d'empreintes" in capsys.readouterr().err


# --- pseudonyms that stay -------------------------------------------------------------------------------------


def test_a_key_keeps_the_pseudonyms(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From one run to the next, whoever else is read; another key gives others; no key is shown anywhere."""
    keys = []
    for name in ("cle.txt", "autre.txt"):
        assert run(["template", "key", "-o", name]) == 0
        keys.append(Path(name).read_text(encoding="utf-8").splitlines()[-1])
    shutil.copy("cle.txt", clients / "cle.txt")  # where it should not be, and is no client all the same
    one = pseudonyms("clients", "--pseudonym-key", "clients/cle.txt")
    (clients / "bernard.csv").write_bytes(shorter((clients / "bernard.csv").read_bytes()))
    again = pseudonyms("clients", "--pseudonym-key", "cle.txt")
    other = pseudonyms("clients", "--pseudonym-key", "autre.txt")
    assert one["durand"] == again["durand"]
    assert again["bernard"] == one["bernard"]
    assert by_name(json.loads(Path("sortie.json").read_text(encoding="utf-8"))).keys() == {*NAMES}
    assert again["durand"].isdisjoint(other["durand"])
    assert all(re.fullmatch("P-[A-Z2-7]{7}", name) for found in (one, other) for name in found["durand"])
    told = capsys.readouterr()
    said = told.out + told.err + "".join(path.read_text(encoding="utf-8") for path in Path("rapports").iterdir())
    assert not any(key in said for key in keys)


def pseudonyms(*words: str) -> dict[str, set[str]]:
    """The pseudonyms of each client's own report."""
    words = (*words, *QUICK, "--skip", "seuil", "--each-to", "rapports", "-o", "sortie.json", "--format", "json")
    run(["check", *words, "--fail-on", "never"])
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path("rapports").iterdir()}
    return {
        name: {finding["patient"] for finding in report["findings"] if finding["patient"]}
        for name, report in reports.items()
    }


def shorter(content: bytes) -> bytes:
    """The file without its first patient's first act."""
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], *lines[2:4]])


def test_the_key_of_one_file(clients: Path) -> None:
    """The same pseudonym for the same number, in a run of its own."""
    run(["template", "key", "-o", "cle.txt"])
    of_all = pseudonyms("clients", "--pseudonym-key", "cle.txt")["durand"]
    files = ["clients/durand/fevrier.csv", "clients/durand/janvier.csv"]
    run(["check", *files, *QUICK, "--quiet", "--pseudonym-key", "cle.txt", "--skip", "seuil", "-o", "seul.json"])
    found = json.loads(Path("seul.json").read_text(encoding="utf-8"))["findings"]
    assert {one["patient"] for one in found} == of_all


@pytest.mark.parametrize("content", ["", "0123", "trois mots ici", "# seulement\n", f"{'ab' * 32}\n{'cd' * 32}\n"])
def test_what_is_no_key(content: str, clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cle.txt").write_text(content, encoding="utf-8")
    assert run(["check", "clients/bernard.csv", *AS_OF, "--pseudonym-key", "cle.txt"]) == 2
    told = capsys.readouterr().err
    assert "cle.txt : ce n'est pas une clé de pseudonymes ; faites-en une par « a9 template key -o cle.txt »." in told
    assert not content.strip() or content.strip() not in told


def test_a_key_takes_the_place_of_none(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["template", "key", "-o", "cle.txt"]) == 0
    before = Path("cle.txt").read_bytes()
    assert run(["template", "key", "-o", "cle.txt"]) == 3
    assert "cle.txt : ce fichier existe, et une clé ne se refait pas" in capsys.readouterr().err
    assert Path("cle.txt").read_bytes() == before
    if sys.platform != "win32":
        assert Path("cle.txt").stat().st_mode & 0o077 == 0


def test_two_patients_with_one_short_pseudonym_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    from avenant9 import findings

    monkeypatch.setattr(findings, "_SHORT", 1)
    patients = [f"D{number:04}" for number in range(200)]
    named = findings.pseudonyms(pl.DataFrame({"patient": patients}), b"k" * 32)
    assert named["pseudonym"].n_unique() == len(patients)
    assert named["pseudonym"].str.len_chars().max() == len("P-") + 14
