"""`python -m stupror`: the same as the command `stupror`."""

from .command import main

main()
