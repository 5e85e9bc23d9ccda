"""What bodies learn from their own projects and what they hear of others', by hand."""

import numpy as np
import pytest

from stupror.model.bodies import beliefs
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel

SPEC = load_scenario()
PLACES = select(SPEC, ["1080", "1081", "0580"])  # two in one county, one elsewhere


def taught(monkeypatch, measured, *, bias, national=0.0, centre=0.0, owner="social"):
    """Let the first municipality have one project, expected to save 100 and measured to save so much, at a cost of 50.

    Returns the change of belief in each place, in the unit of the effect found. Precision of the news is 1, as is that
    of what was believed before.
    """
    spec = PLACES.replace("diffusion.publication_bias", bias).replace("diffusion.centre", centre)
    spec = spec.replace("belief.neighbour_weight", 0.5).replace("belief.national_weight", national)
    model = PreventionModel(spec, load_design("status-quo"), 1, 3)
    model.step()  # sets rooms, which a success is taken into ordinary operations by
    number = next(k for k, item in enumerate(model.interventions) if item.owner == owner)
    at = [PLACES.places.codes.index("1080")]
    one = {name: np.array([1]) for name in ("duration", "start_year")}
    model.projects.add(
        municipality=np.array(at), intervention=np.array([number]), yearly_cost=np.array([50]),
        overhead=np.array([True]), **one,
    )  # fmt: skip
    model.belief[:], model.belief_precision[:] = 1.0, 1.0
    news = tuple(np.array([each]) for each in (100.0, float(measured), 100.0**2))
    with monkeypatch.context() as here:
        here.setattr(beliefs, "news", lambda _model, _which: news)
        beliefs.learn(model, np.array([model.projects.n - 1]))
    order = [PLACES.places.codes.index(code) for code in ("1080", "1081", "0580")]
    return [float(model.belief[m, number]) for m in order]


def test_a_failure_that_is_told_counts_at_home_and_less_with_neighbours(monkeypatch):
    """Found 0.4: at home (1 + 0.4) / 2; the neighbour gives it half the weight, (1 + 0.2) / 1.5; elsewhere nothing."""
    assert taught(monkeypatch, 40, bias=0.0) == pytest.approx([0.7, 0.8, 1.0])


def test_a_failure_that_is_not_told_teaches_its_owner_alone(monkeypatch):
    assert taught(monkeypatch, 40, bias=1.0) == pytest.approx([0.7, 1.0, 1.0])
    assert taught(monkeypatch, 40, bias=1.0, national=0.5) == pytest.approx([0.7, 1.0, 1.0])


def test_a_success_is_always_told(monkeypatch):
    assert taught(monkeypatch, 130, bias=1.0) == pytest.approx([1.15, 1.1, 1.0])


def test_a_competence_centre_hears_of_failures_too(monkeypatch):
    """With a national weight of 0.5 the third place hears as the neighbour does."""
    assert taught(monkeypatch, 40, bias=1.0, centre=1.0, national=0.5) == pytest.approx([0.7, 0.8, 0.8])


def test_a_region_knows_of_its_own_failures(monkeypatch):
    assert taught(monkeypatch, 40, bias=1.0, owner="region") == pytest.approx([0.7, 0.7, 1.0])


def test_as_many_failures_are_told_as_the_bias_leaves(monkeypatch):
    spec = SPEC.replace("diffusion.publication_bias", 0.3)
    model = PreventionModel(spec, load_design("status-quo"), 1, 2)
    n = 4_000
    model.projects.add(
        municipality=np.arange(n) % model.n, intervention=np.arange(n) % 5, start_year=2020 + np.arange(n) // 290
    )
    told = beliefs.is_told(model, np.arange(n), np.zeros(n, np.bool_))
    assert told.mean() == pytest.approx(0.7, abs=0.03)
    assert beliefs.is_told(model, np.arange(n), np.ones(n, np.bool_)).all()
