"""The gate: every file from outside comes in here as text, or is refused in words before anything is done with it.

People save with Notepad, Excel, Word and on a Mac. So text is read by its mark (UTF-8, UTF-16) or, without one, as
UTF-8 and else as Windows-1252; letters are put together (NFC), line ends made alike, what cannot be seen is dropped.
What is no file, is too large, or holds control characters, is refused. Read by `toml` and `cells`.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from pathlib import Path

from ..errors import InputError, nearest

__all__ = ["MOST_BYTES", "read_text", "tidy"]

MOST_BYTES = 4_000_000  # ten times the largest file that anybody has had a reason to write
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # the last ones turn text around
_KINDS = (
    (b"PK\x03\x04", "an Excel, Word or zip file (in Excel: Save as, 'CSV UTF-8')"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (in Excel: Save as, 'CSV UTF-8')"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet table (write it as CSV)"),
    (b"\x1f\x8b", "a packed file (unpack it first)"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text of Word or WordPad (save it as plain text)"),
)
_MARKS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """Read a text file, at most `most` bytes of it.

    Raises
    ------
    InputError
        If there is no such file (with the nearest name), or it is a folder, a device or a pipe, too large, or no text.
    """
    data = _bytes(path, most)
    if kind := next((kind for mark, kind in _KINDS if data.startswith(mark)), ""):
        raise InputError([f"{path}: is {kind}, and no text."])
    text = tidy(_decoded(path, data))
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(
            [f"{path}, line {line}: has a control character (U+{ord(found[0]):04X}): it is no plain text."]
        )
    return text


def tidy(text: str) -> str:
    """Put letters together, make line ends alike and drop what cannot be seen."""
    whole = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _bytes(path: Path, most: int) -> bytes:
    """Read the bytes of a regular file; nothing else is opened, as a pipe would never answer."""
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise InputError([f"{path}: cannot be read (it is a folder). Name a file in it."])
        if not stat.S_ISREG(kind.st_mode):
            raise InputError([f"{path}: cannot be read (it is no file but a pipe or a device)."])
        with os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        ) as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise InputError([f"{path}: there is no such file.{_likely(path)}"]) from None
    except ValueError:  # a NUL in the name
        raise InputError([f"{str(path)!r}: cannot be the name of a file."]) from None
    except OSError as error:
        raise InputError([f"{_cut(path)}: cannot be read ({error.strerror})."]) from None
    if len(data) > most:
        raise InputError([f"{path}: is larger than {most / 1e6:g} MB, which no such file is. Is it the right one?"])
    return data


def _cut(path: Path) -> str:
    """Write a path so that one line holds it."""
    text = str(path)
    return text if len(text) <= 200 else f"{text[:80]}...{text[-40:]}"


def _likely(path: Path) -> str:
    """Say which file was probably meant: with other slashes, or one of the folder with nearly that name."""
    if "\\" in str(path):
        return f" Write / between folders: '{str(path).replace(chr(92), '/')}'."
    try:
        alike = (each.name for each in path.parent.iterdir() if each.suffix.lower() == path.suffix.lower())
        beside = [name for name, _ in zip(alike, range(500), strict=False)] if path.suffix else []
    except (OSError, ValueError):
        beside = []
    stems = {Path(each).stem: each for each in beside}
    near = nearest(path.stem, stems)
    return f" Did you mean '{path.with_name(stems[near])}'?" if near else ""


def _decoded(path: Path, data: bytes) -> str:
    """Turn bytes into text by their mark; without one as UTF-8, and else as Windows-1252."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding and len(data) >= 4 and 0 in data[:4]:
        zeros = (data[0::2].count(0), data[1::2].count(0))  # UTF-16 without its mark: every other byte of Latin text
        encoding = "utf-16-le" if zeros[1] > len(data) / 3 else "utf-16-be" if zeros[0] > len(data) / 3 else ""
    for name in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return data.decode(name)
        except UnicodeDecodeError as error:
            where = error.start + 1
    what = encoding.upper() if encoding else "UTF-8 nor Windows-1252"
    raise InputError([f"{path}: is not {what} (byte {where}). Save it as UTF-8: in Excel as 'CSV UTF-8'."])
