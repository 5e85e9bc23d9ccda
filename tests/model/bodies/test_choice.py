"""Choosing, worked by hand: two options of one committee, or of two, for a handful of children."""

import numpy as np
import pytest

from stupror.model.bodies.choice import Asked, Left, Needs, choose
from stupror.model.children.ladder import N_AGES, N_LEVELS
from stupror.model.children.lifecourse import Options

POTS = ("social", "region", "municipal_fund")
SOCIAL, REGION, FUND = range(len(POTS))


def decide(
    children,
    options,
    *,
    money=(),
    capacity=1.0,
    overhead=0,
    overhead_now=0,
    overhead_fund=0,
    each_fund=0,
    limited=True,
    order=None,
):
    """Children by (age, level); options as (intervention, age, level, pot, score, whole, now, fund)."""
    seen = np.zeros((1, N_AGES, N_LEVELS), np.int64)
    for place, number in children.items():
        seen[(0, *place)] = number
    kind, age, level, pot, score, whole, now, fund = (np.array(column) for column in zip(*options, strict=True))
    kinds = int(kind.max()) + 1
    pots = np.zeros((1, len(POTS)), np.int64)
    for purse, amount in money:
        pots[0, purse] = amount
    places = np.ceil(seen[0, age, level] * capacity).astype(np.int64)
    part = np.zeros((kind.size, len(POTS)), np.int64)
    part[np.arange(kind.size), pot] = now
    part[:, FUND] = fund
    paper = np.zeros((kinds, len(POTS)), np.int64)
    paper[kind, pot] = overhead_now
    paper[..., FUND] = overhead_fund
    per_child = np.zeros_like(paper)
    per_child[..., FUND] = each_fund
    wanted = np.full(kind.size, -9, np.int64)
    before, lowest = seen.copy(), np.minimum(pots, 0)
    rank = score / whole if limited else score.astype(float)
    first = rank if order is None else np.array(order, float)
    choose(
        Options(kind, age, level),
        Asked(np.zeros(kind.size, np.int64), np.arange(kind.size), score.astype(float), first),
        Needs(part, float(overhead), paper, per_child),
        Left(seen, pots, places),
        limited,
        wanted,
        np.zeros(wanted.shape, np.int8),
    )
    assert (seen >= 0).all()
    assert (pots >= lowest).all() or not limited
    taken = np.zeros_like(seen)
    np.add.at(taken[0], (age, level), wanted)
    assert (before - seen == taken).all()  # nobody is taken twice, nobody is lost
    return wanted.tolist(), pots[0]


CHEAP = (0, 5, 1, SOCIAL, 300.0, 100, 100, 0)  # gains 3 per krona
DEAR = (1, 5, 2, SOCIAL, 800.0, 400, 400, 0)  # gains 2 per krona, but more per child
HERE = {(5, 1): 10, (5, 2): 10}


def test_money_goes_to_the_best_per_krona_first_and_then_runs_out():
    """1,000 for ten cheap places, 900 left: two dear ones, 100 over."""
    taken, pots = decide(HERE, [CHEAP, DEAR], money=[(SOCIAL, 1_900)])
    assert taken == [10, 2]
    assert pots[SOCIAL] == 100


def test_whoever_sets_the_order_goes_first_whatever_is_best_per_krona():
    """1,900 in the purse: four dear ones for 1,600, then three cheap ones; what is worth nothing stays out."""
    taken, pots = decide(HERE, [CHEAP, DEAR], money=[(SOCIAL, 1_900)], order=[-2.0, -1.0])
    assert taken == [3, 4]
    assert pots[SOCIAL] == 0
    assert decide(HERE, [(*CHEAP[:4], 0.0, 100, 100, 0)], money=[(SOCIAL, 10**6)], order=[5.0])[0] == [0]


def test_nothing_is_bought_without_money():
    assert decide(HERE, [CHEAP, DEAR], money=[(REGION, 10**9)])[0] == [0, 0]


