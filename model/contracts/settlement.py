"""Settlement: what a contract pays, as a pure function of what was delivered and what was measured.

How a contract is settled, to be read aloud:

1. For each pair of a payer and a receiver, and each part (label) of what is between them, there is one amount owed. It
   begins at zero.
2. The clauses are taken in the order in which the file declares them. Each looks at what its payer owes its
   receiver so far and says what is owed now. A clause with `when` acts only where those conditions hold, one with
   `unless` only where none of them does; elsewhere the amount stays as it was. Two kinds move an amount: what the
   payer of a `co_pay` takes over, the other payer (`instead_of`) no longer owes; what the receiver of a `waterfall`
   takes first, the other receiver no longer gets. A limit with `parts` looks at their sum: a cut takes from the last
   of them first, a rise goes to the first (`clauses.spread`).
3. No clause makes an amount negative. Nobody pays by receiving: a contract with payments both ways has two pairs.
4. When all clauses have been taken, each amount is rounded to the nearest whole unit of the currency (a half to the
   even one). This is the only rounding of it. A limit of a clause is kept to within that half.
5. A part is settled in the year in which all that it reads has been measured (`timing`). It falls due then, or in
   equal yearly parts by its `schedule`; these sum exactly to the amount. A `coupon` is paid beside them.
6. A part that pays as results come in, or at a milestone, is settled at each of its dates: all clauses are taken anew,
   on what has been reached so far, and what is owed so far is paid, less what has been paid. So a `threshold` holds
   everything back until it is reached and then pays all that has been earned; a `cap` cuts the payment at which it is
   reached and leaves earlier ones alone; a `guarantee` tops up at the last date; in a `waterfall` whoever comes first
   is paid first at every date. A clause that has no dates of its own and makes something owed acts once all that it
   reads has been measured. If less is owed than has been paid, nothing is paid, and nothing goes back but by a
   `clawback`, at the last date.
7. A contract that a party has ended ahead of time is settled at that date (`settling.ended`).
8. Amounts and numbers of things in a contract are those of the programme that it was written for. For a project of
   another size they follow its cost (amounts) or its children (numbers), unless the clause says otherwise (`per`).

The same function serves the expectations of an agent (expected metrics in) and the real settlement (measured
metrics in). A transfer bears the name of the clause that first opened the amount: `repay_by_frame_cut` is then a
cut of the payer's frame, every other kind a payment.

Reads `contract`, `clauses`, `timing` and `vocabulary`. Read by the agents, the model and the command that settles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.errors import InputError
from .clauses import Amounts, Facts, best_of, coupons, instalments, repaid_in_full, spread
from .contract import Clause, Design, Key
from .settling.ended import as_ended, spent
from .settling.transfers import Transfer
from .timing import Calendar, calendar_of, metric_at, source_of, year_of
from .vocabulary import KINDS

__all__ = ["Outcome", "settle"]

Money = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is known of n projects when they are settled; every array has shape (n,).

    `cost` is the programme cost in whole units of the contract's currency, `metric` what was measured by name of the
    measure (unit as it says; under `timing.metric_at` what had been reached at an earlier date), and `conditions`
    whether each condition holds that nothing measures. `children` take part, as many as the cost buys by the contract
    if not given; `years` are those in which the money is put in. What a design does not read is ignored.
    """

    cost: Money
    metric: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    conditions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    children: NDArray[np.float64] | None = None
    years: NDArray[np.int64] | None = None


@dataclass(eq=False)
class _Account:
    """What is owed under one key so far, by which kind of clause it was opened, and when and how it is paid."""

    opened_by: str
    owed: Amounts
    schedule: tuple[int, int] = (0, 1)
    coupon: Amounts | None = None


_Accounts = dict[Key, _Account]


