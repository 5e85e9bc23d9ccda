"""The race compares equal work only: who does something else is not timed, and who is not installed is named."""

import subprocess
import sys

import numpy as np
import pytest

from benchmarks.race import agreement
from benchmarks.race.peers import numpy_arrays, stupror_kernel
from benchmarks.race.report import table
from benchmarks.race.ways import ROOT, WAYS

CHILDREN, YEARS = 1_000, 12


def outputs(way, seeds):
    """Outputs of a way, a row for each seed."""
    rows = []
    for seed in seeds:
        world = way.build(CHILDREN, seed)
        way.live(world, YEARS)
        rows.append(way.outputs(world).row())
    return np.array(rows)


@pytest.fixture(scope="module")
def reference():
    return outputs(numpy_arrays, range(1_000, 1_040))


def test_the_models_kernel_does_the_workload(reference):
    found = outputs(stupror_kernel, range(12))
    assert np.abs(agreement.standard_errors(reference, found)).max() < agreement.FARTHEST


@pytest.mark.parametrize(("name", "value"), [("LAPSE", 0.5), ("TREATED_UP", 1.5), ("TREATMENT_SEK", 80_000)])
def test_who_does_something_else_is_seen(reference, monkeypatch, name, value):
    monkeypatch.setattr(numpy_arrays.w, name, value)
    found = outputs(numpy_arrays, range(20))
    assert np.abs(agreement.standard_errors(reference, found)).max() > agreement.FARTHEST


def test_what_is_not_installed_is_named_with_the_command_that_installs_it():
    command = [sys.executable, "-m", "benchmarks.race.worker", "no_such_way"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 3
    for name, way in WAYS.items():
        assert (ROOT / "benchmarks" / "race" / "peers" / f"{name}.py").exists()
        assert not way.needs or "==" in way.needs


def test_other_work_is_never_ranked():
    run = {"processor": 2.0, "wall": 2.0, "build": 0.1, "growth": 10**8, "outputs": None}
    equal = {**run, "child_years": 40 * 10**6}
    runs = {
        ("numpy_arrays", 10**6): [equal],
        ("stupror_kernel", 10**6): [{**equal, "processor": 0.5}],
        ("stupror_model", 10**6): [{**run, "child_years": 10**9}],
    }
    said = table(runs)
    rows = [line for line in said.splitlines() if line.startswith("| ")][1:]
    assert rows[0].startswith("| stupror's kernel, decisions beside it | 80 (80 to 80) | 20 | 4 |")
    assert not any("whole model" in row for row in rows)
    assert "\nOther work, not to be ranked: stupror, the whole model, 1000 M child-years" in said
