"""What a manifest tells of designs and of what is assumed, so that a report can say it without the model.

Read by `run_folder`.
"""

from __future__ import annotations

import csv
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Design
from ...model.inputs.facts import standardised
from ...model.inputs.places import Places
from ...model.inputs.scenario import Scenario
from ..data import DATA

__all__ = [
    "assumed_that_matter",
    "cut_counties",
    "place_names",
    "place_of",
    "terms_of",
]

SCREENING = DATA / "screening.csv"
MOST_ASSUMED = 5
MOST_LIKE = 10


def terms_of(design: Design) -> dict[str, Any]:
    """Tell what a contract says: names, summary, who decides, who pays first, what is measured, what follows."""
    return {
        "title_sv": design.title_sv,
        "summary": " ".join(design.summary.split()),
        "summary_sv": " ".join(design.summary_sv.split()),
        "decision": design.decision,
        "finance": [{"party": each.party, "form": each.form, "share": each.value} for each in design.finance],
        "measures": [
            {"kind": each.kind, "payers": list(each.payers), "evaluation": each.evaluation, "years": each.years}
            for each in design.measures.values()
        ],
        "clauses": [
            {
                "kind": each.kind,
                "payer": each.payer,
                "receiver": each.receiver,
                "terms": each.values | {name: list(levels) for name, levels in each.lists.items()},
            }
            for each in design.clauses
        ],
        "interventions": list(design.interventions),
    }


def assumed_that_matter(spec: Scenario, most: int = MOST_ASSUMED) -> list[dict[str, Any]]:
    """Tell which assumed parameters move the gain of public budgets most in the ranking of `docs/assumed.md`.

    Records of parameter, rank by gain, strength (mean size of the effect over the standard deviation of the gain),
    value here, unit, range and source; none that the scenario has given a source that is not assumed.
    """
    with SCREENING.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -float(row["gain_strength"]))
    told = []
    for row in rows:
        quantity = spec.quantities.get(row["parameter"])
        if quantity is None or "assumed" not in quantity.source.lower():
            continue
        told.append(
            {
                "parameter": row["parameter"],
                "strength": float(row["gain_strength"]),
                "value": quantity.model_dump(mode="json")["value"],
                "unit": quantity.unit,
                "range": [float(end) for end in quantity.range],
                "source": quantity.source,
            }
        )
        if len(told) == most:
            break
    return told


def place_names(spec: Scenario, country: Scenario) -> list[str]:
    """Name the places of a run: counties that are whole by their name, other municipalities by theirs; all: nothing."""
    if spec.places.codes == country.places.codes:
        return []
    cut = cut_counties(spec, country)
    counties = dict.fromkeys(spec.places.counties[code] for code in spec.places.county_codes)
    return [name for county in counties for name in cut.get(county, [county])]


def place_of(wanted: str, spec: Scenario, country: Scenario) -> dict[str, Any]:
    """Tell of a place (the municipalities of `spec`) what a report sets beside each other: it, the like, the country.

    The like are the `MOST_LIKE` municipalities nearest in size (logarithm), schooling and tax base, each counted in
    standard deviations of the country. Facts are means over municipalities.
    """
    here, everywhere = spec.places, country.places
    measures = [np.log(np.asarray(everywhere.population, dtype=float))]
    measures += [np.asarray(each) for each in (everywhere.facts.low_schooling_share, everywhere.facts.tax_base)]
    at = np.column_stack([standardised(each) for each in measures])
    mine = np.isin(everywhere.codes, here.codes)
    away = np.square(at - at[mine].mean(axis=0)).sum(axis=1)
    away[mine] = np.inf
    like = np.argsort(away, kind="stable")[:MOST_LIKE]
    counties = dict.fromkeys(here.counties[code] for code in here.county_codes)
    return {
        "wanted": wanted,
        "name": here.names[0] if len(here.codes) == 1 else ", ".join(place_names(spec, country)) or spec.title,
        "county": ", ".join(counties),
        "codes": list(here.codes),
        "like": [everywhere.names[k] for k in sorted(like)],
        "like_codes": [everywhere.codes[k] for k in sorted(like)],
        "facts": {
            "here": _facts(everywhere, np.flatnonzero(mine)),
            "like": _facts(everywhere, like),
            "country": _facts(everywhere, np.arange(len(everywhere.codes))),
        },
    }


def _facts(places: Places, at: NDArray[np.intp]) -> dict[str, float]:
    """Means of what is known of some municipalities."""
    facts = places.facts
    columns = {
        "population": places.population,
        "young_share": facts.young_share,
        "low_schooling_share": facts.low_schooling_share,
        "tax_base": facts.tax_base,
        "spending": facts.spending,
    }
    return {name: math.fsum(float(values[k]) for k in at) / len(at) for name, values in columns.items()}


def cut_counties(spec: Scenario, country: Scenario) -> dict[str, list[str]]:
    """Name the municipalities that are in the run, by county, for each county of which some are left out."""
    whole: dict[str, set[str]] = {}
    for code, county in zip(country.places.codes, country.places.county_codes, strict=True):
        whole.setdefault(county, set()).add(code)
    here: dict[str, list[tuple[str, str]]] = {}
    for code, name, county in zip(spec.places.codes, spec.places.names, spec.places.county_codes, strict=True):
        here.setdefault(county, []).append((code, name))
    return {
        spec.places.counties[county]: [name for _, name in some]
        for county, some in here.items()
        if whole.get(county, set()) - {code for code, _ in some}
    }
