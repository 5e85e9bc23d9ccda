"""Searching for the best terms of a contract."""
