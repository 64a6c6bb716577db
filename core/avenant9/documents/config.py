"""The settings in force, for a person or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.results.base import encoded
from avenant9.settings.in_force import Origin
from avenant9.wording import counted, file_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.page import Page
    from avenant9.settings.in_force import Setting, Value

FORMAT: Final = "a9-config/1"
_NONE: Final = "–"
#: What a number of words counts, by section.
_COUNTED: Final = {
    "valeurs": ("mot traduit", "mots traduits"),
    "ignorer": ("texte", "textes"),
    "praticiens": ("numéro", "numéros"),
}


def render_text(settings: Sequence[Setting], file: str | None, page: Page) -> str:
    """A line for each setting: its key, its value, and the option, the file or the default that gives it."""
    origins = {Origin.OPTION: "option", Origin.FILE: file or "", Origin.DEFAULT: "par défaut"}
    rows = [(setting.key, _shown(setting), origins[setting.origin]) for setting in settings]
    widths = [max(len(row[rank]) for row in rows) for rank in range(2)]
    title = f"Réglages : {file}" if file else "Réglages : aucun fichier a9.toml."
    lines = [f"  {key.ljust(widths[0])}  {value.ljust(widths[1])}  {origin}" for key, value, origin in rows]
    return "\n".join([page.wrap(title), *map(page.fit, lines), ""])


def _shown(setting: Setting) -> str:
    section = setting.key.partition(".")[0]
    if section in _COUNTED and isinstance(setting.value, int):
        return counted(setting.value, *_COUNTED[section])
    return _words(setting.value)


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or _NONE
    return _NONE if value is None else str(value)


def render_json(settings: Sequence[Setting], file: str | None) -> bytes:
    """The same as one object."""
    told = [{"key": setting.key, "value": setting.value, "from": setting.origin} for setting in settings]
    shown = {"format": FORMAT, "file": None if file is None else file_name(file), "settings": told}
    return encoded(shown)
