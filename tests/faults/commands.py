"""Commands that are killed, run twice at once, or have no room: what they leave behind is whole, or nothing."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from .yard import COMMANDS, QUICK, Place, Yard, contents, litter, start

__all__ = ["COMMANDS", "FAULTS", "QUICK", "Yard", "attempt"]


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
            for name in ("plan.toml", "indigo.json"):
                words = [str(yard.place / name) if word.endswith(name) else word for word in words]
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
