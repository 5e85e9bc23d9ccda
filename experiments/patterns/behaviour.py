"""What municipal funds are used for in a world: how much of them, how often, with and without repayment or effects.

Read by the calibration of behaviour, by `validation` and the tests.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ...model.contracts import load_design
from ...model.contracts.ways import IN_FORCE
from ...model.inputs.scenario import Scenario, select
from ...model.model import PreventionModel

__all__ = ["NORRKOPING", "known_to_do_nothing", "taking_part", "used"]

NORRKOPING = 581  # the municipality whose fund is described for ten years (B24)
PLACES = ("05", "06", "07", "08", "09")  # Östergötland, where Norrköping lies, and the counties south of it
YEARS, TEN = 6, 10  # money set aside and projects settle within some years; years that B24 counts over
LATELY = 5  # of the ten years, those whose projects are asked of: a project runs for two to five (F5)
COMMITTEES = ("social", "education", "labour_market")
AGAIN = 1_000_000_000  # from the luck of a world to that of its second run with repayment
_EFFECTS = ("escalation", "recovery", "forks")


def used(spec: Scenario, seed: int) -> dict[str, float]:
    """Live some counties under a municipal fund, with repayment (twice), and where no programme has any effect.

    What is published of many funds is taken over the funds of five counties, and what is published of one over two
    runs: the luck of a small run is not that of what it is held against.

    `used_share`
        Granted from funds over what stood in them when they decided, six years together (F3).
    `norrkoping_projects`, `norrkoping_cost`
        Projects that Norrköping's fund begins in ten years, and M SEK for them, where it asks for repayment (B24).
    `repayment`
        Money applied for where the fund asks for repayment over that where it does not, in six years; 0 if nobody
        applies.
    `placebo`
        Money for projects if all programmes are known to do nothing, over that with effects as studied, in six years;
        0 if none.
    """
    spec = select(spec, PLACES)
    plain = _live(spec, "municipal-fund", seed, YEARS)
    nothing = _live(known_to_do_nothing(spec), "municipal-fund", seed, YEARS)
    repaid = [_live(spec, "municipal-fund-repayment", luck, TEN) for luck in (seed, seed + AGAIN)]
    return {
        "used_share": _over(plain.granted, plain.stock),
        "norrkoping_projects": math.fsum(each.begun for each in repaid) / len(repaid),
        "norrkoping_cost": math.fsum(each.begun_sek for each in repaid) / len(repaid) / 1e6,
        "repayment": _over(math.fsum(each.applied for each in repaid) / len(repaid), plain.applied),
        "placebo": _over(nothing.invested, plain.invested),
    }


def taking_part(spec: Scenario, seed: int) -> dict[str, float]:
    """Say which committees take part where work goes on: of municipalities with projects of their fund, the share (A2).

    A committee takes part if it owns a programme of a project that began in the last five of ten years, or runs it
    with the owner. Five counties under a municipal fund; NaN if no fund has begun anything.
    """
    spec = select(spec, PLACES)
    model = PreventionModel(spec, load_design("municipal-fund"), seed, TEN)
    for _ in range(TEN):
        model.step()
    projects = model.state.projects
    first = model.year - LATELY
    lately = projects.judged & (projects.contract == IN_FORCE) & (projects.start_year >= first)
    everywhere = np.unique(projects.municipality[lately]).size
    found = {}
    for body in COMMITTEES:
        runs = np.array([body in (item.owner, item.partner) for item in spec.interventions])
        there = np.unique(projects.municipality[lately & runs[projects.intervention]]).size
        found[f"takes_part_{body}"] = there / everywhere if everywhere else np.nan
    return found


def known_to_do_nothing(spec: Scenario) -> Scenario:
    """Take every effect away, so that everybody who looks at studies expects none."""
    return spec.with_values(
        {f"interventions.{item.name}.{each}": 1.0 for item in spec.interventions for each in _EFFECTS}
    )


class _Sums(NamedTuple):
    """What the years of a run add up to: SEK (`applied` those of the first six years), and Norrköping's projects."""

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
    for year in range(years):
        model.step()
        fund = model.state.bodies.decided[IN_FORCE]
        books, given = model.state.books, int((fund.taken @ cost).sum())
        granted += given
        lapsed = 0 if books.lapsed is None else int(books.lapsed.sum())
        stock += given + int(np.maximum(books.funds["municipal_fund"].free, 0).sum()) + lapsed
        applied += float((fund.applied @ cost).sum()) if year < YEARS else 0.0
    projects, codes = model.state.projects, model.world.geography.codes
    begun = projects.judged & (projects.contract == IN_FORCE) & (codes[projects.municipality] == NORRKOPING)
    invested = float(projects.cost[projects.judged].sum())
    return _Sums(stock, granted, applied, invested, int(begun.sum()), float(projects.cost[begun].sum()))


def _over(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
