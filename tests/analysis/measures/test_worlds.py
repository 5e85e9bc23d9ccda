"""What holds over worlds: quantiles, shares, ties, and when a sign is decided."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.measures import lifetime, worlds
from stupror.analysis.report.page import texts
from stupror.analysis.report.worlds_table import over_worlds


@pytest.fixture
def lived(monkeypatch):
    """200 worlds in which the fund gains 1 to 200 SEK a child, all of it for the state, and the bond nothing."""
    seeds = np.arange(1, 201)
    cost = {
        "status-quo": 0.0 * seeds,
        "fund": -1.0 * seeds,
        "bond": 0.0 * seeds,
        "loss": np.where(seeds > 100, 1.0, -1.0),
    }

    def lifetime_cost(_tables, _rate):
        rows = [
            (design, seed, group, 10.0 * value if group == "state" else 0.0)
            for design, values in cost.items()
            for seed, value in zip(seeds, values, strict=True)
            for group in lifetime.GROUPS
        ]
        frame = pd.DataFrame(rows, columns=["design", "seed", "group", "pv_sek"])
        return frame.assign(per_child_sek=frame["pv_sek"] / 10.0)

    monkeypatch.setattr(lifetime, "lifetime_cost", lifetime_cost)
    monkeypatch.setattr(lifetime, "without_ages", dict)
    runs = pd.DataFrame(
        [(design, seed, 10) for design in cost for seed in seeds], columns=["design", "seed", "children"]
    )
    return {"runs": runs}


def test_quantiles_are_those_of_the_worlds_and_not_of_the_mean(lived):
    found = worlds.spread(lived, 0.03).set_index(["design", "payer"])
    fund = found.loc[("fund", "all")]
    assert (fund["median"], fund["low"], fund["high"]) == pytest.approx((100.5, 10.95, 190.05))
    assert found.loc[("fund", "region"), ["median", "better", "equal"]].tolist() == [0.0, 0.0, 1.0]


def test_of_few_worlds_the_ends_are_the_lowest_and_the_highest():
    values = [*range(19)]
    assert worlds.ends(values) == (0.0, 18.0)
    assert worlds.ends([*values, 19]) == pytest.approx((0.95, 18.05))


def test_shares_of_worlds_add_up_and_a_tie_makes_nobody_the_cheapest(lived):
    found = worlds.spread(lived, 0.03)
    assert (found["better"] + found["equal"] + found["worse"]).to_numpy() == pytest.approx(1.0)
    table = worlds.better_than(lived, 0.03)
    assert table.loc["bond", "status-quo"] == table.loc["status-quo", "bond"] == 0.5
    assert table.loc["fund", "status-quo"] == 1.0
    assert table.to_numpy() + table.to_numpy().T == pytest.approx(np.ones(table.shape))
    # in world 1 the loss gains as much as the fund
    assert worlds.best(lived, 0.03)["fund"] == pytest.approx(199 / 200)


def test_a_sign_that_holds_in_fewer_than_nine_worlds_of_ten_is_not_decided(lived):
    assert worlds.decided(0.9, 0.1)
    assert worlds.decided(0.02, 0.95)
    assert not worlds.decided(0.89, 0.11)
    for language, title, told in (
        ("en", "All public payers gain in", ("100 % of worlds", "not decided", "no difference")),
        ("sv", "Alla offentliga betalare vinner i", ("100 % av världarna", "inte avgjort", "ingen skillnad")),
    ):
        text = over_worlds(lived, texts(language)["sentences"], 0.03).set_index("Design")[title]
        assert text["fund"] == told[0]
        assert told[1] in text["loss"]
        assert text["bond"] == told[2]


def test_luck_is_told_from_worlds_as_it_was_put_in(monkeypatch):
    """Gains of all: variance 9 is the world's and 1 is luck. Municipalities: the world's alone; regions: luck alone."""
    rng = np.random.default_rng(2)
    n, m = 4000, 2000
    own = rng.normal(0.0, 3.0, n)
    drawn = {"design": "fund", "seed": np.arange(n), "all_sek": own + rng.normal(size=n)}
    first = pd.DataFrame({**drawn, "municipality_sek": own, "region_sek": rng.normal(size=n), "state_sek": 0.0})
    again = first.head(m).assign(all_sek=own[:m] + rng.normal(size=m), region_sek=rng.normal(size=m))
    monkeypatch.setattr(worlds, "gains", lambda _tables, _rate: first)
    found = worlds.luck({"luck": again}, 0.03).set_index("payer")
    assert found["share"].to_dict() == pytest.approx(
        {"all": 0.1, "municipality": 0.0, "region": 1.0, "state": np.nan}, abs=0.04, nan_ok=True
    )
    assert found.loc["all", "low"] < 0.1 < found.loc["all", "high"] < 0.12
    assert found["m"].tolist() == [m] * 4
    assert worlds.luck({}, 0.03).empty


def test_nine_intervals_of_ten_hold_the_share_of_luck(monkeypatch):
    rng, held = np.random.default_rng(3), 0
    for _ in range(200):
        own = rng.normal(0.0, 2.0, 40)
        nothing = dict.fromkeys(("municipality_sek", "region_sek", "state_sek"), 0.0)
        first = pd.DataFrame({"design": "fund", "seed": range(40), "all_sek": own + rng.normal(size=40), **nothing})
        again = first.head(10).assign(all_sek=own[:10] + rng.normal(size=10))
        monkeypatch.setattr(worlds, "gains", lambda _tables, _rate, first=first: first)
        row = worlds.luck({"luck": again}, 0.03).iloc[0]
        held += row["low"] < 0.2 < row["high"]
    assert 0.85 <= held / 200 <= 0.97
