"""Results that were saved as JSON, back as what formatters take."""

from __future__ import annotations

import codecs
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import polars as pl
from pydantic import BaseModel, TypeAdapter, ValidationError

from avenant9 import summary
from avenant9.errors import InputError
from avenant9.model import (
    PLACE,
    REPORTED,
    CellRef,
    Input,
    Known,
    NotCounted,
    Rejected,
    Report,
    Source,
    Unread,
    Unverifiable,
    Verdict,
    Waived,
)
from avenant9.results import CHECK, check, claim, find, firm, forfait, measures, reconcile, threshold
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    CHECK: {"findings": check.Check},
    forfait.FORMAT: {"results": forfait.Forfaits, "volets": forfait.Forfait},
    measures.FORMAT: {"rows": measures.Measures, "measures": measures.Standings, "periods": measures.History},
    reconcile.FORMAT: {"comparisons": reconcile.Reconcile},
    threshold.FORMAT: {"practitioners": threshold.Threshold},
    firm.FORMAT: {"clients": firm.Firm | firm.FollowedFirm | firm.SimulatedFirm},
    claim.FORMAT: {"lines": claim.Claim},
    find.FORMAT: {"matches": find.Find},
}
_AGAIN = "donnez un résultat écrit par « a9 … --format json »"
_Text: TypeAlias = tuple[str, str, str]  # title, article, url
_Cited: TypeAlias = tuple[str, str | None, _Text | None]
_TOTALS: Final = ("at_stake", "at_stake_review", "at_stake_ceiling", "at_stake_out_of_time")
_MONEY = ("amount", "at_stake", "at_stake_amo")


