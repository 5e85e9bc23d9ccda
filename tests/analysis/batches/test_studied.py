"""What the report of a batch says of evaluations: who has a reason to pay, and nothing that chance would show."""

import pandas as pd
import pytest

from stupror.analysis.batches import paper
from stupror.analysis.batches.sections.studied import studied, who_pays
from stupror.analysis.report.decision.front import sayings
from stupror.analysis.report.page import texts

COST = 1_000_000.0


def told(worth, *, chance=0.0, language="en", cost=COST):
    """One study of two sizes: what municipalities, regions, the state and all of them together gain, M SEK."""
    rows = []
    for projects in (1, 10):
        for payer, gain in worth.items():
            rows.append(
                {"intervention": "parenting", "method": "before-after", "follow_up": 2, "children": 40,
                 "projects": projects, "perspective": payer, "evsi": gain, "chance": chance,
                 "if_all_decide": gain, "population": 1e6 * gain, "population_if_all": 1e6 * gain,
                 "cost": cost * projects, "net": 1e6 * gain - cost * projects, "draws": 60}
            )  # fmt: skip
    say = {**sayings(language), **paper.sayings(language)}
    return studied(pd.DataFrame(rows), texts(language)["words"], say)["programmes"][0]


def worth(municipality, region, state):
    return dict(municipality=municipality, region=region, state=state, fiscal=municipality + region + state)


@pytest.mark.parametrize(
    ("gains", "how", "payers"),
    [
        ((3.0, 0.4, 2.0), "alone", ["municipality", "state"]),
        ((0.6, 0.0, 0.6), "together", ["municipality", "state"]),
        ((1.5, -0.2, 0.1), "alone", ["municipality"]),
        ((0.3, 0.3, 0.3), "nobody", []),
    ],
)
def test_who_has_a_reason_to_pay(gains, how, payers):
    assert who_pays(dict(zip(("municipality", "region", "state"), gains, strict=True)), 1.0) == (how, payers)


def test_the_study_that_leaves_most_is_told_with_who_gains_and_who_loses():
    said = told(worth(2.0, -0.5, 0.75))
    best, payers, losers = said["sentences"]
    assert "a study against the same children before, 2 years, 1 x 40 children: worth 2.2 M SEK, at a cost" in best
    assert payers.endswith("pay for it alone: municipalities.")
    assert losers.endswith("afterwards: regions.")
    rows = dict(said["payers"]["rows"])
    assert [rows[name][3][0] for name in ("Municipalities", "Regions", "State")] == ["2.0", "\u22120.50", "0.75"]
    assert said["sizes"]["headings"] == ["1 x 40 children", "10 x 40 children"]
    assert said["sizes"]["rows"][0][1][0] == ("+1.2", "2.0 / \u22120.50 / 0.75")


def test_what_chance_would_show_is_no_finding_and_what_is_too_dear_is_said():
    by_chance = told(worth(2.0, 0.5, 0.75), chance=9.0)
    assert by_chance["sentences"] == [
        "Parenting programmes: none of the 2 studies that were tried is worth more to all public budgets than chance "
        "alone would show in 60 worlds."
    ]
    assert not by_chance["payers"]
    assert by_chance["sizes"]["rows"][0][1][0][1].endswith("(chance)")
    dear = told(worth(0.2, 0.0, 0.1), language="sv", cost=2 * COST)
    assert "ingen av de 2 pr\u00f6vade studierna \u00e4r v\u00e4rd vad den kostar" in dear["sentences"][0]


def test_who_has_not_asked_is_told_how():
    assert "stupror study DIR" in studied(None, {}, paper.sayings("en"))["reading"]
