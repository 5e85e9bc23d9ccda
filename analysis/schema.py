"""The written schema of every result table: columns, units and meaning, as data.

`docs/outputs.md` is rendered from it (`python -m stupror.experiments.docs`) and `check` holds tables against it. Read
by the documentation, the tests and whoever reads results without us.
"""

from collections.abc import Mapping

import pandas as pd

Column = tuple[str, str, str, str]  # name, type (int, float, bool, text), unit, meaning

RUN: tuple[Column, ...] = (
    ("design", "text", "", "name of the funding design"),
    ("seed", "int", "", "the run's seed; runs with one seed share all luck"),
)

TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "runs": (
        "One row per run.",
        (
            ("start_year", "int", "year", "first simulated budget year"),
            ("years", "int", "years", "simulated budget years"),
            ("children", "int", "persons", "everybody who lives in the run, those born during it included"),
            ("births", "int", "persons", "of whom born during the run"),
            (
                "equalised_municipal",
                "float",
                "1",
                "of the tax that the state forgoes (`central_tax`), what it gives back to municipalities",
            ),
            ("equalised_regional", "float", "1", "the same for regions"),
            ("scenario_hash", "text", "", "digest of every parameter and place; equal worlds have equal hashes"),
            ("version", "text", "", "version of stupror"),
        ),
    ),
    "flows": (
        "Every krona that moved, from somebody to somebody. `run` has a row per municipality and project; `compare` "
        "has national sums, without those two columns.",
        (
            ("year", "int", "year", "budget year"),
            ("payer", "text", "", "account that gave"),
            ("receiver", "text", "", "account that got"),
            ("purpose", "text", "", "what for"),
            ("kind", "text", "", "resource, transfer or tax_forgone for the cost of lives; empty otherwise"),
            ("municipality", "text", "", "code of the municipality (only `run`)"),
            ("project", "int", "", "number of the project, -1 for none (only `run`)"),
            ("amount_sek", "int", "SEK of 2020", "amount, never negative"),
        ),
    ),
    "children": (
        "Children and adults counted at the end of each year. In `compare` municipality is empty.",
        (
            ("year", "int", "year", "budget year"),
            ("municipality", "text", "", "code, empty for the whole"),
            ("age", "int", "years", "age reached this year"),
            ("level", "text", "", "rung of the ladder of need"),
            ("treated", "bool", "", "has been in a programme"),
            ("children", "int", "persons", "how many"),
        ),
    ),
    "school": (
        "Who turned 16, and who left compulsory school without being eligible for upper secondary school. In `compare` "
        "municipality is empty.",
        (
            ("year", "int", "year", "budget year"),
            ("municipality", "text", "", "code, empty for the whole"),
            ("pupils", "int", "persons", "who turned 16 that year"),
            ("not_eligible", "int", "persons", "of whom not eligible, with the programmes that were given"),
            ("not_eligible_untreated", "int", "persons", "of whom not eligible without any"),
        ),
    ),
    "levels": (
        "Everybody by year and level of need, nationally and over whole lives, as they were and as they would have "
        "been without any programme.",
        (
            ("year", "int", "year", "calendar year"),
            ("level", "text", "", "rung of the ladder of need"),
            ("phase", "text", "", "simulated, or expected: the exact expectation of what follows the last year"),
            ("actual", "float", "persons", "how many, with the programmes that were given"),
            ("untreated", "float", "persons", "how many of the same without any"),
        ),
    ),
    "costs": (
        "What lives cost whom, nationally, as they were and as they would have been without any programme.",
        (
            ("year", "int", "year", "calendar year"),
            ("age", "int", "years", "age reached that year"),
            ("payer", "text", "", "who bears it; households bear lost earnings"),
            ("kind", "text", "", "resource, transfer, tax_forgone (after income equalisation) or lost_earnings"),
            ("phase", "text", "", "simulated, or expected: the exact expectation of what follows the last year"),
            ("actual_sek", "int", "SEK of 2020", "with the programmes that were given"),
            ("untreated_sek", "int", "SEK of 2020", "the same children without any"),
        ),
    ),
    "payments": (
        "All money that programmes and contracts moved, nationally.",
        (
            ("year", "int", "year", "year in which it is paid"),
            ("payer", "text", "", "account that paid: an account of `costs`, a fund or a party of the contract"),
            ("receiver", "text", "", "account that got it"),
            (
                "purpose",
                "text",
                "",
                "programme, application, evaluation, administration, outcome payment, repayment or guarantee",
            ),
            ("intervention", "text", "", "name of the intervention"),
            ("phase", "text", "", "simulated, or expected: owed after the last year, on average over luck"),
            ("amount_sek", "int", "SEK of 2020", "amount"),
        ),
    ),
    "enrolment": (
        "Who was taken into what.",
        (
            ("year", "int", "year", "year of the start"),
            ("intervention", "text", "", "name of the intervention"),
            ("age", "int", "years", "age reached the year before the start"),
            ("level", "text", "", "level as the body saw it"),
            ("true_level", "text", "", "level as it was"),
            ("county", "text", "", "two-digit code of the county"),
            ("children", "int", "persons", "how many"),
            ("cost_sek", "int", "SEK of 2020", "programme cost of all years"),
            ("judged", "int", "persons", "of whom followed for ten years"),
            (
                "deadweight",
                "int",
                "persons",
                "of those, how many would have had no need from the third to the tenth year without the programme",
            ),
        ),
    ),
    "projects": (
        "One row per project: one intervention started in one municipality in one year.",
        (
            ("project", "int", "", "number of the project in its run"),
            ("year", "int", "year", "year of the start"),
            ("municipality", "text", "", "code of the municipality"),
            ("intervention", "text", "", "name of the intervention"),
            ("owner", "text", "", "committee, or region, that is responsible"),
            ("own_room", "bool", "", "paid from the owner's own room, outside the design in force"),
            ("children", "int", "persons", "participants"),
            ("left", "int", "persons", "of whom left before the programme had worked"),
            ("matched", "int", "persons", "participants with a comparison child"),
            ("cost_sek", "int", "SEK of 2020", "programme cost of all years"),
            ("followed_years", "int", "years", "years of follow-up so far"),
            ("settled", "bool", "", "follow-up is over"),
            (
                "measured_saving_sek",
                "int",
                "SEK of 2020",
                "saving that the evaluator measured, for the contract's payers",
            ),
            ("true_saving_sek", "int", "SEK of 2020", "the same against the shadow lives: what nobody could see"),
            ("paid_sek", "int", "SEK of 2020", "outcome payments so far"),
            ("repaid_sek", "int", "SEK of 2020", "repayments so far"),
            (
                "payable_sek",
                "int",
                "SEK of 2020",
                "what the clauses say on what was measured, at the contract's dates so far: all pairs of parties, "
                "administration left out, instalments of later years included",
            ),
            ("fair_sek", "int", "SEK of 2020", "what the same clauses say on the true effect"),
        ),
    ),
    "measures": (
        "What contracts measure: a row per project of the design in force and metric of its contract.",
        (
            ("project", "int", "", "number of the project in its run"),
            (
                "metric",
                "text",
                "",
                "name of the metric (`NAME@12`: after 12 months); `all costs`: what bodies learn from otherwise",
            ),
            ("kind", "text", "", "cost_reduction, tax_revenue, outcomes, fall, share, of_target or activity"),
            ("evaluation", "text", "", "what participants are compared with"),
            ("people", "int", "persons", "participants that the metric looks at"),
            ("compared", "int", "persons", "of whom with a comparison"),
            ("complete", "bool", "", "its follow-up is over; else the numbers are those so far"),
            ("expected", "float", "of the metric", "what it should be expected to come to, at the true effects"),
            (
                "measured",
                "float",
                "of the metric",
                "what the evaluator measured: SEK of 2020, outcomes, % or places, by kind",
            ),
            ("true", "float", "of the metric", "the same against the shadow lives: what nobody could see"),
        ),
    ),
    "bodies": (
        "Budgets, a row per body and year; in `compare` summed over municipalities.",
        (
            ("year", "int", "year", "budget year"),
            ("body", "text", "", "committee, board (tax and equity of the municipality) or region"),
            (
                "municipality",
                "text",
                "",
                "code, empty for the whole; a region has a row per municipality of its county",
            ),
            ("frame_sek", "int", "SEK of 2020", "budget frame with discretionary money"),
            ("mandatory_sek", "int", "SEK of 2020", "cost of lives"),
            ("room_sek", "int", "SEK of 2020", "left for prevention when the year began"),
            ("prevention_sek", "int", "SEK of 2020", "paid for programmes, less payments received"),
            ("result_sek", "int", "SEK of 2020", "result of the year"),
            ("equity_sek", "int", "SEK of 2020", "results since the start (board and region)"),
        ),
    ),
    "municipalities": (
        "What each municipality put in and what came of it, simulated years only.",
        (
            ("municipality", "text", "", "code"),
            ("name", "text", "", "name"),
            ("county", "text", "", "two-digit code of the county"),
            ("population", "int", "persons", "inhabitants"),
            ("children", "int", "persons", "everybody of the municipality in the run"),
            ("frail", "float", "share", "of its children born exposed or fragile: how need differs by place"),
            ("prevention_sek", "int", "SEK of 2020", "programmes, applying and evaluating, whoever paid"),
            ("received_sek", "int", "SEK of 2020", "outcome payments for its projects"),
            ("repaid_sek", "int", "SEK of 2020", "repayments of its projects"),
            ("own_saving_sek", "int", "SEK of 2020", "what programmes saved the municipality's own budgets"),
            ("others_saving_sek", "int", "SEK of 2020", "what they saved everybody else"),
            (
                "practice",
                "text",
                "",
                "where it has come to by itself (a design may give it a fund): `never raised`, `discussed`, "
                "`working with it`, `money set aside` or `stopped`",
            ),
            ("fund_since", "int", "year", "year in which it decided on a fund of itself, 0 if it has none at the end"),
            (
                "region_practice",
                "text",
                "",
                "where its region has come to, in the same words as `practice`; empty if it has none (Gotland)",
            ),
            (
                "outcome_contract",
                "text",
                "",
                "how far it is by itself (D7; no design reads it): `not heard of`, `not interested`, `interested`, "
                "`in talks`, `internal contract` or `contract with an investor`",
            ),
            ("reserve_sek", "int", "SEK of 2020", "its reserve for downturns (RUR) at the end"),
        ),
    ),
    "options": (
        "What every option (an intervention at one age and level) is worth to whom, per child, as a present value.",
        (
            ("intervention", "text", "", "name of the intervention"),
            ("owner", "text", "", "who is responsible"),
            ("age", "int", "years", "age reached the year before the start"),
            ("level", "text", "", "level as seen"),
            ("cost_sek", "int", "SEK of 2020", "programme cost of all years"),
            (
                "own_value_sek",
                "float",
                "SEK of 2020",
                "what the owner saves itself, can cash and keeps, in its horizon",
            ),
            ("perceived_value_sek", "float", "SEK of 2020", "the same with regard for others and expected payments"),
            ("municipality_value_sek", "float", "SEK of 2020", "saving of the municipality over life"),
            ("region_value_sek", "float", "SEK of 2020", "saving of the region over life"),
            ("state_value_sek", "float", "SEK of 2020", "saving of the state over life"),
            ("fiscal_value_sek", "float", "SEK of 2020", "saving of all public budgets over life"),
            ("societal_value_sek", "float", "SEK of 2020", "resources and production saved over life"),
            ("seen", "int", "persons", "children identified, summed over years"),
            ("enrolled", "int", "persons", "of whom taken in"),
            ("funded", "float", "share", "enrolled / seen"),
            (
                "answer",
                "text",
                "",
                "what stood in the way of most children whose municipality took none: idea (nobody had one), unpaid "
                "(its owner did not want it), partner (the second owner did not), grantor, state, investor, small (too "
                "small for the investor), paper (not worth applying and evaluating), fundless, money, rank (others "
                "came first); yes where each municipality that saw some took some, unseen where none was seen",
            ),
        ),
    ),
    "answers": (
        "What became of ideas for projects under the design in force, who said no, and what that party weighed, in SEK "
        "per SEK of the programme. In `compare` municipality is empty. None for a planner, who waits for no idea.",
        (
            ("municipality", "text", "", "code, empty for the whole"),
            ("intervention", "text", "", "name of the intervention"),
            (
                "answer",
                "text",
                "",
                "`yes` if the idea was begun; else as in `options`, and `closed` where the design does not pay for it",
            ),
            ("party", "text", "", "who said no; empty where nobody did"),
            ("ideas", "int", "", "how many"),
            ("children", "int", "persons", "whom they are about"),
            ("cost_sek", "int", "SEK of 2020", "what their programmes would cost"),
            ("gain", "float", "SEK/SEK", "what the party expects to save and be paid, less what it pays"),
            ("trying", "float", "SEK/SEK", "what it expects to learn for later decisions"),
            ("against", "float", "SEK/SEK", "its reluctance, and the effort of applying; below nothing"),
            ("taste", "float", "SEK/SEK", "all else, drawn"),
            ("loss", "float", "chance", "of an investor's getting back less than it puts in"),
        ),
    ),
    "luck": (
        "Only with `compare --luck`: worlds that were lived a second time, with other luck, and what public payers "
        "gain there by each design against status quo. Beside the first time it tells luck from parameters.",
        (
            *(
                (f"{payer}_sek", "float", "SEK of 2020/child", f"present value of what {who} gains over whole lives")
                for payer, who in (
                    ("all", "every public payer together"),
                    ("municipality", "municipalities"),
                    ("region", "regions"),
                    ("state", "the state"),
                )
            ),
        ),
    ),
    "summary": (
        "What `compare` prints: per design and measure the mean over seeds with its 90 % interval.",
        (
            ("measure", "text", "", "name of the measure"),
            ("unit", "text", "", "its unit"),
            ("mean", "float", "", "mean over seeds"),
            ("low", "float", "", "lower end of the interval, missing with one seed"),
            ("high", "float", "", "upper end"),
            ("n", "int", "", "number of seeds"),
        ),
    ),
}

