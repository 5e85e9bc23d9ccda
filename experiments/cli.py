"""The command `stupror`: one verb each, plain words, and a refusal before anything runs.

What a user can put right ends with exit code 2, one line per problem on stderr and nothing written; a run that
fails ends with exit code 1 and one line that names its design and seed. The commands live in `experiments.commands`,
a file for each family, and are registered here with one line each. Heavy imports stand inside them, so that `--help`
answers at once.
"""

from __future__ import annotations

import _thread
import difflib
import errno
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import pairwise
from types import FrameType
from typing import Annotated, Any

import typer

from ..model.inputs.errors import InputError, shown
from .commands.batches import analyse, audit, batch, crate, search, study
from .commands.common import LANGUAGES, FailedError, StoppedError
from .commands.fitting import calibrate, data, screen, validate
from .commands.helping import helping
from .commands.inputs import designs, parameters, signed, stress
from .commands.language import chosen, said
from .commands.running import explain, municipality, predict, report, rerun, runs, tip, view
from .files.places import WriteError, why
from .runs.workers import stop_within

__all__ = ["app", "main", "stop"]

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


_STOPPED = 130  # as shells count it: 128 + the number of the signal
_POOL = "ARROW_DEFAULT_MEMORY_POOL"
_AGAIN = 0.02  # seconds until a signal that was dropped is sent again


def built(language: str) -> Any:
    """Put the command line together, with its help in one language."""
    return helping(_once(typer.main.get_command(app)), language)


def main() -> None:
    """Run the command line."""
    with _at_speed(), stoppable():
        _command()


def stop() -> None:
    """Say that the command was stopped, and end it as shells expect; for a Ctrl-C before or after the command.

    Raises
    ------
    SystemExit
        Always, with code 130.
    """
    _complain(["Stopped."])
    raise SystemExit(_STOPPED) from None


@contextmanager
def _at_speed() -> Iterator[None]:
    """Set memory up for what commands do; whoever calls `main` from Python finds all as it was."""
    own, threshold = os.environ.get(_POOL), gc.get_threshold()
    os.environ.setdefault(_POOL, "system")  # another takes seconds to fill a GB
    gc.set_threshold(400_000)  # a command makes many objects and few rings of them
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        if own is None:
            os.environ.pop(_POOL, None)


