"""The world: what stays the same in a run, whoever decides what.

Scenario, contracts, places, the ladder solved, prices, the options on offer and how projects are measured. Nothing here
changes, and nothing can be written into it. Read by everything above the children: money, projects, bodies, results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .children.cells import Cells, build_cells, detection_edges, forecasts_by_class, local_mix, mixed, relative_mix
from .children.draws import number_of
from .children.forecast import BELIEF_GRID, effects_in_practice
from .children.ladder import N_AGES, N_LEVELS, Ladder, build_ladder
from .children.need import states_at_birth
from .children.practice import Practice, practice_of
from .children.prices import CostTables, build_costs
from .contracts import Design, for_run, load_design
from .contracts.ways import IN_FORCE
from .evaluation.pricing import priced
from .evaluation.yardsticks import Yardsticks, lay_out
from .inputs.arithmetic import exp, log, powers
from .inputs.life_course import InterventionParameters, LadderParameters
from .inputs.parameters import BoardParameters, ProjectParameters
from .inputs.places import Places
from .inputs.protect import kept, protect
from .inputs.scenario import Scenario
from .inputs.shares import sums_by

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Team = tuple[str, str, float]  # owner, partner ("" if none) and the partner's share


@dataclass(frozen=True, eq=False)
class Geography:
    """Municipalities and counties as arrays; counties are numbered by code."""

    codes: Whole  # (n,)
    county: Whole  # (n,), number of each municipality's
    county_range: Whole  # (n, 2), first and last (exclusive) municipality of the county
    inhabitants: Floats  # (n,)

    def __post_init__(self) -> None:
        protect(self)

    @property
    def n_counties(self) -> int:
        """Number of counties."""
        return int(self.county.max()) + 1


@dataclass(frozen=True, eq=False)
class Menu:
    """The interventions as columns, shape (n_interventions,) each."""

    items: tuple[InterventionParameters, ...]
    owner: NDArray[np.str_]
    yearly: Whole  # whole SEK per child and year
    duration: Whole  # years
    effects: Floats  # (2 * n_interventions, 5), those left in practice, see `forecast.effects_in_practice`

    def __post_init__(self) -> None:
        protect(self)

    @cached_property
    def names(self) -> NDArray[np.str_]:
        """Name of each."""
        return kept(np.array([item.name for item in self.items]))

    @cached_property
    def number(self) -> Whole:
        """The number by which luck knows each: that of its name, so that others may come and go."""
        return kept(np.array([number_of(item.name) for item in self.items], np.int64))

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """Bodies that own any as the first of two or alone, each once."""
        return tuple(dict.fromkeys(item.owner for item in self.items))

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """Who runs any together, each once."""
        return tuple(dict.fromkeys(self.team))

    @cached_property
    def team(self) -> tuple[Team, ...]:
        """Who runs each together."""
        return tuple((item.owner, item.partner, item.partner_share) for item in self.items)

    @cached_property
    def run_by(self) -> Whole:
        """Number in `teams` of who runs each, shape (n_interventions,)."""
        return kept(np.array([self.teams.index(team) for team in self.team]))

    @property
    def whole_cost(self) -> Whole:
        """Cost per child of the whole programme, SEK."""
        return self.yearly * self.duration

    @property
    def regional(self) -> Bools:
        """Which are the region's."""
        return np.asarray(self.owner == "region")


@dataclass(frozen=True, eq=False)
class Groups:
    """Whom an idea for a project is about: a programme for children seen at one level. Shape (n_groups,) each."""

    intervention: Whole
    level: Whole
    of_cell: Whole  # (n_cells,), the group of each option

    def __post_init__(self) -> None:
        protect(self)

    @cached_property
    def programme(self) -> Whole:
        """Number of the programme of each among those that there are; groups of one stand together."""
        return kept(np.unique(self.intervention, return_inverse=True)[1])

    def total(self, values: Any) -> Any:
        """Sum over the options of each group, from (n, n_cells) to (n, n_groups)."""
        return sums_by(values, self.of_cell, self.level.size)


