"""A project of the INDIGO register is read, completed, settled, stressed and run."""

import json
import re
from pathlib import Path

import openpyxl
import pytest

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

FILE = Path(__file__).with_name("indigo.json")


@pytest.fixture
def written(stupror, tmp_path):
    answer = stupror("designs", "from-indigo", FILE, "--name", "home", "--out", tmp_path)
    assert answer.code == 0, answer.err
    return answer, tmp_path / "home.toml"


def test_what_is_published_is_in_the_contract(written):
    answer, path = written
    design = load_design(str(path))
    assert (design.programme.cost, design.programme.children, design.programme.years) == (3_000_000, 400, 4)
    assert [each.evaluation for each in design.measures.values()] == ["matched-comparison", "none"]
    assert [each.years for each in design.measures.values()] == [4, 4]
    assert design.currency.sek == load_design("essex-edge-of-care").currency.sek
    for said in ("outcome without a price, left out: Family", "m2.evaluation", "outcome_1.in_run", "payer_2.in_run"):
        assert said in answer.out


def test_it_is_settled_by_hand(stupror, written):
    """100 x 8,000 + min(500 x 2,500, 900,000) = 1,700,000 GBP; the second payer takes 1.2 of 4 M, 30 % of each."""
    answer = stupror("settle", written[1], "--set", "m1=100", "--set", "m2=500", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["paid"] == {"payer_1->investor": 1_190_000, "payer_2->investor": 510_000}


def test_it_can_be_stressed_before_it_is_completed(stupror, written):
    answer = stupror("stress", written[1])
    assert answer.code == 0, answer.err
    assert "examined on paper alone" in answer.out
    assert "the investor can be paid 900 000" in answer.out  # m2 is compared with nothing


def test_completed_it_is_run(written):
    text = written[1].read_text()
    for outcome in ("years_placed", "eligible"):
        text = text.replace('in_run = "not in the model"', f'in_run = "{outcome}"', 1)
    written[1].write_text(text)
    spec = select(load_scenario(None), ["1060"])
    tables = simulate(spec, load_design(str(written[1])), seed=1, years=1)
    assert set(tables["measures"].columns) >= {"metric", "measured"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 5000, "nested deeper"),
        ('{"a": NaN}', "no number"),
        ("{", "is not JSON"),
        ("[]", "is no INDIGO project"),
        ('{"project": {"id": "x", "data": {"outcome_metrics": [{"id": "m"}]}}}', "nothing to settle"),
    ],
)
def test_what_is_no_project_is_refused(stupror, tmp_path, text, said):
    file = tmp_path / "x.json"
    file.write_text(text)
    answer = stupror("designs", "from-indigo", file, "--out", tmp_path / "out")
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not (tmp_path / "out").exists()


def test_a_contract_is_never_written_over(stupror, written):
    answer = stupror("designs", "from-indigo", FILE, "--name", "home", "--out", written[1].parent)
    assert answer.code == 2
    assert "exists" in answer.err


OVERVIEW = {
    "Impact Bond Name": (("", "name"),),
    "Anticipated duration of service provision\n(in months)": (
        ("", "dates/anticipated_duration_of_service_provision"),
    ),
    "Total investment commitment": (
        ("(currency)", "overall_project_finance/total_investment_commitment/currency"),
        ("(exact amount)", "overall_project_finance/total_investment_commitment/amount/exact"),
        ("(exact in USD)", ""),
    ),
    "Maximum potential outcome payment": (
        ("(currency)", "overall_project_finance/maximum_potential_outcome_payment_v2/currency"),
        ("(amount)", "overall_project_finance/maximum_potential_outcome_payment_v2/amount"),
    ),
    "Targeted number of unique service users \nOr beneficiaries (total)": (
        ("", "service_and_beneficiaries/targeted_number_service_users_or_beneficiaries_total"),
    ),
}
LISTS = {  # sheet -> list, rows above the headings, heading above and heading of each column, with what it holds
    "Outcome Metrics": (
        "outcome_metrics",
        ("", "Id", "id"),
        ("", "Outcome\n Definition", "definition"),
        ("", "Outcome metric target", "outcome_metric_target"),
        ("", "Outcome validation \nMethod", "outcome_validation_method"),
    ),
    "Outcome Pricing (Proto)": (
        "outcome_pricings",
        ("", "Outcome \nMetric Id", "outcome_metric_id"),
        ("", "Currency", "currency"),
        ("Price per unit", "Amount", "price_per_unit/amount"),
        ("", "Amount in USD", ""),
        ("Maximum Price \nif all targets \nAchieved", "Amount", "maximum_price_if_all_targets_achieved/amount"),
    ),
    "Outcome Payment Commitments": (
        "outcome_payment_commitments",
        ("Organisation", "ID", "organisation_id"),
        ("", "Name", ""),
        ("", "Organisation \nRole Category", "organisation_role_category"),
        ("Maximum potential Outcome payment", "Currency", ""),
        ("", "Amount", "maximum_potential_outcome_payment/amount"),
        ("Total outcome payments made", "Amount", ""),
    ),
}


