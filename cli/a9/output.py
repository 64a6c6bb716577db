"""Where results go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from a9.terminal import or_lost, silence
from avenant9.errors import OutputError, SettingError
from avenant9.wording import for_encoding, visible

if TYPE_CHECKING:
    from avenant9.report.page import Page

#: Ending of a file name -> format.
ENDINGS = {
    ".txt": "table",
    ".csv": "csv",
    ".json": "json",
    ".xlsx": "xlsx",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
}

_OFFICE = {"xlsx": "un classeur", "docx": "une lettre"}

Name = TypeVar("Name", bound=str)


def format_for(chosen: str | None, output: str | None, formats: tuple[Name, ...]) -> Name:
    """The format asked for, else the one that the file's ending names, else the first of `formats`.

    Raises:
        SettingError: the ending names no format of this command, or a workbook would go to standard output.
    """
    ending = os.path.splitext(output)[1].lower() if output and not _written_through(output) else ""
    wanted = chosen or (ENDINGS.get(ending) if ending else formats[0])
    found = next((name for name in formats if name == wanted), None)
    if found is None:
        raise SettingError(
            f"-o {output}",
            f"cette commande n'écrit pas de fichier {ending}",
            f"donnez --format {'|'.join(formats)}, ou un nom en {', '.join(_endings(formats))}",
        )
    if found in _OFFICE and output in {None, "-"}:
        what = f"{_OFFICE[found]} ne va pas sur la sortie standard"
        raise SettingError(f"--format {found}", what, f"donnez -o FICHIER.{found}")
    return found


def _endings(formats: tuple[str, ...]) -> list[str]:
    return [ending for ending, name in ENDINGS.items() if name in formats]


def check_place(output: str | None, inputs: tuple[str, ...] = (), option: str = "-o") -> None:
    """Refuse before the work what could not be written after it.

    Raises:
        OutputError: the folder does not exist, or the place is a folder.
        SettingError: the place has no name, or is one of the inputs.
    """
    if output is None or output == "-":
        return
    if not output:
        raise SettingError(option, "le nom du fichier est vide", "donnez un nom de fichier")
    if os.path.isdir(output):
        raise OutputError(output, "c'est un dossier", "donnez un nom de fichier")
    folder = os.path.dirname(os.path.realpath(output))
    if not os.path.isdir(folder):
        raise OutputError(output, "le dossier n'existe pas", "créez-le, ou choisissez un autre nom")
    for file in inputs:
        with suppress(OSError):
            if os.path.samefile(file, output):
                raise SettingError(
                    f"{option} {output}",
                    "ce fichier est aussi une entrée, qui n'est jamais modifiée",
                    "choisissez un autre nom",
                )


def deliver(result: str | bytes, output: str | None) -> None:
    """Write the result to `output`, or to standard output where there is none (or `-`).

    Raises:
        OutputError: it could not be written; an existing file is then as it was.
    """
    if output is None or output == "-":
        _to_stdout(result)
        return
    data = result.encode() if isinstance(result, str) else result
    try:
        if _written_through(output):
            with open(output, "wb") as device:
                device.write(data)
        else:
            _to_file(data, os.path.realpath(output))
    except BrokenPipeError:
        return
    except OSError as error:
        raise OutputError(output, *problem_of(error)) from error


def _written_through(output: str) -> bool:
    """Whether the place is a device or a pipe."""
    try:
        return not stat.S_ISREG(os.stat(output).st_mode)
    except OSError:
        return False


def _to_file(data: bytes, target: str) -> None:
    """Beside the target first, then in its place at once."""
    temporary = _beside(data, os.path.dirname(target))
    try:
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _beside(data: bytes, folder: str) -> str:
    """A new file that holds the data; where the system can, it has a name once whole only: a kill leaves nothing."""
    if hasattr(os, "O_TMPFILE"):
        name = os.path.join(folder, f".a9-{os.urandom(8).hex()}.tmp")
        with suppress(OSError), os.fdopen(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600), "wb") as file:
            _flush(data, file)
            # `src_dir_fd` only has the link followed
            os.link(f"/proc/self/fd/{file.fileno()}", name, src_dir_fd=file.fileno(), follow_symlinks=True)
            return name
    handle, name = tempfile.mkstemp(prefix=".a9-", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            _flush(data, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return name


def _flush(data: bytes, file: BinaryIO) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _mode(target: str) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _to_stdout(result: str | bytes) -> None:
    if sys.stdout is None:
        raise OutputError("sortie standard", "elle est fermée", "donnez -o FICHIER, ou redirigez-la")
    try:
        if isinstance(result, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(result)
            sys.stdout.buffer.flush()
        else:
            sys.stdout.write(result)
            sys.stdout.flush()
    except OSError as error:
        lost_stdout(error)


def lost_stdout(error: OSError) -> None:
    """What a failed write to standard output means: nothing for a closed pipe, else an OutputError."""
    silence(sys.stdout)
    if error.errno not in {errno.EPIPE, errno.EINVAL}:  # Windows says EINVAL for a closed pipe
        raise OutputError("sortie standard", *problem_of(error)) from error


def problem_of(error: OSError) -> tuple[str, str]:
    """What happened and what to do, for the errors that a user meets."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "le disque est plein", "libérez de la place, ou écrivez ailleurs"
        case errno.EFBIG:
            return "le fichier dépasserait la taille permise", "écrivez ailleurs, ou faites lever cette limite"
        case errno.EACCES | errno.EPERM | errno.EBUSY:
            return "écriture refusée", "fermez le fichier s'il est ouvert ailleurs, ou vérifiez vos droits"
        case errno.EROFS:
            return "le disque est en lecture seule", "écrivez ailleurs"
        case errno.ENOENT | errno.ENOTDIR:
            return "le dossier n'existe pas", "créez-le, ou choisissez un autre nom"
        case errno.ENAMETOOLONG:
            return "nom de fichier trop long", "choisissez un nom plus court"
        case _:
            return f"écriture impossible (erreur {error.errno} du système)", "essayez un autre emplacement"


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return bool(getattr(sys.stdout, "isatty", lambda: False)())


