"""A stress test as a page for a board, and as a record for programs. Read by the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from shlex import quote
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...model.contracts import Design
from ...model.contracts.aloud.sentences import headed, sentence
from .bounds import FAR, Bounds, owed, reach, simplest
from .holes import Hole, Paid, Stress, counted, money, plain_number, without_effect
from .moves import Move
from .repairs import Repair, often
from .trial import Trial

__all__ = ["Examined", "record", "written"]

Say = Callable[[str], str]
WIDTH = 118
STATES = 6  # kinds of groups that are listed
_NO_LIMIT = "no limit"
_SOUND = "No hole was found: beyond luck nothing is paid for nothing, whoever invests can lose, and bills have a limit."


@dataclass(frozen=True, eq=False)
class Examined:
    """All that a stress test found."""

    stress: Stress
    holes: Sequence[Hole]
    moves: Sequence[Move]
    repairs: Sequence[Repair]


def written(found: Examined, called: str, say: Say = str, clauses: Sequence[str] = ()) -> str:
    """Write the page; `called` is how the user named the contract, so that shown commands work.

    `say` puts each text into another language; `clauses` are then the sentences of the clauses, in their order.
    """
    text = StringIO()
    console = Console(file=text, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in _parts(found, called, say, clauses):
        console.print(say(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, Text))  # to be copied
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def _parts(found: Examined, called: str, say: Say, clauses: Sequence[str]) -> Iterator[str | Text | Table]:
    stress = found.stress
    code = stress.design.currency.code
    yield headed(stress.design.title, stress.design.name)
    yield f"The programme costs {money(stress.cost)} {code} for {money(stress.children)} children."
    if stress.paid is None:
        yield f"It measures what is not in the model, so it was examined on paper alone. Amounts in {code}."
    else:
        groups = money(stress.paid.results.size)
        yield f"{groups} such groups lived without help, were measured as the contract says, and settled. In {code}."
    yield ""
    yield from _holes(found, say, clauses)
    yield "What each party can have in the end at the least and at the most: received less paid, its stake included"
    yield _ends(stress, say)
    if stress.paid is not None and stress.effect is not None:
        yield "Paid if the programme does nothing (fees, and what is made good or given back, left out)"
        yield _nothing(stress, stress.paid, stress.effect, say)
    yield from _worst(stress, called)
    if stress.paid is not None:
        yield "What the groups were paid for, the likeliest first"
        yield _states(stress, stress.paid, say)
    if found.moves:
        yield "What a party can do to be paid more for nothing, in per cent of the cost"
        yield _moves(found.moves, say)
    if found.repairs:
        yield "What would mend it, and what is then paid"
        yield _repairs(found, say)
        if {"easy cases", "date"} & {hole.kind for hole in found.holes}:
            yield "Nobody can choose who takes part or when it is measured if the contract says both, or the lot does."


def _table(say: Say, *titles: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(titles):
        side = number in right
        table.add_column(say(title) if title else "", justify="right" if side else "left", no_wrap=side)
    return table


def _holes(found: Examined, say: Say, clauses: Sequence[str]) -> Iterator[str | Table]:
    stress = found.stress
    if not found.holes:
        yield _SOUND if stress.paid is not None else "No hole was found on paper."
        yield ""
        return
    number = len(found.holes)
    yield "1 hole, the likeliest first" if number == 1 else f"{number} holes, the likeliest first"
    table = _table(say, "hole", "how often", "costs", "clause", "what is wrong", right=(1, 2))
    for hole in found.holes:
        numbers = ", ".join(map(str, hole.clauses)) or "-"
        says = say(hole.says)
        often, amount = say(_often(hole)), say(_amount(hole.amount))
        table.add_row(say(hole.kind), often, amount, numbers, says[0].upper() + says[1:] + ".")
    yield table
    named = sorted({number for hole in found.holes for number in hole.clauses})
    for number in named:
        spoken = clauses[number - 1] if clauses else sentence(stress.design.clauses[number - 1], stress.design)
        yield f"  Clause {number}: {spoken}"
    if named:
        yield ""


def _often(hole: Hole) -> str:
    if hole.kind in ("deadweight", "luck", "no risk"):
        return f"{100 * hole.chance:.0f} %"
    return "always open" if hole.kind in ("no limit", "limit passed") else "if somebody does it"


def _amount(value: float) -> str:
    return _NO_LIMIT if abs(value) > 1e-3 * FAR else money(value)


def _ends(stress: Stress, say: Say) -> Table:
    table = _table(say, "party", "at least", "at most", right=(1, 2))
    for party, ends in stress.parties.items():
        low = "no limit below" if ends.unlimited[0] else money(ends.below)
        high = _NO_LIMIT if ends.unlimited[1] else money(ends.above)
        table.add_row(*map(say, (party, low, high)))
    return table


def _nothing(stress: Stress, paid: Paid, effect: Trial, say: Say) -> Table:
    works = _works(stress.design, effect)
    table = _table(say, "", stress.design.currency.code, "% of the cost", right=(1, 2))
    rows = [
        ("whatever is measured", paid.fixed),
        ("for what would have happened anyway", paid.deadweight),
        ("by luck: with few children measures miss, and good luck is paid", paid.luck),
        ("in all, on average", paid.mean),
        ("one group in twenty is paid as much as this or more", paid.fixed + float(np.quantile(paid.results, 0.95))),
        ("and if the programme works as it does in practice, on average", works),
    ]
    for says, amount in rows:
        table.add_row(say(says), money(amount), f"{100 * amount / max(stress.cost, 1):.0f}")
    return table


def _worst(stress: Stress, called: str) -> Iterator[str | Text]:
    """Say the most that can be paid with no effect and no error, and how to settle it by hand."""
    design, code = stress.design, stress.design.currency.code
    within = without_effect(design, reach(design, stress.children), stress.children)
    for party, most in stress.worst.items():
        if most.high <= 0.5:
            continue
        pairs = [pair for pair in counted(design) if pair[1] == party]
        target = owed(pairs)
        if most.unlimited[1]:
            yield f"With no effect at all the {party} can be paid without any limit."
            continue
        point = simplest(design, stress.cost, within, target, most)
        often = ""
        if stress.paid is not None:
            often = f"; {_groups(float((stress.paid.trial.total(pairs) >= most.high - 1.0).mean()))} were paid as much"
        yield (
            f"With no effect at all, and nothing measured wrong, the {party} can be paid {money(most.high)}, the "
            f"programme costing {money(stress.cost)} {code}{often}."
        )
        settings = " ".join(f"--set {name}={_setting(value)}" for name, value in point.items() if name)
        cost = "" if design.programme is not None else f" --cost {stress.cost}"
        yield Text(f"  stupror settle {quote(called)}{cost} {settings}".rstrip())
    yield ""


def _groups(share: float) -> str:
    if share == 0.0:
        return "none of the groups"
    return "all groups" if share == 1.0 else f"{100 * share:.3g} % of the groups"


def _setting(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.10g}"


def _works(design: Design, effect: Trial) -> float:
    """What is paid on average if the programme works."""
    pairs = counted(design)
    return float(effect.total(pairs).mean()) if pairs else 0.0


def _states(stress: Stress, paid: Paid, say: Say) -> Table:
    """Groups by which clauses added something: how many, what they were paid, and what was measured of them."""
    trial, design = paid.trial, stress.design
    adds = trial.by_clause > 0.5
    table = _table(say, "groups", "paid", "clauses that added to it", "measured on average", right=(0, 1))
    pairs = counted(design)
    total = trial.total(pairs) if pairs else np.zeros(paid.results.size)
    keys, which, counts = np.unique(adds.T, axis=0, return_inverse=True, return_counts=True)
    for number in np.argsort(-counts, kind="stable")[:STATES]:
        mine = which.ravel() == number
        clauses = ", ".join(f"{at + 1} {design.clauses[at].kind}" for at in np.flatnonzero(keys[number])) or "none"
        seen = ", ".join(f"{name} {plain_number(float(v[mine].mean()))}" for name, v in trial.metric.items() if name)
        table.add_row(f"{100 * mine.mean():.0f} %", money(float(total[mine].mean())), say(clauses), say(seen))
    return table


def _moves(moves: Sequence[Move], say: Say) -> Table:
    table = _table(say, "who", "does what", "how plausible", "paid", "more for nothing", right=(3, 4))
    for move in moves:
        told = map(say, (move.who, move.says, move.plausible))
        table.add_row(*told, f"{100 * move.paid:.0f}", f"{100 * move.gain:+.0f}")
    return table


def _repairs(found: Examined, say: Say) -> Table:
    stress = found.stress
    assert stress.paid is not None
    assert stress.effect is not None
    table = _table(say, "repair", "at nothing", "groups paid on results", "if it works", right=(1, 2, 3))
    works = _works(stress.design, stress.effect)
    table.add_row(say("(as written)"), money(stress.paid.mean), f"{100 * often(stress.paid):.0f} %", money(works))
    for repair in found.repairs:
        table.add_row(say(repair.says), money(repair.nothing), f"{100 * repair.often:.0f} %", money(repair.effect))
    return table


def record(found: Examined) -> dict[str, Any]:
    """Give all of it as plain values for JSON; amounts are whole units of the contract's currency."""
    stress, nothing = found.stress, None
    if stress.paid is not None and stress.effect is not None:
        nothing = {
            "fixed": stress.paid.fixed,
            "deadweight": stress.paid.deadweight,
            "luck": stress.paid.luck,
            "mean": stress.paid.mean,
            "works": _works(stress.design, stress.effect),
        }
    return {
        "design": stress.design.name,
        "currency": stress.design.currency.code,
        "cost": stress.cost,
        "children": stress.children,
        "holes": [asdict(hole) for hole in found.holes],
        "parties": {party: _bounds(ends) for party, ends in stress.parties.items()},
        "nothing": nothing,
        "worst": {party: _bounds(ends) for party, ends in stress.worst.items()},
        "moves": [asdict(move) for move in found.moves],
        "repairs": [asdict(repair) for repair in found.repairs],
    }


def _bounds(ends: Bounds) -> dict[str, Any]:
    """Ends of an amount; no number where there is no limit."""
    low, high = ends.unlimited
    return {"low": None if low else ends.below, "high": None if high else ends.above, "exact": ends.exact}
