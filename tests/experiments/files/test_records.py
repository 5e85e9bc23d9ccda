"""What stupror wrote is read only if it is what was written; what a spreadsheet would execute is escaped."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stupror.experiments.files import records
from stupror.experiments.files.spreadsheets import csv_text, shown
from stupror.model.inputs.errors import InputError

MANIFEST = {
    "software": "stupror", "scenario": {
        "title": "", "hash": "", "changes": {}, "municipalities": "all", "discount_rate": 0.03, "societal_rate": 0.035,
    },
    "designs": [], "seeds": [1], "start_year": 2020, "years": 1, "worlds": "point", "versions": {}, "files": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"files": 1}, "'files' is 1, which is not what stupror writes there"),
        ({"files": [1, 2]}, "'files' is [1, 2]"),
        ({"files": {"../x": "0" * 64}}, "'files"),
        ({"files": {"x": "0" * 63}}, "'files.x'"),
        ({"scenario": {}}, "'scenario.title' is missing"),
        ({"seeds": ["1"]}, "'seeds.0' is '1'"),
        ({"seeds": [-4]}, "'seeds.0' is -4"),
        ({"years": None}, "'years' is None"),
    ],
)
def test_a_record_that_is_not_ours_is_refused_by_its_first_fault(tmp_path: Path, change: object, says: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST))
    assert records.record(path, records.RunManifest, "Run it again.") == MANIFEST
    path.write_text(json.dumps(MANIFEST | change))
    with pytest.raises(InputError) as refused:
        records.record(path, records.RunManifest, "Run it again.")
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")
    assert str(refused.value).endswith("Run it again.")


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"a": ' + "9" * 5001 + "}", "[]", "\udcff", "{} x"])
def test_what_is_no_record_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"cut short, damaged or no JSON|not what stupror writes"):
        records.parsed(tmp_path / "x.json")


def test_a_table_that_is_not_what_was_written_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    pd.DataFrame({"amount_sek": [1]}).to_parquet(path)
    files = {path.name: records.digest_of(path)}
    assert records.read_tables(tmp_path, [path.name], files, "")["flows"]["amount_sek"].tolist() == [1]
    pd.DataFrame({"amount_sek": [-1]}).to_parquet(path)
    with pytest.raises(InputError, match=r"flows\.parquet: is not what was written .* Run it again\."):
        records.read_tables(tmp_path, [path.name], files, "Run it again.")
    path.unlink()
    with pytest.raises(InputError, match=r"flows\.parquet: is missing"):
        records.read_tables(tmp_path, [path.name], files, "Run it again.")


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_of_a_table_the_first_row_or_categories_can_be_asked_for(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "flows.parquet"
    whole = pd.DataFrame({"payer": ["state", "board", "state"], "year": [2, 1, 2], "sek": [1, 2**15, 3]}).iloc[:rows]
    whole = whole.assign(less=-(2**15) - 1)
    whole.to_parquet(path, row_group_size=2)
    asked = [path.name], {path.name: records.digest_of(path)}, ""
    pd.testing.assert_frame_equal(records.read_tables(tmp_path, *asked, heads=["flows"])["flows"], whole.iloc[:1])
    coded = records.read_tables(tmp_path, *asked, coded=["flows"])["flows"]
    short = ("category", "int64", "int64"), ("category", "int16", "int16"), (), ("category", "int16", "int64")
    assert coded.dtypes.astype(str).tolist() == [*short[rows], "int64"]
    pd.testing.assert_frame_equal(
        coded.astype({"payer": "str", "year": "int64", "sek": "int64", "less": "int64"}), whole
    )
    by, wanted = (each.groupby("payer")["sek"].sum() for each in (coded, whole))
    assert dict(by) == dict(wanted)
    assert [*by.index] == [*wanted.index]  # in the order of text, whatever comes first


def test_numbers_of_which_nobody_says_how_large_they_are_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    pd.DataFrame({"sek": [1, 2**15]}).to_parquet(path, write_statistics=False)
    asked = [path.name], {path.name: records.digest_of(path)}, ""
    assert records.read_tables(tmp_path, *asked, coded=["flows"])["flows"]["sek"].tolist() == [1, 2**15]


def test_a_note_of_which_one_sign_was_changed_is_not_read() -> None:
    line = records.note({"design": "å", "x": [1.5, None]})
    assert records.read_note(line) == {"design": "å", "x": [1.5, None]}
    for at, sign in enumerate(line):
        assert records.read_note(line[:at] + ("7" if sign != "7" else "8") + line[at + 1 :]) is None, line[at:]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-cmd", "@sum", "\tx", "\r=x", "＝1", "-1-cmd"])  # noqa: RUF001
def test_a_cell_that_a_spreadsheet_would_execute_is_text(cell: str) -> None:
    assert shown(cell) == f"'{cell}"
    assert f"'{cell}" in csv_text(pd.DataFrame({"name": [cell, "a"], "value": [-1.5, 2]}))


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    frame = pd.DataFrame({"name": ["a-b", "-1.5", "+3e5", None], "value": [-1.5, 2.0, None, 0.1]})
    assert csv_text(frame) == frame.to_csv(index=False, lineterminator="\n")
