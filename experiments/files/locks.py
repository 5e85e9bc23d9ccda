"""Who is at work where: locks that the system gives back when a process ends, however it ends.

Windows and some network file systems have no such locks. There everybody gets one, and what is left of a dead process
is not told from what a living one is making: nothing is swept. Read by `places` and by those who go on in a folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...model.inputs.errors import InputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["alone", "at_work", "dead", "hold"]


def hold(path: Path) -> int | None:
    """Lock a file or folder of one's own for as long as this process lives; None if another made away with it.

    Returns
    -------
    int or None
        A file descriptor to close when the work is over.

    Raises
    ------
    OSError
        If the path cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():  # Windows opens no folders
            return os.open(os.devnull, os.O_RDONLY)
        raise
    if _take(file) is not False and _is(file, path):
        return file
    os.close(file)
    return None


def dead(path: Path) -> bool:
    """Whether nobody holds a draft any more; no, if it cannot be known."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _take(file) is True and _is(file, path)
    finally:
        os.close(file)


@contextmanager
def alone(lock: Path, busy: str, *, keep: bool = False) -> Iterator[None]:
    """Keep all others out who take the same lock, until this is over.

    Parameters
    ----------
    lock
        A file for the lock. It is made, and taken away again unless `keep`.
    busy
        What to say to whoever comes second.
    keep
        Leave the (empty) file where it is.

    Raises
    ------
    InputError
        If another process has the lock.
    OSError
        If the file cannot be made.
    """
    while True:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        if _take(file) is False:
            os.close(file)
            raise InputError([busy])
        if _is(file, lock):
            break
        os.close(file)  # whoever had it has taken the file away in this instant
    try:
        yield
    finally:
        if not keep and fcntl is not None:
            lock.unlink(missing_ok=True)
        os.close(file)


def at_work(lock: Path) -> bool:
    """Whether somebody has this lock."""
    try:
        file = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _take(file) is False
    finally:
        os.close(file)


def _take(file: int) -> bool | None:
    """Take the lock: True if it is had, False if another has it, None if there are no locks here."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network file systems have none
        return None
    return True


def _is(file: int, path: Path) -> bool:
    """Whether the open file is still the one that the path names."""
    try:
        there, here = os.stat(path), os.fstat(file)
    except OSError:
        return False
    return (there.st_ino, there.st_dev) == (here.st_ino, here.st_dev)
