"""What a researcher writes in Python is understood as the commands are, and refused in a sentence."""

import inspect
import subprocess
import sys

import pytest

from stupror import batch, compare, load_scenario, run
from stupror.experiments.commands.running import runs
from stupror.experiments.runs.finished import Comparison, Run
from stupror.model.inputs.errors import InputError

HORIZON = {"parameters": {"committee": {"horizon": {"value": 8, "source": "test"}}}}
OF_THE_FOLDER = {"out", "overwrite", "language", "excel", "swedish_csv"}


@pytest.mark.parametrize(
    ("of_python", "of_command", "result"), [(run, runs.run, Run), (compare, runs.compare, Comparison)]
)
def test_every_option_of_a_command_has_its_keyword(of_python, of_command, result):
    keywords = set(inspect.signature(of_python).parameters)
    of_save = set(inspect.signature(result.save).parameters) - {"self"}
    options = set(inspect.signature(of_command).parameters)
    assert keywords - {"rules"} == options - OF_THE_FOLDER
    assert of_save == options & OF_THE_FOLDER | ({"excel", "swedish_csv"} if result is Run else set())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: run(years=0), "years is 0. Give a whole number from 1 to 45."),
        (lambda: run(years=2.0), "years is 2 (float). Give a whole number from 1 to 45."),
        (lambda: run(start_year=2004), "start_year is 2004. Give a whole number from 2005 to 2030."),
        (lambda: compare(start_year="2021"), "start_year is '2021' (str). Give a whole number from 2005 to 2030."),
        (lambda: run(seed=-1), "seed is -1. Give a whole number from 0 to 2147483647."),
        (lambda: run(seed=None), "seed is None. Give a whole number from 0 to 2147483647."),
        (lambda: run(threads=True), "threads is true (bool). Give a whole number from 1 to 256."),
        (lambda: run(quick="yes"), "quick is 'yes'. Give True or False."),
        (lambda: run(None), "design is None. Give a name, the path of a file, or a design."),
        (lambda: run(scenario=3), "scenario is 3. Give a path, a dict of changes, or a scenario."),
        (lambda: run(municipalities=[1082]), "municipalities has 1082 in it. Give names."),
        (lambda: run(municipalities="Karlsham"), "'Karlsham' is no municipality or county. Did you mean 'Karlshamn'?"),
        (lambda: compare("status-qo"), "design 'status-qo' is not known. Did you mean 'status-quo'?"),
        (lambda: compare(designs=None), "designs is None. Give a name, or a list of names."),
        (lambda: compare(seeds=0), "seeds is 0. Give a whole number from 1 to 10000."),
        (lambda: compare(seeds=[]), "seeds is []. Give how many, or a list of at least one."),
        (lambda: compare(seeds=[1, "2"]), "seeds is '2' (str). Give a whole number from 0 to 2147483647."),
        (lambda: compare(workers=0), "workers is 0. Give a whole number from 1 to 256."),
        (lambda: batch(7, "out"), "plan is 7. Give a path or a dict."),
        (lambda: batch({}, "out", workers="2"), "workers is '2' (str). Give a whole number from 1 to 256."),
    ],
)
def test_a_wrong_argument_is_one_sentence(call, sentence):
    with pytest.raises(InputError) as refused:
        call()
    assert len(refused.value.problems) == 1
    assert sentence in refused.value.problems[0]


def test_a_dict_of_changes_is_the_file_of_the_same_form(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[parameters.committee.horizon]\nvalue = 8\nsource = "test"\n', encoding="utf-8")
    assert load_scenario(HORIZON).hash() == load_scenario(file).hash() != load_scenario().hash()
    assert HORIZON == {"parameters": {"committee": {"horizon": {"value": 8, "source": "test"}}}}
    with pytest.raises(InputError, match=r"unknown key 'committee\.horizn'\. Did you mean"):
        load_scenario({"parameters": {"committee": {"horizn": {"value": 8, "source": "test"}}}})


def test_workers_without_a_main_guard_are_told_so(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "from stupror import compare\ncompare('status-quo', municipalities='Karlshamn', years=1, seeds=2, workers=2)\n",
        encoding="utf-8",
    )
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert ended.stderr.count("Traceback") == 1
    assert "a script that asks for more than one must do so under `if __name__" in ended.stderr.splitlines()[-1]