@dataclass(frozen=True, eq=False)
class _Step:
    """A contract about to be settled: all at once (`now` is None), or at one date after others.

    `paid` are earlier payments by amount owed, with their months; `money` and `people` the size of each project beside
    that which the contract was written for.
    """

    design: Design
    outcome: Outcome
    calendar: Calendar
    paid: dict[Key, list[tuple[int, Money]]]
    money: Amounts
    people: Amounts
    now: int | None = None

    def paid_before(self, key: Key) -> Amounts:
        """All that has been paid under a key."""
        nothing = np.zeros(self.outcome.cost.size)
        return np.asarray(np.sum([nothing, *(part for _, part in self.paid.get(key, ()))], axis=0))

    def last(self, key: Key) -> int:
        """Month in which a key is settled: now, or the one date that it has."""
        return self.calendar.dates[key][-1] if self.now is None else self.now

    def reached(self, measure: str) -> list[tuple[int, Amounts]]:
        """What has been measured up to now, by month: each reading so far, or what there is in the end."""
        end = self.design.measures[measure].months
        now = end if self.now is None else self.now
        found = [(date, self.outcome.metric[metric_at(measure, date)]) for date in self.calendar.known_at(measure, now)]
        return [*found, (end, self.outcome.metric[measure])] if now >= end else found

    def metric(self, measure: str) -> Amounts:
        """The last of them; nothing has been reached before the first."""
        found = self.reached(measure)
        return found[-1][1] if found else np.zeros(self.outcome.cost.size)

    def scale(self, unit: str) -> Amounts | float:
        """The size of each project beside that of the programme, for an amount in this unit: money, or a number."""
        if unit in ("%", "1") or self.design.programme is None:
            return 1.0
        return self.money if unit == self.design.currency.code else self.people


def settle(design: Design, outcome: Outcome, at: int | None = None) -> tuple[Transfer, ...]:
    """Say what is paid under the design: one transfer for each pair, part and year in which an instalment falls due.

    Parameters
    ----------
    design
        The contract.
    outcome
        What was delivered and measured. With `at`, what is measured later may be anything finite.
    at
        Give only what is settled in this year (see `timing.phases`); all phases together give the same transfers as
        one settlement.

    Raises
    ------
    InputError
        If the outcome lacks what the contract reads, or makes no sense.
    """
    if design.ended is not None:
        return tuple(_settled_early(design, outcome, design.ended[1], at))
    calendar = calendar_of(design)
    _check(design, outcome, calendar)
    money, people = _size(design, outcome)
    step = _Step(design, outcome, calendar, {}, money, people)
    if not calendar.stepwise:
        return tuple(_settled(step, at))
    paid: dict[Key, list[tuple[int, Money]]] = {}
    transfers: list[Transfer] = []
    for now in calendar.steps:
        if at is None or year_of(now) <= at:
            transfers += _settled(replace(step, paid=paid, now=now), at)
    return tuple(transfers)


