"""What a contract can pay when it is not known what will be measured: interval arithmetic over the clauses.

Each clause is a function of what is owed, of one measure and of what its receiver is owed, and between the points where
it jumps or bends it only rises or only falls in each of them. So what it can give over a box of measures lies between
the least and the most that it gives at the corners of the box and at those points (Moore 1966, *Interval Analysis*;
Moore, Kearfott & Cloud 2009, ch. 5). The clauses' own functions are called; none of their formulas is written again.

Amounts that are limited together (`parts`, `best_of`) are known better as a sum than one by one: the sums are kept
beside the amounts, and follow what later clauses add or move. A contract that pays at several dates is gone through
date by date; what is paid in the end is the most that was owed at any of them. Read by `bounds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Clause, Design
from ...model.contracts.clauses import Facts, grown
from ...model.contracts.contract import Key
from ...model.contracts.timing import Calendar, calendar_of, metric_at, source_of, year_of
from ...model.contracts.vocabulary import KINDS
from .amounts import Amounts, Enclosure, Interval, Sum, after_move, after_share, nothing, total_of
from .bends import Size, bends_of, size_of

__all__ = ["Box", "enclose"]


@dataclass(frozen=True, eq=False)
class Box:
    """n boxes of what may be measured of a programme of this cost, with so many children.

    `metric` by name, each between two ends; `told` are answers to what nobody measures.
    """

    cost: int
    children: int
    metric: Mapping[str, Interval]
    told: Mapping[str, NDArray[np.bool_]]

    @property
    def n(self) -> int:
        """Number of boxes."""
        return next((each.low.size for each in self.metric.values()), next((t.size for t in self.told.values()), 1))


def enclose(design: Design, box: Box) -> Enclosure:
    """Say between what ends everything that is paid lies, for each of the boxes; before it is rounded."""
    calendar = calendar_of(design)
    if not calendar.stepwise:
        return _at(_Step(design, box, calendar, size_of(design, box.cost, box.children)))
    paid: dict[Key, Interval] = {}
    limited: dict[frozenset[Key], Interval] = {}
    result = Enclosure()
    for now in calendar.steps:
        result = _at(_Step(design, box, calendar, size_of(design, box.cost, box.children), now, dict(paid)))
        for key, owed in result.amount.items():
            if now in calendar.dates[key]:
                paid[key] = paid[key].highest(owed) if key in paid else owed.highest(nothing(box.n))
        for weights, total in result.sums:
            group = frozenset(weights)
            if set(weights.values()) == {1.0}:
                limited[group] = limited[group].highest(total) if group in limited else total
    result.amount = {key: paid.get(key, nothing(box.n)) for key in result.amount}
    limits = [(number, clause) for number, clause in enumerate(design.clauses) if clause.kind == "cap"]
    last = {
        frozenset(clause.keys)
        for number, clause in limits
        if not any(set(each.keys) & set(clause.keys) for each in design.clauses[number + 1 :])
    }
    result.sums = [
        Sum(dict.fromkeys(group, 1.0), Interval(np.zeros(box.n), total.high))
        for group, total in limited.items()
        if group in last
    ]
    return result


@dataclass(frozen=True, eq=False)
class _Step:
    """A contract gone through all at once (`now` is None), or at one date; `paid` are earlier payments."""

    design: Design
    box: Box
    calendar: Calendar
    size: Size
    now: int | None = None
    paid: Mapping[Key, Interval] = field(default_factory=dict)

    def readings(self, measure: str) -> list[tuple[int, Interval]]:
        """What has been measured up to now, with its year."""
        end = self.design.measures[measure].months
        now = end if self.now is None else self.now
        found = [(date, self.box.metric[metric_at(measure, date)]) for date in self.calendar.known_at(measure, now)]
        found += [(end, self.box.metric[measure])] if now >= end else []
        return [(year_of(date), reading) for date, reading in found]

    def metric(self, measure: str) -> Interval:
        """The last of them."""
        found = self.readings(measure)
        return found[-1][1] if found else nothing(self.box.n)


def _at(step: _Step) -> Enclosure:
    """Go through all clauses once."""
    result, n = Enclosure(), step.box.n
    schedules: dict[Key, tuple[int, int]] = {}
    rates: dict[Key, Interval] = {}
    for number, clause in enumerate(step.design.clauses):
        keys = tuple(key for key in clause.keys if not clause.also or key in result.amount)
        for key in keys:
            result.amount.setdefault(key, nothing(n))
        acts = _acts(clause, step)
        if step.now is not None and step.calendar.due[number] > step.now:
            acts = np.zeros_like(acts)
        if clause.kind == "schedule":
            schedules[keys[0]] = (int(clause.values["first_year"]), int(clause.values["years"]))
        elif clause.kind == "coupon":
            rate = Interval(clause.values["rate"] * (acts == 1), clause.values["rate"] * (acts != 0))
            rates[keys[0]] = rates[keys[0]] + rate if keys[0] in rates else rate
        else:
            _take(clause, keys, acts, _given(clause, step, result), result)
    for key, rate in rates.items():
        first, count = schedules.get(key, (0, 1))
        outstanding = first + sum(1.0 - k / count for k in range(1, count))  # years times share that is owed
        result.factor[key] = Interval(rate.low * outstanding, rate.high * outstanding)
    return result


class _Given(NamedTuple):
    """What a clause reads beside what is owed: facts, of which some stay to be filled, and their ends."""

    facts: Facts
    values: Mapping[str, float]
    readings: list[tuple[int, Interval]]
    points: list[float]  # of the measure, between which the clause only rises or only falls
    received: Interval | None
    theirs: frozenset[Key]  # the amounts that `received` sums up
    open_: list[tuple[Amounts, Amounts]]  # (most, overpaid), each at its ends


def _given(clause: Clause, step: _Step, known: Enclosure) -> _Given:
    design, kind, n = step.design, KINDS[clause.kind], step.box.n
    cost, zero = np.full(n, float(step.box.cost)), np.zeros(n)
    source = source_of(clause)
    keys = (*clause.keys, *([source] if source else []))
    now = min(step.calendar.dates[key][-1] if step.now is None else step.now for key in keys)
    stake, received, theirs = zero, None, frozenset[Key]()
    if kind.reads_stake:
        whose = clause.payer if kind.of_payer else clause.receiver
        mine = [key for key in known.amount if key[1] == whose and year_of(step.calendar.dates[key][0]) <= year_of(now)]
        stake = design.shares.get(whose, 0.0) * cost
        received, theirs = known.total(mine, n), frozenset(mine)
    open_ = [(zero, zero)]
    if "yearly_return" in clause.terms:
        among = dict.fromkeys(key[1] for key in clause.keys)
        put_in = sum(design.shares.get(party, 0.0) for party in among) * cost
        open_ = [(zero, zero), (put_in * grown(clause.values["yearly_return"], now / 12), zero)]
    if clause.kind == "clawback" and source is not None and source in known.amount:
        before, owed = step.paid.get(source, nothing(n)), known.amount[source]
        ends = (np.maximum(before.low - owed.high, 0.0), np.maximum(before.high - owed.low, 0.0))
        open_ = [(zero, end) for end in ends]
    readings = [] if clause.metric is None else step.readings(clause.metric)
    if clause.metric is not None and not readings:
        readings = [(year_of(now), nothing(n))]
    children = np.full(n, float(step.box.children))
    facts = Facts(cost, zero, stake, zero, step.size.levels(clause), [(year_of(now), zero)], children)
    points = list(bends_of(clause, step.size, float(step.box.cost)))
    return _Given(facts, step.size.values(clause), readings, points, received, theirs, open_)


def _take(clause: Clause, keys: tuple[Key, ...], acts: NDArray[np.int8], given: _Given, known: Enclosure) -> None:
    """Let one clause act on the ends of the amounts that it names."""
    key, source, n = keys[0], source_of(clause), given.facts.cost.size
    if source is not None and clause.instead_of:
        before, theirs = known.amount[key], known.amount[source]
        moved, left, _ = _image(clause, theirs, given)
        moved = moved.where(acts, nothing(n))
        known.amount[source] = left.where(acts, theirs)
        known.amount[key] = before + moved
        shares = after_share(clause, acts, known.sums, source, key, before)
        known.sums = [after_move(each, source, key, before, moved) for each in known.sums] + shares
        _sum_received(clause, acts, given, theirs, known)
        return
    parts = {each: known.amount[each] for each in keys}
    if not clause.routes and len(parts) == 1:
        owed = known.amount[key]
        image, _, change = _image(clause, owed, given)
        change = change.where(acts, nothing(n))
        known.amount[key] = image.where(acts, owed)
        known.sums = [
            Sum(weights, total + change.times(weights[key]) if key in weights else total)
            for weights, total in known.sums
        ]
        _sum_received(clause, acts, given, owed, known)
        return
    old = known.total(keys, n)
    if clause.routes:
        after, total = _best_of(clause, parts)
    else:
        total, _, _ = _image(clause, old, given)
        after = _spread(list(parts.values()), old, total, keys)
    for each in keys:
        known.amount[each] = after[each].where(acts, parts[each])
    known.sums = [each for each in known.sums if not each.weights.keys() & set(keys)]
    known.sums.append(Sum(dict.fromkeys(keys, 1.0), total.where(acts, old)))


def _sum_received(clause: Clause, acts: NDArray[np.int8], given: _Given, owed: Interval, known: Enclosure) -> None:
    """Note the sum of what a receiver is owed, after a clause that looks at it: the more before, the more after.

    What it adds (`cover_loss`, from what is `owed`) or takes (`waterfall`, from the other's `owed`) shrinks as the
    receiver has more, but never by more than that; so the ends of the sum come from the ends of what it had.
    """
    of_payer = KINDS[clause.kind].of_payer
    if given.received is None or of_payer or clause.keys[0] not in given.theirs or source_of(clause) in given.theirs:
        return
    values, rule, takes = given.values, KINDS[clause.kind].rule, source_of(clause) is not None
    ends = []
    for had, amount in zip(given.received, owed, strict=True):
        result = rule(amount, replace(given.facts, received=had), values)
        ends.append(had + (result if takes else result - amount))
    total = Interval(*ends).where(acts, given.received)
    known.sums.append(Sum(dict.fromkeys(sorted(given.theirs | {clause.keys[0]}), 1.0), total))


def _image(clause: Clause, owed: Interval, given: _Given) -> tuple[Interval, Interval, Interval]:
    """Ends of what the clause makes of an amount, of the amount less that, and of that less the amount."""
    rule = KINDS[clause.kind].rule
    received = [given.facts.received] if given.received is None else list(given.received)
    results, lefts = [], []
    for amount, path, paid, (most, over) in product(owed, _paths(given), received, given.open_):
        facts = replace(given.facts, metric=path[-1][1], path=path, received=paid, most=most, overpaid=over)
        result = rule(amount, facts, given.values)
        results.append(result)
        lefts.append(amount - result)
    left = Interval(np.min(lefts, axis=0), np.max(lefts, axis=0))
    return Interval(np.min(results, axis=0), np.max(results, axis=0)), left, -left


def _paths(given: _Given) -> list[list[tuple[int, Amounts]]]:
    """What may have been measured at each date: earlier readings all low or all high, the last at all its points.

    A later price is above an earlier one or below (`indexation`): so all earlier readings work in the same direction.
    """
    if not given.readings:
        return [list(given.facts.path)]
    *earlier, (year, last) = given.readings
    points = [last.low, last.high]
    for at in given.points:
        points += [np.clip(at, *last), np.clip(np.nextafter(at, -np.inf), *last)]
    ends = (0, 1) if earlier else (0,)
    return [[*((y, reading[end]) for y, reading in earlier), (year, point)] for end in ends for point in points]


def _spread(amounts: Sequence[Interval], before: Interval, total: Interval, keys: Sequence[Key]) -> dict[Key, Interval]:
    """Ends of amounts that are brought to a new total, see `clauses.spread`: each is at most what is left of it."""
    left, after = total, []
    for amount in amounts:
        after.append(Interval(np.minimum(amount.low, left.low), np.minimum(amount.high, left.high)))
        left = left + -after[-1]
        left = Interval(np.maximum(left.low, 0.0), np.maximum(left.high, 0.0))
    after[0] = after[0] + Interval(np.maximum(total.low - before.high, 0.0), np.maximum(total.high - before.low, 0.0))
    return dict(zip(keys, after, strict=True))


def _best_of(clause: Clause, parts: Mapping[Key, Interval]) -> tuple[dict[Key, Interval], Interval]:
    """Ends of the parts of a `best_of`, and of their sum: that of the largest route."""
    n = next(iter(parts.values())).low.size
    named = {key[2]: key for key in parts}
    sums = [total_of([parts[named[part]] for part in route], n) for route in clause.routes]
    after = {}
    for number, route in enumerate(clause.routes):
        others = [each for at, each in enumerate(sums) if at != number]
        may = np.all([sums[number].high >= each.low for each in others], axis=0)
        must = np.all([sums[number].low > each.high for each in others], axis=0)
        for part in route:
            amount = parts[named[part]]
            after[named[part]] = Interval(np.where(must, amount.low, 0.0), np.where(may, amount.high, 0.0))
    total = Interval(np.max([each.low for each in sums], axis=0), np.max([each.high for each in sums], axis=0))
    return after, total


def _acts(clause: Clause, step: _Step) -> NDArray[np.int8]:
    """Say for each box whether the clause acts: 1 yes, 0 no, -1 here and there in it."""
    acts = np.ones(step.box.n, np.int8)
    for name in clause.conditions:
        condition = step.design.conditions.get(name)
        if condition is None:  # an exit of the contract: true if it was ended by that
            by = step.design.ended
            holds = np.full(step.box.n, int(by is not None and by[0] == name), np.int8)
        elif condition.measure is None:
            holds = step.box.told[name].astype(np.int8)
        else:
            unit = step.design.measures[condition.measure].unit
            scale = 1.0 if condition.per == "project" else step.size.in_unit(unit)
            low, high = step.metric(condition.measure)
            holds = np.where(condition.holds(low, scale), 1, np.where(condition.holds(high, scale), -1, 0)).astype(
                np.int8
            )
        if name in clause.unless:
            holds = np.where(holds == -1, -1, 1 - holds).astype(np.int8)
        acts = np.where((acts == 0) | (holds == 0), 0, np.where((acts == 1) & (holds == 1), 1, -1)).astype(np.int8)
    return acts
