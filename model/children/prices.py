"""What a year at each age and level costs whom: the price list that turns counted children into money.

Amounts are whole SEK in the model's price year, beyond what a child or adult without need costs. Tax forgone follows
from earnings: the municipality and the region lose their rates, income equalisation gives back all but the kept share,
and the state, which pays that, ends up with most of it (R7, B19). A transfer or a tax is a cost to its payer, not to
society; society loses real resources and production. Read by `forecast`, `model` and `results`.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ..inputs.life_course import CostParameters, LadderParameters
from ..inputs.parameters import KINDS, PAYERS, TaxParameters
from ..inputs.protect import kept, protect
from ..inputs.scenario import Scenario
from .ladder import ADULT_AGE, N_AGES, N_LEVELS, band

Money = NDArray[np.int64]

PAYER = {name: i for i, name in enumerate(PAYERS)}
KIND = {name: i for i, name in enumerate(KINDS)}
GROUPS = {
    "municipality": slice(0, 4),
    "region": slice(4, 5),
    "state": slice(5, 10),
}


@dataclass(frozen=True, eq=False)  # one object per set of parameters, see `build_costs`
class CostTables:
    """Yearly amounts, whole SEK per child.

    `amount` is by (age, level, payer, kind), with tax forgone after income equalisation; `equalisation` is what the
    state gives back of the (municipal, regional) tax lost, by (age, level, 2); `lost_production` is what society loses.
    """

    amount: Money  # (N_AGES, N_LEVELS, 10, 3)
    equalisation: Money  # (N_AGES, N_LEVELS, 2)
    lost_production: Money  # (N_AGES, N_LEVELS)

    def __post_init__(self) -> None:
        protect(self)

    @cached_property
    def by_payer(self) -> Money:
        """All kinds together, shape (N_AGES, N_LEVELS, 10)."""
        return kept(np.asarray(self.amount.sum(axis=3)))

    @property
    def societal(self) -> Money:
        """Resources used and production lost, shape (N_AGES, N_LEVELS)."""
        return np.asarray(self.amount[..., KIND["resource"]].sum(axis=2) + self.lost_production)


def build_costs(scenario: Scenario) -> CostTables:
    """Lay out every cost row of the scenario and work out the tax forgone; runs of one world share the tables."""
    return _lay_out(scenario.costs, scenario.tax, scenario.ladder)


def equalised(tax: TaxParameters) -> tuple[float, float]:
    """Of the tax that the state forgoes with a krona of earnings, the shares that it gives back to others.

    To municipalities and to regions, by income equalisation: ``rate * (1 - kept)`` over the sum of both and the state's
    own rate.
    """
    municipal = tax.municipal_rate * (1.0 - tax.kept_municipal)
    regional = tax.regional_rate * (1.0 - tax.kept_regional)
    whole = tax.state_rate + municipal + regional
    return municipal / whole, regional / whole


@lru_cache(maxsize=8)
def _lay_out(costs: tuple[CostParameters, ...], tax: TaxParameters, ladder: LadderParameters) -> CostTables:
    amount = np.zeros((N_AGES, N_LEVELS, len(PAYERS), len(KINDS)), np.int64)
    for row in costs:
        first, last = row.ages
        amount[first : last + 1, :, PAYER[row.payer], KIND[row.kind]] += np.rint(row.amount).astype(np.int64)
    lost = np.zeros((N_AGES, N_LEVELS))
    for age in range(ADULT_AGE, N_AGES):
        lost[age] = ladder.earnings_self_supporting[band(age)] * (1.0 - np.asarray(ladder.earnings_share))
    local = np.rint(lost[..., None] * np.array([tax.municipal_rate, tax.regional_rate])).astype(np.int64)
    equalisation = np.rint(local * (1.0 - np.array([tax.kept_municipal, tax.kept_regional]))).astype(np.int64)
    forgone = KIND["tax_forgone"]
    amount[:, :, PAYER["board"], forgone] = local[..., 0] - equalisation[..., 0]
    amount[:, :, PAYER["region"], forgone] = local[..., 1] - equalisation[..., 1]
    amount[:, :, PAYER["central_tax"], forgone] = np.rint(lost * tax.state_rate).astype(np.int64) + equalisation.sum(2)
    return CostTables(
        amount=amount,
        equalisation=equalisation,
        lost_production=np.rint(lost * tax.production_per_earning).astype(np.int64),
    )
