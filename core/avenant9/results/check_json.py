"""The report as one JSON object, `a9-check/1`: keys in the order of the contract, money as strings, ISO dates."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import TypeAdapter

from avenant9.french import money
from avenant9.results.check import Report, WithoutFindings

if TYPE_CHECKING:
    from avenant9.model import Source

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


@cache
def adapter() -> TypeAdapter[Report]:
    """How a report is read."""
    return TypeAdapter(Report)


@cache
def _head() -> TypeAdapter[WithoutFindings]:
    """How the rest is written: a table writes the findings faster, and they are half of what would be learned."""
    return TypeAdapter(WithoutFindings)


def render(report: Report) -> bytes:
    """The whole result, one finding a line, UTF-8, ended by a line feed."""
    told = _head().dump_python(report, mode="json", by_alias=True)
    head = {key: told.pop(key) for key in [*told][: [*told].index("summary") + 1]}
    out = io.BytesIO()
    out.write(b"{" + _members(head))
    out.write(b',\n "findings": [')
    _write_findings(report, out)
    out.write(b"],\n " + _members(told) + b"}\n")
    return out.getvalue()


def _members(values: dict[str, Any]) -> bytes:
    return ",\n ".join(f"{_dumps(key)}: {_dumps(value)}" for key, value in values.items()).encode()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_findings(report: Report, out: io.BytesIO) -> None:
    """One JSON text per finding, in order; those on a practitioner, the last ones, carry `year` after `row`."""
    explanations = report.explanations.written(report.findings["explanation"])
    table = report.findings.with_columns(explanation=explanations)
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
