"""Tables that say themselves what is in them."""

import json
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from stupror.analysis import schema
from stupror.experiments.files import records
from stupror.experiments.files.tables import PACKAGE, data_package, of_runs, write_parquet, write_tables

FLOWS = pd.DataFrame(
    {
        "design": ["status-quo"], "seed": [1], "year": [2020], "payer": ["municipality"], "receiver": ["provider"],
        "purpose": ["programme"], "kind": [""], "amount_sek": [7],
    }
)  # fmt: skip
SUMMARY = pd.DataFrame(
    {
        "design": ["planner"], "measure": ["cost"], "unit": ["SEK"], "mean": [1.5], "low": [1.0], "high": [2.0],
        "n": [6],
    }
)  # fmt: skip


def test_every_column_bears_its_unit_and_meaning_and_reads_back_the_same(tmp_path: Path) -> None:
    write_parquet(tmp_path / "flows.parquet", FLOWS, schema.columns("flows"))
    field = pq.read_schema(tmp_path / "flows.parquet").field("amount_sek")
    assert field.metadata[b"unit"] == b"SEK of 2020"
    assert field.metadata[b"description"] == b"amount, never negative"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "flows.parquet"), FLOWS)
    with pytest.raises(KeyError, match="oddity"):
        write_parquet(tmp_path / "odd.parquet", FLOWS.assign(oddity=1), schema.columns("flows"))


def test_the_data_package_names_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    files = write_tables(tmp_path, {"flows": FLOWS, "summary": SUMMARY})
    assert sorted(files) == ["flows.parquet", "summary.csv", "summary.parquet"]
    package = json.loads(data_package(tmp_path, "Sverige: 30 år", of_runs(), {**files, "report.html": "0" * 64}))
    assert package["name"] == "sverige-30-r"
    by_path = {each["path"]: each for each in package["resources"]}
    assert sorted(by_path) == sorted(files)
    for path, each in by_path.items():
        assert re.fullmatch(r"[a-z0-9-]+", each["name"])
        assert each["hash"] == f"sha256:{records.digest_of(tmp_path / path)}"
        assert all(field["description"] for field in each["schema"]["fields"])
    flows = [field["name"] for field in by_path["flows.parquet"]["schema"]["fields"]]
    assert flows == list(FLOWS.columns), "municipality and project are in tables of `run` alone"
    amount = by_path["flows.parquet"]["schema"]["fields"][-1]
    assert (amount["type"], amount["unit"]) == ("integer", "SEK of 2020")
    csv, parquet = by_path["summary.csv"]["schema"], by_path["summary.parquet"]["schema"]
    assert csv == parquet
    assert PACKAGE not in files
