"""Predictions: counts as they are said, wide enough for whole numbers, and a page that is never written over."""

import numpy as np
from typer.testing import CliRunner

from stupror.experiments.calibration import predictions
from stupror.experiments.cli import app
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario
from stupror.model.practice import CONTRACTS, FUNDED, NEVER, STOPPED, WORKING, Year


def year(when, state, regions=(NEVER,), contracts=(0, 0, 0, 0)):
    state = np.array(state, np.int8)
    nobody, nothing = np.zeros(state.size, np.bool_), np.full(state.size, -1, np.int8)
    return Year(when, state, nobody, nobody, nothing, np.array(regions, np.int8), np.array(contracts, np.int8))


def test_counts_are_what_the_statements_say():
    signed = len(CONTRACTS) - 1
    found = predictions.counted(
        [
            year(2018, [FUNDED, WORKING, NEVER, FUNDED]),
            year(2026, [FUNDED, STOPPED, WORKING, FUNDED], [WORKING], [signed, 0, 1, 0]),
            year(2030, [NEVER, STOPPED, FUNDED, NEVER], [NEVER], [signed, signed, 1, 0]),
        ]
    )
    assert found == {
        "funded_2026": 2,
        "active_2026": 3,
        "gone_2026": 1,
        "come_2026": 1,
        "regions_2026": 1,
        "contracts_2026": 1,
        "contracts_2030": 2,
        "funded_2030": 1,
    }
    assert {each.name for each in predictions.STATEMENTS} == set(found)


def test_predictions_are_a_record_of_a_day_and_never_written_over(tmp_path):
    out = tmp_path / "page.md"
    asked = ["predict", "--worlds", "3", "--out", str(out), "--dated"]
    assert CliRunner().invoke(app, [*asked, "2026-11-29"]).exit_code == 0
    told = out.read_text(encoding="utf-8")
    assert "Put down on 2026-11-29" in told
    assert load_scenario().hash() in told
    assert told.count("\n| ") == len(predictions.STATEMENTS) + 1
    for day, words in [("2026-11-30", "are a record"), ("tomorrow", "year, month and day")]:
        refused = CliRunner().invoke(app, [*asked, day]).exception
        assert isinstance(refused, InputError)
        assert words in str(refused)


def test_an_interval_holds_its_median_and_whole_numbers():
    found = predictions.predict(load_scenario(), range(1, 5), lambda _done: None)
    for low, middle, high in found.values():
        assert low <= middle <= high
        assert low == int(low)
        assert high == int(high)
    assert found["active_2026"][1] >= found["funded_2026"][1] > 0
