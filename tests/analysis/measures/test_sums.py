"""Sums in place must be those of pandas, in the same order."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.measures import sums

KEYS = ["design", "year", "payer"]


@pytest.mark.parametrize("most", [sums.MOST_CELLS, 10])  # counted in place, and where that would take too much room
@pytest.mark.parametrize("rows", [0, 1, 500])
@pytest.mark.parametrize("kind", ["str", "category"])
@pytest.mark.parametrize("largest", [1_000, 2**53])  # a float would lose digits of the second
def test_sums_are_those_of_pandas_in_order_of_appearance(monkeypatch, most, rows, kind, largest):
    monkeypatch.setattr(sums, "MOST_CELLS", most)
    luck = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "design": luck.choice(["fund", "planner", "status-quo"], rows),
            "year": luck.integers(2019, 2026, rows),
            "payer": luck.choice(["state", "board"], rows),
            "sek": luck.integers(-largest, largest, rows),
        }
    ).astype({"design": "str", "payer": "str"})
    wanted = frame.groupby(KEYS, as_index=False, sort=False)[["sek"]].sum()
    given = frame.astype({"design": kind, "payer": kind, "year": "int64" if kind == "str" else "int16"})
    pd.testing.assert_frame_equal(sums.summed(given, KEYS, ["sek"]), wanted)
