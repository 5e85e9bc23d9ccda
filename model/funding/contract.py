"""What a funding design is, once it has been read and checked: frozen values and nothing else.

A design says who decides, who finances, what is measured and which clauses follow from it. It holds no
money and does nothing: `settlement` answers what it pays, the model posts the answer to the ledger.

Written by `loader`. Read by `settlement`, `describe`, the agents and the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from model.reading import Quantity

__all__ = [
    "BODIES",
    "EVALUATIONS",
    "FORMS",
    "PARTIES",
    "PAYERS",
    "PAYER_GROUPS",
    "Clause",
    "Design",
    "Measure",
    "Share",
    "plain",
]

BODIES: Mapping[str, str] = MappingProxyType(
    {
        "committee": "the committee or region that owns the project, within its own room",
        "board": "the executive board of the municipality or region (A3, A4)",
        "planner": "one decision-maker with one budget, who counts every payer's cost over the whole life",
    }
)

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "own": "money from the party's own budget",
        "grant": "a grant, not to be returned unless a clause says so",
        "advance": "an advance that the party expects to get back under the clauses",
        "investment": "an investment that carries risk and is returned only under the clauses",
    }
)

PARTIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "owner": ("the owner", "the committee or region that is responsible for the project"),
        "board": ("the executive board", "the board of the municipality or region"),
        "municipality": ("the municipality", "as one body, where the contract names no committee"),
        "municipal_fund": ("the municipal fund", "the municipality's own social investment fund"),
        "region": ("the region", "the region in which the project lies"),
        "state": ("the state", "the treasury"),
        "outcomes_fund": ("the outcomes fund", "a state fund that pays for outcomes"),
        "investor": ("the investor", "puts in money and carries risk"),
        "provider": ("the provider", "does the work"),
        "intermediary": ("the intermediary", "brings the others together and runs the contract"),
        "evaluator": ("the evaluator", "measures, and is paid for it"),
    }
)
"""Who can pay or receive: name -> (as spoken, meaning)."""

PAYER_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "municipality": ("education", "social", "labour_market", "board"),
        "region": ("region",),
        "state": ("justice", "state_institutions", "social_insurance", "employment_service", "central_tax"),
    }
)
"""Groups of payers whose cost a contract can measure. `owner` stands for the one payer that owns the project."""

PAYERS: tuple[str, ...] = tuple(payer for group in PAYER_GROUPS.values() for payer in group)

EVALUATIONS: Mapping[str, str] = MappingProxyType(
    {
        "matched-comparison": "against similar children who were not treated",
        "before-after": "against the same children before treatment",
        "randomised-waiting-list": "against children drawn by lot to wait",
        "trend-adjusted": "against the same children before treatment, corrected for the national trend",
    }
)


def plain(quantity: Quantity) -> float:
    """Give the value of a term, which is one number: the loader has seen to that."""
    value = quantity.value
    if not isinstance(value, int | float):
        raise TypeError(f"a term of a contract is one number, not {value!r}")
    return float(value)


@dataclass(frozen=True, kw_only=True)
class Share:
    """One party's share of the up-front cost of the programme."""

    party: str
    form: str
    share: Quantity

    @property
    def value(self) -> float:
        """The share as a number from 0 to 1."""
        return plain(self.share)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured, for whose budgets, how, and for how long."""

    metric: str
    payers: tuple[str, ...]
    evaluation: str
    follow_up_years: Quantity

    @property
    def years(self) -> int:
        """Years of follow-up, counted from the start of the project."""
        return int(plain(self.follow_up_years))

    def counts(self, payer: str, owner: str) -> bool:
        """Whether this payer's cost is part of the measure, in a project of this owner."""
        return any(
            payer == named or payer in PAYER_GROUPS.get(named, ()) or (named == "owner" and payer == owner)
            for named in self.payers
        )


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause of the contract. `values` holds the numbers of `terms`, ready for settlement."""

    kind: str
    payer: str
    receiver: str
    terms: Mapping[str, Quantity]
    values: Mapping[str, float]
    metric: str | None = None
    when: str | None = None
    unless: str | None = None
    instead_of: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Who owes whom."""
        return (self.payer, self.receiver)


@dataclass(frozen=True, kw_only=True)
class Design:
    """A funding design: a whole contract, as read from one file."""

    name: str
    title: str
    title_sv: str
    summary: str
    summary_sv: str
    source: str
    decision: str
    finance: tuple[Share, ...]
    measure: Measure | None
    conditions: Mapping[str, str]
    clauses: tuple[Clause, ...]

    @property
    def shares(self) -> dict[str, float]:
        """Share of the up-front cost by party."""
        return {share.party: share.value for share in self.finance}

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that settlement must be given, each once."""
        return tuple(dict.fromkeys(clause.metric for clause in self.clauses if clause.metric is not None))

    @property
    def parties(self) -> tuple[str, ...]:
        """Everybody who pays or receives under the design, each once."""
        named = [share.party for share in self.finance]
        named += [party for clause in self.clauses for party in clause.pair]
        return tuple(dict.fromkeys(named))
