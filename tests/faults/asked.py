"""Command lines with odd words in them: every command of `stupror`, up to the point where it would begin to work.

What is wrong ends with exit code 2 and a sentence; what is right reaches the work, which is not done here.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from stupror.experiments import cli
from stupror.experiments.plans.posterior import shipped
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError

from .corpus import ODD_NUMBERS, ODD_WORDS, odd_json, odd_string, odd_text
from .sources import INDIGO, INTERVENTION, PLAN_FILE, SCENARIO, TABLE

WORK = (
    "runs.runner.run", "runs.runner.compare", "batches.session.run_batch", "batches.session.estimate",
    "search.search.search", "search.tipping.tips", "calibration.screening.screen", "calibration.validation.validate",
    "calibration.abc.calibrate", "calibration.weighing.weigh", "view.serving.bind", "refresh.fetch",
    "patterns.worth.worth", "stress.examine.sized", "runs.run_folder.write_report", "results.Batch.sensitivity",
    "results.Batch.partial_information", "results.Batch.peeling",
)  # fmt: skip


class ReachedError(BaseException):
    """The command has found nothing wrong, and would begin to work."""


def _reached(*_given: Any, **_named: Any) -> None:
    raise ReachedError


# What an option wants: a kind of `KINDS`. The first word stands always, those with "?" may.
COMMANDS: dict[str, tuple[tuple[str, str], ...]] = {
    "run": (("--out", "new"), ("?", "scenario"), ("?--interventions", "intervention"), ("?--design", "design"),
            ("?--years", "whole"), ("?--seed", "whole"), ("?--threads", "whole"), ("?--municipalities", "places"),
            ("?--municipalities-file", "table"), ("?--posterior", "posterior"), ("?--language", "language")),
    "compare": (("--out", "new"), ("?", "scenario"), ("?--designs", "designs"), ("?--seeds", "whole"),
                ("?--years", "whole"), ("?--workers", "whole"), ("?--seed", "whole"), ("?--municipalities", "places"),
                ("?--municipalities-file", "table"), ("?--posterior", "posterior"),
                ("?--interventions", "intervention")),
    "rerun": (("", "results"), ("?--designs", "designs"), ("?--posterior", "posterior"), ("?--workers", "whole")),
    "crate": (("", "results"), ("--author", "word"), ("--license", "word"), ("?--date", "word")),
    "municipality": (("", "places"), ("--out", "new"), ("?--designs", "designs"), ("?--years", "whole"),
                     ("?--seeds", "whole"), ("?--scenario", "scenario"), ("?--municipalities-file", "table")),
    "parameters": (("?", "word"), ("?--source", "word"), ("?--scenario", "scenario"),
                   ("?--interventions", "intervention")),
    "interventions": (("?--scenario", "scenario"), ("?--interventions", "intervention"), ("?--draws", "whole"),
                      ("?--seed", "whole"), ("?--table", "new")),
    "report": (("", "results"), ("?--language", "language")),
    "tip": (("", "results"), ("?--out", "new"), ("?--place", "places"), ("?--years", "whole"), ("?--seeds", "whole"),
            ("?--fresh", "whole")),
    "view": (("?", "scenario"), ("?--design", "design"), ("?--municipalities", "places"), ("?--years", "whole"),
             ("?--port", "whole"), ("?--host", "word"), ("?--interventions", "intervention")),
    "calibrate": (("--out", "new"), ("?--what", "what"), ("?--particles", "whole"), ("?--generations", "whole"),
                  ("?--work", "new")),
    "validate": (("--out", "new"), ("?--diffusion", "posterior"), ("?--life-course", "posterior"),
                 ("?--draws", "whole"), ("?--place", "places"), ("?--years", "whole")),
    "screen": (("--out", "new"), ("?--design", "design"), ("?--place", "places"), ("?--municipalities-file", "table"),
               ("?--trajectories", "whole"), ("?--lucks", "whole")),
    "settle": (("", "design"), ("?--set", "set"), ("?--cost", "number"), ("?--children", "whole")),
    "stress": (("", "design"), ("?--cost", "number"), ("?--children", "whole"), ("?--scenario", "scenario"),
               ("?--seed", "whole"), ("?--out", "new")),
    "search": (("--out", "new"), ("--vary", "vary"), ("?", "scenario"), ("?--design", "design"),
               ("?--objectives", "word"), ("?--trials", "whole"), ("?--holdout", "whole"),
               ("?--municipalities", "places")),
    "sensitivity": (("", "batch"), ("?--outcome", "word"), ("?--against", "design"), ("?--method", "word"),
                    ("?--top", "whole")),
    "psa": (("", "batch"), ("?--perspective", "word"), ("?--wtp", "number"), ("?--against", "design"),
            ("?--groups", "word"), ("?--top", "whole")),
    "discover": (("", "batch"), ("?--design", "design"), ("?--outcome", "word"), ("?--above", "number"),
                 ("?--below", "number"), ("?--box", "whole")),
    "designs": (("?--language", "language"),),
    "designs show": (("", "design"), ("?--language", "language")),
    "designs new": (("", "word"), ("--from", "design"), ("--out", "new")),
    "designs from-indigo": (("", "indigo"), ("--out", "new"), ("?--name", "word")),
    "data refresh": (("--out", "new"), ("?--year", "whole")),
    "batch": (("", "plan"), ("--out", "new"), ("?--workers", "whole"), ("?--scheduler", "word")),
    "batch status": (("", "batch"),),
    "batch csv": (("", "batch"), ("--out", "new")),
}  # fmt: skip
FLAGS = ("--quick", "--point", "--priors", "--overwrite", "--resume", "--json", "--dry-run", "--help", "--excel",
         "--decompose", "--country", "--json-schema", "--extend")  # fmt: skip
WORDS = ("", "status-quo", "planner", "cost_fiscal", "fiscal", "committee", "horizon", "saltelli", "my-fund", "M8",
         "invested,planner_share", "ladder=ladder.*", "tcp://localhost:1", "localhost", "127.0.0.1")  # fmt: skip
DESIGN_WORDS = ("state-outcomes-fund", "sib-norrkoping", "planner", "state-outcomes-fund[share=0.5]",
                "state-outcomes-fund+competence-centre", "state-outcomes-fund:purse", "competence-centre")  # fmt: skip
PLACES = ("10", "1080", "Karlskrona", "Blekinge", "Norrköping,1080", "Upplands Bro", "180")


class Words:
    """Makes the words of a command line, with files where files are wanted."""

    def __init__(self, random: Random, ground: Any) -> None:
        self.random, self.ground = random, ground

    def of(self, kind: str) -> str:
        """Give a word for an option: right in two of three, else odd."""
        right = self.random.random() < 0.65
        made: Callable[[bool], str] = getattr(self, f"_{kind}")
        return made(right) if self.random.random() < 0.9 else self.random.choice((*ODD_WORDS, *ODD_NUMBERS))

    def _file(self, name: str, text: str, right: bool) -> str:
        data = text.encode() if right else odd_text(self.random, text)
        if not right and self.random.random() < 0.15:
            return str(self.random.choice((self.ground.file, "/dev/null", "/proc/self/mem", self.ground.file / "no")))
        return str(self.ground.put(name, data))

    def _scenario(self, right: bool) -> str:
        return self._file("scenario.toml", SCENARIO, right)

    def _intervention(self, right: bool) -> str:
        return self._file("ours.toml", INTERVENTION, right)

    def _table(self, right: bool) -> str:
        return self._file("table.csv", TABLE, right)

    def _posterior(self, right: bool) -> str:
        rows = shipped(self.random.choice(("diffusion", "contracts"))).read_text(encoding="utf-8").split("\n")[:20]
        return self._file("posterior.csv", "\n".join(rows) + "\n", right)

    def _plan(self, right: bool) -> str:
        return self._file("plan.toml", PLAN_FILE, right)

    def _indigo(self, right: bool) -> str:
        path = self.ground.put("indigo.json", INDIGO.encode() if right else odd_json(self.random, INDIGO))
        return str(path)

    def _design(self, right: bool) -> str:
        word = self.random.choice(DESIGN_WORDS)
        if self.random.random() < 0.5:
            return word if right else odd_string(self.random, word)
        text = (DESIGNS / f"{self.random.choice(DESIGN_WORDS[:3])}.toml").read_text(encoding="utf-8")
        return self._file("own.toml", text, right)

    def _designs(self, right: bool) -> str:
        return ",".join(self._design(right) for _ in range(self.random.choice((1, 2, 3))))

    def _whole(self, right: bool) -> str:
        return str(self.random.randrange(1, 20)) if right else odd_string(self.random, "12")

    def _number(self, right: bool) -> str:
        return self.random.choice(("10_000_000", "0.5", "1e6", "-3")) if right else odd_string(self.random, "1000")

    def _set(self, right: bool) -> str:
        word = self.random.choice(("cost_reduction=1000", "saved=1e6", "target_met=true", "x=1"))
        return word if right else odd_string(self.random, word)

    def _vary(self, right: bool) -> str:
        word = self.random.choice(("share", "share=0.1:0.9", "share=0.1:0.9,cap"))
        return word if right else odd_string(self.random, word)

    def _word(self, right: bool) -> str:
        word = self.random.choice(WORDS)
        return word if right else odd_string(self.random, word)

    def _places(self, right: bool) -> str:
        word = self.random.choice(PLACES)
        return word if right else odd_string(self.random, word)

    def _language(self, right: bool) -> str:
        return self.random.choice(("en", "sv")) if right else odd_string(self.random, "sv")

    def _what(self, right: bool) -> str:
        word = self.random.choice(("diffusion", "contracts", "life-course", "behaviour"))
        return word if right else odd_string(self.random, word)

    def _new(self, right: bool) -> str:
        if right or self.random.random() < 0.7:
            return str(self.ground.out / self.random.choice(("new", "new.csv", "deep/er/new", "ny åäö")))
        return str(self.random.choice((self.ground.file, self.ground.run, "/dev/null", "/proc/x", "/dev/null/x")))

    def _results(self, right: bool) -> str:
        return str(self.ground.run if right else self.random.choice((self.ground.batch, self.ground.file, "no")))

    def _batch(self, right: bool) -> str:
        return str(self.ground.draws if right else self.random.choice((self.ground.run, self.ground.file, "no")))


def line(random: Random, ground: Any, name: str) -> list[str]:
    """Make a command line."""
    words = Words(random, ground)
    made = name.split(" ")
    for option, kind in COMMANDS[name]:
        if option.startswith("?") and random.random() < 0.6:
            continue
        option = option.lstrip("?")
        made += [option, words.of(kind)] if option else [words.of(kind)]
    if random.random() < 0.15:
        made.append(random.choice(FLAGS))
    return [word.replace("\x00", "\ufffd") for word in made]  # no system hands a NUL to a program


@contextmanager
def idle() -> Iterator[None]:
    """Put a stop where the work of a command begins."""
    with ExitStack() as stack:
        for place in WORK:
            stack.enter_context(mock.patch(f"stupror.experiments.{place}", _reached))
        stack.enter_context(mock.patch.object(cli, "built", _built))
        yield


_built = cache(cli.built)  # the command line is put together once


def said(words: list[str]) -> tuple[int, str]:
    """Give the exit code of a command line, and what it says; 0 if it would begin to work."""
    text = io.StringIO()
    code: Any = 0
    with mock.patch.object(sys, "argv", ["stupror", *words]), redirect_stdout(text), redirect_stderr(text):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        except ReachedError:
            code = 0
    return (code if isinstance(code, int) else 0), text.getvalue()


def answer(random: Random, ground: Any) -> None:
    """Give a command line, and see that it is refused in words or reaches the work.

    Raises
    ------
    InputError
        With what it said, if it is refused.
    AssertionError
        If it ends in another way, or leaves something though it is refused.
    """
    ground.out.mkdir(exist_ok=True)
    here = Path.cwd()
    os.chdir(ground.out)
    words = line(random, ground, random.choice(list(COMMANDS)))
    try:
        with idle():
            code, text = said(words)
        left = [path for path in ground.out.rglob("*") if path.is_file()]
    finally:
        os.chdir(here)
        shutil.rmtree(ground.out, ignore_errors=True)
    short = " ".join(word if len(word) < 100 else f"{word[:60]}..." for word in words)
    assert code in (0, 2), f"{short}: ends with {code}: {text[-300:]}"
    assert code == 0 or not left, f"{short}: is refused, and leaves {left[0]}: {text[-200:]}"
    if code == 2:
        raise InputError([text])
