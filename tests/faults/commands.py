"""Commands that are killed, run twice at once, or have no room: what they leave behind is whole, or nothing.

Each trial runs real commands in processes that are forked from this one, so that a command takes a second and not ten.
What a command has written is held against what it writes when it is left in peace, byte for byte.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from stupror.experiments import cli, refresh

from .sources import CODES, PLAN_FILE

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
        plan = self.folder.parent / "plan.toml"
        there = self.command.again if os.path.lexists(self.out) else ()
        given = (word.format(out=self.out, folder=self.folder, plan=plan) for word in self.command.words)
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


def kill(random: Random, yard: Yard, name: str) -> None:
    """Kill a command at a random moment; what is there then is whole, and the same command comes to the same end."""
    wanted = yard.in_peace(name)
    place = yard.new(name)
    before = contents(place.out) if place.out.exists() else None
    process = start(place.words(), place.folder / "said")
    time.sleep(random.random() * 1.1 * yard.seconds[name])
    process.kill()
    if name not in ("batch", "search") and place.out.exists():
        assert contents(place.out) in (wanted, before), f"{place.out} is half-written"
    whole = process.code == 0 or (place.out.exists() and contents(place.out) == wanted)
    if whole and place.out.is_file() and not place.command.needs and name != "validate":
        place.out.unlink()  # such a command never writes over its result
    goes_on(yard, place, wanted)


def goes_on(yard: Yard, place: Place, wanted: dict[str, bytes]) -> None:
    """Give the same command again, undisturbed: it ends well, with the same bytes, and sweeps what lay about."""
    process = start(place.words(), place.folder / "said")
    code = process.wait()
    assert code == 0, f"given again it ends with {code}: {process.text[:300]}"
    assert contents(place.out) == wanted, f"given again it writes something else into {place.out}"
    left = litter(place.folder, place.out)
    assert not left, f"left: {', '.join(left)}"
    yard.clear(place)


def two(random: Random, yard: Yard, name: str) -> None:
    """Start a command twice for one place: nothing of either is lost without a word."""
    wanted = yard.in_peace(name)
    place = yard.new(name)
    words = place.words()
    one = start(words, place.folder / "said-1")
    time.sleep(random.choice((0.0, random.random() * yard.seconds[name])))
    other = start(words, place.folder / "said-2")
    codes = (one.wait(), other.wait())
    said = (one.text, other.text)
    assert set(codes) <= {0, 2}, f"they end with {codes}: {said}"
    assert 0 in codes, f"neither came through: {said}"
    assert contents(place.out) == wanted, "what is there is not what one of them writes"
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or str(place.folder) in text, f"refused without the place: {text}"
    if codes == (0, 0):
        rewritten = bool(place.command.needs) or name in ("validate", "batch", "search")
        assert rewritten, "both end well, and one is lost"
    kept = [path for path in place.folder.iterdir() if path.name.startswith(f"{place.out.stem}-2")]
    for path in kept:
        assert any(path.name in text for text in said), f"{path} is kept without a word"
    assert not litter(place.folder, place.out), litter(place.folder, place.out)
    yard.clear(place)


def full(random: Random, yard: Yard, name: str) -> None:
    """Let no file grow above a random size: it ends with 1 or 2 and the path, and comes through when there is room."""
    wanted = yard.in_peace(name)
    place = yard.new(name)
    size = random.choice((0, random.randrange(1, 5_000), random.randrange(5_000, 200_000)))
    before = contents(place.out) if place.out.exists() else None

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    said = Path(tempfile.mkdtemp()) / "said"  # a pipe has no size
    reader, writer = os.pipe()
    process = start(place.words(), said, lambda: (os.dup2(writer, 1), os.dup2(writer, 2), little_room())[0])
    os.close(writer)
    text = b""
    while part := os.read(reader, 65536):
        text += part
    os.close(reader)
    code = process.wait()
    words = text.decode("utf-8", "replace")
    shutil.rmtree(said.parent)
    assert code in (0, 1, 2), f"with {size} bytes it ends with {code}: {words}"
    if code:
        assert str(place.folder) in words, f"no path: {words}"
        assert "Traceback" not in words
        assert "[Errno" not in words, words
        if name not in ("batch", "search"):
            assert (contents(place.out) if place.out.exists() else None) == before, "half a result is left"
    elif place.out.is_file() and not place.command.needs and name != "validate":
        place.out.unlink()
    goes_on(yard, place, wanted)


def clock(random: Random, yard: Yard, name: str) -> None:
    """Let the clock jump while a command runs: the result is the same."""
    wanted = yard.in_peace(name)
    place = yard.new(name)
    usual, jump = time.time, Random(random.random())

    def jumping() -> None:
        time.time = lambda: usual() + jump.uniform(-3e8, 3e8)  # type: ignore[assignment]

    process = start(place.words(), place.folder / "said", jumping)
    code = process.wait()
    assert code == 0, f"it ends with {code}: {process.text[:300]}"
    assert contents(place.out) == wanted, "the result depends on the clock"
    yard.clear(place)


def gone(random: Random, yard: Yard, name: str) -> None:
    """Delete the folder that a command stands in: it is refused with the path, or needs no such folder."""
    place = yard.new(name)
    folder = place.folder / "gone"
    folder.mkdir()

    def delete() -> None:
        os.chdir(folder)
        os.environ["PWD"] = str(folder)
        folder.rmdir()

    words = [random.choice(("out", word)) if word == str(place.out) else word for word in place.words()]
    process = start(words, place.folder / "said", delete)
    code = process.wait()
    assert code == 2, f"it ends with {code}: {process.text}"
    assert str(folder) in process.text, process.text
    yard.clear(place)


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Make a folder that nobody can write, root included, where that is possible."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", folder], capture_output=True)
    if done.returncode and os.geteuid() == 0:
        yield False
        return
    if done.returncode:
        folder.chmod(0o500)
    try:
        yield True
    finally:
        if done.returncode:
            folder.chmod(0o700)
        else:
            subprocess.run(["umount", folder], check=True)


def no_right(random: Random, yard: Yard, name: str) -> None:
    """Give a command a place that cannot be written: it is refused before it runs, with the path."""
    if COMMANDS[name].needs:
        return
    place = yard.new(name)
    below = random.choice(("", "deep/er"))
    target = place.folder / "closed"
    target.mkdir()
    closed = Place(target / below if below else target, place.command)
    with read_only(target) as possible:
        if possible:
            words = [
                word.replace(str(target.parent / "plan.toml"), str(yard.place / "plan.toml")) for word in closed.words()
            ]
            words = [str(yard.place / "plan.toml") if word.endswith("plan.toml") else word for word in words]
            process = start(words, place.folder / "said")
            code = process.wait()
            assert code == 2, f"it ends with {code}: {process.text}"
            assert str(target) in process.text, process.text
    yard.clear(place)


FAULTS: dict[str, Callable[[Random, Yard, str], None]] = {
    "kill": kill,
    "two": two,
    "full": full,
    "clock": clock,
    "gone": gone,
    "no right": no_right,
}


def attempt(fault: str, name: str, seed: int, number: int, yard: Yard) -> str | None:
    """Make one trial; say how it failed, if it did."""
    try:
        FAULTS[fault](Random(f"{fault}/{name}/{seed}/{number}"), yard, name)
    except (AssertionError, OSError) as wrong:
        return " ".join(str(wrong).split())[:400] or type(wrong).__name__
    return None
