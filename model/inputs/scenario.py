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
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..data import DATA
from .change import Change
from .errors import InputError, hint, shown
from .own.interventions import FILES, LIKE, Own, changes_only, own_interventions
from .parameters import (
    GROUPS,
    INTERVENTION_TEXTS,
    KINDS,
    OWNER_KEYS,
    OWNERS,
    PAYERS,
    BeliefParameters,
    BoardParameters,
    BudgetParameters,
    ChoiceParameters,
    CommitteeParameters,
    CostParameters,
    DetectionParameters,
    DiffusionParameters,
    DiscountParameters,
    InterventionParameters,
    InvestorParameters,
    LadderParameters,
    ProjectParameters,
    ProviderParameters,
    RegionParameters,
    ServiceParameters,
    TaxParameters,
)
from .places import Places, part, price_factors, sweden
from .quantity import Quantity, Value, decimal, read_quantity, read_toml, spell, text_of
from .reading.records import in_model_prices, laid_over, notices, unit_problem

LAST_AGE = 64
COST_TEXTS = ("title", "payer", "kind", "ages")
_BRANCHES = {"parameters": "", "interventions": "interventions.", "costs": "costs."}  # of a file -> of paths
_KEYS = ("title", FILES, *_BRANCHES)
_CHANGEABLE = ("value", "unit", "range", "distribution", "source", "price_year", "note")
_MATRICES = ("ladder.adult_20_29", "ladder.adult_30_44", "ladder.adult_45_64")


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

    def hash(self) -> str:
        """Digest of everything that a run depends on: equal content, equal hash."""
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
            _own(words, key, {"value": value, "source": "changed"}, path, problems)
            if problems:
                raise InputError(problems)
            return _assemble(self.title, self.quantities, {**self.texts, name: words}, self.places, "")
        if path not in self.quantities:
            raise InputError([f"{path}: there is no such parameter.{hint(path, self.quantities)}"])
        problems = []
        record = self.quantities[path].model_dump() | {"value": value}
        quantity = read_quantity(record, path, problems)
        if quantity is None:
            raise InputError(problems)
        return _assemble(self.title, {**self.quantities, path: quantity}, self.texts, self.places, "")

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
        return _assemble(self.title, changed, self.texts, self.places, "")

    def with_quantities(self, quantities: Mapping[str, Quantity], texts: Mapping[str, Any] | None = None) -> "Scenario":
        """Return the scenario with these parameters, ranges and sources included, in place of its own.

        `texts` are those of interventions by path, for owners that were changed and for interventions that are added.

        Raises
        ------
        InputError
            If a path is unknown or a quantity does not fit it.
        """
        every = {**self.texts, **(texts or {})}
        return _assemble(self.title, {**self.quantities, **quantities}, every, self.places, "")

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
        return _assemble(self.title, quantities, self.texts, self.places, "") if quantities != self.quantities else self

    def draw(self, seed: int, held: Collection[str] = ()) -> "Scenario":
        """Return the scenario with every parameter drawn from its distribution, one world per seed.

        The luck of a parameter is named by its path: others that come or go leave it as it is. Those that are `held`
        keep their value.
        """
        drawn = {
            p: q if p in held else q.model_copy(update={"value": q.quantile(luck(seed, p))})
            for p, q in self.quantities.items()
        }
        return _assemble(self.title, drawn, self.texts, self.places, "")

    def table(self) -> list[dict[str, str]]:
        """List every parameter as a row of texts: path, value, unit, range, distribution, source, meaning."""
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
    read = _Reading(dict(scenario.quantities), dict(scenario.texts), [])
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
        for record_path, record in _records(table, branch, file, read.problems):
            _lay_over(read, prefix, record_path, record, f"{file}: {branch}.")
    for own in added:
        _add(read, own)
    for name in sorted(own.name for own in added):  # in an order that hangs on nothing but names
        read.texts.update({path: read.texts.pop(path) for path in [f"interventions.{name}"] if path in read.texts})
    if read.problems:
        raise InputError(read.problems)
    made = _assemble(str(title), read.quantities, read.texts, scenario.places, f"{file}: " if file else "")
    said = notices(file or "added interventions", scenario.quantities, made.quantities, made.texts != scenario.texts)
    return replace(made, notes=said)


def select(scenario: Scenario, wanted: Iterable[str]) -> Scenario:
    """Keep a part of the country: municipality codes or names, two-digit county codes or county names."""
    return replace(scenario, places=part(scenario.places, wanted))


# ---------------------------------------------------------------------- reading


