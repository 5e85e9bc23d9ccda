"""Numbers that a reader can move: the results of a batch on a grid, as data for a page that works without a network.

Nothing is computed in the page and nothing between the levels: each position is a world that was run. Read by `paper`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from . import paired, psa

Frame = pd.DataFrame
Texts = Mapping[str, str]

MOST_WORLDS = 20_000  # so that the page stays below some megabytes


def movable(
    runs: Frame, values: Frame, manifest: Mapping[str, Any], words: Texts, say: Texts, payers: Sequence[str]
) -> dict[str, Any] | None:
    """Give what a page needs to show the worlds of a grid one at a time; nothing if the batch is no whole grid.

    Parameters
    ----------
    runs, values
        As for `paper.write_paper`.
    manifest
        Of the batch; its sample must be "factorial".
    words, say
        Names of designs and payers; texts of the report.
    payers
        Whose gains are shown, in order.

    Returns
    -------
    dict or None
        ``factors`` (each with name, title and its levels as texts), ``columns`` (names of payers), ``rows`` (names of
        designs), and ``data``: JSON with ``gain`` by position ("0,2,1": the level of each factor), designs by payers,
        SEK per child against the base, mean over replications.
    """
    if manifest["sampling"]["method"] != "factorial" or len(values) > MOST_WORLDS:
        return None
    base = paired.base_of(runs)
    gain = {payer: -paired.differences(runs, psa.cost_of(payer), base) for payer in payers}
    known = values.loc[values.index.isin(gain[payers[0]].index)]
    factors = [str(name) for name in known.columns if known[name].nunique() > 1]
    if not factors or len(known) < len(values):
        return None
    levels = {name: sorted(known[name].unique()) for name in factors}
    designs = [str(name) for name in gain[payers[0]].columns]
    found = {}
    aligned = [gain[payer].loc[known.index, designs].to_numpy(float) for payer in payers]
    for row, world in enumerate(known[factors].to_dict("records")):
        at = ",".join(str(levels[name].index(world[name])) for name in factors)
        found[at] = [[round(float(each[row, k]), 2) for each in aligned] for k in range(len(designs))]
    units = {factor["name"]: factor["unit"] for factor in manifest["factors"]}
    return {
        "factors": [
            {
                "name": name,
                "title": say.get(f"assumed {name}", name),
                "unit": _unit(str(units.get(name, "1")), say),
                "levels": [f"{float(each):.3g}" for each in levels[name]],
                "start": len(levels[name]) // 2,
            }
            for name in factors
        ],
        "columns": [say["all"] if payer == "fiscal" else words[payer] for payer in payers],
        "rows": [words.get(name, name) for name in designs],
        "worlds": len(found),
        "data": json.dumps({"gain": found}, separators=(",", ":")),
    }


def _unit(unit: str, say: Texts) -> str:
    """Write a unit as it stands after a number; a share has none."""
    return "" if unit == "1" else say.get(f"unit {unit}", unit).strip()
