"""How fast the model is: against the least that a kernel can do, and against children as Mesa agents.

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
from statistics import median

import mesa
import numpy as np
from bare import live_bare
from mesa_children import MesaChildren

from model import lifecourse
from model.funding import load_design
from model.ladder import LAST_AGE, N_AGES, N_LEVELS, build_ladder
from model.model import PreventionModel, simulate
from model.population import build_population
from model.scenario import Scenario, load_scenario, select

SEED, START, YEARS, DESIGN = 1, 2020, 30, "state-outcomes-fund"
COUNTY, COUNTY_NAME, COUNTY_YEARS = "10", "Blekinge", 8
GOAL = 200  # times faster than children as Mesa agents

Times = dict[str, float]


class Kernels:
    """The children of the national run, laid out as `PreventionModel` does, and the two kernels that move them."""

    def __init__(self, spec: Scenario) -> None:
        self.people, ladder = build_population(spec.places, START, YEARS), build_ladder(spec.ladder)
        self.tables = (
            ladder.birth_threshold,
            ladder.move_threshold,
            ladder.target,
            ladder.not_eligible_threshold,
        )
        self.n = self.people.codes.size
        self.counts = np.zeros((self.n, N_AGES, N_LEVELS), np.int32)
        births, sizes = self.people.births_from, self.people.cohort_sizes().sum(axis=0)
        self.before, self.after = range(births, START), range(START, START + YEARS)
        alive = [
            sizes[max(0, year - births - LAST_AGE) : year - births + 1].sum() for year in (*self.before, *self.after)
        ]
        self.years_before, self.years_after = int(sum(alive[: len(self.before)])), int(sum(alive[len(self.before) :]))

    def live(self, threads: int, *, bare: bool = False) -> Times:
        """Live all years; seconds of those before the first budget year, and of the budget years."""
        times = []
        for years in (self.before, self.after):
            begin = time.perf_counter()
            for year in years:
                self._one_year(year, threads, bare)
            times.append(time.perf_counter() - begin)
        return {"before": times[0], "budget": times[1], "all": sum(times)}

    def _one_year(self, year: int, threads: int, bare: bool) -> None:
        people = self.people
        arguments = (year, SEED, people.births_from, people.codes, people.offsets, people.state, self.tables)
        kernel = live_bare if bare else lifecourse.live_untreated
        arguments = arguments if bare else (*arguments, self.counts)
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
    return sum(int(untreated.sum() + shadows.sum()) for untreated, shadows, _ in model.history)


def in_turn(cases: dict[str, Callable[[], Times]], rounds: int) -> dict[str, Times]:
    """Run the cases in turn and return the median of each of their times."""
    seen: dict[str, list[Times]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            gc.collect()
            seen[name].append(case())
    return {name: {key: median(t[key] for t in times) for key in times[0]} for name, times in seen.items()}


def warm_up(spec: Scenario) -> None:
    """Compile, or load from the cache, everything that is timed."""
    simulate(spec, load_design(DESIGN), seed=SEED, years=8, detail=False)
    kernels = Kernels(spec)
    kernels.live(1)
    kernels.live(1, bare=True)


def compare(model: PreventionModel, agents: PreventionModel) -> str:
    """Say how far the two worlds tell the same story."""
    same = all(np.array_equal(a, b) for a, b in zip(model.history, agents.history, strict=True))
    same &= np.array_equal(model.projects.measured, agents.projects.measured)
    same &= np.array_equal(model.projects.true, agents.projects.true)
    enrolled = (model.participants.n, agents.participants.n)
    if same and enrolled[0] == enrolled[1]:
        return (
            f"Both worlds are the same, child for child: every count by year, municipality, age and level, "
            f"{enrolled[0]:,} enrolled, {model.projects.n} projects, every krona of measured and true effects."
        )
    levels = [np.sum([h[0] + h[2] for h in each.history], axis=(0, 1, 2)) for each in (model, agents)]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(levels[0] - levels[1]) / np.sqrt(np.maximum(levels[0], 1))
    return (
        f"THE WORLDS DIFFER. Child-years by level: {levels[0].tolist()} and {levels[1].tolist()} "
        f"(at most {z.max():.1f} standard errors), enrolled: {enrolled[0]:,} and {enrolled[1]:,}. "
        "Same draws, same rules: look for a rule that was changed on one side only."
    )


def bytes_of_state(model: PreventionModel) -> tuple[float, float]:
    """Bytes per child of the children's and the participants' arrays: in use, and with the participants' spare rows."""
    people, helped = model.population, model.participants
    fixed = people.state.nbytes + people.participant.nbytes + people.offsets.nbytes + people.codes.nbytes
    used, held = helped.bytes_each * helped.n, helped.bytes_each * helped.child.size
    return (fixed + used) / people.n_children, (fixed + held) / people.n_children


