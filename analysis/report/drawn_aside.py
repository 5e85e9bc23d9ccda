"""The process that draws figures for another, see `elsewhere`: it loads what they are drawn with before it is asked."""

from __future__ import annotations

import gc
import os
import pickle
import sys


def serve() -> None:
    """Draw what is asked for on standard input, until that ends; answers go to standard output."""
    gc.disable()  # it ends soon, and figures are rings of many small objects
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints is no answer
    from . import cohort_section, committees, figures  # noqa: F401
    from .decision import drawings  # noqa: F401
    from .style import axes, styled, svg

    with styled():
        svg(axes(1, 1)[0])  # loads the rest
    while True:
        try:
            draw, data = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(draw(*data), answers)
        answers.flush()


if __name__ == "__main__":
    serve()
