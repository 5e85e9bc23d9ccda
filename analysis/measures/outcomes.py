"""Outcomes of one run: a handful of numbers from its result tables, cheap enough to work out in every run of a batch.

They are the measures of `lifetime` for a single run, counted with arrays instead of frames (a test holds the two
together). Amounts are present values over whole lives in SEK of 2020 per child of the run; a lower cost is better.
Differences between designs are made later, pair by pair (`paired`). Read by `experiments.batches.engine` and `paired`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from .lifetime import GROUP_OF, GROUPS, OUTSIDE, WORK, WORKERS, all_payments, discounting

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]
Weight = Callable[[NDArray[np.int64]], Floats]  # what a krona counts, by years since the first one

PERSPECTIVES = ("municipality", "region", "state", "fiscal", "societal")
CHILDREN = "children"
NEED = ("years_in_need", "need_fiscal", "need_societal")  # not discounted, as public cost, as cost of society
WITHIN = (10, 20, 30)  # years in which money may be back
IN_NEED = ("support", "care", "placed", "assistance", "ill_health", "exclusion")


@dataclass(frozen=True)
class Outcome:
    """What an outcome is called, its unit, whether less of it is better (None: neither), and when it has no value."""

    title: str
    unit: str
    less_is_better: bool | None
    none_if: str = ""


OUTCOMES: dict[str, Outcome] = {
    "cost_municipality": Outcome("Lifetime cost of municipalities", "SEK/child", True),
    "cost_region": Outcome("Lifetime cost of regions", "SEK/child", True),
    "cost_state": Outcome("Lifetime cost of the state", "SEK/child", True),
    "cost_fiscal": Outcome("Lifetime cost of all public budgets", "SEK/child", True),
    "cost_households": Outcome("Income that households lose, after tax and with benefits", "SEK/child", True),
    "cost_societal": Outcome("Lifetime cost of society: resources, lost production and programmes", "SEK/child", True),
    **{
        f"cost_{group}_{years}": Outcome(
            f"Cost of {name} in the first {years} years, not discounted", "SEK/child", True
        )
        for group, name in (("municipality", "municipalities"), ("region", "regions"), ("state", "the state"))
        for years in WITHIN
    },
    "years_in_need": Outcome("Years at the third level of need or worse, whole lives", "year/child", True),
    "need_fiscal": Outcome("The same, discounted as public cost (`discount.rate`)", "year/child", True),
    "need_societal": Outcome("The same, discounted as cost of society (`discount.societal_rate`)", "year/child", True),
    "invested": Outcome("Programmes, applying, evaluating and contracts, simulated years", "SEK/year", None),
    "reached": Outcome("Children taken into programmes", "child/year", None),
    "fund_paid": Outcome("Paid by the outcomes fund, present value", "SEK/child", None),
    "investor_gain": Outcome("What investors get back less what they put in, present value", "SEK/child", None),
    "wrong_pocket": Outcome("Share of the saving outside the municipality's budgets", "1", None, "nothing saved"),
    "owner_share": Outcome("Share of the saving that the owner can count as its own", "1", None, "nothing saved"),
    "deadweight": Outcome("Share of participants who would have had no need anyway", "1", True, "nobody judged"),
    "ratio_fiscal": Outcome("Saved per SEK spent, all public budgets", "1", False, "no programme"),
    "ratio_societal": Outcome("Saved per SEK spent, society", "1", False, "no programme"),
    "payment_error": Outcome(
        "Paid on what was measured over what the true effect would earn, less 1", "1", None, "nothing due"
    ),
    CHILDREN: Outcome("Children of the run, all cohorts: what sums per child are multiplied by", "child", None),
}


NEEDED = ("runs", "costs", "payments", "levels", "enrolment", "options", "projects")  # tables that are read


def outcomes(tables: Tables, rate: float, societal_rate: float) -> dict[str, float]:
    """Work out every outcome of a single run.

    Parameters
    ----------
    tables
        Result tables of one run (`docs/outputs.md`), those `NEEDED` at least.
    rate, societal_rate
        Yearly discount rates of the public and the societal perspective (`discount.rate`, `discount.societal_rate`).

    Returns
    -------
    dict of str to float
        A number for every name of `OUTCOMES`, in that order; NaN where it has no value, such as the share of a saving
        that is not there.
    """
    run = {name: tables["runs"][name].to_numpy()[0] for name in ("children", "start_year", "years")}
    rates = (rate, societal_rate)
    weights = (*(partial(discounting, each) for each in rates), *(partial(_within, first) for first in WITHIN))
    children, start, years = float(run["children"]), int(run["start_year"]), int(run["years"])
    life, untreated, names = _lives(tables["costs"], start, weights)
    paid = _payments(tables, start, weights)
    public, society = _who(names)

    def cost(group: str, at: int = 0) -> float:
        mine = [GROUP_OF.get(payer) == group for payer, _ in names]
        return float(life[at, mine].sum()) + paid.of(GROUPS[group], at)

    group_cost = {group: cost(group) for group in GROUPS}
    saving, saving_societal = (untreated - life)[0, public].sum(), (untreated - life)[1, society].sum()
    own = (untreated - life)[0, [GROUP_OF.get(payer) == "municipality" for payer, _ in names]].sum()
    return {
        **{f"cost_{group}": each / children for group, each in group_cost.items()},
        "cost_fiscal": float(np.sum([*group_cost.values()])) / children,
        "cost_households": _households(life[0], names) / children,
        "cost_societal": (life[1, society].sum() + paid.work[1]) / children,
        **{
            f"cost_{group}_{first}": cost(group, len(rates) + at) / children
            for group in GROUPS
            for at, first in enumerate(WITHIN)
        },
        **dict(zip(NEED, (years / children for years in _years_in_need(tables["levels"], start, rates)), strict=True)),
        "invested": paid.invested / years,
        "reached": float(tables["enrolment"]["children"].sum()) / years,
        "fund_paid": paid.by_fund / children,
        "investor_gain": -paid.of(OUTSIDE["investor"]) / children,
        "wrong_pocket": _ratio(saving - own, saving),
        "owner_share": _owner_share(tables["options"]),
        "deadweight": _ratio(tables["enrolment"]["deadweight"].sum(), tables["enrolment"]["judged"].sum()),
        "ratio_fiscal": _ratio(saving, paid.work[0]),
        "ratio_societal": _ratio(saving_societal, paid.work[1]),
        "payment_error": _payment_error(tables["projects"]),
        CHILDREN: children,
    }


def _ratio(part: float, whole: float) -> float:
    """Divide, if there is something to divide by."""
    return float(part) / float(whole) if whole > 0 else float("nan")


def _coded(column: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Give a text column as numbers and the text of each number."""
    found = pa.Array.from_pandas(column)
    found = (found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found).dictionary_encode()
    return found.indices.to_numpy(zero_copy_only=False).astype(np.int64), found.dictionary.to_pylist()


