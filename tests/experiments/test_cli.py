"""The commands as a user meets them: refusals, exit codes, and folders that are the same whoever ran them."""

import json
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import typer

from stupror.experiments import cli
from stupror.experiments.cli import stoppable
from stupror.experiments.files.places import make_folder
from stupror.experiments.runs.run_folder import MANIFEST
from stupror.model.contracts import add_on_names, design_names
from stupror.model.inputs.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

Stupror = Callable[..., Any]
SMALL = ("--municipalities", "1060", "--years", 2)

HORIZON = '[parameters.committee.horizon]\nvalue = 8\nsource = "assumed: a test"\n'


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (HORIZON.replace("horizon", "horizn"), ["horizn", "committee.horizon"]),
        (HORIZON + 'unit = "month"\n', ["committee.horizon", "'month'", "'year'"]),
        (HORIZON.replace("= 8", "= 800"), ["committee.horizon", "800", "1 to 65"]),
        (HORIZON.replace("source", "origin"), ["committee.horizon", "source"]),
        ("committee: {horizon: 8}\n", ["is not TOML"]),
    ],
    ids=["unknown key", "wrong unit", "out of range", "no source", "not TOML"],
)
def test_a_bad_scenario_is_refused(stupror: Stupror, tmp_path: Path, scenario: str, words: list[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(scenario)
    refused(stupror("run", file, "--out", tmp_path / "out"), tmp_path, ["mine.toml", *words])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--design", "status-qou"], ["'status-qou'", "'status-quo'"]),
        (["--municipalities", "9999"], ["'9999'"]),
        (["--municipalities", ""], ["--municipalities is ''"]),
        (["--municipalities", ","], ["--municipalities is ','"]),
        (["--municipalities", "Karlskorna"], ["'Karlskorna'", "Karlskrona"]),
        (["--years", "-3"], ["--years is -3", "1 to 45"]),
        (["--years", "46"], ["--years is 46", "1 to 45"]),
        (["--years", "ten"], ["--years", "is not a number"]),
        (["--years", "2.5"], ["--years", "is not a whole number"]),
        (["--years", "1,5"], ["--years", "is not a whole number"]),
        (["--years", "١٢"], ["--years", "other figures than 0-9"]),
        (["--seed", "-1"], ["--seed is -1"]),
        (["--threads", "0"], ["--threads is 0"]),
        (["--threads", "1000000"], ["--threads is 1000000"]),
        (["--language", "fi"], ["'fi'", "en, sv"]),
        (["--sed", "1"], ["--sed"]),
        (["--seed", "1", "--seed=2"], ["--seed", "is given more than once"]),
    ],
    ids=lambda value: "=".join(value) if value[0].startswith("--") else "",
)
def test_a_bad_option_is_refused(stupror: Stupror, tmp_path: Path, options: list[str], words: list[str]) -> None:
    refused(stupror("run", "--out", tmp_path / "out", *options), tmp_path, words)


def test_all_problems_are_told_at_once(stupror: Stupror, tmp_path: Path) -> None:
    answer = stupror("compare", "--out", tmp_path / "out", "--years", 0, "--seeds", 0, "--workers", -2, "--seed", -1)
    assert len(answer.err.splitlines()) == 4, answer.err
    answer = stupror("compare", "--out", tmp_path / "out", "--designs", "statusquo,plannr")
    refused(answer, tmp_path, ["'status-quo'", "'planner'"])


def test_a_missing_scenario_file_is_refused(stupror: Stupror, tmp_path: Path) -> None:
    refused(stupror("run", tmp_path / "none.toml", "--out", tmp_path / "out"), tmp_path, ["none.toml"])


def test_one_design_named_twice_is_refused(stupror: Stupror, tmp_path: Path) -> None:
    answer = stupror("compare", "--out", tmp_path / "out", "--designs", "planner,planner", *SMALL)
    refused(answer, tmp_path, ["'planner' is named twice"])
    assert "says the same" not in answer.err


def test_a_folder_that_exists_is_refused(stupror: Stupror, tmp_path: Path) -> None:
    refused(stupror("run", "--out", tmp_path, *SMALL), tmp_path, ["exists", "--overwrite"])
    refused(stupror("run", "--out", tmp_path, "--overwrite", *SMALL), tmp_path, ["holds none"])


