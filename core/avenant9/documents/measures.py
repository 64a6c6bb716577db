"""What measures bounded in time change, as people read it: who pays what more, by measure, practitioner and month."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from avenant9.documents import left_out, sentences
from avenant9.records import replace
from avenant9.report.document import Column, Document, Fact, Section, Table
from avenant9.report.page import place
from avenant9.report.values import number
from avenant9.results.base import iso_month
from avenant9.results.measures import History, Measures, Standings
from avenant9.wording import DISCLAIMER, NBSP, counted, day, euros, integer, listed, money, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from avenant9.report.document import Kind, Value
    from avenant9.results.measures import Beside, Refused, Row, Standing, Term, Total

Shown = Measures | Standings | History
#: What effects are told by: a measure, a practitioner, the first day of a month.
Key: TypeAlias = "str | date"

#: The columns of the contract, in its order: new ones only at the end.
CSV: Final = (
    *map(Column, ("Mesure", "Période", "Praticien", "Mois")),
    *(Column(heading, "number") for heading in ("Unités", "Retenues", "Refusées")),
    *(
        Column(heading, "euros")
        for heading in ("Sans la mesure", "Avec la mesure", "Écart", "dont AMO", "dont patient")
    ),
    Column("Douteuses", "number"),
)
_LIST: Final = (
    *map(Column, ("Mesure", "Période", "Libellé")),
    Column("Du", "date"),
    Column("Au", "date"),
    *map(Column, ("État", "Disputée")),
)

#: Short names of the shipped measures; another one goes by its id.
NAMES: Final = {
    "snp": "Majoration SNP",
    "regulation-sas": "Régulation au SAS",
    "teleconsultation-100": "Téléconsultation à 100 %",
    "teleconsultation-telephone": "Téléconsultation par téléphone",
    "protocoles-cpts": "Protocoles des CPTS",
    "vaccination-variole": "Vaccination (variole du singe)",
    "vaccination-covid": "Vaccination (covid-19)",
    "seuil-amenagement": "Aménagement du plafond",
}
REASONS: Final = {
    "out_of_period": "hors période",
    "weekly_cap": "au-delà de la limite",
    "condition": "hors conditions",
    "pdsa_hours": "aux heures de permanence des soins",
    "unverifiable": "non vérifiable",
}
_STATUS: Final = {"in_force": "en vigueur", "past": "passée", "to_come": "à venir"}
#: What the keys of a period mean; the key itself is what `--set` takes.
_VALUES: Final = {
    "amount": "montant",
    "baseline": "montant sans la mesure",
    "limit": "nombre au plus",
    "rate": "euros par heure",
    "share_bp": "part de l'AMO",
    "diagnosis_only": "selon le diagnostic seulement",
    "weekday_flat": "forfait en semaine",
    "weekday_hourly": "heure en semaine",
    "weekend_flat": "forfait du samedi après-midi, du dimanche et des jours fériés",
    "weekend_hourly": "heure du samedi après-midi, du dimanche et des jours fériés",
    "flat_from_hours": "heures à partir desquelles le forfait est dû",
    "unclear_from_hours": "heures à partir desquelles rien ne tranche",
    "started_hours": "toute heure commencée est due",
    "saturday_from": "début du samedi après-midi",
    "ceiling_bp": "plafond",
    "default_bp": "part",
    "in_pathway_bp": "dans le parcours",
    "outside_pathway_bp": "hors parcours",
    "exempt_bp": "en cas d'exonération",
    "outside_letters": "lettres hors parcours",
    "under_age": "dans le parcours sous cet âge",
    "direct_access": "spécialités en accès direct",
    "exemptions": "codes d'exonération",
    "unrelated": "codes de soins sans rapport avec l'ALD",
    "per_day": "nombre au plus par jour",
    "adult_at": "due à partir de cet âge",
    "protocol": "protocoles",
    "remark": "à examiner",
}
_BESIDES: Final = {
    "baseline": "Sans la mesure",
    "amo": "Part de l'assurance maladie, à défaut de taux",
    "nominal": "Prise en charge de droit commun",
    "participation": "Participation forfaitaire",
}
_NOBODY = "?"
#: What text shows of long lists: rows of a table, row numbers of a refusal.
_LINES, _NUMBERS = 40, 12
_NOTHING = "Aucun acte, aucune vacation et aucun patient de ces fichiers ne relève d'une mesure."
_MONEY: tuple[tuple[str, Kind, bool], ...] = (
    ("Soignants", "euros", False),
    ("AMO", "euros", False),
    ("Patients", "euros", False),
)


def name_of(measure: str) -> str:
    """The measure in a few French words."""
    return NAMES.get(measure, measure)


def document(result: Shown, *, whole: bool = True) -> Document:
    """The result of `simulate`, `list` or `show`; `whole`: all refusals and lines, however many."""
    match result:
        case Measures():
            return _simulation(result, None if whole else _LINES)
        case Standings():
            return _list(result)
        case History():
            return _history(result)


def csv(result: Shown) -> Table:
    """`simulate`: one line per measure, period, practitioner and month; else one line per period."""
    if isinstance(result, Measures):
        return Table(CSV, [_line(row) for row in result.rows])
    if isinstance(result, Standings):
        terms = [(one.id, one) for one in result.measures]
    else:
        terms = [(result.id, one) for one in result.periods]
    rows = [
        (name, one.period, one.label, one.from_, one.until, _STATUS[one.status], "oui" if one.disputed else "non")
        for name, one in terms
    ]
    return Table(_LIST, rows)


def _line(row: Row) -> tuple[Value, ...]:
    counts = (row.units, row.retained, row.refused)
    amounts = (row.baseline, row.with_measure, row.difference, row.difference_amo, row.difference_patient)
    return row.measure, row.period, row.practitioner, iso_month(row.month), *counts, *amounts, row.doubtful


# --- effects --------------------------------------------------------------------------------------------------


class Effect(Struct, frozen=True):
    """Cents that the measures bring to those who care, and that the fund and the patients pay for it.

    `apart` is due under a measure of which nobody knows what would be due without it: it is in no other sum.
    """

    amo: int = 0
    patient: int = 0
    apart: int = 0

    @property
    def carers(self) -> int:
        """What doctors and teams receive: what the fund and the patients pay together."""
        return self.amo + self.patient

    def __add__(self, other: Effect) -> Effect:
        return Effect(self.amo + other.amo, self.patient + other.patient, self.apart + other.apart)

    def __sub__(self, other: Effect) -> Effect:
        return Effect(self.amo - other.amo, self.patient - other.patient, self.apart - other.apart)


def effect(row: Row | Total) -> Effect | None:
    """What a line brings, None where it does not tell."""
    if row.difference_amo is not None and row.difference_patient is not None:
        return Effect(row.difference_amo, row.difference_patient)
    return Effect(apart=row.with_measure) if row.with_measure is not None else None


def _sums(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Effect]:
    """By key, of the lines that tell: a line that does not is no zero."""
    sums: dict[Key, Effect] = {}
    for row in rows:
        told = effect(row)
        if told is not None:
            sums[key(row)] = sums.get(key(row), Effect()) + told
    return sums


def _together(rows: Iterable[Row]) -> Effect:
    return sum((effect(row) or Effect() for row in rows), Effect())


# --- simulate -------------------------------------------------------------------------------------------------


def _simulation(result: Measures, limit: int | None) -> Document:
    title = "Mesures bornées dans le temps"
    return Document(
        title=title if result.scenario is None else f"{title} : scénario « {result.scenario} »",
        answer=sentences.with_unread(_answer(result), result.unread),
        sections=(
            *_comparison(result),
            Section("Par mesure", tables=(_by_measure(result),), facts=_participation(result)),
            Section("Par praticien", tables=(_effects("Praticien", _people(result.rows), "text"),)),
            Section("Par mois", tables=(_effects("Mois", _sums(result.rows, lambda row: row.month), "month"),)),
            *_refusals(result, limit),
            Section("Lignes rejetées", tables=(_shortened(_rejected(result), limit),) if result.rejected else ()),
            Section("À savoir", words=result.notes),
            left_out.files(result.unread),
            Section("Détail", tables=(_shortened(_detail(result), limit),) if result.rows else (), sheet="Détail"),
        ),
        footer=(f"Simulation faite au {day(result.as_of)}.", DISCLAIMER),
    )


def _answer(result: Measures) -> str:
    if not result.rows and result.law is None:
        return _NOTHING
    now = _together(result.rows)
    if result.law is None and not any(effect(row) for row in result.rows):
        return "Rien ne dit en euros ce que changent les mesures qui concernent ces fichiers ; leurs unités suivent."
    if result.law is None:
        brought = f"Les mesures apportent {euros(now.carers)} aux médecins et aux équipes : {_payers(now)}."
        return f"{brought}{_between(result.totals)}{_apart(now)}"
    change = now - _together(result.law.rows)
    change = Effect(change.amo + change.apart, change.patient)
    if change == Effect():
        return "Ce scénario ne change rien, en euros, à ce que donne la loi telle qu'elle est."
    gain = f"{'apporte' if change.carers >= 0 else 'retire'} {euros(abs(change.carers))} aux médecins et aux équipes"
    return f"Comparé à la loi telle qu'elle est, ce scénario {gain} : {_payers(change)}."


def _between(totals: Sequence[Total]) -> str:
    """What the measures add at least and at best, measure by measure, where what is missing leaves that open."""
    named = [total for total in totals if total.measure is not None]
    open_ones = [f"{name_of(total.measure or '')} {said}" for total in named if (said := _bounds(total))]
    return f" Selon ce que le fichier ne dit pas : {listed(open_ones)}." if open_ones else ""


def _bounds(total: Total) -> str:
    """`de 285,00 € à 300,00 €`; nothing where the difference is all that there is to say."""
    if total.low is None or total.low == total.high == total.difference:
        return ""
    low = euros(total.low)
    if total.low == total.high:
        return f"{low} en tout"  # which units they are is what the file does not say
    return f"au moins {low}" if total.high is None else f"de {low} à {euros(total.high)}"


def _payers(sums: Effect) -> str:
    return f"l'assurance maladie paie {_more(sums.amo)}, les patients ou leurs complémentaires {_more(sums.patient)}"


def _more(cents: int) -> str:
    if cents == 0:
        return "ni plus ni moins"
    return f"{euros(abs(cents))} de {'plus' if cents > 0 else 'moins'}"


def _apart(sums: Effect) -> str:
    if not sums.apart:
        return ""
    return (
        f" S'y ajoutent {euros(sums.apart)} de vacations, dont aucune source ne dit ce qui serait dû sans la mesure."
    )


def _money_columns(*, apart: bool) -> tuple[Column, ...]:
    columns = tuple(Column(heading, kind, wide_only) for heading, kind, wide_only in _MONEY)
    return (*columns, Column("À part", "euros")) if apart else columns


def _money(sums: Effect | None, *, apart: bool) -> tuple[Value, ...]:
    if sums is None:
        return (None,) * (4 if apart else 3)
    unknown = sums.apart and not (sums.amo or sums.patient)
    known: tuple[Value, ...] = (None, None, None) if unknown else (sums.carers, sums.amo, sums.patient)
    return (*known, sums.apart) if apart else known


def _by_measure(result: Measures) -> Table:
    totals = [total for total in result.totals if total.measure is not None]
    return Table(
        columns=(
            Column("Mesure"),
            Column("Retenu"),
            Column("Avec", "euros", wide_only=True),
            Column("Sans la mesure", "euros", wide_only=True),
            *_money_columns(apart=False),
            Column("Refusé", wide_only=True),
            Column("À examiner", wide_only=True),
            Column("Écart possible", wide_only=True),
        ),
        rows=[
            (
                name_of(total.measure or ""),
                _units(total.retained, total.measure),
                total.with_measure,
                total.baseline,
                *_differences(total),
                _units(total.refused, total.measure),
                _units(total.doubtful or None, total.measure),
                _bounds(total),
            )
            for total in totals
        ],
        note="Soignants, AMO et patients : en plus de ce qui serait dû sans la mesure, quand une source le dit.",
    )


def _differences(total: Total) -> tuple[Value, ...]:
    sums = effect(total)
    return (None, None, None) if sums is None or sums.apart else (sums.carers, sums.amo, sums.patient)


def _units(quantity: int | Decimal | None, measure: str | None) -> str:
    """`41 actes`, `8 h`, `6 patients`."""
    if quantity is None:
        return ""
    if isinstance(quantity, Decimal):
        return f"{number(quantity)}{NBSP}h"
    return counted(quantity, "patient" if measure == "protocoles-cpts" else "acte")


def _participation(result: Measures) -> tuple[Fact, ...]:
    total = next((total for total in result.totals if total.measure is None), None)
    if total is None or total.participation is None:
        return ()
    label = "Participation forfaitaire des patients, à part et au plus"
    return (Fact(label, total.participation, "euros"),)


def _people(rows: Iterable[Row]) -> dict[Key, Effect]:
    return _sums(rows, lambda row: _person(row.practitioner))


def _person(practitioner: str) -> str:
    return "? (équipe, ou praticien non nommé)" if practitioner == _NOBODY else practitioner


def _effects(heading: str, sums: Mapping[Key, Effect], kind: Kind) -> Table:
    ordered = sorted(sums, key=str)
    apart = any(one.apart for one in sums.values())
    note = "À part : dû, sans que rien ne dise ce qui le serait sans la mesure." if apart else ""
    return Table(
        columns=(Column(heading, kind), *_money_columns(apart=apart)),
        rows=[(key, *_money(sums[key], apart=apart)) for key in ordered],
        total=("Total", *_money(sum(sums.values(), Effect()), apart=apart)) if kind == "text" else None,
        note=note,
    )


def _detail(result: Measures) -> Table:
    return Table(
        columns=(
            Column("Mesure"),
            Column("Période", wide_only=True),
            Column("Praticien", "identifier"),
            Column("Mois", "month"),
            Column("Unités", "number", wide_only=True),
            Column("Retenues", "number"),
            Column("Refusées", "number"),
            Column("Sans la mesure", "euros", wide_only=True),
            Column("Avec", "euros"),
            Column("Écart", "euros", wide_only=True),
            Column("dont AMO", "euros", wide_only=True),
            Column("dont patient", "euros", wide_only=True),
            Column("Douteuses", "number", wide_only=True),
        ),
        rows=[
            (
                name_of(row.measure),
                row.period or "hors période",
                row.practitioner,
                row.month,
                row.units,
                row.retained,
                row.refused,
                row.baseline,
                row.with_measure,
                row.difference,
                row.difference_amo,
                row.difference_patient,
                row.doubtful,
            )
            for row in result.rows
        ],
    )


# --- a scenario and the law -----------------------------------------------------------------------------------


def _comparison(result: Measures) -> Iterator[Section]:
    """The difference between a scenario and the law, by measure, practitioner and month, both shown."""
    if result.law is None:
        return
    rows, law = result.rows, result.law.rows
    keys: tuple[tuple[str, Kind, Callable[[Row], Key]], ...] = (
        ("Mesure", "text", lambda row: name_of(row.measure)),
        ("Praticien", "text", lambda row: _person(row.practitioner)),
        ("Mois", "month", lambda row: row.month),
    )
    tables = [_compared(heading, kind, _sums(law, key), _sums(rows, key)) for heading, kind, key in keys]
    words = "Ce que reçoivent médecins et équipes selon la loi et selon le scénario, puis qui paie la différence."
    yield Section("Scénario et loi", words=(words,), tables=tuple(tables))


def _compared(heading: str, kind: Kind, law: Mapping[Key, Effect], now: Mapping[Key, Effect]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for key in sorted(law.keys() | now.keys(), key=str):
        before, after = (sums.get(key, Effect()) for sums in (law, now))
        change = after - before
        if change != Effect():
            due = (one.carers + one.apart for one in (before, after))
            rows.append((key, *due, change.carers + change.apart, change.amo + change.apart, change.patient))
    return Table(
        columns=(
            Column(heading, kind),
            Column("Loi", "euros"),
            Column("Scénario", "euros"),
            Column("Écart", "euros"),
            Column("dont AMO", "euros"),
            Column("dont patients", "euros"),
        ),
        rows=rows,
        empty=f"Par {heading.lower()} : aucune différence.",
    )


# --- refusals -------------------------------------------------------------------------------------------------


def _shortened(table: Table, limit: int | None) -> Table:
    """The first rows of a long table, and how to get the others."""
    if limit is None or len(table.rows) <= limit:
        return table
    left = counted(len(table.rows) - limit, "autre ligne", "autres lignes")
    note = f"… et {left} ; tout est donné par --format xlsx, html ou json."
    return replace(table, rows=table.rows[:limit], note=" ".join(filter(None, (note, table.note))))


def refusals(result: Measures) -> list[str]:
    """How many refusals there are, and how many lines that cannot be told, as the document counts them."""
    refused, unsure = _apart_unsure(result)
    return [_count(refused), *([_count(unsure, unsure=True)] if unsure else [])]


def _count(entries: Sequence[Refused], *, unsure: bool = False) -> str:
    one, many = ("non vérifiable", "non vérifiables") if unsure else ("refus", "refus")
    return counted(len(entries), one, many)


def _apart_unsure(result: Measures) -> tuple[list[Refused], list[Refused]]:
    """What is refused, and what cannot be told."""
    unsure = [one for one in result.refused if one.reason == "unverifiable"]
    return [one for one in result.refused if one.reason != "unverifiable"], unsure


def _refusals(result: Measures, limit: int | None) -> Iterator[Section]:
    """What is refused, then what cannot be told: where and why."""
    refused, unsure = _apart_unsure(result)
    if refused:
        reasons = Counter(one.reason for one in refused)
        said = listed([f"{integer(many)} {REASONS[reason]}" for reason, many in reasons.items()])
        words = f"{_count(refused)} : {said}."
        yield Section("Refusé", words=(words,), tables=_grouped(refused, limit), sheet="Refusé")
    if unsure:
        words = f"{_count(unsure, unsure=True)}."
        yield Section("Non vérifiable", words=(words,), tables=_grouped(unsure, limit), sheet="Non vérifiable")


def _grouped(refused: Sequence[Refused], limit: int | None) -> tuple[Table, ...]:
    """One table per sheet and measure; the rows that the same sentence refuses stand together."""
    tables: dict[str, dict[tuple[str, str], list[int]]] = {}
    for one in refused:
        here = tables.setdefault(f"{place(one.file, one.sheet)} : {name_of(one.measure)}", {})
        rows = here.setdefault((one.reason, one.detail), [])
        if one.row not in rows:
            rows.append(one.row)
    columns = (Column("Pourquoi"), Column("Lignes"), Column("Motif", "identifier", wide_only=True))
    return tuple(
        _shortened(
            Table(
                columns=columns,
                rows=[(detail, _numbers(rows, limit), REASONS[reason]) for (reason, detail), rows in here.items()],
                title=title,
            ),
            limit,
        )
        for title, here in tables.items()
    )


def _numbers(rows: Sequence[int], limit: int | None) -> str:
    """Numbers of rows: `2, 7`, `2, 7 et 12 autres`."""
    shown = rows if limit is None or len(rows) <= _NUMBERS else rows[:_NUMBERS]
    rest = len(rows) - len(shown)
    return ", ".join(map(str, shown)) + (f" et {counted(rest, 'autre')}" if rest else "")


def _rejected(result: Measures) -> Table:
    return Table(
        columns=(Column("Feuille"), Column("Ligne", "integer"), Column("Motif")),
        rows=[
            (place(one.file, one.sheet), one.row, f"{one.cell} : {one.reason}" if one.cell else one.reason)
            for one in result.rejected
        ],
    )


# --- list and show --------------------------------------------------------------------------------------------


def _list(result: Standings) -> Document:
    now = [one for one in result.measures if one.status == "in_force" and not one.disputed]
    names = list(dict.fromkeys(name_of(one.id) for one in now))
    found = counted(len(names), "mesure en vigueur", "mesures en vigueur")
    ids = dict.fromkeys(one.id for one in result.measures)
    return Document(
        title="Mesures bornées dans le temps",
        answer=f"{found} au {day(result.on)}{' : ' if names else ''}{listed(names)}.",
        sections=tuple(_periods(name, [one for one in result.measures if one.id == name]) for name in ids),
        footer=(
            "Une période disputée n'est retenue que si un scénario la retient.",
            "« a9 measures show ID » donne les montants, les sources et ce qui est disputé.",
        ),
    )


def _periods(name: str, periods: Sequence[Standing]) -> Section:
    columns = (
        Column("Période", "identifier"),
        Column("Du", "date"),
        Column("Au"),
        Column("État"),
        Column("Libellé", wide_only=True),
    )
    rows = [(one.period, one.from_, _end(one), _standing(one), one.label) for one in periods]
    return Section(_titled(name), tables=(Table(columns, rows),))


def _titled(name: str) -> str:
    return f"{name} : {NAMES[name]}" if name in NAMES else name


def _end(one: Standing) -> str:
    return day(one.until) if one.until is not None else "…"


def _standing(one: Standing) -> str:
    return _STATUS[one.status] + (" (disputée)" if one.disputed else "")


def _history(result: History) -> Document:
    now = next((one for one in result.periods if one.status == "in_force" and not one.disputed), None)
    answer = (
        f"Aucune période retenue au {day(result.on)}."
        if now is None
        else f"En vigueur au {day(result.on)} : {now.label}, depuis le {day(now.from_)}."
    )
    return Document(
        title=_titled(result.id),
        answer=answer,
        sections=(
            Section("Ce que c'est", words=(f"{result.title}.", result.why)),
            *(_term(one) for one in result.periods),
            *(_beside(one) for one in result.besides),
        ),
        footer=(
            f"« a9 measures simulate FICHIERS --period {result.periods[-1].period} --until DATE » déplace une borne.",
        ),
    )


def _term(one: Term) -> Section:
    return Section(
        one.label,
        facts=(
            Fact("Période", one.period),
            Fact("Du", one.from_, "date"),
            Fact("Au", _last(one.until)),
            Fact("État", _standing(one)),
            *_values(one),
        ),
    )


def _beside(one: Beside) -> Section:
    facts = (Fact("Du", one.from_, "date"), Fact("Au", _last(one.until)), *_values(one))
    return Section(f"{_BESIDES.get(one.key, one.key)}, depuis le {day(one.from_)}", facts=facts)


def _last(until: date | None) -> str:
    return day(until) if until is not None else "sans fin connue"


def _read(key: str, value: int | Decimal | str) -> str:
    """A value as people read it; of a share also what `--set` takes."""
    match value:
        case bool():
            return "oui" if value else "non"
        case int() if key.endswith("_bp"):
            return f"{percent(value)} ({value})"
        case Decimal():
            return money(int(value * 100), ",")
        case _:
            return str(value)


def _values(one: Term | Beside) -> Iterator[Fact]:
    """The values, each under its key, and where they come from."""
    for key, value in one.values.items():
        yield Fact(f"{_VALUES[key]} ({key})" if key in _VALUES else key, _read(key, value))
    source = one.source
    yield Fact("Source", f"{sentences.reference(source)} ({sentences.confidence(source)})")
    if source.url:
        yield Fact("Adresse", source.url, "url")
    yield Fact("Comparé à sa source le", one.checked_on, "date")
    if one.note:
        yield Fact("Note", one.note)
