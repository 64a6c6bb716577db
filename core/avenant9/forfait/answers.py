"""What a practice answers about one year: exact values by key, before any scale judges them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct, field

from avenant9.results.forfait import Addendum


class Rate(Struct, frozen=True):
    """A share of 1, with the counts behind it where they were given.

    Attributes:
        value: 0 to 1, exact.
        done: numerator.
        total: denominator, without the excluded items; 0 means that nothing was done and that no rate exists.
        excluded: items out of scope, such as the patients of a scheme that does not support the téléservice.
    """

    value: Fraction
    done: int | None = None
    total: int | None = None
    excluded: int | None = None


class Patients(Struct, frozen=True):
    """Patients of one class: all of them, and those of them that were not seen for two years."""

    total: int
    not_seen: int = 0


#: yes-no: bool; count: int; rate: Rate; addendum: Addendum; date: date; points: Fraction; patients: Patients;
#: choice: one of its words.
Answer: TypeAlias = bool | int | str | date | Fraction | Rate | Addendum | Patients


class AssistantContract(Struct, frozen=True):
    """The contract of an assistant médical.

    Attributes:
        etp: `1/3`, `1/2` or `1`.
        signed_on: day of the contract.
        percentile: `<P90`, `P90-P95` or `>=P95`.
    """

    etp: str
    signed_on: date
    percentile: str


class Practice(Struct, frozen=True):
    """One doctor and one year: a key that is absent from `answers` is unknown, never "no" or zero.

    Attributes:
        name: what the user calls the practice.
        answers: by key of the contract (`taux_dmp`).
        assistant: volet 3, where there is a contract.
        place: where the answers stand, as the user sees it (file, column), for messages.
    """

    name: str | None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    assistant: AssistantContract | None = None
    place: str = ""
