"""What one file says by itself: dates that leave gaps or overlap, verdicts beyond their source."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from avenant9.law.dated import Dated, Limitation, Version
from avenant9.law.nomenclature import Act, TariffValue
from avenant9.period import ONE_DAY
from avenant9.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.rulebook.files import RuleFile


class Loaded(Struct, frozen=True):
    """A file and what it says."""

    file: RuleFile
    model: Any  # one of the rules, Act or Limitation


def check_alone(loaded: Loaded) -> None:
    """What one file says by itself. Raises RulebookError."""
    file, model = loaded.file, loaded.model
    if isinstance(model, Act):
        _check_act(file, model)
        return
    _check_dates(file, [(f"version {n}", v) for n, v in enumerate(model.version, 1)])
    if not isinstance(model, Limitation):
        for number, version in enumerate(model.version, 1):
            _check_level(file, f"version {number}", version)


def _check_dates(file: RuleFile, dated: Sequence[tuple[str, Dated]]) -> None:
    """In order, without overlap, without a gap that is not declared."""
    for number, (key, one) in enumerate(dated):
        if number == 0:
            if one.after_gap:
                raise file.error(f"{key}, after_gap", "rien ne précède cette période", "retirer « after_gap »")
            continue
        before_key, before = dated[number - 1]
        place = f"{key}, during" if _hangs(one) else f"{key}, from"
        if one.from_ <= before.from_:
            raise file.error(
                place,
                f"commence le {one.from_}, pas après « {before_key} » ({before.from_})",
                "ranger les périodes de la plus ancienne à la plus récente",
            )
        if before.until == "open":
            raise file.error(
                place,
                f"commence le {one.from_}, alors que « {before_key} » n'a pas de fin",
                _own_dates(number, one, before) or f"écrire « until = {one.from_ - ONE_DAY} » dans « {before_key} »",
            )
        if one.from_ <= before.until:
            raise file.error(
                place,
                f"commence le {one.from_}, alors que « {before_key} » finit le {before.until}",
                _own_dates(number, one, before) or f"commencer le {before.until + ONE_DAY}",
            )
        gap = one.from_ > before.until + ONE_DAY
        if gap and not one.after_gap:
            raise file.error(
                place,
                f"rien ne couvre du {before.until + ONE_DAY} au {one.from_ - ONE_DAY}",
                f"commencer le {before.until + ONE_DAY}, "
                "ou écrire « after_gap = true » si aucun texte ne s'applique entre les deux",
            )
        if one.after_gap and not gap:
            raise file.error(
                f"{key}, after_gap",
                f"cette période suit « {before_key} » sans intervalle",
                "retirer « after_gap »",
            )


def _hangs(one: Dated) -> bool:
    return isinstance(one, Version) and one.during is not None


def _own_dates(number: int, one: Dated, before: Dated) -> str:
    """What to do about dates that stand in the file of a measure; nothing where they stand in this file."""
    hung = [f"« version {n} »" for n, version in ((number, before), (number + 1, one)) if _hangs(version)]
    return f"remplacer « during » par « from » et « until » dans {listed(hung, 'ou')}" if hung else ""


def _check_level(file: RuleFile, key: str, version: Version | TariffValue) -> None:
    if getattr(version, "verdict", None) == "violation" and version.source.confidence == "low":
        raise file.error(
            f"{key}, verdict",
            "« violation » va au-delà de sa source, de confiance « low »",
            "écrire « review », ou donner une meilleure source",
        )


def _check_act(file: RuleFile, act: Act) -> None:
    if act.code != file.name:
        raise file.error(
            "code",
            f"« {act.code} » n'est pas le nom du fichier",
            f'nommer le fichier {act.code}.toml, ou écrire « code = "{file.name}" »',
        )
    _check_dates(file, [(f"existence {n}", e) for n, e in enumerate(act.existence, 1)])
    by_specialties: dict[frozenset[int], list[tuple[str, Dated]]] = defaultdict(list)
    for number, value in enumerate(act.tariff, 1):
        _check_level(file, f"tariff {number}", value)
        by_specialties[frozenset(value.specialties)].append((f"tariff {number}", value))
    for values in by_specialties.values():
        _check_dates(file, values)
    _check_specialties(file, act)
    _check_without_tariff(file, act)


def _check_without_tariff(file: RuleFile, act: Act) -> None:
    """A tariff, the acts that it stands for, or the reason why there is none, which no open tariff contradicts."""
    if act.without_tariff is None and not (act.tariff or act.stands_for):
        raise file.error(
            "tariff",
            f"« {act.code} » n'a ni tarif, ni raison de n'en pas avoir",
            "écrire [[tariff]], ou [without_tariff] avec « why », « source » et « checked_on »",
        )
    if act.without_tariff is not None and any(value.until == "open" for value in act.tariff):
        raise file.error("without_tariff", f"« {act.code} » a un tarif en vigueur", "retirer [without_tariff]")


def _check_specialties(file: RuleFile, act: Act) -> None:
    """One specialty has one tariff on one day, beside that of all specialties."""
    own = [(n, value) for n, value in enumerate(act.tariff, 1) if value.specialties]
    for place, (number, value) in enumerate(own):
        for before, other in own[:place]:
            both = set(value.specialties) & set(other.specialties)
            if both and value.period.overlaps(other.period):
                raise file.error(
                    f"tariff {number}, specialties",
                    f"la spécialité {min(both)} a déjà un tarif sur ces dates (« tariff {before} »)",
                    "ne donner qu'un tarif par spécialité et par jour",
                )
