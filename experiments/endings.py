"""Ways in which a command ends early, besides bad input. Raised by commands, said in one line by `cli.main`."""

__all__ = ["BatchFailedError", "StoppedError"]


class StoppedError(Exception):
    """Ctrl-C during a run; Typer would swallow a KeyboardInterrupt without a word. Its text says what is left."""


class BatchFailedError(Exception):
    """A batch that could not go on, or had runs that failed. Its text says so in one line."""
