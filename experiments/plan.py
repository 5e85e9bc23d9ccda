"""The plan of a batch: model, uncertainties, levers, replications and outcomes, read from a TOML file and checked.

`docs/batches.md` has the form of the file. A plan holds everything that its runs depend on and nothing that they do not
(where they are written, how many workers there are). Read by `jobs`, `batching` and the commands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.outcomes import OUTCOMES
from analysis.schema import TABLES
from experiments.sampling import METHODS, Factor, Sampling, size
from model.errors import InputError, hint
from model.funding import Design, load_design
from model.funding.reading import Notes
from model.model import check_design
from model.reading import Quantity, read_quantity, read_toml
from model.scenario import Scenario, load_scenario, select

__all__ = ["Plan", "Replications", "plan_of", "read_plan"]

Table = Mapping[str, Any]

SEEDS = {
    "fresh": "new luck for every draw, the same for all designs",
    "shared": "the same luck for all draws and designs",
    "independent": "new luck for every run: designs are not paired",
}
MOST_YEARS, FIRST_YEAR, LAST_YEAR = 45, 2005, 2030
MOST_DRAWS, MOST_REPLICATIONS, LAST_SEED = 1_000_000, 100_000, 2**31 - 1
SECTIONS = {
    "model": ("scenario", "municipalities", "years", "start_year"),
    "uncertainties": ("parameters", "change", "posterior"),
    "sampling": ("method", "draws", "seed", "second_order", "levels"),
    "levers": ("designs", "terms"),
    "replications": ("number", "first_seed", "seeds"),
    "outcomes": ("names", "tables"),
}


@dataclass(frozen=True)
class Replications:
    """How often every draw and design is run, and with which luck."""

    number: int = 1
    first_seed: int = 1
    seeds: str = "fresh"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that the runs of a batch depend on."""

    title: str
    scenario: Scenario
    years: int
    start_year: int
    designs: tuple[Design, ...]
    factors: tuple[Factor, ...] = ()
    posterior: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    sampling: Sampling = field(default_factory=Sampling)
    replications: Replications = field(default_factory=Replications)
    outcomes: tuple[str, ...] = tuple(OUTCOMES)
    tables: tuple[str, ...] = ()  # whole result tables to keep of every run
    document: Table = field(default_factory=dict, repr=False)  # the file as it was read

    @property
    def tied(self) -> tuple[str, ...]:
        """Parameters of the posterior that are one number."""
        columns = () if self.posterior is None else self.posterior.columns
        known = self.scenario.quantities
        return tuple(name for name in columns if name != "weight" and not isinstance(known[name].value, tuple))

    @property
    def draws(self) -> int:
        """Number of worlds."""
        return size(self.sampling, len(self.factors))

    @property
    def runs(self) -> int:
        """Number of runs: draws times designs times replications."""
        return self.draws * len(self.designs) * self.replications.number

    @property
    def digest(self) -> str:
        """What tells two plans apart: the file, and the files that it names."""
        rows = [] if self.posterior is None else [self.posterior.to_json()]
        content = [self.document, self.scenario.hash(), [repr(design) for design in self.designs], rows]
        return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read a plan from a TOML file; files that it names are looked for beside it.

    Raises
    ------
    InputError
        With every problem of the file, and of the scenario, posterior and designs that it names.
    """
    return plan_of(read_toml(path), str(path), path.parent)


def plan_of(document: Table, name: str = "plan", beside: Path = Path()) -> Plan:
    """Turn a document into a plan: the content of a plan file, or a dict of the same form.

    Raises
    ------
    InputError
        As `read_plan` does; `name` stands for the file in the messages.
    """
    notes = Notes(name)
    notes.keys(document, "file", ("title", *SECTIONS), ("title", "levers"))
    sections = {name: notes.table(document, name) for name in SECTIONS}
    for name, keys in SECTIONS.items():
        notes.keys(sections[name], name, keys, ("designs",) if name == "levers" and "levers" in document else ())
    scenario = _scenario(sections["model"], beside, notes)
    designs, terms = _designs(sections["levers"], beside, notes)
    posterior = _posterior(sections["uncertainties"], scenario, beside, notes)
    factors = (*_parameters(sections["uncertainties"], scenario, posterior, notes), *terms)
    sampling = _sampling(sections["sampling"], factors, posterior, notes)
    plan = Plan(
        title=notes.text(document, "title", "file"),
        scenario=scenario,
        years=_whole(sections["model"], "years", "model", 30, (1, MOST_YEARS), notes),
        start_year=_whole(sections["model"], "start_year", "model", 2020, (FIRST_YEAR, LAST_YEAR), notes),
        designs=designs,
        factors=factors,
        posterior=posterior,
        sampling=sampling,
        replications=_replications(sections["replications"], notes),
        outcomes=tuple(_names(sections["outcomes"], "names", "outcomes", OUTCOMES, notes)) or tuple(OUTCOMES),
        tables=tuple(_names(sections["outcomes"], "tables", "outcomes", set(TABLES) - {"summary"}, notes)),
        document=document,
    )
    if not notes.problems:
        _check_size(plan, notes)
    if notes.problems:
        raise InputError(notes.problems)
    return plan


def _check_size(plan: Plan, notes: Notes) -> None:
    """Refuse a plan that is larger than anybody can mean, or runs out of seeds."""
    last = plan.replications.first_seed + plan.runs
    if plan.draws > MOST_DRAWS:
        notes.add("sampling", f"gives {plan.draws} draws of {len(plan.factors)} factors; at most {MOST_DRAWS}.")
    elif last > LAST_SEED:
        notes.add("replications", f"would use seeds up to {last}; the last one is {LAST_SEED}.")


# ---------------------------------------------------------------------- model and levers


def _scenario(table: Table, beside: Path, notes: Notes) -> Scenario:
    """Read the scenario and keep the part of the country that is asked for."""
    scenario = load_scenario()
    try:
        if name := notes.text(table, "scenario", "model"):
            scenario = load_scenario(beside / name)
        if places := _texts(table, "municipalities", "model", notes):
            scenario = select(scenario, places)
    except InputError as error:
        notes.problems += [problem if name else f"{notes.file}: model: {problem}" for problem in error.problems]
    return scenario


def _designs(table: Table, beside: Path, notes: Notes) -> tuple[tuple[Design, ...], tuple[Factor, ...]]:
    """Read the designs, with every combination of the terms that are listed, and the terms that are drawn."""
    names = _texts(table, "designs", "levers", notes)
    terms = notes.table(table, "terms", "levers.terms")
    for name in terms:
        if name not in names:
            notes.add("levers.terms", f"'{name}' is none of the designs.{hint(name, names)}")
    designs: list[Design] = []
    factors: list[Factor] = []
    for name in names:
        own = notes.table(terms, name, f'levers.terms."{name}"') if name in terms else {}
        listed = {term: values for term, values in own.items() if isinstance(values, list)}
        for spec in _written(name, listed):
            designs += _design(spec, beside, notes)
        factors += [
            factor for term, record in own.items() if term not in listed for factor in _term(name, term, record, notes)
        ]
    known = [design.name for design in designs]
    for name in sorted({name for name in known if known.count(name) > 1}):
        notes.add("levers.designs", f"'{name}' is named twice.")
    return tuple(designs), tuple(factors)


def _written(name: str, terms: Mapping[str, Sequence[object]]) -> list[str]:
    """Write a design with every combination of its terms, such as ``state-outcomes-fund[share=0.8]``."""
    if not terms:
        return [name]
    combinations = product(*([f"{term}={value}" for value in values] for term, values in terms.items()))
    return [f"{name}[{','.join(pairs)}]" for pairs in combinations]


def _design(spec: str, beside: Path, notes: Notes) -> list[Design]:
    """Read one design, and see that a run can settle it."""
    try:
        design = load_design(str(beside / spec) if spec.partition("[")[0].endswith(".toml") else spec)
        check_design(design)
    except InputError as error:
        notes.problems += error.problems
        return []
    return [design]


def _term(design: str, term: str, record: object, notes: Notes) -> list[Factor]:
    """Read a term of a design that is drawn: its range, and a distribution unless it is uniform."""
    where = f'levers.terms."{design}".{term}'
    if not (isinstance(record, Mapping) and isinstance(record.get("range"), list) and len(record["range"]) == 2):
        notes.add(where, f"is {record!r}. Write a list of values, or {{ range = [low, high] }} to draw it.")
        return []
    middle = {"value": sum(record["range"]) / 2, "unit": "1", "source": "lever", "distribution": {"kind": "uniform"}}
    quantity = read_quantity({**middle, **record}, f"{notes.file}: {where}", notes.problems)
    return [] if quantity is None else [Factor(f"{design}[{term}]", quantity, design, term)]


# ---------------------------------------------------------------------- uncertainties


def _parameters(table: Table, scenario: Scenario, posterior: pd.DataFrame | None, notes: Notes) -> list[Factor]:
    """Find the uncertain parameters: those named or matched, and those given a distribution here."""
    patterns = _texts(table, "parameters", "uncertainties", notes)
    changes = notes.table(table, "change", "uncertainties.change")
    tied = set() if posterior is None else set(posterior.columns)
    chosen: dict[str, Quantity] = {}
    for pattern in patterns:
        wild = any(sign in pattern for sign in "*?[")
        found = [path for path in scenario.quantities if fnmatchcase(path, pattern)]
        if not found:
            notes.add("uncertainties.parameters", f"'{pattern}' is no parameter.{hint(pattern, scenario.quantities)}")
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
        elif (changed := _changed(path, record, scenario.quantities[path], notes)) is not None:
            chosen[path] = changed
    for path in sorted(chosen.keys() & tied):
        notes.add("uncertainties", f"'{path}' is in the posterior already. Leave one of them out.")
    return [Factor(path, chosen[path]) for path in sorted(chosen)]


def _leaves(tree: Table, path: str = "") -> Iterable[tuple[str, Table]]:
    """Find the records in nested tables, so that a path may be written with or without quotes."""
    for key, each in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(each, Mapping) and not {"range", "distribution", "source"} & each.keys():
            yield from _leaves(each, here)
        else:
            yield here, each


def _changed(path: str, record: object, old: Quantity, notes: Notes) -> Quantity | None:
    """Lay a range and a distribution of the plan over those of the scenario, within its range."""
    where = f'uncertainties.change."{path}"'
    if not isinstance(record, Mapping):
        notes.add(where, f"is {record!r}. Write a table with range or distribution, and source.")
        return None
    notes.keys(record, where, ("range", "distribution", "source"), ("source",))
    new = dict(record)
    low, high = new.get("range", old.range) if _is_range(new.get("range", [0, 0])) else (0, 0)
    if "range" in new and not (_is_range(new["range"]) and old.range[0] <= low <= high <= old.range[1]):
        notes.add(
            where,
            f"range = {new['range']!r}. Allowed are two numbers in {old.range[0]:g} to {old.range[1]:g} {old.unit}, "
            "the lower first; a scenario file can widen that.",
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


def _posterior(table: Table, scenario: Scenario, beside: Path, notes: Notes) -> pd.DataFrame | None:
    """Read a posterior: a Parquet or CSV file with a column per parameter and a row per draw, weights optional."""
    name = notes.text(table, "posterior", "uncertainties")
    if not name:
        return None
    file = beside / name
    try:
        rows = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    except (OSError, ValueError) as error:
        notes.add("uncertainties.posterior", f"{file} cannot be read ({' '.join(str(error).split())}).")
        return None
    for column in rows.columns:
        if column != "weight" and column not in scenario.quantities:
            notes.add("uncertainties.posterior", f"'{column}' is no parameter.{hint(column, scenario.quantities)}")
    if rows.empty or rows.isna().to_numpy().any():
        notes.add("uncertainties.posterior", f"{file} has no rows, or cells without a number.")
    elif ("weight" in rows and not (rows["weight"] >= 0).all()) or ("weight" in rows and not rows["weight"].any()):
        notes.add("uncertainties.posterior", f"{file}: weights must not be negative, nor all 0.")
    return rows


# ---------------------------------------------------------------------- sampling and replications


def _sampling(table: Table, factors: tuple[Factor, ...], posterior: pd.DataFrame | None, notes: Notes) -> Sampling:
    """Read how worlds are drawn, and see that the method suits what is uncertain."""
    uncertain = bool(factors) or posterior is not None
    method = notes.choice(table, "method", "sampling", METHODS) or "latin-hypercube"
    draws = _whole(table, "draws", "sampling", 100 if uncertain else 1, (1, MOST_DRAWS), notes)
    how = Sampling(
        method=method if method in METHODS else "latin-hypercube",
        draws=draws,
        seed=_whole(table, "seed", "sampling", 1, (0, LAST_SEED), notes),
        second_order=_flag(table, "second_order", "sampling", notes),
        levels=_whole(table, "levels", "sampling", 4, (2, 100), notes),
    )
    if table and not uncertain:
        notes.add("sampling", "nothing is uncertain. Name parameters under [uncertainties], or leave this section out.")
    kind = METHODS[how.method]
    if kind.independent and posterior is not None:
        notes.add("sampling", f"method '{method}' needs factors that do not hang together; a posterior ties them.")
    if kind.power_of_two and draws & (draws - 1):
        below = 1 << (draws.bit_length() - 1)
        notes.add("sampling", f"draws = {draws}; method '{method}' needs a power of two: {below} or {2 * below}.")
    if how.levels % 2 and method == "morris":
        notes.add("sampling", f"levels = {how.levels}; method 'morris' needs an even number.")
    return how


def _replications(table: Table, notes: Notes) -> Replications:
    return Replications(
        number=_whole(table, "number", "replications", 1, (1, MOST_REPLICATIONS), notes),
        first_seed=_whole(table, "first_seed", "replications", 1, (0, LAST_SEED), notes),
        seeds=notes.choice(table, "seeds", "replications", SEEDS) or "fresh",
    )


# ---------------------------------------------------------------------- reading single values


def _whole(table: Table, key: str, where: str, usual: int, bounds: tuple[int, int], notes: Notes) -> int:
    """Give a whole number within bounds, or the usual one."""
    value = table.get(key, usual)
    if type(value) is not int or not bounds[0] <= value <= bounds[1]:
        notes.add(where, f"{key} = {value!r}. Write a whole number from {bounds[0]} to {bounds[1]}.")
        return usual
    return value


def _flag(table: Table, key: str, where: str, notes: Notes) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        notes.add(where, f"{key} = {value!r}. Write true or false.")
    return value is True


def _texts(table: Table, key: str, where: str, notes: Notes) -> list[str]:
    """Give a list of texts; an empty one if it is not there."""
    value = table.get(key, [])
    if not (isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)):
        notes.add(where, f"{key} = {value!r}. Write a list of texts in quotes.")
        return []
    if key in table and not value:
        notes.add(where, f"{key} is empty. Name at least one, or leave it out.")
    return [each.strip() for each in value]


def _names(table: Table, key: str, where: str, known: Iterable[str], notes: Notes) -> list[str]:
    """Give a list of known names."""
    names, valid = _texts(table, key, where, notes), sorted(known)
    for name in names:
        if name not in valid:
            notes.add(where, f"{key}: '{name}' is not known.{Notes.hint(name, valid)}")
    return names
