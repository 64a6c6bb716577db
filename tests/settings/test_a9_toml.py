"""`a9.toml`: what it may hold, and what each mistake is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avenant9.acts.mapping import Mapping
from avenant9.errors import InputError, SettingError
from avenant9.settings.a9_toml import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def load(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "a9.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    text = """
zone = "metropole"
profile = "comptable"
derogations = "derogations.toml"
waivers = "acceptations.toml"
rules = "mes-regles"
annees_completes = [2023]
[constantes]
praticien = "10001234567"
specialite = "01"
secteur = "1"
optam = "non"
"""
    place = str(tmp_path / "a9.toml")
    constants = {"practitioner": "10001234567", "specialty": "01", "sector": "1", "optam": "non"}
    assert load(tmp_path, text) == Settings(
        place,
        {
            "zone": "metropole",
            "profile": "comptable",
            "derogations": str(tmp_path / "derogations.toml"),
            "waivers": str(tmp_path / "acceptations.toml"),
            "rules": str(tmp_path / "mes-regles"),
        },
        (2023,),
        Mapping(place=place, asked_by=place, constants=constants),
    )
    assert load(tmp_path, "") == Settings(place, mapping=Mapping(place=place, asked_by=place))


def test_the_sections_of_a_mapping(tmp_path: Path) -> None:
    text = """
[colonnes]
"Date de soins" = "Jour"
[fichier]
feuille = "Actes"
secteur = "cnam"
dates = "MM/JJ/AAAA"
[valeurs.lieu]
"Dom" = "domicile"
[valeurs.optam]
"adhérent" = true
[ignorer]
"Code acte" = ["Papier"]
[praticiens]
"219999991" = "10001234567"
"""
    place = str(tmp_path / "a9.toml")
    assert load(tmp_path, text).mapping == Mapping(
        {"date": "Jour"},
        sheet="Actes",
        sector_cnam=True,
        practitioners={"219999991": "10001234567"},
        place=place,
        values={"place": {"Dom": "domicile"}, "optam": {"adhérent": "oui"}},
        ignored={"code": ("Papier",)},
        dates="MM/JJ/AAAA",
        asked_by=place,
    )


def test_a_path_is_relative_to_the_file_or_absolute(tmp_path: Path) -> None:
    assert load(tmp_path, 'rules = "/regles"').options == {"rules": "/regles"}
    assert load(tmp_path, 'rules = "../regles"').options == {"rules": str(tmp_path / "../regles")}


@pytest.mark.parametrize(
    ("written", "held"),
    [("10001234567", "10001234567"), ("true", "oui"), ("1950-02-01", "01/02/1950"), ("1.5", "1.5")],
)
def test_a_constant_may_be_written_as_toml_types_it(tmp_path: Path, written: str, held: str) -> None:
    assert load(tmp_path, f"[constantes]\ncanal = {written}").mapping.constants == {"channel": held}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('zon = "metropole"', "zon : clé inconnue, peut-être « zone »"),
        (
            'xyz = "x"',
            "xyz : clé inconnue, clés admises : colonnes, fichier, praticiens, constantes, valeurs, ",
        ),
        ('zone = "guadeloup"', "zone : « guadeloup » n'est pas dans la liste, peut-être « guadeloupe »"),
        ('profile = "x"', "profile : « x » n'est pas dans la liste, interne, comptable, fiscal ou cpam"),
        ("rules = 3", "rules : attendu un texte entre guillemets"),
        ("annees_completes = 2023", "annees_completes : attendu une liste entre crochets"),
        ('annees_completes = ["2023"]', "annees_completes.0 : attendu un nombre entier"),
        ("annees_completes = [23]", "annees_completes.0 : attendu une année civile, par exemple 2023"),
        ('[constantes]\nspecialit = "01"', "constantes.specialit : clé inconnue, peut-être « specialty »"),
        ('[constantes]\npraticien = "1"\npractitioner = "2"', "constantes : une même colonne y est nommée deux fois"),
        ('[constantes]\ncode = "G"', "constantes : « code » se lit dans le fichier, ligne par ligne"),
        ("[constantes]\nsecteur = [1]", "constantes.secteur : attendu un texte entre guillemets"),
        ('valeurs.lieu = "x"', "valeurs.lieu : attendu une section [valeurs.lieu]"),
        ('[valeurs.liieu]\n"Dom" = "domicile"', "valeurs.liieu : clé inconnue, "),
        ('[ignorer]\ncode = "Papier"', "ignorer.code : attendu une liste entre crochets"),
        ('[fichier]\ndates = "JJ/MM"', "fichier.dates : attendu JJ, MM et AA ou AAAA, par exemple « JJ/MM/AA »"),
        (
            'zon = "x"\n[fichier]\nfeuile = "x"',
            "fichier.feuile : clé inconnue, peut-être « feuille » ; zon : clé inconnue",
        ),
    ],
)
def test_each_mistake_says_where_and_what(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(tmp_path, text)
    assert caught.value.place == str(tmp_path / "a9.toml")
    assert caught.value.problem.startswith(problem)
    assert caught.value.remedy == "corrigez vos réglages (man 5 a9-config), ou donnez --no-config"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fichier introuvable"):
        load_settings(tmp_path / "a9.toml")
    with pytest.raises(SettingError, match="ligne 1 : TOML mal formé"):
        load(tmp_path, "zone = ")
