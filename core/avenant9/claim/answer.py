"""The answer to each claimed line: the first of the contract's table that applies to its acts."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

import polars as pl
from msgspec import Struct

from avenant9 import sums
from avenant9.claim import causes, words
from avenant9.claim.judge import judged
from avenant9.claim.match import match
from avenant9.claim.read import without
from avenant9.claim.verdicts import Verdicts, verdicts
from avenant9.engine import Options, in_order, prepared
from avenant9.findings import pseudonyms
from avenant9.results import base
from avenant9.results import claim as results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from avenant9.claim.read import Claim
    from avenant9.law.dated import Sourced, Version
    from avenant9.model import Acts, Source
    from avenant9.results.find import Crowd
    from avenant9.rulebook.claims import Recovery
    from avenant9.rulebook.load import Rulebook

#: Candidates told of one line, at most: an amount alone may be that of a thousand acts.
_MOST_CANDIDATES = 50


class Answered(Struct, frozen=True):
    """The result, and the rules that crashed on their way."""

    result: results.Claim
    crashed: tuple[str, ...]


def answered(
    claim: Claim,
    acts: Acts,
    rulebook: Rulebook,
    recovery: Recovery,
    options: Options,
    notified: date | None = None,
) -> Answered:
    """What the acts answer to each line.

    Args:
        claim: the caisse's lines.
        acts: the acts that they may be about.
        rulebook: what acts are checked by, once.
        recovery: what the law asks of a claim.
        options: the day of the run, the zone, what was granted, the profile.
        notified: the day of the notification, by default that of the run.
    """
    run = prepared(acts, rulebook, options)
    found = match(claim, run.acts_read)
    said = verdicts(run, rulebook, options, found["act"])
    day = notified or options.as_of
    named = _named(claim, found, run.acts_read, rulebook, recovery)
    doubtful = [line for line, rules in named.items() if all(own.verdict == "review" for own in rules.values())]
    lines = judged(
        claim.table, found, run.acts_read, said, pl.Series(doubtful, dtype=pl.UInt32), rulebook.limitation, day
    )
    told = _Told(claim, acts, run.acts_read, said, named, rulebook, recovery, options.profile, day)
    return Answered(told.result(lines, options.as_of), said.crashed)


def _named(
    claim: Claim, found: pl.DataFrame, acts: pl.DataFrame, rulebook: Rulebook, recovery: Recovery
) -> dict[int, Mapping[str, Version]]:
    """The rules that the cause of each line names of its acts; a line whose cause names none is not there."""
    caused = claim.table.select("line", "cause").drop_nulls("cause")
    sure = found.filter(~pl.col("candidate")).join(acts.select("act", "code", "date"), on="act")
    about = sure.join(caused, on="line").group_by("line", "cause", maintain_order=True)
    told = about.agg(pl.col("code").unique().sort(), pl.col("date").first())
    rules = {line: causes.named(cause, codes, on, rulebook, recovery) for line, cause, codes, on in told.iter_rows()}
    return {line: own for line, own in rules.items() if own}


class _Told(Struct, frozen=True, dict=True):
    """What lines are told with."""

    claim: Claim
    acts: Acts
    table: pl.DataFrame
    said: Verdicts
    named: Mapping[int, Mapping[str, Version]]
    rulebook: Rulebook
    recovery: Recovery
    profile: str
    notified: date

    def result(self, lines: pl.DataFrame, as_of: date) -> results.Claim:
        """All of it."""
        told = tuple(self._line(line) for line in lines.iter_rows(named=True))
        names = lines["practitioner"].drop_nulls().unique().to_list()
        return results.Claim(
            as_of=as_of,
            notified=self.notified,
            summary=_summary(lines),
            lines=told,
            notification=tuple(self._unsaid(lines)),
            file=self.claim.inputs[0].file,
            profile=cast("results.Profile", self.profile),
            practitioner=names[0] if len(names) == 1 else self._only_practitioner() if not names else None,
            texts=tuple(self._texts()),
            rejected=self.acts.rejected,
            unread=self.acts.unread,
            uncompared=self._uncompared(told),
        )

    def _uncompared(self, told: Sequence[results.ClaimedLine]) -> tuple[Crowd, ...]:
        """Where a pair may be that a line is about which found no act, or several."""
        if not any(line.answer == "not_found" or line.candidates for line in told):
            return ()
        return sums.crowds(sums.things(sums.billed(self.table)), self.acts.inputs)

    def _only_practitioner(self) -> str | None:
        names: list[str] = self.table["practitioner"].drop_nulls().unique().to_list()
        return names[0] if len(names) == 1 and names[0] != "?" else None

    # --- a line ---

    def _line(self, line: dict[str, Any]) -> results.ClaimedLine:
        rules = tuple(self._rules(line))
        missing = in_order({key for rule in rules if rule.verdict == "unverifiable" for key in rule.missing})
        undated = line["undated"] and line["answer"] not in ("not_found", "out_of_time")
        return results.ClaimedLine(
            row=line["row"],
            sheet=self._sheet(line),
            claimed=line["claimed"],
            cause=self._cause(line),
            answer=line["answer"],
            owed=line["owed"],
            acts=self._places(line["acts"]),
            candidates=self._places(line["candidates"])[:_MOST_CANDIDATES],
            by=line["by"],
            rules=rules,
            missing=tuple(dict.fromkeys([*(["payment_date"] if undated else []), *missing])),
            message=words.message(
                line, rules, self._rows(line["earlier"] or ()), self.notified, self._years, self.recovery.fraud.years
            ),
            date=line["date"],
            code="+".join(line["codes"]) if line["codes"] else None,
            practitioner=line["practitioner"],
            patient=self._patient(line),
            invoice=line["invoice"],
            payment_date=line["payment_date"],
            paid=line["paid"],
        )

    def _cause(self, line: dict[str, Any]) -> str | None:
        """Why the line is claimed; only the practice reads there who the patient is."""
        if self.profile == "interne" or line["cause_plain"] is None:
            return cast("str | None", line["cause"])
        acts = (*(line["acts"] or ()), *(line["candidates"] or ()))
        return without(line["cause_plain"], (one for act in acts for one in self._patients[act]))

    def _sheet(self, line: dict[str, Any]) -> str | None:
        rank: int = line["input"]
        return self.claim.inputs[rank].sheet

    def _rows(self, lines: Iterable[int]) -> list[str]:
        rows = self.claim.table["row"]
        return [str(rows[line]) for line in lines]

    @property
    def _years(self) -> int:
        limitation = self.rulebook.limitation
        return limitation.version[-1].years if limitation is not None else 0

    def _places(self, acts: list[int] | None) -> tuple[results.ActPlace, ...]:
        """The rows of some acts, each once."""
        rows = [self._by_act[act] for act in acts or ()]
        return tuple(dict.fromkeys(rows))

    @cached_property
    def _by_act(self) -> dict[int, results.ActPlace]:
        inputs = self.acts.inputs
        return {
            act: results.ActPlace(file=inputs[rank].file, sheet=inputs[rank].sheet, row=row)
            for act, rank, row in self.table.select("act", "input", "row").iter_rows()
        }

    def _rules(self, line: dict[str, Any]) -> Iterator[results.Reproach]:
        """What rules say of the acts of a line, the gravest first; then the rules that its cause names."""
        acts = line["acts"] or ()
        spoken: set[str] = set()
        for verdict in ("violation", "review"):
            own = [one for act in acts for one in self._found.get(act, ()) if one["verdict"] == verdict]
            for rule in dict.fromkeys(one["rule"] for one in own):
                spoken.add(rule)
                yield self._found_by(rule, [one for one in own if one["rule"] == rule], line)
        if line["answer"] in ("unverifiable", "to_examine"):
            lost = [one for act in acts for one in self._unknown.get(act, ()) if one["rule"] not in spoken]
            for rule in dict.fromkeys(one["rule"] for one in lost):
                spoken.add(rule)
                keys = {key for one in lost if one["rule"] == rule for key in one["missing"]}
                yield results.Reproach(
                    rule=rule, verdict="unverifiable", missing=in_order(keys), named=self._is_named(rule, line)
                )
        for rule, version in self.named.get(line["line"], {}).items():
            if rule not in spoken and line["answer"] in ("contestable", "to_examine"):
                yield results.Reproach(
                    rule=rule, verdict="ok", named=True, source=_source(version.source.to_source())
                )

    def _found_by(self, rule: str, own: list[dict[str, Any]], line: dict[str, Any]) -> results.Reproach:
        stakes = [one["at_stake"] for one in own]
        source = self.rulebook.sources.get(own[0]["source"])
        return results.Reproach(
            rule=rule,
            verdict=own[0]["verdict"],
            at_stake=None if None in stakes else max(stakes),
            message=" ".join(dict.fromkeys(one["message"] for one in own)),
            named=self._is_named(rule, line),
            source=None if source is None else _source(source),
        )

    def _is_named(self, rule: str, line: dict[str, Any]) -> bool:
        return rule in self.named.get(line["line"], {})

    @cached_property
    def _found(self) -> dict[int, list[dict[str, Any]]]:
        return _by_act(self.said.found)

    @cached_property
    def _unknown(self) -> dict[int, list[dict[str, Any]]]:
        return _by_act(self.said.unknown)

    def _patient(self, line: dict[str, Any]) -> str | None:
        """Who it is: for the practice as the files say, for others under a pseudonym; nobody whom the acts do not
        know."""
        acts = line["acts"] or ()
        pseudonyms_ = {self._pseudonyms.get(self._patients[act][0]) for act in acts}
        pseudonym = pseudonyms_.pop() if len(pseudonyms_) == 1 else None
        if self.profile != "interne":
            return pseudonym
        return line["patient_shown"] or next((self._patients[act][1] for act in acts), None) or pseudonym

    @cached_property
    def _patients(self) -> dict[int, tuple[str | None, str | None]]:
        return {
            act: (own, shown) for act, own, shown in self.table.select("act", "patient", "patient_shown").iter_rows()
        }

    @cached_property
    def _pseudonyms(self) -> dict[str | None, str]:
        return dict(pseudonyms(self.table).iter_rows())

    # --- beside the lines ---

    def _unsaid(self, lines: pl.DataFrame) -> Iterator[results.Unsaid]:
        """What the table does not say of each line that the law asks."""
        keys = {"cause": "cause", "nature": "codes", "amount": "claimed", "payment_date": "payment_date"}
        for line in lines.iter_rows(named=True):
            lacking = tuple(item for item in self.recovery.answer.items if line[keys[item]] is None)
            if lacking:
                yield results.Unsaid(row=line["row"], sheet=self._sheet(line), missing=lacking)

    def _texts(self) -> Iterator[results.ClaimText]:
        limitation = self.rulebook.limitation
        if limitation is not None:
            version = limitation.version[-1]
            source = _source(version.source.to_source())
            yield results.ClaimText(about="limitation", figure=version.years, source=source)
        yield _text("fraud", self.recovery.fraud.years, self.recovery.fraud)
        yield _text("answer", self.recovery.answer.months, self.recovery.answer)


def _text(about: Literal["fraud", "answer"], figure: int, told: Sourced) -> results.ClaimText:
    return results.ClaimText(about=about, figure=figure, source=_source(told.source.to_source()))


def _source(source: Source) -> base.Source:
    return base.Source(title=source.title, article=source.article, url=source.url)


def _by_act(said: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    acts: dict[int, list[dict[str, Any]]] = {}
    for one in said.iter_rows(named=True):
        acts.setdefault(one["act"], []).append(one)
    return acts


def _summary(lines: pl.DataFrame) -> results.ClaimSummary:
    counts = {
        answer: (number, euros)
        for answer, number, euros in lines.group_by("answer").agg(pl.len(), pl.col("claimed").sum()).iter_rows()
    }
    return results.ClaimSummary(
        lines=len(lines),
        claimed=int(lines["claimed"].sum()),
        owed=int(lines["owed"].sum()),
        by_answer={
            answer: results.AnswerCount(lines=number, euros=euros)
            for answer in results.ANSWERS
            for number, euros in [counts.get(answer, (0, 0))]
        },
    )