def _command() -> None:
    """Run the command that was typed; every way out has its exit code."""
    command = built(chosen(sys.argv[1:]))
    try:
        _see_paths(sys.argv[1:])
        code = command(_numbers_last(sys.argv[1:]), prog_name="stupror", standalone_mode=False)
        if isinstance(code, int):
            raise SystemExit(code)
    except _UsageError as error:
        told = StringIO()
        _meant(error)
        error.show(told)
        _complain(told.getvalue().splitlines())
        raise SystemExit(error.exit_code) from None
    except typer.Abort:
        _complain(["Aborted!"])
        raise SystemExit(1) from None
    except InputError as error:
        _complain(error.problems)
        raise SystemExit(2) from None
    except StoppedError as stopped:
        _complain([str(stopped)])
        raise SystemExit(_STOPPED) from None
    except SystemExit as ended:
        if ended.code == _STOPPED:  # Typer swallows Ctrl-C without a word where no command speaks of it
            stop()
        raise
    except Exception as error:
        halted = stop_within(error)
        if isinstance(halted, KeyboardInterrupt):
            stop()
        if halted is not None:
            raise halted from None
        _complain([_one_line(error)])
        raise SystemExit(2 if isinstance(error, OSError) and error.errno in _NO_NAME else 1) from None


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end what is done within, wherever they come.

    A scheduler or `timeout` ends a run with SIGTERM: it is left as if by an error, so that drafts and workers go too.
    Python drops what a signal raises while it clears an object away (`sys.unraisablehook`): then it is sent again.
    """
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    heard, unraisable = signal.getsignal(signal.SIGINT), sys.unraisablehook
    if heard is signal.default_int_handler:  # a command in the background hears no Ctrl-C
        signal.signal(signal.SIGINT, _stop_once)

    def send_again(dropped: sys.UnraisableHookArgs) -> None:
        kind = dropped.exc_type
        if not issubclass(kind, KeyboardInterrupt | SystemExit):
            unraisable(dropped)
            return
        number = signal.SIGINT if issubclass(kind, KeyboardInterrupt) else signal.SIGTERM
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, _stop_once)
        threading.Timer(_AGAIN, _send, (number,)).start()

    sys.unraisablehook = send_again
    try:
        yield
    finally:
        sys.unraisablehook = unraisable
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, heard)


def _send(number: signal.Signals) -> None:
    """Send a signal to the main thread; where the system can, one that also ends a wait for something."""
    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        signal.pthread_kill(main_thread, number)
    else:
        _thread.interrupt_main(number)


def _numbers_last(words: list[str]) -> list[str]:
    """Let `explain` be asked for a loss as it was printed: -2.3 is no option there.

    >>> _numbers_last(["explain", "out/mine", "-2.3", "--payer", "state"])
    ['explain', 'out/mine', '--payer', 'state', '--', '-2.3']
    """
    losses = [word for word in words if word[:1] == "-" and word[1:2].isdigit()]
    if words[:1] != ["explain"] or not losses or "--" in words:
        return words
    return [*(word for word in words if word not in losses), "--", *losses]


_PATHS = (
    *("--out", "--table", "--scenario", "--interventions", "--municipalities-file", "--posterior"),
    *("--plan", "--work", "--targets"),
)
_ALIKE = 0.75  # two names of options that are less alike have nothing to do with each other


def _see_paths(words: Sequence[str]) -> None:
    """Refuse a path of no letters, which would be the folder in which one stands."""
    empty = [word for word, after in pairwise(words) if word in _PATHS and not after]
    empty += [word[:-1] for word in words if word[-1:] == "=" and word[:-1] in _PATHS]
    if empty:
        raise InputError([f"{option} is empty. Give a path after it." for option in empty])


def _once(command: Any) -> Any:
    """Let a command, and all that are in it, refuse an option that is given twice, where only one could hold."""
    parse = command.parse_args

    def parsed(context: Any, words: list[str]) -> Any:
        given = [each for each in command.make_parser(context).parse_args(list(words))[2] if _has_one_value(each)]
        for option in given:
            if given.count(option) > 1:
                name = max(option.opts, key=len)
                raise _UsageError(f"Option '{name}' is given more than once. Give it once.", context)
        return parse(context, words)

    command.parse_args = parsed
    for each in getattr(command, "commands", {}).values():
        _once(each)
    return command


def _has_one_value(parameter: Any) -> bool:
    return parameter.param_type_name == "option" and not parameter.multiple and not parameter.is_flag


def _meant(error: Any) -> None:
    """Keep of the hints for an unknown option those that are much like it; say if it is a word that stands alone."""
    name = getattr(error, "option_name", None)
    if name is None or error.ctx is None:
        return
    near = difflib.get_close_matches(name, error.possibilities or (), 2, _ALIKE)
    for each in error.ctx.command.params if not near else ():
        if each.param_type_name == "argument" and each.name == name.lstrip("-").replace("-", "_"):
            error.message = f"{error.message}. It is given alone: {error.ctx.command_path} {each.name.upper()}"
    error.possibilities = near


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    """Stop at the first Ctrl-C, and hear no second one while what was begun is cleared away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _complain(lines: Sequence[str]) -> None:
    language = chosen(sys.argv[1:])
    for line in lines:
        known = [language] if language in LANGUAGES else LANGUAGES  # a language that we do not speak is told in all
        typer.echo("\n".join(dict.fromkeys(said(line, each) for each in known)), err=True)


def _one_line(error: Exception) -> str:
    """Say a failure in one line; a failed run says its design and seed by itself."""
    from .batches.asking import AnalysisError
    from .runs.runner import RunError

    if isinstance(error, RunError | FailedError | WriteError | AnalysisError):
        words = str(error)
    elif isinstance(error, OSError) and error.filename is not None:
        words = f"{shown(str(error.filename))[1:-1]}: {why(error)}."
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:  # files say their name (`files.places`)
        words = f"What the command prints cannot be written where it goes ({why(error)})."
    else:
        words = f"{type(error).__name__}: {error}"
    return " ".join(words.split())
