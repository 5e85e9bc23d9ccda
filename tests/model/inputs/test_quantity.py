"""Records are read strictly, and distributions stay in their range."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.inputs.errors import InputError
from stupror.model.inputs.quantity import Quantity, read_quantity, read_toml

GOOD = {"value": 0.3, "unit": "1", "range": [0, 1], "source": "assumed"}


def problems(**change):
    found: list[str] = []
    record = {k: v for k, v in (GOOD | change).items() if v is not None}
    assert read_quantity(record, "here: x", found) is None
    return found


def test_a_good_record_is_read():
    found: list[str] = []
    quantity = read_quantity(GOOD, "x", found)
    assert not found
    assert (quantity.value, quantity.unit, quantity.range, quantity.distribution.kind) == (0.3, "1", (0, 1), "fixed")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 1.2}, "value 1.2 is outside the range 0 to 1"),
        ({"value": [0.2, 3.0, 4.0]}, "value 3, 4 is outside the range"),
        ({"value": "much"}, "value = 'much' is not a number"),
        ({"value": True}, "value = true is not a number"),
        ({"value": float("nan")}, "not a number"),
        ({"value": None}, "'value' is missing"),
        ({"source": None}, "'source' is missing"),
        ({"source": ""}, "source = ''. Write a text in quotes"),
        ({"range": [1, 0], "value": 0.5}, "range = [1, 0] is upside down; write the lower end first"),
        ({"sourse": "ESO"}, "unknown key 'sourse'. Did you mean 'source'?"),
        ({"distribution": {"kind": "gauss"}}, "distribution kind 'gauss' is not known. Allowed: fixed, uniform"),
        ({"distribution": {"kind": "normal"}}, "'sd' is missing"),
        ({"distribution": {"kind": "normal", "sd": -1}}, "distribution.sd = -1. Write a number above 0"),
        ({"price_year": 2020.5}, "price_year = 2020.5. Write a year without quotes"),
        ({"range": [1]}, "range = [1]. Write two numbers, the lower first"),
        ({"distribution": "normal"}, "distribution = 'normal'. Write a table such as"),
        ({"distribution": {"kind": "normal", "sd": "1"}}, "distribution.sd = '1'. Write a number above 0"),
        ({"distribution": {"sd": 1}}, "distribution: 'kind' is missing"),
        ({"value": 10**400, "range": [0, 10**401]}, "a number of some 400 figures is too large"),
        ({"range": [0, 1e16]}, "is too large; nothing here is counted beyond 1e+15"),
    ],
)
def test_each_mistake_is_said_in_words(change, words):
    found = problems(**change)
    assert any(words in each for each in found), found
    assert all(each.startswith("here: x: ") for each in found)


def test_all_mistakes_of_a_record_are_told_at_once():
    found = problems(value="much", source=None, colour="red")
    assert len(found) == 3


def test_a_number_alone_is_no_record():
    found: list[str] = []
    assert read_quantity(3, "x", found) is None
    assert found == ["x: is 3. Write a table with value, unit, range and source."]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[a\nb = 1", "is not TOML"), (b"a = 1\na = 2", "is not TOML"), (b"a = '\x81'", "is not UTF-8 nor Windows-1252")],
)
def test_what_is_not_toml_is_refused_with_its_name(tmp_path, content, words):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=words) as said:
        read_toml(file)
    assert str(said.value).startswith(str(file))


def test_a_missing_file_has_a_nearest(tmp_path):
    (tmp_path / "scenario.toml").write_text("")
    with pytest.raises(InputError, match=r"there is no such file\. Did you mean '.*scenario\.toml'\?"):
        read_toml(tmp_path / "scenaro.toml")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_toml(tmp_path)


kinds = st.one_of(
    st.sampled_from([{"kind": "fixed"}, {"kind": "uniform"}, {"kind": "triangular"}]),
    st.fixed_dictionaries({"kind": st.sampled_from(["normal", "lognormal"]), "sd": st.floats(1e-3, 5)}),
    st.fixed_dictionaries({"kind": st.just("beta"), "n": st.floats(0.5, 500)}),
)
probability = st.floats(1e-6, 1 - 1e-6)


@settings(deadline=None)  # the first draw imports scipy
@given(
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    place=st.floats(0, 1),
    kind=kinds,
    us=st.tuples(probability, probability),
)
def test_quantiles_rise_with_luck_and_stay_in_the_range(ends, place, kind, us):
    low, high = sorted(ends)
    value = min(max(low + place * (high - low), low), high)
    quantity = Quantity(value=value, unit="1", range=(low, high), distribution=kind, source="assumed")
    drawn = [quantity.quantile(u) for u in sorted(us)]
    assert low <= drawn[0] <= drawn[1] <= high
    if kind["kind"] == "fixed":
        assert drawn == [value, value]


@settings(deadline=None)  # the first draw imports scipy
@given(u=probability)
def test_lists_move_together_and_whole_numbers_stay_whole(u):
    pair = Quantity(
        value=(100.0, 200.0), unit="SEK", range=(0, 1e6), distribution={"kind": "lognormal", "sd": 0.2}, source="x"
    )
    low, high = pair.quantile(u)
    assert high == pytest.approx(2 * low)
    years = Quantity(value=4, unit="year", range=(1, 10), distribution={"kind": "uniform"}, source="x")
    assert isinstance(years.quantile(u), int)


def test_quantiles_by_hand():
    even = Quantity(value=3.0, unit="1", range=(2.0, 4.0), distribution={"kind": "uniform"}, source="x")
    assert even.quantile(0.25) == pytest.approx(2.5)
    normal = Quantity(value=3.0, unit="1", range=(0.0, 9.0), distribution={"kind": "normal", "sd": 1.0}, source="x")
    assert normal.quantile(0.841344746) == pytest.approx(4.0, abs=1e-6)
    assert normal.quantile(0.5) == pytest.approx(3.0)
