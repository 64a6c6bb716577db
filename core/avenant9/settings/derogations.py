"""The derogations ("aménagements") of the ceiling that practitioners obtained, from TOML or a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from avenant9.errors import SettingError
from avenant9.model import GrantedCeiling
from avenant9.settings.forms import Form, check_entry, day, entries, practitioner
from avenant9.settings.values import number, share, shown, unusable, yes_no

if TYPE_CHECKING:
    from pathlib import Path

#: Key -> heading of the template's sheet, in its order.
HEADINGS: Final = {
    "practitioner": "Praticien",
    "year": "Année",
    "ceiling": "Plafond",
    "conditions": "Conditions",
    "decided_on": "Décidée le",
    "tacit_renewal": "Reconduction tacite",
    "changed_on": "Situation changée le",
}
REQUIRED: Final = ("practitioner", "year", "ceiling")
_FORM: Final = Form("derogation", "dérogation", "derogations", HEADINGS, REQUIRED)
_YEARS: Final = range(2000, 2100)
_CEILING: Final = "une part entre 0 et 1, par exemple 0.40 (ou 40 %)"


def load_derogations(path: Path) -> tuple[GrantedCeiling, ...]:
    """The derogations of a TOML file (`[[derogation]]`) or of the first sheet of a workbook, in their order.

    Ceilings are shares between 0 and 1 (or percents written with `%`), kept in whole basis points.

    Raises:
        InputError: the file cannot be read.
        SettingError: something it holds cannot be used: the first thing, with its place and the remedy.
    """
    granted: list[GrantedCeiling] = []
    first: dict[tuple[str, int], str] = {}
    for place, values in entries(path, _FORM):
        entry = granted_ceiling(place, values)
        key = (entry.practitioner, entry.year)
        if key in first:
            raise SettingError(
                place,
                f"deuxième dérogation d'un même praticien pour {entry.year} (la première : {first[key]})",
                "n'en gardez qu'une par praticien et par année",
            )
        first[key] = place
        granted.append(entry)
    return tuple(granted)


def granted_ceiling(place: str, values: dict[str, Any]) -> GrantedCeiling:
    """One derogation as a file writes it. Raises SettingError at `place`."""
    check_entry(place, values, _FORM)
    year, changed_on = _year(place, values["year"]), day(place, "changed_on", values.get("changed_on"))
    if changed_on is not None and changed_on.year < year:
        raise SettingError(
            f"{place}, changed_on",
            f"situation changée avant l'année accordée ({year})",
            "donnez la date du changement qui met fin à la reconduction, ou retirez cette clé",
        )
    return GrantedCeiling(
        practitioner=practitioner(place, values["practitioner"]),
        year=year,
        ceiling_bp=_basis_points(place, values["ceiling"]),
        conditions=_conditions(place, values.get("conditions", ())),
        decided_on=day(place, "decided_on", values.get("decided_on")),
        tacit_renewal=yes_no(f"{place}, tacit_renewal", values.get("tacit_renewal", True)),
        changed_on=changed_on,
    )


def _year(place: str, value: Any) -> int:
    year = number(value)
    if year is None or year not in _YEARS:
        raise unusable(f"{place}, year", "une année civile, par exemple 2022")
    return int(year)


def _basis_points(place: str, value: Any) -> int:
    """A share as whole basis points: integer arithmetic from here on."""
    points = 10_000 * share(f"{place}, ceiling", value, "plafond", _CEILING)
    if points.denominator != 1:
        raise SettingError(
            f"{place}, ceiling", f"plafond trop précis ({shown(value)})", "deux décimales de pour cent au plus"
        )
    return int(points)


def _conditions(place: str, value: Any) -> tuple[str, ...]:
    """A list in TOML; in a cell, conditions apart by `;`."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise unusable(f"{place}, conditions", "une liste de textes")
    return tuple(text.strip() for text in value if text.strip())