@dataclass(frozen=True, eq=False)
class Ahead:
    """What is ahead of the children of each option in each place: the same under every design of a world."""

    mix: Floats  # (N_FRAILTY, n, n_cells), of the children of each option in each place, see `cells.local_mix`
    saved: Floats  # by frailty class, under every belief of the grid, see `cells.saved_by_class`
    lasting: Floats  # (n, n_cells) SEK that a child should save all in `board.regard_horizon` years, present value

    def __post_init__(self) -> None:
        protect(self)


@dataclass(frozen=True, eq=False)
class World:
    """What stays the same in a run. `contracts` are by number, see `contracts.ways`: own room only where it differs.

    Where numbers change from a year on (`given.dated`), this is what the world is like in one year, see `reformed`.
    """

    given: Scenario  # as it was handed in, with dates
    spec: Scenario  # as it is in force, and as the design changes it
    contracts: tuple[Design, ...]
    seed: int
    years: int
    start_year: int
    geography: Geography
    menu: Menu
    ladder: Ladder
    births: Floats  # (n, N_STATES), see `need.states_at_birth`
    costs: CostTables
    cells: Cells
    groups: Groups
    whole_cost: Whole  # (n_cells,) SEK per child of the whole programme
    ahead: Ahead
    project_cost: Floats  # (n,) SEK, what a project's programme costs where it is of the usual size
    yardsticks: Yardsticks
    pricing: Mapping[
        str, Floats
    ]  # of the design in force: by metric name, (n_interventions,), see `evaluation.pricing`
    prices: tuple[tuple[int, CostTables], ...]  # price lists that have been in force so far, by first year

    def __post_init__(self) -> None:
        protect(self)

    @property
    def n(self) -> int:
        """Number of municipalities."""
        return self.geography.codes.size

    @property
    def design(self) -> Design:
        """The design in force."""
        return self.contracts[IN_FORCE]

    @property
    def last_year(self) -> int:
        """Last simulated year."""
        return self.start_year + self.years - 1

    @property
    def mix(self) -> Floats:
        """See `Ahead`."""
        return self.ahead.mix

    @property
    def saved(self) -> Floats:
        """See `Ahead`."""
        return self.ahead.saved

    @property
    def lasting(self) -> Floats:
        """See `Ahead`."""
        return self.ahead.lasting

    def costs_in(self, year: int) -> CostTables:
        """The price list of a year: the last one of those so far that had come by then."""
        return [costs for first, costs in self.prices if first <= year or first == self.start_year][-1]

    def offers_beside(self, contract: int) -> bool:
        """Whether it is a contract beside which a body may still pay out of its own room."""
        return contract + 1 < len(self.contracts)

    def cells_of(self, owner: str) -> Whole:
        """Options that belong to an owner."""
        return np.flatnonzero(self.menu.owner[self.cells.intervention] == owner)


def build_world(spec: Scenario, design: Design, *, seed: int, years: int, start_year: int) -> World:
    """Put together what a run stands on in its first year: the scenario as the design changes it, contracts in SEK."""
    design = for_run(design)
    # Whatever a design offers, a body may still pay out of its own room: the second contract, where it differs.
    own_room = design.shares == {"owner": 1.0} and not design.clauses and design.for_all
    contracts = (design,) if not design.way.money_binds or own_room else (design, _own_room())
    return _as_in(spec, contracts, (seed, years, start_year), start_year)


def reformed(world: World, year: int) -> World:
    """Give the world as it is from a year on in which numbers change.

    Contracts are as they were signed: what they measure is reckoned in the prices of the first year, and what is priced
    for a programme stays so.
    """
    anew = _as_in(world.given, world.contracts, (world.seed, world.years, world.start_year), year, world)
    return replace(anew, prices=(*world.prices, (year, anew.costs)))


