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


def test_what_is_printed_while_a_figure_is_drawn_is_no_part_of_it(children):
    with aside.drawing_aside():
        assert drawing("x", "x", os.system, "echo .").sent.result() == 0


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Ctrl-C cannot be put off there")
def test_a_ctrl_c_is_not_for_the_other_process(children):
    with aside.drawing_aside():
        os.kill(children[0].pid, signal.SIGINT)
        assert drawing("x", "x", str, "a figure").sent.result() == "a figure"


def test_texts_of_a_figure_are_put_into_the_language_and_nothing_else():
    svg = '<svg width="1.5"><text x="2.5">3.5</text><path d="M 4.5"/></svg>'
    told = str(Drawing("x", "It is 6.5.", str, (svg,), None).spoken(lambda text: text.replace(".", ",")))
    assert '<text x="2.5">3,5</text><path d="M 4.5"/>' in told
    assert 'aria-label="It is 6,5,"' in told


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


def test_what_lies_in_the_folder_is_not_imported(children, monkeypatch, tmp_path):
    (tmp_path / "pandas.py").write_text("raise SystemExit\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with aside.drawing_aside():
        assert picture().sent.result().startswith("<svg")
