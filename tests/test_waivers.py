"""Waivers and baselines: what their files may hold, what leaves the findings, and what is said of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from a9.main import run
from avenant9 import profile
from avenant9.acts.load import load_acts
from avenant9.documents.render import render as rendered
from avenant9.engine import Options, check
from avenant9.errors import InputError, SettingError
from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report.page import Page
from avenant9.results import check_json as json_format
from avenant9.results.check import Known, Report, Waived
from avenant9.rulebook.load import load_rulebook
from avenant9.settings.waivers import Waiver
from avenant9.waivers import Earlier, against, apply, read_baseline
from report.reports import AS_OF, DOUBT, FIFTH, LATE, YEAR, report

RULES = ("frequence/te2-annuelle", "frequence/te2-douze-mois", "seuil/activite-distance")
ONE = """
[[waiver]]
fingerprint = "0011223344556677"
reason = "Saisie corrigée"
author = "Cabinet"
date = 2023-02-01
"""
BY_RULE = ONE.replace(
    'fingerprint = "0011223344556677"', 'rule = "frequence/te2-annuelle"\npractitioner = "10001234567"'
)


def waiver(**changes: Any) -> Waiver:
    fields = {"place": "w.toml, acceptation 1", "reason": "Vu", "author": "Cabinet", "given_on": date(2023, 2, 1)}
    return Waiver(**{**fields, **changes})


def test_baselines_that_cannot_be_read(tmp_path: Path) -> None:
    for file, problem in ((tmp_path / "absent.toml", "fichier introuvable"), (tmp_path, "c'est un dossier")):
        with pytest.raises(InputError, match=problem):
            read_baseline(file)


def test_a_finding_is_accepted_by_its_fingerprint() -> None:
    before = report(FIFTH, LATE, DOUBT, YEAR)
    after = apply(before, [waiver(fingerprint=FIFTH["fingerprint"], until=date(2027, 1, 1))], AS_OF)
    assert after.findings["fingerprint"].to_list() == [f["fingerprint"] for f in (LATE, DOUBT, YEAR)]
    assert after.findings.columns == before.findings.columns
    assert after.waived == (
        Waived(
            "0011223344556677",
            "frequence/te2-annuelle",
            "actes.xlsx",
            "Actes",
            57,
            "Vu",
            "Cabinet",
            date(2023, 2, 1),
            date(2027, 1, 1),
        ),
    )
    assert after.notices == ()
    counts = {
        key: getattr(after.summary, key)
        for key in ("violation", "review", "at_stake", "at_stake_review", "at_stake_out_of_time", "out_of_time")
    }
    assert counts == {
        "violation": 2,
        "review": 1,
        "at_stake": 0,
        "at_stake_review": None,
        "at_stake_out_of_time": 123456,
        "out_of_time": 1,
    }
    assert after.summary.acts == before.summary.acts
    assert after.by_rule.rows() == [
        ("seuil/activite-distance", "violation", "Activité à distance : 20 % des actes au plus", 1, 8000),
        ("frequence/te2-annuelle", "violation", "Téléexpertise (TE2) : 4 par année civile et par patient", 1, 0),
        ("frequence/te2-douze-mois", "review", "Téléexpertise (TE2) : 4 en douze mois", 1, None),
    ]


def test_a_rule_is_accepted_for_a_practitioner() -> None:
    other = {**FIFTH, "practitioner": "10009999999", "fingerprint": "ff11223344556677"}
    whole = waiver(rule="frequence/te2-annuelle", practitioner="10001234567")
    after = apply(report(FIFTH, other, LATE, DOUBT), [whole], AS_OF)
    assert after.findings["fingerprint"].to_list() == [other["fingerprint"], DOUBT["fingerprint"]]
    assert [entry.row for entry in after.waived] == [57, 60]
    on_practitioner = waiver(rule="seuil/activite-distance", practitioner="10001234567")
    after = apply(report(YEAR), [on_practitioner], AS_OF)
    assert (after.summary.violation, after.summary.at_stake_ceiling) == (0, 0)
    assert after.waived[0].row is None


def test_the_first_waiver_that_fits_gives_the_reason() -> None:
    both = [
        waiver(fingerprint=FIFTH["fingerprint"], reason="un"),
        waiver(rule="frequence/te2-annuelle", practitioner="10001234567", reason="deux"),
    ]
    after = apply(report(FIFTH, LATE), both, AS_OF)
    assert [entry.reason for entry in after.waived] == ["un", "deux"]
    after = apply(report(FIFTH), both, AS_OF)
    assert ([entry.reason for entry in after.waived], after.notices) == (["un"], ())


@pytest.mark.parametrize(("as_of", "holds"), [(date(2023, 12, 31), True), (date(2024, 1, 1), False)])
def test_the_last_day_counts(as_of: date, holds: bool) -> None:
    one = waiver(fingerprint=FIFTH["fingerprint"], until=date(2023, 12, 31))
    after = apply(report(FIFTH), [one], as_of)
    assert bool(after.waived) == holds
    assert after.summary.violation == (0 if holds else 1)
    told = "w.toml, acceptation 1 : expirée depuis le 31/12/2023, le constat qu'elle visait est de nouveau signalé."
    assert after.notices == (() if holds else (told,))


def test_what_accepts_nothing_is_told() -> None:
    gone = waiver(fingerprint="aaaabbbbccccdddd")
    old = waiver(place="w.toml, acceptation 2", fingerprint="aaaabbbbccccdddd", until=date(2023, 12, 31))
    asked = waiver(place="w.toml, acceptation 3", rule="frequence/te2-annuelle", practitioner="9")
    not_asked = waiver(place="w.toml, acceptation 4", rule="frequence/rqd-annuelle", practitioner="9")
    after = apply(report(FIFTH, notices=("avant",)), [gone, old, asked, not_asked], AS_OF)
    assert after.waived == ()
    assert after.notices == (
        "avant",
        "w.toml, acceptation 1 : ne correspond à aucun constat de ce contrôle.",
        "w.toml, acceptation 2 : expirée depuis le 31/12/2023, elle ne vise plus aucun constat.",
        "w.toml, acceptation 3 : ne correspond à aucun constat de ce contrôle.",
    )


def test_no_waiver_changes_nothing() -> None:
    before = report(FIFTH, LATE, DOUBT, YEAR)
    after = apply(before, [], AS_OF)
    assert after.findings.equals(before.findings)
    assert after.waived == ()


# --- baselines --------------------------------------------------------------------------------------------


def saved(tmp_path: Path, shown: Report, name: str = "comptable") -> Path:
    file = tmp_path / "avant.json"
    file.write_bytes(json_format.render(profile.apply(shown, name)))
    return file


def test_a_result_is_its_own_baseline(tmp_path: Path) -> None:
    before = report(FIFTH, LATE, DOUBT, YEAR)
    known = read_baseline(saved(tmp_path, before))
    after = against(before, known)
    assert after.findings.is_empty()
    assert after.by_rule.is_empty()
    assert [getattr(after.summary, key) for key in ("violation", "review", "at_stake", "out_of_time")] == [0, 0, 0, 0]
    assert after.known is not None
    assert after.known[0] == Known(
        FIFTH["fingerprint"], "frequence/te2-annuelle", "actes.xlsx", "Actes", 57, Verdict.VIOLATION, 2000
    )
    assert len(after.known) == 4
    # and so is the result of a run that had it: nothing comes back
    assert read_baseline(saved(tmp_path, after)) == known
    assert read_baseline(saved(tmp_path, after, "interne")) == known


def test_only_new_findings_are_left(tmp_path: Path) -> None:
    after = against(report(FIFTH, LATE, DOUBT), read_baseline(saved(tmp_path, report(FIFTH, DOUBT))))
    assert after.findings["fingerprint"].to_list() == [LATE["fingerprint"]]
    assert against(report(FIFTH), read_baseline(saved(tmp_path, report()))).known == ()


def test_an_accepted_finding_is_not_known(tmp_path: Path) -> None:
    accepted = apply(report(FIFTH), [waiver(fingerprint=FIFTH["fingerprint"])], AS_OF)
    assert read_baseline(saved(tmp_path, accepted)) == {}


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ({"verdict": "review"}, {"verdict": "violation"}, True),
        ({"verdict": "violation"}, {"verdict": "review"}, False),
        ({"at_stake": 2000}, {"at_stake": 2001}, True),
        ({"at_stake": 2001}, {"at_stake": 2000}, False),
        ({"verdict": "review", "at_stake": 6000}, {"verdict": "violation", "at_stake": 2000}, True),
        ({"verdict": "violation", "at_stake": 2000}, {"verdict": "review", "at_stake": 6000}, True),
        ({"at_stake": None}, {"at_stake": None}, False),
        ({"at_stake": 2000}, {"at_stake": None}, False),
        ({"at_stake": None}, {"at_stake": 2000}, True),
    ],
)
def test_what_got_worse_is_new(before: dict[str, Any], now: dict[str, Any], new: bool, tmp_path: Path) -> None:
    """And so it is where the baseline had it already from an earlier one."""
    first = read_baseline(saved(tmp_path, report({**YEAR, **before})))
    again = read_baseline(saved(tmp_path, against(report({**YEAR, **before}), first)))
    for baseline in (first, again):
        after = against(report({**YEAR, **now}, FIFTH), baseline)
        left = [YEAR["fingerprint"]] if new else []
        assert after.findings["fingerprint"].to_list() == [*left, FIFTH["fingerprint"]]
        assert after.findings.columns == report(FIFTH).findings.columns
        assert [one.fingerprint for one in after.known or ()] == ([] if new else [YEAR["fingerprint"]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "ce n'est pas du JSON, ou il est incomplet ; donnez un résultat de « a9 check --format json »"),
        ('{"format": "a9-check/1", "findings": [', "ce n'est pas du JSON, ou il est incomplet"),
        ("[" * 100_000, "ce n'est pas du JSON, ou il est incomplet"),
        ("\x00\xff", "ce n'est pas du JSON, ou il est incomplet"),
        ("[]", "ce n'est pas un résultat de a9"),
        ("{}", "ce n'est pas un résultat de a9"),
        ('{"format": "a9-check/2", "findings": []}', "format « a9-check/2 »"),
        ('{"format": "a9-forfait/1"}', "format « a9-forfait/1 »"),
        ('{"format": "a9-check/1"}', "findings : liste absente ou illisible"),
        (
            '{"format": "a9-check/1", "findings": [{"fingerprint": "a", "verdict": "review", "at_stake": null}, {}]}',
            "findings 2 : constat sans empreinte",
        ),
        (
            '{"format": "a9-check/1", "findings": [{"fingerprint": "a", "at_stake": null}]}',
            "findings 1 : verdict absent ou inconnu (verdict)",
        ),
        (
            '{"format": "a9-check/1", "findings": [{"fingerprint": "a", "verdict": "review"}]}',
            "findings 1 : montant en jeu absent ou illisible (at_stake)",
        ),
        (
            '{"format": "a9-check/1", "findings": [], "known": [{"fingerprint": "a", "verdict": "review", '
            '"at_stake": 20.0}]}',
            "known 1 : montant en jeu absent ou illisible (at_stake)",
        ),
        ('{"format": "a9-check/1", "findings": [3]}', "findings 1 : constat sans empreinte"),
        ('{"format": "a9-check/1", "findings": [], "known": 3}', "known : liste absente ou illisible"),
        (
            '{"format": "a9-check/1", "profile": "fiscal", "findings": []}',
            "le profil fiscal n'écrit pas d'empreintes",
        ),
    ],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "avant.json"
    file.write_bytes(content.encode("latin-1", "replace"))
    with pytest.raises(SettingError) as caught:
        read_baseline(file)
    assert message in str(caught.value)


def test_a_practice_year_is_its_own_baseline(tmp_path: Path) -> None:
    """Whatever is found, at whatever profile, the same run against its own result finds nothing new."""
    rulebook = load_rulebook()
    acts = load_acts([str(Path(__file__).parents[1] / "fixtures" / "annee_cabinet.xlsx")], rulebook.nomenclature)
    found = check(acts, rulebook, Options(as_of=AS_OF))
    assert len(found.findings) > 10
    after = against(found, read_baseline(saved(tmp_path, found, "cpam")))
    assert after.findings.is_empty()
    assert after.known is not None
    assert len(after.known) == len(found.findings)
    one = str(found.findings["fingerprint"][3])
    without = saved(tmp_path, replace(found, findings=found.findings.filter(pl.col("fingerprint") != one)))
    assert against(found, read_baseline(without)).findings["fingerprint"].to_list() == [one]


@pytest.mark.parametrize(("today", "code"), [("2024-12-31 12:00", 0), ("2025-01-01 12:00", 1)])
def test_without_as_of_the_clock_tells_what_is_expired(
    today: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acts = "".join(
        f"{day};TE2;1;P1\n" for day in ("10/01/2023", "12/02/2023", "03/05/2023", "30/08/2023", "14/12/2023")
    )
    (tmp_path / "a.csv").write_text(f"date;code;practitioner;patient\n{acts}", encoding="utf-8")
    (tmp_path / "w.toml").write_text(BY_RULE.replace("10001234567", "1") + "until = 2024-12-31\n", encoding="utf-8")
    with freeze_time(today):
        ended = run(
            [
                "check",
                str(tmp_path / "a.csv"),
                "--waivers",
                str(tmp_path / "w.toml"),
                "--only",
                "frequence/te2-annuelle",
            ]
        )
    assert ended == code
    assert ("expirée depuis le 31/12/2024" in capsys.readouterr().err) == bool(code)


@settings(deadline=None)
@given(st.sets(st.sampled_from([FIFTH, LATE, DOUBT, YEAR]).map(lambda one: str(one["fingerprint"]))))
def test_nothing_is_lost(chosen: set[str]) -> None:
    """Waived, known and left are the findings, each once, whatever is chosen."""
    before = report(FIFTH, LATE, DOUBT, YEAR)
    some = sorted(chosen)
    baseline = {text: Earlier("violation", 123456) for text in some}
    after = against(apply(before, [waiver(fingerprint=one) for one in some[::2]], AS_OF), baseline)
    everywhere = [*after.findings["fingerprint"], *(w.fingerprint for w in after.waived)]
    everywhere += [k.fingerprint for k in after.known or ()]
    assert sorted(everywhere) == sorted(before.findings["fingerprint"])
    assert after.notices == ()


# --- what is shown ----------------------------------------------------------------------------------------


def shown() -> Report:
    accepted = apply(report(FIFTH, LATE, DOUBT, YEAR), [waiver(fingerprint=FIFTH["fingerprint"])], AS_OF)
    return against(accepted, {str(one["fingerprint"]): Earlier("violation", 123456) for one in (LATE, YEAR)})


def test_json_names_them() -> None:
    loaded = json.loads(json_format.render(profile.apply(shown(), "comptable")))
    assert [finding["fingerprint"] for finding in loaded["findings"]] == [DOUBT["fingerprint"]]
    assert loaded["waived"] == [
        {
            "fingerprint": "0011223344556677",
            "rule": "frequence/te2-annuelle",
            "file": "actes.xlsx",
            "sheet": "Actes",
            "row": 57,
            "reason": "Vu",
            "author": "Cabinet",
            "date": "2023-02-01",
            "until": None,
        }
    ]
    assert [(entry["rule"], entry["row"]) for entry in loaded["known"]] == [
        ("frequence/te2-annuelle", 60),
        ("seuil/activite-distance", None),
    ]
    assert "known" not in json.loads(json_format.render(profile.apply(report(FIFTH), "comptable")))


def test_the_table_names_them() -> None:
    text = rendered("table", profile.apply(shown(), "comptable"), Page()).replace("\u00a0", " ")
    assert "1 constat accepté" in text
    assert "2 constats déjà connus" in text
    assert (
        "Constats acceptés\n-----------------\n"
        "  frequence/te2-annuelle : actes.xlsx, feuille Actes, ligne 57\n"
        "      Vu (Cabinet, le 01/02/2023)\n"
    ) in text
    assert (
        "Constats déjà connus (--baseline)\n---------------------------------\n"
        "  frequence/te2-annuelle : actes.xlsx, feuille Actes, ligne 60\n"
        "  seuil/activite-distance : 1 constat sur un praticien\n"
    ) in text


def test_many_rows_are_counted() -> None:
    many = [{**FIFTH, "row": row, "fingerprint": f"{row:016x}"} for row in range(1, 21)]
    whole = waiver(rule="frequence/te2-annuelle", practitioner="10001234567", until=date(2027, 1, 1))
    text = rendered("table", profile.apply(apply(report(*many), [whole], AS_OF), "comptable"), Page()).replace(
        "\u00a0", " "
    )
    assert "lignes 1, 2, 3, 4, 5, 6, 7 et 8 ; et" in " ".join(text.split())
    assert "et 12 autres" in " ".join(text.split())
    assert "(Cabinet, le 01/02/2023, jusqu'au 01/01/2027)" in text


def test_fiscal_tells_nothing_of_the_services() -> None:
    spoken = replace(shown(), waived=tuple(replace(w, reason="TE2 en trop") for w in shown().waived))
    told = profile.apply(spoken, "fiscal")
    loaded = json.loads(json_format.render(told))
    assert loaded["waived"][0] | {"reason": None, "fingerprint": None, "rule": "frequence"} == loaded["waived"][0]
    assert {entry["rule"] for entry in loaded["known"]} == {"frequence", "seuil"}
    assert {entry["fingerprint"] for entry in loaded["known"]} == {None}
    assert "te2" not in (json_format.render(told).decode() + rendered("table", told, Page())).lower()


# --- written by a check ---------------------------------------------------------------------------------------


def acts_of_five(folder: Path) -> Path:
    """Five TE2 for one patient in one year: one finding."""
    rows = [f"{day:02d}/02/2023;TE2;10001234567;P1;20" for day in range(1, 6)]
    file = folder / "actes.csv"
    file.write_text("\n".join(["Date;Code;Praticien;Patient;Montant", *rows]), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["oui.toml", "oui.xlsx"])
def test_what_is_written_accepts_what_was_shown(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    acts, out = str(acts_of_five(tmp_path)), str(tmp_path / name)
    asked = ("--only", "frequence/te2-annuelle", "--as-of", "2024-01-01", "--format", "json")
    reason = 'Vu "au dossier" \\ é\x7f'
    assert run(["check", acts, *asked, "--write-waivers", out, "--reason", reason, "--author", "Cabinet"]) == 1
    before = json.loads(capsys.readouterr().out)
    assert run(["check", acts, *asked, "--waivers", out]) == 0
    after = json.loads(capsys.readouterr().out)
    assert (len(before["findings"]), after["findings"], len(after["waived"])) == (1, [], 1)
    assert (after["waived"][0]["author"], after["waived"][0]["date"]) == ("Cabinet", "2024-01-01")
    assert after["waived"][0]["reason"].rstrip("\x7f") == reason.rstrip("\x7f")


def test_the_workbook_of_a_check_filled_in_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    acts, out = str(acts_of_five(tmp_path)), tmp_path / "rapport.xlsx"
    asked = ("--only", "frequence/te2-annuelle", "--as-of", "2024-01-01")
    assert run(["check", acts, *asked, "-o", str(out)]) == 1
    book = load_workbook(out)
    sheet = book["Anomalies"]
    headings = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in (("Motif", "Vu"), ("Auteur", "Cabinet"), ("Date", date(2023, 12, 1))):
        sheet.cell(2, headings[heading]).value = value
    book.save(out)
    assert run(["check", acts, *asked, "--format", "json", "--waivers", str(out)]) == 0
    sheet.cell(2, headings["Motif"]).value = None
    book.save(out)
    capsys.readouterr()
    assert run(["check", acts, *asked, "--waivers", str(out)]) == 2
    assert f"feuille Anomalies, cellule {sheet.cell(2, headings['Motif']).coordinate} : « Motif » manque" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--write-waivers", "a.toml", "--author", "C"), "--write-waivers a.toml : --reason manque"),
        (("--write-waivers", "a.toml", "--reason", "Vu"), "--write-waivers a.toml : --author manque"),
        (("--write-waivers", "a.toml", "--reason", " ", "--author", "C"), "--reason manque"),
        (("--write-waivers", "a.csv", "--reason", "Vu", "--author", "C"), "un fichier .toml ou .xlsx"),
        (("--reason", "Vu"), "--reason et --author ne servent qu'avec --write-waivers"),
        (
            ("--write-waivers", "a.toml", "--reason", "Vu", "--author", "C", "--profile", "fiscal"),
            "le profil fiscal ne montre pas les empreintes",
        ),
        (
            ("--write-waivers", "a.xlsx", "--reason", "Vu", "--author", "C", "-o", "a.xlsx"),
            "ce fichier est aussi une entrée ou une sortie",
        ),
    ],
)
def test_what_cannot_be_written_is_said_first(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["check", str(acts_of_five(tmp_path)), *options]) == 2
    assert message in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["actes.csv"]


def test_nothing_to_accept_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.toml"
    asked = ("--only", "frequence/rqd-annuelle", "--reason", "Vu", "--author", "C")
    assert run(["check", str(acts_of_five(tmp_path)), *asked, "--write-waivers", str(out)]) == 0
    assert "aucun constat à accepter, fichier non écrit." in capsys.readouterr().err
    assert not out.exists()
