"""A project of the INDIGO register is read, completed, settled, stressed and run."""

import json
from pathlib import Path

import pytest

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

FILE = Path(__file__).with_name("indigo.json")


@pytest.fixture
def written(stupror, tmp_path):
    answer = stupror("designs", "from-indigo", FILE, "--name", "home", "--out", tmp_path)
    assert answer.code == 0, answer.err
    return answer, tmp_path / "home.toml"


def test_what_is_published_is_in_the_contract(written):
    answer, path = written
    design = load_design(str(path))
    assert (design.programme.cost, design.programme.children, design.programme.years) == (3_000_000, 400, 4)
    assert [each.evaluation for each in design.measures.values()] == ["matched-comparison", "none"]
    assert [each.years for each in design.measures.values()] == [4, 4]
    assert design.currency.sek == load_design("essex-edge-of-care").currency.sek
    for said in ("outcome without a price, left out: Family", "m2.evaluation", "outcome_1.in_run", "payer_2.in_run"):
        assert said in answer.out


def test_it_is_settled_by_hand(stupror, written):
    """100 x 8,000 + min(500 x 2,500, 900,000) = 1,700,000 GBP; the second payer takes 1.2 of 4 M, 30 % of each."""
    answer = stupror("settle", written[1], "--set", "m1=100", "--set", "m2=500", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["paid"] == {"payer_1->investor": 1_190_000, "payer_2->investor": 510_000}


def test_it_can_be_stressed_before_it_is_completed(stupror, written):
    answer = stupror("stress", written[1])
    assert answer.code == 0, answer.err
    assert "examined on paper alone" in answer.out
    assert "the investor can be paid 900 000" in answer.out  # m2 is compared with nothing


def test_completed_it_is_run(written):
    text = written[1].read_text()
    for outcome in ("years_placed", "eligible"):
        text = text.replace('in_run = "not in the model"', f'in_run = "{outcome}"', 1)
    written[1].write_text(text)
    spec = select(load_scenario(None), ["1060"])
    tables = simulate(spec, load_design(str(written[1])), seed=1, years=1)
    assert set(tables["measures"].columns) >= {"metric", "measured"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 5000, "nested deeper"),
        ('{"a": NaN}', "no number"),
        ("{", "is not JSON"),
        ("[]", "is no INDIGO project"),
        ('{"project": {"id": "x", "data": {"outcome_metrics": [{"id": "m"}]}}}', "nothing to settle"),
    ],
)
def test_what_is_no_project_is_refused(stupror, tmp_path, text, said):
    file = tmp_path / "x.json"
    file.write_text(text)
    answer = stupror("designs", "from-indigo", file, "--out", tmp_path / "out")
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not (tmp_path / "out").exists()


def test_a_contract_is_never_written_over(stupror, written):
    answer = stupror("designs", "from-indigo", FILE, "--name", "home", "--out", written[1].parent)
    assert answer.code == 2
    assert "exists" in answer.err
