"""The acts of a year against what was declared, paid or booked, as people read it: what is left, why, which days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.documents import left_out, sentences
from avenant9.law.nomenclature import NATURES
from avenant9.model import Verdict
from avenant9.report.document import Chart, Column, Document, Section, Series, Table
from avenant9.report.page import place
from avenant9.results.base import iso_month
from avenant9.wording import capital, counted, day, euros, listed, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.document import Value
    from avenant9.results.reconcile import (
        Against,
        Comparison,
        DayGap,
        MonthGap,
        OfFamily,
        OfMonth,
        Reason,
        Reconcile,
        Sums,
    )

#: The columns of the CSV: new ones only at the end.
CSV: Final = (
    *map(Column, ("Face à", "Nature", "Période")),
    Column("Nombre", "integer"),
    *(Column(heading, "euros") for heading in ("Actes", "Dépassements", "Annulations", "Déclaré", "Écart")),
)
NAMES: Final[dict[Against, str]] = {"snir": "SNIR", "payments": "paiements", "fec": "FEC"}
_THE: Final[dict[Against, str]] = {"snir": "le SNIR", "payments": "les paiements", "fec": "le FEC"}
_TITLES: Final[dict[Against, str]] = {
    "snir": "Face au SNIR (honoraires déclarés de l'année)",
    "payments": "Face aux paiements",
    "fec": "Face au FEC (recettes des comptes 70)",
}
_FAMILIES: Final = {**NATURES, "unknown": "code inconnu", "several": "plusieurs familles sur une ligne"}
#: Days that a terminal shows one by one.
_DAYS: Final = 10
_NOTHING = (
    "Rien n'est comparé : donnez les honoraires déclarés (--snir), les paiements (--payments) ou le FEC (--fec)."
)
_MISSING = (
    "Ce que les colonnes ne disent pas peut l'expliquer : actes non remboursables, remplacements et rétrocessions, "
    "actes d'un autre logiciel, forfaits et rémunérations versés hors des actes."
)
_INCLUDED = "Les honoraires comprennent les dépassements, et non les annulations, qui s'en retranchent."
_DISCLAIMER = "Constat technique, ne vaut pas avis de la caisse ni de l'administration fiscale."


def document(result: Reconcile, *, whole: bool = True) -> Document:
    """The result; `whole`: every day that differs and every row behind a cause, however many."""
    return Document(
        title=f"Rapprochement de l'année {result.year}",
        answer=sentences.with_unread(_answer(result), result.unread),
        verdict=_verdict(result),
        sections=(
            *(_compared(one, result.year, whole=whole) for one in result.comparisons),
            *_totals(result),
            *([_behind(result)] if whole and result.lines else []),
            Section("À savoir", words=result.notes),
            *left_out.sections(result.rejected, result.unread),
        ),
        footer=(f"Rapproché au {day(result.as_of)}, à {euros(result.tolerance)} près.", _DISCLAIMER),
    )


def csv(result: Reconcile) -> Table:
    """Each comparison with its causes, months and days, then the sums of the acts."""
    return Table(CSV, [*_rows(result)])


def _rows(result: Reconcile) -> Iterator[tuple[Value, ...]]:
    for one in result.comparisons:
        yield from _compared_rows(one, result.year)
    yield _sums_row("total des soins", str(result.year), result.total)
    for month in result.by_month_of_care:
        yield _sums_row("soins du mois", iso_month(month.month), month)
    for month in result.by_month_of_payment or ():
        yield _sums_row("payé dans le mois", iso_month(month.month), month)
    for family in result.by_family or ():
        yield _sums_row(f"famille : {_family(family)}", str(result.year), family)


def _compared_rows(one: Comparison, year: int) -> Iterator[tuple[Value, ...]]:
    against = NAMES[one.against]

    def line(nature: str, period: str, number: int | None, *sums: int | None) -> tuple[Value, ...]:
        acts, declared, gap = sums
        return (against, nature, period, number, acts, None, None, declared, gap)

    yield line("écart", str(year), None, one.billed, one.declared, one.difference)
    for cause in one.causes:
        yield line(_reason(cause.reason, year), str(year), cause.rows, None, None, cause.euros)
    yield line("reste inexpliqué", str(year), None, None, None, one.left)
    for month in one.months or ():
        yield line("mois", iso_month(month.month), None, month.acts, month.declared, month.difference)
    for gap in one.days or ():
        yield line("jour qui diffère", day(gap.date), None, gap.acts, gap.declared, gap.difference)


def _sums_row(nature: str, period: str, sums: Sums) -> tuple[Value, ...]:
    return (None, nature, period, *_sums(sums), None, None)


# --- the answer -------------------------------------------------------------------------------------------


def _answer(result: Reconcile) -> str:
    if not result.comparisons:
        return f"{counted(result.total.acts, 'acte')} en {result.year}. {_NOTHING}"
    return " ".join(f"{_standing(one)}." for one in result.comparisons)


def _standing(one: Comparison) -> str:
    """What is left of one comparison, and the days to look at."""
    name = capital(NAMES[one.against])
    days = _days_in_short(one.days or ())
    left = one.left
    if not one.explained:
        side = "de plus" if left > 0 else "de moins"
        return f"{name} : {euros(abs(left))} {side} que les actes, sans explication{days}"
    rest = f" (reste {euros(left)})" if left else ""
    if one.difference:
        return f"{name} : l'écart de {euros(one.difference)} s'explique{rest}{days}"
    return f"{name} : aucun écart{days}"


def _days_in_short(days: Sequence[DayGap]) -> str:
    if not days:
        return ""
    if len(days) > 3:
        return f" ; {counted(len(days), 'jour')} à voir"
    return f" ; à voir : {listed([f'{day(one.date)} ({signed(one.difference)})' for one in days])}"


def _verdict(result: Reconcile) -> Verdict | None:
    if not result.comparisons:
        return None
    sure = all(one.explained for one in result.comparisons) and not result.unread and not result.rejected
    return Verdict.OK if sure else Verdict.REVIEW


# --- a comparison -----------------------------------------------------------------------------------------


def _compared(one: Comparison, year: int, *, whole: bool) -> Section:
    return Section(
        _TITLES[one.against],
        words=tuple(_words(one)),
        charts=(_chart(one, one.months),) if whole and one.months else (),
        tables=(_walk(one, year), *_days(one, whole=whole), *_months(one)),
        sheet=f"{NAMES[one.against][:1].upper()}{NAMES[one.against][1:]}",
    )


def _words(one: Comparison) -> Iterator[str]:
    for cause in one.causes:
        if cause.received:
            yield (
                f"L'écart suppose {euros(cause.received)} reçus dans l'année parmi les actes sans date de "
                "paiement : c'est la somme de certains d'entre eux qui laisse le moins à expliquer."
            )
    if not one.explained:
        yield _MISSING


def _walk(one: Comparison, year: int) -> Table:
    """From what was billed to what is declared, line by line."""
    expected = one.declared - one.left
    steps: list[tuple[Value, ...]] = [
        (f"Facturé pour les soins de {year}", None, one.billed),
        *((capital(_reason(cause.reason, year)), cause.rows, cause.euros) for cause in one.causes),
        ("Attendu", None, expected),
        (f"Déclaré ({NAMES[one.against]})", None, one.declared),
        ("Reste inexpliqué", None, one.left),
    ]
    verdicts = [*[None] * (len(steps) - 1), None if one.explained else Verdict.REVIEW]
    return Table(
        (Column("Poste"), Column("Lignes", "integer", absent=" "), Column("Euros", "euros")), steps, verdicts=verdicts
    )


def _reason(reason: Reason, year: int) -> str:
    return {
        "paid_other_year": f"soins de {year} payés une autre année",
        "care_other_year": f"soins d'une autre année payés en {year}",
        "refused": "lignes rejetées ou annulées (statut)",
        "unpaid": "lignes impayées (statut)",
        "undated": "actes sans date de paiement",
    }[reason]


def _gap_columns(first: Column, against: Against) -> tuple[Column, ...]:
    name = "Paiements" if against == "payments" else NAMES[against]
    return (first, Column("Actes payés", "euros"), Column(name, "euros"), Column("Écart", "euros"))


def _gap(gap: MonthGap | DayGap) -> tuple[int, int, int]:
    return gap.acts, gap.declared, gap.difference


def _chart(one: Comparison, months: Sequence[MonthGap]) -> Chart:
    return Chart(
        "Payé par mois",
        "line",
        tuple(month.month for month in months),
        (
            Series("d'après les actes", tuple(month.acts for month in months)),
            Series(f"d'après {_THE[one.against]}", tuple(month.declared for month in months)),
        ),
        "euros",
    )


def _months(one: Comparison) -> Iterator[Table]:
    if one.months is not None:
        gaps = [_gap(month) for month in one.months]
        yield Table(
            _gap_columns(Column("Mois", "month"), one.against),
            [(month.month, *gap) for month, gap in zip(one.months, gaps, strict=True)],
            title="Par mois de paiement",
            total=(None, *(sum(gap[side] for gap in gaps) for side in range(3))),
        )


def _days(one: Comparison, *, whole: bool) -> Iterator[Table]:
    if one.days is None:
        return
    shown = one.days if whole else sorted(one.days, key=lambda gap: -abs(gap.difference))[:_DAYS]
    more = len(one.days) - len(shown)
    yield Table(
        _gap_columns(Column("Jour", "date"), one.against),
        [(gap.date, *_gap(gap)) for gap in sorted(shown, key=lambda gap: gap.date)],
        title="Jours dont les sommes diffèrent",
        verdicts=[Verdict.REVIEW] * len(shown),
        note=f"Les {len(shown)} plus gros écarts ; {counted(more, 'autre jour')} dans les autres formats."
        if more
        else "",
        empty="Jour par jour, les sommes sont les mêmes.",
    )


# --- the sums ---------------------------------------------------------------------------------------------


def _totals(result: Reconcile) -> Iterator[Section]:
    total, month = _sums(result.total), Column("Mois", "month")
    care = [(one.month, *_sums(one)) for one in result.by_month_of_care]
    yield _section(f"Soins de {result.year}, par mois de soins", "Mois de soins", month, care, (None, *total))
    if result.by_month_of_payment is not None:
        paid = [(one.month, *_sums(one)) for one in result.by_month_of_payment]
        sums: tuple[Value, ...] = (None, *_added(result.by_month_of_payment))
        yield _section(f"Payé en {result.year}, par mois de paiement", "Mois de paiement", month, paid, sums)
    if result.by_family is not None:
        families = [(_family(one), *_sums(one)) for one in result.by_family]
        first, sums = Column("Famille"), ("Ensemble", *total)
        yield _section(f"Soins de {result.year}, par famille d'actes", "Familles", first, families, sums)


def _section(
    title: str, sheet: str, first: Column, sums: Sequence[tuple[Value, ...]], total: tuple[Value, ...]
) -> Section:
    return Section(
        title, tables=(Table(_columns(first), sums, total=total, note=_INCLUDED, empty="Aucun acte."),), sheet=sheet
    )


def _columns(first: Column) -> tuple[Column, ...]:
    return (
        first,
        Column("Actes", "integer"),
        Column("Honoraires", "euros"),
        Column("Dépassements", "euros"),
        Column("Annulations", "euros"),
    )


def _sums(sums: Sums) -> tuple[int | None, ...]:
    return (sums.acts, sums.amount, sums.overcharge, sums.cancelled)


def _added(months: Sequence[OfMonth]) -> tuple[int, ...]:
    """The sum of each column, of what is known."""
    return tuple(sum(cell or 0 for cell in cells) for cells in zip(*map(_sums, months), strict=True)) or (0,) * 4


def _family(sums: OfFamily) -> str:
    return _FAMILIES.get(sums.family, sums.family)


# --- the rows ---------------------------------------------------------------------------------------------


def _behind(result: Reconcile) -> Section:
    columns = (
        Column("Cause"),
        Column("Ligne", "identifier"),
        Column("Date de soins", "date"),
        Column("Date de paiement", "date", absent=" "),
        Column("Montant", "euros"),
    )
    behind = [
        (
            _reason(line.reason, result.year),
            f"{place(line.file, line.sheet)}, ligne {line.row}",
            line.date,
            line.payment_date,
            line.amount,
        )
        for line in result.lines
    ]
    return Section(
        "Lignes derrière les écarts", tables=(Table(columns, behind, sheet="Lignes", fold=0),), sheet="Lignes"
    )
