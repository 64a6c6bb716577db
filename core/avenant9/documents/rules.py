"""The rules as a list: what each forbids, since when, by which text; what no file shows, and what has no tariff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant9.documents.sentences import CONFIDENCE, confidence, reference
from avenant9.kinds.trace import ALWAYS, Span
from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report.document import Column, Document, Line, Section, Table
from avenant9.wording import capital, counted, day, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from avenant9.law.nomenclature import Act
    from avenant9.model import Source
    from avenant9.rulebook.load import Rulebook

FORMAT = "a9-rules/1"

_SHOWN_SOURCES = 2  # in the list; all of them with each rule
_UNSEEN = "aucun fichier d'actes ne le montre"
_UNPRICED = "Codes sans tarif en vigueur, dont le montant n'est pas comparé"
_COLUMNS = (
    Column("Règle", "identifier"),
    Column("Verdict"),
    Column("Depuis", "date"),
    Column("Jusqu'au", "date"),
    Column("Titre"),
    Column("Dernier texte"),
    Column("Confiance"),
    Column("URL", "url"),
)
_UNSEEN_COLUMNS = (Column("Point de droit"), Column("Pourquoi"), Column("Texte"))
_UNPRICED_COLUMNS = (Column("Code", "identifier"), Column("Libellé"), Column("Pourquoi"), Column("Texte"))


def those(rulebook: Rulebook, names: Sequence[str]) -> Rulebook:
    """The rulebook with the rules of these names alone, without what no file can show and what has no tariff."""
    return replace(rulebook, rules={name: rulebook.rules[name] for name in names}, by_nature=(), acts={})


def document(rulebook: Rulebook, *, whole: bool = True) -> Document:
    """Rules: id, verdict, dates, title, sources and their confidence; then, where there are some, what no file can
    show, and the codes whose amount is not compared, for want of a tariff. Where it is not the whole, in lines."""
    rules = Section("Règles", tables=(Table(_COLUMNS, _rows(rulebook)),), sheet="Règles")
    return Document(
        title="Règles de a9",
        answer=f"{head(rulebook)}.",
        sections=(
            rules if whole else Section("Règles", lines=tuple(_lines(rulebook))),
            *([_unseen(rulebook, whole=whole)] if rulebook.by_nature else []),
            *([_without_tariff(rulebook, whole=whole)] if _unpriced(rulebook) else []),
        ),
    )


def head(rulebook: Rulebook) -> str:
    """The rulebook in a few words."""
    return f"{len(rulebook.rules)} règles, version {rulebook.version}, à jour au {day(rulebook.date)}"


def _lines(rulebook: Rulebook) -> Iterator[Line]:
    for name, rule in rulebook.rules.items():
        period = Span(rule.version[0].period.first, rule.version[-1].period.last)
        yield Line(name)
        yield Line(f"{listed(_verdicts(rule), 'ou')}, {period}, source {CONFIDENCE[_weakest(rule)]}", 1)
        yield Line(rule.title, 1)
        yield Line(_texts(rule), 1)


def _rows(rulebook: Rulebook) -> list[tuple[str | date, ...]]:
    """A row per rule, with its latest text; no first or last date where it always holds, or still does."""
    rows: list[tuple[str | date, ...]] = []
    for name, rule in rulebook.rules.items():
        first, last = rule.version[0].period.first, rule.version[-1].period.last
        text = rule.version[-1].source
        dates = ("" if first.year <= ALWAYS else first, last or "")
        words = (rule.title, reference(text.to_source()), CONFIDENCE[_weakest(rule)], text.url)
        rows.append((name, listed(_verdicts(rule), "ou"), *dates, *words))
    return rows


def _unseen(rulebook: Rulebook, *, whole: bool) -> Section:
    """What the convention asks and no file can show."""
    entries = [(one.label, one.why, source_words(one.source.to_source())) for one in rulebook.by_nature]
    return Section(
        "Non vérifiable par nature",
        (f"{capital(_UNSEEN)}.",),
        tables=(Table(_UNSEEN_COLUMNS, entries),) if whole else (),
        sheet="Non vérifiable",
        lines=tuple(line for label, why, text in entries for line in (Line(label, 1), Line(why, 2), Line(text, 2))),
    )


def _without_tariff(rulebook: Rulebook, *, whole: bool) -> Section:
    """The codes whose amount is not compared; in lines, by the reason that their files give."""
    entries = _unpriced(rulebook)
    rows = [
        (code, act.label, missing.why, source_words(missing.source.to_source())) for code, act, missing in entries
    ]
    codes: dict[str, list[str]] = {}
    for code, _, missing in entries:
        codes.setdefault(missing.why, []).append(code)
    return Section(
        "Codes sans tarif",
        (f"{_UNPRICED}.",),
        tables=(Table(_UNPRICED_COLUMNS, rows),) if whole else (),
        sheet="Sans tarif",
        lines=tuple(Line(f"{', '.join(own)} : {why}", 1) for why, own in codes.items()),
    )


def _unpriced(rulebook: Rulebook) -> list[tuple[str, Act, Any]]:
    """The codes without a tariff in force, with what their files say of it."""
    return [(code, act, act.without_tariff) for code, act in rulebook.acts.items() if act.without_tariff is not None]


def csv(rulebook: Rulebook) -> Table:
    """A line for each rule."""
    return Table(_COLUMNS, _rows(rulebook))


def json(rulebook: Rulebook) -> dict[str, Any]:
    """The list as one object."""
    return written(
        rulebook,
        rules=[
            {**brief(rulebook, name), "sources": [source.model_dump(mode="json") for source in _sources(rule)]}
            for name, rule in rulebook.rules.items()
        ],
        not_verifiable=[
            {"label": entry.label, "why": entry.why, "source": entry.source.model_dump(mode="json")}
            for entry in rulebook.by_nature
        ],
        without_tariff=[
            {"code": code, "label": act.label, **missing.model_dump(mode="json")}
            for code, act, missing in _unpriced(rulebook)
        ],
    )


def written(rulebook: Rulebook, **told: Any) -> dict[str, Any]:
    """What is told of rules as one object, which says of which rulebook."""
    own = {
        "version": rulebook.version,
        "date": rulebook.date.isoformat(),
        "rules": len(rulebook.rules),
        "replaced": list(rulebook.replaced),
    }
    return {"format": FORMAT, "rulebook": own, **told}


def brief(rulebook: Rulebook, name: str) -> dict[str, Any]:
    """A rule in a few keys."""
    rule = rulebook.rules[name]
    last = rule.version[-1].period.last
    return {
        "id": name,
        "kind": rule.kind,
        "title": rule.title,
        "verdicts": list(dict.fromkeys(version.verdict for version in rule.version)),
        "from": rule.version[0].from_.isoformat(),
        "until": "open" if last is None else last.isoformat(),
        "confidence": _weakest(rule),
    }


def source_words(source: Source) -> str:
    """A text in one line: title, article, publication, confidence, address."""
    published = f"publié le {day(source.published)}" if source.published else ""
    words = ", ".join(filter(None, (reference(source), published, confidence(source))))
    return words + (f" : {source.url}" if source.url else ", document non publié en ligne")


def _sources(rule: Any) -> list[Any]:
    """The sources of its versions, each once, from the oldest version on."""
    return list({(v.source.title, v.source.article): v.source for v in rule.version}.values())


def _texts(rule: Any) -> str:
    sources = _sources(rule)
    words = [reference(source.to_source()) for source in sources[:_SHOWN_SOURCES]]
    if (rest := len(sources) - _SHOWN_SOURCES) > 0:
        words.append(f"et {counted(rest, 'autre')}")
    return " ; ".join(words)


def _verdicts(rule: Any) -> list[str]:
    return list(dict.fromkeys(Verdict(version.verdict).french for version in rule.version))


def _weakest(rule: Any) -> str:
    order = list(CONFIDENCE)
    return max((str(version.source.confidence) for version in rule.version), key=order.index)
