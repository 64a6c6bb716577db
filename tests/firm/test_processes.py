"""Work side by side: every job has its answer, a dead process costs its own job only, none is left."""

from __future__ import annotations

import os
import subprocess
from functools import partial

import pytest

from avenant9.firm import processes
from avenant9.firm.processes import each

PLACES = [0, 1, 2, 3]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    every: list[subprocess.Popen[bytes]] = []
    spawn = processes._spawn

    def spawned(count: int) -> subprocess.Popen[bytes]:
        every.append(spawn(count))
        return every[-1]

    monkeypatch.setattr(processes, "_spawn", spawned)
    return every


@pytest.mark.parametrize("count", [1, 2, 9])
def test_every_job_has_its_answer(count: int, started: list[subprocess.Popen[bytes]]) -> None:
    assert dict(each(partial(pow, 3), PLACES, count)) == {place: 3**place for place in PLACES}
    assert len(started) <= (0 if count == 1 else min(count, len(PLACES)))
    assert all(child.returncode is not None for child in started)


def test_a_process_that_dies_takes_its_own_job_only(started: list[subprocess.Popen[bytes]]) -> None:
    found = dict(each(os.path.getsize, [__file__, "absent", __file__, __file__], 2))  # an error ends the process
    size = os.path.getsize(__file__)
    assert found == {0: size, 1: None, 2: size, 3: size}
    assert all(child.returncode is not None for child in started)


def test_who_stops_listening_leaves_no_process(started: list[subprocess.Popen[bytes]]) -> None:
    answers = each(partial(pow, 3), PLACES, 2)
    next(answers)
    answers.close()
    assert started
    assert all(child.returncode is not None for child in started)
