"""What the findings of a report counted: values until they are written, each kind's in its own fields."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

import polars as pl

from avenant9.frames import DAYS
from avenant9.period import Period

#: What a finding without an explanation counted.
NOTHING: Final[Mapping[str, Any]] = {}


class Explanations:
    """What each of some findings counted; a table of findings only holds its place here, null for none.

    Args:
        parts: one after the other: a series of structs for each rule, or what a saved result holds.
    """

    def __init__(self, *parts: pl.Series | Sequence[Mapping[str, Any] | None]) -> None:
        self._parts = parts
        self._starts = [0, *accumulate(map(len, parts))]

    def at(self, place: int | None) -> Mapping[str, Any]:
        """What the finding of this place counted: numbers, texts, `date`, `Decimal` (euros), `Period`."""
        if place is None:
            return NOTHING
        part = bisect_right(self._starts, place) - 1
        found = self._parts[part][place - self._starts[part]] or NOTHING
        return {key: Period(**value) if isinstance(value, dict) else value for key, value in found.items()}

    def written(self, places: pl.Series) -> pl.Series:
        """What the findings of these places counted, as JSON objects; null for none."""
        texts = pl.concat([pl.Series(dtype=pl.String), *map(_written, self._parts)])
        return texts.gather(places)


def plain(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation as JSON has it: ISO dates, `first/last` for a period, euros with two decimals."""
    return {
        key: str(value) if isinstance(value, date | Decimal | Period) else value for key, value in explanation.items()
    }


def read(saved: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation as it was before it was written; days that nobody can read stay as they are."""
    window = saved.get("window")
    return {**saved, "window": _period(window)} if isinstance(window, str) else dict(saved)


def _period(text: str) -> Period | str:
    first, _, last = text.partition("/")
    try:
        return Period(date.fromisoformat(first), None if last == ".." else date.fromisoformat(last))
    except ValueError:
        return text


def _written(part: pl.Series | Sequence[Mapping[str, Any] | None]) -> pl.Series:
    if not isinstance(part, pl.Series):
        return pl.Series([None if one is None else _dumps(plain(one)) for one in part], dtype=pl.String)
    fields = part.struct.unnest()
    as_text = [_in_iso(name).alias(name) for name, dtype in fields.schema.items() if dtype == DAYS]
    return fields.with_columns(as_text).to_struct().struct.json_encode()


def _dumps(explanation: Mapping[str, Any]) -> str:
    return json.dumps(explanation, ensure_ascii=False, separators=(",", ":"))


def _in_iso(name: str) -> pl.Expr:
    """`first/last` of a period, `..` while it has no end."""
    days = pl.col(name).struct
    return pl.format("{}/{}", days.field("first"), days.field("last").cast(pl.String).fill_null(".."))
