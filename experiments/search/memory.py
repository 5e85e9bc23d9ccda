"""Judging designs once: what a search has found out stands in a file, and is never found out again.

A search that was killed at any moment loses the candidates that were in flight, and nothing else. Read by `search`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from ...analysis.measures.objectives import OBJECTIVES
from ...model.contracts import Design
from ..files.records import note, read_note

__all__ = ["MEMORY", "MEMORY_AGAIN", "Judge", "remembering"]

MEMORY, MEMORY_AGAIN = "search.jsonl", "held_out.jsonl"

Frame = pd.DataFrame
Judge = Callable[[Sequence[Design], Sequence[int]], Frame]
"""Runs every design with every seed: columns design, seed and one for each key of `OBJECTIVES`, NaN for no value."""


def remembering(
    judge: Judge, seeds: tuple[int, ...], file: Path, at_once: int, count: Callable[[int], None]
) -> Callable[[Sequence[Design]], Frame]:
    """Make a function that judges designs with these seeds, and never one of them twice.

    What it has judged stands in `file`, a line of JSON for each design, written as soon as it is known. A last line
    that was cut short when the search was killed is dropped; a line that is not what was written counts for nothing,
    and its design is judged again.
    """
    known = _known(file)
    count(len(known))

    def judged(designs: Sequence[Design]) -> Frame:
        new = [design for design in designs if design.name not in known]
        for first in range(0, len(new), at_once):
            values = judge(new[first : first + at_once], seeds)
            for name, part in values.groupby("design", sort=False):
                known[str(name)] = part
                _append(file, part)
                count(1)
        return pd.concat([known[design.name] for design in designs], ignore_index=True) if designs else pd.DataFrame()

    return judged


def _append(file: Path, part: Frame) -> None:
    """Write one judged design, and make sure that it is on the disk."""
    values = part[list(OBJECTIVES)].astype(object).where(part[list(OBJECTIVES)].notna(), None)  # JSON knows no NaN
    record = {"design": part["design"].iloc[0], "seed": part["seed"].tolist()}
    record |= {str(name): column for name, column in values.to_dict("list").items()}
    with file.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(note(record) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def _known(file: Path) -> dict[str, Frame]:
    """Read what has been judged; a last line without its end is taken away."""
    if not file.exists():
        return {}
    whole = file.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    os.truncate(file, len(whole))
    read = [read_note(line.decode("utf-8", "replace")) for line in whole.split(b"\n")[:-1]]
    return {
        record["design"]: pd.DataFrame(record).astype(dict.fromkeys(OBJECTIVES, float))
        for record in read
        if record is not None
    }
