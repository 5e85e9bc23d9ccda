"""A part is that part of the whole: the report of a municipality stands on the rows of the run of its county."""

import re

import pandas as pd
import pytest

from stupror.analysis.measures import parts, payers
from stupror.analysis.report.page import texts
from stupror.analysis.report.place import place, tables
from stupror.analysis.report.place.every import sums_table, write_every
from stupror.experiments.runs import runner, told
from stupror.experiments.runs.around import elsewhere, reads_the_country
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from tests.analysis.world import tables as small_world

YEARS = 4


@pytest.fixture(scope="module")
def spec():
    return load_scenario()


@pytest.fixture(scope="module")
def county(spec):
    designs = [load_design(name) for name in ("status-quo", "state-outcomes-fund")]
    return runner.compare(select(spec, ["10"]), designs, [1, 2], YEARS, detail=True)


def test_parts_add_up_to_the_whole_to_the_krona(county):
    codes = list(dict.fromkeys(county["municipalities"]["municipality"]))
    whole = parts.part_of(county, codes)
    keys = ["design", "seed", "year", "payer", "kind"]
    simulated = county["costs"][(county["costs"]["phase"] == "simulated") & (county["costs"]["payer"] != "households")]
    wanted = simulated.groupby(keys)["actual_sek"].sum()
    found = whole["costs"].groupby(keys)["actual_sek"].sum()
    pd.testing.assert_series_equal(found[found != 0], wanted[wanted != 0], check_dtype=False)
    flows = [payers.flows_by_group(parts.part_of(county, [code]), 0.0) for code in codes]
    columns = ["pays_sek", "receives_sek", "saves_sek"]
    total = sum(each.set_index(["design", "seed", "group"])[columns] for each in flows)
    pd.testing.assert_frame_equal(
        total, payers.flows_by_group(whole, 0.0).set_index(["design", "seed", "group"])[columns]
    )
    paid = county["payments"][county["payments"]["phase"] == "simulated"]
    assert whole["payments"]["amount_sek"].sum() == paid["amount_sek"].sum() > 0


def test_national_sums_cannot_be_cut():
    world = small_world()
    with pytest.raises(ValueError, match="national sums"):
        parts.part_of(world | {"flows": pd.DataFrame({"design": [], "seed": []})}, ["1080"])


def test_a_county_in_a_larger_run_is_the_county_alone(spec, county):
    larger = runner.compare(select(spec, ["10", "09"]), [load_design("state-outcomes-fund")], [1], YEARS, detail=True)
    alone = county["municipalities"]
    alone = alone[(alone["design"] == "state-outcomes-fund") & (alone["seed"] == 1)].reset_index(drop=True)
    same = larger["municipalities"][larger["municipalities"]["county"] == "10"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone)


def test_designs_that_hang_on_results_elsewhere_are_lived_in_the_whole_country(spec):
    alone = ("status-quo", "municipal-fund", "municipal-fund-repayment", "state-outcomes-fund", "planner")
    assert not any(reads_the_country(load_design(name), spec) for name in alone)
    # an investor, a state that signs, the trend of the country, a centre that gathers results
    beyond = ("sib-norrkoping", "better-futures-fund", "internal-outcome-contract", "status-quo+competence-centre")
    assert all(reads_the_country(load_design(name), spec) for name in beyond)
    designs = [load_design(name) for name in ("status-quo", *beyond)]
    assert elsewhere(designs, select(spec, ["10"]), spec) == [each.name for each in designs[1:]]
    assert elsewhere(designs, spec, spec) == []


def test_eligibility_is_counted_for_every_pupil_and_lives_without_help_are_alike(county):
    school = county["school"]
    at_16 = county["children"][county["children"]["age"] == 16].groupby(["design", "seed", "year"])["children"].sum()
    assert school.groupby(["design", "seed", "year"])["pupils"].sum().to_dict() == at_16.to_dict()
    base, fund = (
        school[school["design"] == name].reset_index(drop=True) for name in ("status-quo", "state-outcomes-fund")
    )
    assert (base["not_eligible_untreated"] == fund["not_eligible_untreated"]).all()
    assert (school["not_eligible"] <= school["pupils"]).all()
    assert school["not_eligible"].sum() > 0


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_report_of_a_place_says_what_it_cannot_know(spec, county, language):
    part = select(spec, ["1080"])
    manifest = {"place": told.place_of("1080", part, spec), "designs": [], "scenario": {"title": "Sweden"}}
    shown = place.content(parts.part_of(county, ["1080"]), county, manifest=manifest, language=language)
    say = place.sayings(language)
    assert "Karlskrona" in shown["page_title"]
    assert len(shown["know"]) == 7
    assert len(place.know(county["runs"], manifest["place"], say, whole=True)) == 6
    assert len(place.know(county["runs"], manifest["place"], say, everywhere=False)) == 6
    assert "Karlskrona" in shown["front"]["question"]
    keys = [table["key"] for table in shown["tables"]]
    assert keys == ["facts", "beside", "children", "practice", "bodies", "years", "neighbours"]
    assert shown["tables"][-1]["rows"][0][0] == "1080 Karlskrona"  # the place stands first
    assert len(shown["tables"][-1]["rows"]) == 5
    assert len(shown["tables"][5]["rows"]) == YEARS
    assert not re.search(r"\bnan\b", str(shown["tables"]).lower())
    again = shown["source"][say["again"]]
    assert "--years 4" in again
    assert "--point" not in again
    assert "--country" not in again
    larger = county | {"municipalities": county["municipalities"].assign(county="09")}
    again = place.source(larger, manifest | {"worlds": "point"}, say)[say["again"]]
    assert "--country --point" in again
    assert re.search(r"stupror \d+\.\d+\.\d+:", shown["made_by"])  # a version has no decimal comma


