"""How the practice of social investment spreads between municipalities, is learned, and dies out (D1-D8).

A municipality has never raised the idea, discusses it, works with it, has set money aside, or has stopped; who stopped
may come back. Each year every municipality moves at most one step. The idea is raised by one's own accord or because
many others have just taken it up (after Bass 1969); size, political rule, neighbours, need, good years and windfalls,
results seen and five reasons to stop (F6) change the chances. A municipality's luck in a year depends on (seed,
municipality, year) alone, so it is the same in any order and in any part of the country.

`history` lives 2005-2018 alone in milliseconds; `PreventionModel` lives on with the same `move`. Reads `places` and
`parameters`; read by `budgets` and by the calibration.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from mesa.discrete_space import Network
from numba import njit
from numpy.typing import NDArray

from model.draws import ONE, SPREAD, draw, stream_key
from model.municipalities import RULES, TERMS, standardised
from model.parameters import DiffusionParameters
from model.places import Places

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

DATA = Path(__file__).parent / "data"
NEVER, DISCUSSED, WORKING, FUNDED, STOPPED = range(5)
STATES = ("never raised", "discussed", "working with it", "money set aside", "stopped")
REASONS = (
    "no financial room",
    "few applications",
    "no capacity to evaluate",
    "key people left",
    "unclear who may apply",
)
FIRST_YEAR = 2005
NEWS = 3  # years for which others talk about a municipality that took it up or set money aside
FOLLOW_UP = 4  # years from setting money aside until a first evaluation is seen (M7: evaluations of 2-5 years)
_LUCK = 6  # numbers per municipality and year: step up, lapse, stop, reason to stop, and two for results


@dataclass(frozen=True)
class Surroundings:
    """What stays the same for each municipality. Arrays of shape (n,) or as said."""

    codes: Codes
    size: Floats  # logarithm of the population, in standard deviations from the country's mean
    need: Floats  # mean of: share with little schooling, and how weak the tax base is; likewise
    rules: Codes  # (terms, n) political rule of each term of TERMS, as the place in RULES
    starts: Codes  # (n + 1,) offsets into `neighbours`
    neighbours: Codes  # rows of the neighbours of each

    def rule(self, year: int) -> Codes:
        """Political rule in a year, shape (n,); the last known term stands for later years."""
        return np.asarray(self.rules[max((i for i, election in enumerate(TERMS) if election < year), default=0)])


@dataclass
class Practice:
    """Where every municipality is with the practice: the whole state, one row per municipality."""

    state: NDArray[np.int8]
    since: NDArray[np.int64]  # year in which it came there
    money_since: NDArray[np.int64]  # year in which money was set aside, 0 if there is none now
    ever: Bools  # whether money was ever set aside
    result: NDArray[np.int8]  # first evaluation seen: 1 good, -1 bad, 0 none yet
    told: Bools  # whether others hear of it
    coordinator: Bools  # who has a person for the work once it works with it
    open: Bools  # who can take an interest at all

    @property
    def funded(self) -> Bools:
        """Whether money is set aside."""
        return np.asarray(self.state == FUNDED)

    @property
    def active(self) -> Bools:
        """Whether there is work going on or planned (D3): working with it, or money set aside."""
        return np.asarray((self.state == WORKING) | (self.state == FUNDED))

    @property
    def raised(self) -> Bools:
        """Whether the idea has been raised in some form and is not forgotten (D3)."""
        return np.asarray(self.state != NEVER)


@dataclass(frozen=True)
class Year:
    """What happened in one year: who came to which state, and why others stopped."""

    year: int
    state: NDArray[np.int8]  # at the end of the year, (n,)
    new_fund: Bools  # (n,)
    came_back: Bools
    reason: NDArray[np.int8]  # (n,) place in REASONS, -1 for those who did not stop


def surroundings(places: Places) -> Surroundings:
    """Work out what stays the same. Size and need are measured against the whole built-in country."""
    from model.places import sweden

    country = sweden()
    size = _against(np.log(places.population), np.log(country.population))
    need = (
        _against(np.asarray(places.facts.low_schooling_share), np.asarray(country.facts.low_schooling_share))
        - _against(np.log(places.facts.tax_base), np.log(country.facts.tax_base))
    ) / 2.0
    starts, neighbours = borders(places.codes)
    codes = np.array([int(code) for code in places.codes], np.int64)
    rules = np.stack([places.facts.rule_in(election + 1) for election in TERMS])
    return Surroundings(codes, size, need, rules, starts, neighbours)


def _against(values: Floats, country: Floats) -> Floats:
    return np.asarray((values - country.mean()) / country.std())


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    with (DATA / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], row["neighbour"]) for row in csv.DictReader(file))


def borders(codes: tuple[str, ...]) -> tuple[Codes, Codes]:
    """Neighbours of each municipality as (offsets, rows): those of row m are ``rows[offsets[m]:offsets[m + 1]]``."""
    at = {code: i for i, code in enumerate(codes)}
    rows: list[list[int]] = [[] for _ in codes]
    for code, neighbour in _pairs():
        if code in at and neighbour in at:
            rows[at[code]].append(at[neighbour])
    starts = np.concatenate([[0], np.cumsum([len(each) for each in rows])]).astype(np.int64)
    return starts, np.array([m for each in rows for m in sorted(each)], np.int64)


def network(codes: tuple[str, ...], agents: list[Any] | None = None) -> Network:
    """Lay municipalities out as a Mesa network by their shared borders, one cell each, in order of `codes`.

    `agents` (one per municipality, such as the executive boards) are put into their cells, so that a researcher's
    agent can look around itself: ``network[m].neighborhood``.
    """
    import random

    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(codes)))
    starts, rows = borders(codes)
    graph.add_edges_from((m, int(k)) for m in range(len(codes)) for k in rows[starts[m] : starts[m + 1]])
    space = Network(graph, random=random.Random(0))
    for m, agent in enumerate(agents or []):
        space[m].add_agent(agent)
    return space


def neighbours_active(around: Surroundings, active: Bools) -> Floats:
    """Share of each municipality's neighbours that are active, shape (n,); 0 where it has none."""
    counted = np.concatenate([[0], np.cumsum(active[around.neighbours])])
    many = np.diff(around.starts)
    return np.asarray((counted[around.starts[1:]] - counted[around.starts[:-1]]) / np.maximum(many, 1))