def _within(first: int, years: NDArray[np.int64]) -> Floats:
    """Count the first years in full and later ones not at all."""
    return np.asarray(years < first, np.float64)


def _worth(frame: pd.DataFrame, start: int, weights: Sequence[Weight]) -> Floats:
    """What a krona of each row's year counts at `start`, shape (weights, rows)."""
    since = frame["year"].to_numpy(np.int64) - start
    return np.stack([weight(since) for weight in weights])


def _lives(costs: pd.DataFrame, start: int, weights: Sequence[Weight]) -> tuple[Floats, Floats, list[tuple[str, str]]]:
    """Weighted cost of lives with help and without, shape (weights, pairs), and the pairs (payer, kind)."""
    payer, payers = _coded(costs["payer"])
    kind, kinds = _coded(costs["kind"])
    since = costs["year"].to_numpy(np.int64) - start
    years = np.arange(since.max(initial=0) + 1)
    worth = np.stack([weight(years) for weight in weights])
    shape = (len(payers) * len(kinds), years.size)
    cell = (payer * len(kinds) + kind) * years.size + since
    sums = []
    for column in ("actual_sek", "untreated_sek"):
        amount = np.bincount(cell, costs[column].to_numpy(), minlength=shape[0] * shape[1]).reshape(shape)
        sums.append((worth[:, None] * amount).sum(axis=2))
    return sums[0], sums[1], [(payer, kind) for payer in payers for kind in kinds]


