"""The versions of the program and of its rules."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def program() -> str:
    """The installed version, or a word for a source tree that is not installed."""
    try:
        return version("avenant9")
    except PackageNotFoundError:
        return "(non installé)"


def words() -> str:
    """Program, rulebook version and date, in one line."""
    from avenant9.compiled import compiled  # noqa: PLC0415
    from avenant9.wording import day  # noqa: PLC0415

    number, on = compiled("version", _of_rulebook)
    return f"a9 {program()}, règles {number} à jour au {day(on)}"


def _of_rulebook() -> tuple[str, date]:
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415 - it takes five times as long as all else

    rulebook = load_rulebook()
    return rulebook.version, rulebook.date
