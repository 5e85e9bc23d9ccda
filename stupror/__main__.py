"""`python -m stupror`: the same as the command `stupror`."""

from .experiments.cli import main

main()
