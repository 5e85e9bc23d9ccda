"""What docs/designs.md shows is what `stupror settle` says, and what its tables work out by hand is what is paid."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stupror.experiments.cli import app
from stupror.model.contracts import Outcome, load_design, settle

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "designs.md").read_text(encoding="utf-8")
M = 1_000_000


def sessions():
    """Pair each command of the page with the lines shown under it."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.S):
        for session in re.split(r"^\$ stupror ", block, flags=re.M)[1:]:
            command, *shown = session.rstrip("\n").split("\n")
            if shown:
                yield command, shown


SESSIONS = list(sessions())


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_lines_shown_under_a_command_are_lines_that_it_prints(command, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", PAGE, re.S):
        (tmp_path / name).write_text(text, encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(app, ["designs", "new", "my-contract", "--from", "rikers-island"]).exit_code == 0
    words = [double or plain for double, plain in re.findall(r'"([^"]*)"|(\S+)', command)]
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    printed = [" ".join(line.split()) for line in done.output.splitlines()]
    for line in shown:
        assert " ".join(line.split()) in printed, done.output


def table(title):
    """Give the cells of the first table below a heading, row by row, without its head."""
    below = PAGE[PAGE.index(title) :]
    rows = re.search(r"\|---.*\n((?:\|.*\n)+)", below)[1]
    return [[cell.strip() for cell in row.strip("|\n ").split("|")] for row in rows.splitlines()]


def number(text):
    """Read the result that a cell ends with: behind its equals sign, if it has one."""
    return float(text.rpartition("=")[2].replace(" ", ""))


def paid(name, payer, receiver, conditions=None, **measured):
    """Settle the design as written, and sum up what one party pays another."""
    design = load_design(name)
    metric = {key: np.array([float(value)]) for key, value in measured.items()}
    holds = {key: np.array([value]) for key, value in (conditions or {}).items()}
    outcome = Outcome(np.array([design.programme.cost]), metric, holds)
    return sum(int(t.amount[0]) for t in settle(design, outcome) if (t.payer, t.receiver) == (payer, receiver))


def test_norrkoping_by_hand():
    holds = {"delivered": True}
    rows = table("## First example: Norrköping")
    assert len(rows) == 6
    for saving, _, first, _, second in rows:
        for name, expected in (("sib-norrkoping", first), ("sib-norrkoping-shared", second)):
            got = paid(name, "municipality", "investor", holds, cost_reduction=number(saving) * M, school_results=1)
            assert got == round(number(expected) * M)


def test_rikers_by_hand():
    rows = table("## Third example: Rikers Island")
    assert len(rows) == 8
    for fall, state, guarantor, net in rows:
        city = paid("rikers-island", "state", "investor", fall=number(fall))
        made_good = paid("rikers-island", "guarantor", "investor", fall=number(fall))
        assert (city, made_good) == (round(number(state) * M), round(number(guarantor) * M))
        assert city + made_good - 9_600_000 == round(number(net) * M)


def test_peterborough_by_hand():
    rows = table("### Peterborough")
    assert len(rows) == 5
    for *measured, by_cohorts, by_all, expected in rows:
        given = dict(zip(("cohort_1", "cohort_2", "cohort_3", "pooled"), map(number, measured), strict=True))
        assert paid("sib-peterborough", "state", "investor", **given) == round(number(expected) * M)
        assert number(expected) == max(number(by_cohorts), number(by_all))


def test_utah_by_hand():
    rows = table("### Utah")
    assert len(rows) == 3
    for saving, in_all, senior, junior in rows:
        given = {"special_education": number(saving)}
        assert paid("utah-preschool", "municipality", "investor", **given) == number(senior)
        assert paid("utah-preschool", "municipality", "junior_investor", **given) == number(junior)
        assert number(in_all) == number(senior) + number(junior)
