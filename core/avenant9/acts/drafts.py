"""The text of a mapping file, as a sheet was understood: to be read again, completed, and given to `--map`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from avenant9.acts.columns import COLUMNS
from avenant9.acts.recognise import Recognised, Unrecognised

if TYPE_CHECKING:
    from avenant9.reading.raw_sheet import RawSheet


def draft(found: Recognised | Unrecognised, raw: RawSheet) -> str:
    """A mapping (TOML) that names the columns as they were understood; what is missing stands in comments."""
    lines = ["# Correspondance des colonnes : clé = titre dans le fichier", "[colonnes]", *_columns(found)]
    lines += ["", "[fichier]"]
    if raw.sheet is not None:
        lines.append(f"feuille = {_toml(raw.sheet)}")
    if raw.encoding is not None and not raw.encoding.startswith("utf"):  # the others are found without help
        lines.append(f"encoding = {_toml(raw.encoding)}")
    if raw.separator is not None:
        lines.append(f"separateur = {_toml(raw.separator)}")
    if isinstance(found, Recognised) and "sector" in found.columns:
        lines.append(f"secteur = {_toml('cnam' if found.sector_cnam else 'usuel')}")
    return "\n".join([*lines, ""])


def _columns(found: Recognised | Unrecognised) -> list[str]:
    named = found.headings if isinstance(found, Recognised) else found.columns
    lines = [f"{key} = {_toml(heading)}" for key, heading in named.items() if heading]
    if isinstance(found, Recognised):
        return lines
    others = [_toml(heading) for heading in found.seen if heading not in named.values()]
    wanted = [f"# {key} = ?  ({COLUMNS[key].heading})" for key in found.missing]
    return [*wanted, *lines, *([f"# autres titres : {', '.join(others)}"] if others else [])]


def _toml(text: str) -> str:
    """A TOML basic string: its escapes are those of JSON, and delete."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
