"""How the practice of social investment spreads between municipalities and regions, is learned, and dies out (D1-D8).

A municipality or region has never raised the idea, discusses it, works with it, has set money aside, or has stopped;
who stopped may come back. Each year each moves at most one step, by the same rules. The idea is raised by one's own
accord or because many others have just taken it up (after Bass 1969); size, political rule, neighbours, the region or
its municipalities, need, good years and windfalls, results seen and five reasons to stop (F6) change the chances.

`surroundings` is what stays the same, `states` the state, `year` the yearly step, `outcome_contracts` a small
extension. `history` lives 2005-2018 alone in milliseconds; `PreventionModel` lives on with the same `move`
(`model.practice.in_run`).
"""

from .outcome_contracts import CONTRACTS
from .states import (
    DISCUSSED,
    FIRST_YEAR,
    FUNDED,
    NEVER,
    REASONS,
    STATES,
    STOPPED,
    WORKING,
    Country,
    Practice,
    Year,
    begin,
    luck,
)
from .surroundings import Bodies, Surroundings, borders, first_movers, good_years, network, surroundings
from .year import history, move, neighbours_active, seen_results, talked_about

__all__ = [
    "CONTRACTS",
    "DISCUSSED",
    "FIRST_YEAR",
    "FUNDED",
    "NEVER",
    "REASONS",
    "STATES",
    "STOPPED",
    "WORKING",
    "Bodies",
    "Country",
    "Practice",
    "Surroundings",
    "Year",
    "begin",
    "borders",
    "first_movers",
    "good_years",
    "history",
    "luck",
    "move",
    "neighbours_active",
    "network",
    "seen_results",
    "surroundings",
    "talked_about",
]