def _settled_early(design: Design, outcome: Outcome, month: int, at: int | None) -> Iterator[Transfer]:
    """Settle a contract that was ended: as it stood until then, and at that date what is left of it."""
    whole, left = replace(design, ended=None), as_ended(design)
    shorter = replace(outcome, cost=spent(design, outcome.cost, outcome.years))
    if outcome.years is not None:
        shorter = replace(shorter, years=np.minimum(outcome.years, -(-month // 12)))
    calendar = calendar_of(left)
    _check(left, shorter, calendar)
    money, people = _size(design, outcome)
    before = _Step(whole, outcome, calendar_of(whole), {}, money, people)
    for now in before.calendar.steps:
        if now < month and (at is None or year_of(now) <= at):
            yield from _settled(replace(before, now=now), at)
    money, _ = _size(left, shorter)
    yield from _settled(_Step(left, shorter, calendar, before.paid, money, people, month), at)


def _settled(step: _Step, at: int | None) -> Iterator[Transfer]:
    """Take all clauses, and pay what is settled now; remembers what is paid."""
    accounts: _Accounts = {}
    for number, clause in enumerate(step.design.clauses):
        _take(clause, step, step.calendar.due[number], accounts)
    for key, account in accounts.items():
        dates = step.calendar.dates[key]
        if step.now is None:
            if at is None or year_of(dates[0]) == at:
                yield from _payments(key, account, dates[0], np.rint(account.owed).astype(np.int64))
        elif step.now in dates:
            owed = np.rint(np.maximum(account.owed - step.paid_before(key), 0.0)).astype(np.int64)
            step.paid.setdefault(key, []).append((step.now, owed))
            if at is None or year_of(step.now) == at:
                yield from _payments(key, account, step.now, owed)


def _take(clause: Clause, step: _Step, due: int, accounts: _Accounts) -> None:
    """Let one clause act on the accounts that it names, if it is due."""
    nothing = np.zeros(step.outcome.cost.size)
    keys = [key for key in clause.keys if not clause.also or key in accounts]
    for key in keys:
        accounts.setdefault(key, _Account(clause.kind, nothing))
    acts = _acts(clause, step)
    if step.now is not None and due > step.now:
        acts = np.zeros_like(acts)
    account = accounts[keys[0]]
    if clause.kind == "schedule":
        account.schedule = (int(clause.values["first_year"]), int(clause.values["years"]))
        return
    if clause.kind == "coupon":
        rate = np.where(acts, clause.values["rate"], 0.0)
        account.coupon = rate if account.coupon is None else account.coupon + rate
        return
    facts = _facts(clause, step, accounts)
    values = _scaled(clause, step)
    rule = KINDS[clause.kind].rule
    source = source_of(clause)
    if source is not None and clause.instead_of:
        moved = np.where(acts, rule(accounts[source].owed, facts, values), 0.0)
        accounts[source].owed = accounts[source].owed - moved
        account.owed = account.owed + moved
        return
    before = [accounts[key].owed for key in keys]
    if clause.routes:
        left = best_of(dict(zip(clause.parts, before, strict=True)), clause.routes)
        after = [left[part] for part in clause.parts]
    elif len(before) == 1:
        after = [rule(before[0], facts, values)]
    elif clause.kind == "cap" and step.now is not None:
        paid = [step.paid_before(key) for key in keys]
        open_ = [np.maximum(owed - done, 0.0) for owed, done in zip(before, paid, strict=True)]
        room = np.maximum(rule(np.sum([*paid, *open_], axis=0), facts, values) - np.sum(paid, axis=0), 0.0)
        after = [
            np.minimum(owed, done) + more for owed, done, more in zip(before, paid, spread(open_, room), strict=True)
        ]
    else:
        after = spread(before, rule(np.sum(before, axis=0), facts, values))
    for key, old, new in zip(keys, before, after, strict=True):
        accounts[key].owed = np.where(acts, new, old)


def _facts(clause: Clause, step: _Step, accounts: _Accounts) -> Facts:
    """Gather what the clause may look at. What is settled later than the clause is not known to it."""
    design, outcome, kind = step.design, step.outcome, KINDS[clause.kind]
    cost = outcome.cost.astype(np.float64)
    nothing = np.zeros_like(cost)
    stake = received = nothing
    source = source_of(clause)
    keys = (*clause.keys, *([source] if source else []))
    now = min(step.last(key) for key in keys)
    if kind.reads_stake:
        whose = clause.payer if kind.of_payer else clause.receiver
        known = [
            a.owed
            for key, a in accounts.items()
            if key[1] == whose and year_of(step.calendar.dates[key][0]) <= year_of(now)
        ]
        stake = design.shares.get(whose, 0.0) * cost
        received = np.sum([nothing, *known], axis=0)
    metric, path = nothing, [(year_of(now), nothing)]
    if clause.metric is not None:
        metric = step.metric(clause.metric)
        path = [(year_of(date), reached) for date, reached in step.reached(clause.metric)]
    overpaid = nothing
    if clause.kind == "clawback" and source in accounts:
        overpaid = np.maximum(step.paid_before(source) - accounts[source].owed, 0.0)
    most: Amounts = nothing
    if "yearly_return" in clause.terms:
        most = _most_for_return(clause, step, cost)
    lists: dict[str, Sequence[float | Amounts]] = dict(clause.lists)
    if "levels" in lists and clause.metric is not None:
        lists["levels"] = [level * _of(clause, step, design.measures[clause.metric].unit) for level in lists["levels"]]
    children = nothing if outcome.children is None else outcome.children
    if outcome.children is None and design.programme is not None:
        children = design.programme.children * step.people
    return Facts(cost, metric, stake, received, lists, path, children, most, overpaid)


def _most_for_return(clause: Clause, step: _Step, cost: Amounts) -> Amounts:
    """What may be owed at most so far, if the receivers are to have no more than a yearly return on their stakes."""
    programme = step.design.programme
    years = np.full(cost.shape, 1 if programme is None else programme.years)
    paid = [(month / 12, part.astype(np.float64)) for key in clause.keys for month, part in step.paid.get(key, ())]
    stake = sum(step.design.shares.get(party, 0.0) for party in dict.fromkeys(key[1] for key in clause.keys))
    given = years if step.outcome.years is None else step.outcome.years
    return repaid_in_full(stake * cost, given, clause.values["yearly_return"], paid, (step.now or 0) / 12)


def _of(clause: Clause, step: _Step, unit: str) -> Amounts | float:
    """Factor on an amount of a clause that is in this unit."""
    return 1.0 if clause.per == "project" else step.scale(unit)


def _scaled(clause: Clause, step: _Step) -> dict[str, Any]:
    """The terms that are one number, those of the whole programme at the size of each project."""
    declared = KINDS[clause.kind].terms
    unit = "" if clause.metric is None else step.design.measures[clause.metric].unit
    of = {"SEK": step.design.currency.code, "metric": unit}
    return {
        name: value * _of(clause, step, of[declared[name].unit]) if declared[name].unit in of else value
        for name, value in clause.values.items()
    }


def _size(design: Design, outcome: Outcome) -> tuple[Amounts, Amounts]:
    """Cost and children of each project beside those of the programme that the contract was written for."""
    programme, ones = design.programme, np.ones(outcome.cost.size)
    if programme is None:
        return ones, ones
    money = outcome.cost / programme.cost
    return money, money if outcome.children is None else outcome.children / programme.children


def _acts(clause: Clause, step: _Step) -> NDArray[np.bool_]:
    """Say for which projects the clause acts: where all of `when` hold and none of `unless`."""
    acts = np.ones(step.outcome.cost.size, dtype=np.bool_)
    for name in clause.when:
        acts = acts & _holds(name, step)
    for name in clause.unless:
        acts = acts & ~_holds(name, step)
    return acts


def _holds(name: str, step: _Step) -> NDArray[np.bool_]:
    """Say of which projects a condition is true: by what was measured so far, or as given."""
    if name in step.design.exits:
        return np.full(step.outcome.cost.size, step.design.ended is not None and step.design.ended[0] == name)
    condition = step.design.conditions[name]
    if condition.measure is None:
        return step.outcome.conditions[name]
    scale = 1.0 if condition.per == "project" else step.scale(step.design.measures[condition.measure].unit)
    return condition.holds(step.metric(condition.measure), scale)


def _payments(key: Key, account: _Account, month: int, total: Money) -> Iterator[Transfer]:
    """Say in which years an amount is paid, with its coupon if it has one."""
    payer, receiver, part = key
    first, count = account.schedule
    settled, within = year_of(month), month if month % 12 else None
    for year, amount in instalments(total, first, count):
        date = None if within is None else within + 12 * year
        yield Transfer(account.opened_by, part, payer, receiver, settled + year, amount, date, month)
    if account.coupon is not None:
        for year, amount in coupons(total, account.coupon, first, count):
            yield Transfer("coupon", part, payer, receiver, settled + year, amount, None, month)


def _check(design: Design, outcome: Outcome, calendar: Calendar) -> None:
    """Refuse an outcome that lacks what the contract reads, or whose arrays are not of one length and finite."""
    readings = [*design.metrics, *(metric_at(name, date) for name, dates in calendar.reads.items() for date in dates)]
    problems = [
        f"{design.name}: the contract reads the {word} '{name}', which the outcome does not give."
        for word, names, given in (
            ("metric", readings, outcome.metric),
            ("condition", design.asked_conditions, outcome.conditions),
        )
        for name in names
        if name not in given
    ]
    if not problems:
        arrays: dict[str, NDArray[Any]] = {"cost": outcome.cost}
        arrays |= {name: outcome.metric[name] for name in readings}
        arrays |= {name: outcome.conditions[name] for name in design.asked_conditions}
        problems += [
            f"{design.name}: '{name}' has shape {array.shape}, but there are {outcome.cost.size} projects."
            for name, array in arrays.items()
            if array.shape != (outcome.cost.size,)
        ]
        problems += [
            f"{design.name}: '{name}' holds a value that is not a finite number."
            for name in readings
            if not np.isfinite(outcome.metric[name]).all()
        ]
        if (outcome.cost < 0).any():
            problems.append(f"{design.name}: 'cost' is negative for some project. A programme costs 0 or more.")
    per_child = any("per_child" in clause.terms for clause in design.clauses)
    if per_child and outcome.children is None and design.programme is None:
        problems.append(f"{design.name}: a limit is for each child, and it is not known how many there are (children).")
    if problems:
        raise InputError(tuple(problems))
