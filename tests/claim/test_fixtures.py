"""The three claims, in three layouts: every line is answered as it was planted."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oracle import a9

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
CLAIMS = FIXTURES / "claims"
EXPECTED: list[dict[str, Any]] = tomllib.loads((CLAIMS / "expected.toml").read_text(encoding="utf-8"))["claim"]


def test_files_are_what_their_source_says() -> None:
    script = [sys.executable, str(FIXTURES / "claims_build.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def told(line: dict[str, Any]) -> str:
    rows = (" ".join(str(place["row"]) for place in line[key]) for key in ("acts", "candidates"))
    rules = " ".join(rule["rule"] for rule in line["rules"])
    return ";".join([str(line["row"]), line["answer"], line["owed"] or "", *rows, " ".join(line["missing"]), rules])


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["file"] for one in EXPECTED])
def test_a_claim(expected: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "reponses.json"
    notified = expected["notified"].isoformat()
    files = (str(CLAIMS / expected["file"]), str(CLAIMS / expected["acts"]))
    ran = a9.ran("claim", *files, "--notified", notified, "--as-of", "2025-09-15", "-o", str(out))
    assert ran.code == expected["exit"], ran.stderr
    found = json.loads(out.read_bytes())
    assert "\n".join(["row;answer;owed;acts;candidates;missing;rules", *map(told, found["lines"]), ""]) == (
        expected["lines"].lstrip("\n")
    )
    assert (found["summary"]["claimed"], found["summary"]["owed"]) == (expected["claimed"], expected["owed"])
    assert Counter(item for one in found["notification"] for item in one["missing"]) == expected["unsaid"]
