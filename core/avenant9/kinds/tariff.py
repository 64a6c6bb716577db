"""Amounts against the tariff: amount less overcharge, against tariff x coefficient x quantity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any, ClassVar, Literal, NamedTuple

import polars as pl
from msgspec import Struct
from pydantic import Field

from avenant9.french import euros as in_euros
from avenant9.kinds.condition import Condition
from avenant9.kinds.kind import Kind
from avenant9.kinds.opposable import Opposable
from avenant9.kinds.run import NO_OUTCOME, Run, amount, doubts, in_force, outcome
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.specialty import Specialty, SpecialtyEntry
from avenant9.kinds.trace import Cents, Fact, Line, Span, Thousandths, Told, Trace, cents, times
from avenant9.kinds.visit import ROW
from avenant9.law.dated import Code, Dated, Number, RuleId, Strict, Value, Version, Zone
from avenant9.law.nomenclature import Nature, NoPrice, Price
from avenant9.law.nomenclature import times as units_of
from avenant9.model import Outcome
from avenant9.period import Period, bounds
from avenant9.records import replace
from avenant9.wording import euros, listed

_OF_PATIENT = ("own_patient", "stands_in", "pathway_said")
_PRICED = [
    *ROW,
    "act",
    "parts",
    "date",
    "code",
    "nature",
    "time",
    "specialty",
    "sector",
    "optam",
    "birth_date",
    *_OF_PATIENT,
    "quantity",
    "coefficient",
    "amount",
    "overcharge",
]
_QUESTION = ["code", "coefficient", "quantity"]
_KEY = [*_QUESTION, "era", "specialty"]
_ANSWERED = [
    "act",
    "date",
    "time",
    "acts",
    "amount",
    "base",
    "overcharge",
    "sector",
    "extras",
    "expected",
    "allowed",
    "tariff_verdict",
    "tariff_source",
    "missing",
    "doubtful",
    "open_above",
    "at_most",
    "firm",
    "label",
]

_OFF_HOURS = "la nuit, le dimanche ou un jour férié, des majorations de la permanence des soins peuvent y être"
_LESS = "le code ou le montant est peut-être faux, il n'y a rien à rendre"
_OUTSIDE = "un médecin non conventionné fixe ses honoraires hors de la convention"
_EXTRAS = "le montant peut contenir ce qui n'a pas de tarif ici, comme un déplacement"
_UNSURE = "le tarif lui-même laisse un doute (source unique ou ancienne, montant déduit ou disputé)"
_NO_TARIFF = {
    "specialty": "il dépend de la spécialité",
    "original_code": "l'acte derrière ce code n'est pas connu",
    "tariff": "aucune source ne le donne à cette date",
}


class Admitted(Strict):
    """Another sum of supplements (euros), which is not reproached between two days."""

    from_: date = Field(alias="from")
    until: date
    amount: Number


class Combination(Value):
    """Amounts that one row of `code` may carry: its tariff plus those of `with_`, or what else is `admitted`.

    Not its other `accepted` amounts: they are those of an act beside an overcharge, with which few supplements go.
    """

    codes: tuple[Code, ...] = Field(min_length=1)
    with_: tuple[Code, ...] = Field(alias="with", min_length=1)
    admitted: tuple[Admitted, ...] = ()

    def come_to(self, prices: Sequence[Price | NoPrice], day: date) -> set[int]:
        """What one unit of the supplements comes to (cents) on a day; nothing where one of them has no price."""
        known = [price.cents for price in prices if isinstance(price, Price)]
        if len(known) < len(prices):
            return set()
        return {sum(known), *(int(one.amount * 100) for one in self.admitted if one.from_ <= day <= one.until)}

    @property
    def french(self) -> str:
        return f"{'/'.join(self.codes)} + {' + '.join(self.with_)}"


class TariffVersion(Version):
    """`verdict` is for an amount above the tariff; below is always a review."""

    combinations: tuple[Combination, ...] = Field((), title="cumuls admis")
    # where the tariffs of the nomenclature hold as they are
    zones: tuple[Zone, ...] = Field(min_length=1, title="zones")
    # an amount above is over even without an overcharge column
    no_overcharge_codes: tuple[Code, ...] = Field((), title="actes sans dépassement possible")
    # natures whose amount may hold what has no tariff: above is a review
    unpriced_extras: tuple[Nature, ...] = Field(
        (), title="natures dont le montant peut contenir ce qui n'a pas de tarif"
    )
    # whom the convention does not bind: above is a review
    outside_sectors: tuple[str, ...] = Field((), title="secteurs hors convention")
    # a supplement in violation of one of these rules is not permitted
    refused_by: tuple[RuleId, ...] = Field((), title="majorations écartées par")


class Tariff(Kind[TariffVersion]):
    """Amount less overcharge, against tariff x coefficient x quantity."""

    families: ClassVar = ("tarif",)
    at_stake_is: ClassVar = "base"
    once_a_row: ClassVar = True

    kind: Literal["tariff"]
    version: tuple[TariffVersion, ...] = Field(min_length=1)

    def reads(self, version: TariffVersion) -> Iterable[str]:
        yield from ("coefficient", "overcharge", "specialty", "sector")
        if version.refused_by:
            yield from ("birth_date", "optam", "treating_doctor", "pathway")

    def check(self, acts: pl.DataFrame, version: TariffVersion, run: Run) -> Outcome:
        """Rows whose amount less overcharge is not the tariff, nor the tariff plus permitted supplements.

        Explained by `billed`, `tariff` and `difference` (euros).
        """
        told = pl.when(~pl.col("specialty_deduced")).then("specialty")  # as `_told` does
        refusals = Refusals(version, run)
        era = _era({*run.prices.eras, *refusals.bounds}, version.period)
        about = acts.lazy().filter(in_force(version)).with_columns(specialty=told).select(*_PRICED, era=era).collect()
        alone = pl.col("parts") == 1
        several = about.filter(~alone)
        asked = [about.filter(alone), _rows_of_several(several, version)] if len(several) else [about]
        priced = [found for rows in asked if len(found := _priced(rows, version, refusals, run))]
        if not priced:
            return NO_OUTCOME
        rows = pl.concat(priced).sort("act")
        base, expected = pl.col("base"), pl.col("expected")
        no_answer = (pl.col("missing").list.len() > 0) | pl.col("amount").is_null()
        hidden = ~no_answer & pl.col("at_most") & (base <= expected)
        off = ~no_answer & ~hidden & ~pl.col("allowed").list.contains(base).fill_null(False)
        uncharged = off & pl.col("overcharge").is_null() & ~pl.col("firm")
        for_some = off & pl.col("doubtful").list.contains(base)
        unpriced = off & pl.col("open_above").is_not_null() & (base > expected)
        unsure = uncharged | for_some | unpriced
        wrong = rows.filter(off & ~unsure).with_columns(gap=base - expected)
        off_hours = run.calendar.off_hours(wrong["date"], wrong["time"])
        wrong = wrong.with_columns(off_hours=off_hours & (wrong["gap"] > 0))
        unknown = rows.filter(no_answer | hidden | unsure).select(
            act="acts",
            missing=pl.concat_list(
                pl.when(pl.col("amount").is_null()).then(pl.lit("amount")),
                pl.col("missing"),
                pl.when(hidden).then(pl.lit("original_code")),
                pl.when(unpriced & ~(for_some & (pl.col("open_above") == "specialty"))).then("open_above"),
                pl.when(for_some).then(pl.lit("specialty")),
                pl.when(uncharged).then(pl.lit("overcharge")),
            ).list.drop_nulls(),
        )
        unknown = unknown.explode("act")
        above = pl.col("gap") > 0
        outside = pl.col("sector").is_in(list(version.outside_sectors)).fill_null(False)
        said = wrong.select(
            "act",
            verdict=pl.when(above & ~pl.col("extras") & ~pl.col("off_hours") & ~outside)
            .then("tariff_verdict")
            .otherwise(pl.lit("review")),
            at_stake=pl.when(above).then("gap").otherwise(0),
            message=pl.format(
                "{} : {} hors dépassement, tarif {} ; {} de {}.",
                "label",
                in_euros(base),
                in_euros(expected),
                in_euros(pl.col("gap").abs()),
                pl.when(above).then(pl.lit("trop")).otherwise(pl.lit("moins")),
            ),
            doubt=doubts(
                pl.when(~above).then(pl.lit(_LESS)),
                pl.when("off_hours").then(pl.lit(_OFF_HOURS)),
                pl.when(above & outside).then(pl.lit(_OUTSIDE)),
                pl.when(above & pl.col("extras")).then(pl.lit(_EXTRAS)),
                pl.when(above & (pl.col("tariff_verdict") == "review")).then(pl.lit(_UNSURE)),
            ),
            explanation=pl.struct(billed=amount(base), tariff=amount(expected), difference=amount(pl.col("gap"))),
            related=pl.lit([], pl.List(pl.UInt32)),
            source="tariff_source",
        )
        return outcome(said, unknown)

    def looks_at(self, version: TariffVersion, scene: Scene) -> bool:
        return scene.counts

    def trace(self, version: TariffVersion, scene: Scene, finding: Row | None) -> TariffTrace:
        """The equation of the row, code by code, and the supplements that its amount may hold besides."""
        rows = scene.row()
        first = rows[0]
        whole = len(rows) == first["parts"] and len({row["amount"] for row in rows}) == 1
        amount, overcharge = (first["amount"] if whole else None), first["overcharge"]
        base = None if amount is None else amount - (overcharge or 0)
        parts = tuple(_part(row, first, scene) for row in rows)
        expected = None if any(part.total is None for part in parts) else sum(part.total or 0 for part in parts)
        sums = set[int]() if expected is None else _sums(parts)
        found = _Supplements()
        if expected is not None and len(rows) == 1:
            found = _supplements(version, scene, expected)
        right = found.where(lambda one: one.total == base)
        matched = () if base in sums else next((one.codes for one in right.admitted), None)
        return TariffTrace(
            amount=cents(amount),
            overcharge=cents(overcharge),
            base=cents(base),
            parts=parts,
            tariff=cents(expected),
            difference=None if base is None or expected is None else Cents(base - expected),
            supplements=found.admitted,
            matched=matched,
            refused=right.refused if matched is None else (),
            doubtful=right.doubtful if matched is None else (),
        )

    def values(self, scene: Scene) -> Iterable[Dated]:
        for row in scene.row():
            price = _price_of(row["code"], scene.act, scene)
            if isinstance(price, Price):
                yield price.value


# --- the price of a row -----------------------------------------------------------------------------------


class _Priced(Struct, frozen=True):
    """One row as the tariff sees it: what it should cost, what else it may cost, or what is missing to say.

    With `at_most` it should cost this at most: which act was billed is not known.
    The specialty, which is unknown, would tell whether it may cost what is `doubtful`. `open_above` would tell
    whether it may cost more: the specialty, the tariff of a permitted supplement, or the quantity of kilometres.
    """

    expected: int | None
    allowed: tuple[int, ...]
    verdict: str | None
    source: str | None
    missing: tuple[str, ...]
    doubtful: tuple[int, ...] = ()
    open_above: str | None = None
    at_most: bool = False


class Refusals:
    """The supplements that excuse nothing: billed as codes, a rule that the tariff names would refuse them."""

    def __init__(self, version: TariffVersion, run: Run) -> None:
        self._entries: dict[str, list[tuple[Period, SpecialtyEntry]]] = {}
        self._breaches: list[tuple[frozenset[str], pl.Expr]] = []
        for rule in (run.rules[name] for name in version.refused_by):
            if isinstance(rule, Condition | Opposable):
                strict = [own for own in rule.version if own.verdict == "violation"]
                self._breaches += [
                    (codes, in_force(own) & broken) for own in strict for codes, broken in own.breaches
                ]
                continue
            for own in rule.version if isinstance(rule, Specialty) else ():
                for entry in own.entry:
                    for code in entry.codes if entry.verdict == "violation" else ():
                        self._entries.setdefault(code, []).append((own.period, entry))
        #: The days on which what a specialty may bill changes.
        self.bounds = bounds(period for dated in self._entries.values() for period, _ in dated)

    def broken(self) -> pl.Expr:
        """A bit for each breach (an age, a pathway, an overcharge) that an act is in; what is unknown is none."""
        bits = pl.lit(0, pl.Int64)
        for place, (_, breach) in enumerate(self._breaches):
            bits |= pl.when(breach).then(1 << place).otherwise(0)
        return bits.alias("broken")

    def of(self, act: str, supplements: Sequence[str], day: date, specialty: int | None, broken: int) -> bool | None:
        """Whether one of them is refused beside an act; None where only the specialty, which is unknown, would tell.

        It would not where whoever may bill the act may bill them too.
        """
        breached = (codes for place, (codes, _) in enumerate(self._breaches) if broken >> place & 1)
        if not all(codes.isdisjoint(supplements) for codes in breached):
            return True
        entries = [entry for code in supplements for entry in self._in_force(code, day)]
        if specialty is not None:
            return any(entry.refuses(specialty) for entry in entries)
        reserved = [entry.allowed for entry in self._in_force(act, day) if entry.allowed]
        told = all(any(not any(map(entry.refuses, some)) for some in reserved) for entry in entries)
        return False if told else None

    def _in_force(self, code: str, day: date) -> list[SpecialtyEntry]:
        return [entry for period, entry in self._entries.get(code, ()) if day in period]


def _extras(version: TariffVersion) -> pl.Expr:
    """Whether the amount of an act may hold what has no tariff."""
    return pl.col("nature").is_in(list(version.unpriced_extras)).fill_null(False)


def _era(starts: Iterable[date], period: Period) -> pl.Expr:
    """The first day of the era in which a day of a period lies: within one, neither a tariff nor who may bill what
    changes."""
    era = pl.lit(period.first)
    for start in sorted(start for start in starts if start in period):
        era = pl.when(pl.col("date") >= start).then(pl.lit(start)).otherwise(era)
    return era


def _rows_of_several(about: pl.DataFrame, version: TariffVersion) -> pl.DataFrame:
    """One line per row of the input that bills several codes, with the lists of its acts."""
    whole = (pl.len() == pl.col("parts").first()) & (pl.col("amount").n_unique() == 1)
    return about.group_by(ROW, maintain_order=True).agg(
        pl.col("act").first(),
        pl.col(
            "overcharge", "era", "specialty", "date", "time", "sector", "optam", "birth_date", *_OF_PATIENT
        ).first(),
        # of a row of several codes that were not all cancelled alike, nothing tells what is left
        amount=pl.when(whole).then(pl.col("amount").first()),
        extras=_extras(version).any(),
        acts=pl.col("act"),
        **{name: pl.col(name) for name in _QUESTION},
    )


def _off_the_tariff(
    billed: pl.DataFrame, version: TariffVersion, refusals: Refusals, run: Run
) -> tuple[list[_Question], pl.DataFrame]:
    """Distinct questions, and what of `billed` (_KEY, `base`) is not at its tariff, with the rank of its `question`.

    Nearly all rows are billed at the tariff itself: nothing is said of them, and no supplement is looked for.
    """
    questions = billed.select(_KEY).unique(maintain_order=True).with_row_index("question")
    asked = [_Question.of(*values) for _, *values in questions.iter_rows()]
    bare = [_price_row(question, version.verdict, {}, refusals, run) for question in asked]
    expected = pl.Series("expected", [None if price.at_most else price.expected for price in bare], pl.Int64)
    told = questions.lazy().with_columns(expected)
    off = billed.lazy().join(told, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    at_tariff = (pl.col("base") == pl.col("expected")).fill_null(False)
    return asked, off.filter(~at_tariff).drop("expected").collect()


def _priced(rows: pl.DataFrame, version: TariffVersion, refusals: Refusals, run: Run) -> pl.DataFrame:
    """The rows that are not billed at their tariff (none at all without columns) with their answer.

    Each distinct question is priced once. `rows` holds values for rows of one act, lists (and their `acts`) for those
    of several.
    """
    permitted: dict[str, list[Combination]] = {}
    for combination in version.combinations:
        for code in combination.codes:
            permitted.setdefault(code, []).append(combination)
    base = pl.col("amount") - pl.col("overcharge").fill_null(0)
    billed = rows.lazy().select(*_KEY, base=base).unique(maintain_order=True).collect()
    asked, off = _off_the_tariff(billed, version, refusals, run)
    if off.is_empty():
        return off
    near = rows.lazy().with_columns(base=base).filter(pl.col("base").is_in(off["base"].implode()) | base.is_null())
    off = (
        near.join(off.lazy(), on=[*_KEY, "base"], nulls_equal=True, maintain_order="left")
        .with_columns(refusals.broken())
        .collect()
    )
    if "acts" not in off.columns:
        off = off.with_columns(acts=pl.concat_list("act"), extras=_extras(version))
    questions = off.select("question", "broken").unique(maintain_order=True)
    asked = [replace(asked[question], broken=broken) for question, broken in questions.iter_rows()]
    answers = [_price_row(question, version.verdict, permitted, refusals, run) for question in asked]
    priced = questions.with_columns(
        expected=pl.Series([answer.expected for answer in answers], dtype=pl.Int64),
        at_most=pl.Series([answer.at_most for answer in answers], dtype=pl.Boolean),
        allowed=pl.Series([list(answer.allowed) for answer in answers], dtype=pl.List(pl.Int64)),
        tariff_verdict=pl.Series([answer.verdict for answer in answers], dtype=pl.String),
        tariff_source=pl.Series([answer.source for answer in answers], dtype=pl.String),
        missing=pl.Series([list(answer.missing) for answer in answers], dtype=pl.List(pl.String)),
        doubtful=pl.Series([list(answer.doubtful) for answer in answers], dtype=pl.List(pl.Int64)),
        open_above=pl.Series([answer.open_above for answer in answers], dtype=pl.String),
        firm=pl.Series([{*one.codes} <= {*version.no_overcharge_codes} for one in asked], dtype=pl.Boolean),
        label=pl.Series([" + ".join(one.codes) for one in asked], dtype=pl.String),
    )
    return off.join(priced, on=["question", "broken"], how="left", maintain_order="left").select(_ANSWERED)


class _Question(Struct, frozen=True):
    """What a row bills, when, by whom, and the breaches that it is in."""

    codes: tuple[str, ...]
    coefficients: tuple[int, ...]
    quantities: tuple[int, ...]
    day: date
    specialty: int | None
    broken: int = 0

    @classmethod
    def of(cls, codes: Any, coefficients: Any, quantities: Any, day: date, specialty: int | None) -> _Question:
        return cls(_several(codes), _several(coefficients), _several(quantities), day, specialty)


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _price_row(
    asked: _Question,
    verdict: str,
    permitted: Mapping[str, Sequence[Combination]],
    refusals: Refusals,
    run: Run,
) -> _Priced:
    prices: list[Price] = []
    missing: list[str] = []
    for code in asked.codes:
        price = run.prices.of(code, asked.day, asked.specialty, run.overseas)
        if isinstance(price, Price):
            prices.append(price)
        else:
            missing.append(price.missing)
    if missing:
        return _Priced(None, (), None, None, tuple(dict.fromkeys(missing)))
    sums = {0}
    for price, coefficient, quantity in zip(prices, asked.coefficients, asked.quantities, strict=True):
        units = [units_of(cents, coefficient, quantity) for cents in (price.cents, *price.accepted)]
        sums = {total + unit for total in sums for unit in units}
    expected = sum(p.times(c, q) for p, c, q in zip(prices, asked.coefficients, asked.quantities, strict=True))
    allowed, doubtful, open_above = set(sums), set[int](), None
    for combination in permitted.get(asked.codes[0], ()) if len(asked.codes) == 1 else ():
        refused = refusals.of(asked.codes[0], combination.with_, asked.day, asked.specialty, asked.broken)
        if refused:
            continue
        added = [run.prices.of(code, asked.day, asked.specialty, run.overseas) for code in combination.with_]
        if more := combination.come_to(added, asked.day):
            own = {expected + asked.quantities[0] * one for one in more}
            (allowed if refused is False else doubtful).update(own)
        else:
            open_above = open_above or _untold(added, run)
    if any(price.by_kilometre and units == 1 for price, units in zip(prices, asked.quantities, strict=True)):
        open_above = "quantity"
    if any(price.verdict == "review" for price in prices):
        verdict = "review"
    return _Priced(
        expected,
        tuple(sorted(allowed)),
        verdict,
        prices[0].source,
        (),
        tuple(sorted(doubtful)),
        open_above,
        any(price.at_most for price in prices),
    )


def _untold(added: Sequence[Price | NoPrice], run: Run) -> str | None:
    """What would tell the price of supplements: the specialty; overseas the tariff there, which no source may give.

    At home a code without a tariff on a day is one that did not exist, or that nobody of the specialty bills.
    """
    missing = {price.missing for price in added if isinstance(price, NoPrice)}
    if "specialty" in missing:
        return "specialty"
    return "tariff" if run.overseas is not None else None


# --- the equation -----------------------------------------------------------------------------------------


class PricePart(Struct, frozen=True):
    """`tariff x coefficient x quantity` of one code; `tariff` is null where no source gives one."""

    code: str
    tariff: Cents | None
    coefficient: Thousandths
    quantity: int
    total: Cents | None
    accepted: tuple[Cents, ...] = ()  # other amounts of one unit that are not reproached
    period: Span | None = None
    missing: str | None = None

    def told(self) -> str:
        """The equation of the code in words."""
        if self.tariff is None:
            return f"{self.code} : tarif inconnu, {_NO_TARIFF.get(self.missing or '', 'sans raison connue')}"
        by = times(self.coefficient, self.quantity)
        total = f"{euros(self.tariff)}{by} = {euros(self.total)}" if by else euros(self.tariff)
        others = f", aussi admis : {listed([euros(one) for one in self.accepted], 'ou')}" if self.accepted else ""
        held = f" ({self.period})" if self.period else ""
        return f"{self.code} : {total}{held}{others}"


class Supplement(Struct, frozen=True):
    """Supplements that the amount may hold besides the tariff, and what it is then."""

    codes: tuple[str, ...]
    total: Cents


class TariffTrace(Trace, frozen=True):
    """The equation of a row: amount less overcharge, against the tariff of its codes."""

    amount: Cents | None
    overcharge: Cents | None
    base: Cents | None
    parts: tuple[PricePart, ...]
    tariff: Cents | None
    difference: Cents | None
    supplements: tuple[Supplement, ...]
    matched: tuple[str, ...] | None  # the supplements with which the amount is right; empty: the tariff itself
    refused: tuple[Supplement, ...] = ()  # with which it would be, for another doctor or patient
    doubtful: tuple[Supplement, ...] = ()  # with which it would be, for some specialties: it is unknown

    def fine(self, code: str) -> str:
        codes = " + ".join(part.code for part in self.parts)
        amount = euros(self.base)
        if self.matched:
            return f"{codes} : {amount} hors dépassement, le tarif avec {' + '.join(self.matched)}."
        if self.base == self.tariff:
            return f"{codes} : {amount} hors dépassement, le tarif."
        return f"{codes} : {amount} hors dépassement, montant admis à cette date."

    def lines(self, told: Told) -> Iterator[Line]:
        """The equation, and the supplements that would make it right, or do not."""
        yield Fact("Facturé", self._billed())
        yield from (Fact("Tarif", part.told()) for part in self.parts)
        if len(self.parts) > 1 and self.tariff is not None:
            totals = " + ".join(euros(part.total) for part in self.parts)
            yield Fact("Total", f"{totals} = {euros(self.tariff)}")
        if self.matched:
            yield Fact("Avec", f"{' + '.join(self.matched)} : {euros(self.base)}")
        for label, some, why in (
            ("Écarté", self.refused, "non admis pour ce médecin, ce patient ou avec ce dépassement"),
            ("Selon le cas", self.doubtful, "admis à certaines spécialités seulement"),
        ):
            if some:
                codes = listed([" + ".join(one.codes) for one in some], "ou")
                yield Fact(label, f"{codes} : {euros(self.base)}, {why}")
        if told.reproached:
            yield from self._besides()

    def _billed(self) -> str:
        if self.base is None:
            return "montant inconnu"
        billed = euros(self.base)
        if not self.overcharge:
            return billed
        return f"{euros(self.amount)} - {euros(self.overcharge)} de dépassement = {billed}"

    def _besides(self) -> Iterator[Line]:
        """What the row could have held besides its tariff, and what it exceeds it by."""
        by_total: dict[int, list[str]] = {}
        for one in self.supplements:
            by_total.setdefault(one.total, []).append(" + ".join(one.codes))
        if by_total:
            words = [f"{euros(total)} ({', '.join(codes)})" for total, codes in sorted(by_total.items())]
            yield Fact("Admis aussi", " ; ".join(words))
        if self.difference:
            yield Fact("Différence", f"{euros(self.base)} - {euros(self.tariff)} = {euros(self.difference)}")


def _part(row: Row, first: Row, scene: Scene) -> PricePart:
    price = _price_of(row["code"], first, scene)
    if isinstance(price, NoPrice):
        coefficient = Thousandths(row["coefficient"])
        return PricePart(row["code"], None, coefficient, row["quantity"], None, missing=price.missing)
    period = price.value.period
    return PricePart(
        code=row["code"],
        tariff=Cents(price.cents),
        coefficient=Thousandths(row["coefficient"]),
        quantity=row["quantity"],
        total=Cents(price.times(row["coefficient"], row["quantity"])),
        accepted=tuple(map(Cents, price.accepted)),
        period=Span(period.first, period.last),
    )


def _price_of(code: str, row: Row, scene: Scene) -> Price | NoPrice:
    return scene.run.prices.of(code, row["date"], _told(row), scene.run.overseas)


def _told(row: Row) -> int | None:
    """The specialty that the file gives: what one explains of an amount is not deduced from the amount's own act."""
    return None if row["specialty_deduced"] else row["specialty"]


