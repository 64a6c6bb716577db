"""All that the rulebook says of one act: since when it exists, its tariffs, its rules, its measures, its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec import Struct
from pydantic import BaseModel

from avenant9.acts.codes import is_known, parse_codes
from avenant9.errors import SettingError
from avenant9.kinds import Kind
from avenant9.kinds.kind import Selection
from avenant9.kinds.specialty import SpecialtyEntry, SpecialtyVersion
from avenant9.kinds.tariff import TariffVersion
from avenant9.law.dated import Dated, Version, Zone
from avenant9.law.nomenclature import Act, TariffValue
from avenant9.model import Nomenclature, Source, Verdict
from avenant9.period import Period
from avenant9.records import replace
from avenant9.rule_ids import family_of
from avenant9.rulebook.load import Rulebook
from avenant9.rulebook.measures import Measure
from avenant9.rulebook.references import references
from avenant9.wording import NBSP, counted, did_you_mean, euros, listed, plural

#: What is said of an act, in the order in which it is told.
TOPICS = {
    "existence": "Existence",
    "tariff": "Tarifs",
    "condition": "Qui, à qui, quand",
    "frequence": "Combien de fois",
    "allowed": "Cumuls admis dans le montant d'une ligne",
    "cumul": "Cumuls écartés ou à examiner",
    "tarif": "Montants et dépassements",
    "seuil": "Activité à distance",
    "mesure": "Mesures à dates fixes",
    "other": "Autres règles",
}

_ZONES: dict[Zone, str] = {
    "metropole": "métropole",
    "alsace-moselle": "Alsace-Moselle",
    "guadeloupe": "Guadeloupe",
    "martinique": "Martinique",
    "guyane": "Guyane",
    "reunion": "La Réunion",
    "mayotte": "Mayotte",
}


class Line(Struct, frozen=True):
    """One thing that a text says of the act.

    Attributes:
        topic: of TOPICS.
        id: of the rule or measure; empty for what the nomenclature says.
        says: it, in French.
        period: the days of care on which it holds.
        verdict: what breaking it is; None where nothing is forbidden.
        source: the text.
        amount: in euros, of a tariff.
        by_nature: whether the text speaks of acts of this nature, and does not name the act.
        note: what was retained, and why.
    """

    topic: str
    id: str
    says: str
    period: Period
    verdict: Verdict | None
    source: Source
    note: str = ""
    amount: str | None = None
    by_nature: bool = False


class ActCard(Struct, frozen=True):
    """An act on a day: `act` is None for a code of the CCAM, which is technical and has no tariff here."""

    code: str
    act: Act | None
    at: date
    nature: str
    also: tuple[str, ...]  # its other spellings
    specialties: Mapping[int, str]  # CNAM code -> its name
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        """In French."""
        return self.act.label if self.act else "acte technique de la CCAM"

    def of(self, topic: str, *, in_force: bool | None = None) -> list[Line]:
        """The lines of a topic; those in force on the day, or those that are not, where it is asked."""
        lines = [line for line in self.lines if line.topic == topic]
        return lines if in_force is None else [line for line in lines if (self.at in line.period) == in_force]


def meant(text: str, rulebook: Rulebook) -> str:
    """The code, of the rulebook or of the CCAM, of the act that is written so in exports.

    Raises:
        SettingError: there is none, or several.
    """
    nomenclature = rulebook.nomenclature
    acts = parse_codes(text, nomenclature)
    if len(acts) > 1:
        raise SettingError("code", f"« {text} » désigne plusieurs actes", "demandez-les l'un après l'autre")
    for act in acts:
        code = nomenclature.coefficient_aliases.get((act.code, act.coefficient or 0), act.code)
        if is_known(code, nomenclature):
            return code
    near = did_you_mean(text, rulebook.acts) or "donnez une lettre clé de la NGAP ou un code de la CCAM"
    raise SettingError("code", f"« {text} » n'est pas un code connu", near)


def card(code: str, at: date, rulebook: Rulebook, measures: Mapping[str, Measure]) -> ActCard:
    """What is said of `code`, a code of the rulebook or of the CCAM."""
    act, nature = rulebook.acts.get(code), _nature(rulebook, code)
    names = rulebook.nomenclature.specialties
    lines = [*_of_nomenclature(act, names)] if act else []
    for name, rule in rulebook.rules.items():
        for version in rule.version:
            lines += _of_version(name, rule, version, code, rulebook)
    for name, measure in measures.items():
        lines += _of_measure(name, measure, code, rulebook)
    return ActCard(code, act, at, nature, _spellings(code, act, rulebook.nomenclature), names, tuple(lines))


def _spellings(code: str, act: Act | None, nomenclature: Nomenclature) -> tuple[str, ...]:
    own = act.aliases if act else ()
    times = [f"{alias.coefficient} {alias.code}" for alias in own if alias.coefficient is not None]
    numbered = [str(number) for number, target in nomenclature.natures_of_act.items() if target == code]
    plain = [alias for alias, target in nomenclature.aliases.items() if target == code]
    return (*plain, *times, *numbered)


def _of_nomenclature(act: Act, names: Mapping[int, str]) -> Iterator[Line]:
    for span in act.existence:
        yield _line("existence", "", "facturable", span)
    for value in act.tariff:
        line = _line("tariff", "", amount_of(value, names) + _overseas(value), value)
        yield replace(line, amount=f"{value.amount:.2f}")


def amount_of(value: TariffValue, names: Mapping[int, str], *, at_most: int | None = None) -> str:
    """`60,00 €`, with whose it is and what else is accepted.

    Args:
        value: the tariff.
        names: of specialties, by CNAM code.
        at_most: more specialties than these are counted, not named.
    """
    words = listed([_euros(amount) for amount in (value.amount, *value.accepted)], "ou")
    if value.specialties:
        count = len(value.specialties)
        told = f"{plural(count, 'spécialité')} {_named(value.specialties, names)}"
        words += f" ({told if at_most is None or count <= at_most else counted(count, 'spécialité')})"
    return words


def _named(specialties: Iterable[int], names: Mapping[int, str]) -> str:
    """`33 psychiatrie`, in a list."""
    return listed([f"{code:02d}{NBSP}{names.get(code, '')}".rstrip() for code in specialties])


def _overseas(value: TariffValue) -> str:
    """The other amounts, each with where it holds."""
    zones = groupby(value.overseas.items(), key=lambda pair: pair[1])
    told = [f"{_euros(amount)} ({listed([_ZONES[zone] for zone, _ in pairs])})" for amount, pairs in zones]
    return f" ; outre-mer : {', '.join(told)}" if told else ""


def _euros(amount: Decimal) -> str:
    return euros(int(amount * 100))


def rules_about(rulebook: Rulebook, *, code: str | None = None, at: date | None = None) -> list[str]:
    """The ids of the rules that speak of a code, or of its nature, and are in force on a day, as far as asked."""

    def speaks(rule: Kind[Any]) -> bool:
        versions = [version for version in rule.version if at is None or at in version.period]
        if code is None:
            return bool(versions)
        return any(_of_version("", rule, version, code, rulebook) for version in versions)

    return [name for name, rule in rulebook.rules.items() if speaks(rule)]


def _nature(rulebook: Rulebook, code: str) -> str:
    """What is no code of the rulebook is one of the CCAM."""
    return rulebook.acts[code].nature if code in rulebook.acts else "technique"


def _of_version(name: str, rule: Kind[Any], version: Version, code: str, rulebook: Rulebook) -> list[Line]:
    """What a version of a rule says of the act: where it names it, or its nature."""
    if isinstance(version, SpecialtyVersion):
        return [*_of_specialties(name, version, code, rulebook.nomenclature.specialties)]
    if isinstance(version, TariffVersion):
        return [*_of_combinations(name, version, code)]
    named, nature = _names(version, code), _nature(rulebook, code)
    if not (named or any(one.selects(code, nature) for one in _selections(version))):
        return []
    family = family_of(name)
    topic = family if family in TOPICS else "other"
    return [replace(_line(topic, name, rule.title, version, Verdict(version.verdict)), by_nature=not named)]


def _names(model: BaseModel, code: str) -> bool:
    return any(code in reference.names for reference in references(model) if reference.refers.to == "code")


def _selections(model: BaseModel) -> Iterator[Selection]:
    values = (getattr(model, name) for name in type(model).model_fields)
    return (value for value in values if isinstance(value, Selection))


def _of_specialties(name: str, version: SpecialtyVersion, code: str, names: Mapping[int, str]) -> Iterator[Line]:
    for entry in version.entry:
        if code in entry.codes:
            yield _line("condition", name, _who(entry, names), version, Verdict(entry.verdict))


def _who(entry: SpecialtyEntry, names: Mapping[int, str]) -> str:
    codes = entry.allowed or entry.refused
    who = f"{plural(len(codes), 'la spécialité', 'les spécialités')} {_named(codes, names)}"
    why = f" ; {entry.doubt}" if entry.doubt else ""
    return f"facturé par {who} seulement{why}" if entry.allowed else f"jamais facturé par {who}{why}"


def _of_combinations(name: str, version: TariffVersion, code: str) -> Iterator[Line]:
    """The supplements of the act, or the acts that it is one of."""
    own = [one.french for one in version.combinations if code in (*one.codes, *one.with_)]
    if own:
        yield _line("allowed", name, " ; ".join(own), version)


def _of_measure(name: str, measure: Measure, code: str, rulebook: Rulebook) -> Iterator[Line]:
    """Its periods, where it pays for the act itself."""
    if code in getattr(measure, "codes", ()):
        for span in measure.period:
            yield _line("mesure", f"{name}/{span.id}", f"{measure.title} : {span.label}", span)


def _line(topic: str, name: str, says: str, dated: Dated, verdict: Verdict | None = None) -> Line:
    return Line(topic, name, says, dated.period, verdict, dated.source.to_source(), dated.note)
