"""Tables of children: their levels, what they cost, who was taken into what. Read by `results`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..children.ladder import ADULT_AGE, EXAM_AGE, N_AGES, N_LEVELS, N_RECORDS, N_STATES, NOT_ELIGIBLE
from ..children.prices import CostTables, equalised
from ..evaluation.evaluators import JUDGED_TO
from ..inputs.compiled import as_read, kernel
from ..inputs.parameters import KINDS, PAYERS
from ..inputs.version import __version__
from ..state import State
from ..world import World
from .words import LEVEL_NAMES, PHASES, Table, stacked, text

Whole = NDArray[np.int64]


def runs_table(world: World, state: State) -> Table:
    """Whose run it is: years, children, how tax is equalised, and the version and scenario that it was made with."""
    municipal, regional = equalised(world.spec.tax)
    sizes = state.children.population.cohort_sizes().sum(axis=0)
    return {
        "start_year": [world.start_year],
        "years": [world.years],
        "children": [int(sizes.sum())],
        "births": [int(sizes[ADULT_AGE:].sum())],
        "equalised_municipal": [municipal],
        "equalised_regional": [regional],
        "scenario_hash": [world.given.changed_by(world.design.changes).hash()],
        "version": [__version__],
    }


def children_table(world: World, state: State, detail: bool) -> Table:
    """Children by year, place, age and level, with and without help."""
    parts = []
    for t, (never, _, treated) in enumerate(state.children.history):
        for with_help, counts in ((False, never), (True, treated)):
            counted = counts if detail else counts.sum(axis=0, keepdims=True)
            m, age, level = np.nonzero(counted)
            parts.append(
                (
                    np.full(m.size, world.start_year + t),
                    m,
                    age,
                    level,
                    np.full(m.size, with_help),
                    counted[m, age, level],
                )
            )
    year, m, age, level, helped, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "year": year,
        "municipality": text(world.spec.places.codes if detail else [""], m),
        "age": age,
        "level": text(LEVEL_NAMES, level + N_LEVELS * (age >= ADULT_AGE)),
        "treated": helped,
        "children": number,
    }


def school_table(world: World, state: State, detail: bool) -> Table:
    """Who turned 16 in each simulated year, and who left school without eligibility, with help and without.

    A life that has failed carries the mark for good, so all years can be counted at the end.
    """
    people, helped = state.children.population, state.children.participants
    n, places = helped.n, np.arange(world.n)
    cohorts = np.arange(world.years) + world.start_year - EXAM_AGE - people.births_from
    first, last = people.offsets[:, cohorts], people.offsets[:, cohorts + 1]  # by (municipality, year)
    without = _marked(np.ascontiguousarray(first), np.ascontiguousarray(last), people.state, _FAILED)
    year = helped.born[:n].astype(np.int64) + EXAM_AGE - world.start_year
    now = (year >= 0) & (year < world.years) & ~helped.again[:n]
    moved = _FAILED[helped.treated[:n][now]].astype(np.int64) - _FAILED[people.state[helped.child[:n][now]]]
    at = helped.municipality[:n][now].astype(np.int64) * world.years + year[now]
    actual = without + np.bincount(at, moved, without.size).astype(np.int64).reshape(without.shape)
    counted = [last - first, actual, without]
    if not detail:
        counted, places = [each.sum(axis=0, keepdims=True) for each in counted], np.zeros(1, np.int64)
    return {
        "year": np.repeat(np.arange(world.years) + world.start_year, places.size),
        "municipality": text(world.spec.places.codes if detail else [""], np.tile(places, world.years)),
        **{
            name: each.T.ravel().astype(np.int64)
            for name, each in zip(("pupils", "not_eligible", "not_eligible_untreated"), counted, strict=True)
        },
    }


# By state: whether such a life has left compulsory school without eligibility for upper secondary school.
_FAILED = np.arange(N_STATES) // N_LEVELS % N_RECORDS & NOT_ELIGIBLE > 0


@kernel
def _marked(first: Whole, last: Whole, states: NDArray[np.uint8], marks: NDArray[np.bool_]) -> Whole:
    """Count the lives of each stretch, from `first` to before `last`, whose state is marked; shape as theirs."""
    counted = np.empty(first.shape, np.int64)
    for m in range(first.shape[0]):
        for stretch in range(first.shape[1]):
            number = 0
            for i in range(first[m, stretch], last[m, stretch]):
                number += marks[states[i]]
            counted[m, stretch] = number
    return counted


Later = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Expected number at each level after the last year, with help and without, see `afterwards`."""
COUNTED_TO = 6  # decimals of expected persons: more differ between processors


