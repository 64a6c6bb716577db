"""One rule: why it is there, its dated versions, an example that it passes and one that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from avenant9.acts.columns import COLUMNS, heading
from avenant9.documents import rules
from avenant9.documents.sentences import confidence, reference
from avenant9.kinds.frequency import Frequency
from avenant9.kinds.trace import ALWAYS, Span
from avenant9.kinds.windows import WINDOWS
from avenant9.law.dated import Value, Version
from avenant9.law.nomenclature import NATURES
from avenant9.model import Verdict
from avenant9.report.document import Column, Document, Line, Section, Table
from avenant9.wording import capital, cents, counted, day, euros, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from avenant9.cases import Case, Expected
    from avenant9.rulebook.load import Rulebook

# Words of the rule files that a person reads otherwise.
_WORDS: dict[str, str] = {
    **{name: window.french for name, window in WINDOWS.items()},
    "practitioner": "praticien",
    "all": "tous les actes",
    "metropole": "métropole",
    "reunion": "La Réunion",
    **NATURES,
    **COLUMNS["channel"].values,
    "day": "le même jour",
    "invoice": "sur une même facture",
    **{verdict.value: verdict.french for verdict in Verdict},
}
# What goes without saying.
_SILENT = {"unknown_exception": "unverifiable"}
_SHORT = 10  # acts of an example
_COMMON = {"during", "from_", "until", "source", "checked_on", "note", "verdict"}
_COLUMNS = (
    Column("Verdict", "verdict"),
    Column("Depuis", "date", absent="toujours"),
    Column("Jusqu'au", "date", absent="en cours"),
    Column("En vigueur"),
    Column("Ce qu'elle demande"),
    Column("Texte"),
    Column("Confiance"),
    Column("Comparé à la source le", "date"),
    Column("URL", "url", wide_only=True),
    Column("Note", wide_only=True),
)
#: The rule before each version: a file of several rules one after the other can be filtered.
_CSV = (Column("Règle", "identifier"), Column("Titre"), *_COLUMNS)


class OneRule(Struct, frozen=True):
    """What is asked of one rule.

    Attributes:
        rulebook: where the rule is.
        name: its id.
        at: marks the version in force on that day.
        cases: those of the rule, to take a passing and a failing one from.
    """

    rulebook: Rulebook
    name: str
    at: date | None = None
    cases: Sequence[Case] = ()

    @property
    def rule(self) -> Any:
        """The rule itself."""
        return self.rulebook.rules[self.name]

    @property
    def examples(self) -> list[tuple[str, Case]]:
        """One that the rule passes and one that it names: the first short ones of the table."""
        passing = [case for case in self.cases if not case.expect and case.unverifiable is None]
        failing = [case for case in self.cases if case.expect and case.unverifiable is None]
        return [
            (title, next((case for case in some if _size(case) <= _SHORT), min(some, key=_size)))
            for title, some in (("Exemple sans constat", passing), ("Exemple avec constat", failing))
            if some
        ]


def document(one: OneRule, *, whole: bool = True) -> Document:
    """The rule; its versions in a table, or where it is not the whole, in lines."""
    versions = Table(_COLUMNS, [_row(version, one.at) for version in one.rule.version])
    return Document(
        title=f"Règle {one.name}",
        answer=one.rule.title,
        sections=(
            Section("Pourquoi", (one.rule.why, *_asides(one))),
            Section(
                "Versions datées",
                tuple(_none_in_force(one)),
                tables=(versions,) if whole else (),
                sheet="Versions",
                lines=tuple(line for version in one.rule.version for line in _lines(version, one.at)),
            ),
            *(_example(title, case) for title, case in one.examples),
        ),
        footer=(f"{rules.head(one.rulebook)}.",),
    )


def _asides(one: OneRule) -> Iterator[str]:
    """What else changes what the rule says."""
    if one.name in one.rulebook.replaced:
        yield "Cette règle remplace celle fournie avec a9."
    if one.rule.silent_where:
        yield f"Se tait là où parle : {', '.join(one.rule.silent_where)}."
    if isinstance(one.rule, Frequency) and one.rule.refusing:
        yield f"Ne compte pas les actes non conformes à : {', '.join(one.rule.refusing)}."


def _none_in_force(one: OneRule) -> Iterator[str]:
    if one.at is not None and not any(one.at in version.period for version in one.rule.version):
        yield f"Aucune version en vigueur le {day(one.at)} : la règle ne dit rien ce jour-là."


def _lines(version: Any, at: date | None) -> Iterator[Line]:
    """A version: its dates and verdict, then its values, its source and the ruling behind it."""
    period = str(Span(version.period.first, version.period.last))
    mark = f" (en vigueur le {day(at)})" if at is not None and at in version.period else ""
    yield Line(f"{capital(period)} : {Verdict(version.verdict).french}{mark}")
    yield from (Line(f"{label} : {value}", 1) for label, value in _values(version))
    yield Line(f"source : {rules.source_words(version.source.to_source())}", 1)
    yield Line(f"comparé à la source le {day(version.checked_on)}", 1)
    if version.note:
        yield Line(f"note : {version.note}", 1)


def _row(version: Any, at: date | None) -> tuple[str | date | None, ...]:
    source = version.source.to_source()
    held = version.period
    return (
        version.verdict,
        None if held.first.year <= ALWAYS else held.first,
        held.last,
        "" if at is None else "oui" if at in held else "non",
        " ; ".join(f"{label} : {value}" for label, value in _values(version)),
        reference(source),
        confidence(source),
        version.checked_on,
        source.url or None,
        version.note or None,
    )


def _values(version: Version) -> Iterator[tuple[str, str]]:
    """The fields that are this kind's own, in French; what is empty or goes without saying is left out."""
    of_a_day = getattr(version, "scope", None) == "day"
    for name, field in type(version).model_fields.items():
        value = getattr(version, name)
        silent = name in _COMMON or (of_a_day and name == "without_invoice")
        if not silent and value not in (None, "", (), False) and _SILENT.get(name) != value:
            yield field.title or name, _value(name, value)


