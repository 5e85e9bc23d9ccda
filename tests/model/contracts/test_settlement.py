"""The designs that come with the model: settled by hand, and held to the laws of any contract under random terms."""

import tomllib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.contracts import Outcome, load_design, net_by_party, read_design, settle, split_cost
from stupror.model.contracts.contract import PAYERS
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError

M = 1_000_000
WITH_CLAUSES = ["municipal-fund-repayment", "sib-norrkoping", "sib-norrkoping-shared", "state-outcomes-fund"]
NAMES = ["status-quo", "municipal-fund", "planner", *WITH_CLAUSES]  # `test_designs` has all the others

sek = st.integers(0, 200 * M)
saving = st.floats(-300 * M, 300 * M)


def outcome(design, cost, metric, holds):
    """Make an outcome in which every condition has the value given."""
    return Outcome(
        np.array(cost, dtype=np.int64),
        dict.fromkeys(design.metrics, np.array(metric, dtype=np.float64)),
        dict.fromkeys(design.asked_conditions, np.array(holds, dtype=np.bool_)),
    )


def total(transfers):
    """Sum all that is paid, whoever pays."""
    return sum(int(transfer.amount.sum()) for transfer in transfers)


def varied(design, factor):
    """Multiply every share in the clauses by a factor, to see the contract's laws hold for other terms too."""

    def scaled(quantity):
        return quantity.model_copy(update={"value": quantity.value * factor})

    clauses = tuple(
        replace(c, terms={k: scaled(q) if k == "share" else q for k, q in c.terms.items()}) for c in design.clauses
    )
    return replace(design, clauses=clauses)


@pytest.mark.parametrize(
    ("name", "better_school", "expected"),
    [
        # Reading A, saving in full: max(min(saving, 12 or 10), 4).
        ("sib-norrkoping", True, [4, 5, 8, 10, 12, 12]),
        ("sib-norrkoping", False, [4, 5, 8, 10, 10, 10]),
        # Reading B: 4 + 0.6 x min(saving, 10) + (saving above 10), at most 12 or 10:
        # 4; 4 + 3; 4 + 4.8; 4 + 6; 4 + 6 + 2; 4 + 6 + 5 -> 12.
        ("sib-norrkoping-shared", True, [4, 7, 8.8, 10, 12, 12]),
        ("sib-norrkoping-shared", False, [4, 7, 8.8, 10, 10, 10]),
    ],
)
def test_norrkoping_pays_what_each_reading_says(name, better_school, expected):
    design = load_design(name)
    saved = np.array([0, 5, 8, 10, 12, 15]) * float(M)
    metric = {"cost_reduction": saved, "school_results": np.full(6, float(better_school))}
    (transfer,) = settle(design, Outcome(np.full(6, 10 * M), metric, {"delivered": np.full(6, True)}))
    assert (transfer.payer, transfer.receiver, transfer.year) == ("municipality", "investor", 3)
    assert transfer.amount.tolist() == [round(e * M) for e in expected]


def test_norrkoping_not_delivered_has_no_guarantee_and_negative_saving_pays_nothing():
    for name, of_five in (("sib-norrkoping", 5 * M), ("sib-norrkoping-shared", 3 * M)):  # B: 0.6 x 5
        design = load_design(name)
        saved = np.array([-2.0 * M, 5.0 * M])
        metric = {"cost_reduction": saved, "school_results": np.ones(2)}
        (transfer,) = settle(design, Outcome(np.full(2, 10 * M), metric, {"delivered": np.full(2, False)}))
        assert transfer.amount.tolist() == [0, of_five]


def test_repayment_refills_the_fund_in_three_equal_frame_cuts_only_after_results():
    design = load_design("municipal-fund-repayment")
    saved = {"cost_reduction": np.array([1.0, 0.0])}
    transfers = settle(design, Outcome(np.array([5_600_000, 5_600_000]), saved))
    # 5.6 M in three: 1,866,666 + 1,866,667 + 1,866,667 = 5,600,000 (R4: refilled in full).
    # Measured in year 3 (four years of follow-up), so in the years 4, 5 and 6.
    assert [(t.year, t.amount.tolist()) for t in transfers] == [
        (4, [1_866_666, 0]),
        (5, [1_866_667, 0]),
        (6, [1_866_667, 0]),
    ]
    assert {(t.clause, t.payer, t.receiver) for t in transfers} == {("repay_by_frame_cut", "owner", "municipal_fund")}


def test_outcomes_fund_pays_half_of_the_saving_never_negative_and_at_most_1_2_times_the_cost():
    design = load_design("state-outcomes-fund")
    saved = np.array([-3.0, 0.0, 4.0, 24.0, 50.0]) * M
    (transfer,) = settle(design, Outcome(np.full(5, 10 * M), {"cost_reduction": saved}))
    # 0.5 x 4 = 2; 0.5 x 24 = 12 = 1.2 x 10; 0.5 x 50 = 25 -> 12.
    assert transfer.amount.tolist() == [0, 0, 2 * M, 12 * M, 12 * M]
    assert (transfer.payer, transfer.receiver) == ("outcomes_fund", "municipal_fund")


