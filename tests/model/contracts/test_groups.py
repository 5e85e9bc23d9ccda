"""Target groups of a contract: read strictly, said aloud, and nobody else is paid for."""

import pytest

from stupror.model.contracts import describe, read_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.errors import InputError
from stupror.model.model import PreventionModel, check_design
from tests.model.contracts.written import TEXTS, term
from tests.verification.worlds import eager

FUND = {"municipal_fund": {"form": "grant", "share": term(1.0)}}
GROUPS = {"young": {"ages": [0, 5], "levels": [1, 2]}, "foster": {"interventions": ["skolfam"]}}


def written(groups):
    return {**TEXTS, "decision": {"body": "board", "groups": groups}, "finance": FUND}


def test_a_contract_covers_the_children_of_its_groups_and_no_others():
    design = read_design(written(GROUPS), "mine.toml")
    assert design.covers("parenting", 5, 2)
    assert not design.covers("parenting", 6, 2)
    assert not design.covers("parenting", 5, 3)
    assert design.covers("skolfam", 14, 4)
    assert not design.for_all
    assert "group young: children of 0 to 5 seen at levels 1 to 2" in describe(design)


def test_only_they_are_paid_for_by_it():
    design = read_design(written({"young": {"ages": [2, 3], "interventions": ["early-preschool"]}}), "mine.toml")
    model = PreventionModel(eager(), design, 1, 2)
    cells, taken = model.world.cells, 0
    for _ in range(2):
        model.step()
        taken = taken + model.state.bodies.decided[IN_FORCE].taken.sum(axis=0)
    paid = taken > 0
    assert set(model.world.menu.names[cells.intervention[paid]]) == {"early-preschool"}
    assert set(cells.age[paid]) == {2, 3}


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({}, "groups is empty"),
        ({"young": {}}, "says nothing"),
        ({"young": {"age": [0, 5]}}, "Did you mean 'ages'?"),
        ({"young": {"ages": [5, 0]}}, "Write first and last"),
        ({"young": {"ages": [0, 70]}}, "Write first and last"),
        ({"young": {"ages": 5}}, "Write first and last"),
        ({"young": {"levels": [0, 2]}}, "Write first and last"),
        ({"young": {"interventions": []}}, "interventions is empty"),
        (3, "Write a table"),
    ],
)
def test_what_is_no_group_is_refused(groups, words):
    with pytest.raises(InputError, match=r"mine\.toml: decision") as caught:
        read_design(written(groups), "mine.toml")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ({"interventions": ["skolfm"]}, "Did you mean 'skolfam'?"),
        ({"interventions": ["skolfam"], "ages": [20, 30]}, "decision.groups.mine: no intervention"),
    ],
)
def test_so_is_a_group_that_nothing_in_the_scenario_is_for(group, words):
    with pytest.raises(InputError) as caught:
        check_design(read_design(written({"mine": group}), "mine.toml"), eager())
    assert words in str(caught.value)
