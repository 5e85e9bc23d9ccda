"""The files that the model read; `DATA` is where they lie."""

from pathlib import Path

DATA = Path(__file__).parent
