"""Investors and providers: what they expect of a contract and whether they say yes, by hand."""

import numpy as np
import pytest

from stupror.model.bodies.private import belief_weights, judge
from stupror.model.children.forecast import BELIEF_GRID
from stupror.model.children.ladder import N_AGES
from stupror.model.contracts import read_design
from stupror.model.evaluation.evaluators import MATCHED
from stupror.model.evaluation.expected import Expected
from stupror.model.evaluation.metrics import Metric
from stupror.model.evaluation.prospects import Prospect, Usual, prospects


def number(value, unit="1"):
    return {"value": value, "unit": unit, "range": [value, value], "source": "assumed: a test"}


def contract(*clauses, conditions=None):
    """An investor pays; the municipality pays it by these clauses on what the social committee saved in four years."""
    pair = {"payer": "municipality", "receiver": "investor"}
    return read_design(
        {
            **{key: "a test" for key in ("name", "title", "title_sv", "summary", "summary_sv", "source")},
            "decision": {"body": "board"},
            "finance": {"investor": {"form": "investment", "share": number(1.0)}},
            "measure": {
                "saved": {
                    "kind": "cost_reduction", "payers": ["social"], "evaluation": MATCHED,
                    "follow_up_years": number(4, "year"),
                }
            },
            "conditions": conditions or {},
            "clause": [{**pair, **clause} for clause in clauses],
        },
        "test.toml",
    )  # fmt: skip


SHARE = {"kind": "share_of_saving", "metric": "saved", "share": number(1.0)}


def expected(saved, sd):
    """A metric by belief for one option: `saved` SEK per child, in proportion at other beliefs, and its spread."""
    metric = Metric("saved", "cost_reduction", MATCHED, 4, np.zeros((1, N_AGES, 120), np.int64))
    own = np.array(BELIEF_GRID)[:, None] * saved - 1_000.0
    variance = np.full(own.shape, float(sd) ** 2)
    gain = np.full((3, 1), float(saved))
    return Expected(metric, own, np.array([-1_000.0]), variance, own[2], variance[2], gain)


def prospect(design, saved=100.0, cost=1_000, size=25, sd=0.0):
    found = prospects(
        design, [expected(saved, sd)], Usual(np.array([cost]), np.array([size]), np.array([1])), ("investor",)
    )
    return found["investor"], found["municipality"]


def test_without_noise_a_share_of_the_saving_is_the_share_of_the_saving():
    investor, municipality = prospect(contract({**SHARE, "share": number(0.5)}))
    assert investor.flows[:, 0, 3] == pytest.approx(np.array(BELIEF_GRID) * 50)  # in the fourth year, half of 100
    assert (investor.flows == -municipality.flows).all()
    assert investor.probability.sum() == pytest.approx(1.0)
    assert np.allclose(np.tensordot(investor.cases, investor.probability, ([2], [0])), investor.flows)


def test_who_gets_the_good_luck_and_none_of_the_bad_is_paid_for_noise():
    """E max(0, X) for X ~ N(100, s) per child of 25, where s = 800 / sqrt(25): the normal integral, to 5 %."""
    from scipy.stats import norm

    investor, _ = prospect(contract(SHARE), sd=800.0)
    s = 800 / np.sqrt(25)
    for belief, value in enumerate(np.array(BELIEF_GRID) * 100.0):
        exact = value * norm.cdf(value / s) + s * norm.pdf(value / s)
        assert investor.flows[belief, 0, 3] == pytest.approx(exact, rel=0.05)
    assert investor.flows[0, 0, 3] > 20  # something for an effect of nothing


def test_a_larger_group_is_paid_less_for_noise():
    small, _ = prospect(contract(SHARE), sd=800.0, size=10)
    large, _ = prospect(contract(SHARE), sd=800.0, size=1_000)
    assert small.flows[0, 0, 3] > 5 * large.flows[0, 0, 3]


def test_chance_conditions_are_weighed():
    """A bonus of 40 per cent of 1,000 with a chance of one in four is worth 100, whatever was saved."""
    lucky = {"lucky": {"says": "it went well", "chance": number(0.25)}}
    bonus = {"kind": "bonus", "share": number(0.4), "when": "lucky"}
    investor, _ = prospect(contract({**SHARE, "share": number(0.0)}, bonus, conditions=lucky))
    assert investor.flows[:, 0, 3] == pytest.approx(100.0)
    assert sorted(set(investor.probability.round(9))) == [0.025, 0.075]


def certain(paid_in_year_3, probability=(1.0,)):
    """A prospect of one option that pays these amounts with these probabilities, whatever one believes."""
    cases = np.zeros((len(BELIEF_GRID), 1, len(probability), N_AGES))
    cases[:, 0, :, 3] = paid_in_year_3
    return Prospect(np.tensordot(cases, np.array(probability), ([2], [0])), cases, np.array(probability))


def verdict(prospect, *, stake=100.0, rate=0.0, limit=1.0):
    put_in = np.zeros((1, N_AGES))
    put_in[0, 0] = stake
    weights = belief_weights(np.array([1.0]), np.array([0.3]))
    return judge(prospect, put_in, weights, rate, limit)


def test_an_investor_wants_its_return():
    assert verdict(certain([109.3]), rate=0.03).accepts[0]  # 100 * 1.03 ** 3 = 109.27
    assert not verdict(certain([108.0]), rate=0.03).accepts[0]
    assert verdict(certain([109.3]), rate=0.03).net[0] == pytest.approx(109.3 / 1.03**3 - 100)


def test_an_investor_refuses_a_good_bet_that_is_lost_too_often():
    """300 or nothing for 100: fair at one in three."""
    bet = certain([300.0, 0.0], (0.4, 0.6))
    assert verdict(bet, limit=0.6).accepts[0]
    assert not verdict(bet, limit=0.59).accepts[0]
    assert not verdict(certain([300.0, 0.0], (0.3, 0.7))).accepts[0]
    assert verdict(bet).net[0] == pytest.approx(20.0)
    assert verdict(bet).safety[0] == pytest.approx(20 / np.sqrt(0.4 * 200**2 + 0.6 * 100**2 - 20**2))


def test_of_two_options_the_safer_is_ranked_first_whatever_the_gain():
    risky, safe = verdict(certain([400.0, 0.0], (0.5, 0.5))), verdict(certain([130.0, 100.0], (0.5, 0.5)))
    assert risky.net[0] > safe.net[0]
    assert safe.safety[0] > risky.safety[0]


def test_a_provider_gives_up_no_more_than_its_margin():
    lost = certain([-9.0])
    assert verdict(lost, stake=-10.0).accepts[0]
    assert not verdict(lost, stake=-8.0).accepts[0]


def test_beliefs_are_spread_over_the_grid():
    sure, unsure = (belief_weights(np.array([1.0]), np.array([sd]))[:, 0] for sd in (0.05, 0.5))
    assert sure.sum() == pytest.approx(1.0)
    assert unsure.sum() == pytest.approx(1.0)
    assert sure[BELIEF_GRID.index(1.0)] > 0.999
    assert unsure == pytest.approx(unsure[::-1])  # as likely to be too high as too low
    assert unsure @ np.array(BELIEF_GRID) == pytest.approx(1.0)
