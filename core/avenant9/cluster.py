"""The same engine on the workers of a Spark cluster, for acts that one machine does not hold: same report.

Each parquet file is read and typed by one worker, as `acts.load` does, so that rows keep their place in their file.
Acts are then grouped by practitioner and each group goes through the engine; the acts that rules keyed on the
patient alone look at go through it a second time, grouped by patient. The driver only holds findings, the account of
every file, and the first act of each patient.

Spark is imported by nothing else, and here only by what runs it. Its shuffle files hold acts: they are encrypted,
and those of a local master stand in a temporary folder that is deleted at the end.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9 import engine, findings, schedule
from avenant9.acts.asked import ReadOptions
from avenant9.acts.columns import ACTS
from avenant9.acts.load import OneFile, account, forget_unnamed, held, netted, read_one, some_unnamed
from avenant9.engine import Answers, Options
from avenant9.errors import InputError, SettingError
from avenant9.model import Acts
from avenant9.records import replace
from avenant9.results.check import Report
from avenant9.results.year import Practitioner

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import Broadcast
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from avenant9.rulebook.load import Rulebook

#: Acts that go through the engine together: enough for its fixed cost to be nothing, few enough for any worker.
ACTS_PER_GROUP = 50_000

#: What a typed sheet has; the rest of ACTS depends on other files.
_TYPED = [name for name in ACTS if name not in {"act", "input", "duplicate_of", "rebills", "doubtful", "uncounted"}]
#: Spark has no unsigned integer and no time of day: these travel as plain integers.
_WIRE: dict[str, pl.DataType] = {
    name: dtype if dtype in (pl.String, pl.Boolean) else pl.Int64() for name, dtype in ACTS.items() if name in _TYPED
}
_ENGINE = "--engine spark"
_FORMAT = b"PAR1"


# --- what is asked ------------------------------------------------------------------------------------------


def require() -> None:
    """Refuses to go on where Spark cannot run.

    Raises:
        SettingError: pyspark, pyarrow or Java is missing.
    """
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise SettingError(_ENGINE, "Spark n'est pas installé", "installez-le par pip install 'avenant9[spark]'")
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        raise SettingError(_ENGINE, "Java est introuvable", "installez Java 17 ou 21, ou posez JAVA_HOME")


def dataset(places: Sequence[str]) -> tuple[str, ...]:
    """The parquet files of these files and folders, those of a folder by name.

    A file that cannot be opened stays: its reading says why.

    Raises:
        SettingError: something else than parquet.
        InputError: a folder without any parquet file.
    """
    files: list[str] = []
    for place in places:
        if place != "-" and Path(place).is_dir():
            inside = sorted(str(path) for path in Path(place).rglob("*.parquet") if path.is_file())
            if not inside:
                remedy = "donnez le dossier qui contient les fichiers .parquet"
                raise InputError(place, "aucun fichier parquet dans ce dossier", remedy)
            files += inside
        elif _is_parquet(place):
            files.append(place)
        else:
            remedy = "convertissez-le en parquet, ou contrôlez-le sans --engine spark"
            raise SettingError(f"{_ENGINE}, {place}", "Spark ne lit que des fichiers parquet", remedy)
    return tuple(dict.fromkeys(files))


def _is_parquet(place: str) -> bool:
    if place == "-":
        return False
    try:
        with Path(place).open("rb") as file:
            return file.read(len(_FORMAT)) == _FORMAT
    except OSError:
        return True


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A Spark session that writes no log and leaves no file.

    Raises:
        SettingError: it does not start.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 - imported where Spark runs, and nowhere else

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = tempfile.mkdtemp(prefix="a9-")
    builder = SparkSession.builder.master(master).appName("a9")
    for key, value in _settings(master, folder).items():
        builder = builder.config(key, value)
    try:
        try:
            with _silent():
                spark = builder.getOrCreate()
        except Exception:  # Java, Py4J and Spark have a family of errors each
            remedy = "vérifiez l'adresse, et que Java est en version 17 ou 21"
            raise SettingError(f"--master {master}", "Spark n'a pas démarré", remedy) from None
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")  # pandas 3 is not used
                yield spark
        finally:
            spark.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(master: str, folder: str) -> dict[str, str]:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.log.level": "OFF",
        "spark.io.encryption.enabled": "true",
        "spark.driver.maxResultSize": "0",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": folder,
        # small groups would be put together on one worker
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    }
    if master.startswith("local"):
        settings |= {
            "spark.local.dir": folder,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
        }
    return settings


@contextmanager
def _silent() -> Iterator[None]:
    """What starts in here writes to nobody, as long as it lives: Java, and the workers that it starts."""
    kept = {channel: os.dup(channel) for channel in (1, 2)}
    with Path(os.devnull).open("wb") as nowhere:
        for channel in kept:
            os.dup2(nowhere.fileno(), channel)
        try:
            yield
        finally:
            for channel, copy in kept.items():
                os.dup2(copy, channel)
                os.close(copy)


def check(
    spark: SparkSession,
    files: Sequence[str],
    rulebook: Rulebook,
    options: Options,
    reading: ReadOptions | None = None,
    acts_per_group: int = ACTS_PER_GROUP,
) -> tuple[Acts, Report]:
    """The acts as they were read (without their table, which nobody holds), and the report of `engine.check`.

    Args:
        spark: see `session`.
        files: parquet files, which every worker sees under these paths.
        rulebook: sent to each worker once.
        options: as for `engine.check`.
        reading: as for `load_acts`.
        acts_per_group: about how many acts go through the engine together.

    Raises:
        InputError: no file gave a single row; a file that gives none beside others is in `failures`.
        SettingError: a mapping or an option names something that no file has, a rule leans on others that are keyed
            otherwise, or the computation fails on a worker.
    """
    reading = reading or ReadOptions()
    ours, theirs = by_key(rulebook, rulebook.select(options.only, options.skip))
    codes = _codes(rulebook, theirs)
    book = spark.sparkContext.broadcast(rulebook)
    with _said_in_french():
        read = _read_on_workers(spark, files, reading, book, codes)
        try:
            told = _told(read)
            gave = [one for one, *_ in told.values()]
            acts = account(gave, reading)
            job = _Job(book, options, _starts(gave), held(gave), some_unnamed(gave))
            table = read.filter("told is null").drop("told")
            total = sum(entry.acts for entry in acts.inputs)
            unsigned = job.unsigned if job.forget or any(nobody for *_, nobody in told.values()) else None
            answers = list(_answers(table, "practitioner", job, ours, total // acts_per_group + 1, unsigned))
            if not answers:  # no act could be read
                answers = [engine.answer(acts, rulebook, ours, options)]
            shared = sum(shared for _, shared, _ in told.values())
            by_patient: list[Answers] = []
            if theirs and shared:
                # who is not known is in nobody's count, but its cancellations are its practitioner's
                wanted = table.filter("shared")
                key = "coalesce(patient, practitioner)"
                by_patient = list(_answers(wanted, key, job, theirs, shared // acts_per_group + 1))
        finally:
            read.unpersist()
            book.unpersist()
    return acts, engine.report(acts, together(answers, by_patient, total), rulebook, options)


@contextmanager
def _said_in_french() -> Iterator[None]:
    """A failure of Spark by its name only: its text may quote a value."""
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (Py4JError, PySparkException) as error:
        names = re.findall(r"^(?:[\w.]*\.)?(\w+(?:Error|Exception))\b", str(error), re.MULTILINE)
        name = names[-1] if names else type(error).__name__
        raise SettingError(
            _ENGINE,
            f"le calcul s'est arrêté sur un nœud ({name})",
            "vérifiez que chaque nœud a la même version de Python et d'avenant9[spark] que cette machine, voit les "
            "fichiers sous le même chemin, et a assez de mémoire",
        ) from None


# --- which rules go by which key ----------------------------------------------------------------------------


def by_key(rulebook: Rulebook, selected: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The selected rules that a practitioner's acts answer, and those that need all acts of a patient.

    Raises:
        SettingError: a rule leans on others such that neither is enough.
    """
    ours: list[str] = []
    theirs: list[str] = []
    for name in selected:
        keys = {key for leaned in schedule.leaned_on(rulebook, [name]) for key in rulebook.rules[leaned].keys_alone}
        if len(keys) > 1:
            problem = "cette règle s'appuie sur d'autres qui comptent, les unes par patient, les autres par praticien"
            raise SettingError(name, problem, f"ôtez-la par --skip {name}, ou contrôlez sans {_ENGINE}")
        (theirs if keys == {"patient"} else ours).append(name)
    return tuple(ours), tuple(theirs)


