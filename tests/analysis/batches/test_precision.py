"""How sure a mean is, by how the draws were made, and what is luck: against worlds in which it is known."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches import precision
from stupror.experiments.plans.sampling import Sampling, cube

FACTORS, SEEDS = 4, 200


def means(method: str, scrambles: int, draws: int = 64) -> tuple[float, float]:
    """Share of seeds in which the interval holds the true mean, 1, of ``prod(0.5 + u)``; and its mean width."""
    told = {"method": method, "scrambles": scrambles, "factors": FACTORS, "second_order": False}
    held, width = 0, 0.0
    for seed in range(SEEDS):
        points = cube(Sampling(method=method, draws=draws, seed=seed, scrambles=scrambles), FACTORS)
        found = precision.mean_of(pd.Series((0.5 + points).prod(axis=1)), told)
        held, width = held + (found.low <= 1.0 <= found.high), width + (found.high - found.low) / SEEDS
    return held / SEEDS, width


def test_nine_intervals_of_ten_hold_the_mean_and_spread_draws_are_narrower() -> None:
    random, wide = means("random", 1)
    assert 0.84 <= random <= 0.96
    for method in ("latin-hypercube", "halton", "sobol"):
        held, width = means(method, 8)
        assert 0.84 <= held <= 0.96, method
        assert width < 0.75 * wide, method
    assert means("sobol", 1)[0] > 0.99, "one scramble: an upper bound, and said so"
    assert precision.kind_of({"method": "sobol"}) == precision.AT_MOST


def test_blocks_that_share_numbers_do_not_count_as_so_many_draws() -> None:
    rng = np.random.default_rng(1)
    blocks = np.repeat(rng.normal(size=40), 5)  # five draws that are one and the same
    found = precision.mean_of(pd.Series(blocks), {"method": "morris", "factors": 4})
    alone = precision.mean_of(pd.Series(blocks[::5]))
    assert found[:3] == pytest.approx(alone[:3])
    assert found.kind == precision.BLOCKS
    error = precision.standard_error(pd.Series(blocks), {"method": "morris", "factors": 4})
    assert error == pytest.approx(blocks[::5].std(ddof=1) / np.sqrt(40))


def test_a_grid_has_a_mean_and_no_interval() -> None:
    found = precision.mean_of(pd.Series([1.0, 2.0, 3.0]), {"method": "factorial", "factors": 1})
    assert found.mean == 2.0
    assert np.isnan([found.low, found.high]).all()


def test_several_scrambles_begin_alike_when_there_are_more_draws() -> None:
    few, many = (cube(Sampling(method="halton", draws=n, seed=3, scrambles=4), 3) for n in (20, 40))
    assert (many[:20] == few).all()
    assert len(np.unique(few[:4, 0])) == 4, "each with luck of its own"


def replicated(parameters: float, luck: float, common: float, r: int) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    draws = 2000
    draw, again = np.repeat(np.arange(draws), r), np.tile(np.arange(r), draws)
    gap = rng.normal(scale=parameters, size=draws)[draw] + rng.normal(scale=luck, size=draws * r)
    gap = gap + rng.normal(scale=common, size=r)[again] if common else gap
    seed = again if common else np.arange(draws * r)
    frame = pd.DataFrame({"draw": draw, "replication": again, "seed": seed, "design": "status-quo", "cost": 0.0})
    return pd.concat([frame, frame.assign(design="fund", cost=gap)], ignore_index=True)


def test_variance_is_split_into_parameters_and_luck() -> None:
    found = precision.variance_split(replicated(3.0, 4.0, 0.0, 4), "cost", "status-quo").iloc[0]
    assert (found["design"], found["draws"], found["replications"]) == ("fund", 2000, 4)
    assert found["parameters"] == pytest.approx(9.0, rel=0.1)
    assert found["luck"] == pytest.approx(16.0, rel=0.05)
    assert found["share_of_luck"] == pytest.approx(16 / 25, rel=0.05)
    one = precision.variance_split(replicated(3.0, 4.0, 0.0, 1), "cost", "status-quo").iloc[0]
    assert np.isnan(one["parameters"])
    assert np.isnan(one["share_of_luck"])


def test_luck_that_all_draws_share_is_not_taken_for_what_is_uncertain() -> None:
    found = precision.variance_split(replicated(3.0, 1.0, 2.0, 40), "cost", "status-quo").iloc[0]
    assert found["parameters"] == pytest.approx(9.0, rel=0.1)
    assert found["luck"] == pytest.approx(1.0 + 4.0, rel=0.4)  # of forty shared lucks
