"""No dead parameters: whatever can be written in a scenario file moves some result."""

from functools import cache

import numpy as np
import pytest
from worlds import change, world

from stupror.model.bodies.private import ASKS
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel

# Where a parameter has nothing to say in four years of the ordinary budget: the design and years in which it must.
WHERE = {
    "belief.neighbour_weight": ("state-outcomes-fund", 24),
    "belief.": ("municipal-fund", 14),  # results come first, and are read when much has been decided
    "board.other_regarding_spread": ("state-outcomes-fund", 16),
    "board.": ("municipal-fund", 4),
    "diffusion.": ("municipal-fund", 4),
    "budget.result_": ("municipal-fund", 4),  # a fund follows the result
    "budget.rur_": ("rur-fund", 4),
    "budget.tax_and_grant_share": ("rur-fund", 4),
    "investor.lending_rate": ("social-bond", 4),
    "investor.smallest": ("vantaa-lapset-sib", 6),
    "investor.": ("impact-linked-bond", 6),
    "impact_investor.loss_limit": ("essex-edge-of-care", 6),
    "impact_investor.": ("harnosand-utfallsfonden", 6),
    "guaranteed_investor.": ("rikers-island", 6),
    "state.": ("national-outcomes-funding", 6),
    "choice.": ("municipal-fund", 6),
    "project.idea_": ("municipal-fund", 6),
    "project.group_": ("municipal-fund", 6),
    "service.": ("municipal-fund", 8),  # results come first
    "interventions.skolfam.partner_share": ("municipal-fund-repayment", 6),  # who repays
    "interventions.placed-youth.partner_share": ("municipal-fund-repayment", 6),
    "interventions.skolfam.covered": ("planner", 4),
    "interventions.placed-youth.covered": ("planner", 4),
    "interventions.care-leavers.covered": ("planner", 4),
    "provider.": ("internal-outcome-contract", 4),
}
SPEC = load_scenario()
# The rest of diffusion moves the history of the whole country: tests/model/practice/test_practice.py.
OF_FUNDS = ("diffusion.voluntary", "diffusion.fund_multiple")
PATHS = sorted(p for p in SPEC.quantities if not p.startswith("diffusion.") or p in OF_FUNDS)


@cache
def lively():
    """Three municipalities in two counties where everything can act: money, regard for others, effects that pay."""
    spec = change(
        select(SPEC, ["1080", "1082", "0767"]),
        committee__horizon=10,
        committee__other_regarding=0.6,
        board__horizon=10,
        board__other_regarding=0.4,
        region__other_regarding=0.6,
        budget__room_share=0.004,
        budget__windfall_probability=0.5,
        budget__rur_opening=0.048,
        budget__rur_release=0.002,
        region__room_share=0.001,
        board__fund_share=0.004,
        diffusion__voluntary=0.5,
        diffusion__fund_multiple=4,
        project__application_cost=5_000,
        project__evaluation_cost=5_000,
        project__follow_up_years=2,
        project__idea_rate=60.0,
        choice__reluctance=0.2,
        belief__initial_sd=1.0,
    )
    for item in spec.interventions:
        for name, value in (("escalation", 0.75), ("recovery", 1.4), ("forks", 0.85), ("half_life", 1.0)):
            low, high = spec.quantities[f"interventions.{item.name}.{name}"].range
            spec = spec.replace(f"interventions.{item.name}.{name}", min(max(value, low), high))
        spec = spec.replace(
            f"interventions.{item.name}.partner", "social" if item.owner == "education" else "education"
        )
    spec = spec.replace("interventions.home-visits.age_to", 2)  # so that both ages can move
    return spec.replace("interventions.parenting.owner", "region")


def moved(quantity, path):
    """Another valid value: a step towards the end of the range that is farther off."""
    low, high = quantity.range
    values = []
    for place, value in enumerate(quantity.entries):
        end = high if high - value >= value - low else low
        step = value + (end - value) * 0.4
        values.append(round(step) if isinstance(value, int) and isinstance(low, int) and value > 1 else step)
        if isinstance(quantity.value, tuple) and path.endswith(("levels", "not_eligible")):
            values[place] = value
    if path == "budget.windfall_probability":
        return 1.0
    if path == "budget.rur_most":
        return 0.05  # the least
    if path == "investor.loss_limit":
        return 0.02
    if path == "interventions.care-leavers.covered":
        return 0.4  # the most: there are few who leave care in a small county
    if path.endswith(".age_from"):
        return quantity.value + 1
    if path.endswith(".age_to"):
        return quantity.value - 1
    if path.endswith((".duration", "_years")) and not isinstance(quantity.value, tuple):
        return quantity.value + 1
    if path.endswith(".levels"):
        return (2, 2) if quantity.value != (2, 2) else (1, 2)
    if path == "ladder.not_eligible":
        return tuple(1.2 * value for value in quantity.value)
    if path == "ladder.frailty_share":
        return (0.7, 0.2, 0.1)
    if path.startswith("ladder.adult_") and len(quantity.entries) == 25:
        matrix = 0.9 * np.reshape(quantity.value, (5, 5)) + 0.1 * np.eye(5)
        return tuple((matrix / matrix.sum(axis=1, keepdims=True)).ravel().tolist())
    if path == "detection.sensitivity":
        return (0.0, 0.3, 0.5, 0.7, 0.9)
    if path == "detection.false_alarm":
        return (0.04, 0.1, 0.06, 0.0, 0.0)
    return tuple(values) if isinstance(quantity.value, tuple) else values[0]


@cache
def base(design, years):
    return world(lively(), design, years=years)


@cache
def tables(model):
    """Result tables of a run, but for the hash of the scenario, which would move with anything."""
    result = model.tables(detail=False)
    return result | {"runs": result["runs"].drop(columns="scenario_hash")}


def lived_alike(one, other):
    """Whether the years that both have lived are the same in children and books, as the model keeps them."""
    lives = zip(one.state.children.history, other.state.children.history, strict=False)
    years = zip(one.state.books.yearly, other.state.books.yearly, strict=False)
    return all(np.array_equal(a, b) for a, b in lives) and all(
        np.array_equal(here[line][name], there[line][name])
        for here, there in years
        for line in here
        for name in here[line]
    )


def differs(spec, design, years):
    """Whether any result differs from the base's; looks after each year, for most parameters act in the first."""
    one, other = base(design, years), PreventionModel(spec, load_design(design), 1, years)
    for _ in range(years):
        other.step()
        if not lived_alike(one, other):
            return True
    before, after = tables(one), other.tables(detail=False)
    return any(not before[name].equals(after[name][list(before[name])]) for name in before)


@pytest.mark.parametrize("path", PATHS)
def test_every_parameter_moves_a_result(path):
    design, years = next((there for prefix, there in WHERE.items() if path.startswith(prefix)), ("status-quo", 4))
    quantity = lively().quantities[path]
    spec = lively().replace(path, moved(quantity, path))
    assert spec.quantities[path].value != quantity.value
    assert differs(spec, design, years), f"{path} changes nothing: where is it read?"


def test_what_private_parties_want_is_not_read_where_a_contract_names_none():
    spec = lively()
    for path in ASKS:
        spec = spec.replace(path, moved(spec.quantities[path], path))
    assert not differs(spec, "municipal-fund", 4)


def test_nothing_moves_where_nothing_is_changed():
    """The comparison above can say no, also for another scenario object with the same content."""
    again = lively().replace("committee.horizon", lively().committee.horizon)
    assert not differs(again, "status-quo", 4)
