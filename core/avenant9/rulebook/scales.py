"""The yearly sums as data: what a practice is asked, the scale of each year, volet 3, the calendar.

`rules/forfait/cles.toml` says the keys, a file named after each year its scale, `assistant.toml` and `echeances.toml`
the rest. A condition is one of a few closed kinds (`conditions.py`), a sum beside the points too (`sums.py`): a new
threshold is a value, a new sort of it is code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct
from pydantic import Field

from avenant9.compiled import compiled
from avenant9.law.dated import SourceModel, Strict, Text
from avenant9.period import ONE_DAY
from avenant9.rulebook.conditions import (
    AddendumAtLeast,
    AllOf,
    AnyOf,
    CountAtLeast,
    DeclaredBy,
    Given,
    Pair,
    Points,
    RateAtLeast,
    Rates,
    Tier,
    Tiers,
    Yes,
    keys_of,
    leaves,
)
from avenant9.rulebook.files import nearest_names
from avenant9.rulebook.shipped import load_apart
from avenant9.rulebook.sums import ByAge, ByPlace, PatientSum, Sum
from avenant9.wording import day, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from avenant9.rulebook.consistency import Loaded
    from avenant9.rulebook.files import RuleFile

KeyType = Literal["yes-no", "rate", "addendum", "date", "count", "points", "patients", "choice"]
Percentile = Literal["<P90", "P90-P95", ">=P95"]
#: The table of a file in which a key stands whose name has none (`medecin.age` stands in `[medecin]`).
FIRST_TABLE = "indicateurs"


# --- keys -------------------------------------------------------------------------------------------------


class Key(Strict):
    """One thing that a practice is asked.

    `section` groups the lines of a template; `action` is what a doctor does to make a "no" a "yes" (an infinitive);
    `unit` and `units` name what a rate or a number counts, `when` in which part of the year; `until` is the last day
    on which it can still change: the end of the declaration window, of the year or of a quarter. `rate_of` names a
    rate inside a sentence (`d'AAT`); `choices` are the words of a choice, `least` and `most` the bounds of a number.
    """

    id: Text
    label: Text
    section: Text
    type: KeyType
    note: Text
    action: str = ""
    unit: str = ""
    units: str = ""
    when: str = ""
    until: Literal["window", "year-end", "quarter-1", "quarter-2", "quarter-3"] | None = None
    rate_of: str = ""
    choices: tuple[Text, ...] = ()
    least: int = Field(default=0, ge=0)
    most: int | None = None

    @property
    def table(self) -> str:
        """The table of a file in which it stands."""
        return self.id.rpartition(".")[0] or FIRST_TABLE

    @property
    def name(self) -> str:
        """Its name inside its table."""
        return self.id.rpartition(".")[2]


class Keys(Strict):
    """All keys, in the order in which people read them."""

    kind: Literal["keys"]
    key: tuple[Key, ...] = Field(min_length=1)
    source: SourceModel
    checked_on: date


# --- scales -----------------------------------------------------------------------------------------------


class Indicator(Strict):
    """One indicator of a year.

    Attributes:
        number: what the text calls it (`1.3`, `8`), empty where it has none.
        points: what it brings; absent where `tiers` or `given` say it, and for a prerequisite without own points.
        optional: of an all-or-nothing volet, without being needed; its points come on top.
        exempt: the yes-no key that makes it not applicable.
        exemptions: who is exempt, and from what, in French.
        neutralised: why it is not held against anybody this year, in French.
        text_threshold: the threshold of the text, where another one is applied, in French.
    """

    id: Text
    label: Text
    number: str = ""
    condition: Annotated[
        Yes
        | RateAtLeast
        | AddendumAtLeast
        | CountAtLeast
        | DeclaredBy
        | AnyOf
        | AllOf
        | Tiers
        | Given
        | Pair
        | Rates,
        Field(discriminator="test"),
    ]
    points: Points | None = None
    optional: bool = False
    exempt: str = ""
    exemptions: str = ""
    neutralised: str = ""
    text_threshold: str = ""
    source: SourceModel
    note: str = ""

    @property
    def max_points(self) -> Fraction:
        """What it brings at most."""
        match self.condition:
            case Tiers():
                return Fraction(max(tier.points for tier in self.condition.tier))
            case Given():
                return Fraction(self.condition.high)
            case _:
                return Fraction(self.points or 0)


class Volet(Strict):
    """A part of the forfait. `points` belong to all its prerequisites together; `announced` is its whole maximum.

    `name`: what its text calls it (a masculine noun), where that is not the volet of its number. `opens`: what is to
    be said of its prerequisites where they open points that are already there, in French.
    """

    number: int = Field(ge=1)
    label: Text
    rule: Literal["all-or-nothing", "independent"]
    points: Points = Decimal(0)
    announced: Points
    indicator: tuple[Indicator, ...] = Field(min_length=1)
    source: SourceModel
    note: str = ""
    name: str = ""
    opens: str = ""

    @property
    def max_points(self) -> Fraction:
        """What it brings at most."""
        return Fraction(self.points) + sum((one.max_points for one in self.indicator), Fraction(0))


class Scale(Strict):
    """One year. `announced` is the maximum that was published for it.

    `scheme` names what the points are those of, where that is not the forfait structure; `sums` holds what is due
    beside them; `review` says in French why the whole year is still to be checked.
    """

    kind: Literal["scale"]
    year: int = Field(ge=1000, le=9999)
    title: Text
    scheme: str = ""
    review: str = ""
    point_cents: int = Field(ge=1)
    announced: Points
    volet: tuple[Volet, ...] = Field(min_length=1)
    sums: tuple[Sum, ...] = Field(default=(), alias="sum")
    source: SourceModel
    checked_on: date
    note: str = ""

    @property
    def max_points(self) -> Fraction:
        """What the year brings at most."""
        return sum((volet.max_points for volet in self.volet), Fraction(0))

    @property
    def indicators(self) -> Iterator[tuple[Volet, Indicator]]:
        """Every indicator with its volet, in order."""
        return ((volet, one) for volet in self.volet for one in volet.indicator)

    @property
    def used_keys(self) -> frozenset[str]:
        """The keys that this year asks for."""
        asked = {
            key
            for _, one in self.indicators
            for key in (*keys_of(one.condition), *([one.exempt] if one.exempt else []))
        }
        return frozenset(asked.union(*(one.keys for one in self.sums)))


# --- volet 3, calendar ------------------------------------------------------------------------------------


class AidAmounts(Strict):
    """Yearly ceilings of the aid, in euros, for the contract years that start from `from` to `until`.

    Each list starts with the contract year `first_year`; its last value holds for the years after it.
    """

    from_: date = Field(alias="from")
    until: date | Literal["open"]
    first_year: int = Field(default=1, ge=1)
    euros: dict[Percentile, tuple[int, ...]]
    source: SourceModel
    note: str = ""


class AidOption(Strict):
    """A working time, and the days on which a contract for it could be signed."""

    etp: Text
    label: Text
    first_day: date
    last_day: date | Literal["open"] = "open"
    amounts: tuple[AidAmounts, ...] = Field(min_length=1)


class AidCondition(Strict):
    """What the aid has to do with volet 1, between two dates; `review`: nothing, by a reading still to be checked."""

    from_: date = Field(alias="from")
    until: date | Literal["open"]
    needs_volet_1: bool | Literal["unsourced", "review"]
    source: SourceModel
    note: Text


class AssistantAid(Strict):
    """Volet 3: the aid for hiring an assistant médical."""

    kind: Literal["assistant"]
    label: Text
    contract_years: int = Field(ge=1)
    option: tuple[AidOption, ...] = Field(min_length=1)
    condition: tuple[AidCondition, ...] = Field(min_length=1)
    source: SourceModel
    checked_on: date
    note: str = ""


class DeadlineEntry(Strict):
    """One date of the calendar of some years.

    Where no source gives the day (`precise` is false), `first_day` and `last_day` are those of its month or year.
    """

    years: tuple[int, ...] = Field(min_length=1)
    role: Literal["window", "payment", "milestone"]
    what: Text
    first_day: date | None = None
    last_day: date | None = None
    precise: bool = True
    source: SourceModel
    note: str = ""


class Deadlines(Strict):
    """The calendar, in the order in which people read it."""

    kind: Literal["deadlines"]
    deadline: tuple[DeadlineEntry, ...] = Field(min_length=1)
    checked_on: date


KINDS: dict[str, type[Strict]] = {"scale": Scale, "keys": Keys, "assistant": AssistantAid, "deadlines": Deadlines}


class Scales(Struct, frozen=True):
    """All that the forfait needs.

    Attributes:
        years: year -> scale, the oldest first.
        keys: id -> key, in the order in which people read them.
        assistant: volet 3.
        deadlines: the calendar of all years.
        replaced: ids of shipped files that the folder of `--rules` replaced, sorted.
    """

    years: dict[int, Scale]
    keys: dict[str, Key]
    assistant: AssistantAid
    deadlines: tuple[DeadlineEntry, ...]
    replaced: tuple[str, ...] = ()


# --- loading ----------------------------------------------------------------------------------------------

#: The type of key that each kind of condition looks at.
_KEY_TYPES: dict[str, KeyType] = {
    "yes": "yes-no",
    "rate-at-least": "rate",
    "addendum-at-least": "addendum",
    "count-at-least": "count",
    "declared-by": "date",
    "tiers": "count",
    "given": "points",
    "pair": "points",
}


def load_scales(extra: Path | None = None) -> Scales:
    """The shipped scales, with the files of `extra` (`--rules`, its folder `forfait/`) added or in their place.

    Raises:
        RulebookError: a file is broken, or does not add up; the first error found is told.
        SettingError: `extra` is missing, is no folder, or holds no rule file.
    """
    return compiled("forfaits", partial(_read, None)) if extra is None else _read(extra)


def _read(extra: Path | None) -> Scales:
    loaded = load_apart("forfait", KINDS, extra)
    shipped = loaded if extra is None else load_apart("forfait", KINDS)
    replaced = tuple(name for name, one in loaded.items() if name in shipped and one.file != shipped[name].file)
    return _build(loaded, replaced)


def _build(loaded: Mapping[str, Loaded], replaced: tuple[str, ...] = ()) -> Scales:
    """The files as one, once each has been looked at beside the others."""
    keys = _the_only(loaded, Keys)
    _check_keys(keys.file, keys.model)
    by_id = {key.id: key for key in keys.model.key}
    scales: dict[int, Loaded] = {}
    for one in loaded.values():
        if isinstance(one.model, Scale):
            _check_year(one.file, one.model, scales)
            _check_scale(one.file, one.model, by_id)
            scales[one.model.year] = one
    assistant = _the_only(loaded, AssistantAid)
    _check_assistant(assistant.file, assistant.model)
    deadlines = _the_only(loaded, Deadlines)
    _check_deadlines(deadlines.file, deadlines.model)
    return Scales(
        years={year: scales[year].model for year in sorted(scales)},
        keys=by_id,
        assistant=assistant.model,
        deadlines=deadlines.model.deadline,
        replaced=replaced,
    )


def _the_only(loaded: Mapping[str, Loaded], kind: type[Strict]) -> Loaded:
    """The one file of a kind of which there is only one; the shipped files make sure that there is one."""
    first, *others = [one for one in loaded.values() if isinstance(one.model, kind)]
    for other in others:
        said = other.model.kind
        raise other.file.error(
            "kind", f"« {said} » est déjà celui de {first.file.shown}", "donner à ce fichier le nom de celui-là"
        )
    return first


def _check_once(file: RuleFile, places: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for place, name in places:
        if name in seen:
            raise file.error(place, f"« {name} » est déjà celui de « {seen[name]} »", "retirer l'un des deux")
        seen[name] = place


def _check_keys(file: RuleFile, keys: Keys) -> None:
    _check_once(file, ((f"key {number}, id", key.id) for number, key in enumerate(keys.key, 1)))
    for number, key in enumerate(keys.key, 1):
        if key.type in ("rate", "count") and not (key.unit and key.units):
            raise file.error(
                f"key {number}, unit",
                "clé absente ou vide",
                "nommer une unité au singulier (unit) et au pluriel (units)",
            )


def _check_year(file: RuleFile, scale: Scale, others: Mapping[int, Loaded]) -> None:
    if scale.year in others:
        first = others[scale.year].file.shown
        raise file.error("year", f"l'année {scale.year} est déjà celle de {first}", "retirer l'un des deux fichiers")


def _check_scale(file: RuleFile, scale: Scale, keys: Mapping[str, Key]) -> None:
    places = {
        (volet.number, one.id): f"volet {number}, indicator {rank}"
        for number, volet in enumerate(scale.volet, 1)
        for rank, one in enumerate(volet.indicator, 1)
    }
    _check_once(
        file,
        (
            (f"volet {number}, indicator {rank}, id", one.id)
            for number, volet in enumerate(scale.volet, 1)
            for rank, one in enumerate(volet.indicator, 1)
        ),
    )
    ids = [one.id for _, one in scale.indicators]
    for volet, one in scale.indicators:
        _check_indicator(file, places[volet.number, one.id], volet, one, keys)
        if isinstance(one.condition, Pair):
            for name in one.condition.beside:
                if name not in ids:
                    raise file.error(
                        f"{places[volet.number, one.id]}, condition, beside",
                        f"« {name} » n'est pas un indicateur de l'année",
                        nearest_names(name, ids) or f"indicateurs de l'année : {listed(ids)}",
                    )
    for number, volet in enumerate(scale.volet, 1):
        _check_total(file, f"volet {number}, announced", volet.max_points, volet.announced)
    _check_once(file, ((f"sum {number}, id", one.id) for number, one in enumerate(scale.sums, 1)))
    for number, beside in enumerate(scale.sums, 1):
        _check_sum(file, f"sum {number}", beside, keys)
    _check_total(file, "announced", scale.max_points, scale.announced)


def _check_total(file: RuleFile, place: str, added: Fraction, announced: Decimal) -> None:
    if added != Fraction(announced):
        found = format(Decimal(added.numerator) / added.denominator, "f").replace(".", ",")
        raise file.error(
            place,
            f"{announced} points annoncés, mais les indicateurs en donnent {found} au plus",
            "corriger les points, ou le total annoncé",
        )


def _check_indicator(file: RuleFile, place: str, volet: Volet, one: Indicator, keys: Mapping[str, Key]) -> None:
    for test in (one.condition, *leaves(one.condition)):
        if hasattr(test, "key"):
            _check_key(file, f"{place}, condition, key", test.key, _KEY_TYPES[test.test], keys)
        if isinstance(test, RateAtLeast):
            _check_fraction(file, f"{place}, condition, at_least", test.at_least)
        if isinstance(test, Rates):
            for key in test.of:
                _check_key(file, f"{place}, condition, of", key, "rate", keys)
            _check_fraction(file, f"{place}, condition, at_least", test.at_least)
        if isinstance(test, Tiers):
            _check_tiers(file, f"{place}, condition, tier", test.tier)
        if isinstance(test, Given) and test.low > test.high:
            raise file.error(f"{place}, condition, low", f"{test.low} dépasse « high » ({test.high})", "les inverser")
    if one.exempt:
        _check_key(file, f"{place}, exempt", one.exempt, "yes-no", keys)
    own = volet.rule == "independent" or one.optional
    if isinstance(one.condition, Tiers | Given):
        own = False
    if own != (one.points is not None):
        raise file.error(
            f"{place}, points",
            "clé absente" if own else "clé en trop",
            "écrire ce que l'indicateur rapporte"
            if own
            else "la retirer : les points sont ceux de la condition, ou de tout le volet",
        )
    if one.optional and volet.rule == "independent":
        raise file.error(f"{place}, optional", "tout est facultatif dans ce volet", "retirer « optional »")


def _check_sum(file: RuleFile, place: str, one: Sum, keys: Mapping[str, Key]) -> None:
    """The keys of a sum, each of the type that its part of it reads."""
    if not isinstance(one, PatientSum):
        for test in leaves(one.condition):
            _check_key(file, f"{place}, condition, key", test.key, _KEY_TYPES[test.test], keys)
        return
    wanted: dict[str, KeyType] = {part.key: "patients" for part in one.class_}
    for majoration in one.majoration:
        wanted |= _of_majoration(majoration)
    for key in one.keys:
        _check_key(file, f"{place}, key", key, wanted.get(key, "count"), keys)
    for majoration in one.majoration:
        if isinstance(majoration, ByPlace):
            _check_zones(file, f"{place}, majoration, zones", majoration, keys[majoration.key])


def _check_zones(file: RuleFile, place: str, majoration: ByPlace, key: Key) -> None:
    for zone in majoration.zones:
        if zone not in key.choices:
            remedy = f"prendre parmi {listed(quoted(key.choices))}"
            raise file.error(place, f"« {zone} » n'est pas un choix de « {key.id} »", remedy)


def _of_majoration(majoration: ByAge | ByPlace) -> dict[str, KeyType]:
    if isinstance(majoration, ByAge):
        return {majoration.key: "count"}
    series = majoration.first_installation
    return {majoration.key: "choice", **({series.key: "date"} if series else {})}


def _check_key(file: RuleFile, place: str, name: str, wanted: KeyType, keys: Mapping[str, Key]) -> None:
    if name not in keys:
        raise file.error(
            place,
            f"« {name} » n'est pas une clé de cles.toml",
            nearest_names(name, keys, feminine=True) or "l'y ajouter",
        )
    if keys[name].type != wanted:
        raise file.error(
            place,
            f"« {name} » est du type « {keys[name].type} », la condition veut « {wanted} »",
            f"prendre une clé parmi {listed(quoted(key.id for key in keys.values() if key.type == wanted))}",
        )


def _check_fraction(file: RuleFile, place: str, text: str) -> None:
    try:
        if 0 < Fraction(text) <= 1:
            return
        problem = f"« {text} » n'est pas une part de 1"
    except (ValueError, ZeroDivisionError):
        problem = f"« {text} » n'est pas une fraction"
    raise file.error(place, problem, "écrire une fraction exacte, au plus 1 (2/3, 20/100)")


def _check_tiers(file: RuleFile, place: str, tiers: tuple[Tier, ...]) -> None:
    for before, after in pairwise(tiers):
        if after.from_ <= before.from_ or after.points <= before.points:
            raise file.error(
                place,
                f"le palier de {after.from_} ne suit pas celui de {before.from_}",
                "ranger les paliers du plus petit au plus grand, en unités et en points",
            )


def _check_assistant(file: RuleFile, aid: AssistantAid) -> None:
    _check_once(file, ((f"option {number}, etp", option.etp) for number, option in enumerate(aid.option, 1)))
    for number, option in enumerate(aid.option, 1):
        for rank, amounts in enumerate(option.amounts, 1):
            missing = [one for one in ("<P90", "P90-P95", ">=P95") if not amounts.euros.get(one)]
            if missing:
                raise file.error(
                    f"option {number}, amounts {rank}, euros",
                    f"rien pour {listed(quoted(missing))}",
                    "donner les montants de chaque année du contrat",
                )
        _check_periods(file, f"option {number}", option)


def _check_periods(file: RuleFile, place: str, option: AidOption) -> None:
    """Every contract year that can start has its amounts."""
    starts = option.first_day
    for rank, amounts in enumerate(option.amounts, 1):
        if amounts.from_ != starts or (amounts.until != "open" and amounts.until < amounts.from_):
            raise file.error(
                f"{place}, amounts {rank}, from",
                f"commence le {day(amounts.from_)}, alors qu'il faut des montants à partir du {day(starts)}",
                "ranger les périodes dans l'ordre, sans intervalle",
            )
        if amounts.first_year > 1 and (option.last_day == "open" or option.last_day >= amounts.from_):
            raise file.error(
                f"{place}, amounts {rank}, first_year",
                "un contrat peut encore commencer dans cette période",
                "donner les montants de la première année du contrat",
            )
        if (amounts.until == "open") != (rank == len(option.amounts)):
            raise file.error(
                f"{place}, amounts {rank}, until",
                "fin imprévue",
                'écrire « until = "open" » à la dernière période seule',
            )
        if amounts.until != "open":
            starts = amounts.until + ONE_DAY


def _check_deadlines(file: RuleFile, deadlines: Deadlines) -> None:
    for number, one in enumerate(deadlines.deadline, 1):
        if one.first_day and one.last_day and one.last_day < one.first_day:
            raise file.error(
                f"deadline {number}, last_day",
                f"finit le {day(one.last_day)}, avant de commencer le {day(one.first_day)}",
                "corriger ces dates",
            )
