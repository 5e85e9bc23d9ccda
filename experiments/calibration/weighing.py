"""Which worlds agree with what is published of municipal funds: importance weights (Robert & Casella 2004, ch. 3).

Worlds are drawn with all their parameters at once (`likely.world`), lived, and weighted by how far they miss the
targets, with each target's tolerance as standard deviation. `rounds` says which worlds are lived. Why not pyABC's
steps, as for diffusion: what behaviour does hangs on everything else, too, and a weight keeps all parameters of a world
together, those that nobody fits included. Used by `stupror calibrate --what behaviour`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from ...model.inputs.errors import InputError
from ...model.inputs.reading.gate import read_text
from ...model.inputs.scenario import Scenario, load_scenario
from ..files.foreign import number_table
from ..files.places import write_text
from ..patterns.behaviour import PLACES, TEN, YEARS, used
from ..plans.likely import Draws, place, world
from ..plans.posterior import effective
from ..runs.workers import let_go
from . import rounds
from .problems import Target
from .refitting import life_course, refit

__all__ = ["STATISTICS", "by_round", "moved", "weigh"]

STATISTICS = ("used_share", "norrkoping_projects", "norrkoping_cost", "repayment", "placebo")

Each = Callable[[Callable[[int], Mapping[str, float]], Iterable[int]], Iterable[Mapping[str, float]]]
Tell = Callable[[int, int], None]


def weigh(
    targets: Sequence[Target], work: Path, number: int, *, code: str = "", each: Each = map, tell: Tell | None = None
) -> Draws:
    """Live `number` worlds, round by round, and weight them.

    Parameters
    ----------
    targets
        What they are held against.
    work
        File of the worlds that are lived already (CSV), gone on with if it is there.
    number
        How many worlds in all.
    code
        Names the source of the model: worlds of another are not gone on with.
    each
        What `map` does, in worker processes if you like; the result does not depend on it.
    tell
        Called with the number of worlds lived, and of all.

    Raises
    ------
    InputError
        If the file is of another scenario or source, or none.
    """
    scenario = load_scenario()
    head = (
        f"# worlds of scenario {scenario.hash()}, counties {' '.join(PLACES)}, {YEARS} and {TEN} years, source {code}\n"
    )
    done = {int(row["world"]): row for row in _read(work, head).to_dict("records")}
    told = 0

    def live(numbers: list[int]) -> list[Mapping[str, float]]:
        nonlocal told
        missing = [which for which in numbers if which not in done]
        told += len(numbers) - len(missing)
        for count, (which, gave) in enumerate(zip(missing, each(partial(_lived, scenario), missing), strict=True), 1):
            done[which] = {"world": which, **{name: float(f"{value:.6g}") for name, value in gave.items()}}
            if count % 20 == 0 or count == len(missing):
                table = pd.DataFrame(list(done.values()), columns=["world", *STATISTICS, *_factors()])
                table = table.sort_values("world")
                write_text(work, head + table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
            told += 1
            if tell is not None:
                tell(told, number)
        return [{name: done[which][name] for name in STATISTICS} for which in numbers]

    sample = rounds.sample(number, targets, _drawn(scenario), _score, live)
    factors = [{name: done[which][name] for name in _factors()} for which in sample["world"].tolist()]
    return Draws(pd.concat([sample, pd.DataFrame(factors, index=sample.index)], axis=1))


def by_round(draws: Draws) -> pd.DataFrame:
    """Say how the weighted worlds grew, round by round: how good they were so far, and what they said.

    Returns
    -------
    pandas.DataFrame
        One row per round: `round`, `worlds` so far, `effective` number of them, and the mean of each statistic.
    """
    rows = []
    for last in sorted(set(draws.table["round"])):
        part = draws.table[draws.table["round"] <= last]
        weight = part["weight"].to_numpy() / part["weight"].sum()
        means = {name: float((weight * part[name]).sum()) for name in STATISTICS}
        rows.append({"round": last, "worlds": len(part), "effective": effective(weight), **means})
    return pd.DataFrame(rows)


def moved(scenario: Scenario, draws: Draws) -> pd.DataFrame:
    """Say which parameters the targets move: where in its distribution each lies in likely worlds.

    Returns
    -------
    pandas.DataFrame
        One row per parameter that has a distribution: `parameter`, `quantile` (mean place in its distribution; 0.5
        before) and `spread` (standard deviation of that place over what it was before), the most moved first.
    """
    rows = []
    numbers = draws.table["world"].tolist()
    for path in _drawn(scenario):
        at = np.array([place(number, path) for number in numbers])
        mean = float((draws.weight * at).sum())
        spread = float(np.sqrt((draws.weight * (at - mean) ** 2).sum()) * np.sqrt(12.0))
        rows.append({"parameter": path, "quantile": mean, "spread": spread})
    table = pd.DataFrame(rows)
    far = np.maximum((table["quantile"] - 0.5).abs() * np.sqrt(12.0), 1.0 - table["spread"])
    return table.iloc[np.argsort(-far.to_numpy(), kind="stable")].reset_index(drop=True)


def _drawn(scenario: Scenario) -> list[str]:
    """Parameters that are drawn."""
    return scenario.uncertain


@cache
def _score(number: int, path: str) -> float:
    """Return where a parameter lies in a world, as a normal score."""
    return NormalDist().inv_cdf(place(number, path))


def _lived(scenario: Scenario, number: int) -> dict[str, float]:
    """What the world of a number gives, and the factors of its life course; its runs have luck of that number."""
    picked = life_course().pick(number)
    factors = refit(world(scenario, number, dict.fromkeys(picked, 1.0)), picked)
    try:
        return {**used(world(scenario, number, factors), number), **factors}
    finally:
        let_go()


def _factors() -> list[str]:
    return [str(name) for name in life_course().table]


def _read(work: Path, head: str) -> pd.DataFrame:
    """Read the worlds that are lived already."""
    if not work.exists():
        work.parent.mkdir(parents=True, exist_ok=True)
        return pd.DataFrame(columns=["world", *STATISTICS, *_factors()])
    if not read_text(work).startswith(head):
        raise InputError([f"{work}: holds worlds of another scenario or version, or none. Name another file."])
    table, lines, _ = number_table(work, "stupror calibrate --what behaviour", ("world",))
    if list(table) != ["world", *STATISTICS, *_factors()]:
        raise InputError([f"{work}: its columns are not those of worlds that were lived. Delete it, or name another."])
    wrong = (table["world"] < 1) | (table["world"] != np.rint(table["world"])) | table["world"].duplicated()
    if wrong.any():
        line = lines[int(np.flatnonzero(wrong)[0])]
        raise InputError([f"{work}, line {line}: is no world, or one that is there already. Take that line out."])
    return table.astype({"world": int})