@cache
def built_in() -> Scenario:
    """Read the data files that come with the model."""
    return _assemble("Sweden", *_as_written(), sweden(), "")


@cache
def _as_written() -> tuple[dict[str, Quantity], dict[str, Any]]:
    """Quantities and texts as the data files have them."""
    quantities: dict[str, Quantity] = {}
    texts: dict[str, Any] = {}
    problems: list[str] = []
    flat = {"parameters.toml": "", "diffusion.toml": "diffusion.", "ladder.toml": "ladder."}
    for name, prefix in flat.items():
        for path, record in _records(read_toml(DATA / name), "", name, problems):
            _keep(quantities, prefix + path, record, name, problems)
    read = _Reading(quantities, texts, problems)
    for file in sorted((DATA / "interventions").glob("*.toml")):
        document = read_toml(file)
        words = {key: document.pop(key, None) for key in INTERVENTION_TEXTS}
        _read_whole(read, file.stem, words, document, f"{file.name}: ")
    for name, row in read_toml(DATA / "costs.toml").items():
        texts[f"costs.{name}"] = {key: row.pop(key, None) for key in COST_TEXTS}
        for path, record in _records(row, "", "costs.toml", problems):
            _keep(quantities, f"costs.{name}.{path}", record, "costs.toml", problems)
    if problems:
        raise InputError(problems)
    return quantities, texts


@dataclass(frozen=True)
class _Reading:
    """What has been read so far, by path, and what was wrong with it."""

    quantities: dict[str, Quantity]
    texts: dict[str, Any]
    problems: list[str]


def _read_whole(read: _Reading, name: str, words: Mapping[str, Any], records: Mapping[str, Any], where: str) -> None:
    """Read an intervention with all its numbers and owners; `where` is what messages begin with."""
    rest, own = dict(records), dict(words)
    for key in OWNER_KEYS:
        _own(own, key, rest.pop(key, {}), f"{where}{key}", read.problems)
    read.texts[f"interventions.{name}"] = own
    at = where.removesuffix(": ").removesuffix(".")
    for path, record in _records(rest, "", at, read.problems):
        quantity = read_quantity(record, f"{where}{path}", read.problems)
        if quantity is not None:
            read.quantities[f"interventions.{name}.{path}"] = quantity


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


def _add(read: _Reading, own: Own) -> None:
    """Add an intervention: whole, under the same checks as a built-in file, or as another one with changes."""
    path, like = f"interventions.{own.name}", f"interventions.{own.like}"
    if not own.like:
        _read_whole(read, own.name, own.texts, own.records, own.where)
    elif like in read.texts:
        read.texts[path] = {**read.texts[like], **own.texts}
        for old in [old for old in read.quantities if old.startswith(f"{like}.")]:
            read.quantities[path + old.removeprefix(like)] = read.quantities[old]
        for key, record in _records(own.records, "", own.where.rstrip(".: "), read.problems):
            _lay_over(read, f"{path}.", key, record, own.where)


def _lay_over(read: _Reading, prefix: str, name: str, record: Mapping[str, Any], where: str) -> None:
    """Lay one record of a user over that of the path `prefix` and `name`; `where` is what messages begin with."""
    path = prefix + name
    item, _, key = path.rpartition(".")
    if key in OWNER_KEYS and item in read.texts:
        read.texts[item] = words = dict(read.texts[item])
        _own(words, key, record, where + name, read.problems)
    elif path in read.quantities:
        new = laid_over(read.quantities[path], record, where + name, read.problems)
        if new is not None:
            read.quantities[path] = new
    else:
        valid = [p.removeprefix(prefix) for p in (*read.quantities, *_owner_paths(read.texts)) if p.startswith(prefix)]
        new_one = prefix == "interventions." and prefix + name.partition(".")[0] not in read.texts
        add = f' To add an intervention, write {LIKE} = "..." in its table.' if new_one else ""
        read.problems.append(f"{where.rstrip('.: ')}: unknown key '{name}'.{hint(name, valid)}{add}")


def _owner_paths(texts: Mapping[str, Any]) -> list[str]:
    """Paths of the texts that a scenario may change."""
    return [f"{path}.{key}" for path in texts if path.startswith("interventions.") for key in OWNER_KEYS]


