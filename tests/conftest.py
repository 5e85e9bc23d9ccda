"""What all tests share: the command line as a function, and the list of those that are slow."""

import re
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None)  # how long an example takes says more of the machine than of the code
settings.load_profile("suite")

SLOW = {
    "tests/test_docs.py::test_the_commands_of_the_readme_run_as_a_user_starts_them": "starts Python for each",
    "tests/test_docs.py::test_the_commands_of_a_section_run_in_their_order": "runs every command that is shown",
    "tests/test_docs.py::test_a_block_of_the_page_about_python_runs": "the same in Python",
    "tests/test_rules_page.py": "the same in Python",
    "tests/analysis/batches/test_discovery.py": "reads batches, no run: searches boxes and trees",
    "tests/analysis/batches/test_pareto.py": "reads searches, no run: draws",
    "tests/analysis/batches/test_psa.py": "reads batches, no run: thousands of draws",
    "tests/analysis/batches/test_sensitivity.py": "reads batches, no run: thousands of draws",
    "tests/analysis/report/test_report.py": "draws whole reports, one after the other",
    "tests/experiments/batches/test_commands.py": "real commands on a small batch",
    "tests/experiments/batches/test_documents.py::test_the_tutorial_runs": "a notebook from beginning to end",
    "tests/experiments/batches/test_faults.py": "batches that are stopped, damaged and gone on with",
    "tests/experiments/batches/test_kill.py": "kills batches and workers, and waits for what is left",
    "tests/experiments/calibration/test_abc.py": "calibrations that find a known answer",
    "tests/experiments/calibration/test_validation.py": "histories and lives of a whole validation",
    "tests/experiments/plans/test_own_rules.py::test_a_rule_reaches_worker_processes": "worker processes",
    "tests/experiments/search/test_search.py": "searches, stopped and gone on with",
    "tests/experiments/test_cli.py": "real commands, one after the other",
    "tests/experiments/test_commands_real.py": "real commands: calibrate, validate, screen",
    "tests/experiments/view/test_browser.py": "clicks through the page in a real browser",
    "tests/faults/test_faults.py": "commands that are killed, stopped and run twice",
    "tests/model/inputs/test_another_country.py": "starts Python for each country",
    "tests/test_packages.py::test_a_study_with_its_own_model_analysis_and_experiments_is_not_disturbed": "two workers",
    "tests/verification/test_every_parameter_acts.py": "a world for each of 189 parameters",
    "tests/verification/test_order_of_runs.py": "forty worlds, and each again alone in another Python",
    "tests/verification/test_golden.py::test_hashes_are_not_written_without_a_line_of_the_changelog": "starts Python",
}
"""Tests that a quick run leaves out, and why: files, or single tests of a file. `make test` and CI run all of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow."""
    root = Path(__file__).parents[1]
    for item in items:
        file = item.path.relative_to(root).as_posix()
        if file in SLOW or f"{file}::{getattr(item, 'originalname', item.name)}" in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def refused_in_swedish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test that has something refused fail if that has no Swedish (`experiments/commands/swedish/`)."""
    from stupror.experiments.commands.language import said
    from stupror.model.inputs.errors import InputError

    begun, told = InputError.__init__, dict[str, str]()  # of those that are alike but for names and numbers one

    def listened(self: InputError, problems: Iterable[str]) -> None:
        begun(self, problems)
        if sys._getframe(1).f_globals["__name__"].startswith("stupror."):
            told.update({re.sub(r"'[^']*'|[0-9]+", "", each): each for each in self.problems if " " in each})

    monkeypatch.setattr(InputError, "__init__", listened)
    yield
    # agreed outcomes come with the model: what is wrong there is met by whoever changes it, and by nobody else
    assert [each for each in told.values() if said(each, "sv") == each and not each.startswith("outcomes.toml")] == []


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def stupror(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run `stupror` with these words, in this process."""
    from stupror.experiments.cli import main

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["stupror", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], Answer]:
    """Run a text as a Python script in an empty folder, in this process; what goes wrong in it is raised here."""

    def call(text: str) -> Answer:
        file = tmp_path / "block.py"
        file.write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [file.name])
        capsys.readouterr()
        runpy.run_path(file.name, run_name="__main__")
        said = capsys.readouterr()
        return Answer(0, said.out, said.err)

    return call


@pytest.fixture(scope="module")
def undrawn() -> Iterator[None]:
    """Write figures without drawing what is in them, for tests that look at something else: a third of a small run.

    What is drawn is looked at in tests/analysis, in the browser, and where commands are started as a user starts them.
    """
    from matplotlib.figure import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "draw", lambda *_: None)
        yield
