"""The report holds all it needs, says what the numbers say, and is the same bytes for the same tables."""

import re
from functools import partial

import jinja2
import pandas as pd
import pytest

from stupror.analysis import schema
from stupror.analysis.report import figures
from stupror.analysis.report.contract_sections import contract_sections
from stupror.analysis.report.figure_sections import figure_sections
from stupror.analysis.report.intervals import interval
from stupror.analysis.report.page import HERE, content, headline, texts, with_designs, write_report
from stupror.analysis.report.tables import COLUMNS, DETAILS, details, format_summary, number, spell, summary, within
from stupror.analysis.report.worlds_table import how_sure
from stupror.model.contracts import add_on_names, design_names
from tests.analysis.world import tables


@pytest.fixture(scope="module")
def plain_page(tmp_path_factory):
    return page(tmp_path_factory.mktemp("plain"), tables())


def page(tmp_path, world, language="en", **manifest):
    path = tmp_path / "report.html"
    shown = content(world, title="A small world", manifest=manifest, rate=0.03, societal_rate=0.035, language=language)
    write_report(shown, path)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "sv"])
def test_everything_is_inside_the_page(tmp_path, language):
    html = page(tmp_path, tables(), language)
    loads = re.findall(r'(?:src|href)\s*=\s*"([^"#][^"]*)"', html)
    assert [address for address in loads if not address.startswith("#")] == []
    assert "url(http" not in html
    assert html.count("<svg ") >= 5
    assert "{" not in re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html, flags=re.S)  # no sentence left unfilled
    assert "nan" not in re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html, flags=re.S).lower().split()


def test_the_same_tables_give_the_same_bytes(tmp_path, plain_page):
    assert page(tmp_path, tables()) == plain_page


def test_ids_of_different_figures_do_not_meet(plain_page):
    ids = re.findall(r' id="([^"]+)"', plain_page)
    assert len(ids) == len(set(ids))


def test_one_seed_has_no_interval_and_says_so(tmp_path):
    html = page(tmp_path, tables(seeds=(1,)))
    assert texts("en")["sentences"]["one seed"] in html
    assert " to " not in " ".join(format_summary(summary(tables(seeds=(1,)), 0.03)).iloc[1])


@pytest.mark.parametrize(
    ("designs", "sentence"), [(("fund", "planner"), "s_no_base"), (("status-quo", "fund"), "s_no_planner")]
)
def test_a_missing_yardstick_is_said_and_not_a_failure(tmp_path, designs, sentence):
    assert texts("en")["sentences"][sentence] in page(tmp_path, tables(designs))


def test_uncertain_parameters_are_told_apart(tmp_path, plain_page):
    say = texts("en")["sentences"]
    assert say["sure_point"] in plain_page
    for drawn in ("likely", "priors"):
        html = page(tmp_path, tables(), worlds=drawn)
        assert say[f"sure_{drawn}"] in html
        assert say["sure"] not in html


def test_a_run_with_posteriors_does_not_say_that_only_luck_differs(tmp_path):
    say = texts("en")["sentences"]
    html = page(tmp_path, tables(), posteriors=["lives.csv (0123)"], municipalities_file="mine.csv")
    assert say["sure_posteriors"] in html
    assert say["sure"] not in html
    assert say["sure_point"] not in html
    assert "lives.csv (0123)" in html
    assert "mine.csv" in html


def test_both_languages_have_the_same_words_and_sentences():
    for part in ("words", "sentences"):
        assert texts("en")[part].keys() == texts("sv")[part].keys()
        for key, sentence in texts("en")[part].items():
            assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", texts("sv")[part][key])), key


def test_figures_are_left_out_when_there_is_nothing_to_show():
    world = tables(("status-quo",))
    assert "error" not in made_by(figure_sections, world)


def test_interval_is_students_t():
    # mean 2, s = 1, t(0.95, 2) = 2.920, half-width 2.920 / sqrt(3) = 1.686
    mean, low, high, n = interval([1.0, 2.0, 3.0])
    assert (mean, n) == (2.0, 3)
    assert (low, high) == pytest.approx((0.314, 3.686), abs=1e-3)


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1\u202f234"), (12.34, "12.3"), (0.123, "0.12"), (-3.0, "\u22123.0"), (-0.001, "0.00")]
)
def test_numbers_are_written_at_their_scale(value, text):
    assert number(value, value) == text


@pytest.mark.parametrize(("name", "text"), [("State", "state"), ("The EU", "the EU"), ("EU", "EU")])
def test_names_within_a_sentence(name, text):
    assert within(name) == text


def test_an_interval_is_written_at_the_scale_of_its_mean():
    assert spell(150.0, 99.4, 200.6) == "150 [99 to 201]"


def test_the_schema_finds_a_missing_column_and_a_wrong_type():
    world = {"runs": tables()["runs"]}
    assert schema.check(world) == []
    assert schema.check({"runs": world["runs"].drop(columns="births")})
    assert schema.check({"runs": world["runs"].astype({"births": str})})


