"""Runs: one world or many, compared pair by pair, in processes, and written to a folder."""
