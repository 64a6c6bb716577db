"""Saved results: what `a9 report` makes of one is what the command itself printed, in every format."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from openpyxl import load_workbook

from avenant9 import profile, saved, waivers
from avenant9.acts.load import load_acts
from avenant9.documents.render import DOCUMENTS, render
from avenant9.documents.screen import Screen
from avenant9.engine import Options, check
from avenant9.errors import InputError
from avenant9.model import Acts
from avenant9.records import replace
from avenant9.report.formats import FORMATS
from avenant9.report.page import Page
from avenant9.results.check import Report
from avenant9.rulebook.load import Rulebook, load_rulebook
from avenant9.settings.waivers import load_waivers
from avenant9.wording import listed, quoted
from cli.test_transcripts import perform
from report.reports import OTHER_RULES

pytestmark = pytest.mark.usefixtures("read_once")

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = Page(80, "utf-8", color=False)
AS_OF = date(2026, 11, 22)
CABINET = ("annee_cabinet.xlsx",)

#: Files, and what is asked of them.
CHECKS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "a year": (CABINET, {}),
    "a clean year": (("cabinet_conforme.csv",), {}),
    "psychiatry": (("annees/psychiatrie.xlsx",), {}),
    "only a family": (CABINET, {"only": ("frequence",)}),
    "without a family": (CABINET, {"skip": ("seuil", "tarif")}),
    "dates of care": (CABINET, {"from_": date(2022, 6, 1), "until": date(2023, 9, 30)}),
    "from a date": (CABINET, {"from_": date(2023, 1, 1)}),
    "dates without an act": (CABINET, {"until": date(2019, 12, 31)}),
    "rejected rows": (("dirty/dates_melees.xlsx", "dirty/corse_2A_2B.xlsx"), {}),
    "two files": (("dirty/doublons_janvier.csv", "dirty/doublons_fevrier.csv"), {}),
    "several sheets": (("dirty/mois.xlsx",), {}),
    "rows that do not count": (("exports/logiciel_web.csv",), {}),
    "seconds": (("dirty/prestations.parquet",), {}),
}
WAIVERS = """[[waiver]]
rule = "tarif/conventionnel"
practitioner = "10001234567"
reason = "= tarif vu avec la caisse"
author = "Dr Exemple"
date = 2024-01-15
[[waiver]]
rule = "condition/code-hors-periode"
practitioner = "10001234567"
reason = "double saisie"
author = "Dr Exemple"
date = 2024-01-15
until = 2030-12-31
"""
#: Commands without their `--format json`.
SMALL = (
    "forfait simulate fixtures/practices/cabinet_2022.toml --year 2022 --what-if",
    "forfait simulate fixtures/practices/incomplet_2022.toml --year 2022",
    "forfait simulate fixtures/practices/teleservices_2024.toml --year 2024",
    "forfait simulate fixtures/practices/cabinet_2022.toml --compare 2021,2022",
    "forfait simulate fixtures/practices/quarante_medecins.xlsx --year 2022",
    "forfait simulate fixtures/practices/quarante_medecins_2026.xlsx --compare 2025,2026",
    "measures list --on 2022-09-30",
    "measures show snp",
    "measures simulate fixtures/annee_mesures.xlsx --as-of 2026-11-22",
    "measures simulate fixtures/annee_mesures.xlsx --as-of 2026-11-22 --measure snp --profile cpam",
    "threshold show fixtures/psychiatre_2022.xlsx --as-of 2026-11-22",
    "threshold show fixtures/psychiatre_2022.xlsx --as-of 2022-07-15 --until 2022-06-30 "
    "--derogations fixtures/derogations_psychiatre.toml",
    "threshold request fixtures/psychiatre_2022.xlsx --as-of 2026-11-22",
    "claim fixtures/claims/cabinet_indus.xlsx fixtures/claims/cabinet_actes.csv --as-of 2025-09-15",
    "find fixtures/claims/caisse_actes.csv --amount 39,52 --tolerance 5 --as-of 2025-09-15",
)


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@cache
def acts(files: tuple[str, ...]) -> Acts:
    return load_acts([str(ROOT / "fixtures" / file) for file in files], rulebook().nomenclature)


@cache
def checked(name: str) -> Report:
    files, asked = CHECKS[name]
    book = rulebook()
    return replace(check(acts(files), book, Options(as_of=AS_OF, **asked)), zone=None)  # it is not saved


@cache
def validator() -> jsonschema.Draft202012Validator:
    described = json.loads(saved.schema())
    jsonschema.Draft202012Validator.check_schema(described)
    return jsonschema.Draft202012Validator(described, format_checker=jsonschema.FormatChecker())


def same(form: str, found: bytes | str, expected: bytes | str) -> None:
    """Equal; a workbook at least in every cell, its format and its colour."""
    if form == "xlsx" and found != expected:
        assert isinstance(found, bytes)
        assert isinstance(expected, bytes)
        assert list(cells(found)) == list(cells(expected))
    else:
        assert found == expected


def cells(workbook: bytes) -> Iterator[tuple[object, ...]]:
    for sheet in load_workbook(io.BytesIO(workbook)):
        yield sheet.title, sheet.dimensions, sheet.freeze_panes, sheet.auto_filter.ref, len(sheet._charts)
        for row in sheet.iter_rows():
            yield from (
                (cell.coordinate, cell.value, cell.number_format, cell.fill.fgColor.rgb)
                for cell in row
                if cell.value is not None
            )


def rendered_the_same(report: Report) -> None:
    """A report, and the same one saved and loaded, in each format."""
    content = render("json", report, PAGE)
    assert isinstance(content, bytes)
    validator().validate(json.loads(content))
    again = saved.load(content, "resultat.json", rulebook())
    for form in FORMATS:
        same(form, render(form, again, PAGE), render(form, report, PAGE))
    few = Screen(5, texts=True)
    same("table", render("table", again, PAGE, few), render("table", report, PAGE, few))


@pytest.mark.parametrize("name", CHECKS)
def test_a_check(name: str) -> None:
    rendered_the_same(profile.apply(checked(name), "comptable"))


@pytest.mark.parametrize("who", profile.PROFILES)
def test_a_check_under_each_profile(who: str) -> None:
    rendered_the_same(profile.apply(checked("a year"), who))
    rendered_the_same(profile.apply(checked("rejected rows"), who))


@pytest.mark.parametrize("who", profile.PROFILES)
def test_a_check_with_waivers_and_a_baseline(who: str, tmp_path: Path) -> None:
    file = tmp_path / "derogations.toml"
    file.write_text(WAIVERS, encoding="utf-8")
    report = waivers.apply(checked("a year"), load_waivers(file, rulebook().rules), AS_OF)
    earlier = report.findings.select("fingerprint", "verdict", "at_stake").gather_every(3)
    report = waivers.against(report, {text: waivers.Earlier(*own) for text, *own in earlier.iter_rows()})
    assert report.waived
    assert report.known
    rendered_the_same(profile.apply(report, who))


def test_a_check_with_a_rule_replaced() -> None:
    rendered_the_same(profile.apply(replace(checked("a year"), rulebook=OTHER_RULES), "comptable"))


@pytest.mark.parametrize("command", SMALL)
def test_other_results(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    made = {}
    for form in FORMATS:
        file = tmp_path / f"direct.{form}"
        assert perform(f"a9 {command} --quiet --format {form} -o {file}").code in {0, 1, 3}
        made[form] = file.read_bytes()
    validator().validate(json.loads(made["json"]))
    for form in FORMATS:
        file = tmp_path / f"again.{form}"
        step = perform(f"a9 report {tmp_path / 'direct.json'} --quiet --format {form} -o {file}")
        assert (step.code, step.stdout, step.stderr) == (0, "", "")
        same(form, file.read_bytes(), made[form])


@pytest.mark.parametrize("form", FORMATS)
def test_text_is_as_wide_as_asked(form: str) -> None:
    report = profile.apply(checked("psychiatry"), "comptable")
    content = render("json", report, PAGE)
    assert isinstance(content, bytes)
    again = saved.load(content, "-", rulebook())
    page = Page(120, "cp1252", color=True)
    same(form, render(form, again, page), render(form, report, page))


# --- what is no result ------------------------------------------------------------------------------------------


def result(**changes: object) -> dict[str, Any]:
    report = profile.apply(checked("psychiatry"), "comptable")
    content = render("json", report, PAGE)
    return {**json.loads(content), **changes}


def told(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        saved.load(content, "resultat.json", rulebook())
    return str(caught.value)


AGAIN = "donnez un résultat écrit par « a9 … --format json »."


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{", b'{"format": "a9-check/1", "as_of"', b"PK\x03\x04", b"\xff\xfe{\x00}\x00x", b"[" * 100_000],
    ids=["empty", "blank", "cut", "truncated", "a workbook", "UTF-16 and broken", "deep"],
)
def test_no_json(content: bytes) -> None:
    assert told(content) == f"resultat.json : ce n'est pas du JSON, ou il est incomplet ; {AGAIN}"


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b"null", b"1", b'"a9-check/1"', b'{"format": 1}', b'{"format": "geojson"}']
)
def test_foreign_json(content: bytes) -> None:
    assert told(content) == f"resultat.json : ce n'est pas un résultat de a9 ; {AGAIN}"


@pytest.mark.parametrize("name", ["a9-check/2", "a9-check/10", "a9-forfait/2", "a9-autre/1", "a9-"])
def test_another_format_number(name: str) -> None:
    assert told(json.dumps({"format": name, "findings": []}).encode()) == (
        f"resultat.json : format « {name} » inconnu de cette version de a9 ; "
        f"attendu : {listed(quoted(saved._FORMATS), 'ou')}."
    )


@pytest.mark.parametrize("name", [*saved._FORMATS])
def test_a_format_and_nothing_else(name: str) -> None:
    assert told(json.dumps({"format": name}).encode()) == f"resultat.json : résultat « {name} » incomplet ; {AGAIN}"


def altered(path: str, value: object) -> dict[str, Any]:
    """The result with another value at a place (`findings.0.amount`), `...` taking it away."""
    found = result()
    *way, last = path.split(".")
    at: Any = found
    for step in way:
        at = at[int(step) if isinstance(at, list) else step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("as_of", "22/11/2026"),
        ("as_of", ...),
        ("profile", "caisse"),
        ("rulebook.rules", "beaucoup"),
        ("summary.violation", None),
        ("summary.at_stake", 12.5),
        ("summary.at_stake", 1250),
        ("summary.at_stake", "12.5"),
        ("findings.0.verdict", "ok"),
        ("findings.0.amount", "20,00"),
        ("findings.0.amount", "20.000"),
        ("findings.0.time", "9 heures"),
        ("findings.0.time", "25:00"),
        ("findings.0.row", -1),
        ("findings.0.row", 5_000_000_000),
        ("findings.0.quantity", 5_000_000_000),
        ("findings.0.at_stake", "9" * 30 + ".00"),
        ("findings.0.rule", ...),
        ("findings.0.inconnu", 1),
        ("findings.0.explanation", "x"),
        ("inputs.0.columns", []),
        ("inconnu", 1),
    ],
)
def test_an_altered_value_is_named(path: str, value: object) -> None:
    assert (
        told(json.dumps(altered(path, value)).encode()) == f"resultat.json : résultat altéré, à « {path} » ; {AGAIN}"
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("findings.0.explanation", {"window": "autrefois", "count": "cinq", "limit": 4, "age": "dix"}),
        ("findings.0.explanation", {"window": 12, "limit": None, "count": 5}),
        ("findings.0.rule", "frequence/disparue"),
        ("findings.0.rule", "sans-famille"),
        ("findings.0.date", None),
        ("findings.0.message", ""),
        ("findings.0.source", {"title": "Texte", "article": "", "url": "javascript:alert(1)"}),
        ("findings.0.file", None),
        ("inputs", []),
        ("findings", []),
    ],
)
def test_what_the_schema_allows_is_shown(path: str, value: object) -> None:
    """A result of an earlier or later rulebook, or one that somebody edited, is shown and never breaks."""
    found = altered(path, value)
    validator().validate(found)
    report = saved.load(json.dumps(found).encode(), "resultat.json", rulebook())
    for form in FORMATS:
        assert render(form, report, PAGE)


def test_the_place_of_an_error_quotes_no_value() -> None:
    said = told(json.dumps(altered("findings.0.patient", ["1850175000001"])).encode())
    assert said == f"resultat.json : résultat altéré, à « findings.0.patient » ; {AGAIN}"


# --- the schema -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("as_of", ...),
        ("profile", "caisse"),
        ("findings.0.amount", 20.0),
        ("findings.0.inconnu", 1),
        ("format", "a9-check/2"),
    ],
)
def test_the_schema_refuses(path: str, value: object) -> None:
    assert validator().is_valid(result())
    assert not validator().is_valid(altered(path, value))


def test_every_result_has_a_document() -> None:
    assert {kind.__name__ for kind in get_args(saved.Small)} == set(DOCUMENTS) - {
        "ActCard",
        "Explained",
        "Explanation",
        "InForce",
        "OneRule",
        "Rulebook",
    }
