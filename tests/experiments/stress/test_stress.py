"""`stupror stress`: planted holes are found, sound contracts pass, and what is said can be settled by hand.

The contracts in `planted/` have one hole each, the first words of their names; those in `sound/` have none.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from stupror.experiments.stress.examine import examined, sized
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario

HERE = Path(__file__).parent
PLANTED, SOUND = sorted(HERE.glob("planted/*.toml")), sorted(HERE.glob("sound/*.toml"))
KINDS = ("deadweight", "no risk", "no limit", "word", "limit passed", "luck", "easy cases", "few", "early end")
LIVES = 15_000
SPEC = load_scenario(None)


def stress_of(file):
    design = load_design(str(file))
    ground, size = sized(design, SPEC, None, None, 1, LIVES)
    return examined(design, ground, *size)


def test_there_are_ten_of_each_and_every_kind_of_hole():
    assert min(len(PLANTED), len(SOUND)) >= 10
    assert {kind for kind in KINDS if any(each.stem.startswith(kind.replace(" ", "-")) for each in PLANTED)} == {*KINDS}


@pytest.mark.parametrize("file", PLANTED, ids=lambda each: each.stem)
def test_a_planted_hole_is_found(file):
    found = {hole.kind for hole in stress_of(file).holes}
    (planted,) = (kind for kind in KINDS if file.stem.startswith(kind.replace(" ", "-")))
    assert planted in found


@pytest.mark.parametrize("file", SOUND, ids=lambda each: each.stem)
def test_a_sound_contract_passes(file):
    found = stress_of(file)
    assert [hole.says for hole in found.holes] == []
    assert found.stress.paid.deadweight == 0.0, "what is compared by lot pays for nothing by luck alone"


def test_a_lot_mends_what_would_have_happened_anyway():
    found = stress_of(HERE / "planted" / "deadweight-counted.toml")
    (repair,) = (each for each in found.repairs if "drawn by lot" in each.says)
    assert found.stress.paid.mean == 9_000_000  # 0.9 of 10 M, in every group
    assert repair.nothing < 0.1 * found.stress.paid.mean


def test_the_finnish_preset_pays_for_no_effect_what_settle_says(stupror, tmp_path):
    """0.36 and 0.35 of 5 M EUR, with no fall in placements (worked by hand: 1.8 + 1.75 M)."""
    answer = stupror("stress", "finland-childrens-welfare", "--out", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert "the investor can be paid 3 550 000" in answer.out
    record = json.loads((tmp_path / "out" / "stress.json").read_text())
    assert (record["worst"]["investor"]["high"], record["worst"]["investor"]["exact"]) == (3_550_000, True)
    assert record["nothing"]["deadweight"] > 1_750_000  # self-support alone is paid for in every group
    (command,) = re.findall(r"stupror (settle finland.*)", answer.out)
    settled = json.loads(stupror(*shlex.split(command), "--json").out)
    assert settled["paid"]["municipality->investor"] == 3_550_000
    assert settled["given"]["placements"] == 0
    page = (HERE.parents[2] / "docs" / "stress.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(.*?)```", page, flags=re.S)
    assert all(line in answer.out for line in block.splitlines()), "docs/stress.md shows what was printed"


def test_a_stress_test_is_the_same_twice_and_its_commands_work(stupror):
    file = HERE / "planted" / "no-risk-guarantee.toml"
    once = stupror("stress", file).out
    assert once == stupror("stress", file).out
    (command,) = re.findall(r"stupror (settle .*)", once)
    assert json.loads(stupror(*shlex.split(command), "--json").out)["paid"]["municipality->investor"] == 10_000_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["finland-childrens-welfar"], ["'finland-childrens-welfar'", "'finland-childrens-welfare'"]),
        (["status-quo"], ["nothing to settle"]),
        (["competence-centre"], ["add-on"]),
        (["sib-norrkoping", "--children", "0"], ["--children is 0", "1 to 100000"]),
        (["sib-norrkoping", "--cost", "ten"], ["--cost", "'ten' is not a number"]),
        (["sib-norrkoping", "--out", "."], ["exists", "--overwrite"]),
    ],
)
def test_what_cannot_be_tested_is_refused(stupror, words, said):
    answer = stupror("stress", *words)
    assert (answer.code, answer.out) == (2, "")
    assert all(each in answer.err for each in said), answer.err
