"""The numbers behind the figures as tables, for whoever wants to take them along. Read by `tabs`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...analysis.measures.lifetime import GROUPS
from ...model.children.ladder import ADULT_AGE, ADULT_LEVELS, CHILD_LEVELS, N_LEVELS
from ...model.inputs.parameters import PAYERS
from .worlds import lives, numbers, reasoning
from .worlds.numbers import Year
from .worlds.pair import Luck

Past = Sequence[tuple[Year, Year]]


def ages(past: Past) -> pd.DataFrame:
    """The pyramid of the last year as a table, both worlds."""
    frames = []
    for world, year in zip(("design", "status_quo"), past[-1], strict=True):
        age, payer = np.nonzero(year.cost + year.cost_without)
        frames.append(
            pd.DataFrame(
                {
                    "world": world,
                    "year": year.year,
                    "age": age,
                    "payer": np.array(PAYERS)[payer],
                    "people": year.people[age],
                    "cost_sek": year.cost[age, payer],
                    "untreated_sek": year.cost_without[age, payer],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def flows(past: Past) -> pd.DataFrame:
    """All flows so far as a table, both worlds."""
    frames = [
        numbers.flows_table([pair[side] for pair in past]).assign(world=world)
        for side, world in enumerate(("design", "status_quo"))
    ]
    return pd.concat(frames, ignore_index=True)


def years(past: Past) -> pd.DataFrame:
    """Sums by year as a table, both worlds."""
    rows = []
    for side, world in enumerate(("design", "status_quo")):
        for year in (pair[side] for pair in past):
            gain, cost = year.gain.sum(axis=0), numbers.by_group(year.cost.sum(axis=0))
            row = {"world": world, "year": year.year, "helped": year.helped.sum(), "invested_sek": year.invested.sum()}
            row |= {f"gain_{group}_sek": gain[number] for number, group in enumerate(GROUPS)}
            rows.append(row | {f"cost_{group}_sek": cost[number] for number, group in enumerate(GROUPS)})
    return pd.DataFrame(rows)


BOOKS = ("frame", "mandatory", "room", "prevention", "result", "equity")  # columns of a body's year


def books(past: Past, rows: Sequence[int] | slice) -> pd.DataFrame:
    """Budgets by body and year, SEK, both worlds: sums over the municipalities in `rows` of those of `past`."""
    records = []
    for side, world in enumerate(("design", "status_quo")):
        for year in (pair[side] for pair in past):
            for body, kept in year.books.items():
                sums = {f"{name}_sek": int(kept[name][rows].sum()) for name in BOOKS}
                records.append({"world": world, "year": year.year, "body": body} | sums)
    return pd.DataFrame(records, columns=["world", "year", "body", *(f"{name}_sek" for name in BOOKS)])


def gains(luck: Luck, past: Past) -> pd.DataFrame:
    """Net gain of every seed so far as a table: by seed, world, year and group, SEK."""
    records = []
    for run, seed in enumerate(luck.seeds):
        for side, world in enumerate(("design", "status_quo")):
            for at, (year, _) in enumerate(past):
                sums = {f"gain_{group}_sek": luck.gain[run, side, at, number] for number, group in enumerate(GROUPS)}
                records.append({"seed": seed, "world": world, "year": year.year} | sums)
    return pd.DataFrame(records)


def ladder(told: lives.Lives, row: int) -> pd.DataFrame:
    """One life as a table: level at each age with help and without."""
    age = np.arange(told.helped.shape[1])
    names = np.array(CHILD_LEVELS + ADULT_LEVELS)
    adult = N_LEVELS * (age >= ADULT_AGE)
    return pd.DataFrame(
        {
            "age": age,
            "year": told.born[row] + age,
            "with_help": names[told.helped[row] % N_LEVELS + adult],
            "without_help": names[told.alone[row] % N_LEVELS + adult],
        }
    )


def offers(asked: Sequence[tuple[str, reasoning.Reasoning]]) -> pd.DataFrame:
    """What each body was offered as a table: by year since the start, SEK per child."""
    frames = []
    for who, weighed in asked:
        offer = weighed.offer
        frames.append(
            pd.DataFrame(
                {
                    "body": who,
                    "year": np.arange(offer.saving_own.size),
                    "saving_own_sek": offer.saving_own,
                    "saving_others_sek": offer.saving_others,
                    "payments_sek": offer.payments,
                    "cost_now_sek": offer.cost,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