def test_a_place_below_a_file_is_refused(stupror: Stupror, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(stupror("run", "--out", tmp_path / "file" / "out", *SMALL), tmp_path, ["file is a file"])
    with pytest.raises(InputError, match="file is a file, so nothing can stand in it"):
        make_folder(tmp_path / "file" / "deep" / "batch")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere; Windows has other rights")
def test_a_folder_without_the_right_to_write_is_refused(stupror: Stupror, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    refused(stupror("run", "--out", locked / "out", *SMALL), tmp_path, ["cannot be written"])


def refused(answer: Any, folder: Path, words: list[str]) -> None:
    """Exit code 2, a message with these words, no traceback, and nothing written."""
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    assert answer.out == ""
    for word in words:
        assert word in answer.err
    assert not (folder / "out").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_failed_run_says_design_and_seed_in_one_line(
    stupror: Stupror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_spec: object, **_terms: object) -> None:
        raise ZeroDivisionError("2031\nnobody lives here")

    monkeypatch.setattr("stupror.experiments.runs.runner.simulate", fails)
    answer = stupror("run", "--out", tmp_path / "out", "--seed", 7, *SMALL)
    assert answer.code == 1
    assert answer.err.splitlines() == [
        "The run of design 'status-quo' with seed 7 failed: ZeroDivisionError: 2031 nobody lives here"
    ]
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_without_a_trace(stupror: Stupror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_spec: object, **_terms: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stupror.experiments.runs.runner.simulate", stop)
    answer = stupror("compare", "--out", tmp_path / "out", *SMALL)
    assert answer.code == 130
    assert "Nothing was written" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_is_there_before_anything_heavy():
    heavy = "numpy", "pandas", "pyarrow", "numba", "mesa", "scipy", "pydantic", "matplotlib"
    asked = f"import sys, stupror.experiments.cli; print(*[each for each in {heavy} if each in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal and of a scheduler")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_from_outside_leaves_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    words = ["compare", "--out", "out", "--seeds", "50", "--workers", "2"]
    # A suite that runs in the background of a shell inherits a deaf ear for Ctrl-C; a terminal's command does not.
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", hear + "from stupror.experiments.cli import main; main()", *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    run = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        while not list(tmp_path.iterdir()) and run.poll() is None:
            time.sleep(0.05)
        time.sleep(1.0)  # the workers are importing now
        if ending == signal.SIGINT:
            os.killpg(run.pid, ending)  # a terminal sends it to all of them
        else:
            run.send_signal(ending)
        _, said = run.communicate(timeout=60)  # would wait for workers that live on: they hold the pipe
    except BaseException:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    assert run.returncode == 128 + ending
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_what_is_printed_to_where_there_is_no_room_is_refused_in_words() -> None:
    begin = "from stupror.experiments.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-c", begin, "designs"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("What the command prints cannot be written where it goes (")


def test_a_municipality_is_reported_out_of_its_whole_county(stupror: Stupror, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("--designs", "status-quo,municipal-fund", "--seeds", 1, "--years", 2, "--language", "sv")
    answer = stupror("municipality", "1080", *words, "--out", out)
    assert answer.code == 0, answer.err
    assert "Simulerat: 5 kommuner. Redovisat: Karlskrona." in answer.out
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Karlskrona: vad sätt att betala" in page
    again = stupror("report", out, "--language", "en", "--excel", "--swedish-csv")
    assert again.code == 0, again.err
    assert "What a single place cannot know" in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "report.xlsx").is_file()
    assert (out / "csv" / "Municipalities.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert stupror("municipality", "1080", *words, "--out", out, "--overwrite").code == 0  # our own files, all of them
    assert "Karlskrona" in stupror("municipality", "Karlskorna", "--out", tmp_path / "no").err
    wrong = stupror("municipality", "1080", "--practice", "money set asid", "--out", tmp_path / "no")
    assert (wrong.code, "'money set aside'" in wrong.err) == (2, True)
    several = stupror("municipality", "Sverige", "--practice", "stopped", "--out", tmp_path / "no")
    assert "one county" in several.err
    both = stupror("municipality", "10", "--practice", "slutat", "--each", "--out", tmp_path / "no")
    assert both.code == 2
    assert not (tmp_path / "no").exists()


def test_a_run_that_cuts_a_county_says_so(stupror: Stupror, tmp_path: Path) -> None:
    answer = stupror("compare", "--designs", "status-quo", "--seeds", 1, *SMALL, "--out", tmp_path / "cut")
    assert "Olofström is a part of Blekinge län" in answer.out
    assert "Olofström is a part of Blekinge län" in (tmp_path / "cut" / "report.html").read_text(encoding="utf-8")


def test_designs_are_read_aloud_in_swedish(stupror: Stupror) -> None:
    answer = stupror("designs", "show", "state-outcomes-fund", "--language", "sv")
    assert "Statlig utfallsfond" in answer.out
    assert "1,2\u00d7" in answer.out
    assert "Nuläge" in stupror("designs", "--language", "sv").out


def test_the_number_of_workers_changes_no_byte(stupror: Stupror, tmp_path: Path) -> None:
    words = ("compare", "--designs", "status-quo,planner", "--seeds", 2, *SMALL)
    for workers in (1, 2):
        answer = stupror(*words, "--workers", workers, "--out", tmp_path / str(workers))
        assert answer.code == 0, answer.err
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir() if path.name != MANIFEST} for name in "12"
    )
    assert one.keys() == two.keys()
    assert {"report.html", "runs.csv", "summary.csv", "costs.parquet"} <= one.keys()
    assert [name for name in one if one[name] != two[name]] == []
    manifests = [json.loads((tmp_path / name / MANIFEST).read_text()) for name in "12"]
    for manifest in manifests:
        del manifest["this_run"]
    assert manifests[0] == manifests[1]


def test_a_run_can_be_followed_from_its_manifest_and_rendered_again(stupror: Stupror, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Long-sighted"\n' + HORIZON)
    out = tmp_path / "out"
    words = ("run", tmp_path / "mine.toml", "--design", "planner", "--seed", 5, *SMALL, "--out", out)
    answer = stupror(*words)
    assert answer.code == 0, answer.err
    manifest = json.loads((out / MANIFEST).read_text())
    assert manifest["scenario"]["title"] == "Long-sighted"
    assert manifest["scenario"]["changes"]["committee.horizon"]["value"] == 8
    assert list(manifest["scenario"]["changes"]) == ["committee.horizon"]
    assert manifest["scenario"]["municipalities"] == ["1060"]
    assert [design["name"] for design in manifest["designs"]] == ["planner"]
    assert (manifest["seeds"], manifest["start_year"], manifest["years"]) == ([5], 2020, 2)
    assert manifest["worlds"] == "likely"
    assert set(manifest["drawn"]) == {"5"}
    assert manifest["versions"]["stupror"] == "0.2.0"
    assert manifest["this_run"]["command"].startswith("stupror run ")
    assert set(manifest["files"]) == {path.name for path in out.iterdir()} - {
        MANIFEST,
        "report.html",
        "datapackage.json",
    }

    report = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert stupror("report", out).code == 0
    assert (out / "report.html").read_bytes() == report

    assert stupror(*words).code == 2
    assert stupror(*words, "--overwrite").code == 0


def test_designs_are_listed_and_read_aloud(stupror: Stupror) -> None:
    listed = [line.split()[0] for line in stupror("designs").out.splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted([*design_names(), *add_on_names()])
    assert "Who says yes" in stupror("designs", "show", "state-outcomes-fund").out
    assert stupror("designs", "show", "stat-outcomes-fund").code == 2


def test_parameters_are_found_by_name_and_by_source(stupror: Stupror) -> None:
    assert "committee.horizon = " in stupror("parameters", "committee.horizon").out
    by_source = stupror("parameters", "--source", "M1").out
    assert "interventions.early-preschool.cost = " in by_source
    assert "budget.restoration_years" not in by_source, "its source is M10, not M1"
    assert json.loads(stupror("parameters", "--json-schema").out)["type"] == "object"
    assert stupror("parameters", "no such thing").code == 2


def test_the_version_is_said(stupror: Stupror) -> None:
    assert stupror("--version").out == "stupror 0.2.0\n"


class _Thing:
    """Something that a signal comes to while it is cleared away."""


def _cleared_away(number: int) -> None:
    thing = _Thing()
    watched = weakref.ref(thing, lambda _: (signal.raise_signal(number), sum(range(1000))))
    del thing
    assert watched() is None
    Event().wait(10.0)  # as for workers: only what comes from outside ends it
    raise AssertionError("nothing came")


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_that_comes_while_objects_are_cleared_away_is_not_lost(number, ends, capsys):
    """Python drops what is raised there; Ctrl-C has the handler of a command in the foreground."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        begin = time.monotonic()
        with pytest.raises(ends), stoppable():
            _cleared_away(number)
        assert time.monotonic() - begin < 5.0
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == ""


def test_ctrl_c_where_no_command_speaks_of_it_is_told(monkeypatch, capsys):
    app = typer.Typer()

    @app.command()
    def waits() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["stupror"])
    monkeypatch.setattr(cli, "app", app)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == "Stopped."


def test_ctrl_c_while_python_still_imports_is_told():
    begin = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'stupror.experiments.cli':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.argv = ['stupror', 'designs']\n"
        "from stupror.command import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")
