"""Counts: at most so many units of an act per key and window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import ClassVar, Literal, Self

import polars as pl
from pydantic import Field

from avenant9.acts.columns import in_french
from avenant9.kinds.at_worst import may_pass
from avenant9.kinds.kind import Channel, Key, Kind, Reason
from avenant9.kinds.run import (
    IS_UNNAMED,
    NOTHING_SAID,
    ORDER,
    Run,
    Table,
    concerned,
    doubt_of_nobody,
    doubts,
    from_to,
    hidden_by_grouping,
    missing_columns,
    outcome,
    part_of,
    unless_none,
    unless_unnamed,
)
from avenant9.kinds.scene import Row, Scene, admitted, counting_order
from avenant9.kinds.tests import Bracket
from avenant9.kinds.trace import ActLine, Detail, Fact, Line, Told, Trace, Why, act_list
from avenant9.kinds.windows import WINDOWS, Name, Window
from avenant9.law.dated import Code, RuleId, Version
from avenant9.model import CellRef, Outcome
from avenant9.period import Period
from avenant9.wording import counted as count_of
from avenant9.wording import day, listed, plural

_SEARCHED = 800  # days after the act
_BEYOND = 400  # days after the last act counted: more than any window
_SCOPE = {
    ("practitioner", "patient"): "pour ce patient",
    ("patient",): "pour ce patient, tous praticiens confondus",
    ("practitioner",): "pour ce praticien",
    ("patient", "discharge_date"): "pour ce patient et cette sortie d'hospitalisation",
}
_PER = {"practitioner": "praticien", "patient": "patient", "discharge_date": "sortie d'hospitalisation"}
_PEOPLE: tuple[Key, ...] = ("practitioner", "patient")
#: What every version looks at.
_LOOKED_AT = (
    "act",
    *ORDER,
    "code",
    "practitioner",
    "birth_date",
    "discharge_date",
    "quantity",
    "own_amount",
    "doubtful",
)
#: The band of an act whose patient is of none of the ages.
_OUTSIDE = -1
Per = Literal["practitioner", "patient", "discharge_date"]
Filter = Literal["reason", "channel", "place"]
Place = Literal["cabinet", "domicile", "ehpad", "esms", "mmg", "centre-vaccination"]


class FrequencyVersion(Version):
    """At most `limit` units of `codes` per key, window and band of ages; outside the bands nothing is counted."""

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    reasons: tuple[Reason, ...] = Field((), title="motifs")  # only the acts with one of these reasons
    channels: tuple[Channel, ...] = Field((), title="canaux")  # only the acts through one of these channels
    places: tuple[Place, ...] = Field((), title="lieux")  # only the acts in one of these places
    bands: tuple[Bracket, ...] = Field((), title="tranches d'âge")
    without: Literal["discharge_date"] | None = Field(None, title="sans")  # only the acts that lack this column
    limit: int = Field(ge=0, title="limite")
    window: Name = Field(title="fenêtre")
    per: tuple[Per, ...] = Field(min_length=1, title="par")

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys without which nothing can be said: none where no unit at all is admitted."""
        return (*self.per, *(["birth_date"] if self.bands else ())) if self.limit else ()

    @property
    def group(self) -> tuple[str, ...]:
        """What acts are counted by, beside their window."""
        return (*self.per, *(["band"] if self.bands else ()))

    @property
    def band(self) -> pl.Expr:
        """The place of the act's band; null where the age is not known."""
        places = [pl.when(band.holds).then(pl.lit(place, pl.Int8)) for place, band in enumerate(self.bands)]
        outside = pl.when(pl.col("birth_date").is_not_null()).then(pl.lit(_OUTSIDE, pl.Int8))
        return pl.coalesce([*places, outside])

    def in_scope(self, acts: Table) -> Table:
        """The acts that may be counted, with their `band`, if there are any."""
        if self.without is not None:
            acts = acts.filter(pl.col(self.without).is_null())
        if not self.bands:
            return acts
        return acts.with_columns(band=self.band).filter(pl.col("band").ne_missing(_OUTSIDE))

    @property
    def filters(self) -> dict[Filter, tuple[str, ...]]:
        """Column -> the values of which only the acts are counted."""
        filters: dict[Filter, tuple[str, ...]] = {
            "reason": self.reasons,
            "channel": self.channels,
            "place": self.places,
        }
        return {name: values for name, values in filters.items() if values}

    def around(self, on: date) -> Period:
        """The window that an act of this day falls in."""
        return WINDOWS[self.window].around(on, self.period)


