"""The share of remote acts, per practitioner and civil year, in integer arithmetic; and how far it can be held to.

A year over its ceiling is a *violation* only where nothing of it is in doubt: see `doubts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal, Protocol

import polars as pl
from pydantic import Field, model_validator

from avenant9.acts.columns import heading
from avenant9.french import integer, percent
from avenant9.kinds.kind import Key, Kind
from avenant9.kinds.run import (
    NOTHING_SAID,
    ORDER,
    UNNAMED,
    Run,
    hidden_by_grouping,
    in_force,
    outcome,
    part_of,
    whole_year,
)
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import Fact, Line, Noted, Told, Trace
from avenant9.law.dated import BasisPoints, Code, FoundVerdict, RefusedError, SpecialtyCode, Value, Version
from avenant9.law.nomenclature import Nature
from avenant9.model import GrantedCeiling, Outcome
from avenant9.wording import MONTHS, NBSP, counted, day, listed, months, numbers, plural
from avenant9.wording import integer as number
from avenant9.wording import percent as share_of

_COLUMNS = (
    *ORDER,
    "practitioner",
    "specialty",
    "specialty_deduced",
    "code",
    "nature",
    "quantity",
    "own_amount",
    "own_patient",
    "stands_in",
    "doubtful",
)
_YEAR = ["practitioner", "year"]
_SPECIALTY = ("specialty", "specialty_deduced")
_COUNTS = ("total", "remote", "unknown", "repeated")


class Given(Protocol):
    """What a year is judged by beside its acts: the day of the run, and what the user says of it."""

    @property
    def as_of(self) -> date:
        """The day of the run."""

    @property
    def derogations(self) -> tuple[GrantedCeiling, ...]:
        """Of the ceiling."""

    @property
    def complete_years(self) -> tuple[int, ...]:
        """The civil years that the files hold whole, whatever they hold of them."""


class SpecialtyCeiling(Value):
    """Another ceiling for some specialties."""

    specialties: tuple[SpecialtyCode, ...] = Field(min_length=1)
    ceiling_bp: BasisPoints

    @property
    def french(self) -> str:
        codes = numbers(self.specialties)
        return f"{share_of(self.ceiling_bp)} ({plural(len(self.specialties), 'spécialité')} {codes})"


class RemoteUntil(Value):
    """The last day on which acts of some remote codes are remote; later ones count in the total only."""

    codes: tuple[Code, ...] = Field(min_length=1)
    until: date

    @property
    def french(self) -> str:
        return f"{', '.join(self.codes)} le {day(self.until)}"


class WholeYear(Value):
    """The months of a civil year that hold acts where the files hold the year whole."""

    months: int = Field(ge=1, le=12)  # at least so many
    among: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()  # and these

    @property
    def french(self) -> str:
        among = f", dont {listed([MONTHS[month - 1] for month in self.among])}" if self.among else ""
        return f"{counted(self.months, 'mois')} au moins{among}"

    def is_held(self, held: Collection[int]) -> bool:
        """Whether acts in these months are enough."""
        return len(held) >= self.months and set(self.among) <= set(held)


class ShareVersion(Version):
    """Remote acts over all acts, per practitioner and civil year, in whole basis points."""

    remote_codes: tuple[Code, ...] = Field(min_length=1, title="actes à distance")
    remote_until: tuple[RemoteUntil, ...] = Field((), title="à distance, dernier jour")  # codes that end before
    ceiling_bp: BasisPoints = Field(title="plafond")
    specialty_ceilings: tuple[SpecialtyCeiling, ...] = Field((), title="plafonds par spécialité")
    # neither remote nor in person: majorations…
    uncounted_natures: tuple[Nature, ...] = Field(min_length=1, title="natures non comptées")
    # remote acts of the médecin traitant with own patients are not remote
    exclude_own_patients: bool = Field(False, title="hors patientèle médecin traitant")
    denominator: Literal["all"] = Field("all", title="au regard de")
    whole_year: WholeYear | None = Field(None, title="année entière, mois où il y a des actes")
    remark: str = Field("", title="précision")  # ends the message: what must come before a recovery

    @model_validator(mode="after")
    def _remote_until_some_day_of_it(self) -> ShareVersion:
        if any(end.until not in self.period for end in self.remote_until):
            raise RefusedError("« remote_until » donne un jour hors de la version", "corriger ce jour")
        return self

    @property
    def ordinary_bp(self) -> pl.Expr:
        """The ceiling of a `specialty`."""
        ordinary = pl.lit(self.ceiling_bp, pl.Int64)
        for own in self.specialty_ceilings:
            theirs = pl.col("specialty").is_in(list(own.specialties))
            ordinary = pl.when(theirs).then(pl.lit(own.ceiling_bp, pl.Int64)).otherwise(ordinary)
        return ordinary

    @property
    def highest_bp(self) -> int:
        """The highest ceiling of any specialty."""
        return max([self.ceiling_bp, *(own.ceiling_bp for own in self.specialty_ceilings)])

    @property
    def remote(self) -> pl.Expr:
        """Whether an act is of a code that is remote on its day."""
        remote = pl.col("code").is_in(list(self.remote_codes))
        for end in self.remote_until:
            remote &= ~pl.col("code").is_in(list(end.codes)) | (pl.col("date") <= end.until)
        return remote


class Share(Kind[ShareVersion]):
    """The ceiling on remote activity. Its versions start on 1 January and end on 31 December."""

    families: ClassVar = ("seuil",)

    kind: Literal["share"]
    version: tuple[ShareVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole_years(self) -> Share:
        for version in self.version:
            if (version.from_.month, version.from_.day) != (1, 1):
                raise RefusedError("une version d'un seuil commence un 1er janvier", "corriger « from »")
            if version.until != "open" and (version.until.month, version.until.day) != (12, 31):
                raise RefusedError("une version d'un seuil finit un 31 décembre", "corriger « until »")
        return self

    @property
    def keys_alone(self) -> frozenset[Key]:
        return frozenset({"practitioner"})

    def reads(self, version: ShareVersion) -> Iterable[str]:
        yield "practitioner"
        if version.specialty_ceilings:
            yield "specialty"
        if version.exclude_own_patients:
            yield "treating_doctor"

    def check(self, acts: pl.DataFrame, version: ShareVersion, run: Run) -> Outcome:
        """Practitioners whose share of remote acts is strictly over their ceiling, with the latest acts beyond it.

        Explained by: `window`, `total`, `remote`, `excess` (units), `ceiling_bp`.
        """
        yearly = years_of(acts, version, run)
        counted = remote_units(_looked_into(acts, yearly), version)
        hidden = hidden_by_grouping(acts, version.remote_codes, version, run)
        if counted.is_empty():
            return outcome(NOTHING_SAID, hidden)
        strange = counted.filter(~pl.col("code").is_in(list(run.known_codes)), pl.col("nature").is_null())
        yearly = yearly.join(
            strange.group_by(_YEAR).agg(unknown_codes=pl.col("quantity").cast(pl.Int64).sum()),
            on=_YEAR,
            how="left",
            maintain_order="left",
        ).with_columns(pl.col("unknown_codes").fill_null(0))
        doubt = yearly.filter(~pl.col("over"), pl.col("could_be_over")).select(*_YEAR, "specialty_decides")
        unsure = (
            counted.filter(pl.col("remote").fill_null(True))
            .join(doubt, on=_YEAR)
            .filter(pl.col("remote").is_null() | pl.col("specialty_decides"))
        )
        missing = pl.concat_list(
            pl.when(pl.col("specialty_decides")).then(pl.lit("specialty")),
            pl.when(pl.col("remote").is_null()).then(pl.lit("treating_doctor")),
        ).list.drop_nulls()
        nobody = counted.filter(pl.col("practitioner").is_null())
        return outcome(
            _said(counted, _judged(yearly.filter(pl.col("over")), version, run), version),
            unsure.select("act", missing=missing),
            nobody.select("act", missing=pl.lit(["practitioner"], pl.List(pl.String))),
            hidden,
        )

    def looks_at(self, version: ShareVersion, scene: Scene) -> bool:
        return scene.counts and len(remote_units(scene.alone(), version)) > 0

    def said_of(self, own: Row | None, year: Row | None, version: ShareVersion, scene: Scene) -> Row | None:
        """The finding on the practitioner's year, where the act is one of those beyond the ceiling."""
        if year is None or scene.act["act"] not in year["related"]:
            return own
        said = f"{year['message']} Cet acte est de ceux qui sont au-delà du plafond, les derniers de l'année."
        return {**year, "message": said, "at_stake": None}

    def trace(self, version: ShareVersion, scene: Scene, finding: Row | None) -> Trace:
        return year_of(version, scene, beyond=finding is not None) or Noted()


