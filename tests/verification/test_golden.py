"""Results are what they were: whoever moves one says so in the changelog, and which (see `golden`)."""

import subprocess
import sys

import pandas as pd
import pytest
from golden import COMMAND, FILE, ROOT, accounted, hash_of, measured, moved, read

HOW = (
    "If nothing was meant to move, the change has a fault. If a result was meant to move, write a line in CHANGELOG.md "
    f'that says which and why, and then: {COMMAND} --write "that line, word for word"'
)


@pytest.fixture(scope="module")
def found():
    """The runs, made now."""
    return measured()


def test_no_result_moved(found):
    kept = read()
    designs, tables = moved(kept, found, "designs"), moved(kept, found, "tables")
    assert (designs, tables) == ([], []), f"results moved in designs: {designs}; in tables: {tables}. {HOW}"


def test_the_built_in_scenario_is_the_one_that_it_was(found):
    assert read()["scenario"] == found["scenario"], f"the hash of the built-in scenario moved. {HOW}"


def test_the_last_move_is_accounted_for_in_the_changelog():
    assert accounted(read()["changelog"]), f"no line of CHANGELOG.md is the one that {FILE.name} names. {HOW}"


@pytest.mark.parametrize("line", [[], ["a line that nobody wrote"]])
def test_hashes_are_not_written_without_a_line_of_the_changelog(line):
    before = FILE.read_bytes()
    command = [sys.executable, "-m", "tests.verification.golden", "--write", *line]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert "CHANGELOG.md" in said.stderr
    assert FILE.read_bytes() == before


def test_whole_numbers_and_text_count_exactly_and_others_to_nine_digits():
    table = pd.DataFrame({"whole": [2**60, 1], "text": ["a", None], "yes": [True, False], "number": [1 / 3, 0.0]})
    same = table.assign(number=[1 / 3 + 1e-12, -0.0])
    assert hash_of(same) == hash_of(table)
    for column, values in (
        ("whole", [2**60 + 1, 1]), ("text", ["a", "b"]), ("yes", [True, True]), ("number", [1 / 3 + 1e-8, 0.0]),
    ):  # fmt: skip
        assert hash_of(table.assign(**{column: values})) != hash_of(table), column
