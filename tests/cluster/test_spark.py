"""The engine on Spark against the engine alone: the same bytes, whatever the groups and whatever went wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from avenant9 import cluster, engine, findings, profile
from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import load_acts
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised, recognise
from avenant9.engine import Options
from avenant9.errors import A9Error, InputError, SettingError
from avenant9.frames import FINDINGS
from avenant9.kinds.frequency import Frequency
from avenant9.model import Acts, GrantedCeiling
from avenant9.reading.read import read_file
from avenant9.records import replace
from avenant9.results import check_json as as_json
from avenant9.results.check import Report
from avenant9.rulebook.load import Rulebook, load_rulebook
from oracle import book, strategies

if TYPE_CHECKING:
    from oracle.strategies import Practice

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 22)
#: The rules that look at what other practitioners billed.
BY_PATIENT = (
    "condition/tc-canal",
    "frequence/ccp-unique-autre-praticien",
    "frequence/cde-annuelle",
    "frequence/coe-periode",
    "frequence/cse-annuelle",
    "frequence/cso-annuelle",
    "frequence/cte-unique-autre-praticien",
    "frequence/gl1-annuelle",
    "frequence/gl1-douze-mois",
    "frequence/gl2-annuelle",
    "frequence/gl2-douze-mois",
    "frequence/gl3-annuelle",
    "frequence/gl3-douze-mois",
    "frequence/imt-unique-autre-praticien",
    "frequence/mph-certificat",
    "frequence/rdv-tranche",
    "frequence/sejour-proche",
    "frequence/sejour-unique",
)


def missing() -> str | None:
    try:
        cluster.require()
    except SettingError as error:
        return error.problem
    return None


needs_spark = pytest.mark.skipif(missing() is not None, reason=f"{missing()} (pip install -e '.[spark]', Java 17)")


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with cluster.session("local[2]") as session:
        yield session


# --- the same report ------------------------------------------------------------------------------------------


def compare(
    spark: Any, files: list[str], options: Options, reading: ReadOptions | None = None, acts_per_group: int = 50_000
) -> Report:
    """Both engines, with everything that a command shows of them; what findings counted is compared as written."""
    acts = load_acts(files, rulebook().nomenclature, reading)
    report = engine.check(acts, rulebook(), options)
    told, found = cluster.check(spark, files, rulebook(), options, reading, acts_per_group)
    assert as_json.render(profile.apply(found, "interne")) == as_json.render(profile.apply(report, "interne"))
    assert found.findings.drop("explanation").equals(report.findings.drop("explanation"))
    assert found.by_rule.equals(report.by_rule)
    assert replace(found, findings=report.findings, explanations=report.explanations) == report
    assert list(map(str, told.failures)) == list(map(str, acts.failures))
    assert replace(told, table=acts.table, failures=acts.failures) == acts
    return report


def as_parquet(workbook: Path, place: Path) -> str:
    """The acts of a workbook under the keys of the contract."""
    raws, _ = read_file(str(workbook))
    for raw in raws:
        found = recognise(raw, rulebook().nomenclature)
        if isinstance(found, Recognised):
            body = raw.table.filter(pl.col("row") > found.header_rows[0])
            body.select(**{key: f"c{column}" for key, column in found.columns.items()}).write_parquet(place)
    return str(place)


def years(folder: Path) -> list[str]:
    books = [*sorted((ROOT / "fixtures" / "annees").glob("*.xlsx")), ROOT / "fixtures" / "annee_cabinet.xlsx"]
    return [as_parquet(path, folder / f"{path.stem}.parquet") for path in books]


def of_practice(practice: Practice, place: Path) -> str:
    rows = [{key: row.get(key) or None for key in practice.columns} for row in practice.rows]
    pl.DataFrame(rows, schema=dict.fromkeys(practice.columns, pl.String)).write_parquet(place)
    return str(place)


@cache
def random_practices() -> list[Practice]:
    """The longest of a few practices around every third rule, and around those by patient."""
    names = sorted(rulebook().rules)
    found = []
    drawn: list[Practice] = []
    for rule in [*names[::3], *BY_PATIENT]:
        drawn.clear()

        @settings(
            database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=4, derandomize=True
        )
        @given(practice=strategies.practices(book.load(), focus=rule))
        def draw(practice: Practice) -> None:
            drawn.append(practice)

        draw()
        found.append(max(drawn, key=lambda practice: len(practice.rows)))
    return [practice for practice in found if {"date", "code"} <= set(practice.columns)]


@needs_spark
def test_same_report_of_practice_years_and_of_files_that_went_wrong(spark: Any, tmp_path: Path) -> None:
    files = years(tmp_path)
    whole = Path(files[0]).read_bytes()
    nameless = pl.read_parquet(files[1]).drop("practitioner").head(200)
    nameless.write_parquet(tmp_path / "sans_praticien.parquet")
    nameless.clear().write_parquet(tmp_path / "vide.parquet")
    nameless.drop("code").write_parquet(tmp_path / "sans_code.parquet")
    (tmp_path / "coupe.parquet").write_bytes(whole[: len(whole) // 2])
    wrong = [str(tmp_path / f"{name}.parquet") for name in ("sans_praticien", "vide", "absent", "sans_code", "coupe")]
    granted = GrantedCeiling("10000000000", 2023, 4000)
    options = Options(as_of=AS_OF, derogations=(granted,))
    report = compare(spark, [*files[:2], *wrong, *files[2:], files[0]], options, acts_per_group=2000)
    assert {entry.practitioner for entry in report.threshold}
    assert report.summary.violation
    assert any("Aménagement" in str(notice) for notice in report.notices)
    assert any("praticien lu comme inconnu" in str(notice) for notice in report.notices)


@needs_spark
def test_same_report_of_random_practices(spark: Any, tmp_path: Path) -> None:
    practices = random_practices()
    files = [of_practice(practice, tmp_path / f"{rank:02}.parquet") for rank, practice in enumerate(practices)]
    report = compare(spark, files, Options(as_of=date(2024, 6, 30)), acts_per_group=120)
    found = set(report.findings["rule"])
    assert found & set(BY_PATIENT)
    assert "donnees/doublon" in found
    assert report.rejected
    asked = {entry.rule for entry in report.unverifiable}
    assert asked & set(BY_PATIENT)
    assert len(found) > 40


@needs_spark
def test_same_report_of_a_part(spark: Any, tmp_path: Path) -> None:
    practices = [practice for practice in random_practices() if "practitioner" in practice.columns][-8:]
    files = [of_practice(practice, tmp_path / f"{rank}.parquet") for rank, practice in enumerate(practices)]
    named = pl.read_parquet(files[0])["practitioner"].drop_nulls()[0]
    pl.read_parquet(files[2]).drop("practitioner").write_parquet(files[2])
    for file in files:
        pl.read_parquet(file).rename({"code": "mon acte"}).write_parquet(file)
    reading = ReadOptions(mapping=Mapping(columns={"code": "mon acte"}), practitioner=named)
    options = Options(as_of=AS_OF, zone="reunion", only=("condition", *BY_PATIENT), from_=date(2022, 6, 1),
                      until=date(2024, 1, 31))  # fmt: skip
    report = compare(spark, files, options, reading, acts_per_group=30)
    assert report.findings.height
    with pytest.raises(SettingError, match="aucun acte de ce praticien"):
        cluster.check(spark, files[:2], rulebook(), options, replace(reading, practitioner="NOBODY"))
    with pytest.raises(SettingError, match="mon code"):
        cluster.check(spark, files, rulebook(), options, ReadOptions(mapping=Mapping(columns={"code": "mon code"})))
    with pytest.raises(InputError, match=r"introuvable|n'existe pas"):
        cluster.check(spark, [str(tmp_path / "absent.parquet")], rulebook(), options)


@needs_spark
def test_no_act_at_all(spark: Any, tmp_path: Path) -> None:
    pl.DataFrame({"date": ["hier"], "code": ["TE2"]}).write_parquet(tmp_path / "a.parquet")
    compare(spark, [str(tmp_path / "a.parquet")], Options(as_of=AS_OF))


# --- the command ----------------------------------------------------------------------------------------------


def environment(**env: str) -> dict[str, str]:
    sources = os.pathsep.join(str(ROOT / name) for name in ("core", "cli"))
    return {**os.environ, "PYTHONPATH": sources, "PYTHONIOENCODING": "utf-8", **env}


def a9(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "a9", *words]
    return subprocess.run(command, capture_output=True, cwd=folder, env=environment(**env), timeout=300, check=False)


@needs_spark
def test_the_command_says_and_leaves_nothing_else(tmp_path: Path) -> None:
    acts, temporary = tmp_path / "acts", tmp_path / "temporary"
    (acts / "2023").mkdir(parents=True)
    temporary.mkdir()
    year = pl.read_parquet(as_parquet(ROOT / "fixtures" / "annee_cabinet.xlsx", tmp_path / "a.parquet"))
    year = year.with_columns(patient=pl.lit("CANARI-") + pl.col("patient"))
    year.head(300).write_parquet(acts / "2023" / "a.parquet")
    year.slice(300).write_parquet(acts / "b.parquet")
    (acts / "LISEZMOI.txt").write_text("rien", encoding="utf-8")
    words = ("--format", "json", "--as-of", "2024-01-15", "--no-progress")
    alone = a9("check", "acts/2023/a.parquet", "acts/b.parquet", *words, folder=tmp_path)
    spread = a9(
        "check", "acts", *words, "--engine", "spark", "--master", "local[2]", folder=tmp_path, TMPDIR=str(temporary)
    )
    assert spread.stdout == alone.stdout
    assert spread.stderr == alone.stderr
    assert spread.returncode == alone.returncode == 1
    assert b"CANARI" not in spread.stderr
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "acts", "temporary"]


@needs_spark
def test_a_master_that_is_not_one(tmp_path: Path) -> None:
    pl.DataFrame({"date": ["2023-01-10"], "code": ["TE2"]}).write_parquet(tmp_path / "a.parquet")
    words = ("check", "a.parquet", "--engine", "spark", "--master", "nowhere:1")
    done = a9(*words, folder=tmp_path, TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines()[-1] == (
        "Erreur : --master nowhere:1 : Spark n'a pas démarré ; vérifiez l'adresse, "
        "et que Java est en version 17 ou 21."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


CSV = "Date de soins;Code acte\n10/01/2023;TE2\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.csv", "--master", "local[2]"), "--master ne sert qu'avec --engine spark."),
        (
            ("a.csv", "--engine", "spark"),
            "--engine spark, a.csv : Spark ne lit que des fichiers parquet ; convertissez-le en parquet, ou "
            "contrôlez-le sans --engine spark.",
        ),
        (("-", "--engine", "spark"), "--engine spark, - : Spark ne lit que des fichiers parquet ;"),
        (("a.csv", "--engine", "sparc"), "peut-être « spark »"),
    ],
)
def test_what_the_command_refuses(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    done = a9("check", *words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()


def test_nothing_of_spark_is_imported_without_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    code = (
        "import sys, avenant9.cluster; from a9.main import run; run(['check', 'a.csv', '--quiet', '-o', 'a.json']);"
        "print({name.partition('.')[0] for name in sys.modules} & {'pyspark', 'py4j', 'pyarrow', 'pandas'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=tmp_path, env=environment(), check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"set()\n", b"")
    assert (tmp_path / "a.json").exists()


# --- what is needed, and what goes where ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ("pyspark", "--engine spark : Spark n'est pas installé ; installez-le par pip install 'avenant9[spark]'."),
        ("pyarrow", "--engine spark : Spark n'est pas installé ; installez-le par pip install 'avenant9[spark]'."),
        ("java", "--engine spark : Java est introuvable ; installez Java 17 ou 21, ou posez JAVA_HOME."),
        (None, None),
    ],
)
def test_what_spark_needs(absent: str | None, said: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None if name == absent else object())
    monkeypatch.setattr(cluster.shutil, "which", lambda name, path=None: None if name == absent else f"/bin/{name}")
    if said is None:
        cluster.require()
        return
    with pytest.raises(SettingError) as caught:
        cluster.require()
    assert str(caught.value) == said


def test_files_of_a_dataset(tmp_path: Path) -> None:
    for name in ("b.parquet", "a.parquet", "z/c.parquet", "z/d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"PAR1")
    (tmp_path / "empty").mkdir()
    folder = str(tmp_path)
    own = str(tmp_path / "b.parquet")
    absent = str(tmp_path / "absent.parquet")
    inside = [str(tmp_path / name) for name in ("a.parquet", "b.parquet", "z/c.parquet")]
    assert cluster.dataset([folder]) == tuple(inside)
    assert cluster.dataset([own, absent, folder]) == (own, absent, inside[0], inside[2])
    with pytest.raises(InputError, match="aucun fichier parquet dans ce dossier"):
        cluster.dataset([str(tmp_path / "empty")])
    with pytest.raises(SettingError, match="Spark ne lit que des fichiers parquet"):
        cluster.dataset([own, str(tmp_path / "z" / "empty.csv"), str(tmp_path / "z" / "d.csv"), "-"])


def test_rules_by_their_key() -> None:
    every = rulebook().select((), ())
    ours, theirs = cluster.by_key(rulebook(), every)
    assert theirs == BY_PATIENT
    assert sorted((*ours, *theirs)) == sorted(every)


def test_a_rule_that_leans_on_both_keys_is_refused() -> None:
    hourly = rulebook().rules["frequence/snp-hebdomadaire"]
    assert isinstance(hourly, Frequency)
    both = hourly.model_copy(update={"silent_where": ("frequence/mph-certificat",)})
    mixed = replace(rulebook(), rules={**rulebook().rules, "frequence/snp-hebdomadaire": both})
    with pytest.raises(SettingError, match="les unes par patient, les autres par praticien"):
        cluster.by_key(mixed, ["frequence/snp-hebdomadaire"])
    assert cluster.by_key(mixed, ["tarif/conventionnel"]) == (("tarif/conventionnel",), ())


def answers(**fields: Any) -> engine.Answers:
    empty = engine.answer(
        Acts(pl.DataFrame(schema=cluster.ACTS), ()), rulebook(), ("donnees/doublon",), Options(AS_OF)
    )
    return replace(empty, stood_on=empty.stood_on.select(findings.STOOD_ON), **fields)


def test_a_rule_that_crashes_somewhere_is_not_answered() -> None:
    finding = {"act": 1, "verdict": "violation", "at_stake": 100, "message": "m", "related": []}
    found = dict.fromkeys(("a/sound", "a/broken"), pl.DataFrame([finding], schema=FINDINGS))
    unknown = pl.DataFrame(
        [(rule, None, 2, ["patient", "time"]) for rule in ("a/sound", "a/broken")],
        schema=engine.UNANSWERED,
        orient="row",
    )
    more = pl.DataFrame([("a/sound", 7, 1, ["amount"])], schema=engine.UNANSWERED, orient="row")
    whole = cluster.together(
        [answers(findings=found, unverifiable=unknown), answers(crashed=("a/broken",), unverifiable=more)], [], 9
    )
    assert whole.findings.keys() == {"a/sound"}
    assert whole.crashed == ("a/broken",)
    assert whole.unverifiable.drop("missing").rows() == [("a/sound", None, 2), ("a/sound", 7, 1)]


def test_a_patient_is_numbered_by_the_first_act_of_all() -> None:
    def patients(**first: int) -> pl.DataFrame:
        return pl.DataFrame(
            {"patient": list(first), "act": list(first.values())}, schema_overrides={"act": pl.UInt32}
        )

    whole = cluster.together([answers(patients=patients(a=5, b=7)), answers(patients=patients(b=2, c=6))], [], 9)
    assert whole.patients.rows() == [("b", 2), ("a", 5), ("c", 6)]


@needs_spark
def test_a_failure_is_named_and_its_text_kept() -> None:
    from pyspark.errors import PySparkException

    text = "Traceback:\n  File x\npolars.exceptions.ComputeError: DUPONT Jeanne\n"
    with pytest.raises(A9Error) as caught, cluster._said_in_french():
        raise PySparkException(text)
    assert str(caught.value).startswith("--engine spark : le calcul s'est arrêté sur un nœud (ComputeError) ;")
    assert "DUPONT" not in str(caught.value)
