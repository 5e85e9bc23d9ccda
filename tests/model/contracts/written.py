"""Contracts built in memory for the tests of `model.contracts`, by the loader's own reader.

Measures, conditions and finance are given only where a test is about them. Of the measures only those that a clause or
a condition reads are written, as a contract may not measure what nobody reads.
"""

from typing import Any

from stupror.model.contracts import Design, read_design
from stupror.model.contracts.vocabulary import KINDS

M = 1_000_000
TEXTS = dict.fromkeys(("name", "title", "title_sv", "summary", "summary_sv", "source"), "test")


def term(value: Any, unit: str = "1") -> dict[str, Any]:
    """A record whose range is no wider than its value."""
    entries = value if isinstance(value, list) else [value]
    return {"value": value, "unit": unit, "range": [min(entries), max(entries)], "source": "assumed"}


def clause(kind: str, payer: str = "state", receiver: str = "investor", **rest: Any) -> dict[str, Any]:
    """Write a clause; plain numbers are dimensionless terms, and `from_` is the term `from`."""
    number = lambda value: isinstance(value, int | float)  # noqa: E731
    terms = {key.rstrip("_"): term(value) if number(value) else value for key, value in rest.items()}
    return {"kind": kind, "payer": payer, "receiver": receiver, **terms}


def measure(kind: str = "cost_reduction", years: int = 4, **rest: Any) -> dict[str, Any]:
    """Write a measure with what its kind needs."""
    about: dict[str, dict[str, Any]] = {
        "cost_reduction": {"payers": ["state"]},
        "fall": {"payers": ["state"]},
        "outcomes": {"outcome": "years_placed"},
        "share": {"outcome": "eligible"},
    }
    how = {"activity": "none", "share": "none"}.get(kind, "before-after")
    common = {"kind": kind, "evaluation": how, "follow_up_years": term(years, "year")}
    return common | about.get(kind, {}) | rest


def document(
    *clauses: dict[str, Any],
    measures: dict[str, Any] | None = None,
    conditions: Any = (),
    finance: dict[str, float] | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """Write a contract as a file has it; `conditions` are names, or tables by name."""
    measures = {"result": measure()} if measures is None else measures
    conditions = conditions if isinstance(conditions, dict) else dict.fromkeys(conditions)
    told = {
        key: value if isinstance(value, dict) else {"says": "as the parties agreed"}
        for key, value in conditions.items()
    }
    shares = {"investor": 1} if finance is None else finance
    named = {each.get("metric") for each in clauses} | {each.get("measure") for each in told.values()}
    alone = len(measures) == 1 and any(_reads(each) for each in clauses)
    return {
        **TEXTS,
        "decision": {"body": "board"},
        "finance": {party: {"form": "investment", "share": term(share)} for party, share in shares.items()},
        "measure": {name: each for name, each in measures.items() if alone or name in named},
        "conditions": told,
        "clause": list(clauses),
        **rest,
    }


def contract(*clauses: dict[str, Any], **rest: Any) -> Design:
    """Read a contract; see `document`."""
    return read_design(document(*clauses, **rest), "test.toml")


def _reads(table: dict[str, Any]) -> bool:
    return KINDS[table["kind"]].reads_metric or "share_of_metric" in table
