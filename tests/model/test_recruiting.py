"""Less than planned: fewer come, each costs more, and the tables agree on what all cost."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.children.practice import cost_left
from stupror.model.contracts import load_design
from stupror.model.model import simulate
from stupror.model.projects.recruiting import Places, recruited, yearly_cost
from stupror.model.world import build_world
from tests.verification.worlds import eager


def staying():
    return eager().replace("project.drop_out", 0.0)


def world(share):
    spec = staying().replace("project.recruited", share)
    return build_world(spec, load_design("municipal-fund"), seed=1, years=4, start_year=2020)


def test_an_empty_place_costs_the_fixed_part_of_a_child():
    yearly, *places = (np.array(each, np.int64) for each in ([7_000, 7_000], [10, 10], [10, 6], [0, 0]))
    usual, none = (replace(eager().project, fixed_cost=fixed) for fixed in (0.7, 0.0))
    assert yearly_cost(yearly, Places(*places), usual).tolist() == [70_000, 42_000 + 19_600]
    assert yearly_cost(yearly, Places(*places), none).tolist() == [70_000, 42_000]


def test_a_child_who_leaves_costs_what_it_attended_and_the_fixed_part_of_the_rest():
    yearly, *places = (np.array([each], np.int64) for each in (7_000, 10, 8, 3))
    project = replace(eager().project, fixed_cost=0.7, attended=0.4)
    assert cost_left(project) == pytest.approx(0.4 + 0.6 * 0.7)
    assert yearly_cost(yearly, Places(*places), project).tolist() == [5 * 7_000 + 2 * 4_900 + 3 * 5_740]


def test_all_come_where_the_share_is_one():
    here = world(1.0)
    planned = np.arange(here.n * here.cells.age.size, dtype=np.int64).reshape(here.n, -1) % 7
    assert (recruited(here, planned, 2020) == planned).all()


def test_each_project_fills_the_share_of_its_places_and_at_most_one_more():
    here = world(0.75)
    planned = np.arange(here.n * here.cells.age.size, dtype=np.int64).reshape(here.n, -1) % 7
    come = recruited(here, planned, 2020)
    assert (come <= planned).all()
    of_kind = here.cells.intervention[:, None] == np.arange(len(here.menu.items))
    beyond = come @ of_kind - np.floor(0.75 * (planned @ of_kind))
    assert set(np.unique(beyond)) == {0, 1}
    assert (come != recruited(here, planned, 2021)).any()


@pytest.fixture(scope="module")
def runs():
    return {
        share: simulate(staying().replace("project.recruited", share), load_design("municipal-fund"), seed=1, years=2)
        for share in (1.0, 0.6)
    }


def test_fewer_are_reached_and_each_costs_more(runs):
    first = {share: tables["projects"].query("year == 2020") for share, tables in runs.items()}
    assert first[0.6]["children"].sum() < 0.7 * first[1.0]["children"].sum()
    dear, usual = (
        (each.groupby("intervention")["cost_sek"].sum() / each.groupby("intervention")["children"].sum())
        for each in (first[0.6], first[1.0])
    )
    both = dear.index.intersection(usual.index)
    assert len(both) > 1
    assert (dear[both] > 1.2 * usual[both]).all()
    assert dear["parenting"] == pytest.approx(7_000 * (0.6 + 0.7 * 0.4) / 0.6, rel=0.02)


def test_tables_agree_on_what_it_cost(runs):
    for tables in runs.values():
        by_child, by_project = (tables[name]["cost_sek"].sum() for name in ("enrolment", "projects"))
        assert abs(by_child - by_project) <= len(tables["enrolment"])  # each row is rounded
        assert tables["enrolment"]["children"].sum() == tables["projects"]["children"].sum()
