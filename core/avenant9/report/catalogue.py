"""The rules themselves, for a person or a program: what each forbids, since when, by which text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from avenant9.model import Verdict
from avenant9.report.headings import heading
from avenant9.report.page import Page
from avenant9.wording import day, listed, plural

if TYPE_CHECKING:
    from datetime import date

    from avenant9.model import Source
    from avenant9.rulebook.load import Rulebook

FORMAT = "a9-rules/1"

#: What the convention asks and no file of acts can show.
NOT_VERIFIABLE = (
    "consultation blanche (sans acte facturable)",
    "supplément pour colposcopie",
    "sévérité du handicap",
    "certificat médical simplifié",
)

_CONFIDENCE = {"high": "sûre", "medium": "secondaire", "low": "faible"}
# Words of the rule files that a person reads otherwise.
_WORDS = {
    "civil-year": "année civile",
    "civil-quarter": "trimestre civil",
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
    "ceiling_bp": "plafond",
    "specialty_ceilings": "plafonds par spécialité",
    "uncounted_natures": "natures non comptées",
    "exclude_own_patients": "hors patientèle médecin traitant",
    "denominator": "au regard de",
    "share_rule": "règle du plafond",
    "combinations": "cumuls admis",
    "zones": "zones",
    "no_overcharge_codes": "actes sans dépassement possible",
    "any_sector": "actes, tous secteurs",
    "sector_2_without_optam": "actes, secteur 2 hors OPTAM",
    "host_natures": "natures des actes associés",
    "requires": "conditions",
    "unless": "sauf",
}
_ALWAYS = 1900  # a rule from before any act: it has no start
_COMMON = {"from_", "until", "source", "checked_on", "note", "verdict"}


def list_text(rulebook: Rulebook, *, width: int = 80, encoding: str = "utf-8") -> str:
    """Every rule: id, verdict, dates, confidence of the source, title; then what no file can show."""
    page = Page(width, encoding)
    lines = [page.wrap(_head(rulebook)), ""]
    for name, rule in rulebook.rules.items():
        period = _period(rule.version[0].period.first, rule.version[-1].period.last)
        facts = f"{listed(_verdicts(rule), 'ou')}, {period}, source {_CONFIDENCE[_weakest(rule)]}"
        lines += [page.wrap(name), page.wrap(facts, "  "), page.wrap(rule.title, "  ")]
    lines += ["", page.wrap("Non vérifiable par nature (aucun fichier d'actes ne le montre) :")]
    lines += [page.wrap(entry, "  ") for entry in NOT_VERIFIABLE]
    return "\n".join(lines) + "\n"


def list_json(rulebook: Rulebook) -> bytes:
    """The same, as one object."""
    return _json(
        {
            "format": FORMAT,
            "rulebook": _rulebook(rulebook),
            "rules": [_brief(rulebook, name) for name in rulebook.rules],
            "not_verifiable": list(NOT_VERIFIABLE),
        }
    )


def show_text(rulebook: Rulebook, name: str, *, width: int = 80, encoding: str = "utf-8") -> str:
    """One rule: why, and each version with its dates, values, source and the ruling behind it."""
    rule, page = rulebook.rules[name], Page(width, encoding)
    lines = [page.wrap(name), page.wrap(rule.title), "", page.wrap(rule.why)]
    lines += [line for aside in _asides(rulebook, name) for line in ("", page.wrap(aside))]
    for version in rule.version:
        period = _period(version.period.first, version.period.last)
        facts = [
            *(f"{label} : {value}" for label, value in _values(version)),
            f"source : {_source(version.source.to_source())}",
            f"comparé à la source le {day(version.checked_on)}",
            *([f"note : {version.note}"] if version.note else []),
        ]
        lines += ["", page.wrap(f"{period[:1].upper()}{period[1:]} : {Verdict(version.verdict).french}")]
        lines += [page.wrap(fact, "    ", "  ") for fact in facts]
    return "\n".join(lines) + "\n"


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


def show_json(rulebook: Rulebook, name: str) -> bytes:
    """The same, as one object; values as the rule file holds them."""
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
        }
        for version in rule.version
    ]
    return _json(
        {
            "format": FORMAT,
            "rulebook": _rulebook(rulebook),
            "rule": {
                **_brief(rulebook, name),
                "why": rule.why,
                "silent_where": list(rule.silent_where),
                "versions": versions,
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


def _period(first: date, last: date | None) -> str:
    if first.year <= _ALWAYS:
        return "à toute date" if last is None else f"jusqu'au {day(last)}"
    return f"depuis le {day(first)}" if last is None else f"du {day(first)} au {day(last)}"


def _weakest(rule: Any) -> str:
    order = list(_CONFIDENCE)
    return max((str(version.source.confidence) for version in rule.version), key=order.index)


def _source(source: Source) -> str:
    words = [source.title, *([source.article] if source.article else [])]
    if source.published:
        words.append(f"publié le {day(source.published)}")
    words.append(f"source {_CONFIDENCE.get(source.confidence, source.confidence)}")
    return ", ".join(words) + (f" : {source.url}" if source.url else ", document non publié en ligne")


def _values(version: Any) -> list[tuple[str, str]]:
    """The fields that are this kind's own, in French, empty ones left out."""
    data = version.model_dump(mode="json", by_alias=True, exclude=_COMMON)
    return [
        (_FIELDS.get(key, key), _value(key, value))
        for key, value in data.items()
        if value not in (None, "", [], {}, False)
    ]


def _value(key: str, value: Any) -> str:
    if key == "ceiling_bp":
        return _percent(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return (" ; " if any(isinstance(item, dict) for item in value) else ", ").join(map(_item, value))
    return _WORDS.get(str(value), str(value))


def _item(value: Any) -> str:
    """One value of a list: a word, or a table of the rule file."""
    match value:
        case {"test": str()}:
            return _condition(value)
        case {"codes": list(codes), "with": list(others)}:
            return f"{'/'.join(codes)} + {' + '.join(others)}"
        case {"specialties": list(specialties), "ceiling_bp": int(ceiling)}:
            return f"{_percent(ceiling)} ({plural(len(specialties), 'spécialité')} {_codes(specialties)})"
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
}


def _condition(test: dict[str, Any]) -> str:
    """What an act must be, or may be instead."""
    words = {
        "years": test.get("years"),
        "column": heading(test.get("column", "")),
        "values": listed(test.get("values", []), "ou"),
        "specialties": _codes(test.get("specialties", [])),
    }
    return _CONDITIONS[test["test"]].format(**words)


def _percent(basis_points: int) -> str:
    return f"{basis_points // 100},{basis_points % 100:02d} %"


def _codes(specialties: list[int]) -> str:
    return listed([f"{code:02d}" for code in specialties])


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
