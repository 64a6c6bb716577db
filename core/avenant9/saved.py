"""Results that were saved as JSON, back as what formatters take."""

from __future__ import annotations

import codecs
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import polars as pl
from pydantic import TypeAdapter, ValidationError

from avenant9 import summary
from avenant9.errors import InputError
from avenant9.law.dated import text_behind
from avenant9.model import Source
from avenant9.records import replace
from avenant9.results import check, claim, explanations, find, firm, forfait, measures, reconcile, threshold
from avenant9.results.check import Report
from avenant9.results.explanations import Explanations
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avenant9.rulebook.load import Rulebook

Small: TypeAlias = (
    forfait.Forfait
    | forfait.Forfaits
    | measures.Measures
    | measures.Standings
    | measures.History
    | reconcile.Reconcile
    | threshold.Threshold
    | firm.Firm
    | firm.FollowedFirm
    | firm.SimulatedFirm
    | claim.Claim
    | find.Find
)
Saved: TypeAlias = Report | Small

#: Format -> what it may hold: the first whose keys are there.
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    check.FORMAT: {"findings": Report},
    forfait.FORMAT: {"results": forfait.Forfaits, "volets": forfait.Forfait},
    measures.FORMAT: {"rows": measures.Measures, "measures": measures.Standings, "periods": measures.History},
    reconcile.FORMAT: {"comparisons": reconcile.Reconcile},
    threshold.FORMAT: {"practitioners": threshold.Threshold},
    firm.FORMAT: {"clients": firm.Firm | firm.FollowedFirm | firm.SimulatedFirm},
    claim.FORMAT: {"lines": claim.Claim},
    find.FORMAT: {"matches": find.Find},
}
_AGAIN = "donnez un résultat écrit par « a9 … --format json »"


def schema() -> str:
    """The JSON Schema of every result, as one text."""
    anything = TypeAdapter[Any](Saved)
    described = anything.json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "a9"}
    return json.dumps(head | described, ensure_ascii=False, indent=1) + "\n"


def load(content: bytes, place: str, rulebook: Rulebook) -> Saved:
    """A saved result.

    Args:
        content: the file, JSON in UTF-8.
        place: what messages call it.
        rulebook: gives what a result does not hold, where it still has it: titles of rules, confidence of sources.

    Raises:
        InputError: it is no JSON, no result of a9, one of another format number, or broken.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise InputError(place, "ce n'est pas du JSON, ou il est incomplet", _AGAIN) from None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(place, "le fichier est en UTF-16", "écrivez le résultat par -o FICHIER plutôt que par « > »")
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, str) or not found.startswith("a9-"):
        raise InputError(place, "ce n'est pas un résultat de a9", _AGAIN)
    if found not in _FORMATS:
        known = listed(quoted(_FORMATS), "ou")
        raise InputError(place, f"format « {found[:30]} » inconnu de cette version de a9", f"attendu : {known}")
    kind = next((own for key, own in _FORMATS[found].items() if key in data), None)
    if kind is None:
        raise InputError(place, f"résultat « {found} » incomplet", _AGAIN)
    try:
        result: Saved = _adapter(kind).validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
        raise InputError(place, f"résultat altéré{f', à « {where} »' if where else ''}", _AGAIN) from None
    if not isinstance(result, Report):
        return result
    told = [entry["explanation"] and explanations.read(entry["explanation"]) for entry in data["findings"]]
    return _with_rules(replace(result, explanations=Explanations(told)), rulebook)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _with_rules(saved: Report, rulebook: Rulebook) -> Report:
    """The report with the texts and titles that the rulebook still has; what is announced is what is listed, whoever
    edited the file."""
    keys, sources = _sources(saved.findings, rulebook)
    findings = saved.findings.with_columns(source=keys)
    return replace(
        saved,
        findings=findings,
        summary=replace(saved.summary, **summary.of_findings(findings)),
        sources=sources,
        titles={name: rule.title for name, rule in rulebook.rules.items()},
    )


def _sources(findings: pl.DataFrame, rulebook: Rulebook) -> tuple[pl.Series, dict[str, Source]]:
    """The key of the text behind each finding, and the texts: those of the rulebook where it has them."""
    texts = {key: (source.title, source.article, source.url) for key, source in rulebook.sources.items()}
    first = {text: key for key, text in reversed(texts.items())}
    cited = findings.select("rule", "code", pl.col("source").struct.unnest())
    keys: dict[tuple[str | None, ...], str | None] = {}
    sources: dict[str, Source] = {}
    for rule, code, *text in cited.unique(maintain_order=True).iter_rows():
        if text[0] is None:
            continue
        own = (key for key in _behind(rule, code, rulebook) if texts[key] == (*text,))
        known = next(own, None) or first.get((*text,))
        key = keys[rule, code, *text] = known or f"saved:{len(keys)}"
        sources[key] = rulebook.sources[known] if known else Source(text[0], text[1], text[2], None, "")
    return pl.Series("source", [keys.get(line) for line in cited.iter_rows()], pl.String), sources


def _behind(rule: str, code: str, rulebook: Rulebook) -> Iterable[str]:
    """The keys of the texts that may be behind a finding of a rule on an act."""
    if rule not in rulebook.rules:
        return ()
    known, act = rulebook.rules[rule], rulebook.acts.get(code)
    match known.kind:
        case "tariff":
            return act.tariffs if act else ()
        case "validity":
            return act.existences if act else ()
        case _:
            return (text_behind(rule, version) for version in known.version)
