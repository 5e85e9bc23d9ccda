"""What people write, and the word of ours that they mean: Swedish words first, then some English ones.

The pairs are those of docs/glossary.md (a test holds them together), with the words of municipal offices beside them. A
name is looked up whole, then part by part between its dots, without its Swedish endings. Read by `errors`.
"""

import re
from collections.abc import Iterator
from itertools import product

_WORDS = """
age_from: yngsta ålder, från ålder
age_to: äldsta ålder, till ålder
amount: belopp
assistance: försörjningsstöd, ekonomiskt bistånd
before-after: före efter, före-efter-jämförelse, för-efter, före-efter, pre-post
board: kommunstyrelse, styrelse, ks, kommunledning
body: organ, aktör, beslutsfattare
bondholder: obligationsägare, långivare
budget: budget
cap: tak, kostnadstak
care: öppenvård
central_tax: statlig skatt, statliga skatter och avgifter
centre-right: borgerlig, borgerligt styre, alliansen, högerstyre
chance: sannolikhet, chans
change: ändring, förändring
children: barn, antal barn
choice: val
clause: villkor
code: kod, kommunkod
committee: nämnd, facknämnd
conditions: förutsättning, förutsättningar
cost: kostnad, årskostnad
costs: kostnader
county: län
coupon: kupong
cross-bloc: blocköverskridande
currency: valuta
decision: beslut, beslutande
detection: upptäckt
designs: finansieringsmodell, modeller
diffusion: spridning
discount_rate: diskonteringsränta, kalkylränta
discount: diskontering
discount.rate: diskonteringsränta, kalkylränta
distribution: fördelning
draws: dragningar
duration: längd, varaktighet
education: utbildningsnämnd, barn- och utbildningsnämnd, skolnämnd, bildningsnämnd, barnnämnd, skola, utbildning
employment_service: arbetsförmedling
evaluation: utvärdering
evaluator: utvärderare
exclusion: utanförskap
fall: minskning
finance: finansiering
floor: golv
follow_up_years: uppföljning, uppföljningstid, uppföljningsår
form: form
frailty_share: skörhet
grant: bidrag
grantor: beviljare
guarantee: garanti
guarantor: garant
half_life: halveringstid
historical-norm: historisk norm, historiskt värde, norm
horizon: tidshorisont, horisont
households: hushåll
ill_health: ohälsa, sjukersättning
insecure: osäker försörjning
interest: ränta
intermediary: förmedlare
internal_bank: internbank
interventions: insatser, insats
investment: investering
investor: investerare, finansiär
justice: rättsväsende, kriminalvård, polis
kind: slag, typ, sort
labour_market: arbetsmarknadsnämnd, arbetsmarknad
levels: behovsnivåer, nivåer
levers: spakar
low_schooling_share: andel med låg utbildning, andel lågutbildade, andel förgymnasial, låg utbildning
matched-comparison: matchad jämförelse, matchning, matchad, kontrollgrupp
measure: mått, utfallsmått
method: metod
model: modell
municipal_fund: social investeringsfond, kommunal fond, kommunal social investeringsfond, investeringsfond
municipalities: kommuner
name: namn, kommun, kommunnamn
note: anteckning, anmärkning
old_share: andel äldre, andel gamla, andel 75+
other: övrigt, övriga, annat
outcome: utfall
outcomes: utfall
outcomes_fund: utfallsfond, statlig utfallsfond
owner: ägare, ansvarig, ansvarig nämnd
parameters: parametrar
partner: samarbetspart
parts: delar, etapper
payer: betalare
payers: betalare
placed: placerad, placerade
planner: planerare
pooled-budget: gemensam budget, finsam
population: folkmängd, befolkning, invånare, antal invånare
posteriors: posteriorer
price_year: prisår
price_index: prisindex, kpi, konsumentprisindex
programme: program
provider: utförare, leverantör
randomised-waiting-list: lottad väntelista, rct, lottning, randomiserad, randomisering, slumpad
range: intervall, spann
ratchet: spärrhakseffekt
receiver: mottagare
red-green: rödgrön, rödgrönt, rödgrönt styre, vänsterstyre
region: landsting, regionen, hälso- och sjukvård
regional_fund: regional fond, regional social investeringsfond
replications: upprepningar
risk: förhöjd risk
rur: resultatutjämningsreserv
sampling: urval, dragning
scenario: scenario
seed: slumpfrö, frö
self_supporting: självförsörjande
service: ordinarie verksamhet
share: andel
size: storlek
social: socialnämnd, individ- och familjenämnd, socialtjänst
social_insurance: försäkringskassa
source: källa
spending: kostnader per invånare, nettokostnad
start_year: startår
state: stat, statskassa
state_institutions: sis, statens institutionsstyrelse
status-quo: nuläge, dagens läge, som i dag
summary: sammanfattning
support: extra stöd, särskilt stöd
target: mål
tax: skatt
tax_base: skatteunderlag, skattekraft
threshold: tröskel
title: titel, rubrik
trend-adjusted: trendjusterad
uncertainties: osäkerheter, osäkerhet
unit: enhet
unless: om inte
value: värde
when: om, när
years: år, antal år
young_share: andel unga, andel barn, andel barn och unga, andel 0-19
"""
_ENDINGS = ("ernas", "arnas", "ornas", "erna", "arna", "orna", "ens", "ets", "en", "et", "an", "n", "t", "s", "na")


def meanings(name: str) -> Iterator[str]:
    """Give the names of ours that a name may mean, the likeliest first; nothing if no part of it is known."""
    whole = _of(name)
    yield from whole
    parts = name.split(".")
    if len(parts) > 1:
        options = [[*_of(part), part] for part in parts[:5]]
        if any(len(each) > 1 for each in options):
            yield from (".".join(chosen) for chosen in product(*(each[:3] for each in options)))


def _of(word: str) -> list[str]:
    """Look one name up, as it stands and without the endings of Swedish nouns."""
    bare = re.sub(r"[\s_-]+", " ", word.strip().casefold())
    forms = [bare, *(bare.removesuffix(ending) for ending in _ENDINGS if bare.endswith(ending))]
    found = [ours for form in forms for ours in _MEANT.get(form, ())]
    return list(dict.fromkeys(found))


def _table() -> dict[str, list[str]]:
    meant: dict[str, list[str]] = {}
    for line in _WORDS.strip().splitlines():
        ours, _, theirs = line.partition(": ")
        for word in theirs.split(", "):
            meant.setdefault(re.sub(r"[\s_-]+", " ", word.casefold()), []).append(ours)
    return meant


_MEANT = _table()
