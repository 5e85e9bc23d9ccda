"""Small worlds that the verification tests share."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from stupror.model.bodies.asking import everything
from stupror.model.bodies.decisions import Said, answers_to
from stupror.model.children import lifecourse, with_help
from stupror.model.children.ladder import LAST_AGE, N_LEVELS, build_ladder, kernel_tables
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel

# Relative risk of a move up, rate ratio of a move down, relative risk at forks: several are worth what they cost.
EFFECTS = {
    "early-preschool": (0.88, 1.1, 0.97),
    "el-sistema": (0.95, 1.02, 0.995),
    "parenting": (0.92, 1.06, 0.99),
    "placed-youth": (0.97, 1.03, 0.99),
    "servicetrainee": (0.98, 1.3, 0.995),
    "skolfam": (0.97, 1.02, 0.93),
    "home-visits": (0.9, 1.1, 0.98),
    "reading-support": (0.9, 1.1, 0.99),
    "school-absence": (0.93, 1.07, 0.98),
    "first-line": (0.85, 1.15, 0.995),
    "edge-of-care": (0.95, 1.05, 0.98),
    "care-leavers": (0.96, 1.04, 0.94),
    "young-outside": (0.93, 1.05, 0.995),
}
FIVE = ("status-quo", "municipal-fund", "municipal-fund-repayment", "state-outcomes-fund", "planner")


@cache
def county(code="10"):
    """One county of the built-in scenario: Blekinge (10, five municipalities) or Gotland (09, one)."""
    return select(load_scenario(), [code])


def change(spec, **changes):
    """Replace several parameters; `committee__horizon=5` is `committee.horizon`, `_` in a name as in the file."""
    for name, value in changes.items():
        spec = spec.replace(name.replace("__", "."), value)
    return spec


def alone(spec):
    """The scenario where nobody runs a programme together with somebody else."""
    for item in spec.interventions:
        if item.partner:
            spec = spec.replace(f"interventions.{item.name}.partner", "")
    return spec


@cache
def working(code="10"):
    """A county where effects and the cost of paper stand still: tests of machinery do not move with the evidence."""
    spec = change(county(code), project__application_cost=60_000, project__evaluation_cost=80_000)
    spec = spec.replace("project.evaluation_share", 0.0).replace("interventions.parenting.owner", "region")
    for name, effects in EFFECTS.items():
        for what, value in zip(("escalation", "recovery", "forks", "half_life"), (*effects, 1.0), strict=True):
            spec = spec.replace(f"interventions.{name}.{what}", value)
    return spec


@cache
def eager():
    """Blekinge where bodies look far, care, have money and pay little for paper: every design funds something."""
    return change(
        working(),
        committee__horizon=12,
        committee__other_regarding=0.9,
        board__horizon=12,
        board__other_regarding=0.9,
        region__other_regarding=0.9,
        budget__room_share=0.01,
        region__room_share=0.005,
        diffusion__voluntary=0.0,
        project__application_cost=5_000,
        project__evaluation_cost=5_000,
        project__idea_rate=100.0,
        choice__reluctance=0.0,
        choice__effort=0.0,
    )


def world(spec, design, *, seed=1, years=6, start_year=2020, threads=1, before=None):
    """Run a model and return it; `before` may change it first."""
    model = PreventionModel(spec, load_design(design), seed, years, start_year, threads)
    if before is not None:
        before(model)
    for _ in range(years):
        model.step()
    return model


def answers(asking):
    """What would be answered to every option, with an idea or without: by (municipality, option)."""
    return Said(*(each.reshape(asking.places.shape) for each in answers_to(asking, everything(asking))))


@dataclass
class Cohort:
    """Children of one municipality and one birth year, for kernels alone."""

    spec: object
    seed: int
    n: int
    code: int = 980
    born: int = 2000
    births: object = None  # distribution over states at birth, (N_STATES,); the country's where none is given

    def __post_init__(self):
        self.ladder = build_ladder(self.spec.ladder)
        births = self.ladder.birth if self.births is None else self.births
        self.kernel_tables = lifecourse.Untreated(*kernel_tables(self.ladder, np.atleast_2d(births)))
        self.codes = np.array([self.code], np.int64)
        self.offsets = np.concatenate([[0], np.full(LAST_AGE + 1, self.n)])[None, :].astype(np.int64)
        self.homes = lifecourse.Homes(self.born, self.codes, self.offsets)
        self.state = np.zeros(self.n, np.uint8)
        self.participant, self.free_from = np.full(self.n, -1, np.int32), np.zeros(self.n, np.uint8)
        self.counts = np.zeros((1, LAST_AGE + 1, N_LEVELS), np.int32)

    def grow(self, age):
        """Live the year in which the cohort reaches `age`, without help. Returns the number at each level."""
        now = lifecourse.When(self.born + age, self.seed)
        lifecourse.live_untreated(0, 1, now, self.homes, self.state, self.kernel_tables, self.counts)
        return self.counts[0, age].copy()

    def treat(self, child, effects, start_year, intervention):
        """Let children (by place) live a second life from here on; returns a function that lives it a year, and
        gives the treated states and the number at each level."""
        n, treated = child.size, self.state[child].copy()
        helped = lifecourse.Helped(
            child=child.astype(np.int32),
            cohort_start=np.zeros(n, np.int32),
            born=np.full(n, self.born, np.int16),
            municipality=np.zeros(n, np.int16),
            intervention=intervention.astype(np.int16),
            start_year=start_year,
            leaves=np.zeros(n, np.bool_),
            before=np.full(n, -1, np.int32),
            again=np.zeros(n, np.bool_),
        )
        apart, counts = np.zeros(n, np.bool_), (np.zeros_like(self.counts), np.zeros_like(self.counts))
        tables = with_help.treated_tables(self.ladder, effects, 0.0, 1)

        def live(age):
            levels, now = (
                np.bincount(treated % N_LEVELS, minlength=N_LEVELS),
                lifecourse.When(self.born + age, self.seed),
            )
            with_help.live_treated((0, n), now, self.codes, helped, (self.state, treated, apart), tables, counts)
            return treated, levels + counts[0][0, age]

        return live
