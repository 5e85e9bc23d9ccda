"""What the model reads: every parameter's name, unit and meaning. The data files have value, range and source.

The reader insists that the two agree, so that a unit is never a comment. Filled by `scenario`; read by the whole model.
"""

from dataclasses import dataclass

from .reading.limits import COUNTED, EFFECT, FACTOR, MANY, PART, RATE, SPREAD, quantity

LIKE = "like"  # key of an intervention of one's own: the name of another that it takes the rest from
INTERVENTION_TEXTS = ("name", "title", "title_sv", "source")
OWNER_KEYS = ("owner", "partner")  # texts with a source of their own, which a scenario may change
PAYERS = (
    "education",
    "social",
    "labour_market",
    "board",
    "region",
    "justice",
    "state_institutions",
    "social_insurance",
    "employment_service",
    "central_tax",
)
KINDS = ("resource", "transfer", "tax_forgone")
OWNERS = ("education", "social", "labour_market", "region")


@dataclass(frozen=True, kw_only=True)
class CommitteeParameters:
    """Committees of a municipality: education, social services, labour market."""

    horizon: float = quantity("year", "years of its own savings that a committee counts")
    horizon_spread: float = quantity("year", "how far committees' horizons differ, up and down")
    discount_rate: float = quantity("1/year", "rate at which committees discount")
    other_regarding: float = quantity("1", "weight on gains to everybody else (theta)")
    other_regarding_spread: float = quantity("1", "how far that weight differs, up and down")
    regard_horizon: float = quantity("year", "years over which gains to others are reckoned")
    cashable_first_year: float = quantity("1", "share of a saving that can be turned into money in its first year")
    cashable_growth: float = quantity("1/year", "how fast that share grows")
    cashable_max: float = quantity("1", "where it ends")
    ratchet: float = quantity("1", "share of the gap to its cost that the budget frame closes each year")
    capacity: float = quantity("1", "share of the identified that an intervention can take in a year")


@dataclass(frozen=True, kw_only=True)
class BoardParameters:
    """Executive boards."""

    horizon: float = quantity("year", "years that a board looks ahead")
    discount_rate: float = quantity("1/year", "rate at which boards discount")
    other_regarding: float = quantity("1", "weight on gains to everybody outside the municipality")
    other_regarding_spread: float = quantity("1", "how far that weight differs between boards, up and down")
    regard_horizon: float = quantity("year", "years over which gains to others are reckoned")
    fund_share: float = quantity("1", "yearly allotment to a municipal fund as a share of municipal revenue")


@dataclass(frozen=True, kw_only=True)
class RegionParameters:
    """Regions."""

    horizon: float = quantity("year", "years that a region looks ahead")
    discount_rate: float = quantity("1/year", "rate at which regions discount")
    other_regarding: float = quantity("1", "weight on gains to everybody else")
    other_regarding_spread: float = quantity("1", "how far that weight differs between regions, up and down")
    regard_horizon: float = quantity("year", "years over which gains to others are reckoned")
    ratchet: float = quantity("1", "as committees' ratchet")
    room_share: float = quantity("1", "discretionary money in a normal year as a share of revenue")
    cycle_sd: float = quantity("1", "standard deviation of the national business cycle in that share")
    local_sd: float = quantity("1", "standard deviation of a region's own good and bad years")
    windfall_share: float = quantity("1", "what a windfall adds to discretionary money, as a share of revenue")
    revenue_per_inhabitant: float = quantity("SEK/inhabitant/year", "regional revenue")


