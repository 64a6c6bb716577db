"""Saved results that `a9 report` and `--baseline` read back."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from fuzz.rough import ROOT, fuzz, spoilt_bytes, survives
from oracle import a9

if TYPE_CHECKING:
    from pathlib import Path

FIXTURES = ROOT / "fixtures"
COMMANDS = {
    "check": ["check", str(FIXTURES / "dirty" / "doublons_janvier.csv")],
    "threshold": ["threshold", "show", str(FIXTURES / "cabinet_conforme.csv")],
    "measures": ["measures", "simulate", str(FIXTURES / "cabinet_conforme.csv")],
    "reconcile": [
        "reconcile",
        str(FIXTURES / "encaissements" / "actes_2023.csv"),
        "--year",
        "2023",
        "--snir",
        "9000",
        "--payments",
        str(FIXTURES / "encaissements" / "banque.csv"),
    ],
    "forfait": ["forfait", "simulate", str(FIXTURES / "practices" / "cabinet_2022.toml"), "--what-if"],
}
VALUES: list[Any] = [
    None, True, -1, 0, 1.5, 10**30, "", "x", "\u202e", "a" * 3000, [], {}, [None], {"a": 1}, "9999-12-31",
    "1,00", "-0.00", "nan",
]  # fmt: skip


@cache
def saved(name: str) -> str:
    return a9.ran(*COMMANDS[name], "--format", "json", "--as-of", "2026-11-22").stdout


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value of a tree."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@st.composite
def results(draw: st.DrawFn) -> bytes:
    text = saved(draw(st.sampled_from(sorted(COMMANDS))))
    if draw(st.integers(0, 3)) == 3:
        return draw(spoilt_bytes(text.encode()))
    tree = json.loads(text)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from([path for path in places(tree) if path]))
        holder = tree
        for key in place[:-1]:
            holder = holder[key]
        how = draw(st.integers(0, 4))
        if how == 0:
            del holder[place[-1]]
        elif how == 1 and isinstance(holder, dict):
            holder["inconnu"] = holder.pop(place[-1])
        else:
            holder[place[-1]] = draw(st.sampled_from(VALUES))
    return json.dumps(tree, ensure_ascii=False).encode()


@fuzz(25, 1000, data=results(), form=st.sampled_from(["table", "csv", "json", "html", "xlsx"]))
def test_a_spoilt_result(folder: Path, data: bytes, form: str) -> None:
    file = folder / "resultat.json"
    file.write_bytes(data)
    out = ["-o", str(folder / "rapport.xlsx")] if form == "xlsx" else []
    survives("report", str(file), "--format", form, *out)


@fuzz(6, 300, data=results())
def test_a_spoilt_baseline(folder: Path, data: bytes) -> None:
    file = folder / "resultat.json"
    file.write_bytes(data)
    survives("check", str(FIXTURES / "cabinet_conforme.csv"), "--baseline", str(file))
