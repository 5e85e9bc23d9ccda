"""The analysis from the command line and from Python, on a batch whose answer is known. The model is a stand-in."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments import batch, compare, open_batch, run
from stupror.experiments.batches import engine
from stupror.experiments.batches.cluster import chunks_of
from stupror.experiments.batches.studies import COLUMNS
from stupror.experiments.commands import language
from stupror.experiments.results import Batch
from stupror.model.inputs.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

Stupror = Callable[..., Any]

TABLES = ("runs", "jobs", "draws", "points")
PLAN: dict[str, Any] = {
    "title": "Known",
    "model": {"municipalities": ["1060"], "years": 2},
    "uncertainties": {"parameters": ["committee.ratchet", "committee.capacity", "committee.other_regarding"]},
    "sampling": {"method": "halton", "draws": 120},
    "levers": {"designs": ["status-quo", "state-outcomes-fund", "planner"]},
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fund costs more than status quo exactly where the ratchet is above its middle, by how much it is above."""
    folder = tmp_path_factory.mktemp("known") / "out"
    middle = 0.0

    def run_one(context: Any, job: Any) -> Any:
        nonlocal middle
        middle = context.scenario.quantities["committee.ratchet"].value
        ratchet = dict(job.values)["committee.ratchet"]
        more = {"status-quo": 0.0, "state-outcomes-fund": 1000 * (ratchet - middle), "planner": -5000.0}[job.design]
        row = {name: 100_000 + (job.seed * 7919) % 1000 + more for name in OUTCOMES}
        return {"key": job.key, "scenario_hash": "x", **row}, {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "run_one", run_one)
        batch(PLAN, folder)
    return folder


def test_every_column_of_a_batch_has_its_unit_and_meaning(known: Path) -> None:
    package = json.loads((known / "datapackage.json").read_text())
    assert {each["path"] for each in package["resources"]} == {f"{name}.parquet" for name in TABLES}
    for each in package["resources"]:
        schema = pq.read_schema(known / each["path"])
        assert [field["name"] for field in each["schema"]["fields"]] == schema.names
        assert all(schema.field(name).metadata[b"description"] for name in schema.names)
    runs = pq.read_schema(known / "runs.parquet")
    assert runs.field("cost_fiscal").metadata[b"unit"] == b"SEK/child"
    assert runs.field("draw").metadata[b"unit"] == b""


def test_the_table_of_runs_reads_back_the_same_as_csv(stupror: Stupror, known: Path, tmp_path: Path) -> None:
    answer = stupror("batch", "csv", known, "--out", tmp_path / "runs.csv")
    assert answer.code == 0, answer.err
    read, runs = pd.read_csv(tmp_path / "runs.csv", dtype=str), open_batch(known).runs
    assert list(read.columns) == list(runs.columns)
    for name in runs:
        text = pd.api.types.is_string_dtype(runs[name])
        assert [each if text else float(each) for each in read[name]] == runs[name].tolist(), name
    assert stupror("batch", "csv", known, "--out", tmp_path / "runs.csv").code == 2, "it never writes over a file"
    assert "stupror batch run --help" in " ".join(stupror("batch", "--help").out.split())


def test_a_report_of_a_batch_that_kept_too_little_says_what_to_keep(stupror: Stupror, tmp_path: Path) -> None:
    sampled = PLAN | {"sampling": {"method": "random", "draws": 1}, "levers": {"designs": ["status-quo", "planner"]}}
    batch(sampled | {"outcomes": {"names": ["cost_fiscal"]}}, tmp_path / "out")
    refused = stupror("report", tmp_path / "out")
    assert refused.code == 2
    assert "its runs did not keep cost_municipality, cost_region, cost_state" in refused.err


def test_the_report_of_a_batch_says_what_turns_it(stupror: Stupror, known: Path) -> None:
    answer = stupror("report", known, "--language", "sv")
    assert answer.code == 0, answer.err
    html = (known / "report.html").read_text(encoding="utf-8")
    turns = html.partition('<section id="turns"')[2].partition("</section>")[0]
    assert "committee.ratchet" in turns
    assert "committee.capacity" not in turns
    assert "120 av 120 v\u00e4rldar" in html
    assert stupror("report", known, "--excel").code == 2
    left = known / "study-parenting" / "studies.csv"
    left.parent.mkdir()
    row = ["parenting", "before-after", 2, 40, 1, "fiscal", 9.0, 1.0, 9.0, 9e6, 9e6, 1e6, 8e6, 120]
    payers = [[*row[:5], payer, *row[6:]] for payer in ("municipality", "region", "state", "fiscal")]
    pd.DataFrame(payers, columns=list(COLUMNS)).to_csv(left, index=False)
    assert stupror("report", known).code == 0
    assert "Parenting programmes: all public budgets gain most" in (known / "report.html").read_text(encoding="utf-8")
    left.write_text("intervention,evsi\nparenting,1\n", encoding="utf-8")
    refused = stupror("report", known)
    assert refused.code == 2
    assert "Remove it, or run it again for parenting." in refused.err
    left.unlink()
    assert batch(PLAN, known).status()["finished"] == 360  # the page is in nobody's way


