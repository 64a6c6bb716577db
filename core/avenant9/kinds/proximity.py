"""Another contact of the same practitioner and patient too close to an act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.french import day
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import (
    ORDER,
    Run,
    concerned,
    doubt_of_nobody,
    hidden_by_grouping,
    missing_columns,
    outcome,
    unless_unnamed,
)
from avenant9.kinds.scene import Row, Scene, counting_order
from avenant9.kinds.trace import ActLine, Fact, Line, Told, Trace, act_list
from avenant9.law.dated import Code, Version
from avenant9.law.nomenclature import Nature
from avenant9.model import Outcome
from avenant9.period import add_months
from avenant9.wording import day as french_day

_KEY = ["practitioner", "patient"]


class ProximityVersion(Version):
    """An act of `codes` with another contact of the same practitioner and patient within `months`, either side.

    The same day, and the same day `months` earlier or later, are outside.
    """

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    months: int = Field(ge=1, title="mois")
    natures: tuple[Nature, ...] = Field(
        min_length=1, title="natures d'acte"
    )  # the other acts that count as a contact
    counted_codes: tuple[Code, ...] = Field((), title="actes comptés en plus")  # though their nature is not listed
    ignored_codes: tuple[Code, ...] = Field((), title="actes non comptés")  # though their nature is listed

    @property
    def contact(self) -> pl.Expr:
        """Whether an act that counts is a contact."""
        contact = pl.col("nature").is_in(list(self.natures)) | pl.col("code").is_in(list(self.counted_codes))
        other = ~pl.col("code").is_in(list(self.ignored_codes))
        return contact.fill_null(False) & other & (pl.col("date") >= self.period.first)


class Proximity(Kind[ProximityVersion]):
    """Looks for another contact around an act."""

    families: ClassVar = ("frequence",)

    kind: Literal["proximity"]
    version: tuple[ProximityVersion, ...] = Field(min_length=1)

    @property
    def sets_rows_side_by_side(self) -> bool:
        return True

    def codes(self, version: ProximityVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: ProximityVersion) -> Iterable[str]:
        return _KEY

    def check(self, acts: pl.DataFrame, version: ProximityVersion, run: Run) -> Outcome:
        """Acts with another contact less than `months` before or after.

        Explained by: `months`, `before` and `after` (the days of the contacts, null where there is none).
        """
        about = concerned(acts, version.codes, version)
        known = pl.all_horizontal(pl.col(_KEY).is_not_null())
        days = (
            acts.filter(known, version.contact)
            .sort(*ORDER, nulls_last=False)
            .select(*_KEY, "date", contact_act="act", contact_day="date")
        )
        looked = about.filter(known).sort("date", "act")
        for side in ("backward", "forward"):
            near = days.rename({"contact_act": f"act_{side}", "contact_day": f"day_{side}"})
            looked = looked.join_asof(
                near, on="date", by=_KEY, strategy=side, allow_exact_matches=False, check_sortedness=False
            )
        return outcome(
            _said(looked, version),
            missing_columns(about.filter(~known), _KEY),
            hidden_by_grouping(acts, version.codes, version, run),
        )

    def trace(self, version: ProximityVersion, scene: Scene, finding: Row | None) -> ContactTrace:
        """Other contacts within the months, either side; and those of the same day, which do not count."""
        act = scene.act
        start, end = add_months(act["date"], -version.months), add_months(act["date"], version.months)
        near: Sequence[Row] = ()
        if scene.named:
            near = scene.counted.filter(
                *(pl.col(key) == act[key] for key in _KEY),
                version.contact,
                pl.col("date").is_between(start, end, closed="none"),
                pl.col("act") != act["act"],
            ).rows(named=True)
        ordered = sorted(near, key=counting_order)
        return ContactTrace(
            months=version.months,
            after=start,
            before=end,
            near=tuple(scene.line(row) for row in ordered if row["date"] != act["date"]),
            same_day=tuple(scene.line(row) for row in ordered if row["date"] == act["date"]),
        )


def _said(looked: pl.DataFrame, version: ProximityVersion) -> pl.DataFrame:
    months = version.months
    before = pl.col("day_backward") > pl.col("date").dt.offset_by(f"-{months}mo")
    after = pl.col("day_forward") < pl.col("date").dt.offset_by(f"{months}mo")
    found = looked.with_columns(before=before.fill_null(False), after=after.fill_null(False))
    seen = pl.concat_str(
        pl.when("before").then(
            pl.format("le {} (moins de {} mois avant)", day(pl.col("day_backward")), pl.lit(months))
        ),
        pl.when("after").then(
            pl.format("le {} (moins de {} mois après)", day(pl.col("day_forward")), pl.lit(months))
        ),
        separator=" et ",
        ignore_nulls=True,
    )
    return found.filter(pl.col("before") | pl.col("after")).select(
        "act",
        verdict=unless_unnamed(version.verdict),
        doubt=doubt_of_nobody(),
        at_stake="own_amount",
        message=pl.format("{} : ce praticien a vu ce patient {}.", "code", seen),
        related=pl.concat_list(
            pl.when("before").then("act_backward"), pl.when("after").then("act_forward")
        ).list.drop_nulls(),
        explanation=pl.struct(
            months=pl.lit(months),
            before=pl.when("before").then("day_backward"),
            after=pl.when("after").then("day_forward"),
        ),
    )


class ContactTrace(Trace, frozen=True):
    """Other contacts of the same practitioner and patient; those of the same day are outside the window."""

    months: int
    after: date
    before: date
    near: tuple[ActLine, ...]
    same_day: tuple[ActLine, ...]

    def fine(self, code: str) -> str:
        return f"{code} : aucun autre contact avec ce patient dans les {self.months} mois avant ou après."

    def lines(self, told: Told) -> Iterator[Line]:
        """The window, and the contacts in it."""
        window = f"du {french_day(self.after)} au {french_day(self.before)}, bornes et jour de l'acte exclus"
        yield Fact("Fenêtre", window)
        yield act_list("Contacts", self.near, "aucun")
        if self.same_day:
            yield act_list("Le même jour", self.same_day, "")
