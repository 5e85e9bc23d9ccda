"""The words a contract is written in: every kind of clause, its terms with unit and bounds, and what can be measured.

`KINDS` is the whole vocabulary. To add a word: write its function in `clauses`, add one entry here. Each entry has a
`sentence`, so that a contract can be read aloud; the bounds are checked when a contract is read (`loader`).

Read by `loader`, `checks`, `settlement` and `describe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from model.funding import clauses
from model.funding.clauses import Rule

__all__ = ["HORIZON_YEARS", "KINDS", "METRICS", "Kind", "Term"]

HORIZON_YEARS = 65
"""Nobody is followed beyond the age of 65, so no contract can pay later than that many years on."""

METRICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cost_reduction": ("SEK", "fall in the cost of the payers named, over the follow-up; negative if cost rose"),
        "tax_revenue": ("SEK", "extra tax paid by the participants over the follow-up (C6)"),
        "outcomes": ("outcome", "number of agreed outcomes reached beyond the comparison (C4)"),
        "activity": ("place", "number of places delivered, whatever came of them (C7)"),
    }
)
"""What a contract can measure: name -> (unit, meaning)."""


@dataclass(frozen=True)
class Term:
    """Declaration of one number of a clause. Unit `metric` means: the unit of the metric that the clause reads."""

    unit: str
    low: float
    high: float
    meaning: str
    required: bool = True
    whole: bool = False


@dataclass(frozen=True)
class Kind:
    """Declaration of one kind of clause."""

    rule: Rule
    sentence: str
    terms: Mapping[str, Term]
    opens: bool = True  # can make something owed where nothing was; if False there must be something to act on
    reads_metric: bool = False
    needs_when: bool = False  # the clause makes no sense without a condition
    one_of: tuple[str, ...] = ()  # exactly one of these terms must be given
    shifts: bool = False  # acts on what another party owes: see `co_pay`


_AMOUNT = Term("SEK", 0, 1e12, "whole amount for a project", required=False)
_TIMES_COST = Term("1", 0, 10, "times the programme cost", required=False)
_TIMES_METRIC = Term("1", 0, 10, "times what was measured, where that is above zero", required=False)
_LIMIT = {"amount": _AMOUNT, "share": _TIMES_COST, "share_of_metric": _TIMES_METRIC}
_SHARE_OF_COST = Term("1", 0, 1, "share of the programme cost")

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "guarantee": Kind(
            clauses.guarantee,
            "{payer} owes {receiver} at least {share} of the programme cost",
            {"share": _SHARE_OF_COST},
            needs_when=True,
        ),
        "share_of_saving": Kind(
            clauses.share_of_saving,
            "{payer} owes {receiver} {share} of the measured {metric}",
            {
                "share": Term("1", 0, 1, "share of the metric"),
                "above": Term("1", 0, 10, "where the band starts, times the programme cost", required=False),
                "up_to": Term("1", 0, 10, "where the band ends, times the programme cost", required=False),
            },
            reads_metric=True,
        ),
        "price_per_outcome": Kind(
            clauses.price_per_outcome,
            "{payer} owes {receiver} {price} for each of the measured {metric}",
            {"price": Term("SEK/metric", 0, 1e9, "price of one")},
            reads_metric=True,
        ),
        "threshold": Kind(
            clauses.threshold,
            "{payer} owes {receiver} nothing unless the measured {metric} reaches {one_of}",
            {"amount": Term("metric", 0, 1e12, "level of the metric", required=False), "share": _TIMES_COST},
            opens=False,
            reads_metric=True,
            one_of=("amount", "share"),
        ),
        "cap": Kind(
            clauses.cap,
            "{payer} owes {receiver} no more than {one_of}",
            _LIMIT,
            opens=False,
            one_of=tuple(_LIMIT),
        ),
        "floor": Kind(clauses.floor, "{payer} owes {receiver} no less than {one_of}", _LIMIT, one_of=tuple(_LIMIT)),
        "bonus": Kind(
            clauses.bonus,
            "{payer} owes {receiver} a further {one_of}",
            {"amount": _AMOUNT, "share": _TIMES_COST},
            needs_when=True,
            one_of=("amount", "share"),
        ),
        "repay_by_frame_cut": Kind(
            clauses.share_of_cost,
            "{payer} repays {receiver} {share} of the programme cost, by a cut of its budget frame",
            {"share": _SHARE_OF_COST},
        ),
        "internal_invoice": Kind(
            clauses.share_of_cost,
            "{payer} keeps its budget frame and is invoiced {share} of the programme cost by {receiver}",
            {"share": _SHARE_OF_COST},
        ),
        "risk_share": Kind(
            clauses.risk_share,
            "{payer} owes {receiver} {share} of each krona saved, until the saving equals the programme cost",
            {"share": Term("1", 0, 1, "share of the risk that the receiver carries")},
            reads_metric=True,
        ),
        "provider_at_risk": Kind(
            clauses.provider_at_risk,
            "{payer} gives {receiver} back up to {share} of the programme cost, less as the measured {metric} "
            "nears {target} of that cost",
            {
                "share": Term("1", 0, 1, "share of the programme cost that is at risk"),
                "target": Term("1", 0.001, 10, "metric at which nothing is given back, times the programme cost"),
            },
            reads_metric=True,
        ),
        "schedule": Kind(
            clauses.on_schedule,
            "{payer} pays {receiver} in equal parts: the first {first_year} after the measurement, over {years}",
            {
                "first_year": Term("year", 0, HORIZON_YEARS, "years from measurement to first payment", whole=True),
                "years": Term("year", 1, HORIZON_YEARS, "number of yearly payments", whole=True),
                "within": Term("year", 0, HORIZON_YEARS, "horizon: all is paid within this time", whole=True),
            },
            opens=False,
        ),
        "waive_if": Kind(
            clauses.waive_if, "{payer} is let off what it owes {receiver}", {}, opens=False, needs_when=True
        ),
        "co_pay": Kind(
            clauses.co_pay,
            "{payer} takes over {share} of what {instead_of} owes {receiver}",
            {"share": Term("1", 0, 1, "share taken over")},
            shifts=True,
        ),
        "admin_cost": Kind(
            clauses.admin_cost,
            "{payer} pays {receiver} {one_of} for running the contract",
            {"amount": _AMOUNT, "share": _TIMES_COST},
            one_of=("amount", "share"),
        ),
        "interest": Kind(
            clauses.interest,
            "{payer} owes {receiver} interest of {rate} a year for {years} on what is owed so far",
            {
                "rate": Term("1/year", 0, 1, "yearly rate of interest"),
                "years": Term("year", 0, HORIZON_YEARS, "years that interest is counted for"),
            },
            opens=False,
        ),
    }
)
"""All kinds of clause, in sight."""
