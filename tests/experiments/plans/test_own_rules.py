"""Own rules are a part of a run: another rule is another run, and what a worker cannot have is refused beforehand."""

import json
from functools import partial

import numpy as np
import pytest

from stupror.experiments import batch, compare, run
from stupror.experiments.plans.own_rules import checked, named
from stupror.model import by_body
from stupror.model.inputs.errors import InputError

PLAN = {
    "title": "Two worlds",
    "model": {"municipalities": ["Karlshamn"], "years": 2},
    "uncertainties": {"parameters": ["committee.horizon"]},
    "sampling": {"method": "halton", "draws": 2},
    "levers": {"designs": ["status-quo"]},
}


def yes_to_all(offers):
    return np.full(offers.value.shape, 1e6)


def as_always(offers):
    return offers.value


def times(factor, offers):
    return factor * offers.value


def less(bar):
    return lambda offers: offers.value - bar


def of(rule):
    return named({"social": rule})["social"]


def test_a_rule_is_named_by_where_it_is_defined_and_told_apart_by_what_it_does():
    assert of(yes_to_all)["rule"].endswith("test_own_rules.yes_to_all")
    rules = [yes_to_all, as_always, partial(times, 1.0), partial(times, 2.0), by_body(as_always)]
    rules += [less(1.0), less(2.0)]
    digests = [of(rule)["digest"] for rule in rules]
    assert len(set(digests)) == len(rules)
    assert digests == [of(rule)["digest"] for rule in rules]


def test_a_batch_keeps_runs_with_a_rule_apart_and_names_it(tmp_path):
    plain, other = batch(PLAN, tmp_path / "plain"), batch(PLAN, tmp_path / "other", rules={"social": yes_to_all})
    assert not set(plain.runs["key"]) & set(other.runs["key"])
    assert (plain.runs["invested"] < other.runs["invested"]).all()
    manifest = json.loads((tmp_path / "other" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rules"] == named({"social": yes_to_all})
    with pytest.raises(InputError, match="own rules"):
        batch(PLAN, tmp_path / "other")


def test_a_rule_reaches_worker_processes():
    there, here = (
        compare(["status-quo"], municipalities=["Karlshamn"], years=1, seeds=2, workers=n, rules={"social": yes_to_all})
        for n in (2, 1)
    )
    assert all(there.tables[name].equals(here.tables[name]) for name in here.tables)
    assert len(here.tables["projects"]) > 0


def test_a_rule_that_cannot_travel_is_refused_where_it_would_have_to():
    stuck = {"social": lambda offers: offers.value}
    assert checked(stuck, elsewhere=False) == stuck
    with pytest.raises(InputError, match="cannot be sent to other processes"):
        compare(["status-quo"], municipalities=["Karlshamn"], years=1, seeds=2, workers=2, rules=stuck)


def test_a_rule_for_nobody_is_refused_before_anything_runs():
    with pytest.raises(InputError, match=r"'scoial' is no kind of body\. Did you mean 'social'"):
        run(municipalities=["Karlshamn"], years=1, rules={"scoial": as_always})