def main() -> None:
    """Measure everything and print the report."""
    parser = argparse.ArgumentParser(description="Measure the model's speed; the last line printed is one JSON object.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all cases (default 5)")
    rounds = max(parser.parse_args().rounds, 1)
    sweden = load_scenario()
    county = select(sweden, [COUNTY])
    begin = time.perf_counter()
    warm_up(county)
    print(
        f"Python {platform.python_version()}, Mesa {mesa.__version__}, NumPy {np.__version__}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}. Medians of {rounds} interleaved rounds; "
        f"compiling or loading kernels took {time.perf_counter() - begin:.1f} s and is not counted.\n"
    )
    kernels = Kernels(sweden)
    last: dict[str, PreventionModel] = {}

    def model(name: str, kind: type[PreventionModel], spec: Scenario, years: int, threads: int = 1) -> Times:
        last.pop(name, None)
        last[name], times = run(kind, spec, years, threads)
        return times

    def with_tables() -> Times:
        start = time.perf_counter()
        simulate(sweden, load_design(DESIGN), seed=SEED, years=YEARS, detail=False)
        return {"all": time.perf_counter() - start}

    cases: dict[str, Callable[[], Times]] = {
        "bare": lambda: kernels.live(1, bare=True),
        "one": lambda: kernels.live(1),
        "two": lambda: kernels.live(2),
        "national": lambda: model("national", PreventionModel, sweden, YEARS),
        "tables": with_tables,
        "national_two": lambda: model("national_two", PreventionModel, sweden, YEARS, 2),
        "county": lambda: model("county", PreventionModel, county, COUNTY_YEARS),
        "agents": lambda: model("agents", MesaChildren, county, COUNTY_YEARS),
    }
    t = in_turn(cases, rounds)
    print("\n".join(_report(t, kernels, last)))


def _report(t: dict[str, Times], kernels: Kernels, last: dict[str, PreventionModel]) -> list[str]:
    """Write the report; its last line is the JSON object."""
    after, everything = kernels.years_after, kernels.years_before + kernels.years_after
    one, two, bare = (after / t[name]["budget"] for name in ("one", "two", "bare"))
    national, small = lived(last["national"]), lived(last["county"])
    of_agents = lived(last["agents"]) / t["agents"]["steps"]
    same_size = small / t["county"]["steps"] / of_agents
    at_scale = national / t["national"]["steps"] / of_agents
    story = compare(last["county"], last["agents"])
    used, held = bytes_of_state(last["national"])
    ratio = t["national"]["all"] / t["one"]["all"]
    chosen, said = (same_size, "at the same size") if same_size >= GOAL else (at_scale, "per child-year, national run")
    figures = {
        "child_years_per_second_1": round(one),
        "child_years_per_second_2": round(two),
        "kernel_over_bare": round(t["one"]["budget"] / t["bare"]["budget"], 2),
        "speedup_over_mesa_agents": round(chosen, 1),
        "national_over_kernel": round(ratio, 2),
        "bytes_per_child": round(used, 1),
    }
    alive = small / COUNTY_YEARS
    return [
        f"(a) Yearly kernel, Sweden, {YEARS} budget years, {after / 1e6:.0f} M child-years",
        f"    bare (draw and move only), 1 thread  {bare / 1e6:8.1f} M child-years/s  {1e9 / bare:6.2f} ns each",
        f"    model's kernel, 1 thread             {one / 1e6:8.1f} M child-years/s  {1e9 / one:6.2f} ns each, "
        f"{figures['kernel_over_bare']:.2f} x bare",
        f"    model's kernel, 2 threads            {two / 1e6:8.1f} M child-years/s  {1e9 / two:6.2f} ns each, "
        f"{two / one:.2f} x one thread",
        "",
        f"(b) Whole model against children as Mesa agents, {COUNTY_NAME}, {alive:,.0f} lives a year, {COUNTY_YEARS} "
        f"years of nine steps, design {DESIGN}",
        f"    Mesa agents  {t['agents']['steps']:8.3f} s  {of_agents / 1e6:8.3f} M child-years/s  "
        f"(building it, with childhoods before the start: {t['agents']['build']:.2f} s)",
        f"    model        {t['county']['steps']:8.3f} s  {small / t['county']['steps'] / 1e6:8.3f} M child-years/s  "
        f"(building it: {t['county']['build']:.2f} s)",
        f"    model, all of Sweden, {YEARS} years  {national / t['national']['steps'] / 1e6:8.3f} M child-years/s",
        f"    ratio at the same size {same_size:.0f}; with building both "
        f"{t['agents']['all'] / t['county']['all']:.0f}; per child-year of the national run {at_scale:.0f}.",
        f"    The JSON has the ratio {said}; the goal of {GOAL} is {'met' if chosen >= GOAL else 'NOT met'}.",
        f"    {story}",
        "",
        f"(c) All of Sweden, {YEARS} years, one thread, {everything / 1e6:.0f} M child-years with the "
        f"{kernels.years_before / 1e6:.0f} M before the first budget year",
        f"    kernel alone, all these years        {t['one']['all']:7.2f} s",
        f"    construction + steps                 {t['national']['all']:7.2f} s = {t['national']['build']:.2f} + "
        f"{t['national']['steps']:.2f}; {ratio:.2f} x kernel (both with the years before)",
        f"    steps only, against budget years     {t['national']['steps']:7.2f} s; "
        f"{t['national']['steps'] / t['one']['budget']:.2f} x kernel (both without)",
        f"    simulate(detail=False), with tables  {t['tables']['all']:7.2f} s; "
        f"{t['tables']['all'] / t['one']['all']:.2f} x kernel",
        f"    construction + steps, 2 threads      {t['national_two']['all']:7.2f} s; "
        f"{t['national_two']['all'] / t['two']['all']:.2f} x kernel on 2 threads",
        "",
        f"(d) State: {used:.1f} bytes per child in use, {held:.1f} with spare rows; "
        f"{last['national'].population.n_children:,} children, {last['national'].participants.n:,} participants",
        "",
        json.dumps(figures),
    ]


if __name__ == "__main__":
    main()
