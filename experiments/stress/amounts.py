"""Amounts that are known to lie between two ends, and sums of them that are known better. Read by `intervals`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Clause
from ...model.contracts.contract import Key

__all__ = ["Amounts", "Enclosure", "Interval", "Sum", "after_move", "after_share", "nothing", "total_of"]

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

    def times(self, factor: float) -> Interval:
        """A multiple of it."""
        low, high = factor * self.low, factor * self.high
        return Interval(low, high) if factor >= 0.0 else Interval(high, low)

    def highest(self, other: Interval) -> Interval:
        """The larger of the two."""
        return Interval(np.maximum(self.low, other.low), np.maximum(self.high, other.high))

    def where(self, acts: NDArray[np.int8], otherwise: Interval) -> Interval:
        """Give this where `acts` is 1, `otherwise` where it is 0, and either where it is -1 (not known)."""
        low = np.where(acts == 1, self.low, np.where(acts == 0, otherwise.low, np.minimum(self.low, otherwise.low)))
        high = np.where(
            acts == 1, self.high, np.where(acts == 0, otherwise.high, np.maximum(self.high, otherwise.high))
        )
        return Interval(low, high)


class Sum(NamedTuple):
    """A weighted sum of amounts, and between what ends it lies."""

    weights: Mapping[Key, float]
    total: Interval


@dataclass(eq=False)
class Enclosure:
    """Between what ends each amount lies, and each weighted sum of amounts that is known better; shape (n,).

    `factor` is what a coupon adds to an amount, as a multiple of it.
    """

    amount: dict[Key, Interval] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    factor: dict[Key, Interval] = field(default_factory=dict)

    def total(self, keys: Iterable[Key], n: int) -> Interval:
        """Between what ends the sum of some amounts lies, coupons included."""
        wanted = set(keys) & set(self.amount)
        order = [each for each in self.sums if each.weights.keys() <= wanted]
        order.sort(key=lambda each: -len(each.weights))
        result = total_of([self.amount[key] for key in sorted(wanted)], n)
        for first in order:
            result = result.within(self._by_sums(wanted, [first, *order], n))
        return result + total_of([self._coupon(key) for key in sorted(wanted)], n)

    def _by_sums(self, keys: set[Key], order: Sequence[Sum], n: int) -> Interval:
        """The sum by the sums that are known, in this order, and what is left one by one."""
        result, left = Interval(np.zeros(n), np.zeros(n)), set(keys)
        for each in order:
            if each.weights.keys() <= left:
                result, left = result + self._unweighted(each), left - each.weights.keys()
        return result + total_of([self.amount[key] for key in sorted(left)], n)

    def _unweighted(self, known: Sum) -> Interval:
        """Ends of a plain sum of amounts of which a weighted one is known: those that weigh least go furthest."""
        keys = sorted(known.weights, key=lambda key: (known.weights[key], key))
        low = sum(self.amount[key].low for key in keys)
        weighed = sum(known.weights[key] * self.amount[key].low for key in keys)
        most, room = low, np.maximum(known.total.high - weighed, 0.0)
        least, need = low, np.maximum(known.total.low - weighed, 0.0)
        for key in keys:
            weight, width = known.weights[key], self.amount[key].high - self.amount[key].low
            more = np.minimum(width, room / weight)
            most, room = most + more, room - weight * more
        for key in reversed(keys):
            weight, width = known.weights[key], self.amount[key].high - self.amount[key].low
            more = np.minimum(width, need / weight)
            least, need = least + more, need - weight * more
        return Interval(np.asarray(least), np.asarray(most))

    def _coupon(self, key: Key) -> Interval:
        amount = self.amount[key]
        if key not in self.factor:
            return Interval(np.zeros_like(amount.low), np.zeros_like(amount.low))
        factor = self.factor[key]
        return Interval(amount.low * factor.low, amount.high * factor.high)


def after_move(known: Sum, source: Key, key: Key, before: Interval, moved: Interval) -> Sum:
    """Follow a sum when part of `source` moves to `key`: money changes its payer or receiver, and stays the same."""
    weights, total = known
    if source in weights and key not in weights:
        return Sum({**weights, key: weights[source]}, total + before.times(weights[source]))
    change = weights.get(key, 0.0) - weights.get(source, 0.0)
    return Sum(weights, total + moved.times(change)) if change else known


def after_share(
    clause: Clause, acts: NDArray[np.int8], sums: Sequence[Sum], source: Key, key: Key, before: Interval
) -> list[Sum]:
    """Say what sums become in what is left of `source`, and in what moved, if a fixed share of it moves (`co_pay`)."""
    share = clause.values.get("share", 0.0)
    if clause.kind != "co_pay" or not (acts == 1).all() or before.high.any() or not 0.0 < share < 1.0:
        return []
    result = []
    for weights, total in sums:
        if source in weights and key not in weights:
            others = {each: weight for each, weight in weights.items() if each != source}
            result.append(Sum({**others, source: weights[source] / (1.0 - share)}, total))
            result.append(Sum({**others, key: weights[source] / share}, total))
    return result


def nothing(n: int) -> Interval:
    """Nothing, for sure."""
    return Interval(np.zeros(n), np.zeros(n))


def total_of(intervals: Iterable[Interval], n: int) -> Interval:
    """Sum of several, whatever each of them is."""
    total = Interval(np.zeros(n), np.zeros(n))
    for each in intervals:
        total = total + each
    return total
