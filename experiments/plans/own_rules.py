"""A researcher's own rules as a part of a run: by which name and source they go, and whether a worker can have them.

Two runs are the same only if their rules are: the digest of a rule is of its source and of what it holds. Read by
`runner`, by the runs of a batch and by its manifest.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import sys
from collections.abc import Mapping
from functools import partial
from types import FunctionType
from typing import Any

from ...model.bodies.rules import Rule, by_body, check_rules
from ...model.inputs.errors import InputError

Named = dict[str, dict[str, str]]


def named(rules: Mapping[str, Rule] | None) -> Named:
    """Name each rule, by kind of body: where it is defined, and the digest of its source and of what it holds."""
    return {
        kind: {
            "rule": _name(rule),
            "digest": hashlib.blake2b(repr(_content(rule)).encode(), digest_size=8).hexdigest(),
        }
        for kind, rule in sorted((rules or {}).items())
    }


def checked(rules: Mapping[str, Rule] | None, *, elsewhere: bool) -> dict[str, Rule]:
    """Give the rules back if they can be used, `elsewhere` in other processes.

    Raises
    ------
    InputError
        If one is for nobody, or cannot be sent to other processes.
    """
    good = check_rules(rules)
    problems = [
        f"rules: '{kind}' ({_name(rule)}) cannot be sent to other processes. Define it at the top of a file that "
        "can be imported, or run with workers=1."
        for kind, rule in good.items()
        if elsewhere and not _can_travel(rule)
    ]
    if problems:
        raise InputError(problems)
    return good


def _name(rule: Any) -> str:
    rule = rule.think if isinstance(rule, by_body) else rule
    rule = rule.func if isinstance(rule, partial) else rule
    of = rule if hasattr(rule, "__qualname__") else type(rule)
    return f"{of.__module__}.{of.__qualname__}"


def _content(rule: Any) -> tuple[Any, ...]:
    """What a rule does: its source, and what it was given beforehand."""
    if isinstance(rule, by_body):
        return ("by_body", _content(rule.think))
    if isinstance(rule, partial):
        return ("partial", _content(rule.func), rule.args, sorted(rule.keywords.items()))
    if isinstance(rule, FunctionType):
        held = [cell.cell_contents for cell in rule.__closure__ or ()]
        return (_source(rule), rule.__defaults__, rule.__kwdefaults__, held)
    return (_source(type(rule)), sorted(getattr(rule, "__dict__", {}).items()))


def _source(of: Any) -> str:
    """Source of a function or class; its compiled code where there is no source to be had."""
    try:
        return inspect.getsource(of)
    except (OSError, TypeError):
        code = getattr(of, "__code__", None)
        return repr((code.co_code, code.co_consts, code.co_names)) if code is not None else repr(of)


def _can_travel(rule: Any) -> bool:
    """Whether a worker process can import it: nothing that was written into a notebook or a prompt can be."""
    try:
        pickle.dumps(rule)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    of_main = _name(rule).startswith("__main__.")
    return not of_main or hasattr(sys.modules["__main__"], "__file__")
