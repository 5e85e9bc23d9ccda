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

A run is a function of (scenario, design, seed, years, start year) and of nothing else. `simulate` runs one and returns its
result tables.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model import lifecourse
from model.agents.bodies import Body, Committee, ExecutiveBoard, OutcomesFund, Region, StateAgency
from model.agents.reasoning import (
    Mandate,
    Offer,
    perceived_payments,
    perceived_saving,
    present_cost,
)
from model.budgets import COMMITTEES, LINES, close_year, open_budgets, set_room, whole
from model.costs import KIND, PAYER, PAYERS, build_costs
from model.deciding import POTS, choose
from model.draws import AGENT, threshold, uniforms
from model.errors import InputError
from model.evaluation import BEFORE_AFTER, EVALUATORS, match, measure
from model.expectations import (
    CONDITIONS,
    expected_payments,
    expected_saving,
    measured_payers,
    outcome_of,
)
from model.forecast import BELIEF_GRID, at_belief, build_cells, detection_edges, effects_of, life_tables
from model.funding import Design, load_design, settle, split_cost
from model.ladder import LAST_AGE, N_AGES, N_LEVELS, build_ladder
from model.ledger import Ledger, LedgerError
from model.population import build_population
from model.programmes import Participants, Projects
from model.results import tables
from model.scenario import Scenario