def encoding_of(output: str | None) -> str:
    """The encoding in which text will be written there."""
    if output is not None and output != "-":
        return "utf-8"
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def width(output: str | None = None) -> int:
    """Characters a line for text written there: of the terminal, or 80 where there is none."""
    to_terminal = output in {None, "-"} and is_terminal()
    if not to_terminal and "COLUMNS" not in os.environ:
        return 80
    return min(shutil.get_terminal_size((80, 24)).columns, 160)


def use_color(choice: str, output: str | None) -> bool:
    """Whether to colour text written there; `auto` is for terminals, and NO_COLOR is obeyed."""
    if choice != "auto":
        return choice == "always"
    to_terminal = output in {None, "-"} and is_terminal()
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"
    if os.name == "nt":  # only the newer terminals read the escapes
        wanted = wanted and any(name in os.environ for name in ("WT_SESSION", "ANSICON", "TERM"))
    return to_terminal and wanted


def page_for(output: str | None, color: str) -> Page:
    """How text written there must be: its width, its characters, its colours."""
    from avenant9.report.page import Page  # noqa: PLC0415 - --help must not import polars

    return Page(width(output), encoding_of(output), use_color(color, output))


def is_kept(output: str | None) -> bool:
    """Whether the result goes to a file, which somebody keeps, and not to a screen or a pipe."""
    return output not in {None, "-"}


class Notices:
    """What is said on stderr besides errors: nothing at all under `--quiet`."""

    def __init__(self, *, quiet: bool, progress: bool) -> None:
        self._quiet = quiet
        self._progress = progress and not quiet and bool(getattr(sys.stderr, "isatty", lambda: False)())
        self._shown = 0

    def say(self, sentence: str) -> None:
        """One line."""
        if self._quiet:
            return
        self.done()
        self._write(f"{visible(sentence)}\n")

    def step(self, words: str) -> None:
        """What is being done now, on a line that disappears; only on a terminal."""
        if not self._progress:
            return
        self.done()
        words = for_encoding(words, getattr(sys.stderr, "encoding", None) or "utf-8")
        self._shown = len(words)
        self._write(words)

    def done(self) -> None:
        """Take the line of the step away."""
        if self._shown:
            self._write("\r" + " " * self._shown + "\r")
            self._shown = 0

    @staticmethod
    def _write(text: str) -> None:
        with or_lost():
            sys.stderr.write(text)
            sys.stderr.flush()
