"""Acceptability and the value of information against worlds in which the answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from stupror.analysis.batches import incremental, paired, psa
from stupror.analysis.measures.outcomes import PERSPECTIVES

pytest.importorskip("sklearn")
DRAWS = 4000


def world(costs: dict[str, np.ndarray], need: dict[str, float] | None = None) -> pd.DataFrame:
    """A batch in which every perspective has the same cost."""
    frames = []
    for design, cost in costs.items():
        frame = pd.DataFrame({"draw": np.arange(cost.size), "replication": 0, "design": design, "seed": 1})
        for perspective in PERSPECTIVES:
            frame[f"cost_{perspective}"] = cost
        years = (need or {}).get(design, 1.0)
        frames.append(frame.assign(years_in_need=99.0, need_fiscal=years, need_societal=2 * years))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def two_factors() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Status quo costs nothing; the fund costs -(3 a + 4 b) with a, b standard normal: worth +-5 with even chance."""
    quantiles = norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS)
    rng = np.random.default_rng(1)
    known = pd.DataFrame({"a": rng.permutation(quantiles), "b": rng.permutation(quantiles), "idle": rng.random(DRAWS)})
    return world({"status-quo": np.zeros(DRAWS), "fund": -(3 * known["a"] + 4 * known["b"]).to_numpy()}), known