def entry(table, path):
    for key in path.split("/"):
        table = table.get(key) if isinstance(table, dict) else None
    return table.get("value") if isinstance(table, dict) else table


def form(path, blank):
    """Write the project as the spreadsheet form has it, with so many empty lines below the headings of lists."""
    project = json.loads(FILE.read_text())["project"]
    book = openpyxl.Workbook()
    book.active.title = "Introduction"
    book.active.append(["INDIGO Project ID", project["id"]])
    sheet = book.create_sheet("General Overview")
    for heading, entries in OVERVIEW.items():
        for number, (beside, where) in enumerate(entries):
            sheet.append([heading if not number else None, beside or None, entry(project["data"], where) or 7])
    for name, (key, *columns) in LISTS.items():
        sheet = book.create_sheet(name)
        sheet.append(["Do not change the layout"])
        sheet.append([above or None for above, _, _ in columns])
        sheet.append([heading for _, heading, _ in columns])
        for _ in range(blank):
            sheet.append([])
        for each in project["data"][key]:
            sheet.append([entry(each, where) if where else 7 for _, _, where in columns])
    book.save(path)


@pytest.mark.parametrize("blank", [0, 1])
def test_the_spreadsheet_form_gives_the_same_contract(stupror, written, tmp_path, blank):
    form(tmp_path / "form.xlsx", blank)
    answer = stupror("designs", "from-indigo", tmp_path / "form.xlsx", "--name", "home", "--out", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert (tmp_path / "out" / "home.toml").read_text() == written[1].read_text()


def test_a_workbook_that_is_none_is_refused(stupror, tmp_path):
    (tmp_path / "text.xlsx").write_text("not a workbook")
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    for name, said in (
        ("text", "cannot be read as a workbook"),
        ("empty", "no sheet 'Outcome Metrics'"),
        ("none", "is not there"),
    ):
        answer = stupror("designs", "from-indigo", tmp_path / f"{name}.xlsx", "--out", tmp_path / "out")
        assert (answer.code, said in answer.err) == (2, True), answer.err


def test_the_project_of_the_page_pays_what_its_outcomes_come_to(stupror, tmp_path):
    """Reboot West: the lines under `settle` are printed, and are the published outcomes times their prices."""
    page = (Path(__file__).parents[3] / "docs" / "indigo.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"`(\S+\.json)`:\n\n```json\n(.*?)```", page, re.S):
        (tmp_path / name).write_text(text)
    assert (
        stupror(
            "designs", "from-indigo", tmp_path / "reboot-west.json", "--name", "reboot-west", "--out", tmp_path
        ).code
        == 0
    )
    reached = re.findall(r"--set (m\d+)=(\d+)", page)
    assert len(reached) == 23
    words = [word for name, number in reached for word in ("--set", f"{name}={number}")]
    record = json.loads(stupror("settle", tmp_path / "reboot-west.toml", *words, "--json").out)
    data = json.loads((tmp_path / "reboot-west.json").read_text())["project"]["data"]
    prices = [entry(each, "price_per_unit/amount") for each in data["outcome_pricings"]]
    assert record["paid"] == {"payer_1->investor": sum(a * int(b) for a, (_, b) in zip(prices, reached, strict=True))}
    assert record["paid"]["payer_1->investor"] == 1_617_330
    assert "1 617 330" in page
    assert (record["transfers"][-1]["year"], load_design(str(tmp_path / "reboot-west.toml")).programme.years) == (3, 4)
