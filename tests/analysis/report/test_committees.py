"""By committee and year: frames against status quo, and when a committee has got its own money back."""

import pandas as pd
import pytest

from stupror.analysis.report.committees import committee_sections, own_money_back
from stupror.analysis.report.page import texts
from tests.analysis.world import tables


def spent(*by_year):
    """Differences of one body by year, cost of lives only."""
    return pd.DataFrame(
        {"year": range(2020, 2020 + len(by_year)), "seed": 1, "mandatory_sek": by_year, "prevention_sek": 0}
    )


@pytest.mark.parametrize(
    ("by_year", "back"),
    [
        ((5, -3, -1, -4), 2023),  # 5, 2, 1, -3
        ((5, -9, 6, -4), 2023),  # 5, -4, 2, -2: back once, and again for good
        ((5, -9, 6, 4), None),
        ((-1, -1), 2020),
        ((3, -3), None),  # exactly even is not yet less
    ],
)
def test_own_money_is_back_when_all_so_far_is_less_and_stays_so(by_year, back):
    assert own_money_back(spent(*by_year)) == back


def test_programmes_count_as_lives_do():
    rows = spent(-3, -3).assign(prevention_sek=[5, 0])
    assert own_money_back(rows) == 2021  # 2, then -1


@pytest.mark.parametrize("language", ["en", "sv"])
def test_frames_are_those_of_the_tables_less_status_quo(language):
    world, said = tables(), texts(language)
    figure, table = committee_sections(world, said["words"], said["sentences"])
    design = next(name for name in world["runs"]["design"].unique() if name not in ("status-quo", "planner"))
    frames = world["bodies"].groupby(["design", "seed", "body"])["frame_sek"].sum()
    change = ((frames[design] - frames["status-quo"]).unstack("body") / 1e6).mean()
    name = f"{said['words'].get(design, design)}: "
    told = {label.removeprefix(name): cells[0][0] for label, cells in table["rows"] if label.startswith(name)}
    assert len(told) == 5
    for body, value in change.items():
        label = said["words"][body][0].lower() + said["words"][body][1:]
        assert float(told[label].replace("\u2212", "-").replace("\u00a0", "")) == pytest.approx(
            value, rel=0.05, abs=0.06
        )
    assert str(figure["svg"]).startswith("<svg role")
    assert "{" not in figure["reading"] + table["caption"]


def test_without_status_quo_there_is_nothing_to_compare_with():
    world = {name: table[table["design"] != "status-quo"] for name, table in tables().items()}
    assert committee_sections(world, texts("en")["words"], texts("en")["sentences"]) == []
