"""What a funding design is, once it has been read and checked: frozen values and nothing else.

A design says who decides, who finances, what is measured and which clauses follow from it. It holds no
money and does nothing: `settlement` answers what it pays, the model posts the answer to the ledger. Its mappings are
plain dictionaries, so that a design can be sent to a worker process; nobody writes to them.

Written by `loader`. Read by `settlement`, `describe`, the agents and the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ..inputs.change import Change
from ..inputs.quantity import Quantity
from .outcomes import Agreed, OwnOutcome, agreed_outcomes
from .ways import WAYS, Deciding, Exit
from .words import BODIES, EVALUATIONS, FORMS, PARTIES, PAYER_GROUPS, PAYERS

__all__ = [
    "BODIES",
    "EVALUATIONS",
    "FORMS",
    "MAIN",
    "PARTIES",
    "PAYERS",
    "PAYER_GROUPS",
    "Change",
    "Clause",
    "Condition",
    "Currency",
    "Design",
    "Group",
    "Key",
    "Measure",
    "OwnParty",
    "Programme",
    "Share",
    "plain",
]

Key = tuple[str, str, str]
"""What an amount owed is kept by: (payer, receiver, part)."""

MAIN = "main"
"""The part of a clause that names none."""


def plain(quantity: Quantity) -> float:
    """Give the value of a term, which is one number: the loader has seen to that."""
    value = quantity.value
    if not isinstance(value, int | float):
        raise TypeError(f"this term of a contract is one number, not {value!r}")
    return float(value)


@dataclass(frozen=True, kw_only=True)
class Currency:
    """The money that the amounts of the contract are written in."""

    code: str = "SEK"
    rate: Quantity | None = None

    @property
    def sek(self) -> float:
        """SEK for one unit of the currency; 1 for SEK itself."""
        return 1.0 if self.rate is None else plain(self.rate)


@dataclass(frozen=True, kw_only=True)
class OwnParty:
    """A party that the contract names and the model does not know: as spoken, what it is, and who is it in a run.

    `in_run` is one of `words.PARTIES`, or `words.NOT_IN_MODEL`.
    """

    title: str
    says: str
    in_run: str


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The size that the contract was written for: whole units of its currency, children and years.

    `cost` is that of the whole programme; it is put in in equal yearly parts over `years`. `run_by` receives it.
    """

    cost: int
    children: int
    years: int
    run_by: str
    terms: Mapping[str, Quantity]


