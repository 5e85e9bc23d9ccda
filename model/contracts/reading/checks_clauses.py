"""Checks of the clauses of a contract: that each can act, and that none undoes another. Read by `checks`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ..contract import Clause, Design, Key
from ..timing import dates_of, measured_by, settlement_dates, settlement_years, source_of
from ..vocabulary import HORIZON_YEARS, KINDS
from .notes import Notes

__all__ = ["check_clauses"]


def check_clauses(design: Design, notes: Notes) -> None:
    """Note everything that does not fit in the clauses of a contract."""
    opened: dict[Key, None] = {}
    for where, clause in _numbered(design):
        _check_metric(clause, where, design, notes)
        _check_conditions(clause, where, design, notes)
        _check_parties(clause, where, design, notes)
        _check_terms(clause, where, notes)
        _check_has_something_to_act_on(clause, where, opened, notes)
        if KINDS[clause.kind].opens:
            opened |= dict.fromkeys(clause.keys)
    _check_limits(design, notes)
    _check_dates(design, notes)
    _check_schedules(design, notes)
    _check_horizon(design, notes)
    _check_order_in_time(design, notes)


def _numbered(design: Design) -> Iterator[tuple[str, Clause]]:
    """Each clause with its place in the file."""
    for number, clause in enumerate(design.clauses, start=1):
        yield f"clause {number} ({clause.kind})", clause


def _check_metric(clause: Clause, where: str, design: Design, notes: Notes) -> None:
    """Note a clause that reads what nobody measures, or what has the wrong unit."""
    if clause.metric == "":
        notes.add(where, "depends on what is measured, but nothing is. Add [measure.NAME] with kind, evaluation, ...")
    if clause.metric is None or clause.metric not in design.measures:
        return
    unit, money = design.measures[clause.metric].unit, design.currency.code
    in_money = KINDS[clause.kind].in_money or "share_of_metric" in clause.terms
    in_money |= clause.kind == "threshold" and "share" in clause.terms
    if in_money and unit != money:
        remedy = "price_per_outcome, step_table or slide" if KINDS[clause.kind].in_money else "amount"
        notes.add(where, f"needs a measure in {money}, but '{clause.metric}' is in '{unit}'. Use {remedy}.")
    if clause.kind == "price_per_outcome" and unit == money:
        notes.add(where, f"prices single outcomes, but '{clause.metric}' is in {money}. Use share_of_saving.")


def _check_conditions(clause: Clause, where: str, design: Design, notes: Notes) -> None:
    """Note conditions that are named and not declared, or named on both sides."""
    for key, names in (("when", clause.when), ("unless", clause.unless)):
        for name in names:
            known = [*design.conditions, *design.exits]
            if name not in known:
                hint = notes.hint(name, known) if known else ""
                notes.add(where, f"{key} = '{name}' is not declared under [conditions].{hint}")
    for name in set(clause.when) & set(clause.unless):
        notes.add(where, f"'{name}' stands in both when and unless, so the clause never acts.")


def _check_parties(clause: Clause, where: str, design: Design, notes: Notes) -> None:
    """Note a party that would pay itself, and a stake that is none."""
    if clause.payer and clause.payer == clause.receiver:
        notes.add(where, f"payer and receiver are both '{clause.payer}'. Name two parties.")
    if clause.instead_of is not None and clause.instead_of in clause.pair:
        notes.add(where, f"instead_of = '{clause.instead_of}': a party cannot pay or take instead of itself.")
    key = "payer" if KINDS[clause.kind].of_payer else "receiver"
    whose = clause.payer if KINDS[clause.kind].of_payer else clause.receiver
    reads = KINDS[clause.kind].reads_stake and clause.values.get("times_stake") != 0
    if (reads or "yearly_return" in clause.terms) and whose and design.shares.get(whose, 0.0) == 0:
        notes.add(
            where,
            f"depends on what {whose} put in, but that is nothing. The money is put in by "
            f"{_named(design.shares) or 'nobody'}: check {key}, or add [finance.{whose}].",
        )
    if clause.per == "programme" and design.programme is None:
        notes.add(where, "per = 'programme', but the contract has no size. Add [programme], or remove per.")


def _check_terms(clause: Clause, where: str, notes: Notes) -> None:
    """Note a band without width, a table that does not rise, and a schedule that does not end within its horizon."""
    values, lists = clause.values, clause.lists
    if clause.kind == "share_of_saving" and values.get("up_to", 11.0) <= values.get("above", 0.0):
        start = values.get("above", 0.0)
        notes.add(where, f"up_to = {values['up_to']:g} is not above {start:g}, where the band starts.")
    if clause.kind == "price_per_outcome" and values.get("up_to", 1e10) <= values.get("above", 0.0):
        start = values.get("above", 0.0)
        notes.add(where, f"up_to = {values['up_to']:g} is not above {start:g}, from where on this price is paid.")
    if {"from", "to"} <= values.keys() and values["from"] >= values["to"]:
        notes.add(where, f"from = {values['from']:g} is not below to = {values['to']:g}. Swap them.")
    if {"levels", "pays"} <= lists.keys():
        levels, pays = lists["levels"], lists["pays"]
        if len(levels) != len(pays):
            notes.add(where, f"{len(levels)} levels, but {len(pays)} payments. Give one payment for each level.")
        if any(low >= high for low, high in pairwise(levels)):
            notes.add(where, f"levels = {list(levels)} do not rise. Write each level once, the lowest first.")
    if clause.kind == "schedule" and len(values) == 3:
        last = values["first_year"] + values["years"] - 1
        if last > values["within"]:
            notes.add(
                where,
                f"the last of {values['years']:g} payments falls {last:g} years after the {clause.counted_from}, but "
                f"the horizon (within) is {values['within']:g}. Start earlier, pay in fewer years, or extend it.",
            )


def _check_has_something_to_act_on(clause: Clause, where: str, opened: dict[Key, None], notes: Notes) -> None:
    """Note a clause that changes an amount before any clause has opened it."""
    source = source_of(clause)
    needed = [] if source is None else [source]
    penalty = clause.values.get("price", 0.0) < 0
    if not KINDS[clause.kind].opens or len(clause.parts) > 1 or penalty:
        needed += clause.keys
    if penalty and not any(key in opened for key in clause.keys):
        notes.add(
            where,
            f"price is below zero, but nothing is owed before that it could be taken off. Move it down, or let "
            f"{clause.receiver} pay {clause.payer} a price above zero.",
        )
        return
    if clause.also:
        needed = _unopened_pairs(clause, opened)
    for payer, receiver, part in needed:
        if (payer, receiver, part) in opened or not (payer and receiver):  # a party that is not known is noted already
            continue
        parts = [key[2] for key in opened if key[:2] == (payer, receiver)]
        under = f" under part '{part}'.{notes.hint(part, parts)} It does" if parts else ", so it does"
        notes.add(
            where,
            f"no clause before it makes {payer} owe {receiver} anything{under} nothing. "
            "Move it down, or check payer, receiver and part.",
        )


def _unopened_pairs(clause: Clause, opened: dict[Key, None]) -> list[Key]:
    """Amounts of a limit over several parties that stand for those of whom none is owed or owes anything."""
    return [
        (*pair, clause.part)
        for pair in (clause.pair, *clause.also)
        if not any(key[0] == pair[0] for key in clause.keys if key in opened)
        or not any(key[1] == pair[1] for key in clause.keys if key in opened)
    ]


def _check_dates(design: Design, notes: Notes) -> None:
    """Note dates that are said twice, fall after what is measured, or do not go together with something else."""
    dates = settlement_dates(design)
    for where, clause in _numbered(design):
        if clause.every and "dates" in clause.terms:
            notes.add(where, "gives both every and dates. Give one of them.")
        measure = design.measures.get(clause.metric or "")
        own = dates_of(clause, design)
        if measure is not None and "dates" in clause.terms and own and own[-1] > measure.months:
            notes.add(
                where,
                f"pays {own[-1]} months after the start, but '{clause.metric}' is followed for {measure.months}. "
                "Follow it for longer, or pay earlier.",
            )
        source, several = source_of(clause), any(len(dates[key]) > 1 for key in clause.keys)
        if clause.kind == "clawback" and source is not None and len(dates[source]) < 2:
            notes.add(where, f"{_owed(source)} is paid once, so that nothing can have been paid too early.")
        if clause.kind in ("schedule", "coupon") and (several or any(c.runs for c in _of(clause, design))):
            notes.add(where, f"{_owed(clause.keys[0])} is paid at dates of its own. Remove the {clause.kind}.")
        if clause.routes and several:
            notes.add(where, "compares parts that are paid at several dates. Compare what is paid once.")
        if "yearly_return" in clause.terms and any(c.kind == "schedule" for c in _of(clause, design)):
            notes.add(where, "yearly_return cannot be told of what is paid by a schedule. Use share.")


def _of(clause: Clause, design: Design) -> Iterator[Clause]:
    """Clauses that act on any of the amounts that this one acts on."""
    return (other for other in design.clauses if set(other.keys) & set(clause.keys))


def _check_limits(design: Design, notes: Notes) -> None:
    """Note a cap below a guarantee or floor of the same amount owed, where both are in the same terms."""
    for where, limit in _numbered(design):
        for below, least in enumerate(design.clauses, start=1):
            same = limit.pair == least.pair and set(limit.parts) == set(least.parts)
            if limit.kind != "cap" or least.kind not in ("guarantee", "floor") or not same:
                continue
            for term in limit.values.keys() & least.values.keys():
                if limit.values[term] < least.values[term]:
                    notes.add(
                        where,
                        f"{term} = {limit.values[term]:g} is below the {least.kind} of {least.values[term]:g} in "
                        f"clause {below}. Raise the cap or lower the {least.kind}.",
                    )


def _check_schedules(design: Design, notes: Notes) -> None:
    """Note a second schedule of the same amount, a coupon without one, and one that starts before it can be known."""
    seen: dict[Key, str] = {}
    reads = measured_by(design)
    for where, clause in _numbered(design):
        if clause.kind != "schedule":
            continue
        key = clause.keys[0]
        if key in seen:
            notes.add(where, f"{_owed(key)} has a schedule in {seen[key]}. Keep one of them.")
        seen.setdefault(key, where)
        if clause.counted_from == "start" and reads[key]:
            notes.add(
                where,
                f"counted_from = 'start', but {_owed(key)} depends on what is measured ({_named(reads[key])}). "
                "Count from the measurement.",
            )
    for where, clause in _numbered(design):
        if clause.kind == "coupon" and clause.keys[0] not in seen:
            notes.add(
                where, f"{_owed(clause.keys[0])} has no schedule to pay interest with. Add one for the same part."
            )


def _check_horizon(design: Design, notes: Notes) -> None:
    """Note a payment that falls later than anybody is followed."""
    years = settlement_years(design)
    for where, clause in _numbered(design):
        if clause.kind == "schedule" and {"first_year", "years"} <= clause.values.keys():
            last = years[clause.keys[0]] + clause.values["first_year"] + clause.values["years"] - 1
            if last > HORIZON_YEARS:
                notes.add(where, f"the last payment falls {last:g} years after the start; {HORIZON_YEARS} at most.")


def _check_order_in_time(design: Design, notes: Notes) -> None:
    """Note parts that are settled in another order than a clause over several of them needs."""
    years, dates = settlement_years(design), settlement_dates(design)
    for where, clause in _numbered(design):
        if clause.also or any(len(dates[key]) > 1 for key in clause.keys):
            continue  # a limit over what is paid at several dates leaves alone what has been paid
        due = [years[key] for key in clause.keys]
        shown = ", ".join(f"{part} in year {year}" for part, year in zip(clause.parts, due, strict=True))
        if clause.routes and len(set(due)) > 1:
            notes.add(
                where,
                f"the parts of its routes are settled at different times ({shown}); it must compare them at once.",
            )
        elif clause.kind in ("guarantee", "floor") and due[0] < max(due):
            notes.add(
                where,
                f"it raises the part named first, which is settled before the others ({shown}). Name the last first.",
            )
        elif clause.kind == "cap" and due != sorted(due):
            notes.add(where, f"parts must be named in the order in which they are settled ({shown}).")


def _owed(key: Key) -> str:
    payer, receiver, part = key
    return f"what {payer} owes {receiver}" + ("" if part == "main" else f" under part '{part}'")


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
