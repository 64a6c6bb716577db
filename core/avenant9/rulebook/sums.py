"""The lump sums beside the points of a year, as data: euros by patient of a list, or whole on a condition."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from avenant9.law.dated import SourceModel, Strict, Text
from avenant9.rulebook.conditions import Test, keys_of

#: How two majorations of one base go together.
Cumulation = Literal["added", "multiplied"]


class PatientClass(Strict):
    """One class of patients of the list of `key`, and the euros of each of them in a year.

    `not_seen` is what a patient not seen for two years brings (absent: as the others), `not_seen_at_most` the same in
    the kindest reading of the text, where there are two.
    """

    key: Text
    euros: int = Field(ge=0)
    not_seen: int | None = Field(default=None, ge=0)
    not_seen_at_most: int | None = Field(default=None, ge=0)

    @property
    def unseen(self) -> tuple[int, int]:
        """Euros of a patient not seen for two years: as counted, and at most."""
        counted = self.euros if self.not_seen is None else self.not_seen
        return counted, counted if self.not_seen_at_most is None else self.not_seen_at_most


class Supplement(Strict):
    """Euros more for each patient of `key`, outside the base of the majorations.

    `unseen_doubt`: why the patients not seen for two years may not bring it, in French; empty where they do.
    """

    key: Text
    label: Text
    euros: int = Field(ge=1)
    unseen_doubt: str = ""


class ByAge(Strict):
    """So many percent of the base from an age of the doctor on."""

    by: Literal["age"]
    key: Text
    label: Text
    percent: int = Field(ge=1)
    from_age: int = Field(ge=1)
    note: str = ""


class Series(Strict):
    """The percents of a first installation, year after year, the last one for good; they hold those of the place.

    The first year is the civil year of the date of `key`. Of a date before `since` no text says whether it opens the
    series: the percents of the place and those of the series are then the bounds (`doubt` says so in French).
    """

    key: Text
    label: Text
    percents: tuple[int, ...] = Field(min_length=1)
    since: date
    doubt: Text


class ByPlace(Strict):
    """So many percent of the base in some zones, more in the first years of a first installation."""

    by: Literal["place"]
    key: Text
    label: Text
    percent: int = Field(ge=1)
    zones: tuple[Text, ...] = Field(min_length=1)
    first_installation: Series | None = None
    note: str = ""


class Prevention(Strict):
    """Euros for each indicator met by each patient: their numbers indicator by indicator, or in `total`."""

    keys: tuple[Text, ...] = Field(min_length=1)
    total: Text
    label: Text
    euros: int = Field(ge=1)
    note: str = ""


class _Sum(Strict):
    """What every sum says of itself.

    `only_if_told`: said of a practice only where it answers something of it. `instalments`: the months in which
    equal parts of what is no prevention are paid within the year. `left_out`: what is due too and not counted, in
    French.
    """

    id: Text
    label: Text
    only_if_told: bool = False
    instalments: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    left_out: str = ""
    source: SourceModel
    note: str = ""


class PatientSum(_Sum):
    """Euros by patient of a list, a supplement, majorations of the base and prevention beside it.

    `cumulation` holds the readings of two majorations together; the first is counted. `cumulation_doubt` says in
    French that no text settles them, `unseen_doubt` the same of the patients not seen for two years.
    """

    kind: Literal["patients"]
    class_: tuple[PatientClass, ...] = Field(alias="class", min_length=1)
    supplement: Supplement | None = None
    majoration: tuple[Annotated[ByAge | ByPlace, Field(discriminator="by")], ...] = ()
    cumulation: tuple[Cumulation, ...] = ("added",)
    cumulation_doubt: str = ""
    unseen_doubt: str = ""
    prevention: Prevention | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that it asks of a practice, in order."""
        series = [
            one.first_installation.key
            for one in self.majoration
            if isinstance(one, ByPlace) and one.first_installation is not None
        ]
        return (
            *(one.key for one in self.class_),
            *([self.supplement.key] if self.supplement else []),
            *(one.key for one in self.majoration),
            *series,
            *((*self.prevention.keys, self.prevention.total) if self.prevention else ()),
        )


class ConditionSum(_Sum):
    """A whole sum on a condition."""

    kind: Literal["condition"]
    euros: int = Field(ge=1)
    condition: Annotated[Test, Field(discriminator="test")]

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that it asks of a practice, in order."""
        return keys_of(self.condition)


Sum: TypeAlias = Annotated[PatientSum | ConditionSum, Field(discriminator="kind")]
