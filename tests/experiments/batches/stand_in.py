"""A stand-in for the model, for tests of what becomes of runs and not of what they find."""

from typing import Any

import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments.batches import engine


def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a run be a row that depends on its key alone; gives the list of the keys that will have been run."""
    keys: list[str] = []

    def run_one(_context: Any, job: Any) -> Any:
        keys.append(job.key)
        row = {name: int(job.key[:8], 16) / (i + 1) for i, name in enumerate(OUTCOMES)}
        return {"key": job.key, "scenario_hash": job.key[:4], **row}, {}

    monkeypatch.setattr(engine, "run_one", run_one)
    return keys
