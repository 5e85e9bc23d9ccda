"""A posterior as a file: worlds that a calibration found likely, one per row, that runs can be drawn from.

The first column is `weight`; every other is a path of the scenario (`diffusion.innovation`), or `times:` and a path for
a factor on all the numbers of a parameter (`times:ladder.up_care`) or on some (`times:ladder.adult_20_29[2::5]`: from
the third, every fifth, as Python counts). Read by `runner`, `validation`, `uncertainties`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.children.ladder import N_LEVELS
from ...model.inputs.assembly.declared import declaration
from ...model.inputs.errors import InputError, hint
from ...model.inputs.quantity import Value
from ...model.inputs.scenario import Scenario
from ..data import DATA
from ..files.foreign import number_table

__all__ = [
    "TIMES",
    "Posterior",
    "changed",
    "effective",
    "parameter_of",
    "read_posterior",
    "shipped",
    "values_of",
    "wrong_in",
]

TIMES = "times:"
_WEIGHT = "weight"
_SOME = re.compile(r"\[(\d*):(\d*)(?::([1-9]\d*))?\]$")  # which numbers of a list a factor is on


@dataclass(frozen=True, eq=False)
class Posterior:
    """Likely worlds: `table` has a row for each and a column for each parameter, `weight` sums to 1.

    `luck` names the numbers that rows are picked with: those of two posteriors are never the same.
    """

    table: pd.DataFrame
    weight: NDArray[np.float64]
    luck: int = 0
    remarks: tuple[str, ...] = ()  # what the head of the file says of it

    @property
    def effective(self) -> float:
        """Of how many worlds of equal weight it tells as much."""
        return effective(self.weight)

    @property
    def digest(self) -> str:
        """Digest of the content: equal content, equal digest."""
        content = self.table.assign(weight=self.weight).to_csv(index=False, float_format="%.17g")
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    def pick(self, seed: int) -> dict[str, float]:
        """Pick one row by its weight: the same for the same seed."""
        return self.row(self.picked(seed))

    def picked(self, seed: int) -> int:
        """Pick the number of a row, from 0, by its weight: the same for the same seed."""
        rng = np.random.default_rng([seed, 0x9057, self.luck])
        row = int(np.searchsorted(np.cumsum(self.weight), rng.random(), side="right"))
        return min(row, len(self.table) - 1)

    def row(self, number: int) -> dict[str, float]:
        """Give one row as parameter and value."""
        return {str(name): float(value) for name, value in self.table.iloc[number].items()}


def effective(weight: NDArray[np.float64]) -> float:
    """Effective number of a weighted sample (Kish 1965): the size of an unweighted one that is as precise."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def read_posterior(path: Path, scenario: Scenario) -> Posterior:
    """Read a posterior and check it against the scenario.

    Raises
    ------
    InputError
        With every problem: no such file, columns that are no parameter (and the nearest), cells that are no numbers or
        lead out of a parameter's range, weights that are negative or all zero.
    """
    table, lines, remarks = number_table(path, "stupror calibrate")
    problems = [] if _WEIGHT in table else [f"{path}: column '{_WEIGHT}' is missing."]
    for name in table.columns:
        parameter = parameter_of(str(name))
        if name != _WEIGHT and parameter not in scenario.quantities:
            problems.append(f"{path}: column '{name}' is no parameter.{hint(parameter, scenario.quantities)}")
        elif name != _WEIGHT and len(table):
            problems += [
                f"{path}: column '{name}' {wrong}" for wrong in wrong_in(str(name), table[name], scenario, lines)
            ]
    if not len(table):
        problems.append(f"{path}: there is no row in it.")
    elif len(table.columns) == 1 and not problems:
        problems.append(f"{path}: there is no parameter in it, only weights.")
    elif not problems and (table[_WEIGHT].min() < 0 or table[_WEIGHT].sum() <= 0):
        least = f" That of line {lines[int(table[_WEIGHT].argmin())]} is {table[_WEIGHT].min():g}."
        problems.append(f"{path}: weights must not be negative, and some must be above 0.{least}")
    if problems:
        raise InputError(problems)
    weight = table[_WEIGHT].to_numpy(float)
    read = Posterior(table.drop(columns=_WEIGHT), weight / weight.sum())
    return replace(read, luck=int(read.digest, 16), remarks=remarks)


