"""Predictions put down before anybody knows: how the practice and its contracts spread after the last survey (2018).

Every likely world lives the history of the practice from 2005 to 2030; years after those of `good_years.csv` are
ordinary ones. Read by the command `predict`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.inputs.scenario import Scenario
from ...model.practice import CONTRACTS, FUNDED, WORKING, Year, history, surroundings
from ..plans.likely import likely

__all__ = ["STATEMENTS", "Statement", "page", "predict"]

LAST_YEAR, LAST_SURVEY = 2030, 2018
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Statement:
    """Something that can turn out wrong: what is counted, and what would say so."""

    name: str
    what: str
    evidence: str  # where the same was counted before
    settled_by: str


_SURVEY = "a survey of municipalities and regions as those of 2014 and 2018, counts scaled by who answered"
_REGISTER = "the INDIGO register, or a survey that asks as that of 2018 did"
STATEMENTS = (
    Statement("funded_2026", "municipalities of 290 with money set aside at the end of 2026", "D1", _SURVEY),
    Statement("active_2026", "municipalities that work with it or have money set aside, 2026", "D1", _SURVEY),
    Statement("gone_2026", "municipalities active in 2018 that are not in 2026", "D1", _SURVEY),
    Statement("come_2026", "municipalities active in 2026 that were not in 2018", "D1", _SURVEY),
    Statement("regions_2026", "regions of 20 that work with it or have money set aside, 2026", "D6", _SURVEY),
    Statement("contracts_2026", "municipalities with an outcome contract with an investor, 2026", "D7", _REGISTER),
    Statement("contracts_2030", "the same in 2030, if no state money for outcomes comes (K17)", "D7", _REGISTER),
    Statement("funded_2030", "municipalities of 290 with money set aside at the end of 2030", "D1", _SURVEY),
)

_PAGE = """\
# Predictions put down

Put down on {dated} with stupror {version}, scenario `{scenario}`, {worlds} likely worlds, by
{command}.

Municipal funds, regions and outcome contracts are running; the last count that this project knows is of 2018. Each row
says how many there will be: the median of likely worlds, and where nine worlds of ten lie.

| what | median | nine worlds of ten | counted before in | settled by |
|---|---:|---:|---|---|
{rows}

**What counts as wrong.** A row is wrong if what is published lies outside its interval. Of eight such rows one is to be
expected outside; if two or more are, the spread of the practice as the model has it is wrong, and a line here says so.
A row that nobody has counted by the end of the year after stays open.

**What is not predicted.** What single contracts will pay. Those that run in Sweden are about older people (K14) and
diabetes (K15), which the model does not have; those about children run in Finland, England and Victoria (K9, K12, K13),
whose budgets and children it does not have. Their terms can be tried, but that is no forecast.

The page is a record: it is not made again when the model changes. A later model makes predictions of its own, on
another page, with its own date and hash.
"""


def predict(scenario: Scenario, seeds: Iterable[int], tell: Callable[[int], None]) -> dict[str, tuple[float, ...]]:
    """Live a history for each seed, in its likely world; give 5th percentile, median and 95th of every statement.

    Counts are whole, and so are the ends of an interval: the lower one is rounded down and the upper one up.
    """
    around = surroundings(scenario.places)
    found: list[Mapping[str, int]] = []
    for seed in seeds:
        _, years = history(scenario.places, likely(scenario, seed).diffusion, seed, LAST_YEAR, around)
        found.append(counted(years))
        tell(len(found))
    spread = {each.name: np.quantile([one[each.name] for one in found], QUANTILES).tolist() for each in STATEMENTS}
    return {name: (float(np.floor(low)), middle, float(np.ceil(high))) for name, (low, middle, high) in spread.items()}


def counted(years: Iterable[Year]) -> dict[str, int]:
    """Count what the statements are about in one history."""
    by_year = {each.year: each for each in years}
    then, now, later = by_year[LAST_SURVEY], by_year[2026], by_year[LAST_YEAR]
    was, active = _active(then.state), _active(now.state)
    signed = len(CONTRACTS) - 1
    return {
        "funded_2026": int((now.state == FUNDED).sum()),
        "active_2026": int(active.sum()),
        "gone_2026": int((was & ~active).sum()),
        "come_2026": int((active & ~was).sum()),
        "regions_2026": int(_active(now.regions).sum()),
        "contracts_2026": int((now.contracts == signed).sum()),
        "contracts_2030": int((later.contracts == signed).sum()),
        "funded_2030": int((later.state == FUNDED).sum()),
    }


def _active(state: NDArray[np.int8]) -> NDArray[np.bool_]:
    return np.asarray((state == WORKING) | (state == FUNDED))


def page(found: Mapping[str, tuple[float, ...]], *, dated: str, version: str, scenario: str, worlds: int) -> str:
    """Write the page: what is predicted, on which day, by what, and what would count as wrong."""
    rows = [
        f"| {each.what} | {found[each.name][1]:.0f} | {found[each.name][0]:.0f} to {found[each.name][2]:.0f} "
        f"| {each.evidence} | {each.settled_by} |"
        for each in STATEMENTS
    ]
    said = f"`stupror predict --worlds {worlds} --dated {dated} --out docs/predictions.md`"
    return _PAGE.format(
        dated=dated, version=version, scenario=scenario, worlds=worlds, command=said, rows="\n".join(rows)
    )
