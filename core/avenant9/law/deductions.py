"""What one column of acts says of another, where no cell says it."""

from __future__ import annotations

from typing import Literal

from avenant9.law.dated import CodeName, Sourced, Strict, Text


class Becoming(Strict):
    """An act by which the practitioner becomes the patient's médecin traitant."""

    code: CodeName
    reason: Text | None = None


class OfPathway(Sourced):
    """Letters of the care pathway: that the practitioner is the médecin traitant, is another one, or stands in.

    `settled_as` is the letter that a médecin traitant would have written; acts of `becoming` say nothing of another.
    """

    treating_doctor: tuple[Text, ...]
    another_doctor: tuple[Text, ...]
    stands_in: tuple[Text, ...]
    settled_as: Text
    becoming: tuple[Becoming, ...] = ()


class OfSpecialty(Sourced):
    """Codes that say a specialty of the practitioner who bills them."""

    codes: tuple[CodeName, ...]
    specialty: int


class Deductions(Strict):
    """What `deductions.toml` holds."""

    kind: Literal["deductions"]
    pathway: OfPathway
    specialty: OfSpecialty
