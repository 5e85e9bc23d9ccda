"""What Mesa promises: every block of docs/mesa.md runs, and the figures of a year are those of the tables."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stupror.analysis.measures import lifetime
from stupror.model import SwedenModel, load_design, load_scenario, select, simulate
from stupror.model.inputs.errors import InputError
from stupror.model.results.yearly import FIGURES, OVERHEAD, SETTLED, WHO

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "mesa.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
RENDER = """
import solara.settings

solara.settings.main.check_hooks = "off"
{block}
import reacton
from ipywidgets.widgets.widget import _instances


def said():
    texts = [str(getattr(each, "template", "")) for each in _instances.values()]
    return [each for each in texts if "saved this year" in each]


box, context = reacton.render(solara.AppLayout(children=[page]), handle_error=False)
assert any("2019" in each for each in said()), said()
next(each for each in _instances.values() if getattr(each, "children", None) == ["Step"]).click()
assert any("2020" in each for each in said()), said()
assert any(type(each).__name__ == "Image" for each in _instances.values())
context.close()
"""


def run(text, folder):
    (folder / "block.py").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "block.py"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("number", range(3))
def test_a_block_runs(number, script):
    assert script(BLOCKS[number]).out.strip()


def test_a_component_of_ones_own_is_drawn_and_steps(tmp_path):
    pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[browser]'")
    assert len(BLOCKS) == 4
    assert "SolaraViz" in BLOCKS[3]
    done = run(RENDER.format(block=BLOCKS[3]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_every_figure_is_on_the_page():
    table = PAGE.partition("<!-- figures -->")[2].partition("<!-- /figures -->")[0]
    assert re.findall(r"\| `(\w+)` \| (.*) \|", table) == list(FIGURES.items())


@pytest.fixture(scope="module")
def lived():
    model = SwedenModel(
        "state-outcomes-fund", ["Karlshamn", "Ronneby"], 6, run_seed=3, **{"project.follow_up_years": np.int64(2)}
    )
    while model.running:
        model.step()
    return model


def test_figures_are_the_simulated_years_of_the_tables(lived):
    found, tables = lived.datacollector.get_model_vars_dataframe().set_index("year"), lived.tables(detail=False)
    assert list(found.index) == list(range(2020, 2026))
    costs = tables["costs"][tables["costs"]["phase"] == "simulated"]
    costs = costs.assign(
        group=costs["payer"].map(lifetime.GROUP_OF), saved=costs["untreated_sek"] - costs["actual_sek"]
    )
    for group in WHO:
        mine = costs[costs["group"] == group].groupby("year")[["actual_sek", "saved"]].sum()
        assert found[f"cost_{group}_sek"].tolist() == mine["actual_sek"].tolist()
        assert found[f"saved_{group}_sek"].tolist() == mine["saved"].tolist()
    now = tables["payments"][tables["payments"]["phase"] == "simulated"]
    for name, purposes in (("programmes", ("programme",)), ("overhead", OVERHEAD), ("settled", SETTLED)):
        paid = now[now["purpose"].isin(purposes)].groupby("year")["amount_sek"].sum()
        assert found[f"{name}_sek"].tolist() == paid.reindex(found.index, fill_value=0).tolist(), name
    assert found["settled_sek"].sum() > 0
    taken = tables["enrolment"].groupby("year")["children"].sum().reindex(found.index, fill_value=0)
    assert found["helped"].tolist() == taken.tolist()
    young = tables["children"][tables["children"]["age"] < 20]
    assert found["children"].tolist() == young.groupby("year")["children"].sum().tolist()
    assert found["in_need"].tolist() == young[young["level"] != "none"].groupby("year")["children"].sum().tolist()


def test_names_make_the_same_run_as_parts(lived):
    spec = select(load_scenario(), ["Karlshamn", "Ronneby"]).replace("project.follow_up_years", 2)
    same = simulate(spec, load_design("state-outcomes-fund"), seed=3, years=6, detail=False)
    assert all(table.equals(same[name]) for name, table in lived.tables(detail=False).items())


def test_a_run_ends_and_its_collector_can_be_sent(lived):
    assert not lived.running
    with pytest.raises(InputError, match="The run ended with 2025"):
        lived.step()
    assert len(pickle.loads(pickle.dumps(lived.datacollector)).get_model_vars_dataframe()) == 6


def test_what_is_wrong_is_said():
    with pytest.raises(InputError) as said:
        SwedenModel(year=3, years=0, run_seed=-1)
    assert "'year' is no argument. Did you mean 'years'?" in str(said.value)
    assert "years is 0. Give a whole number from 1 to 45." in str(said.value)
    with pytest.raises(InputError, match=r"committee\.horizn"):
        SwedenModel(**{"committee.horizn": 3})


def test_luck_is_named_by_mesas_rng_too_and_is_new_where_nothing_is_said():
    some = {"municipalities": "Karlshamn", "years": 1}
    assert SwedenModel(**some, rng=5).world.seed == 5 == SwedenModel(**some, run_seed=5, rng=7).world.seed
    assert SwedenModel(**some).world.seed != SwedenModel(**some).world.seed