@pytest.mark.parametrize("name", ["status-quo", "municipal-fund", "planner"])
def test_a_design_without_clauses_pays_nothing_afterwards(name):
    assert settle(load_design(name), Outcome(np.array([1, 2]))) == ()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(sek, saving, st.booleans()), max_size=8), factor=st.floats(0, 1))
def test_every_payment_is_a_whole_amount_from_one_party_to_another(name, rows, factor):
    design = varied(load_design(name), factor)
    cost, metric, holds = zip(*rows, strict=True) if rows else ((), (), ())
    transfers = settle(design, outcome(design, cost, metric, holds))
    for transfer in transfers:
        assert transfer.amount.dtype == np.int64
        assert transfer.amount.shape == (len(rows),)
        assert (transfer.amount >= 0).all()
        assert transfer.payer != transfer.receiver
        assert {transfer.payer, transfer.receiver} <= set(design.parties)
    net = net_by_party(transfers)
    assert sum((amount.sum() for amount in net.values()), 0) == 0
    shares = split_cost(design, np.array(cost, dtype=np.int64))
    assert np.array_equal(sum(shares.values()), np.array(cost, dtype=np.int64))
    assert all((share >= 0).all() for share in shares.values())


@pytest.mark.parametrize("name", WITH_CLAUSES)
@settings(max_examples=50, deadline=None)
@given(cost=sek, metric=saving, holds=st.booleans())
def test_no_contract_pays_above_its_highest_cap_or_below_its_guarantee(name, cost, metric, holds):
    design = load_design(name)
    paid = total(settle(design, outcome(design, [cost], [metric], [holds])))
    caps = [c.values["share"] for c in design.clauses if c.kind == "cap"] or [1.0]  # repayment: at most the cost
    least = [c.values["share"] for c in design.clauses if c.kind == "guarantee" and holds] or [0.0]
    assert max(least) * cost - 0.5 <= paid <= max(caps) * cost + 0.5


@pytest.mark.parametrize("name", WITH_CLAUSES)
@settings(max_examples=50, deadline=None)
@given(cost=sek, metrics=st.lists(saving, min_size=2, max_size=8), holds=st.booleans())
def test_a_higher_saving_never_pays_less(name, cost, metrics, holds):
    design = load_design(name)
    n = len(metrics)
    transfers = settle(design, outcome(design, [cost] * n, sorted(metrics), [holds] * n))
    paid = sum(transfer.amount for transfer in transfers)
    assert all(low <= high for low, high in pairwise(paid.tolist()))


@pytest.mark.parametrize("name", WITH_CLAUSES)
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(sek, saving, st.booleans()), min_size=1, max_size=6))
def test_projects_are_settled_alike_alone_and_together(name, rows):
    design = load_design(name)
    together = settle(design, outcome(design, *zip(*rows, strict=True)))
    for i, (cost, metric, holds) in enumerate(rows):
        alone = settle(design, outcome(design, [cost], [metric], [holds]))
        assert [(t.clause, t.year, int(t.amount[0])) for t in alone] == [
            (t.clause, t.year, int(t.amount[i])) for t in together
        ]


def test_settlement_leaves_what_it_was_given_as_it_was():
    design = load_design("sib-norrkoping-shared")
    given_ = outcome(design, [10 * M], [15.0 * M], [True])
    first = total(settle(design, given_))
    assert total(settle(design, given_)) == first
    assert given_.metric["cost_reduction"].tolist() == [15.0 * M]
    assert given_.cost.tolist() == [10 * M]


def test_a_missing_metric_or_condition_is_named():
    with pytest.raises(InputError) as refusal:
        settle(load_design("sib-norrkoping"), Outcome(np.array([M])))
    message = str(refusal.value)
    assert all(word in message for word in ("'cost_reduction'", "'delivered'", "'school_results'"))


@pytest.mark.parametrize(
    ("cost", "metric", "word"),
    [([1, 2], [1.0], "shape"), ([1], [np.nan], "finite"), ([-1], [1.0], "negative")],
)
def test_an_outcome_that_makes_no_sense_is_refused(cost, metric, word):
    given_ = Outcome(np.array(cost), {"cost_reduction": np.array(metric)})
    with pytest.raises(InputError, match=word):
        settle(load_design("state-outcomes-fund"), given_)


def test_the_cost_is_split_without_losing_a_krona():
    document = tomllib.loads((DESIGNS / "status-quo.toml").read_text(encoding="utf-8"))
    third = {"form": "own", "share": {"value": 1 / 3, "unit": "1", "range": [0, 1], "source": "assumed"}}
    design = read_design(document | {"finance": dict.fromkeys(("owner", "state", "investor"), third)}, "three.toml")
    # Edges of 100: 0, 33.3 -> 33, 66.7 -> 67, 100.
    parts = split_cost(design, np.array([100]))
    assert {party: int(part[0]) for party, part in parts.items()} == {"owner": 33, "state": 34, "investor": 33}


def test_groups_of_payers_are_counted_as_named():
    measure = load_design("state-outcomes-fund").measures["cost_reduction"]
    counted = [payer for payer in PAYERS if measure.counts(payer, owner="social")]
    assert counted == ["region", *PAYERS[5:]]
    own = replace(measure, payers=("owner",))
    assert [payer for payer in PAYERS if own.counts(payer, owner="social")] == ["social"]
