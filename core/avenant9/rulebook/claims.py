"""What the law asks of a fund that claims a sum back, and the words by which its tables name what they reproach.

`rules/tables/reclamation.toml` is beside the rules and not one of them: nothing is checked by it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from avenant9.law.dated import Sourced, Strict, Text
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.shipped import validate

_FILE = Path(__file__).parent.parent / "rules" / "tables" / "reclamation.toml"

#: What a notification must say of a sum.
Item = Literal["cause", "nature", "amount", "payment_date"]


class Fraud(Sourced):
    """How long the fund may claim in case of fraud, which no tool tells."""

    years: int = Field(ge=1)


class Answer(Sourced):
    """How long one has to answer a notification, and what it must say."""

    months: int = Field(ge=1)
    items: tuple[Item, ...] = Field(min_length=1)


class Grief(Strict):
    """Words of a cause, folded, and the rules that they name: ids or globs."""

    words: tuple[Text, ...] = Field(min_length=1)
    rules: tuple[Text, ...] = Field(min_length=1)


class Recovery(Strict):
    """What `reclamation.toml` holds."""

    kind: Literal["claim"]
    fraud: Fraud
    answer: Answer
    grief: tuple[Grief, ...]


@cache
def load_recovery() -> Recovery:
    """The shipped file. Raises RulebookError where it is broken."""
    return validate(RuleFile(_FILE, "tables/reclamation.toml", "tables", "reclamation"), Recovery)
