"""The ledger refuses what is no money, and balances are sums over entries."""

import numpy as np
import pytest

from stupror.model.money.ledger import Flow, Ledger, LedgerError


def sek(*amounts):
    return np.array(amounts, np.int64)


def test_signed_amounts_go_from_the_one_who_owes():
    ledger = Ledger(3)
    ledger.settle_up(2021, "social", "board", "frame", sek(100, -40, 0))
    balances = ledger.balances(2021)
    assert balances["social"].tolist() == [100, -40, 0]
    assert balances["board"].tolist() == [-100, 40, 0]
    assert all((entry.amount >= 0).all() for entry in ledger.entries)
    directions = [(entry.payer, entry.receiver, entry.amount.tolist()) for entry in ledger.entries]
    assert directions == [("board", "social", [100, 0, 0]), ("social", "board", [0, 40, 0])]


def test_balances_are_of_one_year_and_add_up_projects():
    ledger = Ledger(2)
    ledger.post(2020, Flow("social", "provider", "programme"), sek(5, 5))
    flow = Flow("social", "provider", "programme")
    ledger.post(2021, flow, sek(3, 4, 10), municipality=np.array([1, 1, 0]), project=np.arange(3))
    assert ledger.balances(2021)["social"].tolist() == [-10, -7]
    assert ledger.balances(2021)["provider"].tolist() == [10, 7]
    assert ledger.balances(2019) == {}


def test_totals_are_by_kind_and_year():
    ledger = Ledger(1)
    for year, kind, amount in (
        (2020, "transfer", 7),
        (2021, "resource", 1),
        (2021, "transfer", 2),
        (2021, "transfer", 4),
    ):
        ledger.post(year, Flow("social", "provider", "care", kind), sek(amount))
    assert ledger.total(2021, "transfer") == 6
    assert ledger.total(2021, "resource") == 1


def test_a_year_can_be_asked_for_after_it_has_gone():
    ledger = Ledger(1)
    for year, amount in ((2020, 7), (2021, 2)):
        ledger.post(year, Flow("social", "provider", "care", "transfer"), sek(amount))
    assert ledger.total(2020, "transfer") == 7
    assert ledger.balances(2020)["provider"].tolist() == [7]


@pytest.mark.parametrize(
    ("payer", "amount", "words"),
    [
        ("social", sek(3, -1), "2022: care from social to provider holds int64 -1. Amounts are whole SEK"),
        ("social", np.array([0.5, 1.0]), "holds float64 0.5"),
        ("provider", sek(1, 1), "2022: care goes from provider to itself"),
        ("provider", sek(0, 0), "2022: care goes from provider to itself"),  # nothing is moved, and still it is wrong
        ("social", np.zeros(2), "holds float64 0.0"),
    ],
)
def test_what_is_no_payment_is_refused(payer, amount, words):
    ledger = Ledger(2)
    with pytest.raises(LedgerError, match=words):
        ledger.post(2022, Flow(payer, "provider", "care"), amount)
    assert ledger.entries == []
