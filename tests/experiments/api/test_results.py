"""What runs give back in Python: it shows, draws and saves itself, with the same bytes as the commands."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stupror import compare, run
from stupror.experiments.cli import app
from stupror.experiments.search.tipping import Tip
from stupror.model.inputs.errors import InputError


@pytest.fixture(scope="module")
def pair():
    return compare(["status-quo", "planner"], municipalities="Karlshamn", years=1, seeds=2, point=True, luck=1)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def test_save_writes_the_bytes_of_the_command(pair, tmp_path):
    pair.save(tmp_path / "python")
    asked = [
        "compare",
        "--designs",
        "status-quo,planner",
        "--municipalities",
        "Karlshamn",
        "--years",
        "1",
        "--seeds",
        "2",
        "--point",
        "--luck",
        "1",
        "--out",
    ]
    assert CliRunner().invoke(app, [*asked, str(tmp_path / "command")]).exit_code == 0
    assert files_of(tmp_path / "python") == files_of(tmp_path / "command")
    page = pair.report(tmp_path / "alone.html")
    assert page.read_bytes() == (tmp_path / "command" / "report.html").read_bytes()
    with pytest.raises(InputError, match="exists"):
        pair.report(page)


def test_results_say_what_they_are_and_draw_themselves(pair):
    assert repr(pair) == "Comparison(status-quo, planner; 2 seeds, 1 year, 1 municipality)"
    assert pair.plot("pyramid")._repr_svg_().startswith("<svg")
    with pytest.raises(InputError, match=r"figure is 'piramid'.*Did you mean 'pyramid'"):
        pair.plot("piramid")


def test_a_row_of_a_comparison_is_the_run_of_its_own(pair):
    alone = run("planner", municipalities="Karlshamn", years=1, seed=2, point=True)
    assert repr(alone) == "Run(planner, seed 2, 1 year, 1 municipality)"
    rows = pair.to_frame().set_index(["design", "seed"])
    assert len(rows) == 4
    assert rows.loc[("planner", 2)].equals(alone.to_frame().set_index(["design", "seed"]).loc[("planner", 2)])
    assert rows.loc[("planner", 2), "cost_fiscal"] == alone.outcomes.loc["cost_fiscal", "value"]


def test_rerun_makes_the_same_bytes_and_names_what_differs(pair, tmp_path):
    folder = pair.save(tmp_path / "saved")
    again = CliRunner().invoke(app, ["rerun", str(folder / "manifest.json")])
    assert again.exit_code == 0
    assert "files are the same, byte for byte" in again.stdout
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    said["files"]["payments.parquet"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    assert "files differ: payments.parquet." in str(CliRunner().invoke(app, ["rerun", str(folder)]).exception)
    for key, value, sentence in [
        ("rules", {"social": {"rule": "mine.rule"}}, "rules of your own"),
        ("municipalities_file", "mine.csv", "municipalities of its own"),
        ("posteriors", ["mine.csv (0123456789abcdef)"], "Give the same files"),
        ("place", {}, "is of `stupror municipality`"),
    ]:
        (folder / "manifest.json").write_text(json.dumps(said | {key: value}), encoding="utf-8")
        refused = CliRunner().invoke(app, ["rerun", str(folder)]).exception
        assert isinstance(refused, InputError)
        assert sentence in str(refused)


def test_a_batch_is_not_rerun_but_made_again_from_its_plan(tmp_path):
    (tmp_path / "manifest.json").write_text('{"software": "stupror", "kind": "batch"}', encoding="utf-8")
    refused = CliRunner().invoke(app, ["rerun", str(tmp_path)]).exception
    assert "is of a batch. Make it again from its plan: stupror batch PLAN" in str(refused)


def test_tips_are_left_in_the_folder_and_told_in_its_report(tmp_path, monkeypatch):
    """The search is a stand-in here: it is tested for itself. What it finds must come through file and report."""
    folder = compare(["status-quo", "municipal-fund"], municipalities="Karlshamn", years=1, seeds=2).save(
        tmp_path / "o"
    )
    report = folder / "report.html"
    assert "stupror tip FOLDER" in report.read_text(encoding="utf-8")

    def found(asked, *_rest):
        return [Tip(asked[0], {"choice.taste": 1.5}, 321.0, -50.0, 0.9)]

    beneath = CliRunner().invoke(app, ["tip", str(folder), "--out", str(report / "tips.csv")])  # before any search
    assert "report.html is a file" in str(beneath.exception)
    assert "At least" not in beneath.stderr
    monkeypatch.setattr("stupror.experiments.search.tipping.tips", found)
    found_out = CliRunner().invoke(app, ["tip", str(folder)])
    assert found_out.exit_code == 0
    assert re.search(r"At least \d+ worlds of 2 designs, about .+, at [\d.]+ seconds a world, timed", found_out.stderr)
    assert CliRunner().invoke(app, ["report", str(folder)]).exit_code == 0
    told = report.read_text(encoding="utf-8")
    assert "stupror tip FOLDER" not in told
    assert "The least that turns it is 1.5 standard deviations" in told
    assert "exists" in str(CliRunner().invoke(app, ["tip", str(folder)]).exception)
    (folder / "tips.csv").write_text("design\n", encoding="utf-8")
    assert "is not what `stupror tip` writes" in str(CliRunner().invoke(app, ["report", str(folder)]).exception)


def test_a_single_run_is_made_again_with_its_details(tmp_path):
    one = run(municipalities="Karlshamn", years=1, seed=3).save(tmp_path / "one")
    assert CliRunner().invoke(app, ["rerun", str(one)]).exit_code == 0
