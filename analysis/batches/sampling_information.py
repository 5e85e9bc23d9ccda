"""What a study would be worth: the expected value of sample information, for each payer.

A study reports one number: in each draw what it should come to there, and how far luck moves it. Drawn once for each
draw, reports and net benefits together say what is to be expected of a design once a report is known: a regression, as
for single numbers (Strong, Oakley, Brennan & Breeze 2015, 10.1177/0272989X15575286). Whoever decides takes the best
design, so ``EVSI = E[max over designs of E[NB_d | report]] - max over designs of E[NB_d]``. What a method gets wrong
whatever its size is a luck that more children do not average out. Read by the commands and notebooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .conditional import fit_of
from .psa import worth_of_knowing

Frame = pd.DataFrame
Floats = NDArray[np.float64]

REPEATS, SHUFFLES, SEED = 16, 100, 1


@dataclass(frozen=True, eq=False)
class Reports:
    """What a study would report in each draw, shape (draws,) each.

    `mean` is what it should come to, `variance` that of one child's part by luck, and `off` the standard deviation of
    what its method gets wrong however large it is. All in the unit of `mean`; only their proportions matter.
    """

    mean: Floats
    variance: Floats
    off: Floats

    def drawn(self, children: float, rng: np.random.Generator) -> Floats:
        """One report for each draw of a study of so many children."""
        luck, wrong = rng.normal(size=(2, self.mean.size))
        return np.asarray(self.mean + np.sqrt(self.variance / children) * luck + self.off * wrong)


def sample_information(benefits: Mapping[str, Frame], reports: Reports, children: float, lead: str = "fiscal") -> Frame:
    """Expected value of a study of so many children, by payer, SEK per child of the run.

    Parameters
    ----------
    benefits
        Net benefit by perspective: index draw, columns designs, the same in all (`psa.net_benefit`).
    reports
        What the study would report in each of these draws.
    children
        Children whom the study follows.
    lead
        The perspective of whoever decides in column `if_all_decide`.

    Returns
    -------
    pandas.DataFrame
        Columns perspective, evsi (if that payer chooses by its own net benefit), chance (95 % quantile of what is found
        when net benefits are shuffled over draws, so that the report tells nothing), if_all_decide (what it gains if
        `lead` chooses; of payers that make up `lead` these add up to its own).
    """
    rng = np.random.default_rng(SEED)
    fits = [fit_of(reports.drawn(children, rng)[:, None]) for _ in range(REPEATS)]
    leading = benefits[lead].to_numpy(np.float64)
    chosen = []
    for fit in fits:
        fitted = fit.fitted(leading)
        chosen.append((fitted.argmax(axis=1), int(leading.mean(axis=0).argmax())))
    rows = []
    for name, frame in benefits.items():
        benefit = frame[list(benefits[lead].columns)].to_numpy(np.float64)
        gain = benefit - benefit[:, [int(benefit.mean(axis=0).argmax())]]
        found = float(np.mean([worth_of_knowing(fit, gain[:, None, :])[0] for fit in fits]))
        shuffled = np.stack([gain[rng.permutation(len(gain))] for _ in range(SHUFFLES)], axis=1)
        chance = float(np.quantile(worth_of_knowing(fits[0], shuffled), 0.95))
        moved = [float((fit.fitted(benefit)[np.arange(len(gain)), after] - benefit[:, before].mean()).mean())
                 for fit, (after, before) in zip(fits, chosen, strict=True)]  # fmt: skip
        rows.append((name, found, chance, float(np.mean(moved))))
    return pd.DataFrame(rows, columns=["perspective", "evsi", "chance", "if_all_decide"])