def _own(words: dict[str, Any], key: str, record: Any, where: str, problems: list[str]) -> None:
    """Read who owns an intervention, or shares it ("" for nobody), and where that is from."""
    nobody = ("",) if key == "partner" else ()
    if key == "partner" and record == {}:
        record = {"value": "", "source": "one body runs it"}
    value, source = (record.get(each) if isinstance(record, Mapping) else None for each in ("value", "source"))
    if value not in (*OWNERS, *nobody):
        problems.append(f"{where}: value = {shown(value)} is no body that can own it.{hint(str(value), OWNERS)}")
    if not isinstance(source, str) or not source.strip():
        problems.append(f"{where}: 'source' is missing. Say where the value is from.")
    for other in sorted(set(record) - {"value", "source"} if isinstance(record, Mapping) else ()):
        problems.append(f"{where}: unknown key '{other}'.{hint(str(other), ('value', 'source'))}")
    words |= {key: value, f"{key}_source": source}


def _keep(
    quantities: dict[str, Quantity], path: str, record: Mapping[str, Any], file: str, problems: list[str]
) -> None:
    """Read a record of a built-in file and keep it under its path."""
    quantity = read_quantity(record, f"{file}: {path}", problems)
    if quantity is not None:
        quantities[path] = quantity


def _records(
    tree: Any, where: str, file: str, problems: list[str], path: str = ""
) -> list[tuple[str, Mapping[str, Any]]]:
    """Find the records in nested tables: a table with none but plain values in it is one."""
    if not isinstance(tree, Mapping):
        problems.append(f"{file}: {where or path}: is {shown(tree)}. Write a table such as [{where}.group.name].")
        return []
    found = []
    for key, each in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(each, Mapping) and each and not any(name in each for name in _CHANGEABLE):
            found += _records(each, where, file, problems, here)
        elif isinstance(each, Mapping):
            found.append((here, each))
        else:
            problems.append(
                f"{file}: {where + '.' if where else ''}{here}: is {shown(each)}. Write a table with value and source."
            )
    return found


# ---------------------------------------------------------------------- assembling


def declaration(path: str) -> Mapping[str, Any]:
    """Unit, meaning, size and wholeness that the code declares for a path."""
    group, *rest = path.split(".")
    cls = {"interventions": InterventionParameters, "costs": CostParameters, "ladder": LadderParameters}.get(
        group, GROUPS.get(group)
    )
    declared = {each.name: each.metadata for each in fields(cls) if each.metadata} if cls else {}
    return declared.get(rest[-1] if rest else "", {})


def _assemble(
    title: str, quantities: Mapping[str, Quantity], texts: Mapping[str, Any], places: Places, where: str
) -> Scenario:
    """Check quantities against their declarations and put the plain numbers into their groups."""
    problems: list[str] = []
    quantities = {path: _decimal(path, q) for path, q in quantities.items()}
    numbers = {path: _number(path, q, where, problems) for path, q in quantities.items()}

    def group(cls: Any, prefix: str, **words: Any) -> Any:
        names = {each.name for each in fields(cls) if each.metadata}
        given = {p.removeprefix(prefix): v for p, v in numbers.items() if p.startswith(prefix)}
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
    return Scenario(
        title=title,
        ladder=ladder,
        interventions=tuple(items),
        costs=tuple(rows),
        places=places,
        quantities=quantities,
        texts=texts,
        **groups,
    )


def _decimal(path: str, q: Quantity) -> Quantity:
    """Let what is not counted be decimal numbers: 3 and 3.0 are the same world."""
    declared = declaration(path)
    return q if not declared or declared["whole"] or declared["limits"].problems(q) else decimal(q)


def _literal(path: str, q: Quantity) -> Value:
    """Give a value as the hash has it: numbers that are equal are written alike, as the built-in files write them."""
    old = _as_written()[0].get(path)
    if old is None or len(old.entries) != len(q.entries):
        return q.value
    pairs = zip(q.entries, old.entries, strict=True)
    alike = tuple(was if each == was else each for each, was in pairs)
    return alike if isinstance(q.value, tuple) else alike[0]


def _number(path: str, q: Quantity, where: str, problems: list[str]) -> Any:
    """Give the plain number (or tuple) of a quantity, in prices of 2020, in the declared unit and size."""
    declared = declaration(path)
    if not declared:
        return q.value
    if q.unit != declared["unit"]:
        problems.append(unit_problem(f"{where}{path}", {"unit": q.unit, "source": q.source}, declared["unit"]))
    if len(q.entries) != declared["size"] or isinstance(q.value, tuple) != (declared["size"] > 1):
        has = (
            "is a list"
            if isinstance(q.value, tuple) and declared["size"] == 1
            else f"has {len(q.entries)} number{'s' * (len(q.entries) > 1)}"
        )
        many = f"{declared['size']} numbers, in brackets" if declared["size"] > 1 else "one number, without brackets"
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
    if path in _MATRICES:
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


# ---------------------------------------------------------------------- showing