def test_a_municipality_has_one_row_though_worlds_differ(county):
    other = county["municipalities"]["seed"] == 2
    worlds = county | {"municipalities": county["municipalities"].assign(frail=0.2 + 0.1 * other)}
    rows = tables.neighbours_table(
        worlds, {"codes": ["1080"], "like_codes": []}, texts("en")["words"], place.sayings("en")
    )["rows"]
    assert len(rows) == 5
    assert rows[0][1][1][0] == "25.0"


@pytest.mark.parametrize("language", ["en", "sv"])
def test_pages_of_all_places_add_up_to_the_whole_to_the_krona(spec, county, language, tmp_path):
    codes = sorted(set(county["municipalities"]["municipality"]))
    every = [told.place_of(code, select(spec, [code]), spec) for code in codes]
    manifest = {"place": told.place_of("10", select(spec, ["10"]), spec) | {"every": every}, "designs": []}
    done = []
    write_every(
        county, tmp_path / "report.html", manifest=manifest, language=language, progress=lambda n, of: done.append(n)
    )
    assert [page.stem for page in sorted((tmp_path / "places").iterdir())] == codes
    assert done == [1, 2, 3, 4, 5]
    by_place = pd.read_csv(tmp_path / "places.csv", dtype={"municipality": str})
    flows, keys = ["pays_sek", "receives_sek", "saves_sek"], ["design", "seed", "group"]
    whole = parts.money_of(county).set_index(keys)[flows].sort_index()
    assert by_place.groupby(keys)[flows].sum().equals(whole)
    assert (whole["pays_sek"] > 0).any()
    sums = sums_table(by_place, county, texts(language)["words"], place.sayings(language))
    assert {cells[-1][0] for _, cells in sums["rows"]} == {"0"}
    bent = sums_table(by_place.iloc[1:], county, texts(language)["words"], place.sayings(language))
    assert bent["rows"][0][1][-1][0] != "0"  # a page that is missing is seen
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(f'href="places/{code}.html"' in html for code in codes)


def test_the_like_are_others_and_facts_are_means(spec):
    found = told.place_of("1080", select(spec, ["1080"]), spec)
    assert len(found["like"]) == told.MOST_LIKE
    assert "Karlskrona" not in found["like"]
    at = spec.places.codes.index("1080")
    assert found["facts"]["here"]["population"] == spec.places.population[at]
    assert told.place_of("10", select(spec, ["10"]), spec)["name"] == "Blekinge län"


def test_a_run_that_cuts_a_county_is_known(spec):
    assert told.cut_counties(select(spec, ["1080", "1082", "09"]), spec) == {
        "Blekinge län": ["Karlskrona", "Karlshamn"]
    }
    assert told.cut_counties(select(spec, ["10"]), spec) == {}
    assert told.place_names(select(spec, ["10", "0581"]), spec) == ["Norrköping", "Blekinge län"]
    assert told.place_names(spec, spec) == []


def test_children_are_counted_by_need(county):
    here = parts.part_of(county, ["1080"])
    rows = dict(tables.children_table(county, here, texts("en")["words"], place.sayings("en"))["rows"])
    first = here["children"]
    first = first[(first["design"] == "status-quo") & (first["year"] == 2020) & (first["age"] < 20)]
    placed = first[first["level"] == "placed"]["children"].sum() / 2
    assert rows["placed"][0][0].replace("\u202f", "") == (f"{placed:.0f}" if placed >= 100 else f"{placed:.1f}")


def test_both_languages_say_the_same():
    assert place.sayings("en").keys() == place.sayings("sv").keys()
