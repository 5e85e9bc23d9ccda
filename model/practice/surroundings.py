"""What stays the same while the practice spreads: size, need, rule, who hears of whom, and the years as they were.

Municipalities and regions are described alike (`Bodies`), so that one set of rules moves both. Reads `places`; read by
`states`, `year` and `outcome_contracts`.
"""

import csv
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
from mesa.discrete_space import Network
from numpy.typing import NDArray

from ..data import DATA
from ..inputs.facts import RULES, TERMS, standardised
from ..inputs.places import Places, sweden

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

WITHOUT_REGION = "09"  # on Gotland the municipality has the region's tasks (A1)


@dataclass(frozen=True)
class Bodies:
    """What stays the same for each municipality, or for each region. Arrays of shape (n,) or as said.

    A municipality hears of its neighbours, a region of the municipalities of its county: body ``listener[i]`` hears of
    the municipality in row ``speaker[i]``.
    """

    codes: Codes  # of the municipality; of the county, for its region
    size: Floats  # logarithm of the population, in standard deviations from the mean of all municipalities, or regions
    need: Floats  # mean of: share with little schooling, and how weak the tax base is; likewise
    rules: Codes  # (terms, n) political rule of each term of TERMS, as the place in RULES
    listener: Codes  # (pairs,)
    speaker: Codes  # (pairs,)

    def rule(self, year: int) -> Codes:
        """Political rule in a year, shape (n,); the last known term stands for later years."""
        return np.asarray(self.rules[max((i for i, election in enumerate(TERMS) if election < year), default=0)])


@dataclass(frozen=True)
class Surroundings:
    """The municipalities, and the regions of their counties."""

    municipalities: Bodies
    regions: Bodies
    people: Floats  # inhabitants of each municipality, (n,)
    region: Codes  # (n,) row of each municipality's region; that after the last where it has none


def surroundings(places: Places) -> Surroundings:
    """Work out what stays the same. Size and need are measured against the whole built-in country."""
    country = sweden()
    people = np.asarray(places.population, dtype=np.float64)
    need = (
        standardised(places.facts.low_schooling_share, country.facts.low_schooling_share)
        - standardised(np.log(places.facts.tax_base), np.log(country.facts.tax_base))
    ) / 2.0
    starts, neighbours = borders(places.codes)
    municipalities = Bodies(
        codes=np.array([int(code) for code in places.codes], np.int64),
        size=standardised(np.log(places.population), np.log(country.population)),
        need=need,
        rules=np.stack([places.facts.rule_in(election + 1) for election in TERMS]),
        listener=np.repeat(np.arange(len(places.codes)), np.diff(starts)),
        speaker=neighbours,
    )
    regions, region = _regions(places, people, need)
    return Surroundings(municipalities, regions, people, region)


def _regions(places: Places, people: Floats, need: Floats) -> tuple[Bodies, Codes]:
    """Describe the regions, in order of county; the need of each is the mean of its inhabitants' municipalities.

    Who rules a region is not in the data, so that rule neither helps nor hinders it.
    """
    counties = sorted(set(places.county_codes) - {WITHOUT_REGION})
    at = {county: row for row, county in enumerate(counties)}
    region = np.array([at.get(county, len(counties)) for county in places.county_codes], np.int64)
    within = np.flatnonzero(region < len(counties))
    inhabitants = _by_county(places.county_codes, people)
    whole = _by_county(sweden().county_codes, np.asarray(sweden().population, dtype=np.float64))
    size = standardised(np.log([inhabitants[each] for each in counties]), np.log(list(whole.values())))
    bodies = Bodies(
        codes=np.array([int(county) for county in counties], np.int64),
        size=size,
        need=mean_heard(region[within], within, people, need, len(counties)),
        rules=np.full((len(TERMS), len(counties)), RULES.index("other"), np.int64),
        listener=region[within],
        speaker=within,
    )
    return bodies, region


def _by_county(counties: tuple[str, ...], people: Floats) -> dict[str, float]:
    """Inhabitants of each county that has a region."""
    known = sorted(set(counties) - {WITHOUT_REGION})
    return {each: float(people[np.asarray(counties) == each].sum()) for each in known}


def mean_heard(listener: Codes, speaker: Codes, weight: Floats, value: Floats, n: int) -> Floats:
    """Mean of what each of `n` listeners hears, 0 for who hears of nobody, shape (n,).

    Parameters
    ----------
    listener, speaker
        Who hears of which municipality, shape (pairs,).
    weight, value
        How much each municipality is heard, and what it says, by row of municipality.
    """
    loud = weight[speaker]
    total = np.bincount(listener, loud * value[speaker], n)
    heard = np.bincount(listener, loud, n)
    return np.divide(total, heard, out=np.zeros(n), where=heard > 0)


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    with (DATA / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], row["neighbour"]) for row in csv.DictReader(file))


def borders(codes: tuple[str, ...]) -> tuple[Codes, Codes]:
    """Neighbours of each municipality as (offsets, rows): those of row m are ``rows[offsets[m]:offsets[m + 1]]``."""
    at = {code: i for i, code in enumerate(codes)}
    rows: list[list[int]] = [[] for _ in codes]
    for code, neighbour in _pairs():
        if code in at and neighbour in at:
            rows[at[code]].append(at[neighbour])
    starts = np.concatenate([[0], np.cumsum([len(each) for each in rows])]).astype(np.int64)
    return starts, np.array([m for each in rows for m in sorted(each)], np.int64)


def network(codes: tuple[str, ...], agents: list[Any] | None = None) -> Network:
    """Lay municipalities out as a Mesa network by their shared borders, one cell each, in order of `codes`.

    `agents` (one per municipality, such as the executive boards) are put into their cells, so that a researcher's
    agent can look around itself: ``network[m].neighborhood``.
    """
    graph = nx.Graph()
    graph.add_nodes_from(range(len(codes)))
    starts, rows = borders(codes)
    graph.add_edges_from((m, int(k)) for m in range(len(codes)) for k in rows[starts[m] : starts[m + 1]])
    space = Network(graph, random=random.Random(0))
    for m, agent in enumerate(agents or []):
        space[m].add_agent(agent)
    return space


@cache
def good_years() -> dict[int, tuple[float, bool]]:
    """The sector's result in standard deviations from its mean, and whether a windfall fell, by year 2005-2018."""
    with (DATA / "good_years.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    result = standardised([float(row["result_share"]) for row in rows])
    return {int(row["year"]): (float(z), row["windfall"] == "1") for row, z in zip(rows, result, strict=True)}


@cache
def first_movers() -> frozenset[int]:
    """Codes of the municipalities that set money aside first, 2005 (D1)."""
    with (DATA / "first_movers.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(int(row["code"]) for row in csv.DictReader(file))
