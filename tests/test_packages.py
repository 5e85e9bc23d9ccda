"""What is installed: one import name, every folder of the tree, and nothing that an own `model.py` could disturb."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("model", "experiments", "analysis")


def test_every_folder_is_installed_and_no_other():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    files = [file for part in PARTS for file in (ROOT / part).rglob("*") if file.is_file()]
    folders = {file.parent.relative_to(ROOT).parts for file in files if "__pycache__" not in file.parts}
    assert sorted(declared) == sorted(["stupror", *(".".join(("stupror", *parts)) for parts in folders)])


@pytest.mark.parametrize("part", PARTS)
def test_imports_inside_a_part_are_relative(part):
    absolute = []
    for file in (ROOT / part).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            wrong = [name for name in names if name.partition(".")[0] in ("stupror", *PARTS)]
            absolute += [f"{file.relative_to(ROOT)}:{node.lineno}: {name}" for name in wrong]
    assert not absolute, "Write them relative: from ..inputs import ..."


STUDY = """
import model, analysis
from experiments import mine
from stupror.experiments import compare, run

if __name__ == "__main__":
    assert (model.OWN, analysis.OWN, mine.OWN) == (True, True, True)
    one = run("status-quo", municipalities=["Karlshamn"], years=1)
    two = compare(["status-quo", "municipal-fund"], municipalities=["Karlshamn"], years=1, seeds=2, workers=2)
    print(len(two.tables["runs"]))
"""


def test_a_study_with_its_own_model_analysis_and_experiments_is_not_disturbed(tmp_path):
    for name in ("model.py", "analysis.py", "experiments/mine.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("OWN = True\n", encoding="utf-8")
    (tmp_path / "experiments" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "study.py").write_text(STUDY, encoding="utf-8")
    done = subprocess.run([sys.executable, "study.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "4"), done.stderr
