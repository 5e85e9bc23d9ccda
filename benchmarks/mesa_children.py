"""The same model with every child a `mesa.Agent`: what a careful Mesa author would write without kernels.

Children move, are seen, enrolled, measured and paid for one by one, in plain Python; each municipality is an agent
that looks at its own children, ranks its options and takes children while money, staff and children last. Ledger,
contracts, beliefs and frames are the model's own (arrays by municipality or project), as are its tables of
probabilities and of what options seem worth. Draws are the model's, key by key, so both must tell the same story, child
for child: `bench.py` compares them, and the model's own check of its books runs every year.

What is sensible is done: tables are lists, a cohort's keys are hashed once a year, a child's part of the key at birth,
one draw serves a life and its shadow, price lists hold no zeros, and agents are activated by `AgentSet.do`.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from math import ceil
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from model import booking, thinking
from model.deciding import POTS
from model.draws import BIRTH, DETECT, ELIGIBILITY, MOVE, ONE, stream_key
from model.evaluation import JUDGED_FROM, JUDGED_TO
from model.ladder import (
    ADULT_AGE,
    EXAM_AGE,
    INSECURE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    PLACED,
    SENTENCED,
    WORST,
)
from model.model import PreventionModel
from model.parameters import PAYERS

MASK = (1 << 64) - 1
GOLD, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
FAILED = NOT_ELIGIBLE * N_LEVELS


def draw(key: int, place: int) -> int:
    """Return `model.draws.draw` of the child whose place in a cohort's sequence is ``place = (number + 1) * GOLD``."""
    word = (key + place) & MASK
    word = ((word ^ (word >> 30)) * MIX_1) & MASK
    word = ((word ^ (word >> 27)) * MIX_2) & MASK
    return (word ^ (word >> 31)) >> 33


class Tables:
    """The model's tables as nested lists, which plain Python reads several times faster than arrays."""

    def __init__(self, model: PreventionModel) -> None:
        ladder = model.ladder
        self.move = ladder.move.tolist()
        self.edges = ladder.move_threshold.tolist()
        self.target = ladder.target.tolist()
        self.exam = ladder.not_eligible.tolist()
        self.exam_edge = ladder.not_eligible_threshold.tolist()
        self.birth_edges = ladder.birth_threshold.tolist()
        self.seen_edges = model.edges.tolist()
        self.fading, self.forks = model.fading.tolist(), model.effects[:, 2].tolist()
        prices = np.concatenate(
            [model.costs.amount.reshape(N_AGES, N_LEVELS, -1), model.costs.equalisation], axis=2
        ).tolist()
        self.width = len(prices[0][0])
        self.bill = [[[(i, x) for i, x in enumerate(row) if x] for row in of_age] for of_age in prices]


class Help:
    """A child's place in a programme: the life with it, and the child it is compared with."""

    __slots__ = ("intervention", "level_before", "needed", "peer", "project", "start_year", "state")

    def __init__(self, state: int, intervention: int, project: int, start_year: int) -> None:
        self.state = state
        self.level_before = state % N_LEVELS
        self.intervention, self.project, self.start_year = intervention, project, start_year
        self.peer: Child | None = None
        self.needed = False