class Frequency(Kind[FrequencyVersion]):
    """Counts units in a window, per key.

    Acts in violation of a rule of `not_counting` do not fill the window; one that may be fills it only where the
    answer is the same either way. Of `not_counting_once_refused`, only a violation empties a place.
    """

    families: ClassVar = ("frequence", "condition")
    acts_needed: ClassVar = "of-its-codes"

    kind: Literal["frequency"]
    version: tuple[FrequencyVersion, ...] = Field(min_length=1)
    not_counting: tuple[RuleId, ...] = ()
    not_counting_once_refused: tuple[RuleId, ...] = ()

    @property
    def leans_on(self) -> frozenset[str]:
        return frozenset((*self.silent_where, *self.refusing))

    @property
    def refusing(self) -> tuple[str, ...]:
        """The rules whose violations do not fill the window."""
        return (*self.not_counting, *self.not_counting_once_refused)

    def with_the_unsure(self) -> Self:
        """The same count, if all that may be refused is not."""
        return self.model_copy(update={"not_counting": (), "not_counting_once_refused": self.refusing})

    @property
    def sets_rows_side_by_side(self) -> bool:
        return any("patient" in version.per for version in self.version)

    @property
    def keys_alone(self) -> frozenset[Key]:
        people = [[key for key in _PEOPLE if key in version.per] for version in self.version]
        return frozenset(keys[0] for keys in people if len(keys) == 1)

    def codes(self, version: FrequencyVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: FrequencyVersion) -> Iterable[str]:
        yield from ("practitioner", "time", *version.needed, *version.per, *version.filters)
        if version.without is not None:
            yield version.without

    # --- the check ----------------------------------------------------------------------------------------

    def check(self, acts: pl.DataFrame, version: FrequencyVersion, run: Run) -> Outcome:
        """Every row whose running count exceeds the limit, with the rows that hold the first units.

        Explained by: `window` (first and last day, `..` while it has none), `limit`, `count` at the row.
        """
        looked_at = acts.lazy().select(list(dict.fromkeys((*_LOOKED_AT, *version.per, *version.filters))))
        may_count = version.in_scope(concerned(looked_at, version.codes, version))
        for name, values in version.filters.items():
            may_count = may_count.filter(pl.col(name).is_in(list(values)) | pl.col(name).is_null())
        needed = [*version.filters, *version.needed]
        about = may_count.with_columns(known=pl.all_horizontal(pl.col(needed).is_not_null())).collect()
        hidden = hidden_by_grouping(acts, version.codes, version, run)
        if about.is_empty():
            return outcome(NOTHING_SAID, hidden)
        refused = [run.violating[name] for name in self.refusing if name in run.violating]
        counted = about.filter("known", *(~pl.col("act").is_in(acts.implode()) for acts in refused))
        unknown = about.filter(~pl.col("known"))
        in_play = pl.concat([counted, unknown]) if len(unknown) else unknown
        open_ = may_pass(in_play, version.per, WINDOWS[version.window], version.period, version.limit)
        unsure = self._unsure(run)
        counted = counted.with_columns(sure=~pl.col("act").is_in(unsure["act"].implode()))
        near = _rolling(counted, version) if WINDOWS[version.window].rolling else _fixed(counted, version)
        return outcome(
            unless_none(near, partial(_said, version=version)),
            missing_columns(open_, needed),
            unless_none(near, lambda near: _in_doubt(near, counted.join(unsure, on="act"), version)),
            hidden,
        )

    def _unsure(self, run: Run) -> pl.DataFrame:
        """The acts that may be in violation of a rule of `not_counting`, with all that is `missing` to tell."""
        asked = [run.unsure[name].select("act", "missing") for name in self.not_counting if name in run.unsure]
        if not any(map(len, asked)):
            return NOTHING_SAID
        return pl.concat(asked).explode("missing").group_by("act", maintain_order=True).agg("missing")

    # --- the explanation ----------------------------------------------------------------------------------

    def looks_at(self, version: FrequencyVersion, scene: Scene) -> bool:
        filters = version.filters.items()
        in_filters = all(admitted(scene.act[name], values) for name, values in filters)
        return super().looks_at(version, scene) and in_filters and not version.in_scope(scene.alone()).is_empty()

    def trace(self, version: FrequencyVersion, scene: Scene, finding: Row | None) -> CountTrace:
        """The window of the act, and every act that fills it, could fill it, or looks as if it did."""
        act, window = scene.act, version.around(scene.act["date"])
        counted: list[Row] = []
        not_counted: list[ActLine] = []
        unknown: list[ActLine] = []
        for row in _candidates(version, scene, window):
            why, detail, missing = self._standing(row, version, scene)
            if missing:
                if row["act"] != act["act"] and counting_order(row) <= counting_order(act):
                    unknown.append(scene.line(row, missing=missing))
            elif why is not None:
                not_counted.append(scene.line(row, why=why, detail=detail))
            else:
                counted.append(row)
        lines = scene.numbered(counted)
        count = next((line.running for line in lines if line.here), None)
        if version.window == "ever" and version.period.last is not None:
            window = Period(window.first, version.period.last)
        over = 0 if count is None else min(act["quantity"], max(0, count - version.limit))
        fitting, displaced = self._earliest(scene) if over else (None, ())
        return CountTrace(
            codes=version.codes,
            filters=(*version.reasons, *version.channels, *version.places),
            limit=version.limit,
            window=version.window,
            first=window.first,
            last=window.last,
            per=version.per,
            ages=_ages(version, scene),
            count=count,
            over=over,
            could_be=None if count is None else count + sum(line.units for line in unknown),
            counted=lines,
            not_counted=tuple(not_counted),
            unknown=tuple(unknown),
            earliest=fitting,
            displaced=displaced,
        )

    def _standing(
        self, row: Row, version: FrequencyVersion, scene: Scene
    ) -> tuple[Why | None, Detail | None, tuple[str, ...]]:
        """Why an act of the window is not counted (and by what), or what is unknown of it."""
        for why, detail in (_left_out(row, version), _of_another(row, version, scene)):
            if why is not None:
                return why, detail, ()
        hidden = [] if row["code"] in version.codes else ["original_code"]
        missing = (*hidden, *(name for name in (*version.filters, *version.needed) if row[name] is None))
        if missing:
            return None, None, missing
        for name in self.refusing:
            if row["act"] in scene.run.violating.get(name, ()):
                return "refused", name, ()
        if row["act"] == scene.act["act"]:
            return None, None, ()  # refused or over, it is refused in any case
        asked = self._unsure(scene.run).filter(pl.col("act") == row["act"])
        return None, None, tuple(dict.fromkeys(asked["missing"].explode().drop_nulls()))

    def _earliest(self, scene: Scene) -> tuple[date | None, tuple[CellRef, ...]]:
        """The first day after the act's on which, moved there, it would be within the limit; None where none is.

        The other acts stay where they are: second, those that would then be over because of it. A day on which no
        version of the rule holds the act is no answer.
        """
        act, start = scene.act, date.toordinal(scene.act["date"])
        others: dict[date, list[Row]] = {}
        last = start
        versions = [own for own in self.version if scene.code in own.codes and own.window != "ever"]
        for version in versions:
            others[version.from_] = [
                row
                for row in _all_of_key(version, scene)
                if row["act"] != act["act"] and self._standing(row, version, scene) == (None, None, ())
            ]
            last = max([last, *(date.toordinal(row["date"]) for row in others[version.from_])])
        for ordinal in range(start + 1, max(start + _SEARCHED, last + _BEYOND)):
            on = date.fromordinal(ordinal)
            for version in versions:
                moved = {**act, "date": on}
                if on in version.period and _fits(moved, others[version.from_], version):
                    displaced = _displaced(moved, others[version.from_], version)
                    return on, tuple(scene.where(row) for row in displaced)
        return None, ()


