"""What a design can be judged by: one number for each run, with its direction, its unit and its meaning.

An objective is a measure (`lifetime`) of one run, compared where need be with status quo
and planner of the same seed. A search weighs designs by some of them. Present values are taken at the rate that is
asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from . import contracts, lifetime

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame
Measure = Callable[[Tables, float], Frame]

REFERENCES = (lifetime.BASE, lifetime.BENCHMARK)
_RUN = lifetime.RUN


@dataclass(frozen=True)
class Objective:
    """A number by which designs are judged.

    `better` is "max" or "min"; `measure` takes the tables
    and the yearly discount rate, and gives columns design, seed, value.
    """

    better: str
    unit: str
    meaning: str
    measure: Measure


def _planner_share(tables: Tables, rate: float) -> Frame:
    return lifetime.share_of_planner(tables, rate).assign(value=lambda f: 100 * f["share"])


def _public_gain(tables: Tables, rate: float) -> Frame:
    gain = lifetime.gain_by_group(tables, rate).groupby(_RUN, as_index=False)[["gain_sek"]].sum()
    return gain.assign(value=gain["gain_sek"] / 1e6)


def _gain(group: str, sign: int = 1) -> Measure:
    """Gain (or, with sign -1, net cost) of a payer group, M SEK."""

    def measure(tables: Tables, rate: float) -> Frame:
        gain = lifetime.gain_by_group(tables, rate)
        return gain[gain["group"] == group].assign(value=lambda f: sign * f["gain_sek"] / 1e6)

    return measure


def _invested(tables: Tables, _: float) -> Frame:
    return lifetime.investment(tables).assign(value=lambda f: f["invested_per_year_sek"] / 1e6)


def _children_reached(tables: Tables, _: float) -> Frame:
    return lifetime.investment(tables).assign(value=lambda f: f["children_per_year"])


def _overpayment(tables: Tables, _: float) -> Frame:
    return lifetime.overpayment(tables).assign(value=lambda f: 100 * f["error"].abs())


def _transaction_cost(tables: Tables, _: float) -> Frame:
    return contracts.transaction_cost(tables).assign(value=lambda f: f["transaction_sek"] / 1e6)


def _investor_gain(tables: Tables, rate: float) -> Frame:
    """Gain of investors, M SEK; 0 where none takes part."""
    gain = contracts.outside_gain(tables, rate)
    found = tables["runs"][_RUN].merge(gain[gain["group"] == "investor"], on=_RUN, how="left")
    return found.assign(value=found["gain_sek"].fillna(0.0) / 1e6)


def _deadweight(tables: Tables, _: float) -> Frame:
    return lifetime.deadweight(tables).assign(value=lambda f: 100 * f["share"])


OBJECTIVES: dict[str, Objective] = {
    "planner_share": Objective(
        "max", "%", "share of what a planner would gain in lifetime public cost", _planner_share
    ),
    "public_gain": Objective("max", "M SEK", "what all public budgets gain against status quo", _public_gain),
    "municipality_gain": Objective(
        "max", "M SEK", "what municipalities gain against status quo", _gain("municipality")
    ),
    "region_gain": Objective("max", "M SEK", "what regions gain against status quo", _gain("region")),
    "state_net_cost": Objective("min", "M SEK", "what the state pays, less what it saves", _gain("state", -1)),
    "invested": Objective("max", "M SEK/year", "programme cost, applying and evaluating included", _invested),
    "children_reached": Objective("max", "children/year", "children taken into programmes", _children_reached),
    "investor_gain": Objective("max", "M SEK", "what investors get back, less what they put in", _investor_gain),
    "overpayment": Objective(
        "min", "%", "paid against what the true effect would earn, in sum, either way", _overpayment
    ),
    "transaction_cost": Objective("min", "M SEK", "applying, evaluating and running contracts", _transaction_cost),
    "deadweight": Objective("min", "%", "participants who would have done well anyway", _deadweight),
}


def judge(tables: Tables, rate: float, names: Sequence[str] = tuple(OBJECTIVES)) -> Frame:
    """Judge every run but those of the references (status quo and planner) by these objectives.

    Parameters
    ----------
    tables
        Result tables of the runs to judge and, with the same seeds, of the references.
    rate
        Yearly discount rate of present values.
    names
        Keys of `OBJECTIVES`.

    Returns
    -------
    pandas.DataFrame
        One row per run, in the order of `runs`: design, seed and one column per objective, NaN where it has no value
        (nothing settled, or the planner gains nothing).
    """
    tables = lifetime.without_ages(tables)
    runs = tables["runs"].loc[~tables["runs"]["design"].isin(REFERENCES), _RUN].reset_index(drop=True)
    for name in names:
        value = OBJECTIVES[name].measure(tables, rate)[[*_RUN, "value"]].rename(columns={"value": name})
        runs = runs.merge(value, on=_RUN, how="left")
    return runs
