"""An explanation as one object, `a9-explain/1`: the act, and what each rule that looked at it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

from avenant9.kinds.trace import Cents, Noted, Thousandths
from avenant9.law.dated import Strict
from avenant9.model import CellRef
from avenant9.records import field_names
from avenant9.wording import money

if TYPE_CHECKING:
    from avenant9.explanation import ActExplained, Block, Explanation

FORMAT = "a9-explain/1"


def as_json(explanation: Explanation) -> Any:
    """One object: money as strings, ISO dates, tokens in English, sentences in French."""
    told = {
        "format": FORMAT,
        "as_of": explanation.as_of,
        "profile": explanation.profile,
        "rulebook": {
            "version": explanation.rulebook_version,
            "date": explanation.rulebook_date,
            "rules": explanation.rules,
        },
        "at": _place(explanation.where),
        "state": explanation.state,
        "reason": explanation.reason,
        "rejected_rows": explanation.rejected_rows,
        **({"unread": [asdict(entry) for entry in explanation.unread]} if explanation.unread else {}),
        **({"others": explanation.others} if explanation.others else {}),
        "acts": [_act(one, explanation) for one in explanation.acts],
    }
    return _encoded(told)


def _act(one: ActExplained, explanation: Explanation) -> dict[str, Any]:
    """The act; of an invoice of several rows, with its own."""
    told = {name: getattr(one.act, name) for name in field_names(one.act) if name != "pseudonym"}
    if explanation.profile == "fiscal":
        told |= {"code": None, "coefficient": None}
    return {
        **({"at": one.where} if explanation.others else {}),
        **told,
        "status": one.uncounted,
        "repeats": one.repeats,
        "cancellations": one.cancellations,
        "rules": [_block(block) for block in one.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    told = {name: getattr(block, name) for name in field_names(block)}
    trace = None if isinstance(block.trace, Noted) and not block.trace.noted else block.trace
    return {**told, "why": block.why or None, "title": block.title or None, "trace": trace}


def _encoded(value: Any) -> Any:
    match value:
        case Cents():
            return money(value)
        case Thousandths():
            return f"{value / 1000:g}"
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes" if not value.second else "seconds")
        case CellRef():
            return _place(value)
        case Mapping():
            return {str(key): _encoded(item) for key, item in value.items()}
        case list() | tuple():
            return [_encoded(item) for item in value]
        case Strict():
            return value.model_dump(mode="json")
        case _ if names := field_names(value):
            return {name: _encoded(getattr(value, name)) for name in names}
        case _:
            return value


def _place(where: CellRef) -> dict[str, Any]:
    told = {"file": where.file, "sheet": where.sheet, "row": where.row}
    return told if where.cell is None else {**told, "cell": where.cell}
