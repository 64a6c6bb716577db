"""Who reads the report, and what they may see of a patient: applied once, before any formatter.

After `apply`, the column `patient` holds what may be shown and `pseudonym` is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import polars as pl

from avenant9.frames import FAMILY
from avenant9.kinds.trace import Noted, Thousandths
from avenant9.model import Unread, Verdict
from avenant9.records import replace
from avenant9.results.check import Profile, Report
from avenant9.results.explanations import Explanations
from avenant9.rule_ids import family_of
from avenant9.settings.choices import PROFILES
from avenant9.wording import euros

if TYPE_CHECKING:
    from avenant9.explanation import ActExplained, Block, Explanation

#: The families of rules as a person reads them.
FAMILIES = {
    "condition": "condition",
    "cumul": "cumul",
    "donnees": "données",
    "frequence": "fréquence",
    "seuil": "seuil",
    "tarif": "tarif",
}
_ILLEGIBLE = "cellule illisible"  # why a row was rejected, where its content may not be told


def apply(report: Report, profile: str) -> Report:
    """The report as `profile` may see it.

    `interne` shows patients as in the file (the pseudonym of those of whom it only gives a NIR), every other profile
    pseudonyms; `fiscal` tells nothing of the nature of the services (LPF, L13-0 A).

    Raises:
        ValueError: no such profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"no such profile: {profile}")
    findings = report.findings
    if "pseudonym" in findings.columns:
        shown = ("patient", "pseudonym") if profile == "interne" else ("pseudonym",)
        findings = findings.with_columns(patient=pl.coalesce(shown)).drop("pseudonym")
    shown_report = replace(report, profile=cast("Profile", profile), findings=findings)
    return _without_nature(shown_report) if profile == "fiscal" else shown_report


def _without_nature(report: Report) -> Report:
    """Only families, dates and amounts are left.

    The fingerprint goes too: dates, amounts and the short list of codes would let one find the code behind it. So
    do the reasons of waivers, which are free text, and the counts of remote acts, which are the nature of services in
    another form.
    """
    findings = report.findings.with_columns(
        rule=FAMILY,
        code=pl.lit(None, pl.String),
        message=_plain_message(),
        fingerprint=pl.lit(None, pl.String),
        explanation=pl.lit(None, pl.UInt32),
        source=pl.lit(None, pl.String),
    )
    return replace(
        report,
        findings=findings,
        explanations=Explanations(),
        unverifiable=tuple(replace(entry, rule=family_of(entry.rule)) for entry in report.unverifiable),
        rejected=tuple(replace(entry, reason=_ILLEGIBLE) for entry in report.rejected),
        unread=tuple(map(without_titles, report.unread)),
        waived=tuple(
            replace(entry, rule=family_of(entry.rule), fingerprint=None, reason=None) for entry in report.waived
        ),
        known=None
        if report.known is None
        else tuple(replace(entry, rule=family_of(entry.rule), fingerprint=None) for entry in report.known),
        sources={},
        titles={},
        threshold=(),
        notices=(),
        rulebook=replace(report.rulebook, replaced=tuple(dict.fromkeys(map(family_of, report.rulebook.replaced)))),
    )


def without_titles(entry: Unread) -> Unread:
    """Why a file was not read may quote its headings, which name services; why a sheet was not may not."""
    return entry if entry.sheet is not None else replace(entry, reason="illisible, ou sans actes", remedy="")


def explained(explanation: Explanation, profile: str) -> Explanation:
    """An explanation as `profile` may see it; to be applied once, before it is written.

    `fiscal` tells nothing of the nature of the services: of each family of rules, the gravest verdict.
    """
    shown = replace(explanation, acts=tuple(_shown_act(one, profile) for one in explanation.acts), profile=profile)
    if profile != "fiscal":
        return shown
    illegible = explanation.state == "rejected" and explanation.reason is not None
    return replace(
        shown,
        reason=_ILLEGIBLE if illegible else explanation.reason,
        unread=tuple(map(without_titles, explanation.unread)),
    )


def _shown_act(one: ActExplained, profile: str) -> ActExplained:
    facts = one.act
    patient = (facts.patient or facts.pseudonym) if profile == "interne" else facts.pseudonym
    facts = replace(facts, patient=patient, pseudonym=None)
    if profile != "fiscal":
        return replace(one, act=facts)
    families: dict[str, Block] = {}
    for block in one.blocks:  # the gravest first
        if block.verdict is not None:
            families.setdefault(family_of(block.rule), block)
    return replace(
        one,
        act=replace(facts, code="", coefficient=Thousandths(1000)),
        blocks=tuple(_plain_block(family, block) for family, block in families.items()),
    )


def _plain_block(family: str, block: Block) -> Block:
    grave = block.verdict in (Verdict.VIOLATION, Verdict.REVIEW)
    return replace(
        block,
        rule=family,
        kind=family,
        title="",
        why="",
        message=_plain(family, block.at_stake) if grave else f"{_in_words(family)} : rien en jeu.",
        missing=(),
        texts=(),
        carried_by=None,
        trace=Noted(),
    )


def _plain_message() -> pl.Expr:
    """Family and amount, made once per distinct pair."""
    return pl.struct(FAMILY.alias("family"), "at_stake").map_batches(_plain_messages, return_dtype=pl.String)


def _plain_messages(pairs: pl.Series) -> pl.Series:
    table = pairs.struct.unnest()
    distinct = table.unique()
    messages = pl.Series([_plain(*pair) for pair in distinct.iter_rows()], dtype=pl.String)
    said = distinct.with_columns(message=messages)
    return table.join(said, on=["family", "at_stake"], how="left", nulls_equal=True, maintain_order="left")["message"]


def _plain(family: str, cents: int | None) -> str:
    stake = "montant inconnu" if cents is None else f"{euros(cents)} en jeu"
    return f"{_in_words(family)} : {stake}."


def _in_words(family: str) -> str:
    return FAMILIES.get(family, family).capitalize()
