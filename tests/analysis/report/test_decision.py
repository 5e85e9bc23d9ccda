"""The first pages say what the numbers allow: gain, loss, tie, nothing clear, one seed, one municipality."""

import re

import pandas as pd
import pytest

from stupror.analysis.report.decision import options, paired, turns, weighed
from stupror.analysis.report.decision.answer import answer, gist_rows, in_short
from stupror.analysis.report.decision.front import beside, front, question, sayings
from stupror.analysis.report.decision.tipped import tipped
from stupror.analysis.report.decision.verdict import verdict
from stupror.analysis.report.page import texts
from stupror.experiments.runs.told import SCREENING, assumed_that_matter, terms_of
from stupror.model.contracts import design_names, load_design
from stupror.model.contracts.vocabulary import KINDS
from stupror.model.contracts.words import BODIES, EVALUATIONS, FORMS, MEASURES, PARTIES
from stupror.model.inputs.scenario import load_scenario
from tests.analysis.world import tables

SEEDS = (1, 2, 3, 4)
LANGUAGES = ("en", "sv")
LOSES = {"fund": SEEDS}


def world(mirrored=None, designs=("status-quo", "fund"), seeds=SEEDS):
    """The small world with placements: what a design saves in the seeds `mirrored` names, it costs there instead."""
    made = tables(designs, seeds)
    sign = pd.Series(1, index=made["costs"].index)
    placed = made["children"].assign(level="placed")
    for design, where in (mirrored or {}).items():
        costs = made["costs"]
        sign[(costs["design"] == design) & costs["seed"].isin(where)] = -1
    saved = (made["costs"]["untreated_sek"] - made["costs"]["actual_sek"]) * sign
    fewer = {"status-quo": 0, "fund": 4, "planner": 8}
    turned = [
        seed in (mirrored or {}).get(design, ()) for design, seed in zip(placed["design"], placed["seed"], strict=True)
    ]
    change = placed["design"].map(fewer) * [1 if each else -1 for each in turned]
    placed["children"] = 100 + change
    return made | {
        "costs": made["costs"].assign(actual_sek=made["costs"]["untreated_sek"] - saved),
        "children": pd.concat([made["children"], placed], ignore_index=True),
    }


def tie():
    """A fund under which nothing comes about: every row as in status quo."""
    made = world()
    copied = {}
    for name, frame in made.items():
        base = frame[frame["design"] == "status-quo"]
        copied[name] = pd.concat([base, base.assign(design="fund")], ignore_index=True)
    return copied


def said(made, language):
    words = texts(language)["words"]
    return answer(paired.pair_up(made, 0.03), 1, words, sayings(language))


