"""One row of the user's files, every rule that looked at it, and the answer of each: the same as the check's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from avenant9 import dispatch, engine
from avenant9.acts.netting import counting
from avenant9.checks.context import selected
from avenant9.checks.share import remote_code, remote_units
from avenant9.explain import counts, money, single, visit, year
from avenant9.explain.model import (
    ActExplained,
    ActFacts,
    Block,
    Cents,
    Explanation,
    OtherTrace,
    ShareTrace,
    Span,
    Text,
    Thousandths,
    Trace,
    VisitTrace,
)
from avenant9.explain.scene import Row, Scene, cents, repeated
from avenant9.explain.sentences import fine
from avenant9.explain.where import find
from avenant9.model import CRASHED, Acts, CellRef, Verdict
from avenant9.period import add_months
from avenant9.rulebook import schema
from avenant9.rulebook.load import Rulebook

_GRAVEST = [Verdict.VIOLATION, Verdict.REVIEW, Verdict.UNVERIFIABLE, None, Verdict.OK]
_SKIPPED = "ligne vide, titres répétés ou total, ou acte d'un autre praticien que celui de --practitioner"
#: How the kinds that have a trace of their own, and need nothing of the rulebook, draw it.
_TRACES: dict[str, Callable[[Any, Any, Scene], Trace]] = {
    "frequency": counts.trace,
    "proximity": lambda _, version, scene: counts.contacts(version, scene),
    "alternation": lambda _, version, scene: counts.alternation(version, scene),
    "condition": single.conditions,
    "specialty": lambda _, version, scene: single.specialty(version, scene),
    "validity": lambda _rule, _version, scene: single.validity(scene),
    "no-overcharge": lambda _rule, _version, scene: money.overcharge(scene),
    "opposable": lambda _, version, scene: money.opposable(version, scene),
    "pair": lambda _, version, scene: visit.pair(version, scene),
    "host": lambda _, version, scene: visit.host(version, scene),
}

_ONCE = (schema.Pair, schema.Opposable, schema.NoOvercharge)  # kinds with one finding for several acts


def explain(acts: Acts, rulebook: Rulebook, options: engine.Options, at: str) -> Explanation:
    """The row that `at` names (`[FILE:][SHEET!]ROW`) and what every rule says of its acts.

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
        self._everything, self._context = engine.prepared(acts, rulebook, options)
        self._counted = counting(self._everything)
        self.selected = rulebook.select(options.only, options.skip)
        self._found, self._unknown, crashed = dispatch.run(
            self._counted, rulebook, _leant_on(self.selected, rulebook), self._context
        )
        self.crashed = tuple(name for name in crashed if name in self.selected)
        violating = {
            name: found.filter(pl.col("verdict") == "violation", pl.col("act").is_not_null())["act"]
            for name, found in self._found.items()
        }
        self._context = replace(self._context, violating=violating)

    def at(self, at: str) -> Explanation:
        """The row that `at` names.

        Raises:
            SettingError: `at` names no row, or several.
        """
        rank, row = find(self.acts, at)
        entry = self.acts.inputs[rank]
        where = CellRef(entry.file, entry.sheet, row)
        on_row = self._everything.filter(pl.col("input") == rank, pl.col("row") == row).sort("act")
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
        )
        if rejected:
            return replace(base, state="rejected", where=rejected[0].where, reason=rejected[0].reason)
        return base if base.acts else replace(base, state="skipped", reason=_SKIPPED)

    def _act(self, act: Row) -> ActExplained:
        scene = Scene(act, self._counted, self._context, self.acts.inputs, self.rulebook.nomenclature)
        blocks = [block for name in self.selected for block in self._blocks(name, scene)]
        blocks.sort(key=lambda block: (_GRAVEST.index(block.verdict), block.rule))
        same = [pl.col(key).eq_missing(act[key]) for key in ("practitioner", "patient", "date", "code")]
        cancels = pl.col("uncounted").eq_missing(pl.lit("cancellation"))
        wanted = ~cancels if act["uncounted"] == "cancellation" else cancels
        cancelling = self._everything.filter(*same, wanted, pl.col("act") != act["act"])
        repeats = repeated(act)
        return ActExplained(
            act=self._facts(act),
            uncounted=act["uncounted"],
            repeats=None if repeats is None else scene.where(scene.of(repeats)),
            cancellations=tuple(scene.where(row) for row in cancelling.iter_rows(named=True)),
            blocks=tuple(blocks),
        )

    def _facts(self, act: Row) -> ActFacts:
        return ActFacts(
            code=act["code"],
            date=act["date"],
            time=act["time"],
            practitioner=act["practitioner"],
            patient=act["patient"],
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
        names = engine.pseudonyms(self._everything)
        return str(names.filter(pl.col("patient") == patient)["pseudonym"][0])

    def _out_of_time(self, paid: date | None) -> bool | None:
        limitation = self.rulebook.limitation
        for version in limitation.version if limitation and paid is not None else ():
            if paid is not None and paid in version.period:
                return add_months(paid, 12 * version.years) < self.options.as_of
        return None

    def _blocks(self, name: str, scene: Scene) -> Iterator[Block]:
        """What a rule says of the act: nothing where it did not look at it."""
        rule = self.rulebook.rules[name]
        version = next((version for version in rule.version if scene.act["date"] in version.period), None)
        if version is None or (isinstance(rule, schema.Tariff) and not _leads(scene)):
            return
        own = pl.col("act") == scene.act["act"]
        finding = self._finding(name, own)
        if isinstance(rule, schema.Derogation) and _is_remote(version, scene):
            finding = self._year_finding(name, scene)  # on the year: its conditions hold or fall with the remote acts
        unknown = self._unknown[name].filter(own) if name in self._unknown else None
        hidden = unknown is not None and len(unknown) > 0 and not _looks(rule, version, scene)
        if finding is None and not hidden and not _looks(rule, version, scene):
            return
        answer: dict[str, Any] = {
            "rule": name,
            "kind": rule.kind,
            "title": rule.title,
            "why": rule.why,
            "verdict": Verdict.OK,
            "message": None,
            "at_stake": None,
            "missing": (),
            "silent_for": (),
            "carried_by": None,
            "texts": self._texts(rule, version, scene),
        }
        if name in self.crashed:
            yield Block(**answer | {"verdict": Verdict.UNVERIFIABLE, "missing": (CRASHED,), "trace": OtherTrace()})
            return
        trace = OtherTrace() if hidden else self._trace(name, version, scene, finding)
        answer["trace"] = trace
        if finding is not None:
            answer |= _as_found(finding)
        elif unknown is not None and len(unknown):
            missing = dict.fromkeys(unknown["missing"].explode().drop_nulls())
            answer |= {"verdict": Verdict.UNVERIFIABLE, "missing": tuple(missing)}
        elif silent_for := self._silent_for(rule, version, scene):
            answer |= {"verdict": None, "silent_for": silent_for}
        elif isinstance(trace, ShareTrace):
            answer |= self._of_year(name, trace, scene)
        elif carrier := self._carrier(name, rule, trace, scene):
            answer |= _as_found(carrier) | {"carried_by": scene.where(scene.of(carrier["act"])), "at_stake": None}
        if answer["verdict"] is Verdict.OK and answer["message"] is None:
            answer["message"] = fine(rule, trace, scene)
        yield Block(**answer)

    def _finding(self, name: str, which: pl.Expr) -> Row | None:
        found = self._found[name].filter(which) if name in self._found else pl.DataFrame()
        return found.row(0, named=True) if len(found) else None

    def _silent_for(self, rule: Any, version: Any, scene: Scene) -> tuple[str, ...]:
        """The rules because of which this one keeps silent on the act."""
        if not rule.silent_where:
            return ()
        own = dispatch.KINDS[rule.kind](self._counted, rule, version, self._context).findings
        if scene.act["act"] not in own["act"]:
            return ()
        same_row = [pl.col(key) == scene.act[key] for key in ("input", "row")]
        named = pl.col("act").is_in(self._counted.filter(*same_row)["act"].implode())
        return tuple(name for name in rule.silent_where if self._finding(name, named) is not None)

    def _carrier(self, name: str, rule: Any, trace: Trace, scene: Scene) -> Row | None:
        """The finding of another act that is this one's too: kinds that speak once for a visit or a row."""
        if not isinstance(rule, _ONCE) or name not in self._found:
            return None
        if isinstance(trace, VisitTrace) and not any(line.role == "beside" for line in trace.others):
            return None
        others = [row["act"] for row in visit.visit(scene) if _alike(rule, row, scene.act)]
        return self._finding(name, pl.col("act").is_in(others)) if others else None

    def _of_year(self, name: str, trace: ShareTrace, scene: Scene) -> dict[str, Any]:
        """The finding on the practitioner's year, where the act is one of those beyond the ceiling."""
        finding = self._year_finding(name, scene)
        if finding is None or not trace.beyond:
            return {}
        said = f"{finding['message']} Cet acte est de ceux qui sont au-delà du plafond, les derniers de l'année."
        return {"verdict": Verdict(finding["verdict"]), "message": said}

    def _year_finding(self, name: str, scene: Scene) -> Row | None:
        of_year = (pl.col("practitioner").eq_missing(scene.act["practitioner"])) & (
            pl.col("year") == scene.act["date"].year
        )
        return self._finding(name, of_year)

    def _trace(self, name: str, version: Any, scene: Scene, finding: Row | None) -> Trace:
        rule = self.rulebook.rules[name]
        if isinstance(rule, schema.Share):
            of_year = self._year_finding(name, scene)
            beyond = of_year is not None and scene.act["act"] in of_year["related"]
            return year.share(version, scene, beyond=beyond) or OtherTrace()
        if isinstance(rule, schema.Derogation):
            shares = self.rulebook.rules[version.share_rule].version
            of_day = next((own for own in shares if scene.act["date"] in own.period), None)
            trace = year.share(of_day, scene, beyond=False) if isinstance(of_day, schema.ShareVersion) else None
            return trace or OtherTrace()
        if isinstance(rule, schema.Tariff):
            return money.tariff(version, scene, self.rulebook.acts)
        draw = _TRACES.get(rule.kind)
        return draw(rule, version, scene) if draw else _noted(finding, scene)

    def _texts(self, rule: Any, version: Any, scene: Scene) -> tuple[Text, ...]:
        """The values of the nomenclature that the rule leans on, then the rule's own version."""
        values: list[Any] = []
        if isinstance(rule, schema.Tariff):
            for row in money.row_of(scene):
                value = money.value_of(row["code"], scene, self.rulebook.acts)
                values += [] if value is None else [value]
        elif isinstance(rule, schema.Validity) and scene.act["code"] in self.rulebook.acts:
            values += self.rulebook.acts[scene.act["code"]].existence
        return tuple(
            Text(
                source=value.source.to_source(),
                period=Span(value.period.first, value.period.last),
                checked_on=value.checked_on,
                note=value.note,
            )
            for value in (*values, version)
        )


def _leant_on(selected: tuple[str, ...], rulebook: Rulebook) -> tuple[str, ...]:
    """These rules and all those on whose findings their own depend."""
    wanted, queue = set(selected), list(selected)
    while queue:
        rule = rulebook.rules[queue.pop()]
        fresh = {*rule.silent_where, *getattr(rule, "not_counting", ())} & rulebook.rules.keys() - wanted
        wanted |= fresh
        queue += fresh
    return tuple(sorted(wanted))


def _as_found(finding: Row) -> dict[str, Any]:
    stake = finding["at_stake"]
    return {
        "verdict": Verdict(finding["verdict"]),
        "message": finding["message"],
        "at_stake": None if stake is None else Cents(stake),
    }


def _alike(rule: Any, row: Row, act: Row) -> bool:
    """Whether a finding on `row` would be the act's too."""
    if isinstance(rule, schema.Opposable):
        return True
    if isinstance(rule, schema.NoOvercharge):
        return bool((row["input"], row["row"]) == (act["input"], act["row"]))
    return bool(row["code"] == act["code"])


def _noted(finding: Row | None, scene: Scene) -> OtherTrace:
    if finding is None:
        return OtherTrace()
    noted = {key: value for key, value in json.loads(finding["explanation"] or "{}").items() if value is not None}
    return OtherTrace(noted, tuple(scene.where(scene.of(act)) for act in finding["related"] or ()))


#: Whether a version has anything to say of such an act on its day, kind by kind.
_LOOKS: dict[str, Callable[[Any, Scene], bool]] = {
    "frequency": lambda version, scene: (
        scene.act["code"] in version.codes
        and _admitted(scene.act["reason"], version.reasons)
        and _admitted(scene.act["channel"], version.channels)
    ),
    "condition": lambda version, scene: (
        scene.act["code"] in version.codes and _admitted(scene.act["reason"], version.reasons)
    ),
    "proximity": lambda version, scene: scene.act["code"] in version.codes,
    "no-overcharge": lambda version, scene: scene.act["code"] in version.codes,
    "host": lambda version, scene: scene.act["code"] in version.codes,
    "specialty": lambda version, scene: any(scene.act["code"] in entry.codes for entry in version.entry),
    "alternation": lambda version, scene: scene.act["code"] in version.remote_codes,
    "opposable": lambda version, scene: scene.act["code"] in (*version.any_sector, *version.sector_2_without_optam),
    "pair": lambda version, scene: (
        len(scene.alone().filter(selected(version.excluded) | selected(version.beside))) > 0
    ),
    "tariff": lambda _, scene: _leads(scene),
    "share": lambda version, scene: len(remote_units(scene.alone(), version)) > 0,
    "validity": lambda _, scene: scene.act["code"] in scene.context.existence["code"],
}


def _looks(rule: Any, version: Any, scene: Scene) -> bool:
    """Whether the rule looked at the act."""
    act = scene.act
    if isinstance(rule, schema.Data):
        return rule.look_for != "orphan-cancellation" and act["uncounted"] is None
    if act["uncounted"] is not None or act["quantity"] <= 0:
        return False
    looks = _LOOKS.get(rule.kind)
    return looks is not None and looks(version, scene)


def _leads(scene: Scene) -> bool:
    """Whether the act is the first of its row: a tariff is one for the whole row."""
    rows = money.row_of(scene)
    return bool(rows and rows[0]["act"] == scene.act["act"])


def _is_remote(version: Any, scene: Scene) -> bool:
    shares = scene.context.shares[version.share_rule].version
    in_force = [own for own in shares if scene.act["date"] in own.period]
    return any(len(scene.alone().filter(remote_code(own))) > 0 for own in in_force)


def _admitted(value: Any, admitted: tuple[Any, ...]) -> bool:
    """Whether a filter lets a value through; an unknown one may be any."""
    return not admitted or value is None or value in admitted
