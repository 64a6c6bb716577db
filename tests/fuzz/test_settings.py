"""Every TOML file that is read: settings, mappings, derogations, waivers, scenarios, practices, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from fuzz.rough import ROOT, fuzz, spoilt_bytes, spoilt_text, survives
from oracle import a9

if TYPE_CHECKING:
    from pathlib import Path

ACTS = str(ROOT / "fixtures" / "cabinet_conforme.csv")
RULES = ROOT / "core" / "avenant9" / "rules"


def template(name: str) -> str:
    return a9.ran("template", name).stdout


def texts(*patterns: str) -> list[str]:
    return [file.read_text(encoding="utf-8") for pattern in patterns for file in sorted(ROOT.glob(pattern))]


SCENARIO = """name = "été prolongé"

[[change]]
measure = "snp"
period = "ete-2022"
until = 2022-12-09
retain = true
set = { limit = 30 }
"""
SETTINGS = """zone = "reunion"
profile = "cpam"
annees_completes = [2022, 2023]

[constantes]
praticien = "10001234567"
specialite = 1
optam = true

[fichier]
encoding = "utf-8"
dates = "JJ/MM/AAAA"

[valeurs.code]
"Cs + MCG" = "G+MCG"

[ignorer]
code = ["Papier"]

[praticiens]
"219999991" = "10001234567"
"""
#: Sort of file -> texts to spoil, command.
SORTS: dict[str, tuple[list[str], list[str]]] = {
    "mapping": (texts("fixtures/dirty/*.mapping.toml"), ["check", ACTS, "--map", "{}"]),
    "config": ([SETTINGS], ["check", ACTS, "--config", "{}"]),
    "derogations": (texts("fixtures/derogations*.toml"), ["check", ACTS, "--derogations", "{}"]),
    "waivers": ([template("waivers")], ["check", ACTS, "--waivers", "{}", "--as-of", "2024-01-01"]),
    "scenario": ([SCENARIO], ["measures", "simulate", ACTS, "--scenario", "{}"]),
    "practice": (texts("fixtures/practices/*.toml"), ["forfait", "simulate", "{}", "--what-if"]),
}


@st.composite
def tables(draw: st.DrawFn) -> str:
    """TOML of no file in particular, with keys that some file knows."""
    keys = [
        "colonnes",
        "fichier",
        "praticiens",
        "constantes",
        "valeurs",
        "ignorer",
        "zone",
        "annees_completes",
        "waiver",
        "derogation",
        "change",
        "indicateurs",
        "cabinet",
        "annee",
        "name",
        "version",
    ]
    values = ['"x"', "1", "-1", "1.5", "nan", "true", "2022-01-01", "[]", "[1]", '["a"]', "{}", "{ a = 1 }", "[[1]]"]
    lines = [
        draw(st.sampled_from(["{k} = {v}", "[{k}]", "[[{k}]]", '[{k}."é"]'])).format(
            k=draw(st.sampled_from(keys)), v=draw(st.sampled_from(values))
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    return "\n".join(lines)


@fuzz(30, 1200, data=st.data(), sort=st.sampled_from(sorted(SORTS)))
def test_a_spoilt_settings_file(folder: Path, data: st.DataObject, sort: str) -> None:
    known, command = SORTS[sort]
    content = data.draw(
        st.one_of(
            spoilt_text(known).map(lambda text: text.encode("utf-8", "replace")),
            spoilt_text(known).map(lambda text: text.encode("utf-8", "replace")),
            tables().map(str.encode),
            st.sampled_from(known).flatmap(lambda text: spoilt_bytes(text.encode())),
        )
    )
    file = folder / f"{sort}.toml"
    file.write_bytes(content)
    survives(*(word.format(file) for word in command))


FAMILIES = (
    "calendrier", "condition", "cumul", "donnees", "forfait", "frequence", "mesure", "nomenclature", "seuil", "tarif",
)  # fmt: skip
COMMAND_OF: dict[str, list[str]] = {
    "mesure": ["measures", "simulate", ACTS, "--rules", "{}"],
    "forfait": ["forfait", "simulate", str(ROOT / "fixtures" / "practices" / "cabinet_2022.toml"), "--rules", "{}"],
}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, str, str]:
    """Family, name and spoilt text of a rule file."""
    family = draw(st.sampled_from(FAMILIES))
    file = draw(st.sampled_from(sorted((RULES / family).rglob("*.toml"))))
    return family, file.relative_to(RULES).as_posix(), draw(spoilt_text([file.read_text(encoding="utf-8")]))


@fuzz(12, 500, rule=rules())
def test_a_spoilt_rule_file(folder: Path, rule: tuple[str, str, str]) -> None:
    family, name, text = rule
    own = folder / "regles"
    for old in sorted(own.rglob("*.toml")):
        old.unlink()
    file = own / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "replace"))
    survives(*(word.format(own) for word in COMMAND_OF.get(family, ["check", ACTS, "--rules", "{}"])))


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_the_texts_that_are_spoilt_are_good(sort: str, tmp_path: Path) -> None:
    for text in SORTS[sort][0]:
        file = tmp_path / f"{sort}.toml"
        file.write_text(text, encoding="utf-8")
        survives(*(word.format(file) for word in SORTS[sort][1]))
