"""What runs, comparisons and batches give back: plain objects that hold tables and show themselves in a notebook.

Nothing here runs the model. A `Batch` reads a folder that `stupror batch` has written, also while the batch goes on,
and hands its tables to `analysis`. Read by `experiments.api` and the commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.batches import discovery, paired, psa, sensitivity
from ..analysis.measures.outcomes import OUTCOMES, PERSPECTIVES, outcomes
from ..analysis.report import tables
from ..model.inputs.errors import InputError
from .batches import asking, batch_folder, store
from .batches.session import assemble
from .runs.extras import need

__all__ = ["Batch", "Comparison", "Run", "open_batch"]

Frame = pd.DataFrame


@dataclass(frozen=True)
class Run:
    """One run of one design: its result tables by name (`docs/outputs.md`), and the outcomes that a batch keeps."""

    design: str
    seed: int
    years: int
    tables: Mapping[str, Frame] = field(repr=False)

    @cached_property
    def outcomes(self) -> Frame:
        """Outcomes with value, unit and meaning, one row each."""
        values = outcomes(self.tables)
        rows = [(name, values[name], what.unit, what.title) for name, what in OUTCOMES.items()]
        return pd.DataFrame(rows, columns=["outcome", "value", "unit", "meaning"]).set_index("outcome")

    def __getitem__(self, table: str) -> Frame:
        """Give a result table."""
        return self.tables[table]

    def _repr_html_(self) -> str:
        title = f"<p><b>{self.design}</b>, seed {self.seed}, {self.years} years</p>"
        return title + self.outcomes.to_html(float_format=show)


@dataclass(frozen=True)
class Comparison:
    """Several designs with the same seeds: their result tables, one under another."""

    tables: Mapping[str, Frame] = field(repr=False)

    @cached_property
    def summary(self) -> Frame:
        """Mean over seeds with its 90 % interval: columns design, measure, unit, mean, low, high, n."""
        return tables.summary(self.tables)

    def __getitem__(self, table: str) -> Frame:
        """Give a result table."""
        return self.tables[table]

    def _repr_html_(self) -> str:
        return str(tables.format_summary(self.summary).set_index("Design").T.to_html())


@dataclass(frozen=True)
class Batch:
    """A batch on disk: `runs` has a row per finished run with its factors and outcomes."""

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)

    @cached_property
    def runs(self) -> Frame:
        """The table of finished runs, in the order of the plan."""
        path = self.folder / batch_folder.RUNS
        sessions = self.manifest["sessions"]
        if path.exists() and sessions and sessions[-1].get("how") == "finished":
            return self._read(batch_folder.RUNS)
        return assemble(
            self.folder, self._read(batch_folder.JOBS), self._read(batch_folder.DRAWS), self.manifest["outcomes"]
        )

    @cached_property
    def failures(self) -> Frame:
        """Runs that failed: key, design, seed, error."""
        keys = list(dict.fromkeys(self._read(batch_folder.JOBS)["key"]))
        records = store.failures(self.folder, keys).values()
        names = ["key", "design", "seed", "error"]
        return pd.DataFrame([{name: record[name] for name in names} for record in records], columns=names)

    @property
    def values(self) -> Frame:
        """Value of each factor by draw; a list by the probability it was drawn at."""
        return self._read(batch_folder.DRAWS).set_index("draw")

    def summary(self, against: str | None = None) -> Frame:
        """Mean difference of every outcome from a design (status quo), with its 90 % interval over draws."""
        asking.check(asking.design(against, self._some(), "--against"))
        return paired.summary(self._some(), self.manifest["outcomes"], against)

    def sensitivity(self, outcome: str = "cost_fiscal", against: str | None = None, method: str | None = None) -> Frame:
        """Which factors move an outcome, and which decide what design is best; see `analysis.batches.sensitivity`."""
        need("science", "SALib")
        self._outcome_and_base(outcome, against, asking.one_of("--method", method, list(sensitivity.MAIN)))
        points, sampling = self._points(), self.manifest["sampling"]
        runs = self._some()
        return asking.answered(lambda: sensitivity.sensitivity(runs, points, sampling, outcome, against, method))

    def sensitivity_convergence(
        self, outcome: str = "cost_fiscal", against: str | None = None, method: str | None = None
    ) -> Frame:
        """The leading indices with growing parts of the sample."""
        need("science", "SALib")
        self._outcome_and_base(outcome, against, asking.one_of("--method", method, list(sensitivity.MAIN)))
        points, sampling = self._points(), self.manifest["sampling"]
        runs = self._some()
        return asking.answered(lambda: sensitivity.convergence(runs, points, sampling, outcome, against, method))

    def plane(self, perspective: str = "fiscal", against: str | None = None) -> Frame:
        """The cost-effectiveness plane, draw by draw; see `analysis.batches.psa`."""
        self._perspective(perspective, against)
        return asking.answered(lambda: psa.plane(self._some(), perspective, against))

    def acceptability(self, perspective: str = "fiscal", worth: Sequence[float] = psa.WORTH) -> Frame:
        """How likely each design is to be the best, by what a year of need avoided is worth."""
        self._perspective(perspective, None, *(asking.finite("worth", each, 0.0) for each in worth))
        return asking.answered(lambda: psa.acceptability(self._some(), perspective, worth))

    def perfect_information(self, worth: Sequence[float] = psa.WORTH) -> Frame:
        """What it would be worth to know everything, by perspective, SEK/child."""
        names = self.manifest["outcomes"]
        numbers = (asking.finite("worth", each, 0.0) for each in worth)
        asking.check(*(asking.perspective(each, names) for each in PERSPECTIVES), *numbers)
        return asking.answered(lambda: psa.perfect_information(self._some(), worth))

    def partial_information(
        self, perspective: str = "fiscal", wtp: float = 0.0, groups: Mapping[str, Sequence[str]] | None = None
    ) -> Frame:
        """What it would be worth to know one factor, SEK/child."""
        need("science", "sklearn")
        self._perspective(perspective, None, asking.finite("--wtp", wtp, 0.0))
        return asking.answered(
            lambda: psa.partial_information(
                psa.net_benefit(self._some(), perspective, wtp), self._uncertain_values(), groups
            )
        )

    def psa_convergence(self, perspective: str = "fiscal", wtp: float = 0.0) -> Frame:
        """Perfect information with growing numbers of draws."""
        self._perspective(perspective, None, asking.finite("--wtp", wtp, 0.0))
        return asking.answered(lambda: psa.convergence(self._some(), perspective, wtp))

    def convergence(self, outcome: str = "cost_fiscal", against: str | None = None) -> Frame:
        """Mean difference from a design with growing numbers of draws."""
        self._outcome_and_base(outcome, against, asking.others(self._some(), against))
        return asking.answered(lambda: paired.convergence(paired.differences(self._some(), outcome, against)))

    def pairing(self, outcome: str = "cost_fiscal", against: str | None = None) -> Frame:
        """How many runs the common random numbers save."""
        self._outcome_and_base(outcome, against, asking.others(self._some(), against))
        return asking.answered(lambda: paired.pairing(self._some(), outcome, against))

    def discover(
        self, design: str, outcome: str = "cost_fiscal", above: float = 0.0, against: str | None = None
    ) -> tuple[Frame, Frame]:
        """When a design does worse than another by more than `above`: boxes (PRIM) and rules (CART)."""
        need("science", "ema_workbench", "sklearn")
        self._outcome_and_base(
            outcome, against, asking.design(design, self._some(), "--design"), asking.finite("--above", above)
        )
        asking.check(asking.others(self._some(), against, design))

        def search() -> tuple[Frame, Frame]:
            failed = discovery.failures(self._some(), design, outcome, above, against)
            values = self._uncertain_values().loc[failed.index]
            flags = failed.to_numpy()
            return discovery.prim_boxes(values, flags), discovery.tree_rules(values, flags)

        return asking.answered(search)

    def status(self) -> dict[str, int]:
        """How many different runs there are, finished, failed and left; failed and damaged are among those left."""
        keys = set(self._read(batch_folder.JOBS)["key"])
        there = [path for key, path in store.finished(self.folder).items() if key in keys]
        done = sum(store.whole(path) is not None for path in there)
        counts = {"runs": len(keys), "finished": done, "failed": len(self.failures), "left": len(keys) - done}
        return counts | ({"damaged": len(there) - done} if len(there) > done else {})

    def _repr_html_(self) -> str:
        state = self.status()
        head = f"<p><b>{self.manifest['title']}</b>: {state['finished']} of {state['runs']} runs</p>"
        if self.runs.empty or self.runs["design"].nunique() < 2:
            return head + str(self.runs.head().to_html(float_format=show))
        found = self.summary()
        found = found.assign(meaning=[OUTCOMES[name].title for name in found["outcome"]])
        return head + str(found.set_index(["design", "outcome"]).to_html(float_format=show))

    def _outcome_and_base(self, outcome: str, against: str | None, *others: str | None) -> None:
        """Look up the names of an outcome and of the design to compare with."""
        known = asking.outcome(outcome, self.manifest["outcomes"])
        asking.check(known, asking.design(against, self._some(), "--against"), *others)

    def _perspective(self, name: str, against: str | None, *others: str | None) -> None:
        """Look up the name of a perspective and of the design to compare with; there must be several designs."""
        names, base = self.manifest["outcomes"], asking.design(against, self._some(), "--against")
        asking.check(asking.perspective(name, names), base, *others)
        asking.check(asking.others(self._some(), against))

    def _some(self) -> Frame:
        """The runs, of which there must be some."""
        if self.runs.empty:
            raise InputError([f"{self.folder}: no run is finished yet."])
        return self.runs

    def _points(self) -> Frame:
        points = self._read(batch_folder.POINTS)
        if len(points.columns) < 2:
            raise InputError([f"{self.folder}: nothing is uncertain in this batch. Name parameters in its plan."])
        return points

    def _uncertain_values(self) -> Frame:
        self._points()
        return self.values

    def _read(self, name: str) -> Frame:
        return batch_folder.read_frame(self.folder, name, dict(self.manifest))


def open_batch(folder: Path | str) -> Batch:
    """Open a folder that `stupror batch` has written.

    Raises
    ------
    InputError
        If it holds no batch.
    """
    return Batch(Path(folder), batch_folder.read_manifest(Path(folder)))


def show(value: float) -> str:
    """Write a number with the digits it bears."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
