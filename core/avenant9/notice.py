"""What is said of a file that was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """What was understood of files, in French and without identifiers of patients: the words that follow their names.

    `identity`: whether it is about how patients are told apart.
    """

    files: tuple[str, ...]
    words: str
    identity: bool = False

    def __str__(self) -> str:
        return f"{', '.join(self.files)}{self.words}"
