"""Sections of the report of a batch: what comes back to whom and when, and what evaluations would be worth to whom."""