OPTIONAL = ("luck",)  # tables that only some folders have
_ONLY_RUN = {("flows", "municipality"), ("flows", "project")}
_TYPES = {"int": "iu", "float": "fiu", "bool": "b", "text": "OUT"}


def columns(table: str) -> tuple[Column, ...]:
    """Columns of a table, with design and seed in front (a summary has no seed)."""
    return (RUN[:1] if table == "summary" else RUN) + TABLES[table][1]


def check(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say where tables differ from the schema; an empty list if nowhere."""
    problems = [f"{name}: no such table in the schema" for name in tables if name not in TABLES]
    for name, frame in tables.items():
        if name not in TABLES:
            continue
        wanted = [column for column in columns(name) if column[0] in frame or (name, column[0]) not in _ONLY_RUN]
        names = [column[0] for column in wanted]
        if list(frame.columns) != names:
            problems.append(f"{name}: {_how_they_differ(list(frame.columns), names)}")
            continue
        for column, kind, _, _ in wanted:
            if len(frame) and frame[column].dtype.kind not in _TYPES[kind]:
                problems.append(f"{name}.{column}: {frame[column].dtype}, the schema has {kind}")
    return problems


def _how_they_differ(there: list[str], wanted: list[str]) -> str:
    """Say which columns are missing, which are too many, or that their order is another."""
    missing, more = [each for each in wanted if each not in there], [each for each in there if each not in wanted]
    told = [f"{word} {', '.join(names)}" for word, names in (("has no", missing), ("has also", more)) if names]
    return " and ".join(told) or "columns are in another order"


def render() -> str:
    """Write the schema as a page of Markdown."""
    lines = [
        "# What a run returns",
        "",
        "Made from `analysis/schema.py` by `python -m stupror.experiments.docs`; change it there.",
        "",
        "`stupror run` and `stupror compare` write one Parquet file per table (small ones as CSV too), `report.html`",
        "and `manifest.json` into a folder. Read them with pandas, DuckDB or R; nothing of stupror is needed.",
        "Money is whole SEK in prices of 2020. Every table has the columns design and seed first.",
        "",
        "For programs the same stands in the folder: `datapackage.json` ([Data Package](https://datapackage.org)) has",
        "each file with its digest and each column with type, unit and meaning. Each column of a Parquet file bears",
        "`unit` and `description` in its schema: `pyarrow.parquet.read_schema(file).field(name).metadata`.",
        "",
    ]
    for name, (meaning, own) in TABLES.items():
        lines += [f"## {name}", "", meaning, "", "| column | type | unit | meaning |", "| --- | --- | --- | --- |"]
        lines += [f"| {column} | {kind} | {unit} | {what} |" for column, kind, unit, what in own]
        lines.append("")
    return "\n".join(lines)
