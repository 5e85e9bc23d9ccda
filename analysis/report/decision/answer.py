"""The answer, filled from the numbers: in short, who gains, and what children get, who pays, how sure it is.

A difference that is not clear (`verdict`) is never called a gain or a loss, and of two proposals that are not clearly
apart neither is called the better one. Read by `front`.
"""

from collections.abc import Mapping, Sequence

from ...measures import lifetime, payers
from ..tables import number, within
from .paired import M_SEK, Paired
from .verdict import LESS, MORE, SAME, SINGLE, UNSURE, Verdict, signed

Texts = Mapping[str, str]
MOST_NAMES = 6  # more proposals than that are counted, not named
KINDS = (LESS, MORE, UNSURE, SAME, SINGLE)


def answer(found: Paired, years: int, words: Texts, say: Texts) -> list[str]:
    """Write the three lines; one that says so if there is nothing to choose between."""
    if not found.proposals:
        return [say["no proposal"]]
    return [children(found, years, words, say), money(found, words, say), how_sure(found, words, say)]


def in_short(found: Paired, words: Texts, say: Texts) -> str:
    """Say in one breath whether the leading proposal costs the public less, for whom, and if it is the best one."""
    lead = found.ranked[0]
    change, total = found.change(lead), abs(found.gains(lead, payers.PUBLIC).mean)
    spelled = {"amount": number(abs(change.mean), change.mean), "total": number(total, total)}
    spelled["children"] = number(_three_digits(found.children), found.children)
    lines = [say[f"short {change.kind}"].format(lead=words.get(lead, lead), **spelled)]
    if change.kind not in (SAME, SINGLE):
        lines.append(_verdicts(found, lead, words, say))
        close, twins = _rivals(found, lead)
        if close and len(close) <= MOST_NAMES:
            lines.append(say["short tied"].format(names=_cheaper_than(found, lead, close, words, say)))
        if twins:
            lines.append(_same(lead, twins, words, say))
    return " ".join(lines)


