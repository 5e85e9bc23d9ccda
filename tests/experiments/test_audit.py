"""The lists that referees go by: whole, with pages that there are, and met only by what is there."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from stupror.experiments.commands.language import said
from stupror.experiments.docs.checklists import MISSING, audit, items
from stupror.model.inputs.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

VOI = "after CHEERS-VOI, in our words"
ROOT = Path(__file__).resolve().parents[2]


def results(folder, manifest, *files):
    (folder / "manifest.json").write_text(json.dumps({"software": "stupror", **manifest}), encoding="utf-8")
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    return {(each.item.list, each.item.number): each for each in audit(folder)}


def test_the_lists_are_whole():
    count = Counter(each.list for each in items())
    assert (count["CHEERS 2022"], count["ODD"], count["TRACE"]) == (28, 7, 8)
    for name in count:
        assert [each.number for each in items() if each.list == name] == list(range(1, count[name] + 1))
    for each in items():
        assert each.kind in ("folder", "page", "yours")
        assert each.page if each.kind == "page" else each.remedy or each.files[0].startswith("manifest.json")
        assert each.files or each.kind != "folder"


@pytest.mark.parametrize("item", [each for each in items() if each.page], ids=lambda each: f"{each.list} {each.number}")
def test_a_page_that_is_named_is_there(item):
    name, _, heading = item.page.partition("#")
    text = (ROOT / name).read_text(encoding="utf-8")
    anchors = [
        re.sub(r"[^\w\- ]", "", line.strip("# \n").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    ]
    assert not heading or heading in anchors


def test_what_is_there_is_met_and_what_is_not_is_missing(tmp_path):
    empty = results(tmp_path, {})
    assert empty["CHEERS 2022", 23].where.startswith("missing: stupror compare, or stupror psa DIR")
    assert not empty["CHEERS 2022", 10].met
    assert not empty[VOI, 6].met
    found = results(
        tmp_path,
        {"scenario": {"discount_rate": 0.0}, "designs": [{"name": "x"}], "plan": {"title": "y"}},
        "report.html",
        "psa-state/incremental.csv",
        "study-parenting/studies.csv",
    )
    assert found["CHEERS 2022", 23].where == "report.html, psa-state/incremental.csv"
    assert found["CHEERS 2022", 10].where == "manifest.json (scenario.discount_rate), docs/parameters.md", "0 is a rate"
    assert found[VOI, 6].where == "study-parenting/studies.csv"
    assert found["CHEERS 2022", 4].met
    assert not found[VOI, 5].met


def test_what_only_the_writer_can_say_is_never_met(tmp_path):
    found = results(tmp_path, {}, "report.html")
    yours = [each for each in found.values() if each.item.kind == "yours"]
    assert len(yours) > 7
    assert all(each.where.startswith(MISSING) for each in yours)
    assert "(there is report.html, docs/odd.md#1-purpose-and-patterns)" in found["CHEERS 2022", 3].where


def test_the_command_prints_and_writes_it(stupror, tmp_path):
    results(tmp_path, {}, "report.html")
    answer = stupror("audit", tmp_path, "--missing", "--out", tmp_path / "audit.csv")
    assert answer.code == 0, answer.err
    assert "ODD: 7 of 7 met" in answer.out
    again = stupror("audit", tmp_path, "--out", tmp_path / "audit.csv")
    assert (again.code, again.out) == (2, "")
    assert "28 conflicts of interest: missing" in answer.out
    assert "purpose and patterns" not in answer.out.split("ODD: 7 of 7 met")[1].split("TRACE")[0]
    assert len((tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines()) == len(items()) + 1
    nothing = stupror("audit", tmp_path / "nowhere")
    assert nothing.code == 2
    assert "holds no results" in nothing.err
    (tmp_path / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="is not what stupror writes there"):
        audit(tmp_path)


def test_every_item_and_what_to_do_about_it_has_swedish():
    for item in items():
        assert said(item.item, "sv", "audit") != item.item or item.item == "perspective", item.item
        if not item.remedy:
            continue
        told = said(f"{MISSING}: {item.remedy} (there is a.csv)", "sv", "audit")
        assert told.startswith("saknas: ")
        assert told.endswith(" (det finns a.csv)")
        assert item.remedy not in told
