"""The names that a contract may use: who decides, who pays, in what form, and what is measured how.

To add a party, a form or a body is to add a line here. What a run makes of them is the business of the model; the
clauses have a vocabulary of their own (`vocabulary`). Read by the loader, the checks and `describe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "BODIES",
    "COST_KINDS",
    "EVALUATIONS",
    "EVERY",
    "FORMS",
    "INVESTORS",
    "INVESTOR_KINDS",
    "MEASURES",
    "NOT_IN_MODEL",
    "PARTIES",
    "PAYERS",
    "PAYER_GROUPS",
    "SIGNATORIES",
    "TARGETS",
    "MeasureKind",
]

BODIES: Mapping[str, str] = MappingProxyType(
    {
        "committee": "the committee or region that owns the project, within its own room",
        "board": "the executive board of the municipality or region (A3, A4)",
        "region": "the region, which grants money as a municipality's board does (F4)",
        "pool": "those who finance, together: each weighs all their budgets as one (C12)",
        "planner": "one decision-maker with one budget, who counts every payer's cost over the whole life",
    }
)

INVESTOR_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "commercial": "wants a return for its risk, and seldom a loss",
        "impact-first": "wants its money back, and may lose it for a good cause",
        "guaranteed": "has a foundation or a donor that makes good part of its loss",
    }
)
"""What an investor is like; parameters of a scenario say what each wants."""

SIGNATORIES: Mapping[str, str] = MappingProxyType(
    {
        "state": "pays, and signs only what it gains from by its own view",
        "outcomes_fund": "the state's fund pays, and signs only what the state gains from by its own view",
    }
)
"""Public parties that a contract may ask, beside those that decide: see `decision.signs`."""

TARGETS: Mapping[str, str] = MappingProxyType(
    {
        "owner": "the committee or region that owns the project",
        "investor": "the investor, who may take those that are easiest to succeed with (low-hanging fruit)",
    }
)
"""Who chooses among the groups of children that a project could take."""

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "own": "money from the party's own budget",
        "grant": "a grant, not to be returned unless a clause says so",
        "advance": "an advance that the party expects to get back under the clauses",
        "investment": "an investment that carries risk and is returned only under the clauses",
        "bond": "borrowed from those who bought a bond, and returned with interest under the clauses",
        "asset": "booked as an asset, and written off over years under the clauses (M9)",
        "outcome_payments": "carried by whoever does the work, out of what it is paid under the clauses",
    }
)

PARTIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "owner": ("the owner", "the committee or region that is responsible for the project"),
        "board": ("the executive board", "the board of the municipality or region"),
        "municipality": ("the municipality", "as one body, where the contract names no committee"),
        "municipal_fund": ("the municipal fund", "the municipality's own social investment fund"),
        "rur": ("the result equalisation reserve", "what the municipality saved in good years (M10)"),
        "internal_bank": ("the internal bank", "the municipality's own bank: it carries what is capitalised (M9)"),
        "region": ("the region", "the region in which the project lies"),
        "regional_fund": ("the regional fund", "the region's own social investment fund (F4)"),
        "pooled_fund": ("the pooled fund", "one budget of several bodies, as in Finsam (C12)"),
        "state": ("the state", "the treasury"),
        "social_insurance": ("the social insurance agency", "pays sickness and activity compensation"),
        "employment_service": ("the employment service", "pays for those who look for work"),
        "outcomes_fund": ("the outcomes fund", "a state fund that pays for outcomes"),
        "eu_fund": ("the EU fund", "a European fund, such as the Social Fund (C8)"),
        "investor": ("the investor", "puts in money and carries risk"),
        "junior_investor": ("the junior investor", "puts in money and is repaid after the investor (K5)"),
        "bondholder": ("the bondholder", "lends by buying a bond (C9, C10)"),
        "guarantor": ("the guarantor", "a foundation that makes good part of an investor's loss (K4)"),
        "provider": ("the provider", "does the work"),
        "intermediary": ("the intermediary", "brings the others together and runs the contract"),
        "evaluator": ("the evaluator", "measures, and is paid for it"),
    }
)
"""Who can pay or receive: name -> (as spoken, meaning)."""

INVESTORS = ("investor", "junior_investor")
"""Parties that carry risk with money of their own: what they are like can be said (`INVESTOR_KINDS`)."""

PRIVATE = (*INVESTORS, "bondholder", "provider")
"""Parties that want nothing of a contract but what it pays them."""

PAYER_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "municipality": ("education", "social", "labour_market", "board"),
        "region": ("region",),
        "state": ("justice", "state_institutions", "social_insurance", "employment_service", "central_tax"),
    }
)
"""Groups of payers whose cost a contract can measure. `owner` stands for the one payer that owns the project."""

PAYERS: tuple[str, ...] = tuple(payer for group in PAYER_GROUPS.values() for payer in group)

COST_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "resource": "work and things",
        "transfer": "benefits paid to people",
        "tax_forgone": "tax that is not paid",
    }
)
"""Kinds of cost that a measure of cost can be limited to."""

EVALUATIONS: Mapping[str, str] = MappingProxyType(
    {
        "matched-comparison": "against similar children who were not treated",
        "before-after": "against the same children before treatment",
        "randomised-waiting-list": "against children drawn by lot to wait",
        "trend-adjusted": "against the same children before treatment, corrected for the national trend",
        "historical-norm": "against what children of that age and need used to come to in earlier years (K7)",
        "as-flagged": "against nobody: all who were flagged as at risk are taken to have needed help otherwise (K5)",
        "none": "counted as it is, with no comparison",
    }
)


EVERY: Mapping[str, int] = MappingProxyType({"year": 12, "half-year": 6, "quarter": 3, "month": 1})
"""How often a clause can pay what has come since it last paid: word -> months between dates."""

NOT_IN_MODEL = "not in the model"
"""What a contract says of an outcome or a party of its own that nothing in a run stands for."""


@dataclass(frozen=True)
class MeasureKind:
    """Declaration of one kind of measure. Unit `SEK` means: the currency of the contract."""

    unit: str
    meaning: str
    reads_payers: bool = False
    reads_outcome: bool = False


MEASURES: Mapping[str, MeasureKind] = MappingProxyType(
    {
        "cost_reduction": MeasureKind(
            "SEK", "fall in the cost of the payers named, over the follow-up; negative if cost rose", reads_payers=True
        ),
        "tax_revenue": MeasureKind("SEK", "extra tax paid by the participants over the follow-up (C6)"),
        "outcomes": MeasureKind(
            "outcome", "number of agreed outcomes reached beyond the comparison (C4)", reads_outcome=True
        ),
        "fall": MeasureKind(
            "%",
            "fall against the comparison, in per cent of it; negative if it rose (C2, C3)",
            reads_payers=True,
            reads_outcome=True,
        ),
        "share": MeasureKind(
            "%",
            "share of the participants who reached the agreed outcome, less that of the comparison if there is one "
            "(K9)",
            reads_outcome=True,
        ),
        "of_target": MeasureKind(
            "%",
            "agreed outcomes reached, less those of the comparison if there is one, in per cent of the target; may be "
            "above 100",
            reads_outcome=True,
        ),
        "activity": MeasureKind("place", "number of places delivered, whatever came of them (C7)"),
    }
)
"""What a contract can measure. `fall` reads either the cost of payers or an outcome."""
