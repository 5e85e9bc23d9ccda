"""What a run needs: every parameter, intervention, price and place, declared and checked.

The built-in scenario is Sweden as the data files have it. A user's file is a short TOML file of changes to it, at the
same paths: `[parameters.committee.horizon]`, `[interventions.skolfam.cost]`, `[costs.school-support.amount]`. Anything
unknown, out of range or in another unit is refused, all problems at once, before anything runs. Read by `model` and
`experiments`.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .assembly.declared import declaration, groups_of
from .assembly.records import in_model_prices, notices
from .assembly.tree import Reading, lay_over, read_owner, read_whole, records_in
from .assembly.written import as_written
from .change import Change
from .errors import InputError, hint, shown
from .life_course import CostParameters, InterventionParameters, LadderParameters
from .own.dated import DATED, Dated, in_force, read_dated
from .own.interventions import FILES, Own, changes_only, own_interventions
from .parameters import (
    GROUPS,
    OWNER_KEYS,
    BeliefParameters,
    BoardParameters,
    BudgetParameters,
    ChoiceParameters,
    CommitteeParameters,
    DetectionParameters,
    DiffusionParameters,
    DiscountParameters,
    GuaranteedInvestorParameters,
    ImpactInvestorParameters,
    InvestorParameters,
    ProjectParameters,
    ProviderParameters,
    RegionParameters,
    ServiceParameters,
    StateParameters,
    TaxParameters,
)
from .places import Places, part, sweden
from .quantity import Quantity, Value, read_quantity, read_toml, spell, text_of

LAST_AGE = 64
COST_TEXTS = ("title", "payer", "kind", "ages")
_BRANCHES = {"parameters": "", "interventions": "interventions.", "costs": "costs."}  # of a file -> of paths
_KEYS = ("title", FILES, DATED, *_BRANCHES)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that a run depends on besides design, seed and years. Frozen; amounts in prices of 2020."""

    title: str
    committee: CommitteeParameters
    board: BoardParameters
    region: RegionParameters
    budget: BudgetParameters
    project: ProjectParameters
    choice: ChoiceParameters
    service: ServiceParameters
    belief: BeliefParameters
    diffusion: DiffusionParameters
    investor: InvestorParameters
    impact_investor: ImpactInvestorParameters
    guaranteed_investor: GuaranteedInvestorParameters
    state: StateParameters
    provider: ProviderParameters
    detection: DetectionParameters
    tax: TaxParameters
    discount: DiscountParameters
    ladder: LadderParameters
    interventions: tuple[InterventionParameters, ...]
    costs: tuple[CostParameters, ...]
    places: Places
    quantities: Mapping[str, Quantity] = field(repr=False)  # by path, as read
    texts: Mapping[str, Any] = field(repr=False)  # what interventions and cost rows say in words
    notes: tuple[str, ...] = field(
        default=(), repr=False, compare=False
    )  # what a user's file does not do, in sentences
    dated: tuple[Dated, ...] = field(default=(), repr=False)  # what changes from a year on, in the order of years

    @property
    def uncertain(self) -> list[str]:
        """Paths of the parameters that have a distribution."""
        return [path for path, quantity in self.quantities.items() if quantity.distribution.kind != "fixed"]

    def hash(self) -> str:
        """Digest of everything that a run depends on: equal content, equal hash."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        content = {
            "quantities": {path: [_literal(path, q), q.price_year] for path, q in sorted(self.quantities.items())},
            "texts": self.texts,
            "places": [
                self.places.codes,
                self.places.county_codes,
                self.places.population,
                self.places.share,
                sorted(self.places.births.items()),
                asdict(self.places.facts),
            ],
        }
        if self.places.stated:
            content["stated"] = self.places.stated
        if self.dated:
            content["dated"] = [_dated_literal(each) for each in self.dated]
        return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8).hexdigest()

    def replace(self, path: str, value: Value | str) -> "Scenario":
        """Return the scenario with one value changed, under the same checks as in a file; an owner may be changed, too.

        Raises
        ------
        InputError
            If the path is unknown or the value out of range.
        """
        name, _, key = path.rpartition(".")
        if key in OWNER_KEYS and name in self.texts:
            problems: list[str] = []
            words = dict(self.texts[name])
            read_owner(words, key, {"value": value, "source": "changed"}, path, problems)
            if problems:
                raise InputError(problems)
            return self._with(self.quantities, {**self.texts, name: words})
        if path not in self.quantities:
            raise InputError([f"{path}: there is no such parameter.{hint(path, self.quantities)}"])
        problems = []
        record = self.quantities[path].model_dump() | {"value": value}
        quantity = read_quantity(record, path, problems)
        if quantity is None:
            raise InputError(problems)
        return self._with({**self.quantities, path: quantity})

    def with_values(self, values: Mapping[str, Value]) -> "Scenario":
        """Return the scenario with several values changed at once; what lies outside a range is held at its end.

        Raises
        ------
        InputError
            If a path is unknown or a value has another number of entries than the parameter.
        """
        unknown = [path for path in values if path not in self.quantities]
        problems = [f"{path}: there is no such parameter.{hint(path, self.quantities)}" for path in unknown]
        changed = dict(self.quantities)
        for path, value in values.items():
            if path in changed:
                changed[path] = _held(changed[path], value)
                if len(changed[path].entries) != len(self.quantities[path].entries):
                    problems.append(f"{path}: has {len(self.quantities[path].entries)} numbers, not as given.")
        if problems:
            raise InputError(problems)
        return self._with(changed)

    def with_quantities(self, quantities: Mapping[str, Quantity], texts: Mapping[str, Any] | None = None) -> "Scenario":
        """Return the scenario with these parameters, ranges and sources included, in place of its own.

        `texts` are those of interventions by path, for owners that were changed and for interventions that are added.

        Raises
        ------
        InputError
            If a path is unknown or a quantity does not fit it.
        """
        return self._with({**self.quantities, **quantities}, {**self.texts, **(texts or {})})

    def changed_by(self, changes: Iterable[Change]) -> "Scenario":
        """Return the scenario as a design changes it: parameters multiplied, added to or set, in order.

        A result outside the parameter's range is held at its end, so that a design can meet any drawn world.

        Raises
        ------
        InputError
            If a path is unknown, or a changed parameter is a list of numbers.
        """
        quantities = dict(self.quantities)
        problems: list[str] = []
        for change in changes:
            old = quantities.get(change.path)
            if old is None:
                problems.append(f"change.{change.path}: there is no such parameter.{hint(change.path, quantities)}")
            elif isinstance(old.value, tuple):
                problems.append(f"change.{change.path}: is a list of numbers; a design changes single numbers.")
            else:
                quantities[change.path] = old.model_copy(update={"value": _apply(change, old)})
        if problems:
            raise InputError(problems)
        return self._with(quantities) if quantities != self.quantities else self

    def draw(self, seed: int, held: Collection[str] = ()) -> "Scenario":
        """Return the scenario with every parameter drawn from its distribution, one world per seed.

        The luck of a parameter is named by its path: others that come or go leave it as it is. Those that are `held`
        keep their value.
        """
        drawn = {
            p: q if p in held else q.model_copy(update={"value": q.quantile(luck(seed, p))})
            for p, q in self.quantities.items()
        }
        return self._with(drawn)

    def in_year(self, year: int) -> "Scenario":
        """Return the scenario as it is in a year: with what has changed by then, and without dates."""
        if not self.dated:
            return self
        return replace(self._with(in_force(self.quantities, self.dated, year)), dated=())

    def _with(self, quantities: Mapping[str, Quantity], texts: Mapping[str, Any] | None = None) -> "Scenario":
        """Return the scenario with other quantities, and texts if they are given, under the checks of a file."""
        made = _assemble(self.title, quantities, self.texts if texts is None else texts, self.places, "")
        return replace(made, dated=self.dated) if self.dated else made

    def table(self) -> list[dict[str, str]]:
        """List every parameter as a row of texts: path, value, unit, range, distribution, source, meaning, changes."""
        return [
            {
                "parameter": path,
                "value": text_of(q.value),
                "unit": q.unit,
                "range": f"{q.range[0]:g} to {q.range[1]:g}",
                "distribution": spell(q),
                "price year": str(q.price_year or ""),
                "source": q.source,
                "meaning": declaration(path)["meaning"],
                "changes": "; ".join(each.spoken() for each in self.dated if each.path == path),
            }
            for path, q in self.quantities.items()
        ]


def load_scenario(
    path: Path | str | Mapping[str, Any] | None = None, interventions: Sequence[Path | str] = ()
) -> Scenario:
    """Read the built-in scenario, with the changes of a user's file if one is given.

    Parameters
    ----------
    path
        A TOML file of changes, or a dict of the same form; it may add interventions, too.
    interventions
        Files of one more intervention each, or folders of such files.

    Raises
    ------
    InputError
        With every problem of the files: unknown keys (and the nearest valid), units, ranges, missing sources.
    """
    scenario = built_in()
    if path is None and not interventions:
        return scenario
    file = "" if path is None else "scenario" if isinstance(path, Mapping) else str(path)
    read = Reading(dict(scenario.quantities), dict(scenario.texts), [])
    written = deepcopy(dict(path)) if isinstance(path, Mapping) else read_toml(Path(path)) if path is not None else {}
    document = in_model_prices(written, file, read.problems)
    groups = {*GROUPS, "ladder"}
    for key in document:
        if key in groups:
            read.problems.append(f"{file}: unknown key '{key}'. It stands under parameters: [parameters.{key}.NAME].")
        elif key not in _KEYS:
            read.problems.append(f"{file}: unknown key '{key}'.{hint(key, _KEYS)}")
    added = _added(document, file, interventions, read.problems)
    title = document.get("title", _title(scenario, path, added))
    if not isinstance(title, str):
        read.problems.append(f"{file}: title = {shown(title)}. Write a text in quotes.")
    for branch, prefix in _BRANCHES.items():
        table = document.get(branch, {})
        table = changes_only(table, _built_in_names()) if branch == "interventions" else table
        for record_path, record in records_in(table, branch, file, read.problems):
            lay_over(read, prefix, record_path, record, f"{file}: {branch}.")
    for own in added:
        _add(read, own)
    for name in sorted(own.name for own in added):  # in an order that hangs on nothing but names
        read.texts.update({path: read.texts.pop(path) for path in [f"interventions.{name}"] if path in read.texts})
    dated, same = read_dated(document.get(DATED, []), file, read.quantities, read.problems)
    if read.problems:
        raise InputError(read.problems)
    made = _assemble(str(title), read.quantities, read.texts, scenario.places, f"{file}: " if file else "")
    said = notices(
        file or "added interventions", scenario.quantities, made.quantities, bool(dated) or made.texts != scenario.texts
    )
    said += tuple(f"{file}: {path}: the value from its date on is that of before, so nothing changes." for path in same)
    return replace(made, notes=said, dated=dated)


def select(scenario: Scenario, wanted: Iterable[str]) -> Scenario:
    """Keep a part of the country: municipality codes or names, two-digit county codes or county names."""
    return replace(scenario, places=part(scenario.places, wanted))


@cache
def built_in() -> Scenario:
    """Read the data files that come with the model."""
    return _assemble("Sweden", *as_written(), sweden(), "")


def _added(document: Mapping[str, Any], file: str, more: Sequence[Path | str], problems: list[str]) -> list[Own]:
    """Find the interventions that a scenario adds: its own tables, the files that it names, and further ones."""
    named = document.get(FILES, [])
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        problems.append(
            f'{file}: {FILES} = {shown(named)}. Write a list of files or folders, such as ["our-course.toml"].'
        )
        named = []
    paths = [*(Path(file).parent / each for each in named), *map(Path, more)]
    return own_interventions(document.get("interventions", {}), file, paths, _built_in_names(), problems)


def _built_in_names() -> list[str]:
    return [item.name for item in built_in().interventions]


def _title(scenario: Scenario, path: Path | str | Mapping[str, Any] | None, added: Sequence[Own]) -> str:
    """Say what a scenario without a title is."""
    by = "a dict" if isinstance(path, Mapping) else Path(path).name if path is not None else ""
    changed = f", changed by {by}" if by else ""
    return f"{scenario.title}{changed}" + (f", with {', '.join(each.name for each in added)}" if added else "")


def _add(read: Reading, own: Own) -> None:
    """Add an intervention: whole, under the same checks as a built-in file, or as another one with changes."""
    path, like = f"interventions.{own.name}", f"interventions.{own.like}"
    if not own.like:
        read_whole(read, own.name, own.texts, own.records, own.where)
    elif like in read.texts:
        read.texts[path] = {**read.texts[like], **own.texts}
        for old in [old for old in read.quantities if old.startswith(f"{like}.")]:
            read.quantities[path + old.removeprefix(like)] = read.quantities[old]
        for key, record in records_in(own.records, "", own.where.rstrip(".: "), read.problems):
            lay_over(read, f"{path}.", key, record, own.where)


def _assemble(
    title: str, quantities: Mapping[str, Quantity], texts: Mapping[str, Any], places: Places, where: str
) -> Scenario:
    """Check quantities and put them together."""
    checked, groups = groups_of(quantities, texts, where)
    return Scenario(title=title, places=places, quantities=checked, texts=texts, **groups)


def _literal(path: str, q: Quantity) -> Value:
    """Give a value as the hash has it: numbers that are equal are written alike, as the built-in files write them."""
    old = as_written()[0].get(path)
    if old is None or len(old.entries) != len(q.entries):
        return q.value
    pairs = zip(q.entries, old.entries, strict=True)
    alike = tuple(was if each == was else each for each, was in pairs)
    return alike if isinstance(q.value, tuple) else alike[0]


def _dated_literal(each: Dated) -> list[Any]:
    """Give a change with a date as the hash has it."""
    of = each.quantity
    return [each.year, each.path, each.factor, *([of.value, of.price_year] if of is not None else [])]


def _apply(change: Change, old: Quantity) -> float:
    """Apply one change of a design to one number, within its range."""
    before, by = float(old.entries[0]), float(change.value.entries[0])
    after = {"times": before * by, "add": before + by, "set": by}[change.how]
    held = min(max(after, float(old.range[0])), float(old.range[1]))
    return round(held) if isinstance(old.value, int) and held == int(held) else held


def luck(seed: int, path: str) -> float:
    """Return the number in (0, 1) at which a parameter is drawn in the world of a seed."""
    name = int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest())
    return float(np.random.default_rng([seed, name]).random())


def _held(q: Quantity, value: Value) -> Quantity:
    """Give a quantity another value, within its range; whole numbers stay whole."""
    many = value if isinstance(value, tuple) else (value,)
    held = tuple(min(max(each, q.range[0]), q.range[1]) for each in many)
    whole = tuple(
        round(each) if isinstance(old, int) and each == int(each) else each
        for each, old in zip(held, q.entries, strict=False)
    )
    return q.model_copy(update={"value": whole if isinstance(value, tuple) else whole[0]})
