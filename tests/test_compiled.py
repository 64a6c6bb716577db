"""The law as it was kept from an earlier run is the law of the rule files, or it is not taken."""

from __future__ import annotations

import datetime
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from avenant9 import compiled as module
from avenant9.compiled import compiled, table
from avenant9.rulebook import build, shipped
from avenant9.rulebook.load import Rulebook, load_rulebook


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the law is kept, in a folder of its own, by a Python that keeps what it compiles."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    path = Path(module.cache_from_source(str(module._PACKAGE / "rules" / "essai.py"))).with_suffix(".pickle")
    path.parent.mkdir(parents=True)
    return path


def never() -> Any:
    raise AssertionError("what was kept is not taken")


def built() -> Rulebook:
    # another test may have read the files while it stopped the clock
    for read in (
        build._shipped,
        build._specialties,
        build._deductions,
        build._by_nature,
        shipped.shipped_periods,
    ):
        read.cache_clear()
    return build.rulebook_of()


def test_what_is_kept_is_the_law_of_the_files(kept: Path) -> None:
    assert compiled("essai", built) == built()
    assert kept.exists()
    assert compiled("essai", never) == built() == load_rulebook()


def test_a_table_is_read_again_where_its_file_changed(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", kept.parent)
    (kept.parent / "rules").mkdir()
    file = kept.parent / "mots.toml"
    file.write_text('words = ["néant"]', encoding="utf-8")
    assert table("mots.toml") == {"words": ["néant"]}
    monkeypatch.setattr(module, "_read_toml", lambda _path: {"words": ["read again"]})
    assert table("mots.toml") == {"words": ["néant"]}
    file.write_text('words = ["néant", "aucun"]', encoding="utf-8")
    assert table("mots.toml") == {"words": ["read again"]}


def test_what_was_kept_of_other_files_is_not_taken(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled("essai", lambda: "before")
    monkeypatch.setattr(module, "_files", lambda _folder: iter([("rules/frequence/te2-annuelle.toml", 1, 2)]))
    assert compiled("essai", lambda: "after") == "after"
    assert compiled("essai", never) == "after"


@pytest.mark.parametrize("content", [b"", b"\x80", b"not a pickle", pickle.dumps("no stamp")])
def test_what_is_broken_is_written_again(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    assert compiled("essai", lambda: "whole") == "whole"
    assert compiled("essai", never) == "whole"


def test_classes_that_are_not_the_law_s_are_not_kept(kept: Path) -> None:
    with freeze_time("2024-01-15"):
        compiled("essai", datetime.date.today)
    assert not kept.exists()


def test_nothing_is_written_where_nothing_is_compiled(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled("essai", lambda: "law") == "law"
    assert not kept.exists()


def test_a_folder_that_cannot_be_written_is_no_fault(kept: Path) -> None:
    kept.parent.rmdir()
    kept.parent.write_text("a file where the folder should be")
    assert compiled("essai", lambda: "law") == "law"