@dataclass(frozen=True, kw_only=True)
class BudgetParameters:
    """Municipal budgets."""

    revenue_per_inhabitant: float = quantity("SEK/inhabitant/year", "municipal revenue")
    education_share: float = quantity("1", "education committee's share of revenue")
    social_share: float = quantity("1", "social committee's share of revenue")
    labour_market_share: float = quantity("1", "labour-market committee's share of revenue")
    room_share: float = quantity("1", "discretionary money in a normal year as a share of a committee's revenue")
    cycle_sd: float = quantity("1", "standard deviation of the national business cycle in that share")
    cycle_persistence: float = quantity("1", "how much of last year's cycle is left")
    local_sd: float = quantity("1", "standard deviation of a municipality's own good and bad years")
    windfall_probability: float = quantity("1/year", "chance of a national windfall")
    windfall_share: float = quantity("1", "what a windfall adds to discretionary money, as a share of revenue")
    windfall_result_share: float = quantity("1", "what it adds to the result, as a share of taxes and general grants")
    pressure_effect: float = quantity(
        "1", "discretionary share lost for one standard deviation more of the young and the old among inhabitants"
    )
    growth_kept: float = quantity("1", "share of its population growth 2005-2017 that a municipality keeps, in revenue")
    tax_and_grant_share: float = quantity("1", "taxes and general grants as a share of revenue; fees and the like left")
    result_share: float = quantity("1", "municipal result in an ordinary year as a share of taxes and general grants")
    result_sd: float = quantity("1", "standard deviation of that share over the business cycle")
    result_local_sd: float = quantity("1", "standard deviation of that share between municipalities in a year")
    rur_opening: float = quantity("1", "reserve for downturns in the first year as a share of revenue")
    rur_deposit: float = quantity("1", "part reserved of what a result exceeds one per cent of taxes and grants by")
    rur_most: float = quantity("1", "largest reserve as a share of revenue")
    rur_release: float = quantity("1/year", "part of the reserve that could be released for projects in a year")
    restoration_years: int = quantity("year", "years within which a deficit is restored", whole=True, can_be=COUNTED)


@dataclass(frozen=True, kw_only=True)
class ProjectParameters:
    """What any project costs and how long it is followed."""

    application_cost: float = quantity("SEK/project", "cost of applying")
    evaluation_cost: float = quantity("SEK/project", "cost of evaluating, however small the project is")
    evaluation_share: float = quantity("1", "further cost of evaluating as a share of the programme's whole cost")
    follow_up_years: int = quantity(
        "year", "years of follow-up from the start, where the contract states none", whole=True, can_be=COUNTED
    )
    effect_kept: float = quantity(
        "1", "share of the effect that studies found which is left in ordinary practice, for who stays", can_be=FACTOR
    )
    recruited: float = quantity("1", "share of the children whom a new project is planned for that it gets")
    fixed_cost: float = quantity("1", "part of a place's cost that is there though nobody comes, or a child has left")
    drop_out: float = quantity("1", "share of participants who leave before the programme works, beyond that in trials")
    attended: float = quantity("1", "part of the programme, and of its effect, that those get who leave")
    programmes: int = quantity("1", "programmes that a child can take part in, in turn", whole=True, can_be=MANY)
    overlap: float = quantity("1", "part of a weaker effect that a stronger programme in the same life has already")
    idea_rate: float = quantity(
        "1/year", "ideas for a project that arise a year in a municipality of 50,000", can_be=RATE
    )
    idea_growth: float = quantity("1", "power of the number of inhabitants with which that rate grows", can_be=FACTOR)
    group_cost: float = quantity("SEK/project", "cost of a project's programme in a municipality of 140,000")
    group_growth: float = quantity("1", "power of the number of inhabitants with which that cost grows", can_be=FACTOR)


@dataclass(frozen=True, kw_only=True)
class ChoiceParameters:
    """What moves a body to say yes besides what it expects to gain (random utility)."""

    reluctance: float = quantity(
        "1", "what a project must promise its owner beyond its cost, per krona of it", can_be=FACTOR
    )
    taste: float = quantity(
        "1", "scale of what else speaks for or against a project, per krona of it (logistic)", can_be=FACTOR
    )
    effort: float = quantity("SEK/application", "what applying costs the applicant in effort of its own")
    trials_ahead: float = quantity(
        "1", "later projects of the same size that a body has in mind when it tries one", can_be=FACTOR
    )


@dataclass(frozen=True, kw_only=True)
class ServiceParameters:
    """Standing services: what was tried and goes on in ordinary operations."""

    adopted: float = quantity("1", "share of trials taken on that save just their cost")
    adopted_by_result: float = quantity(
        "1", "added to the logarithm of those odds by a krona more saved per krona", can_be=EFFECT
    )
    ended: float = quantity("1/year", "share of standing services that end in a year")


