"""Evaluation: what is measured of a project, by whom and how well, and what should be expected of it."""
