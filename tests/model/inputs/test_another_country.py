"""What docs/another-country.md says: other files in `model/data`, and the model runs on them, with no Sweden left.

The folder is put in place of ours before anything is read, as in a copy of the repository whose files were replaced.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stupror.model import load_design, select, simulate
from stupror.model.data import DATA
from stupror.model.inputs.scenario import load_scenario

RUN = """
import hashlib, json, sys
from pathlib import Path
import stupror.model.data
stupror.model.data.DATA = Path(sys.argv[1])
from stupror.model import load_design, load_scenario, select, simulate
places = sys.argv[2].split(",")
spec = select(load_scenario(), places) if places != [""] else load_scenario()
found = {}
for name in ("municipal-fund", "state-outcomes-fund", "planner"):
    tables = simulate(spec, load_design(name), seed=1, years=4)
    text = "".join(table.to_csv() for _, table in sorted(tables.items()))
    found[name] = {
        "digest": hashlib.blake2b(text.encode(), digest_size=8).hexdigest(),
        "municipalities": tables["municipalities"][["municipality", "name", "county"]].values.tolist(),
        "regions": tables["municipalities"]["region_practice"].tolist(),
        "children": int(tables["runs"]["children"].iloc[0]),
        "enrolled": int(tables["enrolment"]["children"].sum()),
        "frail": tables["municipalities"]["frail"].tolist(),
        "social": int(tables["costs"].query("payer == 'social'")["untreated_sek"].sum()),
    }
print(json.dumps(found))
"""
NORLAND = {
    "counties.csv": "code,name,region\n10,Kustlän,Region Kust\n20,Fjällän,Region Fjäll\n",
    "municipalities.csv": "code,name,county,population,population_year,source\n"
    "1001,Hamnby,10,60000,2020,made up\n1002,Udden,10,15000,2020,made up\n2001,Topp,20,25000,2020,made up\n",
    "municipal_facts.csv": "code,population_2005,population_2013,population_2017,young_share,old_share,"
    "low_schooling_share,tax_base,spending,rule_2002,rule_2006,rule_2010,rule_2014,rule_2018\n"
    "1001,58000,59000,59500,0.22,0.09,0.15,210000,52000,red-green,red-green,other,other,other\n"
    "1002,16000,15500,15200,0.20,0.12,0.25,170000,60000,other,other,other,other,cross-bloc\n"
    "2001,26000,25500,25200,0.21,0.11,0.20,180000,58000,centre-right,other,other,other,other\n",
    "neighbours.csv": "code,neighbour,kind\n1001,1002,border\n1002,1001,border\n",
    "first_movers.csv": "code,name,year,source\n1001,Hamnby,2005,made up\n",
    "births.csv": "year,births,source\n" + "".join(f"{year},{1100 + year % 7},made up\n" for year in range(1999, 2024)),
}


def ran(folder: Path, places: str = "") -> dict[str, dict[str, Any]]:
    """What a run on the data of a folder comes to, by design."""
    words = [sys.executable, "-c", RUN, str(folder), places]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the files that come with the model."""
    return Path(shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__", "*.py")))


def test_a_made_up_country_lives_on_files_of_its_own(copied: Path) -> None:
    for name, text in NORLAND.items():
        (copied / name).write_text(text, encoding="utf-8")
    found = ran(copied)
    for each in found.values():
        assert each["municipalities"] == [["1001", "Hamnby", "10"], ["1002", "Udden", "10"], ["2001", "Topp", "20"]]
        assert all(each["regions"])  # every county has a region: Gotland's number is not among them
        assert each["children"] == sum(1100 + year % 7 for year in range(2000, 2024))
        young = [60_000 * 0.22, 15_000 * 0.20, 25_000 * 0.21]  # need is about the mean of this country, not of Sweden
        assert sum(f * y for f, y in zip(each["frail"], young, strict=True)) / sum(young) == pytest.approx(
            1.0 - load_scenario().ladder.frailty_share[0], abs=1e-9
        )
    assert found["planner"]["enrolled"] > 0
    prices = (copied / "costs.toml").read_text(encoding="utf-8")
    assert prices.count("[0, 0, 0, 0, 490_000]") == 1
    (copied / "costs.toml").write_text(prices.replace("[0, 0, 0, 0, 490_000]", "[0, 0, 0, 0, 980_000]"), "utf-8")
    assert ran(copied)["planner"]["social"] > 1.05 * found["planner"]["social"]


def test_the_same_files_elsewhere_give_the_same_bytes(copied: Path) -> None:
    assert ran(copied, "09") == ran(DATA, "09")


def test_the_page_names_every_file_and_the_code_is_where_it_says() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "another-country.md").read_text(encoding="utf-8")
    there = [each.name for each in DATA.iterdir() if each.suffix in (".csv", ".toml")]
    assert [name for name in there if f"`{name}`" not in page] == []
    named = re.findall(r"`((?:model|experiments|analysis|tests)/[a-z_/.]+)`", page)
    assert len(named) > 10
    assert [name for name in named if not (root / name).exists()] == []
    for words in re.findall(r"^\| .* \| (`[A-Z]+`.*) \|$", page, flags=re.M):
        for names, file in re.findall(r"((?:`[A-Z]+`(?:, )?)+) in `([a-z_/.]+)`", words):
            text = (root / file).read_text(encoding="utf-8")
            assert [name for name in re.findall(r"`([A-Z]+)`", names) if f"\n{name}" not in text] == []


def test_a_tier_can_be_left_empty_by_a_scenario_alone() -> None:
    """As the page says: no cost, no tax, no programme; then no krona of lives or programmes is the region's."""
    spec, nothing = load_scenario(), {"value": 0, "source": "test"}
    own = [item for item in spec.interventions if "region" in (item.owner, item.partner)]
    assert own
    emptied = load_scenario(
        {
            "costs": {
                row.name: {"amount": {"value": [0] * 5, "price_year": 2020, "source": "test"}}
                for row in spec.costs
                if row.payer == "region"
            },
            "interventions": {
                item.name: {"owner": nothing | {"value": "social"}, "partner": nothing | {"value": ""}} for item in own
            },
            "parameters": {"tax": {"regional_rate": nothing | {"range": [0, 0.5]}}},
        }
    )
    made = {
        name: simulate(select(each, ["1082"]), load_design("municipal-fund"), seed=1, years=3)
        for name, each in (("full", spec), ("empty", emptied))
    }
    for name, tables in made.items():
        lives, paid = tables["costs"].query("payer == 'region'"), tables["payments"].query("payer == 'region'")
        assert (len(lives) > 0) == (name == "full"), name
        assert (len(paid) > 0) == (name == "full"), name
    assert len(made["empty"]["projects"]) > 0