def _value(name: str, value: Any) -> str:
    if name == "ceiling_bp":
        return percent(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, tuple):
        return (" ; " if any(isinstance(one, Value) for one in value) else ", ").join(map(_item, value))
    return _item(value)


def _item(value: Any) -> str:
    """One value: a word, or a table of the rule file in its own words."""
    return value.french if isinstance(value, Value) else _WORDS.get(str(value), str(value))


# --- examples ---------------------------------------------------------------------------------------------


def _example(title: str, case: Case) -> Section:
    """The acts under the headings of the template with their line numbers, and what the rule says of them."""
    head, *acts = _acts(case)
    columns = (Column("Ligne", "identifier", right=True), *(Column(heading(key), "identifier") for key in head))
    rows = [(str(number), *row, *[""] * (len(head) - len(row))) for number, row in enumerate(acts, 2)]
    words = f"{capital(case.name)}{_setting(case)}."
    return Section(title, (words, *map(_found, case.expect)), tables=(Table(columns, rows),))


def _acts(case: Case) -> list[list[str]]:
    """The acts of a case as its table has them, under their keys."""
    return [line.split(";") for line in case.acts.strip().splitlines()]


def _size(case: Case) -> int:
    return len(_acts(case)) - 1


def _setting(case: Case) -> str:
    """What the acts do not say and the answer depends on."""
    words = [f"contrôle au {day(case.as_of)}"] * ("as_of" in case.model_fields_set)
    words += [f"zone {_WORDS.get(case.zone, case.zone)}"] * ("zone" in case.model_fields_set)
    words += [counted(len(case.derogations), "dérogation")] * bool(case.derogations)
    return f" ({', '.join(words)})" if words else ""


def _found(finding: Expected) -> str:
    """What the rule says of a line of an example."""
    spot = f"ligne {finding.row}" if finding.row else f"praticien {finding.practitioner}, année {finding.year}"
    stake = "" if finding.at_stake == "null" else f", {euros(cents(finding.at_stake))} en jeu"
    message = f" : {finding.message}" if finding.message else ""
    return f"→ {spot} : {Verdict(finding.verdict).french}{stake}{message}"


# --- for programs -----------------------------------------------------------------------------------------


def csv(one: OneRule) -> Table:
    """A line for each version."""
    return Table(_CSV, [(one.name, one.rule.title, *_row(version, one.at)) for version in one.rule.version])


def json(one: OneRule) -> dict[str, Any]:
    """The rule as one object; values as the rule file holds them. `in_force` is there where `at` is asked."""
    rule = {
        **rules.brief(one.rulebook, one.name),
        "why": one.rule.why,
        "silent_where": list(one.rule.silent_where),
        **({} if one.at is None else {"at": one.at.isoformat()}),
        "versions": [_version(version, one.at) for version in one.rule.version],
        "examples": [case.model_dump(mode="json", exclude_unset=True) for _, case in one.examples],
    }
    return rules.written(one.rulebook, rule=rule)


def _version(version: Any, at: date | None) -> dict[str, Any]:
    return {
        "from": version.from_.isoformat(),
        "until": version.until if isinstance(version.until, str) else version.until.isoformat(),
        "verdict": version.verdict,
        "values": version.model_dump(mode="json", by_alias=True, exclude=_COMMON),
        "source": version.source.model_dump(mode="json"),
        "checked_on": version.checked_on.isoformat(),
        "note": version.note,
        **({} if at is None else {"in_force": at in version.period}),
    }
