"""stupror's model: children, budgets, contracts and the year that binds them. No files, plots or commands in here."""

__version__ = "0.1.0"