def test_sensitivity_names_the_number_that_decides(stupror: Stupror, known: Path) -> None:
    answer = stupror("sensitivity", known, "--top", 1)
    assert answer.code == 0, answer.err
    for part in ("state-outcomes-fund less status-quo", "which is best"):
        after = answer.out.split(part)[1].splitlines()
        assert after[2].split()[0] == "committee.ratchet"
    found = pd.read_csv(known / "sensitivity-cost_fiscal" / "indices.csv")
    assert set(found["of"]) == {"state-outcomes-fund", "planner", "which is best"}
    assert (known / "sensitivity-cost_fiscal" / "indices-which-is-best.svg").read_text().startswith("<svg")
    assert stupror("sensitivity", known, "--outcome", "cost_fiskal").code == 2
    assert "does not go with a sample" in stupror("sensitivity", known, "--method", "saltelli").err


def test_psa_says_what_is_best_and_what_it_is_worth_to_know(stupror: Stupror, known: Path) -> None:
    answer = stupror("psa", known, "--perspective", "state", "--top", 1)
    assert answer.code == 0, answer.err
    last = answer.out.split("Worth of knowing one number")[1].splitlines()
    assert last[2].split()[:2] == ["0", "committee.ratchet"]
    at = pd.read_csv(known / "psa-state" / "acceptability.csv")
    at = at[at["wtp"] == 0].set_index("design")
    assert "planner" not in at.index
    assert at["probability"].sum() == pytest.approx(1)
    found = pd.read_csv(known / "psa-state" / "partial_information.csv").set_index("factor")
    assert found.loc["committee.ratchet", "share_of_evpi"] > 0.95
    assert pd.read_csv(known / "psa-state" / "pairing.csv").set_index("design").loc["planner", "ratio"] > 1000
    unknown = stupror("psa", known, "--perspective", "king")
    assert unknown.code == 2
    assert "'king' is not known" in unknown.err
    assert "--wtp is -1" in stupror("psa", known, "--wtp", -1).err


def test_discover_finds_where_the_fund_fails(stupror: Stupror, known: Path) -> None:
    answer = stupror("discover", known)
    assert answer.code == 0, answer.err
    boxes = pd.read_csv(known / "discover-state-outcomes-fund-cost_fiscal" / "boxes.csv")
    assert boxes[boxes["box"] == 1]["factor"].tolist() == ["committee.ratchet"]
    assert boxes["density"].iloc[0] > 0.95
    middle = open_batch(known).values["committee.ratchet"].median()
    assert boxes["low"].iloc[0] == pytest.approx(middle, abs=0.1)
    assert "'municipal-fund'" in stupror("discover", known, "--design", "municipal-fund").err
    assert "fewer than 10 on one side" in stupror("discover", known, "--design", "planner").err


def test_what_is_said_of_a_batch_is_swedish_down_to_the_headings(
    stupror: Stupror, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUPROR_LANGUAGE", "sv")
    columns: set[str] = set()
    lay_out = language.table

    def noted(frame: pd.DataFrame, show: Callable[[float], str]) -> str:
        columns.update(map(str, frame.columns))
        return lay_out(frame, show)

    monkeypatch.setattr(language, "table", noted)
    groups = ("--groups", "nämnd=committee.*")
    for words in (("psa", known, *groups), ("discover", known), ("sensitivity", known), ("batch", "status", known)):
        answer = stupror(*words)
        assert answer.code == 0, answer.err
        told = answer.out.replace(str(known), "")
        assert not re.search(r"\b(the|of|is|and|worth|mean|better|True)\b|\d\.\d", told), told
    headings = tomllib.loads((Path(language.__file__).parent / "swedish" / "batches.toml").read_text(encoding="utf-8"))
    assert {name for name in columns if ": median" not in name} <= set(headings["column"])


def test_a_word_much_like_a_command_of_batch_is_no_plan_unless_a_file_has_its_name(
    stupror: Stupror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Did you mean 'status'?" in stupror("batch", "stats", "many").err
    assert "nosuch.toml: there is no such file" in stupror("batch", "nosuch.toml", "--out", "out").err
    Path("stats").write_text("[levers]\ndesigns = []\n")
    assert stupror("batch", "stats", "--out", "out").err.startswith("stats: ")


def test_a_batch_shows_itself(known: Path) -> None:
    found = open_batch(known)
    html = found._repr_html_()
    assert "Known" in html
    assert "360 of 360 runs" in html
    assert "state-outcomes-fund" in html
    assert found.status() == {"runs": 360, "finished": 360, "failed": 0, "left": 0}
    assert found.pairing().set_index("design")["ratio"].min() > 1
    assert found.convergence()["draws"].max() == 120


def test_an_unfinished_batch_is_read_from_its_parts(known: Path) -> None:
    found = open_batch(known)
    unfinished = Batch(known, {**found.manifest, "sessions": [{"began": "now"}]})
    pd.testing.assert_frame_equal(unfinished.runs, found.runs)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda out: batch(PLAN, out, workers=0), "workers is 0"),
        (lambda out: batch({**PLAN, "titel": "x"}, out), "'titel'"),
        (lambda out: run("status-qou"), "'status-quo'"),
        (lambda out: compare(["status-quo"], municipalities=["Atlantis"]), "'Atlantis'"),
        (lambda out: open_batch(out), "holds no batch"),
    ],
)
def test_bad_input_from_python_is_refused(call: Callable[[Path], Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        call(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_chunks_are_some_seconds_long_and_enough_for_all_workers() -> None:
    jobs: Any = range(1000)
    assert [len(chunk) for chunk in chunks_of(jobs, 0.1, 2)][:2] == [30, 30]
    assert {len(chunk) for chunk in chunks_of(jobs, 60.0, 2)} == {1}
    assert len(chunks_of(jobs, 0.0001, 100)) >= 400
    assert [job for chunk in chunks_of(jobs, 0.1, 2) for job in chunk] == list(jobs)
