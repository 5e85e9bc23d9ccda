"""The files that the experiments read; `DATA` is where they lie."""

from pathlib import Path

DATA = Path(__file__).parent