def wrong_in(name: str, column: pd.Series, scenario: Scenario, lines: Sequence[int] = ()) -> list[str]:
    """Say what is wrong with a column of numbers, as the end of a sentence; the first line that is, if many are."""
    quantity = scenario.quantities[parameter_of(name)]
    low, high = quantity.range
    entries = np.array(quantity.entries, dtype=np.float64)
    if name.startswith(TIMES):
        chosen = entries[_some(name)]
        if not chosen.size:
            return [f"names none of the {entries.size} numbers of {parameter_of(name)}."]
        least = np.outer(column, chosen).min(axis=1)
        most = np.outer(column, chosen).max(axis=1)
        bad = np.flatnonzero((column.to_numpy() <= 0.0) | (least < low) | (most > high))
        words = f"is not above 0, or leads out of the range {low:g} to {high:g} of {parameter_of(name)}."
    elif isinstance(quantity.value, tuple):
        return [f"is one number for the {entries.size} of {name}. Name the column {TIMES}{name}, a factor on them."]
    else:
        whole = bool(declaration(name).get("whole"))
        numbers = column.to_numpy(np.float64)
        bad = np.flatnonzero((numbers < low) | (numbers > high) | (whole & (numbers != np.rint(numbers))))
        words = f"is no {'whole ' if whole else ''}number from {low:g} to {high:g}."
    where = f"line {lines[bad[0]]}: " if bad.size and lines else ""
    return [f"{where}{column.iloc[bad[0]]:.15g} {words}"] if bad.size else []


def shipped(problem: str) -> Path:
    """Path of the posterior that comes with the model, for `diffusion`, `contracts` or `life-course`."""
    return DATA / f"posterior-{problem}.csv"


def changed(scenario: Scenario, row: Mapping[str, float]) -> Scenario:
    """Return the scenario as a row of a posterior has it; what lies outside a range is held at its end."""
    return scenario.with_values(values_of(scenario, row))


def values_of(scenario: Scenario, row: Mapping[str, float]) -> dict[str, Value]:
    """Give the values of a row by parameter of the scenario, the factors of its `times:` columns worked out."""
    values: dict[str, Value] = {}
    for name, number in row.items():
        path = parameter_of(name)
        old = values.get(path, scenario.quantities[path].value)
        if not name.startswith(TIMES):
            values[path] = number
        elif isinstance(old, tuple):
            chosen = range(len(old))[_some(name)]
            times = tuple(each * number if n in chosen else each for n, each in enumerate(old))
            values[path] = times
        else:
            values[path] = old * number
    moves = {path: each for path, each in values.items() if isinstance(each, tuple) and len(each) == N_LEVELS**2}
    return values | {path: _rest_stays(each) for path, each in moves.items()}


def parameter_of(name: str) -> str:
    """Say which parameter a column is about: its name without `times:` and without brackets."""
    return _SOME.sub("", name).removeprefix(TIMES) if name.startswith(TIMES) else name


def _rest_stays(moves: tuple[float, ...]) -> tuple[float, ...]:
    """Let the chance to stay be what a matrix of moves, row by row, leaves of 1; shrink moves that sum to more."""
    rows = np.reshape(np.maximum(moves, 0.0), (N_LEVELS, N_LEVELS))
    np.fill_diagonal(rows, 0.0)
    moved = rows.sum(axis=1)
    rows /= np.maximum(moved, 1.0)[:, None]
    np.fill_diagonal(rows, 1.0 - np.minimum(moved, 1.0))
    return tuple(rows.ravel().tolist())


def _some(name: str) -> slice:
    """Read the brackets of a column; all numbers if there are none."""
    found = _SOME.search(name)
    return slice(*(int(each) if each else None for each in found.groups())) if found else slice(None)


def read_posteriors(files: Sequence[Path], scenario: Scenario, said: str = "--posterior") -> list[Posterior]:
    """Read several posteriors; `said` is how messages name the option.

    Raises
    ------
    InputError
        With the problems of all of them, also if a parameter is in two.
    """
    read: list[Posterior] = []
    problems: list[str] = []
    for file in files:
        try:
            read.append(read_posterior(file, scenario))
        except InputError as error:
            problems += error.problems
    columns = [str(name) for each in read for name in each.table.columns]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    problems += [f"{said}: {name} is in two files. Give one that has it." for name in twice]
    if problems:
        raise InputError(problems)
    return read


def named(files: Sequence[Path], read: Sequence[Posterior]) -> tuple[str, ...]:
    """Name posteriors as a manifest does: name of the file and digest."""
    return tuple(f"{file.name} ({each.digest})" for file, each in zip(files, read, strict=True))