def lead(world):
    words, say = texts("en")["words"], texts("en")["sentences"]
    return " ".join(headline(world, summary(world, 0.03), words, say))


def test_what_luck_may_explain_is_said_where_it_is_claimed(tmp_path):
    say = texts("en")["sentences"]
    world = tables()
    assert say["s_planner_luck"] not in lead(world)
    costs = world["costs"].copy()
    unlucky = (costs["design"] == "planner") & (costs["seed"] == 2)
    costs.loc[unlucky, "actual_sek"] = 2 * costs["untreated_sek"] - costs["actual_sek"]  # seed 2 undoes seed 1
    html = page(tmp_path, world | {"costs": costs})
    assert say["s_planner_luck"] in html
    assert "&#34;Planner (yardstick)&#34; neither lowers nor raises lifetime public cost clearly" in html
    assert say["sure_few"].format(n=2) in html
    assert say["sure_few"].format(n=6) not in page(tmp_path, tables(seeds=range(1, 7)))


def test_captions_speak_of_present_values_only_where_there_are_any():
    made = content(tables(), title="", manifest={}, language="en", rate=0.03, societal_rate=0.035)["sections"]
    caption = {section["key"]: section["caption"] for section in made}
    assert "not discounted" in caption["pyramid"]
    assert "not discounted" in caption["years"]
    assert "present values at 3 %" in caption["change"]
    assert "Intervals" in caption["change"]
    assert "Intervals" not in caption["pocket"]


def test_the_number_of_a_cell_stands_in_the_row_of_its_intervention():
    world = tables(("fund",), (1,))
    world["enrolment"] = world["enrolment"].assign(cost_sek=2_000_000)
    svg = figures.invested_in_whom(figures.spent_in_whom(world), texts("en")["words"])
    height = {text: float(y) for y, text in re.findall(r'<text [^>]* y="([\d.]+)"[^>]*>([^<]+)<', svg)}
    assert height["2.0"] == pytest.approx(height["Parenting programmes"], abs=6)  # the row is some 140 points high


def test_years_on_the_axis_are_whole(tmp_path):
    world = tables()
    world["runs"] = world["runs"].assign(years=20)
    assert not re.findall(r"20\d\d\.\d", figures.over_years(figures.spent_over_years(world), texts("en")["words"]))


def test_a_part_of_the_country_and_changed_parameters_are_named(tmp_path):
    changed = {"committee.horizon": {"value": 8, "unit": "year", "source": "assumed: a whole term"}}
    html = page(tmp_path, tables(), scenario={"municipalities": ["1080", "1081"], "changes": changed})
    assert "1080, 1081" in html
    assert "committee.horizon = 8 year (assumed: a whole term)" in html


def test_swedish_has_decimal_commas_outside_figures(tmp_path):
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", page(tmp_path, tables(), "sv"), flags=re.S)
    assert re.findall(r"\d\.\d", text) == []
    assert not re.search(r"\d to ", text)


def test_details_leave_out_what_some_seeds_lack():
    world = tables()
    without = (world["payments"]["design"] == "planner") & (world["payments"]["seed"] == 2)
    nothing = (world["projects"]["design"] == "planner") & (world["projects"]["seed"] == 2)
    projects = world["projects"].assign(cost_sek=world["projects"]["cost_sek"].mask(nothing, 0))
    spent = world | {"payments": world["payments"][~without], "projects": projects}
    found = details(spent, 0.03, 0.035).set_index(["measure", "design"])
    assert ("ratio_fiscal", "planner") not in found.index  # nothing was spent in seed 2
    assert ("ratio_fiscal", "fund") in found.index
    assert found.loc[("change_3", "fund"), "mean"] == pytest.approx(
        summary(world, 0.03).set_index(["measure", "design"]).loc[("change", "fund"), "mean"]
    )


def test_every_measure_of_the_tables_has_a_swedish_heading():
    assert {key for key, _, _ in COLUMNS + DETAILS} == set(texts("sv")["columns"])


def test_nothing_is_said_to_be_less_than_nothing():
    world = tables(seeds=(1, 2))
    one = (world["enrolment"]["seed"] == 1) & (world["enrolment"]["design"] == "fund")
    found = summary(
        world | {"enrolment": world["enrolment"].assign(children=world["enrolment"]["children"].where(~one, 0))},
        0.03,
    )
    reached = found.set_index(["measure", "design"]).loc[("reached", "fund")]
    assert (reached["mean"], reached["low"]) == (2.0, 0.0)  # Student's t on 0 and 4 would say -10.6
    assert found.set_index(["measure", "design"]).loc[("change", "fund"), "low"] < 0


