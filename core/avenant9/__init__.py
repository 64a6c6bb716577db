"""Checks the acts billed by French private doctors against the dated rules of avenant 9.

Files of acts are *read*, *normalised* into one table, *checked* against the rulebook in force on each
date, and *reported*. The public names below are resolved on first use: importing this package is free.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from avenant9.acts.load import load_acts
    from avenant9.engine import Options, check
    from avenant9.errors import A9Error, InputError, OutputError, RulebookError, SettingError
    from avenant9.model import Acts, Source, Verdict
    from avenant9.period import Period
    from avenant9.results.check import Report
    from avenant9.rulebook.load import Rulebook, load_rulebook

_HOME = {
    "A9Error": "errors",
    "Acts": "model",
    "InputError": "errors",
    "Options": "engine",
    "OutputError": "errors",
    "Period": "period",
    "Report": "results.check",
    "Rulebook": "rulebook.load",
    "RulebookError": "errors",
    "SettingError": "errors",
    "Source": "model",
    "Verdict": "model",
    "check": "engine",
    "load_acts": "acts.load",
    "load_rulebook": "rulebook.load",
}

__all__ = [
    "A9Error",
    "Acts",
    "InputError",
    "Options",
    "OutputError",
    "Period",
    "Report",
    "Rulebook",
    "RulebookError",
    "SettingError",
    "Source",
    "Verdict",
    "check",
    "load_acts",
    "load_rulebook",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
