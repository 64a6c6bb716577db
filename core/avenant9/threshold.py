"""The share of remote acts month by month: the numbers of `seuil/activite-distance`, as the CPL looks at them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from avenant9.acts.netting import counting
from avenant9.errors import SettingError
from avenant9.kinds.derogation import changed_in
from avenant9.kinds.share import (
    Share,
    ShareVersion,
    doubts,
    empty_months,
    granted,
    in_use,
    remote_units,
    shares,
    tally,
    verdict_of,
)
from avenant9.law.dated import SourceModel
from avenant9.model import Acts, GrantedCeiling, Nomenclature
from avenant9.remote_share import Asked, of_version, share_of, unsure_of
from avenant9.results import threshold as results
from avenant9.results.base import Source
from avenant9.results.year import Answer
from avenant9.rulebook.committee import Committee, Reading
from avenant9.rulebook.load import Rulebook
from avenant9.wording import counted, day, percent

#: The rule whose ceiling is followed.
RULE: Final = "seuil/activite-distance"

_UNKNOWN_SPECIALTY = "spécialité inconnue"
_BASIS_POINTS = 10_000


def ceiling(rulebook: Rulebook) -> Share:
    """The rule of the ceiling on remote activity (`RULE`). Raises SettingError where it is of another kind."""
    rule = rulebook.rules[RULE]
    if not isinstance(rule, Share):  # a file of --rules took its place
        raise SettingError(RULE, "cette règle n'est pas un seuil", "lui donner le genre « share », ou un autre nom")
    return rule


def follow(
    acts: Acts, acts_read: pl.DataFrame, rule: Share, nomenclature: Nomenclature, committee: Committee, asked: Asked
) -> results.Threshold:
    """The whole follow-up: years of practitioners, groups, and what has to be said of them.

    Args:
        acts: the acts as they were read, for what was rejected.
        acts_read: their table with the `nature` of each (`engine.prepared`).
        rule: the ceiling (`RULE`).
        nomenclature: known codes, and the labels of specialties.
        committee: how groups are read.
        asked: see `Asked`.
    """
    counts = counting(acts_read)
    entries = tuple(
        _followed(row, entry, version, nomenclature, asked)
        for version in rule.version
        for row, entry in _years(counts, version, asked)
    )
    years = {entry.year for entry in entries}
    return results.Threshold(
        as_of=asked.as_of,
        practitioners=entries,
        by_group=tuple(_groups(entries, committee.reading)),
        notes=tuple(_notes(counts, rule, nomenclature, asked, entries)),
        texts=_texts(rule, years),
        rejected=acts.rejected,
        unread=acts.unread,
    )


def request(followed: results.Threshold, rule: Share, committee: Committee, year: int | None) -> results.Threshold:
    """One practitioner's figures up to the reference year (the latest one by default), with what a request says.

    Raises:
        SettingError: no year is followed up to `year`, or the procedure did not exist yet.
    """
    first = committee.procedure.period.first.year
    if year is not None and year < first:
        raise SettingError(f"--year {year}", f"le plafond se compte depuis {first}", f"donnez {first} ou plus tard")
    entries = tuple(entry for entry in followed.practitioners if year is None or entry.year <= year)
    if not entries:
        place = "--year" if year is None else f"--year {year}"
        raise SettingError(place, "aucun acte compté jusqu'à cette année", "vérifiez les dates de soins des fichiers")
    reference = max(entry.year for entry in entries) if year is None else year
    return followed.model_copy(
        update={
            "practitioners": entries,
            "by_group": (),
            "texts": _texts(rule, {reference, *(entry.year for entry in entries)}),
            "request": _request(committee, reference),
        }
    )


# --- what surrounds its numbers ---------------------------------------------------------------------------


def _followed(
    row: dict[str, Any], entry: dict[str, Any], version: ShareVersion, nomenclature: Nomenclature, asked: Asked
) -> results.Followed:
    unsure = unsure_of(row)
    missing = (
        *(["specialty"] if unsure and row["specialty_decides"] else []),
        *(["treating_doctor"] if row["unknown"] else []),
    )
    ceiling = in_use(row, asked.derogations)
    part = entry["until"] is not None
    return results.Followed(
        **entry,
        verdict=_answer(row, version, asked, part=part),
        doubts=tuple(doubts(row, version, asked)) if row["over"] and not part else (),
        empty_months=() if part else tuple(date(row["year"], one, 1) for one in empty_months(row, version, asked)),
        unknown=row["unknown"],
        at_most=share_of(row["remote"] + row["unknown"], row["total"]),
        missing=missing,
        derogation=ceiling
        and results.Granted(year=ceiling.year, decided_on=ceiling.decided_on, conditions=ceiling.conditions),
        label=None if row["specialty"] is None else nomenclature.specialties.get(row["specialty"]),
    )


def _answer(row: dict[str, Any], version: ShareVersion, asked: Asked, *, part: bool) -> Answer:
    """What `seuil/activite-distance` says of the year; of a part of it, never more than *review*."""
    if not row["over"]:
        return "unverifiable" if unsure_of(row) else "ok"
    return "review" if part else verdict_of(row, version, asked)


def _years(
    counts: pl.DataFrame, version: ShareVersion, asked: Asked
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    days = tally(remote_units(counts, version))
    if asked.until is not None:
        days = days.filter(pl.col("date") <= asked.until)
    return of_version(days, shares(days, version, asked.derogations), asked)


def _groups(entries: Sequence[results.Followed], reading: Reading) -> Iterator[results.Group]:
    """By year: generalists, then each specialty by its code, then those of whom none is known."""
    together: dict[tuple[int, int, int, str], list[results.Followed]] = {}
    for entry in entries:
        if entry.specialty in reading.generalists.specialties:
            rank, code, name = 0, 0, reading.generalists.label
        elif entry.specialty is not None:
            rank, code, name = 1, entry.specialty, entry.named_specialty or ""
        else:
            rank, code, name = 2, 0, _UNKNOWN_SPECIALTY
        together.setdefault((entry.year, rank, code, name), []).append(entry)
    for (year, _, _, name), group in sorted(together.items(), key=lambda item: item[0]):
        lines = (reading.over_20, reading.over_30)
        over_20, over_30 = (sum(_above(entry.remote, entry.total, line) for entry in group) for line in lines)
        yield results.Group(
            group=name,
            practitioners=len(group),
            over_20=over_20,
            over_30=over_30,
            year=year,
            unknown=sum(
                any(
                    _above(entry.remote + entry.unknown, entry.total, line)
                    and not _above(entry.remote, entry.total, line)
                    for line in lines
                )
                for entry in group
            ),
        )


def _above(remote: int, total: int, line: int) -> bool:
    return remote * _BASIS_POINTS > line * total


def _texts(rule: Share, years: Collection[int]) -> tuple[results.Text, ...]:
    """The versions of the rule in force in these years."""
    return tuple(
        results.Text(
            from_=version.from_, until=version.period.last, source=_source(version.source), remark=version.remark
        )
        for version in rule.version
        if any(date(year, 1, 1) in version.period for year in years)
    )


def _source(source: SourceModel) -> Source:
    return Source(title=source.title, article=source.article, url=source.url)


def _notes(
    acts: pl.DataFrame, rule: Share, nomenclature: Nomenclature, asked: Asked, entries: Sequence[results.Followed]
) -> Iterator[str]:
    """What was left out of the numbers, or weighs on them."""
    first = min(rule.version, key=lambda version: version.from_)
    uncounted = pl.col("nature").is_in(list(first.uncounted_natures)).fill_null(False)
    if early := _number(acts.filter(pl.col("date") < first.from_, ~uncounted)):
        verb = "ne sont pas comptés" if early > 1 else "n'est pas compté"
        year = first.from_.year
        yield f"{counted(early, 'acte')} d'avant {year} {verb} : le plafond se compte depuis l'année {year}."
    units = pl.concat([remote_units(acts, version) for version in rule.version])
    if asked.until is not None:
        kept = units.filter(pl.col("date") <= asked.until)
        if later := _number(units) - _number(kept):
            yield f"{counted(later, 'acte postérieur')} au {day(asked.until)} : hors du compte (--until)."
        if any(entry.until is not None for entry in entries):
            yield "Une partie d'année est indicative : le plafond se juge sur l'année civile entière."
        units = kept
    if nobody := _number(units.filter(pl.col("practitioner").is_null())):
        yield f"{counted(nobody, 'acte')} sans praticien : dans le compte de personne."
    strange = units.filter(~pl.col("code").is_in(list(nomenclature.codes)), pl.col("nature").is_null())
    if unknown := _number(strange):
        verb = "sont comptés" if unknown > 1 else "est compté"
        yield f"{counted(unknown, 'acte')} de code inconnu : {verb} dans le total, non à distance."
    yield from _about_derogations(asked.derogations, entries)


def _number(acts: pl.DataFrame) -> int:
    """Units."""
    return int(acts["quantity"].cast(pl.Int64).sum())


def _about_derogations(derogations: Sequence[GrantedCeiling], entries: Sequence[results.Followed]) -> Iterator[str]:
    """Those that no act concerns, that a change of situation puts in question, or that did not go on."""
    here = {entry.practitioner for entry in entries}
    for name in dict.fromkeys(own.practitioner for own in derogations if own.practitioner not in here):
        yield f"Aménagement du plafond de {name} : aucun acte de ce praticien dans les années suivies."
    for entry in entries:
        for said in _about_derogation(entry, derogations):
            yield f"{entry.practitioner}, {entry.year} : {said}"


def _about_derogation(entry: results.Followed, derogations: Sequence[GrantedCeiling]) -> Iterator[str]:
    """What became of the latest derogation of an entry's practitioner."""
    earlier = [own for own in derogations if own.practitioner == entry.practitioner and own.year <= entry.year]
    latest = max(earlier, key=lambda own: own.year, default=None)
    if latest is None:
        return
    if granted(entry.practitioner, entry.year, derogations) is None:
        why = "il n'est pas reconduit tacitement"
        if latest.tacit_renewal and latest.changed_on is not None:
            why = f"situation changée le {day(latest.changed_on)}, nouvel examen par la commission nécessaire"
        yield f"l'aménagement de {latest.year} ne compte plus ({why})."
    elif entry.derogation is None:
        yield f"l'aménagement à {percent(latest.ceiling_bp)} ne relève pas le plafond ordinaire."
    elif changed := changed_in(entry.year, latest):
        yield f"situation changée le {day(changed)} ; l'aménagement doit être examiné de nouveau par la commission."


# --- the request ------------------------------------------------------------------------------------------


def _request(committee: Committee, year: int) -> results.Request:
    procedure, criteria, conditions = committee.procedure, committee.criteria, committee.conditions
    later = date(year, 1, 1) in committee.afterwards.period
    return results.Request(
        year=year,
        addressee=procedure.addressee,
        criteria=results.Passage(entries=criteria.entries, source=_source(criteria.source)),
        open=criteria.open,
        conditions=results.Passage(entries=conditions.entries, source=_source(conditions.source)),
        steps=results.Passage(entries=procedure.steps, source=_source(procedure.source)),
        terms=results.Passage(entries=procedure.terms, source=_source(procedure.source)),
        warning=committee.afterwards.remark if later else None,
    )
