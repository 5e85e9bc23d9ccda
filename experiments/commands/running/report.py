"""`stupror report`: the report of a folder of a run, a comparison or a batch, from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import common
from ..common import Excel, Language, SwedishCsv
from ..language import tell

__all__ = ["report"]


def report(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder that `run`, `compare`, `municipality` or `batch` has written."),
    ],
    language: Language = "en",
    excel: Excel = False,
    swedish_csv: SwedishCsv = False,
) -> None:
    """Write the report of a folder, from its tables."""
    common.check(common.known_language(language))
    from ...runs.aside import drawing_aside

    with drawing_aside():  # first, so that the process starts while all else is loaded here
        _report(folder, language, excel=excel, swedish_csv=swedish_csv)


def _report(folder: Path, language: str, *, excel: bool, swedish_csv: bool) -> None:
    from ...files import places
    from ...runs import run_folder

    if run_folder.kind_of(folder) == "batch":
        from ...results import open_batch

        common.check(
            "--excel and --swedish-csv are of runs: a batch has its numbers in runs.parquet and, after psa, as CSV."
            if excel or swedish_csv
            else None
        )
        batch = open_batch(folder)
        with places.new_file(folder / run_folder.REPORT, replace=True) as draft:
            batch.report(draft, language)
        tell(f"Written: {folder / run_folder.REPORT}")
        return

    csv = folder / run_folder.CSV_FOLDER
    before = sorted(path.name for path in csv.glob("*.csv"))
    for path in run_folder.rewrite_report(folder, language, excel=excel, swedish_csv=swedish_csv):
        tell(f"Written: {path}")
    if gone := [name for name in before if not (csv / name).exists()]:
        tell(f"Removed from {csv}, as they were in another language: {', '.join(gone)}.")
