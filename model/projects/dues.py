"""What falls due: when a follow-up is over, what was measured becomes what is paid.

A contract is settled in as many steps as it has dates (`phases`). Beside what is paid stands what the same terms would
have paid on the true effect, which only the model knows: the difference is over- or underpayment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..contracts import Design, Outcome, Transfer, not_in_model, phases, settle
from ..contracts.settling.ended import ended
from ..contracts.ways import IN_FORCE, WAYS
from ..contracts.words import PRIVATE
from ..evaluation import metrics
from ..evaluation.expected import noise
from ..evaluation.pricing import apply
from ..evaluation.prospects import LUCK, deviates
from ..money.books import Books
from ..money.funds import FILLED_BY
from ..world import World
from .leaving import as_it_stands, leaves, open_exits
from .payments import hand_over, transfers
from .projects import Projects

Which = NDArray[np.int64]
Floats = NDArray[np.float64]
FROM_BUDGETS = ("board", "municipality", "region")  # public parties that finance from a budget and not from a fund
FEW = 30  # finished projects from which the spread of measurements can be told


def settle_due(books: Books, projects: Projects, world: World, year: int) -> None:
    """Settle the projects of the design in force for which a date of the contract has come, and pay what falls due."""
    _end_early(books, projects, world, year)
    design, goes_on = world.design, projects.ended_by == 0
    for at in phases(design):
        which = np.flatnonzero((projects.contract == IN_FORCE) & (projects.start_year == year - at) & goes_on)
        if which.size:
            _settle(books, projects, (world, year), (design, at), which)
    for transfer, which in books.due.pop(year, []):
        for payment in transfers(world.menu, projects, transfer, which):
            books.pay(year, payment)
            projects.note(payment.purpose, payment.project, payment.amount)
    for contract in range(len(world.contracts)):
        done = projects.start_year + last_phase(world, contract) <= year
        projects.settled |= (projects.contract == contract) & done


def _end_early(books: Books, projects: Projects, world: World, year: int) -> None:
    """Let parties end contracts where they may and want to, settle those, and leave the programme to its owner."""
    design, years = world.design, year + 1 - projects.start_year
    for number, each, date, those in open_exits(design, projects.contract, years, projects.ended_by == 0):
        known = outcome(world, projects, those, found(world, projects, those, "measured"))
        which = those[leaves(design, each, date, known)]
        if which.size:
            projects.ended_by[which], projects.ended_after[which] = number, date // 12
            hand_over(books, world, projects, which)
            _settle(books, projects, (world, year), (ended(design, each.name, date), date // 12 - 1), which)
            projects.settled[which] = True


def _settle(
    books: Books, projects: Projects, now: tuple[World, int], contract: tuple[Design, int], which: Which
) -> None:
    """Note what a contract pays of these projects in its year `at`: as measured, and as on the true effect."""
    (world, year), (design, at) = now, contract
    measured, true = (found(world, projects, which, how) for how in ("measured", "true"))
    both = {name: np.concatenate([measured[name], true[name]]) for name in measured}
    known, n = outcome(world, projects, np.tile(which, 2), both), which.size
    if design.ended is not None:
        known = as_it_stands(design, design.ended[1], known)
    for transfer in settle(design, known, at):
        due = replace(transfer, amount=transfer.amount[:n])
        books.due.setdefault(year + transfer.year - at, []).append((due, which))
        if transfer.clause != "admin_cost":
            projects.payable[which] += transfer.amount[:n]
            projects.fair[which] += transfer.amount[n:]


def last_phase(world: World, contract: int) -> int:
    """Years from the start of a project to its last settlement, or to its evaluation if that comes later."""
    dates = phases(world.design) if contract == IN_FORCE else ()
    return max((*dates, world.yardsticks.follow_up - 1))


def found(world: World, projects: Projects, which: Which, how: str) -> Mapping[str, Floats]:
    """Every metric of these projects of the design in force: ``how`` "measured" by the evaluator, or "true"."""
    return metrics.by_name(world.yardsticks.metrics[IN_FORCE], projects.sums[which], how)


def expected(world: World, projects: Projects, which: Which) -> Mapping[str, Floats]:
    """Every metric of these projects as it should be expected at the true effects."""
    own, other, people = np.moveaxis(projects.expected_sums[which], 2, 0)[:3]
    return {
        metric.name: metrics.in_unit(metric, own[:, j], other[:, j], people[:, j])
        for j, metric in enumerate(world.yardsticks.metrics[IN_FORCE])
    }


def still_to_settle(world: World, projects: Projects, which: Which, at: int) -> list[Transfer]:
    """What will be settled in year `at` of these projects of the design in force, on average over what may be measured.

    At the end of a run. Settled for equally likely measurements around what the evaluator should report at the true
    effects, since caps, floors and thresholds pay differently for good and bad luck. A metric whose follow-up is over
    is as it was measured.
    """
    known, cases = found(world, projects, which, "measured"), {}
    for j, metric in enumerate(world.yardsticks.metrics[IN_FORCE]):
        likely, spread = _reported(world, projects, which, j)
        over = projects.start_year[which] + metric.years <= world.last_year + 1
        luck = _misses(world, projects, j)[:, None]
        cases[metric.name] = np.where(over, known[metric.name], likely + luck * spread).ravel()
    settled = settle(world.design, outcome(world, projects, np.tile(which, LUCK), cases), at)  # all cases at once
    goes_on = projects.ended_by[which] == 0
    return [
        replace(each, amount=np.rint(each.amount.reshape(LUCK, -1).mean(axis=0)).astype(np.int64) * goes_on)
        for each in settled
    ]


def _reported(world: World, projects: Projects, which: Which, j: int) -> tuple[Floats, Floats]:
    """What the evaluator should report of a metric of projects at the true effects, and its spread by luck."""
    own, _, people, other, variance, _ = projects.expected_sums[which, j].T
    metric = world.yardsticks.metrics[IN_FORCE][j]
    return metrics.in_unit(metric, own, other, people), noise(metric, variance, other, people)


def _misses(world: World, projects: Projects, j: int) -> Floats:
    """By how much a metric may miss what it should come to: equally likely cases, in its spread, shape (LUCK,).

    As the projects of this run missed whose follow-up is over: means of each tenth of them. While they are few, normal.
    """
    metric = world.yardsticks.metrics[IN_FORCE][j]
    over = np.flatnonzero((projects.contract == IN_FORCE) & (projects.start_year + metric.years <= world.last_year + 1))
    likely, spread = _reported(world, projects, over, j)
    some = spread > 0.0
    if some.sum() < FEW:
        return deviates()
    gap = metrics.measured(metric, projects.sums[over, j]) - likely
    return np.array([tenth.mean() for tenth in np.array_split(np.sort(gap[some] / spread[some]), LUCK)])


def outcome(world: World, projects: Projects, which: Which, metric: Mapping[str, Floats]) -> Outcome:
    """Put what is known of projects into the form that `settle` reads; conditions left to chance are drawn here."""
    conditions = {
        name: drawn(world, projects, which, number) < condition.probability
        for number, (name, condition) in enumerate(world.design.conditions.items())
        if condition.measure is None
    }
    children = projects.children[which].astype(np.float64)
    metric = apply(metric, world.pricing, projects.intervention[which])
    return Outcome(projects.cost[which], metric, conditions, children, projects.duration[which])


def drawn(world: World, projects: Projects, which: Which, number: int) -> Floats:
    """Luck of projects for the condition of that number, in (0, 1), shape (n,)."""
    codes = world.geography.codes[projects.municipality[which]]
    kind = world.menu.number[projects.intervention[which]]
    return chances(world.seed, number, codes, projects.start_year[which], kind)


def unfit(design: Design) -> list[str]:
    """Say why a run could not settle a design; nothing if it can."""
    if design.add_on:
        return [f"{design.name}: is an add-on. Join it to a design, such as status-quo+{design.name}."]
    problems = [
        f"{design.name}: finance.{share.party} has no `size`. Say how many SEK/inhabitant/year it has for such "
        "projects: a run would let it pay for every one of them."
        for share in design.finance
        if share.party in FROM_BUDGETS and share.size is None
    ]
    if not WAYS[design.decision].money_binds:
        problems += [
            f"{design.name}: finance.{party} has only so much money, but a planner takes all that is worth it. "
            'Let finance.state pay, or write decision.body = "board".'
            for party in design.shares
            if party in ("owner", *FILLED_BY, *FROM_BUDGETS)
        ]
    problems += not_in_model(design)
    problems += [
        f"{design.name}: exits.{name}: {each.by} counts more than the contract pays, so a run cannot weigh for it "
        "whether to go on. Say below what it leaves: measure = ... and below = ..."
        for name, each in design.exits.items()
        if each.by not in PRIVATE and design.in_run(each.by) not in PRIVATE and each.measure is None
    ]
    return problems + [
        f"{design.name}: a run cannot find out whether '{name}' holds. Give conditions.{name} a measure with above or "
        "at_least, or a chance."
        for name in design.asked_conditions
        if design.conditions[name].chance is None
    ]
