"""What would turn the answer: switching values that the tables give, and the assumed numbers that they do not try.

A switching value holds decisions as they are and moves one thing. Read by `front`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...measures import lifetime, payers
from ..tables import number
from .paired import M_SEK, Paired
from .verdict import signed, verdict

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
HIGHEST_RATE = 0.10
MOST_ASSUMED = 3


def turns(found: Paired, tables: Tables, manifest: Mapping[str, Any], say: Texts, used: float) -> list[str]:
    """Write what would turn the answer about the leading proposal; `used` is the discount rate of the answer."""
    lines = []
    if found.proposals:
        lines += [*_by_effect(found, say), *_by_rate(found, tables, say, used)]
    assumed = manifest.get("assumed") or ()
    if assumed:
        key = "assumed drawn" if manifest.get("worlds", "point") != "point" else "assumed held"
        lines.append(say[key].format(names="; ".join(_assumed(each, say) for each in assumed[:MOST_ASSUMED])))
    return lines


def effect_needed(found: Paired) -> float:
    """Share of the extra saving at which the leading proposal neither gains nor loses public money, decisions held.

    ``(pays - receives) / saves``, each less status quo and summed over payer groups, means over seeds; NaN if it saves
    no more than status quo or pays no more.
    """
    flows = found.flows
    sums = flows.groupby("design")[["pays_sek", "receives_sek", "saves_sek"]].sum()
    extra: Any = sums.loc[found.ranked[0]] - sums.loc[lifetime.BASE]
    paid = float(extra["pays_sek"] - extra["receives_sek"])
    saved = float(extra["saves_sek"])
    return paid / saved if saved > 0 and paid > 0 else float("nan")


def _by_effect(found: Paired, say: Texts) -> list[str]:
    needed = effect_needed(found)
    if np.isnan(needed):
        return []
    percent = number(100 * needed, 100 * needed)
    return [say["turn effect" if needed < 1 else "turn effect more"].format(percent=percent)]


def turning_rate(found: Paired, tables: Tables) -> float:
    """Discount rate from 0 to 10 % at which the mean change in public cost turns its sign; NaN if it keeps it."""
    part = found.running[found.running["design"] == found.ranked[0]]
    so_far = part.pivot_table(index="year", columns="seed", values="net_sek", aggfunc="sum").sort_index()
    gain = so_far.diff().fillna(so_far)  # of all public budgets by year and seed, undiscounted
    people = tables["runs"].drop_duplicates("seed").set_index("seed")["children"].reindex(gain.columns)
    yearly = (gain / people).mean(axis=1).to_numpy()
    at = np.linspace(0.0, HIGHEST_RATE, 41)
    change = [-float((yearly * lifetime.discounting(float(rate), np.arange(yearly.size))).sum()) for rate in at]
    turned = np.flatnonzero(np.sign(change[:-1]) * np.sign(change[1:]) < 0)
    if not turned.size:
        return float("nan")
    k = int(turned[0])
    return float(at[k] + (at[k + 1] - at[k]) * change[k] / (change[k] - change[k + 1]))


def _by_rate(found: Paired, tables: Tables, say: Texts, used: float) -> list[str]:
    if not found.change(found.ranked[0]).mean:
        return []
    rate, spelled = turning_rate(found, tables), f"{100 * used:g}"
    if np.isnan(rate):
        return [say["turn rate never"].format(highest=f"{100 * HIGHEST_RATE:.0f}", used=spelled)]
    return [say["turn rate"].format(rate=number(100 * rate, 1), used=spelled)]


def by_equalisation(found: Paired, tables: Tables, say: Texts, used: float) -> list[str]:
    """Say what payers gain if all places do at once, so that income equalisation does not take the tax back."""
    gain = payers.nationwide(tables, used)
    lead = gain[gain["design"] == found.ranked[0]]
    parts = lead.groupby("group")
    by = {str(group): verdict(part["net_sek"], M_SEK, worlds=found.worlds) for group, part in parts}
    alone = {group: found.gains(found.ranked[0], group) for group in by}
    if all(by[each].mean == alone[each].mean for each in by):
        return []
    spelled = {
        group: say["turn gain"].format(figure=signed(each.mean), above=each.above, n=each.n)
        for group, each in by.items()
    }
    return [say["turn equalisation"].format(**spelled)]


def _assumed(each: Mapping[str, Any], say: Texts) -> str:
    """Name an assumed parameter with its value, and the range it is thought to lie in."""
    path, value = str(each["parameter"]), each["value"]
    name = say.get(f"assumed {path}", path)
    low, high = each["range"]
    if isinstance(value, Sequence):
        spelled = say["several values"]
    else:
        unit = say.get(f"unit {each.get('unit', '')}", "")
        spelled = say["value in range"].format(value=f"{value:g}", low=f"{low:g}", high=f"{high:g}", unit=unit)
    return f"{name} ({spelled})"
