"""The id of a rule: its family, which is the folder of its file, and its name. Made and taken apart here only."""

from __future__ import annotations


def rule_id(family: str, name: str) -> str:
    """`frequence/te2-annuelle`."""
    return f"{family}/{name}"


def parts_of(rule: str) -> tuple[str, str]:
    """Family and name; a family alone, as the profile `fiscal` leaves it, has no name."""
    family, _, name = rule.partition("/")
    return family, name


def family_of(rule: str) -> str:
    """`frequence` of `frequence/te2-annuelle`."""
    return parts_of(rule)[0]
