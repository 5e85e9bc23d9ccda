"""Sheets written as one Excel file, or as CSV files in the form that Swedish Excel opens.

The same sheets give the same bytes. Read by the commands.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from .collect import Sheet

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # what a zip file writes where no time is meant
WIDEST = 60
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_excel(sheets: Sequence[Sheet], path: Path, contents: tuple[str, str, str]) -> None:
    """Write one file with a sheet for each, and one of contents before them.

    Each sheet begins with its heading and note; its columns begin in the fourth row. Numbers are numbers (Excel shows
    them with the comma or point of its language), text is text: codes keep their zeros.

    Parameters
    ----------
    sheets
        What to write.
    path
        The file, which is replaced.
    contents
        Name of the sheet of contents and headings of its two columns.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    first = book.active
    first.title = contents[0]
    first.append(list(contents[1:]))
    for sheet in sheets:
        end = "" if sheet.heading.endswith("?") else "."
        first.append([sheet.name, f"{sheet.heading}{end} {sheet.note}"])
        first.cell(first.max_row, 1).hyperlink = f"#'{sheet.name}'!A1"
        page = book.create_sheet(sheet.name)
        page.append([_cell(sheet.heading)])
        page.append([_cell(sheet.note)])
        page.append([])
        page.append([_cell(column) for column in sheet.frame.columns])
        for row in sheet.frame.itertuples(index=False, name=None):
            page.append([_cell(each) for each in row])
        _as_text(page)
        page["A1"].font = Font(bold=True, size=13)
        for cell in page[4]:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        page.freeze_panes = "A5"
        for column in page.iter_cols(min_row=4):
            wide = max(min(len(str(cell.value or "")), WIDEST) for cell in column[1:] or column)
            page.column_dimensions[column[0].column_letter].width = max(wide + 2, 12)
            for cell in column[1:]:
                if isinstance(cell.value, float):
                    cell.number_format = "#,##0.00" if abs(cell.value) < 1000 else "#,##0"
    for cell in first[1]:
        cell.font = Font(bold=True)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 24, 100
    book.properties.created = book.properties.modified = datetime(*LONG_AGO)
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_timeless(buffer.getvalue()))


def _as_text(page: Any) -> None:
    """Keep text from being taken for a formula."""
    for row in page.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"


def _cell(value: Any) -> Any:
    """Give a value as a cell holds it: nothing for what is missing, plain numbers else."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def _timeless(packed: bytes) -> bytes:
    """Take the times out of a zip file, and out of the properties that openpyxl writes when it saves."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _without_modified(content)
            new.writestr(zipfile.ZipInfo(entry.filename, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _without_modified(properties: bytes) -> bytes:
    head, _, rest = properties.partition(b"<dcterms:modified")
    return head + rest.partition(b"</dcterms:modified>")[2] if rest else properties


def write_csv(sheets: Sequence[Sheet], folder: Path) -> list[Path]:
    """Write a CSV file for each sheet as Swedish Excel opens it, and give their paths.

    Semicolons between cells, a comma in decimal numbers, UTF-8 with a byte order mark. A text of digits alone stands as
    ``="0581"``, so that Excel keeps its zeros; one that would be a formula has an apostrophe before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for sheet in sheets:
        path = folder / f"{sheet.name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow([_plain(column) for column in sheet.frame.columns])
            writer.writerows([_plain(each) for each in row] for row in sheet.frame.itertuples(index=False, name=None))
        paths.append(path)
    return paths


def _plain(value: Any) -> str:
    """Write a cell for Swedish Excel."""
    value = _cell(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",") if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, str):
        if value.isdigit():
            return f'="{value}"'
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(value)
