"""Workbooks with spoilt parts: the reader is a process of its own, its abort an exit 3."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from fuzz.rough import ROOT, fuzz, spoilt_bytes, survives

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = {
    "xlsx": ROOT / "fixtures" / "dirty" / "dates_melees.xlsx",
    "ods": ROOT / "fixtures" / "dirty" / "classeur.ods",
    "xls": ROOT / "fixtures" / "dirty" / "vieux.xls",
}
NUMBERS = [
    b"-1",
    b"0",
    b"1",
    b"60",
    b"2958466",
    b"1e300",
    b"99999999999999999999",
    b"nan",
    b"16777217",
    b"XFD1048576",
]
WORDS = [
    b"",
    b"<",
    b"&",
    b"&a;",
    b"]]>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"\x00",
    b"\xff\xfe",
    b"../../../etc/passwd",
    b"A" * 9999,
]


def parts_of(name: str) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(SOURCES[name]) as archive:
        return [(entry, archive.read(entry)) for entry in archive.namelist()]


@st.composite
def packages(draw: st.DrawFn, kind: str) -> bytes:
    """The workbook with one to three of its parts spoilt, packed again."""
    parts = parts_of(kind)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(parts) - 1))
        name, content = parts[place]
        how = draw(st.integers(0, 8))
        if how == 0 and len(parts) > 1:
            del parts[place]
        elif how == 1:
            parts.append((name, content))
        elif how == 2:
            parts[place] = (
                draw(st.sampled_from(["x.xml", "../x.xml", "/abs.xml", name.upper(), parts[0][0], "a" * 300])),
                content,
            )
        elif how == 3:
            parts[place] = (name, content[: draw(st.integers(0, len(content)))])
        elif how <= 6:
            numbers = list(re.finditer(rb"\d+", content))
            if numbers:
                one = draw(st.sampled_from(numbers))
                parts[place] = (name, content[: one.start()] + draw(st.sampled_from(NUMBERS)) + content[one.end() :])
        elif how == 7:
            at = draw(st.integers(0, len(content)))
            parts[place] = (name, content[:at] + draw(st.sampled_from(WORDS)) + content[at:])
        else:
            parts[place] = (name, draw(spoilt_bytes(content)))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    packed = data.getvalue()
    return draw(spoilt_bytes(packed)) if draw(st.integers(0, 5)) == 5 else packed


def both_commands(folder: Path, data: bytes, ending: str, annotate: bool) -> None:
    file = folder / f"actes.{ending}"
    file.write_bytes(data)
    more = ["--annotate", str(folder / "copie.xlsx")] if annotate and ending == "xlsx" else []
    survives("check", str(file), "--format", "json", *more)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@fuzz(12, 500, data=packages("xlsx"), annotate=st.booleans())
def test_a_workbook_with_spoilt_parts(folder: Path, data: bytes, annotate: bool) -> None:
    both_commands(folder, data, "xlsx", annotate)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@fuzz(4, 200, data=packages("ods"))
def test_an_open_document_with_spoilt_parts(folder: Path, data: bytes) -> None:
    both_commands(folder, data, "ods", False)


@fuzz(4, 200, data=spoilt_bytes(SOURCES["xls"].read_bytes()))
def test_an_old_workbook_with_spoilt_bytes(folder: Path, data: bytes) -> None:
    both_commands(folder, data, "xls", False)
