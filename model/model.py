"""PreventionModel: the budget year, in order.

1. budget    revenue, frames, mandatory cost first, room for prevention
2. identify  committees see children, imperfectly
3. decide    bodies rank what they see by what it is worth to them
4. deliver   children enter programmes; the cost is booked on whoever finances it
5. live      every child moves one year; costs land on payers
6. evaluate  projects whose follow-up is over are measured as their contract says
7. settle    contracts pay on what was measured
8. learn     beliefs about effects move
9. close     books balance, or the run stops with an error that names year, body and amount

A run is a function of (scenario, design, seed, years, start year) and of nothing else. `simulate` runs one and returns
its result tables.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .bodies import beliefs, decisions, views
from .bodies import mandates as appointing
from .bodies.choice import choose
from .bodies.reasoning import Mandate
from .children import lifecourse
from .children.draws import threshold
from .children.forecast import BELIEF_GRID, build_cells, detection_edges, effects_of, life_tables
from .children.ladder import N_AGES, N_LEVELS, build_ladder, kernel_tables
from .children.need import states_at_birth
from .children.population import build_population
from .children.prices import build_costs
from .contracts import Design, in_sek, load_design
from .evaluation import metrics
from .evaluation.evaluators import JUDGED_TO, draw_lots, match, measure, shuffle
from .evaluation.yardsticks import lay_out
from .inputs.errors import InputError
from .inputs.scenario import Scenario
from .money import books
from .money.budgets import LINES, close_year, open_budgets, set_room, spread_practice
from .money.funds import allowances, funds_of, purses_of
from .money.ledger import Ledger, LedgerError
from .projects import dues, payments
from .projects.projects import Participants, Projects
from .results import tables

Floats = NDArray[np.float64]
Money = NDArray[np.int64]


class PreventionModel(mesa.Model):
    """Children, the bodies that pay for them, and one funding design.

    Parameters
    ----------
    spec
        The scenario: every parameter, the places, the interventions.
    design
        The funding design in force.
    run_seed
        Names the luck of children and bodies: two runs that share it differ only by what is decided.
    years
        Number of budget years that will be simulated, 1 to 45.
    start_year
        First budget year.
    threads
        Threads for the pass over the children. Changes nothing but the time.

    Raises
    ------
    InputError
        If the design is an add-on alone, or hangs on a condition that a run cannot find out.
    """

    # Set by `appointing`: what bodies answer for and believe.
    mandates: dict[str, Mandate]
    belief: Floats  # (n, n_interventions), multiples of the true effect
    belief_precision: Floats
    market_belief: Floats  # (n_interventions,), of investors and providers
    market_precision: Floats
    ordinary: NDArray[np.bool_]  # in ordinary operations: neither applied for nor evaluated
    # Set by `thinking`: what options are worth to them.
    owners: list[str]
    regional: NDArray[np.bool_]  # (n_cells,): options of the region
    whole_cost: Money
    views: list[views.View]
    # Set by `booking`: this year's cost of lives and tax given back.
    life_cost: Money
    given_back: Money

    def __init__(
        self, spec: Scenario, design: Design, run_seed: int, years: int, start_year: int = 2020, threads: int = 1
    ) -> None:
        super().__init__(rng=run_seed)
        check_design(design)
        spec, design = spec.changed_by(design.changes), in_sek(design)
        self.spec, self.design, self.run_seed = spec, design, run_seed
        # Whatever a design offers, a body may still pay out of its own room: the second contract, where it differs.
        own_room = design.shares == {"owner": 1.0} and not design.clauses and not design.interventions
        ordinary = design.decision == "planner" or own_room
        self.contracts = (design,) if ordinary else (design, load_design("status-quo"))
        self.years, self.start_year, self.year, self.threads = years, start_year, start_year, threads
        self.interventions = spec.interventions
        self.ladder, self.costs = build_ladder(spec.ladder), build_costs(spec)
        self.births = states_at_birth(spec.places, spec.ladder)
        self.kernel_tables = kernel_tables(self.ladder, self.births)
        self.yardsticks = lay_out(spec, self.contracts, self.ladder, self.costs, years)
        self.population = build_population(spec.places, start_year, years)
        self.n = self.population.codes.size
        self._lay_out_places()
        detection = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
        self.edges = threshold(detection)
        self.cells = build_cells(self.interventions, self.ladder, self.costs, detection)
        self.effects = effects_of(self.interventions)
        self.fading = lifecourse.fading(self.effects)
        self.participants = Participants.none_yet(self.population.n_children)
        self.projects, self.ledger = Projects(), Ledger(self.n)
        self.funds = funds_of(design, self.n)
        self.counts = np.zeros((3, self.n, N_AGES, N_LEVELS), np.int32)  # everybody, shadows, treated
        self.history: list[NDArray[np.int32]] = []  # (never treated, shadows, treated) of each year
        self.book: list[dict[str, dict[str, Money]]] = []
        self.seen_total = np.zeros((N_AGES, N_LEVELS), np.int64)
        self.seen = np.zeros((self.n, N_AGES, N_LEVELS), np.int64)
        self.found = np.empty(self.population.n_children, np.int32)
        self.wanted = np.zeros((len(self.contracts), self.n, self.cells.age.size), np.int64)
        self.due: dict[int, list[tuple[str, str, str, NDArray[np.int64], Money]]] = {}
        self._grow_up()
        books.price_lives(self)
        self.budgets = open_budgets(
            spec,
            self.population,
            self.births,
            self.ladder,
            self.costs,
            self.inhabitants,
            run_seed,
            start_year,
            years,
            {line: books.life_cost(self, line) for line in LINES},
        )
        self.yardsticks.remember(len(self.history), books.actual(self).sum(axis=0))
        appointing.appoint(self)
        views.reckon(self)

    # ------------------------------------------------------------------ the year

    def step(self) -> None:
        """Live one budget year. The order of these lines is the order of events in the model."""
        self.budget()
        self.identify()
        self.decide()
        self.deliver()
        self.live()
        self.evaluate()
        self.settle()
        self.learn()
        self.close()
        self.year += 1

    def budget(self) -> None:
        """Set frames; mandatory cost and earlier promises come first, what is left is room (M5, M8, M10, M11)."""
        set_room(self.budgets, self.year - self.start_year)
        self.funds_before = {name: fund.money for name, fund in self.funds.items()}
        self.allowed = allowances(self.design, self.inhabitants)
        self.set_aside = {name: payments.set_aside(self, name) for name in self.funds}
        for name, fund in self.funds.items():
            fund.money = fund.money + self.set_aside[name]
        for line in ("board", "region"):
            if line in self.allowed:
                self.budgets.extra[line] = self.budgets.extra[line] + self.allowed[line]

    def identify(self) -> None:
        """Let committees and regions see children: not all who are in need, and some who are not."""
        people = self.population
        self._over_municipalities(
            lifecourse.identify,
            self.year,
            self.run_seed,
            people.births_from,
            people.codes,
            people.offsets,
            people.state,
            people.participant,
            self.edges,
            self.ages,
            self.seen,
            self.found,
        )
        self.seen_total += self.seen.sum(axis=0)

    def decide(self) -> None:
        """Rank options by perceived own net benefit and take children while money, staff and children last."""
        seen = self.seen.copy()
        places = np.ceil(seen[:, self.cells.age, self.cells.level] * self.spec.committee.capacity).astype(np.int64)
        purses = purses_of(self.contracts)
        evaluating = payments.evaluating(self)[:, self.cells.intervention]
        pots = np.stack([payments.purse(self, *purse) for purse in purses], axis=1)
        for number, design in enumerate(self.contracts):
            part = payments.parts(self, number, purses)
            score = decisions.scores(self, number) - evaluating
            choose(
                seen,
                (self.cells.intervention, self.cells.age, self.cells.level),
                score,
                np.ascontiguousarray(decisions.ranks(self, score, number)),
                part,
                payments.paperwork(self, number, purses),
                pots,
                places,
                design.decision != "planner",
                self.wanted[number],
            )

    def deliver(self) -> None:
        """Enrol children, find each a comparison, start their projects, and book all programmes under way."""
        first, started = self.participants.n, self.projects.n
        rows = [first]
        projects = []
        if self.yardsticks.by_lot:
            people = self.population
            shuffle(self.run_seed, self.year, people.codes, people.offsets, self.seen, self.found)
        for contract in range(len(self.contracts)):
            taken = self.wanted[contract] @ (self.cells.intervention[:, None] == np.arange(len(self.interventions)))
            municipality, kind = np.nonzero(taken)
            number = np.full((self.n, len(self.interventions)), -1, np.int64)
            number[municipality, kind] = started + np.arange(municipality.size)
            started += municipality.size
            self._enrol(self.wanted[contract], number, int(taken.sum()))
            rows.append(self.participants.n)
            projects.append((contract, municipality, kind, taken[municipality, kind]))
        if self.yardsticks.by_lot:
            self._draw_lots(first, rows[1], self.design.follow_up)
        self._compare_with_others(rows[1] if self.yardsticks.by_lot else first, rows[-1])
        for contract, municipality, kind, children in projects:
            before = self.projects.n
            self._start_projects(contract, municipality, kind, children, first)
            payments.promise(self, contract, before)
        payments.pay_programmes(self)

    def live(self) -> None:
        """Move every child one year, with help and without, and book what it costs whom."""
        people, helped = self.population, self.participants
        self._over_municipalities(
            lifecourse.live_untreated,
            self.year,
            self.run_seed,
            people.births_from,
            people.codes,
            people.offsets,
            people.state,
            self.kernel_tables,
            self.counts[0],
        )
        self.counts[1:] = 0
        lifecourse.live_treated(
            0,
            helped.n,
            self.year,
            self.run_seed,
            people.codes,
            helped.born,
            helped.cohort_start,
            (people.state, helped.treated),
            (helped.child, helped.municipality, helped.intervention, helped.start_year),
            (self.effects, self.fading),
            life_tables(self.ladder),
            (self.counts[1], self.counts[2]),
        )
        record = self.counts.copy()
        record[0] -= record[1]
        self.history.append(record)
        self.yardsticks.remember(len(self.history), books.actual(self).sum(axis=0))
        books.price_lives(self)
        books.book_lives(self)

    def evaluate(self) -> None:
        """Add this year to every project's measurement; those whose follow-up ends now are ready to be settled."""
        helped, people, projects = self.participants, self.population, self.projects
        longest = max(JUDGED_TO, self.yardsticks.longest)
        oldest = np.int16(self.year - longest)  # as the rows, which are in order of start: else all are converted
        first = int(np.searchsorted(helped.start_year[: helped.n], oldest))
        measure(
            first,
            helped.n,
            self.year,
            (projects.contract, *self.yardsticks.terms),
            (self.yardsticks.values, self.yardsticks.national, self.yardsticks.norms),
            (people.state, helped.treated, people.participant, self.start_year),
            (
                helped.child,
                helped.cohort_start,
                helped.born,
                helped.intervention,
                helped.start_year,
                helped.project,
                helped.peer,
                helped.state_before,
                helped.perceived,
                helped.needed,
            ),
            projects.sums,
        )
        self.ready = np.flatnonzero(projects.start_year == self.year - projects.follow_up + 1)
        owing = self.ready[projects.overhead[self.ready]]
        payments.overhead(self, "evaluation", "evaluator", owing, payments.evaluation_fee(self, owing))

    def settle(self) -> None:
        """Pay what contracts say on what was measured, now or in the years in which it falls due."""
        dues.settle_due(self)
        projects = self.projects
        for contract in range(len(self.contracts)):
            done = projects.start_year + dues.last_phase(self, contract) <= self.year
            projects.settled |= (projects.contract == contract) & done

    def learn(self) -> None:
        """Move beliefs towards what was measured; what paid for itself becomes ordinary (F8); the practice spreads."""
        beliefs.learn(self, self.ready)
        spread_practice(self.budgets, self.spec.budget, self.year - self.start_year, self.year)

    def close(self) -> None:
        """Close the books: results, equity, next year's frames; and check that nothing appeared or vanished."""
        ratchet = {line: self.spec.committee.ratchet for line in LINES} | {"region": self.spec.region.ratchet}
        mandatory = {line: books.life_cost(self, line) for line in LINES}
        equity = {name: amount.copy() for name, amount in self.budgets.equity.items()}
        results = close_year(
            self.budgets,
            self.year - self.start_year,
            mandatory,
            ratchet,
            self.spec.budget.restoration_years,
            self.spec.budget,
        )
        if "rur" in self.set_aside:
            self.budgets.equity["board"] = self.budgets.equity["board"] - self.set_aside["rur"]
            self.budgets.take_from_rur(self.set_aside["rur"])
        books.book_budgets(self, results)
        books.check(self, equity, self.funds_before)
        self.book.append(
            {
                line: {
                    "frame": self.budgets.frame[line] + self.budgets.extra[line],
                    "mandatory": mandatory[line],
                    "room": self.budgets.room[line],
                    "prevention": self.budgets.spent[line],
                    "result": results[line],
                    "equity": self.budgets.equity.get(line, np.zeros(self.n, np.int64)).copy(),
                }
                for line in LINES
            }
        )

    # ------------------------------------------------------------------ setting up

    def _lay_out_places(self) -> None:
        """Number the counties and find each municipality's."""
        counties = np.array([int(code) for code in self.spec.places.county_codes])
        names, self.county = np.unique(counties, return_inverse=True)
        self.county_rows = [np.flatnonzero(self.county == c) for c in range(names.size)]
        self.county_range = np.array([(rows[0], rows[-1] + 1) for rows in self.county_rows])[self.county]
        self.inhabitants = np.asarray(self.spec.places.population, dtype=np.float64)

    def _grow_up(self) -> None:
        """Let those who are 0-19 at the start live from birth, so that they are who they would be."""
        people = self.population
        for year in range(people.births_from, self.start_year):
            self._over_municipalities(
                lifecourse.live_untreated,
                year,
                self.run_seed,
                people.births_from,
                people.codes,
                people.offsets,
                people.state,
                self.kernel_tables,
                self.counts[0],
            )
        ages = [(item.age_from, item.age_to) for item in self.interventions]
        self.ages = np.array([min(a for a, _ in ages), max(b for _, b in ages)])

    # ------------------------------------------------------------------ delivering and paying

    def _enrol(self, wanted: NDArray[np.int64], number: NDArray[np.int64], more: int) -> None:
        """Write the rows of new participants."""
        people, helped = self.population, self.participants
        first = helped.n
        last = lifecourse.enrol(
            self.year,
            people.births_from,
            people.offsets,
            people.participant,
            self.seen,
            self.found,
            (self.cells.intervention, self.cells.age, self.cells.level),
            wanted.copy(),
            number,
            first,
            (
                helped.child,
                helped.municipality,
                helped.born,
                helped.cohort_start,
                helped.intervention,
                helped.perceived,
                helped.project,
            ),
        )
        if last - first != more:
            raise LedgerError(f"{self.year}: {more} children were granted a place, but {last - first} were found.")
        new = slice(first, last)
        helped.n = last
        helped.start_year[new] = self.year
        helped.treated[new] = people.state[helped.child[new]]
        helped.state_before[new] = people.state[helped.child[new]]

    def _compare_with_others(self, first: int, last: int) -> None:
        """Find a comparison child for participants in these rows, now that all of this year are known."""
        people, helped = self.population, self.participants
        cohort = helped.born[: helped.n].astype(np.int64) - people.births_from
        match(
            first,
            last,
            self.county_range,
            people.offsets,
            cohort,
            people.state,
            people.participant,
            (helped.child, helped.municipality, helped.peer),
            np.zeros((self.n, people.offsets.shape[1] - 1, N_LEVELS), np.int64),
        )

    def _draw_lots(self, first: int, last: int, years: int) -> None:
        """Hold back, for the years of the follow-up, a child for each participant in these rows."""
        people, helped = self.population, self.participants
        age = self.year - 1 - helped.born[: helped.n].astype(np.int64)
        draw_lots(
            first,
            last,
            -(self.year + years),
            people.offsets,
            self.seen,
            self.found,
            people.participant,
            (helped.municipality, age, helped.perceived, helped.peer),
        )

    def _start_projects(
        self,
        contract: int,
        municipality: NDArray[np.int64],
        kind: NDArray[np.int64],
        children: NDArray[np.int64],
        first: int,
    ) -> None:
        """Open a row for each new project, with what it should be expected to save.

        `expected_sums` by metric: own, other on an honest evaluation, people, other as the evaluator will report.
        """
        helped, before = self.participants, self.projects.n
        mine = helped.project[first : helped.n] - before
        new = first + np.flatnonzero((mine >= 0) & (mine < municipality.size))
        which = helped.project[new] - before
        cell = np.zeros((len(self.interventions), N_AGES, N_LEVELS), np.int64)
        cell[self.cells.intervention, self.cells.age, self.cells.level] = np.arange(self.cells.age.size)
        of = cell[helped.intervention[new], self.year - 1 - helped.born[new], helped.perceived[new]]
        expected = np.zeros((municipality.size, self.yardsticks.most, 4))
        truth = BELIEF_GRID.index(1.0)
        view = self.views[contract]
        for j, (each, told) in enumerate(zip(view.expected, view.reported, strict=True)):
            for place, part in enumerate((each.own[truth][of], each.other[of], np.ones(of.size), told.other[of])):
                summed = np.bincount(which, part, minlength=municipality.size)
                expected[:, j, place] = summed / each.metric.groups
        self.projects.add(
            municipality=municipality,
            intervention=kind,
            contract=np.full(municipality.size, contract),
            follow_up=np.full(municipality.size, self.yardsticks.follow_up[contract]),
            start_year=np.full(municipality.size, self.year),
            children=children,
            matched=np.bincount(which, helped.peer[new] >= 0, minlength=municipality.size),
            yearly_cost=children * np.array([round(item.cost) for item in self.interventions])[kind],
            duration=np.array([item.duration for item in self.interventions])[kind],
            overhead=~self.ordinary[municipality, kind],
            sums=metrics.empty_sums(municipality.size, self.yardsticks.most),
            expected_sums=expected,
        )

    # ------------------------------------------------------------------ booking lives and budgets

    def _over_municipalities(self, kernel: Any, *arguments: Any) -> None:
        """Run a kernel over all municipalities, in as many parts of equal size as there are threads."""
        if self.threads == 1:
            kernel(0, self.n, *arguments)
            return
        starts = self.population.offsets[:, 0]
        goals = np.linspace(0, self.population.n_children, self.threads + 1)[1:-1]
        cuts = [0, *np.searchsorted(starts, goals).tolist(), self.n]
        with ThreadPoolExecutor(self.threads) as pool:
            parts = [pool.submit(kernel, cuts[i], cuts[i + 1], *arguments) for i in range(self.threads)]
            for part in parts:
                part.result()


def check_design(design: Design) -> None:
    """Refuse a design that a run could not settle.

    Raises
    ------
    InputError
        If it is an add-on alone, or needs a condition that a run cannot find out.
    """
    problems = dues.unfit(design)
    if problems:
        raise InputError(problems)


def simulate(
    spec: Scenario,
    design: Design,
    *,
    seed: int,
    years: int,
    start_year: int = 2020,
    threads: int = 1,
    detail: bool = True,
) -> dict[str, pd.DataFrame]:
    """Run one world and return its result tables (`docs/outputs.md`).

    The same arguments give the same tables, whatever the number of threads. Without `detail` tables are national.

    Raises
    ------
    InputError
        If the design cannot be simulated.
    LedgerError
        If money or children were not conserved.
    """
    model = PreventionModel(spec, design, seed, years, start_year, threads)
    for _ in range(years):
        model.step()
    return tables(model, detail)
