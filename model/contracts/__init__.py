"""Funding designs: contracts as data, the vocabulary they are written in, and their settlement.

A design is a TOML file in `model/data/designs`. `load_design` reads and checks it, `describe` reads it aloud,
`settle` says what it pays, `terms` lists its numbers. Start with `clauses` for the words, `settlement` for how they
compose and `timing` for when.
"""

from ..inputs.change import Change
from .aloud.describe import describe
from .contract import Clause, Condition, Currency, Design, Measure, Programme, Share
from .in_run import for_run, not_in_model
from .loader import add_on_names, design_names, load_add_on, load_design, split_names
from .reading.design import read_design
from .settlement import Outcome, settle
from .settling.transfers import Transfer, net_by_party, split_cost, upfront
from .steps import with_steps
from .terms import in_sek, terms, with_terms
from .timing import phases

__all__ = [
    "Change",
    "Clause",
    "Condition",
    "Currency",
    "Design",
    "Measure",
    "Outcome",
    "Programme",
    "Share",
    "Transfer",
    "add_on_names",
    "describe",
    "design_names",
    "for_run",
    "in_sek",
    "load_add_on",
    "load_design",
    "net_by_party",
    "not_in_model",
    "phases",
    "read_design",
    "settle",
    "split_cost",
    "split_names",
    "terms",
    "upfront",
    "with_steps",
    "with_terms",
]
