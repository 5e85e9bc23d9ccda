"""The list of slow tests names files and tests that exist: a renamed one does not slip into the quick run unseen."""

from pathlib import Path

import pytest

from tests.conftest import SLOW

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", SLOW)
def test_what_is_called_slow_exists(name: str) -> None:
    file, _, test = name.partition("::")
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8") if test else (ROOT / file).is_file()
