"""Worker processes: none lives on when whoever started it is killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from stupror.experiments import cli, run
from stupror.experiments.batches import engine
from stupror.experiments.runs import runner
from stupror.experiments.runs.workers import stop_within
from stupror.model.inputs.compiled import kernel

BEGIN = """
import os, signal
from stupror.experiments.runs.workers import open_pool
with open_pool(2) as pool:
    print(pool.submit(abs, -7).result(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be heard")
def test_workers_of_a_command_that_is_killed_end_too():
    run = subprocess.Popen([sys.executable, "-c", BEGIN], stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        told, _ = run.communicate(timeout=30)  # waits for all who hold the pipe
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
    assert told == "7\n"
    assert run.returncode == -signal.SIGKILL


@kernel
def _many(array):
    return array, array[1:], array[2:]


def _press(_number, _frame):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def disguised():
    """What Ctrl-C raises while compiled code hands arrays to Python: a SystemError, from another, from that."""
    array, before = np.arange(9.0), signal.signal(signal.SIGALRM, _press)
    _many(array)
    try:
        for _ in range(200):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.005)
                while True:
                    _many(array)
            except SystemError as error:
                return error
            except KeyboardInterrupt:
                continue
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a signal of a clock")
def test_a_stop_that_compiled_code_gives_out_as_a_failure_is_a_stop(disguised, monkeypatch, capsys):
    def fails(*_args, **_named):
        raise disguised

    assert isinstance(stop_within(disguised), KeyboardInterrupt)
    assert stop_within(SystemError("a fault of ours")) is None
    monkeypatch.setattr(runner, "simulate", fails)
    with pytest.raises(KeyboardInterrupt):
        run("status-quo", municipalities="Karlshamn", years=1)
    monkeypatch.setattr(engine, "run_one", fails)
    with pytest.raises(KeyboardInterrupt):
        engine._finish(None, None, None)
    monkeypatch.setattr(cli, "built", lambda _language: fails)
    with pytest.raises(SystemExit, match="130"):
        cli.main()
    assert capsys.readouterr().err in ("Stopped.\n", "Avbrutet.\n")
