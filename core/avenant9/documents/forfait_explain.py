"""One indicator, or one sum beside the points, told whole, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant9.documents.sentences import reference, source_as_json
from avenant9.forfait import words
from avenant9.report.document import Column, Document, Fact, Section, Table
from avenant9.results.forfait import written
from avenant9.wording import day, euros, money

if TYPE_CHECKING:
    from avenant9.forfait.explain import Explained

FORMAT = "a9-forfait-indicator/1"
_CONFIDENCE = {"high": "forte", "medium": "moyenne", "low": "faible"}


def document(found: Explained) -> Document:
    """The indicator: what it asks and brings, what is asked of a practice, the text, the other years."""
    named = f", indicateur {found.number}" if found.number else ""
    worth = f", soit {euros(found.max_cents)}" if found.max_cents else ""
    facts = [
        Fact("Place", f"{found.volet_label}{named}"),
        *([Fact("Seuil du texte", found.text_threshold)] if found.text_threshold else []),
        Fact("Rapporte", f"{found.brings}{worth}"),
    ]
    notes = [note for note in (found.neutralised, found.exemptions, found.note) if note]
    source = found.source
    return Document(
        title=f"{found.label}, {found.scheme[:1].lower()}{found.scheme[1:]} {found.year}",
        answer=f"Condition appliquée : {found.condition}.",
        sections=(
            Section("Indicateur", facts=tuple(facts)),
            *([Section("Remarques", tuple(notes))] if notes else []),
            Section("Réponses attendues", tuple(f"{key.id} ({key.label}) : {key.note}" for key in found.keys)),
            Section(
                "Source",
                (
                    reference(source),
                    *([source.url] if source.url else []),
                    f"Confiance {_CONFIDENCE[source.confidence]}, vérifié le {day(found.checked_on)}.",
                ),
            ),
            Section("Année par année", tables=(csv(found),)),
        ),
    )


_HISTORY = (
    Column("Année", "identifier"),
    Column("Volet", "identifier"),
    Column("Condition"),
    Column("Points"),
    Column("Remarque"),
)


def _past(found: Explained) -> list[tuple[str, ...]]:
    return [
        (
            str(past.year),
            "" if past.volet is None else str(past.volet),
            past.condition or "pas d'indicateur",
            words.number(past.points) if past.points else "",
            past.note,
        )
        for past in found.history
    ]


def csv(found: Explained) -> Table:
    """Its history."""
    return Table(_HISTORY, _past(found))


def json(found: Explained) -> dict[str, Any]:
    """The same as one object: numbers as decimal strings, French where people read."""
    source = found.source
    return {
        "format": FORMAT,
        "year": found.year,
        "id": found.id,
        "label": found.label,
        "number": found.number,
        "volet": found.volet,
        "condition": found.condition,
        "threshold": None if found.threshold is None else written(found.threshold),
        "text_threshold": found.text_threshold or None,
        "max_points": written(words.decimal(found.max_points)),
        "max_euros": None if found.max_cents is None else money(found.max_cents),
        "neutralised": found.neutralised or None,
        "exemptions": found.exemptions or None,
        "note": found.note or None,
        "keys": [{"id": key.id, "label": key.label, "type": key.type, "note": key.note} for key in found.keys],
        "source": source_as_json(source),
        "checked_on": found.checked_on.isoformat(),
        "history": [
            {
                "year": past.year,
                "volet": past.volet,
                "condition": past.condition or None,
                "max_points": written(words.decimal(past.points)),
                "note": past.note or None,
            }
            for past in found.history
        ],
    }
