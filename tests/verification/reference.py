"""A slow second life course in plain Python, written from the rules and from the parameters.

Nothing here reads `draws`, `ladder`, `lifecourse` or `forecast`: the generator, the probabilities and the loops are
written again, so that two mistakes would have to be the same to go unseen. One child at a time, one year at a time.
"""

from dataclasses import dataclass, field
from functools import cache
from math import exp, log

M64 = (1 << 64) - 1
GOLD, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
BIRTH, MOVE, ELIGIBILITY, DETECT, LEAVE = 1, 2, 3, 4, 29
ONE = 2**31
NO_HELP = (1.0, 1.0, 1.0)


def scramble(word):
    word &= M64
    word = ((word ^ (word >> 30)) * MIX_1) & M64
    word = ((word ^ (word >> 27)) * MIX_2) & M64
    return word ^ (word >> 31)


@cache
def key_of(seed, purpose, municipality, born, age):
    key = scramble(seed * GOLD + purpose)
    key = scramble(key + municipality * MIX_1 + 1)
    return scramble(key + born * 65536 + age + 1)


def luck(seed, purpose, municipality, born, age, number):
    """Whole number in [0, 2**31) for one child, age and purpose."""
    return scramble(key_of(seed, purpose, municipality, born, age) + (number + 1) * GOLD) >> 33


def edge(probability):
    return round(min(max(probability, 0.0), 1.0) * ONE)


def pick(row, u):
    """The place of the first of the cumulated probabilities that lies above the draw."""
    passed = 0.0
    for place, probability in enumerate(row[:-1]):
        passed += probability
        if u < edge(passed):
            return place
    return len(row) - 1


@dataclass(frozen=True)
class Life:
    """Where a child is: frailty class, what it has been through, and level of need."""

    frailty: int
    level: int
    placed: bool = False
    not_eligible: bool = False
    sentenced: bool = False

    @property
    def byte(self):
        record = self.placed + 2 * self.not_eligible + 4 * self.sentenced
        return (self.frailty * 8 + record) * 5 + self.level


@dataclass(frozen=True)
class Help:
    """A programme that a child entered: its effects and how long it lasts."""

    start_year: int
    escalation: float
    recovery: float
    forks: float
    duration: int
    half_life: float
    name: object = None

    def weakened(self, left):
        """The same with this much of each effect's distance from 1."""
        rates = (max(0.0, 1 + left * (rate - 1)) for rate in (self.escalation, self.recovery, self.forks))
        return Help(self.start_year, *rates, self.duration, self.half_life, self.name)

    def now(self, year):
        """What is left this year of the effects on worse moves, on better moves, and at forks."""
        return self.faded(self.escalation, year), self.faded(self.recovery, year), self.forks

    def faded(self, effect, year):
        """Halved within one half-life of the end, then halved again every two."""
        years_after = year - self.start_year - self.duration + 1
        if years_after <= 0:
            return effect
        waited = years_after / self.half_life
        halvings = waited if waited <= 1 else 1 + (waited - 1) / 2
        return 1 + (effect - 1) * 0.5**halvings


