"""What is written appears whole, for one writer, and nothing of another is lost."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stupror.experiments.files import locks, places
from stupror.experiments.files.places import WriteError, new_file
from stupror.experiments.runs.run_folder import MANIFEST, new_folder
from stupror.model.inputs.errors import InputError

OURS = '{"software": "stupror"}'


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_second_writer_of_a_place_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as draft:
        (draft / MANIFEST).write_text(OURS)
        with pytest.raises(InputError, match="another command is writing it"), new_folder(tmp_path / "out"):
            pass
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_another_put_there_meanwhile_stays_and_ours_is_kept_beside(tmp_path: Path, overwrite: bool) -> None:
    out = tmp_path / "out"
    if overwrite:
        with new_folder(out) as draft:
            (draft / MANIFEST).write_text(OURS)

    def late() -> None:
        with new_folder(out, overwrite=overwrite) as draft:
            (draft / MANIFEST).write_text(OURS)
            (draft / "mine").touch()
            if overwrite:
                out.rename(tmp_path / "away")
            out.mkdir()
            (out / MANIFEST).write_text(OURS)
            (out / "theirs").touch()

    with pytest.raises(InputError, match=r"was written by another command meanwhile.*out-2"):
        late()
    assert names(out) == [MANIFEST, "theirs"]
    assert names(tmp_path / "out-2") == [MANIFEST, "mine"]
    assert [name for name in names(tmp_path) if name.startswith(".")] == []


def test_overwrite_is_asked_again_at_the_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_folder(out) as draft:
        (draft / MANIFEST).write_text(OURS)

    def late() -> None:
        with new_folder(out, overwrite=True) as draft:
            (draft / MANIFEST).write_text(OURS)
            (out / "thesis.txt").write_text("years of work")

    with pytest.raises(InputError, match="out-2"):
        late()
    assert (out / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_that_another_wrote_meanwhile_stays(tmp_path: Path, replace: bool) -> None:
    out = tmp_path / "out.csv"
    if replace:
        out.write_text("old")

    def late() -> None:
        with new_file(out, replace=replace) as draft:
            draft.write_text("mine")
            out.write_text("theirs")

    with pytest.raises(InputError, match=r"out-2\.csv"):
        late()
    assert (out.read_text(), (tmp_path / "out-2.csv").read_text()) == ("theirs", "mine")
    assert names(tmp_path) == ["out-2.csv", "out.csv"]


WRITE_AND_WAIT = """
import sys, time
from pathlib import Path
from stupror.experiments.runs.run_folder import new_folder
with new_folder(Path(sys.argv[1])) as draft:
    (draft / "half").touch()
    time.sleep(60)
"""


def test_a_draft_of_a_killed_writer_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", WRITE_AND_WAIT, tmp_path / "out"])
    end = time.monotonic() + 50.0
    while not list(tmp_path.glob(".out.*/half")) and time.monotonic() < end:
        time.sleep(0.02)
    with pytest.raises(InputError, match="another command is writing it"), new_folder(tmp_path / "out"):
        pass
    child.kill()
    child.wait()
    assert len(names(tmp_path)) == 1
    with new_folder(tmp_path / "out"):
        pass
    assert names(tmp_path) == ["out"]


def test_a_full_disk_names_the_place_and_leaves_nothing(tmp_path: Path) -> None:
    def fails() -> None:
        with new_folder(tmp_path / "deep" / "out"):
            raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match=rf"{tmp_path}/deep/out: cannot be written \(No space left on device\)"):
        fails()
    assert names(tmp_path) == []


def test_a_lock_is_given_back_and_the_second_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locks.alone(lock, "busy"):
        assert locks.at_work(lock)
        with pytest.raises(InputError, match="busy"), locks.alone(lock, "busy"):
            pass
    assert not locks.at_work(lock)
    assert not lock.exists()


def test_where_names_cannot_be_exchanged_the_old_goes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_swap", lambda *_: False)
    test_what_another_put_there_meanwhile_stays_and_ours_is_kept_beside(tmp_path, overwrite=True)
    with new_folder(tmp_path / "new") as draft:
        (draft / MANIFEST).write_text(OURS)
    before = os.stat(tmp_path / "new").st_ino
    with new_folder(tmp_path / "new", overwrite=True) as draft:
        (draft / MANIFEST).write_text(OURS)
    assert os.stat(tmp_path / "new").st_ino != before