# --- counting ---------------------------------------------------------------------------------------------


def _crowded(acts: Table, group: Sequence[str], limit: int) -> Table:
    """The acts of the groups that pass the limit at all: nearly none do."""
    return acts.filter(pl.col("quantity").cast(pl.Int64).sum().over(group) > limit)


def _running(acts: pl.DataFrame, group: Sequence[str]) -> pl.LazyFrame:
    """Adds what fills the group so far.

    `filled` and `doubt_filled`: units that are sure to count, and those of doubtful repetitions among them; `count`
    and `doubt`: the same at the act, which counts itself; `could_be`: the count if all that is not sure counts too.
    """
    units = pl.col("quantity").cast(pl.Int64)
    doubt = pl.when("doubtful").then(units).otherwise(0)
    sure, rest = pl.when("sure"), pl.when(~pl.col("sure"))
    running = (
        acts.lazy()
        .sort(*ORDER, nulls_last=False)
        .with_columns(
            filled=sure.then(units).otherwise(0).cum_sum().over(group),
            doubt_filled=sure.then(doubt).otherwise(0).cum_sum().over(group),
            could_be=units.cum_sum().over(group),
        )
    )
    return running.with_columns(
        count=pl.col("filled") + rest.then(units).otherwise(0),
        doubt=pl.col("doubt_filled") + rest.then(doubt).otherwise(0),
        sure_so_far=pl.col("sure").cum_sum().over(group).cast(pl.Int64),
    )


