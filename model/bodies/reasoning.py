"""How bodies reason: what a programme seems worth to somebody who answers for some rows, for some years.

One rule for everybody. What differs is the mandate: whose costs count as one's own, how far one looks, how much of a
saving can be turned into cash and kept, and how much one cares for others. Hand-over needs no rule: what falls after
the horizon, or on another payer's row, is simply not in the sum.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..children.cells import mixed
from ..children.ladder import N_AGES
from ..inputs.arithmetic import powers
from ..inputs.compiled import kernel
from ..inputs.protect import protect

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mandate:
    """What bodies of one kind answer for and how far they see, one row per municipality.

    `payers` says whose costs are one's own, shape (10,); `horizon` in years, `discount` per year. `regard` is the
    weight on gains to everybody else within `regard_horizon` years: a budget looks a few years ahead, but the gains to
    society that bodies say they act for (M13) are reckoned over a longer time than any budget. A saving can be cashed
    by ``cashable_first + growth * years``, at most `cashable_max`, and of a lasting saving the share ``(1 - ratchet)
    ** years`` is left after the budget frame has followed cost down (M8).
    """

    payers: NDArray[np.bool_]
    horizon: Floats
    discount: Floats
    regard: Floats
    regard_horizon: Floats
    cashable_first: float
    cashable_growth: float
    cashable_max: float
    ratchet: float

    def __post_init__(self) -> None:
        protect(self)

    def discounting(self) -> Floats:
        """Weight of a krona of one's own in each year, none after the horizon. Shape (n, N_AGES)."""
        return self._weights(self.horizon)

    def caring(self) -> Floats:
        """Weight of a krona of everybody else's in each year for a whole `regard`, shape (n, N_AGES)."""
        return self._weights(self.regard_horizon)

    def _weights(self, horizon: Floats) -> Floats:
        years = np.arange(N_AGES)
        within = np.clip(horizon[:, None] - years, 0.0, 1.0)  # of the last year only the part that it looks at
        return np.asarray(within * powers(1.0 / (1.0 + self.discount), N_AGES))

    def keeping(self) -> Floats:
        """Share of a saving that can be cashed and is kept in each year, shape (N_AGES,)."""
        years = np.arange(N_AGES)
        cashable = np.minimum(self.cashable_max, self.cashable_first + self.cashable_growth * years)
        return np.asarray(cashable * powers(1.0 - self.ratchet, N_AGES))


def perceived_saving(mandate: Mandate, saved: Floats) -> Floats:
    """Value per child that bodies put on what lives would cost less, before any payment or programme cost.

    Own savings count within the horizon, as far as they can be cashed and kept; others' savings by `regard`.
    `saved` is by (belief, cell, year since the start, payer), see `cells.Cells`.
    Shape (n_beliefs, n_municipalities, n_cells), SEK per child enrolled.
    """
    own, others = _whose(saved, mandate.payers)
    kept = _weigh(mandate.discounting() * mandate.keeping(), own)
    return np.asarray(kept + mandate.regard[:, None] * _weigh(mandate.caring(), others))


