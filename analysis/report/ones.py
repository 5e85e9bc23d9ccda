"""One of a thing is said in the singular, in English and Swedish: "1 seed", not "1 seeds".

Texts are written for many, as there mostly are. Read by `pages`, `sheets` and the commands.
"""

import re

__all__ = ["one"]

_ONE = {
    # more than a word hangs on the number
    "seeds show": "seed shows",
    "the 1 simulated years are": "the one simulated year is",
    "de 1 simulerade åren": "det enda simulerade året",
    "simulated years": "simulated year",
    "simulerade år": "simulerat år",
    # English
    "municipalities": "municipality",
    "seeds": "seed",
    "years": "year",
    "months": "month",
    "runs": "run",
    "worlds": "world",
    "draws": "draw",
    "designs": "design",
    "proposals": "proposal",
    "interventions": "intervention",
    "contracts": "contract",
    "replications": "replication",
    "children": "child",
    "participants": "participant",
    "pages": "page",
    "parts": "part",
    "tips": "tip",
    "trials": "trial",
    "folders": "folder",
    "seconds": "second",
    "minutes": "minute",
    "hours": "hour",
    # Swedish
    "kommuner": "kommun",
    "frön": "frö",
    "körningar": "körning",
    "världar": "värld",
    "dragningar": "dragning",
    "modeller": "modell",
    "insatser": "insats",
    "upprepningar": "upprepning",
    "månader": "månad",
    "sidor": "sida",
    "delar": "del",
    "mappar": "mapp",
    "sekunder": "sekund",
    "minuter": "minut",
    "timmar": "timme",
}
_MANY = re.compile(
    r"(?<![\w.,:/=\u202f\u00a0\u2212-])(?:"
    + "|".join(re.escape(many) if "1" in many else f"1 {many}" for many in _ONE)
    + r")\b"
)


def one(text: str) -> str:
    """Say one of a thing in the singular wherever a text counts just one.

    >>> one("1 seeds in 21 seeds, 0.1 years, 1 of 1 municipalities"), one("1 simulerade år med 1 frön")
    ('1 seed in 21 seeds, 0.1 years, 1 of 1 municipality', '1 simulerat år med 1 frö')
    """
    return _MANY.sub(lambda found: _ONE.get(found[0]) or "1 " + _ONE[found[0].removeprefix("1 ")], text)
