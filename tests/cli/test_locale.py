"""click speaks French: every message of the installed click is translated, the compiled catalogue is up to date."""

from __future__ import annotations

import ast
import gettext
import io
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import a9
from a9.terminal import french

CATALOGUE = Path(a9.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "a9.po"
#: Messages that click passes to gettext through a variable.
BY_VARIABLE = [("required", None)]
#: The same word in both languages.
SAME = {"%(prog)s, version %(version)s", "Options", "{text} {deprecated_message}"}


def messages() -> Iterator[tuple[str, str | None]]:
    """What click's source gives to gettext and ngettext: singular, and plural where there is one."""
    yield from BY_VARIABLE
    for file in sorted(Path(click.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id in {"_", "gettext"} and words:
                yield words[0], None
            elif node.func.id == "ngettext":
                yield words[0], words[1]


def test_the_source_of_click_is_understood() -> None:
    assert len(set(messages())) > 50


@pytest.mark.parametrize("singular_plural", sorted(set(messages()), key=str), ids=lambda pair: pair[0][:40])
def test_every_message_of_click_is_translated(singular_plural: tuple[str, str | None]) -> None:
    singular, plural = singular_plural
    with french():
        if plural is None:
            translated = [gettext.gettext(singular)]
        else:
            translated = [gettext.ngettext(singular, plural, count) for count in (1, 2)]
    for original, french_text in zip([singular, plural or singular], translated, strict=False):
        assert french_text != original or original in SAME


def test_placeholders_are_those_of_click() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in catalogue:
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        known = {name for text in originals for name in _fields(text)}
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in strings:
            assert _fields(text) <= known, message.id


def _fields(text: str) -> set[str]:
    return {part.split("}")[0].split("!")[0] for part in text.split("{")[1:]}


def test_the_compiled_catalogue_is_up_to_date() -> None:
    """`make locale` writes it again."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr", domain="a9")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert compiled.getvalue() == CATALOGUE.with_suffix(".mo").read_bytes()


def test_french_is_put_back_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    domain = gettext.textdomain()
    with french():
        assert os.environ["LANGUAGE"] == "fr"
        assert gettext.gettext("Usage:") == "Utilisation :"
    assert os.environ["LANGUAGE"] == "de"
    assert gettext.textdomain() == domain
    monkeypatch.delenv("LANGUAGE")
    with french():
        assert gettext.gettext("Commands") == "Commandes"
    assert "LANGUAGE" not in os.environ
