"""Some seconds of `python -m tests.faults`, with the seed of the day on which it was written."""

import sys
from pathlib import Path

import pytest

from . import commands, compiling, reading

SEED, EACH = 1129, 12

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks, limits and signals as Linux has them"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> reading.Ground:
    return reading.Ground(tmp_path_factory.mktemp("ground") / "here")


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory, undrawn: None, ground: reading.Ground) -> commands.Yard:
    """A yard whose processes are forked from one that has made a run: they need not begin with imports."""
    return commands.Yard(tmp_path_factory.mktemp("yard"))


@pytest.mark.parametrize("kind", reading.KINDS)
def test_what_is_damaged_is_refused_in_words(kind: str, ground: reading.Ground) -> None:
    failed = {number: reading.attempt(kind, SEED, number, ground) for number in range(EACH)}
    assert not {number: wrong for number, wrong in failed.items() if wrong}


@pytest.mark.parametrize("name", commands.QUICK)
@pytest.mark.parametrize("fault", ["kill", "two", "full", "no right"])
def test_what_is_disturbed_leaves_all_or_nothing(fault: str, name: str, yard: commands.Yard) -> None:
    assert commands.attempt(fault, name, SEED, 0, yard) is None


@pytest.mark.parametrize("fault", compiling.FAULTS)
def test_code_that_cannot_be_kept_gives_the_same(fault: str, tmp_path: Path) -> None:
    assert compiling.attempt(fault, SEED, 0, compiling.Kitchen(tmp_path / "kitchen")) is None


def test_a_trial_is_the_same_whenever_it_is_made() -> None:
    from random import Random

    from .corpus import odd_text
    from .sources import SCENARIO

    assert [odd_text(Random("7"), SCENARIO) for _ in range(2)] == [odd_text(Random("7"), SCENARIO)] * 2
    assert len({odd_text(Random(str(number)), SCENARIO) for number in range(50)}) > 40
