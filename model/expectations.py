"""What a contract is expected to pay: the same settlement as for real, on expected instead of measured effects.

For one child of each option and each belief of the grid, by party and year since the start. Read by `model`.
"""

import numpy as np
from numpy.typing import NDArray

from model.costs import PAYER
from model.forecast import BELIEF_GRID, Cells
from model.funding import Design, Outcome, settle
from model.ladder import N_AGES
from model.parameters import PAYERS, InterventionParameters

Floats = NDArray[np.float64]
CONDITIONS = ("results_shown", "delivered")  # what a run can find out about a project


def measured_payers(design: Design, owner: str) -> NDArray[np.bool_]:
    """Whose costs the design's measure counts in a project of this owner; all payers' if it measures nothing.

    Shape (10,).
    """
    if design.measure is None:
        return np.ones(len(PAYERS), np.bool_)
    return np.array([design.measure.counts(payer, owner) for payer in PAYERS])


def outcome_of(cost: NDArray[np.int64], saving: Floats) -> Outcome:
    """Put what was measured (or expected) of projects into the form that `settle` reads."""
    return Outcome(
        cost=cost,
        metric={"cost_reduction": saving},
        conditions={"results_shown": saving > 0.0, "delivered": np.ones(cost.size, np.bool_)},
    )


def expected_saving(
    design: Design, interventions: tuple[InterventionParameters, ...], cells: Cells, follow_up: int
) -> Floats:
    """Saving per child that the contract would measure, by (belief, cell), SEK over the follow-up."""
    result = np.zeros(cells.saved.shape[:2])
    for k, item in enumerate(interventions):
        of_k = cells.intervention == k
        window = cells.saved[:, of_k, :follow_up][..., measured_payers(design, item.owner)]
        result[:, of_k] = window.sum(axis=(2, 3))
    return result


def expected_payments(
    design: Design, interventions: tuple[InterventionParameters, ...], cells: Cells, follow_up: int
) -> dict[str, Floats]:
    """Received less paid under the contract per child, by party. Shape (n_beliefs, n_cells, N_AGES) each, SEK."""
    saving = expected_saving(design, interventions, cells, follow_up)
    whole = np.array([round(interventions[k].cost * interventions[k].duration) for k in cells.intervention], np.int64)
    result: dict[str, Floats] = {}
    for belief in range(len(BELIEF_GRID)):
        for transfer in settle(design, outcome_of(whole, saving[belief])):
            year = follow_up - 1 + transfer.due
            if year >= N_AGES:
                continue
            for party, sign in ((transfer.payer, -1.0), (transfer.receiver, 1.0)):
                flows = result.setdefault(party, np.zeros((len(BELIEF_GRID), cells.age.size, N_AGES)))
                flows[belief, :, year] += sign * transfer.amount
    return result


def owner_rows(interventions: tuple[InterventionParameters, ...]) -> list[int]:
    """Row of the owner of each intervention among PAYERS."""
    return [PAYER[item.owner] for item in interventions]
