"""A contract's name, and one clause in words: its sentence from the vocabulary, with the contract's numbers in place.

Read by `describe`, and by pages about a contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...inputs.quantity import Quantity
from ..contract import MAIN, Clause, Design, plain
from ..vocabulary import KINDS

__all__ = ["headed", "joined", "sentence", "spoken"]

_BASES = {
    "amount": "",
    "share": " of the programme cost",
    "share_of_metric": " of {metric}, where that is above zero",
    "per_child": "",
    "yearly_return": " a year on what {receiver} put in",
}
_OFTEN = {"year": "every year", "half-year": "every half-year", "quarter": "every quarter", "month": "every month"}
_STARTS = {"measurement": "the measurement", "start": "the start of the project"}


def headed(title: str, name: str, more: str = "") -> str:
    """Head what is said of a contract with its title and name; a draft has its name in its title already.

    >>> headed("Municipal fund", "municipal-fund"), headed("Municipal fund (mine)", "mine", "in Swedish: Fond")
    ('Municipal fund (municipal-fund)', 'Municipal fund (mine) (in Swedish: Fond)')
    """
    behind = [] if f"({name})" in title else [name]
    behind += [more] if more else []
    return f"{title} ({'; '.join(behind)})" if behind else title


def sentence(clause: Clause, design: Design) -> str:
    """Say what a clause does."""
    metric = _measured(clause, design)
    payer, receiver = (_named(clause, design, at) for at in (0, 1))
    words = {name: spoken(each) for name, each in clause.terms.items() if not isinstance(each.value, tuple)}
    for name in KINDS[clause.kind].one_of:
        if name in words:
            words["one_of"] = words[name] + _BASES[name].format(metric=metric, receiver=receiver)
    said = KINDS[clause.kind].sentence.format(
        payer=payer,
        receiver=receiver,
        instead_of=design.spoken(clause.instead_of)[0] if clause.instead_of else "",
        metric=metric,
        parts=f" for {joined(clause.parts)} together" if len(clause.parts) > 1 else " together" if clause.also else "",
        routes=", or by ".join(joined(route) for route in clause.routes),
        counted_from=_STARTS[clause.counted_from],
        steps=", ".join(_steps(clause)),
        **words,
    )
    if len({pair[0] for pair in (clause.pair, *clause.also)}) > 1:
        said = said.replace(f"{payer} owes", f"{payer} owe", 1)
    said += "".join(_tail(clause, design))
    label = f"Part {clause.part}: " if clause.parts != (MAIN,) and len(clause.parts) == 1 else ""
    return label + said[0].upper() + said[1:] + f". [{clause.kind}]"


def spoken(quantity: Quantity) -> str:
    """Say a number as one would aloud: a share in per cent, a price for each, an amount in its currency."""
    value = plain(quantity)
    amount, _, each = quantity.unit.partition("/")
    if quantity.unit in ("1", "1/year"):
        return f"{100 * value:.6g} %"
    if each:
        return f"{_number(value)} {amount} for each" + (" per cent" if each == "%" else "")
    if quantity.unit in ("%", amount.upper()):
        return f"{_number(value)} {amount}"
    plural = {"child": "children"}.get(amount, f"{amount}s")
    return f"{_number(value)} {amount if value == 1 else plural}"


def joined(names: Iterable[str]) -> str:
    """Join names as in speech: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _measured(clause: Clause, design: Design) -> str:
    """Name what the clause reads: its kind, and its name in brackets where that says more."""
    if not clause.metric:
        return ""
    measure = design.measures[clause.metric]
    kind, own = measure.kind, design.own_outcomes.get(measure.outcome)
    noun = {"activity": "places", "of_target": "per cent of the target"}.get(kind, kind.replace("_", " "))
    if own is not None:
        noun = own.title if kind == "outcomes" else f"{noun} of {own.title}"
    return f"the measured {noun}" + ("" if clause.metric == kind else f" ({clause.metric})")


def _named(clause: Clause, design: Design, at: int) -> str:
    """Name the payers (at 0) or receivers (at 1) of a clause."""
    return joined(dict.fromkeys(design.spoken(pair[at])[0] for pair in (clause.pair, *clause.also)))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def _steps(clause: Clause) -> Iterator[str]:
    """Say each row of a step table."""
    if not {"levels", "pays"} <= clause.terms.keys():
        return
    levels = clause.terms["levels"]
    for level, pays in zip(clause.lists["levels"], clause.lists["pays"], strict=True):
        yield f"{pays:g} times from {spoken(levels.model_copy(update={'value': level}))}"


def _tail(clause: Clause, design: Design) -> Iterator[str]:
    """Say where a band or a price begins and ends, and on what conditions the clause acts."""
    values = clause.values
    if clause.kind == "price_per_outcome":
        if "above" in values:
            yield f", for those beyond {spoken(clause.terms['above'])}"
        if "up_to" in values:
            yield f", for at most {spoken(clause.terms['up_to'])}"
    if "indexation" in values:
        yield f", the price moving by {spoken(clause.terms['indexation'])} a year from the second"
    if clause.kind == "share_of_saving":
        if "above" in values:
            yield f", counted from {values['above']:.6g} times the programme cost"
        if "up_to" in values:
            yield f", counted up to {values['up_to']:.6g} times the programme cost"
    for word, names, between in ((", if", clause.when, " and"), (", unless", clause.unless, " or")):
        if names:
            known = {key: each.says for key, each in design.conditions.items()}
            known |= {key: each.says for key, each in design.exits.items()}
            yield word + between.join(f" {known[name]} ({name})" for name in names)
    if clause.every:
        yield f"; {_OFTEN[clause.every]} for what has come since"
    if "dates" in clause.terms:
        yield f"; after {joined(f'{date:g}' for date in clause.lists['dates'])} months, for what has come since"
    if clause.per == "project":
        yield "; for each project, whatever its size"