def test_the_planner_has_no_shortage_and_prefers_the_greatest_gain():
    rival = (0, 5, 2, SOCIAL, 700.0, 1, 1, 0)  # 700 per krona, but less than DEAR per child
    taken, pots = decide({(5, 2): 10}, [rival, DEAR], limited=False)
    assert taken == [0, 10]
    assert pots.tolist() == [0] * 3
    assert decide({(5, 2): 10}, [rival, DEAR], money=[(SOCIAL, 10**6)])[0] == [10, 0]


def test_what_seems_worth_nothing_or_less_is_left():
    for score in (0.0, -5.0):
        assert decide(HERE, [(*CHEAP[:4], score, 100, 100, 0)], money=[(SOCIAL, 10**6)])[0] == [0]


def test_capacity_rounds_up_and_leaves_the_rest_to_another():
    """Of seven, a half is four; the other programme may take four too, but three are left."""
    options = [(0, 5, 2, SOCIAL, 900.0, 100, 100, 0), (1, 5, 2, SOCIAL, 800.0, 100, 100, 0)]
    assert decide({(5, 2): 7}, options, money=[(SOCIAL, 10**6)], capacity=0.5)[0] == [4, 3]


def test_the_expected_gain_must_exceed_what_paper_costs():
    """Ten children at 300 are worth 3,000 together."""
    assert decide(HERE, [CHEAP], money=[(SOCIAL, 10**6)], overhead=3_000)[0] == [0]
    assert decide(HERE, [CHEAP], money=[(SOCIAL, 10**6)], overhead=2_999)[0] == [10]


def test_applying_is_paid_once_and_before_the_children():
    """1,150: 250 for the application leaves nine places at 100. One krona less than the application: none."""
    both = [CHEAP, (0, 6, 1, SOCIAL, 290.0, 100, 100, 0)]
    children = {(5, 1): 5, (6, 1): 10}
    taken, pots = decide(children, both, money=[(SOCIAL, 1_150)], overhead_now=250)
    assert taken == [5, 4]
    assert pots[SOCIAL] == 0
    taken, pots = decide(children, both, money=[(SOCIAL, 249)], overhead_now=250)
    assert taken == [0, 0]
    assert pots[SOCIAL] == 249


def test_a_fund_binds_by_the_whole_promise_and_the_owner_by_this_year():
    """Fund: 1,000 less 100 for paper, 300 a child: three. Owner: 50 a child out of 120: two."""
    option = (0, 5, 1, SOCIAL, 300.0, 350, 50, 300)
    assert decide(HERE, [option], money=[(FUND, 1_000), (SOCIAL, 10**6)], overhead_fund=100)[0] == [3]
    taken, pots = decide(HERE, [option], money=[(FUND, 1_000), (SOCIAL, 120)], overhead_fund=100)
    assert taken == [2]
    assert (pots[FUND], pots[SOCIAL]) == (300, 20)


def test_a_purse_that_pays_the_evaluation_must_have_its_part_for_each_child():
    """100 of the fund for the project, then 300 and 50 a child: 1,000 are enough for two, and 200 are over."""
    option = (0, 5, 1, SOCIAL, 300.0, 400, 100, 300)
    money = [(FUND, 1_000), (SOCIAL, 10**6)]
    taken, pots = decide(HERE, [option], money=money, overhead_fund=100, each_fund=50)
    assert taken == [2]
    assert pots[FUND] == 200
    assert decide(HERE, [option], money=money, overhead_fund=100, each_fund=0)[0] == [3]


def test_a_purse_in_debt_stops_what_it_would_pay_for_and_nothing_else():
    money = [(SOCIAL, 10**6), (FUND, -1)]
    assert decide(HERE, [CHEAP], money=money)[0] == [10]
    assert decide(HERE, [(*CHEAP[:5], 100, 100, 1)], money=money)[0] == [0]
    assert decide(HERE, [CHEAP], money=money, overhead_fund=1)[0] == [0]


def test_each_owner_has_its_own_purse():
    options = [CHEAP, (1, 5, 2, REGION, 800.0, 400, 400, 0)]
    assert decide(HERE, options, money=[(SOCIAL, 300), (REGION, 850)])[0] == [3, 2]


@pytest.mark.parametrize("limited", [True, False])
def test_nobody_to_take_is_nobody_taken(limited):
    assert decide({}, [CHEAP], money=[(SOCIAL, 10**6)], limited=limited)[0] == [0]
