"""Prices: what income equalisation takes of the tax that is lost, and gives back."""

import numpy as np
import pytest

from stupror.model.children.prices import KIND, PAYER, build_costs, equalised
from stupror.model.inputs.scenario import load_scenario


def test_what_the_state_gives_back_is_the_share_of_what_it_forgoes():
    spec = load_scenario()
    prices = build_costs(spec)
    forgone = prices.amount[:, :, PAYER["central_tax"], KIND["tax_forgone"]]
    given = prices.equalisation
    for share, back in zip(equalised(spec.tax), np.moveaxis(given, 2, 0), strict=True):
        assert share == pytest.approx(back.sum() / forgone.sum(), rel=1e-4)  # each is rounded to a krona
        assert np.allclose(back, share * forgone, atol=1.0)
