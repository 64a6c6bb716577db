"""What pydantic found wrong in a rule file, said in French: which key, what is there, what was expected."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from avenant9.rulebook.files import nearest_names
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_TAGS = ("kind", "test")
_PLAIN = {
    int: "un nombre entier",
    Decimal: "un nombre",
    bool: "true ou false",
    date: "une date (AAAA-MM-JJ)",
    time: "une heure (08:00:00)",
}
_PROBLEMS = {
    "missing": "clé absente",
    "union_tag_not_found": "clé absente",
    "too_short": "liste vide",
    "string_too_short": "texte vide",
}


class Complaint(NamedTuple):
    """One error: the key as a person would name it, what is wrong, what was expected."""

    key: str
    problem: str
    remedy: str


class _Spot(NamedTuple):
    """Where an error is: the words of its key, the model that holds it, the type of the value."""

    words: list[str]
    model: type[BaseModel]
    annotation: Any
    metadata: tuple[Any, ...]
    value: Any = None


def complaint(error: ValidationError, model: type[BaseModel], data: dict[str, Any]) -> Complaint:
    """The first thing to mend: an unknown key before all, since it explains the missing ones."""
    details = error.errors(include_url=False)
    first = next((d for d in details if d["type"] == "extra_forbidden"), details[0])
    spot = _spot(first, model, data)
    problem, remedy = _said(first, spot)
    return Complaint(", ".join(spot.words), problem, remedy)


def _said(error: ErrorDetails, spot: _Spot) -> tuple[str, str]:
    """Problem and remedy."""
    sort, wanted = error["type"], f"attendu : {expected(spot.annotation, spot.metadata)}"
    if sort == "extra_forbidden":
        names = sorted(_fields(spot.model))
        near = nearest_names(spot.words[-1], names, feminine=True)
        return "clé inconnue", near or f"clés admises : {listed(names)}"
    if sort == "value_error":
        refused = error["ctx"]["error"]
        return str(refused), getattr(refused, "remedy", wanted)
    if sort in _PROBLEMS:
        return _PROBLEMS[sort], wanted
    if spot.value == "":
        return "texte vide", wanted
    if isinstance(spot.value, dict | list):
        return "valeur refusée", wanted
    shown = _as_written(spot.value, spot.annotation)
    near = nearest_names(shown, _choices(spot.annotation))
    return f"valeur refusée : « {shown} »", f"{near} ({wanted})" if near else wanted


def _as_written(value: Any, annotation: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) and annotation in _PLAIN else str(value)  # "6" is not 6


def _spot(error: ErrorDetails, model: type[BaseModel], data: Any) -> _Spot:
    spot = _Spot([], model, model, ())
    for part in error["loc"]:
        if isinstance(part, int):
            spot = _Spot([*spot.words[:-1], f"{spot.words[-1]} {part + 1}"], spot.model, _inner(spot), ())
            data = data[part]
        elif not isinstance(data, dict) or not (_models(spot.annotation) or _is_dict(spot)):
            break  # the branches of a union of scalars
        elif _is_dict(spot):
            key, value = get_args(spot.annotation)
            misspelt = error["loc"][-1] == "[key]"
            spot = _Spot([*spot.words, part], spot.model, key if misspelt else value, ())
            data = part if misspelt else data[part]
        elif part not in data and _tagged(spot.annotation, part):
            spot = spot._replace(annotation=_tagged(spot.annotation, part))
        else:
            owner = _models(spot.annotation)[0]
            field = _fields(owner).get(part)
            annotation, metadata = (field.annotation, tuple(field.metadata)) if field else (None, ())
            spot, data = _Spot([*spot.words, part], owner, annotation, metadata), data.get(part)
    if error["type"].startswith("union_tag"):  # name the tag itself, and what it may be
        models = _models(spot.annotation)
        tag = _tag_of(models)
        words = tuple(word for m in models for word in _choices(m.model_fields[tag].annotation))
        spot, data = _Spot([*spot.words, tag], models[0], Literal[words], ()), data.get(tag)
    return spot._replace(value=data)


def _is_dict(spot: _Spot) -> bool:
    return get_origin(spot.annotation) is dict


def _inner(spot: _Spot) -> Any:
    return get_args(spot.annotation)[0]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The keys of a table, as they are written in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _tagged(annotation: Any, tag: str) -> type[BaseModel] | None:
    for model in _models(annotation):
        for name in _TAGS:
            if name in model.model_fields and tag in _choices(model.model_fields[name].annotation):
                return model
    return None


def _choices(annotation: Any) -> list[str]:
    """The words that a Literal admits, wherever it stands in the type."""
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [word for inner in get_args(annotation) if inner is not Ellipsis for word in _choices(inner)]


def _constraint(metadata: Iterable[Any], name: str) -> Any:
    return next((v for m in metadata if (v := getattr(m, name, None)) is not None), None)


def expected(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:
    """What a key of this type holds, in French."""
    origin, inner = get_origin(annotation), get_args(annotation)
    models = _models(annotation)
    if origin is Annotated:
        wanted = expected(inner[0], inner[1:] + metadata)
    elif origin is tuple:
        wanted = "des tables" if models else f"une liste dont chaque élément est {expected(inner[0])}"
    elif models:
        wanted = _table(models)
    elif origin in (Union, UnionType):
        wanted = listed([expected(one) for one in inner if one is not NoneType], "ou")
    elif origin is Literal:
        wanted = listed(quoted(map(str, inner)), "ou")
    elif origin is dict:
        wanted = "une table"
    elif annotation is str:
        wanted = _text(_constraint(metadata, "pattern"))
    else:
        wanted = _PLAIN.get(annotation, "une valeur") + _bounds(metadata)
    return wanted


def _table(models: list[type[BaseModel]]) -> str:
    if len(models) > 1:
        return f"une table avec la clé « {_tag_of(models)} »"
    required = [name for name, field in _fields(models[0]).items() if field.is_required()]
    return f"une table avec {listed(quoted(required))}"


def _tag_of(models: list[type[BaseModel]]) -> str:
    return next(name for name in _TAGS if name in models[0].model_fields)


def _text(pattern: str | re.Pattern[str] | None) -> str:
    if pattern is None:
        return "un texte entre guillemets"
    if "/" in (pattern if isinstance(pattern, str) else pattern.pattern):
        return "l'identifiant d'une règle (famille/nom)"
    return "un code d'acte, en majuscules et chiffres (TE2)"


def _bounds(metadata: tuple[Any, ...]) -> str:
    low, high = _constraint(metadata, "ge"), _constraint(metadata, "le")
    places = _constraint(metadata, "decimal_places")
    return "".join(
        [
            "" if low is None else f", au moins {low}",
            "" if high is None else f", au plus {high}",
            "" if places is None else f", {places} décimales au plus",
        ]
    )
