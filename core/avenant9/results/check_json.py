"""The report as one JSON object, `a9-check/1`: keys in the order of the contract, money as strings, ISO dates.

`known` is there only where a baseline was given, `scope` where options left rules or dates out, `unread` where a file
or a sheet was not read.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from avenant9 import wording
from avenant9.kinds.french import money
from avenant9.results import CHECK

if TYPE_CHECKING:
    from avenant9.model import Input, Known, Report, SetApart, Source, Waived


_MONEY_IN_SUMMARY = ("at_stake", "at_stake_review", "at_stake_ceiling", "at_stake_out_of_time")
_SUMMARY = (
    "acts",
    "practitioners",
    "patients",
    "violation",
    "review",
    "unverifiable",
    "rejected",
    "not_counted",
    "not_concerned",
    *_MONEY_IN_SUMMARY,
)
_BEFORE_EXPLANATION = (
    "date",
    "time",
    "practitioner",
    "patient",
    "code",
    "invoice",
    "quantity",
    "amount",
    "payment_date",
    "out_of_time",
    "message",
    "at_stake",
    "at_stake_amo",
    "fingerprint",
)


def render(report: Report) -> bytes:
    """The whole result, one finding a line, UTF-8, ended by a line feed."""
    head = {
        "format": CHECK,
        "as_of": report.as_of.isoformat(),
        "profile": report.profile,
        "rulebook": _rulebook(report),
        **_scope(report),
        "inputs": [_input(entry) for entry in report.inputs],
        "summary": {key: _summary(report, key) for key in _SUMMARY},
    }
    tail = {
        "unverifiable": [
            {"rule": entry.rule, "acts": entry.acts, "missing": list(entry.missing)} for entry in report.unverifiable
        ],
        "rejected": [
            {
                "file": entry.where.file,
                "sheet": entry.where.sheet,
                "row": entry.where.row,
                "cell": entry.where.cell,
                "reason": entry.reason,
            }
            for entry in report.rejected
        ],
        "not_counted": [
            {"file": entry.where.file, "sheet": entry.where.sheet, "row": entry.where.row, "status": entry.status}
            for entry in report.not_counted
        ],
        **({"unread": [asdict(entry) for entry in report.unread]} if report.unread else {}),
        "waived": [_waived(entry) for entry in report.waived],
        **({} if report.known is None else {"known": [_known(entry) for entry in report.known]}),
        "threshold": list(report.threshold),
    }
    out = io.BytesIO()
    out.write(b"{" + _members(head))
    out.write(b',\n "findings": [')
    _write_findings(report, out)
    out.write(b"],\n " + _members(tail) + b"}\n")
    return out.getvalue()


def _members(values: dict[str, Any]) -> bytes:
    return ",\n ".join(f"{_dumps(key)}: {_dumps(value)}" for key, value in values.items()).encode()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _summary(report: Report, key: str) -> int | str | None:
    value = report.summary.get(key)
    return wording.money(value) if key in _MONEY_IN_SUMMARY and isinstance(value, int) else value


def _rulebook(report: Report) -> dict[str, Any]:
    """`replaced` is there only where `--rules` replaced a shipped rule."""
    dated = {"date": report.rulebook_date.isoformat()} if report.rulebook_date else {}
    replaced = {"replaced": list(report.replaced)} if report.replaced else {}
    return {"version": report.rulebook_version, "rules": report.rules, **dated, **replaced}


def _scope(report: Report) -> dict[str, Any]:
    """What options left of the rules and of the dates, where they left something out."""
    run, acts = report.summary.get("rules_run"), report.summary.get("acts_asked")
    if run in {None, report.rules} and report.asked == (None, None):
        return {}
    first, last = (None if day is None else day.isoformat() for day in report.asked)
    return {"scope": {"rules": run, "from": first, "until": last, "acts": acts}}


def _input(entry: Input) -> dict[str, Any]:
    return {
        "file": entry.file,
        "sheet": entry.sheet,
        "rows": entry.rows,
        "acts": entry.acts,
        "rejected": entry.rejected,
        "skipped": entry.skipped,
        "columns": entry.columns,
        "encoding": entry.encoding,
    }


def _known(entry: Known) -> dict[str, Any]:
    stake = None if entry.at_stake is None else wording.money(entry.at_stake)
    return {**_set_apart(entry), "verdict": entry.verdict, "at_stake": stake}


def _set_apart(entry: SetApart) -> dict[str, Any]:
    return {
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "file": entry.file,
        "sheet": entry.sheet,
        "row": entry.row,
    }


def _waived(entry: Waived) -> dict[str, Any]:
    return {
        **_set_apart(entry),
        "reason": entry.reason,
        "author": entry.author,
        "date": entry.given_on.isoformat(),
        "until": entry.until.isoformat() if entry.until else None,
    }


def _write_findings(report: Report, out: io.BytesIO) -> None:
    """One JSON text per finding, in order; those on a practitioner, the last ones, carry `year` after `row`."""
    table = report.findings
    on_acts, on_practitioners = table.filter(pl.col("row").is_not_null()), table.filter(pl.col("row").is_null())
    objects = pl.concat(
        [
            _objects(on_acts, report.sources, ("row",)),
            _objects(on_practitioners, report.sources, ("row", "year")),
        ]
    )
    if objects.is_empty():
        return
    # as raw lines: a column of text is written much faster than it is joined
    objects.write_csv(out, include_header=False, quote_style="never", line_terminator=",")
    out.seek(-1, io.SEEK_CUR)
    out.truncate()


def _objects(table: pl.DataFrame, sources: dict[str, Source], place: tuple[str, ...]) -> pl.DataFrame:
    if table.is_empty():
        return pl.DataFrame(schema={"json": pl.String})
    typed = table.with_columns(
        *(money(pl.col(column)).alias(column) for column in ("amount", "at_stake", "at_stake_amo")),
        _time("time"),
    )
    encoded = {
        key: _dumps({"title": source.title, "article": source.article, "url": source.url})
        for key, source in sources.items()
    }
    source = (
        pl.col("source").replace_strict(encoded, default="null", return_dtype=pl.String).fill_null("null")
        if encoded
        else pl.lit("null")
    )
    before = pl.struct("rule", "verdict", "file", "sheet", *place, *_BEFORE_EXPLANATION).struct.json_encode()
    related = pl.struct("related").struct.json_encode()
    return typed.select(
        json=pl.concat_str(
            pl.lit("\n  "),
            before.str.head(-1),
            pl.lit(',"explanation":'),
            pl.col("explanation").fill_null("null"),
            pl.lit(","),
            related.str.slice(1).str.head(-1),
            pl.lit(',"source":'),
            source,
            pl.lit("}"),
        )
    )


def _time(column: str) -> pl.Expr:
    """`HH:MM`, with seconds only where there are some."""
    value = pl.col(column)
    short, long = value.dt.to_string("%H:%M"), value.dt.to_string("%H:%M:%S")
    return pl.when(value.dt.second() == 0).then(short).otherwise(long).alias(column)
