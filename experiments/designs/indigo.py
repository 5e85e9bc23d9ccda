"""A project of the public impact-bond register as a contract file, to be checked and completed.

INDIGO is the data standard and register of the Government Outcomes Lab, University of Oxford. It publishes each project
as JSON: ``{"project": {"id": ..., "data": ...}}``, where every entry is ``{"value": ...}``
(https://indigo-data-standard.readthedocs.io, version 2), and in a spreadsheet form (`indigo_form`). What is there is
taken as it stands; what is not is assumed, and said to be so in the file and in the list that `from_indigo` gives. Read
by the command.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ...model.contracts import design_names, load_design, read_design
from ...model.contracts.loader import LONGEST_NAME, NAME
from ...model.inputs.errors import InputError, shown
from ...model.inputs.quantity import Quantity
from ..files.foreign import read_json
from ..files.places import make_folder, new_file
from .indigo_entries import clean, loose_at, number_at, tables_at, text_at
from .indigo_form import read_form

__all__ = ["Drafted", "from_indigo", "write_indigo"]

METHODS = (  # words of a validation method -> way of evaluating
    ("random", "randomised-waiting-list"),
    ("quasi", "matched-comparison"),
    ("match", "matched-comparison"),
    ("historical", "historical-norm"),
    ("pre-post", "before-after"),
    ("before", "before-after"),
)
YEARS = 3  # assumed, where no duration is published
PUBLIC = "Government"


@dataclass
class Drafted:
    """A contract file: its name, its text, and what somebody must check or complete."""

    name: str
    text: str = ""
    open_: list[str] = field(default_factory=list)


def write_indigo(file: Path, name: str | None, folder: Path) -> tuple[Path, Drafted]:
    """Read a project and write it as NAME.toml into a folder.

    Raises
    ------
    InputError
        If the file cannot be read, is no INDIGO project, has nothing to settle, or the contract file exists.
    """
    drafted = from_indigo(_read(file), str(file), name)
    path = folder / f"{drafted.name}.toml"
    if path.exists():
        raise InputError([f"{path}: exists, and is not written over. Choose another name with --name, or a folder."])
    make_folder(folder)
    with new_file(path) as draft:
        draft.write_text(drafted.text, encoding="utf-8", newline="\n")
    return path, drafted


def _read(file: Path) -> Any:
    if file.suffix.lower() == ".xlsx":
        return read_form(file)
    if file.suffix.lower() in (".csv", ".zip", ".xls", ".ods"):
        raise InputError([f"{file}: give the project as INDIGO publishes it: JSON, or its spreadsheet form (.xlsx)."])
    return read_json(file)


def from_indigo(document: Any, file: str, name: str | None = None) -> Drafted:
    """Write the text of a contract from a project as INDIGO publishes it; it is a design that loads.

    Raises
    ------
    InputError
        If the document is no INDIGO project, or says neither a price nor a highest payment.
    """
    project = document.get("project", document) if isinstance(document, Mapping) else {}
    data = project.get("data", project) if isinstance(project, Mapping) else {}
    if not isinstance(data, Mapping) or not isinstance(data.get("outcome_metrics"), list):
        raise InputError(
            [f"{file}: is no INDIGO project: 'outcome_metrics' is missing. Give one project as INDIGO publishes it."]
        )
    identity = clean(str(project.get("id") or "INDIGO project"))
    title = text_at(data, "name") or identity
    wanted = name or re.sub(r"[^a-z0-9]+", "-", identity.lower()).strip("-")
    problems = []
    if NAME.fullmatch(wanted) is None or len(wanted) > LONGEST_NAME:
        problems.append(
            f"--name {shown(wanted)} cannot be the name of a design. Use a-z, 0-9, - and _, {LONGEST_NAME} signs at "
            "most, without .toml."
        )
    elif wanted in design_names():
        problems.append(f"--name '{wanted}' is a design that comes with the model. Choose another name.")
    if problems:
        raise InputError(problems)
    drafted = Drafted(wanted)
    try:
        sections = list(_sections(data, identity, drafted))
        drafted.text = "\n".join([*_head(drafted, identity, title), *sections]) + "\n"
        read_design(tomllib.loads(drafted.text), f"{wanted}.toml")
    except InputError as error:
        raise InputError([f"{file}: {problem}" for problem in error.problems]) from None
    return drafted


def _head(drafted: Drafted, identity: str, title: str) -> Iterator[str]:
    yield f"# {title}: project {identity} of the INDIGO register (Government Outcomes Lab, University of Oxford)."
    yield "# Written from what is published. Check all of it, and complete:"
    yield from (f"#   - {each}" for each in drafted.open_)
    yield f"# Read it aloud: stupror designs show {drafted.name}.toml"
    yield f"# Try to break it: stupror stress {drafted.name}.toml"
    yield f"name       = {_quoted(drafted.name)}"
    for key in ("title", "title_sv"):
        yield f"{key:10} = {_quoted(title)}"
    for key in ("summary", "summary_sv"):
        yield f"{key:10} = {_quoted(f'{title}, as the INDIGO register has it.')}"
    yield f"source     = {_quoted(f'INDIGO {identity}')}"


def _sections(data: Mapping[str, Any], identity: str, drafted: Drafted) -> Iterator[str]:
    """Write every section, and note what is left open."""
    finance = data.get("overall_project_finance")
    pricings = tables_at(data, "outcome_pricings")
    commitment, code = _commitment(data, pricings)
    source = f"INDIGO {identity}"
    most = number_at(finance, "maximum_potential_outcome_payment_v2", "amount")
    children = round(
        number_at(data, "service_and_beneficiaries", "targeted_number_service_users_or_beneficiaries_total") or 0
    )
    payers = _payers(data)
    silent = [who for who, amount, _ in payers[1:] if amount <= 0.0]
    drafted.open_ += [f"outcome payer {who}: no amount is published; left out" for who in silent]
    payers = [each for each in payers if each[0] not in silent]
    if most is None:
        most = sum(amount for _, amount, _ in payers) or None
    priced = list(_priced(data, pricings, most, children))
    if not priced:
        raise InputError(["says neither a price of an outcome nor a highest payment: there is nothing to settle."])
    if commitment is None:
        commitment = most or sum(price for _, price, _, _ in priced)
        drafted.open_.append("programme.cost: no investment is published; the highest payment stands for it")
    if not children:
        children = 100
        drafted.open_.append("programme.children: no number is published; 100 assumed")
    years = _years(data, drafted)
    yield from _currency(code, drafted)
    yield from _programme(commitment, children, years, code, source)
    yield from _parties(payers, drafted)
    yield '\n[decision]\nbody = "board"'
    drafted.open_.append("decision.body: who says yes is not in the register; the executive board is assumed")
    yield "\n[finance.investor]"
    yield 'form  = "investment"'
    yield f"share = {_record(1, '1', (0, 1), f'{source}: investments; all of the cost assumed')}"
    metrics = {str(each.get("id")): each for each in data["outcome_metrics"] if isinstance(each, Mapping)}
    for at, (metric, *_) in enumerate(priced, start=1):
        yield from _outcome(at, metrics.get(metric, {}))
    for at, (metric, *_) in enumerate(priced, start=1):
        yield from _measure(at, metrics.get(metric, {}), years, source, drafted)
    yield from _clauses(priced, payers, (code, most), source)
    left = [text_at(each, "definition") or key for key, each in metrics.items() if key not in {p[0] for p in priced}]
    drafted.open_ += [f"outcome without a price, left out: {_short(each)}" for each in left]


def _commitment(data: Mapping[str, Any], pricings: Sequence[Mapping[str, Any]]) -> tuple[float | None, str]:
    """What investors commit, and the currency: of the whole project, else the sum of investments."""
    whole = ("overall_project_finance", "total_investment_commitment")
    amount = next(
        (n for key in ("exact", "max", "min") if (n := number_at(data, *whole, "amount", key)) is not None), None
    )
    code = text_at(data, *whole, "currency")
    if amount is None:
        each = [
            next(
                (n for key in ("exact", "max", "min") if (n := number_at(one, "investment_commitment", "amount", key))),
                0,
            )
            for one in tables_at(data, "investments")
        ]
        amount = float(sum(each)) or None
        code = code or next(
            (c for one in tables_at(data, "investments") if (c := text_at(one, "investment_commitment", "currency"))),
            "",
        )
    code = code or next((c for one in pricings if (c := text_at(one, "currency"))), "")
    code = (code or "USD").upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise InputError([f"currency is {shown(code)}. A currency has three letters, such as SEK."])
    return amount, code


def _payers(data: Mapping[str, Any]) -> list[tuple[str, float, bool]]:
    """Who pays for outcomes, up to how much, and whether it is public; the largest first."""
    found: dict[str, tuple[float, bool]] = {}
    for each in tables_at(data, "outcome_payment_commitments"):
        who = text_at(each, "organisation_id") or "outcome payer"
        amount = number_at(each, "maximum_potential_outcome_payment", "amount") or 0.0
        before = found.get(who, (0.0, True))[0]
        role = text_at(each, "organisation_role_category")
        found[who] = (before + amount, not role or role.startswith(PUBLIC))
    return sorted(((who, *rest) for who, rest in found.items()), key=lambda each: -each[1])


Priced = tuple[str, float, float | None, str]  # metric, price of one, the most for it, where the price is from


def _priced(
    data: Mapping[str, Any], pricings: Sequence[Mapping[str, Any]], most: float | None, children: int
) -> Iterator[Priced]:
    """Outcomes with a price; if none has one, the first at the highest payment over the number of people."""
    ids = [str(each.get("id")) for each in data["outcome_metrics"] if isinstance(each, Mapping)]
    any_price = False
    for each in pricings:
        price, limit = (
            number_at(each, "price_per_unit", "amount"),
            loose_at(each, "maximum_price_if_all_targets_achieved"),
        )
        metric = text_at(each, "outcome_metric_id") or (ids[0] if len(ids) == 1 else "")
        if price and metric:
            any_price = True
            yield metric, price, limit, "outcome_pricings"
    if not any_price and most and children and ids:
        yield ids[0], round(most / children, 2), None, "derived: highest payment over the number of people; assumed"


def _years(data: Mapping[str, Any], drafted: Drafted) -> int:
    months = number_at(data, "dates", "anticipated_duration_of_service_provision")
    months = months or number_at(data, "dates", "actual_duration_of_service_provision")
    if months is None and (between := _months_between(data)):
        months = between
    if months is None:
        drafted.open_.append(f"programme.years: no duration is published; {YEARS} assumed")
        return YEARS
    return min(max(1, round(months / 12)), 40)


def _months_between(data: Mapping[str, Any]) -> int | None:
    """Months from the first to the last day of the service, as far as dates (year, month) say; both months count."""
    first, *ends = (
        re.match(r"(\d{4})-(\d{2})", text_at(data, "dates", key))
        for key in (
            "start_date_of_service_provision",
            "anticipated_end_date_of_service_provision",
            "actual_end_date_of_service_provision",
        )
    )
    last = next((each for each in ends if each), None)
    if not first or not last:
        return None
    months = 12 * (int(last[1]) - int(first[1])) + int(last[2]) - int(first[2]) + 1
    return months if months > 0 else None


# ---------------------------------------------------------------------- the text


def _currency(code: str, drafted: Drafted) -> Iterator[str]:
    if code == "SEK":
        return
    yield f'\n[currency]\ncode = "{code}"'
    rate = _rates().get(code)
    if rate is not None:
        value, ends, source = rate.entries[0], rate.range, rate.source
    else:
        value, ends, source = 1.0, (0.001, 100.0), "assumed: to be completed"
        drafted.open_.append(
            f"currency.sek: the rate of {code} is not known here; 1 SEK stands there until you write it"
        )
    yield f"sek  = {_record(value, f'SEK/{code}', ends, source)}"


@cache
def _rates() -> dict[str, Quantity | None]:
    """Rates of currencies that designs of the model are written in."""
    return {each.currency.code: each.currency.rate for each in map(load_design, design_names())}


def _programme(cost: float, children: int, years: int, code: str, source: str) -> Iterator[str]:
    whole = max(1, round(cost))
    yield "\n[programme]"
    yield f"cost     = {_record(whole, code, (1, 2 * whole), f'{source}: total_investment_commitment')}"
    yield f"children = {_record(children, 'child', (1, 10 * children), f'{source}: service_and_beneficiaries')}"
    yield f"years    = {_record(years, 'year', (1, 40), f'{source}: duration of service provision')}"


def _parties(payers: Sequence[tuple[str, float, bool]], drafted: Drafted) -> Iterator[str]:
    for at, (who, _, public) in enumerate(payers or [("outcome payer", 0.0, True)], start=1):
        stands = "municipality" if public and at == 1 else "state" if public else "not in the model"
        yield f"\n[parties.{_payer(at)}]"
        yield f"title  = {_quoted(f'outcome payer {who}' if payers else 'the outcome payer')}"
        yield f"says   = {_quoted('pays for outcomes; organisation as in the INDIGO register')}"
        yield f"in_run = {_quoted(stands)}"
        drafted.open_.append(f"parties.{_payer(at)}.in_run: who is it in a run? '{stands}' is assumed")


def _payer(at: int) -> str:
    return f"payer_{at}"


def _outcome(at: int, metric: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n[outcomes.outcome_{at}]"
    yield f"title  = {_quoted(_short(text_at(metric, 'definition') or f'outcome {at}'))}"
    yield 'in_run = "not in the model"'


def _measure(at: int, metric: Mapping[str, Any], years: int, source: str, drafted: Drafted) -> Iterator[str]:
    method = text_at(metric, "outcome_validation_method")
    how = next((way for word, way in METHODS if word in method.lower()), "none")
    target = text_at(metric, "outcome_metric_target")
    yield f"\n# Validated by: {_short(method or 'not published')}. Target: {_short(target or 'not published')}."
    yield f"[measure.m{at}]"
    yield 'kind            = "outcomes"'
    yield f'outcome         = "outcome_{at}"'
    yield f'evaluation      = "{how}"'
    said = f"{source}: duration of service provision; assumed to be followed as long"
    yield f"follow_up_years = {_record(years, 'year', (1, 40), said)}"
    if how == "none":
        drafted.open_.append(f"measure.m{at}.evaluation: '{_short(method or 'not published')}' names no comparison")
    drafted.open_.append(f"outcomes.outcome_{at}.in_run: what stands for it in the model, if a run is wanted?")


def _clauses(
    priced: Sequence[Priced], payers: Sequence[tuple[str, float, bool]], limit: tuple[str, float | None], source: str
) -> Iterator[str]:
    """Prices, the most for each, the most in all, and what other payers take over."""
    code, most = limit
    pair = f'payer    = "{_payer(1)}"\nreceiver = "investor"'
    for at, (_, price, limit_of_one, where) in enumerate(priced, start=1):
        shown = f"{price:.10g}"
        yield f'\n[[clause]]\nkind     = "price_per_outcome"\n{pair}\npart     = "p{at}"\nmetric   = "m{at}"'
        yield f"price    = {_record(float(shown), f'{code}/outcome', (0, 2 * float(shown)), f'{source}: {where}')}"
        if limit_of_one:
            top = round(limit_of_one)
            yield f'\n[[clause]]\nkind     = "cap"\n{pair}\npart     = "p{at}"'
            said = f"{source}: maximum_price_if_all_targets_achieved"
            yield f"amount   = {_record(top, code, (0, 2 * top), said)}"
    if most:
        parts = ", ".join(f'"p{at}"' for at in range(1, len(priced) + 1))
        key = f"parts    = [{parts}]" if len(priced) > 1 else f"part     = {parts}"
        yield f'\n[[clause]]\nkind     = "cap"\n{pair}\n{key}'
        said = f"{source}: maximum potential outcome payment"
        yield f"amount   = {_record(round(most), code, (0, 2 * round(most)), said)}"
    left = sum(amount for _, amount, _ in payers)
    for number, (_, amount, _) in reversed(list(enumerate(payers, start=1))[1:]):
        if amount <= 0.0:
            continue
        share = round(amount / left, 6)
        left -= amount
        for at in range(1, len(priced) + 1):
            yield f'\n[[clause]]\nkind       = "co_pay"\npayer      = "{_payer(number)}"\nreceiver   = "investor"'
            yield f'instead_of = "{_payer(1)}"\npart       = "p{at}"'
            yield f"share      = {_record(share, '1', (0, 1), f'{source}: payment commitments, in proportion')}"


def _record(value: float, unit: str, ends: tuple[float, float], source: str) -> str:
    return f'{{ value = {value}, unit = "{unit}", range = [{ends[0]}, {ends[1]}], source = {_quoted(source)} }}'


def _quoted(text: str) -> str:
    """A text as TOML has it, on one line."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _short(text: str, most: int = 90) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 3]}..."
