"""The rules themselves, for a person or a program: what each forbids, since when, by which text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from avenant9.acts.columns import COLUMNS, heading
from avenant9.documents.sentences import reference
from avenant9.kinds.frequency import Frequency
from avenant9.kinds.trace import ALWAYS, Span
from avenant9.kinds.windows import WINDOWS
from avenant9.law.dated import Value, Version
from avenant9.law.nomenclature import NATURES
from avenant9.model import Verdict
from avenant9.report.document import Column, Document, Section, Table
from avenant9.report.formats import render
from avenant9.report.page import Page
from avenant9.wording import capital, counted, day, euros, listed, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from avenant9.cases import Case, Expected
    from avenant9.model import Source
    from avenant9.report.formats import Format
    from avenant9.rulebook.load import Rulebook

FORMAT = "a9-rules/1"

CONFIDENCE = {"high": "sûre", "medium": "secondaire", "low": "faible"}
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
_SHOWN_SOURCES = 2  # in the list; all of them with each rule
_UNSEEN = "aucun fichier d'actes ne le montre"
_UNPRICED = "Codes sans tarif en vigueur, dont le montant n'est pas comparé"
_SHORT = 10  # acts of an example
_COMMON = {"during", "from_", "until", "source", "checked_on", "note", "verdict"}


def render_list(form: Format, rulebook: Rulebook, page: Page, names: Sequence[str] | None = None) -> str | bytes:
    """Rules (all, or those named): id, verdict, dates, title, sources and their confidence; then, where all are asked
    for, what no file can show, and the codes whose amount is not compared, for want of a tariff."""
    if names is not None:
        rulebook = replace(rulebook, rules={name: rulebook.rules[name] for name in names}, by_nature=(), acts={})
    return render(
        form,
        page,
        table=lambda: _list_text(rulebook, page),
        document=lambda: _list_document(rulebook),
        csv=lambda: Table(_LIST_COLUMNS, _list_rows(rulebook)),
        json=lambda: _list_json(rulebook),
    )


def _list_text(rulebook: Rulebook, page: Page) -> str:
    lines = [page.wrap(head(rulebook)), ""]
    for name, rule in rulebook.rules.items():
        period = str(Span(rule.version[0].period.first, rule.version[-1].period.last))
        facts = f"{listed(_verdicts(rule), 'ou')}, {period}, source {CONFIDENCE[_weakest(rule)]}"
        lines += [page.wrap(name), page.wrap(facts, "  "), page.wrap(rule.title, "  ")]
        lines.append(page.wrap(_texts(rule), "    ", "  "))
    lines += ["", page.wrap(f"Non vérifiable par nature ({_UNSEEN}) :")] if rulebook.by_nature else []
    for entry in rulebook.by_nature:
        lines += [page.wrap(entry.label, "  "), page.wrap(entry.why, "    ")]
        lines.append(page.wrap(source_words(entry.source.to_source()), "      ", "    "))
    unpriced = _unpriced(rulebook)
    lines += ["", page.wrap(f"{_UNPRICED} :")] * bool(unpriced)
    lines += [page.wrap(f"{', '.join(codes)} : {why}", "    ", "  ") for why, codes in unpriced.items()]
    return "\n".join(lines) + "\n"


def _unpriced(rulebook: Rulebook) -> dict[str, list[str]]:
    """The codes without a tariff in force, by the reason that their files give."""
    found: dict[str, list[str]] = {}
    for code, act in rulebook.acts.items():
        if act.without_tariff is not None:
            found.setdefault(act.without_tariff.why, []).append(code)
    return found


_LIST_COLUMNS = (
    Column("Règle", "identifier"),
    Column("Verdict"),
    Column("Depuis", "date"),
    Column("Jusqu'au", "date"),
    Column("Titre"),
    Column("Dernier texte"),
    Column("Confiance"),
    Column("URL", "url"),
)
_UNPRICED_COLUMNS = (Column("Code", "identifier"), Column("Libellé"), Column("Pourquoi"), Column("Texte"))


def _list_rows(rulebook: Rulebook) -> list[tuple[str | date, ...]]:
    """A row per rule, with its latest text; no first or last date where it always holds, or still does."""
    rows: list[tuple[str | date, ...]] = []
    for name, rule in rulebook.rules.items():
        first, last = rule.version[0].period.first, rule.version[-1].period.last
        text = rule.version[-1].source
        dates = ("" if first.year <= ALWAYS else first, last or "")
        words = (rule.title, reference(text.to_source()), CONFIDENCE[_weakest(rule)], text.url)
        rows.append((name, listed(_verdicts(rule), "ou"), *dates, *words))
    return rows


def _list_document(rulebook: Rulebook) -> Document:
    unseen = [(one.label, one.why, source_words(one.source.to_source())) for one in rulebook.by_nature]
    columns = (Column("Point de droit"), Column("Pourquoi"), Column("Texte"))
    unpriced = [
        (code, act.label, act.without_tariff.why, source_words(act.without_tariff.source.to_source()))
        for code, act in rulebook.acts.items()
        if act.without_tariff is not None
    ]
    return Document(
        title="Règles de a9",
        answer=f"{head(rulebook)}.",
        sections=(
            Section("Règles", tables=(Table(_LIST_COLUMNS, _list_rows(rulebook)),), sheet="Règles"),
            Section(
                "Non vérifiable par nature",
                (f"{_UNSEEN.capitalize()}.",),
                tables=(Table(columns, unseen),),
                sheet="Non vérifiable",
            ),
            Section(
                "Codes sans tarif",
                (f"{_UNPRICED}.",),
                tables=(Table(_UNPRICED_COLUMNS, unpriced),),
                sheet="Sans tarif",
            ),
        ),
    )


def _list_json(rulebook: Rulebook) -> bytes:
    return _json(
        {
            "format": FORMAT,
            "rulebook": _rulebook(rulebook),
            "rules": [
                {**_brief(rulebook, name), "sources": [source.model_dump(mode="json") for source in _sources(rule)]}
                for name, rule in rulebook.rules.items()
            ],
            "not_verifiable": [
                {"label": entry.label, "why": entry.why, "source": entry.source.model_dump(mode="json")}
                for entry in rulebook.by_nature
            ],
            "without_tariff": [
                {"code": code, "label": act.label, **act.without_tariff.model_dump(mode="json")}
                for code, act in rulebook.acts.items()
                if act.without_tariff is not None
            ],
        }
    )


def _sources(rule: Any) -> list[Any]:
    """The sources of its versions, each once, from the oldest version on."""
    return list({(v.source.title, v.source.article): v.source for v in rule.version}.values())


def _texts(rule: Any) -> str:
    sources = _sources(rule)
    words = [reference(source.to_source()) for source in sources[:_SHOWN_SOURCES]]
    if rest := len(sources) - _SHOWN_SOURCES:
        words += [f"et {counted(rest, 'autre')}"] * (rest > 0)
    return " ; ".join(words)


def show_text(
    rulebook: Rulebook,
    name: str,
    *,
    at: date | None = None,
    cases: Sequence[Case] = (),
    width: int = 80,
    encoding: str = "utf-8",
) -> str:
    """One rule: why, each version with its dates, values, source and the ruling behind it, and two examples.

    Args:
        rulebook: where the rule is.
        name: its id.
        at: marks the version in force on that day.
        cases: those of the rule, to take a passing and a failing one from.
        width: characters a line.
        encoding: what the reader's console has.
    """
    rule, page = rulebook.rules[name], Page(width, encoding)
    lines = [page.wrap(name), page.wrap(rule.title), "", page.wrap(rule.why)]
    lines += [line for aside in asides_of(rulebook, name) for line in ("", page.wrap(aside))]
    for version in rule.version:
        period = str(Span(version.period.first, version.period.last))
        facts = [
            *(f"{label} : {value}" for label, value in values_of(version)),
            f"source : {source_words(version.source.to_source())}",
            f"comparé à la source le {day(version.checked_on)}",
            *([f"note : {version.note}"] if version.note else []),
        ]
        mark = f" (en vigueur le {day(at)})" if at is not None and at in version.period else ""
        lines += ["", page.wrap(f"{capital(period)} : {Verdict(version.verdict).french}{mark}")]
        lines += [page.wrap(fact, "    ", "  ") for fact in facts]
    if at is not None and not any(at in version.period for version in rule.version):
        lines += ["", page.wrap(f"Aucune version en vigueur le {day(at)} : la règle ne dit rien ce jour-là.")]
    for title, case in examples_of(cases):
        lines += ["", page.wrap(f"{title} : {case.name}{setting_of(case)}"), *_acts(page, case)]
        lines += [page.wrap(found_words(finding), "    ", "  ") for finding in case.expect]
    return "\n".join(lines) + "\n"


def examples_of(cases: Sequence[Case]) -> list[tuple[str, Case]]:
    """One that the rule passes and one that it names: the first short ones of the table."""
    passing = [case for case in cases if not case.expect and case.unverifiable is None]
    failing = [case for case in cases if case.expect and case.unverifiable is None]
    chosen = []
    for title, some in (("Exemple sans constat", passing), ("Exemple avec constat", failing)):
        if some:
            chosen.append((title, next((case for case in some if _size(case) <= _SHORT), min(some, key=_size))))
    return chosen


def setting_of(case: Case) -> str:
    """What the acts do not say and the answer depends on."""
    words = [f"contrôle au {day(case.as_of)}"] * ("as_of" in case.model_fields_set)
    words += [f"zone {_WORDS.get(case.zone, case.zone)}"] * ("zone" in case.model_fields_set)
    words += [counted(len(case.derogations), "dérogation")] * bool(case.derogations)
    return f" ({', '.join(words)})" if words else ""


def _size(case: Case) -> int:
    return len(case.acts.strip().splitlines()) - 1


def _acts(page: Page, case: Case) -> list[str]:
    """The acts under the headings of the template with their line numbers; as sentences where the page is narrow."""
    head, *rows = [line.split(";") for line in case.acts.strip().splitlines()]
    titles = ["Ligne", *map(heading, head)]
    table = [titles, *([str(number), *row] for number, row in enumerate(rows, 2))]
    table = [[page.fit(cell) for cell in row] for row in table]
    widths = [max(len(row[place]) if place < len(row) else 0 for row in table) for place in range(len(titles))]
    pad: list[Callable[[str, int], str]] = [str.rjust, *[str.ljust] * len(head)]
    if sum(widths) + 2 * len(widths) <= page.width:
        return [
            "  " + "  ".join(p(c, w) for p, c, w in zip(pad, row, widths, strict=False)).rstrip() for row in table
        ]
    return [
        page.wrap(
            ", ".join(f"{title} {cell}" for title, cell in zip(titles, row, strict=False) if cell), "    ", "  "
        )
        for row in table[1:]
    ]


def found_words(finding: Expected) -> str:
    """What the rule says of a line of an example."""
    spot = f"ligne {finding.row}" if finding.row else f"praticien {finding.practitioner}, année {finding.year}"
    stake = "" if finding.at_stake == "null" else f", {euros(_cents(finding.at_stake))} en jeu"
    return f"→ {spot} : {Verdict(finding.verdict).french}{stake}" + (
        f" : {finding.message}" if finding.message else ""
    )


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def asides_of(rulebook: Rulebook, name: str) -> list[str]:
    """What else changes what the rule says."""
    rule = rulebook.rules[name]
    asides = []
    if name in rulebook.replaced:
        asides.append("Cette règle remplace celle fournie avec a9.")
    if rule.silent_where:
        asides.append(f"Se tait là où parle : {', '.join(rule.silent_where)}.")
    if isinstance(rule, Frequency) and rule.refusing:
        asides.append(f"Ne compte pas les actes non conformes à : {', '.join(rule.refusing)}.")
    return asides


def show_json(rulebook: Rulebook, name: str, *, at: date | None = None, cases: Sequence[Case] = ()) -> bytes:
    """The same, as one object; values as the rule file holds them. `in_force` is there where `at` is asked."""
    rule = rulebook.rules[name]
    versions = [
        {
            "from": version.from_.isoformat(),
            "until": version.until if isinstance(version.until, str) else version.until.isoformat(),
            "verdict": version.verdict,
            "values": version.model_dump(mode="json", by_alias=True, exclude=_COMMON),
            "source": version.source.model_dump(mode="json"),
            "checked_on": version.checked_on.isoformat(),
            "note": version.note,
            **({} if at is None else {"in_force": at in version.period}),
        }
        for version in rule.version
    ]
    examples = [case.model_dump(mode="json", exclude_unset=True) for _, case in examples_of(cases)]
    return _json(
        {
            "format": FORMAT,
            "rulebook": _rulebook(rulebook),
            "rule": {
                **_brief(rulebook, name),
                "why": rule.why,
                "silent_where": list(rule.silent_where),
                **({} if at is None else {"at": at.isoformat()}),
                "versions": versions,
                "examples": examples,
            },
        }
    )


def head(rulebook: Rulebook) -> str:
    """The rulebook in a few words."""
    return f"{len(rulebook.rules)} règles, version {rulebook.version}, à jour au {day(rulebook.date)}"


def _rulebook(rulebook: Rulebook) -> dict[str, Any]:
    return {
        "version": rulebook.version,
        "date": rulebook.date.isoformat(),
        "rules": len(rulebook.rules),
        "replaced": list(rulebook.replaced),
    }


def _brief(rulebook: Rulebook, name: str) -> dict[str, Any]:
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


def _verdicts(rule: Any) -> list[str]:
    return list(dict.fromkeys(Verdict(version.verdict).french for version in rule.version))


def _weakest(rule: Any) -> str:
    order = list(CONFIDENCE)
    return max((str(version.source.confidence) for version in rule.version), key=order.index)


def source_words(source: Source) -> str:
    """A text in one line: title, article, publication, confidence, address."""
    words = [reference(source)]
    if source.published:
        words.append(f"publié le {day(source.published)}")
    words.append(f"source {CONFIDENCE.get(source.confidence, source.confidence)}")
    return ", ".join(words) + (f" : {source.url}" if source.url else ", document non publié en ligne")


def values_of(version: Version) -> list[tuple[str, str]]:
    """The fields that are this kind's own, in French; what is empty or goes without saying is left out."""
    values = [
        (name, field.title or name, getattr(version, name)) for name, field in type(version).model_fields.items()
    ]
    if getattr(version, "scope", None) == "day":
        values = [value for value in values if value[0] != "without_invoice"]
    return [
        (label, _value(name, value))
        for name, label, value in values
        if name not in _COMMON and value not in (None, "", (), False) and _SILENT.get(name) != value
    ]


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


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
