"""Commands on what goes into a run: designs, contracts and numbers."""