def test_value_of_perfect_information_has_its_closed_form(two_factors: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    runs, _ = two_factors
    found = psa.perfect_information(runs, worth=(0.0,)).set_index("perspective")
    # E[max(0, 5 Z)] = 5 / sqrt(2 pi)
    assert found.loc["fiscal", "evpi"] == pytest.approx(5 * norm.pdf(0), abs=3 * found.loc["fiscal", "standard_error"])
    assert found.loc["fiscal", "standard_error"] < 0.06


def test_value_of_partial_information_has_its_closed_form(two_factors: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    runs, known = two_factors
    benefit = psa.net_benefit(runs, "fiscal")
    found = psa.partial_information(benefit, known).set_index("factor")
    assert list(found.index) == ["b", "a", "idle"]
    assert found.loc["b", "evppi"] == pytest.approx(4 * norm.pdf(0), abs=0.08)
    assert found.loc["a", "evppi"] == pytest.approx(3 * norm.pdf(0), abs=0.08)
    assert found.loc["idle", "evppi"] < 1.5 * found.loc["idle", "chance"] < 0.2
    both = psa.partial_information(benefit, known, {"both": ["a", "b"]})
    assert both["share_of_evpi"].iloc[0] == pytest.approx(1.0, abs=0.02)


def test_whole_years_can_be_known_too() -> None:
    years = np.repeat([1.0, 2.0, 3.0], 100)
    runs = world({"status-quo": np.zeros(300), "fund": (2 - years) * 10.0 + 1.0})
    found = psa.partial_information(psa.net_benefit(runs, "fiscal"), pd.DataFrame({"years": years}))
    # knowing the years is knowing all: the fund is taken in the third of draws in which it gains 9
    assert found["evppi"].iloc[0] == pytest.approx(3.0, abs=0.35)


def test_acceptability_counts_wins_and_the_frontier_has_the_highest_mean() -> None:
    cost = np.array([-1.0, -1.0, 10.0])  # better in two draws of three, worse on average
    found = psa.acceptability(world({"status-quo": np.zeros(3), "fund": cost, "planner": cost - 100}), "state", (0.0,))
    found = found.set_index("design")
    assert "planner" not in found.index, "the yardstick is no choice"
    assert found.loc["fund", "probability"] == pytest.approx(2 / 3)
    assert found.index[found["on_frontier"]].tolist() == ["status-quo"]


def test_a_year_of_need_that_is_worth_more_than_it_costs_to_avoid_decides() -> None:
    runs = world({"status-quo": np.zeros(5), "fund": np.full(5, 30_000.0)}, {"status-quo": 1.0, "fund": 0.5})
    found = psa.acceptability(runs, "fiscal", (50_000.0, 70_000.0))
    assert found[found["on_frontier"]]["design"].tolist() == ["status-quo", "fund"]
    plane, broader = psa.plane(runs, "fiscal"), psa.plane(runs, "societal")
    assert (broader["years_avoided"] == 1.0).all(), "society discounts otherwise, its years of need too"
    assert (plane["years_avoided"] == 0.5).all()
    assert (plane["cost"] == 30_000).all()


def test_draws_without_one_of_the_designs_are_left_out_whole() -> None:
    runs = world({"status-quo": np.zeros(5), "fund": np.ones(5)})
    wide = paired.by_design(runs[~((runs["design"] == "fund") & (runs["draw"] == 2))], "cost_state")
    assert wide.index.tolist() == [0, 1, 3, 4]


def test_pairing_saves_what_the_shared_luck_would_cost() -> None:
    rng = np.random.default_rng(2)
    luck, own = rng.normal(size=4000) * 3, rng.normal(size=4000)
    found = paired.pairing(world({"status-quo": luck, "fund": luck + own}), "cost_fiscal")
    assert found["ratio"].iloc[0] == pytest.approx((9 + 10) / 1, rel=0.1)


def test_convergence_ends_with_all_draws(two_factors: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    runs, _ = two_factors
    last = psa.convergence(runs, "fiscal").iloc[-1]
    whole = psa.perfect_information(runs, worth=(0.0,)).set_index("perspective").loc["fiscal"]
    assert (last["draws"], last["evpi"]) == (DRAWS, pytest.approx(whole["evpi"]))
    means = paired.convergence(paired.differences(runs, "cost_fiscal"))
    assert means["draws"].iloc[-1] == DRAWS


def test_too_few_draws_are_refused() -> None:
    runs = world({"status-quo": np.zeros(10), "fund": np.ones(10)})
    with pytest.raises(ValueError, match="10 draws are too few"):
        psa.partial_information(psa.net_benefit(runs, "fiscal"), pd.DataFrame({"a": np.arange(10.0)}))
    with pytest.raises(ValueError, match="'king' is not known"):
        psa.net_benefit(runs, "king")


def test_two_factors_that_act_only_together_are_worth_knowing_together() -> None:
    x, z = np.random.default_rng(0).normal(size=(2, 3000))
    benefit, known = pd.DataFrame({"a": 0.0, "b": 3 * x * z}), pd.DataFrame({"x": x, "z": z})
    found = psa.partial_information(benefit, known, {"both": ["x", "z"], "x": ["x"]}).set_index("factor")
    assert found.loc["both", "evppi"] == pytest.approx(3 / np.pi, rel=0.1)
    assert found.loc["both", "above_chance"]
    assert not found.loc["x", "above_chance"]


def test_a_group_is_worth_no_less_than_its_members_whatever_else_is_in_the_table() -> None:
    rng = np.random.default_rng(4)
    known = pd.DataFrame(rng.random((60, 6)), columns=list("abcdef"))
    benefit = pd.DataFrame({"now": 0.0, "fund": 0.3 * known["a"] + rng.normal(size=60)})
    alone = psa.partial_information(benefit, known).set_index("factor")["evppi"]
    found = psa.partial_information(benefit, known, {"all": list("abcdef"), "two": ["e", "f"]}).set_index("factor")
    assert found.loc["all", "evppi"] >= alone.max() > 0
    assert found.loc["all", "evppi"] >= found.loc["two", "evppi"] >= alone[["e", "f"]].max()


def test_known_values_of_information() -> None:
    x, z = (norm.ppf((np.random.default_rng(s).permutation(4000) + 0.5) / 4000) for s in (1, 2))
    benefit, known = pd.DataFrame({"a": 0.0, "b": 1 + 3 * x + 2 * z}), pd.DataFrame({"x": x, "z": z})
    found = psa.partial_information(benefit, known, {"x": ["x"], "z": ["z"], "both": ["x", "z"]}).set_index("factor")

    def closed(sd: float) -> float:  # E[max(0, N(1, sd))] - 1
        return sd * norm.pdf(1 / sd) + norm.cdf(1 / sd) - 1

    expected = {"x": closed(3), "z": closed(2), "both": closed(13**0.5)}
    assert expected == pytest.approx({"x": 0.7627, "z": 0.3956, "both": 0.9934}, abs=1e-4)
    assert found["evppi"].to_dict() == pytest.approx(expected, abs=0.05)


def test_noise_is_not_worth_knowing() -> None:
    seen = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        benefit = pd.DataFrame({"a": 0.0, "b": rng.normal(size=100)})
        seen += psa.partial_information(benefit, pd.DataFrame(rng.random((100, 100))).add_prefix("x"))[
            "above_chance"
        ].any()
    assert seen <= 1


def test_fewer_than_twenty_draws_lie_between_the_lowest_and_the_highest() -> None:
    for number, ends in ((19, [1.0, 19.0]), (20, [1.95, 19.05])):
        found = paired.summary(
            world({"status-quo": np.zeros(number), "fund": np.arange(1.0, number + 1)}), ["cost_fiscal"]
        )
        assert found.loc[0, ["low_end", "high_end"]].tolist() == pytest.approx(ends)


def test_a_summary_has_the_spread_and_says_who_is_better() -> None:
    runs = world({"status-quo": np.zeros(200), "fund": np.arange(1.0, 201), "bond": np.zeros(200)})
    found = paired.summary(runs, ["cost_fiscal"]).set_index("design")
    assert found.loc["fund", ["median", "low_end", "high_end"]].tolist() == pytest.approx([100.5, 10.95, 190.05])
    assert found.loc["fund", ["better", "equal", "worse", "best"]].tolist() == [0, 0, 1, 0]
    assert found.loc["bond", ["better", "equal", "worse", "best"]].tolist() == [0, 1, 0, 0.5]
    curve = psa.acceptability(runs, "fiscal", (0.0,)).set_index("design")
    assert curve.loc["bond", ["probability", "probability_against"]].tolist() == [0.5, 0.5]
    assert curve.loc["fund", ["better", "equal", "worse"]].tolist() == [0, 0, 1]


def test_draws_that_are_left_out_are_counted_with_the_reason() -> None:
    runs = world({"status-quo": np.zeros(6), "fund": np.ones(6)}).assign(ratio_fiscal=1.0)
    runs.loc[(runs["design"] == "fund") & (runs["draw"] < 2), "ratio_fiscal"] = np.nan
    assert str(paired.counted(runs, "ratio_fiscal")) == "4 of 6 draws; left out: no programme under fund (2)"
    assert str(paired.counted(runs[runs["draw"] < 5], "cost_fiscal", of=6)) == (
        "5 of 6 draws; left out: no run of status-quo (1), no run of fund (1)"
    )


def test_the_incremental_table_rules_out_who_is_dominated() -> None:
    found = incremental.ratios(list("ABECD"), [0, 100, 300, 260, 400], [0, 1, 1.4, 1.5, 2.5]).set_index("design")
    assert found["standing"].to_dict() == {
        "A": "frontier", "B": "frontier", "C": "extendedly dominated", "D": "frontier", "E": "dominated"
    }  # fmt: skip
    assert found["icer"].drop("E").to_dict() == pytest.approx({"A": np.nan, "B": 100, "C": 320, "D": 200}, nan_ok=True)
    assert found.loc["E", "by"] == "C"
