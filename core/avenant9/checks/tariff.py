"""Amounts: against the tariff, and overcharges where none is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from avenant9.acts.netting import counting
from avenant9.checks.context import (
    Context,
    birthday,
    concerned,
    euros,
    hidden_by_grouping,
    in_force,
    missing_columns,
    outcome,
)
from avenant9.model import Outcome
from avenant9.period import Period, bounds
from avenant9.rulebook.prices import NoPrice, Price
from avenant9.rulebook.schema import (
    AgeAtLeast,
    AgeUnder,
    Condition,
    NoOvercharge,
    NoOverchargeVersion,
    Opposable,
    OpposableVersion,
    SpecialtyEntry,
    Tariff,
    TariffVersion,
)

_ROW = ["input", "row"]
_PRICED = [
    *_ROW,
    "act",
    "parts",
    "date",
    "code",
    "nature",
    "specialty",
    "birth_date",
    "quantity",
    "coefficient",
    "amount",
    "overcharge",
]
_QUESTION = ["code", "coefficient", "quantity"]
_KEY = [*_QUESTION, "era", "specialty"]
_ANSWERED = [
    "act",
    "acts",
    "amount",
    "base",
    "overcharge",
    "extras",
    "expected",
    "allowed",
    "tariff_verdict",
    "tariff_source",
    "missing",
    "doubtful",
    "open_above",
    "firm",
    "label",
]
_HOST = [
    *_ROW,
    "act",
    "uncounted",
    "parts",
    "practitioner",
    "patient",
    "date",
    "time",
    "code",
    "nature",
    "quantity",
    "overcharge",
]


@dataclass(frozen=True, slots=True)
class _Priced:
    """One row as the tariff sees it: what it should cost, what else it may cost, or what is missing to say.

    The specialty, which is unknown, would tell whether it may cost what is `doubtful`; or, with `open_above`, more.
    """

    expected: int | None
    allowed: tuple[int, ...]
    verdict: str | None
    source: str | None
    missing: tuple[str, ...]
    doubtful: tuple[int, ...] = ()
    open_above: bool = False


class Refusals:
    """The supplements that excuse nothing: billed as codes, a rule that the tariff names would refuse them."""

    def __init__(self, version: TariffVersion, context: Context) -> None:
        self._entries: dict[str, list[tuple[Period, SpecialtyEntry]]] = {}
        self._ages = []
        for rule in (context.conditions[name] for name in version.refused_by):
            if isinstance(rule, Condition):
                self._ages += [own for own in rule.version if own.verdict == "violation"]
                continue
            for own in rule.version:
                for entry in own.entry:
                    for code in entry.codes if entry.verdict == "violation" else ():
                        self._entries.setdefault(code, []).append((own.period, entry))
        #: The days on which what a specialty may bill changes.
        self.bounds = bounds(period for dated in self._entries.values() for period, _ in dated)

    def by_age(self) -> pl.Expr:
        """A bit for each condition on the age that an act breaks; a birth date that is unknown breaks none."""
        bits = pl.lit(0, pl.Int64)
        for place, own in enumerate(self._ages):
            for test in own.requires:
                if isinstance(test, AgeUnder | AgeAtLeast):
                    young = pl.col("date") < birthday(test.years)
                    met = young if isinstance(test, AgeUnder) else ~young
                    bits |= pl.when(in_force(own), ~met).then(1 << place).otherwise(0)
        return bits.alias("ages")

    def of(self, supplements: Sequence[str], day: date, specialty: int | None, ages: int) -> bool | None:
        """Whether one of them is refused; None where only the specialty, which is unknown, would tell."""
        if any(
            ages >> place & 1 and not {*own.codes}.isdisjoint(supplements) for place, own in enumerate(self._ages)
        ):
            return True
        entries = [entry for code in supplements for period, entry in self._entries.get(code, ()) if day in period]
        if specialty is None:
            return None if entries else False
        return any(entry.refuses(specialty) for entry in entries)


def check(acts: pl.DataFrame, rule: Tariff, version: TariffVersion, context: Context) -> Outcome:
    """Rows whose amount less overcharge is not the tariff, nor the tariff plus permitted supplements."""
    about = acts.select(_PRICED).filter(in_force(version))
    refusals = Refusals(version, context)
    about = about.with_columns(_extras(version), _era(about["date"], {*context.prices.eras, *refusals.bounds}))
    alone = pl.col("parts") == 1
    several = about.filter(~alone)
    rows = _priced(about.filter(alone).with_columns(acts=pl.concat_list("act")), version, refusals, context)
    if len(several):
        rows = pl.concat([rows, _priced(_rows_of_several(several), version, refusals, context)]).sort("act")
    base, expected = pl.col("base"), pl.col("expected")
    no_answer = (pl.col("missing").list.len() > 0) | pl.col("amount").is_null()
    off = ~no_answer & ~pl.col("allowed").list.contains(base).fill_null(False)
    uncharged = off & pl.col("overcharge").is_null() & ~pl.col("firm")
    unexplained = off & (pl.col("doubtful").list.contains(base) | (pl.col("open_above") & (base > expected)))
    unsure = uncharged | unexplained
    wrong = rows.filter(off & ~unsure).with_columns(gap=base - expected)
    unknown = rows.filter(no_answer | unsure).select(
        act="acts",
        missing=pl.concat_list(
            pl.when(pl.col("amount").is_null()).then(pl.lit("amount")),
            pl.col("missing"),
            pl.when(unexplained).then(pl.lit("specialty")),
            pl.when(uncharged).then(pl.lit("overcharge")),
        ).list.drop_nulls(),
    )
    unknown = unknown.explode("act")
    above = pl.col("gap") > 0
    said = wrong.select(
        "act",
        verdict=pl.when(above & ~pl.col("extras")).then("tariff_verdict").otherwise(pl.lit("review")),
        at_stake=pl.when(above).then("gap").otherwise(0),
        message=pl.format(
            "{} : {} hors dépassement, tarif {} ; {} de {}.",
            "label",
            euros(base),
            euros(expected),
            euros(pl.col("gap").abs()),
            pl.when(above).then(pl.lit("trop")).otherwise(pl.lit("moins")),
        ),
        explanation=pl.struct(billed=_money(base), tariff=_money(expected), difference=_money(pl.col("gap"))),
        related=pl.lit([], pl.List(pl.UInt32)),
        source="tariff_source",
    )
    return outcome(said, unknown)


def _extras(version: TariffVersion) -> pl.Expr:
    return pl.col("nature").is_in(list(version.unpriced_extras)).fill_null(False).alias("extras")


def _era(days: pl.Series, starts: set[date]) -> pl.Series:
    """The first day of the era in which each day lies: within one, neither a tariff nor who may bill what changes."""
    eras = pl.Series("era", sorted(starts), dtype=pl.Date)
    return eras.gather(eras.search_sorted(days, side="right") - 1)


def _rows_of_several(about: pl.DataFrame) -> pl.DataFrame:
    """One line per row of the input that bills several codes, with the lists of its acts."""
    whole = (pl.len() == pl.col("parts").first()) & (pl.col("amount").n_unique() == 1)
    return about.group_by(_ROW, maintain_order=True).agg(
        pl.col("act").first(),
        pl.col("overcharge", "era", "specialty", "date", "birth_date").first(),
        # of a row of several codes that were not all cancelled alike, nothing tells what is left
        amount=pl.when(whole).then(pl.col("amount").first()),
        extras=pl.col("extras").any(),
        acts=pl.col("act"),
        **{name: pl.col(name) for name in _QUESTION},
    )


def _money(cents: pl.Expr) -> pl.Expr:
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}.{}", sign, cents.abs() // 100, (cents.abs() % 100).cast(pl.String).str.zfill(2))


def _priced(rows: pl.DataFrame, version: TariffVersion, refusals: Refusals, context: Context) -> pl.DataFrame:
    """The rows with their answer: each distinct question is priced once.

    `rows` holds values for rows of one act, lists for those of several. Those billed at the tariff itself are left
    out: they are nearly all of them, nothing is said of them, and no supplement is looked for.
    """
    permitted: dict[str, list[tuple[str, ...]]] = {}
    for combination in version.combinations:
        for code in combination.codes:
            permitted.setdefault(code, []).append(combination.with_)
    questions = rows.select(_KEY).unique(maintain_order=True).with_row_index("question")
    asked = [_Question.of(*values) for _, *values in questions.iter_rows()]
    expected = [_price_row(question, version.verdict, {}, refusals, context).expected for question in asked]
    off = (
        rows.with_columns(base=pl.col("amount") - pl.col("overcharge").fill_null(0))
        .join(
            questions.with_columns(expected=pl.Series(expected, dtype=pl.Int64)),
            on=_KEY,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .filter((pl.col("base") != pl.col("expected")).fill_null(True))
        .with_columns(refusals.by_age())
    )
    questions = off.select("question", "ages").unique(maintain_order=True)
    asked = [replace(asked[question], ages=ages) for question, ages in questions.iter_rows()]
    answers = [_price_row(question, version.verdict, permitted, refusals, context) for question in asked]
    priced = questions.with_columns(
        allowed=pl.Series([list(answer.allowed) for answer in answers], dtype=pl.List(pl.Int64)),
        tariff_verdict=pl.Series([answer.verdict for answer in answers], dtype=pl.String),
        tariff_source=pl.Series([answer.source for answer in answers], dtype=pl.String),
        missing=pl.Series([list(answer.missing) for answer in answers], dtype=pl.List(pl.String)),
        doubtful=pl.Series([list(answer.doubtful) for answer in answers], dtype=pl.List(pl.Int64)),
        open_above=pl.Series([answer.open_above for answer in answers], dtype=pl.Boolean),
        firm=pl.Series([{*one.codes} <= {*version.no_overcharge_codes} for one in asked], dtype=pl.Boolean),
        label=pl.Series([" + ".join(one.codes) for one in asked], dtype=pl.String),
    )
    return off.join(priced, on=["question", "ages"], how="left", maintain_order="left").select(_ANSWERED)


@dataclass(frozen=True, slots=True)
class _Question:
    """What a row bills, when, by whom, and the conditions on the age that its patient breaks."""

    codes: Sequence[str]
    coefficients: Sequence[int]
    quantities: Sequence[int]
    day: date
    specialty: int | None
    ages: int = 0

    @classmethod
    def of(cls, codes: Any, coefficients: Any, quantities: Any, day: date, specialty: int | None) -> _Question:
        return cls(_listed(codes), _listed(coefficients), _listed(quantities), day, specialty)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _price_row(
    asked: _Question,
    verdict: str,
    permitted: Mapping[str, Sequence[tuple[str, ...]]],
    refusals: Refusals,
    context: Context,
) -> _Priced:
    prices: list[Price] = []
    missing: list[str] = []
    for code in asked.codes:
        price = context.prices.of(code, asked.day, asked.specialty, context.overseas)
        if isinstance(price, Price):
            prices.append(price)
        else:
            missing.append("original_code" if code in context.grouping else price.missing)
    if missing:
        return _Priced(None, (), None, None, tuple(dict.fromkeys(missing)))
    sums = {0}
    for price, coefficient, quantity in zip(prices, asked.coefficients, asked.quantities, strict=True):
        units = [_times(cents, coefficient, quantity) for cents in (price.cents, *price.accepted)]
        sums = {total + unit for total in sums for unit in units}
    expected = sum(
        _times(p.cents, c, q) for p, c, q in zip(prices, asked.coefficients, asked.quantities, strict=True)
    )
    allowed, doubtful, open_above = set(sums), set[int](), False
    for supplements in permitted.get(asked.codes[0], ()) if len(asked.codes) == 1 else ():
        refused = refusals.of(supplements, asked.day, asked.specialty, asked.ages)
        if refused:
            continue
        added = [context.prices.of(code, asked.day, asked.specialty, context.overseas) for code in supplements]
        if all(isinstance(price, Price) for price in added):
            more = asked.quantities[0] * sum(price.cents for price in added if isinstance(price, Price))
            (allowed if refused is False else doubtful).update(total + more for total in sums)
        elif any(isinstance(price, NoPrice) and price.missing == "specialty" for price in added):
            open_above = True
    if any(price.verdict == "review" for price in prices):
        verdict = "review"
    return _Priced(
        expected, tuple(sorted(allowed)), verdict, prices[0].source, (), tuple(sorted(doubtful)), open_above
    )


def _times(cents: int, thousandths: int, quantity: int) -> int:
    return (2 * cents * thousandths * quantity + 1000) // 2000


def check_no_overcharge(
    acts: pl.DataFrame, rule: NoOvercharge, version: NoOverchargeVersion, context: Context
) -> Outcome:
    """An overcharge on a code that admits none; on a row shared with another code it may be the other's."""
    about = concerned(acts, version.codes, version)
    own = context.everything.select(*_ROW, "code").filter(pl.col("code").is_in(list(version.codes)))
    shares = about.join(own.group_by(_ROW).agg(own_parts=pl.len()), on=_ROW, how="left", maintain_order="left")
    shares = shares.with_columns(alone=pl.col("own_parts") == pl.col("parts"))
    over = shares.filter(pl.col("overcharge") > 0).unique(_ROW, keep="first", maintain_order=True)
    unknown = shares.filter(pl.col("overcharge").is_null())
    unknown = unknown.filter(~_at_tariff(unknown, context))
    said = over.select(
        "act",
        verdict=pl.when("alone").then(pl.lit(version.verdict)).otherwise(pl.lit("review")),
        at_stake="overcharge",
        message=pl.format("{} : dépassement de {}, aucun n'est admis.", "code", euros(pl.col("overcharge"))),
        explanation=pl.struct(overcharge=_money(pl.col("overcharge"))),
        related=pl.lit([], pl.List(pl.UInt32)),
    )
    hidden = hidden_by_grouping(acts, version.codes, version, context)
    return outcome(said, missing_columns(unknown, ["overcharge"]), hidden)