def year_of(version: ShareVersion, scene: Scene, *, beyond: bool) -> ShareTrace | None:
    """The year of the act's practitioner; None where the act is not one of those that the share counts."""
    act = scene.act
    if act["practitioner"] is None:
        return None
    mine = scene.counted.filter(pl.col("practitioner") == act["practitioner"])
    counted = remote_units(mine, version)
    own = counted.filter(pl.col("act") == act["act"])
    yearly = shares(tally(counted), version, scene.run.derogations).filter(pl.col("year") == act["date"].year)
    if own.is_empty() or yearly.is_empty():
        return None
    figures = yearly.row(0, named=True)
    is_remote = own["remote"][0]
    return ShareTrace(
        year=figures["year"],
        total=figures["total"],
        remote=figures["remote"],
        unknown=figures["unknown"],
        share_bp=figures["remote"] * 10_000 // figures["total"],
        ordinary_bp=figures["ordinary_bp"],
        ceiling_bp=figures["ceiling_bp"],
        excess=figures["excess"],
        over=figures["over"],
        act="unknown" if is_remote is None else "remote" if is_remote else "in-person",
        beyond=beyond,
        doubts=tuple(doubts(figures, version, scene.run)) if figures["over"] else (),
        conditions=raised.conditions if (raised := in_use(figures, scene.run.derogations)) else (),
    )


