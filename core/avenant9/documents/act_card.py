"""What is said of one act, in each format: one table of lines, told by topic."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from avenant9.act_card import TOPICS, ActCard, Line, amount_of
from avenant9.documents.sentences import confidence, reference, source_as_json
from avenant9.kinds.trace import ALWAYS, Span
from avenant9.law.nomenclature import NATURES
from avenant9.report.document import Column, Document, Section, Table
from avenant9.report.document import Line as Said
from avenant9.wording import day, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "a9-code/1"
#: The answer names so many specialties of an amount; all of them are below it.
_NAMED = 6

_COLUMNS = (
    Column("Sujet"),
    Column("Ce qui est dit"),
    Column("Verdict", "verdict"),
    Column("Depuis", "date"),
    Column("Jusqu'au", "date"),
    Column("En vigueur"),
    Column("Règle", "identifier"),
    Column("Texte"),
    Column("Confiance", wide_only=True),
    Column("URL", "url", wide_only=True),
    Column("Note", wide_only=True),
)


def document(card: ActCard, *, whole: bool = True) -> Document:
    """What the act is worth on the day, then all that is said of it; where it is not the whole, what holds on the day
    in lines."""
    words = (_what(card), *_elsewhere(card))
    table = Section("Ce qui est dit", words, tables=(csv(card),))
    return Document(
        title=f"{card.code} : {card.label}",
        answer=answer(card),
        sections=(table,) if whole else (Section("", words), *(_section(card, topic) for topic in TOPICS)),
    )


def csv(card: ActCard) -> Table:
    """A line for each thing that is said."""
    return Table(_COLUMNS, _rows(card))


def answer(card: ActCard) -> str:
    """What the act is worth on the day, in one sentence."""
    if not _exists(card):
        return f"Ne se facture pas le {day(card.at)}."
    tariffs = card.act.tariff if card.act else ()
    amounts = [amount_of(value, card.specialties, at_most=_NAMED) for value in tariffs if card.at in value.period]
    if amounts:
        return f"Au {day(card.at)} : {listed(amounts, 'ou')}."
    why = f" {card.act.without_tariff.why}" if card.act and card.act.without_tariff else ""
    return f"Au {day(card.at)} : aucun tarif sourcé, le montant n'est pas contrôlé.{why}"


def _exists(card: ActCard) -> bool:
    spans = card.of("existence")
    return not spans or any(card.at in span.period for span in spans)


def _what(card: ActCard) -> str:
    also = f" ; aussi écrit {listed(card.also)}" if card.also else ""
    return f"Nature : {NATURES.get(card.nature, card.nature)}{also}."


def _section(card: ActCard, topic: str) -> Section:
    """What is said of the act by name, then what is said of all acts of its nature, in short."""
    told = [*_told(card, topic)]
    lines = [line for one in told if not one.by_nature for line in _lines(one, card)]
    lines += [Said(f"{one.says} ({one.id})", 1) for one in told if one.by_nature]
    return Section(TOPICS[topic], lines=tuple(lines))


def _told(card: ActCard, topic: str) -> Iterator[Line]:
    """The lines of the day; of existence and tariffs, all of them: they are the history of the act."""
    yield from card.of(topic) if topic in ("existence", "tariff") else card.of(topic, in_force=True)


def _lines(line: Line, card: ActCard) -> Iterator[Said]:
    facts = [line.verdict.french] if line.verdict else []
    facts += [str(Span(line.period.first, line.period.last)), *([line.id] if line.id else [])]
    mark = " (en vigueur)" if line.topic in ("existence", "tariff") and card.at in line.period else ""
    yield Said(line.says, 1)
    yield Said(f"{', '.join(facts)}{mark}", 2)
    yield Said(f"{reference(line.source)}, {confidence(line.source)}", 2)


def _elsewhere(card: ActCard) -> Iterator[str]:
    """That no rule speaks of the act, or those that do on other days only."""
    if not any(line.id for line in card.lines):
        yield f"Aucune règle de a9 ne porte sur {card.code} : ce qui en est facturé n'est pas contrôlé."
    now = {line.id for line in card.lines if card.at in line.period}
    others = dict.fromkeys(line.id for line in card.lines if line.id and line.id not in now)
    if others:
        speak = plural(len(others), "seulement parle", "seulement parlent")
        yield f"À d'autres dates {speak} : {', '.join(others)}."


def _rows(card: ActCard) -> list[tuple[str | date | None, ...]]:
    return [
        (
            TOPICS[line.topic],
            line.says,
            line.verdict,
            None if line.period.first.year <= ALWAYS else line.period.first,
            line.period.last,
            "oui" if card.at in line.period else "non",
            line.id,
            reference(line.source),
            confidence(line.source),
            line.source.url,
            line.note,
        )
        for topic in TOPICS
        for line in card.of(topic)
    ]


def json(card: ActCard) -> dict[str, Any]:
    """The card as one object."""
    return {
        "format": FORMAT,
        "code": card.code,
        "label": card.label,
        "nature": card.nature,
        "also": list(card.also),
        "at": card.at.isoformat(),
        "billable": _exists(card),
        "lines": [_as_json(line, card) for topic in TOPICS for line in card.of(topic)],
    }


def _as_json(line: Line, card: ActCard) -> dict[str, Any]:
    last = line.period.last
    return {
        "topic": line.topic,
        "id": line.id or None,
        "says": line.says,
        "verdict": line.verdict.value if line.verdict else None,
        "from": line.period.first.isoformat(),
        "until": "open" if last is None else last.isoformat(),
        "in_force": card.at in line.period,
        "amount": line.amount,
        "source": source_as_json(line.source),
        "note": line.note,
    }
