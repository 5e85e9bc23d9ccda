"""The report of a batch says what the worlds allow: gains, losses, ties, what decides nothing, and what turns it."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches import paper
from stupror.analysis.report.page import texts

LANGUAGES = ("en", "sv")
MANIFEST = {
    "title": "A plan",
    "draws": 60,
    "years": 10,
    "start_year": 2020,
    "designs": [],
    "factors": [{"name": "matters"}, {"name": "idle"}],
    "scenario": {"municipalities": "all"},
    "sampling": {"method": "random"},
    "plan_digest": "0123",
    "versions": {"stupror": "9.9.9"},
}


def batch(gain, n=60):
    """Runs of `n` draws: what public budgets gain by each design in each draw, all of it the municipalities'."""
    rows = []
    for draw in range(n):
        for design in ("status-quo", *gain):
            won = float(gain[design][draw]) if design in gain else 0.0
            row = {"draw": draw, "replication": 1, "design": design, "seed": draw, "key": "", "scenario_hash": ""}
            costs = {f"cost_{payer}": 1000.0 for payer in ("region", "state", "societal")}
            rows.append(row | costs | {"cost_municipality": 1000.0 - won, "cost_fiscal": 3000.0 - won})
    return pd.DataFrame(rows)


N = np.arange(60)
VALUES = pd.DataFrame({"matters": N / 60, "idle": (N * 7 % 60) / 60}, index=pd.Index(N, name="draw"))
NOISE = np.where(N % 2, 1.0, -1.0)


def shown(gain, language="en"):
    return paper.content(batch(gain), VALUES, manifest=MANIFEST, language=language, again="stupror batch")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("gain", "key"),
    [(100 + NOISE, "gains"), (-100 + NOISE, "loses"), (NOISE, "undecided"), (0 * NOISE, "same")],
)
def test_a_sign_is_claimed_only_where_nine_worlds_of_ten_have_it(gain, key, language):
    line = shown({"municipal-fund": gain}, language)["answer"][0]
    say = paper.sayings(language)
    for other in ("gains", "loses", "undecided", "same"):
        sentence = re.sub(r"\\{\w+\\}", "[^,]+", re.escape(say[other]))
        assert bool(re.search(sentence, line)) == (other == key), other
    assert not re.search(r"\bnan\b", line.lower())


def test_who_gains_is_told_of_the_proposal_with_the_highest_median_and_ties_are_shared():
    made = shown({"municipal-fund": 10 + NOISE, "state-outcomes-fund": 20 + NOISE, "planner": 900 + NOISE})
    assert made["answer"][2].startswith("With State outcomes fund")
    assert "regions stay exactly as they are" in made["answer"][2]
    assert "State outcomes fund 100 %" in made["answer"][3]
    assert made["pairs"]["rows"][0][1] == [["+10.0", "[10.0 to 10.0]"], ["100 %", ""], ["the first is cheaper", ""]]
    alike = shown({"municipal-fund": 10 + NOISE, "state-outcomes-fund": 10 + NOISE})
    assert alike["pairs"]["rows"][0][1][2] == ["exactly alike", ""]
    assert "Municipal fund 50 %, State outcomes fund 50 %" in alike["answer"][3]


def test_a_number_that_moves_the_gain_is_found_and_an_idle_one_is_not():
    made = shown({"municipal-fund": 100 * (VALUES["matters"].to_numpy() - 0.5) + NOISE})["turns"]
    assert [name for name, _ in made["rows"]] == ["matters"]
    (low, _), (high, share), (gap, _) = made["rows"][0][1]
    assert low.startswith("\u2212")
    assert (high, share) == ("+32.5", "gain in 100 %")  # 100 x (49.5 / 60 - 0.5), and noise that sums to 0
    assert gap == "+66.7"
    chance = shown({"municipal-fund": NOISE})["turns"]
    assert chance["rows"] == []
    assert "None of the 2 uncertain numbers" in chance["reading"]


