"""Numbers of the first page lead to what they consist of, and there every sum is that of its parts, to the krona."""

import re
from html.parser import HTMLParser

import pytest

from stupror.analysis.report.decision import paired
from stupror.analysis.report.decision.verdict import signed
from stupror.analysis.report.page import texts
from stupror.analysis.report.parts.consists import consists
from tests.analysis.report.test_decision import tie
from tests.analysis.report.test_report import page
from tests.analysis.world import tables

SCALE = 1_300_001  # kronor for one of the small world: odd, so that rounding would show


def world():
    made = tables()
    costs = made["costs"].assign(year=made["costs"]["year"].replace(2021, 2035))  # another column of years
    costs = costs.assign(**{name: costs[name] * SCALE for name in ("actual_sek", "untreated_sek")})
    return made | {
        "costs": costs,
        "payments": made["payments"].assign(amount_sek=made["payments"]["amount_sek"] * SCALE),
    }


def whole(cell):
    return int(re.sub(r"[\s+]", "", cell).replace("\u2212", "-"))


class Targets(HTMLParser):
    """Ids of a page, where its links within it lead, and the text of each link."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.inside = set(), {}, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found["id"]} if "id" in found else set()
        self.inside = found["href"][1:] if tag == "a" and found.get("href", "").startswith("#") else None
        if self.inside:
            self.links.setdefault(self.inside, "")

    def handle_data(self, data):
        if self.inside:
            self.links[self.inside] += data

    def handle_endtag(self, tag):
        self.inside = None if tag == "a" else self.inside


def below(rows, at):
    """The rows that a row is the sum of."""
    for row in rows[at + 1 :]:
        if row["depth"] <= rows[at]["depth"]:
            return
        if row["depth"] == rows[at]["depth"] + 1:
            yield row


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_sum_is_that_of_the_rows_below_it_and_of_the_years_beside_it(language):
    made = world()
    found = paired.pair_up(made, 0.03)
    shown = consists(found, made, texts(language)["words"], 0.03, language)
    (fund,) = shown["designs"]
    for rows in (fund["rows"], fund["by_programme"]["rows"]):
        assert len(rows) > 5
        for at, row in enumerate(rows):
            cells = [whole(each) for each in row["cells"]]
            assert cells[0] == sum(cells[1:]), row
            assert cells[0] != 0 or row["name"] == texts(language)["words"]["region"]  # no money of it in this world
            parts = list(below(rows, at))
            assert not parts or cells == [
                sum(each) for each in zip(*(map(whole, p["cells"]) for p in parts), strict=True)
            ]
    top = {row["key"]: whole(row["cells"][0]) for row in fund["rows"] if row["key"]}
    for group in ("public", "municipality", "state"):
        assert top[f"parts-0-{group}"] == pytest.approx(found.gains("fund", group).mean * 1e6, abs=4)
    assert whole(fund["by_programme"]["rows"][0]["cells"][0]) == top["parts-0-public"]
    rows = shown["invested"]["rows"]
    for column, cells in enumerate(zip(*(row["cells"] for row in rows), strict=True)):
        number = (lambda cell: float(cell.replace("\u202f", ""))) if column % 2 else whole
        assert number(cells[0]) == pytest.approx(sum(map(number, cells[1:])), abs=1e-9)
    assert whole(rows[0]["cells"][2]) == 100 * SCALE  # what the fund invests a year


def test_every_link_of_the_report_leads_somewhere_and_its_number_is_the_sum_there(tmp_path):
    made = world()
    found = Targets(page(tmp_path, made, "sv"))
    assert set(found.links) <= found.ids
    assert {f"parts-0-{group}" for group in ("public", "municipality", "region", "state")} <= set(found.links)
    assert "parts-invested" in found.links
    gain = signed(paired.pair_up(made, 0.03).gains("fund", "state").mean)
    assert gain.lstrip("+") in found.links["parts-0-state"].replace(",", ".")


def test_parts_have_names_in_both_languages():
    made = world()
    found = paired.pair_up(made, 0.03)
    english, swedish = (consists(found, made, texts(each)["words"], 0.03, each) for each in ("en", "sv"))
    named = [row["name"] for row in swedish["designs"][0]["rows"]]
    assert "Betalar: insatser: F\u00f6r\u00e4ldrast\u00f6d" in named
    same = {row["name"] for row in english["designs"][0]["rows"]} & set(named)
    assert same == set()


def test_a_design_under_which_nothing_comes_about_consists_of_nothing():
    made = tie()
    for payments in (made["payments"], made["payments"].iloc[:0].astype({"purpose": float})):
        found = paired.pair_up(made | {"payments": payments}, 0.03)
        shown = consists(found, made | {"payments": payments}, texts("en")["words"], 0.03, "en")
        assert {cell for row in shown["designs"][0]["rows"] for cell in row["cells"]} == {"0"}
