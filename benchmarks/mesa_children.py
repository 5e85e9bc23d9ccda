"""The same model with every child a `mesa.Agent`: what a careful Mesa author would write without kernels.

Children move, are seen, enrolled, compared, measured and paid for one by one, in plain Python; each municipality is an
agent that looks at its own children and takes in as many as its bodies have chosen. What is not about single children
is the model's own (arrays by municipality or project): ledger, contracts, frames, beliefs, and what bodies choose; so
are its tables of probabilities and prices. Draws are the model's, key by key, so both must tell the same story, child
for child: `bench.py` compares them, and the model's own check of its books runs every year.

Only children matched with others are measured here, as in the designs that `bench.py` runs, and nobody leaves early or
is helped twice; other contracts and scenarios are refused.

What is sensible is done: tables are lists, a cohort's keys are hashed once a year, a child's part of the key at birth,
one draw serves a life and its shadow, price lists hold no zeros, and agents are activated by `AgentSet.do`.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import Any
from unittest.mock import patch

import mesa
import numpy as np
from numpy.typing import NDArray

from stupror.model.children.draws import BIRTH, DETECT, ELIGIBILITY, MOVE, ONE, stream_key
from stupror.model.children.ladder import (
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
from stupror.model.evaluation.evaluators import (
    COMPARED,
    JUDGED_FROM,
    JUDGED_TO,
    MATCHED,
    OTHER,
    OWN,
    PEOPLE,
    TRUE_OTHER,
    TRUE_OWN,
)
from stupror.model.evaluation.yardsticks import remember
from stupror.model.inputs.parameters import PAYERS
from stupror.model.model import PreventionModel
from stupror.model.money.books import LifeCost, book_lives
from stupror.model.money.ledger import LedgerError
from stupror.model.projects import enrolment
from stupror.model.projects.services import serve

Whole = NDArray[np.int64]
MASK = (1 << 64) - 1
GOLD, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
FAILED = NOT_ELIGIBLE * N_LEVELS


def draw(key: int, place: int) -> int:
    """Return `draws.draw` of the child whose place in a cohort's sequence is ``place = (number + 1) * GOLD``."""
    word = (key + place) & MASK
    word = ((word ^ (word >> 30)) * MIX_1) & MASK
    word = ((word ^ (word >> 27)) * MIX_2) & MASK
    return (word ^ (word >> 31)) >> 33


class Tables:
    """The model's tables as nested lists, which plain Python reads several times faster than arrays."""

    def __init__(self, model: PreventionModel) -> None:
        ladder, life = model.world.ladder, model.life
        self.move = ladder.move.tolist()
        self.edges = ladder.move_threshold.tolist()
        self.target = ladder.target.tolist()
        self.exam = ladder.not_eligible.tolist()
        self.exam_edge = ladder.not_eligible_threshold.tolist()
        self.birth_edges = life.untreated[0].tolist()
        self.seen_edges = life.look.edges.tolist()
        self.fading, self.forks = life.treated.left.tolist(), life.treated.effect[:, 2].tolist()
        prices = np.concatenate(
            [model.world.costs.amount.reshape(N_AGES, N_LEVELS, -1), model.world.costs.equalisation], axis=2
        ).tolist()
        self.width = len(prices[0][0])
        self.bill = [[[(i, x) for i, x in enumerate(row) if x] for row in of_age] for of_age in prices]


class Help:
    """A child's place in a programme: the life with it, and the child it is compared with."""

    __slots__ = ("intervention", "needed", "peer", "project", "start_year", "state")

    def __init__(self, state: int, intervention: int, project: int, start_year: int) -> None:
        self.state = state
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
        self.state = min(bisect_right(self.tables.birth_edges[town.row], u), N_STATES - 1)
        self.help: Help | None = None
        self.age = 0
        level = self.state % N_LEVELS
        town.everybody[0][level] += 1
        for column, amount in self.tables.bill[0][level]:
            town.bill[column] += amount

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

    def measure(self, help_: Help, metrics: list[tuple[int, Any]], sums: list[list[int]]) -> None:
        """Add this year, as it was for this child and the one it is compared with, to the sums of its project."""
        age, years_in, peer = self.age, self.model.year - help_.start_year, help_.peer
        if self.state % N_LEVELS and JUDGED_FROM <= years_in < JUDGED_TO:
            help_.needed = True
        for (years, value), total in zip(metrics, sums, strict=False):  # columns of longer contracts stay empty
            if years_in >= years:
                continue
            of_age = value[help_.intervention][age]
            own, first = of_age[help_.state], years_in == 0
            total[TRUE_OWN] += own
            total[TRUE_OTHER] += of_age[self.state]
            total[PEOPLE] += first
            if peer is not None:
                total[OWN] += own
                total[OTHER] += of_age[peer.state if peer.help is None else peer.help.state]
                total[COMPARED] += first


