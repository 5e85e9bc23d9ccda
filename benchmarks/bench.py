"""How fast the model is: its yearly kernel, against children as Mesa agents, and the country as a whole.

    .venv/bin/python benchmarks/bench.py

Prints a report; its last line is one JSON object. Cases run in turn, A B C A B C, and medians are compared, so that a
busy neighbour slows all of them alike. `README.md` says how to read it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from statistics import median

import mesa
import numpy as np
from mesa_children import MesaChildren

from stupror.model.children import lifecourse, need
from stupror.model.children.ladder import LAST_AGE, N_AGES, N_LEVELS, build_ladder, kernel_tables
from stupror.model.children.population import build_population
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import Scenario, load_scenario, select
from stupror.model.model import PreventionModel, simulate
from stupror.model.money.ledger import Entry

SEED, START, YEARS, DESIGN = 1, 2020, 30, "state-outcomes-fund"
COUNTIES = {"10": "Blekinge", "12": "Skåne"}  # a small and a large one; the second gives the figure
COUNTY_YEARS = 8
MESA_ROUNDS = 3  # children as agents take twenty seconds a round

Times = dict[str, float]


class Kernels:
    """The children of the national run, laid out as `PreventionModel` does, and the kernel that moves them."""

    def __init__(self, spec: Scenario) -> None:
        self.people, ladder = build_population(spec.places, START, YEARS), build_ladder(spec.ladder)
        self.tables = kernel_tables(ladder, need.states_at_birth(spec.places, spec.ladder))
        self.n = self.people.codes.size
        self.counts = np.zeros((self.n, N_AGES, N_LEVELS), np.int32)
        births, sizes = self.people.births_from, self.people.cohort_sizes().sum(axis=0)
        self.before, self.after = range(births, START), range(START, START + YEARS)
        alive = [
            sizes[max(0, year - births - LAST_AGE) : year - births + 1].sum() for year in (*self.before, *self.after)
        ]
        self.years_before, self.years_after = int(sum(alive[: len(self.before)])), int(sum(alive[len(self.before) :]))

    def live(self, threads: int) -> Times:
        """Live all years; seconds of those before the first budget year, and of the budget years."""
        times = []
        for years in (self.before, self.after):
            begin = time.perf_counter()
            for year in years:
                self._one_year(year, threads)
            times.append(time.perf_counter() - begin)
        return {"before": times[0], "budget": times[1], "all": sum(times)}

    def _one_year(self, year: int, threads: int) -> None:
        people, kernel = self.people, lifecourse.live_untreated
        now, tables = lifecourse.When(year, SEED), lifecourse.Untreated(*self.tables)
        arguments = (now, people.homes, people.state, tables, self.counts)
        if threads == 1:
            kernel(0, self.n, *arguments)
            return
        goals = np.linspace(0, people.n_children, threads + 1)[1:-1]
        cuts = [0, *np.searchsorted(people.offsets[:, 0], goals).tolist(), self.n]
        with ThreadPoolExecutor(threads) as pool:
            parts = [pool.submit(kernel, cuts[i], cuts[i + 1], *arguments) for i in range(threads)]
            for part in parts:
                part.result()


def run(kind: type[PreventionModel], spec: Scenario, years: int, threads: int = 1) -> tuple[PreventionModel, Times]:
    """Build a model and step it; return it with the seconds of both."""
    begin = time.perf_counter()
    model = kind(spec, load_design(DESIGN), SEED, years, START, threads)
    built = time.perf_counter()
    for _ in range(years):
        model.step()
    end = time.perf_counter()
    return model, {"build": built - begin, "steps": end - built, "all": end - begin}


def lived(model: PreventionModel) -> int:
    """Child-years that a model has lived in its budget years."""
    return sum(int(untreated.sum() + shadows.sum()) for untreated, shadows, _ in model.state.children.history)


def in_turn(cases: dict[str, Callable[[], Times]], rounds: int, few: tuple[str, ...]) -> dict[str, Times]:
    """Run the cases in turn, the `few` in no more than MESA_ROUNDS rounds; return the median of each of their times."""
    seen: dict[str, list[Times]] = {name: [] for name in cases}
    for number in range(rounds):
        for name, case in cases.items():
            if name not in few or number < MESA_ROUNDS:
                gc.collect()
                seen[name].append(case())
    return {name: {key: median(t[key] for t in times) for key in times[0]} for name, times in seen.items()}


def warm_up(spec: Scenario) -> None:
    """Compile, or load from the cache, everything that is timed."""
    simulate(spec, load_design(DESIGN), seed=SEED, years=8, detail=False)
    Kernels(spec).live(1)


def compare(model: PreventionModel, agents: PreventionModel) -> str:
    """Say how far the two worlds tell the same story."""
    same = all(
        np.array_equal(a, b) for a, b in zip(model.state.children.history, agents.state.children.history, strict=True)
    )
    same &= np.array_equal(model.state.projects.sums, agents.state.projects.sums)
    same &= same_books(model.state.books.ledger.entries, agents.state.books.ledger.entries)
    enrolled = (model.state.children.participants.n, agents.state.children.participants.n)
    if same and enrolled[0] == enrolled[1]:
        return (
            f"Both worlds are the same, child for child: every count by year, municipality, age and level, "
            f"{enrolled[0]:,} enrolled, {model.state.projects.n} projects, every krona that was measured, true or "
            "booked."
        )
    lives = [each.state.children.history for each in (model, agents)]
    levels = [np.sum([year[0] + year[2] for year in each], axis=(0, 1, 2)) for each in lives]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(levels[0] - levels[1]) / np.sqrt(np.maximum(levels[0], 1))
    return (
        f"THE WORLDS DIFFER. Child-years by level: {levels[0].tolist()} and {levels[1].tolist()} "
        f"(at most {z.max():.1f} standard errors), enrolled: {enrolled[0]:,} and {enrolled[1]:,}. "
        "Same draws, same rules: look for a rule that was changed on one side only."
    )


def same_books(some: list[Entry], others: list[Entry]) -> bool:
    """Say whether two ledgers hold the same entries in the same order."""
    return len(some) == len(others) and all(
        np.array_equal(getattr(a, each.name), getattr(b, each.name))
        for a, b in zip(some, others, strict=True)
        for each in fields(Entry)
    )


def bytes_of_state(model: PreventionModel) -> tuple[float, float]:
    """Bytes per child of the children's and the participants' arrays: in use, and if every child were a participant."""
    people, helped = model.state.children.population, model.state.children.participants
    arrays = (
        people.state,
        people.participant,
        people.free_from,
        people.offsets,
        people.codes,
        model.state.children.found,
    )
    fixed = sum(array.nbytes for array in arrays) / people.n_children
    return fixed + helped.bytes_each * helped.n / people.n_children, fixed + helped.bytes_each


def main() -> None:
    """Measure everything and print the report."""
    parser = argparse.ArgumentParser(description="Measure the model's speed; the last line printed is one JSON object.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all cases (default 5)")
    rounds = max(parser.parse_args().rounds, 1)
    sweden = load_scenario()
    once = sweden.with_values({"project.drop_out": 0.0, "project.programmes": 1})  # as `mesa_children` has it
    counties = {code: select(once, [code]) for code in COUNTIES}
    begin = time.perf_counter()
    warm_up(counties["10"])
    print(
        f"Python {platform.python_version()}, Mesa {mesa.__version__}, NumPy {np.__version__}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}. Medians of {rounds} interleaved rounds; "
        f"compiling or loading kernels took {time.perf_counter() - begin:.1f} s and is not counted.\n"
    )
    if os.getloadavg()[0] > (os.cpu_count() or 1) - 1.5:
        print("NO CORE IS IDLE: figures on two threads mean nothing, and no seconds can be trusted.\n")
    kernels = Kernels(sweden)
    last: dict[str, PreventionModel] = {}

    def model(name: str, kind: type[PreventionModel], spec: Scenario, years: int, threads: int = 1) -> Times:
        old = last.pop(name, None)
        del old  # before the next is built: two worlds of agents would fill the memory
        gc.collect()
        last[name], times = run(kind, spec, years, threads)
        return times

    def with_tables() -> Times:
        start = time.perf_counter()
        simulate(sweden, load_design(DESIGN), seed=SEED, years=YEARS, detail=False)
        return {"all": time.perf_counter() - start}

    cases: dict[str, Callable[[], Times]] = {
        "one": lambda: kernels.live(1),
        "two": lambda: kernels.live(2),
        "national": lambda: model("national", PreventionModel, sweden, YEARS),
        "tables": with_tables,
        "national_two": lambda: model("national_two", PreventionModel, sweden, YEARS, 2),
    }
    for code, county in counties.items():
        cases[f"model {code}"] = lambda c=code, s=county: model(f"model {c}", PreventionModel, s, COUNTY_YEARS)
        cases[f"agents {code}"] = lambda c=code, s=county: model(f"agents {c}", MesaChildren, s, COUNTY_YEARS)
    t = in_turn(cases, rounds, tuple(name for name in cases if name.startswith("agents")))
    figures: dict[str, float] = {}
    for section in (_kernel, _against_agents, _national, _state):
        print("\n".join(section(t, kernels, last, figures)), end="\n\n")
    print(json.dumps(figures))


Section = list[str]
Models = dict[str, PreventionModel]


def _kernel(t: dict[str, Times], kernels: Kernels, last: Models, figures: dict[str, float]) -> Section:
    """(a) The yearly kernel."""
    lines = [f"(a) Yearly kernel, all of Sweden, {YEARS} budget years, {kernels.years_after / 1e6:.0f} M child-years"]
    for name, what in (("one", "1 thread"), ("two", "2 threads")):
        speed = kernels.years_after / t[name]["budget"]
        lines.append(f"    {what:12}{speed / 1e6:8.1f} M child-years/s {1e9 / speed:6.2f} ns each")
    figures["child_years_per_second_1"] = round(kernels.years_after / t["one"]["budget"])
    figures["child_years_per_second_2"] = round(kernels.years_after / t["two"]["budget"])
    return lines


def _against_agents(t: dict[str, Times], kernels: Kernels, last: Models, figures: dict[str, float]) -> Section:
    """(b) The whole model against children as Mesa agents."""
    lines = [
        f"(b) Whole model against children as Mesa agents: {COUNTY_YEARS} years of all nine steps, design {DESIGN}"
    ]
    national = lived(last["national"]) / t["national"]["steps"]
    for code, name in COUNTIES.items():
        model, agents = t[f"model {code}"], t[f"agents {code}"]
        years = lived(last[f"model {code}"])
        ratio, of_agents = agents["steps"] / model["steps"], years / agents["steps"]
        lines += [
            f"    {name}, {years / COUNTY_YEARS:,.0f} lives a year",
            f"      agents {agents['steps']:8.3f} s {of_agents / 1e6:8.3f} M child-years/s (building: "
            f"{agents['build']:.2f} s, childhoods before the start in it)",
            f"      model  {model['steps']:8.3f} s {years / model['steps'] / 1e6:8.3f} M child-years/s (building: "
            f"{model['build']:.2f} s)",
            f"      {ratio:.0f} times faster at the same size; {agents['all'] / model['all']:.0f} with building both; "
            f"{national / of_agents:.0f} per child-year of the national run ({national / 1e6:.1f} M child-years/s)",
            f"      {compare(last[f'model {code}'], last[f'agents {code}'])}",
        ]
    lines.append(f"    The JSON has the ratio at the same size in {name}, the larger county.")
    figures["speedup_over_mesa_agents"] = round(ratio, 1)
    return lines


def _national(t: dict[str, Times], kernels: Kernels, last: Models, figures: dict[str, float]) -> Section:
    """(c) A national run against the kernel alone."""
    one, run_ = t["one"], t["national"]
    before, everything = kernels.years_before, kernels.years_before + kernels.years_after
    figures["national_over_kernel"] = round(run_["all"] / one["all"], 2)
    each = 1e9 * run_["all"] / lived(last["national"])
    figures["national_ns_per_child_year"] = round(each, 1)

    def line(what: str, seconds: float, kernel: float) -> str:
        return f"    {what:44}{seconds:7.2f} s {seconds / kernel:7.2f} x kernel's {kernel:.2f} s"

    return [
        f"(c) All of Sweden, {YEARS} years, {everything / 1e6:.0f} M child-years, of which {before / 1e6:.0f} M before "
        "the first budget year",
        line("construction + steps (the JSON's)", run_["all"], one["all"]) + ", both with the years before",
        line("steps only", run_["steps"], one["budget"]) + ", both without",
        line("simulate(detail=False), with result tables", t["tables"]["all"], one["all"]) + ", both with",
        f"    construction + steps of {lived(last['national']) / 1e6:.0f} M child-years: {each:.1f} ns each",
        line("construction + steps, 2 threads", t["national_two"]["all"], t["two"]["all"]) + " on 2 threads, both with",
    ]


def _state(t: dict[str, Times], kernels: Kernels, last: Models, figures: dict[str, float]) -> Section:
    """(d) Memory."""
    model = last["national"]
    used, held = bytes_of_state(model)
    figures["bytes_per_child"] = round(used, 1)
    return [
        f"(d) State: {used:.1f} bytes per child in use, {held:.1f} if every child took part; "
        f"{model.state.children.population.n_children:,} children, {model.state.children.participants.n:,} participants"
    ]


if __name__ == "__main__":
    main()
