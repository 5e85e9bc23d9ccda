"""Tables and figures as Excel and as CSV for Swedish Excel: codes keep their zeros, numbers are numbers."""

import csv

import openpyxl
import pytest

from stupror.analysis.report.sheets.collect import headings, sheets
from stupror.analysis.report.sheets.write import write_csv, write_excel
from tests.analysis.world import tables


@pytest.fixture(scope="module")
def made():
    world = tables()
    places = world["municipalities"]["municipality"].map({"1080": "0580", "1081": "0581"})
    names = places.map({"0580": "=Linköping", "0581": "Norrköping"})
    return sheets(
        world | {"municipalities": world["municipalities"].assign(municipality=places, name=names)},
        manifest={"scenario": {"title": "Sweden"}},
        rate=0.03,
        societal_rate=0.035,
        language="sv",
    )


def contents():
    return tuple(headings("sv")[key] for key in ("contents", "sheet", "shows"))


def test_excel_has_a_sheet_for_each_with_heading_note_and_units(made, tmp_path):
    write_excel(made, tmp_path / "a.xlsx", contents())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Innehåll", *(sheet.name for sheet in made)]
    shown = [row[1].value for row in book["Innehåll"].iter_rows(min_row=2)]
    assert all(mark not in each for each in shown for mark in ("?.", ".."))
    page = book["Kommuner"]
    assert page["A1"].value == "Kommuner"
    assert "Codes" not in page["A2"].value
    assert [cell.value for cell in page[4]][:2] == ["Alternativ", "Kod"]
    row = [cell for cell in page[5]]
    assert (row[1].value, row[1].data_type) == ("0580", "s")
    assert (row[2].value, row[2].data_type) == ("=Linköping", "s")  # text, no formula
    assert row[4].data_type == "n"
    payers = {(r[0].value, r[1].value): [c.value for c in r] for r in book["Betalare"].iter_rows(min_row=5)}
    heads = [cell.value for cell in book["Betalare"][4]]
    assert "(mnkr)" in heads[5]
    # under `fund` municipalities pay 100 at once, in million SEK
    assert payers["fund", "Kommuner"][heads.index("Betalar mot nuläget (mnkr)")] == pytest.approx(100 / 1e6)
    parts = [[cell.value for cell in row] for row in book["Delar"].iter_rows(min_row=5) if row[0].value == "fund"]
    # under `fund` public payers save 120 in each of two years and pay 100; its 30 go from one of them to another
    assert sum(row[-1] for row in parts) == pytest.approx(120 + 120 / 1.03 - 100, abs=len(parts) / 2)


def test_the_same_sheets_give_the_same_bytes(made, tmp_path):
    for name in ("a", "b"):
        write_excel(made, tmp_path / f"{name}.xlsx", contents())
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_csv_opens_in_swedish_excel(made, tmp_path):
    paths = write_csv(made, tmp_path / "csv")
    assert {path.stem for path in paths} == {sheet.name for sheet in made}
    raw = (tmp_path / "csv" / "Kommuner.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[1][1] == '="0580"'
    assert rows[1][2] == "'=Linköping"
    assert rows[1][6] == "0,0001"  # 100 SEK in million SEK
    assert not any(cell.replace(".", "").isdigit() and "." in cell for row in rows[1:] for cell in row)


def test_sheets_and_headings_are_named_in_both_languages():
    en, sv = headings("en"), headings("sv")
    assert en.keys() == sv.keys()
    names = {key.removeprefix("n ") for key in en if key.startswith("n ")}
    for language in (en, sv):
        assert all(len(language[name]) <= 31 for name in names)  # what Excel allows
        assert len({language[name] for name in names}) == len(names)


def test_where_nothing_was_begun_there_are_sheets_all_the_same():
    world = tables()
    empty = {name: world[name].iloc[:0] for name in ("payments", "projects", "enrolment")}
    made = sheets(world | empty, manifest={}, rate=0.03, societal_rate=0.035)
    assert {"Payers", "Measures", "Parts"} <= {sheet.name for sheet in made}
    assert "Over years" not in {sheet.name for sheet in made}
