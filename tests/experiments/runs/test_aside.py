"""Figures that another process draws: the same bytes, also if that process ends in the middle."""

import os
import signal
import subprocess
import time

import pytest

from stupror.analysis.report import figures
from stupror.analysis.report.elsewhere import Drawing, drawing
from stupror.analysis.report.page import texts
from stupror.experiments.runs import aside
from tests.analysis.world import tables

WORDS = texts("en")["words"]


def picture():
    return drawing("years", "Spent", figures.over_years, figures.spent_over_years(tables()), WORDS)


@pytest.fixture
def children(monkeypatch):
    """Processes that were started, on a machine with two processors."""
    started, usual = [], subprocess.Popen

    def start(*what, **how):
        started.append(usual(*what, **how))
        return started[-1]

    monkeypatch.setattr(aside, "processors", lambda: 2)
    monkeypatch.setattr(subprocess, "Popen", start)
    return started


def test_a_figure_drawn_aside_is_the_same(children):
    with aside.drawing_aside():
        begun = picture()
        assert begun.sent.result().startswith("<svg")
    assert str(begun) == str(picture())
    assert children[0].poll() is not None  # it has ended


def test_if_the_other_process_ends_the_figure_is_drawn_here(children):
    with aside.drawing_aside():
        os.kill(children[0].pid, signal.SIGKILL)
        begun = picture()
        assert isinstance(begun.sent.exception(), OSError | EOFError)
        assert str(begun) == str(Drawing(begun.key, begun.alternative, begun.draw, begun.data, None))


def years_late(_late, *data):
    return figures.over_years(*data)


def test_a_figure_that_is_asked_for_as_all_ends_is_drawn_here(children):
    class Late:
        """Handed over when the other process is gone."""

        def __reduce__(self):
            while children[0].returncode is None:
                time.sleep(0.01)
            time.sleep(0.1)
            return str, ()

    with aside.drawing_aside():
        begun = drawing("years", "Spent", years_late, Late(), figures.spent_over_years(tables()), WORDS)
    assert str(begun) == str(picture())


def test_with_one_processor_there_is_no_other_process(children, monkeypatch):
    monkeypatch.setattr(aside, "processors", lambda: 1)
    with aside.drawing_aside():
        assert picture().sent is None
    assert not children
