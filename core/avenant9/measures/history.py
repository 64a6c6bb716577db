"""One measure as `a9 measures show` tells it: every period and dated value, with its source."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from avenant9.law.dated import Dated
from avenant9.measures.catalogue import history, status
from avenant9.results.measures import History
from avenant9.rulebook.measures import Cover, Hourly, Protocol, Span, Supplement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from avenant9.rulebook.measures import Measure


def told(name: str, measure: Measure, on: date) -> History:
    """The measure, and where `on` stands to each of its periods."""
    return History.model_validate(
        {
            "on": on,
            "id": name,
            "title": measure.title,
            "why": measure.why,
            "periods": [
                {
                    **_dated(span, Span),
                    "id": name,
                    "period": span.id,
                    "status": status(span, on),
                    "disputed": not span.retained,
                    "label": span.label,
                }
                for span in history(measure)
            ],
            "besides": [
                {**_dated(value, Dated), "key": key} for key, values in _besides(measure) for value in values
            ],
        }
    )


def _besides(measure: Measure) -> list[tuple[str, Sequence[Dated]]]:
    match measure:
        case Hourly():
            return [("baseline", measure.baseline)]
        case Supplement():
            return [("amo", measure.amo)]
        case Cover():
            return [("nominal", measure.nominal), ("participation", measure.participation)]
        case _:
            return []


def _dated(value: Dated, common: type[Dated]) -> dict[str, Any]:
    """What both have: bounds, source, and the values that `common` does not have."""
    own = [name for name in type(value).model_fields if name not in common.model_fields]
    source = value.source
    return {
        "from": value.from_,
        "until": value.period.last,
        "values": {name: told for name in own if (told := _told(getattr(value, name))) not in (None, "")},
        "source": {
            "title": source.title,
            "article": source.article,
            "url": source.url,
            "confidence": source.confidence,
        },
        "checked_on": value.checked_on,
        "note": value.note,
    }


def _told(value: object) -> bool | int | Decimal | str | None:
    """A value as a result has it: what is neither a yes, a number nor nothing, in words."""
    match value:
        case None | bool() | int() | Decimal():
            return value
        case time():
            return f"{value:%H:%M}"
        case Protocol():
            return f"{value.id} ({', '.join((*value.professionals, *value.doubtful_professionals))})"
        case tuple():
            return ", ".join(str(_told(one)) for one in value)
        case _:
            return str(value)
