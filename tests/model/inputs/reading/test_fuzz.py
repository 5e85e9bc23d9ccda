"""Whatever bytes stand in a file: it is read, or refused in words; never another exception. A failure is one seed."""

import random
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from stupror.experiments.plans.plan import read_plan
from stupror.experiments.plans.posterior import read_posterior
from stupror.model.contracts import load_design
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.places import own_places
from stupror.model.inputs.scenario import built_in, load_scenario, select

SPEC = built_in()
SCENARIO = """
[parameters.committee.horizon]
value = 8
source = "s"
[costs.school-support.amount]
value = [0, 1, 2, 3, 4]
source = "s"
"""
PLAN = """
title = "t"
[levers]
designs = ["status-quo"]
[uncertainties]
parameters = ["diffusion.*"]
[sampling]
draws = 4
"""
DESIGN = (DESIGNS / "state-outcomes-fund.toml").read_text(encoding="utf-8")
TABLE = "code;name;county;population;young_share\n0980;Gotland;09;61 000;0,2\n1080;Karlskrona;10;66000;0,22\n"
POSTERIOR = "weight,diffusion.innovation,times:ladder.up_care\n1,0.05,1\n2,0.06,1.1\n"
READERS = {
    "scenario": (SCENARIO, "toml", load_scenario),
    "design": (DESIGN, "toml", lambda path: load_design(str(path))),
    "plan": (PLAN, "toml", read_plan),
    "table": (TABLE, "csv", own_places),
    "posterior": (POSTERIOR, "csv", lambda path: read_posterior(path, SPEC)),
}
PIECES = [
    "\ufeff",
    "\0",
    "nan",
    "inf",
    "-1",
    "1e999",
    "9" * 5000,
    "[" * 300,
    "{}",
    '"',
    "=",
    "\u201d",
    "\uff10",
    ";",
    ",",
    "\t",
    "\n",
    "true",
    "1979-05-27",
    "[]",
    "[[clause]]\n",
    "[a.b]\n",
    "'",
    "\u202e",
    "%",
    "a." * 400,
    "0",
    "Riket",
    "\u00e5",
    "70",
    "#",
    "x" * 3000,
]


def tried(read, argument):
    problems = ["read"]
    try:
        read(argument)
    except InputError as said:
        problems = said.problems
    assert problems
    assert all(problem and "Traceback" not in problem and len(problem) < 3000 for problem in problems)


def spoilt(text: str, luck: random.Random) -> bytes:
    """Put some foreign pieces into a good file, drop or double some of it, save it in some encoding."""
    for _ in range(luck.randint(1, 3)):
        at, other = sorted(luck.randint(0, len(text)) for _ in range(2))
        text = luck.choice(
            [
                text[:at] + luck.choice(PIECES) + text[at:],
                text[:at] + luck.choice(PIECES) + text[min(at + 5, len(text)) :],
                text[:at] + text[other:],
                text[:other] + text[at:],
            ]
        )
    data = text.encode(luck.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "cp1252"]), errors="ignore")
    if luck.random() < 0.2 and data:
        at = luck.randrange(len(data))
        data = data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]
    return data


@pytest.mark.parametrize("kind", READERS)
def test_a_spoilt_file_is_read_or_refused(tmp_path, kind):
    good, suffix, read = READERS[kind]
    for number in range(60):
        file = tmp_path / f"mine.{suffix}"
        file.write_bytes(spoilt(good, random.Random(f"{kind}/{number}")))
        try:
            tried(read, file)
        except Exception as error:
            raise AssertionError(f"{kind}/{number}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize("kind", READERS)
@seed(1)
@settings(max_examples=25, deadline=None, database=None)
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", errors="ignore")))
def test_any_bytes_are_read_or_refused(tmp_path_factory, kind, data):
    _, suffix, read = READERS[kind]
    file = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    file.write_bytes(data)
    tried(read, file)


@seed(1)
@settings(max_examples=60, deadline=None, database=None)
@given(
    text=st.text(max_size=60)
    | st.text("abcdefg-+[]=,.:/0123456789", max_size=400).map(lambda rest: "status-quo" + rest)
)
def test_any_name_of_a_design_or_place_is_known_or_refused(text):
    tried(load_design, text)
    tried(lambda name: select(SPEC, [name]), text)
    tried(read_plan, Path(text.replace("/", "")))
