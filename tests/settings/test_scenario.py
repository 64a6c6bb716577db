"""Scenarios: how they are written, in files and as options, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from avenant9.errors import InputError, SettingError
from avenant9.measures.scenario import applied
from avenant9.rulebook.measures import load_measures
from avenant9.settings.scenario import of_options, read_scenario

MEASURES = load_measures()


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "essai.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(tmp_path: Path, text: str) -> str:
    file = written(tmp_path, text)
    with pytest.raises(SettingError) as error:
        applied(MEASURES, read_scenario(file))
    return str(error.value).replace(str(file), "essai.toml")


@pytest.mark.parametrize("text", ["snp.limit", "limit=30", "snp.=30", "snp.limit=", ".limit=30", "=", ""])
def test_a_set_that_is_not_written_so(text: str) -> None:
    with pytest.raises(SettingError) as error:
        of_options(values=[text])
    assert str(error.value) == (
        f"--set {text} : réglage mal écrit ; écrivez mesure.clé=valeur, par exemple --set snp.limit=30."
    )


def test_a_period_alone_changes_nothing() -> None:
    with pytest.raises(SettingError) as error:
        of_options((), "ete-2022")
    assert str(error.value) == (
        "--period : une période seule ne change rien ; donnez aussi --from, --until ou --set, ou un --scenario."
    )


# --- files ---------------------------------------------------------------------------------------------------

_REMEDY = "écrivez « name » et une table [[change]] par changement (measure, period, from, until, retain, set)"
HEAD = 'name = "Essai"\n[[change]]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 1 2\nx = 1", f"essai.toml, ligne 1 : TOML mal formé ; {_REMEDY}."),
        (
            '[[change]]\nperiod = "x"',
            'essai.toml, name : le scénario n\'a pas de nom ; écrivez name = "…" en tête du fichier.',
        ),
        ('name = "x"', f"essai.toml, change : aucun changement ; {_REMEDY}."),
        ('name = "x"\nchange = []', f"essai.toml, change : aucun changement ; {_REMEDY}."),
        ('name = "x"\nchange = 5', f"essai.toml, change : aucun changement ; {_REMEDY}."),
        ('name = "x"\nchange = [1]', f"essai.toml, change : aucun changement ; {_REMEDY}."),
        ('nom = "x"', "essai.toml : clé inconnue « nom » ; les clés sont name et change."),
        ('names = "x"', "essai.toml : clé inconnue « names » ; peut-être « name »."),
        (HEAD + 'mesure = "snp"', "essai.toml, changement 1 : clé inconnue « mesure » ; peut-être « measure »."),
        (
            HEAD + 'measure = "snp"',
            "essai.toml, changement 1 : rien n'est changé ; donnez from, until, retain ou set.",
        ),
        (
            HEAD + 'period = "ete-2022"\nuntil = "fin"',
            "essai.toml, changement 1, until : valeur inutilisable ; attendu : une date JJ/MM/AAAA ou AAAA-MM-JJ.",
        ),
        (
            HEAD + 'period = "ete-2022"\nretain = "oui"',
            "essai.toml, changement 1, retain : valeur inutilisable ; attendu : true ou false.",
        ),
        (
            HEAD + "period = 3\nretain = true",
            "essai.toml, changement 1, period : valeur inutilisable ; attendu : un identifiant entre guillemets.",
        ),
        (
            HEAD + 'measure = "snp"\nset = 3',
            "essai.toml, changement 1, set : valeur inutilisable ; attendu : une table, par exemple { limit = 30 }.",
        ),
        (
            HEAD + 'measure = "snp"\nretain = true',
            "essai.toml, changement 1 : « snp » a plusieurs périodes (debut-juillet-2022, ete-2022, automne-2022, "
            "hiver-2022, debut-mai-2023 et ngap-2023) ; dites laquelle (--period).",
        ),
        (
            HEAD + 'measure = "snp"\nperiod = "ete-2022"\nuntil = 2023-01-31\n'
            '[[change]]\nmeasure = "snp"\nperiod = "hiver-2022"\nfrom = 2023-01-31',
            "essai.toml, changement 2 : les périodes « ete-2022 » et « hiver-2022 » de « snp » se chevauchent ; "
            "déplacez l'une des deux bornes.",
        ),
    ],
)
def test_a_file_that_is_no_scenario(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == said


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_scenario(tmp_path / "absent.toml")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_bytes('name = "été"'.encode("latin-1"))
    with pytest.raises(SettingError, match=r"ce n'est pas du TOML en UTF-8"):
        read_scenario(file)
