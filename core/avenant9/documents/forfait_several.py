"""Several practices, or several years of one, as a document: a line each, their total, what is most missing."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.documents import forfait_compare, forfait_points, forfait_sums
from avenant9.documents.forfait_totals import total_of, unsettled
from avenant9.documents.forfait_words import (
    STATES,
    answer,
    beside_points,
    change_cells,
    color_of,
    finding,
    footer,
    is_closed,
    missing_prerequisites,
    part,
    shown_points,
    shown_state,
    silent,
)
from avenant9.model import Verdict
from avenant9.report.document import Column, Document, Section, Table
from avenant9.report.values import number
from avenant9.wording import NBSP, counted, euros, integer, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Value
    from avenant9.results.forfait import Change, Forfait, Forfaits, Indicator


def document_of_several(result: Forfaits, *, whole: bool) -> Document:
    """The results side by side; `whole`: with every indicator and every change of each."""
    years = sorted({one.year for one in result.results})
    practices = list(dict.fromkeys(one.practice for one in result.results))
    span = str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}" if years else ""
    alone = len(practices) == 1
    compared = forfait_compare.is_compared(result.results)
    name = practices[0] if alone else counted(len(practices), "cabinet")
    return Document(
        title=f"{_scheme(result.results)} {span}" + (f" : {name}" if name else ""),
        answer=_answer(result, len(years), alone=alone),
        sections=(
            *(forfait_compare.sections(result.results) if compared else ()),
            *([Section("Points", charts=(forfait_points.of_several(result.results),))] if whole else []),
            *(
                [_overview(result, with_practice=not alone, with_year=len(years) > 1, whole=whole)]
                if whole or not compared
                else []
            ),
            *([_by_year(result.results)] if alone else [] if compared else [_by_indicator(result.results)]),
            *([_gains(result.results)] if any(one.what_if for one in result.results) else []),
            *([_every_change(result.results), _every_line(result.results)] if whole else []),
            _common_notes(result.results),
        ),
        verdict=Verdict.REVIEW if result.unsettled and not whole else None,
        footer=footer(result.results[0]) if result.results else (),
    )


def _scheme(results: Sequence[Forfait]) -> str:
    """The schemes of the points, in the order of their years."""
    first, *others = dict.fromkeys(one.scheme for one in sorted(results, key=lambda one: one.year))
    return ", ".join((first, *(f"{other[:1].lower()}{other[1:]}" for other in others)))


def _answer(result: Forfaits, years: int, *, alone: bool) -> str:
    if forfait_compare.is_compared(result.results):
        return forfait_compare.answer(result.results)
    return _answer_of_years(result) if alone else _answer_of_practices(result, years)


def _answer_of_years(result: Forfaits) -> str:
    parts = [
        f"{one.year} : inconnu"
        if one.points is None
        else f"{one.year} : {shown_points(one.points)}, soit {euros(one.euros)}"
        for one in result.results
    ]
    return f"{' ; '.join(parts)}."


def _answer_of_practices(result: Forfaits, years: int) -> str:
    known = [own for one in result.results if (own := total_of(one)) is not None]
    noun = "cabinet" if years == 1 else "résultat"
    words = f"{euros(sum(known))} au total pour {counted(len(known), noun)}"
    if known:
        words += f", soit {euros(sum(known) // len(known))} en moyenne"
    closed = [one for one in result.results if is_closed(one)]
    if closed:
        lost = sum(one.if_met.euros or 0 for one in closed if one.if_met)
        what = "aucun point" if any(one.sums for one in closed) else "rien"
        have = plural(len(closed), "n'a", "n'ont")
        some = f"{have} {what}, faute d'un prérequis"
        first = listed([*dict.fromkeys(part(one.volets[0]) for one in closed)], "ou")
        words += f" ; {integer(len(closed))}{NBSP}{some} du {first} (perte : {euros(lost)})"
    unknown = len(result.results) - len(known)
    if unknown:
        words += f" ; {counted(unknown, 'résultat inconnu', 'résultats inconnus')}, hors total"
    return f"{words}."


def _overview(result: Forfaits, *, with_practice: bool, with_year: bool, whole: bool) -> Section:
    gains = any(one.what_if is not None for one in result.results)
    sums = [*dict.fromkeys(own.label for one in result.results for own in one.sums)]

    def row(one: Forfait) -> tuple[Value, ...]:
        best = _best(one)
        return (
            *([one.practice] if with_practice else []),
            *([str(one.year)] if with_year else []),
            one.points,
            one.euros,
            *(_beside(one, sums)),
            *([best.gain_euros if best else 0] if gains else []),
            " ; ".join(filter(None, (_remark(one), *unsettled(one)))),
            one.max_points,
        )

    columns = (
        *([Column("Cabinet")] if with_practice else []),
        *([Column("Année", "identifier")] if with_year else []),
        Column("Points", "points"),
        Column(_scheme(result.results) if sums else "Euros", "euros", wide_only=bool(sums)),
        *(Column(label, "euros", wide_only=True) for label in sums),
        *([Column("En tout", "euros")] if sums else []),
        *([Column("Premier gain", "euros")] if gains else []),
        Column("Constat"),
        Column("Points au plus", "points", wide_only=True),
    )
    known = [*_known_beside(result.results, sums)]
    blank: list[Value] = [None] * (len(columns) - with_practice - with_year - 2 - len(known))
    named: list[Value] = ["Total connu" if result.unsettled else "Total", *[None] * (with_practice + with_year - 1)]
    table = Table(
        columns=columns,
        rows=[row(one) for one in result.results],
        total=(*named, None, _known_of_points(result), *known, *blank),
        verdicts=None
        if whole
        else [color_of(one) if not one.points or is_closed(one) else None for one in result.results],
        details=[answer(one) for one in result.results],
        sheet="Résultats" if whole else "",  # a sheet to sort and to filter
    )
    return Section("Résultats", tables=(table,))


def _beside(one: Forfait, sums: Sequence[str]) -> tuple[Value, ...]:
    """The other sums of a result, nothing where its year has none of that name, then all of it."""
    own = {each.label: each.euros for each in one.sums}
    return (*(own.get(label, 0) for label in sums), *([total_of(one)] if sums else []))


def _known_of_points(result: Forfaits) -> int:
    return sum(one.euros or 0 for one in result.results)


def _known_beside(results: Sequence[Forfait], sums: Sequence[str]) -> Iterator[int]:
    """What is known of each sum, then of everything."""
    for rank in range(len(sums) + bool(sums)):
        cells = (_beside(one, sums)[rank] for one in results)
        yield sum(own for own in cells if isinstance(own, int))


def _remark(one: Forfait) -> str:
    """What a line of the table needs said beside its figures."""
    if one.points is None and not missing_prerequisites(one, "unknown"):
        return f"{part(one.volets[0])} non résolu, au plus {euros(one.if_met.euros if one.if_met else None)}"
    if one.points is None or is_closed(one):
        status, otherwise = ("unknown", "si validé") if one.points is None else ("not_met", "sinon")
        told = f"{part(one.volets[0])}, {STATES[status]} : {', '.join(missing_prerequisites(one, status))}"
        return f"{told} ; {otherwise} : {euros(one.if_met.euros)}" if one.if_met else told
    parts = []
    if open_ := beside_points(one):
        high = sum((own.high for own in open_), Decimal(0))
        parts.append(f"jusqu'à {shown_points(high)} non résolus en plus")
    quiet = silent(one)
    if quiet:
        parts.append(counted(len(quiet), "indicateur non renseigné", "indicateurs non renseignés"))
    return " ; ".join(parts)


def _best(one: Forfait) -> Change | None:
    """The largest gain that is still possible, else the largest of all."""
    changes = one.what_if or ()
    return next((change for change in changes if change.possible is not False), next(iter(changes), None))


def _gains(results: Sequence[Forfait]) -> Section:
    """For each indicator, how many practices or years it could bring something, and how much at most."""
    most: dict[str, dict[int, int]] = {}
    labels = {one.id: one.label for result in results for volet in result.volets for one in volet.indicators}
    for rank, result in enumerate(results):
        for change in result.what_if or ():
            own = most.setdefault(labels.get(change.indicator, _name_of(change.indicator, result)), {})
            own[rank] = max(own.get(rank, 0), change.gain_euros or 0)
    gains = ((label, len(own), sum(own.values())) for label, own in most.items())
    rows: list[tuple[Value, ...]] = [*sorted(gains, key=lambda row: (-row[2], row[0]))]
    columns = (Column("Indicateur"), Column(_counted(results), "integer"), Column("Gain au plus", "euros"))
    note = "Chaque gain est compté seul : ils ne s'additionnent pas toujours."
    return Section("Ce que chaque changement rapporterait", tables=(Table(columns, rows, note=note),))


def _name_of(change: str, result: Forfait) -> str:
    """What a change is about that is no indicator: one of the other sums, or several prerequisites."""
    beside = {one.id: one.label for one in result.sums}
    return beside.get(change, f"Plusieurs prérequis du {part(result.volets[0])} à la fois")


def _counted(results: Sequence[Forfait]) -> str:
    """What there are several of."""
    practices, years = (len({one.practice for one in results}), len({one.year for one in results}))
    if practices == 1:
        return "Années"
    return "Cabinets" if years == 1 else "Cabinets et années"


def _by_year(results: Sequence[Forfait]) -> Section:
    """One line per indicator, one column per year: its points, or its state where it has none of its own."""
    found: dict[str, dict[int, Indicator]] = {}
    labels: dict[str, str] = {}
    for result in results:
        for volet in result.volets:
            for one in volet.indicators:
                found.setdefault(one.id, {})[result.year] = one
                labels[one.id] = one.label
    years = [result.year for result in results]
    rows: list[tuple[Value, ...]] = [
        (labels[key], *(_short(by_year.get(year)) for year in years)) for key, by_year in found.items()
    ]
    columns = (Column("Indicateur"), *(Column(str(year)) for year in years))
    note = "Les points, ou oui et non pour un prérequis ; « ? » : inconnu ; vide : pas demandé cette année-là."
    return Section("Indicateur par indicateur", tables=(Table(columns, rows, note=note),))


def _short(one: Indicator | None) -> str:
    if one is None:
        return ""
    if one.status == "unknown":
        return "?"
    if not one.max_points:
        return {"met": "oui", "not_met": "non"}.get(one.status, STATES[one.status])
    return number(one.points)


def _by_indicator(results: Sequence[Forfait]) -> Section:
    counts: dict[str, Counter[str]] = {}
    for result in results:
        for volet in result.volets:
            for one in volet.indicators:
                counts.setdefault(one.label, Counter())[one.status] += 1
    rows: list[tuple[Value, ...]] = [
        (
            label,
            states["met"],
            states["not_met"],
            states["unknown"],
            states["neutralised"] + states["not_applicable"],
            states["closed"],
        )
        for label, states in counts.items()
    ]
    columns = (
        Column("Indicateur"),
        Column("Validé", "integer"),
        Column("Non atteint", "integer"),
        Column("Inconnu", "integer"),
        Column("Non exigé", "integer"),
        Column("Fermé", "integer"),
    )
    first = listed([*dict.fromkeys(part(one.volets[0]) for one in results)], "ou")
    note = f"Nombre de cabinets. « Fermé » : le {first} n'est pas rempli. Le détail de chacun : --format csv ou json."
    return Section("Indicateur par indicateur", tables=(Table(columns, rows, note=note),))


def _every_line(results: Sequence[Forfait]) -> Section:
    columns = (
        Column("Cabinet"),
        Column("Année", "identifier"),
        Column("Volet", "integer"),
        Column("Indicateur"),
        Column("État"),
        Column("Constat"),
        Column("Points", "points"),
        Column("Au plus", "points"),
        Column("Source"),
    )
    lines = [(result, volet, one) for result in results for volet in result.volets for one in volet.indicators]
    rows: list[tuple[Value, ...]] = [
        (
            result.practice,
            str(result.year),
            volet.volet,
            one.label,
            shown_state(result, one),
            finding(one),
            one.points,
            one.max_points,
            one.source.title,
        )
        for result, volet, one in lines
    ]
    return Section("Chaque indicateur", tables=(Table(columns, rows, fold=0),), sheet="Indicateurs")


def _every_change(results: Sequence[Forfait]) -> Section:
    columns = (
        Column("Cabinet"),
        Column("Année", "identifier"),
        Column("Changement"),
        Column("Points", "points"),
        Column("Euros", "euros"),
        Column("Encore possible"),
    )
    rows = [(one.practice, str(one.year), *change_cells(change)) for one in results for change in one.what_if or ()]
    return Section("Chaque changement", tables=(Table(columns, rows, fold=0),) if rows else (), sheet="Changements")


def _common_notes(results: Sequence[Forfait]) -> Section:
    """The notes that are not those of one practice."""
    shared = Counter(note for result in results for note in dict.fromkeys(result.notes))
    years = Counter(result.year for result in results)
    kept = [
        (year, note)
        for year in years
        for note in dict.fromkeys(note for result in results if result.year == year for note in result.notes)
        if shared[note] >= years[year]
    ]
    own = (f"{year} : {note}" for year, note in dict.fromkeys(kept))
    checks = dict.fromkeys((one.year, one.review) for one in results if one.review)
    reviews = (f"{year} : à vérifier, {why}." for year, why in checks)
    return Section("Remarques", (*reviews, *own, *forfait_sums.notes(results)))
