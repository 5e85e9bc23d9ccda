"""Measures: pure functions from result tables to tidy frames."""
