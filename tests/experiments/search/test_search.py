"""Design search: a front that is known, found; the same whoever stopped it; and honest about luck."""

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches.regret import least, regrets
from stupror.analysis.measures.objectives import OBJECTIVES
from stupror.experiments.commands.batches.search import ranges
from stupror.experiments.runs.run_folder import MANIFEST
from stupror.experiments.search.search import MOST_POINTS, Found, Plan, Range, search
from stupror.model.contracts import Design, load_design
from stupror.model.contracts.terms import find_term

pytestmark = pytest.mark.usefixtures("undrawn")

Stupror = Callable[..., Any]

optuna = pytest.importorskip("optuna")

TERMS = (
    Range("share", 0.2, 1.0, whole=False, declared=0.5),
    Range("follow_up_years", 2, 25, whole=True, declared=4),
)


def plan(**changes: Any) -> Plan:
    usual: dict[str, Any] = {
        "head": "state-outcomes-fund",
        "tail": "",
        "design": load_design("state-outcomes-fund"),
        "vary": TERMS,
        "objectives": ("planner_share", "state_net_cost"),
        "trials": 26,
        "seeds": (1, 2),
        "held_out": (3, 4),
        "luck": 7,
    }
    return Plan(**usual | changes)


class Judge:
    """Stands for the model: more share reaches more and costs more; ten years of follow-up are best in both.

    Each design has its own luck with each seed, of size `noise`. Remembers what it was asked.
    """

    def __init__(self, noise: float = 0.0) -> None:
        self.noise = noise
        self.asked: list[tuple[str, tuple[int, ...]]] = []

    def __call__(self, designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        self.asked += [(design.name, tuple(seeds)) for design in designs]
        return pd.DataFrame([self._row(design, seed) for design in designs for seed in seeds])

    def _row(self, design: Design, seed: int) -> dict[str, Any]:
        share, years = (float(find_term(design, name)[1].entries[0]) for name in ("share", "follow_up_years"))
        luck = np.random.default_rng(zlib.crc32(f"{design.name}/{seed}".encode())).normal(0, self.noise)
        off = abs(years - 10)
        values = {"planner_share": 100 * share - off + luck, "state_net_cost": 1000 * share**2 + 10 * off - 10 * luck}
        return {"design": design.name, "seed": seed, **dict.fromkeys(OBJECTIVES, 0.0), **values}


def test_a_known_front_is_found(tmp_path: Path) -> None:
    found = search(plan(trials=60), Judge(), tmp_path)
    front = found.trials[found.trials["front"]]
    assert len(found.trials) == 60
    assert front["follow_up_years"].mode().item() == 10
    assert (front["follow_up_years"] - 10).abs().mean() < 1.5
    assert front["share"].max() - front["share"].min() > 0.5  # both ends, and not one point
    assert found.trials["follow_up_years"].dtype.kind == "i"
    assert found.trials["share"].between(0.2, 1.0).all()


def test_one_objective_has_one_best(tmp_path: Path) -> None:
    found = search(plan(objectives=("planner_share",)), Judge(), tmp_path)
    best = found.front[found.front["kind"] == "chosen"]
    assert len(best) == 1
    assert best["share"].item() > 0.9
    assert best["planner_share"].item() == found.trials["planner_share"].max()


def test_common_seeds_each_design_once_and_others_held_out(tmp_path: Path) -> None:
    judge = Judge()
    found = search(plan(), judge, tmp_path)
    assert len(judge.asked) == len(set(judge.asked)), "no design is judged twice with the same seeds"
    searched = [name for name, seeds in judge.asked if seeds == (1, 2)]
    again = [name for name, seeds in judge.asked if seeds == (3, 4)]
    assert len(searched) + len(again) == len(judge.asked)
    assert set(searched) == {*found.trials["design"], "state-outcomes-fund"}
    assert again == ["state-outcomes-fund", *found.front.loc[found.front["kind"] == "chosen", "design"]]
    assert len(again) <= MOST_POINTS + 1


def test_a_trial_is_worth_its_mean_over_seeds_and_nothing_if_one_has_no_value(tmp_path: Path) -> None:
    values = {1: 10.0, 2: 40.0}

    def judge(designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        rows = []
        for design in designs:
            share = float(find_term(design, "share")[1].entries[0])
            for seed in seeds:
                missing = share < 0.6 and seed == 2
                value = np.nan if missing else share * values.get(seed, 1.0)
                rows.append({"design": design.name, "seed": seed, **dict.fromkeys(OBJECTIVES, value)})
        return pd.DataFrame(rows)

    trials = search(plan(objectives=("invested",), trials=20), judge, tmp_path).trials
    known = trials["share"] >= 0.6
    assert known.any()
    assert trials.loc[known, "invested"].tolist() == pytest.approx((25 * trials.loc[known, "share"]).tolist())
    assert not known.all()
    assert trials.loc[~known, "invested"].isna().all()
    assert not trials.loc[~known, "front"].any()


def test_a_design_of_the_front_can_be_written_on_the_command_line(tmp_path: Path) -> None:
    joined = load_design("state-outcomes-fund[cap=1.1]+competence-centre")
    written = plan(head="state-outcomes-fund[cap=1.1]", tail="+competence-centre", design=joined, trials=12)
    found = search(written, Judge(), tmp_path)
    for row in found.front.to_dict("records"):
        design = load_design(str(row["design"]))
        assert design.name == row["design"]
        assert find_term(design, "cap")[1].value == 1.1
        assert find_term(design, "share")[1].value == row["share"]
        assert find_term(design, "follow_up_years")[1].value == row["follow_up_years"]


def same(one: Found, other: Found) -> None:
    for name in ("trials", "front", "curse", "regret"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("stop", [1, 5, 17, 24])
def test_a_search_that_was_killed_goes_on_without_doing_anything_twice(tmp_path: Path, stop: int) -> None:
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole = search(plan(), Judge(noise=2), tmp_path / "whole")
    judge = Judge(noise=2)

    def dies(designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        if len(judge.asked) == stop:
            raise KeyboardInterrupt
        return judge(designs, seeds)

    with pytest.raises(KeyboardInterrupt):
        search(plan(), dies, tmp_path / "killed")
    with (tmp_path / "killed" / "search.jsonl").open("a") as file:
        file.write('{"design": "state-outcomes-f')  # the machine lost power while it wrote
    same(search(plan(), judge, tmp_path / "killed"), whole)
    assert len(judge.asked) == len(set(judge.asked))


def test_a_search_that_is_extended_is_the_one_that_was_longer_from_the_start(tmp_path: Path) -> None:
    for name in ("long", "extended"):
        (tmp_path / name).mkdir()
    long = search(plan(trials=33), Judge(noise=2), tmp_path / "long")
    search(plan(trials=11), Judge(noise=2), tmp_path / "extended")
    same(search(plan(trials=33), Judge(noise=2), tmp_path / "extended"), long)


def test_how_many_are_judged_at_once_changes_nothing_but_the_seed_does(tmp_path: Path) -> None:
    for name in ("one", "many", "other"):
        (tmp_path / name).mkdir()
    one = search(plan(), Judge(noise=2), tmp_path / "one")
    same(search(plan(), Judge(noise=2), tmp_path / "many", at_once=4), one)
    other = search(plan(luck=8), Judge(noise=2), tmp_path / "other")
    assert other.trials["share"].tolist() != one.trials["share"].tolist()


def test_the_winners_curse_is_seen_where_there_is_one(tmp_path: Path) -> None:
    for name in ("luck", "none"):
        (tmp_path / name).mkdir()
    # Each candidate has luck of its own: the best of 40 is lucky, and other seeds show it.
    noisy = search(plan(trials=40, objectives=("planner_share",)), Judge(noise=20), tmp_path / "luck").curse
    exact = search(plan(trials=40, objectives=("planner_share",)), Judge(), tmp_path / "none").curse
    assert noisy["shrunk"].item() > 5
    assert exact["shrunk"].item() == exact["luck"].item() == exact["curse"].item() == 0


def test_contracts_that_cannot_be_are_passed_over(tmp_path: Path) -> None:
    # In sib-norrkoping the cap must not be below the guarantee of 40 %.
    design = load_design("sib-norrkoping")
    cap = Range("clause.cap.share", 0.1, 1.2, whole=False, declared=1.2)
    judged: list[float] = []

    def judge(designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        caps = [float(find_term(each, "clause.cap.share")[1].entries[0]) for each in designs]
        judged.extend(caps)
        rows = [
            {"design": each.name, "seed": seed, **dict.fromkeys(OBJECTIVES, cap)}
            for each, cap in zip(designs, caps, strict=True)
            for seed in seeds
        ]
        return pd.DataFrame(rows)

    wanted = plan(head="sib-norrkoping", design=design, vary=(cap,), objectives=("deadweight",), trials=20)
    found = search(wanted, judge, tmp_path)
    impossible = found.trials["clause.cap.share"] < 0.4
    assert impossible.any()
    assert found.trials.loc[impossible, "deadweight"].isna().all()
    assert min(judged) >= 0.4
    assert found.front.loc[found.front["kind"] == "chosen", "clause.cap.share"].item() == min(judged)


def test_terms_of_least_regret_are_those_of_brute_force_over_a_grid(tmp_path: Path) -> None:
    """Three worlds want a share of 0.2, 0.5 and 0.9, the last cares less: the least sorry is between, not the mean.

    Each share loses |share - wanted| * weight in a world. The best of a fine grid, share by share, is what is found.
    """
    wanted, weight = {1: 0.2, 2: 0.5, 3: 0.9}, {1: 1.0, 2: 1.0, 3: 0.5}

    def judge(designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        rows = []
        for design in designs:
            share = float(find_term(design, "share")[1].entries[0])
            for seed in seeds:
                lost = abs(share - wanted.get(seed, 0.5)) * weight.get(seed, 1.0)
                rows.append({"design": design.name, "seed": seed, **dict.fromkeys(OBJECTIVES, 0.0), "invested": -lost})
        return pd.DataFrame(rows)

    found = search(plan(vary=TERMS[:1], objectives=("invested",), trials=60, seeds=(1, 2, 3)), judge, tmp_path)
    shares = found.regret["share"].to_numpy()
    lost = np.array([[abs(share - wanted[seed]) * weight[seed] for seed in wanted] for share in shares])
    largest = (lost - lost.min(axis=0)).max(axis=1)
    assert found.regret["invested_largest"].to_numpy() == pytest.approx(largest)
    row = least(found.regret, "invested")
    assert row == int(largest.argmin())
    grid = np.linspace(0.2, 1.0, 801)
    brute = np.max([np.abs(grid - wanted[seed]) * weight[seed] for seed in wanted], axis=0)
    assert found.regret["share"][row] == pytest.approx(grid[brute.argmin()], abs=0.03)  # 1.3 / 3 = 0.433
    assert found.regret["share"][row] < found.trials["share"][found.trials["invested"].argmax()] - 0.03


def test_what_has_no_value_in_a_world_has_no_regret_and_makes_nobody_sorry() -> None:
    values = pd.DataFrame(
        {"design": ["a", "a", "b", "b", "c", "c"], "seed": [1, 2] * 3, "x": [1.0, 5.0, 3.0, 1.0, np.nan, 99.0]}
    )
    up, down = regrets(values, {"x": "max"}), regrets(values, {"x": "min"})
    assert up["x_largest"].tolist()[:2] == [2.0, 4.0]
    assert down["x_largest"].tolist()[:2] == [4.0, 2.0]
    assert up["x_mean"].tolist()[:2] == [1.0, 2.0]
    assert up["x_largest"].isna().tolist() == [False, False, True]
    assert (least(up, "x"), least(down, "x")) == (0, 1)


def test_ranges_are_those_of_the_file_unless_given() -> None:
    design = load_design("state-outcomes-fund")
    assert ranges(design, "share,follow_up_years=3:9, cap") == (
        Range("share", 0.14, 1.0, False, 0.5),
        Range("follow_up_years", 3.0, 9.0, True, 4.0),
        Range("cap", 1.0, 2.3, False, 1.2),
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vary", "shar"], ["shar: is no term", "Did you mean 'share'?"]),
        (["--vary", "shar,caps"], ["shar: is no term", "caps: is no term"]),
        (["--vary", "share,clause.share_of_saving.share"], ["named twice"]),
        (["--vary", "share=0.5"], ["share=0.14:1"]),
        (["--vary", "cap=0,8:2"], ["Write 0.8, not 0,8"]),
        (["--vary", "cap=1:1,5,share"], ["Write 1.5, not 1,5"]),
        (["--vary", "share=0.9:0.2"], ["0.9 is not below 0.2"]),
        (["--vary", "share=0:2"], ["2 is out of bounds", "0 to 1"]),
        (["--vary", "follow_up_years=2.5:4"], ["whole numbers"]),
        (["--vary", ","], ["--vary is ','"]),
        (["--vary", "share", "--design", "state-outcomes-fnd"], ["'state-outcomes-fund'"]),
        (
            ["--vary", "share", "--objectives", "planer_share"],
            ["Did you mean 'planner_share'?", "state_net_cost [M SEK, min]"],
        ),
        (["--vary", "share", "--objectives", "invested,invested"], ["named twice"]),
        (["--vary", "share", "--objectives", ""], ["Name one or more"]),
        (["--vary", "shar", "--objectives", "x"], ["shar: is no term", "'x' is not known"]),
        (["--vary", "share", "--trials", 0, "--seeds", 0, "--holdout", 0], ["--trials", "--seeds", "--holdout"]),
        (["--vary", "share", "--resume"], ["no search was begun there"]),
    ],
    ids=lambda value: " ".join(map(str, value)) if str(value[0]).startswith("--") else "",
)
def test_bad_input_is_refused_first(stupror: Stupror, tmp_path: Path, options: list[object], said: list[str]) -> None:
    answer = stupror("search", "--quick", "--out", tmp_path / "out", *options)
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    for word in said:
        assert word in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_small_search_for_real(stupror: Stupror, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["search", "--municipalities", "1060", "--years", 2, "--seeds", 1, "--out", out, "--vary", "share,cap"]
    words += ["--objectives", "invested,state_net_cost"]
    answer = stupror(*words, "--trials", 1)
    assert answer.code == 0, answer.err
    first = (out / "search.jsonl").read_text()
    answer = stupror(*words, "--trials", 2, "--resume")
    assert answer.code == 0, answer.err
    assert (out / "search.jsonl").read_text().startswith(first)
    assert "2 trials of state-outcomes-fund" in answer.out
    assert "winner's curse" in answer.out

    manifest = json.loads((out / MANIFEST).read_text())
    assert (manifest["trials"], manifest["seeds"], manifest["years"]) == (2, [1, 2], 2)
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    trials, front = (pd.read_parquet(out / f"{name}.parquet") for name in ("trials", "front"))
    assert set(OBJECTIVES) <= set(trials.columns)
    assert front["kind"].tolist()[0] == "declared"
    assert (out / "front.png").read_bytes().startswith(b"\x89PNG")
    lines = [json.loads(line) for line in (out / "held_out.jsonl").read_text().splitlines()]
    assert {tuple(line["seed"]) for line in lines} == {(2,)}, "seeds held out are not those of the search"

    refused = stupror(*words, "--trials", 2)
    assert refused.code == 2
    assert "--resume" in refused.err
    longer = [3 if before == "--years" else word for before, word in pairwise(["", *words])]
    refused = stupror(*longer, "--trials", 2, "--resume", "--holdout", 2)
    assert refused.code == 2
    assert "another value of --years" in refused.err
    assert "another value of --holdout" in refused.err
    assert stupror("report", out).code == 2


def test_what_a_search_keeps_is_what_a_comparison_gives(stupror: Stupror, tmp_path: Path) -> None:
    """The judge runs what `compare` runs: the same designs and seeds, and measures of the same tables."""
    place = ("--municipalities", "1060", "--years", 2, "--seeds", 1)
    wanted = "state-outcomes-fund[share=0.9]"
    search_words = ("--vary", "share=0.8:0.9", "--objectives", "invested", "--trials", 1)
    assert stupror("search", *place, *search_words, "--out", tmp_path / "search", "--design", wanted).code == 0
    designs = f"status-quo,planner,{wanted}"
    assert stupror("compare", *place, "--point", "--designs", designs, "--out", tmp_path / "compare").code == 0
    summary = pd.read_csv(tmp_path / "compare" / "summary.csv").set_index(["design", "measure"])["mean"]
    front = pd.read_csv(tmp_path / "search" / "front.csv").set_index("design")
    assert front.loc[wanted, "invested"] > 0
    assert front.loc[wanted, "invested"] == pytest.approx(summary[(wanted, "invested")])
