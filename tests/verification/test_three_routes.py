"""Three routes to the same lives: the compiled kernel, the plain-Python reference and the exact expectation."""

from dataclasses import replace

import numpy as np
import pytest
from reference import Help, Reference, in_practice, local_shares, seen_as, together
from worlds import Cohort, county, world

from stupror.model.children import finding, lifecourse, need, with_help
from stupror.model.children.carrying import carry
from stupror.model.children.cells import build_cells, detection_edges, relative_mix
from stupror.model.children.draws import threshold
from stupror.model.children.forecast import (
    effects_in_practice,
    expected_states,
    life_tables,
    occupancy,
    with_several,
)
from stupror.model.children.ladder import LAST_AGE, N_AGES, N_FRAILTY, N_LEVELS, N_STATES, NOT_ELIGIBLE, treated_move
from stupror.model.children.participants import Participants
from stupror.model.children.practice import Practice
from stupror.model.children.prices import PAYER, build_costs
from stupror.model.inputs.facts import built_in_facts
from stupror.model.inputs.places import sweden
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.money.budgets import LINES, expected_costs
from stupror.model.results.afterwards import ahead_of_helped

# Strong effects reach every branch of the rules: harm, at forks as much as there can be, recovery so likely that moves
# fill the year, and long fading.
EFFECTS = np.array(
    [
        [0.55, 1.60, 0.50, 2.0, 1.0],
        [1.45, 0.50, 1.30, 3.0, 0.5],
        [0.97, 3.60, 0.93, 1.0, 4.0],
        [1.00, 1.00, 0.40, 1.0, 1.0],
        [2.20, 4.50, 1.00, 9.0, 2.5],
        [1.00, 1.00, 7.00, 1.0, 1.0],
    ]
)


def shares_in(spec, code):
    """Shares of frailty in a municipality as the plain-Python route works them out."""
    schooling = [row["low_schooling_share"] for row in built_in_facts().values()]
    people = dict(zip(sweden().codes, sweden().population, strict=True))
    young = [row["young_share"] * people[code] for code, row in built_in_facts().items()]
    return local_shares(spec.ladder, schooling, young, built_in_facts()[code]["low_schooling_share"])


def test_the_kernel_lives_every_life_as_the_reference_does():
    """4,000 lives from birth to 64, three in four with help from different ages: every state at every age."""
    cohort = Cohort(county(), seed=7, n=4_000)
    child = np.flatnonzero(np.arange(cohort.n) % 4)
    kind = np.arange(child.size) % len(EFFECTS)
    start_age = 1 + np.arange(child.size) * 7 % 30
    start_year = (cohort.born + start_age).astype(np.int16)
    untreated = np.empty((LAST_AGE + 1, cohort.n), np.uint8)
    treated = np.zeros((LAST_AGE + 1, child.size), np.uint8)
    groups = []
    for age in range(LAST_AGE + 1):
        before = np.flatnonzero(start_age == age)  # they enter as they were when last year ended
        if before.size:
            groups.append((before, cohort.treat(child[before], EFFECTS, start_year[before], kind[before])))
        cohort.grow(age)
        untreated[age] = cohort.state
        treated[age] = cohort.state[child]
        for rows, live in groups:
            treated[age, rows] = live(age)[0]

    reference = Reference(county().ladder)
    helped = dict(zip(child.tolist(), range(child.size), strict=True))
    differ = 0
    for number in range(cohort.n):
        row = helped.get(number)
        programme = ()
        if row is not None:
            escalation, recovery, forks, duration, half_life = EFFECTS[kind[row]].tolist()
            programme = (Help(int(start_year[row]), escalation, recovery, forks, int(duration), half_life),)
        without, with_help = reference.whole_life(7, cohort.code, cohort.born, number, LAST_AGE, programme)
        assert [life.byte for life in without] == untreated[:, number].tolist(), f"untreated life of child {number}"
        if row is not None:
            assert [life.byte for life in with_help] == treated[:, row].tolist(), f"treated life of child {number}"
            differ += with_help != without
    assert differ > 500  # help changed many lives, so the comparison had something to see


