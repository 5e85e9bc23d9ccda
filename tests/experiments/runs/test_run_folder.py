"""A folder of results appears whole or not at all, and never over anybody's work."""

import json
from pathlib import Path

import pytest

from stupror.experiments.runs.run_folder import MANIFEST, new_folder, read_folder, this_run
from stupror.model.inputs.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")


def fill(folder: Path, content: str) -> None:
    (folder / MANIFEST).write_text(json.dumps({"software": "stupror", "content": content}))


def content(folder: Path) -> str:
    return json.loads((folder / MANIFEST).read_text())["content"]


def test_a_folder_appears_only_when_all_has_gone_well(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "er"
    with new_folder(out) as draft:
        assert not out.exists()
        fill(draft, "new")
    assert content(out) == "new"
    assert [path.name for path in out.parent.iterdir()] == ["er"]


def test_a_failure_leaves_nothing_behind_not_even_the_folders_above(tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "deep" / "er") as draft:
            fill(draft, "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_overwrite_replaces_our_results_and_a_failure_keeps_the_old_ones(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_folder(out) as draft:
        fill(draft, "old")

    def fail() -> None:
        with new_folder(out, overwrite=True):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert content(out) == "old"
    with new_folder(out, overwrite=True) as draft:
        fill(draft, "new")
    assert content(out) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (None, "--overwrite replaces results of stupror only"),
        ('{"software": "another"}', "--overwrite replaces results of stupror only"),
        ("no json", r"cannot be read .* put a copy of it back"),
        ("[]", r"is not what stupror writes there\. .* put a copy of it back"),
    ],
)
def test_overwrite_refuses_a_folder_that_is_not_ours(tmp_path: Path, manifest: str | None, told: str) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with (
        pytest.raises(InputError, match=told),
        new_folder(tmp_path, overwrite=True),
    ):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_overwrite_spares_what_somebody_has_put_beside_our_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_folder(out) as draft:
        fill(draft, "old")
    (out / "notes.txt").write_text("what I think of it")
    (out / ".DS_Store").write_text("left by a file manager")
    with pytest.raises(InputError, match=r"notes\.txt, which stupror did not write"), new_folder(out, overwrite=True):
        pass
    assert (content(out), (out / "notes.txt").read_text()) == ("old", "what I think of it")


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exists"), new_folder(tmp_path):
        pass


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file" / "out", tmp_path / "file"):
        with pytest.raises(InputError, match=r"is a file|is not a folder"), new_folder(out):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    with new_folder(tmp_path / "real") as draft:
        fill(draft, "old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with new_folder(tmp_path / "link", overwrite=True) as draft:
        fill(draft, "new")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == "new"


def test_reading_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results of stupror"):
        read_folder(tmp_path)


@pytest.mark.parametrize("manifest", [{}, {"scenario": {}}, {"scenario": {}, "files": {"costs.parquet": ""}}])
def test_reading_a_folder_that_lacks_something_is_refused(tmp_path: Path, manifest: dict[str, object]) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"software": "stupror", **manifest}))
    with pytest.raises(InputError, match=r"'scenario' is missing|'scenario\.title' is missing"):
        read_folder(tmp_path)


def test_the_command_line_of_a_run_can_be_typed_again() -> None:
    assert this_run(["run", "my world.toml"], 1.0, 1)["command"] == "stupror run 'my world.toml'"
