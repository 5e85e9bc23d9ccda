"""The report holds all it needs, says what the numbers say, and is the same bytes for the same tables."""

import re

import pytest

from analysis import figures, schema
from analysis.intervals import interval
from analysis.report import content, texts, write_report
from analysis.tables import COLUMNS, DETAILS, details, format_summary, number, spell, summary
from tests.analysis.world import tables


def page(tmp_path, world, language="en", **manifest):
    path = tmp_path / "report.html"
    write_report(world, path, title="A small world", manifest=manifest, language=language)
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


def test_the_same_tables_give_the_same_bytes(tmp_path):
    assert page(tmp_path, tables()) == page(tmp_path, tables())


def test_ids_of_different_figures_do_not_meet(tmp_path):
    ids = re.findall(r' id="([^"]+)"', page(tmp_path, tables()))
    assert len(ids) == len(set(ids))


def test_one_seed_has_no_interval_and_says_so(tmp_path):
    html = page(tmp_path, tables(seeds=(1,)))
    assert texts("en")["sentences"]["one seed"] in html
    assert " to " not in " ".join(format_summary(summary(tables(seeds=(1,)))).iloc[1])


@pytest.mark.parametrize(
    ("designs", "sentence"), [(("fund", "planner"), "s_no_base"), (("status-quo", "fund"), "s_no_planner")]
)
def test_a_missing_yardstick_is_said_and_not_a_failure(tmp_path, designs, sentence):
    assert texts("en")["sentences"][sentence] in page(tmp_path, tables(designs))


def test_uncertain_parameters_are_told_apart(tmp_path):
    assert texts("en")["sentences"]["sure_fixed"] in page(tmp_path, tables())
    assert texts("en")["sentences"]["sure_uncertain"] in page(tmp_path, tables(), uncertain=True)


def test_both_languages_have_the_same_words_and_sentences():
    for part in ("words", "sentences"):
        assert texts("en")[part].keys() == texts("sv")[part].keys()
        for key, sentence in texts("en")[part].items():
            assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", texts("sv")[part][key])), key


def test_figures_are_left_out_when_there_is_nothing_to_show():
    world = tables(("status-quo",))
    assert figures.measured_against_true(figures.settled_dots(world), texts("en")["words"]) is None


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


def test_an_interval_is_written_at_the_scale_of_its_mean():
    assert spell(150.0, 99.4, 200.6) == "150 [99 to 201]"


def test_the_schema_finds_a_missing_column_and_a_wrong_type():
    world = {"runs": tables()["runs"]}
    assert schema.check(world) == []
    assert schema.check({"runs": world["runs"].drop(columns="births")})
    assert schema.check({"runs": world["runs"].astype({"births": str})})


def lead(world, **more):
    given = {"title": "A small world", "manifest": {}, "language": "en", "rate": 0.03} | more
    return " ".join(content(world, **given)["lead"])


def test_one_seed_claims_nothing_about_luck():
    said = lead(tables(seeds=(1,)))
    assert texts("en")["sentences"]["s_none"] not in said
    assert '"fund" lowers lifetime public cost' in said


def test_the_headline_follows_the_sign():
    world = tables()
    turned = world["costs"].copy()
    harmed = turned["design"] != "status-quo"
    turned.loc[harmed, "actual_sek"] = 2 * turned["untreated_sek"] - turned["actual_sek"]  # what it saved it now costs
    said = lead(world | {"costs": turned})
    assert "raised it by" in said
    assert texts("en")["sentences"]["s_dearer"].format(designs="fund, Planner").split(":")[0] in said
    assert "comes nearest" not in said


def test_captions_speak_of_present_values_only_where_there_are_any():
    made = content(tables(), title="", manifest={}, language="en", rate=0.03)["sections"]
    caption = {section["key"]: section["caption"] for section in made}
    assert "not discounted" in caption["pyramid"]
    assert "not discounted" in caption["years"]
    assert "present values at 3 %" in caption["gain"]
    assert "Intervals" in caption["change"]
    assert "Intervals" not in caption["pocket"]


def test_the_number_of_a_cell_stands_in_the_row_of_its_intervention():
    world = tables(("fund",), (1,))
    world["enrolment"] = world["enrolment"].assign(cost_sek=2_000_000)
    svg = figures.invested_in_whom(world, texts("en")["words"])
    height = {text: float(y) for y, text in re.findall(r'<text [^>]* y="([\d.]+)"[^>]*>([^<]+)<', svg)}
    assert height["2.0"] == pytest.approx(height["Parenting programmes"], abs=6)  # the row is some 140 points high


def test_years_on_the_axis_are_whole(tmp_path):
    world = tables()
    world["runs"] = world["runs"].assign(years=20)
    assert not re.findall(r"20\d\d\.\d", figures.over_years(world, texts("en")["words"]))


def test_a_part_of_the_country_and_changed_parameters_are_named(tmp_path):
    changed = {"committee.horizon": {"value": 8, "unit": "year", "source": "assumed: a whole term"}}
    html = page(tmp_path, tables(), scenario={"municipalities": ["1080", "1081"], "changes": changed})
    assert "2 municipalities only: 1080, 1081" in html
    assert "committee.horizon = 8 year (assumed: a whole term)" in html


def test_swedish_has_decimal_commas_outside_figures(tmp_path):
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", page(tmp_path, tables(), "sv"), flags=re.S)
    assert re.findall(r"\d\.\d", text) == []
    assert not re.search(r"\d to ", text)


def test_details_leave_out_what_some_seeds_lack():
    world = tables()
    payments = world["payments"]
    never = (payments["design"] == "planner") & (payments["seed"] == 2)
    payments.loc[never, "amount_sek"] = 10_000  # in one of two seeds the state never gets its money back
    found = details(world).set_index(["measure", "design"])
    assert ("payback_state", "planner") not in found.index
    assert found.loc[("payback_state", "fund"), "mean"] == 0
    assert found.loc[("change_3", "fund"), "mean"] == pytest.approx(
        summary(world).set_index(["measure", "design"]).loc[("change", "fund"), "mean"]
    )


def test_every_measure_of_the_tables_has_a_swedish_heading():
    assert {key for key, _, _ in COLUMNS + DETAILS} == set(texts("sv")["columns"])