@kernel
def _whose(saved: Floats, payers: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Add up over `payers`, and over everybody else: from (beliefs, cells, years, 10) to (beliefs, cells, years)."""
    own, others = np.empty(saved.shape[:3]), np.empty(saved.shape[:3])
    for b in range(saved.shape[0]):
        for c in range(saved.shape[1]):
            for t in range(saved.shape[2]):
                mine, theirs = 0.0, 0.0
                for payer in range(saved.shape[3]):
                    if payers[payer]:
                        mine += saved[b, c, t, payer]
                    else:
                        theirs += saved[b, c, t, payer]
                own[b, c, t], others[b, c, t] = mine, theirs
    return own, others


@kernel
def _weigh(weight: Floats, yearly: Floats) -> Floats:
    """Sum `yearly`, shape (beliefs, cells, years), over years with the weights of each body, shape (n, years).

    Shape (beliefs, n, cells). Written out, because a linear-algebra library may add up in another order on another
    machine, and a decision may hang on the last bit.
    """
    beliefs, n_cells, years = yearly.shape
    result = np.empty((beliefs, weight.shape[0], n_cells))
    by_year = np.empty((years, n_cells))
    for b in range(beliefs):
        for t in range(years):
            for c in range(n_cells):
                by_year[t, c] = yearly[b, c, t]
        for m in range(weight.shape[0]):
            alike = m > 0  # bodies that look equally far, as many do
            for t in range(years):
                alike = alike and weight[m, t] == weight[m - 1, t]
            for c in range(n_cells):
                result[b, m, c] = result[b, m - 1, c] if alike else 0.0
            if alike:
                continue
            for t in range(years):
                w = weight[m, t]
                if w != 0.0:  # beyond the horizon
                    for c in range(n_cells):
                        result[b, m, c] += w * by_year[t, c]
    return result


def local_saving(mandate: Mandate, by_class: Floats, mix: Floats) -> Floats:
    """`perceived_saving` by a child of each option of the place's own mix of frailty classes; shape the same.

    `by_class` as `cells.saved_by_class`, `mix` as `cells.local_mix`.
    """
    return mixed([perceived_saving(mandate, saved) for saved in by_class], mix)


def perceived_payments(mandate: Mandate, payments: Floats) -> Floats:
    """Present value per child of what a contract is expected to pay a body, less what the body would have to pay.

    A receipt counts within the horizon, as savings do. What must be paid is a debt and counts in full, whenever it
    falls due (prudence: liabilities are booked when they are known, receipts when they are certain).
    `payments` is by (belief, cell, year since the start), SEK per child. Shape as `perceived_saving`.
    """
    due = powers(1.0 / (1.0 + mandate.discount), N_AGES)
    worth = _weigh(mandate.discounting(), np.maximum(payments, 0.0))
    owed = np.minimum(payments, 0.0)
    return np.asarray(worth + _weigh(due, owed) if owed.any() else worth)


def present_cost(mandate: Mandate, yearly: Floats, duration: NDArray[np.int64]) -> Floats:
    """Present value of `yearly` SEK per child for `duration` years. Shape (n_municipalities, n_cells)."""
    longest = int(duration.max())
    paid = (np.arange(longest) < duration[:, None]).astype(np.float64)
    return np.asarray((powers(1.0 / (1.0 + mandate.discount), longest)[:, None, :] * paid).sum(axis=2) * yearly)


_FAR = 9.0  # standard deviations beyond which nothing that could be learned adds a last digit to what is decided on


@kernel
def value_of_trying(net: float, slope: float, before: float, more: float) -> float:
    """Expected value of sample information for one later decision of the same size, SEK per child.

    Who tries learns, and may decide otherwise next time. The value of what is decided on is linear in the effect
    believed in, so that it is ``s L(|net| / s)`` with the normal loss ``L`` and ``s`` the standard deviation by which
    a trial will move it (Raiffa & Schlaifer 1961, *Applied Statistical Decision Theory*, ch. 5).

    Parameters
    ----------
    net
        What a child is thought to be worth now.
    slope
        How much more for a unit more of the effect.
    before
        Precision of the belief in the effect.
    more
        Precision that one project adds to it.
    """
    sd = abs(slope) * math.sqrt(max(1.0 / before - 1.0 / (before + more), 0.0))
    if sd <= 0.0:
        return 0.0
    z = abs(net) / sd
    if z > _FAR:
        return 0.0
    tail = 0.5 * math.erfc(z / math.sqrt(2.0))
    return sd * (math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) - z * tail)


@kernel
def taste(luck: float, scale: float) -> float:
    """What else speaks for or against a project, per krona of it: logistic, from luck in (0, 1); nothing at scale 0.

    So that yes or no is a logit of what is gained (McFadden 1974), and the same luck under every design.
    """
    return scale * (math.log(luck) - math.log(1.0 - luck))
