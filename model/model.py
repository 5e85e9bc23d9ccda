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

A run is a function of (scenario, design, seed, years, start year, own rules) and of nothing else. `simulate` runs one
and returns its result tables. This is the only file that knows all parts: every line of a year hands to one of them
what it needs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .bodies.agents import create_agents
from .bodies.asking import Asking, Season, put_to_all
from .bodies.beliefs import learn, news
from .bodies.bodies import appoint, think_anew
from .bodies.decisions import decide, needs_of, season_of, tally
from .bodies.rules import Rule
from .children.lives import identify, live, rules_of_life
from .children.practice import practice_of
from .contracts import Design
from .contracts.contract import Group
from .contracts.ways import IN_FORCE
from .evaluation.yardsticks import remember
from .inputs.errors import InputError, hint
from .inputs.life_course import InterventionParameters
from .inputs.scenario import Scenario
from .money.books import book_lives, close, left_in_funds, open_year, price
from .money.budgets import bad_year, expect_anew, spread_practice
from .practice.in_run import neighbours_active_in_run, report
from .projects.dues import settle_due, unfit
from .projects.enrolment import Intake, enrol, follow
from .projects.payments import evaluation_fee, overhead, programmes, promise
from .projects.recruiting import recruited
from .projects.services import adopt, cost_of, end, serve
from .results import tables
from .results.answers import note, nothing_noted
from .results.yearly import collector, figures
from .state import open_state
from .world import build_world, reformed


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
        Threads for the passes over the children. Changes nothing but the time.
    rules
        Rules of your own by kind of body, see `bodies.rules`.

    Attributes
    ----------
    figures
        What the last lived year shows: a number for each key of `results.yearly.FIGURES`.
    datacollector
        Mesa's collector of these, a row for each lived year; one of your own may be put in its place.

    Raises
    ------
    InputError
        If the design is an add-on alone, or hangs on a condition that a run cannot find out; or a rule is for nobody.
    """

    def __init__(
        self,
        spec: Scenario,
        design: Design,
        run_seed: int,
        years: int,
        start_year: int = 2020,
        threads: int = 1,
        rules: Mapping[str, Rule] | None = None,
    ) -> None:
        super().__init__(rng=run_seed)
        check_design(design, spec)
        self.world = world = build_world(spec, design, seed=run_seed, years=years, start_year=start_year)
        self.life = rules_of_life(
            world.ladder,
            world.births,
            world.menu.items,
            world.spec.detection,
            seed=run_seed,
            practice=practice_of(world.spec.project),
            overlap=world.spec.project.overlap,
            programmes=world.spec.project.programmes,
            threads=threads,
        )
        self.state = open_state(world, self.life, appoint(world, rules))
        self.state.bodies.noted = nothing_noted(world)
        self.needs = needs_of(world)
        self.year = start_year
        self.season = self._season(np.zeros((world.n, world.cells.age.size), np.int64))  # nobody has been seen yet
        create_agents(self, world)
        self.running: bool = True
        self.datacollector = collector()
        self.figures = figures(world, self.state, start_year - 1)

    def step(self) -> None:
        """Live one budget year. The order of these lines is the order of events in the model.

        After the last year `running` is false, and there is no further step.
        """
        if not self.running:
            raise InputError([f"The run ended with {self.year - 1}, its last year. Make a new model with more years."])
        self.budget()
        self.identify()
        self.decide()
        self.deliver()
        self.live()
        self.evaluate()
        self.settle()
        self.learn()
        self.close()
        self.figures = figures(self.world, self.state, self.year)
        self.datacollector.collect(self)
        self.year += 1
        self.running = self.year < self.world.start_year + self.world.years

    def figure(self, name: str) -> int:
        """What the last lived year shows, by name: one of `results.yearly.FIGURES`."""
        return self.figures[name]

    def budget(self) -> None:
        """Set frames; mandatory cost and earlier promises come first, what is left is room (M5, M8, M10, M11).

        What the scenario dates to this year is in force from here on; nobody reckoned with it before.
        """
        if self.year > self.world.start_year and any(each.year == self.year for each in self.world.given.dated):
            self.world = reformed(self.world, self.year)
            think_anew(self.state.bodies, self.world)
            self.needs = needs_of(self.world)
            people, t = self.state.children.population, self.year - self.world.start_year
            expect_anew(self.state.books.budgets, self.world, people, t)
        standing = cost_of(self.state.services, self.world)
        open_year(self.state.books, self.world, self.state.practice.funded, standing, self.year)

    def identify(self) -> None:
        """Let bodies see children: not all who are in need, and some who are not. Services take theirs; ideas come."""
        seen = identify(self.state.children, self.life, self.year)
        self.season = self._season(serve(self.state.services, self.world, seen))

    def decide(self) -> None:
        """Rank options by perceived own net benefit and take children while money, staff and children last."""
        bodies, books, world = self.state.bodies, self.state.books, self.world
        askings = put_to_all(bodies, books.budgets.room, world, self.season)
        bodies.decided = decide(askings, books, self.needs)
        bodies.answered = tally(bodies.answered, bodies.decided)
        note(bodies.noted, askings[IN_FORCE], bodies.decided[IN_FORCE])
        books.wanted = bodies.decided[IN_FORCE].applied @ world.whole_cost

    def deliver(self) -> None:
        """Enrol children, find each a comparison, start their projects, and book all programmes under way."""
        world, projects, books, bodies = self.world, self.state.projects, self.state.books, self.state.bodies
        judged, ordinary = not world.design.way.paperless, len(world.contracts) - 1
        intakes = [
            Intake(contract, decision.taken, self._come(decision.taken), judged, view.expected, view.reported)
            for contract, (decision, view) in enumerate(zip(bodies.decided, bodies.views, strict=True))
        ]
        view = bodies.views[ordinary]
        served = self.season.served
        intakes.append(Intake(ordinary, served, served, False, view.expected, view.reported))
        started = enrol(self.state.children, projects, world, intakes, self.year, self.life.threads)
        for intake, new in zip(intakes, started, strict=True):
            promise(books, world, projects, intake.contract, new)
            applied = new[projects.judged[new]]
            entry = np.full(applied.size, round(world.spec.project.application_cost), np.int64)
            for payment in overhead(world, projects, "application", applied, entry):
                books.pay(self.year, payment)
        for payment in programmes(world, projects, self.year):
            books.pay(self.year, payment)

    def _come(self, planned: NDArray[np.int64]) -> NDArray[np.int64]:
        """Children who come to new projects; whoever decides as a planner plans for those who come."""
        paperless = self.world.design.way.paperless
        return planned if paperless else recruited(self.world, planned, self.year)

    def live(self) -> None:
        """Move every child one year, with help and without, and book what it costs whom."""
        children, books = self.state.children, self.state.books
        live(children, self.life, self.year)
        actual = children.actual
        remember(self.state.national, self.world.yardsticks, len(children.history), actual.sum(axis=0))
        books.lives = price(actual, self.world.costs)
        book_lives(books, self.year)

    def evaluate(self) -> None:
        """Add this year to every project's measurement; those whose follow-up ends now are ready to be settled."""
        world, projects = self.world, self.state.projects
        children, national = self.state.children, self.state.national
        self.ready = follow(projects, children, world, national, self.year, self.life.threads)
        owing = self.ready[projects.judged[self.ready]]
        for payment in overhead(world, projects, "evaluation", owing, evaluation_fee(world, projects, owing)):
            self.state.books.pay(self.year, payment)

    def settle(self) -> None:
        """Pay what contracts say on what was measured, now or in the years in which it falls due."""
        settle_due(self.state.books, self.state.projects, self.world, self.year)

    def learn(self) -> None:
        """Move beliefs towards what was measured; some of what was tried goes on (F8); the practice spreads."""
        world, state, budgets = self.world, self.state, self.state.books.budgets
        bodies, projects, t = state.bodies, state.projects, self.year - world.start_year
        bodies.before = bodies.beliefs
        state.services = end(state.services, world, bad_year(budgets, world.spec.budget, t), self.year)
        if not world.design.way.knows_effects:
            told = news(world, projects, self.year)
            regional = world.menu.regional
            bodies.beliefs = learn(bodies.beliefs, told, world.geography.county, regional, world.spec.belief)
            own = told.own
            report(
                state.practice,
                told.municipality[own],
                regional[told.intervention[own]],
                told.saved[own] >= 1.0,
                told.told[own],
            )
            state.services = adopt(state.services, world, projects, (told.project[own], told.saved[own]), budgets.room)
        spread_practice(state.practice, budgets.years, world.spec.budget, t, self.year)

    def close(self) -> None:
        """Close the books: results, equity, next year's frames; and check that nothing appeared or vanished."""
        close(self.state.books, self.world, self.state.children, self.year)

    def _season(self, served: NDArray[np.int64]) -> Season:
        """What bodies know of this year, once it is known whom services take."""
        known = neighbours_active_in_run(self.state.practice), left_in_funds(self.state.books, self.world)
        return season_of(self.world, self.year, self.state.children.seen.copy(), served, known)

    def asking(self, contract: int) -> Asking:
        """A contract as it was put before everybody in the last lived year, with what they believed then."""
        bodies = replace(self.state.bodies, beliefs=self.state.bodies.before or self.state.bodies.beliefs)
        return Asking(bodies, self.state.books.budgets.room, self.world, contract, self.season)

    def tables(self, *, detail: bool = True, only: Collection[str] = ()) -> dict[str, pd.DataFrame]:
        """Result tables so far, or `only` some; without `detail` those by municipality and project are summed up."""
        return tables(self.world, self.state, detail, only)


