"""Facts of the municipalities: published totals, terms of rule, and a user's own table read strictly."""

import csv
from pathlib import Path

import numpy as np
import pytest

from stupror.model.children.population import build_population
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.facts import FACTS, IDENTITY, RULES, built_in_facts, standardised
from stupror.model.inputs.places import own_places, part, sweden

COUNTRY = sweden()
# Statistics Sweden: population of the country at the end of 2005, 2013 and 2017.
PUBLISHED = {"population_2005": 9_047_752, "population_2013": 9_644_864, "population_2017": 10_120_242}


@pytest.mark.parametrize(("column", "total"), PUBLISHED.items())
def test_populations_add_up_to_the_published_totals(column, total):
    assert sum(getattr(COUNTRY.facts, column)) == total


def test_every_municipality_has_facts_in_the_same_order():
    known = built_in_facts()
    assert set(known) == set(COUNTRY.codes)
    stockholm = COUNTRY.codes.index("0180")
    assert COUNTRY.facts.population_2017[stockholm] == 949_761
    assert COUNTRY.facts.rule[stockholm] == ("red-green", "centre-right", "centre-right", "red-green", "centre-right")


def test_rule_is_by_term_and_the_last_known_term_goes_on():
    counts = {
        year: np.bincount(COUNTRY.facts.rule_in(year), minlength=len(RULES)).tolist() for year in (2018, 2019, 2040)
    }
    assert counts[2018] == [99, 89, 101, 1]  # the term after the election of 2014, by SKR's classification
    assert counts[2019] == counts[2040] != counts[2018]
    assert (COUNTRY.facts.rule_in(2014) != COUNTRY.facts.rule_in(2015)).any()


def test_growth_and_pressure_by_hand():
    one = part(COUNTRY, ["Stockholm"]).facts
    assert one.growth() == pytest.approx((949_761 / 771_038) ** (1 / 12) - 1)
    assert one.pressure() == pytest.approx(0.214 + 0.063)
    assert standardised([1.0, 1.0, 1.0]).tolist() == [0.0, 0.0, 0.0]
    assert standardised([1.0, 3.0]).tolist() == [-1.0, 1.0]


def test_births_follow_the_young_and_a_part_has_those_of_the_whole():
    whole = build_population(COUNTRY, 2020, 1).cohort_sizes()
    part_of_it = build_population(part(COUNTRY, ["10"]), 2020, 1).cohort_sizes()
    rows = [COUNTRY.codes.index(code) for code in part(COUNTRY, ["10"]).codes]
    assert (whole[rows] == part_of_it).all()
    per_head = whole.sum(axis=1) / np.asarray(COUNTRY.population)
    young = np.asarray(COUNTRY.facts.young_share)
    assert np.corrcoef(per_head, young)[0, 1] > 0.999


# ---------------------------------------------------------------------- a user's own table


def write(path: Path, rows, header=IDENTITY):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_an_own_table_takes_what_it_leaves_out_from_the_built_in_one(tmp_path):
    places = own_places(
        write(tmp_path / "mine.csv", [("1080", "Karlskrona", "10", "70000"), ("0980", "Gotland", "09", "61000")])
    )
    assert places.codes == ("0980", "1080")
    assert places.population == (61_000, 70_000)
    assert places.facts.tax_base == tuple(built_in_facts()[code]["tax_base"] for code in places.codes)
    width = places.share[1][1] - places.share[1][0]
    country = sum(p * y for p, y in zip(COUNTRY.population, COUNTRY.facts.young_share, strict=True))
    assert width == pytest.approx(70_000 * 0.228 / country)


def test_a_new_municipality_needs_every_column(tmp_path):
    given = built_in_facts()["0980"]
    row = ["0999", "Nystad", "09", "5000", *(given[name] for name in FACTS)]
    assert own_places(write(tmp_path / "all.csv", [row], (*IDENTITY, *FACTS))).names == ("Nystad",)
    with pytest.raises(InputError, match=r"0999 is not in the built-in table: give population_2005, .*rule_2018"):
        own_places(write(tmp_path / "few.csv", [row[:4]]))


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (("code", "name", "county"), ("0980", "Gotland", "09"), "column 'population' is missing"),
        (
            (*IDENTITY, "taxbase"),
            ("0980", "Gotland", "09", "1000", "1"),
            "unknown column 'taxbase'. Did you mean 'tax_base'",
        ),
        ((*IDENTITY, "name"), ("0980", "Gotland", "09", "1000", "x"), "column 'name' comes twice"),
        (IDENTITY, ("980", "Gotland", "09", "61000"), "line 2: code '980'. Write four figures"),
        (IDENTITY, ("0980", "Gotland", "9", "61000"), "county '9' is not known"),
        (IDENTITY, ("0980", "Gotland", "10", "61000"), "does not begin with its county 10"),
        (IDENTITY, ("0980", " ", "09", "61000"), "the name is empty"),
        (IDENTITY, ("0980", "Gotland", "09", "61 000"), "population '61 000' is not a whole number"),
        (IDENTITY, ("0980", "Gotland", "09", "6"), "population 6 is outside 500 to 5000000"),
        (IDENTITY, ("0980", "Gotland", "09"), "has fewer cells than the header"),
        (IDENTITY, ("0980", "Gotland", "09", "61000", "7"), "has more cells than the header"),
        (
            (*IDENTITY, "rule_2018"),
            ("0980", "Gotland", "09", "61000", "centre-left"),
            "rule_2018 'centre-left' is none of red-green",
        ),
        ((*IDENTITY, "young_share"), ("0980", "Gotland", "09", "61000", "21"), "young_share 21 is outside 0.05 to 0.5"),
    ],
)
def test_a_wrong_table_is_refused_with_line_and_remedy(tmp_path, header, row, message):
    with pytest.raises(InputError) as refused:
        own_places(write(tmp_path / "mine.csv", [row], header))
    assert message in "\n".join(refused.value.problems)


def test_all_problems_are_told_at_once_and_twins_are_seen(tmp_path):
    rows = [("0980", "Gotland", "09", "61000"), ("0980", "Gotland", "09", "x"), ("1", "", "77", "1")]
    with pytest.raises(InputError) as refused:
        own_places(write(tmp_path / "mine.csv", rows))
    text = "\n".join(refused.value.problems)
    assert "municipality 0980 comes twice" in text
    assert "line 3: population 'x'" in text
    assert "line 4: code '1'" in text
    assert "county '77'" in text


@pytest.mark.parametrize("content", [b"", b"code,name,county,population\n", b"\xff\xfe\x00"])
def test_no_table_at_all_is_refused(tmp_path, content):
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(InputError):
        own_places(tmp_path / "mine.csv")
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        own_places(tmp_path / "nowhere.csv")


def test_a_table_with_semicolons_is_told_so(tmp_path):
    (tmp_path / "mine.csv").write_text("code;name;county;population\n1080;Karlskrona;10;66000\n", encoding="utf-8")
    with pytest.raises(InputError, match="divided by semicolons"):
        own_places(tmp_path / "mine.csv")
