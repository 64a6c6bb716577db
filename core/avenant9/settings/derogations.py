"""The derogations ("aménagements") of the ceiling that practitioners obtained, from TOML or a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.errors import SettingError
from avenant9.model import GrantedCeiling
from avenant9.settings.forms import Entry, Form, check_entry, day, entries, practitioner
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
    for entry in entries(path, _FORM):
        ceiling = granted_ceiling(entry)
        key = (ceiling.practitioner, ceiling.year)
        if key in first:
            raise SettingError(
                entry.place,
                f"deuxième dérogation d'un même praticien pour {ceiling.year} (la première : {first[key]})",
                "n'en gardez qu'une par praticien et par année",
            )
        first[key] = entry.place
        granted.append(ceiling)
    return tuple(granted)


def granted_ceiling(entry: Entry) -> GrantedCeiling:
    """One derogation as a file writes it. Raises SettingError at its place."""
    check_entry(entry, _FORM)
    year, changed_on = _year(entry), day(entry, "changed_on")
    if changed_on is not None and changed_on.year < year:
        raise SettingError(
            entry.at("changed_on"),
            f"situation changée avant l'année accordée ({year})",
            "donnez la date du changement qui met fin à la reconduction, ou retirez cette clé",
        )
    return GrantedCeiling(
        practitioner=practitioner(entry),
        year=year,
        ceiling_bp=_basis_points(entry),
        conditions=_conditions(entry),
        decided_on=day(entry, "decided_on"),
        tacit_renewal=yes_no(entry.at("tacit_renewal"), entry.values.get("tacit_renewal", True)),
        changed_on=changed_on,
    )


def _year(entry: Entry) -> int:
    year = number(entry.values["year"])
    if year is None or year not in _YEARS:
        raise unusable(entry.at("year"), "une année civile, par exemple 2022")
    return int(year)


def _basis_points(entry: Entry) -> int:
    """A share as whole basis points: integer arithmetic from here on."""
    place, value = entry.at("ceiling"), entry.values["ceiling"]
    points = 10_000 * share(place, value, "plafond", _CEILING)
    if points.denominator != 1:
        raise SettingError(place, f"plafond trop précis ({shown(value)})", "deux décimales de pour cent au plus")
    return int(points)


def _conditions(entry: Entry) -> tuple[str, ...]:
    """A list in TOML; in a cell, conditions apart by `;`."""
    value = entry.values.get("conditions", ())
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise unusable(entry.at("conditions"), "une liste de textes")
    return tuple(text.strip() for text in value if text.strip())
