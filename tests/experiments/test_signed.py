"""`stupror designs signed --table`: one line a design, with the two answers that most ideas ended in."""

from stupror.analysis.report.page import texts
from stupror.experiments.commands.inputs.signed import _row


def refusal(answer, party, ideas, **weighed):
    return {"answer": answer, "party": party, "ideas": ideas, "short": 0.0, "gain": 0.0, **weighed}


def test_a_line_has_projects_ideas_and_the_two_noes_given_most_often():
    say = texts("en")
    rows = [
        refusal("unpaid", "social", 1500, short=0.412),
        refusal("yes", "", 300),
        refusal("investor", "investor", 200, gain=-0.28),
        refusal("paper", "", 10),
    ]
    line = _row("our-fund", rows, 290, (say["sentences"], say["words"]))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[:3] == ["our-fund", "290", "2,010"]
    assert cells[3].endswith("the social services committee: 1,500 (-0.41)")
    assert cells[4].endswith(": 200 (-0.28)")
    assert line.count("|") == say["sentences"]["s_head"].splitlines()[0].count("|")
    assert _row("planner", [], 7, (say["sentences"], say["words"])) == "| planner | 7 | 0 | - | - |"


def test_a_table_is_not_told_apart(stupror, tmp_path):
    answer = stupror("designs", "signed", tmp_path, "--table", "--by", "seed")
    assert (answer.code, "leave --by out" in answer.err) == (2, True)
