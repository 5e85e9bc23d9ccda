"""The plan of a batch: model, uncertainties, levers, replications and outcomes, read from a TOML file and checked.

`docs/batches.md` has the form of the file. A plan holds everything that its runs depend on and nothing that they do not
(where they are written, how many workers there are). Read by `jobs`, `session` and the commands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from ...analysis.measures.outcomes import OUTCOMES
from ...analysis.measures.own import OwnOutcome
from ...analysis.schema import OPTIONAL, TABLES
from ...model.bodies.rules import Rule
from ...model.contracts import Design, load_design
from ...model.contracts.reading.notes import Notes
from ...model.contracts.terms import find_term
from ...model.inputs.errors import InputError, hint
from ...model.inputs.places import own_places
from ...model.inputs.quantity import read_toml
from ...model.inputs.scenario import Scenario, load_scenario, select
from ...model.model import check_design
from .entries import Table, flag, names, texts, whole
from .likely import LIKELY, POINT, PRIORS
from .own_outcomes import read_own
from .own_rules import named
from .posterior import Posterior
from .sampling import METHODS, Factor, Sampling, Until, fits, size
from .uncertainties import changed, groups_of, parameters, posteriors_of
from .until import read_until

__all__ = ["Plan", "Replications", "plan_of", "read_plan"]

SEEDS = {
    "fresh": "new luck for every draw, the same for all designs",
    "shared": "the same luck for all draws and designs",
    "independent": "new luck for every run: designs are not paired",
    "block": "the same luck for all draws of a base point or trajectory, and for all designs",
}
PAIRED_SEEDS = ("block", "shared")  # what a method that compares draws of a block with one another needs
MOST_YEARS, FIRST_YEAR, LAST_YEAR = 45, 2005, 2030
MOST_DRAWS, MOST_REPLICATIONS, LAST_SEED = 1_000_000, 100_000, 2**31 - 1
MOST_SCRAMBLES = 1000
WORLDS = {
    LIKELY: "what the plan does not draw is from the likely world of the run's seed, as in compare",
    PRIORS: "what the plan does not draw is drawn from its distribution by the run's seed",
    POINT: "what the plan does not draw has its central value",
}
SECTIONS = {
    "model": ("scenario", "interventions", "municipalities", "municipalities_file", "years", "start_year", "worlds"),
    "uncertainties": ("parameters", "change", "posteriors", "groups"),
    "sampling": ("method", "draws", "seed", "second_order", "levels", "scrambles"),
    "levers": ("designs", "terms"),
    "replications": ("number", "first_seed", "seeds"),
    "outcomes": ("names", "tables", "own"),
    "until": ("outcome", "half_width", "most"),
}
NEEDED = {"levers": ("designs",), "until": ("outcome", "half_width")}


@dataclass(frozen=True)
class Replications:
    """How often every draw and design is run, and with which luck."""

    number: int = 1
    first_seed: int = 1
    seeds: str = "fresh"  # "block" by default where the method compares draws of a block with one another


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that the runs of a batch depend on."""

    title: str
    scenario: Scenario
    years: int
    start_year: int
    designs: tuple[Design, ...]
    factors: tuple[Factor, ...] = ()
    posteriors: tuple[Posterior, ...] = field(default=(), repr=False)
    sampling: Sampling = field(default_factory=Sampling)
    replications: Replications = field(default_factory=Replications)
    outcomes: tuple[str, ...] = tuple(OUTCOMES)  # those of `own` come last
    own: tuple[OwnOutcome, ...] = ()
    tables: tuple[str, ...] = ()  # whole result tables to keep of every run
    until: Until | None = None  # when there are draws enough
    worlds: str = POINT  # how what the plan does not draw is drawn, see `WORLDS`
    document: Table = field(default_factory=dict, repr=False)  # the file as it was read
    rules: Mapping[str, Rule] = field(default_factory=dict, repr=False)  # a researcher's own, by kind of body

    @property
    def tied(self) -> tuple[str, ...]:
        """Columns of the posteriors."""
        return tuple(str(name) for posterior in self.posteriors for name in posterior.table.columns)

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
        """What tells two plans apart: the file, the files that it names, and own rules."""
        rows = [posterior.digest for posterior in self.posteriors]
        content = [self.document, self.scenario.hash(), [repr(design) for design in self.designs], rows]
        content += [named(self.rules)] if self.rules else []
        content += [self.worlds]
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
        notes.keys(sections[name], name, keys, NEEDED.get(name, ()) if name in document else ())
    scenario = _scenario(sections["model"], beside, notes)
    designs, terms = _designs(sections["levers"], scenario, beside, notes)
    posteriors = posteriors_of(sections["uncertainties"], scenario, beside, notes)
    factors = (*parameters(sections["uncertainties"], scenario, posteriors, notes), *terms)
    worlds = notes.choice(sections["model"], "worlds", "model", WORLDS)
    sampling = _sampling(sections["sampling"], factors, bool(posteriors), worlds != POINT, notes)
    sampling = _grouped(sampling, groups_of(sections["uncertainties"], factors, notes), notes)
    replications = _replications(sections["replications"], sampling.method, notes)
    outcomes = tuple(names(sections["outcomes"], "names", "outcomes", OUTCOMES, notes)) or tuple(OUTCOMES)
    years = whole(sections["model"], "years", "model", 30, (1, MOST_YEARS), notes)
    start = whole(sections["model"], "start_year", "model", 2020, (FIRST_YEAR, LAST_YEAR), notes)
    own = read_own(sections["outcomes"], scenario, range(start, start + years), notes)
    outcomes += tuple(each.name for each in own)
    one_luck = replications.seeds == "shared"
    plan = Plan(
        title=notes.text(document, "title", "file"),
        scenario=scenario,
        years=years,
        start_year=start,
        designs=designs,
        factors=factors,
        posteriors=posteriors,
        sampling=sampling,
        replications=replications,
        outcomes=outcomes,
        own=own,
        tables=tuple(names(sections["outcomes"], "tables", "outcomes", set(TABLES) - {"summary", *OPTIONAL}, notes)),
        until=read_until(sections["until"], sampling, outcomes, MOST_DRAWS, notes, one_luck=one_luck),
        worlds=worlds or (POINT if METHODS[sampling.method].blocks else LIKELY),
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
        written = table.get("scenario")
        name = "" if isinstance(written, Mapping) else notes.text(table, "scenario", "model")
        more = [beside / each for each in texts(table, "interventions", "model", notes)]
        scenario = load_scenario(written if isinstance(written, Mapping) else beside / name if name else None, more)
        if own := notes.text(table, "municipalities_file", "model"):
            scenario = replace(scenario, places=own_places(beside / own))
    except InputError as error:
        notes.problems += error.problems
    try:
        places = texts(table, "municipalities", "model", notes)
        return select(scenario, places) if places else scenario
    except InputError as error:
        notes.problems += [f"{notes.file}: model: {problem}" for problem in error.problems]
    return scenario


def _designs(
    table: Table, scenario: Scenario, beside: Path, notes: Notes
) -> tuple[tuple[Design, ...], tuple[Factor, ...]]:
    """Read the designs, with every combination of the terms that are listed, and the terms that are drawn."""
    specs = texts(table, "designs", "levers", notes)
    terms = notes.table(table, "terms", "levers.terms")
    for name in terms:
        if name not in specs:
            notes.add("levers.terms", f"'{name}' is none of the designs.{hint(name, specs)}")
    designs: list[Design] = []
    factors: list[Factor] = []
    for name in specs:
        own = notes.table(terms, name, f'levers.terms."{name}"') if name in terms else {}
        listed = {term: values for term, values in own.items() if isinstance(values, list)}
        mine = [design for spec in _written(name, listed) for design in _design(spec, scenario, beside, notes)]
        designs += mine
        for term in sorted(own.keys() - listed.keys()):
            factors += _term(name, mine, term, own[term], notes)
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


def _design(spec: str, scenario: Scenario, beside: Path, notes: Notes) -> list[Design]:
    """Read one design, and see that a run can settle it."""
    try:
        design = load_design(str(beside / spec) if spec.partition("[")[0].endswith(".toml") else spec)
        check_design(design, scenario)
    except InputError as error:
        notes.problems += error.problems
        return []
    return [design]


def _term(spec: str, designs: Sequence[Design], term: str, record: object, notes: Notes) -> list[Factor]:
    """Read a term that is drawn, of a design or of all its variants: its own range and distribution unless given."""
    where = f'levers.terms."{spec}".{term}'
    if not designs:
        return []
    try:
        path, quantity, declared = find_term(designs[0], term)
    except InputError as error:
        notes.problems += error.problems
        return []
    new = changed(where, record, quantity, (declared.low, declared.high), notes, sourced=False)
    if new is None:
        return []
    if new.distribution.kind == "fixed":
        notes.add(where, f"has no distribution. Write {{ range = [low, high] }}, in {quantity.unit}.")
        return []
    return [Factor(f"{spec}[{term}]", new, tuple(design.name for design in designs), path)]


# ---------------------------------------------------------------------- sampling and replications


def _sampling(table: Table, factors: tuple[Factor, ...], tied: bool, likely: bool, notes: Notes) -> Sampling:
    """Read how worlds are drawn, and see that the method suits what is uncertain.

    Where nothing is, draws are the worlds of as many seeds.
    """
    uncertain = bool(factors) or tied
    method = notes.choice(table, "method", "sampling", METHODS) or ("latin-hypercube" if uncertain else "random")
    draws = whole(table, "draws", "sampling", 100 if uncertain else 1, (1, MOST_DRAWS), notes)
    how = Sampling(
        method=method if method in METHODS else "latin-hypercube",
        draws=draws,
        seed=whole(table, "seed", "sampling", 1, (0, LAST_SEED), notes),
        second_order=flag(table, "second_order", "sampling", notes),
        levels=whole(table, "levels", "sampling", 4, (2, 100), notes),
        scrambles=whole(table, "scrambles", "sampling", 1, (1, MOST_SCRAMBLES), notes),
    )
    if table and not uncertain and likely and how.method != "random":
        notes.add("sampling", f"method '{method}' spreads numbers evenly, and this plan names none. Take 'random'.")
    if table and not uncertain and not likely:
        notes.add("sampling", "nothing is uncertain. Name parameters under [uncertainties], or leave this section out.")
    kind = METHODS[how.method]
    if kind.independent and tied:
        notes.add("sampling", f"method '{method}' needs factors that do not hang together; a posterior ties them.")
    if how.scrambles > 1 and not kind.even:
        even = ", ".join(name for name, each in METHODS.items() if each.even)
        notes.add("sampling", f"scrambles = {how.scrambles}; method '{method}' has none. These have: {even}.")
    elif draws % how.scrambles:
        least = how.scrambles * (draws // how.scrambles + 1)
        notes.add("sampling", f"draws = {draws} cannot be shared among {how.scrambles} scrambles. Take {least}.")
    elif not fits(how, draws):
        below = 1 << ((draws // how.scrambles).bit_length() - 1)
        of_each = f" for each of {how.scrambles} scrambles" if how.scrambles > 1 else ""
        either = f"{below * how.scrambles} or {2 * below * how.scrambles}"
        notes.add("sampling", f"draws = {draws}; method '{method}' needs a power of two{of_each}: {either}.")
    if how.levels % 2 and method == "morris":
        notes.add("sampling", f"levels = {how.levels}; method 'morris' needs an even number.")
    return how


def _grouped(how: Sampling, groups: tuple[str, ...], notes: Notes) -> Sampling:
    """Let numbers move in groups, where the method can."""
    if groups and not METHODS[how.method].blocks:
        able = ", ".join(name for name, each in METHODS.items() if each.blocks)
        notes.add("uncertainties.groups", f"method '{how.method}' moves no groups. These do: {able}.")
    elif groups and len(set(groups)) < 2:
        notes.add("uncertainties.groups", "everything is in one group, which explains everything. Make two or more.")
    else:
        return replace(how, groups=groups)
    return how


def _replications(table: Table, method: str, notes: Notes) -> Replications:
    """Read how often and with which luck; draws that Sobol' and Morris compare must share theirs."""
    blocks = METHODS[method].blocks
    seeds = notes.choice(table, "seeds", "replications", SEEDS) or ("block" if blocks else "fresh")
    if blocks and seeds in SEEDS and seeds not in PAIRED_SEEDS:
        notes.add(
            "replications",
            f"seeds = '{seeds}'; method '{method}' needs 'block' (usual) or 'shared'. It compares runs of a block that "
            "differ in one number: with luck of their own they differ by luck, and numbers that do nothing rank high.",
        )
    if not blocks and seeds == "block":
        notes.add("replications", f"seeds = 'block'; method '{method}' has no blocks. Take 'fresh' or 'shared'.")
    return Replications(
        number=whole(table, "number", "replications", 1, (1, MOST_REPLICATIONS), notes),
        first_seed=whole(table, "first_seed", "replications", 1, (0, LAST_SEED), notes),
        seeds=seeds,
    )
