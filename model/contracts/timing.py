"""When each part of a contract is settled, in years from the start of the project (0 = its first year).

A part is what a payer owes a receiver under one label. It is settled as soon as all that its clauses read has been
measured, so that a contract can pay in phases; a part that reads nothing waits for the last measurement, unless its
schedule counts from the start. Read by `settlement` and the checks.
"""

from __future__ import annotations

from collections.abc import Mapping

from .contract import Clause, Design, Key
from .vocabulary import KINDS

__all__ = ["measured_by", "phases", "settlement_years", "source_of"]


def source_of(clause: Clause) -> Key | None:
    """Give the amount that a clause takes from: another payer's (`co_pay`) or another receiver's (`waterfall`)."""
    other = clause.instead_of
    match KINDS[clause.kind].takes_from:
        case "payer" if other:
            return (other, clause.receiver, clause.part)
        case "receiver" if other:
            return (clause.payer, other, clause.part)
    return None


def measured_by(design: Design) -> dict[Key, frozenset[str]]:
    """Say for each amount owed which measures it depends on, by its clauses and their measured conditions."""
    reads: dict[Key, frozenset[str]] = {}
    for clause in design.clauses:
        named = {design.conditions[name].measure for name in clause.conditions if name in design.conditions}
        names = frozenset(name for name in (clause.metric, *named) if name in design.measures and name is not None)
        source = source_of(clause)
        keys = clause.keys if source is None else (*clause.keys, source)
        for key in keys:
            reads[key] = reads.get(key, frozenset()) | names
    taken = [(source, clause.keys[0]) for clause in design.clauses if (source := source_of(clause)) is not None]
    for source, key in taken * len(taken):  # again and again, as what was taken may be taken on
        reads[source] = reads[key] = reads[source] | reads[key]
    return reads


def settlement_years(design: Design) -> Mapping[Key, int]:
    """Give the year in which each amount owed is settled: 0 from the start, else its last measurement."""
    last = max(design.follow_up - 1, 0)
    from_start = {key for clause in design.clauses if clause.counted_from == "start" for key in clause.keys}
    return {
        key: 0 if key in from_start else max((design.measures[name].years - 1 for name in names), default=last)
        for key, names in measured_by(design).items()
    }


def phases(design: Design) -> tuple[int, ...]:
    """Give the distinct years in which something is settled, first to last; empty if there are no clauses."""
    return tuple(sorted(set(settlement_years(design).values())))
