"""The report holds all it needs, says what the numbers say, and is the same bytes for the same tables."""

import re

import pytest

from analysis import figures, schema
from analysis.intervals import interval
from analysis.report import texts, write_report
from analysis.tables import format_summary, number, spell, summary
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
    assert figures.measured_against_true(world, texts("en")["words"]) is None


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