def _fixed(acts: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    """The acts that could be over, in windows that everybody shares: year, quarter, week, ever."""
    days = WINDOWS[version.window].of_days(acts["date"], version.period)
    unnamed = pl.any_horizontal(pl.col(version.group).is_null())  # counts alone: null is no group
    group = [*version.group, "start", "alone"]
    windowed = acts.lazy().join(days.lazy(), on="date", how="left", maintain_order="left")
    crowded = _crowded(windowed.with_columns(alone=pl.when(unnamed).then("act")), group, version.limit).collect()
    if crowded.is_empty():
        return crowded
    running = _running(crowded, group).collect()
    near = running.filter(pl.col("could_be") > version.limit)
    filled = running.lazy().filter("sure", pl.col("count") - pl.col("quantity") < version.limit)
    first_units = filled.group_by(group, maintain_order=True).agg(related=pl.col("act"))
    return near.lazy().join(first_units, on=group, how="left", nulls_equal=True, maintain_order="left").collect()


def _rolling(acts: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    """The acts that could be over in the window of their own, which their day ends."""
    key, back = list(version.group), WINDOWS[version.window].rolling
    crowded = _crowded(acts, key, version.limit)
    if crowded.is_empty():
        return crowded
    running = (
        _running(crowded, key)
        .with_columns(
            place=pl.col("sure_so_far") - 1,
            end=pl.col("date"),
            before=pl.col("date").dt.offset_by(f"-{back}"),
        )
        .with_columns(start=pl.col("before").dt.offset_by("1d"))
        .collect()
    )
    earlier = running.group_by([*key, "date"], maintain_order=True).agg(
        pl.col("filled").last().alias("count_before"),
        pl.col("doubt_filled").last().alias("doubt_before"),
        pl.col("could_be").last().alias("could_be_before"),
        (pl.col("place").last() + 1).alias("first_place"),
    )
    windowed = (
        running.sort("before")
        .join_asof(
            earlier.sort("date"),
            left_on="before",
            right_on="date",
            by=key,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.col("count_before", "doubt_before", "could_be_before", "first_place").fill_null(0))
        .with_columns(
            count=pl.col("count") - pl.col("count_before"),
            doubt=pl.col("doubt") - pl.col("doubt_before"),
            could_be=pl.col("could_be") - pl.col("could_be_before"),
        )
    )
    near = windowed.filter(pl.col("could_be") > version.limit)
    return near.join(_first_units(near, running.filter("sure"), key, version.limit), on="act", how="left")


def _first_units(over: pl.DataFrame, running: pl.DataFrame, key: list[str], limit: int) -> pl.DataFrame:
    """The acts that hold the first `limit` units of each window: at most `limit` places from its first one."""
    places = over.select(
        *key, "act", "count_before", place=pl.int_ranges("first_place", pl.col("first_place") + limit)
    )
    held = running.select(*key, "place", held=pl.col("act"), until=pl.col("count"), own=pl.col("quantity"))
    return (
        places.explode("place")
        .join(held, on=[*key, "place"])
        .filter(pl.col("until") - pl.col("own") < pl.col("count_before") + limit)
        .sort("act", "place")
        .group_by("act", maintain_order=True)
        .agg(related=pl.col("held"))
    )


def _in_doubt(near: pl.DataFrame, unsure: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    """The acts that are over only if earlier ones count of which that is not sure: what is `missing` of those."""
    asked = near.filter(pl.col("count") <= version.limit)
    if asked.is_empty() or unsure.is_empty():
        return NOTHING_SAID
    earlier = [pl.col(f"{name}_of_doubt") for name in ORDER]
    return (
        asked.join(unsure, on=version.group, suffix="_of_doubt")
        .filter(pl.col("date_of_doubt") >= pl.col("start"), _before(earlier, [pl.col(name) for name in ORDER]))
        .explode("missing")
        .group_by("act", maintain_order=True)
        .agg("missing")
    )


def _before(these: Sequence[pl.Expr], those: Sequence[pl.Expr]) -> pl.Expr:
    """Whether an act comes before another in counting order."""
    before = pl.lit(False)
    for this, that in zip(reversed(these), reversed(those), strict=True):
        first = (this < that).fill_null(this.is_null() & that.is_not_null())
        before = first | (this.eq_missing(that) & before)
    return before


def _first_ones(limit: int) -> pl.Expr:
    """The acts that hold the first units: of an act that may be refused elsewhere, those before it and itself."""
    itself = pl.when(~pl.col("sure") & (pl.col("count") - pl.col("quantity") < limit)).then(pl.concat_list("act"))
    none = pl.lit([], pl.List(pl.UInt32))
    before = pl.col("related").fill_null(none).list.head("sure_so_far")
    return pl.concat_list(before, itself.fill_null(none))


def _said(near: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    over = near.filter(pl.col("count") > version.limit).with_columns(
        units=pl.min_horizontal("quantity", pl.col("count") - version.limit), related=_first_ones(version.limit)
    )
    sure = unless_unnamed(version.verdict) if "practitioner" in version.per else pl.lit(version.verdict)
    rests_on_doubt = pl.col("doubtful") | (pl.col("count") - pl.col("doubt") <= version.limit)
    filters = _in_brackets((*version.reasons, *version.channels, *version.places))
    counted = pl.format(
        f"{', '.join(version.codes)}{filters} : {{}} {{}} {_SCOPE[version.per]}{{}}, "
        f"{version.limit} au plus ; {{}} de trop.",
        "count",
        "told",
        _of_ages(version),
        "units",
    )
    never = pl.format(f"{{}}{filters} : ne se facture pas à cette date.", "code")
    return over.with_columns(told=_windows(over, WINDOWS[version.window])).select(
        "act",
        "related",
        verdict=pl.when(rests_on_doubt).then(pl.lit("review")).otherwise(sure),
        at_stake=part_of(pl.col("own_amount"), pl.col("units"), pl.col("quantity")),
        message=counted if version.limit else never,
        doubt=doubts(
            doubt_of_nobody(IS_UNNAMED & ("practitioner" in version.per)),
            pl.when(rests_on_doubt).then(pl.lit("un des actes comptés en répète peut-être un autre")),
        ),
        explanation=pl.struct(
            window=from_to(pl.col("start"), pl.col("end")),
            limit=pl.lit(version.limit),
            count=pl.col("count"),
        ),
    )


def _windows(over: pl.DataFrame, window: Window) -> pl.Series:
    """The window of each line, in words."""
    days = over.select("start", "end")
    distinct = days.unique()
    told = [window.told(Period(first, last)) for first, last in distinct.iter_rows()]
    named = distinct.with_columns(told=pl.Series(told, dtype=pl.String))
    return days.join(named, on=["start", "end"], how="left", nulls_equal=True, maintain_order="left")["told"]


def _in_brackets(filters: Sequence[str]) -> str:
    """The reasons, channels or places that are counted alone, in words; nothing where all are."""
    words = in_french("place", in_french("channel", in_french("reason", filters)))
    return f" ({', '.join(words)})" if words else ""


def _of_ages(version: FrequencyVersion) -> pl.Expr:
    """The band of an act in words; nothing where ages do not matter."""
    if not version.bands:
        return pl.lit("")
    words = {place: f", {band.french}" for place, band in enumerate(version.bands)}
    return pl.col("band").replace_strict(words, return_dtype=pl.String)


# --- what fills a window ----------------------------------------------------------------------------------


class CountTrace(Trace, frozen=True):
    """A limit: what was counted in its window, in counting order, and what was not.

    `count` is the running count at the act (null where it cannot be counted), `over` its units beyond the limit,
    `could_be` the count with every unknown act before it. `earliest` is the first later date on which the act would
    have been within the limit, null where there is none or where the act is within; `displaced` are the rows that
    would then be over in its place.
    """

    codes: tuple[str, ...]
    filters: tuple[str, ...]
    limit: int
    window: Name
    first: date
    last: date | None
    per: tuple[Per, ...]
    ages: str
    count: int | None
    over: int
    could_be: int | None
    counted: tuple[ActLine, ...] = ()
    not_counted: tuple[ActLine, ...] = ()
    unknown: tuple[ActLine, ...] = ()
    earliest: date | None = None
    displaced: tuple[CellRef, ...] = ()

    @property
    def _named(self) -> str:
        return ", ".join(self.codes) + _in_brackets(self.filters)

    def fine(self, code: str) -> str:
        if self.count is None:
            own = next((line for line in self.not_counted if line.here), None)
            if own is None:
                return f"{code} : la limite ne peut pas être dépassée, quel que soit le patient de cet acte."
            return f"{code} : non compté, l'acte est non conforme à {own.detail}."
        window = WINDOWS[self.window].told(Period(self.first, self.last))
        said = f"{self._named} : {self.count} {window} {_SCOPE[self.per]}{self.ages}, {self.limit} au plus."
        if self.could_be is None or self.could_be <= self.limit:
            return said
        return f"{said} Sous réserve des actes inconnus, qui pourraient le porter à {self.could_be}."

    def lines(self, told: Told) -> Iterator[Line]:
        """The limit, its window, the acts on both sides of it, and when the act would have been within."""
        if not self.limit:
            yield Fact("Limite", f"{self._named} : ne se facture pas à cette date")
            return
        per = listed([f"par {_PER[key]}" for key in self.per]) + self.ages
        since, until = day(self.first), self.last and day(self.last)
        yield Fact("Limite", f"{self._named} : {self.limit} au plus {WINDOWS[self.window].per}, {per}")
        yield Fact("Fenêtre", f"du {since} au {until}, bornes comprises" if until else f"depuis le {since}")
        if self.counted:
            yield act_list("Comptés", self.counted, "", beyond=self.limit, number=self.counted[-1].running)
        if self.not_counted:
            yield act_list("Non comptés", self.not_counted, "", number=len(self.not_counted))
        if self.unknown:
            yield act_list("Inconnus", self.unknown, "")
        if doubt := self._doubt():
            yield Fact("", doubt)
        if told.rejected:
            unread = ("ligne rejetée, ni lue ni comptée", "lignes rejetées, ni lues ni comptées")
            yield Fact("", count_of(told.rejected, *unread))
        if self.over and self.earliest is not None:
            yield Fact("Serait conforme", self._fitting(told, self.earliest))
        elif self.over:
            yield Fact("Autre date", "aucune où cet acte serait dans la limite")

    def _doubt(self) -> str:
        """What the unknown acts could make of the count."""
        if self.could_be is None or self.count is None or self.could_be == self.count:
            return ""
        effect = "la limite serait respectée dans tous les cas"
        if self.count > self.limit:
            effect = "le verdict n'en dépend pas"
        elif self.could_be > self.limit:
            effect = f"au-delà de la limite de {self.limit}"
        return f"le résultat pourrait passer à {self.could_be} : {effect}"

    def _fitting(self, told: Told, earliest: date) -> str:
        """When the act would have been within the limit."""
        when = f"au plus tôt le {day(earliest)}, au regard de cette limite"
        if not self.displaced:
            return when
        then = plural(len(self.displaced), "serait alors au-delà", "seraient alors au-delà")
        return f"{when} (mais {told.rows(self.displaced)} {then})"


def _candidates(version: FrequencyVersion, scene: Scene, window: Period) -> list[Row]:
    """Acts of the window that are of these codes, or hide behind a grouping code, in counting order.

    Of the acts of other patients, and of other practitioners where patients do not matter, none.
    """
    act = scene.act
    if any(act[key] is None for key in version.needed):
        return []
    hiding = [code for code, members in scene.run.grouping.items() if members & set(version.codes)]
    inside = pl.col("date") >= window.first if version.window != "ever" else pl.lit(True)
    if window.last is not None:
        inside = inside & (pl.col("date") <= window.last)
    near = version.in_scope(scene.run.acts_read.filter(inside, pl.col("code").is_in([*version.codes, *hiding])))
    decisive = "patient" if "patient" in version.per else "practitioner"
    could_be = pl.col(decisive).is_null() if version.limit else pl.col("act") == act["act"]
    near = near.filter((pl.col(decisive) == act[decisive]).fill_null(value=False) | could_be)
    rows = sorted(near.iter_rows(named=True), key=counting_order)
    if not WINDOWS[version.window].rolling:
        return rows
    return [row for row in rows if counting_order(row) <= counting_order(act)]


def _ages(version: FrequencyVersion, scene: Scene) -> str:
    """The band of the act explained, in words; nothing where ages do not matter, or where its own is not known."""
    words = version.in_scope(scene.alone()).select(_of_ages(version)).item()
    return words or ""


def _left_out(row: Row, version: FrequencyVersion) -> tuple[Why | None, Detail | None]:
    """Acts that the version never counts, whoever they are of."""
    last = version.period.last
    if row["uncounted"] is not None:
        return row["uncounted"], None
    if row["date"] < version.from_:
        return "before-version", version.from_
    if last is not None and row["date"] > last:
        return "after-version", last
    return ("no-units" if row["quantity"] <= 0 else None), None


def _of_another(row: Row, version: FrequencyVersion, scene: Scene) -> tuple[Why | None, Detail | None]:
    """Acts of another practitioner, stay, age, reason, channel or place."""
    if "practitioner" in version.per and row["practitioner"] not in (None, scene.act["practitioner"]):
        return "other-practitioner", row["practitioner"]
    if "discharge_date" in version.per and row["discharge_date"] not in (None, scene.act["discharge_date"]):
        return "other-discharge", row["discharge_date"]
    if version.bands and row["band"] not in (None, version.in_scope(scene.alone())["band"][0]):
        return "other-age", version.bands[row["band"]].french
    if row["code"] in version.codes:
        if not admitted(row["reason"], version.reasons):
            return "other-reason", row["reason"]
        if not admitted(row["channel"], version.channels):
            return "other-channel", row["channel"]
        if not admitted(row["place"], version.places):
            return "other-place", row["place"]
    return None, None


def _fits(moved: Row, others: Sequence[Row], version: FrequencyVersion) -> bool:
    """Whether the act, moved to its day, is within the limit beside the acts that do not move."""
    window, here = version.around(moved["date"]), counting_order(moved)
    before = sum(row["quantity"] for row in others if row["date"] in window and counting_order(row) < here)
    return bool(before + moved["quantity"] <= version.limit)


def _displaced(moved: Row, others: Sequence[Row], version: FrequencyVersion) -> list[Row]:
    """The later acts that are within the limit without the moved one, and over with it."""
    later = []
    for row in sorted(others, key=counting_order):
        if counting_order(row) > counting_order(moved) and moved["date"] in version.around(row["date"]):
            fits = _fits(row, others, version)
            if fits and not _fits(row, [*others, moved], version):
                later.append(row)
    return later


def _all_of_key(version: FrequencyVersion, scene: Scene) -> list[Row]:
    same = [pl.col(key) == scene.act[key] for key in version.per]
    return scene.counted.filter(pl.col("code").is_in(list(version.codes)), *same).rows(named=True)