@dataclass(frozen=True, kw_only=True)
class BeliefParameters:
    """What bodies believe about effects."""

    initial_mean: float = quantity("1", "mean first belief as a multiple of the true effect", can_be=FACTOR)
    initial_sd: float = quantity("1", "standard deviation of first beliefs", can_be=SPREAD)
    neighbour_weight: float = quantity("1", "weight on results from the county against one's own")
    national_weight: float = quantity("1", "weight on results from the rest of the country against one's own")
    doubt: tuple[float, ...] = quantity(
        "1",
        "how far off a method is thought to be, however many the children: standard deviation in multiples of the "
        "effect, matched, by the lot, before-after, trend-adjusted, historical norm, as-flagged",
        size=6,
        can_be=FACTOR,
    )


@dataclass(frozen=True, kw_only=True)
class DiffusionParameters:
    """How the practice spreads and dies out: rates are hazards, effects are added to the logarithm of a rate."""

    voluntary: float = quantity("1", "how far a municipal fund needs a decision of its own (0: everybody has one)")
    fund_multiple: float = quantity(
        "1", "what those who decided on a fund set aside, times the usual share", can_be=FACTOR
    )
    innovation: float = quantity("1/year", "rate of raising the idea of one's own accord", can_be=RATE)
    imitation: float = quantity("1/year", "rate of raising it if all others had just taken it up", can_be=RATE)
    open_share: float = quantity("1", "share of municipalities, and of regions, that can take an interest at all")
    work_rate: float = quantity("1/year", "rate from discussing it to working with it", can_be=RATE)
    fund_rate: float = quantity(
        "1/year", "rate from working with it to setting money aside, in an ordinary year", can_be=RATE
    )
    lapse_rate: float = quantity("1/year", "rate at which discussion, or what was stopped, is forgotten", can_be=RATE)
    size_effect: float = quantity(
        "1", "of one standard deviation more in the logarithm of the population", can_be=EFFECT
    )
    left_effect: float = quantity("1", "of red-green rule, against cross-bloc rule", can_be=EFFECT)
    right_effect: float = quantity("1", "of centre-right rule, against cross-bloc rule", can_be=EFFECT)
    neighbour_effect: float = quantity("1", "of all neighbours being active, against none", can_be=EFFECT)
    visibility: float = quantity("1", "how far neighbours count by inhabitants (0 all alike, 1 in proportion)")
    region_effect: float = quantity("1", "of the county's region being active, on its municipalities", can_be=EFFECT)
    money_effect: float = quantity(
        "1", "of a year one standard deviation better for the municipal economy", can_be=EFFECT
    )
    windfall_effect: float = quantity("1", "of a windfall on taking up work and setting money aside", can_be=EFFECT)
    need_effect: float = quantity(
        "1", "of need one standard deviation larger (little schooling, weak tax base)", can_be=EFFECT
    )
    stop_rate: float = quantity(
        "1/year", "rate of stopping: in an ordinary year, in a new fund, at mean size", can_be=RATE
    )
    stop_reasons: tuple[float, ...] = quantity(
        "1",
        "its parts: no financial room, few applications, no capacity to evaluate, key people leave, unclear",
        size=5,
    )
    fatigue: float = quantity("1/year", "growth of the rate of too few applications with a fund's age", can_be=RATE)
    return_rate: float = quantity("1/year", "rate of taking it up again after having stopped", can_be=RATE)
    coordinator_share: float = quantity("1", "share of the active that have a person for the work, at mean size")
    coordinator_effect: float = quantity(
        "1", "of having that person on stopping for want of people or capacity", can_be=EFFECT
    )
    results_effect: float = quantity(
        "1", "of good results seen, against none, on setting money aside and going on", can_be=EFFECT
    )
    success_share: float = quantity("1", "share of first evaluations that look good")
    publication_bias: float = quantity("1", "share of failures that others never hear of")
    centre: float = quantity("1", "how far a national competence centre pools results and helps (0 none, 1 fully)")
    contract_hear: float = quantity(
        "1/year", "rate of hearing of outcome contracts, for who has raised the practice", can_be=RATE
    )
    contract_interest: float = quantity("1", "share of those who know outcome contracts that are interested")
    contract_talk: float = quantity(
        "1/year", "rate of beginning talks: interested, at work with it, of mean size", can_be=RATE
    )
    contract_sign: float = quantity("1/year", "rate at which talks end in a contract, at mean size", can_be=RATE)
    contract_internal: float = quantity("1", "share of contracts that are internal, without an outside investor")


