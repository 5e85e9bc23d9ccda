"""The options in plain words, from what the manifest tells of each contract. Read by `front` and the commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..tables import number, within

Texts = Mapping[str, str]
RATES = ("rate", "indexation", "yearly_return")
YEARS = ("years", "first_year", "within")
TIMES = ("above", "up_to", "times_stake", "from_pays", "to_pays", "pays", "target")
OVER_ONE = ("cap", "threshold", "bonus", "early_termination", "floor", "admin_cost")  # whose share may be above 1


def described(record: Mapping[str, Any], language: str, words: Texts, say: Texts) -> dict[str, Any]:
    """Say what an option is: its summary, who decides, who pays first, and what follows, each clause with its terms.

    A manifest of an older run tells less: what it does not tell is left out.
    """
    summary = record.get("summary_sv" if language == "sv" else "summary", "")
    facts = []
    if record.get("decision"):
        facts.append((say["o decides"], say[f"body {record['decision']}"]))
    if record.get("finance"):
        facts.append((say["o first"], "; ".join(_finance(each, words, say) for each in record["finance"])))
    if record.get("measures"):
        facts.append((say["o measured"], "; ".join(_measure(each, words, say) for each in record["measures"])))
    if "clauses" in record:
        then = [clause(each, words, say) for each in record["clauses"]] or [say["no clause"]]
        facts.append((say["o then"], "; ".join(then)))
    return {"summary": summary, "facts": facts}


def _finance(share: Mapping[str, Any], words: Texts, say: Texts) -> str:
    part = "" if share["share"] == 1 else f" {_percent(share['share'])}"
    return f"{party(share['party'], words, say)}{part} ({say['form ' + share['form']]})"


def _measure(measure: Mapping[str, Any], words: Texts, say: Texts) -> str:
    whose = f" ({', '.join(party(each, words, say) for each in measure['payers'])})" if measure["payers"] else ""
    how = say[f"evaluation {measure['evaluation']}"]
    return say["measure"].format(what=say[f"measure {measure['kind']}"] + whose, how=how, years=measure["years"])


def clause(told: Mapping[str, Any], words: Texts, say: Texts) -> str:
    """Say what a clause does, with its terms."""
    payer, receiver = (party(told[side], words, say) for side in ("payer", "receiver"))
    terms = [f"{say['term ' + name]} {_value(told['kind'], name, value)}" for name, value in told["terms"].items()]
    said = say[f"clause {told['kind']}"].format(payer=payer, receiver=receiver)
    return f"{said} ({', '.join(terms)})" if terms else said


def party(name: str, words: Texts, say: Texts) -> str:
    """Name a party or payer as within a sentence."""
    return say.get(f"party {name}") or within(words.get(name, name))


def _value(kind: str, name: str, value: float | Sequence[float]) -> str:
    """Write a term: a share in per cent, years and times as numbers."""
    if isinstance(value, Sequence):
        return " / ".join(_value(kind, name, each) for each in value)
    if name in RATES or (name == "share" and kind not in OVER_ONE):
        return _percent(value)
    counted = name == "up_to" and kind == "price_per_outcome"  # so many outcomes, not so many times
    if (name in TIMES and not counted) or name in ("share", "share_of_metric"):
        return f"{value:g}\u00d7"
    return f"{value:g}" if name in YEARS or abs(value) < 1000 else number(value, value)


def _percent(value: float) -> str:
    return f"{100 * value:g} %"
