"""What one run and a comparison give back in a notebook: tables that show, draw and save themselves.

What `save` writes is, byte for byte, what the command writes for the same runs; only `this_run` in the manifest says
otherwise. Read by `experiments.results` and `experiments.api`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from ...analysis.measures.outcomes import OUTCOMES, outcomes
from ...analysis.report import figure_sections, intervals, page, tables
from ...model.inputs.errors import InputError, hint
from ..files import places
from . import run_folder
from .written import Form, Told, fill

__all__ = ["Comparison", "Picture", "Run", "show"]

Frame = pd.DataFrame
LANGUAGES = ("en", "sv")


class Picture(str):
    """A figure as SVG text: a notebook draws it, `write` puts it into a file."""

    def _repr_svg_(self) -> str:
        return str(self)

    def write(self, path: Path | str) -> None:
        """Write the figure into a file."""
        Path(path).write_text(self, encoding="utf-8", newline="\n")


@dataclass(frozen=True, eq=False)
class _Finished:
    """Result tables by name (`docs/outputs.md`), and what was run."""

    tables: Mapping[str, Frame] = field(repr=False)
    told: Told = field(repr=False)
    rates: Mapping[int, tuple[float, float]] = field(repr=False)  # of each seed's world: discount, societal discount
    seconds: float = field(repr=False, default=0.0)
    workers: int = field(repr=False, default=1)

    def __getitem__(self, table: str) -> Frame:
        """Give a result table."""
        return self.tables[table]

    def to_frame(self) -> Frame:
        """Every outcome of every run: columns design, seed, years and the outcomes of `docs/batches.md`."""
        rows = []
        for design in (each.name for each in self.told.designs):
            for seed in self.told.seeds:
                one = {name: _of(table, design, seed) for name, table in self.tables.items()}
                rows.append(
                    {"design": design, "seed": seed, "years": self.told.years} | outcomes(one, *self.rates[seed])
                )
        return pd.DataFrame(rows)

    def plot(self, figure: str = "years", language: str = "en") -> Picture:
        """Draw a figure of the report: pyramid, gain, change, whom, pocket, years, error or size.

        Raises
        ------
        InputError
            If there is no such figure, or these runs have nothing to show in it.
        """
        _check_language(language)
        say, words = page.texts(language)["sentences"], page.texts(language)["words"]
        rate = self.told.spec.discount.rate
        captions = dict.fromkeys(("plain", "interval", "present", "dots"), "")
        drawn = figure_sections.figure_sections(self.tables, words, say, rate, captions)
        by_name = {each["key"]: each["svg"] for each in drawn}
        if figure not in by_name:
            raise InputError(
                [f"figure is {figure!r}. These runs have {', '.join(by_name)}.{hint(str(figure), by_name)}"]
            )
        return Picture(str(by_name[figure]))

    def save(
        self,
        out: Path | str,
        *,
        overwrite: bool = False,
        language: str = "en",
        excel: bool = False,
        swedish_csv: bool = False,
    ) -> Path:
        """Write the folder that the command writes: tables, report and manifest.

        Parameters
        ----------
        out
            New folder for the results.
        overwrite
            Replace the results of an earlier run in that folder.
        language
            Language of the report: en or sv.
        excel, swedish_csv
            Also write report.xlsx; also write its sheets as CSV for Swedish Excel.

        Raises
        ------
        InputError
            If the folder exists, or the language is not known.
        """
        _check_language(language)
        folder = Path(out)
        said = run_folder.this_run([], self.seconds, self.workers) | {"command": "saved from Python"}
        with run_folder.new_folder(folder, overwrite=overwrite) as draft:
            fill(draft, self.tables, self.told, Form(language, excel, swedish_csv), said)
        return folder

    def report(self, path: Path | str, *, language: str = "en", overwrite: bool = False) -> Path:
        """Write the report alone, one page that needs no network.

        Raises
        ------
        InputError
            If the file exists and is not to be replaced, or the language is not known.
        """
        _check_language(language)
        target = Path(path)
        if target.exists() and not overwrite:
            raise InputError([f"{target}: exists. Name a new file, or replace it with overwrite=True."])
        with tempfile.TemporaryDirectory() as there:
            fill(Path(there), self.tables, self.told, Form(language), {})
            with places.new_file(target, replace=overwrite) as draft:
                shutil.copyfile(Path(there) / run_folder.REPORT, draft)
        return target


@dataclass(frozen=True, eq=False, repr=False)
class Run(_Finished):
    """One run of one design: its result tables by name, and the outcomes that a batch keeps."""

    @property
    def design(self) -> str:
        """Name of the design."""
        return self.told.designs[0].name

    @property
    def seed(self) -> int:
        """Which luck everybody had."""
        return self.told.seeds[0]

    @property
    def years(self) -> int:
        """Budget years lived."""
        return self.told.years

    @cached_property
    def outcomes(self) -> Frame:
        """Outcomes with value, unit and meaning, one row each; present values at the rates of the world."""
        values = outcomes(self.tables, *self.rates[self.seed])
        rows = [(name, values[name], what.unit, what.title) for name, what in OUTCOMES.items()]
        return pd.DataFrame(rows, columns=["outcome", "value", "unit", "meaning"]).set_index("outcome")

    def __repr__(self) -> str:
        return f"Run({self.design}, seed {self.seed}, {_counted(self.years, 'year')}, {_where(self.told)})"

    def _repr_html_(self) -> str:
        title = f"<p><b>{self.design}</b>, seed {self.seed}, {self.years} years</p>"
        return title + self.outcomes.to_html(float_format=show)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(_Finished):
    """Several designs with the same seeds: their result tables, one under another."""

    @cached_property
    def summary(self) -> Frame:
        """Mean over seeds with its 90 % interval: columns design, measure, unit, mean, low, high, n."""
        return tables.summary(self.tables, self.told.spec.discount.rate)

    def __repr__(self) -> str:
        names = ", ".join(each.name for each in self.told.designs)
        seeds = _counted(len(self.told.seeds), "seed")
        return f"Comparison({names}; {seeds}, {_counted(self.told.years, 'year')}, {_where(self.told)})"

    def _repr_html_(self) -> str:
        few = len(self.told.seeds) < intervals.FEW_SEEDS
        note = f"<p>{page.texts('en')['sentences']['t_few'].format(n=len(self.told.seeds))}</p>" if few else ""
        return str(tables.format_summary(self.summary).set_index("Design").T.to_html()) + note


def show(value: float) -> str:
    """Write a number with the digits it bears."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"


def _of(table: Frame, design: str, seed: int) -> Frame:
    """The rows of one run."""
    if not {"design", "seed"} <= set(table.columns):
        return table
    return table[(table["design"] == design) & (table["seed"] == seed)].reset_index(drop=True)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _where(told: Told) -> str:
    n = len(told.spec.places.codes)
    return f"{n} municipality" if n == 1 else f"{n} municipalities"


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InputError([f"language is {language!r}. Give one of {', '.join(LANGUAGES)}."])
