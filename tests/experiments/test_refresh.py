"""Fresh figures: what is made of the answers, and what is said without a network."""

import pytest

from stupror.experiments import refresh
from stupror.experiments.refresh import NoNetworkError, fetch, write_table
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.places import own_places

CODES = ["0980", "1080"]


def statistics(_year, codes):
    ages = {"0": 50, "19": 50, "40": 500, "75": 60, "100+": 40, "tot": 700}
    return [{"region": code, "age": age, "value": n * 100} for code in codes for age, n in ages.items()]


def kolada(_year, codes):
    return [{"municipality": code, "value": 70_000 if code == "0980" else 60_000} for code in codes]


def test_ages_are_shared_out_and_doubts_named():
    fresh = fetch(2023, CODES, statistics=statistics, kolada=kolada)
    assert fresh.population == {"0980": 70_000, "1080": 70_000}
    assert fresh.young_share["0980"] == pytest.approx(1 / 7)
    assert fresh.old_share["0980"] == pytest.approx(1 / 7)
    assert fresh.doubts == ("1080",)


def test_the_table_can_be_used_and_nothing_is_written_over(tmp_path):
    fresh = fetch(2023, CODES, statistics=statistics, kolada=kolada)
    write_table(fresh, tmp_path / "fresh.csv")
    places = own_places(tmp_path / "fresh.csv")
    assert places.population == (70_000, 70_000)
    assert places.facts.young_share == pytest.approx((0.1429, 0.1429))
    with pytest.raises(InputError, match="exists"):
        write_table(fresh, tmp_path / "fresh.csv")


def test_a_municipality_without_an_answer_is_named():
    with pytest.raises(InputError, match="no population of 2023 for 1080"):
        fetch(2023, CODES, statistics=lambda year, _codes: statistics(year, ["0980"]), kolada=kolada)


def test_without_a_network_it_says_so_and_writes_nothing(stupror, monkeypatch, tmp_path):
    def unreachable(*_anything):
        raise NoNetworkError("statistikdatabasen.scb.se cannot be reached (ConnectionError)")

    monkeypatch.setattr(refresh, "_ask_statistics", unreachable)
    answer = stupror("data", "refresh", "--out", tmp_path / "fresh.csv")
    assert answer.code == 1
    assert "No fresh figures: statistikdatabasen.scb.se cannot be reached" in answer.out
    assert "Nothing was written" in answer.out
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_written_over(stupror, tmp_path):
    (tmp_path / "fresh.csv").write_text("mine")
    answer = stupror("data", "refresh", "--out", tmp_path / "fresh.csv")
    assert answer.code == 2
    assert "exists" in answer.err
    assert (tmp_path / "fresh.csv").read_text() == "mine"
