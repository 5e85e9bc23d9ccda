"""Damaged input of every kind, read in this process: what is wrong is refused in words, or it is not wrong.

A trial is named by its kind, the seed and its number, and is the same whenever it is made. It fails if anything but a
refusal comes out, if a refusal is no sentence, or if it takes longer than `PATIENCE`.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments.batches import batch_folder, engine, store
from stupror.experiments.batches.asking import AnalysisError
from stupror.experiments.batches.session import prepare, run_batch
from stupror.experiments.commands.batches.search import ranges
from stupror.experiments.designs import on_paper, sheet
from stupror.experiments.designs.indigo import from_indigo
from stupror.experiments.files import records
from stupror.experiments.files.foreign import read_json
from stupror.experiments.plans.likely import SHIPPED_WORLDS, read_worlds
from stupror.experiments.plans.plan import plan_of, read_plan
from stupror.experiments.plans.posterior import read_posterior, shipped
from stupror.experiments.results import Batch, open_batch
from stupror.experiments.runs import run_folder
from stupror.experiments.search import memory, search_folder
from stupror.model.contracts import design_names, load_design
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.places import own_places
from stupror.model.inputs.scenario import load_scenario, select

from . import asked
from .corpus import damaged, odd_json, odd_string, odd_text
from .sources import CODES, INDIGO, INTERVENTION, OWN, PLAN, SCENARIO, TABLE, compared

PATIENCE = 10.0  # seconds of the processor
INTERVENTIONS = DESIGNS.parent / "interventions"
INTERVENTION_NAMES = sorted(path.stem for path in INTERVENTIONS.glob("*.toml"))
DESIGN_NAMES = design_names()
IN_A_ROW = dict.fromkeys(("results", "command line"), 3) | dict.fromkeys(("batch", "analysis"), 1)
TEN = 10  # of every other kind: they take a hundredth of the time
FAILED = "f" * 32
LONGEST = 20_000  # characters of a refusal

Trial = Callable[[Random, "Ground"], None]


class Ground:
    """Where trials are made: small folders that stupror wrote, and a place for damaged files."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.file = place / "input"
        self.file.mkdir(parents=True)
        self.world = select(load_scenario(), [CODES])
        self.out = place / "out"
        self.run = place / "run"
        compared(self.run)
        self.batch, self.draws = place / "batch", place / "draws"
        _batch(self.batch, 12)
        _batch(self.draws, 60)
        store.put_failure(self.batch, FAILED, {"key": FAILED, "design": "planner", "seed": 1, "error": "made to fail"})
        self.search = place / "search"
        self.search.mkdir()
        began = {"design": "a", "contract": "b", "terms": [{"name": "share", "low": 0.1}], "objectives": ["invested"],
                 "seeds": [1], "held_out": [2], "years": 2, "scenario": "c", "version": "0"}  # fmt: skip
        (self.search / search_folder.BEGUN).write_text(json.dumps(began))
        self.began = began

    def put(self, name: str, data: bytes) -> Path:
        """Write a damaged file."""
        path = self.file / name
        path.write_bytes(data)
        return path

    def copy(self, folder: Path) -> Path:
        """Give a copy of a folder, to damage."""
        copy = self.place / f"copy-{folder.name}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, copy_function=os.link)
        return copy


def rewrite(path: Path, data: bytes) -> None:
    """Write a file anew: not into the one that a copy shares."""
    path.unlink()
    path.write_bytes(data)


def _batch(folder: Path, draws: int) -> None:
    """Make a batch of three designs, with numbers in place of runs."""
    usual = engine.run_one

    def run_one(_context: Any, job: Any) -> Any:
        luck = np.random.default_rng(int(job.key[:8], 16)).normal(size=len(OUTCOMES))
        return {"key": job.key, "scenario_hash": job.key[:4], **dict(zip(OUTCOMES, luck.tolist(), strict=True))}, {}

    engine.run_one = run_one  # type: ignore[assignment]
    try:
        plan = plan_of({**PLAN, "sampling": {"method": "halton", "draws": draws}})
        run_batch(prepare(plan, folder), folder)
    finally:
        engine.run_one = usual


def _scenario(random: Random, ground: Ground) -> None:
    load_scenario(ground.put("scenario.toml", odd_text(random, SCENARIO)))


def _design(random: Random, ground: Ground) -> None:
    preset = (DESIGNS / f"{random.choice(DESIGN_NAMES)}.toml").read_text(encoding="utf-8")
    load_design(str(ground.put("design.toml", odd_text(random, preset))))


