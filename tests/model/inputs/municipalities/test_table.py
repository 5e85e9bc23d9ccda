"""A user's own table of municipalities: what people and statistics write is read, what cannot be is refused."""

import csv

import pytest

from stupror.model.inputs.errors import InputError
from stupror.model.inputs.facts import FACTS, IDENTITY, built_in_facts
from stupror.model.inputs.places import own_places, sweden

COUNTRY = sweden()
OURS = "code,name,county,population\n"


def with_column(column):
    return OURS.replace("\n", f",{column}\n")


GOTLAND = (("0980",), (61_000,))


def save(folder, text, encoding="utf-8"):
    file = folder / "mine.csv"
    file.write_bytes(text.encode(encoding))
    return file


def read(folder, text, encoding="utf-8"):
    return own_places(save(folder, text, encoding))


def refused(folder, text, encoding="utf-8"):
    with pytest.raises(InputError) as said:
        read(folder, text, encoding)
    return said.value.problems


def write(path, rows, header=IDENTITY):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_an_own_table_takes_what_it_leaves_out_from_the_built_in_one(tmp_path):
    places = read(tmp_path, OURS + "1080,Karlskrona,10,70000\n0980,Gotland,09,61000\n")
    assert places.codes == ("0980", "1080")
    assert places.population == (61_000, 70_000)
    assert places.facts.tax_base == tuple(built_in_facts()[code]["tax_base"] for code in places.codes)
    assert places.notes == ()
    width = places.share[1][1] - places.share[1][0]
    country = sum(p * y for p, y in zip(COUNTRY.population, COUNTRY.facts.young_share, strict=True))
    assert width == pytest.approx(70_000 * 0.228 / country)


def test_a_new_municipality_needs_every_column(tmp_path):
    given = built_in_facts()["0980"]
    row = ["0999", "Nystad", "09", "50000", *(given[name] for name in FACTS)]
    assert own_places(write(tmp_path / "all.csv", [row], (*IDENTITY, *FACTS))).names == ("Nystad",)
    with pytest.raises(InputError, match=r"0999 is not in the built-in table: give population_2005, .*rule_2018"):
        own_places(write(tmp_path / "few.csv", [row[:4]]))


SAME = {  # one municipality with its population, as somebody somewhere writes it
    "ours": OURS + "0980,Gotland,09,61000\n",
    "semicolons, Swedish heads, thousands": "kommunkod;kommun;län;folkmängd\n0980;Gotland;09;61 000\n",
    "tabs": "Kommunkod\tFolkmängd\n0980\t61000\n",
    "Excel's note on what divides": "sep=;\ncode;name;population\n0980;Gotland;61000\n",
    "no-break and narrow spaces": "code;population\n0980;61\u00a0000\n",
    "thin spaces": "code;population\n0980;61\u2009000\n",
    "lost zeros, also of the county": OURS + "980,Gotland,9,61000\n",
    "zeros kept as a formula": 'code,population\n="0980",61000\n',
    "code as a decimal number": "code,population\n980.0,61000.0\n",
    "code and name in one cell": '"region","2020"\n"0980 Gotland",61000\n',
    "name alone": "kommun;folkmängd\nGotland;61000\n",
    "name as the municipality calls itself": "kommun;folkmängd\nRegion Gotland;61000\n",
    "suffix": OURS + "0980,Gotlands kommun,09,61000\n",
    "heads in capitals and with spaces": " Code , NAME ,County, Population \n0980,Gotland,09,61000\n",
    "an empty last column": OURS.replace("\n", ",\n") + "0980,Gotland,09,61000,\n",
    "a title, an empty row, a source": '"Folkmängd efter region",,,\n\n'
    + OURS
    + '0980,Gotland,09,61000\n"Källa: SCB",,,\n',
    "totals of country and county": OURS + "00,Riket,00,10379295\n09,Gotlands län,09,61000\n0980,Gotland,09,61000\n",
    "years below each other": "region;år;folkmängd\n0980 Gotland;2013;57161\n0980 Gotland;2021;61000\n",
    "years beside each other": "region;2013;2017;2021\n0980 Gotland;57161;58595;61000\n",
    "by sex, with its total": "region;kön;folkmängd\n0980 Gotland;män;30000\n0980 Gotland;kvinnor;31000\n"
    "0980 Gotland;totalt;61000\n",
    "unknown facts left out": "code,population,tax_base,young_share\n0980,61000,..,-\n",
}  # fmt: skip


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_same_table_is_read_however_it_was_saved(tmp_path, text, encoding):
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("this encoding has no such sign")
    places = read(tmp_path, text, encoding)
    assert (places.codes, places.population, places.names) == (*GOTLAND, ("Gotland",))


