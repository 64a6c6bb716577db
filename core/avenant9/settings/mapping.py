"""A mapping file (TOML): which heading is which column in the files of one program, and how they are written."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from avenant9.acts.columns import COLUMNS
from avenant9.acts.headings import RANKS, fold_heading
from avenant9.acts.mapping import Mapping
from avenant9.errors import SettingError
from avenant9.settings.toml import read_toml
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_SEPARATORS = {";": ";", ",": ",", "|": "|", "\t": "\t", "tab": "\t", "tabulation": "\t"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _FileSection(_Strict):
    feuille: str | None = None
    encoding: str | None = None
    separateur: str | None = None
    secteur: Literal["usuel", "cnam"] | None = None


class _MappingFile(_Strict):
    colonnes: dict[str, str] = {}
    fichier: _FileSection = _FileSection()
    praticiens: dict[str, str] = {}


_REMEDY = "corrigez la correspondance (modèle : a9 template mapping)"
_KEYS = {"": tuple(_MappingFile.model_fields), "fichier": tuple(_FileSection.model_fields)}


def load_mapping(path: Path) -> Mapping:
    """A mapping file (TOML).

    Raises:
        InputError: the file cannot be read.
        SettingError: it holds something that cannot be used: everything wrong at once, with nearest names.
    """
    place = str(path)
    content = read_toml(path, _REMEDY)
    try:
        read = _MappingFile.model_validate(content)
    except ValidationError as error:
        raise _refused(place, [_said(dict(problem)) for problem in error.errors()]) from None
    problems = [_unknown_key(key) for key in read.colonnes if key not in COLUMNS]
    separator = read.fichier.separateur
    if separator is not None and separator not in _SEPARATORS:
        problems.append("fichier.separateur : attendu ;, virgule, | ou tab")
    if read.fichier.encoding is not None:
        try:
            codecs.lookup(read.fichier.encoding)
        except (LookupError, ValueError):  # ValueError: a null character
            problems.append(f"fichier.encoding : encodage inconnu « {read.fichier.encoding} » (par exemple cp1252)")
    if problems:
        raise _refused(place, problems)
    return Mapping(
        columns=read.colonnes,
        sheet=read.fichier.feuille,
        encoding=read.fichier.encoding,
        separator=None if separator is None else _SEPARATORS[separator],
        sector_cnam=read.fichier.secteur == "cnam",
        practitioners=read.praticiens,
        place=place,
    )


def _refused(place: str, problems: Sequence[str]) -> SettingError:
    return SettingError(place, " ; ".join(problems), _REMEDY)


def _said(problem: dict[str, object]) -> str:
    """One error of pydantic, in French."""
    location = problem["loc"]
    assert isinstance(location, tuple)  # noqa: S101
    where, kind = ".".join(map(str, location)), problem["type"]
    if kind == "extra_forbidden":
        names = _KEYS.get(".".join(map(str, location[:-1])), ())
        near = did_you_mean(str(location[-1]), names) or f"clés admises : {', '.join(names)}"
        return f"{where} : clé inconnue, {near}"
    if kind == "literal_error":
        return f"{where} : attendu « usuel » ou « cnam »"
    if kind == "string_type":
        return f"{where} : attendu un texte entre guillemets"
    return f"{where} : attendu une section [{where}]"


def _unknown_key(key: str) -> str:
    fits = [known for known, ranks in RANKS.items() if fold_heading(key) in ranks]
    near = f"peut-être « {fits[0]} »" if fits else did_you_mean(key, COLUMNS)
    return f"colonnes.{key} : clé inconnue, {near or 'clés admises : ' + ', '.join(COLUMNS)}"
