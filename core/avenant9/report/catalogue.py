"""The rules themselves, for a person or a program: what each forbids, since when, by which text."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from avenant9.acts.columns import COLUMNS
from avenant9.model import Verdict
from avenant9.report import csv
from avenant9.report.document import Column, Document, Section, Table
from avenant9.report.formats import render
from avenant9.report.headings import heading
from avenant9.report.page import Page
from avenant9.report.sentences import reference
from avenant9.wording import counted, day, euros, listed, percent, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from avenant9.cases import Case, Expected
    from avenant9.model import Source
    from avenant9.report.formats import Format
    from avenant9.rulebook.load import Rulebook

FORMAT = "a9-rules/1"

_CONFIDENCE = {"high": "sûre", "medium": "secondaire", "low": "faible"}
# Words of the rule files that a person reads otherwise.
_WORDS = {
    "civil-year": "année civile",
    "civil-quarter": "trimestre civil",
    "civil-month": "mois civil",
    "iso-week": "semaine du lundi au dimanche",
    "rolling-12-months": "douze mois glissants",
    "ever": "une fois pour toutes",
    "practitioner": "praticien",
    "all": "tous les actes",
    "metropole": "métropole",
    "reunion": "La Réunion",
    "teleconsultation": "téléconsultation",
    "teleexpertise": "téléexpertise",
    "demande-teleexpertise": "demande de téléexpertise",
    "consultation-complexe": "consultation complexe",
    "consultation-tres-complexe": "consultation très complexe",
    "avis-ponctuel": "avis ponctuel",
    "technique": "acte technique",
    "supplement": "supplément",
    "deplacement": "déplacement",
    **COLUMNS["channel"].values,
    "day": "le même jour",
    "invoice": "sur une même facture",
    **{verdict.value: verdict.french for verdict in Verdict},
}
_HOURS = {
    "day": "hors permanence des soins",
    "pdsa": "permanence des soins",
    "regional": "permanence des soins si la région le prévoit",
}
_FIELDS = {
    "remark": "précision",
    "unpriced_extras": "natures dont le montant peut contenir ce qui n'a pas de tarif",
    "after_gap": "après une période sans texte",
    "codes": "actes",
    "reasons": "motifs",
    "limit": "limite",
    "window": "fenêtre",
    "per": "par",
    "months": "mois",
    "natures": "natures d'acte",
    "counted_codes": "actes comptés en plus",
    "ignored_codes": "actes non comptés",
    "remote_codes": "actes à distance",
    "remote_until": "à distance, dernier jour",
    "ceiling_bp": "plafond",
    "specialty_ceilings": "plafonds par spécialité",
    "uncounted_natures": "natures non comptées",
    "exclude_own_patients": "hors patientèle médecin traitant",
    "denominator": "au regard de",
    "share_rule": "règle du plafond",
    "combinations": "cumuls admis",
    "zones": "zones",
    "no_overcharge_codes": "actes sans dépassement possible",
    "refused_by": "majorations écartées par",
    "any_sector": "actes, tous secteurs",
    "sector_2_without_optam": "actes, secteur 2 hors OPTAM",
    "host_natures": "natures des actes associés",
    "requires": "conditions",
    "unless": "sauf",
    "doubtful_if": "à examiner si",
    "unknown_exception": "exception inconnue",
    "channels": "canaux",
    "entry": "spécialités par acte",
    "hosts": "actes associés",
    "doubtful_hosts": "actes associés discutés",
    "least": "à partir de",
    "in_person": "actes en présence",
    "excluded": "acte exclu",
    "beside": "avec",
    "scope": "portée",
    "without_invoice": "sans numéro de facture",
    "unless_present": "sauf en présence de",
    "allowed": "cumuls admis",
}
# What goes without saying.
_SILENT = {"unknown_exception": "unverifiable"}
_SHOWN_SOURCES = 2  # in the list; all of them with each rule
_UNSEEN = "aucun fichier d'actes ne le montre"
_SHORT = 10  # acts of an example
_ALWAYS = 1900  # a rule from before any act: it has no start
_COMMON = {"from_", "until", "source", "checked_on", "note", "verdict"}


def render_list(form: Format, rulebook: Rulebook, page: Page) -> str | bytes:
    """Every rule: id, verdict, dates, title, sources and their confidence; then what no file can show."""
    return render(
        form,
        page,
        table=lambda: _list_text(rulebook, page),
        document=lambda: _list_document(rulebook),
        csv=lambda: _list_csv(rulebook),
        json=lambda: _list_json(rulebook),
    )


def _list_text(rulebook: Rulebook, page: Page) -> str:
    lines = [page.wrap(_head(rulebook)), ""]
    for name, rule in rulebook.rules.items():
        period = in_period(rule.version[0].period.first, rule.version[-1].period.last)
        facts = f"{listed(_verdicts(rule), 'ou')}, {period}, source {_CONFIDENCE[_weakest(rule)]}"
        lines += [page.wrap(name), page.wrap(facts, "  "), page.wrap(rule.title, "  ")]
        lines.append(page.wrap(_texts(rule), "    ", "  "))
    lines += ["", page.wrap(f"Non vérifiable par nature ({_UNSEEN}) :")]
    for entry in rulebook.by_nature:
        lines += [page.wrap(entry.label, "  "), page.wrap(entry.why, "    ")]
        lines.append(page.wrap(source_words(entry.source.to_source()), "      ", "    "))
    return "\n".join(lines) + "\n"


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


def _list_rows(rulebook: Rulebook) -> list[tuple[str | date, ...]]:
    """A row per rule, with its latest text; no first or last date where it always holds, or still does."""
    rows: list[tuple[str | date, ...]] = []
    for name, rule in rulebook.rules.items():
        first, last = rule.version[0].period.first, rule.version[-1].period.last
        text = rule.version[-1].source
        dates = ("" if first.year <= _ALWAYS else first, last or "")
        words = (rule.title, reference(text.to_source()), _CONFIDENCE[_weakest(rule)], text.url)
        rows.append((name, listed(_verdicts(rule), "ou"), *dates, *words))
    return rows


def _list_document(rulebook: Rulebook) -> Document:
    unseen = [(one.label, one.why, source_words(one.source.to_source())) for one in rulebook.by_nature]
    columns = (Column("Point de droit"), Column("Pourquoi"), Column("Texte"))
    return Document(
        title="Règles de a9",
        answer=f"{_head(rulebook)}.",
        sections=(
            Section("Règles", tables=(Table(_LIST_COLUMNS, _list_rows(rulebook)),), sheet="Règles"),
            Section(
                "Non vérifiable par nature",
                (f"{_UNSEEN.capitalize()}.",),
                tables=(Table(columns, unseen),),
                sheet="Non vérifiable",
            ),
        ),
    )


def _list_csv(rulebook: Rulebook) -> bytes:
    headings = [column.heading for column in _LIST_COLUMNS]
    rows = [
        tuple(day(value) if isinstance(value, date) else value or None for value in row)
        for row in _list_rows(rulebook)
    ]
    return csv.table(headings, rows)


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
    lines += [line for aside in _asides(rulebook, name) for line in ("", page.wrap(aside))]
    for version in rule.version:
        period = in_period(version.period.first, version.period.last)
        facts = [
            *(f"{label} : {value}" for label, value in _values(version)),
            f"source : {source_words(version.source.to_source())}",
            f"comparé à la source le {day(version.checked_on)}",
            *([f"note : {version.note}"] if version.note else []),
        ]
        mark = f" (en vigueur le {day(at)})" if at is not None and at in version.period else ""
        lines += ["", page.wrap(f"{period[:1].upper()}{period[1:]} : {Verdict(version.verdict).french}{mark}")]
        lines += [page.wrap(fact, "    ", "  ") for fact in facts]
    if at is not None and not any(at in version.period for version in rule.version):
        lines += ["", page.wrap(f"Aucune version en vigueur le {day(at)} : la règle ne dit rien ce jour-là.")]
    for title, case in _examples(cases):
        lines += ["", page.wrap(f"{title} : {case.name}{_setting(case)}"), *_acts(page, case)]
        lines += [page.wrap(_found(finding), "    ", "  ") for finding in case.expect]
    return "\n".join(lines) + "\n"


def _examples(cases: Sequence[Case]) -> list[tuple[str, Case]]:
    """One that the rule passes and one that it names: the first short ones of the table."""
    passing = [case for case in cases if not case.expect and case.unverifiable is None]
    failing = [case for case in cases if case.expect and case.unverifiable is None]
    chosen = []
    for title, some in (("Exemple sans constat", passing), ("Exemple avec constat", failing)):
        if some:
            chosen.append((title, next((case for case in some if _size(case) <= _SHORT), min(some, key=_size))))
    return chosen


def _setting(case: Case) -> str:
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


def _found(finding: Expected) -> str:
    """What the rule says of a line of an example."""
    spot = f"ligne {finding.row}" if finding.row else f"praticien {finding.practitioner}, année {finding.year}"
    stake = "" if finding.at_stake == "null" else f", {euros(_cents(finding.at_stake))} en jeu"
    return f"→ {spot} : {Verdict(finding.verdict).french}{stake}" + (
        f" : {finding.message}" if finding.message else ""
    )


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _asides(rulebook: Rulebook, name: str) -> list[str]:
    """What else changes what the rule says."""
    rule = rulebook.rules[name]
    asides = []
    if name in rulebook.replaced:
        asides.append("Cette règle remplace celle fournie avec a9.")
    if rule.silent_where:
        asides.append(f"Se tait là où parle : {', '.join(rule.silent_where)}.")
    if not_counting := getattr(rule, "not_counting", ()):
        asides.append(f"Ne compte pas les actes non conformes à : {', '.join(not_counting)}.")
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
    examples = [case.model_dump(mode="json", exclude_unset=True) for _, case in _examples(cases)]
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


def _head(rulebook: Rulebook) -> str:
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


def in_period(first: date, last: date | None) -> str:
    """From when to when, in French: `depuis le 01/04/2022`."""
    if first.year <= _ALWAYS:
        return "à toute date" if last is None else f"jusqu'au {day(last)}"
    return f"depuis le {day(first)}" if last is None else f"du {day(first)} au {day(last)}"


def _weakest(rule: Any) -> str:
    order = list(_CONFIDENCE)
    return max((str(version.source.confidence) for version in rule.version), key=order.index)


def source_words(source: Source) -> str:
    """A text in one line: title, article, publication, confidence, address."""
    words = [source.title, *([source.article] if source.article else [])]
    if source.published:
        words.append(f"publié le {day(source.published)}")
    words.append(f"source {_CONFIDENCE.get(source.confidence, source.confidence)}")
    return ", ".join(words) + (f" : {source.url}" if source.url else ", document non publié en ligne")


def _values(version: Any) -> list[tuple[str, str]]:
    """The fields that are this kind's own, in French, empty ones left out."""
    data = version.model_dump(mode="json", by_alias=True, exclude=_COMMON)
    if data.get("scope") == "day":
        del data["without_invoice"]
    return [
        (_FIELDS.get(key, key), _value(key, value))
        for key, value in data.items()
        if value not in (None, "", [], {}, False) and _SILENT.get(key) != value
    ]


