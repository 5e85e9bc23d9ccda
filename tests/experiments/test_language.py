"""A command that is told so speaks Swedish: its refusals and notes, and all that a comparison says."""

import ast
import csv
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import typer

import stupror.experiments.commands as commands
from stupror.experiments.cli import app
from stupror.experiments.commands.language import _pattern, chosen, explained, said, speaker, table
from stupror.experiments.designs.on_paper import asked
from stupror.model.contracts import design_names, load_design
from stupror.model.inputs.scenario import load_scenario

ROOT = Path(__file__).parents[2]
TABLES = {
    file.name: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in (Path(commands.__file__).parent / "swedish").glob("*.toml")
}
ENGLISH = re.compile(r"\b(is|the|not|no|of|has|give|write|such|did|you|mean|there|from|name|and|file)\b", re.IGNORECASE)
JOINTS = 2  # where the code puts a sentence together of pieces, words meet that stand apart in it
TYPER = ("Usage: ", "Try '", "Error: ")  # said by Typer, so met in the test below


def literals():
    """Every text of the code and of its data, texts in several parts joined, what is put in left out."""
    for folder in ("model", "experiments", "analysis/batches", "analysis/measures"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
    lists = (ROOT / "experiments" / "data" / "checklists.csv").read_text(encoding="utf-8")
    yield from (cell for row in csv.reader(lists.splitlines()) for cell in row)
    for file in (ROOT / "model" / "data").rglob("*.toml"):
        yield file.read_text(encoding="utf-8").replace("_", " ")


def test_every_sentence_is_one_that_the_code_says_and_keeps_what_is_put_in():
    code = "\n".join(literals())
    rows = [(kind, *row) for table in TABLES.values() for kind in table for row in table[kind].items()]
    for kind, english, swedish in rows:
        assert set(re.findall(r"\{(\w+)\}", swedish)) <= set(re.findall(r"\{(\w+)\}", english)), english
        if kind not in ("help", "system") and not english.startswith(TYPER):
            for part in re.split(r"\{\w+\}|[,;.:] ", english):
                words = part.strip(" .:,'()[]%0123456789").split()
                apart = [pair for pair in pairwise(words) if " ".join(pair) not in code]
                assert len(apart) <= JOINTS, (part, english)
                assert all(word in code for word in words), (part, english)


REFUSALS = {"InputError", "FailedError", "StoppedError", "UnreadableError", "AnalysisError", "RunError"}
COMMANDS = REFUSALS | {"tell", "note", "check"}
READERS = REFUSALS | {"check", "add", "problem", "notice", "append"}
PUT_TOGETHER = (  # of pieces that are no sentences; the whole is met in the tables of bad input below, or is a path
    *("7 is 7, not '7'7.", "7 row7 above", "Let one of them be whole", "of absurd length7", "is 7 and it is not"),
    *("gives 7 of above", "anything7 nothing", "after the 7, but", "7.follow_up_years", "is out of bounds: 7"),
    *("allowed are 7.", "is not known.7", "'7'7", "7. Name another", "power of two7", "distribution7", "is missing7"),
)


def said_by(folder, callers):
    """What the code hands over to be said, with 7 for whatever is put in: of `tell` and `note`, refusals, failures."""
    for file in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(called, "attr", getattr(called, "id", "")) in callers:
                yield from (text for given in node.args for text in whole_texts(given))
            if isinstance(node, ast.AugAssign) and getattr(node.target, "id", "") == "problems":
                yield from whole_texts(node.value)


def whole_texts(node):
    """Every whole text within an expression; an ending with a hint, which has texts of its own, is left out."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else ""
            if getattr(getattr(part.value, "func", None), "attr", getattr(getattr(part.value, "func", None), "id", ""))
            in ("hint", "meant", "meant_by", "_meant", "_likely")
            else "7"
            for part in node.values
        )
    elif isinstance(node, ast.BinOp):
        yield from (one + other for one in whole_texts(node.left) for other in whole_texts(node.right))
    elif not isinstance(node, ast.Call | ast.Compare | ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from whole_texts(child)


def test_no_command_says_a_sentence_that_is_not_known_in_swedish():
    texts = [
        text
        for text in said_by(ROOT / "experiments" / "commands", COMMANDS)
        if len(re.findall(r"[A-Za-z]{2,}", text)) > 2
    ]
    assert len(texts) > 100
    assert [text for text in texts if said(text, "sv") == text] == []


def test_nothing_is_refused_in_a_sentence_that_is_not_known_in_swedish():
    folders = ("model/inputs", "model/contracts/reading", "model/contracts/loader.py", "model/contracts/terms.py")
    folders += ("model/contracts/in_run.py", "model/contracts/steps.py", "experiments/files", "experiments/plans")
    folders += ("experiments/designs", "experiments/runs", "experiments/batches", "experiments/search")
    folders += ("experiments/calibration", "experiments/stress", "experiments/api.py", "experiments/results.py")
    folders += (
        "experiments/cli.py",
        "experiments/view/serving.py",
        "experiments/view/worlds",
        "experiments/refresh.py",
        "experiments/docs/checklists.py",
    )
    folders += ("model/model.py", "model/bodies", "model/projects")
    missing = []
    for text in (text for folder in folders for text in said_by(ROOT / folder, READERS)):
        text = re.sub(r"(?<=[.?]) ?7+$", "", text.replace("{}", "7")).strip()
        if len(re.findall(r"[A-Za-z]{2,}", text)) > 2 and said(text, "sv") == text:
            missing.append(text)
    assert [text for text in missing if not any(part in text for part in PUT_TOGETHER)] == []


def helps(command):
    """Every text of --help of a command and of those in it."""
    yield command.help
    yield from (each.help for each in command.params if getattr(each, "help", None))
    for each in getattr(command, "commands", {}).values():
        yield from helps(each)


def test_every_command_and_option_explains_itself_in_swedish():
    missing = [text for text in helps(typer.main.get_command(app)) if explained(text) == text]
    assert not missing
    needed = set(helps(typer.main.get_command(app)))
    for english in TABLES["help.toml"]["help"]:
        assert any(re.fullmatch(_pattern(english), text, re.DOTALL) for text in needed), f"nobody says: {english}"


def named(command, words=()):
    """The words of a command and of all those in it."""
    yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from named(each, (*words, name))


def test_help_is_swedish_to_its_last_word(stupror, monkeypatch):
    monkeypatch.setenv("STUPROR_LANGUAGE", "sv")
    for words in named(typer.main.get_command(app)):
        told = stupror(*words, "--help").out
        assert told.startswith("Användning: stupror"), words
        assert "Val:" in told
        assert not re.search(
            r"\b(the|of|this|and|default|required|Options|Arguments|Commands|DIR|NAME)\b|[{}]", told
        ), told
        assert "--language <ord>" not in told or "[förval: sv]" in told, told


def test_a_language_that_is_not_spoken_is_refused_in_all_that_are(stupror, tmp_path):
    told = stupror("compare", "--quick", "--out", tmp_path / "new", "--language", "fi").err.splitlines()
    assert told == ["--language is 'fi'. Give one of en, sv.", "--language är 'fi'. Ange ett av en, sv."]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["compare", "--out", "new", "--designs", "status-quo,municipal-fnd"],
            "Menade du 'municipal-fund'? Eller ange",
        ),
        (
            ["compare", "--out", "new", "--municipalities", "Karlshman"],
            "är ingen kommun och inget län. Menade du 'Karlsh",
        ),
        (["compare", "--out", "new", "--years", "400"], "--years är 400. Ange ett heltal från 1 till 45."),
        (["compare", "--out", "new", "--years", "0,5"], "Fel: '--years': '0,5' är inget heltal."),
        (["compare", "--out", "new", "--seeds", "tre"], "Fel: '--seeds': 'tre' är inget tal."),
        (["compare", "--out", "new", "--yers", "3"], "Fel: valet --yers finns inte."),
        (["compare", "--out", "new", "--scenario", "mine.toml"], "Det anges för sig: stupror compare SCENARIO"),
        (["compare", "--out", ""], "--out är tomt. Ange en sökväg efter det."),
        (["report", "broken"], "går inte att läsa (den är avhuggen, skadad eller ingen JSON). Utan den"),
        (["designs", "signed", "broken", "--by", "sed"], "intervention, seed, municipality. Menade du 'seed'?"),
        (["explain", "broken", "1", "--by", "yer"], "Menade du 'year'?"),
        (["compare"], "Fel: '--out' saknas."),
        (["compare", "circle.toml", "--out", "new"], "circle.toml: går inte att läsa (länkarna går i en cirkel)."),
        (["batch", "nothing.toml", "--out", "new"], "nothing.toml: filen: 'levers' saknas."),
        (["compare", "--out", "new", "mine.toml", "yours.toml"], "Fel: mer än vad som ska stå där: yours.toml"),
        (["compare", "--out", "new", "--designs", "state-outcomes-fund[shre=1]"], "Menade du 'share'? Villkor: "),
        (["compare", "mine.toml", "--out", "new"], "mine.toml: filen finns inte."),
        (
            ["compare", "comma.toml", "--out", "new"],
            "är inte skriven som TOML: rad 2: tal skrivs med decimalpunkt. Skriv 1.5",
        ),
        (["compare", "range.toml", "--out", "new"], "committee.horizon: värdet 800 ligger utanför 1 till 65"),
        (["compare", "key.toml", "--out", "new"], "'committee.horizn' finns inte. Menade du 'committee.horizon'?"),
        (["compare", "--out", "mapp"], "mapp: är ingen mapp. Ange en ny mapp med --out."),
        (
            ["municipality", "Karlshamn", "--out", "new", "--practice", "blaj"],
            "--practice är 'blaj', och det finns inte.",
        ),
        (["report", "nowhere"], "nowhere: innehåller inga resultat från stupror."),
        (["explain", "nowhere", "652"], "nowhere: innehåller inga resultat från stupror."),
        (["designs", "new", "planner", "--from", "status-quo"], "'planner' är en modell som följer med programmet."),
        (["designs", "show", "norrkoping"], "Menade du 'sib-norrkoping'?"),
        (["comapre"], "Fel: kommandot 'comapre' finns inte. Menade du 'compare'?"),
    ],
    ids=lambda each: each[-1][:20] if isinstance(each, list) else "",
)
def test_what_is_met_most_is_refused_in_swedish(stupror, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUPROR_LANGUAGE", "sv")
    Path("mapp").touch()
    Path("broken").mkdir()
    Path("nothing.toml").touch()
    Path("circle.toml").symlink_to("circle.toml")
    Path("broken/manifest.json").write_text('{"soft')
    Path("comma.toml").write_text("[parameters.committee.horizon]\nvalue = 1,5\n")
    Path("range.toml").write_text('[parameters.committee.horizon]\nvalue = 800\nsource = "assumed: a test"\n')
    Path("key.toml").write_text('[parameters.committee.horizn]\nvalue = 8\nsource = "assumed: a test"\n')
    answer = stupror(*words)
    assert answer.code == 2
    assert told in answer.err
    assert not ENGLISH.search(re.sub(r"'[^']*'|\S+\.toml|[\w.]+\.horizo?n", "", answer.err)), answer.err


def test_only_options_that_are_much_alike_are_suggested(stupror, tmp_path):
    told = stupror("compare", "--scenario", "mine.toml", "--out", tmp_path / "new").err
    assert "--posterior" not in told
    assert "It is given alone: stupror compare SCENARIO" in told
    told = stupror("compare", "--yers", "2", "--out", tmp_path / "new").err
    assert "--years" in told
    assert "--workers" not in told


def test_the_option_wins_over_the_environment_and_english_is_left_as_it_is(monkeypatch):
    assert chosen(["compare"]) == "en"
    monkeypatch.setenv("STUPROR_LANGUAGE", "sv")
    assert (chosen(["compare"]), chosen(["compare", "--language", "en"]), chosen(["--language=en"])) == (
        "sv",
        "en",
        "en",
    )
    assert said("mine.toml: there is no such file.", "en") == "mine.toml: there is no such file."
    assert said("A sentence that nobody has put into Swedish.", "sv") == "A sentence that nobody has put into Swedish."


def test_whole_numbers_in_a_table_are_written_like_all_others_and_seeds_as_they_are_typed(monkeypatch):
    frame = pd.DataFrame({"cost": [1_460_000, 400], "net": [-12_345.6, 1.0], "seed": [1_234_567, 1]})
    for language_, cells in {"en": "1,460,000 -12,346 1234567", "sv": "1 460 000 -12 346 1234567"}.items():
        monkeypatch.setenv("STUPROR_LANGUAGE", language_)
        monkeypatch.setattr("sys.argv", ["stupror"])
        row = table(frame, lambda x: f"{x:,.0f}").splitlines()[1]
        assert " ".join(row.replace("\u202f", " ").split()) == cells


def test_a_name_that_looks_like_a_sentence_stays_what_it_is():
    assert said("{x}.toml: there is no such file.", "sv") == "{x}.toml: filen finns inte."
    assert said("a b: c: there is no such file.", "sv") == "a b: c: filen finns inte."


def test_a_comparison_of_a_part_says_in_swedish_which_design_hangs_on_the_rest(stupror, tmp_path):
    part = ("--municipalities", "1060", "--years", 1, "--seeds", 2, "--out", tmp_path / "out")
    answer = stupror("compare", *part, "--designs", "status-quo,better-futures-fund", "--language", "sv")
    assert answer.code == 0
    assert "Better Futures Fund (England): vad som händer beror på resultat i hela landet" in answer.out
    assert not ENGLISH.search(answer.out.replace(str(tmp_path), "")), answer.out


def test_every_word_of_every_contract_that_comes_with_the_model_is_known_in_swedish():
    known = speaker("sv", "contract")
    for design in map(load_design, design_names()):
        texts = [text for party in design.parties for text in (party, design.spoken(party)[1])]
        texts += [each.says for each in design.conditions.values()] + [each.kind for each in design.clauses]
        if design.clauses:
            texts += [each.meaning for each in asked(design)]
        for text in texts:
            swedish = known(text)
            assert swedish != text or text in ("bonus",), (design.name, text)
            assert not ENGLISH.search(swedish.replace("(true)", "")), swedish


@pytest.mark.parametrize(
    "words",
    [
        "settle sib-norrkoping --set delivered=true --set cost_reduction=8e6 --set school_results=3",
        "settle state-outcomes-fund --cost 10e6 --set cost_reduction=15e6",
        "stress state-outcomes-fund",
        "stress tax-revenue",
        "interventions --draws 5",
        "designs show municipal-fund-repayment",
    ],
)
def test_what_a_policy_analyst_asks_for_is_swedish(stupror, words):
    told = stupror(*words.split(), "--language", "sv").out
    told = "\n".join(line for line in told.splitlines() if "stupror " not in line and "Källa: " not in line)
    assert not ENGLISH.search(told.replace("edge-of-care", "")), told
    assert not re.search(r"\d\.\d|\d,\d{3}\b", told), told


def test_every_parameter_is_explained_in_swedish():
    for row in load_scenario().table():
        assert said(row["meaning"], "sv", "meaning") != row["meaning"], row["meaning"]
        for key in ("unit", "distribution"):
            assert row[key] == "1" or speaker("sv", "parameter")(row[key]) != row[key] or "n " in row[key], row[key]
