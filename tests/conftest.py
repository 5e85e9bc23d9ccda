"""What all tests share: the command line as a function."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None)  # how long an example takes says more of the machine than of the code
settings.load_profile("suite")


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def stupror(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run `stupror` with these words, in this process."""
    from stupror.experiments.cli import main

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["stupror", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call
