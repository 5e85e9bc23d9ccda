"""The command `stupror`: one verb each, plain words, and a refusal before anything runs.

What a user can put right ends with exit code 2, one line per problem on stderr and nothing written; a run that
fails ends with exit code 1 and one line that names its design and seed. The commands live in `experiments.commands`,
a file for each family, and are registered here with one line each. Heavy imports stand inside them, so that `--help`
answers at once.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from io import StringIO
from types import FrameType
from typing import Annotated, Any

import typer

from ..model.inputs.errors import InputError, shown
from .commands.batches import analyse, audit, batch, crate, search, study
from .commands.common import FailedError, StoppedError
from .commands.fitting import calibrate, data, screen, validate
from .commands.inputs import designs, parameters, signed, stress
from .commands.language import chosen, said
from .commands.running import explain, municipality, predict, report, rerun, runs, tip, view
from .files.places import WriteError, why

__all__ = ["app", "main"]

app = typer.Typer(
    name="stupror",
    help="Who pays and who gains when public bodies do, or do not, fund early interventions for children.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"stupror {version('stupror')}")
        raise typer.Exit


@app.callback()
def _stupror(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Who pays and who gains when public bodies do, or do not, fund early interventions for children."""
    try:
        os.getcwd()
    except FileNotFoundError:
        gone = os.environ.get("PWD", "The current folder")
        raise InputError([f"{gone}: was deleted while you stand in it. Change to another folder (cd)."]) from None


designs_app = typer.Typer(help="List the funding designs that come with the model; read one aloud; begin your own.")
app.command("run")(runs.run)
app.command("compare")(runs.compare)
app.command("rerun")(rerun.rerun)
app.command("municipality")(municipality.municipality)
app.command("parameters")(parameters.parameters)
app.command("interventions")(parameters.interventions)
app.command("report")(report.report)
app.command("explain")(explain.explain)
app.command("tip")(tip.tip)
app.command("view")(view.view)
app.add_typer(designs_app, name="designs")
data_app = typer.Typer(help="The tables that the model stands on.", no_args_is_help=True)
app.add_typer(data_app, name="data")
data_app.command("refresh")(data.refresh)
app.command("calibrate")(calibrate.calibrate)
app.command("predict")(predict.predict)
app.command("validate")(validate.validate)
app.command("screen")(screen.screen)
designs_app.callback(invoke_without_command=True)(designs.list_designs)
designs_app.command("show")(designs.show)
designs_app.command("new")(designs.new)
designs_app.command("signed")(signed.signed)
designs_app.command("from-indigo")(designs.from_indigo)
app.command("settle")(designs.settle)
app.command("stress")(stress.stress)
app.command("search")(search.search)
batch_app = typer.Typer(cls=batch.PlanOrCommand, help=batch.HELP)
app.add_typer(batch_app, name="batch", no_args_is_help=True)
batch_app.command(batch.RUN)(batch.run_plan)
batch_app.command("status")(batch.status)
batch_app.command("show")(batch.show)
batch_app.command("csv")(batch.to_csv)
app.command("sensitivity")(analyse.sensitivity)
app.command("psa")(analyse.psa)
app.command("discover")(analyse.discover)
app.command("study")(study.study)
app.command("audit")(audit.audit)
app.command("crate")(crate.crate)


_UsageError: Any = typer.BadParameter.__base__  # what Typer raises for options and arguments; it has no public name
_NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP)  # a word that can be no path, wherever it is looked up first


def main() -> None:
    """Run the command line; every way out has its exit code."""
    # A scheduler or `timeout` ends a run with SIGTERM: leave as if by an error, so that drafts and workers go too.
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # a command in the background hears no Ctrl-C
        signal.signal(signal.SIGINT, _stop_once)
    english = chosen(sys.argv[1:]) != "sv"
    try:
        code = app(_numbers_last(sys.argv[1:]), prog_name="stupror", standalone_mode=english)
        if isinstance(code, int):
            raise SystemExit(code)
    except _UsageError as error:
        told = StringIO()
        error.show(told)
        _complain(told.getvalue().splitlines())
        raise SystemExit(error.exit_code) from None
    except InputError as error:
        _complain(error.problems)
        raise SystemExit(2) from None
    except StoppedError as stopped:
        _complain([str(stopped)])
        raise SystemExit(130) from None  # as shells count it: 128 + the number of the signal
    except Exception as error:
        _complain([_one_line(error)])
        raise SystemExit(2 if isinstance(error, OSError) and error.errno in _NO_NAME else 1) from None
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, heard)


def _numbers_last(words: list[str]) -> list[str]:
    """Let `explain` be asked for a loss as it was printed: -2.3 is no option there.

    >>> _numbers_last(["explain", "out/mine", "-2.3", "--payer", "state"])
    ['explain', 'out/mine', '--payer', 'state', '--', '-2.3']
    """
    losses = [word for word in words if word[:1] == "-" and word[1:2].isdigit()]
    if words[:1] != ["explain"] or not losses or "--" in words:
        return words
    return [*(word for word in words if word not in losses), "--", *losses]


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    """Stop at the first Ctrl-C, and hear no second one while what was begun is cleared away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _complain(lines: Sequence[str]) -> None:
    language = chosen(sys.argv[1:])
    for line in lines:
        typer.echo(said(line, language), err=True)


def _one_line(error: Exception) -> str:
    """Say a failure in one line; a failed run says its design and seed by itself."""
    from .batches.asking import AnalysisError
    from .runs.runner import RunError

    if isinstance(error, RunError | FailedError | WriteError | AnalysisError):
        words = str(error)
    elif isinstance(error, OSError) and error.filename is not None:
        words = f"{shown(str(error.filename))[1:-1]}: {why(error)}."
    else:
        words = f"{type(error).__name__}: {error}"
    return " ".join(words.split())