@cache
def good_years() -> dict[int, tuple[float, bool]]:
    """The sector's result in standard deviations from its mean, and whether a windfall fell, by year 2005-2018."""
    with (DATA / "good_years.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    result = standardised([float(row["result_share"]) for row in rows])
    return {int(row["year"]): (float(z), row["windfall"] == "1") for row, z in zip(rows, result, strict=True)}


@cache
def first_movers() -> frozenset[int]:
    """Codes of the municipalities that set money aside first, 2005 (D1)."""
    with (DATA / "first_movers.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(int(row["code"]) for row in csv.DictReader(file))


def begin(around: Surroundings, p: DiffusionParameters, seed: int, year: int = FIRST_YEAR) -> Practice:
    """The practice when it begins: only the first movers have set money aside.

    Larger municipalities are likelier to have a person for the work (A7, F7); some are never open to the idea.
    """
    own = luck(seed, 0, around.codes)
    chance = np.clip(p.coordinator_share * (1.0 + 0.5 * around.size), 0.0, 1.0)
    n = around.codes.size
    first = np.isin(around.codes, list(first_movers()))
    return Practice(
        state=np.where(first, FUNDED, NEVER).astype(np.int8),
        since=np.full(n, year, np.int64),
        money_since=np.where(first, year, 0),
        ever=first.copy(),
        result=np.zeros(n, np.int8),
        told=np.zeros(n, np.bool_),
        coordinator=own[:, 0] < chance,
        open=first | (own[:, 1] < p.open_share),
    )


@njit(cache=True, nogil=True)
def _luck(seed: int, year: int, codes: Codes, out: Floats) -> None:
    """Fill `out`, shape (n, _LUCK), with the numbers in (0, 1) of every municipality in a year."""
    for m in range(codes.size):
        key = stream_key(seed, SPREAD, codes[m], year, 0)
        for i in range(out.shape[1]):
            out[m, i] = (draw(key, i) + 0.5) / ONE


def luck(seed: int, year: int, codes: Codes) -> Floats:
    """Luck of municipalities in a year, in (0, 1), shape (n, 6): the same whoever else is there."""
    out = np.empty((codes.size, _LUCK))
    _luck(seed, year, codes, out)
    return out


def move(
    practice: Practice,
    around: Surroundings,
    p: DiffusionParameters,
    seed: int,
    year: int,
    good: Floats,
    windfall: Floats,
    national: float | None = None,
) -> Year:
    """Live one year of the practice; `practice` is changed in place.

    Parameters
    ----------
    good
        How good the year is for each municipality's economy, in standard deviations, shape (n,).
    windfall
        Whether a windfall falls to each, 0 or 1, shape (n,).
    national
        How much the practice is talked about (`talked_about`) in the country, where the run holds only a part of it;
        that of the run unless given.
    """
    u = luck(seed, year, around.codes)
    active = practice.active
    near = neighbours_active(around, active)
    talk = talked_about(practice, year) if national is None else national
    results = seen_results(practice, around, p)
    push = push_of(around, p, year, near)
    money = np.exp(p.money_effect * good + p.windfall_effect * windfall + p.results_effect * results)
    up = np.zeros(around.codes.size)
    at = practice.state
    up[at == NEVER] = (push * practice.open * (p.innovation + p.imitation * talk))[at == NEVER]
    up[at == DISCUSSED] = (push * money * p.work_rate)[at == DISCUSSED]
    up[at == WORKING] = (push * money * p.fund_rate)[at == WORKING]
    up[at == STOPPED] = (push * np.exp(p.results_effect * results) * p.return_rate)[at == STOPPED]
    rises = u[:, 0] < -np.expm1(-up)
    lapses = ((at == DISCUSSED) | (at == STOPPED)) & ~rises & (u[:, 1] < -np.expm1(-p.lapse_rate))
    reason = _stop(practice, around, p, year, good, results, u[:, 2:4])
    reason[(at == WORKING) & rises] = -1  # who sets money aside this year does not also stop
    return _settle_in(practice, year, rises, lapses, reason, p, u[:, 4:])


def talked_about(practice: Practice, year: int) -> float:
    """Share of municipalities that took up work or set money aside in the last NEWS years: what others hear of.

    What is new is news; a practice that everybody has had for years is not. So interest comes as a wave (D1, D3).
    """
    return float((practice.active & (year - practice.since <= NEWS)).mean())


def push_of(around: Surroundings, p: DiffusionParameters, year: int, near: Floats) -> Floats:
    """Factor on every step forward from size, political rule, need and neighbours, shape (n,).

    ``exp(size + rule + need + neighbours)``: D8, D4, Q1 and D5.
    """
    politics = np.array([_politics(p, rule) for rule in RULES])[around.rule(year)]
    return np.asarray(
        np.exp(p.size_effect * around.size + politics + p.need_effect * around.need + p.neighbour_effect * near)
    )


def _politics(p: DiffusionParameters, rule: str) -> float:
    return {"red-green": p.left_effect, "centre-right": p.right_effect}.get(rule, 0.0)


def seen_results(practice: Practice, around: Surroundings, p: DiffusionParameters) -> Floats:
    """What each has seen of results, from -1 (all bad) to 1 (all good), shape (n,).

    One's own first evaluation counts in full; without one, half the mean of what neighbours tell, and with a competence
    centre the mean of all results in the country, told or not (P2).
    """
    told = np.where(practice.told, practice.result, 0).astype(np.float64)
    near = _mean_of_neighbours(around, told, practice.told)
    known = practice.result != 0
    pooled = float(practice.result[known].mean()) if known.any() else 0.0
    return np.asarray(np.where(known, practice.result, (1.0 - p.centre) * 0.5 * near + p.centre * pooled))


def _mean_of_neighbours(around: Surroundings, value: Floats, counts: Bools) -> Floats:
    """Mean over those neighbours that count, 0 where none does, shape (n,)."""
    total = np.concatenate([[0.0], np.cumsum(value[around.neighbours])])
    many = np.concatenate([[0], np.cumsum(counts[around.neighbours])])
    first, last = around.starts[:-1], around.starts[1:]
    return np.asarray((total[last] - total[first]) / np.maximum(many[last] - many[first], 1))


def _stop(
    practice: Practice,
    around: Surroundings,
    p: DiffusionParameters,
    year: int,
    good: Floats,
    results: Floats,
    u: Floats,
) -> NDArray[np.int8]:
    """Why each stops this year, as the place in REASONS, -1 for those who go on (F6: competing risks)."""
    small = np.exp(-p.size_effect * around.size)
    helper = np.exp(p.coordinator_effect * practice.coordinator)
    helped = helper * (1.0 - 0.5 * p.centre)
    age = np.where(practice.money_since > 0, year - practice.money_since, 0)
    rates = np.stack(
        [
            np.exp(-p.money_effect * good),
            helped * (1.0 + p.fatigue * age),
            helped * small,
            helper * small,
            np.ones(good.shape),
        ],
        axis=1,
    )
    rates *= p.stop_rate * np.asarray(p.stop_reasons) * np.exp(-p.results_effect * results)[:, None]
    total = rates.sum(axis=1)
    stops = practice.active & (u[:, 0] < -np.expm1(-total))
    which = (u[:, 1:] * total[:, None] >= np.cumsum(rates, axis=1)).sum(axis=1)
    return np.where(stops, np.minimum(which, len(REASONS) - 1), -1).astype(np.int8)


def _settle_in(
    practice: Practice,
    year: int,
    rises: Bools,
    lapses: Bools,
    reason: NDArray[np.int8],
    p: DiffusionParameters,
    u: Floats,
) -> Year:
    """Write the moves of a year into the practice, let first evaluations come in, and say what happened."""
    before = practice.state.copy()
    after = before.copy()
    for state, goal in ((NEVER, DISCUSSED), (DISCUSSED, WORKING), (WORKING, FUNDED), (STOPPED, WORKING)):
        after[(before == state) & rises] = goal
    after[lapses] = NEVER
    after[reason >= 0] = STOPPED
    came_back = (before == STOPPED) & (after == WORKING)
    new_fund = (after == FUNDED) & (before != FUNDED)
    moved = after != before
    practice.state[:] = after
    practice.since[moved] = year
    practice.money_since[new_fund] = year
    practice.money_since[after != FUNDED] = 0
    practice.ever |= new_fund
    due = (after == FUNDED) & (practice.result == 0) & (year - practice.money_since >= FOLLOW_UP)
    good = u[:, 0] < p.success_share
    practice.result[due] = np.where(good[due], 1, -1)
    practice.told[due] = (good | (u[:, 1] >= p.publication_bias))[due]
    return Year(year, after, new_fund, came_back, reason)


def history(
    places: Places, p: DiffusionParameters, seed: int, last_year: int = 2018, around: Surroundings | None = None
) -> tuple[Practice, list[Year]]:
    """Live the history of the practice from 2005 to the end of `last_year`.

    Good years and windfalls are those that happened (`good_years.csv`); later years are ordinary ones.

    Returns
    -------
    tuple
        The practice at the end, and what happened in each year, 2005 first (when only the first movers are there).
    """
    around = surroundings(places) if around is None else around
    practice = begin(around, p, seed)
    n = around.codes.size
    nothing, nobody = np.full(n, -1, np.int8), np.zeros(n, np.bool_)
    years = [Year(FIRST_YEAR, practice.state.copy(), practice.ever.copy(), nobody, nothing)]
    for year in range(FIRST_YEAR + 1, last_year + 1):
        z, windfall = good_years().get(year, (0.0, False))
        years.append(move(practice, around, p, seed, year, np.full(n, z), np.full(n, float(windfall))))
    return practice, years
