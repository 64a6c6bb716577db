"""What a year says in French: values, states, and the sentence that stands first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from avenant9.documents.forfait_totals import told
from avenant9.model import Verdict
from avenant9.report.values import number
from avenant9.results.forfait import PART, Addendum
from avenant9.wording import NBSP, capital, counted, day, euros, integer, listed, percent, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avenant9.report.document import Value
    from avenant9.results.forfait import Amount, Change, Forfait, Indicator, Told, Unresolved, Volet


#: What an indicator is not.
_NOT: Final = {"not_met": "atteint", "unknown": "renseigné"}
STATES: Final = {
    "met": "validé",
    **{status: f"non {word}" for status, word in _NOT.items()},
    "neutralised": "neutralisé",
    "not_applicable": "sans objet",
    "closed": "fermé",
}


#: Only to colour a terminal: an indicator that is not reached is nothing that a text forbids.
COLORS: Final = {
    "met": Verdict.OK,
    "neutralised": Verdict.OK,
    "not_met": Verdict.VIOLATION,
    "unknown": Verdict.REVIEW,
}


_FOOTER: Final = "d'après vos réponses ; ne vaut pas décompte de la caisse."


def shown_points(value: Decimal) -> str:
    """`650 points`, `0 point`."""
    return f"{number(value)}{NBSP}point{'s' if value >= 2 else ''}"


def shown_amount(amount: Amount | None) -> str:
    """`650 points, soit 4 550,00 €`."""
    return "montant inconnu" if amount is None else f"{shown_points(amount.points)}, soit {euros(amount.euros)}"


def worth(result: Forfait, points: Decimal) -> str:
    """The euros of some points of that year."""
    return euros(int(Fraction(points) * result.max_euros / Fraction(result.max_points)))


def _is_share(one: Indicator) -> bool:
    return isinstance(one.threshold, Decimal | Fraction)


def shown_value(one: Indicator) -> str:
    """What was answered: `oui`, `18 %`, `addendum 8`, `20/01/2024`, `67,5 points`."""
    return "" if one.value is None else _shown(one.value, share=_is_share(one))


def shown_threshold(one: Indicator) -> str:
    """What must be reached, as `shown_value` shows the answer; nothing for a yes."""
    if one.threshold == Fraction(2, 3):
        return "deux tiers"
    return "" if one.threshold is None else _shown(one.threshold, share=_is_share(one))


def _shown(told: Told, *, share: bool) -> str:
    """Shares are cut, not rounded: what is just under a threshold is never shown as the threshold."""
    match told:
        case bool():
            return "oui" if told else "non"
        case Decimal() | Fraction() if share:
            return percent(int(Fraction(told) * 10_000))
        case int() | Decimal():
            return number(Decimal(told))
        case date():
            return day(told)
        case Addendum():
            return f"addendum {told.number}"
        case _:
            return str(told)


def shown_state(result: Forfait, one: Indicator) -> str:
    """Where an indicator stands; what was answered and no source settles is not `non renseigné`."""
    settled = all(open_.indicator != one.id for open_ in result.unresolved)
    return STATES[one.status] if settled or one.status != "unknown" else "non résolu"


def finding(one: Indicator) -> str:
    """What was found, in words: `18 % (36 sur 200), seuil 20 % : il manque 4 documents DMP`."""
    if one.status == "neutralised":
        return "n'est pas exigé cette année"
    value = shown_value(one)
    if one.denominator is not None:
        out = f", {integer(one.excluded)}{NBSP}exclus" if one.excluded else ""
        counts = f"{integer(one.numerator or 0)} sur {integer(one.denominator)}{out}"
        value = f"{value} ({counts})" if value else counts
    asked = f"seuil {shown_threshold(one)}" if _is_share(one) else ""
    if not asked and one.status == "not_met" and one.threshold is not None and not isinstance(one.value, int):
        asked = f"demandé : {shown_threshold(one)}"
    told = ", ".join(filter(None, (value, asked)))
    if one.status == "met" and one.value is None and not one.distance:
        return "conditions remplies"
    return " : ".join(filter(None, (told, one.distance)))


def source_of(one: Indicator) -> str:
    """The text and its article."""
    return ", ".join(filter(None, (one.source.title, one.source.article)))


def footer(result: Forfait) -> tuple[str, ...]:
    """When it was made, and what it is not."""
    return (f"Simulation faite au {day(result.as_of)} {_FOOTER}",)


def color_of(result: Forfait) -> Verdict:
    """The colour of an answer on a terminal."""
    if result.points is None:
        return Verdict.REVIEW
    return Verdict.OK if result.points else Verdict.VIOLATION


def is_closed(result: Forfait) -> bool:
    """Whether a missing prerequisite takes everything."""
    return result.points is not None and result.volets[0].met is False


def part(volet: Volet) -> str:
    """What a part of the points is called: `volet 1`, `socle`."""
    return volet.name or f"{PART} {volet.volet}"


def answer(result: Forfait) -> str:
    """The sentence that stands first: points and euros, or what is missing and what it costs; then the other sums."""
    return f"{_of_points(result)}{told(result)}"


def _of_points(result: Forfait) -> str:
    first = part(result.volets[0])
    if result.points is None and not missing_prerequisites(result, "unknown"):
        disputed = [one.label for one in result.volets[0].indicators if one.status == "unknown"]
        return (
            f"Résultat non résolu : aucun texte lu ne tranche pour {listed(quoted(disputed))} au {first}. De "
            f"0{NBSP}point, {euros(0)}, à {shown_amount(result.if_met)}.{_more(result)}"
        )
    if result.points is None:
        return (
            f"Résultat inconnu : {_prerequisites(result, 'unknown')} au {first}. Si le {first} est rempli : "
            f"{shown_amount(result.if_met)} ; sinon : 0{NBSP}point, {euros(0)}.{_more(result)}"
        )
    if is_closed(result):
        lost = f" {capital(first)} rempli : {shown_amount(result.if_met)}." if result.if_met else ""
        return (
            f"0{NBSP}point, {euros(0)} : {_prerequisites(result, 'not_met')} au {first}, et un seul prérequis "
            f"manquant ferme {'le reste' if result.volets[0].name else 'tout le forfait'}.{lost}"
        )
    return (
        f"{shown_points(result.points)}, soit {euros(result.euros)}, sur "
        f"{shown_points(result.max_points)} possibles ({euros(result.max_euros)}).{_more(result)}"
    )


def _prerequisites(result: Forfait, status: Literal["not_met", "unknown"]) -> str:
    """`« Télétransmission » n'est pas atteint`."""
    names = missing_prerequisites(result, status)
    verb = "n'est pas" if len(names) == 1 else "ne sont pas"
    return f"{listed(quoted(names))} {verb} {plural(len(names), _NOT[status])}"


def missing_prerequisites(result: Forfait, status: str) -> list[str]:
    """The prerequisites in this state: those that have no points of their own, and that an answer would settle."""
    open_ = {one.indicator for one in result.unresolved}
    return [
        one.label
        for one in result.volets[0].indicators
        if one.status == status and not one.max_points and one.id not in open_
    ]


def beside_points(result: Forfait) -> list[Unresolved]:
    """What is not settled and comes on top: not what opens everything."""
    own = {one.id for volet in result.volets for one in volet.indicators if one.max_points}
    return [one for one in result.unresolved if one.indicator in own]


def _more(result: Forfait) -> str:
    """What is not settled beside the answer."""
    words = ""
    if open_ := beside_points(result):
        low = sum((one.low for one in open_), Decimal(0))
        high = sum((one.high for one in open_), Decimal(0))
        words += f" S'y ajoutent de {number(low)} à {shown_points(high)} que les sources ne permettent pas de fixer."
    quiet = silent(result)
    if quiet:
        most = sum((one.max_points for one in quiet), Decimal(0))
        many = "s" if len(quiet) > 1 else ""
        words += (
            f" {counted(len(quiet), 'indicateur')} non renseigné{many} compte{'nt' if many else ''} pour 0 "
            f"({shown_points(most)} au plus)."
        )
    return words


def silent(result: Forfait) -> list[Indicator]:
    """The indicators that could bring points, were they filled in."""
    open_ = {one.indicator for one in result.unresolved}
    return [
        one
        for volet in result.volets
        for one in volet.indicators
        if one.status == "unknown" and one.max_points and one.id not in open_
    ]


def by_indicator(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """The changes of each indicator together, the largest first, in the order of their largest.

    Those that bring the same are several ways to one end, no tiers: each stands alone.
    """
    found: dict[str, list[list[Change]]] = {}
    for one in changes:
        own = found.setdefault(one.indicator, [[]])
        if own[-1] and own[-1][-1].gain_euros == one.gain_euros:
            own.append([])
        own[-1].append(one)
    return [tuple(tiers) for own in found.values() for tiers in own]


def change_cells(one: Change) -> tuple[Value, Value, Value, Value]:
    """A change in words, its points and cents, and whether it is still possible."""
    possible = {True: "oui", False: "non", None: ""}[one.possible]
    return capital(str(one.change)), one.gain_points, one.gain_euros, possible