@dataclass(frozen=True, kw_only=True)
class InvestorParameters:
    """Those outside the public sector who put in money and want it back."""

    required_return: float = quantity("1/year", "expected yearly return that an investor wants for carrying risk")
    lending_rate: float = quantity("1/year", "yearly return that a lender without risk wants")
    loss_limit: float = quantity("1", "highest chance of a loss that an investor accepts")
    belief_sd: float = quantity(
        "1", "how unsure an investor is of an intervention's effect, before any results", can_be=SPREAD
    )
    smallest: float = quantity("SEK/project", "smallest project in which an investor takes part")


@dataclass(frozen=True, kw_only=True)
class ImpactInvestorParameters:
    """Investors for whom the good that is done comes first."""

    required_return: float = quantity("1/year", "expected yearly return that it wants: 0 is its money back")
    loss_limit: float = quantity("1", "highest chance of a loss that it accepts")
    smallest: float = quantity("SEK/project", "smallest project in which it takes part")


@dataclass(frozen=True, kw_only=True)
class GuaranteedInvestorParameters:
    """Investors for whose loss a foundation or a donor stands, by a clause of the contract; else as other investors."""

    required_return: float = quantity("1/year", "expected yearly return that it wants, the guarantee counted")


@dataclass(frozen=True, kw_only=True)
class StateParameters:
    """The state, where a contract makes it sign."""

    horizon: float = quantity("year", "years that the state looks ahead")
    discount_rate: float = quantity("1/year", "rate at which the state discounts")
    other_regarding: float = quantity("1", "weight on gains to everybody else")
    regard_horizon: float = quantity("year", "years over which gains to others are reckoned")


@dataclass(frozen=True, kw_only=True)
class ProviderParameters:
    """Those who do the work."""

    margin: float = quantity("1", "share of the fee that a provider can lose and still do the work")


@dataclass(frozen=True, kw_only=True)
class DetectionParameters:
    """Who is seen, and who takes part."""

    sensitivity: tuple[float, ...] = quantity("1", "chance to be seen as one is, by level", size=5)
    false_alarm: tuple[float, ...] = quantity("1", "chance to be taken for one level worse, by level", size=5)
    take_up: tuple[float, ...] = quantity("1", "chance to take part when asked, by frailty class", size=3)


@dataclass(frozen=True, kw_only=True)
class TaxParameters:
    """Who loses the tax of those who do not earn."""

    municipal_rate: float = quantity("1", "municipal income tax")
    regional_rate: float = quantity("1", "regional income tax")
    state_rate: float = quantity("1", "further taxes and fees that the state loses per krona of earnings")
    kept_municipal: float = quantity(
        "1", "share of lost tax that the municipality bears after income equalisation", can_be=PART
    )
    kept_regional: float = quantity("1", "share that the region bears")
    production_per_earning: float = quantity("1", "value of production per krona of earnings", can_be=FACTOR)


@dataclass(frozen=True, kw_only=True)
class DiscountParameters:
    """Discount rates of the analysis and of the planner."""

    rate: float = quantity("1/year", "fiscal perspective and planner")
    societal_rate: float = quantity("1/year", "societal perspective")


GROUPS: dict[str, type] = {
    "committee": CommitteeParameters,
    "board": BoardParameters,
    "region": RegionParameters,
    "budget": BudgetParameters,
    "project": ProjectParameters,
    "choice": ChoiceParameters,
    "service": ServiceParameters,
    "belief": BeliefParameters,
    "diffusion": DiffusionParameters,
    "investor": InvestorParameters,
    "impact_investor": ImpactInvestorParameters,
    "guaranteed_investor": GuaranteedInvestorParameters,
    "state": StateParameters,
    "provider": ProviderParameters,
    "detection": DetectionParameters,
    "tax": TaxParameters,
    "discount": DiscountParameters,
}