def granted(practitioner: str, year: int, derogations: Iterable[GrantedCeiling]) -> GrantedCeiling | None:
    """The derogation in force for that year: its own, else the latest one, renewed and not ended by a change.

    A change of situation ends it with the year of the change.
    """
    earlier = [ceiling for ceiling in derogations if ceiling.practitioner == practitioner and ceiling.year <= year]
    if not earlier:
        return None
    latest = max(earlier, key=lambda ceiling: ceiling.year)
    if latest.year == year:
        return latest
    ended = latest.changed_on is not None and latest.changed_on.year < year
    return latest if latest.tacit_renewal and not ended else None


def in_use(year: Row, derogations: Iterable[GrantedCeiling]) -> GrantedCeiling | None:
    """The derogation that gives a year (a line of `shares`) its ceiling; none where the ordinary one is as high."""
    own = granted(year["practitioner"], year["year"], derogations)
    return own if own is not None and own.ceiling_bp > year["ordinary_bp"] else None


def running(year: int, as_of: date) -> bool:
    """Whether a civil year is not over on that day."""
    return as_of <= date(year, 12, 31)


def empty_months(year: Row, version: ShareVersion, given: Given) -> tuple[int, ...]:
    """The months without an act of a year that is over and that the files do not hold whole; else none."""
    asked = None if year["year"] in given.complete_years else version.whole_year
    if asked is None or asked.is_held(year["months"]) or running(year["year"], given.as_of):
        return ()
    return tuple(month for month in range(1, 13) if month not in year["months"])