@pytest.mark.parametrize(
    ("head", "cell", "share"),
    [
        ("andel unga", "0,211", 0.211),
        ("young_share", '"0,211"', 0.211),
        ("Andel unga (%)", '"21,1"', 0.211),
        ("young_share", '"21,1 %"', 0.211),
    ],
)
def test_shares_are_read_with_decimal_comma_and_per_cent_where_it_is_said(tmp_path, head, cell, share):
    between = ";" if '"' not in cell else ","
    text = between.join(["code", "population", head]) + "\n" + between.join(["0980", "61000", cell]) + "\n"
    assert read(tmp_path, text).facts.young_share == (share,)


def test_populations_of_known_years_go_to_their_columns(tmp_path):
    text = "region;år;folkmängd\n" + "".join(
        f"1080 Karlskrona;{year};{people}\n"
        for year, people in ((2005, 61_000), (2010, 63_000), (2017, 66_000), (2021, 67_000))
    )
    places = read(tmp_path, text)
    facts = places.facts
    assert (places.population, facts.population_2005, facts.population_2017) == ((67_000,), (61_000,), (66_000,))
    assert facts.population_2013 == (built_in_facts()["1080"]["population_2013"],)
    assert "2021 is that of today, 2005, 2017 those of before; 2010 not read" in places.notes[0]


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("1917,Heby,19,14000", "0331", "1917 is now 0331 (Heby)"),
        ("1917,,,14000", "0331", "1917 is now 0331 (Heby)"),
        ("2023,Malung,20,10100", "2023", "'Malung' is Malung-Sälen now"),
        ("1080,Karlskronna,10,66000", "1080", "'Karlskronna' is taken as Karlskrona"),
        ("980,Gotland,9,61000", "0980", "lost their first zero: 980"),
        ("1080,Karlskrona,10,110000", "1080", "unlikely by the built-in table, and read as it stands: 1080 population"),
    ],
)
def test_what_was_understood_is_said(tmp_path, row, code, words):
    places = read(tmp_path, OURS + row + "\n")
    assert places.codes == (code,)
    assert words in places.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code,name,county\n0980,Gotland,09\n", "column 'population' (folkmängd) is missing"),
        ("county,population\n09,61000\n", "'code' (kommunkod) is missing, and 'name'"),
        (with_column("taxbasis") + "0980,Gotland,09,61000,1\n",
         "unknown column 'taxbasis'. Did you mean 'tax_base'"),
        (with_column("name") + "0980,Gotland,09,61000,x\n", "column 'name' comes twice"),
        (OURS + "98,Gotland,09,61000\n", "code '98'. Write four figures"),
        (OURS + "0980,Gotland,10,61000\n", "does not begin with its county 10"),
        (OURS + "0980,Gotland,77,61000\n", "county '77' is not known"),
        (OURS + "0980,Gotland,09,many\n", "population 'many' is not a number"),
        (OURS + "0980,Gotland,09,61_000\n", "population '61_000' is not written as a number. Write 61000"),
        (OURS + "0980,Gotland,09,+61000\n", "Write 61000"),
        (OURS + "0980,Gotland,09,\u0666\u0661\u0660\u0660\u0660\n", "written with other figures than 0-9"),
        (OURS + "098\uff10,Gotland,09,61000\n", "written with other figures than 0-9"),
        (OURS + "0980,Gotland,09,61000.5\n", "is not a whole number"),
        (OURS + "0980,Gotland,09,6\n", "population 6 is outside 500 to 5000000"),
        (OURS + "0980,Gotland,09,..\n", "population is missing: '..'"),
        (OURS + "0980,Gotland,09,61000,7\n", "a column with something in it has no head"),
        (OURS + "0980,Karlshamn,09,61000\n", "0980 is Gotland, not 'Karlshamn' ('Karlshamn' is 1082)"),
        (OURS + "0980,Nybruna,09,61000\n", "0980 is Gotland, not 'Nybruna'"),
        (OURS + "0980,=cmd|x!A1,09,61000\n", "0980 is Gotland, not '=cmd|x!A1'"),
        ("region;folkmängd\n0980 Karlshamn;61000\n", "0980 is Gotland, not 'Karlshamn'"),
        ("kommun;folkmängd\nGottland;61000\n", "'Gottland' is no municipality. Did you mean 'Gotland'?"),
        (with_column("rule_2018") + "0980,Gotland,09,61000,centre-left\n",
         "rule_2018 'centre-left' is no political rule."),
        (with_column("young_share") + "0980,Gotland,09,61000,21.1\n", "If it is per cent, write 0.211"),
        (with_column("young_share") + "0980,Gotland,09,61000,nan\n", "young_share 'nan' is not a number"),
        (with_column("tax_base") + "0980,Gotland,09,61000,180\n",
         "If it is in thousands, write tkr in its head"),
        (OURS + "0980,Gotland,09,4800000\n", "cannot be this place, by the built-in table: 0980 population 4800000"),
        (with_column("population_2005") + "0980,Gotland,09,61000,500\n", "0980 population_2005 500"),
        (OURS + "09,Gotlands län,09,50000\n0980,Gotland,09,61000\n",
         "61000 inhabitants together, more than their total 50000"),
        ("region;kön;folkmängd\n0980;män;30000\n0980;kvinnor;31000\n1080;män;3\n1080;kvinnor;3\n1081;män;4\n",
         "several rows for each municipality"),
        ("", "is empty"),
        ("just some words\nand more of them\n", "has no row of heads"),
        (OURS, "there is no municipality in it"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_in_one_line_with_its_remedy(tmp_path, text, words):
    found = refused(tmp_path, text)
    assert len(found) == 1, found
    assert words in found[0]
    assert found[0].startswith(str(tmp_path / "mine.csv"))


def test_all_causes_are_told_at_once_and_twins_are_seen(tmp_path):
    found = refused(tmp_path, OURS + "0980,Gotland,09,61000\n0980,Gotland,09,61000\n")
    twice = "municipality 0980 comes twice. Keep one row of each, such as that of both sexes and all ages."
    assert found == (f"{tmp_path / 'mine.csv'}, lines 2, 3: {twice}",)
    found = refused(tmp_path, OURS + "1080,Karlshamn,10,1\n1,,77,1\n0980,Gotland,12,61000\nNowhere,,,5\n")
    assert len(found) == 3


def test_one_cause_is_one_line_however_many_rows_have_it(tmp_path):
    rows = [(code, name, code[:2], "x") for code, name in zip(COUNTRY.codes, COUNTRY.names, strict=True)]
    with pytest.raises(InputError) as said:
        own_places(write(tmp_path / "mine.csv", rows))
    assert len(said.value.problems) == 1
    assert "lines 2, 3, 4 and 287 more: population 'x' is not a number" in said.value.problems[0]
    lost = [(code.lstrip("0"), name, code[:2].lstrip("0"), 40_000) for code, name, *_ in rows if code.startswith("01")]
    kept = own_places(
        write(tmp_path / "lost.csv", [row for row in lost if row[1] in ("Nacka", "Tyresö", "Värmdö", "Täby")])
    )
    assert next(note for note in kept.notes if "zero" in note).endswith("had lost their first zero: 120, 138, 160 ....")
