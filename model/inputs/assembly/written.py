"""What the data files that come with the model say: quantities and texts by path, as written."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...data import DATA
from ..errors import InputError
from ..parameters import INTERVENTION_TEXTS
from ..quantity import Quantity, read_toml
from .tree import Reading, keep, read_whole, records_in

__all__ = ["as_written"]

COST_TEXTS = ("title", "payer", "kind", "ages")


@cache
def as_written() -> tuple[dict[str, Quantity], dict[str, Any]]:
    """Quantities and texts as the data files have them."""
    quantities: dict[str, Quantity] = {}
    texts: dict[str, Any] = {}
    problems: list[str] = []
    flat = {"parameters.toml": "", "diffusion.toml": "diffusion.", "ladder.toml": "ladder."}
    for name, prefix in flat.items():
        for path, record in records_in(read_toml(DATA / name), "", name, problems):
            keep(quantities, prefix + path, record, name, problems)
    read = Reading(quantities, texts, problems)
    for file in sorted((DATA / "interventions").glob("*.toml")):
        document = read_toml(file)
        words = {key: document.pop(key, None) for key in INTERVENTION_TEXTS}
        read_whole(read, file.stem, words, document, f"{file.name}: ")
    for name, row in read_toml(DATA / "costs.toml").items():
        texts[f"costs.{name}"] = {key: row.pop(key, None) for key in COST_TEXTS}
        for path, record in records_in(row, "", "costs.toml", problems):
            keep(quantities, f"costs.{name}.{path}", record, "costs.toml", problems)
    if problems:
        raise InputError(problems)
    return quantities, texts