def _who(names: list[tuple[str, str]]) -> tuple[list[bool], list[bool]]:
    """Say which pairs are public money, and which cost society real resources or production."""
    return [payer in GROUP_OF for payer, _ in names], [kind in ("resource", "lost_earnings") for _, kind in names]


def _households(life: Floats, names: list[tuple[str, str]]) -> float:
    """What people lose by need: production, less the taxes and contributions on it, less the benefits that they get.

    With what lives cost public payers it is, at one rate, what they cost society.
    """
    sign = {"lost_earnings": 1.0, "tax_forgone": -1.0, "transfer": -1.0}
    return float(np.sum([sign.get(kind, 0.0) * each for (_, kind), each in zip(names, life, strict=True)]))


@dataclass(frozen=True)
class _Paid:
    """What programmes and contracts moved: at the first weight unless it says otherwise, SEK."""

    net: dict[str, Floats]  # paid less received, by account, at each weight
    by_fund: float
    work: list[float]  # what programmes, applying, evaluating and contracts take, at each weight
    invested: float  # the same in the simulated years, not discounted

    def of(self, accounts: Iterable[str], at: int = 0) -> float:
        """What these accounts paid less what they received; not by `sum`, which Python 3.12 changed for floats."""
        return float(np.sum([self.net[account][at] if account in self.net else 0.0 for account in accounts]))


def _payments(tables: Tables, start: int, weights: Sequence[Weight]) -> _Paid:
    """Sum up the table of payments, and the work that providers carry themselves."""
    payments = tables["payments"]
    delivered = float(payments["amount_sek"].to_numpy(np.float64)[_is(payments["purpose"], ("programme",))].sum())
    if float(tables["projects"]["cost_sek"].sum()) > delivered:  # seldom: a contract with the provider's fee at risk
        payments = all_payments(tables)
    if payments.empty:
        return _Paid({}, 0.0, [0.0 for _ in weights], 0.0)
    amount = payments["amount_sek"].to_numpy(np.float64)
    worth = _worth(payments, start, weights) * amount
    payer, payers = _coded(payments["payer"])
    receiver, receivers = _coded(payments["receiver"])
    out, back = (np.stack([np.bincount(code, each) for each in worth]) for code in (payer, receiver))
    net = {name: np.zeros(len(worth)) for name in (*payers, *receivers)}
    for names, amounts, sign in ((payers, out, 1.0), (receivers, back, -1.0)):
        for name, each in zip(names, amounts.T, strict=True):
            net[name] += sign * each
    by_worker = np.array([name in WORKERS for name in receivers], dtype=bool)[receiver]
    work = _is(payments["purpose"], tuple(WORK)) & by_worker
    return _Paid(
        net,
        float(out[0, payers.index("outcomes_fund")]) if "outcomes_fund" in payers else 0.0,
        [float(each[work].sum()) for each in worth],
        float(amount[work & _is(payments["phase"], ("simulated",))].sum()),
    )


def _is(column: pd.Series, names: Sequence[str]) -> NDArray[np.bool_]:
    """Say of each row whether its text is one of these."""
    code, found = _coded(column)
    return np.array([name in names for name in found], dtype=bool)[code]


def _years_in_need(levels: pd.DataFrame, start: int, rates: tuple[float, ...]) -> list[float]:
    """Person-years at the levels `IN_NEED` over whole lives: not discounted, and at each rate."""
    some = _is(levels["level"], IN_NEED)
    lived, since = levels["actual"].to_numpy(np.float64)[some], levels["year"].to_numpy(np.int64)[some] - start
    return [float((discounting(rate, since) * lived).sum()) for rate in (0.0, *rates)]


def _owner_share(options: pd.DataFrame) -> float:
    """Own value over fiscal value of everybody enrolled."""
    enrolled = options["enrolled"].to_numpy(np.float64)
    own, fiscal = (float((options[f"{name}_value_sek"].to_numpy() * enrolled).sum()) for name in ("own", "fiscal"))
    return _ratio(own, fiscal)


def _payment_error(projects: pd.DataFrame) -> float:
    """How far what contracts say on what was measured is from what they say on the true effect."""
    own = ~projects["own_room"].to_numpy(bool)
    payable, fair = (float(projects[f"{name}_sek"].to_numpy(np.float64)[own].sum()) for name in ("payable", "fair"))
    return _ratio(payable - fair, fair)
