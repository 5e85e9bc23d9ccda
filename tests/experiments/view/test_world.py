"""What the page knows of a world is what the model knows of it."""

import numpy as np
import pytest

from stupror.analysis.measures.lifetime import GROUPS
from stupror.experiments.view.worlds import lives, numbers, reasoning
from stupror.experiments.view.worlds.pair import World
from stupror.experiments.view.worlds.settings import Settings
from stupror.model.bodies import decisions
from stupror.model.children.ladder import N_AGES
from stupror.model.contracts import load_design
from stupror.model.model import PreventionModel

YEARS = 8
EAGER = {"committee.other_regarding": 0.9, "board.other_regarding": 0.9, "committee.horizon": 12}


DESIGNS = (
    "state-outcomes-fund",
    "status-quo",
    "planner",
    "regional-fund",
    "pooled-budget",
    "sib-norrkoping",
    "municipal-fund-repayment+competence-centre",
)


@pytest.fixture(scope="module", params=DESIGNS)
def world(request):
    """Blekinge after six of eight years."""
    settings = Settings(design=request.param, years=YEARS, values=EAGER if request.param != "status-quo" else {})
    result = World(lambda: settings)
    for _ in range(6):
        result.step()
    return result


def test_the_world_beside_is_status_quo_with_the_same_children(world):
    spec, _ = world.settings.read()
    alone = PreventionModel(spec, load_design("status-quo"), world.run_seed, YEARS)
    for _ in range(6):
        alone.step()
    assert (alone.population.state == world.beside.population.state).all()
    assert (alone.population.state == world.population.state).all()
    assert numbers.summary([pair[1] for pair in world.past])["invested"] == sum(
        int(entry.amount.sum())
        for entry in alone.ledger.entries
        if entry.purpose in ("programme", "application", "evaluation")
    )


def test_it_lives_no_longer_than_it_was_told_to():
    settings = Settings(years=2)
    world = World(lambda: settings)
    assert world.running
    for _ in range(4):
        world.step()
    assert (world.lived, world.running, len(world.past)) == (2, False, 3)


def test_gains_are_what_the_ledger_and_the_lives_say(world):
    """Net gain by group: the fall in cost of lives, less what projects took from the group's accounts."""
    gain = numbers.total([pair[0] for pair in world.past], "gain").sum(axis=0)
    saved = sum(
        int(((shadow.astype(np.int64) - treated)[..., None] * world.costs.by_payer).sum())
        for _, shadow, treated in world.history
    )
    paid = dict.fromkeys(GROUPS, 0)
    for entry in world.ledger.entries:
        if entry.project[0] < 0:
            continue
        for group, accounts in GROUPS.items():
            paid[group] += int(entry.amount.sum()) * ((entry.payer in accounts) - (entry.receiver in accounts))
    assert gain.sum() == saved - sum(paid.values())
    assert saved > 0
    for number, group in enumerate(GROUPS):
        mine = numbers.by_group(numbers.total([pair[0] for pair in world.past], "saved").sum(axis=0))[number]
        assert gain[number] == mine - paid[group]


def test_reached_are_among_those_in_need_and_helped_are_the_participants(world):
    years = [pair[0] for pair in world.past]
    assert all((year.reached >= 0).all() and (year.reached <= year.in_need).all() for year in years)
    assert all((year.in_need <= year.children).all() for year in years)
    assert numbers.total(years, "helped").sum() == world.participants.n > 0
    assert 0 < max(year.programmes.max() for year in years) <= len(world.interventions)
    assert {int(each) for year in years for each in year.practice} <= {0, 1, 2}


@pytest.mark.parametrize("municipality", range(5))
def test_a_life_told_again_is_the_life_that_was_lived(world, municipality):
    told = lives.tell(world, municipality)
    assert told.born.size == (world.participants.municipality[: world.participants.n] == municipality).sum() > 0
    row, age = np.arange(told.born.size), world.year - 1 - told.born
    child = world.participants.child[told.participant]
    assert (told.alone[row, age] == world.population.state[child]).all()
    assert (told.helped[row, age] == world.participants.treated[told.participant]).all()
    before = np.arange(N_AGES)[None, :] < (told.started - told.born)[:, None]
    assert (told.helped[before] == told.alone[before]).all()
    assert (told.helped != told.alone).any()


def test_a_life_told_to_its_end_is_the_life_that_will_be_lived(world):
    """Two more years of the run: what was told before they were lived comes true."""
    settings = world.settings
    later = World(lambda: settings)
    for _ in range(6):
        later.step()
    told = lives.tell(later, 2)
    for _ in range(2):
        later.step()
    row, age = np.arange(told.born.size), later.year - 1 - told.born
    assert (told.helped[row, age] == later.participants.treated[told.participant]).all()


def test_children_are_shown_by_what_help_did(world):
    told = lives.tell(world, 2)
    gain = lives.spared(world, told).sum(axis=(1, 2))
    changed = (told.helped != told.alone).any(axis=1)
    most, none = lives.order(world, told, "most"), lives.order(world, told, "none")
    assert gain[most[0]] == gain.max() > 0
    assert not changed[none].any()
    assert none.size == (~changed).sum()
    assert changed[lives.order(world, told, "usual")].all()
    assert (gain[lives.order(world, told, "worse")] < 0).all()


def test_what_a_body_counts_adds_up_to_the_score_that_it_decides_by(world):
    """Opened up and added together again, a body's reasons are the model's own number."""
    scores = decisions.scores(world.as_decided())
    for municipality in (0, 3):
        for owner in world.owners:
            for cell in reasoning.options(world, owner, municipality)[:6]:
                asked = [reasoning.weigh(world, kind, municipality, cell) for kind in reasoning.askers(world, owner)]
                last = next((each for each in asked if each.net <= 0), asked[-1])
                if scores[municipality, cell] != 0.0:  # 0: not open to the region under this contract
                    assert last.net == pytest.approx(scores[municipality, cell], abs=1e-6)


def test_a_verdict_fits_what_happened(world):
    seen_verdicts = set()
    for municipality in range(world.n):
        for owner in world.owners:
            for cell in reasoning.options(world, owner, municipality):
                seen, taken = reasoning.children(world, cell, municipality)
                assert 0 <= taken <= seen
                verdict = reasoning.verdict(world, owner, municipality, cell)
                assert (verdict == reasoning.YES) == (taken > 0)
                assert (verdict == reasoning.UNSEEN) == (seen == 0)
                seen_verdicts.add(verdict)
    assert len(seen_verdicts) > 2


def test_children_taken_by_options_are_all_who_were_helped(world):
    taken = sum(
        reasoning.children(world, cell, municipality)[1]
        for municipality in range(world.n)
        for cell in range(world.cells.age.size)
    )
    assert taken == world.past[-1][0].helped.sum()
