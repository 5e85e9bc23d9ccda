"""What programmes are worth, against the options that bodies decide on."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.experiments.patterns.worth import basket, worth
from stupror.model.children.cells import build_cells, detection_edges
from stupror.model.children.ladder import build_ladder
from stupror.model.children.practice import cost_begun, cost_empty, practice_of
from stupror.model.children.prices import PAYER, build_costs
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()


def certain(spec):
    """The scenario with one option left and its effects known for sure: Skolfam at twelve."""
    kept = [item for item in spec.interventions if item.name == "skolfam"]
    quantities = {p: q for p, q in spec.quantities.items() if not p.startswith("interventions.") or ".skolfam." in p}
    for name in ("escalation", "recovery", "forks", "half_life"):
        path = f"interventions.skolfam.{name}"
        fixed = {"distribution": {"kind": "fixed"}}
        quantities[path] = type(quantities[path]).model_validate(quantities[path].model_dump() | fixed)
    return replace(spec, quantities=quantities, interventions=(replace(kept[0], age_from=12, age_to=12),))


def test_worth_without_doubt_is_what_the_option_saves_to_each_payer():
    spec = certain(SPEC)
    row = worth(spec, draws=3, seed=1).iloc[0]
    seen = spec.detection
    edges = detection_edges(seen.sensitivity, seen.false_alarm, seen.take_up)
    cells = build_cells(
        spec.interventions, build_ladder(spec.ladder), build_costs(spec), edges, practice=practice_of(spec.project)
    )
    discount = (1 + spec.discount.rate) ** -np.arange(cells.true_saving.shape[1])
    saved = (cells.true_saving[0] * discount[:, None]).sum(axis=0)
    assert row["all"] == pytest.approx(saved.sum(), rel=1e-6)
    assert row["low"] == pytest.approx(row["high"])
    assert row["owner"] == pytest.approx(saved[[PAYER["social"], PAYER["education"]]].sum(), rel=1e-6)
    assert row["municipality"] + row["region"] + row["state"] == pytest.approx(row["all"])
    each = cost_begun(spec.project) + cost_empty(spec.project)  # who leaves costs less, empty places cost, too
    assert row["cost_sek"] == pytest.approx(spec.interventions[0].cost * discount[:3].sum() * each)
    assert row["pays_publicly"] == float(row["all"] >= row["cost_sek"])


def test_the_evidence_leaves_doubt_and_owners_gain_less_than_everybody():
    rows = worth(SPEC, draws=20, seed=1).set_index("intervention")
    assert len(rows) == len(SPEC.interventions)
    assert (rows["low"] < rows["high"]).all()
    assert (rows["owner"] < rows["all"]).all()
    assert (rows["pays_owner"] <= rows["pays_publicly"]).all()
    assert rows.loc["edge-of-care", "low"] < 0 < rows.loc["edge-of-care", "high"]  # trials found harm and gain


def test_the_planner_buys_nothing_that_has_no_effect_and_never_for_those_reached_already():
    spec = SPEC
    for item in spec.interventions:
        for name in ("escalation", "recovery", "forks"):
            spec = spec.replace(f"interventions.{item.name}.{name}", 1.0)
    bought, reach = basket(spec)
    assert bought.empty
    assert reach["bought for"] == 0
    bought, reach = basket(SPEC)
    assert (bought["gain_m_sek"] > 0).all()
    assert 0 < reach["bought for"] <= reach["seen"] <= reach["in need under 30"]
    parenting = bought.set_index("intervention").loc["parenting"]
    reached = next(item.covered for item in SPEC.interventions if item.name == "parenting")
    assert parenting["share_of_seen"] <= 1 - reached
