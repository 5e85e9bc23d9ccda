"""A krona of the report is traced: every sum is that of the lines below it, and the topmost is the report's."""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from stupror import compare
from stupror.analysis.measures import krona, lifetime
from stupror.analysis.report.tables import number
from stupror.experiments.cli import _numbers_last, app
from stupror.experiments.commands.running.explain import _stands_on, _Told
from stupror.model.inputs.scenario import load_scenario

pytestmark = pytest.mark.usefixtures("undrawn")

FUND = "municipal-fund-repayment"
DESIGNS = ["status-quo", FUND]


@pytest.fixture(scope="module")
def lived():
    return compare(DESIGNS, municipalities="Karlskrona", years=3, seeds=2, point=True)


@pytest.fixture(scope="module")
def parts(lived):
    return krona.entries(lived.tables, FUND, 0.03)


def below(lines, at):
    """Lines one deeper than that at this place, and under it."""
    found = []
    for line in lines[at + 1 :]:
        if line.depth <= lines[at].depth:
            break
        if line.depth == lines[at].depth + 1:
            found.append(line.sek)
    return found


@pytest.mark.parametrize("by", [krona.LEVELS, ("programme", "payer"), ("year",), ("ages", "heading", "account")])
def test_every_sum_is_that_of_the_lines_below_it_to_the_krona(parts, by):
    lines = krona.tree(parts, by)
    assert len(lines) > 3
    assert lines[0].sek == int(parts["sek"].sum()) != 0
    for at, line in enumerate(lines):
        assert line.depth == len(by) or sum(below(lines, at)) == line.sek, line


def test_the_topmost_sums_are_the_gains_that_the_report_prints(lived, parts):
    gain = lifetime.gain_by_group(lived.tables, 0.03)
    gain = gain[gain["design"] == FUND].groupby("group")["gain_sek"].mean()
    sums = parts.groupby("payer")["sek"].sum()
    assert gain.abs().min() > 10 * len(parts)
    for group in lifetime.GROUPS:
        assert sums[group] == pytest.approx(gain[group], abs=len(parts) / 2)  # each part is rounded once


def test_programmes_and_what_they_do_not_explain_add_up_to_the_same(lived, parts):
    found = krona.by_programme(lived.tables, FUND, 0.03)
    assert found.groupby("payer")["sek"].sum().to_dict() == parts.groupby("payer")["sek"].sum().to_dict()
    expected = found[found["heading"] == "lives, expected"]
    assert len(expected) > 3
    rest = found.loc[found["heading"] == krona.OTHERWISE, "sek"].sum()
    assert abs(rest) < 3 * expected["sek"].abs().sum()  # a small place: luck is as large as what is expected


def test_repayment_is_a_loss_of_committees_and_a_gain_of_the_fund(parts):
    paid = parts[parts["heading"] == "pays repayment"]["sek"].sum()
    got = parts[parts["heading"] == "gets repayment"]
    assert paid < 0
    assert got["sek"].sum() == pytest.approx(-paid, abs=len(parts))
    assert set(got["account"]) == {"municipal_fund"}


def test_what_a_heading_stands_on_are_parameters_that_there_are(parts):
    known = load_scenario().quantities
    for line in _stands_on(parts, _Told("en", FUND, {})):
        for name in re.findall(r"(?:costs|interventions|project|tax|ladder)\.[\w.*-]+", line):
            pattern = re.escape(name).replace(r"\*", ".*")
            assert any(re.fullmatch(pattern, path) for path in known), name


def test_a_number_as_printed_leads_to_what_it_consists_of(lived, parts, tmp_path):
    folder = lived.save(tmp_path / "out")
    printed = lived.tables["runs"]["children"].iloc[0]
    told = CliRunner().invoke(app, ["explain", str(folder), FUND, "--by", "payer", "--out", str(tmp_path / "p.csv")])
    assert told.exit_code == 0
    assert f"{parts['sek'].sum() / printed:+,.1f} per child".replace(",", " ") in told.stdout
    assert pd.read_csv(tmp_path / "p.csv")["sek"].sum() == parts["sek"].sum()
    beneath = CliRunner().invoke(app, ["explain", str(folder), FUND, "--out", str(tmp_path / "p.csv" / "parts.csv")])
    assert "nothing can stand in it" in str(beneath.exception)
    assert not beneath.stdout
    summary = pd.read_parquet(folder / "summary.parquet").set_index(["design", "measure"])["mean"]
    state = number(summary[FUND, "state"], summary[FUND, "state"]).replace("\u202f", " ").lstrip("\u2212")
    told = CliRunner().invoke(app, ["explain", str(folder), state]).stdout
    assert told.startswith("State: gain by Municipal fund with repayment against status quo, SEK (")
    told = CliRunner().invoke(app, ["explain", str(folder), FUND, "--payer", "state", "--language", "sv"]).stdout
    assert told.startswith("Staten: vinst med Kommunal fond med återföring mot nuläget, kronor (")
    assert "Liv: utebliven skatt" in told
    assert not re.search("gain|lives|pays|all |of no|expected", told)
    for wrong, words in [
        ("muncipal-fund-repayment", "Did you mean"),
        ("status-quo", "neither a design"),
        ("7.77", "nor"),
    ]:
        assert words in str(CliRunner().invoke(app, ["explain", str(folder), wrong]).exception)
    refused = CliRunner().invoke(app, ["explain", str(folder), FUND, "--by", "payr", "--payer", "county"]).exception
    assert "Did you mean 'payer'" in str(refused)
    assert "--payer is 'county'" in str(refused)


def test_a_loss_is_asked_for_as_it_was_printed():
    assert _numbers_last(["explain", "x", "-2.3", "--payer", "state"]) == [
        "explain",
        "x",
        "--payer",
        "state",
        "--",
        "-2.3",
    ]
    for words in (["explain", "x", "--", "-2.3"], ["explain", "x", "2.3"], ["run", "--seed", "-2"]):
        assert _numbers_last(words) == words
