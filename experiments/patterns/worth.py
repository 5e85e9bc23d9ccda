"""What each programme costs and is worth to whom, over draws of what studies say; and what a planner would buy.

From the exact expectation of every option, for children as they are seen in the country. Read by the command
`interventions`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.children.cells import Cells, build_cells, detection_edges, saved_levels
from ...model.children.forecast import effects_of, expected_states
from ...model.children.ladder import N_AGES, N_LEVELS, N_STATES, Ladder, build_ladder, level_name
from ...model.children.practice import cost_begun, cost_empty, practice_of
from ...model.children.prices import GROUPS, PAYER, build_costs
from ...model.inputs.life_course import InterventionParameters
from ...model.inputs.scenario import Scenario

__all__ = ["basket", "worth"]

Floats = NDArray[np.float64]
BORN = 110_000  # births in a year, about the mean of 2000-2020 (births.csv)


@dataclass(frozen=True)
class _Options:
    """Every option, what a level costs each payer from there on in present value, and how many children are seen."""

    cells: Cells
    ladder: Ladder
    price: Floats  # (n_cells, N_AGES, N_LEVELS, n_payers), present value
    seen: Floats  # (n_cells,) children seen in a year
    cost: Floats  # (n_cells,) present value of the programme for a child who begins, empty places apart


def _options(spec: Scenario) -> _Options:
    ladder, costs = build_ladder(spec.ladder), build_costs(spec)
    edges = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
    cells = build_cells(spec.interventions, ladder, costs, edges, practice=practice_of(spec.project))
    discount = (1.0 + spec.discount.rate) ** -np.arange(N_AGES)
    price = np.zeros((cells.age.size, N_AGES, N_LEVELS, len(PAYER)))
    for cell, age in enumerate(cells.age):
        price[cell, : N_AGES - age - 1] = costs.by_payer[age + 1 :] * discount[: N_AGES - age - 1, None, None]
    begun = cost_begun(spec.project)
    every = np.array([begun * item.cost * discount[: item.duration].sum() for item in spec.interventions])
    seen = _seen(ladder, edges)[cells.age, cells.level]
    return _Options(cells, ladder, price, seen, every[cells.intervention])


def _levels(spec: Scenario, items: tuple[InterventionParameters, ...], options: _Options) -> Floats:
    """Children fewer at each level by a child of each option who begins, in practice; see `saved_levels`."""
    return sum(
        (
            share * saved_levels(options.cells, effects_of(items, multiple), options.ladder)
            for share, multiple in practice_of(spec.project).strengths
            if share > 0.0
        ),
        np.zeros(()),
    )


def _seen(ladder: Ladder, edges: Floats) -> Floats:
    """Children seen in a year in the country, by age and perceived level, shape (N_AGES, N_LEVELS)."""
    occupied, level = expected_states(ladder) * BORN, np.arange(N_STATES) % N_LEVELS
    found = np.zeros((N_AGES, N_LEVELS))
    for state in range(N_STATES):
        found[:, level[state]] += occupied[:, state] * (edges[state, 1] - edges[state, 0])
        found[:, min(level[state] + 1, N_LEVELS - 1)] += occupied[:, state] * edges[state, 0]
    return found


def _drawn(spec: Scenario, item: InterventionParameters, luck: Floats) -> InterventionParameters:
    """The programme at one draw of what studies say: `luck` is two numbers in (0, 1), of strength and of fading."""

    def at(name: str, u: float) -> float:
        value = spec.quantities[f"interventions.{item.name}.{name}"].quantile(u)
        assert not isinstance(value, tuple)
        return float(value)

    # The same studies measured all three, so they move together; of recovery more is a stronger effect.
    strong = luck[0]
    return replace(
        item,
        escalation=at("escalation", 1.0 - strong),
        recovery=at("recovery", strong),
        forks=at("forks", 1.0 - strong),
        half_life=at("half_life", luck[1]),
    )


def worth(spec: Scenario, *, draws: int, seed: int) -> pd.DataFrame:
    """Cost and worth of each programme, a child of those seen, present value over the whole life.

    The three effects of a programme come from the same studies and are drawn together; how fast they fade, by itself;
    costs and lives stay as they are. Worth is what public payers save in practice, where some leave, and cost what a
    child comes to where some places stay empty.

    Returns
    -------
    pandas.DataFrame
        One row per programme: `cost_sek`; mean worth to `owner` (of two owners both), to each level of government and
        to `all`, with `low` and `high` of its 90 % interval; the share of draws in which it is worth its cost to all
        (`pays_publicly`), to its owners over the life (`pays_owner`), and within the years that they look ahead
        (`pays_owner_soon`).
    """
    options = _options(spec)
    k, n = options.cells.intervention, len(spec.interventions)
    luck = np.clip(np.random.default_rng(seed).random((draws, n, 2)), 1e-6, 1.0 - 1e-6)
    horizon = [(spec.region if item.owner == "region" else spec.committee).horizon for item in spec.interventions]
    within = np.clip(np.array(horizon)[k][:, None] - np.arange(N_AGES), 0.0, 1.0)
    owners = np.array([[payer in (item.owner, item.partner) for payer in PAYER] for item in spec.interventions])
    weight = np.zeros((n, k.size))
    weight[k, np.arange(k.size)] = options.seen
    weight /= weight.sum(axis=1, keepdims=True)
    life, soon = np.zeros((draws, n, len(PAYER))), np.zeros((draws, n))
    for draw in range(draws):
        items = tuple(_drawn(spec, item, luck[draw, i]) for i, item in enumerate(spec.interventions))
        levels = _levels(spec, items, options)
        by_year = np.einsum("chl,chlp->chp", levels, options.price)
        life[draw] = weight @ by_year.sum(axis=1)
        soon[draw] = weight @ ((by_year * owners[k][:, None, :]).sum(axis=2) * within).sum(axis=1)
    begun = cost_begun(spec.project)
    cost = weight @ options.cost * (begun + cost_empty(spec.project)) / begun
    every, own = life.sum(axis=2), (life * owners).sum(axis=2)
    rows = []
    for i, item in enumerate(spec.interventions):
        rows.append(
            {
                "intervention": item.name,
                "owners": " + ".join(filter(None, (item.owner, item.partner))),
                "cost_sek": cost[i],
                "owner": own[:, i].mean(),
                **{name: life[:, i, payers].sum(axis=1).mean() for name, payers in GROUPS.items()},
                "all": every[:, i].mean(),
                "low": np.quantile(every[:, i], 0.05),
                "high": np.quantile(every[:, i], 0.95),
                "pays_publicly": (every[:, i] >= cost[i]).mean(),
                "pays_owner": (own[:, i] >= cost[i]).mean(),
                "pays_owner_soon": (soon[:, i] >= cost[i]).mean(),
            }
        )
    return pd.DataFrame(rows)


def basket(spec: Scenario) -> tuple[pd.DataFrame, dict[str, float]]:
    """What a planner who looks at whole lives would buy at the middle of the evidence, in a year without a past.

    Of the programmes that a child seen at an age and level could be offered, the one worth most above its cost; none if
    no one is. Those whom services reach already (`covered`) are left out.

    Returns
    -------
    tuple
        One row per programme bought (ages, levels, children a year, share of those seen at its ages and levels, M SEK a
        year, worth), and the children in need under 30, those of them seen in a year at an age and level of some
        programme, and those for whom something is bought.
    """
    options = _options(spec)
    cells = options.cells
    levels = _levels(spec, spec.interventions, options)
    net = np.einsum("chl,chlp->c", levels, options.price) - options.cost
    best: dict[tuple[int, int], int] = {}
    for c in np.argsort(-net, kind="stable"):
        best.setdefault((int(cells.age[c]), int(cells.level[c])), int(c))
    covered = np.array([item.covered for item in spec.interventions])[cells.intervention]
    taken = np.zeros(net.size)
    for c in best.values():
        if net[c] > 0.0:
            taken[c] = options.seen[c] * (1.0 - covered[c])
    rows = []
    for i, item in enumerate(spec.interventions):
        mine = cells.intervention == i
        bought = mine & (taken > 0.0)
        if not bought.any():
            continue
        ages, levels_of = cells.age[bought], cells.level[bought]
        rows.append(
            {
                "intervention": item.name,
                "ages": f"{ages.min()}-{ages.max()}",
                "levels": ", ".join(
                    dict.fromkeys(level_name(int(a), int(x)) for a, x in zip(ages, levels_of, strict=True))
                ),
                "children": taken[mine].sum(),
                "share_of_seen": taken[mine].sum() / options.seen[mine].sum(),
                "cost_m_sek": (taken * options.cost)[mine].sum() / 1e6,
                "gain_m_sek": (taken * net)[mine].sum() / 1e6,
            }
        )
    states = expected_states(options.ladder)[:30] * BORN
    need = float(states[:, np.arange(N_STATES) % N_LEVELS > 0].sum())
    first = list(best.values())
    reach = {"in need under 30": need, "seen": float(options.seen[first].sum()), "bought for": float(taken.sum())}
    return pd.DataFrame(rows), reach
