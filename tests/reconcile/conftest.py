"""Acts, FEC and payments as texts, read as files are."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from avenant9.engine import Options
from avenant9.reconcile.billed import load_billed
from avenant9.reconcile.run import Asked, reconcile
from avenant9.reconcile.table import Receipts
from avenant9.results.reconcile import Against, Reconcile
from avenant9.rulebook.load import Rulebook, load_rulebook

AS_OF = date(2024, 6, 1)

Reconciled = Callable[..., Reconcile]


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture
def reconciled(rulebook: Rulebook) -> Reconciled:
    """The acts of a CSV, reconciled for 2023."""

    def run(
        acts: str, files: Mapping[Against, Receipts] | None = None, as_of: date = AS_OF, **asked: Any
    ) -> Reconcile:
        billed = load_billed(["-"], rulebook.nomenclature, None, io.BytesIO(acts.encode()))
        return reconcile(billed, rulebook, Options(as_of=as_of), Asked(2023, files=files, **asked))

    return run
