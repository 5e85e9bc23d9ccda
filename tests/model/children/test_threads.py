"""Parts of a pass: everything is in one of them, and no project in two."""

from itertools import pairwise

import numpy as np
import pytest

from stupror.model.children.participants import Participants
from stupror.model.children.threads import of_projects, of_rows, side_by_side


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 9, 20])
def test_no_project_is_in_two_parts(threads):
    """Twelve rows: two programmes in turn in municipality 0, one in 1; the year after in 1 again, and in 2."""
    helped = Participants.none_yet(12)
    helped.n = 12
    helped.municipality[:] = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
    helped.start_year[:] = [2020] * 7 + [2021] * 5
    helped.project[:] = [0, 1, 0, 1, 2, 2, 2, 3, 3, 4, 4, 4]
    for first in (0, 7):
        cuts = of_projects(helped, first, 12, threads)
        parts = [set(helped.project[a:b].tolist()) for a, b in pairwise(cuts)]
        assert (len(parts), cuts[0], cuts[-1]) == (threads, first, 12)
        assert sum(len(part) for part in parts) == len(set().union(*parts)) == (5 if first == 0 else 2)
        assert cuts == sorted(cuts)
    assert of_projects(helped, 12, 12, threads) == [12] * (threads + 1)


def test_two_parts_share_the_work_where_a_project_ends_nearby():
    helped = Participants.none_yet(8)
    helped.n, helped.municipality[:] = 8, [0, 0, 0, 0, 0, 1, 1, 1]
    assert of_projects(helped, 0, 8, 2) == [0, 5, 8]
    assert of_rows(0, 8, 2) == [0, 4, 8]


@pytest.mark.parametrize("threads", [1, 3])
def test_parts_answer_in_their_order(threads):
    answers = side_by_side(of_rows(5, 105, threads), lambda first, last: list(range(first, last)))
    assert len(answers) == threads
    assert np.concatenate(answers).tolist() == list(range(5, 105))
