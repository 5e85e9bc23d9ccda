"""Contracts read aloud: what a contract says, in sentences."""