@dataclass(frozen=True, kw_only=True)
class Share:
    """One party's share of the up-front cost of the programme, and how much money it has for such programmes.

    `size` is in SEK/inhabitant/year; without it the scenario says how much there is, if there is a limit. `kind` is
    what an investor is like, see `words.INVESTOR_KINDS`; "" for others.
    """

    party: str
    form: str
    share: Quantity
    size: Quantity | None = None
    kind: str = ""

    @property
    def value(self) -> float:
        """The share as a number from 0 to 1."""
        return plain(self.share)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured, for whose budgets, how, and for how long.

    `kind` is a key of `words.MEASURES`, `unit` that of the kind in the currency of the contract. `payers` and
    `cost_kinds` say whose cost and which kinds of it, `outcome` which record of `outcomes.toml`; they are empty where
    the kind does not read them. `follow_up` is in years or months, `target` (of kind `of_target`) in the unit of the
    outcome, for the whole programme. `expected`, in the unit of the measure, is what those who wrote the contract
    expected of the programme that it was written for: in a run it is priced anew by that. Where `groups` > 1 only the
    participants in equal group `group` (from 1) are measured.
    """

    name: str
    kind: str
    unit: str
    payers: tuple[str, ...]
    cost_kinds: tuple[str, ...]
    outcome: str
    evaluation: str
    follow_up: Quantity
    target: Quantity | None = None
    expected: Quantity | None = None
    group: int = 1
    groups: int = 1

    @property
    def months(self) -> int:
        """Months of follow-up, counted from the start of the project."""
        return int(plain(self.follow_up)) * (1 if self.follow_up.unit == "month" else 12)

    @property
    def years(self) -> int:
        """Years in which it is followed up; the last is year ``years - 1``."""
        return -(-self.months // 12)

    @property
    def countable(self) -> bool:
        """Whether it is a number of something, which a larger programme has more of."""
        return self.unit != "%"

    def counts(self, payer: str, owner: str) -> bool:
        """Whether this payer's cost is part of the measure, in a project of this owner."""
        return any(
            payer == named or payer in PAYER_GROUPS.get(named, ()) or (named == "owner" and payer == owner)
            for named in self.payers
        )


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that is true or false of a project, and how that is found out.

    By a `measure` of the contract that is `above` or `at_least` something: then it follows from what was measured.
    Else whoever settles the contract says so, and in a run `chance` does; without that it cannot be simulated.
    """

    name: str
    says: str
    measure: str | None = None
    above: Quantity | None = None
    at_least: Quantity | None = None
    chance: Quantity | None = None
    per: str = ""

    @property
    def probability(self) -> float:
        """Chance that a condition which is not measured holds; 0 where nobody could find out."""
        return 0.0 if self.chance is None else plain(self.chance)

    def holds(self, measured: NDArray[np.float64], scale: NDArray[np.float64] | float = 1.0) -> NDArray[np.bool_]:
        """Say of each project whether a measured condition holds, shape (n,).

        `measured` in the unit of its measure; `scale` is the size of the project beside that which the contract was
        written for, and moves the limit.
        """
        if self.above is not None:
            return np.asarray(measured > plain(self.above) * scale)
        if self.at_least is not None:
            return np.asarray(measured >= plain(self.at_least) * scale)
        raise TypeError(f"condition '{self.name}' is not measured")


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause of the contract.

    `metric` names the measure that it reads, if it reads one. It acts where all of `when` hold and none of `unless`.
    `parts` is the part it acts on, or the parts whose sum it limits; `routes` are the parts of a `best_of`; `also` are
    further pairs of a payer and a receiver that it limits together with its own. With `every` (see `words.EVERY`) it
    pays at each date what has come since the last. Its amounts are those of the programme that the contract was
    written for and follow the size of a project, unless `per` is "project".
    """

    kind: str
    payer: str
    receiver: str
    terms: Mapping[str, Quantity]
    parts: tuple[str, ...] = (MAIN,)
    metric: str | None = None
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    instead_of: str | None = None
    routes: tuple[tuple[str, ...], ...] = ()
    counted_from: str = "measurement"
    every: str = ""
    per: str = ""
    also: tuple[tuple[str, str], ...] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """Who owes whom."""
        return (self.payer, self.receiver)

    @property
    def part(self) -> str:
        """The first part that the clause acts on: the only one, unless it limits a sum."""
        return self.parts[0]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The amounts that the clause acts on."""
        return tuple((*pair, part) for pair in (self.pair, *self.also) for part in self.parts)

    @property
    def runs(self) -> bool:
        """Whether it pays as results come in, at several dates."""
        return bool(self.every) or "dates" in self.terms

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions that the clause hangs on."""
        return self.when + self.unless

    @cached_property
    def values(self) -> dict[str, float]:
        """The terms that are one number, by name."""
        return {name: plain(each) for name, each in self.terms.items() if not isinstance(each.value, tuple)}

    @cached_property
    def lists(self) -> dict[str, tuple[float, ...]]:
        """The terms that are a list of numbers, by name (`step_table` alone has such)."""
        return {name: each.value for name, each in self.terms.items() if isinstance(each.value, tuple)}


@dataclass(frozen=True, kw_only=True)
class Group:
    """A target group that the contract agrees on: children of some ages at the start, seen at some levels of need.

    `ages` and `levels` are first and last; `interventions` are those that the group is for, empty for all.
    """

    name: str
    ages: tuple[int, int] = (0, 64)
    levels: tuple[int, int] = (1, 4)
    interventions: tuple[str, ...] = ()

    def takes(self, intervention: str, age: int, level: int) -> bool:
        """Whether it takes children of this age, seen at this level, into this intervention."""
        of_kind = not self.interventions or intervention in self.interventions
        return of_kind and self.ages[0] <= age <= self.ages[1] and self.levels[0] <= level <= self.levels[1]