def doubts(year: Row, version: ShareVersion, given: Given) -> Iterator[str]:
    """Why a year over its ceiling (a line of `shares`) may not be over it, in French; that it still runs apart."""
    if empty := empty_months(year, version, given):
        yield f"l'année n'est peut-être pas entière dans les fichiers (mois sans acte : {months(empty)})"
    if (year["remote"] - year["repeated"]) * 10_000 <= year["ceiling_bp"] * (year["total"] - year["repeated"]):
        repeat = counted(year["repeated"], "acte à distance répète", "actes à distance répètent")
        yield f"{repeat} peut-être une autre ligne, sans quoi le plafond est respecté"
    if year["specialty_deduced"] and year["remote"] * 10_000 <= version.highest_bp * year["total"]:
        yield f"« {heading('specialty')} », qui fixe le plafond, est déduite des codes"
    if year["unknown"]:
        yield f"« {heading('treating_doctor')} » inconnu pour {counted(year['unknown'], 'acte')} à distance"
    if year["practitioner"] == UNNAMED:
        yield "aucune colonne ne nomme le praticien"


def verdict_of(year: Row, version: ShareVersion, given: Given) -> FoundVerdict:
    """What the rule says of a year over its ceiling (a line of `shares`)."""
    unsure = running(year["year"], given.as_of) or any(doubts(year, version, given))
    return "review" if unsure else version.verdict


def remote_units(acts: pl.DataFrame, version: ShareVersion) -> pl.DataFrame:
    """The acts that enter the share: what it reads of them, `year`, `remote` (null where unknown)."""
    return _units(acts, version).collect()


def _units(acts: pl.DataFrame, version: ShareVersion) -> pl.LazyFrame:
    uncounted = pl.col("nature").is_in(list(version.uncounted_natures)).fill_null(False)
    counted = acts.lazy().select(_COLUMNS).filter(in_force(version), ~uncounted)
    remote = version.remote
    if version.exclude_own_patients:
        own, stands_in = pl.col("own_patient"), pl.col("stands_in")
        remote = remote & ~pl.when(own | ~stands_in).then(own)  # whose patient it is to a stand-in, nobody says
    return counted.with_columns(year=pl.col("date").dt.year(), remote=remote)


def days_of(acts: pl.DataFrame, version: ShareVersion, run: Run) -> pl.DataFrame:
    """The `tally` of all acts of a run, which the rule and the follow-up of the ceiling both read."""
    return run.kept.once(("tally", id(acts), version.from_), lambda: tally(_units(acts, version)))


def years_of(acts: pl.DataFrame, version: ShareVersion, run: Run) -> pl.DataFrame:
    """The `shares` of that tally."""
    return run.kept.once(
        ("shares", id(acts), version.from_), lambda: shares(days_of(acts, version, run), version, run.derogations)
    )


def _looked_into(acts: pl.DataFrame, yearly: pl.DataFrame) -> pl.DataFrame:
    """The acts of those who are, or could be, over their ceiling, and of nobody: of the others nothing is said."""
    near = yearly.filter(pl.col("over") | pl.col("could_be_over"))["practitioner"].unique()
    return acts.filter(pl.col("practitioner").is_in(near.implode()) | pl.col("practitioner").is_null())


