"""What the fund pays of téléconsultations: the nominal share against that of the measure (100 %).

The doctor receives the same; the fund pays more and the patient (or a complementary cover) as much less. The flat
participation of the patient is due in both cases and counted apart, as a maximum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.kinds.tests import birthday, exempted
from avenant9.law.nomenclature import Price
from avenant9.measures.units import UNITS, WHOLE, no_units, out_of_period, placed
from avenant9.rulebook.measures import CoverSpan, cents
from avenant9.wording import counted as count_of
from avenant9.wording import percent

if TYPE_CHECKING:
    from avenant9.kinds.run import Run
    from avenant9.law.dated import Dated
    from avenant9.model import Acts
    from avenant9.rulebook.measures import Cover, NominalCover, Participation

_DIAGNOSIS = (
    "Prise en charge à 100 % réservée aux patients qui ont un diagnostic de covid-19, qu'aucun fichier ne montre."
)
_NO_AMOUNT = "Montant inconnu : la part de l'assurance maladie ne se calcule pas."
_NO_OVERCHARGE = "Dépassement inconnu, et montant au-dessus du tarif : la base de remboursement ne se calcule pas."
_SEVERAL = "Plusieurs codes sur la ligne, et pas de tarif connu pour celui-ci : sa part du montant ne se voit pas."
_NO_NOMINAL = "Taux de droit commun inconnu à cette date."


def units(
    name: str, measure: Cover, acts: Acts, counted: pl.DataFrame, run: Run
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """UNITS of the acts of the measure, and what is to be said of them.

    Args:
        name: id of the measure.
        measure: under the scenario.
        acts: what was read.
        counted: the acts that count, with their `nature`.
        run: as `engine.prepared` gives it.
    """
    own = counted.filter(pl.col("code").is_in(list(measure.codes)))
    if own.is_empty():
        return no_units(), ()
    own = out_of_period(placed(own, measure, acts), measure)
    own = _nominal(_based(own, run), measure)
    own = _participation(own, measure)
    spans = [(span.id, span.share_bp, span.diagnosis_only) for span in measure.period if isinstance(span, CoverSpan)]
    covers = pl.DataFrame(
        spans, schema={"period": pl.String, "share": pl.Int64, "diagnosis_only": pl.Boolean}, orient="row"
    )
    own = own.join(covers, on="period", how="left", maintain_order="left")
    hidden = pl.col("diagnosis_only").fill_null(False)
    unclear = pl.when(hidden).then(pl.lit(_DIAGNOSIS)).otherwise("unclear")
    inside = pl.col("reason").is_null()
    own = own.with_columns(
        reason=pl.coalesce("reason", pl.when(unclear.is_not_null()).then(pl.lit("unverifiable"))),
        detail=pl.when(inside).then(unclear).otherwise("detail"),
        baseline=_share_of(pl.col("base"), pl.col("nominal")),
    )
    with_measure = pl.when(pl.col("reason").is_null()).then(
        pl.max_horizontal("baseline", _share_of(pl.col("base"), pl.col("share")))
    )
    own = own.with_columns(
        with_measure=pl.when(pl.col("reason").ne_missing("unverifiable")).then(pl.coalesce(with_measure, "baseline"))
    )
    refused = pl.when(pl.col("reason").is_not_null()).then("quantity").otherwise(0).cast(pl.Int64)
    unsure = pl.col("reason") == "unverifiable"
    most = pl.coalesce("base", "amount")  # what the fund's share is taken of, at most
    gain = _share_of(most, pl.col("share")) - _share_of(most, pl.col("nominal"))
    table = own.with_columns(
        measure=pl.lit(name),
        units=pl.col("quantity").cast(pl.Int64) * WHOLE,
        retained=(pl.col("quantity").cast(pl.Int64) - refused) * WHOLE,
        refused=refused * WHOLE,
        doubtful=pl.lit(0),
        low=pl.when(unsure).then(0),
        high=pl.when(unsure).then(pl.max_horizontal(gain, 0)),
        amo=pl.col("with_measure") - pl.col("baseline"),
        patient=pl.col("baseline") - pl.col("with_measure"),
    )
    return table.select(pl.col(key).cast(dtype) for key, dtype in UNITS.items()), _notes(table)


def _share_of(base: pl.Expr, basis_points: pl.Expr) -> pl.Expr:
    """A share in cents, half up."""
    return (2 * base * basis_points + 10_000) // 20_000


def _based(own: pl.DataFrame, run: Run) -> pl.DataFrame:
    """`base`, the amount that the fund's share is taken of, or `unclear`, why it is not known.

    An unknown overcharge is none where the amount is not above the tariff; of a row of several codes only the
    tariff tells what is due for one of them.
    """
    eras = pl.Series("era", run.prices.eras, dtype=pl.Date)
    own = own.with_columns(era=eras.gather(eras.search_sorted(own["date"], side="right") - 1))
    key = ["code", "era", "specialty"]
    questions = own.select(key).unique(maintain_order=True)
    answers = [run.prices.of(code, era, specialty, run.overseas) for code, era, specialty in questions.iter_rows()]
    priced = questions.with_columns(
        tariff=pl.Series([a.cents if isinstance(a, Price) else None for a in answers], dtype=pl.Int64)
    )
    own = own.join(priced, on=key, how="left", nulls_equal=True, maintain_order="left")
    due = (2 * pl.col("tariff") * pl.col("quantity") * pl.col("coefficient") + 1000) // 2000
    within = pl.col("amount") <= due
    alone = pl.col("parts") == 1
    net = pl.col("amount") - pl.coalesce("overcharge", pl.when(within).then(0))
    return own.with_columns(
        base=pl.when(alone).then(net).otherwise(due).cast(pl.Int64),
        unclear=pl.when(alone & pl.col("amount").is_null())
        .then(pl.lit(_NO_AMOUNT))
        .when(alone & net.is_null())
        .then(pl.lit(_NO_OVERCHARGE))
        .when(~alone & due.is_null())
        .then(pl.lit(_SEVERAL)),
    )


def _during(value: Dated) -> pl.Expr:
    period, day = value.period, pl.col("date")
    return day >= period.first if period.last is None else day.is_between(period.first, period.last)


def _nominal(own: pl.DataFrame, measure: Cover) -> pl.DataFrame:
    """`nominal`, the fund's share in basis points without the measure; `assumed` where the pathway is not known."""
    nominal, assumed = pl.lit(None, pl.Int64), pl.lit(False)
    for value in measure.nominal:
        outside, exempt = _outside(value), _exempt(value)
        share = (
            pl.when(exempt)
            .then(value.exempt_bp)
            .when(outside)
            .then(value.outside_pathway_bp)
            .otherwise(value.in_pathway_bp)
        )
        nominal = pl.when(_during(value)).then(share).otherwise(nominal)
        assumed = pl.when(_during(value)).then(outside.is_null() & ~exempt).otherwise(assumed)
    return own.with_columns(nominal=nominal.cast(pl.Int64), assumed=assumed).with_columns(
        unclear=pl.coalesce("unclear", pl.when(pl.col("nominal").is_null()).then(pl.lit(_NO_NOMINAL)))
    )


