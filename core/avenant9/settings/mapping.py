"""A mapping file (TOML): which heading is which column in the files of one program, and how they are written."""

from __future__ import annotations

import codecs
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, WrapValidator

from avenant9.acts.columns import COLUMNS, REQUIRED
from avenant9.acts.dates import order_of
from avenant9.acts.headings import RANKS, fold_heading
from avenant9.acts.mapping import Mapping
from avenant9.errors import SettingError
from avenant9.settings.toml import read_toml
from avenant9.wording import day, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails


_REMEDY = "corrigez la correspondance (modèle : a9 template mapping)"
_SEPARATORS = {";": ";", ",": ",", "|": "|", "\t": "\t", "tab": "\t", "tabulation": "\t"}
_FORM = re.compile("(JJ|MM|AA|AAAA)[ /.-](JJ|MM|AA|AAAA)[ /.-](JJ|MM|AA|AAAA)")
_BY_NAME = {fold_heading(name): key for key, column in COLUMNS.items() for name in (key, column.heading)}
_EXPECTED = {
    "string_type": "attendu un texte entre guillemets",
    "int_type": "attendu un nombre entier",
    "list_type": "attendu une liste entre crochets",
    "literal_error": "attendu « usuel » ou « cnam »",
}

Value = TypeVar("Value")


# --- what each key holds ------------------------------------------------------------------------------------------


def _column(name: str) -> str:
    """The key of a column, from itself or from the heading of the template."""
    key = _BY_NAME.get(fold_heading(name))
    if key is None:
        fits = [known for known, ranks in RANKS.items() if fold_heading(name) in ranks]
        near = f"peut-être « {fits[0]} »" if fits else did_you_mean(name, COLUMNS)
        raise ValueError(f"clé inconnue, {near or 'clés admises : ' + ', '.join(COLUMNS)}")
    return key


def _once(table: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A table by columns, none of which two names may mean."""
    read = handler(table)
    if len(read) < len(table):
        raise ValueError("une même colonne y est nommée deux fois")
    return read


def _text(value: Any) -> Any:
    """A value as a cell would hold it, where TOML has a type for it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return day(value)
    return str(value) if isinstance(value, int | Decimal) else value


def _beside_acts(constants: dict[str, str]) -> dict[str, str]:
    needed = next((key for key in constants if key in REQUIRED), None)
    if needed is not None:  # a constant code would make acts of the lines that are none
        raise ValueError(f"« {needed} » se lit dans le fichier, ligne par ligne")
    return constants


def _separator(text: str) -> str:
    if text not in _SEPARATORS:
        raise ValueError("attendu ;, virgule, | ou tab")
    return _SEPARATORS[text]


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):  # ValueError: a null character
        raise ValueError(f"encodage inconnu « {name} » (par exemple cp1252)") from None
    return name


def _dates(form: str) -> str:
    """A form of dates. A year of four digits that stands first is always followed by the month."""
    order = order_of(form) if _FORM.fullmatch(form.upper()) else None
    if order is None or order.startswith("AJ"):
        raise ValueError("attendu JJ, MM et AA ou AAAA, par exemple « JJ/MM/AA » ou « MM/JJ/AAAA »")
    return form


_Key = Annotated[str, AfterValidator(_column)]
_Cell = Annotated[str, BeforeValidator(_text)]
_ByColumn = Annotated[dict[_Key, Value], WrapValidator(_once)]


class Strict(BaseModel):
    """A table of TOML under closed keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _FileSection(Strict):
    feuille: str | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    separateur: Annotated[str, AfterValidator(_separator)] | None = None
    secteur: Literal["usuel", "cnam"] | None = None
    dates: Annotated[str, AfterValidator(_dates)] | None = None


class MappingFile(Strict):
    """What a mapping file holds."""

    colonnes: _ByColumn[str] = {}
    fichier: _FileSection = _FileSection()
    praticiens: dict[str, str] = {}
    constantes: Annotated[_ByColumn[_Cell], AfterValidator(_beside_acts)] = {}
    valeurs: _ByColumn[dict[str, _Cell]] = {}
    ignorer: _ByColumn[list[str]] = {}

    def mapping(self, place: str, asked_by: str) -> Mapping:
        """The same as acts are read with; `place` is the file, `asked_by` what names its sheet in messages."""
        of_file = self.fichier
        return Mapping(
            columns=self.colonnes,
            sheet=of_file.feuille,
            encoding=of_file.encoding,
            separator=of_file.separateur,
            sector_cnam=None if of_file.secteur is None else of_file.secteur == "cnam",
            practitioners=self.praticiens,
            place=place,
            constants=self.constantes,
            values=self.valeurs,
            ignored={key: tuple(texts) for key, texts in self.ignorer.items()},
            dates=of_file.dates,
            asked_by=asked_by,
        )


# --- reading a file -----------------------------------------------------------------------------------------------


def load_mapping(path: Path) -> Mapping:
    """A mapping file (TOML).

    Raises:
        InputError: the file cannot be read.
        SettingError: it holds something that cannot be used: everything wrong at once, with nearest names.
    """
    return validated(MappingFile, path, _REMEDY).mapping(str(path), "--map")


_File = TypeVar("_File", bound=Strict)


def validated(model: type[_File], path: Path, remedy: str) -> _File:
    """What a TOML file holds, as the model has it. Raises as `load_mapping`."""
    content = read_toml(path, remedy)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = dict.fromkeys(_said(problem, model) for problem in error.errors(include_url=False))
        raise SettingError(str(path), " ; ".join(problems), remedy) from None


def _said(problem: ErrorDetails, model: type[Strict]) -> str:
    """One error of pydantic, in French."""
    *parents, last = path = [str(part) for part in problem["loc"] if part != "[key]"]
    where = ".".join(path)
    if problem["type"] == "extra_forbidden":
        table = _FileSection if parents else model  # no other one has closed keys
        return f"{where} : clé inconnue, {_near(last, table.model_fields)}"
    if problem["type"] == "value_error":
        return f"{where} : {problem['ctx']['error']}"
    return f"{where} : {_EXPECTED.get(problem['type'], f'attendu une section [{where}]')}"


def _near(name: str, names: Iterable[str]) -> str:
    names = list(names)
    return did_you_mean(name, names) or f"clés admises : {', '.join(names)}"
