"""One row of the user's files, every rule that looked at it, and the answer of each: the same as the check's."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from avenant9 import engine, schedule
from avenant9.acts.netting import counting
from avenant9.explanation import ActExplained, ActFacts, Block, Explanation, Text
from avenant9.findings import pseudonyms
from avenant9.kinds import Kind
from avenant9.kinds.scene import Row, Scene, repeated
from avenant9.kinds.trace import Noted, Span, Thousandths, Trace, cents
from avenant9.law.dated import Version
from avenant9.locate import find
from avenant9.model import CRASHED, Acts, CellRef, Verdict
from avenant9.records import replace
from avenant9.rulebook.load import Rulebook

_GRAVEST = [Verdict.VIOLATION, Verdict.REVIEW, Verdict.UNVERIFIABLE, None, Verdict.OK]
_SKIPPED = "ligne vide, titres répétés ou total, ou acte d'un autre praticien que celui de --practitioner"


def explain(acts: Acts, rulebook: Rulebook, options: engine.Options, at: str) -> Explanation:
    """The row that `at` names (`[FILE:][SHEET!]ROW`, or an invoice) and what every rule says of its acts.

    Raises:
        SettingError: `at` names no row, or several.
    """
    return Explainer(acts, rulebook, options).at(at)


class Explainer:
    """A check of all acts by the rules that the options select, kept to be asked about its rows.

    Raises:
        UnknownRuleError: the options name no rule.
    """

    def __init__(self, acts: Acts, rulebook: Rulebook, options: engine.Options) -> None:
        self.acts, self.rulebook, self.options = acts, rulebook, options
        run = engine.prepared(acts, rulebook, options)
        self._counted = counting(run.acts_read)
        self.selected = rulebook.select(options.only, options.skip)
        leaned_on = sorted(schedule.leaned_on(rulebook, self.selected))
        self._found, self._unknown, crashed = schedule.answers(self._counted, rulebook, leaned_on, run)
        self.crashed = tuple(name for name in crashed if name in self.selected)
        self._run = schedule.informed(run, self._found, self._unknown)

    def at(self, at: str) -> Explanation:
        """The row that `at` names, or those of an invoice.

        Raises:
            SettingError: `at` names no row, or several of several files or sheets.
        """
        rows = find(self.acts, at)
        where, *others = (self._ref(rank, row) for rank, row in rows)
        meant = pl.any_horizontal((pl.col("input") == rank) & (pl.col("row") == row) for rank, row in rows)
        on_row = self._run.acts_read.filter(meant).sort("act")
        rejected = [entry for entry in self.acts.rejected if replace(entry.where, cell=None) == where]
        base = Explanation(
            where=where,
            state="acts",
            reason=None,
            acts=tuple(self._act(act) for act in on_row.iter_rows(named=True)),
            as_of=self.options.as_of,
            rulebook_version=self.rulebook.version,
            rulebook_date=self.rulebook.date,
            rules=len(self.selected),
            columns=self.acts.columns,
            rejected_rows=len(self.acts.rejected),
            unread=self.acts.unread,
            others=tuple(others),
        )
        if rejected:
            return replace(base, state="rejected", where=rejected[0].where, reason=rejected[0].reason)
        return base if base.acts else replace(base, state="skipped", reason=_SKIPPED)

    def _ref(self, rank: int, row: int) -> CellRef:
        entry = self.acts.inputs[rank]
        return CellRef(entry.file, entry.sheet, row)

    def _act(self, act: Row) -> ActExplained:
        book = self.rulebook
        scene = Scene(act, self._counted, self._run, self.acts.inputs, book.nomenclature, book.acts)
        blocks = [block for name in self.selected if (block := self._block(name, scene)) is not None]
        blocks.sort(key=lambda block: (_GRAVEST.index(block.verdict), block.rule))
        same = [pl.col(key).eq_missing(act[key]) for key in ("practitioner", "patient", "date", "code")]
        cancels = pl.col("uncounted").eq_missing(pl.lit("cancellation"))
        wanted = ~cancels if act["uncounted"] == "cancellation" else cancels
        cancelling = self._run.acts_read.filter(*same, wanted, pl.col("act") != act["act"])
        repeats = repeated(act)
        return ActExplained(
            act=self._facts(act),
            uncounted=act["uncounted"],
            repeats=None if repeats is None else scene.where(scene.of(repeats)),
            cancellations=tuple(scene.where(row) for row in cancelling.iter_rows(named=True)),
            blocks=tuple(blocks),
            where=self._ref(act["input"], act["row"]),
        )

    def _facts(self, act: Row) -> ActFacts:
        return ActFacts(
            code=act["code"],
            date=act["date"],
            time=act["time"],
            practitioner=act["practitioner"],
            patient=act["patient_shown"],
            pseudonym=self._pseudonym(act["patient"]),
            quantity=act["quantity"],
            coefficient=Thousandths(act["coefficient"]),
            amount=cents(act["amount"]),
            invoice=act["invoice"],
            payment_date=act["payment_date"],
            out_of_time=self._out_of_time(act["payment_date"]),
        )

    def _pseudonym(self, patient: str | None) -> str | None:
        if patient is None:
            return None
        names = pseudonyms(self._run.acts_read)
        return str(names.filter(pl.col("patient") == patient)["pseudonym"][0])

    def _out_of_time(self, paid: date | None) -> bool | None:
        limitation = self.rulebook.limitation
        return None if limitation is None or paid is None else limitation.out_of_time(paid, self.options.as_of)

    def _block(self, name: str, scene: Scene) -> Block | None:
        """What a rule says of the act; None where it did not look at it."""
        rule = self.rulebook.rules[name]
        version = next((version for version in rule.version if scene.act["date"] in version.period), None)
        if version is None or (rule.once_a_row and not scene.leads):
            return None
        own = pl.col("act") == scene.act["act"]
        looks = rule.looks_at(version, scene)
        finding = rule.said_of(self._finding(name, own), self._of_year(name, scene), version, scene)
        unknown = self._unknown[name].filter(own) if name in self._unknown else pl.DataFrame()
        hidden = len(unknown) > 0 and not looks
        if finding is None and not hidden and not looks:
            return None
        block = Block(
            rule=name,
            kind=rule.kind,
            title=rule.title,
            why=rule.why,
            verdict=Verdict.OK,
            message=None,
            at_stake=None,
            missing=(),
            silent_for=(),
            carried_by=None,
            texts=_texts(rule, version, scene),
            trace=Noted(),
        )
        if name in self.crashed:
            return replace(block, verdict=Verdict.UNVERIFIABLE, missing=(CRASHED,))
        block = block if hidden else replace(block, trace=rule.trace(version, scene, finding))
        if finding is not None:
            return _as_found(block, finding)
        if len(unknown):
            missing = dict.fromkeys(unknown["missing"].explode().drop_nulls())
            return replace(block, verdict=Verdict.UNVERIFIABLE, missing=tuple(missing))
        if silent_for := self._silent_for(rule, version, scene):
            return replace(block, verdict=None, silent_for=silent_for)
        if carrier := self._carrier(name, rule, block.trace, scene):
            carried_by = scene.where(scene.of(carrier["act"]))
            return replace(_as_found(block, carrier), carried_by=carried_by, at_stake=None)
        return replace(block, message=rule.fine(block.trace, scene.code))

    def _finding(self, name: str, which: pl.Expr) -> Row | None:
        found = self._found[name].filter(which) if name in self._found else pl.DataFrame()
        return found.row(0, named=True) if len(found) else None

    def _of_year(self, name: str, scene: Scene) -> Row | None:
        """The finding on the civil year of the act's practitioner."""
        same = pl.col("practitioner").eq_missing(scene.act["practitioner"])
        return self._finding(name, same & (pl.col("year") == scene.act["date"].year))

    def _silent_for(self, rule: Kind[Any], version: Version, scene: Scene) -> tuple[str, ...]:
        """The rules because of which this one keeps silent on the act."""
        if not rule.silent_where:
            return ()
        own = rule.check(self._counted, version, self._run).findings
        if scene.act["act"] not in own["act"]:
            return ()
        named = pl.col("act").is_in([row["act"] for row in scene.row()])
        return tuple(name for name in rule.silent_where if self._finding(name, named) is not None)

    def _carrier(self, name: str, rule: Kind[Any], trace: Trace, scene: Scene) -> Row | None:
        """The finding of another act that is this one's too."""
        others = list(rule.carriers(trace, scene))
        return self._finding(name, pl.col("act").is_in(others)) if others else None


def _texts(rule: Kind[Any], version: Version, scene: Scene) -> tuple[Text, ...]:
    """The values of the nomenclature that the rule leans on, then the rule's own version."""
    return tuple(
        Text(
            source=value.source.to_source(),
            period=Span(value.period.first, value.period.last),
            checked_on=value.checked_on,
            note=value.note,
        )
        for value in (*rule.values(scene), version)
    )


def _as_found(block: Block, finding: Row) -> Block:
    verdict, stake = Verdict(finding["verdict"]), cents(finding["at_stake"])
    return replace(block, verdict=verdict, message=finding["message"], at_stake=stake)
