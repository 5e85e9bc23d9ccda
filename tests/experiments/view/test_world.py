"""What the page knows of a world is what the model knows of it."""

import numpy as np
import pytest

from stupror.analysis.measures.lifetime import GROUPS
from stupror.experiments.plans.likely import likely
from stupror.experiments.view.words import LANGUAGES, words
from stupror.experiments.view.worlds import lives, numbers, reasoning
from stupror.experiments.view.worlds.pair import Pair
from stupror.experiments.view.worlds.settings import Settings
from stupror.model.bodies.choice import ANSWERS, CLOSED, IDEALESS, INVESTOR, PARTNER, UNSEEN
from stupror.model.children.ladder import N_AGES
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE
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
def pair(request):
    """Blekinge after six of eight years."""
    settings = Settings(design=request.param, years=YEARS, values=EAGER if request.param != "status-quo" else {})
    result = Pair(lambda: settings)
    for _ in range(6):
        result.step()
    return result


def test_the_world_beside_is_status_quo_with_the_same_children(pair):
    spec, _ = pair.settings.read()
    alone = PreventionModel(likely(spec, pair.world.seed), load_design("status-quo"), pair.world.seed, YEARS)
    for _ in range(6):
        alone.step()
    assert (alone.state.children.population.state == pair.beside.state.children.population.state).all()
    assert (alone.state.children.population.state == pair.state.children.population.state).all()
    assert numbers.summary([pair[1] for pair in pair.past])["invested"] == sum(
        int(entry.amount.sum())
        for entry in alone.state.books.ledger.entries
        if entry.purpose in ("programme", "application", "evaluation")
    )


def test_it_lives_no_longer_than_it_was_told_to():
    settings = Settings(years=2)
    pair = Pair(lambda: settings)
    assert pair.running
    for _ in range(4):
        pair.step()
    assert (pair.lived, pair.running, len(pair.past)) == (2, False, 3)


def test_gains_are_what_the_ledger_and_the_lives_say(pair):
    """Net gain by group: the fall in cost of lives, less what projects took from the group's accounts."""
    gain = numbers.total([pair[0] for pair in pair.past], "gain").sum(axis=0)
    saved = sum(
        int(((shadow.astype(np.int64) - treated)[..., None] * pair.world.costs.by_payer).sum())
        for _, shadow, treated in pair.state.children.history
    )
    paid = dict.fromkeys(GROUPS, 0)
    for entry in pair.state.books.ledger.entries:
        if entry.project[0] < 0:
            continue
        for group, accounts in GROUPS.items():
            paid[group] += int(entry.amount.sum()) * ((entry.payer in accounts) - (entry.receiver in accounts))
    assert gain.sum() == saved - sum(paid.values())
    assert saved > 0
    for number, group in enumerate(GROUPS):
        mine = numbers.by_group(numbers.total([pair[0] for pair in pair.past], "saved").sum(axis=0))[number]
        assert gain[number] == mine - paid[group]


def test_reached_are_among_those_in_need_and_helped_are_the_participants(pair):
    years = [pair[0] for pair in pair.past]
    assert all((year.reached >= 0).all() and (year.reached <= year.in_need).all() for year in years)
    assert all((year.in_need <= year.children).all() for year in years)
    assert numbers.total(years, "helped").sum() == pair.state.children.participants.n > 0
    assert 0 < max(year.programmes.max() for year in years) <= len(pair.world.menu.items)
    assert {int(each) for year in years for each in year.practice} <= {0, 1, 2}


def test_a_life_told_again_is_the_life_that_was_lived(pair):
    joined, people = pair.state.children.participants, pair.state.children.population
    total, changed = 0, False
    for municipality in range(pair.world.n):
        told = lives.tell(pair.world, pair.state.children, municipality)
        assert told.born.size == (joined.municipality[: joined.n] == municipality).sum()
        if not told.born.size:  # a small place may go for years without a project
            continue
        total += told.born.size
        row, age = np.arange(told.born.size), pair.year - 1 - told.born
        child = joined.child[told.participant]
        before = joined.before[told.participant]  # a second programme is held against the life with the first
        alone = np.where(before >= 0, joined.treated[before], people.state[child])
        assert (told.alone[row, age] == alone).all()
        assert (told.helped[row, age] == joined.treated[told.participant]).all()
        before = np.arange(N_AGES)[None, :] < (told.started - told.born)[:, None]
        assert (told.helped[before] == told.alone[before]).all()
        changed = changed or (told.helped != told.alone).any()
    assert changed
    assert total == joined.n > 20


def test_a_life_told_to_its_end_is_the_life_that_will_be_lived(pair):
    """Two more years of the run: what was told before they were lived comes true."""
    settings = pair.settings
    later = Pair(lambda: settings)
    for _ in range(6):
        later.step()
    told = lives.tell(later.world, later.state.children, 2)
    for _ in range(2):
        later.step()
    row, age = np.arange(told.born.size), later.year - 1 - told.born
    assert (told.helped[row, age] == later.state.children.participants.treated[told.participant]).all()


def test_children_are_shown_by_what_help_did(pair):
    joined = pair.state.children.participants
    told = lives.tell(pair.world, pair.state.children, int(np.bincount(joined.municipality[: joined.n]).argmax()))
    gain = np.array([lives.spared(pair.world.costs, told, row).sum() for row in range(told.born.size)])
    changed = (told.helped != told.alone).any(axis=1)
    most, none = lives.order(pair.world.costs, told, "most"), lives.order(pair.world.costs, told, "none")
    assert gain[most[0]] == gain.max() > 0
    assert not changed[none].any()
    assert none.size == (~changed).sum()
    assert changed[lives.order(pair.world.costs, told, "usual")].all()
    assert (gain[lives.order(pair.world.costs, told, "worse")] < 0).all()


