"""The words that contracts are written in: every kind of clause, its terms with unit and bounds, and its sentence.

This is the whole vocabulary. To add a word: write its function in `clauses`, add one entry here. Each entry has a
`sentence`, so that a contract can be read aloud; the bounds are checked when a contract is read (`design`).

Read by `design`, `checks`, `settlement`, `terms` and `describe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from . import clauses
from .clauses import Rule

__all__ = [
    "CHANCE",
    "CHANGES",
    "EXIT_AT",
    "FOLLOW_UP",
    "FOLLOW_UP_MONTHS",
    "HORIZON_YEARS",
    "KINDS",
    "LIMIT",
    "SHARE",
    "SIZE",
    "TARGET",
    "TIMES",
    "Kind",
    "Term",
]

HORIZON_YEARS = 65
"""Nobody is followed beyond the age of 65, so no contract can pay later than that many years on."""


@dataclass(frozen=True)
class Term:
    """Declaration of one number of a contract, or of a list of them (`many`).

    In `unit`, `metric` stands for the unit of the measure that the clause reads, `SEK` for the contract's currency.
    """

    unit: str
    low: float
    high: float
    meaning: str
    required: bool = True
    whole: bool = False
    many: bool | None = False  # None: one number or a list


@dataclass(frozen=True)
class Kind:
    """Declaration of one kind of clause."""

    rule: Rule
    sentence: str
    terms: Mapping[str, Term]
    opens: bool = True  # can make something owed where nothing was; if False there must be something to act on
    reads_metric: bool = False
    in_money: bool = False  # the measure that it reads must be in money
    needs_when: bool = False  # the clause makes no sense without a condition
    one_of: tuple[str, ...] = ()  # exactly one of these terms must be given
    links: tuple[str, ...] = ()  # keys of its own: instead_of, parts, routes, counted_from, every, per
    takes_from: str = ""  # takes over from another "payer", or takes before another "receiver"
    reads_stake: bool = False  # needs what the receiver put in
    of_payer: bool = False  # reads what the payer put in and is owed, instead of the receiver
    throughout: bool = False  # acts at every date of what it changes, and not only once it is due


# Numbers outside the clauses.
SHARE = Term("1", 0, 1, "share of the up-front programme cost")
SIZE = Term("SEK/inhabitant/year", 0, 1e6, "money that the party has for such programmes", required=False)
FOLLOW_UP = Term("year", 1, HORIZON_YEARS, "years of follow-up from the start of the project", whole=True)
FOLLOW_UP_MONTHS = Term("month", 1, 12 * HORIZON_YEARS, "months of follow-up from the start", whole=True)
TARGET = Term("metric", 1e-9, 1e12, "what counts as 100 %, for the whole programme")
EXPECTED = Term("metric", 1e-9, 1e12, "what was expected of the whole programme when the contract was written")
TIMES = Term("", 1e-9, 1e9, "how many of it one of the outcome that stands for it in a run is")
EXIT_AT = Term("month", 1, 12 * HORIZON_YEARS, "months from the start at which it may be ended", whole=True, many=None)
LIMIT = Term("metric", -1e12, 1e12, "what the measure is held against")
CHANCE = Term("1", 0, 1, "probability that the condition holds for a project")
CHANGES: Mapping[str, Term] = {
    "times": Term("1", 0, 1000, "factor on the parameter"),
    "add": Term("", -1e12, 1e12, "added to the parameter, in its unit", many=None),
    "set": Term("", -1e12, 1e12, "new value of the parameter, in its unit", many=None),
}

# Numbers that several kinds of clause share.
_AMOUNT = Term("SEK", 0, 1e12, "amount for the whole programme, or a project", required=False)
_TIMES_COST = Term("1", 0, 10, "times the programme cost", required=False)
_TIMES_METRIC = Term("1", 0, 10, "times what was measured, where that is above zero", required=False)
_LIMIT = {"amount": _AMOUNT, "share": _TIMES_COST, "share_of_metric": _TIMES_METRIC}
_PER_CHILD = Term("SEK/child", 0, 1e9, "amount for each participant", required=False)
_YEARLY_RETURN = Term("1/year", 0, 1, "yearly return on what the receiver put in (internal rate)", required=False)
_INDEX = Term("1/year", -0.2, 0.5, "the price rises by so much a year; the first year as written", required=False)
_DATES = Term(
    "month", 1, 12 * HORIZON_YEARS, "months from the start at which it pays", required=False, whole=True, many=True
)
_RUNNING = ("every",)
_SHARE_OF_COST = Term("1", 0, 1, "share of the programme cost")
_LEVEL = Term("metric", -1e12, 1e12, "level of what is measured")
_PAYS = Term("1", 0, 10, "payment, times the programme cost")

_OPENING: dict[str, Kind] = {
    "guarantee": Kind(
        clauses.guarantee,
        "{payer} owes {receiver}{parts} at least {share} of the programme cost",
        {"share": _SHARE_OF_COST},
        needs_when=True,
        links=("parts",),
    ),
    "share_of_saving": Kind(
        clauses.share_of_saving,
        "{payer} owes {receiver} {share} of {metric}",
        {
            "share": Term("1", 0, 1, "share of what is measured"),
            "above": Term("1", 0, 10, "where the band starts, times the programme cost", required=False),
            "up_to": Term("1", 0, 10, "where the band ends, times the programme cost", required=False),
            "dates": _DATES,
        },
        links=_RUNNING,
        reads_metric=True,
        in_money=True,
    ),
    "price_per_outcome": Kind(
        clauses.price_per_outcome,
        "{payer} owes {receiver} {price} of {metric}",
        {
            "price": Term("SEK/metric", -1e9, 1e9, "price of one; below zero it is taken off what is owed so far"),
            "above": Term("metric", 0, 1e9, "only what comes beyond so many has this price", required=False),
            "up_to": Term("metric", 0, 1e9, "at most so many are paid for", required=False),
            "indexation": _INDEX,
            "dates": _DATES,
        },
        links=(*_RUNNING, "per"),
        reads_metric=True,
    ),
    "step_table": Kind(
        clauses.step_table,
        "{payer} owes {receiver} a multiple of the programme cost, by the highest level that {metric} reaches: {steps}",
        {
            "levels": Term("metric", -1e12, 1e12, "levels of what is measured, rising", many=True),
            "pays": Term("1", 0, 10, "payment from that level on, times the programme cost", many=True),
            "dates": _DATES,
        },
        links=(*_RUNNING, "per"),
        reads_metric=True,
    ),
    "slide": Kind(
        clauses.slide,
        "{payer} owes {receiver} {from_pays} of the programme cost where {metric} is {from}, moving in a straight line "
        "to {to_pays} at {to} and above; below {from} nothing",
        {"from": _LEVEL, "to": _LEVEL, "from_pays": _PAYS, "to_pays": _PAYS, "dates": _DATES},
        links=(*_RUNNING, "per"),
        reads_metric=True,
    ),
    "floor": Kind(
        clauses.floor,
        "{payer} owes {receiver}{parts} no less than {one_of}",
        _LIMIT,
        one_of=tuple(_LIMIT),
        links=("parts", "per"),
    ),
    "bonus": Kind(
        clauses.bonus,
        "{payer} owes {receiver} a further {one_of}",
        {"amount": _AMOUNT, "share": _TIMES_COST},
        needs_when=True,
        one_of=("amount", "share"),
        links=("per",),
    ),
    "milestone": Kind(
        clauses.bonus,
        "{payer} owes {receiver} {one_of} when {after_months} have passed",
        {
            "amount": _AMOUNT,
            "share": _TIMES_COST,
            "after_months": Term("month", 0, 12 * HORIZON_YEARS, "months from the start", whole=True),
            "indexation": _INDEX,
        },
        one_of=("amount", "share"),
        links=("per",),
    ),
    "repay": Kind(
        clauses.share_of_cost,
        "{payer} repays {receiver} {share} of the programme cost",
        {"share": _SHARE_OF_COST},
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
        "{payer} owes {receiver} {share} of {metric}, until it equals the programme cost",
        {"share": Term("1", 0, 1, "share of the risk that the receiver carries"), "dates": _DATES},
        links=_RUNNING,
        reads_metric=True,
        in_money=True,
    ),
    "provider_at_risk": Kind(
        clauses.provider_at_risk,
        "{payer} gives {receiver} back up to {share} of the programme cost, less as {metric} nears {target} of that "
        "cost",
        {
            "share": Term("1", 0, 1, "share of the programme cost that is at risk"),
            "target": Term("1", 0.001, 10, "measure at which nothing is given back, times the programme cost"),
        },
        reads_metric=True,
        in_money=True,
    ),
    "cover_loss": Kind(
        clauses.cover_loss,
        "{payer} makes good what {receiver} put in and is not owed by then, up to {share} of the programme cost",
        {"share": _SHARE_OF_COST},
        reads_stake=True,
    ),
    "pass_on": Kind(
        clauses.pass_on,
        "{payer} passes on to {receiver} {share} of what it is owed by then beyond {times_stake} of what it put in",
        {
            "share": Term("1", 0, 1, "share passed on"),
            "times_stake": Term("1", 0, 10, "kept first, times what the payer put in"),
        },
        reads_stake=True,
        of_payer=True,
    ),
    "clawback": Kind(
        clauses.clawback,
        "{payer} gives {receiver} back {share} of what it was paid at earlier dates beyond what it is owed in the end",
        {"share": Term("1", 0, 1, "share of it that is given back")},
    ),
    "early_termination": Kind(
        clauses.early_termination,
        "{payer} owes {receiver} {share} of the programme cost in place of the rest",
        {"share": _TIMES_COST},
        needs_when=True,
    ),
    "admin_cost": Kind(
        clauses.admin_cost,
        "{payer} pays {receiver} {one_of} for running the contract",
        {"amount": _AMOUNT, "share": _TIMES_COST},
        one_of=("amount", "share"),
        links=("per",),
    ),
}
"""Clauses that can make something owed."""

_CHANGING: dict[str, Kind] = {
    "threshold": Kind(
        clauses.threshold,
        "{payer} owes {receiver}{parts} nothing unless {metric} reaches {one_of}",
        {"amount": Term("metric", -1e12, 1e12, "level of what is measured", required=False), "share": _TIMES_COST},
        opens=False,
        throughout=True,
        reads_metric=True,
        one_of=("amount", "share"),
        links=("parts", "per"),
    ),
    "cap": Kind(
        clauses.cap,
        "{payer} owes {receiver}{parts} no more than {one_of}",
        _LIMIT | {"per_child": _PER_CHILD, "yearly_return": _YEARLY_RETURN},
        opens=False,
        throughout=True,
        one_of=(*_LIMIT, "per_child", "yearly_return"),
        links=("parts", "per"),
    ),
    "best_of": Kind(
        clauses.unchanged,
        "of what {payer} owes {receiver} by {routes}, only the largest sum stays",
        {},
        opens=False,
        links=("routes",),
    ),
    "waterfall": Kind(
        clauses.waterfall,
        "{receiver} takes first what {payer} owes {instead_of}, until it has {times_stake} of what it put in",
        {"times_stake": Term("1", 0, 10, "times what the receiver put in")},
        throughout=True,
        links=("instead_of",),
        takes_from="receiver",
        reads_stake=True,
    ),
    "co_pay": Kind(
        clauses.co_pay,
        "{payer} takes over {share} of what {instead_of} owes {receiver}",
        {"share": Term("1", 0, 1, "share taken over")},
        throughout=True,
        links=("instead_of",),
        takes_from="payer",
    ),
    "waive_if": Kind(
        clauses.waive_if,
        "{payer} is let off what it owes {receiver}",
        {},
        opens=False,
        throughout=True,
        needs_when=True,
    ),
    "interest": Kind(
        clauses.interest,
        "{payer} owes {receiver} interest of {rate} a year for {years} on what is owed so far",
        {
            "rate": Term("1/year", 0, 1, "yearly rate of interest"),
            "years": Term("year", 0, HORIZON_YEARS, "years that interest is counted for"),
        },
        opens=False,
        throughout=True,
    ),
    "schedule": Kind(
        clauses.unchanged,
        "{payer} pays {receiver} in equal parts: the first {first_year} after {counted_from}, over {years}",
        {
            "first_year": Term("year", 0, HORIZON_YEARS, "years until the first payment", whole=True),
            "years": Term("year", 1, HORIZON_YEARS, "number of yearly payments", whole=True),
            "within": Term("year", 0, HORIZON_YEARS, "horizon: all is paid within this time", whole=True),
        },
        opens=False,
        links=("counted_from",),
    ),
    "coupon": Kind(
        clauses.unchanged,
        "{payer} pays {receiver} {rate} a year on what is outstanding, with each part",
        {"rate": Term("1/year", 0, 1, "yearly simple interest on what is outstanding")},
        opens=False,
    ),
}
"""Clauses that change what is owed, move it, or say when it is paid."""

KINDS: Mapping[str, Kind] = MappingProxyType(_OPENING | _CHANGING)
"""All kinds of clause, in sight."""
