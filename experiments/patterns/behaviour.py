"""What municipal funds are used for in a world: how much of them, how often, with and without repayment or effects.

Read by the calibration of behaviour, by `validation` and the tests.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...model.contracts import load_design
from ...model.contracts.ways import IN_FORCE
from ...model.inputs.scenario import Scenario
from ...model.model import PreventionModel

__all__ = ["NORRKOPING", "known_to_do_nothing", "used"]

NORRKOPING = 581  # the municipality whose fund is described for ten years (B24)
_TEN = 10  # years that B24 counts over
_EFFECTS = ("escalation", "recovery", "forks")


def used(spec: Scenario, seed: int, years: int) -> dict[str, float]:
    """Live one place under a municipal fund, with repayment, and where no programme has any effect.

    Without Norrköping in the place, `norrkoping_projects` and `norrkoping_cost` are 0.

    `used_share`
        Granted from funds over what stood in them when they decided, all years together (F3).
    `norrkoping_projects`, `norrkoping_cost`
        Projects that Norrköping's fund begins in ten years, and M SEK for them, where it asks for repayment (B24).
    `repayment`
        Money applied for where the fund asks for repayment over that where it does not; 0 if nobody applies.
    `placebo`
        Money for projects if all programmes are known to do nothing, over that with effects as studied; 0 if none.
    """
    plain = _live(spec, "municipal-fund", seed, years)
    repaid = _live(spec, "municipal-fund-repayment", seed, years)
    nothing = _live(known_to_do_nothing(spec), "municipal-fund", seed, years)
    return {
        "used_share": _over(plain.granted, plain.stock),
        "norrkoping_projects": repaid.begun * _TEN / years,
        "norrkoping_cost": repaid.begun_sek / 1e6 * _TEN / years,
        "repayment": _over(repaid.applied, plain.applied),
        "placebo": _over(nothing.invested, plain.invested),
    }


def known_to_do_nothing(spec: Scenario) -> Scenario:
    """Take every effect away, so that everybody who looks at studies expects none."""
    return spec.with_values(
        {f"interventions.{item.name}.{each}": 1.0 for item in spec.interventions for each in _EFFECTS}
    )


class _Sums(NamedTuple):
    """What the years of a run add up to: SEK, and Norrköping's number of projects."""

    stock: float
    granted: float
    applied: float
    invested: float
    begun: int
    begun_sek: float


def _live(spec: Scenario, design: str, seed: int, years: int) -> _Sums:
    model = PreventionModel(spec, load_design(design), seed, years)
    cost = model.world.whole_cost
    stock = granted = applied = 0.0
    for _ in range(years):
        model.step()
        fund = model.state.bodies.decided[IN_FORCE]
        books, given = model.state.books, int((fund.taken @ cost).sum())
        granted += given
        lapsed = 0 if books.lapsed is None else int(books.lapsed.sum())
        stock += given + int(np.maximum(books.funds["municipal_fund"].free, 0).sum()) + lapsed
        applied += float((fund.applied @ cost).sum())
    projects, codes = model.state.projects, model.world.geography.codes
    begun = projects.judged & (projects.contract == IN_FORCE) & (codes[projects.municipality] == NORRKOPING)
    invested = float(projects.cost[projects.judged].sum())
    return _Sums(stock, granted, applied, invested, int(begun.sum()), float(projects.cost[begun].sum()))


def _over(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