def _cheaper_than(found: Paired, lead: str, others: Sequence[str], words: Texts, say: Texts) -> str:
    """Name other proposals, each with the number of runs in which the leading one is cheaper."""
    by = {other: found.change(lead, other) for other in others}
    names = {other: within(words.get(other, other)) for other in others}
    return listed([say["cheaper in"].format(name=names[each], below=v.below, n=v.n) for each, v in by.items()], say)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def gist_rows(
    found: Paired, proposals: Sequence[str], words: Texts, say: Texts
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Lay out who gains under each proposal: the verdict in a word with the mean, below it brackets and runs."""
    rows = []
    for name in proposals:
        cells = []
        for group in (payers.PUBLIC, *lifetime.GROUPS):
            each = found.gains(name, group)
            main = say[f"gist {each.kind}"].format(mean=signed(each.mean))
            runs = "" if each.kind in (SAME, SINGLE) else say["gist runs"].format(n=each.n, above=each.above)
            cells.append((main, f"{each.gap.strip()} {runs}".strip()))
        rows.append((words.get(name, name), cells))
    return rows


def children(found: Paired, years: int, words: Texts, say: Texts) -> str:
    """Say what happens to placements under every proposal, and to school and exclusion under the leading one."""
    by = {name: found.counted(name, "placement_years") for name in found.proposals}
    told = []
    for kind in KINDS:
        if names := [name for name, each in by.items() if each.kind == kind]:
            told.append(say[f"placements {kind}"].format(names=_named(names, by, words, say)))
    lead = found.ranked[0]
    more = [
        _counted(found.counted(lead, measure), say[f"people {measure}"], say)
        for measure in ("not_eligible", "exclusion_years")
        if measure in found.people
    ]
    line = say["children"].format(years=years, told="; ".join(told))
    return line + " " + say["children lead"].format(lead=within(words.get(lead, lead)), told=listed(more, say))


def _named(names: Sequence[str], by: Mapping[str, Verdict], words: Texts, say: Texts) -> str:
    """Name designs; only the furthest from 0, with its figure, if they are many."""
    if len(names) > MOST_NAMES:
        far = max(names, key=lambda name: abs(by[name].mean))
        return say["of which"].format(n=len(names), name=words.get(far, far), figure=by[far].figure)
    return listed([within(words.get(name, name)) for name in names], say)


def _counted(each: Verdict, what: str, say: Texts) -> str:
    """Say a difference in something counted, in whole words."""
    return say[f"counted {each.kind}"].format(what=what, amount=number(abs(each.mean), each.mean), figure=each.figure)


def money(found: Paired, words: Texts, say: Texts) -> str:
    """Say what each payer pays, receives and saves under the leading proposal."""
    lead = found.ranked[0]
    mine, base = (found.flows[found.flows["design"] == name] for name in (lead, lifetime.BASE))
    told = []
    for group in lifetime.GROUPS:
        change = {
            flow: float(
                mine[mine["group"] == group][f"{flow}_sek"].mean() - base[base["group"] == group][f"{flow}_sek"].mean()
            )
            / M_SEK
            for flow in ("pays", "receives", "saves")
        }
        moved = [say[f"flow {flow}"].format(change=_more_or_less(sek, say)) for flow, sek in change.items() if sek]
        told.append(say["payer"].format(group=within(words[group]), flows=", ".join(moved) or say["flow none"]))
    return say["money"].format(lead=within(words.get(lead, lead)), told="; ".join(told))


def _more_or_less(value: float, say: Texts) -> str:
    """Say a change of money in words, so that no sign has to be read."""
    return say["more" if value > 0 else "less"].format(amount=number(abs(value), value))


def _verdicts(found: Paired, design: str, words: Texts, say: Texts) -> str:
    """Say which payers gain, lose or neither under a proposal."""
    judged: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for group in lifetime.GROUPS:
        judged[found.gains(design, group).kind].append(within(words[group]))
    told = [say[f"payers {kind}"].format(groups=listed(groups, say)) for kind, groups in judged.items() if groups]
    return _sentence("; ".join(told))


def how_sure(found: Paired, words: Texts, say: Texts) -> str:
    """Say whether the leading proposal is told apart from status quo and from the others, and in how many seeds."""
    lead = found.ranked[0]
    change = found.change(lead)
    name = words.get(lead, lead)
    counts = {"n": found.seeds, "below": change.below, "above": change.above}
    size = change.mirrored if change.kind == LESS else change
    middle = abs(float((found.cost[lead] - found.cost[lifetime.BASE]).median()))
    spelled = {"figure": change.figure, "amount": f"{number(size.mean, size.mean)}{size.gap}"}
    spelled["middle"] = number(middle, size.mean)
    lines = [say[f"sure {change.kind}"].format(lead=name, **spelled, **counts)]
    if found.seeds > 1 and len(found.proposals) > 1:
        lines.append(_against_others(found, lead, words, say))
    if found.seeds > 1 and change.kind != SAME:
        lines.append(say["lowest in"].format(lead=name, best=found.best_in(lead), n=found.seeds))
    return " ".join(lines)


def _against_others(found: Paired, lead: str, words: Texts, say: Texts) -> str:
    """Say which of the other proposals luck does not tell from the leading one."""
    close, twins = _rivals(found, lead)
    name, number_of = words.get(lead, lead), len(close) + len(twins)
    if not number_of:
        return say["rank first"].format(lead=name)
    if not close:
        return _same(lead, twins, words, say)
    if number_of > MOST_NAMES:
        return say["rank many"].format(lead=name, n=number_of, of=len(found.proposals) - 1)
    return say["rank close"].format(lead=name, names=_cheaper_than(found, lead, close, words, say))


def _rivals(found: Paired, lead: str) -> tuple[list[str], list[str]]:
    """Give the other proposals that are not clearly dearer than the leading one, and those that come out as it does."""
    kinds = {other: found.change(lead, other).kind for other in found.ranked[1:]}
    close = [other for other, kind in kinds.items() if kind not in (LESS, SAME)]
    return close, [other for other, kind in kinds.items() if kind == SAME]


def _same(lead: str, twins: Sequence[str], words: Texts, say: Texts) -> str:
    names = listed([words.get(each, each) for each in twins], say)
    return say["rank same"].format(lead=words.get(lead, lead), names=names)


def listed(names: Sequence[str], say: Texts) -> str:
    """Join names as in speech: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} {say['and']} {last}" if first else last


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def pair_rows(found: Paired, words: Texts, say: Texts) -> list[tuple[str, list[tuple[str, str]]]]:
    """Lay every two proposals out: in public cost and in each payer's gain, and what may be said."""
    rows = []
    for one, other in found.pairs():
        change = found.change(one, other)
        gains = [found.gains(one, group, other) for group in lifetime.GROUPS]
        cells = [(signed(each.mean), each.gap.strip()) for each in (change, *gains)]
        label = say["pair"].format(one=words.get(one, one), other=words.get(other, other))
        rows.append((label, [*cells, (say[f"pair {change.kind}"], "")]))
    return rows


def lowest_by_payer(found: Paired) -> dict[str, dict[str, int]]:
    """In how many seeds status quo and each proposal give a payer group (or all) the most; a tie counts for none."""
    counted: dict[str, dict[str, int]] = {}
    names = [lifetime.BASE, *found.proposals]
    for group in (*lifetime.GROUPS, "public"):
        gains = found.gain[[(name, group) for name in found.proposals]].droplevel(1, axis=1)
        gains[lifetime.BASE] = 0.0
        top = gains.eq(gains.max(axis=1), axis=0)
        alone = top.sum(axis=1) == 1
        counted[group] = {name: int((top[name] & alone).sum()) for name in names}
    return counted
