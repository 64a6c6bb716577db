"""What all JSON results share: closed keys, exact types, and one way to write and to read them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from avenant9 import wording

_MONEY = r"^-?\d{1,15}\.\d{2}$"
#: Euros as the contract writes them: a decimal point and two digits.
Money = Annotated[str, StringConstraints(pattern=_MONEY)]


def read_by(*shapes: tuple[str, Callable[[str], Any]]) -> BeforeValidator:
    """Reads a text by the first of these shapes that it has. What is made here, and not read, is the value itself."""

    def read(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            for shape, of_text in shapes:
                if re.fullmatch(shape, value):
                    return of_text(value)
        elif info.mode == "python":
            return value
        raise ValueError("not as a result writes it")

    return BeforeValidator(read)


#: Cents, which JSON has as euros: `"-12.50"`.
Cents = Annotated[
    int,
    read_by((_MONEY, wording.cents)),
    PlainSerializer(wording.money, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _MONEY}),
]
#: A share of 1, which JSON has with six decimals: `"0.213333"`.
Share = Annotated[
    Decimal,
    Field(ge=0, max_digits=15, decimal_places=6),
    PlainSerializer(lambda share: f"{share:.6f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}\.\d{6}$"}),
]
#: Points, which JSON has with as many decimals as they need: `"22.5"`.
Points = Annotated[
    Decimal,
    Field(ge=0, max_digits=18, decimal_places=9),
    PlainSerializer(lambda points: f"{points:f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,9})?$"}),
]

#: Acts or patients, or hours, which have two decimals: `"41"`, `"8.00"`.
Quantity = Annotated[
    int | Decimal,
    read_by((r"\d{1,15}", int), (r"\d{1,15}\.\d{2}", Decimal)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string"}),
]
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def iso_month(first: date) -> str:
    """The month of a day: `2022-09`."""
    return f"{first.year:04d}-{first.month:02d}"


#: A month, by its first day, which JSON has without the day: `"2022-09"`.
Month = Annotated[
    date,
    read_by((_MONTH, lambda month: date.fromisoformat(f"{month}-01"))),
    PlainSerializer(iso_month, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _MONTH}),
]
#: A specialty by its number, which JSON has in two digits: `"01"`.
Specialty = Annotated[
    int,
    read_by((r"\d{1,9}", int)),
    PlainSerializer(lambda number: f"{number:02d}", return_type=str),
    WithJsonSchema({"type": "string"}),
]
#: The time of an act, with seconds only where there are some.
Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
#: A row of a file, from 1; a whole number of units, negative where they are cancelled.
Row = Annotated[int, Field(ge=1, le=2**32 - 1)]
Units = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class Result(BaseModel):
    """Part of a result: an unknown key is a mistake, of ours or of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)

    def silent(self) -> dict[str, Any]:
        """What is left out of its JSON, since it has nothing to say of it: `unread` where everything was read."""
        return {} if getattr(self, "unread", ()) else {"unread": True}


class Source(Result):
    """The text behind something."""

    title: str
    article: str
    url: str


def encoded(told: Mapping[str, Any]) -> bytes:
    """What is told of a result that is no model, as JSON."""
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def dumps(result: Result) -> bytes:
    """The JSON of a whole result, UTF-8, keys in the order of the contract, ended by a line feed."""
    told = result.model_dump_json(by_alias=True, indent=1, ensure_ascii=False, exclude=result.silent() or None)
    return (told + "\n").encode()
