"""What the page runs: one frozen set of choices, changed only as a whole and checked before anything is built.

Choices are those of `stupror run`, so that what was seen can be run again from the command line: `scenario_toml`,
`design_toml` and `command` write them down. Sliders come from the ranges that parameters and contract terms declare.
Read by `pair` and `page`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ....model.contracts import Design, design_names, terms
from ....model.inputs.errors import InputError, hint
from ....model.inputs.parameters import INTERVENTION_TEXTS, OWNER_KEYS
from ....model.inputs.scenario import Scenario, load_scenario, select
from ....model.model import check_design
from ...runs.around import reads_the_country, whole_county
from ...runs.limits import FIRST_SEED, LAST_SEED, MOST_YEARS, USUAL_YEARS, within
from .. import words as texts
from . import contract_file
from .numbers import Rows

# Parameters with a slider of their own.
PARAMETERS = ("committee.other_regarding", "board.other_regarding", "region.other_regarding", "committee.horizon")
# Designs that come first in the list.
BESIDE = "status-quo"  # what every design is seen beside
FIRST = ("state-outcomes-fund", "municipal-fund", "municipal-fund-repayment", "planner", "status-quo")
LANGUAGES = ("en", "sv")
Inputs = dict[str, dict[str, Any]]  # by name: type, label, value and what the type needs
SET_HERE = "set in stupror view"
_STEPS = (1000.0, 100.0, 50.0, 10.0, 5.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001)
_FEWEST_STEPS = 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a world depends on, as `stupror run` takes it."""

    scenario: Scenario = field(default_factory=load_scenario, repr=False)
    place: str = "10"  # as --municipalities: empty is all of Sweden; of one municipality, all of its county is lived
    design: str = "state-outcomes-fund"  # name, or path of a file
    years: int = USUAL_YEARS
    seed: int = FIRST_SEED
    point: bool = False  # central values, not the likely world of the seed
    values: Mapping[str, float] = field(default_factory=dict)  # changed parameters, by path
    terms: Mapping[str, float] = field(default_factory=dict)  # changed numbers of the contract, as in `funding.terms`

    def read(self) -> tuple[Scenario, Design]:
        """Build design and scenario: of what is lived, with parameters at their central values.

        Raises
        ------
        InputError
            With everything that is wrong with the choices.
        """
        problems = [within("years", self.years, 1, MOST_YEARS), within("seed", self.seed, 0, LAST_SEED)]
        if found := [problem for problem in problems if problem is not None]:
            raise InputError(found)
        spec = self.scenario
        for path, value in self.values.items():
            spec = spec.replace(path, value)
        design = contract_file.load(self.design, self.terms)
        if self.place:
            part = select(spec, self.place.split(","))
            if self.alone:
                part = spec if reads_the_country(design, spec) else whole_county(part, spec)
            spec = part
        check_design(design, spec)
        return spec, design

    @property
    def alone(self) -> str:
        """Code of the one municipality that is looked at, if it is one of several in its county; empty else."""
        if not self.place:
            return ""
        part = select(self.scenario, self.place.split(","))
        one = len(part.places.codes) == 1 and len(whole_county(part, self.scenario).places.codes) > 1
        return part.places.codes[0] if one else ""

    def rows(self, lived: Scenario) -> tuple[Rows, Rows]:
        """Rows of what is looked at in the scenario that is lived, and of what is on the map around it."""
        places, every = lived.places, np.arange(len(lived.places.codes))
        if not self.alone:
            return every, every
        here = places.codes.index(self.alone)
        return every[[here]], every[np.array(places.county_codes) == places.county_codes[here]]


def changed(before: Settings, given: Mapping[str, Any]) -> Settings:
    """Take over what some of the page's inputs hold, by the names of `inputs`.

    Another design comes with its own terms: those of the earlier one are forgotten.

    Raises
    ------
    InputError
        If the seed is no whole number, or a place or design is not among the choices.
    """
    seed = str(given.get("seed", before.seed)).strip()
    if not seed.removeprefix("-").isdecimal():
        raise InputError([f"seed is '{seed}'. Give a whole number from 0 to {LAST_SEED}."])
    usual = {path: before.scenario.quantities[path].value for path in PARAMETERS}
    after = replace(
        before,
        place=_chosen(given.get("place"), places(before), before.place),
        design=_chosen(given.get("design"), designs(before), before.design),
        years=int(given.get("years", before.years)),
        seed=int(seed),
        point=_chosen(given.get("world"), worlds(), "point" if before.point else "likely") == "point",
        values=_moved({**before.values, **given}, usual),
    )
    if after.design != before.design:
        return replace(after, terms={})
    usual = {name: quantity.value for name, quantity in terms(contract_file.load(before.design)).items()}
    return replace(after, terms=_moved({**before.terms, **given}, usual))


