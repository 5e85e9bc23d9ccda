"""A finished run as tidy tables: one row per fact, units in the column names.

`docs/outputs.md` has the schema. What lies after the last simulated year is added as the exact expectation from
`forecast`, in rows of phase "expected", so that a lifetime cost never depends on when a run stops. Reads the model;
read by `model.simulate` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from model import __version__, metrics, paying, settling, thinking
from model.agents.reasoning import perceived_saving
from model.arithmetic import powers
from model.budgets import LINES
from model.costs import GROUPS
from model.diffusion import CONTRACTS, STATES
from model.evaluation import COMPARED, JUDGED_TO, PEOPLE
from model.forecast import at_belief, life_tables, occupancy
from model.funding import phases
from model.ladder import ADULT_AGE, ADULT_LEVELS, CHILD_LEVELS, LAST_AGE, N_AGES, N_LEVELS, N_STATES
from model.ledger import NO_PROJECT
from model.need import frailty_mix
from model.parameters import KINDS, PAYERS

if TYPE_CHECKING:
    from model.model import PreventionModel

Table = pd.DataFrame
SIMULATED, EXPECTED = "simulated", "expected"
LEVEL_NAMES = np.array(CHILD_LEVELS + ADULT_LEVELS)
_NO_EFFECT = np.array([1.0, 1.0, 1.0, 1.0, 1.0])


def tables(model: PreventionModel, detail: bool) -> dict[str, Table]:
    """Return every result table of a finished run; without `detail` those by municipality and project are summed up."""
    result = {
        "runs": _runs(model),
        "flows": _flows(model, detail),
        "children": _children(model, detail),
        "costs": _costs(model),
        "payments": _payments(model),
        "enrolment": _enrolment(model),
        "projects": _projects(model),
        "measures": _measures(model),
        "bodies": _bodies(model, detail),
        "municipalities": _municipalities(model),
        "options": _options(model),
    }
    for table in result.values():
        table.insert(0, "design", model.design.name)
        table.insert(1, "seed", model.run_seed)
    return result


def _runs(model: PreventionModel) -> Table:
    sizes = model.population.cohort_sizes().sum(axis=0)
    return pd.DataFrame(
        {
            "start_year": [model.start_year],
            "years": [model.years],
            "children": [int(sizes.sum())],
            "births": [int(sizes[ADULT_AGE:].sum())],
            "scenario_hash": [model.spec.hash()],
            "version": [__version__],
        }
    )


def _flows(model: PreventionModel, detail: bool) -> Table:
    """All entries of the ledger."""
    entries = model.ledger.entries
    sizes = [entry.amount.size if detail else 1 for entry in entries]

    def column(name: str) -> Any:
        values = [getattr(entry, name) for entry in entries]
        return np.repeat(np.array(values), sizes) if entries else np.array([])

    data: dict[str, Any] = {name: column(name) for name in ("year", "payer", "receiver", "purpose", "kind")}
    if detail:
        data["municipality"] = np.array(model.spec.places.codes)[np.concatenate([e.municipality for e in entries])]
        data["project"] = np.concatenate([e.project for e in entries])
        data["amount_sek"] = np.concatenate([e.amount for e in entries])
        frame = pd.DataFrame(data)
        return frame[frame["amount_sek"] != 0].reset_index(drop=True)
    data["amount_sek"] = [int(entry.amount.sum()) for entry in entries]
    keys = ["year", "payer", "receiver", "purpose", "kind"]
    return pd.DataFrame(data).groupby(keys, as_index=False, sort=False)[["amount_sek"]].sum()


def _children(model: PreventionModel, detail: bool) -> Table:
    """Children by year, place, age and level, with and without help."""
    parts = []
    for t, (never, _, treated) in enumerate(model.history):
        for with_help, counts in ((False, never), (True, treated)):
            counted = counts if detail else counts.sum(axis=0, keepdims=True)
            m, age, level = np.nonzero(counted)
            parts.append(
                (
                    np.full(m.size, model.start_year + t),
                    m,
                    age,
                    level,
                    np.full(m.size, with_help),
                    counted[m, age, level],
                )
            )
    year, m, age, level, helped, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(
        {
            "year": year,
            "municipality": np.array(model.spec.places.codes)[m] if detail else "",
            "age": age,
            "level": LEVEL_NAMES[level + N_LEVELS * (age >= ADULT_AGE)],
            "treated": helped,
            "children": number,
        }
    )


def _costs(model: PreventionModel) -> Table:
    """What lives cost whom by year and age, as they were (or will be) and without any programme."""
    actual = np.stack([(never + treated).sum(axis=0) for never, _, treated in model.history]).astype(np.float64)
    untreated = np.stack([(never + shadow).sum(axis=0) for never, shadow, _ in model.history]).astype(np.float64)
    later_actual, later_untreated = _afterwards(model)
    frames = []
    for phase, first, with_help, without in (
        (SIMULATED, model.start_year, actual, untreated),
        (EXPECTED, model.start_year + model.years, later_actual, later_untreated),
    ):
        amounts = [_priced(model, each) for each in (with_help, without)]
        t, age, row = np.nonzero((amounts[0] != 0) | (amounts[1] != 0))
        names = [(payer, kind) for payer in PAYERS for kind in KINDS] + [("households", "lost_earnings")]
        payer, kind = (np.array(each) for each in zip(*names, strict=True))
        frames.append(
            pd.DataFrame(
                {
                    "year": first + t,
                    "age": age,
                    "payer": payer[row],
                    "kind": kind[row],
                    "phase": phase,
                    "actual_sek": amounts[0][t, age, row],
                    "untreated_sek": amounts[1][t, age, row],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _priced(model: PreventionModel, counts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn (years, ages, levels) into whole SEK by (year, age, payer and kind; lost production last)."""
    price = np.concatenate(
        [
            model.costs.amount.reshape(N_AGES, N_LEVELS, -1),
            model.costs.lost_production[..., None],
        ],
        axis=2,
    ).astype(np.float64)
    amount = np.zeros((*counts.shape[:2], price.shape[2]))
    for level in range(N_LEVELS):
        amount += counts[:, :, level, None] * price[:, level]
    return np.asarray(np.rint(amount), dtype=np.int64)


