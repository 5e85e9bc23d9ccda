"""The tables of places, births and prices are complete, unique and add up to what was published."""

import csv

import pytest

from stupror.model.data import DATA

# Statistics Sweden, 31 December 2020: the country, and the counties that can be read off its table of provinces.
PUBLISHED_TOTAL = 10_379_295
PUBLISHED_COUNTIES = {
    "05": 467_158,
    "06": 365_010,
    "07": 202_263,
    "08": 246_010,
    "09": 60_124,
    "10": 159_056,
    "12": 1_389_336,
    "13": 336_748,
}
PUBLISHED_MUNICIPALITIES = {"0180": 975_551, "1480": 583_056, "1280": 347_949}


def rows(name: str) -> list[dict[str, str]]:
    """Read one table as text, so that a lost leading zero shows."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def municipalities() -> list[dict[str, str]]:
    """All rows of municipalities.csv."""
    return rows("municipalities.csv")


def test_there_are_290_municipalities_in_21_counties(municipalities: list[dict[str, str]]) -> None:
    codes = [row["code"] for row in municipalities]
    assert len(codes) == len(set(codes)) == 290
    assert codes == sorted(codes)
    assert all(len(code) == 4 and code.isdigit() for code in codes)
    assert len({row["name"] for row in municipalities}) == 290


def test_the_county_is_the_start_of_the_code_and_is_known(municipalities: list[dict[str, str]]) -> None:
    counties = rows("counties.csv")
    assert len(counties) == 21
    assert all(row["county"] == row["code"][:2] for row in municipalities)
    assert {row["county"] for row in municipalities} == {row["code"] for row in counties}
    assert all(row["name"].endswith("län") and "egion" in row["region"] for row in counties)
    assert len({row["region"] for row in counties}) == 21


def test_populations_add_up_to_the_published_totals(municipalities: list[dict[str, str]]) -> None:
    population = {row["code"]: int(row["population"]) for row in municipalities}
    assert min(population, key=population.__getitem__) == "2403"  # Bjurholm is the smallest
    assert min(population.values()) > 2_000
    assert sum(population.values()) == PUBLISHED_TOTAL
    for county, published in PUBLISHED_COUNTIES.items():
        assert sum(people for code, people in population.items() if code[:2] == county) == published, county
    assert {code: population[code] for code in PUBLISHED_MUNICIPALITIES} == PUBLISHED_MUNICIPALITIES
    assert {row["population_year"] for row in municipalities} == {"2020"}


def test_neighbours_are_symmetric_and_leave_nobody_alone(municipalities: list[dict[str, str]]) -> None:
    table = rows("neighbours.csv")
    kind = {(row["code"], row["neighbour"]): row["kind"] for row in table}
    assert len(kind) == len(table)
    assert list(kind) == sorted(kind)
    assert set(kind.values()) == {"border", "nearest"}
    assert all(code != neighbour for code, neighbour in kind)
    assert all(kind.get((neighbour, code)) == how for (code, neighbour), how in kind.items())
    assert {code for code, _ in kind} == {row["code"] for row in municipalities}


def test_every_municipality_can_be_reached_from_stockholm(municipalities: list[dict[str, str]]) -> None:
    borders: dict[str, list[str]] = {row["code"]: [] for row in municipalities}
    for row in rows("neighbours.csv"):
        borders[row["code"]].append(row["neighbour"])
    reached, ahead = {"0180"}, ["0180"]
    while ahead:
        for code in borders[ahead.pop()]:
            if code not in reached:
                reached.add(code)
                ahead.append(code)
    assert len(reached) == 290


def test_births_are_there_for_every_year() -> None:
    births = {int(row["year"]): int(row["births"]) for row in rows("births.csv")}
    assert list(births) == list(range(1999, 2024))
    assert all(85_000 < number < 120_000 for number in births.values())
    assert births[2015] == births[2016] - 2_555  # as Statistics Sweden put it in 2017


def test_prices_are_there_for_every_year_around_the_price_year() -> None:
    cpi = {int(row["year"]): float(row["cpi"]) for row in rows("prices.csv")}
    assert list(cpi) == list(range(2010, 2024))
    assert cpi[2020] == 335.92
    assert cpi[2023] / cpi[2022] == pytest.approx(1.085, abs=0.001)


@pytest.mark.parametrize("name", ["municipalities.csv", "births.csv", "prices.csv"])
def test_every_row_says_where_it_comes_from(name: str) -> None:
    assert all(row["source"].startswith(("Statistics Sweden", "assumed")) for row in rows(name))
