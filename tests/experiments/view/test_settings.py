"""What the page lets one choose, what it refuses, and that what it hands out runs the same world again."""

import shlex

import pandas as pd
import pytest

from stupror.experiments.view.opening import Opening
from stupror.experiments.view.words import words
from stupror.experiments.view.worlds import contract_file, numbers
from stupror.experiments.view.worlds.pair import Pair
from stupror.experiments.view.worlds.settings import (
    PARAMETERS,
    Settings,
    changed,
    command,
    design_file,
    design_toml,
    designs,
    inputs,
    places,
    scenario_toml,
)
from stupror.model.contracts import design_names, load_design
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

MOVED = {"committee.other_regarding": 0.55, "committee.horizon": 6.0, "clause.share_of_saving.share": 0.8}


def loadable():
    found = []
    for name in design_names():
        try:
            load_design(name)
        except InputError:
            continue
        found.append(name)
    return found


@pytest.mark.parametrize("name", loadable())
def test_a_contract_is_written_as_it_was_read(name, tmp_path):
    document = contract_file.document(name)
    (tmp_path / f"{name}.toml").write_text(contract_file.as_toml(document), encoding="utf-8")
    assert load_design(str(tmp_path / f"{name}.toml")) == load_design(name)


@pytest.mark.parametrize("name", list(designs(Settings())))
def test_sliders_span_the_declared_ranges_and_start_where_the_contract_stands(name):
    settings = Settings(design=name)
    what, terms, rest = inputs(settings, "en", words("en"))
    declared = contract_file.numbers(contract_file.document(name))
    for term, slider in terms.items():
        assert (slider["min"], slider["max"]) == tuple(declared[term]["range"])
        assert slider["value"] == declared[term]["value"]
        assert slider["label"] != term  # it is said in words
        steps = (slider["value"] - slider["min"]) / slider["step"]
        assert abs(steps - round(steps)) < 1e-6  # else the browser would move it by itself
    for path in PARAMETERS:
        assert (rest[path]["min"], rest[path]["max"]) == settings.scenario.quantities[path].range
    assert what["design"]["value"] in what["design"]["values"]
    given = {key: each["value"] for part in (what, terms, rest) for key, each in part.items()}
    assert changed(settings, given) == settings  # nothing has been moved, so nothing is changed


@pytest.mark.parametrize(
    ("asked", "code"),
    [("Blekinge", "10"), ("blekinge län", "10"), ("10", "10"), ("Norrköping", "0581"), ("0980", "0980"), ("", "")],
)
def test_a_place_that_is_asked_for_by_name_is_chosen_by_its_code(asked, code):
    assert Opening(place=asked).settings.place == code
    assert Opening(place="Karlshamn,1080").settings.place == "Karlshamn,1080"


def test_places_are_all_of_sweden_each_county_each_municipality_and_what_was_asked_for():
    assert len(places(Settings())) == 1 + 21 + 290
    assert places(Settings())["0581"] == {"en": "Norrköping", "sv": "Norrköping"}
    assert next(iter(places(Settings(place="Karlshamn,1082")))) == "Karlshamn,1082"


def test_another_design_forgets_the_terms_of_the_one_before():
    before = changed(Settings(), MOVED)
    assert before.terms == {"clause.share_of_saving.share": 0.8}
    after = changed(before, {"design": load_design("planner").title_sv})
    assert (after.design, after.terms, after.values) == ("planner", {}, before.values)


