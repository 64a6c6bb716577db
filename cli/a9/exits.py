"""The exit codes by name, and the only place where an error becomes one."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from a9.terminal import or_lost
from avenant9.errors import A9Error, InputError, OutputError
from avenant9.wording import quoted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """Larger is worse, `INTERRUPTED` apart."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    UNREADABLE = 3
    INTERNAL = 4
    INTERRUPTED = 130


#: The first class that fits decides.
_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (InputError, ExitCode.UNREADABLE),
    (OutputError, ExitCode.UNREADABLE),
    (A9Error, ExitCode.USAGE),
    (click.Abort, ExitCode.INTERRUPTED),
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
    (click.ClickException, ExitCode.USAGE),
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code of a run that met several: 3 wins over 1."""
    return max(codes, default=ExitCode.DONE)


def code_of(error: BaseException) -> ExitCode:
    """The code that an error ends the process with."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.INTERNAL)


def _name_parameter(error: click.ClickException) -> None:
    """click puts the name of a parameter between the quotes of Python."""
    if isinstance(error, click.BadParameter) and error.param is not None and error.param_hint is None:
        param = error.param
        name = param.opts[-1] if isinstance(param, click.Option) else getattr(param.type, "called", "")
        error.param_hint = quoted([name or param.metavar or param.opts[-1]])[0]


def explain(error: BaseException) -> int:
    """Say what happened on stderr, in one sentence and without any value of the data, and return the code."""
    if isinstance(error, SystemExit):
        raise error
    code = code_of(error)
    if isinstance(error, click.ClickException):
        _name_parameter(error)
        with or_lost():
            error.show(file=sys.stderr)
    elif isinstance(error, A9Error):
        refuse(error)
    elif code is ExitCode.INTERRUPTED:
        say("interrompu ; aucun fichier n'a été écrit en partie.")
    elif isinstance(error, OSError) and error.errno in _FULL:  # openpyxl writes its sheets to temporary files
        code = ExitCode.UNREADABLE
        say(f"{tempfile.gettempdir()} : le disque est plein ; libérez de la place, aucun résultat n'a été écrit.")
    else:
        say(unforeseen(error))
    return int(code)


def unforeseen(error: BaseException) -> str:
    """The sentence of an error that nobody foresaw, without any value of the data."""
    if isinstance(error, MemoryError):
        return "mémoire insuffisante ; contrôlez moins de fichiers à la fois, ou fermez d'autres programmes."
    return (
        f"erreur interne ({type(error).__name__}, {_where(error)}) ; vos fichiers sont intacts. Signalez-la aux "
        "auteurs avec cette phrase, la commande tapée et « a9 --version », sans aucune donnée de patient."
    )


def refuse(error: A9Error) -> None:
    """The sentence of an error on stderr, and what helps below it."""
    say(str(error))
    with or_lost():
        for line in error.detail.splitlines():
            click.echo(visible(line), file=sys.stderr)


def say(sentence: str) -> None:
    """One sentence on stderr, lost where nothing can be written there: the exit code still tells."""
    with or_lost():
        click.echo(f"Erreur : {visible(sentence)}", file=sys.stderr)


def _where(error: BaseException) -> str:
    """The module and line that raised, preferring ours to those of a library."""
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return "lieu inconnu"
    named = [(str(frame.f_globals.get("__name__", "?")), line) for frame, line in frames]
    ours = [place for place in named if place[0].partition(".")[0] in {"avenant9", "a9"}]
    module, line = (ours or named)[-1]
    return f"{module}:{line}"
