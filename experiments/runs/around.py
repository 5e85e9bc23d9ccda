"""What has to be lived so that one place can be seen: its county, or the country. Read by commands and the page."""

from __future__ import annotations

from collections.abc import Iterable

from ...model.contracts import Design
from ...model.contracts.in_run import for_run
from ...model.contracts.words import PRIVATE
from ...model.evaluation.evaluators import TREND
from ...model.inputs.scenario import Scenario, select

__all__ = ["elsewhere", "reads_the_country", "whole_county"]


def reads_the_country(design: Design, spec: Scenario) -> bool:
    """Whether what a design does in one county hangs on results in others, so that the county alone will not do.

    Private parties believe what all projects have taught; who must sign for the state does so as well; a competence
    centre gathers results of the whole country; and a trend-adjusted evaluation holds a project against its trend.
    """
    spec, design = spec.changed_by(design.changes), for_run(design)
    return (
        bool(design.signs)
        or any(share.party in PRIVATE for share in design.finance)
        or any(measure.evaluation == TREND for measure in design.measures.values())
        or spec.belief.national_weight > 0.0
        or spec.diffusion.centre > 0.0
    )


def elsewhere(designs: Iterable[Design], spec: Scenario, country: Scenario) -> list[str]:
    """Name the designs whose results hang on places that are not in the run; none if it is of the whole country."""
    if spec.places.codes == country.places.codes:
        return []
    return [design.name for design in designs if reads_the_country(design, spec)]


def whole_county(part: Scenario, country: Scenario) -> Scenario:
    """Give all of the counties that a part of the country lies in."""
    return select(country, sorted(set(part.places.county_codes)))
