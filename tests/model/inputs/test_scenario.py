"""A user's file: what is refused, in which words; what is taken; and that a hash is of the content."""

import dataclasses

import pytest

from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.inputs.schema import json_schema

SPEC = load_scenario()


def write(folder, text, name="mine.toml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder, text):
    file = write(folder, text)
    with pytest.raises(InputError) as said:
        load_scenario(file)
    assert all(str(file) in each for each in said.value.problems)
    return said.value.problems


def change(path, **record):
    """One record of a scenario file."""
    body = "\n".join(f"{key} = {value}" for key, value in ({"source": '"test"'} | record).items() if value is not None)
    return f"[{path}]\n{body}\n"


def test_a_change_is_taken_and_the_rest_stays(tmp_path):
    spec = load_scenario(write(tmp_path, change("parameters.committee.horizon", value=5)))
    assert spec.committee.horizon == 5
    assert dataclasses.replace(spec.committee, horizon=SPEC.committee.horizon) == SPEC.committee
    assert spec.quantities["committee.horizon"].source == "test"
    assert spec.title == "Sweden, changed by mine.toml"
    assert spec.ladder == SPEC.ladder


def test_interventions_costs_and_the_ladder_can_be_changed(tmp_path):
    text = (
        change("interventions.skolfam.cost", value=70_000)
        + change("costs.school-support.amount", value="[0, 1, 2, 3, 4]")
        + change("parameters.ladder.replacement_factor", value=2.5)
    )
    spec = load_scenario(write(tmp_path, text))
    assert next(item for item in spec.interventions if item.name == "skolfam").cost == 70_000
    assert next(row for row in spec.costs if row.name == "school-support").amount == (0, 1, 2, 3, 4)
    assert spec.ladder.replacement_factor == 2.5


def test_amounts_of_another_year_are_moved_to_the_models_prices(tmp_path):
    same = load_scenario(write(tmp_path, change("interventions.skolfam.cost", value=50_000, price_year=2020)))
    older = load_scenario(write(tmp_path, change("interventions.skolfam.cost", value=50_000, price_year=2010)))
    cost = [next(item.cost for item in s.interventions if item.name == "skolfam") for s in (same, older)]
    assert cost[0] == 50_000
    assert 54_000 < cost[1] < 60_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (change("parameters.committee.horzon", value=5), "key 'committee.horzon'. Did you mean 'committee.horizon'?"),
        (change("interventions.skolfamm.cost", value=5), "Did you mean 'skolfam.cost'?"),
        (change("parameter.committee.horizon", value=5), "unknown key 'parameter'. Did you mean 'parameters'?"),
        (change("parameters.committee.horizon", value=5, unit='"month"'), "'month', but the model reads it in 'year'"),
        (change("parameters.committee.horizon", value=99), "value 99 is outside the range 1 to 65 year"),
        (change("parameters.committee.horizon", value=5, source=None), "missing. Say where the value is from."),
        (change("parameters.committee.horizon"), "'value' is missing"),
        (change("parameters.committee.horizon", value='"five"'), "value = 'five' is not a number"),
        (change("parameters.committee.horizon", value="[1, 2]"), "is a list; the model reads one number, without"),
        (change("costs.school-support.amount", value="[1, 2, 3, 4]"), "value has 4 numbers; the model reads 5"),
        (change("parameters.project.follow_up_years", value=2.5), "is not a whole number"),
        (change("interventions.skolfam.cost", value=50_000, price_year=1800), "price_year = 1800; allowed are"),
        (change("parameters.ladder.frailty_share", value="[0.5, 0.2, 0.1]"), "sums to 0.8, not 1"),
        (change("interventions.skolfam.age_from", value=20), "age_from 20 is above age_to 14"),
        (change("interventions.parenting.levels", value="[3, 1]"), "are upside down"),
        ("[parameters]\ncommittee = 3\n", "committee: is 3. Write a table with value and source."),
        ("parameters = 3\n", "is 3. Write a table such as"),
        ("title = 3\n", "title = 3. Write a text in quotes."),
        ("[parameters.committee\n", "is not TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_refused_in_words(tmp_path, text, words):
    found = refused(tmp_path, text)
    assert len(found) == 1, found
    assert words in found[0]


def test_rows_of_a_matrix_must_sum_to_one(tmp_path):
    value = [0.2] * 24 + [0.4]
    found = refused(tmp_path, change("parameters.ladder.adult_20_29", value=value))
    assert any("every row of five must sum to 1" in each for each in found)


def test_what_ties_two_values_is_checked():
    with pytest.raises(InputError, match=r"sensitivity and false_alarm of level 1 sum to 1\.04"):
        SPEC.replace("detection.sensitivity", (0.0, 0.99, 0.5, 0.5, 0.5))


def test_all_mistakes_are_told_at_once(tmp_path):
    text = change("parameters.committee.horizon", value=99) + change("parameters.board.horizn", value=5)
    found = refused(tmp_path, text + change("interventions.skolfam.cost", value='"much"'))
    assert len(found) == 3
    for words in ("outside the range", "Did you mean 'board.horizon'", "is not a number"):
        assert sum(words in each for each in found) == 1


def test_replace_is_held_to_the_same_rules():
    with pytest.raises(InputError, match=r"there is no such parameter.*Did you mean 'committee\.horizon'"):
        SPEC.replace("committee.horzon", 5)
    with pytest.raises(InputError, match="outside the range"):
        SPEC.replace("committee.horizon", 99)
    with pytest.raises(InputError, match="reads 5"):
        SPEC.replace("detection.sensitivity", (0.1, 0.2))


def test_a_hash_is_of_the_content_and_of_nothing_else(tmp_path):
    horizon = SPEC.committee.horizon
    changed = SPEC.replace("committee.horizon", horizon + 1)
    assert SPEC.hash() == load_scenario().hash()
    assert changed.hash() != SPEC.hash()
    assert changed.replace("committee.horizon", horizon).hash() == SPEC.hash()
    told = load_scenario(
        write(tmp_path, 'title = "Another name"\n' + change("parameters.committee.horizon", value=horizon))
    )
    assert told.title == "Another name"
    assert told.hash() == SPEC.hash()
    hashes = {SPEC.replace(path, SPEC.quantities[path].range[0]).hash() for path in ("board.horizon", "region.horizon")}
    assert len(hashes | {SPEC.hash()}) == 3
    assert len({select(SPEC, [place]).hash() for place in ("10", "09", "1080")} | {SPEC.hash()}) == 4


def test_a_drawn_scenario_is_a_world_of_its_own_and_can_be_drawn_again():
    assert SPEC.draw(1).hash() == SPEC.draw(1).hash() != SPEC.draw(2).hash()
    drawn = [SPEC.draw(seed).committee.cashable_growth for seed in range(8)]
    low, high = SPEC.quantities["committee.cashable_growth"].range
    assert len(set(drawn)) == 8
    assert all(low <= each <= high for each in drawn)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (["09"], {"0980"}),
        (["Gotland"], {"0980"}),
        (["1080", "Gotland"], {"1080", "0980"}),
        (["Blekinge", "1080"], None),
    ],
)
def test_places_by_code_or_name(wanted, codes):
    if codes is None:
        codes = set(select(SPEC, ["10"]).places.codes)
        wanted = [name for code, name in SPEC.places.counties.items() if code == "10"] + wanted[1:]
        assert len(codes) == 5
    assert set(select(SPEC, wanted).places.codes) == codes


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (["1089"], r"'1089' is no municipality\. County 10 has 1060, 1080, 1081, 1082, 1083\."),
        (["Gotlnd"], "'Gotlnd' is no municipality or county. Did you mean 'Gotland"),
        ([], "none is named"),
    ],
)
def test_an_unknown_place_has_a_nearest(wanted, words):
    with pytest.raises(InputError, match=words):
        select(SPEC, wanted)


