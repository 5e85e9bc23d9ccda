"""Where the time of a run goes: building the world, each step of the budget year, and the result tables.

    python benchmarks/steps.py [--years N] [--rounds N] [--design NAME]

Processor time, smallest of the rounds, for Blekinge (nearly all of it fixed) and the whole country. The first round
compiles what is not compiled yet, and counts for nothing. Trust ratios, not milliseconds.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import Scenario, load_scenario, select
from stupror.model.model import PreventionModel

SEED, START = 1, 2020
STEPS = ("budget", "identify", "decide", "deliver", "live", "evaluate", "settle", "learn", "close")


def timed(work: Callable[[], object]) -> float:
    """Processor time of one call, milliseconds."""
    begin = time.process_time()
    work()
    return 1000.0 * (time.process_time() - begin)


def one_run(spec: Scenario, design: str, years: int) -> dict[str, float]:
    """Milliseconds of building, of each step over all years, and of the tables."""
    spent = dict.fromkeys(("build", *STEPS, "other", "tables"), 0.0)
    begin = time.process_time()
    model = PreventionModel(spec, load_design(design), SEED, years, START)
    spent["build"] = 1000.0 * (time.process_time() - begin)
    for name in STEPS:
        usual = getattr(model, name)

        def step(name: str = name, usual: Callable[[], None] = usual) -> None:
            spent[name] += timed(usual)

        setattr(model, name, step)
    whole = sum(timed(model.step) for _ in range(years))
    spent["other"] = whole - sum(spent[name] for name in STEPS)
    spent["tables"] = timed(lambda: model.tables(detail=False))
    return spent


def main() -> None:
    """Print a table: a row for each part, milliseconds and share for each part of the country."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--years", type=int, default=10)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--design", default="state-outcomes-fund")
    given = options.parse_args()
    country = load_scenario()
    gc.freeze()
    found = {}
    for name, spec in {"Blekinge": select(country, ["10"]), "Sweden": country}.items():
        rounds = [one_run(spec, given.design, given.years) for _ in range(given.rounds + 1)][1:]
        found[name] = min(rounds, key=lambda each: sum(each.values()))
    print(f"{given.design}, {given.years} years, one thread, ms (share)\n")
    print(f"{'':10}" + "".join(f"{name:>18}" for name in found))
    for part in next(iter(found.values())):
        cells = (f"{each[part]:9.0f} ({100 * each[part] / sum(each.values()):3.0f} %)" for each in found.values())
        print(f"{part:10}" + "".join(f"{cell:>18}" for cell in cells))
    print(f"{'all':10}" + "".join(f"{sum(each.values()):9.0f}{'':9}" for each in found.values()))


if __name__ == "__main__":
    main()
