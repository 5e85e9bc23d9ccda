"""Funding designs: contracts as data, the vocabulary they are written in, and their settlement.

A design is a TOML file in `model/data/designs`. `load_design` reads and checks it, `describe` reads it aloud,
`settle` says what it pays. Start with `clauses` for the words and `settlement` for how they compose.
"""

from model.funding.contract import Clause, Design, Measure, Share
from model.funding.describe import describe
from model.funding.loader import design_names, load_design, read_design
from model.funding.settlement import Outcome, Transfer, net_by_party, settle, split_cost

__all__ = [
    "Clause",
    "Design",
    "Measure",
    "Outcome",
    "Share",
    "Transfer",
    "describe",
    "design_names",
    "load_design",
    "net_by_party",
    "read_design",
    "settle",
    "split_cost",
]