def schema() -> str:
    """The JSON Schema of every result, as one text."""
    anything = TypeAdapter[Any](
        check.Check
        | forfait.Forfait
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
        result = _adapter(kind).validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
        raise InputError(place, f"résultat altéré{f', à « {where} »' if where else ''}", _AGAIN) from None
    return result if isinstance(result, BaseModel) else _report(result, rulebook)  # type: ignore[return-value]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _report(saved: check.Check, rulebook: Rulebook) -> Report:
    """The report behind a result; the notices of the reading are not in it."""
    titles = {name: rule.title for name, rule in rulebook.rules.items()}
    sources = _sources(saved["findings"], rulebook)
    findings = _findings(saved["findings"], sources)
    scope = saved.get("scope")
    told = saved["summary"]
    # the fiscal profile keeps only the family of a rule, from which the ceiling is no longer told apart
    money = {name: _cents(told[name]) for name in _TOTALS} if saved["profile"] == "fiscal" else {}
    return Report(
        as_of=saved["as_of"],
        profile=saved["profile"],
        rulebook_version=saved["rulebook"]["version"],
        rules=saved["rulebook"]["rules"],
        inputs=tuple(Input(**entry) for entry in saved["inputs"]),
        summary={
            "acts": told["acts"],
            "practitioners": told["practitioners"],
            "patients": told["patients"],
            "unverifiable": told["unverifiable"],
            "rejected": told["rejected"],
            "not_counted": told["not_counted"],
            "not_concerned": told["not_concerned"],
            "rules_run": scope["rules"] if scope else saved["rulebook"]["rules"],
            "rules_not_run": told["unverifiable"],
            "acts_asked": scope["acts"] if scope else told["acts"],
            **summary.of_findings(findings),  # what is announced is what is listed, whoever edited the file
            **money,
        },
        by_rule=summary.by_rule(findings, titles),
        findings=findings,
        unverifiable=tuple(
            Unverifiable(entry["rule"], entry["acts"], tuple(entry["missing"])) for entry in saved["unverifiable"]
        ),
        rejected=tuple(
            Rejected(CellRef(entry["file"], entry["sheet"], entry["row"], entry["cell"]), entry["reason"])
            for entry in saved["rejected"]
        ),
        not_counted=tuple(
            NotCounted(CellRef(entry["file"], entry["sheet"], entry["row"]), entry["status"])
            for entry in saved["not_counted"]
        ),
        unread=tuple(Unread(**entry) for entry in saved.get("unread", ())),
        sources=dict(sources.values()),
        titles=titles,
        threshold=tuple(entry.model_dump(mode="json", exclude_unset=True) for entry in saved["threshold"]),
        waived=tuple(_waived(entry) for entry in saved["waived"]),
        known=tuple(_known(entry) for entry in saved["known"]) if "known" in saved else None,
        columns=frozenset(key for entry in saved["inputs"] for key in entry["columns"]),
        asked=(scope["from"], scope["until"]) if scope else (None, None),
        rulebook_date=saved["rulebook"].get("date"),
        replaced=tuple(saved["rulebook"].get("replaced", ())),
    )


def _cents(euros: str | None) -> int | None:
    return None if euros is None else int(euros.replace(".", ""))


def _sources(findings: Iterable[check.Finding], rulebook: Rulebook) -> dict[_Cited, tuple[str, Source]]:
    """The texts behind the findings, each under its key: that of the rulebook where it has the text."""
    own: dict[tuple[str, _Text], str] = {}
    for key, source in rulebook.sources.items():
        for place in (key.partition("@")[0], ""):
            own.setdefault((place, (source.title, source.article, source.url)), key)
    found: dict[_Cited, tuple[str, Source]] = {}
    for rule, code, text in dict.fromkeys(map(_cited, findings)):
        if text is None:
            continue
        kind = rulebook.rules[rule].kind if rule in rulebook.rules else ""
        place = {"tariff": f"tariff:{code}", "validity": f"existence:{code}"}.get(kind, f"rule:{rule}")
        known = own.get((place, text)) or own.get(("", text))
        source = rulebook.sources[known] if known else Source(*text, None, "")
        found[rule, code, text] = known or f"saved:{len(found)}", source
    return found


def _known(entry: check.Known) -> Known:
    return Known(
        fingerprint=entry["fingerprint"],
        rule=entry["rule"],
        file=entry["file"],
        sheet=entry["sheet"],
        row=entry["row"],
        verdict=Verdict(entry["verdict"]),
        at_stake=_cents(entry["at_stake"]),
    )


def _waived(entry: check.Waived) -> Waived:
    return Waived(
        fingerprint=entry["fingerprint"],
        rule=entry["rule"],
        file=entry["file"],
        sheet=entry["sheet"],
        row=entry["row"],
        reason=entry["reason"],
        author=entry["author"],
        given_on=entry["date"],
        until=entry["until"],
    )


def _findings(found: Iterable[check.Finding], sources: Mapping[_Cited, tuple[str, Source]]) -> pl.DataFrame:
    """The table of findings (`model.REPORTED` without the pseudonym, which `patient` is)."""
    rows = [
        {
            **finding,
            "year": finding.get("year"),
            "explanation": None
            if finding["explanation"] is None
            else json.dumps(finding["explanation"], ensure_ascii=False, separators=(",", ":")),
            "source": sources.get(_cited(finding), (None,))[0],
        }
        for finding in found
    ]
    schema_ = {name: kind for name, kind in REPORTED.items() if name != "pseudonym"}
    as_read = {**schema_, "time": pl.String(), **dict.fromkeys(_MONEY, pl.String()), "related": pl.List(PLACE)}
    return pl.DataFrame(rows, schema=as_read, orient="row").with_columns(
        pl.col("time")
        .str.to_time("%H:%M:%S", strict=False)
        .fill_null(pl.col("time").str.to_time("%H:%M", strict=False)),
        *(pl.col(name).str.replace(".", "", literal=True).cast(pl.Int64) for name in _MONEY),
    )


def _cited(finding: check.Finding) -> _Cited:
    """What tells one citation from another: the rule, the code, the text."""
    source = finding["source"]
    text = None if source is None else (source["title"], source["article"], source["url"])
    return finding["rule"], finding["code"], text
