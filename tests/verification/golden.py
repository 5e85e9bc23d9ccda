"""One hash per design and one per result table: a result that moves by more than a last digit changes one of each.

    python -m tests.verification.golden                        # one hash over everything: did a change move a result?
    python -m tests.verification.golden --each                 # before it, the hash of each design and each table
    python -m tests.verification.golden --write "- The line."  # a result is meant to move: the line of CHANGELOG.md

Two counties' worth of places, every way of paying, some seconds once kernels are compiled. Whole numbers and text count
exactly, other numbers to nine significant digits: processors and libraries differ in the last of sixteen.
"""

import argparse
import hashlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "golden.toml"
CHANGELOG = ROOT / "CHANGELOG.md"
COMMAND = "python -m tests.verification.golden"

PLACES = ["10", "0767"]  # a county, and a municipality of another one
YEARS = 8
FOLLOW_UP = 2  # years: with the usual follow-up hardly any project would be judged, paid for and learned from
RUNS = ((1, True), (2, False))  # seed, with detail
DESIGNS = (
    "status-quo",
    "municipal-fund",
    "municipal-fund-repayment",
    "regional-fund",
    "rur-fund",
    "pooled-budget",
    "sib-peterborough",
    "state-outcomes-fund",
    "tax-revenue",
    "danish-two-part",
    "planner",
    "state-outcomes-fund+competence-centre",
)
UNTOLD = {"scenario_hash", "version"}  # of `runs`: columns that say under which name a run was made, not what it found


def digest(parts: Iterator[bytes] | list[bytes]) -> str:
    """One hash of several parts."""
    return hashlib.blake2b(b"\0".join(parts), digest_size=8).hexdigest()


def as_bytes(column: pd.Series) -> bytes:
    """Values of a column: numbers that are not whole to nine significant digits, all else exactly."""
    values = column.to_numpy()
    if values.dtype.kind in "iub":
        return values.astype(np.int64).tobytes()
    if values.dtype.kind == "f":
        return "\0".join(f"{value + 0.0:.8e}" for value in values).encode()  # + 0.0: there is one nought
    return "\0".join(map(str, values)).encode()


def hash_of(table: pd.DataFrame) -> str:
    """Hash of the names and the values of the columns of a table."""
    named = [name for name in table.columns if name not in UNTOLD]
    return digest([part for name in named for part in (str(name).encode(), as_bytes(table[name]))])


def measured() -> dict[str, str | dict[str, str]]:
    """Run everything: hash of the built-in scenario, of each design over all tables, of each table over all designs."""
    spec = select(load_scenario(), PLACES).replace("project.follow_up_years", FOLLOW_UP)
    found: dict[tuple[str, str], bytes] = {}
    for design in DESIGNS:
        for seed, detail in RUNS:
            for name, table in simulate(spec, load_design(design), seed=seed, years=YEARS, detail=detail).items():
                found[design, name] = found.get((design, name), b"") + hash_of(table).encode()
    tables = dict.fromkeys(name for _, name in found)
    return {
        "scenario": load_scenario().hash(),
        "designs": {each: digest([b for (design, _), b in found.items() if design == each]) for each in DESIGNS},
        "tables": {each: digest([b for (_, name), b in found.items() if name == each]) for each in tables},
    }


def total(found: dict[str, str | dict[str, str]]) -> str:
    """One hash over everything."""
    return digest([repr(sorted(each.items()) if isinstance(each, dict) else each).encode() for each in found.values()])


def moved(kept: dict[str, dict[str, str]], found: dict[str, dict[str, str]], kind: str) -> list[str]:
    """Names of the designs, or tables, that are not as they were kept."""
    names = dict.fromkeys((*kept[kind], *found[kind]))
    return [name for name in names if kept[kind].get(name) != found[kind].get(name)]


def read() -> dict[str, str | dict[str, str]]:
    """What is kept."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def accounted(line: str) -> bool:
    """Whether a line stands in the changelog, word for word."""
    return bool(line.strip()) and line.strip() in map(str.strip, CHANGELOG.read_text(encoding="utf-8").splitlines())


def write(line: str, found: dict[str, str | dict[str, str]]) -> None:
    """Keep these hashes, and the line that accounts for them."""
    text = [
        f'# What the runs of tests/verification/golden.py came to. Written by: {COMMAND} --write "LINE"',
        "# where LINE is the line of CHANGELOG.md that says which results moved, and why.",
        f"changelog = '''{line.strip()}'''",
        f'scenario = "{found["scenario"]}"',
    ]
    for kind in ("designs", "tables"):
        text += ["", f"[{kind}]", *(f'"{name}" = "{value}"' for name, value in found[kind].items())]
    FILE.write_text("\n".join(text) + "\n", encoding="utf-8")


def main() -> int:
    """Print the hash, or write the file anew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog=COMMAND)
    parser.add_argument("--each", action="store_true", help="print the hash of each design and each table, too")
    parser.add_argument("--write", nargs="?", const="", metavar="LINE", help="write tests/golden.toml anew")
    asked = parser.parse_args()
    if asked.write is not None and not accounted(asked.write):
        said = f"no line of CHANGELOG.md reads '{asked.write}'" if asked.write.strip() else "no line was given"
        sys.stderr.write(
            f"tests/golden.toml is only written together with a line of CHANGELOG.md that says which results moved and "
            f'why, and {said}: {COMMAND} --write "the line, word for word"\n'
        )
        return 2
    found = measured()
    if asked.write is not None:
        write(asked.write, found)
    if asked.each:
        for kind in ("designs", "tables"):
            sys.stdout.writelines(f"{value}  {kind[:-1]} {name}\n" for name, value in found[kind].items())
        sys.stdout.write(f"{found['scenario']}  scenario\n")
    sys.stdout.write(f"{total(found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
