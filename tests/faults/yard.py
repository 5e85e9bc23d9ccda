"""A yard for commands: real ones, run in processes that are forked from this one, and what they leave.

Each trial runs real commands in processes that are forked from this one, so that a command takes a second and not ten.
What a command has written is held against what it writes when it is left in peace, byte for byte.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from stupror.experiments import cli, refresh

from .sources import CODES, INDIGO, PLAN_FILE

SMALL = ("--municipalities", CODES, "--years", "2")
TIME_LIMIT = 300.0
OWN_TO_A_RUN = "manifest.json"  # it holds what is true of one run alone
MAY_STAY = (".lock", ".seen-")


@dataclass(frozen=True)
class Command:
    """A command that writes: its words, with {out} for the place, and how it goes on after it was stopped."""

    words: tuple[str, ...]
    again: tuple[str, ...] = ()  # words to add, if the place is there already
    suffix: str = ""
    needs: str = ""  # a command whose result must be there before


COMMANDS: dict[str, Command] = {
    "run": Command(("run", *SMALL, "--out", "{out}"), ("--overwrite",)),
    "compare": Command(
        ("compare", *SMALL, "--seeds", "2", "--designs", "status-quo,state-outcomes-fund", "--out", "{out}"),
        ("--overwrite",),
    ),
    "report": Command(("report", "{out}", "--language", "sv"), needs="run"),
    "batch": Command(("batch", "{plan}", "--out", "{out}")),
    "search": Command(
        (
            "search",
            *SMALL,
            "--seeds",
            "1",
            "--vary",
            "share",
            "--objectives",
            "invested",
            "--trials",
            "3",
            "--out",
            "{out}",
        ),
        ("--resume",),
    ),
    "calibrate": Command(
        ("calibrate", "--what", "diffusion", "--particles", "10", "--generations", "2", "--out", "{out}"), suffix=".csv"
    ),
    "validate": Command(("validate", "--draws", "2", "--worlds", "1", "--years", "2", "--out", "{out}"), suffix=".md"),
    "data refresh": Command(("data", "refresh", "--out", "{out}"), suffix=".csv"),
    "designs new": Command(("designs", "new", "mine", "--from", "status-quo", "--out", "{folder}"), suffix="mine.toml"),
    "designs from-indigo": Command(
        ("designs", "from-indigo", "{indigo}", "--name", "mine", "--out", "{folder}"), suffix="mine.toml"
    ),
    "interventions": Command(("interventions", "--draws", "2", "--table", "{out}"), suffix=".csv"),
    "stress": Command(("stress", "sib-peterborough", "--out", "{out}"), ("--overwrite",)),
    "municipality": Command(
        ("municipality", "0980", "--years", "1", "--seeds", "1", "--designs", "status-quo", "--out", "{out}"),
        ("--overwrite",),
    ),
}
QUICK = ("run", "report", "batch", "data refresh", "designs new")  # a second or less each


@dataclass(frozen=True)
class Place:
    """A folder of one trial."""

    folder: Path
    command: Command

    @property
    def out(self) -> Path:
        """Where the command writes."""
        return self.folder / (self.command.suffix if "." in self.command.suffix[1:] else f"out{self.command.suffix}")

    def words(self, *more: str) -> list[str]:
        """The command line."""
        plan, indigo = self.folder.parent / "plan.toml", self.folder.parent / "indigo.json"
        there = self.command.again if os.path.lexists(self.out) else ()
        given = (word.format(out=self.out, folder=self.folder, plan=plan, indigo=indigo) for word in self.command.words)
        return ["stupror", *given, *there, *more]


@dataclass
class Process:
    """A forked command, and what it says."""

    number: int
    said: Path
    code: int | None = None

    def wait(self, seconds: float = TIME_LIMIT) -> int:
        """Wait for its end and give its exit code (minus the signal, if one ended it)."""
        end = time.monotonic() + seconds
        while self.code is None:
            done, status = os.waitpid(self.number, os.WNOHANG)
            if done:
                self.code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                self.kill()
                raise AssertionError(f"did not end within {seconds:.0f} s")
            else:
                time.sleep(0.002)
        return self.code

    def kill(self) -> None:
        """End it at once, as a power cut of one process."""
        if self.code is None:
            os.kill(self.number, signal.SIGKILL)
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.number, 0)[1])

    @property
    def text(self) -> str:
        """All that it said."""
        return self.said.read_text(encoding="utf-8", errors="replace")


def start(words: list[str], said: Path, before: Callable[[], None] = lambda: None) -> Process:
    """Run a command in a forked process; `before` is called in it first."""
    sys.stdout.flush()
    sys.stderr.flush()
    number = os.fork()
    if number:
        return Process(number, said)
    code = 70
    try:
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        refresh._ask_statistics, refresh._ask_kolada = _statistics, _kolada
        before()
        sys.argv = words
        cli.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _statistics(_year: int, codes: list[str]) -> list[dict[str, object]]:
    """Stand for Statistics Sweden: nobody is asked."""
    return [{"region": code, "age": age, "value": 1000} for code in codes for age in ("0", "40", "80")]


def _kolada(_year: int, codes: list[str]) -> list[dict[str, object]]:
    return [{"municipality": code, "value": 3000} for code in codes]


def contents(place: Path) -> dict[str, bytes]:
    """All bytes of a result, but what is true of one run alone. What is hidden is for `litter` to look at."""
    if place.is_file():
        return {place.name: place.read_bytes()}
    files = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in files
        if path.name != OWN_TO_A_RUN and not path.name.startswith(".") and "parts" not in path.parts
    }


def litter(folder: Path, out: Path) -> list[str]:
    """Name what lies about: drafts and locks beside the result, and drafts in it."""
    beside = [path for path in folder.iterdir() if path.name.startswith(".")]
    inside = [path for path in out.rglob(".*") if not path.name.startswith(MAY_STAY)]
    return sorted(str(path.relative_to(folder)) for path in [*beside, *inside])


class Yard:
    """Where commands are run: results of commands that were left in peace, and how long they take."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.peace: dict[str, dict[str, bytes]] = {}
        self.seconds: dict[str, float] = {}
        self.count = 0
        place.mkdir(parents=True, exist_ok=True)
        (place / "plan.toml").write_text(PLAN_FILE, encoding="utf-8")
        (place / "indigo.json").write_text(INDIGO, encoding="utf-8")
        self._warm_up()

    def _warm_up(self) -> None:
        """Make one run in this process, so that those that are forked from it need not import and compile."""
        place, argv = self.new("run"), sys.argv
        sys.argv = place.words()
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere), suppress(SystemExit):
            cli.main()
        sys.argv = argv
        self.clear(place)

    def new(self, name: str) -> Place:
        """Make a folder for one trial, with what the command needs."""
        self.count += 1
        place = Place(self.place / f"{self.count:05}", COMMANDS[name])
        place.folder.mkdir()
        if place.command.needs:
            made = self.in_peace(place.command.needs)
            shutil.copytree(self.place / f"peace-{place.command.needs}", place.out)
            assert made
        return place

    def in_peace(self, name: str) -> dict[str, bytes]:
        """Give what a command writes when nothing disturbs it."""
        if name not in self.peace:
            place = self.new(name)
            started = time.perf_counter()
            process = start(place.words(), place.folder / "said")
            code = process.wait()
            assert code == 0, f"{name} in peace ends with {code}: {process.text}"
            self.seconds[name] = time.perf_counter() - started
            self.peace[name] = contents(place.out)
            kept = self.place / f"peace-{name}"
            shutil.copytree(place.out, kept) if place.out.is_dir() else shutil.copy(place.out, kept)
            self.clear(place)
        return self.peace[name]

    def clear(self, place: Place) -> None:
        """Take the folder of a trial away."""
        shutil.rmtree(place.folder, ignore_errors=True)
