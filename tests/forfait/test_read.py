"""The practices of a TOML file, of a workbook, and of `--set`; every refusal is one sentence with its place."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from avenant9.errors import A9Error, InputError, SettingError
from avenant9.forfait import read
from avenant9.forfait.answers import AssistantContract, Patients, Practice, Rate
from avenant9.forfait.read import Entry, alone, load_practices, with_settings
from avenant9.results.forfait import Addendum
from avenant9.rulebook.scales import load_scales
from avenant9.templates import forfait as template_forfait

KEYS = load_scales().keys
F = Fraction
Rows = Sequence[Sequence[Any]]

TOML = """
nom = "Cabinet"
annee = 2022
[indicateurs]
horaires_annuaire = true
taux_dmp = { realises = 36, total = 204, exclus = 4 }
taux_aat = 0.1
sesam_vitale = "addendum8"
segur_declare_le = 2024-01-20
snp_t1 = 16
points_teleservices = 67.5
messagerie_securisee = ""
[assistant]
etp = "1/2"
signe_le = 2022-03-01
percentile = "<P90"
"""


def loaded(folder: Path, content: str | bytes, name: str = "f.toml") -> tuple[Entry, ...]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_practices(name, KEYS)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def book(rows: Rows, sheet: str = "Forfait", change: Callable[[Workbook], None] | None = None) -> bytes:
    made = Workbook()
    made.worksheets[0].title = sheet
    for row in rows:
        made.worksheets[0].append(list(row))
    if change is not None:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(folder: Path, content: str | bytes, name: str) -> A9Error:
    with pytest.raises(A9Error) as error:
        loaded(folder, content, name)
    return error.value


# --- TOML -------------------------------------------------------------------------------------------------


def test_a_practice(tmp_path: Path) -> None:
    assert loaded(tmp_path, TOML) == (
        Entry(
            Practice(
                name="Cabinet",
                answers={
                    "horaires_annuaire": True,
                    "taux_dmp": Rate(F(36, 200), 36, 200, 4),
                    "taux_aat": Rate(F(1, 10)),
                    "sesam_vitale": Addendum(8),
                    "segur_declare_le": date(2024, 1, 20),
                    "snp_t1": 16,
                    "points_teleservices": F(135, 2),
                },
                assistant=AssistantContract("1/2", date(2022, 3, 1), "<P90"),
                place="f.toml",
            ),
            2022,
        ),
    )


def test_a_practice_that_says_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[indicateurs]\n") == (Entry(Practice(None, {}, None, "f.toml")),)


def test_a_file_whose_name_comes_before_a_dash(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[indicateurs]\n", "(essai).toml") == (Entry(Practice(None, {}, None, "(essai).toml")),)
    rows = [("Clé", "Cabinet"), ("taux_dmp", "22 %")]
    (entry,) = loaded(tmp_path, book(rows), "(essai).xlsx")
    assert entry.practice.answers == {"taux_dmp": Rate(Fraction(22, 100))}


def test_a_file_that_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(read, "open_input", lambda _path: Broken())
    error = refused(tmp_path, "[indicateurs]\n", "f.toml")
    assert str(error) == "f.toml : lecture impossible ; vérifiez vos droits sur ce fichier."


def test_a_practice_on_standard_input() -> None:
    (entry,) = load_practices("-", KEYS, io.BytesIO(b"annee = 2021\n[indicateurs]\nsnp_t1 = 3\n"))
    assert entry == Entry(Practice(None, {"snp_t1": 3}, None, "entrée standard"), 2021)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "[indicateurs]\ntaux_dpm = 1",
            "f.toml, [indicateurs] : clé inconnue « taux_dpm » ; peut-être « taux_dmp », « taux_dmt » ou "
            "« taux_dsg ».",
        ),
        ("taux_dmp = 1", "f.toml : clé inconnue « taux_dmp » ; placez-la sous [indicateurs]."),
        ("anne = 2022", "f.toml : clé inconnue « anne » ; peut-être « annee »."),
        (
            "zzz = 1",
            "f.toml : clé inconnue « zzz » ; les clés sont nom, annee, indicateurs, patientele, medecin, prevention "
            "et assistant.",
        ),
        ("indicateurs = 3", "f.toml, indicateurs : ce n'est pas une table ; écrivez [indicateurs]."),
        ("nom = 3", "f.toml, nom : valeur inutilisable ; attendu : un texte entre guillemets."),
        ('annee = "bientôt"', "f.toml, annee : valeur inutilisable ; attendu : un nombre entier."),
        (
            "[indicateurs]\ntaux_dmp = 22",
            "f.toml, taux_dmp : taux au-dessus de 1, soit 100 % (22) ; écrivez 22 %, ou une part entre 0 et 1.",
        ),
        (
            "[assistant]\netp = '1'",
            "f.toml, [assistant] : assistant médical : « signe_le » et « percentile » manquent ; donnez etp, "
            "signe_le et percentile.",
        ),
        (
            "[assistant]\nduree = 5",
            "f.toml, [assistant] : clé inconnue « duree » ; les clés sont etp, signe_le et percentile.",
        ),
        (
            "[assistant]\netp = '1/4'\nsigne_le = 2022-01-01\npercentile = '<P90'",
            "f.toml, [assistant] etp : valeur inutilisable ; attendu : « 1/3 », « 1/2 » ou « 1 ».",
        ),
        (
            "[indicateurs]\ntaux_dmp = 22 %",
            "f.toml, ligne 2 : TOML mal formé ; partez de « a9 template forfait ».",
        ),
        (
            f"[indicateurs]\nsnp_t1 = {'9' * 5000}",
            "f.toml : TOML mal formé ; partez de « a9 template forfait ».",
        ),
        (
            b"nom = '\xe9'",
            "f.toml : ce n'est ni un classeur ni du TOML en UTF-8 ; partez de « a9 template forfait ».",
        ),
    ],
)
def test_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    error = refused(tmp_path, content, "f.toml")
    assert isinstance(error, SettingError)
    assert str(error) == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "f.toml : le fichier est vide ; exportez-le à nouveau."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 xls",
            "f.toml : ce n'est pas un classeur .xlsx ; ouvrez le fichier dans Excel ou LibreOffice et "
            "enregistrez-le sous .xlsx.",
        ),
        (
            b"PAR1 parquet",
            "f.toml : ce n'est ni un fichier TOML ni un classeur .xlsx ; ouvrez le fichier dans Excel ou "
            "LibreOffice et enregistrez-le sous .xlsx.",
        ),
    ],
)
def test_unreadable(tmp_path: Path, content: bytes, sentence: str) -> None:
    error = refused(tmp_path, content, "f.toml")
    assert isinstance(error, InputError)
    assert str(error) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("protege.xlsx", "f.xlsx : le classeur est protégé par un mot de passe ; enregistrez-le sans mot de passe."),
        (
            "vieux.xls",
            "f.xlsx : ce n'est pas un classeur .xlsx ; ouvrez le fichier dans Excel ou LibreOffice et "
            "enregistrez-le sous .xlsx.",
        ),
    ],
)
def test_a_workbook_that_is_not_read_says_why(tmp_path: Path, name: str, sentence: str) -> None:
    content = (Path(__file__).parents[2] / "fixtures" / "dirty" / name).read_bytes()
    error = refused(tmp_path, content, "f.xlsx")
    assert isinstance(error, InputError)
    assert str(error) == sentence


# --- workbook ---------------------------------------------------------------------------------------------


def test_a_column_per_practice(tmp_path: Path) -> None:
    rows = [
        ["Indicateur", "Clé", "Médecin 01", "Médecin 02", None, "Médecin 03"],
        ["Volet 1 : prérequis"],
        ["un autre libellé", "horaires_annuaire", "oui", "non"],
        ["Alimentation du DMP", None, "36/200/4", 0.22],
        ["taux aat", None, 2 / 3, "85 %"],
        ["Année", None, 2022, "2023"],
        [None, "assistant.etp", None, "1/2"],
        [None, "assistant.signe_le", None, date(2022, 3, 1)],
        [None, "assistant.percentile", None, "<P90"],
    ]
    place = "f.xlsx, feuille Forfait, colonne"
    assert loaded(tmp_path, book(rows), "f.xlsx") == (
        Entry(
            Practice(
                "Médecin 01",
                {
                    "horaires_annuaire": True,
                    "taux_dmp": Rate(F(36, 196), 36, 196, 4),
                    "taux_aat": Rate(F(2, 3)),
                },
                None,
                f"{place} C",
            ),
            2022,
        ),
        Entry(
            Practice(
                "Médecin 02",
                {"horaires_annuaire": False, "taux_dmp": Rate(F(22, 100)), "taux_aat": Rate(F(85, 100))},
                AssistantContract("1/2", date(2022, 3, 1), "<P90"),
                f"{place} D",
            ),
            2023,
        ),
        Entry(Practice("Médecin 03", {}, None, f"{place} F")),
    )


def test_the_sheet_is_the_one_named_forfait_and_titles_may_stand_above(tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        sheet = made.create_sheet("FORFAIT")
        for row in (["Cabinet 2022"], [], ["Indicateur", "A"], ["snp_t1", 4]):
            sheet.append(row)

    (entry,) = loaded(tmp_path, book([["Lisez-moi"]], "Lisez-moi", change), "f.xlsx")
    assert entry.practice == Practice("A", {"snp_t1": 4}, None, "f.xlsx, feuille FORFAIT, colonne B")


def test_a_column_without_heading_has_its_letter_for_name(tmp_path: Path) -> None:
    (entry,) = loaded(tmp_path, book([["Indicateur", None], ["snp_t1", 4]]), "f.xlsx")
    assert entry.practice.name == "colonne B"


def _hide(made: Workbook) -> None:
    made.create_sheet("Autre")
    made.worksheets[0].sheet_state = "hidden"


def _formula(made: Workbook) -> None:
    made.worksheets[0]["B2"] = "=1/2"


def _error(made: Workbook) -> None:
    cell = made.worksheets[0]["B2"]
    cell.value, cell.data_type = "#N/A", "e"


def _far(made: Workbook) -> None:
    made.worksheets[0]["B90000"] = "x"


HEAD = ["Indicateur", "A"]


@pytest.mark.parametrize(
    ("rows", "change", "kind", "sentence"),
    [
        (
            [HEAD, ["Alimentation du DPM", 0.2]],
            None,
            SettingError,
            ", cellule A2 : ligne inconnue « Alimentation du DPM » ; peut-être « Alimentation du DMP ».",
        ),
        (
            [HEAD, [None, 0.2]],
            None,
            SettingError,
            ", cellule A2 : cette ligne a des réponses et n'a pas de nom ; partez de « a9 template forfait -o "
            "forfait.xlsx ».",
        ),
        (
            [HEAD, ["taux_dmp", 0.2], ["Alimentation du DMP", 0.3]],
            None,
            SettingError,
            ", cellule A3 : deuxième ligne « taux_dmp » (la première : A2) ; n'en gardez qu'une.",
        ),
        (
            [["Indicateur", "A", "A"], ["taux_dmp", 0.2, 0.3]],
            None,
            SettingError,
            ", colonne C : deuxième colonne « A » ; donnez un nom différent à chacune.",
        ),
        (
            [["Indicateur"], ["taux_dmp"]],
            None,
            SettingError,
            " : aucune colonne de médecin ; partez de « a9 template forfait -o forfait.xlsx ».",
        ),
        (
            [],
            None,
            SettingError,
            " : la feuille est vide ; partez de « a9 template forfait -o forfait.xlsx ».",
        ),
        (
            [HEAD, ["taux_dmp", 1.2]],
            None,
            SettingError,
            ", cellule B2 : taux au-dessus de 1, soit 100 % (1,2) ; écrivez 1,2 %, ou une part entre 0 et 1.",
        ),
        (
            [HEAD, ["assistant.etp", "1"]],
            None,
            SettingError,
            ", colonne B : assistant médical : « signe_le » et « percentile » manquent ; donnez etp, "
            "signe_le et percentile.",
        ),
        (
            [HEAD, ["taux_dmp", 0.2]],
            _formula,
            InputError,
            ", cellule B2 : formule non calculée ; recalculez et enregistrez le classeur.",
        ),
        (
            [HEAD, ["taux_dmp", 0.2]],
            _error,
            InputError,
            ", cellule B2 : la cellule contient l'erreur #N/A ; corrigez cette cellule.",
        ),
        (
            [HEAD, ["taux_dmp", 0.2]],
            _far,
            InputError,
            " : la cellule B90000 est loin du tableau ; videz-la, ou donnez une feuille avec une ligne par "
            "indicateur et une colonne par médecin.",
        ),
    ],
)
def test_refused_workbook(
    tmp_path: Path, rows: Rows, change: Callable[[Workbook], None] | None, kind: type[A9Error], sentence: str
) -> None:
    error = refused(tmp_path, book(rows, change=change), "f.xlsx")
    assert type(error) is kind
    assert str(error) == f"f.xlsx, feuille Forfait{sentence}"


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    error = refused(tmp_path, book([HEAD, ["taux_dmp", 0.2]], change=_hide), "f.xlsx")
    assert str(error).startswith("f.xlsx, feuille Autre : la feuille est vide")


def test_a_truncated_workbook(tmp_path: Path) -> None:
    whole = book([HEAD, ["taux_dmp", 0.2]])
    error = refused(tmp_path, whole[: len(whole) // 2], "f.xlsx")
    assert isinstance(error, InputError)
    assert str(error).startswith("f.xlsx : le classeur est tronqué ou abîmé ; ")


def test_a_workbook_does_not_come_through_a_pipe() -> None:
    with pytest.raises(InputError) as error:
        load_practices("-", KEYS, io.BytesIO(book([HEAD])))
    assert str(error.value) == (
        "entrée standard : un classeur ne peut pas être lu d'un tuyau ; enregistrez-le dans un fichier."
    )


# --- --set ------------------------------------------------------------------------------------------------


def test_settings_come_over_the_file_for_every_practice() -> None:
    first = Entry(Practice("A", {"snp_t1": 4, "snp_t2": 9}, None, "f"), 2022)
    second = Entry(Practice("B", {}, AssistantContract("1/2", date(2022, 3, 1), "<P90"), "g"))
    set_ = ("snp_t1=16", " taux_dmp = 22 % ", "snp_t2=", "indicateurs.sas_cpts=oui")
    told = {"snp_t1": 16, "taux_dmp": Rate(F(22, 100)), "sas_cpts": True}
    assert with_settings((first, second), set_, KEYS) == (
        Entry(Practice("A", told, None, "f"), 2022),
        Entry(Practice("B", told, AssistantContract("1/2", date(2022, 3, 1), "<P90"), "g")),
    )
    assert with_settings((first, second), (), KEYS) == (first, second)


def test_settings_alone() -> None:
    set_ = ("assistant.etp=1", "assistant.signe_le=01/10/2019", "assistant.percentile=>=P95")
    (entry,) = with_settings((alone(),), set_, KEYS)
    assert entry == Entry(Practice(None, {}, AssistantContract("1", date(2019, 10, 1), ">=P95")))


def test_a_part_of_the_contract_may_be_set() -> None:
    entry = Entry(Practice(None, {}, AssistantContract("1/2", date(2022, 3, 1), "<P90")))
    (found,) = with_settings((entry,), ("assistant.etp=1",), KEYS)
    assert found.practice.assistant == AssistantContract("1", date(2022, 3, 1), "<P90")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (["taux_dmp"], "--set taux_dmp : il manque le signe = ; écrivez --set taux_dmp=0,22."),
        (
            ["taux_dpm=1"],
            "--set : clé inconnue « taux_dpm » ; peut-être « taux_dmp », « taux_dmt » ou « taux_dsg ».",
        ),
        (["snp_t1=1", "snp_t1=2"], "--set snp_t1 : cette clé est donnée deux fois ; n'en gardez qu'une."),
        (
            ["taux_dmp=51/50"],
            "--set taux_dmp : 51\u00a0réalisés pour un total de 50 ; corrigez l'un de ces nombres.",
        ),
        (
            ["assistant.etp=1"],
            "--set : assistant médical : « signe_le » et « percentile » manquent ; donnez etp, signe_le et "
            "percentile.",
        ),
    ],
)
def test_refused_settings(settings: list[str], sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        with_settings((alone(),), settings, KEYS)
    assert str(error.value) == sentence


# --- templates --------------------------------------------------------------------------------------------


def test_a_key_is_known_by_its_name_in_its_table_too(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for line in (
        ("Clé", "Dr"),
        ("moins_7", "60 dont 4 non vus"),
        ("medecin.age", 67),
        ("zone", "ZIP"),
        ("total", 12),
    ):
        sheet.append(line)
    book.save(tmp_path / "f.xlsx")
    (entry,) = load_practices(str(tmp_path / "f.xlsx"), KEYS)
    wanted = {"patientele.moins_7": Patients(60, 4), "medecin.age": 67, "medecin.zone": "zip", "prevention.total": 12}
    assert dict(entry.practice.answers) == wanted
    (told,) = with_settings([entry], ["moins_7=70/5", "age=50"], KEYS)
    assert (told.practice.answers["patientele.moins_7"], told.practice.answers["medecin.age"]) == (
        Patients(70, 5),
        50,
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[patientele]\nmoins_7 = -1",
            "[patientele] moins_7 : nombre impossible (-1) ; attendu : un nombre entier, 0 ou plus.",
        ),
        (
            "[patientele]\nmoins_7 = { total = 3, non_vus = 4 }",
            "[patientele] moins_7 : 4 non vus pour 3 patients ; les patients non vus depuis deux ans font partie de "
            "leur classe : corrigez l'un de ces nombres.",
        ),
        (
            "[patientele]\nmoins_7 = { non_vus = 4 }",
            "[patientele] moins_7 : « total » manque ; écrivez { total = 70, non_vus = 10 }.",
        ),
        (
            "[patientele]\nmoins_8 = 3",
            "[patientele] : clé inconnue « moins_8 » ; peut-être « moins_7 » ou « ald_moins_80 ».",
        ),
        ("[medecin]\nage = 200", "[medecin] age : nombre impossible (200) ; attendu : de 20 à 110 ans."),
        ("[medecin]\nage = 111", "[medecin] age : nombre impossible (111) ; attendu : de 20 à 110 ans."),
        (
            '[medecin]\nzone = "zrr"',
            "[medecin] zone : « zrr » n'est pas une réponse ; écrivez « zip », « qpv », « zac » ou « autre ».",
        ),
        ("moins_7 = 3", "clé inconnue « moins_7 » ; placez-la sous [patientele]."),
        ("patientele = 3", "patientele : ce n'est pas une table ; écrivez [patientele]."),
    ],
)
def test_what_is_said_of_the_patients_and_the_doctor_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "f.toml").write_text(text, "utf-8")
    with pytest.raises(SettingError) as error:
        load_practices(str(tmp_path / "f.toml"), KEYS)
    assert str(error.value).replace("\u00a0", " ").endswith(sentence)


def test_the_templates_are_read_the_same(tmp_path: Path) -> None:
    (text,) = loaded(tmp_path, template_forfait.text(example=True), "t.toml")
    first, second = loaded(tmp_path, template_forfait.workbook(example=True), "t.xlsx")
    assert (text.practice.name, text.practice.answers, text.year) == (
        first.practice.name,
        first.practice.answers,
        first.year,
    )
    assert second.practice.assistant == AssistantContract("1/2", date(2022, 3, 1), "<P90")