def _lived(state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count everybody by (simulated year, age, level), as they were and without any programme."""
    actual = np.stack([(never + treated).sum(axis=0) for never, _, treated in state.children.history]).astype(
        np.float64
    )
    untreated = np.stack([(never + shadow).sum(axis=0) for never, shadow, _ in state.children.history]).astype(
        np.float64
    )
    return actual, untreated


def levels_table(world: World, state: State, later: Later) -> Table:
    """Count everybody by year and level over whole lives, as they were (or will be) and without any programme."""
    parts = []
    for number, (first, counts) in enumerate(_phases(world, state, later)):
        split = [
            np.concatenate([_by_year(each[:, :ADULT_AGE]), _by_year(each[:, ADULT_AGE:])], axis=1) for each in counts
        ]
        t, level = np.nonzero((split[0] != 0) | (split[1] != 0))
        parts.append(
            {
                "year": first + t,
                "level": level,
                "phase": np.full(t.size, number),
                "actual": split[0][t, level],
                "untreated": split[1][t, level],
            }
        )
    result = stacked(parts)
    return result | {"level": text(LEVEL_NAMES, result["level"]), "phase": text(PHASES, result["phase"])}


def _by_year(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum (years, ages, levels) over ages, age by age."""
    return np.asarray(np.round(counts.sum(axis=1), COUNTED_TO))


def costs_table(world: World, state: State, later: Later) -> Table:
    """What lives cost whom by year and age, as they were (or will be) and without any programme."""
    names = [(payer, kind) for payer in PAYERS for kind in KINDS] + [("households", "lost_earnings")]
    payers, kinds = zip(*names, strict=True)
    parts = []
    for number, (first, counts) in enumerate(_phases(world, state, later)):
        actual, untreated = (_in_sek(world, first, each) for each in counts)
        t, age, row = np.nonzero((actual != 0) | (untreated != 0))
        parts.append(
            {
                "year": first + t,
                "age": age,
                "payer": row,
                "kind": row,
                "phase": np.full(t.size, number),
                "actual_sek": actual[t, age, row],
                "untreated_sek": untreated[t, age, row],
            }
        )
    result = stacked(parts)
    named = (("payer", payers), ("kind", kinds), ("phase", PHASES))
    return result | {name: text(of, result[name]) for name, of in named}


def _phases(world: World, state: State, later: Later) -> list[tuple[int, Later]]:
    """Of each of `PHASES` its first year, and everybody with help and without by (year, age, level)."""
    return [(world.start_year, _lived(state)), (world.start_year + world.years, later)]


def _in_sek(world: World, first: int, counts: NDArray[np.float64]) -> Whole:
    """Turn (years from `first` on, ages, levels) into whole SEK by (year, age, payer and kind; lost earnings last)."""
    lists = [world.costs_in(first + t) for t in range(counts.shape[0])]
    begins = [t for t, each in enumerate(lists) if t == 0 or each is not lists[t - 1]]
    stretches = zip(begins, [*begins[1:], len(lists)], strict=True)
    return np.concatenate(
        [_priced(_price_by_row(lists[begin]), as_read(counts[begin:end])) for begin, end in stretches]
    )


def _price_by_row(costs: CostTables) -> NDArray[np.float64]:
    """Lay a price list out by (age, level, payer and kind; lost earnings last)."""
    by_row = (costs.amount.reshape(N_AGES, N_LEVELS, -1), costs.lost_production[..., None])
    return np.concatenate(by_row, axis=2).astype(np.float64)


@kernel
def _priced(price: NDArray[np.float64], counts: NDArray[np.float64]) -> Whole:
    """Turn (years, ages, levels) into whole SEK by (year, age, row of `price`), which is by (age, level, row)."""
    years, ages, levels = counts.shape
    result, amount = np.empty((years, ages, price.shape[2]), np.int64), np.empty(price.shape[2])
    for t in range(years):
        for age in range(ages):
            for row in range(amount.size):
                amount[row] = 0.0
            for level in range(levels):
                if counts[t, age, level] != 0.0:
                    for row in range(amount.size):
                        amount[row] += counts[t, age, level] * price[age, level, row]
            for row in range(amount.size):
                result[t, age, row] = np.int64(np.rint(amount[row]))
    return result


def _cost_of(world: World, state: State, row: Whole, children: Whole, intervention: Whole) -> NDArray[np.int64]:
    """What those in each row of the table cost, whole SEK: their places, and a part of those that are empty or left.

    `row` is the row of each participant; `children` and `intervention` are by row.
    """
    whole_cost = np.array([round(item.cost) * item.duration for item in world.menu.items])
    own = children * whole_cost[intervention]
    projects, helped = state.projects, state.children.participants
    empty = projects.cost - projects.children * whole_cost[projects.intervention]
    if not empty.any():
        return np.asarray(own)
    each = (empty / np.maximum(projects.children, 1))[helped.project[: helped.n]]
    more = pd.Series(each).groupby(row).sum().to_numpy()
    return np.asarray(own + np.rint(more).astype(np.int64))


def enrolment_table(world: World, state: State) -> Table:
    """Who was taken into what, as seen and as they were."""
    helped, n = state.children.participants, state.children.participants.n
    year, born = helped.start_year[:n].astype(np.int64), helped.born[:n].astype(np.int64)
    judged = year + JUDGED_TO <= world.start_year + world.years
    keys: dict[str, tuple[NDArray[Any], int]] = {
        "year": (year - world.start_year, world.years),
        "intervention": (helped.intervention[:n], len(world.menu.items)),
        "age": (year - 1 - born, N_AGES),
        "level": (helped.perceived[:n], N_LEVELS),
        "true_level": (helped.state_before[:n] % N_LEVELS, N_LEVELS),
        "county": (world.geography.county[helped.municipality[:n]], world.geography.n_counties),
    }
    number, sizes = np.zeros(n, np.int64), [size for _, size in keys.values()]
    for values, size in keys.values():  # one number for all keys, in their order, is grouped several times faster
        number *= size
        number += values
    row = pd.factorize(number, sort=True)[0]
    first = np.empty(int(row.max(initial=-1)) + 1, np.int64)
    first[row] = number
    found = dict(zip(keys, np.unravel_index(first, sizes), strict=True))
    children = np.bincount(row, minlength=first.size)
    kind, older = found["intervention"], N_LEVELS * (found["age"] >= ADULT_AGE)
    return {
        "year": found["year"] + world.start_year,
        "intervention": text([item.name for item in world.menu.items], kind),
        "age": found["age"],
        "level": text(LEVEL_NAMES, found["level"] + older),
        "true_level": text(LEVEL_NAMES, found["true_level"] + older),
        "county": text(np.unique(world.spec.places.county_codes), found["county"]),
        "children": children,
        "cost_sek": _cost_of(world, state, row, children, kind),
        "judged": np.bincount(row[judged], minlength=first.size),
        "deadweight": np.bincount(row[judged & ~helped.needed[:n]], minlength=first.size),
    }
