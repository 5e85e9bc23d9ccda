"""Libraries that only some commands need: they say plainly what to install. Read by the batch commands."""

from __future__ import annotations

from importlib.util import find_spec

from ...model.inputs.errors import InputError

__all__ = ["need"]

_PACKAGE = {"sklearn": "scikit-learn"}


def need(extra: str, *modules: str) -> None:
    """Refuse to begin without the libraries of an optional part of the installation.

    Parameters
    ----------
    extra
        Name of the part in `pyproject.toml`: "distributed" or "science".
    modules
        Modules that will be imported.

    Raises
    ------
    InputError
        If one of them is not installed; the message has the command that installs it.
    """
    missing = [_PACKAGE.get(name, name) for name in modules if find_spec(name) is None]
    if missing:
        raise InputError([f"This needs {' and '.join(missing)}. Install it: pip install -e '.[{extra}]'."])