def with_help(row: list[float], state: int, age: int, worse: float, better: float, forks: float) -> list[float]:
    """Return the move probabilities of a life with help: `model.children.ladder.treated_move` on lists."""
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
    """A municipality: its children by birth year, those whom its bodies see, and what a year of theirs costs."""

    def __init__(self, model: MesaChildren, row: int) -> None:
        super().__init__(model)
        self.row, self.code = row, int(model.world.geography.codes[row])
        self.births = model.state.children.population.cohort_sizes()[row].tolist()
        self.cohorts: dict[int, list[Child]] = {}
        self.seen: dict[int, list[tuple[Child, int]]] = {}

    def key(self, purpose: int, born: int, age: int) -> int:
        """Return the key of a cohort's draws."""
        return int(stream_key(self.model.world.seed, purpose, self.code, born, age))

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
        number_of = self.births[born - model.state.children.population.births_from]
        self.cohorts[born] = [Child(model, self, born, number) for number in range(number_of)]

    def look(self) -> None:
        """See children, not all who are in need, and some who are not."""
        year, edges = self.model.year, self.model.tables.seen_edges
        self.seen, self.tally = {}, [[0] * N_LEVELS for _ in range(N_AGES)]
        for age in range(self.model.life.look.ages[0], self.model.life.look.ages[1] + 1):
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

    def enrol(self, wanted: list[int], project: list[int]) -> list[tuple[Child, int]]:
        """Take as many children as each option wants, in the order in which they stand; return them as they were seen.

        A child whom several options want is given to the first of them, as `model.children.lifecourse.enrol` does.
        """
        options: dict[tuple[int, int], list[list[int]]] = {}
        for (k, age, level), number in zip(self.model.options, wanted, strict=True):
            if number:
                options.setdefault((age, level), []).append([k, number])
        taken = []
        for age in sorted({age for age, _ in options}):
            for child, level in self.seen[age]:
                for option in options.get((age, level), ()):
                    k, left = option
                    if left and child.help is None:
                        option[1] -= 1
                        child.help = Help(child.state, k, project[k], self.model.year)
                        taken.append((child, level))
        return taken


