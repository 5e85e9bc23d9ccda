"""The least and the most that a party can get or must pay, whatever is measured.

Branch and bound (Land & Doig 1960; with interval arithmetic, Hansen & Walster 2004): settled points say what is
reached, enclosures (`intervals`) what cannot be passed, and boxes are cut until the two meet. Read by `holes` and
`page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Design, Measure, Outcome, net_by_party, settle, upfront
from ...model.contracts.outcomes import Agreed
from ...model.contracts.timing import calendar_of, metric_at
from .amounts import Interval
from .bends import bends
from .intervals import Box, enclose

__all__ = ["FAR", "Bounds", "Reach", "bounds", "net", "owed", "put_in", "reach", "settled", "simplest"]

FAR = 1e15  # as good as no limit; sums of it stay within whole 64-bit numbers
_ROUNDS, _BOXES = 80, 4096  # of cutting, and of boxes at once
_MOST_SIDES = 6  # measures of which all corners are settled
_ROUNDING = 1.0  # whole units of currency by which rounding may part an enclosure from what is settled, an amount

Ends = tuple[float, float]


@dataclass(frozen=True)
class Reach:
    """What may come of so many children.

    The ends of each measure by name, as read at earlier dates too, and the answers that each unmeasured condition may
    have.
    """

    children: int
    metric: Mapping[str, Ends]
    told: Mapping[str, tuple[bool, ...]]


@dataclass(frozen=True)
class Bounds:
    """The least and most of an amount, whole units of currency.

    `low` and `high` are reached, at `at_low` and `at_high`; `below` and `above` cannot be passed. They are the same if
    `exact`. `unlimited` says whether the most grows for ever with what is measured, and the least falls.
    """

    low: float
    high: float
    below: float
    above: float
    exact: bool
    at_low: Mapping[str, float | bool]
    at_high: Mapping[str, float | bool]
    unlimited: tuple[bool, bool] = (False, False)


Target = Mapping[tuple[str, ...], float]
"""What is summed up: a weight for each (payer, receiver), or (payer, receiver, part)."""


def _weight(target: Target, key: tuple[str, str, str]) -> float:
    return target.get(key, target.get(key[:2], 0.0))


def net(design: Design, party: str) -> Target:
    """What a party is owed under the contract less what it owes."""
    pairs = dict.fromkeys(pair for clause in design.clauses for pair in (clause.pair, *clause.also))
    return {pair: float(pair[1] == party) - float(pair[0] == party) for pair in pairs if party in pair}


def owed(keys: Iterable[tuple[str, ...]]) -> Target:
    """What these payers owe these receivers, in all, or by these parts."""
    return dict.fromkeys(keys, 1.0)


def reach(design: Design, children: int) -> Reach:
    """Say what can be measured at all of so many children, and that any answer may be given on what is not measured."""
    metric = {}
    for name, dates in ((name, calendar_of(design).reads.get(name, ())) for name in design.metrics):
        measure = design.measures[name]
        metric[name] = _ends(design, measure, children, measure.months)
        metric |= {metric_at(name, date): _ends(design, measure, children, date) for date in dates}
    return Reach(children, metric, dict.fromkeys(design.asked_conditions, (False, True)))


def _ends(design: Design, measure: Measure, children: int, months: int) -> Ends:
    """Ends of a measure: per cents of people and numbers of people have some by nature, money has none."""
    people, years = children // measure.groups or 1, -(-months // 12)
    good, most = True, float(people * years)
    outcome = design.outcome(measure.outcome) if measure.outcome else None
    if isinstance(outcome, Agreed):
        good, most = outcome.good, float(people if outcome.at_age is not None else people * years)
    elif outcome is not None:
        good, most = True, FAR  # an outcome of the contract's own: nobody says how much there can be of it
    alone = measure.evaluation == "none"
    match measure.kind:
        case "activity":
            return 0.0, float(people)
        case "fall":
            return -FAR, 100.0
        case "share":
            most = min(100.0 * most / people, FAR)
        case "of_target":
            most = FAR
    if measure.kind in ("share", "outcomes", "of_target"):
        return (0.0 if alone and good else -most), (0.0 if alone and not good else most)
    return -FAR, FAR


def bounds(design: Design, cost: int, within: Reach, target: Target, fixed: float = 0.0) -> Bounds:
    """Find the least and the most of a sum of what is owed, over all that may come.

    Parameters
    ----------
    design, cost
        The contract, and what the programme costs, whole units of its currency.
    within
        What may come.
    target
        What is summed up.
    fixed
        Added to it, such as what a party puts in up front.
    """
    high, above, at_high = _most(design, cost, within, target)
    low, below, at_low = _most(design, cost, within, {pair: -weight for pair, weight in target.items()})
    low, below = -low, -below
    slack = _slack(design)
    far = 1e-3 * FAR
    unlimited = (low < -far, high > far)
    exact = (above - high <= slack or unlimited[1]) and (low - below <= slack or unlimited[0])
    if above - high <= slack:
        above = high
    if low - below <= slack:
        below = low
    return Bounds(low + fixed, high + fixed, below + fixed, above + fixed, exact, at_low, at_high, unlimited)


def _slack(design: Design) -> float:
    """By how much rounding of all amounts may part an enclosure from what is settled, whole units of currency."""
    return _ROUNDING * len({key for clause in design.clauses for key in clause.keys})


Point = Mapping[str, float | bool]


def _most(design: Design, cost: int, within: Reach, target: Target) -> tuple[float, float, Point]:
    """The most that is reached, what cannot be passed, and where it is reached."""
    boxes = _first(within, cost)
    cuts = {name: bends(design, name.partition("@")[0], cost, within.children) for name in within.metric}
    where: Point = {}
    best, passed = -np.inf, -np.inf
    slack = _slack(design)
    for round_number in range(_ROUNDS):
        upper = _upper(design, boxes, target)
        value, at = _reached(design, boxes, target)
        if value > best:
            best, where = value, at
        keep = np.flatnonzero(upper > best + slack)
        if keep.size == 0 or round_number == _ROUNDS - 1 or keep.size > _BOXES:
            passed = max(best, float(upper[keep].max())) if keep.size else best
            break
        boxes = _cut(design, _some(boxes, keep), target, cuts)
        if boxes.n == 0:
            passed = max(best, float(upper[keep].max()))
            break
    return best, passed, where


def _first(within: Reach, cost: int) -> Box:
    """One box for each answer to what is not measured."""
    answers = list(product(*within.told.values()))
    n = len(answers)
    told = {name: np.array([each[i] for each in answers], np.bool_) for i, name in enumerate(within.told)}
    metric = {name: Interval(np.full(n, low), np.full(n, high)) for name, (low, high) in within.metric.items()}
    if not metric and not told:
        told = {"": np.zeros(1, np.bool_)}
    return Box(cost, within.children, metric, told)


def _some(boxes: Box, which: NDArray[np.int64]) -> Box:
    metric = {name: Interval(each.low[which], each.high[which]) for name, each in boxes.metric.items()}
    return replace(boxes, metric=metric, told={name: each[which] for name, each in boxes.told.items()})


def _upper(design: Design, boxes: Box, target: Target) -> NDArray[np.float64]:
    """What the sum cannot pass in each box."""
    known = enclose(design, boxes)
    total = np.zeros(boxes.n)
    for sign in (1.0, -1.0):
        keys = [key for key in known.amount if sign * _weight(target, key) > 0]
        ends = known.total(keys, boxes.n)
        total = total + (ends.high if sign > 0 else -ends.low)
    return total


def _reached(design: Design, boxes: Box, target: Target) -> tuple[float, Point]:
    """The most that the contract really pays at the corners and in the middle of the boxes, and where."""
    names = list(boxes.metric)
    corners = [
        {name: boxes.metric[name][end] for name, end in zip(names, ends, strict=True)} for ends in _corners(len(names))
    ]
    corners.append({name: (each.low + each.high) / 2.0 for name, each in boxes.metric.items()})
    metric = {name: np.concatenate([corner[name] for corner in corners]) for name in names}
    told = {name: np.tile(each, len(corners)) for name, each in boxes.told.items()}
    value = settled(design, (boxes.cost, boxes.children), metric, told, target)
    best = int(np.argmax(value))
    point: dict[str, float | bool] = {name: float(each[best]) for name, each in metric.items()}
    return float(value[best]), point | {name: bool(each[best]) for name, each in told.items() if name}


def _corners(n: int) -> Iterable[tuple[int, ...]]:
    """All corners of a box; where that would be too many, those that are low up to one measure and high from there."""
    if n <= _MOST_SIDES:
        return product((0, 1), repeat=n)
    rising = [tuple(int(at >= turn) for at in range(n)) for turn in range(n + 1)]
    return [*rising, *(tuple(1 - end for end in each) for each in rising)]


def settled(
    design: Design,
    size: tuple[int, int],
    metric: Mapping[str, NDArray[np.float64]],
    told: Mapping[str, NDArray[np.bool_]],
    target: Target,
) -> NDArray[np.float64]:
    """What the sum comes to by `settle` itself, for each of n cases; `size` is the cost and the children."""
    n = next(iter([*metric.values(), *told.values()])).size
    outcome = Outcome(np.full(n, size[0], np.int64), metric, told, np.full(n, float(size[1])))
    total = np.zeros(n)
    for transfer in settle(design, outcome):
        weight = _weight(target, (transfer.payer, transfer.receiver, transfer.part))
        if weight:
            total = total + weight * transfer.amount
    return total


def _cut(design: Design, boxes: Box, target: Target, cuts: Mapping[str, Sequence[float]]) -> Box:
    """Cut each box in two, in the measure where that lowers most what cannot be passed; if alike, at a bend."""
    halves, worth, smooth = [], [], []
    for name in boxes.metric:
        lower, upper = _halved(boxes, name, cuts[name])
        halves.append((lower, upper))
        ends = [_upper(design, half, target) for half in (lower, upper)]
        width = boxes.metric[name].high - boxes.metric[name].low
        worth.append(np.where(width > 0, ends[0] + ends[1], np.inf))
        low, high = boxes.metric[name]
        smooth.append(~np.any([(low < cut) & (cut <= high) for cut in cuts[name]], axis=0))
    if not halves:
        return _some(boxes, np.zeros(0, np.int64))
    chosen = np.lexsort((smooth, worth), axis=0)[0]
    stuck = np.min(worth, axis=0) == np.inf
    parts = []
    for number, (lower, upper) in enumerate(halves):
        mine = np.flatnonzero((chosen == number) & ~stuck)
        parts += [_some(lower, mine), _some(upper, mine)]
    metric = {
        name: Interval(*(np.concatenate([part.metric[name][end] for part in parts]) for end in (0, 1)))
        for name in boxes.metric
    }
    told = {name: np.concatenate([part.told[name] for part in parts]) for name in boxes.told}
    return replace(boxes, metric=metric, told=told)


def _halved(boxes: Box, name: str, cuts: Sequence[float]) -> tuple[Box, Box]:
    """Cut all boxes in one measure: at the middle one of the bends inside, else in the middle."""
    low, high = boxes.metric[name]
    middle = low + (high - low) / 2.0
    for count in range(low.size):
        inside = [cut for cut in cuts if low[count] < cut <= high[count]]
        if inside:
            middle[count] = inside[len(inside) // 2]
    below = np.maximum(np.nextafter(middle, -np.inf), low)
    one = {**boxes.metric, name: Interval(low, below)}
    other = {**boxes.metric, name: Interval(np.maximum(middle, low), high)}
    return replace(boxes, metric=one), replace(boxes, metric=other)


def simplest(design: Design, cost: int, within: Reach, target: Target, most: Bounds) -> Point:
    """Give a point at which the most is reached as well, with each measure as near to nothing as that allows.

    A board can then settle it by hand.
    """
    point = dict(most.at_high)
    for name, (low, high) in within.metric.items():
        tried = [
            0.0,
            *bends(design, name.partition("@")[0], cost, within.children),
            *(limit / price for limit, price in _crossings(design, cost, name)),
        ]
        for value in sorted({each for each in tried if low <= each <= high}, key=abs):
            case = {**point, name: value}
            metric = {key: np.array([float(case[key])]) for key in within.metric}
            told = {key: np.array([bool(case[key])]) for key in within.told}
            if settled(design, (cost, within.children), metric, told, target)[0] >= most.high - 1.0:
                point = case
                break
    return point


def _crossings(design: Design, cost: int, name: str) -> list[tuple[float, float]]:
    """Limits of payments and what one of a measure is paid: their ratio is where a limit begins to hold."""
    limits = [
        clause.values.get("amount", clause.values.get("share", 0.0) * cost)
        for clause in design.clauses
        if clause.kind == "cap" and {"amount", "share"} & clause.values.keys()
    ]
    prices = [
        clause.values.get("price", clause.values.get("share", 0.0))
        for clause in design.clauses
        if clause.metric == name
    ]
    return [(limit, price) for limit in limits for price in prices if price > 0.0]


def put_in(design: Design, cost: int, party: str) -> float:
    """What a party puts in up front less what it gets to run the programme, as it counts against it."""
    paid = net_by_party(upfront(design, np.array([cost], np.int64)))
    return float(paid[party][0]) if party in paid else 0.0