def many(n=8):
    """Tables of the small world with its design `fund` under `n` further names."""
    world = tables(seeds=(1, 2, 3, 4))
    names = [f"fund-{i}" for i in range(n)]
    return {
        key: pd.concat([frame, *(frame[frame["design"] == "fund"].assign(design=name) for name in names)])
        for key, frame in world.items()
    }


def made_by(make, world):
    """Sections by their key, with captions that say their own name."""
    words, say = texts("en")["words"], texts("en")["sentences"]
    names = {name: name for name in ("interval", "present", "dots", "luck", "plain")}
    return {section["key"]: section for section in make(world, words, say, 0.03, names)}


def test_many_designs_are_counted_and_not_told_one_by_one():
    made = made_by(figure_sections, many())
    # `fund`, its eight twins and the planner's: all save; the region, on which nothing falls, gains nowhere
    assert "10 of 10 designs clearly lower lifetime public cost" in made["change"]["reading"]
    assert made["change"]["reading"].count("SEK per child") == 1


def test_more_designs_than_measures_stand_in_rows():
    loader = jinja2.FileSystemLoader(HERE / "templates")
    rows = partial(jinja2.Environment(loader=loader).get_template("tables.html.j2").module.rows, ["A", "B", "C"])
    few, many_more = (rows([(f"measure {i}", [("1", ""), ("2", ""), ("3", "")]) for i in range(n)]) for n in (3, 2))
    assert '<th scope="col">A</th>' in few
    assert '<th scope="row">A</th>' in many_more
    assert re.search(r'row">B</th>\s*<td>2</td>\s*<td>2</td>', many_more)


def test_a_contract_that_is_not_ours_goes_by_its_title_and_a_changed_one_by_ours():
    ours = {"designs": [{"name": "mine", "title": "Our own fund"}, {"name": "planner", "title": "P"}]}
    joined = "municipal-fund+competence-centre[share=0.8]"
    words = with_designs(texts("en")["words"], ["mine", "planner", joined], ours)
    assert words["mine"] == "Our own fund"
    assert words["planner"] == "Planner (yardstick)"
    assert words[joined] == "Municipal fund + National competence centre (share 0.8)"


def test_every_preset_has_a_name_in_both_languages():
    for language in ("en", "sv"):
        assert {*design_names(), *add_on_names()} - set(texts(language)["words"]) == set()


def test_sections_on_contracts_say_what_the_tables_say():
    world = {key: frame.copy() for key, frame in tables().items()}
    for table, columns in (("costs", ("actual_sek", "untreated_sek")), ("payments", ("amount_sek",))):
        for column in columns:
            world[table][column] *= 1_000_000
    made = made_by(contract_sections, world)
    risk = dict(made["risk"]["rows"])
    assert made["risk"]["headings"][:3] == ["Municipalities", "Regions", "State"]
    # municipality under `fund`, 3 %: saved 40 + 40 / 1.03, paid 100, got 30 / 1.03, in either seed
    assert risk["fund"][0] == ("8.0", "[8.0 to 8.0]")
    assert risk["Planner (yardstick)"][2] == ("215", "[215 to 215]")  # the state's 160 + 160 / 1.03 less 100
    assert "Designs, of 1, under which a party loses in its worst seed: municipalities 0" in made["risk"]["reading"]
    assert [name for name, _ in made["paid"]["rows"]] == ["fund"]
    assert "would have given: 1 of 1; to less: 0." in made["paid"]["reading"]
    assert "applying" in made["transaction"]["headings"]


def test_contracts_that_nobody_signed_are_named():
    world = tables()
    own = world["projects"]["design"] == "fund"
    said = lead(world | {"projects": world["projects"].assign(own_room=own)})
    assert texts("en")["sentences"]["s_unsigned"].format(designs="fund") in said
    assert "No project came about" not in lead(world)


def test_a_party_that_loses_in_its_worst_seed_is_counted():
    world = tables()
    worse = (world["payments"]["design"] == "fund") & (world["payments"]["purpose"] == "programme")
    worse &= world["payments"]["seed"] == 2
    payments = world["payments"].assign(amount_sek=world["payments"]["amount_sek"].where(~worse, 900))
    reading = made_by(contract_sections, world | {"payments": payments})["risk"]["reading"]
    assert "municipalities 1" in reading
    assert 'for municipalities under "fund"' in reading


def test_a_part_of_the_country_says_which_designs_hang_on_the_rest_and_that_all_are_taken_to_have_them():
    say, world = texts("sv")["sentences"], tables(("status-quo", "fund"), (1, 2))
    told = how_sure(world, {"elsewhere": ["fund"]}, {"fund": "Fonden"}, say, 0.03)
    assert say["sure_elsewhere"].format(designs="Fonden") in told
    assert say["sure_coverage"] in told
    some = how_sure(world, {"scenario": {"changes": {"diffusion.voluntary": {}}}}, {}, say, 0.03)
    assert say["sure_coverage"] not in some
    assert not any("Det här är en del av landet" in line for line in some)