def tally(units: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """What `remote_units` gave, in one line per practitioner, specialty (given or deduced) and day.

    All is counted from these: `acts` (how many), and their units, `total`, `remote`, `unknown` (remote
    or not, nobody can say) and `repeated` (remote, and perhaps another row once more).
    """
    quantity, remote = pl.col("quantity").cast(pl.Int64), pl.col("remote")
    keys = ("practitioner", *_SPECIALTY, "date")
    counts = {
        "total": quantity,
        "remote": quantity * remote,
        "unknown": quantity * remote.is_null(),
        "repeated": quantity * (remote & pl.col("doubtful")),
    }
    by_day = units.lazy().select(*keys, **counts).group_by(keys).agg(pl.col(_COUNTS).sum(), acts=pl.len())
    return by_day.with_columns(year=pl.col("date").dt.year()).collect()


def _by_year(days: pl.DataFrame) -> pl.DataFrame:
    """A `tally` in one line per practitioner and year, with their specialty and the months that hold an act."""
    counted = days.filter(pl.col("practitioner").is_not_null())
    by_specialty = counted.group_by(*_YEAR, *_SPECIALTY).agg(pl.col("acts", *_COUNTS).sum())
    unknown, acts = pl.col("specialty").is_null(), pl.col("acts").cast(pl.Int64)
    most = by_specialty.sort(unknown, "specialty_deduced", -acts, "specialty")
    held = counted.group_by(_YEAR).agg(months=pl.col("date").dt.month().unique().sort())
    return most.group_by(_YEAR).agg(pl.col(_SPECIALTY).first(), pl.col(_COUNTS).sum()).join(held, on=_YEAR)


def shares(days: pl.DataFrame, version: ShareVersion, derogations: Iterable[GrantedCeiling]) -> pl.DataFrame:
    """One line per practitioner and year, of a `tally`.

    Columns: practitioner, year, specialty (the most frequent one given, else deduced), specialty_deduced, total,
    remote, unknown, repeated, months (those with an act), ordinary_bp, ceiling_bp (a derogation never lowers it),
    highest_bp (of those that may be theirs), excess (units), over (whatever is unknown), could_be_over,
    specialty_decides.
    """
    yearly = _by_year(days).sort("practitioner", "year").with_columns(ordinary_bp=version.ordinary_bp)
    derogations = tuple(derogations)
    own_ceilings = [
        ceiling.ceiling_bp if (ceiling := granted(practitioner, year, derogations)) else None
        for practitioner, year in yearly.select("practitioner", "year").iter_rows()
    ]
    allowed_bp, total = pl.col("ceiling_bp"), pl.col("total")
    highest_bp = pl.when(pl.col("specialty").is_null()).then(pl.max_horizontal(allowed_bp, version.highest_bp))
    return (
        yearly.with_columns(granted_bp=pl.Series(own_ceilings, dtype=pl.Int64))
        .with_columns(ceiling_bp=pl.max_horizontal("granted_bp", "ordinary_bp"))
        .with_columns(highest_bp=highest_bp.otherwise(allowed_bp))
        .with_columns(
            excess=pl.max_horizontal(0, pl.col("remote") - allowed_bp * total // 10_000),
            over=pl.col("remote") * 10_000 > pl.col("highest_bp") * total,
            specialty_decides=pl.col("highest_bp") > allowed_bp,
            could_be_over=(pl.col("remote") + pl.col("unknown")) * 10_000 > allowed_bp * total,
        )
    )


def _judged(over: pl.DataFrame, version: ShareVersion, run: Run) -> pl.DataFrame:
    """Adds `verdict` and `doubts`, in words."""
    years = over.rows(named=True)
    return over.with_columns(
        verdict=pl.Series([verdict_of(year, version, run) for year in years], dtype=pl.String),
        doubts=pl.Series([in_words(doubts(year, version, run)) for year in years], dtype=pl.String),
        runs=pl.Series([running(year["year"], run.as_of) for year in years], dtype=pl.Boolean),
    )


def in_words(why: Iterable[str]) -> str:
    """Doubts as a sentence; nothing where there is none."""
    clauses = " ; ".join(why)
    return f"À examiner : {clauses}." if clauses else ""


def _said(counted: pl.DataFrame, over: pl.DataFrame, version: ShareVersion) -> pl.DataFrame:
    return over.join(_beyond(counted, over), on=_YEAR, how="left", maintain_order="left").select(
        *_YEAR,
        "at_stake",
        "related",
        "verdict",
        message=pl.format(
            "{} acte{} à distance sur {} en {}{}, soit {}, plafond {} ; {} de trop.{}{}{}",
            integer(pl.col("remote")),
            pl.when(pl.col("remote") > 1).then(pl.lit("s")).otherwise(pl.lit("")),
            integer(pl.col("total")),
            "year",
            pl.when("runs").then(pl.lit(" (année en cours)")).otherwise(pl.lit("")),
            _share_in_percent(),
            percent(pl.col("ceiling_bp")),
            integer(pl.col("excess")),
            pl.when(pl.col("unknown_codes") > 0)
            .then(pl.format(" Le total compte {} de code inconnu.", integer(pl.col("unknown_codes"))))
            .otherwise(pl.lit("")),
            pl.when(pl.col("doubts") != "").then(pl.format(" {}", "doubts")).otherwise(pl.lit("")),
            pl.lit(f" {version.remark}" if version.remark else ""),
        ),
        explanation=pl.struct(
            window=whole_year(pl.col("year")),
            total="total",
            remote="remote",
            ceiling_bp="ceiling_bp",
            excess="excess",
        ),
    )


def _beyond(counted: pl.DataFrame, over: pl.DataFrame) -> pl.DataFrame:
    """The remote acts beyond the ceiling, the latest of the year first taken: their amounts and rows."""
    latest = (
        counted.filter(pl.col("remote"))
        .join(over.select(*_YEAR, "excess"), on=_YEAR)
        .sort(*ORDER, nulls_last=True, descending=True)
        .with_columns(after=pl.col("quantity").cast(pl.Int64).cum_sum().over(_YEAR) - pl.col("quantity"))
        .filter(pl.col("after") < pl.col("excess"))
        .with_columns(units=pl.min_horizontal("quantity", pl.col("excess") - pl.col("after")))
    )
    amount = part_of(pl.col("own_amount"), pl.col("units"), pl.col("quantity"))
    return (
        latest.sort(*ORDER, nulls_last=False)
        .group_by(_YEAR)
        .agg(
            at_stake=pl.when(pl.col("own_amount").is_not_null().any()).then(amount.sum()),
            related=pl.col("act"),
        )
    )


def _share_in_percent() -> pl.Expr:
    """Rounded to two decimals; four where two would not tell the share from the ceiling."""
    total = pl.col("total")
    basis_points = (20_000 * pl.col("remote") + total) // (2 * total)
    millionths = (2_000_000 * pl.col("remote") + total) // (2 * total)
    digits = (millionths % 10_000).cast(pl.String).str.zfill(4)
    fine = pl.format(f"{{}},{{}}{NBSP}%", millionths // 10_000, digits)
    return pl.when(basis_points == pl.col("ceiling_bp")).then(fine).otherwise(percent(basis_points))


class ShareTrace(Trace, frozen=True):
    """The practitioner's civil year. `act` is what the explained act is in it; `beyond` whether it is over."""

    year: int
    total: int
    remote: int
    unknown: int
    share_bp: int
    ordinary_bp: int
    ceiling_bp: int
    excess: int
    over: bool
    act: Literal["remote", "in-person", "unknown"]
    beyond: bool
    doubts: tuple[str, ...] = ()  # why it is over its ceiling without certainty
    conditions: tuple[str, ...] = ()

    def fine(self, code: str) -> str:
        figures = (
            f"{number(self.remote)} {plural(self.remote, 'acte')} à distance sur {number(self.total)} "
            f"en {self.year}, soit {share_of(self.share_bp)}, plafond {share_of(self.ceiling_bp)}."
        )
        if not self.over:
            return figures
        return f"{figures} L'année dépasse le plafond, mais cet acte n'est pas de ceux qui sont au-delà."

    def lines(self, told: Told) -> Iterator[Line]:
        """The figures of the year, and what the act is in it."""
        acts = {"remote": "à distance", "in-person": "en présence", "unknown": "à distance ou non, on ne sait pas"}
        ceiling = share_of(self.ceiling_bp)
        if self.ceiling_bp != self.ordinary_bp:
            ceiling += f" par aménagement (ordinaire : {share_of(self.ordinary_bp)})"
        part = f"{number(self.remote)} à distance sur {number(self.total)} = {share_of(self.share_bp)}"
        yield Fact("Année", f"{self.year}, du 01/01 au 31/12, tous les actes du praticien")
        yield Fact("Cet acte", acts[self.act] + (", au-delà du plafond" if self.beyond else ""))
        yield Fact("Part", part)
        yield Fact("Plafond", ceiling)
        yield Fact("Excédent", counted(self.excess, "acte") if self.excess else "aucun")
        if self.unknown:
            yield Fact("Inconnus", counted(self.unknown, "acte"))
        for doubt in self.doubts:
            yield Fact("À examiner", doubt)
        if self.conditions:
            yield Fact("Conditions", " ; ".join(self.conditions))