def _exempt(value: NominalCover) -> pl.Expr:
    return exempted(value.exemptions, value.unrelated).fill_null(False)


def _outside(value: NominalCover) -> pl.Expr:
    """Whether the patient is outside the care pathway; null where the letter is not known and would tell."""
    dispensed = (
        (pl.col("date") < birthday(value.under_age)) | pl.col("specialty").is_in(list(value.direct_access))
    ).fill_null(False)
    return pl.when(dispensed).then(False).otherwise(pl.col("pathway").is_in(list(value.outside_letters)))


def _participation(own: pl.DataFrame, measure: Cover) -> pl.DataFrame:
    """`participation` of each act in cents, at most: so many a day per patient and practitioner, none for minors."""
    visit = ["practitioner", "patient", "date"]
    minor = pl.lit(False)
    for value in measure.participation:
        minor = pl.when(_during(value)).then(_minor(value)).otherwise(minor)
    due = pl.when(minor.fill_null(False)).then(0).otherwise("quantity").cast(pl.Int64)
    own = own.with_columns(acts_due=due).sort("act")
    own = own.with_columns(before=pl.col("acts_due").cum_sum().over(visit) - pl.col("acts_due"))
    amount = pl.lit(None, pl.Int64)
    for value in measure.participation:
        left = pl.when(pl.col("patient").is_null()).then("acts_due").otherwise(value.per_day - pl.col("before"))
        number = pl.min_horizontal("acts_due", left).clip(lower_bound=0)
        amount = pl.when(_during(value)).then(number * cents(value.amount)).otherwise(amount)
    return own.with_columns(participation=amount)


def _minor(value: Participation) -> pl.Expr:
    """Whether the patient was too young on 1 January; null without a date of birth."""
    first = pl.date(pl.col("date").dt.year(), 1, 1)
    return first < birthday(value.adult_at)


def _notes(table: pl.DataFrame) -> tuple[str, ...]:
    notes = [
        "Téléconsultations : « sans » et « avec la mesure » sont la part de l'assurance maladie ; "
        "le médecin reçoit la même somme, et le patient ou sa complémentaire paie d'autant moins.",
        "La participation forfaitaire est un maximum : elle est due avec et sans la mesure, et plusieurs dispenses "
        "ne se voient pas dans un fichier d'actes.",
    ]
    assumed = table.filter("assumed", pl.col("baseline").is_not_null())
    if assumed.height:
        one, many = "téléconsultation sans parcours connu, comptée", "téléconsultations sans parcours connu, comptées"
        shares = " ou ".join(percent(share) for share in assumed["nominal"].unique().sort())
        notes.append(f"{count_of(assumed.height, one, many)} dans le parcours de soins ({shares}).")
    return tuple(notes)