def test_a_run_lives_shadows_treated_lives_and_detection_as_the_reference_does():
    """All children of Gotland under the planner: who was seen as what, and both lives of those who were helped.

    Up to three programmes a child, some of which it leaves.
    """
    spec = (
        county("09").replace("project.programmes", 3).replace("project.drop_out", 0.5).replace("project.attended", 0.0)
    )
    years = 10
    model = world(spec, "planner", seed=3, years=years)
    people, helped, last = (
        model.state.children.population,
        model.state.children.participants,
        model.world.start_year + years - 1,
    )
    reference, code = Reference(spec.ladder, shares_in(spec, "0980")), int(people.codes[0])
    shadows_apart = compared = left = twice = left_of_three = 0
    for cohort in range(0, people.offsets.shape[1] - 1, 2):
        born = people.births_from + cohort
        start, stop = people.offsets[0, cohort], people.offsets[0, cohort + 1]
        for number in range(stop - start):
            rows = [int(people.participant[start + number])]  # its programmes, the last one first
            while rows[-1] >= 0:
                rows.append(int(helped.before[rows[-1]]))
            programmes, with_help, gone = [], None, 0
            without, _ = reference.whole_life(3, code, born, number, last - born)
            assert without[-1].byte == people.state[start + number]
            compared += 1
            before = without
            for row in reversed(rows[:-1]):
                item = spec.interventions[helped.intervention[row]]
                programme = Help(
                    int(helped.start_year[row]), item.escalation, item.recovery, item.forks,
                    item.duration, item.half_life, item.name,
                )  # fmt: skip
                programme, leaves = in_practice(programme, spec.project, 3, code, born, number)
                assert leaves == helped.leaves[row]
                programmes.append(programme)
                _, with_help = reference.whole_life(
                    3, code, born, number, last - born, programmes, spec.project.overlap
                )
                assert with_help[-1].byte == helped.treated[row]
                age = int(helped.start_year[row]) - 1 - born
                assert helped.state_before[row] % N_LEVELS == before[age].level
                assert helped.perceived[row] == seen_as(before[age], spec.detection, 3, code, born, age, number)
                shadows_apart += with_help[-1] != before[-1]
                left, twice, before = left + leaves, twice + (len(programmes) == 2), with_help
                gone += leaves
            left_of_three += gone > 0 and len(programmes) == 3
    assert compared > 8_000
    assert helped.n > 1_000
    assert shadows_apart > 20
    assert left > 50
    assert twice > 100
    assert left_of_three > 50


SECOND = 3, 1  # programme and how many years after the first; of the first the effects are EFFECTS[0]


def two_programmes(cohort, start_age, overlap):
    """Let everybody have two programmes: a function that lives a year with the first, and one with both."""
    n = cohort.n
    year = cohort.born + start_age
    helped = lifecourse.Helped(
        child=np.tile(np.arange(n, dtype=np.int32), 2),
        cohort_start=np.zeros(2 * n, np.int32),
        born=np.full(2 * n, cohort.born, np.int16),
        municipality=np.zeros(2 * n, np.int16),
        intervention=np.repeat([0, SECOND[0]], n).astype(np.int16),
        start_year=np.repeat([year, year + SECOND[1]], n).astype(np.int16),
        leaves=np.zeros(2 * n, np.bool_),
        before=np.concatenate([np.full(n, -1), np.arange(n)]).astype(np.int32),
        again=np.repeat([True, False], n),
    )
    treated, counts = np.tile(cohort.state, 2), (np.zeros_like(cohort.counts), np.zeros_like(cohort.counts))
    tables, apart = with_help.treated_tables(cohort.ladder, EFFECTS, overlap, 2), np.zeros(2 * n, np.bool_)

    def live(age):
        levels = np.bincount(treated[n:] % N_LEVELS, minlength=N_LEVELS)
        both = age >= start_age + SECOND[1]
        now = lifecourse.When(cohort.born + age, cohort.seed)
        rows = (0, 2 * n if both else n)
        with_help.live_treated(rows, now, cohort.codes, helped, (cohort.state, treated, apart), tables, counts)
        if not both:
            treated[n:], apart[n:] = treated[:n], apart[:n]
        with_both = levels + counts[0][0, age]
        return treated[n:], (with_both, with_both + counts[1][0, age])

    return live


