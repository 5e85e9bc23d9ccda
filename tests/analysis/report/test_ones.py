"""One of a thing is said in the singular, whatever counts it."""

import pytest

from stupror.analysis.report.ones import one


@pytest.mark.parametrize(
    ("many", "said"),
    [
        ("in 1 of 1 runs", "in 1 of 1 run"),
        ("1 municipalities", "1 municipality"),
        ("11 municipalities, 1 seeds", "11 municipalities, 1 seed"),
        ("and 1 seeds show some of it", "and 1 seed shows some of it"),
        ("only the 1 simulated years are counted", "only the one simulated year is counted"),
        ("bara de 1 simulerade åren", "bara det enda simulerade året"),
        ("1 kommuner och 1 frön", "1 kommun och 1 frö"),
        ("-1 seeds, \u22121 frön, 1 delarna", "-1 seeds, \u22121 frön, 1 delarna"),
        ("<b>1 körningar</b>", "<b>1 körning</b>"),
        ("0,1 körningar, 1\u202f001 körningar", "0,1 körningar, 1\u202f001 körningar"),
        ("out/1 runs/report.html: 2.1 runs", "out/1 runs/report.html: 2.1 runs"),
    ],
)
def test_one_is_one(many, said):
    assert one(many) == said
