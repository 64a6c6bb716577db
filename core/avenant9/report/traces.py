"""What a rule looked at, as lines of text: the rows counted, the tests, the equation, the visit, the year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from avenant9.acts.columns import in_french
from avenant9.explain.model import (
    ActLine,
    AlternationTrace,
    Block,
    Cents,
    ConditionTrace,
    ContactTrace,
    CountTrace,
    Explanation,
    HostLine,
    OpposableTrace,
    OtherTrace,
    OverchargeTrace,
    PricePart,
    ShareTrace,
    Span,
    SpecialtyTrace,
    TariffTrace,
    TestLine,
    ValidityTrace,
    VisitLine,
    VisitTrace,
)
from avenant9.explain.sentences import named
from avenant9.model import CellRef, Verdict
from avenant9.report.headings import heading
from avenant9.report.page import Page, place
from avenant9.wording import counted, day, euros, integer, listed, percent, plural, quoted

_LABEL = 16  # where the values stand
_SHOWN = 24  # acts of a trace shown one by one
_ALWAYS = 1900  # a text from before any act: it has no start
_PER = {"practitioner": "praticien", "patient": "patient"}
_WINDOWS = {
    "civil-year": "par année civile",
    "civil-quarter": "par trimestre civil",
    "civil-month": "par mois civil",
    "iso-week": "par semaine, du lundi au dimanche",
    "rolling-12-months": "en douze mois glissants",
    "ever": "une fois pour toutes",
}
#: Why an act is not counted.
WHY = {
    "cancelled": "acte annulé",
    "cancellation": "annulation",
    "orphan": "annulation sans l'acte qu'elle annule",
    "repeated": "déjà lu dans un autre fichier",
    "rejete": "statut « rejeté » dans le fichier",
    "annule": "statut « annulé » dans le fichier",
    "other-practitioner": "autre praticien",
    "other-reason": "autre motif",
    "other-channel": "autre canal",
    "before-version": "avant le début de cette version de la règle, le",
    "after-version": "après la fin de cette version de la règle, le",
    "no-units": "aucune unité facturée",
    "refused": "non conforme à",
}
_NO_TARIFF = {
    "specialty": "il dépend de la spécialité",
    "original_code": "l'acte derrière ce code n'est pas connu",
    "tariff": "aucune source ne le donne à cette date",
}
_ROLES = {
    "beside": "incompatible",
    "excluded": "écarté par le texte",
    "allowed": "cumul expressément admis",
    "makes-regular": "rend le cumul régulier",
    "other-invoice": "sur une autre facture",
    "host": "l'acte accompagné",
    "doubtful-host": "accompagnement discuté",
    "other": "sans effet pour cette règle",
}
_DUTY = {
    "day": "aux heures ouvrables",
    "pdsa": "aux heures de la permanence des soins",
    "regional": "aux heures de la permanence des soins si la région le prévoit",
}
_TRUE = {
    "treating_doctor": "le praticien est le médecin traitant du patient",
    "ald": "le patient est en ALD",
    "optam": "le praticien a adhéré à l'OPTAM",
    "territory": "le praticien a un ancrage territorial",
}
_FALSE = {
    "treating_doctor": "le praticien n'est pas le médecin traitant du patient",
    "ald": "le patient n'est pas en ALD",
    "optam": "le praticien n'a pas adhéré à l'OPTAM",
    "territory": "le praticien n'a pas d'ancrage territorial",
}
_COLUMNS = {
    "reason": "motif",
    "place": "lieu",
    "pathway": "parcours",
    "channel": "canal",
    "regulated_by": "régulation",
    "requested_by": "demandeur",
    "sector": "secteur",
}


def fact(page: Page, label: str, words: str) -> str:
    """A label and its value, wrapped under itself."""
    return page.wrap(words, " " * (_LABEL + 2), f"  {label.ljust(_LABEL)}")


def span(of: Span) -> str:
    """A period in words."""
    if of.first.year <= _ALWAYS:
        return "à toute date" if of.last is None else f"jusqu'au {day(of.last)}"
    return f"depuis le {day(of.first)}" if of.last is None else f"du {day(of.first)} au {day(of.last)}"


def rows_of(places: Sequence[CellRef], here: CellRef) -> str:
    """Rows in words, those of another sheet with its name."""
    words = [row_of(spot, here) for spot in places]
    return f"{plural(len(words), 'la ligne', 'les lignes')} {listed(words)}"


def row_of(spot: CellRef, here: CellRef) -> str:
    """A row number, with its sheet where it is another one."""
    same = (spot.file, spot.sheet) == (here.file, here.sheet)
    return str(spot.row) if same else f"{spot.row} ({place(spot.file, spot.sheet)})"


def times(coefficient: int, quantity: int) -> str:
    """What a tariff is multiplied by: nothing for a factor of one."""
    by = "" if coefficient == 1000 else f" × {coefficient / 1000:g}".replace(".", ",")
    return by + ("" if quantity in (0, 1) else f" × {quantity}")


def trace_lines(page: Page, block: Block, explanation: Explanation) -> list[str]:
    """What one rule looked at."""
    here = explanation.where
    match block.trace:
        case CountTrace():
            return _count(page, block.trace, here, explanation.rejected_rows)
        case ContactTrace():
            return _contacts(page, block.trace, here)
        case AlternationTrace():
            return [
                *_acts(page, "À distance", block.trace.remote, here, "aucun"),
                *_acts(page, "En présence", block.trace.in_person, here, "aucun"),
            ]
        case ConditionTrace():
            return _conditions(page, block.trace)
        case SpecialtyTrace():
            return _specialty(page, block.trace)
        case ValidityTrace():
            spans = listed([span(one) for one in block.trace.periods]) or "aucune période connue"
            return [fact(page, "Existence", spans)]
        case TariffTrace():
            return _tariff(page, block.trace, whole=block.verdict is not Verdict.OK)
        case OverchargeTrace():
            return [fact(page, "Dépassement", _known(block.trace.overcharge))]
        case OpposableTrace():
            return _opposable(page, block.trace, here)
        case VisitTrace():
            return _visit(page, block.trace, here)
        case ShareTrace():
            return _share(page, block.trace)
        case _:
            return _noted(page, block.trace, here)


def _count(page: Page, trace: CountTrace, here: CellRef, rejected: int) -> list[str]:
    codes = named(trace)
    if not trace.limit:
        return [fact(page, "Limite", f"{codes} : ne se facture pas à cette date")]
    per = listed([f"par {_PER[key]}" for key in trace.per])
    since, until = day(trace.first), trace.last and day(trace.last)
    window = f"du {since} au {until}, bornes comprises" if until else f"depuis le {since}"
    lines = [
        fact(page, "Limite", f"{codes} : {trace.limit} au plus {_WINDOWS[trace.window]}, {per}"),
        fact(page, "Fenêtre", window),
    ]
    if trace.counted:
        units = trace.counted[-1].running or 0
        lines += _acts(page, "Comptés", trace.counted, here, "", beyond=trace.limit, total=units)
    if trace.not_counted:
        lines += _acts(page, "Non comptés", trace.not_counted, here, "", total=len(trace.not_counted))
    if trace.unknown:
        lines += _acts(page, "Inconnus", trace.unknown, here, "")
    under = " " * (_LABEL + 2)
    if doubt := _doubt(trace):
        lines.append(page.wrap(doubt, under))
    if rejected:
        unread = counted(rejected, "ligne rejetée, ni lue ni comptée", "lignes rejetées, ni lues ni comptées")
        lines.append(page.wrap(unread, under))
    return [*lines, fact(page, "Serait conforme", _fitting(trace, here))] if trace.over else lines


def _doubt(trace: CountTrace) -> str:
    """What the unknown acts could make of the count."""
    if trace.could_be is None or trace.count is None or trace.could_be == trace.count:
        return ""
    effect = "la limite serait respectée dans tous les cas"
    if trace.count > trace.limit:
        effect = "le verdict n'en dépend pas"
    elif trace.could_be > trace.limit:
        effect = f"au-delà de la limite de {trace.limit}"
    return f"le résultat pourrait passer à {trace.could_be} : {effect}"


def _fitting(trace: CountTrace, here: CellRef) -> str:
    """When the act would have been within the limit."""
    if trace.earliest is None:
        return "à aucune autre date, au regard de cette limite"
    when = f"au plus tôt le {day(trace.earliest)}, au regard de cette limite"
    if not trace.displaced:
        return when
    then = plural(len(trace.displaced), "serait alors au-delà", "seraient alors au-delà")
    return f"{when} (mais {rows_of(trace.displaced, here)} {then})"


def _acts(
    page: Page,
    label: str,
    acts: Sequence[ActLine],
    here: CellRef,
    nothing: str,
    *,
    beyond: int | None = None,
    total: int | None = None,
) -> list[str]:
    """A list of acts under its number; a long one is folded in the middle, with the units that are not shown."""
    if not acts:
        return [fact(page, label, nothing)]
    units = sum(line.units for line in acts) if total is None else total
    lines = [fact(page, label, str(units))]
    shown = _shown(acts)
    widths = _widths([acts[rank] for rank in shown], here)
    for before, rank in zip([-1, *shown], shown, strict=False):
        if hidden := acts[before + 1 : rank]:
            rest = counted(len(hidden), "autre acte")
            lines.append(page.wrap(f"… {rest}, {counted(sum(line.units for line in hidden), 'unité')} …", "    "))
        lines.append(page.wrap(_act_line(acts[rank], here, beyond, widths), " " * 8, "    "))
    return lines


def _shown(acts: Sequence[ActLine]) -> list[int]:
    """The acts shown of a long list: the first ones, those around the act explained, the last ones."""
    if len(acts) <= _SHOWN:
        return list(range(len(acts)))
    at = next((rank for rank, line in enumerate(acts) if line.here), 0)
    near = range(at - _SHOWN // 3, at + _SHOWN // 3)
    ends = (*range(_SHOWN // 6), *range(len(acts) - _SHOWN // 6, len(acts)))
    return sorted({*ends, *near} & set(range(len(acts))))


def _place_and_day(line: ActLine, here: CellRef) -> list[str]:
    moment = day(line.date) + (f" {line.time:%H:%M}" if line.time else "")
    return [f"ligne {row_of(line.where, here)}", moment, line.code]


def _widths(acts: Sequence[ActLine], here: CellRef) -> list[int]:
    """How wide each of the first words of a list of acts is."""
    return [max(map(len, words)) for words in zip(*(_place_and_day(line, here) for line in acts), strict=True)]


def _act_line(line: ActLine, here: CellRef, beyond: int | None, widths: Sequence[int]) -> str:
    words = []
    if line.units not in (0, 1):
        words.append(f"quantité {line.units}")
    if line.running is not None:
        words.append(f"compte {line.running}")
    if beyond is not None and (line.running or 0) > beyond:
        words.append("au-delà")
    if line.why is not None:
        words.append(WHY[line.why] + (f" {_detail(line)}" if line.detail else ""))
    if line.missing:
        words.append(f"inconnu : {listed(quoted(map(heading, line.missing)))}")
    if line.repeats is not None:
        words.append(f"même acte que la ligne {row_of(line.repeats, here)} ?")
    first = [word.ljust(width) for word, width in zip(_place_and_day(line, here), widths, strict=True)]
    return "  ".join([*first, ", ".join(words)]).rstrip() + ("  ← cette ligne" if line.here else "")


def _detail(line: ActLine) -> str:
    """What made an act not count, in words."""
    if line.why in ("before-version", "after-version"):
        return day(date.fromisoformat(line.detail or ""))
    if line.why in ("other-reason", "other-channel"):
        (said,) = quoted(in_french(line.why.removeprefix("other-"), [str(line.detail)]))
        return said
    return str(line.detail)


def _contacts(page: Page, trace: ContactTrace, here: CellRef) -> list[str]:
    lines = [
        fact(page, "Fenêtre", f"du {day(trace.after)} au {day(trace.before)}, bornes et jour de l'acte exclus"),
        *_acts(page, "Contacts", trace.near, here, "aucun"),
    ]
    return [*lines, *_acts(page, "Le même jour", trace.same_day, here, "")] if trace.same_day else lines


def _conditions(page: Page, trace: ConditionTrace) -> list[str]:
    lines = [fact(page, "Motifs visés", ", ".join(in_french("reason", trace.reasons)))] if trace.reasons else []
    met = {True: "remplie", False: "non remplie", None: "inconnu"}
    plays = {True: "joue", False: "ne joue pas", None: "inconnu"}
    for label, tests, words in (
        ("Condition", trace.requires, met),
        ("Exception", trace.unless, plays),
        ("Doute si", trace.doubtful_if, plays),
    ):
        lines += [fact(page, label, _test(test, words)) for test in tests]
    return lines


def _test(line: TestLine, words: Mapping[bool | None, str]) -> str:
    asked, found = _asked(line.test), _found(line)
    return f"{asked} : {words[line.holds]}" + (f" ({found})" if found else "")


_ASKED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "age-under": lambda test: f"patient de moins de {test['years']} ans",
    "age-at-least": lambda test: f"patient de {test['years']} ans ou plus",
    "is-true": lambda test: _TRUE.get(test["column"], f"{_column(test)} : oui"),
    "is-false": lambda test: _FALSE.get(test["column"], f"{_column(test)} : non"),
    "one-of": lambda test: f"{_column(test)} {_values(test)}",
    "none-of": lambda test: f"{_column(test)} autre que {_values(test)}",
    "specialty-in": lambda test: f"spécialité {listed([f'{code:02d}' for code in test['specialties']], 'ou')}",
    "exemption-in": lambda test: f"exonération {listed([str(code) for code in test['exemptions']], 'ou')}",
    "rate-under": lambda test: f"taux de remboursement inférieur à {percent(test['basis_points'])}",
    "within-working-days": lambda test: (
        f"au plus {counted(test['days'], 'jour ouvrable', 'jours ouvrables')} après la demande"
    ),
    "within-hours": lambda test: f"au plus {test['hours']} heures après la régulation",
    "duty-is": lambda test: listed([_DUTY[value] for value in test["values"]], "ou"),
    "never": lambda _: "acte admis à cette date",
}


def _asked(test: Mapping[str, Any]) -> str:
    """What a test asks, in words."""
    name = str(test["test"])
    return _ASKED[name](test) if name in _ASKED else name


def _column(test: Mapping[str, Any]) -> str:
    return _COLUMNS.get(test["column"], str(test["column"]))


def _values(test: Mapping[str, Any]) -> str:
    return listed(quoted(in_french(test["column"], map(str, test["values"]))), "ou")


def _found(line: TestLine) -> str:
    """The value found, in words; what is unknown is named in full."""
    found, test = line.found, line.test
    match test["test"]:
        case "never":
            return ""
        case "age-under" | "age-at-least":
            return "date de naissance inconnue" if found is None else f"{found} ans le jour de l'acte"
        case "specialty-in" if found is not None:
            return f"{found['code']:02d}" + (f" {found['label']}" if found["label"] else "")
        case "rate-under" if found is not None:
            return percent(found)
        case "within-working-days" if found is not None:
            limit = day(found["last_day"]) if found["last_day"] else "inconnu"
            return f"demandé le {day(found['asked'])}, dernier jour le {limit}"
        case "within-hours" if found is not None:
            at = f" à {found['time']:%H:%M}" if found["time"] else ", heure inconnue"
            return f"régulé le {found['since']:%d/%m/%Y à %H:%M}, acte du {day(found['date'])}{at}"
        case "duty-is":
            at = f"{found['time']:%H:%M}" if found["time"] else "heure inconnue"
            return f"{at}, {_DUTY[found['duty']]}" if found["duty"] else at
        case _ if found is None:
            return "non renseigné"
        case _ if isinstance(found, bool):
            return "le fichier dit oui" if found else "le fichier dit non"
        case _:
            (said,) = in_french(test.get("column", ""), [str(found)])
            return f"le fichier dit « {said} »"


def _specialty(page: Page, trace: SpecialtyTrace) -> list[str]:
    def named(code: int) -> str:
        return f"{code:02d}" + (f" {trace.labels[code]}" if code in trace.labels else "")

    own = "non renseignée" if trace.specialty is None else named(trace.specialty)
    label, codes = ("Admises", trace.allowed) if trace.allowed else ("Écartées", trace.refused)
    return [fact(page, "Spécialité", own), fact(page, label, ", ".join(map(named, codes)))]


def _tariff(page: Page, trace: TariffTrace, *, whole: bool) -> list[str]:
    lines = []
    if trace.base is not None:
        billed = euros(trace.base)
        if trace.overcharge:
            billed = f"{euros(trace.amount)} - {euros(trace.overcharge)} de dépassement = {billed}"
        lines.append(fact(page, "Facturé", billed))
    else:
        lines.append(fact(page, "Facturé", "montant inconnu"))
    lines += [fact(page, "Tarif", _part(part)) for part in trace.parts]
    if len(trace.parts) > 1 and trace.tariff is not None:
        totals = " + ".join(euros(part.total) for part in trace.parts)
        lines.append(fact(page, "Total", f"{totals} = {euros(trace.tariff)}"))
    if trace.matched:
        lines.append(fact(page, "Avec", f"{' + '.join(trace.matched)} : {euros(trace.base)}"))
    for label, some, why in (
        ("Écarté", trace.refused, "non admis pour cette spécialité ou cet âge"),
        ("Selon le cas", trace.doubtful, "admis à certaines spécialités seulement"),
    ):
        if some:
            codes = listed([" + ".join(one.codes) for one in some], "ou")
            lines.append(fact(page, label, f"{codes} : {euros(trace.base)}, {why}"))
    if whole:
        by_total: dict[int, list[str]] = {}
        for one in trace.supplements:
            by_total.setdefault(one.total, []).append(" + ".join(one.codes))
        words = [f"{euros(total)} ({', '.join(codes)})" for total, codes in sorted(by_total.items())]
        if words:
            lines.append(fact(page, "Admis aussi", f"{' ; '.join(words)}"))
        if trace.difference:
            equation = f"{euros(trace.base)} - {euros(trace.tariff)} = {euros(trace.difference)}"
            lines.append(fact(page, "Différence", equation))
    return lines


def _part(part: PricePart) -> str:
    if part.tariff is None:
        return f"{part.code} : tarif inconnu, {_NO_TARIFF.get(part.missing or '', 'sans raison connue')}"
    by = times(part.coefficient, part.quantity)
    total = f"{euros(part.tariff)}{by} = {euros(part.total)}" if by else euros(part.tariff)
    others = f", aussi admis : {listed([euros(amount) for amount in part.accepted], 'ou')}" if part.accepted else ""
    held = f" ({span(part.period)})" if part.period else ""
    return f"{part.code} : {total}{held}{others}"


def _known(amount: Cents | None) -> str:
    return "non renseigné" if amount is None else euros(amount)


def _opposable(page: Page, trace: OpposableTrace, here: CellRef) -> list[str]:
    if trace.any_sector:
        lines = [fact(page, "Praticien", "tarif opposable exigé dans tous les secteurs")]
    else:
        optam = {True: "adhérent à l'OPTAM", False: "hors OPTAM", None: "OPTAM non renseigné"}[trace.optam]
        sector = f"secteur {trace.sector}" if trace.sector else "secteur non renseigné"
        lines = [fact(page, "Praticien", f"{sector}, {optam} ; visé en secteur 2 hors OPTAM")]
    hosts = [_host_line(line, here) for line in trace.hosts]
    return [*lines, fact(page, "Actes du jour", " ; ".join(hosts) or "aucun acte dont le dépassement compte")]


def _host_line(line: HostLine, here: CellRef) -> str:
    charged = "dépassement non renseigné" if line.overcharge is None else f"dépassement {euros(line.overcharge)}"
    return f"ligne {row_of(line.act.where, here)}, {line.act.code}, {charged}"


def _visit(page: Page, trace: VisitTrace, here: CellRef) -> list[str]:
    if not trace.others:
        return [fact(page, "Le même jour", "aucun autre acte")]
    where = {"row": "Sur la ligne"}.get(trace.scope, "Le même jour")
    lines = [fact(page, where, counted(len(trace.others), "autre acte"))]
    widths = _widths([line.act for line in trace.others], here)
    told = [_visit_line(line, trace.scope, here, widths) for line in trace.others]
    return lines + [page.wrap(words, " " * 8, "    ") for words in told]


def _visit_line(line: VisitLine, scope: str, here: CellRef, widths: Sequence[int]) -> str:
    invoice = ""
    if scope == "invoice" and line.role != "other-invoice":
        known = {True: ", même facture", False: ", autre facture", None: ", facture inconnue"}
        invoice = known[line.one_invoice]
    return f"{_act_line(line.act, here, None, widths)}  {_ROLES[line.role]}{invoice}"


def _share(page: Page, trace: ShareTrace) -> list[str]:
    acts = {"remote": "à distance", "in-person": "en présence", "unknown": "à distance ou non, on ne sait pas"}
    ceiling = percent(trace.ceiling_bp)
    if trace.ceiling_bp != trace.ordinary_bp:
        ceiling += f" par aménagement (ordinaire : {percent(trace.ordinary_bp)})"
    part = f"{integer(trace.remote)} à distance sur {integer(trace.total)} = {percent(trace.share_bp)}"
    lines = [
        fact(page, "Année", f"{trace.year}, du 01/01 au 31/12, tous les actes du praticien"),
        fact(page, "Cet acte", acts[trace.act] + (", au-delà du plafond" if trace.beyond else "")),
        fact(page, "Part", part),
        fact(page, "Plafond", ceiling),
        fact(page, "Excédent", counted(trace.excess, "acte") if trace.excess else "aucun"),
    ]
    if trace.unknown:
        lines.append(fact(page, "Inconnus", counted(trace.unknown, "acte")))
    if trace.conditions:
        lines.append(fact(page, "Conditions", " ; ".join(trace.conditions)))
    return lines


def _noted(page: Page, trace: OtherTrace, here: CellRef) -> list[str]:
    related = [
        spot for spot in trace.related if (spot.file, spot.sheet, spot.row) != (here.file, here.sheet, here.row)
    ]
    if not related:
        return []
    label = plural(len(related), "Ligne liée", "Lignes liées")
    return [fact(page, label, listed([row_of(spot, here) for spot in related]))]