@dataclass
class Reference:
    """Lives under one set of ladder parameters."""

    p: object
    frailty_share: tuple = ()  # of the place; the country's where none is given
    rows: dict = field(default_factory=dict)

    def __post_init__(self):
        self.frailty_share = self.frailty_share or self.p.frailty_share

    def born(self, u):
        """Frailty class and first level from one draw."""
        passed = 0.0
        for frailty, share in enumerate(self.frailty_share):
            risk, placed = self.p.birth_risk[frailty], self.p.birth_placed[frailty]
            for level, chance in ((0, 1 - risk - placed), (1, risk), (4, placed)):
                passed += share * chance
                if u < edge(passed):
                    return Life(frailty, level, placed=level == 4)
        raise AssertionError("the shares of frailty do not sum to 1")

    def row(self, life, age):
        """Probability of each level at `age`, without help."""
        known = (life, age)
        if known not in self.rows:
            maker = self.child_row if age < 20 else self.entry_row if age == 20 else self.adult_row
            self.rows[known] = maker(life, age)
        return self.rows[known]

    def child_row(self, life, age):
        p, level = self.p, life.level
        band = 0 if age < 6 else 1 if age < 13 else 2 if age < 16 else 3
        up = down = 0.0
        if level < 4:
            up = [p.up_none, p.up_risk, p.up_support, p.up_care][level][band] * p.frailty_up[life.frailty]
            if level == 3 and life.placed:
                up *= p.replacement_factor
        if level > 0:
            names = [p.down_risk, p.down_support, p.down_care, p.down_placed]
            down = names[level - 1][band] * p.frailty_down[life.frailty]
        up = min(up, 1.0)
        leap = (p.late_care if level == 0 else p.placed_at_once if level < 3 else [0.0] * 4)[band]
        leap = min(leap * p.frailty_up[life.frailty], 1.0 - up)
        down = min(down, 1.0 - up - leap)
        row = [0.0] * 5
        row[level] = 1.0 - up - down - leap
        if level < 3:
            row[3 if level == 0 else 4] = leap
        if level < 4:
            row[level + 1] = up
        if level > 0:
            row[level - 1] = down
        return row

    def entry_row(self, life, age):
        p = self.p
        score = p.entry_level[life.level] + p.entry_frailty[life.frailty]
        score += p.entry_not_eligible * life.not_eligible + p.entry_placed * life.placed
        weights = [base * exp(score * slope) for base, slope in zip(p.entry_base, p.entry_slope, strict=True)]
        return [weight / sum(weights) for weight in weights]

    def adult_row(self, life, age):
        p, level = self.p, life.level
        matrix = p.adult_20_29 if age < 30 else p.adult_30_44 if age < 45 else p.adult_45_64
        worse, better = p.adult_worse_frailty[life.frailty], p.adult_better_frailty[life.frailty]
        worse *= p.adult_worse_placed if life.placed else 1.0
        worse *= p.adult_worse_not_eligible if life.not_eligible else 1.0
        worse *= p.adult_worse_sentenced if life.sentenced else 1.0
        row = [matrix[level * 5 + to] * (worse if to > level else better) for to in range(5)]
        return closed(row, level)

    def not_eligible(self, life):
        """Chance to fail the exam at 16 from the level just reached."""
        p, base = self.p, self.p.not_eligible[life.level]
        odds = base / (1 - base) * p.not_eligible_frailty[life.frailty]
        odds *= p.not_eligible_placed if life.placed else 1.0
        return odds / (1 + odds)

    def helped_row(self, life, age, effects):
        """The same moves under the effects of a programme."""
        row, (worse, better, forks) = self.row(life, age), effects
        if effects == NO_HELP:
            return row
        if age == 20:  # childhood's levels end; the lasting part keeps some from a first sentence
            spared = max(row[4] * (1 - forks), -row[1])  # no more than there are
            return [row[0], row[1] + spared, row[2], row[3], row[4] - spared]
        first = not (life.placed if age < 20 else life.sentenced)
        new = [chance * (worse if to > life.level else better) for to, chance in enumerate(row)]
        if first and life.level < 4:
            new[4] *= forks
        return closed(new, life.level)

    def year(self, life, age, seed, municipality, born, number, effects=NO_HELP):
        """One year of one child: the move, what it leaves on record, and the exam at 16."""
        to = pick(self.helped_row(life, age, effects), luck(seed, MOVE, municipality, born, age, number))
        placed = life.placed or (to == 4 and age < 20)
        sentenced = life.sentenced or (to == 4 and age >= 20)
        life = Life(life.frailty, to, placed, life.not_eligible, sentenced)
        if age == 16:
            u = luck(seed, ELIGIBILITY, municipality, born, age, number)
            if u < edge(self.not_eligible(life) * effects[2]):
                life = Life(life.frailty, to, placed, True, sentenced)
        return life

    def whole_life(self, seed, municipality, born, number, until, programmes=(), overlap=0.0):
        """States at ages 0 to `until`, and the same with help from the years in which programmes start."""
        life = self.born(luck(seed, BIRTH, municipality, born, 0, number))
        helped, without, with_help = life, [life], [life]
        for age in range(1, until + 1):
            life = self.year(life, age, seed, municipality, born, number)
            begun = [each for each in programmes if each.start_year <= born + age]
            if not begun:
                helped = life
            else:
                effects = together([(each.name, each.now(born + age)) for each in begun], overlap)
                helped = self.year(helped, age, seed, municipality, born, number, effects)
            without.append(life)
            with_help.append(helped)
        return without, with_help


def together(programmes, overlap):
    """What several programmes do together, from (name, the three factors) of each.

    Sorted from strong to weak: the first acts in full, of others what it does not do already; the same programme once.
    """
    result = []
    for way in range(3):
        factor, had = 1.0, []
        for name, factors in sorted(programmes, key=lambda each: -abs(each[1][way] - 1)):
            if name not in had:
                factor *= 1 + (1 - overlap if had else 1) * (factors[way] - 1)
                had.append(name)
        result.append(factor)
    return tuple(result)


def in_practice(programme, project, seed, municipality, born, number):
    """What a child gets of a programme outside trials, and whether it leaves before the programme has worked."""
    u = luck(seed, LEAVE, municipality, born, programme.start_year - born, number)
    leaves = u < edge(project.drop_out)
    return programme.weakened(project.effect_kept * (project.attended if leaves else 1)), leaves


def local_shares(p, schooling, children, here):
    """Shares of frailty where the share with little schooling is `here`, from those of all places of the country.

    The log odds of being exposed or fragile rise with schooling in standard deviations between places, from where the
    mean over `children` is the country's. Newton's method: the model halves an interval.
    """
    mean = sum(schooling) / len(schooling)
    sd = (sum((each - mean) ** 2 for each in schooling) / len(schooling)) ** 0.5
    slope = [p.need_gradient * (each - mean) / sd for each in schooling]
    frail = p.frailty_share[1] + p.frailty_share[2]
    centre, everybody = log(frail / (1 - frail)), sum(children)
    for _ in range(50):
        chance = [1 / (1 + exp(-centre - each)) for each in slope]
        off = sum(n * c for n, c in zip(children, chance, strict=True)) / everybody - frail
        steep = sum(n * c * (1 - c) for n, c in zip(children, chance, strict=True)) / everybody
        centre -= off / steep
    local = 1 / (1 + exp(-centre - p.need_gradient * (here - mean) / sd))
    return (1 - local, *(share / frail * local for share in p.frailty_share[1:]))


def closed(row, level):
    """Let the chance to stay be what is left; where moves sum to more than 1, shrink them to it."""
    row[level] = 0.0
    moved = sum(row)
    if moved > 1.0:
        row = [chance / moved for chance in row]
        moved = 1.0
    row[level] = 1.0 - moved
    return row


def seen_as(life, detection, seed, municipality, born, age, number):
    """The level at which a body sees a child aged `age` (reached last year), or None if it does not."""
    take_up = detection.take_up[life.frailty]
    wrong = detection.false_alarm[life.level] * take_up if life.level < 4 else 0.0
    right = detection.sensitivity[life.level] * take_up if life.level > 0 else 0.0
    u = luck(seed, DETECT, municipality, born, age, number)
    if u < edge(wrong):
        return life.level + 1
    return life.level if u < edge(min(wrong + right, 1.0)) else None
