"""The clauses of contracts: one small pure function for each.

A clause changes one number, the amount that its payer owes its receiver so far (`owed`, units of the contract's
currency for each project, never negative), and knows nothing else than its `Facts`: what the project cost, what was
measured, what the receiver put in and is owed. So an analyst can settle any clause with pencil and paper. Its terms
arrive as plain numbers; their units and bounds stand in `vocabulary`, and the order in which clauses act is the
business of `settlement`. Three functions at the end work on several amounts: `best_of`, `spread` and `coupons`.

Read by `vocabulary` and `settlement`. Ids such as R1, C2, K1 refer to rows of the evidence table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.arithmetic import powers

__all__ = ["Facts", "Rule", "Values", "best_of", "coupons", "instalments", "repaid_in_full", "spread"]

Amounts = NDArray[np.float64]
Values = Mapping[str, Any]  # numbers, or one for each project


@dataclass(frozen=True)
class Facts:
    """What a clause may look at; arrays have shape (n,), one entry for each project.

    `cost` of the programme; `metric` that the clause reads (zero if it reads none); `stake` of the receiver in the
    up-front cost; `received`, what the receiver is owed so far by everybody, under what is settled no later. All but
    the metric are in units of the contract's currency. `lists` are the terms of the clause that are lists; an entry is
    a number, or one for each project. `path` is the metric at each date so far, with the year in which it falls;
    `children` how many take part; `most`, what may be owed at most for a yearly return; `overpaid`, what was paid at
    earlier dates beyond what is owed now.
    """

    cost: Amounts
    metric: Amounts
    stake: Amounts
    received: Amounts
    lists: Mapping[str, Sequence[float | Amounts]] = field(default_factory=dict)
    path: Sequence[tuple[int, Amounts]] = ()
    children: Amounts | float = 0.0
    most: Amounts | float = 0.0
    overpaid: Amounts | float = 0.0


Rule = Callable[[Amounts, Facts, Values], Amounts]


def _level(facts: Facts, values: Values) -> Amounts:
    """Units of currency that a limit stands for, in one of the ways in which it can be given."""
    if "amount" in values:
        return np.full_like(facts.cost, values["amount"])
    if "share" in values:
        return values["share"] * facts.cost
    if "per_child" in values:
        return values["per_child"] * facts.children + np.zeros_like(facts.cost)
    if "yearly_return" in values:
        return facts.most + np.zeros_like(facts.cost)
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
    """Add the price of the rate card for each outcome: owed + price * max(metric, 0) (C4).

    With `above` and `up_to` only for those between: owed + price * (min(max(metric, above), up_to) - above). With
    `indexation` i the price is price * (1 + i) ** y for outcomes that come in year y, the first being 0: what was
    reached at each date, less what had been reached at the date before. A price below zero takes off what is owed.
    """
    above = values.get("above", 0.0)

    def priced(metric: Amounts) -> Amounts:
        return np.asarray(np.clip(metric, above, np.maximum(values.get("up_to", np.inf), above)) - above)

    if "indexation" not in values:
        return np.maximum(owed + values["price"] * priced(facts.metric), 0.0)
    before = np.zeros_like(owed)
    for year, metric in facts.path:
        owed = owed + values["price"] * grown(values["indexation"], year) * (priced(metric) - before)
        before = priced(metric)
    return np.maximum(owed, 0.0)


def threshold(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Pay nothing unless the metric reaches a level: owed if metric >= level, else 0 (C3, K4).

    The level is `amount` in the unit of the metric, or `share` times the cost.
    """
    return np.where(facts.metric >= _level(facts, values), owed, 0.0)


