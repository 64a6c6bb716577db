"""The shipped files, read and checked key by key, whatever they are about: the kinds of rules are not known here.

`rulebook.build` makes the rulebook of `a9 check` of them; lump sums and measures are read without it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from avenant9.law.dated import Strict
from avenant9.rulebook.consistency import Loaded
from avenant9.rulebook.during import dated, read_periods
from avenant9.rulebook.files import RuleFile, find_rules, nearest_names, read_toml
from avenant9.rulebook.messages import complaint
from avenant9.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.rulebook.during import Periods

SHIPPED = Path(__file__).parent.parent / "rules"
#: Families that `a9 check` does not need, with their own loaders: `rulebook.measures`, `rulebook.scales`.
APART: tuple[str, ...] = ("mesure", "forfait")
#: What the files of a family are called: by the code of an act, or by a name.
A_CODE, A_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}"), re.compile(r"[a-z0-9-]+")

Model = TypeVar("Model", bound=Strict)


def load_apart(family: str, kinds: Mapping[str, type[Strict]], extra: Path | None = None) -> dict[str, Loaded]:
    """The files of a family of `APART`, id -> file and model; those of the folder `extra` are added or replace.

    Args:
        family: `mesure` or `forfait`.
        kinds: what its files may say under `kind`.
        extra: as for `load_rulebook`; it may hold none of this family.

    Raises:
        RulebookError, SettingError: as `load_rulebook`; the dates of the models are not judged here.
    """
    files = find_rules(SHIPPED / family, f"{family}/", {family: A_NAME}, family=family)
    if extra is not None:
        from avenant9.rulebook.build import find_extra  # noqa: PLC0415 - which knows all families

        files |= {name: file for name, file in find_extra(extra).items() if file.family == family}
    return {name: Loaded(file, model_of(file, kinds)) for name, file in sorted(files.items())}


@cache
def shipped_periods() -> Periods:
    """The periods of the shipped measures."""
    return read_periods(find_rules(SHIPPED / "mesure", "mesure/", {"mesure": A_NAME}, family="mesure").values())


def model_of(file: RuleFile, kinds: Mapping[str, type[Strict]], periods: Periods | None = None) -> Strict:
    """The model of a file, of the kind that it says and its folder admits; `periods`: by default, those shipped."""
    data = read_toml(file)
    kind = data.get("kind")
    wanted = f"écrire {listed([_as_written(own) for own in kinds], 'ou')}"
    if kind is None:
        raise file.error("kind", "clé absente", wanted)
    if not isinstance(kind, str):
        raise file.error("kind", "valeur refusée", wanted)
    if kind not in kinds:
        from avenant9.rulebook.build import FAMILIES  # noqa: PLC0415 - only to say where the kind is at home

        home = next((family for family, own in FAMILIES.items() if kind in own), None)
        raise file.error(
            "kind",
            f"« {kind} » n'est pas un genre de la famille « {file.family} »",
            f"{wanted}, ou ranger le fichier dans {home}/" if home else nearest_names(kind, kinds) or wanted,
        )
    return validate(file, kinds[kind], dated(file, data, shipped_periods() if periods is None else periods))


def _as_written(kind: str) -> str:
    return f'« kind = "{kind}" »'


def validate(file: RuleFile, model: type[Model], data: dict[str, Any] | None = None) -> Model:
    """The content of a file (read, where `data` is absent) as a model. Raises RulebookError at the first bad key."""
    data = read_toml(file) if data is None else data
    try:
        return model.model_validate(_frozen(data))
    except ValidationError as error:
        raise file.error(*complaint(error, model, data)) from None


def _frozen(value: Any) -> Any:
    """Lists as the tuples that models hold."""
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
