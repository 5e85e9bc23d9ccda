"""Worker processes: none lives on when whoever started it is killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

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