def inputs(settings: Settings, language: str, say: Mapping[str, str]) -> tuple[Inputs, Inputs, Inputs]:
    """Describe the inputs of the page in the form that Mesa's page reads: what and how, the contract's terms, the rest.

    Choices, sliders over declared ranges, and a text for the seed.
    """
    what = {"design": _select(say["design"], designs(settings), settings.design, language)}
    contract = terms(contract_file.load(settings.design))
    parties = [name for name in contract if name.startswith("finance.") and name.endswith(".share")]
    of_contract: Inputs = {}
    for name, quantity in contract.items():
        if len(parties) > 1 or name not in parties:  # who pays all alone has nothing to choose
            value = settings.terms.get(name, quantity.value)
            of_contract |= _slider(name, term_label(name, say), quantity.range, value)
    rest: Inputs = {}
    for path in PARAMETERS:
        quantity = settings.scenario.quantities[path]
        rest |= _slider(path, say[f"parameter {path}"], quantity.range, settings.values.get(path, quantity.value))
    rest |= _slider("years", say["years"], (1, MOST_YEARS), settings.years)
    rest["seed"] = {"type": "InputText", "label": say["seed"], "value": str(settings.seed)}
    world = {name: say[f"world {name}"] for name in worlds()}
    rest["world"] = {
        "type": "Select",
        "label": say["world"],
        "value": world["point" if settings.point else "likely"],
        "values": list(world.values()),
    }
    return what, of_contract, rest


def places(settings: Settings) -> dict[str, dict[str, str]]:
    """Places to choose from: for each `--municipalities` what it is called in each language."""
    every = settings.scenario.places
    result = {"": {"en": "All Sweden", "sv": "Hela Sverige"}}
    counties = {code: every.counties[code] for code in dict.fromkeys(every.county_codes)}
    ones = dict(sorted(zip(every.codes, every.names, strict=True)))
    result |= {code: dict.fromkeys(LANGUAGES, name) for code, name in {**counties, **ones}.items()}
    return result if settings.place in result else {settings.place: dict.fromkeys(LANGUAGES, settings.place), **result}


@cache
def worlds() -> dict[str, dict[str, str]]:
    """Worlds to choose from: the likely one that goes with the seed, or central values; in the words of the page."""
    return {name: {of: texts.words(of)[f"world {name}"] for of in LANGUAGES} for name in ("likely", "point")}


def designs(settings: Settings) -> dict[str, dict[str, str]]:
    """Designs to choose from, by name or path, with their titles; those that a run cannot carry out are left out."""
    return {settings.design: _titles(contract_file.load(settings.design)), **_built_in_designs()}


@cache
def _built_in_designs() -> dict[str, dict[str, str]]:
    """Designs that come with the model and can be run: first those that are compared by default, then by title."""
    result = {}
    for name in [*FIRST, *(name for name in design_names() if name not in FIRST)]:
        design = contract_file.load(name)
        try:
            check_design(design, load_scenario())
        except InputError:
            continue
        result[name] = _titles(design)
    return result


def _titles(design: Design) -> dict[str, str]:
    return {"en": design.title, "sv": design.title_sv}


def term_label(name: str, words: Mapping[str, str]) -> str:
    """Say a number of a contract in words; one that has none keeps its name.

    A name is `clause.KIND.TERM` or `clause.KIND-2.TERM` for the second of a kind, `GROUP.ABOUT.TERM` else.
    """
    group, _, rest = name.partition(".")
    about, _, term = rest.rpartition(".")
    kind, _, number = about.partition("-")
    said = words.get(f"term clause.{kind}.{term}" if group == "clause" else f"term {group}.{term}")
    if said is None:
        return name
    text = said.format(about=words.get(about, about.replace("_", " ")))
    return f"{text} ({number})" if group == "clause" and number else text


def scenario_toml(settings: Settings) -> str:
    """Write what differs from the built-in scenario as a scenario file; empty if nothing does."""
    built_in, spec = load_scenario(), settings.read()[0]
    document = _words_changed(spec, built_in)
    for path, quantity in spec.quantities.items():
        if quantity == built_in.quantities.get(path):
            continue
        record = quantity.model_dump(mode="json", exclude_none=True)
        if path in settings.values:
            record["source"] = f"{SET_HERE}; before: {record['source']}"
        branch = path.split(".")[0]
        *above, last = path.split(".") if branch in ("interventions", "costs") else ["parameters", *path.split(".")]
        here = document
        for key in above:
            here = here.setdefault(key, {})
        here[last] = record
    if spec.dated:
        document["changes"] = [each.record() for each in spec.dated]
    return contract_file.as_toml({"title": spec.title, **document}) if document else ""


