"""Marginal value of public funds: cases worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches.public_value import NO_GAIN, NOTHING, PAYS, public_value, with_tax_factor
from stupror.analysis.measures.outcomes import _households

LOST = "lost_earnings"


def test_what_people_lose_is_what_need_costs_society_and_not_the_public() -> None:
    """Of 100 of production 30 are taxes, and 20 come back as a benefit: 50. The public pays 57 and society 107."""
    names = [("social", "resource"), ("central_tax", "tax_forgone"), ("social", "transfer"), ("households", LOST)]
    lost = _households(np.array([7.0, 30.0, 20.0, 100.0]), names)
    assert lost == 50
    assert (7 + 30 + 20) + lost == 7 + 100


def batch(**designs: list[tuple[float, float]]) -> pd.DataFrame:
    """A batch by design: for each draw what people gain and what it costs public budgets, against status quo."""
    several = {"status-quo": [(0.0, 0.0)] * len(next(iter(designs.values()))), **designs}
    rows = [
        {"draw": draw, "replication": 0, "design": name, "seed": draw, "cost_households": 50 - gain,
         "cost_fiscal": 900 + cost}
        for name, draws in several.items()
        for draw, (gain, cost) in enumerate(draws)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("gain", "programme", "saved", "mvpf", "standing"),
    [
        (150, 100, 40, 2.5, ""),  # 150 for 60
        (150, 100, 100, math.inf, PAYS),
        (150, 100, 130, math.inf, PAYS),
        (-30, 100, 40, -0.5, NO_GAIN),
        (-30, 100, 130, -math.inf, NO_GAIN),
        (0, 100, 130, 0.0, NO_GAIN),
        (0, 0, 0, math.nan, NOTHING),
    ],
)
def test_what_people_gain_for_a_krona(gain: float, programme: float, saved: float, mvpf: float, standing: str) -> None:
    found = public_value(batch(fund=[(gain, programme - saved)])).iloc[0]
    assert found["mvpf"] == pytest.approx(mvpf, nan_ok=True)
    assert found["standing"] == standing


def test_it_is_a_ratio_of_sums_and_no_mean_of_ratios() -> None:
    found = public_value(batch(fund=[(100.0, 0.1), (100.0, 99.9), (100.0, -50.0), (100.0, 50.0)])).iloc[0]
    assert found["mvpf"] == pytest.approx(400 / 100)
    assert found["pays"] == 0.25
    assert found["low"] < found["mvpf"] < found["high"]


def test_its_interval_covers_the_truth() -> None:
    """Gain 2 and cost 1 on average: the 90 % interval has 2 in it in nine of ten batches."""
    rng, covered = np.random.default_rng(3), 0
    for _ in range(100):
        draws = list(zip(rng.normal(2, 1, 60), rng.normal(1, 0.5, 60), strict=True))
        row = public_value(batch(fund=draws)).iloc[0]
        covered += row["low"] <= 2 <= row["high"]
    assert 82 <= covered <= 97


def test_a_tax_factor_counts_public_money_once_more() -> None:
    runs = batch(fund=[(0.0, 100.0), (0.0, -100.0), (0.0, -100.0)])
    runs["cost_societal"] = np.where(runs["design"] == "fund", 50.0, 40.0)  # society pays 10 more in every draw
    found = with_tax_factor(runs, factors=(1.0, 1.3)).set_index("factor")
    assert found.loc[1.0, ["mean", "better", "worse"]].tolist() == [10.0, 0.0, 1.0]
    # 10 + 0.3 * 100 = 40 in one draw, 10 - 0.3 * 100 = -20 in two
    assert found.loc[1.3, ["mean", "median"]].tolist() == pytest.approx([0.0, -20.0])
    assert found.loc[1.3, ["better", "worse"]].tolist() == pytest.approx([2 / 3, 1 / 3])