def _at_tariff(acts: pl.DataFrame, context: Context) -> pl.Series:
    """Acts alone on their row whose amount is known and has a tariff: `tarif/conventionnel` answers for them."""
    answers = [
        parts == 1
        and amount is not None
        and isinstance(context.prices.of(code, day, specialty, context.overseas), Price)
        for parts, amount, code, day, specialty in acts.select(
            "parts", "amount", "code", "date", "specialty"
        ).iter_rows()
    ]
    return pl.Series(answers, dtype=pl.Boolean)


def check_opposable(acts: pl.DataFrame, rule: Opposable, version: OpposableVersion, context: Context) -> Outcome:
    """Codes that require the tarif opposable, beside an overcharge of the same practitioner, patient and day."""
    codes = [*version.any_sector, *version.sector_2_without_optam]
    about = concerned(acts, codes, version)
    hosts = _hosts(about, context.everything, version)
    about = about.join(hosts, on="act", how="left", maintain_order="left").with_columns(
        pl.col("charged").fill_null(0), pl.col("unknown").fill_null(0), pl.col("hosts").fill_null(0)
    )
    whatever = pl.col("code").is_in(list(version.any_sector))
    exempt = ~whatever & (pl.col("optam").fill_null(False) | (pl.col("sector") != "2").fill_null(False))
    sure = whatever | ((pl.col("sector") == "2") & ~pl.col("optam"))
    charged = pl.col("charged") > 0
    found = _once_a_day(about.filter(charged & ~exempt & sure.fill_null(False)))
    elsewhere = (pl.col("practitioner") == "?") & ~pl.col("on_row")
    nobody = pl.col("practitioner").is_null() | pl.col("patient").is_null()
    lost = nobody & (pl.col("hosts") == 0)
    open_question = ~exempt & ~(charged & sure.fill_null(False)) & (charged | (pl.col("unknown") > 0) | lost)
    columns = pl.concat_list(
        pl.when(lost & pl.col("practitioner").is_null()).then(pl.lit("practitioner")),
        pl.when(lost & pl.col("patient").is_null()).then(pl.lit("patient")),
        pl.when(~charged & (pl.col("unknown") > 0)).then(pl.lit("overcharge")),
        pl.when(~whatever & pl.col("sector").is_null()).then(pl.lit("sector")),
        pl.when(~whatever & pl.col("optam").is_null()).then(pl.lit("optam")),
    ).list.drop_nulls()
    unknown = about.filter(open_question).select("act", missing=columns)
    said = found.select(
        "act",
        verdict=pl.when(elsewhere).then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
        at_stake="charged",
        message=pl.format(
            "{} : tarif opposable exigé ; dépassement de {} le même jour pour ce patient.",
            "codes",
            euros(pl.col("charged")),
        ),
        explanation=pl.struct(overcharge=_money(pl.col("charged"))),
        related="others",
    )
    return outcome(said, unknown, hidden_by_grouping(acts, codes, version, context))