@pytest.mark.parametrize("overlap", [0.0, 0.6])
def test_two_programmes_in_a_life_are_lived_alike_on_all_three_routes(overlap):
    """The reference sees every state of the first; the expectation, carried on from the start, every level of all."""
    start_age = 12
    cohort, reference = Cohort(county(), seed=21, n=60_000), Reference(county().ladder)
    for age in range(start_age):
        cohort.grow(age)
    start = np.bincount(cohort.state, minlength=N_STATES) / cohort.n
    live, lived, counted = two_programmes(cohort, start_age, overlap), [], []
    for age in range(start_age, LAST_AGE + 1):
        cohort.grow(age)
        treated, counts = live(age)
        lived.append(treated[:300].copy())
        counted.append(np.bincount(treated % N_LEVELS, minlength=N_LEVELS))
        if age > start_age:
            assert (counts[0] == counted[-1]).all()  # each child once
            assert (counts[1] == np.bincount(cohort.state % N_LEVELS, minlength=N_LEVELS)).all()
    year, kinds = cohort.born + start_age, (0, SECOND[0])
    programmes = [
        Help(year + SECOND[1] * i, *EFFECTS[k, :3].tolist(), int(EFFECTS[k, 3]), float(EFFECTS[k, 4]), k)
        for i, k in enumerate(kinds)
    ]
    for number in range(300):
        _, both = reference.whole_life(21, cohort.code, cohort.born, number, LAST_AGE, programmes, overlap)
        assert [life.byte for life in both[start_age:]] == [each[number] for each in lived], f"child {number}"

    years, tables, states = LAST_AGE - start_age + 1, life_tables(cohort.ladder), np.empty(N_STATES)
    first, levels = np.empty((SECOND[1], N_LEVELS)), np.empty((years - SECOND[1], N_LEVELS))
    occupancy(start, start_age - 1, SECOND[1], 0, EFFECTS[0], tables, first, states)
    factors, at = np.empty((years - SECOND[1], 3, 1)), states.reshape(-1, 1).copy()
    rule = (EFFECTS, lifecourse.fading(EFFECTS), overlap)
    with_several(np.array(kinds), np.array(kinds), np.array([SECOND[1], 0]), rule, factors[:, :, 0])
    carry(at, np.full(1, start_age - 1 + SECOND[1]), factors, tables, levels[:, :, None])
    expected = np.vstack([first, levels])
    error = np.sqrt(cohort.n * expected * (1 - expected))
    enough = cohort.n * expected * (1 - expected) > 25
    z = ((np.array(counted) - cohort.n * expected) / error)[enough]
    assert np.abs(z).max() < 4, f"largest |z| {np.abs(z).max():.2f} of {z.size} cells"


def test_three_programmes_in_a_life_are_lived_as_the_reference_does():
    """All begun in one year: what the third adds to two shows in many lives."""
    start_age, kinds, overlap, n = 12, (0, 3, 2), 0.3, 600
    cohort, reference = Cohort(county(), seed=22, n=n), Reference(county().ladder)
    for age in range(start_age):
        cohort.grow(age)
    year, rows = cohort.born + start_age, 3 * n
    helped = lifecourse.Helped(
        child=np.tile(np.arange(n, dtype=np.int32), 3),
        cohort_start=np.zeros(rows, np.int32),
        born=np.full(rows, cohort.born, np.int16),
        municipality=np.zeros(rows, np.int16),
        intervention=np.repeat(kinds, n).astype(np.int16),
        start_year=np.full(rows, year, np.int16),
        leaves=np.zeros(rows, np.bool_),
        before=np.concatenate([np.full(n, -1), np.arange(2 * n)]).astype(np.int32),
        again=np.repeat([True, True, False], n),
    )
    treated, apart = np.tile(cohort.state, 3), np.zeros(rows, np.bool_)
    tables = with_help.treated_tables(cohort.ladder, EFFECTS, overlap, 3)
    lived, counts = [], np.zeros((2, *cohort.counts.shape), np.int32)
    for age in range(start_age, LAST_AGE + 1):
        cohort.grow(age)
        now = lifecourse.When(cohort.born + age, cohort.seed)
        with_help.live_treated(
            (0, rows), now, cohort.codes, helped, (cohort.state, treated, apart), tables, (counts[0], counts[1])
        )
        lived.append(treated.copy())
    programmes = [Help(year, *EFFECTS[k, :3].tolist(), int(EFFECTS[k, 3]), float(EFFECTS[k, 4]), k) for k in kinds]
    for number in range(n):
        _, all_three = reference.whole_life(22, cohort.code, cohort.born, number, LAST_AGE, programmes, overlap)
        found = [each[2 * n + number] for each in lived]
        assert [life.byte for life in all_three[start_age:]] == found, f"child {number}"
    years = np.array(lived)
    assert (years[:, n : 2 * n] != years[:, 2 * n :]).any(axis=0).sum() > 20


