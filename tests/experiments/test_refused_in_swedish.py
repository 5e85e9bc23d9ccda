"""Bad input of every kind, told in Swedish to the last word.

That nothing is refused in English alone is seen to everywhere: the fixture `refused_in_swedish` of tests/conftest.py
asks it of every refusal of every test. Here it is read: no English word is left in what is put together of pieces.
"""

import re
from pathlib import Path

import pytest

import stupror.model.data as data
from stupror.experiments.commands.language import said
from stupror.experiments.plans.plan import read_plan
from stupror.experiments.plans.posterior import read_posterior
from stupror.model.contracts import load_design
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.places import own_places
from stupror.model.inputs.scenario import load_scenario

ENGLISH = re.compile(
    r"\b(the|a|an|is|are|be|not|no|none|of|has|it|with|and|or|by|from|to|for|that|which|than|at|as|there|this|these|what"
    r"|give|write|name|take|make|say|leave|remove|add|choose|use|did|you|mean|out|must|can|cannot|only|both|one|two|put"
    r"|file|lines?|lists?|numbers?|text|table|unknown|known|missing|empty|allowed|years?|months?|share|range|quotes"
    r"|first|last|higher|lower|above|below|outside)\b|SEK/",
    re.IGNORECASE,
)
CODE = re.compile(  # what is typed in English, and words that are Swedish as well
    r"""'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|\{[^}]*\}|\w+ =|\S*[=_/]\S*|[\w-]+(\.[\w*-]+)+|\([a-z_]+\)"""
    r"|\(assumed[^)]*\)|code,name,population|varken above|by, says och at|(Tillåtet|Menade du).*$"
)
FUND = (Path(data.__file__).parent / "designs" / "state-outcomes-fund.toml").read_text(encoding="utf-8")
HORIZON = '[parameters.committee.horizon]\nvalue = 8\nsource = "assumed: a test"\n'
CLAUSE = '\n[[clause]]\nkind = "{}"\npayer = "outcomes_fund"\nreceiver = "municipal_fund"\n'
RATE = ' = { value = 0.5, unit = "1", range = [0, 1], source = "assumed" }\n'
PLAN = '[model]\nmunicipalities = ["1060"]\nyears = 2\n[levers]\ndesigns = ["status-quo", "planner"]\n'