def test_a_slider_moved_back_is_no_change():
    moved = changed(Settings(), MOVED)
    quantities = load_scenario().quantities
    usual = {path: quantities[path].value for path in ("committee.other_regarding", "committee.horizon")}
    usual["clause.share_of_saving.share"] = 0.5
    assert changed(moved, usual) == Settings()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"seed": "abc"}, "seed is 'abc'. Give a whole number from 0"),
        ({"seed": "-4"}, "seed is -4. Give a whole number from 0"),
        ({"place": "Atlantis"}, "'Atlantis' is not among the choices"),
        ({"committee.other_regarding": 7.0}, "committee.other_regarding: value 7 is outside the range 0 to 1"),
        ({"clause.cap.share": -1.0}, "clause.cap.share: -1 is out of bounds"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(given, says):
    with pytest.raises(InputError) as refused:
        changed(Settings(), given).read()
    assert says in str(refused.value)


def test_a_design_of_ones_own_can_be_chosen_and_moved(tmp_path):
    own = tmp_path / "my-fund.toml"
    own.write_text(
        contract_file.as_toml({**contract_file.document("state-outcomes-fund"), "name": "my-fund"}), encoding="utf-8"
    )
    settings = changed(Settings(design=str(own)), {"clause.cap.share": 1.5})
    assert next(iter(designs(settings))) == str(own)
    assert settings.read()[1].clauses[1].values["share"] == 1.5
    assert design_file(settings) == "my-fund-changed.toml"


@pytest.mark.parametrize(
    ("design", "place", "point"),
    [
        ("state-outcomes-fund", "10", False),
        ("municipal-fund", "1080", True),  # its county lives around it
        ("municipal-fund+competence-centre", "1080", False),  # and here the country, whose results reach the centre
    ],
)
def test_what_is_handed_out_runs_the_same_world_again(design, place, point, tmp_path, stupror):
    """The exported files and the command, run as a user runs them, give what the page has shown."""
    settings = changed(Settings(design=design, place=place, years=6, seed=5, point=point), MOVED)
    (tmp_path / "scenario.toml").write_text(scenario_toml(settings), encoding="utf-8")
    (tmp_path / design_file(settings)).write_text(design_toml(settings), encoding="utf-8")
    words = shlex.split(command(settings))
    assert words[:2] == ["stupror", "compare" if place == "10" else "municipality"]
    here = [str(tmp_path / each) if each == "scenario.toml" else each for each in words[1:]]
    at = here.index("--designs") + 1
    assert here[at].startswith("status-quo,")  # what was seen beside it is taken along
    if ".toml" in here[at]:
        here[at] = f"status-quo,{tmp_path / design_file(settings)}"
    here[here.index("--out") + 1] = str(tmp_path / "seen")
    answer = stupror(*here)
    assert answer.code == 0, answer.err

    shown = Pair(lambda: settings)
    for _ in range(6):
        shown.step()

    def table(name):
        found = pd.read_parquet(tmp_path / "seen" / f"{name}.parquet")
        found = found[found["design"] != "status-quo"]
        return found if place == "10" else found[found.get("municipality", place) == place]

    if place == "10":
        keys = ["year", "payer", "receiver", "purpose"]
        seen = numbers.flows_table([pair[0] for pair in shown.past]).groupby(keys)["amount_sek"].sum()
        run = table("payments")
        run = run[run["phase"] == "simulated"].groupby(keys)["amount_sek"].sum()
        assert run.size > 10
        assert seen.to_dict() == run.to_dict()
    else:
        invested = sum(int(pair[0].invested.sum()) for pair in shown.past)
        assert invested == table("municipalities")["prevention_sek"].sum() > 0
        rows = table("bodies").to_dict("records")
        by_year = {pair[0].year: pair[0].books for pair in shown.past}
        assert len(rows) == 6 * 5
        assert all(by_year[row["year"]][row["body"]]["frame"].sum() == row["frame_sek"] for row in rows)
    runs = pd.read_parquet(tmp_path / "seen" / "runs.parquet")
    assert runs["design"].tolist()[0] == "status-quo"
    assert runs["scenario_hash"].tolist()[1] == shown.world.spec.hash()


def test_an_unchanged_world_needs_no_files():
    settings = Settings(place="", years=4)
    assert scenario_toml(settings) == ""
    assert command(settings) == (
        "stupror compare --designs status-quo,state-outcomes-fund --years 4 --seeds 1 --seed 1 --out out/seen"
    )


def test_changes_of_a_scenario_file_are_handed_out_too(tmp_path):
    file = tmp_path / "mine.toml"
    dated = '[[changes]]\nfrom = 2023\npath = "committee.ratchet"\nfactor = 0.5\nsource = "ours"\n'
    file.write_text(f'[interventions.skolfam.cost]\nvalue = 80_000\nsource = "ours"\n\n{dated}', encoding="utf-8")
    settings = changed(Settings(scenario=load_scenario(file)), {"committee.horizon": 5})
    (tmp_path / "out.toml").write_text(scenario_toml(settings), encoding="utf-8")
    again = select(load_scenario(tmp_path / "out.toml"), ["10"])
    assert again.hash() == settings.read()[0].hash()
    assert again.hash() != select(load_scenario(), ["10"]).hash()


def test_the_page_looks_at_the_run_that_python_makes():
    settings = Settings(place="09", years=2, point=True)
    shown = Pair(lambda: settings)
    shown.step()
    shown.step()
    spec, design = settings.read()
    tables = simulate(spec, design, seed=1, years=2)
    costs = tables["costs"][tables["costs"]["phase"] == "simulated"]
    costs = costs[costs["payer"] != "households"]
    for pair in shown.past[1:]:
        of_year = costs[costs["year"] == pair[0].year]
        assert pair[0].cost.sum() == of_year["actual_sek"].sum()
        assert pair[0].cost_without.sum() == of_year["untreated_sek"].sum()