@pytest.fixture(scope="module")
def many():
    """A million untreated lives: numbers by (age, level)."""
    cohort = Cohort(county(), seed=11, n=1_000_000)
    return cohort, np.array([cohort.grow(age) for age in range(LAST_AGE + 1)])


def test_the_kernel_meets_the_expectation_at_every_age_and_level(many):
    cohort, counted = many
    share = expected_states(cohort.ladder).reshape(N_AGES, -1, N_LEVELS).sum(axis=1)
    error = np.sqrt(cohort.n * share * (1 - share))
    enough = cohort.n * share * (1 - share) > 25
    z = (counted - cohort.n * share)[enough] / error[enough]
    assert enough.sum() > 315
    assert np.abs(z).max() < 4, f"largest |z| {np.abs(z).max():.2f} of {z.size} cells"
    assert 0.8 < z.std() < 1.2  # and they scatter as chance does


def test_the_kernel_meets_the_expected_cost_of_every_payer_at_every_age(many):
    cohort, counted = many
    price = build_costs(cohort.spec).by_payer.astype(float)
    share = expected_states(cohort.ladder).reshape(N_AGES, -1, N_LEVELS).sum(axis=1)
    mean = np.einsum("al,alp->ap", share, price)
    error = np.sqrt((np.einsum("al,alp->ap", share, price**2) - mean**2) / cohort.n)
    seen = np.einsum("al,alp->ap", counted / cohort.n, price)
    paying = error > 0
    z = (seen - mean)[paying] / error[paying]
    assert paying.any(axis=0).all()  # every payer pays at some age
    assert (seen[~paying] == mean[~paying]).all()
    assert np.abs(z).max() < 4, f"largest |z| {np.abs(z).max():.2f} of {z.size} cells"


NEEDY = "0617"  # Gnosjö


@pytest.fixture(scope="module")
def needy():
    """A place of large need, and 500,000 lives in it: the states at 0, and the level and school record at 17."""
    spec = select(load_scenario(), [NEEDY])
    cohort = Cohort(spec, seed=5, n=500_000, code=int(NEEDY), births=need.states_at_birth(spec.places, spec.ladder)[0])
    seen = {}
    for age in range(18):
        cohort.grow(age)
        if age in (0, 17):
            seen[age] = cohort.state.copy()
    return cohort, seen


def test_children_of_a_place_with_large_need_are_born_as_the_reference_says(needy):
    cohort, seen = needy
    reference = Reference(cohort.spec.ladder, shares_in(cohort.spec, NEEDY))
    assert reference.frailty_share[0] < cohort.spec.ladder.frailty_share[0] - 0.1
    for number in range(2_000):
        without, _ = reference.whole_life(5, cohort.code, cohort.born, number, 17)
        assert [without[0].byte, without[17].byte] == [seen[0][number], seen[17][number]], f"child {number}"


