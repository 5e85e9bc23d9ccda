"""What is wrong with a contract: who is paid for nothing, who carries no risk, whose bill has no limit.

The payments that count here are all but fees for running the contract and what is made good or given back where
results fall short. Of these, *fixed* is what is paid whatever is measured; the rest is paid on results. Of what is paid
on results when the programme does nothing, *luck* is what would be paid if every comparison were right on average, and
*deadweight* the rest: what would have happened anyway, and is taken for an effect. Read by `repairs` and `page`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Clause, Design, Measure
from ...model.contracts.contract import Key
from ...model.contracts.vocabulary import KINDS
from .bounds import FAR, Bounds, Reach, bounds, net, owed, put_in, reach
from .trial import COMPARED_WITH_NOTHING, Ground, Pair, Trial, assignments, conditions, paid, try_out

__all__ = ["SLIGHT", "Hole", "Paid", "Stress", "examine", "told_of"]

Floats = NDArray[np.float64]
SLIGHT = 0.05  # of the programme's cost: what is paid for nothing below that is no hole
HIGHEST = 2.3  # times the cost: the highest payment that is known of a contract (K7: 7.1 of 3.1 M GBP)
BY_LUCK = 2 * SLIGHT
_NOT_COUNTED = {"admin_cost", "cover_loss", "provider_at_risk"}  # fees, and what is paid because nothing came of it
_SURE = 0.5  # a chance above which a condition is taken to hold where only yes or no can be said

LOT = "randomised-waiting-list"
WHY = {
    "none": "it is counted with no comparison, so whatever would have happened anyway is paid for",
    "as-flagged": "all who were flagged are taken to have needed help otherwise, and many would not",
    "before-after": "children are taken in when things are at their worst, and many get better by themselves",
    "trend-adjusted": "children are taken in when things are at their worst, and many get better by themselves",
    "matched-comparison": "those who take part are sturdier than those on record whom they are compared with",
    "historical-norm": "those who take part are sturdier than those on record whom they are compared with",
    LOT: "the lot was lucky",
}


@dataclass(frozen=True)
class Hole:
    """One thing that is wrong. `amount` is what it costs, whole units of currency, and `chance` how often it does."""

    kind: str
    about: str  # the measure, party, payer or condition
    says: str
    amount: float
    chance: float
    clauses: tuple[int, ...] = ()  # numbers in the file, from 1


@dataclass(frozen=True, eq=False)
class Paid:
    """What is paid when the programme does nothing, on average over groups; whole units of currency."""

    trial: Trial
    fixed: float
    results: Floats  # paid on results, (groups,)
    luck: float
    deadweight: float
    by_measure: Mapping[str, float] = field(default_factory=dict)  # how much of it less if that were right on average

    @property
    def mean(self) -> float:
        """All that is paid, on average."""
        return self.fixed + float(self.results.mean())

    @property
    def for_nothing(self) -> float:
        """What is paid whatever happens, and for what would have happened anyway."""
        return self.fixed + self.deadweight


@dataclass(frozen=True, eq=False)
class Stress:
    """A contract examined; money in whole units of its currency.

    `parties` are the ends of what each gets less what it pays, what it puts in included. `worst` by receiver is the
    most that it can be paid on results with no effect at all and no error of measurement: whatever is compared shows 0,
    whatever is not may show anything. `paid` for nothing and `effect` if it works are known only of what the model has.
    """

    design: Design
    cost: int
    children: int
    told: Mapping[str, bool]
    parties: Mapping[str, Bounds]
    worst: Mapping[str, Bounds]
    paid: Paid | None
    effect: Trial | None
    holes: tuple[Hole, ...]


def counted(design: Design) -> list[Pair]:
    """Pairs whose payments count: not fees alone, and not what is made good or given back where results fall short."""
    opened: dict[Pair, set[str]] = {}
    for clause in design.clauses:
        kinds = opened.setdefault(clause.pair, set())
        if KINDS[clause.kind].opens:
            kinds.add(clause.kind)
    return [pair for pair, kinds in opened.items() if kinds - _NOT_COUNTED]


def money(value: float) -> str:
    """Write whole units of currency with spaces between thousands."""
    return f"{value:,.0f}".replace(",", " ")


def plain_number(value: float) -> str:
    """Write a measured number: whole if it is large, else with three digits that count."""
    return money(value) if abs(value) >= 1000 else f"{value:.3g}"


def told_of(design: Design, answers: Mapping[str, bool]) -> dict[str, bool]:
    """Answers to all that is not measured: as given, else what is likelier."""
    return {name: answers.get(name, design.conditions[name].probability > _SURE) for name in design.asked_conditions}


def measure_of(design: Design, name: str) -> Measure:
    """The measure that a reading is of, also at an earlier date (`timing.metric_at`)."""
    return design.measures[name.partition("@")[0]]


def _fixed(design: Design, cost: int, within: Reach, pairs: Sequence[Pair], told: Mapping[str, bool]) -> float:
    """What is paid whatever is measured, if these answers are given."""
    metric = {
        name: (ends[1], ends[1]) if measure_of(design, name).kind == "activity" else ends
        for name, ends in within.metric.items()
    }
    some = Reach(within.children, metric, {name: (told[name],) for name in within.told})
    return max(0.0, bounds(design, cost, some, owed(pairs)).low)


def pay_for_nothing(trial: Trial, ground: Ground, within: Reach, answers: Mapping[str, bool]) -> Paid:
    """Say what is paid for nothing, and how much of it by luck."""
    design, pairs = trial.design, counted(trial.design)
    fixed = _fixed(design, trial.cost, within, pairs, told_of(design, answers))
    results = trial.total(pairs) - fixed if pairs else np.zeros(1)

    def as_if(names: Sequence[str]) -> float:
        metric = {n: _right(design, n, v) if n in names else v for n, v in trial.metric.items()}
        holds = conditions(design, metric, answers, ground.seed)
        amount = paid(design, (trial.cost, trial.people), metric, holds)
        return float(np.sum([amount[pair] for pair in pairs], axis=0).mean()) - fixed

    names = [name for name in trial.metric if name and measure_of(design, name).kind != "activity"]
    ends = list(dict.fromkeys(name.partition("@")[0] for name in names))
    mean = float(results.mean())
    luck = min(mean, max(as_if(names), 0.0)) if names and pairs else 0.0
    each = {end: mean - as_if([name for name in names if name.partition("@")[0] == end]) for end in ends if pairs}
    return Paid(trial, fixed, results, luck, max(mean - luck, 0.0) if names else 0.0, each)


def _right(design: Design, name: str, value: Floats) -> Floats:
    """A measure as it would be with no effect if its comparison were right on average."""
    how = measure_of(design, name).evaluation
    if how in COMPARED_WITH_NOTHING:
        return np.zeros_like(value)
    return value if how == LOT else value - value.mean()


def without_effect(design: Design, within: Reach, children: int) -> Reach:
    """What can be measured with no effect and no error: 0 where something is compared, else anything."""
    metric = {}
    for name, ends in within.metric.items():
        measure = measure_of(design, name)
        if measure.kind == "activity":
            metric[name] = (ends[1], ends[1])
        else:
            metric[name] = ends if measure.evaluation in COMPARED_WITH_NOTHING else (0.0, 0.0)
    return Reach(children, metric, within.told)


def examine(design: Design, ground: Ground | None, cost: int, children: int) -> Stress:
    """Look for everything that is wrong with a contract for a programme of this cost and so many children.

    Without children to try it on (`ground`), only for what is wrong on paper.
    """
    within, pairs = reach(design, children), counted(design)
    parties = {
        party: bounds(design, cost, within, net(design, party), put_in(design, cost, party)) for party in design.parties
    }
    still = without_effect(design, within, children)
    receivers = dict.fromkeys(pair[1] for pair in pairs)
    worst = {
        party: bounds(design, cost, still, owed(pair for pair in pairs if pair[1] == party)) for party in receivers
    }
    on_paper = [
        *_no_risk(design, cost, within),
        *_no_limit(design, cost, parties),
        *_limit_passed(design, cost, within),
    ]
    if ground is None:
        return Stress(design, cost, children, told_of(design, {}), parties, worst, None, None, tuple(on_paper))
    every = [
        pay_for_nothing(try_out(design, ground, (cost, children), told=told), ground, within, told)
        for told in assignments(design)
    ]
    least = min(range(len(every)), key=lambda at: every[at].mean)
    told, base = assignments(design)[least], every[least]
    effect = try_out(design, ground, (cost, children), told=told, helped=True)
    holes = [
        *_deadweight(base, children),
        *_luck(base),
        *on_paper,
        *_words(design, cost, base, every),
    ]
    holes.sort(key=lambda hole: (-hole.chance, -hole.amount))
    return Stress(design, cost, children, told, parties, worst, base, effect, tuple(holes))


def _reading(design: Design, name: str) -> tuple[int, ...]:
    """Numbers of the clauses that read a measure, themselves or by a condition."""
    by = {each for each, condition in design.conditions.items() if condition.measure == name}
    return tuple(
        number
        for number, clause in enumerate(design.clauses, start=1)
        if clause.metric == name or by & set(clause.conditions)
    )


def _deadweight(base: Paid, children: int) -> list[Hole]:
    design, cost = base.trial.design, base.trial.cost
    if base.deadweight <= SLIGHT * cost:
        return []
    holes = []
    largest = max(base.by_measure, key=lambda name: base.by_measure[name])
    for name, amount in base.by_measure.items():
        if amount <= SLIGHT * cost and name != largest:
            continue
        measure = design.measures[name]
        value = base.trial.metric[name]
        often = float((base.results > SLIGHT * cost).mean())
        unit = measure.unit if measure.unit in ("%", design.currency.code) else f"{measure.unit}s"
        says = (
            f"'{name}' comes to {plain_number(value.mean())} {unit} on average though nothing was done: "
            f"{WHY[measure.evaluation]}"
        )
        amount = min(max(amount, 0.0), base.deadweight) if len(base.by_measure) > 1 else base.deadweight
        holes.append(Hole("deadweight", name, says, amount, often, _reading(design, name)))
    return holes


def _luck(base: Paid) -> list[Hole]:
    cost = base.trial.cost
    if base.luck <= BY_LUCK * cost:
        return []
    often = float((base.results > SLIGHT * cost).mean())
    says = (
        f"{base.trial.people} participants are few for what is measured: even with a right comparison luck alone is "
        "paid for, as good luck pays and bad luck does not cost"
    )
    return [Hole("luck", "the group", says, base.luck, often, tuple(_paying(base)))]


def _paying(base: Paid) -> list[int]:
    """Numbers of the clauses that add something on results when nothing works."""
    adds = base.trial.by_clause.max(axis=1) > 0.5
    measured = {name for name, each in base.trial.design.conditions.items() if each.measure is not None}
    return [
        number
        for number, (clause, some) in enumerate(zip(base.trial.design.clauses, adds, strict=True), start=1)
        if some and (clause.metric is not None or set(clause.conditions) & measured)
    ]


def _no_risk(design: Design, cost: int, within: Reach) -> list[Hole]:
    """Investors who cannot lose, once what nobody measures is answered in their favour."""
    holes = []
    for share in design.finance:
        if share.form != "investment" or share.value == 0.0:
            continue
        stake = share.value * cost
        for answers in _answers(within):
            some = Reach(within.children, within.metric, {name: (value,) for name, value in answers.items()})
            ends = bounds(design, cost, some, net(design, share.party), -stake)
            if ends.low >= -1.0:
                given = [f"'{name}' is {'true' if value else 'false'}" for name, value in answers.items()]
                if_so = f" if {' and '.join(given)}" if given else ""
                says = (
                    f"the {share.party} puts in {money(stake)} and has at least {money(stake + ends.low)} back{if_so}, "
                    "whatever is measured"
                )
                chance = float(np.prod([_likely(design, name, value) for name, value in answers.items()]))
                holes.append(Hole("no risk", share.party, says, stake + ends.low, chance, tuple(_sure(design))))
                break
    return holes


def _sure(design: Design) -> list[int]:
    """Numbers of the clauses by which something is owed whatever is measured."""
    kinds = ("guarantee", "floor", "early_termination", "repay", "cover_loss", "bonus")
    return [number for number, clause in enumerate(design.clauses, start=1) if clause.kind in kinds]


def _answers(within: Reach) -> list[dict[str, bool]]:
    return [dict(zip(within.told, each, strict=True)) for each in product(*within.told.values())]


def _likely(design: Design, name: str, value: bool) -> float:
    """Chance of an answer: as the contract says, a half where it does not."""
    chance = design.conditions[name].chance
    likely = 0.5 if chance is None else design.conditions[name].probability
    return likely if value else 1.0 - likely


def _no_limit(design: Design, cost: int, parties: Mapping[str, Bounds]) -> list[Hole]:
    holes = []
    for party, ends in parties.items():
        most = -ends.low - max(-put_in(design, cost, party), 0.0)  # under the clauses alone
        clauses = tuple(n for n, each in enumerate(design.clauses, start=1) if each.payer == party and each.metric)
        if ends.unlimited[0]:
            says = f"what the {party} must pay has no limit: it grows for ever with what is measured"
            holes.append(Hole("no limit", party, says, FAR, 0.0, clauses))
        elif clauses and most > HIGHEST * cost + 1.0:
            says = (
                f"no clause limits what the {party} must pay: it can come to {money(most)}, and no contract that is "
                f"known pays more than {HIGHEST:g} times the cost"
            )
            holes.append(Hole("no limit", party, says, most, 0.0, clauses))
    return holes


def _limit_passed(design: Design, cost: int, within: Reach) -> list[Hole]:
    """Caps that hold for what is owed when they act, and that a later clause goes beyond."""
    holes = []
    for number, clause in enumerate(design.clauses, start=1):
        if clause.kind != "cap" or clause.conditions or not {"amount", "share"} & clause.values.keys():
            continue
        level = clause.values.get("amount", clause.values.get("share", 0.0) * cost)
        later = [n for n, each in enumerate(design.clauses, start=1) if n > number and _adds(each, clause.keys)]
        most = bounds(design, cost, within, owed(clause.keys)).high if later else 0.0
        if most > level + SLIGHT * cost:
            to = money(most)
            says = f"the {clause.payer}'s limit of {money(level)} is passed: a later clause adds to it, up to {to}"
            holes.append(Hole("limit passed", clause.payer, says, most - level, 0.0, (number, *later)))
    return holes


def _adds(clause: Clause, keys: Sequence[Key]) -> bool:
    return bool(set(clause.keys) & set(keys)) and clause.kind not in ("cap", "threshold", "waive_if", "schedule")


def _words(design: Design, cost: int, base: Paid, every: Sequence[Paid]) -> list[Hole]:
    """Payments that hang on somebody's word: conditions that nobody measures, but for delivery and an early end."""
    holes = []
    for answers, other in zip(assignments(design), every, strict=True):
        gain = other.mean - base.mean
        if gain <= SLIGHT * cost or sum(answers.values()) != 1:
            continue
        name = next(each for each, value in answers.items() if value)
        numbers = [n for n, clause in enumerate(design.clauses, start=1) if name in clause.conditions]
        kinds = {design.clauses[n - 1].kind for n in numbers}
        if kinds <= {"guarantee", "early_termination"}:
            continue
        says = f"it hangs on a word: nobody measures whether {design.conditions[name].says} ('{name}')"
        holes.append(Hole("word", name, says, gain, 0.5, tuple(numbers)))
    return holes
