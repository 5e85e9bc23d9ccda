"""What runs, comparisons and batches give back: plain objects that hold tables and show themselves in a notebook.

Nothing here runs the model. A `Batch` reads a folder that `stupror batch` has written, also while the batch goes on,
and hands its tables to `analysis`. Read by `experiments.api` and the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..analysis.batches import discovery, incremental, paired, precision, psa, public_value, sensitivity
from ..analysis.batches.public_value import FACTORS
from ..analysis.batches.sampling_information import sample_information
from ..analysis.measures.lifetime import BENCHMARK
from ..analysis.measures.outcomes import CHILDREN, OUTCOMES, PERSPECTIVES
from ..model.inputs.errors import InputError
from .batches import asking, batch_folder, store, studies
from .batches.again import plan_again, worlds_of
from .batches.session import assemble
from .runs.extras import need
from .runs.finished import Comparison, Run, show

__all__ = ["Batch", "Comparison", "Run", "open_batch", "show"]

Frame = pd.DataFrame


@dataclass(frozen=True, repr=False)
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

    def to_frame(self) -> Frame:
        """The table of finished runs: the same as `runs`."""
        return self.runs

    def __repr__(self) -> str:
        state = self.status()
        return f"Batch({self.manifest['title']!r} in {self.folder}, {state['finished']} of {state['runs']} runs)"

    @property
    def values(self) -> Frame:
        """Value of each factor by draw; a list by the probability it was drawn at."""
        return self._read(batch_folder.DRAWS).set_index("draw")

    @property
    def sampling(self) -> dict[str, Any]:
        """How the draws were made, and of how many factors."""
        return {**self.manifest["sampling"], "factors": len(self._read(batch_folder.POINTS).columns) - 1}

    def summary(self, against: str | None = None) -> Frame:
        """Difference of every outcome from a design (status quo): its spread over draws, who wins, mean and interval.

        See `analysis.batches.paired.summary`.
        """
        asking.check(asking.design(against, self._some(), "--against"))
        measured = [name for name in self.manifest["outcomes"] if name != CHILDREN]
        return asking.answered(
            lambda: paired.summary(self._some(), measured, against, self.manifest["draws"], self.sampling)
        )

    def counted(self, outcome: str = "cost_fiscal") -> str:
        """Say of how many draws an analysis of this outcome speaks, and why others are left out."""
        return str(asking.answered(lambda: paired.counted(self._some(), outcome, None, self.manifest["draws"])))

    @property
    def children(self) -> float:
        """Children of a run, all cohorts; NaN if the batch did not keep it."""
        return float(self.runs[CHILDREN].mean()) if CHILDREN in self.runs else float("nan")

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

    def blocks(self, outcome: str = "cost_fiscal", method: str | None = None) -> str:
        """Say of how many draws, or blocks of them, sensitivity indices speak, and which blocks are lost."""
        points, sampling = self._points(), self.manifest["sampling"]
        return asking.answered(lambda: sensitivity.blocks_lost(self._some(), points, sampling, outcome, method))

    @property
    def luck_of_its_own(self) -> bool:
        """Whether runs that Sobol' or Morris compare differ by their luck too, as in batches of earlier versions."""
        return sensitivity.luck_of_its_own(self._some(), self._points(), self.manifest["sampling"])

    def incremental(self, perspective: str = "fiscal", against: str | None = None) -> Frame:
        """Incremental costs, effects and ratios, and the frontier; see `analysis.batches.incremental`."""
        self._perspective(perspective, against)
        return asking.answered(lambda: incremental.incremental(self._some(), perspective, against))

    def public_value(self, against: str | None = None) -> Frame:
        """What people gain for each krona of net public cost (MVPF); see `analysis.batches.public_value`."""
        names = self.manifest["outcomes"]
        needed = (asking.outcome(each, names) for each in (public_value.COST, public_value.GAIN))
        asking.check(*needed, asking.design(against, self._some(), "--against"), asking.others(self._some(), against))
        return asking.answered(lambda: public_value.public_value(self._some(), against))

    def with_tax_factor(self, against: str | None = None, factors: Sequence[float] = FACTORS) -> Frame:
        """Cost of society, with what it costs to raise public money; see `analysis.batches.public_value`."""
        self._perspective("societal", against, asking.perspective("fiscal", self.manifest["outcomes"]))
        asking.check(*(asking.finite("factor", each, 0.0) for each in factors))
        return asking.answered(lambda: public_value.with_tax_factor(self._some(), against, factors))

    def plane(self, perspective: str = "fiscal", against: str | None = None) -> Frame:
        """The cost-effectiveness plane, draw by draw; see `analysis.batches.psa`."""
        self._perspective(perspective, against)
        return asking.answered(lambda: psa.plane(self._some(), perspective, against))

    def acceptability(
        self, perspective: str = "fiscal", worth: Sequence[float] = psa.WORTH, against: str | None = None
    ) -> Frame:
        """How likely each design is to be the best, and better than one, by what a year of need avoided is worth."""
        self._perspective(perspective, against, *(asking.finite("worth", each, 0.0) for each in worth))
        return asking.answered(lambda: psa.acceptability(self._some(), perspective, worth, against))

    def perfect_information(self, worth: Sequence[float] = psa.WORTH) -> Frame:
        """What it would be worth to know everything, by perspective, SEK/child and for all children."""
        names = self.manifest["outcomes"]
        numbers = (asking.finite("worth", each, 0.0) for each in worth)
        asking.check(*(asking.perspective(each, names) for each in PERSPECTIVES), *numbers)
        return asking.answered(lambda: psa.perfect_information(self._some(), worth, self.children, self.sampling))

    def partial_information(
        self,
        perspective: str = "fiscal",
        worth: float | Sequence[float] = 0.0,
        groups: Mapping[str, Sequence[str]] | None = None,
    ) -> Frame:
        """What it would be worth to know one factor, or each of some groups of them, SEK/child and for all children.

        For each of `worth`, what a year of need avoided is worth: column wtp, then those of `psa.partial_information`
        and population (SEK).
        """
        need("science", "sklearn")
        each = [float(worth)] if isinstance(worth, int | float) else [float(one) for one in worth]
        self._perspective(perspective, None, *(asking.finite("worth", one, 0.0) for one in each))
        runs, known = self._some(), self._uncertain_values()

        def at(wtp: float) -> Frame:
            return psa.partial_information(psa.net_benefit(runs, perspective, wtp), known, groups).assign(wtp=wtp)

        found = pd.concat([asking.answered(partial(at, wtp)) for wtp in each], ignore_index=True)
        found.insert(0, "wtp", found.pop("wtp"))
        return found.assign(population=found["evppi"] * self.children)

    def study(
        self,
        intervention: str,
        methods: Sequence[str],
        follow_up: Sequence[int],
        children: Sequence[int],
        projects: Sequence[int] = (1,),
        *,
        wtp: float = 0.0,
        plan: Path | None = None,
        tell: Callable[[int, int], None] | None = None,
    ) -> Frame:
        """What evaluations of a programme would be worth to each payer; see `analysis.batches.sampling_information`.

        Parameters
        ----------
        intervention, methods, follow_up, children, projects
            What is evaluated and how: every combination of method, years, children of a project and projects.
        wtp
            What a year of need avoided is worth, SEK.
        plan
            The batch's plan file, if it names other files.
        tell
            Called with the number of worlds that are looked at, and of all.

        Returns
        -------
        pandas.DataFrame
            Columns intervention, method, follow_up (years), children, projects, perspective, evsi, chance,
            if_all_decide (SEK/child), population and population_if_all (the same for all children who come after the
            study, discounted to the first year, SEK), cost (of evaluating, SEK), net (population less cost), draws.
        """
        need("science", "sklearn")
        names = self.manifest["outcomes"]
        self._perspective("fiscal", None, *(asking.perspective(each, names) for each in PERSPECTIVES))
        again = plan_again(self.folder, dict(self.manifest), plan)
        benefits = {each: psa.net_benefit(self._some(), each, wtp) for each in PERSPECTIVES}
        asked = [studies.Study(intervention, method, years) for method in methods for years in follow_up]
        worlds = worlds_of(again, benefits["fiscal"].index, tell)
        told = studies.reports_of(again.scenario, worlds, asked)
        frames = [
            asking.answered(partial(sample_information, benefits, told[each], n * m)).assign(
                method=each.method, follow_up=each.years, children=n, projects=m
            )
            for each in asked
            for n in children
            for m in projects
        ]
        found = pd.concat(frames, ignore_index=True).assign(intervention=intervention)
        after = self.children * studies.left_after(again, found["follow_up"])
        found["population"], found["population_if_all"] = found["evsi"] * after, found["if_all_decide"] * after
        found["cost"] = studies.cost_of(again.scenario, intervention, found["children"], found["projects"])
        found["net"], found["draws"] = found["population"] - found["cost"], len(benefits["fiscal"])
        return found[list(studies.COLUMNS)]

    def psa_convergence(self, perspective: str = "fiscal", wtp: float = 0.0) -> Frame:
        """Perfect information with growing numbers of draws."""
        self._perspective(perspective, None, asking.finite("--wtp", wtp, 0.0))
        return asking.answered(lambda: psa.convergence(self._some(), perspective, wtp))

    def convergence(self, outcome: str = "cost_fiscal", against: str | None = None) -> Frame:
        """Mean difference from a design with growing numbers of draws."""
        self._outcome_and_base(outcome, against, asking.others(self._some(), against))
        return asking.answered(
            lambda: paired.convergence(paired.differences(self._some(), outcome, against), sampling=self.sampling)
        )

    def variance(self, outcome: str = "cost_fiscal", against: str | None = None) -> Frame:
        """What of the variance of a difference comes from parameters, and what from luck; see `precision`."""
        self._outcome_and_base(outcome, against, asking.others(self._some(), against))
        base = str(asking.answered(lambda: paired.base_of(self._some(), against)))
        return asking.answered(lambda: precision.variance_split(self._some(), outcome, base))

    def pairing(self, outcome: str = "cost_fiscal", against: str | None = None) -> Frame:
        """How many runs the common random numbers save."""
        self._outcome_and_base(outcome, against, asking.others(self._some(), against))
        return asking.answered(lambda: paired.pairing(self._some(), outcome, against))

    def discover(
        self, design: str = "", outcome: str = "cost_fiscal", above: float | None = None, against: str | None = None,
        below: float | None = None,
    ) -> tuple[Frame, Frame]:  # fmt: skip
        """When a design fails: boxes (PRIM) and rules (CART); see `analysis.batches.discovery`."""
        need("science", "sklearn")
        values, failed = self._failing(design, outcome, above, below, against)
        return asking.answered(lambda: (discovery.prim_boxes(values, failed), discovery.tree_rules(values, failed)))

    def peeling(
        self, design: str = "", outcome: str = "cost_fiscal", above: float | None = None, against: str | None = None,
        below: float | None = None, step: int | None = None,
    ) -> tuple[Frame, Frame]:  # fmt: skip
        """Boxes, and the way that led to them: coverage, density and number of limits step by step.

        With `step` the box of that step of the way is given instead of the chosen one.
        """
        values, failed = self._failing(design, outcome, above, below, against)
        return asking.answered(lambda: discovery.search(values, failed, at=step))

    def _failing(
        self, design: str, outcome: str, above: float | None, below: float | None, against: str | None
    ) -> tuple[Frame, NDArray[np.bool_]]:
        """Values of the draws, and in which of them the design fails."""
        if above is not None and below is not None:
            raise InputError(["Give a limit above or below which it fails, not both."])
        side = "above" if above is not None else "below" if below is not None else ""
        limit = above if above is not None else below
        self._outcome_and_base(outcome, against, asking.finite(f"--{side or 'above'}", limit or 0.0))
        name, runs = design or self.only_design(against), self._some()
        judged = None if side else name  # with a limit, a base's own value is held against it
        asking.check(asking.design(name, runs, "--design"), asking.others(runs, against, judged))
        failed = asking.answered(lambda: discovery.failures(runs, name, outcome, limit, against, side))
        return self._uncertain_values().loc[failed.index], failed.to_numpy()

    def only_design(self, against: str | None = None) -> str:
        """The one design beside the one that others are compared with.

        Raises
        ------
        InputError
            If there are several, or none.
        """
        runs = self._some()
        base = str(asking.answered(lambda: paired.base_of(runs, against)))
        others = [name for name in dict.fromkeys(runs["design"]) if name != base]
        able = [name for name in others if name != BENCHMARK] or others
        if len(able) != 1:
            has = ", ".join(others) or f"only {base}"
            raise InputError([f"Which design fails? Name one with --design; this batch has {has}."])
        return str(able[0])

    def report(self, path: Path | str, language: str = "en") -> Path:
        """Write what the batch says over all its draws as one page, for people; see `analysis.batches.paper`."""
        from ..analysis.batches.paper import write_paper

        needed = [psa.cost_of(each) for each in ("municipality", "region", "state", "fiscal")]
        if lacking := [name for name in needed if name not in self.manifest["outcomes"]]:
            raise InputError(
                [
                    f"{self.folder}: its runs did not keep {', '.join(lacking)}, of which the report tells. "
                    "Add them to the plan's [outcomes] names, or leave names out, and make a new batch."
                ]
            )
        asking.check(asking.others(self._some(), None))
        sessions = self.manifest["sessions"]
        again = str(sessions[0].get("command", "")) if sessions else ""
        lasting = {key: value for key, value in self.manifest.items() if key != "sessions"}
        written, known = Path(path), studies.read(self.folder)
        asking.answered(
            lambda: write_paper(
                self._some(), self.values, written, manifest=lasting, language=language, again=again, studies=known
            )
        )
        return written

    def status(self) -> dict[str, int]:
        """How many different runs there are, finished, failed and left; failed and damaged are among those left."""
        keys = set(self._read(batch_folder.JOBS)["key"])
        done, loose = len(keys & store.rows(self.folder).keys()), store.loose(self.folder)
        torn = sum(key in keys and store.whole(path) is None for key, path in loose.items())
        torn += sum(store.damaged_packs(self.folder).values())
        counts = {"runs": len(keys), "finished": done, "failed": len(self.failures), "left": len(keys) - done}
        return counts | ({"damaged": torn} if torn else {})

    def _repr_html_(self) -> str:
        state = self.status()
        head = f"<p><b>{self.manifest['title']}</b>: {state['finished']} of {state['runs']} runs</p>"
        if self.runs.empty or self.runs["design"].nunique() < 2:
            return head + str(self.runs.head().to_html(float_format=show))
        found = self.summary()
        own = self.manifest["plan"].get("outcomes", {}).get("own", {})
        meaning = {name: each.title for name, each in OUTCOMES.items()} | {k: each["title"] for k, each in own.items()}
        found = found.assign(meaning=[meaning[name] for name in found["outcome"]])
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
