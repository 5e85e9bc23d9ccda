"""The small world that faults are made in, and whole files to damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stupror.analysis.report.tables import summary
from stupror.experiments.files.tables import write_tables
from stupror.experiments.plans.likely import POINT
from stupror.experiments.runs import run_folder, runner
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select

CODES, YEARS = "1060", 2

SCENARIO = """\
title = "A world of our own"

[parameters.committee.horizon]
value = 8
source = "what if"

[parameters.discount.rate]
value = 0.02
range = [0.0, 0.05]
source = "what if"

[interventions.parenting.cost]
value = 9000
price_year = 2020
source = "our own accounts, 2020"

[costs.placement-13-17.amount]
value = [0, 0, 0, 0, 800000]
price_year = 2020
source = "our own accounts, 2020"

[[changes]]
from = 2021
path = "committee.horizon"
value = 9
source = "what if: a law"

[[changes]]
from = 2022
path = "costs.placement-13-17.amount"
factor = 1.2
source = "what if: dearer homes"
"""

INTERVENTION = """\
name = "our-course"
title = "A course of our own"
like = "parenting"

[cost]
value = 8000
price_year = 2020
source = "our own accounts, 2020"
"""

OWN = """\
[interventions.our-course]
like  = "parenting"
owner = { value = "education", source = "the schools run it" }
cost  = { value = 5_200, source = "our accounts" }

"""

INDIGO = (Path(__file__).parents[1] / "experiments/designs/indigo.json").read_text(encoding="utf-8")

TABLE = """\
code,name,county,population,young_share,old_share
1080,Karlskrona,10,66000,0.22,0.11
1082,Karlshamn,10,32000,0.215,0.12
0180,Stockholm,01,975000,0.21,0.08
"""

PLAN: dict[str, Any] = {
    "title": "A test",
    "model": {"municipalities": [CODES], "years": YEARS},
    "uncertainties": {"parameters": ["committee.*"]},
    "levers": {"designs": ["status-quo", "state-outcomes-fund", "planner"]},
}


def compared(folder: Path) -> None:
    """Write a small comparison, as `compare` does."""
    world = select(load_scenario(), [CODES])
    designs = [load_design(name) for name in ("status-quo", "state-outcomes-fund")]
    tables = runner.compare(world, designs, [1, 2], YEARS)
    tables = {**tables, "summary": summary(tables, 0.03)}
    with run_folder.new_folder(folder) as draft:
        files = write_tables(draft, tables)
        start = int(tables["runs"]["start_year"].iloc[0])
        manifest = run_folder.manifest(world, designs, [1, 2], start, YEARS, worlds=POINT, files=files)
        run_folder.write_manifest(draft, manifest)


PLAN_FILE = f"""\
title = "A test"
[model]
municipalities = ["{CODES}"]
years = 1
[uncertainties]
parameters = ["committee.*"]
[sampling]
method = "halton"
draws = 3
[levers]
designs = ["status-quo", "planner"]
[outcomes.own.placed_teens]
title = "Years in placement at 13-17"
unit = "year"
table = "children"
column = "children"
where = {{ age = [13, 17], level = "placed", treated = false }}
per = "year"
times = 2
"""