Floats = NDArray[np.float64]
Money = NDArray[np.int64]
STATE_AGENCIES = PAYERS[5:]


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
        If the design asks for an evaluation or a condition that a run cannot find out.
    """

    def __init__(
        self, spec: Scenario, design: Design, run_seed: int, years: int, start_year: int = 2020, threads: int = 1
    ) -> None:
        super().__init__(rng=run_seed)
        _check_design(design)
        self.spec, self.design, self.run_seed = spec, design, run_seed
        # Whatever a design offers, a body may still pay out of its own room: the second contract, where it differs.
        ordinary = design.decision == "planner" or (design.shares == {"owner": 1.0} and not design.clauses)
        self.contracts = (design,) if ordinary else (design, load_design("status-quo"))
        self.years, self.start_year, self.year, self.threads = years, start_year, start_year, threads
        self.interventions = spec.interventions
        self.follow_up = design.measure.years if design.measure is not None else spec.project.follow_up_years
        self.ladder, self.costs = build_ladder(spec.ladder), build_costs(spec)
        self.population = build_population(spec.places, start_year, years)
        self.n = self.population.codes.size
        self._lay_out_places()
        detection = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
        self.edges = threshold(detection)
        self.cells = build_cells(self.interventions, self.ladder, self.costs, detection)
        self.effects = effects_of(self.interventions)
        self.fading = lifecourse.fading(self.effects)
        self.participants, self.projects, self.ledger = Participants(), Projects(), Ledger(self.n)
        self.counts = np.zeros((3, self.n, N_AGES, N_LEVELS), np.int32)  # everybody, shadows, treated
        self.history: list[NDArray[np.int32]] = []  # (never treated, shadows, treated) of each year
        self.book: list[dict[str, dict[str, Money]]] = []
        self.seen_total = np.zeros((N_AGES, N_LEVELS), np.int64)
        self.seen = np.zeros((self.n, N_AGES, N_LEVELS), np.int64)
        shape = (len(self.contracts), self.n, N_AGES, N_LEVELS, len(self.interventions))
        self.wanted = np.zeros(shape, np.int64)
        self.due: dict[int, list[tuple[str, str, str, NDArray[np.int64], Money]]] = {}
        self._grow_up()
        self._price_lives()
        self.budgets = open_budgets(
            spec,
            self.population,
            self.ladder,
            self.costs,
            self.inhabitants,
            run_seed,
            start_year,
            years,
            {line: self._life_cost(line) for line in LINES},
        )
        self._appoint()
        self._reckon()

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
        set_room(self.budgets, self.year - self.start_year, self.spec.region.room_share)
        self.set_aside = np.zeros(self.n, np.int64)
        if "municipal_fund" in self.design.shares:
            self.set_aside = whole(self.budgets.revenue["municipality"] * self.spec.board.fund_share)
        self.budgets.fund = self.budgets.fund + self.set_aside

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
        )
        self.seen_total += self.seen.sum(axis=0)

    def decide(self) -> None:
        """Rank options by perceived own net benefit and take children while money, staff and children last."""
        budgets, project = self.budgets, self.spec.project
        pots = np.stack(
            [*(budgets.room[line] for line in (*COMMITTEES, "region")), budgets.fund - budgets.fund_promised], axis=1
        )
        seen = self.seen.copy()
        fixed = np.where(self.ordinary, 0, round(project.application_cost + project.evaluation_cost))
        now = np.where(self.ordinary, 0, round(project.application_cost))
        for number, design in enumerate(self.contracts):
            from_fund = ("municipal_fund" in design.shares) & (self.pot != POTS.index("region"))
            choose(
                seen,
                (self.cells.intervention, self.cells.age, self.cells.level, self.pot[self.cells.intervention]),
                self.scores(number),
                (self.whole_cost, self.owner_now[number], self.fund_part[number]),
                (fixed.astype(np.float64), np.where(from_fund, 0, now), np.where(from_fund, fixed, 0)),
                pots,
                self.spec.committee.capacity,
                design.decision != "planner",
                self.wanted[number],
            )

    def deliver(self) -> None:
        """Enrol children, start their projects, and book the cost of all programmes under way."""
        for contract in range(len(self.contracts)):
            taken = self.wanted[contract].sum(axis=(1, 2))
            municipality, kind = np.nonzero(taken)
            number = np.full((self.n, len(self.interventions)), -1, np.int64)
            number[municipality, kind] = self.projects.n + np.arange(municipality.size)
            first = self._enrol(self.wanted[contract], number, int(taken.sum()))
            self._start_projects(contract, municipality, kind, taken[municipality, kind], first)
            self._promise(contract, self.projects.n - municipality.size)
        self._pay_programmes()

    def live(self) -> None:
        """Move every child one year, with help and without, and book what it costs whom."""
        people, helped = self.population, self.participants
        tables = (
            self.ladder.birth_threshold,
            self.ladder.move_threshold,
            self.ladder.target,
            self.ladder.not_eligible_threshold,
        )
        self._over_municipalities(
            lifecourse.live_untreated,
            self.year,
            self.run_seed,
            people.births_from,
            people.codes,
            people.offsets,
            people.state,
            tables,
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
        self._price_lives()
        self._book_lives()

    def evaluate(self) -> None:
        """Add this year to every project's measurement; those whose follow-up ends now are ready to be settled."""
        helped, people = self.participants, self.population
        evaluation = self.design.measure.evaluation if self.design.measure is not None else EVALUATORS[0]
        measure(
            0,
            helped.n,
            self.year,
            self.follow_up,
            evaluation == BEFORE_AFTER,
            self.contract_price,
            (people.state, helped.treated, people.participant),
            (
                helped.child,
                helped.born,
                helped.intervention,
                helped.start_year,
                helped.project,
                helped.peer,
                helped.level_before,
                helped.needed,
            ),
            (self.projects.measured, self.projects.true),
        )
        projects = self.projects
        self.ready = np.flatnonzero(projects.start_year == self.year - self.follow_up + 1)
        if evaluation != BEFORE_AFTER:
            # Children without a comparison are reckoned to do as well as those with one.
            matched = np.maximum(projects.matched[self.ready], 1)
            measured = projects.measured[self.ready] * (projects.children[self.ready] / matched)
            projects.measured[self.ready] = whole(np.where(projects.matched[self.ready] > 0, measured, 0.0))
        owing = self.ready[projects.overhead[self.ready]]
        self._overhead("evaluation", "evaluator", owing, self.spec.project.evaluation_cost)

    def settle(self) -> None:
        """Pay what contracts say on what was measured, now or in the years in which it falls due."""
        projects, ready = self.projects, self.ready
        ready = ready[projects.contract[ready] == 0]
        if ready.size and self.design.clauses:
            saving = projects.measured[ready].astype(np.float64)
            for transfer in settle(self.design, outcome_of(projects.cost[ready], saving)):
                self.due.setdefault(self.year + transfer.due, []).append(
                    (transfer.payer, transfer.receiver, transfer.clause, ready, transfer.amount)
                )
        projects.settled[self.ready] = True
        for payer, receiver, clause, which, amount in self.due.pop(self.year, []):
            self._transfer(payer, receiver, clause, which, amount)

    def learn(self) -> None:
        """Move beliefs towards what was measured at home and, with less weight, in the county (normal updating)."""
        projects, ready = self.projects, self.ready
        useful = ready[np.abs(projects.expected[ready]) > 1.0]
        if not useful.size:
            return
        found = projects.measured[useful] / projects.expected[useful]
        noise = 2.0 * self.spec.belief.outcome_sd**2 * self.follow_up * projects.children[useful]
        precision = projects.expected[useful] ** 2 / noise
        own = np.zeros((2, self.n, len(self.interventions)))
        np.add.at(own[0], (projects.municipality[useful], projects.intervention[useful]), precision)
        np.add.at(own[1], (projects.municipality[useful], projects.intervention[useful]), precision * found)
        county = np.zeros((2, len(self.county_rows), len(self.interventions)))
        np.add.at(county, (slice(None), self.county), own)
        news = own + self.spec.belief.neighbour_weight * (county[:, self.county] - own)
        after = self.belief_precision + news[0]
        self.belief = (self.belief * self.belief_precision + news[1]) / after
        self.belief_precision = after
        worth = useful[projects.measured[useful] >= projects.cost[useful]]
        self.ordinary[projects.municipality[worth], projects.intervention[worth]] = True

    def close(self) -> None:
        """Close the books: results, equity, next year's frames; and check that nothing appeared or vanished."""
        ratchet = {line: self.spec.committee.ratchet for line in LINES} | {"region": self.spec.region.ratchet}
        mandatory = {line: self._life_cost(line) for line in LINES}
        fund_before = self.budgets.fund - self._fund_moved()
        equity = {name: amount.copy() for name, amount in self.budgets.equity.items()}
        results = close_year(
            self.budgets, self.year - self.start_year, mandatory, ratchet, self.spec.budget.restoration_years
        )
        self._book_budgets(results)
        self._check(equity, fund_before)
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

    # ------------------------------------------------------------------ what bodies think

    def scores(self, contract: int = 0) -> Floats:
        """Perceived net value per child of every option to the body that decides, shape (n, n_cells), SEK.

        Not above 0 means no. Under a municipal fund the committee must want to apply and the board to grant.
        `contract` is 0 for the design in force, 1 for paying out of one's own room beside it.
        """
        cells, decision = self.cells, self.contracts[contract].decision
        belief = self.belief[:, cells.intervention]
        net = {
            kind: at_belief(self.worth[contract][kind], belief) - self.price[contract][kind] for kind in self.deciders
        }
        if decision == "planner":
            result = net["planner"]
        else:
            result = np.empty((self.n, cells.age.size))
            for owner in self.owners:
                mine = self.cells_of(owner)
                result[:, mine] = net[owner][:, mine]
            if decision == "board":
                municipal = self.pot[cells.intervention] != POTS.index("region")
                result = np.where(municipal & (result > 0.0), net["board"], result)
        for agent in self.agents_by_type[Committee]:
            if agent.rule is not None:
                for c in self.cells_of(agent.kind):
                    result[agent.row, c] = agent.rule(self.offer(agent, int(c), contract))
        return result

    def offer(self, agent: Body, cell: int, contract: int = 0) -> Offer:
        """Put one option before one body, as it believes it to be."""
        mandate = self.mandates[agent.kind]
        k = int(self.cells.intervention[cell])
        belief = np.asarray(self.belief[agent.row, k])
        saved = at_belief(self.cells.saved[:, cell], belief)
        mine = mandate.payers[agent.row]
        flows = self._flows_to(agent.kind, contract, np.arange(cell, cell + 1))[:, 0]
        return Offer(
            intervention=self.interventions[k].name,
            age=int(self.cells.age[cell]),
            level=int(self.cells.level[cell]),
            saving_own=saved[:, mine].sum(axis=1),
            saving_others=saved[:, ~mine].sum(axis=1),
            payments=at_belief(flows, belief),
            cost=float(self.price[contract][agent.kind][agent.row, cell]),
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
        tables = (
            self.ladder.birth_threshold,
            self.ladder.move_threshold,
            self.ladder.target,
            self.ladder.not_eligible_threshold,
        )
        for year in range(people.births_from, self.start_year):
            self._over_municipalities(
                lifecourse.live_untreated,
                year,
                self.run_seed,
                people.births_from,
                people.codes,
                people.offsets,
                people.state,
                tables,
                self.counts[0],
            )
        ages = [(item.age_from, item.age_to) for item in self.interventions]
        self.ages = np.array([min(a for a, _ in ages), max(b for _, b in ages)])

    def _appoint(self) -> None:
        """Create the bodies as Mesa agents and give each kind its mandate."""
        for kind in COMMITTEES:
            for row in range(self.n):
                Committee(self, kind, row)
        for row in range(self.n):
            ExecutiveBoard(self, "board", row)
        for row in range(len(self.county_rows)):
            Region(self, "region", row)
        for row, kind in enumerate(STATE_AGENCIES):
            StateAgency(self, kind, row)
        OutcomesFund(self, "outcomes_fund", 0)
        spec, codes = self.spec, self.population.codes
        self.mandates: dict[str, Mandate] = {}
        for number, kind in enumerate((*COMMITTEES, "board", "region", "planner")):
            own = {"board": slice(0, 4), "planner": slice(0, len(PAYERS))}.get(
                kind, slice(PAYER.get(kind, 0), PAYER.get(kind, 0) + 1)
            )
            payers = np.zeros((self.n, len(PAYERS)), np.bool_)
            payers[:, own] = True
            places = codes if kind != "region" else codes // 100  # a region is one body for its whole county
            luck = np.stack([uniforms(self.run_seed, AGENT, 2, key=(int(place), number, 0)) for place in places])
            self.mandates[kind] = _mandate(spec, kind, payers, luck)
        first = np.stack(
            [uniforms(self.run_seed, AGENT, len(self.interventions), key=(int(code), 100, 0)) for code in codes]
        )
        self.belief = spec.belief.initial_mean + spec.belief.initial_sd * np.sqrt(12.0) * (first - 0.5)
        if self.design.decision == "planner":
            self.belief = np.ones_like(self.belief)
        self.belief_precision = np.full_like(self.belief, 1.0 / spec.belief.initial_sd**2)
        self.ordinary = np.zeros(self.belief.shape, np.bool_)

    def _reckon(self) -> None:
        """Work out, once, what every option is worth to every kind of body under every belief and contract."""
        cells, items = self.cells, self.interventions
        kinds, every = cells.intervention, np.arange(cells.age.size)
        self.owners = list(dict.fromkeys(item.owner for item in items))
        self.deciders = ["planner"] if self.design.decision == "planner" else [*self.owners, "board"]
        self.pot = np.array([POTS.index(item.owner) for item in items])
        duration = np.array([item.duration for item in items], np.int64)[kinds]
        yearly = np.array([round(item.cost) for item in items], np.int64)[kinds]
        self.whole_cost = yearly * duration
        self.contract_price = np.ascontiguousarray([self._contract_price(item.owner) for item in items])
        self.expected = expected_saving(self.design, items, cells, self.follow_up)[BELIEF_GRID.index(1.0)]
        self.payments = [expected_payments(design, items, cells, self.follow_up) for design in self.contracts]
        saving = {kind: perceived_saving(self.mandates[kind], cells) for kind in self.deciders}
        regional = self.pot[kinds] == POTS.index("region")
        self.fund_part: list[Money] = []
        self.owner_now: list[Money] = []
        self.worth: list[dict[str, Floats]] = []
        self.price: list[dict[str, Floats]] = []
        for number, design in enumerate(self.contracts):
            fund, owner = design.shares.get("municipal_fund", 0.0), design.shares.get("owner", 0.0)
            from_fund = np.where(regional, 0.0, fund)
            from_owner = owner + np.where(regional, fund, 0.0)
            self.fund_part.append(whole(from_fund * self.whole_cost))
            self.owner_now.append(whole(from_owner * yearly))
            self.worth.append(
                {kind: worth + perceived_payments(self.mandates[kind], self._flows_to(kind, number, every))
                 for kind, worth in saving.items()}
            )  # fmt: skip
            paid = {
                "planner": yearly.astype(np.float64),
                "board": yearly * (from_owner + self.spec.board.unused_value * from_fund),
            }
            self.price.append(
                {kind: present_cost(self.mandates[kind], paid.get(kind, yearly * from_owner), duration)
                 for kind in self.deciders}
            )  # fmt: skip

    def _flows_to(self, kind: str, contract: int, cells: NDArray[np.int64]) -> Floats:
        """Expected payments per child to a body: its own and, for the board, all that reaches the municipality.

        Shape (n_beliefs, len(cells), N_AGES).
        """
        total = np.zeros((self.cells.saved.shape[0], cells.size, N_AGES))
        for party, flow in self.payments[contract].items():
            for owner in self.owners:
                mine = np.isin(cells, self.cells_of(owner))
                account = self._account(party, owner)
                if account == kind or (kind == "board" and account in (*COMMITTEES, "municipal_fund")):
                    total[:, mine] += flow[:, cells[mine]]
        return total

    def _contract_price(self, owner: str) -> Money:
        """Cost by (age, level) that the contract looks at in a project of this owner."""
        return np.asarray(self.costs.by_payer[..., measured_payers(self.design, owner)].sum(axis=2))

    def selfish(self, kind: str) -> Mandate:
        """The mandate of a kind of body without regard for anybody else."""
        mandate = self.mandates[kind]
        return dataclasses.replace(mandate, regard=np.zeros_like(mandate.regard))

    def cells_of(self, owner: str) -> NDArray[np.int64]:
        """Options that belong to an owner."""
        return np.flatnonzero([self.interventions[k].owner == owner for k in self.cells.intervention])

    # ------------------------------------------------------------------ delivering and paying

    def _enrol(self, wanted: NDArray[np.int64], number: NDArray[np.int64], more: int) -> int:
        """Write the rows of new participants and find each a comparison child. Returns the first new row."""
        people, helped = self.population, self.participants
        helped.make_room(more)
        first = helped.n
        last = lifecourse.enrol(
            self.year,
            self.run_seed,
            people.births_from,
            people.codes,
            people.offsets,
            people.state,
            people.participant,
            self.edges,
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
        helped.level_before[new] = people.state[helped.child[new]] % N_LEVELS
        cohort = helped.born[:last].astype(np.int64) - people.births_from
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
        return first

    def _start_projects(
        self,
        contract: int,
        municipality: NDArray[np.int64],
        kind: NDArray[np.int64],
        children: NDArray[np.int64],
        first: int,
    ) -> None:
        """Open a row for each new project, with what it should be expected to save."""
        helped, before = self.participants, self.projects.n
        new = slice(first, helped.n)
        which = helped.project[new] - before
        lookup = np.zeros((len(self.interventions), N_AGES, N_LEVELS))
        lookup[self.cells.intervention, self.cells.age, self.cells.level] = self.expected
        age = self.year - 1 - helped.born[new]
        expected = np.bincount(
            which, lookup[helped.intervention[new], age, helped.perceived[new]], minlength=municipality.size
        )
        self.projects.add(
            municipality=municipality,
            intervention=kind,
            contract=np.full(municipality.size, contract),
            start_year=np.full(municipality.size, self.year),
            children=children,
            matched=np.bincount(which, helped.peer[new] >= 0, minlength=municipality.size),
            yearly_cost=children * np.array([round(item.cost) for item in self.interventions])[kind],
            duration=np.array([item.duration for item in self.interventions])[kind],
            overhead=~self.ordinary[municipality, kind],
            expected=expected,
        )

    def _promise(self, contract: int, first: int) -> None:
        """Note what new projects cost now and will cost in later years; a fund's grant is for the whole project."""
        projects, budgets, t = self.projects, self.budgets, self.year - self.start_year
        new = np.arange(first, projects.n)
        fee, entry = round(self.spec.project.evaluation_cost), round(self.spec.project.application_cost)
        for owner in self.owners:
            mine = new[self.owned_by(owner, new)]
            judged = mine[projects.overhead[mine]]
            payer = self.overhead_account(owner, contract)
            if payer == owner:
                np.add.at(budgets.new[owner], projects.municipality[judged], entry)
                np.add.at(budgets.promised[owner][t + self.follow_up - 1], projects.municipality[judged], fee)
            elif payer == "municipal_fund":
                np.add.at(budgets.fund_promised, projects.municipality[judged], entry + fee)
            for years_in in range(int(projects.duration[mine].max(initial=0))):
                going = mine[projects.duration[mine] > years_in]
                parts = self.split(owner, contract, projects.yearly_cost[going])
                if owner in parts:
                    book = budgets.promised[owner][t + years_in] if years_in else budgets.new[owner]
                    np.add.at(book, projects.municipality[going], parts[owner])
                if "municipal_fund" in parts:
                    np.add.at(budgets.fund_promised, projects.municipality[going], parts["municipal_fund"])
        self._overhead("application", "provider", new[projects.overhead[new]], entry)

    def _account(self, party: str, owner: str) -> str:
        """Translate a party of the contract into an account of the ledger, for projects of this owner."""
        if party == "owner":
            return owner
        if owner == "region" and party in ("municipal_fund", "board", "municipality"):
            return "region"
        return "board" if party == "municipality" else party

    def split(self, owner: str, contract: int, cost: Money) -> dict[str, Money]:
        """Divide up-front cost among accounts, for projects of this owner under one of the contracts."""
        result: dict[str, Money] = {}
        for party, amount in split_cost(self.contracts[contract], cost).items():
            account = self._account(party, owner)
            result[account] = result[account] + amount if account in result else amount
        return result

    def overhead_account(self, owner: str, contract: int) -> str:
        """Who pays for applying and evaluating: the state under a planner, the fund if it finances, else the owner."""
        design = self.contracts[contract]
        if design.decision == "planner":
            return "state"
        return self._account("municipal_fund" if "municipal_fund" in design.shares else "owner", owner)

    def each_owner(self, which: NDArray[np.int64]) -> list[tuple[str, int, NDArray[np.int64]]]:
        """Divide projects by (owner, contract)."""
        parts = [
            (owner, contract, which[self.owned_by(owner, which) & (self.projects.contract[which] == contract)])
            for owner in self.owners
            for contract in range(len(self.contracts))
        ]
        return [part for part in parts if part[2].size]

    def _overhead(self, purpose: str, receiver: str, which: NDArray[np.int64], cost: float) -> None:
        """Book the cost of applying for or evaluating projects."""
        for owner, contract, mine in self.each_owner(which):
            amount = np.full(mine.size, round(cost), np.int64)
            self._pay(self.overhead_account(owner, contract), receiver, purpose, mine, amount)

    def _pay_programmes(self) -> None:
        """Book this year's cost of every programme under way on those who finance it."""
        projects = self.projects
        going = np.flatnonzero(self.year - projects.start_year < projects.duration)
        for owner, contract, mine in self.each_owner(going):
            for account, amount in self.split(owner, contract, projects.yearly_cost[mine]).items():
                self._pay(account, "provider", "programme", mine, amount)

    def owned_by(self, owner: str, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of the projects belong to an owner."""
        owners = np.array([item.owner == owner for item in self.interventions])
        return np.asarray(owners[self.projects.intervention[which]])

    def between_accounts(
        self, payer: str, receiver: str, clause: str, which: NDArray[np.int64], amount: Money
    ) -> list[tuple[str, str, NDArray[np.int64], Money, str]]:
        """Translate a contract's payment into (payer, receiver, projects, amount, purpose) of the ledger.

        Where payer and receiver are one account nothing moves.
        """
        purpose = "repayment" if clause in ("repay_by_frame_cut", "internal_invoice") else "outcome payment"
        result = []
        for owner in self.owners:
            at = self.owned_by(owner, which)
            source, goal = self._account(payer, owner), self._account(receiver, owner)
            if at.any() and source != goal:
                result.append((source, goal, which[at], amount[at], purpose))
        return result

    def _transfer(self, payer: str, receiver: str, clause: str, which: NDArray[np.int64], amount: Money) -> None:
        """Book a payment under the contract."""
        for source, goal, mine, part, purpose in self.between_accounts(payer, receiver, clause, which, amount):
            self._pay(source, goal, purpose, mine, part)
            (self.projects.repaid if purpose == "repayment" else self.projects.paid)[mine] += part

    def _pay(self, account: str, receiver: str, purpose: str, which: NDArray[np.int64], amount: Money) -> None:
        """Post money of projects, and take it from (or give it to) the budgets concerned."""
        where = self.projects.municipality[which]
        self.ledger.post(self.year, account, receiver, purpose, amount, municipality=where, project=which)
        for party, sign in ((account, 1), (receiver, -1)):
            moved = np.zeros(self.n, np.int64)
            np.add.at(moved, where, sign * amount)
            if party in LINES:
                self.budgets.spent[party] = self.budgets.spent[party] + moved
            elif party == "municipal_fund":
                self.budgets.fund = self.budgets.fund - moved
                if sign == 1:
                    self.budgets.fund_promised = self.budgets.fund_promised - moved
        if "state" in (account,) or account == "outcomes_fund":
            drawn = np.zeros(self.n, np.int64)
            np.add.at(drawn, where, amount)
            if account == "outcomes_fund":
                self.ledger.post(self.year, "state", "outcomes_fund", "appropriation", drawn)
            self.ledger.post(self.year, "households", "state", "taxes", drawn)

    # ------------------------------------------------------------------ booking lives and budgets

    def actual(self) -> NDArray[np.int64]:
        """Children by (municipality, age, level) as they really are this year."""
        return np.asarray(self.counts[0] - self.counts[1] + self.counts[2], dtype=np.int64)

    def _price_lives(self) -> None:
        """Multiply this year's counts by the price list: cost by (municipality, payer, kind), and tax given back."""
        actual = self.actual().reshape(self.n, -1)
        self.life_cost = (actual @ self.costs.amount.reshape(N_AGES * N_LEVELS, -1)).reshape(self.n, len(PAYERS), -1)
        self.given_back = actual @ self.costs.equalisation.reshape(N_AGES * N_LEVELS, -1)

    def _life_cost(self, payer: str) -> Money:
        """What this year's lives cost a payer, by municipality, net of income equalisation."""
        return np.asarray(self.life_cost[:, PAYER[payer]].sum(axis=1))

    def _book_lives(self) -> None:
        """Book care, benefits and tax forgone of every child on its payers."""
        ledger, year, given_back = self.ledger, self.year, self.given_back
        for payer in PAYERS:
            of_payer = self.life_cost[:, PAYER[payer]]
            ledger.post(year, payer, "provider", "care", of_payer[:, KIND["resource"]], kind="resource")
            ledger.post(year, payer, "households", "benefit", of_payer[:, KIND["transfer"]], kind="transfer")
            lost = of_payer[:, KIND["tax_forgone"]]
            if payer in ("board", "region"):
                returned = given_back[:, 0 if payer == "board" else 1]
                ledger.post(year, payer, "households", "tax forgone", lost + returned, kind="tax_forgone")
                ledger.settle_up(year, payer, "central_tax", "income equalisation", returned)
            elif payer == "central_tax":
                lost = lost - given_back.sum(axis=1)
                ledger.post(year, payer, "households", "tax forgone", lost, kind="tax_forgone")
            if payer in STATE_AGENCIES:
                ledger.post(year, "state", payer, "appropriation", of_payer.sum(axis=1))
                ledger.post(year, "households", "state", "taxes", of_payer.sum(axis=1))

    def _book_budgets(self, results: dict[str, Money]) -> None:
        """Book revenue, frames, other services and results."""
        budgets, ledger, year = self.budgets, self.ledger, self.year
        frames = {line: budgets.frame[line] + budgets.extra[line] for line in LINES}
        revenue = sum((frames[line] for line in LINES if line != "region"), self.set_aside)
        ledger.settle_up(year, "board", "households", "revenue", revenue)
        ledger.settle_up(year, "region", "households", "revenue", frames["region"])
        ledger.post(year, "board", "municipal_fund", "set aside", self.set_aside)
        for line in LINES:
            other = budgets.room[line] - budgets.new[line]
            ledger.post(year, line, "provider", "other services", other)
            if line in COMMITTEES:
                ledger.settle_up(year, line, "board", "frame", frames[line])
                ledger.settle_up(year, line, "board", "result", -results[line])

    def _fund_moved(self) -> Money:
        """What this year's entries have put into the municipal funds, less what they have taken out."""
        moved = self.ledger.balances(self.year).get("municipal_fund", np.zeros(self.n, np.int64))
        return np.asarray(moved + self.set_aside)

    def _check(self, equity: dict[str, Money], fund_before: Money) -> None:
        """Compare the ledger with the books and the lives; stop the run at the first difference."""
        zero = np.zeros(self.n, np.int64)
        expected = {line: zero for line in (*COMMITTEES, *STATE_AGENCIES, "state", "outcomes_fund")}
        expected |= {name: self.budgets.equity[name] - before for name, before in equity.items()}
        expected["municipal_fund"] = self.budgets.fund - fund_before
        balances = self.ledger.balances(self.year)
        for body, change in expected.items():
            off = balances.get(body, zero) - change
            if off.any():
                m = int(np.flatnonzero(off)[0])
                raise LedgerError(
                    f"{self.year}: {body} of municipality {self.spec.places.codes[m]} is {int(off[m])} SEK off: "
                    "the ledger and the budget do not agree."
                )
        national = self.actual().sum(axis=0)
        for kind, number in KIND.items():
            booked = self.ledger.total(self.year, kind)
            due = int((national[:, :, None] * self.costs.amount[..., number]).sum())
            if booked != due:
                raise LedgerError(f"{self.year}: {booked} SEK of {kind} is booked, the children cost {due} SEK.")
        ages = self.year - self.population.births_from - np.arange(self.population.offsets.shape[1] - 1)
        alive = int(self.population.cohort_sizes()[:, (ages >= 0) & (ages <= LAST_AGE)].sum())
        if int(national.sum()) != alive or (self.counts[0] < self.counts[1]).any():
            raise LedgerError(f"{self.year}: {int(national.sum())} children were counted, {alive} are alive.")

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


def _check_design(design: Design) -> None:
    """Refuse a design that a run could not settle."""
    problems = []
    if design.measure is not None and design.measure.evaluation not in EVALUATORS:
        problems.append(
            f"{design.name}: evaluation '{design.measure.evaluation}' can be written but not simulated; "
            f"a run can carry out {' and '.join(EVALUATORS)}."
        )
    for name in design.conditions:
        if name not in CONDITIONS:
            problems.append(
                f"{design.name}: a run cannot find out whether '{name}' holds; it knows {' and '.join(CONDITIONS)}."
            )
    for metric in design.metrics:
        if metric != "cost_reduction":
            problems.append(f"{design.name}: a run measures 'cost_reduction', not '{metric}'.")
    if problems:
        raise InputError(tuple(problems))


def _mandate(spec: Scenario, kind: str, payers: NDArray[np.bool_], luck: Floats) -> Mandate:
    """Give bodies of one kind their mandate; committees differ by their luck, shape (n, 2)."""
    n = payers.shape[0]
    if kind == "planner":
        life, zero = np.full(n, float(LAST_AGE + 1)), np.zeros(n)
        return Mandate(payers, life, np.full(n, spec.discount.rate), zero, life, 1.0, 0.0, 1.0, 0.0)
    own: Any = {"region": spec.region, "board": spec.board}.get(kind, spec.committee)
    horizon = np.full(n, float(own.horizon))
    regard = own.other_regarding + own.other_regarding_spread * (2.0 * luck[:, 1] - 1.0)
    if kind in COMMITTEES:
        horizon += own.horizon_spread * (2.0 * luck[:, 0] - 1.0)
    cash = spec.committee
    return Mandate(
        payers=payers,
        horizon=np.maximum(np.rint(horizon), 1.0),
        discount=np.full(n, own.discount_rate),
        regard=np.maximum(regard, 0.0),
        regard_horizon=np.full(n, float(own.regard_horizon)),
        cashable_first=cash.cashable_first_year,
        cashable_growth=cash.cashable_growth,
        cashable_max=cash.cashable_max,
        ratchet=0.0 if kind == "board" else own.ratchet,
    )


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