CASES = {
    "wins": (world(), "less"),
    "loses": (world(LOSES), "more"),
    "ties": (tie(), "same"),
    "uncertain": (world({"fund": (1, 2)}), "unsure"),
    "one seed": (world(seeds=(1,)), "single"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_each_line_of_the_answer_says_what_the_numbers_allow(case, language):
    made, kind = CASES[case]
    say = sayings(language)
    children, money, sure = said(made, language)
    start = {key: say[f"{key} {kind}"].partition("{")[0] for key in ("placements", "sure")}
    assert start["placements"] in children
    assert sure.startswith(start["sure"])
    found, words = paired.pair_up(made, 0.03), texts(language)["words"]
    short = in_short(found, words, say)
    assert max(say[f"short {kind}"].split("{lead}"), key=len).partition("{")[0] in short
    gain = {"less": "more", "more": "less"}.get(kind, kind)  # what lowers cost is a gain to payers
    for other in ("less", "more", "unsure", "same", "single"):
        stated = max(say[f"payers {other}"].split("{groups}"), key=len).lower()
        told = kind not in ("same", "single") and other in (gain, "same")  # same: nothing falls on regions
        assert (stated in short.lower()) == told, other
    [(_, cells)] = gist_rows(found, found.ranked, words, say)
    word = {each: say[f"gist {each}"].partition("{mean}")[0] for each in ("less", "more", "unsure", "same", "single")}
    assert [cell.startswith(word[gain]) for cell, _ in cells] == [True, True, kind == "same", True]  # region: the same
    assert "nan" not in f"{short} {children} {money} {sure} {cells}".lower().split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_luck_is_never_called_a_gain_or_a_loss(language):
    made, _ = CASES["uncertain"]
    say = sayings(language)
    found = paired.pair_up(made, 0.03)
    good, bad = weighed.weighed(found, made, texts(language)["words"], say)
    assert good == [say["nothing for"]]
    lose = say["w payer less"].partition("{figure}")[0].replace("{group}", "")
    assert not any(lose in line for line in bad)
    luck = say["w payer unsure"].partition("{below}")[0].replace("{group}", "")
    assert sum(luck in line for line in bad) == 2  # municipality and state


def test_one_run_says_that_nobody_can_tell_who_loses():
    made, _ = CASES["one seed"]
    _, bad = weighed.weighed(paired.pair_up(made, 0.03), made, texts("en")["words"], sayings("en"))
    assert bad[0] == sayings("en")["w single"]
    assert sayings("en")["nothing against"] not in bad


def test_what_is_lost_is_said_as_loudly():
    made, _ = CASES["loses"]
    good, bad = weighed.weighed(paired.pair_up(made, 0.03), made, texts("en")["words"], sayings("en"))
    assert good == [sayings("en")["nothing for"]]
    assert any(line.startswith("Municipalities lose: ") for line in bad)
    assert any(line.startswith("Years in placement: +4.0") for line in bad)


def test_two_proposals_that_luck_does_not_separate_are_not_ranked():
    made = world()
    twin = {name: frame[frame["design"] == "fund"].assign(design="other") for name, frame in made.items()}
    noise = twin["costs"]["seed"].map({1: 9, 2: -9, 3: 9, 4: -9})
    twin["costs"] = twin["costs"].assign(actual_sek=twin["costs"]["actual_sek"] + noise)
    both = {name: pd.concat([made[name], twin[name]], ignore_index=True) for name in made}
    sure = said(both, "en")[2]
    assert "Whether fund is cheaper than other (it is in 2 of 4 runs) is not clear." in sure
    assert "cheaper than each" not in sure
    assert "Whether it is cheaper than other (it is in 2 of 4 runs) is not clear." in in_short(
        paired.pair_up(both, 0.03), texts("en")["words"], sayings("en")
    )
    _, bad = weighed.weighed(paired.pair_up(both, 0.03), both, texts("en")["words"], sayings("en"))
    assert bad[0] == "In public cost it is not clearly better than other."
    worse = twin["costs"].assign(actual_sek=twin["costs"]["actual_sek"] + 30)
    apart = both | {"costs": pd.concat([made["costs"], worse], ignore_index=True)}
    assert "fund is clearly cheaper than each of the other proposals" in said(apart, "en")[2]
    _, bad = weighed.weighed(paired.pair_up(apart, 0.03), apart, texts("en")["words"], sayings("en"))
    assert not any("not clearly better than" in line for line in bad)
    exact = {name: frame[frame["design"] == "fund"].assign(design="other") for name, frame in made.items()}
    same = {name: pd.concat([made[name], exact[name]], ignore_index=True) for name in made}
    assert "fund comes out exactly as other." in said(same, "en")[2]
    short = in_short(paired.pair_up(same, 0.03), texts("en")["words"], sayings("en"))
    assert "fund comes out exactly as other." in short
    assert "not clear" not in short.partition("exactly")[2]
    assert "in 0 of 4 runs" in said(same, "en")[2]  # a tie is won by nobody


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_municipality_is_named_and_warned_of(language):
    made, _ = CASES["wins"]
    alone = made | {"municipalities": made["municipalities"][made["municipalities"]["municipality"] == "1080"]}
    manifest = {
        "scenario": {"municipalities": ["1080"]},
        "places": ["Karlskrona"],
        "cut_counties": {"Blekinge län": ["Karlskrona"]},
    }
    say = sayings(language)
    assert "Karlskrona" in question(alone, manifest, texts(language)["words"], say)
    lines = beside(alone, manifest, say)
    assert say["one place"] in lines
    assert say["cut"].format(names="Karlskrona", county="Blekinge län") in lines
    assert say["one place"] not in beside(made, {}, say)


def test_without_status_quo_or_a_proposal_nothing_is_chosen():
    assert front(tables(("fund",)), {}, texts("en")["words"], 0.03, "en")["answer"] == [sayings("en")["no base"]]
    assert said(tables(("status-quo", "planner")), "en") == [sayings("en")["no proposal"]]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([-1, -2, -3], "less"),
        ([1, 2, 3], "more"),
        ([-1, 1, 0], "unsure"),
        ([0, 0], "same"),
        ([5], "single"),
        ([0], "same"),
        ([-2, -2, -2], "unsure"),  # the interval has no width: three of one sign are luck in a quarter of cases
        ([-2] * 4, "less"),
    ],
)
def test_verdicts(values, kind):
    assert verdict(values).kind == kind


