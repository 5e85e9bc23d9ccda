"""Validation: what the model gives against what was published, over seeds and posterior, on the surveys' basis (D9).

Three lists that are kept apart: what was calibrated on, what was not (validation), and what the mechanism should show.
What was seen once (in a history, a year, a survey) is *in* if the simulated 90 % interval reaches it, be it published
as a number or as bounds; what is said of the mechanism is in if the simulated mean lies within its bounds. Beside it
stands what a model without fault would score: each of the simulated worlds is taken for the truth in turn, and what
would then have been published is judged alike. Nothing here writes; `validation_page` makes the page. Used by
`stupror validate`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.inputs.scenario import Scenario
from ...model.practice import REASONS, history, surroundings
from ..patterns import mechanisms
from ..patterns.behaviour import taking_part
from ..patterns.prevalence import lives
from ..patterns.survey import survey
from ..plans.likely import drawing, shipped_worlds
from ..plans.posterior import Posterior
from .problems import DATA, PROBLEMS, targets

__all__ = ["Pattern", "Row", "Validation", "patterns", "validate"]

QUANTILES = (0.05, 0.95)
FUNDS_2016 = 744.0  # M SEK set aside for 2016 (F3)
COSTS_2016 = 646_000.0  # M SEK, municipal costs in 2016 (M12)
HISTORY = range(2005, 2019)
_MECHANISM = ("returns", "runs")

Tell = Callable[[str, int, int], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """Something published: a number (`least` and `most` alike) or bounds."""

    problem: str
    evidence: str
    statistic: str
    least: float
    most: float
    unit: str
    what: str

    @property
    def of_mechanism(self) -> bool:
        """Whether it says how things hang together, and not what was seen once."""
        return self.problem in _MECHANISM


@dataclass(frozen=True)
class Row:
    """A pattern and what the model gives for it.

    `flawless` and `flawless_by_mean` are the chances that it would be in, by either rule, if one of the simulated
    worlds were the truth.
    """

    pattern: Pattern
    mean: float
    low: float
    high: float
    flawless: float = np.nan
    flawless_by_mean: float = np.nan

    @property
    def inside(self) -> bool:
        """Whether the model meets the pattern."""
        p = self.pattern
        if p.of_mechanism:
            return p.least <= self.mean <= p.most
        return self.low <= p.most and p.least <= self.high

    @property
    def by_mean(self) -> bool:
        """Whether it is met by a stricter rule: of all bounds, the mean must lie within them."""
        p = self.pattern
        return self.inside and (p.least == p.most or p.least <= self.mean <= p.most)


@dataclass(frozen=True)
class Validation:
    """Everything that the page shows."""

    calibrated: tuple[Row, ...]
    history: tuple[Row, ...]
    lives: tuple[Row, ...]
    mechanism: tuple[Row, ...]
    behaviour: tuple[Row, ...]
    new_funds: tuple[tuple[int, float, float, float], ...]  # year, mean, low, high
    reasons: tuple[tuple[str, float, float, float], ...]
    predictions: Mapping[str, tuple[float, float, float]]
    draws: int
    worlds: int


def patterns(name: str) -> tuple[Pattern, ...]:
    """Read a list of patterns: `validation` or `mechanism`."""
    with (DATA / f"targets-{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Pattern(
                r["problem"], r["evidence"], r["statistic"], float(r["least"]), float(r["most"]), r["unit"], r["what"]
            )
            for r in csv.DictReader(file)
        )


def calibrated_patterns() -> tuple[Pattern, ...]:
    """Give the calibration targets as patterns, so that the page can show how well they are met."""
    return tuple(
        Pattern(problem, t.evidence, t.statistic, t.observed, t.observed, t.unit, t.what)
        for problem in (*PROBLEMS, "behaviour")
        for t in targets(problem)
    )


def validate(
    scenario: Scenario,
    posteriors: Sequence[Posterior],
    small: Scenario,
    *,
    draws: int,
    worlds: int,
    years: int,
    seed: int = 1,
    tell: Tell | None = None,
) -> Validation:
    """Simulate everything that there is a pattern for.

    Parameters
    ----------
    scenario
        The whole country.
    posteriors
        Posteriors of one's own. Every history, life course and world is of a likely world (`plans.likely`), as `run`
        and `compare` live them; a row of each of these is laid over it.
    small
        The part of the country in which whole worlds are run for the mechanism.
    draws
        Histories and life courses, each with its own draw from the posterior and its own seed.
    worlds
        Whole worlds, likewise.
    years
        Budget years of a world.
    seed
        The first seed.
    tell
        Called with what is done, how many are done, and of how many.
    """
    say = tell or (lambda _what, _done, _all: None)
    world_of = drawing(posteriors=posteriors)
    told, life, core, part = [], [], [], []
    for number, each in enumerate(range(seed, seed + draws), start=1):
        world = world_of(scenario, each)
        told.append(_told(world, each))
        life.append(lives(world, each))
        say("histories and life courses", number, draws)
    for number, each in enumerate(range(seed, seed + worlds), start=1):
        world = world_of(small, each)
        core.append(mechanisms.returns(world) | mechanisms.runs(world, each, years))
        part.append(taking_part(world_of(scenario, each), each))
        say("worlds", number, worlds)
    found = {"diffusion": told, "contracts": told, "life-course": life, "returns": core, "runs": core, "part": part}
    unfitted = patterns("validation")
    fitted = calibrated_patterns()
    return Validation(
        calibrated=(
            *_rows((p for p in fitted if p.problem != "behaviour"), found),
            *_weighted(p for p in fitted if p.problem == "behaviour"),
        ),
        history=_rows((p for p in unfitted if p.problem in ("diffusion", "contracts")), found),
        lives=_rows((p for p in unfitted if p.problem == "life-course"), found),
        mechanism=_rows(patterns("mechanism"), found),
        behaviour=(
            *_weighted(p for p in unfitted if p.problem == "behaviour"),
            *_rows((p for p in unfitted if p.problem == "part"), found),
        ),
        new_funds=tuple((year, *_spread([each[f"new_{year}"] for each in told])) for year in HISTORY),
        reasons=tuple((name, *_spread([each[f"reason_{i}"] for each in told])) for i, name in enumerate(REASONS)),
        predictions=_predictions(told, core),
        draws=draws,
        worlds=worlds,
    )


def _told(world: Scenario, seed: int) -> dict[str, float]:
    """Ask the surveys of one history, and count new funds of each year among those with money in 2018."""
    around = surroundings(world.places)
    country, years = history(world.places, world.diffusion, seed, around=around)
    found = survey(world.places, around, country, years, seed)
    towns = country.municipalities
    decided = towns.money_since[towns.funded]
    found |= {f"new_{year}": float((decided == year).sum()) for year in HISTORY if f"new_{year}" not in found}
    share = found["funded_spending_share"] * COSTS_2016
    found["implied_fund_share"] = FUNDS_2016 / share if share else 0.0
    found["median_fund"] = found["funded_median_spending"] * found["implied_fund_share"]
    return found


def _rows(which: Iterable[Pattern], found: Mapping[str, Sequence[Mapping[str, float]]]) -> tuple[Row, ...]:
    """What the worlds gave for each pattern, those left out in which there is no value; NaN if there is none."""
    rows = []
    for pattern in which:
        values = np.array([each[pattern.statistic] for each in found[pattern.problem]])
        known = values[~np.isnan(values)]
        if not len(known):
            rows.append(Row(pattern, np.nan, np.nan, np.nan))
            continue
        mean, low, high = _spread(known)
        rows.append(Row(pattern, mean, low, high, *_flawless(pattern, known, np.ones(len(known)), mean, (low, high))))
    return tuple(rows)


def _weighted(which: Iterable[Pattern]) -> tuple[Row, ...]:
    """What the weighted worlds that come with the model gave for each pattern of behaviour."""
    draws = shipped_worlds()
    rows = []
    for pattern in which:
        values = draws.table[pattern.statistic].to_numpy(np.float64)
        order = np.argsort(values, kind="stable")
        below = np.cumsum(draws.weight[order])
        low, high = (float(values[order][np.searchsorted(below, share)]) for share in QUANTILES)
        mean = float((values * draws.weight).sum())
        rows.append(Row(pattern, mean, low, high, *_flawless(pattern, values, draws.weight, mean, (low, high))))
    return tuple(rows)


def _flawless(
    pattern: Pattern, values: Floats, weight: Floats, mean: float, interval: tuple[float, float]
) -> tuple[float, float]:
    """How likely a pattern would be in if one of the worlds were the truth: by the rule in force, and by the mean.

    A number would have been published as it is. Of bounds would have been said on which side of them, or between them,
    the truth lies: that is met if the interval, or the mean, comes there.
    """
    share = weight / weight.sum()
    low, high = interval
    if pattern.least == pattern.most:
        met = float(share[(low <= values) & (values <= high)].sum())
        return met, met
    edges = [pattern.least, np.nextafter(pattern.most, np.inf)]  # both bounds belong to what is between them
    side = np.searchsorted(edges, values, side="right")
    first, middle, last = np.searchsorted(edges, [low, mean, high], side="right")
    by_mean = float(share[side == middle].sum())
    return by_mean if pattern.of_mechanism else float(share[(first <= side) & (side <= last)].sum()), by_mean


def _spread(values: Sequence[float] | Floats) -> tuple[float, float, float]:
    """Mean and 90 % interval of those worlds in which there is a value; NaN if there are none."""
    known = [each for each in values if not np.isnan(each)]
    if not known:
        return np.nan, np.nan, np.nan
    low, high = np.quantile(known, QUANTILES)
    return float(np.mean(known)), float(low), float(high)


def _predictions(
    told: Sequence[Mapping[str, float]], core: Sequence[Mapping[str, float]]
) -> dict[str, tuple[float, float, float]]:
    """Predictions that nobody fitted: size, turnover, use of the money, and who came back."""
    names = {
        "Median population of the active in 2018": "size_active",
        "Median population of the others": "size_others",
        "Ratio of the two": "size_ratio",
        "Active in 2014 and not in 2018": "stopped_between",
        "Active in 2018 and not in 2014": "started_between",
        "Came back after having stopped, 2006-2018": "came_back",
        "Regions active in 2014 and in 2018": "regions_both",
        "Share of municipal spending in municipalities with a fund, 2016": "funded_spending_share",
        "Share of its spending that a municipality with a fund sets aside (from F3)": "implied_fund_share",
    }
    found = {title: _spread([each[name] for each in told]) for title, name in names.items()}
    if core:
        found["Share of savings outside the municipality: all municipal options alike, not discounted"] = _spread(
            [each["on_offer_elsewhere"] for each in core]
        )
        found["Share of the money set aside that is used"] = _spread([each["fund_used"] for each in core])
        for kind, words in (("own", "under own budgets"), ("paid", "with a state outcomes fund")):
            for name in ("good", "ordinary", "bad"):
                title = f"Money for programmes {words} if all years are {name}, M SEK"
                found[title] = _spread([each[f"{kind}_{name}"] for each in core])
    return found