def test_knowing_more_is_worth_nothing_where_one_is_always_best():
    sure = shown({"municipal-fund": 100 + NOISE})["knowing"]["rows"]
    assert dict(sure)["All public budgets"] == [["Municipal fund", ""], ["0", ""]]
    unsure = dict(shown({"municipal-fund": 100 * NOISE + 1})["knowing"]["rows"])
    assert unsure["All public budgets"] == [["Municipal fund", ""], ["49.5", ""]]  # half the worlds would cost 99


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_all_it_needs(language, tmp_path):
    runs = batch({"municipal-fund": 100 + NOISE, "state-outcomes-fund": NOISE})
    paper.write_paper(runs, VALUES, tmp_path / "a.html", manifest=MANIFEST, language=language)
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)\s*=\s*"([^"#][^"]*)"', html) == []
    assert 'role="img"' in html
    assert "stupror 9.9.9" in html
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html, flags=re.S)
    assert "{" not in text
    assert texts(language)["words"]["municipal-fund"] in text
    if language == "sv":
        assert re.findall(r"\d\.\d", text.replace("9.9.9", "")) == []


def test_when_money_is_back_is_told_by_payer():
    runs = batch({"municipal-fund": np.zeros(60)})
    fund = runs["design"] == "municipal-fund"
    for payer in ("municipality", "region", "state"):
        for years in (10, 20, 30):
            runs[f"cost_{payer}_{years}"] = 500.0
    runs.loc[fund, "cost_municipality_10"] = 500.0 + np.where(N < 45, 80, -20)  # behind by 80 in three of four worlds
    runs.loc[fund, "cost_municipality_30"] = 440.0
    made = paper.content(runs, VALUES, manifest=MANIFEST, language="en", again="")["returns"]
    rows = dict(dict(made)["When each payer has its money back"]["rows"])
    assert rows["Municipal fund: municipalities"] == [
        ["25 %", "\u221280.0 [\u221280.0 to 20.0]"],
        ["stay exactly as they are", ""],
        ["100 %", "+60.0 [60.0 to 60.0]"],
    ]
    assert rows["Municipal fund: state"] == [["stay exactly as they are", ""]] * 3


@pytest.mark.parametrize(
    ("gain", "cost", "said"),
    [(50, 30, ["pays for itself", ""]), (50, -100, ["0.50", "[0.4"]), (-50, 30, ["people do not gain", ""])],
)
def test_what_people_gain_for_a_krona_is_told(gain, cost, said):
    runs = batch({"municipal-fund": cost + 20 * NOISE})
    runs["cost_households"] = np.where(runs["design"] == "municipal-fund", 100.0 - gain, 100.0)
    made = dict(paper.content(runs, VALUES, manifest=MANIFEST, language="en", again="")["returns"])
    assert made["What people gain for a krona of public money"]["rows"][0][1][2][0] == said[0]
    assert made["What people gain for a krona of public money"]["rows"][0][1][2][1].startswith(said[1])


def test_both_languages_say_the_same():
    one, other = (paper.sayings(language) for language in LANGUAGES)
    assert one.keys() == other.keys()
    for key, sentence in one.items():
        assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", other[key])), key


def test_a_grid_can_be_moved_world_by_world_and_other_samples_cannot():
    grid = pd.DataFrame({"a": [1.0, 1.0, 2.5, 2.5], "b": [0.2, 0.8, 0.2, 0.8]}, index=pd.Index(range(4), name="draw"))
    runs = batch({"municipal-fund": [10.0, 20.0, 30.0, -40.0]}, n=4)
    factors = [{"name": "a", "unit": "year"}, {"name": "b", "unit": "1"}]
    manifest = MANIFEST | {"draws": 4, "sampling": {"method": "factorial"}, "factors": factors}
    made = paper.content(runs, grid, manifest=manifest, language="sv")["movable"]
    assert [(each["unit"], each["levels"]) for each in made["factors"]] == [
        ("year", ["1", "2.5"]),
        ("", ["0.2", "0.8"]),
    ]
    gain = json.loads(made["data"])["gain"]
    assert gain == {  # municipalities, regions, the state, all of them: in each world as it was run
        "0,0": [[10.0, 0.0, 0.0, 10.0]],
        "0,1": [[20.0, 0.0, 0.0, 20.0]],
        "1,0": [[30.0, 0.0, 0.0, 30.0]],
        "1,1": [[-40.0, 0.0, 0.0, -40.0]],
    }
    assert "4 stycken" in made["reading"]
    assert paper.content(runs, grid, manifest=MANIFEST | {"draws": 4}, language="sv")["movable"] is None
    gap = paper.content(runs[runs["draw"] != 2], grid, manifest=manifest, language="sv")["movable"]
    assert gap is None  # a world is missing: no position may be empty
