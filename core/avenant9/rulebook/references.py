"""What the files say of each other: codes, rules and specialties that exist, and no rules that wait in a ring."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from avenant9.kinds import Kind
from avenant9.kinds.condition import Condition
from avenant9.kinds.opposable import Opposable
from avenant9.kinds.specialty import Specialty
from avenant9.law.dated import Limitation, Refers, SourceModel
from avenant9.law.nomenclature import Act
from avenant9.model import CCAM_SHAPE
from avenant9.rulebook.files import nearest_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from avenant9.model import Nomenclature
    from avenant9.rulebook.consistency import Loaded
    from avenant9.rulebook.files import RuleFile


def check_together(loaded: Mapping[str, Loaded], nomenclature: Nomenclature) -> None:
    """What the files say of each other, and the codes they name.

    Args:
        loaded: by id, those of the user before the shipped ones: the user's file is the one to mend.
        nomenclature: what the codes and specialties are looked up in.

    Raises:
        RulebookError: a name of nothing, a name taken twice, rules that wait for each other.
    """
    acts = {one.model.code: one for one in [*loaded.values()][::-1] if isinstance(one.model, Act)}
    _check_acts_together(acts)
    rules = {name: one.model for name, one in loaded.items() if isinstance(one.model, Kind)}
    for one in loaded.values():
        check_names(one, rules, nomenclature, acts)
    _check_loops(loaded)
    limitations = [one.file for one in loaded.values() if isinstance(one.model, Limitation)]
    if len(limitations) > 1:
        raise limitations[0].error(
            "kind",
            f"la prescription est déjà dans {limitations[1].shown}",
            "garder un seul fichier, ou lui donner le même nom pour le remplacer",
        )


def check_names(
    one: Loaded, rules: Mapping[str, Kind[Any]], nomenclature: Nomenclature, acts: Collection[str]
) -> None:
    """The rules, codes and specialties that one file names.

    Args:
        one: the file and its model.
        rules: by id.
        nomenclature: what the codes and specialties are looked up in.
        acts: the codes that a file may have meant.

    Raises:
        RulebookError: a name of nothing, or a rule of another kind than is asked for there.
    """
    for reference in references(one.model):
        match reference.refers.to:
            case "rule":
                _check_rules(one.file, reference, rules)
            case "code":
                _check_codes(one.file, reference, nomenclature, acts)
            case "specialty":
                _check_specialties(one.file, reference, nomenclature)


def _check_acts_together(acts: Mapping[str, Loaded]) -> None:
    names: dict[tuple[str, Any], Loaded] = {}
    numbers: dict[int, Loaded] = {}
    for one in acts.values():
        act: Act = one.model
        for position, alias in enumerate(act.aliases, 1):
            key = f"aliases {position}, code"
            if alias.coefficient is None and alias.code in acts:
                raise one.file.error(
                    key,
                    f"« {alias.code} » est déjà un code ({acts[alias.code].file.shown})",
                    "retirer ce nom ou ce fichier",
                )
            first = names.setdefault((alias.code, alias.coefficient), one)
            if first is not one:
                raise one.file.error(
                    key,
                    f"« {alias.code} » est déjà un autre nom de {first.model.code}",
                    "ne le donner qu'à un seul code",
                )
        for number in act.natures_of_act:
            first = numbers.setdefault(number, one)
            if first is not one:
                raise one.file.error(
                    "natures_of_act",
                    f"{number} est déjà la nature de {first.model.code}",
                    "ne la donner qu'à un seul code",
                )


class Reference(NamedTuple):
    """A key that names things defined elsewhere."""

    key: str
    refers: Refers
    names: tuple[Any, ...]


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, str, Refers | None], ...]:
    """Attribute, key, and what each field names; None for a field to look into."""
    return tuple(
        (attribute, field.alias or attribute, _refers((field.annotation, *field.metadata)))
        for attribute, field in model.model_fields.items()
        if field.annotation is not SourceModel
    )


def _refers(types: Iterable[Any]) -> Refers | None:
    """What a type says that it refers to, itself or in its parts."""
    for one in types:
        if isinstance(one, Refers):
            return one
        if get_origin(one) is Annotated:
            if (found := _refers(one.__metadata__)) is not None:
                return found
        elif get_origin(one) is tuple and (found := _refers(get_args(one))) is not None:
            return found
    return None


def references(model: BaseModel, prefix: str = "") -> Iterator[Reference]:
    """What a model names that is defined elsewhere, with the key that names it."""
    for attribute, key, refers in _fields(type(model)):
        value = getattr(model, attribute)
        if refers is not None:
            yield Reference(prefix + key, refers, value if isinstance(value, tuple) else (value,))
        elif isinstance(value, BaseModel):
            yield from references(value, f"{prefix}{key}, ")
        elif isinstance(value, tuple):
            for number, one in enumerate(value, 1):
                if isinstance(one, BaseModel):
                    yield from references(one, f"{prefix}{key} {number}, ")


_NOT_OF_KIND = {
    "share": ("n'est pas un seuil", "donner une règle de genre « share »"),
    "frequency": ("ne compte rien", "donner une règle de genre « frequency »"),
}


def _check_rules(file: RuleFile, reference: Reference, rules: Mapping[str, Kind[Any]]) -> None:
    wanted = reference.refers.kind
    for name in reference.names:
        if name not in rules:
            near = nearest_names(name, rules, feminine=True)
            raise file.error(reference.key, f"règle inconnue « {name} »", near or "donner l'identifiant d'une règle")
        if wanted is not None and rules[name].kind != wanted:
            problem, remedy = _NOT_OF_KIND[wanted]
            raise file.error(reference.key, f"« {name} » {problem}", remedy)
        if reference.key.endswith("refused_by") and not _tells_of_a_supplement(rules[name]):
            raise file.error(
                reference.key,
                f"« {name} » ne dit rien d'une majoration comprise dans le montant d'un autre acte",
                "donner une règle de genre « specialty » ou « opposable », ou une condition qui ne regarde que "
                "l'âge, le médecin traitant ou le parcours",
            )


def _tells_of_a_supplement(rule: Kind[Any]) -> bool:
    return isinstance(rule, Specialty | Opposable) or (isinstance(rule, Condition) and rule.on_the_patient_only)


def _check_codes(file: RuleFile, reference: Reference, nomenclature: Nomenclature, acts: Collection[str]) -> None:
    for name in reference.names:
        if name not in nomenclature.codes and not re.fullmatch(CCAM_SHAPE, name):
            near = nearest_names(name, [*acts, *nomenclature.aliases]) or "corriger ce code"
            raise file.error(
                reference.key, f"code d'acte inconnu « {name} »", f"{near}, ou créer nomenclature/{name}.toml"
            )
    _check_met(file, reference, nomenclature.aliases)


def _check_specialties(file: RuleFile, reference: Reference, nomenclature: Nomenclature) -> None:
    for name in reference.names:
        if name not in nomenclature.specialties:
            raise file.error(
                reference.key, f"spécialité inconnue « {name} »", "donner un code de spécialité de la CNAM"
            )
    _check_met(file, reference, nomenclature.same_specialty)


def _check_met(file: RuleFile, reference: Reference, read_as: Mapping[Any, Any]) -> None:
    """A name that is always read as another one would never be met."""
    for name in reference.names:
        if name in read_as and read_as[name] not in reference.names:
            raise file.error(
                reference.key,
                f"« {name} » est toujours lu comme « {read_as[name]} », et ne se rencontre donc jamais",
                f"écrire « {read_as[name]} »",
            )


def _check_loops(loaded: Mapping[str, Loaded]) -> None:
    """A rule waits for those it is silent after, and for those whose acts it does not count."""
    waits = {name: sorted(one.model.leans_on) for name, one in loaded.items() if isinstance(one.model, Kind)}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            loop = (*path[path.index(name) :], name)
            raise loaded[name].file.error(
                "silent_where" if loop[1] in loaded[name].model.silent_where else "not_counting",
                f"des règles s'attendent l'une l'autre : {', puis '.join(loop)}",
                "retirer l'un de ces renvois",
            )
        if name not in done:
            for other in waits[name]:
                follow(other, (*path, name))
            done.add(name)

    for name in waits:
        follow(name, ())
