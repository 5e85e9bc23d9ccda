"""Where the command `stupror` begins: it hears Ctrl-C from the first moment, also while Python imports the rest."""

import gc
import signal

__all__ = ["main"]


def main() -> None:
    """Import the command line and run it; a Ctrl-C that comes before it is there is told as any other."""
    heard: list[int] = []
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a command in the background hears no Ctrl-C
        signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
        from .experiments import cli

        signal.signal(signal.SIGINT, signal.default_int_handler)
    else:
        from .experiments import cli
    try:
        if heard:
            raise KeyboardInterrupt
        cli.main()
    except KeyboardInterrupt:
        cli.stop()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to be stopped while Python ends
        gc.freeze()  # it would look once through all that is loaded, half a second for a run
