"""Outcomes of one's own, in a plan: `[outcomes.own.NAME]` says what is summed of which result table. Read by `plan`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...analysis.measures.lifetime import OUTSIDE
from ...analysis.measures.outcomes import OUTCOMES
from ...analysis.measures.own import PER, OwnOutcome
from ...analysis.schema import TABLES
from ...model.children.ladder import ADULT_AGE, LAST_AGE
from ...model.contracts.reading.notes import Notes
from ...model.contracts.vocabulary import HORIZON_YEARS
from ...model.contracts.words import PARTIES
from ...model.inputs.errors import shown
from ...model.inputs.parameters import KINDS, OWNERS, PAYERS
from ...model.inputs.scenario import Scenario
from ...model.money.budgets import LINES
from ...model.results.words import EXPECTED, LEVEL_NAMES, SIMULATED
from .entries import Table, flag

__all__ = ["KEYS", "MOST", "read_own"]

KEYS = ("title", "unit", "table", "column", "minus", "over", "where", "per", "times", "discounted")
ABLE = ("children", "school", "levels", "costs", "payments", "enrolment", "projects", "bodies", "municipalities")
PURPOSES = (
    "programme", "application", "evaluation", "administration", "outcome payment", "repayment", "guarantee",
)  # fmt: skip
MOST = 50
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = ("draw", "replication", "design", "seed", "key", "scenario_hash")
_NUMBERS = ("int", "float")


def read_own(section: Table, scenario: Scenario, years: range, notes: Notes) -> tuple[OwnOutcome, ...]:
    """Read all of them, in the order of the file, for runs of these years; what is wrong is noted."""
    tables = notes.table(section, "own", "outcomes.own")
    if len(tables) > MOST:
        notes.add("outcomes.own", f"has {len(tables)} outcomes; at most {MOST}.")
        return ()
    read = (_read(str(name), each, scenario, years, notes) for name, each in tables.items())
    return tuple(one for one in read if one is not None)


def _read(name: str, given: Any, scenario: Scenario, years: range, notes: Notes) -> OwnOutcome | None:
    """Read one."""
    where, before = f"outcomes.own.{name}", len(notes.problems)
    if not isinstance(given, Mapping):
        notes.add("outcomes.own", f"{name} = {shown(given)}. Write a table [{where}] with title, unit, table, column.")
        return None
    if not _NAME.fullmatch(name) or name in (*OUTCOMES, *_TAKEN):
        built_in = " is the name of a built-in one" if name in (*OUTCOMES, *_TAKEN) else " cannot be its name"
        notes.add(where, f"'{name[:60]}'{built_in}. Take up to 40 small letters, digits and _, such as placed_teens.")
    notes.keys(given, where, KEYS, ("title", "unit", "table", "column"))
    table = notes.choice(given, "table", where, ABLE)
    types = {column: kind for column, kind, _, _ in TABLES[table][1]} if table in ABLE else {}
    numbers = [column for column, kind in types.items() if kind in _NUMBERS]
    column, minus, over = (
        notes.choice(given, key, where, numbers) if types else "" for key in ("column", "minus", "over")
    )
    if over and "per" in given:
        notes.add(where, "has both over and per. Leave one of them out.")
    discounted = flag(given, "discounted", where, notes)
    if discounted and types and "year" not in types:
        notes.add(where, f"discounted: the table {table} has no years.")
    times = given.get("times", 1.0)
    if type(times) not in (int, float) or not 0.0 < abs(times) < 1e12:
        notes.add(where, f"times = {shown(times)}. Write a number other than 0, without quotes.")
    limits = _where(given, where, types, table, scenario, notes) if types else ()
    for each, low, high in _beyond(table, dict(limits), years):
        there = f"{low:g} or more" if high == np.inf else f"{low:g} to {high:g}"
        there += ", in whole numbers" if types[each] == "int" else ""
        notes.add(
            f"{where}.where",
            f"{each} = {shown(given['where'][each])}: in the runs of this plan it is {there}, so no row is meant.",
        )
    one = OwnOutcome(
        name=name,
        title=notes.text(given, "title", where),
        unit=notes.text(given, "unit", where),
        table=table,
        column=column,
        minus=minus,
        over=over,
        where=limits,
        per=notes.choice(given, "per", where, PER) or "run",
        times=float(times) if type(times) in (int, float) else 1.0,
        discounted=discounted,
    )
    return one if len(notes.problems) == before else None


def _where(
    given: Table, where: str, types: Mapping[str, str], table: str, scenario: Scenario, notes: Notes
) -> tuple[tuple[str, tuple[str, ...] | tuple[float, float]], ...]:
    """Read which rows are meant: words by column of text, a number or [least, greatest] by column of numbers."""
    at, limits = f"{where}.where", []
    for column, wanted in notes.table(given, "where", at).items():
        if column not in types:
            notes.add(at, f"'{column}' is no column of {table}.{notes.hint(column, types)}")
        elif types[column] == "text":
            words = _words(table, column, scenario)
            listed = [wanted] if isinstance(wanted, str) else wanted
            if not words:
                notes.add(at, f"{column}: rows cannot be chosen by it, as its words are not fixed.")
            elif not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
                notes.add(at, f"{column} = {shown(wanted)}. Write a word in quotes, or a list of words.")
            else:
                wrong = [each for each in listed if each not in words]
                for each in wrong:
                    notes.add(at, f"{column}: '{each[:60]}' never stands there.{notes.hint(each, words)}")
                limits.append((column, tuple(listed)))
        elif types[column] == "bool":
            if isinstance(wanted, bool):
                limits.append((column, (float(wanted), float(wanted))))
            else:
                notes.add(at, f"{column} = {shown(wanted)}. Write true or false.")
        else:
            ends = wanted if isinstance(wanted, list) else [wanted, wanted]
            if len(ends) == 2 and all(type(each) in (int, float) for each in ends) and ends[0] <= ends[1]:
                limits.append((column, (float(ends[0]), float(ends[1]))))
            else:
                notes.add(at, f"{column} = {shown(wanted)}. Write a number, or two: [least, greatest].")
    return tuple(limits)


def _beyond(table: str, limits: Mapping[str, Sequence[Any]], years: range) -> Iterator[tuple[str, float, float]]:
    """Give the numbers that no row of these years can have, with the least and the greatest that there are."""
    units = {column: (kind, unit) for column, kind, unit, _ in TABLES[table][1]} if table in ABLE else {}
    phases = limits.get("phase", (SIMULATED, EXPECTED) if "phase" in units else (SIMULATED,))
    grown = min(LAST_AGE, ADULT_AGE - 1 + len(years))  # how old they are who were children when the run began
    ages = LAST_AGE if EXPECTED in phases else grown
    first, last = years[0], years[-1]
    spans: dict[str, tuple[float, float]] = {
        "year": (first if SIMULATED in phases else last + 1, last + HORIZON_YEARS if EXPECTED in phases else last),
        "age": (0, ages),
        "followed_years": (0, len(years)),
        "fund_since": (0, last),
        "project": (0, np.inf),
        "frail": (0, 1),
    }
    for column, wanted in limits.items():
        kind, unit = units[column]
        low, high = spans.get(column, (0, np.inf) if unit == "persons" else (-np.inf, np.inf))
        least, most = (wanted if kind in _NUMBERS else (low, high))[:2]
        none_between = kind == "int" and np.floor(most) < least  # no whole number
        if most < low or least > high or none_between:
            yield column, low, high


def _words(table: str, column: str, scenario: Scenario) -> Collection[str]:
    """Words that can stand in a column; none where they are not fixed."""
    outside = (account for accounts in OUTSIDE.values() for account in accounts)
    accounts = tuple(dict.fromkeys((*PAYERS, "state", "households", *PARTIES, *outside)))
    known: dict[str, Sequence[str]] = {
        "level": tuple(dict.fromkeys(LEVEL_NAMES.tolist())),
        "phase": (SIMULATED, EXPECTED),
        "purpose": PURPOSES,
        "intervention": tuple(item.name for item in scenario.interventions),
        "owner": OWNERS,
        "body": LINES,
        "municipality": scenario.places.codes,
        "county": tuple(dict.fromkeys(scenario.places.county_codes)),
    }
    known["true_level"] = known["level"]
    if table == "costs":
        known |= {"payer": (*PAYERS, "households"), "kind": (*KINDS, "lost_earnings")}
    elif table == "payments":
        known |= {"payer": accounts, "receiver": accounts}
    return known.get(column, ())