def test_two_unknown_places_are_told_at_once():
    with pytest.raises(InputError) as said:
        select(SPEC, ["1089", "Gotlnd", "1080"])
    assert len(said.value.problems) == 2


def test_the_schema_for_editors_has_every_quantity_with_its_unit_and_range():
    schema = json_schema()["properties"]
    for path, quantity in SPEC.quantities.items():
        branch, *names = path.split(".")
        if branch not in ("interventions", "costs"):
            branch, names = "parameters", [branch, *names]
        here = schema[branch]
        for name in names:
            assert here is schema["interventions"] or here["additionalProperties"] is False
            here = here["properties"][name]
        assert here["properties"]["unit"]["const"] == quantity.unit
        value = here["properties"]["value"]
        numbers = value.get("items", value)
        assert (numbers["minimum"], numbers["maximum"]) == quantity.range
        assert value.get("minItems", 1) == len(quantity.entries)
        assert here["required"] == ["value", "source"]


def test_every_parameter_says_what_it_is_and_where_it_is_from():
    rows = SPEC.table()
    assert {row["parameter"] for row in rows} == set(SPEC.quantities)
    assert all(row["meaning"] and row["unit"] and row["source"] for row in rows)


def test_values_laid_over_what_is_drawn_are_the_same_at_once_or_afterwards():
    values = {"committee.horizon": 5.0, "choice.reluctance": 0.1, "belief.initial_mean": 99.0}
    at_once, afterwards = SPEC.draw(3, values=values), SPEC.draw(3).with_values(values)
    assert at_once.hash() == afterwards.hash() != SPEC.draw(3).hash()
    assert {path: q.value for path, q in at_once.quantities.items()} == {
        path: q.value for path, q in afterwards.quantities.items()
    }