def check_design(design: Design, spec: Scenario) -> None:
    """Refuse a design that a run in this scenario could not settle.

    Raises
    ------
    InputError
        If it is an add-on alone, or needs a condition that a run cannot find out; or if it names an intervention or a
        parameter that the scenario does not have.
    """
    names = [item.name for item in spec.interventions]
    problems = unfit(design) + [
        f"{design.name}: decision: interventions: '{name}' is not in the scenario.{hint(name, names)}"
        for name in design.named_interventions
        if name not in names
    ]
    problems += [
        f"{design.name}: decision.groups.{group.name}: no intervention of the scenario takes children of these ages "
        "who are seen at these levels."
        for group in design.groups
        if not any(_takes(group, item) for item in spec.interventions)
    ]
    try:
        spec.changed_by(design.changes)
    except InputError as error:
        problems += [f"{design.name}: {problem}" for problem in error.problems]
    if problems:
        raise InputError(problems)


def _takes(group: Group, item: InterventionParameters) -> bool:
    """Whether an intervention takes any child of a group."""
    of_kind = not group.interventions or item.name in group.interventions
    spans = ((group.ages, (item.age_from, item.age_to)), (group.levels, item.levels))
    return of_kind and all(max(a[0], b[0]) <= min(a[-1], b[-1]) for a, b in spans)


def simulate(
    spec: Scenario,
    design: Design,
    *,
    seed: int,
    years: int,
    start_year: int = 2020,
    threads: int = 1,
    detail: bool = True,
    rules: Mapping[str, Rule] | None = None,
    only: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Run one world and return its result tables (`docs/outputs.md`), or `only` some of them.

    The same arguments give the same tables, whatever the number of threads. Without `detail` tables are national.
    `rules` are your own by kind of body (`docs/rules.md`).

    Raises
    ------
    InputError
        If the design cannot be simulated, or a rule is for nobody or answers in the wrong form.
    LedgerError
        If money or children were not conserved.
    """
    model = PreventionModel(spec, design, seed, years, start_year, threads, rules)
    for _ in range(years):
        model.step()
    return model.tables(detail=detail, only=only)
