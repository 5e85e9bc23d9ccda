"""The command `stupror`: one verb each, plain words, and a refusal before anything runs.

What a user can put right ends with exit code 2, one line per problem on stderr and nothing written; a run that
fails ends with exit code 1 and one line that names its design and seed. The commands live in `experiments.commands`,
a file for each family, and are registered here with one line each. Heavy imports stand inside them, so that `--help`
answers at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..model.inputs.errors import InputError
from .commands import (
    analyse,
    batch,
    calibrate,
    data,
    designs,
    parameters,
    report,
    runs,
    screen,
    search,
    tip,
    validate,
    view,
)
from .commands.common import FailedError, StoppedError

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


designs_app = typer.Typer(help="List the funding designs that come with the model; read one aloud; begin your own.")
app.command("run")(runs.run)
app.command("compare")(runs.compare)
app.command("parameters")(parameters.parameters)
app.command("interventions")(parameters.interventions)
app.command("report")(report.report)
app.command("tip")(tip.tip)
app.command("view")(view.view)
app.add_typer(designs_app, name="designs")
data_app = typer.Typer(help="The tables that the model stands on.", no_args_is_help=True)
app.add_typer(data_app, name="data")
data_app.command("refresh")(data.refresh)
app.command("calibrate")(calibrate.calibrate)
app.command("validate")(validate.validate)
app.command("screen")(screen.screen)
designs_app.callback(invoke_without_command=True)(designs.list_designs)
designs_app.command("show")(designs.show)
designs_app.command("new")(designs.new)
app.command("settle")(designs.settle)
app.command("search")(search.search)
batch_app = typer.Typer(cls=batch.PlanOrCommand, help="Make the runs of a plan, and keep each of them.")
app.add_typer(batch_app, name="batch", no_args_is_help=True)
batch_app.command(batch.RUN)(batch.run_plan)
batch_app.command("status")(batch.status)
app.command("sensitivity")(analyse.sensitivity)
app.command("psa")(analyse.psa)
app.command("discover")(analyse.discover)


def main() -> None:
    """Run the command line; every way out has its exit code."""
    # A scheduler or `timeout` ends a run with SIGTERM: leave as if by an error, so that drafts and workers go too.
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        app(prog_name="stupror")
    except InputError as error:
        _complain(error.problems)
        raise SystemExit(2) from None
    except StoppedError as stopped:
        _complain([str(stopped)])
        raise SystemExit(130) from None  # as shells count it: 128 + the number of the signal
    except Exception as error:
        _complain([_one_line(error)])
        raise SystemExit(1) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _one_line(error: Exception) -> str:
    """Say a failure in one line; a failed run says its design and seed by itself."""
    from .runs.runner import RunError

    plain = isinstance(error, RunError | FailedError)
    words = str(error) if plain else f"{type(error).__name__}: {error}"
    return " ".join(words.split())
