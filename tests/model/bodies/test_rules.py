"""Rules of one's own: who is asked, what a rule is told, that its answer is obeyed, that it overrules nobody else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stupror.model.bodies.asking import signatures
from stupror.model.bodies.choice import ANSWERS, CLOSED, YES
from stupror.model.bodies.rules import DECIDE_ALONE, HAVE_RULES, Offers, by_body, check_rules, said
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, simulate
from tests.verification.worlds import answers

COUNTY = (
    select(load_scenario(), ["10"])
    .replace("investor.smallest", 0)  # no project is too small to be asked about
    .replace("impact_investor.smallest", 0)
    .replace("interventions.parenting.owner", "region")
    .replace("interventions.home-visits.partner", "")
    .replace("interventions.school-absence.partner", "")
)
PLACE = (
    select(load_scenario(), ["1082"])
    .replace("interventions.home-visits.partner", "")
    .replace("interventions.school-absence.partner", "")
)


def always(number):
    return lambda offers: np.full(offers.value.shape, float(number))


def as_usual(offers):
    return offers.value


def opened(design, rules=None, spec=COUNTY):
    """A model in its first year, where children have been seen and nothing has been decided."""
    model = PreventionModel(spec, load_design(design), 4, 1, rules=rules)
    model.budget()
    model.identify()
    return model


def plentiful(model):
    """Let children be seen everywhere, and give every purse so much that money stops nobody."""
    season = model.season
    many = {name: np.full_like(getattr(season, name), 50) for name in ("seen", "free", "ideas")}
    model.season = replace(season, **many)
    books, plenty = model.state.books, np.full(model.world.n, 10**12)
    books.budgets.room = dict.fromkeys(books.budgets.room, plenty)
    books.allowed = {}
    for fund in books.funds.values():
        fund.money = plenty


# ---------------------------------------------------------------------- who is asked, and who obeys

ASKED = [  # kind, design, whose projects, what a no is called
    ("education", "status-quo", "education", "unpaid"),
    ("social", "status-quo", "social", "unpaid"),
    ("labour_market", "municipal-fund", "labour_market", "unpaid"),
    ("board", "municipal-fund", "social", "grantor"),
    ("region", "status-quo", "region", "unpaid"),
    ("region", "regional-fund", "social", "grantor"),
    ("investor", "sib-norrkoping", "social", "investor"),
    ("junior_investor", "utah-preschool", "education", "investor"),
    ("bondholder", "impact-linked-bond", "social", "investor"),
    ("provider", "aarhus-schooling", "social", "investor"),
]


@pytest.mark.parametrize(("kind", "design", "owner", "no"), ASKED)
def test_each_kind_is_asked_and_its_answer_is_obeyed(kind, design, owner, no):
    """Everybody says yes to everything; then this kind alone says no. Nobody is taken, and the reason names it."""
    everybody = dict.fromkeys(HAVE_RULES, always(1e6))
    willing, stopped = opened(design, everybody), opened(design, everybody | {kind: always(-1.0)})
    mine = willing.world.cells_of(owner)
    _, yes, _ = answers(willing.asking(IN_FORCE))
    covered = mine[(yes[:, mine] != CLOSED).all(axis=0)]
    assert covered.size
    assert (yes[:, covered] == YES).all()
    value, answer, _ = answers(stopped.asking(IN_FORCE))
    assert {ANSWERS[each] for each in np.unique(answer[:, covered])} == {no}
    assert (value[:, covered] <= 0.0).all()
    for each in (willing, stopped):
        plentiful(each)
        each.decide()
    assert willing.state.bodies.decided[IN_FORCE].taken[:, covered].any()
    assert not stopped.state.bodies.decided[IN_FORCE].taken[:, covered].any()


def test_every_kind_that_can_have_a_rule_is_asked_somewhere():
    assert {kind for kind, *_ in ASKED} == set(HAVE_RULES)


@pytest.mark.parametrize(
    ("kind", "design", "owner"), [("social", "status-quo", "social"), ("board", "municipal-fund", "social")]
)
def test_whoever_decides_last_is_taken_at_its_word(kind, design, owner):
    """The number that a rule gives is the value by which options are ranked, body by body and option by option."""

    def think(offers):
        return offers.municipality[:, None] + 100.0 * offers.age + offers.level

    model = opened(design, dict.fromkeys(HAVE_RULES, always(1.0)) | {kind: think})
    cells, mine = model.world.cells, model.world.cells_of(owner)
    value, _, _ = answers(model.asking(IN_FORCE))
    said_so = model.world.geography.codes[:, None] + 100.0 * cells.age[mine] + cells.level[mine]
    assert (value[:, mine] == said_so).all()


@pytest.mark.parametrize(
    ("kind", "design", "last", "no"),
    [
        ("social", "municipal-fund", "board", "grantor"),
        ("social", "regional-fund", "region", "grantor"),
        ("social", "sib-norrkoping", "investor", "investor"),
        ("board", "municipal-fund", "social", "unpaid"),
    ],
)
def test_a_rule_overrules_nobody_else(kind, design, last, no):
    """However much it wants a project, the no of the others stands."""
    eager = opened(design, dict.fromkeys(HAVE_RULES, always(1.0)) | {kind: always(1e9), last: always(-1.0)})
    _, answer, _ = answers(eager.asking(IN_FORCE))
    mine = eager.world.cells_of("social")
    said_no = {ANSWERS[each] for each in np.unique(answer[:, mine])} - {"closed"}
    assert said_no == {no}


@pytest.mark.parametrize("design", ["planner", "pooled-budget"])
def test_whoever_decides_alone_asks_no_rule(design):
    asked = []

    def think(offers):
        asked.append(offers)
        return -offers.value

    ours, plain = (opened(design, rules) for rules in (dict.fromkeys(HAVE_RULES, think), None))
    both = zip(answers(ours.asking(IN_FORCE)), answers(plain.asking(IN_FORCE)), strict=True)
    assert all((mine == usual).all() for mine, usual in both)
    assert not [each for each in asked if each.in_force]


def test_other_kinds_think_as_always():
    ours, plain = opened("state-outcomes-fund", {"region": always(3.0)}), opened("state-outcomes-fund")
    value, answer, _ = answers(ours.asking(IN_FORCE))
    usual_value, usual_answer, _ = answers(plain.asking(IN_FORCE))
    others = plain.world.menu.owner[plain.world.cells.intervention] != "region"
    assert (value[:, others] == usual_value[:, others]).all()
    assert (answer[:, others] == usual_answer[:, others]).all()
    assert (value[:, ~others] == 3.0).all()


# ---------------------------------------------------------------------- what a rule is told, and how often


def test_a_rule_is_asked_once_a_year_and_contract_and_remembers():
    heard = []

    def think(offers):
        heard.append((offers.year, offers.in_force, offers.memory.setdefault("first", offers.year)))
        return offers.value

    simulate(PLACE, load_design("municipal-fund"), seed=1, years=2, start_year=2024, rules={"social": think})
    assert heard == [(2024, True, 2024), (2024, False, 2024), (2025, True, 2024), (2025, False, 2024)]


def test_kinds_have_memories_of_their_own():
    memories = {}

    def think(offers):
        memories[offers.kind] = offers.memory
        return offers.value

    rules = dict.fromkeys(("social", "education", "board"), think)
    answers(opened("municipal-fund", rules, PLACE).asking(IN_FORCE))
    assert set(memories) == {"social", "education", "board"}
    assert len({id(each) for each in memories.values()}) == 3


@pytest.mark.parametrize("name", ["value", "belief", "room", "neighbours", "saving_own", "payments", "cost", "age"])
def test_a_rule_cannot_write_into_what_it_is_told(name):
    def think(offers):
        getattr(offers, name)[...] = 0
        return offers.value

    for kind, design in (("social", "status-quo"), ("investor", "sib-norrkoping")):
        with pytest.raises(ValueError, match="read-only"):
            answers(opened(design, {kind: think}, PLACE).asking(IN_FORCE))


def weighed(offers):
    """A value that reads everything that a rule is told."""
    place = 0.01 * (offers.municipality % 7) + 1e-9 * offers.room + offers.neighbours
    kind = np.where(offers.intervention == "skolfam", 5.0, 0.0) + 0.1 * offers.age + offers.level
    year = offers.saving_own[..., 2] + 0.5 * offers.saving_others[..., 3] + offers.payments[..., 1]
    return offers.value + year - 0.5 * offers.cost + 10.0 * offers.belief + place[:, None] + kind


def weighed_singly(offer):
    """The same for one option before one body."""
    place = 0.01 * (offer.municipality % 7) + 1e-9 * offer.room + offer.neighbours
    kind = (5.0 if offer.intervention == "skolfam" else 0.0) + 0.1 * offer.age + offer.level
    year = offer.saving_own[2] + 0.5 * offer.saving_others[3] + offer.payments[1]
    return offer.value + year - 0.5 * offer.cost + 10.0 * offer.belief + place + kind


@pytest.mark.parametrize("design", ["state-outcomes-fund", "regional-fund", "aarhus-schooling"])
def test_a_rule_for_single_offers_answers_as_the_same_rule_for_all(design):
    both = []
    for rule in (weighed, by_body(weighed_singly)):
        both.append(answers(opened(design, dict.fromkeys(HAVE_RULES, rule)).asking(IN_FORCE)))
    assert all((array == single).all() for array, single in zip(*both, strict=True))
    usual, ours = answers(opened(design).asking(IN_FORCE)).value, both[0].value
    assert (usual != ours).any()  # the rule decides otherwise than usual, or this would show nothing


@pytest.mark.parametrize("design", ["status-quo", "state-outcomes-fund", "regional-fund", "aarhus-schooling"])
def test_a_rule_that_says_what_its_bodies_would_say_changes_nothing(design):
    """Three years, all kinds at once, each by an array rule or by a function: every table is the same."""
    rules = dict.fromkeys(HAVE_RULES, as_usual) | {"social": by_body(as_usual), "investor": by_body(as_usual)}
    ours, plain = (simulate(COUNTY, load_design(design), seed=2, years=3, rules=each) for each in (rules, None))
    assert ours.keys() == plain.keys()
    for name, table in plain.items():
        assert ours[name].equals(table), name


@pytest.mark.parametrize(
    ("design", "limit"),
    [("impact-linked-bond", "investor.loss_limit"), ("essex-edge-of-care", "impact_investor.loss_limit")],
)
def test_what_a_private_party_would_say_counts_the_losses_that_it_will_not_risk(design, limit):
    """With a limit of 0 an investor refuses options that would pay: its rule is told of a no."""
    spec = PLACE.replace(limit, 0.0)
    ours, plain = (opened(design, rules, spec).asking(IN_FORCE) for rules in ({"investor": as_usual}, None))
    usual = signatures(plain)["investor"]
    assert (usual.accepts != (usual.net > 0.0)).any()
    assert (signatures(ours)["investor"].accepts == usual.accepts).all()


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("kind", DECIDE_ALONE)
def test_a_benchmark_takes_no_rule(kind):
    with pytest.raises(InputError, match=f"'{kind}' is a benchmark and takes no rule"):
        check_rules({kind: as_usual})


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        check_rules({"plannr": as_usual, "pool": as_usual, "board": 3.0, "social": as_usual})
    assert len(caught.value.problems) == 3
    assert all(any(f"'{kind}'" in each for each in caught.value.problems) for kind in ("plannr", "pool", "board"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda offers: offers.value[:-1],
        lambda offers: offers.value[:, :1],
        lambda offers: offers.value[0],
        lambda offers: 1.0,
        lambda offers: None,
        lambda offers: np.where(offers.age == offers.age[0], np.nan, offers.value),
        lambda offers: offers.value.astype(str),
        lambda offers: offers.value + 0j,
    ],
)
@pytest.mark.parametrize(("kind", "design"), [("board", "municipal-fund"), ("investor", "utah-preschool")])
def test_an_answer_in_another_form_is_refused_by_the_kind_of_its_rule(kind, design, answer):
    with pytest.raises(InputError, match=f"the rule for '{kind}' gave"):
        answers(opened(design, {kind: answer}).asking(IN_FORCE))


@given(numbers=arrays(st.sampled_from([np.int64, np.float64, np.bool_]), (2, 3), elements=st.integers(0, 1)))
def test_any_numbers_in_the_right_form_are_taken_as_they_are(numbers):
    nothing, wide = np.zeros(2), np.zeros((2, 3))
    offers = Offers(
        kind="social", year=2020, in_force=True, municipality=np.arange(2), intervention=np.array(["a", "b", "c"]),
        age=np.arange(3), level=np.arange(3), belief=wide, room=nothing, neighbours=nothing,
        saving_own=wide[..., None], saving_others=wide[..., None], payments=wide[..., None], cost=wide, value=wide,
        memory={},
    )  # fmt: skip
    answer = said(lambda _: numbers, offers)
    assert answer.dtype == np.float64
    assert (answer == numbers).all()
