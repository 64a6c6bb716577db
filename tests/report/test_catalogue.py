"""`a9 rules`: every rule can be listed and shown, in French, with the text behind it."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from avenant9.report import catalogue
from avenant9.rulebook import schema
from avenant9.rulebook.load import load_rulebook

RULEBOOK = load_rulebook()
#: Fields of every version, said in words of their own.
COMMON = {"from_", "until", "source", "checked_on", "note", "verdict"}


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_every_rule_can_be_shown(name: str) -> None:
    rule = RULEBOOK.rules[name]
    shown = " ".join(catalogue.show_text(RULEBOOK, name, width=10_000).split())
    assert " ".join(rule.why.split()) in shown
    for version in rule.version:
        assert version.source.url in shown
        assert " ".join(version.note.split()) in shown
    loaded = json.loads(catalogue.show_json(RULEBOOK, name))["rule"]
    assert loaded["id"] == name
    assert [version["from"] for version in loaded["versions"]] == [
        version.from_.isoformat() for version in rule.version
    ]
    assert all(version["source"]["title"] and version["checked_on"] for version in loaded["versions"])


def test_every_field_of_a_rule_file_has_a_french_name() -> None:
    kinds = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, schema.Version)]
    fields = {name for kind in kinds for name in kind.model_fields} - COMMON
    assert fields <= set(catalogue._FIELDS)


def test_every_condition_has_its_words() -> None:
    tests = {kind.model_fields["test"].annotation.__args__[0] for kind in get_args(get_args(schema.Test)[0])}
    assert tests == set(catalogue._CONDITIONS)


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_no_key_is_shown_raw(name: str) -> None:
    shown = catalogue.show_text(RULEBOOK, name)
    labels = re.findall(r"^  ([a-z_]+) : ", shown, flags=re.MULTILINE)
    assert not {label for label in labels if "_" in label}


def test_the_list_holds_every_rule_and_what_no_file_can_show() -> None:
    shown = catalogue.list_text(RULEBOOK)
    assert all(f"\n{name}\n" in shown for name in RULEBOOK.rules)
    assert all(entry in shown for entry in catalogue.NOT_VERIFIABLE)
    assert all(len(line) <= 80 for line in shown.splitlines())
    loaded = json.loads(catalogue.list_json(RULEBOOK))
    assert [entry["id"] for entry in loaded["rules"]] == list(RULEBOOK.rules)
    assert loaded["not_verifiable"] == list(catalogue.NOT_VERIFIABLE)
    for entry in loaded["rules"]:
        assert set(entry) == {"id", "kind", "title", "verdicts", "from", "until", "confidence"}


def test_any_console_can_show_them() -> None:
    for encoding in ("cp1252", "cp850", "ascii"):
        catalogue.list_text(RULEBOOK, encoding=encoding).encode(encoding)
        for name in RULEBOOK.rules:
            catalogue.show_text(RULEBOOK, name, encoding=encoding).encode(encoding)
