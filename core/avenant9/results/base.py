"""What all JSON results share: closed keys, exact types, and one way to write and to read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

#: Euros or points as the contract writes them: a decimal point, two digits for money, one at most for points.
Money = Annotated[str, StringConstraints(pattern=r"^-?\d+\.\d{2}$")]
Points = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
#: A share of 1 with six decimals.
Share = Annotated[str, StringConstraints(pattern=r"^\d+\.\d{6}$")]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


class Result(BaseModel):
    """Part of a result: an unknown key is a mistake, of ours or of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def dumps(result: Result) -> bytes:
    """The JSON of a whole result, UTF-8, keys in the order of the contract, ended by a line feed."""
    return (result.model_dump_json(by_alias=True, indent=1, ensure_ascii=False) + "\n").encode()
