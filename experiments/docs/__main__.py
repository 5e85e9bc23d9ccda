"""`python -m stupror.experiments.docs` writes the generated pages."""

from .pages import main

main()
