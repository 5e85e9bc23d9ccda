"""What an evaluation would report in each world of a batch: by programme, method and years of follow-up.

Follows a group of children such as a project takes (as bodies see them, by age and level) and compares what all payers
spend on them with what they spend on the comparison that the method makes (`model.evaluation`). The same ladder that
children live by says what that should come to, what luck adds, and what the comparison gets wrong. Read by `results`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...analysis.batches.sampling_information import Reports
from ...model.bodies.beliefs import doubted
from ...model.children.cells import Cells, build_cells, detection_edges, seen_weights
from ...model.children.ladder import N_STATES, build_ladder
from ...model.children.practice import practice_of
from ...model.children.prices import KIND, build_costs
from ...model.evaluation.evaluators import EVALUATORS, NONE
from ...model.evaluation.expected import as_reported, expect
from ...model.evaluation.metrics import OWN_FOLLOW_UP, Metric
from ...model.inputs.errors import InputError, meant
from ...model.inputs.life_course import InterventionParameters
from ...model.inputs.parameters import KINDS
from ...model.inputs.scenario import Scenario
from ..plans.plan import Plan

__all__ = ["COLUMNS", "FOLDER", "METHODS", "TABLE", "Study", "cost_of", "left_after", "read", "reports_of"]

Floats = NDArray[np.float64]
COLUMNS = (
    "intervention", "method", "follow_up", "children", "projects", "perspective", "evsi", "chance", "if_all_decide",
    "population", "population_if_all", "cost", "net", "draws",
)  # fmt: skip
FOLDER, TABLE = "study-{intervention}", "studies"  # where the command leaves them in a batch, for its report
METHODS = tuple(each for each in EVALUATORS if each != NONE)


@dataclass(frozen=True)
class Study:
    """An evaluation: of which programme, by which method, for how many years from the start."""

    intervention: str
    method: str
    years: int


def reports_of(scenario: Scenario, worlds: Iterator[Scenario], studies: Sequence[Study]) -> dict[Study, Reports]:
    """What each study would report in each world, SEK per child followed; `scenario` is what worlds were drawn about.

    Raises
    ------
    InputError
        If a programme is not in the scenario.
    """
    for name in dict.fromkeys(study.intervention for study in studies):
        _item(scenario, name)
    found: dict[Study, list[tuple[float, float, float]]] = {study: [] for study in studies}
    for world in worlds:
        for name in dict.fromkeys(study.intervention for study in studies):
            mine = [study for study in studies if study.intervention == name]
            for study, each in zip(mine, _in_world(world, name, mine), strict=True):
                found[study].append(each)
    return {study: Reports(*np.array(rows, np.float64).T) for study, rows in found.items()}


def read(folder: Path) -> pd.DataFrame | None:
    """Read what `stupror study` has left in the folder of a batch, programme by programme; None if it was not run.

    Raises
    ------
    InputError
        If a file cannot be read, or is not what the command writes.
    """
    files = sorted(folder.glob(f"{FOLDER.format(intervention='*')}/{TABLE}.csv"))
    words = ["intervention", "method", "perspective"]
    frames = []
    for file in files:
        try:
            table = pd.read_csv(file, dtype=dict.fromkeys(words, str))[list(COLUMNS)]
            numbers = table.drop(columns=words).astype(np.float64)
        except (OSError, ValueError, KeyError):
            again = file.parent.name.removeprefix(FOLDER.format(intervention=""))
            raise InputError(
                [f"{file}: is not what `stupror study` of this version writes. Remove it, or run it again for {again}."]
            ) from None
        whole = numbers[["follow_up", "children", "projects", "draws"]].astype(np.int64)
        frames.append(table[words].join(numbers).assign(**whole)[list(COLUMNS)])
    return pd.concat(frames, ignore_index=True) if frames else None


def _in_world(world: Scenario, name: str, studies: Sequence[Study]) -> list[tuple[float, float, float]]:
    """Mean, variance of one child's part, and what the method may get wrong, of each study in one world."""
    item = _item(world, name)
    ladder, costs, detection = build_ladder(world.ladder), build_costs(world), world.detection
    edges = detection_edges(detection.sensitivity, detection.false_alarm, detection.take_up)
    practice = practice_of(world.project)
    cells = build_cells((item,), ladder, costs, edges, practice=practice)
    state = np.arange(N_STATES) % costs.amount.shape[1]
    value = -costs.amount[..., [KIND[kind] for kind in KINDS]].sum(axis=(2, 3))[None][:, :, state]
    metrics = [Metric(OWN_FOLLOW_UP, "cost_reduction", each.method, each.years, value) for each in studies]
    honest = expect(metrics, (item,), cells, ladder, practice=practice, beliefs=())
    weight = _taken(cells, seen_weights(ladder, edges))
    told = []
    for study, sound, each in zip(studies, honest, as_reported(honest, cells, ladder), strict=True):
        saved, effect = each.true - each.other, float((weight * (sound.true - sound.other)).sum())
        mean = float((weight * saved).sum())
        variance = float((weight * (each.true_variance + saved**2)).sum()) - mean**2
        told.append((mean, variance, np.sqrt(doubted(study.method, world.belief)) * abs(effect)))
    return told


def _taken(cells: Cells, seen: Floats) -> Floats:
    """Share of a project's children in each option: as many as are seen at its age and level."""
    weight = seen.sum(axis=2)[cells.age, cells.level]
    return np.asarray(weight / weight.sum())


def _item(world: Scenario, name: str) -> InterventionParameters:
    items = {item.name: item for item in world.interventions}
    if name not in items:
        known = meant(name, items) or f" It has {', '.join(items)}."
        raise InputError([f"'{name}' is no intervention of this batch.{known}"])
    return items[name]


def cost_of(world: Scenario, name: str, children: pd.Series, projects: pd.Series) -> pd.Series:
    """What evaluating so many projects of so many children each costs, SEK, as `model.projects.payments` has it."""
    item, project = _item(world, name), world.project
    each = round(project.evaluation_share * round(item.cost) * item.duration)
    return projects * (round(project.evaluation_cost) + each * children)


def left_after(plan: Plan, years: pd.Series) -> pd.Series:
    """Share of the run's children who come after so many years, discounted to its first year."""
    return (1.0 - years / plan.years).clip(lower=0.0) * (1.0 + plan.scenario.discount.rate) ** -years
