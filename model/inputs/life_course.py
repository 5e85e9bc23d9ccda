"""What the model reads of lives: the ladder of need, the programmes, and what a year costs whom.

As in `parameters`: name, unit and meaning stand here, value, range and source in the data files.
"""

from dataclasses import dataclass

from .reading.limits import AGE, COUNTED, EFFECT, FACTOR, HALF_LIFE, LEVEL, quantity


@dataclass(frozen=True, kw_only=True)
class LadderParameters:
    """How lives move: see ladder.toml for the order of lists."""

    birth_risk: tuple[float, ...] = quantity("1", "share born at elevated risk, by frailty class", size=3)
    birth_placed: tuple[float, ...] = quantity("1", "share placed from birth on, by frailty class", size=3)
    frailty_share: tuple[float, ...] = quantity("1", "share of each frailty class at birth", size=3)
    need_gradient: float = quantity(
        "1",
        "log odds of not being sturdy at birth, of need one standard deviation larger (little schooling)",
        can_be=EFFECT,
    )
    frailty_up: tuple[float, ...] = quantity(
        "1", "factor on moves up the ladder, by frailty class", size=3, can_be=FACTOR
    )
    frailty_down: tuple[float, ...] = quantity("1", "factor on moves down, by frailty class", size=3, can_be=FACTOR)
    up_none: tuple[float, ...] = quantity("1/year", "chance to move up from no need, by age band", size=4)
    up_risk: tuple[float, ...] = quantity("1/year", "chance to move up from elevated risk, by age band", size=4)
    up_support: tuple[float, ...] = quantity("1/year", "chance to move up from extra support, by age band", size=4)
    up_care: tuple[float, ...] = quantity("1/year", "chance to move up from care, by age band", size=4)
    placed_at_once: tuple[float, ...] = quantity(
        "1/year", "chance to be placed at once, of a child at elevated risk or in extra support, by age band", size=4
    )
    late_care: tuple[float, ...] = quantity(
        "1/year", "chance to need care at once, of a child without any need before, by age band", size=4
    )
    down_risk: tuple[float, ...] = quantity("1/year", "chance to move down from elevated risk, by age band", size=4)
    down_support: tuple[float, ...] = quantity("1/year", "chance to move down from extra support, by age band", size=4)
    down_care: tuple[float, ...] = quantity("1/year", "chance to move down from care, by age band", size=4)
    down_placed: tuple[float, ...] = quantity("1/year", "chance to move down from placement, by age band", size=4)
    replacement_factor: float = quantity("1", "factor on placement for those once placed", can_be=FACTOR)
    not_eligible: tuple[float, ...] = quantity(
        "1", "chance to leave school at 16 without eligibility, by level", size=5
    )
    not_eligible_frailty: tuple[float, ...] = quantity("1", "odds factor by frailty class", size=3, can_be=FACTOR)
    not_eligible_placed: float = quantity("1", "odds factor for those once placed", can_be=FACTOR)
    entry_base: tuple[float, ...] = quantity("1", "first adult state of an eligible youth without need", size=5)
    entry_level: tuple[float, ...] = quantity("1", "risk score by childhood level at 19", size=5, can_be=EFFECT)
    entry_not_eligible: float = quantity("1", "risk score of those not eligible", can_be=EFFECT)
    entry_placed: float = quantity("1", "risk score of those once placed", can_be=EFFECT)
    entry_frailty: tuple[float, ...] = quantity("1", "risk score by frailty class", size=3, can_be=EFFECT)
    entry_slope: tuple[float, ...] = quantity(
        "1", "how strongly the score raises each adult state", size=5, can_be=EFFECT
    )
    adult_20_29: tuple[float, ...] = quantity("1/year", "moves between adult states at 20-29, row by row", size=25)
    adult_30_44: tuple[float, ...] = quantity("1/year", "the same at 30-44", size=25)
    adult_45_64: tuple[float, ...] = quantity("1/year", "the same at 45-64", size=25)
    adult_worse_not_eligible: float = quantity("1", "factor on worse moves of those not eligible", can_be=FACTOR)
    adult_worse_placed: float = quantity("1", "factor on worse moves of those once placed", can_be=FACTOR)
    adult_worse_sentenced: float = quantity("1", "factor on worse moves of those once sentenced", can_be=FACTOR)
    adult_worse_frailty: tuple[float, ...] = quantity(
        "1", "factor on worse moves by frailty class", size=3, can_be=FACTOR
    )
    adult_better_frailty: tuple[float, ...] = quantity(
        "1", "factor on better moves by frailty class", size=3, can_be=FACTOR
    )
    earnings_self_supporting: tuple[float, ...] = quantity(
        "SEK/year", "earnings of the self-supporting at 20-29, 30-44, 45-64", size=3
    )
    earnings_share: tuple[float, ...] = quantity("1", "earnings of each adult state as a share of that", size=5)


@dataclass(frozen=True, kw_only=True)
class InterventionParameters:
    """One intervention; its effect fades after the end, except at forks (E4). `partner` is "" if one body runs it."""

    name: str
    title: str
    title_sv: str
    owner: str
    owner_source: str
    partner: str
    partner_source: str
    source: str
    age_from: int = quantity("year", "youngest age at the start", whole=True, can_be=AGE)
    age_to: int = quantity("year", "oldest age at the start", whole=True, can_be=AGE)
    levels: tuple[int, ...] = quantity("1", "lowest and highest perceived level", size=2, whole=True, can_be=LEVEL)
    cost: float = quantity("SEK/child/year", "cost while it lasts")
    duration: int = quantity("year", "years that it lasts", whole=True, can_be=COUNTED)
    escalation: float = quantity("1", "relative risk of a move to a worse level (1 = no effect); fades", can_be=FACTOR)
    recovery: float = quantity("1", "rate ratio of a move to a better level (1 = no effect); fades", can_be=FACTOR)
    forks: float = quantity(
        "1", "relative risk at first placement, ineligibility and first sentence (1 = no effect); lasts", can_be=FACTOR
    )
    half_life: float = quantity("year", "time after the end until half of the fading effect is left", can_be=HALF_LIFE)
    partner_share: float = quantity("1", "part of what the owners pay, and are paid, that is the partner's")
    covered: float = quantity("1", "share of the children seen whom municipalities reach with it already in 2020")


@dataclass(frozen=True, kw_only=True)
class CostParameters:
    """One row of the price list: what a year costs a payer at ages `ages` (inclusive), by level."""

    name: str
    title: str
    payer: str
    kind: str
    ages: tuple[int, int]
    amount: tuple[float, ...] = quantity("SEK/year", "cost by level", size=5)
