"""Interventions of one's own: read as strictly as ours, part of the hash, and the same wherever they are written."""

import re

import pytest

from stupror.model import load_design
from stupror.model.data import DATA
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, check_design

BUILT_IN = load_scenario()
COPY = (DATA / "interventions" / "parenting.toml").read_text(encoding="utf-8")
LIKE = """
[interventions.our-course]
like = "parenting"
cost = { value = 4_000, source = "our accounts" }
"""


def item(spec, name):
    return next(each for each in spec.interventions if each.name == name)


def written(folder, text, name="mine.toml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def said(folder, text, name="mine.toml"):
    """What is wrong with a scenario."""
    with pytest.raises(InputError) as caught:
        load_scenario(written(folder, text, name))
    return caught.value.problems


def test_one_like_another_differs_in_what_is_changed_and_in_nothing_else(tmp_path):
    spec = load_scenario(written(tmp_path, LIKE))
    names = ("name", "title", "title_sv", "source", "cost")
    ours, theirs = (
        {key: value for key, value in vars(item(spec, name)).items() if key not in names}
        for name in ("our-course", "parenting")
    )
    assert ours == theirs
    assert (item(spec, "our-course").cost, item(spec, "parenting").cost) == (4_000, 7_000)
    assert spec.interventions[:-1] == BUILT_IN.interventions
    assert spec.hash() != BUILT_IN.hash()


def test_a_copied_file_with_one_number_changed_works_at_once(tmp_path):
    file = written(tmp_path, COPY.replace("7_000", "6_000"), "our-copy.toml")
    spec = load_scenario(None, [file])
    assert item(spec, "our-copy").cost == 6_000
    assert item(spec, "our-copy").title == item(spec, "parenting").title
    named = written(tmp_path, COPY.replace('"parenting"', '"another"'), "our-copy.toml")
    assert item(load_scenario(None, [named]), "another").cost == 7_000


def test_table_file_folder_and_option_come_to_the_same(tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    written(folder, LIKE.replace("[interventions.our-course]", ""), "our-course.toml")
    hashes = {
        load_scenario(written(tmp_path, LIKE)).hash(),
        load_scenario(None, [folder]).hash(),
        load_scenario(None, [folder / "our-course.toml"]).hash(),
        load_scenario(written(tmp_path, 'intervention_files = ["more"]')).hash(),
        load_scenario(written(tmp_path, 'intervention_files = ["more/our-course.toml"]')).hash(),
    }
    assert len(hashes) == 1


def test_one_can_be_like_another_of_ones_own_as_the_scenario_has_it(tmp_path):
    later = '[interventions.a-later]\nlike = "our-course"\nage_to = { value = 15, source = "test" }\n'
    dearer = '[interventions.parenting.half_life]\nvalue = 2\nsource = "test"\n'
    spec = load_scenario(written(tmp_path, later + LIKE + dearer))
    made = item(spec, "a-later")
    assert (made.cost, made.age_to, made.half_life) == (4_000, 15, 2)
    assert [each.name for each in spec.interventions[-2:]] == ["a-later", "our-course"]  # by name, not as written


def test_owner_partner_and_shares_can_be_set(tmp_path):
    text = LIKE + (
        'owner = { value = "education", source = "test" }\n'
        'partner = { value = "region", source = "test" }\n'
        'partner_share = { value = 0.4, source = "test" }\n'
    )
    ours = item(load_scenario(written(tmp_path, text)), "our-course")
    assert (ours.owner, ours.partner, ours.partner_share) == ("education", "region", 0.4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('like = "parentin"', "Did you mean 'parenting'?"),
        ('cots = { value = 1, source = "x" }', "unknown key 'cots'. Did you mean 'cost'?"),
        ("cost = { value = 1_000 }", "'source' is missing"),
        ('cost = { value = 20_000, source = "x" }', "outside the range 150 to 14000"),
        ('cost = { value = 1_000, unit = "EUR", source = "x" }', "the model reads it in 'SEK/child/year'"),
        ('owner = { value = "socal", source = "x" }', "Did you mean 'social'?"),
        ('partner = { value = "social", source = "x" }', "is its owner already"),
        ('levels = { value = [3, 9], range = [1, 9], source = "x" }', "a level of need is 0 to 4"),
        ('age_to = { value = 70, range = [0, 99], source = "x" }', "an age is 0 to 64"),
        ('name = "other"', "Leave `name` out"),
        ("title = 3", "Write a text in quotes"),
        ("cost = 3", "Write a table with value and source"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path, change, words):
    key = change.partition(" ")[0]
    kept = [line for line in LIKE.splitlines() if not line.startswith(f"{key} ")]
    problems = said(tmp_path, "\n".join([*kept, change]))
    assert any(words in each and "mine.toml: interventions.our-course" in each for each in problems), problems
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[interventions.skolfm.cost]\nvalue = 1\nsource = "x"\n', "Did you mean 'skolfam.cost'? To add an"),
        ('[interventions."Vår kurs"]\nlike = "parenting"\n', "small letters a to z"),
        ('[interventions.a]\nlike = "b"\n[interventions.b]\nlike = "a"\n', "like each other in a circle"),
        ('intervention_files = "x.toml"', "Write a list of files"),
        ('intervention_files = ["nowhere.toml"]', "there is no such file"),
        ('[interventions.a]\ntitle = "A"\nsource = "x"\n', "'owner' is missing"),
    ],
)
def test_so_is_a_list_that_does_not_hold_together(tmp_path, text, words):
    assert any(words in each for each in said(tmp_path, text))


def test_a_whole_one_needs_every_number(tmp_path):
    lines = COPY.replace('"parenting"', '"ours"').split("\n\n")
    text = "\n\n".join(part for part in lines if not part.startswith(("[half_life]", "[forks]")))
    with pytest.raises(InputError) as caught:
        load_scenario(None, [written(tmp_path, text)])
    assert [each.split("interventions.")[1] for each in caught.value.problems] == [
        "ours.forks: is missing.",
        "ours.half_life: is missing.",
    ]


def test_a_name_is_given_once(tmp_path):
    file = written(tmp_path, LIKE.replace("[interventions.our-course]", ""), "our-course.toml")
    with pytest.raises(InputError, match="is given twice"):
        load_scenario(written(tmp_path, LIKE), [file])
    with pytest.raises(InputError, match="comes with the model"):
        load_scenario(None, [written(tmp_path, COPY, "parenting.toml")])


def test_what_is_added_leaves_the_drawn_numbers_of_the_rest_as_they_were(tmp_path):
    spec = load_scenario(written(tmp_path, LIKE))
    drawn, alone = spec.draw(3).quantities, BUILT_IN.draw(3).quantities
    assert {path: drawn[path] for path in alone} == alone
    assert drawn["interventions.our-course.escalation"] != drawn["interventions.parenting.escalation"]


def test_a_design_may_name_what_the_scenario_adds_and_nothing_else(tmp_path):
    text = (DATA / "designs" / "municipal-fund.toml").read_text(encoding="utf-8")
    assert "[decision]\n" in text
    text = re.sub(r'(?m)^name( *)= "municipal-fund"', r'name\1= "ours-only"', text)
    ours = text.replace("[decision]\n", '[decision]\ninterventions = ["our-course"]\n')
    changing = (
        '\n[change."interventions.our-course.cost"]\ntimes = { value = 2, unit = "1", range = [1, 3], source = "x" }\n'
    )
    design = load_design(str(written(tmp_path, ours + changing, "ours-only.toml")))
    check_design(design, load_scenario(written(tmp_path, LIKE)))
    with pytest.raises(InputError) as caught:
        check_design(design, BUILT_IN)
    first, second = caught.value.problems
    assert "interventions: 'our-course' is not in the scenario" in first
    assert "interventions.our-course.cost: there is no such parameter" in second


def test_there_may_be_more_interventions_than_a_byte_can_number(tmp_path):
    """The cheapest is the last of 133, and taken first by whoever has money enough."""
    text = "".join(LIKE.replace("our-course", f"z-{n:03}").replace("4_000", f"{4_000 - n}") for n in range(120))
    model = PreventionModel(select(load_scenario(written(tmp_path, text)), ["09"]), load_design("planner"), 1, 1)
    model.step()
    helped, projects = model.state.children.participants, model.state.projects
    kind = helped.intervention[: helped.n]
    assert (kind == projects.intervention[helped.project[: helped.n]]).all()
    assert kind.max() == len(model.world.spec.interventions) - 1 == 132
