"""Compiled code is kept where it can be, and a cache that is torn, full or closed stops nothing."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import pytest

import stupror.model
from stupror.model.inputs.compiled import kernel


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def module(folder: Path) -> ModuleType:
    file = folder / "plain.py"
    file.write_text("def plus(x):\n    return x + 1\n")
    spec = importlib.util.spec_from_file_location("plain", file)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("torn", ["*.nbi", "*.nbc", "*.nb*"])
def test_what_is_torn_is_compiled_anew(torn: str, cache: Path, tmp_path: Path) -> None:
    plain = module(tmp_path)
    assert kernel(plain.plus)(1) == 2
    files = list(cache.rglob(torn))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:20])
    again: Any = kernel(plain.plus)
    assert again(1) == 2
    third: Any = kernel(plain.plus)
    assert third(1) == 2
    assert sum(third.stats.cache_hits.values()) == 1, "what was compiled anew must be kept"


def test_a_cache_that_cannot_be_written_costs_time_alone(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    made: Any = kernel(module(tmp_path).plus)
    monkeypatch.setattr(type(made._cache._cache), "save_overload", full)
    assert made(1) == 2


def test_the_cache_lies_in_the_first_place_that_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    closed, mine = tmp_path / "file" / "x", tmp_path / "mine"
    places = (("NUMBA_CACHE_DIR", mine), ("NUMBA_CACHE_DIR", closed), ("XDG_CACHE_HOME", closed))
    here = (tmp_path / "source", tmp_path / "source", closed)
    wanted = (mine / "kernels-1", tmp_path / "source" / "__pycache__" / "kernels-1", None)
    for (name, place), source, expected in zip(places, here, wanted, strict=True):
        monkeypatch.setenv(name, str(place))
        found = stupror.model._first_writable("kernels-1", source)
        assert found.is_dir()
        if expected is None:  # nobody else can have put anything there
            assert (found.stat().st_mode & 0o777, found.stat().st_uid) == (0o700, os.geteuid())
        else:
            assert found == expected