def test_lives_in_a_place_with_large_need_meet_its_expectation(needy):
    """Levels and eligibility at 17; the country's expectation would be far off."""
    cohort, seen = needy
    country = expected_states(cohort.ladder)[17]
    local = country * np.repeat(relative_mix(cohort.ladder, cohort.births[None])[0], N_STATES // N_FRAILTY)
    counted = np.bincount(seen[17], minlength=N_STATES)
    failed = (np.arange(N_STATES) // N_LEVELS & NOT_ELIGIBLE) > 0
    groups = [np.arange(N_STATES) % N_LEVELS == level for level in range(N_LEVELS)]
    for group in (failed, *groups):
        share, n = local[group].sum(), cohort.n
        error = np.sqrt(n * share * (1 - share))
        assert abs(counted[group].sum() - n * share) < 4 * error
        assert abs(counted[group].sum() - n * country[group].sum()) > 10 * error


def test_frames_of_a_place_with_large_need_follow_its_expectation():
    """What bodies are expected to pay, against every class of frailty followed on its own with the reference's mix."""
    spec = select(load_scenario(), [NEEDY])
    model = world(spec, "status-quo", years=1)
    mix, price = shares_in(spec, NEEDY), build_costs(spec).by_payer.astype(float)
    one, levels = np.zeros(N_STATES), np.empty((N_AGES - 1, N_LEVELS))
    cost = np.zeros((N_AGES, price.shape[2]))
    for frailty, share in enumerate(mix):
        start, risk, placed = np.zeros(N_STATES), spec.ladder.birth_risk[frailty], spec.ladder.birth_placed[frailty]
        at = frailty * N_STATES // N_FRAILTY
        start[at : at + 2] = 1 - risk - placed, risk
        start[at + N_LEVELS + 4] = placed  # with the record of a placement
        occupancy(start, 0, N_AGES - 1, 0, np.ones(5), life_tables(model.world.ladder), levels, one)
        first = start[at : at + 2 * N_LEVELS].reshape(2, N_LEVELS).sum(axis=0)
        cost += share * np.einsum("al,alp->ap", np.vstack([first, levels]), price)
    sizes, people = model.state.children.population.cohort_sizes()[0], model.state.children.population
    expected = expected_costs(model.world, people, 2020, 1)
    by_hand = sum(
        n * cost[2020 - people.births_from - i] for i, n in enumerate(sizes) if people.births_from + i <= 2020
    )
    for line in LINES:
        assert expected[line][0, 0] == pytest.approx(by_hand[PAYER[line]], rel=1e-9)


@pytest.mark.parametrize(("kind", "start_age"), [(0, 3), (1, 8), (2, 24), (3, 14)])
def test_treated_lives_meet_the_expectation_with_effects(kind, start_age):
    """All children helped from one age on; the expectation starts from birth, so nothing is taken from the sample."""
    cohort = Cohort(county(), seed=100 + kind, n=200_000)
    for age in range(start_age):
        cohort.grow(age)
    everybody = np.arange(cohort.n)
    start_year = np.full(cohort.n, cohort.born + start_age, np.int16)
    live = cohort.treat(everybody, EFFECTS, start_year, np.full(cohort.n, kind))
    years = LAST_AGE - start_age + 1
    levels, states = np.empty((years, N_LEVELS)), np.empty(N_STATES)
    start = expected_states(cohort.ladder)[start_age - 1]
    occupancy(start, start_age - 1, years, 0, EFFECTS[kind], life_tables(cohort.ladder), levels, states)
    without = expected_states(cohort.ladder).reshape(N_AGES, -1, N_LEVELS).sum(axis=1)[start_age:]
    counted = []
    for age in range(start_age, LAST_AGE + 1):
        cohort.grow(age)
        counted.append(live(age)[1])
    error = np.sqrt(cohort.n * levels * (1 - levels))
    enough = cohort.n * levels * (1 - levels) > 25
    z = ((np.array(counted) - cohort.n * levels) / error)[enough]
    assert np.abs(z).max() < 4, f"largest |z| {np.abs(z).max():.2f} of {z.size} cells"
    off = (np.array(counted) - cohort.n * without)[enough] / error[enough]
    assert np.abs(off).max() > 6  # a life without help would have been told apart


@pytest.mark.parametrize(
    ("name", "age", "level", "practice"),
    [
        ("parenting", 6, 2, Practice()),
        ("skolfam", 9, 4, Practice(0.9, 0.4, 0.2)),
        ("servicetrainee", 22, 2, Practice()),
    ],
)
def test_what_a_cell_saves_is_what_brute_force_finds(name, age, level, practice):
    """The children whom detection puts in a cell, with and without help: cost by payer, present value."""
    spec = county()
    item = next(each for each in spec.interventions if each.name == name)
    item = replace(item, escalation=0.7, recovery=1.5, forks=0.6, age_from=age, age_to=age, levels=(level, level))
    costs = build_costs(spec)
    detection = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
    cohort = Cohort(spec, seed=17, n=400_000)
    cells = build_cells((item,), cohort.ladder, costs, detection, practice=practice)
    for each in range(age + 1):
        cohort.grow(each)
    edges, ages = threshold(detection), np.array([age, age])
    seen, found = np.zeros((1, N_AGES, N_LEVELS), np.int64), np.zeros(cohort.state.size, np.int32)
    year = cohort.born + age + 1
    now, people = lifecourse.When(year, cohort.seed), (cohort.state, cohort.free_from)
    nobody = lifecourse.Apart(np.zeros(0, np.int32), np.zeros(0, np.uint8))
    finding.identify(
        0, 1, now, cohort.homes, people, nobody, lifecourse.Look(edges, ages), lifecourse.Found(seen, found)
    )
    n = int(seen[0, age, level])
    cell, wanted = lifecourse.Options(np.array([0]), np.array([age]), np.array([level])), np.array([[n]])
    helped = Participants.none_yet(n)
    people = cohort.state, cohort.participant, cohort.free_from
    place = (0, 1, year, cohort.homes, people, lifecourse.Found(seen, found), cell, (np.array([item.duration]), 1))
    none = np.zeros((1, 1), np.int64)
    assert finding.enrol(*place, (wanted, none), (0, 0, helped.new)) == n > 1_000
    child = helped.child
    leaves = np.random.default_rng(1).random(n) < practice.drop_out
    live = cohort.treat(child, effects_in_practice((item,), practice), np.full(n, year, np.int16), leaves)
    price = costs.by_payer
    saved = np.zeros((n, price.shape[2]))
    for h in range(LAST_AGE - age):
        cohort.grow(age + 1 + h)
        treated, _ = live(age + 1 + h)
        here = price[age + 1 + h].astype(float)
        saved += 1.03**-h * (here[cohort.state[child] % N_LEVELS] - here[treated % N_LEVELS])
    expected = 1.03 ** -np.arange(N_AGES) @ cells.true_saving[0]
    error = saved.std(axis=0) / np.sqrt(n)
    paying = error > 0
    z = (saved.mean(axis=0) - expected)[paying] / error[paying]
    assert np.abs(z).max() < 4, f"z by payer {z.round(2)}"
    assert abs(expected.sum()) > 6 * saved.sum(axis=1).std() / np.sqrt(n)  # no saving at all would have been told apart
    assert (cells.true_saving[0][:, ~paying] == 0).all()


def test_after_the_last_year_help_on_help_goes_on_as_the_reference_says():
    """The year after the run, child by child: what both programmes still do, and where that may lead."""
    model = world(county("09"), "planner", seed=3, years=4)
    here, helped, last = model.world, model.state.children.participants, model.world.last_year
    twice = np.flatnonzero((helped.before[: helped.n] >= 0) & ~helped.again[: helped.n])
    assert twice.size > 30
    later = ahead_of_helped(here, helped, twice)
    by_hand = np.zeros((N_AGES, N_LEVELS))
    project, names = here.spec.project, here.menu.items
    for row in twice.tolist():
        programmes = []
        for at in (row, int(helped.before[row])):
            item = names[helped.intervention[at]]
            programme = Help(
                int(helped.start_year[at]), item.escalation, item.recovery, item.forks, item.duration, item.half_life
            ).weakened(project.effect_kept * (project.attended if helped.leaves[at] else 1))
            programmes.append((item.name, programme.now(last + 1)))
        age, s = last + 1 - int(helped.born[row]), int(helped.treated[row])
        by_hand[age] += treated_move(here.ladder.move, age, s, together(programmes, project.overlap))
    assert np.allclose(later[0], by_hand)
    assert np.allclose(later[:20].sum(axis=(1, 2)), twice.size)  # nobody is lost on the way
