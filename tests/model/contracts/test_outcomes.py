"""The outcomes that contracts can pay for: what a record may say, and that a damaged file is refused."""

import pytest

from stupror.model.children.ladder import EXAM_AGE
from stupror.model.contracts import outcomes
from stupror.model.inputs.errors import InputError

GOOD = """
[{name}]
title = "years placed"
title_sv = "år i placering"
good = false
ages = [0, 19]
levels = [4]
measured_before = true
source = "assumed"
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read outcomes from a text instead of the file that comes with the model."""
    path = tmp_path / "outcomes.toml"
    monkeypatch.setattr(outcomes, "OUTCOMES", path)
    outcomes.agreed_outcomes.cache_clear()

    def from_text(text):
        path.write_text(text, encoding="utf-8")
        return outcomes.agreed_outcomes()

    yield from_text
    outcomes.agreed_outcomes.cache_clear()


def test_eligibility_is_counted_at_the_age_of_the_exam_and_not_before():
    eligible = outcomes.agreed_outcomes()["eligible"]
    assert (eligible.at_age, eligible.record, eligible.record_absent) == (EXAM_AGE, "not_eligible", True)
    assert eligible.good
    assert not eligible.measured_before
    assert eligible.unit == "person"


def test_an_outcome_is_read_as_the_file_says(read):
    (placed,) = read(GOOD.format(name="placed")).values()
    assert (placed.ages, placed.levels, placed.good, placed.unit) == ((0, 19), (4,), False, "year")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("[0, 19]", "[19, 0]", "write first and last age"),
        ("[0, 19]", "[0, 70]", "0 to 64"),
        ("levels = [4]", "levels = [5]", "allowed are 0 to 4"),
        ("levels = [4]", "", "counts nothing"),
        ("levels = [4]", 'record = "jailed"', "'placed', 'not_eligible' or 'sentenced'"),
        ("levels = [4]", "levels = [4]\nat_age = 25", "at_age = 25 is outside"),
        ("good = false", "", "good"),
        ("good = false", "god = false", "god"),
    ],
)
def test_a_damaged_record_is_refused_by_name_with_all_that_is_wrong(read, old, new, word):
    with pytest.raises(InputError) as caught:
        read(GOOD.format(name="one").replace(old, new) + GOOD.format(name="two").replace('"assumed"', '""'))
    first, *_, last = caught.value.problems
    assert first.startswith("outcomes.toml: one: ")
    assert word in "\n".join(caught.value.problems)
    assert last.startswith("outcomes.toml: two: source")