def cap(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Let no more be owed than a limit: min(owed, limit) (C1 c, K7).

    The limit is an `amount`, `share` times the cost, or `share_of_metric` times what was saved (R3).
    """
    return np.minimum(owed, _level(facts, values))


def floor(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Let no less be owed than a limit: max(owed, limit); the limit as for `cap` (C13)."""
    return np.maximum(owed, _level(facts, values))


def bonus(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add an `amount`, or `share` of the cost, where its condition holds or its date has come: owed + bonus (K8).

    With `indexation` i, times (1 + i) ** y in year y.
    """
    return owed + _level(facts, values) * (
        grown(values["indexation"], facts.path[-1][0]) if "indexation" in values else 1.0
    )


def share_of_cost(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add a share of what the project cost: owed + share * cost (R1, R4).

    Three words share this formula. By `repay_by_frame_cut` the payer's budget frame is lowered by the amount; by
    `internal_invoice` it keeps its frame and is invoiced; by `repay` it pays back a loan, an advance or a bond. The
    amount is the same, the budget that feels it is not.
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


def step_table(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add what the highest level reached pays, in times the cost: owed + pays[i] * cost, 0 below the first (K4).

    i is the last entry of `levels` (rising, in the unit of the metric) that the metric is at or above.
    """
    pays = np.array([0.0, *facts.lists["pays"]])
    reached = sum((facts.metric >= level for level in facts.lists["levels"]), np.zeros(owed.shape, np.int64))
    return owed + pays[reached] * facts.cost


def slide(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Add a payment that slides between two points, in times the cost (K2).

    Nothing below `from`; at `from` it is from_pays * cost, at `to` and above to_pays * cost, and on a straight line
    between: owed + cost * (from_pays + (to_pays - from_pays) * (min(metric, to) - from) / (to - from)).
    """
    low, high = values["from"], values["to"]
    along = np.clip((facts.metric - low) / (high - low), 0.0, 1.0)
    pays = values["from_pays"] + (values["to_pays"] - values["from_pays"]) * along
    return owed + np.where(facts.metric >= low, pays * facts.cost, 0.0)


def early_termination(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Replace what is owed by `share` of the cost, where the contract was ended early: share * cost (K3)."""
    return values["share"] * facts.cost


def cover_loss(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Make good the receiver's loss, up to `share` of the cost (K4: 7.2 of 9.6 M guaranteed by a foundation).

    owed + min(share * cost, max(0, stake of the receiver - all that it is owed so far)).
    """
    loss = np.maximum(facts.stake - facts.received, 0.0)
    return owed + np.minimum(values["share"] * facts.cost, loss)


def pass_on(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Pass on a share of the return: of what the payer is owed by everybody, beyond a multiple of what it put in.

    owed + share * max(0, all that the payer is owed so far - times_stake * its stake); with times_stake = 1 a share of
    its return, with 0 of all that it gets.
    """
    return owed + values["share"] * np.maximum(facts.received - values["times_stake"] * facts.stake, 0.0)


def clawback(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Give back what was paid too early: owed + share * max(0, paid at earlier dates - owed in the end)."""
    return owed + values["share"] * facts.overpaid


def waterfall(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Take first what the payer owes somebody else, until the stake is back (K5, senior before subordinate).

    Of the amount owed to the other, min(owed, max(0, times_stake * stake - all that the receiver is owed so far)).
    """
    return np.minimum(owed, np.maximum(values["times_stake"] * facts.stake - facts.received, 0.0))


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


def grown(rate: float, years: float) -> float:
    """What 1 grows to at a yearly rate; whole years are multiplied out, so that every processor says the same."""
    whole = int(years)
    factor = float(powers(1.0 + rate, whole + 1)[-1])
    return factor if years == whole else factor * float((1.0 + rate) ** (years - whole))


def repaid_in_full(
    stake: Amounts, years: NDArray[np.int64], rate: float, paid: Sequence[tuple[float, Amounts]], now: float
) -> Amounts:
    """What may have been paid in all by now, if nobody is to have more than a yearly return: an internal rate.

    `stake` is put in in equal parts at the beginning of each of `years` years; `paid` are earlier payments, by years
    since the start. What is outstanding grows by the rate, and no payment is larger than that.

    >>> most = repaid_in_full(np.array([100.0]), np.array([1]), 0.1, [(1.0, np.array([60.0]))], 2.0)
    >>> round(float(most[0]), 6)  # (100 * 1.1 - 60) * 1.1 = 55 are left, after 60
    115.0
    """
    left = np.zeros_like(stake)
    for year in range(int(years.max(initial=1))):
        if year <= now:
            left = left + np.where(year < years, stake / years, 0.0) * grown(rate, now - year)
    for when, amount in paid:
        left = left - amount * grown(rate, now - when)
    return np.asarray(sum((amount for _, amount in paid), np.zeros_like(stake)) + np.maximum(left, 0.0))


def unchanged(owed: Amounts, facts: Facts, values: Values) -> Amounts:
    """Leave the amount as it is.

    `schedule` says only when it is paid (R4, see `instalments`), `coupon` what is paid on what is outstanding (M9, C10,
    see `coupons`), and `best_of` which of several amounts stay (K3, see there).
    """
    return owed


def best_of(amounts: Mapping[str, Amounts], routes: Sequence[Sequence[str]]) -> dict[str, Amounts]:
    """Let only the parts of the route that sums highest stay; the others become 0. Of equal routes the first (K3).

    >>> left = best_of({"cohort": np.array([5.0, 1.0]), "pooled": np.array([3.0, 3.0])}, [["cohort"], ["pooled"]])
    >>> {part: amount.tolist() for part, amount in left.items()}
    {'cohort': [5.0, 0.0], 'pooled': [0.0, 3.0]}
    """
    sums = [np.sum([amounts[part] for part in route], axis=0) for route in routes]
    best = np.argmax(sums, axis=0)
    return {part: np.where(best == number, amounts[part], 0.0) for number, route in enumerate(routes) for part in route}


def spread(amounts: Sequence[Amounts], total: Amounts) -> list[Amounts]:
    """Bring several amounts to a new total: a cut takes from the last first, a rise goes to the first.

    >>> [part.tolist() for part in spread([np.array([6.0, 6.0]), np.array([5.0, 5.0])], np.array([8.0, 15.0]))]
    [[6.0, 10.0], [2.0, 5.0]]
    """
    before = np.sum(amounts, axis=0)
    left, after = total, []
    for amount in amounts:
        after.append(np.where(total < before, np.minimum(amount, left), amount))
        left = left - after[-1]
    after[0] = after[0] + np.maximum(total - before, 0.0)
    return after


def instalments(total: NDArray[np.int64], first_year: int, years: int) -> tuple[tuple[int, NDArray[np.int64]], ...]:
    """Divide a whole amount into equal yearly parts that sum exactly to it: (year, whole units of currency).

    By the end of instalment k, total * k // years has been paid, so no part differs from another by more than 1.

    >>> [(due, int(part[0])) for due, part in instalments(np.array([10]), 1, 3)]
    [(1, 3), (2, 3), (3, 4)]
    """
    paid = [total * k // years for k in range(years + 1)]
    return tuple((first_year + k, paid[k + 1] - paid[k]) for k in range(years))


def coupons(
    total: NDArray[np.int64], rate: Amounts, first_year: int, years: int
) -> tuple[tuple[int, NDArray[np.int64]], ...]:
    """Interest paid with each instalment of `instalments`: (year, whole units of currency) (M9, C10).

    Simple interest, `rate` a year on what is outstanding before the instalment, for the years since the previous
    payment: 1, and for the first `first_year`, as the debt stands from year 0.

    >>> [(due, int(part[0])) for due, part in coupons(np.array([300]), np.array([0.1]), 2, 3)]
    [(2, 60), (3, 20), (4, 10)]
    """
    outstanding, due = total, []
    for k, (year, paid) in enumerate(instalments(total, first_year, years)):
        gap = 1 if k else first_year
        due.append((year, np.rint(rate * outstanding * gap).astype(np.int64)))
        outstanding = outstanding - paid
    return tuple(due)