def options(pair, owner, municipality):
    return reasoning.options(pair.world, pair.season, pair.state.bodies.decided, owner, municipality)


def test_what_a_body_counts_adds_up_to_the_value_that_it_decided_by(pair):
    """Opened up and added together again, a body's reasons are the model's own number."""
    asking, w = pair.asking(IN_FORCE), pair.world
    decision = pair.state.bodies.decided[IN_FORCE]
    outside = np.isin(decision.answer, [CLOSED, IDEALESS, INVESTOR, PARTNER, UNSEEN])
    for municipality in (0, 3):
        for owner in w.menu.owners:
            for cell in options(pair, owner, municipality)[:6]:
                asked = [reasoning.weigh(asking, who, municipality, cell) for who in asking.design.way.asked(owner)]
                last = next((each for each in asked if each.net <= 0), asked[-1])
                if not outside[municipality, cell]:  # there nobody was asked, or not about money
                    assert last.net == pytest.approx(decision.value[municipality, cell], abs=1e-6)


def test_the_page_says_what_the_model_answered_and_yes_where_children_were_taken(pair):
    w, decided = pair.world, pair.state.bodies.decided
    found = set()
    for municipality in range(w.n):
        seen, taken = reasoning.children(w, pair.season, decided, municipality)
        assert ((taken >= 0) & (taken <= seen)).all()
        for cell in range(w.cells.age.size):
            answer, contract = reasoning.answer(decided, municipality, cell)
            assert (answer == "yes") == (taken[cell] > 0)
            said = [ANSWERS[each.answer[municipality, cell]] for each in decided]
            assert (answer == "unseen") == (seen[cell] == 0)
            if answer == "yes":
                assert decided[contract].taken[municipality, cell] > 0
            elif answer != "unseen":  # where the design does not pay for it, own room has the word
                assert answer == said[contract]
                assert contract == (len(said) - 1 if said[IN_FORCE] in ("closed",) else IN_FORCE)
            found.add(answer)
    assert len(found) > 2


def test_what_is_shown_of_everybody_asked_agrees_with_the_answer(pair):
    """Whoever is said to have refused is shown not to want it, and all who were asked before are shown to want it."""
    w, decided = pair.world, pair.state.bodies.decided
    for municipality in range(w.n):
        for owner in w.menu.owners:
            for cell in options(pair, owner, municipality):
                answer, contract = reasoning.answer(decided, municipality, cell)
                asking = pair.asking(contract)
                asked = [reasoning.weigh(asking, who, municipality, cell) for who in asking.design.way.asked(owner)]
                wants = [each.net > 0 for each in asked]
                if answer == "unpaid":
                    assert not wants[0]
                elif answer == "grantor":
                    assert wants == [True, False]
                elif answer not in ("unseen", "idea"):  # there nothing was decided, whatever anybody thinks of it
                    assert all(wants)
                before = reasoning.before(decided, municipality, cell, contract)
                assert (before == "") == (contract == IN_FORCE)
                assert before != "refused" or answer == "yes"


def test_every_answer_has_its_sentence_in_both_languages():
    for say in map(words, LANGUAGES):
        assert all(say[f"verdict {answer}"] for answer in ("0", *ANSWERS) if answer != "closed")
        assert all(say[f"before {answer}"] for answer in ("closed", "refused"))


def test_before_the_first_year_everybody_can_be_asked_what_they_would_make_of_it():
    settings = Settings(years=2)
    pair = Pair(lambda: settings)
    asking = pair.asking(IN_FORCE)
    for owner in pair.world.menu.owners:
        cell = options(pair, owner, 0)[0]
        for who in asking.design.way.asked(owner):
            assert np.isfinite(reasoning.weigh(asking, who, 0, cell).net)
    assert reasoning.children(pair.world, pair.season, (), 0)[1].sum() == 0


def test_children_taken_by_options_are_all_who_were_helped(pair):
    taken = sum(
        int(reasoning.children(pair.world, pair.season, pair.state.bodies.decided, municipality)[1].sum())
        for municipality in range(pair.world.n)
    )
    came, places = pair.past[-1][0].helped.sum(), taken + pair.season.served.sum()
    assert 0.6 * places <= came <= places  # not every place of a project that begins is filled


def answers(place, design, year, municipality, level):
    """What the page says of all interventions at a level, by name and age, in the last lived year."""
    settings = Settings(place=place, design=design, years=8, seed=1, point=True)
    pair = Pair(lambda: settings)
    while pair.year <= year:
        pair.step()
    at = pair.world.spec.places.names.index(municipality)
    named = ((reasoning.name_of(pair.world, cell), cell) for cell in range(pair.world.cells.age.size))
    decided = pair.state.bodies.decided
    return {(name, age): reasoning.answer(decided, at, cell)[0] for (name, age, of), cell in named if of == level}


def test_what_came_later_is_not_held_against_a_decision():
    """In 2021 Karlshamn's fund was empty; beliefs and funds moved later, and what was said then is what is shown."""
    said = answers("10", "state-outcomes-fund", 2021, "Karlshamn", "support")
    assert {said["parenting", age] for age in range(3, 13)} == {"money"}


def test_whoever_stood_in_the_way_is_named():
    said = answers("10", "municipal-fund", 2020, "Karlskrona", "risk")
    assert {said["el-sistema", age] for age in (5, 6, 7)} == {"grantor"}
