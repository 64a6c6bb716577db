"""What a condition asks of one act: each test with the columns it reads, its answer, and its words.

An answer is yes, no, or null where the value is unknown.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import time, timedelta
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field, StringConstraints, model_validator

from avenant9.acts.columns import COLUMNS, LISTED, in_french
from avenant9.french import day
from avenant9.french import percent as percent_of
from avenant9.kinds.run import Run
from avenant9.kinds.scene import Scene
from avenant9.law.dated import RefusedError, SpecialtyCode, Text, Value, Version
from avenant9.wording import counted, listed, numbers, percent, quoted
from avenant9.wording import day as french_day

_YES = {
    "treating_doctor": "le praticien est le médecin traitant du patient",
    "ald": "le patient est en ALD",
    "optam": "le praticien a adhéré à l'OPTAM",
    "territory": "le praticien a un ancrage territorial",
}
_NO = {
    "treating_doctor": "le praticien n'est pas le médecin traitant du patient",
    "ald": "le patient n'est pas en ALD",
    "optam": "le praticien n'a pas adhéré à l'OPTAM",
    "territory": "le praticien n'a pas d'ancrage territorial",
}
_WORDS = {
    "reason": "motif",
    "place": "lieu",
    "pathway": "parcours",
    "channel": "canal",
    "regulated_by": "régulation",
    "requested_by": "demandeur",
    "sector": "secteur",
}
_HOURS = {
    "day": "aux heures ouvrables",
    "pdsa": "aux heures de la permanence des soins",
    "regional": "aux heures de la permanence des soins si la région le prévoit",
}
_SATURDAY = 6
_ORDER_OF_FACTS = "l'ordre des faits, ou leur saisie, est en cause"
#: Ages are told in days, then in months, up to these months.
_IN_DAYS, _IN_MONTHS_UNTIL = 2, 36
YesNo = Literal["treating_doctor", "ald", "optam", "territory"]
Listed = Literal["reason", "place", "pathway", "channel", "regulated_by", "requested_by", "sector"]


class Test(Value):
    """One test. `reads` are the columns that it reads."""

    test: str

    @property
    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """The columns that it reads."""

    @property
    def name(self) -> str:
        """What an explanation calls it."""
        return " ".join([self.test, *self.reads[:1]])

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        """The acts with what it reads of the calendar."""
        return acts

    @property
    @abstractmethod
    def holds(self) -> pl.Expr:
        """Whether it holds of an act."""

    @property
    def in_doubt(self) -> pl.Expr:
        """Whether, where it does not hold, only a person can settle it."""
        return pl.lit(False)

    def doubt(self, version: Version) -> pl.Expr:
        """Why, in words, where it does not hold and `in_doubt` does."""
        return pl.lit(None, pl.String)

    @abstractmethod
    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        """What is wrong where it does not, in words; null where it cannot be told."""

    def found(self, scene: Scene) -> Any:
        """The value that it reads of an act, as a program reads it."""
        return scene.act[self.reads[0]]

    def told(self, found: Any) -> str:
        """The value found, in words; what is unknown is named in full."""
        if found is None:
            return "non renseigné"
        if isinstance(found, bool):
            return "le fichier dit oui" if found else "le fichier dit non"
        (said,) = in_french(self.reads[0], [str(found)])
        return f"le fichier dit « {said} »"


Age = Annotated[str, StringConstraints(pattern=r"^\d+ (jours|mois|ans)$")]
_IN_MONTHS = {"mois": 1, "ans": 12}


def later(start: pl.Expr, span: Age) -> pl.Expr:
    """The day on which so many days, months or years are over; the 1st, where the month lacks the day."""
    number, unit = span.split()
    if unit == "jours":
        return start + pl.duration(days=int(number))
    same_day = start.dt.offset_by(f"{int(number) * _IN_MONTHS[unit]}mo")  # the last one, where there is none
    return same_day + pl.duration(days=(same_day.dt.day() < start.dt.day()).cast(pl.Int8))


class _OfAge(Test):
    years: int = Field(ge=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("birth_date",)

    @property
    def name(self) -> str:
        return f"{self.test} {self.years}"

    def found(self, scene: Scene) -> int | None:
        """Dates of birth are told as ages."""
        years: int | None = scene.alone().select(age()).item()
        return years

    def told(self, found: Any) -> str:
        return "date de naissance inconnue" if found is None else f"{counted(found, 'an')} le jour de l'acte"


class AgeUnder(_OfAge):
    """Holds up to the day before the `years`-th birthday."""

    test: Literal["age-under"]

    @property
    def holds(self) -> pl.Expr:
        return pl.col("date") < birthday(self.years)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        asked = f"moins de {self.years} ans exigés"
        others = [f"moins de {years} ans" for years in _other_ages(version, AgeUnder, self.years)]
        return pl.format(f"patient de {{}} le jour de l'acte, {asked}{_at_most(others)}", _years(pl.col("age")))

    @property
    def french(self) -> str:
        return f"patient de moins de {self.years} ans"


class AgeAtLeast(_OfAge):
    """Holds from the `years`-th birthday on."""

    test: Literal["age-at-least"]

    @property
    def holds(self) -> pl.Expr:
        return pl.col("date") >= birthday(self.years)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        asked = f"{self.years} ans au moins exigés"
        others = [f"{years} ans au moins" for years in _other_ages(version, AgeAtLeast, self.years)]
        return pl.format(f"patient de {{}} le jour de l'acte, {asked}{_at_most(others)}", _years(pl.col("age")))

    @property
    def french(self) -> str:
        return f"patient de {self.years} ans ou plus"


def _other_ages(version: Version, kind: type[AgeUnder | AgeAtLeast], years: int) -> list[int]:
    """The ages up to which the version leaves a doubt."""
    tests = getattr(version, "doubtful_if", ())
    return [test.years for test in tests if isinstance(test, kind) and test.years != years]


def _at_most(readings: list[str]) -> str:
    """The widest reading of a text, in brackets; nothing where there is one reading."""
    return f" ({listed(readings, 'ou')} dans la lecture la plus large)" if readings else ""


def birthday(years: int) -> pl.Expr:
    """The `years`-th birthday; of someone born on 29 February, 1 March in a common year."""
    return later(pl.col("birth_date"), f"{years} ans")


def age() -> pl.Expr:
    """Completed years on the day of the act."""
    years = pl.col("date").dt.year() - pl.col("birth_date").dt.year()
    born_on = pl.col("birth_date").dt.month().cast(pl.Int32) * 100 + pl.col("birth_date").dt.day()
    day_of_act = pl.col("date").dt.month().cast(pl.Int32) * 100 + pl.col("date").dt.day()
    return years - (day_of_act < born_on).cast(pl.Int32)


class Bracket(Value):
    """Ages from the day of the first to the eve of the second."""

    from_: Age = Field(alias="from")
    before: Age

    @property
    def holds(self) -> pl.Expr:
        """Whether the patient is of these ages on the day of the act."""
        born, on = pl.col("birth_date"), pl.col("date")
        return (on >= later(born, self.from_)) & (on < later(born, self.before))

    @property
    def french(self) -> str:
        return (
            f"de {self.from_} à moins de {self.before}"
            if int(self.from_.split()[0])
            else f"de moins de {self.before}"
        )


class AgeWithin(Test):
    """Holds within one of the brackets."""

    test: Literal["age-within"]
    brackets: tuple[Bracket, ...] = Field(min_length=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("birth_date",)

    @property
    def holds(self) -> pl.Expr:
        return reduce(or_, (bracket.holds for bracket in self.brackets))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format(f"patient de {{}} le jour de l'acte, admis : {self._asked}", age_in_words())

    def found(self, scene: Scene) -> str | None:
        """Dates of birth are told as ages."""
        words: str | None = scene.alone().select(age_in_words()).item()
        return words

    @property
    def _asked(self) -> str:
        return listed([bracket.french for bracket in self.brackets], "ou")

    @property
    def french(self) -> str:
        return f"patient {self._asked}"

    def told(self, found: Any) -> str:
        return "date de naissance inconnue" if found is None else f"{found} le jour de l'acte"


def age_in_words() -> pl.Expr:
    """Days up to two months, months up to three years, then years."""
    born, on = pl.col("birth_date"), pl.col("date")
    months = (on.dt.year() - born.dt.year()) * 12 + on.dt.month().cast(pl.Int32) - born.dt.month()
    months -= (on.dt.day() < born.dt.day()).cast(pl.Int32)
    days = (on - born).dt.total_days()
    return (
        pl.when(months < _IN_DAYS)
        .then(pl.format("{} jours", days))
        .when(months < _IN_MONTHS_UNTIL)
        .then(pl.format("{} mois", months))
        .otherwise(_years(age()))
    )


def _years(age: pl.Expr) -> pl.Expr:
    return pl.format("{} {}", age, pl.when(age > 1).then(pl.lit("ans")).otherwise(pl.lit("an")))


class WithinAfter(Test):
    """Holds up to `delay` after the day of a column, that day included."""

    test: Literal["within-after"]
    column: Literal["discharge_date"]
    delay: Age

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def _limit(self) -> pl.Expr:
        return later(pl.col(self.column), self.delay)

    @property
    def holds(self) -> pl.Expr:
        return pl.col("date") <= self._limit

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        said = f"sortie d'hospitalisation le {{}}, délai de {self.delay} échu le {{}}"
        return pl.format(said, day(pl.col(self.column)), day(self._limit))

    def found(self, scene: Scene) -> dict[str, Any] | None:
        since = scene.act[self.column]
        return None if since is None else {"since": since, "last_day": scene.alone().select(self._limit).item()}

    @property
    def french(self) -> str:
        return f"au plus {self.delay} après la sortie d'hospitalisation"

    def told(self, found: Any) -> str:
        if found is None:
            return "non renseigné"
        return f"sortie le {french_day(found['since'])}, dernier jour le {french_day(found['last_day'])}"


class _OfYesNo(Test):
    column: YesNo

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def _of_patient(self) -> bool:
        return self.column == "treating_doctor"

    def found(self, scene: Scene) -> Any:
        """What the file says, or the letter of the care pathway where that tells."""
        said, own = scene.act[self.column], scene.act["own_patient"]
        if self._of_patient and (scene.act["stands_in"] or (said is None and own is not None)):
            return {"own_patient": own, "pathway": scene.act["pathway"]}
        return said

    def told(self, found: Any) -> str:
        if not isinstance(found, dict):
            return super().told(found)
        words = {True: "médecin traitant", False: "autre médecin", None: "remplaçant"}[found["own_patient"]]
        return f"{words}, par le parcours « {found['pathway']} »"


class IsTrue(_OfYesNo):
    """Holds when a yes/no column says yes; who stands in for the médecin traitant does what he may do."""

    test: Literal["is-true"]

    @property
    def holds(self) -> pl.Expr:
        return pl.col("own_patient") | pl.col("stands_in") if self._of_patient else pl.col(self.column)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.lit("pas d'ancrage territorial" if self.column == "territory" else _NO[self.column])

    @property
    def french(self) -> str:
        return _YES[self.column]


class IsFalse(_OfYesNo):
    """Holds when a yes/no column says no; who stands in for the médecin traitant is forbidden nothing."""

    test: Literal["is-false"]

    @property
    def holds(self) -> pl.Expr:
        return ~pl.col("own_patient") | pl.col("stands_in") if self._of_patient else ~pl.col(self.column)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.lit("ancrage territorial" if self.column == "territory" else _YES[self.column])

    @property
    def french(self) -> str:
        return _NO[self.column]


class _OfList(Test):
    column: Listed
    values: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_the_list(self) -> _OfList:
        for value in self.values:
            if value not in LISTED.get(self.column, self.values):
                raise RefusedError(
                    f"valeur inconnue de « {self.column} » : « {value} »",
                    f"admises : {', '.join(LISTED[self.column])}",
                )
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def value(self) -> pl.Expr:
        """The value that it reads; the médecin traitant needs no letter of the pathway."""
        return pl.col("pathway_said" if self.column == "pathway" else self.column)

    @property
    def found_in_words(self) -> pl.Expr:
        """The values of its column in words."""
        return self.value.replace(COLUMNS[self.column].values if self.column in COLUMNS else {})


class OneOf(_OfList):
    """Holds when a listed value is one of `values`."""

    test: Literal["one-of"]

    @property
    def holds(self) -> pl.Expr:
        return self.value.is_in(list(self.values))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        admitted = ", ".join(in_french(self.column, self.values))
        return pl.format(f"{_WORDS[self.column]} « {{}} », admis : {admitted}", self.found_in_words)

    @property
    def french(self) -> str:
        return f"{_WORDS[self.column]} {listed(quoted(in_french(self.column, self.values)), 'ou')}"


class NoneOf(_OfList):
    """Holds when a listed value is known and is none of `values`."""

    test: Literal["none-of"]

    @property
    def holds(self) -> pl.Expr:
        return ~self.value.is_in(list(self.values))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format(f"{_WORDS[self.column]} « {{}} » non admis", self.found_in_words)

    @property
    def french(self) -> str:
        return f"{_WORDS[self.column]} autre que {listed(quoted(in_french(self.column, self.values)), 'ou')}"


class SpecialtyIn(Test):
    """Holds for these CNAM specialties (22 and 23 are 1)."""

    test: Literal["specialty-in"]
    specialties: tuple[SpecialtyCode, ...] = Field(min_length=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("specialty",)

    @property
    def holds(self) -> pl.Expr:
        return pl.col("specialty").is_in(list(self.specialties))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format("la spécialité {} ne facture pas ce code", "specialty")

    def found(self, scene: Scene) -> dict[str, Any] | None:
        code = scene.act["specialty"]
        if code is None:
            return None
        said = {"code": code, "label": scene.nomenclature.specialties.get(code)}
        return {**said, "deduced": True} if scene.act["specialty_deduced"] else said

    @property
    def french(self) -> str:
        return f"spécialité {numbers(self.specialties, 'ou')}"

    def told(self, found: Any) -> str:
        if found is None:
            return "non renseigné"
        label = f" {found['label']}" if found["label"] else ""
        return f"{found['code']:02d}{label}" + (", d'après ses actes" if found.get("deduced") else "")


class ExemptionIn(Test):
    """Holds for these exemption codes of the CNAM."""

    test: Literal["exemption-in"]
    exemptions: tuple[int, ...] = Field(min_length=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("exemption",)

    @property
    def holds(self) -> pl.Expr:
        return pl.col("exemption").is_in(list(self.exemptions))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.lit("pas d'exonération")

    @property
    def french(self) -> str:
        return f"exonération {listed([str(code) for code in self.exemptions], 'ou')}"


class _OfRate(Test):
    basis_points: int = Field(ge=1, le=10_000)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("rate",)

    def told(self, found: Any) -> str:
        return "non renseigné" if found is None else percent(found)


class RateUnder(_OfRate):
    """Holds when the fund reimburses less than `basis_points`."""

    test: Literal["rate-under"]

    @property
    def holds(self) -> pl.Expr:
        return pl.col("rate") < self.basis_points

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format(f"remboursé à {{}} %, moins de {self.basis_points // 100} % attendu", pl.col("rate") // 100)

    @property
    def french(self) -> str:
        return f"taux de remboursement inférieur à {percent(self.basis_points)}"


class RateAtLeast(_OfRate):
    """Holds when the fund reimburses `basis_points` or more."""

    test: Literal["rate-at-least"]

    @property
    def holds(self) -> pl.Expr:
        return pl.col("rate") >= self.basis_points

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format(f"remboursé à {{}}, {percent(self.basis_points)} attendus", percent_of(pl.col("rate")))

    @property
    def french(self) -> str:
        return f"taux de remboursement de {percent(self.basis_points)} au moins"


class Exempted(Test):
    """Holds for patients in ALD and for these exemption codes, but for `unrelated`: care apart from the ALD."""

    test: Literal["exempted"]
    exemptions: tuple[int, ...] = Field(min_length=1)
    unrelated: tuple[int, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return ("ald", "exemption")

    @property
    def holds(self) -> pl.Expr:
        return exempted(self.exemptions, self.unrelated)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.lit("ni ALD ni exonération pour ces soins")

    def found(self, scene: Scene) -> dict[str, Any]:
        return {name: scene.act[name] for name in self.reads}

    @property
    def french(self) -> str:
        return f"patient en ALD ou exonéré, {self._but}"

    def told(self, found: Any) -> str:
        ald = {True: "ALD : oui", False: "ALD : non", None: "ALD non renseignée"}[found["ald"]]
        code = found["exemption"]
        return f"{ald}, {'exonération non renseignée' if code is None else f'exonération {code}'}"

    @property
    def _but(self) -> str:
        return f"soins sans rapport avec l'ALD ({listed([str(code) for code in self.unrelated])}) exceptés"


def exempted(exemptions: tuple[int, ...], unrelated: tuple[int, ...]) -> pl.Expr:
    """Whether a patient pays no share of an act: in ALD or exempted, unless the care is apart from the ALD."""
    code = pl.col("exemption")
    return (pl.col("ald") | code.is_in(list(exemptions))) & ~code.is_in(list(unrelated)).fill_null(False)


class AldNearby(Test):
    """Holds where another act of this practitioner and patient within `months`, either side, says an ALD."""

    test: Literal["ald-nearby"]
    months: int = Field(ge=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("ald", "practitioner", "patient")

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        """Adds `ald_nearby`: null where nobody knows whose acts to look at."""
        key = ["practitioner", "patient"]
        in_ald = run.acts_read.filter("ald", pl.col("uncounted").is_null()).select(*key, ald_on="date").unique()
        both = acts.select("act", *key, "date").join(in_ald, on=key)
        on, months = pl.col("date"), f"{self.months}mo"
        near = both.filter(pl.col("ald_on").is_between(on.dt.offset_by(f"-{months}"), on.dt.offset_by(months)))["act"]
        known = pl.all_horizontal(pl.col(key).is_not_null())
        return acts.with_columns(ald_nearby=pl.when(known).then(pl.col("act").is_in(near.implode())))

    @property
    def holds(self) -> pl.Expr:
        return pl.col("ald_nearby")

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.lit("pas d'ALD sur les autres lignes du patient")

    def found(self, scene: Scene) -> bool | None:
        nearby: bool | None = self.with_calendar(scene.alone(), scene.run)["ald_nearby"][0]
        return nearby

    @property
    def french(self) -> str:
        return f"une autre ligne de ce patient, à {self.months} mois près, dit une ALD"

    def told(self, found: Any) -> str:
        return ""


class WithinWorkingDays(Test):
    """Holds up to the `days`-th jour ouvrable after the request, its own day not counted.

    A request later than the act is a doubt: the hours tell of one day, where both are known. So is, where it is
    given, the time up to the `doubtful_weekdays`-th jour ouvré (Monday to Friday).
    """

    test: Literal["within-working-days"]
    column: Literal["requested_at"]
    days: int = Field(ge=1)
    doubtful_weekdays: int | None = Field(None, ge=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        asked = acts[self.column].dt.date()
        limit, doubtful = run.calendar.working_days_after(asked, self.days), self.doubtful_weekdays
        longer = run.calendar.working_days_after(asked, doubtful, saturdays=False) if doubtful else limit
        return acts.with_columns(limit.alias(self._limit), longer.alias(self._longer))

    @property
    def _limit(self) -> str:
        return f"working_limit_{self.days}"

    @property
    def _longer(self) -> str:
        return f"working_limit_{self.days}_{self.doubtful_weekdays or self.days}"

    @property
    def holds(self) -> pl.Expr:
        return (pl.col("date") <= pl.col(self._limit)) & ~self._asked_later

    @property
    def _asked_later(self) -> pl.Expr:
        return _later_than_the_act(self.column, "requested_day_only")

    @property
    def in_doubt(self) -> pl.Expr:
        return self._asked_later | (pl.col("date") <= pl.col(self._longer))

    def doubt(self, version: Version) -> pl.Expr:
        return pl.when(self._asked_later).then(pl.lit(_ORDER_OF_FACTS)).otherwise(pl.lit(version.doubt, pl.String))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        asked, limit, longer = (day(pl.col(name)) for name in (self.column, self._limit, self._longer))
        late = pl.format(f"demandé le {{}}, {self.days} jours ouvrables échus le {{}}", asked, limit)
        if self.doubtful_weekdays:
            late += pl.format(f", {self.doubtful_weekdays} jours ouvrés le {{}}", longer)
        return pl.when(self._asked_later).then(pl.format("demande du {} postérieure à l'acte", asked)).otherwise(late)

    def found(self, scene: Scene) -> dict[str, Any] | None:
        asked = scene.act[self.column]
        if asked is None:
            return None
        limit = scene.run.calendar.working_days_after(pl.Series([asked.date()], dtype=pl.Date), self.days)[0]
        return {"asked": asked.date(), "last_day": limit}

    @property
    def french(self) -> str:
        return f"au plus {counted(self.days, 'jour ouvrable', 'jours ouvrables')} après la demande"

    def told(self, found: Any) -> str:
        if found is None:
            return "non renseigné"
        limit = french_day(found["last_day"]) if found["last_day"] else "inconnu"
        return f"demandé le {french_day(found['asked'])}, dernier jour le {limit}"


class WithinHours(Test):
    """Holds up to `hours` after a moment; without the hour of the act, unknown on the last day.

    A moment later than the act is a doubt, and so is a delay that is too long only by the clock or only in hours
    gone by: the clock changed in between.
    """

    test: Literal["within-hours"]
    column: Literal["regulated_at"]
    hours: int = Field(ge=24, multiple_of=24)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column, "time")

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        """Adds `by_clock` and `gone_by`: the delays, the shortest where an hour is not known."""
        day_over = pl.col(self.column).dt.date().dt.combine(time(23, 59))
        since = acts.select(pl.when("regulated_day_only").then(day_over).otherwise(self.column)).to_series()
        until = acts.select(pl.col("date").dt.combine(pl.col("time").fill_null(time.min))).to_series()
        return acts.with_columns(by_clock=until - since, gone_by=run.calendar.gone_by(since, until))

    @property
    def holds(self) -> pl.Expr:
        """With the hour of the act, to the minute; without it, only what holds whatever the hour."""
        days_later = (pl.col("date") - pl.col(self.column).dt.date()).dt.total_days()
        whole_days = self.hours // 24
        by_day = pl.when(days_later < whole_days).then(days_later >= 0).when(days_later > whole_days).then(False)
        exactly = ~self._too_long("by_clock") & ~self._too_long("gone_by") & (pl.col("by_clock") >= timedelta())
        return pl.when(pl.col("time").is_null() | pl.col("regulated_day_only")).then(by_day).otherwise(exactly)

    def _too_long(self, delay: str) -> pl.Expr:
        return pl.col(delay) > timedelta(hours=self.hours)

    @property
    def in_doubt(self) -> pl.Expr:
        return ~(self._too_long("by_clock") & self._too_long("gone_by"))

    def doubt(self, version: Version) -> pl.Expr:
        clock = pl.lit("l'heure a changé entre la régulation et l'acte")
        return pl.when(pl.col("by_clock") < timedelta()).then(pl.lit(_ORDER_OF_FACTS)).otherwise(clock)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        regulated = pl.col(self.column)
        at = pl.when("regulated_day_only").then(day(regulated)).otherwise(regulated.dt.to_string("%d/%m/%Y à %H:%M"))
        late = f"plus de {self.hours} h après la régulation du {{}}"
        only = f"{late}, {{}} seulement (changement d'heure)"
        which = pl.when(self._too_long("by_clock")).then(pl.lit("à l'horloge")).otherwise(pl.lit("en durée écoulée"))
        return (
            pl.when(pl.col("by_clock") < timedelta())
            .then(pl.format("régulation du {} postérieure à l'acte", at))
            .when(self.in_doubt)
            .then(pl.format(only, at, which))
            .otherwise(pl.format(late, at))
        )

    def found(self, scene: Scene) -> dict[str, Any] | None:
        act = scene.act
        return (
            None
            if act[self.column] is None
            else {"since": act[self.column], "date": act["date"], "time": act["time"]}
        )

    @property
    def french(self) -> str:
        return f"au plus {self.hours} heures après la régulation"

    def told(self, found: Any) -> str:
        if found is None:
            return "non renseigné"
        at = f" à {found['time']:%H:%M}" if found["time"] else ", heure inconnue"
        return f"régulé le {found['since']:%d/%m/%Y à %H:%M}, acte du {french_day(found['date'])}{at}"


def _later_than_the_act(column: str, day_only: str) -> pl.Expr:
    """Whether a moment is after the act; of the same day, where both hours are known."""
    moment, on = pl.col(column), pl.col("date")
    hours_tell = (moment.dt.date() == on) & ~pl.col(day_only) & pl.col("time").is_not_null()
    return pl.when(hours_tell).then(moment.dt.time() > pl.col("time")).otherwise(moment.dt.date() > on)


class DutyIs(Test):
    """Holds at these hours: of the day, of the permanence des soins, or of it where the region says so."""

    test: Literal["duty-is"]
    values: tuple[Literal["day", "pdsa", "regional"], ...] = Field(min_length=1)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("time",)

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        return acts.with_columns(duty=run.calendar.duty(acts["date"], acts["time"]))

    @property
    def holds(self) -> pl.Expr:
        return pl.col("duty").is_in(list(self.values))

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        within = "pdsa" not in self.values
        return pl.concat_str(
            pl.lit(f"{'aux' if within else 'hors des'} heures de la permanence des soins"),
            pl.when(pl.col("duty") == "regional")
            .then(pl.lit(" si la région le prévoit" if within else ", sauf si la région le prévoit"))
            .otherwise(pl.lit("")),
            pl.format(" ({})", pl.col("time").dt.to_string("%H:%M")).fill_null(""),
        )

    def found(self, scene: Scene) -> dict[str, Any]:
        return {"duty": self.with_calendar(scene.alone(), scene.run)["duty"][0], "time": scene.act["time"]}

    @property
    def french(self) -> str:
        return listed([_HOURS[value] for value in self.values], "ou")

    def told(self, found: Any) -> str:
        at = f"{found['time']:%H:%M}" if found["time"] else "heure inconnue"
        return f"{at}, {_HOURS[found['duty']]}" if found["duty"] else at


class TimeBetween(Test):
    """Holds from an hour to before another one, on these days; a public holiday of the whole zone is none of them."""

    test: Literal["time-between"]
    from_: time = Field(alias="from")
    before: time
    on: Literal["any-day", "weekday", "saturday"] = "any-day"

    @property
    def reads(self) -> tuple[str, ...]:
        return ("time",)

    def with_calendar(self, acts: pl.DataFrame, run: Run) -> pl.DataFrame:
        return acts.with_columns(holiday=run.calendar.public_holiday(acts["date"]))

    @property
    def holds(self) -> pl.Expr:
        at, weekday = pl.col("time"), pl.col("date").dt.weekday()
        days = {"any-day": pl.lit(True), "weekday": weekday < _SATURDAY, "saturday": weekday == _SATURDAY}
        admitted = days[self.on] & ~(pl.col("holiday") & pl.lit(self.on != "any-day"))
        return admitted & (at >= self.from_) & (at < self.before)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        return pl.format(f"acte à {{}}, {self._hours} exigé", pl.col("time").dt.to_string("%H:%M"))

    @property
    def _hours(self) -> str:
        return f"de {self.from_:%H:%M} à {self.before:%H:%M}"

    @property
    def french(self) -> str:
        days = {"any-day": "", "weekday": "en semaine, ", "saturday": "le samedi, "}
        return f"{days[self.on]}{self._hours}"

    def told(self, found: Any) -> str:
        return "heure inconnue" if found is None else f"{found:%H:%M}"


class Never(Test):
    """Holds for no act: the code may not be billed like this on these dates."""

    test: Literal["never"]

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    @property
    def holds(self) -> pl.Expr:
        return pl.lit(False)

    def failed(self, version: Version, reasons: tuple[str, ...]) -> pl.Expr:
        """Since when, until when, or between which days the code may not be billed, or only in dispute."""
        why = f" avec le motif {', '.join(quoted(in_french('reason', reasons)))}" if reasons else ""
        first, last = version.period.first, version.period.last
        if last is None:
            return pl.lit(f"ne se facture plus{why} depuis le {first:%d/%m/%Y}")
        if version.verdict == "review":
            return pl.lit(f"facturation discutée{why} du {first:%d/%m/%Y} au {last:%d/%m/%Y}")
        return pl.lit(f"ne se facture pas{why} jusqu'au {last:%d/%m/%Y}")

    def found(self, scene: Scene) -> None:
        return None

    @property
    def french(self) -> str:
        return "acte admis à cette date"

    def told(self, found: Any) -> str:
        return ""


AnyTest = Annotated[
    AgeUnder
    | AgeAtLeast
    | AgeWithin
    | IsTrue
    | IsFalse
    | OneOf
    | NoneOf
    | SpecialtyIn
    | ExemptionIn
    | Exempted
    | RateUnder
    | RateAtLeast
    | AldNearby
    | WithinAfter
    | WithinWorkingDays
    | WithinHours
    | DutyIs
    | TimeBetween
    | Never,
    Field(discriminator="test"),
]