@njit(cache=True, nogil=True)
def _states_by_age(last_year, births_from, offsets, state):
    """Count untreated lives by (age, state) after `last_year`, shape (N_AGES, N_STATES)."""
    result = np.zeros((LAST_AGE + 1, N_STATES))
    for m in range(offsets.shape[0]):
        for cohort in range(offsets.shape[1] - 1):
            age = last_year - births_from - cohort
            if 0 <= age <= LAST_AGE:
                for i in range(offsets[m, cohort], offsets[m, cohort + 1]):
                    result[age, state[i]] += 1.0
    return result


@njit(cache=True, nogil=True)
def _onwards(groups, age, years_in, effects, tables, later):
    """Add the expected levels of groups of lives to `later[year, age, level]`; `groups` is by (group, state)."""
    years = later.shape[0]
    levels, states = np.empty((years, N_LEVELS)), np.empty(N_STATES)
    for g in range(groups.shape[0]):
        occupancy(groups[g], age[g], years, years_in[g], effects[g], tables, levels, states)
        for t in range(min(years, LAST_AGE - age[g])):
            for level in range(N_LEVELS):
                later[t, age[g] + 1 + t, level] += levels[t, level]


def _afterwards(model: PreventionModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected number at each level by year after the last one and age, with help and without."""
    last, helped, tables_ = model.start_year + model.years - 1, model.participants, life_tables(model.ladder)
    everybody = _states_by_age(last, model.population.births_from, model.population.offsets, model.population.state)
    ages = np.arange(N_AGES)
    none = np.tile(_NO_EFFECT, (N_AGES, 1))
    without = np.zeros((LAST_AGE, N_AGES, N_LEVELS))
    _onwards(everybody, ages, np.zeros(N_AGES, np.int64), none, tables_, without)
    n = helped.n
    age = last - helped.born[:n].astype(np.int64)
    alive = age <= LAST_AGE
    shadows = np.zeros((N_AGES, N_STATES))
    np.add.at(shadows, (age[alive], model.population.state[helped.child[:n]][alive]), 1.0)
    shadow = np.zeros_like(without)
    _onwards(shadows, ages, np.zeros(N_AGES, np.int64), none, tables_, shadow)
    # Count by (intervention, years since the start, age, state); then one row per group that has anybody.
    shape = (len(model.interventions), model.years + 1, N_AGES, N_STATES)
    where = (
        helped.intervention[:n].astype(np.int64),
        last + 1 - helped.start_year[:n].astype(np.int64),
        age,
        helped.treated[:n].astype(np.int64),
    )
    counted = np.bincount(np.ravel_multi_index([each[alive] for each in where], shape), minlength=np.prod(shape))
    states = counted.reshape(-1, N_STATES).astype(np.float64)
    some = np.flatnonzero(states.any(axis=1))
    kind, years_in, group_age = np.unravel_index(some, shape[:-1])
    treated = np.zeros_like(without)
    if some.size:
        _onwards(states[some], group_age, years_in, model.effects[kind], tables_, treated)
    return without - shadow + treated, without


def _payments(model: PreventionModel) -> Table:
    """All money that programmes and contracts move, nationally; what is still owed after the last year is expected."""
    names = np.array([item.name for item in model.interventions])
    rows: list[tuple[int, str, str, str, str]] = []
    totals: list[NDArray[Any]] = []

    def add(year: int, payer: str, receiver: str, purpose: str, phase: str, which: Any, amount: Any) -> None:
        rows.append((year, payer, receiver, purpose, phase))
        totals.append(np.bincount(model.projects.intervention[which], amount, minlength=names.size))

    for entry in model.ledger.entries:
        if entry.project[0] != NO_PROJECT:
            add(entry.year, entry.payer, entry.receiver, entry.purpose, SIMULATED, entry.project, entry.amount)
    for year, payer, receiver, purpose, which, amount in _still_owed(model):
        add(year, payer, receiver, purpose, EXPECTED, which, amount)
    columns = ["year", "payer", "receiver", "purpose", "intervention", "phase"]
    if not rows:
        return pd.DataFrame({name: [] for name in [*columns, "amount_sek"]})
    frame = pd.DataFrame(rows, columns=["year", "payer", "receiver", "purpose", "phase"])
    frame = frame.loc[frame.index.repeat(names.size)].assign(
        intervention=np.tile(names, len(rows)), amount_sek=np.rint(np.concatenate(totals)).astype(np.int64)
    )
    frame = frame[frame["amount_sek"] != 0]
    return frame.groupby(columns, as_index=False, sort=True)[["amount_sek"]].sum()


def _still_owed(model: PreventionModel) -> list[tuple[int, str, str, str, NDArray[np.int64], NDArray[np.int64]]]:
    """What projects under way will cost, and what contracts will pay on average, after the last year."""
    projects, last = model.projects, model.start_year + model.years - 1
    owed = []
    dues = [(year, *item) for year, items in model.due.items() for item in items]
    for at in phases(model.design):
        which = np.flatnonzero((projects.contract == 0) & (projects.start_year + at > last))
        if not which.size:
            continue
        for transfer in settling.still_to_settle(model, which, at):
            for year in np.unique(projects.start_year[which]):
                of_year = projects.start_year[which] == year
                dues.append(
                    (int(year) + transfer.year, transfer.payer, transfer.receiver, transfer.clause,
                     which[of_year], transfer.amount[of_year])
                )  # fmt: skip
    for year, payer, receiver, clause, which, amount in dues:
        for source, goal, mine, part, purpose in paying.between_accounts(model, payer, receiver, clause, which, amount):
            owed.append((year, source, goal, purpose, mine, part))
    unjudged = np.flatnonzero((projects.start_year + projects.follow_up - 1 > last) & projects.overhead)
    for owner, contract, mine in paying.each_owner(model, unjudged):
        for year in np.unique(projects.start_year[mine]):
            judged = mine[projects.start_year[mine] == year]
            payer = paying.overhead_account(model, owner, contract)
            cost = paying.evaluation_fee(model, judged)
            owed.append(
                (int(year) + model.yardsticks.follow_up[contract] - 1, payer, "evaluator", "evaluation", judged, cost)
            )
    for year in range(last + 1, last + int(projects.duration.max(initial=1))):
        going = np.flatnonzero(year - projects.start_year < projects.duration)
        for owner, contract, mine in paying.each_owner(model, going):
            for account, cost in paying.split(model, owner, contract, projects.yearly_cost[mine]).items():
                if account != "provider":
                    owed.append((year, account, "provider", "programme", mine, cost))
    return owed


def _enrolment(model: PreventionModel) -> Table:
    """Who was taken into what, as seen and as they were."""
    helped, n = model.participants, model.participants.n
    year, born = helped.start_year[:n].astype(np.int64), helped.born[:n].astype(np.int64)
    judged = year + JUDGED_TO <= model.start_year + model.years
    frame = pd.DataFrame(
        {
            "year": year,
            "intervention": helped.intervention[:n],
            "age": year - 1 - born,
            "level": helped.perceived[:n],
            "true_level": helped.state_before[:n] % N_LEVELS,
            "county": model.county[helped.municipality[:n]],
            "children": 1,
            "judged": judged.astype(np.int64),
            "deadweight": (judged & ~helped.needed[:n]).astype(np.int64),
        }
    )
    keys = ["year", "intervention", "age", "level", "true_level", "county"]
    result = frame.groupby(keys, as_index=False)[["children", "judged", "deadweight"]].sum()
    kind, older = result["intervention"].to_numpy(), N_LEVELS * (result["age"].to_numpy() >= ADULT_AGE)
    whole_cost = np.array([round(item.cost) * item.duration for item in model.interventions])
    result.insert(7, "cost_sek", result["children"].to_numpy() * whole_cost[kind])
    return result.assign(
        intervention=np.array([item.name for item in model.interventions])[kind],
        level=LEVEL_NAMES[result["level"].to_numpy() + older],
        true_level=LEVEL_NAMES[result["true_level"].to_numpy() + older],
        county=np.unique(model.spec.places.county_codes)[result["county"].to_numpy()],
    )


def _projects(model: PreventionModel) -> Table:
    projects = model.projects
    measured, true = (np.zeros(projects.n, np.int64) for _ in range(2))
    for contract, j in enumerate(model.yardsticks.learned):
        mine = projects.contract == contract
        sums, metric = projects.sums[mine, j], model.yardsticks.metrics[contract][j]
        measured[mine] = np.rint(metrics.measured(metric, sums))
        true[mine] = np.rint(metrics.true(metric, sums))
    items = model.interventions
    return pd.DataFrame(
        {
            "project": np.arange(projects.n),
            "year": projects.start_year,
            "municipality": np.array(model.spec.places.codes)[projects.municipality],
            "intervention": np.array([item.name for item in items])[projects.intervention],
            "owner": np.array([item.owner for item in items])[projects.intervention],
            "own_room": projects.contract == 1,
            "children": projects.children,
            "matched": projects.matched,
            "cost_sek": projects.cost,
            "followed_years": np.minimum(projects.follow_up, model.start_year + model.years - projects.start_year),
            "settled": projects.settled,
            "measured_saving_sek": measured,
            "true_saving_sek": true,
            "paid_sek": projects.paid,
            "repaid_sek": projects.repaid,
            "payable_sek": projects.payable,
            "fair_sek": projects.fair,
        }
    )


def _measures(model: PreventionModel) -> Table:
    """What the evaluator reported of projects of the design in force, beside what was to be expected and is true."""
    projects, last = model.projects, model.start_year + model.years - 1
    which = np.flatnonzero(projects.contract == 0)
    found = {how: settling.found(model, which, how) for how in ("measured", "true")}
    expected = settling.expected(model, which)
    frames = [
        pd.DataFrame(
            {
                "project": which,
                "metric": metric.name,
                "kind": metric.kind,
                "evaluation": metric.evaluation,
                "people": projects.sums[which, j, PEOPLE],
                "compared": projects.sums[which, j, COMPARED],
                "complete": projects.start_year[which] + metric.years - 1 <= last,
                "expected": expected[metric.name],
                "measured": found["measured"][metric.name],
                "true": found["true"][metric.name],
            }
        )
        for j, metric in enumerate(model.yardsticks.metrics[0])
    ]
    return pd.concat(frames, ignore_index=True)


def _bodies(model: PreventionModel, detail: bool) -> Table:
    """Budgets by body and year."""
    places = np.array(model.spec.places.codes) if detail else np.array([""])
    rows = [(model.start_year + t, line, year[line]) for t, year in enumerate(model.book) for line in LINES]
    data: dict[str, Any] = {
        "year": np.repeat([year for year, _, _ in rows], places.size),
        "body": np.repeat([line for _, line, _ in rows], places.size),
        "municipality": np.tile(places, len(rows)),
    }
    for name in rows[0][2]:
        values = [books[name] if detail else books[name].sum(keepdims=True) for _, _, books in rows]
        data[f"{name}_sek"] = np.concatenate(values)
    return pd.DataFrame(data)


def _municipalities(model: PreventionModel) -> Table:
    """What each municipality put in and what it and others got out, in the simulated years."""
    saved = np.zeros((model.n, len(PAYERS)), np.int64)
    for _, shadow, treated in model.history:
        saved += np.tensordot(shadow.astype(np.int64) - treated, model.costs.by_payer, axes=2)
    paid = {name: np.zeros(model.n, np.int64) for name in ("prevention", "received", "repaid")}
    for entry in model.ledger.entries:
        column = {"outcome payment": "received", "repayment": "repaid"}.get(
            entry.purpose, "prevention" if entry.purpose in ("programme", "application", "evaluation") else None
        )
        if column is not None:
            np.add.at(paid[column], entry.municipality, entry.amount)
    places = model.spec.places
    own = saved[:, GROUPS["municipality"]].sum(axis=1)
    return pd.DataFrame(
        {
            "municipality": places.codes,
            "name": places.names,
            "county": places.county_codes,
            "population": places.population,
            "children": model.population.cohort_sizes().sum(axis=1),
            "frail": frailty_mix(places, model.spec.ladder)[:, 1:].sum(axis=1),
            **{f"{name}_sek": amount for name, amount in paid.items()},
            "own_saving_sek": own,
            "others_saving_sek": saved.sum(axis=1) - own,
            **_practice(model),
        }
    )


def _practice(model: PreventionModel) -> dict[str, Any]:
    """Where each municipality and its region are with the practice, and its reserve, at the end."""
    budgets = model.budgets
    assert budgets.spread is not None
    assert budgets.reserves is not None
    spread = budgets.spread
    practice, rows = spread.practice, spread.rows
    of_regions = [*(STATES[state] for state in spread.country.regions.state), ""]
    return {
        "practice": [STATES[state] for state in practice.state[rows]],
        "fund_since": practice.money_since[rows],
        "region_practice": [of_regions[region] for region in spread.around.region[rows]],
        "outcome_contract": [CONTRACTS[step] for step in spread.country.contracts[rows]],
        "reserve_sek": budgets.reserves.rur,
    }


def _options(model: PreventionModel) -> Table:
    """What each option is worth to whom: on the owner's own budget, and to everybody over the whole life."""
    cells, discount = model.cells, model.spec.discount
    value = (cells.true_saving * powers(1.0 / (1.0 + discount.rate), N_AGES)[:, None]).sum(axis=1)
    societal = (cells.production * powers(1.0 / (1.0 + discount.societal_rate), N_AGES)).sum(axis=1)
    truth = np.ones(cells.age.size)
    own, perceived = np.zeros(cells.age.size), np.zeros(cells.age.size)
    for owner in model.owners:
        mine = thinking.cells_of(model, owner)
        alone = perceived_saving(thinking.selfish(model, owner), cells)
        own[mine] = np.median(at_belief(alone, truth), axis=0)[mine]
        perceived[mine] = np.median(at_belief(model.views[0].worth[owner], truth), axis=0)[mine]
    seen = model.seen_total[cells.age, cells.level]
    taken = np.zeros((len(model.interventions), N_AGES, N_LEVELS))
    helped, n = model.participants, model.participants.n
    age = helped.start_year[:n].astype(np.int64) - 1 - helped.born[:n]
    np.add.at(taken, (helped.intervention[:n], age, helped.perceived[:n]), 1)
    enrolled = taken[cells.intervention, cells.age, cells.level]
    items = model.interventions
    return pd.DataFrame(
        {
            "intervention": [items[k].name for k in cells.intervention],
            "owner": [items[k].owner for k in cells.intervention],
            "age": cells.age,
            "level": LEVEL_NAMES[cells.level + N_LEVELS * (cells.age >= ADULT_AGE)],
            "cost_sek": model.whole_cost,
            "own_value_sek": own,
            "perceived_value_sek": perceived,
            **{f"{name}_value_sek": value[:, rows].sum(axis=1) for name, rows in GROUPS.items()},
            "fiscal_value_sek": value.sum(axis=1),
            "societal_value_sek": societal,
            "seen": seen,
            "enrolled": enrolled.astype(np.int64),
            "funded": np.divide(enrolled, seen, out=np.zeros(seen.shape), where=seen > 0),
        }
    )
