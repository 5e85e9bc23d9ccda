"""On grey paper no two lines, clouds of dots or areas of a figure look the same."""

from itertools import combinations, pairwise

import pandas as pd
import pytest

from stupror.analysis.report import figures, style
from stupror.analysis.report.page import texts
from stupror.model.inputs.scenario import load_scenario
from tests.analysis.world import tables

MANY = ("status-quo", "a", "b", "c", "d", "e", "f", "g", "h", "i")
WORDS = texts("sv")["words"]


@pytest.fixture
def drawn(monkeypatch):
    """Let a figure be handed back instead of its text."""
    monkeypatch.setattr(figures, "_svg", lambda figure: figure)


def dashes_and_marker(line):
    return str(line.get_linestyle()), str(line._unscaled_dash_pattern), line.get_marker(), line.get_markerfacecolor()


def grey(colour):
    """Luma of a colour of 0 to 1, ITU-R BT.601."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def test_forty_lines_differ_in_dashes_and_marker_and_neighbours_in_both():
    told = [(str(style.line(n)["linestyle"]), style.line(n)["marker"]) for n in range(40)]
    assert len(set(told)) == 40
    assert all(one != other for before, after in pairwise(told) for one, other in zip(before, after, strict=True))


def test_lines_of_the_years_and_of_errors_differ_without_colour(drawn):
    runs, paid = (tables(("fund",))[name] for name in ("runs", "payments"))
    copied = {"runs": runs, "payments": paid, "projects": tables(("fund",))["projects"]}
    made = {name: pd.concat([each.assign(design=design) for design in MANY]) for name, each in copied.items()}
    shown = pd.DataFrame(
        [{"intervention": name, "children": n, "measured": 1.0 / n} for name in "abcdefghij" for n in (5, 10, 20)]
    )
    for figure in (figures.over_years(figures.spent_over_years(made), WORDS), figures.error_by_size(shown, WORDS)):
        lines = figure.axes[0].get_lines()
        assert len(lines) == 10
        assert len({(dashes_and_marker(line)[1:3]) for line in lines}) == 10


def test_dots_of_different_contracts_differ_without_colour(drawn):
    dots = pd.DataFrame([{"design": name, "true": 1.0, "measured": 2.0, "shown": True} for name in "abcdefghij"])
    lines = [
        line for line in figures.measured_against_true(dots, WORDS).axes[0].get_lines() if line.get_marker() != "None"
    ]
    assert len({(line.get_marker(), line.get_markerfacecolor() == "none") for line in lines}) == 10


def test_areas_that_are_as_grey_as_each_other_are_hatched_differently(drawn):
    payers = {row.payer for row in load_scenario().costs if row.payer in WORDS} | {"board", "central_tax"}  # and tax
    every = pd.concat([tables()["costs"].assign(payer=payer) for payer in payers])
    areas = figures.pyramid(*figures.cost_by_age(tables() | {"costs": every}), WORDS).axes[0].collections
    assert len(areas) == len(payers) == 10
    for one, other in combinations(areas, 2):
        alike = abs(grey(one.get_facecolor()[0]) - grey(other.get_facecolor()[0])) < 0.1
        assert not alike or one.get_hatch() != other.get_hatch()
