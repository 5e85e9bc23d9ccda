"""A project in the spreadsheet form of the INDIGO standard (xlsx), as the JSON that the register publishes of it.

The form has a sheet of single entries and one for each list. Its versions (1 to 19) move rows and columns about and
keep the words in the headings, so entries are found by these. Only what a contract is written from is read. Read by
`indigo`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError

__all__ = ["read_form"]

MOST_BYTES = 200_000_000  # unpacked
ROWS, COLUMNS, HEADINGS = 2000, 60, 16  # of a sheet that are looked at; its headings are in the first of them

_FINANCE = "overall_project_finance"
_PEOPLE = "service_and_beneficiaries/targeted_number_service_users_or_beneficiaries_total"
_SINGLE = (  # first words of the heading, of the entry beside it, and where it belongs
    ("impact bond name", "", "name"),
    ("start date of service provision", "", "dates/start_date_of_service_provision"),
    ("anticipated end date of service", "", "dates/anticipated_end_date_of_service_provision"),
    ("actual end date of service", "", "dates/actual_end_date_of_service_provision"),
    ("anticipated duration of service", "", "dates/anticipated_duration_of_service_provision"),
    ("actual duration of service", "", "dates/actual_duration_of_service_provision"),
    ("targeted number of unique service users", "", _PEOPLE),
    ("targeted number of service users", "", _PEOPLE),
    ("total investment commitment", "(currency", f"{_FINANCE}/total_investment_commitment/currency"),
    ("total investment commitment", "(min amount", f"{_FINANCE}/total_investment_commitment/amount/min"),
    ("total investment commitment", "(exact amount", f"{_FINANCE}/total_investment_commitment/amount/exact"),
    ("total investment commitment", "(max amount", f"{_FINANCE}/total_investment_commitment/amount/max"),
    ("maximum potential outcome payment", "(currency", f"{_FINANCE}/maximum_potential_outcome_payment_v2/currency"),
    ("maximum potential outcome payment", "(amount)", f"{_FINANCE}/maximum_potential_outcome_payment_v2/amount"),
    ("maximum potential outcome payment", "", f"{_FINANCE}/maximum_potential_outcome_payment_v2/amount"),
)
_LISTS = {  # first words of the sheet -> the list, and its columns: heading above, heading, where it belongs
    "outcome metrics": (
        "outcome_metrics",
        (
            ("", "id", "id"),
            ("", "outcome definition", "definition"),
            ("", "outcome validation method", "outcome_validation_method"),
            ("", "outcome metric target", "outcome_metric_target"),
        ),
    ),
    "outcome pricing": (
        "outcome_pricings",
        (
            ("", "outcome metric id", "outcome_metric_id"),
            ("", "currency", "currency"),
            ("price per unit", "amount", "price_per_unit/amount"),
            ("maximum price", "amount", "maximum_price_if_all_targets_achieved/amount"),
        ),
    ),
    "outcome payment commitments": (
        "outcome_payment_commitments",
        (
            ("organisation", "id", "organisation_id"),
            ("", "organisation id", "organisation_id"),
            ("", "organisation role category", "organisation_role_category"),
            ("maximum potential outcome payment", "amount", "maximum_potential_outcome_payment/amount"),
        ),
    ),
    "investments": (
        "investments",
        (
            ("investment commitment", "currency", "investment_commitment/currency"),
            ("investment commitment", "min amount", "investment_commitment/amount/min"),
            ("investment commitment", "exact amount", "investment_commitment/amount/exact"),
            ("investment commitment", "max amount", "investment_commitment/amount/max"),
        ),
    ),
}
_TEXTS = ("id", "outcome_metric_id", "organisation_id", "maximum_price_if_all_targets_achieved/amount")

Cells = Sequence[Sequence[Any]]


def read_form(file: Path) -> dict[str, Any]:
    """Read a project from the form.

    Raises
    ------
    InputError
        If the file is no workbook, is absurdly large, or has no sheet of outcome metrics as the form has it.
    """
    sheets = _sheets(file)
    data: dict[str, Any] = {}
    for name, cells in sheets.items():
        if name.startswith("general overview"):
            _single(cells, data)
        for start, (key, columns) in _LISTS.items():
            if name.startswith(start):
                data[key] = list(_rows(cells, columns))
    if not data.get("outcome_metrics"):
        raise InputError(
            [
                f"{file}: has no sheet 'Outcome Metrics' with a project in it, as the form of the INDIGO standard has. "
                "Give the spreadsheet of one project, or its JSON."
            ]
        )
    intro = next((cells for name, cells in sheets.items() if name.startswith("introduction")), ())
    found = re.search(r"INDIGO-POJ-\w+", " ".join(str(cell) for row in intro for cell in row if cell is not None))
    return {"project": {"id": found[0] if found else file.stem, "data": data}}


def _sheets(file: Path) -> dict[str, Cells]:
    """The cells of every sheet, by its name in small letters."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_BYTES:
                raise InputError([f"{file}: is larger than any form of one project. Give one project."])
        book = load_workbook(file, read_only=True, data_only=True)
        return {
            _plain(sheet.title): list(sheet.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True))
            for sheet in book.worksheets
        }
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError([f"{file}: is not there. Check the path."]) from None
    except Exception:  # whatever a damaged workbook makes a library say
        raise InputError(
            [f"{file}: cannot be read as a workbook (xlsx). Give it as Excel saves it, or the JSON."]
        ) from None


def _single(cells: Cells, data: dict[str, Any]) -> None:
    """Entries beside their headings; a heading holds for the rows below it that have none."""
    above = ""
    for row in cells:
        heading, beside, value = (
            (_plain(row[at]) if at < 2 else row[at] for at in range(3)) if len(row) > 2 else ("",) * 3
        )
        above = heading or above
        if value is None or value == "":
            continue
        for first, second, path in _SINGLE:
            if above.startswith(first) and (beside.startswith(second) if second else not beside):
                _put(data, path, value)
                break


def _rows(cells: Cells, columns: Sequence[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """Rows of a list below its headings, which take two lines; what heads several columns stands over the first."""
    wanted = {heading for _, heading, _ in columns}
    heads = max(
        range(min(HEADINGS, len(cells))), key=lambda at: len(wanted & {_plain(cell) for cell in cells[at]}), default=0
    )
    over = ""
    places: dict[str, int] = {}
    for at, cell in enumerate(cells[heads] if len(cells) else ()):
        over = (_plain(cells[heads - 1][at]) if heads else "") or over
        for above, heading, path in columns:
            if _plain(cell) == heading and (not above or over.startswith(above)):
                places.setdefault(path, at)
    for row in cells[heads + 1 :]:
        found: dict[str, Any] = {}
        for path, at in places.items():
            if at < len(row) and row[at] not in (None, ""):
                _put(found, path, row[at])
        if found:
            yield found


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where the JSON of the register has it."""
    *tables, last = path.split("/")
    for each in tables:
        data = data.setdefault(each, {})
    if path in _TEXTS:
        value = str(value)
    elif hasattr(value, "strftime"):
        value = value.strftime("%Y-%m")
    data[last] = value


def _plain(cell: Any) -> str:
    """The words of a cell, in small letters and on one line."""
    return " ".join(str(cell).lower().split()) if cell is not None else ""