def _words_changed(spec: Scenario, built_in: Scenario) -> dict[str, Any]:
    """Give owners that were changed, and the words of interventions that were added, as a scenario file has them."""
    document: dict[str, Any] = {}
    for path, words in spec.texts.items():
        before = built_in.texts.get(path, {})
        if words == before or not path.startswith("interventions."):
            continue
        owners = {
            key: {"value": words[key], "source": words[f"{key}_source"]}
            for key in OWNER_KEYS
            if words[key] != before.get(key, "")
        }
        texts = {} if before else {key: words[key] for key in INTERVENTION_TEXTS}
        document.setdefault("interventions", {})[words["name"]] = texts | owners
    return document


def design_toml(settings: Settings) -> str:
    """Write the design as a design file, with the name that `design_file` gives it."""
    contract = contract_file.changed(contract_file.document(settings.design), settings.terms, SET_HERE)
    return contract_file.as_toml({**contract, "name": Path(design_file(settings)).stem})


def design_file(settings: Settings) -> str:
    """Name of the exported design file; a contract that is not a file as it stands gets a name of its own."""
    stem = Path(settings.design).stem if settings.design.endswith(".toml") else settings.design.replace("+", "-with-")
    return f"{stem}{'-changed' if settings.terms else ''}.toml"


def command(settings: Settings) -> str:
    """Write the command that compares the same two worlds, with the exported files beside it where they are needed."""
    built_in = not settings.terms and ".toml" not in settings.design
    designs_of = ",".join(dict.fromkeys((BESIDE, settings.design if built_in else design_file(settings))))
    changed_scenario = scenario_toml(settings)
    if settings.alone:
        start = [f"stupror municipality {settings.alone}", *(["--scenario scenario.toml"] if changed_scenario else [])]
    else:
        start = ["stupror compare", *(["scenario.toml"] if changed_scenario else [])]
    parts = [
        *start,
        f"--designs {designs_of}",
        *([f'--municipalities "{settings.place}"'] if settings.place and not settings.alone else []),
        f"--years {settings.years} --seeds 1 --seed {settings.seed}",
        *(["--point"] if settings.point else []),
        "--out out/seen",
    ]
    return " ".join(parts)


def _chosen(text: Any, choices: Mapping[str, Mapping[str, str]], before: str) -> str:
    """Find the choice that goes by a name in any language."""
    if text is None:
        return before
    for key, names in choices.items():
        if text in (key, *names.values()):
            return key
    known = [name for names in choices.values() for name in names.values()]
    raise InputError([f"'{text}' is not among the choices.{hint(str(text), known)}"])


def _moved(given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, float]:
    """Numbers that were moved away from their usual values; whole ones stay whole."""
    result = {}
    for name, value in usual.items():
        number = round(float(given.get(name, value)), 6)
        if not math.isclose(number, value, rel_tol=1e-6, abs_tol=1e-6):  # a slider's own rounding moves nothing
            result[name] = int(number) if isinstance(value, int) and number.is_integer() else number
    return result


def _select(label: str, choices: Mapping[str, Mapping[str, str]], chosen: str, language: str) -> dict[str, Any]:
    names = {key: each[language] for key, each in choices.items()}
    return {"type": "Select", "label": label, "value": names.get(chosen, chosen), "values": list(names.values())}


def _slider(name: str, label: str, bounds: Any, value: Any) -> dict[str, Any]:
    """Describe a slider over a declared range; nothing if the range is a single point."""
    low, high = bounds
    if low >= high:
        return {}
    whole = all(isinstance(each, int) for each in (low, high, value)) and high - low > 1
    step = 1 if whole else _step(float(low), float(high), float(value))
    kind, number = ("SliderInt", int) if whole else ("SliderFloat", float)
    return {
        name: {
            "type": kind,
            "label": label,
            "value": number(value),
            "min": number(low),
            "max": number(high),
            "step": step,
        }
    }


def _step(low: float, high: float, value: float) -> float:
    """Give the widest step on which the ends and the present value lie, so that no slider moves by itself.

    Where none of the usual steps does, the present value alone lies on it.
    """
    for step in _STEPS:
        on_grid = all(abs(each / step - round(each / step)) < 1e-6 for each in (high - low, value - low))
        if on_grid and (high - low) / step >= _FEWEST_STEPS:
            return step
    hundredths = round(100 * (value - low) / (high - low))
    return (value - low) / hundredths if hundredths else (high - low) / 100
