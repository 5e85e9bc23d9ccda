"""What is uncertain in a plan: parameters with their distributions, and a posterior whose rows belong together.

Read by `plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from ...model.contracts.reading.notes import Notes
from ...model.inputs.errors import InputError, hint, nearest, shown
from ...model.inputs.quantity import Quantity, read_quantity, with_unit
from ...model.inputs.scenario import Scenario
from .entries import Table, texts
from .posterior import Posterior, parameter_of, read_posterior, shipped
from .sampling import Factor

__all__ = ["changed", "groups_of", "parameters", "posteriors_of"]

SHIPPED = ("diffusion", "contracts", "life-course")


def parameters(table: Table, scenario: Scenario, posteriors: Sequence[Posterior], notes: Notes) -> list[Factor]:
    """Find the uncertain parameters: those named or matched, and those given a distribution here."""
    patterns = texts(table, "parameters", "uncertainties", notes)
    changes = notes.table(table, "change", "uncertainties.change")
    tied = {parameter_of(str(name)) for posterior in posteriors for name in posterior.table.columns}
    chosen: dict[str, Quantity] = {}
    for pattern in patterns:
        wild = any(sign in pattern for sign in "*?[")
        found = [path for path in scenario.quantities if fnmatchcase(path, pattern)]
        if not found:
            near = _like(pattern, scenario) if wild else hint(pattern, scenario.quantities)
            notes.add("uncertainties.parameters", f"'{pattern}' is no parameter.{near}")
        for path in found:
            fixed = scenario.quantities[path].distribution.kind == "fixed"
            if fixed and not wild and path not in changes:
                notes.add(
                    "uncertainties.parameters",
                    f"'{path}' has no distribution. Give it one under [uncertainties.change.\"{path}\"].",
                )
            elif not fixed and not (wild and path in tied):
                chosen[path] = scenario.quantities[path]
    for path, record in _leaves(changes):
        if path not in scenario.quantities:
            notes.add("uncertainties.change", f"'{path}' is no parameter.{hint(path, scenario.quantities)}")
        else:
            old = scenario.quantities[path]
            new = changed(f'uncertainties.change."{path}"', record, old, old.range, notes)
            if new is not None:
                chosen[path] = new
    for path in sorted(chosen.keys() & tied):
        notes.add("uncertainties", f"'{path}' is in a posterior already. Leave one of them out.")
    return [Factor(path, chosen[path]) for path in sorted(chosen)]


def groups_of(table: Table, factors: Sequence[Factor], notes: Notes) -> tuple[str, ...]:
    """Say for each factor with which it moves together; by itself, under its own name, if none is named."""
    named, of = notes.table(table, "groups", "uncertainties.groups"), {factor.name: factor.name for factor in factors}
    where, before = "uncertainties.groups", dict[str, str]()
    for name in named:
        for pattern in texts(named, name, where, notes):
            found = [each.name for each in factors if fnmatchcase(each.name, pattern)]
            if not found:
                notes.add(where, f"{name}: '{pattern}' is no uncertain number of this plan.{hint(pattern, of)}")
            for each in found:
                if before.setdefault(each, name) != name:
                    notes.add(where, f"'{each}' is in {before[each]} and in {name}. A number moves with one group.")
                of[each] = name
        if name in {factor.name for factor in factors} - {each for each, other in before.items() if other == name}:
            notes.add(where, f"'{name}' is the name of a number that is not in it. Take another name.")
    return tuple(of.values()) if named else ()


def _like(pattern: str, scenario: Scenario) -> str:
    """Say which pattern was probably meant: the same with the group spelt as it is, if that finds something."""
    group, dot, rest = pattern.partition(".")
    near = nearest(group, {path.partition(".")[0] for path in scenario.quantities})
    meant = f"{near}{dot}{rest}"
    found = near is not None and any(fnmatchcase(path, meant) for path in scenario.quantities)
    return f" Did you mean '{meant}'?" if found else ""


def _leaves(tree: Table, path: str = "") -> Iterable[tuple[str, Table]]:
    """Find the records in nested tables, so that a path may be written with or without quotes."""
    for key, each in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(each, Mapping) and not {"range", "distribution", "source"} & each.keys():
            yield from _leaves(each, here)
        else:
            yield here, each


def changed(
    where: str, record: object, old: Quantity, bounds: tuple[float, float], notes: Notes, *, sourced: bool = True
) -> Quantity | None:
    """Lay a range and a distribution of the plan over those that a number has, within bounds.

    A range without a distribution is drawn evenly if the number was fixed. `sourced`: a source must be given.
    """
    if not isinstance(record, Mapping):
        notes.add(
            where, f"is {shown(record)}. Write a table with range or distribution{', and source' if sourced else ''}."
        )
        return None
    notes.keys(record, where, ("range", "distribution", "source"), ("source",) if sourced else ())
    new = dict(record)
    low, high = new.get("range", old.range) if _is_range(new.get("range", [0, 0])) else (0, 0)
    if "range" in new and not (_is_range(new["range"]) and bounds[0] <= low <= high <= bounds[1]):
        notes.add(
            where,
            f"range = {shown(new['range'])}. Allowed are two numbers in {bounds[0]:g} to {bounds[1]:g}"
            f"{with_unit(old.unit)}, the lower first.",
        )
        return None
    if "range" in new and "distribution" not in new and old.distribution.kind == "fixed":
        new["distribution"] = {"kind": "uniform"}
    # What is drawn is all that counts: a value outside the new range moves to its nearer end.
    inside = tuple(min(max(each, low), high) for each in old.entries) if "range" in new else old.entries
    value = inside if isinstance(old.value, tuple) else inside[0]
    return read_quantity({**dict(old), "value": value, **new}, f"{notes.file}: {where}", notes.problems)


def _is_range(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(each) in (int, float) for each in value)


def posteriors_of(table: Table, scenario: Scenario, beside: Path, notes: Notes) -> tuple[Posterior, ...]:
    """Read the posteriors: files of `stupror calibrate`, or the names of those that come with the model."""
    found: list[Posterior] = []
    for name in texts(table, "posteriors", "uncertainties", notes):
        try:
            found.append(read_posterior(shipped(name) if name in SHIPPED else beside / name, scenario))
        except InputError as error:
            notes.problems += error.problems
    columns = [path for each in found for path in {parameter_of(str(name)) for name in each.table.columns}]
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        notes.add("uncertainties.posteriors", f"'{name}' is in two of them.")
    return tuple(found)
