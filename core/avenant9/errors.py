"""What can go wrong, said the same way everywhere: where, what was found, what to do."""

from __future__ import annotations


class A9Error(Exception):
    """An error that a person can act on.

    Attributes:
        place: file, sheet, cell, key or option (French, as the user sees it).
        problem: what was found there. Never quotes a patient's identifier.
        remedy: what to do about it.
        detail: lines that help to do it, printed below.
    """

    def __init__(self, place: str, problem: str, remedy: str, detail: str = "") -> None:
        super().__init__(place, problem, remedy, detail)
        self.place, self.problem, self.remedy, self.detail = place, problem, remedy, detail

    @property
    def told(self) -> str:
        """What was found, and what to do."""
        return f"{self.problem} ; {self.remedy}."

    def __str__(self) -> str:
        return f"{self.place} : {self.told}"


class InputError(A9Error):
    """An input file is missing, unreadable, refused, or holds no act."""


class OutputError(A9Error):
    """A result could not be written."""


class SettingError(A9Error):
    """A mapping, derogation or option holds something that cannot be used."""


class RulebookError(A9Error):
    """A rule file is broken; `place` is `file: key`."""


class UnknownRuleError(SettingError):
    """An id, family or glob that names no rule."""
