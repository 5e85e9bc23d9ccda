"""New files and folders: made beside the wanted place, and put there whole in one instant when all has gone well.

What is made is a hidden draft, `.NAME.MACHINE.PROCESS`, locked while its writer lives. So a second writer of the same
place is refused at once; one that got through is found out at the end, where its work is kept under another name; and
drafts of writers that were killed are swept by whoever writes there next. Nothing that another has put in the place is
ever replaced, unless it was there at the beginning and was to be replaced. Read by all that write.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...model.inputs.errors import InputError
from . import locks

__all__ = ["WriteError", "cannot", "make_folder", "new_file", "new_folder", "why", "write_text"]

MOST_KEPT = 1000
Check = Callable[[Path], None]


class WriteError(Exception):
    """Something that could not be written, in one sentence that names the place and the reason."""


def why(error: OSError) -> str:
    """Say why the system refused, in its own words without numbers; pyarrow hides the number in a text."""
    found = re.search(r"errno (\d+)", str(error), re.IGNORECASE)
    number = error.errno or (int(found[1]) if found else None)
    return os.strerror(number) if number else " ".join(str(error).split())


def cannot(place: Path, error: OSError) -> str:
    """Say that a place cannot be written, and why."""
    return f"{place}: cannot be written ({why(error)})"


@contextmanager
def new_folder(wanted: Path, check: Check, *, replace: bool = False) -> Iterator[Path]:
    """Hand out an empty folder that becomes `wanted` when all has gone well, and vanishes otherwise.

    Parameters
    ----------
    wanted
        The folder to make.
    check
        Raises InputError if the place may not be taken as it is. Asked at the beginning and again at the end.
    replace
        Whether what is there at the beginning is replaced.

    Raises
    ------
    InputError
        If the place is taken or cannot be written, before anything is; or if another has taken it meanwhile: then what
        was made is kept under a name that the message gives.
    WriteError
        If there is no space, or the place has become unwritable, on the way. Nothing is left then.
    """
    with _new(wanted, check, replace, lambda draft: draft.mkdir()) as draft:
        yield draft


@contextmanager
def new_file(wanted: Path, *, replace: bool = False) -> Iterator[Path]:
    """Hand out an empty file that becomes `wanted` when all has gone well, and vanishes otherwise.

    Parameters and errors as for `new_folder`; a file that exists is refused unless it is to be replaced.
    """

    def check(target: Path) -> None:
        if os.path.lexists(target) and not replace:
            raise InputError([f"{wanted}: exists. Name a new file."])
        if target.is_dir():
            raise InputError([f"{wanted}: is a folder. Name a file."])

    with _new(wanted, check, replace, lambda draft: draft.touch(exist_ok=False)) as draft:
        yield draft


@contextmanager
def _new(wanted: Path, check: Check, replace: bool, make: Callable[[Path], None]) -> Iterator[Path]:
    target = _resolved(wanted)
    missing = _missing_above(wanted, target)
    try:
        _sweep(wanted, target)
        check(target)
        seen = _identity(target) if replace else None
        target.parent.mkdir(parents=True, exist_ok=True)
        draft, held = _draft(target, make)
    except OSError as error:
        _remove_empty(missing)
        raise InputError([f"{cannot(wanted, error)}. Name another place with --out."]) from error
    try:
        yield draft
        _put(wanted, target, draft, check, seen)
    except OSError as error:
        raise WriteError(f"{cannot(wanted, error)}. Nothing is left of it; make room or name another place.") from error
    finally:
        _remove(draft)
        _remove_empty(missing)
        os.close(held)


def _resolved(wanted: Path) -> Path:
    try:
        return wanted.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no current folder, a circle of links, a NUL
        reason = why(error) if isinstance(error, OSError) else " ".join(str(error).split())
        raise InputError([f"{wanted}: no place to write to ({reason}). Give a whole path."]) from error


def _missing_above(wanted: Path, target: Path) -> list[Path]:
    """Name the folders above a place that are not there yet; refuse a place below a file."""
    above = (target.parent, *target.parent.parents)
    missing = [path for path in above if not os.path.lexists(path)]
    there = next(path for path in above if path not in missing)
    if not there.is_dir():
        raise InputError([f"{wanted}: {there} is a file, so nothing can stand in it. Name another place with --out."])
    return missing


def _draft(target: Path, make: Callable[[Path], None]) -> tuple[Path, int]:
    """Make a draft and lock it; again, if another swept it in the instant between."""
    for _ in range(10):
        draft = target.with_name(f"{_prefix(target)}{os.getpid()}")
        make(draft)
        held = locks.hold(draft)
        if held is not None:
            return draft, held
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def _prefix(target: Path) -> str:
    machine = re.sub(r"[^A-Za-z0-9-]", "-", platform.node())[:40]
    return f".{target.name}.{machine}."


def _sweep(wanted: Path, target: Path) -> None:
    """Take away what killed writers of this place left, on this machine; refuse to be the second who writes it."""
    prefix = _prefix(target)
    for path in sorted(target.parent.iterdir()) if target.parent.is_dir() else ():
        process, _, old = path.name.removeprefix(prefix).partition(".")
        if not (path.name.startswith(prefix) and process.isdigit() and old in ("", "old")):
            continue
        if not locks.dead(path):
            if locks.at_work(path):
                raise InputError([f"{wanted}: another command is writing it ({path}). Wait for it, or name another."])
        elif old and not os.path.lexists(target):
            path.rename(target)  # killed between two names: what was to be replaced comes back
        else:
            _remove(path)


def _remove(path: Path) -> None:
    """Take away a draft, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_empty(folders: Sequence[Path]) -> None:
    """Take away folders that were made for nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _identity(path: Path) -> object:
    """Tell what stands in a place from anything else that may come to stand there; None if there is nothing."""
    try:
        stat = path.stat()
        if path.is_dir():
            return stat.st_dev, stat.st_ino
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _put(wanted: Path, target: Path, draft: Path, check: Check, seen: object) -> None:
    """Put the draft in its place, unless another has taken that meanwhile: then keep it beside, and say so."""
    try:
        check(target)  # again: it may not be what it was
        taken = not (_exchange(target, draft, check, seen) if seen is not None else _claim(target, draft))
    except InputError:
        taken = True
    if not taken:
        return
    for number in range(2, MOST_KEPT):
        kept = target.with_name(f"{target.stem}-{number}{target.suffix}")
        if _claim(kept, draft):
            beside = wanted.with_name(kept.name)
            raise InputError([f"{wanted}: was written by another command meanwhile. What this one made: {beside}."])
    raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))


def _claim(target: Path, draft: Path) -> bool:
    """Give the draft a name that nobody has, in one instant; False if somebody has it."""
    try:
        if draft.is_dir():
            draft.rename(target)  # fails on everything but an empty folder
        else:
            _link(draft, target)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR):
            return False
        raise
    return True


def _link(draft: Path, target: Path) -> None:
    """Name a file without taking the name from another; where files have one name only, take the name first."""
    try:
        os.link(draft, target)
    except OSError as error:
        if error.errno == errno.EEXIST:
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        draft.replace(target)
    else:
        draft.unlink()


def _exchange(target: Path, draft: Path, check: Check, seen: object) -> bool:
    """Let draft and target change places; False if it is not the old one that comes out, which is put back then."""
    if not os.path.lexists(target):
        return _claim(target, draft)
    if _swap(draft, target):
        if _identity(draft) == seen and _passes(check, draft):
            return True
        _swap(draft, target)
        return False
    old = draft.with_name(f"{draft.name}.old")
    target.rename(old)
    if _identity(old) != seen or not _passes(check, old) or not _claim(target, draft):
        old.rename(target)
        return False
    _remove(old)
    return True


def _passes(check: Check, path: Path) -> bool:
    try:
        check(path)
    except InputError:
        return False
    return True


def _swap(one: Path, other: Path) -> bool:
    """Exchange two names in one instant, where the system can (Linux); False if it cannot."""
    if sys.platform != "linux":
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def make_folder(wanted: Path) -> None:
    """Make a folder that others may go on in; one that is there is left alone.

    Raises
    ------
    InputError
        If it cannot be made, or something else has its name.
    """
    _missing_above(wanted, _resolved(wanted))
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError([f"{wanted}: is not a folder. Name another with --out."]) from None
    except OSError as error:
        raise InputError([f"{cannot(wanted, error)}. Name another with --out."]) from error


def write_text(path: Path, text: str) -> None:
    """Write a small file of a folder that one has for oneself, whole or not at all; what was there is replaced."""
    draft = path.with_name(f".draft-{path.name}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
