"""The clauses of contracts: one small pure function for each.

A clause changes one number, the amount that its payer owes its receiver so far (`owed`, SEK for each project, never
negative), and knows nothing else than what the project cost and what was measured. So an analyst can settle any
clause with pencil and paper. Its terms arrive as plain numbers; their units and bounds stand in `vocabulary`, and the
order in which clauses act is the business of `settlement`.

Read by `vocabulary` and `settlement`. Ids such as R1, C2, K1 refer to rows of the evidence table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Facts", "Rule", "Values", "instalments"]

Amounts = NDArray[np.float64]
Values = Mapping[str, float]


@dataclass(frozen=True)
class Facts:
    """What a clause may look at: SEK the projects cost, and the metric that the clause reads. Shape (n,)."""

    cost: Amounts
    metric: Amounts


Rule = Callable[[Amounts, Facts, Values], Amounts]


def _level(facts: Facts, values: Values) -> Amounts:
    """SEK that a limit stands for: an amount, a share of the cost, or a share of what was measured."""
    if "amount" in values:
        return np.full_like(facts.cost, values["amount"])
    if "share" in values:
        return values["share"] * facts.cost
    return values["share_of_metric"] * np.maximum(facts.metric, 0.0)


def guarantee(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Raise what is owed to at least `share` of the cost, on delivery: max(owed, share * cost) (C1 a).

    A floor and not an addition: whoever has earned more by results gets no more for it.
    """
    return np.maximum(owed, values["share"] * facts.cost)


def share_of_saving(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add a share of the measured saving that lies between two points, both as multiples of the cost (C1 b, P4).

    owed + share * (min(max(metric, above * cost), up_to * cost) - above * cost); a rise in cost adds nothing.
    `above` is 0 and `up_to` has no limit unless given. Several such clauses make bands (K5).
    """
    start = values.get("above", 0.0) * facts.cost
    band = np.maximum(facts.metric - start, 0.0)
    if "up_to" in values:
        band = np.minimum(band, values["up_to"] * facts.cost - start)
    return owed + values["share"] * band


def price_per_outcome(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add the price of the rate card for each outcome: owed + price * max(metric, 0) (C4)."""
    return owed + values["price"] * np.maximum(facts.metric, 0.0)


def threshold(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Pay nothing unless the metric reaches a level: owed if metric >= level, else 0 (C3, K4).

    The level is `amount` in the unit of the metric, or `share` times the cost.
    """
    return np.where(facts.metric >= _level(facts, values), owed, 0.0)


def cap(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Let no more be owed than a limit: min(owed, limit) (C1 c, K7).

    The limit is `amount` SEK, `share` times the cost, or `share_of_metric` times what was saved (R3).
    """
    return np.minimum(owed, _level(facts, values))


def floor(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Let no less be owed than a limit: max(owed, limit); the limit as for `cap` (C13)."""
    return np.maximum(owed, _level(facts, values))


def bonus(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add `amount` SEK, or `share` of the cost, where its condition holds: owed + bonus (K8)."""
    return owed + _level(facts, values)


def share_of_cost(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add a share of what the project cost: owed + share * cost (R1, R4).

    Two words share this formula. By `repay_by_frame_cut` the payer's budget frame is lowered by the amount; by
    `internal_invoice` it keeps its frame and is invoiced. The amount is the same, the budget that feels it is not.
    """
    return owed + values["share"] * facts.cost


def risk_share(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Share each saved krona as the risk is shared, up to break-even (K1 reading B, R2).

    Whoever put `share` of the cost at risk gets that share of each krona saved until the saving equals the cost:
    owed + share * min(max(metric, 0), cost).
    """
    return owed + values["share"] * np.clip(facts.metric, 0.0, facts.cost)


def provider_at_risk(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Let the provider give back the part of its fee that was at risk, as far as results fall short (C2, K2).

    owed + share * cost * (1 - reached); reached = metric / (target * cost), held between 0 and 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = np.clip(facts.metric / (values["target"] * facts.cost), 0.0, 1.0)
    return owed + values["share"] * facts.cost * np.where(facts.cost > 0, 1.0 - reached, 0.0)


def waive_if(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Forgive what is owed where its condition holds: 0 (R5, a budget that moved to another body)."""
    return np.zeros_like(owed)


def co_pay(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Take over a share of what another party owes the same receiver: share * owed (C4, K11).

    The state pays share * price, the local body (1 - share) * price; the receiver gets the same in all.
    """
    return values["share"] * owed


def admin_cost(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add what running the contract costs: owed + `amount` SEK a project, or + `share` of its cost (table 3.1)."""
    return owed + _level(facts, values)


def interest(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add interest, compounded yearly, to what is owed so far: owed * (1 + rate) ** years (C3, K9)."""
    growth: float = (1.0 + values["rate"]) ** values["years"]
    return owed * growth


def on_schedule(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Leave the amount as it is: a schedule says only when it is paid, see `instalments` (R4)."""
    return owed


def instalments(total: NDArray[np.int64], first_year: int, years: int) -> tuple[tuple[int, NDArray[np.int64]], ...]:
    """Divide whole SEK into equal yearly parts that sum exactly to the total: (years after measurement, SEK).

    By the end of instalment k, total * k // years has been paid, so no part differs from another by more than 1 SEK.

    >>> [(due, int(part[0])) for due, part in instalments(np.array([10]), 1, 3)]
    [(1, 3), (2, 3), (3, 4)]
    """
    paid = [total * k // years for k in range(years + 1)]
    return tuple((first_year + k, paid[k + 1] - paid[k]) for k in range(years))
