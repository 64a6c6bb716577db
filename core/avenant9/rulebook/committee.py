"""What a commission paritaire locale reads of the ceiling on remote activity, and how one asks it for another.

`rules/tables/amenagement.toml` is beside the rules and not one of them: nothing is checked by it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from avenant9.law.dated import Dated, Sourced, Strict, Text
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.shipped import validate

_FILE = Path(__file__).parent.parent / "rules" / "tables" / "amenagement.toml"


class Generalists(Strict):
    """The group that is read first, by CNAM codes."""

    label: Text
    specialties: tuple[int, ...] = Field(min_length=1)


class Reading(Sourced):
    """The lines over which practitioners are counted (basis points), and the group that is read apart."""

    over_20: int = Field(ge=0, le=10_000)
    over_30: int = Field(ge=0, le=10_000)
    generalists: Generalists


class Procedure(Dated):
    """How an aménagement is asked for, and what it is worth, on reference years of its period."""

    addressee: Text
    steps: tuple[Text, ...] = Field(min_length=1)
    terms: tuple[Text, ...] = Field(min_length=1)


class Criteria(Sourced):
    """What makes a request admissible; `open` says how far the list binds."""

    entries: tuple[Text, ...] = Field(min_length=1)
    open: Text


class Conditions(Sourced):
    """What known decisions ask in return."""

    entries: tuple[Text, ...] = Field(min_length=1)


class Afterwards(Dated):
    """What is not known of the years after the procedure's period."""

    remark: Text


class Committee(Strict):
    """What `amenagement.toml` holds."""

    kind: Literal["committee"]
    reading: Reading
    procedure: Procedure
    criteria: Criteria
    conditions: Conditions
    afterwards: Afterwards


@cache
def load_committee() -> Committee:
    """The shipped file. Raises RulebookError where it is broken."""
    return validate(RuleFile(_FILE, "tables/amenagement.toml", "tables", "amenagement"), Committee)
