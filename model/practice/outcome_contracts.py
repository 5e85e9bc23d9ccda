"""How far municipalities are with outcome contracts (D7). Three had signed one by 2018, so there is little here.

Who has raised the practice of social investment may hear of outcome contracts, from the year of the first one in the
world (Peterborough, C3). By a lasting lot it is interested or not. Who is interested and works with the practice may
begin talks, and those may end in a contract: an internal one, or one with an outside investor. Size tells in both steps
(F7). Who stops working with the practice stops talking; a contract that is signed stays on record.

Nothing else depends on it. Read by `year`.
"""

import numpy as np
from numpy.typing import NDArray

from ..inputs.parameters import DiffusionParameters
from .states import Practice
from .surroundings import Floats

UNKNOWN, NOT_INTERESTED, INTERESTED, TALKS, INTERNAL, EXTERNAL = range(6)
CONTRACTS = (
    "not heard of",
    "not interested",
    "interested",
    "in talks",
    "internal contract",
    "contract with an investor",
)
FIRST_CONTRACT = 2010  # C3


def move_contracts(
    contracts: NDArray[np.int8],
    practice: Practice,
    size: Floats,
    p: DiffusionParameters,
    year: int,
    lasting: Floats,
    u: Floats,
) -> NDArray[np.int8]:
    """Live one year of outcome contracts.

    Parameters
    ----------
    contracts
        Place in CONTRACTS of each municipality, shape (n,).
    practice
        Where each is with the practice at the end of the year.
    size
        Logarithm of the population in standard deviations from the country's mean, shape (n,).
    lasting
        A number in (0, 1) for whether each would be interested, and one for the kind of contract, shape (n, 2).
    u
        This year's luck in (0, 1), shape (n,).

    Returns
    -------
    numpy.ndarray
        The places at the end of the year, shape (n,), at most one step from where they were.
    """
    if year < FIRST_CONTRACT:
        return contracts.copy()
    at, active, capacity = contracts, practice.active, np.exp(p.size_effect * size)
    rate = np.zeros(at.size)
    rate[at == UNKNOWN] = (p.contract_hear * practice.raised)[at == UNKNOWN]
    rate[at == INTERESTED] = (p.contract_talk * capacity * active)[at == INTERESTED]
    rate[at == TALKS] = (p.contract_sign * capacity * active)[at == TALKS]
    steps = u < -np.expm1(-rate)
    after = at.copy()
    after[(at == TALKS) & ~active] = INTERESTED
    after[steps & (at == UNKNOWN)] = NOT_INTERESTED
    after[steps & (at == UNKNOWN) & (lasting[:, 0] < p.contract_interest)] = INTERESTED
    after[steps & (at == INTERESTED)] = TALKS
    after[steps & (at == TALKS)] = EXTERNAL
    after[steps & (at == TALKS) & (lasting[:, 1] < p.contract_internal)] = INTERNAL
    return after
