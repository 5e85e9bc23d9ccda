"""`stupror view` refuses before it serves; and what it serves with keeps to itself."""

import socket

import pytest

from stupror.experiments.commands.running import view
from stupror.experiments.view import opening, serving
from stupror.experiments.view.opening import Opening
from stupror.experiments.view.worlds.pair import Pair
from stupror.model.inputs.errors import InputError


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--years", "99"), "--years is 99. Give a whole number from 1 to 45."),
        (("--seed", "-1"), "--seed is -1"),
        (("--language", "no"), "--language is 'no'. Give one of en, sv."),
        (("--municipalities", "Blekninge"), "'Blekninge' is no municipality or county."),
        (("--design", "state-outcome-fund"), "Did you mean 'state-outcomes-fund'?"),
        (("--port", "70000"), "--port is 70000"),
    ],
)
def test_a_bad_option_is_refused_in_a_sentence(words, says, stupror, monkeypatch):
    monkeypatch.setattr(view, "NEEDED", ())
    answer = stupror("view", "--no-open", *words)
    assert answer.code == 2
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_it_says_what_is_not_installed(stupror, monkeypatch):
    monkeypatch.setattr(view, "NEEDED", ("no_such_package",))
    answer = stupror("view")
    assert answer.code == 2
    assert "no_such_package, which is not installed. Install it: pip install" in answer.err


def test_a_port_that_is_taken_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="cannot be had"):
        serving.bind("127.0.0.1", taken.getsockname()[1])


def test_it_takes_a_free_port_on_this_machine():
    with serving.bind("127.0.0.1", 0) as address:
        assert address.getsockname()[0] in serving.LOOPBACK


def test_the_server_neither_reports_nor_fetches():
    assert serving.ENVIRONMENT["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "false"
    assert serving.ENVIRONMENT["SOLARA_ASSETS_CDN"].startswith("http://127.0.0.1:")


def test_the_page_opens_with_what_the_command_was_given(monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('title = "Mine"\n[parameters.committee.horizon]\nvalue = 8\nsource = "what if"\n', encoding="utf-8")
    given = Opening(
        scenario=str(file), place="Karlshamn,1080", design="state-outcomes-fund[cap=1.5,follow_up_years=6]", seed=3
    )
    monkeypatch.setenv(opening.VARIABLE, "")
    given.write()
    assert opening.read() == given
    settings = opening.read().settings
    assert settings.terms == {"clause.cap.share": 1.5, "measure.cost_reduction.follow_up_years": 6.0}
    shown = Pair(lambda: settings)
    assert shown.world.spec.places.names == ("Karlskrona", "Karlshamn")
    assert shown.world.spec.committee.horizon == 8
    assert shown.world.design.follow_up == 6
