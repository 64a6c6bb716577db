"""The sentence of each answer. It names rows and rules, never a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant9.acts.columns import COLUMNS, heading
from avenant9.model import CRASHED
from avenant9.wording import counted, day, euros, integer, listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from avenant9.results.claim import Reproach

#: The rows named of several.
_ROWS = 8
_BY = {
    "date": "Acte trouvé par la date et le code.",
    "amount": "Acte trouvé par le seul montant, à la date dite.",
    "amount alone": "Acte trouvé par le seul montant.",
}
_UNPAID = {
    "rejete": "D'après le fichier, cette facture a été rejetée : rien n'a été payé.",
    "annule": "D'après le fichier, cette facture a été annulée : rien n'a été payé.",
    "cancelled": "D'après le fichier, cet acte a été annulé par une autre ligne : rien n'en reste.",
}
_NAMES = {"tariff": "le tarif du jour", CRASHED: "une règle qui a échoué"}


def message(
    line: dict[str, Any], rules: Sequence[Reproach], earlier: Sequence[str], notified: date, years: int, fraud: int
) -> str:
    """What is said of a line (as `judge.judged` gives it), from what its rules say and the rows of earlier lines."""
    said = [*_answer(line, rules, earlier, notified, years, fraud), *_aside(line)]
    return " ".join(filter(None, said))


def _answer(
    line: dict[str, Any], rules: Sequence[Reproach], earlier: Sequence[str], notified: date, years: int, fraud: int
) -> list[str]:
    match line["answer"]:
        case "not_found":
            return ["Aucun acte des fichiers fournis ne correspond à cette ligne.", _also_late(line, years)]
        case "out_of_time":
            return [
                f"Payé le {day(line['paid'])}, plus de {years} ans avant la notification du {day(notified)} : "
                f"prescrit, sauf fraude ({fraud} ans)."
            ]
        case "twice":
            return [f"Même acte que {plural(len(earlier), 'la ligne', 'les lignes')} {listed(earlier)} du tableau."]
        case "more_than_paid":
            return [_too_much(line)]
        case "supported":
            return [*_found(rules, "violation"), _owed(line)]
        case "contestable":
            return [
                "Aucune anomalie d'après les fichiers fournis : toutes les règles qui concernent cet acte ont pu "
                "être vérifiées."
            ]
        case "to_examine":
            return [_several(line), _partly(earlier), *_found(rules, "review"), _doubtful(rules)]
        case _:
            return [_missing(rules)]


def _also_late(line: dict[str, Any], years: int) -> str:
    return f"Le paiement que le tableau date du {day(line['paid'])} a plus de {years} ans." if line["late"] else ""


def _too_much(line: dict[str, Any]) -> str:
    if line["unpaid"] is not None and line["billed"] == 0:
        return _UNPAID[line["unpaid"]]
    return f"{euros(line['claimed'])} réclamés pour {euros(line['billed'])} facturés."


def _found(rules: Sequence[Reproach], verdict: str) -> list[str]:
    found = [rule for rule in rules if rule.verdict == verdict]
    return list(dict.fromkeys(f"{rule.message} [{rule.rule}]" for rule in found))


def _owed(line: dict[str, Any]) -> str:
    if line["owed"] is None:
        return "Somme due inconnue : montant absent du fichier."
    if line["owed"] < line["claimed"]:
        return f"Dû au plus : {euros(line['owed'])} sur {euros(line['claimed'])} réclamés."
    return ""


def _several(line: dict[str, Any]) -> str:
    if line["candidates"] is None:
        return ""
    return f"{counted(len(line['candidates']), 'acte possible', 'actes possibles')} : rien ne dit lequel est visé."


def _partly(earlier: Sequence[str]) -> str:
    if not earlier:
        return ""
    return f"Une partie de ces actes est déjà réclamée {plural(len(earlier), 'ligne', 'lignes')} {listed(earlier)}."


def _doubtful(rules: Sequence[Reproach]) -> str:
    named = [rule.rule for rule in rules if rule.named and rule.verdict == "ok"]
    if not named or any(rule.verdict == "review" for rule in rules):
        return ""
    return f"Rien n'a été trouvé, mais le texte que vise le motif laisse un doute [{', '.join(named)}]."


def _missing(rules: Sequence[Reproach]) -> str:
    lost = [rule for rule in rules if rule.verdict == "unverifiable"]
    columns = dict.fromkeys(key for rule in lost for key in rule.missing)
    known = quoted(heading(key) for key in columns if key in COLUMNS)
    others = [_NAMES.get(key, key) for key in columns if key not in COLUMNS]
    rule = plural(len(lost), "règle n'a pas pu être vérifiée", "règles n'ont pas pu être vérifiées")
    return f"{integer(len(lost))} {rule} ; il manque {listed([*known, *others])}."


def _aside(line: dict[str, Any]) -> list[str]:
    """How far the answer holds: how the act was found, and whether the time to claim it is known."""
    said = []
    if line["acts"] is not None and line["by"] in _BY:
        alone = line["by"] == "amount" and line["date"] is None
        said.append(_BY["amount alone" if alone else line["by"]])
    if line["undated"]:
        said.append("Prescription non vérifiable : date de paiement inconnue.")
    return said
