"""What the documents of batches promise: the tutorial runs, the plans can be read, the table of outcomes is right."""

import sys
from pathlib import Path

import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
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
