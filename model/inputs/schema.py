"""The JSON schema of a scenario file, for editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .assembly.declared import declaration
from .own.dated import DATED, FIRST_YEAR, LAST_YEAR, may_change
from .own.interventions import FILES
from .parameters import INTERVENTION_TEXTS, LIKE, OWNERS
from .quantity import Quantity, text_of
from .scenario import built_in


def json_schema() -> dict[str, Any]:
    """JSON Schema of a user's scenario file, for editors: names, units, ranges and meanings."""
    tree: dict[str, Any] = {}
    for path, q in built_in().quantities.items():
        branch, *names = path.split(".")
        if branch not in ("interventions", "costs"):
            branch, names = "parameters", [branch, *names]
        here = tree.setdefault(branch, {})
        for name in names[:-1]:
            here = here.setdefault(name, {})
        here[names[-1]] = _leaf(q, declaration(path))
    owners = {"owner": _owner(OWNERS), "partner": _owner(("", *OWNERS))}
    texts = {key: {"type": "string", "minLength": 1} for key in (LIKE, *INTERVENTION_TEXTS)}
    branches = {name: _branch(part_) for name, part_ in tree.items()}
    for each in branches["interventions"]["properties"].values():
        each["properties"] |= owners
    branches["interventions"]["additionalProperties"] = _own(texts | owners)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "stupror scenario: changes to the built-in one",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string"},
            FILES: {"type": "array", "items": {"type": "string"}, "description": "files or folders of interventions"},
            DATED: _dated(),
        }
        | branches,
    }


def _dated() -> dict[str, Any]:
    """JSON Schema of what changes from a year on."""
    able = [path for path in built_in().quantities if may_change(path)]
    number = {"type": "number"}
    return {
        "type": "array",
        "description": "numbers that change from a year on",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["from", "path", "source"],
            "oneOf": [{"required": ["value"]}, {"required": ["factor"]}],
            "properties": {
                "from": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
                "path": {"type": "string", "examples": able},
                "value": {"anyOf": [number, {"type": "array", "items": number}]},
                "factor": {"type": "number", "minimum": 0, "maximum": 1000},
                "range": {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
                "price_year": {"type": "integer"},
                **{name: {"type": "string", "minLength": 1} for name in ("source", "unit", "note")},
            },
        },
    }


def _own(texts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of an intervention of one's own: any number of those that interventions have, without its limits."""
    kept = built_in()
    name = kept.interventions[0].name
    leaves = {}
    for path, q in kept.quantities.items():
        if path.startswith(f"interventions.{name}."):
            declared = declaration(path)
            leaf = _leaf(q, declared)
            number = {"type": "integer" if declared["whole"] else "number"}
            leaf["properties"]["value"] = {"type": "array", "items": number} if declared["size"] > 1 else number
            leaf["description"] = f"{declared['meaning']} ({q.unit})"
            leaves[path.rpartition(".")[2]] = leaf
    return _branch(leaves) | {"properties": {**texts, **leaves}}


def _owner(bodies: Sequence[str]) -> dict[str, Any]:
    """JSON Schema of who owns an intervention, or shares it."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["value", "source"],
        "properties": {"value": {"enum": list(bodies)}, "source": {"type": "string", "minLength": 1}},
    }


def _leaf(q: Quantity, declared: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of one record."""
    number = {"type": "integer" if declared["whole"] else "number", "minimum": q.range[0], "maximum": q.range[1]}
    many = {"type": "array", "items": number, "minItems": declared["size"], "maxItems": declared["size"]}
    generic = Quantity.model_json_schema()
    return {
        "type": "object",
        "description": f"{declared['meaning']} ({q.unit}); built in: {text_of(q.value)}",
        "additionalProperties": False,
        "required": ["value", "source"],
        "properties": {
            "value": many if declared["size"] > 1 else number,
            "unit": {"const": q.unit},
            "range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "distribution": {
                "type": "object",
                "properties": {
                    "kind": {"enum": sorted(generic["properties"]["distribution"]["discriminator"]["mapping"])}
                },
                "required": ["kind"],
            },
            "source": {"type": "string", "minLength": 1},
            "price_year": {"type": "integer"},
            "note": {"type": "string"},
        },
    }


def _branch(tree: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of nested tables."""
    if tree.get("type") == "object" and "properties" in tree:
        return tree
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _branch(part_) for name, part_ in tree.items()},
    }