def _design_text(random: Random, _ground: Ground) -> None:
    name = random.choice(DESIGN_NAMES)
    load_design(
        odd_string(random, random.choice((name, f"{name}[share=0.5]", f"{name}+competence-centre[cap=1,share=2]")))
    )


def _plan(random: Random, ground: Ground) -> None:
    text = (Path(__file__).parents[2] / "docs/plans/five-designs.toml").read_text(encoding="utf-8")
    read_plan(ground.put("plan.toml", odd_text(random, text)))


def _table(random: Random, ground: Ground) -> None:
    own_places(ground.put("table.csv", odd_text(random, TABLE)))


def _posterior(random: Random, ground: Ground) -> None:
    text = "\n".join(shipped(random.choice(("diffusion", "contracts"))).read_text(encoding="utf-8").split("\n")[:20])
    read_posterior(ground.put("posterior.csv", odd_text(random, text + "\n")), ground.world)


def _settle(random: Random, _ground: Ground) -> None:
    design = load_design(random.choice(("sib-norrkoping", "state-outcomes-fund")))
    questions = on_paper.asked(design)
    settings = [odd_string(random, each.example) if random.random() < 0.3 else each.example for each in questions]
    cost = random.choice((None, odd_string(random, "10_000_000")))
    children = random.choice((None, 0, -1, 10, 10**30))
    given = on_paper.answers(questions, settings, design.name)
    list(sheet.lines(on_paper.settled(design, given, *on_paper.size(design, cost, children))))


def _vary(random: Random, _ground: Ground) -> None:
    ranges(
        load_design("state-outcomes-fund"), odd_string(random, random.choice(("share=0.1:0.9,cap", "share", "cap=1:2")))
    )


def _intervention(random: Random, ground: Ground) -> None:
    usual = (INTERVENTIONS / f"{random.choice(INTERVENTION_NAMES)}.toml").read_text(encoding="utf-8")
    text = random.choice((INTERVENTION, usual, f"{OWN}{SCENARIO}"))
    file = ground.put("ours.toml", odd_text(random, text))
    load_scenario(file) if text.startswith(OWN) else load_scenario(None, [file])


def _indigo(random: Random, ground: Ground) -> None:
    file = ground.put("indigo.json", odd_json(random, INDIGO))
    drafted = from_indigo(read_json(file), str(file), "ours")
    load_design(str(ground.put("ours.toml", drafted.text.encode())))


def _worlds(random: Random, ground: Ground) -> None:
    rows = SHIPPED_WORLDS.read_text(encoding="utf-8").split("\n")[:30]
    read_worlds(ground.put("worlds.csv", odd_text(random, "\n".join(rows) + "\n")))


def _results(random: Random, ground: Ground) -> None:
    folder = ground.copy(ground.run)
    path = folder / random.choice(("manifest.json", *(path.name for path in sorted(folder.glob("*.parquet")))))
    if path.suffix == ".json":
        rewrite(path, odd_json(random, path.read_text(encoding="utf-8")))
        run_folder.read_folder(folder)
        return
    before = path.read_bytes()
    how = random.choice(("damage", "another", "gone", "folder"))
    if how == "damage":
        rewrite(path, damaged(random, before))
    elif how == "another":
        shutil.copy(random.choice(sorted(folder.glob("*.parquet"))), folder / "x")
        (folder / "x").replace(path)
    else:
        path.unlink()
        if how == "folder":
            path.mkdir()
    changed = not path.is_file() or path.read_bytes() != before
    _refused_if(changed, lambda: run_folder.read_folder(folder))


def _refused_if(changed: bool, read: Callable[[], object]) -> None:
    """Read, and see that what was changed does not pass."""
    read()
    if changed:
        raise AssertionError("it was changed, and read all the same")


def _batches(random: Random, ground: Ground) -> None:
    folder = ground.copy(ground.batch)
    files = [folder / "manifest.json", *folder.glob("*.parquet"), *folder.glob("failures/*"), *folder.glob("parts/*/*")]
    path = random.choice(sorted(files)[:8] if random.random() < 0.7 else sorted(files))
    before = path.read_bytes()
    rewrite(path, odd_json(random, before.decode()) if path.suffix == ".json" else damaged(random, before))
    batch = open_batch(folder)
    state = batch.status()
    assert state["finished"] + state["left"] == state["runs"]
    if path.parent == folder and path.suffix == ".parquet" and path.read_bytes() != before:
        _refused_if(
            True, lambda: (batch.runs, batch.values, batch_folder.read_frame(folder, path.name, batch.manifest))
        )
    assert len(batch.runs) in (state["finished"], state["runs"]), "runs that are damaged must not be read"
    batch.failures.to_string()