class Child(mesa.Agent):
    """A child: its untreated life in `state`, and in `help.state` the one it really lives once it has had help."""

    def __init__(self, model: MesaChildren, town: Town, born: int, number: int) -> None:
        super().__init__(model)
        self.town, self.born = town, born
        self.place = (number + 1) * GOLD & MASK
        self.tables = model.tables
        u = draw(town.birth_key, self.place)
        self.state = min(bisect_right(self.tables.birth_edges, u), N_STATES - 1)
        self.help: Help | None = None
        self.age = 0
        level = self.state % N_LEVELS
        town.everybody[0][level] += 1
        for column, amount in self.tables.bill[0][level]:
            town.bill[column] += amount

    @property
    def level(self) -> int:
        """Level of the life that it really lives."""
        return (self.state if self.help is None else self.help.state) % N_LEVELS

    def step(self) -> None:
        """Live one year: be counted, and cost what it costs."""
        age = self.age = self.age + 1
        tables, town, help_ = self.tables, self.town, self.help
        word = (town.move_keys[age] + self.place) & MASK  # `draw`, written out: a call would cost as much as the draw
        word = ((word ^ (word >> 30)) * MIX_1) & MASK
        word = ((word ^ (word >> 27)) * MIX_2) & MASK
        u = (word ^ (word >> 31)) >> 33
        before = self.state
        target = tables.target[0 if age < ADULT_AGE else 1]
        state = target[before][bisect_right(tables.edges[age][before], u)]
        luck = 0
        if age == EXAM_AGE:
            luck = draw(town.exam_key, self.place)
            if luck < tables.exam_edge[state]:
                state += FAILED
        self.state = state
        level = state % N_LEVELS
        town.everybody[age][level] += 1
        if help_ is not None:
            town.shadows[age][level] += 1
            level = self.live_with_help(help_, u, luck, target)
            town.treated[age][level] += 1
        for column, amount in tables.bill[age][level]:
            town.bill[column] += amount

    def live_with_help(self, help_: Help, u: int, luck: int, target: list[list[int]]) -> int:
        """Move the life with help by the same luck; return its level."""
        age, s, k, tables = self.age, help_.state, help_.intervention, self.tables
        worse, better = tables.fading[k][self.model.year - help_.start_year]
        forks = tables.forks[k]
        if worse == 1.0 and better == 1.0 and forks == 1.0:
            ending = bisect_right(tables.edges[age][s], u)
        else:
            passed, ending = 0.0, 0
            for chance in with_help(tables.move[age][s], s, age, worse, better, forks):
                passed += chance
                if u < round(min(passed, 1.0) * ONE) or ending == WORST:
                    break
                ending += 1
        after = target[s][ending]
        if age == EXAM_AGE and luck < round(tables.exam[after] * forks * ONE):
            after += FAILED
        help_.state = after
        return after % N_LEVELS

    def measure(self, help_: Help, price: list[Any], follow_up: list[int], contract: list[int]) -> tuple[int, int]:
        """Return the saving that an evaluator sees this year, and the true one."""
        age, years_in = self.age, self.model.year - help_.start_year
        shadow = self.state % N_LEVELS
        if shadow and JUDGED_FROM <= years_in < JUDGED_TO:
            help_.needed = True
        if years_in >= follow_up[help_.project]:
            return 0, 0
        c = contract[help_.project]
        of_age = price[c][help_.intervention][age]
        own = of_age[help_.state % N_LEVELS]
        true = of_age[shadow] - own
        if self.model.by_before_after[c]:
            before = price[c][help_.intervention][help_.start_year - 1 - self.born][help_.level_before]
            return before - own, true
        return (of_age[help_.peer.level] - own if help_.peer is not None else 0), true


def with_help(row: list[float], state: int, age: int, worse: float, better: float, forks: float) -> list[float]:
    """Return the move probabilities of a life with help: `model.ladder.treated_move` on lists."""
    level, record = state % N_LEVELS, state // N_LEVELS % N_RECORDS
    out = row.copy()
    if age == ADULT_AGE:
        spared = row[WORST] * (1.0 - forks)
        out[WORST] -= spared
        out[INSECURE] += spared
        return out
    first = record & (PLACED if age < ADULT_AGE else SENTENCED) == 0
    moved = 0.0
    for ending, chance in enumerate(row):
        if ending != level:
            chance *= worse if ending > level else better
            if ending == WORST and first:
                chance *= forks
            out[ending] = chance
            moved += chance
    if moved > 1.0:
        out = [chance / moved for chance in out]
        moved = 1.0
    out[level] = 1.0 - moved
    return out


