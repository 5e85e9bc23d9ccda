"""Runs share what is worked out once: none may read what belongs to another one, whichever of them came first.

Each world differs from the first one in a single thing. They are run one after the other here; and by another Python in
the other order, where everything that is kept is forgotten before each of them, so that it is alone. Where a run would
find something of an earlier one that is not its own, the two differ.
"""

import json
import subprocess
import sys
from dataclasses import replace
from functools import _lru_cache_wrapper

from golden import digest, hash_of
from worlds import change, eager, load_design

from stupror.model.children import lives
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

CHANGES = {
    "committee.horizon": 5,
    "committee.other_regarding": 0.3,
    "board.regard_horizon": 3.0,
    "region.discount_rate": 0.1,
    "discount.rate": 0.01,
    "discount.societal_rate": 0.01,
    "tax.municipal_rate": 0.25,
    "tax.production_per_earning": 1.5,
    "project.effect_kept": 0.3,
    "project.drop_out": 0.5,
    "project.evaluation_share": 0.1,
    "project.overlap": 0.9,
    "project.programmes": 1,
    "project.follow_up_years": 3,
    "belief.initial_mean": 0.4,
    "belief.initial_sd": 0.9,
    "detection.sensitivity": (0.0, 0.2, 0.3, 0.4, 0.5),
    "ladder.need_gradient": 0.9,
    "ladder.frailty_share": (0.6, 0.25, 0.15),
    "ladder.earnings_share": (1.0, 0.5, 0.4, 0.3, 0.1),
    "interventions.school-absence.escalation": 0.86,
    "interventions.parenting.cost": 9_000.0,
    "diffusion.voluntary": 0.9,
    "diffusion.open_share": 1.0,
}
DESIGNS = (
    "status-quo",
    "planner",
    "pooled-budget",
    "national-outcomes-funding",
    "state-outcomes-fund[follow_up_years=3]",
    "state-outcomes-fund+competence-centre",
    "sib-peterborough",
)


def base():
    """One municipality where much is decided, measured and paid in few years."""
    spec = change(select(eager(), ["1060"]), project__follow_up_years=2, diffusion__voluntary=0.5)
    return spec.replace("project.evaluation_share", 0.05)


def runs():
    """Arguments of each run by name, the one that all others are like first."""
    spec, fund, how = base(), load_design("state-outcomes-fund"), {"seed": 1, "years": 4}
    more_births = replace(spec.places, births={year: 2 * born for year, born in spec.places.births.items()})
    larger = replace(spec.places, population=tuple(2 * each for each in spec.places.population))
    dearer = {"from": 2022, "path": "interventions.parenting.cost", "factor": 1.3, "source": "test"}
    dated = load_scenario({"changes": [dearer]}).dated
    return {
        "base": (spec, fund, how),
        **{path: (spec.replace(path, value), fund, how) for path, value in CHANGES.items()},
        **{design: (spec, load_design(design), how) for design in DESIGNS},
        "state": (spec.replace("state.discount_rate", 0.1), load_design("national-outcomes-funding"), how),
        "seed": (spec, fund, how | {"seed": 2}),
        "years": (spec, fund, how | {"years": 5}),
        "start": (spec, fund, how | {"start_year": 2021}),
        "births": (replace(spec, places=more_births), fund, how),
        "population": (replace(spec, places=larger), fund, how),
        "place": (change(select(eager(), ["1081"]), project__follow_up_years=2), fund, how),
        "dated": (replace(spec, dated=dated), fund, how),
        "sums": (spec, fund, how | {"detail": False}),
    }


def forget():
    """Forget what runs share: all that is kept up to a number; what is read from files once is kept without a limit."""
    modules = [module for name, module in sys.modules.items() if name.startswith("stupror.model")]
    for each in [each for module in modules for each in vars(module).values()]:
        if isinstance(each, _lru_cache_wrapper) and each.cache_parameters()["maxsize"]:
            each.cache_clear()
    lives._grown.clear()


def digests(*, alone):
    """Hash of the tables of every run: one after the other, or backwards and each alone."""
    every, found = list(runs().items()), {}
    for name, (spec, design, how) in reversed(every) if alone else every:
        if alone:
            forget()
        found[name] = digest([hash_of(table).encode() for table in simulate(spec, design, **how).values()])
    return found


def test_a_run_reads_nothing_of_those_before_it():
    here = digests(alone=False)
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True)
    there = json.loads(done.stdout)
    assert [name for name in here if here[name] != there[name]] == []
    assert len(set(here.values())) == len(here)  # each of them makes a difference


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(alone=True)))