def test_what_holds_in_fewer_than_nine_runs_of_ten_is_not_clear_however_sure_its_mean():
    most = [5.0, 6.0, 7.0, 5.0, 6.0, 7.0, -0.5]
    found = verdict(most)
    assert (found.low > 0, found.kind, found.above, found.below) == (True, "unsure", 6, 1)
    assert verdict([*most * 2, *[6.0] * 6]).kind == "more"  # 18 of 20


def test_brackets_of_likely_worlds_are_where_nine_of_ten_lie_and_do_not_shrink_with_their_number():
    values = [float(each) for each in range(101)]
    assert (verdict(values, worlds=True).low, verdict(values, worlds=True).high) == (5.0, 95.0)
    assert verdict(values * 4, worlds=True).high == 95.0
    assert verdict(values * 4).high < verdict(values).high < 60.0  # of the mean
    drawn = front(world({"fund": (1, 2)}), {"worlds": "likely"}, texts("en")["words"], 0.03, "en")
    assert sayings("en")["luck and few worlds"].format(n=4, many=20) in drawn["beside"]
    few = values[:19]
    assert (verdict(few, worlds=True).low, verdict(few, worlds=True).high) == (0.0, 18.0)
    [(_, cells)] = drawn["gist"]["rows"]
    assert all(rest.endswith("gain in 2 of 4") for _, rest in (cells[0], cells[1], cells[3]))


def test_switching_values_by_hand():
    found = paired.pair_up(world(), 0.0)
    # fund: municipality pays 100 and gets 30, the state pays that 30; saved are 80 + 160 without discounting
    assert turns.effect_needed(found) == pytest.approx(100 / 240)
    lines = turns.turns(found, world(), {}, sayings("en"), 0.0)
    assert "41.7 %" in lines[0]
    # 120 saved in each of two years against 100 paid at once: no rate up to 10 % turns it
    assert lines[1] == sayings("en")["turn rate never"].format(highest="10", used="0")
    # so a krona more gives 240 / 100 back, and that speaks for it
    good, _ = weighed.weighed(found, world(), texts("en")["words"], sayings("en"))
    assert sayings("en")["w per krona more"].format(mine="2.4") in good
    late = world()
    first = (late["costs"]["design"] == "fund") & (late["costs"]["year"] == 2020)
    late["costs"].loc[first, "actual_sek"] = late["costs"]["untreated_sek"]
    late["payments"]["amount_sek"] = late["payments"]["amount_sek"].replace(100, 114)
    # 114 now for 120 in a year (and 30 between two public payers): turns at 120 / 114 - 1
    assert turns.turning_rate(paired.pair_up(late, 0.03), late) == pytest.approx(120 / 114 - 1, abs=2e-4)


def test_assumed_numbers_are_named_with_their_value_and_range():
    told = assumed_that_matter(load_scenario())
    assert [each["strength"] for each in told] == sorted((each["strength"] for each in told), reverse=True)
    ranked = pd.read_csv(SCREENING).sort_values("gain_strength", ascending=False)["parameter"].tolist()
    assert [each["parameter"] for each in told] == ranked[: len(told)]  # all of these are assumed, in whole or in part
    for language in LANGUAGES:
        assert all(f"assumed {each['parameter']}" in sayings(language) for each in told)
    line = turns.turns(paired.pair_up(world(), 0.03), world(), {"assumed": told}, sayings("sv"), 0.03)[-1]
    assert "0.3, men allt från 0 till 1 är möjligt" in line


