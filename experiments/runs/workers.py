"""Worker processes: started, fed in order and let go of, also when somebody presses Ctrl-C."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

_AHEAD = 2 * (os.cpu_count() or 1)  # jobs that wait for a worker
_LET_GO_SECONDS = 1.0


Item = TypeVar("Item")


Result = TypeVar("Result")


class WorkerError(Exception):
    """A worker process is gone."""


@contextmanager
def open_pool(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Keep worker processes open for many small comparisons, which would wait for their start; none if there is one."""
    if workers == 1:
        yield None
        return
    with _pool(workers) as pool:
        yield pool


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(pool: ProcessPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Do what `map` does in worker processes, a few items ahead of what is asked for.

    `pool.map` would send thousands of jobs at once and cancel them when it is stopped: a pool with cancelled jobs whose
    workers are gone never ends (InvalidStateError in its thread).

    Raises
    ------
    WorkerError
        If a worker process ends without an answer.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            with deaf_to_interrupts():
                waiting.append(pool.submit(function, item))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise WorkerError("A worker process ended without an answer.") from None


def let_go() -> None:
    """Give back the memory of a finished run at once.

    A world is a ring of model and agents that holds large arrays; Python would notice late. In a worker process all
    that is there after the first run (modules, compiled code) is left out of collections for good: to look it through
    takes a hundred milliseconds, to look a run through takes one.
    """
    gc.collect()
    if multiprocessing.parent_process() is not None:
        _freeze_once()


def one_by_one(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Do what `map` does with runs, and let go of their worlds, the last ones too."""
    finished = let_go_each_second()
    try:
        for item in items:
            yield function(item)
            finished()
    finally:
        let_go()


def let_go_each_second() -> Callable[[], None]:
    """Give what to call after each of many runs: it lets go of them once a second, so after each of a large world."""
    last = time.monotonic()

    def finished() -> None:
        nonlocal last
        if time.monotonic() - last > _LET_GO_SECONDS:
            let_go()
            last = time.monotonic()

    return finished


@contextmanager
def only_new() -> Iterator[None]:
    """Leave what is there already (modules, compiled code) out of collections meanwhile, as workers do for good."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@cache
def _freeze_once() -> None:
    gc.freeze()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open worker processes; if anything goes wrong, Ctrl-C included, stop them at once."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)  # a worker that imports a script without a guard: the first process says so
    before = set(multiprocessing.active_children())
    # Named, because importing Mesa sets the default start method, and forking would copy half-alive threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_work)
    try:
        yield pool
    except BaseException:
        # Workers first: a pool that finds them dead closes the pipe that it may be writing a large job into.
        # A pool that is shut down first waits for that pipe, which nobody reads any more. Its thread is waited for:
        # Python wakes it at exit, and prints a traceback if it closes its pipe in that instant.
        stop(child for child in multiprocessing.active_children() if child not in before)
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def stop_within(error: BaseException | None) -> KeyboardInterrupt | SystemExit | None:
    """Find the Ctrl-C, or the end by a signal, that a failure stands for; None if it is a failure.

    What a signal raises while compiled code hands its arrays to Python comes out as SystemError, from that.
    """
    while isinstance(error, SystemError):
        error = error.__cause__
    return error if isinstance(error, KeyboardInterrupt | SystemExit) else None


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Put Ctrl-C off for the instant in which workers start.

    They inherit that, and so are silent while they import; here a Ctrl-C of that instant is heard when it is over.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_work() -> None:
    """Leave Ctrl-C to the parent, which stops its workers; each would print a traceback. If it is killed, end too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the end of the parent: workers hold each other's pipes open, so that none of them would hear of it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def stop(children: Iterator[BaseProcess]) -> None:
    """End worker processes without waiting for their runs."""
    for child in list(children):
        child.terminate()
        child.join()


def unguarded() -> bool:
    """Whether the script that is run has no `if __name__ == "__main__":`, so that every worker would run it again."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    try:
        return file is not None and "__name__" not in Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