def _as_in(
    given: Scenario, contracts: tuple[Design, ...], run: tuple[int, int, int], year: int, signed: World | None = None
) -> World:
    """Put together the world of one year; `run` is seed, years and first year, `signed` that in which contracts are."""
    seed, years, start_year = run
    design = contracts[IN_FORCE]
    spec = given.in_year(year).changed_by(design.changes)
    ladder, costs = build_ladder(spec.ladder), build_costs(spec)
    seen = spec.detection
    edges = detection_edges(seen.sensitivity, seen.false_alarm, seen.take_up)
    practice = practice_of(spec.project)
    menu = menu_of(spec.interventions, practice)
    cells = build_cells(spec.interventions, ladder, costs, edges, practice=practice)
    births = states_at_birth(spec.places, spec.ladder)
    ahead = _ahead(spec.places, spec.ladder, spec.board, spec.interventions, (ladder, costs, cells))
    yardsticks = signed.yardsticks if signed else lay_out(spec, contracts, ladder, costs)
    believed = (ladder, spec.belief.initial_mean)
    metrics = yardsticks.metrics[IN_FORCE]
    pricing = signed.pricing if signed else priced(design, metrics, spec.interventions, cells, believed)
    return World(
        given=given,
        spec=spec,
        contracts=contracts,
        seed=seed,
        years=years,
        start_year=start_year,
        geography=geography_of(spec.places),
        menu=menu,
        ladder=ladder,
        births=births,
        costs=costs,
        cells=cells,
        groups=groups_of(cells),
        whole_cost=menu.whole_cost[cells.intervention],
        ahead=ahead,
        project_cost=project_costs(np.asarray(spec.places.population, dtype=np.float64), spec.project),
        yardsticks=yardsticks,
        pricing=pricing,
        prices=((start_year, costs),),
    )


@cache
def _own_room() -> Design:
    """The contract under which everybody pays alone, read once."""
    return load_design("status-quo")


def menu_of(items: tuple[InterventionParameters, ...], practice: Practice) -> Menu:
    """Lay the interventions out as columns; `practice` says what is left of their effects."""
    return Menu(
        items=items,
        owner=np.array([item.owner for item in items]),
        yearly=np.array([round(item.cost) for item in items], np.int64),
        duration=np.array([item.duration for item in items], np.int64),
        effects=effects_in_practice(items, practice),
    )


def geography_of(places: Places) -> Geography:
    """Number the counties and find each municipality's."""
    names, county = np.unique(np.array([int(code) for code in places.county_codes]), return_inverse=True)
    rows = [np.flatnonzero(county == c) for c in range(names.size)]
    return Geography(
        codes=np.array([int(code) for code in places.codes], np.int64),
        county=county,
        county_range=np.array([(of[0], of[-1] + 1) for of in rows])[county],
        inhabitants=np.asarray(places.population, dtype=np.float64),
    )


def groups_of(cells: Cells) -> Groups:
    """Number the groups in the order of their options."""
    keys = cells.intervention * N_LEVELS + cells.level
    names, of_cell = np.unique(keys, return_inverse=True)
    return Groups(names // N_LEVELS, names % N_LEVELS, of_cell.astype(np.int64))


@lru_cache(maxsize=4)
def _ahead(
    places: Places,
    lives: LadderParameters,
    board: BoardParameters,
    items: tuple[InterventionParameters, ...],
    solved: tuple[Ladder, CostTables, Cells],
) -> Ahead:
    """Work out what is ahead; runs of one world in one process share it."""
    ladder, costs, cells = solved
    mix = local_mix(cells, relative_mix(ladder, states_at_birth(places, lives)))
    saved = forecasts_by_class(items, ladder, costs, cells)
    return Ahead(mix, saved, _lasting(saved, mix, board))


def _lasting(saved: Floats, mix: Floats, board: BoardParameters) -> Floats:
    """What a child of each option saves everybody, as studies have it, in the years over which boards look at all.

    Of the place's own mix, by (municipality, cell).
    """
    within = np.clip(board.regard_horizon - np.arange(N_AGES), 0.0, 1.0)
    weight = powers(1.0 / (1.0 + board.discount_rate), N_AGES) * within
    promised = (saved[:, BELIEF_GRID.index(1.0)].sum(axis=3) * weight).sum(axis=2)
    return mixed(promised[:, None, :], mix)


LARGE = 140_000.0  # inhabitants of the municipality whose projects the usual cost is from (B24)


def project_costs(inhabitants: Floats, project: ProjectParameters) -> Floats:
    """What the programme of a project of usual size costs in places of these sizes, SEK, shape (n,)."""
    return np.asarray(project.group_cost * exp(project.group_growth * log(inhabitants / LARGE)))