def _once_a_day(found: pl.DataFrame) -> pl.DataFrame:
    """One finding per practitioner, patient and day (or row, where one is unknown): the overcharge is one.

    It stands on the first act in counting order; without a practitioner column, on one whose own row is overcharged
    where there is one, since that answer is sure.
    """
    nobody = pl.col("practitioner").is_null() | pl.col("patient").is_null()
    group = [
        pl.col("practitioner"),
        pl.col("patient"),
        pl.col("date"),
        pl.when(nobody).then(pl.struct(_ROW)),
    ]
    unnamed = (pl.col("practitioner") == "?") & ~pl.col("on_row")
    return (
        found.sort(unnamed, "date", "time", "act", nulls_last=False)
        .with_columns(codes=pl.col("code").unique(maintain_order=True).str.join(", ").over(*group))
        .with_columns(nth=pl.int_range(pl.len()).over(*group))
        .filter(pl.col("nth") == 0)
    )


def _hosts(about: pl.DataFrame, everything: pl.DataFrame, version: OpposableVersion) -> pl.DataFrame:
    """For each act: the overcharges of its host rows (cents), how many are unknown, and the other rows' acts.

    Of the other rows of the day only those that are, or may be, overcharged are looked at: they are few.
    """
    own = pl.col("parts") > 1  # on the row of another code
    own = own | pl.col("code").is_in(about["code"].unique().implode())
    hosts = counting(everything.select(_HOST)).filter(
        in_force(version),
        pl.col("nature").is_in(list(version.host_natures)),
        own | pl.col("overcharge").ne_missing(0),
    )
    own_rows = hosts.join(about.select(_ROW), on=_ROW, how="semi")
    charged = hosts.filter(pl.col("overcharge").ne_missing(0)).join(
        about.select("practitioner", "date"), on=["practitioner", "date"], how="semi"
    )
    host = (
        pl.concat([own_rows, charged])
        .sort("act")
        .unique(_ROW, keep="first", maintain_order=True)
        .sort("date", "time", "act", nulls_last=False)
        .with_row_index("nth")
        .select("practitioner", "patient", "date", "nth", *_ROW, host="act", host_overcharge="overcharge")
    )
    same_row = about.select("act", *_ROW).join(host.select(*_ROW, "nth", "host", "host_overcharge"), on=_ROW)
    same_day = about.select("act", "practitioner", "patient", "date", own_input="input", own_row="row").join(
        host.filter(pl.col("host_overcharge").ne_missing(0)), on=["practitioner", "patient", "date"]
    )
    same_day = same_day.filter(~((pl.col("own_input") == pl.col("input")) & (pl.col("own_row") == pl.col("row"))))
    pairs = pl.concat(
        [
            same_row.select("act", "nth", "host", "host_overcharge", other=pl.lit(False)),
            same_day.select("act", "nth", "host", "host_overcharge", other=pl.lit(True)),
        ]
    )
    return (
        pairs.sort("act", "nth")
        .group_by("act", maintain_order=True)
        .agg(
            charged=pl.col("host_overcharge").sum(),
            unknown=pl.col("host_overcharge").null_count(),
            hosts=pl.len(),
            on_row=(~pl.col("other") & (pl.col("host_overcharge") > 0)).any(),
            others=pl.col("host").filter(pl.col("other") & (pl.col("host_overcharge") > 0)),
        )
    )
