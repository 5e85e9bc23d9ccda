"""Kinds of mistakes, not examples: each holds for every parameter, every term and every reader of the kind."""

import math
import os
import re

import pytest

from stupror.model.contracts import load_design
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.assembly.declared import declaration
from stupror.model.inputs.errors import InputError, gathered, nearest
from stupror.model.inputs.meaning import meanings
from stupror.model.inputs.reading.gate import read_text
from stupror.model.inputs.reading.numbers import UnreadableError, plain_number, read_number
from stupror.model.inputs.reading.toml import parse_toml, read_toml
from stupror.model.inputs.scenario import built_in, load_scenario, select

SPEC = built_in()
PATHS = sorted(SPEC.quantities)
EURO_SIGNS = "\u00a0\u2009\u202f"


def written(path, **record):
    branch = "" if path.startswith(("interventions.", "costs.")) else "parameters."
    body = "\n".join(f"{key} = {value}" for key, value in ({"source": '"test"'} | record).items())
    return f"[{branch}{path}]\n{body}\n"


def load(folder, text):
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return load_scenario(file)


def refused(folder, text):
    with pytest.raises(InputError) as said:
        load(folder, text)
    return said.value.problems


def as_long(path, number):
    size = len(SPEC.quantities[path].entries)
    return [number] * size if size > 1 else number


OF_EACH_KIND = {declaration(path)["limits"]: path for path in reversed(PATHS)}


@pytest.mark.parametrize("path", OF_EACH_KIND.values())
def test_no_range_of_ones_own_lifts_what_a_number_can_be(tmp_path, path):
    limits, old = declaration(path)["limits"], SPEC.quantities[path]
    year = {"price_year": 2020} if "SEK" in old.unit else {}
    for beyond in (math.floor(limits.low) - 5, math.ceil(limits.high) + 70):
        ends = sorted([beyond, limits.low])
        found = refused(tmp_path, written(path, value=as_long(path, beyond), range=ends, **year))
        assert any(f"cannot be: {limits.says}" in each for each in found), found
        ends = [min(beyond, limits.low), max(beyond, limits.high)]
        value = list(old.value) if isinstance(old.value, tuple) else old.value
        found = refused(tmp_path, written(path, value=value, range=ends, **year))
        assert any("goes beyond what can be" in each for each in found), found


def test_every_number_has_limits_by_what_it_is():
    for path in PATHS:
        limits, q = declaration(path)["limits"], SPEC.quantities[path]
        assert not limits.problems(q), f"{path}: what is built in can be"
        assert limits.low >= 0 or min(q.range) < 0 or "logarithm" in limits.says, path
        if q.unit == "1" and limits.high > 1:
            assert max(q.range) > 1 or "share" not in declaration(path)["meaning"], f"{path}: a share is 0 to 1"


@pytest.mark.parametrize("path", [path for path in PATHS if not declaration(path)["whole"]])
def test_a_whole_number_and_its_decimal_form_are_one_world(path):
    low, high = SPEC.quantities[path].range
    whole = next((each for each in (math.ceil(low), math.floor(high)) if low <= each <= high), None)
    if whole is None or path.startswith("ladder.adult_") or path in ("ladder.frailty_share", "ladder.not_eligible"):
        return
    size = len(SPEC.quantities[path].entries)
    try:
        one, other = (SPEC.replace(path, (each,) * size if size > 1 else each) for each in (int(whole), float(whole)))
    except InputError:  # such as detection, whose two shares must fit each other
        return
    assert repr(one.quantities[path]) == repr(other.quantities[path])
    if path in OF_EACH_KIND.values():
        assert one.hash() == other.hash()
        assert one.draw(1).hash() == other.draw(1).hash()


@pytest.mark.parametrize("path", [path for path in PATHS if SPEC.quantities[path].price_year not in (None, 2020)])
def test_a_price_year_is_asked_for_where_the_built_in_amount_has_another(tmp_path, path):
    old = SPEC.quantities[path]
    value = list(old.value) if isinstance(old.value, tuple) else old.value
    assert "'price_year' is missing" in refused(tmp_path, written(path, value=value))[0]
    same = load(tmp_path, written(path, value=value, price_year=old.price_year))
    assert same.hash() == SPEC.hash()
    assert "changes nothing" in same.notes[0]


def test_an_amount_without_a_year_is_in_the_models_prices_and_that_is_said(tmp_path):
    spec = load(tmp_path, written("interventions.skolfam.cost", value=50_000))
    assert next(item.cost for item in spec.interventions if item.name == "skolfam") == 50_000
    assert "no price_year is given, so taken as prices of 2020" in spec.notes[0]


def test_later_years_come_with_an_index_of_ones_own(tmp_path):
    record = written("interventions.skolfam.cost", value=80_000, price_year=2025)
    assert "add its index: [price_index], 2025 =" in refused(tmp_path, record)[0]
    spec = load(tmp_path, '[price_index]\n2025 = 419.9\nsource = "what if: 25 % above 2020"\n' + record)
    cost = next(item.cost for item in spec.interventions if item.name == "skolfam")
    assert cost == round(80_000 * 335.92 / 419.9) == 64_000
    for wrong in ("2025 = 1.04", '2025 = "much"', "2019 = 334.0", "25 = 400.0"):
        assert refused(tmp_path, f'[price_index]\n{wrong}\nsource = "x"\n')


