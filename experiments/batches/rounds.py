"""Draws in rounds, until a difference is sure enough: how many more it takes is worked out from those there are.

Each round keeps the draws of the ones before, so a batch that ends with 700 draws has the runs of a plan of 700. How
many a round adds follows from the results alone: neither workers nor interruptions change where a batch ends. Read by
the command and by `experiments.batch`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...analysis.batches import paired
from ..plans.plan import Plan
from ..plans.sampling import METHODS, Sampling, fits
from . import batch_folder, session

__all__ = ["in_rounds", "sureness", "wanted"]

MORE, LEAST, MOST = 1.05, 1.1, 4.0  # beyond what should do; at least and at most that many times as many

Live = Callable[[session.Prepared], session.Result]


def in_rounds(
    prepared: session.Prepared, folder: Path, live: Live, tell: Callable[[str], None] = lambda _words: None
) -> session.Result:
    """Make the runs of a plan, and more until they are enough, if the plan says when.

    Parameters
    ----------
    prepared
        What `session.prepare` gave.
    folder
        Where results go.
    live
        Makes the runs that are left of a plan, such as `session.run_batch`.
    tell
        Called with a sentence after each round.
    """
    result = live(prepared)
    made, seconds = result.made, result.seconds
    while (until := prepared.plan.until) is not None and not result.failed:
        plan = prepared.plan
        width = sureness(plan, folder)
        draws = wanted(plan.sampling, width / until.half_width, until.most)
        tell(_sentence(plan, width, draws))
        if draws == plan.sampling.draws:
            break
        prepared = session.prepare(replace(plan, sampling=replace(plan.sampling, draws=draws)), folder, begun=prepared)
        result = live(prepared)
        made, seconds = made + result.made, seconds + result.seconds
    return replace(result, made=made, found=result.total - made - result.failed, seconds=seconds)


def sureness(plan: Plan, folder: Path) -> float:
    """Half-width of the 90 % interval of the mean difference from the base, of the design that is least sure.

    NaN if there are too few draws to say.
    """
    if plan.until is None:
        return math.nan
    runs = batch_folder.read_frame(folder, batch_folder.RUNS, batch_folder.read_manifest(folder))
    factors = len(plan.factors) + len(plan.tied)
    how = {**plan.sampling.__dict__, "factors": factors}
    told = paired.summary(runs, [plan.until.outcome], None, plan.draws, how).set_index("design")
    able = [name for name in paired.choices(runs) if name in told.index] or list(told.index)
    half: pd.Series = (told["high"] - told["low"])[able] / 2
    return math.nan if half.empty or half.isna().any() else float(half.max())


def wanted(how: Sampling, times: float, most: int) -> int:
    """Say how many draws there should be, when an interval is so many times as wide as it may be.

    As many as would do if its width falls as ``1 / sqrt(draws)``, and a little more; the draws there are, if it is
    narrow enough or there are as many as there may be.
    """
    if times <= 1 or how.draws >= most:
        return how.draws
    grown = MOST if math.isnan(times) else min(max(times**2 * MORE, LEAST), MOST)
    draws = min(math.ceil(how.draws * grown), most)
    if METHODS[how.method].power_of_two:
        draws = how.draws
        while draws < min(how.draws * grown, most):
            draws *= 2
        return min(draws, most)
    while not fits(how, draws):
        draws += 1
    return min(draws, most)


def _sentence(plan: Plan, width: float, draws: int) -> str:
    """Say how sure it is, and what follows."""
    until, now = plan.until, plan.sampling.draws
    if until is None:
        return ""
    known = "not known yet" if math.isnan(width) else f"{width:.4g}"
    head = f"After {now} draws the half-width of {until.outcome} is {known}, wanted {until.half_width:.4g}"
    if width <= until.half_width:
        return f"{head}: enough."
    return f"{head}; these are as many as the plan allows." if draws == now else f"{head}: going on to {draws}."
