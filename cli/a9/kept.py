"""The reports of several clients: all of them are written once all are there."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Self

from a9.output import ENDINGS, deliver, problem_of
from avenant9.errors import OutputError, SettingError

if TYPE_CHECKING:
    from types import TracebackType


class Kept:
    """Reports on their way to a folder: until the end in a file without a name, which nothing leaves behind.

    What is kept takes no memory, and an interrupted command has written none of them.
    """

    def __init__(self, folder: str, form: str) -> None:
        self._folder, self._form = folder, form
        self._ending = next(ending for ending, name in ENDINGS.items() if name == form)
        self._spans: list[tuple[str, int, int]] = []

    def __enter__(self) -> Self:
        beside = self._folder if os.path.isdir(self._folder) else os.path.dirname(os.path.abspath(self._folder))
        try:
            self._file = tempfile.TemporaryFile(dir=beside)
        except OSError as error:
            raise OutputError(self._folder, *problem_of(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, client: str, report: bytes) -> None:
        """The report of a client."""
        self._spans.append((client, self._file.seek(0, os.SEEK_END), self._file.write(report)))

    def write(self) -> int:
        """All of them in the folder, which is made where it is not there; how many they are.

        Raises:
            OutputError: one could not be written.
        """
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise OutputError(self._folder, *problem_of(error)) from error
        for client, start, length in self._spans:
            self._file.seek(start)
            name = f"{client.replace('/', ' - ')}{self._ending}"
            deliver(self._file.read(length), os.path.join(self._folder, name))
        return len(self._spans)


def check_folder(folder: str, read: tuple[str, ...]) -> None:
    """Refuse before the work the folder of reports that could not be written to after it.

    Raises:
        OutputError: the folder above does not exist, or the place is a file.
        SettingError: it is one of the folders that are read.
    """
    if os.path.isfile(folder):
        raise OutputError(folder, "c'est un fichier", "donnez un dossier")
    if not os.path.isdir(os.path.dirname(os.path.abspath(folder))):
        raise OutputError(folder, "le dossier n'existe pas", "créez-le, ou choisissez un autre nom")
    if any(os.path.realpath(folder) == os.path.realpath(one) for one in read):
        raise SettingError(f"--each-to {folder}", "c'est le dossier des clients", "donnez un autre dossier")