class Town(mesa.Agent):
    """A municipality: its children by birth year, and the bodies there that see them, choose and pay."""

    def __init__(self, model: MesaChildren, row: int) -> None:
        super().__init__(model)
        self.row, self.code = row, int(model.population.codes[row])
        self.births = model.population.cohort_sizes()[row].tolist()
        self.cohorts: dict[int, list[Child]] = {}
        self.seen: dict[int, list[tuple[Child, int]]] = {}

    def key(self, purpose: int, born: int, age: int) -> int:
        """Return the key of a cohort's draws."""
        return int(stream_key(self.model.run_seed, purpose, self.code, born, age))

    def open_year(self) -> None:
        """Begin new pages and new keys."""
        year = self.model.year
        self.everybody = [[0] * N_LEVELS for _ in range(N_AGES)]
        self.shadows = [[0] * N_LEVELS for _ in range(N_AGES)]
        self.treated = [[0] * N_LEVELS for _ in range(N_AGES)]
        self.bill = [0] * self.model.tables.width
        self.birth_key = self.key(BIRTH, year, 0)
        self.exam_key = self.key(ELIGIBILITY, year - EXAM_AGE, EXAM_AGE)
        self.move_keys = [self.key(MOVE, year - age, age) for age in range(N_AGES)]

    def bear(self) -> None:
        """Let this year's children be born."""
        model: MesaChildren = self.model
        born = model.year
        number_of = self.births[born - model.population.births_from]
        self.cohorts[born] = [Child(model, self, born, number) for number in range(number_of)]

    def look(self) -> None:
        """See children, not all who are in need, and some who are not."""
        year, edges = self.model.year, self.model.tables.seen_edges
        self.seen, self.tally = {}, [[0] * N_LEVELS for _ in range(N_AGES)]
        for age in range(self.model.ages[0], self.model.ages[1] + 1):
            born = year - 1 - age
            cohort = self.cohorts.get(born)
            if not cohort:
                continue
            key, seen, tally = self.key(DETECT, born, age), [], self.tally[age]
            for child in cohort:
                s = child.state
                worse, at_all = edges[s]
                word = (key + child.place) & MASK  # `draw`, written out
                word = ((word ^ (word >> 30)) * MIX_1) & MASK
                word = ((word ^ (word >> 27)) * MIX_2) & MASK
                u = (word ^ (word >> 31)) >> 33
                if u < at_all and child.help is None:
                    level = s % N_LEVELS + (1 if u < worse else 0)
                    seen.append((child, level))
                    tally[level] += 1
            self.seen[age] = seen
        capacity, kinds = self.model.spec.committee.capacity, len(self.model.interventions)
        self.left = [row.copy() for row in self.tally]
        self.places = [[[ceil(children * capacity)] * kinds for children in row] for row in self.tally]

    def choose(self, options: Options, score: list[float], pots: list[int], fees: list[Any]) -> dict[Any, int]:
        """Take children into the best options while money, staff and children last (`model.deciding.choose`)."""
        # fees: what applying and evaluating must be worth, what the owner pays of it now, what the fund promises
        limited, left, places = options.limited, self.left, self.places
        gain = [0.0] * options.n_kinds
        begun: set[int] = set()
        good = []
        for c, value in enumerate(score):
            if value > 0.0:
                k, age, level, *_ = options.rows[c]
                gain[k] += value * min(places[age][level][k], left[age][level])
                good.append((-(value / options.whole[c]) if limited else -value, c))
        good.sort()
        fund = len(POTS) - 1
        wanted: dict[tuple[int, int, int], int] = {}
        for _, c in good:
            k, age, level, purse, now, later = options.rows[c]
            number = min(places[age][level][k], left[age][level])
            if not number or gain[k] <= fees[0][k]:
                continue
            if limited:
                for pot, per_child, first in ((purse, now, fees[1][k]), (fund, later, fees[2][k])):
                    money = pots[pot] - (0 if k in begun else first)
                    if money < 0:
                        number = 0
                    elif per_child > 0:
                        number = min(number, money // per_child)
            if number <= 0:
                continue
            if limited:
                if k not in begun:
                    pots[purse] -= fees[1][k]
                    pots[fund] -= fees[2][k]
                pots[purse] -= number * now
                pots[fund] -= number * later
            begun.add(k)
            wanted[age, level, k] = number
            places[age][level][k] -= number
            left[age][level] -= number
        return wanted

    def enrol(self, wanted: dict[Any, int], project: list[int]) -> list[tuple[Child, int]]:
        """Take children in the order in which they stand; return them with the level at which they were seen."""
        taken = []
        kinds = sorted({k for *_, k in wanted})
        for age in sorted({age for age, *_ in wanted}):
            for child, level in self.seen[age]:
                if child.help is not None:
                    continue
                for k in kinds:
                    if wanted.get((age, level, k), 0) > 0:
                        wanted[age, level, k] -= 1
                        child.help = Help(child.state, k, project[k], self.model.year)
                        taken.append((child, level))
                        break
        return taken


class Options:
    """What can be chosen under one contract, as lists."""

    def __init__(self, model: PreventionModel, contract: int) -> None:
        cells = model.cells
        columns = (cells.intervention, cells.age, cells.level, model.pot[cells.intervention])
        money = (model.owner_now[contract], model.fund_part[contract])
        self.rows = list(zip(*(column.tolist() for column in (*columns, *money)), strict=True))
        self.whole = model.whole_cost.tolist()
        self.limited = model.contracts[contract].decision != "planner"
        self.n_kinds = len(model.interventions)


class MesaChildren(PreventionModel):
    """`PreventionModel` with its children taken out of the arrays and made agents."""

    # ------------------------------------------------------------------ steps 2 to 6 of the year, child by child

    def identify(self) -> None:
        """Let every municipality look at its children."""
        self.towns.do("look")
        self.seen = np.array(self.towns.get("tally"))
        self.seen_total += self.seen.sum(axis=0)

    def decide(self) -> None:
        """Let every municipality choose, under the design in force and then from its own room."""
        budgets, project = self.budgets, self.spec.project
        lines = (*(budgets.room[line] for line in POTS[:-1]), budgets.fund - budgets.fund_promised)
        pots = np.stack(lines, axis=1).tolist()
        fixed = np.where(self.ordinary, 0, round(project.application_cost + project.evaluation_cost))
        now = np.where(self.ordinary, 0, round(project.application_cost))
        cells = zip(self.cells.intervention.tolist(), self.cells.age.tolist(), self.cells.level.tolist(), strict=True)
        cell = {each: c for c, each in enumerate(cells)}
        self.choices: list[list[dict[Any, int]]] = []
        for number, design in enumerate(self.contracts):
            from_fund = ("municipal_fund" in design.shares) & (self.pot != POTS.index("region"))
            fees = np.stack([fixed, np.where(from_fund, 0, now), np.where(from_fund, fixed, 0)], axis=1).tolist()
            score = thinking.scores(self, number).tolist()
            options = Options(self, number)
            self.choices.append([town.choose(options, score[m], pots[m], fees[m]) for m, town in enumerate(self.towns)])
            self.wanted[number] = 0
            for m, choice in enumerate(self.choices[number]):
                for (age, level, k), children in choice.items():
                    self.wanted[number, m, cell[k, age, level]] = children

    def _enrol(self, wanted: NDArray[np.int64], number: NDArray[np.int64], more: int) -> None:
        """Enrol children, and keep the model's list of participants, of which projects are made."""
        helped, first = self.participants, self.participants.n
        contract = 0 if np.shares_memory(wanted, self.wanted[0]) else 1
        new = []
        for m, town in enumerate(self.towns):
            new += town.enrol(self.choices[contract][m], number[m].tolist())
        rows = slice(first, first + len(new))
        helped.n = rows.stop
        for name, column in {
            "municipality": [child.town.row for child, _ in new],
            "born": [child.born for child, _ in new],
            "intervention": [child.help.intervention for child, _ in new],
            "project": [child.help.project for child, _ in new],
            "perceived": [level for _, level in new],
            "level_before": [child.help.level_before for child, _ in new],
        }.items():
            getattr(helped, name)[rows] = column
        helped.start_year[rows] = self.year
        self.helped_children += [child for child, _ in new]
        if len(new) != more:
            raise RuntimeError(f"{self.year}: {more} children were granted a place, but {len(new)} were found.")

    def _compare_with_others(self, first: int) -> None:
        """Find each new participant another child to be compared with."""
        passed: dict[tuple[int, int, int], int] = {}
        for row, child in enumerate(self.helped_children[first:], first):
            child.help.peer = self.peer_of(child, passed)
            self.participants.peer[row] = -1 if child.help.peer is None else 0

    def peer_of(self, child: Child, passed: dict[tuple[int, int, int], int]) -> Child | None:
        """Find a child of the same age and level without help, at home or else in the county, not used this year."""
        level, home = child.state % N_LEVELS, child.town.row
        low, high = self.county_range[home].tolist()
        for step in range(high - low):
            m = low + (home - low + step) % (high - low)
            cohort = self.town_list[m].cohorts[child.born]
            at = passed.get((m, child.born, level), 0)
            while at < len(cohort) and (cohort[at].help is not None or cohort[at].state % N_LEVELS != level):
                at += 1
            found = at < len(cohort)
            passed[m, child.born, level] = at + found
            if found:
                return cohort[at]
        return None

    def live(self) -> None:
        """Let every child live one year, and book on its payers what each of them cost."""
        self._one_year()
        for row, pages in enumerate(("everybody", "shadows", "treated")):
            self.counts[row] = self.towns.get(pages)
        record = self.counts.copy()
        record[0] -= record[1]
        self.history.append(record)
        bill = np.array(self.towns.get("bill"), np.int64)
        self.life_cost = bill[:, :-2].reshape(self.n, len(PAYERS), -1)
        self.given_back = bill[:, -2:]
        booking.book_lives(self)

    def evaluate(self) -> None:
        """Measure child by child; the rest is the model's, which finds no participants left to measure."""
        projects = self.projects
        follow_up, contract = projects.follow_up.tolist(), projects.contract.tolist()
        measured, true = [0] * projects.n, [0] * projects.n
        for child in self.helped_children:
            seen, real = child.measure(child.help, self.price_lists, follow_up, contract)
            measured[child.help.project] += seen
            true[child.help.project] += real
        projects.measured += np.array(measured, np.int64)
        projects.true += np.array(true, np.int64)
        everybody, self.participants.n = self.participants.n, 0
        super().evaluate()
        self.participants.n = everybody

    # ------------------------------------------------------------------ setting up

    def _grow_up(self) -> None:
        """Create the municipalities, and let those who are 0-19 at the start live from birth."""
        if self.start_year + self.years - self.population.births_from > LAST_AGE:
            raise ValueError("Nobody leaves this model: give fewer years.")
        self.tables = Tables(self)
        self.town_list = [Town(self, row) for row in range(self.n)]
        self.towns = self.agents_by_type[Town]
        self.helped_children: list[Child] = []
        ages = [(item.age_from, item.age_to) for item in self.interventions]
        self.ages = np.array([min(a for a, _ in ages), max(b for _, b in ages)])
        for year in range(self.population.births_from, self.start_year):
            self.year = year
            self._one_year()
        self.year = self.start_year
        self.counts[0] = self.towns.get("everybody")

    def _one_year(self) -> None:
        self.towns.do("open_year")
        if Child in self.agents_by_type:
            self.agents_by_type[Child].do("step")
        self.towns.do("bear")

    @cached_property
    def price_lists(self) -> list[Any]:
        """Cost that each contract looks at, by (contract, intervention, age, level), as lists."""
        prices: list[Any] = self.contract_price.tolist()
        return prices

    @cached_property
    def by_before_after(self) -> list[bool]:
        """Whether each contract compares children with themselves before."""
        answers: list[bool] = self.before_after.tolist()
        return answers
