"""What a party can do to be paid more for nothing: choose cases, recruit few, choose the date, end early, its word.

Each move is tried on the same children who get no help, and compared with the contract as it is meant. What counts is
what is paid whatever is measured and for what would have happened anyway (`Paid.for_nothing`), as a share of the cost:
luck is nobody's move. Read by `page`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...model.children.ladder import level_name
from ...model.contracts import Design
from ...model.contracts.settling.ended import as_ended, ended, spent
from .bounds import reach
from .holes import SLIGHT, Hole, Paid, Stress, pay_for_nothing
from .trial import LONGEST, MOST_DRAWN, Ground, assignments, try_out

__all__ = ["Move", "moves", "opened_by"]

Bools = NDArray[np.bool_]
FEW = 10  # recruiting few: one in so many
_DRAWN = MOST_DRAWN // 5  # children in the groups of one trial: a choice among many needs no more
LEAST_KEPT = 0.05  # share of the children seen below which a choice is not plausible: there are too few of them


@dataclass(frozen=True)
class Move:
    """One thing that a party can do. Amounts are shares of the cost of the programme as it then is.

    `gain` is what it adds to what is paid for nothing, `paid` all that is then paid, `plausible` a sentence on how
    likely it is that it can be done.
    """

    kind: str
    who: str
    says: str
    plausible: str
    paid: float
    gain: float


def moves(stress: Stress, ground: Ground) -> tuple[Move, ...]:
    """Try every kind of move; the most rewarding first."""
    if stress.paid is None:
        return ()
    base = stress.paid
    found = [
        *_easy_cases(stress, ground, base),
        *_few(stress, ground, base),
        *_dates(stress, ground, base),
        *_early_ends(stress, ground, base),
        *_answers(stress, ground, base),
    ]
    return tuple(sorted(found, key=lambda move: -move.gain))


def opened_by(stress: Stress, found: Sequence[Move]) -> tuple[Hole, ...]:
    """The moves that open a hole: what they gain is more than slight."""
    kinds = {"easy cases": "easy cases", "few": "few", "date": "date", "early end": "early end"}
    return tuple(
        Hole(
            kinds[move.kind],
            move.who,
            f"the {move.who} {move.says}".replace("the whoever", "whoever"),
            move.gain * stress.cost,
            0.5,
        )
        for move in found
        if move.kind in kinds and move.gain > SLIGHT
    )


def _tried(stress: Stress, ground: Ground, design: Design, size: tuple[int, int], among: Bools | None = None) -> Paid:
    trial = try_out(design, ground, size, told=stress.told, among=among, most=_DRAWN)
    return pay_for_nothing(trial, ground, reach(design, size[1]), stress.told)


def _easy_cases(stress: Stress, ground: Ground, base: Paid) -> Iterator[Move]:
    """Take only children of one programme, one level of need, or one age."""
    cohort = ground.cohort
    if not base.by_measure:
        return
    best: tuple[float, Paid, str, float] | None = None
    for says, among in _choices(ground):
        kept = float(cohort.weight[among].sum() / cohort.weight.sum())
        if not LEAST_KEPT <= kept < 1.0 - LEAST_KEPT:
            continue
        result = _tried(stress, ground, stress.design, (stress.cost, stress.children), among)
        gain = (result.for_nothing - base.for_nothing) / stress.cost
        if best is None or gain > best[0]:
            best = (gain, result, says, kept)
    if best is not None and best[0] > 0.0:
        gain, result, says, kept = best
        yield Move(
            "easy cases",
            "provider" if stress.design.target == "owner" else "investor",
            f"takes only {says}",
            f"{100 * kept:.0f} of 100 children who are seen are such",
            result.mean / stress.cost,
            gain,
        )


def _choices(ground: Ground) -> Iterator[tuple[str, Bools]]:
    """Ways to choose among the children who are seen that anybody could put into practice."""
    cells, cell = ground.cohort.cells, ground.cohort.cell
    for number, item in enumerate(ground.items):
        yield f"children for '{item.name}'", cells.intervention[cell] == number
    age, level = cells.age[cell], cells.level[cell]
    for each in np.unique(level):
        name = level_name(int(age[level == each].max()), int(each))
        yield f"children seen at the level '{name}'", level == each
    ages = np.unique(age)
    for low, high in ((part[0], part[-1]) for part in np.array_split(ages, min(4, ages.size))):
        yield f"those aged {low} to {high}", (age >= low) & (age <= high)


def _few(stress: Stress, ground: Ground, base: Paid) -> Iterator[Move]:
    """Recruit a tenth of the children; the programme costs as much less, amounts in money stay as written."""
    people = max(1, stress.children // FEW)
    cost = max(1, round(stress.cost * people / stress.children))
    if people >= stress.children:
        return
    result = _tried(stress, ground, stress.design, (cost, people))
    yield Move(
        "few",
        "provider",
        f"recruits {people} of {stress.children}, and the programme costs as much less",
        "to recruit enough was the hardest part of Denmark's first five contracts",
        result.mean / cost,
        result.for_nothing / cost - base.for_nothing / stress.cost,
    )


def _dates(stress: Stress, ground: Ground, base: Paid) -> Iterator[Move]:
    """Measure at another date, within the range that the contract gives each follow-up."""
    for name, measure in stress.design.measures.items():
        if measure.follow_up.unit == "month":
            continue
        low, high = (int(end) for end in measure.follow_up.range)
        low, high = max(low, 1), min(high, LONGEST)
        years = sorted({low, (low + measure.years) // 2, (high + measure.years) // 2, high} - {measure.years})
        if measure.kind == "activity" or not years:
            continue
        results = []
        for year in years:
            quantity = measure.follow_up.model_copy(update={"value": year})
            changed = {**stress.design.measures, name: replace(measure, follow_up=quantity)}
            results.append(
                _tried(stress, ground, replace(stress.design, measures=changed), (stress.cost, stress.children))
            )
        at = max(range(len(years)), key=lambda number: results[number].for_nothing)
        gain = (results[at].for_nothing - base.for_nothing) / stress.cost
        if gain > 0.0:
            yield Move(
                "date",
                "whoever sets the date",
                f"measures '{name}' after {years[at]} years, not {measure.years}",
                f"the contract's range is {low} to {high} years",
                results[at].mean / stress.cost,
                gain,
            )


def _early_ends(stress: Stress, ground: Ground, base: Paid) -> Iterator[Move]:
    """End the contract at each date at which it may be ended; what is paid is compared with what was put in by then."""
    for name, each in stress.design.exits.items():
        tried = [(month, *_ended_at(stress, ground, name, month)) for month in each.dates]
        month, paid, for_nothing = max(tried, key=lambda one: one[2])
        hangs = "" if each.measure is None else f", if '{each.measure}' is low by then"
        yield Move(
            "early end",
            stress.design.spoken(each.by)[0].removeprefix("the "),
            f"ends it after {month} months ('{name}')",
            f"the contract lets it{hangs}",
            paid,
            for_nothing - base.for_nothing / stress.cost,
        )


def _ended_at(stress: Stress, ground: Ground, name: str, month: int) -> tuple[float, float]:
    """What is paid, and for nothing, if it is ended then; shares of what has been put in."""
    design = ended(stress.design, name, month)
    left, whole = as_ended(design), stress.design.programme
    part = 1.0 if whole is None or left.programme is None else left.programme.years / whole.years
    result = _tried(stress, ground, left, (max(1, round(stress.cost * part)), stress.children))
    put_in = max(1, int(spent(design, np.array([stress.cost]))[0]))
    return result.mean / put_in, result.for_nothing / put_in


def _answers(stress: Stress, ground: Ground, base: Paid) -> Iterator[Move]:
    """Say that something holds, or not, that nobody measures; and what is left to chance, the other way round."""
    design, size = stress.design, (stress.cost, stress.children)
    within = reach(design, stress.children)
    tried = [dict(each) for each in assignments(design) if each != stress.told]
    for name in within.told:
        if name not in stress.told and 0.0 < design.conditions[name].probability < 1.0:
            tried += [{**stress.told, name: value} for value in (False, True)]
    for answers in tried:
        result = pay_for_nothing(try_out(design, ground, size, told=answers), ground, within, answers)
        changed = [(name, value) for name, value in answers.items() if stress.told.get(name) != value]
        said = " and ".join(f"'{name}' is {str(value).lower()}" for name, value in changed)
        yield Move(
            "answer",
            "whoever answers",
            f"it is said that {said} ({design.conditions[changed[0][0]].says})",
            "nobody measures it" if design.conditions[changed[0][0]].chance is None else "left to chance",
            result.mean / stress.cost,
            (result.mean - base.mean) / stress.cost,
        )