def test_a_design_cannot_set_a_parameter_to_what_it_cannot_be(tmp_path):
    text = (DESIGNS / "outcome-steering.toml").read_text(encoding="utf-8").partition("[change")[0]
    text = text.replace('"outcome-steering"', '"mine"')
    change = (
        '[change."committee.other_regarding"]\nset = { value = VALUE, unit = "1", range = [0, 100], source = "s" }\n'
    )
    mine = tmp_path / "mine.toml"
    for value, words in ((70, "value 70 cannot be: a share is 0 to 1"), (1, "goes beyond what can be")):
        mine.write_text(text + change.replace("VALUE", str(value)), encoding="utf-8")
        with pytest.raises(InputError, match=words):
            load_design(f"status-quo+{mine}")
    mine.write_text(text + change.replace("VALUE", "1").replace("100", "1"), encoding="utf-8")
    assert load_design(f"status-quo+{mine}").changes
    with pytest.raises(InputError, match="70 cannot be"):
        load_design(f"status-quo+{mine}[set=70]")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("66622", 66622),
        ("66622.0", 66622),
        ("0,221", 0.221),
        ("-3.5", -3.5),
        ("\u22123", -3),
        ("22,1 %", 0.221),
        ("1e3", 1000),
    ]
    + [(f"66{space}622", 66622) for space in (" ", *EURO_SIGNS)],
)
def test_numbers_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "..",
        "x",
        "nan",
        "inf",
        "1e999",
        "66_622",
        "+5",
        "6 66 22",
        "1,2,3",
        "0x10",
        "\uff16\uff16",
        "\u0666",
        "1" * 500,
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(UnreadableError):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2,5", "Write a decimal point: 2.5"),
        ("10 000 000", "Write 10_000_000"),
        ("10,000,000", "Write 10_000_000"),
        ("1,234", "Write 1_234, or 1.234 if it is a decimal comma"),
        ("1.000.000", "Write 1_000_000"),
        ("60 barn", "Write 60, in the unit"),
        ("22,1 %", "Write 0.221"),
    ],
)
def test_an_option_says_how_a_number_is_written(text, said):
    with pytest.raises(UnreadableError, match=re.escape(said)):
        plain_number(text)


@pytest.mark.parametrize("text", ["0,8", "9 000", "80 %", "nan", "\u0666", "", "1" * 500])
def test_a_bracket_has_plain_numbers_only(text):
    with pytest.raises(UnreadableError):
        plain_number(text)
    with pytest.raises(InputError):
        load_design(f"state-outcomes-fund[share={text}]")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("value = 0,8", "Write 0.8, not 0,8"),
        ('share = { value = 0,8, unit = "1" }', "Write 0.8, not 0,8"),
        ("value = 9 000", "Write 9_000"),
        ("value = 9\u00a0000", "Write 9_000"),
        ("value = 80 %", "Write 0.8, not 80 %"),
        ("source = \u201dvi\u201d", "curly quotes"),
        ("source = Karlskrona", 'a text needs quotes: source = "Karlskrona"'),
        ("on = True", "true or false, in small letters"),
        ("value: 3", "looks like YAML"),
        ('file = "mine\\contract.toml"', "Write / between folders"),
        ("value = 0180", "begins with 0"),
        ("value = 8 år", "stands without its unit: value = 8"),
        ("[parameters.nämnd.horisont]", 'needs quotes: [parameters."nämnd".horisont]'),
        ("[a", "the head of a table is [name]"),
        ("value = [1, 2", "a list is not closed"),
        ("value = 1\nvalue = 2", "stands there already"),
        ('{"parameters": 1}', "looks like JSON"),
        ("?", "What stands there: ?"),
        ("a = " + "[" * 2000, "nested deeper"),
        ("a = " + "9" * 5000, "number of absurd length in line 2"),
    ],
)
def test_what_hands_write_in_toml_has_its_remedy(line, words):
    with pytest.raises(InputError, match=r"^mine\.toml: ") as said:
        parse_toml(f"# a remark\n{line}\n", "mine.toml")
    assert words in str(said.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_by_its_mark(tmp_path, encoding):
    (tmp_path / "a.toml").write_bytes(
        'title = "O\u0308rebro"\r\n'.encode(encoding) if encoding != "cp1252" else b'title = "\xd6rebro"\r\n'
    )
    assert read_toml(tmp_path / "a.toml") == {"title": "\u00d6rebro"}


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_100_000)
    (tmp_path / "binary.toml").write_bytes(b"a = 1\n\x00\x01")
    for name, words in (
        ("fifo.toml", "a pipe or a device"),
        ("large.toml", "is larger than 1 MB"),
        ("x" * 300 + ".toml", "too long"),
        ("binary.toml", "line 2: has a control character"),
        (".", "it is a folder"),
        ("a\0b.toml", "cannot be the name"),
    ):
        with pytest.raises(InputError, match=words):
            read_toml(tmp_path / name)
    with pytest.raises(InputError, match="a pipe or a device"):
        read_text(type(tmp_path)("/dev/zero"))


