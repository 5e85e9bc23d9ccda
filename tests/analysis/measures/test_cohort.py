"""One birth cohort: who was born in the first year and nobody else, per child born, on ages that the model knows."""

import pandas as pd
import pytest

from stupror.analysis.measures import cohort
from stupror.analysis.report.cohort_section import PRICES_CHANGE, cohort_sections
from stupror.analysis.report.page import texts
from stupror.model.children import ladder
from tests.analysis.world import tables


@pytest.fixture
def world():
    """Ten are born in 2020; at 1 and at 30 each costs the municipality 50 (with the fund 40) and the state 20."""
    world = tables(("status-quo", "fund"))
    costs = []
    for year, age in ((2021, 1), (2050, 30), (2021, 5)):  # the last was born in 2016
        for payer, full, saved in (("social", 500, 100), ("justice", 200, 0), ("households", 900, 900)):
            row = {"year": year, "age": age, "payer": payer, "kind": "resource", "phase": "expected"}
            for design, seed in world["runs"][["design", "seed"]].itertuples(index=False):
                amounts = {"actual_sek": full - saved * (design == "fund"), "untreated_sek": full}
                costs.append({"design": design, "seed": seed} | row | amounts)
    children = world["children"].assign(age=0)
    taken = world["enrolment"].assign(year=2022, age=1, cost_sek=300)  # at 1 in 2021: born in 2020
    older = taken.assign(age=2, cost_sek=7_000)
    return world | {"costs": pd.DataFrame(costs), "children": children, "enrolment": pd.concat([taken, older])}


def test_those_born_in_the_first_year_are_followed_and_nobody_else(world):
    found = cohort.by_age(world)
    assert sorted(set(found["age"])) == [1, 30]
    assert sorted(set(found["group"])) == ["municipality", "state"]
    one = found[(found["design"] == "fund") & (found["seed"] == 2)].set_index(["age", "group"])
    assert one.loc[(1, "municipality"), ["actual_sek", "untreated_sek"]].tolist() == [40.0, 50.0]
    assert one.loc[(30, "state"), ["actual_sek", "untreated_sek"]].tolist() == [20.0, 20.0]


def test_what_is_saved_at_all_ages_is_saved_in_a_life(world):
    saved = cohort.saved_by_band(cohort.by_age(world)).set_index(["design", "seed", "group"])
    assert saved.loc[("fund", 1, "municipality"), [0, 30, "life"]].tolist() == [10.0, 10.0, 20.0]
    assert saved.loc[("status-quo", 1, "municipality"), "life"] == 0


def test_only_programmes_for_the_cohort_are_counted(world):
    spent = cohort.programmes(world).set_index(["design", "seed"])["cost_sek"]
    assert spent["fund", 1] == 30.0
    assert spent["status-quo", 1] == 0


def test_ages_are_cut_where_the_model_cuts_them():
    assert {low for low, _ in cohort.BANDS if low >= ladder.ADULT_AGE} == set(ladder._ADULT_BANDS)
    assert cohort.BANDS[-1][1] == ladder.LAST_AGE
    assert set(PRICES_CHANGE) <= {low for low, _ in cohort.BANDS}


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_section_says_the_same_as_its_table(world, language):
    words, say = texts(language)["words"], texts(language)["sentences"]
    picture, table = cohort_sections(world, words, say)
    assert 'role="img"' in str(picture["svg"])
    assert "2020" in picture["heading"]
    rows = dict(table["rows"])
    saved = rows[say["c_less"].format(name="fund")]
    assert [mean for mean, _ in saved][-2:] == ["+20.0", "30.0"]
    assert cohort_sections(tables(), words, say) == []  # nobody is born there