def _searches(random: Random, ground: Ground) -> None:
    folder = ground.copy(ground.search)
    record = folder / search_folder.BEGUN
    rewrite(record, odd_json(random, record.read_text()))
    lines = [records.note({"design": "a", "seed": [1], "x": number}) for number in range(5)]
    notes = folder / memory.MEMORY
    notes.write_bytes(damaged(random, ("\n".join(lines) + "\n").encode()))
    for line in notes.read_bytes().split(b"\n"):
        found = records.read_note(line.decode("utf-8", "replace"))
        assert found is None or records.note(found) in lines, "a damaged line was read"
    with search_folder.begin(folder, ground.began, resume=True) as there:
        assert there == 0


OPTIONS = (
    "status-quo",
    "planner",
    "cost_fiscal",
    "invested",
    "fiscal",
    "saltelli",
    "draw",
    "design",
    "seed",
    "X",
    "nan",
)


def _analysis(random: Random, ground: Ground) -> None:
    batch = open_batch(ground.draws)
    asked = [
        random.choice(OPTIONS) if random.random() < 0.6 else odd_string(random, random.choice(OPTIONS)) for _ in "123"
    ]
    number = random.choice((0.0, -1.0, float("nan"), float("inf"), 1e308, 25_000.0))
    base = random.choice((None, asked[2]))
    questions: tuple[Callable[[Batch], object], ...] = (
        lambda b: b.summary(base),
        lambda b: b.plane(asked[0], base),
        lambda b: b.acceptability(asked[0], [number]),
        lambda b: b.perfect_information([number]),
        lambda b: b.psa_convergence(asked[0], number),
        lambda b: b.convergence(asked[0], base),
        lambda b: b.pairing(asked[0], base),
        lambda b: b.sensitivity(asked[0], base, random.choice((None, asked[1], "pawn"))),
        lambda b: b.discover(asked[0], asked[1], number, base),
    )
    random.choice(questions)(batch)


KINDS: dict[str, Trial] = {
    "scenario": _scenario,
    "design": _design,
    "design text": _design_text,
    "plan": _plan,
    "table": _table,
    "posterior": _posterior,
    "intervention": _intervention,
    "register": _indigo,
    "worlds": _worlds,
    "settle": _settle,
    "vary": _vary,
    "results": _results,
    "batch": _batches,
    "search": _searches,
    "analysis": _analysis,
    "command line": asked.answer,
}


def in_a_row(kind: str) -> int:
    """How many trials of a kind are made before the next kind has its turn."""
    return IN_A_ROW.get(kind, TEN if kind in KINDS else 1)


def attempt(kind: str, seed: int, number: int, ground: Ground) -> str | None:
    """Make one trial; say how it failed, if it did."""
    started = time.process_time()  # whoever else works here counts for nothing
    try:
        KINDS[kind](Random(f"{kind}/{seed}/{number}"), ground)
    except (InputError, AnalysisError) as refusal:
        said = refusal.problems if isinstance(refusal, InputError) else (str(refusal),)
        wrong = _no_sentence(said)
    except RecursionError:
        wrong = "RecursionError"
    except Exception as error:
        wrong = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    else:
        wrong = None
    seconds = time.process_time() - started
    return wrong or (f"took {seconds:.1f} s" if seconds > PATIENCE else None)


LIBRARY = (
    "Traceback", "codec can't", "not in axis", "Grouper", "[Errno", "object has no attribute", "object is not",
    "Input should be", "unable to parse", "NoneType", "<class", "dtype", "Exception", "PosixPath", "pydantic",
    "KeyError", "TypeError", "ValueError", "OverflowError", "AttributeError", "IndexError",
)  # fmt: skip


def _no_sentence(said: Sequence[str]) -> str | None:
    """Say what is wrong with a refusal, if anything is."""
    text = "\n".join(said)
    if not text.strip():
        return "refused without a word"
    if found := [words for words in LIBRARY if words in text]:
        return f"refused in the words of a library ({found[0]}): {text[:200]}"
    return f"refused in {len(text)} characters" if len(text) > LONGEST else None