def _value(key: str, value: Any) -> str:
    if key == "ceiling_bp":
        return percent(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return _item(value)
    if isinstance(value, list):
        return (" ; " if any(isinstance(item, dict) for item in value) else ", ").join(map(_item, value))
    return _WORDS.get(str(value), str(value))


def _item(value: Any) -> str:
    """One value of a list: a word, or a table of the rule file."""
    match value:
        case {"test": str()}:
            return _condition(value)
        case {"codes": list(codes), "natures": list(natures), "but": list(but)}:
            words = ", ".join([*codes, *(str(_WORDS.get(nature, nature)) for nature in natures)])
            return f"{words}, sauf {', '.join(but)}" if but else words
        case {"codes": list(codes), "allowed": list(allowed), "refused": list(refused), "verdict": str(verdict)}:
            who = f"seulement {_codes(allowed)}" if allowed else f"sauf {_codes(refused)}"
            return f"{', '.join(codes)} {who} ({Verdict(verdict).french})"
        case {"excluded": list(excluded), "beside": list(beside), "specialties": list(specialties)}:
            pair = " + ".join(", ".join(side) for side in (excluded, beside) if side)
            only = f"{plural(len(specialties), 'spécialité')} {_codes(specialties)}" if specialties else ""
            return f"{pair} ({only})" if pair and only else pair or only
        case {"codes": list(codes), "until": str(last)}:
            return f"{', '.join(codes)} le {day(date.fromisoformat(last))}"
        case {"codes": list(codes), "with": list(others)}:
            return f"{'/'.join(codes)} + {' + '.join(others)}"
        case {"specialties": list(specialties), "ceiling_bp": int(ceiling)}:
            return f"{percent(ceiling)} ({plural(len(specialties), 'spécialité')} {_codes(specialties)})"
        case _:
            return _WORDS.get(str(value), str(value))


_CONDITIONS = {
    "age-under": "moins de {years} ans",
    "age-at-least": "{years} ans ou plus",
    "is-true": "« {column} » : oui",
    "is-false": "« {column} » : non",
    "one-of": "« {column} » : {values}",
    "specialty-in": "spécialité {specialties}",
    "never": "aucun cas",
    "none-of": "« {column} » autre que {values}",
    "exemption-in": "exonération {exemptions}",
    "rate-under": "taux inférieur à {rate}",
    "within-working-days": "au plus {days} jours ouvrables après « {column} »",
    "within-hours": "au plus {hours} h après « {column} »",
    "duty-is": "heures : {duty}",
}


def _condition(test: dict[str, Any]) -> str:
    """What an act must be, or may be instead."""
    words = {
        "years": test.get("years"),
        "column": heading(test.get("column", "")),
        "values": listed(test.get("values", []), "ou"),
        "duty": listed([_HOURS.get(value, value) for value in test.get("values", [])], "ou"),
        "days": test.get("days"),
        "hours": test.get("hours"),
        "rate": percent(test.get("basis_points", 0)),
        "exemptions": _codes(test.get("exemptions", [])),
        "specialties": _codes(test.get("specialties", [])),
    }
    return _CONDITIONS[test["test"]].format(**words)


def _codes(specialties: list[int]) -> str:
    return listed([f"{code:02d}" for code in specialties])


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
