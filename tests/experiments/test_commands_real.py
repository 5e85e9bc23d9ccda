"""The commands about Sweden as it is: own tables, posteriors, calibrating, validating and screening, small."""

import json

import pandas as pd
import pytest

from stupror.experiments.plans.posterior import shipped

pytestmark = pytest.mark.usefixtures("undrawn")

POSTERIOR = "weight,diffusion.stop_rate,times:ladder.up_care\n1,0.1,1.2\n1,0.2,0.9\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "mine.csv").write_text("code,name,county,population\n0980,Gotland,09,70000\n", encoding="utf-8")
    (tmp_path / "likely.csv").write_text(POSTERIOR, encoding="utf-8")
    return tmp_path


def hashes(folder):
    return pd.read_parquet(next(folder.glob("**/runs.parquet")))["scenario_hash"].tolist()


def test_an_own_table_and_a_posterior_change_the_world_and_are_recorded(stupror, files):
    common = ("--years", 2, "--municipalities", "0980")
    for name, more in (
        ("plain", ()),
        ("table", ("--municipalities-file", files / "mine.csv")),
        ("likely", ("--posterior", files / "likely.csv")),
    ):
        answer = stupror("run", "--out", files / name, *common, *more)
        assert answer.code == 0, answer.err
    made = {name: hashes(files / name)[0] for name in ("plain", "table", "likely")}
    assert len(set(made.values())) == 3
    manifests = {name: json.loads((files / name / "manifest.json").read_text(encoding="utf-8")) for name in made}
    assert manifests["plain"]["posteriors"] == []
    assert len(manifests["likely"]["posteriors"]) == 1
    people = pd.read_parquet(next((files / "table").glob("**/municipalities.parquet")))
    assert people["population"].tolist() == [70_000]


def test_a_comparison_gives_designs_the_same_drawn_world_by_seed(stupror, files):
    answer = stupror("compare", "--out", files / "out", "--years", 2, "--municipalities", "0980", "--seeds", 3,
                     "--designs", "status-quo,planner", "--point", "--posterior", files / "likely.csv")  # fmt: skip
    assert answer.code == 0, answer.err
    runs = pd.read_parquet(next((files / "out").glob("**/runs.parquet")))
    assert runs.groupby("seed")["scenario_hash"].nunique().tolist() == [1, 1, 1]
    assert runs["scenario_hash"].nunique() == 2  # two rows in the posterior, both drawn by three seeds


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "--posterior", "nowhere.csv"), "nowhere.csv: there is no such file"),
        (("run", "--municipalities-file", "nowhere.csv"), "nowhere.csv: there is no such file"),
        (
            ("calibrate", "--what", "diffusio"),
            "--what is 'diffusio'. Give one of diffusion, contracts, life-course, behaviour.",
        ),
        (("calibrate", "--particles", 1), "--particles is 1. Give a whole number from 10"),
        (("validate", "--draws", 1), "--draws is 1"),
        (("screen", "--trajectories", 1), "--trajectories is 1"),
        (("data", "refresh", "--year", 99), "--year is 99"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(stupror, tmp_path, words, message):
    answer = stupror(*words, "--out", tmp_path / "out")
    assert answer.code == 2
    assert message in answer.err
    assert not list(tmp_path.iterdir())


def test_a_calibration_writes_what_runs_can_read(stupror, tmp_path, monkeypatch):
    pytest.importorskip("emcee")
    monkeypatch.setattr("stupror.experiments.calibration.mcmc.STEPS", 2)
    out = tmp_path / "likely.csv"
    assert "--out and --work are both" in stupror("calibrate", "--out", out, "--work", out).err
    few = stupror("calibrate", "--what", "life-course", "--particles", 10, "--generations", 1, "--out", out)
    assert few.code == 2
    assert "two for each parameter" in few.err
    assert not list(tmp_path.iterdir())
    answer = stupror("calibrate", "--what", "life-course", "--particles", 60, "--generations", 1, "--out", out)
    assert answer.code == 0, answer.err
    assert "tolerances from the targets on average" in answer.err
    assert {each.name for each in tmp_path.iterdir()} == {
        *("likely.csv", "likely-settling.csv", "likely-checks.csv"),
        *("likely.json", "likely.json.txt", "likely.json.way"),
    }
    assert "60 likely worlds: as good as 60 of equal weight" in answer.out
    assert "NOT SETTLED: 2 steps of each of 60 walkers" in answer.out
    assert "targets are what such a world" in answer.out
    answer = stupror("run", "--out", tmp_path / "out", "--years", 1, "--municipalities", "0980", "--posterior", out)
    assert answer.code == 0, answer.err
    assert "likely.csv: NOT SETTLED" in answer.err, "who uses it is told"


def test_a_validation_is_a_page(stupror, tmp_path):
    out = tmp_path / "validation.md"
    answer = stupror("validate", "--out", out, "--draws", 2, "--worlds", 1, "--years", 2, "--place", "09")
    assert answer.code == 0, answer.err
    page = out.read_text(encoding="utf-8")
    assert page.startswith("# Validation")
    assert answer.out.split(",")[0].split(" are")[0] in page  # the count in and out
    assert "| nan" not in page


def test_a_validation_refuses_the_posterior_of_something_else(stupror, tmp_path):
    answer = stupror("validate", "--out", tmp_path / "v.md", "--diffusion", shipped("life-course"))
    assert answer.code == 2
    assert "is no parameter of diffusion" in answer.err
    assert not list(tmp_path.iterdir())


def test_a_screening_is_a_ranking(stupror, tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    monkeypatch.setattr(
        "stupror.experiments.calibration.screening.uncertain", lambda _spec: ["committee.horizon", "budget.room_share"]
    )
    answer = stupror("screen", "--out", tmp_path / "s.csv", "--place", "09", "--years", 1, "--trajectories", 2)
    assert answer.code == 0, answer.err
    assert " +- " in answer.out
    table = pd.read_csv(tmp_path / "s.csv")
    assert table["rank"].tolist() == [1, 2]
    assert set(table["parameter"]) == {"committee.horizon", "budget.room_share"}
