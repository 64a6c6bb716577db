"""The versions of the program and of its rules."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program() -> str:
    """The installed version, or a word for a source tree that is not installed."""
    try:
        return version("avenant9")
    except PackageNotFoundError:
        return "(non installé)"


def words() -> str:
    """Program, rulebook version and date, in one line."""
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415
    from avenant9.wording import day  # noqa: PLC0415

    rulebook = load_rulebook()
    return f"a9 {program()}, règles {rulebook.version} à jour au {day(rulebook.date)}"
