"""Work done side by side in processes of our own, one on each core; none outlives the work, nor its interruption.

Each is a Python started anew, as Windows starts them: it is given the work once, then job after job, and gives what
each came to (pickles over pipes). One that dies takes its job with it and no other.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Job = TypeVar("Job")
Made = TypeVar("Made")

_MODULE = "avenant9.firm.processes"
_WAIT = 0.2  # seconds: where a wait has no end, Windows tells nobody of an interruption


def each(work: Callable[[Job], Made], jobs: Sequence[Job], processes: int) -> Iterator[tuple[int, Made | None]]:
    """What becomes of each job, as it comes, with its place; None where the process died (of memory, most often).

    Args:
        work: a function of a module, or a partial of one; it raises nothing.
        jobs: each is given to one process, in their order.
        processes: how many at most; with one the work is done here.
    """
    if min(processes, len(jobs)) < 2:
        yield from ((place, work(job)) for place, job in enumerate(jobs))
        return
    crew = _Crew[Job, Made](work, jobs)
    with crew.at_work(min(processes, len(jobs))):
        for _ in jobs:
            yield crew.next()


class _Crew(Generic[Job, Made]):
    """Threads that each give jobs to a process."""

    def __init__(self, work: Callable[[Job], Made], jobs: Sequence[Job]) -> None:
        self._work, self._jobs = work, jobs
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(len(jobs)):
            self._waiting.put(place)
        self._made: queue.SimpleQueue[tuple[int, Made | None]] = queue.SimpleQueue()
        self._children: set[subprocess.Popen[bytes]] = set()
        self._over = threading.Event()

    @contextmanager
    def at_work(self, processes: int) -> Iterator[None]:
        """Jobs are done within the block; whatever ends it, no process is left."""
        threads = [threading.Thread(target=self._serve, args=(processes,)) for _ in range(processes)]
        try:
            for thread in threads:
                thread.start()
            yield
        finally:
            self._over.set()
            for child in list(self._children):
                child.kill()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()

    def next(self) -> tuple[int, Made | None]:
        """The next that is done, waited for."""
        while True:
            with suppress(queue.Empty):
                return self._made.get(timeout=_WAIT)

    def _serve(self, processes: int) -> None:
        """Gives one process job after job; another takes its place where it dies."""
        child = None
        while not self._over.is_set():
            try:
                place = self._waiting.get_nowait()
            except queue.Empty:
                break
            made = None
            with suppress(OSError):  # no process could be started
                child = child or self._begin(processes)
                made = _asked(child, self._jobs[place])
            if made is None and child is not None:
                self._end(child)
                child = None
            self._made.put((place, made))
        if child is not None:
            self._end(child)

    def _begin(self, processes: int) -> subprocess.Popen[bytes]:
        child = _spawn(processes)
        self._children.add(child)
        if self._over.is_set():  # it began while all were ended
            child.kill()
        _give(child, self._work)
        return child

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        child.wait()
        self._children.discard(child)


def _spawn(processes: int) -> subprocess.Popen[bytes]:
    threads = max(1, (os.cpu_count() or 1) // processes)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a native abort may quote what it was reading
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "POLARS_MAX_THREADS": str(threads),
        },
    )


def _give(child: subprocess.Popen[bytes], what: Any) -> bool:
    """False where the process is dead."""
    assert child.stdin is not None  # noqa: S101 - it is a pipe
    try:
        pickle.dump(what, child.stdin, pickle.HIGHEST_PROTOCOL)
        child.stdin.flush()
    except (OSError, ValueError):
        return False
    return True


def _asked(child: subprocess.Popen[bytes], job: Any) -> Any:
    """What a process made of a job; None where it died."""
    if not _give(child, job):
        return None
    assert child.stdout is not None  # noqa: S101 - it is a pipe
    try:
        return pickle.load(child.stdout)  # noqa: S301 - of our own process
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        return None


def _serve(given: BinaryIO, taken: BinaryIO) -> None:
    """The life of such a process: it ends when nothing more is given."""
    work = pickle.load(given)  # noqa: S301 - of the process that started this one
    while True:
        try:
            job = pickle.load(given)  # noqa: S301
        except EOFError:
            return
        pickle.dump(work(job), taken, pickle.HIGHEST_PROTOCOL)
        taken.flush()


def main() -> None:
    """The entry point of such a process: an interruption is for the one that started it, which ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    taken = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no result
    with suppress(OSError, EOFError):
        _serve(sys.stdin.buffer, taken)
    os._exit(0)


if __name__ == "__main__":
    main()