class MesaChildren(PreventionModel):
    """`PreventionModel` with its children taken out of the arrays and made agents."""

    # ------------------------------------------------------------------ steps 2 and 4 to 6 of the year, child by child

    def identify(self) -> None:
        """Let every municipality look at its children."""
        self.towns.do("look")
        seen = np.array(self.towns.get("tally"))
        self.state.children.seen[:] = seen
        self.state.children.seen_total += seen.sum(axis=0)
        self.season = self._season(serve(self.state.services, self.world, seen))

    def deliver(self) -> None:
        """Enrol and compare child by child; projects are opened and paid as always."""
        by_hand = {"_write_rows": self.enrol_children, "_compare_with_others": self.find_peers}
        with patch.multiple(enrolment, **by_hand):
            super().deliver()

    def enrol_children(
        self, children: Any, _world: Any, intake: tuple[int, Whole], number: Whole, year: int, _threads: int
    ) -> None:
        """Enrol children, and keep what the model asks of its list of participants when it starts projects."""
        helped, first, wanted = children.participants, children.participants.n, intake[1]
        more = int(wanted.sum())
        helped.reserve(first + more)
        new = []
        for town, want, project in zip(self.town_list, wanted.tolist(), number.tolist(), strict=True):
            new += town.enrol(want, project)
        if len(new) != more:
            raise LedgerError(f"{year}: {more} children were granted a place, but {len(new)} were found.")
        rows = slice(first, first + len(new))
        helped.n = rows.stop
        for name, column in {
            "municipality": [child.town.row for child, _ in new],
            "born": [child.born for child, _ in new],
            "intervention": [child.help.intervention for child, _ in new],
            "project": [child.help.project for child, _ in new],
            "perceived": [level for _, level in new],
            "state_before": [child.help.state for child, _ in new],
            "before": [-1] * len(new),
        }.items():
            getattr(helped, name)[rows] = column
        helped.start_year[rows] = year
        self.helped_children += [child for child, _ in new]

    def find_peers(self, children: Any, _county_range: Whole, first: int, _threads: int) -> None:
        """Find each new participant another child to be compared with."""
        passed: dict[tuple[int, int, int], int] = {}
        for row, child in enumerate(self.helped_children[first:], first):
            child.help.peer = self.peer_of(child, passed)
            children.participants.peer[row] = -1 if child.help.peer is None else 0

    def peer_of(self, child: Child, passed: dict[tuple[int, int, int], int]) -> Child | None:
        """Find a child of the same age and level without help, at home or else in the county, not used this year."""
        level, home = child.state % N_LEVELS, child.town.row
        low, high = self.world.geography.county_range[home].tolist()
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
        children = self.state.children
        for row, pages in enumerate(("everybody", "shadows", "treated")):
            children.counts[row] = self.towns.get(pages)
        record = children.counts.copy()
        record[0] -= record[1]
        children.history.append(record)
        remember(self.state.national, self.world.yardsticks, len(children.history), children.actual.sum(axis=0))
        bill = np.array(self.towns.get("bill"), np.int64)
        self.state.books.lives = LifeCost(bill[:, :-2].reshape(self.world.n, len(PAYERS), -1), bill[:, -2:])
        book_lives(self.state.books, self.year)

    def evaluate(self) -> None:
        """Measure child by child; the rest is the model's, which finds no participants left to measure."""
        projects, helped = self.state.projects, self.state.children.participants
        of_contract, sums = projects.contract.tolist(), np.zeros_like(projects.sums).tolist()
        for child in self.helped_children:
            number = child.help.project
            child.measure(child.help, self.metric_lists[of_contract[number]], sums[number])
        if sums:
            projects.sums += np.array(sums)
        everybody, helped.n = helped.n, 0
        super().evaluate()
        helped.n = everybody
        helped.needed[:everybody] = [child.help.needed for child in self.helped_children]

    # ------------------------------------------------------------------ setting up

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Create the municipalities, and let those who are 0-19 at the start live from birth."""
        super().__init__(*arguments, **named)
        first_born, start_year = self.state.children.population.births_from, self.world.start_year
        if start_year + self.world.years - first_born > LAST_AGE:
            raise ValueError("Nobody leaves this model: give fewer years.")
        if any(metric.evaluation != MATCHED or metric.groups > 1 for metric in self.world.yardsticks.every):
            raise ValueError(
                f"{self.world.design.name}: children are measured beside matched ones here, or not at all."
            )
        if self.world.spec.project.drop_out > 0.0 or self.world.spec.project.programmes > 1:
            raise ValueError("Nobody leaves early or is helped twice here: set drop_out to 0 and programmes to 1.")
        self.tables = Tables(self)
        self.town_list = [Town(self, row) for row in range(self.world.n)]
        self.towns = self.agents_by_type[Town]
        self.helped_children: list[Child] = []
        for year in range(first_born, start_year):
            self.year = year
            self._one_year()
        self.year = start_year
        if not np.array_equal(self.state.children.counts[0], self.towns.get("everybody")):
            raise ValueError("Children who are agents have grown up to be others than those in arrays.")

    def _one_year(self) -> None:
        self.towns.do("open_year")
        if Child in self.agents_by_type:
            self.agents_by_type[Child].do("step")
        self.towns.do("bear")

    @cached_property
    def metric_lists(self) -> list[list[tuple[int, Any]]]:
        """Years of follow-up of each contract's metrics, and what a year is worth by (intervention, age, state)."""
        return [
            [(metric.years, metric.value.tolist()) for metric in of_contract]
            for of_contract in self.world.yardsticks.metrics
        ]

    @cached_property
    def options(self) -> list[tuple[int, int, int]]:
        """Intervention, age and level of every option."""
        cells = self.world.cells
        return list(zip(cells.intervention.tolist(), cells.age.tolist(), cells.level.tolist(), strict=True))