@dataclass(frozen=True, kw_only=True)
class Design:
    """A funding design: a whole contract, as read from one file; or an add-on, which only changes parameters.

    `interventions` names those that the contract may finance, empty means all; `groups` whom it is for, all children
    that an intervention takes if there are none. `signs` are public parties that are asked, too, and may refuse.
    `ended`, if it was ended ahead of time, is by which of its `exits` and after how many months (`settling.ended`).
    """

    name: str
    title: str
    title_sv: str
    summary: str
    summary_sv: str
    source: str
    decision: str
    finance: tuple[Share, ...]
    target: str = "owner"
    interventions: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    signs: tuple[str, ...] = ()
    currency: Currency = Currency()
    programme: Programme | None = None
    own_parties: Mapping[str, OwnParty] = field(default_factory=dict)
    own_outcomes: Mapping[str, OwnOutcome] = field(default_factory=dict)
    measures: Mapping[str, Measure]
    conditions: Mapping[str, Condition]
    clauses: tuple[Clause, ...]
    exits: Mapping[str, Exit] = field(default_factory=dict)
    ended: tuple[str, int] | None = None
    changes: tuple[Change, ...] = ()
    add_on: bool = False

    @property
    def way(self) -> Deciding:
        """How it is decided on; an add-on has none (KeyError)."""
        return WAYS[self.decision]

    @property
    def for_all(self) -> bool:
        """Whether it is for every intervention and every child that one takes."""
        return not self.interventions and not self.groups

    @property
    def named_interventions(self) -> tuple[str, ...]:
        """Interventions that it names anywhere, each once."""
        return tuple(dict.fromkeys([*self.interventions, *(each for of in self.groups for each in of.interventions)]))

    def covers(self, intervention: str, age: int, level: int) -> bool:
        """Whether it may finance this intervention for children of this age who are seen at this level."""
        named = not self.interventions or intervention in self.interventions
        return named and (not self.groups or any(each.takes(intervention, age, level) for each in self.groups))

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """Share of the up-front cost by party."""
        return {share.party: share.value for share in self.finance}

    @cached_property
    def edges(self) -> tuple[float, ...]:
        """Share of the up-front cost that the first party finances, the first two, and so on; all but the last, 1."""
        return tuple(accumulate(self.shares.values()))[:-1]

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Measures that clauses and their conditions read, each once: what settlement must be given."""
        named = [clause.metric for clause in self.clauses] + [
            self.conditions[name].measure
            for clause in self.clauses
            for name in clause.conditions
            if name in self.conditions
        ]
        if self.ended is not None:
            named.append(self.exits[self.ended[0]].measure)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @cached_property
    def asked_conditions(self) -> tuple[str, ...]:
        """Conditions that clauses name and nothing measures, each once: what settlement must be given."""
        known = self.conditions
        told = (name for name in self.named_conditions if name not in self.exits)
        return tuple(name for name in told if name not in known or known[name].measure is None)

    @property
    def named_conditions(self) -> tuple[str, ...]:
        """Conditions that clauses name, each once."""
        return tuple(dict.fromkeys(name for clause in self.clauses for name in clause.conditions))

    @property
    def follow_up(self) -> int:
        """Longest follow-up of any measure, in years from the start of the project; 0 if nothing is measured."""
        return max((measure.years for measure in self.measures.values()), default=0)

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Everybody who pays or receives under the design, each once."""
        named = [share.party for share in self.finance]
        for clause in self.clauses:
            pairs = [party for pair in (clause.pair, *clause.also) for party in pair]
            named += [party for party in (*pairs, clause.instead_of) if party]
        if self.programme is not None:
            named.append(self.programme.run_by)
        named += [each.by for each in self.exits.values()]
        return tuple(dict.fromkeys(named))

    def in_run(self, party: str) -> str:
        """Who a party is in a run: itself, or what the contract says of one of its own."""
        return self.own_parties[party].in_run if party in self.own_parties else party

    def spoken(self, party: str) -> tuple[str, str]:
        """How a party is called, and what it is, in the words of the contract if it is one of its own."""
        own = self.own_parties.get(party)
        return PARTIES[party] if own is None else (own.title, own.says)

    def outcome(self, name: str) -> Agreed | OwnOutcome | None:
        """The outcome that a measure of this contract names; nothing if there is none of that name."""
        return self.own_outcomes.get(name) or agreed_outcomes().get(name)