def _sums(parts: Sequence[PricePart]) -> set[int]:
    """The totals that are right without any supplement: tariffs, and amounts that are not reproached."""
    choices = [
        [units_of(amount, part.coefficient, part.quantity) for amount in (part.tariff or 0, *part.accepted)]
        for part in parts
    ]
    return {sum(choice) for choice in product(*choices)}


class _Supplements(NamedTuple):
    """What the amount may hold besides the tariff, what it may not, and what the specialty would tell."""

    admitted: tuple[Supplement, ...] = ()
    refused: tuple[Supplement, ...] = ()
    doubtful: tuple[Supplement, ...] = ()

    def where(self, holds: Callable[[Supplement], bool]) -> _Supplements:
        return _Supplements(*(tuple(filter(holds, some)) for some in self))


def _supplements(version: TariffVersion, scene: Scene, expected: int) -> _Supplements:
    act, refusals = scene.act, Refusals(version, scene.run)
    broken = scene.alone().select(refusals.broken()).item()
    found: dict[bool | None, list[Supplement]] = {False: [], True: [], None: []}
    for combination in version.combinations:
        if act["code"] not in combination.codes:
            continue
        added = [_price_of(code, act, scene) for code in combination.with_]
        refused = refusals.of(act["code"], combination.with_, act["date"], _told(act), broken)
        for more in sorted(combination.come_to(added, act["date"])):
            found[refused].append(Supplement(combination.with_, Cents(expected + act["quantity"] * more)))
    return _Supplements(tuple(found[False]), tuple(found[True]), tuple(found[None]))