def scenario(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
    load_scenario(path)


def places(text: str, path: Path) -> None:
    path.with_suffix(".csv").write_text(text, encoding="utf-8")
    own_places(path.with_suffix(".csv"))


def worlds(text: str, path: Path) -> None:
    path.with_suffix(".csv").write_text(text, encoding="utf-8")
    read_posterior(path.with_suffix(".csv"), load_scenario())


def plan(text: str, path: Path) -> None:
    path.write_text('title = "Prov"\n' + PLAN + text, encoding="utf-8")
    read_plan(path)


def contract(text: str, path: Path) -> None:
    old, _, new = text.partition(" -> ")
    fund = FUND.replace('"state-outcomes-fund"', '"prov"', 1)
    changed = fund.replace(old, new) if new else fund + text
    assert changed != fund
    path.write_text(changed, encoding="utf-8")
    load_design(str(path))


def named(text: str, path: Path) -> None:
    load_design(text)


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (scenario, HORIZON.replace("= 8", "= 800"), "värdet 800 ligger utanför 1 till 65 år."),
        (scenario, HORIZON.replace("= 8", '= "8"'), "är inget tal (eller lista med tal); skriv 8, utan citattecken."),
        (scenario, HORIZON.replace("= 8", "= [8, 9]"), "value är en lista; modellen läser ett tal, utan hakparentes."),
        (scenario, HORIZON + 'unit = "month"\n', "är angivet i 'month', men modellen läser det i 'year'."),
        (scenario, "horisont: 8\n", "rad 1: det här ser ut som YAML. Skriv nyckel = värde"),
        (scenario, "hej på dig\n", "Där står: hej på dig"),
        (scenario, "[a]\nb = 1\n[a]\nc = 2\n", "[a] står där två gånger (rad 3)."),
        (scenario, "x = " + "9" * 5000, "har ett orimligt långt tal på rad 1."),
        (
            scenario,
            '[interventions.kurs]\nlike = "grupp"\n[interventions.grupp]\nlike = "kurs"\n',
            "grupp, kurs liknar varandra i en cirkel.",
        ),
        (scenario, '[[changes]]\nfrom = 2024\npath = "tax.municipal_rate"\nvalue = 1\nsource = "s"\n', "på samma sätt"),
        (scenario, HORIZON.replace("horizon", "horizn"), "nyckeln 'committee.horizn' finns inte."),
        (places, "kod;kommun\n1080;Karlskrona\n", "kolumnen 'population' (folkmängd) saknas."),
        (places, "en;två;tre\n1;2;3\n", "har ingen rubrikrad."),
        (places, "code,name,population\n0980,Karlshamn,61000\n", "rad 2: 0980 är Gotland, inte 'Karlshamn'"),
        (places, "code,name,population\n1080,Karlskrona,6.5\n", "är inget heltal."),
        (places, "%PDF-1.4", "är ingen textfil, utan en PDF."),
        (
            worlds,
            "weight,committee.horizon\n1,800\n",
            "kolumnen 'committee.horizon', rad 2: 800 är inget tal från 1 till 65.",
        ),
        (worlds, "weight,committee.horizn\n1,8\n", "kolumnen 'committee.horizn' är ingen parameter."),
        (plan, '[sampling]\ndraws = 10\nmethod = "sobl"\n', "'sobl' är okänt."),
        (
            plan,
            '[uncertainties]\nparameters = ["committee.*"]\n[sampling]\nmethod = "saltelli"\ndraws = 100\n',
            "behöver en tvåpotens: 64 eller 128.",
        ),
        (plan, "[uncertainties.change.committee.horizon]\nrange = [1, 900]\n", "inom 1 till 65 år, det lägre först."),
        (plan, '[outcomes.own.draw]\ntitle = "T"\n', "'draw' är namnet på ett inbyggt utfall."),
        (contract, 'form  = "advance" -> form  = "advnce"', "form = 'advnce' är okänt."),
        (contract, "value = 1.0 -> value = 110", "värdet 110 ligger utanför 0 till 1."),
        (contract, "value = 1.0, -> value = 0.5,", "andelarna har summan 0.5 (municipal_fund 0.5)."),
        (contract, "range = [2, 25] -> range = [2, 90]", "tillåtet är 1 till 65 år (uppföljningstid i år från"),
        (
            contract,
            'evaluation      = "matched-comparison" -> evaluation = "none"',
            "är en skillnad. Ange en jämförelse.",
        ),
        (
            contract,
            CLAUSE.format("coupon") + "rate" + RATE.replace('"1"', '"1/year"'),
            "(schedule) att betala ränta med",
        ),
        (
            contract,
            CLAUSE.format("floor") + "amount" + RATE,
            "villkor 3 (floor).amount: är angivet i '1', men ett avtal läser det i 'SEK'.",
        ),
        (contract, '\n[conditions.ok]\nsays = "s"\nmeasure = "cost_reduction"\n', "anger varken above eller at_least."),
        (contract, '\n[exits]\nx = "after a year"\n', "Skriv en tabell [exits.x] med by, says och at."),
        (contract, '\n[currency]\ncode = "GBP"\n', "currency: GBP behöver `sek`: hur många SEK en enhet är värd."),
        (named, "state-outcomes-fund[share=half]", "'half' är inget tal. Skriv [villkor=värde,villkor=värde]."),
        (named, "state-outcomes-fund[cap=99]", "tillåtet är 0 till 10 (gånger insatsens kostnad)."),
        (named, "status-quo+planner", "fogar ihop 2 modeller (status-quo, planner)."),
        (named, "norrkoping", "modellen 'norrkoping' finns inte. Menade du 'sib-norrkoping'?"),
    ],
)
def test_bad_input_is_refused_in_swedish_to_the_last_word(tmp_path, read, text, told):
    with pytest.raises(InputError) as refused:
        read(text, tmp_path / "prov.toml")
    spoken = [said(each, "sv").replace(str(tmp_path), "") for each in refused.value.problems]
    assert any(told in each for each in spoken), spoken
    left = [each for each in spoken if ENGLISH.search(CODE.sub("", each.partition("Där står:")[0]))]
    assert left == []
