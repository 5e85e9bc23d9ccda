"""mesa-frames 0.1 (the release on PyPI): children in a Polars frame, municipalities in another."""

from __future__ import annotations

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from .. import workload as w

PACKAGES = ("mesa-frames", "polars", "numpy")
BAND = pl.lit(0, pl.Int8)
for _number, _from in enumerate(w.BANDS_FROM, start=1):
    BAND = pl.when(pl.col("age") >= _from).then(pl.lit(_number, pl.Int8)).otherwise(BAND)
CELLS = pl.DataFrame(
    [(level, band, *w.COST[level, band].tolist()) for level in range(w.LEVELS) for band in range(w.UP.shape[1])],
    schema={"level": pl.Int8, "band": pl.Int8, "municipality": pl.Int64, "region": pl.Int64, "state": pl.Int64},
    orient="row",
)
MOVES = CELLS.select("level", "band").with_columns(up=pl.Series(w.UP.ravel()), down=pl.Series(w.DOWN.ravel()))


class Children(AgentSetPolars):
    """The children."""

    def __init__(self, n: int, model: Ladder) -> None:
        super().__init__(model)
        home, age, level = w.population(n)
        self += pl.DataFrame(
            {
                "unique_id": np.arange(n),
                "home": home.astype(np.int16),
                "age": age.astype(np.int8),
                "level": level.astype(np.int8),
                "treated": np.zeros(n, bool),
            }
        )

    def step(self) -> None:
        """Live a year."""
        n, luck = len(self), self.model.random
        treated, level, draw = pl.col("treated"), pl.col("level"), pl.col("draw")
        up = pl.col("up") * pl.when(treated).then(w.TREATED_UP).otherwise(1.0)
        down = pl.col("down") * pl.when(treated).then(w.TREATED_DOWN).otherwise(1.0)
        moved = pl.when(draw < up).then(level + 1).when(draw < up + down).then(level - 1).otherwise(level)
        self.agents = (
            self.agents.with_columns(
                BAND.alias("band"), pl.Series("draw", luck.random(n)), pl.Series("lapse", luck.random(n))
            )
            .join(MOVES, on=["level", "band"], how="left", maintain_order="left")
            .select(
                "unique_id", "home", "age", "band",
                level=moved.cast(pl.Int8), treated=treated & (pl.col("lapse") >= w.LAPSE),
            )
        )  # fmt: skip


class Municipalities(AgentSetPolars):
    """Who pays, and treats the first in line."""

    def __init__(self, model: Ladder) -> None:
        super().__init__(model)
        self += pl.DataFrame({"unique_id": -1 - np.arange(w.MUNICIPALITIES)})  # no number is given twice in a model

    def step(self) -> None:
        """Pay and decide."""
        children = self.model.children
        payers = CELLS.columns[2:]
        ledger = (
            children.agents.group_by("home", "level", "band")
            .len()
            .join(CELLS, on=["level", "band"])
            .group_by("home")
            .agg((pl.col("len").cast(pl.Int64) * pl.col(payer)).sum().alias(payer) for payer in payers)
        )
        in_need = pl.col("level") >= w.IN_NEED
        waiting = in_need & ~pl.col("treated")
        most = 1 + in_need.sum().over("home") // 10
        decided = children.agents.with_columns(chosen=waiting & (waiting.cum_sum().over("home") <= most))
        need, new = decided.select(in_need.sum(), pl.col("chosen").sum()).row(0)
        children.agents = decided.select(
            "unique_id", "home", "level", age=pl.col("age") + 1, treated=pl.col("treated") | pl.col("chosen")
        )
        cost = list(ledger.select(pl.col(payers).sum()).row(0))
        cost[0] += new * w.TREATMENT_SEK
        self.model.years.append((cost, need, new))


class Ladder(ModelDF):
    """The children and their municipalities."""

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(seed)
        self.years: list[tuple[list[int], int, int]] = []
        self.agents += Children(n, self)
        self.agents += Municipalities(self)
        self.children = self.agents._agentsets[0]  # the sets are copied when they are added

    def step(self) -> None:
        """Live a year."""
        self.agents.step()


def build(n: int, seed: int) -> Ladder:
    """Make the world."""
    return Ladder(n, seed)


def live(world: Ladder, years: int) -> None:
    """Live the years."""
    for _ in range(years):
        world.step()


def outputs(world: Ladder) -> w.Outputs:
    """What came of it."""
    cost, need, new = zip(*world.years, strict=True)
    levels = world.children.agents["level"].to_numpy()
    return w.Outputs(cost, need, new, np.bincount(levels, minlength=w.LEVELS))
