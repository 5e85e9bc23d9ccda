"""Which worlds agree with what is published of municipal funds: importance weights (Robert & Casella 2004, ch. 3).

Worlds are drawn with all their parameters at once (`likely.world`), lived in one county, and weighted by how far they
miss the targets, with each target's tolerance as standard deviation (the luck of a run is in the run). Why not pyABC's
steps, as for diffusion: what behaviour does hangs on everything else, too, and a weight keeps all parameters of a world
together, those that nobody fits included. Used by `stupror calibrate --what behaviour`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.inputs.errors import InputError
from ...model.inputs.reading.gate import read_text
from ...model.inputs.scenario import Scenario, load_scenario, luck, select
from ..files.foreign import number_table
from ..files.places import write_text
from ..patterns.behaviour import used
from ..plans.likely import Draws, world
from ..runs.workers import let_go
from .problems import Target

__all__ = ["PLACE", "STATISTICS", "YEARS", "moved", "weigh", "weights"]

PLACE, YEARS = "05", 6  # Östergötland, where Norrköping lies; money set aside and projects settle within some years
STATISTICS = ("used_share", "norrkoping_projects", "norrkoping_cost", "repayment", "placebo")

Each = Callable[[Callable[[int], Mapping[str, float]], Iterable[int]], Iterable[Mapping[str, float]]]
Tell = Callable[[int, int], None]


def weigh(targets: Sequence[Target], work: Path, number: int, *, each: Each = map, tell: Tell | None = None) -> Draws:
    """Live worlds 1 to `number`, and weight them.

    Parameters
    ----------
    targets
        What they are held against.
    work
        File of the worlds that are lived already (CSV), gone on with if it is there.
    number
        How many worlds in all.
    each
        What `map` does, in worker processes if you like; the result does not depend on it.
    tell
        Called with the number of worlds lived, and of all.

    Raises
    ------
    InputError
        If the file is of another scenario, or none.
    """
    scenario = load_scenario()
    head = f"# worlds of scenario {scenario.hash()}, place {PLACE}, {YEARS} years\n"
    done = _read(work, head)
    rows: list[dict[str, float]] = [
        {str(name): value for name, value in row.items()} for row in done.to_dict("records")
    ]
    missing = sorted(set(range(1, number + 1)) - set(done["world"]))
    for count, (which, found) in enumerate(zip(missing, each(partial(_lived, scenario), missing), strict=True), 1):
        rows.append({"world": which, **dict(found)})
        if count % 20 == 0 or count == len(missing):
            table = pd.DataFrame(rows, columns=["world", *STATISTICS]).sort_values("world")
            write_text(work, head + table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
        if tell is not None:
            tell(number - len(missing) + count, number)
    table = pd.DataFrame(rows, columns=["world", *STATISTICS]).sort_values("world", ignore_index=True)
    table = table[table["world"] <= number]
    table.insert(1, "weight", weights(table, targets))
    return Draws(table)


def weights(table: pd.DataFrame, targets: Sequence[Target]) -> NDArray[np.float64]:
    """Weight of each world by how far it misses the targets, summing to 1."""
    misses = [((table[each.statistic].to_numpy() - each.observed) / each.tolerance) ** 2 for each in targets]
    logs = -0.5 * np.sum(misses, axis=0)
    weight = np.exp(logs - logs.max())
    return np.asarray(weight / weight.sum())


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
    for path, quantity in scenario.quantities.items():
        if quantity.distribution.kind == "fixed":
            continue
        at = np.array([luck(number, path) for number in numbers])
        mean = float((draws.weight * at).sum())
        spread = float(np.sqrt((draws.weight * (at - mean) ** 2).sum()) * np.sqrt(12.0))
        rows.append({"parameter": path, "quantile": mean, "spread": spread})
    table = pd.DataFrame(rows)
    far = np.maximum((table["quantile"] - 0.5).abs() * np.sqrt(12.0), 1.0 - table["spread"])
    return table.iloc[np.argsort(-far.to_numpy(), kind="stable")].reset_index(drop=True)


def _lived(scenario: Scenario, number: int) -> dict[str, float]:
    """What the world of a number gives; its run has the luck of that number."""
    try:
        return used(select(world(scenario, number), [PLACE]), number, YEARS)
    finally:
        let_go()


def _read(work: Path, head: str) -> pd.DataFrame:
    """Read the worlds that are lived already."""
    if not work.exists():
        work.parent.mkdir(parents=True, exist_ok=True)
        return pd.DataFrame(columns=["world", *STATISTICS])
    if not read_text(work).startswith(head):
        raise InputError([f"{work}: holds worlds of another scenario, or none. Name another file."])
    table, lines = number_table(work, "stupror calibrate --what behaviour", ("world",))
    if list(table) != ["world", *STATISTICS]:
        raise InputError([f"{work}: its columns are not those of worlds that were lived. Delete it, or name another."])
    wrong = (table["world"] < 1) | (table["world"] != np.rint(table["world"])) | table["world"].duplicated()
    if wrong.any():
        line = lines[int(np.flatnonzero(wrong)[0])]
        raise InputError([f"{work}, line {line}: is no world, or one that is there already. Take that line out."])
    return table.astype({"world": int})
