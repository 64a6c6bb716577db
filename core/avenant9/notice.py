"""What is said of a file that was read."""

from __future__ import annotations

import re

from msgspec import Struct

#: What parts the folders of a path, on any system.
FOLDERS = re.compile(r"[/\\]+")


class Notice(Struct, frozen=True):
    """What was understood of files, in French and without identifiers of patients: the words that follow their names.

    `identity`: whether it is about how patients are told apart.
    """

    files: tuple[str, ...]
    words: str
    identity: bool = False

    def __str__(self) -> str:
        return f"{', '.join(self.files)}{self.words}"

    @property
    def without_folders(self) -> str:
        """The same, the files by their names alone."""
        return f"{', '.join(FOLDERS.split(file)[-1] for file in self.files)}{self.words}"
