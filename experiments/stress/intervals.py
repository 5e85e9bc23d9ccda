"""What a contract can pay when it is not known what will be measured: interval arithmetic over the clauses.

Each clause is a function of what is owed, of one measure and of what its receiver is owed, and between the points where
it jumps or bends it only rises or only falls in each of them. So what it can give over a box of measures lies between
the least and the most that it gives at the corners of the box and at those points (Moore 1966, *Interval Analysis*;
Moore, Kearfott & Cloud 2009, ch. 5). The clauses' own functions are called; none of their formulas is written again.

Amounts that are limited together (`parts`, `best_of`) are known better as a sum than one by one: the sums are kept
beside the amounts, and follow what later clauses add or move. Read by `bounds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Clause, Design
from ...model.contracts.clauses import Facts
from ...model.contracts.contract import Condition, Key
from ...model.contracts.timing import settlement_years, source_of
from ...model.contracts.vocabulary import KINDS

__all__ = ["Box", "Enclosure", "Interval", "bends", "enclose"]

Amounts = NDArray[np.float64]


class Interval(NamedTuple):
    """Least and most, shape (n,) each."""

    low: Amounts
    high: Amounts

    def __add__(self, other: Interval) -> Interval:  # type: ignore[override]
        """Sum of the two; whatever one is, the other may be anything."""
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        """What it is with the other sign."""
        return Interval(-self.high, -self.low)

    def within(self, other: Interval) -> Interval:
        """What both allow."""
        return Interval(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    def where(self, acts: NDArray[np.int8], otherwise: Interval) -> Interval:
        """This where `acts` is 1, `otherwise` where it is 0, and either where it is -1 (not known)."""
        low = np.where(acts == 1, self.low, np.where(acts == 0, otherwise.low, np.minimum(self.low, otherwise.low)))
        high = np.where(
            acts == 1, self.high, np.where(acts == 0, otherwise.high, np.maximum(self.high, otherwise.high))
        )
        return Interval(low, high)


@dataclass(frozen=True, eq=False)
class Box:
    """n boxes of what may be measured: `metric` by name, each between two ends, and conditions that nobody measures."""

    cost: int
    metric: Mapping[str, Interval]
    told: Mapping[str, NDArray[np.bool_]]

    @property
    def n(self) -> int:
        """Number of boxes."""
        return next((each.low.size for each in self.metric.values()), next((t.size for t in self.told.values()), 1))


@dataclass(eq=False)
class Enclosure:
    """Between what ends each amount lies, and each sum of amounts that is known better; shape (n,).

    `factor` is what a coupon adds to an amount, as a multiple of it.
    """

    amount: dict[Key, Interval] = field(default_factory=dict)
    sums: list[tuple[frozenset[Key], Interval]] = field(default_factory=list)
    factor: dict[Key, Interval] = field(default_factory=dict)

    def total(self, keys: Iterable[Key], n: int) -> Interval:
        """Between what ends the sum of some amounts lies, coupons included."""
        wanted = set(keys) & set(self.amount)
        order = sorted((each for each in self.sums if each[0] <= wanted), key=lambda each: -len(each[0]))
        result = _sum([self.amount[key] for key in sorted(wanted)], n)
        for first in order:
            result = result.within(self._by_sums(wanted, [first, *order], n))
        return result + _sum([self._coupon(key) for key in sorted(wanted)], n)

    def _by_sums(self, keys: set[Key], order: Sequence[tuple[frozenset[Key], Interval]], n: int) -> Interval:
        """The sum by the sums that are known, in this order, and what is left one by one."""
        result, left = Interval(np.zeros(n), np.zeros(n)), set(keys)
        for group, together in order:
            if group <= left:
                alone = _sum([self.amount[key] for key in sorted(group)], n)
                result, left = result + together.within(alone), left - group
        return result + _sum([self.amount[key] for key in sorted(left)], n)

    def _coupon(self, key: Key) -> Interval:
        amount = self.amount[key]
        if key not in self.factor:
            return Interval(np.zeros_like(amount.low), np.zeros_like(amount.low))
        factor = self.factor[key]
        return Interval(amount.low * factor.low, amount.high * factor.high)


def bends(design: Design, name: str) -> list[float]:
    """Give the values of a measure at which a clause or condition jumps or bends by its own terms, rising."""
    found: set[float] = {0.0}
    for clause in design.clauses:
        if clause.metric == name:
            found |= set(_bends(clause))
    for condition in design.conditions.values():
        if condition.measure == name:
            found.add(_limit(condition))
    return sorted(found)


def _bends(clause: Clause) -> Iterator[float]:
    """Values of the measure at which the clause itself jumps or bends; those in times the cost come by splitting."""
    yield 0.0
    values = clause.values
    if clause.kind == "threshold" and "amount" in values:
        yield values["amount"]
    elif clause.kind == "step_table":
        yield from clause.lists["levels"]
    elif clause.kind == "slide":
        yield from (values["from"], values["to"])
    elif clause.kind == "price_per_outcome" and "up_to" in values:
        yield values["up_to"]


def _limit(condition: Condition) -> float:
    """Value of its measure from which on the condition holds."""
    if condition.above is not None:
        return float(np.nextafter(float(condition.above.entries[0]), np.inf))
    assert condition.at_least is not None
    return float(condition.at_least.entries[0])


def enclose(design: Design, box: Box) -> Enclosure:
    """Say between what ends everything that is owed lies, for each of the boxes; before it is rounded."""
    years, result = settlement_years(design), Enclosure()
    schedules: dict[Key, tuple[int, int]] = {}
    rates: dict[Key, Interval] = {}
    for clause in design.clauses:
        for key in clause.keys:
            result.amount.setdefault(key, Interval(np.zeros(box.n), np.zeros(box.n)))
        acts = _acts(clause, design, box)
        key = clause.keys[0]
        if clause.kind == "schedule":
            schedules[key] = (int(clause.values["first_year"]), int(clause.values["years"]))
        elif clause.kind == "coupon":
            rate = Interval(clause.values["rate"] * (acts == 1), clause.values["rate"] * (acts != 0))
            rates[key] = rates[key] + rate if key in rates else rate
        else:
            _take(clause, acts, _given(clause, design, box, years, result), result)
    for key, rate in rates.items():
        first, count = schedules.get(key, (0, 1))
        outstanding = first + sum(1.0 - k / count for k in range(1, count))  # years times share that is owed
        result.factor[key] = Interval(rate.low * outstanding, rate.high * outstanding)
    return result


class _Given(NamedTuple):
    """What a clause reads beside what is owed: facts whose arrays stay to be filled, and their ends."""

    facts: Facts
    metric: Interval | None
    received: Interval | None
    theirs: frozenset[Key]  # the amounts that `received` sums up


def _given(clause: Clause, design: Design, box: Box, years: Mapping[Key, int], known: Enclosure) -> _Given:
    cost = np.full(box.n, float(box.cost))
    nothing = np.zeros(box.n)
    stake, received, theirs = nothing, None, frozenset[Key]()
    if KINDS[clause.kind].reads_stake:
        source = source_of(clause)
        now = min(years[key] for key in (*clause.keys, *([source] if source else [])))
        keys = [key for key in known.amount if key[1] == clause.receiver and years[key] <= now]
        stake = design.shares.get(clause.receiver, 0.0) * cost
        received, theirs = known.total(keys, box.n), frozenset(keys)
    metric = None if clause.metric is None else box.metric[clause.metric]
    return _Given(Facts(cost, nothing, stake, nothing, clause.lists), metric, received, theirs)


def _take(clause: Clause, acts: NDArray[np.int8], given: _Given, known: Enclosure) -> None:
    """Let one clause act on the ends of the amounts that it names."""
    key, source = clause.keys[0], source_of(clause)
    if source is not None:
        before = known.amount[key]
        known_before = known.amount[source]
        moved, left, _ = _image(clause, known_before, given)
        nothing = Interval(np.zeros_like(moved.low), np.zeros_like(moved.low))
        moved = moved.where(acts, nothing)
        known.amount[source] = left.where(acts, known.amount[source])
        known.amount[key] = before + moved
        known.sums = [_after_move(each, source, key, before, moved) for each in known.sums]
        _sum_received(clause, acts, given, known_before, known)
        return
    parts = {each: known.amount[each] for each in clause.keys}
    if clause.routes:
        after, total = _best_of(clause, parts)
    elif len(parts) == 1:
        known_before = known.amount[key]
        image, _, change = _image(clause, known_before, given)
        change = change.where(acts, Interval(np.zeros_like(change.low), np.zeros_like(change.low)))
        known.amount[key] = image.where(acts, known.amount[key])
        known.sums = [(group, each + change if key in group else each) for group, each in known.sums]
        _sum_received(clause, acts, given, known_before, known)
        return
    else:
        before = known.total(clause.keys, given.facts.cost.size)
        total, _, _ = _image(clause, before, given)
        after = _spread(list(parts.values()), before, total, clause.keys)
    old = known.total(clause.keys, given.facts.cost.size)
    for each in clause.keys:
        known.amount[each] = after[each].where(acts, parts[each])
    known.sums = [(group, each) for group, each in known.sums if not group & set(clause.keys)]
    known.sums.append((frozenset(clause.keys), total.where(acts, old)))


def _sum_received(
    clause: Clause, acts: NDArray[np.int8], given: _Given, owed: Interval, known: Enclosure
) -> None:
    """Note the sum of what a receiver is owed, after a clause that looks at it: the more before, the more after.

    What it adds (`cover_loss`, from what is `owed`) or takes (`waterfall`, from the other's `owed`) shrinks as the
    receiver has more, but never by more than that; so the ends of the sum come from the ends of what it had.
    """
    if given.received is None or clause.keys[0] not in given.theirs or source_of(clause) in given.theirs:
        return
    values, rule, takes = clause.values, KINDS[clause.kind].rule, source_of(clause) is not None
    ends = []
    for had, amount in zip(given.received, owed, strict=True):
        result = rule(amount, replace(given.facts, received=had), values)
        ends.append(had + (result if takes else result - amount))
    total = Interval(*ends).where(acts, given.received)
    known.sums.append((given.theirs | {clause.keys[0]}, total))


def _after_move(
    group: tuple[frozenset[Key], Interval], source: Key, key: Key, before: Interval, moved: Interval
) -> tuple[frozenset[Key], Interval]:
    """Follow a sum when part of `source` moves to `key`: money changes its payer or receiver, and stays the same."""
    keys, total = group
    if source in keys and key not in keys:
        return keys | {key}, total + before
    if key in keys and source not in keys:
        return keys, total + moved
    return group


def _image(clause: Clause, owed: Interval, given: _Given) -> tuple[Interval, Interval, Interval]:
    """Ends of what the clause makes of an amount, of the amount less that, and of that less the amount."""
    facts, rule, values = given.facts, KINDS[clause.kind].rule, clause.values
    metrics = [facts.metric]
    if given.metric is not None:
        low, high = given.metric
        metrics = [low, high]
        for at in _points(clause, facts.cost):
            metrics += [np.clip(at, low, high), np.clip(np.nextafter(at, -np.inf), low, high)]
    received = [facts.received] if given.received is None else list(given.received)
    results, lefts = [], []
    for amount, metric, paid in product(owed, metrics, received):
        result = rule(amount, replace(facts, metric=metric, received=paid), values)
        results.append(result)
        lefts.append(amount - result)
    change = Interval(-np.max(lefts, axis=0), -np.min(lefts, axis=0))
    return (
        Interval(np.min(results, axis=0), np.max(results, axis=0)),
        Interval(np.min(lefts, axis=0), np.max(lefts, axis=0)),
        change,
    )


def _points(clause: Clause, cost: Amounts) -> Iterator[Amounts]:
    """Points of the measure between which the clause only rises or only falls, shape (n,) each."""
    for at in _bends(clause):
        yield np.full_like(cost, at)
    if clause.kind == "threshold" and "share" in clause.values:
        yield clause.values["share"] * cost


def _spread(
    amounts: Sequence[Interval], before: Interval, total: Interval, keys: Sequence[Key]
) -> dict[Key, Interval]:
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
    sums = [_sum([parts[named[part]] for part in route], n) for route in clause.routes]
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


def _acts(clause: Clause, design: Design, box: Box) -> NDArray[np.int8]:
    """Say for each box whether the clause acts: 1 yes, 0 no, -1 here and there in it."""
    acts = np.ones(box.n, np.int8)
    for name in clause.conditions:
        condition = design.conditions[name]
        if condition.measure is None:
            holds = box.told[name].astype(np.int8)
        else:
            low, high = box.metric[condition.measure]
            holds = np.where(condition.holds(low), 1, np.where(condition.holds(high), -1, 0)).astype(np.int8)
        if name in clause.unless:
            holds = np.where(holds == -1, -1, 1 - holds).astype(np.int8)
        acts = np.where((acts == 0) | (holds == 0), 0, np.where((acts == 1) & (holds == 1), 1, -1)).astype(np.int8)
    return acts


def _sum(intervals: Iterable[Interval], n: int) -> Interval:
    total = Interval(np.zeros(n), np.zeros(n))
    for each in intervals:
        total = total + each
    return total
