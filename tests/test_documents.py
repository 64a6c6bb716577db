"""What the documents tell people to do works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from a9.main import run

ROOT = Path(__file__).parent.parent


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def test_the_rule_of_contributing_is_found_checked_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rule, act, cases = blocks("CONTRIBUTING.md", "toml")
    for name, text in (("frequence/xyz-annuelle.toml", rule), ("nomenclature/XYZ.toml", act)):
        file = tmp_path / "mes-regles" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    acts = re.findall(r'acts = """\n(.*?)"""', cases, flags=re.DOTALL)[0]
    (tmp_path / "actes.csv").write_text(acts, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["rules", "show", "frequence/xyz-annuelle", "--rules", "mes-regles"]) == 0
    assert "limite : 3" in capsys.readouterr().out
    only = ["--only", "frequence/xyz-annuelle", "--as-of", "2024-01-15"]
    assert run(["check", "actes.csv", "--rules", "mes-regles", "--quiet", *only]) == 1
    out = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert re.findall(r'message = "(.*?)"', cases)[0] in out
    assert "Lignes liées : 2, 3 et 4." in out


def test_the_readme_names_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    named = set()
    for document in ("README.md", "CONTRIBUTING.md"):
        named |= set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / document).read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named <= targets
    assert set(re.findall(r'"make ([a-z]+)', makefile)) == targets - {"help"}


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert re.search(r"^make test\b", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_commands_of_the_readme_exist(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command, word in re.findall(r"`a9 ([a-z]+)(?: ([a-z]+))?", readme):
        path = [command, word] if command == "rules" else [command]
        assert run([*path, "--help"]) == 0
        capsys.readouterr()