def test_input_that_does_nothing_is_not_passed_over(tmp_path):
    assert "changes nothing" in load(tmp_path, 'title = "only a title"\n').notes[0]
    assert "changes nothing" in load(tmp_path, "").notes[0]
    for empty in (
        "[parameters.comittee.horizn]\n",
        "[interventions.parentng.cost]\n",
        "[interventions.parenting.a.b]\n",
    ):
        assert "unknown key" in refused(tmp_path, empty)[0]
    both = written("committee.horizon", value=SPEC.committee.horizon) + written("board.horizon", value=7)
    assert "committee.horizon: as built in" in load(tmp_path, both).notes[0]


def test_a_flood_is_counted():
    problems = gathered([f"mine.toml: unknown key 'k{n}'." for n in range(200_000)])
    assert problems[3:] == ("and 199997 more like the last one.",)
    assert gathered(problems) == problems


@pytest.mark.parametrize(
    ("name", "valid", "meant"),
    [
        ("kommunstyrelsen", ("committee", "board"), "board"),
        ("utfallsfond", ("investor", "outcomes_fund"), "outcomes_fund"),
        ("beslut", ("decision", "finance"), "decision"),
        ("Betalare", ("payer", "receiver"), "payer"),
        ("status quo", ("planner", "status-quo"), "status-quo"),
        ("581", ("2581", "0580"), None),
        ("1917", ("1981",), None),
        ("Riket", ("Mariestad",), None),
    ],
)
def test_hints_are_by_meaning_and_rather_none_than_a_wrong_one(name, valid, meant):
    assert nearest(name, valid) == meant


def test_the_words_of_the_glossary_are_understood():
    for swedish, ours in (
        ("kommunstyrelse", "board"),
        ("utförare", "provider"),
        ("investerare", "investor"),
        ("tak", "cap"),
        ("nämnd", "committee"),
        ("internbank", "internal_bank"),
        ("tröskel", "threshold"),
    ):
        assert ours in list(meanings(swedish))


def test_names_of_built_in_designs_are_theirs(tmp_path):
    text = (DESIGNS / "municipal-fund.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    assert load_design(str(mine)) == load_design("municipal-fund")
    for name, words in (
        ("status-quo", "comes with the model"),
        ("../../x", "cannot be the name"),
        ("=cmd", "cannot be the name"),
        ("x" * 300, "cannot be the name"),
    ):
        mine.write_text(text.replace('"municipal-fund"', f'"{name}"'), encoding="utf-8")
        with pytest.raises(InputError, match=words):
            load_design(str(mine))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04..", "Excel, Word or zip"),
        (b"%PDF-1.4", "a PDF"),
        (b"PAR1", "a Parquet"),
        (b"\x1f\x8b..", "packed"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(tmp_path, data, said):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_text(tmp_path / "x.csv")


def test_a_file_that_is_not_there_is_no_other_one(tmp_path):
    (tmp_path / "s.toml").write_text("")
    (tmp_path / "contract.TOML").write_text("")
    with pytest.raises(InputError) as other:
        read_text(tmp_path / "no.toml")
    assert "Did you mean" not in other.value.problems[0]
    with pytest.raises(InputError, match="Did you mean"):
        read_text(tmp_path / "contrakt.toml")


def scenario(tmp_path, text):
    (tmp_path / "s.toml").write_text(text)
    return load_scenario(tmp_path / "s.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[parameters.committee.horizon]\n"2026-01-01" = 8\nsource = "x"', "'2026-01-01' is a date"),
        ('[parameters.committee.horizon]\nvalue = 8\nsource = "x"\nunit = "år"', "Write 'year', or leave it out"),
        ("[committee.horizon]\nvalue = 8", "[parameters.committee.NAME]"),
        ('[interventions.our]\nlike = "our"\nsource = "x"', "our is like itself"),
    ],
)
def test_what_people_mean_has_its_remedy(tmp_path, text, said):
    with pytest.raises(InputError, match=re.escape(said)):
        scenario(tmp_path, text)


def test_an_amount_of_another_order_is_asked_about(tmp_path):
    text = '[interventions.parenting.cost]\nvalue = {}\nrange = [1, 9_000_000]\nprice_year = 2020\nsource = "x"'
    assert "more than 10 times" in scenario(tmp_path, text.format(8_000_000)).notes[0]
    assert not scenario(tmp_path, text.format(9_000)).notes


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("1080;1082", "Write commas between them, such as 1080,1082"),
        ("Karlskrona och Karlshamn", "such as Karlskrona,Karlshamn"),
        ("Väsby", "Did you mean 'Upplands Väsby'?"),
        ("Länet", "is no name of a place"),
    ],
)
def test_a_place_that_is_none_is_answered_by_meaning(word, said):
    with pytest.raises(InputError, match=re.escape(said)):
        select(built_in(), [word])