def test_tips_are_told_each_pair_by_its_least_move():
    say, words = sayings("en"), {"fund": "Fund", "status-quo": "Status quo", "bond": "Bond"}
    pair = {"design": "fund", "against": "status-quo", "gain": 1234.0, "gain_beyond": -10.0, "turned": 0.8}
    alone = pair | {
        "length": 2.0,
        "parameter": "choice.taste",
        "moved": 2.0,
        "value": "1",
        "tip": "3",
        "source": "E1, x",
    }
    two = [
        pair | {"length": 1.5, "parameter": path, "moved": 1.06, "value": value, "tip": "2", "source": "assumed"}
        for path, value in (("choice.reluctance", "1"), ("ladder.frailty_up", "1, 2"))
    ]
    none = dict.fromkeys(pair, float("nan")) | {
        "design": "bond",
        "against": "status-quo",
        "length": 2.5,
        "parameter": "",
    }
    told, nothing = tipped([alone, *two, none], words, say)
    assert told.startswith("Fund costs the public 1\u202f234 SEK/child less than Status quo at central values.")
    assert "1.5 standard deviations" in told
    assert f"{say['assumed choice.reluctance']} at 2 in place of 1 (assumed)" in told
    assert "all values +1.1 standard deviations" in told
    assert "E1" not in told
    assert "Bond" in nothing
    assert "up to 2.5 standard deviations" in nothing
    assert tipped(None, words, say) == []


def test_money_in_programmes_that_do_not_pay_is_counted():
    made = world()
    dear = made["options"].assign(fiscal_value_sek=10.0)
    share = weighed.not_worth(made | {"options": dear}, "fund")
    assert share["spent"].tolist() == [1.0]
    assert weighed.not_worth(made, "fund").empty


def test_crowding_out_is_what_ordinary_budgets_no_longer_pay():
    made = world()
    before = made["payments"].iloc[[0]].assign(design="status-quo", payer="education", amount_sek=8_000_000)
    paid = pd.concat([made["payments"], *(before.assign(seed=seed) for seed in SEEDS)], ignore_index=True)
    fall = weighed.crowded_out(made | {"payments": paid}, "fund").iloc[0]
    assert (fall["payer"], fall["before"], fall["after"], fall["kind"]) == ("education", 8.0, 0.0, "less")


def test_both_languages_say_the_same_things():
    for part in (False, True):
        en, sv = (sayings(language, part) for language in LANGUAGES)
        assert en.keys() == sv.keys()
        for key, text in en.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", sv[key])), key


def test_every_word_of_a_contract_can_be_said():
    wanted = {f"clause {kind}" for kind in KINDS} | {f"party {name}" for name in PARTIES}
    wanted |= {f"term {term}" for kind in KINDS.values() for term in kind.terms} | {f"body {name}" for name in BODIES}
    wanted |= {f"form {name}" for name in FORMS} | {f"evaluation {name}" for name in EVALUATIONS}
    wanted |= {f"measure {name}" for name in MEASURES}
    assert wanted - set(sayings("sv")) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_design_is_described_from_its_manifest(language):
    for name in design_names():
        told = options.described(terms_of(load_design(name)), language, texts(language)["words"], sayings(language))
        assert told["summary"]
        assert len(told["facts"]) >= 3, name
    shown = options.described(
        terms_of(load_design("state-outcomes-fund")), language, texts(language)["words"], sayings(language)
    )
    assert "50 %" in str(shown["facts"])
    assert "1.2\u00d7" in str(shown["facts"])


def test_what_the_money_bought_stands_beside_all_there_is():
    shown = front(world(), {}, texts("en")["words"], 0.03, "en")["bought"]
    (base, levels), (name, changes) = shown["rows"]
    assert (base, name) == ("Status quo, in all", "fund")
    assert levels[0] == ("100", "")  # years in placement under status quo
    assert changes[0][0] == "\u22124.0"  # and four fewer with the fund


def test_money_is_said_without_signs_and_flows_that_do_not_move_are_left_out():
    money = said(world(), "en")[1]
    # by hand: municipalities pay 100 SEK and get 30, regions nothing; the small world is of single kronor
    assert "regions: nothing changes" in money
    assert re.search(r"municipalities: \S+ more paid, \S+ more received, \S+ more saved", money)
    assert not re.search(r"[+\u2212]\d", money)
