"""The cases of `public_cases.toml` and their neighbours: `a9 check`, and the whole of what it answers."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from a9.main import run
from avenant9 import load_acts, load_rulebook

#: How the files of Excel 97 and before begin.
COMPOUND = b"\xd0\xcf\x11\xe0"
CASES = Path(__file__).resolve().parent.parent / "fixtures" / "cases"
TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("public_cases.toml").read_text(encoding="utf-8"))
FILES: dict[str, list[str]] = {case["name"]: case["files"] for case in TABLES["case"]}

#: What is not answered rightly yet, by id: strike out what is.
NOT_YET = frozenset(Path(__file__).with_name("public_cases_not_yet.txt").read_text(encoding="utf-8").splitlines())


def named(name: str, *values: Any) -> Any:
    """A parameter by id, expected to fail where it is of NOT_YET."""
    return pytest.param(*values, id=name, marks=[pytest.mark.xfail(strict=True)] if name in NOT_YET else [])


def edited(content: bytes, edit: dict[str, str]) -> bytes:
    """The content with every `old` as `new`: in an archive, in one part of it, added where `old` is empty."""
    if "part" in edit:
        return rezipped(content, edit)
    encoding = "latin-1" if content.startswith(COMPOUND) else "utf-8"
    return content.replace(edit["old"].encode(encoding), edit["new"].encode(encoding))


def rezipped(content: bytes, edit: dict[str, str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = parts.get(edit["part"], b"").decode("utf-8")
    parts[edit["part"]] = part.replace(edit["old"], edit["new"]).encode("utf-8")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, part_content in parts.items():
            archive.writestr(name, part_content)
    return written.getvalue()


def texts(text: str) -> dict[str, str]:
    """The files of a neighbour written out: one, or several under their names."""
    if not text.startswith("--- "):
        return {"actes.csv": text}
    bounds = [*re.finditer(r"^--- (.+)\n", text, re.MULTILINE), None]
    return {
        first[1]: text[first.end() : last.start() if last else len(text)] for first, last in pairwise(bounds) if first
    }


def contents(entry: dict[str, Any]) -> dict[str, bytes]:
    """Name and bytes of the files to check: those of the case, edited, or those written out."""
    if "text" in entry:
        return {name: text.encode("utf-8") for name, text in texts(entry["text"]).items()}
    files = {name.split("--")[1]: (CASES / name).read_bytes() for name in FILES[entry.get("of", entry["name"])]}
    for edit in entry.get("edits", ()):
        before = files
        files = {name: edited(content, edit) for name, content in files.items()}
        assert files != before, "an edit that changes nothing"
    return files


def line(finding: dict[str, Any], several: bool) -> str:
    """A finding as the table writes it."""
    place = f"{Path(finding['file']).name}:{finding['row']}" if several else finding["row"]
    return f"{finding['rule']} {finding['verdict']} {place} {finding['date']} {finding['code']} {finding['amount']}"


def answered(folder: Path, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `a9 check` answers of these files, in the words of the table."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    paths, result = [str(folder / name) for name in files], folder / "resultat.json"
    code = run(["check", *paths, "--as-of", "2024-01-15", "--skip", "seuil/*", "-o", str(result)])
    said = re.sub(r"[\xa0\u202f]", " ", capsys.readouterr().err)
    if not result.exists():
        return {"code": code, "refused": True, "said": said}
    found = json.loads(result.read_text(encoding="utf-8"))
    return {
        "code": code,
        "refused": False,
        "said": said,
        "findings": [line(finding, len(files) > 1) for finding in found["findings"]],
        "hours": sorted({finding["time"] for finding in found["findings"] if finding["time"]}),
        "rejected": sorted({row["row"] for row in found["rejected"]}),
        "not_counted": [f"{row['row']} {row['status']}" for row in found.get("not_counted", ())],
        "acts": found["summary"]["acts"],
    }


def whole(answer: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """An answer of the table with what it leaves unsaid: nothing found, nothing rejected, the status that follows."""
    findings = [TABLES.get(finding, finding) for finding in answer.get("findings", ())]
    rejected = answer.get("rejected", [])
    violation = any(" violation " in finding for finding in findings)
    return {
        "code": 3 if rejected else int(violation),
        "refused": False,
        "said": given["said"],
        "findings": findings,
        "hours": answer.get("hours", given["hours"]),
        "rejected": rejected,
        "not_counted": answer.get("not_counted", given["not_counted"]),
        "acts": answer.get("acts", given["acts"]),
    }


def fits(answer: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether what was given is this answer, whole."""
    if answer.get("refused") or given["refused"]:
        return (answer.get("refused", False), given["refused"], given["code"]) == (True, True, 3)
    heard = bool(re.search(answer.get("says", ""), given["said"]))
    unheard = "never" in answer and re.search(answer["never"], given["said"])
    return heard and not unheard and whole(answer, given) == given


def entries() -> Iterator[Any]:
    for case in TABLES["case"]:
        yield named(case["name"], case)
        for entry in TABLES["neighbour"]:
            if entry["of"] == case["name"]:
                yield named(f"{case['name']}: {entry['name']}", entry)


@pytest.mark.parametrize("entry", list(entries()))
def test_the_answer_is_right(entry: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = answered(tmp_path, contents(entry), capsys)
    assert any(fits(answer, given) for answer in entry["answers"]), given


def test_every_file_and_every_neighbour_has_its_case() -> None:
    named_files = [name for files in FILES.values() for name in files]
    assert sorted(named_files) == sorted(path.name for path in CASES.iterdir())
    assert {entry["of"] for entry in TABLES["neighbour"]} <= FILES.keys()


@pytest.mark.parametrize("name", [named("annotated copy", "strict-annote--actes.xlsx")])
def test_the_annotated_copy_of_a_strict_workbook_holds_its_sheet(name: str, tmp_path: Path) -> None:
    """Or there is no copy at all."""
    source, copy = str(CASES / name), tmp_path / "copie.xlsx"
    code = run(["check", source, "--as-of", "2024-01-15", "--annotate", str(copy), "--quiet"])
    if not copy.exists():
        assert code == 3
        return
    nomenclature = load_rulebook().nomenclature
    before, after = (load_acts([path], nomenclature) for path in (source, str(copy)))
    assert [one.sheet for one in after.inputs] == ["Actes"]
    assert after.table.equals(before.table)
