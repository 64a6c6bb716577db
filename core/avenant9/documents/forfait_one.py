"""One practice and year as a document: the answer, what was judged, what a change would bring, until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from avenant9.documents import forfait_points, forfait_sums
from avenant9.documents.forfait_words import (
    COLORS,
    answer,
    beside_points,
    by_indicator,
    change_cells,
    color_of,
    finding,
    footer,
    is_closed,
    part,
    shown_points,
    shown_state,
    source_of,
    worth,
)
from avenant9.report.document import Column, Document, Fact, Section, Table
from avenant9.report.values import number
from avenant9.results.forfait import More
from avenant9.wording import capital, day, euros, integer, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.document import Value
    from avenant9.results.forfait import Assistant, Change, Forfait, Indicator, Unresolved, Volet


_VOLETS: Final = {1: "prérequis, tout ou rien", 2: "usages et organisation"}


_DEADLINES: Final = {"past": "passée", "open": "ouverte", "to_come": "à venir", "unknown": "date non sourcée"}


_ASSISTANT: Final = {
    "open": "ouverte",
    "closed": "fermée : le volet 1 n'est pas rempli",
    "unsourced": "lien avec le volet 1 non sourcé",
    "unknown": "suspendue au volet 1, qui n'est pas connu",
    "review": "tenue pour indépendante du volet 1, à vérifier",
}


_TIME: Final = {"1/3": "un tiers de temps plein", "1/2": "un mi-temps", "1": "un temps plein"}


def document_of_one(result: Forfait, *, whole: bool) -> Document:
    """The result; `whole`: with every note and the text behind each indicator."""
    return Document(
        title=_title(result),
        answer=answer(result),
        sections=(
            *([Section("Points", charts=(forfait_points.of_one(result),))] if whole else []),
            *([forfait_sums.overview(result)] if result.sums else []),
            *(_volet(result, volet, whole=whole) for volet in result.volets),
            *forfait_sums.sections(result),
            *([_what_if(result, whole=whole)] if result.what_if is not None else []),
            *([_unresolved(result)] if result.unresolved else []),
            *([_assistant(result.assistant)] if result.assistant is not None else []),
            _deadlines(result),
            _remarks(result, whole=whole),
            _sources(result) if whole else _short_sources(result),
        ),
        verdict=None if whole else color_of(result),
        footer=footer(result),
    )


def _title(result: Forfait) -> str:
    named = f" : {result.practice}" if result.practice else ""
    return f"{result.scheme} {result.year}{named}"


def shared_points(volet: Volet) -> Decimal:
    """The points that a volet gives as a whole, besides those of its indicators."""
    return volet.points - sum(one.points for one in volet.indicators)


def _volet(result: Forfait, volet: Volet, *, whole: bool) -> Section:
    own = capital(part(volet))
    name = volet.label or (f"{own} : {_VOLETS[volet.volet]}" if volet.volet in _VOLETS else own)
    shared = bool(volet.max_points - sum(one.max_points for one in volet.indicators))
    table = Table(
        columns=(
            Column("Indicateur"),
            Column("État"),
            Column("Constat"),
            Column("Points", "text" if shared else "points", right=True),
            Column("Au plus", "text" if shared else "points", wide_only=True, right=True),
        ),
        rows=[_row(result, one, shared=shared) for one in volet.indicators],
        total=_volet_total(volet, shared=shared),
        verdicts=None if whole else [COLORS.get(one.status) for one in volet.indicators],
        details=[" ".join(filter(None, (one.note, f"Source : {source_of(one)}."))) for one in volet.indicators],
    )
    return Section(f"{name} ({_standing(result, volet)})", tables=(table,))


def _standing(result: Forfait, volet: Volet) -> str:
    if volet.volet == 1 and result.points is None:
        return "non établi"
    reached = f"{shown_points(volet.points)} sur {number(volet.max_points)}"
    if is_closed(result):
        return f"fermé, {reached}" if volet.volet > 1 else f"non rempli, {reached}"
    return reached if result.points is not None else f"{reached}, si {part(result.volets[0])} rempli"


def _row(result: Forfait, one: Indicator, *, shared: bool) -> tuple[Value, ...]:
    most = one.max_points
    own = None if one.status == "unknown" and most else one.points
    figures: tuple[Value, Value] = (own, most)
    if shared:
        figures = ("?" if own is None else number(own), number(most)) if most else ("", "")
    return (one.label, shown_state(result, one), finding(one), *figures)


def _volet_total(volet: Volet, *, shared: bool) -> tuple[Value, ...]:
    points, most = volet.points, volet.max_points
    label = "Total" if volet.name else "Total du volet"
    if not shared:
        return (label, None, None, points, most)
    known = number(points) if volet.met is not None else "?"
    return (label, None, None, known, number(most))


def _what_if(result: Forfait, *, whole: bool) -> Section:
    """Every change; on a terminal those of one indicator, tier after tier, share the line of the largest."""
    changes = result.what_if or ()
    table = Table(
        columns=(
            Column("Changement"),
            Column("Points", "points"),
            Column("Euros", "euros"),
            Column("Encore possible"),
        ),
        rows=[change_cells(one) for one in changes] if whole else [*map(_change_row, by_indicator(changes))],
        note=_under_changes(result, changes),
        empty="Aucun changement ne rapporterait de points.",
    )
    return Section("Ce que chaque changement rapporterait", tables=(table,))


def _change_row(tiers: tuple[Change, ...]) -> tuple[Value, ...]:
    most, *smaller = tiers
    words, *figures = change_cells(most)
    steps = [f"{_step(one.change)} : {euros(one.gain_euros)}" for one in reversed(smaller)]
    return (f"{words} (dès {', '.join(steps)})" if steps else words, *figures)


def _step(change: More | str) -> str:
    """What a smaller change is told by beside the largest of its indicator."""
    return integer(change.count) if isinstance(change, More) else change


def _under_changes(result: Forfait, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    last = date(result.year, 12, 31)
    late = (
        f" Après le {day(last)}, « oui » vaut pour ce qui était en place ce jour-là et reste à déclarer, sauf si le "
        "changement donne une autre date."
    )
    told = result.as_of > last and any(one.possible for one in changes)
    return f"Chaque changement est compté seul. « Encore possible » est dit au {day(result.as_of)}." + late * told


def _unresolved(result: Forfait) -> Section:
    labels = {one.id: one.label for volet in result.volets for one in volet.indicators}
    beside = beside_points(result)

    def words(one: Unresolved) -> str:
        sums = f"{worth(result, one.low)} à {worth(result, one.high)}"
        span = f"de {number(one.low)} à {shown_points(one.high)} ({sums})"
        more = ", en plus du résultat" if one in beside else ""
        source = "relevé sur le décompte de la caisse"
        settle = f" Pour le régler, donnez « {one.supply} », {source}." if one.supply else ""
        return f"{labels.get(one.indicator, one.indicator)} : {span}{more}. {capital(one.reason)}.{settle}"

    return Section("Points non résolus", tuple(map(words, result.unresolved)))


def _assistant(found: Assistant) -> Section:
    table = Table(
        columns=(
            Column("Année du contrat", "integer"),
            Column("À partir du", "date"),
            Column("Aide au plus", "euros"),
            Column("Montant relevé"),
        ),
        rows=[(one.year, one.from_, one.amount, "oui" if one.raised else "non") for one in found.years],
        total=(None, None, found.total, None),
    )
    return Section(
        "Volet 3 : aide à l'emploi d'un assistant médical (hors points)",
        words=(found.note,) if found.note else (),
        facts=(
            Fact("Temps de travail", _TIME.get(found.etp, found.etp)),
            Fact("Contrat signé le", found.signed_on, "date"),
            Fact("Percentile de patientèle", found.percentile),
            Fact("Aide", _ASSISTANT[found.status]),
        ),
        tables=(table,),
    )


def _deadlines(result: Forfait) -> Section:
    dated = all(one.until for one in result.deadlines)
    rows: list[tuple[Value, ...]] = [
        (
            one.what,
            one.until if dated or one.until is None else day(one.until),
            _DEADLINES[one.status],
            one.note,
        )
        for one in result.deadlines
    ]
    table = Table(
        columns=(
            Column("Échéance"),
            Column("Jusqu'au", "date" if dated else "text"),
            Column("État"),
            Column("Précision"),
        ),
        rows=rows,
    )
    return Section(f"Calendrier au {day(result.as_of)}", tables=(table,) if rows else ())


def _remarks(result: Forfait, *, whole: bool) -> Section:
    """Under the notes of the year, those of what is not met or not said; the whole document has them all."""
    told: dict[str, list[str]] = {}
    for volet in result.volets:
        for one in volet.indicators:
            if one.note and (whole or one.status in ("unknown", "not_met", "neutralised", "not_applicable")):
                told.setdefault(one.note, []).append(one.label)
    own = (f"{listed(quoted(labels))} : {note}" for note, labels in told.items())
    words = (*result.notes, *forfait_sums.notes((result,)), *own)
    return Section("Remarques", words, sheet="Remarques" if whole else "")


def _sources(result: Forfait) -> Section:
    rows: dict[tuple[Value, ...], None] = dict.fromkeys(
        (volet.volet, one.label, one.source.title, one.source.article, one.source.url)
        for volet in result.volets
        for one in volet.indicators
    )
    rows |= {(None, one.label, one.source.title, one.source.article, one.source.url): None for one in result.sums}
    columns = (
        Column("Volet", "integer"),
        Column("Indicateur"),
        Column("Texte"),
        Column("Article"),
        Column("Adresse", "url"),
    )
    return Section("Sources", tables=(Table(columns, rows=[*rows]),), sheet="Sources")


def _short_sources(result: Forfait) -> Section:
    """The texts, each once."""
    titles = dict.fromkeys(one.source.title for volet in result.volets for one in volet.indicators)
    titles |= dict.fromkeys(one.source.title for one in result.sums)
    return Section("Sources", tables=(Table((Column("Texte"),), rows=[(title,) for title in titles]),))
