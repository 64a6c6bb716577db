"""Mappings: what their files may hold, what each mistake is answered, and what is saved of a file understood."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from avenant9.acts.drafts import draft
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised, recognise
from avenant9.errors import InputError, SettingError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.settings.mapping import load_mapping


def sheet(*rows: str, name: str | None = "Actes", first: int = 1) -> RawSheet:
    """Rows as `a;b;c`, the first of them being the row `first` of a workbook."""
    cells = [[cell or None for cell in row.split(";")] for row in rows]
    width = max(map(len, cells))
    data = [(first + place, *row, *[None] * (width - len(row))) for place, row in enumerate(cells)]
    schema = {"row": pl.UInt32, **{f"c{place}": pl.String for place in range(width)}}
    return RawSheet("actes.xlsx", name, pl.DataFrame(data, schema=schema, orient="row"))


def found(raw: RawSheet, mapping: Mapping | None = None) -> Recognised:
    recognised = recognise(raw, mapping)
    assert isinstance(recognised, Recognised)
    return recognised


def mapping(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "logiciel.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingError) as caught:
        mapping(tmp_path, text)
    assert caught.value.place.startswith(str(tmp_path / "logiciel.toml"))
    return caught.value.problem


def test_mapping_of_the_contract(tmp_path: Path) -> None:
    text = (
        '\ufeff[colonnes]\ndate = "Date acte"\n[fichier]\nfeuille = "Feuil1"\nencoding = "cp1252"\nseparateur = ";"\n'
        'secteur = "cnam"\n[praticiens]\n"219999991" = "10001234567"\n'
    )
    place = str(tmp_path / "logiciel.toml")
    expected = Mapping({"date": "Date acte"}, "Feuil1", "cp1252", ";", True, {"219999991": "10001234567"}, place)
    assert mapping(tmp_path, text) == expected
    assert mapping(tmp_path, '[fichier]\nseparateur = "tab"\nsecteur = "usuel"') == Mapping(
        separator="\t", sector_cnam=False, place=place
    )
    assert mapping(tmp_path, "") == Mapping(place=place)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[colonnes]\namout = "M"', "colonnes.amout : clé inconnue, peut-être « amount »"),
        ('[colonnes]\n"Date acte" = "D"', "colonnes.Date acte : clé inconnue, peut-être « date »"),
        ("[colonnes]\ndate = 3", "colonnes.date : attendu un texte entre guillemets"),
        ('colonnes = "x"', "colonnes : attendu une section [colonnes]"),
        ('[colones]\ndate = "x"', "colones : clé inconnue, peut-être « colonnes »"),
        ('[fichier]\nfeuile = "x"', "fichier.feuile : clé inconnue, peut-être « feuille »"),
        (
            '[fichier]\nxyz = "x"',
            "fichier.xyz : clé inconnue, clés admises : feuille, encoding, separateur, secteur, dates",
        ),
        ('[fichier]\nsecteur = "2"', "fichier.secteur : attendu « usuel » ou « cnam »"),
        ('[fichier]\nseparateur = ":"', "fichier.separateur : attendu ;, virgule, | ou tab"),
        (
            '[fichier]\nencoding = "cp1522"',
            "fichier.encoding : encodage inconnu « cp1522 » (par exemple cp1252)",
        ),
        (
            '[fichier]\nsecteur = 2\nxyz = "x"',
            "fichier.secteur : attendu « usuel » ou « cnam » ; "
            "fichier.xyz : clé inconnue, clés admises : feuille, encoding, separateur, secteur, dates",
        ),
        ("[colonnes]\ndate = Date acte\n", "TOML mal formé"),
        ("[colonnes]\ndate =", "TOML mal formé"),
    ],
)
def test_broken_mapping(tmp_path: Path, text: str, problem: str) -> None:
    assert refused(tmp_path, text) == problem


def test_mapping_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fichier introuvable"):
        load_mapping(tmp_path / "rien.toml")
    path = tmp_path / "a.toml"
    path.write_bytes('[colonnes]\ndate = "é"'.encode("cp1252"))
    with pytest.raises(SettingError, match="n'est pas du TOML en UTF-8"):
        load_mapping(path)


def test_saved_mapping_is_read_back(tmp_path: Path) -> None:
    raw = RawSheet(
        "a.csv",
        None,
        sheet('Date\nacte;Cod "x";Code;PSE_CNV_COD;Montant').table,
        "cp1252",
        "\t",
    )
    recognised = found(raw)
    text = draft(recognised, raw)
    assert text == (
        "# Correspondance des colonnes : clé = titre dans le fichier\n[colonnes]\n"
        'date = "Date\\nacte"\ncode = "Code"\nsector = "PSE_CNV_COD"\namount = "Montant"\n\n'
        '[fichier]\nencoding = "cp1252"\nseparateur = "\\t"\nsecteur = "cnam"\n'
    )
    told = mapping(tmp_path, text)
    assert found(raw, told).columns == recognised.columns
    assert (told.encoding, told.separator, told.sector_cnam) == ("cp1252", "\t", True)


def test_saved_mapping_of_a_sheet() -> None:
    raw = sheet("Date;Code", name='Mai "23"')
    assert draft(found(raw), raw).endswith('code = "Code"\n\n[fichier]\nfeuille = "Mai \\"23\\""\n')


@pytest.mark.parametrize("form", ["JJ/MM/AA", "MM/JJ/AAAA", "MM-JJ-AA", "AA.MM.JJ", "AAAA-MM-JJ", "jj mm aaaa"])
def test_the_order_of_dates(tmp_path: Path, form: str) -> None:
    assert mapping(tmp_path, f'[fichier]\ndates = "{form}"').dates == form


@pytest.mark.parametrize("form", ["", "JJ/MM", "JJ/MM/AAAA/AA", "JJ/JJ/AA", "JJMMAA", "AAAA/JJ/MM", "jour/mois/an"])
def test_dates_that_are_not_written_so(tmp_path: Path, form: str) -> None:
    assert refused(tmp_path, f'[fichier]\ndates = "{form}"') == (
        "fichier.dates : attendu JJ, MM et AA ou AAAA, par exemple « JJ/MM/AA » ou « MM/JJ/AAAA »"
    )
