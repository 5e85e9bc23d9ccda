"""What the documents of batches promise: the tutorial runs, the plans can be read, the table of outcomes is right."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments import batch
from stupror.experiments.plans.own_outcomes import KEYS as OF_OWN
from stupror.experiments.plans.plan import SECTIONS, read_plan
from stupror.experiments.plans.sampling import METHODS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_table_of_outcomes_is_that_of_the_code() -> None:
    rows = "\n".join(f"| `{name}` | {what.unit} | {what.title} |" for name, what in OUTCOMES.items())
    assert f"|---|---|---|\n{rows}\n<!-- /outcomes -->" in (DOCS / "batches.md").read_text(encoding="utf-8")


def test_every_key_and_method_of_a_plan_is_explained() -> None:
    text = (DOCS / "batches.md").read_text(encoding="utf-8")
    keys = {key for own in SECTIONS.values() for key in own} - {"terms", "change"}
    assert [name for name in [*keys, *METHODS, *OF_OWN] if f"`{name}`" not in text] == []


@pytest.mark.parametrize("file", sorted((DOCS / "plans").glob("*.toml")), ids=lambda file: file.stem)
def test_the_plans_in_the_documents_can_be_read(file: Path) -> None:
    assert read_plan(file).runs > 500


def test_the_worked_example_of_a_study_has_the_figure_of_the_command(tmp_path: Path, script: Any) -> None:
    """The page's own nested Monte-Carlo runs on its own files, made smaller, beside what `stupror study` gives."""
    pytest.importorskip("sklearn")
    text = (DOCS / "study.md").read_text(encoding="utf-8").replace("draws  = 32", "draws  = 8")
    for name, content in re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", text, flags=re.S):
        (tmp_path / name).write_text(content, encoding="utf-8")
    made = batch(tmp_path / "absence.toml", tmp_path / "out" / "absence")
    code = re.search(r"```python\n(.*?)```", text, flags=re.S)
    assert code
    said = dict(re.findall(r"^(\d+) pupils: regression (\S+) nested -?\d", script(code[1]).out, flags=re.M))
    asked = ("school-absence", ["randomised-waiting-list"], [2], [400], [10, 50])
    found = made.study(*asked, plan=tmp_path / "absence.toml").query("perspective == 'fiscal'")
    assert list(said) == ["4000", "20000"]
    assert [float(each) for each in said.values()] == pytest.approx(found["evsi"].round(2).tolist())


@pytest.mark.filterwarnings("ignore")  # of Jupyter, not of ours
def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", str(DOCS.parent))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(DOCS / "tutorial.ipynb", as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.create_kernel_manager()
    client.km.kernel_cmd = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    client.execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    tables = [output for output in shown if "text/html" in output.get("data", {})]
    assert len(tables) == sum(cell.cell_type == "code" for cell in notebook.cells) - 1, "all but the imports show one"
    assert (tmp_path / "out" / "tutorial" / "runs.parquet").exists()
