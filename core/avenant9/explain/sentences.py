"""The answer of a rule that reproaches nothing, in one French sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from avenant9.acts.columns import in_french
from avenant9.explain.model import (
    AlternationTrace,
    ConditionTrace,
    ContactTrace,
    CountTrace,
    OpposableTrace,
    OverchargeTrace,
    ShareTrace,
    SpecialtyTrace,
    TariffTrace,
    Trace,
    ValidityTrace,
    VisitTrace,
)
from avenant9.explain.scene import Scene
from avenant9.rulebook import schema
from avenant9.wording import day, euros, integer, listed, ordinal, percent, plural

_SCOPE = {
    ("practitioner", "patient"): "pour ce patient",
    ("patient",): "pour ce patient, tous praticiens confondus",
    ("practitioner",): "pour ce praticien",
}
_DATA = {
    "duplicate": "aucune autre ligne ne répète cet acte.",
    "billed-again": "aucune autre facture ne porte cet acte à ce montant.",
    "unknown-code": "le code est connu de la nomenclature.",
    "future-date": "la date des soins n'est pas à venir.",
}


def window(trace: CountTrace) -> str:
    """The window in the words of a sentence."""
    match trace.window:
        case "civil-year":
            return f"sur l'année civile {trace.first.year}"
        case "civil-quarter":
            return f"au {ordinal((trace.first.month + 2) // 3)} trimestre {trace.first.year}"
        case "civil-month":
            return f"en {trace.first:%m/%Y}"
        case "ever":
            return f"depuis le {day(trace.first)}"
        case _:
            week = "sur la semaine " if trace.window == "iso-week" else ""
            return f"{week}du {day(trace.first)} au {day(trace.last or trace.first)}"


def fine(rule: Any, trace: Trace, scene: Scene) -> str:
    """Why nothing is reproached."""
    code = scene.act["code"]
    if isinstance(rule, schema.Data):
        return _DATA.get(rule.look_for, "rien à signaler.")
    if isinstance(trace, VisitTrace):
        return _host(trace, code) if isinstance(rule, schema.Host) else _pair(trace, code)
    said = _SENTENCES.get(type(trace))
    return said(trace, code) if said else f"{code} : rien à reprocher à cet acte."


def _count(trace: CountTrace, code: str) -> str:
    if trace.count is None:
        own = next((line for line in trace.not_counted if line.here), None)
        return f"{code} : non compté, l'acte est non conforme à {own.detail}." if own else f"{code} : non compté."
    said = f"{named(trace)} : {trace.count} {window(trace)} {_SCOPE[trace.per]}, {trace.limit} au plus."
    if trace.could_be is None or trace.could_be <= trace.limit:
        return said
    return f"{said} Sous réserve des actes inconnus, qui pourraient le porter à {trace.could_be}."


def _contacts(trace: ContactTrace, code: str) -> str:
    return f"{code} : aucun autre contact avec ce patient dans les {trace.months} mois avant ou après."


def _condition(trace: ConditionTrace, code: str) -> str:
    met = all(line.holds for line in trace.requires)
    said = "toutes les conditions sont remplies" if met else "une exception prévue par la règle s'applique"
    return f"{code} : {said}."


def _specialty(trace: SpecialtyTrace, code: str) -> str:
    return f"{code} : la spécialité {trace.specialty or 0:02d} facture ce code."


def _validity(_trace: ValidityTrace, code: str) -> str:
    return f"{code} : le code existe à cette date."


def _overcharge(trace: OverchargeTrace, code: str) -> str:
    if trace.overcharge is None:
        return f"{code} : dépassement non renseigné, le montant est comparé au tarif par une autre règle."
    return f"{code} : aucun dépassement."


def named(trace: CountTrace) -> str:
    """What is counted: the codes, and their reasons or channels."""
    words = in_french("channel", in_french("reason", trace.filters))
    filters = f" ({', '.join(words)})" if words else ""
    return f"{', '.join(trace.codes)}{filters}"


def _alternation(trace: AlternationTrace, _code: str) -> str:
    remote = sum(line.units for line in trace.remote)
    acts = f"{remote} {plural(remote, 'acte')} à distance pour ce patient en {trace.year}"
    if trace.in_person:
        seen = len(trace.in_person)
        return f"{acts}, {seen} {plural(seen, 'acte')} en présence."
    if remote < trace.least:
        return f"{acts}, moins de {trace.least}."
    return f"{acts}, aucun en présence : le constat est porté par le {ordinal(trace.least)} de l'année."


def _tariff(trace: TariffTrace, _code: str) -> str:
    codes = " + ".join(part.code for part in trace.parts)
    amount = euros(trace.base)
    if trace.matched:
        return f"{codes} : {amount} hors dépassement, le tarif avec {' + '.join(trace.matched)}."
    if trace.base == trace.tariff:
        return f"{codes} : {amount} hors dépassement, le tarif."
    return f"{codes} : {amount} hors dépassement, montant admis à cette date."


def _opposable(trace: OpposableTrace, code: str) -> str:
    if not any(line.overcharge for line in trace.hosts):
        return f"{code} : aucun dépassement le même jour pour ce patient."
    if trace.optam:
        return f"{code} : le praticien a adhéré à l'OPTAM, son dépassement est admis."
    return f"{code} : le praticien n'est pas en secteur 2, la règle ne le concerne pas."


def _pair(trace: VisitTrace, code: str) -> str:
    where = {"invoice": "sur la même facture", "row": "sur la même ligne"}.get(trace.scope, "le même jour")
    by_role = {
        role: list(dict.fromkeys(line.act.code for line in trace.others if line.role == role))
        for role in ("beside", "excluded", "allowed", "makes-regular", "other-invoice")
    }
    if by_role["excluded"]:
        rows = [str(line.act.where.row) for line in trace.others if line.role == "excluded"]
        return (
            f"{code} : l'acte que le texte écarte est {listed(by_role['excluded'])}, "
            f"{plural(len(rows), 'ligne')} {listed(rows)}, non celui-ci."
        )
    if by_role["beside"] and by_role["makes-regular"]:
        return f"{code} avec {listed(by_role['beside'])} : régulier, avec {listed(by_role['makes-regular'])}."
    if by_role["allowed"]:
        return f"{code} avec {listed(by_role['allowed'])} : cumul expressément admis."
    if by_role["other-invoice"]:
        return f"{code} : {listed(by_role['other-invoice'])} est sur une autre facture."
    return f"{code} : aucun acte incompatible {where} pour ce patient."


def _host(trace: VisitTrace, code: str) -> str:
    hosts = [line.act for line in trace.others if line.role == "host"]
    if hosts:
        return f"{code} : accompagne {hosts[0].code}, ligne {hosts[0].where.row}."
    return f"{code} : rien à reprocher à cet acte."


def _share(trace: ShareTrace, _code: str) -> str:
    remote, total = integer(trace.remote), integer(trace.total)
    figures = (
        f"{remote} {plural(trace.remote, 'acte')} à distance sur {total} en {trace.year}, "
        f"soit {percent(trace.share_bp)}, plafond {percent(trace.ceiling_bp)}."
    )
    if not trace.over:
        return figures
    return f"{figures} L'année dépasse le plafond, mais cet acte n'est pas de ceux qui sont au-delà."


_SENTENCES: dict[type[Trace], Callable[[Any, str], str]] = {
    CountTrace: _count,
    ContactTrace: _contacts,
    AlternationTrace: _alternation,
    ConditionTrace: _condition,
    SpecialtyTrace: _specialty,
    ValidityTrace: _validity,
    TariffTrace: _tariff,
    OverchargeTrace: _overcharge,
    OpposableTrace: _opposable,
    ShareTrace: _share,
}
