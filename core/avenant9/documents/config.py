"""The settings in force, for a person or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from avenant9.report.document import Column, Document, Section, Table
from avenant9.settings.in_force import Origin
from avenant9.wording import counted, file_name

if TYPE_CHECKING:
    from avenant9.settings.in_force import InForce, Setting, Value

FORMAT: Final = "a9-config/1"
_NONE: Final = "–"
_COLUMNS: Final = (Column("Réglage", "identifier"), Column("Valeur"), Column("D'où il vient"))
#: What a number of words counts, by section.
_COUNTED: Final = {
    "valeurs": ("mot traduit", "mots traduits"),
    "ignorer": ("texte", "textes"),
    "praticiens": ("numéro", "numéros"),
}


def document(found: InForce) -> Document:
    """A row for each setting: its key, its value, and the option, the file or the default that gives it."""
    origins = {Origin.OPTION: "option", Origin.FILE: found.file or "", Origin.DEFAULT: "par défaut"}
    rows = [(one.name, _shown(one), origins[one.origin]) for one in found.settings]
    answer = f"Réglages : {found.file}" if found.file else "Réglages : aucun fichier a9.toml."
    return Document("", answer, (Section("", tables=(Table(_COLUMNS, rows),)),))


def _shown(setting: Setting) -> str:
    if setting.section in _COUNTED and isinstance(setting.value, int):
        return counted(setting.value, *_COUNTED[setting.section])
    return _words(setting.value)


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or _NONE
    return _NONE if value is None else str(value)


def json(found: InForce) -> dict[str, Any]:
    """The same as one object."""
    told = [{"key": one.name, "value": one.value, "from": one.origin} for one in found.settings]
    return {"format": FORMAT, "file": None if found.file is None else file_name(found.file), "settings": told}