def _codes(rulebook: Rulebook, names: Iterable[str]) -> frozenset[str]:
    """The codes of all acts that these rules, and those they lean on, look at; empty: any."""
    codes: set[str] = set()
    for name in schedule.leaned_on(rulebook, names):
        rule = rulebook.rules[name]
        if rule.acts_needed != "of-its-codes":
            return frozenset()
        codes = codes.union(*map(rule.codes, rule.version))
    return frozenset(codes | rulebook.nomenclature.grouping.keys()) if codes else frozenset()


# --- reading ------------------------------------------------------------------------------------------------


def _read_on_workers(
    spark: SparkSession, files: Sequence[str], reading: ReadOptions, book: Broadcast[Rulebook], codes: frozenset[str]
) -> DataFrame:
    """One task per file: its acts, then a row that only holds what is told of it."""
    from pyspark import StorageLevel  # noqa: PLC0415

    paths = tuple(files)

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for rank in batch.column(0).to_pylist():
                yield from _read(rank, paths[rank], reading, book.value, codes)

    tasks = spark.range(0, len(paths), 1, len(paths))
    return tasks.mapInArrow(_unhinted(read), _spark_schema()).persist(StorageLevel.DISK_ONLY)


def _unhinted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Spark looks for the form of a function in its hints, which only a type checker can resolve here."""
    function.__annotations__ = {}
    return function


def _read(
    rank: int, path: str, reading: ReadOptions, rulebook: Rulebook, codes: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    try:
        one: OneFile | SettingError = read_one(path, rulebook.nomenclature, reading)
    except SettingError as error:  # to be raised where the command is
        one = error
    none = pl.DataFrame(schema={name: ACTS[name] for name in _TYPED})
    table = one.sheets[0].table if isinstance(one, OneFile) and one.sheets else none
    # with the other acts of their rows, without which nobody knows what each of them answers for
    shared = pl.col("code").is_in(sorted(codes)).any().over("row") if codes else pl.lit(True)
    wire = table.select(
        file=pl.lit(rank, pl.Int64),
        nth=pl.int_range(pl.len(), dtype=pl.Int64),
        told=pl.lit(None, pl.Binary),
        shared=shared,
        **{name: _to_wire(name) for name in _WIRE},
    )
    told = pickle.dumps((_without_acts(one), wire.filter("shared").height, wire["practitioner"].null_count()))
    last = pl.DataFrame({"file": [rank], "told": [told]}, schema_overrides={"file": pl.Int64})
    sheet = pl.concat([wire, last], how="diagonal")
    for part in sheet.iter_slices(100_000):
        yield from part.to_arrow().cast(_arrow_schema()).to_batches()


def _without_acts(one: OneFile | SettingError) -> OneFile | SettingError:
    """What a file gave, which is small beside its acts."""
    if isinstance(one, SettingError):
        return one
    return replace(one, sheets=tuple(replace(sheet, table=sheet.table.clear()) for sheet in one.sheets))


def _to_wire(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(_WIRE[name])


def _arrow_schema() -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415

    arrow = {pl.String(): pa.string(), pl.Boolean(): pa.bool_(), pl.Int64(): pa.int64()}
    fields = [("file", pa.int64()), ("nth", pa.int64()), ("told", pa.binary()), ("shared", pa.bool_())]
    return pa.schema([*fields, *((name, arrow[dtype]) for name, dtype in _WIRE.items())])


def _spark_schema() -> StructType:
    from pyspark.sql.types import BinaryType, BooleanType, LongType, StringType, StructField, StructType  # noqa: PLC0415

    spark = {pl.String(): StringType(), pl.Boolean(): BooleanType(), pl.Int64(): LongType()}
    fields = [("file", LongType()), ("nth", LongType()), ("told", BinaryType()), ("shared", BooleanType())]
    fields += [(name, spark[dtype]) for name, dtype in _WIRE.items()]
    return StructType([StructField(name, kind) for name, kind in fields])


def _told(read: DataFrame) -> dict[int, tuple[OneFile, int, int]]:
    """What each file gave, by its rank, how many of its acts the rules by patient look at, how many nobody signed.

    Raises:
        SettingError: the mapping names what a file does not have.
    """
    rows = read.filter("told is not null").select("file", "told").collect()
    told = {rank: _taken(pickled) for rank, pickled in sorted(rows)}
    for one, *_ in told.values():
        if isinstance(one, SettingError):
            raise one
    return told


def _taken(pickled: bytes) -> Any:
    return pickle.loads(pickled)  # noqa: S301 - our own workers wrote it, as Spark's own functions are


def _starts(files: Sequence[OneFile]) -> pl.DataFrame:
    """Where the acts of each file start among all acts, and which input it is."""
    lines: list[tuple[int, int, int]] = []
    start = 0
    for rank, one in enumerate(files):
        for sheet in one.sheets:
            lines.append((rank, len(lines), start))
            start += sheet.account.acts
    return pl.DataFrame(lines, schema={"file": pl.Int64, "input": ACTS["input"], "start": pl.Int64}, orient="row")


# --- answering ----------------------------------------------------------------------------------------------


class _Job(Struct, frozen=True):
    """What a worker needs beside acts."""

    book: Broadcast[Rulebook]
    options: Options
    starts: pl.DataFrame
    held: list[frozenset[str]]
    forget: bool

    @property
    def unsigned(self) -> str:
        """The condition on acts of an unknown practitioner."""
        return "practitioner is null or practitioner = '?'" if self.forget else "practitioner is null"


def _answers(
    table: DataFrame, key: str, job: _Job, selected: tuple[str, ...], groups: int, unsigned: str | None = None
) -> Iterator[Answers]:
    """What the rules say of each group of acts; acts of one key are in one group, beside those that may be of it."""
    from pyspark import StorageLevel  # noqa: PLC0415
    from pyspark.sql.functions import expr  # noqa: PLC0415

    def examine(group: pa.Table) -> pa.Table:
        import pyarrow as pa  # noqa: PLC0415

        answers = _examined(pl.from_arrow(group), job, selected)
        return pa.table({"answers": pa.array([pickle.dumps(answers)], pa.binary())})

    table.sparkSession.conf.set("spark.sql.shuffle.partitions", str(groups))
    dealt = table.withColumn("part", expr(f"pmod(hash({key}), {groups})")).withColumn("guest", expr("false"))
    dealt = dealt if unsigned is None else dealt.unionByName(_guests(dealt, unsigned))
    grouped = dealt.groupBy("part")
    found = grouped.applyInArrow(_unhinted(examine), "answers binary").persist(StorageLevel.DISK_ONLY)
    try:
        found.count()  # on all workers at once; what follows fetches one group after the other
        for (answers,) in found.toLocalIterator():
            yield _taken(answers)
    finally:
        found.unpersist()


def _guests(dealt: DataFrame, unsigned: str) -> DataFrame:
    """The acts of an unknown practitioner, in the other groups that he may be of: those with an act of their patient,
    or of an unknown one; all of them, where theirs is unknown."""
    from pyspark.sql.functions import expr  # noqa: PLC0415

    acts = dealt.filter(unsigned).withColumn("guest", expr("true")).withColumnRenamed("part", "home")
    groups = dealt.select("patient", "part").distinct()
    anybody = groups.filter("patient is null").select("part")
    of_patient = acts.join(groups, "patient").select(*acts.columns, "part")
    of_anybody = acts.filter("patient is null").crossJoin(groups.select("part").distinct())
    found = of_patient.unionByName(acts.crossJoin(anybody)).unionByName(of_anybody)
    return found.filter("part <> home").drop("home").dropDuplicates(["file", "nth", "part"])


def _examined(wire: Any, job: _Job, selected: tuple[str, ...]) -> Answers:
    """The answers on a group of acts, which come in any order, with no more acts than findings need."""
    table = (
        wire.join(job.starts, on="file", how="left")
        .select(
            "file",
            "input",
            "guest",
            act=(pl.col("start") + pl.col("nth")).cast(ACTS["act"]),
            **{name: _from_wire(name) for name in _TYPED},
        )
        .sort("act")
    )
    guests = table["act"].filter(table["guest"]).to_list()
    table = netted(table.drop("file", "guest"), table["file"], job.held)
    acts = Acts(table=forget_unnamed(table) if job.forget else table, inputs=())
    answers = engine.answer(acts, job.book.value, selected, job.options)
    if guests:
        home = ~pl.col("act").is_in(guests).fill_null(value=False)  # what is said of a year names no act
        asked = engine.asked(acts.table, job.options)
        at_home = {name: frame.filter(home) for name, frame in answers.findings.items()}
        answers = replace(answers, findings=at_home, acts_asked=len(asked.filter(home)))
    table, _ = findings.in_one(answers.findings)
    return replace(answers, stood_on=schedule.named_by(table, answers.stood_on.select(findings.STOOD_ON)))


def _from_wire(name: str) -> pl.Expr:
    dtype = ACTS[name]
    return pl.col(name).cast(pl.Int32).cast(dtype) if dtype == pl.Date else pl.col(name).cast(dtype)


def _by_rule(parts: Iterable[Answers]) -> Mapping[str, list[pl.DataFrame]]:
    """The findings of each rule, part by part."""
    found: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for part in parts:
        for name, frame in part.findings.items():
            found[name].append(frame)
    return found


def together(by_practitioner: Sequence[Answers], by_patient: Sequence[Answers], acts: int) -> Answers:
    """The answers on all acts; what is counted of acts, practitioners and patients comes from the first ones.

    Args:
        by_practitioner: answers on all acts, group by group.
        by_patient: those of the other rules, on some of the same acts.
        acts: how many there are.
    """
    parts = [*by_practitioner, *by_patient]
    crashed = dict.fromkeys(name for part in parts for name in part.crashed)
    unanswered = pl.concat([part.unverifiable for part in parts]).filter(~pl.col("rule").is_in(list(crashed)))
    # what is said of an act of nobody in one group, another group, of which it may be, leaves open
    open_acts = unanswered.select("rule", "act").drop_nulls()
    stood_on = pl.concat([part.stood_on for part in parts])
    firsts = pl.concat([part.patients for part in by_practitioner])
    entries: dict[tuple[str, date], list[Practitioner]] = defaultdict(list)
    for part in by_practitioner:
        for key, some in part.threshold.items():
            entries[key] += some
    return Answers(
        findings={
            name: pl.concat(frames, how="vertical_relaxed").join(
                open_acts.filter(pl.col("rule") == name), on="act", how="anti"
            )
            for name, frames in _by_rule(parts).items()
            if name not in crashed
        },
        unverifiable=unanswered,
        crashed=tuple(crashed),
        stood_on=stood_on.unique("act").sort("act"),
        patients=firsts.group_by("patient").agg(pl.col("act").min()).sort("act"),
        practitioners=frozenset().union(*(part.practitioners for part in by_practitioner)),
        refused=pl.concat([part.refused for part in by_practitioner]).unique(["input", "row"]),
        acts=acts,
        concerned=frozenset().union(*(part.concerned for part in parts)),
        acts_asked=sum(part.acts_asked for part in by_practitioner),
        threshold={
            key: tuple(sorted(some, key=lambda entry: (entry.practitioner, entry.year)))
            for key, some in entries.items()
        },
    )
