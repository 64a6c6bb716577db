"""Waivers: what their files may hold, and what each mistake is answered."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from avenant9.errors import InputError, SettingError
from avenant9.settings.waivers import Waiver, load_waivers

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


def load(tmp_path: Path, text: str) -> tuple[Waiver, ...]:
    file = tmp_path / "w.toml"
    file.write_text(text, encoding="utf-8")
    return load_waivers(file, RULES)


def load_sheet(tmp_path: Path, *rows: tuple[object, ...]) -> tuple[Waiver, ...]:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    file = tmp_path / "w.xlsx"
    file.write_bytes(out.getvalue())
    return load_waivers(file, RULES)


def test_both_sorts(tmp_path: Path) -> None:
    first, second = load(tmp_path, ONE + "until = 2023-12-31" + BY_RULE)
    assert first == Waiver(
        f"{tmp_path / 'w.toml'}, acceptation 1",
        "Saisie corrigée",
        "Cabinet",
        date(2023, 2, 1),
        date(2023, 12, 31),
        fingerprint="0011223344556677",
    )
    assert (second.rule, second.practitioner, second.fingerprint) == (
        "frequence/te2-annuelle",
        "10001234567",
        None,
    )
    assert second.until is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ONE.replace('reason = "Saisie corrigée"', ""), "acceptation 1 : « reason » (Motif) manque"),
        (ONE.replace('"Saisie corrigée"', '"  "'), "acceptation 1 : « reason » (Motif) manque"),
        (ONE.replace('author = "Cabinet"', ""), "« author » (Auteur) manque"),
        (ONE.replace("date = 2023-02-01", ""), "« date » (Date) manque"),
        (ONE.replace("date = 2023-02-01", 'date = "hier"'), "date : valeur inutilisable ; attendu : une date"),
        (ONE + "until = 2023-01-31", "until : finit le 31/01/2023, avant sa date (01/02/2023)"),
        (ONE + "until = 3", "until : valeur inutilisable ; attendu : une date"),
        (ONE.replace('"Saisie corrigée"', "3"), "reason : valeur inutilisable ; attendu : un texte"),
        (ONE.replace('"0011223344556677"', "11223344556677"), "fingerprint : valeur inutilisable ; attendu : l'empr"),
        (ONE.replace("6677", "667"), "fingerprint : valeur inutilisable"),
        (ONE.replace("6677", "667g"), "fingerprint : valeur inutilisable"),
        (ONE.replace("6677", "6677-0"), "fingerprint : valeur inutilisable"),
        (ONE.replace('fingerprint = "0011223344556677"', ""), "« fingerprint » (Empreinte) manque ; donnez l'empr"),
        (BY_RULE.replace('practitioner = "10001234567"', ""), "« practitioner » (Praticien) manque ; donnez l'empr"),
        (BY_RULE.replace('rule = "frequence/te2-annuelle"', ""), "« rule » (Règle) manque ; donnez l'empreinte"),
        (ONE + 'rule = "frequence/te2-annuelle"', "une empreinte, et une règle ou un praticien ensemble"),
        (
            BY_RULE.replace("te2-annuelle", "te2-anuelle"),
            "rule : aucune règle « frequence/te2-anuelle » ; peut-être «",
        ),
        (BY_RULE.replace('"frequence/te2-annuelle"', "4"), "rule : aucune règle « 4 »"),
        (BY_RULE.replace('"10001234567"', "1.5"), "practitioner : valeur inutilisable"),
        (ONE.replace("reason", "raison"), "clé inconnue « raison » ; peut-être « reason »"),
        ("[[waivers]]", "clé inconnue « waivers » ; peut-être « waiver »"),
        ("waiver = 3", "« waiver » n'est pas une liste de tables ; écrivez [[waiver]]"),
        ("", "aucune acceptation ; écrivez une table [[waiver]] par acceptation"),
        ("[[waiver]\n", "w.toml, ligne 1 : TOML mal formé ; partez de « a9 template waivers »"),
    ],
)
def test_each_mistake_says_where_and_what(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)


def test_a_sheet(tmp_path: Path) -> None:
    headings = ("Empreinte", "Règle", "Praticien", "Motif", "Auteur", "Date", "Jusqu'au")
    day = datetime.fromisoformat("2023-02-01")
    first, second = load_sheet(
        tmp_path,
        headings,
        ("0011223344556677-2", None, None, " Saisie\n corrigée ", "Cabinet", day, "31/12/2023"),
        (None,) * 7,
        (None, "frequence/te2-annuelle", 10001234567, "Vu", "Cabinet", "01/02/2023", None),
    )
    assert first.place.endswith("w.xlsx, ligne 2")
    assert (first.fingerprint, first.reason, first.until) == (
        "0011223344556677-2",
        "Saisie corrigée",
        date(2023, 12, 31),
    )
    assert second.place.endswith("w.xlsx, ligne 4")
    assert (second.practitioner, second.given_on) == ("10001234567", date(2023, 2, 1))
    with pytest.raises(SettingError, match="ligne 2 : « Motif » manque"):
        load_sheet(tmp_path, headings, ("0011223344556677", None, None, None, "Cabinet", day, None))
    with pytest.raises(SettingError, match="ligne 2, Empreinte : valeur inutilisable"):  # Excel made it a number
        load_sheet(tmp_path, headings, (1122334455667788, None, None, "Vu", "Cabinet", day, None))
    with pytest.raises(SettingError, match="titres absents : « Motif »"):
        load_sheet(tmp_path, ("Empreinte", "Auteur", "Date"), ("0011223344556677", "Cabinet", day))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for file, problem in ((tmp_path / "absent.toml", "fichier introuvable"), (tmp_path, "c'est un dossier")):
        with pytest.raises(InputError, match=problem):
            load_waivers(file, RULES)


def report_filled(tmp_path: Path, *filled: tuple[object, ...]) -> tuple[Waiver, ...]:
    """What a workbook of `a9 check` gives as waivers: its rows, some filled in at the right."""
    book = Workbook()
    book.worksheets[0].title = "Lisez-moi"
    sheet = book.create_sheet("Anomalies")
    sheet.append(("Verdict", "Constat", "Date de soins", "Praticien", "Règle", "Empreinte", *FILLED_HEADINGS))
    for number, answers in enumerate(filled):
        own = ("non conforme", "5e TE2", "02/02/2022", "10001234567", "frequence/te2-annuelle", f"{number:016x}")
        sheet.append((*own, *answers))
    file = tmp_path / "rapport.xlsx"
    book.save(file)
    return load_waivers(file, RULES)


FILLED_HEADINGS = ("Motif", "Auteur", "Date", "Jusqu'au")


def test_a_report_filled_in_at_the_right(tmp_path: Path) -> None:
    day = datetime.fromisoformat("2023-02-01")
    (found,) = report_filled(tmp_path, (None,) * 4, ("Vu", "Cabinet", day, None), ("  ", None, None, None))
    assert found == Waiver(
        f"{tmp_path / 'rapport.xlsx'}, feuille Anomalies, ligne 3",
        "Vu",
        "Cabinet",
        date(2023, 2, 1),
        fingerprint=f"{1:016x}",
    )
    assert report_filled(tmp_path, (None,) * 4) == ()


@pytest.mark.parametrize(
    ("answers", "cell", "missing"),
    [
        ((None, "Cabinet", "01/02/2023", None), "G2", "Motif"),
        (("Vu", None, "01/02/2023", None), "H2", "Auteur"),
        (("Vu", "Cabinet", None, None), "I2", "Date"),
        ((None, None, None, "01/02/2023"), "G2", "Motif"),
    ],
)
def test_a_row_of_a_report_half_filled_in(
    tmp_path: Path, answers: tuple[object, ...], cell: str, missing: str
) -> None:
    with pytest.raises(SettingError) as caught:
        report_filled(tmp_path, answers)
    expected = f"rapport.xlsx, feuille Anomalies, cellule {cell} : « {missing} » manque ; écrivez-le, ou videz"
    assert expected in str(caught.value)
