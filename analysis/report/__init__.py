"""The report of a comparison: page, figures and tables."""
