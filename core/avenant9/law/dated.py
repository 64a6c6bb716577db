"""What every value of the law says of itself: from when to when, by which text, compared with it on which day."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from avenant9.model import Source
from avenant9.period import Period, add_months

Confidence = Literal["high", "medium", "low"]
FoundVerdict = Literal["violation", "review"]
Zone = Literal["metropole", "alsace-moselle", "guadeloupe", "martinique", "guyane", "reunion", "mayotte"]


class RefusedError(ValueError):
    """A value that its model refuses: what is wrong, and what to do, in French."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class Refers(Struct, frozen=True):
    """Stands on the type of a name that is defined elsewhere; a rule may have to be of one `kind`."""

    to: Literal["code", "rule", "specialty"]
    kind: str | None = None


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
CodeName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Code = Annotated[CodeName, Refers("code")]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9-]+$")]
RuleId = Annotated[RuleName, Refers("rule")]
SpecialtyCode = Annotated[int, Refers("specialty")]
#: A decimal number; in TOML, whole numbers are written without a point.
Number = Annotated[Decimal, BeforeValidator(lambda value: Decimal(value) if type(value) is int else value)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt key would be a rule silently not applied. "4" is no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=True, defer_build=True)


class Value(Strict):
    """A value of a rule that is a table of its own."""

    @property
    @abstractmethod
    def french(self) -> str:
        """It, in the words of a person."""


class SourceModel(Strict):
    """Where a version comes from; `url` is empty for a document that was never put online, named by its title."""

    title: Text
    article: str = ""
    url: str
    published: date | None = None
    confidence: Confidence

    def to_source(self) -> Source:
        """The same, as the library passes it around."""
        return Source(self.title, self.article, self.url, self.published, self.confidence)


class Sourced(Strict):
    """Values that are not dated, with their source."""

    source: SourceModel
    checked_on: date
    note: str = ""


class Dated(Strict):
    """A value in force between two dates, with its source and the day it was last compared with it."""

    from_: date = Field(alias="from")
    until: date | Literal["open"]
    source: SourceModel
    checked_on: date
    note: str = ""
    after_gap: bool = Field(False, title="après une période sans texte")  # no text covers the days before

    @property
    def period(self) -> Period:
        """The days on which this value is in force, both ends included."""
        return Period(self.from_, None if self.until == "open" else self.until)

    @model_validator(mode="after")
    def _ends_after_start(self) -> Dated:
        if self.until != "open" and self.until < self.from_:
            raise RefusedError("« until » est antérieur à « from »", "corriger ces dates")
        return self


class Version(Dated):
    """One dated state of a rule; `during`: the period of a measure (`snp/ete-2022`) that gave it its dates.

    `doubt` says in French why its findings are only reviews: all of them, or, where its verdict is `violation`, those
    that its kind makes reviews.
    """

    verdict: FoundVerdict
    during: Text | None = None
    doubt: Text | None = Field(None, title="pourquoi à examiner")


def text_behind(rule: str, version: Dated) -> str:
    """The key of the text behind a version of a rule."""
    return f"rule:{rule}@{version.from_.isoformat()}"


class ByNature(Strict):
    """Something that the convention asks and no file of acts can show: no rule will ever check it."""

    label: Text
    why: Text
    source: SourceModel
    checked_on: date


class LimitationVersion(Dated):
    """How long the fund may claim, from the day it paid."""

    years: int = Field(ge=1)


class Limitation(Strict):
    """The limitation of claims: it groups findings apart, it drops none."""

    kind: Literal["limitation"]
    title: Text
    why: Text
    version: tuple[LimitationVersion, ...] = Field(min_length=1)

    def out_of_time(self, paid: date, as_of: date) -> bool | None:
        """Whether the fund paid longer ago than it may claim; None where no version says how long that is."""
        version = next((version for version in self.version if paid in version.period), None)
        return None if version is None else add_months(paid, 12 * version.years) < as_of
