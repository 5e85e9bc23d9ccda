"""Quantities checked against what the code declares of them, and put into the groups that rules read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import InputError, hint
from ..life_course import CostParameters, InterventionParameters, LadderParameters
from ..parameters import GROUPS, KINDS, PAYERS
from ..places import price_factors
from ..quantity import Quantity, decimal, text_of
from .records import unit_problem

__all__ = ["declaration", "groups_of"]

LAST_AGE = 64
MATRICES = ("ladder.adult_20_29", "ladder.adult_30_44", "ladder.adult_45_64")


@lru_cache(maxsize=2048)  # a world has some 350 paths, and is put together again and again
def declaration(path: str) -> Mapping[str, Any]:
    """Unit, meaning, size and wholeness that the code declares for a path."""
    group, *rest = path.split(".")
    cls = {"interventions": InterventionParameters, "costs": CostParameters, "ladder": LadderParameters}.get(
        group, GROUPS.get(group)
    )
    declared = {each.name: each.metadata for each in fields(cls) if each.metadata} if cls else {}
    return declared.get(rest[-1] if rest else "", {})


def groups_of(
    quantities: Mapping[str, Quantity], texts: Mapping[str, Any], where: str
) -> tuple[dict[str, Quantity], dict[str, Any]]:
    """Check quantities against their declarations and put the plain numbers into their groups.

    Returns
    -------
    tuple
        The quantities, whole numbers apart from decimal ones; and what a scenario has by name: each group of
        parameters, the ladder, the interventions and the costs.

    Raises
    ------
    InputError
        With everything that is missing, unknown, of another unit or size, or at odds with something else.
    """
    problems: list[str] = []
    quantities = {path: _decimal(path, q) for path, q in quantities.items()}
    numbers: dict[str, dict[str, Any]] = {}  # by the first part of their path
    for path, q in quantities.items():
        numbers.setdefault(path.split(".")[0], {})[path] = _number(path, q, where, problems)

    def group(cls: Any, prefix: str, **words: Any) -> Any:
        names, of_first = {each.name for each in fields(cls) if each.metadata}, numbers.get(prefix.split(".")[0], {})
        given = {p.removeprefix(prefix): v for p, v in of_first.items() if p.startswith(prefix)}
        problems.extend(f"{where}{prefix}{name}: is missing." for name in sorted(names - given.keys()))
        problems.extend(
            f"{where}{prefix}{name}: unknown key '{name}'.{hint(name, names)}" for name in sorted(given.keys() - names)
        )
        return cls(**words, **given) if names == given.keys() else None

    groups = {name: group(cls, f"{name}.") for name, cls in GROUPS.items()}
    unknown = {p.split(".")[0] for p in quantities} - {*GROUPS, "ladder", "interventions", "costs"}
    problems.extend(f"{where}unknown group '{name}'.{hint(name, GROUPS)}" for name in sorted(unknown))
    ladder = group(LadderParameters, "ladder.")
    items = [group(InterventionParameters, f"{p}.", **t) for p, t in texts.items() if p.startswith("interventions.")]
    rows = []
    for path, words in texts.items():
        if path.startswith("costs."):
            words = {**words, "ages": tuple(words["ages"] or ()), "name": path.removeprefix("costs.")}
            rows.append(group(CostParameters, f"{path}.", **words))
    if not problems:
        _check_rules(groups, ladder, items, rows, where, problems)
    if problems:
        raise InputError(problems)
    return quantities, {**groups, "ladder": ladder, "interventions": tuple(items), "costs": tuple(rows)}


def _decimal(path: str, q: Quantity) -> Quantity:
    """Let what is not counted be decimal numbers: 3 and 3.0 are the same world."""
    declared = declaration(path)
    return q if not declared or declared["whole"] or declared["limits"].problems(q) else decimal(q)


def _number(path: str, q: Quantity, where: str, problems: list[str]) -> Any:
    """Give the plain number (or tuple) of a quantity, in prices of 2020, in the declared unit and size."""
    declared = declaration(path)
    if not declared:
        return q.value
    if q.unit != declared["unit"]:
        problems.append(unit_problem(f"{where}{path}", {"unit": q.unit, "source": q.source}, declared["unit"]))
    if len(q.entries) != declared["size"] or isinstance(q.value, tuple) != (declared["size"] > 1):
        one = declared["size"] == 1
        many = "one number, without brackets" if one else f"{declared['size']} numbers, in brackets"
        has = f"{len(q.entries)} number{'s' * (len(q.entries) > 1)}"
        has = "is a list" if one and isinstance(q.value, tuple) else f"has {has}"
        problems.append(f"{where}{path}: value {has}; the model reads {many}.")
    problems += [f"{where}{path}: {each}" for each in declared["limits"].problems(q)]
    factor = 1.0
    if q.price_year is not None:
        if "SEK" not in q.unit or q.price_year not in price_factors():
            years = price_factors()
            problems.append(
                f"{where}{path}: price_year = {q.price_year}; allowed are {min(years)} to {max(years)}, for SEK."
            )
        else:
            factor = price_factors()[q.price_year]
    entries = tuple(each * factor for each in q.entries) if factor != 1.0 else q.entries
    if q.unit.startswith("SEK"):
        entries = tuple(round(each) for each in entries)
    if declared["whole"]:
        if any(each != int(each) for each in entries):
            problems.append(f"{where}{path}: value {text_of(q.value)} is not a whole number.")
        entries = tuple(int(each) for each in entries)
    if path in MATRICES:
        matrix = np.asarray(entries, dtype=np.float64).reshape(-1, 5) if len(entries) == 25 else np.ones((1, 1))
        if np.abs(matrix.sum(axis=1) - 1.0).max() > 1e-9:
            problems.append(
                f"{where}{path}: every row of five must sum to 1; they sum to "
                f"{', '.join(f'{each:.6g}' for each in matrix.sum(axis=1))}."
            )
    return entries if declared["size"] > 1 else entries[0]


def _check_rules(
    groups: Mapping[str, Any],
    ladder: LadderParameters,
    items: list[InterventionParameters],
    rows: list[CostParameters],
    where: str,
    problems: list[str],
) -> None:
    """Check what ties values together."""
    detection = groups["detection"]
    for level, (seen, wrong) in enumerate(zip(detection.sensitivity, detection.false_alarm, strict=True)):
        if seen + wrong > 1.0 + 1e-9:
            problems.append(
                f"{where}detection: sensitivity and false_alarm of level {level} sum to {seen + wrong:g}, above 1."
            )
    if abs(sum(ladder.frailty_share) - 1.0) > 1e-9:
        problems.append(f"{where}ladder.frailty_share: sums to {sum(ladder.frailty_share):g}, not 1.")
    if max(sum(both) for both in zip(ladder.birth_risk, ladder.birth_placed, strict=True)) > 1.0:
        problems.append(f"{where}ladder.birth_placed: with birth_risk more than all children of a frailty class.")
    if max(ladder.not_eligible) >= 1.0:
        problems.append(f"{where}ladder.not_eligible: must stay below 1.")
    for item in items:
        name = f"{where}interventions.{item.name}"
        if not 0 <= item.age_from <= LAST_AGE or not 0 <= item.age_to <= LAST_AGE:
            problems.append(f"{name}: ages {item.age_from} to {item.age_to}; allowed are 0 to {LAST_AGE}.")
        if not 1 <= min(item.levels) <= max(item.levels) <= 4:
            problems.append(f"{name}: levels {list(item.levels)}; allowed are 1 to 4.")
        if item.age_from > item.age_to:
            problems.append(f"{name}: age_from {item.age_from} is above age_to {item.age_to}.")
        if item.levels[0] > item.levels[1]:
            problems.append(f"{name}: levels {list(item.levels)} are upside down.")
        if item.partner == item.owner:
            problems.append(f"{name}: partner '{item.partner}' is its owner already. Name another body, or none.")
    for row in rows:
        name = f"{where}costs.{row.name}"
        if row.payer not in PAYERS:
            problems.append(f"{name}: payer '{row.payer}' is not known.{hint(str(row.payer), PAYERS)}")
        if row.kind not in KINDS[:2]:
            problems.append(f"{name}: kind '{row.kind}' is not known.{hint(str(row.kind), KINDS[:2])}")
        if len(row.ages) != 2 or not 0 <= row.ages[0] <= row.ages[1] <= 64:
            problems.append(f"{name}: ages {list(row.ages)} must be [first, last] within 0 to 64.")
